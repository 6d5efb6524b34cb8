"""The house for programs: who the token is, the law, the estate, the ledger, the report."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final

from litestar.params import FromQuery, PathParameter, QueryParameter

from comity.desk import ledger as desk
from comity.desk.report import report as counted
from comity.errors import ComityError, Faulty
from comity.kernel.estate import controls, readable
from comity.kernel.words import Fault
from comity.lawpack.show import find, sheets
from comity.web.api import shapes
from comity.web.api.app import Asked, read, web_of
from comity.web.api.shapes import Name

Start = Annotated[int, QueryParameter(name="start", ge=0, le=2**40)]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1000)]
Threshold = Annotated[int, QueryParameter(name="threshold", ge=3, le=1000)]
SAID: Final = ("id", "place", "title", "cite", "reviewed")
What = Annotated[str, PathParameter(min_length=1, max_length=200)]


@read("/api/v1/me")
def me(request: Asked) -> shapes.Me:
    """For whom the token acts, in what roles, until when."""
    token = request.user
    roles = web_of(request).people()[1][token.person]
    return shapes.Me(token.person, sorted(roles), token.name, token.until)


@read("/api/v1/law")
def law(request: Asked) -> list[shapes.Pack]:
    """Every pack of the law book."""
    with web_of(request).house.opened() as office:
        heads = [sheet.pack.instrument for sheet in sheets(office.packs)]
    return [shapes.Pack(*(str(head.get(key, "")) for key in SAID)) for head in heads]


@read("/api/v1/law/{what:str}")
def law_show(
    request: Asked, what: What, on: FromQuery[date | None] = None, court: FromQuery[Name | None] = None
) -> list[dict[str, Any]]:
    """A pack, place, rule, question, answer, court or group, as of a day and as a court must read it."""
    web = web_of(request)
    day = on or (web.now().date() if court else None)
    with web.house.opened() as office:
        if court is not None and court not in office.packs.law.courts:
            what_is_wrong = Fault("unknown-court", "court", f"no court `{court}`", "see GET /api/v1/law of a place")
            raise Faulty((what_is_wrong,), path="the request")
        return [view.as_json() for view in find(office.packs, what, day, court)]


@read("/api/v1/estate")
def estate(request: Asked) -> shapes.Estate:
    """Where records lie, who controls them and who can read them, with the proofs."""
    with web_of(request).house.opened() as office:
        held, served, accounts = office.holdings.estate, office.settings.served_entity, len(office.holdings.accounts)
    stores = [
        shapes.Store(
            store.id, held.sites[store.site].country, store.holder, sorted(store.holds),
            controls(held, served, store.holder).as_json(), readable(held, store, served).as_json(),
        )
        for store in held.stores.values()
    ]  # fmt: skip
    return shapes.Estate(held.name, served, accounts, stores)


@read("/api/v1/ledger")
def ledger(request: Asked) -> shapes.Head:
    """The signed head, and the key to check it with."""
    with web_of(request).house.opened() as office:
        kept = office.registry
        return shapes.Head(kept.origin, kept.size(), kept.checkpoint(), desk.public_key(office))


@read("/api/v1/ledger/entries")
def entries(
    request: Asked, matter: FromQuery[Name | None] = None, start: Start = 0, limit: Limit = 100
) -> list[shapes.Entry]:
    """Entries in the order of writing, of one matter or of all, from an index on."""
    found: list[shapes.Entry] = []
    with web_of(request).house.opened() as office:
        for e in office.registry.entries(matter, start):
            if len(found) == limit:
                break
            happened, known = e.happened.astimezone(UTC), e.known.astimezone(UTC)
            found.append(shapes.Entry(e.index, e.matter, e.kind, happened, known, e.payload is None))
    return found


@read("/api/v1/ledger/verify")
def verify(request: Asked) -> shapes.Verified:
    """Every entry read anew: leaves, nodes, heads, signatures, payloads."""
    with web_of(request).house.opened() as office:
        try:
            size, faults = desk.verify(office)
        except ComityError as error:
            return shapes.Verified(0, False, [f"{error.message}: {error.remedy}"])
    return shapes.Verified(size, not faults, [str(fault) for fault in faults])


@read("/api/v1/report")
def report(request: Asked, since: FromQuery[date], until: FromQuery[date], threshold: Threshold = 5) -> shapes.Report:
    """Demands served from `since` to before `until` by place, instrument and outcome; small numbers are withheld."""
    begin, end = (datetime.combine(day, time(), UTC) for day in (since, until))
    if end <= begin:
        wrong = Fault("empty-range", "until", "nothing lies between the two days", "let until be after since")
        raise Faulty((wrong,), path="the request")
    with web_of(request).house.opened() as office:
        made = counted(office, begin, end, threshold)
    counted_rows = [shapes.Row(row.place, row.instrument, dict(row.counts), row.total) for row in made.rows]
    return shapes.Report(begin, end, threshold, counted_rows)


HANDLERS: Final = (me, law, law_show, estate, ledger, entries, verify, report)
