"""TOML tables with their lines: what a key must be, and where in the file it stands."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import tomli

from comity.errors import Unreadable
from comity.kernel.words import Fault
from comity.lawpack.faults import fault

Row = Mapping[str, Any]
MOST_BYTES: Final = 4 << 20
HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
KEY = re.compile(r"^\s*([\w-]+)\s*=")

KINDS: Final[dict[str, type]] = {"text": str, "flag": bool, "table": dict, "list": list, "any": object}


@dataclass(frozen=True)
class Document:
    """One TOML file: its tables, and the line of each table and key."""

    path: Path
    name: str
    data: Row
    lines: Mapping[tuple[str, int, str], int]
    faults: tuple[Fault, ...] = ()
    sha256: bytes = b""

    def at(self, table: str, index: int = 0, key: str = "") -> str:
        """`file:line` of a key, or of its table where the key is absent."""
        line = self.lines.get((table, index, key)) or self.lines.get((table, index, ""), 1)
        return f"{self.name}:{line}"

    def named(self, table: str, id: str, key: str = "") -> str:
        """`file:line` of a key in the first row of a table that is called `id`."""
        return self.at(table, next((index for index, row in self.rows(table) if row.get("id") == id), 0), key)

    def rows(self, table: str) -> Iterator[tuple[int, Row]]:
        """The rows of an array of tables, counted from 0; anything else in its place is skipped: see `stray`."""
        found = self.data.get(table, [])
        yield from ((i, row) for i, row in enumerate(found if isinstance(found, list) else []) if isinstance(row, dict))

    def stray(self, tables: Collection[str], single: Collection[str] = ()) -> Iterator[Fault]:
        """Every table that is none of `tables`, and every one that is not an array of tables (`single`: one table)."""
        for table, found in self.data.items():
            if table not in tables:
                yield fault("unknown-table", self._key(table), f"`{table}` is none of the tables {', '.join(tables)}")
            elif table in single and not isinstance(found, dict):
                yield fault("wrong-type", self._key(table), f"`{table}` must be one table: [{table}]")
            elif table not in single and not (isinstance(found, list) and all(isinstance(row, dict) for row in found)):
                yield fault("wrong-type", self._key(table), f"each `{table}` must be a table of its own: [[{table}]]")

    def _key(self, table: str) -> str:
        return self.at(table) if (table, 0, "") in self.lines else self.at("", 0, table)


def read_document(path: Path, root: Path | None = None) -> Document:
    """Read a TOML file; a syntax error is a fault with its line, an unreadable file an error."""
    return document_of(path, octets(path), root)


def octets(path: Path) -> bytes:
    """What lies in a file now."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(path=str(path), why=error.strerror or str(error)) from error


def document_of(path: Path, raw: bytes, root: Path | None = None) -> Document:
    """The octets of a file as a document, named as seen from `root`."""
    name = path.relative_to(root).as_posix() if root else path.name
    if len(raw) > MOST_BYTES:
        return Document(path, name, {}, {}, (fault("not-toml", f"{name}:1", f"larger than {MOST_BYTES >> 20} MiB"),))
    sha256 = hashlib.sha256(raw).digest()
    try:
        text = raw.decode()
        return Document(path, name, tomli.loads(text), dict(_lines(text)), (), sha256)
    except (UnicodeDecodeError, tomli.TOMLDecodeError, RecursionError) as error:
        where = f"{name}:{_line(error, raw)}"
        wrong = fault("not-toml", where, str(error).split(" (at")[0].lower())
        return Document(path, name, {}, {}, (wrong,), sha256)


def _line(error: Exception, raw: bytes) -> int:
    """The line at which a file stops being TOML."""
    if isinstance(error, UnicodeDecodeError):
        return raw.count(b"\n", 0, error.start) + 1
    found = re.search(r"\(at line (\d+)", str(error))
    return int(found.group(1)) if found else raw.count(b"\n") + 1 if "end of document" in str(error) else 1


def _lines(text: str) -> Iterator[tuple[tuple[str, int, str], int]]:
    table, index, counts, fence = "", 0, dict[str, int](), ""
    for number, line in enumerate(text.split("\n"), 1):
        if fence:
            fence = "" if fence in line else fence
            continue
        if header := HEADER.match(line):
            table = header.group(2)
            index = counts.get(table, -1) + 1 if header.group(1) == "[[" else 0
            counts[table] = index
            yield (table, index, ""), number
        elif key := KEY.match(line):
            yield (table, index, key.group(1)), number
        for quote in ('"""', "'''"):
            if quote in line and line.count(quote) % 2:
                fence = quote


@dataclass(frozen=True)
class Shape:
    """What one table must look like: kind of each key, those it must have, and those that may not be empty."""

    needs: Mapping[str, str]
    may: Mapping[str, str] = field(default_factory=dict)

    def faults(self, document: Document, table: str, index: int, row: Row) -> Iterator[Fault]:
        """Every key that is missing, unknown, empty or of the wrong kind."""
        for key in self.needs:
            if row.get(key) in (None, "", [], {}):
                name = {"cite": "citation-missing", "source": "source-missing"}.get(key, "missing-key")
                yield fault(name, document.at(table, index), f"[{table}] {_id(row)}has no `{key}`")
        for key, value in row.items():
            kind = self.needs.get(key) or self.may.get(key)
            if kind is None:
                yield fault("unknown-key", document.at(table, index, key), f"[{table}] has no key `{key}`")
            elif not _fits(kind, value):
                yield fault("wrong-type", document.at(table, index, key), f"`{key}` must be a {kind}")


def _fits(kind: str, value: object) -> bool:
    if kind == "day":
        return type(value) is date
    if kind == "list of texts":
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    return isinstance(value, KINDS[kind])


def _id(row: Row) -> str:
    return f"`{row['id']}` " if isinstance(row.get("id"), str) else ""
