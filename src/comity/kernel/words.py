"""Truth, terms, conditions and proofs: the words every other room speaks.

A fact about a demand or a record is known to hold, known not to hold, or unknown. Law is written as conditions over
declared terms; reading a condition against the facts gives a proof that mirrors it node by node, so that a person can
see which fact carried which branch. What is unknown stays unknown and is named (`unknowns`), never defaulted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Literal

Truth = bool | None
"""Yes, no, or unknown. Connectives are Kleene's, which are also SQL's with NULL."""

Value = str | bool | None
"""What a fact can be: a code (`"content"`, `"IE"`), a truth, or unknown."""

Facts = Mapping[str, Value]
"""Values by term; a term that is absent is unknown."""


def both(truths: Iterable[Truth]) -> Truth:
    """Kleene's "and": no if any is no, otherwise unknown if any is unknown."""
    answer: Truth = True
    for truth in truths:
        if truth is False:
            return False
        answer = answer if truth else None
    return answer


def either(truths: Iterable[Truth]) -> Truth:
    """Kleene's "or": yes if any is yes, otherwise unknown if any is unknown."""
    answer: Truth = False
    for truth in truths:
        if truth:
            return True
        answer = answer if truth is False else None
    return answer


def opposite(truth: Truth) -> Truth:
    """Kleene's "not": what is unknown stays unknown."""
    return None if truth is None else not truth


_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: object) -> bytes:
    """The one way comity writes a JSON value that is hashed or signed: RFC 8785 without numbers other than integers."""
    assert _plain(value), "fractions, and names that are no text, have no canonical JSON here"
    return _ENCODE(value).encode()


def _plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(name, str) for name in value) and _plain(list(value.values()))
    if isinstance(value, list | tuple):
        return {str, int, bool}.issuperset(map(type, value)) or all(map(_plain, value))
    return value is None or isinstance(value, str | int)


def digest(value: object) -> str:
    """`sha256:` and the hex SHA-256 of the canonical JSON of `value`."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what comity was given: its name, where it stands, what is wrong and how to mend it."""

    name: str
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} ({self.name}); {self.remedy}"


Kind = Literal["truth", "code", "place", "court"]


@dataclass(frozen=True, slots=True)
class Term:
    """A declared fact word: what may be said of it, what it means in the law or the office, and what unknown means."""

    name: str
    kind: Kind
    meaning: str
    unknown: str
    codes: tuple[str, ...] = ()

    def admits(self, value: Value) -> bool:
        """Whether `value` may stand for this term; unknown always may."""
        if value is None:
            return True
        if self.kind == "truth":
            return isinstance(value, bool)
        if self.kind == "place":
            return isinstance(value, str) and len(value) == 2 and set(value) <= set(ascii_uppercase)
        return isinstance(value, str) and (not self.codes or value in self.codes)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms and groups that conditions may use; a word outside it does not load."""

    terms: Mapping[str, Term]
    groups: frozenset[str]

    def faults(self, facts: Facts, where: str) -> list[Fault]:
        """Every fact whose term is undeclared or whose value its term does not admit."""
        found = []
        for name, value in facts.items():
            term = self.terms.get(name)
            if term is None:
                found.append(Fault("unknown-word", where, f"`{name}` is not a declared term", "see `comity law terms`"))
            elif not term.admits(value):
                remedy = f"use one of {', '.join(term.codes)}" if term.codes else f"give a {term.kind}"
                found.append(Fault("unknown-code", where, f"`{value}` is not a value of `{name}`", remedy))
        return found


@dataclass(frozen=True, slots=True)
class Word:
    """A term that is itself true, false or unknown."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """`name == "code"`, or `!=` when `same` is False."""

    name: str
    code: str
    same: bool = True


@dataclass(frozen=True, slots=True)
class Within:
    """`name in GROUP`, or `not in` when `inside` is False; groups have dated members."""

    name: str
    group: str
    inside: bool = True


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of one condition."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Both:
    """All of its parts: `and`."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of its parts: `or`."""

    parts: tuple[Condition, ...]


Leaf = Word | Compare | Within
Condition = Leaf | Not | Both | Either


