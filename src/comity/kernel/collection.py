"""The exact scope: which items are in, which are out, and why.

An order reaches for the items of an account, in some folders, between two moments, holding some words. Each item of
the account is tried against every part of the scope and gets a two-sided reason: in because …, out because …. What
cannot be read is neither in nor out; it is listed for a person to look at. The counts must add up to the store.

An `ItemFacts` holds no subject, no text and no attachment name, so a traffic answer made from it cannot leak content.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Final, Literal

from comity.kernel.demand import Scope
from comity.kernel.words import Fault, Truth, both

Side = Literal["in", "out", "unreadable", "others"]
"""Where an item falls; `others` are items of other accounts in a shared archive, which nobody asked for."""

_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_ROLES: Final = {"From": "from", "Sender": "from", "To": "to", "Cc": "cc", "Bcc": "bcc"} | dict.fromkeys(
    ("Delivered-To", "X-Original-To", "Envelope-To"), "delivered-to"
)
_REMARKS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item lies: its store, folder and file (below the store's root), its first octet and how many follow."""

    store: str
    folder: str
    file: str
    offset: int
    size: int

    def __str__(self) -> str:
        return f"{self.store}:{self.file}@{self.offset}+{self.size}"

    def as_json(self) -> dict[str, object]:
        """The place as a manifest states it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Span:
    """When something happened, as far as the text says: one moment, or, without a zone, somewhere between two."""

    earliest: datetime
    latest: datetime

    def __str__(self) -> str:
        if self.earliest == self.latest:
            return self.earliest.isoformat()
        return f"between {self.earliest.isoformat()} and {self.latest.isoformat()}, as no zone is stated"

    def within(self, since: datetime | None, until: datetime | None) -> Truth:
        """Whether it lies in the half-open [since, until); unknown if the range begins or ends inside the span."""
        if (since is not None and self.latest < since) or (until is not None and self.earliest >= until):
            return False
        sure = (since is None or self.earliest >= since) and (until is None or self.latest < until)
        return True if sure else None


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What sorting and traffic answers know of an item: nothing of its content.

    `owner` is the account whose mailbox it lies in, None in a shared archive. `addresses` are (field, address) in its
    order; `trouble` says why its header cannot be read, or not all of it. `dated` names the basis of `date` or says why
    there is none. `hops` are the moments its Received fields name, latest hop first.
    """

    place: Place
    owner: str | None = None
    addresses: tuple[tuple[str, str], ...] = ()
    trouble: str = ""
    date: Span | None = None
    dated: str = ""
    message_id: str | None = None
    hops: tuple[Span, ...] = ()
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """One part of the scope tried on one item: which part, how it came out, and what was found."""

    test: str
    outcome: Truth
    found: str


@dataclass(frozen=True, slots=True)
class Sorting:
    """An item's place and why it is in the scope or out of it; `because` has one entry for each part that was asked."""

    place: Place
    because: tuple[Trial, ...]

    @property
    def in_scope(self) -> Truth:
        """In, out, or unknown; one part that is surely not met settles it, whatever else cannot be read."""
        return both(trial.outcome for trial in self.because)

    @property
    def of_account(self) -> Truth:
        """Whether the item belongs to an account of the scope at all."""
        return next(trial.outcome for trial in self.because if trial.test == "account")

    @property
    def side(self) -> Side:
        """Where the item is counted."""
        if self.of_account is False:
            return "others"
        if self.in_scope is None:
            return "unreadable"
        return "in" if self.in_scope else "out"

    def as_json(self) -> dict[str, object]:
        """The sorting as a manifest states it."""
        because = [list(astuple(trial)) for trial in self.because]
        return {"place": self.place.as_json(), "in_scope": self.in_scope, "because": because}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an item's decoded text, and where it stands; `more` if the next piece goes on with the same text."""

    where: str
    text: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """What reading the text came across; `hides` if a term could stand there unseen (sealed, too large, too deep)."""

    where: str
    says: str
    hides: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.says}"


def canonical_address(address: str) -> str:
    """An address as it is compared: case does not count.

    A letter of another script whose lower case is a Latin one (the Kelvin sign) stays what it is: another address.
    """
    lowered = address.lower()
    return lowered if address.isascii() or not lowered.isascii() else address


def folded(text: str) -> str:
    """Text as terms are searched in it: no case, runs of white space as one space, no invisible characters."""
    text = text if text.isascii() else unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    words = " ".join(text.split()).casefold()
    return " " * text[:1].isspace() + words + " " * (bool(words) and text[-1:].isspace())


def screen(scope: Scope, facts: ItemFacts) -> Sorting:
    """Try an item against all of the scope but its terms: store, account, folder and date."""
    trials = (_store(scope, facts), _account(scope, facts), _folder(scope, facts), _date(scope, facts))
    return Sorting(facts.place, tuple(trial for trial in trials if trial))


