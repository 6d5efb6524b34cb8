"""The inbox: every matter by its clocks, what runs out next first, with its verdicts, its standing and its gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final

from litestar import get

from comity.desk.decision import assess
from comity.desk.gate import look
from comity.desk.matter import deadlines, demand_of, forum_zone, load
from comity.desk.office import Office, titled
from comity.errors import ComityError
from comity.kernel.demand import Demand
from comity.kernel.gate import Ruled
from comity.kernel.matter import Deadline, Matter, Standing, standing
from comity.web.app import Asking, Page, Web, web_of


@dataclass(frozen=True)
class Row:
    """One matter in the inbox; `trouble` says why it could not be decided, if it could not."""

    name: str
    demand: Demand | None = None
    title: str = ""
    standing: tuple[tuple[str, Standing], ...] = ()
    ruled: tuple[Ruled, ...] = ()
    opens: bool = False
    shut: int = 0
    clocks: tuple[Deadline, ...] = ()
    trouble: str = ""
    good: tuple[datetime, datetime] | None = None
    """From when to when all of this stays so, if nothing is added; None where that is not known."""

    def holds(self, at: datetime) -> bool:
        """Whether it is still so at a moment."""
        return self.good is not None and self.good[0] <= at < self.good[1]

    @property
    def next(self) -> Deadline | None:
        """What runs out next; once all has run out, what did so last."""
        running = [clock for clock in self.clocks if clock.state == "running"]
        return running[0] if running else self.clocks[-1] if self.clocks else None

    @property
    def dead(self) -> bool:
        """Whether nothing of the order is worth anything any more."""
        return bool(self.standing) and all(state.state == "dead" for _, state in self.standing)

    @property
    def order(self) -> tuple[object, ...]:
        """Emergencies, then what runs, soonest first, then what has run out, then what is dead."""
        clock, urgent = self.next, bool(self.demand and self.demand.emergency)
        waits = {"running": 0, "suspended": 1, "passed": 2}[clock.state] if clock else 3
        return self.dead, not urgent, waits, clock.due.timestamp() if clock else 0.0, self.name


def rows(web: Web, office: Office, at: datetime) -> list[Row]:
    """Every matter as it stands at a moment, in the order in which it wants looking at; what still holds is kept."""
    found = []
    for name, seen in office.matters().items():
        kept: Row = web.keep(("row", name, seen), partial(row, office, name, at), lambda row: row.holds(at))
        found.append(kept)
    return sorted(found, key=lambda row: row.order)


def row(office: Office, name: str, at: datetime) -> Row:
    """One matter; what cannot be decided is listed with the reason, never left out."""
    demand, title, states = None, "", []
    try:
        matter = load(office, name).as_known(at)
        demand = demand_of(matter)
        title = titled(office, demand.instrument)
        states = [(category, standing(matter, at, category)) for category in sorted(demand.scope.categories)]
        found = assess(office, matter, at)
        reasons = [r for ruled in found.ruled for r in ruled.decision.objections + ruled.decision.duties]
        clocks = deadlines(matter, reasons, demand.place, at)
        answer = look(office, matter, at).answer
        shut = len(getattr(answer, "reasons", ()))
        good = (at, _turns(load(office, name), demand, clocks, at))
        return Row(name, demand, title, tuple(states), found.ruled, bool(answer), shut, clocks, good=good)
    except ComityError as error:
        return Row(name, demand, title, tuple(states), trouble=f"{error.message}; {error.remedy}")


def _turns(matter: Matter, demand: Demand, clocks: Iterable[Deadline], at: datetime) -> datetime:
    """The next moment at which anything may be otherwise: a clock, an event's time or end, the forum's next day."""
    zone = forum_zone(demand.place)
    tomorrow = datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), zone)
    times = (when for e in matter.events for when in (e.happened, e.known, e.until) if when is not None)
    return min((tomorrow, *(when for when in (*times, *(clock.due for clock in clocks)) if when > at)))


@get("/", sync_to_thread=True)
def inbox(request: Asking) -> Page:
    """The inbox."""
    web = web_of(request)
    at = web.now()
    with web.house.opened() as office:
        found = rows(web, office, at)
    return web.page(request, "inbox.html", "/", rows=found, at=at)


HANDLERS: Final = (inbox,)
