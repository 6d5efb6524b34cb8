"""The judges at work: what each court's law reads of a demand, what is left to the account, and what comes out.

A sweep asks the same of many demands. What was read, decided or found to be left open to the account is kept, by all
that it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

from comity.kernel.decision import SIDES, Decision, Judge, Verdict
from comity.kernel.estate import lives_in
from comity.kernel.law import Reading
from comity.kernel.predicate import ADDRESS, ASKED, Test
from comity.kernel.reason import Shelf
from comity.kernel.rule import Rule
from comity.kernel.words import Compare, Facts, Groups, Leaf, leaves_of, settle


@dataclass(frozen=True)
class Ask:
    """One demand that could be made: by which template, from where, for what, read in which court.

    `facts` are the demand's own and hold whatever anybody knows; `assumed` are put where estate and table are silent.
    """

    template: str
    place: str
    category: str
    court: str
    facts: Facts
    assumed: Facts = field(default_factory=dict)

    def known(self, said: Facts) -> Facts:
        """All that is known of the demand where the estate says this of the records and of who is served."""
        return {**self.assumed, **said, **self.facts}


@dataclass(frozen=True, slots=True)
class Found:
    """What came out for a class: the verdict, the proof's id, the rules it rests on, and the points that are open.

    A reason is a rule's effect and id; `?` before it says that it is not known whether the rule holds.
    """

    verdict: Verdict
    proof: str
    reasons: tuple[str, ...]
    open: tuple[str, ...] = ()


Pairs = tuple[tuple[Rule, tuple[Rule, ...]], ...]
"""Rules, each with what lifts it."""


PLACES: Final = frozenset(ADDRESS).difference(ASKED)
"""The part of an address that says where the records lie, who holds them and who is served."""


@dataclass(frozen=True)
class Near:
    """The rules that may concern a kind of demand from a place, wherever the records lie.

    `tests` has, by id, those of them and of their lifts that it depends on the records' place whether they do;
    `failing` are lifts ruled out of rules that are not. What was made of them is kept in `made`, by what is ruled out.
    """

    pairs: Pairs
    failing: tuple[Rule, ...] = ()
    tests: tuple[tuple[str, Test], ...] = ()
    made: dict[frozenset[str], Reads] = field(default_factory=dict)

    def without(self, out: frozenset[str]) -> Near:
        """What remains when these rules and lifts are ruled out."""
        pairs = [(rule, lifts) for rule, lifts in self.pairs if rule.id not in out]
        failing = tuple(lift for _, lifts in pairs for lift in lifts if lift.id in out)
        left = tuple((rule, tuple(lift for lift in lifts if lift.id not in out)) for rule, lifts in pairs)
        return Near(left, self.failing + failing)


@dataclass(frozen=True)
class Reads:
    """The rules addressed to a kind of demand, each with those of its lifts that are; a digest of their law.

    `terms` are what they read; `shown` also what the other lifts read, which a proof may name as failing.
    """

    rules: Pairs
    terms: tuple[str, ...]
    shown: tuple[str, ...]
    law: str


class Bench:
    """The judges, one a court, and what each of them would read of a demand."""

    def __init__(self, reading: Callable[[str], Reading], terms: Iterable[str], shelf: Shelf) -> None:
        """`terms` are the facts that the table of accounts states; `shelf` keeps rules made ready."""
        self.reading, self.terms = reading, frozenset(terms)
        self.judges: dict[str, Judge] = {}
        self.shelf = shelf
        self.read: dict[tuple[object, ...], Reads] = {}
        self.asked: dict[str, frozenset[Leaf]] = {}
        self.same: dict[tuple[str, ...], Reads] = {}
        self.free = self.terms | ({IN_FORUM} if HOME in self.terms else frozenset())
        self.members: dict[str, str] = {}
        self.near: dict[tuple[object, ...], Near] = {}
        self.decided: dict[tuple[object, ...], Found] = {}
        self.kept: dict[str, tuple[Found, ...]] = {}

    def judge(self, court: str) -> Judge:
        """The law as that court reads it."""
        if court not in self.judges:
            self.judges[court] = Judge(self.reading(court), self.shelf)
        return self.judges[court]

    def reads(self, court: str, known: Facts) -> Reads:
        """What rules that may be addressed to the demand read."""
        address = (court, *map(known.get, ADDRESS))
        found = self.read.get(address)
        if found is None:
            near = self._near(self.judge(court), known)
            out = frozenset(id for id, test in near.tests if test(known) is False)
            if out not in near.made:
                near.made[out] = self._reads(self.judge(court), near.without(out))
            found = self.read[address] = near.made[out]
        return found

    def _reads(self, judge: Judge, near: Near) -> Reads:
        rules = [one for rule, lifts in near.pairs for one in (rule, *lifts)]
        said = (judge.reading.court, *[one.id for one in rules])
        found = self.same.get(said)
        if found is None:
            terms = sorted(frozenset(ADDRESS).union(*[rule.terms for rule in rules]))
            named = sorted(frozenset[str]().union(*[rule.groups for rule in rules]))
            basis = (
                [rule.digest for rule in rules],
                [(term, judge.settled.get(term), judge.cites[term]) for term in terms if term in judge.cites],
                [(group, self._members(group, judge.reading.groups)) for group in named],
            )
            others = frozenset[str]().union(*[lift.terms for lift in near.failing])
            shown = tuple(sorted(others.union(terms)))
            found = self.same[said] = Reads(near.pairs, tuple(terms), shown, digest_of(basis))
        return found

    def _members(self, group: str, groups: Groups) -> str:
        """Who belongs to a group, as a digest; all courts have the same groups, for they sit on the same day."""
        if group not in self.members:
            self.members[group] = digest_of(sorted(groups.get(group, ())))
        return self.members[group]

    def _near(self, judge: Judge, known: Facts) -> Near:
        key = (judge.reading.court, *map(known.get, ASKED))
        found = self.near.get(key)
        if found is None:
            kind = {term: known.get(term) for term in ASKED}
            units = judge.concerned(kind).units
            near = Near(tuple((unit.rule, tuple(lift.rule for lift in unit.lifts)) for unit in units))
            every = {one.rule.id: one for unit in units for one in (unit, *unit.lifts)}
            near = near.without(frozenset(id for id, one in every.items() if one.addressed(kind) is False))
            left = {one.id for rule, lifts in near.pairs for one in (rule, *lifts) if not PLACES.isdisjoint(one.terms)}
            found = self.near[key] = replace(near, tests=tuple((id, every[id].addressed) for id in sorted(left)))
        return found

    def asks(self, court: str, known: Facts) -> frozenset[Leaf]:
        """What the verdict on a demand, all else being known, still turns on in the account."""
        reads, judge = self.reads(court, known), self.judge(court)
        case = digest_of((reads.law, *(known.get(term) for term in reads.terms)))
        found = self.asked.get(case)
        if found is None:
            leaves = _left(reads.rules, {**known, **judge.settled}, judge.reading.groups, self.free)
            asked = (self._asked(leaf, known) for leaf in leaves)
            found = self.asked[case] = frozenset(leaf for leaf in asked if leaf.name in self.terms)
        return found

    def _asked(self, leaf: Leaf, known: Facts) -> Leaf:
        """Whether the customer is in the forum is asked of where the customer lives."""
        return Compare(HOME, str(known.get("demand.place"))) if leaf.name == IN_FORUM else leaf

    def decide(self, court: str, known: Facts) -> Found:
        """The kernel's decision, kept for every case that differs only in what no rule reads."""
        key = (court, *(known.get(term) for term in self.reads(court, known).shown))
        found = self.decided.get(key)
        if found is None:
            found = self.decided[key] = summed(self.judge(court).decide(known))
        return found

    def remember(self, asked: Mapping[str, frozenset[Leaf]], kept: Mapping[str, tuple[Found, ...]]) -> None:
        """Take over what was found before, wherever everything it rests on (`kept`: its digest) is the same."""
        self.asked |= asked
        self.kept |= kept


