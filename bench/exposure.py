"""E1 to E3: who can compel what over 1, 10 or 100 million accounts, against SQL by hand on the same engine.

Accounts and estate come from `bench/accounts.py`: ten columns, twelve stores. All packs are loaded; twelve places
demand whatever their templates let them. `COMITY_ACCOUNTS` says how many accounts, in each of how many runs (default:
1000000,10000000). Above ten million the works run in three rounds at most.

E1: counts by place, category and verdict from Parquet, comity's with a proof for every class, against the hand-written
group-by and against joining rules to rows. E2: the same after one instrument is taken away, from the kept cube. E3: one
verdict on every account written to Parquet, comity's with the proof's id, from the accounts kept with their classes
(keeping them is not counted), against grouping and joining back. All must count the same, or nothing is measured.

Engines that decide one record at a time are not let run over all of them. What they need for the 5,000 cases of D1,
under its law of ten instruments, is extrapolated to one decision an account, place and category: a larger law takes
them longer. Cedar is asked one of the four questions that a verdict takes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
from bench import cedar, hand
from bench.accounts import estate, made
from bench.common import WORK, Result, alternate
from bench.decide import regorus, ten

from comity.desk.exposure.about import templates_of
from comity.desk.exposure.kept import differ, written_back
from comity.desk.exposure.run import Posed, prepared, run
from comity.desk.office import load_packs
from comity.exposure.accounts import engine, opened
from comity.exposure.apply import Wanted, keep
from comity.exposure.cube import Cube, load, save
from comity.exposure.sweep import STRENGTH
from comity.lawpack import Packs

ON = date(2026, 9, 1)
LAWS = Path(os.environ["COMITY_LAWS"]) if "COMITY_LAWS" in os.environ else None
SIZES = [int(number) for number in os.environ.get("COMITY_ACCOUNTS", "1000000,10000000").split(",")]
GIB = 1 << 30
PLACES = ("US", "GB", "IE", "DE", "FR", "NL", "BE", "CH", "JP", "AU", "CA", "IN")
CELL = Wanted("US", "content")
GONE = "us-gone"


def works(rounds: int) -> list[Result]:
    """All three, on as many accounts as are asked for, and what a process of its own takes."""
    return [result for number in SIZES for result in _works(number, rounds if number <= 10_000_000 else min(rounds, 3))]


def _works(number: int, rounds: int) -> list[Result]:
    with ExitStack() as stack:
        bench = _Bench(stack, number)
        found = [*bench.counts(rounds), *bench.what_if(rounds), *bench.rows(rounds)]
    return [*found, *alone(number)]


def demands() -> Packs:
    """All packs, with the demands of twelve places."""
    packs = load_packs(LAWS)
    few = lambda t: replace(t, places=tuple(p for p in places(packs, t.places) if p in PLACES))  # noqa: E731
    return replace(packs, packs=tuple(replace(p, templates=tuple(map(few, p.templates))) for p in packs.packs))


def places(packs: Packs, named: tuple[str, ...]) -> list[str]:
    return sorted({one for place in named for one in (packs.law.group(place, ON) or {place})})


def cube_of(number: int) -> Path:
    return WORK / f"exposure-{number}.cube"


def kept_of(number: int) -> Path:
    return WORK / f"exposure-{number}-kept.parquet"


class _Bench:
    """Everything that is made before a clock starts."""

    def __init__(self, stack: ExitStack, number: int) -> None:
        self.number, self.accounts, self.packs, self.estate = number, made(number), demands(), estate()
        self.label = f"{number // 1_000_000} M accounts"
        self.con = stack.enter_context(engine())
        self.hand = duckdb.connect()
        self.opened = stack.enter_context(opened(self.con, [self.accounts]))
        self.cube = cube_of(number)
        cube = save(self.run(), self.cube)
        self.kept = kept_of(number)
        keep(cube, self.opened, self.kept)
        self.names = {c.term: c.name for c in cube.classes.columns}
        self.cells = self._cells(cube, Posed(ON))
        self.columns = list(self.names.values())
        self.gone = self._instrument()

    def _cells(self, cube: Cube, posed: Posed) -> hand.Cells:
        plan, bench = prepared((self.estate, cube.classes), self.packs, posed, templates_of(cube))
        return hand.cells(plan, bench, self.names)

    def _instrument(self) -> str:
        """An instrument whose power reaches content in the United States."""
        return next(r.instrument for r in self.packs.law.rules if r.id == "us-2703-warrant-content@2")

    def run(self) -> Cube:
        return run(self.con, self.estate, self.packs, self.opened, Posed(ON))

    def counts(self, rounds: int) -> list[Result]:
        sql = hand.grouped(self.accounts, self.cells, self.columns)
        tables, joins = hand.joined(self.accounts, self.cells, self.columns)
        for table in tables:
            self.hand.execute(table)
        own = counted(self.run(), list(self.cells))
        assert own == _numbers(self.hand, sql), "the hand-written SQL counts otherwise: the comparison is void"
        assert own == _joined(self.hand, joins, len(self.cells)), "joins count otherwise: the comparison is void"
        took = alternate(
            {
                "comity": lambda: counted(self.run(), list(self.cells)),
                "grouped": lambda: _numbers(self.hand, sql),
                "joins": lambda: _joined(self.hand, joins, len(self.cells)),
            },
            rounds,
        )
        work = f"{self.label} x {len(self.cells)} places and categories: counts, comity's with proofs"
        ratio = took["comity"] / took["grouped"]
        records = self.number * len(self.cells)
        one_by_one = [_extrapolated(work, took["comity"], peer, records) for peer in one_at_a_time().items()]
        return [
            *one_by_one,
            Result(
                "E1", work, took["comity"], "DuckDB, grouped by hand", took["grouped"], ratio, "<= 1.15", ratio <= 1.15
            ),
            _faster("E1", work, took, ("joins", "DuckDB, rules joined to rows"), 8),
        ]

    def what_if(self, rounds: int) -> list[Result]:
        posed = Posed(ON, without=(self.gone,))
        with engine() as con:
            found = differ(load(con, self.cube), self.packs, posed)
            cells = self._cells(found.old, posed)
            sql = hand.grouped(self.accounts, cells, self.columns)
            assert counted(found.new, list(cells)) == _numbers(self.hand, sql), "counts differ: the comparison is void"
            took = alternate(
                {
                    "comity": lambda: differ(load(con, self.cube), self.packs, posed),
                    "grouped": lambda: _numbers(self.hand, sql),
                },
                rounds,
            )
        work = f"{self.label}: the same without one instrument, from the kept cube, with what moves and why"
        note = f"{len(found.moves)} moves of classes, {found.old.classes.number:,} classes"
        return [
            replace(_faster("E2", work, took, ("grouped", "DuckDB, grouped by hand again"), 20), note=note),
            Result(
                "E2", work, took["comity"], "limit of 0.2 s", 0.2, 0.2 / took["comity"], ">= 1", took["comity"] <= 0.2
            ),
        ]

    def rows(self, rounds: int) -> list[Result]:
        to = WORK / "written.parquet"
        sql = hand.written(self.accounts, self.cells[CELL.place, CELL.category], self.columns, to)
        with engine() as con:  # as the peer has one
            took = alternate(
                {
                    "comity": lambda: written_verdicts(con, self.packs, self.number, to),
                    "joined": lambda: self.hand.execute(sql).fetchall(),
                },
                rounds,
            )
        work = f"{self.label}: verdict of {CELL.place} {CELL.category} on each row; comity's with the proof's id"
        return [_faster("E3", work, took, ("joined", "DuckDB, grouped and joined back"), 6)]


def written_verdicts(con: duckdb.DuckDBPyConnection, packs: Packs, number: int, to: Path) -> int:
    """One verdict and its proof on every account kept with its class."""
    with opened(con, [kept_of(number)]) as kept:
        return written_back(load(con, cube_of(number)), packs, (kept, False), [CELL], to)


def one_at_a_time() -> dict[str, float]:
    """Seconds for one record, by engine."""
    reading, facts, inputs = ten()
    rvm, powers = regorus(inputs), cedar.powers(reading, facts)
    assert powers() == cedar.wanted(reading, facts), "Cedar finds other powers: the comparison is void"
    took = alternate({"regorus RVM": rvm, "Cedar (cedarpy), one question of four": powers}, 3)
    return {name: seconds / len(facts) for name, seconds in took.items()}


def _extrapolated(work: str, own: float, peer: tuple[str, float], records: int) -> Result:
    name, each = peer
    took = each * records
    note = f"extrapolated from {each * 1e6:.0f} µs a record; nobody waited"
    return Result("E1", work, own, f"{name}, per record, extrapolated", took, took / own, ">= 1", took >= own, note)


def _faster(id: str, work: str, took: dict[str, float], peer: tuple[str, str], goal: float) -> Result:
    name, called = peer
    ratio = took[name] / took["comity"]
    return Result(id, work, took["comity"], called, took[name], ratio, f">= {goal:g}", ratio >= goal)


def counted(cube: Cube, cells: list[tuple[str, str]]) -> list[int]:
    rows = {(row.place, row.category): cube.sweep.counts(row) for row in cube.sweep.rows}
    return [rows[cell][verdict] for cell in cells for verdict in STRENGTH]


def _numbers(con: duckdb.DuckDBPyConnection, sql: str) -> list[int]:
    return [int(n or 0) for n in con.execute(sql).fetchone() or ()]


def _joined(con: duckdb.DuckDBPyConnection, sql: str, cells: int) -> list[int]:
    found = {(cell, rank): n for cell, rank, n in con.execute(sql).fetchall()}
    return [found.get((cell, rank), 0) for cell in range(cells) for rank in range(len(STRENGTH))]


FIRST = """
with engine() as con, opened(con, [made({number})]) as accounts:
    save(run(con, estate(), demands(), accounts, Posed(ON)), WORK / "first.cube")
