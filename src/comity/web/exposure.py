"""Exposure: who could reach whose records, swept by a worker; a table here, and a page of its own to be saved."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath
from litestar.response import File

from comity.desk.exposure.asked import files_of, matrix, report_of, swept_jobs
from comity.desk.jobs import ask_exposure, progress_of
from comity.desk.office import Office
from comity.web.acts import text
from comity.web.app import Asking, Form, NotAPage, Page, Trouble, html, web_of
from comity.web.matter import NotADay
from comity.web.pages import render

MOST: Final = 5
"""Sweeps that the page lists."""


@get("/exposure", sync_to_thread=True)
def exposure(request: Asking) -> Page:
    """What the last sweep found, and the form for another."""
    return _show(request)


def _state(office: Office) -> dict[str, Any]:
    jobs = swept_jobs(office)[:MOST]
    listed = [
        (job, progress_of(job), list(files_of(office, job.number)) if job.state == "done" else []) for job in jobs
    ]
    return {"jobs": listed, "busy": any(job.open for job in jobs)}


def _show(request: Asking, error: Trouble | None = None) -> Page:
    web = web_of(request)
    with web.house.opened() as office:
        state = _state(office)
        done = next((job for job, *_ in state["jobs"] if job.state == "done"), None)
        report = report_of(office, done) if done else None
    return web.page(
        request, "exposure.html", "/exposure", error=error, report=report, table=matrix(report) if report else None,
        today=web.now(), **state,
    )  # fmt: skip


@get("/exposure/state", sync_to_thread=True)
def exposure_state(request: Asking) -> Page:
    """Only what changes while a sweep runs."""
    with web_of(request).house.opened() as office:
        return html(render("exposure_state.html", **_state(office)))


@post("/exposure/start", sync_to_thread=True)
def start_sweep(request: Asking, data: Form) -> Page:
    """Ask for a sweep."""
    on = text(data, "on")

    def do(office: Office, at: datetime) -> tuple[str, str]:
        try:
            date.fromisoformat(on or "2026-01-01")
        except ValueError as error:
            raise NotADay(text=on) from error
        job = ask_exposure(office, request.user.person, at, on)
        return "/exposure", f"Job {job.number}: the sweep is asked for."

    return web_of(request).act(request, data, do, lambda trouble: _show(request, trouble))


@get("/exposure/{number:int}/{file:str}", sync_to_thread=True)
def fetch_exposure(request: Asking, number: FromPath[int], file: FromPath[str]) -> File:
    """A file of a sweep, to be saved: its page stands by itself and runs its own script, which no page here may."""
    with web_of(request).house.opened() as office:
        found = files_of(office, number)
    if file not in found:
        raise NotAPage(path=f"/exposure/{number}/{file}")
    return File(path=found[file], filename=f"exposure-{file}", content_disposition_type="attachment")


HANDLERS: Final = (exposure, exposure_state, start_sweep, fetch_exposure)
