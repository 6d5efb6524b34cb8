"""The smallest sets of changes that bring a count under a target, and how price and count trade off.

Some changes touch one store, and what they do there does not depend on the other stores; the rest touch what all stores
share. So the sets of shared changes are gone through, lightest first; under each of them every store (or group of
stores that changes tie together) has a few ways, each decided once, and one way for each is chosen. That choice is
exact: by laying the undominated sums of two groups together until all are in, or, where these grow too many, by a
solver whose answer is checked in whole numbers. A set of shared changes that alone weighs more than the best found
needs no look. Whatever was cut short is said: `proven` is no then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import product
from typing import Final

from comity.exposure.solver import lightest

MOST_TRIES: Final = 4096
"""How many sets of shared changes are decided at most."""

MOST_POINTS: Final = 4000
"""How many undominated sums are kept: beyond, a solver chooses."""

Ids = frozenset[str]


@dataclass(frozen=True)
class Change:
    """Something the provider may do: what it costs (in the smallest coin), what else it needs, what it excludes."""

    id: str
    cost: int
    needs: Ids = frozenset()
    excludes: Ids = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """What may be done about the stores of one group, and how many of their accounts are then still counted."""

    changes: Ids
    left: int


@dataclass(frozen=True, slots=True)
class Point:
    """A set of changes: what it weighs, and how many accounts are still counted under it."""

    weight: int
    left: int
    changes: Ids

    @property
    def order(self) -> tuple[int, int]:
        """The lighter is better, and of equally light ones that which leaves less."""
        return self.weight, self.left


Groups = Sequence[Sequence[Way]]
"""For each group of stores its ways, of which one is chosen."""

Decide = Callable[[Ids], Groups | None]
"""What the groups' ways are under a set of shared changes; None if there can be no such estate."""

Weigh = Callable[[Ids], int]


def fits(chosen: Ids, changes: Mapping[str, Change], among: Ids) -> bool:
    """Whether nothing chosen excludes another or needs one of `among` that was not chosen."""
    own = [changes[id] for id in chosen]
    return not any(one.excludes & chosen or (one.needs & among) - chosen for one in own)


def tied(stores: Mapping[str, str], changes: Mapping[str, Change]) -> list[Ids]:
    """The changes of single stores (`stores` has whose each is) in groups: those of one store, and what they tie in."""
    leader = {store: store for store in stores.values()}

    def head(store: str) -> str:
        while leader[store] != store:
            store = leader[store]
        return store

    for id, store in stores.items():
        for other in (changes[id].needs | changes[id].excludes) & stores.keys():
            leader[head(store)] = head(stores[other])
    found: dict[str, set[str]] = {}
    for id, store in stores.items():
        found.setdefault(head(store), set()).add(id)
    return [frozenset(group) for _, group in sorted(found.items())]


def subsets(ids: Iterable[str], weigh: Weigh) -> Iterator[Ids]:
    """Every set of these, the lightest first; none is made before it is asked for."""
    order = sorted(ids, key=lambda id: (weigh(frozenset((id,))), id))
    weights = [weigh(frozenset((id,))) for id in order]
    yield frozenset()
    heap: list[tuple[int, tuple[int, ...]]] = [(weights[0], (0,))] if order else []
    while heap:
        weight, places = heappop(heap)
        yield frozenset(order[at] for at in places)
        after = places[-1] + 1
        if after < len(order):
            heappush(heap, (weight + weights[after], (*places, after)))
            heappush(heap, (weight + weights[after] - weights[after - 1], (*places[:-1], after)))


def undominated(points: Iterable[Point]) -> list[Point]:
    """Those to which none is better in both: weight rises, and what is left falls."""
    found: list[Point] = []
    for point in sorted(points, key=lambda point: (point.weight, point.left)):
        if not found or point.left < found[-1].left:
            found.append(point)
    return found


def front(
    groups: Groups, start: Point, weigh: Weigh, keep: int = MOST_POINTS, most: int | None = None
) -> tuple[list[Point], bool]:
    """The undominated sums of one way for each group, and whether they are all: beyond `keep` they are thinned out.

    What weighs more than `most` is of no interest.
    """
    points, whole = [start], True
    for ways in groups:
        own = undominated(Point(weigh(way.changes), way.left, way.changes) for way in ways)
        pairs = product(enumerate(points), enumerate(own))
        sums = sorted((p.weight + w.weight, p.left + w.left, at, way) for (at, p), (way, w) in pairs)
        kept: list[Point] = []
        for weight, left, at, way in sums:
            if most is not None and weight > most:
                break
            if not kept or left < kept[-1].left:
                kept.append(Point(weight, left, points[at].changes | own[way].changes))
        if len(kept) > keep:
            step = (len(kept) - 1) / (keep - 1)
            kept, whole = [kept[round(at * step)] for at in range(keep)], False
        points = kept
    return points, whole


