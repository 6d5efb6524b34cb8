"""The porter of the portal: takes what lies in the tray to the ledger, admits people, and lays out word for them.

A sheet that cannot be read for what it should be stays where it is and is taken for nothing.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from comity.desk.agencies import agencies
from comity.desk.office import Office
from comity.desk.portal import REGISTER, Applied, Filing, Portal, filing, portal, portal_with
from comity.desk.reading import ALARMS, strangers
from comity.desk.register import enter, entries
from comity.desk.roles import ACTS
from comity.desk.trays import FOLDER, Tray, inward, outward
from comity.errors import ComityError
from comity.kernel.matter import Event
from comity.kernel.words import canonical
from comity.registry.blobs import BlobChanged, BlobMissing, Blobs
from comity.registry.port import Overtaken

TRAYS: Final = {
    "people": "registered", "filings": "filed", "answers": "answered", "keys": "keyed", "fetched": "fetched",
    "strangers": "stranger",
}  # fmt: skip
"""Kinds of sheet in the tray, and what each is in the register."""
SAYS: Final = {
    "registered": "somebody registered in the portal",
    "filed": "a demand was filed in the portal",
    "answered": "the authority wrote to us",
    "keyed": "the authority stated the key to which a production shall be sealed",
    "fetched": "a production was fetched",
    "stranger": "somebody tried to see a demand that another filed",
}
ADMITTING: Final = frozenset(ACTS["admit"][1])
"""The roles that admit people to the portal and write to them."""


class NoApplicant(ComityError):
    """nobody waits to be admitted as `{id}`"""

    help = "see who waits on the page of registrations; somebody may have decided meanwhile"
    exit_code = 2


class NotTwice(ComityError):
    """`{person}` has approved this registration already"""

    help = "two different people of the office must; ask another"
    exit_code = 5


class NotWhatWasShown(ComityError):
    """this registration is not what was shown"""

    help = "look at it again; nothing was recorded"
    exit_code = 5


class NothingSaid(ComityError):
    """nothing was written"""

    help = "write what the authority shall read, in at most 4,000 characters"
    exit_code = 4


def emptied(office: Office, at: datetime) -> Portal:
    """The portal, once whatever lies in the tray is entered; papers are put with the office's own, unopened."""
    found = portal(office)
    new = sorted((event for kind in TRAYS for event in _new(office, kind, found, at)), key=lambda one: one.happened)
    if new:
        for event in new:
            _keep_papers(office, event.get("sheet"))
        with suppress(Overtaken):  # another emptied it at the same moment
            _entered(office, found, new, at)
        found = portal(office)
    if not office.trays.laid:  # whoever ended between an entry and its sheet left one that is not of now
        lay_out(office, found)
        office.trays.laid = True
    elif new:
        lay_out(office, found, new)
    _lay_agencies(office)
    _sweep(office, found, at)
    return found


def _new(office: Office, kind: str, found: Portal, at: datetime) -> list[Event]:
    """What lies in the tray and is not in the register yet."""
    tray, entered = inward(office.root), office.trays.entered
    names = tray.names(kind)
    if names is entered.get(kind):
        return []
    left = [name for name in names if f"{kind}/{name}" not in found.sheets]
    events = (_event(TRAYS[kind], (f"{kind}/{name}", name), _sheet(tray, kind, name), at) for name in left)
    new = [event for event in events if event is not None]
    if not new:
        entered[kind] = names
    return new


def _entered(office: Office, found: Portal, events: list[Event], at: datetime) -> None:
    """Enter what came, and an alarm for whoever asked for what is another's, all or none."""
    came = portal_with(found, events)
    tried = [event for event in events if event.get("what") == "stranger"]
    alarms = entries(ALARMS, strangers(office, came, tried, at))
    office.registry.append_all([*entries(REGISTER, events), *alarms], {REGISTER: found.seen})


def _sheet(tray: Tray, kind: str, name: str) -> Mapping[str, Any]:
    with suppress(ComityError):
        return tray.sheet(kind, name) or {}
    return {}


def _event(what: str, named: tuple[str, str], said: Mapping[str, Any], at: datetime) -> Event | None:
    (sheet, name), when = named, _moment(said.get("at"))
    if when is None or not _sound(what, said):
        return None
    data = {key: _text(value) for key, value in said.items() if key != "at"}
    own = {"what": what, "sheet": sheet, **({"person": name} if what == "registered" else {})}
    own |= {"filing": name} if what == "filed" else {}
    by = "" if what == "answered" else data.get("person", name)
    return Event("", "portal", min(when, at), at, SAYS[what], sheet, by, data=tuple((data | own).items()))


def _moment(text: object) -> datetime | None:
    try:
        when = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return when if when is not None and when.tzinfo is not None else None


NEEDS: Final = {
    "registered": ("name", "mail", "agency"), "filed": ("person", "agency"), "answered": ("filing", "person", "says"),
    "keyed": ("filing", "person", "key"), "fetched": ("filing", "person", "production"),
    "stranger": ("filing", "person"),
}  # fmt: skip
"""What a sheet must say to be taken for what it is."""


def _sound(what: str, said: Mapping[str, Any]) -> bool:
    tables = said.get("tables") if what == "filed" else {"demand": {}, "scope": {}}
    whole = isinstance(tables, dict) and all(isinstance(tables.get(name), dict) for name in ("demand", "scope"))
    return whole and all(isinstance(said.get(name), str) for name in NEEDS[what])


