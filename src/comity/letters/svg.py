"""A timeline drawn: lying for a wide page, standing for a telephone. Both say in words what they say in colour.

Every happening is a numbered link to its row in the table; under the pointer, or reached by keyboard, it says what
happened. What changed something stands beside its date. A bar without room for its word keeps it as its title.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Final

from comity.letters.drawing import Group, Lane, Mark, Panel, Segment

WIDTH: Final = 1040
LEFT, BESIDE = 58, 74
FLAG, DOT, BAR, STEP, HEAD = 34, 19, 28, 34, 34
LETTER: Final = 7.4
"""How wide a letter of a bar's word is, at least: a word that does not fit its bar is not squeezed in."""

TALL_WIDTH: Final = 340
LANES_LEFT, LANES_STEP, LANES_WIDE, LABELS_LEFT, LABEL = 30, 55, 53, 227, 31
YEAR_TALL, YEAR_PLAIN, PANEL_TALL = 150, 52, 150

PATTERNS: Final = """<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>
<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="7" height="7" class="ground"/><line x1="0" y1="0" x2="0" y2="7" class="stroke"/></pattern>
<pattern id="dots" width="8" height="8" patternUnits="userSpaceOnUse">
<circle cx="2" cy="2" r="1" class="ink"/></pattern>
<pattern id="cross" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<path d="M0 0H9M0 0V9" class="light"/></pattern>
<pattern id="slant" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
<path d="M0 0V9" class="light"/></pattern>
</defs></svg>"""
TEXTURES: Final = {"open": "dots", "conflict": "cross", "barred": "slant"}


@dataclass(frozen=True, slots=True)
class Scale:
    """A panel laid over the drawing's width; the right edge is left free if a last word has no room in its bar."""

    panel: Panel
    right: float

    def x(self, moment: datetime) -> float:
        """Where a moment lies, in the drawing's units."""
        return round(LEFT + self.panel.share(moment) * (self.right - LEFT), 1)

    def fits(self, segment: Segment) -> bool:
        """Whether the segment's word has room in its bar."""
        return len(segment.word) * LETTER + 12 <= self.x(segment.end) - self.x(segment.begin)


def laid(panel: Panel) -> Scale:
    """The panel's scale."""
    full = Scale(panel, WIDTH - 2)
    last = [lane.segments[-1] for group in panel.groups for lane in group.lanes if lane.segments]
    return full if all(full.fits(segment) for segment in last) else Scale(panel, WIDTH - BESIDE)


def wide(panel: Panel, name: str) -> str:
    """The panel lying: time runs to the right, one lane under the other, the happenings flagged above."""
    scale = laid(panel)
    flown = flags(scale)
    rows = swarm([scale.x(mark.at) for mark in panel.marks])
    lift = max((flag.level for flag in flown.values()), default=-1)
    top = FLAG * (1 + lift) + DOT * (1 + max(rows, default=-1)) + 24
    height = top + sum(HEAD + STEP * len(group.lanes) for group in panel.groups) + (26 if panel.marks else 6)
    parts = [*_opening(panel, name, WIDTH, height), *_axis(scale, top, height), *_guides(scale, flown, lift, top)]
    y = top
    for group in panel.groups:
        parts.append(f'<text x="0" y="{y + 21}" class="group">{escape(group.name)}</text>')
        y += HEAD
        for lane in group.lanes:
            parts.append(f'<text x="0" y="{y + 19}" class="lane">{escape(lane.name)}</text>')
            parts += _lying(scale, lane, y)
            y += STEP
    for mark, row in zip(panel.marks, rows, strict=True):
        label = _flag(mark, flown[mark.row], lift) if mark.row in flown else []
        told = f'<text x="{LEFT}" y="{y + 16}" class="told">{escape(_short(mark))}</text>'
        parts.append(_linked(mark, [*label, *_dot(mark, scale.x(mark.at), top - 16 - DOT * row), told]))
    return "\n".join([*parts, "</svg>"])


def tall(panel: Panel, name: str) -> list[str]:
    """The panel standing, one drawing a group: time runs down, the happenings beside the first."""
    return [_standing(panel, group, name, number) for number, group in enumerate(panel.groups)]


def _opening(panel: Panel, name: str, width: int, height: int) -> Iterator[str]:
    wording = panel.wording
    names = wording.both.join(group.name for group in panel.groups)
    says = wording.whole.format(names=names, begin=wording.dated(panel.begin), end=wording.dated(panel.end))
    yield f'<svg viewBox="0 0 {width} {height}" role="group" aria-labelledby="{name}" class="timeline">'
    yield f'<title id="{name}">{escape(says)}</title>'


