"""What a letter is: a list of paragraphs, each with its text and, where it speaks of law, with what it stands on.

Nothing is said of the law that no pack says. A paragraph of kind `law` names the rules, questions or answers behind it
by id; one of kind `fact` speaks of the matter alone; `field` is left for a person to fill in. What is `inside` is for
the office's eyes, and is no part of the paper that leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal

from comity.kernel.decision import Change, Decision, Verdict
from comity.kernel.demand import Demand
from comity.kernel.gate import Ruled
from comity.kernel.law import Answer, Question, Reading
from comity.kernel.matter import Deadline
from comity.kernel.reason import Reason
from comity.kernel.rule import Rule
from comity.kernel.words import Term, Value
from comity.letters.certificate import Certified
from comity.letters.notice import Telling, asker

Kind = Literal["memo", "objection", "motion", "refusal", "clarification", "notice", "certificate"]
KINDS: Final[Mapping[str, str]] = {
    "memo": "Decision memo",
    "objection": "Objection",
    "motion": "Motion",
    "refusal": "Refusal",
    "clarification": "Request for clarification",
    "notice": "Notice to the user",
    "certificate": "Custodian's certificate",
}
"""The letters that are drafted, and what each is called."""
ABOUT: Final = frozenset({"notice", "certificate"})
"""Letters that are about one account, or one production, and not made from what was decided."""
UNREAD: Final = "unverified"


@dataclass(frozen=True, slots=True)
class Cite:
    """What a legal sentence stands on: a rule, a question or an answer of the packs, by its id.

    `text` is where it stands, `quote` its words where the pack has them; `unread`: nobody has read the text itself.
    """

    kind: Literal["rule", "question", "answer"]
    id: str
    text: str
    quote: str = ""
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: `key` is the same whenever the letter is made anew, `word` a verdict that stands before it."""

    key: str
    text: str
    kind: Literal["heading", "fact", "law", "field"] = "fact"
    cites: tuple[Cite, ...] = ()
    by: str = ""
    word: str = ""
    level: int = 2
    inside: bool = False
    fixed: bool = False
    """Figures and digests: nobody edits them."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it was made: nobody has changed a word yet. `signed` is for whom somebody signs, if anybody does.

    `about` is the account or the production that it is about, if it is about one.
    """

    kind: Kind
    title: str
    subtitle: str
    day: date
    head: tuple[tuple[str, str], ...]
    paragraphs: tuple[Paragraph, ...]
    paper: str = "a4"
    signed: str = ""
    about: str = ""


