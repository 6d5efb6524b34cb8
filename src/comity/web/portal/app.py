"""The portal as one application: who may come in, what is said when something is wrong, forms that act once.

Every page but the doors needs a session of somebody whom two people of the office admitted; that is looked at on every
click. It is told apart from the desk by everything: cookie, sessions, pages, port and process.
"""

from __future__ import annotations

import json
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from traceback import print_exception
from typing import Annotated, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Request, Response, get
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.enums import MediaType, RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.params import Body, FromPath

from comity.desk.counter import Applicant, Counter, Member, NotRegistered
from comity.errors import ComityError, Faulty
from comity.kernel.words import Fault
from comity.web.brake import address_of
from comity.web.doors import NotYourForm, Session, Sessions
from comity.web.guard import Guard
from comity.web.pages import static, statics, ticks
from comity.web.passkeys import NotThisPasskey, Passkeys
from comity.web.portal.brake import Brake, TooOften
from comity.web.tongue import tongue

COOKIE: Final = "comity-portal"
VISIT: Final = "comity-portal-visit"
"""Marks a browser before anybody is signed in: what a passkey answers is bound to it."""
MOST_BYTES: Final = 64 * 1024
OURS: Final = ("desk.css", "passkey.js")
STATUS: Final = {2: 404, 3: 503, 4: 422, 5: 403, 6: 409, 7: 503}
REMEDIES: Final = {
    "missing-key": "state it",
    "unknown-court": "choose a court of the list",
    "unknown-instrument": "choose an instrument of the list",
    "unknown-code": "choose one of the list, or leave it open",
    "unknown-word": "leave it out",
    "wrong-type": "write it as the form asks for it",
}
"""What to do about a fault, where the desk's own words would send a reader to files of the office."""
Asking = Request[Session, Member, State]
Anybody = Request[Any, Any, State]
Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
Page = Response[str]


class NotSignedIn(HTTPException):
    """Nobody is signed in at this browser, or the session ran out."""

    status_code = 401


class NotAPage(ComityError):
    """there is no page at this address"""

    help = "begin at the list of your demands"
    exit_code = 2


@dataclass
class Trouble:
    """What went wrong, in the words of a page."""

    message: str
    remedy: str
    faults: tuple[Any, ...] = ()
    status: int = 400

    @classmethod
    def of(cls, error: ComityError) -> Trouble:
        """A trouble of the house."""
        if isinstance(error, Faulty):
            given = [fault for fault in error.faults if isinstance(fault, Fault)]
            faults = tuple(replace(fault, remedy=REMEDIES.get(fault.name, fault.remedy)) for fault in given)
            return cls("some of it cannot stand as it is", "mend what is listed, and send it again", faults, 422)
        status = 429 if isinstance(error, TooOften) else STATUS.get(error.exit_code, 400)
        return cls(error.message, error.remedy, (), status)


@dataclass
class Portal:
    """What all pages share."""

    counter: Counter
    passkeys: Passkeys
    now: Callable[[], datetime]
    secure: bool = False
    sessions: Sessions = field(default_factory=Sessions)
    brake: Brake = field(default_factory=Brake)
    half: OrderedDict[str, tuple[str, Applicant]] = field(default_factory=OrderedDict)
    """Applications that wait for their passkey, by browser."""

    @property
    def office(self) -> str:
        """The office's name."""
        return self.counter.outline.settings.name

    def page(self, request: Asking, template: str, /, error: Trouble | None = None, **data: Any) -> Page:
        """A page for whoever is signed in, with what they are to be told once."""
        session, member = request.user, request.auth
        text = render(
            template, error=error, office=self.office, member=member, told=session.listen(), form=session.form, **data
        )
        return html(text, error.status if error else 200)

    def plain(self, template: str, /, error: Trouble | None = None, **data: Any) -> Page:
        """A page for whoever is not."""
        text = render(template, error=error, office=self.office, member=None, told=(), **data)
        return html(text, error.status if error else 200)

    def act(
        self, request: Asking, data: dict[str, Any], do: Callable[[datetime], tuple[str, str]],
        again: Callable[[Trouble], Page],
    ) -> Page:  # fmt: skip
        """Do what a form asks, once: `do` gives where it leads and what is said there; `again` shows it refused."""
        session = request.user
        with session.lock:
            token = str(data.get("form", ""))
            led = session.led_to(token)
            if led is None:
                try:
                    led, says = do(self.now())
                except ComityError as error:
                    return again(Trouble.of(error))
                session.forms[token] = led
                session.told.append(says)
        return to(led)


def html(text: str, status: int = 200) -> Page:
    """A page as it is sent."""
    return Response(text, status_code=status, media_type=MediaType.HTML)


def to(path: str) -> Page:
    """Off to another page, to be read by GET."""
    return Response("", status_code=303, headers={"location": path}, media_type=MediaType.HTML)


def told(value: object, status: int = 200) -> Response[bytes]:
    """An answer for our own script."""
    raw = value.encode() if isinstance(value, str) else json.dumps(value).encode()
    return Response(raw, status_code=status, media_type=MediaType.JSON)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    own = tongue("en")
    made.install_gettext_translations(own.words, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"when": own.when, "many": own.many, "ticks": ticks}
    made.globals["static"] = static
    return made


