"""Accounts gathered into classes: those with the same store and the same facts, and how many they are.

One pass over the accounts, one GROUP BY; everything after it looks at classes alone. Cells are checked here, class by
class: every value that may not stand is named with the number of accounts it stands at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import duckdb

from comity.errors import Faulty
from comity.exposure.accounts import Accounts, named, quoted, reading
from comity.exposure.columns import WRONG, Column
from comity.kernel.words import Fault, Value

SHOWN: Final = 12
MOST_VALUES: Final = 60_000
"""No list of codes is as long: a column with more values is no column of codes."""

MANY: Final = 1_000_000
"""From here on a person is warned: something in the table tells nearly every account from every other."""

LAST: Final = 2**32 - 1
"""No class has more accounts, and there are no more classes: a number of accounts and a row fit into eight octets."""

STORE: Final = "store"
CLASSES: Final = "classes.parquet"
ALL: Final = "classes"
COARSE: Final = "coarse"
FILES: Final = {ALL: CLASSES, COARSE: "coarse.parquet"}
"""The tables of classes, and the files they are kept in."""

FEWER: Final = 4
"""Coarser classes are kept where there are at most a quarter as many: reading them all is what takes longest then."""

Codes = tuple[int, ...]
"""An account's facts as places in the list of each column's values."""

Buckets = tuple[int, ...]
"""For each value of a column the first value that the law cannot tell from it."""


class Tables:
    """The engine's tables of classes: here those that it has already."""

    def ready(self, table: str) -> None:
        """See to it that a table is there."""

    @contextmanager
    def once(self, table: str) -> Iterator[str]:
        """SQL for a table that is read one single time: its columns, and in `row` the number of each row."""
        yield f"(SELECT rowid AS row, * FROM {table})"


IN_MEMORY: Final = Tables()


@dataclass(frozen=True)
class Classes:
    """The classes of an estate's accounts, in a table of the engine: a store, a code for each column, a number.

    `values` has what each code of a column stands for; unknown is one of them. `coarse` are buckets by which they were
    put together beforehand (none: they were not), as no law that is kept tells more of them apart.
    """

    engine: duckdb.DuckDBPyConnection
    stores: tuple[str, ...]
    columns: tuple[Column, ...]
    values: tuple[tuple[Value, ...], ...]
    number: int
    accounts: int
    coarse: tuple[Buckets, ...] = ()
    tables: Tables = field(default=IN_MEMORY, compare=False, repr=False)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The engine, with every class in its table `classes`."""
        self.tables.ready(ALL)
        return self.engine

    def facts(self, codes: Codes) -> dict[str, Value]:
        """What a class says of its accounts, in the law's words."""
        parts = zip(self.columns, self.values, codes, strict=True)
        return {column.term: values[code] for column, values, code in parts if column.term}

    def explosive(self) -> str:
        """The column without which there would be the fewest classes."""
        names = [STORE, *_numbered(self.columns)]
        sizes = {}
        for at, column in enumerate(self.columns, 1):
            rest = ", ".join(names[:at] + names[at + 1 :])
            (sizes[column.name],) = self.con.execute(
                f"SELECT count(*) FROM (SELECT DISTINCT {rest} FROM classes)"
            ).fetchone() or (0,)
        return min(sizes, key=lambda name: sizes[name]) if sizes else STORE


@dataclass(frozen=True, slots=True)
class Folded:
    """Classes that nobody asked to tell apart, as one: their store, bucket by column, number, and a specimen.

    The specimen is the largest class among them, `most` the number of its accounts.
    """

    store: str
    codes: Codes
    accounts: int
    most: int
    specimen: Codes


def gather(con: duckdb.DuckDBPyConnection, accounts: Accounts, columns: Sequence[Column], stores: Column) -> Classes:
    """Group the accounts by store and the columns given, or raise `Faulty` with every value that may not stand."""
    cells = {name: column.name for name, column in _keyed(columns, stores).items()}
    with reading(accounts.label):
        con.execute(f"CREATE OR REPLACE TEMP TABLE gathered AS {accounts.grouped(con, cells)}")
    found: list[Fault] = []
    values = [_values(con, column, name, found) for name, column in _keyed(columns, stores).items()]
    if found:
        raise Faulty(tuple(found), path=accounts.label)
    joins = [
        f"JOIN coded_{name} ON coded_{name}.raw IS NOT DISTINCT FROM CAST(gathered.{name} AS VARCHAR)"
        for name in _keyed(columns, stores)
    ]
    codes = ", ".join(f"coded_{name}.code AS {name}" for name in _keyed(columns, stores))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE classes AS SELECT {codes}, sum(accounts)::UBIGINT AS accounts FROM gathered "
        f"{' '.join(joins)} GROUP BY ALL ORDER BY ALL"
    )
    return _counted(con, tuple(str(store) for store in values[0]), tuple(columns), tuple(map(tuple, values[1:])))


