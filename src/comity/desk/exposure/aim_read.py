"""The advice file: read with every fault at once, each with its line and how to mend it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

from comity.desk.estate import KINDS
from comity.desk.exposure.about import from_json
from comity.desk.exposure.aim import Aim, Edit, Named, Offer, added, closed, edited, opened, sold, undirected
from comity.errors import Faulty
from comity.exposure.columns import countries
from comity.exposure.cube import Cube
from comity.kernel.decision import Verdict
from comity.kernel.estate import Entity, Site
from comity.kernel.words import Fault
from comity.lawpack import Packs
from comity.lawpack.tables import Document, Row, Shape, read_document

SHAPES: Final = {
    "exposure": Shape(
        {"says": "text", "target": "any"},
        {
            "verdicts": "list of texts", "categories": "list of texts", "places": "list of texts",
            "except_places": "list of texts", "foreign": "flag", "customers": "list of texts",
            "kinds": "list of texts", "open": "flag", "unknown": "flag", "readable": "flag",
            "except_templates": "list of texts", "except_instruments": "list of texts",
        },
    ),
    "change": Shape(
        {"id": "text", "cost": "text"},
        {
            "says": "text", "needs": "list of texts", "excludes": "list of texts",
            "store": "text", "stores": "list of texts", "site": "text", "holder": "text", "key_holder": "text",
            "entity": "text", "parent": "text", "share": "any", "directed": "flag", "sold": "flag",
            "adds": "text", "name": "text", "place": "text",
            "opens": "text", "country": "text", "operator": "text", "closes": "text",
        },
    ),
}  # fmt: skip

KEYS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "store": ((), ("site", "holder", "key_holder")),
    "stores": ((), ("site", "holder", "key_holder")),
    "entity": ((), ("parent", "share", "directed", "sold")),
    "adds": (("name", "place"), ("parent", "share")),
    "opens": (("name", "country", "operator"), ()),
    "closes": ((), ()),
}
"""What a change may be about; what it must say of it, and what it may."""

COMMON: Final = frozenset({"id", "says", "cost", "needs", "excludes"})
COST: Final = re.compile(r"(\d{1,15}(?:\.\d{1,4})?) ([A-Z]{3})")
SHARE: Final = re.compile(r"(\d+(?:\.\d+)?) ?%")
COUNTED: Final = ("compelled", "conflict")

NAMES: Final[dict[str, str]] = {
    "not-toml": "mend the line named; texts stand in quotes, tables in brackets",
    "unknown-table": "use only [exposure] and [[change]]",
    "missing-key": "add the key; see docs/formats/advice.md",
    "unknown-key": "mend the spelling or take the key out; see docs/formats/advice.md",
    "wrong-type": "write it as docs/formats/advice.md shows",
    "nothing-to-change": "add a [[change]] for each thing that the provider may change",
    "duplicate-id": "give each change an id of its own, and each new site and entity one that the estate does not have",
    "which-thing": "say in each change exactly one of store, stores, entity, adds, opens and closes",
    "changes-nothing": "take the change out, or mend what it says: the estate is so already",
    "excludes-what-it-needs": "a change cannot need what it excludes: take one of the two out",
    "bad-cost": 'write cost = "120000 EUR": an amount, a space, three capital letters',
    "two-currencies": "give all costs in one currency: comity converts none",
    "bad-target": 'write target = 1000, in accounts, or target = "5 %", of the accounts that are meant',
    "share-out-of-range": "give a share from 0 to 100 (%)",
    "dangling-reference": "mend the name, or add the [[change]] that `opens` the site or `adds` the entity",
    "unknown-place": "write a country as ISO 3166 alpha-2 (`GB`), or name a group of the packs",
    "unknown-category": "name a category that the cube has: `comity exposure run` prints them",
    "unknown-code": "use one of the words that docs/formats/advice.md lists",
    "unknown-template": "name a template or an instrument of the demands that the cube was made with",
    "missing-column": "run `comity exposure run` again on a table with this column, or do without the key",
}
"""Every way an advice file can be wrong, and how to mend it."""


def fault(name: str, where: str, what: str) -> Fault:
    """A named fault of an advice file; the name must be in the list."""
    return Fault(name, where, what, NAMES[name])


def read_aim(path: Path, cube: Cube, packs: Packs) -> Aim:
    """Read an advice file against the cube it is about, or raise `Faulty` with every fault, its line and remedy."""
    document = read_document(path)
    found = [fault(one.name, one.where, one.what) for one in document.faults or _shapes(document)]
    if not found:
        reader = _Reader(document, cube, packs)
        aim = Aim(reader.named(), reader.target(), reader.currency(), reader.offers())
        found = sorted(reader.found, key=lambda one: int(one.where.rpartition(":")[2]))
    if found:
        raise Faulty(tuple(found), path=str(path))
    return aim


def _shapes(document: Document) -> Iterator[Fault]:
    yield from document.stray(tuple(SHAPES), single=("exposure",))
    asked = document.data.get("exposure", {})
    if isinstance(asked, dict):
        yield from SHAPES["exposure"].faults(document, "exposure", 0, asked)
    rows = list(document.rows("change"))
    if not rows:
        yield fault("nothing-to-change", document.at("change"), "there is no [[change]]")
    for index, row in rows:
        yield from SHAPES["change"].faults(document, "change", index, row)
        yield from _about(document, index, row)


def _about(document: Document, index: int, row: Row) -> Iterator[Fault]:
    """Whether a change says what it is about, and nothing that does not belong to that."""
    said = [key for key in KEYS if key in row]
    if len(said) != 1:
        what = f"`{row.get('id')}` is about {' and '.join(said) or 'nothing'}"
        yield fault("which-thing", document.at("change", index), what)
        return
    must, may = KEYS[said[0]]
    for key in sorted(row.keys() - COMMON - {said[0], *must, *may} & SHAPES["change"].may.keys()):
        yield fault("unknown-key", document.at("change", index, key), f"`{key}` is not said of what a change {said[0]}")
    if not row.keys() & {*must, *may} and (must or may):
        yield fault(
            "missing-key", document.at("change", index), f"`{row.get('id')}` says none of {', '.join(must or may)}"
        )
    elif missing := [key for key in must if key not in row]:
        yield fault("missing-key", document.at("change", index), f"`{row.get('id')}` lacks {', '.join(missing)}")


class _Reader:
    """One file being read; what is wrong with it goes to `found`."""

    def __init__(self, document: Document, cube: Cube, packs: Packs) -> None:
        self.document, self.cube, self.packs = document, cube, packs
        self.found: list[Fault] = []
        self.estate = from_json(cube.about["estate"])
        self.asked: Row = document.data["exposure"]
        self.rows = list(document.rows("change"))
        self.ids = frozenset(row["id"] for _, row in self.rows)
        self.entities = {*self.estate.entities, *(row["adds"] for _, row in self.rows if "adds" in row)}
        self.sites = {*self.estate.sites, *(row["opens"] for _, row in self.rows if "opens" in row)}

    def wrong(self, name: str, key: str, what: str, index: int | None = None) -> None:
        """A fault in [exposure], or in a change."""
        table = "exposure" if index is None else "change"
        self.found.append(fault(name, self.document.at(table, index or 0, key), what))

    def named(self) -> Named:
        """The exposure that is to come down."""
        asked = self.asked
        cells = [(row.place, row.category) for row in self.cube.sweep.rows]
        places = self.places("places") or {place for place, _ in cells}
        found = Named(
            says=asked["says"],
            verdicts=cast(frozenset[Verdict], self.codes("verdicts", COUNTED, "unknown-code") or frozenset(COUNTED)),
            places=frozenset(places) - (self.places("except_places") or set()),
            categories=self.codes("categories", {own for _, own in cells}, "unknown-category")
            or frozenset(category for _, category in cells),
            foreign=asked.get("foreign", False),
            customers=self.places("customers"),
            kinds=self.codes("kinds", KINDS, "unknown-code"),
            open=asked.get("open", False),
            unknown=asked.get("unknown", False),
            readable=asked.get("readable", False),
            without=self.templates(),
        )
        terms = {column.term for column in self.cube.classes.columns}
        for key, term in (("customers", "subject.place"), ("foreign", "subject.place"), ("kinds", "subject.kind")):
            if asked.get(key) and term not in terms:
                column = "customer_place" if term == "subject.place" else "kind"
                self.wrong("missing-column", key, f"the cube's accounts have no column `{column}` that a law reads")
        return found

    def places(self, key: str) -> frozenset[str] | None:
        """Countries and groups of them, as on the cube's day; None if nothing is said."""
        if key not in self.asked:
            return None
        on, found = date.fromisoformat(self.cube.about["on"]), set[str]()
        known = countries() | {row.place for row in self.cube.sweep.rows}
        for name in self.asked[key]:
            if name in self.packs.words.groups:
                found |= self.packs.law.group(name, on)
            elif name in known:
                found.add(name)
            else:
                self.wrong("unknown-place", key, f"`{name}` is neither a country nor a group")
        return frozenset(found)

    def codes(self, key: str, known: Iterable[str], name: str) -> frozenset[str] | None:
        """Some of the words that are known; None if nothing is said."""
        if key not in self.asked:
            return None
        for one in sorted(set(self.asked[key]) - set(known)):
            self.wrong(name, key, f"`{one}` is none of {', '.join(dict.fromkeys(known))}")
        return frozenset(self.asked[key])

    def templates(self) -> frozenset[str]:
        """The templates that are left out, by their own ids or by their instruments."""
        templates = {t["id"]: t["facts"].get("demand.instrument") for t in self.cube.about["templates"]}
        ids, kinds = (set(self.asked.get(f"except_{what}", ())) for what in ("templates", "instruments"))
        for key, stray in (("templates", ids - templates.keys()), ("instruments", kinds - set(templates.values()))):
            for one in sorted(stray):
                self.wrong("unknown-template", f"except_{key}", f"no demand has the {key[:-1]} `{one}`")
        return frozenset(id for id, kind in templates.items() if id in ids or kind in kinds)

    def target(self) -> int | Fraction:
        """In accounts, or as a share."""
        said = self.asked["target"]
        if isinstance(said, int) and not isinstance(said, bool) and said >= 0:
            return said
        share = SHARE.fullmatch(said) if isinstance(said, str) else None
        if share is None or Fraction(share[1]) > 100:
            self.wrong("bad-target", "target", f"`{said}` is neither a number of accounts nor a share")
            return 0
        return Fraction(share[1]) / 100

    def currency(self) -> str:
        """The one currency of all costs."""
        used = [(index, found[2]) for index, row in self.rows if (found := COST.fullmatch(row["cost"]))]
        for index, currency in used:
            if currency != used[0][1]:
                self.wrong("two-currencies", "cost", f"a cost in {currency}, and others in {used[0][1]}", index)
        return used[0][1] if used else ""

    def offers(self) -> dict[str, Offer]:
        """The changes, each checked on its own."""
        for id, times in Counter(row["id"] for _, row in self.rows).items():
            if times > 1:
                index = [index for index, row in self.rows if row["id"] == id][1]
                self.wrong("duplicate-id", "id", f"two changes are called `{id}`", index)
        offers = {row["id"]: self.offer(index, row) for index, row in self.rows}
        return {id: offer for id, offer in offers.items() if offer}

    def offer(self, index: int, row: Row) -> Offer | None:
        """One change; None if something is wrong with it."""
        before = len(self.found)
        cost = COST.fullmatch(row["cost"])
        if cost is None:
            self.wrong("bad-cost", "cost", f"`{row['cost']}` is no cost", index)
        for key in ("needs", "excludes"):
            for other in sorted(set(row.get(key, ())) - self.ids | {row["id"]} & set(row.get(key, ()))):
                self.wrong("dangling-reference", key, f"{key} `{other}`, which is no other change", index)
        needs, excludes = (frozenset(row.get(key, ())) for key in ("needs", "excludes"))
        if needs & excludes:
            self.wrong("excludes-what-it-needs", "excludes", f"needs and excludes `{min(needs & excludes)}`", index)
        self.references(index, row)
        if len(self.found) > before or cost is None:
            return None
        edits = self.edits(index, row)
        if len(self.found) == before and edited(self.estate, edits) == self.estate:
            self.wrong("changes-nothing", "id", f"`{row['id']}` leaves the estate as it is", index)
        return Offer(row["id"], row.get("says", ""), Decimal(cost[1]), tuple(edits), needs, excludes)

    def references(self, index: int, row: Row) -> None:
        """Whatever a change names must be in the estate, or come by another change."""
        stores, entities, sites = self.estate.stores, self.entities, self.sites
        keys = {"provider", "customer", *entities}
        known: list[tuple[str, str, Iterable[str]]] = [
            ("store", "store", stores), ("stores", "store", stores), ("site", "site", sites),
            ("holder", "entity", entities), ("key_holder", "trustee", keys),
            ("entity", "entity", self.estate.entities), ("parent", "entity", entities),
            ("operator", "entity", entities), ("closes", "site", self.estate.sites),
        ]  # fmt: skip
        for key, what, there in known:
            named = row.get(key, ())
            for one in [named] if isinstance(named, str) else named:
                if one not in there:
                    self.wrong("dangling-reference", key, f"the {what} `{one}` does not exist", index)
        for key in ("place", "country"):
            if key in row and row[key] not in countries():
                self.wrong("unknown-place", key, f"`{row[key]}` is not a country", index)
        taken = {"adds": {*self.estate.entities, "provider", "customer"}, "opens": {*self.estate.sites}}
        for key, own in taken.items():
            twice = [other for _, other in self.rows if key in row and other.get(key) == row[key]]
            if key in row and (row[key] in own or len(twice) > 1):
                self.wrong("duplicate-id", key, f"`{row[key]}` is taken", index)

    def edits(self, index: int, row: Row) -> list[Edit]:
        """What a change does to the estate."""
        if "adds" in row:
            share = self.share(index, row)
            return [added(Entity(row["adds"], row["name"], row["place"], row.get("parent"), share))]
        if "opens" in row:
            return [opened(Site(row["opens"], row["name"], row["country"], row["operator"]))]
        if "closes" in row:
            return [closed(row["closes"])]
        if "entity" in row:
            return self.entity(index, row)
        stores = [row["store"]] if "store" in row else dict.fromkeys(row["stores"])
        return [Edit("store", store, key, row[key]) for store in stores for key in KEYS["store"][1] if key in row]

    def entity(self, index: int, row: Row) -> list[Edit]:
        """Who owns and directs an entity; the share of a new parent is unknown unless it is given."""
        id = row["entity"]
        if (
            row.get("sold") is False
            or row.get("directed") is True
            or ("sold" in row and len(row.keys() & {*KEYS["entity"][1]}) > 1)
        ):
            self.wrong("wrong-type", "entity", "say `sold = true` alone, or `directed = false`", index)
        if row.get("sold"):
            return sold(id)
        made: list[tuple[str, Any]] = [("parent", row["parent"])] if "parent" in row else []
        made += [("share", self.share(index, row))] if {"parent", "share"} & row.keys() else []
        apart = [undirected(id)] if "directed" in row else []
        return [*(Edit("entity", id, field, value) for field, value in made), *apart]

    def share(self, index: int, row: Row) -> Fraction | None:
        """A share in per cent, as estate.toml has it."""
        if "share" not in row:
            return None
        try:
            share = Fraction(str(row["share"]).strip().rstrip("%")) / 100
        except (ValueError, ZeroDivisionError):
            share = Fraction(-1)
        if not 0 <= share <= 1:
            self.wrong("share-out-of-range", "share", f"`{row['share']}` is not a share", index)
        return share
