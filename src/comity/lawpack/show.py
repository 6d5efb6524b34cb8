"""What the packs say, as rows to be printed: a pack, one of its rules, questions or answers, a court, a group.

Everything is found by what a person would type: an id, a file's name, a place. With a day only what is in force then is
shown, and answers given later are left out; without one every version and the whole history. With a court each question
is read as that court must read it. Nothing is laid out here; the screen and the law book do that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Final, Literal

from comity.errors import ComityError
from comity.kernel.courts import Court
from comity.kernel.law import Answer, Answered, Member, Question
from comity.kernel.rule import Rule
from comity.kernel.words import Both, Condition, Either, Value, terms_of, write
from comity.lawpack.read import Example, Pack, Packs
from comity.lawpack.tables import Row

State = Literal["live", "dead"]
JOINS: Final = {Both: "all of", Either: "any of"}
NARROW: Final = 40
"""A part of a condition that is no longer than this stands on one line."""


class NotInThePacks(ComityError):
    """`{what}` is nowhere in the packs"""

    help = "`comity law show` lists the packs; name a pack, file, place, rule, question, answer, court or group{near}"
    exit_code = 2


@dataclass(frozen=True)
class Given:
    """An answer, and whether it lives on the day asked about (without a day: after its last happening)."""

    answer: Answer
    state: State

    def as_json(self) -> dict[str, object]:
        """The answer with its history and state."""
        said = self.answer
        history = [{"day": h.day, "what": h.what, "by": h.by, "cite": h.cite} for h in said.history]
        return {
            "id": said.id, "question": said.question, "answer": said.answer, "by": said.by, "binds": said.binds,
            "cite": said.cite, "reads": said.reads, "reviewed": said.reviewed, "history": history, "state": self.state,
        }  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question with every answer to it, the rules that turn on it, and (with a court) how it is read there."""

    question: Question
    answers: tuple[Given, ...]
    rules: tuple[str, ...]
    read: Answered | None = None

    def as_json(self) -> dict[str, object]:
        """The question with its answers; `read` only where a court was named."""
        asks = self.question
        plain = {"id": asks.id, "asks": asks.asks, "why": asks.why, "place": asks.place, "rules": self.rules}
        read = {"read": _read_json(self.read)} if self.read else {}
        return {**plain, "answers": [given.as_json() for given in self.answers], **read}


@dataclass(frozen=True)
class Sheet:
    """One pack, or the part of it that was asked for.

    `lifts` are the rules, of any pack, that lift a bar; `truths`, where a court was named, how it reads each question.
    """

    pack: Pack
    rules: tuple[Rule, ...] = ()
    questions: tuple[Asked, ...] = ()
    answers: tuple[Given, ...] = ()
    examples: tuple[Example, ...] = ()
    unmodelled: tuple[Row, ...] = ()
    lifts: tuple[Rule, ...] = ()
    truths: Mapping[str, Value] = field(default_factory=dict)

    @property
    def asleep(self) -> bool:
        """Whether none of the pack's rules is in force on the day asked about."""
        return bool(self.pack.rules) and not (self.rules or self.questions or self.answers)

    def lifted_by(self, bar: Rule) -> tuple[str, ...]:
        """The ids of the rules that lift a bar."""
        return tuple(sorted(rule.id for rule in self.lifts if rule.lifts == bar.id))

    def as_json(self) -> dict[str, object]:
        """The sheet with its instrument."""
        return {
            "file": self.pack.document.name,
            "instrument": dict(self.pack.instrument),
            "rules": [{**_rule_json(rule), "lifted_by": self.lifted_by(rule)} for rule in self.rules],
            "questions": [asked.as_json() for asked in self.questions],
            "answers": [given.as_json() for given in self.answers],
            "examples": [_example_json(example) for example in self.examples],
            "unmodelled": [dict(row) for row in self.unmodelled],
        }


@dataclass(frozen=True)
class Bench:
    """A court: those above it, nearest first, and the answers it gave itself."""

    court: Court
    line: tuple[Court, ...]
    answers: tuple[Given, ...]

    def as_json(self) -> dict[str, object]:
        """The court and its line."""
        own = {"id": self.court.id, "name": self.court.name, "place": self.court.place}
        line, answers = [court.id for court in self.line], [given.as_json() for given in self.answers]
        return {"court": {**own, "legislature": self.court.legislature, "above": line, "answers": answers}}


