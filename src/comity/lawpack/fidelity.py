"""Fidelity: what the packs say of decided cases, on the day before and on the day of the ruling, beside what was so.

**agree**: the packs say what was to be expected. **sharper**: they decide what was contested, and the ruling did not
say otherwise. **open where settled**: they leave open what was settled. **wrong**: they decide against it. A ruling
that no pack carries is tried as an assumption: if the packs turn on a question, and the court's answer to it gives what
the court held, they agree, and the question is named.

What is compared is whether a power compels: a court that compels over a foreign bar gives a conflict here, and agrees.
Where a case is about several classes of records the heaviest decides, for that is the one that was fought over; the
lighter ones are shown beside it. Of two papers that were served together the one that reaches further decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain, combinations, product
from typing import Final

from comity.kernel.decision import Decision, Judge
from comity.kernel.law import Assumption, Law, Reading
from comity.kernel.words import Proof, Truth, either
from comity.lawpack.cases import Case, Cases
from comity.lawpack.read import Packs
from comity.lawpack.translate import admitted, categories, facts, instruments
from comity.lawpack.tribunal import tribunal

AGREE, ASSUMED, SHARPER, OPEN, WRONG, MATTER = (
    "agree", "agree (assumed)", "sharper", "open where settled", "wrong", "the matter's",
)  # fmt: skip
MARKS: Final = (AGREE, ASSUMED, SHARPER, OPEN, WRONG)
"""From best to worst; a case has the worse mark of its two days. `the matter's` is no mark: the order, not the law."""

COUNTED: Final = ("demand", "procedure")
"""Kinds of cases whose question is the packs' own; the others fit only loosely."""

MOST_QUESTIONS: Final = 2
"""How many questions one ruling is supposed to answer at most."""

MOST_KEPT: Final = 4096
"""How many readings are kept at once; a file of any length stays within the machine."""

REACH: Final = {"compelled": 0, "conflict": 1, "open": 2, "barred": 3, "free": 4}


@dataclass(frozen=True, slots=True)
class Said:
    """What the packs say of one class of records on one day."""

    category: str
    instrument: str | None
    decision: Decision

    @property
    def power(self) -> Truth:
        """Whether some power compels."""
        return either(reason.truth for reason in self.decision.powers)

    @property
    def verdict(self) -> str:
        """The verdict; an open one says what is certain all the same."""
        if not self.decision.powers:
            return f"{self.decision.verdict} (no power is carried)"
        if self.decision.verdict != "open" or self.power is None:
            return self.decision.verdict
        return "open (compelled or conflict)" if self.power else "open (barred or free)"

    @property
    def turns(self) -> tuple[str, ...]:
        """The unknown terms on which it turns whether a power compels."""
        doubted = (reason for reason in self.decision.powers if reason.truth is None)
        return tuple(dict.fromkeys(term for reason in doubted for term in reason.unknown)) if self.power is None else ()

    @property
    def powers(self) -> tuple[str, ...]:
        """The rules that compel."""
        return tuple(reason.rule.id for reason in self.decision.powers if reason.truth)

    @property
    def rests(self) -> tuple[tuple[str, str], ...]:
        """The answered questions on which it rests whether a power compels, and who answered them."""
        found = (node for reason in self.decision.powers for node in _nodes(reason.proof) if node.cite)
        told = ((node.term.removeprefix("question."), node.cite) for node in found if node.term.startswith("question."))
        return tuple(dict.fromkeys(told))

    @property
    def bars(self) -> tuple[str, ...]:
        """The bars that stand."""
        return tuple(reason.rule.id for reason in self.decision.bars if reason.truth)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a case: what was expected, what the packs say, the mark; with what was assumed to get it."""

    day: date
    expected: str
    said: Said | None
    lighter: tuple[Said, ...]
    mark: str
    assumed: tuple[Assumption, ...] = ()

    @property
    def verdict(self) -> str:
        """The verdict as it is printed."""
        return self.said.verdict if self.said else "open"

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions it turns on."""
        return tuple(term.removeprefix("question.") for term in self._turns if term.startswith("question."))

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts it turns on, which the file does not give."""
        return tuple(term for term in self._turns if not term.startswith("question."))

    @property
    def _turns(self) -> tuple[str, ...]:
        return self.said.turns if self.said else ("record.category",)

    def as_json(self) -> dict[str, object]:
        """The day as `comity law fidelity --json` prints it."""
        return {
            "day": self.day.isoformat(),
            "expected": self.expected,
            "verdict": self.verdict,
            "mark": self.mark,
            "category": self.said.category if self.said else None,
            "instrument": self.said.instrument if self.said else None,
            "powers": list(self.said.powers) if self.said else [],
            "bars": list(self.said.bars) if self.said else [],
            "questions": list(self.questions),
            "missing": list(self.missing),
            "assumed": [str(what_if) for what_if in self.assumed],
            "lighter": {said.category: said.verdict for said in self.lighter},
        }


@dataclass(frozen=True, slots=True)
class Tried:
    """One case beside what the packs say of it."""

    case: Case
    court: str
    before: Day
    after: Day

    @property
    def mark(self) -> str:
        """The worse mark of the two days; the matter's where neither is the law's."""
        marks = [day.mark for day in (self.before, self.after) if day.mark in MARKS]
        return max(marks, key=MARKS.index, default=MATTER)

    @property
    def counted(self) -> bool:
        """Whether the case is one for the packs: a demand or its procedure, and not only the matter's."""
        return self.case.kind in COUNTED and self.mark != MATTER

    @property
    def fails(self) -> bool:
        """Whether the packs decide against the case, or leave open what it settled."""
        return self.counted and self.mark in (OPEN, WRONG)

    def as_json(self) -> dict[str, object]:
        """The case as `comity law fidelity --json` prints it."""
        case = self.case
        return {
            "id": case.id, "name": case.name, "kind": case.kind, "country": country(self), "tests": list(case.tests),
            "court": self.court, "decided": case.decided.isoformat(), "where": case.where, "counted": self.counted,
            "mark": self.mark, "before": self.before.as_json(), "after": self.after.as_json(),
        }  # fmt: skip


