"""The names that the code puts before people (faults, the gate's reasons), read out of its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from comity.desk.exposure.aim_read import NAMES as ADVICE
from comity.intake.apart import NAMES as APART
from comity.intake.faults import NAMES as DEMAND
from comity.lawpack.cases import NAMES as CASES
from comity.lawpack.faults import NAMES as PACK
from comity.registry.check import REMEDIES

SOURCE = Path(__file__).parents[2] / "src" / "comity"
NAME = re.compile(r"[a-z]{4,}(?:-[a-z]+)*|[a-z]+(?:-[a-z]+)+")
MAKERS = frozenset({"Fault", "fault", "_fault", "Unfit", "found", "wrong", "add", "Reason"})
FILLED = {
    "order-{}": ("order-suspended", "order-dead"),
    "class-{}": ("class-conflict", "class-barred", "class-free", "class-open"),
    "not-{}": ("not-toml", "not-json"),
}
"""Names that the code puts together."""


def names() -> dict[str, str]:
    """Every name, and one file that makes it."""
    found = dict.fromkeys(PACK, "lawpack/faults.py") | dict.fromkeys(DEMAND, "intake/faults.py")
    found |= dict.fromkeys(ADVICE, "desk/exposure/aim_read.py")
    found |= dict.fromkeys(CASES, "lawpack/cases.py")
    found |= dict.fromkeys(REMEDIES, "registry/check.py")
    found |= dict.fromkeys(APART, "intake/apart.py")
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE).as_posix()
        if not place.startswith(("cli/", "sim/")):
            for name in _made(ast.parse(path.read_text("utf-8"))):
                found |= dict.fromkeys(FILLED.get(name, (name,)), place)
    return {name: place for name, place in found.items() if NAME.fullmatch(name)}


def _made(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in MAKERS and node.args:
            yield from _said(node.args[0])
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 3:
            yield from _said(node.value.elts[0])
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "name":
            yield from (name for name in _said(node.value) if "-" in name)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _said(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_said(node.body), *_said(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
