"""A registry in one PostgreSQL database; what stands in its tables is told in `sql`.

Whoever writes holds one lock of the database until the commit is on the disk, so that each entry is added to the tree
it was made for. When a session is lost in that moment, a new one waits for the lock and looks whether the entry is
there: only where the server does not come back is that left unsaid.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg

from comity.kernel.ledger import Frontier
from comity.registry.port import ConnectionLost, Damaged, NotWritten, RegistryError, Signer, Unavailable, Unsure
from comity.registry.postgres_server import lost, open_database, reconnected, shown, told
from comity.registry.sql import COLUMNS, Chance, SqlRegistry, about_new

LOCK: Final = "pg_advisory_xact_lock(1668117625)"  # "cmty"
BEGIN: Final = f"BEGIN; SELECT {LOCK}"
INSERT: Final = f"INSERT INTO entry ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
TYPES: Final = ("bigint", "bytea", "text", "bigint", "bytea", "bytea", "bytea", "bytea")
INSERT_ALONE: Final = (
    f"WITH held AS MATERIALIZED (SELECT {LOCK}) "
    f"INSERT INTO entry ({COLUMNS}) SELECT {', '.join(f'%s::{kind}' for kind in TYPES)} FROM held"
)
BLANK: Final = "UPDATE entry SET salt = NULL, payload = NULL WHERE place = %s"


def create(url: str, signer: Signer, chance: Chance = secrets.token_bytes) -> PostgresRegistry:
    """Make an empty registry in a database; the signer's name becomes the log's origin for good."""
    make(url, about_new(signer, chance))
    return PostgresRegistry(url, signer, chance)


def make(url: str, about: dict[str, Any]) -> None:
    """Make the tables where they are missing, and begin a log in them that says this of itself. Raises AlreadyThere."""
    from comity.registry import postgres_tables

    postgres_tables.make(url, about)


class PostgresRegistry(SqlRegistry):
    """The registry in the PostgreSQL database at `url`."""

    def __init__(self, url: str, signer: Signer | None = None, chance: Chance = secrets.token_bytes) -> None:
        """Open an existing registry; without a signer it can be read but not written.

        Raises Unreachable, Unsafe, NoRegistry, OlderRegistry, NewerRegistry, WrongSigner, NotAllowed or Unavailable.
        """
        self._url, self._inside = url, False
        self._last: tuple[int, bytes] | None = None  # place and leaf of the last entry that is to be committed
        self._connection, about = open_database(url)
        super().__init__(shown(url), about, signer, chance)

    def close(self) -> None:
        """Let go of the session."""
        self._url = ""
        self._connection.close()

    def _query(self, sql: str, *values: str | int) -> list[Any]:
        sql = sql.replace("?", "%s")
        try:
            return self._run(sql, values, Unavailable)
        except ConnectionLost:
            if self._inside:
                raise
        self._reconnect()
        return self._run(sql, values, Unavailable)

    def _change(self, sql: str, *values: str | int) -> None:
        self._run(sql.replace("?", "%s"), values, NotWritten)

    def _put(self, rows: Sequence[Sequence[Any]]) -> None:
        self._last = (rows[-1][0], rows[-1][5])
        if self._inside:
            with self._telling(NotWritten), self._connection.cursor() as cursor:
                cursor.executemany(INSERT, rows)
            return
        try:
            self._run(INSERT_ALONE, rows[0], NotWritten)
        except ConnectionLost:
            if not self._kept():
                raise

    def _blank(self, index: int) -> None:
        self._run(BLANK, (index,), NotWritten)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._last = None
        try:
            self._begin()
        except ConnectionLost:  # it stood idle, and nothing was asked of it yet
            self._reconnect()
            self._begin()
        self._inside, before = True, self._frontier
        try:
            yield
        except BaseException:
            with suppress(RegistryError):
                self._run("ROLLBACK", (), NotWritten)
            raise
        finally:
            self._inside = False
        try:
            self._run("COMMIT", (), NotWritten)
        except ConnectionLost:
            self._frontier = before  # what was added since may not be there
            if not self._kept():
                raise

    def _begin(self) -> None:
        try:
            self._run(BEGIN, (), NotWritten)
        except NotWritten:
            self._run("ROLLBACK", (), NotWritten)
            raise

    def _kept(self) -> bool:
        # Whoever wrote held the lock until it was known; once it is ours, the entry is there or never will be.
        place, leaf = self._last or (-1, b"")
        try:
            self._reconnect()
            self._begin()
            found = self._run("SELECT leaf FROM entry WHERE place = %s", (place,), Unavailable)
            self._run("COMMIT", (), NotWritten)
        except Damaged:
            raise
        except RegistryError as error:
            raise Unsure(path=self._path, why="the connection to the server was lost") from error
        return found == [(leaf,)]

    def _reconnect(self) -> None:
        # The server may be another by now, one that lacks what was written last: then nothing is built on it.
        seen = max(self._frontier.size, self._longest)
        self._connection = reconnected(self._url)
        self._frontier, self._seen = Frontier(), {}
        [(size,)] = self._run("SELECT coalesce(max(place) + 1, 0) FROM entry", (), Unavailable)
        if size < seen:
            self._connection.close()
            self._longest = seen
            raise Damaged(path=self._path, why=f"it has {size} entries where {seen} were seen: an older state is back")

    def _run(self, sql: str, values: Sequence[Any], kind: type[RegistryError]) -> list[Any]:
        with self._telling(kind):
            cursor = self._connection.execute(sql, values or None, binary=bool(values))
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def _telling(self, kind: type[RegistryError]) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            if not self._url:
                raise  # a registry that was closed is a mistake of the program
            if lost(self._connection, error):
                self._connection.close()
                raise ConnectionLost(path=self._path) from error
            raise told(str(self._path), error, kind) from error