def _left(rules: Pairs, known: Facts, groups: Groups, free: frozenset[str]) -> Iterator[Leaf]:
    """The leaves of powers, bars and lifts that remain once everything known is put in."""
    for rule, lifts in rules:
        if rule.effect in SIDES:
            own = settle(rule.when, known, groups, free)
            over = [settle(lift.when, known, groups, free) for lift in lifts] if own is not False else []
            if own is not False and True not in over:
                yield from (leaf for one in (own, *over) if not isinstance(one, bool) for leaf in leaves_of(one))


def digest_of(value: object) -> str:
    """A short digest of anything that is always written in one way."""
    return sha256(repr(value).encode()).hexdigest()[:32]


HOME: Final = "subject.place"
IN_FORUM: Final = "subject.in_forum"


def whose(account: Facts, place: str) -> Facts:
    """An account's facts before the authorities of a place: also whether the customer lives there."""
    return {**account, IN_FORUM: lives_in(account.get(HOME), place)}


def summed(decision: Decision) -> Found:
    """What is kept of a decision."""
    marks = {True: "", None: "?"}
    sides = (*decision.powers, *decision.bars)
    rests = [f"{marks[r.truth]}{r.rule.effect} {r.rule.id}" for r in sides if r.truth is not False]
    return Found(decision.verdict, decision.id, tuple(rests), tuple(point.term for point in decision.open_points))
