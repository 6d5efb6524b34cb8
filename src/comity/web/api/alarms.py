"""What waits for somebody to look, for programs: alarms about looks that nobody's work explains, and tasks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from litestar import Response
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from comity.desk import jobs, reading
from comity.desk.office import Office
from comity.web.api.app import Asked, Doing, act, read, web_of, write
from comity.web.api.once import Key
from comity.web.api.problems import done
from comity.web.api.sent import Sent, Text

Number = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]


class Alarm(Struct, frozen=True):
    """Whom an alarm is about, what they opened, which other matters name the same account; what it came to."""

    id: str
    person: str
    matter: str
    says: str
    at: datetime
    elsewhere: list[str]
    settled_by: str | None
    settled_why: str | None


class NewSettling(Sent, frozen=True):
    """What an alarm came to."""

    alarm: Annotated[str, Meta(min_length=1, max_length=200)]
    why: Text


class Settled(Struct, frozen=True):
    """An alarm that was settled."""

    alarm: str
    why: str


class Task(Struct, frozen=True):
    """Something ran out, and somebody is to look."""

    number: int
    matter: str
    says: str
    since: datetime


class LookedAt(Struct, frozen=True):
    """A task that somebody of the office looked at."""

    number: int
    matter: str


@read("/api/v1/alarms")
def alarms(request: Asked) -> list[Alarm]:
    """Every alarm, the open ones first; for who watches alone."""
    with web_of(request).house.opened() as office:
        return [_alarm(one) for one in reading.watched(office, request.user.person)]


def _alarm(one: reading.Alarm) -> Alarm:
    by, why = (one.settled.by, one.settled.says) if one.settled else (None, None)
    at = one.at.astimezone(UTC)
    return Alarm(one.id, one.name or one.person, one.matter, one.says, at, list(one.elsewhere), by, why)


@write("/api/v1/alarms/settle", responses=done(Settled))
def settle(request: Asked, data: JSONBody[NewSettling], key: Key = None) -> Response[bytes]:
    """Say what an alarm came to; somebody whom it is not about does, once."""

    def do(office: Office, at: datetime) -> Settled:
        event = reading.settle(office, data.alarm, request.user.person, at, data.why)
        return Settled(data.alarm, event.says)

    return act(request, Doing(key=key or ""), data, do, "/api/v1/alarms")


@read("/api/v1/tasks")
def tasks(request: Asked) -> list[Task]:
    """What ran out and waits for somebody to look at it, oldest first."""
    with web_of(request).house.opened() as office:
        return [Task(job.number, job.matter, job.asks, job.due.astimezone(UTC)) for job in jobs.tasks(office)]


@write("/api/v1/tasks/{number:int}/done", responses=done(LookedAt))
def look(request: Asked, number: Number, key: Key = None) -> Response[bytes]:
    """Somebody looked at it."""

    def do(office: Office, at: datetime) -> LookedAt:
        return LookedAt(number, jobs.did(office, number, request.user.person, at).matter)

    return act(request, Doing(key=key or ""), None, do, "/api/v1/tasks")


HANDLERS: Final = (alarms, settle, tasks, look)
