"""`comity demo`: the story on the screen, room by room, as it happens."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import TaskID
from rich.table import Table
from rich.text import Text

from comity.cli.collection import show as show_listing
from comity.cli.common import HERE, app, coloured, indented, out, progress
from comity.cli.decision import SAID
from comity.cli.gate import show as show_gate
from comity.cli.matter import STATES
from comity.cli.report import show as show_report
from comity.desk.collection import Listing
from comity.desk.decision import Assessment
from comity.intake.passages import Proposal
from comity.kernel.gate import Refusal, Release
from comity.kernel.report import Report
from comity.sim.demo import Story, build, run
from comity.sim.replay import Row

SHOWN: tuple[str, ...] = ("instrument", "court", "issued", "accounts", "categories", "since", "until", "terms")
GATE = {"open": "[green]open[/]", "shut": "[red]shut[/]"}


class Screen:
    """Tells the story to a person at a terminal of 80 columns."""

    def __init__(self) -> None:
        self.steps = 0
        self.bars = progress("{task.description}")
        self.tasks: dict[str, TaskID] = {}

    def step(self, title: str) -> None:
        """A new room is entered."""
        self.steps += 1
        out.print(f"\n[bold]{self.steps}. {escape(title)}[/]")

    def line(self, text: str) -> None:
        """One line of what was found."""
        indented(escape(text), 3)

    def progress(self, label: str, done: int, total: int) -> None:
        """How far long work has come."""
        if label not in self.tasks:
            self.tasks[label] = self.bars.add_task(label, total=total)
        self.bars.update(self.tasks[label], completed=done, total=total)

    def proposal(self, read: Proposal) -> None:
        """What the paper was read to say, with the passage behind each value."""
        for field in read.fields:
            if field.name in SHOWN:
                passage = Text(" ".join(field.passage.split()), style="dim")
                passage.truncate(34, overflow="ellipsis")
                out.print(f"   {field.name:<11} {escape(field.value):<28} ", end="")
                out.print(f"[dim]“{escape(passage.plain)}”[/]")

    def docket(self, rows: Sequence[Row]) -> None:
        """The docket as a table: what happened, and what law, order and gate answered for content in Dublin."""
        made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
        for column, width in zip(
            ("date", "what happened (and why)", "law", "order", "gate"), (10, 42, 9, 9, 5), strict=True
        ):
            made.add_column(column, width=width)
        last: tuple[str, ...] = ()
        for row in rows:
            line, happening = row.content, row.happening
            words = (line.verdict, line.standing.state, "open" if line.opens else "shut")
            cells = (coloured(line.verdict), STATES[line.standing.state], GATE[words[2]])
            made.add_row(str(happening.date), escape(happening.says), *(cells if words != last else ("″", "″", "″")))
            marks = [] if words == last else [f"→ {line.brief}"]
            marks += [] if happening.verified else ["day unverified"]
            made.add_row("", f"[dim]{escape(happening.court)}{''.join('; ' + mark for mark in marks)}[/]")
            last = words
        out.print(made)
        self.other(rows)

    def other(self, rows: Sequence[Row]) -> None:
        """What lay in the United States, where it changed."""
        out.print("\n   Subscriber records in the United States, for comparison:")
        last = ""
        for row in rows:
            line = row.other
            gate = GATE["open" if line.opens else "shut"]
            told = f"{coloured(line.verdict)}, order {STATES[line.standing.state]}, gate {gate}"
            if told != last:
                out.print(f"   from {row.happening.date}: {told}")
            last = told

    def answer(self, answer: Release | Refusal) -> None:
        """What the gate says."""
        show_gate(answer)

    def collected(self, found: Listing) -> None:
        """What was found, adding up."""
        show_listing(found)

    def report(self, made: Report) -> None:
        """What may be published."""
        show_report(made)

    def assessment(self, found: Assessment) -> None:
        """What the law says of each class of records."""
        for ruled in found.ruled:
            decision = ruled.decision
            out.print(f"   {found.on}, {found.reading.court}: {ruled.name} is {coloured(decision.verdict)}")
            for power in decision.powers:
                if power.truth:
                    indented(f"compels: {escape(power.rule.reads)} [dim]⟨{escape(power.rule.cite)}⟩[/]", 5)
            for point in decision.open_points:
                indented(f"[yellow]open[/]: {escape(point.asks)}", 5)
                out.print(
                    "       "
                    + "; ".join(
                        f"if {SAID.get(value, value)} → {coloured(verdict)}" for value, verdict in point.outcomes
                    )
                )


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--out", help="where the demo is built; it is replaced")] = HERE / "demo",
    corpus: Annotated[Path | None, typer.Option(help="answer from this mail instead: folder, Maildir or mbox")] = None,
    messages: Annotated[int, typer.Option(min=400, help="how many messages the simulated provider holds")] = 20_000,
) -> None:
    """One real demand through every room: the Dublin mailbox, 2013 to 2018, on a provider in a box."""
    # Drawing the page is this verb's alone; its template engine is not loaded for every other one.
    from comity.sim.pages import write_page

    began = time.monotonic()
    screen = Screen()
    with screen.bars:
        story = run(build(folder, screen, corpus, messages))
    page = write_page(story)
    _end(story, page, time.monotonic() - began)


def _end(story: Story, page: Path, seconds: float) -> None:
    office = story.office.root
    story.office.close()
    with suppress(ValueError):
        page = page.relative_to(Path.cwd())
    out.print(f"\n[bold]Done in {seconds:.0f} s.[/] Look at it: [bold]{page}[/]")
    out.print("\nTry it yourself:")
    for command in (
        f"comity decide dublin-2018 --on 2018-04-05 --office {office}",
        f"comity gate dublin-2013 --on 2014-08-02 --office {office}",
        f"comity ledger verify --office {office}",
    ):
        out.print(f"  .venv/bin/{command}", soft_wrap=True)
    out.print("\nThe same with your own mailbox:")
    out.print("  make demo CORPUS=path/to/mail       (a folder of messages, a Maildir, an mbox)")
    out.print("  .venv/bin/comity init my-office     (an office of your own; then docs/start/)")
