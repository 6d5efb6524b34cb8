"""Conditions and rules as functions: compiled once, asked of many cases.

What they say is what the condition says: a test of the facts, in three values, and nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Final

from comity.kernel.words import (
    Both,
    Compare,
    Condition,
    Either,
    Facts,
    Groups,
    Not,
    Truth,
    Value,
    Word,
    leaves_of,
    opposite,
)

Test = Callable[[Facts], Truth]

ADDRESS: Final = (
    "demand.place", "demand.instrument", "record.category", "record.store_place", "record.holder_place", "served.place",
)  # fmt: skip
"""The terms by which a rule says whom it addresses; a proof leaves out rules these alone rule out."""

ASKED: Final = ADDRESS[:3]
"""The part of an address that is the demand's own: who asks how for what records."""

PLACE, INSTRUMENT, CATEGORY = ASKED


def predicate(condition: Condition, groups: Groups, reads: Set[str] | None = None) -> Test:
    """The condition as a function from facts to truth; terms outside `reads` (None: no limit) count as unknown."""
    match condition:
        case Not(part):
            inner = predicate(part, groups, reads)
            return inner if inner is unread else lambda facts: opposite(inner(facts))
        case Both(parts) | Either(parts):
            tests = [predicate(part, groups, reads) for part in parts]
            known = [test for test in tests if test is not unread]
            more = [unread] * (len(known) < len(tests))
            return scan([*known, *more], isinstance(condition, Either)) if known else unread
        case leaf if reads is not None and leaf.name not in reads:
            return unread
        case Word(name):
            return _plainly(name)
        case Compare(name, code, same):
            return _among(name, frozenset({code}), same)
    return _among(condition.name, groups.get(condition.group, frozenset()), condition.inside)


def unread(facts: Facts) -> Truth:
    """What is beyond what may be read: unknown, whatever the facts."""
    return None


def scan(tests: list[Test], decisive: bool) -> Test:
    """Kleene's "or" where True is decisive, "and" where False is; it stops at the first part that decides."""

    def scanned(facts: Facts) -> Truth:
        answer: Truth = not decisive
        for test in tests:
            truth = test(facts)
            if truth is decisive:
                return decisive
            if truth is None:
                answer = None
        return answer

    return scanned


def _plainly(name: str) -> Test:
    def plainly(facts: Facts) -> Truth:
        value = facts.get(name)
        return value if value is True or value is False else None

    return plainly


def _among(name: str, members: Set[str], inside: bool) -> Test:
    def among(facts: Facts) -> Truth:
        value = facts.get(name)
        return None if value is None else (value in members) is inside

    return among


def addressed(when: Condition, groups: Groups) -> Test:
    """Whether a rule may address a demand, by what says whom it addresses; False if that alone rules it out.

    Many demands share the few terms of an address that one rule reads: what was found for them is kept.
    """
    test = predicate(when, groups, frozenset(ADDRESS))
    read = tuple(frozenset(leaf.name for leaf in leaves_of(when)).intersection(ADDRESS))
    kept: dict[tuple[Value, ...], Truth] = {}

    def remembered(facts: Facts) -> Truth:
        key = tuple(map(facts.get, read))
        if key not in kept:
            kept[key] = test(facts)
        return kept[key]

    return remembered
