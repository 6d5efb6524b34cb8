"""Work that outlives whoever asked for it: asked for once, held by one worker, and never done twice.

Whoever is killed in the middle leaves a job whose time runs out; the next worker takes it up from its last step. What
came of a job is written together with its end (`ends`), so that neither is there without the other.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from traceback import print_exception
from typing import Final

from comity.desk.collection import Order, may_collect, narrowed
from comity.desk.matter import load, load_seen
from comity.desk.meanwhile import meanwhile
from comity.desk.office import Office
from comity.errors import ComityError
from comity.registry.jobport import End, Job, LeaseLost, NewJob
from comity.registry.port import RegistryError

LEASE: Final = timedelta(seconds=60)
"""For how long a worker has a job before it must say that it is still at it; it does so four times as often."""

TRIES: Final = 5
"""How often a job may end the process that does it before nobody begins it again."""

TASK: Final = "task"
"""A job for a person: something ran out, and somebody is to look."""

COLLECT: Final = "collect"
PRODUCE: Final = "produce"
HAND: Final = "hand"
EXPOSURE: Final = "exposure"
Now = Callable[[], datetime]


class NotATask(ComityError):
    """job {number} is not a task for a person"""

    help = "the inbox lists the tasks"
    exit_code = 2


@dataclass
class Hold:
    """A job in hand: what a runner may do with it."""

    office: Office
    job: Job
    now: Now
    lease: timedelta = LEASE
    progress: dict[str, tuple[int, int]] = field(default_factory=dict)
    lost: bool = False

    def told(self, part: str, done: int, total: int) -> None:
        """How far a part of the work is; raises LeaseLost once another may be doing it."""
        self.progress[part] = (done, total)
        if self.lost:
            raise LeaseLost(number=self.job.number)

    def keep(self, name: str, make: Callable[[], str]) -> str:
        """What a step made: if it was done before, what it made then."""
        registry = self.office.registry
        done = registry.steps(self.job.number).get(name)
        return done if done is not None else registry.step_job(self.job, name, make())

    def end(self, said: str) -> End:
        """The job's end, to be written with what came of it."""
        return End(self.job, said, self.now())

    def kept(self) -> AbstractContextManager[None]:
        """While this lasts another thread says again and again that the job is still being done."""
        return meanwhile(self._beat)

    def _beat(self, over: Event) -> None:
        office = self.office.again()
        try:
            while not over.wait(self.lease.total_seconds() / 4):
                try:
                    office.registry.renew_job(self.job, self.now() + self.lease, json.dumps(self.progress))
                except LeaseLost:
                    self.lost = True
                    return
                except RegistryError as error:  # it comes back, or the time runs out
                    print(f"job {self.job.number}: {error.message}", file=sys.stderr)
        finally:
            office.close()


Runner = Callable[[Hold], None]
"""Does a job of one kind, and ends it."""


def turn(office: Office, now: Now, runners: dict[str, Runner], lease: timedelta = LEASE) -> Job | None:
    """Take the next job, if there is one, and do it; gives it as it was taken."""
    job = office.registry.take_job(runners, now(), now() + lease)
    if job is None:
        return None
    hold = Hold(office, job, now, lease)
    if job.tries > TRIES:
        _failed(hold, f"it was begun {TRIES} times and never came to its end; nobody begins it again")
        return job
    try:
        with hold.kept():
            runners[job.kind](hold)
    except LeaseLost:
        pass  # another has it
    except RegistryError:
        raise
    except ComityError as error:
        faults = "".join(f"; {fault.what}: {fault.remedy}" for fault in getattr(error, "faults", ()))
        _failed(hold, f"{error.message}{faults}; {error.remedy}")
    except Exception as error:
        print_exception(error)
        _failed(hold, "comity itself failed at this; whoever runs the worker sees what happened")
    return job


def _failed(hold: Hold, why: str) -> None:
    try:
        hold.office.registry.end_job(End(hold.job, why, hold.now(), "failed"))
    except LeaseLost:
        return


def ask_collection(office: Office, name: str, order: Order) -> Job:
    """Have what answers the demand collected; asked twice before anything new happened, it is one job."""
    whole, seen = load_seen(office, name)
    may_collect(office, whole, order.by)
    narrowed(whole, order.categories)
    asks = json.dumps({"categories": sorted(order.categories)})
    once = f"{COLLECT} {name} {seen} {asks}"
    return office.registry.put_job(NewJob(COLLECT, name, asks, order.by, order.at(), once))


def ask_exposure(office: Office, by: str, at: datetime, on: str = "") -> Job:
    """Have it decided what every place could ask for, for every account of the estate."""
    office.may(by, "sweep")
    day = on or f"{at:%Y-%m-%d}"
    waiting = [job for job in office.registry.jobs(EXPOSURE, open_only=True) if json.loads(job.asks)["on"] == day]
    return waiting[0] if waiting else office.registry.put_job(NewJob(EXPOSURE, "", json.dumps({"on": day}), by, at))


def progress_of(job: Job) -> dict[str, tuple[int, int]]:
    """How far each part of a job is: what is done, of how much."""
    return {part: (done, total) for part, (done, total) in json.loads(job.progress or "{}").items()}


def tasks(office: Office) -> list[Job]:
    """What waits for a person to look at it, oldest first."""
    return office.registry.jobs(TASK, open_only=True)[::-1]


def did(office: Office, number: int, by: str, at: datetime) -> Job:
    """Somebody looked at it."""
    office.may(by, "look")
    job = office.registry.job(number)
    if job.kind != TASK:
        raise NotATask(number=number)
    office.registry.close_job(number, by, at)
    return job


def of_matter(office: Office, name: str, kind: str) -> list[Job]:
    """The jobs of one kind on a matter, newest first; refuses a matter that is none."""
    load(office, name)
    return office.registry.jobs(kind, name)
