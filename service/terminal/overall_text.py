"""How does a call's overall project look in a terminal? By titles, organisations and states; it computes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from textwrap import shorten, wrap
from typing import Any

from data.calls import PREVAILS
from data.countries import country_name, to_iso
from matcher.overall.meetings import MeetingPlan
from service.terminal.render import MARKS, WIDTH
from service.words import count

STRONGEST = 10
"""Links that are shown; the files hold all."""
WORST = 6
"""Losses that are shown, the worst first."""
QUOTED = 160
"""Letters of an offer or a search."""
TERMS = {
    "fit": "fit to the streams",
    "complement": "answers to what is sought",
    "topic": "common topics",
    "known": "known ties",
    "inside": "links inside one stream",
    "evenness": "evenness of the streams",
    "borders": "pairs of states that are linked",
}
"""What an alternative trades, in words; all in [0, 1]."""
COUNTS = {"links": "link", "streams": "work stream"}
SMALL = 0.005
"""A difference up to this would be shown as 0.00."""
Answer = Mapping[str, Any]


def integration(answer: Answer) -> str:
    """The overall project: how good it is, streams, links, what changed, what is missing, what must not drop out."""
    who = {each["outline"]: each for each in answer["participants"]}
    lines = [
        *_folded(_summary(answer), ""),
        *_folded(gap_of(answer), ""),
        *(["Fictional demo: organisations and outlines are invented."] if answer["fictional"] else []),
        f"Run {answer['run']}, call {answer['call']}",
    ]
    for stream in answer["streams"]:
        lines += ["", *_stream(stream, who)]
    lines += ["", *_links(answer, who)]
    if answer.get("changes") is not None:
        lines += ["", "What changed since the proposal before:", *_changes(answer, who)]
    lines += ["", *_gaps(answer, who), "", *_losses(answer, who), "", *_rules(answer["rules"])]
    for number, other in enumerate(answer.get("alternatives", ()), start=1):
        lines += ["", *_alternative(number, other)]
    return "\n".join([*lines, *(line for note in answer["notes"] for line in _folded(note, "")), PREVAILS])


def _summary(answer: Answer) -> str:
    people = answer["participants"]
    organisations = count(len({each["organisation"] for each in people}), "organisation")
    states = count(len({each["country"] for each in people}), "state")
    return (
        f"{count(len(people), 'outline')} of {organisations} from {states} in "
        f"{count(len(answer['streams']), 'work stream')}, with "
        f"{count(len(answer['links']), 'collaboration')} across a border."
    )


def gap_of(answer: Answer) -> str:
    """How near to the best the proposal is, and where that holds.

    >>> gap_of({"status": "bounded", "gap": 0.0057, "streams": [1, 2]})
    'Within 0.57 % of the best possible for these 2 streams, over all pairs of outlines.'
    """
    near = f"Within {100 * answer['gap']:.2g} % of the best possible"
    if answer["status"] == "optimal":
        near = "Proved best"
    return f"{near} for these {len(answer['streams'])} streams, over all pairs of outlines."


def _stream(stream: Answer, who: Mapping[str, Answer]) -> list[str]:
    head = (
        f"{stream['name']} [{stream['id']}]: {count(len(stream['outlines']), 'outline')} from "
        f"{count(len(stream['countries']), 'state')}"
    )
    terms = f"terms: {', '.join(stream['terms'])}" if stream["terms"] else "no salient terms"
    people = [who[each] for each in stream["outlines"]]
    rows = [f"  {each['country']}  {_short(each)}  {each['outline']}" for each in sorted(people, key=_state)]
    return [head, *_folded(terms, "  "), *rows]


def _state(each: Answer) -> tuple[str, str]:
    return each["country"], each["outline"]


def _short(each: Answer) -> str:
    """Title and organisation, short enough for one line."""
    return f"{shorten(each['title'], 54, placeholder=' …')} ({shorten(each['name'], 34, placeholder=' …')})"


def _named(ident: str, who: Mapping[str, Answer]) -> str:
    return f"{_short(who[ident])}, {who[ident]['country']}" if ident in who else f"outline {ident}"


def _links(answer: Answer, who: Mapping[str, Answer]) -> list[str]:
    strongest = sorted(answer["links"], key=lambda link: (-link["strength"], link["a"], link["b"]))[
        :STRONGEST
    ]
    lines = [f"Collaborations across a border: {len(answer['links'])}; the strongest:"]
    for link in strongest:
        lines.append(f"  {link['strength']:.2f}  {_named(link['a'], who)}  {link['a']}")
        lines.append(f"        with {_named(link['b'], who)}  {link['b']}")
        for reason in link["why"][:1]:
            lines += _folded(_ground(reason, who), "        ")
    return lines


def _ground(reason: Answer, who: Mapping[str, Answer]) -> str:
    if reason["name"] != "seeks-offers":
        return str(reason["text"])
    told = reason["evidence"]
    seeks, offers = (shorten(told[name], QUOTED, placeholder=" …") for name in ("seeks", "offers"))
    seeker, supplier = (who[told[name]]["name"] for name in ("seeker", "supplier"))
    return f"{seeker} seeks “{seeks}”; {supplier} offers “{offers}”"


def _changes(answer: Answer, who: Mapping[str, Answer]) -> list[str]:
    """What came, left, moved; nothing changed is said too."""
    changes, streams = answer["changes"], {each["id"]: each["name"] for each in answer["streams"]}
    known = {**{each["outline"]: each for each in changes["gone"]}, **who}
    told = [
        *(("left", _named(each, known)) for each in changes["removed"]),
        *(("came in", _named(each, known)) for each in changes["added"]),
        *(
            ("moved", f"{_named(each, known)}: from {streams.get(old, old)} to {streams.get(new, new)}")
            for each, old, new in changes["moved"]
        ),
        *(("stream named anew", f"{old} is now {new}") for _, old, new in changes["renamed"]),
        *(("new link", _pair(pair, known)) for pair in changes["links_added"]),
        *(("link no more", _pair(pair, known)) for pair in changes["links_removed"]),
        *(("link gone with who left", _pair(pair, known)) for pair in changes["links_gone"]),
    ]
    return [line for what, text in told for line in _folded(f"{what}: {text}", "  ")] or ["  nothing"]


def _pair(pair: Sequence[str], known: Mapping[str, Answer]) -> str:
    return f"{_named(pair[0], known)} – {_named(pair[1], known)}"


def _gaps(answer: Answer, who: Mapping[str, Answer]) -> list[str]:
    told: list[tuple[str, Iterable[str]]] = [
        ("Outlines without any link", (_named(each, who) for each in answer["isolated"])),
        (
            "Outlines with too few links",
            (_named(each, who) for each in answer["short"] if each not in answer["isolated"]),
        ),
        ("Topics nobody covers", (topic["name"] for topic in answer["uncovered"])),
        ("Invited states without an outline", map(_country, answer["missing_countries"])),
    ]
    for title, kind in (("Direct competitors", "competitors"), ("Perhaps handed in twice", "duplicate")):
        told.append(
            (title, [_pair(each["about"], who) for each in answer["findings"] if each["kind"] == kind])
        )
    others = [each["text"] for each in answer["findings"] if each["kind"] not in ("competitors", "duplicate")]
    told.append(("Also look at", others))
    return [line for title, what in told for line in _folded(f"{title}: {'; '.join(what) or 'none'}", "")]


def _country(code: str) -> str:
    return f"{country_name(to_iso(code))} ({code})"


def _losses(answer: Answer, who: dict[str, Answer]) -> list[str]:
    """The few worst losses with what they break; the others are counted."""
    breaking = [loss for loss in answer["fragile"] if loss["breaks"]]
    if not breaking:
        return ["Who must not drop out: nobody; any single withdrawal can be borne."]
    names = {each["organisation"]: each for each in answer["participants"]}
    lines = ["Who must not drop out, the worst first:"]
    for loss in breaking[:WORST]:
        lines += _folded(_who_leaves(loss, who | names), "  • ")
        lines += [line for each in loss["breaks"] for line in _folded(each, "      ")]
        if loss["mend"]:
            pairs = "; ".join(_pair(pair, who) for pair in loss["mend"][:3])
            lines += _folded(f"would be mended by {count(len(loss['mend']), 'new link')}: {pairs}", "      ")
    if len(breaking) > WORST:
        lines.append(f"  and {count(len(breaking) - WORST, 'lesser one')}; the spreadsheet holds all.")
    return lines


def _who_leaves(loss: Answer, known: Mapping[str, Answer]) -> str:
    if loss["kind"] == "country":
        size = f"{count(len(loss['outlines']), 'outline')}, {count(loss['links'], 'link')}"
        return f"{_country(loss['id'])}: {size}"
    if loss["kind"] == "outline":
        return _named(loss["id"], known)
    return f"{known[loss['id']]['name']}, with all its {count(len(loss['outlines']), 'outline')}"


def _rules(rules: Iterable[Answer]) -> list[str]:
    told = list(rules)
    asked = [rule for rule in told if rule["answer"] == "unknown" and rule["kind"] == "attestation"]
    lines = ["Rules:"] + [f"  {MARKS[r['answer']]:15} {r['id']} {r['text']}" for r in told if r not in asked]
    if asked:
        lines += ["  For a person to confirm:", *(f"    {rule['id']} {rule['text']}" for rule in asked)]
    return lines


def traded(trade: Mapping[str, float]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What an alternative has more of than the first, and less of, in words; what would be shown as 0.00 is left out.

    >>> traded({"fit": -0.125, "known": 0.36, "topic": 0.001, "links": 4.0})
    (('known ties +0.36', '4 links'), ('fit to the streams −0.12',))
    """
    told = [
        (f"{name} {trade[term]:+.2f}".replace("-", "−"), trade[term])
        for term, name in TERMS.items()
        if abs(trade.get(term, 0)) > SMALL
    ]
    told += [
        (count(abs(round(trade[term])), one), trade[term]) for term, one in COUNTS.items() if trade.get(term)
    ]
    return tuple(text for text, value in told if value > 0), tuple(text for text, value in told if value < 0)


