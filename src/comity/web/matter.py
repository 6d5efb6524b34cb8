"""A matter's page: what runs out, what shuts the gate, what the law says of each class and why, what happened.

Asked for a past day (`?on=`), it shows everything as it was known at that day's end in the forum, and lets nothing be
done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from litestar import get
from litestar.params import FromPath, FromQuery
from markupsafe import Markup

from comity.desk import filing
from comity.desk.decision import Assessment, Class, assess, precedents
from comity.desk.gate import Look, look
from comity.desk.instruments import titled
from comity.desk.life import Moment, life
from comity.desk.matter import approvers, as_of, deadlines, demand_of, load_seen
from comity.desk.office import Office
from comity.desk.portal import portal
from comity.errors import ComityError
from comity.kernel.demand import Demand
from comity.kernel.gate import APPROVERS, Ruled
from comity.kernel.law import Answer
from comity.kernel.matter import Deadline, Event, Matter, Standing, gag, standing
from comity.kernel.reason import Reason
from comity.letters.drawing import Group, Lane, Mark, Wording, panels, segments
from comity.letters.page import MEANINGS
from comity.letters.svg import PATTERNS, tall, wide
from comity.web.app import Asking, Page, Trouble, Web, web_of
from comity.web.inbox import turns
from comity.web.pages import render
from comity.web.stepup import asked_to_prove
from comity.web.tongue import current

STEPS: Final = {
    "not-collected": ("/collect", "Collect"),
    "scope-changed": ("/collect", "Collect"),
    "unread-hits": ("/review", "Review"),
    "unreadable": ("/review", "Review"),
}
"""Reasons that are removed on another page of the matter: where, and what the page is called."""
HERE: Final = {
    "authenticity-unknown": "finding",
    "class-open": "points",
    "two-people": "gate",
    "collector-approved": "gate",
    "approver-struck": "gate",
}
"""Reasons that are removed on this page, and where."""


class NotADay(ComityError):
    """`{text}` is not a day"""

    help = "write a day as 2014-08-29"
    exit_code = 2


@dataclass(frozen=True)
class Ground:
    """An objection, a duty or a channel, with the clock it sets."""

    reason: Reason
    clock: Deadline | None


@dataclass(frozen=True)
class Ruling:
    """One class of records: its decision, and what follows from it."""

    one: Class
    ruled: Ruled
    objections: tuple[Ground, ...]
    duties: tuple[Ground, ...]
    channels: tuple[Ground, ...]
    precedents: tuple[tuple[str, Answer, bool], ...]


@dataclass
class View:
    """All that a matter's page shows."""

    name: str
    at: datetime
    past: bool
    events: tuple[Event, ...]
    demand: Demand | None = None
    title: str = ""
    court: str = ""
    bench: str = ""
    standing: list[tuple[str, Standing]] = field(default_factory=list)
    gag: Event | None = None
    assessment: Assessment | None = None
    rulings: list[Ruling] = field(default_factory=list)
    clocks: tuple[Deadline, ...] = ()
    gate: Look | None = None
    fields: list[tuple[str, str]] = field(default_factory=list)
    trouble: Trouble | None = None
    drawn: tuple[list[Markup], list[Markup]] = field(default_factory=lambda: ([], []))
    good: datetime | None = None
    """Until when all of this stays so, if nothing is added; None where that is not known."""
    approvers: frozenset[str] = frozenset()

    @property
    def approvals(self) -> list[tuple[Any, bool]]:
        """Every approval, and whether it counts for what lies there now."""
        look = self.gate
        return [(given, given in look.counting) for given in look.approvals] if look else []

    def approved_by(self, person: str) -> bool:
        """Whether this person has approved exactly what lies there now."""
        return any(counts and given.person == person for given, counts in self.approvals)


