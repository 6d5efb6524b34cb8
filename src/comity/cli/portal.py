"""`comity portal`, `filing` and `registration`: where authorities file, and what the desk does with what came."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from threading import Thread
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import HERE, AsJson, By, OfficeAt, app, errors, now, opened, out, plural, print_json, table
from comity.desk import filing as desk
from comity.desk import porter

filing = typer.Typer(help="What was filed in the portal.", no_args_is_help=True)
registration = typer.Typer(help="Who asks to be admitted to the portal.", no_args_is_help=True)
app.add_typer(filing, name="filing")
app.add_typer(registration, name="registration")

Id = Annotated[str, typer.Argument(help="its id, as the list has it")]


@app.command()
def portal(
    port: Annotated[int, typer.Option(min=0, max=65535, help="the port; 0 takes any that is free")] = 8401,
    host: Annotated[str, typer.Option(help="the address to listen on")] = "127.0.0.1",
    behind: Annotated[
        str, typer.Option(help="the https address that authorities use, where a TLS proxy stands before the portal")
    ] = "",
    log: Annotated[
        str, typer.Option("--log", help="write a line for each request at the end of this file; - is standard error")
    ] = "",
    handed: Annotated[int, typer.Option("--socket", help="a socket that is open already", hidden=True)] = -1,
    beside: Annotated[int, typer.Option(help="end with this process", hidden=True)] = 0,
    office: OfficeAt = HERE,
) -> None:
    """Serve the portal to authorities until Ctrl-C; it can file, and nothing else of the office."""
    from comity.web import serve as web

    web.ready()
    from comity.web.portal import serve as it

    with opened(office) as there:
        porter.folder_made(there)
        porter.emptied(there, now())
    listening = web.listen(host, port) if handed < 0 else socket.socket(fileno=handed)
    at = web.Address(host, listening.getsockname()[1], behind)
    made = it.portal(office, at, log=log)
    if beside:
        Thread(target=_end_with, args=(beside,), daemon=True).start()
    with suppress(KeyboardInterrupt):
        out.print(f"The portal of {made.office} is at {made.passkeys.party.origin}", markup=False, soft_wrap=True)
        if not behind and handed < 0:
            errors.print("Only this machine can use it: passkeys need TLS elsewhere (--behind).", style="yellow")
        out.print("Ctrl-C ends it.")
        it.serve(made, listening, at)
    out.print("The portal is closed.")


def _end_with(process: int) -> None:
    """End as Ctrl-C does, once the process beside which this one was begun is gone."""
    while os.getppid() == process:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGINT)


@filing.command("list")
def list_filings(office: OfficeAt = HERE, as_json: AsJson = False) -> None:
    """What was filed, last first: what waits, what became a matter, what was returned."""
    with opened(office) as it:
        found = porter.emptied(it, now())
    filings = sorted(found.filings.values(), key=lambda one: one.at, reverse=True)
    if as_json:
        print_json([
            {"id": one.id, "person": one.person, "agency": one.agency, "at": one.at.isoformat(),
             "emergency": one.emergency, "state": one.state, "matter": one.matter or None, "tables": one.tables}
            for one in filings
        ])  # fmt: skip
        return
    made = table("filing", "filed", "agency", "")
    for one in filings:
        state = one.matter or ("returned" if one.returned else "waits" + (", EMERGENCY" if one.emergency else ""))
        made.add_row(one.id, f"{one.at:%Y-%m-%d %H:%M}", escape(one.agency), state)
    out.print(made if filings else "Nothing was filed in the portal.")
    if found.strangers:
        out.print(f"[red]Somebody tried to see another's demand[/]: {plural(len(found.strangers), 'time')}.")


@filing.command()
def take(id: Id, by: By, office: OfficeAt = HERE, as_json: AsJson = False) -> None:
    """Confirm what was filed: its matter begins."""
    with opened(office) as it:
        porter.emptied(it, now())
        name = desk.take(it, id, by, now())
    if as_json:
        print_json({"filing": id, "matter": name})
        return
    out.print(f"Matter [bold]{name}[/] begins. Next: comity decide {name}")


@filing.command("return")
def give_back(
    id: Id,
    why: Annotated[str, typer.Argument(help="what the authority is told")],
    by: By,
    office: OfficeAt = HERE,
) -> None:
    """Return what was filed without taking it in."""
    with opened(office) as it:
        porter.emptied(it, now())
        desk.give_back(it, id, why, by, now())
    out.print("It is returned; the authority reads why.")


@filing.command()
def ask(
    id: Id, says: Annotated[str, typer.Argument(help="what the authority shall read")], by: By, office: OfficeAt = HERE
) -> None:
    """Write to the authority about what it filed."""
    with opened(office) as it:
        porter.emptied(it, now())
        porter.ask(it, id, says, by, now())
    out.print("The authority reads it in the portal.")


@filing.command()
def hand(
    id: Id,
    by: By,
    days: Annotated[int, typer.Option(help="for how many days it waits")] = 7,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Ask the gate; if it opens, lay the production out in the portal, sealed to the key that the authority stated."""
    with opened(office) as it:
        porter.emptied(it, now())
        sent = desk.hand_over(it, id, days, by, now())
    if as_json:
        print_json({"filing": id, "manifest": sent.manifest.digest, "items": len(sent.manifest.items)})
        return
    out.print(f"{plural(len(sent.manifest.items), 'item')} wait in the portal for {plural(days, 'day')}.")


@registration.command("list")
def list_registrations(office: OfficeAt = HERE, as_json: AsJson = False) -> None:
    """Who asks to be admitted, and who was."""
    with opened(office) as it:
        found = list(porter.emptied(it, now()).people.values())
        flags = {one.id: porter.flagged(it, one) for one in found}
    if as_json:
        print_json([
            {"id": one.id, "name": one.name, "mail": one.mail, "agency": one.agency, "state": one.state,
             "approved": list(one.approved), "flag": flags[one.id] or None, "shown": one.shown}
            for one in found
        ])  # fmt: skip
        return
    made = table("registration", "who", "state")
    for one in found:
        flag = f"\n[yellow]{escape(flags[one.id])}[/]" if flags[one.id] else ""
        made.add_row(one.id, f"{escape(one.name)}, {escape(one.mail)}, {escape(one.agency)}{flag}", one.state)
    out.print(made if found else "Nobody has registered in the portal.")


@registration.command("approve")
def approve(id: Id, by: By, office: OfficeAt = HERE) -> None:
    """Approve a registration as the list shows it; two different people's approval admits."""
    with opened(office) as it:
        found = porter.emptied(it, now())
        shown = found.people[id].shown if id in found.people else ""
        one = porter.approve(it, id, by, now(), shown)
    out.print(f"{escape(one.name)}: " + ("admitted." if one.state == "approved" else "needs another's approval."))


@registration.command()
def decline(
    id: Id,
    by: By,
    why: Annotated[str, typer.Option(help="what the applicant is told")] = "",
    office: OfficeAt = HERE,
) -> None:
    """Decline a registration."""
    with opened(office) as it:
        porter.emptied(it, now())
        one = porter.decline(it, id, why, by, now())
    out.print(f"{escape(one.name)} is not admitted.")
