"""`comity estate`: is the estate sound, and what does comity see in it?"""

from __future__ import annotations

import typer
from rich.tree import Tree

from comity.cli.common import HERE, MARKS, AsJson, OfficeAt, app, opened, out, print_json
from comity.desk.estate import Holdings
from comity.kernel.estate import Estate, controls, readable

estate = typer.Typer(help="Who owns whom, where records lie, who can read them.", no_args_is_help=True)
app.add_typer(estate, name="estate")


@estate.command()
def check(office: OfficeAt = HERE, as_json: AsJson = False) -> None:
    """Read estate.toml and accounts.csv; every fault is told at once, with its line."""
    with opened(office) as it:
        held = it.holdings
        counts = {
            "entities": len(held.estate.entities),
            "sites": len(held.estate.sites),
            "stores": len(held.estate.stores),
            "accounts": len(held.accounts),
        }
    if as_json:
        print_json({"sound": True, **counts})
        return
    told = ", ".join(f"{number} {name}" for name, number in counts.items())
    out.print(f"The estate of {held.estate.name} is sound: {told}.")


@estate.command()
def show(office: OfficeAt = HERE, as_json: AsJson = False) -> None:
    """Draw the estate: who holds whom, each store with its place, its keys and who controls it."""
    with opened(office) as it:
        held, served = it.holdings, it.settings.served_entity
    if as_json:
        print_json(_as_json(held, served))
        return
    for entity in held.estate.entities.values():
        if entity.parent is None:
            out.print(_owned(held.estate, entity.id))
    out.print("\n[bold]Stores[/]")
    for store in held.estate.stores.values():
        site = held.estate.sites[store.site]
        where = f"{', '.join(sorted(store.holds))} in {site.name} ({site.country}), held by {store.holder}"
        out.print(f"[bold]{store.id}[/]: {where}, keys with {store.key_holder or 'nobody knows'}")
        control, clear = controls(held.estate, served, store.holder), readable(held.estate, store, served)
        out.print(f"    {served} controls it: {MARKS[control.truth]}; can read it: {MARKS[clear.truth]}")
    out.print(f"\n{len(held.accounts)} accounts")


def _owned(estate: Estate, id: str) -> Tree:
    entity = estate.entities[id]
    share = (
        ""
        if entity.parent is None
        else f", {float(entity.share):.0%}"
        if entity.share is not None
        else ", share unknown"
    )
    drawn = Tree(f"{entity.name} ({entity.place}{share})", guide_style="dim")
    for other in estate.entities.values():
        if other.parent == id:
            drawn.add(_owned(estate, other.id))
    return drawn


def _as_json(held: Holdings, served: str) -> dict[str, object]:
    return {
        "provider": held.estate.name,
        "accounts": len(held.accounts),
        "stores": [
            {
                "id": store.id,
                "place": held.estate.sites[store.site].country,
                "holder": store.holder,
                "holds": sorted(store.holds),
                "controls": controls(held.estate, served, store.holder).as_json(),
                "readable": readable(held.estate, store, served).as_json(),
            }
            for store in held.estate.stores.values()
        ],
    }
