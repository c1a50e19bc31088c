"""What does the page of an overall project show? Titles and names in place of ids, the strongest and worst first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.countries import eu_or_unknown, to_eu
from matcher.overall import project
from matcher.overall.project import Alternative, OverallProject, Participant
from service.web.pages import show, web_of_states
from service.words import budget_text, count, traded

STRONGEST = 8
"""Links that are shown with their evidence; the others follow as a table."""
WEAKEST = 6
"""Weak points that are shown; the spreadsheet holds all."""
SHADES = 5
LISTED = 24
"""Outlines that are listed before somebody asks for all of them."""


@dataclass(frozen=True, slots=True)
class End:
    """One side of a link: the outline's id and title, and whose it is."""

    id: str
    title: str
    organisation: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """Two outlines that should work together. `quotes`: who seeks what, and who brings what."""

    a: End
    b: End
    strength: float
    quotes: tuple[tuple[str, str, str, str], ...]
    others: tuple[str, ...]
    """Further grounds as sentences; nothing where only the whole texts are near."""


def links(answer: OverallProject) -> list[LinkRow]:
    """Return the links, the strongest first."""
    ends: dict[str, End] = {p.outline: _end(p) for p in answer.participants}
    strongest = sorted(answer.links, key=lambda link: -round(link.strength, 4))
    return [_link(link, ends) for link in strongest]


def _end(one: Participant) -> End:
    return End(one.outline, one.title, one.organisation, one.name, eu_or_unknown(one.country))


def _link(link: project.Link, ends: Mapping[str, End]) -> LinkRow:
    quotes = []
    for ground in link.why:
        if ground.name == "seeks-offers":
            seeker, supplier = (
                ends[ground.evidence.seeker or link.a],
                ends[ground.evidence.supplier or link.b],
            )
            quotes.append(
                (seeker.name, ground.evidence.seeks or "", supplier.name, ground.evidence.offers or "")
            )
    others = [
        show.sentence(ground.text) for ground in link.why if ground.name not in ("seeks-offers", "topic")
    ]
    return LinkRow(ends[link.a], ends[link.b], link.strength, tuple(quotes), tuple(others))


@dataclass(frozen=True, slots=True)
class StreamCell:
    """The outlines of a state in a stream. `money`: known budgets, millions of euros, "?" for unknown."""

    outlines: int
    money: str
    shade: int


@dataclass(frozen=True, slots=True)
class StreamLine:
    """A stream's row of the matrix of streams and states; the last one adds all up."""

    id: str
    name: str
    cells: tuple[tuple[str, StreamCell], ...]
    all: StreamCell


def streams_by_states(answer: OverallProject) -> tuple[list[str], list[StreamLine]]:
    """Return the states in EU style, and a row for each stream: outlines and known budgets of each state."""
    states = sorted({eu_or_unknown(p.country) for p in answer.participants})
    most = max((count for count in _counted(answer).values()), default=1)
    rows = []
    for ident, name in [*((stream.id, stream.name) for stream in answer.streams), ("", "All")]:
        theirs = [p for p in answer.participants if ident in ("", p.stream)]
        by_state = {state: [p for p in theirs if eu_or_unknown(p.country) == state] for state in states}
        cells = tuple((state, _cell(people, most if ident else 0)) for state, people in by_state.items())
        rows.append(StreamLine(ident, name, cells, _cell(theirs, 0)))
    return states, rows


def _counted(answer: OverallProject) -> Counter[tuple[str, str]]:
    return Counter((p.stream, eu_or_unknown(p.country)) for p in answer.participants)


