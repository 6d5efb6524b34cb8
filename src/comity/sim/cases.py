"""The fixed cases that a change of law is tried on: what every template of the packs asks of a fixed estate.

Two invented providers, each with a company, a site and a store in every state whose law is carried. Each ordinary
demand is served on the company of the demanding state, for records that lie there or elsewhere: with Meridian, at home
in the United States, in Ireland, Switzerland or China; with Lough, at home in Ireland, there. It is posed on every day
since 2013 on which something that bears on it begins, ends or happens: between two such days no verdict can change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import Final

from comity.desk.decision import UNION, Words, stated
from comity.kernel.estate import Entity, Estate, Service, Site, Store
from comity.kernel.law import Law
from comity.kernel.words import Value
from comity.lawpack import Packs, Template
from comity.lawpack.compare import Case

HOMES: Final = {"US": "Meridian", "IE": "Lough"}
"""Where the providers are at home, and what they are called."""

STORES: Final = {"Meridian": ("US", "IE", "CH", "CN"), "Lough": ("IE",)}
"""Where their records lie besides the demanding state itself."""

SPOKESMEN: Final = ("DE", "FR", "IE")
"""The states that speak for a larger group, such as the Union's, whose members' orders the law treats alike."""

COURTS: Final = {"US": ("us-nysd", "us-paed", "us-cand")}
"""Where a place's demands are read, if not in its highest court."""

FIRST: Final = date(2013, 1, 1)


def cases(*packs: Packs) -> Iterator[Case]:
    """Every case, each once; several states of the law give the cases of all of them."""
    yield from dict.fromkeys(case for each in packs for case in _posed(each, packs))


def days(law: Law) -> Iterator[date]:
    """Every day on which something in the law begins, ends or happens."""
    for rule in law.rules:
        yield from (day for day in (rule.since, rule.until, rule.enacted, rule.ended) if day)
    for member in law.members:
        yield from (day for day in (member.since, member.until) if day)
    for answer in law.answers:
        yield from (happening.day for happening in answer.history)


def places_of(template: Template, law: Law) -> tuple[str, ...]:
    """The states whose authorities make such a demand: those it names, or those that speak for the group it names."""
    groups = {member.group for member in law.members}
    found: dict[str, None] = {}
    for place in template.places:
        members = sorted({m.place for m in law.members if m.group == place}) if place in groups else [place]
        few = [one for one in SPOKESMEN if one in members] if len(members) > len(SPOKESMEN) else members
        found |= dict.fromkeys(few or members[: len(SPOKESMEN)])
    return tuple(found)


def estates(places: Iterable[str]) -> tuple[Estate, ...]:
    """The two providers: a head at home, and under it a company with a site and a store in every other place."""
    return tuple(_estate(home, name, sorted({*places, *HOMES, *STORES["Meridian"]})) for home, name in HOMES.items())


def _estate(home: str, name: str, places: list[str]) -> Estate:
    def entity(place: str) -> Entity:
        head = place == home
        return Entity(place, f"{name} {place}", place, None if head else home, None if head else Fraction(1))

    return Estate(
        name,
        {place: entity(place) for place in places},
        {place: Site(place, f"{name} in {place}", place, place) for place in places},
        {"mail": Service("mail", f"{name} Mail", True, frozenset(places))},
        {place: Store(place, place, place, "mail", "provider") for place in places},
    )


def _posed(packs: Packs, sides: tuple[Packs, ...]) -> Iterator[Case]:
    law = packs.law
    templates = [template for pack in packs.packs for template in pack.templates]
    providers = estates({place for template in templates for place in places_of(template, law)})
    words = Words(frozenset(packs.words.terms), frozenset(m.place for m in law.members if m.group == UNION))
    for template, category in ((one, category) for one in templates for category in one.categories):
        when = _days(template, category, sides)
        for place in places_of(template, law):
            courts = _courts(template, law, place)
            for facts, name in _asked((template, category, place), providers, words):
                yield from (Case(facts, court, day, name=name) for court in courts for day in when)


def _days(template: Template, category: str, sides: tuple[Packs, ...]) -> list[date]:
    """The first day, and each later one on which what bears on such a demand changes in any of the laws."""
    narrowed = (side.law.narrowed(template.facts["demand.instrument"], category) for side in sides)
    return sorted({FIRST, *(day for law in narrowed for day in days(law) if day > FIRST)})


def _asked(
    asked: tuple[Template, str, str], providers: tuple[Estate, ...], words: Words
) -> Iterator[tuple[tuple[tuple[str, Value], ...], str]]:
    """The facts of one ordinary demand by one state, for records in each place, with a name for people."""
    template, category, place = asked
    for estate in providers:
        for store in dict.fromkeys((place, *STORES[estate.name])):
            facts, _ = stated(estate, store, (place, place), words)
            subject: dict[str, Value] = {"subject.kind": "person", "subject.place": store, "subject.nationality": store}
            given = {**facts, **subject, "subject.in_forum": store == place, "demand.emergency": False}
            given |= {**template.facts, "demand.place": place, "record.category": category}
            known = {term: value for term, value in given.items() if term in words.terms}
            yield tuple(sorted(known.items())), f"{template.id} of {place}: {category} of {estate.name} in {store}"


def _courts(template: Template, law: Law, place: str) -> tuple[str, ...]:
    known = tuple(court for court in COURTS.get(place, ()) if court in law.courts)
    own = template.court or law.apexes.get(place) or law.apexes.get("US", "")
    return known or ((own,) if own in law.courts else ())
