"""One conformance kit for wherever accounts lie: the same accounts give the same cube, octet for octet, or no cube."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from bench.accounts import estate as larch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exposure.places import HERE, Opened, Row, as_parquet, into_postgres, read
from tests.exposure.test_unreached import ESTATE
from tests.exposure.world import COLUMNS, ON, PLACES, estates, laws, packs

from comity.desk.exposure.about import Posed
from comity.desk.exposure.kept import Files, StaysThere, applied, kept, swept
from comity.desk.exposure.run import run
from comity.errors import Faulty
from comity.exposure.cube import save
from comity.exposure.engines import Source
from comity.kernel.estate import Estate

BLANKS = (None, "", "  ", "\t")
SAID = {
    "customer_place": (*PLACES, " IE", "US "), "nationality": PLACES, "kind": ("person", "business", " privileged "),
    "consents": ("yes", "No", "TRUE", "0", " t"), "over_180_days": ("true", "false", "1", "F"),
}  # fmt: skip
WRONG = {
    "store": ("oslo", None),
    "customer_place": ("UK", "us", "7"),
    "kind": ("Person",),
    "consents": ("maybe", "1.0"),
}


def accounts(seed: int, wrong: bool = False) -> list[Row]:
    """Accounts as people really write them: holes of every sort, truths in many words; or with what may not stand."""
    chance, more = Random(seed), WRONG if wrong else {}
    cells = {name: (*BLANKS, *said, *more.get(name, ())) for name, said in SAID.items()}
    cells["store"] = (" dublin", "quincy", "zurich", *more.get("store", ()))
    return [
        {"address": f"a{n}@larch.example", **{name: chance.choice(said) for name, said in cells.items()}}
        for n in range(40)
    ]


SEEDS = st.integers(0, 2**32)


def octets(estate: Estate, opened: Opened, folder: Path) -> bytes:
    with opened as (con, found):
        save(run(con, estate, packs(), found, Posed(ON)), folder / "cube")
    return (folder / "cube").read_bytes()


def refusal(estate: Estate, opened: Opened) -> set[tuple[str, str, str]]:
    with pytest.raises(Faulty) as caught, opened as (con, found):
        run(con, estate, packs(), found, Posed(ON))
    return {(fault.name, fault.what, fault.remedy) for fault in caught.value.faults}


def everywhere(rows: list[Row], folder: Path, there: tuple[str, Any]) -> list[Opened]:
    """The same accounts in all places: files, memory, PostgreSQL, Spark."""
    address, server = there
    into_postgres(server, rows, COLUMNS)
    opened = [place(rows, COLUMNS, folder) for place in HERE.values()]
    files = str(as_parquet(rows, COLUMNS, folder)), str(folder / "accounts.csv")
    distant = [Source((file,), engine="spark") for file in files]
    return [*opened, read(Source((address,), "crm.accounts", "postgres")), *map(read, distant)]


@pytest.fixture(scope="module")
def there(address, server, spark) -> tuple[str, Any]:
    return address, server


@settings(max_examples=2)
@given(estate=estates(), rows=SEEDS.map(accounts))
def test_the_same_accounts_give_the_same_cube_wherever_they_lie(there, estate, rows):
    """CSV, Parquet, SQLite, Arrow, pandas, PostgreSQL, Spark on Parquet and on CSV."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        cubes = [octets(estate, opened, folder) for opened in everywhere(rows, folder, there)]
        assert len(cubes) == 8
        assert set(cubes) == {cubes[0]}


@settings(max_examples=2)
@given(estate=estates(), rows=SEEDS.map(partial(accounts, wrong=True)))
def test_the_same_accounts_are_refused_with_the_same_faults_wherever_they_lie(there, estate, rows):
    """Each value with the number of accounts it stands at."""
    rows = [*rows, {**rows[0], "nationality": "XX"}, {**rows[0], "store": "  "}]
    with TemporaryDirectory() as name:
        told = [refusal(estate, opened) for opened in everywhere(rows, Path(name), there)]
        assert all(one == told[0] for one in told)
        assert {"unknown-place", "store-missing"} <= {fault for fault, *_ in told[0]}


