"""The provider's own facts: `estate.toml` and the table of accounts, read with every fault at once."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from comity.errors import Faulty, Unreadable
from comity.kernel import estate as rooms
from comity.kernel.demand import CATEGORIES
from comity.kernel.estate import Entity, Estate, Service, Site, Store
from comity.kernel.words import Fault, Value
from comity.lawpack.tables import Document, Row, Shape, read_document

SHAPES: Final = {
    "provider": Shape({"name": "text"}),
    "entity": Shape(
        {"id": "text", "name": "text", "place": "text"}, {"parent": "text", "share": "any", "directs": "list"}
    ),
    "site": Shape({"id": "text", "name": "text", "country": "text", "operator": "text"}),
    "service": Shape({"id": "text", "name": "text"}, {"public": "flag", "offered": "list"}),
    "store": Shape(
        {"id": "text", "site": "text", "holder": "text", "service": "text", "holds": "list"},
        {"key_holder": "text", "path": "text", "layout": "text", "shared": "flag", "zone": "text"},
    ),
    "accounts": Shape({"path": "text"}),
}
LAYOUTS: Final = ("auto", "mbox", "maildir", "eml", "table")
COLUMNS: Final = ("address", "store", "customer_place", "nationality", "kind", "service")
KINDS: Final = ("person", "business", "public-body", "privileged")


@dataclass(frozen=True)
class Place:
    """Where a store's records lie on disk, and how they are laid out there.

    A store holds a mailbox for each account, named by its address, unless it is `shared`: then it is one archive whose
    items belong to whoever stands in their headers. A `table` is a CSV file with a column `address`. `zone` is where
    dates that state no zone were written.
    """

    path: Path
    layout: str
    shared: bool = False
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One row of the table of accounts: whose account it is, as far as anybody knows; empty cells are unknown."""

    address: str
    store: str
    place: str | None
    nationality: str | None
    kind: str | None

    def as_facts(self) -> dict[str, Value]:
        """What the law may ask of the subject."""
        return {"subject.place": self.place, "subject.nationality": self.nationality, "subject.kind": self.kind}


@dataclass(frozen=True)
class Holdings:
    """The estate, the places of its stores, and its accounts by address."""

    estate: Estate
    places: Mapping[str, Place]
    accounts: Mapping[str, tuple[Account, ...]]

    def holds(self, address: str) -> bool:
        """Whether the account is at this provider."""
        return address in self.accounts

    def stores_of(self, address: str) -> tuple[Store, ...]:
        """The stores where records of the account lie."""
        return tuple(self.estate.stores[account.store] for account in self.accounts.get(address, ()))


def read_estate(path: Path, with_accounts: bool = True) -> Holdings:
    """Read an estate and its accounts, or raise `Faulty` with every fault, each with its line and remedy.

    Without accounts the table that the file names is left unread: whoever sweeps over millions reads it otherwise.
    """
    document = read_document(path)
    found = [*document.faults, *_shapes(document)]
    if found:
        raise Faulty(tuple(found), path=str(path))
    estate = _estate(document, found)
    found += _placed(document, rooms.faults(estate))
    places = {
        row["id"]: Place(path.parent / row["path"], row["layout"], row.get("shared", False), row.get("zone"))
        for _, row in document.rows("store")
        if "path" in row
    }
    accounts: Mapping[str, tuple[Account, ...]] = {}
    if with_accounts and (table := document.data.get("accounts")):
        accounts = _accounts(path.parent / table["path"], estate, found)
    if found:
        raise Faulty(tuple(found), path=str(path))
    return Holdings(estate, places, accounts)


def accounts_path(path: Path) -> tuple[Path, ...]:
    """The table of accounts that an estate names, if it names one."""
    table = read_document(path).data.get("accounts", {})
    return (path.parent / table["path"],) if "path" in table else ()


def _shapes(document: Document) -> Iterator[Fault]:
    for table, value in document.data.items():
        if table not in SHAPES:
            remedy = f"use {', '.join(SHAPES)}"
            yield Fault("unknown-table", document.at(table), f"[{table}] is not a table of an estate", remedy)
        elif isinstance(value, dict):
            yield from SHAPES[table].faults(document, table, 0, value)
    for table in SHAPES:
        for index, row in document.rows(table):
            yield from SHAPES[table].faults(document, table, index, row)
            if table == "store":
                yield from _store(document, index, row)
    if "provider" not in document.data:
        yield Fault("missing-key", document.at("provider"), "no [provider]", "name the provider")


