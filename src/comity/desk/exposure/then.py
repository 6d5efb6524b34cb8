"""What the accounts of a cube stood under on another day: the flow to each state, and every class that a page lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from comity.desk.exposure.classes import Line
from comity.exposure.classes import Classes, fold
from comity.exposure.cube import Cube
from comity.exposure.sweep import RANK, STRENGTH, Row, common
from comity.exposure.view import View, bucketed

Numbers = tuple[int, ...]
"""How many accounts there are of each verdict, in the order of `STRENGTH`."""

Links = dict[tuple[str, str, str], tuple[int, int]]
"""By category, store and state: the accounts that are compelled, and those in conflict; only where there are any."""


def links(cube: Cube) -> Links:
    """Which store is exposed to which state, in the order in which a page draws it: state by state."""
    found: Links = {}
    for row in cube.sweep.rows:
        for store, numbers in row.counts.items():
            counts = [0] * len(STRENGTH)
            for rank, number in zip(cube.sweep.standing(row.rulings[store]), numbers, strict=True):
                counts[rank] += number
            compelled, conflict = counts[RANK["compelled"]], counts[RANK["conflict"]]
            if compelled or conflict:
                found[row.category, store, row.place] = compelled, conflict
    return found


class Standing:
    """The listed classes of a cube, and what the same accounts stood under in the same cube decided for other days."""

    def __init__(self, cube: Cube, lines: Sequence[Line], others: Sequence[Cube]) -> None:
        self.cube, self.lines = cube, lines
        self.at = {(*_name(line.row), line.key, line.ruling.basis): at for at, line in enumerate(lines)}
        rows = {_name(line.row): line.row for line in lines}
        self.rows: Mapping[tuple[str, str], Row] = rows
        then = [row.buckets for other in others for row in other.sweep.rows if _name(row) in rows]
        every = common([*(row.buckets for row in rows.values()), *then], cube.classes)
        self.view = View(fold(cube.classes, every))

    @property
    def own(self) -> list[Numbers]:
        """Under the cube's own law: all accounts of a class under its one verdict."""
        return [
            tuple(line.accounts if verdict == line.found.verdict else 0 for verdict in STRENGTH) for line in self.lines
        ]

    def on(self, then: Cube) -> list[Numbers]:
        """Each class's accounts by verdict on that day; fewer than there are where nobody could ask for all."""
        others = {_name(row): row for row in then.sweep.rows}
        found = [[0] * len(STRENGTH) for _ in self.lines]
        for name, row in self.rows.items():
            if other := others.get(name):
                for at, rank, number in self._row(row, other, then):
                    found[at][rank] += number
        return [tuple(numbers) for numbers in found]

    def _row(self, row: Row, other: Row, then: Cube) -> Iterator[tuple[int, int, int]]:
        """The place of a class, a verdict's rank on that day, and how many of its accounts stood under it."""
        classes: Classes = self.cube.classes
        seen = self.view.of(tuple(common([row.buckets, other.buckets], classes)), row.rulings.keys())
        keys, others = _places(seen.keys, row), _places(seen.keys, other)
        for store, numbers in seen.counts.items():
            if store not in other.rulings:
                continue
            ranks = then.sweep.standing(other.rulings[store])
            basis = {key: self.cube.sweep.best(row, store, key)[0].basis for key in set(keys)}
            for key, place, number in zip(keys, others, numbers, strict=True):
                at = self.at.get((*_name(row), key, basis[key]))
                if number and at is not None:
                    yield at, ranks[place], number


def _name(row: Row) -> tuple[str, str]:
    return row.place, row.category


def _places(keys: Sequence[tuple[int, ...]], row: Row) -> list[int]:
    """Which class of the row each of several finer ones is in."""
    own = {key: at for at, key in enumerate(row.keys)}
    return [own[key] for key in bucketed(keys, row.buckets)]
