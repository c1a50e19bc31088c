"""How does a neighbourhood look? Pictures in SVG, made here: no script, no style of their own, links by
keyboard.

Colours come from the page's style sheet by class. A dot carries a number that stands in the table below the
picture too; the names beside the dots leave the frame where the page is narrow.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDE = 1000
CENTRE_X = WIDE / 2
RADIUS = 240
HEIGHTS = ((4, 320, "low"), (10, 520, "middle"), (10_000, 720, "high"))
"""Up to so many dots: the frame's height and its name in the style sheet."""
MARGIN = 90
"""Between the highest dot and the frame's edge, twice."""
ARC = math.radians(75)
"""How far up and down from the horizontal the dots go on either side: names need room above and below."""
LONGEST_NAME = 20
DOT, CENTRE_DOT = 19, 30
THINNEST, THICKEST = 1.5, 10.0
STEP_HIGH = 118
CHAIN_WIDE = 620
CHAIN_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Dot:
    """One organisation or country: its name, where a click leads, and its class: centre, home, abroad."""

    name: str
    href: str
    look: str
    note: str = ""
    code: str = ""
    """Stands behind the name even where that is cut short."""

    @property
    def full(self) -> str:
        """The name with its code."""
        return f"{self.name} ({self.code})" if self.code else self.name

    def short(self, longest: int) -> str:
        """The name cut to a length, with its code."""
        cut = self.name if len(self.name) <= longest else self.name[: longest - 1].rstrip() + "…"
        return f"{cut} ({self.code})" if self.code else cut


@dataclass(frozen=True, slots=True)
class Line:
    """A tie between two of the other dots, by their numbers from 0."""

    a: int
    b: int
    weight: float


def ring(
    title: str, centre: Dot, others: Sequence[Dot], weights: Sequence[float], lines: Sequence[Line] = ()
) -> str:
    """Return an SVG: `others` around the centre, strongest first down the right side, then down the left.

    `weights`: one per other dot; a line's width grows with its square root. Raises ValueError where they do
    not fit.
    """
    if len(weights) != len(others):
        raise ValueError(f"{len(others)} dots need as many weights, not {len(weights)}")
    high, size = next((high, size) for most, high, size in HEIGHTS if len(others) <= most)
    places = _places(len(others), high)
    strongest = max([*weights, *(line.weight for line in lines)], default=1.0)
    parts = [_curve(places[line.a], places[line.b], high, _width(line.weight, strongest)) for line in lines]
    parts += [_spoke(place, high, _width(w, strongest)) for place, w in zip(places, weights, strict=True)]
    parts += [
        _other(dot, place, n) for n, (dot, place) in enumerate(zip(others, places, strict=True), start=1)
    ]
    parts.append(_centre(centre, high / 2))
    description = (
        f"{centre.name} in the middle, joined to {len(others)} others; the table below says the same."
    )
    return _svg(f"ring {size}", title, description, (WIDE, high), parts)


def chain(title: str, dots: Sequence[Dot], between: Sequence[str]) -> str:
    """Return an SVG: dots from top to bottom, and beside each step what it rests on (`between`, one less)."""
    if len(between) != max(0, len(dots) - 1):
        raise ValueError(
            f"{len(dots)} dots have {max(0, len(dots) - 1)} steps between them, not {len(between)}"
        )
    parts = []
    for n, text in enumerate(between):
        y = 40 + n * STEP_HIGH
        parts.append(f'<line class="spoke" x1="40" y1="{y}" x2="40" y2="{y + STEP_HIGH}" stroke-width="4"/>')
        parts.append(f'<text class="step" x="84" y="{y + STEP_HIGH / 2 + 7}">{escape(text)}</text>')
    for n, dot in enumerate(dots):
        y = 40 + n * STEP_HIGH
        name = f'<text class="name" x="84" y="{y + 7}">{escape(dot.short(CHAIN_LONGEST_NAME))}</text>'
        parts.append(
            _linked(dot, f'<circle class="dot" cx="40" cy="{y}" r="24"/>{_number(40, y, n + 1)}{name}')
        )
    description = "From top to bottom: " + ", ".join(dot.full for dot in dots)
    return _svg("chain", title, description, (CHAIN_WIDE, 80 + max(0, len(dots) - 1) * STEP_HIGH), parts)


