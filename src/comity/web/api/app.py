"""The API as an application: who may come in, what is said when something is wrong, and how an act is done once.

Every address but the description needs a token, by a guard of the whole application. No cookie is looked at, so no page
of another site can make a browser act here. What goes wrong is told as a problem (RFC 9457) with remedy and faults.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import Any, Final, TypeVar

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler

from comity.desk.agencies import NoAgency
from comity.desk.arrival import NoArrival
from comity.desk.court import NoNotice
from comity.desk.drafts import NoDraft
from comity.desk.exposure.asked import NotSwept
from comity.desk.ledger import NoEntry
from comity.desk.matter import NoMatter, Overtaken, as_of
from comity.desk.office import NotThatPerson, Office, only_reads
from comity.desk.portal import NoSuchFiling
from comity.desk.reading import NoAlarm
from comity.desk.review import NoHit
from comity.errors import ComityError
from comity.lawpack.show import NotInThePacks
from comity.web.api.description import ABOUT, Plain, described
from comity.web.api.once import once
from comity.web.api.problems import ACTS as ACTS
from comity.web.api.problems import READS as READS
from comity.web.api.problems import NoBearer, defect, no_token, refusal, unread
from comity.web.app import OF_A_MATTER, Web
from comity.web.guard import SAFE
from comity.web.problem import Problem
from comity.web.tokens import Token, token_of

KINDS: Final[dict[type[ComityError], int]] = {
    NoMatter: 404, NotInThePacks: 404, NoEntry: 404, NotThatPerson: 403, Overtaken: 412,
    NoArrival: 404, NoNotice: 404, NotSwept: 404,
    NoAgency: 404, NoAlarm: 404, NoSuchFiling: 404,
}  # fmt: skip
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
Asked = Request[Token, Token, State]
read = partial(get, sync_to_thread=True, responses=READS)
write = partial(post, sync_to_thread=True)
Made = TypeVar("Made")


class NotByToken(ComityError):
    """a token may not do this here: it shows that a program holds it, not that a person looked"""

    help = "do it in the browser, with a passkey; or let tokens do it in office.toml: [api] decide = true"
    exit_code = 5


class NotSeen(ComityError):
    """this act needs If-Match with the ETag of the matter as it was read; nothing was done"""

    help = 'read the matter, look at what is new, and send its ETag as If-Match: "12"'
    exit_code = 5


class OutOfTime(ComityError):
    """this is no moment, or lies too far away to be meant"""

    help = "give a moment between 1900 and 2200, with its zone"
    exit_code = 4


class NoProduction(ComityError):
    """there is no production `{name}` of this matter"""

    help = "its name stands in the answer to the act that made it"
    exit_code = 2


MORE: Final[dict[type[ComityError], int]] = {NotByToken: 403, NotSeen: 428, NoProduction: 404, NoDraft: 404, NoHit: 404}


@dataclass(frozen=True)
class Doing:
    """An act that is asked for: on which matter, and what its sender had seen of it."""

    matter: str = ""
    saw: str | None = None
    key: str = ""
    alone: bool = True
    """Whether no other act may go on meanwhile; a long one only fails if it is overtaken."""


def web_of(request: Asked) -> Web:
    """What pages and API share."""
    web: Web = request.scope["comity.web"]  # type: ignore[typeddict-item]
    return web


async def holds_a_token(connection: ASGIConnection[Any, Any, Any, State], handler: BaseRouteHandler) -> None:
    """Let nobody in without a token that lives, of somebody who works here; an auditor's sends nothing.

    Whatever has a matter's address is a look into that matter, and is written down.
    """
    if handler.opt.get("public"):
        return
    web: Web = connection.scope["comity.web"]  # type: ignore[typeddict-item]
    found = bearer(web, connection.headers.get("authorization", ""))
    if found is None:
        raise NoBearer
    connection.scope["user"] = connection.scope["auth"] = found
    if connection.scope.get("method") not in SAFE:
        only_reads(found.person, web.people()[1][found.person])
    if look := OF_A_MATTER.fullmatch(connection.scope["path_template"]):
        asked = connection.path_params
        page = (look["before"] + look["page"]).format_map(asked)
        await sync_to_thread(web.note, found.person, asked[look["name"]], page)


def let(request: Asked, office: Office) -> str:
    """How a program proved what in the browser takes a passkey; refused unless the office lets tokens do it."""
    if not office.settings.api.decide:
        raise NotByToken
    return f"token {request.user.name}"


def bearer(web: Web, header: str) -> Token | None:
    """The token that a header holds, if it lives and its person works here."""
    scheme, _, secret = header.partition(" ")
    token = token_of(web.house.root, secret.strip(), web.now()) if scheme.lower() == "bearer" else None
    return token if token and token.person in web.people()[1] else None


def utc(moment: datetime | None) -> datetime | None:
    """A moment that was sent, in UTC."""
    if moment is None:
        return None
    try:
        at = moment.astimezone(UTC)
    except OverflowError as error:
        raise OutOfTime from error
    if not EARLIEST <= at < LATEST:
        raise OutOfTime
    return at


def asked_about(web: Web, place: str, on: date | None, at: str | None) -> tuple[datetime, bool]:
    """The moment that is asked about, and whether it is past: `at`, the end of a day in the forum, or now."""
    now, day = web.now(), None
    if on is not None:
        if not EARLIEST.date() < on < LATEST.date():
            raise OutOfTime
        day = as_of(on, place).astimezone(UTC)
    moment = _read(at) or day or now
    return (moment, True) if moment < now else (now, False)


def _read(at: str | None) -> datetime | None:
    try:
        return utc(datetime.fromisoformat(at)) if at else None
    except ValueError as error:
        raise OutOfTime from error


def act(request: Asked, doing: Doing, data: Any, do: Callable[[Office, datetime], Made], where: str) -> Response[bytes]:
    """Do what is asked for, once under its key, if its sender had seen all there is; `where` what came of it is."""
    web, token = web_of(request), request.user
    sent = b"\0".join((request.url.path.encode(), (doing.saw or "").encode(), msgspec.json.encode(data)))
    with once(web.house.root, token.person, doing.key, sent) as one:
        if one.kept is not None:
            return _answered(one.kept.status, {**one.kept.heads, "idempotent-replayed": "true"}, one.kept.body)
        with web.house.acting() if doing.alone else web.house.opened() as office:
            if doing.saw is not None:
                office.saw[doing.matter] = int(doing.saw.strip('"'))
            made = do(office, web.now())
        body = msgspec.json.encode(made)
        heads = {"etag": f'"{getattr(made, "seen", 0)}"', "location": where.format(made=made)}
        one.done(201, heads, body)
    return _answered(201, heads, body)


def _answered(status: int, heads: Mapping[str, str], body: bytes) -> Response[bytes]:
    return Response(body, status_code=status, headers=dict(heads), media_type="application/json")


def _refused(_: Asked, error: ComityError) -> Response[Problem]:
    return refusal(error, {**KINDS, **MORE}, tuple(getattr(error, "faults", ())))


def _stranger(_: Asked, error: NoBearer) -> Response[Problem]:
    return no_token("send Authorization: Bearer and a token; `comity token PERSON` makes one")


def _wrong(_: Asked, error: HTTPException) -> Response[Problem]:
    return unread(error)


def _failed(request: Asked, error: Exception) -> Response[Problem]:
    web_of(request).failed(error, str(request.scope.get("comity.id", "")))
    return defect(request)


@lru_cache(maxsize=2)
def application(handlers: tuple[Any, ...], form_kib: int) -> Litestar:
    """The API as one application, with its description: the same for every office."""
    return Litestar(
        handlers,
        guards=[holds_a_token],
        exception_handlers={NoBearer: _stranger, ComityError: _refused, HTTPException: _wrong, Exception: _failed},
        openapi_config=described("comity: the desk", ABOUT, "made by `comity token PERSON`", Plain(path="/")),
        request_max_body_size=form_kib * 1024,
        logging_config=None,
    )
