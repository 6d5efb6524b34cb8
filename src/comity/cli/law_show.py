"""`comity law show`, `compare`, `book`: the law to be read by people, on a screen and as pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from comity.cli.common import AsJson, a_day, coloured, indented, now, out, print_json, progress, table
from comity.cli.law import Laws, law
from comity.desk.office import load_packs
from comity.errors import ComityError
from comity.kernel.law import Happening
from comity.kernel.rule import Rule
from comity.lawpack import Packs
from comity.lawpack.book import book
from comity.lawpack.compare import Flip, Flips, compare
from comity.lawpack.show import (
    Asked,
    Bench,
    Circle,
    Given,
    Sheet,
    View,
    effect,
    find,
    particulars,
    said,
    sheets,
    span,
    spelled,
    unread,
)
from comity.sim.cases import cases

OnDay = Annotated[str | None, typer.Option("--on", help="only what is in force on this day, e.g. 2016-07-14")]
InCourt = Annotated[str | None, typer.Option("--court", help="read each question as this court must, e.g. us-nysd")]
EFFECTS = {"compels": "green", "bars": "red", "lifts": "cyan", "objects": "magenta", "obliges": "yellow"}
SAID = {"yes": "[green]yes[/]", "no": "[red]no[/]", "open": "[yellow]open[/]"}
STATES = {"live": "[green]live[/]", "dead": "[red]dead[/]"}
UNVERIFIED = "[yellow]unverified[/]"
MARKS = {"added": "[green]+[/]", "removed": "[red]-[/]", "changed": "[yellow]~[/]"}


class NoBook(ComityError):
    """cannot write the law book to `{path}`: {why}"""

    help = "name a folder in which you may write"
    exit_code = 3


@law.command("show")
def show(
    what: Annotated[
        str | None, typer.Argument(help="a pack, file, place, rule, question, answer, court, group")
    ] = None,
    on: OnDay = None,
    court: InCourt = None,
    laws: Laws = None,
    as_json: AsJson = False,
) -> None:
    """The text on the left, its reading on the right; who answered what where; what is left out."""
    packs = load_packs(laws)
    day = a_day(on) if on else now().date() if court else None
    if what is None:
        _index(packs, sheets(packs, day), as_json)
        return
    found = find(packs, what, day, court)
    if as_json:
        print_json([view.as_json() for view in found])
        return
    for number, view in enumerate(found):
        if number:
            out.rule(style="dim")
        _view(view, day, court)


def _index(packs: Packs, found: tuple[Sheet, ...], as_json: bool) -> None:
    if as_json:
        print_json([{**sheet.pack.instrument, "file": sheet.pack.document.name} for sheet in found])
        return
    made = table()
    made.expand = True
    made.add_column("pack", no_wrap=True)
    for name in ("rules", "asks", "says"):
        made.add_column(name, no_wrap=True, justify="right")
    made.add_column("title", no_wrap=True, overflow="ellipsis", ratio=1)
    for sheet in found:
        counts = (str(len(rows) or "") for rows in (sheet.rules, sheet.questions, sheet.answers))
        mark = f"{UNVERIFIED} " if unread(str(sheet.pack.instrument["reviewed"])) else ""
        made.add_row(str(sheet.pack.instrument["id"]), *counts, mark + escape(str(sheet.pack.instrument["title"])))
    out.print(made)
    groups = ", ".join(str(group["id"]) for group in packs.groups)
    out.print(f"\n{len(packs.law.courts)} courts; groups {groups}. Show any of them, or a rule or question, by its id.")


def _view(view: View, day: date | None, court: str | None) -> None:
    if isinstance(view, Sheet):
        _sheet(view, day, court)
    elif isinstance(view, Bench):
        _bench(view)
    else:
        _circle(view)


def _sheet(sheet: Sheet, day: date | None, court: str | None) -> None:
    head = sheet.pack.instrument
    out.print(f"[bold]{escape(str(head['title']))}[/]")
    out.print(f"[dim]{head['id']} · {head['place']} · {sheet.pack.document.name}[/]")
    out.print(escape(str(head["cite"])))
    out.print(_reviewed(str(head["reviewed"])))
    if day:
        out.print(f"[bold]As of {day}{f', read in {court}' if court else ''}[/]")
    if sheet.asleep:
        out.print("[yellow]None of its rules is in force on that day.[/]\n")
    columns = _columns()
    for rule in sheet.rules:
        columns.add_row(_text(rule, str(head["reviewed"])), _reading(rule, sheet))
    for asked in sheet.questions:
        columns.add_row(_question(asked), _answers(asked))
    answered = {given.answer.id for asked in sheet.questions for given in asked.answers}
    for given in sheet.answers:
        if given.answer.id not in answered:
            columns.add_row(_answer(given), _said(given))
    if columns.row_count:
        out.print()
        out.print(columns)
        out.print()
    _examples(sheet)
    _blind(sheet)
    _sources(sheet)


def _columns() -> Table:
    made = Table("the text", "how it is read", box=None, pad_edge=False, expand=True, header_style="bold")
    made.padding = (0, 2, 1, 0)
    made.columns[0].ratio, made.columns[1].ratio = 4, 5
    for column in made.columns:
        column.overflow = "fold"
    return made


def _reviewed(text: str) -> str:
    return f"[yellow]{escape(text)}[/]" if unread(text) else f"[dim]{escape(text)}[/]"


def _lines(*lines: str | RenderableType) -> Group:
    return Group(*(Text.from_markup(line) if isinstance(line, str) else line for line in lines if line))


def _bullets(items: Iterable[tuple[int, str]]) -> Group:
    """A list whose items keep their indent where they fold."""
    return Group(*(Padding.indent(_bullet(text), 2 * depth) for depth, text in items))


def _bullet(text: str) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("•", Text.from_markup(text))
    return grid


def _text(rule: Rule, inherited: str) -> Group:
    enacted = f" [dim](enacted {rule.enacted})[/]" if rule.enacted and rule.enacted != rule.since else ""
    own = _reviewed(rule.reviewed) if rule.reviewed != inherited or unread(rule.reviewed) else ""
    quote = f"[italic]“{escape(rule.quote)}”[/]" if rule.quote else ""
    return _lines(f"[bold]{rule.id}[/]", escape(rule.cite), f"{span(rule.since, rule.until)}{enacted}", quote, own)


def _reading(rule: Rule, sheet: Sheet) -> Group:
    does = f"[bold {EFFECTS.get(rule.effect, 'blue')}]{escape(effect(rule))}[/]"
    lifted_by = ", ".join(sheet.lifted_by(rule))
    lifts = f"[dim]lifted by {lifted_by}[/]" if lifted_by else ""
    when = _bullets((depth, _asking(text, sheet)) for depth, text in spelled(rule.when))
    return _lines(does, escape(rule.reads), escape(particulars(rule)), "[dim]if[/]", when, lifts)


def _asking(text: str, sheet: Sheet) -> str:
    """A part of a condition; where a court was named each question has what it reads there behind it."""
    if not sheet.truths:
        return escape(text)
    return re.sub(r"question\.\w+", lambda term: f"{term[0]} ({SAID[said(sheet.truths[term[0]])]})", escape(text))


def _question(asked: Asked) -> Group:
    question = asked.question
    return _lines(f"[bold]question {question.id}[/]", escape(question.asks), f"[dim]{escape(question.why)}[/]")


def _answers(asked: Asked) -> Group:
    read = ""
    if asked.read:
        binding = ", ".join(answer.id for answer in asked.read.binding) or "no answer binds here"
        read = f"[bold]read here: {SAID[said(asked.read.truth)]}[/] [dim]({escape(binding)})[/]"
    lives = [part for given in asked.answers for part in (_given(given), _life(given))]
    rules = f"[dim]decides {', '.join(asked.rules)}[/]" if asked.rules else ""
    return _lines(read, *(lives or ["[yellow]nobody with authority has answered[/]"]), rules)


def _given(given: Given) -> str:
    answer = given.answer
    mark = f" {UNVERIFIED}" if unread(answer.reviewed) else ""
    return f"{SAID[said(answer.answer)]} {answer.by}, binds {answer.binds}: {STATES[given.state]}{mark}"


def _answer(given: Given) -> Group:
    answer = given.answer
    return _lines(f"[bold]answer {answer.id}[/]", f"to {answer.question}", escape(answer.cite))


def _said(given: Given) -> Group:
    return _lines(_given(given), escape(given.answer.reads), _life(given))


def _life(given: Given) -> Group:
    return _bullets((0, _happening(line)) for line in given.answer.history)


def _happening(line: Happening) -> str:
    cite = f" [dim]⟨{escape(line.cite)}⟩[/]" if line.cite else ""
    return f"{line.day} {line.what}{f' by {line.by}' if line.by else ''}{cite}"


def _examples(sheet: Sheet) -> None:
    if not sheet.examples:
        return
    out.print("[bold]Examples[/]")
    made = table("on", "court", "verdict", "shows")
    for example in sheet.examples:
        what_if = f" [dim](if {escape('; '.join(example.assume))})[/]" if example.assume else ""
        made.add_row(str(example.on), example.court, coloured(example.expect), escape(example.says) + what_if)
    out.print(made)
    out.print()


def _blind(sheet: Sheet) -> None:
    if sheet.unmodelled:
        out.print("[bold]Left out[/]")
        out.print(_bullets((0, f"{escape(row['what'])}. [dim]{escape(row['why'])}[/]") for row in sheet.unmodelled))
        out.print()


def _sources(sheet: Sheet) -> None:
    out.print("[bold]Sources[/]")
    rows = sheet.pack.instrument["source"]
    told = (f"{escape(row['url'])} [dim]{escape(row.get('at', ''))}, {row.get('retrieved', '')}[/]" for row in rows)
    out.print(_bullets((0, text) for text in told))


def _bench(bench: Bench) -> None:
    out.print(f"[bold]{escape(bench.court.name)}[/] [dim]{bench.court.id} · {bench.court.place}[/]")
    for depth, above in enumerate(bench.line, 1):
        indented(f"under {escape(above.name)} [dim]{above.id}[/]", 2 * depth)
    if not bench.answers:
        out.print("It has answered none of the questions.")
        return
    out.print()
    columns = _columns()
    for given in bench.answers:
        columns.add_row(_answer(given), _said(given))
    out.print(columns)


def _circle(circle: Circle) -> None:
    group = circle.group
    out.print(f"[bold]{group['id']}[/]: {escape(str(group['meaning']))} [dim]⟨{escape(str(group['cite']))}⟩[/]")
    runs: dict[tuple[str, str], list[str]] = {}
    for member in circle.members:
        runs.setdefault((span(member.since, member.until), member.cite), []).append(member.place)
    made = table("members", "days", "by")
    made.columns[1].no_wrap = True
    for (days, cite), places in runs.items():
        made.add_row(" ".join(places), days, escape(cite))
    out.print(made)


@law.command("compare")
def compare_packs(
    old: Annotated[Path, typer.Argument(help="a folder of packs as they were")],
    new: Annotated[Path, typer.Argument(help="a folder of packs as they are to be")],
    brief: Annotated[bool, typer.Option("--brief", help="count the changed rows, do not list them")] = False,
    as_json: AsJson = False,
) -> None:
    """Every verdict that a change of law flips: over all examples of both and a fixed simulated estate."""
    before, after = load_packs(old), load_packs(new)
    with progress("posing every case to both") as bar:
        flips = compare(before, after, cases(before, after), bar.track)
    if as_json:
        print_json(flips.as_json())
    else:
        _flips(flips, brief)


def _flips(flips: Flips, brief: bool) -> None:
    if brief:
        rows = Counter((change.how, change.table) for change in flips.changes)
        out.print(", ".join(f"{number} {table}s {how}" for (how, table), number in sorted(rows.items())) or "no change")
    for change in flips.changes if not brief else ():
        fields = f" [dim]({', '.join(change.fields)})[/]" if change.fields else ""
        out.print(f"{MARKS[change.how]} {change.table} [bold]{escape(change.id)}[/]{fields}")
    out.print(f"{flips.cases:,} cases tried, {len(flips.flips):,} come out otherwise.")
    if not flips.flips:
        return
    turns: dict[tuple[str, str], dict[date, int]] = {}
    for (turn, place, day), number in flips.counts.items():
        turns.setdefault((turn, place), {})[day] = number
    made = table("verdict", "records in", "cases", "days", "first", "last")
    for (turn, place), days in turns.items():
        made.add_row(_turn(turn), place, f"{sum(days.values()):,}", f"{len(days)}", f"{min(days)}", f"{max(days)}")
    out.print(made)
    out.print("\n[bold]Some of them[/]")
    for flip in flips.examples:
        _flip(flip)


def _flip(flip: Flip) -> None:
    out.print(f"{flip.case.day} {flip.case.court} {_turn(flip.turn)}")
    indented(f"{escape(flip.case.name)}, records in {flip.case.place}")
    indented(f"[dim]proofs {' → '.join(proof[7:19] or '-' for proof in (flip.old_proof, flip.new_proof))}[/]")


def _turn(turn: str) -> str:
    return " → ".join(coloured(verdict) for verdict in turn.split(" → "))


@law.command("book")
def write_book(
    folder: Annotated[Path, typer.Argument(help="where the pages go: index.md and one for each place")],
    on: OnDay = None,
    laws: Laws = None,
) -> None:
    """The packs as a book in Markdown: text left, reading right, questions and answers, blind spots, sources."""
    pages = book(load_packs(laws), a_day(on) if on else None)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (folder / name).write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise NoBook(path=str(folder), why=error.strerror or str(error)) from error
    out.print(f"The law book: {', '.join(pages)} in {folder}.", soft_wrap=True)
