"""Facts and a reading of the law give a verdict, its proof, and what turns on what is not known.

Some power compels, some bar stands: the two truths give the verdict. A bar stands unless something lifts it, and a
bar that cannot be evaluated is unknown, never absent. What is unknown and matters makes the verdict open; each open
point is shown with the verdict either way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import chain, combinations, product, starmap
from json.encoder import encode_basestring as quoted
from operator import attrgetter
from typing import Final, Literal

from comity.kernel.law import Reading
from comity.kernel.predicate import ADDRESS, ASKED, CATEGORY, INSTRUMENT, PLACE, Test, scan
from comity.kernel.reason import UNREAD, Reason, Shelf, Unit, reasons, shelved, value_text
from comity.kernel.rule import Effect, Rule
from comity.kernel.words import Compare, Facts, Proof, Truth, Value, Within, Word, either

Verdict = Literal["compelled", "conflict", "barred", "free", "open"]
SIDES: Final[tuple[Effect, Effect]] = ("compels", "bars")
EFFECTS: Final[tuple[Effect, ...]] = (*SIDES, "objects", "obliges", "routes")
TEXT: Final = attrgetter("text")
OTHER = "(any other)"
"""Stands for every code that no rule names."""

Change = tuple[tuple[str, Value], ...]
"""Facts that are put in another's place, term by term."""


def verdict(compels: Truth, bars: Truth) -> Verdict:
    """The five verdicts: what a power that compels and a bar that stands amount to together."""
    if compels is None or bars is None:
        return "open"
    if compels:
        return "conflict" if bars else "compelled"
    return "barred" if bars else "free"


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """An unknown that matters: the term, what it asks, and the verdict under each value it can have."""

    term: str
    asks: str
    outcomes: tuple[tuple[Value, Verdict], ...]

    @property
    def text(self) -> str:
        """The point as canonical JSON."""
        outcomes = ",".join([f'[{value_text(value)},"{then}"]' for value, then in self.outcomes])
        return f'["{self.term}",{quoted(self.asks)},[{outcomes}]]'


@dataclass(frozen=True)
class Decision:
    """The verdict on one demand for one class of records, and all that belongs to it."""

    verdict: Verdict
    powers: tuple[Reason, ...]
    bars: tuple[Reason, ...]
    objections: tuple[Reason, ...]
    duties: tuple[Reason, ...]
    channels: tuple[Reason, ...]
    open_points: tuple[OpenPoint, ...]
    reading: str

    @cached_property
    def proof(self) -> Proof:
        """The whole reason as one tree."""
        sides = (("some power compels", self.powers), ("some bar stands", self.bars))
        parts = (Proof(s, either(r.truth for r in of), "any", parts=tuple(r.proof for r in of)) for s, of in sides)
        return Proof(self.verdict, None if self.verdict == "open" else True, "verdict", parts=tuple(parts))

    def _written(self, reading: str) -> bytes:
        return (
            f'{{"bars":[{_texts(self.bars)}],"channels":[{_texts(self.channels)}],'
            f'"compels":[{_texts(self.powers)}],"duties":[{_texts(self.duties)}],'
            f'"objections":[{_texts(self.objections)}],"open":[{_texts(self.open_points)}],'
            f'{reading}"verdict":"{self.verdict}"}}'
        ).encode()

    @property
    def json(self) -> bytes:
        """The decision as canonical JSON, proof and citations included."""
        return self._written(f'"reading":"{self.reading}",')

    @cached_property
    def id(self) -> str:
        """The proof id: SHA-256 of the canonical JSON."""
        return "sha256:" + sha256(self.json).hexdigest()

    @cached_property
    def basis(self) -> str:
        """What an approval is bound to: verdict and reasons, without the reading, which is another every day."""
        return "sha256:" + sha256(self._written("")).hexdigest()

    @property
    def cited(self) -> frozenset[str]:
        """The ids of the rules, and of the questions' terms, that appear in the proof."""
        besides = frozenset(r.rule.id for r in self.objections + self.duties + self.channels)
        return besides | {node.term for node in _nodes(self.proof)}

    @property
    def unverified(self) -> tuple[str, ...]:
        """The rules it rests on, those that lift a bar among them, whose text nobody has read for this pack."""
        rested = (node for node in _nodes(self.proof) if node.truth is not False and node.cite.endswith(UNREAD))
        return tuple(dict.fromkeys(node.term for node in rested))


def _texts(parts: tuple[Reason, ...] | tuple[OpenPoint, ...]) -> str:
    return ",".join(map(TEXT, parts))


