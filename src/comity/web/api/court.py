"""Courts' notices for programs: listed with what was read, brought, accepted as an event of a matter, or set aside."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Final

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct, field

from comity.desk import court, court_mail
from comity.desk.court import Line, Proposal
from comity.desk.court_acts import Accepted, accept, dismiss
from comity.desk.matter import load, load_seen
from comity.desk.office import Office
from comity.web.api.acts import Saw
from comity.web.api.app import Asked, Doing, act, read, utc, web_of, write
from comity.web.api.matters import Limit, Start
from comity.web.api.octets import MOST, Paper, decoded
from comity.web.api.once import Key
from comity.web.api.problems import done
from comity.web.api.sent import Category, Moment, Sent, Short
from comity.web.api.shapes import Name
from comity.web.uploads import label

HERE: Final = "/api/v1/notices"
Number = Annotated[int, Meta(ge=0, le=1000)]


class Stay(Struct, frozen=True):
    """A stay that runs in a matter: what a lifting names as the event it ends."""

    id: str
    says: str


class CourtLine(Struct, frozen=True):
    """An entry of a docket for one matter (null: none that is known): what it reports, and what was made of it.

    `stay` is what was recorded of it before anyone read it; `words` the piece of its text that `reads` rests on.
    """

    number: int
    docket: str
    case: str
    filed: date | None
    text: str
    reads: str
    sure: str
    why: str
    words: str
    matter: str | None
    matched: str
    stay: str | None
    stays: list[Stay]
    settled: str | None
    settled_by: str | None


class CourtNotice(Struct, frozen=True):
    """A court's notice as it was read; `genuine` is null where nobody could look the court's key up."""

    id: str
    digest: str
    received: datetime
    brought: str
    court: str
    sender: str
    subject: str
    sent: datetime | None
    genuine: bool | None
    signature: str
    body: str
    waits: bool
    lines: list[CourtLine]


class CourtNotices(Struct, frozen=True):
    """A part of the notices: those that wait come first."""

    total: int
    start: int
    notices: list[CourtNotice]


class NewCourtNotices(Sent, frozen=True):
    """Messages as they came, with all their headers."""

    messages: Annotated[list[Paper], Meta(min_length=1, max_length=100)]


class NewLook(Sent, frozen=True):
    """Nothing is to be said: the mailbox is the office's own."""


class NewAcceptance(Sent, frozen=True):
    """The matter an entry is accepted for, and as what; what is left out is as the notice has it."""

    matter: Name
    number: Number = 0
    kind: Annotated[str, Meta(max_length=100)] = ""
    says: Annotated[str, Meta(max_length=4000)] = ""
    happened: Moment | None = None
    until: Moment | None = None
    touches: list[Category] = field(default_factory=list)
    of: Short = ""
    why: Short = ""


class NewDismissal(Sent, frozen=True):
    """Why an entry is set aside, and for which matter; null where it belongs to none that is known."""

    why: Short
    matter: Name | None = None
    number: Number = 0


class CourtBrought(Struct, frozen=True):
    """The ids of the notices that were kept."""

    notices: list[str]


class Looked(Struct, frozen=True):
    """What lay in the desk's mailbox; `more` says that the next look goes on."""

    messages: int
    others: int
    new: list[str]
    unread: list[str]
    more: bool


class CourtSettled(Struct, frozen=True):
    """What was made of an entry; how many entries the matter has now, if it has one."""

    notice: str
    number: int
    matter: str
    act: str
    kind: str
    seen: int


@read(HERE)
def notices(request: Asked, start: Start = 0, limit: Limit = 100) -> CourtNotices:
    """Every court's notice with what was read in it, those that wait first."""
    web = web_of(request)
    with web.house.opened() as office:
        found, at = court.proposals(office), web.now()
        part = [_notice(office, one, at) for one in found[start : start + limit]]
    return CourtNotices(len(found), start, part)


@read(f"{HERE}/{{id:str}}")
def notice(request: Asked, id: FromPath[Name]) -> CourtNotice:
    """One notice."""
    web = web_of(request)
    with web.house.opened() as office:
        return _notice(office, court.proposal(office, court.one(office, id)), web.now())


