"""How does a call's overall project look in a terminal? By titles, organisations and states; it computes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from data.calls import PREVAILS
from data.countries import country_name, eu_or_unknown, to_eu
from service.app.answers import DecisionList
from service.terminal.rules_text import folded, rules_in_short
from service.words import budget_text, count, cut, traded

if TYPE_CHECKING:  # slow to import, and only named here
    from matcher.overall.meetings import MeetingPlan
    from matcher.overall.project import (
        Alternative,
        Changes,
        Ground,
        Loss,
        OverallProject,
        Participant,
        Person,
        Stream,
    )

STRONGEST = 10
"""Links that are shown; the files hold all."""
WORST = 6
"""Losses that are shown, the worst first."""
QUOTED = 160
"""Letters of an offer or a search."""
Who = Mapping[str, "Participant | Person"]
"""Who stands behind an outline, by its id."""


def integration(project: OverallProject) -> str:
    """The overall project: how good it is, streams, links, what changed, what is missing, what must not drop out."""
    who: Who = {participant.outline: participant for participant in project.participants}
    lines = [
        *_folded(_summary(project), ""),
        *_folded(gap_of(project), ""),
        *(["Fictional demo: organisations and outlines are invented."] if project.fictional else []),
        f"Run {project.run}, call {project.call}",
    ]
    for stream in project.streams:
        lines += ["", *_stream(stream, who)]
    lines += ["", *_wishes(project, who), *_budgets(project), "", *_links(project, who)]
    if project.changes is not None:
        lines += ["", "What changed since the proposal before:", *_changes(project.changes, project, who)]
    rules = () if project.rules is None else project.rules.rules
    lines += ["", *_gaps(project, who), "", *_losses(project, who), "", "Rules:", *rules_in_short(rules)]
    for number, other in enumerate(project.alternatives or (), start=1):
        lines += ["", *_alternative(number, other)]
    return "\n".join([*lines, *(line for note in project.notes for line in _folded(note, "")), PREVAILS])


def _summary(project: OverallProject) -> str:
    people = project.participants
    organisations = count(len({participant.organisation for participant in people}), "organisation")
    states = count(len(project.state_matrix.states), "state")
    return (
        f"{count(len(people), 'outline')} of {organisations} from {states} in "
        f"{count(len(project.streams), 'work stream')}, with "
        f"{count(len(project.links), 'collaboration')} across a border."
    )


def gap_of(project: OverallProject) -> str:
    """How near to the best the proposal is, and where that holds."""
    near = f"Within {100 * project.gap:.2g} % of the best possible"
    if project.status == "optimal":
        near = "Proved best"
    return f"{near} for these {len(project.streams)} streams, over all pairs of outlines."


def _stream(stream: Stream, who: Who) -> list[str]:
    head = (
        f"{stream.name} [{stream.id}]: {count(len(stream.outlines), 'outline')} from "
        f"{count(len(stream.countries), 'state')}"
    )
    words = ", ".join(term.quoted for term in stream.terms)
    people = sorted((who[outline] for outline in stream.outlines), key=_state)
    rows = [f"  {eu_or_unknown(person.country)}  {_short(person)}  {person.outline}" for person in people]
    return [head, *_folded(f"terms: {words}" if words else "no salient terms", "  "), *rows]


def _wishes(project: OverallProject, who: Who) -> list[str]:
    """Who stands in another stream than its sender asked for, and why."""
    wishes = project.wishes
    others = sum(participant.asked is not None for participant in project.participants) - len(wishes)
    own = [
        f"{count(others, 'sender')} named a field in words of their own, which are no stream of the project."
    ]
    if not wishes:
        return own if others else []
    names = {stream.id: stream.name for stream in project.streams}
    lines = [
        f"Of {count(len(wishes), 'outline')} whose sender asked for a stream, {len(project.elsewhere)} stand elsewhere."
    ]
    for one in project.elsewhere:
        wish = names.get(one.asked or "", one.asked)
        text = f"{_named(one.outline, who)}: asked for {wish}, stands in {names[one.stream]}; {one.elsewhere}"
        lines += _folded(text, "  ")
    return lines


def _budgets(project: OverallProject) -> list[str]:
    """What the streams cost, and of how many outlines that is unknown."""
    names = {stream.id: stream.name for stream in project.streams}
    rows = [budget for budget in project.budgets if budget.by == "stream"]
    return [
        "Budgets by stream:",
        *(line for row in rows for line in _folded(f"{names[row.id]}: {budget_text(row)}", "  ")),
    ]


def _state(person: Participant | Person) -> tuple[str, str]:
    return eu_or_unknown(person.country), person.outline


def _short(person: Participant | Person) -> str:
    """Title and organisation, short enough for one line."""
    return f"{cut(person.title, 54)} ({cut(person.name, 34)})"


def _named(ident: str, who: Who) -> str:
    return (
        f"{_short(who[ident])}, {eu_or_unknown(who[ident].country)}" if ident in who else f"outline {ident}"
    )


def _links(project: OverallProject, who: Who) -> list[str]:
    strongest = sorted(project.links, key=lambda link: (-round(link.strength, 4), link.a, link.b))
    lines = [f"Collaborations across a border: {len(project.links)}; the strongest:"]
    for link in strongest[:STRONGEST]:
        lines.append(f"  {link.strength:.2f}  {_named(link.a, who)}  {link.a}")
        lines.append(f"        with {_named(link.b, who)}  {link.b}")
        for ground in [ground for ground in link.why if ground.name != "topic"][:1]:
            lines += _folded(_ground(ground, who), "        ")
    return [*lines, "  Where no reason is given, the whole texts of both outlines are near to each other."]


def _ground(ground: Ground, who: Who) -> str:
    evidence = ground.evidence
    if evidence.seeker is None or evidence.supplier is None:
        return ground.text
    seeks, offers = (cut(text or "", QUOTED) for text in (evidence.seeks, evidence.offers))
    return f"{who[evidence.seeker].name} seeks “{seeks}”; {who[evidence.supplier].name} brings “{offers}”"


def _changes(changes: Changes, project: OverallProject, who: Who) -> list[str]:
    """What came, left, moved; nothing changed is said too."""
    streams = {stream.id: stream.name for stream in project.streams}
    gone: Who = {person.outline: person for person in changes.gone}
    known: Who = {**gone, **who}
    rows = [
        *(("left", _named(outline, known)) for outline in changes.removed),
        *(("came in", _named(outline, known)) for outline in changes.added),
        *(
            ("moved", f"{_named(outline, known)}: from {streams.get(old, old)} to {streams.get(new, new)}")
            for outline, old, new in changes.moved
        ),
        *(("stream named anew", f"{old} is now {new}") for _, old, new in changes.renamed),
        *(("new link", _pair(pair, known)) for pair in changes.links_added),
        *(("link no more", _pair(pair, known)) for pair in changes.links_removed),
        *(("link gone with who left", _pair(pair, known)) for pair in changes.links_gone),
    ]
    return [line for what, text in rows for line in _folded(f"{what}: {text}", "  ")] or ["  nothing"]


def _pair(pair: Sequence[str], known: Who) -> str:
    return f"{_named(pair[0], known)} – {_named(pair[1], known)}"


def _gaps(project: OverallProject, who: Who) -> list[str]:
    rows: list[tuple[str, Iterable[str]]] = [
        ("Outlines without any link", (_named(outline, who) for outline in project.isolated)),
        (
            "Outlines with too few links",
            (_named(outline, who) for outline in project.short if outline not in project.isolated),
        ),
        ("Topics that no outline was found to speak of", _uncovered(project)),
        ("Invited states without an outline", map(_country, project.missing)),
    ]
    for title, kind in (("Direct competitors", "competitors"), ("Perhaps handed in twice", "duplicate")):
        pairs = [_pair(finding.about, who) for finding in project.findings if finding.kind == kind]
        rows.append((title, pairs))
    others = [
        finding.text for finding in project.findings if finding.kind not in ("competitors", "duplicate")
    ]
    rows.append(("Also look at", others))
    return [line for title, what in rows for line in _folded(f"{title}: {'; '.join(what) or 'none'}", "")]


def _uncovered(project: OverallProject) -> Iterable[str]:
    return (topic.name for topic in project.uncovered) if project.coverage else ["the call names no topics"]


def _country(code: str) -> str:
    return f"{country_name(code)} ({to_eu(code)})"


def _losses(project: OverallProject, who: Who) -> list[str]:
    """The few worst losses with what they break; the others are counted."""
    breaking = [loss for loss in project.fragile if loss.breaks]
    if not breaking:
        return ["Who must not drop out: of what is checked, nothing breaks by a single withdrawal."]
    owners = {participant.organisation: participant.name for participant in project.participants}
    lines = ["Who must not drop out, the worst first:"]
    for loss in breaking[:WORST]:
        lines += _folded(_who_leaves(loss, who, owners), "  • ")
        lines += [line for text in loss.breaks for line in _folded(text, "      ")]
        if loss.mend:
            pairs = "; ".join(_pair(pair, who) for pair in loss.mend[:3])
            lines += _folded(f"would be mended by {count(len(loss.mend), 'new link')}: {pairs}", "      ")
    if len(breaking) > WORST:
        lines.append(f"  and {count(len(breaking) - WORST, 'lesser one')}; the spreadsheet holds all.")
    return lines


def _who_leaves(loss: Loss, who: Who, owners: Mapping[str, str]) -> str:
    outlines = count(len(loss.outlines), "outline")
    if loss.kind == "country":
        return f"{_country(loss.id)}: {outlines}, {count(loss.links, 'link')}"
    if loss.kind == "outline":
        return _named(loss.id, who)
    return f"{owners[loss.id]}, with all its {outlines}"


def _alternative(number: int, other: Alternative) -> list[str]:
    more, less = traded(other.trade)
    links, places = other.links_changed, other.streams_changed
    differs = f"{links:.0%} of the links and {places:.0%} of the places in streams differ"
    streams = [
        f"    {stream.name}: {count(len(stream.outlines), 'outline')}" for stream in other.project.streams
    ]
    return [
        f"Alternative {number}, {other.name}: {other.aim}",
        *_folded(f"{_summary(other.project)} {differs}.", "  "),
        *(_folded(f"More: {', '.join(more)}.", "  ") if more else ()),
        *(_folded(f"Less: {', '.join(less)}.", "  ") if less else ()),
        *streams,
    ]


def decisions(answer: DecisionList) -> str:
    """Every decision with its key."""
    if not answer.decisions:
        return f"Nothing is decided for call {answer.call}."
    lines = [f"Decided for call {answer.call}, each with its key (`--take-back KEY`):"]
    for decision in answer.decisions:
        lines += [f"  {decision.key}", *_folded(decision.text, "      ")]
    return "\n".join(lines)


def meeting_table(plan: MeetingPlan) -> str:
    """Who meets whom, slot by slot."""
    lines = [f"{len(plan.meetings)} meetings in {len(plan.slots)} slots at {plan.tables} tables"]
    for meeting in sorted(plan.meetings, key=lambda meeting: (meeting.slot, meeting.table)):
        start = plan.slots[meeting.slot - 1].start
        a, b = (plan.names.get(ident, ident) for ident in (meeting.a, meeting.b))
        lines.append(f"  {start:%d.%m.%Y %H:%M}  table {meeting.table:3}  {a} – {b}")
    if plan.short:
        lines.append(f"Fewer meetings than asked for: {', '.join(plan.names.get(p, p) for p in plan.short)}")
    return "\n".join(lines)


def _folded(text: str, indent: str) -> list[str]:
    return folded(text, indent, hang="  ")
