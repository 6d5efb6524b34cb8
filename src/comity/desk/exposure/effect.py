"""What a set of changes does, with its proof: who is reached no longer, who still is, and who is now, by others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from comity.desk.exposure.aim import Edit, Named, edited
from comity.desk.exposure.estates import Estates
from comity.exposure.change import Move, Side
from comity.exposure.judges import Found
from comity.exposure.reach import Ground, Mask, Utmost, reaches
from comity.exposure.sweep import Ruling, Sweep
from comity.kernel.estate import Estate, readable
from comity.kernel.words import Value


@dataclass(frozen=True)
class Tally:
    """How many accounts are counted, how many are reached only if the law, where it is open, is as the demander reads
    it, and how many are reached of which it is not known whether they are meant."""

    counted: int
    open: int
    unknown: int


@dataclass(frozen=True)
class Stands:
    """A demand that still reaches accounts: how many, a specimen of them, and what it rests on."""

    place: str
    category: str
    store: str
    accounts: int
    specimen: tuple[tuple[str, Value], ...]
    ruling: Ruling
    found: Found


@dataclass(frozen=True)
class Effect:
    """What a set of changes does: the tally after it, the classes that move, what still stands, what is new elsewhere.

    `sealed` says of a store why nobody who is served can make its records readable then, where that is what is counted.
    `worse` has for each place and category how many accounts of anybody it reaches then and did not before; `newly`
    counts each such account once.
    """

    tally: Tally
    moves: tuple[Move, ...]
    sealed: Mapping[str, str]
    stands: tuple[Stands, ...]
    worse: Mapping[tuple[str, str], int]
    newly: int

    @property
    def rests_on(self) -> frozenset[str]:
        """Every rule that is named in it."""
        sides = [side[1] for move in self.moves for side in (move.old, move.new) if side]
        found = (*sides, *(one.found for one in self.stands))
        return frozenset(reason.split()[-1] for one in found for reason in one.reasons)


def effect(estates: Estates, named: Named, edits: Iterable[Edit]) -> Effect:
    """Decide the whole estate after the changes, and put it beside the cube."""
    old, after = estates.cube.sweep, edited(estates.estate, edits)
    plan = estates.plan(after)
    ground = estates.ground(named, [*plan.buckets.values(), *(row.buckets for row in old.rows)])
    new = estates.sweep(plan, ground.folded)
    side = _Side(estates, named, ground)
    sides = (old, estates.estate), (new, after)
    before, then = (side.counted(estates.within(*one, named, wide=True)) for one in sides)
    worse = {cell: mask & ~before.get(cell, 0) for cell, mask in then.items()}
    old, new = (estates.within(*one, named) for one in sides)
    moved = sorted(side.moves(old, new), key=lambda move: -move.accounts)
    gone = {(move.store, move.old[0].served) for move in moved if move.old and not move.new}
    return Effect(
        side.tally(new),
        tuple(moved),
        {store: _sealed(after, store, served) for store, served in sorted(gone) if named.readable},
        tuple(sorted(side.stands(new), key=lambda one: -one.accounts)),
        {cell: ground.count(mask) for cell, mask in sorted(worse.items()) if mask},
        ground.count(_union(worse.values())),
    )


def _sealed(estate: Estate, store: str, served: str) -> str:
    """Why whoever is served cannot make a store's records readable, as the kernel has it."""
    proof = readable(estate, estate.stores[store], served)
    return "; ".join((proof.says, *(part.says for part in proof.parts)))


def today(estates: Estates, named: Named) -> tuple[Tally, int]:
    """The tally as the cube has it, and how many accounts are meant."""
    kept = estates.cube.sweep
    ground = estates.ground(named, (row.buckets for row in kept.rows))
    tally = _Side(estates, named, ground).tally(estates.within(kept, estates.estate, named))
    return tally, ground.count(estates.meant(ground, named))


