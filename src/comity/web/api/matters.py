"""Matters to be read: the inbox, a matter with its verdicts, clocks and gate, its events, its proofs, its notices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from litestar import Response
from litestar.params import FromPath, FromQuery, QueryParameter

from comity.desk import notice as desk
from comity.desk.decision import assess
from comity.desk.matter import load_seen
from comity.desk.office import Office
from comity.kernel import matter as kernel
from comity.kernel.demand import Demand
from comity.kernel.reason import Reason
from comity.web.api import shapes
from comity.web.api.app import Asked, asked_about, read, web_of
from comity.web.api.shapes import Name
from comity.web.inbox import Row, rows
from comity.web.matter import View, forum, present, view

On = FromQuery[date | None]
At = Annotated[
    str | None,
    QueryParameter(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$",
        description="a moment with its zone: 2014-08-29T15:00Z",
    ),
]
Start = Annotated[int, QueryParameter(name="start", ge=0, le=1_000_000)]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=500)]


@read("/api/v1/matters")
def matters(request: Asked, start: Start = 0, limit: Limit = 100) -> shapes.Matters:
    """The inbox: emergencies, then what runs out next."""
    web = web_of(request)
    with web.house.opened() as office:
        found = rows(web, office, web.now())
    return shapes.Matters(len(found), start, [_line(row) for row in found[start : start + limit]])


def _line(row: Row) -> shapes.Line:
    demand, verdicts = row.demand, {one.name: str((one.answered or one.decision).verdict) for one in row.ruled}
    standing = {category: str(state.state) for category, state in row.standing}
    gate = "" if row.trouble else "open" if row.opens else "shut"
    place, emergency = (demand.place, bool(demand.emergency)) if demand else ("", False)
    clock = clock_of(row.next) if row.next else None
    return shapes.Line(row.name, row.title, place, emergency, standing, verdicts, gate, row.shut, clock, row.trouble)


def clock_of(clock: kernel.Deadline) -> shapes.Clock:
    """A clock as it is sent."""
    due, started = clock.due.astimezone(UTC), clock.started.astimezone(UTC)
    return shapes.Clock(clock.name, due, clock.rule, clock.cite, clock.counts, started, clock.state)


@read("/api/v1/matters/{name:str}")
def matter(request: Asked, name: FromPath[Name], on: On = None, at: At = None) -> Response[shapes.Matter]:
    """A matter: standing, verdicts, open points, clocks and gate, now or as it was known at a past moment."""
    web = web_of(request)
    with web.house.opened() as office:
        whole, seen = load_seen(office, name)
        moment, past = asked_about(web, forum(whole), on, at)
        made = view(office, name, moment, past) if past else present(web, office, name, moment)
    if made.gate:
        web.meter.asked(bool(made.gate.answer))
    return Response(_matter(made, seen), headers={"etag": f'"{seen}"'})


def _matter(made: View, seen: int) -> shapes.Matter:
    standing = [shapes.State(category, state.state, state.says) for category, state in made.standing]
    rulings = [_ruling(one.one.accounts, one.ruled) for one in made.rulings]
    trouble = f"{made.trouble.message}; {made.trouble.remedy}" if made.trouble else ""
    return shapes.Matter(
        made.name, seen, made.at, made.title, demand_of(made.demand) if made.demand else None, standing,
        made.gag.says if made.gag else None, rulings, [clock_of(clock) for clock in made.clocks], _gate(made), trouble,
    )  # fmt: skip


def demand_of(demand: Demand) -> shapes.Demanded:
    """A demand as it is sent."""
    return_by = demand.return_by.astimezone(UTC) if demand.return_by else None
    return shapes.Demanded(
        demand.id, demand.place, demand.instrument, demand.issuer, demand.court, demand.served_entity,
        demand.served.astimezone(UTC), demand.channel, demand.issued, return_by, bool(demand.emergency),
        demand.reference, demand.scope.as_json(),
    )  # fmt: skip


def _ruling(accounts: Iterable[str], ruled: Any) -> shapes.Ruling:
    decision, answered = ruled.decision, ruled.answered
    points = [
        shapes.Point(point.term, point.asks, [shapes.Outcome(value, verdict) for value, verdict in point.outcomes])
        for point in decision.open_points
    ]
    counsel = answered.verdict if answered else None
    return shapes.Ruling(ruled.name, ruled.category, list(accounts), decision.verdict, counsel, decision.id, points)


def _gate(made: View) -> shapes.Gate | None:
    look = made.gate
    if look is None:
        return None
    reasons = [shapes.Shut(one.name, one.says, one.remedy) for one in getattr(look.answer, "reasons", ())]
    given = [shapes.Given(one.person, one.role, one.at.astimezone(UTC), counts) for one, counts in made.approvals]
    return shapes.Gate(bool(look.answer), reasons, given, look.shown)


@read("/api/v1/matters/{name:str}/history")
def events(request: Asked, name: FromPath[Name]) -> list[shapes.Happened]:
    """What happened, in order, each with when we knew and on what paper."""
    with web_of(request).house.opened() as office:
        whole, _ = load_seen(office, name)
    return [
        shapes.Happened(
            e.id, e.kind, e.happened.astimezone(UTC), e.known.astimezone(UTC), e.says, e.source, e.by,
            sorted(e.touches), e.until.astimezone(UTC) if e.until else None, dict(e.data),
        )
        for e in whole.events
    ]  # fmt: skip


@read("/api/v1/matters/{name:str}/decision")
def decision(request: Asked, name: FromPath[Name], on: On = None, at: At = None) -> shapes.Decided:
    """Every class of records with the whole proof of its verdict."""
    web = web_of(request)
    with web.house.opened() as office:
        whole, _ = load_seen(office, name)
        moment, _ = asked_about(web, forum(whole), on, at)
        found = assess(office, whole.as_known(moment), moment)
    classes = [_proved(one.derived, ruled) for one, ruled in zip(found.classes, found.ruled, strict=True)]
    return shapes.Decided(found.on, found.reading.court, found.reading.digest, classes)


def _proved(derived: Iterable[Any], ruled: Any) -> shapes.Proved:
    decision = ruled.decision

    def proofs(reasons: Iterable[Reason]) -> list[shapes.Json]:
        return [reason.proof.as_json() for reason in reasons]

    return shapes.Proved(
        ruled.name, decision.verdict, decision.id, decision.proof.as_json(), [one.as_json() for one in derived],
        proofs(decision.objections), proofs(decision.duties), proofs(decision.channels), list(decision.unverified),
    )  # fmt: skip


@read("/api/v1/matters/{name:str}/notice")
def notices(request: Asked, name: FromPath[Name], on: On = None, at: At = None) -> list[shapes.Notice]:
    """How telling the user stands, for each account, and when nothing forbade it and nobody told them."""
    web = web_of(request)
    with web.house.opened() as office:
        whole, _ = load_seen(office, name)
        moment, _ = asked_about(web, forum(whole), on, at)
        return list(_notices(office, whole.as_known(moment), moment))


def _notices(office: Office, matter: kernel.Matter, at: datetime) -> Iterable[shapes.Notice]:
    silent = desk.silences(office, matter, at)
    for one in desk.notices(office, matter, at):
        gaps = [[begin.astimezone(UTC), end.astimezone(UTC)] for begin, end in silent[one.account]]
        until = one.until.astimezone(UTC) if one.until else None
        yield shapes.Notice(one.account, one.state, one.says, until, gaps)


HANDLERS: Final = (matters, matter, events, decision, notices)
