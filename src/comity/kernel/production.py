"""What leaves: the manifest of one production, and the check that a finished one is exactly what the gate let go.

A manifest is made from a Release and from what was collected, and only if the two are the same to the last octet. It
names every file, its hash and why it is in; everything that must hold inside a manifest is checked when it is made
and again by whoever receives it, by the same function. What an authority may not have (the hash of a message, where
only traffic was asked for) does not stand in it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from comity.kernel.collection import Counts, Place, Sorting
from comity.kernel.demand import Scope
from comity.kernel.gate import Hits, Release
from comity.kernel.words import Fault, canonical, digest

FORMAT: Final = "comity/manifest/v1"
MANIFEST, COUNTS = "manifest.json", "counts.json"
TABLES: Final = {"subscriber": "subscriber.csv", "traffic": "traffic.csv"}
TRAFFIC: Final = ("date", "from", "to", "cc", "bcc", "delivered-to", "size", "message-id", "hops", "originating-ip")
"""The columns of a traffic answer. There is none for a subject: a subject is content."""

_SHA256: Final = re.compile("[0-9a-f]{64}")


def printable(text: str) -> str:
    """Text as JSON can carry it: an octet that was no character (a lone surrogate) is written as its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True, slots=True)
class Item:
    """One message as it leaves: where it lay and why it is in the scope, the SHA-256 (hex) and number of its octets.

    `size` counts the octets that leave, which in an mbox are not those of its place. `name` is given by `plan`.
    """

    sorting: Sorting
    sha256: str
    size: int
    name: str = ""

    @property
    def place(self) -> Place:
        """Where it lay."""
        return self.sorting.place


@dataclass(frozen=True, slots=True)
class Table:
    """An answer that is a table (traffic, subscriber): its file, SHA-256 (hex), octets, and rows below the heading."""

    name: str
    sha256: str
    size: int
    rows: int

    @classmethod
    def of(cls, name: str, octets: bytes, rows: int) -> Table:
        """The table these octets are."""
        return cls(name, hashlib.sha256(octets).hexdigest(), len(octets), rows)


def _sorting(sorting: Sorting) -> dict[str, object]:
    place = sorting.place
    texts = {name: printable(getattr(place, name)) for name in ("store", "folder", "file")}
    because = [{"test": t.test, "outcome": t.outcome, "found": printable(t.found)} for t in sorting.because]
    return {"place": texts | {"offset": place.offset, "size": place.size}, "because": because}


def table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """Rows as CSV (RFC 4180, UTF-8), every cell quoted; a cell of several values has one on each line.

    A row has exactly these columns: a value that has no column does not slip out, nor is one left out in silence.
    """
    lines = [_line(columns)]
    for row in rows:
        assert set(row) == set(columns), f"a row of {sorted(row)} in a table of {sorted(columns)}"
        lines.append(_line(row[column] for column in columns))
    return "".join(lines).encode()


def _line(cells: Iterable[object]) -> str:
    texts = ("\n".join(map(str, c)) if isinstance(c, list | tuple) else "" if c is None else str(c) for c in cells)
    return ",".join('"' + printable(text).replace('"', '""') + '"' for text in texts) + "\r\n"


def inventory(items: Iterable[Item], tables: Iterable[Table] = ()) -> str:
    """What a Release is bound to: the digest of the sorted list of `[store, locator, sha256]`.

    A table has no store, and its name for a locator. Approving these hits approves exactly these octets.
    """
    rows = [[printable(item.place.store), printable(str(item.place)), item.sha256] for item in items]
    return digest(sorted(rows + [["", table.name, table.sha256] for table in tables]))


