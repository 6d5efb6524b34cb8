"""What somebody who knows SQL would write by hand for one picture of exposure: the peers of `bench/exposure.py`.

Everything that does not depend on the account is worked out beforehand, by the kernel's own partial evaluation: for
each place, category and store there remains a short expression over the columns of accounts, or a constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.twins.columns import column

from comity.exposure.judges import IN_FORUM, Bench
from comity.exposure.sweep import STRENGTH, Case, Plan
from comity.kernel.words import Condition, Facts, Groups, settle, terms_of

Cells = dict[tuple[str, str], str]
"""For each place and category the rank of its verdict, as SQL over the columns."""


def cells(plan: Plan, bench: Bench, names: Mapping[str, str]) -> Cells:
    """The expressions; `names` are the columns by term."""
    found = {}
    for name, cases in sorted(plan.rows.items()):
        stores: dict[str, set[str]] = {}
        for case in cases:
            stores.setdefault(case.store, set()).add(_rank(case, bench, names))
        if stores:
            ranks = (f"WHEN '{store}' THEN {_least(ranks)}" for store, ranks in stores.items())
            found[name] = f"CASE store {' '.join(ranks)} END"
    return found


def _least(ranks: Iterable[str]) -> str:
    several = sorted(ranks)
    return f"least({', '.join(several)})" if len(several) > 1 else several[0]


def _rank(case: Case, bench: Bench, names: Mapping[str, str]) -> str:
    """0 compelled, 1 conflict, 2 open, 3 barred, 4 free."""
    judge = bench.judge(case.ask.court)
    kind = case.known.get("demand.instrument"), case.known.get("record.category")
    known = {**case.known, **judge.settled}
    sides: dict[str, list[str]] = {"compels": [], "bars": []}
    for rule, lifts in judge.every:
        if rule.effect in sides and rule.addresses(*kind):
            own = _sql(rule.when, known, judge.reading.groups, names)
            over = _any([_sql(lift.when, known, judge.reading.groups, names) for lift in lifts])
            sides[rule.effect].append(_both(own, _not(over)))
    power, bar = (_any(side) for side in sides.values())
    constant = {("TRUE", "FALSE"): "0", ("TRUE", "TRUE"): "1", ("FALSE", "TRUE"): "3", ("FALSE", "FALSE"): "4"}
    if "NULL" in (power, bar) or (power, bar) in constant:
        return constant.get((power, bar), "2")
    yes, no = f"({power})", f"({bar})"
    return (
        f"CASE WHEN {yes} AND NOT {no} THEN 0 WHEN {yes} AND {no} THEN 1 WHEN NOT {yes} AND {no} THEN 3 "
        f"WHEN NOT {yes} AND NOT {no} THEN 4 ELSE 2 END"
    )


def _sql(condition: Condition, known: Facts, groups: Groups, names: Mapping[str, str]) -> str:
    free = frozenset({*names, IN_FORUM})
    left = settle(condition, known, groups, free)
    if isinstance(left, bool):
        return str(left).upper()
    sql = column(left, groups)
    for term in terms_of(left):
        if term == IN_FORUM:
            sql = sql.replace(f'"{term}"', f"({names['subject.place']} = '{known['demand.place']}')")
        else:
            sql = sql.replace(f'"{term}"', names.get(term, "NULL"))
    return "NULL" if not terms_of(left) & free else sql


def _any(parts: list[str]) -> str:
    if "TRUE" in parts:
        return "TRUE"
    left = [part for part in dict.fromkeys(parts) if part != "FALSE"]
    return " OR ".join(left) if len(left) > 1 else left[0] if left else "FALSE"


def _both(one: str, other: str) -> str:
    if "FALSE" in (one, other):
        return "FALSE"
    return one if other == "TRUE" else other if one == "TRUE" else f"(({one}) AND ({other}))"


def _not(part: str) -> str:
    return {"TRUE": "FALSE", "FALSE": "TRUE", "NULL": "NULL"}.get(part, f"(NOT ({part}))")


def used(sql: str, names: Iterable[str]) -> list[str]:
    """The columns that an expression reads."""
    return [name for name in names if name in sql]


def grouped(accounts: Path, found: Cells, names: Iterable[str]) -> str:
    """Group first, then the verdicts of each group, then the sums."""
    columns = ", ".join(["store", *used(" ".join(found.values()), names)])
    ranks = ", ".join(f"{sql} AS v{at}" for at, sql in enumerate(found.values()))
    sums = ", ".join(f"sum(n) FILTER (v{at} = {rank})" for at in range(len(found)) for rank in range(len(STRENGTH)))
    return (
        f"WITH g AS (SELECT {columns}, count(*) AS n FROM '{accounts}' GROUP BY ALL), "
        f"v AS (SELECT n, {ranks} FROM g) SELECT {sums} FROM v"
    )


def joined(accounts: Path, found: Cells, names: Iterable[str]) -> tuple[list[str], str]:
    """Rules as tables, joined to the rows: what makes the tables, and the query."""
    every = ", ".join(["store", *used(" ".join(found.values()), names)])
    tables, parts = [f"CREATE OR REPLACE TABLE combinations AS SELECT DISTINCT {every} FROM '{accounts}'"], []
    for at, sql in enumerate(found.values()):
        own = used(sql, names)
        columns = ", ".join(["store", *own])
        tables.append(
            f"CREATE OR REPLACE TABLE rules_{at} AS SELECT DISTINCT {columns}, {sql} AS rank FROM combinations"
        )
        same = " AND ".join(["a.store = r.store", *(f"a.{name} IS NOT DISTINCT FROM r.{name}" for name in own)])
        parts.append(
            f"SELECT {at} AS cell, rank, count(*) AS n FROM '{accounts}' a JOIN rules_{at} r ON {same} GROUP BY ALL"
        )
    return tables, " UNION ALL ".join(parts)


def written(accounts: Path, cell: str, names: Iterable[str], to: Path) -> str:
    """Group, decide, join back, write: one verdict on each account."""
    own = used(cell, names)
    columns = ", ".join(["store", *own])
    same = " AND ".join(["a.store = g.store", *(f"a.{name} IS NOT DISTINCT FROM g.{name}" for name in own)])
    words = "['compelled', 'conflict', 'open', 'barred', 'free']"
    return (
        f"COPY (WITH g AS (SELECT {columns}, {words}[1 + {cell}] AS verdict FROM '{accounts}' GROUP BY {columns}) "
        f"SELECT a.address, g.verdict FROM '{accounts}' a JOIN g ON {same}) TO '{to}' (FORMAT parquet)"
    )
