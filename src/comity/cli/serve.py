"""`comity serve`, `link` and `passkeys`: the desk in a browser, and what lets a person in."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Annotated

import typer

from comity.cli.common import HERE, AsJson, OfficeAt, app, errors, now, opened, out, print_json
from comity.desk import entrances, porter
from comity.desk.agencies import agencies
from comity.desk.office import Office


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="the port; 0 takes any that is free")] = 8400,
    host: Annotated[str, typer.Option(help="the address to listen on")] = "127.0.0.1",
    behind: Annotated[
        str, typer.Option(help="the https address that people use, where a TLS proxy stands before the desk")
    ] = "",
    log: Annotated[
        str, typer.Option("--log", help="write a line for each request at the end of this file; - is standard error")
    ] = "",
    people: Annotated[list[str] | None, typer.Option("--as", help="print a sign-in link for this person")] = None,
    portal: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="also serve the portal for authorities on this port, in a process of its own"
        ),
    ] = None,
    work: Annotated[bool, typer.Option(help="also do what takes long, in a process beside it")] = True,
    office: OfficeAt = HERE,
) -> None:
    """Serve the desk to browsers until Ctrl-C: inbox, matters, gate, law, estate, ledger."""
    from comity.web import serve as web

    if behind and portal is not None:
        raise web.NotBeside
    with opened(office) as it:
        for person in people or ():
            it.person(person)
        open_to = _Portal(it, host, portal) if portal is not None else None
        listening = web.listen(host, port)
        at = web.Address(host, listening.getsockname()[1], behind)
        links = [(person, web.link_for(it, person, now(), at.url)) for person in people or ()]
        name = it.settings.name
    beside = web.working(office) if work else nullcontext()
    facing = open_to.beside(office, log) if open_to else nullcontext()
    with web.noted(office, at.url), beside, facing, suppress(KeyboardInterrupt):
        out.print(f"The desk of {name} is at {at.url}", markup=False, soft_wrap=True)
        if not (behind or web.local(host)):
            errors.print(
                "Others can reach it, and nothing is encrypted: put a TLS proxy before it (--behind).", style="yellow"
            )
        for person, address in links:
            _lets_in(person, address)
        out.print(f"Another link: comity link PERSON --office {office}", markup=False, soft_wrap=True)
        if open_to:
            open_to.tell(at.url)
        out.print("Ctrl-C ends it.")
        web.serve(office, listening, at, log)
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


@app.command()
def passkeys(
    person: Annotated[str, typer.Argument(help="a person of office.toml")],
    strike: Annotated[
        bool, typer.Option("--strike", help="let go of all of them: they are lost, or were copied")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="who strikes them: an administrator of office.toml")] = "",
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """List a person's passkeys at the desk, or strike them; the ledger keeps who did so."""
    from comity.web.passkeys import FileKeyring

    with opened(office) as it:
        it.person(person)
        keyring = FileKeyring(office / entrances.PASSKEYS)
        kept = keyring.of(person)
        if strike:
            it.may(by, "strike")
            keyring.strike(person)
            entrances.note(it, by, now(), f"{by} struck {len(kept)} of {person}'s passkeys")
    if as_json:
        print_json([{"id": one.id, "name": one.name, "since": one.since} for one in kept])
        return
    for one in kept:
        out.print(f"{one.id[:12]}  {one.since[:10]}  {one.name}", markup=False, soft_wrap=True)
    if strike:
        out.print(f"They open nothing any more; {person} signs in by a link and registers a new one.", markup=False)
    elif not kept:
        out.print(f"{person} has none.", markup=False)


class _Portal:
    """The portal beside the desk: a socket that is open already, and what to say of it."""

    def __init__(self, it: Office, host: str, port: int) -> None:
        from comity.web import serve as web

        porter.folder_made(it)
        porter.emptied(it, now())
        self.name, self.agencies = it.settings.name, sorted(agencies(it).values(), key=lambda one: one.name)
        self.host, self.listening = host, web.listen(host, port)
        self.url = web.Address(host, self.listening.getsockname()[1]).url

    def beside(self, office: Path, log: str) -> AbstractContextManager[None]:
        """While this lasts it is served."""
        from comity.web import serve as web

        return web.open_to_authorities(office, self.listening, self.host, log)

    def tell(self, desk: str) -> None:
        """Where it is, and how to try it."""
        out.print(f"The portal of {self.name} for authorities is at {self.url}", markup=False, soft_wrap=True)
        if not self.agencies:
            out.print("Nobody can register there yet: comity agency add puts an agency in.")
            return
        for line in (
            f"To try it: register at {self.url}/register for {self.agencies[0].name};",
            f"two people of the office approve that at {desk}/registrations,",
            f"each with a passkey of their own, registered at {desk}/me;",
            "then sign in at the portal with the passkey, and file a demand.",
        ):
            out.print(line, markup=False, soft_wrap=True)


def _lets_in(person: str, address: str) -> None:
    out.print(f"{person} signs in once, within ten minutes, at\n  {address}", markup=False, soft_wrap=True)
