"""A matter's life moment by moment: what the law said, what the order was worth, what shut the gate.

The same questions that `decide`, `standing` and `gate` answer for one moment, asked anew after every event and on every
day on which the law that may speak to the demand changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from comity.desk.decision import Assessment, assess
from comity.desk.demand import findings
from comity.desk.gate import opens
from comity.desk.matter import demand_of, forum_zone
from comity.desk.office import Office
from comity.kernel.demand import Demand
from comity.kernel.gate import Case, Reason, Refusal, open_gate
from comity.kernel.law import Law
from comity.kernel.matter import Event, Matter, Standing, standing


@dataclass(frozen=True, slots=True)
class Line:
    """One class of records at one moment: its verdict with counsel's answers, the standing, what shut the gate.

    `shut` leaves out whatever the office's own work removes.
    """

    name: str
    verdict: str
    standing: Standing
    shut: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What followed for each class of records from what was known by one moment."""

    at: datetime
    events: tuple[Event, ...]
    lines: tuple[Line, ...]


def life(office: Office, matter: Matter, until: datetime) -> Iterator[Moment]:
    """The matter at each moment at which something changed or became known, in order, up to a moment and at it.

    A matter whose order is dead for all it asked ends a little after its last event.
    """
    known: dict[datetime, list[Event]] = {}
    for event in matter.as_known(until).events:
        known.setdefault(event.known, []).append(event)
    demand, last = demand_of(matter.as_known(until)), max(known)
    begun = min(event.known for event in matter.of("confirmed"))
    if all(standing(matter, last, category).state == "dead" for category in demand.scope.categories):
        until = min(until, last + max(WEEKS, (last - begun) / 8))
    zone = forum_zone(demand.place)
    lived = {at.astimezone(zone).date() for at in known}
    days = (datetime.combine(day, time(12), UTC) for day in _turns(office.packs.law, demand) if day not in lived)
    for at in sorted(moment for moment in {*known, *days, until} if begun <= moment <= until):
        then = matter.as_known(at)
        found = assess(office, then, at)
        lines = (_line(found, then, at, place) for place in range(len(found.ruled)))
        yield Moment(at, tuple(known.get(at, ())), tuple(lines))


WEEKS: Final = timedelta(weeks=6)


def _turns(law: Law, demand: Demand) -> frozenset[date]:
    """The days on which a rule or an answer that may say anything of the demand began, ended or turned."""
    days: set[date | None] = set()
    for category in demand.scope.categories:
        part = law.narrowed(demand.instrument, category)
        days |= {day for rule in part.rules for day in (rule.since, rule.until, rule.enacted, rule.ended)}
        days |= {line.day for answer in part.answers for line in answer.history}
        days |= {day for member in part.members for day in (member.since, member.until)}
    return frozenset(day for day in days if day is not None)


def _line(found: Assessment, matter: Matter, at: datetime, place: int) -> Line:
    ruled = found.ruled[place]
    own = replace(found, ruled=(ruled,), classes=(found.classes[place],))
    demand = demand_of(matter)
    case = Case(demand, findings(matter), own.ruled, None, opens(own, matter, at))
    scope = replace(demand.scope, categories=frozenset({ruled.category}))
    answer = open_gate(case, matter, (), scope, at)
    shut = answer.standing if isinstance(answer, Refusal) else ()
    verdict = (ruled.answered or ruled.decision).verdict
    return Line(ruled.name, verdict, standing(matter, at, ruled.category), shut)
