"""The portal as one application: who may come in, what is said when something is wrong, forms that act once.

Every page but the doors needs a session of somebody whom two people of the office admitted; that is looked at on every
click. It is told apart from the desk by everything: cookie, sessions, pages, port and process.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from litestar import Litestar, Request, Response, get
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery

from comity.desk.counter import Applicant, Counter, Member, NotRegistered
from comity.desk.limits import Limits
from comity.desk.trays import FOLDER
from comity.errors import ComityError
from comity.kernel.words import Fault
from comity.web.answers import Form as Form
from comity.web.answers import NotAPage, NotSignedIn, html, in_language, to_script, waiting
from comity.web.answers import Page as Page
from comity.web.answers import Trouble as Trouble
from comity.web.answers import to as to
from comity.web.brake import address_of
from comity.web.doors import NotYourForm, Session, Sessions
from comity.web.faces import served
from comity.web.pace import HOUR, MINUTE, Brake, Pace, TooOften
from comity.web.pages import PORTAL, static, statics, templates
from comity.web.passkeys import NotThisPasskey, Passkeys
from comity.web.tongue import Said, current
from comity.web.watch import Counting, Log, Meter

COOKIE: Final = "comity-portal"
VISIT: Final = "comity-portal-visit"
"""Marks a browser before anybody is signed in: what a passkey answers is bound to it."""
OWN: Final = "own"
"""The folder beside the trays in which the portal keeps the public halves of passkeys, and hashes of tokens."""
OURS: Final = ("desk.css", "passkey.js")
REMEDIES: Final = {
    "missing-key": "state it",
    "unknown-court": "choose a court of the list",
    "unknown-instrument": "choose an instrument of the list",
    "unknown-code": "choose one of the list, or leave it open",
    "unknown-word": "leave it out",
    "wrong-type": "write it as the form asks for it",
}
"""What to do about a fault, where the desk's own words would send a reader to files of the office."""
PACES: Final = {
    "try": Pace(20, MINUTE, "at most 20 attempts to sign in a minute from one address"),
    "register": Pace(5, HOUR, "at most 5 registrations an hour from one address"),
    "check": Pace(30, MINUTE, "at most 30 checks a minute of one person"),
    "file": Pace(20, HOUR, "at most 20 filings an hour of one person"),
    "write": Pace(60, HOUR, "at most 60 messages an hour of one person"),
    "collect": Pace(30, HOUR, "at most 30 downloads an hour of one person"),
}
"""How often somebody may do what the office must look at, or what is dear; all else has the limits of office.toml."""
Asking = Request[Session, Member, State]
Anybody = Request[Any, Any, State]


def mended(faults: Iterable[Any]) -> tuple[Fault, ...]:
    """Faults of what somebody outside typed, with what to do about them out there."""
    given = (fault for fault in faults if isinstance(fault, Fault))
    return tuple(replace(fault, remedy=REMEDIES.get(fault.name, fault.remedy)) for fault in given)


def told(error: ComityError) -> Trouble:
    """A trouble of the house, as an authority is told it."""
    trouble = Trouble.of(error)
    if trouble.faults:
        says = Said("some of it cannot stand as it is"), Said("mend what is listed, and send it again")
        return Trouble(*says, mended(trouble.faults), 422)
    return trouble


@dataclass
class Portal:
    """What all pages share."""

    counter: Counter
    passkeys: Passkeys
    now: Callable[[], datetime]
    secure: bool = False
    log: Log = field(default_factory=Log)
    meter: Meter = field(default_factory=Meter)
    sessions: Sessions = field(default_factory=Sessions)
    brake: Brake = field(default_factory=Brake)
    half: OrderedDict[str, tuple[str, Applicant]] = field(default_factory=OrderedDict)
    """Applications that wait for their passkey, by browser."""

    @property
    def office(self) -> str:
        """The office's name."""
        return self.counter.outline.settings.name

    @property
    def limits(self) -> Limits:
        """What is taken at most."""
        return self.counter.outline.settings.limits

    @property
    def own(self) -> Path:
        """The portal's own folder."""
        return self.counter.root / FOLDER / OWN

    def take(self, what: str, who: str) -> None:
        """Let somebody do something once more, or refuse with how long to wait."""
        self.brake.check(f"{what} {who}", PACES[what])

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

    def failed(self, error: Exception, request: str) -> None:
        """A defect: the log has what happened, under the name that whoever asked was given."""
        self.meter.defects.inc()
        self.log.failed(error, request=request)

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
                    return waiting(again(told(error)), error)
                session.forms[token] = led
                session.told.append(says)
        return to(led)


