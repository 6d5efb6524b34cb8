"""Acts of the desk for programs: each is the function that pages and command line call, done once under its key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from litestar import Response
from litestar.params import FromPath, HeaderParameter, JSONBody, RawBody
from litestar.response import Stream

from comity.desk import collection, demand, gate, notice
from comity.desk.matter import enter, load_seen
from comity.desk.office import Office
from comity.desk.release import send
from comity.kernel.gate import Release
from comity.kernel.matter import Event, Matter
from comity.kernel.matter import standing as standing_of
from comity.web.api import sent
from comity.web.api.app import READS, Asked, Doing, NoProduction, NotSeen, act, let, read, utc, web_of, write
from comity.web.api.once import Key
from comity.web.api.problems import done, octets
from comity.web.api.shapes import Name

FOLDER: Final = "productions"
DEMAND: Final = 1 << 20
"""Octets of a written demand; docs/formats/demand.md."""
Saw = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match", pattern='^"[0-9]{1,9}"$',
        description="the ETag of the matter as its sender had read it; if there is more by now, nothing is done",
    ),
]  # fmt: skip


def must(name: str, saw: str | None, key: str | None, alone: bool = True) -> Doing:
    """An act on a matter whose sender must say what they had seen of it."""
    if saw is None:
        raise NotSeen
    return Doing(name, saw, key or "", alone)


HERE: Final = "/api/v1/matters/{made.matter}"


@write("/api/v1/demands", responses=done(sent.Recorded), request_max_body_size=DEMAND)
def receive(request: Asked, data: JSONBody[sent.NewDemand], body: RawBody, key: Key = None) -> Response[bytes]:
    """Receive a demand (docs/formats/demand.md); its matter begins, confirmed by the token's person."""

    def do(office: Office, at: datetime) -> sent.Recorded:
        read = demand.written(office, body, at)
        demand.receive(office, read, request.user.person, at)
        return recorded(office, read.id, at, f"{read.instrument} received")

    return act(request, Doing(key=key or ""), data, do, HERE)


