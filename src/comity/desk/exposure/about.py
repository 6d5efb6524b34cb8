"""What a cube says of itself: the question that was posed, the estate and the demands, enough to ask again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from comity.exposure.cube import Cube
from comity.kernel.estate import Entity, Estate, Service, Site, Store
from comity.lawpack import Packs
from comity.lawpack.read import Template


@dataclass(frozen=True)
class Posed:
    """What is asked: the day, what is assumed of the law, and which instruments are left out of it."""

    on: date
    assume: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def about(estate: Estate, packs: Packs, posed: Posed, templates: Sequence[Template]) -> dict[str, Any]:
    """What a cube says of itself: enough to ask again without the estate's file."""
    return {
        "on": posed.on.isoformat(),
        "assume": list(posed.assume),
        "without": list(posed.without),
        "packs": packs.digest,
        "estate": as_json(estate),
        "templates": [
            {"id": t.id, "reads": t.reads, "facts": dict(t.facts), "categories": list(t.categories),
             "places": list(t.places), "court": t.court}
            for t in templates
        ],
    }  # fmt: skip


def as_json(estate: Estate) -> dict[str, Any]:
    """The estate as a cube keeps it."""
    return {
        "name": estate.name,
        "entities": [[e.id, e.name, e.place, e.parent, None if e.share is None else str(e.share), list(e.directs)]
                     for e in estate.entities.values()],
        "sites": [[s.id, s.name, s.country, s.operator] for s in estate.sites.values()],
        "services": [[s.id, s.name, s.public, None if s.offered is None else sorted(s.offered)]
                     for s in estate.services.values()],
        "stores": [[s.id, s.site, s.holder, s.service, s.key_holder, sorted(s.holds)] for s in estate.stores.values()],
    }  # fmt: skip


def from_json(kept: Mapping[str, Any]) -> Estate:
    """The estate that a cube kept."""
    entities = (
        Entity(id, name, place, parent, None if share is None else Fraction(share), tuple(directs))
        for id, name, place, parent, share, directs in kept["entities"]
    )
    services = (
        Service(id, name, public, None if offered is None else frozenset(offered))
        for id, name, public, offered in kept["services"]
    )
    stores = (
        Store(id, site, holder, service, key, frozenset(holds))
        for id, site, holder, service, key, holds in kept["stores"]
    )
    return Estate(
        kept["name"],
        {e.id: e for e in entities},
        {s[0]: Site(*s) for s in kept["sites"]},
        {s.id: s for s in services},
        {s.id: s for s in stores},
    )


def templates_of(cube: Cube) -> tuple[Template, ...]:
    """The demands that a cube was made for."""
    return tuple(
        Template(t["id"], t["reads"], t["facts"], tuple(t["categories"]), tuple(t["places"]), t["court"], "")
        for t in cube.about["templates"]
    )


def posed_of(cube: Cube) -> Posed:
    """What was asked when the cube was made."""
    about = cube.about
    return Posed(date.fromisoformat(about["on"]), tuple(about["assume"]), tuple(about["without"]))
