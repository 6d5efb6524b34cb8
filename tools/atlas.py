"""The map of the world that pages are drawn on, made once from Natural Earth's public-domain shapes.

    python -m tools.atlas FOLDER ISO

`FOLDER` is npm's `world-atlas` unpacked (`npm pack world-atlas@2`): the shapes at 1:110 m, and at 1:50 m for the places
of states that the coarse map is too coarse to show. `ISO` is `iso_3166-1.json` of Debian's `iso-codes`, which says what
country a number means. The projection is Equal Earth: areas are true. Written are SVG paths, relative, in whole units.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, sqrt
from pathlib import Path
from typing import Any, Final

TO: Final = Path(__file__).parents[1] / "src/comity/letters/data/atlas.json"
SOURCE: Final = "Natural Earth 1:110 m and 1:50 m (public domain), by npm world-atlas 2.0.2 (ISC); Equal Earth"
WIDTH: Final = 4000
SMALL: Final = 1100
"""A state whose largest part is smaller than this, in square units, is also given as a point."""

NOT_DRAWN: Final = {"AQ"}
NO_NUMBER: Final = {"Kosovo": "XK"}

Ring = list[tuple[float, float]]


def projected(longitude: float, latitude: float) -> tuple[float, float]:
    """Equal Earth (Savric, Patterson and Jenny 2018), from degrees to units; y runs down."""
    a, b, c, d = 1.340264, -0.081106, 0.000893, 0.003796
    t = asin(sqrt(3) / 2 * sin(radians(latitude)))
    slope = 9 * d * t**8 + 7 * c * t**6 + 3 * b * t**2 + a
    x = 2 * sqrt(3) * radians(longitude) * cos(t) / (3 * slope)
    y = t * (d * t**8 + c * t**6 + b * t**2 + a)
    scale = WIDTH / 2 / 2.706629
    return WIDTH / 2 + x * scale, 1.317362 * scale - y * scale


def arcs(topology: dict[str, Any]) -> list[Ring]:
    """Every arc, from differences in whole steps to degrees."""
    (wide, high), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * wide + west, y * high + south))
        found.append(line)
    return found


def rings(geometry: dict[str, Any], lines: Sequence[Ring]) -> Iterator[Ring]:
    """The rings of a country; an arc with a negative number runs backwards."""
    parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for ring in (ring for part in parts for ring in part):
        whole: Ring = []
        for number in ring:
            line = lines[number] if number >= 0 else lines[~number][::-1]
            whole += line[1:] if whole else line
        yield from cut(whole)


def cut(ring: Ring) -> Iterator[Ring]:
    """A ring in units; one that runs over the edge of the map is two, each cut off there."""
    whole = ring[:1]
    for longitude, latitude in ring[1:]:
        turns = round((whole[-1][0] - longitude) / 360)
        whole.append((longitude + 360 * turns, latitude))
    for shift in (-360, 0, 360):
        moved = [(longitude + shift, latitude) for longitude, latitude in whole]
        if kept := clipped(clipped(moved, 180.0, 1), -180.0, -1):
            yield [projected(*point) for point in kept]


def clipped(ring: Ring, edge: float, side: int) -> Ring:
    """What of a ring lies on this side of a meridian (Sutherland and Hodgman 1974)."""
    kept: Ring = []
    for (x, y), (u, v) in zip([*ring[-1:], *ring], ring, strict=False):
        was, now = side * x <= side * edge, side * u <= side * edge
        if was != now:
            kept.append((edge, y + (v - y) * (edge - x) / (u - x)))
        if now:
            kept.append((u, v))
    return kept


def size(ring: Ring) -> float:
    """The area a ring holds."""
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2


def middle(ring: Ring) -> list[int]:
    """The centre of mass of what a ring holds."""
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    twice = sum(x * v - u * y for (x, y), (u, v) in pairs)
    if not twice:
        return [round(ring[0][0]), round(ring[0][1])]
    sums = (sum((p[at] + q[at]) * (p[0] * q[1] - q[0] * p[1]) for p, q in pairs) for at in (0, 1))
    return [round(each / (3 * twice)) for each in sums]


def path(shape: Sequence[Ring]) -> str:
    """The rings as one path; what is too small to see at this size falls away."""
    parts = []
    for ring in shape:
        points = [(round(x), round(y)) for x, y in ring]
        kept = [points[0]]
        kept += [point for point in points[1:] if hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) >= 2.5]
        steps = [(x - u, y - v) for (u, v), (x, y) in pairwise(kept)]
        if len(kept) > 3:
            parts.append(f"M{kept[0][0]} {kept[0][1]}l" + " ".join(f"{x} {y}" for x, y in steps) + "z")
    return "".join(parts).replace(" -", "-")


def countries(file: Path, codes: dict[str, str]) -> dict[str, list[Ring]]:
    """The rings of each country by its code, those of no country under the empty code."""
    topology = json.loads(file.read_text("utf-8"))
    lines, found = arcs(topology), dict[str, list[Ring]]()
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = codes.get(geometry.get("id", ""), NO_NUMBER.get(geometry["properties"]["name"], ""))
        if code not in NOT_DRAWN and geometry.get("arcs"):
            found.setdefault(code, []).extend(rings(geometry, lines))
    return found


def main(folder: Path, iso: Path) -> None:
    """Write the map."""
    codes = {row["numeric"]: row["alpha_2"] for row in json.loads(iso.read_text("utf-8"))["3166-1"]}
    coarse, fine = (countries(folder / f"countries-{scale}m.json", codes) for scale in (110, 50))
    largest = {code: max(shape, key=size) for code, shape in {**fine, **coarse}.items() if code}
    atlas = {
        "source": SOURCE,
        "width": WIDTH,
        "shapes": {code: path(shape) for code, shape in sorted(coarse.items())},
        "middles": {code: middle(ring) for code, ring in sorted(largest.items())},
        "small": sorted(code for code, ring in largest.items() if code not in coarse or size(ring) < SMALL),
    }
    TO.write_text(json.dumps(atlas, separators=(",", ":"), sort_keys=True) + "\n", "utf-8")
    print(f"{TO.stat().st_size} octets, {len(coarse)} shapes, {len(largest)} places")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
