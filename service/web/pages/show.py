"""How are facts written on a page? Numbers, dates, countries, kinds, answers: plain functions, Jinja's
filters.

One style: English numbers (1,234.5), EUR before the amount, dates as 22.11.2026, countries by name and EU
code.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from data.calls import CallProfile
from data.countries import country_name, to_eu, to_iso
from data.demands import Hardness
from graph.network.views import Tie
from graph.rules.rules import Answer, RuleAnswer
from matcher.suggest.answers import Partner
from service.web.pages.needs import hidden
from service.words import count

KINDS = {
    "large": "large company",
    "sme": "SME",
    "company": "company",
    "university": "university",
    "research": "research organisation",
    "public": "public body",
    "municipal": "municipal body",
    "other": "other body",
}
ANSWERS = {"met": "Met", "broken": "Broken", "unknown": "Cannot tell"}
ICONS = {"met": "✓", "broken": "✕", "unknown": "?"}
URGENCY = {Answer.BROKEN: 0, Answer.UNKNOWN: 1, Answer.MET: 2}


def number(value: float | None, digits: int = 2) -> str:
    """A number as on paper; an em dash for an unknown one.

    >>> number(1234.5), number(19), number(-0.1), number(None)
    ('1,234.5', '19', '−0.1', '—')
    """
    if value is None:
        return "—"
    text = f"{value:,.{digits}f}".replace("-", "−")
    return text.rstrip("0").rstrip(".") if "." in text else text


def change(value: float, digits: int = 2) -> str:
    """A difference with its sign.

    >>> change(0.08), change(-0.2), change(-0.0)
    ('+0.08', '−0.20', '±0')
    """
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text if text.strip("+−0.") else "±0"


def percent(value: float | None, digits: int = 0) -> str:
    """A share in [0, 1].

    >>> percent(0.523), percent(0.012, 1), percent(None)
    ('52 %', '1.2 %', '—')
    """
    return "—" if value is None else f"{100 * value:.{digits}f} %"


def euro(value: float | None) -> str:
    """An amount of euros.

    >>> euro(18500000)
    'EUR 18,500,000'
    """
    return "not stated" if value is None else f"EUR {value:,.0f}"


def date(value: dt.date | None) -> str:
    """A day as in most of Europe.

    >>> date(dt.date(2026, 11, 22))
    '22.11.2026'
    """
    return "—" if value is None else f"{value:%d.%m.%Y}"


def moment(value: dt.datetime | float) -> str:
    """A moment, or one in seconds since 1970, as people write it, in UTC.

    >>> moment(dt.datetime(2026, 11, 28, 9, 5, tzinfo=dt.UTC)), moment(0)
    ('28.11.2026, 09:05 UTC', '01.01.1970, 00:00 UTC')
    """
    if not isinstance(value, dt.datetime):
        value = dt.datetime.fromtimestamp(value, dt.UTC)
    return f"{value.astimezone(dt.UTC):%d.%m.%Y, %H:%M} UTC"


def country(code: str | None) -> str:
    """A country's name with its EU code.

    >>> country("EL"), country("GB"), country(None)
    ('Greece (EL)', 'United Kingdom (UK)', 'country unknown')
    """
    if not code:
        return "country unknown"
    name, shown = country_name(code), to_eu(to_iso(code))
    return shown if name == shown else f"{name} ({shown})"


def eu(code: str | None) -> str:
    """A country's code alone, in EU style.

    >>> eu("GR"), eu(None)
    ('EL', 'country unknown')
    """
    return to_eu(code) if code else "country unknown"


def kind(value: str | None) -> str:
    """What sort of body it is, in words.

    >>> kind("municipal"), kind(None)
    ('municipal body', 'kind unknown')
    """
    return KINDS.get(value or "", value or "kind unknown")


def words(name: str) -> str:
    """A field's name as words.

    >>> words("new_ties"), words("sme")
    ('New ties', 'SME')
    """
    if name == "sme":
        return "SME"
    text = name.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


def bar(value: float) -> str:
    """How much of a bar of 100 is filled, as an SVG length.

    >>> bar(0.756), bar(1.7), bar(-1)
    ('75.6', '100', '0')
    """
    return f"{100 * min(1.0, max(0.0, value)):.3g}"


def cut(text: str, longest: int = 60) -> str:
    """A text cut at a word's end.

    >>> cut("Leaks in the pipes of ports", 16)
    'Leaks in the …'
    """
    if len(text) <= longest:
        return text
    short = text[: longest - 1]
    return f"{short.rsplit(' ', 1)[0] if ' ' in short else short} …"


def web_name(address: str) -> str:
    """A web address without what every one begins with.

    >>> web_name("https://www.example.org/")
    'example.org'
    """
    return address.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def years(start: dt.date | None, end: dt.date | None) -> str:
    """From when to when, by years.

    >>> years(dt.date(2015, 3, 1), dt.date(2018, 2, 28)), years(None, None)
    ('2015–2018', '—')
    """
    known = [str(day.year) for day in (start, end) if day is not None]
    return "–".join(dict.fromkeys(known)) or "—"


_TERMINAL = re.compile(r"; `konsort [^`]*` lists them\b|\s+\(`konsort [^()]*\)")
"""Commands that an error names in passing."""
_DOCUMENTS = {"decisions": "decisions about call", "event": "the event of call"}


def sentence(text: str) -> str:
    """A capital first and a full stop last, without what only a terminal can do.

    >>> sentence("counted: DE")
    'Counted: DE.'
    >>> sentence("no outline is called 'O'; `konsort outlines --call C` lists them")
    "No outline is called 'O'."
    >>> sentence("paste some sentences (`konsort partners ORG --text FILE`), or import a profile")
    'Paste some sentences, or import a profile.'
    """
    text = _TERMINAL.sub("", text)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def changed(what: str) -> str:
    """What a change was about; of a kept document, what it holds and for which call.

    >>> changed("setting decisions:ipcei-2021"), changed("setting event:ipcei-2021"), changed("import demo")
    ('decisions about call ipcei-2021', 'the event of call ipcei-2021', 'import demo')
    >>> changed("undo 12: setting decisions:ipcei-2021")
    'undo 12: decisions about call ipcei-2021'
    """
    before, mark, name = what.rpartition("setting ")
    kind, _, call = name.partition(":")
    if not mark or kind not in _DOCUMENTS:
        return what
    return f"{before}{_DOCUMENTS[kind]} {call}"


def changes_of(number: int, what: str) -> str:
    """How many records a change added, changed or removed.

    >>> changes_of(1, "organisations added"), changes_of(1200, "outlines removed")
    ('1 organisation added', '1,200 outlines removed')
    """
    things, _, done = what.partition(" ")
    return f"{number:,} {things.removesuffix('s') if number == 1 else things} {done}"


def gap_sentence(gap: float | None, where: str = " over all candidates") -> str:
    """What is proved of a value, and `where` that holds: the solver's bound is over every candidate in the store.

    >>> gap_sentence(0), gap_sentence(0.0123)
    ('Proved best over all candidates.', 'Within 1.2 % of the best possible over all candidates.')
    """
    if gap is None:
        return "How far from the best it is, is not known."
    if gap == 0:
        return f"Proved best{where}."
    return f"Within {max(0.1, 100 * gap):.1f} % of the best possible{where}."


def shared(tie: Tie) -> str:
    """What a tie rests on, in words."""
    several = len(tie.projects) > 1
    when = f", {'the latest ' if several else ''}from {tie.last_shared}" if tie.last_shared else ""
    return count(len(tie.projects), "shared project") + when


def named(ids: Sequence[str], names: Mapping[str, str], most: int = 6) -> str:
    """Ids as names in a row, the first `most` of them; an id without a name stays.

    >>> named(["a", "x"], {"a": "Acme"}), named(["a", "b", "c"], {}, most=1)
    ('Acme, x', 'a and 2 more')
    """
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(names.get(ident, ident) for ident in ids[:most]) + more


def names_of(members: Sequence[Partner]) -> dict[str, str]:
    """Return {id: name} of members."""
    return {member.id: member.name for member in members}


def instead_of(members: Sequence[Partner], first: Sequence[Partner]) -> str:
    """How a team differs from the first one, in words."""
    ours, theirs = names_of(members), names_of(first)
    come = [name for ident, name in ours.items() if ident not in theirs]
    gone = [name for ident, name in theirs.items() if ident not in ours]
    parts = [f"{word} {', '.join(names)}" for word, names in (("with", come), ("without", gone)) if names]
    return f"Against suggestion 1: {'; '.join(parts)}." if parts else "The same members as suggestion 1."


def by_urgency(rules: Sequence[RuleAnswer]) -> list[RuleAnswer]:
    """Return the rules that are computed: broken first, then those that cannot be told; hard before soft."""
    computed = [rule for rule in rules if rule.kind is not Hardness.ATTESTATION]
    return sorted(computed, key=lambda rule: (rule.kind is not Hardness.HARD, URGENCY[rule.answer]))


def attestations(rules: Sequence[RuleAnswer]) -> list[RuleAnswer]:
    """Return the rules that only a person can answer."""
    return [rule for rule in rules if rule.kind is Hardness.ATTESTATION]


def tally(rules: Sequence[RuleAnswer]) -> str:
    """How the hard rules stand, in words.

    >>> from dataclasses import replace
    >>> rule = RuleAnswer("R1", Hardness.HARD, Answer.MET, "two countries", 3, 2, (), "call text")
    >>> tally([rule, replace(rule, answer=Answer.UNKNOWN), replace(rule, kind=Hardness.SOFT)])
    '1 met, 1 cannot be told'
    """
    hard = [rule.answer for rule in rules if rule.kind is Hardness.HARD]
    words = {Answer.BROKEN: "broken", Answer.MET: "met", Answer.UNKNOWN: "cannot be told"}
    parts = [(hard.count(answer), word) for answer, word in words.items()]
    return ", ".join(f"{count} {word}" for count, word in parts if count) or "no hard rules"


def open_questions(rules: Sequence[RuleAnswer], names: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Whom to ask what, so that the open hard rules can be told: each question once, by whom it concerns.

    >>> from graph.rules.rules import Question
    >>> ask = (Question(("a",), "owner", "Who owns it?"),)
    >>> rule = RuleAnswer("R1", Hardness.HARD, Answer.UNKNOWN, "two owners", 1, 2, (), "call text", ask=ask)
    >>> open_questions([rule, rule], {"a": "Acme"})
    [('Acme', ['Who owns it?'])]
    """
    texts: dict[str, dict[str, None]] = {}
    for rule in rules:
        if rule.kind is Hardness.HARD and rule.answer is Answer.UNKNOWN:
            for question in rule.ask:
                who = named(question.members, names) or "The whole consortium"
                texts.setdefault(who, {})[question.text] = None
    return [(who, list(questions)) for who, questions in texts.items()]


