"""What came through the portal, for programs: what was filed and waits, what was said, what is handed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from litestar import Response
from litestar.params import FromPath, JSONBody, PathParameter
from msgspec import Meta, Struct

from comity.desk import filing as desk
from comity.desk import portal as rooms
from comity.desk import porter
from comity.desk.office import Office
from comity.kernel.matter import Event
from comity.web.api.app import READS, Asked, Doing, act, let, read, web_of, write
from comity.web.api.once import Key
from comity.web.api.problems import done, octets
from comity.web.api.sent import Sent, Text
from comity.web.api.shapes import Json, Name

Number = Annotated[int, PathParameter(ge=1, le=1000)]


class Line(Struct, frozen=True):
    """A demand filed in the portal: by whom, how it stands, the matter that began with it."""

    id: str
    person: str
    agency: str
    at: datetime
    emergency: bool
    state: Literal["filed", "taken", "returned"]
    matter: str
    instrument: str


class Word(Struct, frozen=True):
    """Something written between office and authority; `by` is nobody where the authority wrote it."""

    at: datetime
    says: str
    by: str


class Way(Struct, frozen=True):
    """A telephone of the agency that we had before the demand came, and where it was published."""

    value: str
    source: str
    since: datetime


class Handed(Struct, frozen=True):
    """A production laid out for whoever filed: until when, and each time it was fetched."""

    until: datetime
    by: str
    fetched: list[datetime]


class Filing(Line, frozen=True):
    """A filing as it was typed, whom to call back about it, and what became of it; `key` is what is sealed to."""

    typed: Json
    narrative: str
    words: list[Word]
    call_back: list[Way]
    returned: str
    key: str
    handed: list[Handed]


class Returning(Sent, frozen=True):
    """Why it is returned: the authority reads it."""

    why: Text


class Asking(Sent, frozen=True):
    """What is written to the authority."""

    says: Text


class Called(Sent, frozen=True):
    """What was heard at a call to a number of the directory, and whether it supports the demand."""

    called: Annotated[str, Meta(min_length=1, max_length=300)]
    supports: Literal["yes", "no"]
    heard: Text


class Handing(Sent, frozen=True):
    """For how many days the authority may fetch it."""

    days: Annotated[int, Meta(ge=1, le=desk.LONGEST)]


class Job(Struct, frozen=True):
    """A job that was asked for: it is sealed and laid out by a worker."""

    job: int
    matter: str


@read("/api/v1/filings")
def filings(request: Asked) -> list[Line]:
    """Everything that came through the portal: what waits first, then the latest first."""
    web = web_of(request)
    with web.house.opened() as office:
        found = porter.emptied(office, web.now())
    rest = sorted((one for one in found.filings.values() if one.state != "filed"), key=lambda one: one.at, reverse=True)
    return [Line(*_line(one)) for one in (*found.waiting, *rest)]


def _line(one: rooms.Filing) -> tuple[str, str, str, datetime, bool, Literal["filed", "taken", "returned"], str, str]:
    state: Literal["filed", "taken", "returned"] = "taken" if one.matter else "returned" if one.returned else "filed"
    instrument = str(one.tables["demand"].get("instrument", ""))
    return one.id, one.person, one.agency, one.at.astimezone(UTC), one.emergency, state, one.matter, instrument


@read("/api/v1/filings/{id:str}")
def filing(request: Asked, id: FromPath[Name]) -> Filing:
    """One filing; that it was looked at is written down."""
    web = web_of(request)
    with web.house.opened() as office:
        made = _filing(office, rooms.filing(porter.emptied(office, web.now()), id))
        web.note(request.user.person, id, "/api/v1/filing")
    return made


@read(
    "/api/v1/filings/{id:str}/papers/{number:int}",
    responses={**READS, **octets("application/octet-stream", "as it came")},
)
def paper(request: Asked, id: FromPath[Name], number: Number) -> Response[bytes]:
    """The octets of one of its papers, as they came; that it was looked at is written down."""
    web = web_of(request)
    with web.house.opened() as office:
        _, raw = desk.paper(office, rooms.filing(porter.emptied(office, web.now()), id), number - 1)
        web.note(request.user.person, id, f"/api/v1/filing/papers/{number}")
    return Response(raw, media_type="application/octet-stream")


def _filing(office: Office, one: rooms.Filing) -> Filing:
    words = [Word(word.at.astimezone(UTC), word.says, word.by) for word in one.words]
    ways = [Way(way.value, way.source, way.since.astimezone(UTC)) for way in desk.callback(office, one)[1]]
    handed = [
        Handed(given.until.astimezone(UTC), given.by, [at.astimezone(UTC) for at in given.fetched])
        for given in one.handed
    ]
    return Filing(*_line(one), dict(one.tables), one.narrative, words, ways, one.returned, one.key, handed)


PLACE: Final = "/api/v1/filings/{made.id}"


def _acted(
    request: Asked, id: str, data: Sent | None, key: str | None, do: Callable[[Office, datetime], object]
) -> Response[bytes]:
    """Do something about a filing, and tell how it then stands."""

    def then(office: Office, at: datetime) -> Filing:
        do(office, at)
        return _filing(office, rooms.filing(rooms.portal(office), id))

    return act(request, Doing(key=key or ""), data, then, PLACE)


@write("/api/v1/filings/{id:str}/take", responses=done(Filing))
def take(request: Asked, id: FromPath[Name], key: Key = None) -> Response[bytes]:
    """Confirm what was filed: its matter begins."""

    return _acted(request, id, None, key, lambda office, at: desk.take(office, id, request.user.person, at))


@write("/api/v1/filings/{id:str}/return", responses=done(Filing))
def give_back(request: Asked, id: FromPath[Name], data: JSONBody[Returning], key: Key = None) -> Response[bytes]:
    """Return what was filed; the authority reads why."""

    return _acted(
        request, id, data, key, lambda office, at: desk.give_back(office, id, data.why, request.user.person, at)
    )


@write("/api/v1/filings/{id:str}/ask", responses=done(Filing))
def ask(request: Asked, id: FromPath[Name], data: JSONBody[Asking], key: Key = None) -> Response[bytes]:
    """Write to the authority."""

    return _acted(request, id, data, key, lambda office, at: porter.ask(office, id, data.says, request.user.person, at))


@write("/api/v1/filings/{id:str}/called", responses=done(Filing))
def called(request: Asked, id: FromPath[Name], data: JSONBody[Called], key: Key = None) -> Response[bytes]:
    """Record what was said at a call-back: a finding of the matter."""

    def do(office: Office, at: datetime) -> None:
        said = (("supports", data.supports), ("called", data.called))
        who = f"call to {data.called}"
        desk.called_back(office, id, Event("", "finding", at, at, data.heard, who, request.user.person, data=said))

    return _acted(request, id, data, key, do)


@write("/api/v1/filings/{id:str}/hand", responses=done(Job))
def hand_over(request: Asked, id: FromPath[Name], data: JSONBody[Handing], key: Key = None) -> Response[bytes]:
    """Ask the gate, and have the production sealed and laid out. Refused, unless the office lets tokens decide."""

    def do(office: Office, at: datetime) -> Job:
        let(request, office)
        job = desk.ask_hand_over(office, id, data.days, request.user.person, at)
        return Job(job.number, job.matter)

    return act(request, Doing(key=key or ""), data, do, f"/api/v1/filings/{id}")


HANDLERS: Final = (filings, filing, paper, take, give_back, ask, called, hand_over)
