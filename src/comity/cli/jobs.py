"""`comity work` and `comity jobs`: who does what takes long, and what waits, is being done or was done."""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import HERE, AsJson, OfficeAt, app, errors, now, opened, out, print_json, table

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
    """Do what takes long: collections, sweeps, clocks; as many at once as you like, each does another job."""
    from contextlib import suppress

    from comity.desk.worker import work as do
    from comity.registry.port import RegistryError
    from comity.web.house import House

    house = House(office)
    with suppress(KeyboardInterrupt):
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
