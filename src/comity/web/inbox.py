"""The inbox: every matter by its clocks, what runs out next first, with its verdicts, its standing and its gate."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any, Final, TypeVar, cast

from litestar import get
from markupsafe import Markup

from comity.desk import arrival, court, filing
from comity.desk.decision import assess
from comity.desk.gate import look
from comity.desk.instruments import titled
from comity.desk.jobs import tasks
from comity.desk.matter import deadlines, demand_of, forum_zone, load
from comity.desk.office import Office
from comity.desk.portal import Portal
from comity.desk.porter import emptied
from comity.errors import ComityError
from comity.kernel.demand import Demand
from comity.kernel.gate import Ruled
from comity.kernel.matter import Deadline, Matter, Standing, standing
from comity.web.app import Asking, Page, Web, at_matter, web_of
from comity.web.pages import render
from comity.web.tongue import current

T = TypeVar("T")


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
class Drawn:
    """Lines of the page, with what they were drawn from: one row, or all of them."""

    of: Row | Rows
    minute: datetime
    text: Markup


class Rows(list[Row]):
    """The inbox, whose lines are drawn once for a minute of the clock and for each language, until a matter changes."""

    def __init__(self, rows: Iterable[Row], web: Web, entries: int) -> None:
        super().__init__(rows)
        self.web, self.entries = web, entries
        held = [row.good or (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)) for row in self]
        self.since = max((since for since, _ in held), default=datetime.min.replace(tzinfo=UTC))
        self.until = min((until for _, until in held), default=datetime.max.replace(tzinfo=UTC))

    def holds(self, entries: int, at: datetime) -> bool:
        """Whether it is still so at a moment, with so many entries in the log."""
        return self.entries == entries and self.since <= at < self.until

    def lines(self, at: datetime) -> Markup:
        """Every line as the page shows it."""
        code, minute = current().code, at.replace(second=0, microsecond=0)

        def draw() -> Drawn:
            return Drawn(self, minute, Markup("".join(self._line(row, code, minute, at) for row in self)))

        drawn: Drawn = self.web.keep(("lines", code), draw, lambda kept: kept.of is self and kept.minute == minute)
        return drawn.text

    def _line(self, row: Row, code: str, minute: datetime, at: datetime) -> Markup:
        def draw() -> Drawn:
            return Drawn(row, minute, Markup(render("inbox_line.html", row=row, at=at)))

        drawn: Drawn = self.web.keep(
            ("line", row.name, code), draw, lambda line: line.of is row and (line.minute == minute or row.next is None)
        )
        return drawn.text


def rows(web: Web, office: Office, at: datetime) -> Rows:
    """Every matter as it stands at a moment, in the order in which it wants looking at; what still holds is kept."""
    matters = office.matters()
    entries = sum(matters.values())
    every: Rows = web.keep(("rows",), partial(_rows, web, office, matters, at), lambda kept: kept.holds(entries, at))
    return every


def _rows(web: Web, office: Office, matters: Mapping[str, int], at: datetime) -> Rows:
    found = []
    for name, seen in matters.items():
        kept: Row = web.keep(("row", name, seen), partial(row, office, name, at), lambda row: row.holds(at))
        found.append(kept)
    return Rows(sorted(found, key=lambda row: row.order), web, sum(matters.values()))


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
        notices = _filed(web, office, court.FOLDER, lambda: court.waiting(office))
        reading = _filed(web, office, arrival.FOLDER, lambda: arrival.every(office))
        uncalled = [(row.name, _call(portal, row.name)) for row in found if _waits(office, row, at)]
    return web.page(
        request, "inbox.html", "/", rows=found, at=at, tasks=waiting, notices=notices, reading=reading, portal=portal,
        uncalled=uncalled,
    )  # fmt: skip


@dataclass(frozen=True)
class Filed:
    """What was made of a folder's files, and how they and the log were then."""

    marks: tuple[object, ...]
    made: Any


def _filed(web: Web, office: Office, folder: str, make: Callable[[], T]) -> T:
    """What is made of a folder's files; it stands as long as none of them changes and nothing is added to the log."""
    path = office.root / folder
    stats = sorted((one.name, one.stat()) for one in os.scandir(path)) if path.is_dir() else []
    files = tuple((name, stat.st_ino, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
    marks = (files, sum(office.matters().values()))
    kept: Filed = web.keep(("folder", folder), lambda: Filed(marks, make()), lambda one: one.marks == marks)
    return cast(T, kept.made)


def _waits(office: Office, row: Row, at: datetime) -> bool:
    """Whether it is an emergency that nobody has confirmed or refuted through a channel of our own."""
    return bool(row.demand and row.demand.emergency and not row.dead and filing.uncalled(office, row.name, at))


def _call(portal: Portal, name: str) -> str:
    """Where a call-back is recorded."""
    one = portal.of_matter(name)
    return f"/filings/{one.id}#call" if one else f"{at_matter(name)}/event?kind=finding"


HANDLERS: Final = (inbox,)
