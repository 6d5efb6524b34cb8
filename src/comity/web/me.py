"""A person's own page: where they are signed in, their passkeys, what happened at both; and signing in with one."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import Cookie

from comity.desk import entrances
from comity.desk.office import Office
from comity.errors import ComityError
from comity.web.app import COOKIE, TRIES, Asking, Form, Page, Trouble, Web, asking, to, trying, web_of
from comity.web.doors import LINK_LIVES, Session
from comity.web.office import Anybody
from comity.web.passkeys import NotThisPasskey
from comity.web.stepup import proved, refused

ASKED: Final = "comity-asked"
"""The cookie that marks a browser which nobody has signed in at yet."""
PROVE: Final = "/me/prove"
MOST_TOLD: Final = 20
"""What happened at one's own entrances of late, as the page shows it."""


class SignInAnew(ComityError):
    """a first passkey is registered within ten minutes of signing in by a link"""

    help = "have a new link made, sign in with it, and register the passkey at once; nothing was done"
    exit_code = 5


class ProveFirst(ComityError):
    """a further passkey is registered by who has just proved it with one they have"""

    help = "go back to your page /me and begin there; nothing was done"
    exit_code = 5


@get("/me", sync_to_thread=True)
def me(request: Asking) -> Page:
    """One's own page."""
    return _page(request)


def _page(request: Asking, error: Trouble | None = None, leave: str = "") -> Page:
    web, session = web_of(request), request.user
    trouble = error
    try:
        passkeys = web.passkeys.keyring.of(session.person)
    except ComityError as none:
        passkeys, trouble = web.keyring.of(session.person), error or Trouble.of(none)
    fresh = not passkeys and _fresh(session, web.now())
    with web.house.opened() as office:
        told = entrances.told(office, session.person)[:MOST_TOLD]
    return web.page(
        request, "me.html", "/me", error=trouble, session=session, passkeys=passkeys, leave=leave, fresh=fresh,
        since=[datetime.fromisoformat(one.since) for one in passkeys], entrances=told,
        sessions=web.sessions.of_person(session.person, web.now()),
    )  # fmt: skip


def _fresh(session: Session, at: datetime) -> bool:
    """Whether somebody came in by a link just now."""
    return session.by == "link" and at < session.began + LINK_LIVES


@post(PROVE, opt={"own": True}, sync_to_thread=True)
def prove_me(request: Asking, data: Form) -> Page:
    """Prove with a passkey that it is you; the page that follows, and no other, lets you register a further one."""
    web, session = web_of(request), request.user
    try:
        session.led_to(str(data.get("form", "")))
        proved(web, session, PROVE, data, web.now())
    except ComityError as error:
        return _page(request, Trouble.of(error))
    return _page(request, leave=session.leave(web.now()))


@post("/me/passkeys/begin", opt={"own": True}, sync_to_thread=True)
def begin(request: Asking, data: Form) -> Response[Any]:
    """What a browser needs to make a passkey for who is signed in."""
    web, session = web_of(request), request.user
    try:
        session.led_to(str(data.get("form", "")))
        at = web.now()
        if not web.keyring.of(session.person):
            if not _fresh(session, at):
                raise SignInAnew
        elif not session.took_leave(str(data.get("leave", "")), at):
            with web.house.opened() as office:
                entrances.unproved(office, session.person, at, "/me/passkeys/begin")
            raise ProveFirst
        asked = web.passkeys.begin_registration(session.person, session.key, at)
    except ComityError as error:
        return refused(error)
    return Response(asked.encode(), media_type="application/json")


@post("/me/passkeys/add", opt={"own": True}, sync_to_thread=True)
def add(request: Asking, data: Form) -> Page:
    """Keep the passkey that a browser made; the ledger says since when it is there."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        web, person = web_of(request), request.user.person
        made = web.passkeys.finish_registration(request.user.key, str(data.get("answer", "")), at)
        name = str(data.get("name", "")).strip()[:60] or f"passkey of {at:%Y-%m-%d}"
        web.keyring.call(person, made.id, name)
        entrances.note(office, person, at, f"{person} registered the passkey {made.id[:12]} ({name})")
        return "/me", f"The passkey “{name}” is registered. From now on, approving asks for it."

    return web_of(request).act(request, data, do, lambda trouble: _page(request, trouble))


@post("/me/passkeys/remove", opt={"own": True}, sync_to_thread=True)
def remove(request: Asking, data: Form) -> Page:
    """Let go of one of one's passkeys, proved with one of them."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        web, session = web_of(request), request.user
        proved(web, session, "/me/passkeys/remove", data, at)
        id = str(data.get("id", ""))
        if not id or not web.keyring.strike(session.person, id):
            raise NotThisPasskey(why="it is not registered here")
        entrances.note(office, session.person, at, f"{session.person} removed the passkey {id[:12]}")
        return "/me", "The passkey is removed; it opens nothing here any more."

    return web_of(request).act(request, data, do, lambda trouble: _page(request, trouble))


@post("/me/sessions/end", opt={"own": True}, sync_to_thread=True)
def end_all(request: Asking, data: Form) -> Page:
    """End every session of one's own, this one too: whoever has copied one of them is out."""
    web, session = web_of(request), request.user
    session.led_to(str(data.get("form", "")))
    ended, at = web.sessions.end_all(session.person), web.now()
    with web.house.opened() as office:
        entrances.note(office, session.person, at, f"{session.person} ended every session of theirs: {ended}")
    answer = to("/sign-in?ended=yes")
    answer.delete_cookie(COOKIE, path="/")
    return answer


@post("/sign-in/passkey/begin", opt={"public": True}, sync_to_thread=True)
def begin_sign_in(request: Anybody) -> Response[Any]:
    """What a browser needs to offer its passkeys of this desk; it tells nobody who has one."""
    web = web_of(request)
    try:
        web.tries.check(asking(request), TRIES, cost=0)
        marked = request.cookies.get(ASKED) or secrets.token_urlsafe(24)
        answer: Response[Any] = Response(
            web.passkeys.begin_sign_in(marked, web.now()).encode(), media_type="application/json"
        )
    except ComityError as error:
        return refused(error)
    answer.set_cookie(_cookie(web, ASKED, marked, "/sign-in"))
    return answer


@post("/sign-in/passkey", opt={"public": True}, sync_to_thread=True)
def sign_in(request: Anybody, data: Form) -> Page:
    """Sign in with a passkey: the session begins."""
    web = web_of(request)
    at = web.now()
    with trying(request, ComityError):
        found = web.passkeys.finish_sign_in(request.cookies.get(ASKED, ""), str(data.get("answer", "")), at)
        with web.house.opened() as office:
            office.person(found.person)
    answer = to("/")
    answer.set_cookie(_cookie(web, COOKIE, web.sessions.begin(found.person, at, "passkey"), "/"))
    return answer


def _cookie(web: Web, key: str, value: str, path: str) -> Cookie:
    return Cookie(key=key, value=value, path=path, httponly=True, samesite="strict", secure=web.secure)


HANDLERS: Final = (me, prove_me, begin, add, remove, end_all, begin_sign_in, sign_in)
