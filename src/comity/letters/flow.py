"""From the stores to the states that they are exposed to: a band for each, as wide as the number of accounts.

An account exposed to two states is in two bands, so what leaves a store may be more than it holds. The drawing is made
twice, for a wide page and for a telephone; a table says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from comity.letters.svg import TEXTURES

MOST_PLACES: Final = 14
"""How many states one drawing of the flow shows; the table has all."""

NODE: Final = 12
GAP: Final = 13
KINDS: Final = {"compelled": "compelled", "conflict": "in conflict"}
WIDE: Final = 460
NARROW: Final = 420
ROOM: Final = 240
"""How high a drawing is at least, and how much of its height is for the bands beyond their least width."""

LEAST: Final = 1.2
"""How wide a band is at least: one account can still be seen."""


@dataclass(frozen=True, slots=True)
class Link:
    """Accounts of one store that one state's demand reaches, with or without another law in the way."""

    store: str
    place: str
    compelled: int
    conflict: int

    @property
    def accounts(self) -> int:
        """All of them."""
        return self.compelled + self.conflict


@dataclass(frozen=True, slots=True)
class Flow:
    """All links of a category, from stores (id, where it stands, accounts) to places (code, name).

    `every` are all stores with such records, for days on which others are exposed; `table` has the links that are too
    many to be drawn as well.
    """

    category: str
    stores: tuple[tuple[str, str, int], ...]
    places: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    more: int = 0
    every: tuple[tuple[str, str, int], ...] = ()
    table: tuple[tuple[str, Link], ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """How wide and high the drawing is, and whether names have room."""

    width: int
    height: int
    roomy: bool


def wide(flow: Flow) -> str:
    """For a page."""
    return _drawn(flow, Frame(1040, _height(flow, WIDE), True))


def narrow(flow: Flow) -> str:
    """For a telephone."""
    return _drawn(flow, Frame(340, _height(flow, NARROW), False))


def _height(flow: Flow, least: int) -> int:
    """Room for every name, and so much for the bands that their width can say how many accounts they are."""
    most = max(len(flow.stores), len(flow.places))
    return max(least, 34 * most, round(GAP * most + LEAST * 2 * len(flow.links)) + ROOM)


def _drawn(flow: Flow, frame: Frame) -> str:
    if not flow.links:
        return ""
    total = sum(link.accounts for link in flow.links)
    ends = [[name for name, *_ in side] for side in (flow.stores, flow.places)]
    most = max(map(len, ends))
    scale = (frame.height - GAP * most - LEAST * 2 * len(flow.links)) / total
    sizes = {
        (link.store, link.place, kind): max(LEAST, number * scale)
        for link in flow.links
        for kind, number in (("compelled", link.compelled), ("conflict", link.conflict))
        if number
    }
    left = _stacked(ends[0], sizes, 0, frame)
    right = _stacked(ends[1], sizes, 1, frame)
    says = escape(f"{flow.category}: from each store to the states that it is exposed to")
    name = escape(f"flow-{flow.category}-{'wide' if frame.roomy else 'narrow'}")
    parts = [
        f'<svg viewBox="0 0 {frame.width} {frame.height + 4}" role="img" aria-labelledby="{name}" '
        f'class="flow {"broad" if frame.roomy else "slim"}">',
        f'<title id="{name}">{says}; the table says the same in numbers.</title>',
        *_bands(flow, sizes, (left, right), frame),
        *_nodes(flow, (left, right), frame),
    ]
    return "\n".join([*parts, "</svg>"])


_Sizes = dict[tuple[str, str, str], float]
_Spans = dict[str, tuple[float, float]]


def _stacked(names: Sequence[str], sizes: _Sizes, side: int, frame: Frame) -> _Spans:
    """Where each store, or place, begins and ends from top to bottom; the column is centred."""
    highs = {name: sum(size for ends, size in sizes.items() if ends[side] == name) for name in names}
    free = frame.height - sum(highs.values())
    gap = free / max(1, len(names))
    found, y = _Spans(), gap / 2
    for name, high in highs.items():
        found[name] = (y, y + high)
        y += high + gap
    return found


def _bands(flow: Flow, sizes: _Sizes, spans: tuple[_Spans, _Spans], frame: Frame) -> Iterator[str]:
    filled = ({name: begin for name, (begin, _) in spans[0].items()}, {n: b for n, (b, _) in spans[1].items()})
    names = dict(flow.places)
    bend, end = frame.width // 2, frame.width - NODE
    for (store, place, kind), size in sizes.items():
        y, to = filled[0][store], filled[1][place]
        filled[0][store], filled[1][place] = y + size, to + size
        shape = (
            f"M{NODE} {y:.1f}C{bend} {y:.1f} {bend} {to:.1f} {end} {to:.1f}V{to + size:.1f}"
            f"C{bend} {to + size:.1f} {bend} {y + size:.1f} {NODE} {y + size:.1f}z"
        )
        link = next(link for link in flow.links if (link.store, link.place) == (store, place))
        number = link.compelled if kind == "compelled" else link.conflict
        says = escape(f"{store} to {names[place]}: {_counted(number)} {KINDS[kind]}")
        texture = f'<path d="{shape}" fill="url(#{TEXTURES[kind]})"/>' if kind in TEXTURES else ""
        yield f'<g class="band {kind}"><title>{says}</title><path d="{shape}" class="fill"/>{texture}</g>'


def _counted(number: int) -> str:
    return f"{number:,} account{'' if number == 1 else 's'}"


def _nodes(flow: Flow, spans: tuple[_Spans, _Spans], frame: Frame) -> Iterator[str]:
    for store, stands, accounts in flow.stores:
        more = f" · {stands} · {_counted(accounts)}" if frame.roomy else ""
        yield from _node(spans[0][store], (0, NODE + 7, "start"), f"{store}{more}")
    for place, name in flow.places:
        within = sum(link.accounts for link in flow.links if link.place == place)
        label = f"{name} · {within:,}" if frame.roomy else f"{place} {within:,}"
        yield from _node(spans[1][place], (frame.width - NODE, frame.width - NODE - 7, "end"), label)


def _node(span: tuple[float, float], at: tuple[int, int, str], label: str) -> Iterator[str]:
    (begin, end), (x, text, anchor) = span, at
    yield f'<rect x="{x}" y="{begin:.1f}" width="{NODE}" height="{max(1.5, end - begin):.1f}" class="node"/>'
    yield f'<text x="{text}" y="{(begin + end) / 2 + 4:.1f}" text-anchor="{anchor}">{escape(label)}</text>'
