"""The law: rules, the questions they leave open, who answered them and when, and the law as read on a day in a court.

Nothing here knows a statute by name. A rule is in force between two days; a question is answered by courts and
legislatures whose answers live, are stayed and die by dated happenings; `Law.on` gives what one court would have to
read on one day. What nobody with authority has answered is unknown there, and what others said is shown as persuasive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

from comity.kernel.courts import NO_STATE, Court, apexes, lawgivers, line
from comity.kernel.rule import Rule
from comity.kernel.words import Both, Compare, Facts, Groups, Truth, Value, Within, digest

LIVE = frozenset({"enacted", "decided", "affirmed", "stay lifted"})
DEAD = frozenset({"stayed", "reversed", "vacated", "overruled", "superseded", "repealed"})


@dataclass(frozen=True, slots=True)
class Question:
    """A point the text leaves open: what it asks, why it is open, and the place whose courts answer it."""

    id: str
    asks: str
    why: str
    place: str
    instrument: str = ""

    @property
    def term(self) -> str:
        """The word that conditions use for it."""
        return f"question.{self.id}"


@dataclass(frozen=True, slots=True)
class Happening:
    """One dated line in an answer's life."""

    day: date
    what: str
    by: str = ""
    cite: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a court or legislature said to a question; `binds` is `below` or `parties`."""

    id: str
    question: str
    answer: bool
    by: str
    cite: str
    reads: str
    history: tuple[Happening, ...]
    binds: Literal["below", "parties"] = "below"
    reviewed: str = "unverified"

    def live(self, day: date) -> bool:
        """Live or dead by the last happening up to `day`, of two on one day the one written later; not before any."""
        last: Happening | None = None
        for happening in self.history:
            if happening.day <= day and (last is None or happening.day >= last.day):
                last = happening
        return last is not None and last.what in LIVE


@dataclass(frozen=True, slots=True)
class Member:
    """A place's membership in a group between two days (half open), with the text that says so."""

    group: str
    place: str
    since: date
    until: date | None
    cite: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One what-if: on a question (with `answer` and `by`), on the id of an answer or rule, or on `GROUP/PLACE`."""

    target: str
    what: str
    day: date
    answer: bool | None = None
    by: str = ""

    def __str__(self) -> str:
        if self.answer is None:
            return f"{self.target} {self.what} on {self.day}"
        return f"{self.target}={str(self.answer).lower()} by {self.by} on {self.day}"


@dataclass(frozen=True, slots=True)
class Answered:
    """A question as one court must read it: the truth, the answers that bind it, and those that only persuade."""

    question: Question
    truth: Truth
    binding: tuple[Answer, ...]
    persuasive: tuple[Answer, ...]


@dataclass(frozen=True)
class Reading:
    """The law on one day in one court: the rules in force, the questions as read there, the groups as they stood."""

    day: date
    court: str
    served: date
    rules: tuple[Rule, ...]
    questions: Mapping[str, Answered]
    groups: Groups
    assumed: tuple[Assumption, ...] = ()

    @cached_property
    def truths(self) -> Facts:
        """The questions' values by term, ready to stand beside the facts."""
        return {answered.question.term: answered.truth for answered in self.questions.values()}

    @cached_property
    def digest(self) -> str:
        """What was read: rules, questions' values and group members, independent of the order they were loaded in."""
        read: dict[str, object] = {
            "day": self.day.isoformat(), "served": self.served.isoformat(), "court": self.court,
            "rules": {rule.id: rule.digest for rule in self.rules}, "questions": dict(self.truths),
            "groups": {name: sorted(places) for name, places in self.groups.items()},
            "assumed": sorted(map(str, self.assumed)),
        }  # fmt: skip
        return digest(read)