def view(office: Office, name: str, at: datetime, past: bool) -> View:
    """The matter as known at a moment; where it cannot be decided the reason stands in place of the verdicts."""
    whole, _ = load_seen(office, name)
    matter = whole.as_known(at)
    made = View(name, at, past, matter.events, gag=gag(matter, at), approvers=approvers(matter))
    try:
        demand = made.demand = demand_of(matter)
        made.title = titled(office, demand.instrument)
        court = office.packs.law.courts.get(demand.court)
        made.court = court.name if court else demand.court
        made.fields = list(_fields(matter))
        made.standing = [(one, standing(matter, at, one)) for one in sorted(demand.scope.categories)]
        made.assessment = assess(office, matter, at)
        made.bench = office.packs.law.courts[made.assessment.reading.court].name
        made.clocks = deadlines(matter, _dated(made.assessment), demand.place, at)
        made.rulings = [_ruling(made, n) for n in range(len(made.assessment.ruled))]
        made.gate = look(office, matter, at)
        made.good = turns(whole, demand, made.clocks, at)
    except ComityError as error:
        made.trouble = Trouble.of(error)
    return made


def present(web: Web, office: Office, name: str, at: datetime) -> View:
    """The matter as it is known now; what still holds is kept."""
    seen = load_seen(office, name)[1]
    found: View = web.keep(
        ("view", name, seen),
        lambda: view(office, name, at, past=False),
        lambda kept: kept.good is not None and kept.at <= at < kept.good,
    )
    return replace(found, at=at)


def _dated(found: Assessment) -> list[Reason]:
    return [reason for ruled in found.ruled for reason in ruled.decision.objections + ruled.decision.duties]


def _fields(matter: Matter) -> Iterable[tuple[str, str]]:
    """What was read or chosen when the demand was confirmed, and where it was read."""
    for key, said in matter.of("confirmed")[-1].data:
        kind, _, name = key.partition(".")
        if kind in ("source", "beside"):
            yield name, said


def _ruling(made: View, place: int) -> Ruling:
    found = made.assessment
    assert found is not None
    ruled, due = found.ruled[place], {clock.rule: clock for clock in made.clocks}
    decision = ruled.decision

    def grounds(reasons: Iterable[Reason]) -> tuple[Ground, ...]:
        return tuple(Ground(reason, due.get(reason.rule.id)) for reason in reasons)

    return Ruling(
        found.classes[place], ruled, grounds(decision.objections), grounds(decision.duties),
        grounds(decision.channels), tuple(precedents(decision, found.reading)),
    )  # fmt: skip


@dataclass(frozen=True)
class Proved:
    """The proof of one class of records as the page shows it, with what it was drawn from."""

    ruling: Ruling
    text: Markup

    def holds(self, ruling: Ruling) -> bool:
        """Whether it is the proof of that ruling: the same decision, of the same class."""
        return self.ruling.ruled is ruling.ruled and self.ruling.one is ruling.one


def proofs(web: Web, made: View) -> list[Markup]:
    """Every proof as the page shows it, in the order of the rulings; drawn once for a decision and a language."""

    def drawn(number: int, ruling: Ruling) -> Markup:
        key = ("proof", made.name, number, current().code)
        kept: Proved = web.keep(
            key, lambda: Proved(ruling, Markup(render("proof.html", ruling=ruling))), lambda one: one.holds(ruling)
        )
        return kept.text

    return [drawn(number, ruling) for number, ruling in enumerate(made.rulings)]


def lived(web: Web, office: Office, view: View) -> tuple[Moment, ...]:
    """The matter's life; worked out anew when an event was added, a file has changed or a day has passed."""
    whole, seen = load_seen(office, view.name)
    key = ("life", view.name, seen, view.at if view.past else view.at.date())
    found: tuple[Moment, ...] = web.keep(key, lambda: tuple(life(office, whole, view.at)))
    return found


