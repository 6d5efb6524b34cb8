"""The matter at the desk: events recorded, the matter folded from them, its standing and its clocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import holidays

from comity.desk.codec import decode, encode
from comity.desk.office import Office
from comity.errors import ComityError, Faulty
from comity.kernel.clock import Holiday
from comity.kernel.demand import Demand
from comity.kernel.matter import Deadline, Event, Matter, deadline, event_faults, fold, own_deadlines, standing
from comity.kernel.reason import Reason
from comity.kernel.words import digest
from comity.registry.port import Entry, NewEntry

ZONES: Final = {"US": "America/New_York", "IE": "Europe/Dublin", "GB": "Europe/London", "EU": "Europe/Brussels"}
"""The clock a forum's days end by; a forum that is not listed counts in UTC."""


ClockState = Literal["running", "suspended", "passed"]
OURS: Final = frozenset(
    {"confirmed", "collected", "reviewed", "approved", "refused", "released", "produced", "notified", "erased"}
)
"""Kinds of event that only the desk's own acts may record: nobody writes an approval down by hand."""


class NotByHand(ComityError):
    """an event of kind `{kind}` is not entered by hand"""

    help = "it is recorded by the act itself: confirm, collect, review, approve, produce, notify or erase"
    exit_code = 5


class NoMatter(ComityError):
    """there is no matter `{matter}`"""

    help = "`comity standing` without a name lists the matters; `comity receive` begins one"
    exit_code = 2


def enter(office: Office, matter: str, event: Event) -> Entry:
    """Record what happened outside the office, or what a person found out; counsel's answer takes counsel."""
    if event.kind in OURS:
        raise NotByHand(kind=event.kind)
    office.person(event.by, "counsel" if event.kind == "counsel" else None)
    return record(office, matter, [event], seen=len(load(office, matter).events))[0]


def named(matter: str, event: Event) -> Event:
    """The event with an id made from what it says, so that saying it twice is saying it once."""
    return replace(event, id=digest([matter, encode(replace(event, id="")).decode()])[7:23])


def record(office: Office, matter: str, events: Iterable[Event], seen: int | None = None) -> list[Entry]:
    """Write events of one matter, all or none; faults are gathered first.

    `seen` is how many events the writer had read; if another wrote meanwhile nothing is written (`Overtaken`).
    """
    ready = [event if event.id else named(matter, event) for event in events]
    faults = tuple(fault for event in ready for fault in event_faults(event))
    if faults:
        raise Faulty(faults, path=f"matter {matter}")
    entries = [NewEntry(matter, event.kind, event.happened, event.known, encode(event)) for event in ready]
    return office.registry.append_all(entries, None if seen is None else {matter: seen})


def load(office: Office, matter: str) -> Matter:
    """The matter folded from its events; an event whose payload was erased has nothing left to tell."""
    entries = list(office.registry.entries(matter))
    if not entries:
        raise NoMatter(matter=matter)
    payloads = (entry.payload for entry in entries if entry.kind != "erased")
    return fold(matter, (decode(payload, Event) for payload in payloads if payload is not None))


def demand_of(matter: Matter) -> Demand:
    """The demand as a person last confirmed it."""
    confirmed = matter.of("confirmed")
    if not confirmed:
        raise NoMatter(matter=matter.id)
    return decode(confirmed[-1].get("demand"), Demand)


@cache
def holiday_of(place: str) -> Holiday:
    """The legal holidays of a forum, as the `holidays` library keeps them; a place it does not know has none."""
    try:
        calendar = holidays.country_holidays(place)
    except NotImplementedError:
        return lambda day: False
    return lambda day: day in calendar


def forum_zone(place: str) -> ZoneInfo:
    """The clock by which a forum's days end."""
    return ZoneInfo(ZONES.get(place, "UTC"))


def deadlines(matter: Matter, reasons: Iterable[Reason], place: str, at: datetime) -> tuple[Deadline, ...]:
    """Every clock of the matter: those of the law's objections and duties, and those the events set, soonest first."""
    when = (at, forum_zone(place), holiday_of(place))
    found = [*own_deadlines(matter, at), *_return(matter, at)]
    for reason in {reason.rule.id: reason for reason in reasons}.values():
        rule = reason.rule
        if rule.clock:
            clock = deadline(rule.name or rule.id, (rule.id, rule.cite), rule.clock, matter, when)
            found += [clock] if clock else []
    return tuple(sorted(found, key=lambda clock: (clock.due, clock.rule)))


def _return(matter: Matter, at: datetime) -> Iterator[Deadline]:
    """The day the demand itself sets for its answer; it does not run while the order is suspended."""
    demand = demand_of(matter)
    if demand.return_by:
        live = standing(matter, at).state == "live"
        state: ClockState = "passed" if demand.return_by <= at else "running" if live else "suspended"
        paper = demand.reference or demand.id
        yield Deadline("answer", demand.return_by, "demand", paper, "as the demand says", demand.served, state)


def as_of(day: date, place: str) -> datetime:
    """The last instant of a day in a forum: what "on that day" means for standing and gate."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=forum_zone(place))
