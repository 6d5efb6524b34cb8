"""What came through the portal: who asks to be admitted, what was filed and waits, what was said, what was handed over.

The desk's pages. They read the tray whenever somebody looks; nothing of it counts before somebody here confirms it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from comity.desk import filing as desk
from comity.desk import portal as rooms
from comity.desk import porter
from comity.desk.agencies import agencies
from comity.desk.demand import findings
from comity.desk.instruments import titled
from comity.desk.matter import load
from comity.desk.office import Office
from comity.kernel.matter import Event
from comity.web.acts import text
from comity.web.app import Asking, Form, Page, Trouble, at_matter, web_of
from comity.web.stepup import asked_to_prove, proof


@get("/filings", sync_to_thread=True)
def filings(request: Asking) -> Page:
    """Everything that came through the portal; what waits stands first."""
    web = web_of(request)
    with web.house.opened() as office:
        found, known = porter.emptied(office, web.now()), agencies(office)
        titles = {one.id: titled(office, _instrument(one)) for one in found.filings.values()}
    rest = sorted((one for one in found.filings.values() if one.state != "filed"), key=lambda one: one.at, reverse=True)
    return web.page(request, "filings.html", "/filings", found=found, rest=rest, titles=titles, agencies=known)


def _instrument(one: rooms.Filing) -> str:
    return str(one.tables["demand"].get("instrument", ""))


@get("/filings/{id:str}", sync_to_thread=True)
def filing(request: Asking, id: FromPath[str]) -> Page:
    """One filing."""
    return _shown(request, id, {})


def _shown(request: Asking, id: str, typed: dict[str, Any], error: Trouble | None = None) -> Page:
    web = web_of(request)
    with web.house.opened() as office:
        found = porter.emptied(office, web.now())
        one = rooms.filing(found, id)
        agency, ways = desk.callback(office, one)
        uncalled = one.emergency and not (one.matter and not desk.uncalled(office, one.matter, web.now()))
        said = findings(load(office, one.matter)) if one.matter else ()
        title, who = titled(office, _instrument(one)), found.people.get(one.person)
        web.note(request.user.person, id, "/filing")
        prove = asked_to_prove(web, office, request.user)
    return web.page(
        request, "filing.html", "/filings", error=error, one=one, who=who, agency=agency, ways=ways, uncalled=uncalled,
        findings=said, title=title, typed=typed, prove=prove, at=web.now(), longest=desk.LONGEST,
        strangers=[event for event in found.strangers if event.get("filing") == id],
    )  # fmt: skip


@get("/filings/{id:str}/papers/{number:int}", sync_to_thread=True)
def paper(request: Asking, id: FromPath[str], number: FromPath[int]) -> Response[bytes]:
    """A paper as it came, to be kept by the reader: no browser shows it under our name."""
    web = web_of(request)
    with web.house.opened() as office:
        name, raw = desk.paper(office, rooms.filing(rooms.portal(office), id), number - 1)
        web.note(request.user.person, id, f"/papers/{number}")
    heads = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(raw, media_type="application/octet-stream", headers=heads)


Do = Callable[[Office, datetime], tuple[str, str]]
"""An act: where it leads, and what is said there."""


def _act(request: Asking, id: str, data: Form, do: Do) -> Page:
    """Do something about a filing, once; refused, its page is shown again with what was typed."""
    return web_of(request).act(request, data, do, lambda trouble: _shown(request, id, data, trouble))


@post("/filings/{id:str}/take", sync_to_thread=True)
def take(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Confirm what was filed."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        name = desk.take(office, id, request.user.person, at)
        return at_matter(name), f"Matter {name} begins."

    return _act(request, id, data, do)


@post("/filings/{id:str}/return", sync_to_thread=True)
def give_back(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Return what was filed, with a word to the authority."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        desk.give_back(office, id, text(data, "why"), request.user.person, at)
        return f"/filings/{id}", "It is returned; the authority reads why."

    return _act(request, id, data, do)


@post("/filings/{id:str}/ask", sync_to_thread=True)
def ask(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Write to the authority."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        porter.ask(office, id, text(data, "says"), request.user.person, at)
        return f"/filings/{id}#words", "The authority reads it in the portal."

    return _act(request, id, data, do)


@post("/filings/{id:str}/called", sync_to_thread=True)
def called(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Record what was said at a call-back."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        said = tuple((key, text(data, key)) for key in ("supports", "called"))
        who = f"call to {text(data, 'called')}"
        event = Event("", "finding", at, at, text(data, "heard"), who, request.user.person, data=said)
        desk.called_back(office, id, event)
        return f"/filings/{id}#call", "What was said is a finding of the matter."

    return _act(request, id, data, do)


@post("/filings/{id:str}/hand", sync_to_thread=True)
def hand_over(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Ask the gate, and have the production sealed and laid out to be fetched."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        proof(request, office, data, at)
        days = int(text(data, "days")) if text(data, "days").isdecimal() else 0
        job = desk.ask_hand_over(office, id, days, request.user.person, at)
        return f"{at_matter(job.matter)}/production", f"Job {job.number}: it is sealed, then waits for {days} days."

    return _act(request, id, data, do)


@get("/registrations", sync_to_thread=True)
def registrations(request: Asking) -> Page:
    """Who asks to be admitted to the portal, and who was."""
    return _people(request, {})


def _people(request: Asking, typed: dict[str, Any], error: Trouble | None = None) -> Page:
    web = web_of(request)
    with web.house.opened() as office:
        found, known = porter.emptied(office, web.now()), agencies(office)
        flags = {one.id: porter.flagged(office, one) for one in found.people.values()}
        prove = asked_to_prove(web, office, request.user)
        allowed = bool(office.settings.people[request.user.person] & porter.ADMITTING)
    return web.page(
        request, "registrations.html", "/filings", error=error, applying=found.applying, agencies=known, flags=flags,
        decided=[one for one in found.people.values() if one.state != "waiting"], typed=typed, allowed=allowed,
        prove=prove,
    )  # fmt: skip


def _act_on_people(request: Asking, data: Form, do: Do) -> Page:
    return web_of(request).act(request, data, do, lambda trouble: _people(request, data, trouble))


@post("/registrations/{id:str}/approve", sync_to_thread=True)
def approve(request: Asking, id: FromPath[str], data: Form) -> Page:
    """One person's yes to a registration as the page showed it."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        proof(request, office, data, at)
        one = porter.approve(office, id, request.user.person, at, text(data, "shown"))
        left = "is admitted" if one.state == "approved" else "needs another person's approval"
        return "/registrations", f"You approved it: {one.name} {left}."

    return _act_on_people(request, data, do)


@post("/registrations/{id:str}/decline", sync_to_thread=True)
def decline(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Decline a registration."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        one = porter.decline(office, id, text(data, "why"), request.user.person, at)
        return "/registrations", f"{one.name} is not admitted."

    return _act_on_people(request, data, do)


HANDLERS: Final = (
    filings, filing, paper, take, give_back, ask, called, hand_over, registrations, approve, decline,
)  # fmt: skip
