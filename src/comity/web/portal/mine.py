"""One's own demands: how each stands, what the office asks, what can be collected."""

from __future__ import annotations

from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath
from litestar.response import File

from comity.web.portal.app import Asking, Form, Page, Trouble, portal_of

STATES: Final = {
    "filed": "filed; the office looks at it",
    "answered": "answered; see what is produced",
    "returned": "returned; the office did not take it in",
}


@get("/demands", sync_to_thread=True)
def demands(request: Asking) -> Page:
    """Everything that this person filed, last first."""
    portal = portal_of(request)
    found = portal.counter.mine(request.auth, portal.now())
    return portal.page(request, "demands.html", filed=found, states=STATES, title=portal.counter.outline.titled)


@get("/demands/{id:str}", sync_to_thread=True)
def demand(request: Asking, id: FromPath[str]) -> Page:
    """One demand."""
    return _shown(request, id, {})


def _shown(request: Asking, id: str, typed: dict[str, Any], error: Trouble | None = None) -> Page:
    portal = portal_of(request)
    found = portal.counter.filed(request.auth, id, portal.now())
    return portal.page(
        request, "demand.html", error, one=found, states=STATES, typed=typed, at=portal.now(),
        title=portal.counter.outline.titled(str(found.tables["demand"]["instrument"])),
    )  # fmt: skip


@post("/demands/{id:str}/answer", sync_to_thread=True)
def answer(request: Asking, id: FromPath[str], data: Form) -> Page:
    """Write to the office about a demand."""
    portal = portal_of(request)
    portal.counter.filed(request.auth, id, portal.now())

    def do(at: Any) -> tuple[str, str]:
        portal.take("write", request.auth.id)
        portal.counter.answer(request.auth, id, str(data.get("says", "")), at)
        return f"/demands/{id}#words", "The office has what you wrote."

    return portal.act(request, data, do, lambda trouble: _shown(request, id, data, trouble))


@post("/demands/{id:str}/key", sync_to_thread=True)
def state_key(request: Asking, id: FromPath[str], data: Form) -> Page:
    """State the key to which a production shall be sealed."""
    portal = portal_of(request)
    portal.counter.filed(request.auth, id, portal.now())

    def do(at: Any) -> tuple[str, str]:
        portal.take("write", request.auth.id)
        portal.counter.state_key(request.auth, id, str(data.get("key", "")), at)
        return f"/demands/{id}#collect", "A production will be sealed to this key."

    return portal.act(request, data, do, lambda trouble: _shown(request, id, data, trouble))


@post("/demands/{id:str}/collect/{name:str}", status_code=200, sync_to_thread=True)
def collect(request: Asking, id: FromPath[str], name: FromPath[str], data: Form) -> File:
    """Collect a sealed production; each time is told to the desk before anything leaves."""
    portal = portal_of(request)
    request.user.led_to(str(data.get("form", "")))
    portal.take("collect", request.auth.id)
    found = portal.counter.fetch(request.auth, id, name, portal.now())
    return File(found.file, filename=f"{id}-{found.name}.zip", media_type="application/zip")


HANDLERS: Final = (demands, demand, answer, state_key, collect)
