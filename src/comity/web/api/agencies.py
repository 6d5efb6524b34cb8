"""The directory of agencies, for programs: who may demand of us, and how each is reached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from comity.desk import agencies as desk
from comity.desk.office import Office
from comity.web.api.app import Asked, Doing, act, read, web_of, write
from comity.web.api.once import Key
from comity.web.api.problems import done
from comity.web.api.sent import Sent, Short
from comity.web.api.shapes import Name

Said = Annotated[str, Meta(min_length=1, max_length=300)]


class Contact(Struct, frozen=True):
    """One published way to an agency; `until` is when it was struck."""

    kind: str
    value: str
    source: str
    by: str
    since: datetime
    until: datetime | None


class Agency(Struct, frozen=True):
    """An authority as the directory knows it."""

    id: str
    name: str
    place: str
    kind: str
    contacts: list[Contact]


class NewAgency(Sent, frozen=True):
    """An authority; `kind` is what kind of authority it is, as a demand's issuer."""

    id: Name
    name: Said
    place: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    kind: Name


class NewContact(Sent, frozen=True):
    """A published way to an agency, and where it was published."""

    kind: Literal["telephone", "mail", "address"]
    value: Said
    source: Said


class Struck(Sent, frozen=True):
    """A contact that counts no more, and why."""

    value: Said
    why: Short = ""


@read("/api/v1/agencies")
def directory(request: Asked) -> list[Agency]:
    """Every agency with its contacts, each with its source and its age."""
    with web_of(request).house.opened() as office:
        return [_agency(one) for one in sorted(desk.agencies(office).values(), key=lambda one: one.name)]


def _agency(one: desk.Agency) -> Agency:
    contacts = [
        Contact(way.kind, way.value, way.source, way.by, way.since.astimezone(UTC),
                way.until.astimezone(UTC) if way.until else None)
        for way in one.contacts
    ]  # fmt: skip
    return Agency(one.id, one.name, one.place, one.kind, contacts)


PLACE: Final = "/api/v1/agencies"


@write("/api/v1/agencies/add", responses=done(Agency))
def add(request: Asked, data: JSONBody[NewAgency], key: Key = None) -> Response[bytes]:
    """Put an agency into the directory; it has no contact yet."""

    def do(office: Office, at: datetime) -> Agency:
        new = desk.Agency(data.id, data.name, data.place, data.kind)
        return _agency(desk.add(office, new, request.user.person, at))

    return act(request, Doing(key=key or ""), data, do, PLACE)


@write("/api/v1/agencies/{id:str}/contacts", responses=done(Agency))
def add_contact(request: Asked, id: FromPath[Name], data: JSONBody[NewContact], key: Key = None) -> Response[bytes]:
    """Add a published contact; it counts for demands that come from now on."""

    def do(office: Office, at: datetime) -> Agency:
        desk.add_contact(office, id, desk.Contact(data.kind, data.value, data.source, at, request.user.person))
        return _agency(desk.agency(office, id))

    return act(request, Doing(key=key or ""), data, do, PLACE)


@write("/api/v1/agencies/{id:str}/strike", responses=done(Agency))
def strike(request: Asked, id: FromPath[Name], data: JSONBody[Struck], key: Key = None) -> Response[bytes]:
    """Strike a contact: it counts for nothing that comes from now on."""

    def do(office: Office, at: datetime) -> Agency:
        desk.strike(office, id, data.value, (request.user.person, at), data.why)
        return _agency(desk.agency(office, id))

    return act(request, Doing(key=key or ""), data, do, PLACE)


HANDLERS: Final = (directory, add, add_contact, strike)
