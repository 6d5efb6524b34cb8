"""Whom demands reach: every account once, however many places and demands reach it.

Classes of accounts stand in a row and a set of them is a mask, one bit a class. What a demand reaches is a mask; what
any of several reaches is their union; an account is counted once because its class has one bit.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from comity.exposure.classes import Buckets, Codes, Folded
from comity.exposure.judges import Found
from comity.exposure.sweep import RANK, Row, Ruling, Sweep
from comity.kernel.decision import Verdict
from comity.kernel.words import Truth, either

Mask = int
"""A set of classes: bit n is the class in place n."""

Verdicts = frozenset[Verdict]


class Ground:
    """The classes of an estate's accounts, in one order, so that sets of them can be counted."""

    def __init__(self, folded: Sequence[Folded]) -> None:
        self.folded = folded
        self.stores: dict[str, Mask] = {}
        for at, one in enumerate(folded):
            self.stores[one.store] = self.stores.get(one.store, 0) | 1 << at
        self.cut: dict[tuple[Buckets, ...], dict[Codes, Mask]] = {}
        self.kept: dict[tuple[object, ...], tuple[Mask, Mask]] = {}

    def by(self, columns: Sequence[int]) -> dict[Codes, Mask]:
        """The classes by their facts in some columns."""
        found: dict[Codes, Mask] = {}
        for at, one in enumerate(self.folded):
            key = tuple(one.codes[column] for column in columns)
            found[key] = found.get(key, 0) | 1 << at
        return found

    def count(self, mask: Mask) -> int:
        """How many accounts are in these classes."""
        return sum(self.folded[at].accounts for at in _bits(mask))

    def among(self, mask: Mask) -> list[Folded]:
        """The classes themselves."""
        return [self.folded[at] for at in _bits(mask)]

    def as_told(self, row: Row) -> list[Mask]:
        """For each class of a row, which is coarser, the classes that are in it."""
        found = self.cut.get(row.buckets)
        if found is None:
            found = self.cut[row.buckets] = {}
            for at, one in enumerate(self.folded):
                key = tuple(bucket[code] for bucket, code in zip(row.buckets, one.codes, strict=True))
                found[key] = found.get(key, 0) | 1 << at
        return [found.get(key, 0) for key in row.keys]

    def reached(self, sweep: Sweep, row: Row, store: str, verdicts: Verdicts) -> tuple[Mask, Mask]:
        """The classes that some demand reaches if their records lie in a store, and those that one perhaps reaches."""
        rulings = [sweep.rulings[at] for at in row.rulings.get(store, ())]
        case = (row.buckets, verdicts, *(ruling.basis for ruling in rulings))
        if case not in self.kept:
            sure = perhaps = 0
            for key, mask in enumerate(self.as_told(row)):
                truth = either(reaches(sweep.outcomes[ruling.outcomes[key]], verdicts) for ruling in rulings)
                sure, perhaps = sure | (mask if truth else 0), perhaps | (mask if truth is None else 0)
            self.kept[case] = sure, perhaps
        return self.kept[case]

    def utmost(self, sweep: Sweep, row: Row, mask: Mask, verdicts: Verdicts) -> Iterator[Utmost]:
        """What is the most that can be done about each of these classes."""
        told = self.as_told(row)
        for store, tried in row.rulings.items():
            own = mask & self.stores.get(store, 0)
            for key, classes in enumerate(told):
                if classes & own:
                    pairs = ((ruling := sweep.rulings[at], sweep.outcomes[ruling.outcomes[key]]) for at in tried)
                    yield Utmost(store, *min(pairs, key=lambda pair: _order(pair[1], verdicts)), classes & own)


@dataclass(frozen=True)
class Utmost:
    """The most that can be done about some classes of a store."""

    store: str
    ruling: Ruling
    found: Found
    classes: Mask


def may_be(found: Found) -> Verdicts:
    """What a verdict may yet turn out to be; one that is not open is what it is."""
    if found.verdict != "open":
        return frozenset((found.verdict,))
    power, bar = (_held(found, effect) for effect in ("compels", "bars"))
    return frozenset(_OF[compels, bars] for compels in power for bars in bar)


def _held(found: Found, effect: str) -> frozenset[bool]:
    """Whether some power, or some bar, holds: both where it is not known."""
    if any(reason.startswith(f"{effect} ") for reason in found.reasons):
        return frozenset((True,))
    return frozenset((True, False)) if any(r.startswith(f"?{effect} ") for r in found.reasons) else frozenset((False,))


_OF: Final[dict[tuple[bool, bool], Verdict]] = {
    (True, False): "compelled", (True, True): "conflict", (False, True): "barred", (False, False): "free",
}  # fmt: skip


def reaches(found: Found, verdicts: Verdicts) -> Truth:
    """Whether a verdict is one of those given; where the law is open, whether it is so either way."""
    possible = may_be(found)
    return True if possible <= verdicts else None if possible & verdicts else False


def _order(found: Found, verdicts: Verdicts) -> tuple[int, int]:
    return {True: 0, None: 1, False: 2}[reaches(found, verdicts)], RANK[found.verdict]


def _bits(mask: Mask) -> Iterator[int]:
    return (at for at, bit in enumerate(reversed(bin(mask)[2:])) if bit == "1")


def only(sweep: Sweep, cells: Container[tuple[str, str]], holds: Callable[[str, Ruling], bool]) -> Sweep:
    """A sweep as if nobody asked but from these places for these categories, and of rulings only those that hold."""
    rows = []
    for row in sweep.rows:
        if (row.place, row.category) in cells:
            tried = ((s, tuple(at for at in own if holds(s, sweep.rulings[at]))) for s, own in row.rulings.items())
            kept = {store: own for store, own in tried if own}
            rows.append(replace(row, rulings=kept, counts={store: row.counts[store] for store in kept}))
    return replace(sweep, rows=tuple(rows))
