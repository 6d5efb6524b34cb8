"""Which demands a change of law may touch: whatever no altered rule may concern stays as it was decided.

One law on one day, another on another: the rules that are gone or come, and those that read a question or a group of
which the two have it otherwise. Every court may hear a question otherwise; no court is asked here, so what is found may
be too much, never too little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from comity.exposure.judges import Ask
from comity.kernel.law import Answer, Law
from comity.kernel.predicate import ASKED, addressed
from comity.kernel.rule import Rule
from comity.kernel.words import Both, Condition, Facts

Met = Callable[[Ask], Iterable[Facts]]
"""For a demand, what is known of it in each store, and of each company that may be served."""


@dataclass(frozen=True)
class DatedLaw:
    """The law as it stands on a day, before any court reads it."""

    law: Law
    day: date

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """What is in force, by id."""
        return {rule.id: rule for rule in self.law.lawful if rule.in_force(self.day)}

    @cached_property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """The members of each group of states."""
        return {name: self.law.group(name, self.day) for name in {member.group for member in self.law.members}}

    @cached_property
    def answers(self) -> Mapping[str, list[Answer]]:
        """What has been said to each question and still stands."""
        return {q.id: [one for one in self.law.given.get(q.id, ()) if one.live(self.day)] for q in self.law.questions}


def altered(old: DatedLaw, new: DatedLaw) -> Iterator[tuple[Rule, DatedLaw]]:
    """The rules by which a verdict may become another, each with the law that it stands in."""
    said = _unlike(old.answers, new.answers)
    if old.law.courts != new.law.courts:
        said |= {question.id for each in (old, new) for question in each.law.questions}
    terms = frozenset(question.term for each in (old, new) for question in each.law.questions if question.id in said)
    groups = _unlike(old.groups, new.groups)
    moved = _unlike(old.rules, new.rules)
    for each in (old, new):
        for id, rule in each.rules.items():
            if id in moved or not terms.isdisjoint(rule.terms) or not groups.isdisjoint(rule.groups):
                yield rule, each


def _asked(rule: Rule, standing: DatedLaw) -> Condition:
    """What must hold for a rule to be heard: of what lifts a bar, also that the bar is."""
    bar = standing.rules.get(rule.lifts)
    return Both((rule.when, bar.when)) if bar else rule.when


def _unlike(old: Mapping[str, object], new: Mapping[str, object]) -> set[str]:
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def concerned(old: DatedLaw, new: DatedLaw, asks: Iterable[Ask], met: Met) -> Iterator[Ask]:
    """Those of the demands that an altered rule may concern, in some store and whoever of those served is served.

    `met` has what is known of a demand in each store.
    """
    tests = [addressed(_asked(rule, standing), standing.groups) for rule, standing in altered(old, new)]
    for ask in asks:
        kind = {term: ask.facts.get(term) for term in ASKED}
        near = [test for test in tests if test(kind) is not False]
        if near and any(test(known) is not False for known in met(ask) for test in near):
            yield ask
