"""The fixed cases that a change of law is tried on: the simulated provider's records, asked for in every way.

Every kind of demand, made by the United States or by the United Kingdom (an Irish instrument: by Ireland), served on
the company it would be served on, read in a few courts, on each quarter's last day from 2013 to 2026 and on every day
on which something in the law begins, ends or happens. Of records that differ only in whose they are one is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from comity.desk.decision import classes_of
from comity.desk.estate import Holdings, read_estate
from comity.kernel.demand import CATEGORIES, Demand, Scope
from comity.kernel.law import Law
from comity.kernel.words import Value
from comity.lawpack import Packs
from comity.lawpack.compare import Case
from comity.sim.provider import write_provider

SEED: Final = 2013
HEAD: Final = "meridian-corp"
COURTS: Final = {"US": ("us-nysd", "us-paed", "us-cand")}
"""Where a place's demands are read; elsewhere in its highest court, or in the provider's home's if it has none here."""

DEMANDING: Final = ("US", "GB")
"""Who makes the demands that are no state's own."""

YEARS: Final = range(2013, 2027)
ISSUED: Final = datetime(2013, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Posed:
    """What is the same on every day: the facts, the court and a name."""

    facts: tuple[tuple[str, Value], ...]
    court: str
    name: str


def cases(*packs: Packs) -> Iterator[Case]:
    """Every case, each once, in the order of the days; several states of the law give the cases of all of them."""
    with TemporaryDirectory() as folder:
        holdings = read_estate(write_provider(Path(folder), SEED))
    posed = dict.fromkeys(one for each in packs for one in _posed(each, holdings))
    for day in sorted({*quarter_ends(), *(day for each in packs for day in days(each.law))}):
        for one in posed:
            yield Case(one.facts, one.court, day, name=one.name)


def quarter_ends() -> Iterator[date]:
    """The last day of each quarter of the years."""
    for year in YEARS:
        yield from (date(year, month, 1) - timedelta(days=1) for month in (4, 7, 10))
        yield date(year, 12, 31)


def days(law: Law) -> Iterator[date]:
    """Every day on which something in the law begins, ends or happens."""
    spans = [(rule.since, rule.until) for rule in law.rules] + [(m.since, m.until) for m in law.members]
    yield from (day for span in spans for day in span if day)
    yield from (happening.day for answer in law.answers for happening in answer.history)


def _posed(packs: Packs, holdings: Holdings) -> Iterator[_Posed]:
    declared = frozenset(packs.words.terms)
    for demand in _demands(packs, holdings):
        seen = set()
        for one in classes_of(holdings, demand, declared):
            record = frozenset((term, value) for term, value in one.facts.items() if not term.startswith("subject."))
            if record not in seen:
                seen.add(record)
                name = f"{demand.instrument} of {demand.place}: {one.category} in {one.store}"
                yield _Posed(tuple(sorted(one.facts.items())), demand.court, name)


def _demands(packs: Packs, holdings: Holdings) -> Iterator[Demand]:
    instrument = packs.words.terms.get("demand.instrument")
    scope = Scope(tuple(sorted(holdings.accounts)), CATEGORIES)
    for code in instrument.codes if instrument else ():
        state = code.partition("-")[0].upper()
        for place in (state,) if len(state) == 2 else DEMANDING:
            served = next((e.id for e in holdings.estate.entities.values() if e.place == place), HEAD)
            for court in _courts(packs.law, place, holdings.estate.entities[served].place):
                emergency = "emergency" in code
                yield Demand(code, place, code, "", court, served, ISSUED, scope, "", emergency=emergency)


def _courts(law: Law, place: str, home: str) -> tuple[str, ...]:
    known = tuple(court for court in COURTS.get(place, ()) if court in law.courts)
    apex = law.apexes.get(place) or law.apexes.get(home)
    return known or ((apex,) if apex else ())
