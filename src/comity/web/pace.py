"""How often something may be done: buckets that fill again with time, and a clear answer to who finds theirs empty.

One piece serves requests, what somebody of an authority does in the portal, and tries that let nobody in.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from time import monotonic
from typing import Final

from comity.errors import ComityError

MINUTE: Final = 60.0
HOUR: Final = 3600.0
MOST_KNOWN: Final = 50_000
"""Who is remembered; whoever was quiet longest is forgotten first."""


class TooOften(ComityError):
    """too much at once: {what}"""

    help = "wait {seconds} seconds, then go on; what you typed is not lost if you go back"
    exit_code = 5


@dataclass(frozen=True)
class Pace:
    """At most so many times in a span of seconds, and what is told to whoever exceeds it."""

    times: int
    within: float = MINUTE
    what: str = ""


@dataclass
class Brake:
    """A bucket for each who does something: it holds as often as they may, and fills again within the pace's span."""

    clock: Callable[[], float] = monotonic
    left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def wait(self, who: str, pace: Pace) -> int:
        """In how many seconds one more time is free: 0 is now. Nothing is taken."""
        with self.lock:
            return _wait(self._held(who, pace), pace)

    def take(self, who: str, pace: Pace, cost: int = 1) -> int:
        """Let one more through (0), or say in how many seconds to try again; the cost may leave a debt."""
        with self.lock:
            held = self._held(who, pace)
            wait = _wait(held, pace)
            self.left[who] = (held if wait else max(held - cost, -float(pace.times)), self.clock())
            self.left.move_to_end(who)
            while len(self.left) > MOST_KNOWN:
                self.left.popitem(last=False)
            return wait

    def check(self, who: str, pace: Pace, cost: int = 1) -> None:
        """Let one more through, or refuse with how long to wait; at no cost nothing is taken."""
        wait = self.take(who, pace, cost) if cost else self.wait(who, pace)
        if wait:
            raise TooOften(what=pace.what, seconds=wait)

    @contextmanager
    def trying(self, who: str, pace: Pace, *failed: type[Exception]) -> Iterator[None]:
        """Let somebody try something: only what fails so is counted, and whoever failed too often is refused."""
        self.check(who, pace, 0)
        try:
            yield
        except failed:
            self.take(who, pace)
            raise

    def _held(self, who: str, pace: Pace) -> float:
        now = self.clock()
        held, since = self.left.get(who, (float(pace.times), now))
        return min(pace.times, held + (now - since) * pace.times / pace.within)


def _wait(held: float, pace: Pace) -> int:
    return 0 if held >= 1 - 1e-6 else ceil((1 - held) * pace.within / pace.times)
