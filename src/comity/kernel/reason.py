"""One rule applied to the facts: whether it holds, the proof, and what it leaves unknown.

Many cases share the few facts a rule reads, so a rule is made ready once and its reason for each combination of those
facts is kept. Nothing is decided here: what powers that hold and bars that stand amount to is the decision's room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted
from operator import itemgetter
from typing import Final, Literal

from comity.kernel.predicate import Test, addressed, predicate
from comity.kernel.rule import Rule
from comity.kernel.words import (
    Both,
    Condition,
    Either,
    Facts,
    Groups,
    Not,
    Proof,
    Truth,
    Value,
    both,
    either,
    opposite,
    unknowns,
    write,
)

UNREAD: Final = " [unverified]"
"""Stands behind the citation of a text that nobody has read for its pack."""

Shown = tuple[Proof, str]
"""A proof and its canonical JSON."""

Prover = Callable[[Facts], Shown]


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule applied to the facts: whether it holds (a bar: whether it stands), why, and what is unknown in it.

    `text` is the proof's canonical JSON; a rule whose text nobody has read says so in its citation.
    """

    rule: Rule
    truth: Truth
    parts: tuple[Proof, ...]
    text: str
    unknown: tuple[str, ...] = ()

    @property
    def proof(self) -> Proof:
        """The reason as one node of a proof, with what was found beneath it."""
        return _node(self.rule, self.truth, self.parts)


def _node(rule: Rule, truth: Truth, parts: tuple[Proof, ...]) -> Proof:
    cite = f"{rule.cite}{UNREAD}" if rule.reviewed.startswith("unverified") else rule.cite
    return Proof(rule.reads, truth, rule.effect, None, rule.id, cite, parts)


def stands(bars: Truth, lifts: Truth) -> Truth:
    """A bar stands unless it is lifted; if either is unknown and matters, so is whether it stands."""
    return both((bars, opposite(lifts)))


def prover(condition: Condition, groups: Groups, cites: Mapping[str, str], refute: bool = True) -> Prover:
    """The condition as a function from facts to its proof; with `refute`, a false "all" shows one false part alone."""
    match condition:
        case Not(part):
            inner = prover(part, groups, cites, False)
            return _joint(write(condition), "not", [inner], False)
        case Both(parts):
            return _joint(write(condition), "all", [prover(part, groups, cites, refute) for part in parts], refute)
        case Either(parts):
            return _joint(write(condition), "any", [prover(part, groups, cites, False) for part in parts], False)
        case leaf:
            return _leaf(write(leaf), leaf.name, predicate(leaf, groups), cites.get(leaf.name, ""))


def _leaf(says: str, name: str, test: Test, cite: str) -> Prover:
    kept: dict[Value, Shown] = {}

    def leaf(facts: Facts) -> Shown:
        value = facts.get(name)
        found = kept.get(value)
        if found is None:
            proof = Proof(says, test(facts), "fact", value, name, cite)
            found = kept[value] = proof, written(proof)
        return found

    return leaf


JOINS: Final[Mapping[str, Callable[[Iterable[Truth]], Truth]]] = {
    "all": both,
    "any": either,
    "not": lambda truths: opposite(*truths),
}


def _joint(says: str, by: str, provers: list[Prover], refute: bool) -> Prover:
    join = JOINS[by]
    head, tail = _frame(Proof(says, None, by))
    kept: dict[str, Shown] = {}

    def joint(facts: Facts) -> Shown:
        shown = []
        for prove in provers:
            part = prove(facts)
            if refute and part[0].truth is False:
                return part
            shown.append(part)
        inner = ",".join([text for _, text in shown])
        found = kept.get(inner)
        if found is None:
            truth = join([part.truth for part, _ in shown])
            proof = Proof(says, truth, by, None, "", "", tuple([part for part, _ in shown]))
            found = kept[inner] = proof, f"{head}{inner}{tail}{value_text(truth)}}}"
        return found

    return joint


def value_text(value: Value) -> str:
    """A fact's value as canonical JSON."""
    return quoted(value) if isinstance(value, str) else "null" if value is None else "true" if value else "false"


def written(proof: Proof, parts: str = "") -> str:
    """`canonical(proof.as_json())` as text, for a proof with no parts, or with its parts' text put in."""
    cite = f',"cite":{quoted(proof.cite)}' if proof.cite else ""
    found = f',"found":{value_text(proof.found)}' if proof.term else ""
    beneath = f',"parts":[{parts}]' if parts else ""
    term = f',"term":{quoted(proof.term)}' if proof.term else ""
    says, truth = quoted(proof.says), value_text(proof.truth)
    return f'{{"by":"{proof.by}"{cite}{found}{beneath},"says":{says}{term},"truth":{truth}}}'


