"""The days on which the picture changed: the cube decided again for every day on which some law begins or ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from comity.desk.exposure.about import posed_of
from comity.desk.exposure.kept import Difference, differ
from comity.exposure.cube import Cube
from comity.exposure.sweep import STRENGTH, Row
from comity.kernel.law import Law
from comity.lawpack import Packs

YEARS: Final = 10
"""How far back a history goes unless somebody says otherwise."""

Numbers = tuple[int, ...]
"""How many accounts there are of each verdict, in the order of `STRENGTH`."""

Picture = dict[tuple[str, str], Numbers]
"""The numbers of each place and category."""

Track = Callable[[Sequence[date]], Iterable[date]]
"""Goes through days and shows how far it has come."""


@dataclass(frozen=True)
class Turn:
    """A day on which some number changed: what moved and why, and the numbers from then on."""

    on: date
    found: Difference
    picture: Picture


@dataclass(frozen=True)
class History:
    """From a first day, with its numbers, through every day on which one changed; `tried` days were decided.

    `start` is the cube decided for the first day.
    """

    since: date
    start: Cube
    first: Picture
    turns: tuple[Turn, ...]
    tried: int


def ten_years_before(on: date) -> date:
    """The same day of the year, so many years ago."""
    return on.replace(year=on.year - YEARS, day=28 if (on.month, on.day) == (2, 29) else on.day)


def days(law: Law, since: date, on: date) -> list[date]:
    """The days after `since`, up to `on`, on which a rule, an answer or a membership begins or ends."""
    found: set[date | None] = set()
    for rule in law.rules:
        found |= {rule.since, rule.until, rule.enacted, rule.ended}
    for answer in law.answers:
        found |= {happening.day for happening in answer.history}
    for member in law.members:
        found |= {member.since, member.until}
    return sorted(day for day in found if day and since < day <= on)


def picture(cube: Cube) -> Picture:
    """The numbers of every place and category that has accounts."""
    numbers = {(row.place, row.category): numbers_of(cube, row) for row in cube.sweep.rows}
    return {name: found for name, found in numbers.items() if any(found)}


def numbers_of(cube: Cube, row: Row) -> Numbers:
    """How many accounts of a row there are of each verdict."""
    counts = cube.sweep.counts(row)
    return tuple(counts[verdict] for verdict in STRENGTH)


def history(cube: Cube, packs: Packs, since: date, track: Track) -> History:
    """Decide the cube's classes day after day, each from the day before; days on which no number changes fall away."""
    posed = posed_of(cube)
    tried = days(packs.law, since, posed.on)
    start = differ(cube, packs, replace(posed, on=since)).new
    return History(since, start, picture(start), tuple(_turns(start, packs, track(tried))), len(tried))


def _turns(cube: Cube, packs: Packs, tried: Iterable[date]) -> Iterator[Turn]:
    posed, seen = posed_of(cube), picture(cube)
    for day in tried:
        found = differ(cube, packs, replace(posed, on=day))
        cube, now = found.new, picture(found.new)
        if now != seen:
            seen = now
            yield Turn(day, found, now)
