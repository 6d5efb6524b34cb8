"""`comity agency`: the directory of agencies, through which a demand is confirmed by a way it did not name."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import HERE, AsJson, By, OfficeAt, app, now, opened, out, print_json, table
from comity.desk import agencies as desk

agency = typer.Typer(help="The directory of agencies: how an authority is really reached.", no_args_is_help=True)
app.add_typer(agency, name="agency")

Id = Annotated[str, typer.Argument(help="the agency's id in the directory")]


@agency.command()
def add(
    id: Id,
    name: Annotated[str, typer.Option(help="what the agency is called")],
    place: Annotated[str, typer.Option(help="the country whose authority it is, e.g. US")],
    kind: Annotated[str, typer.Option(help="what kind of authority: police, prosecutor, judge, agency, …")],
    by: By,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Put an agency into the directory."""
    with opened(office) as it:
        made = desk.add(it, desk.Agency(id, name, place, kind), by, now())
    if as_json:
        print_json({"id": made.id, "name": made.name, "place": made.place, "kind": made.kind})
        return
    out.print(f"{escape(made.name)} is in the directory. Next: comity agency contact {made.id} telephone +…")


@agency.command()
def contact(
    id: Id,
    kind: Annotated[str, typer.Argument(help="telephone, mail (a domain) or address")],
    value: Annotated[str, typer.Argument(help="the contact, as it is published")],
    source: Annotated[str, typer.Option(help="where it is published, and when you looked")],
    by: By,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Add a published contact; it counts for demands that come after this moment, and no clock can be set back."""
    with opened(office) as it:
        made = desk.add_contact(it, id, desk.Contact(kind, value, source, now(), by))
    if as_json:
        print_json({"agency": id, "kind": made.kind, "value": made.value, "since": made.since.isoformat()})
        return
    out.print(f"{escape(made.value)} counts for demands that come after {made.since:%Y-%m-%d %H:%M} UTC.")


@agency.command()
def strike(
    id: Id,
    value: Annotated[str, typer.Argument(help="the contact, as the directory has it")],
    by: By,
    why: Annotated[str, typer.Option(help="why it is struck")] = "",
    office: OfficeAt = HERE,
) -> None:
    """Strike a contact; it counts for nothing that comes from now on."""
    with opened(office) as it:
        desk.strike(it, id, value, (by, now()), why)
    out.print(f"{escape(value)} is struck.")


@agency.command("list")
def list_(office: OfficeAt = HERE, as_json: AsJson = False) -> None:
    """Every agency with its contacts, where each was published, and since when we have it."""
    with opened(office) as it:
        found = desk.agencies(it)
    if as_json:
        print_json([
            {
                "id": one.id, "name": one.name, "place": one.place, "kind": one.kind,
                "contacts": [
                    {
                        "kind": c.kind, "value": c.value, "source": c.source, "since": c.since.isoformat(),
                        "by": c.by, "until": c.until.isoformat() if c.until else None,
                    }
                    for c in one.contacts
                ],
            }
            for one in found.values()
        ])  # fmt: skip
        return
    for one in found.values():
        out.print(f"[bold]{one.id}[/]  {escape(one.name)}, {one.place}, {one.kind}", soft_wrap=True)
        made = table("kind", "contact", "since", "published")
        for c in one.contacts:
            since = f"{c.since:%Y-%m-%d}" + (f", struck {c.until:%Y-%m-%d}" if c.until else "")
            made.add_row(c.kind, escape(c.value), since, escape(c.source))
        if one.contacts:
            out.print(made)
    if not found:
        out.print("The directory is empty: comity agency add ID --name … --place … --kind … --by …")
