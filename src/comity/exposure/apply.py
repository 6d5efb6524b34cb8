"""Verdict and proof written back to each account.

The proof is that of the account's class, as the cube and the list of classes have it; or, where that is asked for, each
combination of facts is decided for itself. An account that was kept with the number of its class is looked up by that
number alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import duckdb

from comity.errors import ComityError
from comity.exposure.accounts import Accounts, named, quoted, reading
from comity.exposure.classes import ALL, STORE, Classes, mapped, number
from comity.exposure.cube import Cube, written
from comity.exposure.judges import Found
from comity.exposure.sweep import Row
from comity.kernel.words import Facts

CLASS: Final = "class"
"""The column in which a kept table of accounts says to which class each belongs."""

ADDRESS: Final = "address"
"""The column that names an account, if there is one of that name."""

DIFFERENT: Final = ", DICTIONARY_SIZE_LIMIT 1"
"""How the engine writes a column in which each value is another: no list of them is tried."""

BOUND: Final = "comity-classes"
"""The name under which a kept table says whose classes its numbers are."""

NOT_HELD: Final = "not held"

WORD: Final = 64
"""The bits of a word."""

KINDS: Final = {8: "UTINYINT", 16: "USMALLINT", 32: "UINTEGER"}
"""The engine's numbers of so many bits."""

KEYS: Final = 1_000_000
"""Up to so many keys the engine looks a number up by its place; beyond, by a hash of it."""


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
    address = ADDRESS if ADDRESS in accounts.columns else STORE
    sql = number(classes.con, accounts, classes.columns)
    more = f"{DIFFERENT if address == ADDRESS else ''}, KV_METADATA {{{named(BOUND)}: {quoted(cube.numbering)}}}"
    with written(path) as beside, reading(accounts.label):
        _copy(classes.con, f"SELECT {named(address)}, {CLASS} FROM ({sql})", beside, more)


def bound_to(con: duckdb.DuckDBPyConnection, path: Path) -> str:
    """The digest of the classes that a kept table's numbers belong to; empty if it is none."""
    with reading(str(path)):
        rows = con.execute(
            f"SELECT decode(value) FROM parquet_kv_metadata({quoted(str(path))}) WHERE decode(key) = {quoted(BOUND)}"
        ).fetchall()
    return str(rows[0][0]) if rows else ""


@dataclass(frozen=True)
class Judged:
    """What was judged of the classes, ready to be put beside each account that has the number of its class.

    The engine looks up what has at most `KEYS` keys four times faster. Up to so many classes each has a row of the
    table `judged`. Beyond, for each of the `columns` it has words in which several classes have a number each, of
    `bits` bits: those that are `block` apart. What the numbers mean is in the tables `said_N`.
    """

    columns: tuple[str, ...]
    bits: int
    block: int
    classes: int

    @property
    def alone(self) -> bool:
        """Whether each class has a row of its own."""
        return self.block >= self.classes

    @property
    def added(self) -> tuple[str, ...]:
        """The names of the columns that come to the accounts."""
        return tuple(f"{column}_{what}" for column in self.columns for what in ("verdict", "proof"))

    def beside(self, source: str) -> str:
        """SQL for the accounts of a query, without their class, with what was judged of it."""
        number, own = f"a.{CLASS}", f"SELECT a.* EXCLUDE ({CLASS})"
        if self.alone:
            return f"{own}, judged.* EXCLUDE (key) FROM ({source}) AS a JOIN judged ON judged.key = {number}"
        joins = [f"JOIN judged ON judged.key = {self.key(number)}"]
        for at in range(len(self.columns)):
            mask = f"{(1 << self.bits) - 1}::UBIGINT"
            said = f"((judged.word_{at} >> {self.shift(number)}) & {mask})::{KINDS[self.bits]}"
            joins.append(f"JOIN said_{at} ON said_{at}.said::{KINDS[self.bits]} = {said}")
        return f"{own}, {self.said()} FROM ({source}) AS a {' '.join(joins)}"

    def said(self) -> str:
        """SQL for the columns that come to the accounts, from the tables of what the numbers mean."""
        pairs = [(f"said_{at}", column) for at, column in enumerate(self.columns)]
        return ", ".join(f"{said}.{what} AS {name}_{what}" for said, name in pairs for what in ("verdict", "proof"))

    def key(self, number: str) -> str:
        """SQL for the row of `judged` in whose words a class is."""
        return self._by_block(number, [f"{number}::BIGINT - {begin}" for begin in self._blocks()])

    def shift(self, number: str) -> str:
        """SQL for the place of its number in the word."""
        return f"({self._by_block(number, [str(at * self.bits) for at, _ in enumerate(self._blocks())])})::UBIGINT"

    def _blocks(self) -> range:
        return range(0, max(1, self.classes), self.block)

    def _by_block(self, number: str, each: Sequence[str]) -> str:
        """Bounds, and not a division: the engine must see between which numbers the keys are."""
        ends = [begin + self.block for begin in self._blocks()]
        whens = [f"WHEN {number} < {end} THEN {one}" for end, one in zip(ends[:-1], each[:-1], strict=True)]
        return f"(CASE {' '.join(whens)} ELSE {each[-1]} END)" if whens else f"({each[-1]})"