def _notice(office: Office, one: Proposal, at: datetime) -> CourtNotice:
    kept, said = one.kept, one.kept.notice
    return CourtNotice(
        kept.id, kept.digest, kept.received.astimezone(UTC), kept.brought, kept.court, said.sender, said.subject,
        said.sent.astimezone(UTC) if said.sent else None, said.signature.genuine, said.signature.says, said.body,
        one.waits, [_line(office, line, at) for line in one.lines],
    )  # fmt: skip


def _line(office: Office, line: Line, at: datetime) -> CourtLine:
    entry, reading, settled = line.entry, line.entry.reading, line.settled
    running = court.stays_running(load(office, line.matter), at) if line.matter else []
    return CourtLine(
        line.number, entry.docket, entry.case, entry.filed, entry.text, reading.kind, reading.sure, reading.why,
        entry.text[slice(*reading.span)], line.matter or None, line.matched, line.stay.id if line.stay else None,
        [Stay(one.id, one.says) for one in running], settled.act if settled else None, settled.by if settled else None,
    )  # fmt: skip


@write(f"{HERE}/bring", responses=done(CourtBrought), request_max_body_size=MOST)
def bring(request: Asked, data: JSONBody[NewCourtNotices], key: Key = None) -> Response[bytes]:
    """Bring courts' notices. A stay in one that its court signed shuts the gate at once."""
    with web_of(request).house.opened() as office:
        txt = court_mail.txt_of(office)
    came = [(raw, court_mail.read(txt, raw, label(name))) for name, raw in decoded(data.messages)]

    def do(office: Office, at: datetime) -> CourtBrought:
        kept = [court.keep(office, raw, notice, request.user.person, at) for raw, notice in came]
        court.apply(office, at)
        return CourtBrought([one.id for one in kept])

    return act(request, Doing(key=key or ""), data, do, HERE)


@write(f"{HERE}/look", responses=done(Looked))
def look(request: Asked, data: JSONBody[NewLook], key: Key = None) -> Response[bytes]:
    """Look into the desk's mailbox: what is new and a court's notice is taken in."""

    def do(office: Office, at: datetime) -> Looked:
        found = court_mail.look(office, at, court_mail.txt_of(office))
        return Looked(found.messages, found.others, [one.id for one in found.new], found.unread, found.more)

    return act(request, Doing(key=key or ""), data, do, HERE)


@write(f"{HERE}/{{id:str}}/accept", responses=done(CourtSettled))
def send_accept(
    request: Asked, id: FromPath[Name], data: JSONBody[NewAcceptance], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Accept an entry as an event of a matter. If-Match is the matter's; a stay waits for nobody's reading."""
    said = Accepted(
        data.number, data.matter, data.kind, data.says, utc(data.happened), utc(data.until), frozenset(data.touches),
        data.of, data.why,
    )  # fmt: skip

    def do(office: Office, at: datetime) -> CourtSettled:
        return _settled(office, id, accept(office, id, said, request.user.person, at))

    return act(request, Doing(data.matter, saw, key or ""), data, do, f"{HERE}/{{made.notice}}")


@write(f"{HERE}/{{id:str}}/dismiss", responses=done(CourtSettled))
def send_dismiss(request: Asked, id: FromPath[Name], data: JSONBody[NewDismissal], key: Key = None) -> Response[bytes]:
    """Set an entry aside, with a reason. A stay that was recorded of it stands until an event lifts it."""
    said = Accepted(data.number, data.matter or "", why=data.why)

    def do(office: Office, at: datetime) -> CourtSettled:
        return _settled(office, id, dismiss(office, id, said, request.user.person, at))

    return act(request, Doing(key=key or ""), data, do, f"{HERE}/{{made.notice}}")


def _settled(office: Office, id: str, one: court.Settled) -> CourtSettled:
    seen = load_seen(office, one.matter)[1] if one.matter else 0
    return CourtSettled(court.one(office, id).id, one.entry, one.matter, one.act, one.kind, seen)


HANDLERS: Final = (notices, notice, bring, look, send_accept, send_dismiss)
