"""`comity exposure`: who can compel what, over every account; today, on any day, and if."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from comity.cli.common import (
    AsJson,
    Assume,
    a_day,
    app,
    coloured,
    errors,
    indented,
    now,
    out,
    plural,
    print_json,
    progress,
    table,
)
from comity.cli.law import Laws
from comity.errors import ComityError

if TYPE_CHECKING:
    from comity.desk.exposure.about import Posed
    from comity.desk.exposure.kept import Difference
    from comity.exposure.change import Move

exposure = typer.Typer(help="Who can compel what, over every account.", no_args_is_help=True)
app.add_typer(exposure, name="exposure")

ACCOUNTS = "Parquet, CSV or SQLite, or a folder of them; postgresql://…; a cluster's path"
Accounts = Annotated[list[str] | None, typer.Option("--accounts", help=f"{ACCOUNTS} (default: the estate's own table)")]
Named = Annotated[str, typer.Option("--table", help="the table of an SQLite file, a database, or Spark's catalogue")]
Engine = Annotated[str, typer.Option("--engine", help="who reads the accounts: duckdb, postgres or spark")]
Master = Annotated[
    str,
    typer.Option("--spark-master", help="sc://…, spark://…, local[2] (default: SPARK_REMOTE, or Spark's own settings)"),
]
Ignored = Annotated[list[str] | None, typer.Option("--ignore", help="a column that states nothing the law could ask")]
Day = Annotated[str | None, typer.Option("--on", help="the law of this day, e.g. 2018-03-23 (default: today)")]
Without = Annotated[
    list[str] | None, typer.Option("--without", help="an instrument, by its id, as if it had never been enacted")
]
Since = Annotated[
    str | None, typer.Option("--since", help="the first day of the page's past (default: ten years before the law's)")
]
NoHistory = Annotated[bool, typer.Option("--no-history", help="a page without the past, which takes longest")]
CubeAt = Annotated[Path, typer.Argument(help="a cube that `comity exposure run` wrote")]
SAID: dict[object, object] = {True: "yes", False: "no", None: "unknown"}
SHOWN = 3
MOST_OPEN = 6


class Interrupted(ComityError):
    """interrupted: each file is there whole, or as it was before"""

    help = "run the command again"
    exit_code = 130


@exposure.command()
def run(
    to: Annotated[Path, typer.Option("--out", help="where the cube is written")],
    estate: Annotated[Path, typer.Option("--estate", help="the estate's file")] = Path("estate.toml"),
    accounts: Accounts = None,
    table: Named = "",
    ignore: Ignored = None,
    on: Day = None,
    assume: Assume = None,
    without: Without = None,
    laws: Laws = None,
    classes: Annotated[Path | None, typer.Option("--classes", help="also write every class, as Parquet")] = None,
    keep: Annotated[Path | None, typer.Option("--keep", help="also write each account's class, as Parquet")] = None,
    page: Annotated[Path | None, typer.Option("--page", help="also draw it all on one HTML page")] = None,
    since: Since = None,
    no_history: NoHistory = False,
    engine: Engine = "duckdb",
    spark_master: Master = "",
    as_json: AsJson = False,
) -> None:
    """Decide what every place could ask for, for every account, and keep the answer in a cube."""
    from comity.desk.exposure.kept import Files, kept, swept
    from comity.exposure.cube import writable

    writable(to, classes, keep, page)
    files = Files(estate, tuple(accounts or ()), table, tuple(ignore or ()), laws, (engine, spark_master))
    with working(), swept(files, _posed(on, assume, without), keep is not None) as (cube, opened):
        report = kept(cube, opened, to, classes, keep)
    if page:
        draw(to, page, laws, (not no_history, since))
    if as_json:
        print_json(report)
        return
    picture(report)
    out.print(f"next: `comity exposure page {escape(str(to))} --out page.html` draws it; `show` prints it again, and")
    out.print("`diff` says what another day, law or estate would change")


def picture(report: Mapping[str, Any]) -> None:
    """The report on a screen: by place and category how many accounts of each verdict."""
    if report["warning"]:
        errors.print(f"warning: {report['warning']}", style="yellow")
    out.print(f"[bold]{escape(report['provider'])}[/] · law of {report['on']}{_what_if(report)}")
    out.print(f"{plural(report['accounts'], 'account')}, classes that differ in fact: {report['classes']:,}\n")
    held = [row for row in report["rows"] if any(row[verdict] for verdict in VERDICTS)]
    alike = _alike(held)
    out.print(_matrix(held, alike))
    for first, others in alike.items():
        if others:
            out.print(f"\n{first} and {len(others)} more: {', '.join((first, *others))}")
    if held:
        out.print()
        for word, says in WORDS:
            indented(f"{coloured(word)}: [dim]{says}[/]")
        _show_open(held)
    if none := sorted({row["category"] for row in report["rows"]} - {row["category"] for row in held}):
        out.print(f"\n[dim]demanded too, but no account has such records here: {', '.join(none)}[/]")
    out.print(f"\n[dim]cube {report['cube']}[/]")


def draw(cube: Path, to: Path, laws: Path | None, past: tuple[bool, str | None]) -> dict[str, Any]:
    """The page of a kept cube, while a bar shows how far its past has been looked into."""
    from comity.desk.exposure.page import Wish, written_page
    from comity.exposure.cube import writable

    writable(to)
    wanted, since = past
    with in_order(), progress("days looked at") as bar:
        return written_page(cube, laws, Wish(wanted, a_day(since) if since else None, bar.track), to)


@contextmanager
def working(what: str = "reading and deciding") -> Iterator[None]:
    """Show whoever looks on that the work goes on, and for how long; end it in order if it is interrupted."""
    columns = (SpinnerColumn(), TextColumn(what), TimeElapsedColumn())
    shown = Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)
    with in_order(), shown as bar:
        bar.add_task("", total=None)
        yield


@contextmanager
def in_order() -> Iterator[None]:
    """Whether a person or the system stops the work: what was begun is removed, and what was there stays."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted from None
    except RuntimeError as error:  # DuckDB's word for it, while a query runs
        if "interrupted" in str(error):
            raise Interrupted from error
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _posed(on: str | None, assume: list[str] | None, without: list[str] | None) -> Posed:
    from comity.desk.exposure.about import Posed

    day: date = a_day(on) if on else now().date()
    return Posed(day, tuple(assume or ()), tuple(without or ()))


