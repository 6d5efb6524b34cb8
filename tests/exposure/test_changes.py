"""A kept cube answers what a change would do, and gives its verdicts back to the accounts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exposure.world import (
    COLUMNS,
    ON,
    counts,
    estates,
    laws,
    one_by_one,
    packs,
    rows,
    shipped,
    swept,
    value,
    written,
)

from comity.desk.exposure.about import Posed, as_json, from_json
from comity.desk.exposure.history import days
from comity.desk.exposure.kept import Files, OtherPacks, applied, differ, kept
from comity.desk.exposure.run import TooNarrow, asks, holdings_of, seated, serving, touched
from comity.exposure.accounts import engine, opened
from comity.exposure.apply import OtherClasses
from comity.exposure.classes import Classes
from comity.exposure.cube import load, save
from comity.exposure.sweep import asked, cases

DAYS = st.sampled_from([date(2014, 1, 1), date(2018, 3, 22), date(2018, 6, 1), ON])


@settings(max_examples=15)
@given(estate=estates(), other=estates(), accounts=rows(20), on=DAYS)
def test_a_diff_is_what_a_run_under_the_change_would_say(estate, other, accounts, on):
    """Another day, another estate: the counts after it are those of a sweep over the accounts; moves add up to it."""
    with TemporaryDirectory() as name:
        folder, table = Path(name), written(Path(name), accounts)
        with swept(estate, [table]) as cube:
            before = counts(save(cube, folder / "cube"))
        with swept(other, [table], Posed(on)) as cube:
            fresh = counts(cube)
        with engine() as con:
            found = differ(load(con, folder / "cube"), packs(), Posed(on), other)
            assert counts(found.new) == fresh
            for key in before.keys() | fresh.keys():
                moved = dict(before.get(key, {}))
                for move in found.moves:
                    if (move.place, move.category) == key:
                        old, new = move.turn
                        moved[old] = moved.get(old, 0) - move.accounts
                        moved[new] = moved.get(new, 0) + move.accounts
                assert {v: n for v, n in moved.items() if n and v != "not held"} == fresh.get(key, {})


@settings(max_examples=10)
@given(estate=estates(), accounts=rows(15))
def test_nothing_moves_where_nothing_changes(estate, accounts):
    """The same day and estate: no move, and nothing is decided again."""
    with TemporaryDirectory() as name, swept(estate, [written(Path(name), accounts)]) as cube:
        save(cube, Path(name) / "cube")
        with engine() as con:
            found = differ(load(con, Path(name) / "cube"), packs(), Posed(ON))
            assert found.moves == ()
            assert found.new.sweep == cube.sweep


@given(estate=estates())
def test_an_estate_comes_back_from_a_cube_as_it_was(estate):
    """Shares, keys and all."""
    assert from_json(as_json(estate)) == estate


@settings(max_examples=10)
@given(estate=estates(), accounts=rows(15), exact=st.booleans(), numbered=st.booleans())
def test_each_account_gets_the_verdict_of_its_own_decision(estate, accounts, exact, numbered):
    """From the accounts or from those kept with their classes; with the class's proof or their own."""
    with TemporaryDirectory() as name:
        folder, table = Path(name), written(Path(name), accounts)
        with swept(estate, [table]) as cube, opened(cube.classes.con, [table]) as again:
            kept(cube, again, folder / "cube", folder / "classes", folder / "kept")
        files = Files(folder / "cube", (folder / "kept" if numbered else table,), laws=laws())
        done = applied(folder / "cube", files, ((), ()), exact, folder / "out")
        assert done["accounts"] == len(accounts)
        told = duckdb.sql(f"FROM read_parquet('{folder}/out')")
        names = list(told.columns)
        for line in told.fetchall():
            row = dict(zip(names, line, strict=True))
            account = next(a for a in accounts if a["address"] == row["address"])
            for (place, category), wanted in one_by_one(estate, [account]).items():
                said = row[f"{place}_{category}".lower().replace("-", "_") + "_verdict"]
                assert said == (next(iter(wanted)) if wanted else "not held")


def test_a_cube_refuses_what_it_cannot_answer(tmp_path):
    """Other packs, another cube's classes, a column that was not grouped by."""
    estate, table = from_json(ESTATE), written(tmp_path, [PLAIN] * 3)
    with swept(estate, [table]) as cube, opened(cube.classes.con, [table]) as again:
        kept(cube, again, tmp_path / "cube", None, tmp_path / "kept")
    with swept(estate, [written(tmp_path, [PLAIN, {**PLAIN, "kind": "business"}], name="b.csv")]) as cube:
        save(cube, tmp_path / "other")
    with pytest.raises(OtherClasses):
        applied(tmp_path / "other", Files(tmp_path, (tmp_path / "kept",), laws=laws()), ((), ()), False, tmp_path / "o")
    with pytest.raises(OtherPacks):
        applied(tmp_path / "cube", Files(tmp_path, (table,)), ((), ()), False, tmp_path / "o")
    with engine() as con:
        old = load(con, tmp_path / "cube")
        narrow = type(old)({**old.about, "ungrouped": {"kind": "subject.kind"}}, old.classes, old.sweep)
        with pytest.raises(TooNarrow, match="kind"):
            differ(narrow, packs(), Posed(ON))


