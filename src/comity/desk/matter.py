"""The matter at the desk: events recorded, the matter folded from them, its standing and its clocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from comity.desk.agencies import backing
from comity.desk.codec import decode, encode
from comity.desk.office import Office
from comity.desk.register import entries
from comity.desk.roles import act_of
from comity.errors import ComityError, Faulty
from comity.intake.keys import CHANNELS
from comity.kernel.clock import Holiday
from comity.kernel.demand import Demand
from comity.kernel.matter import (
    ENDING,
    KINDS,
    SHUTTING,
    Deadline,
    Event,
    Matter,
    deadline,
    event_faults,
    fold,
    own_deadlines,
    standing,
)
from comity.kernel.reason import Reason
from comity.kernel.words import Fault, Value, digest
from comity.registry.jobport import End
from comity.registry.port import Entry
from comity.registry.port import Overtaken as Overtaken

ZONES: Final = {
    "AE": "Asia/Dubai", "AT": "Europe/Vienna", "AU": "Australia/Sydney", "BE": "Europe/Brussels", "BG": "Europe/Sofia",
    "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CH": "Europe/Zurich", "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia", "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen",
    "EE": "Europe/Tallinn", "ES": "Europe/Madrid", "EU": "Europe/Brussels", "FI": "Europe/Helsinki",
    "FR": "Europe/Paris", "GB": "Europe/London", "GR": "Europe/Athens", "HR": "Europe/Zagreb", "HU": "Europe/Budapest",
    "IE": "Europe/Dublin", "IN": "Asia/Kolkata", "IT": "Europe/Rome", "JP": "Asia/Tokyo", "KR": "Asia/Seoul",
    "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga", "MT": "Europe/Malta",
    "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon",
    "RO": "Europe/Bucharest", "RU": "Europe/Moscow", "SE": "Europe/Stockholm", "SG": "Asia/Singapore",
    "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava", "TR": "Europe/Istanbul", "US": "America/New_York",
    "VN": "Asia/Ho_Chi_Minh",
}  # fmt: skip
"""The clock a forum's days end by; a forum that is not listed counts in UTC."""

ClockState = Literal["running", "suspended", "passed"]
OURS: Final = frozenset(
    {"confirmed", "collected", "reviewed", "approved", "approval-withdrawn", "refused", "released", "produced"}
    | {"notified", "letter", "erased"}
)
"""Kinds of event that only the desk's own acts may record: nobody writes an approval down by hand."""


class NotByHand(ComityError):
    """an event of kind `{kind}` is not entered by hand"""

    help = "its own act records it: confirm, collect, review, approve, withdraw, produce, notify, letter or erase"
    exit_code = 5


FINDING: Final = {
    "supports": ("yes", "no", "unclear"),
    "channel": CHANNELS,
    "contact": ("directory", "public", "demand"),
}
"""What a finding on authenticity must say."""

KEPT: Final = SHUTTING | ENDING | {"issued", "served", "mandate"}
"""What an entry whose payload was erased still does: it may shut the gate or end an order, never open or revive."""


class NotConfirmed(ComityError):
    """nothing tells what matter `{matter}` demands: its confirmation was erased, or was not yet known at that moment"""

    help = "ask about a later moment, or have a person confirm the demand again with `comity receive`"
    exit_code = 5


class NoMatter(ComityError):
    """there is no matter `{matter}`"""

    help = "`comity standing` without a name lists the matters; `comity receive` begins one"
    exit_code = 2


class NotBoth(ComityError):
    """`{person}` {did} for matter `{matter}`: nobody both collects and approves for one matter"""

    help = "have somebody else do it; who has approved may first take that back with `comity withdraw {matter}`"
    exit_code = 5


class ToldMeanwhile(ComityError):
    """{by} recorded the same kind of event while this form lay open: {says}"""

    help = "if yours is a different one, send it again; if it is that one, nothing is left to do"
    exit_code = 6


def approvers(matter: Matter) -> frozenset[str]:
    """Who approved something for a matter and did not take it back since."""
    back = {event.by: event.known for event in matter.of("approval-withdrawn")}
    return frozenset(e.by for e in matter.of("approved") if e.by not in back or e.known > back[e.by])


def apart(matter: Matter, person: str, act: str) -> None:
    """Refuse to let a person approve who collected for the matter, or collect and produce who approved for it."""
    other = {event.by for event in matter.of("collected")} if act == "approve" else approvers(matter)
    if person in other:
        raise NotBoth(person=person, did="collected" if act == "approve" else "approved", matter=matter.id)


