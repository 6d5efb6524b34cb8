"""The kernel, row by row, and one expression over columns say the same: in DuckDB's SQL, and in Ibis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import GROUPS, PLACES, TERMS, conditions, facts, readings
from tests.twins.columns import column, expression, literal, verdict_column, verdict_expression

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


@cache
def ibis_on_duckdb() -> Any:
    return pytest.importorskip("ibis").duckdb.connect()


def asked_ibis(made: Callable[[Mapping[str, Any]], Any], rows: list[dict], terms: list[str]) -> list:
    """What an Ibis expression over the columns says of each row."""
    import ibis

    kinds = {"n": "int64"} | {t: "boolean" if TERMS[t].kind == "truth" else "string" for t in terms}
    cells = {"n": list(range(len(rows)))} | {t: [row.get(t) for row in rows] for t in terms}
    table = ibis.memtable(cells, schema=kinds)
    said = table.select(n=table.n, said=made({t: table[t] for t in terms})).order_by("n")
    return ibis_on_duckdb().to_pyarrow(said)["said"].to_pylist()


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


@settings(max_examples=30)
@given(
    condition=conditions(),
    rows=st.lists(facts(), min_size=1, max_size=8),
    groups=st.fixed_dictionaries({g: st.frozensets(st.sampled_from(PLACES)) for g in GROUPS}),
)
def test_a_condition_in_ibis_is_the_kernels(condition, rows, groups):
    """The same seven shapes, in the language that goes to every engine."""
    said = asked_ibis(lambda columns: expression(condition, groups, columns), rows, list(TERMS))
    assert said == [prove(condition, row, groups).truth for row in rows]


@settings(max_examples=30)
@given(reading=readings(), rows=st.lists(facts(), min_size=1, max_size=8))
def test_a_verdict_in_ibis_is_the_kernels(reading, rows):
    """The whole reading."""
    judge = Judge(reading)
    said = asked_ibis(lambda columns: verdict_expression(reading, columns), rows, KNOWN)
    assert said == [judge.decide(row).verdict for row in rows]
