"""Where a registry lies: a SQLite file by its path, a PostgreSQL database by its address."""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from comity.registry import sqlite
from comity.registry.port import AlreadyThere, NoDriver, Signer
from comity.registry.sql import Chance, SqlRegistry

SCHEMES: Final = ("postgresql", "postgres")


def opened(where: Path | str, signer: Signer | None = None) -> SqlRegistry:
    """The registry there; a path is a file, text the address of a database. Raises what is said at either adapter."""
    return (
        sqlite.SqliteRegistry(where, signer) if isinstance(where, Path) else _driver().PostgresRegistry(where, signer)
    )


def create(where: Path | str, signer: Signer, chance: Chance = secrets.token_bytes) -> SqlRegistry:
    """Make an empty registry there; the signer's name becomes the log's origin for good."""
    if isinstance(where, Path):
        return sqlite.create(where, signer, chance)
    made: SqlRegistry = _driver().create(where, signer, chance)
    return made


def move(source: sqlite.SqliteRegistry, address: str, signer: Signer) -> SqlRegistry:
    """The whole log of a file put into a database, entry by entry with its signatures; the file then takes no more.

    Broken off, it can be begun again. Raises AlreadyThere if the database holds another log, or more of this one.
    """
    driver = _driver()
    with source.closed_for(address):
        with suppress(AlreadyThere):
            driver.make(address, source.about)
        target: SqlRegistry = driver.PostgresRegistry(address, signer)
        try:
            size = target.size()
            if target.about != source.about or size > source.size() or target.root() != source.root(size):
                raise AlreadyThere(path=address)
            target.restore(source.rows())
            target.take_over(source.work())
            assert target.checkpoint() == source.checkpoint()
        except BaseException:
            target.close()
            raise
    return target


def tables() -> Any:
    """The module that makes and changes the tables of a database; NoDriver if it is not installed."""
    try:
        from comity.registry import postgres_tables
    except ImportError as error:
        raise NoDriver from error
    return postgres_tables


def _driver() -> Any:
    try:
        from comity.registry import postgres
    except ImportError as error:
        raise NoDriver from error
    return postgres


def doubt(address: str) -> str | None:
    """Why this text is no address of a database that may be kept in settings; a password may not."""
    try:
        parts = urlsplit(address)
        words = parse_qs(parts.query, keep_blank_values=True)
        if parts.scheme not in SCHEMES or not re.fullmatch(r"[!#-\[\]-~]+", address) or parts.fragment:
            return "it is not postgresql://[USER@]HOST[:PORT]/DATABASE"
        if parts.password is not None or "password" in words:
            return "it holds a password, which is not kept in settings"
    except ValueError:
        return "it is not postgresql://[USER@]HOST[:PORT]/DATABASE"
    return None
