"""Jobs in two tables beside the log, in any SQL database: every change is made while nobody else writes.

That lock is the one under which events are written, so that a job's end and the event that came of it are one. Work is
rare beside events, and each of these changes is a handful of short statements.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, cast

from comity.registry.jobport import OPEN, End, Job, LeaseLost, NewJob, NoJob, stamp, unstamp

COLUMNS: Final = (
    "number, kind, matter, asks, person, made, once, state, tries, due, lease, until, progress, said, ended"
)
"""The columns of a job, in the order of `Job`'s fields."""

_INSERT: Final = f"INSERT INTO job ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, NULLIF(?, ''), ?, ?, ?, ?, ?, ?, ?, ?)"


class SqlJobs(ABC):
    """Jobs, whatever database holds their rows; the methods are the port's, and what they mean stands there."""

    _chance: Callable[[int], bytes]

    @abstractmethod
    def _query(self, sql: str, *values: str | int) -> list[Any]:
        """The rows that a statement finds, `?` standing for each value; raises Damaged or Unavailable."""

    @abstractmethod
    def _change(self, sql: str, *values: str | int) -> None:
        """Run a statement that changes jobs, `?` standing for each value; raises NotWritten."""

    @abstractmethod
    def _locked(self) -> AbstractContextManager[None]:
        """While it is held nobody else writes; what is done within outlives a power cut at its end, or is undone."""

    def put_job(self, new: NewJob) -> Job:
        """Ask for work."""
        if there := self._there(new.once):  # mostly nobody need wait for us to see that
            return there
        with self._locked():
            if there := self._there(new.once):
                return there
            [(number,)] = self._query("SELECT coalesce(max(number), 0) + 1 FROM job")
            due = new.due or new.made
            job = Job(
                number, new.kind, new.matter, new.asks, new.by, new.made, new.once, "waiting", 0, due, "", None, "", "",
                None,
            )  # fmt: skip
            self._change(_INSERT, *_row(job))
        return job

    def _there(self, once: str) -> Job | None:
        sql = f"SELECT {COLUMNS} FROM job WHERE once = ? AND state <> 'failed'"
        found = self._query(sql, once) if once else ()
        return _job(found[0]) if found else None

    def take_job(self, kinds: Collection[str], at: datetime, until: datetime) -> Job | None:
        """The oldest job that is due and that nobody has."""
        free = "((state = 'waiting' AND due <= ?) OR (state = 'running' AND until <= ?))"
        asked = ", ".join("?" * len(kinds))
        sql = f"SELECT {COLUMNS} FROM job WHERE {free} AND kind IN ({asked}) ORDER BY due, number LIMIT 1"
        values = (stamp(at), stamp(at), *sorted(kinds))
        if not self._query(sql, *values):  # mostly there is nothing to do, and nobody need wait for us to see that
            return None
        with self._locked():
            found = self._query(sql, *values)
            if not found:
                return None
            old = _job(found[0])
            job = replace(old, state="running", tries=old.tries + 1, lease=self._chance(16).hex(), until=until)
            self._change(
                "UPDATE job SET state = 'running', tries = ?, lease = ?, until = ? WHERE number = ?",
                job.tries, job.lease, stamp(until), job.number,
            )  # fmt: skip
        return job

    def renew_job(self, job: Job, until: datetime, progress: str) -> None:
        """Say that it is still being done."""
        with self._locked():
            self._mine(job)
            self._change("UPDATE job SET until = ?, progress = ? WHERE number = ?", stamp(until), progress, job.number)

    def step_job(self, job: Job, name: str, value: str) -> str:
        """Keep what a step made, once."""
        with self._locked():
            self._mine(job)
            if found := self._query("SELECT value FROM step WHERE job = ? AND name = ?", job.number, name):
                return str(found[0][0])
            self._change("INSERT INTO step (job, name, value) VALUES (?, ?, ?)", job.number, name, value)
        return value

    def end_job(self, end: End) -> None:
        """The job is at its end."""
        with self._locked():
            self._end(end)

    def _end(self, end: End) -> None:
        # Whoever calls holds the lock.
        self._mine(end.job)
        state = "waiting" if end.again else end.state
        self._change(
            "UPDATE job SET state = ?, said = ?, ended = ?, lease = '', until = '', due = ?, tries = ? "
            "WHERE number = ?",
            state, end.said, stamp(end.at), stamp(end.again or end.job.due), 0 if end.again else end.job.tries,
            end.job.number,
        )  # fmt: skip
        if end.again:
            self._change("DELETE FROM step WHERE job = ?", end.job.number)

    def close_job(self, number: int, by: str, at: datetime, again: bool = False) -> None:
        """What it reminded of was done."""
        with self._locked():
            self.job(number)
            self._change(
                f"UPDATE job SET {'once = NULL, ' * again}state = 'done', said = ?, ended = ? "
                "WHERE number = ? AND state = 'waiting'",
                by, stamp(at), number,
            )  # fmt: skip

    def mark_job(self, number: int, name: str, value: str) -> None:
        """Keep a mark under a name."""
        sql = "INSERT INTO step (job, name, value) VALUES (?, ?, ?) "
        with self._locked():
            self._change(sql + "ON CONFLICT (job, name) DO UPDATE SET value = excluded.value", number, name, value)

    def job(self, number: int) -> Job:
        """One job."""
        found = self._query(f"SELECT {COLUMNS} FROM job WHERE number = ?", number)
        if not found:
            raise NoJob(number=number)
        return _job(found[0])

    def jobs(self, kind: str = "", matter: str = "", open_only: bool = False) -> list[Job]:
        """The jobs, newest first."""
        wanted = [(column, value) for column, value in (("kind", kind), ("matter", matter)) if value]
        tests = [f"{column} = ?" for column, _ in wanted]
        tests += [f"state IN ({', '.join(repr(state) for state in OPEN)})"] if open_only else []
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        sql = f"SELECT {COLUMNS} FROM job{where} ORDER BY number DESC"
        return [_job(row) for row in self._query(sql, *(value for _, value in wanted))]

    def steps(self, number: int) -> dict[str, str]:
        """What the steps of a job made."""
        return dict(self._query("SELECT name, value FROM step WHERE job = ? ORDER BY name", number))

    def work(self) -> tuple[list[Job], list[tuple[int, str, str]]]:
        """Every job, and every step of one, as they are kept: what another database takes over."""
        return self.jobs()[::-1], [(j, n, v) for j, n, v in self._query("SELECT job, name, value FROM step")]

    def take_over(self, work: tuple[list[Job], list[tuple[int, str, str]]]) -> None:
        """The jobs of another registry in place of those that are here."""
        with self._locked():
            self._change("DELETE FROM step")
            self._change("DELETE FROM job")
            for job in work[0]:
                self._change(_INSERT, *_row(job))
            for step in work[1]:
                self._change("INSERT INTO step (job, name, value) VALUES (?, ?, ?)", *step)

    def _mine(self, job: Job) -> None:
        sql = "SELECT 1 FROM job WHERE number = ? AND lease = ? AND state = 'running'"
        if not self._query(sql, job.number, job.lease):
            raise LeaseLost(number=job.number)


def _row(job: Job) -> tuple[str | int, ...]:
    return (
        job.number, job.kind, job.matter, job.asks, job.by, stamp(job.made), job.once, job.state, job.tries,
        stamp(job.due), job.lease, stamp(job.until), job.progress, job.said, stamp(job.ended),
    )  # fmt: skip


def _job(row: Any) -> Job:
    number, kind, matter, asks, by, made, once, state, tries, due, lease, until, progress, said, ended = row
    first, next_ = unstamp(made), unstamp(due)
    assert first and next_, "both are written whenever a job is"
    return Job(
        number, kind, matter, asks, by, first, once or "", cast(Any, state), tries, next_, lease, unstamp(until),
        progress, said, unstamp(ended),
    )  # fmt: skip
