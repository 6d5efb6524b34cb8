"""Work that waits or is being done: what the office asks of whatever database keeps its registry.

A job is work on its way and no record: what came of it is an event, written together with the job's end or not at
all. Whoever does a job holds it for a time (its lease) and must say again and again that it is still being done; once
the time is over somebody else may take it, and nothing more is accepted from whoever had it before. What a step made
is kept under the step's name, once, so that a job taken up again goes on where it was broken off.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, Final, Literal, Protocol

from comity.errors import ComityError

State = Literal["waiting", "running", "done", "failed"]
OPEN: Final = ("waiting", "running")
"""The states of a job that is not at its end."""


class LeaseLost(ComityError):
    """job {number} is no longer yours: it took longer than you had it for, and another may be doing it"""

    help = "do nothing more for it; whoever took it goes on from its last step"
    exit_code: ClassVar[int] = 7


class NoJob(ComityError):
    """there is no job {number}"""

    help = "`comity jobs` lists them"
    exit_code: ClassVar[int] = 2


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work somebody asks for: what kind, on which matter, exactly what (`asks`, the kind's own words), from when on.

    Of jobs with the same `once` only the first is kept, unless it failed.
    """

    kind: str
    matter: str
    asks: str
    by: str
    made: datetime
    once: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A job as kept: how often it was begun, who has it until when, how far it is, and what came of it."""

    number: int
    kind: str
    matter: str
    asks: str
    by: str
    made: datetime
    once: str
    state: State
    tries: int
    due: datetime
    lease: str = field(repr=False)
    until: datetime | None
    progress: str
    said: str
    ended: datetime | None

    @property
    def open(self) -> bool:
        """Whether it is not at its end."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class End:
    """The end of a job, to be written with the events that came of it."""

    job: Job
    said: str
    at: datetime
    state: State = "done"
    again: datetime | None = None
    """When it is to be done anew, for work that comes back; its steps are then forgotten."""


class Jobs(Protocol):
    """The jobs of one office; what one call does is done whole or not at all, and outlives a power cut."""

    def put_job(self, new: NewJob) -> Job:
        """Ask for work; gives the job, or the one there is already with the same `once`."""
        ...

    def take_job(self, kinds: Collection[str], at: datetime, until: datetime) -> Job | None:
        """The oldest job of these kinds that is due and that nobody has, now yours until a moment; None if none."""
        ...

    def renew_job(self, job: Job, until: datetime, progress: str) -> None:
        """Say that it is still being done, and how far it is. Raises LeaseLost."""
        ...

    def step_job(self, job: Job, name: str, value: str) -> str:
        """Keep what a step made, once: gives what is kept, which is what came first. Raises LeaseLost."""
        ...

    def end_job(self, end: End) -> None:
        """The job is at its end, without an event. Raises LeaseLost."""
        ...

    def close_job(self, number: int, by: str, at: datetime, again: bool = False) -> None:
        """What a job that nobody holds reminded of was done; `again`: should it come up anew, it is a new job."""
        ...

    def mark_job(self, number: int, name: str, value: str) -> None:
        """Keep a mark under a name, in place of what was there: work that people do, piece by piece."""
        ...

    def job(self, number: int) -> Job:
        """One job. Raises NoJob."""
        ...

    def jobs(self, kind: str = "", matter: str = "", open_only: bool = False) -> list[Job]:
        """The jobs, newest first."""
        ...

    def steps(self, number: int) -> dict[str, str]:
        """What the steps of a job made, or its marks, by name."""
        ...


def stamp(at: datetime | None) -> str:
    """A moment as text that sorts as moments do; empty for none."""
    return "" if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")


def unstamp(text: str) -> datetime | None:
    """The moment; None for none."""
    return datetime.fromisoformat(text) if text else None
