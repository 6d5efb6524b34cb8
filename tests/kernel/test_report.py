"""Counting for publication: outcomes, bands, and small numbers that cannot be computed from the rest."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.strategies import NOON, demands, histories

from comity.kernel.demand import Scope
from comity.kernel.matter import Event, fold
from comity.kernel.report import (
    OUTCOMES,
    TOTAL,
    Band,
    Counted,
    Rules,
    counted,
    outcome,
    report,
    rule_faults,
    with_totals,
    withhold,
)

BOTH = Scope(("a@x.example", "b@x.example"), frozenset({"content", "traffic"}))
PERIOD = (NOON - timedelta(days=60), NOON)


def happened(kind, hours=-10, **more):
    when = NOON + timedelta(hours=hours)
    return Event(f"{kind}{hours}", kind, when, when, kind, "paper", **more)


def became(*events):
    """The outcome of a demand for content and traffic to which this happened."""
    return outcome(demands(BOTH), fold("M-0001", events), NOON)


def test_produced_is_everything_and_partly_is_some_of_it():
    """A production names the categories it answers; one that names none answers all."""
    assert became(happened("produced")) == "produced"
    content = happened("produced", -9, touches=frozenset({"content"}))
    traffic = happened("produced", -8, touches=frozenset({"traffic"}))
    assert became(content) == "partly"
    assert became(content, traffic) == "produced"
    assert became(content, happened("withdrawn")) == "partly"


@pytest.mark.parametrize(
    ("events", "what"),
    [
        (["declined"], "refused"),
        (["contempt"], "refused"),
        (["declined", "declined-withdrawn"], "pending"),
        (["withdrawn"], "withdrawn"),
        (["motion", "quashed"], "withdrawn"),
        (["motion"], "objected"),
        (["suspending-motion"], "objected"),
        (["issued", "stayed", "refused"], "pending"),
        ([], "pending"),
    ],
)
def test_each_outcome_follows_from_what_happened(events, what):
    """What was produced goes before what was refused, that before what ended, that before what was asked of a court."""
    assert became(*(happened(kind, hours) for hours, kind in enumerate(events, -9))) == what


def test_what_comes_after_the_period_does_not_count():
    """A demand is counted by how it stood at the end, and only if it was served within."""
    matter = fold("M-0001", [happened("produced", 1)])
    assert counted(demands(BOTH), matter, *PERIOD) == Counted("US", "us-sca-warrant", "pending", 2)
    served = demands(BOTH).served
    assert counted(demands(BOTH), matter, served, NOON) is not None
    assert counted(demands(BOTH), matter, NOON - timedelta(days=90), served) is None


@given(histories())
def test_every_history_has_exactly_one_outcome(events):
    """And it is one of those that are explained."""
    assert became(*events) in OUTCOMES


def many(place, instrument, outcome, number, accounts=1):
    return [Counted(place, instrument, outcome, accounts)] * number


PRODUCED = many("US", "warrant", "produced", 20)
IRISH = many("IE", "order", "produced", 9)


def test_a_report_counts_by_place_instrument_and_outcome():
    """One row for each place and instrument, in order, and their total; accounts beside them."""
    american = [*many("US", "warrant", "produced", 20, 2), *many("US", "warrant", "pending", 7)]
    found = report([*american, *many("IE", "order", "refused", 9)], PERIOD, Rules(5))
    assert [(row.place, row.instrument, row.total, row.accounts) for row in found.rows] == [
        ("IE", "order", 9, 9),
        ("US", "warrant", 27, 47),
        ("", "", 36, 56),
    ]
    assert dict(found.rows[1].counts) == dict.fromkeys(OUTCOMES, 0) | {"produced": 20, "pending": 7}
    assert (found.since, found.until, found.threshold, found.bands) == (*PERIOD, 5, ())


def test_an_empty_period_is_a_row_of_noughts():
    """Nothing happened, and that is no secret."""
    [total] = report([], PERIOD, Rules()).rows
    assert total.total == total.accounts == 0 and set(dict(total.counts).values()) == {0}


def test_a_small_count_is_withheld_and_so_is_what_would_give_it_away():
    """Neither the small number, nor its place in the total, nor the accounts of a withheld total."""
    [irish, american, total] = report([*PRODUCED, *many("US", "warrant", "refused", 2), *IRISH], PERIOD, Rules(5)).rows
    assert dict(american.counts)["refused"] is None and dict(total.counts)["refused"] is None
    assert dict(american.counts)["withdrawn"] == 0
    assert all((row.accounts is None) == (row.total is None) for row in (irish, american, total))


def test_banded_instruments_stand_in_no_total():
    """They are listed whether or not there was any, and only by their band."""
    bands = Rules(5, (("US", "nsl", 500), ("US", "fisa-content", 1000)))
    others = [*PRODUCED, *many("IE", "nsl", "produced", 9)]
    found = report([*many("US", "nsl", "produced", 501), *others], PERIOD, bands)
    assert found.bands == (Band("US", "fisa-content", 0, 999), Band("US", "nsl", 500, 999))
    assert [(row.place, row.instrument, row.total) for row in found.rows] == [
        ("IE", "nsl", 9),
        ("US", "warrant", 20),
        ("", "", 29),
    ]
    assert report(others, PERIOD, bands).rows == found.rows


def test_rules_that_would_say_what_they_withhold_are_refused():
    """Below a threshold of 2 there is only 1; a band of one number is that number."""
    wrong = Rules(2, (("US", "nsl", 1), ("US", "warrant", 250)))
    assert [fault.name for fault in rule_faults(wrong, "office.toml")] == ["threshold-too-low", "band-too-narrow"]
    assert rule_faults(Rules(), "office.toml") == []
    with pytest.raises(AssertionError):
        report([], PERIOD, wrong)


def completions(table, hidden, most):
    """Every table that agrees with what was published: the reader's own arithmetic, by trying all of them."""
    inner = {cell: count for cell, count in table.items() if TOTAL not in cell}
    free = sorted(hidden & inner.keys())
    assume(len(free) < 5)
    for counts in product(range(1, most + 1), repeat=len(free)):
        other = with_totals(inner | dict(zip(free, counts, strict=True)))
        if all(other[cell] == count for cell, count in table.items() if cell not in hidden):
            yield other


