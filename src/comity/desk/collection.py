"""Collecting under a scope: what answers it is copied aside, octet for octet, and every item gets its reason.

Nothing leaves here. The copy lies in the office's own blobs until a Release lets exactly it go; what was found is bound
into the event that the gate and the approvals refer to.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from comity.desk.decision import Words, classes_of
from comity.desk.estate import Place
from comity.desk.matter import apart, demand_of, load_seen, record
from comity.desk.office import Office
from comity.errors import ComityError, Faulty, Unreadable
from comity.kernel.collection import Counts, ItemFacts, Sorting, traffic
from comity.kernel.collection import Place as Spot
from comity.kernel.demand import CATEGORIES, Scope
from comity.kernel.matter import Event, Matter
from comity.kernel.production import TABLES, Collected, Item, Table, inventory, table
from comity.kernel.words import Fault, canonical
from comity.registry.blobs import Blobs
from comity.registry.jobport import End
from comity.sources.collect import Collection
from comity.sources.detect import open_store
from comity.sources.port import Layout

MAILBOXES: Final = ("", ".mbox", ".mbx", ".eml")
TRAFFIC: Final = tuple(traffic(ItemFacts(Spot("", "", "", 0, 0))))
Progress = Callable[[str, int, int], None]


class NoMailbox(ComityError):
    """store `{store}` has no mailbox of `{account}` in `{path}`"""

    help = "look at `path` and `shared` of the store in estate.toml, and at the account's row in accounts.csv"
    exit_code = 3


class NotAsked(ComityError):
    """`{category}` is not asked for by matter `{matter}`"""

    help = "collect only categories that the demand asks for"
    exit_code = 2


class NotCollected(ComityError):
    """nothing has been collected for matter `{matter}`"""

    help = "run `comity collect {matter}`"
    exit_code = 5


@dataclass
class Sheet:
    """An answer that is a table: its columns and rows, as they are written out."""

    columns: list[str]
    rows: list[dict[str, str | list[str] | int | None]] = field(default_factory=list)

    def add(self, other: Sheet) -> None:
        """The rows of another table as well; a column that only one of the two has is empty in the other's rows."""
        self.columns = list(dict.fromkeys(self.columns + other.columns))
        rows = self.rows + other.rows
        self.rows = [{column: row.get(column) for column in self.columns} for row in rows]

    @property
    def octets(self) -> bytes:
        """The table as CSV."""
        return table(self.columns, self.rows)


@dataclass
class Listing:
    """What a collection found, as it is kept: items with their place in the pack, tables, counts, odd things."""

    scope: Scope
    items: list[tuple[Item, int]] = field(default_factory=list)
    unreadable: list[Sorting] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    pack: str = ""
    sortings: str = ""
    packs: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    """By store: the blob of the octets that were copied aside, and that of every item's reasons.

    Before a collection was made store by store there was one of each: `pack` and `sortings`.
    """

    def add(self, part: Listing) -> None:
        """Take in what was found in one more store."""
        self.items += part.items
        self.unreadable += part.unreadable
        self.faults += part.faults
        for store, counts in part.counts.items():
            self.counts[store] = self.counts.get(store, Counts()) + counts
        for name, sheet in part.sheets.items():
            self.sheets.setdefault(name, Sheet([])).add(sheet)
        self.packs |= part.packs
        self.reasons |= part.reasons

    def pack_of(self, item: Item) -> str:
        """The blob in which an item's octets lie."""
        return self.packs.get(item.place.store, self.pack)

    def told(self, office: Office) -> Iterator[dict[str, Any]]:
        """Why each item of the accounts is in or out, as it was written down at collection."""
        blobs = Blobs(office.root / "blobs")
        for digest in self.reasons.values() if self.reasons else [self.sortings]:
            yield from map(msgspec.json.decode, b"".join(blobs.read(digest)).splitlines())

    @property
    def collected(self) -> Collected:
        """As the kernel's production knows it."""
        items = tuple(item for item, _ in self.items)
        tables = tuple(Table.of(name, sheet.octets, len(sheet.rows)) for name, sheet in self.sheets.items())
        return Collected(items, self.counts, tuple(self.unreadable), tables)

    @property
    def found(self) -> int:
        """The hits a person has to look at: messages where mail is asked for, else rows of the subscriber table."""
        if self.scope.categories & {"content", "traffic"}:
            return sum(counts.inside for counts in self.counts.values())
        return sum(len(sheet.rows) for sheet in self.sheets.values())

    @property
    def inventory(self) -> str:
        """What approvals and the Release are bound to."""
        return inventory(self.collected.items, self.collected.tables)


