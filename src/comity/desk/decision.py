"""Assessing a matter: every class of records that the demand reaches for, decided under the law of a day."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from comity.desk.estate import Holdings
from comity.desk.matter import demand_of, forum_zone, said
from comity.desk.office import Office
from comity.errors import ComityError
from comity.kernel.decision import Decision, Judge
from comity.kernel.demand import Demand, Scope
from comity.kernel.estate import Estate, Store, controlled_from, lives_in, record_facts
from comity.kernel.gate import Counsel, Ruled
from comity.kernel.law import Answer, Reading
from comity.kernel.matter import GAGS, Matter, gag
from comity.kernel.words import Proof, Value
from comity.lawpack import read_assumption

SEAT: Final = re.compile(r"served\.([a-z]{2})_controlled")
"""The terms that ask whether the served company is controlled from a country: `served.us_controlled` and the like."""


class NothingHeld(ComityError):
    """no records of the categories asked for are held for {accounts}"""

    help = "look at accounts.csv and at `holds` of the stores in estate.toml; answer that nothing is held if that is so"
    exit_code = 4


class NoCourt(ComityError):
    """no court of `{state}` is known to the packs"""

    help = "name the court of the demand, or add the place's courts to courts.toml"
    exit_code = 4


UNION: Final = "EU"
"""The group of the European Union's Member States."""


@dataclass(frozen=True)
class Words:
    """What the estate is asked in: the declared terms, and the Member States of the European Union on the day."""

    terms: frozenset[str]
    union: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Class:
    """One class of records: a store and a category (and, where accounts differ in law, whose), with its facts."""

    name: str
    store: str
    category: str
    accounts: tuple[str, ...]
    facts: Mapping[str, Value]
    derived: tuple[Proof, ...]


@dataclass(frozen=True)
class Assessment:
    """A demand decided on a day: the reading it was decided under, and each class with what came out."""

    demand: Demand
    on: date
    reading: Reading
    classes: tuple[Class, ...]
    ruled: tuple[Ruled, ...]


def assess(
    office: Office, matter: Matter, at: datetime, assume: Iterable[str] = (), scope: Scope | None = None
) -> Assessment:
    """Decide every class of records in the demand's scope (or a part of it) by the law of that day in the forum."""
    demand, supposed = demand_of(matter), tuple(assume)
    demand = replace(demand, scope=scope or demand.scope)
    on = at.astimezone(forum_zone(demand.place)).date()
    later, answers = learned(matter, at, frozenset(office.packs.words.terms)), counsel(matter, at)
    if supposed:
        return _assessed(office, demand, on, (later, answers), supposed)
    key = demand, on, tuple(sorted(later.items())), answers
    return office.decided.get(key, lambda: _assessed(office, demand, on, (later, answers), ()))


def _assessed(
    office: Office, demand: Demand, on: date, known: tuple[dict[str, Value], tuple[Counsel, ...]], assume: Iterable[str]
) -> Assessment:
    law, (later, answers) = office.packs.law, known
    home = office.holdings.estate.entities[demand.served_entity].place
    court = demand.court or law.apexes.get(demand.place) or law.apexes.get(home, "")
    if court not in law.courts:
        raise NoCourt(state=demand.place)
    served = demand.served.astimezone(forum_zone(demand.place)).date()
    supposed = tuple(read_assumption(text, law) for text in assume)
    reading = law.on(on, court, supposed, served)
    words = Words(frozenset(office.packs.words.terms), law.group(UNION, on))
    classes = tuple(classes_of(office.holdings, demand, words))
    if not classes:
        raise NothingHeld(accounts=", ".join(demand.scope.accounts))
    classes = tuple(replace(one, facts={**one.facts, **later}) for one in classes)
    judge = Judge(reading, None if supposed else office.shelf)
    return Assessment(demand, on, reading, classes, tuple(_ruled(judge, one, answers) for one in classes))


