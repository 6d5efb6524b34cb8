"""The estate changed, to see what would remain: keys elsewhere, a store moved, a company of its own. Step 4."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from comity.desk.tia.transfers import Transfer
from comity.kernel.estate import Entity, Estate, Site, Store, controls

TRUSTEE: Final = "tia-trustee"
COMPANY: Final = "tia-company"
SITE: Final = "tia-site"

CUSTOMER: Final = (
    "keys-customer", "Keys with the customer", "the keys of {stores} are with the customer alone.", "case-1",
)  # fmt: skip
TRUST: Final = (
    "keys-trustee", "Keys with a trustee in the EEA",
    "the keys of {stores} are with a trustee in {place} whom nobody in the group controls.", "case-1",
)  # fmt: skip
MOVED: Final = (
    "moved", "The store moved to the EEA",
    "{stores} at a site in {place}, run by a company of the provider in the EEA if it has one; held by whom it was.",
    "know",
)  # fmt: skip
APART: Final = (
    "apart", "Held in the EEA by a company of its own",
    "{stores} at a site in {place}, run and held, with such keys as the provider has, by a company there that nobody "
    "outside controls.", "processor",
)  # fmt: skip
"""Each measure's id, title, sentence, and the source that speaks of it."""


@dataclass(frozen=True)
class Measure:
    """One change to the estate: what it is called, in a sentence what is changed, and the estate it makes.

    The sentence has room for the stores it changes and for the country. `cites` names the source of this document that
    speaks of it.
    """

    id: str
    title: str
    says: str
    cites: str
    place: str
    estate: Estate
    stores: frozenset[str]


def measures(estate: Estate, transfers: tuple[Transfer, ...], eea: frozenset[str]) -> tuple[Measure, ...]:
    """Every measure that would change something in a store of some transfer."""
    stores = {transfer.store.id: transfer.store for transfer in transfers}
    home = _home(estate, transfers, eea)
    if home is None:
        return ()
    return tuple(measure for measure in _all(estate, stores, home, eea) if measure.stores)


def _home(estate: Estate, transfers: tuple[Transfer, ...], eea: frozenset[str]) -> str | None:
    """Where in the EEA: where the provider has a company already, or else where most of these customers live."""
    there = [entity.place for entity in estate.entities.values() if entity.place in eea]
    if there:
        return there[0]
    lives: Counter[str] = Counter()
    for transfer in transfers:
        for (place, _), number in transfer.numbers.inside.items():
            lives[place] += number
    return min(lives, key=lambda place: (-lives[place], place)) if lives else None


def _all(estate: Estate, stores: Mapping[str, Store], home: str, eea: frozenset[str]) -> Iterator[Measure]:
    operator = next((entity.id for entity in estate.entities.values() if entity.place in eea), None)
    site = Site(SITE, "a site in the EEA", home, operator or next(iter(estate.entities)))
    trustee = {**estate.entities, TRUSTEE: Entity(TRUSTEE, "a trustee in the EEA", home)}
    company = {**estate.entities, COMPANY: Entity(COMPANY, "a company in the EEA", home)}
    moved, own = {**estate.sites, SITE: site}, {**estate.sites, SITE: replace(site, operator=COMPANY)}
    for named, there, change in (
        (CUSTOMER, estate, lambda store: replace(store, key_holder="customer")),
        (TRUST, replace(estate, entities=trustee), lambda store: _in_trust(estate, store, eea)),
        (MOVED, replace(estate, sites=moved), lambda store: _inside(estate, store, eea)),
        (APART, replace(estate, sites=own, entities=company), _apart),
    ):
        changed = {id: new for id, store in stores.items() if (new := change(store)) != store}
        yield Measure(*named, home, replace(there, stores={**there.stores, **changed}), frozenset(changed))


def _in_trust(estate: Estate, store: Store, eea: frozenset[str]) -> Store:
    """With the keys at the trustee; unchanged if they are with the customer, or out of reach in the EEA already."""
    trustee = estate.entities.get(store.key_holder or "")
    outside = [entity.id for entity in estate.entities.values() if entity.place not in eea]
    safe = trustee and trustee.place in eea and all(controls(estate, o, trustee.id).truth is False for o in outside)
    return store if safe or store.key_holder == "customer" else replace(store, key_holder=TRUSTEE)


def _inside(estate: Estate, store: Store, eea: frozenset[str]) -> Store:
    return store if estate.sites[store.site].country in eea else replace(store, site=SITE)


def _apart(store: Store) -> Store:
    keys = "customer" if store.key_holder == "customer" else "provider"
    return replace(store, site=SITE, holder=COMPANY, key_holder=keys)
