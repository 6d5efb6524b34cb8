"""All that came through the portal, as the office has it in its register `#portal`, folded as a matter is.

Each entry says when it came and when we took it out of the tray. Nothing that an authority wrote is taken for more than
what somebody typed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from comity.desk.office import Office
from comity.desk.register import folded
from comity.errors import ComityError
from comity.kernel.matter import Event
from comity.kernel.words import digest

REGISTER: Final = "#portal"
TWO: Final = 2


class NoSuchFiling(ComityError):
    """nothing was filed in the portal as `{id}`"""

    help = "see what was filed on the page `Portal`"
    exit_code = 2


@dataclass(frozen=True)
class Applied:
    """A registration as the desk sees it: who says what of themselves, who approved it, how it stands."""

    id: str
    name: str
    mail: str
    agency: str
    telephone: str
    at: datetime
    approved: tuple[str, ...] = ()
    declined: str = ""
    why: str = ""

    @property
    def state(self) -> str:
        """Whether it waits, was approved by two, or declined."""
        return "declined" if self.declined else "approved" if len(self.approved) >= TWO else "waiting"

    @property
    def shown(self) -> str:
        """The digest of what an approval is bound to."""
        return digest([self.id, self.name, self.mail, self.agency, self.telephone])


@dataclass(frozen=True)
class Word:
    """Something written between the office and an authority: when, what, and by whom of the office (or nobody)."""

    at: datetime
    says: str
    by: str = ""


@dataclass(frozen=True)
class Handed:
    """A production laid out for one person: under what name, until when, and each time it was fetched."""

    name: str
    until: datetime
    by: str
    fetched: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Filing:
    """A demand filed in the portal: as it was typed, by whom, and what became of it."""

    id: str
    person: str
    agency: str
    at: datetime
    known: datetime
    tables: Mapping[str, Any]
    narrative: str
    emergency: bool
    program: str = ""
    """The token with which a program of theirs filed it, if one did."""
    words: tuple[Word, ...] = ()
    key: str = ""
    matter: str = ""
    returned: str = ""
    handed: tuple[Handed, ...] = ()

    @property
    def state(self) -> str:
        """Filed and not confirmed; taken in; or returned."""
        return "taken" if self.matter else "returned" if self.returned else "filed"


@dataclass
class Portal:
    """All that came through the portal, folded from its register."""

    people: dict[str, Applied] = field(default_factory=dict)
    filings: dict[str, Filing] = field(default_factory=dict)
    strangers: list[Event] = field(default_factory=list)
    sheets: set[str] = field(default_factory=set)
    """Every sheet of the tray that is entered."""
    seen: int = 0

    @property
    def applying(self) -> list[Applied]:
        """Who waits to be admitted."""
        return [one for one in self.people.values() if one.state == "waiting"]

    @property
    def waiting(self) -> list[Filing]:
        """What waits to be confirmed, emergencies first."""
        found = [one for one in self.filings.values() if one.state == "filed"]
        return sorted(found, key=lambda one: (not one.emergency, one.at))

    def of_matter(self, name: str) -> Filing | None:
        """The filing that a matter began with, if it came through the portal."""
        return next((one for one in self.filings.values() if one.matter == name), None)


def portal(office: Office) -> Portal:
    """The portal as the register has it; the tray is left as it is."""
    found, seen = folded(office, REGISTER, _portal)
    return replace(found, seen=seen)


def _portal(_: str, events: tuple[Event, ...]) -> Portal:
    return _fold(Portal(), events)


def portal_with(found: Portal, events: Iterable[Event]) -> Portal:
    """The portal as it will be once events are entered."""
    before = replace(
        found, people=dict(found.people), filings=dict(found.filings), strangers=list(found.strangers),
        sheets=set(found.sheets),
    )  # fmt: skip
    return _fold(before, events)


def _fold(found: Portal, events: Iterable[Event]) -> Portal:
    for event in events:
        if event.get("sheet"):
            found.sheets.add(event.get("sheet"))
        _FOLDS[event.get("what")](found, event)
    return found


def _person(found: Portal, event: Event) -> None:
    name, mail, agency, telephone = (event.get(key) for key in ("name", "mail", "agency", "telephone"))
    found.people[event.get("person")] = Applied(event.get("person"), name, mail, agency, telephone, event.happened)


def _approved(found: Portal, event: Event) -> None:
    before = found.people.get(event.get("person"))
    if before is not None:  # what they said of themselves may be erased by now
        found.people[before.id] = replace(before, approved=(*before.approved, event.by))


def _declined(found: Portal, event: Event) -> None:
    before = found.people.get(event.get("person"))
    if before is not None:
        found.people[before.id] = replace(before, declined=event.by, why=event.get("why"))


def _filed(found: Portal, event: Event) -> None:
    found.filings[event.get("filing")] = Filing(
        event.get("filing"), event.get("person"), event.get("agency"), event.happened, event.known,
        json.loads(event.get("tables")), event.get("narrative"), event.get("emergency") == "true",
        event.get("program"),
    )  # fmt: skip


def _changed(found: Portal, event: Event) -> None:
    before, what = found.filings.get(event.get("filing")), event.get("what")
    if before is None or (event.get("sheet") and event.get("person") != before.person):
        return  # what comes from the tray counts only from whoever filed
    if what in ("asked", "answered"):
        more: dict[str, Any] = {"words": (*before.words, Word(event.happened, event.get("says"), event.by))}
    elif what == "handed":
        until = datetime.fromisoformat(event.get("until"))
        more = {"handed": (*before.handed, Handed(event.get("production"), until, event.by))}
    elif what == "fetched":
        more = {"handed": tuple(_fetched(before.handed, event))}
    else:
        more = {"keyed": {"key": event.get("key")}, "taken": {"matter": event.get("matter")}}.get(what) or {
            "returned": event.get("why")
        }
    found.filings[before.id] = replace(before, **more)


def _fetched(handed: Iterable[Handed], event: Event) -> Iterator[Handed]:
    for one in handed:
        more = (event.happened,) if one.name == event.get("production") else ()
        yield replace(one, fetched=(*one.fetched, *more))


_FOLDS: Final = {
    "registered": _person, "approved": _approved, "declined": _declined, "filed": _filed,
    "stranger": lambda found, event: found.strangers.append(event),
    **dict.fromkeys(("asked", "answered", "keyed", "taken", "returned", "handed", "fetched"), _changed),
}  # fmt: skip


def filing(found: Portal, id: str) -> Filing:
    """One filing."""
    if id not in found.filings:
        raise NoSuchFiling(id=id)
    return found.filings[id]
