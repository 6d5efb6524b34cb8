"""What people make of courts' notices: an entry accepted as the event it reports, or set aside with a reason.

To accept a stay never opens the gate, and to dismiss one does not either: a stay that was recorded before anyone read
it is ended by an event of its own, which a person enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comity.desk.court import Kept, Line, Settled, apply, one, proposal, settle, short, source
from comity.desk.matter import OURS, load, load_seen, record
from comity.desk.office import Office
from comity.desk.roles import act_of
from comity.errors import ComityError
from comity.kernel.demand import CATEGORIES
from comity.kernel.matter import ENDING, KINDS, LIVENING, SUSPENDING, Event, Matter, fold, standing

PROPOSED: Final = {
    kind: meaning for kind, meaning in KINDS.items() if kind not in OURS | {"counsel", "fact", "finding", "served"}
}
"""What a notice may be accepted as."""


class NotOneLine(ComityError):
    """the notice `{id}` concerns {many}: say which matter is meant"""

    help = "name the matter; `comity docket` lists what each notice was matched to"
    exit_code = 2


class NotFromTheCourt(ComityError):
    """this notice is not shown to be the court's: {why}"""

    help = "look the entry up on the court's own docket, and say where it was seen as the reason"
    exit_code = 5


class NotProposed(ComityError):
    """a court's notice is not accepted as `{kind}`"""

    help = "choose what a court or a party does: a stay, its end, a ruling, an appeal; see `comity event --kinds`"
    exit_code = 2


class NoReason(ComityError):
    """nobody may dismiss a court's notice without a reason"""

    help = "say why it does not concern the matter"
    exit_code = 2


class AlreadySettled(ComityError):
    """this notice was {act} by {by}"""

    help = "look at the matter; what is wrong there is put right by another event"
    exit_code = 5


class WouldOpen(ComityError):
    """accepted like this the order would be live at once: the stay would have ended before the notice came"""

    help = "look at its dates; if the stay is over, enter the event that lifted it"
    exit_code = 5


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a person takes an entry for. What is left empty is as the notice has it."""

    number: int = 0
    matter: str = ""
    kind: str = ""
    says: str = ""
    happened: datetime | None = None
    until: datetime | None = None
    touches: frozenset[str] = frozenset()
    of: str = ""
    why: str = ""


def accept(office: Office, id: str, said: Accepted, by: str, at: datetime) -> Settled:
    """Record what a notice reports as the event that a person takes it for; a provisional stay gives way to it."""
    office.may(by, "shut")
    kept, line = _line(office, id, said.number, said.matter)
    kind = said.kind or line.entry.reading.kind
    if kind not in PROPOSED:
        raise NotProposed(kind=kind)
    office.may(by, act_of(kind))
    if not kept.genuine and not said.why.strip():
        raise NotFromTheCourt(why=kept.notice.signature.says)
    whole, seen = load_seen(office, line.matter)
    settled = Settled(line.number, line.matter, "accepted", by, at, said.why, kind)
    if not any(event.get("accepts") == kept.key(line.entry) for event in whole.events):
        events = _events(kept, line, (said, kind), by, at)
        _never_opens(whole, events, at)
        record(office, line.matter, events, seen)
    settle(office, kept, settled)
    apply(office, at)
    return settled


def _line(office: Office, id: str, number: int, matter: str) -> tuple[Kept, Line]:
    """The line that is meant: of a notice with one, that one."""
    kept = one(office, id)
    lines = [line for line in proposal(office, kept).lines if line.number == number]
    if matter and matter not in {line.matter for line in lines}:
        load(office, matter)
        lines = [Line(line.number, line.entry, matter, "a person said so") for line in lines[:1]]
    lines = [line for line in lines if line.matter == matter] if matter else lines
    if len(lines) != 1 or not lines[0].matter:
        many = "no matter that is known" if len(lines) < 2 else f"{len(lines)} matters"
        raise NotOneLine(id=id, many=many)
    if done := lines[0].settled:
        raise AlreadySettled(act=done.act, by=done.by)
    return kept, lines[0]


def _events(kept: Kept, line: Line, taken: tuple[Accepted, str], by: str, at: datetime) -> list[Event]:
    (said, kind), entry = taken, line.entry
    told = kept.notice.sent
    happened = said.happened or (told if told and told <= at else at)
    data = (
        ("notice", kept.digest), ("accepts", kept.key(entry)), ("docket", f"{kept.court} {entry.docket}"),
        ("filed", str(entry.filed or "")), ("signature", kept.notice.signature.says), ("why", said.why.strip()),
        ("of", said.of),
    )  # fmt: skip
    says = said.says.strip() or short(entry.text)
    event = Event(
        "", kind, happened, max(at, happened), says, source(kept, entry), by, said.touches, said.until,
        tuple((key, value) for key, value in data if value),
    )  # fmt: skip
    if line.stay is None or kind not in SUSPENDING | ENDING:
        return [event]
    gives = f"what a machine read gives way to what {by} read: {kind}"
    return [event, Event("", "stay-lifted", at, at, gives, event.source, by, data=(("of", line.stay.id),))]


def _never_opens(matter: Matter, events: list[Event], at: datetime) -> None:
    """To accept a stay must not end it: where its dates would, a person enters what ended it."""
    after, first = fold(matter.id, (*matter.events, *events)), events[0]
    for category in sorted(first.touches or CATEGORIES) if first.kind not in LIVENING else ():
        if standing(after, at, category).state == "live" != standing(matter, at, category).state:
            raise WouldOpen


def dismiss(office: Office, id: str, said: Accepted, by: str, at: datetime) -> Settled:
    """Set an entry aside for one matter, with a reason. A stay that was recorded stands until an event lifts it."""
    office.may(by, "event")
    if not said.why.strip():
        raise NoReason
    kept = one(office, id)
    lines = [line for line in proposal(office, kept).lines if line.number == said.number and line.matter == said.matter]
    if not lines:
        raise NotOneLine(id=id, many="other matters")
    line = lines[0]
    if done := line.settled:
        raise AlreadySettled(act=done.act, by=done.by)
    if line.stay is not None:
        _, seen = load_seen(office, line.matter)
        says = f"{by} dismissed the court notice, and the stay read from it stands until it is lifted: {said.why}"
        data = (("notice", kept.digest), ("dismisses", line.stay.id))
        record(office, line.matter, [Event("", "filing", at, at, says, source(kept, line.entry), by, data=data)], seen)
    settled = Settled(line.number, line.matter, "dismissed", by, at, said.why.strip())
    settle(office, kept, settled)
    return settled
