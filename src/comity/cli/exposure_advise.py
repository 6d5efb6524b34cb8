"""`comity exposure advise`: what to change so that fewer are reached, at what price, with the proof of each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from comity.cli.common import NO, AsJson, coloured, indented, out, plural, print_json, progress, table
from comity.cli.exposure import CubeAt, exposure, in_order, named_here
from comity.cli.law import Laws

if TYPE_CHECKING:
    from comity.desk.exposure.advise import Advice, Proposal
    from comity.desk.exposure.effect import Tally
    from comity.exposure.change import Move, Side

AimAt = Annotated[
    Path, typer.Argument(help="an advice file: which exposure, what target, and what may be changed at what cost")
]
Tries = Annotated[
    int, typer.Option("--tries", min=1, help="how many sets of changes that all stores share are decided at most")
]
SHOWN = 3
WORST = 6
CORNERS = 10
WHY = {"cheapest": "the cheapest set", "fewest": "the fewest changes", "nearest": "the nearest"}


@exposure.command()
def advise(cube: CubeAt, aim: AimAt, tries: Tries = 4096, laws: Laws = None, as_json: AsJson = False) -> None:
    """Propose the smallest sets of changes that bring an exposure under a target; exit code 6 if none does."""
    from comity.desk.exposure.advise import advised

    with in_order(), progress("sets of shared changes") as bar:
        task = bar.add_task("", total=None)
        watch = lambda tried, of: bar.update(task, completed=tried, total=min(of, tries))  # noqa: E731
        found = advised(cube, aim, laws, tries, watch)
    if as_json:
        print_json(found.as_json())
    else:
        _show(found)
    if not found.reached:
        raise typer.Exit(NO)


def _show(advice: Advice) -> None:
    named = advice.aim.named
    out.print(f"[bold]{escape(named.says)}[/]")
    out.print(f"{plural(advice.meant, 'account')} meant; target: {advice.target:,} reached or fewer")
    out.print(f"today {_tally(advice.before, named.open)}\n")
    if not advice.reached:
        which = "of these changes" if advice.proven else "that was tried"
        out.print(f"[red]No set {which} reaches the target.[/]\n")
    elif not advice.proposals[0].changes:
        out.print("The target is reached already; nothing need be changed.")
        return
    for proposal in advice.proposals:
        _show_proposal(advice, proposal)
    _show_front(advice)
    _show_alone(advice)
    named_here(advice.law, (reason for proposal in advice.proposals for reason in _reasons(proposal)))
    _show_proven(advice)


def _tally(tally: Tally, counts_open: bool) -> str:
    parts = [f"{tally.counted:,} reached"]
    among = "of them " if counts_open else "perhaps "
    parts += [f"{among}{tally.open:,}{'' if counts_open else ' more'} where the law is open"] if tally.open else []
    parts += [f"and {tally.unknown:,} of whom nobody knows whether they are meant"] if tally.unknown else []
    return ", ".join(parts)


def _price(cost: Decimal, advice: Advice) -> str:
    return f"{cost:,} {advice.aim.currency}"


def _show_proposal(advice: Advice, proposal: Proposal) -> None:
    why = ", ".join(WHY[one] for one in proposal.why)
    then = _tally(proposal.effect.tally, advice.aim.named.open)
    out.print(f"[bold]{why[0].upper()}{why[1:]}[/]: {_price(proposal.cost, advice)}, then {then}")
    for id in proposal.changes:
        offer = advice.aim.offers[id]
        indented(f"• {escape(id)}, {_price(offer.cost, advice)}{escape(f': {offer.says}') if offer.says else ''}")
    effect = proposal.effect
    for move in effect.moves[:SHOWN]:
        _show_move(move, effect.sealed.get(move.store, "") if not move.new else "")
    if len(effect.moves) > SHOWN:
        _more(len(effect.moves) - SHOWN, "class", "classes")
    for one in effect.stands[:SHOWN]:
        indented(
            f"[yellow]still[/] {one.place} {one.category}: {plural(one.accounts, 'account')} in {escape(one.store)}, "
            f"{_verdict((one.ruling, one.found))} by {escape(one.ruling.template)}"
        )
        indented(f"[dim]proof {one.found.proof}[/]\n{escape('; '.join(one.found.reasons))}", 4)
    if len(effect.stands) > SHOWN:
        _more(len(effect.stands) - SHOWN, "demand", "demands")
    _show_worse(proposal)
    out.print()


def _reasons(proposal: Proposal) -> Iterator[str]:
    """What is shown of a proposal by its id."""
    for move in proposal.effect.moves[:SHOWN]:
        yield from (*move.gone, *move.come)
    for one in proposal.effect.stands[:SHOWN]:
        yield from one.found.reasons


def _more(number: int, one: str, many: str) -> None:
    indented(f"and {number:,} more {one if number == 1 else many}; --json lists all")


def _show_move(move: Move, unreadable: str) -> None:
    turn = f"{_verdict(move.old)} → {'unreadable' if unreadable else _verdict(move.new)}"
    indented(f"{move.place} {move.category}: {plural(move.accounts, 'account')} in {escape(move.store)} {turn}")
    for when, side in (("before", move.old), ("after", move.new)):
        indented(f"[dim]{when}[/] {_demand(side) if side else escape(unreadable) or 'nothing held'}", 4)
    if not unreadable:
        for reason in (*(f"− {one}" for one in move.gone), *(f"+ {one}" for one in move.come)):
            indented(escape(reason), 4)


def _verdict(side: Side) -> str:
    """The verdict; of an open one what it may be."""
    from comity.exposure.change import verdict
    from comity.exposure.reach import may_be
    from comity.exposure.sweep import STRENGTH

    if side is None or side[1].verdict != "open":
        return coloured(verdict(side))
    possible = may_be(side[1])
    return f"{coloured('open')} ({' or '.join(one for one in STRENGTH if one in possible)})"


def _demand(side: Side) -> str:
    if side is None:
        return ""
    ruling, found = side
    return f"{escape(ruling.template)} on {escape(ruling.served)}\n[dim]{found.proof}[/]"


def _show_worse(proposal: Proposal) -> None:
    effect = proposal.effect
    if not effect.newly:
        indented("nobody reaches anybody whom they did not reach before")
        return
    most = sorted(effect.worse.items(), key=lambda one: -one[1])
    listed = ", ".join(f"{place} {category} {number:,}" for (place, category), number in most[:WORST])
    more = f" and {len(most) - WORST} more" if len(most) > WORST else ""
    indented(f"[yellow]worse[/] {plural(effect.newly, 'account')} newly reached by somebody: {listed}{more}")


def _show_front(advice: Advice) -> None:
    if len(advice.front) < 2:
        return
    made = table("cost", "reached", "changes")
    made.columns[0].justify = made.columns[1].justify = "right"
    shown = advice.front if len(advice.front) <= CORNERS else advice.corners[:CORNERS]
    for one in shown:
        made.add_row(f"{one.cost:,}", f"{one.left:,}", escape(", ".join(one.changes)) or "none")
    out.print(made)
    if len(advice.front) > len(shown):
        out.print(f"[dim]{len(advice.front)} sets trade cost for count; --json lists all[/]")


def _show_alone(advice: Advice) -> None:
    unused = advice.unused
    if not unused:
        return
    out.print("\nIn none of these sets:")
    for id in unused:
        left = advice.alone[id]
        does = "cannot be done alone" if left is None else f"alone {left - advice.before.counted:+,} reached"
        does = "alone changes nothing" if left == advice.before.counted else does
        indented(f"• {escape(id)}, {_price(advice.aim.offers[id].cost, advice)}: {does}")


def _show_proven(advice: Advice) -> None:
    if advice.unverified:
        out.print(f"\n[yellow]unverified[/]: nobody has read the text behind {escape(', '.join(advice.unverified))}")
    tried = f"{advice.tried:,} of {advice.combinations:,} combinations of shared changes tried"
    if advice.proven:
        out.print(
            f"\n[dim]Proven: {tried}, the others ruled out.[/]" if advice.reached else f"\n[dim]Proven: {tried}.[/]"
        )
    else:
        out.print(f"\n[yellow]Not proven smallest[/]: {tried}.")
