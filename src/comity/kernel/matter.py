"""The life of one demand, folded from what happened to it: is the order alive today, and which clocks run?

Events are never changed, only added; each is dated twice (when it happened, when we knew) and names its source. An
order is live, suspended (stayed, or reversed on an appeal that may still turn) or dead, and the event that made it so
is part of the answer. Clocks are separate from one another and each names the rule that counts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, Literal

from comity.kernel.clock import Clock, Holiday, count
from comity.kernel.demand import CATEGORIES
from comity.kernel.words import Fault

State = Literal["live", "suspended", "dead"]
Progress = Literal["running", "suspended", "passed"]

LIVENING: Final = frozenset({"issued", "stay-lifted", "reinstated"})
STAYS: Final = frozenset({"stayed", "suspending-motion"})
SUSPENDING: Final = STAYS | {"reversed"}
ENDING: Final = frozenset({"quashed", "vacated", "withdrawn", "superseded", "mooted", "expired"})
GAGS: Final = frozenset({"gagged", "gag-extended"})
SHUTTING: Final = SUSPENDING | GAGS | {"window", "contempt", "declined"}
SPANS: Final[dict[str, tuple[frozenset[str], frozenset[str]]]] = {  # what begins it, and what ends it before its time
    "stay ends": (STAYS, frozenset({"stay-lifted"})),
    "gag ends": (GAGS, frozenset({"gag-lifted", "gag-extended"})),
    "window opens": (frozenset({"window"}), frozenset({"window-cleared"})),
    "preservation ends": (frozenset({"preserved"}), frozenset()),
}
KINDS: Final[dict[str, str]] = {
    "issued": "the order or request was made",
    "served": "it reached the provider",
    "confirmed": "a person confirmed the demand's fields",
    "finding": "a finding on the demand's authenticity",
    "filing": "a paper was filed",
    "motion": "someone asked the court for something; the order stands meanwhile",
    "suspending-motion": "a motion that by statute suspends the duty to produce",
    "ruling": "a court decided; what it did to the order is an event of its own",
    "affirmed": "a higher court let the order stand",
    "argument": "the case was argued",
    "appeal": "an appeal was taken",
    "petition": "a higher court was asked to hear the case",
    "petition-granted": "a higher court agreed to hear the case",
    "statute": "a legislature changed the law",
    "stayed": "the order must not be executed meanwhile",
    "stay-lifted": "the stay ended",
    "reversed": "a higher court held against the order; it may still be restored",
    "reinstated": "a higher court restored the order",
    "mandate": "the appellate judgment took effect below",
    "quashed": "the order was set aside for good",
    "vacated": "the order was annulled",
    "withdrawn": "the authority took the demand back",
    "superseded": "another order took its place",
    "mooted": "the case was dismissed because nothing was left to decide",
    "expired": "the order's own time ran out",
    "contempt": "the provider was held in contempt for not producing",
    "contempt-vacated": "the contempt was annulled or purged",
    "declined": "the provider chose not to produce, and recorded the price",
    "declined-withdrawn": "the provider took that choice back",
    "gagged": "an order forbids telling the user",
    "gag-extended": "the secrecy order was extended",
    "gag-lifted": "the secrecy order ended",
    "window": "nothing may leave before a stated moment",
    "window-cleared": "the enforcing authority cleared the release",
    "preserved": "records were frozen",
    "notified": "the user was told",
    "counsel": "counsel answered an open point",
    "letter": "a letter of the office was finished",
    "fact": "a fact about the demand or the record became known",
    "collected": "records were collected under a scope",
    "reviewed": "hits were read or cleared by a named rule",
    "approved": "a person approved a release",
    "approval-withdrawn": "a person took their approval back",
    "refused": "the gate refused",
    "released": "the gate opened",
    "produced": "a production left",
    "erased": "a payload was erased",
}
"""Every kind of event and what it means in the office."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a demand: when, when we knew, on what paper, and what part of the order it touches.

    `by` is whose act it was, with the judge in parentheses. `touches` are categories of records; empty is all. `until`
    ends a stay, gag, window or preservation. In `data`, `of` names what a lift, extension or clearance is about.
    """

    id: str
    kind: str
    happened: datetime
    known: datetime
    says: str
    source: str
    by: str = ""
    touches: frozenset[str] = frozenset()
    until: datetime | None = None
    data: tuple[tuple[str, str], ...] = ()

    def get(self, key: str) -> str:
        """One value of the event's own data; empty when it has none."""
        return dict(self.data).get(key, "")

    def concerns(self, category: str | None) -> bool:
        """Whether it touches this category of records (None asks for any); in doubt, what shuts touches all."""
        doubt = self.kind in SHUTTING | ENDING and not self.touches <= CATEGORIES
        return category is None or not self.touches or category in self.touches or doubt

    def runs(self, at: datetime) -> bool:
        """Whether a moment lies before its own end; what names no end has none."""
        return self.until is None or at < self.until


