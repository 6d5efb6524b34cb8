"""A matter's letters: made from the proof, read and edited paragraph by paragraph, finished, and taken away as papers.

What somebody typed is never lost: when another saved meanwhile, both texts stand side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, get_args
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from comity.desk import letter as desk
from comity.desk.about import subjects
from comity.desk.drafts import DraftOvertaken
from comity.desk.matter import load
from comity.desk.office import Office
from comity.desk.roles import why_not
from comity.errors import ComityError
from comity.letters.drafts.edit import Draft, Line, id_of, lines, removed, tidy, unfilled
from comity.letters.drafts.model import ABOUT, KINDS
from comity.letters.notice import NoticeForbidden
from comity.letters.typeset import can
from comity.web.acts import text, texts
from comity.web.app import Asking, Form, NotAPage, Page, Trouble, at_matter, web_of

MOST: Final = 1024 * 1024
"""What a letter's form may hold: all its paragraphs at once."""
WHAT: Final = {
    "memo": "for the office: what was decided and why, what is open, what may be objected, what runs out",
    "objection": "to an authority: the grounds of the packs; what is asked for is counsel's",
    "motion": "to a court: the grounds of the packs; argument and prayer are counsel's",
    "refusal": "to whoever demands: the records that no power reaches, and the lawful way instead",
    "clarification": "to whoever demands: exactly the facts that are unknown and matter",
    "notice": "to the user of an account; drafted at any time, finished only when nothing forbids telling",
    "certificate": "of a production that left; its words may be changed, its figures and hashes not",
}
"""What each letter is for."""
TYPES: Final = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


