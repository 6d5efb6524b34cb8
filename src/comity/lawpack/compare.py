"""What a change of law changes: the rows that differ, and every verdict of a fixed set of cases that it flips.

The cases are the examples of both states of the law, and whatever further cases are given; each is decided under both.
A case that one side cannot pose (its court or kind of demand is not declared there, its what-if names nothing there) is
`unposed` on that side. Everything comes out in one order, whatever order the cases came in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from itertools import zip_longest
from typing import Any, Final

from comity.kernel.decision import Judge
from comity.kernel.law import Law, Reading
from comity.kernel.reason import Shelf
from comity.kernel.words import Value
from comity.lawpack.assume import NotAnAssumption, read_assumption
from comity.lawpack.read import Example, Packs

UNPOSED: Final = "unposed"
DOZEN: Final = 12


@dataclass(frozen=True)
class Case:
    """One posed case: the facts in the order of their terms, the court, the day; `name` says which to a person."""

    facts: tuple[tuple[str, Value], ...]
    court: str
    day: date
    served: date | None = None
    assume: tuple[str, ...] = ()
    name: str = field(default="", compare=False)

    @property
    def place(self) -> str:
        """Where the record lies, as far as the case says."""
        return str(dict(self.facts).get("record.store_place") or "unknown")

    @property
    def order(self) -> tuple[str, ...]:
        """What cases are sorted by."""
        facts = (f"{term}={value}" for term, value in self.facts)
        return (self.day.isoformat(), self.place, self.court, *facts, str(self.served or ""), *self.assume)


@dataclass(frozen=True)
class Flip:
    """A case that comes out otherwise; the proof ids are empty where a side cannot pose the case."""

    case: Case
    old: str
    new: str
    old_proof: str = ""
    new_proof: str = ""

    @property
    def turn(self) -> str:
        """`compelled → barred`."""
        return f"{self.old} → {self.new}"

    def as_json(self) -> dict[str, object]:
        """The flip with its facts and both proof ids."""
        case = self.case
        return {
            "case": case.name, "on": case.day, "court": case.court, "place": case.place, "facts": dict(case.facts),
            "old": self.old, "new": self.new, "old_proof": self.old_proof, "new_proof": self.new_proof,
        }  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A row that was added, removed or changed, and in what."""

    how: str
    table: str
    id: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flips:
    """Everything that differs: how many cases were tried, every flip, a dozen of them with proofs, every row."""

    cases: int
    flips: tuple[Flip, ...]
    examples: tuple[Flip, ...]
    changes: tuple[Change, ...]

    @property
    def counts(self) -> Mapping[tuple[str, str, date], int]:
        """How many cases flip, by turn, place and day."""
        return dict(sorted(Counter((flip.turn, flip.case.place, flip.case.day) for flip in self.flips).items()))

    def as_json(self) -> dict[str, object]:
        """Counts, examples and changes, as `comity law compare --json` prints them."""
        return {
            "cases": self.cases,
            "flips": len(self.flips),
            "counts": [{"turn": t, "place": p, "on": day, "cases": n} for (t, p, day), n in self.counts.items()],
            "examples": [flip.as_json() for flip in self.examples],
            "changes": [{"how": c.how, "table": c.table, "id": c.id, "fields": c.fields} for c in self.changes],
        }


def compare(
    old: Packs, new: Packs, cases: Iterable[Case] = (), watch: Callable[[list[Case]], Iterable[Case]] = iter
) -> Flips:
    """Try the examples of both and the given cases under both; `watch` goes through them and may show how far it is."""
    sides = _Side(old), _Side(new)
    posed = [_case(example) for packs in (old, new) for pack in packs.packs for example in pack.examples]
    every = list(dict.fromkeys([*posed, *cases]))
    tried = (Flip(case, sides[0].verdict(case), sides[1].verdict(case)) for case in watch(every))
    flips = [flip for flip in tried if flip.old != flip.new]
    flips.sort(key=lambda flip: (*flip.case.order, flip.turn))
    shown = (Flip(f.case, f.old, f.new, sides[0].proof(f.case), sides[1].proof(f.case)) for f in _various(flips))
    return Flips(len(every), tuple(flips), tuple(shown), tuple(_changes(old, new)))


