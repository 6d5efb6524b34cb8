"""`comity receive`: a demand or a paper comes in; nothing is recorded before a person has confirmed it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import HERE, AsJson, At, OfficeAt, a_moment, app, indented, now, opened, out, print_json
from comity.cli.matter import pairs
from comity.desk import demand as desk
from comity.intake.confirm import Choice, Confirmed
from comity.intake.passages import Proposal
from comity.kernel.demand import Demand

SURE = {"certain": "green", "likely": "cyan", "doubtful": "yellow"}


@app.command()
def receive(
    file: Annotated[Path, typer.Argument(help="a demand (TOML, JSON) or a paper (PDF, plain text)")],
    by: Annotated[str | None, typer.Option("--by", help="who confirms it: a person of office.toml")] = None,
    choose: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE you choose for a field; repeat it for a list")
    ] = None,
    at: At = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Read a demand. Without --by it only shows what was read; with --by that person confirms it."""
    moment = a_moment(at) if at else now()
    done: Confirmed | None = None
    with opened(office) as it:
        read = desk.take_in(it, file, moment)
        if isinstance(read, Proposal):
            if by is None:
                _show_proposal(read, as_json)
                return
            done = desk.confirmed(it, read, _choices(choose), by, moment)
            read = done.demand
        if by is not None:
            desk.receive(it, read, by, moment, done)
    _show_demand(read, by, done, as_json)


def _choices(given: list[str] | None) -> dict[str, Choice]:
    choices: dict[str, Choice] = {}
    for name, value in pairs(given):
        before = choices.get(name)
        if before is None:
            choices[name] = value
        else:
            choices[name] = [*(before if isinstance(before, list) else [str(before)]), value]
    return choices


def _show_proposal(read: Proposal, as_json: bool) -> None:
    if as_json:
        print_json(read.as_json())
        return
    out.print(f"[bold]{escape(read.title)}[/] seems to say (nothing is recorded yet):\n")
    for field in read.fields:
        passage = " ".join(field.passage.split())
        out.print(f"  [bold]{field.name}[/] = {escape(field.value)}  [{SURE[field.sure]}]{field.sure}[/]")
        out.print(f"      [dim]page {field.page}: “{escape(passage)}”[/]")
        if field.sure != "certain":
            out.print(f"      [dim]{escape(field.why)}[/]")
    for gap in read.missing:
        out.print(f"  [yellow]{gap.name} was not found[/]: {escape(gap.needs)}")
    out.print("\nNo paper says when and how it reached you. To confirm it:")
    out.print("  comity receive … --by YOU --set served=2013-12-04T15:00Z --set channel=post [--set NAME=VALUE …]")


def _show_demand(read: Demand, by: str | None, done: Confirmed | None, as_json: bool) -> None:
    sources = done.sources if done else ()
    if as_json:
        print_json({
            "matter": read.id if by else None,
            "demand": read.id,
            "instrument": read.instrument,
            "court": read.court,
            "scope": read.scope.as_json(),
            "sources": {source.name: source.passage or f"chosen by {source.by}" for source in sources},
        })  # fmt: skip
        return
    scope = read.scope
    if by is None:
        out.print(f"{read.id} is a sound demand. To begin its matter, say who confirms it: --by PERSON")
        return
    since = f"{scope.since:%Y-%m-%d}" if scope.since else "the beginning"
    until = f"{scope.until:%Y-%m-%d}" if scope.until else "the end"
    out.print(f"Matter [bold]{read.id}[/] begins: {read.instrument} of {read.court or read.place}, confirmed by {by}.")
    out.print(f"  asks for {', '.join(sorted(scope.categories))} of {', '.join(scope.accounts)}, {since} to {until}")
    if done and any(field.name == "secrecy" for field in done.beside):
        indented("[yellow]The paper speaks of secrecy.[/] Record the order before anyone is told:")
        indented(f'comity event {read.id} gagged "WHAT IT SAYS" --source PAPER --by {by} --until MOMENT', 4)
    out.print(f"  Next: comity decide {read.id}")
