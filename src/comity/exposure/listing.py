"""Every class as a line of a Parquet file: whose accounts, how many, what came of each demand, and the proof's id."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from comity.exposure.accounts import quoted
from comity.exposure.cube import Cube, written

HEAD: Final = (
    "place", "category", "store", "accounts", "strongest", "verdict", "template", "court", "served", "proof",
    "reasons", "open",
)  # fmt: skip


def lines(cube: Cube) -> Iterator[tuple[object, ...]]:
    """One line for each class and demand; `strongest` marks the one that counts: their accounts add up."""
    sweep, classes = cube.sweep, cube.classes
    for row in sweep.rows:
        for store, key, number in row.cells():
            facts = tuple(_cell(value) for value in classes.facts(row.specimens[key]).values())
            best, _ = sweep.best(row, store, key)
            for at in row.rulings[store]:
                ruling = sweep.rulings[at]
                found = sweep.outcomes[ruling.outcomes[key]]
                yield (
                    row.place, row.category, store, number, _cell(ruling is best), found.verdict, ruling.template,
                    ruling.court, ruling.served, found.proof, "; ".join(found.reasons), "; ".join(found.open), *facts,
                )  # fmt: skip


def _cell(value: object) -> object:
    return {True: "true", False: "false", None: ""}[value] if value is None or isinstance(value, bool) else value


def listed(cube: Cube, path: Path) -> None:
    """Write the lines; a class's facts are those of its specimen, an empty one is unknown."""
    names = (*HEAD, *(column.name for column in cube.classes.columns))
    with TemporaryDirectory(prefix="comity-") as folder, written(path) as beside:
        table = Path(folder) / "classes.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(names)
            writer.writerows(lines(cube))
        kinds = ", ".join(f"{quoted(name)}: {quoted(_kind(name))}" for name in names)
        cube.classes.con.execute(
            f"COPY (SELECT * FROM read_csv({quoted(str(table))}, header = true, delim = ',', quote = '\"', columns = "
            f"{{{kinds}}})) TO {quoted(str(beside))} (FORMAT parquet, COMPRESSION zstd)"
        )


def _kind(name: str) -> str:
    return {"accounts": "BIGINT", "strongest": "BOOLEAN"}.get(name, "VARCHAR")
