"""The adviser: the smallest sets of changes that bring a named exposure under a target, each with its proof.

The law is applied by the same sweep as ever. Under each set of changes that all stores share, the states in which each
store may then be (where it lies, who holds it, who holds its keys) are decided as if each were a store of its own;
states that the law cannot tell apart are one case there, and what was decided under one set is not decided again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from comity.desk.exposure.aim import Aim, Edit, edited
from comity.desk.exposure.aim_read import read_aim
from comity.desk.exposure.effect import Effect, Tally, effect, today
from comity.desk.exposure.estates import Estates
from comity.desk.exposure.kept import OtherPacks, moved
from comity.desk.exposure.kept import named as law_named
from comity.desk.office import load_packs
from comity.errors import ComityError
from comity.exposure.accounts import engine
from comity.exposure.advise import MOST_TRIES, Change, Groups, Ids, Point, Search, Way, corners, fits, tied
from comity.exposure.cube import Cube, load
from comity.exposure.reach import Ground, Mask
from comity.kernel.estate import Estate, Store, faults
from comity.kernel.rule import Rule
from comity.lawpack import Packs

MOST_WAYS: Final = 4096
"""How many sets of changes one store, or stores tied together, may have."""

Watch = Callable[[int, int], None]


class TooManyWays(ComityError):
    """the changes of {stores} can be put together in more than {most} ways"""

    help = "leave out changes that you would not make, or set those apart that tie these stores together"
    exit_code = 4


@dataclass(frozen=True)
class Proposal:
    """One set of changes: why it is proposed, what it costs, and what it does."""

    why: tuple[str, ...]
    changes: tuple[str, ...]
    cost: Decimal
    effect: Effect

    def as_json(self) -> dict[str, Any]:
        """The set with what it does: who moves and why, with both proofs, who is still reached, who is newly."""
        done = self.effect
        return {
            "why": list(self.why), "changes": list(self.changes), "cost": str(self.cost), "after": asdict(done.tally),
            "moves": [
                {**moved(one), "unreadable": None if one.new else done.sealed.get(one.store)} for one in done.moves
            ],
            "stands": [
                {"place": one.place, "category": one.category, "store": one.store, "accounts": one.accounts,
                 "such as": dict(one.specimen), "verdict": one.found.verdict, "proof": one.found.proof,
                 "demand": [one.ruling.template, one.ruling.served], "reasons": list(one.found.reasons)}
                for one in done.stands
            ],
            "newly": done.newly,
            "worse": [{"place": p, "category": c, "accounts": n} for (p, c), n in done.worse.items()],
        }  # fmt: skip


@dataclass(frozen=True)
class Corner:
    """One set among those at which price and count trade off."""

    changes: tuple[str, ...]
    cost: Decimal
    left: int

    def as_json(self) -> dict[str, Any]:
        """The set, for a program."""
        return {"changes": list(self.changes), "cost": str(self.cost), "left": self.left}


@dataclass(frozen=True)
class Advice:
    """Everything that is advised: the count today, the target, the sets proposed, and how sure it is.

    `alone` has for each change what would be counted if nothing else were done (None: it cannot be done alone). `front`
    is every undominated set up to the cheapest that reaches the target, or all of them if none does, `corners` those
    of them between which no mixture is better; `whole` says whether they are certainly all.
    `unverified` has the rules that a proposal rests on and whose text nobody has read; `law` says what ids stand for.
    """

    cube: str
    aim: Aim
    before: Tally
    meant: int
    target: int
    reached: bool
    proven: bool
    tried: int
    combinations: int
    proposals: tuple[Proposal, ...]
    front: tuple[Corner, ...]
    corners: tuple[Corner, ...]
    whole: bool
    alone: Mapping[str, int | None]
    unverified: tuple[str, ...]
    law: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Everything, for a program."""
        named, offers, unused = self.aim.named, self.aim.offers, self.unused
        return {
            "cube": self.cube, "says": named.says, "currency": self.aim.currency, "meant": self.meant,
            "target": self.target, "reached": self.reached, "proven": self.proven, "tried": self.tried,
            "combinations": self.combinations, "before": asdict(self.before),
            "changes": [
                {"id": id, "says": one.says, "cost": str(one.cost), "alone": self.alone[id], "used": id not in unused}
                for id, one in offers.items()
            ],
            "proposals": [one.as_json() for one in self.proposals],
            "front": [one.as_json() for one in self.front], "front_whole": self.whole,
            "unverified": list(self.unverified),
        }  # fmt: skip

    @property
    def unused(self) -> list[str]:
        """Changes that no set on the front makes."""
        used = {id for one in self.front for id in one.changes}.union(*(one.changes for one in self.proposals))
        return [id for id in self.aim.offers if id not in used]


