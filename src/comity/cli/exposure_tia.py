"""The transfer assessment on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import AsJson, indented, out, plural, print_json
from comity.cli.exposure import CubeAt, exposure, working
from comity.cli.law import Laws
from comity.errors import ComityError


class NowhereToWrite(ComityError):
    """it was not said where the assessment is to be written"""

    help = "name a page with --out FILE.html, a PDF with --pdf FILE.pdf, or print it with --json"
    exit_code = 2


@exposure.command()
def tia(
    cube: CubeAt,
    to: Annotated[Path | None, typer.Option("--out", help="where the page is written, as HTML")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="where the same is written as PDF")] = None,
    place: Annotated[
        list[str] | None, typer.Option("--to", help="only transfers to this country (default: all)")
    ] = None,
    tool: Annotated[
        Path | None, typer.Option("--tool", help="a TOML file with what the estate cannot say: see docs/formats/tia.md")
    ] = None,
    laws: Laws = None,
    as_json: AsJson = False,
) -> None:
    """Write a transfer impact assessment: transfers, tools, what the law there reaches, what measures would leave."""
    from comity.desk.tia.assess import assessed
    from comity.desk.tia.text import document
    from comity.exposure.cube import writable, written
    from comity.letters import tia as letters

    if not (to or pdf or as_json):
        raise NowhereToWrite
    writable(to, pdf)
    if pdf:
        letters.ready()
    with working("assessing and writing"), assessed(cube, tuple(place or ()), tool, laws) as found:
        said = document(found)
        for path, octets in (
            (to, letters.html(said).encode() if to else b""),
            (pdf, letters.pdf(said) if pdf else b""),
        ):
            if path:
                with written(path) as beside:
                    beside.write_bytes(octets)
        report = found.as_json()
    if as_json:
        print_json({**report, "document": said.as_json()})
        return
    out.print(f"[bold]{escape(report['provider'])}[/] · law of {report['on']}")
    if not report["transfers"]:
        out.print("No transfer, as far as the estate says.")
    for one in report["transfers"]:
        kind = "transfer" if one["transfer"] else "reach"
        out.print(f"\n[bold]{escape(one['store'])} → {one['to']}[/] ({kind}): {one['conclusion']}")
        indented(f"{plural(one['accounts'], 'customer')} in the EEA, {one['unknown']:,} of unknown country")
        for text in one["turns_on"]:
            indented(f"[dim]turns on {escape(text)}[/]")
    fields = sum(part.by != "" for line in said.sentences() for part in line)
    out.print(f"\n{plural(fields, 'open field')}; written: {', '.join(str(p) for p in (to, pdf) if p) or 'nothing'}")