def search(scope: Scope, sorting: Sorting, texts: Iterable[Piece | Remark]) -> Sorting:
    """Try the scope's terms on the decoded text of an item of the account that nothing else rules out.

    Any other item's text is not searched: the order does not reach it. So `texts` is best made lazily.
    """
    if not scope.terms or not sorting.of_account or sorting.in_scope is False:
        return sorting
    return Sorting(sorting.place, (*sorting.because, _terms(scope.terms, texts)))


def unread(sorting: Sorting, why: str) -> Sorting:
    """An item whose octets could not be had: unreadable, unless something else rules it out."""
    return Sorting(sorting.place, (*sorting.because, Trial("readable", None, why)))


def _store(scope: Scope, facts: ItemFacts) -> Trial | None:
    if not scope.stores:
        return None
    return Trial("store", facts.place.store in scope.stores, f"in store `{facts.place.store}`")


def _account(scope: Scope, facts: ItemFacts) -> Trial:
    wanted = {canonical_address(account) for account in scope.accounts}
    if facts.owner is not None:
        return Trial("account", canonical_address(facts.owner) in wanted, f"in the mailbox of `{facts.owner}`")
    for field, address in facts.addresses:
        if canonical_address(address) in wanted:
            return Trial("account", True, f"`{address}` stands in {field}")
    if facts.trouble:
        return Trial("account", None, facts.trouble)
    return Trial("account", False, "no field that counts names an account of the scope")


def _folder(scope: Scope, facts: ItemFacts) -> Trial | None:
    if not scope.folders:
        return None
    return Trial("folder", facts.place.folder in scope.folders, f"in folder `{facts.place.folder}`")


def _date(scope: Scope, facts: ItemFacts) -> Trial | None:
    if scope.since is None and scope.until is None:
        return None
    if facts.date is None:
        return Trial("date", None, facts.dated)
    outcome = facts.date.within(scope.since, scope.until)
    side = ""
    if scope.since is not None and facts.date.earliest < scope.since:
        side = f" {'is before' if outcome is False else 'may be before'} since {scope.since.isoformat()}"
    elif scope.until is not None and facts.date.latest >= scope.until:
        side = f" {'is not before' if outcome is False else 'may not be before'} until {scope.until.isoformat()}"
    return Trial("date", outcome, f"{facts.date} ({facts.dated}){side}")


def _terms(terms: tuple[str, ...], texts: Iterable[Piece | Remark]) -> Trial:
    """Search piece by piece, carrying over as much as the longest term may straddle."""
    wanted = {folded(term).strip(): term for term in terms}
    longest = max(map(len, wanted))
    carry, remarks = "", list[Remark]()
    for text in texts:
        if isinstance(text, Remark):
            remarks.append(text)
            continue
        stretch = folded(carry + text.text)
        for term, asked in wanted.items():
            if term in stretch:
                return Trial("terms", True, f"`{asked}` stands in {text.where}")
        carry = stretch[-longest:] if text.more else ""
    hidden = [remark for remark in remarks if remark.hides]
    said = _said(hidden or remarks)
    if hidden:
        return Trial("terms", None, f"not found, but not all can be read: {said}")
    return Trial("terms", False, "no term is found" + (f" ({said})" if said else ""))


def _said(remarks: list[Remark]) -> str:
    shown = "; ".join(map(str, remarks[:_REMARKS_SHOWN]))
    return shown + (f"; and {len(remarks) - _REMARKS_SHOWN} more" if len(remarks) > _REMARKS_SHOWN else "")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many items fell on each side; together they are the store."""

    inside: int = 0
    out: int = 0
    unreadable: int = 0
    others: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def total(self) -> int:
        """Every item that was sorted."""
        return self.inside + self.out + self.unreadable + self.others

    def as_json(self) -> dict[str, int]:
        """The counts as a production states them."""
        return {"in": self.inside, "out": self.out, "unreadable": self.unreadable, "others": self.others}


def balance(counts: Counts, store_total: int, where: str = "store") -> Fault | None:
    """A fault if the items sorted are not exactly the items the store holds."""
    if counts.total == store_total:
        return None
    what = f"{counts.total} items were sorted, the store holds {store_total}"
    return Fault("counts-do-not-add-up", where, what, "let nothing write to the store and collect again")


def traffic(facts: ItemFacts) -> dict[str, object]:
    """One row of a traffic answer: who wrote to whom, when, over which hops, how much; never what."""
    people: dict[str, list[str]] = {role: [] for role in _ROLES.values()}
    for field, address in facts.addresses:
        if role := _ROLES.get(field):
            people[role].append(address)
    return people | {
        "date": str(facts.date) if facts.date else None,
        "size": facts.place.size,
        "message-id": facts.message_id,
        "hops": [str(hop) for hop in facts.hops],
        "originating-ip": facts.origin,
    }
