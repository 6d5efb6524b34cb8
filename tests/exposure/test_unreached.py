"""What a person is told when accounts elsewhere cannot be read; and never a password."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.exposure.world import COLUMNS

from comity.cli import main

SECRET = "s3cret"
ESTATE = """
[provider]
name = "Larch Mail"
[[entity]]
id = "us"
name = "Larch Corp"
place = "US"
[[site]]
id = "quincy"
name = "Quincy"
country = "US"
operator = "us"
[[service]]
id = "mail"
name = "Mail"
public = true
[[store]]
id = "quincy"
site = "quincy"
holder = "us"
service = "mail"
holds = ["content"]
"""
Said = Callable[..., tuple[int, str]]


@pytest.fixture
def said(tmp_path, monkeypatch, capsys) -> Said:
    """The exit code of `comity exposure run` and all it prints."""
    monkeypatch.chdir(tmp_path)
    Path("estate.toml").write_text(ESTATE)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["comity", "exposure", "run", "--out", "cube", *arguments])
        with pytest.raises(SystemExit) as done:
            main()
        told = capsys.readouterr()
        return int(done.value.code or 0), " ".join((told.out + told.err).split())

    return run


@pytest.mark.parametrize(
    ("address", "code", "told"),
    [
        (f"postgresql://reader:{SECRET}@127.0.0.1:1/crm", 3, "cannot reach `postgresql://reader@127.0.0.1:1/crm`: "),
        (f"postgresql://reader:{SECRET}@/crm?host=/nowhere", 3, "cannot reach `postgresql://reader@/nowhere/crm`: "),
        (f"postgresql://127.0.0.1:1/crm?password={SECRET}", 3, "cannot reach `postgresql://127.0.0.1:1/crm`: "),
        (f"host=127.0.0.1 port=1 dbname=crm password={SECRET}", 3, "cannot reach `postgresql://127.0.0.1:1/crm`: "),
        (f"postgresql://reader:{SECRET}%ZZ@h/crm", 2, "is no address of a PostgreSQL database"),
        (f"postgresql://reader:{SECRET}", 2, "is no address of a PostgreSQL database"),
        (f"postgresql://reader:pa@{SECRET}@h/crm", 2, "is no address of a PostgreSQL database"),
        (f"postgresql://reader:1/{SECRET}@h/crm", 2, "is no address of a PostgreSQL database"),
        (f"postgresql://reader:pa:{SECRET}@127.0.0.1:1/crm", 3, "cannot reach `postgresql://reader@127.0.0.1:1/crm`: "),
        (f"service=nobody password={SECRET}", 3, "cannot reach `service nobody`: "),
    ],
)
@pytest.mark.parametrize("way", [(), ("--json",)], ids=["text", "json"])
def test_a_password_is_never_shown(said, address, code, told, way):
    """Whatever is wrong with the address, and however it is told."""
    ended, shown = said("--engine", "postgres", "--accounts", address, *way)
    assert ended == code, shown
    assert told in shown
    assert SECRET not in shown


def test_a_password_is_not_shown_where_the_server_refuses(said, address, server):
    """A table that is not there, or may not be read, or a role that does not exist."""
    server.execute("CREATE TABLE crm.closed (store text); CREATE ROLE nobody_much LOGIN")
    with_password = address.replace("postgres:@", f"postgres:{SECRET}@", 1)
    code, shown = said("--engine", "postgres", "--accounts", with_password, "--table", "crm.customers")
    assert (code, "`closed`" in shown, "--table" in shown, SECRET in shown) == (2, True, True, False), shown
    other = with_password.replace("postgres:", "nobody_much:", 1)
    code, shown = said("--engine", "postgres", "--accounts", other, "--table", "crm.closed")
    assert (code, "permission denied" in shown, SECRET in shown) == (3, True, False), shown
    code, shown = said("--engine", "postgres", "--accounts", with_password.replace("postgres:", "ghost:", 1))
    assert (code, 'role "ghost" does not exist' in shown, SECRET in shown) == (3, True, False), shown


def test_a_server_that_goes_away_is_said(said, address, server, monkeypatch):
    """In the middle of the work: nothing is written."""
    from comity.exposure import distant

    server.execute("CREATE TABLE crm.many AS SELECT 'quincy' AS store, n::text AS address FROM generate_series(1, 9) n")
    grouped = distant.Distant.grouped

    def cut(self, con, cells):
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'comity'")
        return grouped(self, con, cells)

    monkeypatch.setattr(distant.Distant, "grouped", cut)
    code, shown = said("--engine", "postgres", "--accounts", address, "--table", "crm.many")
    assert (code, "terminating connection" in shown) == (3, True), shown
    assert not Path("cube").exists()


def test_the_wrong_engine_for_an_address_is_named(said):
    """And an engine that is none."""
    for address in (f"postgresql://reader:{SECRET}@h/crm", f"host=h password={SECRET}"):
        code, shown = said("--accounts", address)
        assert (code, "--engine postgres" in shown, SECRET in shown) == (2, True, False)
    code, shown = said("--accounts", "a.csv", "--engine", "oracle")
    assert (code, "there is no engine `oracle`" in shown) == (2, True)
    assert "it was not said where the accounts are" in said("--engine", "postgres")[1]


@pytest.mark.parametrize(("engine", "package"), [("postgres", "psycopg"), ("spark", "pyspark"), ("spark", "ibis")])
def test_a_package_that_is_missing_is_named_with_its_extra(said, monkeypatch, engine, package):
    """As on a machine where the extra was not installed."""
    for name in [name for name in sys.modules if name.startswith("comity.exposure.") or name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    code, shown = said("--engine", engine, "--accounts", "postgresql://h/crm" if engine == "postgres" else "a.parquet")
    assert code == 3, shown
    assert f"{engine} needs a package that is not installed: {package}" in shown
    assert "comity[scale]" in shown


def test_a_machine_without_java_is_told_which_package_has_it(said, monkeypatch):
    """Before Spark is tried."""
    pytest.importorskip("pyspark")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    code, shown = said("--engine", "spark", "--accounts", "a.parquet")
    assert (code, "openjdk-17-jre-headless" in shown) == (3, True)


@pytest.mark.parametrize("master", ["spark://127.0.0.1:1", "sc://127.0.0.1:1/;token=s3cret", "sc://h:port"])
def test_a_cluster_that_is_not_there_is_said_at_once(said, master):
    """Spark alone would try for minutes; a token is no more shown than a password."""
    pytest.importorskip("pyspark")
    code, shown = said("--engine", "spark", "--spark-master", master, "--accounts", "a.parquet")
    assert code == 3
    assert f"cannot reach the Spark cluster `{master.partition(';')[0]}`" in shown
    assert SECRET not in shown


def test_what_spark_cannot_read_is_said_plainly(said, spark, tmp_path):
    """No such file, no such table, a line that does not fit its heading."""
    code, shown = said("--engine", "spark", "--accounts", "nowhere.parquet")
    assert (code, "PATH_NOT_FOUND" in shown, "Traceback" in shown) == (3, True, False), shown
    code, shown = said("--engine", "spark", "--table", "customers")
    assert (code, "no such table" in shown) == (2, True), shown
    (tmp_path / "a.csv").write_text(",".join(COLUMNS) + "\nnora@larch.example,quincy,US\n")
    code, shown = said("--engine", "spark", "--accounts", f"{tmp_path}/a.csv")
    assert (code, "Malformed CSV record" in shown, "nora" in shown) == (3, True, False), shown
    assert not Path("cube").exists()
