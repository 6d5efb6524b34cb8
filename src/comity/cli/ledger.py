"""`comity ledger`: is what we keep what we wrote? And proofs that others can check without us."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import (
    HERE,
    NO,
    AsJson,
    By,
    OfficeAt,
    app,
    indented,
    now,
    opened,
    out,
    print_json,
    table,
    text_of,
)
from comity.desk import ledger as desk
from comity.desk import reading

ledger = typer.Typer(help="The tamper-evident log of everything the office did.", no_args_is_help=True)
app.add_typer(ledger, name="ledger")


@ledger.command()
def verify(
    office: OfficeAt = HERE,
    held: Annotated[list[Path] | None, typer.Option("--held", help="a checkpoint kept elsewhere")] = None,
    as_json: AsJson = False,
) -> None:
    """Read every entry anew: leaves, nodes, heads, signatures, payloads; compare with checkpoints kept elsewhere."""
    with opened(office) as it:
        size, faults = desk.verify(it, [text_of(path) for path in held or ()])
    if as_json:
        print_json({"entries": size, "sound": not faults, "faults": [str(fault) for fault in faults]})
    elif not faults:
        out.print(f"[green]✓[/] {size:,} entries: every leaf, node, head, signature and payload is as it was written.")
    for fault in [] if as_json else faults:
        out.print(f"[red]✗[/] {escape(str(fault))}")
    if faults:
        raise typer.Exit(NO)


@ledger.command()
def show(
    matter: Annotated[str | None, typer.Argument(help="one matter (default: all)")] = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """The entries in the order of writing."""
    with opened(office) as it:
        entries = list(it.registry.entries(matter))
    if as_json:
        print_json([
            {
                "index": e.index,
                "matter": e.matter,
                "kind": e.kind,
                "happened": e.happened.isoformat(),
                "erased": e.payload is None,
            }
            for e in entries
        ])  # fmt: skip
        return
    made = table("entry", "matter", "kind", "happened", "known", "")
    for e in entries:
        made.add_row(
            str(e.index), e.matter, e.kind, f"{e.happened:%Y-%m-%d %H:%M}", f"{e.known:%Y-%m-%d %H:%M}",
            "erased" if e.payload is None else "",
        )  # fmt: skip
    out.print(made)


@ledger.command()
def reads(
    matter: Annotated[str, typer.Option(help="only this matter, or intake/ID")] = "",
    person: Annotated[str, typer.Option(help="only this person")] = "",
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Who looked into which matter or arrival at the desk, at which page, and when."""
    with opened(office) as it:
        found = list(reading.reads(it, matter, person))
    if as_json:
        print_json([
            {"at": one.at.isoformat(), "person": one.person, "matter": one.matter, "page": one.page}
            | ({"accounts": one.accounts} if one.accounts else {})
            for one in found
        ])  # fmt: skip
        return
    made = table("when (UTC)", "who", "matter", "page")
    for one in found:
        made.add_row(f"{one.at:%Y-%m-%d %H:%M}", escape(one.person), escape(one.matter), escape(one.page) or "its own")
    out.print(made if found else "Nobody has looked into a matter at the desk.")


@ledger.command()
def alarms(
    settle: Annotated[str, typer.Option("--settle", help="the alarm that you settle")] = "",
    why: Annotated[str, typer.Option(help="what it came to, in a sentence")] = "",
    by: Annotated[str, typer.Option("--by", help="who settles it: not whom it is about")] = "",
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Looks that nobody's work explains; with --settle, --by and --why, what one of them came to."""
    with opened(office) as it:
        if settle:
            reading.settle(it, settle, by, now(), why)
        found = reading.alarms(it)
    if as_json:
        print_json([
            {
                "id": one.id, "at": one.at.isoformat(), "person": one.person, "matter": one.matter, "says": one.says,
                "elsewhere": list(one.elsewhere), "settled": one.settled.says if one.settled else None,
                "settled_by": one.settled.by if one.settled else None,
            }
            for one in found
        ])  # fmt: skip
        return
    for one in found:
        out.print(f"{one.at:%Y-%m-%d %H:%M}  {one.id}  {'settled' if one.settled else 'open'}", markup=False)
        indented(escape(one.says))
        if one.settled:
            indented(f"[dim]{escape(one.settled.by)}: {escape(one.settled.says)}[/]", 4)
    if not found:
        out.print("There is no alarm.")


@ledger.command()
def checkpoint(office: OfficeAt = HERE) -> None:
    """Print the signed head: give it to somebody who does not trust you."""
    with opened(office) as it:
        typer.echo(it.registry.checkpoint(), nl=False)


@ledger.command()
def export(
    folder: Annotated[Path, typer.Argument(help="where the tiles go")], office: OfficeAt = HERE, as_json: AsJson = False
) -> None:
    """Write the log as C2SP tlog-tiles, for witnesses and auditors."""
    with opened(office) as it:
        head = desk.export_tiles(it, folder)
    if as_json:
        print_json({"origin": head.origin, "size": head.size, "folder": str(folder)})
    else:
        out.print(f"{head.size} entries of {head.origin} written to {folder}")


@ledger.command()
def key(office: OfficeAt = HERE) -> None:
    """Print the public key: give it to whoever checks a production, by another way than the production."""
    with opened(office) as it:
        typer.echo(desk.public_key(it))


@ledger.command()
def erase(
    index: Annotated[int, typer.Argument(help="the entry; `comity ledger show` lists them")],
    why: Annotated[str, typer.Option(help="the reason, which stays in the log")],
    by: By,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Remove what an entry says for good; that it was there, and that it was erased, stays provable."""
    with opened(office) as it:
        entry = desk.erase(it, index, why, by, now())
    if as_json:
        print_json({"erased": index, "entry": entry.index})
    else:
        out.print(f"The payload of entry {index} is gone; entry {entry.index} says so. Every proof still holds.")


@ledger.command()
def move(
    database: Annotated[str, typer.Argument(help="postgresql://[USER@]HOST[:PORT]/DATABASE, without a password")],
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Put the registry of an office into PostgreSQL: the same entries, root and key; the file then takes no more."""
    with opened(office) as it:
        size = desk.move(it, database)
    if as_json:
        print_json({"database": database, "entries": size})
        return
    out.print(f"{size:,} entries moved to {escape(database)}; root and signed head are the same.")
    out.print(f"The old file stays in {escape(str(office))} and takes no more. Erasures do not reach it:")
    out.print("delete it once the database has a backup.")


@ledger.command()
def upgrade(
    sql: Annotated[bool, typer.Option("--sql", help="print the statements for a new database; change nothing")] = False,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Bring the tables on PostgreSQL to what this comity reads and writes; no entry is touched."""
    if sql:
        typer.echo(desk.statements(), nl=False)
        return
    with opened(office) as it:
        changed = desk.upgrade(it)
    if as_json:
        print_json({"database": changed})
    else:
        out.print("The tables are up to date." if changed else "The registry is a file: nothing is to be done.")
