"""Which address leads to which page, who may come in, and what is said when something is wrong.

Every page but the sign-in needs a session, by a guard of the whole application: a page that forgets to ask cannot
exist. An address has one handler, for GET or for POST: of two at one address Litestar would wrap the first twice. Acts
go through one function (`Web.act`), which lets a form act once and words what the desk refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, Final
from urllib.parse import quote

from litestar import Litestar, Request, Response, get
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery

from comity.desk.arrival import Arrival
from comity.desk.entrances import PASSKEYS
from comity.desk.kept import Kept, always
from comity.desk.limits import Limits
from comity.desk.office import Office, only_reads
from comity.desk.reading import Watch
from comity.errors import ComityError
from comity.web.answers import Form as Form
from comity.web.answers import NotAPage as NotAPage
from comity.web.answers import NotSignedIn as NotSignedIn
from comity.web.answers import Page as Page
from comity.web.answers import Trouble as Trouble
from comity.web.answers import html as html
from comity.web.answers import in_language, waiting
from comity.web.answers import to as to
from comity.web.brake import address_of
from comity.web.doors import BadLink, NotYourForm, Session, Sessions
from comity.web.guard import SAFE
from comity.web.house import House
from comity.web.pace import MINUTE, Brake, Pace, TooOften
from comity.web.pages import render, statics
from comity.web.passkeys import FileKeyring, Party, Passkeys
from comity.web.tongue import Said
from comity.web.watch import Counting, Log, Meter

COOKIE: Final = "comity-session"
OF_A_MATTER: Final = re.compile(r"(?P<before>.*)/matters/\{(?P<name>\w+)\}(?P<page>.*)")
"""The address of a page of a matter, whatever room it belongs to."""
KEPT: Final = 16384
"""Lives, lines of the inbox and parts of the law book that are kept once worked out."""
TRIES: Final = Pace(20, MINUTE, "at most 20 tries a minute that let nobody in, from one address")
Asking = Request[Session, Any, State]


def the_present() -> datetime:
    """The present moment: the one place where the pages read the clock."""
    return datetime.now(UTC)


@dataclass
class Web:
    """What all pages share: the office, the clock, whether TLS carries it, who is signed in, what was worked out."""

    house: House
    now: Callable[[], datetime] = the_present
    secure: bool = False
    url: str = "http://localhost:8400"
    """Under what address people reach the desk: passkeys are bound to its name."""
    log: Log = field(default_factory=Log)
    meter: Meter = field(default_factory=Meter)
    sessions: Sessions = field(default_factory=Sessions)
    tries: Brake = field(default_factory=Brake)
    watch: Watch = field(default_factory=Watch)
    kept: Kept = field(default_factory=lambda: Kept(KEPT))

    @property
    def limits(self) -> Limits:
        """What is taken at most."""
        return self.house.settings().limits

    @cached_property
    def keyring(self) -> FileKeyring:
        """The passkeys of the office's people."""
        return FileKeyring(self.house.root / PASSKEYS)

    @cached_property
    def passkeys(self) -> Passkeys:
        """What is asked of a passkey at this desk; refused where browsers offer none."""
        return Passkeys(Party.at(self.url, self.people()[0]), self.keyring)

    def page(
        self, request: Asking, template: str, /, here: str = "", error: Trouble | None = None, **data: Any
    ) -> Page:
        """A page for whoever is signed in, with what they are to be told once."""
        session = request.user
        people = data.pop("people", None) or self.people()
        text = render(
            template, here=here, error=error, person=session.person, roles=sorted(people[1].get(session.person, ())),
            office=people[0], told=session.listen(), form=session.form, **data,
        )  # fmt: skip
        return html(text, error.status if error else 200)

    def keep(self, key: tuple[object, ...], make: Callable[[], Any], good: Callable[[Any], bool] = always) -> Any:
        """What was worked out before, if it is still good and no file changed on which it stands.

        For whoever has the office open.
        """
        return self.kept.get((key, self.house.time), make, good)

    def note(self, person: str, matter: str, page: str) -> None:
        """Write down that somebody opens a page of a matter, before it is shown; if it cannot be, nothing is shown."""
        at = self.now()
        if not self.watch.knows(person, matter, page, at):
            with self.house.opened() as office:
                self.watch.opened(office, person, matter, page, at)

    def note_arrival(self, office: Office, person: str, arrived: Arrival, page: str) -> None:
        """Write down that somebody brings or is shown a demand that is being read: it says whose accounts are here."""
        self.watch.came(office, person, arrived, page, self.now())

    def people(self) -> tuple[str, dict[str, frozenset[str]]]:
        """The office's name, and its people with their roles."""
        settings = self.house.settings()
        return settings.name, settings.people

    def failed(self, error: Exception, request: str) -> None:
        """A defect: the log has what happened, under the name that whoever asked was given."""
        self.meter.defects.inc()
        self.log.failed(error, request=request)

    def act(
        self,
        request: Asking,
        data: dict[str, Any],
        do: Callable[[Office, datetime], tuple[str, str]],
        again: Callable[[Trouble], Page],
    ) -> Page:
        """Do what a form asks, once: `do` gives where it leads and what is said there; `again` shows it refused."""
        session = request.user
        with session.lock:
            token = str(data.get("form", ""))
            led = session.led_to(token)
            if led is None:
                try:
                    with self.house.acting() as office:
                        led, says = do(office, self.now())
                except ComityError as error:
                    return again(Trouble.of(error))
                session.forms[token] = led
                session.told.append(says)
        return to(led)


