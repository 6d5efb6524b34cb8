"""Courts' notices: the message beside what was read from it; accepted with a click, or set aside with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath
from markupsafe import Markup, escape

from comity.desk import court, court_mail
from comity.desk.court import Line, Proposal
from comity.desk.court_acts import PROPOSED, Accepted, accept, dismiss
from comity.desk.matter import load
from comity.desk.office import Office
from comity.errors import ComityError
from comity.kernel.demand import CATEGORIES
from comity.kernel.matter import Event
from comity.web.acts import moment, text, texts
from comity.web.app import Asking, Form, Page, Trouble, web_of
from comity.web.uploads import MOST_BYTES, Brought, files

HERE: Final = "/notices"
MOST_SETTLED: Final = 50
"""Settled notices that the page still shows."""


class NoFile(ComityError):
    """no file was chosen"""

    help = "choose the message as it came, a file that ends in .eml"
    exit_code = 2


@dataclass(frozen=True)
class Shown:
    """A line with the words that say it marked, and the stays that run in its matter."""

    line: Line
    words: Markup
    stays: tuple[Event, ...]


def marked(line: Line) -> Markup:
    """An entry's text in which the words that were read are marked."""
    words, (start, end) = line.entry.text, line.entry.reading.span
    if start == end:
        return escape(words)
    return Markup("{}<mark>{}</mark>{}").format(words[:start], words[start:end], words[end:])


def _shown(office: Office, one: Proposal, at: datetime) -> tuple[Proposal, list[Shown]]:
    def stays(line: Line) -> tuple[Event, ...]:
        return tuple(court.stays_running(load(office, line.matter), at)) if line.matter else ()

    return one, [Shown(line, marked(line), stays(line)) for line in one.lines]


@get(HERE, sync_to_thread=True)
def notices(request: Asking) -> Page:
    """Every notice, those that wait first."""
    return show(request)


def show(request: Asking, error: Trouble | None = None, typed: dict[str, Any] | None = None) -> Page:
    """The page; after a refusal with the trouble, and what had been typed."""
    web = web_of(request)
    with web.house.opened() as office:
        found = court.proposals(office)
        waiting = [_shown(office, one, web.now()) for one in found if one.waits]
        settled = [_shown(office, one, web.now()) for one in found if not one.waits][:MOST_SETTLED]
        matters, box = sorted(office.matters()), bool(office.settings.mailbox or office.settings.imap)
    return web.page(
        request, "notices.html", HERE, error=error, waiting=waiting, settled=settled, matters=matters, mailbox=box,
        kinds=PROPOSED, categories=sorted(CATEGORIES), typed=typed or {},
    )  # fmt: skip


@post(f"{HERE}/bring", sync_to_thread=True, request_max_body_size=MOST_BYTES)
def bring(request: Asking, data: Brought) -> Page:
    """Messages are brought. Keys are looked up before the desk is taken, which others want meanwhile."""
    web = web_of(request)
    try:
        with web.house.opened() as office:
            txt = court_mail.txt_of(office)
        read = [(raw, court_mail.read(txt, raw, name)) for name, raw in files(data, "messages")]
    except ComityError as error:
        return show(request, Trouble.of(error))

    def do(office: Office, at: datetime) -> tuple[str, str]:
        if not read:
            raise NoFile
        for raw, notice in read:
            court.keep(office, raw, notice, request.user.person, at)
        court.apply(office, at)
        return HERE, "The notices were read: see below what they report, and what was recorded."

    return web.act(request, data, do, lambda trouble: show(request, trouble))


@post(f"{HERE}/look", sync_to_thread=True)
def look(request: Asking, data: Form) -> Page:
    """Look into the desk's mailbox."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        found = court_mail.look(office, at, court_mail.txt_of(office))
        return HERE, f"{found.messages} messages lie there; {len(found.new)} are notices that were not known."

    return web_of(request).act(request, data, do, lambda trouble: show(request, trouble))


def read_form(data: dict[str, Any]) -> Accepted:
    """What a form says that an entry is."""
    return Accepted(
        int(text(data, "number") or 0), text(data, "matter"), text(data, "kind"), text(data, "says"),
        moment(text(data, "happened")), moment(text(data, "until")), frozenset(texts(data, "touches")),
        text(data, "of"), text(data, "why"),
    )  # fmt: skip


@post(HERE + "/{id:str}/accept", sync_to_thread=True)
def send_accept(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Accept an entry as an event of a matter."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        done = accept(office, id, read_form(data), request.user.person, at)
        return HERE, f"Recorded in {done.matter}: {done.kind}."

    return web_of(request).act(request, data, do, lambda trouble: show(request, trouble, data))


@post(HERE + "/{id:str}/dismiss", sync_to_thread=True)
def send_dismiss(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Set an entry aside."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        done = dismiss(office, id, read_form(data), request.user.person, at)
        return HERE, f"Set aside{f' for {done.matter}' if done.matter else ''}: {done.why}"

    return web_of(request).act(request, data, do, lambda trouble: show(request, trouble, data))


HANDLERS: Final = (notices, bring, look, send_accept, send_dismiss)
