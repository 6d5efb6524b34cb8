"""The walk through a store: every item of the account sorted, with its hash; everything counted; nothing kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from comity.errors import Unreadable
from comity.kernel.collection import (
    Counts,
    ItemFacts,
    Piece,
    Remark,
    Side,
    Sorting,
    balance,
    canonical_address,
    screen,
    search,
    unread,
)
from comity.kernel.demand import Scope
from comity.kernel.words import Fault
from comity.sources.facts import facts_of, whose
from comity.sources.port import Changed, Item, Passed, Store
from comity.sources.prefilter import HEAD_LIMIT
from comity.sources.text import SIZE_LIMIT, texts, unquoted

Progress = Callable[[int, int], None]
"""Told how much of a store is done, and how much there is: octets of an mbox, files of a folder."""


@dataclass(frozen=True, slots=True)
class Collected:
    """An item of the account: why it is in or out, what a traffic answer may say of it, its octets' SHA-256.

    `sha256` is hex, and None where the octets could not be read.
    """

    sorting: Sorting
    facts: ItemFacts
    item: Item
    sha256: str | None

    def copy(self, out: BinaryIO) -> None:
        """Write the item's octets as they were when they were sorted; `Changed` if the store has others now."""
        found = hashlib.sha256()
        for stretch in self.item.stretches():
            found.update(stretch)
            out.write(stretch)
        if found.hexdigest() != self.sha256:
            raise Changed(path=str(self.item.place), why="its octets are not those that were sorted")


class Collection:
    """One walk through one store under one scope: iterate over it once, then read its counts and faults.

    It gives every item of the scope's accounts, those that are out too, and every item of which it cannot be told whose
    it is. Other accounts' items are counted and not given.
    """

    def __init__(self, store: Store, scope: Scope, progress: Progress | None = None) -> None:
        self.store, self.scope, self._progress = store, scope, progress
        self._tally: dict[Side, int] = {"in": 0, "out": 0, "unreadable": 0, "others": 0}

    def __iter__(self) -> Iterator[Collected]:
        self._tally = dict.fromkeys(self._tally, 0)
        for step in self.store.walk(self._sought()):
            if isinstance(step, Passed):
                self._tally["others"] += step.number
            else:
                collected = _sorted(step, self.store, self.scope)
                self._tally[collected.sorting.side if collected else "others"] += 1
                if collected:
                    yield collected
            if self._progress:
                self._progress(self.store.gauge.done, self.store.gauge.total)

    @property
    def counts(self) -> Counts:
        """How many items were sorted to which side so far."""
        tally = self._tally
        return Counts(tally["in"], tally["out"], tally["unreadable"], tally["others"])

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was odd about the store, and whether the counts fail to add up to it."""
        unbalanced = balance(self.counts, self.store.gauge.items, self.store.layout.id)
        return (*self.store.gauge.faults.all(), *((unbalanced,) if unbalanced else ()))

    def _sought(self) -> tuple[str, ...] | None:
        """Whose items to look for: in a mailbox of one of the accounts every item, in another's none."""
        owner = self.store.layout.owner
        if owner is None:
            return self.scope.accounts
        return None if canonical_address(owner) in map(canonical_address, self.scope.accounts) else ()


def _sorted(item: Item, store: Store, scope: Scope) -> Collected | None:
    """Sort one item; None if it is another account's. Its octets are read once."""
    layout = store.layout
    try:
        whole = item.place.size <= SIZE_LIMIT
        octets = item.octets(None if whole else 2 * HEAD_LIMIT)
        known, fields = whose(item, octets, layout)
        if screen(scope, known).of_account is False:
            return None
        facts = facts_of(item, known, fields, layout)
        found = unquoted(texts(octets), item.quoting) if whole else _too_large(item)
        sorting = search(scope, screen(scope, facts), found)
        return Collected(sorting, facts, item, hashlib.sha256(octets).hexdigest() if whole else _hashed(item))
    except Unreadable as error:
        facts = ItemFacts(item.place, layout.owner, trouble=error.message, dated=error.message)
        sorting = unread(screen(scope, facts), error.message)
        return None if sorting.side == "others" else Collected(sorting, facts, item, None)


def _hashed(item: Item) -> str:
    found = hashlib.sha256()
    for stretch in item.stretches():
        found.update(stretch)
    return found.hexdigest()


def _too_large(item: Item) -> Iterator[Piece | Remark]:
    yield Remark("message", f"has {item.place.size} octets, of which at most {SIZE_LIMIT} are searched", hides=True)
