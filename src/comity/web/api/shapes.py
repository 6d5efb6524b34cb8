"""What programs send and are given, as types: the OpenAPI description and the checks of a request are made of them.

Every moment has its zone and is answered in UTC. What a field means in the law or the office stands in docs/words.md.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Moment = Annotated[datetime, Meta(tz=True)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Text = Annotated[str, Meta(min_length=1, max_length=4000)]
Short = Annotated[str, Meta(max_length=400)]
Category = Literal["content", "subscriber", "traffic"]
Json = dict[str, Any]


class Sent(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request: a key that is not known is refused."""


# What is read


class Clock(Struct, frozen=True):
    """One clock of a matter, and the rule that counts it."""

    name: str
    due: datetime
    rule: str
    cite: str
    counts: str
    started: datetime
    state: str


class Line(Struct, frozen=True):
    """A matter as the inbox lists it."""

    name: str
    title: str
    place: str
    emergency: bool
    standing: dict[str, str]
    verdicts: dict[str, str]
    gate: str
    reasons: int
    next: Clock | None
    trouble: str


class Matters(Struct, frozen=True):
    """A part of the inbox: what runs out next comes first."""

    total: int
    start: int
    matters: list[Line]


class Demanded(Struct, frozen=True):
    """What is demanded, as a person confirmed it."""

    id: str
    place: str
    instrument: str
    issuer: str
    court: str
    served_entity: str
    served: datetime
    channel: str
    issued: date | None
    return_by: datetime | None
    emergency: bool
    reference: str
    scope: Json


class State(Struct, frozen=True):
    """What the order is worth for one category of records, and why."""

    category: str
    state: str
    says: str


class Outcome(Struct, frozen=True):
    """The verdict if an open point is answered so."""

    value: str | bool | None
    verdict: str


class Point(Struct, frozen=True):
    """A question that the law leaves open, or a fact that nobody has stated."""

    term: str
    asks: str
    outcomes: list[Outcome]


class Ruling(Struct, frozen=True):
    """One class of records: its verdict, and the one with counsel's answers put in."""

    name: str
    category: str
    accounts: list[str]
    verdict: str
    with_counsel: str | None
    proof_id: str
    open_points: list[Point]


class Shut(Struct, frozen=True):
    """A reason why nothing may leave, and what removes it."""

    name: str
    says: str
    remedy: str


class Given(Struct, frozen=True):
    """An approval, and whether it counts for what lies there now."""

    person: str
    role: str
    at: datetime
    counts: bool


class Gate(Struct, frozen=True):
    """May this leave? `shown` is what an approval given now would be bound to."""

    open: bool
    reasons: list[Shut]
    approvals: list[Given]
    shown: str


class Matter(Struct, frozen=True):
    """A matter at a moment; `seen` is what a later act must have seen (`If-Match`)."""

    name: str
    seen: int
    at: datetime
    title: str
    demand: Demanded | None
    standing: list[State]
    gag: str | None
    rulings: list[Ruling]
    clocks: list[Clock]
    gate: Gate | None
    trouble: str


class Happened(Struct, frozen=True):
    """An event of a matter."""

    id: str
    kind: str
    happened: datetime
    known: datetime
    says: str
    source: str
    by: str
    touches: list[str]
    until: datetime | None
    data: dict[str, str]


class Proved(Struct, frozen=True):
    """A class of records with the whole proof of its verdict (docs/formats/verdicts.md)."""

    name: str
    verdict: str
    proof_id: str
    proof: Json
    estate: list[Json]
    objections: list[Json]
    duties: list[Json]
    channels: list[Json]
    unverified: list[str]


class Decided(Struct, frozen=True):
    """A demand decided by the law of a day, as a court must read it."""

    on: date
    court: str
    reading: str
    classes: list[Proved]


class Notice(Struct, frozen=True):
    """How telling one account's user stands."""

    account: str
    state: str
    says: str
    until: datetime | None
    gaps: list[list[datetime]]


class Row(Struct, frozen=True):
    """A line of a report; a number that might point at somebody is null."""

    place: str
    instrument: str
    counts: dict[str, int | None]
    total: int | None


class Report(Struct, frozen=True):
    """Demands served in a period."""

    since: datetime
    until: datetime
    threshold: int
    rows: list[Row]


class Head(Struct, frozen=True):
    """The ledger: how many entries, its signed head, and the key to check it with."""

    origin: str
    size: int
    checkpoint: str
    key: str


class Entry(Struct, frozen=True):
    """An entry of the ledger, without what it says."""

    index: int
    matter: str
    kind: str
    happened: datetime
    known: datetime
    erased: bool


class Verified(Struct, frozen=True):
    """Every entry read anew."""

    entries: int
    sound: bool
    faults: list[str]


class Store(Struct, frozen=True):
    """Where records lie, and whether the served entity controls and can read them, with the proofs."""

    id: str
    country: str
    holder: str
    holds: list[str]
    controls: Json
    readable: Json


class Estate(Struct, frozen=True):
    """Who is served, how many accounts there are, and every store."""

    provider: str
    served: str
    accounts: int
    stores: list[Store]


class Pack(Struct, frozen=True):
    """A law pack."""

    id: str
    place: str
    title: str
    cite: str
    reviewed: str


class Me(Struct, frozen=True):
    """For whom the token acts, in what roles, until when."""

    person: str
    roles: list[str]
    token: str
    until: datetime


# What is sent, and what is answered


class Addressed(Sent, frozen=True):
    """The demand's own fields; docs/formats/demand.md."""

    id: Name
    place: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    instrument: Name
    court: Name
    served_entity: Name
    served: Moment
    channel: Literal["email", "fax", "hand", "phone", "portal", "post", "registry"]
    issuer: Short | None = None
    issued: date | None = None
    return_by: Moment | None = None
    emergency: bool = False
    reference: Short | None = None


class Reach(Sent, frozen=True):
    """Whose records are demanded, of which categories, from when to when."""

    accounts: Annotated[list[Short], Meta(min_length=1, max_length=1000)]
    categories: Annotated[list[Category], Meta(min_length=1)]
    since: Moment | None = None
    until: Moment | None = None
    folders: list[Short] = []
    terms: list[Short] = []
    stores: list[Name] = []


class Paper(Sent, frozen=True):
    """A paper behind the demand, by its name and the SHA-256 of its octets."""

    name: Annotated[str, Meta(min_length=1, max_length=400)]
    digest: Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]


class NewDemand(Sent, frozen=True):
    """A demand as somebody wrote it down."""

    demand: Addressed
    scope: Reach
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

    shown: Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]


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