@st.composite
def tables(draw):
    rows, columns = draw(st.sampled_from([(1, 1), (1, 3), (2, 2), (3, 2), (2, 3), (3, 3)]))
    counts = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 5])
    return with_totals({(f"r{row}", f"c{column}"): draw(counts) for row in range(rows) for column in range(columns)})


@settings(max_examples=150)
@given(tables(), st.sampled_from([3, 4]))
def test_no_withheld_count_can_be_computed(table, threshold):
    """Whoever tries every table that fits what was published finds several numbers for each withheld count.

    For a small count all numbers below the threshold; a small total could also be as high.
    """
    hidden = withhold(table, threshold)
    assert all(cell in hidden for cell, count in table.items() if 0 < count < threshold)
    assert all(table[cell] for cell in hidden)
    highest = max(count for cell, count in table.items() if TOTAL not in cell)
    fitting = list(completions(table, hidden, highest + threshold - 1))
    for cell in hidden:
        possible = {other[cell] for other in fitting}
        assert len(possible) > 1
        if table[cell] < threshold:
            assert set(range(1, threshold)) <= possible if TOTAL not in cell else max(possible) >= threshold - 1


@given(st.permutations(range(6)))
def test_what_is_withheld_does_not_depend_on_the_order_of_counting(order):
    """The same demands in another order give the same report."""
    kinds = [("US", "warrant", "produced", 9), ("US", "warrant", "refused", 1), ("IE", "order", "produced", 3),
             ("IE", "order", "pending", 8), ("DE", "order", "refused", 6), ("DE", "warrant", "partly", 2)]  # fmt: skip
    whole = [one for kind in kinds for one in many(*kind)]
    mixed = [one for index in order for one in many(*kinds[index])]
    assert report(mixed, PERIOD, Rules(5)) == report(whole, PERIOD, Rules(5))


def test_accounts_tell_nothing_that_the_demands_do_not():
    """However many accounts a demand names, the same cells are withheld."""
    few = [*PRODUCED, *many("IE", "order", "produced", 2), *many("DE", "order", "refused", 1)]
    lots = [replace(one, accounts=50) for one in few]
    first, second = (report(whole, PERIOD, Rules(5)).rows for whole in (few, lots))
    assert [(row.total, row.accounts is None) for row in first] == [(row.total, row.accounts is None) for row in second]
