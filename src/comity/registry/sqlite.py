"""A registry in one SQLite file; what stands in its tables is told in `sql`."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from comity.registry import sqlite_file
from comity.registry.port import Entry, NotWritten, Signer, Unavailable
from comity.registry.sql import COLUMNS, Chance, SqlRegistry, about_new

INSERT = f"INSERT INTO entry ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def create(path: Path, signer: Signer, chance: Chance = secrets.token_bytes) -> SqliteRegistry:
    """Make an empty registry; the signer's name becomes the log's origin for good."""
    sqlite_file.make(path, about_new(signer, chance))
    return SqliteRegistry(path, signer, chance)


class SqliteRegistry(SqlRegistry):
    """The registry in the SQLite file at `path`."""

    def __init__(self, path: Path, signer: Signer | None = None, chance: Chance = secrets.token_bytes) -> None:
        """Open an existing registry; without a signer it can be read but not written.

        Raises NoRegistry, NewerRegistry, WrongSigner, Damaged or Unavailable.
        """
        self._connection, about = sqlite_file.open_file(path)
        super().__init__(path, about, signer, chance)

    def erase(self, index: int, why: str, at: datetime) -> Entry:
        """Remove a payload and its salt for good; the old octets are overwritten and leave the write-ahead log too."""
        entry = super().erase(index, why, at)
        self._query("PRAGMA wal_checkpoint(TRUNCATE)")
        return entry

    @contextmanager
    def closed_for(self, address: str) -> Iterator[None]:
        """While it is held nobody else writes; at its end the file takes no more, whoever has it open: it was moved."""
        with self._locked():
            yield
            for act in ("INSERT", "UPDATE", "DELETE"):
                for name, table in ((f"moved_{act}", "entry"), (f"moved_job_{act}", "job")):
                    says = f"it was moved to {address}".replace("'", "''")
                    self._connection.execute(
                        f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {act} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
                    )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _query(self, sql: str, *values: str | int) -> list[Any]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise sqlite_file.told(self._path, error, Unavailable) from error

    def _change(self, sql: str, *values: str | int) -> None:
        with self._writing():
            self._connection.execute(sql, values)

    def _put(self, rows: Sequence[Sequence[Any]]) -> None:
        with self._writing():
            self._connection.executemany(INSERT, rows)

    def _blank(self, index: int) -> None:
        with self._writing():
            self._connection.execute("UPDATE entry SET salt = NULL, payload = NULL WHERE place = ?", (index,))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._writing():
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._writing():
                self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise sqlite_file.told(self._path, error, NotWritten) from error
