"""The directory of agencies: how an authority is reached by a way that no demand can name.

Whoever forges a demand also writes the telephone number on it. So the office calls back on a number that it had before
the demand came, from a source it names. The directory is a register of the ledger: a contact's age is the age of its
entry, which nobody can set back. Nothing in it is changed; a contact is struck, and another one added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from comity.desk.office import Office
from comity.desk.register import enter, folded
from comity.desk.roles import ACTS
from comity.errors import ComityError
from comity.intake.known import COUNTRIES
from comity.kernel.matter import Event
from comity.kernel.words import Fault

REGISTER: Final = "#agencies"
KEEPERS: Final = frozenset(ACTS["directory"][1])
"""The roles that keep the directory."""
KINDS: Final = {
    "telephone": "a telephone number that the agency publishes",
    "mail": "a domain from which the agency writes, without the @",
    "address": "where it receives post",
}
"""Kinds of contact, and what each is."""
REACHED: Final = {"phone": "telephone", "email": "mail", "post": "address", "hand": "address"}
"""Through which kind of contact a channel reaches an agency; any other channel takes any."""
_FORMS: Final = {
    "telephone": re.compile(r"\+[0-9][0-9 ().-]{4,28}[0-9]"),
    "mail": re.compile(r"(?=.{3,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"),
    "address": re.compile(r"[^\x00-\x1f\x7f]{5,300}"),
}
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class NoAgency(ComityError):
    """the directory has no agency `{id}`"""

    help = "`comity agency list` shows who is in it; `comity agency add` puts one in"
    exit_code = 2


class AgencyThere(ComityError):
    """`{id}` is in the directory already"""

    help = "add a contact to it, or choose another id"
    exit_code = 2


class NotAnAgency(ComityError):
    """this cannot be entered as an agency: {why}"""

    help = (
        "an id of small letters, digits and hyphens, a name, a country (US), and a kind of authority of the law packs"
    )
    exit_code = 4


class NotAContact(ComityError):
    """`{value}` cannot be entered as {kind}: {why}"""

    help = "a telephone begins with +, mail is a domain such as police.example, and each contact has a source"
    exit_code = 4


@dataclass(frozen=True)
class Contact:
    """One published way to an agency: where it was published, since when we have it, and who entered it."""

    kind: str
    value: str
    source: str
    since: datetime
    by: str
    until: datetime | None = None

    def older_than(self, moment: datetime) -> bool:
        """Whether we had it before a moment, and had not struck it by then."""
        return self.since < moment and (self.until is None or moment < self.until)


@dataclass(frozen=True)
class Agency:
    """An authority as our directory knows it; `kind` is what kind of authority, as a demand's issuer."""

    id: str
    name: str
    place: str
    kind: str
    contacts: tuple[Contact, ...] = ()

    def ways(self, kind: str, moment: datetime) -> tuple[Contact, ...]:
        """The contacts of one kind that we had before a moment."""
        return tuple(one for one in self.contacts if one.kind == kind and one.older_than(moment))

    @property
    def domains(self) -> frozenset[str]:
        """The domains from which it writes, as far as they stand in the directory now."""
        return frozenset(one.value for one in self.contacts if one.kind == "mail" and one.until is None)


def agencies(office: Office) -> dict[str, Agency]:
    """The directory, by id."""
    return folded(office, REGISTER, _agencies)[0]


def agency(office: Office, id: str) -> Agency:
    """One agency of the directory."""
    found = agencies(office)
    if id not in found:
        raise NoAgency(id=id)
    return found[id]


def _agencies(_: str, events: tuple[Event, ...]) -> dict[str, Agency]:
    found: dict[str, Agency] = {}
    for event in events:
        id, what = event.get("agency"), event.get("what")
        if what == "agency":
            found[id] = Agency(id, event.get("name"), event.get("place"), event.get("kind"))
        elif what == "contact" and id in found:
            more = Contact(event.get("kind"), event.get("value"), event.source, event.known, event.by)
            found[id] = replace(found[id], contacts=(*found[id].contacts, more))
        elif what == "struck" and id in found:
            left = (
                replace(one, until=event.known) if one.until is None and one.value == event.get("value") else one
                for one in found[id].contacts
            )
            found[id] = replace(found[id], contacts=tuple(left))
    return found


def issuers(office: Office) -> tuple[str, ...]:
    """The kinds of authority that the law packs know."""
    return tuple(office.packs.words.terms["demand.issuer"].codes)


def add(office: Office, new: Agency, by: str, at: datetime) -> Agency:
    """Put an agency into the directory; it has no contact yet."""
    office.may(by, "directory")
    known, seen = folded(office, REGISTER, _agencies)
    if new.id in known:
        raise AgencyThere(id=new.id)
    if why := next(_unfit(office, new), ""):
        raise NotAnAgency(why=why)
    data = {"what": "agency", "agency": new.id, "name": new.name.strip(), "place": new.place, "kind": new.kind}
    _enter(office, data, (f"{new.name.strip()} is in the directory", "the office"), (by, at), seen)
    return replace(new, name=new.name.strip(), contacts=())


