"""The house itself: signing in and out, its people and roles, its estate, its ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from litestar import Request, get, post
from litestar.datastructures import Cookie, State
from litestar.params import FromPath, FromQuery

from comity.desk import ledger as desk
from comity.desk.codec import decode
from comity.desk.entrances import REGISTER as ENTRANCES
from comity.desk.office import Office
from comity.desk.reading import READS
from comity.desk.roles import ACTS, ROLES, WATCHERS
from comity.errors import ComityError
from comity.kernel.estate import Entity, controls, readable
from comity.kernel.matter import Event
from comity.web.app import COOKIE, Asking, Form, Page, html, to, trying, web_of
from comity.web.doors import BadLink, look_at_link, use_link
from comity.web.pages import render

LAST: Final = 60
"""Entries that the page of the ledger shows."""
Anybody = Request[Any, Any, State]


@get("/sign-in", opt={"public": True}, sync_to_thread=True)
def door(request: Anybody, ended: FromQuery[str] = "") -> Page:
    """Where a link is to be had."""
    return html(_door(request, None, ended=bool(ended)))


def _door(request: Anybody, person: str | None, use: str = "", ended: bool = False) -> str:
    return render(
        "door.html", office=web_of(request).people()[0], person=None, told=(), error=None, here="", lets_in=person,
        use=use, ended=ended,
    )  # fmt: skip


@get("/sign-in/{secret:str}", opt={"public": True}, sync_to_thread=True)
def link(request: Anybody, secret: FromPath[str]) -> Page:
    """Whom a link lets in; looking at it does not use it up, as a mail program might look."""
    web = web_of(request)
    with trying(request, BadLink):
        return html(_door(request, look_at_link(web.house.root, secret, web.now()), f"/sign-in/{quote(secret)}/use"))


@post("/sign-in/{secret:str}/use", opt={"public": True}, sync_to_thread=True)
def sign_in(request: Anybody, secret: FromPath[str]) -> Page:
    """Use a link: the session begins."""
    web = web_of(request)
    at = web.now()
    with trying(request, BadLink):
        person = use_link(web.house.root, secret, at)
        with web.house.opened() as office:
            office.person(person)
    answer = to("/")
    kept = Cookie(
        key=COOKIE, value=web.sessions.begin(person, at), path="/", httponly=True, samesite="strict",
        secure=web.secure,
    )  # fmt: skip
    answer.set_cookie(kept)
    return answer


@post("/sign-out", opt={"own": True}, sync_to_thread=True)
def sign_out(request: Asking, data: Form) -> Page:
    """End the session."""
    request.user.led_to(str(data.get("form", "")))
    web_of(request).sessions.end(request.user)
    answer = to("/sign-in")
    answer.delete_cookie(COOKIE, path="/")
    return answer


@get("/people", sync_to_thread=True)
def people(request: Asking) -> Page:
    """Who works here, with what roles, and who is signed in."""
    web = web_of(request)
    everybody = web.people()
    return web.page(
        request, "people.html", "/people", staff=sorted(everybody[1].items()), meaning=ROLES,
        acts=ACTS, present=web.sessions.present(web.now()),
    )  # fmt: skip


@get("/estate", sync_to_thread=True)
def estate(request: Asking) -> Page:
    """Who owns whom, where records lie, and who can read them."""
    web = web_of(request)
    with web.house.opened() as office:
        held, served = office.holdings.estate, office.settings.served_entity
        accounts = len(office.holdings.accounts)
    stores = [
        (s, held.sites[s.site], controls(held, served, s.holder), readable(held, s, served))
        for s in held.stores.values()
    ]
    return web.page(
        request, "estate.html", "/estate", estate=held, served=held.entities[served], accounts=accounts, stores=stores,
        owned=list(_owned(held.entities, None, 0)),
    )  # fmt: skip


def _owned(entities: Mapping[str, Entity], parent: str | None, depth: int) -> list[tuple[int, Entity]]:
    """The entities as a tree read from the top, each with how deep it stands."""
    found = []
    for entity in entities.values():
        if entity.parent == parent:
            found += [(depth, entity), *_owned(entities, entity.id, depth + 1)]
    return found


@get("/ledger", sync_to_thread=True)
def ledger(request: Asking, verify: FromQuery[str] = "", matter: FromQuery[str] = "") -> Page:
    """The signed head and the last entries; with `verify`, every entry read anew."""
    web = web_of(request)
    with web.house.opened() as office:
        size = office.registry.size()
        entries = list(office.registry.entries(matter))[::-1] if matter else office.registry.latest(LAST, READS)
        checked = _checked(office) if verify else None
        data: dict[str, Any] = {
            "head": office.registry.checkpoint(),
            "key": desk.public_key(office),
            "origin": office.registry.origin,
        }
    return web.page(
        request,
        "ledger.html",
        "/ledger",
        size=size,
        entries=entries[:LAST],
        entrances=_entrances(entries) if set(WATCHERS) & web.people()[1].get(request.user.person, frozenset()) else {},
        checked=checked,
        matter=matter,
        **data,
    )


def _entrances(entries: Iterable[Any]) -> dict[int, str]:
    """What entries say of the ways in that people have: nothing there names an account."""
    found = (entry for entry in entries if entry.matter == ENTRANCES and entry.payload is not None)
    return {entry.index: decode(entry.payload, Event).says for entry in found if entry.payload is not None}


def _checked(office: Office) -> tuple[int, list[Any], str]:
    try:
        return (*desk.verify(office), "")
    except ComityError as error:
        return 0, [], f"{error.message}: {error.remedy}"


HANDLERS: Final = (door, link, sign_in, sign_out, people, estate, ledger)
