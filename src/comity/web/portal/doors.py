"""The portal's doors: who may apply, how they register a passkey, and how they sign in with it."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post

from comity.desk.trays import new_name
from comity.web.passkeys import NotThisPasskey
from comity.web.portal.app import (
    COOKIE,
    Anybody,
    Asking,
    Form,
    Page,
    Trouble,
    address,
    for_script,
    let_in,
    marked,
    portal_of,
    to,
    visit,
)

MOST: Final = 2000
"""Applications that may be half made at once."""


@get("/", opt={"public": True}, sync_to_thread=True)
def door(request: Anybody) -> Page:
    """Where one signs in; whoever is signed in goes on to their demands."""
    portal = portal_of(request)
    if portal.sessions.of(request.cookies.get(COOKIE), portal.now()):
        return to("/demands")
    return marked(request, portal.plain("door.html"))


@post("/sign-in/begin", opt={"public": True}, status_code=200, sync_to_thread=True)
def ask_passkey(request: Anybody) -> Response[bytes]:
    """What the browser needs to offer its passkeys."""
    portal = portal_of(request)
    portal.take("try", address(request))
    if not visit(request):
        raise NotThisPasskey(why="this browser keeps no cookies for this site")
    return for_script(portal.passkeys.begin_sign_in(visit(request), portal.now()))


@post("/sign-in", opt={"public": True}, sync_to_thread=True)
def sign_in(request: Anybody, data: Form) -> Page:
    """Let in whose passkey answered, if the office admits them."""
    portal = portal_of(request)
    passkey = portal.passkeys.finish_sign_in(visit(request), str(data.get("answer", "")), portal.now())
    portal.counter.admitted(passkey.person)
    return let_in(request, to("/demands"), passkey.person)


@post("/sign-out", sync_to_thread=True)
def sign_out(request: Asking, data: Form) -> Page:
    """End the session."""
    request.user.led_to(str(data.get("form", "")))
    portal_of(request).sessions.end(request.user)
    answer = to("/")
    answer.delete_cookie(COOKIE, path="/")
    return answer


@get("/register", opt={"public": True}, sync_to_thread=True)
def apply(request: Anybody) -> Page:
    """The form for an application."""
    return marked(request, _form(request, {}))


def _form(request: Anybody, typed: dict[str, Any], error: Trouble | None = None) -> Page:
    portal = portal_of(request)
    agencies = sorted(portal.counter.agencies().values(), key=lambda one: (one["place"], one["name"]))
    return portal.plain("register.html", error=error, agencies=agencies, typed=typed)


@post("/register/begin", opt={"public": True}, status_code=200, sync_to_thread=True)
def ask_new_passkey(request: Anybody, data: Form) -> Response[bytes]:
    """Look at what somebody says of themselves, and ask their device for a passkey."""
    portal, at, mark = portal_of(request), portal_of(request).now(), visit(request)
    applicant = portal.counter.applicant({key: str(value) for key, value in data.items()})
    portal.take("register", address(request))
    if not mark:
        raise NotThisPasskey(why="this browser keeps no cookies for this site")
    id = new_name("p")
    portal.half[mark] = (id, applicant)
    while len(portal.half) > MOST:
        portal.half.popitem(last=False)
    return for_script(portal.passkeys.begin_registration(id, mark, at, applicant.mail))


@post("/register/send", opt={"public": True}, sync_to_thread=True)
def register(request: Anybody, data: Form) -> Page:
    """Keep the passkey, and lay the application there for the office to look at."""
    portal, at, mark = portal_of(request), portal_of(request).now(), visit(request)
    waiting = portal.half.pop(mark, None)
    if waiting is None:
        raise NotThisPasskey(why="it answers nothing that was asked of late at this browser")
    id, applicant = waiting
    portal.passkeys.finish_registration(mark, str(data.get("answer", "")), at)
    portal.counter.register(id, applicant, at)
    return portal.plain("registered.html", id=id, applicant=applicant)


HANDLERS: Final = (door, ask_passkey, sign_in, sign_out, apply, ask_new_passkey, register)
