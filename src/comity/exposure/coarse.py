"""Which accounts no law that is kept tells apart, on whatever day: they can be put together before anybody asks.

A cube has them beside its classes, and a what-if then reads those few. Where a question does tell more of them apart
(another estate's demands, a law from elsewhere), `classes.fold` sees it and reads all.
"""

from __future__ import annotations

from collections.abc import Iterable

from comity.exposure.classes import Buckets, Classes
from comity.exposure.judges import HOME
from comity.kernel.law import Law
from comity.kernel.words import Compare, Leaf, Value, Within, leaf_truth


def coarse(classes: Classes, law: Law, places: Iterable[str]) -> tuple[Buckets, ...]:
    """For each column the values that no rule tells apart, whenever it is in force and whichever place demands."""
    leaves = frozenset[Leaf](leaf for rule in law.rules for leaf in rule.leaves)
    asked = leaves.union(Compare(HOME, place) for place in places)
    spans: dict[tuple[str, Value], list[object]] = {}
    for member in law.members:
        spans.setdefault((member.group, member.place), []).append((member.since, member.until))

    def told(leaf: Leaf, value: Value) -> object:
        if isinstance(leaf, Within):
            return value is None or spans.get((leaf.group, value))
        return leaf_truth(leaf, value, {})

    found = []
    for column, values in zip(classes.columns, classes.values, strict=True):
        own, first = [leaf for leaf in asked if leaf.name == column.term], dict[str, int]()
        said = [repr([told(leaf, value) for leaf in own]) for value in values]
        found.append(tuple(first.setdefault(one, at) for at, one in enumerate(said)))
    return tuple(found)
