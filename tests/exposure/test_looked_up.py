"""Verdicts beside accounts: however many classes share a word, each account gets what was judged of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exposure.test_changes import WHAT_IFS
from tests.exposure.world import estates, packs, rows, swept, written

from comity.desk.exposure.kept import differ, kept, written_back
from comity.exposure import apply
from comity.exposure.accounts import engine, opened
from comity.exposure.apply import Wanted
from comity.exposure.cube import load, save


@settings(max_examples=40, deadline=None)
@given(classes=st.integers(0, 200), most=st.sampled_from([1, 256, 257, 65_536, 65_537]), keys=st.integers(1, 300))
def test_every_class_has_a_place_of_its_own(classes, most, keys):
    """No two share one; every place is within its word, and there are few words where there is room for few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apply, "KEYS", keys)
        judged = apply._judged(("us_content",), classes, most)
    key, shift = judged.key("n"), judged.shift("n")
    found = duckdb.sql(f"SELECT {key}, {shift} FROM (SELECT range AS n FROM range({classes}))").fetchall()
    assert len(set(found)) == classes
    assert most <= 1 << judged.bits
    assert all(at % judged.bits == 0 and 0 <= at <= apply.WORD - judged.bits for _, at in found)
    assert all(0 <= place < judged.block for place, _ in found)
    assert judged.block <= keys or judged.block <= -(-classes * judged.bits // apply.WORD)


@settings(max_examples=6, deadline=None)
@given(estate=estates(), accounts=rows(15), keys=st.integers(1, 4), exact=st.booleans(), wide=st.booleans())
def test_words_of_many_classes_say_what_words_of_one_do(estate, accounts, keys, exact, wide):
    """From the accounts and from those kept with their classes; with numbers of any width."""
    with TemporaryDirectory() as name:
        folder, table = Path(name), written(Path(name), accounts)
        with swept(estate, [table]) as cube, opened(cube.classes.con, [table]) as again:
            kept(cube, again, folder / "cube", None, folder / "kept")

        def told(source: str) -> list[tuple[object, ...]]:
            with engine() as con, opened(con, [folder / source]) as given:
                cube = load(con, folder / "cube")
                wanted = [Wanted(row.place, row.category) for row in cube.sweep.rows]
                assert written_back(cube, packs(), (given, exact), wanted, folder / "out") == len(accounts)
            columns = "address, COLUMNS('.*_verdict'), COLUMNS('.*_proof')"
            return duckdb.sql(f"SELECT {columns} FROM read_parquet('{folder}/out') ORDER BY ALL").fetchall()

        wanted = told(table.name)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(apply, "KEYS", keys)
            patch.setattr(apply, "KINDS", {16: "USMALLINT", 32: "UINTEGER"} if wide else apply.KINDS)
            assert told(table.name) == told("kept") == wanted


@settings(max_examples=8, deadline=None)
@given(estate=estates(), accounts=rows(15), first=st.sampled_from(WHAT_IFS), then=st.sampled_from(WHAT_IFS))
def test_rules_made_ready_for_one_question_serve_another(estate, accounts, first, then):
    """The packs keep rules made ready: whatever was asked of them before, all is as of new ones."""
    with TemporaryDirectory() as name, swept(estate, [written(Path(name), accounts)]) as cube:
        save(cube, Path(name) / "cube")
        used, unused = replace(packs()), replace(packs())
        assert used.shelf is not packs().shelf
        with engine() as con:
            differ(load(con, Path(name) / "cube"), used, first)
            found = differ(load(con, Path(name) / "cube"), used, then)
            fresh = differ(load(con, Path(name) / "cube"), unused, then)
            assert found.new.sweep == fresh.new.sweep
            assert found.moves == fresh.moves
