"""The registry's tables on PostgreSQL, made and brought up to date by Alembic; `schema/` holds its steps.

Nothing here is loaded in daily work: an open registry only compares the step it finds with those it knows.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from comity.registry.port import AlreadyThere, NotWritten
from comity.registry.postgres_server import connect, shown, told

FOLDER: Final = Path(__file__).with_name("schema")
_MADE_MEANWHILE: Final = ("23505", "42P06", "42P07")


def make(url: str, about: dict[str, Any]) -> None:
    """Make the tables where they are missing, and begin a log in them; all of it or nothing."""

    def begin(connection: Connection) -> None:
        if connection.exec_driver_sql("SELECT to_regclass('comity.entry')").scalar() is None:
            _to_head(connection)
        if connection.exec_driver_sql("SELECT 1 FROM about UNION ALL SELECT 1 FROM entry LIMIT 1").first():
            raise AlreadyThere(path=shown(url))
        for name, value in about.items():
            octets = value.encode() if isinstance(value, str) else value
            connection.exec_driver_sql("INSERT INTO about VALUES (%s, %s)", (name, octets))

    _change(url, begin)


def upgrade(url: str) -> None:
    """Bring the tables of a registry to what this comity reads; no entry is touched."""
    _change(url, _to_head)


def _change(url: str, work: Callable[[Connection], None]) -> None:
    session = connect(url)
    session.autocommit = False
    try:
        engine = create_engine("postgresql+psycopg://", creator=lambda: session, poolclass=StaticPool)
        with engine.begin() as connection:
            work(connection)
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.Error) and error.orig.sqlstate in _MADE_MEANWHILE:
            raise AlreadyThere(path=shown(url)) from error
        raise told(shown(url), error.orig, NotWritten) from error
    finally:
        session.close()


def statements() -> str:
    """What makes the tables, for whoever wants to read it or may run it alone."""
    written = io.StringIO()
    command.upgrade(_config(output_buffer=written), "head", sql=True)
    return written.getvalue()


def _to_head(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config(**streams: Any) -> Config:
    config = Config(**streams)
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
