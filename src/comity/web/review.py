"""Review: the hits one by one, by keyboard; a message is shown as words, and nothing of it is ever loaded or run."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath

from comity.desk.collection import NotCollected
from comity.desk.gate import hits_of
from comity.desk.matter import load
from comity.desk.office import Office
from comity.desk.review import COUNSEL, REVIEWER, WAITING, Mark, Sitting, clear, mark, message, sitting, sum_up
from comity.web.acts import text
from comity.web.app import Asking, Form, Page, Trouble, at_matter, to, web_of

KEYS: Final = {"read": "r", "privileged": "p", "third-party": "t", "let-go": "l", "withheld": "w"}
"""The key of each mark; j and k go to the next hit and to the one before."""
READERS: Final = frozenset({"reviewer", "counsel"})
"""Who sees the hits themselves."""
WORDS: Final = {
    "read": "Read", "privileged": "Privileged?", "third-party": "Third party?", "let-go": "Let it go",
    "withheld": "Withhold",
}  # fmt: skip


@get("/matters/{name:str}/review", sync_to_thread=True)
def review(request: Asking, name: FromPath[str]) -> Page:
    """How far the review is; who may read the hits is led to the first that nobody marked."""
    with web_of(request).house.opened() as office:
        load(office, name)
        may = office.settings.people[request.user.person] & READERS
        with suppress(NotCollected):
            now = sitting(office, name)
            if now.hits and may:
                return to(f"{at_matter(name)}/review/{_first(now)}")
    return _show(request, name, 0)


@get("/matters/{name:str}/review/{hit:int}", sync_to_thread=True)
def review_hit(request: Asking, name: FromPath[str], hit: FromPath[int]) -> Page:
    """One hit; its number is part of the address, so that each look at one is written down."""
    return _show(request, name, hit)


def _show(request: Asking, name: str, hit: int, error: Trouble | None = None, typed: str = "") -> Page:
    web = web_of(request)
    with web.house.opened() as office:
        matter, roles = load(office, name), office.settings.people[request.user.person]
        data: dict[str, Any] = {"now": None, "hit": None, "message": None, "counted": hits_of(matter)}
        with suppress(NotCollected):
            data |= _seen(office, name, hit, roles)
    may = [*(REVIEWER if "reviewer" in roles else ()), *(COUNSEL if "counsel" in roles else ())]
    marks = [(says, KEYS[says], WORDS[says], {**REVIEWER, **COUNSEL}[says]) for says in may]
    return web.page(
        request, "review.html", error=error, name=name, marks=marks, typed=typed, meaning={**REVIEWER, **COUNSEL},
        reviewer="reviewer" in roles, **data,
    )  # fmt: skip


def _seen(office: Office, name: str, number: int, roles: frozenset[str]) -> dict[str, Any]:
    """The sitting and one hit of it: the one that is asked for, or the first that nobody marked."""
    now = sitting(office, name)
    if not now.hits:
        return {"now": now}
    number = min(number, len(now.hits)) if number > 0 else _first(now)
    may = bool(roles & READERS)
    found = message(office, now.listing, number) if may else None
    waiting = [one for one in now.hits if one.mark and one.mark.says in WAITING]
    return {"now": now, "hit": now.hits[number - 1] if may else None, "message": found, "waiting": waiting}


def _first(now: Sitting) -> int:
    return next((hit.number for hit in now.hits if hit.mark is None), 1)


@post("/matters/{name:str}/review/mark", sync_to_thread=True)
def send_mark(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Say of one hit what it is; the next one that nobody marked follows."""
    number = _number(data)

    def do(office: Office, at: datetime) -> tuple[str, str]:
        said = Mark(text(data, "says"), request.user.person, at, text(data, "why"))
        now = mark(office, name, text(data, "shown"), number, said)
        return f"{at_matter(name)}/review/{now.next_of(number)}", f"Hit {number}: {WORDS[said.says].rstrip('?')}."

    return web_of(request).act(
        request, data, do, lambda trouble: _show(request, name, number, trouble, text(data, "why"))
    )


@post("/matters/{name:str}/review/clear", sync_to_thread=True)
def send_rule(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Clear by a named rule every hit that nobody marks."""
    rule = text(data, "rule")

    def do(office: Office, at: datetime) -> tuple[str, str]:
        clear(office, name, text(data, "shown"), Mark("cleared", request.user.person, at, rule))
        return f"{at_matter(name)}/review", f"What nobody marks is cleared by the rule `{rule}`."

    return web_of(request).act(request, data, do, lambda trouble: _show(request, name, 0, trouble))


@post("/matters/{name:str}/review/record", sync_to_thread=True)
def send_review(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Record what the marks amount to."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        stated = bool(text(data, "stated"))
        event = sum_up(office, name, text(data, "shown"), Mark("summed", request.user.person, at), stated)
        return at_matter(name, "gate"), f"Recorded: {event.says}."

    return web_of(request).act(request, data, do, lambda trouble: _show(request, name, 0, trouble))


def _number(data: dict[str, Any]) -> int:
    found = text(data, "hit")
    return int(found) if found.isdecimal() and len(found) < 10 else 0


HANDLERS: Final = (review, review_hit, send_mark, send_rule, send_review)
