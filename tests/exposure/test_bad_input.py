"""What cannot be read is said, with values and numbers; what was there before stays."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from contextlib import closing

import pytest
from tests.exposure.world import COLUMNS, counts, parquet, swept, written

from comity.desk.estate import read_estate
from comity.errors import Faulty, Unreadable, Unwritable
from comity.exposure import cube as cubes
from comity.exposure.accounts import Accounts, BadTable, MixedTables, NoTable, engine, opened
from comity.exposure.classes import gather
from comity.exposure.columns import Column
from comity.exposure.cube import NotACube, load, save
from comity.kernel.estate import Entity, Estate, Service, Site, Store

PLAIN = dict.fromkeys(COLUMNS, "") | {"address": "a@larch.example", "store": "dublin"}


def estate(share=None) -> Estate:
    """A head in the United States that holds a share of a company in Ireland."""
    return Estate(
        "Larch",
        {"us": Entity("us", "Larch Corp", "US"), "ie": Entity("ie", "Larch Ltd", "IE", "us", share)},
        {"d": Site("d", "Dublin", "IE", "ie")},
        {"mail": Service("mail", "Mail", True, frozenset({"US"}))},
        {"dublin": Store("dublin", "d", "ie", "mail", "provider")},
    )


def refused(rows, tmp_path, columns=COLUMNS) -> list[str]:
    with pytest.raises(Faulty) as caught, swept(estate(), [written(tmp_path, rows, columns)]):
        pass
    return [str(fault) for fault in caught.value.faults]


def test_codes_that_are_none_are_listed_with_their_numbers(tmp_path):
    """All columns at once, each value with the accounts it stands at."""
    rows = [{**PLAIN, "customer_place": "UK"}] * 3 + [{**PLAIN, "customer_place": "ZZ", "kind": "alien"}]
    told = refused([*rows, {**PLAIN, "consents": "perhaps"}], tmp_path)
    assert len(told) == 3
    assert "4 accounts have `UK` (3), `ZZ` (1) (unknown-place)" in told[0]
    assert "1 account has `alien` (1) (unknown-code); use person, business" in told[1]
    assert "`perhaps` (1)" in told[2]


def test_a_store_that_is_not_in_the_estate_or_not_named_is_refused(tmp_path):
    """With the number of accounts."""
    told = refused([{**PLAIN, "store": "oslo"}, {**PLAIN, "store": ""}, {**PLAIN, "store": ""}], tmp_path)
    assert "1 account has `oslo` (1) (unknown-store); use dublin" in told[0]
    assert "at 2 accounts the column `store` is empty (store-missing)" in told[1]


def test_a_column_nobody_declared_is_refused(tmp_path):
    """And named with the way out."""
    (told,) = refused([PLAIN], tmp_path, (*COLUMNS, "shoe_size"))
    assert "`shoe_size` is not a column of accounts (unknown-column)" in told
    assert "--ignore shoe_size" in told
    (told,) = refused([PLAIN], tmp_path, COLUMNS[2:])
    assert "the column `store` is missing (missing-column)" in told


def test_a_truncated_parquet_file_is_unreadable(tmp_path):
    """Half a file says nothing."""
    whole = parquet(written(tmp_path, [PLAIN] * 1000), tmp_path / "a.parquet")
    whole.write_bytes(whole.read_bytes()[:-40])
    with pytest.raises(Unreadable), swept(estate(), [whole]):
        pass


@pytest.mark.parametrize(
    ("name", "octets", "why"),
    [
        ("a.parquet", b"address,store\na,dublin\n", "it does not begin as Parquet does"),
        ("a.csv", b"", "it is empty"),
        ("a.csv", b"address,store\nM\xfcller,dublin\n", "Line: 2: it is not UTF-8"),
        ("a.csv", b"address,store\na,dublin,US\nb,dublin\n", "more or fewer cells than the header"),
        ("a.csv", b"address,store\na,dublin\nb,dublin,US\n", "more or fewer cells than the header"),
        ("a.csv", b'address,store\na,"dublin\n', "a quotation mark is not closed"),
        ("a.sqlite", b"SQLite format 3\x00" + b"\xff" * 4000, "not a database"),
    ],
)
def test_what_is_no_table_is_refused_with_what_is_wrong_with_it(tmp_path, name, octets, why):
    """Whatever its name says; and the way out is not to look whether it exists."""
    (tmp_path / name).write_bytes(octets)
    with pytest.raises(BadTable) as caught, swept(estate(), [tmp_path / name]):
        pass
    assert why in caught.value.message
    assert "CSV (UTF-8, commas, a header)" in caught.value.remedy


def test_a_table_that_an_sqlite_file_does_not_have_is_named_with_those_it_has(tmp_path):
    """Not as if none had been named."""
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE users (address TEXT, store TEXT)")
    with engine() as con, pytest.raises(NoTable) as caught, opened(con, [path], "accounts"):
        pass
    assert str(caught.value.message).endswith("a.sqlite` holds no table `accounts`; it has `users`")


def test_files_of_two_kinds_are_refused(tmp_path):
    """One run, one kind of file."""
    table = written(tmp_path, [PLAIN])
    with pytest.raises(MixedTables), swept(estate(), [table, parquet(table, tmp_path / "a.parquet")]):
        pass


def test_mixed_types_across_files_are_read_as_what_they_say(tmp_path):
    """A truth in one file and a number in the next are the same yes; a number where a country is due is refused."""
    import duckdb

    for n, (consents, place) in enumerate((("true", "'IE'"), ("1", "'US'"))):
        sql = f"SELECT 'a{n}' AS address, 'dublin' AS store, {consents} AS consents, {place} AS customer_place"
        duckdb.sql(f"COPY ({sql}) TO '{tmp_path}/{n}.parquet' (FORMAT parquet)")
    with swept(estate(), [tmp_path]) as cube:
        assert cube.classes.values[1] == (True,)
    sql = "SELECT 'x' AS address, 'dublin' AS store, 7 AS customer_place"
    duckdb.sql(f"COPY ({sql}) TO '{tmp_path}/9.parquet' (FORMAT parquet)")
    with pytest.raises(Faulty) as caught, swept(estate(), [tmp_path]):
        pass
    assert "`7` (1)" in str(caught.value.faults[0])


def test_control_that_is_not_known_is_shown_as_open(tmp_path):
    """A share nobody knows: neither compelled nor free, and the cube says what is open."""
    rows = [written(tmp_path, [PLAIN] * 5)]
    with swept(estate(), rows) as cube:
        row = next(row for row in cube.sweep.rows if (row.place, row.category) == ("US", "traffic"))
        assert cube.sweep.counts(row)["open"] == 5
        _, found = cube.sweep.best(row, "dublin", 0)
        assert "record.served_controls" in found.open


def test_a_store_nobody_holds_is_a_fault_of_the_estate(tmp_path):
    """It does not come as far as a sweep."""
    (tmp_path / "estate.toml").write_text(
        '[provider]\nname = "Larch"\n[[entity]]\nid = "us"\nname = "Larch"\nplace = "US"\n'
        '[[site]]\nid = "q"\nname = "Q"\ncountry = "US"\noperator = "us"\n[[service]]\nid = "mail"\nname = "Mail"\n'
        '[[store]]\nid = "s"\nsite = "q"\nholder = "nobody"\nservice = "mail"\nholds = ["content"]\n'
    )
    with pytest.raises(Faulty) as caught:
        read_estate(tmp_path / "estate.toml", with_accounts=False)
    assert [fault.name for fault in caught.value.faults] == ["store-nobody-holds"]


def test_an_interrupted_run_leaves_the_old_cube(tmp_path, monkeypatch):
    """Whatever happens while the new one is written."""
    where = tmp_path / "cube"
    with swept(estate(), [written(tmp_path, [PLAIN])]) as cube:
        save(cube, where)
        old = where.read_bytes()

        def interrupted(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", interrupted)
            with pytest.raises(KeyboardInterrupt):
                save(cube, where)
    assert where.read_bytes() == old
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".cube")] == []


def test_a_full_disk_is_said_plainly(tmp_path, monkeypatch):
    """And what stood there stays."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with swept(estate(), [written(tmp_path, [PLAIN])]) as cube:
        monkeypatch.setattr(cubes.zipfile, "ZipFile", full)
        with pytest.raises(Unwritable, match="the disk is full; what stood there before is untouched"):
            save(cube, tmp_path / "cube")


