"""The gate at the desk: two people approve exactly one release, or take it back; what the gate says is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from comity.desk.collection import scope_of, unproduced
from comity.desk.decision import Assessment, assess
from comity.desk.demand import findings
from comity.desk.matter import apart, approvers, deadlines, demand_of, load, load_seen, record
from comity.desk.office import Office
from comity.desk.review import summed_up
from comity.desk.roles import why_not
from comity.errors import ComityError
from comity.kernel.gate import Approval, Case, Hits, Reason, Refusal, Release, counting, open_gate
from comity.kernel.matter import Event, Matter, standing, standing_changed
from comity.kernel.words import digest


class NotWhatWasShown(ComityError):
    """what lies there now is not what `{person}` was shown"""

    help = "look again at what would leave, and approve that if it is right; nothing was recorded"
    exit_code = 5


class StandingChanged(ComityError):
    """the order is not what `{person}` was shown; now it is {says}"""

    help = "look at the gate: what was approved before such a change counts for nothing; nothing was recorded"
    exit_code = 5


class ApprovedAlready(ComityError):
    """`{person}` has approved exactly this already"""

    help = "a second, different person must; nothing was recorded anew"
    exit_code = 5


class NothingToApprove(ComityError):
    """nothing has been collected for matter `{matter}`"""

    help = "run `comity collect {matter}` first: an approval is for exactly the hits that were found"
    exit_code = 5


class NothingToWithdraw(ComityError):
    """`{person}` has approved nothing for matter `{matter}` that could be taken back"""

    help = "only who approved takes an approval back; `comity gate {matter}` shows whether two people have approved"
    exit_code = 5


def case_of(office: Office, matter: Matter, at: datetime, assume: Iterable[str] = ()) -> Case:
    """All that the gate looks at, as known at a moment (under what-ifs, if any)."""
    assessment = assess(office, matter, at, assume, scope_of(matter))
    return Case(demand_of(matter), findings(matter), assessment.ruled, hits_of(matter), opens(assessment, matter, at))


def opens(assessment: Assessment, matter: Matter, at: datetime) -> tuple[tuple[str, datetime], ...]:
    """When each release window that the law sets opens; one whose clock nothing has started is left out."""
    duties = [duty for ruled in assessment.ruled for duty in ruled.decision.duties if duty.rule.name == "window"]
    clocks = deadlines(matter, duties, assessment.demand.place, at) if duties else ()
    return tuple((clock.rule, clock.due) for clock in clocks if clock.rule in {duty.rule.id for duty in duties})


def hits_of(matter: Matter) -> Hits | None:
    """What was last collected and not yet produced, with what was read or cleared since."""
    last = unproduced(matter)
    if last is None:
        return None
    reviews = [event for event in matter.of("reviewed") if event.get("items") == last.get("items")]
    found, unreadable = int(last.get("found")), int(last.get("unreadable"))
    stated = unreadable == 0 or any(event.get("unreadable") == "stated" for event in reviews)
    whole = summed_up(matter)
    if whole is not None:
        # It speaks of every hit by itself, so nothing said before it is added; a review typed after it is.
        reviews = reviews[reviews.index(whole) :]
    read = sum(int(event.get("read") or 0) for event in reviews)
    cleared = sum(int(event.get("cleared") or 0) for event in reviews)
    if whole is not None and whole.get("withheld") != "0":
        # Exactly what remains may leave; what counsel withheld is no hit any more, and the certificate lists it.
        found -= int(whole.get("withheld"))
        return Hits(last.get("scope"), found, read, cleared, unreadable, stated, whole.get("remaining"))
    return Hits(last.get("scope"), found, read, cleared, unreadable, stated, last.get("items"))


def approvals_of(matter: Matter) -> tuple[Approval, ...]:
    """Every approval that was recorded; the gate decides which of them count."""
    return tuple(
        Approval(
            matter.id, e.by, e.get("role"), e.known, e.get("scope"), tuple(e.get("decisions").split()), e.get("hits")
        )
        for e in matter.of("approved")
    )


@dataclass(frozen=True)
class Shown:
    """What an approver looked at (`Look.shown`), and how they proved that it was they who approved it."""

    digest: str
    proof: str = ""


def approve(office: Office, name: str, person: str, at: datetime, shown: Shown | str | None = None) -> Approval:
    """Record one person's approval of exactly what lies before them now: scope, decisions and hits.

    `shown` is what they looked at: if anything else lies there now, or the order's standing has changed since, nothing
    is recorded; nor is it if they have approved exactly this already.
    """
    role = office.may(person, "approve")
    whole, seen = load_seen(office, name)
    apart(whole, person, "approve")
    matter = whole.as_known(at)
    case = case_of(office, matter, at)
    if case.hits is None:
        raise NothingToApprove(matter=name)
    scope = scope_of(matter).digest
    decisions = tuple(ruled.id for ruled in case.classes)
    seen_then = Shown(shown) if isinstance(shown, str) else shown
    if seen_then is not None:
        _unchanged(seen_then.digest, case, matter, person, at)
    if _own(case, matter, person, at):
        raise ApprovedAlready(person=person)
    kept = [("role", role), ("scope", scope), ("decisions", " ".join(decisions)), ("hits", case.hits.digest)]
    kept += [("proof", seen_then.proof)] if seen_then is not None and seen_then.proof else []
    says = f"{person} ({role}) approves releasing {case.hits.found} items"
    event = Event("", "approved", at, at, says, f"office record of {at:%Y-%m-%d}", person, data=tuple(kept))
    record(office, name, [event], seen)
    return Approval(name, person, role, at, scope, decisions, case.hits.digest)


def withdraw(office: Office, name: str, person: str, at: datetime, why: str = "") -> Event:
    """Record that a person takes back whatever they approved for a matter; it counts from that moment on.

    It waits for nobody: what others wrote meanwhile does not keep it out.
    """
    role = office.may(person, "withdraw")
    if person not in approvers(load(office, name).as_known(at)):
        raise NothingToWithdraw(person=person, matter=name)
    says = f"{person} ({role}) takes their approval back" + (f": {why.strip()}" if why.strip() else "")
    event = Event("", "approval-withdrawn", at, at, says, f"office record of {at:%Y-%m-%d}", person)
    record(office, name, [event])
    return event


HALF: Final = len("sha256:") + 32


def _shown(case: Case, matter: Matter, at: datetime) -> str:
    """What an approval given now would be bound to, and since when the order stands as it does: half a digest each."""
    bound = [scope_of(matter).digest, [ruled.id for ruled in case.classes], case.hits.digest if case.hits else None]
    return digest(bound)[:HALF] + digest(str(standing_changed(matter, at)))[-32:]


def _unchanged(shown: str, case: Case, matter: Matter, person: str, at: datetime) -> None:
    """Refuse who was shown something else; if it is the order that changed, say what it is worth now."""
    now = _shown(case, matter, at)
    if shown == now:
        return
    if shown[:HALF] != now[:HALF]:
        raise NotWhatWasShown(person=person)
    worth = [standing(matter, at, category) for category in sorted(scope_of(matter).categories)]
    least = min(worth, key=lambda one: ("dead", "suspended", "live").index(one.state))
    raise StandingChanged(person=person, says=least.says)


def _own(case: Case, matter: Matter, person: str, at: datetime) -> bool:
    """Whether a person's approval of exactly what lies there now counts already."""
    return any(one.person == person for one in counting(case, matter, approvals_of(matter), scope_of(matter), at))


