"""How was the map of Europe drawn? From Natural Earth's country areas (1:50m, public domain) to short SVG paths.

`python -m benchmarks.europe countries-50m.json` writes `service/web/pages/europe.json`. The TopoJSON file stands in the
npm package world-atlas 2.0.2; nothing of that package is part of this repository but coordinates, projected (Lambert
azimuthal equal-area around 52° N, 10° E, as ETRS89-LAEA), simplified (Douglas and Peucker 1973) and rounded.
"""

import json
import math
import sys
from itertools import pairwise
from pathlib import Path

from data.country_names import code_of

TARGET = Path("service/web/pages/europe.json")
WEST, EAST, SOUTH, NORTH = -25.0, 45.0, 34.0, 71.5
CENTRE = (math.radians(10), math.radians(52))
LEFT, RIGHT, TOP = -2_300.0, 2_500.0, 2_200.0
"""The frame, in kilometres from the centre."""
WIDE, HIGH = 560, 500
EARTH_KM = 6_371.0
TOLERANCE = 1.3
"""In units of the picture: points nearer to the line between their neighbours are left out."""
SMALLEST = 14.0
"""Islands of a smaller area are left out, but not a country's largest part."""
NAMES = {"Macedonia": "MK", "Bosnia and Herz.": "BA", "Faeroe Is.": "FO", "Czechia": "CZ", "N. Cyprus": "CY"}
Point = tuple[float, float]


def projected(longitude: float, latitude: float) -> Point:
    """Return kilometres east and north of the centre."""
    lam, phi = math.radians(longitude) - CENTRE[0], math.radians(latitude)
    cosine = math.sin(CENTRE[1]) * math.sin(phi) + math.cos(CENTRE[1]) * math.cos(phi) * math.cos(lam)
    scale = EARTH_KM * math.sqrt(2 / (1 + cosine))
    east = scale * math.cos(phi) * math.sin(lam)
    north = scale * (
        math.cos(CENTRE[1]) * math.sin(phi) - math.sin(CENTRE[1]) * math.cos(phi) * math.cos(lam)
    )
    return east, north


def simplified(points: list[Point]) -> list[Point]:
    """Leave out what lies nearer to the chord than TOLERANCE (Douglas and Peucker)."""
    if len(points) < 3:
        return points
    (x, y), (u, v) = points[0], points[-1]
    length = math.hypot(u - x, v - y)
    far, place = 0.0, 0
    for n, (a, b) in enumerate(points[1:-1], start=1):
        away = (
            math.hypot(a - x, b - y) if length == 0 else abs((u - x) * (y - b) - (x - a) * (v - y)) / length
        )
        if away > far:
            far, place = away, n
    if far <= TOLERANCE:
        return [points[0], points[-1]]
    return simplified(points[: place + 1])[:-1] + simplified(points[place:])


def area(ring: list[Point]) -> float:
    """The area inside a ring, without sign."""
    return abs(sum(a * y - x * b for (a, b), (x, y) in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2


def middle(ring: list[Point]) -> Point:
    """The centre of mass of a ring's area."""
    signed = x_sum = y_sum = 0.0
    for (a, b), (x, y) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = a * y - x * b
        signed, x_sum, y_sum = signed + cross, x_sum + (a + x) * cross, y_sum + (b + y) * cross
    return x_sum / (3 * signed), y_sum / (3 * signed)


def main(source: Path) -> None:
    """Write the map."""
    topology = json.loads(source.read_text())
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[Point]] = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + move[0], y * scale[1] + move[1]))
        arcs.append(points)

    unit = WIDE / (RIGHT - LEFT)

    def placed(point: Point) -> Point:
        east, north = projected(*point)
        return (east - LEFT) * unit, (TOP - north) * unit

    drawn: dict[str, dict[str, object]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        name = shape["properties"]["name"]
        code = NAMES.get(name) or code_of(name)
        if code is None:
            continue
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings = []
        for polygon in polygons:
            ring = [
                point
                for index in polygon[0]
                for point in (arcs[index] if index >= 0 else arcs[~index][::-1])[1:]
            ]
            if any(WEST <= lon <= EAST + 6 and SOUTH - 4 <= lat <= NORTH + 0.5 for lon, lat in ring) and all(
                abs(lon) < 70 for lon, _ in ring
            ):
                rings.append([placed(point) for point in ring])
            elif code == "RU" and any(20 < lon < 60 for lon, _ in ring):
                rings.append([placed((min(lon, 62), lat)) for lon, lat in ring if lon > 19])
        rings = [ring for ring in rings if any(0 <= x <= WIDE and 0 <= y <= HIGH for x, y in ring)]
        if not rings:
            continue
        rings.sort(key=area, reverse=True)
        path = ""
        for ring in [one for n, one in enumerate(rings) if n == 0 or area(one) >= SMALLEST]:
            half = len(ring) // 2
            loop = simplified(ring[: half + 1])[:-1] + simplified([*ring[half:], ring[0]])[:-1]
            whole = [(round(x), round(y)) for x, y in loop]
            if len(set(whole)) < 3:
                x, y = whole[0]
                whole = [(x, y), (x + 2, y), (x + 2, y + 2), (x, y + 2)]
            path += f"M{whole[0][0]} {whole[0][1]}l" + " ".join(
                f"{x - u} {y - v}" for (u, v), (x, y) in pairwise(whole)
            )
            path += "z"
        east, south = middle(rings[0])
        if code in drawn:
            drawn[code]["path"] = f"{drawn[code]['path']}{path}"
        else:
            drawn[code] = {"path": path, "x": round(east), "y": round(south)}
    made = {
        "source": "Natural Earth 1:50m, public domain; drawn by benchmarks/europe.py",
        "wide": WIDE,
        "high": HIGH,
        "countries": dict(sorted(drawn.items())),
    }
    text = json.dumps(made, separators=(",", ":")).replace('},"', '},\n"')
    TARGET.write_text(text + "\n")
    print(len(text), "characters,", len(drawn), "countries")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
