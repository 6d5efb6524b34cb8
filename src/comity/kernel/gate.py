"""May this leave? A Release, or a Refusal with every reason.

A Release is a capability: it can be made only here, and whatever carries records out of the house asks for one. The
gate trusts no clock, no clerk and no order of arrival: an approval counts only for exactly what it was given for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import InitVar, astuple, dataclass
from datetime import datetime
from typing import Final, NoReturn, final

from comity.kernel.decision import Decision
from comity.kernel.demand import Demand, Finding, Scope, authentic, scope_faults
from comity.kernel.matter import Matter, in_contempt, standing, standing_changed, window
from comity.kernel.words import digest

APPROVERS: Final = frozenset({"approver", "counsel"})
WORK: Final = frozenset({
    "not-collected", "scope-changed", "unread-hits", "unreadable", "two-people", "collector-approved",
    "authenticity-unknown", "clock-behind", "approver-struck",
})  # fmt: skip
"""Reasons that the office's own work removes; all others lie with the law, the courts or the provider's choice."""
_GATE: Final = object()


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's approval of one release: bound to the matter, scope, decisions and hits it was given for."""

    matter: str
    person: str
    role: str
    at: datetime
    scope: str
    decisions: tuple[str, ...]
    hits: str


@dataclass(frozen=True, slots=True)
class Counsel:
    """Counsel's recorded answer to an open point: who, when, which way, and why."""

    term: str
    answer: str
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Ruled:
    """One class of records in the scope: its decision, and the decision once counsel's answers are put in."""

    name: str
    category: str
    decision: Decision
    answered: Decision | None = None
    counsel: tuple[Counsel, ...] = ()

    @property
    def compelled(self) -> bool:
        """Compelled by law alone, or by counsel's recorded answers to its open points."""
        if self.decision.verdict == "compelled":
            return True
        if self.answered is None or self.answered.reading != self.decision.reading:
            return False
        points = {point.term for point in self.decision.open_points}
        asked = bool(self.counsel) and all(given.term in points for given in self.counsel)
        return asked and self.answered.verdict == "compelled"

    @property
    def id(self) -> str:
        """What an approval of this class is bound to."""
        return (self.answered or self.decision).basis


@dataclass(frozen=True, slots=True)
class Hits:
    """What collection found under a scope: how many were read or cleared by a named rule, what is unreadable."""

    scope: str
    found: int
    read: int
    cleared: int
    unreadable: int
    unreadable_stated: bool
    items: str

    @property
    def digest(self) -> str:
        """What an approval of these hits is bound to."""
        return digest(list(astuple(self)))


@dataclass(frozen=True, slots=True)
class Case:
    """All that the gate looks at besides the matter itself.

    `opens` says by rule when a release window that the law sets opens; one that is not told keeps the gate shut.
    """

    demand: Demand
    findings: tuple[Finding, ...]
    classes: tuple[Ruled, ...]
    hits: Hits | None
    opens: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why nothing may leave, and what would remove it."""

    name: str
    says: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing leaves; here is every reason."""

    matter: str
    at: datetime
    reasons: tuple[Reason, ...]

    def __bool__(self) -> bool:
        return False

    @property
    def standing(self) -> tuple[Reason, ...]:
        """The reasons that no work of the office removes."""
        return tuple(reason for reason in self.reasons if reason.name not in WORK)


@final
@dataclass(frozen=True, slots=True)
class Release:
    """The right to let exactly these hits of exactly this scope leave; it is neither inherited, copied nor stored."""

    matter: str
    at: datetime
    scope: str
    hits: Hits
    classes: tuple[str, ...]
    approved_by: tuple[str, ...]
    made_by: InitVar[object]

    def __post_init__(self, made_by: object) -> None:
        if made_by is not _GATE:
            raise TypeError("a Release is made by open_gate alone")

    def __init_subclass__(cls) -> None:
        raise TypeError("a Release is made by open_gate alone")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Release is made by open_gate alone")


def open_gate(
    case: Case, matter: Matter, approvals: tuple[Approval, ...], scope: Scope, at: datetime
) -> Release | Refusal:
    """Let the scope's hits leave, or say everything that forbids it."""
    people = _people(counting(case, matter, approvals, scope, at))
    reasons = (
        *_clock(case, matter, at),
        *_genuine(case, at),
        *_alive(matter, scope, at),
        *_waited(case, matter, at),
        *_asked(case, matter, scope),
        *_lawful(case, scope),
        *_read(case, scope),
        *_approved(matter, approvals, people),
    )
    if reasons or case.hits is None:
        return Refusal(matter.id, at, reasons)
    return Release(matter.id, at, scope.digest, case.hits, tuple(c.id for c in case.classes), people, _GATE)


def _clock(case: Case, matter: Matter, at: datetime) -> Iterator[Reason]:
    latest = max([at, *(e.known for e in matter.events), *(f.at for f in case.findings), *_answered(case)])
    if at < latest:
        says = f"the clock says {at.isoformat()}, but we already knew something at {latest.isoformat()}"
        yield Reason("clock-behind", says, "set the clock right, or ask about the matter as it was known then")


def _answered(case: Case) -> Iterator[datetime]:
    return (given.at for ruled in case.classes for given in ruled.counsel)


def _genuine(case: Case, at: datetime) -> Iterator[Reason]:
    genuine, why = authentic(case.demand, tuple(f for f in case.findings if f.at <= at))
    if genuine is not True:
        name = "not-genuine" if genuine is False else "authenticity-unknown"
        yield Reason(name, why, "confirm the demand with the authority through a contact from our own directory")