@write("/api/v1/matters/{name:str}/events", responses=done(sent.Recorded))
def enter_event(
    request: Asked, name: FromPath[Name], data: JSONBody[sent.NewEvent], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Enter what happened, with its source. A stay need not wait for a reading: If-Match may be left out here."""

    def do(office: Office, at: datetime) -> sent.Recorded:
        when, learned, until = utc(data.happened) or at, utc(data.known) or at, utc(data.until)
        more, touches = tuple(sorted(data.data.items())), frozenset[str](data.touches)
        by = request.user.person
        entry = enter(
            office, name, Event("", data.kind, when, learned, data.says, data.source, by, touches, until, more)
        )
        return recorded(office, name, max(at, when), f"entry {entry.index}: {data.kind}")

    return act(request, Doing(name, saw, key or ""), data, do, HERE)


@write("/api/v1/matters/{name:str}/answers", responses=done(sent.Recorded))
def answer(
    request: Asked, name: FromPath[Name], data: JSONBody[sent.NewAnswer], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Record counsel's answer to an open point. Refused, unless the office lets tokens decide."""

    def do(office: Office, at: datetime) -> sent.Recorded:
        let(request, office)
        more = (("term", data.term), ("answer", data.answer))
        enter(office, name, Event("", "counsel", at, at, data.says, data.source, request.user.person, data=more))
        return recorded(office, name, at, f"{data.term} is {data.answer}")

    return act(request, must(name, saw, key), data, do, HERE)


@write("/api/v1/matters/{name:str}/approvals", responses=done(sent.Approved))
def approve(
    request: Asked, name: FromPath[Name], data: JSONBody[sent.NewApproval], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Approve exactly what was shown. Refused, unless the office lets tokens decide."""

    def do(office: Office, at: datetime) -> sent.Approved:
        given = gate.approve(office, name, request.user.person, at, gate.Shown(data.shown, let(request, office)))
        opens = isinstance(gate.ask(office, name, at), Release)
        web_of(request).meter.asked(opens)
        state = "open" if opens else "shut"
        return sent.Approved(name, load_seen(office, name)[1], given.person, given.role, state)

    return act(request, must(name, saw, key), data, do, HERE)


@write("/api/v1/matters/{name:str}/withdrawals", responses=done(sent.Recorded))
def withdraw(
    request: Asked, name: FromPath[Name], data: JSONBody[sent.NewWithdrawal], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Take one's own approval back, which counts for nothing from then on; If-Match may be left out."""

    def do(office: Office, at: datetime) -> sent.Recorded:
        event = gate.withdraw(office, name, request.user.person, at, data.why)
        return recorded(office, name, at, event.says)

    return act(request, Doing(name, saw, key or ""), data, do, HERE)


@write("/api/v1/matters/{name:str}/collections", responses=done(sent.Collected))
def collect(
    request: Asked, name: FromPath[Name], data: JSONBody[sent.NewCollection], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Copy aside exactly what answers the demand, or some of its categories; every item gets its reason."""

    def do(office: Office, at: datetime) -> sent.Collected:
        found = collection.collect(office, name, request.user.person, at, data.categories)
        return sent.Collected(
            name, load_seen(office, name)[1], len(found.items),
            {table: len(sheet.rows) for table, sheet in found.sheets.items()}, len(found.unreadable),
            {store: dict(counts.as_json()) for store, counts in found.counts.items()},
            [str(fault) for fault in found.faults], found.inventory,
        )  # fmt: skip

    return act(request, must(name, saw, key, alone=False), data, do, HERE)


@write("/api/v1/matters/{name:str}/reviews", responses=done(sent.Recorded))
def review(
    request: Asked, name: FromPath[Name], data: JSONBody[sent.NewReview], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Record that every hit was read, or cleared by a named rule."""

    def do(office: Office, at: datetime) -> sent.Recorded:
        event = collection.review(office, name, request.user.person, at, data.rule, data.state_unreadable)
        return recorded(office, name, at, event.says)

    return act(request, must(name, saw, key), data, do, HERE)


@write("/api/v1/matters/{name:str}/productions", responses=done(sent.Produced))
def produce(
    request: Asked, name: FromPath[Name], data: JSONBody[sent.NewProduction], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Ask the gate; if it opens, seal what was approved to the recipients. Refused, unless tokens may decide."""

    def do(office: Office, at: datetime) -> sent.Produced:
        let(request, office)
        folder = office.root / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        target = _free(folder, name)
        try:
            left = send(office, name, request.user.person, at, tuple(data.recipients), target)
        finally:
            web_of(request).meter.asked(target.exists())
        made, seen = left.manifest, load_seen(office, name)[1]
        where = f"{HERE.format(made=Doing(name))}/productions/{left.path.stem}"
        return sent.Produced(name, seen, made.digest, len(made.items), len(made.tables), where)

    return act(request, must(name, saw, key, alone=False), data, do, "{made.octets}")


def _free(folder: Path, name: str) -> Path:
    return next(path for n in range(1, 10_000) if not (path := folder / f"{name}.{n}.zip").exists())


@read(
    "/api/v1/matters/{name:str}/productions/{which:str}",
    responses={**READS, **octets("application/zip", "the zip")},
)
def production(request: Asked, name: FromPath[Name], which: FromPath[Name]) -> Stream:
    """The octets of a production, sealed to its recipients."""
    path = web_of(request).house.root / FOLDER / f"{which}.zip"
    if not re.fullmatch(re.escape(name) + r"\.[0-9]+", which) or not path.is_file():
        raise NoProduction(name=which)
    return Stream(_pieces(path), media_type="application/zip", headers={"content-length": str(path.stat().st_size)})


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 18):
            yield piece


@write("/api/v1/matters/{name:str}/notices", responses=done(sent.Told))
def tell(
    request: Asked, name: FromPath[Name], data: JSONBody[sent.NewNotice], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """The letter to an account's user, and the record that it goes out; refused while an order forbids it."""

    def do(office: Office, at: datetime) -> sent.Told:
        account = data.account.strip().lower()
        letter = notice.tell(office, name, account, request.user.person, at)
        return sent.Told(name, load_seen(office, name)[1], account, letter)

    return act(request, must(name, saw, key), data, do, HERE)


def recorded(office: Office, name: str, at: datetime, says: str) -> sent.Recorded:
    """What was recorded of a matter, and what its order is worth now."""
    matter, seen = load_seen(office, name)
    return sent.Recorded(name, seen, says, _standing(matter, at))


def _standing(matter: Matter, at: datetime) -> str:
    return str(standing_of(matter, at).state)


HANDLERS: Final = (
    receive, enter_event, answer, approve, withdraw, collect, review, produce, production, tell,
)  # fmt: skip
