"""Acts: an event with its source, counsel's answer, an approval and its taking back. Each is the desk's, sent once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath, FromQuery

from comity.desk import gate
from comity.desk.matter import FINDING, OURS, enter, load, load_seen
from comity.desk.office import Office
from comity.errors import ComityError
from comity.kernel.demand import CATEGORIES
from comity.kernel.gate import Release
from comity.kernel.matter import KINDS, SPANS, Event, running
from comity.kernel.matter import standing as standing_of
from comity.web.app import Asking, Form, Page, Trouble, at_matter, web_of
from comity.web.matter import Typed, show
from comity.web.stepup import proof

BEGINS: Final = frozenset().union(*(begins for begins, _ in SPANS.values()))
"""Kinds that may say when they end."""
PRICED: Final = frozenset({"contempt", "declined"})
ENTERED: Final = {kind: meaning for kind, meaning in KINDS.items() if kind not in OURS | {"counsel"}}
"""What a person may enter: everything that no act of the desk records itself, and no form of its own takes."""


class NotAMoment(ComityError):
    """`{text}` is not a moment"""

    help = "write it as 2014-08-29 15:00; it is read as UTC"
    exit_code = 4


def moment(text: str) -> datetime | None:
    """A moment as it was typed, in UTC unless it says another zone; None if nothing was typed."""
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise NotAMoment(text=text) from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def text(data: dict[str, Any], key: str) -> str:
    """One field of a form."""
    found = data.get(key, "")
    return found.strip() if isinstance(found, str) else ""


def texts(data: dict[str, Any], key: str) -> tuple[str, ...]:
    """Every value of a field that may be given several times."""
    found = data.get(key, ())
    return (found,) if isinstance(found, str) else tuple(map(str, found))


@get("/matters/{name:str}/event", sync_to_thread=True)
def new_event(request: Asking, name: FromPath[str], kind: FromQuery[str] = "") -> Page:
    """The form for an event: first its kind, then what that kind needs."""
    return _form(request, name, kind, {})


def _form(request: Asking, name: str, kind: str, typed: dict[str, Any], error: Trouble | None = None) -> Page:
    web = web_of(request)
    at = web.now()
    with web.house.opened() as office:
        matter, seen = load_seen(office, name)
        ends = [span for span, (_, ending) in SPANS.items() if kind in ending]
        open_ones = [event for span in ends for event in running(matter, at, span)]
        terms = [term for term in office.packs.words.terms.values() if not term.name.startswith("question.")]
    return web.page(
        request, "event.html", error=error, name=name, kind=kind if kind in ENTERED else "", kinds=ENTERED,
        typed=typed, categories=sorted(CATEGORIES), finding=FINDING, begins=BEGINS, priced=PRICED,
        open_ones=open_ones, terms=terms, seen=seen, at=at, chosen=texts(typed, "touches"),
    )  # fmt: skip


@post("/matters/{name:str}/enter", sync_to_thread=True)
def send_event(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Enter an event with its source."""
    kind = text(data, "kind")

    def do(office: Office, at: datetime) -> tuple[str, str]:
        if kind == "counsel":
            proof(request, office, data, at)
        event = read_event(data, request.user.person, at)
        entry = enter(office, name, event, seen_in(data))
        after = standing_of(load(office, name), max(at, event.happened))
        return at_matter(name), f"Entry {entry.index} recorded: {kind}. The order is now {after.says}."

    return web_of(request).act(request, data, do, lambda trouble: _form(request, name, kind, data, trouble))


def seen_in(data: dict[str, Any]) -> int | None:
    """How many entries the matter had when its form was shown."""
    said = text(data, "seen")
    return int(said) if said.isdecimal() and len(said) < 10 else None


def read_event(data: dict[str, Any], by: str, at: datetime) -> Event:
    """The event as the form says it."""
    keys = ("supports", "channel", "contact", "called", "term", "value", "price", "of")
    more = tuple((key, text(data, key)) for key in keys if text(data, key))
    when, learned = moment(text(data, "happened")) or at, moment(text(data, "known")) or at
    touches, until = frozenset(texts(data, "touches")), moment(text(data, "until"))
    kind, says, source = (text(data, key) for key in ("kind", "says", "source"))
    return Event("", kind, when, learned, says, source, by, touches, until, more)


@post("/matters/{name:str}/counsel", sync_to_thread=True)
def send_counsel(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Record counsel's answer to an open point; every class it is open in is decided again with it."""
    term, answer = text(data, "term"), text(data, "value")

    def do(office: Office, at: datetime) -> tuple[str, str]:
        proof(request, office, data, at)
        more = (("term", term), ("answer", answer))
        enter(
            office,
            name,
            Event("", "counsel", at, at, text(data, "says"), text(data, "source"), request.user.person, data=more),
        )
        read = {"true": "yes", "false": "no"}.get(answer, answer)
        return at_matter(name, "law"), f"Your answer is recorded: {term} is {read}."

    typed = Typed(term, answer, text(data, "says"), text(data, "source"))
    return web_of(request).act(request, data, do, lambda trouble: show(request, name, error=trouble, typed=typed))


@post("/matters/{name:str}/approve", sync_to_thread=True)
def send_approval(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Approve exactly what the page showed."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        proved = gate.Shown(text(data, "shown"), proof(request, office, data, at))
        given = gate.approve(office, name, request.user.person, at, proved)
        answer = gate.ask(office, name, at)
        state = "open" if isinstance(answer, Release) else "shut"
        return at_matter(name, "gate"), f"{given.person} ({given.role}) approved. The gate is {state}."

    return web_of(request).act(request, data, do, lambda trouble: show(request, name, error=trouble))


@post("/matters/{name:str}/withdraw", sync_to_thread=True)
def send_withdrawal(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Take one's own approval back."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        gate.withdraw(office, name, request.user.person, at, text(data, "why"))
        return at_matter(name, "gate"), "Your approval is taken back; it counts for nothing from now on."

    return web_of(request).act(request, data, do, lambda trouble: show(request, name, error=trouble))


HANDLERS: Final = (new_event, send_event, send_counsel, send_approval, send_withdrawal)
