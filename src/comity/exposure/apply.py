"""Verdict and proof written back to each account.

The proof is that of the account's class, as the cube and the list of classes have it; or, where that is asked for, each
combination of facts is decided for itself. An account that was kept with the number of its class is looked up by that
number alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from comity.errors import ComityError
from comity.exposure.accounts import Accounts, named, quoted, reading
from comity.exposure.classes import STORE, Classes, mapped, number
from comity.exposure.cube import Cube, written
from comity.exposure.judges import Found
from comity.exposure.sweep import Row
from comity.kernel.words import Facts

CLASS: Final = "class"
"""The column in which a kept table of accounts says to which class each belongs."""

BOUND: Final = "comity-classes"
"""The name under which a kept table says whose classes its numbers are."""

NOT_HELD: Final = "not held"


Decided = Callable[[str, str, str, Facts], Found]
"""What is decided for a place, a category, a store and one account's own facts."""

Exact = Decided | None


class OtherClasses(ComityError):
    """`{path}` was kept beside another cube: its class numbers mean something else"""

    help = "give the file that the same `comity exposure run` kept, or the accounts themselves"
    exit_code = 4


@dataclass(frozen=True)
class Wanted:
    """Which verdicts are written back: a place and a category each."""

    place: str
    category: str

    @property
    def column(self) -> str:
        """The name of its columns: `us_content`."""
        return f"{self.place}_{self.category}".lower().replace("-", "_")


def keep(cube: Cube, accounts: Accounts, path: Path) -> None:
    """Write each account's address and the number of its class, so that nothing has to be grouped again."""
    classes = cube.classes
    address = "address" if "address" in accounts.columns else STORE
    sql = number(classes.con, accounts, classes.columns)
    with written(path) as beside, reading(accounts.label):
        _copy(
            classes.con,
            f"SELECT {named(address)}, {CLASS} FROM ({sql})",
            beside,
            f", KV_METADATA {{{named(BOUND)}: {quoted(cube.numbering)}}}",
        )


def bound_to(con: duckdb.DuckDBPyConnection, path: Path) -> str:
    """The digest of the classes that a kept table's numbers belong to; empty if it is none."""
    with reading(str(path)):
        rows = con.execute(
            f"SELECT decode(value) FROM parquet_kv_metadata({quoted(str(path))}) WHERE decode(key) = {quoted(BOUND)}"
        ).fetchall()
    return str(rows[0][0]) if rows else ""


def judge(cube: Cube, wanted: Sequence[Wanted], exact: Exact = None) -> None:
    """Put the verdicts and proofs asked for beside the classes, in the table `judged`, one row a class.

    The proof is that of the class's specimen; with `exact`, each combination of facts has been decided for itself.
    """
    con, rows = cube.classes.con, {(row.place, row.category): row for row in cube.sweep.rows}
    selected, joins = [], []
    for at, one in enumerate(wanted):
        row = rows[one.place, one.category]
        read = [place for place, bucket in enumerate(row.buckets) if any(bucket) or exact]
        found = f"found_{at}"
        if exact is None:
            same = [f"{mapped(f'classes.c{place}', row.buckets[place])} = {found}.c{place}" for place in read]
            _table(con, (found, read), list(_by_class(cube, row, read)))
        else:
            same = [f"classes.c{place} = {found}.c{place}" for place in read]
            _table(con, (found, read), list(_each(cube.classes, row, read, exact)))
        joins.append(f"LEFT JOIN {found} ON {' AND '.join([f'classes.store = {found}.store', *same])}")
        selected += [
            f"coalesce({found}.verdict, {quoted(NOT_HELD)}::{found}_verdict) AS {one.column}_verdict",
            f"{found}.proof AS {one.column}_proof",
        ]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE judged AS SELECT classes.rowid::UINTEGER AS {CLASS}, {', '.join(selected)} "
        f"FROM classes {' '.join(joins)}"
    )


def _by_class(cube: Cube, row: Row, read: Sequence[int]) -> Iterator[tuple[object, ...]]:
    store = {name: at for at, name in enumerate(cube.classes.stores)}
    for name, key, _ in row.cells():
        found = cube.sweep.best(row, name, key)[1]
        yield store[name], *(row.keys[key][place] for place in read), found.verdict, found.proof


def _each(classes: Classes, row: Row, read: Sequence[int], exact: Decided) -> Iterator[tuple[object, ...]]:
    columns = ", ".join([STORE, *(f"c{place}" for place in read)])
    for store, *codes in classes.con.execute(f"SELECT DISTINCT {columns} FROM classes ORDER BY ALL").fetchall():
        if classes.stores[store] in row.rulings:
            pairs = zip(read, codes, strict=True)
            subject = {classes.columns[place].term: classes.values[place][code] for place, code in pairs}
            found = exact(row.place, row.category, classes.stores[store], subject)
            yield store, *codes, found.verdict, found.proof


def _table(con: duckdb.DuckDBPyConnection, target: tuple[str, Sequence[int]], rows: list[tuple[Any, ...]]) -> None:
    """What was found, as a table; verdicts and proofs as words of a list, each of which is written once."""
    table, read = target
    said = {each: at for at, each in enumerate(dict.fromkeys(row[-2:] for row in rows))}
    con.execute(f"DROP TABLE IF EXISTS {table}")
    for kind, at in (("verdict", 0), ("proof", 1)):
        con.execute(f"DROP TYPE IF EXISTS {table}_{kind}")
        words = dict.fromkeys([*(each[at] for each in said), *([NOT_HELD] if kind == "verdict" else [])])
        con.execute(f"CREATE TYPE {table}_{kind} AS ENUM ({', '.join(map(quoted, words)) or quoted('')})")
    names = [STORE, *(f"c{place}" for place in read)]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE coded ({', '.join(f'{name} USMALLINT' for name in names)}, said UINTEGER)"
    )
    for begin in range(0, len(rows), 5000):
        part = rows[begin : begin + 5000]
        listed = ", ".join(f"({', '.join(map(str, (*row[:-2], said[row[-2:]])))})" for row in part)
        con.execute(f"INSERT INTO coded VALUES {listed}")
    con.execute("CREATE OR REPLACE TEMP TABLE said (said UINTEGER, verdict VARCHAR, proof VARCHAR)")
    if said:
        listed = ", ".join(f"({at}, {quoted(verdict)}, {quoted(proof)})" for (verdict, proof), at in said.items())
        con.execute(f"INSERT INTO said VALUES {listed}")
    con.execute(
        f"CREATE TEMP TABLE {table} AS SELECT {', '.join(names)}, verdict::{table}_verdict AS verdict, "
        f"proof::{table}_proof AS proof FROM coded JOIN said USING (said)"
    )


def write(classes: Classes, accounts: Accounts, path: Path) -> int:
    """Write every account with what was judged of its class, as Parquet; returns how many there are."""
    if CLASS in accounts.columns:
        source = f"SELECT * FROM {accounts.sql}"
    else:
        source = number(classes.con, accounts, classes.columns)
    with written(path) as beside, reading(accounts.label):
        return _copy(
            classes.con,
            f"SELECT a.* EXCLUDE ({CLASS}), judged.* EXCLUDE ({CLASS}) "
            f"FROM ({source}) AS a JOIN judged USING ({CLASS})",
            beside,
        )


def _copy(con: duckdb.DuckDBPyConnection, sql: str, path: Path, more: str = "") -> int:
    done = con.execute(f"COPY ({sql}) TO {quoted(str(path))} (FORMAT parquet{more})").fetchone()
    return int(done[0]) if done else 0
