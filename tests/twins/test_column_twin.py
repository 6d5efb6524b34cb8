"""The kernel, row by row, and one SQL expression over columns say the same."""

from __future__ import annotations

import duckdb
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import GROUPS, PLACES, TERMS, conditions, facts, readings
from tests.twins.columns import column, literal, verdict_column

from comity.kernel.decision import Judge
from comity.kernel.words import prove

KNOWN = [term for term in TERMS if not term.startswith("question.")]


def asked(sql: str, rows: list[dict], terms: list[str]) -> list:
    """What the expression says of each row."""
    kinds = {t: "BOOLEAN" if TERMS[t].kind == "truth" else "VARCHAR" for t in terms}
    cells = [", ".join(f"{literal(row.get(t))}::{kinds[t]}" for t in terms) for row in rows]
    values = ", ".join(f"({n}, {cell})" for n, cell in enumerate(cells))
    names = ", ".join(["n", *(f'"{t}"' for t in terms)])
    return [said for (said,) in duckdb.sql(f"SELECT {sql} FROM (VALUES {values}) AS t ({names}) ORDER BY n").fetchall()]


@given(
    condition=conditions(),
    rows=st.lists(facts(), min_size=1, max_size=8),
    groups=st.fixed_dictionaries({g: st.frozensets(st.sampled_from(PLACES)) for g in GROUPS}),
)
def test_a_condition_as_a_column_is_the_kernels(condition, rows, groups):
    """Seven shapes, unknown and all."""
    terms = list(TERMS)
    assert asked(column(condition, groups), rows, terms) == [prove(condition, row, groups).truth for row in rows]


@given(reading=readings(), rows=st.lists(facts(), min_size=1, max_size=8))
def test_a_verdict_as_a_column_is_the_kernels(reading, rows):
    """Powers, bars and what lifts them, as some court reads them on some day."""
    judge = Judge(reading)
    assert asked(verdict_column(reading), rows, KNOWN) == [judge.decide(row).verdict for row in rows]
