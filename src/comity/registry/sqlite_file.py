"""The SQLite file itself: its schema, how it is made and opened, and what its errors mean to a person."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from comity.registry.files import flush_folder
from comity.registry.port import (
    AlreadyThere,
    Damaged,
    NewerRegistry,
    NoRegistry,
    NotWritten,
    RegistryError,
    Unavailable,
)

FORMAT = 2
APPLICATION = 0x636D7479  # "cmty", by which `file` and others know the file
PATIENCE = 5.0  # seconds to wait for another process that writes

JOBS = """
CREATE TABLE job (            -- work that waits or is being done; moments are text that sorts as moments do
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    matter TEXT NOT NULL,
    asks TEXT NOT NULL,
    person TEXT NOT NULL,       -- who asked for it
    made TEXT NOT NULL,
    once TEXT,                  -- of two with the same word here, only the first is kept, unless it failed
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    due TEXT NOT NULL,
    lease TEXT NOT NULL,        -- a secret of whoever is doing it, until the moment in `until`
    until TEXT NOT NULL,
    progress TEXT NOT NULL,
    said TEXT NOT NULL,
    ended TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX job_once ON job (once) WHERE state <> 'failed';
CREATE TABLE step (           -- what each step of a job made, or the marks that people set
    job INTEGER NOT NULL REFERENCES job,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (job, name)
) STRICT, WITHOUT ROWID;
"""

SCHEMA = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT};
CREATE TABLE about (          -- origin, key, salt of the matters' pseudonyms, head of the empty log
    name TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE entry (
    place INTEGER PRIMARY KEY,  -- the entry's index in the log
    nodes BLOB NOT NULL,        -- 32 octets for each full subtree that ends here, level 0 (the leaf's hash) first
    matter TEXT NOT NULL,
    nth INTEGER NOT NULL,       -- how many events its matter had before
    head BLOB,                  -- key id and signature under the head when the log ended here; NULL inside a batch
    leaf BLOB NOT NULL,
    salt BLOB,                  -- NULL, with the payload, once erased
    payload BLOB,
    UNIQUE (matter, nth)
) STRICT;
{JOBS}"""

_BUSY = "another process holds it"
_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk refused to read or to write",
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: "it may only be read",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
}


def connect(path: Path) -> sqlite3.Connection:
    """Open the file so that a commit outlives a power cut and what is erased is overwritten. Raises sqlite3.Error."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, timeout=PATIENCE, isolation_level=None, uri=True)
    for setting in ("synchronous = FULL", "fullfsync = ON", "secure_delete = ON", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def make(path: Path, about: dict[str, Any]) -> None:
    """Write an empty registry that only its owner may read; after a crash midway the same call finishes it."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with closing(connect(path)) as connection:
            if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() != (0,):
                raise AlreadyThere(path=path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN EXCLUSIVE; {SCHEMA}")
            connection.executemany("INSERT INTO about VALUES (?, ?)", about.items())
            connection.execute("COMMIT")
        flush_folder(path.absolute().parent)
    except OSError as error:
        raise NotWritten(path=path, why=error.strerror) from error
    except sqlite3.Error as error:
        foreign = code(error) == sqlite3.SQLITE_NOTADB
        raise AlreadyThere(path=path) if foreign else told(path, error, NotWritten) from error


def open_file(path: Path) -> tuple[sqlite3.Connection, dict[str, Any]]:
    """The open file and what it says of itself, once it is known to be a registry this comity can read."""
    if not path.is_file():
        raise NoRegistry(path=path, why="there is no such file")
    try:
        connection = connect(path)
        try:
            return connection, _about(path, connection)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        foreign = code(error) == sqlite3.SQLITE_NOTADB
        raise _foreign(path) if foreign else told(path, error, Unavailable) from error


def _about(path: Path, connection: sqlite3.Connection) -> dict[str, Any]:
    application, found = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    if application != APPLICATION:
        raise _foreign(path)
    if found > FORMAT:
        raise NewerRegistry(path=path, found=found, known=FORMAT)
    if found < FORMAT:
        _brought_up(connection)
    return dict(connection.execute("SELECT name, value FROM about"))


def _brought_up(connection: sqlite3.Connection) -> None:
    """Add what a file of an earlier format lacks; no entry is touched. One that may only be read stays as it is."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        if code(error) == sqlite3.SQLITE_READONLY:
            return
        raise
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] < FORMAT:  # another may have been quicker
            for statement in JOBS.split(";\n")[:-1]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _foreign(path: Path) -> NoRegistry:
    return NoRegistry(path=path, why="the file there is something else")


def code(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code; None for an error of the calling program."""
    extended = getattr(error, "sqlite_errorcode", None)
    return None if extended is None else extended & 0xFF


def told(path: Path | str, error: sqlite3.Error, kind: type[RegistryError]) -> Exception:
    """The error as a person is told it: damage by its name, anything else as `kind`; a program's mistake unchanged."""
    found = code(error)
    if found is None:
        return error
    if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_TRIGGER:  # the one there is says that the log was moved
        return kind(path=path, why=str(error))
    if found in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT):
        return Damaged(path=path, why=str(error))
    return kind(path=path, why=_REASONS.get(found, str(error)))
