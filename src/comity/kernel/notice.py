"""Who must be told, and when: the user hears of a demand unless, and only as long as, a law or an order forbids it.

A secrecy order withholds notice for its time and no longer: when the last one has lapsed, notice is due at once. The
provider's own policy (tell, from which event on, within what time) is an argument. `gaps` is the promise turned
round: every stretch of time in which the user had not been told and nothing forbade telling.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from comity.kernel.matter import GAGS, Event, Matter, gag
from comity.kernel.reason import Reason
from comity.kernel.rule import Rule

State = Literal["due", "withheld", "given", "not-required"]
Gap = tuple[datetime, datetime]
"""A stretch of time [from, until)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the provider has promised its users: whether it tells them, from which kind of event on, in what time."""

    tells: bool = True
    starts: str = "served"
    grace: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Duties:
    """The provider's policy and the decisions' duties, of which those named `notice` and `secrecy` count here."""

    policy: Policy
    reasons: tuple[Reason, ...] = ()

    @property
    def secrecy(self) -> Rule | None:
        """A law that itself forbids telling; one that cannot be evaluated may forbid it, and so does."""
        return next((r.rule for r in self.reasons if r.rule.name == "secrecy" and r.truth is not False), None)

    @property
    def starts(self) -> frozenset[str]:
        """The kinds of event from which on the user is to be told, by law or by policy; none: nobody need be told."""
        told = [r.rule for r in self.reasons if r.rule.name == "notice" and r.truth is not False]
        by_law = {rule.clock.starts if rule.clock else self.policy.starts for rule in told}
        return frozenset(by_law | ({self.policy.starts} if self.policy.tells else set()))


@dataclass(frozen=True, slots=True)
class Notice:
    """How notice to one account's user stands: due, withheld (by which order or law, until when), given, not required.

    `since` is when it fell due or was given; `by` the moment until which it is not late. `until` is when what withholds
    it ends, None if it names no end.
    """

    state: State
    says: str
    account: str = ""
    since: datetime | None = None
    by: datetime | None = None
    gag: Event | None = None
    secrecy: Rule | None = None
    until: datetime | None = None

    def late(self, at: datetime) -> bool:
        """Whether it is due and the time that the policy allows itself is over."""
        return self.state == "due" and self.by is not None and self.by < at


def notice_due(matter: Matter, duties: Duties, at: datetime, account: str = "") -> Notice:
    """Must the user of an account be told at a moment? Without an account: the users of all of them."""
    kinds, start = duties.starts, _start(matter, duties, at)
    if start is None:
        wait = f"not before it is {' or '.join(sorted(kinds))}" if kinds else "neither law nor policy asks for it"
        return Notice("not-required", f"nobody need be told: {wait}", account)
    if told := _told(matter, at, account):
        broken = gag(matter, told.happened)
        says = f"told on {told.happened:%Y-%m-%d}" + (f", while forbidden by: {broken.says}" if broken else "")
        return Notice("given", says, account, told.happened, gag=broken)
    if order := gag(matter, at):
        end = f"until {order.until:%Y-%m-%d}" if order.until else "with no end named"
        says = f"withheld: {order.says} ({order.source}), {end}"
        return Notice("withheld", says, account, gag=order, until=order.until)
    if law := duties.secrecy:
        return Notice("withheld", f"withheld by law: {law.reads} ({law.cite})", account, secrecy=law)
    since = max((end for begin, end in _spans(matter, start, at) if gag(matter, begin)), default=start)
    return Notice("due", f"due since {since:%Y-%m-%d}", account, since, since + duties.policy.grace)


def gaps(matter: Matter, duties: Duties, at: datetime, account: str = "") -> tuple[Gap, ...]:
    """Every stretch up to `at` in which the user should have known, had not been told, and nothing forbade telling."""
    start, told = _start(matter, duties, at), _told(matter, at, account)
    if start is None or duties.secrecy:
        return ()
    found: list[Gap] = []
    for begin, end in _spans(matter, start, told.happened if told else at):
        if gag(matter, begin):
            continue
        joins = found and found[-1][1] == begin
        found.append((found.pop()[0], end) if joins else (begin, end))
    return tuple(found)


def _start(matter: Matter, duties: Duties, at: datetime) -> datetime | None:
    return min((event.happened for event in matter.of(*duties.starts) if event.happened <= at), default=None)


def _told(matter: Matter, at: datetime, account: str) -> Event | None:
    """The first time the user was told; an event that names an account tells nothing of the others."""
    told = (e for e in matter.of("notified") if e.happened <= at and e.get("account") in ("", account))
    return next(told, None)


def _spans(matter: Matter, start: datetime, end: datetime) -> Iterable[Gap]:
    """[start, end) cut wherever a secrecy order begins, is changed or ends: in each piece one is in force or none."""
    turns = {moment for e in matter.of(*GAGS, "gag-lifted") for moment in (e.happened, e.until) if moment}
    return pairwise(sorted({start, max(start, end)} | {turn for turn in turns if start < turn < end}))
