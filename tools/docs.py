"""`make docs`: the passages of the documentation that are taken from the code and the law packs, made again.

In a page such a passage stands between `<!-- made: NAME -->` and `<!-- /made -->`; nothing else of a page is touched.
`tests/docs` runs the same and fails where a page would change.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, Final

import typer
from typer.main import get_command

import comity
from comity.cli.rooms import ROOMS
from comity.desk.roles import ACTS, ROLES
from comity.errors import ComityError
from comity.kernel import matter
from comity.lawpack import default_folder, read_folder

ROOT: Final = Path(__file__).resolve().parent.parent
PASSAGE: Final = re.compile(r"(<!-- made: ([\w-]+) -->\n).*?(<!-- /made -->)", re.DOTALL)


def modules() -> Iterator[Any]:
    """Every module of comity."""
    for found in walk_packages(comity.__path__, "comity."):
        if not found.name.endswith("__main__"):
            yield import_module(found.name)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |\n" for line in lines)


# The command line


def commands() -> dict[str, Any]:
    """Every verb by the words that are typed for it, room by room and as its room has them."""
    list(modules())
    found: dict[str, Any] = {}
    for name, command in get_command(import_module("comity.cli.common").app).commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {verb}": sub for verb, sub in inner.items()} if inner else {name: command}
    return dict(sorted(found.items(), key=lambda verb: _place(verb[1].callback)))


def _place(verb: Callable[..., None]) -> tuple[int, str, int]:
    plain = inspect.unwrap(verb)
    room = plain.__module__.rpartition(".")[2]
    return list(ROOMS).index(room.partition("_")[0]), room, plain.__code__.co_firstlineno


def verbs() -> str:
    """Every verb with its arguments and options."""
    return "\n".join(_verb(name, command) for name, command in commands().items())


def _verb(name: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name not in ("office", "as_json")]
    usage = " ".join([f"comity {name}", *(p.name.upper() if p.required else f"[{p.name.upper()}]" for p in arguments)])
    usage += "".join(f" {p.opts[0]} …" for p in options if p.required)
    rows = [[f"`{p.name.upper()}`", p.help or ""] for p in arguments] + [[_flags(p), p.help or ""] for p in options]
    return f"### `{usage}`\n\n{command.help}\n\n" + (table(("", "means"), rows) if rows else "")


def _flags(option: Any) -> str:
    return ", ".join(f"`{flag}`" for flag in (*option.opts, *option.secondary_opts)) + (
        " (may be repeated)" if option.multiple else ""
    )


# Errors and faults


def errors() -> dict[int, list[type[ComityError]]]:
    """Every kind of error by its exit code."""
    list(modules())
    found: dict[int, list[type[ComityError]]] = {}
    kinds, todo = [], [ComityError]
    while todo:
        kind = todo.pop()
        kinds.append(kind)
        todo += kind.__subclasses__()
    for kind in sorted(kinds, key=lambda kind: (kind.__module__, kind.__qualname__)):
        if kind.help and kind.__module__.startswith("comity."):
            found.setdefault(kind.exit_code, []).append(kind)
    return dict(sorted(found.items()))


def exit_codes() -> str:
    """Every error's message and help, under its exit code."""
    parts = []
    for code, kinds in errors().items():
        rows = sorted((_said(kind.__doc__), _said(kind.help)) for kind in kinds)
        parts.append(f"### {code}\n\n" + table(("message", "what to do"), rows))
    return "\n".join(parts)


def _said(text: str | None) -> str:
    return re.sub(r"\{\w+\}", "…", (text or "").strip().splitlines()[0])


def faults_of(module: str, name: str) -> Callable[[], str]:
    """The passage with a list of named faults that the code keeps: each with what to do about it."""
    return lambda: table(
        ("name", "what to do"), ((f"`{fault}`", do) for fault, do in getattr(import_module(module), name).items())
    )


# Events and law