def _frame(proof: Proof) -> tuple[str, str]:
    """The text of an undecided proof before its parts and after them, up to its truth: it is the same in every case."""
    head, _, tail = written(proof, "\n").partition("\n")
    return head, tail.removesuffix("null}")


class Unit:
    """A rule made ready, with what lifts it; a reason is kept for each combination of the facts that it reads."""

    __slots__ = (
        "addressed", "frame", "given", "lifts", "made", "prove", "read", "recall", "rule", "seen", "terms", "test",
    )  # fmt: skip

    def __init__(self, rule: Rule, lifts: Iterable[Rule], groups: Groups, cites: Mapping[str, str]) -> None:
        own = sorted(rule.terms)
        self.rule, self.read, self.given = rule, itemgetter(*own), (groups, cites)
        self.addressed = addressed(rule.when, groups)
        self.prove: Prover | None = None
        self.frame = ("", "")
        self.lifts = tuple(Unit(lift, (), groups, cites) for lift in sorted(lifts, key=lambda lift: lift.id))
        self.terms: frozenset[str] = frozenset(own).union(*(lift.terms for lift in self.lifts))
        lifted = Either(tuple(lift.rule.when for lift in self.lifts))
        self.test = predicate(Both((rule.when, Not(lifted))) if self.lifts else rule.when, groups)
        self.seen: dict[object, Reason | Literal[False]] = {}
        self.recall = self.seen.get
        self.made: dict[tuple[str, ...], Reason] = {}

    def ready(self) -> Prover:
        """How the rule is proved, made when it is first needed: most rules have nothing to say on most cases."""
        if self.prove is None:
            self.frame, self.prove = _frame(_node(self.rule, None, ())), prover(self.rule.when, *self.given)
        return self.prove

    def learn(self, known: Facts) -> Reason | Literal[False]:
        """Apply the rule alone to facts not seen before, and keep what came out; False if it has nothing to say."""
        reason = self.seen[self.read(known)] = self._applied(known)
        return reason

    def _applied(self, known: Facts) -> Reason | Literal[False]:
        effect = self.rule.effect
        if effect != "lifts" and self.addressed(known) is False:
            return False
        proof, text = self.ready()(known)
        if proof.truth is False and effect not in ("compels", "bars", "lifts"):
            return False
        return self.made.get((text,)) or self._make((text,), proof.truth, (proof,), text)

    def lifted(self, own: Reason, known: Facts) -> Reason:
        """The rule with what lifts it: where a lift may hold, those that may are shown, otherwise all that fail."""
        lifts = reasons(self.lifts, known)
        key = (own.text, *[lift.text for lift in lifts])
        found = self.made.get(key)
        if found is None:
            truth = stands(own.truth, either([lift.truth for lift in lifts]))
            shown = [lift for lift in lifts if lift.truth is not False] or lifts
            head, tail = self.frame
            inner = own.text[len(head) : own.text.rindex(tail)]
            text = ",".join([inner, *[lift.text for lift in shown]])
            found = self._make(key, truth, (*own.parts, *[lift.proof for lift in shown]), text)
        return found

    def _make(self, key: tuple[str, ...], truth: Truth, parts: tuple[Proof, ...], text: str) -> Reason:
        head, tail = self.frame
        whole = f"{head}{text}{tail}{value_text(truth)}}}"
        unknown = tuple(dict.fromkeys([term for part in parts for term in unknowns(part)])) if truth is None else ()
        reason = self.made[key] = Reason(self.rule, truth, parts, whole, unknown)
        return reason


Shelf = dict[tuple[object, ...], Unit]
"""Rules made ready, by the rule, what lifts it, the groups it reads and the citations its proofs print."""


def shelved(shelf: Shelf, rule: tuple[Rule, tuple[Rule, ...]], groups: Groups, cites: Mapping[str, str]) -> Unit:
    """A rule with what lifts it, made ready; from the shelf if a reading that says the same of it put it there."""
    every = (rule[0], *rule[1])
    read = tuple((name, groups.get(name)) for one in every for name in one.groups)
    said = tuple((term, cites[term]) for one in every for term in one.questions if term in cites)
    key = (tuple(one.id for one in every), read, said)
    if key not in shelf:
        shelf[key] = Unit(*rule, groups, cites)
    return shelf[key]


def reasons(units: Iterable[Unit], known: Facts) -> list[Reason]:
    """The reasons of those rules that have something to say on the case; `known` has every term, None if unknown."""
    found = []
    for unit in units:
        reason = unit.recall(unit.read(known))
        if reason is None:
            reason = unit.learn(known)
        if reason:
            found.append(unit.lifted(reason, known) if unit.lifts and reason.truth is not False else reason)
    return found
