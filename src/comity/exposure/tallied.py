"""Large Parquet files counted by the places that they hold already: the text of no account is looked at.

A column of codes lies in Parquet as a short list of its texts and, row by row, a place in that list. Here the places of
a row's cells become one number, millions of numbers are sorted, and runs of the same are counted; at the end a number
is taken apart again into its cells. That takes half of what the engine takes to group the rows, whose cells it must
hash one by one. It needs `comity[fast]`. That files, packages or values are otherwise is no error here: then the
engine groups them, and says what is wrong.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

SORTED: Final = 1 << 21
"""How many rows are sorted at a time: more no longer lie near the processor."""
BATCH: Final = 1 << 17
"""How many rows are read at a time."""
NARROW, WIDE = 32, 63
"""How many bits a row's number may have: those of 32 are sorted in half the time."""
MOST: Final = 1 << 12
"""A column with more texts is none of codes."""
TOGETHER: Final = 5
"""So many columns of yes and no fit into one octet, each of them yes, no or unknown."""

Numbers = NDArray[np.unsignedinteger[Any]]
Times = NDArray[np.int64]


class _Otherwise(Exception):
    """This cannot be counted here."""


class _Full(Exception):
    """A column has more texts than its part of the number has room for."""


@dataclass
class Texts:
    """A column of codes: every text that it was seen to hold has a number from 1; nothing has 0."""

    name: str
    bits: int = MOST.bit_length()
    seen: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    @property
    def columns(self) -> tuple[str, ...]:
        """What is read for it."""
        return (self.name,)

    def numbers(self, columns: Sequence[pa.Array], shift: np.unsignedinteger[Any]) -> Numbers:
        """The number of each row's text, so far to the left."""
        codes = columns[0] if isinstance(columns[0], pa.DictionaryArray) else columns[0].dictionary_encode()
        if len(codes.dictionary) >= MOST:
            raise _Otherwise
        with self.lock:
            listed = [self.seen.setdefault(text, len(self.seen) + 1) for text in codes.dictionary.to_pylist()]
        if len(self.seen) >> self.bits:
            raise _Full
        places = np.frombuffer(codes.indices.buffers()[1], codes.indices.type.to_pandas_dtype())[
            codes.offset : codes.offset + len(codes)
        ]
        found: Numbers = np.take(np.array(listed or [0], shift.dtype) << shift, places, mode="clip")
        if codes.null_count:
            found *= _bits(codes.indices, 0)  # the place of a cell without a text is anything
        return found

    def cells(self, numbers: Numbers) -> Iterator[pa.Array]:
        """The texts that these numbers stand for."""
        places = pa.array(numbers.astype(np.int64) - 1, pa.int32(), mask=numbers == 0)
        yield pa.DictionaryArray.from_arrays(places, pa.array(self.seen, pa.string()))


@dataclass(frozen=True)
class Flags:
    """Some columns of yes and no: for each 0 is unknown, 1 no, 2 yes, in a number to the base of three."""

    columns: tuple[str, ...]

    @property
    def bits(self) -> int:
        """How many bits such a number has."""
        return int(3 ** len(self.columns) - 1).bit_length()

    def numbers(self, columns: Sequence[pa.Array], shift: np.unsignedinteger[Any]) -> Numbers:
        """The number of each row, so far to the left."""
        found = np.zeros(len(columns[0]), np.uint8)
        for column in columns:
            found *= np.uint8(3)
            said = _bits(column, 1) + np.uint8(1)
            found += said * _bits(column, 0) if column.null_count else said
        moved: Numbers = found.astype(shift.dtype) << shift
        return moved

    def cells(self, numbers: Numbers) -> Iterator[pa.Array]:
        """What these numbers say, column by column."""
        for at in range(len(self.columns)):
            said = numbers // 3 ** (len(self.columns) - 1 - at) % 3
            yield pa.array(said == 2, pa.bool_(), mask=said == 0)


Part = Texts | Flags
"""What has a part in a row's number."""


def _bits(column: pa.Array, buffer: int) -> NDArray[np.uint8]:
    """The bits of a column's buffer, as octets: which cells are filled (0), which say yes (1)."""
    packed = np.frombuffer(column.buffers()[buffer], np.uint8)
    return np.unpackbits(packed, count=column.offset + len(column), bitorder="little")[column.offset :]


@dataclass
class Tally:
    """Numbers in their order, and how often each was there."""

    numbers: Numbers
    times: Times

    def add(self, numbers: Numbers, times: Times) -> None:
        """Add others, which are in their order too."""
        at = np.searchsorted(self.numbers, numbers)
        known = at < len(self.numbers)
        known[known] = self.numbers[at[known]] == numbers[known]
        self.times[at[known]] += times[known]
        self.numbers = np.insert(self.numbers, at[~known], numbers[~known])
        self.times = np.insert(self.times, at[~known], times[~known])

    def count(self, numbers: Numbers) -> None:
        """Count numbers in whatever order they come."""
        numbers = np.sort(numbers)
        first = np.flatnonzero(np.append([True], numbers[1:] != numbers[:-1]))
        self.add(numbers[first], np.diff(np.append(first, len(numbers))))