def _nodes(proof: Proof) -> Iterator[Proof]:
    yield proof
    for part in proof.parts:
        yield from _nodes(part)


def country(tried: Tried) -> str:
    """Whose court decided; where the file does not say, whose law compelled."""
    return tried.case.court.country or tried.case.state


@dataclass(frozen=True)
class Report:
    """All cases of a file beside the packs."""

    tried: tuple[Tried, ...]
    digest: str = ""
    faults: tuple[object, ...] = field(default=())

    @property
    def counted(self) -> tuple[Tried, ...]:
        """The cases that count."""
        return tuple(one for one in self.tried if one.counted)

    @property
    def matters(self) -> tuple[Tried, ...]:
        """The cases about the order, not about the law."""
        return tuple(one for one in self.tried if one.case.kind in COUNTED and not one.counted)

    @property
    def loosely(self) -> tuple[Tried, ...]:
        """The cases of other kinds."""
        return tuple(one for one in self.tried if one.case.kind not in COUNTED)

    def totals(self, key: Callable[[Tried], Iterable[str]]) -> dict[str, Counter[str]]:
        """How many cases have which mark, by what `key` says of each."""
        found: dict[str, Counter[str]] = {}
        for one in self.counted:
            for name in key(one):
                found.setdefault(name, Counter())[one.mark] += 1
        return dict(sorted(found.items()))

    def tables(self) -> dict[str, dict[str, Counter[str]]]:
        """The totals by country, by test and by kind."""
        return {
            "country": self.totals(lambda one: (country(one),)),
            "test": self.totals(lambda one: dict.fromkeys(one.case.tests)),
            "kind": self.totals(lambda one: (one.case.kind,)),
        }

    def as_json(self) -> dict[str, object]:
        """The report as `comity law fidelity --json` prints it."""
        return {
            "packs": self.digest,
            "totals": {mark: sum(one.mark == mark for one in self.counted) for mark in MARKS},
            **{f"by_{name}": {key: dict(marks) for key, marks in rows.items()} for name, rows in self.tables().items()},
            "cases": [one.as_json() for one in self.tried],
            "unverified": {one.case.id: dict(one.case.marks) for one in self.tried if one.case.marks},
        }


def try_cases(read: Cases, packs: Packs) -> Report:
    """Every case beside what the packs say of it, in the order of the days."""
    bench = _Bench(packs)
    tried = (bench.tried(case) for case in sorted(read.cases, key=lambda case: (case.decided, case.id)))
    return Report(tuple(tried), packs.digest, read.faults)


