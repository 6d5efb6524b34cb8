"""What a desk does with a kept cube: ask it what a change would do, and write its verdicts back to the accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from comity.desk.estate import accounts_path, read_estate
from comity.desk.exposure.about import Posed, about, from_json, posed_of, templates_of
from comity.desk.exposure.run import Given, TooNarrow, gathered, prepared, run, terms_read, touched
from comity.desk.office import load_packs
from comity.errors import ComityError
from comity.exposure.accounts import DUCKDB, Accounts, engine
from comity.exposure.apply import CLASS, Decided, OtherClasses, Wanted, bound_to, judge, keep
from comity.exposure.breakdown import Breakdown, as_json, untold
from comity.exposure.change import Move, moves
from comity.exposure.classes import MANY, Classes, fold
from comity.exposure.cube import Cube, load, save
from comity.exposure.engines import SPARK, Source, StaysThere, accounts_of, write
from comity.exposure.judges import Found
from comity.exposure.listing import listed
from comity.exposure.sweep import STRENGTH, Before, common, strongest, sweep
from comity.exposure.view import View
from comity.kernel.estate import Estate
from comity.kernel.words import Facts
from comity.lawpack import Packs
from comity.memory import uncollected


class OtherPacks(ComityError):
    """the packs are not those that the cube was made with"""

    help = "name the folder of packs it was made with as --laws, or make the cube again"
    exit_code = 4


class NotInTheCube(ComityError):
    """the cube has no row for {what}"""

    help = "`comity exposure run` prints which places and categories there are"
    exit_code = 2


class NoAccounts(ComityError):
    """it was not said where the accounts are, and `{path}` does not say it"""

    help = "name the table with --accounts, or in estate.toml as [accounts]"
    exit_code = 2


Engine = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Files:
    """Where what is swept lies: the estate, the accounts (none: the estate's own table), the packs; who reads them."""

    estate: Path
    accounts: tuple[Path | str, ...] = ()
    table: str = ""
    ignore: tuple[str, ...] = ()
    laws: Path | None = None
    engine: tuple[str, str] = (DUCKDB, "")


@dataclass(frozen=True)
class Difference:
    """What a change does: every class that moves, under which packs, days and assumptions, old and new.

    `law` has where each rule can be read and what each open point asks, by their ids, for whoever reads the reasons.
    """

    old: Cube
    new: Cube
    moves: tuple[Move, ...]
    law: Mapping[str, str] = field(default_factory=dict)

    def grouped(self) -> dict[tuple[str, str, str, str], list[Move]]:
        """The moves by place, category and turn, the largest first."""
        found: dict[tuple[str, str, str, str], list[Move]] = {}
        for move in sorted(self.moves, key=lambda move: -move.accounts):
            found.setdefault((move.place, move.category, *move.turn), []).append(move)
        return dict(sorted(found.items()))

    def as_json(self) -> dict[str, Any]:
        """What was asked, and every move with both proofs."""
        return {
            "cube": self.old.digest, "from": _asked(self.old), "to": _asked(self.new),
            "moves": [moved(move) for moves in self.grouped().values() for move in moves],
        }  # fmt: skip


def _asked(cube: Cube) -> dict[str, Any]:
    return {name: cube.about[name] for name in ("on", "assume", "without", "packs")}


def moved(move: Move) -> dict[str, Any]:
    """One move, for a program."""
    (old, new), sides = move.turn, (move.old, move.new)
    return {
        "place": move.place, "category": move.category, "store": move.store, "accounts": move.accounts,
        "such as": dict(move.specimen), "old": old, "new": new, "gone": list(move.gone), "come": list(move.come),
        **{f"{name}_demand": [s[0].template, s[0].served] if s else None for name, s in zip(TIMES, sides, strict=True)},
        **{f"{name}_proof": s[1].proof if s else None for name, s in zip(TIMES, sides, strict=True)},
    }  # fmt: skip


TIMES = ("old", "new")


@contextmanager
def swept(files: Files, posed: Posed, keeping: bool = False) -> Iterator[tuple[Cube, Accounts]]:
    """Sweep over the accounts, which stay open as long as somebody works with the cube; say so if all will be kept."""
    if keeping and files.engine[0] == SPARK:
        raise StaysThere
    estate, packs = read_estate(files.estate, with_accounts=False).estate, load_packs(files.laws)
    with engine() as con, _accounts(con, files) as accounts:
        yield run(con, estate, packs, accounts, posed), accounts


@contextmanager
def _accounts(con: duckdb.DuckDBPyConnection, files: Files) -> Iterator[Accounts]:
    paths, (name, master) = files.accounts, files.engine
    if not paths and not (name == SPARK and files.table):
        paths = accounts_path(files.estate)
        if not paths or name not in (DUCKDB, SPARK):
            raise NoAccounts(path=str(files.estate))
    with accounts_of(con, Source(tuple(map(str, paths)), files.table, name, master)) as accounts:
        columns = {name: kind for name, kind in accounts.columns.items() if name not in files.ignore}
        yield replace(accounts, columns=columns)


def kept(cube: Cube, accounts: Accounts, to: Path, classes: Path | None, numbered: Path | None) -> dict[str, Any]:
    """Write the cube and whatever else was asked for, and report."""
    saved = save(cube, to)
    if classes:
        listed(saved, classes)
    if numbered:
        keep(saved, accounts, numbered)
    return report(saved)


def report(cube: Cube, both: bool = False) -> dict[str, Any]:
    """The picture by place and category: how many accounts of each verdict, whose they are, and what is open.

    With `both`, customers are also told apart by country and kind together.
    """
    about, classes, breakdown = cube.about, cube.classes, Breakdown(cube)
    warning = ""
    if classes.number > MANY:
        warning = f"{classes.number:,} classes of accounts: the column `{classes.explosive()}` tells most of them apart"
    return {
        "provider": about["estate"]["name"], "on": about["on"], "assume": about["assume"], "without": about["without"],
        "packs": about["packs"], "cube": cube.digest, "accounts": classes.accounts, "classes": classes.number,
        "columns": [column.name for column in classes.columns], "warning": warning,
        "not told apart": untold(cube),
        "rows": [{**_row(cube, row), "by": as_json(breakdown, row, both)} for row in cube.sweep.rows],
    }  # fmt: skip


def _row(cube: Cube, row: Any) -> dict[str, Any]:
    counts = cube.sweep.counts(row)
    open_points: dict[str, int] = {}
    templates: dict[str, dict[str, int]] = {}
    for store, key, number in row.cells():
        ruling, found = cube.sweep.best(row, store, key)
        own = templates.setdefault(ruling.template, dict.fromkeys(STRENGTH, 0))
        own[found.verdict] += number
        for term in found.open:
            open_points[term] = open_points.get(term, 0) + number
    return {
        "place": row.place, "category": row.category, **counts,
        "not held": cube.classes.accounts - sum(counts.values()), "classes": len(row.keys),
        "strongest": templates, "open points": dict(sorted(open_points.items())),
    }  # fmt: skip


def shown(path: Path, chosen: tuple[tuple[str, ...], tuple[str, ...]], both: bool) -> dict[str, Any]:
    """The report of a kept cube, or of some of its places and categories (none: all), at any later time."""
    with engine() as con:
        cube = load(con, path)
        wanted = {(one.place, one.category) for one in _wanted(cube, *chosen)}
        rows = tuple(row for row in cube.sweep.rows if (row.place, row.category) in wanted)
        return report(replace(cube, sweep=replace(cube.sweep, rows=rows)), both)


@contextmanager
def changed(
    path: Path, asked: tuple[date | None, tuple[str, ...], tuple[str, ...]], estate: Path | None, laws: Path | None
) -> Iterator[Difference]:
    """What another day, other assumptions or another estate do to a cube; no day: that of the cube."""
    packs = load_packs(laws)
    other = read_estate(estate, with_accounts=False).estate if estate else None
    with engine() as con:
        old = load(con, path)
        on, assume, without = asked
        own = posed_of(old)
        posed = Posed(on or own.on, (*own.assume, *assume), (*own.without, *without))
        yield replace(differ(old, packs, posed, other), law=named(packs))


def named(packs: Packs) -> dict[str, str]:
    """What the ids of rules and questions stand for: where a rule can be read, and what is asked."""
    cites = {rule.id: rule.cite for rule in packs.law.rules}
    return cites | {question.term: question.asks for question in packs.law.questions}


@uncollected()
def differ(old: Cube, packs: Packs, posed: Posed, estate: Estate | None = None) -> Difference:
    """Decide the classes of a cube again, under another law or estate, without looking at an account."""
    classes, templates = old.classes, templates_of(old)
    read = terms_read(packs.law)
    missing = [name for name, term in old.about["ungrouped"].items() if term in read]
    if missing:
        raise TooNarrow(columns=", ".join(missing))
    own = from_json(old.about["estate"])
    estate, anew = estate or own, None
    if estate == own and packs.digest == old.about["packs"]:
        anew = touched(estate, packs, (posed_of(old), posed), templates)
    stands = None if anew is None else Before(old.sweep, anew)
    only = None if anew is None else {(place, category) for _, place, category in anew}
    plan, bench = prepared((estate, classes), packs, posed, templates, Given(only, old.sweep, stands))
    redone = [row.buckets for row in old.sweep.rows if only is None or (row.place, row.category) in only]
    view = View(fold(classes, common([*plan.buckets.values(), *redone], classes)))
    said = {**about(estate, packs, posed, templates), "ungrouped": old.about["ungrouped"]}
    new = Cube(said, classes, sweep(plan, view, bench, classes, stands))
    return Difference(old, new, tuple(moves(old.sweep, new.sweep, view, classes)))


def applied(
    path: Path, files: Files, chosen: tuple[tuple[str, ...], tuple[str, ...]], exact: bool, to: Path | str
) -> dict[str, Any]:
    """Write verdict and proof beside every account, as the cube's law and estate have it."""
    if not (files.accounts or (files.engine[0] == SPARK and files.table)):
        raise NoAccounts(path=str(path))
    packs = load_packs(files.laws)
    with engine() as con:
        cube = load(con, path)
        if cube.about["packs"] != packs.digest:
            raise OtherPacks
        wanted = _wanted(cube, *chosen)
        with _accounts(con, files) as accounts:
            if CLASS in accounts.columns and bound_to(con, Path(files.accounts[0])) != cube.numbering:
                raise OtherClasses(path=accounts.label)
            number = written_back(cube, packs, (accounts, exact), wanted, to)
    columns = [f"{one.column}_{what}" for one in wanted for what in ("verdict", "proof")]
    return {"accounts": number, "columns": columns, "cube": cube.digest}


def written_back(cube: Cube, packs: Packs, given: tuple[Accounts, bool], wanted: list[Wanted], to: Path | str) -> int:
    """Write what is wanted beside each of the accounts given; how many there are.

    Accounts that were not kept with their classes are gathered and decided anew: there may be new ones among them.
    """
    accounts, exact = given
    estate, only = from_json(cube.about["estate"]), Given({(one.place, one.category) for one in wanted})
    if CLASS not in accounts.columns:
        classes = gathered(cube.classes.engine, estate, packs, accounts)
        cube = again((estate, classes), packs, cube, only)
    judged = judge(cube, wanted, _exactly(cube, packs, estate, only) if exact else None)
    return write(cube.classes, accounts, str(to), judged)


def again(holdings: tuple[Estate, Classes], packs: Packs, cube: Cube, only: Given) -> Cube:
    """What a cube decided, decided for other classes of accounts."""
    _, classes = holdings
    plan, bench = prepared(holdings, packs, posed_of(cube), templates_of(cube), only)
    view = View(fold(classes, common(plan.buckets.values(), classes)))
    return Cube(cube.about, classes, sweep(plan, view, bench, classes))


def _exactly(cube: Cube, packs: Packs, estate: Estate, only: Given) -> Decided:
    """The strongest demand on one account, decided for its own facts."""
    plan, bench = prepared((estate, cube.classes), packs, posed_of(cube), templates_of(cube), only)

    def decided(place: str, category: str, store: str, subject: Facts) -> Found:
        cases = (case for case in plan.rows[place, category] if case.store == store)
        return strongest(cases, subject, bench)[1]

    return decided


def _wanted(cube: Cube, places: tuple[str, ...], categories: tuple[str, ...]) -> list[Wanted]:
    rows = cube.sweep.rows
    for what, chosen, there in (
        ("place", places, {row.place for row in rows}),
        ("category", categories, {row.category for row in rows}),
    ):
        for one in chosen:
            if one not in there:
                raise NotInTheCube(what=f"the {what} `{one}`")
    return [
        Wanted(row.place, row.category)
        for row in rows
        if (not places or row.place in places) and (not categories or row.category in categories)
    ]
