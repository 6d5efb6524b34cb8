"""How often somebody may do something, and a clear answer when it is too often."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from threading import RLock
from typing import Final

from comity.errors import ComityError

MOST: Final = 20_000
"""How many people and addresses are remembered; whoever was quiet longest is forgotten first."""


class TooOften(ComityError):
    """too much at once: {what}"""

    help = "wait {seconds} seconds, then go on; what you typed is not lost if you go back"
    exit_code = 5


@dataclass(frozen=True)
class Pace:
    """At most so many times within a span."""

    times: int
    within: timedelta
    what: str


PACES: Final = {
    "ask": Pace(300, timedelta(minutes=1), "at most 300 pages a minute from one address"),
    "try": Pace(20, timedelta(minutes=1), "at most 20 attempts to sign in a minute from one address"),
    "register": Pace(5, timedelta(hours=1), "at most 5 registrations an hour from one address"),
    "check": Pace(30, timedelta(minutes=1), "at most 30 checks a minute of one person"),
    "file": Pace(20, timedelta(hours=1), "at most 20 filings an hour of one person"),
    "write": Pace(60, timedelta(hours=1), "at most 60 messages an hour of one person"),
    "collect": Pace(30, timedelta(hours=1), "at most 30 downloads an hour of one person"),
}


@dataclass
class Brake:
    """Who did what when, of late."""

    paces: dict[str, Pace] = field(default_factory=lambda: dict(PACES))
    _done: OrderedDict[tuple[str, str], deque[datetime]] = field(default_factory=OrderedDict)
    _lock: RLock = field(default_factory=RLock)

    def take(self, what: str, who: str, at: datetime) -> None:
        """Let somebody do something once more, or refuse with how long to wait."""
        pace = self.paces[what]
        with self._lock:
            done = self._done.setdefault((what, who), deque())
            self._done.move_to_end((what, who))
            while done and done[0] <= at - pace.within:
                done.popleft()
            if len(done) >= pace.times:
                wait = done[0] + pace.within - at
                raise TooOften(what=pace.what, seconds=ceil(wait.total_seconds()))
            done.append(at)
            while len(self._done) > MOST:
                self._done.popitem(last=False)