def _cell(people: Sequence[Participant], most: int) -> StreamCell:
    known = [p.budget_eur for p in people if p.budget_eur is not None]
    money = f"{sum(known) / 1e6:,.1f}" if known else "?" if people else ""
    if known and len(known) < len(people):
        money += " + ?"
    return StreamCell(len(people), money, -(-SHADES * len(people) // most) if most else 0)


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """An outline in the list: whose, where it was asked to stand and where it stands, and with whom it works."""

    end: End
    stream: str
    stream_name: str
    asked: str
    elsewhere: str
    budget: float | None
    links: tuple[tuple[End, LinkRow], ...]


def outlines(
    answer: OverallProject, ranked: Sequence[LinkRow], chosen: Mapping[str, str]
) -> list[OutlineLine]:
    """Return the outlines of a stream, of a state, with words in title or organisation: as far as these are chosen."""
    names = {stream.id: stream.name for stream in answer.streams}
    partners: dict[str, list[tuple[End, LinkRow]]] = {p.outline: [] for p in answer.participants}
    for row in ranked:
        partners[row.a.id].append((row.b, row))
        partners[row.b.id].append((row.a, row))
    words = chosen.get("find", "").casefold().split()
    lines = []
    for p in answer.participants:
        text = f"{p.outline} {p.title} {p.name}".casefold()
        fits = chosen.get("stream") in (None, "", p.stream) and all(word in text for word in words)
        if fits and chosen.get("state") in (None, "", eu_or_unknown(p.country)):
            wish = names.get(p.asked or "", p.asked or "")
            lines.append(
                OutlineLine(
                    _end(p),
                    p.stream,
                    names[p.stream],
                    wish,
                    p.elsewhere,
                    p.budget_eur,
                    tuple(partners[p.outline]),
                )
            )
    return sorted(lines, key=lambda line: (not line.elsewhere, line.end.state, line.end.id))


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """Links between two states, and the shade of its square: 0 (none) to SHADES (most)."""

    links: int
    shade: int


def matrix(answer: OverallProject) -> list[tuple[str, list[MatrixCell]]]:
    """Return the rows of the state-by-state matrix: the state in EU style, and its links with each state in turn."""
    states, counts = answer.state_matrix.states, answer.state_matrix.links
    most = max((count for row in counts for count in row), default=0)
    return [
        (to_eu(state), [MatrixCell(count, -(-SHADES * count // most) if most else 0) for count in row])
        for state, row in zip(states, counts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class LossRow:
    """Somebody whose loss breaks something. `size`: what goes along; `mend`: the links that would mend it."""

    who: str
    size: str
    breaks: str
    mend: tuple[str, ...]


def weak_points(answer: OverallProject, names: Mapping[str, str]) -> list[LossRow]:
    """Return whose loss breaks something, the worst first."""
    breaking = [loss for loss in answer.fragile if loss.breaks]
    return [
        LossRow(
            show.country(loss.id) if loss.kind == "country" else names.get(loss.id, loss.id),
            f"{count(len(loss.outlines), 'outline')}, {count(loss.links, 'link')}",
            show.sentence("; ".join(loss.breaks)),
            tuple(_pair(pair, names) for pair in loss.mend),
        )
        for loss in sorted(breaking, key=lambda loss: -round(loss.severity, 3))
    ]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One kind of change against the proposal before, and what it is about."""

    what: str
    about: tuple[str, ...]


def changes(answer: OverallProject, names: Mapping[str, str]) -> list[ChangeRow]:
    """Return what differs from the proposal before; nothing where there was none or all is as it was."""
    differences = answer.changes
    if differences is None:
        return []
    streams = {stream.id: stream.name for stream in answer.streams}
    gone: dict[str, str] = {person.outline: person.title for person in differences.gone}
    known = {**gone, **names}
    moved = (
        f"{known.get(outline, outline)}: from {streams.get(old, old)} to {streams.get(new, new)}"
        for outline, old, new in differences.moved
    )
    kinds = [
        ChangeRow("Gone", tuple(known.get(outline, outline) for outline in differences.removed)),
        ChangeRow("New", tuple(known.get(outline, outline) for outline in differences.added)),
        ChangeRow("Moved", tuple(moved)),
        ChangeRow("Stream named anew", tuple(f"{old} is now {new}" for _, old, new in differences.renamed)),
        ChangeRow("New links", tuple(_pair(pair, known) for pair in differences.links_added)),
        ChangeRow("Links no more", tuple(_pair(pair, known) for pair in differences.links_removed)),
        ChangeRow("Links gone with who left", tuple(_pair(pair, known) for pair in differences.links_gone)),
    ]
    return [kind for kind in kinds if kind.about]


def _pair(pair: Sequence[str], names: Mapping[str, str]) -> str:
    return " – ".join(names.get(outline, outline) for outline in pair)


@dataclass(frozen=True, slots=True)
class AlternativeRow:
    """Another integration: its aim, what it consists of, how far it lies off, and what it has more and less of."""

    name: str
    aim: str
    streams: tuple[str, ...]
    differs: str
    more: tuple[str, ...]
    less: tuple[str, ...]


def others(answer: OverallProject) -> list[AlternativeRow]:
    """Return the alternatives, where they were asked for."""
    return [_other(alternative) for alternative in answer.alternatives or ()]


def _other(other: Alternative) -> AlternativeRow:
    more, less = traded(other.trade)
    return AlternativeRow(
        other.name,
        other.aim,
        tuple(f"{stream.name} ({len(stream.outlines)})" for stream in other.project.streams),
        f"{other.links_changed:.0%} of the links and {other.streams_changed:.0%} of the places in streams differ.",
        more,
        less,
    )


def view(answer: OverallProject, chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return all that the template needs beside the answer itself. `chosen`: which outlines are listed."""
    titles: dict[str, str] = {participant.outline: participant.title for participant in answer.participants}
    names = {participant.organisation: participant.name for participant in answer.participants}
    ranked = links(answer)
    states, lines = streams_by_states(answer)
    listed = outlines(answer, ranked, chosen)
    return {
        "titles": titles,
        "names": names,
        "strongest": ranked[:STRONGEST],
        "further": ranked[STRONGEST:],
        "matrix": matrix(answer),
        "states": states,
        "lines": lines,
        "listed": listed[: None if chosen.get("all") else LISTED],
        "unlisted": 0 if chosen.get("all") else max(0, len(listed) - LISTED),
        "asked": len(answer.wishes),
        "picture": web_of_states.web(
            answer,
            {
                state: chosen["here"] + f"&state={to_eu(state)}#outlines"
                for state in answer.state_matrix.states
            },
        ),
        "budgets": {row.id: budget_text(row) for row in answer.budgets if row.by == "stream"},
        "weak": weak_points(answer, titles | names)[:WEAKEST],
        "changes": changes(answer, titles),
        "others": others(answer),
    }
