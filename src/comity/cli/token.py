"""`comity token`: secrets with which programs act for one person, made, listed and ended."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.common import HERE, AsJson, OfficeAt, a_day, app, now, opened, out, plural, print_json, table

if TYPE_CHECKING:
    from comity.web.tokens import Token


@app.command()
def token(
    person: Annotated[
        str | None, typer.Argument(help="a person of office.toml, for whom a program acts (default: list what lives)")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="the day it ends (default: in 30 days; at most in 90)")
    ] = None,
    revoke: Annotated[
        str | None, typer.Option("--revoke", help="end this token at once, or every token of this person")
    ] = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Make a secret with which a program uses the API for one person; list those that live; end one."""
    from comity.web import tokens as web

    if revoke is not None:
        with opened(office) as it:
            ended = web.revoke(it.root, revoke)
        if as_json:
            print_json({"ended": ended})
        else:
            out.print(f"{plural(ended, 'token')} ended.")
    elif person is not None:
        ends = datetime.combine(a_day(until), time(), UTC) if until else None
        with opened(office) as it:
            secret, made = web.make_token(it, person, now(), ends)
        _made(secret, made, as_json)
    else:
        with opened(office) as it:
            _list(list(web.tokens(it.root, now())), as_json)


def _made(secret: str, made: Token, as_json: bool) -> None:
    if as_json:
        print_json({"token": secret, "name": made.name, "person": made.person, "until": made.until.isoformat()})
        return
    out.print(secret, markup=False, soft_wrap=True)
    out.print(f"Token {made.name} acts for {made.person} until {made.until:%Y-%m-%d %H:%M} UTC.", soft_wrap=True)
    out.print(f"It is shown only now. To end it: comity token --revoke {made.name}", markup=False, soft_wrap=True)


def _list(found: list[Token], as_json: bool) -> None:
    if as_json:
        rows = [(one.name, one.person, one.made.isoformat(), one.until.isoformat()) for one in found]
        print_json([dict(zip(("name", "person", "made", "until"), row, strict=True)) for row in rows])
        return
    made = table("token", "person", "made", "until")
    for one in found:
        made.add_row(one.name, one.person, f"{one.made:%Y-%m-%d %H:%M}", f"{one.until:%Y-%m-%d %H:%M}")
    out.print(made if found else "No token lives.")
