"""The docket replayed: each happening of the story becomes events of the matter, and after each the office is asked.

What the courts did to the order is said once, here: which happening stayed it, reversed it, ended it. Everything in a
row of the replay is what the law, the matter and the gate answer on that day; nothing in it is told beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from comity.desk.decision import Assessment, assess
from comity.desk.gate import would_open
from comity.desk.matter import load, record
from comity.desk.office import Office
from comity.kernel.decision import Verdict
from comity.kernel.gate import Reason
from comity.kernel.matter import Event, Matter, Standing, standing
from comity.sim.dublin import HAPPENINGS, Happening

NEW_WARRANT: Final = 23
"""The happening that begins another matter: the warrant of 2018."""

BY_KIND: Final = {
    "motion": ("motion",),
    "ruling": ("ruling",),
    "stay": ("stayed",),
    "stay-lifted": ("stay-lifted",),
    "contempt": ("contempt",),
    "filing": ("filing",),
    "argument": ("argument",),
    "notice-of-appeal": ("appeal",),
    "petition": ("petition",),
    "cert-granted": ("petition-granted",),
    "statute": ("statute",),
    "order": ("filing",),
}
BY_CASE: Final = {
    "us-2014-07-31-microsoft-preska": ("affirmed",),
    "us-2016-07-14-microsoft-2dcir": ("contempt-vacated", "reversed"),
    "us-2018-04-17-microsoft-scotus": ("mooted",),
}
"""Rulings that did more to the order than be given."""

BRIEFLY: Final = {
    "class-open": "the law leaves it open",
    "class-barred": "a law forbids it",
    "class-conflict": "one law demands what another forbids",
    "class-free": "no law demands it",
    "declined": "the provider refuses, at its price",
}

CONTENT_ONLY: Final = frozenset({"stayed", "stay-lifted", "reversed", "contempt"})
"""What was fought over was content stored in Dublin; the rest had been handed over in 2013."""


@dataclass(frozen=True, slots=True)
class Line:
    """One category of records on one day: verdict of the law, standing of the order, and what keeps the gate shut."""

    verdict: Verdict
    standing: Standing
    shut: tuple[Reason, ...]
    open_points: tuple[str, ...] = ()

    @property
    def opens(self) -> bool:
        """Whether the gate would open once the office had done its own work."""
        return not self.shut

    @property
    def why(self) -> str:
        """In a few words, what keeps the gate shut; what lets it open."""
        return "; ".join(dict.fromkeys(reason.says for reason in self.shut)) or "compelled, and the order is live"

    @property
    def brief(self) -> str:
        """The same in a word or two, for a table."""
        because = self.standing.because
        since = f" since {because.happened:%Y-%m-%d}" if because else ""
        said = [f"{self.standing.state}{since}"] if self.standing.state != "live" else []
        said += [BRIEFLY[reason.name] for reason in self.shut if reason.name in BRIEFLY]
        return "; ".join(dict.fromkeys(said)) or "compelled by a live order"


@dataclass(frozen=True, slots=True)
class Row:
    """One happening and the day's answers, for content in Dublin and for what lies in the United States."""

    at: datetime
    happening: Happening
    content: Line
    other: Line


def moment(number: int) -> datetime:
    """When a happening counts as having happened: noon in New York, in the docket's order within a day."""
    day = HAPPENINGS[number].date
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC) + timedelta(minutes=number)


def events(number: int) -> Iterator[Event]:
    """What one happening did to the order, as the office records it."""
    happening, at = HAPPENINGS[number], moment(number)
    mark = "" if happening.verified else " [day unverified]"
    for kind in BY_CASE.get(happening.case or "", BY_KIND[happening.kind]):
        touches = frozenset({"content"}) if kind in CONTENT_ONLY else frozenset[str]()
        yield Event("", kind, at, at, happening.says + mark, f"docket: {happening.court}", happening.court, touches)


def line(office: Office, matter: Matter, at: datetime, category: str) -> Line:
    """What law, matter and gate answer for one category of records at a moment."""
    known = matter.as_known(at)
    found: Assessment = assess(office, known, at)
    ruled = next(one for one in found.ruled if one.category == category)
    shut = would_open(office, known, at, frozenset({category}))
    points = tuple(point.term for point in ruled.decision.open_points)
    return Line(ruled.decision.verdict, standing(known, at, category), shut, points)


def replay(office: Office, name: str, upto: int | None = None, first: int = 1) -> Iterator[Row]:
    """Record the happenings one by one (the first, the order itself, is the receipt) and ask after each."""
    for number in range(first, len(HAPPENINGS) if upto is None else upto):
        record(office, name, events(number))
        yield row(office, name, number)


def row(office: Office, name: str, number: int) -> Row:
    """The day's answers after one happening."""
    matter, at = load(office, name), moment(number)
    content, other = (line(office, matter, at, category) for category in ("content", "subscriber"))
    return Row(at, HAPPENINGS[number], content, other)
