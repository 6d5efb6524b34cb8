"""What a timeline shows: lanes of words over time and the happenings beside them, and how they share scales.

Nothing is drawn here; `svg` does that, once lying for a wide page and once standing for a telephone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

OWN_SCALE: Final = 0.25
"""A group of lanes that fills less of the whole than this is drawn on a scale of its own."""


def iso(moment: datetime) -> str:
    """A day as ISO 8601 has it."""
    return f"{moment:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Wording:
    """What a drawing says besides the words it is given, in the language of its page."""

    months: tuple[str, ...] = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    whole: str = "{names}: verdict, standing and gate from {begin} to {end}; the table says the same in words."
    stretch: str = "{lane}: {word}, {begin} to {end}"
    day: str = "{day} {month} {year}"
    both: str = " and "
    dated: Callable[[datetime], str] = iso

    def short(self, moment: datetime) -> str:
        """A day as a person writes it."""
        return self.day.format(day=moment.day, month=self.months[moment.month - 1], year=moment.year)


PLAIN: Final = Wording()
"""English."""


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

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """From the first word to the last; None if the lanes are empty."""
        every = [segment for lane in self.lanes for segment in lane.segments]
        return (min(s.begin for s in every), max(s.end for s in every)) if every else None


@dataclass(frozen=True, slots=True)
class Mark:
    """A happening: when, in a word where, in a sentence what, what it changed; `row` is its number in the table."""

    at: datetime
    row: int
    name: str
    says: str
    change: str = ""
    wording: Wording = PLAIN

    @property
    def day(self) -> str:
        """The day as a person writes it."""
        return self.wording.short(self.at)


@dataclass(frozen=True, slots=True)
class Panel:
    """Groups of lanes that share one scale of time."""

    begin: datetime
    end: datetime
    groups: tuple[Group, ...]
    marks: tuple[Mark, ...]
    wording: Wording = PLAIN

    def share(self, moment: datetime) -> float:
        """Where a moment lies on the scale, from 0 to 1."""
        if self.end <= self.begin:
            return 0.0
        return min(1.0, max(0.0, (moment - self.begin) / (self.end - self.begin)))

    def ticks(self) -> Iterator[tuple[float, str]]:
        """The years, or the months where the scale is less than two years long."""
        months = (self.end - self.begin).days < 730
        year, month, first = self.begin.year, self.begin.month, True
        while (at := datetime(year, month, 1, tzinfo=UTC)) <= self.end:
            if at > self.begin and (months or month == 1):
                name = self.wording.months[month - 1] if months else str(year)
                yield self.share(at), f"{name} {year}" if months and first else name
                first = False
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)


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


def panels(groups: Sequence[Group], marks: Sequence[Mark], wording: Wording = PLAIN) -> list[Panel]:
    """The groups by the scale they share: the long ones on one, each short one on its own, without the marks."""
    spans = [(group, group.span) for group in groups]
    known = [(group, span) for group, span in spans if span]
    if not known:
        return []
    whole = max(end for _, (_, end) in known) - min(begin for _, (begin, _) in known)
    long = [(group, span) for group, span in known if span[1] - span[0] >= whole * OWN_SCALE]
    short = [(group, span) for group, span in known if (group, span) not in long]
    begin, end = min(span[0] for _, span in long), max(span[1] for _, span in long)
    shared = Panel(begin, end, tuple(group for group, _ in long), tuple(marks), wording)
    return [shared, *(Panel(span[0], span[1], (group,), (), wording) for group, span in short)]
