"""The power that a demand names, beside the law packs: is it there, in force, this authority's, for these records?

Only what the demand says of itself is put in; whether the power reaches a record of this provider is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from comity.desk.instruments import titled
from comity.desk.matter import forum_zone
from comity.desk.office import Office
from comity.intake.authentic.evidence import Evidence
from comity.kernel.demand import Demand
from comity.kernel.rule import Rule
from comity.kernel.words import Compare, Groups, Value, settle

STATUTE: Final = re.compile(r"\b(\d{1,2})\s*U\.?\s?S\.?\s?C\.?\s*(?:§+|[Ss]ec(?:tions?|\.))?\s*(\d+[a-z]?)\b")
"""A section of the United States Code, as papers and packs cite it."""


def told(office: Office, demand: Demand, text: str) -> Iterator[Evidence]:
    """A sentence on the power named, and one on each text the papers cite that was no law yet."""
    on = demand.issued or demand.served.astimezone(forum_zone(demand.place)).date()
    yield from _power(office, demand, on)
    yield from _cited(office, demand, on, text)


def _power(office: Office, demand: Demand, on: date) -> Iterator[Evidence]:
    law, name = office.packs.law, titled(office, demand.instrument)
    groups: Groups = {member.group: law.group(member.group, on) for member in law.members}
    powers = [rule for rule in law.lawful if rule.effect == "compels" and "demand.instrument" in rule.terms]
    own: dict[str, Value] = {"demand.place": demand.place, "demand.instrument": demand.instrument}
    armed = _open(powers, own, groups)
    base = (("instrument", demand.instrument), ("place", demand.place), ("day of issue", on.isoformat()))
    about = [rule for rule in law.rules if _names(rule, demand.instrument)]
    asks = _open(about, {"demand.place": demand.place}, groups)
    if not armed and asks and not any(rule.effect == "compels" for rule in about):
        cites = "; ".join(sorted({rule.cite for rule in asks}))
        says = f"It names no power: {name} compels nobody, and is a request under {cites}."
        yield _finding("power", says, None, demand, (*base, _rules("rules on it", asks)))
        return
    if not armed:
        here = _open(powers, {"demand.place": demand.place}, groups)
        lacks = f"The packs have no power of {demand.place} that is called {name}"
        says = f"{lacks}, though they have others of it." if here else f"{lacks}, nor any other of it."
        yield _finding("power", says, False if here else None, demand, (*base, _rules("powers of the place", here)))
        return
    live = [rule for rule in armed if rule.in_force(on)]
    if not live:
        days = "; ".join(sorted({_days(rule) for rule in armed}))
        says = f"The power {name} was not in force on {on}: {days}."
        yield _finding("power", says, False, demand, (*base, _rules("versions", armed)))
        return
    yield from _whose(demand, live, (own, groups), base)


def _whose(
    demand: Demand, live: list[Rule], read: tuple[dict[str, Value], Groups], base: tuple[tuple[str, str], ...]
) -> Iterator[Evidence]:
    own, groups = read
    theirs = _open(live, {**own, "demand.issuer": demand.issuer or None}, groups)
    base = (*base, ("issuer", demand.issuer or "unknown"), _rules("powers in force", live))
    if not theirs:
        cites = "; ".join(sorted({rule.cite for rule in live}))
        yield _finding("authority", f"The power is not one of a {demand.issuer}: {cites}.", False, demand, base)
        return
    for category in sorted(demand.scope.categories):
        facts = {**own, "demand.issuer": demand.issuer or None, "record.category": category}
        reach = _open(theirs, facts, groups)
        looked = (*base, ("class of records", category), _rules("powers over it", reach))
        cites = "; ".join(sorted({rule.cite for rule in reach}))
        says = f"The power it names was in force on the day of issue and reaches {category} records: {cites}."
        if not reach:
            says = f"The power it names never reaches {category} records, which are demanded."
        yield _finding("reach", says, None if reach else False, demand, looked)


def _names(rule: Rule, instrument: str) -> bool:
    """Whether a rule speaks of this very instrument."""
    leaves = (leaf for leaf in rule.leaves if isinstance(leaf, Compare) and leaf.name == "demand.instrument")
    return any(leaf.same and leaf.code == instrument for leaf in leaves)


def _open(rules: Iterable[Rule], facts: dict[str, Value], groups: Groups) -> list[Rule]:
    """The rules that these facts alone do not rule out."""
    return [rule for rule in rules if settle(rule.when, facts, groups) is not False]


def _cited(office: Office, demand: Demand, on: date, text: str) -> Iterator[Evidence]:
    """Texts that the papers cite and that the packs have as law only from a later day."""
    carried: dict[tuple[str, ...], list[tuple[date, str]]] = {}
    law = office.packs.law
    texts = [(rule.cite, rule.enacted or rule.since, rule.id) for rule in law.rules]
    texts += [(a.cite, min(h.day for h in a.history), a.id) for a in law.answers if a.history]
    for cite, day, id in texts:
        for found in STATUTE.findall(cite):
            carried.setdefault(found, []).append((day, id))
    for section in dict.fromkeys(STATUTE.findall(text)):
        there = sorted(carried.get(section, []))
        cite = f"{section[0]} U.S.C. {section[1]}"
        looked = (("cited", cite), ("in the packs", ", ".join(id for _, id in there[:20])))
        if there and there[0][0] > on:
            says = f"The papers of {on} cite {cite}, which was no law before {there[0][0]}."
            yield _finding("cited", says, False, demand, looked)
        elif there:
            yield _finding("cited", f"The papers cite {cite}, which the packs have.", None, demand, looked)


def _days(rule: Rule) -> str:
    return f"from {rule.since}" + (f" until {rule.until}" if rule.until else "")


def _rules(what: str, rules: Iterable[Rule]) -> tuple[str, str]:
    return what, ", ".join(sorted(rule.id for rule in rules)[:20]) or "none"


def _finding(
    name: str, says: str, supports: bool | None, demand: Demand, looked: tuple[tuple[str, str], ...]
) -> Evidence:
    return Evidence("law", name, says, supports, demand.channel, looked)
