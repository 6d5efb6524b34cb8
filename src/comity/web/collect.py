"""Collecting: what is asked for, how far it is, and what was found, adding up to the store."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath

from comity.desk.collection import Listing, Order, listing_of, scope_of, unproduced
from comity.desk.jobs import COLLECT, ask_collection, did, of_matter, progress_of, tasks
from comity.desk.matter import demand_of, load
from comity.desk.office import Office
from comity.kernel.collection import Counts
from comity.web.acts import texts
from comity.web.app import Asking, Form, Page, Trouble, at_matter, html, web_of
from comity.web.pages import render


@dataclass(frozen=True)
class Found:
    """What a collection found, as a page shows it: stores with their counts, tables, what nobody can read, oddities."""

    when: datetime
    by: str
    says: str
    stores: tuple[tuple[str, Counts], ...]
    tables: tuple[tuple[str, int], ...]
    unreadable: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]

    @property
    def lines(self) -> list[tuple[str, Counts]]:
        """Each store, and where there are several all of them together."""
        every = sum((counts for _, counts in self.stores), Counts())
        return [*self.stores, *([("together", every)] if len(self.stores) > 1 else [])]


def found(office: Office, name: str) -> Found | None:
    """What was last collected and has not been produced."""
    matter = load(office, name)
    last = unproduced(matter)
    if last is None:
        return None
    listing: Listing = listing_of(office, matter)
    unreadable = [
        (str(sorting.place), next((trial.found for trial in sorting.because if trial.outcome is None), ""))
        for sorting in listing.unreadable
    ]
    return Found(
        last.happened, last.by, last.says, tuple(sorted(listing.counts.items())),
        tuple((table, len(sheet.rows)) for table, sheet in sorted(listing.sheets.items())), tuple(unreadable),
        tuple(f"{fault.where}: {fault.what}; {fault.remedy}" for fault in listing.faults),
    )  # fmt: skip


def _state(office: Office, name: str) -> dict[str, Any]:
    """The jobs of the matter, and what was found: all that changes while a collection runs."""
    jobs = of_matter(office, name, COLLECT)
    return {
        "name": name, "jobs": [(job, json.loads(job.asks)["categories"], progress_of(job)) for job in jobs[:5]],
        "busy": any(job.open for job in jobs), "found": found(office, name),
    }  # fmt: skip


@get("/matters/{name:str}/collect", sync_to_thread=True)
def collect(request: Asking, name: FromPath[str]) -> Page:
    """What is asked for, and what was found."""
    return _show(request, name)


def _show(request: Asking, name: str, error: Trouble | None = None) -> Page:
    web = web_of(request)
    with web.house.opened() as office:
        state = _state(office, name)
        matter = load(office, name)
        whole, pending = demand_of(matter).scope, scope_of(matter)
    return web.page(request, "collect.html", error=error, whole=whole, pending=pending, **state)


@get("/matters/{name:str}/collect/state", sync_to_thread=True)
def collect_state(request: Asking, name: FromPath[str]) -> Page:
    """Only what changes: asked again and again while something runs."""
    with web_of(request).house.opened() as office:
        return html(render("collect_state.html", **_state(office, name)))


@post("/matters/{name:str}/collect/start", sync_to_thread=True)
def start_collection(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Ask for a collection: a worker does it, and nobody's page waits for it."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        job = ask_collection(office, name, Order(request.user.person, lambda: at, texts(data, "category")))
        return at_matter(name) + "/collect", f"Job {job.number}: the collection is asked for."

    return web_of(request).act(request, data, do, lambda trouble: _show(request, name, trouble))


@get("/tasks", sync_to_thread=True)
def list_tasks(request: Asking) -> Page:
    """What ran out and waits for somebody to look at it."""
    return _tasks(request)


def _tasks(request: Asking, error: Trouble | None = None) -> Page:
    web = web_of(request)
    with web.house.opened() as office:
        waiting = tasks(office)
    return web.page(request, "tasks.html", "/tasks", error=error, tasks=waiting)


@post("/tasks/{number:int}/done", sync_to_thread=True)
def task_done(request: Asking, number: FromPath[int], data: Form) -> Page:
    """Somebody looked at it."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        job = did(office, number, request.user.person, at)
        return "/tasks", f"{job.matter}: looked at."

    return web_of(request).act(request, data, do, lambda trouble: _tasks(request, trouble))


HANDLERS: Final = (collect, collect_state, start_collection, list_tasks, task_done)
