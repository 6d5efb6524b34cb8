"""What the user is told: who asked for which records of theirs, what was handed over, and why they hear of it now.

No text that could be sent is written while notice is withheld: a draft may be prepared (`letters/drafts`), but no paper
is made of it. Every sentence states a fact of the matter; the only law in it is what the demand and the secrecy orders
themselves name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from textwrap import fill
from typing import Final

from comity.errors import ComityError
from comity.kernel.demand import Demand, Scope
from comity.kernel.matter import Event
from comity.kernel.notice import Notice

TITLE = "A demand for records of your account"
CATEGORIES = {
    "content": "the content of messages",
    "traffic": "who wrote to whom, when and from where, without content",
    "subscriber": "what you told us about yourself when you opened the account",
}


class NoticeForbidden(ComityError):
    """the user of `{account}` must not be told: {why}"""

    help = "wait until the secrecy order ends; `comity deadlines` shows when"
    exit_code = 6


@dataclass(frozen=True, slots=True)
class Telling:
    """What a letter needs besides the demand: whose letter, under which text, what left when, what held it back."""

    provider: str
    contact: str
    account: str
    instrument: str
    cite: str = ""
    produced: datetime | None = None
    withheld_by: tuple[Event, ...] = ()
    issuer: str = ""


COURTS: Final = frozenset({"judge", "grand-jury", ""})
"""Issuers who speak for a court, or of whom nobody knows; any other asks for itself, whatever court it belongs to."""


def asker(issuer: str, court: str, place: str) -> str:
    """Who made a demand, in one line: a court is named only where it, or nobody known, asks."""
    return ", ".join(part for part in (issuer, court if issuer in COURTS else "", place) if part)


def text(notice: Notice, demand: Demand, telling: Telling) -> str:
    """The letter as plain text; what is no list of facts is broken into lines of at most 80 characters."""
    allowed(notice, telling.account)
    first, *rest = (fill(paragraph, 80) for _, paragraph in paragraphs(telling))
    facts = facts_of(demand, telling)
    wide = max(len(name) for name, _ in facts) + 2
    listed = "\n".join(f"{name + ':':{wide}}{value}" for name, value in facts)
    return "\n\n".join([TITLE, first, listed, *rest]) + "\n"


def allowed(notice: Notice, account: str) -> None:
    """Refuse while telling this user is forbidden, or where the notice is another's."""
    if notice.state == "withheld" or notice.account not in ("", account):
        why = notice.says if notice.state == "withheld" else f"this notice is about `{notice.account}`"
        raise NoticeForbidden(account=account, why=why)


def facts_of(demand: Demand, telling: Telling) -> list[tuple[str, str]]:
    """What the demand is, as the user is told of it, line by line."""
    issuer = telling.issuer or asker(demand.issuer, demand.court, demand.place)
    facts = [
        ("Account", telling.account),
        ("Who asked", issuer),
        ("Under", telling.instrument + (f" ({telling.cite})" if telling.cite else "")),
        ("Reference", demand.reference),
        ("We received it", f"{demand.served:%Y-%m-%d}"),
        ("Asked for", _asked(demand.scope)),
        ("Handed over", f"on {telling.produced:%Y-%m-%d}" if telling.produced else "nothing so far"),
    ]
    return [fact for fact in facts if fact[1]]


def paragraphs(telling: Telling) -> list[tuple[str, str]]:
    """What the letter says besides, each paragraph with its key."""
    opening = f"{telling.provider} has received a legal demand for records of your account. This is what it asks for."
    closing = (
        "We cannot advise you; a lawyer where you live, or where the demand comes from, can. "
        f"If you have questions about this letter, write to {telling.contact} and give the reference above."
    )
    orders = [(f"order:{order.id}", _held(order)) for order in telling.withheld_by]
    return [("opening", opening), *orders, ("closing", closing)]


def _asked(scope: Scope) -> str:
    kinds = "; ".join(CATEGORIES[category] for category in sorted(scope.categories))
    since = f", from {scope.since:%Y-%m-%d %H:%M %Z}" if scope.since else ""
    until = f", before {scope.until:%Y-%m-%d %H:%M %Z}" if scope.until else ""
    return kinds + since + until


def _held(order: Event) -> str:
    end = f" until {order.until:%Y-%m-%d}" if order.until else ""
    return (
        f"We were not allowed to tell you earlier: from {order.happened:%Y-%m-%d}{end}, {order.says} ({order.source})."
    )
