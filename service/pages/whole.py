"""What does the page of an overall project show? The published answer, with titles and names in place of ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.pages import show

STRONGEST = 20
"""Links that are shown with their evidence; the others follow as a table."""
WEAKEST = 8
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


def weak_points(answer: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return who must not drop out, the worst first, and what would break."""
    worst = sorted(answer["fragile"], key=lambda each: -each["severity"])[:WEAKEST]
    return [
        (
            show.country(each["id"]) if each["kind"] == "country" else names.get(each["id"], each["id"]),
            show.sentence("; ".join(each["breaks"])),
        )
        for each in worst
    ]


def changes(answer: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """Return what differs from the proposal before, in sentences; nothing where there was none."""
    told = answer.get("changes") or {}
    streams = {each["id"]: each["name"] for each in answer["streams"]}
    sentences = [f"Gone: {names.get(each, each)}." for each in told.get("removed", ())]
    sentences += [f"New: {names.get(each, each)}." for each in told.get("added", ())]
    sentences += [
        f"Moved from {streams.get(old, old)} to {streams.get(new, new)}: {names.get(each, each)}."
        for each, old, new in told.get("moved", ())
    ]
    for name, verb in (("links_added", "added"), ("links_removed", "dropped")):
        if told.get(name):
            sentences.append(f"{show.count(len(told[name]), 'link')} {verb}.")
    return sentences


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
        "weak": weak_points(answer, titles | names),
        "changes": changes(answer, titles),
    }