TYPED = """
CREATE TYPE crm.kind AS ENUM ('person', 'business');
CREATE TABLE crm.typed (
  address uuid, store varchar(20), customer_place char(6), nationality text, kind crm.kind, consents boolean,
  over_180_days smallint, shoe json, since timestamptz
);
INSERT INTO crm.typed SELECT
  gen_random_uuid(), (ARRAY['dublin-1', 'us-east'])[1 + i % 2], (ARRAY['IE', 'US', NULL])[1 + i % 3], 'DE',
  (ARRAY['person', 'business', NULL])[1 + i % 3]::crm.kind, (ARRAY[true, false, NULL])[1 + i / 3 % 3], i / 9 % 2,
  '{"size": 42}', 'infinity'
FROM generate_series(0, 59999) AS t (i)
"""
IGNORED = ("shoe", "since")


@pytest.fixture(scope="module")
def typed(address, server, tmp_path_factory) -> tuple[Files, Files]:
    """A table with types of its own in PostgreSQL, of more rows than come at once, and as Parquet."""
    server.execute(TYPED)
    file = tmp_path_factory.mktemp("typed") / "typed.parquet"
    rows = server.execute("SELECT address::text, store, trim(customer_place), nationality, kind::text, consents, "
                          "over_180_days FROM crm.typed").fetchall()  # fmt: skip
    import pyarrow
    import pyarrow.parquet

    columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    estate = Path()
    here = Files(estate, (file,), laws=laws())
    return here, Files(estate, (address,), "crm.typed", IGNORED, laws(), ("postgres", ""))


def source(files: Files) -> Source:
    return Source(tuple(map(str, files.accounts)), files.table, *files.engine)


def cube_of(files: Files, folder: Path) -> Path:
    with read(source(files)) as (con, found):
        found = replace(found, columns={name: kind for name, kind in found.columns.items() if name not in files.ignore})
        kept(run(con, larch(), packs(), found, Posed(ON)), found, folder / "cube", None, folder / "kept")
    return folder / "cube"


def table(path: str) -> list[tuple[Any, ...]]:
    return duckdb.sql(f"FROM read_parquet('{path}') ORDER BY address").fetchall()


@pytest.mark.parametrize("exact", [False, True], ids=["class", "exact"])
def test_verdicts_are_written_beside_accounts_wherever_they_lie(typed, spark, tmp_path, exact):
    """PostgreSQL's own types, streamed through; Spark's, joined there; the same rows and proofs as from a file.

    What is decided exactly is decided here: that the cluster joins it as well is tried once.
    """
    here, postgres = typed
    cube = cube_of(here, tmp_path)
    octets, kept_here = cube.read_bytes(), table(str(tmp_path / "kept"))
    assert cube_of(postgres, tmp_path).read_bytes() == octets
    assert table(str(tmp_path / "kept")) == kept_here
    on_spark = Files(Path(), here.accounts, laws=laws(), engine=("spark", ""))
    chosen = (("US", "DE"), ("content",))
    chosen_engines = {"here": here, "postgres": postgres} | ({} if exact else {"spark": on_spark})
    for name, files in chosen_engines.items():
        done = applied(cube, files, chosen, exact, str(tmp_path / name))
        assert done["accounts"] == 60_000
    told = [f"SELECT * REPLACE (trim(customer_place) AS customer_place) FROM read_parquet('{tmp_path}/{name}')"
            for name in ("here", "postgres", *(() if exact else ("spark/*.parquet",)))]  # fmt: skip
    assert [name for name, *_ in duckdb.sql(f"DESCRIBE {told[1]}").fetchall()][:7] == list(COLUMNS)
    for other in told[1:]:
        assert duckdb.sql(f"({told[0]} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {told[0]})").fetchall() == []
    again = Files(Path(), (tmp_path / "kept",), laws=laws())
    assert applied(cube, again, chosen, exact, tmp_path / "again")["accounts"] == 60_000


def test_what_was_written_meanwhile_is_not_seen(typed, server, tmp_path):
    """One read-only transaction: the accounts that were counted are those that are kept."""
    _, postgres = typed
    import psycopg

    with read(source(postgres)) as (con, found):
        found = replace(found, columns={n: k for n, k in found.columns.items() if n not in IGNORED})
        cube = run(con, larch(), packs(), found, Posed(ON))
        with psycopg.connect(postgres.accounts[0]) as other:
            other.execute("INSERT INTO crm.typed (address, store) VALUES (gen_random_uuid(), 'tokyo')")
        report = kept(cube, found, tmp_path / "cube", None, tmp_path / "kept")
        server.execute("DELETE FROM crm.typed WHERE store = 'tokyo'")
    assert len(table(str(tmp_path / "kept"))) == report["accounts"] == 60_000


