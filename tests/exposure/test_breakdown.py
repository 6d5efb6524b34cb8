"""Counts by customer, from the cube alone, are those of deciding each account on its own; they add up to the row's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exposure.world import COLUMNS, counts, estates, one_by_one, packs, plain_estate, rows, swept, value, written

from comity.desk.exposure.kept import kept, report, shown
from comity.exposure.accounts import engine, opened
from comity.exposure.breakdown import EXPOSED, Breakdown, untold
from comity.exposure.cube import load, save
from comity.kernel.estate import Estate
from comity.kernel.words import Value

Accounts = Sequence[Mapping[str, str]]


def by_customer(accounts: Accounts) -> dict[tuple[Value, ...], Accounts]:
    """The accounts by where the customer lives and of what kind the customer is."""
    found: dict[tuple[Value, ...], list[Mapping[str, str]]] = {}
    for row in accounts:
        found.setdefault((value(row["customer_place"]), value(row["kind"])), []).append(row)
    return found


@settings(max_examples=8, deadline=None)
@given(estate=estates(), accounts=rows(8))
def test_a_breakdown_is_that_of_deciding_each_account(estate: Estate, accounts: Accounts) -> None:
    """By country and kind together, read back from the file: the counts of each group decided row by row."""
    with TemporaryDirectory() as name, engine() as con:
        with swept(estate, [written(Path(name), accounts)]) as cube:
            save(cube, Path(name) / "cube")
        cube = load(con, Path(name) / "cube")
        breakdown = Breakdown(cube)
        found = {(row.place, row.category): breakdown.of(row) for row in cube.sweep.rows}
    for whose, own in by_customer(accounts).items():
        for cell, wanted in one_by_one(estate, own).items():
            assert found[cell].get(whose, {}) == wanted


@settings(max_examples=15, deadline=None)
@given(estate=estates(), accounts=rows(30))
def test_breakdowns_add_up(estate: Estate, accounts: Accounts) -> None:
    """By country, by kind, by both: each adds up to the row's counts, verdict by verdict."""
    with TemporaryDirectory() as folder, swept(estate, [written(Path(folder), accounts)]) as cube:
        breakdown, wanted = Breakdown(cube), counts(cube)
        for row in cube.sweep.rows:
            ways = [breakdown.of(row), *(breakdown.along(row, column) for column in breakdown.columns)]
            assert len(ways) == 3
            for parts in ways:
                added: dict[str, int] = {}
                for own in parts.values():
                    for verdict, number in own.items():
                        added[verdict] = added.get(verdict, 0) + number
                assert added == wanted[row.place, row.category]


@settings(max_examples=8, deadline=None)
@given(estate=estates(), accounts=rows(8), verdicts=st.sampled_from([EXPOSED, ("compelled",), ("open", "free")]))
def test_who_is_exposed_abroad_is_found_account_by_account(
    estate: Estate, accounts: Accounts, verdicts: tuple[str, ...]
) -> None:
    """An account exposed to several states counts once; the one the customer lives in does not count as abroad."""
    each = [(row, one_by_one(estate, [row])) for row in accounts]
    with TemporaryDirectory() as folder, swept(estate, [written(Path(folder), accounts)]) as cube:
        for category in sorted({row.category for row in cube.sweep.rows}):
            reach = [
                (
                    row["customer_place"],
                    {p for (p, c), own in said.items() if c == category and set(own) & set(verdicts)},
                )
                for row, said in each
            ]
            assert Breakdown(cube).exposed(category, verdicts) == {
                "some": sum(bool(places) for _, places in reach),
                "abroad": sum(bool(home and places - {home}) for home, places in reach),
                "unknown": sum(bool(places and not home) for home, places in reach),
            }


def test_what_is_unknown_is_a_line_of_its_own_and_comes_last(tmp_path: Path) -> None:
    """Never among the countries, however many they are."""
    plain = dict.fromkeys(COLUMNS, "") | {"address": "a", "store": "dublin"}
    accounts = [plain] * 5 + [{**plain, "customer_place": "DE"}] * 2
    with swept(plain_estate(), [written(tmp_path, accounts)]) as cube:
        row = next(row for row in cube.sweep.rows if (row.place, row.category) == ("US", "content"))
        by_place = Breakdown(cube).along(row, "customer_place")
        assert [(place, sum(own.values())) for place, own in by_place.items()] == [("DE", 2), (None, 5)]
        (said,) = [one["by"] for one in report(cube)["rows"] if (one["place"], one["category"]) == ("US", "content")]
        assert list(said["customer_place"]) == ["DE", "unknown"]
        assert list(said["kind"]) == ["unknown"]


def test_a_column_that_is_not_there_is_said_not_to_be(tmp_path: Path) -> None:
    """The table has none, and so there is no breakdown by it; the other one stands."""
    columns = tuple(column for column in COLUMNS if column != "kind")
    plain = dict.fromkeys(COLUMNS, "") | {"address": "a", "store": "dublin", "customer_place": "DE"}
    with swept(plain_estate(), [written(tmp_path, [plain] * 3, columns)]) as cube:
        assert untold(cube) == {"kind": "the table of accounts has no such column"}
        assert list(Breakdown(cube).columns) == ["customer_place"]
        assert all(list(row["by"]) == ["customer_place"] for row in report(cube, both=True)["rows"])
        other = type(cube)({**cube.about, "ungrouped": {"kind": "subject.kind"}}, cube.classes, cube.sweep)
        assert untold(other) == {"kind": "no rule reads it"}


def test_a_kept_cube_says_at_any_time_what_the_run_said(tmp_path: Path) -> None:
    """The report of the file is the report of the run; part of it, if part is asked for."""
    plain = dict.fromkeys(COLUMNS, "") | {"address": "a", "store": "dublin", "kind": "person"}
    table = written(tmp_path, [plain] * 3)
    with swept(plain_estate(), [table]) as cube, opened(cube.classes.con, [table]) as again:
        said = kept(cube, again, tmp_path / "cube", None, None)
    assert shown(tmp_path / "cube", ((), ()), both=False) == said
    part = shown(tmp_path / "cube", (("US",), ("content",)), both=True)
    assert [(row["place"], row["category"]) for row in part["rows"]] == [("US", "content")]
    ((one,), verdicts) = part["rows"][0]["by"]["both"], {"compelled", "conflict", "open", "barred", "free"}
    assert (one["customer_place"], one["kind"]) == ("unknown", "person")
    assert sum(one[verdict] for verdict in verdicts & one.keys()) == 3
    assert packs().digest == said["packs"]
