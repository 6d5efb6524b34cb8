"""Counted as they lie in Parquet, accounts are what the engine's own grouping finds, whoever wrote the files."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exposure.world import COLUMNS, counts, estates, one_by_one, plain_estate, rows, swept

from comity.errors import Unreadable
from comity.exposure import accounts as of_accounts
from comity.exposure.accounts import engine, opened

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
tallying = pytest.importorskip("comity.exposure.tallied")

TEXTS = ("", "US", "us", "IE", " IE", "Straße", "\t")
FLAGS = ("f0", "f1", "f2", "f3", "f4", "f5")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few accounts there are, they are counted as many are: some rows at a time."""
    monkeypatch.setattr(of_accounts, "ENOUGH", 1)
    monkeypatch.setattr(tallying, "SORTED", 5)
    monkeypatch.setattr(tallying, "BATCH", 3)


@st.composite
def tables(draw: st.DrawFn) -> list[Any]:
    """One to three tables with the same columns of texts and truths, with holes of every sort."""
    flags = FLAGS[: draw(st.integers(0, len(FLAGS)))]
    texts = [f"t{n}" for n in range(draw(st.integers(not flags, 4)))]
    often = [str(n) for n in range(draw(st.sampled_from((0, 40))))]

    def column(name: str, size: int) -> Any:
        if name in flags:
            return pa.array(
                draw(st.lists(st.sampled_from((None, True, False)), min_size=size, max_size=size)), pa.bool_()
            )
        kind = draw(st.sampled_from((pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string()))))
        said = draw(st.lists(st.sampled_from((None, *TEXTS, *often)), min_size=size, max_size=size))
        return pa.array(said, pa.string()).cast(kind)

    sizes = draw(st.lists(st.integers(0, 30), min_size=1, max_size=3))
    return [pa.table({name: column(name, size) for name in (*texts, *flags)}) for size in sizes]


def grouped_by_hand(paths: list[Path], names: list[str]) -> list[Any]:
    cells = ", ".join(names)
    files = [str(path) for path in paths]
    return duckdb.execute(
        f"SELECT {cells}, count(*) FROM read_parquet($1) GROUP BY ALL ORDER BY ALL", [files]
    ).fetchall()


@settings(max_examples=60)
@given(
    made=tables(), groups=st.integers(1, 40), listed=st.booleans(), narrow=st.sampled_from((4, 32)),
    writer=st.sampled_from(("arrow", "duckdb")),
)  # fmt: skip
def test_it_counts_what_the_engine_counts(made, groups, listed, narrow, writer):
    """Texts and truths, holes, several files in parts of any size, lists of texts or none; numbers of either width."""
    names = made[0].column_names
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tallying, "NARROW", narrow)
        paths = [Path(folder) / f"{n}.parquet" for n in range(len(made))]
        for path, written in zip(paths, made, strict=True):
            if writer == "arrow":
                pq.write_table(written, path, row_group_size=groups, use_dictionary=listed)
            else:
                duckdb.sql(f"COPY (SELECT * FROM written) TO '{path}' (FORMAT parquet)")
        found = tallying.tallied(paths, {f"c{n}": name for n, name in enumerate(names)})
        assert found is not None
        assert found.column_names == [*(f"c{n}" for n in range(len(names))), "accounts"]
        assert duckdb.sql("SELECT * FROM found ORDER BY ALL").fetchall() == grouped_by_hand(paths, names)


@settings(max_examples=10)
@given(estate=estates(), accounts=rows(30))
def test_counts_are_those_of_deciding_each_row(estate, accounts):
    """The whole way: the same counts as one decision a row, demand and entity."""
    used = []
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        true = tallying.tallied
        patch.setattr(tallying, "tallied", lambda *asked: used.append(1) or true(*asked))
        path = Path(folder) / "a.parquet"
        columns = {name: [row.get(name) for row in accounts] for name in COLUMNS}
        pq.write_table(pa.table(columns, pa.schema([(name, pa.string()) for name in COLUMNS])), path, row_group_size=7)
        with swept(estate, [path]) as cube:
            assert counts(cube) == one_by_one(estate, accounts)
    assert used == ([1] if accounts else [])


def asked(paths: list[Path]) -> str:
    """How the accounts' combinations are asked for."""
    with engine() as con, opened(con, paths) as found:
        return found.grouped(con, {"c0": "store"})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"store": ["dublin"]}, {"shop": ["dublin"]}),  # no such column in one of the files
        ({"store": ["dublin"]}, {"STORE": ["dublin"]}),  # which the engine takes for the same
        ({"store": ["dublin"]}, {"store": [7]}),
        ({"store": ["1"]}, {"store": [True]}),
    ],
)
def test_files_that_are_otherwise_are_left_to_the_engine(tmp_path, first, second):
    """As are columns of more texts than codes have."""
    paths = [tmp_path / "1.parquet", tmp_path / "2.parquet"]
    for path, columns in zip(paths, (first, second), strict=True):
        pq.write_table(pa.table(columns), path)
    assert "GROUP BY ALL" in asked(paths)
    pq.write_table(pa.table(first), paths[1])
    assert "tallied" in asked(paths)


def test_a_column_that_is_none_of_codes_is_left_to_the_engine(tmp_path):
    """One text for each account, as an address."""
    path = tmp_path / "a.parquet"
    for number, way in ((tallying.MOST - 2, "tallied"), (tallying.MOST, "GROUP BY ALL")):
        pq.write_table(pa.table({"store": [f"s{n}" for n in range(number)]}), path)
        assert way in asked([path])


def test_a_file_that_was_cut_off_is_refused_in_the_engines_words(tmp_path):
    """Wherever it was cut: at its end, or a part in its middle overwritten."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"store": ["dublin", "quincy"] * 3000}), path, use_dictionary=False, compression="none")
    whole = path.read_bytes()
    for octets in (whole[:-20], whole[:40] + b"\xff" * 2000 + whole[2040:]):
        path.write_bytes(octets)
        with pytest.raises(Unreadable), swept(plain_estate(), [path]):
            pass


def test_files_without_the_packages_are_grouped_by_the_engine(tmp_path, monkeypatch):
    """Nothing but the speed depends on them."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"store": ["dublin"]}), path)
    monkeypatch.setattr(of_accounts, "find_spec", lambda name: None)
    assert "GROUP BY ALL" in asked([path])


def test_who_ends_it_waits_for_no_more_than_what_was_begun(tmp_path, monkeypatch):
    """What goes wrong in one reader ends the others."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"store": ["dublin"] * 400}), path, row_group_size=1)
    begun = []

    def of(rows: Any, batch: Any) -> Any:
        begun.append(1)
        raise KeyboardInterrupt

    monkeypatch.setattr(tallying.Rows, "of", of)
    with pytest.raises(KeyboardInterrupt):
        tallying.tallied([path], {"c0": "store"})
    assert len(begun) < 10
