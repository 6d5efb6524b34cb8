"""The directory of agencies: who may demand of us, and how each is reached by a way that no demand names."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from litestar import get, post

from comity.desk import agencies as desk
from comity.desk.office import Office
from comity.web.acts import text
from comity.web.app import Asking, Form, Page, Trouble, web_of


@get("/agencies", sync_to_thread=True)
def directory(request: Asking) -> Page:
    """Every agency with its contacts, each with its source and its age."""
    return _shown(request, {})


def _shown(request: Asking, typed: dict[str, Any], error: Trouble | None = None) -> Page:
    web = web_of(request)
    with web.house.opened() as office:
        found, roles = desk.agencies(office), office.settings.people[request.user.person]
        kinds = desk.issuers(office)
    return web.page(
        request, "agencies.html", "/agencies", error=error, agencies=sorted(found.values(), key=lambda one: one.name),
        keeps=bool(roles & desk.KEEPERS), kinds=desk.KINDS, issuers=kinds, typed=typed, at=web.now(),
    )  # fmt: skip


@post("/agencies/add", sync_to_thread=True)
def add(request: Asking, data: Form) -> Page:
    """Put an agency into the directory."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        new = desk.Agency(text(data, "id"), text(data, "name"), text(data, "place").upper(), text(data, "kind"))
        made = desk.add(office, new, request.user.person, at)
        return f"/agencies#at-{made.id}", f"{made.name} is in the directory. Add how it is reached."

    return web_of(request).act(request, data, do, lambda trouble: _shown(request, data, trouble))


@post("/agencies/contact", sync_to_thread=True)
def add_contact(request: Asking, data: Form) -> Page:
    """Add a published contact to an agency."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        kind, value, source = (text(data, key) for key in ("contact", "value", "source"))
        made = desk.add_contact(
            office, text(data, "agency"), desk.Contact(kind, value, source, at, request.user.person)
        )
        return f"/agencies#at-{text(data, 'agency')}", f"{made.value} counts for demands that come from now on."

    return web_of(request).act(request, data, do, lambda trouble: _shown(request, data, trouble))


@post("/agencies/strike", sync_to_thread=True)
def strike(request: Asking, data: Form) -> Page:
    """Strike a contact."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        acts = (request.user.person, at)
        desk.strike(office, text(data, "agency"), text(data, "value"), acts, text(data, "why"))
        return f"/agencies#at-{text(data, 'agency')}", f"{text(data, 'value')} is struck."

    return web_of(request).act(request, data, do, lambda trouble: _shown(request, data, trouble))


HANDLERS: Final = (directory, add, add_contact, strike)