def web_of(request: Request[Any, Any, State]) -> Web:
    """What all pages share."""
    web: Web = request.scope["comity.web"]  # type: ignore[typeddict-item]
    return web


def asking(request: Request[Any, Any, State]) -> str:
    """The network address that asks."""
    return address_of(request.scope, dict(request.scope["headers"]), web_of(request).secure)


def trying(request: Request[Any, Any, State], *failed: type[Exception]) -> AbstractContextManager[None]:
    """While somebody tries to come in: whoever failed so too often of late is refused, and nobody else."""
    return web_of(request).tries.trying(asking(request), TRIES, *failed)


async def signed_in(connection: ASGIConnection[Any, Any, Any, State], handler: BaseRouteHandler) -> None:
    """Let nobody in who has no session and does not work here; who has one is known from here on.

    What is sent by an auditor is refused here, whatever it asks for, but for what concerns their own session (`own`).
    Whatever has a matter's address is a look into that matter, and is written down.
    """
    if handler.opt.get("public"):
        return
    web: Web = connection.scope["comity.web"]  # type: ignore[typeddict-item]
    session = web.sessions.of(connection.cookies.get(COOKIE), web.now())
    held = web.people()[1].get(session.person) if session else None
    if session is None or held is None:
        raise NotSignedIn
    connection.scope["user"] = session
    if connection.scope.get("method") not in SAFE and not handler.opt.get("own"):
        only_reads(session.person, held)
    if look := OF_A_MATTER.fullmatch(connection.scope["path_template"]):
        asked = connection.path_params
        page = (look["before"] + look["page"]).format_map(asked)
        await sync_to_thread(web.note, session.person, asked[look["name"]], page)  # others are answered meanwhile


@get("/static/{name:str}", opt={"public": True}, sync_to_thread=False)
def static(name: FromPath[str]) -> Response[bytes]:
    """The style sheet, and the few scripts."""
    if name not in statics():
        raise NotAPage(path=f"/static/{name}")
    raw, kind = statics()[name]
    return Response(raw, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"})


@get("/language/{code:str}", opt={"public": True}, sync_to_thread=False)
def language(request: Request[Any, Any, State], code: FromPath[str], back: FromQuery[str] = "/") -> Page:
    """Choose the language of the pages at this browser, and go back to the one that was read."""
    return in_language(code, back, web_of(request).secure)


def _plain(request: Request[Any, Any, State], trouble: Trouble) -> Page:
    """A page for whoever may not be signed in."""
    web = web_of(request)
    try:
        office = web.people()[0]
    except ComityError:
        office = "comity"
    text = render("trouble.html", error=trouble, person=None, office=office, told=(), here="")
    return html(text, trouble.status)


def _refused(request: Request[Any, Any, State], error: ComityError) -> Page:
    trouble = Trouble.of(error)
    if isinstance(error, BadLink | NotYourForm | TooOften) or request.scope.get("user") is None:
        return waiting(_plain(request, trouble), error)
    try:
        return web_of(request).page(request, "trouble.html", error=trouble)
    except ComityError:
        return _plain(request, trouble)


def _stranger(request: Request[Any, Any, State], _: NotSignedIn) -> Page:
    if request.method == "GET":
        return to("/sign-in")
    says = "nobody is signed in at this browser, or the session ran out; nothing was done"
    return _plain(request, Trouble(says, "sign in, go back to the page and send it again", status=401))


def _wrong(request: Request[Any, Any, State], error: HTTPException) -> Page:
    words = {
        404: (Said("there is no page at {path}", path=request.url.path), Said("begin at the inbox")),
        405: (Said("this address cannot be asked that way"), Said("begin at the inbox")),
        413: (
            Said("what was sent is too long"),
            Said("a form may hold {number} KiB; put papers in as papers", number=_form_kib(request)),
        ),
    }
    says, remedy = words.get(
        error.status_code, (Said("the request could not be read"), Said("go back, and send the form again"))
    )
    return _plain(request, Trouble(says, remedy, status=error.status_code))


def _form_kib(request: Request[Any, Any, State]) -> int:
    return web_of(request).limits.form_kib


def _failed(request: Request[Any, Any, State], error: Exception) -> Page:
    """A defect: whoever runs the desk reads in its log what happened, whoever asked only that it did."""
    id = str(request.scope.get("comity.id", ""))
    web_of(request).failed(error, id)
    says = f"comity itself failed at this; the desk's log says what happened, as request {id}"
    return _plain(request, Trouble(says, "report it; what you sent may or may not have been done, so look", status=500))


def application(web: Web, hosts: Iterable[str], handlers: Iterable[Any]) -> Counting:
    """The desk as one application: pages, acts and the API behind their guard."""
    from comity.web.api.rooms import programs
    from comity.web.faces import Within, served

    inner = _pages(tuple(handlers), web.limits.form_kib)
    return served(web, hosts, Within(inner, web), lambda: Within(programs(web), web))


@lru_cache(maxsize=2)
def _pages(handlers: tuple[Any, ...], form_kib: int) -> Litestar:
    """Which address leads to which page: the same for every office, so it is worked out once."""
    return Litestar(
        [static, language, *handlers],
        guards=[signed_in],
        exception_handlers={NotSignedIn: _stranger, ComityError: _refused, HTTPException: _wrong, Exception: _failed},
        openapi_config=None,
        request_max_body_size=form_kib * 1024,
        logging_config=None,
    )


def at_matter(name: str, part: str = "") -> str:
    """The address of a matter's page."""
    return f"/matters/{quote(name, safe='')}" + (f"#{part}" if part else "")
