"""The cube: what a sweep found, in one small file, from which every further question is answered.

A zip with two members: `cube.json`, canonical, which says what was swept (the day, the packs, the estate, the demands)
and what came out; and `classes.parquet`, the classes of accounts. The file's comment names its format and the digest
of `cube.json`, which names that of the classes. The same accounts, estate and packs give the same digest.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from comity.errors import ComityError, Unreadable, Unwritable
from comity.exposure import classes as grouped
from comity.exposure.accounts import full
from comity.exposure.classes import CLASSES, Classes, Stored
from comity.exposure.columns import Column
from comity.exposure.judges import Found
from comity.exposure.sweep import Row, Ruling, Sweep
from comity.kernel.words import Compare, Leaf, Within, Word, canonical
from comity.memory import uncollected

FORMAT: Final = "comity-cube 3"
HEAD: Final = "cube.json"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)


class NotACube(ComityError):
    """`{path}` is not a whole cube: {why}"""

    help = "make it again with `comity exposure run`"
    exit_code = 4


@dataclass(frozen=True)
class Cube:
    """What was swept and what came out; `about` is for whoever asked: the day, the packs, the estate, the demands."""

    about: Mapping[str, Any]
    classes: Classes
    sweep: Sweep
    digest: str = ""

    @property
    def numbering(self) -> str:
        """Names the classes and their numbers: the digest of their table, once the cube was written."""
        return str(self.about["classes"]["files"][CLASSES])


def writable(*paths: Path | None) -> None:
    """Refuse a place where nothing can be written before hours are spent on what would be written there."""
    for path in filter(None, paths):
        why = "its folder does not exist" if not path.parent.is_dir() else "it is a folder" if path.is_dir() else ""
        if why or not os.access(path.parent, os.W_OK | os.X_OK):
            raise Unwritable(path=str(path), why=why or "its folder may not be written to")


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A file that is there whole or not at all: write to the path given here, and it takes the place of `path`."""
    beside = path.parent / f".{path.name}-{secrets.token_hex(4)}"
    try:
        beside.touch(exist_ok=False)
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except (OSError, duckdb.IOException, Unwritable) as error:
        no_room = isinstance(error, Unwritable) or full(error)
        said = getattr(error, "strerror", None) or str(error).split("\n")[0]
        why = "the disk is full; what stood there before is untouched" if no_room else said
        raise Unwritable(path=str(path), why=why) from error
    finally:
        beside.unlink(missing_ok=True)


def save(cube: Cube, path: Path) -> Cube:
    """Write the cube in one stroke, and return it as it was written; an older file of that name stays until then."""
    with tempfile.TemporaryDirectory(prefix="comity-") as folder, written(path) as beside:
        files = grouped.write(cube.classes, Path(folder))
        about = {**cube.about, **_as_json(cube, {name: _digest(octets) for name, octets in files.items()})}
        head = canonical(about)
        digest = _digest(head)
        with zipfile.ZipFile(beside, "w") as file:
            file.comment = f"{FORMAT} {digest}".encode()
            file.writestr(zipfile.ZipInfo(HEAD, EPOCH), head, zipfile.ZIP_DEFLATED, 6)
            for name, octets in files.items():
                file.writestr(zipfile.ZipInfo(name, EPOCH), octets)
    return Cube(about, cube.classes, cube.sweep, digest)


@uncollected()
def load(con: duckdb.DuckDBPyConnection, path: Path) -> Cube:
    """Read a cube, and see that it is what it says it is."""
    try:
        with zipfile.ZipFile(path) as file:
            said, _, digest = file.comment.decode("ascii").rpartition(" ")
            head = file.read(HEAD)
            about = json.loads(head)
            if said != FORMAT:
                raise NotACube(path=str(path), why=f"its format is `{said}`, not `{FORMAT}`")
            if digest != _digest(head):
                raise NotACube(path=str(path), why="its contents do not have the digest it names")
            own = about["classes"]
            files = {name: file.read(name) for name in own["files"]}
        if any(_digest(octets) != own["files"][name] for name, octets in files.items()):
            raise NotACube(path=str(path), why="its classes do not have the digest it names")
        columns = [Column(c["name"], c["term"], c["kind"], tuple(c["codes"])) for c in about["columns"]]
        values = tuple(map(tuple, about["values"]))
        sizes, coarse = (own["number"], own["accounts"]), _codes(own["coarse"])
        classes = Classes(con, tuple(about["stores"]), tuple(columns), values, *sizes, coarse, Stored(con, files))
    except OSError as error:
        raise Unreadable(path=str(path), why=error.strerror or str(error)) from error
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise NotACube(path=str(path), why=str(error).split("\n")[0] or type(error).__name__) from error
    return Cube(about, classes, _sweep(about), digest)


