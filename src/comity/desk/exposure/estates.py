"""Estates decided one after another under one law: what the judges found out for one is not found out again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Final

from comity.desk.exposure.about import from_json, posed_of, templates_of
from comity.desk.exposure.aim import Named
from comity.desk.exposure.run import asks, planned, seated
from comity.exposure.classes import Buckets, Folded, fold
from comity.exposure.cube import Cube
from comity.exposure.judges import HOME
from comity.exposure.reach import Ground, Mask, only
from comity.exposure.sweep import Plan, Ruling, Sweep, common, sweep
from comity.exposure.view import View
from comity.kernel.estate import Estate, readable
from comity.kernel.words import Truth, Value
from comity.lawpack import Packs

KIND: Final = "subject.kind"


class Estates:
    """A cube's accounts and demands, ready to be decided for one estate after another."""

    def __init__(self, cube: Cube, packs: Packs) -> None:
        posed = posed_of(cube)
        self.cube, self.classes, self.templates = cube, cube.classes, templates_of(cube)
        self.estate, self.on = from_json(cube.about["estate"]), posed.on
        self.seat = seated(packs, posed, cube.classes, cube.sweep)
        self.grounds: dict[tuple[Buckets, ...], Ground] = {}

    def plan(self, estate: Estate, named: Named | None = None) -> Plan:
        """Every demand that could be made of an estate, or those that a named exposure counts."""
        made = asks(self.templates, self.seat.law, estate, (self.on, self.seat.words.terms))
        if named is not None:
            made = (
                ask for ask in made
                if ask.place in named.places and ask.category in named.categories and ask.template not in named.without
            )  # fmt: skip
        return planned((estate, self.classes), self.seat, made)

    def ground(self, named: Named, cuts: Iterable[tuple[Buckets, ...]]) -> Ground:
        """The classes that some rows and a named exposure tell apart."""
        cut = tuple(common([*cuts, self.told(named)], self.classes))
        if cut not in self.grounds:
            self.grounds[cut] = Ground(fold(self.classes, cut))
        return self.grounds[cut]

    def sweep(self, plan: Plan, folded: Sequence[Folded]) -> Sweep:
        """Decide it; the next estate is spared whatever rests on the same."""
        found = sweep(plan, View(folded), self.seat.bench, self.classes)
        self.seat.bench.remember(found.asked, found.kept)
        return found

    def within(self, sweep: Sweep, estate: Estate, named: Named, wide: bool = False) -> Sweep:
        """The part of a sweep that a named exposure counts; `wide`: that of anybody's demands for any records.

        What whoever is served is known to be unable to make readable is left out if it is to be.
        """
        cells = {(row.place, row.category) for row in sweep.rows}
        if not wide:
            cells = {cell for cell in cells if cell[0] in named.places and cell[1] in named.categories}

        @cache
        def clear(store: str, served: str) -> bool:
            return not named.readable or readable(estate, estate.stores[store], served).truth is not False

        def holds(store: str, ruling: Ruling) -> bool:
            return (wide or ruling.template not in named.without) and clear(store, ruling.served)

        return only(sweep, cells, holds)

    def told(self, named: Named) -> tuple[Buckets, ...]:
        """The values of each column as a named exposure tells them apart."""
        return tuple(
            _first([self._mark(column.term, value, named) for value in values])
            for column, values in zip(self.classes.columns, self.classes.values, strict=True)
        )

    def _mark(self, term: str, value: Value, named: Named) -> tuple[object, ...]:
        if term == HOME:
            lives = named.customers is None or value in named.customers
            return (value is None, lives, value if named.foreign and value in named.places else "")
        return (value is None, named.kinds is None or value in named.kinds) if term == KIND else ()

    def meant(self, ground: Ground, named: Named) -> Mask:
        """The classes whose customers are meant, whoever asks."""
        return sum(mask for home, kind, mask in self._whose(ground) if named.holds(named.means(home, kind)))

    def counted(self, ground: Ground, named: Named) -> dict[str, Mask]:
        """For each place that asks, the classes whose customers are meant."""
        return self._by_place(ground, named, named.holds)

    def unsure(self, ground: Ground, named: Named) -> dict[str, Mask]:
        """For each place that asks, the classes of whose customers it is not known whether they are meant."""
        return self._by_place(ground, named, lambda truth: truth is None)

    def _by_place(self, ground: Ground, named: Named, holds: Callable[[Truth], bool]) -> dict[str, Mask]:
        whose = self._whose(ground)
        return {
            place: sum(mask for home, kind, mask in whose if holds(named.counts(home, kind, place)))
            for place in sorted(named.places)
        }

    def _whose(self, ground: Ground) -> list[tuple[Value, Value, Mask]]:
        """The classes by where their customers live and of what kind they are."""
        at = {column.term: at for at, column in enumerate(self.classes.columns)}
        where = [at[term] for term in (HOME, KIND) if term in at]
        found = []
        for codes, mask in ground.by(where).items():
            own = dict(zip(where, codes, strict=True))
            home, kind = (self.classes.values[at[t]][own[at[t]]] if t in at else None for t in (HOME, KIND))
            found.append((home, kind, mask))
        return found


def _first(marks: Sequence[object]) -> Buckets:
    """For each mark the place of the first like it."""
    first: dict[object, int] = {}
    return tuple(first.setdefault(mark, at) for at, mark in enumerate(marks))
