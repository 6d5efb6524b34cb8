"""Random law, facts, estates and lives of a demand: small enough to be tried out in full, odd enough to find faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from hypothesis import strategies as st

from comity.kernel.clock import Clock
from comity.kernel.courts import Court
from comity.kernel.decision import decide
from comity.kernel.demand import CATEGORIES, Demand, Finding, Scope
from comity.kernel.estate import Entity, Estate, Service, Site, Store
from comity.kernel.gate import APPROVERS, Approval, Case, Counsel, Hits, Ruled
from comity.kernel.law import DEAD, LIVE, Answer, Happening, Law, Member, Question
from comity.kernel.matter import KINDS, Event
from comity.kernel.rule import Rule
from comity.kernel.words import Both, Compare, Either, Not, Term, Vocabulary, Within, Word

DAY = date(2016, 7, 14)
NOON = datetime(2016, 7, 14, 12, tzinfo=UTC)
PLACES = ("US", "IE", "DE", "JP")
GROUPS = ("EEA", "PARTNERS", "NOBODY")
TRUTHS = ("record.served_controls", "record.readable_by_provider", "demand.emergency")
CODES = {"record.category": ("content", "subscriber", "traffic"), "demand.instrument": ("warrant", "request", "letter")}
PLACED = ("demand.place", "record.store_place", "record.holder_place")
QUESTIONS = ("reach", "comity")
ASKED = tuple(f"question.{id}" for id in QUESTIONS)

TERMS = {
    **{name: Term(name, "truth", "a truth", "nobody knows") for name in (*TRUTHS, *ASKED)},
    **{name: Term(name, "code", "a code", "nobody knows", codes) for name, codes in CODES.items()},
    **{name: Term(name, "place", "a place", "nobody knows") for name in PLACED},
}
VOCABULARY = Vocabulary(TERMS, frozenset(GROUPS))

COURTS = {
    court.id: court
    for court in (
        Court("us-nysd", "Southern District of New York", "US", "us-ca2"),
        Court("us-paed", "Eastern District of Pennsylvania", "US", "us-ca3"),
        Court("us-ca2", "Second Circuit", "US", "us-scotus"),
        Court("us-ca3", "Third Circuit", "US", "us-scotus"),
        Court("us-scotus", "Supreme Court", "US", "us-congress"),
        Court("us-congress", "Congress", "US", None, True),
        Court("ie-hc", "High Court", "IE", "ie-sc"),
        Court("ie-sc", "Supreme Court", "IE", "eu-cjeu"),
        Court("eu-cjeu", "Court of Justice", "EU", "eu-legislature"),
        Court("eu-legislature", "Parliament and Council", "EU", None, True),
    )
}


def values(term: str) -> tuple[object, ...]:
    """Every value that a term of the small vocabulary can have."""
    return CODES.get(term) or (PLACES if term in PLACED else (True, False))


@lru_cache(maxsize=None, typed=True)
def one_of(*options: object) -> st.SearchStrategy[Any]:
    """One of a few values; made once, for making it is what takes the time."""
    return st.sampled_from(options)


def mostly(value: object, *others: object) -> st.SearchStrategy[Any]:
    """One value nine times out of ten or so, and now and then another."""
    return one_of(*[value] * 9, *others)


@cache
def leaves(asked: tuple[str, ...] = ASKED) -> st.SearchStrategy[object]:
    """A word, a comparison or a membership over the small vocabulary."""
    coded = [st.builds(Compare, st.just(name), one_of(*codes), st.booleans()) for name, codes in CODES.items()]
    return st.one_of(
        st.builds(Word, one_of(*TRUTHS, *asked)),
        st.builds(Compare, one_of(*PLACED), one_of(*PLACES), st.booleans()),
        st.builds(Within, one_of(*PLACED), one_of(*GROUPS), st.booleans()),
        *coded,
    )


@cache
def conditions(asked: tuple[str, ...] = ASKED, size: int = 5) -> st.SearchStrategy[object]:
    """Conditions of up to about `size` leaves."""

    def joined(parts: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
        several = st.lists(parts, min_size=2, max_size=3).map(tuple)
        return st.one_of(st.builds(Not, parts), st.builds(Both, several), st.builds(Either, several))

    return st.recursive(leaves(asked), joined, max_leaves=size)


@st.composite
def facts(draw: st.DrawFn, holes: bool = True) -> dict[str, object]:
    """Values for the terms that are not questions; with `holes`, some are unknown and some not mentioned."""
    known = {}
    for term in (*TRUTHS, *CODES, *PLACED):
        value = draw(one_of(*values(term), *((None, "absent") if holes else ())))
        if value != "absent":
            known[term] = value
    return known


@cache
def days(spread: int = 3) -> st.SearchStrategy[date]:
    """Days around the one that most tests read the law on."""
    return st.integers(-spread, spread).map(lambda n: DAY + timedelta(days=n))


SENTENCES = one_of("it reads", 'it says "no"\\ and\nmore', "§ 2703(a) – Überleitung\u2028\x7f", "")


@st.composite
def rules(draw: st.DrawFn, id: str, effect: str, bars: tuple[str, ...] = (), size: int = 5) -> Rule:
    """A rule that is in force on most days."""
    since = draw(one_of(date(1986, 10, 21), DAY, DAY + timedelta(days=1)))
    until = draw(one_of(None, None, DAY, DAY + timedelta(days=2)))
    return Rule(
        id, effect, draw(one_of("US", "EU")), since, until, f"cite of {id}", draw(SENTENCES),
        draw(conditions(size=size)), reviewed=draw(one_of("read 2026-11-23", "unverified")),
        lifts=draw(one_of(*bars)) if effect == "lifts" else "",
        name="answer" if effect == "obliges" else id, forum="us-nysd",
        clock=Clock("14 days", "served", "frcp-6") if effect == "objects" else None,
        governs=draw(one_of("decided", "served")),
    )  # fmt: skip


@st.composite
def answers(draw: st.DrawFn, id: str) -> Answer:
    """Somebody's answer to a question, with a life of its own."""
    lines = draw(st.lists(st.tuples(days(), one_of(*sorted(LIVE | DEAD))), min_size=1, max_size=3))
    by = draw(one_of(*COURTS, "xx-nowhere"))
    history = tuple(Happening(day, what, by) for day, what in sorted(lines, key=lambda line: line[0]))
    binds = draw(one_of("below", "parties"))
    return Answer(id, draw(one_of(*QUESTIONS)), draw(st.booleans()), by, f"cite of {id}", "it says", history, binds)


