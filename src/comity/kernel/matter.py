"""The life of one demand, folded from what happened to it: is the order alive today, and which clocks run?

Events are never changed, only added; each is dated twice (when it happened, when we knew) and names its source. An
order is live, suspended (stayed, or reversed on an appeal that may still turn) or dead, and the event that made it so
is part of the answer. Clocks are separate from one another and each names the rule that counts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

from comity.kernel.law import Clock
from comity.kernel.words import Fault

State = Literal["live", "suspended", "dead"]
Holiday = Callable[[date], bool]

LIVENING: Final = frozenset({"issued", "stay-lifted", "reinstated"})
SUSPENDING: Final = frozenset({"stayed", "reversed", "suspending-motion"})
ENDING: Final = frozenset({"quashed", "vacated", "withdrawn", "superseded", "mooted", "expired"})
GAGS: Final = frozenset({"gagged", "gag-extended"})
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
    "stayed": "the order must not be executed for now",
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
    "collected": "records were collected under a scope",
    "reviewed": "hits were read or cleared by a named rule",
    "approved": "a person approved a release",
    "refused": "the gate refused",
    "released": "the gate opened",
    "produced": "a production left",
    "erased": "a payload was erased",
}
"""Every kind of event and what it means in the office."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a demand: when, when we knew, on what paper, and what part of the order it touches.

    `touches` are categories of records; empty is all. `until` ends a stay, gag, window or preservation.
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
        """Whether it touches this category of records (None asks for any)."""
        return category is None or not self.touches or category in self.touches


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

    Of events at one instant those that suspend or end the order count last, so that doubt shuts the gate.
    """
    unique = {event.id: event for event in events}
    return Matter(id, tuple(sorted(unique.values(), key=lambda e: (e.happened, _weight(e), e.known, e.id))))


def _weight(event: Event) -> int:
    return 2 if event.kind in ENDING else 1 if event.kind in SUSPENDING else 0


def event_faults(event: Event) -> list[Fault]:
    """Everything that makes an event unfit to record."""
    where, found = f"event {event.id}", []
    if event.kind not in KINDS:
        found.append(
            Fault("unknown-event", where, f"`{event.kind}` is not a kind of event", "see `comity event --kinds`")
        )
    moments = [moment for moment in (event.happened, event.known, event.until) if moment is not None]
    if any(moment.tzinfo is None for moment in moments):
        found.append(Fault("moment-without-zone", where, "a moment has no zone", "state the zone, best UTC"))
    elif event.known < event.happened:
        found.append(
            Fault("known-before-it-happened", where, f"{event.known} < {event.happened}", "mend one of the two")
        )
    if not event.source:
        found.append(Fault("no-source", where, "no paper is named", "name the document and page it stands on"))
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """What the order is worth at a moment, and the event that made it so."""

    state: State
    because: Event | None
    says: str


def standing(matter: Matter, at: datetime, category: str | None = None) -> Standing:
    """Is the order live, suspended or dead at a moment, for one category of records (None: for all of them)?"""
    ground: Event | None = None
    stays: list[Event] = []
    reversal: Event | None = None
    for event in matter.events:
        if event.happened > at or not event.concerns(category):
            continue
        if event.kind in ENDING or (event.kind == "mandate" and reversal):
            return Standing("dead", event, f"dead: {event.says}")
        if event.kind in ("stayed", "suspending-motion"):
            stays.append(event)
        elif event.kind == "reversed":
            reversal = event
        elif event.kind in LIVENING:
            stays = [] if event.kind == "stay-lifted" else stays
            reversal = None if event.kind == "reinstated" else reversal
            ground = event
    running = [stay for stay in stays if stay.until is None or at < stay.until]
    if ground is None:
        return Standing("dead", None, "dead: no order has been made yet")
    if reversal or running:
        shut = reversal or running[-1]
        return Standing("suspended", shut, f"suspended: {shut.says}")
    expired = max(stays, key=lambda stay: stay.until or at, default=None)
    if expired:
        return Standing("live", expired, f"live: the stay ended by its own terms on {expired.until:%Y-%m-%d}")
    return Standing("live", ground, f"live: {ground.says}")


def standing_changed(matter: Matter, at: datetime) -> datetime | None:
    """The last moment, up to `at`, at which the office learned of something that touches the standing."""
    kinds = LIVENING | SUSPENDING | ENDING | {"mandate"}
    moments = [max(e.happened, e.known) for e in matter.of(*kinds) if e.happened <= at]
    moments += [e.until for e in matter.of("stayed", "suspending-motion") if e.until and e.until <= at]
    return max(moments, default=None)


def in_contempt(matter: Matter, at: datetime) -> Event | None:
    """The recorded choice not to produce, or the contempt for it, that stands at a moment."""
    choice: Event | None = None
    for event in matter.of("contempt", "contempt-vacated", "declined", "declined-withdrawn"):
        if event.happened <= at:
            choice = event if event.kind in ("contempt", "declined") else None
    return choice


def gag(matter: Matter, at: datetime) -> Event | None:
    """The secrecy order in force at a moment; its `until` is when it ends, None when it names no end."""
    live: Event | None = None
    for event in matter.of(*GAGS, "gag-lifted"):
        if event.happened <= at:
            live = event if event.kind in GAGS else None
    return live if live and (live.until is None or at < live.until) else None


def window(matter: Matter, at: datetime) -> Event | None:
    """The release window that still holds the production back at a moment."""
    cleared = [event for event in matter.of("window-cleared") if event.happened <= at]
    held = [e for e in matter.of("window") if e.happened <= at and (e.until is None or at < e.until)]
    held = [e for e in held if not any(c.happened >= e.happened for c in cleared)]
    return held[-1] if held else None


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock: what is due, when, the rule that counts it, and what started it; `state` says how it stands."""

    name: str
    due: datetime
    rule: str
    cite: str
    counts: str
    started: datetime
    state: Literal["running", "suspended", "passed"]


