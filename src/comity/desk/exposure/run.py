"""Who can compel what, over every account: the estate and the packs joined to the sweep.

Every `[[template]]` of the packs is a demand that could be made. From each place that may make it, it is served on the
provider's entities there; where there are none, on the heads of the group. Of several templates and entities the
strongest for the demander counts: compelled, conflict, open, barred, free.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final

import duckdb

from comity.desk.decision import UNION, NoCourt, Words, stated
from comity.desk.estate import COLUMNS, KINDS
from comity.desk.exposure.about import Posed, about
from comity.errors import ComityError, Faulty
from comity.exposure.accounts import Accounts
from comity.exposure.apply import CLASS
from comity.exposure.classes import STORE, Classes, fold, gather, put_together
from comity.exposure.coarse import coarse
from comity.exposure.columns import Column
from comity.exposure.cube import Cube
from comity.exposure.judges import IN_FORUM, Ask, Bench
from comity.exposure.sweep import Asked, Before, Plan, Served, Sweep, asked, cases, common, plan, sweep
from comity.exposure.touched import DatedLaw, concerned
from comity.exposure.view import View
from comity.kernel.estate import Estate, present
from comity.kernel.law import Assumption, Law
from comity.kernel.words import Facts, Fault, Vocabulary
from comity.lawpack import Packs, read_assumption
from comity.lawpack.read import Template
from comity.memory import uncollected

NAMED: Final = {"subject.place": "customer_place"}
"""Terms whose column has another name than the term's last part."""

WHOSE: Final = frozenset({"subject.place", "subject.nationality", "subject.kind", IN_FORUM})
"""Who the customer is: no template's assumption takes the place of what nobody knows about an account."""

FOLLOWING: Final = frozenset({"live-content", "keys", "nonpersonal"})
"""Classes of records that are where stored content is: what is still to be said, keys, what relates to no person."""

NO_COLUMN: Final = frozenset({"record.category", IN_FORUM})
"""What no account can say by itself: it depends on what is asked for, or from where."""


@dataclass(frozen=True)
class Given:
    """What else is known before a sweep: the places and categories that are wanted (None: all), an earlier sweep.

    `stands` is one of which all stands but what is asked anew.
    """

    only: Collection[tuple[str, str]] | None = None
    before: Sweep | None = None
    stands: Before | None = None


class NothingToAsk(ComityError):
    """the packs have no [[template]]: nobody could ask for anything"""

    help = "use packs with templates of ordinary demands; see docs/formats/pack.md"
    exit_code = 4


class NotThatInstrument(ComityError):
    """no instrument `{id}` is in the packs"""

    help = "`comity law show` lists the instruments"
    exit_code = 2


class TooNarrow(ComityError):
    """the cube does not tell accounts apart by {columns}, which the law now asks for"""

    help = "run `comity exposure run` again with these packs"
    exit_code = 4


@uncollected()
def run(con: duckdb.DuckDBPyConnection, estate: Estate, packs: Packs, accounts: Accounts, posed: Posed) -> Cube:
    """Gather the accounts into classes and decide every demand that could be made for each class."""
    classes = gathered(con, estate, packs, accounts)
    templates = tuple(t for pack in packs.packs for t in pack.templates)
    if not templates:
        raise NothingToAsk
    decided, bench = prepared((estate, classes), packs, posed, templates)
    classes = put_together(classes, coarse(classes, packs.law, {place for place, _ in decided.rows}))
    view = View(fold(classes, common(decided.buckets.values(), classes)))
    said = {**about(estate, packs, posed, templates), "ungrouped": _ungrouped(packs, estate, accounts, classes.columns)}
    return Cube(said, classes, sweep(decided, view, bench, classes))


def gathered(con: duckdb.DuckDBPyConnection, estate: Estate, packs: Packs, accounts: Accounts) -> Classes:
    """The accounts as classes, by the columns that some rule reads."""
    columns = read_by_law(packs, declared(packs.words, estate), accounts)
    return gather(con, accounts, columns, Column(STORE, "", "code", tuple(estate.stores)))


