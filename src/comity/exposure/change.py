"""What a change of law or of the estate does: which classes move from which verdict to which, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from comity.exposure.classes import Classes, Codes
from comity.exposure.judges import Found
from comity.exposure.sweep import Row, Ruling, Sweep, common
from comity.exposure.view import View, bucketed
from comity.kernel.words import Value

NOT_HELD: Final = "not held"
"""Stands where the estate has no such records, or no demand for them is made from that place."""

UNRANKED: Final = -1

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
    stores = {store for row in rows for store in row.rulings if sides[0].on(store) != sides[1].on(store)}
    if not stores:
        return
    seen = view.of(tuple(common([row.buckets for row in rows], classes)), stores)
    turned = _Turned(sides[0], sides[1], seen.keys)
    found: dict[tuple[str, Side, Side], tuple[int, int, Codes]] = {}
    for store, numbers in seen.counts.items():
        for at, was, then in turned.of(store):
            if number := numbers[at]:
                total, most, shown = found.get((store, was, then), (0, 0, seen.specimens[at]))
                best = (most, shown) if most >= number else (number, seen.specimens[at])
                found[store, was, then] = (total + number, *best)
    for (store, was, then), (total, _, specimen) in found.items():
        facts = tuple(classes.facts(specimen).items())
        yield Move(rows[0].place, rows[0].category, store, total, facts, was, then)


class _Side:
    """One row before or after: what is said of any class, however finely it was cut."""

    def __init__(self, sweep: Sweep, row: Row | None) -> None:
        self.sweep, self.row = sweep, row
        self.rests: dict[tuple[int, ...], tuple[object, ...]] = {}

    def tried(self, store: str) -> tuple[int, ...]:
        """The rulings on a store."""
        return self.row.rulings.get(store, ()) if self.row else ()

    def on(self, store: str) -> tuple[object, ...]:
        """What everything said of a store rests on: where that is the same on both sides, nothing moves."""
        tried = self.tried(store)
        if tried not in self.rests:
            found = [self.sweep.rulings[at] for at in tried]
            self.rests[tried] = (self.row and self.row.keys, *[(one.template, one.served, one.basis) for one in found])
        return self.rests[tried]

    def places(self, keys: Sequence[Codes]) -> list[int]:
        """Which class of the row each of several finer ones is in; -1 if none."""
        if self.row is None:
            return [-1] * len(keys)
        own = {key: at for at, key in enumerate(self.row.keys)}
        return [own.get(key, -1) for key in bucketed(keys, self.row.buckets)]

    def standing(self, tried: tuple[int, ...]) -> list[int]:
        """The rank of what is said, class by class, and last of where nothing is."""
        return [
            *(self.sweep.standing(tried) if tried else [UNRANKED] * len(self.row.keys if self.row else ())),
            UNRANKED,
        ]

    def of(self, tried: tuple[int, ...], place: int) -> Side:
        """What is said of one class."""
        return self.sweep.strongest(tried, place) if tried and place >= 0 else None


class _Turned:
    """The classes whose verdict turns; stores that the same rulings are about are looked at once."""

    def __init__(self, old: _Side, new: _Side, keys: Sequence[Codes]) -> None:
        self.old, self.new = old, new
        self.places = list(enumerate(zip(old.places(keys), new.places(keys), strict=True)))
        self.kept: dict[tuple[tuple[int, ...], tuple[int, ...]], list[tuple[int, Side, Side]]] = {}

    def of(self, store: str) -> list[tuple[int, Side, Side]]:
        """Those of a store's classes, each with what was said and what is."""
        old, new = tried = self.old.tried(store), self.new.tried(store)
        if tried not in self.kept:
            before, after = self.old.standing(old), self.new.standing(new)
            turned = [(at, was, then) for at, (was, then) in self.places if before[was] != after[then]]
            self.kept[tried] = [(at, self.old.of(old, was), self.new.of(new, then)) for at, was, then in turned]
        return self.kept[tried]
