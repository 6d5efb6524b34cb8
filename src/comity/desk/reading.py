"""Who read what: every look into a matter is written down before it is shown, and a look that is nobody's work alarms.

A read is an entry of the office's ledger, in a register of its own, so that a matter is what happened to it and not who
looked. One entry stands for a person at one page of one matter within a quarter of an hour. A look into an arrival is
one too: a demand that is being read says whose accounts are here, and so each set of accounts that it names is an entry
of its own, by its digest. An alarm is raised when
somebody opens a matter in which they have done nothing, and an account that it names is also named by another demand
that has not been answered in full: one that waits, or that was refused. It is settled with a reason by somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock
from typing import Final

from comity.desk.arrival import Arrival, look_of
from comity.desk.matter import demand_of, load, named
from comity.desk.office import NotThatPerson, Office
from comity.desk.portal import Portal, portal
from comity.desk.recall import Fold
from comity.desk.register import enter, entries, folded, told
from comity.desk.roles import WATCHERS
from comity.errors import ComityError
from comity.kernel.matter import Event, Matter, in_contempt, standing

READS: Final = "#reads"
ALARMS: Final = "#alarms"
SPAN: Final = timedelta(minutes=15)
"""One entry of a person and a page covers so long."""
MOST: Final = 20_000
"""Reads of late that a server remembers, so as not to write them again."""
Raised = Mapping[tuple[str, str], frozenset[str]]
"""For a person and a matter the other matters that an alarm about them named."""


class NoAlarm(ComityError):
    """there is no open alarm `{id}`"""

    help = "`comity ledger alarms` lists them; an alarm is settled once"
    exit_code = 2


class OwnAlarm(ComityError):
    """`{person}` is whom this alarm is about"""

    help = "somebody else settles it: an administrator or counsel who is not its subject"
    exit_code = 5


class NoReason(ComityError):
    """an alarm is settled with a reason, and none was given"""

    help = "say in a sentence what was found"
    exit_code = 4


@dataclass(frozen=True, slots=True)
class Read:
    """One look: who, into which matter, at which page of it, when first within its quarter of an hour."""

    person: str
    matter: str
    page: str
    at: datetime
    accounts: str = ""
    """Of an arrival, which has no matter: the digest of the accounts that it named then."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm: whom it is about, what they opened, which other matters name the same account; how it was settled."""

    id: str
    person: str
    matter: str
    says: str
    at: datetime
    elsewhere: tuple[str, ...]
    settled: Event | None = None
    name: str = ""
    """Whom it is about, where that is nobody of the office: somebody who is admitted to the portal."""


def reads(office: Office, matter: str = "", person: str = "") -> Iterator[Read]:
    """Every look that was written down, in order; of one matter, or by one person."""
    for event in filter(None, map(told, office.registry.entries(READS))):  # too many to keep
        one = Read(event.by, event.get("matter"), event.get("page"), event.known, event.get("accounts"))
        if matter in ("", one.matter) and person in ("", one.person):
            yield one


def alarms(office: Office) -> tuple[Alarm, ...]:
    """Every alarm, the open ones first, then the latest first."""
    return folded(office, ALARMS, _alarms)[0]


def watched(office: Office, person: str) -> tuple[Alarm, ...]:
    """The same, for a person who watches; nobody else is told of them."""
    if office.person(person).isdisjoint(WATCHERS):
        raise NotThatPerson(person=person, why=f"does not see alarms: that is for {' or '.join(WATCHERS)}")
    return alarms(office)


def _alarms(_: str, events: tuple[Event, ...]) -> tuple[Alarm, ...]:
    settled = {event.get("of"): event for event in events if event.kind == "settled"}
    found = [
        Alarm(
            e.id,
            e.by,
            e.get("matter"),
            e.says,
            e.known,
            tuple(e.get("elsewhere").split()),
            settled.get(e.id),
            e.get("name"),
        )
        for e in events
        if e.kind == "alarm"
    ]
    return tuple(sorted(found, key=lambda one: (one.settled is not None, -one.at.timestamp(), one.id)))


def _raised(before: Raised, events: tuple[Event, ...]) -> Raised:
    made = dict(before)
    for event in events:
        if event.kind == "alarm":
            about = event.by, event.get("matter")
            made[about] = made.get(about, frozenset()).union(event.get("elsewhere").split())
    return made


RAISED: Final[Fold[Raised]] = Fold(dict, _raised)
"""All that there was ever an alarm about: each look asks for this."""


def strangers(office: Office, found: Portal, tried: Iterable[Event], at: datetime) -> Iterator[Event]:
    """Alarms about people of authorities who tried, in the portal, to see what another filed.

    One stands for a person and a filing until it is settled, however often they try.
    """
    open_now = {(one.person, one.matter) for one in alarms(office) if one.settled is None}
    for event in tried:
        person, filing = event.get("person"), event.get("filing")
        if (person, filing) in open_now or filing not in found.filings:
            continue
        open_now.add((person, filing))
        who = found.people[person].name if person in found.people else person
        says = f"{who} tried in the portal to see {filing}, which another filed, and was told that it is not there"
        data = (("matter", filing), ("name", who))
        yield named(ALARMS, Event("", "alarm", event.happened, at, says, "the portal", person, data=data))


