"""Whether a demand is genuine, for programs: what was recorded, what can be found now, message and call. No score."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from comity.desk import authenticity as desk
from comity.desk.agencies import agencies
from comity.desk.demand import findings
from comity.desk.matter import demand_of, load, load_seen
from comity.desk.office import Office
from comity.errors import ComityError
from comity.kernel.demand import authentic
from comity.kernel.matter import Event, Matter
from comity.web.api import sent
from comity.web.api.acts import HERE, Saw, must, recorded
from comity.web.api.app import Asked, Doing, act, read, web_of, write
from comity.web.api.octets import plain
from comity.web.api.once import Key
from comity.web.api.problems import done
from comity.web.api.sent import Sent
from comity.web.api.shapes import Name
from comity.web.authenticity import MOST_BYTES, WEIGHS
from comity.web.uploads import label

ALL: Final = "/api/v1/matters/{name:str}/authenticity"
THERE: Final = HERE + "/authenticity"
MOST: Final = MOST_BYTES * 4 // 3 + 4096
"""What a body with a message may hold: what the page takes, in base64."""
Octets = Annotated[str, Meta(pattern="^([A-Za-z0-9+/]+={0,2})?$")]


class NotInBase64(ComityError):
    """`{field}` is not in base64"""

    help = "send its octets in base64 with its padding (RFC 4648, section 4)"
    exit_code = 4


class NewMessage(Sent, frozen=True):
    """The message that brought the demand and the DNS's answers, in base64; without octets the one among the papers.

    `live` asks the DNS now for what no answer was given to.
    """

    name: Annotated[str, Meta(max_length=200)] = ""
    octets: Octets = ""
    dns: Octets = ""
    live: bool = False


class NewFindings(Sent, frozen=True):
    """Which findings are recorded, by their keys or names."""

    only: Annotated[list[Annotated[str, Meta(min_length=1, max_length=100)]], Meta(min_length=1)]


class NewCall(Sent, frozen=True):
    """A call back to the authority: on what number of our directory, who was reached, whether they stand by it."""

    number: Annotated[str, Meta(min_length=1, max_length=100)]
    reached: Annotated[str, Meta(min_length=1, max_length=400)]
    stands: Literal["yes", "no", "unclear"]


class Finding(Struct, frozen=True):
    """A finding that was recorded, how it weighs, and what it stands on, word by word."""

    id: str
    says: str
    weighs: str
    contact: str
    channel: str
    by: str
    known: datetime
    looked: list[list[str]]


class Number(Struct, frozen=True):
    """A telephone number of our own directory, and whose it is."""

    number: str
    agency: str


class Authentic(Struct, frozen=True):
    """Whether the demand counts as genuine, and why; `among` is the message among the papers where none was put in."""

    matter: str
    seen: int
    genuine: bool | None
    why: str
    findings: list[Finding]
    messages: list[str]
    among: str
    numbers: list[Number]


class Evidence(Struct, frozen=True):
    """Something that can be found now; its `key` tells it from all others."""

    key: str
    group: str
    name: str
    says: str
    weighs: str
    channel: str
    looked: list[list[str]]
    recorded: bool


class Found(Struct, frozen=True):
    """All that can be found now; `bare` says what the papers were not walled off from when they were opened."""

    matter: str
    seen: int
    findings: list[Evidence]
    bare: str


class Kept(Struct, frozen=True):
    """Findings that were recorded, each as it was said; what had been recorded before is not among them."""

    matter: str
    seen: int
    recorded: list[str]


@read(ALL)
def authenticity(request: Asked, name: FromPath[Name]) -> Response[Authentic]:
    """Whether the demand counts as genuine, the findings that were recorded, the numbers to call back."""
    web = web_of(request)
    at = web.now()
    with web.house.opened() as office:
        whole, seen = load_seen(office, name)
        made = _authentic(office, whole.as_known(at), seen)
    return Response(made, headers={"etag": f'"{seen}"'})


def _authentic(office: Office, matter: Matter, seen: int) -> Authentic:
    demand = demand_of(matter)
    genuine, why = authentic(demand, findings(matter))
    brought = [event.get("message") for event in matter.of("filing") if event.get("message")]
    lies = desk.among(office, demand) if not brought else None
    told = [_finding(office, event) for event in matter.of("finding")]
    numbers = [
        Number(way.value, agency.name)
        for agency in agencies(office).values()
        for way in agency.ways("telephone", demand.served)
    ]
    return Authentic(matter.id, seen, genuine, why, told, brought, lies.name if lies else "", numbers)


def _finding(office: Office, event: Event) -> Finding:
    weighs = WEIGHS.get(event.get("supports"), WEIGHS["unclear"])
    known, looked = event.known.astimezone(UTC), _rows(desk.looked_at(office, event))
    return Finding(
        event.id, event.says, weighs, event.get("contact"), event.get("channel"), event.by, known, looked
    )  # fmt: skip


def _rows(looked: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [list(pair) for pair in looked]


@read(ALL + "/found")
def found(request: Asked, name: FromPath[Name]) -> Response[Found]:
    """All that can be found now of message and papers; nothing is recorded."""
    web = web_of(request)
    with web.house.opened() as office:
        whole, seen = load_seen(office, name)
        examined = desk.examine(office, name, web.now())
    told = {event.says for event in whole.of("finding")}
    every = [
        Evidence(one.key, one.group, one.name, one.says, one.weighs, one.channel, _rows(one.looked), one.says in told)
        for one in examined.evidence
    ]
    return Response(Found(name, seen, every, examined.bare), headers={"etag": f'"{seen}"'})


@write(ALL + "/messages", responses=done(sent.Recorded), request_max_body_size=MOST)
def bring(
    request: Asked, name: FromPath[Name], data: JSONBody[NewMessage], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Put in the message that brought the demand; it is kept as it came. If-Match may be left out here."""
    ready = _ready(request, name, data)

    def do(office: Office, at: datetime) -> sent.Recorded:
        event = desk.bring(office, name, ready, request.user.person, at)
        return recorded(office, name, at, event.says)

    return act(request, Doing(name, saw, key or ""), data, do, THERE)