def _counted(
    con: duckdb.DuckDBPyConnection,
    stores: tuple[str, ...],
    columns: tuple[Column, ...],
    values: tuple[tuple[Value, ...], ...],
) -> Classes:
    number, accounts = con.execute("SELECT count(*), coalesce(sum(accounts), 0)::BIGINT FROM classes").fetchone() or (
        0,
        0,
    )
    return Classes(con, stores, columns, values, number, accounts)


def _keyed(columns: Sequence[Column], stores: Column) -> dict[str, Column]:
    return {STORE: stores, **dict(zip(_numbered(columns), columns, strict=True))}


def _numbered(columns: Sequence[Column]) -> list[str]:
    return [f"c{at}" for at in range(len(columns))]


def _values(con: duckdb.DuckDBPyConnection, column: Column, name: str, found: list[Fault]) -> list[Value]:
    """The values of one column, in one order whatever the table's; `coded_NAME` then says which cell is which."""
    cells = con.execute(
        f"SELECT CAST({name} AS VARCHAR) AS cell, sum(accounts)::BIGINT AS number FROM gathered GROUP BY 1 "
        f"ORDER BY number DESC, cell LIMIT {MOST_VALUES + 1}"
    ).fetchall()
    said = {cell: column.read(cell) for cell, _ in cells}
    wrong = {str(cell): number for cell, number in cells if said[cell] is WRONG}
    if wrong:
        found.append(_refused(column, wrong))
    elif len(cells) > MOST_VALUES:
        what = f"the column has more than {MOST_VALUES:,} values"
        found.append(Fault("too-many-values", column.name, what, f"pass over it with --ignore {column.name}"))
    if name == STORE and None in said.values():
        empty = sum(number for cell, number in cells if said[cell] is None)
        what = f"at {empty:,} account{'' if empty == 1 else 's'} the column `{STORE}` is empty"
        found.append(Fault("store-missing", STORE, what, "say in which store the account's records lie"))
    values = sorted(set(said.values()), key=lambda value: (value is not None, str(value)))
    code = {value: at for at, value in enumerate(values)}
    con.execute(f"CREATE OR REPLACE TEMP TABLE coded_{name} (raw VARCHAR, code USMALLINT)")
    rows = ", ".join(f"({'NULL' if cell is None else quoted(cell)}, {code[said[cell]]})" for cell in said)
    if rows:
        con.execute(f"INSERT INTO coded_{name} VALUES {rows}")
    return values


def _refused(column: Column, wrong: Mapping[str, int]) -> Fault:
    listed = ", ".join(f"`{cell}` ({number:,})" for cell, number in list(wrong.items())[:SHOWN])
    more = f" and {len(wrong) - SHOWN:,} more" if len(wrong) > SHOWN else ""
    name = "unknown-store" if column.name == STORE else "unknown-place" if column.kind == "place" else "unknown-code"
    return Fault(name, column.name, f"{_have(sum(wrong.values()))} {listed}{more}", column.remedy)


def _have(number: int) -> str:
    return "1 account has" if number == 1 else f"{number:,} accounts have"


def number(con: duckdb.DuckDBPyConnection, accounts: Accounts, columns: Sequence[Column]) -> str:
    """SQL for the accounts just gathered with the number of each one's class, which is its row in the table."""
    names = [STORE, *_numbered(columns)]
    coded = " ".join(
        f"JOIN coded_{name} ON coded_{name}.raw IS NOT DISTINCT FROM CAST(gathered.{name} AS VARCHAR)" for name in names
    )
    same = " AND ".join(f"classes.{name} = coded_{name}.code" for name in names)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE numbered AS SELECT {', '.join(f'gathered.{name}' for name in names)}, "
        f"classes.rowid::UINTEGER AS class FROM gathered {coded} JOIN classes ON {same}"
    )
    cells = dict(zip(names, (STORE, *(column.name for column in columns)), strict=True))
    back = " AND ".join(f"a.{named(cell)} IS NOT DISTINCT FROM numbered.{name}" for name, cell in cells.items())
    return f"SELECT a.*, numbered.class FROM {accounts.rows(con)} AS a JOIN numbered ON {back}"


