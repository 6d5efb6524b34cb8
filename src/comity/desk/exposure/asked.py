"""The office's own exposure, asked for by a browser: swept by a worker, kept in its folder, shown as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from comity.desk.jobs import EXPOSURE, Hold
from comity.desk.office import ESTATE, Office
from comity.errors import ComityError, Unwritable
from comity.kernel.words import canonical
from comity.registry.blobs import Blobs
from comity.registry.jobport import Job

FOLDER: Final = "exposure"
VERDICTS: Final = ("compelled", "conflict", "open", "barred", "free")


class NotSwept(ComityError):
    """there is no finished exposure {number}"""

    help = "ask for one on the page of exposure, and let a worker run"
    exit_code = 2


def do(hold: Hold) -> None:
    """The job: sweep over every account, keep the cube, draw its page; each is written whole and kept as a step."""
    asks, office = json.loads(hold.job.asks), hold.office
    cube = _folder(office) / f"{hold.job.number}.cube"
    hold.told("sweep", 0, 2)
    report = hold.keep("report", partial(_swept, office, date.fromisoformat(asks["on"]), cube))
    hold.told("page", 1, 2)
    hold.keep("page", partial(_drawn, office, cube))
    said = msgspec.json.decode(b"".join(Blobs(office.root / "blobs").read(report)))
    accounts = f"{said['accounts']:,} accounts in {said['classes']:,} classes"
    office.registry.end_job(hold.end(f"{accounts}, {len(said['rows'])} places and categories"))


def _folder(office: Office) -> Path:
    folder = office.root / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error
    return folder


def _swept(office: Office, on: date, cube: Path) -> str:
    from comity.desk.exposure.about import Posed
    from comity.desk.exposure.kept import Files, kept, swept

    files = Files(office.root / ESTATE, laws=office.settings.laws)
    with swept(files, Posed(on)) as (found, accounts):
        report = kept(found, accounts, cube, None, None)
    return Blobs(office.root / "blobs").put([canonical(report)])


def _drawn(office: Office, cube: Path) -> str:
    from comity.desk.exposure.page import Wish, written_page

    page = cube.with_suffix(".html")
    written_page(cube, office.settings.laws, Wish(past=False), page)
    return page.name


def swept_jobs(office: Office) -> list[Job]:
    """Every sweep that was asked for, newest first."""
    return office.registry.jobs(EXPOSURE)


def report_of(office: Office, job: Job) -> Mapping[str, Any]:
    """What a finished sweep found."""
    steps = office.registry.steps(job.number)
    if job.state != "done" or "report" not in steps:
        raise NotSwept(number=job.number)
    found: Mapping[str, Any] = msgspec.json.decode(b"".join(Blobs(office.root / "blobs").read(steps["report"])))
    return found


def files_of(office: Office, number: int) -> dict[str, Path]:
    """The files of a finished sweep that are there: its cube, and its page, which stands by itself."""
    job = office.registry.job(number)
    if job.kind != EXPOSURE or job.state != "done":
        raise NotSwept(number=number)
    paths = (office.root / FOLDER / f"{number}{ending}" for ending in (".html", ".cube"))
    return {path.name: path for path in paths if path.is_file()}


def matrix(report: Mapping[str, Any]) -> tuple[list[str], dict[str, dict[str, list[tuple[str, int]]]]]:
    """Place by category: how many accounts of each verdict; only where some account has such records."""
    rows = [row for row in report["rows"] if any(row[verdict] for verdict in VERDICTS)]
    categories = sorted({row["category"] for row in rows})
    found: dict[str, dict[str, list[tuple[str, int]]]] = {}
    for row in rows:
        cells = [(verdict, row[verdict]) for verdict in VERDICTS if row[verdict]]
        found.setdefault(row["place"], {})[row["category"]] = cells
    return categories, found
