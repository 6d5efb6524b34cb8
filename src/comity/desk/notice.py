"""Telling the user: due, or withheld by which order until when; and the letter, recorded when it goes out."""

from __future__ import annotations

from datetime import datetime

from comity.desk.decision import assess
from comity.desk.instruments import titled
from comity.desk.matter import demand_of, load_seen, record
from comity.desk.office import Office
from comity.errors import ComityError
from comity.kernel.matter import GAGS, Event, Matter
from comity.kernel.notice import Duties, Gap, Notice, Policy, gaps, notice_due
from comity.letters.notice import Telling, asker, text


class NotDue(ComityError):
    """there is nothing to tell the user of `{account}`: {why}"""

    help = "see `comity notify {matter}`"
    exit_code = 5


def notices(office: Office, matter: Matter, at: datetime) -> tuple[Notice, ...]:
    """How notice stands at a moment, for each account of the demand."""
    duties = _duties(office, matter, at)
    return tuple(notice_due(matter, duties, at, account) for account in demand_of(matter).scope.accounts)


def silences(office: Office, matter: Matter, at: datetime) -> dict[str, tuple[Gap, ...]]:
    """For each account, every stretch in which the user had not been told and nothing forbade telling."""
    duties = _duties(office, matter, at)
    return {account: gaps(matter, duties, at, account) for account in demand_of(matter).scope.accounts}


def _duties(office: Office, matter: Matter, at: datetime) -> Duties:
    found = assess(office, matter, at)
    reasons = {reason.rule.id: reason for ruled in found.ruled for reason in ruled.decision.duties}
    return Duties(Policy(tells=office.settings.notify), tuple(reasons.values()))


def tell(office: Office, name: str, account: str, by: str, at: datetime) -> str:
    """The letter to the user of an account, and the record that it went out; refused while an order forbids it."""
    office.may(by, "notify")
    whole, seen = load_seen(office, name)
    letter = letter_to(office, whole.as_known(at), account, at)
    event = Event("", "notified", at, at, f"the user of {account} was told", "letter", by, data=(("account", account),))
    record(office, name, [event], seen)
    return letter


def letter_to(office: Office, matter: Matter, account: str, at: datetime) -> str:
    """The letter as it would go out now; there is none while telling is forbidden."""
    found = next((notice for notice in notices(office, matter, at) if notice.account == account), None)
    if found is None or found.state in ("given", "not-required"):
        raise NotDue(account=account, why=found.says if found else "the demand does not name it", matter=matter.id)
    return text(found, demand_of(matter), telling_of(office, matter, account))


def telling_of(office: Office, matter: Matter, account: str) -> Telling:
    """What the user of an account is told of a matter besides its demand."""
    demand = demand_of(matter)
    produced = matter.of("produced")
    court = office.packs.law.courts.get(demand.court)
    return Telling(
        office.holdings.estate.name,
        office.settings.contact or office.settings.name,
        account,
        titled(office, demand.instrument),
        produced=produced[-1].happened if produced else None,
        withheld_by=matter.of(*GAGS),
        issuer=asker(demand.issuer, court.name if court else "", office.packs.places.get(demand.place, demand.place)),
    )
