"""The review of hits for programs: what was found, what was said of each, the rule for the rest, the sum."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from litestar import Response
from litestar.params import FromPath, JSONBody, PathParameter, QueryParameter
from msgspec import Meta, Struct

from comity.desk import review as desk
from comity.desk.matter import load_seen
from comity.desk.office import Office
from comity.web.api import sent
from comity.web.api.acts import HERE, Saw, must, recorded
from comity.web.api.app import Asked, Doing, act, read, web_of, write
from comity.web.api.once import Key
from comity.web.api.problems import done
from comity.web.api.sent import Digest, Sent, Short
from comity.web.api.shapes import Name

ALL: Final = "/api/v1/matters/{name:str}/review"
THERE: Final = HERE + "/review"
Number = Annotated[int, PathParameter(ge=1, le=1_000_000_000)]
Start = Annotated[int, QueryParameter(name="start", ge=0, le=1_000_000_000)]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1000)]


class NewMark(Sent, frozen=True):
    """What somebody says of one hit of what was `shown`, and why; the last two are counsel's."""

    shown: Digest
    hit: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    says: Literal["read", "privileged", "third-party", "let-go", "withheld"]
    why: Short = ""


class NewRule(Sent, frozen=True):
    """The named rule that clears every hit nobody marks; an empty one takes that back."""

    shown: Digest
    rule: Short


class NewSum(Sent, frozen=True):
    """What the marks of what was `shown` amount to is recorded; whether the unreadable is stated to the authority."""

    shown: Digest
    state_unreadable: bool = False


class Said(Struct, frozen=True):
    """A mark: what was said, by whom, when, why."""

    says: str
    by: str
    at: datetime
    why: str


class Tried(Struct, frozen=True):
    """One part of the demand's scope tried on the hit."""

    test: str
    outcome: bool | None
    found: str


class Hit(Struct, frozen=True):
    """One hit: where it lies, why it was found, its cells if it is a row, and what was said of it."""

    number: int
    store: str
    where: str
    size: int
    because: list[Tried]
    row: dict[str, str]
    mark: Said | None


class Sitting(Struct, frozen=True):
    """A review as it stands; `shown` is what each mark is bound to, `hits` a part of them."""

    matter: str
    seen: int
    shown: str
    total: int
    start: int
    counts: dict[str, int]
    rule: Said | None
    hits: list[Hit]


class Words(Struct, frozen=True):
    """A hit with its message in words alone; `cut` if there was more of it."""

    shown: str
    hit: Hit
    headers: list[list[str]]
    texts: list[list[str]]
    remarks: list[str]
    cut: bool


class Marked(Struct, frozen=True):
    """How far the review is after a mark or a rule, and the next hit that nobody marked."""

    matter: str
    seen: int
    shown: str
    counts: dict[str, int]
    next: int


def _sees(office: Office, person: str) -> None:
    """Refuse who may say nothing of a hit: they are not shown one either."""
    office.may(person, "withhold" if "counsel" in office.person(person) else "review")


@read(ALL)
def sitting(request: Asked, name: FromPath[Name], start: Start = 0, limit: Limit = 100) -> Response[Sitting]:
    """The hits in their order with what was said of each, for those who review."""
    with web_of(request).house.opened() as office:
        seen = load_seen(office, name)[1]
        _sees(office, request.user.person)
        now = desk.sitting(office, name)
    hits = [_hit(one) for one in now.hits[start : start + limit]]
    made = Sitting(name, seen, now.kept, len(now.hits), start, now.counts, _said(now.rule), hits)
    return Response(made, headers={"etag": f'"{seen}"'})


def _said(mark: desk.Mark | None) -> Said | None:
    return Said(mark.says, mark.by, mark.at.astimezone(UTC), mark.why) if mark else None


def _hit(one: desk.Hit) -> Hit:
    because = [Tried(trial.test, trial.outcome, trial.found) for trial in one.because]
    return Hit(one.number, one.store, one.where, one.size, because, dict(one.row), _said(one.mark))


@read(ALL + "/{hit:int}")
def hit(request: Asked, name: FromPath[Name], hit: Number) -> Words:
    """One hit, its message in words; its number is part of the address, so that each look at one is written down."""
    with web_of(request).house.opened() as office:
        load_seen(office, name)
        _sees(office, request.user.person)
        now = desk.sitting(office, name)
        if hit > len(now.hits):
            raise desk.NoHit(number=hit, found=len(now.hits))
        found = desk.message(office, now.listing, hit)
    one = _hit(now.hits[hit - 1])
    if found is None:
        return Words(now.kept, one, [], [], [], False)
    headers, texts = ([list(pair) for pair in pairs] for pairs in (found.headers, found.texts))
    return Words(now.kept, one, headers, texts, list(found.remarks), found.cut)


@write(ALL + "/marks", responses=done(Marked))
def mark(
    request: Asked, name: FromPath[Name], data: JSONBody[NewMark], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Say of one hit what it is. It is bound to what was `shown`, and is no event yet: If-Match may be left out."""

    def do(office: Office, at: datetime) -> Marked:
        said = desk.Mark(data.says, request.user.person, at, data.why)
        return _marked(office, name, desk.mark(office, name, data.shown, data.hit, said), data.hit)

    return act(request, Doing(name, saw, key or ""), data, do, THERE)


@write(ALL + "/rule", responses=done(Marked))
def clear(
    request: Asked, name: FromPath[Name], data: JSONBody[NewRule], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Clear by a named rule every hit that nobody marks; an empty rule takes that back. If-Match may be left out."""

    def do(office: Office, at: datetime) -> Marked:
        said = desk.Mark("cleared", request.user.person, at, data.rule.strip())
        return _marked(office, name, desk.clear(office, name, data.shown, said), 0)

    return act(request, Doing(name, saw, key or ""), data, do, THERE)


def _marked(office: Office, name: str, now: desk.Sitting, after: int) -> Marked:
    return Marked(name, load_seen(office, name)[1], now.kept, now.counts, now.next_of(after))


@write(ALL + "/sum", responses=done(sent.Recorded))
def sum_up(
    request: Asked, name: FromPath[Name], data: JSONBody[NewSum], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Record what the marks amount to: so many read, cleared, withheld."""

    def do(office: Office, at: datetime) -> sent.Recorded:
        said = desk.Mark("summed", request.user.person, at)
        event = desk.sum_up(office, name, data.shown, said, data.state_unreadable)
        return recorded(office, name, at, event.says)

    return act(request, must(name, saw, key), data, do, HERE)


HANDLERS: Final = (sitting, hit, mark, clear, sum_up)
