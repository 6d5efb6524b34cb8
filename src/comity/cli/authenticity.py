"""`comity authenticity`: what speaks for a demand being genuine and what against, sentence by sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import HERE, AsJson, At, OfficeAt, a_moment, app, indented, now, opened, out, plural, print_json
from comity.desk import authenticity as desk
from comity.errors import ComityError, Unreadable
from comity.intake.apart import MOST_BYTES
from comity.intake.authentic.answers import NONE, read_answers

MARKS = {True: "[green]supports[/]", False: "[red]speaks against[/]", None: "[dim]says nothing[/]"}


class NobodyRecords(ComityError):
    """nobody is named who records the findings"""

    help = "say who with --by PERSON"
    exit_code = 2


@app.command()
def authenticity(
    matter: Annotated[str, typer.Argument(help="the matter, e.g. M-0001")],
    message: Annotated[Path | None, typer.Option("--message", help="the message that brought it, whole (EML)")] = None,
    paper: Annotated[list[Path] | None, typer.Option("--paper", help="a further paper to look at; repeatable")] = None,
    dns: Annotated[
        Path | None, typer.Option("--dns", help="what the DNS said when the message came: JSON kept beside it")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="ask the DNS now for what --dns lacks")] = False,
    record: Annotated[bool, typer.Option("--record", help="record the findings as events of the matter")] = False,
    only: Annotated[list[str] | None, typer.Option("--only", help="record only findings of this name")] = None,
    by: Annotated[str | None, typer.Option("--by", help="who records them: a person of office.toml")] = None,
    at: At = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Look at the message, the papers, the law, the directory and other matters; no score, only sentences."""
    moment = a_moment(at) if at else now()
    if record and by is None:
        raise NobodyRecords
    answers = read_answers(_octets(dns, desk.MOST), str(dns)) if dns else NONE
    given = desk.Message(message.name, _octets(message, desk.MOST), answers, live) if message else None
    with opened(office) as it:
        if record and by:
            it.may(by, "event")
        found = desk.examine(
            it, matter, moment, given, [(path.name, _octets(path, MOST_BYTES)) for path in paper or ()]
        )
        made = desk.record_found(it, matter, found, by, only) if record and by else ()
    if as_json:
        print_json(found.as_json() | {"recorded": [event.says for event in made]})
        return
    _show(found)
    if record:
        out.print(f"\n{plural(len(made), 'finding')} recorded by {escape(by or '')}.")
    indented("[dim]None of this opens the gate: that takes a finding by a way that the demand did not name.[/]", 0)


def _octets(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise desk.TooLarge(path=str(path), most=most >> 20)
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(path=str(path), why=error.strerror or str(error)) from error


def _show(found: desk.Examined) -> None:
    if found.bare:
        out.print(f"[yellow]This system could not wall the papers off from {found.bare} while they were opened.[/]")
    for title, some in found.groups:
        out.print(f"[bold]{title}[/]")
        for one in some:
            indented(f"{MARKS[one.supports]}: {escape(one.says)} [dim]({one.name})[/]")
