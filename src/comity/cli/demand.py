"""`comity receive`: a demand or a paper comes in; nothing is recorded before a person has confirmed it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import HERE, AsJson, At, OfficeAt, a_moment, app, indented, now, opened, out, print_json
from comity.cli.matter import pairs
from comity.desk import arrival
from comity.desk import demand as desk
from comity.desk.arrival import Arrival, Chosen
from comity.desk.papers import Brought
from comity.intake.confirm import Confirmed
from comity.intake.passages import Proposal
from comity.kernel.demand import Demand

SURE = {"certain": "green", "likely": "cyan", "doubtful": "yellow"}


@app.command()
def receive(
    file: Annotated[
        Path, typer.Argument(help="a demand (TOML, JSON), a paper (PDF, text, XML), or what brought them (.eml, .zip)")
    ],
    by: Annotated[str | None, typer.Option("--by", help="who confirms it: a person of office.toml")] = None,
    choose: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE you choose for a field; repeat it for a list")
    ] = None,
    paper: Annotated[str, typer.Option("--paper", help="which paper demands, of several that came together")] = "",
    at: At = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Read a demand. Without --by it only shows what was read; with --by that person confirms it."""
    moment = a_moment(at) if at else now()
    with opened(office) as it:
        came = arrival.from_file(it, file, by or "", moment, paper)
        if came.paper.written:
            done = None
            alone = len(came.papers) == 1
            read = desk.take_in(it, file, moment) if alone else arrival.demanded(it, came, by or "", moment)[0]
        elif by is None:
            _show_proposal(arrival.proposal_of(came), came, as_json)
            return
        else:
            read, done = arrival.demanded(it, replace(came, choices=_choices(choose)), by, moment)
        if by is not None:
            desk.receive(it, read, by, moment, done)
    _show_demand(read, by, done, as_json)


def _choices(given: list[str] | None) -> dict[str, Chosen]:
    choices: dict[str, Chosen] = {}
    for name, value in pairs(given):
        before = choices.get(name)
        if before is None:
            choices[name] = value
        else:
            choices[name] = [*(before if isinstance(before, list) else [str(before)]), value]
    return choices


def _show_proposal(read: Proposal, came: Arrival, as_json: bool) -> None:
    if as_json:
        print_json(read.as_json() | {"papers": [_plain(one) for one in came.papers]})
        return
    for one in came.papers if len(came.papers) > 1 else ():
        why = "is taken for the demand" if one is came.paper else one.trouble or "came with it"
        indented(escape(f"{one.title} ({one.kind}): {why}"), 0)
    out.print(f"[bold]{escape(read.title)}[/] seems to say (nothing is recorded yet):\n")
    for field in read.fields:
        passage = " ".join(field.passage.split())
        out.print(f"  [bold]{field.name}[/] = {escape(field.value)}  [{SURE[field.sure]}]{field.sure}[/]")
        out.print(f"      [dim]page {field.page}: “{escape(passage)}”[/]")
        if field.sure != "certain":
            out.print(f"      [dim]{escape(field.why)}[/]")
    for gap in read.missing:
        told = f"{gap.name} was not found" if gap.name != "rest" else "not read"
        out.print(f"  [yellow]{told}[/]: {escape(gap.needs)}{f' ({gap.fault})' if gap.fault else ''}")
    out.print("\nNo paper says when and how it reached you. To confirm it:")
    out.print("  comity receive … --by YOU --set served=2013-12-04T15:00Z --set channel=post [--set NAME=VALUE …]")


def _plain(one: Brought) -> dict[str, str]:
    return {"title": one.title, "digest": one.digest, "kind": one.kind, "trouble": one.trouble}


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
