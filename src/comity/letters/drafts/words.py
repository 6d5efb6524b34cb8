"""How facts, leaves of a proof and moments are worded in a letter: in the packs' own words, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from comity.kernel.decision import OTHER, OpenPoint
from comity.kernel.demand import Demand, Scope
from comity.kernel.law import Answer, Question
from comity.kernel.matter import Deadline
from comity.kernel.words import Proof, Value
from comity.letters.drafts.model import Cite, File, Paragraph, law
from comity.letters.notice import COURTS, asker

CATEGORIES: Final = {
    "content": "content of messages",
    "traffic": "traffic data",
    "subscriber": "subscriber data",
    "live-content": "communications as they pass",
    "keys": "keys",
    "business": "business records",
    "nonpersonal": "data that are not personal",
}
ASKED: Final = frozenset({"demand.place", "demand.instrument", "record.category"})
"""What every letter says on top, and need not say again of each rule."""
_SENTENCE: Final = re.compile(r"(?<=[a-z)`])\. (?=[A-Z])")
_BRACKET: Final = re.compile(r" \((?:[^()]|\([^()]*\))*\)")
"""A bracket, and brackets within."""
_COMPARED: Final = re.compile(r"\S+ (==|!=|in|not in) (.+)")
_NEEDED: Final = {"==": "{}", "!=": "any but {}", "in": "a member of {}", "not in": "none of the members of {}"}


def category(code: str) -> str:
    """A category of records in words."""
    return CATEGORIES.get(code, code)


def day(moment: datetime) -> str:
    """A moment as a letter states it: with the hour, because a day ends elsewhere at another time."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def meaning(file: File, term: str) -> str:
    """What a declared term says: its first sentence, without the full stop and the texts named in brackets."""
    declared = file.terms.get(term)
    if declared is None:
        return term
    plain = _BRACKET.sub(lambda found: "" if re.search(r"\d", found[0]) else found[0], declared.meaning)
    return _SENTENCE.split(plain)[0].rstrip(".?")


def valued(file: File, term: str, value: Value) -> str:
    """A value in words; a country by its name."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    declared = file.terms.get(term)
    return file.place(value) if declared and declared.kind == "place" and value != OTHER else value.strip("()")


def scope_words(scope: Scope) -> str:
    """What a demand reaches for, exactly as it says."""
    kinds = ", ".join(category(one) for one in sorted(scope.categories))
    since = f"from {scope.since:%Y-%m-%d}" if scope.since else "from the beginning"
    until = f"before {scope.until:%Y-%m-%d}" if scope.until else "without an end"
    more = [f"holding the words {', '.join(scope.terms)}"] if scope.terms else []
    more += [f"in the folders {', '.join(scope.folders)}"] if scope.folders else []
    return ", ".join([f"{kinds} of {', '.join(scope.accounts)}", since, until, *more])


def demanded(file: File) -> str:
    """The demand in one sentence of fact."""
    demand: Demand = file.demand
    by = asker(demand.issuer, file.court, "" if file.court and demand.issuer in COURTS else file.place(demand.place))
    reference = f" ({demand.reference})" if demand.reference else ""
    served = f"On {demand.served:%Y-%m-%d} a demand{reference}, issued by {by}, was served on {file.served}"
    return f"{ended(f'{served}: {file.instrument}')} It asks for {ended(scope_words(demand.scope))}"


def ended(text: str) -> str:
    """A sentence with one mark at its end."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def upper(text: str) -> str:
    """A sentence as it begins."""
    return f"{text[:1].upper()}{text[1:]}"


def listed(parts: Iterable[str]) -> str:
    """Several in one sentence."""
    first, *rest = parts
    return ended("; ".join([first, *(f"{one[:1].lower()}{one[1:]}" if one[1:2].islower() else one for one in rest)]))


def unknowns(file: File, terms: Iterable[str]) -> str:
    """What is not known, each in the words in which it is declared, or asked."""
    asked = ((file.asked(term), term) for term in terms)
    return " ".join(question.asks if question else f"{meaning(file, term)}." for question, term in asked)


