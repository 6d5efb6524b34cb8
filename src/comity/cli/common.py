"""What every verb shares: the office that is meant, the moment that is asked about, JSON or a screen a person reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from comity.desk.matter import as_of
from comity.desk.office import Office
from comity.errors import ComityError, Unreadable, Unwritable
from comity.kernel.words import Proof

app = typer.Typer(
    name="comity",
    help="What happens when a government demands a customer's data that lies in another country.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback()(lambda: None)  # a verb keeps its name even where its room is the only one that was imported
out = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

OfficeAt = Annotated[Path, typer.Option("--office", "-o", envvar="COMITY_OFFICE", help="the office's folder")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON instead of a screen")]
On = Annotated[str | None, typer.Option("--on", help="as of the end of this day in the forum, e.g. 2014-08-29")]
At = Annotated[str | None, typer.Option("--at", help="as of this moment, e.g. 2014-08-29T15:00Z")]
By = Annotated[str, typer.Option("--by", help="who does this: a person of office.toml")]
Assume = Annotated[
    list[str] | None,
    typer.Option("--assume", help='a what-if: "QUESTION=true|false by COURT on DATE", "ID repealed on DATE"'),
]
HERE = Path(".")
NO = 6
"""The exit code of an answer that is no: the gate is shut, a check or an example does not hold."""

MARKS = {True: "[green]✓ yes[/]", False: "[red]✗ no[/]", None: "[yellow]? unknown[/]"}
JOINS = {"all": "all of", "any": "any of", "not": "not"}
EFFECTS = {
    "compels": ("compels", "does not compel", "may compel"),
    "bars": ("bars", "does not bar", "may bar"),
    "lifts": ("lifts the bar", "does not lift it", "may lift it"),
    "objects": ("may be objected", "no objection", "perhaps an objection"),
    "obliges": ("obliges", "does not oblige", "may oblige"),
    "routes": ("opens a channel", "no channel", "perhaps a channel"),
}
COLOURS = {"compelled": "green", "conflict": "magenta", "barred": "red", "free": "cyan", "open": "yellow"}


class NotAMoment(ComityError):
    """`{text}` is not a {what}"""

    help = "write a day as 2014-08-29 and a moment as 2014-08-29T15:00Z, with its zone"
    exit_code = 2


@contextmanager
def opened(path: Path) -> Iterator[Office]:
    """The office, closed again whatever happens."""
    office = Office(path)
    try:
        yield office
    finally:
        office.close()


class OnlyAtTheDesk(ComityError):
    """this office has said that {act} takes a passkey, and here nobody can show one"""

    help = "do it at the desk (`comity serve`), or have `approve_with` taken out of office.toml"
    exit_code = 5


def by_hand(office: Office, act: str) -> None:
    """Refuse an act where the office asks for a passkey by name: a command line proves nobody's presence."""
    if office.settings.approve_with == "passkey":
        raise OnlyAtTheDesk(act=act)


def text_of(path: Path) -> str:
    """A small text file that was named on the command line."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(path=str(path), why=getattr(error, "strerror", None) or str(error)) from error


def put(path: Path, content: str | bytes) -> None:
    """Write what was asked for to the place that was named."""
    try:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise Unwritable(path=str(path), why=error.strerror or str(error)) from error


def now() -> datetime:
    """The present moment: the one place where the command line reads the clock."""
    return datetime.now(UTC)


def a_day(text: str) -> date:
    """A day as it was typed."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotAMoment(text=text, what="day") from error


def a_moment(text: str) -> datetime:
    """A moment as it was typed; it must say its zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotAMoment(text=text, what="moment") from error
    if moment.tzinfo is None:
        raise NotAMoment(text=text, what="moment with a zone")
    return moment.astimezone(UTC)


def asked(on: str | None, at: str | None, place: str) -> datetime:
    """The moment a question is about: `--at`, the end of `--on` in the forum, or now."""
    if at:
        return a_moment(at)
    return as_of(a_day(on), place).astimezone(UTC) if on else now()


def print_json(value: object) -> None:
    """JSON for a program: sorted keys, one document, to standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, sort_keys=True, indent=2, default=str)
    sys.stdout.write("\n")


def table(*columns: str, title: str | None = None) -> Table:
    """A plain table whose columns fold rather than lose words at 80 columns."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def plural(number: int, thing: str) -> str:
    """`1 item`, `2 items`."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def indented(text: str, by: int = 2) -> None:
    """A line of text that keeps its indent where it folds."""
    out.print(Padding.indent(Text.from_markup(text), by))


def coloured(verdict: str) -> str:
    """A verdict or state in its colour; the word itself always stands there."""
    return f"[{COLOURS.get(verdict, 'white')}]{escape(verdict)}[/]"


def tree(proof: Proof, label: str | None = None) -> Tree:
    """A proof as a tree: each node with its truth, the value found and the text it stands on."""
    root = Tree(label or _node(proof), guide_style="dim")
    for part in proof.parts:
        root.add(tree(part))
    return root


def _node(proof: Proof) -> str:
    cite = f" [dim]⟨{escape(proof.cite)}⟩[/]" if proof.cite else ""
    if proof.by in EFFECTS:
        holds, fails, unsure = EFFECTS[proof.by]
        mark = {True: f"[green]✓ {holds}[/]", False: f"[red]✗ {fails}[/]", None: f"[yellow]? {unsure}[/]"}[proof.truth]
        return f"{mark} [bold]{escape(proof.term)}[/]: {escape(proof.says)}{cite}"
    if proof.by == "fact":
        found = (
            "unknown"
            if proof.found is None
            else str(proof.found).lower()
            if isinstance(proof.found, bool)
            else proof.found
        )
        return f"{MARKS[proof.truth]} {escape(proof.says)} [dim](is {escape(found)})[/]{cite}"
    spelled_out = proof.parts and all(part.says in proof.says for part in proof.parts)
    says = JOINS.get(proof.by, proof.says) if spelled_out else proof.says
    return f"{MARKS[proof.truth]} {escape(says)}{cite}"


def progress(label: str) -> Progress:
    """A progress bar on standard error; nothing is drawn when nobody is looking."""
    columns = (TextColumn(label), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)
