"""`comity law alerts`: what a new state of the law would decide otherwise in the office's own matters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import (
    HERE,
    NO,
    AsJson,
    At,
    OfficeAt,
    a_moment,
    coloured,
    now,
    opened,
    out,
    plural,
    print_json,
    table,
)
from comity.cli.law import law
from comity.desk.law import Alert, alerts
from comity.desk.office import load_packs


@law.command("alerts")
def show_alerts(
    new: Annotated[
        Path | None, typer.Argument(help="a folder of packs to try (default: those that ship with comity)")
    ] = None,
    office: OfficeAt = HERE,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Open matters and past releases that other packs would decide otherwise; exit code 6 if there are any."""
    packs = load_packs(new)
    with opened(office) as it:
        found = list(alerts(it, packs, a_moment(at) if at else now()))
        same = it.packs.digest == packs.digest
    if as_json:
        print_json([alert.as_json() for alert in found])
    else:
        _show(found, same)
    if found:
        raise typer.Exit(NO)


def _show(found: list[Alert], same: bool) -> None:
    if not found:
        which = "these are the packs the office uses" if same else "every open matter and past release is decided alike"
        out.print(f"Nothing to see to: {which}.")
        return
    made = table("matter", "records", "when", "verdict", "turns on")
    for alert in found:
        when = f"[red]released {alert.released:%Y-%m-%d}[/]" if alert.released else "open"
        turn = f"{coloured(alert.old)} → {coloured(alert.new)}"
        made.add_row(alert.matter, escape(alert.name), when, turn, escape(", ".join(alert.turns)) or "facts alone")
    out.print(made)
    left = sum(alert.released is not None for alert in found)
    out.print(f"{plural(len(found) - left, 'open class')} and {plural(left, 'release')} would be decided otherwise.")
    if left:
        out.print("What has left cannot be called back: show these to counsel first, then the open matters.")
