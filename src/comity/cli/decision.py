"""`comity decide`: the verdict on every class of records a demand reaches for, with its whole reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from comity.cli.common import (
    HERE,
    AsJson,
    Assume,
    At,
    OfficeAt,
    On,
    app,
    asked,
    coloured,
    indented,
    opened,
    out,
    print_json,
    tree,
)
from comity.desk.decision import Assessment, Class, assess, precedents
from comity.desk.matter import deadlines, demand_of, load
from comity.kernel.decision import Change, Decision, Verdict, stands_on, turns_on
from comity.kernel.gate import Ruled
from comity.kernel.law import Reading
from comity.kernel.matter import Deadline
from comity.kernel.predicate import ADDRESS

SAID: dict[object, object] = {True: "yes", False: "no", None: "unknown"}


@app.command()
def decide(
    matter: Annotated[str, typer.Argument(help="the matter, e.g. M-0001")],
    office: OfficeAt = HERE,
    on: On = None,
    at: At = None,
    assume: Assume = None,
    brief: Annotated[bool, typer.Option("--brief", help="verdicts only, without the proof")] = False,
    as_json: AsJson = False,
) -> None:
    """Decide: verdict, proof, open points both ways, what it turns on, objections, duties and channels."""
    with opened(office) as it:
        whole = load(it, matter)
        moment = asked(on, at, demand_of(whole).place)
        found = assess(it, whole, moment, assume or ())
        without = assess(it, whole, moment) if assume else found
        clocks = {
            ruled.name: deadlines(whole, ruled.decision.objections + ruled.decision.duties, found.demand.place, moment)
            for ruled in found.ruled
        }
    if as_json:
        print_json(_as_json(found, clocks))
        return
    what_if = f", assuming {'; '.join(assume)}" if assume else ""
    out.print(f"[bold]{matter}[/] · law of {found.on} as read by {found.reading.court}{escape(what_if)}\n")
    for one, ruled, plain in zip(found.classes, found.ruled, without.ruled, strict=True):
        _show(one, ruled, found.reading, clocks[ruled.name], brief)
        if assume:
            same = plain.decision.verdict == ruled.decision.verdict
            out.print(f"  without the assumption: {'the same' if same else coloured(plain.decision.verdict)}")


def _show(one: Class, ruled: Ruled, reading: Reading, clocks: tuple[Deadline, ...], brief: bool) -> None:
    decision = ruled.decision
    out.print(f"[bold]{one.name}[/] of {', '.join(one.accounts)}: [bold]{coloured(decision.verdict)}[/]")
    if ruled.answered:
        given = "; ".join(f"{answer.term} = {answer.answer} ({answer.by})" for answer in ruled.counsel)
        out.print(f"  with counsel's answers it is {coloured(ruled.answered.verdict)}: {escape(given)}")
    for point in decision.open_points:
        out.print(f"  [yellow]open[/] {point.term}: {escape(point.asks) or 'a fact nobody has stated'}")
        out.print(
            "       "
            + "; ".join(f"if {SAID.get(value, value)} → {coloured(outcome)}" for value, outcome in point.outcomes)
        )
    if brief:
        return
    out.print(_reasons(decision))
    if one.derived:
        facts = Tree("[dim]what the estate says[/]", guide_style="dim")
        for proof in one.derived:
            facts.add(tree(proof))
        out.print(facts)
    _show_rest(one, decision, reading, clocks)


def _reasons(decision: Decision) -> Tree:
    root = Tree(coloured(decision.verdict), guide_style="dim")
    for part in decision.proof.parts:
        root.add(tree(part))
    return root


def _show_rest(one: Class, decision: Decision, reading: Reading, clocks: tuple[Deadline, ...]) -> None:
    for (terms, verdict), values in together(turns(one, reading)).items():
        indented(f"turns on: {terms} = {', '.join(values)} → {coloured(verdict)}")
    due = {clock.rule: clock for clock in clocks}
    for title, reasons in (
        ("may object", decision.objections),
        ("must", decision.duties),
        ("channel", decision.channels),
    ):
        for reason in reasons:
            rule = reason.rule
            sure = "" if reason.truth else " (perhaps)"
            until = "not before" if rule.name == "window" else "by"
            when = f"; {until} {due[rule.id].due:%Y-%m-%d %H:%M} UTC ({due[rule.id].counts})" if rule.id in due else ""
            suspends = "; suspends the duty to produce" if rule.suspends else ""
            where = f" Before {rule.forum}." if rule.forum else ""
            indented(f"{title}{sure}: {escape(rule.reads)}{where}{when}{suspends} [dim]⟨{escape(rule.cite)}⟩[/]")
    for asks, answer, binds in precedents(decision, reading):
        said = "[green]yes[/]" if answer.answer else "[red]no[/]"
        weight = "binds here" if binds else "persuades"
        last = max(line.day for line in answer.history if line.day <= reading.day)
        indented(f"precedent: {escape(asks)} {said}, {answer.by} {last:%Y} ({weight}) [dim]⟨{escape(answer.cite)}⟩[/]")
    if decision.unverified:
        indented(f"[yellow]unverified[/]: nobody has read the text behind {', '.join(decision.unverified)}")
    if decision.verdict != "open":
        indented(f"[dim]stands on {', '.join(stands_on(one.facts, reading))}[/]")
    out.print(f"  [dim]proof {decision.id}[/]\n")


def turns(one: Class, reading: Reading) -> list[tuple[Change, Verdict]]:
    """What the verdict turns on; that another kind of demand fares otherwise goes without saying."""
    changes = turns_on(one.facts, reading, most=1)
    return [(change, verdict) for change, verdict in changes if not {term for term, _ in change} & set(ADDRESS[:3])]


def together(changes: Iterable[tuple[Change, Verdict]]) -> dict[tuple[str, Verdict], list[str]]:
    """Changes of the same fact to the same verdict, with every value that makes it."""
    found: dict[tuple[str, Verdict], list[str]] = {}
    for change, verdict in changes:
        terms, values = zip(*change, strict=True)
        found.setdefault((" and ".join(terms), verdict), []).append(" and ".join(str(SAID.get(v, v)) for v in values))
    return found


def _as_json(found: Assessment, clocks: dict[str, tuple[Deadline, ...]]) -> dict[str, object]:
    return {
        "matter": found.demand.id,
        "on": found.on.isoformat(),
        "court": found.reading.court,
        "reading": found.reading.digest,
        "classes": [
            {
                "name": one.name,
                "accounts": list(one.accounts),
                "facts": dict(one.facts),
                "verdict": ruled.decision.verdict,
                "with_counsel": ruled.answered.verdict if ruled.answered else None,
                "proof": ruled.decision.proof.as_json(),
                "proof_id": ruled.decision.id,
                "estate": [proof.as_json() for proof in one.derived],
                "open": [
                    {"term": p.term, "asks": p.asks, "outcomes": [list(o) for o in p.outcomes]}
                    for p in ruled.decision.open_points
                ],
                "turns_on": [[dict(change), verdict] for change, verdict in turns_on(one.facts, found.reading)],
                "stands_on": list(stands_on(one.facts, found.reading)),
                "objections": [reason.proof.as_json() for reason in ruled.decision.objections],
                "duties": [reason.proof.as_json() for reason in ruled.decision.duties],
                "channels": [reason.proof.as_json() for reason in ruled.decision.channels],
                "precedents": [
                    {"asks": asks, "answer": said.answer, "by": said.by, "cite": said.cite, "binds": binds}
                    for asks, said, binds in precedents(ruled.decision, found.reading)
                ],
                "deadlines": [_clock(clock) for clock in clocks[ruled.name]],
                "unverified": list(ruled.decision.unverified),
            }
            for one, ruled in zip(found.classes, found.ruled, strict=True)
        ],
    }


def _clock(clock: Deadline) -> dict[str, str]:
    due, started = clock.due.isoformat(), clock.started.isoformat()
    return {
        "name": clock.name,
        "due": due,
        "rule": clock.rule,
        "counts": clock.counts,
        "started": started,
        "state": clock.state,
    }