def _axis(scale: Scale, top: int, height: int) -> Iterator[str]:
    for share, label in scale.panel.ticks():
        x = round(LEFT + share * (scale.right - LEFT), 1)
        yield f'<line x1="{x}" y1="{top - 8}" x2="{x}" y2="{height - 24}" class="year"/>'
        yield f'<text x="{x + 5}" y="{top + 2}" class="tick">{label}</text>'


def _guides(scale: Scale, flown: Mapping[int, Flag], lift: int, top: int) -> Iterator[str]:
    """From each flag down to its happening, and on, lightly, through the lanes it changed."""
    lanes = top + HEAD + STEP * len(scale.panel.groups[0].lanes) - 6
    for flag in flown.values():
        x, pole = flag.x, FLAG * (lift - flag.level) + 2
        yield f'<path d="M{x} {pole}V{top - 16}" class="pole"/><path d="M{x} {top - 8}V{lanes}" class="guide"/>'


def _lying(scale: Scale, lane: Lane, y: int) -> Iterator[str]:
    for segment in lane.segments:
        x, end, word = scale.x(segment.begin), scale.x(segment.end), escape(segment.word)
        yield _bar(segment.kind, _told(scale.panel, lane, segment), (x, y, round(max(2.0, end - x - 1.5), 1), BAR))
        if scale.fits(segment):
            yield f'<text x="{x + 7}" y="{y + 19}" class="on {escape(segment.kind)}">{word}</text>'
        elif segment is lane.segments[-1]:
            yield f'<text x="{end + 4}" y="{y + 19}" class="beside">{word}</text>'


def _told(panel: Panel, lane: Lane, segment: Segment) -> str:
    begin, end = (panel.wording.dated(moment) for moment in (segment.begin, segment.end))
    return panel.wording.stretch.format(lane=lane.name, word=segment.word, begin=begin, end=end)


def _bar(kind: str, says: str, box: tuple[float, float, float, float]) -> str:
    x, y, width, height = box
    shape = f'x="{x}" y="{y}" width="{width}" height="{height}" rx="3"'
    texture = f'<rect {shape} fill="url(#{TEXTURES[kind]})"/>' if kind in TEXTURES else ""
    return f'<g class="bar"><title>{escape(says)}</title><rect {shape} class="{escape(kind)}"/>{texture}</g>'


@dataclass(frozen=True, slots=True)
class Flag:
    """The label of a happening that changed something: its pole, how far its text reaches, and how high it flies."""

    x: float
    begin: float
    end: float
    level: int


def flags(scale: Scale) -> dict[int, Flag]:
    """Flags that no pole crosses: each flies above the poles under it, to the left where the right has no room."""
    changed = [mark for mark in scale.panel.marks if mark.change]
    width = {m.row: 6 + 6.4 * max(len(f"{m.day} · {m.name}"), len(m.change)) for m in changed}
    poles = {mark.row: scale.x(mark.at) for mark in changed}
    left: list[int] = []
    for mark in reversed(changed):
        x = poles[mark.row]
        if x + width[mark.row] > WIDTH or any(x <= poles[row] <= x + width[mark.row] for row in left):
            left.append(mark.row)
    flown: dict[int, Flag] = {}
    for row in [m.row for m in reversed(changed) if m.row not in left] + left[::-1]:
        x = poles[row]
        begin, end = (x - width[row], x) if row in left else (x, x + width[row])
        under = [f.level for f in flown.values() if begin - 6 <= f.x <= end + 6]
        beside = [f.level for f in flown.values() if f.begin - 10 < end and begin < f.end + 10]
        flown[row] = Flag(x, begin, end, 1 + max([*under, *beside], default=-1))
    return flown


def swarm(xs: Sequence[float]) -> list[int]:
    """A row for each dot, the lowest in which it touches no other."""
    rows: list[int] = []
    for number, x in enumerate(xs):
        near = {rows[other] for other in range(number) if abs(xs[other] - x) < DOT}
        rows.append(next(row for row in range(number + 1) if row not in near))
    return rows