def _judged(columns: tuple[str, ...], classes: int, most: int) -> Judged:
    """As many classes in a word as it takes to have fewer than `KEYS` words; or as many as there is room for."""
    bits = next(bits for bits in KINDS if most <= 1 << bits)
    slots = min(-(-max(1, classes) // KEYS), WORD // bits)
    return Judged(columns, bits, -(-max(1, classes) // slots), classes)


def judge(cube: Cube, wanted: Sequence[Wanted], exact: Exact = None) -> Judged:
    """Put the verdicts and proofs asked for beside the classes.

    The proof is that of the class's specimen; with `exact`, each combination of facts has been decided for itself.
    """
    con, rows = cube.classes.engine, {(row.place, row.category): row for row in cube.sweep.rows}
    numbers, joins, most = [], [], 0
    for at, one in enumerate(wanted):
        row = rows[one.place, one.category]
        read = [place for place, bucket in enumerate(row.buckets) if any(bucket) or exact]
        if exact is None:
            same = [f"{mapped(f'own.c{place}', row.buckets[place])} = found_{at}.c{place}" for place in read]
            found = list(_by_class(cube, row, read))
        else:
            same = [f"own.c{place} = found_{at}.c{place}" for place in read]
            found = list(_each(cube.classes, row, read, exact))
        most = max(most, _tables(con, (at, read), found))
        joins.append(f"LEFT JOIN found_{at} ON {' AND '.join([f'own.store = found_{at}.store', *same])}")
        numbers.append(f"coalesce(found_{at}.said, 0)")
    judged = _judged(tuple(one.column for one in wanted), cube.classes.number, most)
    if judged.alone:
        key, last, said = "own.row::UINTEGER", "", judged.said()
        joins += [f"JOIN said_{at} ON said_{at}.said = {number}" for at, number in enumerate(numbers)]
    else:
        key, last, shift = judged.key("own.row"), "GROUP BY key", judged.shift("own.row")
        said = ", ".join(f"bit_or({one}::UBIGINT << {shift}) AS word_{at}" for at, one in enumerate(numbers))
    with cube.classes.tables.once(ALL) as own:
        sql = f"SELECT {key} AS key, {said} FROM {own} AS own {' '.join(joins)} {last}"
        con.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {sql}")
    return judged


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


def _tables(con: duckdb.DuckDBPyConnection, target: tuple[int, Sequence[int]], rows: list[tuple[Any, ...]]) -> int:
    """What was found, by number, in one table, and in another what each number says; returns how many there are.

    Verdicts and proofs are words of a list, each of which is written once to a file. Nought is for what is not held.
    """
    at, read = target
    said = {each: number for number, each in enumerate(dict.fromkeys([(NOT_HELD, None), *(row[-2:] for row in rows)]))}
    con.execute(f"DROP TABLE IF EXISTS said_{at}")
    for kind, place in (("verdict", 0), ("proof", 1)):
        words = dict.fromkeys(str(each[place]) for each in said if each[place] is not None)
        con.execute(f"DROP TYPE IF EXISTS {kind}_{at}")
        con.execute(f"CREATE TYPE {kind}_{at} AS ENUM ({', '.join(map(quoted, words)) or quoted('')})")
    con.execute(f"CREATE TEMP TABLE said_{at} (said UINTEGER, verdict verdict_{at}, proof proof_{at})")
    _insert(con, f"said_{at}", ((number, *each) for each, number in said.items()))
    names = [STORE, *(f"c{place}" for place in read)]
    columns = ", ".join(f"{name} USMALLINT" for name in names)
    con.execute(f"CREATE OR REPLACE TEMP TABLE found_{at} ({columns}, said UINTEGER)")
    _insert(con, f"found_{at}", ((*row[:-2], said[row[-2:]]) for row in rows))
    return len(said)


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: Iterator[tuple[object, ...]]) -> None:
    """Column by column, which the engine takes in ten times faster than it reads as many lines of SQL."""
    while part := list(islice(rows, 5000)):
        columns = [list(column) for column in zip(*part, strict=True)]
        con.execute(f"INSERT INTO {table} SELECT {', '.join(['unnest(?)'] * len(columns))}", columns)


def write(classes: Classes, accounts: Accounts, path: Path, judged: Judged) -> int:
    """Write every account with what was judged of its class, as Parquet; returns how many there are."""
    more = ""
    if CLASS in accounts.columns:
        source = f"SELECT * FROM {accounts.sql}"
        more = DIFFERENT if ADDRESS in accounts.columns else ""
    else:
        source = number(classes.engine, accounts, classes.columns)
    with written(path) as beside, reading(accounts.label):
        return _copy(classes.engine, judged.beside(source), beside, more)


def _copy(con: duckdb.DuckDBPyConnection, sql: str, path: Path, more: str) -> int:
    """Write Parquet of version 2, in which numbers are kept as differences: less to write, and to read again."""
    done = con.execute(f"COPY ({sql}) TO {quoted(str(path))} (FORMAT parquet, PARQUET_VERSION v2{more})").fetchone()
    return int(done[0]) if done else 0