def for_script(options: str) -> Response[bytes]:
    """What our own script asks a device with."""
    return Response(options.encode(), media_type="application/json")


def render(template: str, /, **data: object) -> str:
    """A page of the portal as HTML, in the language of whoever is being answered."""
    return templates(current().code, PORTAL).get_template(template).render(**data)


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
        raise NotAPage(path=f"/static/{name}")
    raw, kind = statics()[name]
    return Response(raw, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"})


@get("/language/{code:str}", opt={"public": True}, sync_to_thread=False)
def language(request: Anybody, code: FromPath[str], back: FromQuery[str] = "/") -> Page:
    """Choose the language of the pages at this browser, and go back to the one that was read."""
    return in_language(code, back, portal_of(request).secure)


def _refused(request: Anybody, error: ComityError) -> Response[Any]:
    trouble = told(error)
    if request.headers.get("accept") == "application/json":
        return waiting(to_script(trouble), error)
    known = request.scope.get("auth") is not None
    if not known or isinstance(error, NotYourForm | TooOften | NotThisPasskey):
        answer = portal_of(request).plain("trouble.html", error=trouble)
    else:
        answer = portal_of(request).page(request, "trouble.html", error=trouble)
    return waiting(answer, error)


def _stranger(request: Anybody, _: NotSignedIn) -> Page:
    if request.method == "GET":
        return to("/")
    says = "nobody is signed in at this browser, or the session ran out; nothing was done"
    error = Trouble(says, "sign in, go back to the page and send it again", status=401)
    return portal_of(request).plain("trouble.html", error=error)


def _wrong(request: Anybody, error: HTTPException) -> Page:
    words = {
        404: (Said("there is no page at {path}", path=request.url.path), Said("begin at the list of your demands")),
        405: (Said("this address cannot be asked that way"), Said("begin at the list of your demands")),
        413: (Said("what was sent is too large"), Said("at most 8 papers of 20 MiB each")),
    }
    unread = Said("the request could not be read"), Said("go back, and send the form again")
    trouble = Trouble(*words.get(error.status_code, unread), status=error.status_code)
    return portal_of(request).plain("trouble.html", error=trouble)


def _failed(request: Anybody, error: Exception) -> Page:
    """A defect: whoever runs the portal reads in its log what happened, whoever asked only that it did."""
    id = str(request.scope.get("comity.id", ""))
    portal_of(request).failed(error, id)
    says = Said("the portal itself failed at this; if you write to the office about it, name request {id}", id=id)
    remedy = Said("what you sent may or may not have been taken: look at the list of your demands")
    return portal_of(request).plain("trouble.html", error=Trouble(says, remedy, status=500))


def application(portal: Portal, hosts: Iterable[str], handlers: Iterable[Any]) -> Counting:
    """The portal as one application: pages and the API, behind the same guard, brake and counting as the desk's."""
    from comity.web.portal.programs import programs

    inner = Litestar(
        [static_file, language, *handlers],
        guards=[signed_in],
        exception_handlers={NotSignedIn: _stranger, ComityError: _refused, HTTPException: _wrong, Exception: _failed},
        openapi_config=None,
        request_max_body_size=portal.limits.form_kib * 1024,
        logging_config=None,
        state=State({"portal": portal}),
    )
    return served(portal, hosts, inner, lambda: programs(portal), face="portal")