@cache
def members() -> st.SearchStrategy[Member]:
    """A place's time in a group; nobody is ever in NOBODY."""
    until = one_of(None, DAY, DAY + timedelta(days=1))
    return st.builds(Member, one_of(*GROUPS[:2]), one_of(*PLACES), days(), until, st.just("cite"))


@st.composite
def laws(draw: st.DrawFn, size: int = 5) -> Law:
    """A small law: powers, bars, what lifts them, the rest, and questions answered by anybody."""
    effects = draw(st.lists(one_of("compels", "bars", "lifts", "objects", "obliges", "routes"), max_size=7))
    bars = tuple(f"r{n}" for n, effect in enumerate(effects) if effect == "bars") or ("no-bar",)
    made = tuple(draw(rules(f"r{n}", effect, bars, size)) for n, effect in enumerate(effects))
    questions = tuple(Question(id, f"what of {id}?", "nobody said", draw(one_of("US", "EU", "IE"))) for id in QUESTIONS)
    said = tuple(draw(answers(f"a{n}")) for n in range(draw(st.integers(0, 4))))
    return Law(made, questions, said, COURTS, tuple(draw(st.lists(members(), max_size=4))))


def readings(size: int = 5) -> st.SearchStrategy[object]:
    """A small law as some court reads it on some day."""
    return st.builds(lambda law, day, court: law.on(day, court), laws(size), days(1), one_of(*sorted(COURTS)))


@st.composite
def estates(draw: st.DrawFn, cycles: bool = False) -> Estate:
    """A few companies that own and direct one another, with stores; with `cycles`, in any shape at all."""
    ids = [f"e{n}" for n in range(draw(st.integers(1, 5)))]
    shares = one_of(None, Fraction(0), Fraction(1, 2), Fraction(501, 1000), Fraction(1))
    entities = {}
    for n, id in enumerate(ids):
        others = [None, *(ids if cycles else ids[:n])]
        directs = draw(st.lists(one_of(*ids), max_size=2)) if draw(st.integers(0, 3)) == 0 else []
        place, parent, share = draw(one_of(*PLACES)), draw(one_of(*others)), draw(shares)
        entities[id] = Entity(id, id.upper(), place, parent, share, tuple(directs))
    sites = {
        f"s{n}": Site(f"s{n}", f"Site {n}", draw(one_of(*PLACES)), draw(one_of(*ids)))
        for n in range(draw(st.integers(1, 2)))
    }
    offered = draw(st.none() | st.frozensets(one_of(*PLACES)))
    services = {"mail": Service("mail", "Mail", draw(one_of(True, False, None)), offered)}
    keys = one_of(None, "provider", "customer", *ids)
    stores = {
        id: Store(id, draw(one_of(*sorted(sites))), draw(one_of(*ids)), "mail", draw(keys))
        for id in ("dublin", "virginia")
    }
    return Estate("Meridian", entities, sites, services, stores)


@cache
def moments(hours: int = 12) -> st.SearchStrategy[datetime]:
    """Whole hours near noon, so that many things happen at one instant."""
    return st.integers(-hours, hours).map(lambda n: NOON + timedelta(hours=n))