def _ungrouped(packs: Packs, estate: Estate, accounts: Accounts, columns: Sequence[Column]) -> dict[str, str]:
    """The columns of the table that no rule reads, with the facts they state: another law may read them."""
    own = {c.name: c.term for c in declared(packs.words, estate).values() if c.name in accounts.columns and c.term}
    return {name: term for name, term in own.items() if name not in {column.name for column in columns}}


def prepared(
    holdings: tuple[Estate, Classes], packs: Packs, posed: Posed, templates: Sequence[Template], given: Given = Given()
) -> tuple[Plan, Bench]:
    """Everything but the accounts: who asks whom for what, and what the law reads of an account to answer.

    Only the places and categories that are wanted; and what an earlier sweep found out is not found out again.
    """
    estate, classes = holdings
    seat = seated(packs, posed, classes, given.before)
    made = asks(templates, seat.law, estate, (posed.on, seat.words.terms))
    wanted = (ask for ask in made if given.only is None or (ask.place, ask.category) in given.only)
    return planned(holdings, seat, wanted, given.stands), seat.bench


@dataclass(frozen=True)
class Seat:
    """What a plan is decided with, whatever the estate: the law that is asked about, its judges, the words of facts."""

    law: Law
    bench: Bench
    words: Words


def seated(packs: Packs, posed: Posed, classes: Classes, before: Sweep | None = None) -> Seat:
    """The law, with everything put in that is assumed, and judges that remember what an earlier sweep found out."""
    law, assumed = supposed(packs, posed)
    bench = Bench(reader(law, posed.on, assumed), (column.term for column in classes.columns), packs.shelf)
    if before:
        bench.remember(before.asked, before.kept)
    return Seat(law, bench, Words(frozenset(packs.words.terms), law.group(UNION, posed.on)))


def planned(holdings: tuple[Estate, Classes], seat: Seat, made: Iterable[Ask], stands: Before | None = None) -> Plan:
    """What is to be decided of an estate so that these demands are answered."""
    estate, classes = holdings
    rows = cases(made, holdings_of(estate), serving(estate, seat.words), stands)
    return plan(rows, seat.bench, classes, stands)


def supposed(packs: Packs, posed: Posed) -> tuple[Law, tuple[Assumption, ...]]:
    """The law that is asked about, with everything put in that is assumed of it, and what that is."""
    law = without(packs.law, posed.without)
    assumed = tuple(read_assumption(text, law) for text in posed.assume)
    return law.assuming(assumed), assumed


def touched(
    estate: Estate, packs: Packs, posed: tuple[Posed, Posed], templates: Sequence[Template]
) -> frozenset[Asked] | None:
    """What is answered otherwise, perhaps, on another day or with something else assumed of the same packs.

    None: all of it.
    """
    old, new = (DatedLaw(supposed(packs, each)[0], each.on) for each in posed)
    if old.groups.get(UNION) != new.groups.get(UNION):
        return None
    terms = frozenset(packs.words.terms)
    holds, served = holdings_of(estate), serving(estate, Words(terms, new.groups.get(UNION, frozenset())))
    after = list(asks(templates, new.law, estate, (new.day, terms)))
    others: list[Ask] = []
    if (old.groups, old.law.courts) != (new.groups, new.law.courts):
        before = list(asks(templates, old.law, estate, (old.day, terms)))
        others = [ask for ask in before if ask not in after] + [ask for ask in after if ask not in before]

    def met(ask: Ask) -> Iterator[Facts]:
        there = (store for store, categories in holds.items() if ask.category in categories)
        return (ask.known(facts) for store in there for _, facts in served(ask, store))

    return frozenset(map(asked, [*concerned(old, new, after, met), *others]))


def holdings_of(estate: Estate) -> dict[str, frozenset[str]]:
    """The classes of records that each store has."""
    return {store.id: held(store.holds) for store in estate.stores.values()}


def held(categories: frozenset[str]) -> frozenset[str]:
    """The classes of records that a store has, if it holds these: with content come the ones that follow it."""
    return categories | (FOLLOWING if "content" in categories else frozenset())


def reader(law: Law, on: date, assumed: tuple[Assumption, ...]) -> Any:
    """The law, with what is assumed of it put in, as each court reads it on the day."""
    return lambda court: replace(law.on(on, court), assumed=assumed)


