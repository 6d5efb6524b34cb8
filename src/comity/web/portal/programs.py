"""The portal for an authority's own programs: what its pages do for a person, as JSON under `/api/v1`.

A token stands for one person whom the office admitted. It was made by that person with their passkey, and it files,
asks after, answers and collects as they would, through the same counter. It states no key to which a production shall
be sealed: that takes the person. What another filed is not there, and that it was asked for is told to the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import File

from comity.desk import counter as desk
from comity.desk.counter import Counter, Member, NoProduction, NotRegistered, NotThere
from comity.desk.preflight import MEANS, Finding
from comity.errors import ComityError, Faulty
from comity.kernel.demand import CATEGORIES
from comity.kernel.words import Fault, Term
from comity.web.api.description import described, listed
from comity.web.api.octets import decoded
from comity.web.api.once import Key, once
from comity.web.api.problems import WORDS, NoBearer, defect, done, no_token, octets, problems, refusal, unread
from comity.web.api.shapes import Name
from comity.web.portal import shapes
from comity.web.portal.app import Portal, mended, portal_of, render
from comity.web.problem import Problem
from comity.web.tokens import Token, token_of

MOST: Final = 32 * 2**20
"""Octets of a filing with its papers in base64; what is larger is filed on the page, which takes more."""
ABOUT: Final = (
    "For the systems of authorities: see what would become of a demand, file it, follow it, answer, collect. A token "
    "stands for one person whom the office admitted, who makes it with their passkey on the page `Programs`. No token "
    "states to what a production is sealed. What is not done is told as application/problem+json."
)


KINDS: Final[dict[type[ComityError], int]] = {NotThere: 404, NoProduction: 404, NotRegistered: 403}
TOLD: Final = WORDS | {413: ("what was sent is too long", "send less, or file it on the page")}
READS: Final = problems(405)
ACTS: Final = problems(405, 409, 413, 415)
Calling = Request[Member, Token, State]
Start = Annotated[int, QueryParameter(name="start", ge=0, le=2**40)]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1000)]
read = partial(get, sync_to_thread=True, responses=READS)
write = partial(post, sync_to_thread=True)


def holds_a_token(connection: ASGIConnection[Any, Any, Any, State], handler: BaseRouteHandler) -> None:
    """Let nobody in without a token that lives, of somebody whom the office admits now."""
    if handler.opt.get("public"):
        return
    portal: Portal = connection.app.state.portal
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    token = token_of(portal.own, secret.strip(), portal.now()) if scheme.lower() == "bearer" else None
    if token is None:
        raise NoBearer
    connection.scope["auth"] = token
    connection.scope["user"] = replace(portal.counter.admitted(token.person), program=token.name)


@read("/api/v1/me")
def me(request: Calling) -> shapes.Me:
    """For whom the token acts, until when."""
    counter, member, token = portal_of(request).counter, request.user, request.auth
    agency, until = counter.agencies()[member.applicant.agency], token.until.astimezone(UTC)
    return shapes.Me(member.id, member.applicant.name, agency["name"], agency["place"], token.name, until)


@read("/api/v1/instruments")
def instruments(request: Calling) -> list[shapes.Instrument]:
    """By what an authority of your country may demand."""
    portal = portal_of(request)
    outline, place = portal.counter.outline, portal.counter.place(request.user)
    return [shapes.Instrument(code, outline.titled(code)) for code in outline.instruments(place, portal.now())]


@read("/api/v1/instruments/{code:str}")
def instrument(request: Calling, code: FromPath[Name]) -> shapes.Needs:
    """What a demand by one instrument says, and what its law asks besides."""
    portal = portal_of(request)
    outline, place, at = portal.counter.outline, portal.counter.place(request.user), portal.now()
    if code not in outline.instruments(place, at):
        fault = Fault("unknown-instrument", "code", f"no instrument `{code}` of yours", "see GET /api/v1/instruments")
        raise Faulty((fault,), path="the request")
    issuers = list(outline.packs.words.terms["demand.issuer"].codes)
    questions = _questions(outline.questions(code, place, at))
    return shapes.Needs(
        code, outline.titled(code), outline.courts(place), issuers, sorted(CATEGORIES), questions
    )  # fmt: skip


def _questions(terms: tuple[Term, ...]) -> list[shapes.Question]:
    return [shapes.Question(term.name, term.meaning, list(term.codes)) for term in terms]


@write("/api/v1/preflights", status_code=200, responses=ACTS)
def preflight(request: Calling, data: JSONBody[shapes.Demand]) -> shapes.Preflight:
    """What would become of a demand if it were filed now, and why; nothing is filed."""
    portal = portal_of(request)
    portal.take("check", request.user.id)
    at = portal.now()
    found = portal.counter.outline.preflight(portal.counter.read(request.user, _tables(data), at), at)
    verdicts = {name: [_verdict(one) for one in many] for name, many in found.found.items()}
    return shapes.Preflight(found.refused, verdicts, _questions(found.asks))


def _verdict(one: Finding) -> shapes.Verdict:
    why, ways = ([shapes.Ground(says, cite) for says, cite in many] for many in (one.why, one.ways))
    turns = [shapes.Turn(turn.says, turn.asks) for turn in one.turns]
    return shapes.Verdict(one.verdict, MEANS[one.verdict], why, turns, ways)


def _tables(data: shapes.Demand) -> dict[str, Any]:
    """A demand in the tables of a written one; what was not said is left out."""
    plain = {"demand": msgspec.to_builtins(data.demand), "scope": msgspec.to_builtins(data.scope)}
    plain["scope"]["accounts"] = [one.strip().lower() for one in data.scope.accounts]
    said = {part: {key: one for key, one in row.items() if one not in (None, [])} for part, row in plain.items()}
    return said | ({"facts": data.facts} if data.facts else {})


@read("/api/v1/demands")
def demands(request: Calling, start: Start = 0, limit: Limit = 100) -> shapes.Lines:
    """What you filed, last first."""
    portal = portal_of(request)
    found = portal.counter.mine(request.user, portal.now())
    return shapes.Lines(len(found), start, [_line(one) for one in found[start : start + limit]])


def _line(one: desk.Filed) -> shapes.Line:
    said = one.tables["demand"]
    asks = bool(one.lines) and one.lines[-1].ours
    return shapes.Line(
        one.id, one.at.astimezone(UTC), said["instrument"], said.get("reference", ""), said["emergency"], one.state,
        asks, len(one.productions),
    )  # fmt: skip


@write("/api/v1/filings", responses=done(shapes.Filed, ACTS), request_max_body_size=MOST)
def file(request: Calling, data: JSONBody[shapes.NewFiling], key: Key = None) -> Response[bytes]:
    """File a demand with its papers; the office looks at it and confirms what it asks."""

    def do(counter: Counter, at: datetime) -> str:
        portal_of(request).take("file", request.user.id)
        return counter.file(request.user, _tables(data), (data.narrative, list(decoded(data.papers))), at)

    return _act(request, key, data, do)


@read("/api/v1/demands/{id:str}")
def demand(request: Calling, id: FromPath[Name]) -> shapes.Filed:
    """One demand of yours: how it stands, what the office asks, what can be collected."""
    portal = portal_of(request)
    return _filed(portal.counter.filed(request.user, id, portal.now()), portal.now())


def _filed(one: desk.Filed, at: datetime) -> shapes.Filed:
    said, scope = one.tables["demand"], one.tables["scope"]
    words = [
        shapes.Word(line.at.astimezone(UTC), "office" if line.ours else "authority", line.says) for line in one.lines
    ]
    waits = [shapes.Production(p.name, p.title, p.until.astimezone(UTC), p.over(at)) for p in one.productions]
    return shapes.Filed(
        one.id, one.at.astimezone(UTC), one.state, one.why, said["instrument"], said.get("reference", ""),
        said["emergency"], scope["accounts"], scope["categories"], one.narrative,
        [paper["name"] for paper in one.tables.get("paper", ())], words, one.key, waits,
    )  # fmt: skip


@write("/api/v1/demands/{id:str}/words", responses=done(shapes.Filed, ACTS))
def write_words(
    request: Calling, id: FromPath[Name], data: JSONBody[shapes.NewWords], key: Key = None
) -> Response[bytes]:
    """Write to the office about a demand of yours: answer what it asks."""

    def do(counter: Counter, at: datetime) -> str:
        portal_of(request).take("write", request.user.id)
        counter.answer(request.user, id, data.says, at)
        return id

    portal_of(request).counter.filed(request.user, id, portal_of(request).now())
    return _act(request, key, data, do)


ZIP: Final = octets("application/zip", "the zip")


@read("/api/v1/demands/{id:str}/productions/{name:str}", responses={**READS, **ZIP})
def production(request: Calling, id: FromPath[Name], name: FromPath[Name]) -> File:
    """The octets of a production, sealed to the key that you stated; each time is told to the desk beforehand."""
    portal = portal_of(request)
    portal.take("collect", request.user.id)
    found = portal.counter.fetch(request.user, id, name, portal.now())
    return File(found.file, filename=f"{id}-{found.name}.zip", media_type="application/zip")


def _act(request: Calling, key: str | None, data: Any, do: Callable[[Counter, datetime], str]) -> Response[bytes]:
    """Do what is asked for, once under its key; `do` gives the demand that it was about."""
    portal = portal_of(request)
    sent = b"\0".join((request.url.path.encode(), msgspec.json.encode(data)))
    with once(portal.own, request.user.id, key or "", sent) as one:
        if one.kept is not None:
            return _made(one.kept.body, {**one.kept.heads, "idempotent-replayed": "true"})
        id = do(portal.counter, portal.now())
        body = msgspec.json.encode(_filed(portal.counter.filed(request.user, id, portal.now()), portal.now()))
        heads = {"location": f"/api/v1/demands/{id}"}
        one.done(201, heads, body)
    return _made(body, heads)


def _made(body: bytes, heads: dict[str, str]) -> Response[bytes]:
    return Response(body, status_code=201, headers=heads, media_type="application/json")


class Plain(OpenAPIRenderPlugin):
    """The description on a page."""

    def render(self, request: Any, openapi_schema: dict[str, Any]) -> bytes:
        """Every address with what it does."""
        own = {"office": portal_of(request).office, "member": None, "told": (), "error": None}
        about = openapi_schema["info"]["description"]
        return render("api.html", acts=listed(openapi_schema), about=about, **own).encode()


def _refused(_: Calling, error: ComityError) -> Response[Problem]:
    return refusal(error, KINDS, mended(getattr(error, "faults", ())))


def _stranger(_: Calling, error: NoBearer) -> Response[Problem]:
    return no_token("send Authorization: Bearer and a token; it is made on the page `Programs`, with a passkey")


def _wrong(_: Calling, error: HTTPException) -> Response[Problem]:
    return unread(error, TOLD)


def _failed(request: Calling, error: Exception) -> Response[Problem]:
    portal_of(request).failed(error, str(request.scope.get("comity.id", "")))
    return defect(request)


HANDLERS: Final = (me, instruments, instrument, preflight, demands, file, demand, write_words, production)


def programs(portal: Portal) -> Litestar:
    """The portal for programs, with its description."""
    how = "made by whom the office admitted, on the page `Programs`"
    return Litestar(
        HANDLERS,
        guards=[holds_a_token],
        exception_handlers={NoBearer: _stranger, ComityError: _refused, HTTPException: _wrong, Exception: _failed},
        openapi_config=described("comity: the portal", ABOUT, how, Plain(path="/")),
        request_max_body_size=portal.limits.form_kib * 1024,
        logging_config=None,
        state=State({"portal": portal}),
    )
