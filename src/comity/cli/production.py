"""`comity produce` and `comity verify`: exactly what was let go, and a check that needs nobody's word."""

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
    By,
    OfficeAt,
    a_moment,
    app,
    by_hand,
    now,
    opened,
    out,
    plural,
    print_json,
    text_of,
)
from comity.desk import verify as checks
from comity.desk.release import send

MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]?[/]"}


@app.command()
def produce(
    matter: Annotated[str, typer.Argument(help="the matter, e.g. M-0001")],
    target: Annotated[Path, typer.Argument(help="where it goes: a new folder, or a file ending in .zip")],
    recipient: Annotated[list[str], typer.Option("--recipient", help="the authority's age key, age1…")],
    by: By,
    at: At = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Ask the gate; if it opens, seal exactly what was approved to the recipient and sign it; else nothing leaves."""
    with opened(office) as it:
        by_hand(it, "letting a production go")
        sent = send(it, matter, by, a_moment(at) if at else now(), tuple(recipient), target)
    manifest = sent.manifest
    if as_json:
        print_json({"path": str(sent.path), "manifest": manifest.digest, "items": len(manifest.items)})
        return
    tables = "".join(f", {part.name} with {plural(part.rows, 'row')}" for part in manifest.tables)
    out.print(f"{plural(len(manifest.items), 'item')}{tables}, sealed and signed: {sent.path}")
    out.print(f"  manifest {manifest.digest}")
    out.print(f"  check it: comity verify {sent.path}")


@app.command()
def verify(
    production: Annotated[Path, typer.Argument(help="a production: folder or zip")],
    identity: Annotated[Path | None, typer.Option(help="your age identity file, to open the sealed part")] = None,
    key: Annotated[str | None, typer.Option(help="the provider's public key, had by another way")] = None,
    earlier: Annotated[Path | None, typer.Option(help="a checkpoint of the provider's ledger that you kept")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a production without network, registry or trust; exit code 6 if anything is wrong."""
    found = checks.verify(
        production,
        text_of(identity) if identity else None,
        key,
        text_of(earlier) if earlier else None,
    )
    if as_json:
        print_json({
            "ok": found.ok,
            "checks": [
                {"name": c.name, "ok": c.ok, "says": c.says, "faults": [str(fault) for fault in c.faults]}
                for c in found.checks
            ],
        })  # fmt: skip
    else:
        for check in found.checks:
            out.print(f"{MARKS[check.ok]} {check.name:<12} {escape(check.says)}")
            for fault in check.faults:
                out.print(f"      {escape(str(fault))}")
        words = {
            True: "Everything holds.",
            False: "Something is wrong: do not rely on it.",
            None: "Nothing is wrong as far as it could be checked.",
        }
        out.print(words[found.ok])
    if found.ok is False:
        raise typer.Exit(NO)