def _text(value: object) -> str:
    return value if isinstance(value, str) else canonical(value).decode()


def _keep_papers(office: Office, sheet: str) -> None:
    kind, _, name = sheet.partition("/")
    tray, blobs = inward(office.root), Blobs(office.root / "blobs")
    said = _sheet(tray, kind, name) if kind == "filings" else {}
    papers = said.get("tables", {}).get("paper", ())
    for paper in papers if isinstance(papers, list) else ():
        with suppress(BlobMissing, BlobChanged, KeyError, TypeError):  # it is then missing, and the page says so
            blobs.put(tray.papers.read(paper["digest"]))


def lay_out(office: Office, found: Portal, changed: Iterable[Event] | None = None) -> None:
    """Lay out for the portal what it may tell: who is admitted, how filings stand; all, or what events changed."""
    tray, people, filings = outward(office.root), set(found.people), set(found.filings)
    if changed is not None:
        named = [dict(event.data) for event in changed]
        people &= {one.get("person", "") for one in named}
        filings &= {one.get("filing", "") for one in named}
    for id in sorted(people):
        _lay(tray, ("people", id), {"state": found.people[id].state, "why": found.people[id].why})
    for id in sorted(filings):
        _lay(tray, ("filings", id), _laid(found.filings[id]))


def _lay_agencies(office: Office) -> None:
    known = [
        {"id": one.id, "name": one.name, "place": one.place, "domains": sorted(one.domains)}
        for one in agencies(office).values()
    ]
    _lay(outward(office.root), ("office", "agencies"), {"agencies": known})


def _lay(tray: Tray, named: tuple[str, str], sheet: dict[str, Any]) -> None:
    if tray.sheet(*named) != sheet:
        tray.lay(*named, sheet)


def _sweep(office: Office, found: Portal, at: datetime) -> None:
    """Take away what has expired."""
    folder = outward(office.root).folder / "productions"
    there = os.listdir(folder) if folder.is_dir() else []
    ends = {f"{one.name}.zip": one.until for filed in found.filings.values() for one in filed.handed} if there else {}
    for name in there:
        if name in ends and ends[name] <= at:
            (folder / name).unlink(missing_ok=True)


def _laid(filing: Filing) -> dict[str, Any]:
    asked = [{"at": word.at.isoformat(), "says": word.says} for word in filing.words if word.by]
    productions = [
        {"name": one.name, "until": one.until.isoformat(), "title": f"production {number}"}
        for number, one in enumerate(filing.handed, 1)
    ]
    # That it became a matter is not told: it would tell that the account is here, before anybody confirmed the demand.
    state = "answered" if filing.handed else "returned" if filing.returned else "filed"
    return {"state": state, "why": filing.returned, "asked": asked, "productions": productions}


def flagged(office: Office, one: Applied) -> str:
    """What stands out about a registration: a mail address that is none of the agency's, as the directory has them."""
    agency, domain = agencies(office).get(one.agency), one.mail.rpartition("@")[2].lower()
    if agency is None:
        return f"the directory has no agency `{one.agency}`"
    return "" if domain in agency.domains else f"`{domain}` is no domain from which {agency.name} writes"


def _same(one: str, other: str) -> bool:
    """Two spellings of one name are one person."""
    plain = (" ".join(unicodedata.normalize("NFKC", name).split()).casefold() for name in (one, other))
    return len(set(plain)) == 1


def _applying(found: Portal, id: str) -> Applied:
    one = found.people.get(id)
    if one is None or one.state != "waiting":
        raise NoApplicant(id=id)
    return one


def approve(office: Office, id: str, by: str, at: datetime, shown: str) -> Applied:
    """One person's yes to a registration as it was shown; two different people's admit it."""
    office.may(by, "admit")
    found = portal(office)
    one = _applying(found, id)
    if shown != one.shown:
        raise NotWhatWasShown
    if any(_same(by, other) for other in one.approved):
        raise NotTwice(person=by)
    note(office, found, ("approved", f"{by} approves that {one.name} uses the portal", by, at), person=id, shown=shown)
    return portal(office).people[id]


def decline(office: Office, id: str, why: str, by: str, at: datetime) -> Applied:
    """Decline a registration, or end one that was approved, with what that person is told."""
    office.may(by, "admit")
    found = portal(office)
    one = found.people.get(id)
    if one is None or one.declined:
        raise NoApplicant(id=id)
    note(office, found, ("declined", f"{by} declines that {one.name} uses the portal", by, at), person=id, why=why)
    return portal(office).people[id]


def ask(office: Office, id: str, says: str, by: str, at: datetime) -> None:
    """Write to the authority about what it filed."""
    office.may(by, "admit")
    found = portal(office)
    one = filing(found, id)
    if not says.strip() or len(says) > 4000:
        raise NothingSaid
    note(office, found, ("asked", f"{by} wrote to the authority", by, at), filing=one.id, says=says.strip())


def note(office: Office, found: Portal, said: tuple[str, str, str, datetime], **data: str) -> None:
    """One entry of the register, made by somebody of the office, and laid out at once."""
    what, says, by, at = said
    event = Event("", "portal", at, at, says, "the office", by, data=(("what", what), *data.items()))
    enter(office, REGISTER, [event], found.seen)
    lay_out(office, portal(office), [event])


def folder_made(office: Office) -> None:
    """Make the trays, so that the portal finds them."""
    for tray in (inward(office.root), outward(office.root)):
        tray.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (office.root / FOLDER / "out" / "productions").mkdir(mode=0o700, exist_ok=True)