def scope_of(matter: Matter) -> Scope:
    """The scope that is being answered: the one last collected under, else what of the demand is still unanswered."""
    pending = unproduced(matter)
    if pending is not None:
        return msgspec.json.decode(pending.get("asked"), type=Scope)
    whole = demand_of(matter).scope
    given = frozenset().union(*(event.touches for event in matter.of("produced")))
    return replace(whole, categories=whole.categories - given or whole.categories)


def unproduced(matter: Matter) -> Event | None:
    """The last collection that has not been produced yet."""
    steps = [event for event in matter.events if event.kind in ("collected", "produced")]
    return steps[-1] if steps and steps[-1].kind == "collected" else None


def narrowed(matter: Matter, categories: Iterable[str]) -> Scope:
    """The demand's scope cut down to some of its categories."""
    whole = demand_of(matter).scope
    wanted = frozenset(categories) or whole.categories
    for category in sorted(wanted - whole.categories):
        raise NotAsked(category=category, matter=matter.id)
    return replace(whole, categories=wanted & CATEGORIES)


@dataclass(frozen=True)
class Order:
    """What is to be collected, and in whose name: some categories of the demand, or all; `at` says when it is done."""

    by: str
    at: Callable[[], datetime]
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Doing:
    """How a collection is followed, where it keeps what it has done (a store at a time), and what ends with it."""

    progress: Progress | None = None
    keep: Callable[[str, Callable[[], str]], str] = lambda _, make: make()
    ends: Callable[[str], End] | None = None


def collect(
    office: Office, name: str, by: str, at: datetime, categories: Iterable[str] = (), progress: Progress | None = None
) -> Listing:
    """Collect what answers the demand (or some of its categories), keep it aside and record what was found."""
    return carry_out(office, name, Order(by, lambda: at, tuple(categories)), Doing(progress))


def may_collect(office: Office, matter: Matter, by: str) -> None:
    """Refuse who may not collect, or who approved for this matter."""
    office.may(by, "collect")
    apart(matter, by, "collect")


def carry_out(office: Office, name: str, order: Order, doing: Doing) -> Listing:
    """Collect store by store; the event is written together with the end of the job, if it is one."""
    whole, seen = load_seen(office, name)
    may_collect(office, whole, order.by)
    listing = Listing(narrowed(whole, order.categories))
    blobs = Blobs(office.root / "blobs")
    for store, accounts in _places(office, whole, listing.scope):
        gather = partial(_gather, office, (store, accounts), listing.scope, doing.progress)
        listing.add(_kept(blobs, doing.keep(f"{store} {listing.scope.digest}", gather)))
    kept = blobs.put([_octets_of(listing)])
    event = _event(listing, kept, order.by, order.at())
    record(office, name, [event], seen, doing.ends(event.says) if doing.ends else None)
    return listing


def _event(listing: Listing, kept: str, by: str, at: datetime) -> Event:
    found = listing.found
    asked = msgspec.json.encode(listing.scope, order="deterministic").decode()
    data = {
        "asked": asked, "scope": listing.scope.digest, "items": listing.inventory, "found": str(found),
        "unreadable": str(len(listing.unreadable)), "listing": kept,
    }  # fmt: skip
    says = f"{found} hits, {len(listing.unreadable)} unreadable"
    return Event("", "collected", at, at, says, "collection", by, listing.scope.categories, data=tuple(data.items()))


def _places(office: Office, matter: Matter, scope: Scope) -> Iterator[tuple[str, tuple[str, ...]]]:
    demand = replace(demand_of(matter), scope=scope)
    stores: dict[str, dict[str, None]] = {}
    for one in classes_of(office.holdings, demand, Words(frozenset())):
        stores.setdefault(one.store, {}).update(dict.fromkeys(one.accounts))
    yield from ((store, tuple(accounts)) for store, accounts in sorted(stores.items()))


