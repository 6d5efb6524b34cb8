"""Accounts in PostgreSQL: read in one read-only transaction, so that every question sees the same accounts.

A password is never shown. What cannot be read as an address is not repeated at all, for nobody can tell which part of
it was meant as the password.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import ibis
import psycopg
from ibis.common.exceptions import TableNotFound
from psycopg.conninfo import conninfo_to_dict

from comity.errors import ComityError, Unreadable
from comity.exposure.accounts import WhichTable
from comity.exposure.distant import BATCH, Distant, Rows, columns_of, plain
from comity.exposure.engines import Source

PATIENCE: Final = 10
"""Seconds to wait for a server, unless its address says otherwise."""


class NotAnAddress(ComityError):
    """what was given as the accounts is no address of a PostgreSQL database"""

    help = "write postgresql://reader@host:5432/database; percent-encode a password, or better keep it in ~/.pgpass"
    exit_code = 2


class Unreached(ComityError):
    """cannot reach `{server}`: {why}"""

    help = "see that the server runs and that this machine and user may connect to it, then try again"
    exit_code = 3


@dataclass(frozen=True)
class _Address:
    """A database's address as the client library understands it."""

    parts: dict[str, Any]

    def __str__(self) -> str:
        """Without password, and without anything else that is nobody's business."""
        user, host, port, base = (str(self.parts.get(key, "")) for key in ("user", "host", "port", "dbname"))
        if not (host or base):
            return f"service {self.parts.get('service', '')}".strip()
        return f"postgresql://{user}{'@' if user else ''}{host}{':' if port else ''}{port}/{base}"

    def why(self, error: Exception) -> str:
        """The first line of what went wrong, without the password."""
        line = str(error).strip().split("\n")[0]
        for secret in filter(None, (self.parts.get("password"), self.parts.get("sslpassword"))):
            line = line.replace(str(secret), "***")
        return line


@contextmanager
def reached(source: Source) -> Iterator[Distant]:
    """The table of accounts, open as long as it is needed."""
    address = _address(source)
    failed: list[Exception] = []
    try:
        with _connected(address) as server:
            server.isolation_level, server.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
            with server.transaction():
                table = _table(server, source.table, str(address))
                yield Distant("", columns_of(table), str(address), table, _Fetch(server, failed))
    except psycopg.Error as error:
        raise Unreadable(path=str(address), why=address.why(error)) from error
    except Unreadable as error:
        if failed:
            raise Unreadable(path=str(address), why=address.why(failed[0])) from error
        raise


def _address(source: Source) -> _Address:
    try:
        (given,) = source.given
        parts = conninfo_to_dict(given)
    except (ValueError, psycopg.ProgrammingError):
        raise NotAnAddress from None
    ports = str(parts.get("port", "0")).split(",")
    if any("@" in str(parts.get(key, "")) for key in ("host", "dbname")) or not all(map(str.isdigit, ports)):
        raise NotAnAddress
    return _Address(parts)


def _connected(address: _Address) -> psycopg.Connection[Any]:
    said = {"connect_timeout": PATIENCE, "application_name": "comity", **address.parts}
    try:
        return psycopg.connect(autocommit=True, **said)
    except psycopg.Error as error:
        raise Unreached(server=str(address), why=address.why(error)) from error


def _table(server: psycopg.Connection[Any], name: str, label: str) -> Any:
    base = ibis.postgres.from_connection(server)
    schema, _, table = (name or "accounts").rpartition(".")
    try:
        return plain(base.table(table, database=schema or None))
    except TableNotFound as error:
        there = base.list_tables(database=schema) if schema else base.list_tables()
        listed = ", ".join(f"`{one}`" for one in sorted(there)) or "no table that you may read"
        raise WhichTable(path=label, tables=listed) from error


@dataclass(frozen=True)
class _Fetch:
    """What a question to the server gives, through a cursor there; `failed` keeps why it did not."""

    server: psycopg.Connection[Any]
    failed: list[Exception]

    def __call__(self, sql: str) -> Rows:
        try:
            with self.server.cursor(name="accounts") as cursor:
                cursor.execute(sql.encode())
                while rows := cursor.fetchmany(BATCH):
                    yield rows
        except psycopg.Error as error:
            self.failed.append(error)
            raise
