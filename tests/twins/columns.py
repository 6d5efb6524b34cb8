"""The column twin: a condition, and a whole reading of the law, as one expression over columns named by terms.

Twice: as DuckDB's SQL, and in Ibis, which compiles one expression for DuckDB, PostgreSQL and Spark. comity decides with
the kernel alone; this is what tests and benchmarks hold beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from comity.kernel.law import Reading
from comity.kernel.words import Both, Compare, Condition, Either, Groups, Not, Value, Within, Word


def column(condition: Condition, groups: Groups) -> str:
    """The condition over columns: SQL's NULL is the kernel's unknown."""
    match condition:
        case Word(name):
            return f'"{name}"'
        case Compare(name, code, same):
            return f"(\"{name}\" {'=' if same else '<>'} '{code}')"
        case Within(name, group, inside):
            members = ", ".join(f"'{place}'" for place in sorted(groups.get(group, ()))) or "''"
            return f'("{name}" {"" if inside else "NOT "}IN ({members}))'
        case Not(part):
            return f"(NOT {column(part, groups)})"
        case Both(parts) | Either(parts):
            join = " AND " if isinstance(condition, Both) else " OR "
            return f"({join.join(column(part, groups) for part in parts)})"


def verdict_column(reading: Reading, known: Mapping[str, Value] | None = None) -> str:
    """The verdict over columns; terms that have no column stand in `known`, the questions' values are put in."""
    lifts: dict[str, list[str]] = {}
    for rule in reading.rules:
        if rule.effect == "lifts":
            lifts.setdefault(rule.lifts, []).append(column(rule.when, reading.groups))
    powers, bars = [], []
    for rule in reading.rules:
        own = column(rule.when, reading.groups)
        if rule.effect == "compels":
            powers.append(own)
        elif rule.effect == "bars":
            bars.append(f"({own} AND NOT ({' OR '.join(lifts.get(rule.id, ['FALSE']))}))")
    power, bar = (f"coalesce(({' OR '.join(side) or 'FALSE'})::VARCHAR, '?')" for side in (powers, bars))
    sql = (
        f"CASE {power} || {bar} "
        "WHEN 'truetrue' THEN 'conflict' WHEN 'truefalse' THEN 'compelled' WHEN 'falsetrue' THEN 'barred' "
        "WHEN 'falsefalse' THEN 'free' ELSE 'open' END"
    )
    for term, value in {**(known or {}), **reading.truths}.items():
        sql = sql.replace(f'"{term}"', literal(value))
    return sql


def literal(value: Value) -> str:
    """A fact as SQL has it."""
    return f"'{value}'" if isinstance(value, str) else "NULL" if value is None else str(value).upper()


def expression(condition: Condition, groups: Groups, columns: Mapping[str, Any]) -> Any:
    """The condition in Ibis, over a column for each term."""
    match condition:
        case Word(name):
            return columns[name]
        case Compare(name, code, same):
            return columns[name] == code if same else columns[name] != code
        case Within(name, group, inside):
            found = columns[name].isin(sorted(groups.get(group, ())) or [""])
            return found if inside else ~found
        case Not(part):
            return ~expression(part, groups, columns)
        case Both(parts) | Either(parts):
            join = and_ if isinstance(condition, Both) else or_
            return reduce(join, [expression(part, groups, columns) for part in parts])


def verdict_expression(reading: Reading, columns: Mapping[str, Any]) -> Any:
    """The verdict in Ibis; the questions' values are put in."""
    import ibis

    columns = {**columns, **{name: ibis.literal(value, "boolean") for name, value in reading.truths.items()}}
    no = ibis.literal(False)

    def some(rules: Sequence[Any]) -> Any:
        return reduce(or_, rules, no)

    lifts: dict[str, list[Any]] = {}
    powers, bars = [], []
    for rule in reading.rules:
        if rule.effect == "lifts":
            lifts.setdefault(rule.lifts, []).append(expression(rule.when, reading.groups, columns))
    for rule in reading.rules:
        if rule.effect == "compels":
            powers.append(expression(rule.when, reading.groups, columns))
        elif rule.effect == "bars":
            bars.append(expression(rule.when, reading.groups, columns) & ~some(lifts.get(rule.id, [])))
    power, bar = some(powers), some(bars)
    return ibis.cases(
        (power & bar, "conflict"), (power & ~bar, "compelled"), (~power & bar, "barred"), (~power & ~bar, "free"),
        else_="open",
    )  # fmt: skip
