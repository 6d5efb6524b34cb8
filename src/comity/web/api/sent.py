"""What programs send with an act, and what they are answered; a key that is not known is refused.

What a demand asks for is said to the desk and to the portal for authorities in the same words; what a field means in
the law or the office stands in docs/words.md.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from comity.web.api.shapes import Json, Name

Moment = Annotated[datetime, Meta(tz=True)]
Text = Annotated[str, Meta(min_length=1, max_length=4000)]
Short = Annotated[str, Meta(max_length=400)]
Category = Literal["content", "subscriber", "traffic"]


Digest = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]


class Sent(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request."""


class Asked(Sent, frozen=True):
    """By what it is demanded, of which court, and when it is to be answered."""

    instrument: Name
    court: Name
    issuer: Short | None = None
    issued: date | None = None
    return_by: Moment | None = None
    emergency: bool = False
    reference: Short | None = None


class Addressed(Asked, frozen=True, kw_only=True):
    """The demand's own fields; docs/formats/demand.md."""

    id: Name
    place: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    served_entity: Name
    served: Moment
    channel: Literal["email", "fax", "hand", "phone", "portal", "post", "registry"]


class Reach(Sent, frozen=True):
    """Whose records are demanded, of which categories, from when to when."""

    accounts: Annotated[list[Short], Meta(min_length=1, max_length=1000)]
    categories: Annotated[list[Category], Meta(min_length=1)]
    since: Moment | None = None
    until: Moment | None = None
    terms: list[Short] = []


class Scope(Reach, frozen=True):
    """What is demanded, and in which folders and stores of those accounts."""

    folders: list[Short] = []
    stores: list[Name] = []


class Paper(Sent, frozen=True):
    """A paper behind the demand, by its name and the SHA-256 of its octets."""

    name: Annotated[str, Meta(min_length=1, max_length=400)]
    digest: Digest


class NewDemand(Sent, frozen=True):
    """A demand as somebody wrote it down."""

    demand: Addressed
    scope: Scope
    facts: dict[str, str | bool | None] = {}
    paper: list[Paper] = []


class NewEvent(Sent, frozen=True):
    """What happened, when, and on what paper; moments left out are now."""

    kind: Name
    says: Text
    source: Text
    happened: Moment | None = None
    known: Moment | None = None
    until: Moment | None = None
    touches: list[Category] = []
    data: dict[str, Short] = {}


class NewAnswer(Sent, frozen=True):
    """Counsel's answer to an open point, and why."""

    term: Name
    answer: Annotated[str, Meta(min_length=1, max_length=100)]
    says: Text
    source: Text


class NewApproval(Sent, frozen=True):
    """An approval of exactly what `shown` stands for: read it at the matter's gate."""

    shown: Digest


class NewWithdrawal(Sent, frozen=True):
    """Why one takes one's approval back, if one says so."""

    why: Short = ""


class NewCollection(Sent, frozen=True):
    """What to collect: some of the categories that are asked for, or all of them."""

    categories: list[Category] = []


class NewReview(Sent, frozen=True):
    """Every hit was read, or all were cleared by a named rule."""

    rule: Short = ""
    state_unreadable: bool = False


class NewProduction(Sent, frozen=True):
    """To whom a production is sealed: age keys of the authority."""

    recipients: Annotated[list[Annotated[str, Meta(min_length=1, max_length=200)]], Meta(min_length=1, max_length=16)]


class NewNotice(Sent, frozen=True):
    """Whose user is told."""

    account: Annotated[str, Meta(min_length=1, max_length=400)]


class Recorded(Struct, frozen=True):
    """What was recorded, what the order is worth after it, and how many entries the matter has now."""

    matter: str
    seen: int
    says: str
    standing: str


class Approved(Struct, frozen=True):
    """An approval that was recorded, and what the gate says now."""

    matter: str
    seen: int
    person: str
    role: str
    gate: str


class Collected(Struct, frozen=True):
    """What was found."""

    matter: str
    seen: int
    items: int
    tables: dict[str, int]
    unreadable: int
    counts: dict[str, Json]
    faults: list[str]
    inventory: str


class Produced(Struct, frozen=True):
    """A production that left: its manifest's digest, and where its octets are to be had."""

    matter: str
    seen: int
    manifest: str
    items: int
    tables: int
    octets: str


class Told(Struct, frozen=True):
    """The letter to a user; that it went out is recorded."""

    matter: str
    seen: int
    account: str
    letter: str
