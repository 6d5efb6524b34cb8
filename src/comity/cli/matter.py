"""`comity event`, `standing` and `deadlines`: what happened to an order, what it is worth, which clocks run."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import (
    HERE,
    AsJson,
    Assume,
    At,
    By,
    OfficeAt,
    On,
    a_moment,
    app,
    asked,
    by_hand,
    now,
    opened,
    out,
    print_json,
    table,
)
from comity.desk.decision import assess
from comity.desk.matter import deadlines as clocks_of
from comity.desk.matter import demand_of, enter, load
from comity.errors import ComityError
from comity.kernel.matter import KINDS, Event, gag, in_contempt
from comity.kernel.matter import standing as standing_of

STATES = {"live": "[green]live[/]", "suspended": "[yellow]suspended[/]", "dead": "[red]dead[/]"}


class NotAPair(ComityError):
    """`{text}` is not KEY=VALUE"""

    help = "write --data supports=yes --data channel=phone, one pair each"
    exit_code = 2


def _kinds(asked_for: bool) -> None:
    if asked_for:
        made = table("kind", "what it means")
        for kind, meaning in KINDS.items():
            made.add_row(kind, meaning)
        out.print(made)
        raise typer.Exit


@app.command()
def event(
    matter: Annotated[str, typer.Argument(help="the matter, e.g. M-0001")],
    kind: Annotated[str, typer.Argument(help="what kind of event; --kinds lists them")],
    says: Annotated[str, typer.Argument(help="one sentence on what happened")],
    source: Annotated[str, typer.Option("--source", help="the paper it stands on: document and page")],
    by: By,
    happened: Annotated[str | None, typer.Option("--happened", help="when it happened (default: now)")] = None,
    known: Annotated[str | None, typer.Option("--known", help="when the office learned of it (default: now)")] = None,
    until: Annotated[str | None, typer.Option("--until", help="when a stay, gag, window or preservation ends")] = None,
    touches: Annotated[list[str] | None, typer.Option("--touches", help="a category it is limited to")] = None,
    data: Annotated[list[str] | None, typer.Option("--data", help="KEY=VALUE that belongs to this kind")] = None,
    office: OfficeAt = HERE,
    kinds: Annotated[bool, typer.Option("--kinds", callback=_kinds, is_eager=True, help="list the kinds")] = False,
    as_json: AsJson = False,
) -> None:
    """Record something that happened: a stay, a ruling, a finding, counsel's answer. Events are never changed."""
    moment = now()
    with opened(office) as it:
        when = a_moment(happened) if happened else moment
        learned = a_moment(known) if known else moment
        ends = a_moment(until) if until else None
        new = Event("", kind, when, learned, says, source, by, frozenset(touches or ()), ends, pairs(data))
        if kind == "counsel":
            by_hand(it, "counsel's answer")
        entry = enter(it, matter, new)
        after = standing_of(load(it, matter), max(moment, when))
    if as_json:
        print_json({"entry": entry.index, "standing": after.state, "says": after.says})
        return
    because = escape(after.says.removeprefix(f"{after.state}: "))
    out.print(f"Entry {entry.index} recorded. The order is {STATES[after.state]}: {because}")


def pairs(data: list[str] | None) -> tuple[tuple[str, str], ...]:
    """The KEY=VALUE pairs that were typed."""
    pairs = []
    for text in data or ():
        key, equals, value = text.partition("=")
        if not equals:
            raise NotAPair(text=text)
        pairs.append((key, value))
    return tuple(pairs)


@app.command()
def standing(
    matter: Annotated[str | None, typer.Argument(help="the matter; without one, all are listed")] = None,
    office: OfficeAt = HERE,
    on: On = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """What the order is worth: live, suspended or dead, and the event that made it so; now or at any past moment."""
    with opened(office) as it:
        names = [matter] if matter else list(it.matters())
        rows = []
        for name in names:
            whole = load(it, name)
            demand = demand_of(whole)
            moment = asked(on, at, demand.place)
            seen = whole.as_known(moment) if on or at else whole
            for category in sorted(demand.scope.categories):
                rows.append(
                    (name, category, standing_of(seen, moment, category), gag(seen, moment), in_contempt(seen, moment))
                )
    if as_json:
        print_json([
            {
                "matter": name,
                "category": category,
                "state": state.state,
                "because": state.because.says if state.because else None,
                "event": state.because.id if state.because else None,
                "gag": secrecy.says if secrecy else None,
                "declined": choice.says if choice else None,
            }
            for name, category, state, secrecy, choice in rows
        ])  # fmt: skip
        return
    if not rows:
        out.print("There is no matter yet. `comity receive FILE --by PERSON` begins one.")
        return
    made = table("matter", "records", "standing", "because")
    for name, category, state, secrecy, choice in rows:
        notes = [state.says.partition(": ")[2] or state.says]
        notes += [f"gag: {secrecy.says}"] if secrecy else []
        notes += [f"not produced: {choice.says}"] if choice else []
        made.add_row(name, category, STATES[state.state], escape("; ".join(notes)))
    out.print(made)


@app.command()
def deadlines(
    matter: Annotated[str, typer.Argument(help="the matter, e.g. M-0001")],
    office: OfficeAt = HERE,
    on: On = None,
    at: At = None,
    assume: Assume = None,
    as_json: AsJson = False,
) -> None:
    """Every clock of the matter, soonest first, each with the rule that counts it."""
    with opened(office) as it:
        whole = load(it, matter)
        place = demand_of(whole).place
        moment = asked(on, at, place)
        found = assess(it, whole, moment, assume or ())
        reasons = [r for ruled in found.ruled for r in ruled.decision.objections + ruled.decision.duties]
        clocks = clocks_of(whole, reasons, place, moment)
    if as_json:
        print_json([
            {
                "name": clock.name,
                "due": clock.due.isoformat(),
                "rule": clock.rule,
                "cite": clock.cite,
                "counts": clock.counts,
                "started": clock.started.isoformat(),
                "state": clock.state,
            }
            for clock in clocks
        ])  # fmt: skip
        return
    made = table("due (UTC)", "what", "state", "counted by", "rule")
    for clock in clocks:
        state = {"running": "green", "suspended": "yellow", "passed": "red"}[clock.state]
        made.add_row(
            f"{clock.due:%Y-%m-%d %H:%M}", clock.name, f"[{state}]{clock.state}[/]", clock.counts, escape(clock.cite)
        )
    out.print(made if clocks else "No clock runs.")