def _ready(request: Asked, name: str, data: NewMessage) -> desk.Message:
    """The message, opened before anybody else has to wait for it; who may put none in has none opened."""
    web = web_of(request)
    title, octets = data.name, plain(data.octets, NotInBase64(field="octets"))
    answers = plain(data.dns, NotInBase64(field="dns")) or b'{"answers": {}}'
    with web.house.opened() as office:
        office.may(request.user.person, "event")
        if not octets and (lies := desk.among(office, demand_of(load(office, name)))):
            title, octets = lies.name, lies.octets
    return desk.ready(label(title or "the message"), octets, answers, web.now(), data.live)


@write(ALL + "/findings", responses=done(Kept))
def record(
    request: Asked, name: FromPath[Name], data: JSONBody[NewFindings], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Record findings with their evidence; what speaks against the demand shuts the gate."""
    web, doing = web_of(request), must(name, saw, key)
    with web.house.opened() as office:
        office.may(request.user.person, "event")
        examined = desk.examine(office, name, web.now())

    def do(office: Office, at: datetime) -> Kept:
        made = desk.record_found(office, name, examined, request.user.person, data.only)
        return Kept(name, load_seen(office, name)[1], [event.says for event in made])

    return act(request, doing, data, do, THERE)


@write(ALL + "/calls", responses=done(sent.Recorded))
def call(
    request: Asked, name: FromPath[Name], data: JSONBody[NewCall], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Record a call back to the authority on our directory's own number. If-Match may be left out here."""

    def do(office: Office, at: datetime) -> sent.Recorded:
        said = desk.Call(data.number, data.reached, data.stands)
        desk.call_back(office, name, said, request.user.person, at)
        return recorded(office, name, at, load(office, name).of("finding")[-1].says)

    return act(request, Doing(name, saw, key or ""), data, do, THERE)


HANDLERS: Final = (authenticity, found, bring, record, call)
