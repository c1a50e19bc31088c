"""Which column is meant by a heading, in any of the EU's 24 languages?

A heading is a few words: `Titel der Skizze`, `Art der Einrichtung`, `Název projektu`. Each word stands for an idea
(TITLE, PROJECT, KIND, ORGANISATION), and a rule says which ideas together mean which column. So a heading that nobody
wrote before is understood where its words are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from data.sources.cldr import money_units
from data.sources.spelling import plain
from data.sources.vocabulary import words

_RULES: tuple[tuple[str, str, int], ...] = (
    # ideas, column, weight where exactly these are there
    ("PIC", "organisation", 9), ("ORGANISATION NUMBER", "organisation", 8), ("SENDER NUMBER", "organisation", 7),
    ("ORGANISATION PIC", "organisation", 9), ("NUMBER PIC", "organisation", 9), ("PARTNER NUMBER", "number", 8),
    ("ORGANISATION NAME", "organisation_name", 9), ("SENDER NAME", "organisation_name", 9),
    ("ORGANISATION SENDER", "organisation_name", 9), ("SENDER", "organisation_name", 8),
    ("ORGANISATION", "organisation_name", 8), ("NAME", "organisation_name", 5),
    ("PARTNER NAME", "organisation_name", 5),
    ("ORGANISATION NAME SENDER", "organisation_name", 9),
    ("NUMBER", "id", 6), ("NUMBER PROJECT", "id", 7),
    ("TITLE", "title", 8), ("PROJECT TITLE", "title", 9), ("NAME PROJECT", "title", 8), ("PROJECT", "title", 5),
    ("TEXT", "text", 8), ("PROJECT TEXT", "text", 9), ("TEXT TITLE", "text", 3),
    ("COUNTRY", "country", 9), ("COUNTRY ORGANISATION", "country", 8), ("COUNTRY SENDER", "country", 8),
    ("KIND", "kind", 7), ("KIND ORGANISATION", "kind", 9), ("KIND SENDER", "kind", 8),
    ("LANGUAGE", "language", 9), ("OFFER", "offers", 8), ("SEEK", "seeks", 8), ("PARTNER SEEK", "seeks", 8),
    ("STREAM", "work_stream", 8), ("BUDGET", "budget_eur", 8), ("BUDGET PROJECT", "budget_eur", 8),
    ("SME", "sme", 9), ("KIND SME", "sme", 7), ("OWNER", "owner", 8), ("DATE", "submitted", 8),
    ("CITY", "city", 8), ("URL", "url", 8), ("PROFILE", "profile", 8), ("ROLE", "role", 8),
    ("PARTNER", "partners", 8), ("ORGANISATION PARTNER", "partners", 8), ("PARTNER PROJECT", "partners", 7),
)  # fmt: skip
_BY_IDEAS = {frozenset(ideas.split()): (column, weight) for ideas, column, weight in _RULES}
_STEM = 5
"""A word of that many letters is looked for inside longer ones, of four letters at their ends: `Projekttitel`."""
_FILLERS = frozenset(
    [
        "der",
        "die",
        "das",
        "des",
        "dem",
        "den",
        "und",
        "oder",
        "of",
        "the",
        "a",
        "an",
        "and",
        "or",
        "for",
        "fur",
        "de",
        "la",
        "le",
        "les",
        "du",
        "et",
        "des",
        "el",
        "los",
        "las",
        "del",
        "y",
        "il",
        "lo",
        "gli",
        "di",
        "della",
        "dello",
        "da",
        "do",
        "dos",
        "das",
        "e",
        "w",
        "na",
        "z",
        "o",
        "pro",
        "in",
        "im",
        "zum",
        "zur",
        "je",
        "pour",
        "por",
        "per",
        "till",
        "for",
        "av",
        "og",
        "och",
        "kurz",
        "short",
        "geplant",
        "geplantes",
        "geplante",
        "beantragt",
        "beantragte",
        "planned",
        "total",
        "gesamt",
        "voraussichtlich",
        "max",
        "optional",
    ]
)
_MILLION = r"\bmio\b|\bmill?(?:ion(?:en|s)?)?\b|\bm ?(?:€|eur)|\bmln\b|\bmeur\b|\bmil\.? ?eur"
_THOUSAND = r"\b[tk] ?(?:€|eur)|\btsd\b|\bthousand|\btausend|\btys\b|\b(?:in )?1[., ]?000 ?(?:€|eur)"
_UNIT = re.compile(rf"(?i)(?P<million>{_MILLION})|(?P<thousand>{_THOUSAND})")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading means: a column's name, None where nobody knows, and how sure that is."""

    column: str | None
    weight: int = 0


