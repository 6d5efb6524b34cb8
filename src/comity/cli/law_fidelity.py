"""`comity law fidelity`: decided cases beside what the packs say of them, on the day before and on the day itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import NO, AsJson, errors, indented, out, plural, print_json, put, table
from comity.cli.law import Laws, law
from comity.desk.office import load_packs
from comity.errors import Faulty
from comity.lawpack.cases import read_cases
from comity.lawpack.fidelity import AGREE, ASSUMED, MARKS, OPEN, SHARPER, WRONG, Report, Tried, try_cases
from comity.lawpack.fidelity_page import expected, explain, page, told

COLOURS = {AGREE: "green", ASSUMED: "green", SHARPER: "cyan", OPEN: "yellow", WRONG: "red"}
NEXT = (
    "Next: read the rules and questions named with `comity law show ID --on DAY --court COURT`; mend the pack, add the "
    "ruling as an [[answer]], or state the fact in the case file; then run this again."
)


@law.command()
def fidelity(
    cases: Annotated[Path, typer.Argument(help="a YAML file of decided cases (docs/formats/cases.md)")],
    write: Annotated[Path | None, typer.Option("--out", help="write the report as a Markdown page here")] = None,
    laws: Laws = None,
    as_json: AsJson = False,
) -> None:
    """Decided cases beside the packs, the day before and the day itself; exit code 6 if the packs are wrong or lag."""
    read = read_cases(cases)
    if read.faults and not read.cases:
        raise Faulty(read.faults, path=str(cases))
    report = try_cases(read, load_packs(laws))
    if write:
        put(write, page(report))
    if as_json:
        print_json(report.as_json())
    else:
        _screen(report)
    if read.faults:
        raise Faulty(read.faults, path=str(cases))
    if any(one.fails for one in report.counted):
        errors.print(NEXT, markup=False)
        raise typer.Exit(NO)


def _screen(report: Report) -> None:
    for one in report.counted:
        _case(one)
    for name, found in (("the matter's, not the law's", report.matters), ("fit only loosely", report.loosely)):
        if found:
            out.print(f"\n[bold]{plural(len(found), 'case')} that {'are ' * name.startswith('the')}{name}[/]")
        for one in found:
            out.print(f"{escape(one.case.id)} [dim]({one.case.kind})[/]: the packs say {one.after.verdict}")
    for name, rows in report.tables().items():
        out.print()
        _totals(name, rows)
    unread = sum(bool(one.case.marks) for one in report.tried)
    out.print(f"\n{plural(len(report.tried), 'case')}: {told(report)}.")
    if unread:
        out.print(f"{unread} of them have marks in the file that nobody has verified; the page lists them (--out).")


def _case(one: Tried) -> None:
    mark = f"[{COLOURS[one.mark]}]{one.mark}[/]"
    out.print(f"{mark} [bold]{escape(one.case.id)}[/] [dim]{one.court}[/]")
    for day in (one.before, one.after):
        indented(f"{day.day} expected {expected(day)}, the packs say {day.verdict}")
    if told_why := explain(one):
        indented(f"[dim]{escape(told_why)}[/]")


def _totals(name: str, rows: dict[str, Counter[str]]) -> None:
    made = table(f"by {name}", *MARKS)
    for key, marks in rows.items():
        made.add_row(escape(key), *(str(marks[mark] or "") for mark in MARKS))
    out.print(made)
