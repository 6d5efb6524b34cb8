"""`comity work` and `comity jobs`: who does what takes long, and what waits, is being done or was done."""

from __future__ import annotations

import os
import time
from contextlib import AbstractContextManager, nullcontext
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from comity.cli.common import HERE, AsJson, OfficeAt, app, errors, now, opened, out, print_json, table
from comity.desk.meanwhile import meanwhile
from comity.errors import ComityError

if TYPE_CHECKING:
    from comity.web.house import House

STATES = {"waiting": "yellow", "running": "cyan", "done": "green", "failed": "red"}
PAUSE = 1.0
"""Seconds between two looks for work."""
TROUBLE = 10.0
"""Seconds more before a registry that could not be read is tried again."""


@app.command()
def work(
    once: Annotated[bool, typer.Option("--once", help="do what waits, then end")] = False,
    beside: Annotated[int, typer.Option(help="end with this process", hidden=True)] = 0,
    office: OfficeAt = HERE,
) -> None:
    """Do what takes long: collections, sweeps, clocks, the mailbox; as many at once as you like."""
    from contextlib import suppress

    from comity.desk.worker import work as do
    from comity.registry.port import RegistryError
    from comity.web.house import House

    house = House(office)
    with suppress(KeyboardInterrupt), nullcontext() if once else _post(house):
        while not beside or os.getppid() == beside:
            job = None
            try:
                with house.opened() as it:
                    job = do(it, now)
                    ended = it.registry.job(job.number) if job else None
            except RegistryError as error:
                if once:
                    raise
                errors.print(error.message, markup=False)
                time.sleep(TROUBLE)
            if job and ended and (once or job.matter):
                out.print(f"job {job.number}, {job.kind} {job.matter}: {ended.state}: {ended.said}", markup=False)
            if job is None:
                if once:
                    return
                time.sleep(PAUSE)


def _post(house: House) -> AbstractContextManager[None]:
    """While this lasts the desk's mailbox is looked into, however long anything else takes."""
    from comity.desk.worker import post
    from comity.registry.port import RegistryError

    def looking(over: Event) -> None:
        while not over.wait(PAUSE):
            try:
                with house.opened() as it:
                    post(it, now)
            except RegistryError:
                over.wait(TROUBLE)  # the other thread says it
            except ComityError as error:
                errors.print(error.message, markup=False)
                over.wait(TROUBLE)

    return meanwhile(looking, PAUSE)


@app.command()
def jobs(
    matter: Annotated[str, typer.Argument(help="only those of this matter")] = "",
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """List what waits, is being done, was done or failed, newest first."""
    with opened(office) as it:
        found = it.registry.jobs(matter=matter)
    if as_json:
        print_json([
            {"number": j.number, "kind": j.kind, "matter": j.matter, "by": j.by, "state": j.state, "tries": j.tries,
             "made": j.made.isoformat(), "said": j.said or j.asks}
            for j in found
        ])  # fmt: skip
        return
    if not found:
        out.print("No job has been asked for.")
        return
    made = table("job", "kind", "matter", "by", "state", "said")
    for job in found:
        state = f"[{STATES[job.state]}]{job.state}[/]"
        said = job.asks if job.kind == "task" else job.said
        made.add_row(str(job.number), job.kind, escape(job.matter), escape(job.by), state, escape(said))
    out.print(made)
