"""Intake for programs: a demand is brought, read, mended, confirmed or set aside; each look at one is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from litestar import Response
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct, field

from comity.desk import arrival, arrival_form
from comity.desk.arrival import Arrival, Typed
from comity.desk.arrival_form import Row
from comity.desk.demand import known
from comity.desk.matter import load_seen
from comity.desk.office import Office
from comity.desk.papers import octets_of
from comity.desk.papers import read as read_paper
from comity.errors import ComityError, Faulty
from comity.kernel.words import Fault
from comity.web.api.app import READS, Asked, Doing, act, read, web_of, write
from comity.web.api.matters import demand_of
from comity.web.api.octets import MOST, Paper, decoded
from comity.web.api.once import Key
from comity.web.api.problems import done, octets
from comity.web.api.sent import Sent
from comity.web.api.shapes import Demanded, Name
from comity.web.intake import MOST_TYPED
from comity.web.problem import Wrong
from comity.web.uploads import label

HERE: Final = "/api/v1/arrivals"
AT: Final = f"{HERE}/{{id:str}}"
Id = Annotated[str, PathParameter(pattern="^[0-9a-z]{1,40}$")]
Index = Annotated[int, PathParameter(ge=0, le=10_000)]
Line = Annotated[str, Meta(max_length=4000)]


class ArrivalLine(Struct, frozen=True):
    """A demand that is being read, as a list has it."""

    id: str
    title: str
    received: datetime
    brought: str


class ArrivalPaper(Struct, frozen=True):
    """A paper that came with it, by the digest of its octets; or why nothing was read in it."""

    title: str
    digest: str
    kind: str
    text: str
    trouble: str
    remedy: str


class ReadThere(Struct, frozen=True):
    """A value that was read for a field, and the passage it stands in."""

    value: str
    passage: str
    page: int
    sure: str
    why: str


class ArrivalField(Struct, frozen=True):
    """A field of the demand: its value, what was read for it, and whether a person has yet to look at it.

    `none` says that there is no such limit; `gap` what was not found.
    """

    name: str
    meaning: str
    needed: bool
    options: list[str]
    value: list[str]
    none: bool
    waits: bool
    gap: str
    read: list[ReadThere]


class Stands(Struct, frozen=True):
    """What stands in the way of confirming it."""

    detail: str
    remedy: str
    faults: list[Wrong]


class WouldRule(Struct, frozen=True):
    """A class of records, its verdict, and the terms that are open."""

    name: str
    verdict: str
    open: list[str]


class Begins(Struct, frozen=True):
    """The demand as it would be confirmed, and what the law says of it; or why it cannot be decided."""

    demand: Demanded
    verdicts: list[WouldRule]
    trouble: str


class Arrived(Struct, frozen=True):
    """A demand that is being read; `main` is the number of the paper that demands, `ended` how it was settled."""

    id: str
    received: datetime
    brought: str
    main: int
    papers: list[ArrivalPaper]
    text: str
    fields: list[ArrivalField]
    ended: str | None
    ended_by: str | None
    says: str | None
    stands: Stands | None
    begins: Begins | None


class NewArrival(Sent, frozen=True):
    """The papers of one demand, together."""

    papers: Annotated[list[Paper], Meta(min_length=1, max_length=100)]


class Choices(Sent, frozen=True):
    """What a person chose: fields by name, null for a limit that there is not; what is left out stays as it is.

    A field that is named stands as it is given, doubtful readings left out. Another `main` begins them all anew. `text`
    is that of a demand that is written.
    """

    fields: dict[Name, Annotated[list[Line], Meta(max_length=1000)] | None] = field(default_factory=dict)
    main: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    text: Annotated[str, Meta(max_length=1 << 20)] | None = None


class NewAside(Sent, frozen=True):
    """Why it is no demand to be answered here."""

    why: Annotated[str, Meta(min_length=1, max_length=4000)]


class BroughtIn(Struct, frozen=True):
    """The arrival that was made of the papers."""

    arrival: str


class Begun(Struct, frozen=True):
    """The matter that begins with an arrival, and how many entries it has."""

    arrival: str
    matter: str
    seen: int


class Aside(Struct, frozen=True):
    """An arrival that was set aside."""

    arrival: str


@read(HERE)
def arrivals(request: Asked) -> list[ArrivalLine]:
    """Every demand that is being read and not settled, the oldest first."""
    with web_of(request).house.opened() as office:
        found = arrival.every(office)
    return [ArrivalLine(one.id, one.paper.title, one.received.astimezone(UTC), one.by) for one in found]


@write(f"{HERE}/bring", responses=done(BroughtIn), request_max_body_size=MOST)
def bring(request: Asked, data: JSONBody[NewArrival], key: Key = None) -> Response[bytes]:
    """Bring the papers of one demand. They are read, and nothing begins before somebody confirms it."""
    web, person = web_of(request), request.user.person
    with web.house.opened() as office:
        here = known(office)
    papers = [paper for name, raw in decoded(data.papers) for paper in read_paper(office, here, label(name), raw)]

    def do(office: Office, at: datetime) -> BroughtIn:
        made = arrival.begin(office, papers, person, at)
        web.note_arrival(office, person, made, "/bring")
        return BroughtIn(made.id)

    return act(request, Doing(key=key or ""), data, do, f"{HERE}/{{made.arrival}}")


@read(AT)
def arrived(request: Asked, id: Id) -> Arrived:
    """A demand that is being read: its papers, its fields, what stands in the way or what would begin."""
    web = web_of(request)
    with web.house.opened() as office:
        arrival.looks(office, request.user.person)
        return _shown(request, office, arrival.one(office, id), web.now())


def _shown(request: Asked, office: Office, one: Arrival, at: datetime) -> Arrived:
    """An arrival as it is told, once it is written down who is told."""
    web_of(request).note_arrival(office, request.user.person, one, "")
    stands, begins = (None, None) if one.ended else _outlook(office, one, request.user.person, at)
    papers = [ArrivalPaper(p.title, p.digest, p.kind, p.text, p.trouble, p.remedy) for p in one.papers]
    ended = one.ended
    return Arrived(
        one.id, one.received.astimezone(UTC), one.by, one.main, papers, one.text,
        [_field(row) for row in arrival_form.form(office, one)], ended.act if ended else None,
        ended.by if ended else None, ended.says if ended else None, stands, begins,
    )  # fmt: skip


def _outlook(office: Office, one: Arrival, person: str, at: datetime) -> tuple[Stands | None, Begins | None]:
    try:
        found = arrival.preview(office, one, person, at)
    except ComityError as error:
        faults = [Wrong.of(fault) for fault in getattr(error, "faults", ())]
        return Stands(error.message, error.remedy, faults), None
    ruled = found.found.ruled if found.found else ()
    verdicts = [WouldRule(r.name, r.decision.verdict, [p.term for p in r.decision.open_points]) for r in ruled]
    return None, Begins(demand_of(found.demand), verdicts, found.trouble)


def _field(row: Row) -> ArrivalField:
    there = [ReadThere(one.value, one.passage, one.page, one.sure, one.why) for one in row.readings]
    value = row.value.split("\n") if row.value else []
    options = [code for code, _ in row.options]
    return ArrivalField(row.name, row.meaning, row.needed, options, value, row.none, row.waits, row.gap, there)


def _choose(request: Asked, office: Office, id: str, said: Choices) -> Arrival:
    """Keep what was said, as the form of the page would say it; and write down which accounts it names."""
    person = request.user.person
    office.may(person, "receive")
    before = arrival.one(office, id)
    main = before.main if said.main is None else said.main
    if not 0 <= main < len(before.papers):
        raise arrival.NotOnePaper(name=str(main), there=f"0 to {len(before.papers) - 1}")
    if main != before.main:
        before = arrival.choose(office, id, Typed(main, {}), person)
    rows = arrival_form.form(office, before)
    if unknown := sorted(said.fields.keys() - {row.name for row in rows}):
        here = "see the fields of the arrival"
        wrong = tuple(Fault("unknown-field", name, "no field of this demand", here) for name in unknown)
        raise Faulty(wrong, path="the request")
    chosen = arrival_form.choices(rows, dict(_typed(rows, said.fields)))
    text = before.text if said.text is None else said.text
    kept = arrival.choose(office, id, Typed(main, chosen, text), person)
    web_of(request).note_arrival(office, person, kept, "")
    return kept


def _typed(rows: list[Row], said: Mapping[str, list[str] | None]) -> Iterator[tuple[str, list[str]]]:
    for row in rows:
        given = said.get(row.name, None if row.none else [row.value])
        yes = ["yes"]
        if given is None:
            yield f"none.{row.name}", yes
        else:
            yield f"f.{row.name}", given
            if row.stands or (row.doubtful and row.name in said):
                yield f"stands.{row.name}", yes


@write(f"{AT}/check", responses=done(Arrived), request_max_body_size=MOST_TYPED)
def check(request: Asked, id: Id, data: JSONBody[Choices], key: Key = None) -> Response[bytes]:
    """Keep what was chosen, and look again at what stands in the way."""

    def do(office: Office, at: datetime) -> Arrived:
        return _shown(request, office, _choose(request, office, id, data), at)

    return act(request, Doing(key=key or ""), data, do, f"{HERE}/{{made.id}}")


@write(f"{AT}/confirm", responses=done(Begun), request_max_body_size=MOST_TYPED)
def confirm(request: Asked, id: Id, data: JSONBody[Choices], key: Key = None) -> Response[bytes]:
    """Confirm: this is what the paper asks, and its matter begins."""

    def do(office: Office, at: datetime) -> Begun:
        _choose(request, office, id, data)
        name = arrival.confirm(office, id, request.user.person, at)
        return Begun(id, name, load_seen(office, name)[1])

    return act(request, Doing(key=key or ""), data, do, "/api/v1/matters/{made.matter}")


@write(f"{AT}/aside", responses=done(Aside))
def aside(request: Asked, id: Id, data: JSONBody[NewAside], key: Key = None) -> Response[bytes]:
    """Set it aside, with a reason: it is no demand to be answered here. Its papers are kept."""

    def do(office: Office, at: datetime) -> Aside:
        arrival.set_aside(office, id, data.why, request.user.person, at)
        return Aside(id)

    return act(request, Doing(key=key or ""), data, do, f"{HERE}/{{made.arrival}}")


@read(f"{AT}/papers/{{number:int}}", responses={**READS, **octets("application/octet-stream", "as it came")})
def paper(request: Asked, id: Id, number: Index) -> Response[Any]:
    """The octets of one of its papers, as they came."""
    web, person = web_of(request), request.user.person
    with web.house.opened() as office:
        arrival.looks(office, person)
        one = arrival.one(office, id)
        if number >= len(one.papers):
            raise arrival.NotOnePaper(name=str(number), there=f"0 to {len(one.papers) - 1}")
        web.note_arrival(office, person, one, f"/paper/{number}")
        raw = octets_of(office, one.papers[number].digest)
    return Response(raw, media_type="application/octet-stream")


HANDLERS: Final = (arrivals, bring, arrived, check, confirm, aside, paper)
