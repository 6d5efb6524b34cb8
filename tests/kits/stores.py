"""The places in which a registry can lie, each as its tests need it: made, opened, and reached past the registry."""

from __future__ import annotations

import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from tests.kits.registry_kit import SIGNER
from tests.postgres import Server

from comity.registry import place
from comity.registry.port import Signer
from comity.registry.sql import SqlRegistry


class Store(ABC):
    """Where a registry lies: `create` makes it anew, `open` gives a new handle, all are closed at the end."""

    newest: tuple[str, str]
    """How a later comity would mark its format, and what is then said."""

    def __init__(self, where: Path | str) -> None:
        self.where = where
        self._opened: list[SqlRegistry] = []

    def create(self, signer: Signer = SIGNER) -> SqlRegistry:
        """An empty registry."""
        self._opened.append(place.create(self.where, signer))
        return self._opened[-1]

    def open(self, signer: Signer | None) -> SqlRegistry:
        """Another handle on it, with this signer or none."""
        self._opened.append(place.opened(self.where, signer))
        return self._opened[-1]

    def close(self) -> None:
        """Let go of every handle; to close one twice is no fault."""
        for registry in self._opened:
            registry.close()

    @abstractmethod
    def run(self, sql: str, *values: Any) -> list[Any]:
        """What someone with a database tool could do; `?` stands for each value."""

    def change(self, place: int, column: str, made: Callable[[Any], Any]) -> None:
        """Put another value in the place of one of an entry's."""
        [(before,)] = self.run(f"SELECT {column} FROM entry WHERE place = ?", place)
        self.run(f"UPDATE entry SET {column} = ? WHERE place = ?", made(before), place)

    @abstractmethod
    def second(self) -> Store:
        """Another, empty place of the same kind."""

    def wipe(self) -> Store:
        """The same place, as if nothing had ever been made in it."""
        assert isinstance(self.where, Path)
        self.where.unlink(missing_ok=True)
        return self

    def settle(self) -> None:
        """Wait until nothing goes on there on behalf of a process that is dead: in a file, nothing does."""
        return

    @abstractmethod
    def held(self) -> Any:
        """Somebody else begins to write and does not end; closing what this gives lets go."""


class SqliteStore(Store):
    """A file."""

    newest = "PRAGMA user_version = 3", "has format 3; this comity reads up to 2"

    def run(self, sql: str, *values: Any) -> list[Any]:
        connection = sqlite3.connect(self.where, isolation_level=None)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def second(self) -> Store:
        assert isinstance(self.where, Path)
        return SqliteStore(self.where.with_name("second"))

    def held(self) -> Any:
        connection = sqlite3.connect(self.where, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        return connection


class PostgresStore(Store):
    """A database of the tests' own server, emptied for each test."""

    newest = "UPDATE alembic_version SET version_num = '0003'", "has format 0003; this comity reads up to 0002"

    def __init__(self, server: Server, name: str = "kit") -> None:
        super().__init__(server.url(name))
        self.server, self.name = server, name
        with server.admin() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                connection.execute(f"CREATE DATABASE {name}")
        with server.admin(name) as connection:
            if connection.execute("SELECT to_regclass('comity.entry')").fetchone() != (None,):
                connection.execute("TRUNCATE about, entry, job, step")
                connection.execute("UPDATE alembic_version SET version_num = '0002'")

    def run(self, sql: str, *values: Any) -> list[Any]:
        with self.server.admin(self.name) as connection:
            done = connection.execute(sql.replace("?", "%s"), values)
            return done.fetchall() if done.description else []

    def second(self) -> Store:
        return PostgresStore(self.server, "second")

    def wipe(self) -> Store:
        with self.server.admin(self.name) as connection:
            connection.execute("DROP SCHEMA IF EXISTS comity CASCADE")
        return self

    def settle(self) -> None:
        while self.run("SELECT 1 FROM pg_stat_activity WHERE datname = ? AND pid != pg_backend_pid()", self.name):
            time.sleep(0.01)

    def held(self) -> Any:
        connection = psycopg.connect(str(self.where))
        connection.execute("SELECT pg_advisory_xact_lock(1668117625)")
        return connection
