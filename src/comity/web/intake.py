"""Intake: a demand is brought, read beside its paper, mended, and confirmed; until then it is an arrival, on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from comity.desk import arrival, arrival_form
from comity.desk.arrival import Arrival, Preview
from comity.desk.arrival_form import Row
from comity.desk.demand import known
from comity.desk.instruments import titled
from comity.desk.office import Office
from comity.desk.papers import Brought as Paper
from comity.desk.papers import octets_of, read
from comity.errors import ComityError
from comity.web.acts import text, texts
from comity.web.app import Asking, Form, NotAPage, Page, Trouble, at_matter, web_of
from comity.web.papers import highlighted, saved
from comity.web.uploads import MOST_BYTES, Brought, files

HERE: Final = "/intake"
MOST_TYPED: Final = 2 << 20
"""A demand's text and every field of its form."""


@dataclass
class Reading:
    """An arrival as a page shows it."""

    arrived: Arrival
    rows: list[Row] = field(default_factory=list)
    preview: Preview | None = None
    title: str = ""
    stands: Trouble | None = None
    texts: list[tuple[Paper, Markup]] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def beside(self) -> list[Any]:
        """What the paper says that is no field of a demand: its judge, a request for silence."""
        proposal, names = self.arrived.paper.proposal, {row.name for row in self.rows}
        return [one for one in proposal.fields if one.name not in names] if proposal else []

    @property
    def rest(self) -> list[str]:
        """What was not read at all, in words."""
        proposal, names = self.arrived.paper.proposal, {row.name for row in self.rows}
        return [gap.needs for gap in proposal.missing if gap.name not in names] if proposal else []

    def at(self, name: str) -> str:
        """The row that a fault speaks of, if it speaks of one."""
        return next((row.name for row in self.rows if name.endswith((f".{row.name}", f" {row.name}"))), "")


@get(HERE, sync_to_thread=True)
def intake(request: Asking) -> Page:
    """Where demands are brought, and those that are being read."""
    return show_all(request)


def show_all(request: Asking, error: Trouble | None = None, pasted: str = "") -> Page:
    """The page where demands are brought; after a refusal with the trouble, and what had been pasted."""
    web = web_of(request)
    with web.house.opened() as office:
        reading = arrival.every(office)
    return web.page(request, "intake.html", HERE, error=error, reading=reading, pasted=pasted)


@post(f"{HERE}/bring", sync_to_thread=True, request_max_body_size=MOST_BYTES)
def bring(request: Asking, data: Brought) -> Page:
    """Papers are brought. They are read before the desk is taken: a PDF may take its time."""
    web, pasted = web_of(request), str(data.get("pasted", ""))
    brought = [*files(data, "papers"), *([("pasted.txt", pasted.encode())] if pasted.strip() else [])]
    try:
        with web.house.opened() as office:
            here = known(office)
        papers = [paper for name, raw in brought for paper in read(office, here, name, raw)]
    except ComityError as error:
        return show_all(request, Trouble.of(error), pasted)

    def do(office: Office, at: Any) -> tuple[str, str]:
        arrived = arrival.begin(office, papers, request.user.person, at)
        web.note_arrival(office, request.user.person, arrived, "/bring")
        return f"{HERE}/{arrived.id}", "It was read. Nothing begins before somebody confirms it."

    return web.act(request, data, do, lambda trouble: show_all(request, trouble, pasted))


@get(HERE + "/{id:str}", sync_to_thread=True)
def arrived(request: Asking, id: FromPath[str]) -> Page:
    """A demand that is being read, beside its paper."""
    return show(request, id)


def show(request: Asking, id: str, error: Trouble | None = None) -> Page:
    """An arrival's page; after a refusal with the trouble."""
    web = web_of(request)
    with web.house.opened() as office:
        arrival.looks(office, request.user.person)
        made = Reading(arrival.one(office, id))
        web.note_arrival(office, request.user.person, made.arrived, "")
        made.rows = arrival_form.form(office, made.arrived)
        if made.arrived.ended is None:
            try:
                made.preview = arrival.preview(office, made.arrived, request.user.person, web.now())
                made.title = titled(office, made.preview.demand.instrument)
            except ComityError as trouble:
                made.stands = Trouble.of(trouble)
    for number, paper in enumerate(made.arrived.papers):
        fields = paper.proposal.fields if paper.proposal and number == made.arrived.main else ()
        marked, ids = highlighted(paper.text, [(str(n), (f.start, f.end)) for n, f in enumerate(fields)])
        made.ids |= {_key(fields[int(n)]): at for n, at in ids.items()}
        made.texts.append((paper, marked))
    return web.page(request, "arrival.html", HERE, error=error, made=made, key=_key)


def _key(reading: Any) -> str:
    return f"{reading.name} {reading.start} {reading.end} {reading.value}"


def _choose(office: Office, id: str, data: dict[str, Any], by: str) -> Arrival:
    """Keep what the form says."""
    typed = {name: list(texts(data, name)) for name in data}
    before = arrival.one(office, id)
    main = int(text(data, "main") or before.main)
    chosen = arrival_form.choices(arrival_form.form(office, before), typed) if main == before.main else {}
    return arrival.choose(office, id, arrival.Typed(main, chosen, str(data.get("text", ""))), by)


@post(HERE + "/{id:str}/check", sync_to_thread=True, request_max_body_size=MOST_TYPED)
def check(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Keep what was typed, and look again at what is missing and what is open."""

    def do(office: Office, at: Any) -> tuple[str, str]:
        _choose(office, id, data, request.user.person)
        return f"{HERE}/{id}", "Kept. See below what still stands in the way, or what would begin."

    return web_of(request).act(request, data, do, lambda trouble: show(request, id, trouble))


@post(HERE + "/{id:str}/confirm", sync_to_thread=True, request_max_body_size=MOST_TYPED)
def confirm(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Confirm: this is what the paper asks, and its matter begins."""

    def do(office: Office, at: Any) -> tuple[str, str]:
        _choose(office, id, data, request.user.person)
        name = arrival.confirm(office, id, request.user.person, at)
        return at_matter(name), f"Confirmed: matter {name} begins."

    return web_of(request).act(request, data, do, lambda trouble: show(request, id, trouble))


@post(HERE + "/{id:str}/aside", sync_to_thread=True)
def aside(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Set an arrival aside, with a reason."""

    def do(office: Office, at: Any) -> tuple[str, str]:
        arrival.set_aside(office, id, text(data, "why"), request.user.person, at)
        return HERE, "Set aside. Its papers are kept."

    return web_of(request).act(request, data, do, lambda trouble: show(request, id, trouble))


@get(HERE + "/{id:str}/paper/{number:int}", sync_to_thread=True)
def save(request: Asking, id: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """One of an arrival's papers, to be saved."""
    web = web_of(request)
    with web.house.opened() as office:
        arrival.looks(office, request.user.person)
        there = arrival.one(office, id)
        papers = there.papers
        if not 0 <= number < len(papers):
            raise NotAPage(path=request.url.path)
        web.note_arrival(office, request.user.person, there, f"/paper/{number}")
        return saved(papers[number].title, octets_of(office, papers[number].digest))


HANDLERS: Final = (intake, bring, arrived, check, confirm, aside, save)
