"""What does the page of an overall project show? The published answer, with titles and names in place of ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.terminal.overall_text import traded
from service.web.pages import show

STRONGEST = 20
"""Links that are shown with their evidence; the others follow as a table."""
WEAKEST = 6
"""Weak points that are shown; the spreadsheet holds all."""
SHADES = 5


@dataclass(frozen=True, slots=True)
class Link:
    """Two outlines that should work together. `quotes`: what one seeks and what the other offers."""

    a: str
    b: str
    countries: str
    strength: float
    quotes: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    """Further grounds as sentences."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Links between two states, and the shade of its square: 0 (none) to SHADES (most)."""

    links: int
    shade: int


def links(answer: Mapping[str, Any], titles: Mapping[str, str]) -> list[Link]:
    """Return the links, the strongest first."""
    return [_link(each, titles) for each in sorted(answer["links"], key=lambda each: -each["strength"])]


def _link(link: Mapping[str, Any], titles: Mapping[str, str]) -> Link:
    grounds = link["why"]
    quotes = [
        (ground["evidence"]["seeks"], ground["evidence"]["offers"])
        for ground in grounds
        if ground["name"] == "seeks-offers"
    ]
    others = [show.sentence(ground["text"]) for ground in grounds if ground["name"] != "seeks-offers"]
    a, b = (titles.get(link[end], link[end]) for end in "ab")
    return Link(a, b, " – ".join(link["countries"]), link["strength"], tuple(quotes[:1]), tuple(others))


def matrix(answer: Mapping[str, Any]) -> list[tuple[str, list[Cell]]]:
    """Return the rows of the state-by-state matrix: the state, and its links with each state in turn."""
    counts: Sequence[Sequence[int]] = answer["state_matrix"]["links"]
    most = max((count for row in counts for count in row), default=0)
    return [
        (state, [Cell(count, -(-SHADES * count // most) if most else 0) for count in row])
        for state, row in zip(answer["state_matrix"]["states"], counts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class WeakPoint:
    """Somebody whose loss breaks something. `size`: what goes along; `mend`: the links that would mend it."""

    who: str
    size: str
    breaks: str
    mend: tuple[str, ...]


def weak_points(answer: Mapping[str, Any], names: Mapping[str, str]) -> list[WeakPoint]:
    """Return whose loss breaks something, the worst first."""
    breaking = [each for each in answer["fragile"] if each["breaks"]]
    return [
        WeakPoint(
            show.country(each["id"]) if each["kind"] == "country" else names.get(each["id"], each["id"]),
            f"{show.count(len(each['outlines']), 'outline')}, {show.count(each['links'], 'link')}",
            show.sentence("; ".join(each["breaks"])),
            tuple(_pair(pair, names) for pair in each["mend"]),
        )
        for each in sorted(breaking, key=lambda each: -each["severity"])
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change against the proposal before, and what it is about."""

    what: str
    about: tuple[str, ...]


def changes(answer: Mapping[str, Any], names: Mapping[str, str]) -> list[Change]:
    """Return what differs from the proposal before; nothing where there was none or all is as it was."""
    told = answer.get("changes")
    if told is None:
        return []
    streams = {each["id"]: each["name"] for each in answer["streams"]}
    known = {**{each["outline"]: each["title"] for each in told["gone"]}, **names}
    moved = (
        f"{known.get(each, each)}: from {streams.get(old, old)} to {streams.get(new, new)}"
        for each, old, new in told["moved"]
    )
    found = [
        Change("Gone", tuple(known.get(each, each) for each in told["removed"])),
        Change("New", tuple(known.get(each, each) for each in told["added"])),
        Change("Moved", tuple(moved)),
        Change("Stream named anew", tuple(f"{old} is now {new}" for _, old, new in told["renamed"])),
        Change("New links", tuple(_pair(pair, known) for pair in told["links_added"])),
        Change("Links no more", tuple(_pair(pair, known) for pair in told["links_removed"])),
        Change("Links gone with who left", tuple(_pair(pair, known) for pair in told["links_gone"])),
    ]
    return [each for each in found if each.about]


def _pair(pair: Sequence[str], names: Mapping[str, str]) -> str:
    return " – ".join(names.get(each, each) for each in pair)


@dataclass(frozen=True, slots=True)
class Other:
    """Another integration: its aim, what it consists of, how far it lies off, and what it has more and less of."""

    name: str
    aim: str
    streams: tuple[str, ...]
    differs: str
    more: tuple[str, ...]
    less: tuple[str, ...]


def others(answer: Mapping[str, Any]) -> list[Other]:
    """Return the alternatives, where they were asked for."""
    return [_other(each) for each in answer.get("alternatives") or ()]


def _other(told: Mapping[str, Any]) -> Other:
    more, less = traded(told["trade"])
    return Other(
        told["name"],
        told["aim"],
        tuple(f"{each['name']} ({len(each['outlines'])})" for each in told["project"]["streams"]),
        f"{told['links_changed']:.0%} of the links and {told['streams_changed']:.0%} of the places in streams differ.",
        more,
        less,
    )


def view(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that the template needs beside the answer itself."""
    titles = {each["outline"]: each["title"] for each in answer["participants"]}
    names = {each["organisation"]: each["name"] for each in answer["participants"]}
    told = links(answer, titles)
    return {
        "titles": titles,
        "owners": {each["outline"]: each for each in answer["participants"]},
        "names": names,
        "strongest": told[:STRONGEST],
        "further": told[STRONGEST:],
        "matrix": matrix(answer),
        "weak": weak_points(answer, titles | names)[:WEAKEST],
        "changes": changes(answer, titles),
        "others": others(answer),
    }