def advised(
    cube: Path, asked: Path, laws: Path | None, tries: int = MOST_TRIES, watch: Watch = lambda tried, of: None
) -> Advice:
    """Advice on a kept cube and an advice file."""
    packs = load_packs(laws)
    with engine() as con:
        old = load(con, cube)
        if old.about["packs"] != packs.digest:
            raise OtherPacks
        return advise(old, packs, read_aim(asked, old, packs), tries, watch)


def advise(
    cube: Cube, packs: Packs, aim: Aim, tries: int = MOST_TRIES, watch: Watch = lambda tried, of: None
) -> Advice:
    """Search, and prove what was found."""
    estates = Estates(cube, packs)
    before, meant = today(estates, aim.named)
    changes = changes_of(aim)
    deciding = Deciding(estates, aim, changes)
    search = Search(changes, deciding.shared, deciding, aim.most(meant), tries, watch=watch)
    cheapest, sure = search.smallest(search.cheap)
    fewest, few = search.smallest(search.few)
    points, whole = search.trade(cheapest)
    best = {"cheapest": cheapest, "fewest": fewest} if cheapest and fewest else {"nearest": points[-1]}
    tried, proposals = len(search.decided), tuple(_proposed(estates, aim, best))
    named = frozenset[str]().union(*(one.effect.rests_on for one in proposals))
    return Advice(
        cube=cube.digest, aim=aim, before=before, meant=meant, target=search.target,
        reached=cheapest is not None, proven=sure and few, tried=tried, combinations=search.combinations,
        proposals=proposals, front=tuple(_corner(aim, one) for one in points),
        corners=tuple(_corner(aim, one) for one in corners(points)), whole=whole and sure,
        alone={id: search.alone(id) for id in aim.offers},
        unverified=tuple(sorted({rule.id for rule in estates.seat.law.rules if rule.id in named and unread(rule)})),
        law=law_named(packs),
    )  # fmt: skip


def _proposed(estates: Estates, aim: Aim, best: Mapping[str, Point]) -> Iterator[Proposal]:
    """Each set once, with everything it is the best at; the estate is decided anew, and must count the same."""
    for ids in dict.fromkeys(point.changes for point in best.values()):
        why = {name: point for name, point in best.items() if point.changes == ids}
        found = effect(estates, aim.named, edits_of(aim, ids))
        assert {found.tally.counted} == {point.left for point in why.values()}, "the search counted otherwise"
        yield Proposal(tuple(why), ordered(aim, ids), price(aim, ids), found)


def unread(rule: Rule) -> bool:
    """Whether nobody has read the text behind a rule."""
    return rule.reviewed.startswith("unverified")


def _corner(aim: Aim, point: Point) -> Corner:
    return Corner(ordered(aim, point.changes), price(aim, point.changes), point.left)


def changes_of(aim: Aim) -> dict[str, Change]:
    """The changes as the search has them, in the smallest coin of all costs; what cannot be done together excludes."""
    offers = aim.offers.values()
    coin = max((-int(offer.cost.as_tuple().exponent) for offer in offers), default=0)
    return {
        one.id: Change(
            one.id,
            int(one.cost.scaleb(coin)),
            one.needs,
            one.excludes | {other.id for other in offers if one.id in other.excludes or one.meets(other)},
        )
        for one in offers
    }


def price(aim: Aim, ids: Iterable[str]) -> Decimal:
    """What a set of changes costs."""
    return sum((aim.offers[id].cost for id in ids), Decimal(0))


def ordered(aim: Aim, ids: Ids) -> tuple[str, ...]:
    """Changes in the order of their file."""
    return tuple(id for id in aim.offers if id in ids)


def edits_of(aim: Aim, ids: Iterable[str]) -> list[Edit]:
    """All that a set of changes does to the estate."""
    return [edit for id in ids for edit in aim.offers[id].edits]