@dataclass(frozen=True, slots=True)
class Matter:
    """One demand's life: its events in the order in which they count."""

    id: str
    events: tuple[Event, ...]

    def of(self, *kinds: str) -> tuple[Event, ...]:
        """The events of these kinds, in order."""
        return tuple(event for event in self.events if event.kind in kinds)

    def as_known(self, at: datetime) -> Matter:
        """The matter as the office knew it at a moment."""
        return Matter(self.id, tuple(event for event in self.events if event.known <= at))


def fold(id: str, events: Iterable[Event]) -> Matter:
    """The only way to get a matter: the same events give the same matter, in whatever order they came.

    Of events at one instant those that suspend or end the order count last, so that doubt shuts the gate; only what
    names the event it ends counts after it.
    """
    return Matter(id, tuple(sorted(set(events), key=_order)))


def _order(e: Event) -> tuple[object, ...]:
    weight = 3 if e.get("of") else 2 if e.kind in ENDING else 1 if e.kind in SHUTTING else 0
    return e.happened, weight, e.known, e.id, str((e.kind, e.says, e.source, e.by, sorted(e.touches), e.until, e.data))


def event_faults(event: Event) -> list[Fault]:
    """Everything that makes an event unfit to record."""
    return [Fault(name, f"event {event.id}", what, remedy) for name, what, remedy in _wrong(event)]


