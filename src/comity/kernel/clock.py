"""Time limits: how much, what starts them, and when each ends by the rule that counts it.

Every rule of counting is one country's text, so none is a default. Which days are holidays is the forum's to say and
comes in as a function; so does the zone by whose midnight its days end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

Holiday = Callable[[date], bool]
"""Whether a day is a public or legal holiday in the forum; Saturdays and Sundays need not be told."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit: how much (`14 days`, `8 hours`), the kind of event that starts it, and the rule that counts it.

    `calendar` runs on regardless. `frcp-6` and `frcrp-45` are Federal Rules of Civil Procedure 6(a) and of Criminal
    Procedure 45(a). `eu-1182-71` is Regulation (EEC, Euratom) No 1182/71, Article 3.
    """

    limit: str
    starts: str
    counts: str


def count(clock: Clock, start: datetime, zone: tzinfo, holiday: Holiday) -> datetime:
    """The moment (UTC, exclusive) at which a time limit that started at `start` is over."""
    number, unit = clock.limit.split()
    if unit in ("hour", "hours"):
        return _hours(clock.counts, int(number), start.astimezone(zone), holiday)
    assert unit in ("day", "days"), f"`{clock.limit}` cannot be counted"
    last = _last_day(clock.counts, int(number), start.astimezone(zone).date(), holiday)
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)


def _last_day(counts: str, number: int, first: date, holiday: Holiday) -> date:
    """The last day of a period of days; the day of the event itself does not count under any of the rules.

    FRCP 6(a)(1)(C), FRCrP 45(a)(1)(C) and Art 3(4): an end on a Saturday, Sunday or holiday moves to the next day that
    is none. Art 3(5): a period of two days or more has at least two working days in it.
    """
    days = [first + timedelta(days=n) for n in range(number + 1)]
    wanted = 2 if counts == "eu-1182-71" and number >= 2 else 0
    while counts != "calendar" and (_idle(days[-1], holiday) or _working(days[1:], holiday) < wanted):
        days.append(days[-1] + timedelta(days=1))
    return days[-1]


def _hours(counts: str, number: int, start: datetime, holiday: Holiday) -> datetime:
    """The end of a period of hours, each of which passes whatever the forum's clocks are put to.

    Art 3(1): the hour of the event does not count; Art 3(4) moves no hours. FRCP 6(a)(2), FRCrP 45(a)(2): counting
    begins at once, and an end on a Saturday, Sunday or holiday moves to the same time on the next day that is none.
    """
    if counts == "eu-1182-71":
        hour = start.replace(minute=0, second=0, microsecond=0)
        return hour.astimezone(UTC) + timedelta(hours=number + 1)
    end = (start.astimezone(UTC) + timedelta(hours=number)).astimezone(start.tzinfo)
    while counts != "calendar" and _idle(end.date(), holiday):
        end += timedelta(days=1)
    return end.astimezone(UTC)


def _working(days: list[date], holiday: Holiday) -> int:
    return sum(not _idle(day, holiday) for day in days)


def _idle(day: date, holiday: Holiday) -> bool:
    return day.weekday() >= 5 or holiday(day)
