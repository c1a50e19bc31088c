"""How do the links of an overall project look? States on a ring, joined by lines as wide as they have links."""

import math
from collections.abc import Mapping
from html import escape

from data.countries import country_name, to_eu
from matcher.overall.project import OverallProject

WIDE, HIGH, RADIUS = 560, 470, 178
DOT = 20
THINNEST, THICKEST = 0.8, 9.0


def web(project: OverallProject, hrefs: Mapping[str, str]) -> str:
    """Return an SVG: a state's dot leads to its outlines (`hrefs` by ISO code); nothing to draw gives ""."""
    matrix = project.state_matrix
    n = len(matrix.states)
    if n < 2:
        return ""
    places = [_place(k, n) for k in range(n)]
    most = max((links for row in matrix.links for links in row), default=0) or 1
    pairs = [(matrix.links[a][b], a, b) for a in range(n) for b in range(a + 1, n) if matrix.links[a][b]]
    lines = []
    for links, a, b in sorted(pairs):
        (x, y), (u, v) = places[a], places[b]
        width = THINNEST + (THICKEST - THINNEST) * links / most
        way = f"M{x:.1f} {y:.1f}Q{WIDE / 2} {HIGH / 2} {u:.1f} {v:.1f}"
        title = f"{country_name(matrix.states[a])} and {country_name(matrix.states[b])}: {links}"
        lines.append(
            f'<path class="among" d="{way}" stroke-width="{width:.1f}"><title>{escape(title)}</title></path>'
        )
    dots = []
    for state, (x, y), row in zip(matrix.states, places, matrix.links, strict=True):
        label = f"{country_name(state)}: {sum(row)} links with other states"
        inside = (
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{DOT}"/>'
            f'<text class="number" x="{x:.1f}" y="{y + 5:.1f}" text-anchor="middle">{to_eu(state)}</text>'
        )
        dots.append(
            f'<a href="{escape(hrefs.get(state, "#outlines"))}" class="abroad" aria-label="{escape(label)}">'
            f"<title>{escape(label)}</title>{inside}</a>"
        )
    return (
        f'<svg class="picture web" viewBox="0 0 {WIDE} {HIGH}" role="group" aria-labelledby="web-title" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="web-title">Links between states</title>'
        f"{''.join(lines)}{''.join(dots)}</svg>"
    )


def _place(k: int, n: int) -> tuple[float, float]:
    angle = 2 * math.pi * k / n - math.pi / 2
    return WIDE / 2 + 1.25 * RADIUS * math.cos(angle), HIGH / 2 + RADIUS * math.sin(angle)