def render(template: str, /, **data: object) -> str:
    """A page of the portal as HTML."""
    return _templates().get_template(template).render(**data)


def portal_of(request: Request[Any, Any, State]) -> Portal:
    """What all pages share."""
    portal: Portal = request.app.state.portal
    return portal


def address(request: ASGIConnection[Any, Any, Any, State]) -> str:
    """Where a request comes from; behind our own proxy, what that proxy says."""
    return address_of(request.scope, dict(request.scope["headers"]), request.app.state.portal.secure)


def visit(request: Anybody) -> str:
    """What marks this browser before anybody is signed in; empty if it was never here."""
    return request.cookies.get(VISIT, "")[:100]


def marked(request: Anybody, page: Page) -> Page:
    """A page that marks the browser, if it is not marked yet."""
    if not visit(request):
        page.set_cookie(_cookie(request, VISIT, secrets.token_urlsafe(32)))
    return page


def let_in(request: Anybody, page: Page, person: str) -> Page:
    """Begin a session."""
    portal = portal_of(request)
    page.set_cookie(_cookie(request, COOKIE, portal.sessions.begin(person, portal.now())))
    return page


def _cookie(request: Anybody, name: str, value: str) -> Cookie:
    secure = portal_of(request).secure
    return Cookie(key=name, value=value, path="/", httponly=True, samesite="strict", secure=secure)


def signed_in(connection: ASGIConnection[Any, Any, Any, State], handler: BaseRouteHandler) -> None:
    """Let nobody in who has no session, or whom the office does not admit any more."""
    portal: Portal = connection.app.state.portal
    portal.brake.take("ask", address(connection), portal.now())
    if handler.opt.get("public"):
        return
    session = portal.sessions.of(connection.cookies.get(COOKIE), portal.now())
    if session is None:
        raise NotSignedIn
    try:
        connection.scope["auth"] = portal.counter.admitted(session.person)
    except NotRegistered:
        portal.sessions.end(session)
        raise
    connection.scope["user"] = session


@get("/static/{name:str}", opt={"public": True}, sync_to_thread=False)
def static_file(name: FromPath[str]) -> Response[bytes]:
    """The style sheet, and the script for passkeys."""
    if name not in {static(own).rpartition("/")[2] for own in OURS}:
        raise NotAPage
    raw, kind = statics()[name]
    return Response(raw, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"})


def _refused(request: Anybody, error: ComityError) -> Response[Any]:
    trouble = Trouble.of(error)
    if request.headers.get("accept") == "application/json":
        says = "; ".join([error.message, *(f"{fault.what}: {fault.remedy}" for fault in trouble.faults)])
        return told({"says": f"{says}. {error.remedy}."}, trouble.status)
    known = request.scope.get("auth") is not None
    if not known or isinstance(error, NotYourForm | TooOften | NotThisPasskey):
        answer = portal_of(request).plain("trouble.html", error=trouble)
    else:
        answer = portal_of(request).page(request, "trouble.html", error=trouble)
    if isinstance(error, TooOften):
        answer.headers["retry-after"] = str(error.fields["seconds"])
    return answer


def _stranger(request: Anybody, _: NotSignedIn) -> Page:
    if request.method == "GET":
        return to("/")
    says = "nobody is signed in at this browser, or the session ran out; nothing was done"
    error = Trouble(says, "sign in, go back to the page and send it again", status=401)
    return portal_of(request).plain("trouble.html", error=error)


def _wrong(request: Anybody, error: HTTPException) -> Page:
    words = {
        404: ("there is no page at this address", "begin at the list of your demands"),
        405: ("this address cannot be asked that way", "begin at the list of your demands"),
        413: ("what was sent is too large", "at most 8 papers of 20 MiB each"),
    }
    says, remedy = words.get(error.status_code, ("the request could not be read", "go back, and send the form again"))
    return portal_of(request).plain("trouble.html", error=Trouble(says, remedy, status=error.status_code))


def _failed(request: Anybody, error: Exception) -> Page:
    """A defect: whoever runs the portal reads on its terminal what happened, whoever asked only that it did."""
    print_exception(error)
    says = "the portal itself failed at this"
    trouble = Trouble(
        says, "what you sent may or may not have been taken: look at the list of your demands", status=500
    )
    return portal_of(request).plain("trouble.html", error=trouble)


def application(portal: Portal, hosts: Iterable[str], handlers: Iterable[Any]) -> Guard:
    """The portal as one application, behind the same guard as the desk's."""
    inner = Litestar(
        [static_file, *handlers],
        guards=[signed_in],
        exception_handlers={NotSignedIn: _stranger, ComityError: _refused, HTTPException: _wrong, Exception: _failed},
        openapi_config=None,
        request_max_body_size=MOST_BYTES,
        logging_config=None,
        state=State({"portal": portal}),
    )
    return Guard(inner, hosts)
