"""Folded classes as one place and category tells them apart, which is coarser still."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from comity.exposure.classes import Buckets, Codes, Folded


@dataclass(frozen=True)
class Projection:
    """Classes as one row tells them apart: each with a specimen, and the number of accounts in every store."""

    keys: tuple[Codes, ...]
    specimens: tuple[Codes, ...]
    sizes: tuple[int, ...]
    counts: Mapping[str, tuple[int, ...]]


class View:
    """Folded classes, to be put together further for one row after another; what was once put together is kept."""

    def __init__(self, folded: Sequence[Folded]) -> None:
        self.folded = folded
        self.kept: dict[tuple[object, ...], Projection] = {}

    def of(self, buckets: tuple[Buckets, ...], stores: Iterable[str]) -> Projection:
        """The accounts of some stores, as these buckets tell them apart."""
        wanted = frozenset(stores)
        found = self.kept.get((buckets, wanted))
        if found is None:
            found = self.kept[buckets, wanted] = _projected(self.folded, buckets, wanted)
        return found


def _projected(folded: Sequence[Folded], buckets: Sequence[Buckets], stores: frozenset[str]) -> Projection:
    best: dict[Codes, tuple[int, Codes]] = {}
    numbers: dict[str, dict[Codes, int]] = {}
    own = [one for one in folded if one.store in stores]
    for one, key in zip(own, bucketed([one.codes for one in own], buckets), strict=True):
        seen = best.get(key)
        if seen is None or one.most >= seen[0]:
            rank = (one.most, tuple([-code for code in one.specimen]))
            best[key] = rank if seen is None or rank > seen else seen
        counts = numbers.setdefault(one.store, {})
        counts[key] = counts.get(key, 0) + one.accounts
    keys = tuple(sorted(best))
    held = {store: tuple([counts.get(key, 0) for key in keys]) for store, counts in sorted(numbers.items())}
    specimens = tuple([tuple([-code for code in best[key][1]]) for key in keys])
    return Projection(keys, specimens, tuple([best[key][0] for key in keys]), held)


def bucketed(codes: Sequence[Codes], buckets: Sequence[Buckets]) -> list[Codes]:
    """Each of several codes with its values put together as the buckets say."""
    if not (buckets and codes):
        return [()] * len(codes)
    columns = zip(*codes, strict=True)
    coarse = [map(bucket.__getitem__, each) for bucket, each in zip(buckets, columns, strict=True)]
    return list(zip(*coarse, strict=True))
