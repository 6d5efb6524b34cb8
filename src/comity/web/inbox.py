"""The inbox: every matter by its clocks, what runs out next first, with its verdicts, its standing and its gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final

from litestar import get
from markupsafe import Markup

from comity.desk import arrival, court, filing
from comity.desk.decision import assess
from comity.desk.gate import look
from comity.desk.jobs import tasks
from comity.desk.matter import deadlines, demand_of, forum_zone, load
from comity.desk.office import Office, titled
from comity.desk.portal import Portal
from comity.desk.porter import emptied
from comity.errors import ComityError
from comity.kernel.demand import Demand
from comity.kernel.gate import Ruled
from comity.kernel.matter import Deadline, Matter, Standing, standing
from comity.web.app import Asking, Page, Web, at_matter, web_of
from comity.web.pages import render
from comity.web.tongue import current


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


@dataclass(frozen=True)
class Line:
    """A matter's line of the page, with what it was drawn from."""

    row: Row
    minute: datetime
    text: Markup


class Rows(list[Row]):
    """The inbox, whose lines are drawn once for a minute of the clock and for each language, until a matter changes."""

    def __init__(self, rows: Iterable[Row], web: Web) -> None:
        super().__init__(rows)
        self.web = web

    def lines(self, at: datetime) -> Markup:
        """Every line as the page shows it."""
        code, minute = current().code, at.replace(second=0, microsecond=0)
        return Markup("").join(self._line(row, code, minute, at) for row in self)

    def _line(self, row: Row, code: str, minute: datetime, at: datetime) -> Markup:
        def draw() -> Line:
            return Line(row, minute, Markup(render("inbox_line.html", row=row, at=at)))

        drawn: Line = self.web.keep(
            ("line", row.name, code), draw, lambda line: line.row is row and (line.minute == minute or row.next is None)
        )
        return drawn.text


def rows(web: Web, office: Office, at: datetime) -> Rows:
    """Every matter as it stands at a moment, in the order in which it wants looking at; what still holds is kept."""
    key = ("rows", sum(office.matters().values()))
    every: Rows = web.keep(key, partial(_rows, web, office, at), lambda kept: all(row.holds(at) for row in kept))
    return every


def _rows(web: Web, office: Office, at: datetime) -> Rows:
    found = []
    for name, seen in office.matters().items():
        kept: Row = web.keep(("row", name, seen), partial(row, office, name, at), lambda row: row.holds(at))
        found.append(kept)
    return Rows(sorted(found, key=lambda row: row.order), web)


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
        good = (at, turns(load(office, name), demand, clocks, at))
        return Row(name, demand, title, tuple(states), found.ruled, bool(answer), shut, clocks, good=good)
    except ComityError as error:
        return Row(name, demand, title, tuple(states), trouble=f"{error.message}; {error.remedy}")


def turns(matter: Matter, demand: Demand, clocks: Iterable[Deadline], at: datetime) -> datetime:
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
        found, waiting, portal = rows(web, office, at), tasks(office), emptied(office, at)
        notices, reading = court.waiting(office), arrival.every(office)
        uncalled = [(row.name, _call(portal, row.name)) for row in found if _waits(office, row, at)]
    return web.page(
        request, "inbox.html", "/", rows=found, at=at, tasks=waiting, notices=notices, reading=reading, portal=portal,
        uncalled=uncalled,
    )  # fmt: skip


def _waits(office: Office, row: Row, at: datetime) -> bool:
    """Whether it is an emergency that nobody has confirmed or refuted through a channel of our own."""
    return bool(row.demand and row.demand.emergency and not row.dead and filing.uncalled(office, row.name, at))


def _call(portal: Portal, name: str) -> str:
    """Where a call-back is recorded."""
    one = portal.of_matter(name)
    return f"/filings/{one.id}#call" if one else f"{at_matter(name)}/event?kind=finding"


HANDLERS: Final = (inbox,)