class Deciding:
    """What is left of the count for each store in each state it may be put in, under one set of shared changes."""

    def __init__(self, estates: Estates, aim: Aim, changes: Mapping[str, Change]) -> None:
        self.estates, self.aim, self.changes = estates, aim, changes
        self.whose = {id: store for id, offer in aim.offers.items() if (store := offer.store) is not None}
        self.shared = frozenset(aim.offers) - self.whose.keys()
        self.groups = [(self._stores(ids), ids, self._combined(ids)) for ids in tied(self.whose, changes)]
        rest = sorted(estates.estate.stores.keys() - set(self.whose.values()))
        self.groups += [((store,), frozenset(), [frozenset()]) for store in rest]
        self.meant: dict[Ground, Mapping[str, Mask]] = {}

    def __call__(self, shared: Ids) -> Groups | None:
        """The ways of every group of stores; None if the kernel finds a fault in the estate whatever is chosen."""
        estate = edited(self.estates.estate, edits_of(self.aim, shared))
        ways = [
            [
                (ids, [(store, self._own(ids, store)) for store in stores])
                for ids in sets
                if fits(ids | shared, self.changes, group | self.shared)
            ]
            for stores, group, sets in self.groups
        ]
        cases = {case for group in ways for _, own in group for case in own}
        states = {case: self._state(estate, *case) for case in cases}
        left = self._left(estate, states)
        if left is None:
            return None
        found = [
            [Way(ids, sum(left[case] for case in own)) for ids, own in group if all(case in left for case in own)]
            for group in ways
        ]
        return found if all(found) else None

    def _stores(self, ids: Ids) -> tuple[str, ...]:
        return tuple(sorted({self.whose[id] for id in ids}))

    def _own(self, ids: Ids, store: str) -> Ids:
        return frozenset(id for id in ids if self.whose[id] == store)

    def _combined(self, ids: Ids) -> list[Ids]:
        """Every set of these changes in which none excludes another."""
        found = [frozenset[str]()]
        for id in sorted(ids):
            found += [one | {id} for one in found if not self.changes[id].excludes & one]
            if len(found) > MOST_WAYS:
                raise TooManyWays(stores=", ".join(self._stores(ids)), most=MOST_WAYS)
        return found

    def _state(self, estate: Estate, store: str, ids: Ids) -> Store:
        after = edited(replace(estate, stores={store: estate.stores[store]}), edits_of(self.aim, ids))
        return replace(after.stores[store], id="")

    def _left(self, estate: Estate, states: Mapping[tuple[str, Ids], Store]) -> dict[tuple[str, Ids], int] | None:
        """How many accounts are counted in each case that can be; None if the estate itself has a fault."""
        named = {state: f"state {at}" for at, state in enumerate(sorted(set(states.values()), key=repr))}
        after = replace(estate, stores={id: replace(state, id=id) for state, id in named.items()})
        wrong = {fault.where for fault in faults(after)}
        if wrong - {f"store {id}" for id in named.values()}:
            return None
        sound = {id: store for id, store in after.stores.items() if f"store {id}" not in wrong}
        hosts: dict[str, set[str]] = {id: set() for id in sound}
        for (store, _), state in states.items():
            if named[state] in sound:
                hosts[named[state]].add(store)
        reached = self._reached(replace(after, stores=sound), hosts)
        return {
            (store, ids): reached[named[state], store]
            for (store, ids), state in states.items()
            if named[state] in sound
        }

    def _reached(self, estate: Estate, hosts: Mapping[str, set[str]]) -> dict[tuple[str, str], int]:
        """For each state and each store that may be in it, how many of its accounts are counted."""
        named = self.aim.named
        plan = self.estates.plan(estate, named)
        ground = self.estates.ground(named, plan.buckets.values())
        if ground not in self.meant:
            self.meant[ground] = self.estates.counted(ground, named)
        moved = [replace(one, store=id) for id, stores in hosts.items() for one in ground.folded if one.store in stores]
        found = self.estates.within(self.estates.sweep(plan, moved), estate, named)
        masks = dict.fromkeys(hosts, 0)
        for row in found.rows:
            for id in row.rulings:
                sure, perhaps = ground.reached(found, row, id, named.verdicts)
                masks[id] |= (sure | (perhaps if named.open else 0)) & self.meant[ground][row.place]
        return {
            (id, store): ground.count(masks[id] & ground.stores.get(store, 0))
            for id, stores in hosts.items()
            for store in stores
        }
