"""A row's counts told apart by whose accounts they are: where the customer lives, and of what kind the customer is.

All of it comes from the cube: its classes keep both facts wherever the table had them and some rule reads them. What is
unknown is a line of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from comity.exposure.classes import STORE, Buckets, Classes, Codes, mapped
from comity.exposure.cube import Cube
from comity.exposure.judges import HOME
from comity.exposure.sweep import STRENGTH, Row, common
from comity.kernel.words import Value

BY: Final = {"customer_place": HOME, "kind": "subject.kind"}
"""The columns by which counts are told apart, with the facts that they state."""

UNKNOWN: Final = "unknown"
EXPOSED: Final = ("compelled", "conflict")
"""The verdicts under which an account is exposed: a power reaches the records, whatever other law says of that."""

Whose = tuple[Value, ...]
"""Values of the columns that the classes tell apart, in the order of `BY`."""

Counts = dict[str, int]
Parts = dict[Whose, Counts]
_Cells = dict[tuple[str, Codes], dict[Whose, int]]


def told(classes: Classes) -> dict[str, int]:
    """The columns of `BY` that the classes tell apart, each with its place among the columns."""
    places = {column.term: at for at, column in enumerate(classes.columns)}
    return {name: places[term] for name, term in BY.items() if term in places}


def untold(cube: Cube) -> dict[str, str]:
    """The columns of `BY` that the cube does not tell apart, and why."""
    known = told(cube.classes)
    unread = cube.about.get("ungrouped", {})
    why = {True: "no rule reads it", False: "the table of accounts has no such column"}
    return {name: why[name in unread] for name in BY if name not in known}


class Breakdown:
    """A cube's counts by place, category, verdict and customer; rows that cut the classes alike are counted once."""

    def __init__(self, cube: Cube) -> None:
        self.cube = cube
        self.columns = told(cube.classes)
        self.cells: dict[tuple[Buckets, ...], _Cells] = {}
        self.kept: dict[tuple[object, ...], Parts] = {}

    def of(self, row: Row) -> Parts:
        """How many accounts there are of each verdict, by customer."""
        places = {key: at for at, key in enumerate(row.keys)}
        cells = {cell: own for cell, own in self._cells(row.buckets).items() if cell[0] in row.rulings}
        verdicts = tuple(self.cube.sweep.best(row, store, places[codes])[1].verdict for store, codes in cells)
        name = (row.buckets, tuple(cells), verdicts)
        kept = self.kept.get(name)
        if kept is None:
            kept = self.kept[name] = {}
            for numbers, verdict in zip(cells.values(), verdicts, strict=True):
                for whose, number in numbers.items():
                    own = kept.setdefault(whose, {})
                    own[verdict] = own.get(verdict, 0) + number
        return kept

    def along(self, row: Row, column: str) -> dict[Value, Counts]:
        """The same by one column alone: the most numerous first, what is unknown last."""
        at = list(self.columns).index(column)
        found: dict[Value, Counts] = {}
        for whose, counts in self.of(row).items():
            own = found.setdefault(whose[at], {})
            for verdict, number in counts.items():
                own[verdict] = own.get(verdict, 0) + number
        return dict(sorted(found.items(), key=lambda each: (each[0] is None, -sum(each[1].values()), str(each[0]))))

    def _cells(self, buckets: tuple[Buckets, ...]) -> _Cells:
        """The accounts of every store and class that these buckets tell apart, by customer."""
        if buckets not in self.cells:
            self.cells[buckets] = _grouped(self.cube.classes, buckets, self.columns)
        return self.cells[buckets]

    def exposed(self, category: str, verdicts: Collection[str] = EXPOSED) -> Exposed:
        """How many accounts some place's demand reaches, and how many that of a place where the customer does not live.

        Only places whose demand reaches anything are looked at; an account that several of them reach counts once.
        """
        classes, sweep = self.cube.classes, self.cube.sweep
        rows = [row for row in sweep.rows if row.category == category]
        hits = [
            {
                (store, row.keys[key])
                for store, key, _ in row.cells()
                if sweep.best(row, store, key)[1].verdict in verdicts
            }
            for row in rows
        ]
        near = [(row, own) for row, own in zip(rows, hits, strict=True) if own]
        home = self.columns.get("customer_place")
        found = {"some": 0, "abroad": 0, UNKNOWN: 0}
        for store, codes, number in _common(classes, [row for row, _ in near], home):
            reach = {row.place for row, own in near if (store, _key(row, codes)) in own}
            lives = None if home is None else classes.values[home][codes[home]]
            found["some"] += number if reach else 0
            found[UNKNOWN] += number if reach and lives is None else 0
            found["abroad"] += number if lives is not None and reach - {str(lives)} else 0
        return found


Exposed = dict[str, int]
"""`some`: reached by some place; `abroad`: by one that is not the customer's; `unknown`: by some, home unknown."""


def _grouped(classes: Classes, buckets: Sequence[Buckets], columns: Mapping[str, int]) -> _Cells:
    coarse = [f"{mapped(f'c{at}', bucket)} AS b{at}" for at, bucket in enumerate(buckets)]
    whose = [f"c{at} AS w{at}" for at in columns.values()]
    found: _Cells = {}
    for store, number, *codes in classes.con.execute(
        f"SELECT {', '.join([STORE, 'sum(accounts)::BIGINT', *coarse, *whose])} FROM classes GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        key, own = tuple(codes[: len(buckets)]), codes[len(buckets) :]
        values = tuple(classes.values[at][code] for at, code in zip(columns.values(), own, strict=True))
        found.setdefault((classes.stores[store], key), {})[values] = number
    return found


def _common(classes: Classes, rows: list[Row], home: int | None) -> Iterator[tuple[str, Codes, int]]:
    """The classes of each store as the rows together, and the customer's home, tell them apart."""
    if not rows:
        return
    buckets = enumerate(common((row.buckets for row in rows), classes))
    sql = [f"c{at}" if at == home else f"{mapped(f'c{at}', each)} AS b{at}" for at, each in buckets]
    lines = classes.con.execute(
        f"SELECT {', '.join([STORE, 'sum(accounts)::BIGINT', *sql])} FROM classes GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    yield from ((classes.stores[store], tuple(codes), number) for store, number, *codes in lines)


def _key(row: Row, codes: Codes) -> Codes:
    return tuple(bucket[code] for bucket, code in zip(row.buckets, codes, strict=True))


def as_json(breakdown: Breakdown, row: Row, both: bool = False) -> dict[str, Any]:
    """One row's breakdowns: by each column that is told apart and, where that is wanted, by all of them together."""
    found: dict[str, Any] = {
        column: {_word(value): _shown(counts) for value, counts in breakdown.along(row, column).items()}
        for column in breakdown.columns
    }
    if both and len(breakdown.columns) > 1:
        names = list(breakdown.columns)
        found["both"] = [
            {**dict(zip(names, map(_word, whose), strict=True)), **_shown(counts)}
            for whose, counts in sorted(breakdown.of(row).items(), key=lambda each: tuple(map(str, each[0])))
        ]
    return found


def _shown(counts: Counts) -> Counts:
    return {verdict: counts[verdict] for verdict in STRENGTH if counts.get(verdict)}


def _word(value: Value) -> str:
    return UNKNOWN if value is None else str(value)
