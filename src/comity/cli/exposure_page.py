"""`comity exposure show`, `page` and `proof`: a kept cube, read again: on a screen, on one page, proof by proof."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape

from comity.cli.common import AsJson, coloured, out, plural, print_json, table, tree
from comity.cli.exposure import VERDICTS, CubeAt, NoHistory, Since, draw, exposure, picture
from comity.cli.law import Laws

Told = Literal["customer_place", "kind", "both"]


@exposure.command()
def show(
    cube: CubeAt,
    place: Annotated[list[str] | None, typer.Option("--place", help="only demands from here (default: all)")] = None,
    category: Annotated[
        list[str] | None, typer.Option("--category", help="only records of this category (default: all)")
    ] = None,
    by: Annotated[
        Told | None, typer.Option("--by", help="tell customers apart: customer_place, kind, or both together")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the picture of a kept cube again: by place and category and, if you like, by customer."""
    from comity.desk.exposure.kept import shown

    report = shown(cube, (tuple(place or ()), tuple(category or ())), by == "both")
    if as_json:
        print_json(report)
        return
    picture(report)
    if by:
        for row in report["rows"]:
            _breakdown(row, by)
        for column, why in report["not told apart"].items():
            out.print(f"\n[dim]not told apart by {column}: {why}[/]")


def _breakdown(row: Mapping[str, Any], by: str) -> None:
    found = row["by"].get(by)
    if not found:
        return
    made = table("customers", *VERDICTS)
    for column in made.columns[1:]:
        column.justify = "right"
    lines = (
        found.items() if isinstance(found, dict) else ((f"{one['customer_place']} {one['kind']}", one) for one in found)
    )
    for name, counts in lines:
        made.add_row(name, *(f"{counts[verdict]:,}" if counts.get(verdict) else "·" for verdict in VERDICTS))
    out.print(f"\n[bold]{row['place']} {row['category']}[/]")
    out.print(made)


@exposure.command()
def page(
    cube: CubeAt,
    to: Annotated[Path, typer.Option("--out", help="where the page is written, as HTML")],
    laws: Laws = None,
    since: Since = None,
    no_history: NoHistory = False,
    as_json: AsJson = False,
) -> None:
    """Draw a kept cube on one HTML page: map, flow, matrix, the days that changed it, the classes with their proofs."""
    done = draw(cube, to, laws, (not no_history, since))
    if as_json:
        print_json(done)
        return
    past = "" if done["changes"] is None else f", {plural(done['changes'], 'day')} on which the picture changed"
    out.print(f"{escape(str(done['page']))}: {plural(done['classes'], 'class').replace('classs', 'classes')}{past}")


@exposure.command()
def proof(
    cube: CubeAt,
    id: Annotated[
        str, typer.Argument(help="a proof's id, or how it begins: sha256:… as the page and the tables have it")
    ],
    laws: Laws = None,
    as_json: AsJson = False,
) -> None:
    """Print a proof of a kept cube by its id: the decision is made again, and is the one that the cube keeps."""
    from comity.desk.exposure.proofs import proof_of

    found = proof_of(cube, id, laws)
    if as_json:
        print_json(found.as_json())
        return
    out.print(
        f"[bold]{escape(found.place)} {escape(found.category)}[/] in {escape(found.store)}: "
        f"{plural(found.accounts, 'account')}, {coloured(found.decision.verdict)}"
    )
    for part in found.decision.proof.parts:
        out.print(tree(part))
    out.print(f"[dim]proof {found.decision.id}[/]")
