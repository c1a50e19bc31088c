"""What does the page of an overall project show? Titles and names in place of ids, the strongest and worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.countries import to_eu
from matcher.overall import project
from matcher.overall.project import Alternative, OverallProject
from service.web.pages import show
from service.words import count, traded

STRONGEST = 20
"""Links that are shown with their evidence; the others follow as a table."""
WEAKEST = 6
"""Weak points that are shown; the spreadsheet holds all."""
SHADES = 5


@dataclass(frozen=True, slots=True)
class LinkRow:
    """Two outlines that should work together. `quotes`: what one seeks and what the other offers."""

    a: str
    b: str
    countries: str
    strength: float
    quotes: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    """Further grounds as sentences."""


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """Links between two states, and the shade of its square: 0 (none) to SHADES (most)."""

    links: int
    shade: int


def links(answer: OverallProject, titles: Mapping[str, str]) -> list[LinkRow]:
    """Return the links, the strongest first."""
    strongest = sorted(answer.links, key=lambda link: -round(link.strength, 4))
    return [_link(link, titles) for link in strongest]


def _link(link: project.Link, titles: Mapping[str, str]) -> LinkRow:
    quotes = [
        (ground.evidence.seeks or "", ground.evidence.offers or "")
        for ground in link.why
        if ground.name == "seeks-offers"
    ]
    others = [
        show.sentence(ground.text) for ground in link.why if ground.name not in ("seeks-offers", "topic")
    ]
    a, b = (titles.get(end, end) for end in (link.a, link.b))
    states = " – ".join(map(to_eu, link.countries))
    return LinkRow(a, b, states, link.strength, tuple(quotes[:1]), tuple(others))


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


def view(answer: OverallProject) -> dict[str, Any]:
    """Return all that the template needs beside the answer itself."""
    titles: dict[str, str] = {participant.outline: participant.title for participant in answer.participants}
    names = {participant.organisation: participant.name for participant in answer.participants}
    ranked = links(answer, titles)
    return {
        "titles": titles,
        "owners": {participant.outline: participant for participant in answer.participants},
        "names": names,
        "strongest": ranked[:STRONGEST],
        "further": ranked[STRONGEST:],
        "matrix": matrix(answer),
        "weak": weak_points(answer, titles | names)[:WEAKEST],
        "changes": changes(answer, titles),
        "others": others(answer),
    }
