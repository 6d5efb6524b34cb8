"""`comity collect` and `comity review`: exactly what answers the demand, and a person's eyes on it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import TaskID

from comity.cli.common import (
    HERE,
    AsJson,
    At,
    By,
    OfficeAt,
    a_moment,
    app,
    now,
    opened,
    out,
    plural,
    print_json,
    progress,
    table,
)
from comity.desk import collection as desk
from comity.desk.jobs import ask_collection
from comity.desk.matter import load
from comity.kernel.collection import Counts


class Side(StrEnum):
    """Where an item of the account fell."""

    inside = "in"
    outside = "out"
    unreadable = "unreadable"


Some = Annotated[list[str] | None, typer.Option("--category", help="answer only this category of what is asked")]


@app.command()
def collect(
    matter: Annotated[str, typer.Argument(help="the matter, e.g. M-0001")],
    by: By,
    category: Some = None,
    later: Annotated[bool, typer.Option("--later", help="only ask for it: a worker does it")] = False,
    at: At = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Walk the stores once and copy aside exactly what answers the demand; every item gets its reason."""
    if later:
        _ask(office, matter, desk.Order(by, now, tuple(category or ())), as_json)
        return
    with opened(office) as it, progress(f"collecting for {matter}") as bars:
        tasks: dict[str, TaskID] = {}

        def told(store: str, done: int, total: int) -> None:
            if store not in tasks:
                tasks[store] = bars.add_task(store, total=total)
            bars.update(tasks[store], completed=done, total=total)

        found = desk.collect(it, matter, by, a_moment(at) if at else now(), category or (), told)
    if as_json:
        print_json({
            "scope": found.scope.as_json(),
            "items": len(found.items),
            "tables": {name: len(sheet.rows) for name, sheet in found.sheets.items()},
            "unreadable": [sorting.as_json() for sorting in found.unreadable],
            "counts": {store: counts.as_json() for store, counts in found.counts.items()},
            "faults": [str(fault) for fault in found.faults],
            "inventory": found.inventory,
        })  # fmt: skip
        return
    show(found)


def _ask(office: Path, matter: str, order: desk.Order, as_json: bool) -> None:
    with opened(office) as it:
        job = ask_collection(it, matter, order)
    if as_json:
        print_json({"job": job.number, "state": job.state})
    else:
        out.print(
            f"Job {job.number} waits for a worker: `comity work`, or the one beside `comity serve`.", markup=False
        )


def show(found: desk.Listing) -> None:
    """What was found, store by store, adding up."""
    made = table("store", "in", "out", "unreadable", "other accounts'", "total")
    for store, counts in found.counts.items():
        made.add_row(store, *_figures(counts))
    if len(found.counts) > 1:
        made.add_row("together", *_figures(sum(found.counts.values(), Counts())), style="bold")
    if found.counts:
        out.print(made)
    for name, sheet in found.sheets.items():
        out.print(f"{name}: {plural(len(sheet.rows), 'row')}")
    for sorting in found.unreadable:
        why = next((trial.found for trial in sorting.because if trial.outcome is None), "")
        out.print(f"  unreadable: {escape(str(sorting.place))}: {escape(why)}")
    for fault in found.faults:
        out.print(f"  [yellow]{escape(str(fault))}[/]")


def _figures(counts: Counts) -> list[str]:
    sides = counts.as_json()
    return [f"{sides[side]:,}" for side in ("in", "out", "unreadable", "others")] + [f"{counts.total:,}"]


@app.command()
def review(
    matter: Annotated[str, typer.Argument(help="the matter, e.g. M-0001")],
    by: Annotated[str | None, typer.Option("--by", help="the reviewer: a person of office.toml")] = None,
    rule: Annotated[
        str, typer.Option("--rule", help="clear every hit by this named rule, instead of reading each")
    ] = "",
    state_unreadable: Annotated[bool, typer.Option(help="say in the production what could not be read")] = False,
    listing: Annotated[Side | None, typer.Option("--list", help="only list the items of this side")] = None,
    at: At = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Look at what was collected with its reasons (`--list in`), then say that it was read, or by what rule cleared."""
    with opened(office) as it:
        if listing or by is None:
            _list(desk.listing_of(it, load(it, matter)).told(it), listing or Side.inside, as_json)
            return
        event = desk.review(it, matter, by, a_moment(at) if at else now(), rule, state_unreadable)
    if as_json:
        print_json({"says": event.says, **dict(event.data)})
    else:
        out.print(f"{event.says}.")


def _list(told: Iterator[dict[str, Any]], side: Side, as_json: bool) -> None:
    wanted = {Side.inside: True, Side.outside: False, Side.unreadable: None}[side]
    rows = [row for row in told if row["in_scope"] is wanted]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        place = row["place"]
        out.print(f"[bold]{escape(place['store'])}[/]:{escape(place['file'])}@{place['offset']}")
        for test, outcome, what in row["because"]:
            out.print(f"    {'✓' if outcome else '?' if outcome is None else '✗'} {test}: {escape(str(what))}")
    out.print(f"{plural(len(rows), 'item')} {side.value}")