@dataclass(frozen=True, slots=True)
class Collected:
    """What collection found under a scope: items that are in, items nobody could read, tables, counts by store."""

    items: tuple[Item, ...]
    counts: Mapping[str, Counts]
    unreadable: tuple[Sorting, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """Exactly what one production holds, for which demand, under which scope, and who let it go on what grounds.

    `decisions` are the classes' proof ids. The fields are those of its JSON (docs/formats/production.md).
    """

    matter: str
    demand: str
    scope: Scope
    released: datetime
    approved_by: tuple[str, ...]
    decisions: tuple[str, ...]
    hits: Hits
    items: tuple[Item, ...]
    tables: tuple[Table, ...]
    unreadable: tuple[Sorting, ...]
    counts: Mapping[str, Counts]
    format: str = FORMAT

    @cached_property
    def octets(self) -> bytes:
        """The manifest's one spelling: canonical JSON."""
        return canonical(
            {
                "format": self.format, "matter": self.matter, "demand": self.demand, "scope": self.scope.as_json(),
                "released": self.released.astimezone(UTC).isoformat(), "approved_by": list(self.approved_by),
                "decisions": list(self.decisions), "hits": asdict(self.hits),
                "items": [
                    {"name": item.name, "sha256": item.sha256, "size": item.size, "sorting": _sorting(item.sorting)}
                    for item in self.items
                ],
                "tables": [asdict(table) for table in self.tables],
                "unreadable": [_sorting(sorting) for sorting in self.unreadable],
                "counts": {store: asdict(counts) for store, counts in self.counts.items()},
            }
        )  # fmt: skip

    @property
    def digest(self) -> str:
        """What the certificate names: `sha256:` and the hex SHA-256 of the manifest's octets."""
        return "sha256:" + hashlib.sha256(self.octets).hexdigest()

    @cached_property
    def counted(self) -> bytes:
        """The octets of counts.json: for each store, and together, how many items fell on each side."""
        stores = {store: counts.as_json() | {"total": counts.total} for store, counts in self.counts.items()}
        every = sum(self.counts.values(), Counts())
        together = every.as_json() | {"total": every.total}
        return canonical({"format": "comity/counts/v1", "stores": stores, "together": together})

    @cached_property
    def files(self) -> dict[str, tuple[str, int]]:
        """Every file of the production besides the manifest: SHA-256 (hex) and octets by name, in their order."""
        counts = (hashlib.sha256(self.counted).hexdigest(), len(self.counted))
        return {COUNTS: counts} | {part.name: (part.sha256, part.size) for part in self.parts}

    @property
    def parts(self) -> tuple[Item | Table, ...]:
        """What it answers with: tables, then items."""
        return (*self.tables, *self.items)

    def fits(self, release: Release) -> bool:
        """Whether this is the manifest of exactly what the gate let go."""
        ours = (self.matter, self.released, self.scope.digest, self.hits, self.decisions, self.approved_by)
        return ours == tuple(
            getattr(release, name) for name in ("matter", "at", "scope", "hits", "classes", "approved_by")
        )


def plan(release: Release, demand: str, scope: Scope, collected: Collected) -> Manifest | tuple[Fault, ...]:
    """The manifest for a Release, or every reason why what was collected is not what the gate let go.

    Items are named in the order of their stores, folders, files and offsets. Where no content is asked for, unreadable
    items are only counted: a file's name, or what was found in it, may tell what it says.
    """
    ordered = sorted(collected.items, key=lambda item: _order(item.place))
    shown = collected.unreadable if "content" in scope.categories else ()
    manifest = Manifest(
        release.matter, demand, scope, release.at, release.approved_by, release.classes, release.hits,
        tuple(replace(item, name=f"items/{number:06}.eml") for number, item in enumerate(ordered, 1)),
        tuple(sorted(collected.tables, key=lambda table: table.name)),
        tuple(sorted(shown, key=lambda sorting: _order(sorting.place))),
        dict(collected.counts),
    )  # fmt: skip
    return faults(manifest) or manifest


def _order(place: Place) -> tuple[str, str, str, int]:
    return place.store, place.folder, place.file, place.offset


def faults(manifest: Manifest) -> tuple[Fault, ...]:
    """Everything that must hold inside a manifest and does not; none for one that `plan` made."""
    return (*_form(manifest), *_bound(manifest), *_sides(manifest), *_tables(manifest), *_numbers(manifest))


def _form(manifest: Manifest) -> Iterator[Fault]:
    if manifest.format != FORMAT:
        yield _fault("format-unknown", "format", f"`{manifest.format}`", f"this comity reads {FORMAT}")
    for part in manifest.parts:
        if not _SHA256.fullmatch(part.sha256) or part.size < 0:
            remedy = "give the SHA-256 as 64 lower-case hex digits"
            yield _fault("hash-malformed", part.name, f"`{part.sha256}`, {part.size} octets", remedy)
    for number, item in enumerate(manifest.items, 1):
        if item.name != f"items/{number:06}.eml":
            yield _fault("name-malformed", item.name, f"item {number} has another name", "name items by their order")


def _bound(manifest: Manifest) -> Iterator[Fault]:
    if manifest.hits.scope != manifest.scope.digest:
        yield _fault("scope-differs", "hits", "the hits were collected under another scope", "collect again")
    if manifest.hits.items != inventory(manifest.items, manifest.tables):
        what = "the items are not exactly those that were approved"
        yield _fault("items-differ", "items", what, "collect again and have the hits approved")


def _sides(manifest: Manifest) -> Iterator[Fault]:
    seen: set[Place] = set()
    for sorting in (*(item.sorting for item in manifest.items), *manifest.unreadable):
        if sorting.place in seen:
            yield _fault("place-twice", str(sorting.place), "two items lie at this place", "collect again")
        seen.add(sorting.place)
    asked = _asked(manifest.scope)
    for item in manifest.items:
        tried = sorted(trial.test for trial in item.sorting.because)
        if tried != asked or item.sorting.side != "in":
            what = f"its reasons ({', '.join(tried)}) do not put it in the scope ({', '.join(asked)})"
            yield _fault("not-in-scope", item.name, what, "leave it out")
    for sorting in manifest.unreadable:
        if "account" not in {trial.test for trial in sorting.because} or sorting.side != "unreadable":
            yield _fault("not-unreadable", str(sorting.place), "its reasons do not leave it open", "collect again")


def _asked(scope: Scope) -> list[str]:
    dated = scope.since is not None or scope.until is not None
    parts = {"date": dated, "folder": scope.folders, "store": scope.stores, "terms": scope.terms}
    return ["account", *(name for name, asked in parts.items() if asked)]


def _tables(manifest: Manifest) -> Iterator[Fault]:
    wanted = {name for category, name in TABLES.items() if category in manifest.scope.categories}
    given = [table.name for table in manifest.tables]
    for name in sorted(wanted - set(given)):
        yield _fault("table-missing", name, "the scope asks for it", "make the table, or narrow the scope")
    for name in sorted(name for name in set(given) if name not in wanted or given.count(name) > 1):
        yield _fault("table-not-asked", name, "the scope does not ask for it, or only once", "leave it out")


def _numbers(manifest: Manifest) -> Iterator[Fault]:
    hits, content = manifest.hits, "content" in manifest.scope.categories
    mail = content or "traffic" in manifest.scope.categories
    every = sum(manifest.counts.values(), Counts())
    pairs = [
        ("items", len(manifest.items), hits.found if content else 0),
        ("unreadable", len(manifest.unreadable), hits.unreadable if content else 0),
        ("counts.in", every.inside, hits.found if mail else 0),
        ("counts.unreadable", every.unreadable, hits.unreadable),
    ]
    if content:
        stores = Counter(item.place.store for item in manifest.items)
        pairs += [(f"counts.{store}.in", counts.inside, stores[store]) for store, counts in manifest.counts.items()]
    # A row for each hit: of the traffic table always, of the subscriber table where nothing else was asked for.
    rowed = {"traffic.csv"} if mail else {"subscriber.csv"}
    pairs += [(table.name, table.rows, hits.found) for table in manifest.tables if table.name in rowed]
    for where, given, wanted in pairs:
        if given != wanted:
            what = f"{given} where there must be {wanted}"
            yield _fault("counts-do-not-add-up", where, what, "let nothing write to the store and collect again")


def check(manifest: Manifest, files: Mapping[str, tuple[str, int]]) -> list[Fault]:
    """Every file that is missing, altered or too many, given the SHA-256 (hex) and octets of those that are there."""
    found, remedy = [], "do not rely on this production; ask for it again"
    for name, stated in manifest.files.items():
        if name not in files:
            found.append(_fault("file-missing", name, "the manifest names it, the production has it not", remedy))
        elif files[name] != stated:
            what = f"it has {files[name][1]} octets and SHA-256 {files[name][0]}, the manifest states {stated}"
            found.append(_fault("file-altered", name, what, remedy))
    extra = sorted(files.keys() - manifest.files.keys() - {MANIFEST})
    return found + [_fault("file-extra", name, "the manifest does not name it", remedy) for name in extra]


def _fault(name: str, where: str, what: str, remedy: str) -> Fault:
    return Fault(name, printable(where), what, remedy)