def _gather(office: Office, where: tuple[str, tuple[str, ...]], scope: Scope, progress: Progress | None) -> str:
    """What one store holds of the scope, copied aside: gives the blob that says what was found."""
    (store, accounts), listing, blobs = where, Listing(scope), Blobs(office.root / "blobs")
    place = office.holdings.places.get(store)
    if place is None:
        what, remedy = "the records of this store do not lie where comity can read them", "add path and layout"
        raise Faulty((Fault("store-not-here", f"store {store}", what, f"{remedy} in estate.toml"),), path="estate.toml")
    if place.layout == "table":
        _rows(place, accounts, listing)
        return blobs.put([_octets_of(listing)])
    with tempfile.TemporaryFile(dir=office.root) as pack, tempfile.TemporaryFile(dir=office.root) as reasons:
        for layout, path in _mailboxes(store, place, accounts):
            _walk(Collection(open_store(path, layout), scope, _told(progress, store)), listing, (pack, reasons))
        listing.packs[store], listing.reasons[store] = (blobs.put(_octets(file)) for file in (pack, reasons))
    return blobs.put([_octets_of(listing)])


def _told(progress: Progress | None, store: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, total: progress(store, done, total)


def _mailboxes(store: str, place: Place, accounts: tuple[str, ...]) -> Iterator[tuple[Layout, Path]]:
    kind: Any = place.layout
    if place.shared:
        yield Layout(store, kind, zone=place.zone), place.path
        return
    for account in accounts:
        found = [place.path / f"{account}{ending}" for ending in MAILBOXES]
        there = [path for path in found if path.exists()]
        if not there:
            raise NoMailbox(store=store, account=account, path=str(place.path))
        yield Layout(store, kind, owner=account, zone=place.zone), there[0]


def _walk(collection: Collection, listing: Listing, files: tuple[BinaryIO, BinaryIO]) -> None:
    pack, reasons = files
    scope = listing.scope
    rows: list[Any] = []
    for one in collection:
        reasons.write(canonical(one.sorting.as_json()) + b"\n")
        if one.sorting.side == "unreadable":
            listing.unreadable.append(one.sorting)
        elif one.sorting.side == "in" and one.sha256:
            if "traffic" in scope.categories:
                rows.append(traffic(one.facts))
            if "content" in scope.categories:
                start = pack.tell()
                one.copy(pack)
                listing.items.append((Item(one.sorting, one.sha256, pack.tell() - start), start))
    store = collection.store.layout.id
    listing.counts[store] = listing.counts.get(store, Counts()) + collection.counts
    listing.faults += collection.faults
    if "traffic" in scope.categories:
        listing.sheets.setdefault(TABLES["traffic"], Sheet(list(TRAFFIC))).rows.extend(rows)


def _rows(place: Place, accounts: tuple[str, ...], listing: Listing) -> None:
    try:
        with place.path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            sheet = Sheet(list(reader.fieldnames or ()))
            sheet.rows.extend(row for row in reader if (row.get("address") or "").strip().lower() in accounts)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(path=str(place.path), why=str(error)) from error
    listing.sheets.setdefault(TABLES["subscriber"], Sheet([])).add(sheet)


def _octets(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(1 << 20):
        yield chunk


def _octets_of(listing: Listing) -> bytes:
    plain = {
        "scope": listing.scope, "items": listing.items, "unreadable": listing.unreadable, "counts": listing.counts,
        "sheets": listing.sheets, "faults": listing.faults, "packs": listing.packs, "reasons": listing.reasons,
    }  # fmt: skip
    return canonical(msgspec.to_builtins(plain, order="deterministic"))


def _kept(blobs: Blobs, digest: str) -> Listing:
    return msgspec.json.decode(b"".join(blobs.read(digest)), type=Listing)


def listing_of(office: Office, matter: Matter) -> Listing:
    """What was last collected, as it was kept."""
    collected = matter.of("collected")
    if not collected:
        raise NotCollected(matter=matter.id)
    return _kept(Blobs(office.root / "blobs"), collected[-1].get("listing"))


def review(office: Office, name: str, by: str, at: datetime, rule: str, state_unreadable: bool = False) -> Event:
    """Record that every hit was read (`rule` empty) or cleared by a named rule, and that the unreadable are stated."""
    office.may(by, "review")
    whole, seen = load_seen(office, name)
    collected = whole.of("collected")
    if not collected:
        raise NotCollected(matter=name)
    found = collected[-1].get("found")
    data = {
        "items": collected[-1].get("items"), "rule": rule, "read": "0" if rule else found,
        "cleared": found if rule else "0", "unreadable": "stated" if state_unreadable else "",
    }  # fmt: skip
    says = f"{found} hits " + (f"cleared by the rule `{rule}`" if rule else f"read by {by}")
    event = Event("", "reviewed", at, at, says, "review", by, data=tuple(data.items()))
    record(office, name, [event], seen)
    return event
