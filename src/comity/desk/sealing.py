"""A production as a job: asked for at the desk, sealed by a worker, and there only with its entry in the ledger.

A file is named by its job and by how often that was begun, so that of two workers none touches what the other writes.
What no entry names when its job is no longer being done, in that attempt, is nobody's production and is taken away.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from comity.desk import gate
from comity.desk.jobs import HAND, PRODUCE, Hold, of_matter
from comity.desk.matter import load_seen
from comity.desk.office import Office
from comity.desk.produce import recipients_of
from comity.desk.release import (
    PRODUCTIONS,
    Beside,
    Sending,
    Sent,
    Under,
    carry_out,
    may_send,
    productions,
    refused,
)
from comity.errors import Unwritable
from comity.kernel.gate import Refusal
from comity.registry.jobport import Job, NewJob, NoJob

_MADE: Final = re.compile(r"\.?(?P<matter>[^+]+)\+(?P<number>\d+)\.(?P<tries>\d+)\.zip(\.partial)?")


@dataclass(frozen=True)
class Asked:
    """What somebody asks to have sealed: in whose name, when, to which keys, and what the kind of job needs besides."""

    by: str
    at: datetime
    recipients: tuple[str, ...]
    more: Mapping[str, str] = field(default_factory=dict)


def ask_production(office: Office, name: str, asked: Asked, kind: str = PRODUCE) -> Job:
    """Have a production sealed; refused at once, and recorded, if the gate is shut. Asked twice, it is one job."""
    whole, seen = load_seen(office, name)
    may_send(office, whole, asked.by)
    recipients_of(asked.recipients)
    answer = gate.look(office, whole, asked.at).answer
    if isinstance(answer, Refusal):
        gate.note(office, name, answer, seen)
        raise refused(name, answer)
    asks = json.dumps({"recipients": asked.recipients, **asked.more})
    return office.registry.put_job(NewJob(kind, name, asks, asked.by, asked.at, f"{kind} {name} {seen} {asks}"))


def seal(hold: Hold, beside: Callable[[Sent, datetime], Beside] = lambda sent, at: ((), {})) -> None:
    """The job: whatever an earlier attempt left is taken away; then the gate is asked, and it is sealed and entered."""
    office, job = hold.office, hold.job
    clear(office)
    sending = Sending(job.by, tuple(json.loads(job.asks)["recipients"]), target(office, job), hold.now)
    under = Under(str(job.number), lambda done, total: hold.told("octets", done, total), hold.end, beside)
    carry_out(office, job.matter, sending, under)


def jobs_of(office: Office, name: str) -> list[Job]:
    """The jobs of a matter that seal something, newest first."""
    found = [*of_matter(office, name, PRODUCE), *of_matter(office, name, HAND)]
    return sorted(found, key=lambda job: job.number, reverse=True)


def target(office: Office, job: Job) -> Path:
    """Where an attempt at a job writes: a zip in the office's folder, whose name no other attempt has."""
    folder = office.root / PRODUCTIONS
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error
    return folder / f"{quote(job.matter, safe='')}+{job.number}.{job.tries}.zip"


def clear(office: Office) -> None:
    """Take away what jobs sealed, or half sealed, and no entry names: nobody was given it."""
    folder = office.root / PRODUCTIONS
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if (made := _MADE.fullmatch(path.name)) and _nobodys(office, path, made):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _nobodys(office: Office, path: Path, made: re.Match[str]) -> bool:
    try:
        job = office.registry.job(int(made["number"]))
    except NoJob:
        return False
    if job.kind not in (PRODUCE, HAND) or quote(job.matter, safe="") != made["matter"]:
        return False
    if job.state == "running" and job.tries == int(made["tries"]):
        return False
    return path not in {named for _, named in productions(office, job.matter)}
