"""What was filed in the portal becomes a matter, or is returned; and what the gate let go is laid out to be fetched."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from comity.desk import portal as rooms
from comity.desk import porter
from comity.desk.agencies import Agency, Contact, agencies
from comity.desk.codec import encode
from comity.desk.demand import beginning, findings, known, next_matter
from comity.desk.matter import demand_of, enter, load, named
from comity.desk.office import Office
from comity.desk.portal import REGISTER, Filing
from comity.desk.release import Sent, send
from comity.desk.trays import new_name, outward
from comity.errors import ComityError, Faulty
from comity.intake.form import read_demand
from comity.kernel.demand import Demand, authentic
from comity.kernel.matter import Event
from comity.kernel.words import canonical
from comity.registry.blobs import Blobs
from comity.registry.port import NewEntry

LONGEST: Final = 30
"""Days that a production may wait in the portal."""


class Decided(ComityError):
    """`{id}` was {state} already"""

    help = "look at it again; nothing was recorded"
    exit_code = 5


class NotTaken(ComityError):
    """what was filed as `{id}` is no matter yet"""

    help = "confirm it first; what was said at the call is then a finding of its matter"
    exit_code = 5


class NoKey(ComityError):
    """the authority has not stated to which key a production shall be sealed"""

    help = "ask for it on the page of what it filed; the portal tells how such a key is made"
    exit_code = 5


class NotSoLong(ComityError):
    """a production waits for 1 to 30 days, not {days}"""

    help = "choose how long the authority has to fetch it"
    exit_code = 4


def demand_in(office: Office, one: Filing, name: str) -> Demand:
    """What was filed, read anew by what the desk knows; or every fault."""
    tables = {**one.tables, "demand": {**one.tables["demand"], "id": name, "served": one.at.isoformat()}}
    demand, faults = read_demand(canonical(tables), "json", known(office), one.at.date())
    if demand is None:
        raise Faulty(tuple(faults), path=f"filing {one.id}")
    return demand


def take(office: Office, id: str, by: str, at: datetime) -> str:
    """Confirm what was filed: its matter begins, and the filing says so, both or neither."""
    office.may(by, "receive")
    found = rooms.portal(office)
    one = _open(found, id)
    name = next_matter(office)
    demand = demand_in(office, one, name)
    opening = [named(name, event) for event in beginning(office, demand, by, at)]
    says = f"{by} confirmed what was filed; it is matter {name}"
    data = (("what", "taken"), ("filing", one.id), ("matter", name))
    noted = Event("", "portal", at, at, says, "the office", by, data=data)
    entries = [NewEntry(name, one.kind, one.happened, one.known, encode(one)) for one in opening]
    entries.append(NewEntry(REGISTER, "portal", at, at, encode(noted)))
    office.registry.append_all(entries, {name: 0, REGISTER: found.seen})
    porter.lay_out(office, rooms.portal(office), at)
    return name


def give_back(office: Office, id: str, why: str, by: str, at: datetime) -> None:
    """Return what was filed without taking it in, with what the authority is told."""
    office.may(by, "receive")
    found = rooms.portal(office)
    one = _open(found, id)
    if not why.strip():
        raise porter.NothingSaid
    porter.note(office, found, ("returned", f"{by} returned what was filed", by, at), filing=one.id, why=why.strip())


def _open(found: rooms.Portal, id: str) -> Filing:
    one = rooms.filing(found, id)
    if one.state != "filed":
        raise Decided(id=id, state="taken in" if one.matter else "returned")
    return one


def hand_over(office: Office, id: str, days: int, by: str, at: datetime) -> Sent:
    """Ask the gate; if it opens, seal the production to the authority's key and lay it out for the one who filed."""
    office.may(by, "produce")
    found = rooms.portal(office)
    one = rooms.filing(found, id)
    if not one.matter:
        raise NotTaken(id=id)
    if not one.key:
        raise NoKey
    if not 1 <= days <= LONGEST:
        raise NotSoLong(days=days)
    porter.folder_made(office)
    name = new_name("x")
    sent = send(office, one.matter, by, at, (one.key,), outward(office.root).folder / "productions" / f"{name}.zip")
    until = at + timedelta(days=days)
    says = f"a production waits in the portal until {until:%Y-%m-%d %H:%M} UTC, for one person"
    more = {"filing": one.id, "matter": one.matter, "production": name, "person": one.person}
    porter.note(office, rooms.portal(office), ("handed", says, by, at), until=until.isoformat(), **more)
    return sent


def callback(office: Office, one: Filing) -> tuple[Agency | None, tuple[Contact, ...]]:
    """Whom to call back about what was filed: the agency's telephones that we had before it came."""
    agency = agencies(office).get(one.agency)
    return agency, agency.ways("telephone", one.at) if agency else ()


def uncalled(office: Office, name: str, at: datetime) -> bool:
    """Whether a matter is an emergency that nothing independent has confirmed or refuted yet."""
    matter = load(office, name).as_known(at)
    demand = demand_of(matter)
    return demand.emergency and authentic(demand, findings(matter))[0] is None


def paper(office: Office, one: Filing, number: int) -> tuple[str, bytes]:
    """A paper that came with a filing, as it came: its name and its octets; nothing here opens it."""
    papers = one.tables.get("paper", ())
    if not 0 <= number < len(papers):
        raise rooms.NoSuchFiling(id=f"{one.id}, paper {number + 1}")
    octets = b"".join(Blobs(office.root / "blobs").read(papers[number]["digest"]))
    return str(papers[number]["name"]), octets


def called_back(office: Office, id: str, event: Event) -> None:
    """Record what was said at a call-back: a finding of the matter, through the directory and by telephone."""
    one = rooms.filing(rooms.portal(office), id)
    if not one.matter:
        raise NotTaken(id=id)
    own = dict(event.data) | {"channel": "phone", "contact": "directory"}
    enter(office, one.matter, replace(event, kind="finding", data=tuple(own.items())))
