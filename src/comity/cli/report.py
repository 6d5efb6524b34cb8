"""`comity report`: the transparency report of a period."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated

import typer

from comity.cli.common import HERE, AsJson, NotAMoment, OfficeAt, a_day, app, opened, out, print_json, put, table
from comity.desk.report import report as counted
from comity.kernel.report import Report
from comity.letters import report as letters


@app.command()
def report(
    since: Annotated[str, typer.Option("--since", help="the period's first day, e.g. 2018-01-01")],
    until: Annotated[str, typer.Option("--until", help="the first day after it, e.g. 2018-07-01")],
    threshold: Annotated[int, typer.Option(min=3, help="counts from 1 to one below this are withheld")] = 5,
    html: Annotated[Path | None, typer.Option("--html", help="write the report as a page")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="write it as a table for spreadsheets")] = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Demands served in a period by place, instrument and outcome; small numbers are withheld for good."""
    begin, end = (datetime.combine(a_day(day), time(), UTC) for day in (since, until))
    if end <= begin:
        raise NotAMoment(text=until, what=f"day after {since}")
    with opened(office) as it:
        made = counted(it, begin, end, threshold)
        name = it.holdings.estate.name
    if html:
        put(html, letters.html(made, name))
    if csv:
        put(csv, letters.csv(made))
    if as_json:
        print_json(
            [{"place": r.place, "instrument": r.instrument, **dict(r.counts), "total": r.total} for r in made.rows]
        )
        return
    show(made)


def show(made: Report) -> None:
    """The report on a screen."""
    names = [name for name, _ in made.rows[0].counts if any(dict(row.counts)[name] != 0 for row in made.rows)]
    drawn = table("demands", *names, "total")
    for row in made.rows:
        what = f"{row.place} {row.instrument}".strip() or "total"
        drawn.add_row(what, *(_figure(dict(row.counts)[name]) for name in names), _figure(row.total))
    out.print(f"Demands from {made.since:%Y-%m-%d} to before {made.until:%Y-%m-%d}")
    out.print(drawn)
    out.print(f"[dim]·: from 1 to {made.threshold - 1}, or withheld so that no other can be computed[/]")


def _figure(number: int | None) -> str:
    return "·" if number is None else str(number)