def settle(office: Office, id: str, by: str, at: datetime, why: str) -> Event:
    """Say what an alarm came to; somebody who is not its subject does, once."""
    office.may(by, "settle")
    known, seen = folded(office, ALARMS, _alarms)
    alarm = next((one for one in known if one.id == id and one.settled is None), None)
    if alarm is None:
        raise NoAlarm(id=id)
    if alarm.person == by:
        raise OwnAlarm(person=by)
    if not why.strip():
        raise NoReason
    event = named(ALARMS, Event("", "settled", at, at, why.strip(), "the office", by, data=(("of", id),)))
    enter(office, ALARMS, [event], seen)
    return event


@dataclass
class Watch:
    """Writes looks down, and raises alarms. It remembers what it wrote of late, and what each matter asks for."""

    _late: dict[tuple[str, str, str], datetime] = field(default_factory=dict)
    _asks: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)
    """How many entries each matter had when it was looked at, and the accounts that it named then."""
    _naming: dict[str, set[str]] = field(default_factory=dict)
    """The matters that name an account."""
    _lock: RLock = field(default_factory=RLock)

    def knows(self, person: str, matter: str, page: str, at: datetime) -> bool:
        """Whether this look is covered by one that was written down of late."""
        with self._lock:
            since = self._late.get((person, matter, page))
            return since is not None and since <= at < since + SPAN

    def opened(self, office: Office, person: str, matter: str, page: str, at: datetime) -> None:
        """Write down that a person opens a page of a matter, and raise an alarm if that is to be asked about.

        A name that is neither a matter's nor that of what was filed in the portal is no look.
        """
        if matter not in office.matters() and matter not in portal(office).filings:
            return
        data = (("matter", matter), ("page", page))
        event = Event("", "read", at, at, f"{person} read {matter}{page}", "the desk", person, data=data)
        alarm = self._alarm(office, person, matter, at)
        office.registry.append_all([*entries(READS, [event]), *entries(ALARMS, [alarm] if alarm else [])])
        self._remember((person, matter, page), at)

    def came(self, office: Office, person: str, arrived: Arrival, page: str, at: datetime) -> None:
        """Write down that a person is shown an arrival, or brings one: before they are told which accounts are here."""
        name, accounts = look_of(arrived)
        key = (person, name, f"{page} {accounts}")
        if self.knows(*key, at):
            return
        data = (("matter", name), ("page", page), *((("accounts", accounts),) if accounts else ()))
        event = Event("", "read", at, at, f"{person} read {name}{page}", "the desk", person, data=data)
        office.registry.append_all(entries(READS, [event]))
        self._remember(key, at)

    def _remember(self, key: tuple[str, str, str], at: datetime) -> None:
        with self._lock:
            if len(self._late) >= MOST:
                self._late = {one: since for one, since in self._late.items() if at < since + SPAN}
            self._late[key] = at

    def _alarm(self, office: Office, person: str, matter: str, at: datetime) -> Event | None:
        if "auditor" in office.person(person):
            return None
        opened = load(office, matter) if matter in office.matters() else None
        if opened is None or not opened.of("confirmed") or any(event.by == person for event in opened.events):
            return None
        others = self._others(office, matter)
        found = {name: state for name in others if (state := unanswered(load(office, name), at))}
        if found.keys() <= folded(office, ALARMS, RAISED)[0].get((person, matter), frozenset()):
            return None
        told = ", ".join(f"{name} ({state})" for name, state in sorted(found.items()))
        says = f"{person} opened {matter}, in which they have done nothing; an account of it is also named by {told}"
        data = (("matter", matter), ("elsewhere", " ".join(sorted(found))))
        return named(ALARMS, Event("", "alarm", at, at, says, "the desk", person, data=data))

    def _others(self, office: Office, matter: str) -> frozenset[str]:
        """The confirmed matters that name an account of this one; only what was added to a matter is read anew."""
        with self._lock:
            for name, seen in office.matters().items():
                if self._asks.get(name, (0,))[0] != seen:
                    self._learn(name, seen, load(office, name))
            shared = (self._naming.get(account, set()) for account in self._asks[matter][1])
            return frozenset().union(*shared) - {matter}

    def _learn(self, name: str, seen: int, found: Matter) -> None:
        for account in self._asks.get(name, (0, frozenset[str]()))[1]:
            self._naming[account].discard(name)
        accounts = frozenset(demand_of(found).scope.accounts) if found.of("confirmed") else frozenset[str]()
        self._asks[name] = seen, accounts
        for account in accounts:
            self._naming.setdefault(account, set()).add(name)


def unanswered(matter: Matter, at: datetime) -> str:
    """Whether a demand was refused, or waits; empty once all it asked for was produced."""
    scope = demand_of(matter).scope
    given = frozenset().union(*(event.touches or scope.categories for event in matter.of("produced")))
    if scope.categories <= given:
        return ""
    dead = all(standing(matter, at, category).state == "dead" for category in scope.categories - given)
    return "refused" if dead or in_contempt(matter, at) or matter.of("refused") else "pending"
