"""What an authority's own programs send and are told; the description is made of these types.

A demand is that of docs/formats/demand.md, without what the portal knows itself: when it came, by what way, on whom.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from comity.desk.counter import MOST_PAPERS
from comity.web.api.octets import Paper
from comity.web.api.sent import Asked, Reach, Sent, Text


class Demand(Sent, frozen=True):
    """A demand as its authority states it; what the law asks of it stands among the `facts`."""

    demand: Asked
    scope: Reach
    facts: dict[str, str | bool | None] = field(default_factory=dict)


class NewFiling(Demand, frozen=True):
    """A demand to be filed, with what it is about in your own words, and its papers."""

    narrative: Annotated[str, Meta(max_length=4000)] = ""
    papers: Annotated[list[Paper], Meta(max_length=MOST_PAPERS)] = field(default_factory=list)


class NewWords(Sent, frozen=True):
    """What you write to the office."""

    says: Text


class Me(Struct, frozen=True):
    """For whom a token acts, of which agency, until when."""

    id: str
    name: str
    agency: str
    place: str
    token: str
    until: datetime


class Instrument(Struct, frozen=True):
    """What an authority of your country may demand by."""

    code: str
    title: str


class Question(Struct, frozen=True):
    """What the law would want to know of a demand: a fact, what it means, and what it may be (any text if nothing)."""

    fact: str
    means: str
    may_be: list[str]


class Needs(Struct, frozen=True):
    """What a demand by one instrument says, and what its law asks besides."""

    code: str
    title: str
    courts: dict[str, str]
    issuers: list[str]
    categories: list[str]
    questions: list[Question]


class Ground(Struct, frozen=True):
    """A rule of the law in its own words, and where it stands."""

    says: str
    cite: str


class Turn(Struct, frozen=True):
    """What a verdict turns on, and the point of law that it is, if it is one."""

    says: str
    asks: str


class Verdict(Struct, frozen=True):
    """What would become of a category, why, what that turns on, and the lawful ways besides."""

    verdict: str
    means: str
    why: list[Ground]
    turns_on: list[Turn]
    ways: list[Ground]


class Preflight(Struct, frozen=True):
    """What would become of a demand if it were filed now; nothing is said of whether an account is here."""

    refused: bool
    categories: dict[str, list[Verdict]]
    questions: list[Question]


class Line(Struct, frozen=True):
    """A demand of yours as the list has it."""

    id: str
    filed: datetime
    instrument: str
    reference: str
    emergency: bool
    state: str
    asks: bool
    to_collect: int


class Lines(Struct, frozen=True):
    """A part of what you filed, last first."""

    total: int
    start: int
    demands: list[Line]


class Word(Struct, frozen=True):
    """Something written about a demand."""

    at: datetime
    by: Literal["office", "authority"]
    says: str


class Production(Struct, frozen=True):
    """A sealed production that waits for you until a moment."""

    name: str
    title: str
    until: datetime
    over: bool


class Filed(Struct, frozen=True):
    """A demand of yours: what was filed, how it stands, what was written, what can be collected."""

    id: str
    filed: datetime
    state: str
    why: str
    instrument: str
    reference: str
    emergency: bool
    accounts: list[str]
    categories: list[str]
    narrative: str
    papers: list[str]
    words: list[Word]
    key: str
    productions: list[Production]
