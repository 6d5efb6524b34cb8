"""Is a set of packs fit to be read? Every fault at once, each named and with its line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

from comity.kernel.law import Law
from comity.kernel.reason import Shelf
from comity.kernel.rule import Rule
from comity.kernel.words import Fault, Value, terms_of
from comity.lawpack.examples import Outcome, try_example
from comity.lawpack.faults import fault
from comity.lawpack.read import Pack, Packs


def check(packs: Packs) -> tuple[Fault, ...]:
    """All faults: those of reading, those between tables, and the examples that fail."""
    found = [
        *packs.faults,
        *_duplicates(packs),
        *_versions(packs),
        *_lifts(packs),
        *_unlawful(packs),
        *_answers(packs),
        *_questions(packs),
    ]
    if not found:
        found += _examples(packs)
    return tuple(sorted(set(found), key=lambda f: (f.where.rsplit(":", 1)[0], _line(f), f.name)))


def _line(wrong: Fault) -> int:
    return int(wrong.where.rsplit(":", 1)[-1])


def _duplicates(packs: Packs) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for pack, table in product(packs.packs, ("rule", "question", "answer")):
        for index, row in pack.document.rows(table):
            where, id = pack.document.at(table, index, "id"), str(row.get("id"))
            if id in seen:
                yield fault("duplicate-id", where, f"`{id}` also stands at {seen[id]}")
            seen.setdefault(id, where)


def _versions(packs: Packs) -> Iterator[Fault]:
    """Rules named `stem@1`, `stem@2` are versions of one text: their days must meet and never overlap."""
    versions: dict[str, list[tuple[Rule, str]]] = {}
    for pack in packs.packs:
        for rule in pack.rules:
            if "@" in rule.id:
                where = pack.document.named("rule", rule.id, "since")
                versions.setdefault(rule.id.split("@")[0], []).append((rule, where))
    for rules in versions.values():
        for (early, _), (late, where) in pairwise(sorted(rules, key=lambda pair: pair[0].since)):
            if early.until is None or early.until > late.since:
                yield fault("date-overlap", where, f"`{late.id}` begins on {late.since}, before `{early.id}` ends")
            elif early.until < late.since:
                yield fault("date-gap", where, f"nothing is in force from {early.until} until `{late.id}` begins")


def _lifts(packs: Packs) -> Iterator[Fault]:
    bars = {rule.id for rule in packs.law.rules if rule.effect == "bars"}
    for pack in packs.packs:
        for rule in pack.rules:
            if rule.effect == "lifts" and rule.lifts not in bars:
                where = pack.document.named("rule", rule.id, "lifts")
                yield fault("dangling-lift", where, f"`{rule.lifts}` is not a bar")


def _unlawful(packs: Packs) -> Iterator[Fault]:
    """Rules that change nothing because who made them has no say there, and precedents that nobody can have set."""
    lawful = {rule.id for rule in packs.law.lawful}
    questions = {question.id for question in packs.law.questions}
    for pack in packs.packs:
        for rule in pack.rules:
            if rule.id not in lawful:
                where = pack.document.named("rule", rule.id)
                yield fault("without-authority", where, f"`{rule.id}` is law of {rule.place} and reaches further")
            for asked in set(rule.precedents) - questions:
                where = pack.document.named("rule", rule.id, "precedents")
                yield fault("precedents-of-nothing", where, f"`{asked}` is not a question")


def _answers(packs: Packs) -> Iterator[Fault]:
    questions = {question.id for question in packs.law.questions}
    courts = packs.law.courts
    above = {court.above for court in courts.values()}
    for pack in packs.packs:
        for answer in pack.answers:
            if answer.question not in questions:
                where = pack.document.named("answer", answer.id, "question")
                yield fault("answer-to-no-question", where, f"`{answer.question}` is not a question")
            if answer.by not in courts:
                where = pack.document.named("answer", answer.id, "by")
                yield fault("unknown-court", where, f"`{answer.by}` is not declared")
            elif answer.by not in above and answer.binds != "parties":
                where = pack.document.named("answer", answer.id, "binds")
                yield fault("binds-nobody", where, f"no court stands below `{answer.by}`")


def _questions(packs: Packs) -> Iterator[Fault]:
    read = frozenset().union(*(terms_of(rule.when) for rule in packs.law.rules)) if packs.law.rules else frozenset()
    for pack in packs.packs:
        for question in pack.questions:
            if question.term not in read:
                where = pack.document.named("question", question.id, "id")
                yield fault("question-without-rule", where, f"no rule reads `{question.term}`")


def _examples(packs: Packs) -> Iterator[Fault]:
    cited: set[str] = set()
    parts: dict[tuple[Value, Value], Law] = {}
    shelf: Shelf = {}
    for pack in packs.packs:
        starts = [rule.since for rule in pack.rules] + [a.history[0].day for a in pack.answers if a.history]
        for example in pack.examples:
            if starts and example.on < min(starts):
                yield fault("example-before-law", example.where, f"{example.on} lies before {min(starts)}")
                continue
            key = (example.facts.get("demand.instrument"), example.facts.get("record.category"))
            if key not in parts:
                parts[key] = packs.law.narrowed(*key)
            outcome = try_example(example, packs.law, part=parts[key], shelf=shelf)
            cited |= outcome.decision.cited if outcome.decision else set()
            if not outcome.held:
                yield fault("example-fails", example.where, "; ".join(outcome.wrong))
    for pack in packs.packs:
        yield from _unproved(pack, cited)


def _unproved(pack: Pack, cited: set[str]) -> Iterator[Fault]:
    for rule in pack.rules:
        if rule.id not in cited:
            where = pack.document.named("rule", rule.id)
            yield fault("rule-without-example", where, f"no example's proof cites `{rule.id}`")


def try_all(packs: Packs) -> tuple[Outcome, ...]:
    """Every example of every pack, tried."""
    shelf: Shelf = {}
    return tuple(try_example(e, packs.law, shelf=shelf) for pack in packs.packs for e in pack.examples)