def fold(classes: Classes, buckets: Sequence[Buckets]) -> list[Folded]:
    """The classes with each column's values put together as `buckets` says, in one order."""
    if len(classes.columns) == 0:
        rows = classes.con.execute(
            "SELECT store, sum(accounts)::BIGINT, NULL FROM classes GROUP BY 1 ORDER BY 1"
        ).fetchall()
        return [Folded(classes.stores[store], (), number, number, ()) for store, number, _ in rows]
    if classes.coarse and all(map(_follows, buckets, classes.coarse)):
        classes.tables.ready(COARSE)
        rows = classes.engine.execute(f"{_folded(COARSE, 'most', buckets)} ORDER BY ALL").fetchall()
    else:
        rows = classes.con.execute(f"{_folded('classes', 'accounts', buckets)} ORDER BY ALL").fetchall()
    at = 1 + len(buckets)
    return [Folded(classes.stores[row[0]], row[1:at], row[at], row[at + 1], row[at + 2 :]) for row in rows]


def _follows(wanted: Buckets, coarse: Buckets) -> bool:
    """Whether values that are together in `coarse` are together in what is wanted too."""
    return all(wanted[code] == wanted[bucket] for code, bucket in enumerate(coarse))


def _folded(table: str, most: str, buckets: Sequence[Buckets]) -> str:
    """SQL for what `Folded` says, from a table in which `most` is the size of a row's largest class.

    Of classes that are equally large the first in the order of their codes is the specimen: the tables have that order.
    """
    names = [f"c{at}" for at in range(len(buckets))]
    coarse = ", ".join(f"{mapped(name, bucket)} AS b_{name}" for name, bucket in zip(names, buckets, strict=True))
    own = ", ".join(f"{table}.{name}" for name in names)
    largest = f"max(({most}::UBIGINT << 32) | ({LAST} - rowid)::UBIGINT) & {LAST}"
    return (
        f"WITH folded AS (SELECT store, {coarse}, sum(accounts)::BIGINT AS accounts, {LAST} - ({largest}) AS best "
        f"FROM {table} GROUP BY ALL) SELECT folded.* EXCLUDE (best), {table}.{most} AS most, {own} "
        f"FROM folded JOIN {table} ON {table}.rowid = folded.best"
    )


def mapped(name: str, buckets: Buckets) -> str:
    """SQL for the bucket of a column's code."""
    if all(code == at for at, code in enumerate(buckets)):
        return name
    # as a text, for the engine looks at each number of a list that is written out before it makes one of them
    return f"list_extract('{list(buckets)}'::USMALLINT[], {name} + 1)" if any(buckets) else "0"


def put_together(classes: Classes, coarse: tuple[Buckets, ...]) -> Classes:
    """The same classes, with a table beside them in which they are put together, if it is far shorter."""
    if not classes.columns:
        return classes
    names = ", ".join(_numbered(classes.columns))
    classes.con.execute(
        f"CREATE OR REPLACE TEMP TABLE {COARSE} AS SELECT store, {names}, accounts::UBIGINT AS accounts, "
        f"most::UBIGINT AS most FROM ({_folded('classes', 'accounts', coarse)}) ORDER BY ALL"
    )
    (number,) = classes.con.execute(f"SELECT count(*) FROM {COARSE}").fetchone() or (0,)
    return replace(classes, coarse=coarse) if number * FEWER <= classes.number else classes


def write(classes: Classes, folder: Path) -> dict[str, bytes]:
    """The tables as Parquet files, the same for the same classes."""
    tables = FILES if classes.coarse else {ALL: CLASSES}
    return {file: _parquet(classes.con, f"SELECT * FROM {table}", folder / file) for table, file in tables.items()}


def _parquet(con: duckdb.DuckDBPyConnection, rows: str, path: Path) -> bytes:
    con.execute(f"COPY ({rows}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)")
    return path.read_bytes()


class Stored(Tables):
    """Tables that were written before: each is read when somebody asks for it."""

    def __init__(self, con: duckdb.DuckDBPyConnection, files: Mapping[str, bytes]) -> None:
        self.con, self.files = con, files
        self.there: set[str] = set()

    def ready(self, table: str) -> None:
        """As any table; it is read the first time."""
        if table not in self.there:
            with self._file(table) as path, reading(table):
                self.con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM read_parquet({path})")
            self.there.add(table)

    @contextmanager
    def once(self, table: str) -> Iterator[str]:
        """As any table; of one that is not there only the columns asked for are read."""
        if table in self.there:
            with super().once(table) as sql:
                yield sql
        else:
            with self._file(table) as path, reading(table):
                yield f"(SELECT file_row_number AS row, * FROM read_parquet({path}, file_row_number = true))"

    @contextmanager
    def _file(self, table: str) -> Iterator[str]:
        with tempfile.NamedTemporaryFile(prefix="comity-", suffix=".parquet") as file:
            file.write(self.files[FILES[table]])
            file.flush()
            yield quoted(file.name)
