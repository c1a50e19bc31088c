"""Where do members sit, and who of them knows whom? A map of Europe and a ring of ties, as SVG made here."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, NamedTuple

from data.countries import to_eu
from graph.network.network import Network
from matcher.suggest.answers import Partner
from service.web.pages import show
from service.words import count

RING = 320
RADIUS = 118
DOT = 17


class Drawn(NamedTuple):
    """A picture, and what it leaves out, in words."""

    picture: str
    outside: str


@cache
def _europe() -> Mapping[str, Any]:
    europe: Mapping[str, Any] = json.loads((files("service.web.pages") / "europe.json").read_text("utf-8"))
    return europe


def member_map(members: Sequence[Partner]) -> Drawn:
    """Return a map with a disc in each country that says how many members sit there; who sits elsewhere, in words."""
    europe = _europe()
    countries = europe["countries"]
    seats = Counter(member.country for member in members if member.country)
    names: dict[str, list[str]] = {}
    for member in members:
        names.setdefault(member.country or "", []).append(member.name)
    land = "".join(
        f'<path class="{"seat" if code in seats else "land"}" d="{shape["path"]}"/>'
        for code, shape in countries.items()
    )
    discs = "".join(
        _disc(code, seats[code], names[code], countries[code])
        for code in sorted(seats, key=lambda code: (-seats[code], code))
        if code in countries
    )
    listed = ", ".join(f"{show.country(code)} {seats[code]}" for code in sorted(seats))
    outside = [f"{show.country(code)} ({seats[code]})" for code in sorted(seats) if code not in countries]
    if unknown := len(names.get("", ())):
        outside.append(f"country unknown ({unknown})")
    picture = (
        f'<svg class="map" viewBox="0 0 {europe["wide"]} {europe["high"]}" role="img" '
        f'aria-label="Members by country: {escape(listed)}" xmlns="http://www.w3.org/2000/svg">{land}{discs}</svg>'
    )
    return Drawn(picture, f"Not on the map: {', '.join(outside)}." if outside else "")


def _disc(code: str, number: int, names: Sequence[str], shape: Mapping[str, Any]) -> str:
    x, y, r = shape["x"], shape["y"], 13 + 3 * min(number - 1, 3)
    title = f"{show.country(code)}: {', '.join(names)}"
    return (
        f'<g><title>{escape(title)}</title><circle class="disc" cx="{x}" cy="{y}" r="{r}"/>'
        f'<text x="{x}" y="{y + 5}" text-anchor="middle">{escape(to_eu(code))}{f" {number}" if number > 1 else ""}'
        "</text></g>"
    )


def tie_ring(members: Sequence[Partner], network: Network) -> Drawn:
    """Return a ring of the members' numbers with a line for each pair that shared a project, none without any; and
    how many there are, in words.
    """
    places = [
        (
            RING / 2 + RADIUS * math.sin(2 * math.pi * n / max(len(members), 1)),
            RING / 2 - RADIUS * math.cos(2 * math.pi * n / max(len(members), 1)),
        )
        for n in range(len(members))
    ]
    lines, pairs = [], []
    for n, first in enumerate(members):
        for k in range(n + 1, len(members)):
            second = members[k]
            if first.id not in network or second.id not in network:
                continue
            shared = network.shared_projects(first.id, second.id)
            if shared:
                pairs.append((n + 1, k + 1))
                (a, b), (x, y) = places[n], places[k]
                title = f"{first.name} and {second.name}: {count(len(shared), 'shared project')}"
                width = min(1.5 + len(shared), 8)
                lines.append(
                    f'<line class="tie" x1="{a:.0f}" y1="{b:.0f}" x2="{x:.0f}" y2="{y:.0f}" stroke-width="{width}">'
                    f"<title>{escape(title)}</title></line>"
                )
    dots = "".join(
        f'<g><title>{escape(member.name)}</title><circle class="disc" cx="{x:.0f}" cy="{y:.0f}" r="{DOT}"/>'
        f'<text x="{x:.0f}" y="{y + 5:.0f}" text-anchor="middle">{n}</text></g>'
        for n, (member, (x, y)) in enumerate(zip(members, places, strict=True), start=1)
    )
    possible = len(members) * (len(members) - 1) // 2
    words = f"{len(pairs)} of {count(possible, 'pair')} have worked together."
    description = f"{words} {'; '.join(f'{a} with {b}' for a, b in pairs)}" if pairs else words
    picture = (
        f'<svg class="ring-of-ties" viewBox="0 0 {RING} {RING}" role="img" aria-label="{escape(description)}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(lines)}{dots}</svg>'
    )
    return Drawn(picture if pairs else "", words)