@dataclass
class Search:
    """A search among changes: what was decided is kept, for the next question about the same ones."""

    changes: Mapping[str, Change]
    shared: Ids
    decide: Decide
    target: int
    tries: int = MOST_TRIES
    points: int = MOST_POINTS
    watch: Callable[[int, int], None] = lambda tried, of: None
    decided: dict[Ids, Groups | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Where there are too many to go through, begin with a walk up from nothing and one down from everything."""
        if self.combinations > self.tries:
            self._climb()
            self._descend()

    @property
    def combinations(self) -> int:
        """How many sets of shared changes there are."""
        return 1 << len(self.shared)

    def cheap(self, ids: Ids) -> int:
        """What a set costs; of equal ones the smaller weighs less."""
        return sum(self.changes[id].cost for id in ids) * (len(self.changes) + 1) + len(ids)

    def few(self, ids: Ids) -> int:
        """How many changes a set has; of equal ones the cheaper weighs less."""
        return len(ids) * (sum(one.cost for one in self.changes.values()) + 1) + sum(self.changes[i].cost for i in ids)

    def groups(self, shared: Ids) -> Groups | None:
        """The ways under a set of shared changes, decided once."""
        if shared not in self.decided:
            self.watch(len(self.decided), self.combinations)
            self.decided[shared] = self.decide(shared)
        return self.decided[shared]

    def smallest(self, weigh: Weigh) -> tuple[Point | None, bool]:
        """The lightest set that reaches the target, of several that which leaves least; and whether that is proven."""
        best, proven, looked = None, True, 0
        for shared in self.decided:
            best = self._better(best, self._under(shared, weigh, best)[0])
        for shared in subsets(self.shared, weigh):
            looked += 1
            if best is not None and weigh(shared) > best.weight:
                break
            if looked > 16 * self.tries:
                return best, False
            if not fits(shared, self.changes, self.shared):
                continue
            if shared not in self.decided and len(self.decided) >= self.tries:
                return best, False
            found, sure = self._under(shared, weigh, best)
            best, proven = self._better(best, found), proven and sure
        return best, proven

    def _better(self, one: Point | None, two: Point | None) -> Point | None:
        return min((point for point in (one, two) if point), key=lambda point: point.order, default=None)

    def _under(self, shared: Ids, weigh: Weigh, best: Point | None) -> tuple[Point | None, bool]:
        """The lightest under a set of shared changes that reaches the target; nothing heavier than `best` counts."""
        groups = self.groups(shared)
        if groups is None or sum(least(groups)) > self.target:
            return None, True
        start = Point(weigh(shared), 0, shared)
        points, whole = front(groups, start, weigh, self.points, best.weight if best else None)
        found = next((point for point in points if point.left <= self.target), None)
        if whole:
            return found, True
        chosen = lightest([[(weigh(way.changes), way.left) for way in ways] for ways in groups], self.target)
        if chosen is not None:
            ways = [ways[at] for ways, at in zip(groups, chosen.ways, strict=True)]
            ids = shared.union(*(way.changes for way in ways))
            solved = Point(weigh(ids), sum(way.left for way in ways), ids)
            if found is None or solved.order <= found.order:
                return solved, chosen.proven
        return found, False

    def trade(self, most: Point | None) -> tuple[list[Point], bool]:
        """The undominated sets by cost under all that was decided, up to the cost of one; and whether they are all."""
        found, whole = list[Point](), True
        for shared, groups in self.decided.items():
            if groups is not None:
                start, limit = Point(self.cheap(shared), 0, shared), most.weight if most else None
                points, sure = front(groups, start, self.cheap, self.points, limit)
                found, whole = undominated([*found, *points]), whole and sure
        return found, whole

    def alone(self, id: str) -> int | None:
        """How many accounts are counted if one change is all that is done; None if it cannot be done alone."""
        shared = frozenset((id,)) & self.shared
        groups = self.groups(shared) if fits(frozenset((id,)), self.changes, frozenset(self.changes)) else None
        if groups is None:
            return None
        here = [[way.left for way in ways if way.changes == frozenset((id,)) - shared] for ways in groups]
        rest = [[way.left for way in ways if not way.changes] for ways in groups]
        if not shared and not any(here):
            return None
        chosen = [own or none for own, none in zip(here, rest, strict=True)]
        return sum(one[0] for one in chosen) if all(chosen) else None

    def _climb(self) -> None:
        """Take up one shared change after another, each time the one that helps most, until none does."""
        at, best = Ids(), self._least(Ids())
        while best is not None:
            steps = [at | {id} for id in sorted(self.shared - at)]
            found = [(left, self.cheap(step), step) for step in steps if (left := self._least(step)) is not None]
            left, _, ahead = min(found, key=lambda one: one[:2], default=(best, 0, at))
            if left >= best:
                return
            best, at = left, ahead

    def _descend(self) -> None:
        """Take up all that fit, and drop one after another, the dearest first, while the target is still reached."""
        at = Ids()
        for id in sorted(self.shared, key=lambda id: (len(self.changes[id].needs), id)):
            at = at | {id} if fits(at | {id}, self.changes, self.shared) else at
        self._least(at)
        for id in sorted(at, key=lambda id: (-self.changes[id].cost, id)):
            left = self._least(at - {id})
            at = at - {id} if left is not None and left <= self.target else at

    def _least(self, shared: Ids) -> int | None:
        """The least that can be left under a set, as long as there are tries; None if it cannot be."""
        spent = shared not in self.decided and len(self.decided) >= self.tries
        groups = None if spent or not fits(shared, self.changes, self.shared) else self.groups(shared)
        return None if groups is None else sum(least(groups))


def least(groups: Groups) -> list[int]:
    """The least that can be left of each group, whatever that costs."""
    return [min(way.left for way in ways) for ways in groups]


def corners(points: Sequence[Point]) -> list[Point]:
    """Of undominated sets those at which the price of one account more changes: no two others together are better."""
    found: list[Point] = []
    for point in points:
        while len(found) > 1 and _beside(found[-2], found[-1], point):
            found.pop()
        found.append(point)
    return found


def _beside(one: Point, two: Point, three: Point) -> bool:
    """Whether the second lies on or above the line from the first to the third."""
    return (one.left - two.left) * (three.weight - one.weight) <= (one.left - three.left) * (two.weight - one.weight)
