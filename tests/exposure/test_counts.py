"""Counting by classes is deciding each account on its own, in whatever order and form the accounts come."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exposure.world import COLUMNS, counts, estates, one_by_one, parquet, plain_estate, rows, swept, written

from comity.exposure.accounts import engine
from comity.exposure.cube import load, save


@settings(max_examples=25)
@given(estate=estates(), accounts=rows())
def test_counts_are_those_of_deciding_each_row(estate, accounts):
    """Any estate, any holes, all packs: the same counts as one decision a row, demand and entity."""
    with TemporaryDirectory() as folder, swept(estate, [written(Path(folder), accounts)]) as cube:
        assert counts(cube) == one_by_one(estate, accounts)


@settings(max_examples=25)
@given(estate=estates(), accounts=rows(40))
def test_the_counts_of_a_place_and_category_add_up_to_the_accounts_held(estate, accounts):
    """Each account of a store with such records is counted once, under one verdict."""
    with TemporaryDirectory() as folder, swept(estate, [written(Path(folder), accounts)]) as cube:
        for row in cube.sweep.rows:
            there = sum(account["store"] in row.rulings for account in accounts)
            assert sum(cube.sweep.counts(row).values()) == there
        assert cube.classes.accounts == len(accounts)


@settings(max_examples=10)
@given(estate=estates(), accounts=rows(30), seed=st.integers(0, 99))
def test_order_files_and_unread_columns_change_nothing(estate, accounts, seed):
    """One file or three, in any order, CSV or Parquet, with a column nobody reads: one cube, octet for octet."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        mixed = random.Random(seed).sample(accounts, len(accounts))
        many = [
            parquet(
                written(folder, [{**r, "service": "mail"} for r in mixed[n::3]], (*COLUMNS, "service"), f"{n}.csv"),
                folder / f"{n}.parquet",
            )
            for n in range(3)
        ]
        with swept(estate, [written(folder, accounts)]) as cube:
            first = save(cube, folder / "first")
        with swept(estate, many) as cube:
            second = save(cube, folder / "second")
        assert first.sweep == second.sweep
        assert first.digest == second.digest
        assert (folder / "first").read_bytes() == (folder / "second").read_bytes()


@pytest.fixture(name="few")
def few_accounts():
    """A dozen accounts."""
    return [
        {
            "address": f"a{n}@larch.example", "store": ("dublin", "quincy", "zurich")[n % 3],
            "customer_place": ("IE", "US", "", "DE")[n % 4], "nationality": ("IE", "US", "")[n % 3],
            "kind": ("person", "business", "")[n % 3], "consents": ("", "yes", "no")[n % 3], "over_180_days": "",
        }
        for n in range(12)
    ]  # fmt: skip


@pytest.fixture(name="estate")
def an_estate():
    return plain_estate()


def test_parquet_csv_and_sqlite_are_one_table(few, estate, tmp_path):
    """Whatever the table lies in, the picture is the same."""
    table = written(tmp_path, few)
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as base:
        base.execute(f"CREATE TABLE accounts ({', '.join(COLUMNS)})")
        base.executemany(
            f"INSERT INTO accounts VALUES ({', '.join('?' * len(COLUMNS))})",
            [tuple(row[name] or None for name in COLUMNS) for row in few],
        )
        base.commit()
    made = [[table], [parquet(table, tmp_path / "a.parquet")], [tmp_path / "a.sqlite"], [tmp_path]]
    (tmp_path / "a.parquet").rename(tmp_path / "b.parquet")
    made[1], made[3] = [tmp_path / "b.parquet"], [written(_made(tmp_path / "folder"), few).parent]
    seen = []
    for given_files in made:
        with swept(estate, given_files) as cube:
            seen.append(counts(cube))
    assert all(one == seen[0] for one in seen)
    assert any(seen[0].values())


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_a_frame_that_a_program_holds_is_a_table_too(few, estate, tmp_path):
    """Anything that DuckDB can scan."""
    arrow = pytest.importorskip("pyarrow")
    with swept(estate, [written(tmp_path, few)]) as cube:
        wanted = counts(cube)
    with swept(estate, arrow.Table.from_pylist([{k: v or None for k, v in row.items()} for row in few])) as cube:
        assert counts(cube) == wanted


def test_a_cube_is_read_as_it_was_written(few, estate, tmp_path):
    """Its digest, its classes and all that was decided."""
    with swept(estate, [written(tmp_path, few)]) as cube:
        saved = save(cube, tmp_path / "cube")
    with engine() as con:
        back = load(con, tmp_path / "cube")
        assert back.sweep == saved.sweep
        assert back.digest == saved.digest
        assert (back.classes.number, back.classes.accounts) == (saved.classes.number, 12)