def count(clock: Clock, start: datetime, zone: tzinfo, holiday: Holiday) -> datetime:
    """When a time limit ends, by the rule that counts it; days end at midnight in the forum's zone.

    `calendar` runs on regardless; `frcp-6` and `frcrp-45` leave out the first day and move an end on a Saturday, Sunday
    or legal holiday to the next day that is none; `eu-1182-71` does the same for days and lets hours run on.
    """
    amount, unit = clock.limit.split()
    rolls = clock.counts != "calendar"
    if unit.startswith("hour"):
        end = start + timedelta(hours=int(amount))
        while rolls and clock.counts != "eu-1182-71" and _idle(end.astimezone(zone).date(), holiday):
            end += timedelta(days=1)
        return end
    last = start.astimezone(zone).date() + timedelta(days=int(amount))
    while rolls and _idle(last, holiday):
        last += timedelta(days=1)
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(start.tzinfo)


def _idle(day: date, holiday: Holiday) -> bool:
    return day.weekday() >= 5 or holiday(day)


def own_deadlines(matter: Matter, at: datetime) -> tuple[Deadline, ...]:
    """The clocks that the events themselves set: the end of a stay, a gag, a window, a preservation."""
    names = {
        "stayed": "stay ends",
        "gagged": "gag ends",
        "gag-extended": "gag ends",
        "window": "window opens",
        "preserved": "preservation ends",
    }
    return tuple(
        Deadline(
            names[e.kind], e.until, e.id, e.source, "as ordered", e.happened, "running" if at < e.until else "passed"
        )
        for e in matter.of(*names)
        if e.until is not None and e.happened <= at
    )


def deadline(
    name: str, rule: tuple[str, str], clock: Clock, matter: Matter, when: tuple[datetime, tzinfo, Holiday]
) -> Deadline | None:
    """One clock of the law, started by the first event of the kind it names; None while nothing has started it.

    It does not run while the order is suspended; litigation over a gag is no suspension of the order.
    """
    at, zone, holiday = when
    started = [event for event in matter.of(clock.starts) if event.happened <= at]
    if not started:
        return None
    due = count(clock, started[0].happened, zone, holiday)
    suspended = standing(matter, at).state != "live"
    state: Literal["running", "suspended", "passed"] = (
        "passed" if due <= at else "suspended" if suspended else "running"
    )
    return Deadline(name, due, rule[0], rule[1], clock.counts, started[0].happened, state)
