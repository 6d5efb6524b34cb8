"""Producing: exactly what the gate lets go, sealed by a worker, kept for staff to fetch, checked line by line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import File

from comity.desk import gate, ledger
from comity.desk.jobs import progress_of
from comity.desk.matter import load
from comity.desk.office import Office
from comity.desk.release import production, productions
from comity.desk.review import leaving, summed_up
from comity.desk.sealing import Asked, ask_production, jobs_of
from comity.desk.verify import CHECKS, verify
from comity.errors import ComityError
from comity.web.acts import text
from comity.web.app import Asking, Form, Page, Trouble, at_matter, html, web_of
from comity.web.pages import render
from comity.web.stepup import asked_to_prove, proof


@get("/matters/{name:str}/production", sync_to_thread=True)
def produce(request: Asking, name: FromPath[str], check: FromQuery[str] = "") -> Page:
    """What would leave, what has left, and the check of one production as its recipient makes it."""
    return _show(request, name, check)


def _state(office: Office, name: str) -> dict[str, Any]:
    """The jobs of the matter, and what has left: all that changes while a production is sealed."""
    jobs = jobs_of(office, name)
    return {
        "name": name, "jobs": [(job, progress_of(job)) for job in jobs[:5]],
        "busy": any(job.open for job in jobs), "left": productions(office, name),
    }  # fmt: skip


@get("/matters/{name:str}/production/state", sync_to_thread=True)
def production_state(request: Asking, name: FromPath[str]) -> Page:
    """Only what changes: asked again and again while something is sealed."""
    with web_of(request).house.opened() as office:
        return html(render("production_state.html", **_state(office, name)))


def _show(request: Asking, name: str, check: str = "", error: Trouble | None = None, typed: str = "") -> Page:
    web = web_of(request)
    at = web.now()
    with web.house.opened() as office:
        matter = load(office, name)
        look, why = None, ""
        try:
            look = gate.look(office, matter.as_known(at), at)
        except ComityError as trouble:
            why = f"{trouble.message}; {trouble.remedy}"
        held = leaving(office, matter)[1] if summed_up(matter) else ()
        state, prove = _state(office, name), asked_to_prove(web, office, request.user)
        path, key = production(office, name, check) if check else None, ledger.public_key(office)
    report = verify(path, key=key) if path else None
    data: dict[str, Any] = {
        "look": look, "why": why, "held": held, "report": report, "check": check, "checks": CHECKS,
        "key": key, "prove": prove,
    }  # fmt: skip
    return web.page(request, "production.html", error=error, typed=typed, **state, **data)


@post("/matters/{name:str}/production/make", sync_to_thread=True)
def make_production(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Ask the gate; if it opens, have a worker seal exactly what was approved: nobody's page waits for it."""
    keys = tuple(text(data, "recipient").split())

    def do(office: Office, at: datetime) -> tuple[str, str]:
        proof(request, office, data, at)
        job = ask_production(office, name, Asked(request.user.person, at, keys))
        return f"{at_matter(name)}/production", f"Job {job.number}: the production is asked for."

    return web_of(request).act(
        request, data, do, lambda trouble: _show(request, name, error=trouble, typed=text(data, "recipient"))
    )


@get("/matters/{name:str}/production/{file:str}", sync_to_thread=True)
def fetch_production(request: Asking, name: FromPath[str], file: FromPath[str]) -> File:
    """A production as it left: sealed, so that only its recipient can open it."""
    with web_of(request).house.opened() as office:
        path: Path = production(office, name, file)
    return File(path=path, filename=path.name, media_type="application/zip", content_disposition_type="attachment")


HANDLERS: Final = (produce, production_state, make_production, fetch_production)
