"""What a change of law or of the estate does: which classes move from which verdict to which, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from comity.exposure.classes import Classes, Codes
from comity.exposure.judges import Found
from comity.exposure.sweep import Row, Ruling, Sweep, View, common
from comity.kernel.words import Value

NOT_HELD: Final = "not held"
"""Stands where the estate has no such records, or no demand for them is made from that place."""

Side = tuple[Ruling, Found] | None


@dataclass(frozen=True)
class Move:
    """Accounts of one store whose verdict becomes another: how many, a specimen of them, and both sides' reasons."""

    place: str
    category: str
    store: str
    accounts: int
    specimen: tuple[tuple[str, Value], ...]
    old: Side
    new: Side

    @property
    def turn(self) -> tuple[str, str]:
        """From which verdict to which."""
        return verdict(self.old), verdict(self.new)

    @property
    def gone(self) -> tuple[str, ...]:
        """What the old verdict rested on and the new one does not: rules, and points that were open."""
        return tuple(one for one in _rests(self.old) if one not in _rests(self.new))

    @property
    def come(self) -> tuple[str, ...]:
        """What the new verdict rests on and the old one did not."""
        return tuple(one for one in _rests(self.new) if one not in _rests(self.old))


def verdict(side: Side) -> str:
    """The verdict of one side, in a word."""
    return side[1].verdict if side else NOT_HELD


def _rests(side: Side) -> tuple[str, ...]:
    return (*side[1].reasons, *(f"open {term}" for term in side[1].open)) if side else ()


def moves(old: Sweep, new: Sweep, view: View, classes: Classes) -> Iterator[Move]:
    """Every class that moves; classes with the same reasons on both sides are told as one."""
    before, after = ({(row.place, row.category): row for row in each.rows} for each in (old, new))
    for name in sorted(before.keys() | after.keys()):
        yield from _row((old, before.get(name)), (new, after.get(name)), view, classes)


_Of = tuple[Sweep, Row | None]


def _row(old: _Of, new: _Of, view: View, classes: Classes) -> Iterator[Move]:
    rows = [row for _, row in (old, new) if row is not None]
    sides = [_Side(sweep, row) for sweep, row in (old, new)]
    stores = {store for row in rows for store in row.rulings if sides[0].rests(store) != sides[1].rests(store)}
    if not stores:
        return
    seen = view.of(tuple(common([row.buckets for row in rows], classes)), stores)
    found: dict[tuple[str, Side, Side], tuple[int, int, Codes]] = {}
    for store, numbers in seen.counts.items():
        for key, specimen, number in zip(seen.keys, seen.specimens, numbers, strict=True):
            was, then = (side.of(store, key) for side in sides)
            if number and verdict(was) != verdict(then):
                total, most, shown = found.get((store, was, then), (0, 0, specimen))
                best = (most, shown) if most >= number else (number, specimen)
                found[store, was, then] = (total + number, *best)
    for (store, was, then), (total, _, specimen) in found.items():
        facts = tuple(classes.facts(specimen).items())
        yield Move(rows[0].place, rows[0].category, store, total, facts, was, then)


class _Side:
    """One row before or after: what is said of any class, however finely it was cut."""

    def __init__(self, sweep: Sweep, row: Row | None) -> None:
        self.sweep, self.row = sweep, row
        self.places = {key: at for at, key in enumerate(row.keys)} if row else {}
        self.kept: dict[tuple[str, int], Side] = {}

    def rests(self, store: str) -> tuple[object, ...]:
        """What everything said of a store rests on: where that is the same on both sides, nothing moves."""
        rulings = self.row.rulings.get(store, ()) if self.row else ()
        found = [self.sweep.rulings[at] for at in rulings]
        return (self.row and self.row.keys, *((one.template, one.served, one.basis) for one in found))

    def of(self, store: str, codes: Codes) -> Side:
        row = self.row
        if row is None or store not in row.rulings:
            return None
        at = self.places.get(tuple(bucket[code] for bucket, code in zip(row.buckets, codes, strict=True)))
        if at is None:
            return None
        if (store, at) not in self.kept:
            self.kept[store, at] = self.sweep.best(row, store, at)
        return self.kept[store, at]