def _nodes(proof: Proof) -> Iterable[Proof]:
    yield proof
    for part in proof.parts:
        yield from _nodes(part)


@dataclass(frozen=True, slots=True)
class Live:
    """What may apply once it is known who asks how for what records: the rules, and the two sides as tests.

    `unknown` has every term that these rules read, none of them known; `values`, of each term that was ever asked for,
    those that they tell apart.
    """

    units: tuple[Unit, ...]
    unknown: Facts
    compels: Test
    bars: Test
    values: dict[str, tuple[Value, ...]] = field(default_factory=dict)


class Judge:
    """One reading made ready to decide many cases; it never changes what a case's facts decide on their own."""

    def __init__(self, reading: Reading, shelf: Shelf | None = None) -> None:
        """`shelf` keeps rules made ready, for judges of other courts and days that read the same of them."""
        self.shelf: Shelf = {} if shelf is None else shelf
        self.reading = reading
        self.asks = {a.question.term: a.question.asks for a in reading.questions.values()}
        self.cites = {a.question.term: "; ".join(said.cite for said in a.binding) for a in reading.questions.values()}
        lifts: dict[str, list[Rule]] = {}
        for lift in [rule for rule in reading.rules if rule.effect == "lifts"]:
            lifts.setdefault(lift.lifts, []).append(lift)
        rules = sorted((rule for rule in reading.rules if rule.effect != "lifts"), key=lambda rule: rule.id)
        self.every = [(rule, tuple(lifts.get(rule.id, ())) if rule.effect == "bars" else ()) for rule in rules]
        self.settled = {term: truth for term, truth in reading.truths.items() if truth is not None}
        self.units: dict[str, Unit] = {}
        self.live: dict[tuple[Value, ...], Live] = {}
        self.alike: dict[tuple[Unit, ...], Live] = {}
        self.near: dict[tuple[Value, ...], list[tuple[Rule, tuple[Rule, ...]]]] = {}
        self.decided: dict[tuple[str, ...], Decision] = {}

    def ready(self) -> Judge:
        """Make every rule ready now, as who has many cases to decide will want; otherwise each is when first asked."""
        for unit in [self._unit(*each) for each in self.every]:
            for one in (unit, *unit.lifts):
                one.ready()
        return self

    def _unit(self, rule: Rule, lifts: tuple[Rule, ...]) -> Unit:
        if rule.id not in self.units:
            self.units[rule.id] = shelved(self.shelf, (rule, lifts), self.reading.groups, self.cites)
        return self.units[rule.id]

    def decide(self, facts: Facts) -> Decision:
        """The verdict for one class of records under one demand.

        A fact named `question.x` is counsel's answer: it counts only where the law itself leaves x open.
        """
        live = self.concerned(facts)
        known = {**live.unknown, **facts, **self.settled}
        found = reasons(live.units, known)
        key = tuple(map(TEXT, found))
        if key in self.decided:
            return self.decided[key]
        decision = self._decision(live, known, found)
        if decision.verdict != "open":
            self.decided[key] = decision
        return decision

    def _decision(self, live: Live, known: Facts, found: list[Reason]) -> Decision:
        by: dict[Effect, list[Reason]] = {effect: [] for effect in EFFECTS}
        for reason in found:
            by[reason.rule.effect].append(reason)
        powers, bars, objections, duties, channels = map(tuple, by.values())
        compels, bar = either([r.truth for r in powers]), either([r.truth for r in bars])
        doubtful = (powers if compels is None else ()) + (bars if bar is None else ())
        points = self._open_points(live, known, (compels, bar), doubtful) if doubtful else ()
        return Decision(verdict(compels, bar), powers, bars, objections, duties, channels, points, self.reading.digest)

    def verdict(self, known: Facts) -> Verdict:
        """Only the verdict; `known` must already hold the questions' values."""
        live = self.concerned(known)
        return verdict(live.compels(known), live.bars(known))

    def concerned(self, known: Facts) -> Live:
        """What may apply to a kind of demand from a place, wherever the records lie and whoever is served."""
        key = known.get(PLACE), known.get(INSTRUMENT), known.get(CATEGORY)
        found = self.live.get(key)
        if found is None:
            kind = dict(zip(ASKED, key, strict=True))
            units = tuple([u for u in starmap(self._unit, self._near(*key[1:])) if u.addressed(kind) is not False])
            found = self.live[key] = self.alike.get(units) or self._ready(units)
        return found

    def _near(self, *kind: Value) -> list[tuple[Rule, tuple[Rule, ...]]]:
        if kind not in self.near:
            wider = self.every if kind[1] is None else self._near(kind[0], None)
            self.near[kind] = [each for each in wider if each[0].addresses(*kind)]
        return self.near[kind]

    def _ready(self, units: tuple[Unit, ...]) -> Live:
        unknown = dict.fromkeys(frozenset(ADDRESS).union(*(unit.terms for unit in units)))
        sides = (scan([u.test for u in units if u.rule.effect == effect], True) for effect in SIDES)
        return self.alike.setdefault(units, Live(units, unknown, next(sides), next(sides)))

    def _open_points(
        self, live: Live, known: Facts, sides: tuple[Truth, Truth], doubtful: tuple[Reason, ...]
    ) -> tuple[OpenPoint, ...]:
        (compels, bar), points, trial = sides, [], dict(known)
        doubted = [reason for reason in doubtful if reason.truth is None]
        for term in dict.fromkeys([term for reason in doubted for term in reason.unknown]):
            # a rule in which the term does not matter stays unknown whatever it turns out to be: the others are tried
            tests = [(r.rule.effect, self.units[r.rule.id].test if term in r.unknown else None) for r in doubted]
            powers, bars = ([test for effect, test in tests if effect == side] for side in SIDES)
            outcomes = []
            for value in self._values(live, term):
                trial[term] = value
                power = either([test and test(trial) for test in powers]) if compels is None else compels
                stays = either([test and test(trial) for test in bars]) if bar is None else bar
                outcomes.append((value, verdict(power, stays)))
            trial[term] = None
            points.append(OpenPoint(term, self.asks.get(term, ""), tuple(outcomes)))
        return tuple(points)

    def _values(self, live: Live, term: str) -> tuple[Value, ...]:
        if term not in live.values:
            rules = [one.rule for unit in live.units if term in unit.terms for one in (unit, *unit.lifts)]
            live.values[term] = self._told_apart(rules, term, None)
        return live.values[term]

    def alternatives(self, term: str, value: Value) -> tuple[Value, ...]:
        """The values of a term that any rule could tell apart from `value`, one for each way to be told apart."""
        return self._told_apart([one for rule, lifts in self.every for one in (rule, *lifts)], term, value)

    def _told_apart(self, rules: list[Rule], term: str, value: Value) -> tuple[Value, ...]:
        leaves = [leaf for rule in rules for leaf in rule.leaves if leaf.name == term]
        if any(isinstance(leaf, Word) for leaf in leaves):
            return tuple(truth for truth in (True, False) if truth is not value)
        codes = {leaf.code for leaf in leaves if isinstance(leaf, Compare)} | {OTHER}
        groups = [self.reading.groups.get(g, frozenset()) for g in {x.group for x in leaves if isinstance(x, Within)}]
        members = sorted(frozenset().union(*groups), reverse=True)
        one_of_each = {tuple(place in group for group in groups): place for place in members if place not in codes}
        return tuple(sorted((codes | set(one_of_each.values())) - {value}))