def validity(profile: CallProfile) -> str:
    """From when to when a profile holds, in words."""
    match profile.valid_from, profile.valid_until:
        case None, None:
            return "no dates stated"
        case start, None:
            return f"from {date(start)}"
        case None, end:
            return f"until {date(end)}"
        case start, end:
            return f"{date(start)} to {date(end)}"
    raise AssertionError("every pair of dates is one of the four")


def hardness(value: Hardness) -> str:
    """What kind of demand it is, in words."""
    return {
        Hardness.HARD: "must be kept",
        Hardness.SOFT: "should be kept, or justified",
        Hardness.ATTESTATION: "a person has to confirm it",
    }[value]


def paired(first: Iterable[Any], second: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Two rows of equal length as pairs.

    >>> paired("ab", (1, 2))
    [('a', 1), ('b', 2)]
    """
    return list(zip(first, second, strict=True))


FILTERS = (
    attestations,
    bar,
    by_urgency,
    change,
    changed,
    changes_of,
    count,
    country,
    cut,
    date,
    eu,
    euro,
    gap_sentence,
    hardness,
    hidden,
    instead_of,
    kind,
    moment,
    named,
    names_of,
    number,
    open_questions,
    paired,
    percent,
    sentence,
    shared,
    tally,
    validity,
    web_name,
    words,
    years,
)