def due_words(clock: Deadline, name: str = "") -> str:
    """When something is due, how it is counted and how the clock stands."""
    until = "not before" if name == "window" else "by"
    state = "" if clock.state == "running" else f"; {clock.state}"
    return f"{until} {day(clock.due)} (counted from {day(clock.started)}, {clock.counts}{state})"


def carrying(proof: Proof) -> Iterator[Proof]:
    """The leaves that make a proof come out as it does, each term once."""
    seen = set()
    for leaf in _leaves(proof):
        if leaf.term not in seen:
            seen.add(leaf.term)
            yield leaf


def _leaves(proof: Proof) -> Iterator[Proof]:
    if proof.by == "fact":
        yield proof
        return
    parts = proof.parts if proof.by == "not" else [part for part in proof.parts if part.truth is proof.truth]
    for part in parts:
        yield from _leaves(part)


def fact_words(file: File, leaf: Proof) -> str:
    """A fact that a rule reads, as it was found; with what the rule asks for where that was not found."""
    found = f"{meaning(file, leaf.term)}: {valued(file, leaf.term, leaf.found)}"
    compared = _COMPARED.fullmatch(leaf.says)
    if not compared or leaf.truth is True:
        return found
    asked = compared[2].strip('"')
    asked = valued(file, leaf.term, asked) if compared[1] in ("==", "!=") else asked
    return f"{found} (asked for: {_NEEDED[compared[1]].format(asked)})"


def rests(file: File, key: str, leaves: Iterable[Proof], lead: str) -> Iterator[Paragraph]:
    """What a reason rests on: the facts in one paragraph, each question of law in its own with who answered it."""
    every = list(leaves)
    facts = [leaf for leaf in every if not leaf.term.startswith("question.")]
    facts = [leaf for leaf in facts if leaf.truth is not True or leaf.term not in ASKED]
    if facts:
        yield Paragraph(f"{key}:facts", f"{lead} {listed(fact_words(file, leaf) for leaf in facts)}")
    for leaf in every:
        if leaf.term.startswith("question."):
            yield asked(file, f"{key}:{leaf.term}", leaf.term)


def asked(file: File, key: str, term: str) -> Paragraph:
    """A question of law as it is read here, with what binds; where nothing binds, with what persuades."""
    read = file.reading.questions[term.removeprefix("question.")]
    answer = {True: "Yes.", False: "No.", None: "This is open."}[read.truth]
    heard = read.binding or read.persuasive
    told = dict.fromkeys(said_words(one, one in read.binding) for one in heard)
    return law(key, " ".join([read.question.asks, answer, *told]), file.answered(read.question, heard))


def said_words(answer: Answer, binds: bool) -> str:
    """What a court or legislature said, and whether it binds here."""
    return f"{ended(answer.reads)} ({'binds here' if binds else 'persuades'})"


def precedents(file: File, key: str, rows: Iterable[tuple[Question, Answer, bool]]) -> Iterator[Paragraph]:
    """What courts said to the questions beside a ground; what several said in the same words stands there once."""
    found: dict[str, tuple[Question, str, list[Answer]]] = {}
    for question, answer, binds in rows:
        says = f"{question.asks} {'Yes' if answer.answer else 'No'}. {said_words(answer, binds)}"
        given = found.setdefault(says, (question, answer.id, []))[2]
        given += [answer] if answer not in given else []
    for says, (question, id, answers) in found.items():
        yield law(f"{key}:{id}", says, file.answered(question, answers))


def point_words(file: File, point: OpenPoint) -> str:
    """An open point with the verdict either way."""
    asks = point.asks or f"{meaning(file, point.term)}: this is not known."
    then = "; ".join(f"if {valued(file, point.term, value)}: {outcome}" for value, outcome in point.outcomes)
    return f"{asks} {upper(then)}."


def point_cites(file: File, term: str) -> tuple[Cite, ...]:
    """What an open point on the law stands on: the question, with all that was said to it."""
    question = file.asked(term)
    if question is None:
        return ()
    read = file.reading.questions[question.id]
    return file.answered(question, (*read.binding, *read.persuasive))


def told(file: File, key: str, text: str, term: str) -> Paragraph:
    """A sentence that is law if it is about a question of law, and a fact otherwise."""
    cites = point_cites(file, term)
    return law(key, text, cites) if cites else Paragraph(key, text)