PLAIN = dict.fromkeys(COLUMNS, "") | {"address": "a@larch.example", "store": "dublin"}
ESTATE = {
    "name": "Larch",
    "entities": [["us", "Larch Corp", "US", None, None, []], ["ie", "Larch Ltd", "IE", "us", "1", []]],
    "sites": [["d", "Dublin", "IE", "ie"]],
    "services": [["mail", "Mail", True, ["US"]]],
    "stores": [["dublin", "d", "ie", "mail", "provider", ["content", "traffic"]]],
}


def test_the_founding_story_is_told_by_a_diff(tmp_path):
    """Mail in Dublin, 2018: the day before the Act of Congress open or barred, the day after within reach."""
    with swept(from_json(ESTATE), [written(tmp_path, [PLAIN] * 4)], Posed(date(2018, 3, 22))) as cube:
        save(cube, tmp_path / "cube")
    with engine() as con:
        found = differ(load(con, tmp_path / "cube"), packs(), Posed(date(2018, 3, 24)))
        (move,) = [m for m in found.moves if (m.place, m.category) == ("US", "content")]
        assert move.accounts == 4
        assert move.turn[1] == "compelled"
        assert any("us-2703-warrant-content" in reason for reason in move.come)
        assert value("") is None


WHAT_IFS = (
    Posed(date(2018, 3, 24)), Posed(date(2014, 1, 1)), Posed(date(2026, 8, 17)), Posed(date(2030, 1, 1)),
    Posed(ON, without=("us-sca-2703-warrant",)), Posed(ON, without=("gb-copo", "us-common-law-comity")),
    Posed(ON, ("us_sca_reaches_abroad=false by us-scotus on 2026-08-01",)), Posed(ON, ("EU/IE left on 2026-01-01",)),
    Posed(ON, ("CLOUD_ACT_PARTNERS/GB left on 2026-01-01",)),
)  # fmt: skip
"""Other days, other law, and who belongs to what: a change of each kind."""

TURNS = days(packs().law, date(2014, 1, 1), date(2030, 1, 1))
"""Every day on which some law begins or ends: a page's past goes from one to the next."""

EVERY = [*WHAT_IFS, *map(Posed, TURNS)]


@settings(max_examples=12)
@given(estate=estates(), accounts=rows(15), first=st.sampled_from(EVERY), then=st.sampled_from(EVERY))
def test_what_a_change_does_not_touch_is_what_it_would_be_if_decided_anew(estate, accounts, first, then):
    """Two ways to one answer: decide only what altered rules may concern, or everything."""
    with TemporaryDirectory() as name, swept(estate, [written(Path(name), accounts)], first) as cube:
        save(cube, Path(name) / "cube")
        with engine() as con:
            found = differ(load(con, Path(name) / "cube"), packs(), then)
        with swept(estate, [written(Path(name), accounts)], then) as fresh:
            assert told(found.new) == told(fresh)


def told(cube):
    """Everything a cube says but for the proofs' ids, which name the day."""
    return {
        (row.place, row.category, store, codes): (number, ruling.template, ruling.court, said)
        for row in cube.sweep.rows
        for store, key, number in row.cells()
        for codes in [row.keys[key]]
        for ruling, found in [cube.sweep.best(row, store, key)]
        for said in [(ruling.served, found.verdict, found.reasons, found.open)]
    }


WIDE = {
    **ESTATE,
    "entities": [*ESTATE["entities"], ["cn", "Larch China", "CN", "us", "1", []]],
    "sites": [*ESTATE["sites"], ["s", "Shanghai", "CN", "cn"]],
    "stores": [*ESTATE["stores"], ["shanghai", "s", "cn", "mail", "customer", ["content", "subscriber"]]],
}


@pytest.mark.parametrize("on", [date(2021, 9, 1), date(2021, 11, 1), date(2023, 3, 1), date(2026, 1, 1)])
def test_a_law_about_records_elsewhere_touches_nothing(on):
    """Bars of China, Russia and Vietnam, and what lifts them: nothing of it is heard where nobody is there."""
    templates = tuple(template for pack in shipped().packs for template in pack.templates)
    turn = Posed(on - timedelta(days=1)), Posed(on)
    assert touched(from_json(ESTATE), shipped(), turn, templates) == frozenset()
    if on.year == 2021:
        assert touched(from_json(WIDE), shipped(), turn, templates)


def test_what_is_not_touched_is_asked_of_the_same_law():
    """Two ways to one answer: look for demands that an altered rule concerns, or at the law that each demand meets."""
    templates = tuple(template for pack in shipped().packs for template in pack.templates)
    estate, last, before = from_json(WIDE), Posed(TURNS[0] - timedelta(days=1)), None
    for day in TURNS[::4]:
        anew = touched(estate, shipped(), (last, Posed(day)), templates)
        before, after = before or laws_met(estate, last, templates), laws_met(estate, Posed(day), templates)
        other = {name for name, *_ in before.keys() ^ after.keys()}
        other |= {name for name, *rest in before.keys() & after.keys() if before[name, *rest] != after[name, *rest]}
        assert anew is None or other <= anew, day
        last, before = Posed(day), after


def laws_met(estate, posed, templates):
    """The law that each demand meets in each store, by what is asked, the store and who is served."""
    seat = seated(shipped(), posed, Classes(None, (), (), (), 0, 0))
    made = asks(templates, seat.law, estate, (posed.on, seat.words.terms))
    rows = cases(made, holdings_of(estate), serving(estate, seat.words))
    return {
        (asked(one.ask), one.store, one.served): (one.known, seat.bench.reads(one.ask.court, one.known).law)
        for row in rows.values()
        for one in row
    }
