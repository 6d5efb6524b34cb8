"""Which records of customers in the EEA come under a third country, and by what: the estate's part of step 1.

Records come under a third country because they lie there, because whoever holds them, runs their site or has their keys
is established there or controlled from there, or because the holder is present there elsewhere. Only where somebody
other than the exporter gets at them outside the EEA is that a transfer (EDPB Guidelines 05/2021); the rest is reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from comity.exposure.classes import Buckets, Classes, fold
from comity.kernel.estate import Estate, Store, controls, present
from comity.kernel.words import Truth

HOME: Final = "subject.place"
KIND: Final = "subject.kind"
UNKNOWN: Final = "unknown"

Kind = Literal["site", "holder", "operator", "keys", "control", "present"]
DIRECT: Final = frozenset({"site", "holder", "operator", "keys"})
"""Ways by which somebody outside has the records in hand, and does not merely command who has."""


@dataclass(frozen=True, slots=True)
class Way:
    """One reason why records come under a third country: whose hand, whether it is known, and the estate's sentence."""

    kind: Kind
    entity: str
    truth: Truth
    says: str


@dataclass(frozen=True)
class Numbers:
    """Customers of one store: in the EEA by country and kind, of unknown country, elsewhere."""

    inside: Mapping[tuple[str, str], int] = field(default_factory=dict)
    unknown: int = 0
    elsewhere: int = 0

    @property
    def accounts(self) -> int:
        """The accounts of customers who are known to live in the EEA."""
        return sum(self.inside.values())


@dataclass(frozen=True)
class Transfer:
    """Records of one store under one third country."""

    store: Store
    to: str
    ways: tuple[Way, ...]
    numbers: Numbers
    exporters: tuple[str, ...]
    importers: tuple[str, ...]

    @property
    def id(self) -> str:
        """How the file of answers and the page's links call it."""
        return f"{self.store.id}-{self.to}".lower()

    @property
    def is_transfer(self) -> bool:
        """Whether somebody other than the exporter has the records outside the EEA, as far as the estate says."""
        return bool(self.importers)


def transfers(estate: Estate, classes: Classes, eea: frozenset[str]) -> tuple[Transfer, ...]:
    """Every store with customers in the EEA or of unknown country, and third country: transfers first, then reach."""
    counted = numbers(classes, eea)
    found = []
    for store in sorted(estate.stores.values(), key=lambda store: store.id):
        own = counted.get(store.id, Numbers())
        ways = tuple(_ways(estate, store, eea)) if own.accounts or own.unknown else ()
        for place in sorted({place for place, _ in ways}):
            there = tuple(way for at, way in ways if at == place)
            exporters = _exporters(estate, store, eea)
            found.append(Transfer(store, place, there, own, exporters, _importers(estate, store, there, exporters)))
    return tuple(sorted(found, key=lambda one: not one.is_transfer))


def numbers(classes: Classes, eea: frozenset[str]) -> dict[str, Numbers]:
    """The accounts of each store by country and kind; where the cube does not say, unknown."""
    home, kind = (_column(classes, term) for term in (HOME, KIND))
    every = [tuple(range(len(v))) if at in (home, kind) else (0,) * len(v) for at, v in enumerate(classes.values)]
    inside: dict[str, dict[tuple[str, str], int]] = {}
    others: dict[str, dict[bool, int]] = {}
    for one in fold(classes, every):
        place = None if home is None else classes.values[home][one.codes[home]]
        what = None if kind is None else classes.values[kind][one.codes[kind]]
        if place in eea:
            own = inside.setdefault(one.store, {})
            key = (str(place), str(what or UNKNOWN))
            own[key] = own.get(key, 0) + one.accounts
        else:
            rest = others.setdefault(one.store, {})
            rest[place is None] = rest.get(place is None, 0) + one.accounts
    return {
        store: Numbers(inside.get(store, {}), others.get(store, {}).get(True, 0), others.get(store, {}).get(False, 0))
        for store in inside.keys() | others.keys()
    }


def status(classes: Classes, eea: frozenset[str]) -> list[Buckets]:
    """Buckets that tell apart customers in the EEA, elsewhere and of unknown country, and nothing else."""
    home = _column(classes, HOME)
    found: list[Buckets] = []
    for at, values in enumerate(classes.values):
        first: dict[Truth, int] = {}
        told = (None if value is None else value in eea for value in values)
        found.append(tuple(first.setdefault(t, n) for n, t in enumerate(told)) if at == home else (0,) * len(values))
    return found


def lives_inside(classes: Classes, codes: tuple[int, ...], eea: frozenset[str]) -> Truth:
    """Whether the customers of a class live in the EEA."""
    home = _column(classes, HOME)
    place = None if home is None else classes.values[home][codes[home]]
    return None if place is None else place in eea


def _column(classes: Classes, term: str) -> int | None:
    return next((at for at, column in enumerate(classes.columns) if column.term == term), None)


def _ways(estate: Estate, store: Store, eea: frozenset[str]) -> Iterator[tuple[str, Way]]:
    site = estate.sites[store.site]
    if site.country not in eea:
        yield site.country, Way("site", site.operator, True, f"{site.name}, where the records lie, is there")
    hands: list[tuple[Kind, str, str]] = [
        ("holder", store.holder, "holds the records"), ("operator", site.operator, f"runs {site.name}"),
    ]  # fmt: skip
    if store.key_holder in estate.entities:
        hands.append(("keys", str(store.key_holder), "has the keys as a trustee"))
    for kind, hand, does in hands:
        own = estate.entities[hand]
        if own.place not in eea:
            yield own.place, Way(kind, hand, True, f"{own.name}, which {does}, is established there")
    for hand, does in {hand: does for _, hand, does in reversed(hands)}.items():
        yield from _commanded(estate, (hand, does), eea)


def _commanded(estate: Estate, hand: tuple[str, str], eea: frozenset[str]) -> Iterator[tuple[str, Way]]:
    """Who is outside and controls whoever has the records, or may; and where that hand is present besides."""
    id, does = hand
    own = estate.entities[id]
    for other in estate.entities.values():
        if other.id != id and other.place not in eea:
            proof = controls(estate, other.id, id)
            if proof.truth is not False:
                yield other.place, Way("control", other.id, proof.truth, f"{proof.says}, which {does}")
    for place in sorted({site.country for site in estate.sites.values()} - eea - {own.place}):
        if present(estate, id, place).truth:
            yield place, Way("present", id, True, f"{own.name}, which {does}, runs a site there")


def _exporters(estate: Estate, store: Store, eea: frozenset[str]) -> tuple[str, ...]:
    """The holder, if it is in the EEA; otherwise the companies there, one of which may have let the records out."""
    if estate.entities[store.holder].place in eea:
        return (store.holder,)
    return tuple(sorted(entity.id for entity in estate.entities.values() if entity.place in eea))


def _importers(estate: Estate, store: Store, ways: Iterable[Way], exporters: tuple[str, ...]) -> tuple[str, ...]:
    """Who has the records in hand there, other than the holder in the EEA that exports them."""
    exporter = exporters if store.holder in exporters else ()
    return tuple(dict.fromkeys(way.entity for way in ways if way.kind in DIRECT and way.entity not in exporter))