@pytest.mark.parametrize("harm", ["cut", "other", "text"])
def test_a_cube_that_is_not_whole_is_refused(tmp_path, harm):
    """Cut short, altered, or no cube at all."""
    where = tmp_path / "cube"
    with swept(estate(), [written(tmp_path, [PLAIN])]) as cube:
        save(cube, where)
    octets = where.read_bytes()
    where.write_bytes({"cut": octets[:-30], "other": octets[:-5] + b"00000", "text": b"a cube"}[harm])
    with engine() as con, pytest.raises(NotACube):
        load(con, where)


def test_an_estate_without_accounts_gives_a_picture_without_numbers(tmp_path):
    """An empty table is no fault."""
    with swept(estate(), [written(tmp_path, [])]) as cube:
        assert cube.classes.accounts == 0
        assert not any(counts(cube).values())


def test_what_is_written_may_be_read_by_whom_the_office_lets_read(tmp_path):
    """A file once came out readable by its writer alone, whatever the office's own setting."""
    before = os.umask(0o027)
    try:
        with cubes.written(tmp_path / "cube") as beside:
            beside.write_text("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "cube").stat().st_mode) == 0o640
    with pytest.raises(Unwritable), cubes.written(tmp_path):
        pass


def test_a_column_that_is_no_list_of_codes_is_refused(tmp_path):
    """Accounts with the values that came after the sixty-thousandth were once left out, and nobody was told."""
    with engine() as con:
        many = Accounts("(SELECT 'dublin' AS store, 'v' || i AS label FROM range(60001) t (i))", {}, "the table")
        with pytest.raises(Faulty) as caught:
            gather(con, many, [Column("label", "record.label")], Column("store", "", "code", ("dublin",)))
    assert [fault.name for fault in caught.value.faults] == ["too-many-values"]
