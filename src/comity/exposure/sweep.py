"""The sweep: every demand that could be made, decided once for every class of accounts that the law can tell apart.

A demand reads few facts of an account. Accounts whose values no rule addressed to the demand can tell apart are one
class; the kernel decides its specimen, the most numerous combination in it, with its whole proof. What it says of the
specimen holds of all: their proofs differ in the values found and in nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from comity.exposure.classes import Buckets, Classes, Codes
from comity.exposure.judges import Ask, Bench, Found, digest_of, whose
from comity.exposure.view import View
from comity.kernel.decision import Verdict
from comity.kernel.words import Facts, Groups, Leaf, Value, leaf_truth

STRENGTH: Final[tuple[Verdict, ...]] = ("compelled", "conflict", "open", "barred", "free")
"""What serves the demander best comes first: a demand is made in the strongest way open to whoever makes it."""

RANK: Final = {verdict: at for at, verdict in enumerate(STRENGTH)}

Served = Callable[[Ask, str], Iterable[tuple[str, Facts]]]
"""Whom a demand for records in a store may be served on, and what the estate then says of them."""


@dataclass(frozen=True)
class Ruling:
    """One demand served on one entity, for stores that are alike in law: an outcome for each class of its row.

    `basis` is the digest of all that it rests on but the day: where that is the same, so are the verdicts. `asks` is
    what they turn on in the account.
    """

    template: str
    court: str
    served: str
    basis: str
    outcomes: tuple[int, ...]
    asks: frozenset[Leaf] = frozenset()


@dataclass(frozen=True)
class Row:
    """One place and category: the classes the law can tell apart, how many accounts of each store are in each.

    `buckets` puts together the values of each column; `keys` are the classes, `specimens` a full set of facts of each.
    `rulings` has for each store the places of its rulings, `counts` the number of its accounts in each class.
    """

    place: str
    category: str
    buckets: tuple[Buckets, ...]
    keys: tuple[Codes, ...]
    specimens: tuple[Codes, ...]
    rulings: Mapping[str, tuple[int, ...]]
    counts: Mapping[str, tuple[int, ...]]

    def cells(self) -> Iterator[tuple[str, int, int]]:
        """Every store and class that has accounts, and how many."""
        for store, numbers in self.counts.items():
            yield from ((store, key, number) for key, number in enumerate(numbers) if number)


@dataclass(frozen=True)
class Sweep:
    """Everything that was decided: the rows, the rulings they point to, and each outcome once.

    `asked` keeps what a case turns on in the account, for whoever asks again.
    """

    rows: tuple[Row, ...]
    rulings: tuple[Ruling, ...]
    outcomes: tuple[Found, ...]
    asked: Mapping[str, frozenset[Leaf]] = field(default_factory=dict, compare=False)

    @property
    def kept(self) -> Mapping[str, tuple[Found, ...]]:
        """What came out, by the digest of what it rests on."""
        return {one.basis: tuple(self.outcomes[at] for at in one.outcomes) for one in self.rulings}

    def best(self, row: Row, store: str, key: int) -> tuple[Ruling, Found]:
        """The strongest that the place's authorities can do about one class of accounts."""
        return self.strongest(row.rulings[store], key)

    def strongest(self, tried: Iterable[int], key: int) -> tuple[Ruling, Found]:
        """The strongest of some rulings for one class; of those that are alike the first."""
        pairs = [(ruling, self.outcomes[ruling.outcomes[key]]) for at in tried for ruling in [self.rulings[at]]]
        return min(pairs, key=lambda pair: RANK[pair[1].verdict]) if len(pairs) > 1 else pairs[0]

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        """How strong each outcome's verdict is."""
        return tuple([RANK[found.verdict] for found in self.outcomes])

    def standing(self, tried: Iterable[int]) -> list[int]:
        """The rank of the strongest of some rulings, class by class."""
        ranks = self.ranks
        return list(map(min, zip(*[[ranks[at] for at in self.rulings[one].outcomes] for one in tried], strict=True)))

    def counts(self, row: Row) -> dict[str, int]:
        """How many accounts there are of each verdict."""
        found = [0] * len(STRENGTH)
        standing = {tried: self.standing(tried) for tried in dict.fromkeys(row.rulings.values())}
        for store, numbers in row.counts.items():
            for rank, number in zip(standing[row.rulings[store]], numbers, strict=True):
                found[rank] += number
        return dict(zip(STRENGTH, found, strict=True))


@dataclass(frozen=True)
class Case:
    """A demand for records in one store, served on one entity: all its facts but for the account's.

    `stands` is the place of its ruling in an earlier sweep, if nothing that it rests on has changed since.
    """

    ask: Ask
    store: str
    served: str
    known: Facts
    stands: int | None = None


