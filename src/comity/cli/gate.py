"""`comity approve`, `withdraw` and `gate`: two people, and every reason why something may not leave."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import (
    HERE,
    NO,
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
    indented,
    now,
    opened,
    out,
    plural,
    print_json,
)
from comity.desk import gate as desk
from comity.desk.matter import demand_of, load
from comity.kernel.gate import Refusal, Release

STEPS = {
    "authenticity-unknown": 'comity event {m} finding "WHAT" --source PAPER --by YOU '
    "--data supports=yes --data channel=phone --data contact=directory --data called=NUMBER",
    "class-open": 'comity event {m} counsel "WHY" --source MEMO --by COUNSEL --data term=TERM --data answer=true',
    "not-collected": "comity collect {m} --by YOU",
    "scope-changed": "comity collect {m} --by YOU",
    "unread-hits": "comity review {m} --by YOU",
    "two-people": "comity approve {m} --by YOU",
}
"""What to type next, where a reason is one that the office's own work removes."""


@app.command()
def approve(
    matter: Annotated[str, typer.Argument(help="the matter, e.g. M-0001")],
    by: By,
    at: At = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Approve exactly the release that lies there now: its scope, its decisions and its hits."""
    moment = a_moment(at) if at else now()
    with opened(office) as it:
        by_hand(it, "approving")
        given = desk.approve(it, matter, by, moment)
        answer = desk.ask(it, matter, moment)
    if as_json:
        print_json(
            {"person": given.person, "role": given.role, "scope": given.scope, "hits": given.hits, "open": bool(answer)}
        )
        return
    out.print(f"{given.person} ({given.role}) approves scope {given.scope[:23]}… and the hits found under it.")
    show(answer)


@app.command()
def withdraw(
    matter: Annotated[str, typer.Argument(help="the matter, e.g. M-0001")],
    by: By,
    why: Annotated[str, typer.Option(help="the reason, in a sentence")] = "",
    at: At = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Take your own approval back: from that moment it counts for nothing."""
    moment = a_moment(at) if at else now()
    with opened(office) as it:
        taken = desk.withdraw(it, matter, by, moment, why)
        answer = desk.ask(it, matter, moment)
    if as_json:
        print_json({"person": by, "at": taken.known.isoformat(), "open": bool(answer)})
        return
    out.print(f"{taken.says}.", markup=False)
    show(answer)


@app.command()
def gate(
    matter: Annotated[str, typer.Argument(help="the matter, e.g. M-0001")],
    office: OfficeAt = HERE,
    on: On = None,
    at: At = None,
    assume: Assume = None,
    as_json: AsJson = False,
) -> None:
    """May this leave? Yes with who approved it, or no with every reason; exit code 6 means no."""
    with opened(office) as it:
        moment = asked(on, at, demand_of(load(it, matter)).place)
        answer = desk.ask(it, matter, moment, assume or ())
    if as_json:
        print_json(as_dict(answer))
    else:
        show(answer)
    if isinstance(answer, Refusal):
        raise typer.Exit(NO)


def as_dict(answer: Release | Refusal) -> dict[str, object]:
    """The gate's answer for a program."""
    if isinstance(answer, Refusal):
        reasons = [{"name": r.name, "says": r.says, "remedy": r.remedy} for r in answer.reasons]
        return {"open": False, "at": answer.at.isoformat(), "reasons": reasons}
    approved, found = list(answer.approved_by), answer.hits.found
    return {"open": True, "at": answer.at.isoformat(), "scope": answer.scope, "items": found, "approved_by": approved}


def show(answer: Release | Refusal) -> None:
    """The gate as a person sees it."""
    if isinstance(answer, Release):
        out.print(
            f"[green]The gate is open[/] for {plural(answer.hits.found, 'item')}; "
            f"approved by {' and '.join(answer.approved_by)}."
        )
        return
    out.print(f"[red]The gate is shut[/] at {answer.at:%Y-%m-%d %H:%M} UTC:")
    for reason in answer.reasons:
        indented(f"✗ {escape(reason.says)} [dim]({reason.name})[/]")
        indented(f"→ {escape(reason.remedy)}", 4)
        if step := STEPS.get(reason.name):
            indented(f"  [dim]{escape(step.format(m=answer.matter))}[/]", 4)