def enter(office: Office, matter: str, event: Event, since: int | None = None) -> Entry:
    """Record what happened outside the office, or what a person found out, if their role may.

    `since` is how many entries the matter had when its writer began: of two who tell one happening at once the second
    is refused until they have seen what the first wrote.
    """
    if event.kind in OURS:
        raise NotByHand(kind=event.kind)
    office.may(event.by, act_of(event.kind))
    faults = tuple(_data_faults(office, event))
    whole, seen = load_seen(office, matter)
    if event.kind == "finding" and event.get("contact") == "directory":
        event, more = backing(office, event, min(one.known for one in whole.events) if whole.events else event.known)
        faults = (*faults, *more)
    if faults:
        raise Faulty(faults, path=f"event {event.kind}")
    _not_told(office, matter, event.kind, since)
    try:
        return record(office, matter, [event], seen=seen)[0]
    except Overtaken:
        _not_told(office, matter, event.kind, since)
        raise


def _not_told(office: Office, matter: str, kind: str, since: int | None) -> None:
    """Refuse a kind of event that somebody else entered since the matter had so many entries."""
    for other in () if since is None else office.recall.since(office.registry, matter, _told, since):
        if other.kind == kind:
            raise ToldMeanwhile(by=other.by or other.source, says=other.says)


def _data_faults(office: Office, event: Event) -> Iterator[Fault]:
    """What is wrong with the data that a kind of event needs: a finding's channel, counsel's answer, a fact's value."""
    for key, allowed in FINDING.items() if event.kind == "finding" else ():
        if event.get(key) not in allowed:
            what, remedy = f"`{event.get(key)}` is not a {key}", f"write --data {key}= and one of {', '.join(allowed)}"
            yield Fault("bad-data", f"event {event.kind}", what, remedy)
    if event.kind in ("counsel", "fact"):
        name, given = event.get("term"), event.get("answer" if event.kind == "counsel" else "value")
        term = office.packs.words.terms.get(name)
        law = name.startswith("question.")
        if term is None or (law and event.kind == "fact"):
            what, remedy = f"`{name}` is not a term for this", "write --data term= and a word of `comity law terms`"
            yield Fault("unknown-word", f"event {event.kind}", what, remedy)
        elif not term.admits(said(given)):
            remedy = f"use {', '.join(term.codes) or 'true or false' if term.kind != 'place' else 'a country code'}"
            yield Fault("unknown-code", f"event {event.kind}", f"`{given}` is not a value of `{name}`", remedy)


def said(value: str) -> Value:
    """A fact's value as it was typed: `true` and `false` are truths, anything else a code."""
    return {"true": True, "false": False}.get(value, value)


def named(matter: str, event: Event) -> Event:
    """The event with an id made from what it says, so that saying it twice is saying it once."""
    return replace(event, id=digest([matter, encode(replace(event, id="")).decode()])[7:23])


def record(
    office: Office, matter: str, events: Iterable[Event], seen: int | None = None, ends: End | None = None
) -> list[Entry]:
    """Write events of one matter, all or none, and the end of the job they came of; faults are gathered first.

    `seen` is how many events the writer had read; if another wrote meanwhile nothing is written (`Overtaken`).
    """
    ready = [event if event.id else named(matter, event) for event in events]
    faults = tuple(fault for event in ready for fault in event_faults(event))
    if faults:
        raise Faulty(faults, path=f"matter {matter}")
    return office.registry.append_all(entries(matter, ready), None if seen is None else {matter: seen}, ends)


def load(office: Office, matter: str) -> Matter:
    """The matter folded from its events."""
    return load_seen(office, matter)[0]


def load_seen(office: Office, matter: str) -> tuple[Matter, int]:
    """The matter, and how many entries it had when it was read: what `record` wants to know of a writer."""
    if matter.startswith("#"):
        raise NoMatter(matter=matter)
    found, entries = office.recall.made(office.registry, matter, _told, fold)
    if not entries:
        raise NoMatter(matter=matter)
    saw = office.saw.pop(matter, entries)
    if saw != entries:
        raise Overtaken(matter=matter, found=entries, seen=saw)
    return found, entries


def _told(entry: Entry) -> Event | None:
    """What an entry still tells. Erased, it tells its kind and moments, and counts where that shuts or ends."""
    if entry.kind == "erased":
        return None
    if entry.payload is not None:
        return decode(entry.payload, Event)
    if entry.kind not in KEPT:
        return None
    says = f"{KINDS[entry.kind]} (what it said was erased)"
    return Event(f"entry-{entry.index}", entry.kind, entry.happened, entry.known, says, f"entry {entry.index}")


def demand_of(matter: Matter) -> Demand:
    """The demand as a person last confirmed it."""
    confirmed = matter.of("confirmed")
    if not confirmed:
        raise NotConfirmed(matter=matter.id)
    return _demand(confirmed[-1].get("demand"))


@lru_cache(4096)
def _demand(text: str) -> Demand:
    return decode(text, Demand)


@cache
def holiday_of(place: str) -> Holiday:
    """The legal holidays of a forum, as the `holidays` library keeps them; a place it does not know has none."""
    import holidays  # a calendar of every country: only what counts days needs it

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
