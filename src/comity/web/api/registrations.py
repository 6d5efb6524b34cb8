"""Registrations for the portal, for programs: who asks to be admitted, who was; two people's yes, or a no."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal, cast

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from comity.desk import porter
from comity.desk.office import Office
from comity.desk.portal import Applied
from comity.web.api.app import Asked, Doing, act, let, read, web_of, write
from comity.web.api.once import Key
from comity.web.api.problems import done
from comity.web.api.sent import Digest, Sent, Text
from comity.web.api.shapes import Name

PLACE: Final = "/api/v1/registrations"


class NewYes(Sent, frozen=True):
    """One person's yes to a registration as it was `shown`."""

    shown: Digest


class NewNo(Sent, frozen=True):
    """Why somebody is not admitted, or no longer: they read it."""

    why: Text


class Registration(Struct, frozen=True):
    """Who says what of themselves, what stands out about it, who approved it; a yes is bound to `shown`."""

    id: str
    name: str
    mail: str
    agency: str
    telephone: str
    at: datetime
    state: Literal["waiting", "approved", "declined"]
    approved: list[str]
    declined: str
    why: str
    stands_out: str
    shown: str


def _registration(office: Office, one: Applied) -> Registration:
    state = cast(Literal["waiting", "approved", "declined"], one.state)
    return Registration(
        one.id, one.name, one.mail, one.agency, one.telephone, one.at.astimezone(UTC), state, list(one.approved),
        one.declined, one.why, porter.flagged(office, one), one.shown,
    )  # fmt: skip


@read(PLACE)
def registrations(request: Asked) -> list[Registration]:
    """Everybody who asked to be admitted to the portal: who waits first."""
    web = web_of(request)
    with web.house.opened() as office:
        people = porter.emptied(office, web.now()).people.values()
        return [_registration(office, one) for one in sorted(people, key=lambda one: one.state != "waiting")]


@write(PLACE + "/{id:str}/approve", responses=done(Registration))
def approve(request: Asked, id: FromPath[Name], data: JSONBody[NewYes], key: Key = None) -> Response[bytes]:
    """One person's yes to a registration as it was shown. Refused, unless the office lets tokens decide."""

    def do(office: Office, at: datetime) -> Registration:
        let(request, office)
        return _registration(office, porter.approve(office, id, request.user.person, at, data.shown))

    return act(request, Doing(key=key or ""), data, do, PLACE)


@write(PLACE + "/{id:str}/decline", responses=done(Registration))
def decline(request: Asked, id: FromPath[Name], data: JSONBody[NewNo], key: Key = None) -> Response[bytes]:
    """Decline a registration, or end one that was approved."""

    def do(office: Office, at: datetime) -> Registration:
        return _registration(office, porter.decline(office, id, data.why, request.user.person, at))

    return act(request, Doing(key=key or ""), data, do, PLACE)


HANDLERS: Final = (registrations, approve, decline)
