"""`comity law`: check the packs, show what they say, try cases of your own against them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import comity_laws
from comity.cli.common import NO, AsJson, Assume, app, coloured, errors, out, print_json, table
from comity.desk.office import load_packs
from comity.errors import Faulty
from comity.lawpack import Outcome, Packs, check, default_folder, read_assumption, read_folder, try_example

law = typer.Typer(
    help="Law as data: check it, read it, pose cases to it, compare two of its states.", no_args_is_help=True
)
app.add_typer(law, name="law")

Laws = Annotated[Path | None, typer.Option("--laws", help="a folder of packs (default: those that ship with comity)")]


@law.command("check")
def check_packs(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="a folder of packs, or files to read beside those that ship")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Refuse packs with every fault at once, each named, with its line and how to mend it."""
    folders = [path for path in paths or () if path.is_dir()]
    root = folders[0] if folders else default_folder()
    packs = read_folder(root, tuple(path for path in paths or () if not path.is_dir()))
    found = check(packs)
    if found:
        raise Faulty(found, path=", ".join(map(str, paths or (root,))))
    counts = {
        "packs": len(packs.packs),
        "rules": len(packs.law.rules),
        "questions": len(packs.law.questions),
        "answers": len(packs.law.answers),
        "courts": len(packs.law.courts),
        "examples": sum(len(pack.examples) for pack in packs.packs),
    }
    ours = root == default_folder()
    if as_json:
        print_json({"digest": packs.digest, "edition": comity_laws.VERSION if ours else None, **counts})
        return
    out.print("The packs are sound: " + ", ".join(f"{number} {name}" for name, number in counts.items()) + ".")
    same = packs.digest == comity_laws.DIGEST
    edition = f"Edition {comity_laws.VERSION}{'' if same else ', changed since'}. " if ours else ""
    out.print(f"[dim]{edition}Digest {packs.digest[7:23]}…[/]")


@law.command("test")
def pose(
    file: Annotated[Path, typer.Argument(help="a TOML file with [[example]] tables")],
    laws: Laws = None,
    assume: Assume = None,
    as_json: AsJson = False,
) -> None:
    """Pose cases of your own: what is expected, what the packs say, and the proof's id; exit code 6 if they differ."""
    packs = read_folder(laws or default_folder(), (file,))
    if packs.faults:
        raise Faulty(packs.faults, path=str(file))
    for text in assume or ():
        read_assumption(text, packs.law)
    posed = [example for pack in packs.packs if pack.document.path == file for example in pack.examples]
    outcomes = [try_example(example, packs.law, assume or ()) for example in posed]
    if as_json:
        print_json([outcome.as_json() for outcome in outcomes])
    else:
        _show_outcomes(outcomes)
    if not all(outcome.held for outcome in outcomes):
        raise typer.Exit(NO)


def _show_outcomes(outcomes: list[Outcome]) -> None:
    made = table("", "where", "on", "expected", "got", "proof")
    for outcome in outcomes:
        got = coloured(outcome.decision.verdict) if outcome.decision else "-"
        proof = outcome.decision.id[7:19] if outcome.decision else "-"
        mark = "[green]✓[/]" if outcome.held else "[red]✗[/]"
        example = outcome.example
        made.add_row(mark, example.where, f"{example.on}", coloured(example.expect), got, proof)
    out.print(made)
    for outcome in outcomes:
        for wrong in outcome.wrong:
            errors.print(f"{outcome.example.where}: {escape(wrong)}")
    held = sum(outcome.held for outcome in outcomes)
    out.print(f"{held} of {len(outcomes)} as expected")


@law.command()
def terms(laws: Laws = None, as_json: AsJson = False) -> None:
    """Every word a condition may use: its kind, its codes, what it means and what unknown means."""
    words = load_packs(laws).words.terms
    if as_json:
        print_json(
            {
                t.name: {"kind": t.kind, "codes": t.codes, "meaning": t.meaning, "unknown": t.unknown}
                for t in words.values()
            }
        )
        return
    for term in words.values():
        codes = f" ({', '.join(term.codes)})" if term.codes else f" ({term.kind})"
        out.print(f"[bold]{term.name}[/]{escape(codes)}")
        out.print(f"    {escape(term.meaning)} [dim]Unknown: {escape(term.unknown)}[/]")


@law.command()
def questions(laws: Laws = None, as_json: AsJson = False) -> None:
    """What the texts leave open, and who has answered it where."""
    packs = load_packs(laws)
    if as_json:
        print_json([_question(packs, question.id) for question in packs.law.questions])
        return
    for question in packs.law.questions:
        out.print(f"[bold]{question.id}[/] ({question.place}): {escape(question.asks)}")
        out.print(f"    [dim]{escape(question.why)}[/]")
        for answer in packs.law.answers:
            if answer.question == question.id:
                said = "[green]yes[/]" if answer.answer else "[red]no[/]"
                life = "; ".join(f"{line.what} {line.day}" for line in answer.history)
                out.print(
                    f"    {said} by {answer.by}, binds {answer.binds}: {escape(life)} [dim]⟨{escape(answer.cite)}⟩[/]"
                )


def _question(packs: Packs, id: str) -> dict[str, object]:
    question = next(q for q in packs.law.questions if q.id == id)
    answers = [
        {
            "id": answer.id,
            "answer": answer.answer,
            "by": answer.by,
            "binds": answer.binds,
            "cite": answer.cite,
            "history": [[line.day.isoformat(), line.what] for line in answer.history],
        }
        for answer in packs.law.answers
        if answer.question == id
    ]
    return {"id": id, "asks": question.asks, "why": question.why, "place": question.place, "answers": answers}