class _Side:
    """Counts over one ground, of sweeps that hold nothing but what is counted."""

    def __init__(self, estates: Estates, named: Named, ground: Ground) -> None:
        self.estates, self.named, self.ground = estates, named, ground
        self.meant = estates.counted(ground, named)
        self.unsure = estates.unsure(ground, named)

    def reached(
        self, sweep: Sweep, among: Mapping[str, Mask] | None = None
    ) -> dict[tuple[str, str], tuple[Mask, Mask]]:
        """For each place and category whom it reaches, and whom perhaps; of those given by place, or of all."""
        found = {}
        for row in sweep.rows:
            pairs = [(self.ground.stores.get(store, 0), self.ground.reached(sweep, row, store, self.named.verdicts))
                     for store in row.rulings]  # fmt: skip
            wanted = -1 if among is None else among[row.place]
            sides = (_union(own & both[side] & wanted for own, both in pairs) for side in (0, 1))
            found[row.place, row.category] = next(sides), next(sides)
        return found

    def counted(self, sweep: Sweep, among: Mapping[str, Mask] | None = None) -> dict[tuple[str, str], Mask]:
        """The same in one: what is open counts if it is to."""
        return {
            cell: sure | (perhaps if self.named.open else 0)
            for cell, (sure, perhaps) in self.reached(sweep, among).items()
        }

    def tally(self, sweep: Sweep) -> Tally:
        """The count, and what is unknown about it."""
        reached = self.reached(sweep, self.meant).values()
        sure, perhaps = _union(one for one, _ in reached), _union(one for _, one in reached)
        counted = sure | (perhaps if self.named.open else 0)
        unknown = _union(self.counted(sweep, self.unsure).values())
        return Tally(*map(self.ground.count, (counted, perhaps & ~sure, unknown & ~counted)))

    def counts(self, side: Utmost | None) -> bool:
        """Whether what can be done about a class counts it."""
        truth = reaches(side.found, self.named.verdicts) if side else False
        return truth is True or (truth is None and self.named.open)

    def utmost(self, sweep: Sweep) -> dict[tuple[str, str, str], list[Utmost]]:
        """The most that can be done about the classes that are meant, by place, category and store."""
        found: dict[tuple[str, str, str], list[Utmost]] = {}
        for row in sweep.rows:
            for one in self.ground.utmost(sweep, row, self.meant[row.place], self.named.verdicts):
                found.setdefault((row.place, row.category, one.store), []).append(one)
        return found

    def moves(self, old: Sweep, new: Sweep) -> Iterator[Move]:
        """The classes meant that come within reach of a place, or out of it; of like reasons as one."""
        before, after = self.utmost(old), self.utmost(new)
        found: dict[tuple[Any, ...], Mask] = {}
        for where in sorted(before.keys() | after.keys()):
            said, anew = before.get(where, []), after.get(where, [])
            for (was, own), (then, other) in product(_parts(said, anew), _parts(anew, said)):
                if own & other and self.counts(was) != self.counts(then):
                    key = (*where, _said(was), _said(then))
                    found[key] = found.get(key, 0) | own & other
        for (place, category, store, was, then), mask in found.items():
            yield Move(place, category, store, self.ground.count(mask), self._specimen(mask), was, then)

    def stands(self, sweep: Sweep) -> Iterator[Stands]:
        """What reaches those who are counted; one account may be reached by several."""
        found: dict[tuple[Any, ...], Mask] = {}
        for (place, category, store), parts in self.utmost(sweep).items():
            for one in filter(self.counts, parts):
                key = (place, category, store, one.ruling, one.found)
                found[key] = found.get(key, 0) | one.classes
        for (place, category, store, ruling, said), mask in found.items():
            yield Stands(place, category, store, self.ground.count(mask), self._specimen(mask), ruling, said)

    def _specimen(self, mask: Mask) -> tuple[tuple[str, Value], ...]:
        largest = max(self.ground.among(mask), key=lambda one: one.most)
        return tuple(self.estates.classes.facts(largest.specimen).items())


def _parts(these: list[Utmost], others: list[Utmost]) -> list[tuple[Utmost | None, Mask]]:
    """What is said of some classes, and that nothing is said of those of which only the others speak."""
    said = _union(one.classes for one in these)
    rest = _union(one.classes for one in others) & ~said
    return [*((one, one.classes) for one in these), *([(None, rest)] if rest else [])]


def _said(one: Utmost | None) -> Side:
    return (one.ruling, one.found) if one else None


def _union(masks: Iterable[Mask]) -> Mask:
    found = 0
    for mask in masks:
        found |= mask
    return found