def decide(facts: Facts, reading: Reading) -> Decision:
    """The verdict for one class of records under one demand, on this reading."""
    return Judge(reading).decide(facts)


def stands_on(facts: Facts, reading: Reading) -> tuple[str, ...]:
    """The smallest set of known facts that still gives the verdict: take any one away and it weakens to open."""
    judge = Judge(reading)
    known = {term: value for term, value in {**facts, **judge.settled}.items() if value is not None}
    wanted = judge.verdict(known)
    for term in sorted(known):
        rest = {name: value for name, value in known.items() if name != term}
        if judge.verdict(rest) == wanted:
            known = rest
    return tuple(sorted(known))


def turns_on(facts: Facts, reading: Reading, most: int = 2) -> tuple[tuple[Change, Verdict], ...]:
    """The smallest sets of facts, of at most `most`, whose change flips the verdict, and what it flips to."""
    judge = Judge(reading)
    known = {**facts, **judge.settled}
    start = judge.verdict(known)
    sides = [one for rule, lifts in judge.every if rule.effect in SIDES for one in (rule, *lifts)]
    terms = sorted(frozenset[str]().union(*(rule.terms for rule in sides)))
    values = {term: judge.alternatives(term, known.get(term)) for term in terms}
    found: list[tuple[Change, Verdict]] = []
    for chosen in chain.from_iterable(combinations(terms, size) for size in range(1, most + 1)):
        if any({term for term, _ in change} <= set(chosen) for change, _ in found):
            continue
        for chose in product(*(values[term] for term in chosen)):
            change = tuple(zip(chosen, chose, strict=True))
            flipped = judge.verdict({**known, **dict(change)})
            if flipped not in (start, "open"):
                found.append((change, flipped))
    return tuple(found)