def _alive(matter: Matter, scope: Scope, at: datetime) -> Iterator[Reason]:
    for category in sorted(scope.categories):
        now = standing(matter, at, category)
        if now.state != "live":
            yield Reason(f"order-{now.state}", f"{category}: {now.says}", "wait for the court, or close the matter")
        if choice := in_contempt(matter, at, category):
            says = f"{category}: {choice.says}" + (f" (price: {price})" if (price := choice.get("price")) else "")
            yield Reason("declined", says, "record that the provider takes its refusal back")
    if held := window(matter, at):
        wait = f"wait until {held.until}, or " if held.until else ""
        yield Reason("window-shut", held.says, f"{wait}record the authority's clearance")


def _waited(case: Case, matter: Matter, at: datetime) -> Iterator[Reason]:
    """The release windows that the law sets: shut until they open, or until the authority cleared the release."""
    cleared = any(event.happened <= at for event in matter.of("window-cleared"))
    for rule in {duty.rule.id: duty.rule for ruled in case.classes for duty in ruled.decision.duties}.values():
        opens = dict(case.opens).get(rule.id)
        if rule.name == "window" and not cleared and (opens is None or at < opens):
            wait = f"wait until {opens}, or " if opens else ""
            yield Reason("window-shut", f"{rule.reads} ({rule.cite})", f"{wait}record the authority's clearance")


def _asked(case: Case, matter: Matter, scope: Scope) -> Iterator[Reason]:
    if case.demand.id != matter.id:
        says = f"the demand is {case.demand.id}, the matter is {matter.id}'s"
        yield Reason("other-matter", says, "ask about the demand's own matter")
    for fault in scope_faults(scope, "scope"):
        yield Reason("scope-unfit", f"{fault.name}: {fault.what}", fault.remedy)
    if not scope.within(case.demand.scope):
        yield Reason("beyond-demand", "the scope reaches beyond what was asked", "narrow the scope to the demand's own")


def _lawful(case: Case, scope: Scope) -> Iterator[Reason]:
    if not case.classes or {c.category for c in case.classes} != set(scope.categories):
        says = "the scope holds records that were not decided"
        yield Reason("class-undecided", says, "decide every class of the scope")
    for ruled in case.classes:
        if not ruled.compelled:
            points = ", ".join(point.term for point in ruled.decision.open_points)
            says = f"{ruled.name}: {ruled.decision.verdict}" + (f" on {points}" if points else "")
            remedy = "have counsel answer the open points" if points else "refuse, object, or use a lawful channel"
            yield Reason(f"class-{ruled.decision.verdict}", says, remedy)


def _read(case: Case, scope: Scope) -> Iterator[Reason]:
    if (hits := case.hits) is None:
        yield Reason("not-collected", "nothing has been collected", "collect under this scope")
        return
    if hits.scope != scope.digest:
        yield Reason("scope-changed", "the hits were collected under another scope", "collect again")
    if hits.read + hits.cleared != hits.found or min(hits.read, hits.cleared) < 0:
        says = f"{hits.found - hits.read - hits.cleared} of {hits.found} hits were neither read nor cleared"
        yield Reason("unread-hits", says, "read or clear each hit")
    if hits.unreadable and not hits.unreadable_stated:
        says = f"{hits.unreadable} items cannot be read"
        yield Reason("unreadable", says, "state them in the production, or mend them")


def counting(
    case: Case, matter: Matter, approvals: tuple[Approval, ...], scope: Scope, at: datetime
) -> tuple[Approval, ...]:
    """The approvals that count: for this matter, scope, law and hits, by the right role, after the last change."""
    changed = max((moment for moment in (standing_changed(matter, at), *_answered(case)) if moment), default=None)
    bound = (matter.id, scope.digest, tuple(ruled.id for ruled in case.classes), case.hits and case.hits.digest)
    return tuple(
        given
        for given in approvals
        if (given.matter, given.scope, given.decisions, given.hits) == bound
        and given.role in APPROVERS
        and given.at <= at
        and (changed is None or given.at > changed)
        and not _void(given, matter)
    )


def _void(given: Approval, matter: Matter) -> bool:
    """Whether it was taken back since, or is that of somebody who collected for this matter."""
    own = [e for e in matter.of("collected", "approval-withdrawn") if _plain(e.by) == _plain(given.person)]
    return any(e.kind == "collected" or e.known >= given.at for e in own)


def _approved(matter: Matter, approvals: tuple[Approval, ...], people: tuple[str, ...]) -> Iterator[Reason]:
    if len(people) < 2:
        collectors = {_plain(event.by) for event in matter.of("collected")}
        for both in _people(tuple(given for given in approvals if _plain(given.person) in collectors)):
            yield Reason("collector-approved", f"{both} approved and collected here", "have somebody else approve")
        stale = len(_people(approvals)) - len(people)
        says = f"{len(people)} of two people have approved exactly this"
        says += f"; {stale} approval(s) are for something else, too early or by the wrong role" if stale else ""
        yield Reason("two-people", says, "have two different approvers approve after the last change")


def _people(approvals: tuple[Approval, ...]) -> tuple[str, ...]:
    """Who approved, each once, however the name is spelled: case, width and spacing make no second person."""
    known = {_plain(name): name for name in sorted((given.person for given in approvals), reverse=True)}
    return tuple(sorted(name for plain, name in known.items() if plain))


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
