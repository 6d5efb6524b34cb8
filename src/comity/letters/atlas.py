"""The world as it is drawn on a page: every state that could ask, in the colour and texture of what it could do.

The shapes are kept in `data/atlas.json`, which `tools/atlas.py` makes. A state too small to see is a dot. Each is a
link to its numbers, says them aloud, and has its code beside it; Europe is drawn a second time, near by.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from comity.letters import svg

DATA: Final = Path(__file__).parent / "data" / "atlas.json"
WORLD: Final = (140, 20, 3760, 1730)
EUROPE: Final = (1870, 90, 570, 410)
"""Where each drawing begins and how wide and high it is, in the units of the shapes."""

DOT: Final = 15
TEXTURES: Final = {**svg.TEXTURES, "free": "rows"}
"""Which texture lies over the colour of which verdict; to some eyes blue and green are one colour."""

ROWS: Final = (
    '<pattern id="rows" width="8" height="8" patternUnits="userSpaceOnUse"><path d="M0 4H8" class="light"/></pattern>'
)
FAR: Final = "".join(
    f'<pattern id="far-{texture}" href="#{texture}" patternTransform="{turned} scale(4)"/>'
    for texture, turned in (("dots", ""), ("cross", "rotate(45)"), ("slant", "rotate(-45)"), ("rows", ""))
)
"""The textures as the drawing of the world needs them, whose units are a quarter as large."""

MOVED: Final = {"HR": (-7, 6), "SI": (-7, 1), "SK": (4, -1), "MD": (4, 0), "BE": (-8, 1), "LU": (6, 7), "NL": (-2, -3),
                "AT": (2, 0), "GB": (6, 14), "PT": (-4, 0), "CY": (0, 9), "MT": (9, 3), "SE": (-8, 18),
                "NO": (-18, 30), "DK": (-6, -2), "FR": (0, 4), "LI": (5, 4)}  # fmt: skip
"""Where a code stands beside the middle of its state on the drawing of Europe, so that none covers another."""

MOVED_FAR: Final = {"KR": (-46, 62), "JP": (62, -22), "TW": (70, 0), "HK": (-40, 40), "NZ": (-60, 0)}
"""And on that of the world."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A state on the map: its class in the page's style, its numbers in a sentence, the share it has of all accounts.

    `of` is the state that it is counted with.
    """

    code: str
    name: str
    kind: str
    says: str
    share: str
    of: str


@cache
def atlas() -> dict[str, Any]:
    """The shapes, middles and small states."""
    found: dict[str, Any] = json.loads(DATA.read_text("utf-8"))
    return found


def shapes(codes: Iterable[str]) -> str:
    """The shapes of the states named, each once, to be used by every drawing; and all other land as one."""
    named, all_shapes = sorted(set(codes)), atlas()["shapes"]
    land = "".join(path for code, path in all_shapes.items() if code not in named)
    own = "".join(f'<path id="geo-{escape(code)}" d="{all_shapes[code]}"/>' for code in named if code in all_shapes)
    return (
        '<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
        f'<path id="geo-land" d="{land}"/>{own}{ROWS}{FAR}</defs></svg>'
    )


def world(marks: Sequence[Mark], name: str) -> str:
    """The whole world."""
    return _drawn(marks, name, ("world", "The world", WORLD))


def europe(marks: Sequence[Mark], name: str) -> str:
    """Europe, near by: its states are many and small."""
    x, y, width, height = EUROPE
    near = [mark for mark in marks if _inside(mark.code)]
    return _drawn(near, name, ("europe", "Europe", (x, y, width, height))) if near else ""


def _inside(code: str) -> bool:
    x, y, width, height = EUROPE
    at = atlas()["middles"].get(code)
    return bool(at) and x < at[0] < x + width and y < at[1] < y + height


def _drawn(marks: Sequence[Mark], name: str, view: tuple[str, str, tuple[int, int, int, int]]) -> str:
    kind, says, (x, y, width, height) = view
    title = f"{kind}-{name}"
    drawn = "\n".join(_state(mark, kind) for mark in sorted(marks, key=lambda mark: mark.code))
    return (
        f'<svg viewBox="{x} {y} {width} {height}" role="group" aria-labelledby="{escape(title)}" class="map {kind}">'
        f'<title id="{escape(title)}">{escape(says)}: who could ask for {escape(name)}, and what of it. '
        f"The table below says the same in numbers.</title>"
        f'<use href="#geo-land" class="land"/>\n{drawn}\n{_codes(marks, kind)}</svg>'
    )


def _state(mark: Mark, kind: str) -> str:
    says, code = escape(mark.says), escape(mark.code)
    return (
        f'<a href="#place-{code}" class="state {escape(mark.kind)}" data-name="{escape(mark.name)}" '
        f'data-of="{escape(mark.of)}" aria-label="{says}">'
        f"<title>{says}</title>{''.join(_shape(mark, kind))}</a>"
    )


def _shape(mark: Mark, kind: str) -> Iterator[str]:
    """The state's own shape, and a dot where it is small, twice: its colour, and its texture over it."""
    found = atlas()
    at = found["middles"].get(mark.code)
    for layer in ("fill", "texture"):
        if mark.code in found["shapes"]:
            yield f'<use href="#geo-{escape(mark.code)}" class="{layer}"/>'
        if at and (mark.code not in found["shapes"] or (kind == "world" and _lonely(mark.code))):
            size = DOT if kind == "world" else 4
            yield f'<circle cx="{at[0]}" cy="{at[1]}" r="{size}" class="{layer}"/>'


def _lonely(code: str) -> bool:
    """Small, and not drawn near by either."""
    return code in atlas()["small"] and not _inside(code)


def _codes(marks: Sequence[Mark], kind: str) -> str:
    """The states' codes over their middles; in the drawing of the world not those of Europe."""
    parts = []
    for mark in marks:
        at = atlas()["middles"].get(mark.code)
        if at and (kind == "europe" or not _inside(mark.code)):
            x, y = (MOVED if kind == "europe" else MOVED_FAR).get(mark.code, (0, 0))
            lift = 5 if kind == "europe" else (52 if mark.code in atlas()["small"] else 14)
            middle = f'x="{at[0] + x}" y="{at[1] + y + lift}"'
            under = f'x="{at[0] + x}" y="{at[1] + y + lift + (8 if kind == "europe" else 42)}"'
            parts.append(
                f'<text {middle} class="code">{escape(mark.code)}</text>'
                f'<text {under} class="code share" data-of="{escape(mark.of)}">{escape(mark.share)}</text>'
            )
    return f'<g aria-hidden="true">{"".join(parts)}</g>'