def _case(example: Example) -> Case:
    facts = tuple(sorted(example.facts.items()))
    return Case(facts, example.court, example.on, example.served_on, example.assume, f"{example.where}: {example.says}")


class _Side:
    """One state of the law. Only the part that may bear on a case is read; where it reads alike one judge serves."""

    def __init__(self, packs: Packs) -> None:
        self.law, self.terms = packs.law, packs.words.terms
        self.parts: dict[tuple[Value, Value], Law] = {}
        self.judges: dict[tuple[object, ...], Judge] = {}
        self.shelf: Shelf = {}
        self.seats: dict[tuple[object, ...], Judge | None] = {}

    def verdict(self, case: Case) -> str:
        facts = self.facts(case)
        kind = (facts.get("demand.instrument"), facts.get("record.category"))
        key = (*kind, dict(case.facts).get("demand.instrument"), case.day, case.court, case.served, case.assume)
        if key not in self.seats:
            if kind not in self.parts:
                self.parts[kind] = self.law.narrowed(*kind)
            reading = self.reading(case, self.parts[kind])
            self.seats[key] = self._judge(reading) if reading else None
        judge = self.seats[key]
        return judge.verdict({**facts, **judge.settled}) if judge else UNPOSED

    def proof(self, case: Case) -> str:
        reading = self.reading(case, self.law)
        return Judge(reading).decide(self.facts(case)).id if reading else ""

    def reading(self, case: Case, part: Law) -> Reading | None:
        instrument, known = dict(case.facts).get("demand.instrument"), self.terms.get("demand.instrument")
        if case.court not in self.law.courts or (known and not known.admits(instrument)):
            return None
        try:
            assumed = tuple(read_assumption(text, self.law) for text in case.assume)
        except NotAnAssumption:
            return None
        return part.on(case.day, case.court, assumed, case.served)

    def _judge(self, reading: Reading) -> Judge:
        rules = tuple(rule.id for rule in reading.rules)
        key = (rules, frozenset(reading.truths.items()), frozenset(reading.groups.items()))
        if key not in self.judges:
            self.judges[key] = Judge(reading, self.shelf)
        return self.judges[key]

    def facts(self, case: Case) -> dict[str, Value]:
        """What of the facts can be said in this side's words; the rest is unknown here."""
        terms = self.terms
        return {term: value for term, value in case.facts if term in terms and terms[term].admits(value)}


def _various(flips: list[Flip]) -> list[Flip]:
    """A dozen flips as unlike as can be: turns and places in rounds, new courts, demands and records first."""
    seen: set[tuple[object, ...]] = set()
    fresh: dict[tuple[str, str], list[Flip]] = {}
    stale: list[Flip] = []
    for flip in flips:
        facts = dict(flip.case.facts)
        pile = (flip.turn, flip.case.place)
        kind = (*pile, flip.case.court, facts.get("demand.instrument"), facts.get("record.category"))
        (stale if kind in seen else fresh.setdefault(pile, [])).append(flip)
        seen.add(kind)
    rounds = zip_longest(*(fresh[pile] for pile in sorted(fresh)))
    chosen = [*(flip for layer in rounds for flip in layer if flip is not None), *stale][:DOZEN]
    return sorted(chosen, key=lambda flip: (*flip.case.order, flip.turn))


def _changes(old: Packs, new: Packs) -> Iterator[Change]:
    for (table, before), after in zip(_tables(old).items(), _tables(new).values(), strict=True):
        for id in sorted(before.keys() | after.keys()):
            if id not in before:
                yield Change("added", table, id)
            elif id not in after:
                yield Change("removed", table, id)
            elif differing := _differing(before[id], after[id]):
                yield Change("changed", table, id, differing)


def _tables(packs: Packs) -> dict[str, dict[str, Any]]:
    law = packs.law
    return {
        "rule": {rule.id: rule for rule in law.rules},
        "question": {question.id: question for question in law.questions},
        "answer": {answer.id: answer for answer in law.answers},
        "court": dict(law.courts),
        "member": {f"{m.group}/{m.place} since {m.since}": m for m in law.members},
        "template": {template.id: replace(template, where="") for pack in packs.packs for template in pack.templates},
        "term": {name: term for name, term in packs.words.terms.items() if not name.startswith("question.")},
    }


def _differing(before: Any, after: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(before) if getattr(before, f.name) != getattr(after, f.name))