class _Bench:
    """The packs made ready to be read in many courts on many days."""

    def __init__(self, packs: Packs) -> None:
        self.packs, self.law = packs, packs.law
        term = packs.words.terms.get("demand.instrument")
        self.codes = term.codes if term else ()
        self.part = lru_cache(maxsize=MOST_KEPT)(self._part)
        self.reading = lru_cache(maxsize=MOST_KEPT)(self._reading)
        self.judges: dict[tuple[object, ...], Judge] = {}

    def _part(self, instrument: str | None, category: str) -> Law:
        """What may say of one kind of demand for one class of records whether it must be answered, and may be."""
        part = self.law.narrowed(instrument, category)
        return replace(part, rules=tuple(rule for rule in part.rules if rule.effect in ("compels", "bars", "lifts")))

    def _reading(
        self, kind: tuple[str | None, str], day: date, court: str, assume: tuple[Assumption, ...]
    ) -> tuple[Reading, Judge]:
        """The part of the law that may bear on a kind of demand, and a judge; where it reads alike one judge serves."""
        reading = self.part(*kind).on(day, court, assume)
        given = (tuple(a.id for a in answered.binding) for answered in reading.questions.values())
        groups = tuple(sorted((name, places) for name, places in reading.groups.items()))
        key = (kind, tuple(rule.id for rule in reading.rules), tuple(reading.truths.values()), tuple(given), groups)
        if key not in self.judges:
            self.judges[key] = Judge(reading)
        return reading, self.judges[key]

    def tried(self, case: Case) -> Tried:
        court = tribunal(case, self.law)
        eve = case.decided - timedelta(days=1)
        before, after = (self.day(case, court, day) for day in (eve, case.decided))
        first = Day(eve, case.before, *before, mark(case.before, before, case.after))
        second = Day(case.decided, case.after, *after, mark(case.after, after))
        if first.mark == WRONG and case.before == "contested":
            first = self._between_others(case, court, first) or first
        if second.mark == OPEN:
            second = self._assuming(case, court, second) or second
        return Tried(case, court, first, second)

    def day(
        self, case: Case, court: str, day: date, assume: tuple[Assumption, ...] = ()
    ) -> tuple[Said | None, tuple[Said, ...]]:
        """What the packs say of the heaviest class, and of the lighter ones."""
        union = self.law.group("EU", day)
        said = []
        for category in categories(case):
            papers = instruments(case, category, self.codes)
            given = ((paper, admitted(facts(case, category, paper, union), self.packs.words)) for paper in papers)
            every = [
                Said(category, paper, self.reading((paper, category), day, court, assume)[1].decide(known))
                for paper, known in given
            ]
            said.append(min(every, key=lambda one: REACH[one.decision.verdict]))
        return (said[0] if said else None), tuple(said[1:])

    def _between_others(self, case: Case, court: str, found: Day) -> Day | None:
        """The eve without the court's own rulings that bind their parties alone: between others it was open still."""
        said = found.said
        if said is None:
            return None
        reading, _ = self.reading((said.instrument, said.category), found.day, court, ())
        own = {a.id for asked in reading.questions.values() for a in asked.binding if a.binds == "parties"}
        assume = tuple(Assumption(id, "superseded", found.day) for id in sorted(own))
        known = self.day(case, court, found.day, assume) if own else None
        return Day(found.day, found.expected, *known, AGREE, assume) if known and known[0] and _open(known[0]) else None

    def _assuming(self, case: Case, court: str, found: Day) -> Day | None:
        """The same day with one question, or two, answered by the court that day so as to give what it held."""
        for chosen in _chosen(found.questions):
            for values in product((True, False), repeat=len(chosen)):
                answers = zip(chosen, values, strict=True)
                assume = tuple(Assumption(asked, "decided", found.day, value, court) for asked, value in answers)
                said = self.day(case, court, found.day, assume)
                if mark(found.expected, said) == AGREE:
                    return Day(found.day, found.expected, *said, ASSUMED, assume)
        return None


def _open(said: Said) -> bool:
    return said.decision.verdict == "open" and said.power is None


def _chosen(questions: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(questions, size) for size in range(1, MOST_QUESTIONS + 1))


def mark(expected: str, said: tuple[Said | None, tuple[Said, ...]], then: str = "contested") -> str:
    """How what the packs say compares with what was expected; `then` is what the court said on the day after."""
    if expected == "matter":
        return MATTER
    first, lighter = said
    if first is None:
        return AGREE if expected == "contested" else OPEN
    if expected == "contested":
        if first.decision.verdict == "open":
            return AGREE
        return WRONG if _against(then, first.power, lighter) else SHARPER
    power = either(one.power for one in (first, *lighter)) if expected == "compelled-in-part" else first.power
    if power is None:
        return OPEN
    return AGREE if power is (expected != "barred") else WRONG


def _against(then: str, power: Truth, lighter: tuple[Said, ...]) -> bool:
    """Whether what the packs decided the day before is the opposite of what the court then said."""
    if then == "compelled-in-part":
        return power is False and not any(one.power is not False for one in lighter)
    return (then, power) in (("compelled", False), ("barred", True))