class Before:
    """An earlier sweep over the same estate and classes; all that was asked but `anew` stands as it was ruled."""

    def __init__(self, sweep: Sweep, anew: Set[Asked]) -> None:
        self.sweep, self.anew = sweep, anew
        self.rows = {(row.place, row.category): row for row in sweep.rows}
        self.known: dict[tuple[str, str], dict[tuple[str, str, str], int]] = {}

    def stay(self) -> dict[tuple[str, str], Row]:
        """The rows in which nothing is asked anew."""
        changed = {(place, category) for _, place, category in self.anew}
        return {name: row for name, row in self.rows.items() if name not in changed}

    def ruling(self, ask: Ask, store: str, served: str) -> int | None:
        """The place of the ruling that stands."""
        if asked(ask) in self.anew:
            return None
        name = (ask.place, ask.category)
        if name not in self.known:
            pairs = [(store, at) for store, places in self.rows[name].rulings.items() for at in places]
            rulings = self.sweep.rulings
            self.known[name] = {(store, rulings[at].template, rulings[at].served): at for store, at in pairs}
        return self.known[name][store, ask.template, served]


Asked = tuple[str, str, str]
"""What is asked, whoever is served with it: a template, a place, a category."""


def asked(ask: Ask) -> Asked:
    """Names an ask."""
    return ask.template, ask.place, ask.category


@dataclass(frozen=True)
class Plan:
    """What is to be decided, before any account is looked at: the cases of each place and category, and its classes."""

    rows: Mapping[tuple[str, str], tuple[Case, ...]]
    buckets: Mapping[tuple[str, str], tuple[Buckets, ...]]


def cases(
    asks: Iterable[Ask], holds: Mapping[str, frozenset[str]], served: Served, before: Before | None = None
) -> dict[tuple[str, str], list[Case]]:
    """Every demand that could be made, by place and category."""
    rows: dict[tuple[str, str], list[Case]] = {}
    for ask in asks:
        posed = rows.setdefault((ask.place, ask.category), [])
        for store in sorted(store for store, categories in holds.items() if ask.category in categories):
            for entity, facts in served(ask, store):
                stands = before.ruling(ask, store, entity) if before else None
                posed.append(Case(ask, store, entity, ask.known(facts), stands))
    return rows


def plan(
    rows: Mapping[tuple[str, str], Sequence[Case]], bench: Bench, classes: Classes, before: Before | None = None
) -> Plan:
    """Find out what each demand reads, and which values of each column it cannot tell apart."""

    def turns_on(case: Case) -> frozenset[Leaf]:
        stands = before and case.stands is not None and before.sweep.rulings[case.stands]
        return stands.asks if stands else bench.asks(case.ask.court, case.known)

    made: dict[tuple[int, frozenset[Leaf]], Buckets] = {}
    buckets = {}
    for row, posed in rows.items():
        leaves = frozenset[Leaf]().union(*map(turns_on, posed))
        groups = bench.judge(posed[0].ask.court).reading.groups if posed else {}
        by_column = [frozenset(leaf for leaf in leaves if leaf.name == c.term) for c in classes.columns]
        for at, own in enumerate(by_column):
            if (at, own) not in made:
                made[at, own] = alike(classes.values[at], own, groups)
        buckets[row] = tuple(made[at, own] for at, own in enumerate(by_column))
    return Plan({row: tuple(posed) for row, posed in rows.items()}, buckets)


def alike(values: Sequence[Value], leaves: Iterable[Leaf], groups: Groups) -> Buckets:
    """For each value the first one that no leaf tells from it."""
    first: dict[tuple[Any, ...], int] = {}
    asked = tuple(leaves)
    return tuple(
        first.setdefault(tuple(leaf_truth(leaf, value, groups) for leaf in asked), at)
        for at, value in enumerate(values)
    )


def common(sets: Iterable[Sequence[Buckets]], classes: Classes) -> list[Buckets]:
    """The coarsest buckets from which all those given can be had."""
    several, found = list(sets), []
    for at, values in enumerate(classes.values):
        first: dict[tuple[int, ...], int] = {}
        parts = list(dict.fromkeys(each[at] for each in several))
        found.append(tuple(first.setdefault(tuple(p[code] for p in parts), code) for code in range(len(values))))
    return found


def sweep(plan: Plan, view: View, bench: Bench, classes: Classes, before: Before | None = None) -> Sweep:
    """Decide every case for every class that has accounts; what stands from before is taken over."""
    made = _Making(bench, classes, before)
    stay = before.stay() if before else {}
    rows = [
        made.stays(stay[name]) if name in stay else made.row(name, plan.rows[name], plan.buckets[name], view)
        for name in sorted(plan.rows.keys() | stay.keys())
    ]
    return Sweep(tuple(rows), tuple(made.rulings), tuple(made.outcomes.found), bench.asked)