@dataclass(frozen=True)
class Class:
    """One class of records as a letter speaks of it: where it lies, whose it is, and what was decided of it.

    `turns` are the single facts whose change flips the verdict; `precedents` what courts said to the questions beside
    its objections, and whether that binds here.
    """

    name: str
    category: str
    place: str
    accounts: tuple[str, ...]
    ruled: Ruled
    estate: tuple[str, ...] = ()
    turns: tuple[tuple[Change, Verdict], ...] = ()
    precedents: tuple[tuple[Question, Answer, bool], ...] = ()

    @property
    def decision(self) -> Decision:
        """What was decided of it, with counsel's answers where there are some."""
        return self.ruled.answered or self.ruled.decision

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every rule that had something to say."""
        own = self.decision
        return (*own.powers, *own.bars, *own.objections, *own.duties, *own.channels)


@dataclass(frozen=True)
class File:
    """All that a letter is made from: the demand, what was decided, the clocks, and the names of things.

    `heads` gives for each instrument of the packs where it stands and whether nobody has read it; `stated` each
    fact that does not come from the estate, with who said so; `about` an account, with what its user is told, or a
    production, with what is certified of it.
    """

    matter: str
    demand: Demand
    instrument: str
    court: str
    bench: str
    served: str
    provider: str
    contact: str
    reading: Reading
    classes: tuple[Class, ...]
    terms: Mapping[str, Term]
    places: Mapping[str, str]
    heads: Mapping[str, tuple[str, bool]]
    clocks: tuple[Deadline, ...] = ()
    standing: tuple[tuple[str, str], ...] = ()
    secrecy: str = ""
    stated: tuple[tuple[str, Value, str], ...] = ()
    recipient: str = ""
    events: tuple[tuple[str, str], ...] = ()
    about: str = ""
    telling: Telling | None = None
    certified: Certified | None = None

    @property
    def day(self) -> date:
        """The day of the law, and of the letter."""
        return self.reading.day

    @property
    def paper(self) -> str:
        """The size of paper that is used where the letter goes."""
        return "us-letter" if self.demand.place == "US" else "a4"

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The rules in force, by id."""
        return {rule.id: rule for rule in self.reading.rules}

    @cached_property
    def due(self) -> Mapping[str, Deadline]:
        """The clocks that rules set, by the rule."""
        return {clock.rule: clock for clock in self.clocks}

    def place(self, code: str) -> str:
        """A country by its name, where the packs know one."""
        name = self.places.get(code, code)
        return f"the {name}" if name.startswith(("United", "Netherlands")) else name

    def rule(self, rule: Rule) -> Cite:
        """A rule, cited."""
        return Cite("rule", rule.id, rule.cite, rule.quote, rule.reviewed.startswith(UNREAD))

    def named(self, id: str) -> tuple[Cite, ...]:
        """The rule of an id, cited; nothing if none goes by it."""
        return (self.rule(self.rules[id]),) if id in self.rules else ()

    def question(self, question: Question) -> Cite:
        """A question that a text leaves open, cited by that text."""
        cite, unread = self.heads.get(question.instrument, (question.id, True))
        return Cite("question", question.id, cite, "", unread)

    def answered(self, question: Question, answers: Iterable[Answer]) -> tuple[Cite, ...]:
        """A question with what was said to it."""
        said = (Cite("answer", a.id, a.cite, "", a.reviewed.startswith(UNREAD)) for a in answers)
        return (self.question(question), *said)

    def asked(self, term: str) -> Question | None:
        """The question that a term stands for; None for a fact."""
        read = self.reading.questions.get(term.removeprefix("question."))
        return read.question if read and term.startswith("question.") else None

    def reasons(self) -> Iterator[tuple[Class, Reason]]:
        """Every reason of every class."""
        for one in self.classes:
            for reason in one.reasons:
                yield one, reason


def heading(key: str, text: str, level: int = 2, inside: bool = False) -> Paragraph:
    """A heading."""
    return Paragraph(f"h:{key}", text, "heading", level=level, inside=inside)


def law(key: str, text: str, cites: tuple[Cite, ...], inside: bool = False) -> Paragraph:
    """A sentence on what the law says; it must stand on something."""
    assert cites, f"{key}: a legal sentence without a citation"
    return Paragraph(key, text, "law", tuple({(cite.kind, cite.id): cite for cite in cites}.values()), inside=inside)


def blank(key: str, hint: str, by: str = "counsel") -> Paragraph:
    """A field that a person fills in; the hint says with what."""
    return Paragraph(key, hint, "field", by=by)


def head(file: File, to: str) -> tuple[tuple[str, str], ...]:
    """The lines on top of a letter."""
    demand = file.demand
    lines = (
        ("To", to),
        ("From", ", ".join(part for part in (file.served, file.contact) if part)),
        ("Demand", file.instrument),
        ("Your reference", demand.reference),
        ("Issued", f"{demand.issued:%Y-%m-%d}" if demand.issued else ""),
        ("Served", f"{demand.served:%Y-%m-%d}"),
        ("Our reference", file.matter),
        ("Date", f"{file.day:%Y-%m-%d}"),
    )
    return tuple(line for line in lines if line[1])


def authority(file: File) -> str:
    """Who made the demand, as a letter to them is addressed."""
    demand = file.demand
    return file.recipient or asker(demand.issuer, file.court, file.place(demand.place))