def _ruled(judge: Judge, one: Class, answers: tuple[Counsel, ...]) -> Ruled:
    decision = judge.decide(one.facts)
    points = {point.term for point in decision.open_points}
    given = tuple(answer for answer in answers if answer.term in points)
    if not given:
        return Ruled(one.name, one.category, decision)
    put_in = {answer.term: said(answer.answer) for answer in given}
    return Ruled(one.name, one.category, decision, judge.decide({**one.facts, **put_in}), given)


def classes_of(holdings: Holdings, demand: Demand, words: Words) -> Iterator[Class]:
    """The classes of records in the scope: accounts of one store and category that the law cannot tell apart."""
    groups: dict[tuple[str, str, tuple[tuple[str, Value], ...]], list[str]] = {}
    for address in demand.scope.accounts:
        for account in holdings.accounts.get(address, ()):
            subject = tuple(sorted(account.as_facts().items()))
            for category in sorted(_categories(holdings.estate.stores[account.store], demand)):
                groups.setdefault((account.store, category, subject), []).append(address)
    alone = Counter((store, category) for store, category, _ in groups)
    for (store, category, subject), addresses in sorted(groups.items(), key=lambda pair: (pair[0][:2], pair[1])):
        facts, derived = stated(holdings.estate, store, (demand.served_entity, demand.place), words)
        whose = dict(subject)
        own = {**whose, "subject.in_forum": lives_in(whose.get("subject.place"), demand.place)}
        own |= {**facts, **demand.as_facts()}
        own["record.category"] = category
        name = f"{store}/{category}" if alone[store, category] == 1 else f"{store}/{category}/{addresses[0]}"
        known = {term: value for term, value in own.items() if term in words.terms}
        yield Class(name, store, category, tuple(addresses), known, derived)


def stated(
    estate: Estate, store: str, asked: tuple[str, str], words: Words
) -> tuple[dict[str, Value], tuple[Proof, ...]]:
    """What the estate says of records in one store when a company is served by a state (`asked`), with the proofs."""
    served, forum = asked
    facts, derived = record_facts(estate, store, served, forum, words.union)
    seats = {term: seat.group(1).upper() for term in sorted(words.terms) if (seat := SEAT.fullmatch(term))}
    for term, place in seats.items():
        proof = controlled_from(estate, served, place)
        facts[term], derived = proof.truth, (*derived, replace(proof, by="derived", term=term))
    return facts, derived


def _categories(store: Store, demand: Demand) -> frozenset[str]:
    if demand.scope.stores and store.id not in demand.scope.stores:
        return frozenset()
    return store.holds & demand.scope.categories


def precedents(decision: Decision, reading: Reading) -> Iterator[tuple[str, Answer, bool]]:
    """What courts said when one law demanded what another forbade: the question, the answer, whether it binds here.

    Shown where a conflict stands or may stand, beside the grounds that weigh one state's law against another's.
    """
    if decision.verdict not in ("conflict", "open"):
        return
    for asked in dict.fromkeys(id for ground in decision.objections for id in ground.rule.precedents):
        answered = reading.questions[asked]
        yield from ((answered.question.asks, said, True) for said in answered.binding)
        yield from ((answered.question.asks, said, False) for said in answered.persuasive)


def secrecy(matter: Matter, at: datetime) -> bool | None:
    """Whether a secrecy order is in force, as far as the matter's events say: None if none was ever recorded."""
    if gag(matter, at):
        return True
    return False if matter.of(*GAGS, "gag-lifted") else None


def learned(matter: Matter, at: datetime, declared: frozenset[str]) -> dict[str, Value]:
    """Facts that were recorded after the demand was confirmed; a later one replaces an earlier one."""
    facts = {
        e.get("term"): said(e.get("value")) for e in matter.of("fact") if e.known <= at and e.get("term") in declared
    }
    secret = secrecy(matter, at)
    return facts if secret is None else {**facts, "demand.gag": secret}


def counsel(matter: Matter, at: datetime) -> tuple[Counsel, ...]:
    """Counsel's answers to open points that stand at a moment; a later answer replaces an earlier one."""
    answers = {
        event.get("term"): Counsel(event.get("term"), event.get("answer"), event.by, event.known, event.says)
        for event in matter.of("counsel")
        if event.known <= at
    }
    return tuple(answers.values())
