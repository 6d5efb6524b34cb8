"""What ran out, noticed without anybody looking: each time it becomes a task in the inbox, once.

A clock is not the registry's: nothing is recorded of the matter, and the law says what follows. The task only says that
somebody is to look; it goes by itself once it is no longer so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from comity.desk.decision import Assessment, assess
from comity.desk.gate import opens
from comity.desk.jobs import TASK, Hold
from comity.desk.matter import deadlines, demand_of, load
from comity.desk.notice import notices
from comity.desk.office import Office
from comity.errors import ComityError
from comity.kernel.matter import GAGS, SPANS, Matter, standing
from comity.registry.jobport import End, NewJob

CLOCKS: Final = "clocks"
EVERY: Final = timedelta(minutes=5)
NEAR: Final = timedelta(hours=48)
NEAR_IN_EMERGENCY: Final = timedelta(hours=4)


@dataclass(frozen=True)
class Ran:
    """Something that ran out or is about to: `key` names it among all there ever were of its matter."""

    key: str
    says: str


def ran_out(office: Office, name: str, at: datetime) -> Iterator[Ran]:
    """All of one matter that somebody should look at now because time passed."""
    matter = load(office, name).as_known(at)
    if not matter.of("confirmed"):
        return
    demand = demand_of(matter)
    yield from _notice(office, matter, at)
    if all(standing(matter, at, category).state == "dead" for category in demand.scope.categories):
        return
    if demand.scope.categories <= frozenset().union(*(event.touches for event in matter.of("produced"))):
        return
    found = assess(office, matter, at)
    yield from _windows(matter, found, at)
    reasons = [r for ruled in found.ruled for r in ruled.decision.objections + ruled.decision.duties]
    near = NEAR_IN_EMERGENCY if demand.emergency else NEAR
    for clock in deadlines(matter, reasons, demand.place, at):
        over = (
            at if clock.name in SPANS else at - near
        )  # what ends by itself is said as it draws near, and then is over
        if clock.state != "suspended" and clock.name != "window" and over < clock.due <= at + near:
            yield Ran(
                f"near {clock.rule} {clock.due:%Y-%m-%dT%H:%M}", f"{clock.name} at {clock.due:%Y-%m-%d %H:%M} UTC"
            )


def _notice(office: Office, matter: Matter, at: datetime) -> Iterator[Ran]:
    if not any(event.happened <= at for event in matter.of(*GAGS)):
        return
    for notice in notices(office, matter, at):
        if notice.state == "due" and notice.since:
            key = f"notice {notice.account} {notice.since:%Y-%m-%dT%H:%M}"
            yield Ran(key, f"the secrecy order ended; the user of {notice.account} is to be told: {notice.says}")


def _windows(matter: Matter, found: Assessment, at: datetime) -> Iterator[Ran]:
    cleared = any(event.happened <= at for event in matter.of("window-cleared"))
    entered = [(event.id, event.until) for event in matter.of("window") if event.until is not None]
    for rule, due in (*opens(found, matter, at), *entered):
        if due <= at and not cleared:
            yield Ran(f"window {rule}", f"the release window opened at {due:%Y-%m-%d %H:%M} UTC ({rule})")


def look(hold: Hold) -> None:
    """The job: look at every matter, put what ran out into the inbox, take out what is done; come back later."""
    office, at, seen = hold.office, hold.now(), 0
    waiting = {job.once: job for job in office.registry.jobs(TASK, open_only=True)}
    for name in office.matters():
        try:
            found = list(ran_out(office, name, at))
        except ComityError:
            continue  # the inbox says of this matter why it cannot be decided
        for ran in found:
            once = f"{name} {ran.key}"
            seen += once not in waiting
            waiting.pop(once, None)
            office.registry.put_job(NewJob(TASK, name, ran.says, CLOCKS, at, once))
        for once, job in list(waiting.items()):
            if job.matter == name and job.by == CLOCKS:
                office.registry.close_job(waiting.pop(once).number, CLOCKS, at, again=True)
    office.registry.end_job(End(hold.job, f"{seen} ran out", at, again=at + EVERY))


def wind(office: Office, at: datetime) -> None:
    """See that somebody looks at the clocks, from now on."""
    office.registry.put_job(NewJob(CLOCKS, "", "", CLOCKS, at, CLOCKS))