@dataclass(frozen=True)
class Circle:
    """A group of states, and who belonged to it when."""

    group: Row
    members: tuple[Member, ...]

    def as_json(self) -> dict[str, object]:
        """The group and its members."""
        members = [{"place": m.place, "since": m.since, "until": m.until, "cite": m.cite} for m in self.members]
        return {"group": {**self.group, "members": members}}


View = Sheet | Bench | Circle


def unread(reviewed: str) -> bool:
    """Whether nobody has read the text for its pack."""
    return reviewed.startswith("unverified")


def sheets(packs: Packs, on: date | None = None, court: str | None = None) -> tuple[Sheet, ...]:
    """Every pack in the order of its file's name."""
    return _sheets(packs, _Eye(packs, on, court))


def _sheets(packs: Packs, eye: _Eye) -> tuple[Sheet, ...]:
    found = [eye.sheet(pack) for pack in packs.packs if pack.instrument]
    return tuple(sorted(found, key=lambda sheet: sheet.pack.document.name))


def find(packs: Packs, what: str, on: date | None = None, court: str | None = None) -> tuple[View, ...]:
    """Whatever goes by that name; raises `NotInThePacks` with the nearest names if nothing does."""
    if court is not None and court not in packs.law.courts:
        raise NotInThePacks(what=court, near=_near(court, packs.law.courts))
    eye = _Eye(packs, on, court)
    every = _sheets(packs, eye)
    found: tuple[View, ...] = tuple(sheet for sheet in every if what.lower() in _names(sheet.pack))
    found = found or tuple(part for sheet in every if (part := eye.part(sheet, what)))
    if not found and what in packs.law.courts:
        found = (eye.bench(packs.law.courts[what]),)
    found = found or tuple(eye.circle(group) for group in packs.groups if group["id"] == what)
    if not found:
        raise NotInThePacks(what=what, near=_near(what, _all_names(packs)))
    return found


def _names(pack: Pack) -> set[str]:
    name = pack.document.name
    stem = name.removesuffix(".toml")
    place, id = str(pack.instrument["place"]), str(pack.instrument["id"])
    return {text.lower() for text in (name, stem, name.split("/")[-1], stem.split("/")[-1], place, id)}


def _all_names(packs: Packs) -> Iterator[str]:
    law = packs.law
    yield from (str(pack.instrument["id"]) for pack in packs.packs if pack.instrument)
    yield from (row.id for rows in (law.rules, law.questions, law.answers) for row in rows)
    yield from law.courts
    yield from (str(group["id"]) for group in packs.groups)


def _near(what: str, names: Any) -> str:
    near = get_close_matches(what, list(names), 3)
    return f". Near it: {', '.join(near)}" if near else ""


