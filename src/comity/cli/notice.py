"""`comity notify`: must the user be told, and the letter when it may go out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import HERE, AsJson, At, OfficeAt, On, app, asked, opened, out, print_json, put
from comity.desk import notice as desk
from comity.desk.matter import demand_of, load

STATES = {"due": "yellow", "withheld": "magenta", "given": "green", "not-required": "cyan"}


@app.command()
def notify(
    matter: Annotated[str, typer.Argument(help="the matter, e.g. M-0001")],
    account: Annotated[str | None, typer.Option(help="write the letter to this account's user")] = None,
    by: Annotated[str | None, typer.Option("--by", help="who sends it: a person of office.toml")] = None,
    letter: Annotated[
        Path | None, typer.Option("--letter", help="where the letter is written (default: shown)")
    ] = None,
    on: On = None,
    at: At = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """How notice stands: due, withheld by which order until when, or given; with --account and --by, tell the user."""
    with opened(office) as it:
        whole = load(it, matter)
        moment = asked(on, at, demand_of(whole).place)
        if account and by:
            text = desk.tell(it, matter, account.lower(), by, moment)
            if letter:
                put(letter, text)
            out.print(f"The letter is in {letter}; that it went out is recorded." if letter else text, markup=False)
            return
        seen = whole.as_known(moment) if on or at else whole
        found, silent = desk.notices(it, seen, moment), desk.silences(it, seen, moment)
    if as_json:
        print_json([
            {
                "account": one.account,
                "state": one.state,
                "says": one.says,
                "until": one.until.isoformat() if one.until else None,
                "gaps": [[begin.isoformat(), end.isoformat()] for begin, end in silent[one.account]],
            }
            for one in found
        ])  # fmt: skip
        return
    for one in found:
        says = one.says.removeprefix(one.state).lstrip(": ")
        out.print(f"{one.account}: [{STATES[one.state]}]{one.state}[/] {escape(says)}")
        for begin, end in silent[one.account]:
            out.print(f"    not told and not forbidden from {begin:%Y-%m-%d} to {end:%Y-%m-%d}")
        if one.secrecy and one.gag is None:
            out.print("    → nobody has said whether there is a secrecy order. If there is none, record that:")
            out.print(
                f'      comity event {matter} gag-lifted "no secrecy order" --source PAPER --by YOU', soft_wrap=True
            )
        if one.state == "due":
            out.print(f"    → comity notify {matter} --account {one.account} --by YOU", soft_wrap=True)