@dataclass(frozen=True)
class Shown:
    """A paragraph on the page: its number and line, and what somebody typed that is not saved."""

    number: int
    line: Line
    typed: str | None = None
    dropped: frozenset[str] = frozenset()

    @property
    def field(self) -> str:
        """What its text area holds."""
        return self.typed if self.typed is not None else "" if self.line.unfilled else self.line.text

    @property
    def rows(self) -> int:
        """How high its text area is where the browser does not fit it to what it holds."""
        return min(14, 2 + len(self.field) // 75 + self.field.count("\n"))


def _may(request: Asking, office: Office, act: str) -> bool:
    """Whether who asks has a role for an act; who has none is shown no form for it."""
    return not why_not(office.person(request.user.person), act)


def _refuse(request: Asking) -> None:
    """Refuse who writes no letters before anything that they sent is looked at."""
    with web_of(request).house.opened() as office:
        office.may(request.user.person, "letter")


@get("/matters/{name:str}/letters", sync_to_thread=True)
def letters(request: Asking, name: FromPath[str]) -> Page:
    """Every letter of a matter, and what can be made now."""
    return _letters(request, name, {})


def _letters(request: Asking, name: str, typed: Mapping[str, Any], error: Trouble | None = None) -> Page:
    web = web_of(request)
    at = web.now()
    possible: dict[str, str] = {}
    with web.house.opened() as office:
        found, writes = desk.listed(office, name, at), _may(request, office, "letter")
        matter = load(office, name)
        things = {kind: subjects(matter, kind) if matter.of("confirmed") else () for kind in ABOUT}
        try:
            possible = desk.possible(office, name, at) if writes else {}
        except ComityError as trouble:
            error = error or Trouble.of(trouble)
    return web.page(
        request, "letters.html", error=error, name=name, found=found, possible=possible, kinds=KINDS, what=WHAT,
        typed=typed, things=things,
    )  # fmt: skip


@post("/matters/{name:str}/letters/make", sync_to_thread=True)
def make(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Make a letter from the proof, and keep it as a draft."""
    _refuse(request)

    def do(office: Office, at: datetime) -> tuple[str, str]:
        kind = text(data, "kind")
        about = text(data, f"about-{kind}")
        made = desk.make(office, name, kind, at, desk.Wish(text(data, "to"), about))
        kept = desk.begin(office, made, request.user.person)
        return at_letter(name, kept.id), f"{kept.id} is made and kept as your draft."

    return web_of(request).act(request, data, do, lambda trouble: _letters(request, name, data, trouble))


@get("/matters/{name:str}/letters/{id:str}", sync_to_thread=True)
def letter(request: Asking, name: FromPath[str], id: FromPath[str]) -> Page:
    """One letter: to be read, edited and finished while it is a draft; to be read when it is finished."""
    return _letter(request, (name, id), {})


def _letter(
    request: Asking, of: tuple[str, str], typed: Mapping[str, Any], error: Trouble | None = None, newer: bool = False
) -> Page:
    web, (name, id) = web_of(request), of
    with web.house.opened() as office:
        kept = desk.look(office, name, id, web.now())
        writes = _may(request, office, "letter")
        finishes = _may(request, office, desk.act_to_finish(kept.draft.letter.kind))
    shown = [_shown(number, line, typed) for number, line in enumerate(lines(kept.draft), 1)]
    shown = [one for one in shown if not kept.sent or not (one.line.made.inside or one.line.struck)]
    return web.page(
        request, "letter.html", error=error, name=name, kept=kept, draft=kept.draft, shown=shown, newer=newer,
        writes=writes, finishes=finishes, barred=Trouble.of(kept.barred) if kept.barred else None,
        papers=not isinstance(kept.barred, NoticeForbidden),
        removed=removed(kept.draft), unfilled=unfilled(kept.draft), id_of=id_of, kinds=KINDS, pdf=can(),
    )  # fmt: skip


def _shown(number: int, line: Line, typed: Mapping[str, Any]) -> Shown:
    dropped = frozenset(map(id_of, line.dropped))
    if f"p{number}" not in typed:
        return Shown(number, line, None, dropped)
    said = tidy(text(dict(typed), f"p{number}"))
    now = "" if line.unfilled else tidy(line.text)
    return Shown(number, line, said if said != now else None, frozenset(texts(dict(typed), f"drop{number}")))


def _given(draft: Draft, data: dict[str, Any]) -> desk.Given:
    """What the form says of each paragraph that it held."""
    keys = {f"p{number}": one.key for number, one in enumerate(draft.letter.paragraphs, 1)}
    return {key: (str(data[p]), texts(data, f"drop{p[1:]}")) for p, key in keys.items() if p in data}


def _version(data: dict[str, Any]) -> int:
    said = text(data, "version")
    return int(said) if said.isdecimal() and len(said) < 7 else 0


@post("/matters/{name:str}/letters/{id:str}/save", sync_to_thread=True, request_max_body_size=MOST)
def save(request: Asking, name: FromPath[str], id: FromPath[str], data: Form) -> Page:
    """Save the paragraphs as they were left; refused, with both texts shown, if another saved meanwhile."""
    _refuse(request)
    overtaken: list[Draft] = []

    def do(office: Office, at: datetime) -> tuple[str, str]:
        read = desk.read(office, name, id, _version(data))
        try:
            done = desk.save(office, read, _given(read, data), request.user.person, at)
        except DraftOvertaken as error:
            overtaken.append(error.newer)
            raise
        says = "Nothing was changed." if done is read else f"Saved as version {done.version}."
        return at_letter(name, id), says

    def again(trouble: Trouble) -> Page:
        trouble.status = 409 if overtaken else trouble.status
        return _letter(request, (name, id), data, trouble, bool(overtaken))

    return web_of(request).act(request, data, do, again)


@post("/matters/{name:str}/letters/{id:str}/finish", sync_to_thread=True)
def finish(request: Asking, name: FromPath[str], id: FromPath[str], data: Form) -> Page:
    """Finish the letter that the page showed: its octets are kept, and their digest is recorded."""
    _refuse(request)

    def do(office: Office, at: datetime) -> tuple[str, str]:
        kept = desk.look(office, name, id, at)
        seen = desk.Kept(desk.read(office, name, id, _version(data)), kept.sent, kept.changed)
        desk.finish(office, seen, request.user.person, at, text(data, "told"))
        return at_letter(name, id), f"{id} is finished; take it away as a page or a PDF."

    return web_of(request).act(request, data, do, lambda trouble: _letter(request, (name, id), {}, trouble))


@get("/matters/{name:str}/letters/{id:str}/{form:str}", sync_to_thread=True)
def paper(request: Asking, name: FromPath[str], id: FromPath[str], form: FromPath[str]) -> Response[bytes]:
    """The letter as a paper to take away."""
    web = web_of(request)
    if form not in get_args(desk.Format):
        raise NotAPage(path=request.url.path)
    with web.house.opened() as office:
        raw = desk.paper(office, desk.look(office, name, id, web.now()), "pdf" if form == "pdf" else "html")
    file = quote(f"{name}-{id}.{form}", safe="")
    return Response(
        raw, media_type=TYPES[form], headers={"content-disposition": f"attachment; filename*=UTF-8''{file}"}
    )


def at_letter(name: str, id: str) -> str:
    """The address of a letter."""
    return f"{at_matter(name)}/letters/{quote(id, safe='')}"


HANDLERS: Final = (letters, make, letter, save, finish, paper)