def test_a_reader_needs_no_more_than_the_columns_that_are_read(typed, server, address, tmp_path):
    """A role that may read them and nothing else will do; what is ignored is not asked for."""
    columns = ", ".join(COLUMNS)
    server.execute(f"CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA crm TO reader; "
                   f"GRANT SELECT ({columns}) ON crm.typed TO reader")  # fmt: skip
    here, postgres = typed
    own = Files(Path(), (as_reader(address, "reader"),), "crm.typed", IGNORED, laws(), postgres.engine)
    first = cube_of(here, tmp_path).read_bytes()
    assert cube_of(own, tmp_path).read_bytes() == first


def test_a_table_of_the_catalogue_is_read_by_its_name(typed, spark, tmp_path):
    """Without a path."""
    here, _ = typed
    spark.read.parquet(str(here.accounts[0])).createOrReplaceTempView("holdings")
    named = Source((), "holdings", "spark")
    with read(named) as (con, found):
        save(run(con, larch(), packs(), found, Posed(ON)), tmp_path / "named")
    assert (tmp_path / "named").read_bytes() == cube_of(here, tmp_path).read_bytes()


def test_a_column_of_a_strange_type_is_refused_with_what_stands_in_it(server, address, spark, tmp_path):
    """Though its engine could not group by it, or no other engine knows it."""
    server.execute("""CREATE TABLE crm.odd AS SELECT 'quincy' AS store, '{"pet": "cat"}'::json AS kind,
        '{IE,US}'::text[] AS customer_place, interval '1 day' AS consents, point(1, 2) AS nationality
        FROM generate_series(1, 3)""")
    told = refusal(larch(), read(Source((address,), "crm.odd", "postgres")))
    assert {what for name, what, _ in told if name != "unknown-store"} == {
        '3 accounts have `{"pet": "cat"}` (3)', "3 accounts have `{IE,US}` (3)", "3 accounts have `1 day` (3)",
        "3 accounts have `(1,2)` (3)",
    }  # fmt: skip
    odd = "SELECT 'quincy' AS store, map('pet', 'cat') AS kind, array('IE', 'US') AS customer_place, 1.5D AS consents"
    spark.sql(odd).createOrReplaceTempView("odd")
    told = refusal(larch(), read(Source((), "odd", "spark")))
    assert {what for name, what, _ in told if name != "unknown-store"} == {
        "1 account has `{pet -> cat}` (1)", "1 account has `[IE, US]` (1)", "1 account has `1.5` (1)",
    }  # fmt: skip


def test_a_cluster_does_not_bring_its_accounts_here():
    """Keeping is refused before anything is read."""
    with pytest.raises(StaysThere), swept(Files(Path("estate.toml"), ("x",), engine=("spark", "")), Posed(ON), True):
        pass


def test_the_page_on_postgresql_does_what_it_says(server, address, tmp_path):
    """Its role, and its commands with the address of our server in the place of the replica's."""
    text = (Path(__file__).parents[2] / "docs/howto/exposure-from-postgresql.md").read_text("utf-8")
    (grants,), (commands,) = (re.findall(f"```{kind}\n(.*?)```", text, re.DOTALL) for kind in ("sql", "sh"))
    row = {"address": "nora@larch.example", "store": "quincy", "shoe_size": "42"}
    rows = [{**dict.fromkeys(COLUMNS), **row}]
    into_postgres(server, rows, ("address", "store", "customer_place", "nationality", "kind", "shoe_size"))
    server.execute(grants)
    (tmp_path / "estate.toml").write_text(ESTATE)
    ours = commands.replace("postgresql://comity_reader@replica.example/crm", f"'{as_reader(address)}'")
    assert ours != commands
    run_here = ours.replace("pip install 'comity[scale]'\n", "").replace("comity exposure", "$COMITY exposure")
    comity = {**os.environ, "COMITY": f"{sys.executable} -m comity"}
    done = subprocess.run(["bash", "-ec", run_here], cwd=tmp_path, env=comity, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "1 account written, columns added: us_content_verdict, us_content_proof" in done.stdout
    (seen,) = duckdb.sql(f"SELECT address FROM read_parquet('{tmp_path}/verdicts.parquet')").fetchall()
    assert seen == ("nora@larch.example",)


def as_reader(address: str, role: str = "comity_reader") -> str:
    """The address of our server for a role that may only read."""
    other = address.replace("postgres:@", f"{role}@", 1)
    assert other != address
    return other