def _unfit(office: Office, new: Agency) -> Iterator[str]:
    if not _ID.fullmatch(new.id):
        yield f"`{new.id}` is no id"
    if not new.name.strip() or not new.name.isprintable() or len(new.name) > 200:
        yield "it has no name of one line"
    if new.place not in COUNTRIES:
        yield f"`{new.place}` is no country"
    if new.kind not in issuers(office):
        yield f"`{new.kind}` is no kind of authority: {', '.join(issuers(office))}"


def add_contact(office: Office, id: str, new: Contact) -> Contact:
    """Add a published contact to an agency: `since` is the present moment, `by` who enters it."""
    office.may(new.by, "directory")
    known, seen = folded(office, REGISTER, _agencies)
    if id not in known:
        raise NoAgency(id=id)
    contact = replace(new, value=_plain(new.kind, new.value), source=new.source.strip())
    if any((one.kind, one.value) == (contact.kind, contact.value) and one.until is None for one in known[id].contacts):
        raise NotAContact(value=new.value, kind=new.kind, why="it stands there already")
    if not contact.source or not contact.source.isprintable():
        raise NotAContact(value=new.value, kind=new.kind, why="nothing says where it was published")
    data = {"what": "contact", "agency": id, "kind": contact.kind, "value": contact.value}
    says = f"{known[id].name} is reached at {contact.value} ({contact.kind})"
    _enter(office, data, (says, contact.source), (contact.by, contact.since), seen)
    return contact


def is_domain(text: str) -> bool:
    """Whether a text is a domain, in small letters."""
    return _FORMS["mail"].fullmatch(text) is not None


def _plain(kind: str, value: str) -> str:
    """A contact in the one spelling in which it is kept and compared."""
    value = " ".join(value.split())
    plain = value.lower().removeprefix("@") if kind == "mail" else value
    if kind not in KINDS:
        raise NotAContact(value=value, kind=kind, why=f"use {', '.join(KINDS)}")
    if not _FORMS[kind].fullmatch(plain):
        raise NotAContact(value=value, kind=kind, why=f"it is not {KINDS[kind]}")
    return plain


def strike(office: Office, id: str, value: str, acts: tuple[str, datetime], why: str) -> None:
    """Strike a contact: it counts for nothing that comes from now on. `acts` is who does so, and when."""
    by, at = acts
    office.may(by, "directory")
    known, seen = folded(office, REGISTER, _agencies)
    if id not in known:
        raise NoAgency(id=id)
    if not any(one.value == value and one.until is None for one in known[id].contacts):
        raise NotAContact(value=value, kind="a contact to strike", why=f"{known[id].name} has none such")
    data = {"what": "struck", "agency": id, "value": value}
    _enter(office, data, (f"{value} is no contact of {known[id].name} any more", why or "the office"), (by, at), seen)


def _enter(office: Office, data: dict[str, str], said: tuple[str, str], acts: tuple[str, datetime], seen: int) -> None:
    (says, source), (by, at) = said, acts
    enter(office, REGISTER, [Event("", "agency", at, at, says, source, by, data=tuple(data.items()))], seen)


def backing(office: Office, event: Event, came: datetime) -> tuple[Event, list[Fault]]:
    """A finding that claims a contact of our directory, with the contact's source and age put in; or why it has none.

    `came` is when the demand first reached us: a contact that we learned of afterwards proves nothing.
    """
    called, where = " ".join(event.get("called").split()), f"event {event.kind}"
    kind = REACHED.get(event.get("channel"), "")
    found = [
        (agency, one) for agency in agencies(office).values() for one in agency.contacts
        if called and one.value.casefold() == called.casefold().removeprefix("@") and kind in ("", one.kind)
    ]  # fmt: skip
    old = [(agency, one) for agency, one in found if one.older_than(came)]
    if not found:
        what = f"`{called}` is no contact of our directory" if called else "it does not say which contact was used"
        remedy = "name one older than the demand, of the kind that the channel reaches; never one that the demand gives"
        return event, [Fault("not-in-directory", where, what, remedy)]
    if not old:
        what = f"we have had `{called}` only since {found[0][1].since:%Y-%m-%d %H:%M}, and the demand came before"
        return event, [Fault("contact-too-young", where, what, "use a contact that is older than the demand")]
    agency, one = old[0]
    more = (("called", one.value), ("agency", agency.id), ("since", one.since.isoformat()), ("published", one.source))
    kept = tuple((key, value) for key, value in event.data if key not in dict(more))
    return replace(event, data=(*kept, *more)), []