def _store(document: Document, index: int, row: Row) -> Iterator[Fault]:
    if ("path" in row) != ("layout" in row) or row.get("layout", "mbox") not in LAYOUTS:
        what, remedy = "a store on disk has a path and a layout", f"give both; layouts are {', '.join(LAYOUTS)}"
        yield Fault("store-layout", document.at("store", index, "layout"), what, remedy)
    for category in row.get("holds", ()):
        if category not in CATEGORIES:
            remedy = f"use {', '.join(sorted(CATEGORIES))}"
            where = document.at("store", index, "holds")
            yield Fault("unknown-category", where, f"`{category}` is not a category of records", remedy)


def _estate(document: Document, found: list[Fault]) -> Estate:
    def rows(table: str) -> list[Row]:
        seen: set[str] = set()
        for index, row in document.rows(table):
            if row["id"] in seen:
                what = f"two [[{table}]] are called `{row['id']}`"
                found.append(Fault("duplicate-id", document.at(table, index, "id"), what, "give each its own id"))
            seen.add(row["id"])
        return [row for _, row in document.rows(table)]

    def share(row: Row) -> Fraction | None:
        try:
            return Fraction(str(row["share"]).strip().rstrip("%")) / 100 if "share" in row else None
        except (ValueError, ZeroDivisionError):
            what = f"share `{row['share']}` is not a number"
            found.append(Fault("share-out-of-range", f"entity {row['id']}", what, "give a share from 0 to 100 (%)"))
            return None

    def offered(row: Row) -> frozenset[str] | None:
        return frozenset(row["offered"]) if "offered" in row else None

    return Estate(
        document.data["provider"]["name"],
        {
            r["id"]: Entity(r["id"], r["name"], r["place"], r.get("parent"), share(r), tuple(r.get("directs", ())))
            for r in rows("entity")
        },
        {r["id"]: Site(r["id"], r["name"], r["country"], r["operator"]) for r in rows("site")},
        {r["id"]: Service(r["id"], r["name"], r.get("public"), offered(r)) for r in rows("service")},
        {
            r["id"]: Store(r["id"], r["site"], r["holder"], r["service"], r.get("key_holder"), frozenset(r["holds"]))
            for r in rows("store")
        },
    )


def _placed(document: Document, faults: list[Fault]) -> Iterator[Fault]:
    """Give the kernel's faults, which name a table and an id, their line in the file."""
    lines = {
        f"{table} {row['id']}": document.at(table, index)
        for table in ("entity", "site", "service", "store")
        for index, row in document.rows(table)
    }
    for wrong in faults:
        yield Fault(wrong.name, lines.get(wrong.where, wrong.where), f"{wrong.where}: {wrong.what}", wrong.remedy)


def _accounts(path: Path, estate: Estate, found: list[Fault]) -> Mapping[str, tuple[Account, ...]]:
    accounts: dict[str, list[Account]] = {}
    try:
        with path.open(newline="", encoding="utf-8") as table:
            reader = csv.DictReader(table)
            missing = set(COLUMNS) - set(reader.fieldnames or ())
            if missing:
                what = f"the columns {', '.join(sorted(missing))} are missing"
                found.append(Fault("missing-column", f"{path.name}:1", what, f"give {', '.join(COLUMNS)}"))
                return {}
            for row in reader:
                account = _account(row, estate, f"{path.name}:{reader.line_num}", found)
                accounts.setdefault(account.address, []).append(account)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(path=str(path), why=str(error)) from error
    return {address: tuple(rows) for address, rows in accounts.items()}


def _account(row: Mapping[str, str], estate: Estate, where: str, found: list[Fault]) -> Account:
    cells = {column: (row.get(column) or "").strip() or None for column in COLUMNS}
    for column in ("customer_place", "nationality"):
        code = cells[column]
        if code is not None and not (len(code) == 2 and code.isascii() and code.isupper()):
            what = f"`{code}` is not a country code"
            found.append(Fault("unknown-place", where, what, f"write {column} as ISO 3166 alpha-2, or leave it empty"))
    if cells["store"] not in estate.stores:
        found.append(Fault("unknown-store", where, f"no store `{cells['store']}`", "name a [[store]] of the estate"))
    if cells["kind"] not in (None, *KINDS):
        found.append(Fault("unknown-code", where, f"`{cells['kind']}` is not a kind", f"use {', '.join(KINDS)}"))
    address = (cells["address"] or "").lower()
    return Account(address, cells["store"] or "", cells["customer_place"], cells["nationality"], cells["kind"])