def without(law: Law, instruments: Iterable[str]) -> Law:
    """The law as if these instruments had never been enacted."""
    gone = frozenset(instruments)
    for id in sorted(gone - {rule.instrument for rule in law.rules}):
        raise NotThatInstrument(id=id)
    return replace(law, rules=tuple(rule for rule in law.rules if rule.instrument not in gone)) if gone else law


def declared(words: Vocabulary, estate: Estate) -> dict[str, Column]:
    """The columns a table of accounts may have, by name: those of accounts.csv, and one for each fact of an account."""
    found = {name: Column(name) for name in COLUMNS}
    found["kind"] = Column("kind", "subject.kind", "code", KINDS)
    found["service"] = Column("service", "", "code", tuple(estate.services))
    asked, known = Words(frozenset(words.terms), frozenset({""})), list(estate.entities)[:1]
    derived = {
        t for store in list(estate.stores)[:1] for e in known for t in stated(estate, store, (e, "US"), asked)[0]
    }
    for term in words.terms.values():
        about, _, name = term.name.partition(".")
        if about in ("subject", "record") and term.name not in derived | NO_COLUMN:
            name = NAMED.get(term.name, name)
            found[name] = Column(name, term.name, term.kind, term.codes)
    return found


def read_by_law(packs: Packs, known: Mapping[str, Column], accounts: Accounts) -> list[Column]:
    """The columns of the table that some rule, of whatever day, reads; refuses a table with columns nobody declared."""
    found = []
    for name in sorted(set(accounts.columns) - set(known) - {CLASS}):
        remedy = f"use {', '.join(known)}; or say --ignore {name}"
        found.append(Fault("unknown-column", accounts.label, f"`{name}` is not a column of accounts", remedy))
    if STORE not in accounts.columns:
        what = f"the column `{STORE}` is missing"
        found.append(Fault("missing-column", accounts.label, what, "say in which store each account's records lie"))
    if found:
        raise Faulty(tuple(found), path=accounts.label)
    read = terms_read(packs.law)
    return [column for name, column in known.items() if column.term in read and name in accounts.columns]


def terms_read(law: Law) -> frozenset[str]:
    """Every term that some rule reads, on whatever day it is in force."""
    return frozenset().union(*(rule.terms for rule in law.rules))


def asks(templates: Sequence[Template], law: Law, estate: Estate, said: tuple[date, frozenset[str]]) -> Iterator[Ask]:
    """Every demand that could be made on the day; one that claims no emergency has none, as in `comity decide`."""
    on, terms = said
    for template in templates:
        places = {p for place in template.places for p in (law.group(place, on) if len(place) != 2 else (place,))}
        for place in sorted(places):
            court = template.court or law.apexes.get(place) or _home(law, estate, place)
            if court not in law.courts:
                raise NoCourt(state=place)
            for category in template.categories:
                own = {t: v for t, v in template.facts.items() if t.startswith("demand.")}
                facts = {"demand.emergency": False, **own, "demand.place": place, "record.category": category}
                assumed = {t: v for t, v in template.facts.items() if t not in own and t not in WHOSE}
                yield Ask(template.id, place, category, court, {t: v for t, v in facts.items() if t in terms}, assumed)


def _home(law: Law, estate: Estate, place: str) -> str:
    return law.apexes.get(estate.entities[served_from(estate, place)[0]].place, "")


def served_from(estate: Estate, place: str) -> tuple[str, ...]:
    """Whom a place's authorities serve: the entities present there, or else the heads of the group."""
    there = tuple(id for id in sorted(estate.entities) if present(estate, id, place).truth)
    return there or tuple(sorted(e.id for e in estate.entities.values() if e.parent is None))


def serving(estate: Estate, words: Words) -> Served:
    """For an ask and a store: each entity that may be served, with what the estate says then."""

    @cache
    def says(store: str, served: str, place: str) -> Facts:
        facts, _ = stated(estate, store, (served, place), words)
        return {term: value for term, value in facts.items() if term in words.terms}

    @cache
    def entities(place: str) -> tuple[str, ...]:
        return served_from(estate, place)

    return lambda ask, store: [(entity, says(store, entity, ask.place)) for entity in entities(ask.place)]
