"""A written demand, TOML or JSON, → the kernel's `Demand`, or every fault at once; and back to TOML.

Nothing is defaulted that matters: what a demand does not say stays unknown or unlimited, and what it says wrongly
keeps it out. The format is docs/formats/demand.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from comity.intake.document import Document, read_document
from comity.intake.faults import fault
from comity.intake.keys import DEMAND, PAPER, SCOPE, Key, Unfit, text
from comity.intake.known import Known
from comity.kernel.demand import Demand, Scope, scope_faults
from comity.kernel.words import Fault, Value

TABLES: Final = ("demand", "scope", "facts", "paper")
OWN_TERMS: Final = {
    "demand.place": "place",
    "demand.instrument": "instrument",
    "demand.issuer": "issuer",
    "demand.emergency": "emergency",
}
"""Terms that a key of [demand] already states; stating them again in [facts] could contradict it."""

_SCOPE_KEYS: Final = {
    "no-account": "accounts",
    "account-not-plain": "accounts",
    "no-category": "categories",
    "unknown-category": "categories",
    "empty-range": "until",
}
_EASTMOST: Final = timedelta(hours=14)


def read_demand(
    source: Path | bytes, kind: Literal["toml", "json"], known: Known, today: date | None = None
) -> tuple[Demand | None, list[Fault]]:
    """Read a demand from a file or its octets; a demand comes back only if nothing is wrong with it.

    `today` (a day in UTC) lets intake refuse service in the future. Raises `Unreadable` if the file cannot be opened.
    """
    return demand_from(read_document(source, kind), known, today)


def demand_from(document: Document, known: Known, today: date | None = None) -> tuple[Demand | None, list[Fault]]:
    """The demand that a document's tables state, or every fault in them."""
    if document.data is None:
        return None, list(document.faults)
    reader = _Reader(document, known, list(document.faults))
    values = reader.read()
    for check in (_codes, _parties, _dates, _records):
        reader.found.extend(check(reader, values))
    if today is not None and "served" in values and values["served"].date() > today:
        what = f"served on {values['served'].date()}, which is still to come"
        reader.found.append(fault("impossible-date", document.at("demand", "served"), what))
    if reader.found:
        unique = {(wrong.name, wrong.where, wrong.what): wrong for wrong in reader.found}
        return None, sorted(unique.values(), key=_line)
    scope = Scope(**{key.name: values[key.name] for key in SCOPE if key.name in values})
    rest = {key.name: values[key.name] for key in DEMAND if key.name in values}
    return Demand(scope=scope, facts=values["facts"], papers=values["papers"], **({"issuer": ""} | rest)), []


def _line(wrong: Fault) -> int:
    """Faults are told in the order of the file; those without a line keep the order in which they were found."""
    line = re.search(r":([0-9]+)(?: |$)", wrong.where)
    return int(line.group(1)) if line else 0


