"""The timeline drawn as SVG: lanes over the years, a mark for each happening; every bar carries its word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Final

WIDTH: Final = 1000
LEFT: Final = 112
RIGHT: Final = 12
TOP: Final = 46
LANE: Final = 30
GAP: Final = 8
HEAD: Final = 30
LETTER: Final = 7.2
"""How wide a letter is, at least: a word that does not fit its bar is not squeezed in."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time in which a lane says one word; `kind` is the word's class in the page's style."""

    begin: datetime
    end: datetime
    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One question over time: the verdict of the law, the standing of the order, the gate."""

    name: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The lanes of one class of records."""

    name: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A happening on the axis; it leads to its row in the table."""

    at: datetime
    says: str
    row: int


def segments(points: Sequence[tuple[datetime, str, str]], end: datetime) -> tuple[Segment, ...]:
    """From (moment, word, kind) as they followed one another: stretches, those that say the same joined."""
    made: list[Segment] = []
    for number, (begin, word, kind) in enumerate(points):
        until = points[number + 1][0] if number + 1 < len(points) else end
        if made and (made[-1].word, made[-1].kind) == (word, kind):
            made[-1] = Segment(made[-1].begin, until, word, kind)
        elif until > begin:
            made.append(Segment(begin, until, word, kind))
    return tuple(made)


def draw(groups: Sequence[Group], marks: Sequence[Mark]) -> str:
    """The drawing; it scales with the page and says the same to a screen reader."""
    every = [segment for group in groups for lane in group.lanes for segment in lane.segments]
    if not every:
        return ""
    span = min(s.begin for s in every), max(s.end for s in every)
    height = TOP + sum(HEAD + len(group.lanes) * (LANE + GAP) for group in groups) + 8
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="timeline-title" class="timeline">',
        '<title id="timeline-title">Verdict, standing and gate over time; the table below says the same.</title>',
        PATTERNS,
        *_axis(span, height),
    ]
    top = TOP
    for group in groups:
        parts.append(f'<text x="0" y="{top + 20}" class="group">{escape(group.name)}</text>')
        top += HEAD
        for lane in group.lanes:
            parts += _lane(lane, top, span)
            top += LANE + GAP
    parts += _marks(marks, span)
    return "\n".join([*parts, "</svg>"])


def _x(moment: datetime, span: tuple[datetime, datetime]) -> float:
    begin, end = span
    share = (moment - begin) / (end - begin) if end > begin else 0.0
    return round(LEFT + min(1.0, max(0.0, share)) * (WIDTH - LEFT - RIGHT), 1)


def _axis(span: tuple[datetime, datetime], height: int) -> Iterator[str]:
    for year in range(span[0].year + 1, span[1].year + 1):
        x = _x(datetime(year, 1, 1, tzinfo=UTC), span)
        yield f'<line x1="{x}" y1="{TOP - 10}" x2="{x}" y2="{height}" class="year"/>'
        yield f'<text x="{x + 4}" y="{TOP - 14}" class="tick">{year}</text>'


def _lane(lane: Lane, top: int, span: tuple[datetime, datetime]) -> Iterator[str]:
    yield f'<text x="0" y="{top + 20}" class="lane">{escape(lane.name)}</text>'
    for segment in lane.segments:
        x, end = _x(segment.begin, span), _x(segment.end, span)
        width = round(max(1.5, end - x - 1), 1)
        says = f"{lane.name}: {segment.word}, {segment.begin:%Y-%m-%d} to {segment.end:%Y-%m-%d}"
        yield f'<g class="bar {escape(segment.kind)}"><title>{escape(says)}</title>'
        yield f'<rect x="{x}" y="{top}" width="{width}" height="{LANE}" rx="3"/>'
        if len(segment.word) * LETTER + 12 <= width:
            yield f'<text x="{x + 7}" y="{top + 20}">{escape(segment.word)}</text>'
        yield "</g>"


def _marks(marks: Sequence[Mark], span: tuple[datetime, datetime]) -> Iterator[str]:
    for mark in marks:
        x = _x(mark.at, span)
        yield f'<a href="#day-{mark.row}" class="mark"><title>{escape(mark.says)}</title>'
        yield f'<circle cx="{x}" cy="{TOP - 4}" r="4.5"/></a>'


PATTERNS: Final = """<defs>
<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="7" height="7" class="ground"/><line x1="0" y1="0" x2="0" y2="7" class="stroke"/></pattern>
<pattern id="dots" width="7" height="7" patternUnits="userSpaceOnUse">
<rect width="7" height="7" class="ground"/><circle cx="2" cy="2" r="1.1" class="dot"/></pattern>
<pattern id="cross" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="8" height="8" class="ground"/><line x1="0" y1="0" x2="0" y2="8" class="stroke"/>
<line x1="0" y1="0" x2="8" y2="0" class="stroke"/></pattern>
</defs>"""