@dataclass(frozen=True)
class Look:
    """The gate looked at: its answer, all it looked at, every approval given and which of them count now.

    `struck` would count, but are of people who do not work here now or may not approve now: the gate is not shown them.
    """

    case: Case
    answer: Release | Refusal
    approvals: tuple[Approval, ...]
    counting: tuple[Approval, ...]
    shown: str
    """What an approval given now would be bound to, and since when the order stands as it does."""
    struck: tuple[Approval, ...] = ()


def look(office: Office, matter: Matter, at: datetime, assume: Iterable[str] = ()) -> Look:
    """What the gate says of a matter, as known at a moment, and what it says it on; nothing is recorded."""
    case, every, scope = case_of(office, matter, at, assume), approvals_of(matter), scope_of(matter)
    struck = tuple(one for one in counting(case, matter, every, scope, at) if _struck(office, one.person))
    given = tuple(one for one in every if one not in struck)
    answer = open_gate(case, matter, given, scope, at)
    if isinstance(answer, Refusal):
        missed = dict.fromkeys(one.person for one in struck)
        answer = replace(answer, reasons=(*(_missed(office, person) for person in missed), *answer.reasons))
    shown = _shown(case, matter, at)
    return Look(case, answer, every, counting(case, matter, given, scope, at), shown, struck)


