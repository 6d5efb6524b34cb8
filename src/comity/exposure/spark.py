"""Accounts on a Spark cluster: grouped where they lie, and written back there.

What travels is small: the combinations of facts with their numbers come here, and verdicts go back to be joined to the
accounts by the cluster itself.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import ibis
from ibis.common.exceptions import TableNotFound
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from comity.errors import ComityError, Unreadable, Unwritable
from comity.exposure.accounts import WhichTable, named
from comity.exposure.apply import Judged
from comity.exposure.classes import STORE, Classes, number
from comity.exposure.distant import BATCH, Distant, Rows, columns_of, plain
from comity.exposure.engines import SPARK, Source

PATIENCE: Final = 10
"""Seconds to wait for a cluster to answer at all."""

CSV: Final = {
    "header": "true", "quote": '"', "escape": '"', "mode": "FAILFAST", "enforceSchema": "false",
    "columnPruning": "false",
}  # fmt: skip
"""Comma and quotation marks, nothing else; a line that does not fit the heading stops the run."""


class NoJava(ComityError):
    """Spark needs Java 17 or newer, and there is none here"""

    help = "install Debian's openjdk-17-jre-headless, or set JAVA_HOME; a cluster's Spark Connect (sc://) needs none"
    exit_code = 3


class NoCluster(ComityError):
    """cannot reach the Spark cluster `{master}`: {why}"""

    help = "see that it runs and that this machine may connect to it; --spark-master names another"
    exit_code = 3


class Cluster(Distant):
    """A table that a cluster reads, and may write beside."""

    engine: ClassVar[str] = SPARK


@contextmanager
def gathered_there(source: Source) -> Iterator[Cluster]:
    """The accounts as a table of the cluster's, open as long as they are needed."""
    label = source.given[0] if source.given else source.table
    label += f" and {len(source.given) - 1} more" if len(source.given) > 1 else ""
    own = SparkSession.getActiveSession() is None
    session = _session(source.master or os.environ.get("SPARK_REMOTE", ""))
    try:
        table = plain(_table(session, source, label))
        yield Cluster("", columns_of(table), label, table, _Fetch(session))
    except (PySparkException, Py4JError) as error:
        raise Unreadable(path=label, why=_why(error)) from error
    finally:
        if own:
            session.stop()


def _session(master: str) -> Any:
    remote = master.startswith("sc://")
    if not remote and not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise NoJava
    _knock(master)
    made: Any = SparkSession.builder.appName("comity")
    made = made.remote(master) if remote else made.master(master) if master else made
    if master.startswith("local"):
        made = made.config("spark.ui.enabled", "false")
    if not remote:
        watched = str(sys.stderr.isatty()).lower()
        made = made.config("spark.log.level", "FATAL").config("spark.ui.showConsoleProgress", watched)
    try:
        return made.getOrCreate()
    except (PySparkException, Py4JError, ImportError) as error:
        raise NoCluster(master=_shown(master) or "of this machine's settings", why=_why(error)) from error


def _knock(master: str) -> None:
    """Spark itself tries for minutes to reach a master that is not there."""
    if not master.startswith(("spark://", "sc://")):
        return
    try:
        where = urlsplit(master.split(",")[0])
        usual = 7077 if where.scheme == "spark" else 15002
        with socket.create_connection((where.hostname, where.port or usual), PATIENCE):
            return
    except (OSError, ValueError) as error:
        raise NoCluster(master=_shown(master), why=str(error)) from error


def _shown(master: str) -> str:
    """A cluster's address without what follows it: a token, perhaps."""
    return master.partition(";")[0]


def _table(session: Any, source: Source, label: str) -> Any:
    """Parquet or CSV files by their path, as the cluster sees it; or a table of its catalogue by name."""
    base = ibis.pyspark.connect(session)
    if source.given:
        paths, read = list(source.given), session.read.option("recursiveFileLookup", "true")
        csv = all(path.endswith(".csv") for path in paths)
        frame = read.options(**CSV).csv(paths) if csv else read.option("mergeSchema", "true").parquet(*paths)
        frame.createOrReplaceTempView("comity_accounts")
        return base.table("comity_accounts")
    *above, table = source.table.split(".")
    try:
        return base.table(table, database=tuple(above) if len(above) > 1 else above[0] if above else None)
    except TableNotFound as error:
        raise WhichTable(path=label, tables="no such table") from error


@dataclass(frozen=True)
class _Fetch:
    """What a question to the cluster gives, one partition after the other."""

    session: Any

    def __call__(self, sql: str) -> Rows:
        rows = self.session.sql(sql).toLocalIterator(prefetchPartitions=True)
        while batch := list(islice(rows, BATCH)):
            yield batch


def write_there(classes: Classes, accounts: Cluster, path: str, judged: Judged) -> int:
    """Have the cluster write every account with what was judged of its class, as Parquet; how many there are.

    Spark moves its files to their place when all are written, and then puts `_SUCCESS` beside them.
    """
    con, session = classes.con, accounts.table.get_backend()._session
    number(con, accounts, classes.columns)
    words = ", ".join(f"{named(name)}::VARCHAR AS {named(name)}" for name in judged.added)
    small = con.sql(f"SELECT * REPLACE ({words}) FROM ({judged.beside('SELECT * FROM numbered')})").to_arrow_table()
    session.createDataFrame(small).createOrReplaceTempView("comity_judged")
    all_, said = accounts.table, ibis.pyspark.connect(session).table("comity_judged")
    cells = {STORE: STORE, **{f"c{at}": column.name for at, column in enumerate(classes.columns)}}
    same = [all_[cell].identical_to(said[name]) for name, cell in cells.items()]
    kept = (*(all_[name] for name in accounts.columns), *(said[name] for name in judged.added))
    joined = all_.join(said, same).select(*kept)
    try:
        session.sql(str(ibis.to_sql(joined, dialect="pyspark"))).write.parquet(path)
    except (PySparkException, Py4JError) as error:
        raise Unwritable(path=path, why=_why(error)) from error
    return int(session.read.parquet(path).count())


def _why(error: Exception) -> str:
    """What was the matter at bottom, in one line; a line of the accounts is not repeated."""
    cause = getattr(error, "java_exception", None)
    while cause is not None and cause.getCause() is not None:
        cause = cause.getCause()
    line = str(cause.getMessage() if cause is not None else error).strip().split("\n")[0]
    return line.partition(":")[0] if line.startswith("[MALFORMED") else line
