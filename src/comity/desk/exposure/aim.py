"""What the adviser is asked: which exposure is to come down, to what, and what may be changed at what price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from comity.kernel.decision import Verdict
from comity.kernel.estate import Entity, Estate, Site
from comity.kernel.words import Truth, Value, both


@dataclass(frozen=True)
class Named:
    """An exposure by name: who asks, for what, whose accounts are meant, and which verdicts count as reached.

    `customers` and `kinds` are None where everybody's are meant. `foreign` leaves out whoever asks about their own
    residents; `readable` leaves out what whoever is served cannot make readable; `without` has templates that are left
    out; `open` counts accounts that are reached only if the law is as the demander reads it, and `unknown` those of
    which it is not known whether they are meant.
    """

    says: str
    verdicts: frozenset[Verdict]
    places: frozenset[str]
    categories: frozenset[str]
    foreign: bool = False
    customers: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    open: bool = False
    unknown: bool = False
    readable: bool = False
    without: frozenset[str] = frozenset()

    def means(self, home: Value, kind: Value) -> Truth:
        """Whether a customer is meant, whoever asks; what is not known of the customer is not known here."""
        lives = True if self.customers is None else None if home is None else home in self.customers
        return both((lives, True if self.kinds is None else None if kind is None else kind in self.kinds))

    def counts(self, home: Value, kind: Value, place: str) -> Truth:
        """Whether a customer is meant when this place asks."""
        away = True if not self.foreign else None if home is None else home != place
        return both((self.means(home, kind), away))

    def holds(self, truth: Truth) -> bool:
        """Whether that is enough to count."""
        return truth is True or (self.unknown and truth is None)


@dataclass(frozen=True)
class Edit:
    """One field of a store, entity or site put to another value; `WHOLE` and `FREED` stand for no field."""

    table: str
    id: str
    field: str
    value: Any

    def meets(self, other: Edit) -> bool:
        """Whether both put the same thing to different values."""
        mine, theirs = ((one.table, one.id, one.field) for one in (self, other))
        return mine == theirs and self.value != other.value


WHOLE: Final = ""
"""Stands for a field where a whole entity or site is put in or (None) taken out."""

FREED: Final = "undirected"
"""Stands for a field where nobody directs an entity any longer."""


@dataclass(frozen=True)
class Offer:
    """A change that the provider may make: what it does to the estate, and its price."""

    id: str
    says: str
    cost: Decimal
    edits: tuple[Edit, ...]
    needs: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()

    @property
    def store(self) -> str | None:
        """The only store it touches, if it touches nothing else."""
        touched = {(edit.table, edit.id) for edit in self.edits}
        return next(iter(touched))[1] if len(touched) == 1 and self.edits[0].table == "store" else None

    def meets(self, other: Offer) -> bool:
        """Whether both cannot be done: they put the same thing to different values."""
        return any(edit.meets(one) for edit in self.edits for one in other.edits)


@dataclass(frozen=True)
class Aim:
    """What an advice file says: the exposure, the target (accounts, or a share of those meant), and the changes."""

    named: Named
    target: int | Fraction
    currency: str
    offers: Mapping[str, Offer]

    def most(self, meant: int) -> int:
        """The target in accounts, of so many that are meant."""
        return self.target if isinstance(self.target, int) else int(self.target * meant)


def edited(estate: Estate, edits: Iterable[Edit]) -> Estate:
    """The estate after some changes; whether there can be such an estate is for the kernel to say."""
    tables: dict[str, dict[str, Any]] = {
        "entity": dict(estate.entities), "site": dict(estate.sites), "store": dict(estate.stores),
    }  # fmt: skip
    for edit in sorted(edits, key=lambda edit: edit.field):
        table = tables[edit.table]
        if edit.field == FREED:
            tables[edit.table] = {id: _freed(one, edit.id) for id, one in table.items()}
        elif edit.field != WHOLE:
            table[edit.id] = replace(table[edit.id], **{edit.field: edit.value})
        elif edit.value is None:
            table.pop(edit.id)
        else:
            table[edit.id] = edit.value
    return replace(estate, entities=tables["entity"], sites=tables["site"], stores=tables["store"])


def added(entity: Entity) -> Edit:
    """An entity that was not there before."""
    return Edit("entity", entity.id, WHOLE, entity)


def opened(site: Site) -> Edit:
    """A site that was not there before."""
    return Edit("site", site.id, WHOLE, site)


def closed(site: str) -> Edit:
    """A site that is there no longer: whatever lies there must go elsewhere first."""
    return Edit("site", site, WHOLE, None)


def undirected(entity: str) -> Edit:
    """Nobody directs an entity by contract any longer."""
    return Edit("entity", entity, FREED, True)


def sold(entity: str) -> list[Edit]:
    """An entity leaves the group, and what it owns goes with it: nobody owns or directs it, and it directs nobody."""
    fields = {"parent": None, "share": None, "directs": ()}
    return [*(Edit("entity", entity, field, value) for field, value in fields.items()), undirected(entity)]


def _freed(entity: Entity, other: str) -> Entity:
    return replace(entity, directs=tuple(id for id in entity.directs if id != other))