def _struck(office: Office, person: str) -> bool:
    """Whether somebody's approval opens nothing now, though it was theirs to give."""
    return bool(why_not(office.settings.people.get(person, frozenset()), "approve"))


def _missed(office: Office, person: str) -> Reason:
    """The reason that stands in for an approval that would count were it not for who gave it."""
    says = f"{person} approved exactly this, but does not work here now"
    if person in office.settings.people:
        says = f"{person} approved exactly this, but may not approve now"
    return Reason("approver-struck", says, "have somebody else approve")


def ask(office: Office, name: str, at: datetime, assume: Iterable[str] = ()) -> Release | Refusal:
    """What the gate says at a moment, on what was known then; nothing is recorded."""
    return look(office, load(office, name).as_known(at), at, assume).answer


def last_word(office: Office, name: str, at: datetime) -> Release | Refusal:
    """What the gate says to whoever lets something go now: on all that is known, learned after `at` or not.

    A stay that came in while a production was being made is known later than the moment at which that began.
    """
    return look(office, load(office, name), at).answer


def _asked(office: Office, matter: Matter, at: datetime, categories: frozenset[str]) -> Release | Refusal:
    scope = replace(demand_of(matter).scope, categories=categories)
    assessment = assess(office, matter, at, scope=scope)
    case = Case(demand_of(matter), findings(matter), assessment.ruled, None, opens(assessment, matter, at))
    return open_gate(case, matter, (), scope, at)


def would_open(office: Office, matter: Matter, at: datetime, categories: frozenset[str]) -> tuple[Reason, ...]:
    """What would still keep some categories in if the office had done all its own work; empty if nothing would."""
    answer = _asked(office, matter.as_known(at), at, categories)
    return answer.standing if isinstance(answer, Refusal) else ()


def act(office: Office, name: str, at: datetime, job: str = "") -> Release | Refusal:
    """Ask the gate in order to produce, and record its answer before anything else happens.

    Under a job that was taken up again, the release that it recorded stands, if the gate still opens for the same.
    """
    whole, seen = load_seen(office, name)
    answer = last_word(office, name, at)
    if isinstance(answer, Release) and job:
        own = (event for event in whole.of("released") if event.get("job") == job)
        if any(event.get("hits") == answer.hits.digest for event in own):
            return answer
    note(office, name, answer, seen, job)
    return answer


def note(office: Office, name: str, answer: Release | Refusal, seen: int, job: str = "") -> None:
    """Record what the gate answered to whoever wanted to produce."""
    at = answer.at
    if isinstance(answer, Release):
        says = f"the gate opened for {answer.hits.found} items, approved by {' and '.join(answer.approved_by)}"
        data = (("hits", answer.hits.digest), *((("job", job),) if job else ()))
        event = Event("", "released", at, at, says, "gate", data=data)
    else:
        says = "the gate refused: " + "; ".join(reason.says for reason in answer.reasons)
        data = (("reasons", " ".join(r.name for r in answer.reasons)),)
        event = Event("", "refused", at, at, says, "gate", data=data)
    record(office, name, [event], seen)
