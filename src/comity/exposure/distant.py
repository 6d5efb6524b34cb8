"""Accounts on another engine, asked through Ibis: one expression, compiled to the SQL that the engine speaks.

Of the accounts themselves nothing comes here but which combinations of facts there are, in batches. Cells come as what
they are there (text, truth, number) and become text here, as those of a Parquet file do: so they mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import ibis
import pyarrow as pa

from comity.exposure.accounts import Accounts
from comity.exposure.apply import CLASS

BATCH: Final = 50_000
"""How many rows come at a time."""

Rows = Iterator[Sequence[tuple[Any, ...]]]


@dataclass(frozen=True)
class Distant(Accounts):
    """A table of another engine, and how to fetch what an expression over it gives, some rows at a time."""

    table: Any
    fetch: Callable[[str], Rows]

    def grouped(self, con: duckdb.DuckDBPyConnection, cells: Mapping[str, str]) -> str:
        """Have the engine group the accounts, and bring the combinations here."""
        asked = self.table.select(**{name: self.table[column] for name, column in cells.items()})
        counted = asked.group_by(list(cells)).agg(accounts=asked.count())
        schema = counted.schema().to_pyarrow()
        _register(con, "batch", schema.empty_table())
        con.execute("CREATE OR REPLACE TEMP TABLE fetched AS SELECT * FROM batch")
        for batch in self._batches(counted, schema):
            _register(con, "batch", pa.Table.from_batches([batch]))
            con.execute("INSERT INTO fetched SELECT * FROM batch")
        return "SELECT * FROM fetched"

    def rows(self, con: duckdb.DuckDBPyConnection) -> str:
        """Every account, streamed through; the join that follows must not try to hold them."""
        chosen = self.table.select(*self.columns)
        schema = chosen.schema().to_pyarrow()
        _register(con, "streamed", pa.RecordBatchReader.from_batches(schema, self._batches(chosen, schema)))
        con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        return "streamed"

    def _batches(self, asked: Any, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        kind = pa.struct(list(schema))
        for rows in self.fetch(str(ibis.to_sql(asked, dialect=self.table.get_backend().name))):
            yield pa.RecordBatch.from_struct_array(pa.array(rows, type=kind))


def _register(con: duckdb.DuckDBPyConnection, name: str, given: Any) -> None:
    """Let DuckDB see an Arrow table under a name; it refuses as long as somebody has not read an answer to its end."""
    con.execute("SELECT 1").fetchall()
    con.register(name, given)


def columns_of(table: Any) -> dict[str, str]:
    """Its columns and their types. What is called as the column of a kept table is none here: nothing is kept there."""
    return {name: str(kind) for name, kind in table.schema().items() if name != CLASS}


def plain(table: Any) -> Any:
    """The table with what is neither text, truth, number nor date as text: a code may have a type of its own there."""
    kept = ("is_string", "is_boolean", "is_integer", "is_floating", "is_date", "is_timestamp")
    odd = [
        name
        for name, kind in table.schema().items()
        if not any(getattr(kind, asked)() for asked in kept) and not (kind.is_decimal() and kind.precision)
    ]
    return table.mutate(**{name: table[name].cast("string") for name in odd}) if odd else table