def _wrong(event: Event) -> Iterator[tuple[str, str, str]]:
    if event.kind not in KINDS:
        yield "unknown-event", f"`{event.kind}` is not a kind of event", "see `comity event --kinds`"
    if any(moment is not None and moment.tzinfo is None for moment in (event.happened, event.known, event.until)):
        yield "moment-without-zone", "a moment has no zone", "state the zone, best UTC"
    elif event.known < event.happened:
        yield "known-before-it-happened", f"{event.known} < {event.happened}", "mend one of the two"
    elif not event.runs(event.happened):
        yield "ends-before-it-begins", f"{event.until} <= {event.happened}", "the end must come after the start"
    for category in sorted(event.touches - CATEGORIES):
        yield "unknown-category", f"`{category}` is not a category", f"use {', '.join(sorted(CATEGORIES))}"
    if not event.source:
        yield "no-source", "no paper is named", "name the document and page it stands on"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the order is worth at a moment, and the event that made it so."""

    state: State
    because: Event | None
    says: str


def standing(matter: Matter, at: datetime, category: str | None = None) -> Standing:
    """Is the order live, suspended or dead at a moment, for one category of records (None: the least for any)?"""
    if category is None:
        worth = [standing(matter, at, one) for one in sorted(CATEGORIES)]
        return min(worth, key=lambda now: ("dead", "suspended", "live").index(now.state))
    ground: Event | None = None
    reversal: Event | None = None
    for event in matter.events:
        if event.happened > at or not event.concerns(category):
            continue
        if event.kind in ENDING or (event.kind == "mandate" and reversal):
            return Standing("dead", event, f"dead: {event.says}")
        if event.kind == "reversed":
            reversal = event
        elif event.kind in LIVENING:
            reversal = None if event.kind == "reinstated" else reversal
            ground = event if ground or event.kind == "issued" else None
    return _alive(matter, at, category, ground, reversal)


def _alive(matter: Matter, at: datetime, category: str, ground: Event | None, reversal: Event | None) -> Standing:
    if ground is None:
        return Standing("dead", None, "dead: no order has been made yet")
    stays = running(matter, at, "stay ends", category)
    if shut := reversal or next((stay for stay in reversed(stays) if stay.runs(at)), None):
        return Standing("suspended", shut, f"suspended: {shut.says}")
    if expired := max(stays, key=lambda stay: stay.until or at, default=None):
        return Standing("live", expired, f"live: the stay ended by its own terms on {expired.until:%Y-%m-%d}")
    return Standing("live", ground, f"live: {ground.says}")


def running(matter: Matter, at: datetime, span: str, category: str | None = None) -> list[Event]:
    """What has begun and nothing has ended by a moment, though its own time may be out.

    What ends one leaves the others: the ones it names (`of`), or its own court's, or the only one that runs. For None,
    an end that touches only some categories must leave nothing of what was begun.
    """
    begins, ends = SPANS[span]
    left: list[Event] = []
    past = (event for event in matter.of(*begins | ends) if event.happened <= at and event.concerns(category))
    for event in past:
        if event.kind in ends:
            of, court = event.get("of").split(), event.by.partition(" (")[0]
            alone = [one for one in left if one.runs(event.happened)]
            own = [one for one in left if court and one.by.partition(" (")[0] == court]
            ended = [one for one in left if one.id in of] if of else own or (alone if len(alone) == 1 else [])
            whole = event.touches if category is None else frozenset()
            left = [one for one in left if one not in ended or (whole and not (one.touches or CATEGORIES) <= whole)]
        if event.kind in begins:
            left.append(event)
    return left


def standing_changed(matter: Matter, at: datetime) -> datetime | None:
    """The last moment, up to `at`, at which the office learned of something that touches the standing."""
    kinds = LIVENING | SUSPENDING | ENDING | {"mandate"}
    moments = [max(e.happened, e.known) for e in matter.of(*kinds) if e.happened <= at]
    moments += [stay.until for stay in running(matter, at, "stay ends") if stay.until and stay.until <= at]
    return max(moments, default=None)


def in_contempt(matter: Matter, at: datetime, category: str | None = None) -> Event | None:
    """The contempt for not producing (one category of records), or the choice not to, that stands at a moment."""
    stand: dict[str, Event | None] = {}
    for event in matter.of("contempt", "contempt-vacated", "declined", "declined-withdrawn"):
        if event.happened > at or not event.concerns(category):
            continue
        ends = {} if event.kind == "declined-withdrawn" else stand | {"contempt": None}
        stand = stand | {event.kind: event} if event.kind in SHUTTING else ends
    return stand.get("contempt") or stand.get("declined")


def gag(matter: Matter, at: datetime) -> Event | None:
    """The secrecy order that is in force at a moment and ends last; no `until` is no end."""
    live = [event for event in running(matter, at, "gag ends") if event.runs(at)]
    return max(live, key=lambda event: (event.until is None, event.until or at), default=None)


def window(matter: Matter, at: datetime) -> Event | None:
    """The release window that still holds the production back at a moment."""
    return next((event for event in reversed(running(matter, at, "window opens")) if event.runs(at)), None)


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock: what is due, when, the rule that counts it, and what started it; `state` says how it stands."""

    name: str
    due: datetime
    rule: str
    cite: str
    counts: str
    started: datetime
    state: Progress


def own_deadlines(matter: Matter, at: datetime) -> tuple[Deadline, ...]:
    """The clocks that the events themselves set: the end of a stay, a gag, a window, a preservation."""
    return tuple(
        Deadline(name, e.until, e.id, e.source, "as ordered", e.happened, "running" if e.runs(at) else "passed")
        for name in SPANS
        for e in running(matter, at, name)
        if e.until is not None
    )


def deadline(
    name: str, rule: tuple[str, str], clock: Clock, matter: Matter, when: tuple[datetime, tzinfo, Holiday]
) -> Deadline | None:
    """One clock of the law, started by the first event of the kind it names; None while nothing has started it.

    Nothing need be answered while no part of the order is live; every other clock (to object, to appeal, to keep
    records) runs on. Whether lost time is given back is for the court: `due` stays as counted.
    """
    at, zone, holiday = when
    started = [event for event in matter.of(clock.starts) if event.happened <= at]
    if not started:
        return None
    due = count(clock, started[0].happened, zone, holiday)
    moments = (at, min(at, due))
    shut = all(standing(matter, moment, category).state != "live" for moment in moments for category in CATEGORIES)
    state: Progress = "suspended" if name == "answer" and shut else "passed" if due <= at else "running"
    return Deadline(name, due, rule[0], rule[1], clock.counts, started[0].happened, state)