@cache
def meaning_of(heading: str, group: str = "") -> Heading:
    """Return what a heading means, under the title of a group of columns if there is one.

    >>> meaning_of("Titel der Skizze").column, meaning_of("Název projektu").column, meaning_of("Art").column
    ('title', 'title', 'kind')
    >>> meaning_of("Name", "Ansprechpartner/in").column is None
    True
    """
    ideas = ideas_of(heading)
    if "CONTACT" in ideas or ("CONTACT" in ideas_of(group) and "ORGANISATION" not in ideas):
        return Heading(None)
    if meaning := _BY_IDEAS.get(ideas):
        return Heading(*meaning)
    above = ideas_of(group)
    if above and (meaning := _BY_IDEAS.get(ideas | above)):
        return Heading(meaning[0], meaning[1] - 1)
    if "REMARK" in ideas or "SHARE" in ideas:
        return Heading(None)
    parts = [known for known in _BY_IDEAS.items() if known[0] < ideas]
    if not parts:
        return Heading(None)
    _, (column, weight) = max(parts, key=lambda known: (len(known[0]), known[1][1]))
    return Heading(column, max(1, weight - 4))


def ideas_of(heading: str) -> frozenset[str]:
    """Return the ideas for which the words of a heading stand."""
    whole, stems = _vocabulary()
    ideas: set[str] = set()
    for word in plain(re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", heading)).split():
        if word in _FILLERS:
            continue
        if word in whole:
            ideas |= whole[word]
            continue
        rest = word
        for stem, meant in stems:
            if stem in rest and (len(stem) >= _STEM or rest.startswith(stem) or rest.endswith(stem)):
                ideas |= meant
                rest = rest.replace(stem, " ")
    return frozenset(ideas)


def scale_of(heading: str) -> float:
    """Return by how much the amounts below a heading are to be multiplied: `Budget (T€)` by 1000.

    Beside the sign of the euro, CLDR's words for thousands and millions count in every language.

    >>> scale_of("Budget (T€)"), scale_of("Kosten in Mio. EUR"), scale_of("Budget")
    (1000.0, 1000000.0, 1.0)
    >>> scale_of("Költségvetés (ezer EUR)"), scale_of("Бюджет, хиляди евро"), scale_of("Budget in EUR")
    (1000.0, 1000.0, 1.0)
    """
    match = _UNIT.search(heading)
    if match is not None:
        return 1e6 if match["million"] else 1e3
    words = re.findall(r"[^\W\d_]{3,}\.?", heading.casefold())
    if not re.search(r"(?i)€|\beur|евро|ευρώ", heading):
        return 1.0
    return next((factor for word in words if (factor := money_units().get(word)) is not None), 1.0)


@cache
def _vocabulary() -> tuple[dict[str, set[str]], Sequence[tuple[str, set[str]]]]:
    written = words()["headings"]
    whole: dict[str, set[str]] = {}
    for idea, spellings in written.items():
        for word in spellings.split():
            for part in plain(word).split():
                whole.setdefault(part, set()).add(idea)
    for word, ideas in whole.items():
        if len(ideas) > 1:  # the more telling idea stands
            whole[word] = {next(idea for idea in written if idea in ideas)}
    stems = sorted((item for item in whole.items() if len(item[0]) >= 4), key=lambda item: -len(item[0]))
    return whole, stems
