"""`comity init`: an office of your own, ready to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.common import AsJson, app, out, print_json
from comity.desk import office as desk


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="a new or empty folder")],
    name: Annotated[str, typer.Option(help="the provider's name")] = "Example",
    origin: Annotated[str, typer.Option(help="the ledger's public name")] = "ledger.example/comity",
    database: Annotated[
        str, typer.Option(help="keep the registry in PostgreSQL: postgresql://[USER@]HOST[:PORT]/DATABASE")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make an office: settings, an example estate, a signing key and an empty registry."""
    made = desk.init(folder, name, origin, database=database)
    made.close()
    if as_json:
        print_json({"office": str(folder), "origin": origin})
        return
    out.print(f"An office stands in {folder}. Next:")
    out.print("  1. say who works here            office.toml")
    out.print("  2. say where your records lie    estate.toml, accounts.csv")
    out.print(f"  3. see that it is sound          comity estate check --office {folder}")
    out.print(f"  4. take in a demand              comity receive FILE --by clerk --office {folder}")
