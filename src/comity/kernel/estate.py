"""The provider's estate: who owns and directs whom, where records lie, who holds them and who can read them.

A demand served on one company reaches what that company controls. Control, readability and presence are derived here
from the ownership graph and key custody, each with its own proof; where a share or a key holder is not known, the
answer is unknown and never a default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from comity.kernel.words import Fault, Proof, Truth, Value, both, either

HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Entity:
    """A company or other legal person: where it is established, who holds how much of it, and whom it directs.

    `share` is the parent's part of the votes, 0 to 1; unknown is None. `directs` names entities it directs by contract.
    """

    id: str
    name: str
    place: str
    parent: str | None = None
    share: Fraction | None = None
    directs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """A place where machines stand: its country and the entity that runs it."""

    id: str
    name: str
    country: str
    operator: str


@dataclass(frozen=True, slots=True)
class Service:
    """What customers use: offered to the public or not, and in which countries (unknown is None)."""

    id: str
    name: str
    public: Truth
    offered: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """Where records lie: its site, the entity that holds it, the service it serves and who holds the keys.

    `key_holder` is `provider`, `customer`, an entity's id for a named trustee, or None when nobody knows; `holds` are
    the categories of records that lie there.
    """

    id: str
    site: str
    holder: str
    service: str
    key_holder: str | None
    holds: frozenset[str] = frozenset({"content", "traffic"})


@dataclass(frozen=True, slots=True)
class Estate:
    """All entities, sites, services and stores of one provider, by id."""

    name: str
    entities: Mapping[str, Entity]
    sites: Mapping[str, Site]
    services: Mapping[str, Service]
    stores: Mapping[str, Store]

    def parents(self, entity: str) -> Iterator[Entity]:
        """The entity and those above it, nearest first; a cycle ends the walk (`faults` reports it)."""
        seen: set[str] = set()
        at: str | None = entity
        while at is not None and at in self.entities and at not in seen:
            seen.add(at)
            yield self.entities[at]
            at = self.entities[at].parent


def faults(estate: Estate) -> list[Fault]:
    """Everything that makes the estate unfit to reason from: cycles, shares over 100 %, stores nowhere or nobody's."""
    found: list[Fault] = []
    for entity in estate.entities.values():
        where = f"entity {entity.id}"
        found += _entity_faults(estate, entity, where)
    for site in estate.sites.values():
        if site.operator not in estate.entities:
            found.append(_dangling(f"site {site.id}", "operator", site.operator, "[[entity]]"))
    for store in estate.stores.values():
        found += _store_faults(estate, store)
    return found


def _entity_faults(estate: Estate, entity: Entity, where: str) -> Iterator[Fault]:
    if entity.share is not None and not 0 <= entity.share <= 1:
        what = f"a share of {float(entity.share * 100):g} %"
        yield Fault("share-out-of-range", where, what, "give a share from 0 to 100 %")
    if entity.parent is not None and entity.parent not in estate.entities:
        yield _dangling(where, "parent", entity.parent, "[[entity]]")
    last = list(estate.parents(entity.id))[-1]
    if last.parent in estate.entities:
        ring = " → ".join(step.id for step in estate.parents(entity.id))
        yield Fault("ownership-cycle", where, f"{ring} → {last.parent}", "an entity cannot own itself: mend one parent")
    for directed in entity.directs:
        if directed not in estate.entities:
            yield _dangling(where, "directs", directed, "[[entity]]")


def _store_faults(estate: Estate, store: Store) -> Iterator[Fault]:
    where = f"store {store.id}"
    if store.site not in estate.sites:
        yield Fault("store-without-site", where, f"no site `{store.site}`", "add the [[site]] where its machines stand")
    if store.holder not in estate.entities:
        yield Fault("store-nobody-holds", where, f"no entity `{store.holder}`", "name the [[entity]] that holds it")
    if store.service not in estate.services:
        yield _dangling(where, "service", store.service, "[[service]]")
    if store.key_holder not in (None, "provider", "customer") and store.key_holder not in estate.entities:
        yield _dangling(where, "key_holder", str(store.key_holder), "[[entity]] for the trustee")


def _dangling(where: str, field: str, name: str, table: str) -> Fault:
    return Fault("dangling-reference", where, f"{field} `{name}` does not exist", f"add a {table} or mend the name")


def controls(estate: Estate, master: str, subject: str) -> Proof:
    """Does `master` control `subject`: the same company, one that it holds the majority of, or one that it directs?

    Control runs down the ownership chain: each step a majority, or a contract to direct. A share that is not known
    leaves the step unknown.
    """
    routes = tuple(_routes(estate, master, subject, frozenset()))
    truth = either(route.truth for route in routes)
    name, owned = estate.entities[master].name, estate.entities[subject].name
    verb = {True: "controls", False: "does not control", None: "may or may not control"}[truth]
    return Proof(f"{name} {verb} {owned}", truth, "any", parts=routes, cite="estate")


def _routes(estate: Estate, master: str, subject: str, seen: frozenset[str]) -> Iterator[Proof]:
    if master == subject:
        yield Proof(f"{estate.entities[subject].name} is itself", True, "fact", True, "estate.same")
        return
    entity = estate.entities[subject]
    if entity.parent in estate.entities and entity.parent not in seen:
        yield from _step(estate, master, (entity.parent or "", subject), _majority(estate, entity), seen)
    for director in estate.entities.values():
        if subject in director.directs and director.id not in seen:
            step = Proof(f"{director.name} directs {entity.name}", True, "fact", True, "estate.directs")
            yield from _step(estate, master, (director.id, subject), step, seen)