def _flag(mark: Mark, flag: Flag, lift: int) -> list[str]:
    x, anchor = (flag.x + 6, "start") if flag.end > flag.x else (flag.x - 6, "end")
    y, place = FLAG * (lift - flag.level) + 2, f'text-anchor="{anchor}"'
    return [
        f'<text x="{x}" y="{y + 9}" class="flag" {place}>{escape(f"{mark.day} · {mark.name}")}</text>',
        f'<text x="{x}" y="{y + 23}" class="change" {place}>{escape(mark.change)}</text>',
    ]


def _dot(mark: Mark, x: float, y: float) -> Iterator[str]:
    kind = "dot turned" if mark.change else "dot"
    yield f'<circle cx="{x}" cy="{y}" r="8.5" class="{kind}"/>'
    yield f'<text x="{x}" y="{y + 3.6}" class="{kind} number">{mark.row}</text>'


def _linked(mark: Mark, parts: Iterable[str]) -> str:
    says = escape(f"{mark.row}. {mark.wording.dated(mark.at)} {mark.name}: {mark.says}")
    return f'<a href="#day-{mark.row}" class="mark" aria-label="{says}"><title>{says}</title>{"".join(parts)}</a>'


def _short(mark: Mark, most: int = 148) -> str:
    says = f"{mark.row}. {mark.day}, {mark.name}: {mark.says}"
    return says if len(says) <= most else says[:most].rsplit(" ", 1)[0] + " …"


def _standing(panel: Panel, group: Group, name: str, number: int) -> str:
    marks = panel.marks if number == 0 else ()
    years = (panel.end - panel.begin).days / 365
    length = max(PANEL_TALL, years * (YEAR_TALL if marks else YEAR_PLAIN), LABEL * len(marks))
    top = 46
    height = round(top + length + 12)
    parts = [*_opening(replace(panel, groups=(group,), marks=()), f"{name}-{number}", TALL_WIDTH, height)]
    parts.append(f'<text x="0" y="14" class="group">{escape(group.name)}</text>')
    for share, label in panel.ticks():
        y = round(top + share * length, 1)
        parts.append(f'<line x1="0" y1="{y}" x2="{LANES_LEFT + 3 * LANES_STEP}" y2="{y}" class="year"/>')
        parts.append(f'<text x="0" y="{y + 12}" class="tick">{label.split()[0]}</text>')
    for column, lane in enumerate(group.lanes):
        x = LANES_LEFT + LANES_STEP * column
        parts.append(f'<text x="{x}" y="36" class="lane">{escape(lane.name)}</text>')
        parts += _column(panel, lane, (x, top, length))
    parts += _beside(panel, marks, top, length)
    return "\n".join([*parts, "</svg>"])


def _column(panel: Panel, lane: Lane, place: tuple[int, int, float]) -> Iterator[str]:
    x, top, length = place
    for segment in lane.segments:
        y, end = (round(top + panel.share(at) * length, 1) for at in (segment.begin, segment.end))
        deep = round(max(2.0, end - y - 1.5), 1)
        yield _bar(segment.kind, _told(panel, lane, segment), (x, y, LANES_WIDE, deep))
        if deep >= 16:
            kind = escape(segment.kind)
            yield f'<text x="{x + 3}" y="{y + 12}" class="on small {kind}">{escape(segment.word)}</text>'


def _beside(panel: Panel, marks: Sequence[Mark], top: int, length: float) -> Iterator[str]:
    """Each happening as near its moment as the ones before it leave room."""
    wanted = [top + panel.share(mark.at) * length for mark in marks]
    places = spaced(wanted, top + 4, top + length - LABEL + 12)
    edge = LANES_LEFT + LANES_STEP * 3
    for mark, moment, y in zip(marks, wanted, places, strict=True):
        line = f'<path d="M{edge - 1} {moment:.1f}h4L{LABELS_LEFT - 21} {y:.1f}" class="pole"/>'
        said = f'<text x="{LABELS_LEFT}" y="{y + 4:.1f}" class="flag">{mark.day}</text>'
        under = (
            f'<text x="{LABELS_LEFT}" y="{y + 17:.1f}" class="change">{escape(_fit(mark.change or mark.name))}</text>'
        )
        yield line + _linked(mark, [*_dot(mark, LABELS_LEFT - 12, round(y, 1)), said, under])


def _fit(text: str, most: int = 21) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip(" ,") + "…"


def spaced(wanted: Sequence[float], first: float, last: float) -> list[float]:
    """Places at least a label apart, in order: pushed down by those before, then up by the end of the drawing."""
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + LABEL if places else first))
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], places[number + 1] - LABEL if number + 1 < len(places) else last)
    return places