class _Outcomes:
    """What came out, each once: a proof's id names all that is kept of a decision."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.places: dict[str, int] = {}

    def place(self, one: Found) -> int:
        """Where an outcome stands, from now on if it did not yet."""
        at = self.places.setdefault(one.proof, len(self.found))
        if at == len(self.found):
            self.found.append(one)
        return at


class _Moved(dict[int, int]):
    """Where each outcome of an earlier sweep stands among those of a new one."""

    def __init__(self, were: Sequence[Found], outcomes: _Outcomes) -> None:
        super().__init__()
        self.were, self.outcomes = were, outcomes

    def __missing__(self, at: int) -> int:
        found = self[at] = self.outcomes.place(self.were[at])
        return found


class _Making:
    """A sweep in the making: each ruling and each outcome is kept once."""

    def __init__(self, bench: Bench, classes: Classes, before: Before | None) -> None:
        self.bench, self.classes, self.before = bench, classes, before
        self.rulings: list[Ruling] = []
        self.outcomes = _Outcomes()
        self.moved = _Moved(before.sweep.outcomes if before else (), self.outcomes)

    def row(self, name: tuple[str, str], posed: Sequence[Case], buckets: tuple[Buckets, ...], view: View) -> Row:
        """One place and category: stores that the law cannot tell apart share their rulings."""
        stores = tuple(dict.fromkeys(one.store for one in posed))
        seen = view.of(buckets, stores)
        subjects = [whose(self.classes.facts(specimen), name[0]) for specimen in seen.specimens]
        asked = digest_of(subjects)
        sized = sorted(range(len(subjects)), key=lambda at: -seen.sizes[at])
        were = self._were(name, seen.specimens)
        alike: dict[tuple[object, ...], int] = {}
        rulings: dict[str, list[int]] = {store: [] for store in stores}
        for one in posed:
            case, law = self._case(one)
            if case not in alike:
                alike[case] = len(self.rulings)
                basis = digest_of((case, law, asked))
                if one.stands is None:
                    self.rulings.append(self._ruling(one, basis, subjects, sized))
                else:
                    self.rulings.append(self._again(one.stands, basis, were))
            rulings[one.store].append(alike[case])
        held = {store: tuple(sorted(found)) for store, found in sorted(rulings.items())}
        none = (0,) * len(seen.keys)
        return Row(*name, buckets, seen.keys, seen.specimens, held, {s: seen.counts.get(s, none) for s in held})

    def _case(self, posed: Case) -> tuple[tuple[object, ...], str]:
        """All that tells a case from others before the law, and the digest of that law; of what stands, what it was."""
        if self.before and posed.stands is not None:
            ruling = self.before.sweep.rulings[posed.stands]
            return (ruling.template, ruling.court, ruling.served, posed.stands), ruling.basis
        reads = self.bench.reads(posed.ask.court, posed.known)
        return (posed.ask.template, posed.ask.court, posed.served, *map(posed.known.get, reads.terms)), reads.law

    def _were(self, name: tuple[str, str], specimens: Sequence[Codes]) -> list[int]:
        """The classes that specimens were in before."""
        row = self.before.rows.get(name) if self.before else None
        if row is None:
            return []
        places = {key: at for at, key in enumerate(row.keys)}
        keys = (tuple(b[code] for b, code in zip(row.buckets, specimen, strict=True)) for specimen in specimens)
        return [places[key] for key in keys]

    def _again(self, stands: int, basis: str, were: Sequence[int]) -> Ruling:
        """A ruling that stands, for the classes that its row has now."""
        assert self.before is not None
        ruling = self.before.sweep.rulings[stands]
        outcomes = tuple([self.moved[ruling.outcomes[at]] for at in were])
        return Ruling(ruling.template, ruling.court, ruling.served, basis, outcomes, ruling.asks)

    def stays(self, row: Row) -> Row:
        """A row of the earlier sweep, with its rulings."""
        assert self.before is not None
        moved: dict[int, int] = {}
        for at in sorted({at for places in row.rulings.values() for at in places}):
            moved[at] = len(self.rulings)
            was = self.before.sweep.rulings[at]
            outcomes = tuple(map(self.moved.__getitem__, was.outcomes))
            same = outcomes == was.outcomes
            self.rulings.append(
                was if same else Ruling(was.template, was.court, was.served, was.basis, outcomes, was.asks)
            )
        return replace(row, rulings={s: tuple([moved[at] for at in places]) for s, places in row.rulings.items()})

    def _ruling(self, posed: Case, basis: str, subjects: Sequence[Facts], sized: Sequence[int]) -> Ruling:
        """Of classes that this demand cannot tell apart the largest is decided (`sized` has the largest first)."""
        court = posed.ask.court
        found, leaves = self.bench.kept.get(basis), self.bench.asks(court, posed.known)
        if found is None:
            groups = self.bench.judge(court).reading.groups
            asked = tuple(leaves)
            told = [tuple(leaf_truth(leaf, subject.get(leaf.name), groups) for leaf in asked) for subject in subjects]
            said: dict[tuple[object, ...], Found] = {}
            for at in sized:
                if told[at] not in said:
                    said[told[at]] = self.bench.decide(court, {**posed.known, **subjects[at]})
            found = tuple(said[one] for one in told)
        places = tuple([self.outcomes.place(one) for one in found])
        return Ruling(posed.ask.template, court, posed.served, basis, places, leaves)


def strongest(cases: Iterable[Case], subject: Facts, bench: Bench) -> tuple[Case, Found]:
    """The strongest that can be done about one account: decided for its own facts, not for those of a specimen."""
    tried = [(case, bench.decide(case.ask.court, {**case.known, **whose(subject, case.ask.place)})) for case in cases]
    return min(tried, key=lambda pair: RANK[pair[1].verdict])
