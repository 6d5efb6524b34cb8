"""Tokens for an authority's own programs: made by the person they stand for, with the passkey, and ended by them.

A copied session is good for half an hour; a token lives for weeks. So a session alone makes none.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post

from comity.errors import ComityError
from comity.web.passkeys import NotThisPasskey
from comity.web.portal.app import Asking, Form, Page, Trouble, for_script, portal_of, to, told
from comity.web.tokens import Token, issue, revoke, tokens

PURPOSE: Final = "token"
MOST: Final = 10
"""Tokens of one person that may live at once."""


class TooMany(ComityError):
    """you have {most} tokens that live"""

    help = "end one that no program of yours needs any more"
    exit_code = 5


class NotYourToken(ComityError):
    """there is no token `{name}` of yours that lives"""

    help = "those that live stand on the page"
    exit_code = 2


def _own(request: Asking) -> list[Token]:
    portal = portal_of(request)
    return [one for one in tokens(portal.own, portal.now()) if one.person == request.auth.id]


@get("/programs", sync_to_thread=True)
def programs(request: Asking) -> Page:
    """One's own tokens, and how a program uses one."""
    return _page(request)


def _page(request: Asking, error: Trouble | None = None, secret: str = "") -> Page:
    return portal_of(request).page(request, "programs.html", error, tokens=_own(request), secret=secret)


@post("/programs/begin", status_code=200, sync_to_thread=True)
def begin(request: Asking, data: Form) -> Response[bytes]:
    """Ask for the passkey of whoever is signed in."""
    session, portal = request.user, portal_of(request)
    session.led_to(str(data.get("form", "")))
    return for_script(portal.passkeys.begin_step_up(session.person, session.key, PURPOSE, portal.now()))


@post("/programs/make", status_code=200, sync_to_thread=True)
def make(request: Asking, data: Form) -> Page:
    """Make a token, and show it, once."""
    session, portal = request.user, portal_of(request)
    try:
        with session.lock:
            token = str(data.get("form", ""))
            if session.led_to(token) is not None:
                return to("/programs")
            answer = str(data.get("answer", ""))
            passkey = portal.passkeys.finish_step_up(session.key, PURPOSE, answer, portal.now())
            if passkey.person != session.person:
                raise NotThisPasskey(why="it is another person's")
            if len(_own(request)) >= MOST:
                raise TooMany(most=MOST)
            secret, _ = issue(portal.own, session.person, portal.now())
            session.forms[token] = "/programs"
    except ComityError as error:
        return _page(request, told(error))
    return _page(request, secret=secret)


@post("/programs/end", sync_to_thread=True)
def end(request: Asking, data: Form) -> Page:
    """End one of one's tokens, at once."""

    def do(_: Any) -> tuple[str, str]:
        name = str(data.get("name", ""))[:64]
        if name not in {one.name for one in _own(request)}:
            raise NotYourToken(name=name)
        revoke(portal_of(request).own, name)
        return "/programs", "The token is ended; it opens nothing any more."

    return portal_of(request).act(request, data, do, lambda trouble: _page(request, trouble))


HANDLERS: Final = (programs, begin, make, end)