@dataclass(frozen=True)
class Law:
    """All rules, questions, answers, courts and group members that were loaded."""

    rules: tuple[Rule, ...]
    questions: tuple[Question, ...]
    answers: tuple[Answer, ...]
    courts: Mapping[str, Court]
    members: tuple[Member, ...] = ()

    def line(self, court: str) -> tuple[str, ...]:
        """The court and those above it, nearest first."""
        return line(self.courts, court)

    @cached_property
    def apexes(self) -> Mapping[str, str]:
        """The court whose word foreign courts take for a place's law, by place."""
        return apexes(self.courts)

    @cached_property
    def lawful(self) -> tuple[Rule, ...]:
        """The rules made with authority: a power over its own place's demands, a lift of its own place's bar.

        Law that is no single state's has it everywhere.
        """
        bars = {rule.id: rule.place for rule in self.rules if rule.effect == "bars"}
        givers = lawgivers(self.courts)
        return tuple(
            rule
            for rule in self.rules
            if rule.place == NO_STATE or all(rule.place in givers.get(p, {p}) for p in self._over(rule, bars))
        )

    def _over(self, rule: Rule, bars: Mapping[str, str]) -> Iterable[str]:
        """The places whose authorities a power arms, or whose bar a lift takes away."""
        if rule.effect == "lifts":
            return {bars.get(rule.lifts, rule.place)}
        if rule.effect != "compels":
            return ()
        parts = rule.when.parts if isinstance(rule.when, Both) else (rule.when,)
        armed = [part for part in parts if isinstance(part, Compare | Within) and part.name == "demand.place"]
        codes = {part.code for part in armed if isinstance(part, Compare) and part.same}
        groups = {part.group for part in armed if isinstance(part, Within) and part.inside}
        return codes | {member.place for member in self.members if member.group in groups}

    def narrowed(self, instrument: Value, category: Value) -> Law:
        """The part of the law that may say anything of one kind of demand for one class of records, and nothing else.

        Whoever has many such cases to decide, day by day, reads less; the verdicts are those of the whole.
        """
        rules = tuple(rule for rule in self.lawful if rule.effect == "lifts" or rule.addresses(instrument, category))
        bars = {rule.id for rule in rules}
        rules = tuple(rule for rule in rules if rule.effect != "lifts" or rule.lifts in bars)
        asked = {term for rule in rules for term in rule.questions}
        groups = {group for rule in rules for group in rule.groups}
        questions = tuple(question for question in self.questions if question.term in asked)
        answers = tuple(answer for question in questions for answer in self.given.get(question.id, ()))
        members = tuple(member for member in self.members if member.group in groups)
        part = replace(self, rules=rules, questions=questions, answers=answers, members=members)
        part.__dict__.update(lawful=rules, apexes=self.apexes, _heard=self._heard)  # the same there as here
        return part

    def on(self, day: date, court: str, assume: tuple[Assumption, ...] = (), served: date | None = None) -> Reading:
        """The law as `court` must read it on `day`, for a demand served on `served`, under the assumptions given."""
        law = self.assuming(assume) if assume else self
        service = served or day
        rules = tuple(r for r in law.lawful if r.in_force(service if r.governs == "served" else day, day))
        questions = {question.id: law._read(question, day, court) for question in law.questions}
        groups = {name: law.group(name, day) for name in law._members}
        return Reading(day, court, service, rules, questions, groups, tuple(assume))

    def group(self, name: str, day: date) -> frozenset[str]:
        """The places that belong to a group on a day."""
        ever = self._members.get(name, ())
        return frozenset(m.place for m in ever if m.since <= day and (m.until is None or day < m.until))

    @cached_property
    def _members(self) -> Mapping[str, list[Member]]:
        found: dict[str, list[Member]] = {}
        for member in self.members:
            found.setdefault(member.group, []).append(member)
        return found

    def _read(self, question: Question, day: date, court: str) -> Answered:
        if (question.id, court) not in self._heard:
            self._heard[question.id, court] = tuple(self._hearing(question, court))
        live = [(answer, rank) for answer, rank in self._heard[question.id, court] if answer.live(day)]
        top = max((rank for _, rank in live if rank is not None), default=-1)
        binding = tuple(answer for answer, rank in live if rank == top)
        said = {answer.answer for answer in binding}
        truth = said.pop() if len(said) == 1 else None
        return Answered(question, truth, binding, tuple(answer for answer, rank in live if rank != top))

    def _hearing(self, question: Question, court: str) -> Iterable[tuple[Answer, int | None]]:
        """What the court hears on a question, whenever it was said: each answer with its rank, None if it persuades."""
        line = self.line(court)
        if question.place not in {self.courts[step].place for step in line}:
            apex = self.apexes.get(question.place)
            line = self.line(apex) if apex else ()
        rank = {step: height for height, step in enumerate(line)}
        for answer in self.given.get(question.id, ()):
            if self._has_authority(answer, question):
                binds = answer.by in rank and (answer.binds == "below" or answer.by == line[0])
                yield answer, rank[answer.by] if binds else None

    @cached_property
    def _heard(self) -> dict[tuple[str, str], tuple[tuple[Answer, int | None], ...]]:
        return {}

    @cached_property
    def given(self) -> Mapping[str, list[Answer]]:
        """The answers to each question, in the order of their ids."""
        found: dict[str, list[Answer]] = {}
        for answer in sorted(self.answers, key=lambda answer: answer.id):
            found.setdefault(answer.question, []).append(answer)
        return found

    def _has_authority(self, answer: Answer, question: Question) -> bool:
        """Only a body in one line with the courts of the question's place has a say in its law."""
        if answer.by not in self.courts:
            return False
        apex = self.apexes.get(question.place)
        beneath = question.place in {self.courts[step].place for step in self.line(answer.by)}
        return beneath or (apex is not None and answer.by in self.line(apex))

    def assuming(self, assume: tuple[Assumption, ...]) -> Law:
        """The law as it would be if all of this had happened."""
        law = self
        for what_if in sorted(assume, key=lambda supposed: (supposed.day, str(supposed))):
            law = _supposed(law, what_if) if what_if.answer is None else _answered(law, what_if, what_if.answer)
        return law


def _answered(law: Law, what_if: Assumption, answer: bool) -> Law:
    """From that day on the court's word is the one supposed, in the place of whatever it said itself."""
    given, gone = (Happening(what_if.day, what, what_if.by, "assumed") for what in ("decided", "superseded"))
    said = Answer(f"assumed: {what_if}", what_if.target, answer, what_if.by, "assumed", str(what_if), (given,))
    others = (
        replace(a, history=(*(h for h in a.history if h.day < what_if.day), gone))
        if (a.question, a.by) == (what_if.target, what_if.by)
        else a
        for a in law.answers
    )
    return replace(law, answers=(*others, said))


def _supposed(law: Law, what_if: Assumption) -> Law:
    """One happening more: the last line of an answer, the end of a rule, of an instrument or of a membership."""

    def end(until: date | None) -> date:
        return min(until or what_if.day, what_if.day)

    line = Happening(what_if.day, what_if.what, "", "assumed")
    answers = (
        replace(a, history=tuple(sorted((*a.history, line), key=lambda h: h.day))) if a.id == what_if.target else a
        for a in law.answers
    )
    rules = (replace(r, until=end(r.until)) if what_if.target in (r.id, r.instrument) else r for r in law.rules)
    members = (replace(m, until=end(m.until)) if what_if.target == f"{m.group}/{m.place}" else m for m in law.members)
    return replace(law, answers=tuple(answers), rules=tuple(rules), members=tuple(members))