def events() -> str:
    """Every kind of event, what it means, and what it does to the order."""
    does = {
        "makes the order live": matter.LIVENING - {"stay-lifted"},
        "suspends the order": matter.SUSPENDING,
        "ends the order": matter.ENDING,
        "ends a stay": frozenset({"stay-lifted"}),
        "ends a reversed order": frozenset({"mandate"}),
        "forbids telling the user": matter.GAGS,
        "ends a gag": frozenset({"gag-lifted"}),
        "holds the production back": frozenset({"window", "contempt", "declined"}),
    }
    rows = [
        [f"`{kind}`", meaning, "; ".join(what for what, kinds in does.items() if kind in kinds)]
        for kind, meaning in matter.KINDS.items()
    ]
    return table(("kind", "meaning", "effect"), rows)


def roles() -> str:
    """Every role of an office, and what it is for."""
    return table(("role", "what it is for"), ((f"`{role}`", what) for role, what in ROLES.items()))


def acts() -> str:
    """Every act of the desk, and the roles that may do it."""
    return table(("act", "roles"), ((says, ", ".join(f"`{role}`" for role in who)) for says, who in ACTS.values()))


def terms() -> str:
    """Every declared term."""
    rows = []
    for term in read_folder(default_folder()).words.terms.values():
        codes = f"{term.kind}: {', '.join(f'`{code}`' for code in term.codes)}" if term.codes else term.kind
        rows.append([f"`{term.name}`", codes, term.meaning, term.unknown])
    return table(("term", "kind", "means", "unknown means"), rows)


def unmodelled() -> str:
    """What each pack says that it leaves out."""
    parts = []
    for pack in sorted(read_folder(default_folder()).packs, key=lambda pack: pack.document.name):
        if pack.unmodelled:
            parts.append(f"### {pack.instrument['title']}\n\n")
            parts.append("".join(f"* {row['what']}. *{row['why']}*\n" for row in pack.unmodelled) + "\n")
    return "".join(parts).rstrip("\n") + "\n"


def promises() -> str:
    """The thirteen promises with their state, as docs/promises.md has them."""
    page = (ROOT / "docs" / "promises.md").read_text("utf-8")
    rows = []
    for number, sentence, body in re.findall(r"^## (\d+)\. (.+?)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL):
        state = re.search(r"^State: (.+?)\.$", body, re.MULTILINE)
        tests = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::", body)))
        links = ", ".join(f"[{Path(test).stem.removeprefix('test_')}]({test})" for test in tests)
        rows.append([number, sentence, state[1] if state else "", links])
    stand = sum(row[2].startswith("stands") for row in rows)
    return table(("", "promise", "state", "tests"), rows) + f"\n{stand} of {len(rows)} stand.\n"


PASSAGES: Final[dict[str, Callable[[], str]]] = {
    "verbs": verbs,
    "exit-codes": exit_codes,
    "events": events,
    "roles": roles,
    "acts": acts,
    "terms": terms,
    "unmodelled": unmodelled,
    "promises": promises,
    "faults-pack": faults_of("comity.lawpack.faults", "NAMES"),
    "faults-cases": faults_of("comity.lawpack.cases", "NAMES"),
    "faults-advice": faults_of("comity.desk.exposure.aim_read", "NAMES"),
    "faults-apart": faults_of("comity.intake.apart", "NAMES"),
    "faults-demand": faults_of("comity.intake.faults", "NAMES"),
    "faults-registry": faults_of("comity.registry.check", "REMEDIES"),
}


def pages() -> list[Path]:
    """Every page of the documentation."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def made_again(page: Path) -> str:
    """A page with its passages made again."""
    return PASSAGE.sub(lambda found: f"{found[1]}\n{PASSAGES[found[2]]()}\n{found[3]}", page.read_text("utf-8"))


def digest() -> bool:
    """Write down the digest that the packs of this edition have; whether it was another before."""
    path, found = default_folder() / "DIGEST", read_folder(default_folder()).digest + "\n"
    other = not path.exists() or path.read_text("utf-8") != found
    path.write_text(found, "utf-8")
    return other


def main() -> None:
    """Write what changed, and say which pages those were."""
    if digest():
        typer.echo("docs: the packs' digest made again")
    changed = [(page, text) for page in pages() if (text := made_again(page)) != page.read_text("utf-8")]
    for page, text in changed:
        page.write_text(text, "utf-8")
        typer.echo(f"docs: {page.relative_to(ROOT)} made again")
    sys.stdout.write("" if changed else "docs: nothing changed\n")


if __name__ == "__main__":
    main()