def _what_if(said: Mapping[str, Any]) -> str:
    parts = [f"assuming {text}" for text in said["assume"]] + [f"without {id}" for id in said["without"]]
    return escape("".join(f", {part}" for part in parts))


def _show_open(rows: list[dict[str, Any]]) -> None:
    """What open verdicts wait for, those first that most wait for: facts that may yet be stated, and points of law."""
    waits = Counter[str]()
    for row in rows:
        waits.update(row["open points"])
    law = [term.removeprefix("question.") for term, _ in waits.most_common() if term.startswith("question.")]
    facts = [term for term, _ in waits.most_common() if not term.startswith("question.")]
    for title, terms, where in (
        ("open because nobody stated", facts, "the estate or the accounts can say it"),
        ("open because nobody settled", law, "`comity law show ID` has each"),
    ):
        if terms:
            more = f" and {len(terms) - MOST_OPEN} more" if len(terms) > MOST_OPEN else ""
            out.print(f"\n{title}: {', '.join(terms[:MOST_OPEN])}{more}; [dim]{where}[/]")


def _alike(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The places, and by the first of those of which exactly the same is to be said the others."""
    said: dict[str, list[tuple[object, ...]]] = {}
    for row in rows:
        said.setdefault(row["place"], []).append((row["category"], *(row[verdict] for verdict in VERDICTS)))
    found: dict[tuple[tuple[object, ...], ...], list[str]] = {}
    for place, lines in said.items():
        found.setdefault(tuple(lines), []).append(place)
    return {first: others for first, *others in found.values()}


def _matrix(rows: list[dict[str, Any]], alike: Mapping[str, list[str]]) -> Table:
    made = table("", "")
    made.padding = (0, 1, 0, 0)
    for verdict in ("compelled", "conflict", "open", "barred", "free"):
        made.add_column(coloured(verdict), justify="right", overflow="fold")
    last = ""
    for row in (row for row in rows if row["place"] in alike):
        numbers = (f"{row[verdict]:,}" if row[verdict] else "·" for verdict in VERDICTS)
        place, more = row["place"], len(alike[row["place"]])
        named = f"{place} and {more} more" if more else place
        made.add_row(named if place != last else "", row["category"], *numbers)
        last = place
    return made


VERDICTS = ("compelled", "conflict", "open", "barred", "free")
WORDS = (
    ("compelled", "a power reaches the records and no law forbids handing them over"),
    ("conflict", "one law demands what another forbids"),
    ("open", "the law, or what is known, leaves it open"),
    ("barred", "no power reaches them and a law forbids it"),
    ("free", "no duty and no bar: the provider's own choice"),
)
"""What the verdicts mean, in a line each."""


@exposure.command()
def diff(
    cube: CubeAt,
    on: Day = None,
    assume: Assume = None,
    without: Without = None,
    estate: Annotated[Path | None, typer.Option("--estate", help="another estate, in the place of the cube's")] = None,
    laws: Laws = None,
    as_json: AsJson = False,
) -> None:
    """What another day, law or estate would change: which accounts move from which verdict to which, and why."""
    from comity.desk.exposure.kept import changed

    day = None if on is None else a_day(on)
    with ExitStack() as stack:
        with working("deciding again"):
            asked = (day, tuple(assume or ()), tuple(without or ()))
            found = stack.enter_context(changed(cube, asked, estate, laws))
        if as_json:
            print_json(found.as_json())
            return
        about = found.new.about
        out.print(f"law of {found.old.about['on']} → law of {about['on']}{_what_if(about)}")
        if found.old.about["packs"] != about["packs"]:
            out.print("[yellow]the packs are not those that the cube was made with: their changes count too[/]")
        _show(found)


def _show(found: Difference) -> None:
    groups = found.grouped()
    if not groups:
        out.print("Nothing moves.")
        return
    same = found.old.about["estate"] == found.new.about["estate"]
    shown: dict[str, None] = {}
    for (place, category, *turn), moves in groups.items():
        number = sum(move.accounts for move in moves)
        old, new = ("not asked" if verdict == "not held" and same else verdict for verdict in turn)
        out.print(f"\n[bold]{place} {category}[/]: {plural(number, 'account')} {coloured(old)} → {coloured(new)}")
        for move in moves[:SHOWN]:
            _show_move(move)
            shown |= dict.fromkeys((*move.gone, *move.come))
        if len(moves) > SHOWN:
            indented(f"and {len(moves) - SHOWN} more; --json lists all")
    named_here(found.law, shown)


def named_here(law: Mapping[str, str], shown: Iterable[str]) -> None:
    """Where what was named can be read, and what the open points ask; `law` has it by id."""
    ids = sorted({one.partition(" ")[2] for one in shown} & law.keys())
    if ids:
        out.print("\nNamed here:")
    for id in ids:
        indented(f"{escape(id)}: [dim]{escape(law[id])}[/]")


def _show_move(move: Move) -> None:
    facts = ", ".join(f"{term.split('.')[1]} {SAID.get(value, value)}" for term, value in move.specimen)
    such = escape(f", such as {facts}") if facts else ""
    indented(f"{plural(move.accounts, 'account')} in {move.store}[dim]{such}[/]")
    for reason in (*(f"− {one}" for one in move.gone), *(f"+ {one}" for one in move.come)):
        indented(escape(reason), 4)


@exposure.command()
def apply(
    cube: CubeAt,
    to: Annotated[str, typer.Option("--out", help="where the accounts with their verdicts are written, as Parquet")],
    accounts: Annotated[
        list[str] | None, typer.Option("--accounts", help=f"the accounts ({ACCOUNTS}), or what `run --keep` wrote")
    ] = None,
    place: Annotated[list[str] | None, typer.Option("--place", help="only demands from here (default: all)")] = None,
    category: Annotated[
        list[str] | None, typer.Option("--category", help="only records of this category (default: all)")
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="a proof for each account's own facts, not its class's")
    ] = False,
    table: Named = "",
    ignore: Ignored = None,
    laws: Laws = None,
    engine: Engine = "duckdb",
    spark_master: Master = "",
    as_json: AsJson = False,
) -> None:
    """Write verdict and proof beside every account: two columns a place and category, such as us_content_proof."""
    from comity.desk.exposure.kept import Files, applied
    from comity.exposure.cube import writable

    files = Files(cube, tuple(accounts or ()), table, tuple(ignore or ()), laws, (engine, spark_master))
    if engine != "spark":
        writable(Path(to))
    with working():
        done = applied(cube, files, (tuple(place or ()), tuple(category or ())), exact, to)
    if as_json:
        print_json(done)
        return
    out.print(f"{plural(done['accounts'], 'account')} written, columns added: {', '.join(done['columns'])}")
