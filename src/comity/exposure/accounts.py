"""The provider's accounts, wherever they lie: Parquet, CSV, SQLite, or a table that a program holds in memory.

Nothing is copied: DuckDB reads the files where they are. Only SQLite is written out first, row by row, for DuckDB
would have to fetch a reader for it from the network.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from errno import ENOSPC
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, ClassVar, Final

import duckdb

from comity.errors import ComityError, Unreadable, Unwritable

DUCKDB: Final = "duckdb"
"""The engine on this machine, which reads files; `engines.py` has the others."""

MEMORY: Final = "1GiB"
"""What the engine may hold in memory; beyond it, it uses the disk."""

ENOUGH: Final = 4_000_000
"""From so many accounts on it pays to count them where they lie; below, what that needs is not even loaded."""

Given = Sequence[Path] | Any
"""Files or folders of Parquet, CSV or SQLite; or an Arrow table, a dataframe, anything that DuckDB can scan."""


class MixedTables(ComityError):
    """`{path}` is not a table of the same kind as the files before it"""

    help = "give files of one kind in one run: all Parquet, all CSV, or one SQLite file"
    exit_code = 4


class WhichTable(ComityError):
    """`{path}` holds {tables}, and it was not said which is the table of accounts"""

    help = "name it with --table"
    exit_code = 2


class NoTable(ComityError):
    """`{path}` holds no table `{table}`; it has {tables}"""

    help = "name one of them with --table"
    exit_code = 2


class BadTable(Unreadable):
    """cannot read `{path}`: {why}"""

    help = "fetch it again if it is damaged; accounts come as Parquet, as CSV (UTF-8, commas, a header) or as SQLite"


@dataclass(frozen=True)
class Accounts:
    """An opened table of accounts: how to ask for it in SQL, and its columns with their types.

    Whoever works with accounts needs `grouped` alone, and to write something beside each of them `rows`. A table on
    another engine answers both itself (`scale.py`), and nothing else of it is ever read.
    """

    engine: ClassVar[str] = DUCKDB
    sql: str
    columns: Mapping[str, str]
    label: str

    def grouped(self, con: duckdb.DuckDBPyConnection, cells: Mapping[str, str]) -> str:
        """SQL for every combination of cells that some account has, and how many `accounts` have it.

        `cells` has for each name of the answer the column it comes from.
        """
        asked = ", ".join(f"{named(column)} AS {name}" for name, column in cells.items())
        return f"SELECT {asked}, count(*) AS accounts FROM {self.sql} GROUP BY ALL"

    def rows(self, con: duckdb.DuckDBPyConnection) -> str:
        """What to put after FROM to have every account, once."""
        return self.sql


@dataclass(frozen=True)
class Parquet(Accounts):
    """Parquet files. Where there are many accounts, their cells are counted as they lie there, if that is installed."""

    paths: Sequence[Path]

    def grouped(self, con: duckdb.DuckDBPyConnection, cells: Mapping[str, str]) -> str:
        """As any accounts; only the way there differs."""
        if find_spec("pyarrow") and find_spec("numpy") and self._rows(con) >= ENOUGH:
            from comity.exposure.tallied import tallied

            if (table := tallied(self.paths, cells)) is not None:
                con.register("tallied", table)
                return "SELECT * FROM tallied"
        return super().grouped(con, cells)

    def _rows(self, con: duckdb.DuckDBPyConnection) -> int:
        asked = "SELECT coalesce(sum(num_rows), 0)::BIGINT FROM parquet_file_metadata($1)"
        with reading(self.label):
            ((number,),) = con.execute(asked, [list(map(str, self.paths))]).fetchall()
        return int(number)


@contextmanager
def engine(memory: str = MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB on nothing but what it is given: it fetches no extension, and keeps to its memory."""
    with TemporaryDirectory(prefix="comity-") as folder, closing(duckdb.connect()) as con:
        for setting in ("autoinstall_known_extensions", "autoload_known_extensions", "enable_progress_bar"):
            con.execute(f"SET {setting} = false")
        con.execute(f"SET memory_limit = '{memory}'")
        con.execute(f"SET temp_directory = {quoted(folder)}")
        yield con


