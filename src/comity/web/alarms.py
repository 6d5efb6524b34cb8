"""Alarms: looks into matters that nobody's work explains, and what each came to."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from litestar import get, post

from comity.desk import reading
from comity.desk.office import Office
from comity.desk.roles import ACTS
from comity.web.acts import text
from comity.web.app import Asking, Form, Page, Trouble, web_of


@get("/alarms", sync_to_thread=True)
def alarms(request: Asking) -> Page:
    """Every alarm, the open ones first; an account is never named here."""
    return _shown(request, {})


def _shown(request: Asking, typed: dict[str, Any], error: Trouble | None = None) -> Page:
    web, person = web_of(request), request.user.person
    with web.house.opened() as office:
        found, held = reading.watched(office, person), office.person(person)
    return web.page(
        request, "alarms.html", "/alarms", error=error, alarms=found, typed=typed,
        settles=not held.isdisjoint(ACTS["settle"][1]),
    )  # fmt: skip


@post("/alarms/settle", sync_to_thread=True)
def settle(request: Asking, data: Form) -> Page:
    """Say what an alarm came to."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        reading.settle(office, text(data, "id"), request.user.person, at, text(data, "why"))
        return "/alarms", "The alarm is settled; what you found stands beside it."

    return web_of(request).act(request, data, do, lambda trouble: _shown(request, data, trouble))


HANDLERS: Final = (alarms, settle)
