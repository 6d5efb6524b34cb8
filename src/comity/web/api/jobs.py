"""Work that a worker does, for programs: a collection or a sweep is asked for, and how far it is."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from litestar import Response
from litestar.params import FromPath, JSONBody, PathParameter
from litestar.response import File
from msgspec import Struct

from comity.desk.collection import Order
from comity.desk.exposure.asked import NotSwept, files_of, report_of, swept_jobs
from comity.desk.jobs import COLLECT, ask_collection, ask_exposure, of_matter, progress_of
from comity.desk.matter import load_seen
from comity.desk.office import Office
from comity.web.api.acts import Saw, must
from comity.web.api.app import READS, Asked, Doing, act, read, web_of, write
from comity.web.api.once import Key
from comity.web.api.problems import done, octets
from comity.web.api.sent import NewCollection, Sent
from comity.web.api.shapes import Json, Name

SWEEPS: Final = "/api/v1/exposures"
OF: Final = "/api/v1/matters/{name:str}/collections"
Number = Annotated[int, PathParameter(ge=1, le=2**40)]
FileName = Annotated[str, PathParameter(pattern=r"^[0-9]{1,12}\.(html|cube)$")]


class Work(Struct, frozen=True):
    """A job: what was asked, how it stands (`waiting`, `running`, `done`, `failed`), how far it is, what came of it."""

    number: int
    asks: Json
    by: str
    made: datetime
    state: str
    progress: dict[str, list[int]]
    said: str
    ended: datetime | None


class WorkAsked(Struct, frozen=True):
    """A job that was asked for, or the one that there was."""

    job: int
    matter: str
    seen: int


class Sweep(Struct, frozen=True):
    """A sweep over every account, what it found once it is done, and its files."""

    job: Work
    report: Json | None
    files: list[str]


class NewSweep(Sent, frozen=True):
    """By the law of what day; today if it is left out."""

    on: date | None = None


def _work(job: Any) -> Work:
    progress = {part: list(far) for part, far in progress_of(job).items()}
    ended = job.ended.astimezone(UTC) if job.ended else None
    return Work(
        job.number, json.loads(job.asks), job.by, job.made.astimezone(UTC), job.state, progress, job.said or "", ended
    )


@write(f"{OF}/start", responses=done(WorkAsked))
def start_collection(
    request: Asked, name: FromPath[Name], data: JSONBody[NewCollection], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Have what answers the demand collected by a worker; asked twice before anything new happened, it is one job."""

    def do(office: Office, at: datetime) -> WorkAsked:
        job = ask_collection(office, name, Order(request.user.person, lambda: at, tuple(data.categories)))
        return WorkAsked(job.number, name, load_seen(office, name)[1])

    return act(request, must(name, saw, key), data, do, "/api/v1/matters/{made.matter}/collections/jobs")


@read(f"{OF}/jobs")
def collections(request: Asked, name: FromPath[Name]) -> list[Work]:
    """The collections of a matter that were asked for as jobs, newest first."""
    with web_of(request).house.opened() as office:
        return [_work(job) for job in of_matter(office, name, COLLECT)]


@write(f"{SWEEPS}/start", responses=done(WorkAsked))
def start_sweep(request: Asked, data: JSONBody[NewSweep], key: Key = None) -> Response[bytes]:
    """Have it decided for every account of the estate what every place could ask for."""
    on = data.on.isoformat() if data.on else ""

    def do(office: Office, at: datetime) -> WorkAsked:
        return WorkAsked(ask_exposure(office, request.user.person, at, on).number, "", 0)

    return act(request, Doing(key=key or ""), data, do, f"{SWEEPS}/{{made.job}}")


@read(SWEEPS)
def sweeps(request: Asked) -> list[Work]:
    """Every sweep that was asked for, newest first."""
    with web_of(request).house.opened() as office:
        return [_work(job) for job in swept_jobs(office)]


@read(f"{SWEEPS}/{{number:int}}")
def sweep(request: Asked, number: Number) -> Sweep:
    """How a sweep stands, and what it found."""
    with web_of(request).house.opened() as office:
        job = _asked(office, number)
        if job.state != "done":
            return Sweep(_work(job), None, [])
        return Sweep(_work(job), dict(report_of(office, job)), sorted(files_of(office, number)))


def _asked(office: Office, number: int) -> Any:
    job = next((one for one in swept_jobs(office) if one.number == number), None)
    if job is None:
        raise NotSwept(number=number)
    return job


@read(f"{SWEEPS}/{{number:int}}/{{file:str}}", responses={**READS, **octets("application/octet-stream", "the file")})
def sweep_file(request: Asked, number: Number, file: FileName) -> File:
    """A file of a sweep that is done: its cube, or its page, which stands by itself."""
    with web_of(request).house.opened() as office:
        found = files_of(office, _asked(office, number).number)
    if file not in found:
        raise NotSwept(number=number)
    return File(path=found[file], filename=f"exposure-{file}", media_type="application/octet-stream")


HANDLERS: Final = (start_collection, collections, start_sweep, sweeps, sweep, sweep_file)
