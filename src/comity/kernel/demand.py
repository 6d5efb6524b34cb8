"""A demand: what was asked, by whom, under which instrument, and what is known of its authenticity.

Anything asked of the provider is a demand, whether a court ordered it or an officer wrote a mail. It says exactly which
records it reaches for (`Scope`); whether it is genuine is a matter of findings, each a sentence with its channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from comity.kernel.words import Fault, Truth, Value, digest

CATEGORIES = frozenset({"content", "traffic", "subscriber"})
INDEPENDENT = frozenset({"directory", "public"})
"""Where a contact comes from that whoever wrote the demand did not choose."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The exact scope: whose records, of which categories, from when to when, where, and holding which words.

    Accounts are lower-case addresses. The range is half open, `[since, until)`, in aware UTC moments; None is no limit.
    Empty folders, terms or stores mean no limit; an item answers the terms if any one occurs in its decoded text.
    """

    accounts: tuple[str, ...]
    categories: frozenset[str]
    since: datetime | None = None
    until: datetime | None = None
    folders: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The scope as it is hashed and shown; order of accounts, folders, terms and stores does not count."""
        return {
            "accounts": sorted(self.accounts),
            "categories": sorted(self.categories),
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "folders": sorted(self.folders),
            "terms": sorted(self.terms),
            "stores": sorted(self.stores),
        }

    def within(self, whole: Scope) -> bool:
        """Whether it reaches for nothing that `whole` does not; an empty list is no limit, and so the widest."""
        begins = whole.since is None or (self.since is not None and whole.since <= self.since)
        ends = whole.until is None or (self.until is not None and self.until <= whole.until)
        lists = ((self.folders, whole.folders), (self.terms, whole.terms), (self.stores, whole.stores))
        named = self.categories <= whole.categories and set(self.accounts) <= set(whole.accounts)
        return begins and ends and named and all(not wide or set() < set(own) <= set(wide) for own, wide in lists)

    @property
    def digest(self) -> str:
        """What two people approve, and what the gate compares."""
        return digest(self.as_json())


def scope_faults(scope: Scope, where: str) -> list[Fault]:
    """Everything that makes a scope unfit to collect by."""
    found = []
    if not scope.accounts:
        found.append(Fault("no-account", where, "no account is named", "name at least one account"))
    for account in scope.accounts:
        if account != account.strip().lower() or not account:
            found.append(Fault("account-not-plain", where, f"`{account}`", "write the address in lower case"))
    for category in sorted(scope.categories - CATEGORIES):
        remedy = f"use {', '.join(sorted(CATEGORIES))}"
        found.append(Fault("unknown-category", where, f"`{category}` is not a category", remedy))
    if not scope.categories:
        found.append(
            Fault("no-category", where, "no category of records is named", "name content, traffic or subscriber")
        )
    naive = [moment for moment in (scope.since, scope.until) if moment is not None and moment.tzinfo is None]
    if naive:
        found.append(Fault("moment-without-zone", where, f"{naive[0].isoformat()}", "state the zone, best UTC"))
    elif scope.since and scope.until and scope.since >= scope.until:
        what = f"nothing lies between {scope.since.isoformat()} and {scope.until.isoformat()}"
        found.append(Fault("empty-range", where, what, "the end is exclusive and must come after the start"))
    return found


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence of evidence for or against a demand's authenticity.

    `channel` is how it was had (`post`, `email`, `portal`, `phone`, `registry`); `contact` where the contact came from:
    `demand`, `directory` (ours, older than the demand) or `public` (a court's own docket). `supports` is yes, no or
    unclear.
    """

    says: str
    channel: str
    contact: str
    supports: Truth
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """One demand as a person confirmed it; `facts` are declared terms, `papers` the documents behind it by digest."""

    id: str
    place: str
    instrument: str
    issuer: str
    court: str
    served_entity: str
    served: datetime
    scope: Scope
    channel: str
    issued: date | None = None
    return_by: datetime | None = None
    emergency: bool = False
    reference: str = ""
    facts: tuple[tuple[str, Value], ...] = ()
    papers: tuple[tuple[str, str], ...] = ()

    def as_facts(self) -> dict[str, Value]:
        """The demand's own facts by term, which no further fact overrules; the record's come from the estate."""
        further = dict(self.facts)
        own: dict[str, Value] = {
            "demand.place": self.place,
            "demand.instrument": self.instrument,
            "demand.issuer": self.issuer or further.get("demand.issuer"),
            "demand.emergency": self.emergency,
        }
        return further | own


def authentic(demand: Demand, findings: tuple[Finding, ...]) -> tuple[Truth, str]:
    """Is the demand genuine, and why: no single channel and no contact taken from the demand itself ever suffices.

    Any finding against it settles it. An emergency demand needs a confirmation through a second channel whose contact
    comes from our directory; any other needs one finding whose contact comes from there or from a public record.
    """
    against = [finding for finding in findings if finding.supports is False]
    if against:
        return False, against[0].says
    needed = [f for f in findings if f.supports and f.contact in INDEPENDENT]
    if demand.emergency:
        needed = [f for f in needed if f.contact == "directory" and _apart(f.channel, demand.channel)]
        missing = "no confirmation through a second channel whose contact comes from our directory"
    else:
        missing = "no finding whose contact came from elsewhere than the demand"
    return (True, needed[0].says) if needed else (None, missing)


def _apart(second: str, first: str) -> bool:
    """Whether both channels are known and they differ by more than spelling."""
    plain = {channel.strip().casefold() for channel in (second, first)} - {""}
    return len(plain) == 2