class _Eye:
    """The packs as seen on a day from a court."""

    def __init__(self, packs: Packs, on: date | None, court: str | None) -> None:
        self.law, self.on = packs.law, on
        self.reading = self.law.on(on or date.max, court) if court else None

    @cached_property
    def turning(self) -> Mapping[str, tuple[str, ...]]:
        """The rules that turn on each term."""
        found: dict[str, list[str]] = {}
        for rule in filter(self.in_force, self.law.rules):
            for term in terms_of(rule.when):
                found.setdefault(term, []).append(rule.id)
        return {term: tuple(sorted(rules)) for term, rules in found.items()}

    @cached_property
    def lifting(self) -> tuple[Rule, ...]:
        """The rules that lift others."""
        return tuple(rule for rule in self.law.rules if rule.lifts and self.in_force(rule))

    def sheet(self, pack: Pack) -> Sheet:
        """The whole pack."""
        return Sheet(
            pack,
            tuple(rule for rule in pack.rules if self.in_force(rule)),
            tuple(self.asked(question) for question in pack.questions),
            self.given(frozenset(pack.answers).__contains__),
            tuple(example for example in pack.examples if self.on is None or example.on <= self.on),
            pack.unmodelled,
            self.lifting,
            self.reading.truths if self.reading else {},
        )

    def in_force(self, rule: Rule) -> bool:
        """Whether the rule is in force on the day; without a day every version counts."""
        return self.on is None or rule.in_force(self.on)

    def part(self, sheet: Sheet, id: str) -> Sheet | None:
        """What of a pack goes by an id: a rule (all its versions) with its examples, a question, an answer."""
        id = id.removeprefix("question.")
        rules = tuple(rule for rule in sheet.rules if id in (rule.id, rule.id.split("@")[0]))
        questions = tuple(asked for asked in sheet.questions if asked.question.id == id)
        answers = tuple(given for given in sheet.answers if given.answer.id == id)
        names = {*(rule.id for rule in rules), *(asked.question.term for asked in questions)}
        examples = tuple(example for example in sheet.examples if names & set(example.cites))
        if not (rules or questions or answers):
            return None
        return replace(sheet, rules=rules, questions=questions, answers=answers, examples=examples, unmodelled=())

    def given(self, chosen: Callable[[Answer], bool]) -> tuple[Given, ...]:
        """The chosen answers that had been given by the day."""
        every = (self.until(answer) for answer in self.law.answers if chosen(answer))
        return tuple(Given(said, "live" if said.live(date.max) else "dead") for said in every if said.history)

    def until(self, answer: Answer) -> Answer:
        """The answer with its happenings up to the day; without a day with all of them."""
        past = tuple(line for line in answer.history if self.on is None or line.day <= self.on)
        return replace(answer, history=past)

    def asked(self, question: Question) -> Asked:
        """A question with its answers, the rules that turn on it and, with a court, how it is read there."""
        read = self.reading.questions[question.id] if self.reading else None
        given = self.given(lambda answer: answer.question == question.id)
        return Asked(question, given, self.turning.get(question.term, ()), read)

    def bench(self, court: Court) -> Bench:
        """A court with its line."""
        line = tuple(self.law.courts[step] for step in self.law.line(court.id)[1:])
        return Bench(court, line, self.given(lambda answer: answer.by == court.id))

    def circle(self, group: Row) -> Circle:
        """A group with its members, on a day only those of that day."""
        own = [m for m in self.law.members if m.group == group["id"]]
        today = own if self.on is None else [m for m in own if m.place in self.law.group(m.group, self.on or m.since)]
        return Circle(group, tuple(sorted(today, key=lambda m: (m.since, m.place))))


def span(since: date, until: date | None) -> str:
    """The days between which something is in force: `since 2001-10-26`, or `1986-10-21 until 2001-10-26`."""
    return f"{since} until {until}" if until else f"since {since}"


def spelled(condition: Condition, depth: int = 0) -> Iterator[tuple[int, str]]:
    """A condition as a list with indents: a short part on one line, a long one as `all of` or `any of` its parts."""
    parts = condition.parts if isinstance(condition, Both | Either) else ()
    if not parts or (depth and len(write(condition)) <= NARROW):
        yield depth, write(condition)
        return
    if depth or isinstance(condition, Either):
        yield depth, JOINS[type(condition)]
        depth += 1
    for part in parts:
        yield from spelled(part, depth) if depth else _top(part)


def _top(part: Condition) -> Iterator[tuple[int, str]]:
    """A part of the outermost "all of", whose own line would say nothing."""
    yield from ((depth - 1, text) for depth, text in spelled(part, 1))


def said(truth: Value) -> str:
    """Yes, no or open."""
    return "open" if truth is None else "yes" if truth else "no"


def effect(rule: Rule) -> str:
    """What the rule does: `compels`, `lifts us-2702-content@2`, `objects: common-law comity`."""
    return f"lifts {rule.lifts}" if rule.lifts else f"{rule.effect}: {rule.name}" if rule.name else rule.effect


def particulars(rule: Rule) -> str:
    """Before whom, within what time, with what effect, and the law of which day: empty where the rule says none."""
    clock = rule.clock
    parts = (
        f"before {rule.forum}" if rule.forum else "",
        f"within {clock.limit} of `{clock.starts}`, counted by {clock.counts}" if clock else "",
        "suspends the duty" if rule.suspends else "",
        "by the law of the day of service" if rule.governs == "served" else "",
    )
    return "; ".join(part for part in parts if part)


def _read_json(read: Answered) -> dict[str, object]:
    binding, persuasive = [a.id for a in read.binding], [a.id for a in read.persuasive]
    return {"truth": read.truth, "binding": binding, "persuasive": persuasive}


def _rule_json(rule: Rule) -> dict[str, object]:
    return rule.as_json() | {"quote": rule.quote, "enacted": rule.enacted, "instrument": rule.instrument}


def _example_json(example: Example) -> dict[str, object]:
    return {
        "on": example.on, "court": example.court, "facts": dict(example.facts), "assume": example.assume,
        "expect": example.expect, "cites": example.cites, "says": example.says, "where": example.where,
    }  # fmt: skip