def _digest(octets: bytes) -> str:
    return "sha256:" + hashlib.sha256(octets).hexdigest()


def _as_json(cube: Cube, files: Mapping[str, str]) -> dict[str, object]:
    classes, sweep = cube.classes, cube.sweep
    folds: dict[tuple[int, ...], int] = {}
    sets: dict[frozenset[Leaf], int] = {}

    def said(leaves: frozenset[Leaf]) -> int:
        return sets.setdefault(leaves, len(sets))

    rows = [_row(row, folds) for row in sweep.rows]
    return {
        "format": FORMAT,
        "stores": list(classes.stores),
        "columns": [{"name": c.name, "term": c.term, "kind": c.kind, "codes": list(c.codes)} for c in classes.columns],
        "values": [list(values) for values in classes.values],
        "classes": {
            "number": classes.number,
            "accounts": classes.accounts,
            "coarse": list(map(list, classes.coarse)),
            "files": files,
        },
        "rows": rows,
        "folds": [list(fold) for fold in folds],
        "rulings": [[r.template, r.court, r.served, r.basis, list(r.outcomes), said(r.asks)] for r in sweep.rulings],
        "asked": {case: said(leaves) for case, leaves in sweep.asked.items()},
        "leaves": [sorted(map(_leaf, leaves)) for leaves in sets],
        "outcomes": [[f.verdict, f.proof, list(f.reasons), list(f.open)] for f in sweep.outcomes],
    }


def _row(row: Row, folds: dict[tuple[int, ...], int]) -> dict[str, object]:
    return {
        "place": row.place,
        "category": row.category,
        "buckets": [folds.setdefault(bucket, len(folds)) for bucket in row.buckets],
        "keys": [list(key) for key in row.keys],
        "specimens": [list(key) for key in row.specimens],
        "rulings": {store: list(places) for store, places in row.rulings.items()},
        "counts": {store: list(numbers) for store, numbers in row.counts.items()},
    }


def _sweep(about: Mapping[str, Any]) -> Sweep:
    folds = [tuple(fold) for fold in about["folds"]]
    rows = tuple(
        Row(
            r["place"], r["category"], tuple(folds[at] for at in r["buckets"]), _codes(r["keys"]),
            _codes(r["specimens"]), {s: tuple(v) for s, v in r["rulings"].items()},
            {s: tuple(v) for s, v in r["counts"].items()},
        )
        for r in about["rows"]
    )  # fmt: skip
    sets = [frozenset(map(_as_leaf, leaves)) for leaves in about["leaves"]]
    rulings = tuple(Ruling(t, c, s, b, tuple(found), sets[asks]) for t, c, s, b, found, asks in about["rulings"])
    asked = {case: sets[asks] for case, asks in about["asked"].items()}
    return Sweep(rows, rulings, tuple(Found(v, p, tuple(r), tuple(o)) for v, p, r, o in about["outcomes"]), asked)


def _leaf(leaf: Leaf) -> list[Any]:
    match leaf:
        case Compare(name, code, same):
            return ["is", name, code, same]
        case Within(name, group, inside):
            return ["in", name, group, inside]
    return ["word", leaf.name]


def _as_leaf(kept: list[Any]) -> Leaf:
    kind, *parts = kept
    return Compare(*parts) if kind == "is" else Within(*parts) if kind == "in" else Word(*parts)


def _codes(rows: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(map(tuple, rows))
