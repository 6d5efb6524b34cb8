"""Facts and a reading of the law give a verdict, its proof, and what turns on what is not known.

Some power compels, some bar stands: the two truths give the verdict. A bar stands unless something lifts it, and a bar
that cannot be evaluated is unknown, never absent. What is unknown and matters makes the verdict open; each open point is
shown with the verdict either way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import Literal

from comity.kernel.law import Effect, Reading, Rule
from comity.kernel.words import (
    Compare,
    Facts,
    Proof,
    Truth,
    Value,
    Within,
    Word,
    both,
    either,
    leaves_of,
    opposite,
    prove,
    settle,
    terms_of,
    unknowns,
)

Verdict = Literal["compelled", "conflict", "barred", "free", "open"]
ADDRESS = ("demand.place", "demand.instrument", "record.category", "record.store_place", "record.holder_place")
"""The terms by which a rule says whom it addresses; a proof leaves out rules these alone rule out."""

OTHER = "(any other)"
"""Stands for every code that no rule names."""


def verdict(compels: Truth, bars: Truth) -> Verdict:
    """The five verdicts: what a power that compels and a bar that stands amount to together."""
    if compels is None or bars is None:
        return "open"
    if compels:
        return "conflict" if bars else "compelled"
    return "barred" if bars else "free"


def stands(bars: Truth, lifts: Truth) -> Truth:
    """A bar stands unless it is lifted; if either is unknown and matters, so is whether it stands."""
    return both((bars, opposite(lifts)))


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule applied to the facts: whether it holds (a bar: whether it stands), its proof, and that proof as JSON."""

    rule: Rule
    truth: Truth
    proof: Proof
    text: str


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """An unknown that matters: the term, what it asks, and the verdict under each value it can have."""

    term: str
    asks: str
    outcomes: tuple[tuple[Value, Verdict], ...]


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
        power = Proof("some power compels", either(r.truth for r in self.powers), "any", parts=_proofs(self.powers))
        bar = Proof("some bar stands", either(r.truth for r in self.bars), "any", parts=_proofs(self.bars))
        return Proof(self.verdict, None if self.verdict == "open" else True, "verdict", parts=(power, bar))

    @cached_property
    def json(self) -> bytes:
        """The decision as canonical JSON, proof and citations included."""
        points = [[p.term, p.asks, [list(outcome) for outcome in p.outcomes]] for p in self.open_points]
        opens = json.dumps(points, separators=(",", ":"), ensure_ascii=False) if points else "[]"
        return (
            f'{{"bars":[{_joined(self.bars)}],"channels":[{_joined(self.channels)}],'
            f'"compels":[{_joined(self.powers)}],"duties":[{_joined(self.duties)}],'
            f'"objections":[{_joined(self.objections)}],"open":{opens},'
            f'"reading":"{self.reading}","verdict":"{self.verdict}"}}'
        ).encode()

    @cached_property
    def id(self) -> str:
        """The proof id: SHA-256 of the canonical JSON."""
        return "sha256:" + hashlib.sha256(self.json).hexdigest()

    @property
    def cited(self) -> frozenset[str]:
        """The ids of the rules, and of the questions' terms, that appear in the proof."""
        return frozenset(_cited(self.proof)) | {r.rule.id for r in self.objections + self.duties + self.channels}

    @property
    def unverified(self) -> tuple[str, ...]:
        """The rules it rests on whose text nobody has read for this pack."""
        rested = (r.rule for r in self.powers + self.bars if r.truth is not False)
        return tuple(rule.id for rule in rested if rule.reviewed.startswith("unverified"))


def _proofs(reasons: tuple[Reason, ...]) -> tuple[Proof, ...]:
    return tuple(reason.proof for reason in reasons)


def _joined(reasons: tuple[Reason, ...]) -> str:
    return ",".join([reason.text for reason in reasons])


def _cited(proof: Proof) -> Iterable[str]:
    yield proof.term
    for part in proof.parts:
        yield from _cited(part)


class Unit:
    """A rule with what lifts it, evaluated once for each combination of the facts it reads."""

    __slots__ = ("known", "lifts", "rule", "terms")

    def __init__(self, rule: Rule, lifts: tuple[Rule, ...]) -> None:
        self.rule, self.lifts = rule, lifts
        self.terms = tuple(sorted(frozenset().union(*(terms_of(r.when) for r in (rule, *lifts)))))
        self.known: dict[tuple[Value, ...], Reason] = {}