"""
BACK = """
with engine() as con:
    written_verdicts(con, demands(), {number}, WORK / "back.parquet")
"""
AROUND = """
import re, time
begun = time.perf_counter()
from bench.exposure import *
{work}
print(time.perf_counter() - begun, re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def alone(number: int) -> list[Result]:
    """What a first run, and writing verdicts back, take of time and memory in a process that does nothing else."""
    said, few = f"{number // 1_000_000} M accounts", number <= 1_000_000
    seconds, first = _process(FIRST, number)
    _, back = _process(BACK, number)
    most = GIB if number <= 10_000_000 else 2 * GIB
    ratio = 3 / seconds
    cold = Result("E1", f"{said}: a first run, new process", seconds, "limit of 3 s", 3, ratio, ">= 1", ratio >= 1)
    return [
        *([cold] if few else []),
        _memory("E1", f"{said}: a first run, GiB of memory at its peak; {seconds:.1f} s", first, GIB),
        _memory("E3", f"{said}: verdicts written back, GiB of memory at its peak", back, most),
    ]


def _process(work: str, number: int) -> tuple[float, float]:
    code = AROUND.format(work=work.format(number=number))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, kilobytes = map(float, done.stdout.split())
    return seconds, kilobytes * 1024


def _memory(id: str, work: str, peak: float, limit: int) -> Result:
    name = f"limit of {limit // GIB} GiB"
    return Result(id, work, peak / GIB, name, limit / GIB, limit / peak, ">= 1", peak <= limit)
