"""The house: its sizes, its layers, its words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
KERNEL = ROOT / "src/comity/kernel"
CODE = ("src", "tools", "bench")
MODULES = sorted(path for top in CODE for path in (ROOT / top).rglob("*.py") if ".work" not in path.parts)
TEXTS = sorted(
    path
    for pattern in ("*.md", "Makefile", "pyproject.toml", ".ci/*", *(f"{top}/**/*.*" for top in (*CODE, "docs")))
    for path in ROOT.glob(pattern)
    if path.suffix in (".md", ".py", ".toml", ".txt", ".html", ".css", ".svg", "") and ".work" not in path.parts
)
DECISIONS = (ast.For, ast.While, ast.If, ast.Match)
"""What nests; `with` and `try` hold something, and `elif` goes no deeper than its `if`."""

ACTS = {"desk/collection.py:collect", "desk/collection.py:review", "desk/release.py:send"}
"""Acts of the office with a sixth parameter, beside the office, the matter, who acts and when. No more shall follow."""


def short(path: Path) -> str:
    """A module as people name it."""
    return path.relative_to(ROOT).as_posix().removeprefix("src/comity/")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, those within others too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """In lines, from `def` on."""
    return (function.end_lineno or 0) - function.lineno + 1


def depth(node: ast.AST, level: int = 0) -> int:
    """How deep loops and branches stand within one another; a function within starts anew."""
    below = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.FunctionDef | ast.ClassDef)]
    elif_ = node.orelse if isinstance(node, ast.If) and len(node.orelse) == 1 else []
    return max((depth(c, level + (isinstance(c, DECISIONS) and c not in elif_)) for c in below), default=level)


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many, `self` and `cls` apart."""
    named = [one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return len(named) - (named[:1] in (["self"], ["cls"]))


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_a_module_is_read_in_one_sitting(path):
    """At most 400 lines, in the kernel 300."""
    assert path.read_text("utf-8").count("\n") <= (300 if path.parent == KERNEL else 400)


def test_a_function_fits_on_a_screen():
    """At most 60 lines, half of them under 12; loops and branches three deep."""
    found = [(f"{short(path)}:{function.name}", function) for path in MODULES for function in functions(path)]
    assert [name for name, function in found if length(function) > 60] == []
    assert [name for name, function in found if depth(function) > 3] == []
    assert median(length(function) for _, function in found) < 12


def test_a_function_takes_at_most_five_parameters():
    """A command's are its options, as many as its page explains."""
    found = {
        f"{short(path)}:{function.name}"
        for path in MODULES
        for function in functions(path)
        if parameters(function) > 5 and "cli" not in path.parts
    }
    assert found == ACTS


def test_the_kernel_is_read_in_a_day():
    """Some three thousand lines; each room has a docstring, and a test of its own name."""
    rooms = [path for path in sorted(KERNEL.glob("*.py")) if path.name != "__init__.py"]
    assert sum(path.read_text("utf-8").count("\n") for path in rooms) < 3800
    assert [room.name for room in rooms if not ast.get_docstring(ast.parse(room.read_text("utf-8")))] == []
    assert [room.name for room in rooms if not (ROOT / "tests/kernel" / f"test_{room.name}").exists()] == []


def test_every_contract_of_the_layers_is_kept():
    """Rooms over rooms, the house over the kernel, the kernel over nothing: `lint-imports` says so."""
    said = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout
    assert "5 kept, 0 broken" in said.stdout


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Every module a module imports, and what from it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), name.name) for name in node.names)
        elif isinstance(node, ast.Import):
            yield from ((name.name, "") for name in node.names)


def test_imports_are_plain():
    """By full name and one by one; in the kernel from the standard library and the rooms below alone."""
    found = [(short(path), *one) for path in MODULES for one in imports(path)]
    assert [one for one in found if one[2] == "*" or one[1].startswith(".")] == []
    private = [one for one in found if one[2].startswith("_") and one[1].startswith("comity")]
    assert private == []
    outside = {
        module.split(".")[0]
        for room, module, _ in found
        if room.startswith("kernel/") and not module.startswith("comity.kernel.")
    }
    assert outside <= sys.stdlib_module_names


def test_the_kernel_asks_no_clock_and_no_chance():
    """Nor opens, prints, runs or waits for anything: what it needs to know comes in as an argument."""
    calls = re.compile(
        r"\b(open|print|input|eval|exec|__import__|breakpoint)\(|\b(now|utcnow|today|fromtimestamp|localtime)\(|environ"
    )
    found = [(room.name, line) for room in KERNEL.glob("*.py") for line in room.read_text("utf-8").splitlines()]
    assert [(room, line) for room, line in found if calls.search(line)] == []


UNFINISHED = (
    r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError|#.* for now\b|"
    r"(?i:\b(placeholder|stub|stubs|stubbed|lorem ipsum|coming soon|work in progress)\b)"
)
MACHINES = r"(^|[\s\"'`=(])(/root|/home/\w+|/Users/\w+|[A-Z]:\\Users)/"


@pytest.mark.parametrize("words", [UNFINISHED, MACHINES], ids=["unfinished", "machines"])
def test_nothing_is_left_half_done_and_nobodys_machine_is_named(words):
    """No text of the project holds what a reader could not use."""
    pattern, found = re.compile(words), []
    for path in TEXTS:
        lines = enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        found += [(str(path.relative_to(ROOT)), number, line) for number, line in lines if pattern.search(line)]
    assert len(TEXTS) > 150 and found == []


def named(path: Path) -> list[str]:
    """The name of every fault that a module writes down."""
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call) and node.args)
    made = (node.args[0] for node in calls if isinstance(node.func, ast.Name) and node.func.id == "Fault")
    return [name.value for name in made if isinstance(name, ast.Constant)]


def test_a_fault_is_made_in_one_place_of_its_module():
    """So that one name has one meaning and one remedy there; and names are words with hyphens."""
    found = {short(path): named(path) for path in MODULES}
    assert sum(map(len, found.values())) > 20
    assert [(path, name) for path, names in found.items() for name, times in Counter(names).items() if times > 1] == []
    assert [name for names in found.values() for name in names if not re.fullmatch("[a-z]+(-[a-z]+)*", name)] == []


def test_every_public_function_of_the_kernel_says_what_it_means():
    """A docstring for whatever has no underscore."""
    silent = []
    for room in KERNEL.glob("*.py"):
        for node in ast.parse(room.read_text("utf-8")).body:
            parts = [node, *(node.body if isinstance(node, ast.ClassDef) else [])]
            silent += [
                f"{room.name}:{part.name}"
                for part in parts
                if isinstance(part, ast.FunctionDef | ast.ClassDef)
                and not part.name.startswith("_")
                and not ast.get_docstring(part)
            ]
    assert silent == []