class Judge:
    """One reading made ready to decide many cases; it never changes what a case's facts decide on their own."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.asks = {a.question.term: a.question.asks for a in reading.questions.values()}
        self.cites = {a.question.term: "; ".join(said.cite for said in a.binding) for a in reading.questions.values()}
        lifts: dict[str, list[Rule]] = {}
        for rule in reading.rules:
            if rule.effect == "lifts":
                lifts.setdefault(rule.lifts, []).append(rule)
        ordered = sorted(reading.rules, key=lambda rule: rule.id)
        self.every = tuple(
            Unit(r, tuple(sorted(lifts.get(r.id, ()), key=lambda lift: lift.id)))
            for r in ordered
            if r.effect != "lifts"
        )
        self.settled = {term: truth for term, truth in reading.truths.items() if truth is not None}
        self.addressed: dict[tuple[Value, ...], Mapping[Effect, tuple[Unit, ...]]] = {}

    def decide(self, facts: Facts) -> Decision:
        """The verdict for one class of records under one demand.

        A fact named `question.x` is counsel's answer: it counts only where the law itself leaves x open.
        """
        known = {**facts, **self.settled}
        units = self.units(known)
        powers, bars = self._reasons(units["compels"], known), self._reasons(units["bars"], known)
        compels, bar = either([r.truth for r in powers]), either([r.truth for r in bars])
        return Decision(
            verdict(compels, bar),
            powers,
            bars,
            tuple(r for r in self._reasons(units["objects"], known) if r.truth is not False),
            tuple(r for r in self._reasons(units["obliges"], known) if r.truth is not False),
            tuple(r for r in self._reasons(units["routes"], known) if r.truth is not False),
            () if compels is not None and bar is not None else self._open_points(known, powers, bars),
            self.reading.digest,
        )

    def verdict(self, known: Facts) -> Verdict:
        """Only the verdict; `known` must already hold the questions' values."""
        units = self.units(known)
        compels = either(r.truth for r in self._reasons(units["compels"], known))
        return verdict(compels, either(r.truth for r in self._reasons(units["bars"], known)))

    def units(self, known: Facts) -> Mapping[Effect, tuple[Unit, ...]]:
        key = tuple([known.get(term) for term in ADDRESS])
        found = self.addressed.get(key)
        if found is None:
            address = dict(zip(ADDRESS, key, strict=True))
            live = [u for u in self.every if settle(u.rule.when, address, self.reading.groups) is not False]
            effects: tuple[Effect, ...] = ("compels", "bars", "objects", "obliges", "routes")
            found = {effect: tuple(u for u in live if u.rule.effect == effect) for effect in effects}
            self.addressed[key] = found
        return found

    def _reasons(self, units: tuple[Unit, ...], known: Facts) -> tuple[Reason, ...]:
        reasons = []
        for unit in units:
            key = tuple([known.get(term) for term in unit.terms])
            reason = unit.known.get(key)
            if reason is None:
                reason = unit.known[key] = self._reason(unit, known)
            reasons.append(reason)
        return tuple(reasons)

    def _reason(self, unit: Unit, known: Facts) -> Reason:
        proof = self._applied(unit.rule, known)
        lifts = tuple(self._applied(lift, known) for lift in unit.lifts)
        truth = stands(proof.truth, either(lift.truth for lift in lifts))
        if lifts and proof.truth is not False:
            shown = tuple(lift for lift in lifts if lift.truth is not False) or lifts
            proof = Proof(proof.says, truth, proof.by, None, proof.term, proof.cite, (*proof.parts, *shown))
        text = json.dumps(proof.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return Reason(unit.rule, truth, proof, text)

    def _applied(self, rule: Rule, known: Facts) -> Proof:
        inner = prove(rule.when, known, self.reading.groups, self.cites)
        shown = refutation(inner) if inner.truth is False else inner
        cite = f"{rule.cite} [unverified]" if rule.reviewed.startswith("unverified") else rule.cite
        return Proof(rule.reads, inner.truth, rule.effect, None, rule.id, cite, (shown,))

    def _open_points(self, known: Facts, *reasons: tuple[Reason, ...]) -> tuple[OpenPoint, ...]:
        joined = [Proof("", either(r.truth for r in part), "any", parts=_proofs(part)) for part in reasons]
        terms = dict.fromkeys(term for part in joined for term in unknowns(part))
        points = []
        for term in terms:
            values = self.alternatives(term, None)
            outcomes = tuple((value, self.verdict({**known, term: value})) for value in values)
            points.append(OpenPoint(term, self.asks.get(term, ""), outcomes))
        return tuple(points)

    def alternatives(self, term: str, value: Value) -> tuple[Value, ...]:
        """The values of a term that any rule could tell apart from `value`, one for each way to be told apart."""
        leaves = {
            leaf for u in self.units for r in (u.rule, *u.lifts) for leaf in leaves_of(r.when) if leaf.name == term
        }
        if any(isinstance(leaf, Word) for leaf in leaves):
            return tuple(truth for truth in (True, False) if truth is not value)
        codes = {leaf.code for leaf in leaves if isinstance(leaf, Compare)} | {OTHER}
        groups = sorted({leaf.group for leaf in leaves if isinstance(leaf, Within)})
        members = {place for group in groups for place in self.reading.groups.get(group, ())}
        kinds = {
            place: tuple(place in self.reading.groups[g] for g in groups if g in self.reading.groups)
            for place in sorted(members)
        }
        kept = codes | set({kind: place for place, kind in reversed(kinds.items())}.values())
        return tuple(sorted(kept - {value}))


def refutation(proof: Proof) -> Proof:
    """The shortest part of a false proof that is false on its own."""
    if proof.by == "all":
        return refutation(next(part for part in proof.parts if part.truth is False))
    return proof


def decide(facts: Facts, reading: Reading) -> Decision:
    """The verdict for one class of records under one demand, on this reading of the law."""
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


def turns_on(
    facts: Facts, reading: Reading, most: int = 2
) -> tuple[tuple[tuple[tuple[str, Value], ...], Verdict], ...]:
    """The smallest sets of facts, of at most `most`, whose change flips the verdict, each with the verdict it flips to."""
    judge = Judge(reading)
    known = {**facts, **judge.settled}
    start = judge.verdict(known)
    terms = sorted({term for unit in judge.units(known).values() for u in unit for term in u.terms})
    found: list[tuple[tuple[tuple[str, Value], ...], Verdict]] = []
    for size in range(1, most + 1):
        for chosen in combinations(terms, size):
            if any({term for term, _ in change} <= set(chosen) for change, _ in found):
                continue
            for values in product(*(judge.alternatives(term, known.get(term)) for term in chosen)):
                change = tuple(zip(chosen, values, strict=True))
                flipped = judge.verdict({**known, **dict(change)})
                if flipped not in (start, "open"):
                    found.append((change, flipped))
    return tuple(found)