def _step(estate: Estate, master: str, link: tuple[str, str], step: Proof, seen: frozenset[str]) -> Iterator[Proof]:
    upper, subject = link
    for route in _routes(estate, master, upper, seen | {subject}):
        yield Proof(f"{step.says}; {route.says}", both((step.truth, route.truth)), "all", parts=(step, route))


def _majority(estate: Estate, entity: Entity) -> Proof:
    parent, share = estate.entities[entity.parent or ""].name, entity.share
    truth = None if share is None else share > HALF
    part = "an unknown share" if share is None else f"{float(share * 100):g} %"
    return Proof(f"{parent} holds {part} of {entity.name}", truth, "fact", truth, "estate.share")


def group_controls(estate: Estate, served: str, holder: str) -> Proof:
    """Does a company of the served company's group control the holder: itself, or the head that controls them both?"""
    own, head = controls(estate, served, holder), list(estate.parents(served))[-1]
    parts = tuple(controls(estate, head.id, one) for one in (served, holder))
    name = f"{head.name} controls both"
    joint = Proof(name, both(part.truth for part in parts), "all", parts=parts)
    says = f"{estate.entities[holder].name} is in one group with {estate.entities[served].name}"
    return Proof(says, either((own.truth, joint.truth)), "any", parts=(own, joint))


def readable(estate: Estate, store: Store, served: str) -> Proof:
    """Can the served entity make the records readable: are the keys with the provider or a trustee it controls?"""
    match store.key_holder:
        case None:
            return Proof(f"nobody knows who holds the keys of {store.id}", None, "fact", None, "estate.key_holder")
        case "customer":
            return Proof(f"the keys of {store.id} are with the customer", False, "fact", False, "estate.key_holder")
        case "provider":
            inner = controls(estate, served, store.holder)
            return Proof(f"the keys of {store.id} are with its holder", inner.truth, "all", parts=(inner,))
        case trustee:
            inner = controls(estate, served, trustee)
            says = f"the keys of {store.id} are with the trustee {estate.entities[trustee].name}"
            return Proof(says, inner.truth, "all", parts=(inner,))


def established(estate: Estate, entity: str, forum: str) -> Proof:
    """Is the entity established in the forum itself?"""
    own = estate.entities[entity]
    return Proof(f"{own.name} is established in {own.place}", own.place == forum, "fact", own.place, "estate.place")


def present(estate: Estate, entity: str, forum: str) -> Proof:
    """Is the entity in the forum: established there, or running a site there? Offering a service is not presence."""
    own = estate.entities[entity]
    parts = [established(estate, entity, forum)]
    for site in estate.sites.values():
        if site.operator == entity:
            says = f"{own.name} runs {site.name} in {site.country}"
            parts.append(Proof(says, site.country == forum, "fact", site.country, "estate.site"))
    return Proof(f"{own.name} is present in {forum}", either(p.truth for p in parts), "any", parts=tuple(parts))


def controlled_from(estate: Estate, entity: str, place: str) -> Proof:
    """Is the entity, or one that controls it, established in a place?"""
    own = estate.entities[entity]
    parts = tuple(controls(estate, other.id, entity) for other in estate.entities.values() if other.place == place)
    return Proof(f"{own.name} is controlled from {place}", either(p.truth for p in parts), "any", parts=parts)


def offered(estate: Estate, service: Service, forum: str) -> Proof:
    """Is the service offered in the forum?"""
    truth = None if service.offered is None else forum in service.offered
    return Proof(f"{service.name} is offered in {forum}", truth, "fact", truth, "estate.offered")


def offered_among(service: Service, union: frozenset[str]) -> Proof:
    """Is the service offered in one of the states of a union?"""
    truth = None if service.offered is None else bool(service.offered & union)
    return Proof(f"{service.name} is offered in the Union", truth, "fact", truth, "estate.offered")


def lives_in(home: Value, forum: str) -> Truth:
    """Does a customer who resides at `home` reside in the forum? Where the home is not known, neither is that."""
    return None if home is None else home == forum


def record_facts(
    estate: Estate, store_id: str, served: str, forum: str, union: frozenset[str] = frozenset()
) -> tuple[dict[str, Value], tuple[Proof, ...]]:
    """What the law may ask of records in one store when `served` is served by `forum`: the facts, and their proofs.

    Terms: `record.store_place`, `record.holder_place`, `record.served_controls`, `record.group_controls`,
    `record.readable_by_provider`, `served.place`, `served.present_in_forum`, `served.established_in_forum`,
    `served.offers_in_forum`, `served.public_provider`, and, where `union` says which states the European Union has that
    day, `served.offers_in_union`.
    """
    store = estate.stores[store_id]
    service = estate.services[store.service]
    derived = {
        "record.served_controls": controls(estate, served, store.holder),
        "record.group_controls": group_controls(estate, served, store.holder),
        "record.readable_by_provider": readable(estate, store, served),
        "served.present_in_forum": present(estate, served, forum),
        "served.established_in_forum": established(estate, served, forum),
        "served.offers_in_forum": offered(estate, service, forum),
    }
    if union:
        derived["served.offers_in_union"] = offered_among(service, union)
    facts: dict[str, Value] = {term: proof.truth for term, proof in derived.items()}
    facts["record.store_place"] = estate.sites[store.site].country
    facts["record.holder_place"] = estate.entities[store.holder].place
    facts["served.place"] = estate.entities[served].place
    facts["served.public_provider"] = service.public
    named = (
        Proof(proof.says, proof.truth, "derived", proof.truth, term, parts=proof.parts)
        for term, proof in derived.items()
    )
    return facts, tuple(named)