TOUCHED = one_of(frozenset(), frozenset(), *(frozenset({one}) for one in sorted(CATEGORIES)))


@st.composite
def events(draw: st.DrawFn, id: str, kinds: tuple[str, ...] = tuple(KINDS)) -> Event:
    """One thing that happened, known then or later, perhaps for a time, perhaps about an earlier one."""
    happened = draw(moments())
    later = draw(one_of(0, 0, 0, 1, 5))
    until = draw(st.none() | st.integers(1, 10).map(lambda n: happened + timedelta(hours=n)))
    of = draw(one_of((), (), (("of", f"v{draw(st.integers(0, 7))}"),)))
    by = draw(one_of("", "us-nysd", "us-ca2"))
    kind, touches = draw(one_of(*kinds)), draw(TOUCHED)
    return Event(
        id, kind, happened, happened + timedelta(hours=later), f"{kind} {id}", "paper, p. 1", by, touches, until, of
    )


@st.composite
def histories(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(KINDS), most: int = 8) -> list[Event]:
    """The events of one demand, in any order; its order was issued a month before."""
    found = [draw(events(f"v{n}", kinds)) for n in range(draw(st.integers(0, most)))]
    early = NOON - timedelta(days=30)
    issued = Event("v-issued", "issued", early, early, "warrant issued", "paper, p. 1", "us-nysd")
    return draw(st.permutations([issued, *found]))


SCOPE = Scope(("owen@meridian.example",), frozenset({"content", "traffic"}))


def demands(scope: Scope = SCOPE, emergency: bool = False) -> Demand:
    """A plain warrant of New York, come by post."""
    served = NOON - timedelta(days=30)
    return Demand(
        "M-0001", "US", "us-sca-warrant", "judge", "us-nysd", "meridian", served, scope, "post", emergency=emergency
    )


CONFIRMED = Finding("the clerk confirmed it", "phone", "directory", True, NOON - timedelta(days=20), "anna")


@st.composite
def approvals(draw: st.DrawFn, right: Approval) -> Approval:
    """Somebody's approval, right or wrong in any part."""
    return Approval(
        draw(one_of(right.matter, "M-0002")),
        draw(one_of("Anna", "anna ", "Ben", "")),
        draw(one_of(*sorted(APPROVERS), "intake")),
        draw(moments(40)),
        draw(one_of(right.scope, "sha256:other")),
        draw(one_of(right.decisions, ())),
        draw(one_of(right.hits, "sha256:other")),
    )


def counsel(term: str, answer: str = "true", at: datetime = NOON - timedelta(days=10)) -> Counsel:
    """Counsel's answer to one open point."""
    return Counsel(term, answer, "carla", at, "because")


POWER = Rule("power", "compels", "US", date(1986, 10, 21), None, "18 U.S.C. 2703", "a warrant compels", Word(TRUTHS[0]))
BAR = Rule(
    "bar", "bars", "IE", date(1986, 10, 21), None, "an Irish law", "it forbids", Word("record.readable_by_provider")
)
TINY = Law((POWER, BAR), (), (), COURTS).on(DAY, "us-nysd")
"""A power that reaches what the served entity controls, and a bar that stands on what the provider can read."""

CASES = {
    "compelled": {"record.served_controls": True, "record.readable_by_provider": False},
    "conflict": {"record.served_controls": True, "record.readable_by_provider": True},
    "barred": {"record.served_controls": False, "record.readable_by_provider": True},
    "free": {"record.served_controls": False, "record.readable_by_provider": False},
    "open": {"record.served_controls": True},
}
"""Facts that give each verdict under that law."""


def ruled(category: str, verdict: str = "compelled", **more: Any) -> Ruled:
    """A class of records, decided one way."""
    return Ruled(f"dublin/{category}", category, decide(CASES[verdict], TINY), **more)


ISSUED = Event("issued", "issued", NOON - timedelta(days=1), NOON - timedelta(days=1), "a warrant was issued", "paper")
RULED = (ruled("content"), ruled("traffic"))
HITS = Hits(SCOPE.digest, 10, 6, 4, 0, False, "sha256:items")
CASE = Case(demands(), (CONFIRMED,), RULED, HITS)
"""Everything in order: with two approvals and a live order the gate opens."""


def approved(
    case: Case = CASE, scope: Scope = SCOPE, at: datetime = NOON - timedelta(hours=1),
    people: tuple[str, ...] = ("anna", "ben"), **parts: Any,
) -> tuple[Approval, ...]:  # fmt: skip
    """Approvals of exactly what lies there."""
    hits = case.hits.digest if case.hits else ""
    right = Approval("M-0001", "", "approver", at, scope.digest, tuple(c.id for c in case.classes), hits)
    return tuple(replace(right, person=person, **parts) for person in people)
