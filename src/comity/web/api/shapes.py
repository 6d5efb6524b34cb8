"""What programs are given, as types: the OpenAPI description is made of them, and of those of `sent`.

Every moment has its zone and is answered in UTC. What a field means in the law or the office stands in docs/words.md.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Json = dict[str, Any]


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