def _alternative(number: int, other: Answer) -> list[str]:
    more, less = traded(other["trade"])
    links, places = other["links_changed"], other["streams_changed"]
    differs = f"{links:.0%} of the links and {places:.0%} of the places in streams differ"
    streams = [
        f"    {stream['name']}: {count(len(stream['outlines']), 'outline')}"
        for stream in other["project"]["streams"]
    ]
    return [
        f"Alternative {number}, {other['name']}: {other['aim']}",
        *_folded(f"{_summary(other['project'])} {differs}.", "  "),
        *(_folded(f"More: {', '.join(more)}.", "  ") if more else ()),
        *(_folded(f"Less: {', '.join(less)}.", "  ") if less else ()),
        *streams,
    ]


def decisions(answer: Answer) -> str:
    """Every decision with its key."""
    if not answer["decisions"]:
        return f"Nothing is decided for call {answer['call']}."
    lines = [f"Decided for call {answer['call']}, each with its key (`--take-back KEY`):"]
    for each in answer["decisions"]:
        lines += [f"  {each['key']}", *_folded(each["text"], "      ")]
    return "\n".join(lines)


def meeting_table(plan: MeetingPlan) -> str:
    """Who meets whom, slot by slot."""
    lines = [f"{len(plan.meetings)} meetings in {len(plan.slots)} slots at {plan.tables} tables"]
    for meeting in sorted(plan.meetings, key=lambda meeting: (meeting.slot, meeting.table)):
        start = plan.slots[meeting.slot - 1].start
        a, b = (plan.names.get(each, each) for each in (meeting.a, meeting.b))
        lines.append(f"  {start:%d.%m.%Y %H:%M}  table {meeting.table:3}  {a} – {b}")
    if plan.short:
        lines.append(f"Fewer meetings than asked for: {', '.join(plan.names.get(p, p) for p in plan.short)}")
    return "\n".join(lines)


def _folded(text: str, indent: str) -> list[str]:
    folded = wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent) + "  ", break_on_hyphens=False
    )
    return folded or [indent]