def write(condition: Condition) -> str:
    """The condition in the grammar it was read from."""
    match condition:
        case Word(name):
            return name
        case Compare(name, code, same):
            return f"{name} {'==' if same else '!='} {json.dumps(code, ensure_ascii=False)}"
        case Within(name, group, inside):
            return f"{name} {'in' if inside else 'not in'} {group}"
        case Not(part):
            return f"not {_grouped(part)}"
    return (" and " if isinstance(condition, Both) else " or ").join(_grouped(part) for part in condition.parts)


def _grouped(condition: Condition) -> str:
    return f"({write(condition)})" if isinstance(condition, Both | Either) else write(condition)


def leaves_of(condition: Condition) -> Iterable[Leaf]:
    """Every leaf of a condition, in reading order."""
    match condition:
        case Not(part):
            yield from leaves_of(part)
        case Both(parts) | Either(parts):
            for part in parts:
                yield from leaves_of(part)
        case leaf:
            yield leaf


def terms_of(condition: Condition) -> frozenset[str]:
    """Every term the condition reads."""
    return frozenset(leaf.name for leaf in leaves_of(condition))


@dataclass(frozen=True, slots=True)
class Proof:
    """One node of a reason: what was asked, what came out, the value found, the text it stands on, and its parts.

    `by` is how the parts join: `all`, `any`, `not`; `fact` for a leaf; a rule's effect for the node of a rule.
    """

    says: str
    truth: Truth
    by: str
    found: Value = None
    term: str = ""
    cite: str = ""
    parts: tuple[Proof, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The proof as canonical JSON has it; empty fields are left out."""
        return (
            {"says": self.says, "truth": self.truth, "by": self.by}
            | ({"term": self.term, "found": self.found} if self.term else {})
            | ({"cite": self.cite} if self.cite else {})
            | ({"parts": [part.as_json() for part in self.parts]} if self.parts else {})
        )


Groups = Mapping[str, frozenset[str]]


def prove(condition: Condition, facts: Facts, groups: Groups, cites: Mapping[str, str] | None = None) -> Proof:
    """Read the condition against the facts; `cites` gives the text or paper behind a fact, by term."""
    match condition:
        case Not(part):
            inner = prove(part, facts, groups, cites)
            return Proof(write(condition), opposite(inner.truth), "not", parts=(inner,))
        case Both(parts) | Either(parts):
            inners = tuple(prove(part, facts, groups, cites) for part in parts)
            join, by = (both, "all") if isinstance(condition, Both) else (either, "any")
            return Proof(write(condition), join(inner.truth for inner in inners), by, parts=inners)
        case _:
            name, value = condition.name, facts.get(condition.name)
            truth = leaf_truth(condition, value, groups)
            return Proof(write(condition), truth, "fact", value, name, (cites or {}).get(name, ""))


def leaf_truth(leaf: Leaf, value: Value, groups: Groups) -> Truth:
    """What one leaf says of one value; an unknown value leaves it unknown, as does a text where a truth is due."""
    if value is None:
        return None
    match leaf:
        case Word():
            return value if isinstance(value, bool) else None
        case Compare(_, code, same):
            return (value == code) is same
    return (value in groups.get(leaf.group, frozenset())) is leaf.inside


def unknowns(proof: Proof) -> tuple[str, ...]:
    """The open points of a proof: the terms behind its unknown nodes, each once, in reading order."""
    if proof.truth is not None:
        return ()
    if proof.by == "fact":
        return (proof.term,)
    return tuple(dict.fromkeys(term for part in proof.parts for term in unknowns(part)))


def settle(condition: Condition, facts: Facts, groups: Groups, free: frozenset[str] = frozenset()) -> Condition | bool:
    """Partial evaluation: put in what is known (but leave the terms in `free`), get the smaller condition back."""
    match condition:
        case Not(part):
            inner = settle(part, facts, groups, free)
            return not inner if isinstance(inner, bool) else Not(inner)
        case Both(parts) | Either(parts):
            return _joined(type(condition), [settle(part, facts, groups, free) for part in parts])
        case _:
            value = None if condition.name in free else facts.get(condition.name)
            truth = leaf_truth(condition, value, groups)
            return condition if truth is None else truth


def _joined(kind: type[Both] | type[Either], parts: list[Condition | bool]) -> Condition | bool:
    neutral = kind is Both
    if (not neutral) in parts:
        return not neutral
    left = tuple(part for part in parts if not isinstance(part, bool))
    return kind(left) if len(left) > 1 else left[0] if left else neutral