def drawing(moments: tuple[Moment, ...], events: tuple[Event, ...]) -> tuple[list[Markup], list[Markup]]:
    """The life drawn twice, for a wide page and a narrow one; nothing while it has no length."""
    if len(moments) < 2:
        return [], []
    own = current()
    wording, end, groups = own.wording(), moments[-1].at, []
    for place, first in enumerate(moments[0].lines):
        rows = [(m.at, m.lines[place]) for m in moments if len(m.lines) > place]
        law = [(at, own.spoken(line.verdict), line.verdict) for at, line in rows]
        order = [(at, own.spoken(line.standing.state), str(line.standing.state)) for at, line in rows]
        shut = [(at, "shut" if line.shut else "open") for at, line in rows]
        gate = [(at, own.spoken(word), f"gate-{word}") for at, word in shut]
        named = (("law", law), ("order", order), ("gate", gate))
        lanes = (Lane(own.spoken(name, "lane"), segments(points, end)) for name, points in named)
        groups.append(Group(first.name, tuple(lanes)))
    drawn = panels(groups, _marks(moments, events, wording)[-MOST_MARKS:], wording)
    lying = [Markup(wide(panel, f"wide-{n}")) for n, panel in enumerate(drawn)]
    return lying, [Markup(one) for n, panel in enumerate(drawn) for one in tall(panel, f"tall-{n}")]


MOST_MARKS: Final = 40
"""Happenings that a drawing has room for: the last ones."""


def _marks(moments: tuple[Moment, ...], events: tuple[Event, ...], wording: Wording) -> list[Mark]:
    """Each happening by its number in the list, flagged with what it changed for the first class of records."""
    spoken = current().spoken
    number, before, made = {event.id: n for n, event in enumerate(events, 1)}, ("", "", ""), []
    for moment in moments:
        line = moment.lines[0]
        now = (line.verdict, str(line.standing.state), "gate shut" if line.shut else "gate open")
        change = ", ".join(spoken(word) for word, old in zip(now, before, strict=True) if word != old)
        before = now
        shown = [event for event in moment.events if event.id in number]
        made += [
            Mark(
                event.known,
                number[event.id],
                event.by.split(" (")[0] or spoken(event.kind, "kind"),
                event.says,
                change if n == 0 else "",
                wording,
            )
            for n, event in enumerate(shown)
        ]
    return made


@dataclass(frozen=True)
class Typed:
    """What counsel had typed when the desk refused it."""

    term: str = ""
    answer: str = ""
    says: str = ""
    source: str = ""


UNTYPED: Final = Typed()


@get("/matters/{name:str}", sync_to_thread=True)
def matter(request: Asking, name: FromPath[str], on: FromQuery[str] = "") -> Page:
    """A matter's page, now or as of a past day."""
    return show(request, name, on)


def show(request: Asking, name: str, on: str = "", error: Trouble | None = None, typed: Typed = UNTYPED) -> Page:
    """A matter's page; after a refusal with the trouble, and what had been typed."""
    web = web_of(request)
    with web.house.opened() as office:
        at, past = _asked(office, name, on, web.now())
        made = view(office, name, at, past) if past else present(web, office, name, at)
        if made.assessment:
            made.drawn = drawing(lived(web, office, made), made.events)
        proved = proofs(web, made)
        filed = portal(office).of_matter(name)
        uncalled = not past and bool(made.demand and made.demand.emergency) and filing.uncalled(office, name, at)
        roles, prove = office.settings.people[request.user.person], asked_to_prove(web, office, request.user)
    if made.gate:
        web.meter.asked(bool(made.gate.answer))
    return web.page(
        request, "matter.html", error=error, view=made, on=on, typed=typed, patterns=Markup(PATTERNS),
        meanings=MEANINGS, steps=STEPS, spots=HERE, approver=bool(roles & APPROVERS), counsel="counsel" in roles,
        me=request.user.person, prove=prove,
        filed=filed, uncalled=uncalled, proofs=proved,
    )  # fmt: skip


def _asked(office: Office, name: str, on: str, now: datetime) -> tuple[datetime, bool]:
    """The moment that is asked about: the end of a past day in the forum, or now."""
    if not on:
        return now, False
    try:
        day = date.fromisoformat(on)
    except ValueError as error:
        raise NotADay(text=on) from error
    at = as_of(day, forum(load_seen(office, name)[0])).astimezone(UTC)
    return (at, True) if at < now else (now, False)


def forum(matter: Matter) -> str:
    """The place by whose clock a matter's days end; empty where nobody can say."""
    confirmed = matter.of("confirmed")
    return demand_of(Matter(matter.id, confirmed)).place if confirmed else ""


HANDLERS: Final = (matter,)
