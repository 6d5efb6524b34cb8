"""A matter's letters for programs: listed, made, read paragraph by paragraph, saved, finished, taken away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from litestar import Response, get
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from comity.desk import letter as desk
from comity.desk.about import subjects
from comity.desk.matter import load, load_seen
from comity.desk.office import Office
from comity.errors import ComityError
from comity.letters.drafts.edit import MOST as LONGEST
from comity.letters.drafts.edit import Line, id_of, lines, unfilled
from comity.letters.drafts.model import ABOUT, KINDS
from comity.web.api.acts import HERE, Saw
from comity.web.api.app import READS, Asked, Doing, act, read, web_of, write
from comity.web.api.once import Key
from comity.web.api.problems import done, octets
from comity.web.api.sent import Sent, Short
from comity.web.api.shapes import Name
from comity.web.letter import MOST, TYPES

ALL: Final = "/api/v1/matters/{name:str}/letters"
ONE: Final = ALL + "/{id:str}"
THERE: Final = HERE + "/letters/{made.id}"
Kind = Literal["memo", "objection", "motion", "refusal", "clarification", "notice", "certificate"]
Version = Annotated[int, Meta(ge=1, le=999_999)]


class NewLetter(Sent, frozen=True):
    """A letter that is to be made: its kind, to whom (empty: who made the demand), about what account or production."""

    kind: Kind
    to: Short = ""
    about: Short = ""


class Left(Sent, frozen=True):
    """A paragraph as somebody left it: empty, it is struck out; citations that are not named stay as they are."""

    number: Annotated[int, Meta(ge=1, le=100_000)]
    text: Annotated[str, Meta(max_length=LONGEST)]
    dropped: Annotated[list[Short], Meta(max_length=100)] | None = None


class NewVersion(Sent, frozen=True):
    """What somebody made of the version that they had read."""

    version: Version
    paragraphs: Annotated[list[Left], Meta(min_length=1)]


class NewEnd(Sent, frozen=True):
    """The version that is finished; `told` names what changed since it was made, if whoever finishes it read that."""

    version: Version
    told: Annotated[str, Meta(pattern="^(sha256:[0-9a-f]{64})?$")] = ""


class Headed(Struct, frozen=True):
    """A kept letter without its words."""

    id: str
    kind: str
    title: str
    about: str
    version: int
    by: str
    at: datetime
    saved_by: str
    saved_at: datetime | None
    finished_by: str
    finished_at: datetime | None
    changed: list[str]
    barred: str


class Letters(Struct, frozen=True):
    """Every letter of a matter; of each kind why it cannot be made now (empty: it can), and what it can be about."""

    letters: list[Headed]
    possible: dict[str, str]
    about: dict[str, list[str]]
    trouble: str


class Cited(Struct, frozen=True):
    """What a sentence stands on, by its id in the packs, and where that stands."""

    id: str
    text: str
    taken_out: bool


class Paragraph(Struct, frozen=True):
    """A paragraph as it stands: what was made, what it says now, and whose it is if it was edited."""

    number: int
    kind: str
    made: str
    text: str
    cites: list[Cited]
    edited_by: str
    fixed: bool
    inside: bool
    unfilled: bool


class Letter(Struct, frozen=True):
    """A letter; `told` stands for all that changed since it was made, and is named by who finishes it all the same."""

    letter: Headed
    head: dict[str, str]
    paragraphs: list[Paragraph]
    unfilled: int
    told: str


class Written(Struct, frozen=True):
    """A letter that was made, saved or finished."""

    matter: str
    seen: int
    id: str
    version: int
    says: str


@read(ALL)
def letters(request: Asked, name: FromPath[Name]) -> Letters:
    """Every letter of a matter, and what can be made now."""
    web = web_of(request)
    at, possible, trouble = web.now(), dict[str, str](), ""
    with web.house.opened() as office:
        found, matter = desk.listed(office, name, at), load(office, name)
        things = {kind: list(subjects(matter, kind)) if matter.of("confirmed") else [] for kind in sorted(ABOUT)}
        try:
            possible = desk.possible(office, name, at)
        except ComityError as error:
            trouble = f"{error.message}; {error.remedy}"
    return Letters([_headed(kept) for kept in found], possible, things, trouble)


def _headed(kept: desk.Kept) -> Headed:
    draft, sent = kept.draft, kept.sent
    barred = f"{kept.barred.message}; {kept.barred.remedy}" if kept.barred else ""
    return Headed(
        draft.id, draft.letter.kind, draft.letter.title, draft.letter.about, draft.version, draft.by,
        draft.at.astimezone(UTC), draft.saved_by, draft.saved_at.astimezone(UTC) if draft.saved_at else None,
        sent.by if sent else "", sent.known.astimezone(UTC) if sent else None, list(kept.changed), barred,
    )  # fmt: skip


@read(ONE)
def letter(request: Asked, name: FromPath[Name], id: FromPath[Name]) -> Letter:
    """One letter, paragraph by paragraph, with what each stands on."""
    web = web_of(request)
    with web.house.opened() as office:
        kept = desk.look(office, name, id, web.now())
    shown = [_paragraph(number, line) for number, line in enumerate(lines(kept.draft), 1)]
    return Letter(_headed(kept), dict(kept.draft.letter.head), shown, len(unfilled(kept.draft)), kept.told)


def _paragraph(number: int, line: Line) -> Paragraph:
    made = line.made
    cites = [Cited(id_of(one), one.text, one in line.dropped) for one in made.cites]
    return Paragraph(
        number, made.kind, made.text, line.text, cites, line.edited_by, made.fixed, made.inside, line.unfilled
    )


@write(ALL + "/drafts", responses=done(Written))
def make(
    request: Asked, name: FromPath[Name], data: JSONBody[NewLetter], key: Key = None, saw: Saw = None
) -> Response[bytes]:
    """Make a letter from the proof, and keep it as a draft: no act of the office yet, so If-Match may be left out."""

    def do(office: Office, at: datetime) -> Written:
        office.may(request.user.person, "letter")
        made = desk.make(office, name, data.kind, at, desk.Wish(data.to, data.about))
        kept = desk.begin(office, made, request.user.person)
        return Written(name, load_seen(office, name)[1], kept.id, kept.version, f"{KINDS[data.kind]} made, a draft")

    return act(request, Doing(name, saw, key or ""), data, do, THERE)


@write(ONE + "/versions", responses=done(Written), request_max_body_size=MOST)
def save(
    request: Asked, name: FromPath[Name], id: FromPath[Name], data: JSONBody[NewVersion], key: Key = None
) -> Response[bytes]:
    """Save paragraphs as they were left; refused if another saved a version meanwhile."""

    def do(office: Office, at: datetime) -> Written:
        office.may(request.user.person, "letter")
        draft = desk.read(office, name, id, data.version)
        given = dict(_given(left, desk.line_of(draft, left.number)) for left in data.paragraphs)
        kept = desk.save(office, draft, given, request.user.person, at)
        says = "nothing was changed" if kept is draft else f"saved as version {kept.version}"
        return Written(name, load_seen(office, name)[1], id, kept.version, says)

    return act(request, Doing(name, None, key or ""), data, do, THERE)


def _given(left: Left, line: Line) -> tuple[str, tuple[str, tuple[str, ...]]]:
    dropped = map(id_of, line.dropped) if left.dropped is None else left.dropped
    return line.made.key, (left.text, tuple(dropped))


@write(ONE + "/finish", responses=done(Written))
def finish(
    request: Asked, name: FromPath[Name], id: FromPath[Name], data: JSONBody[NewEnd], key: Key = None
) -> Response[bytes]:
    """Finish the version that was read: its octets are kept as they leave, and their digest is recorded."""

    def do(office: Office, at: datetime) -> Written:
        office.may(request.user.person, "letter")
        kept = desk.look(office, name, id, at)
        read_so = desk.Kept(desk.read(office, name, id, data.version), kept.sent, kept.changed)
        event = desk.finish(office, read_so, request.user.person, at, data.told)
        return Written(name, load_seen(office, name)[1], id, data.version, event.says)

    return act(request, Doing(name, None, key or ""), data, do, THERE)


@get(ONE + "/html", sync_to_thread=True, responses={**READS, **octets("text/html", "the paper")})
def page(request: Asked, name: FromPath[Name], id: FromPath[Name]) -> Response[bytes]:
    """The letter as a page to take away; finished, the very octets that were recorded."""
    return _paper(request, name, id, "html")


@get(ONE + "/pdf", sync_to_thread=True, responses={**READS, **octets("application/pdf", "the paper")})
def pdf(request: Asked, name: FromPath[Name], id: FromPath[Name]) -> Response[bytes]:
    """The letter as a PDF; finished, the very octets that were recorded."""
    return _paper(request, name, id, "pdf")


def _paper(request: Asked, name: str, id: str, form: desk.Format) -> Response[bytes]:
    web = web_of(request)
    with web.house.opened() as office:
        raw = desk.paper(office, desk.look(office, name, id, web.now()), form)
    return Response(raw, media_type=TYPES[form], headers={"content-disposition": "attachment"})


HANDLERS: Final = (letters, letter, make, save, finish, page, pdf)