@dataclass
class Rows:
    """The files, part by part, for several who read at once."""

    parts: Sequence[Part]
    left: list[tuple[Path, int]]
    """Which parts of which files nobody has taken yet."""
    lock: Lock = field(default_factory=Lock)

    @property
    def kind(self) -> type[np.unsignedinteger[Any]]:
        """What a row's number is kept in."""
        return np.uint32 if sum(part.bits for part in self.parts) <= NARROW else np.uint64

    @property
    def shifted(self) -> list[int]:
        """How far to the left each part stands in a row's number."""
        return _shifted(self.parts)

    def counted(self) -> Tally:
        """Count the rows of all parts that nobody else takes; whoever fails ends it for all."""
        try:
            return self._counted()
        except BaseException:
            self.end()
            raise

    def _counted(self) -> Tally:
        tally, waiting = Tally(np.zeros(0, self.kind), np.zeros(0, np.int64)), list[Numbers]()
        for batch in self.batches():
            waiting.append(self.of(batch))
            if sum(map(len, waiting)) >= SORTED:
                tally.count(np.concatenate(waiting))
                waiting.clear()
        if waiting:
            tally.count(np.concatenate(waiting))
        return tally

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Take one part of a file after the other, and read some rows at a time."""
        names = [name for part in self.parts for name in part.columns]
        texts = [part.name for part in self.parts if isinstance(part, Texts)]
        opened: dict[Path, pq.ParquetFile] = {}
        while taken := self.taken():
            path, group = taken
            if path not in opened:
                opened = {path: pq.ParquetFile(path, read_dictionary=texts)}
            yield from opened[path].iter_batches(BATCH, [group], names, use_threads=False)

    def of(self, batch: pa.RecordBatch) -> Numbers:
        """The number of each row."""
        found = np.zeros(len(batch), self.kind)
        for part, shift in zip(self.parts, self.shifted, strict=True):
            found |= part.numbers([batch.column(name) for name in part.columns], self.kind(shift))
        return found

    def taken(self) -> tuple[Path, int] | None:
        """The next part of a file."""
        with self.lock:
            return self.left.pop() if self.left else None

    def end(self) -> None:
        """Let nobody begin anything more."""
        with self.lock:
            self.left.clear()


def _shifted(parts: Sequence[Part]) -> list[int]:
    return list(accumulate((part.bits for part in parts), initial=0))[:-1]


def tallied(paths: Sequence[Path], cells: Mapping[str, str]) -> pa.Table | None:
    """Every combination of cells and how many `accounts` have it; None where it is for the engine to say.

    `cells` has for each name of the answer the column it comes from.
    """
    try:
        files = {path: pq.ParquetFile(path) for path in paths}
        parts = _parts([file.schema_arrow for file in files.values()], list(cells.values()))
        left = [(path, group) for path, file in files.items() for group in range(file.num_row_groups)]
        _looked_over(Rows(parts, left[:1]))
        while True:
            try:
                return _table(_counted(Rows(_fitted(parts), left[::-1])), parts, cells)
            except _Full:
                continue  # a text that had not been seen; now its column has the room it needs
    except (_Otherwise, pa.ArrowException, OSError, UnicodeDecodeError):
        return None


def _parts(schemas: Sequence[pa.Schema], columns: Sequence[str]) -> list[Part]:
    """What has a part in a row's number, if all files have all columns, each as texts or as yes and no."""
    kinds = {name: {_kind(schema, name) for schema in schemas} for name in columns}
    if any(len(kind) > 1 for kind in kinds.values()):
        raise _Otherwise
    flags = [name for name, kind in kinds.items() if kind == {"flag"}]
    together = [tuple(flags[at : at + TOGETHER]) for at in range(0, len(flags), TOGETHER)]
    return [*(Texts(name) for name in kinds if name not in flags), *map(Flags, together)]


def _kind(schema: pa.Schema, name: str) -> str:
    found = schema.get_all_field_indices(name)
    if len(found) != 1 or "." in name:
        raise _Otherwise
    kind = schema.field(found[0]).type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not any(known(kind) for known in (pa.types.is_boolean, pa.types.is_string, pa.types.is_large_string)):
        raise _Otherwise
    return "flag" if pa.types.is_boolean(kind) else "text"


def _looked_over(rows: Rows) -> None:
    """See which texts there are in the rows that come first."""
    for batch in rows.batches():
        for one in rows.parts:
            if isinstance(one, Texts):
                one.numbers([batch.column(one.name)], np.uint64(0))
        break


def _fitted(parts: list[Part]) -> list[Part]:
    """Give each column room for the texts that it was seen to hold, and whatever else a number has room for."""
    texts = [part for part in parts if isinstance(part, Texts)]
    for one in texts:
        one.bits = len(one.seen).bit_length()
    total = sum(part.bits for part in parts)
    if total > WIDE or any(len(one.seen) >= MOST for one in texts):
        raise _Otherwise
    spare = (NARROW if total <= NARROW else WIDE) - total
    fullest = sorted(texts, key=lambda one: len(one.seen) / (1 << one.bits), reverse=True)
    for at, one in enumerate(fullest):
        one.bits += (spare + len(texts) - 1 - at) // len(texts)
    return parts


def _counted(rows: Rows) -> Tally:
    threads = max(1, min(os.cpu_count() or 1, len(rows.left)))
    with ThreadPoolExecutor(threads) as pool:
        try:
            first, *others = [done.result() for done in [pool.submit(rows.counted) for _ in range(threads)]]
        finally:
            rows.end()
    for other in others:
        first.add(other.numbers, other.times)
    return first


def _table(tally: Tally, parts: Sequence[Part], cells: Mapping[str, str]) -> pa.Table:
    made: dict[str, pa.Array] = {}
    for part, shift in zip(parts, _shifted(parts), strict=True):
        numbers = (tally.numbers >> tally.numbers.dtype.type(shift)) & tally.numbers.dtype.type((1 << part.bits) - 1)
        made |= dict(zip(part.columns, part.cells(numbers), strict=True))
    return pa.table({**{name: made[column] for name, column in cells.items()}, "accounts": tally.times})
