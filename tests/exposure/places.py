"""The same accounts wherever they may lie: files, a program's memory, PostgreSQL, Spark."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
from tests.exposure.world import written

from comity.exposure.accounts import Accounts, engine, opened
from comity.exposure.engines import Source, accounts_of

Row = Mapping[str, str | None]
Opened = AbstractContextManager[tuple[duckdb.DuckDBPyConnection, Accounts]]


@contextmanager
def read(source: Source | Any) -> Iterator[tuple[duckdb.DuckDBPyConnection, Accounts]]:
    """Accounts opened where a source says, or in the memory of this program."""
    with engine() as con, accounts_of(con, source) if isinstance(source, Source) else opened(con, source) as accounts:
        yield con, accounts


def csv_file(rows: Sequence[Row], columns: Sequence[str], folder: Path) -> Opened:
    return read(Source((str(written(folder, rows, columns)),)))


def parquet_file(rows: Sequence[Row], columns: Sequence[str], folder: Path) -> Opened:
    return read(Source((str(as_parquet(rows, columns, folder)),)))


def sqlite_file(rows: Sequence[Row], columns: Sequence[str], folder: Path) -> Opened:
    path = folder / "a.sqlite"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as base:
        base.execute(f"CREATE TABLE accounts ({', '.join(columns)})")
        base.executemany(f"INSERT INTO accounts VALUES ({', '.join('?' * len(columns))})", cells(rows, columns))
        base.commit()
    return read(Source((str(path),)))


def arrow_table(rows: Sequence[Row], columns: Sequence[str], folder: Path) -> Opened:
    return read(as_arrow(rows, columns))


def pandas_frame(rows: Sequence[Row], columns: Sequence[str], folder: Path) -> Opened:
    return read(as_arrow(rows, columns).to_pandas())


HERE: Mapping[str, Callable[[Sequence[Row], Sequence[str], Path], Opened]] = {
    "csv": csv_file, "parquet": parquet_file, "sqlite": sqlite_file, "arrow": arrow_table, "pandas": pandas_frame,
}  # fmt: skip


def cells(rows: Sequence[Row], columns: Sequence[str]) -> list[tuple[str | None, ...]]:
    return [tuple(row[name] for name in columns) for row in rows]


def as_arrow(rows: Sequence[Row], columns: Sequence[str]) -> Any:
    import pyarrow

    return pyarrow.table({name: pyarrow.array([row[name] for row in rows], pyarrow.string()) for name in columns})


def as_parquet(rows: Sequence[Row], columns: Sequence[str], folder: Path) -> Path:
    import pyarrow.parquet

    path = folder / "a.parquet"
    pyarrow.parquet.write_table(as_arrow(rows, columns), path)
    return path


def into_postgres(server: Any, rows: Sequence[Row], columns: Sequence[str]) -> None:
    """The accounts as a table `crm.accounts` of text."""
    server.execute("DROP TABLE IF EXISTS crm.accounts")
    server.execute(f"CREATE TABLE crm.accounts ({', '.join(f'{name} text' for name in columns)})")
    with server.cursor().copy("COPY crm.accounts FROM STDIN") as copy:
        for row in cells(rows, columns):
            copy.write_row(row)
