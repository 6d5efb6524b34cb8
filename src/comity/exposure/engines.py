"""Where the accounts lie, and who reads them there: DuckDB on this machine, PostgreSQL, or a Spark cluster.

Only the accounts are read elsewhere, and of them only which combinations of facts there are. Every decision, and the
cube, are made here whatever the engine; so the same accounts give the same cube, octet for octet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from comity.errors import ComityError
from comity.exposure import apply
from comity.exposure.accounts import DUCKDB, Accounts, opened
from comity.exposure.apply import Judged
from comity.exposure.classes import Classes

POSTGRES: Final = "postgres"
SPARK: Final = "spark"
ADDRESS: Final = re.compile(r"^postgres(ql)?://|\bpassword=")
"""What is a database's address and no path, so that it is not repeated as one."""


class NoSuchEngine(ComityError):
    """there is no engine `{name}`"""

    help = "use --engine duckdb, postgres or spark"
    exit_code = 2


class OtherEngine(ComityError):
    """a PostgreSQL database was named as the accounts, and the engine is {engine}"""

    help = "say --engine postgres"
    exit_code = 2


class NoExtra(ComityError):
    """the engine {engine} needs a package that is not installed: {package}"""

    help = "install comity[scale]"
    exit_code = 3


class StaysThere(ComityError):
    """accounts on a Spark cluster are not brought here, so they are not kept with their classes"""

    help = "leave out --keep; `comity exposure apply --engine spark` has the cluster write the verdicts"
    exit_code = 2


@dataclass(frozen=True)
class Source:
    """Where the accounts are: files, or a database's address; the table's name; the engine, and its cluster."""

    given: tuple[str, ...]
    table: str = ""
    engine: str = DUCKDB
    master: str = ""


@contextmanager
def accounts_of(con: duckdb.DuckDBPyConnection, source: Source) -> Iterator[Accounts]:
    """The accounts, open as long as they are needed."""
    if source.engine != POSTGRES and any(map(ADDRESS.search, source.given)):
        raise OtherEngine(engine=source.engine)
    if source.engine == DUCKDB:
        with opened(con, [Path(one) for one in source.given], source.table) as accounts:
            yield accounts
    elif source.engine == POSTGRES:
        with needing(POSTGRES):
            from comity.exposure.postgres import reached
        with reached(source) as accounts:
            yield accounts
    elif source.engine == SPARK:
        with needing(SPARK):
            from comity.exposure.spark import gathered_there
        with gathered_there(source) as accounts:
            yield accounts
    else:
        raise NoSuchEngine(name=source.engine)


def write(classes: Classes, accounts: Accounts, to: str, judged: Judged) -> int:
    """Write every account with what was judged of its class, as Parquet, where it lies; how many there are."""
    if accounts.engine == SPARK:
        from comity.exposure.spark import Cluster, write_there

        assert isinstance(accounts, Cluster)
        return write_there(classes, accounts, to, judged)
    return apply.write(classes, accounts, Path(to), judged)


@contextmanager
def needing(engine: str) -> Iterator[None]:
    """Say which package is missing, and where it comes from."""
    try:
        yield
    except ImportError as error:
        raise NoExtra(engine=engine, package=error.name or str(error)) from error
