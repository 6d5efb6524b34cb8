"""What was filed in the portal becomes a matter, or is returned; and what the gate let go is laid out to be fetched."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from comity.desk import portal as rooms
from comity.desk import porter
from comity.desk.agencies import Agency, Contact, agencies
from comity.desk.demand import beginning, findings, known, next_matter
from comity.desk.jobs import HAND, Hold
from comity.desk.matter import demand_of, enter, load, named
from comity.desk.office import Office
from comity.desk.portal import REGISTER, Filing
from comity.desk.register import entries
from comity.desk.release import Beside, Sent, send
from comity.desk.sealing import Asked, ask_production, seal
from comity.desk.trays import new_name, outward
from comity.errors import ComityError, Faulty
from comity.intake.form import read_demand
from comity.kernel.demand import Demand, authentic
from comity.kernel.matter import Event
from comity.kernel.words import canonical
from comity.registry.blobs import Blobs
from comity.registry.jobport import Job

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
    new = [*entries(name, opening), *entries(REGISTER, [noted])]
    office.registry.append_all(new, {name: 0, REGISTER: found.seen})
    porter.lay_out(office, rooms.portal(office), [noted])
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
    one = _fit(office, id, days)
    porter.folder_made(office)
    name = new_name("x")
    sent = send(office, one.matter, by, at, (one.key,), _laid(office, name))
    found = rooms.portal(office)
    handed = _handed(one, name, days, (by, at))
    office.registry.append_all(entries(REGISTER, [handed]), {REGISTER: found.seen})
    porter.lay_out(office, rooms.portal(office))
    return sent


def _fit(office: Office, id: str, days: int) -> Filing:
    one = rooms.filing(rooms.portal(office), id)
    if not one.matter:
        raise NotTaken(id=id)
    if not one.key:
        raise NoKey
    if not 1 <= days <= LONGEST:
        raise NotSoLong(days=days)
    return one


def _laid(office: Office, name: str) -> Path:
    return outward(office.root).folder / "productions" / f"{name}.zip"


def _handed(one: Filing, name: str, days: int, whose: tuple[str, datetime]) -> Event:
    """That a production waits for whoever filed: an entry of the portal's register."""
    by, at = whose
    until = at + timedelta(days=days)
    says = f"a production waits in the portal until {until:%Y-%m-%d %H:%M} UTC, for one person"
    data = {"what": "handed", "until": until.isoformat(), "filing": one.id, "matter": one.matter,
            "production": name, "person": one.person}  # fmt: skip
    return Event("", "portal", at, at, says, "the office", by, data=tuple(data.items()))


def ask_hand_over(office: Office, id: str, days: int, by: str, at: datetime) -> Job:
    """Have a production sealed to the authority's key and laid out; refused at once if the gate is shut."""
    office.may(by, "produce")
    one = _fit(office, id, days)
    return ask_production(office, one.matter, Asked(by, at, (one.key,), {"filing": id, "days": str(days)}), HAND)


def hand(hold: Hold) -> None:
    """The job: seal it, and lay it out; that it left and that it waits in the portal are entered both or neither."""
    office, asks = hold.office, json.loads(hold.job.asks)
    tidy(office)
    one, name = (
        _fit(office, asks["filing"], int(asks["days"])),
        hold.keep(f"tray {hold.job.tries}", lambda: new_name("x")),
    )
    porter.folder_made(office)

    def beside(sent: Sent, at: datetime) -> Beside:
        if not _laid(office, name).exists():  # it was there before if somebody else wrote meanwhile
            os.link(sent.path, _laid(office, name))
        handed = _handed(one, name, int(asks["days"]), (hold.job.by, at))
        return entries(REGISTER, [handed]), {REGISTER: rooms.portal(office).seen}

    seal(hold, beside)
    porter.lay_out(office, rooms.portal(office))


def tidy(office: Office) -> None:
    """Lay out what was entered and not laid out yet, and take away what no entry names: nobody was given that."""
    folder = outward(office.root).folder / "productions"
    if not folder.is_dir():
        return
    porter.lay_out(office, rooms.portal(office))
    named = _names(office)
    left = {path.stem: path for path in folder.glob("*.zip") if path.stem not in named}
    for job in office.registry.jobs(HAND) if left else ():
        now = f"tray {job.tries}" if job.state == "running" else ""
        for step, name in office.registry.steps(job.number).items():
            if step != now and name in left and name not in _names(office):
                left.pop(name).unlink(missing_ok=True)


def _names(office: Office) -> frozenset[str]:
    return frozenset(given.name for one in rooms.portal(office).filings.values() for given in one.handed)


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
