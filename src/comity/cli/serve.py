"""`comity serve` and `link`: the desk in a browser, and a link that lets one person in."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from comity.cli.common import HERE, AsJson, OfficeAt, app, errors, now, opened, out, print_json


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="the port; 0 takes any that is free")] = 8400,
    host: Annotated[str, typer.Option(help="the address to listen on")] = "127.0.0.1",
    behind: Annotated[
        str, typer.Option(help="the https address that people use, where a TLS proxy stands before the desk")
    ] = "",
    people: Annotated[list[str] | None, typer.Option("--as", help="print a sign-in link for this person")] = None,
    office: OfficeAt = HERE,
) -> None:
    """Serve the desk to browsers until Ctrl-C: inbox, matters, gate, law, estate, ledger."""
    from comity.web import serve as web

    with opened(office) as it:
        for person in people or ():
            it.person(person)
        listening = web.listen(host, port)
        at = web.Address(host, listening.getsockname()[1], behind)
        links = [(person, web.link_for(it, person, now(), at.url)) for person in people or ()]
        name = it.settings.name
    with web.noted(office, at.url), suppress(KeyboardInterrupt):
        out.print(f"The desk of {name} is at {at.url}", markup=False, soft_wrap=True)
        if not (behind or web.local(host)):
            errors.print(
                "Others can reach it, and nothing is encrypted: put a TLS proxy before it (--behind).", style="yellow"
            )
        for person, address in links:
            _lets_in(person, address)
        out.print(f"Another link: comity link PERSON --office {office}", markup=False, soft_wrap=True)
        out.print("Ctrl-C ends it.")
        web.serve(office, listening, at)
    out.print("The desk is closed.")


@app.command()
def link(
    person: Annotated[str, typer.Argument(help="a person of office.toml")],
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Make a link to the desk that is being served; it lets this person in once, within ten minutes."""
    from comity.web import serve as web

    with opened(office) as it:
        it.person(person)
        address = web.link_for(it, person, now(), web.served_at(office))
    if as_json:
        print_json({"person": person, "link": address})
        return
    _lets_in(person, address)


def _lets_in(person: str, address: str) -> None:
    out.print(f"{person} signs in once, within ten minutes, at\n  {address}", markup=False, soft_wrap=True)