def _svg(look: str, title: str, description: str, size: tuple[int, int], parts: Sequence[str]) -> str:
    return (
        f'<svg class="picture {look}" viewBox="0 0 {size[0]} {size[1]}" preserveAspectRatio="xMidYMid slice" '
        f'role="group" aria-labelledby="picture-title" aria-describedby="picture-desc" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="picture-title">{escape(title)}</title>'
        f'<desc id="picture-desc">{escape(description)}</desc>{"".join(parts)}</svg>'
    )


def _places(count: int, high: int) -> list[tuple[float, float]]:
    """Return where each dot stands: the first half down the right side, the rest down the left."""
    right = (count + 1) // 2
    rise = (high / 2 - MARGIN) / math.sin(ARC)
    places = []
    for side, dots in ((1, right), (-1, count - right)):
        for k in range(dots):
            angle = 0.0 if dots == 1 else -ARC + 2 * ARC * k / (dots - 1)
            places.append((CENTRE_X + side * RADIUS * math.cos(angle), high / 2 + rise * math.sin(angle)))
    return places


def _width(weight: float, strongest: float) -> float:
    share = math.sqrt(max(0.0, weight) / strongest) if strongest > 0 else 0.0
    return round(THINNEST + (THICKEST - THINNEST) * share, 1)


def _spoke(place: tuple[float, float], high: int, width: float) -> str:
    x, y = place
    ends = f'x1="{CENTRE_X:.0f}" y1="{high / 2:.0f}" x2="{x:.1f}" y2="{y:.1f}"'
    return f'<line class="spoke" {ends} stroke-width="{width}"/>'


def _curve(a: tuple[float, float], b: tuple[float, float], high: int, width: float) -> str:
    """Bend towards the middle, so that ties between neighbours on the ring can be told apart."""
    bend_x, bend_y = (
        ((p + q) / 2 + 2 * c) / 3 for p, q, c in ((a[0], b[0], CENTRE_X), (a[1], b[1], high / 2))
    )
    way = f"M{a[0]:.1f} {a[1]:.1f}Q{bend_x:.1f} {bend_y:.1f} {b[0]:.1f} {b[1]:.1f}"
    return f'<path class="among" d="{way}" stroke-width="{width}"/>'


def _other(dot: Dot, place: tuple[float, float], number: int) -> str:
    x, y = place
    side = 1 if x >= CENTRE_X else -1
    anchor = "start" if side > 0 else "end"
    name = (
        f'<text class="name" x="{x + side * (DOT + 8):.1f}" y="{y + 5:.1f}" text-anchor="{anchor}">'
        f"{escape(dot.short(LONGEST_NAME))}</text>"
    )
    return _linked(
        dot, f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{DOT}"/>{_number(x, y, number)}{name}'
    )


def _centre(dot: Dot, y: float) -> str:
    circle = f'<circle class="dot" cx="{CENTRE_X:.0f}" cy="{y:.0f}" r="{CENTRE_DOT}"/>'
    name = (
        f'<text class="name" x="{CENTRE_X:.0f}" y="{y + CENTRE_DOT + 22:.0f}" text-anchor="middle">'
        f"{escape(dot.short(CHAIN_LONGEST_NAME))}</text>"
    )
    return f'<g class="{escape(dot.look)}"><title>{escape(dot.full)}</title>{circle}{name}</g>'


def _number(x: float, y: float, number: int) -> str:
    return f'<text class="number" x="{x:.1f}" y="{y + 6:.1f}" text-anchor="middle">{number}</text>'


def _linked(dot: Dot, inside: str) -> str:
    label = f"{dot.full}. {dot.note}" if dot.note else dot.full
    return (
        f'<a href="{escape(dot.href)}" class="{escape(dot.look)}" aria-label="{escape(label)}">'
        f"<title>{escape(label)}</title>{inside}</a>"
    )
