"""A PostgreSQL server: how a session is begun in which a registry is safe, and what its errors mean to a person.

A password is never shown, and never kept: libpq finds it in PGPASSFILE, PGPASSWORD or a service file.
"""

from __future__ import annotations

import os
import re
import time
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from comity.registry.port import (
    Damaged,
    NewerRegistry,
    NoRegistry,
    NotAllowed,
    OlderRegistry,
    RegistryError,
    Unavailable,
    Unreachable,
    Unsafe,
)

REVISIONS: Final = ("0001", "0002")
"""The states of the tables that this comity knows, oldest first; it reads and writes the last."""

OLDEST: Final = 14  # the oldest PostgreSQL that its makers still mended when this was written
PATIENCE: Final = 5.0  # seconds to wait for the server, or for another process that writes
TEXTS: Final = ("origin", "key")  # what the registry says of itself in words; the rest is octets

SETTINGS: Final = """
SELECT set_config('search_path', 'comity, pg_temp', false),
    set_config('default_transaction_isolation', 'read committed', false),
    set_config('lock_timeout', %s, false),
    set_config('idle_in_transaction_session_timeout', '30s', false),
    set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), false)
"""
"""A commit is answered once it is on the disk; whoever vanishes in the middle of an act holds up nobody for long."""

_BUSY: Final = "another process holds it"
_REASONS: Final = {
    "25006": "it may only be read: this is a standby, or its sessions are set to read only",
    "53100": "the disk is full",
    "53200": "the server has no memory left",
    "55P03": _BUSY,
    "40P01": _BUSY,
}
_DAMAGE: Final = ("XX001", "XX002", "23505", "23502")  # broken pages; what the log's own order makes impossible
_ABSENT: Final = ("42P01", "3F000")
_LOST: Final = ("57P01", "57P02", "57P03", "25P03", "08")


def shown(url: str) -> str:
    """The address as it may be shown: without a password."""
    bare = re.sub(r"(//[^:@/?]*):[^/?]*@", r"\1@", url)
    return re.sub(r"\bpassword\s*=\s*('[^']*'|[^&\s]*)[&\s]?", "", bare).rstrip("?& ")


def connect(url: str) -> psycopg.Connection:
    """A session in which a commit outlives a power cut. Raises Unreachable, NoRegistry or Unsafe."""
    try:
        options: dict[str, Any] = conninfo_to_dict(url)
        if "PGCONNECT_TIMEOUT" not in os.environ:
            options.setdefault("connect_timeout", int(PATIENCE))
        options |= {"client_encoding": "utf8", "fallback_application_name": "comity"}
        connection = psycopg.connect(**options, autocommit=True)
        connection.execute(SETTINGS, (f"{PATIENCE * 1000:.0f}ms",))
    except psycopg.ProgrammingError as error:
        # What is wrong with an address is not repeated: a part of it may be a password.
        raise NoRegistry(path=shown(url), why="it is not the address of a PostgreSQL database") from error
    except psycopg.Error as error:
        raise Unreachable(path=shown(url), why=_said(error)) from error
    try:
        _suits(url, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _suits(url: str, connection: psycopg.Connection) -> None:
    version = connection.info.server_version // 10_000
    [(flushes, encoding)] = connection.execute("SELECT current_setting('fsync'), current_setting('server_encoding')")
    for wrong, why in (
        (version < OLDEST, f"it is PostgreSQL {version}, and {OLDEST} or newer is needed"),
        (flushes != "on", "it does not flush what it writes to the disk (fsync = off)"),
        (encoding != "UTF8", f"the database keeps text as {encoding}, not as UTF8"),
    ):
        if wrong:
            raise Unsafe(path=shown(url), why=why)


def reconnected(url: str) -> psycopg.Connection:
    """A new session, waiting a little for a server that is just coming up."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return connect(url)
        except Unreachable:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def open_database(url: str) -> tuple[psycopg.Connection, dict[str, Any]]:
    """A session, and what the registry says of itself, once it is known to be one this comity can read."""
    connection = connect(url)
    try:
        [found] = connection.execute("SELECT version_num FROM comity.alembic_version").fetchall() or [("none",)]
        if found[0] not in REVISIONS:
            raise NewerRegistry(path=shown(url), found=found[0], known=REVISIONS[-1])
        if found[0] != REVISIONS[-1]:
            raise OlderRegistry(path=shown(url), found=found[0], known=REVISIONS[-1])
        if not (about := _about(connection)):
            raise NoRegistry(path=shown(url), why="its tables are there, and no log was begun in them")
        return connection, about
    except psycopg.Error as error:
        connection.close()
        raise told(shown(url), error, Unavailable) from error
    except BaseException:
        connection.close()
        raise


def _about(connection: psycopg.Connection) -> dict[str, Any]:
    found = {name: bytes(value) for name, value in connection.execute("SELECT name, value FROM about")}
    return {name: value.decode() if name in TEXTS else value for name, value in found.items()}


def lost(connection: psycopg.Connection, error: psycopg.Error) -> bool:
    """Whether the session is gone, so that another must be begun."""
    return connection.closed or (error.sqlstate or "").startswith(_LOST)


def told(path: str, error: BaseException | None, kind: type[RegistryError]) -> Exception:
    """The error as a person is told it: damage by its name, anything else as `kind`; a program's mistake unchanged."""
    if not isinstance(error, psycopg.Error):
        assert isinstance(error, Exception)
        return error
    state = error.sqlstate or ""
    if state in _DAMAGE:
        return Damaged(path=path, why=_said(error))
    if state in _ABSENT:
        return NoRegistry(path=path, why="no log was begun in this database")
    if state == "42501":
        return NotAllowed(path=path, why=_said(error))
    return kind(path=path, why=_REASONS.get(state) or _said(error))


def _said(error: psycopg.Error) -> str:
    lines = (error.diag.message_primary or str(error)).strip().splitlines() or ["the session ended"]
    return re.sub(r"^.*failed: (FATAL: +)?", "", lines[0].strip())