@dataclass(frozen=True, slots=True)
class _Reader:
    """A document being read: what the office knows, and the faults found so far."""

    document: Document
    known: Known
    found: list[Fault]

    def read(self) -> dict[str, Any]:
        """Every value that could be read, by key; the others have left their faults."""
        data = self.document.data or {}
        for table in data:
            if table not in TABLES:
                self.wrong("unknown-key", f"[{table}] is not a table of a demand", self.document.at(table))
        for table in ("demand", "scope"):
            if table not in data:
                self.wrong("missing-key", f"there is no [{table}]", self.document.at(table))
        values = self.table(DEMAND, "demand", data.get("demand", {}))
        values |= self.table(SCOPE, "scope", data.get("scope", {}))
        if "categories" in values:
            values["categories"] = frozenset(values["categories"])
        return values | {"facts": tuple(self.facts(data.get("facts", {}))), "papers": tuple(self.papers(data))}

    def wrong(self, name: str, what: str, where: str) -> None:
        """One more fault."""
        self.found.append(fault(name, where, what))

    def table(self, keys: tuple[Key, ...], table: str, row: object, index: int = 0) -> dict[str, Any]:
        """The values of one table by key."""
        if not isinstance(row, Mapping):
            self.wrong("wrong-type", f"[{table}] must be a table", self.document.at(table, "", index))
            return {}
        declared = {key.name: key for key in keys}
        for key in (name for name in declared if name not in row):
            at = self.document.at(table, key, index)
            if declared[key].needed and table in (self.document.data or {}) and at not in {f.where for f in self.found}:
                self.wrong("missing-key", f"[{table}] has no `{key}`", self.document.at(table, key, index))
        values = {}
        for key, raw in row.items():
            if key not in declared:
                self.wrong("unknown-key", f"[{table}] has no key `{key}`", self.document.at(table, key, index))
                continue
            try:
                values[key] = declared[key].reads(raw)
            except Unfit as unfit:
                name, what = unfit.args
                if key == "court" and isinstance(raw, list) and len(raw) > 1:
                    name, what = "two-courts", f"names {' and '.join(map(str, raw))}"
                self.wrong(name, f"`{key}` {what}", self.document.at(table, key, index))
        return values

    def facts(self, row: object) -> Iterator[tuple[str, Value]]:
        """Further declared terms."""
        if not isinstance(row, Mapping):
            self.wrong("wrong-type", "[facts] must be a table", self.document.at("facts"))
            return
        for term, value in row.items():
            at = self.document.at("facts", term)
            if term in OWN_TERMS:
                self.wrong("stated-elsewhere", f"`{term}` is `{OWN_TERMS[term]}` of [demand]", at)
            elif term.startswith("question."):
                self.wrong("stated-elsewhere", f"`{term}` is answered by courts, not by facts", at)
            elif wrong := _unfit(value):
                self.wrong(wrong[0], f"`{term}` {wrong[1]}", at)
            else:
                self.found.extend(self.known.vocabulary.faults({term: value}, at))
                yield term, value

    def papers(self, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """The papers behind the demand, by name and digest."""
        rows = data.get("paper", [])
        if not isinstance(rows, list):
            self.wrong("wrong-type", "[[paper]] must be a list of tables", self.document.at("paper"))
            return
        for index, row in enumerate(rows):
            values = self.table(PAPER, "paper", row, index)
            yield values.get("name", ""), values.get("digest", "")


def _unfit(value: object) -> tuple[str, str] | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        text(value)
    except Unfit as unfit:
        name, what = unfit.args
        return name, what if isinstance(value, str) else "must be a text, true or false"
    return None


def _codes(reader: _Reader, values: Mapping[str, Any]) -> Iterator[Fault]:
    """Codes that are not declared."""
    declared: dict[str, tuple[str, Any]] = {
        "place": ("unknown-place", reader.known.places),
        "instrument": ("unknown-instrument", reader.known.instruments),
        "court": ("unknown-court", reader.known.courts),
        "served_entity": ("unknown-entity", reader.known.entities),
        "channel": ("unknown-channel", next(key.codes for key in DEMAND if key.name == "channel")),
    }
    for key, (name, codes) in declared.items():
        if key in values and values[key] not in codes:
            yield fault(name, reader.document.at("demand", key), f"`{values[key]}` is not known")
    if values.get("issuer"):
        where = reader.document.at("demand", "issuer")
        yield from reader.known.vocabulary.faults({"demand.issuer": values["issuer"]}, where)


def _parties(reader: _Reader, values: Mapping[str, Any]) -> Iterator[Fault]:
    """Accounts and stores that are not here; an account of which nobody knows is let through."""
    for address in values.get("accounts", ()):
        if address == address.strip().lower() and reader.known.account(address) is False:
            what = f"`{address}` is not an account at this provider"
            yield fault("account-not-here", reader.document.at("scope", "accounts"), what)
    stores = reader.known.stores
    for store in values.get("stores", ()) if stores is not None else ():
        if stores is not None and store not in stores:
            yield fault("unknown-store", reader.document.at("scope", "stores"), f"`{store}` is not a store")


def _dates(reader: _Reader, values: Mapping[str, Any]) -> Iterator[Fault]:
    """Dates that contradict one another."""
    issued, served, due = values.get("issued"), values.get("served"), values.get("return_by")
    if issued and served and served < _first_instant(issued):
        what = f"served at {served.isoformat()}, before it was issued on {issued}"
        yield fault("date-order", reader.document.at("demand", "served"), what)
    if issued and due and due < _first_instant(issued):
        what = f"to be answered by {due.isoformat()}, before it was issued on {issued}"
        yield fault("date-order", reader.document.at("demand", "return_by"), what)


def _first_instant(when: date) -> datetime:
    """When the day began where days begin first: nothing of that day happened before this instant anywhere."""
    if when == date.min:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.combine(when, time(), UTC) - _EASTMOST


def _records(reader: _Reader, values: Mapping[str, Any]) -> Iterator[Fault]:
    """What the kernel finds unfit in the scope, unless the key has its fault already or is not there at all."""
    empty: dict[str, Any] = {"accounts": (), "categories": frozenset()}
    scope = Scope(**(empty | {key.name: values[key.name] for key in SCOPE if key.name in values}))
    raw = (reader.document.data or {}).get("scope")
    for wrong in scope_faults(scope, "scope"):
        key = _SCOPE_KEYS[wrong.name]
        if isinstance(raw, Mapping) and key in raw and (key in values or key == "until"):
            yield fault(wrong.name, reader.document.at("scope", key), wrong.what)