@contextmanager
def opened(con: duckdb.DuckDBPyConnection, given: Given, table: str = "") -> Iterator[Accounts]:
    """The accounts, open as long as they are needed; `table` names the table of an SQLite file."""
    if not (isinstance(given, Sequence) and all(isinstance(path, Path) for path in given)):
        con.register("given", given)
        yield _described(con, "given", "the table given")
        return
    paths = [file for path in given for file in _files(path)]
    with TemporaryDirectory(prefix="comity-") as folder:
        kinds = {_kind(path): path for path in reversed(paths)}
        if len(kinds) > 1 or ("sqlite" in kinds and len(paths) > 1):
            raise MixedTables(path=str(paths[-1]))
        kind = next(iter(kinds))
        if kind == "sqlite":
            paths, kind = [_written_out(paths[0], table, Path(folder))], "csv"
        label = str(given[0]) if len(given) == 1 else f"{given[0]} and {len(given) - 1} more"
        listed = f"[{', '.join(quoted(str(path)) for path in paths)}]"
        more = ", union_by_name = true"
        if kind == "csv":
            more += ", all_varchar = true, header = true, skip = 0, strict_mode = true"
            more += ", delim = ',', quote = '\"', escape = '\"'"
        found = _described(con, f"read_{kind}({listed}{more})", label)
        yield Parquet(found.sql, found.columns, label, paths) if kind == "parquet" else found


def _described(con: duckdb.DuckDBPyConnection, sql: str, label: str) -> Accounts:
    with reading(label):
        columns = con.execute(f"DESCRIBE SELECT * FROM {sql}").fetchall()
    return Accounts(sql, {str(name): str(kind) for name, kind, *_ in columns}, label)


@contextmanager
def reading(label: str) -> Iterator[None]:
    """Say what a person can do something about when the engine cannot read, or has no room for what it read."""
    try:
        yield
    except (duckdb.Error, OSError, sqlite3.Error) as error:
        if full(error):
            raise Unwritable(path=gettempdir(), why="the disk is full") from error
        if isinstance(error, OSError):
            raise Unreadable(path=label, why=error.strerror or str(error)) from error
        raise BadTable(path=label, why=_plainly(str(error))) from error


def _plainly(said: str) -> str:
    """What the engine's many lines come to."""
    if "Error when sniffing" in said:
        return "a row has more or fewer cells than the header, or a quotation mark is not closed"
    return said.split("\n")[0] + (": it is not UTF-8" if "not utf-8 encoded" in said else "")


def full(error: Exception) -> bool:
    """Whether an error is that of a disk without room, as the system or the engine has it."""
    said = str(error)
    return getattr(error, "errno", None) == ENOSPC or "No space left" in said or f'"errno":"{ENOSPC}"' in said


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix in (".parquet", ".csv") and file.is_file())
    if not found:
        raise Unreadable(path=str(path), why="the folder holds no .parquet and no .csv file")
    return found


def _kind(path: Path) -> str:
    """By its first octets, whatever it is called."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise Unreadable(path=str(path), why=error.strerror or str(error)) from error
    if not head:
        raise BadTable(path=str(path), why="it is empty")
    if path.suffix == ".parquet" and not head.startswith(b"PAR1"):
        raise BadTable(path=str(path), why="it does not begin as Parquet does")
    return "parquet" if head.startswith(b"PAR1") else "sqlite" if head.startswith(b"SQLite format 3\0") else "csv"


def _written_out(path: Path, table: str, folder: Path) -> Path:
    """An SQLite table as CSV; a null and an empty text are both an empty cell, which is unknown."""
    out = folder / "accounts.csv"
    with reading(str(path)), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
        names = [name for (name,) in base.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")]
        chosen = table or ("accounts" if "accounts" in names else names[0] if len(names) == 1 else "")
        there = ", ".join(f"`{name}`" for name in names) or "no table"
        if table and table not in names:
            raise NoTable(path=str(path), table=table, tables=there)
        if chosen not in names:
            raise WhichTable(path=str(path), tables=there)
        rows = base.execute(f"SELECT * FROM {named(chosen)}")
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([column[0] for column in rows.description])
            writer.writerows(rows)
    return out


def quoted(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """A column's or a table's name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
