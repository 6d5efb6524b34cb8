"""Every string that a page may show, found where it stands: in templates, in code, in the tables of words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

from jinja2 import nodes
from tools.docs import errors

from comity.desk.agencies import KINDS as CONTACTS
from comity.desk.preflight import MEANS, TURNS
from comity.desk.review import COUNSEL, REVIEWER
from comity.desk.roles import ACTS, ONLY_READS, ROLES
from comity.errors import ComityError
from comity.intake.faults import NAMES
from comity.intake.keys import CHANNELS
from comity.intake.warrant import GAPS
from comity.kernel import matter
from comity.kernel.decision import EFFECTS
from comity.kernel.demand import CATEGORIES
from comity.kernel.report import OUTCOMES
from comity.lawpack import default_folder, read_folder
from comity.letters.drafts.model import KINDS as LETTERS
from comity.letters.drawing import PLAIN
from comity.letters.page import CLASSES, JOINS, MEANINGS, SAID
from comity.registry.check import REMEDIES
from comity.web.app import TRIES
from comity.web.letter import WHAT as FOR
from comity.web.pages import templates
from comity.web.portal.app import PACES
from comity.web.portal.app import REMEDIES as OUTSIDE
from comity.web.portal.mine import STATES
from comity.web.review import WORDS as MARKS
from comity.web.rooms import OF_A_MATTER, ROOMS
from comity.web.sentences import template_of

SOURCES: Final = Path(__file__).resolve().parent.parent / "src/comity"
TEMPLATES: Final = (SOURCES / "web/templates", SOURCES / "web/portal/templates")
CODE: Final = (
    "web/*.py", "web/portal/*.py", "kernel/gate.py", "kernel/matter.py", "kernel/demand.py", "kernel/estate.py",
    "kernel/decision.py", "kernel/notice.py", "desk/*.py", "intake/*.py", "registry/check.py",
)  # fmt: skip
"""Where what is worded for people on pages stands."""
WORDED: Final = {
    "Said": (0,), "Trouble": (0, 1), "Reason": (1, 2), "Fault": (2, 3), "fault": (2,), "_fault": (2, 3), "Unfit": (1,),
    "Standing": (2,), "Proof": (0,), "Notice": (1,), "found": (2,), "Ran": (1,), "gettext": (0,),
}  # fmt: skip
"""What takes a sentence for people, and at which places."""
UNSEEN: Final = ("comity.cli", "comity.sim", "comity.exposure", "comity.web.serve", "comity.desk.verify")
"""Errors of these are for the command line alone."""
MOST: Final = 16
"""As many sentences one place of the code may make of its parts."""


@dataclass(frozen=True)
class Found:
    """One string, the file it stands in, and what a translator should know of it."""

    text: str
    where: str
    more: str = ""
    context: str = ""
    notes: tuple[str, ...] = ()


def every() -> list[Found]:
    """Every string, file by file."""
    return [*in_templates(), *in_code(), *in_errors(), *in_tables()]


# Templates


def in_templates() -> Iterator[Found]:
    """What the templates wrap, and what they count (`| many("item")`)."""
    environment = templates("en")
    for path in sorted(path for folder in TEMPLATES for path in folder.rglob("*.html")):
        where = _short(path)
        source = path.read_text("utf-8")
        for _, function, message in environment.extract_translations(source):  # type: ignore[attr-defined]
            texts = [part for part in (message if isinstance(message, tuple) else (message,)) if isinstance(part, str)]
            if not texts:
                continue  # a name that is looked up: it stands in a table
            if function in ("pgettext", "npgettext"):
                yield Found(texts[1], where, "".join(texts[2:3]), texts[0])
            else:
                yield Found(texts[0], where, "".join(texts[1:2]))
        for used in environment.parse(source).find_all(nodes.Filter):
            things = [arg.value for arg in used.args if isinstance(arg, nodes.Const)]
            if used.name == "many" and things:
                yield counted(*map(str, things), where=where)


def counted(thing: str, more: str = "", where: str = "") -> Found:
    """A number of things, as `Tongue.many` looks it up."""
    return Found(f"%(number)s {thing}", where, f"%(number)s {more or f'{thing}s'}")


# Code


def in_code() -> Iterator[Found]:
    """What the code words for people, each sentence with its fields."""
    for pattern in CODE:
        for path in sorted(SOURCES.glob(pattern)):
            for scope in _scopes(ast.parse(path.read_text("utf-8"))):
                yield from (Found(text, _short(path)) for text in scope if _prose(text))
    for thing in ("day", "hour"):
        yield counted(thing, where="web/tongue.py")
    for one, more in (("in %(days)s day", "in %(days)s days"), ("%(days)s day ago", "%(days)s days ago")):
        yield Found(one, "web/tongue.py", more)


def _prose(text: str) -> bool:
    own = re.sub(r"\{\w+\}|%\(\w+\)s|`[^`]*`", "", text)
    return sum(letter.isalpha() for letter in own) >= 3 or text in (" and ", " or ")


def _scopes(tree: ast.Module) -> Iterator[list[str]]:
    """The sentences of each function, and of the module around them."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for function in (tree, *functions):
        yield list(_Reader(function).sentences())


class _Reader:
    """One function read: which texts its names may hold, and which of them are for people."""

    def __init__(self, function: ast.AST) -> None:
        self.own = list(_own(function))
        self.named: dict[str, list[str]] = {}
        self.told = getattr(function, "name", "") == "do"
        for node in self.own:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    self._bind(target, node.value)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                before = self.named.get(node.target.id, [])
                self.named[node.target.id] = [a + b for a, b in product(before, self.texts(node.value))]

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for one, part in zip(target.elts, value.elts, strict=True):
                self._bind(one, part)
        elif isinstance(target, ast.Name):
            worded = isinstance(value, ast.Constant | ast.JoinedStr | ast.IfExp | ast.BinOp | ast.Subscript)
            texts = self.texts(value) if worded else []
            if texts and not any(re.fullmatch(r"\{\w+\}", text) for text in texts):
                self.named[target.id] = [*self.named.get(target.id, ()), *texts]

    def sentences(self) -> Iterator[str]:
        """What is for people."""
        for node in self.own:
            for expression in self._for_people(node):
                yield from self.texts(expression)

    def _for_people(self, node: ast.AST) -> Iterator[ast.expr]:
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield from (node.args[place] for place in WORDED.get(name, ()) if place < len(node.args))
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "why")
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 3:
            yield from node.value.elts[1:]
        if self.told and isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            yield node.value.elts[-1]
        if isinstance(node, ast.Tuple) and isinstance(last := node.elts[-1] if node.elts else None, ast.Name):
            yield from [last] if last.id == "missing" else []

    def texts(self, node: ast.expr | None) -> list[str]:
        """Every template that an expression may come to; what is no text of the code is a field."""
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=values):
                parts = [self.texts(v.value if isinstance(v, ast.FormattedValue) else v) for v in values]
                return ["".join(_apart(made)) for made in list(product(*parts))[:MOST]]
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return ["".join(_apart(made)) for made in product(self.texts(left), self.texts(right))][:MOST]
            case ast.IfExp(body=body, orelse=other):
                return [*self.texts(body), *self.texts(other)]
            case ast.Subscript(value=ast.Dict(values=values)):
                return [text for value in values for text in self.texts(value)]
            case ast.Name(id=name) if name in self.named:
                return self.named[name]
            case _:
                return [f"{{{_field(node)}}}"]


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function in the order of its text, without those of functions within."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _own(child)


def _field(node: ast.AST | None) -> str:
    """A field's name from what is put in: `at.isoformat()` is `at`, `hits.unreadable` is `unreadable`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        inner = node.args[0] if node.func.attr == "join" and node.args else node.func.value
        return _field(inner)
    if isinstance(node, ast.Call) and node.args:
        return _field(node.args[0])
    if isinstance(node, ast.Attribute):
        return node.attr.lower()
    if isinstance(node, ast.Name):
        return node.id.lower()
    if isinstance(node, ast.Subscript):
        return _field(node.value)
    inner = next((one for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute)), None) if node else None
    return _field(inner) if inner is not None and inner is not node else "text"


def _apart(parts: Iterable[str]) -> Iterator[str]:
    """The parts of a template, a field's name that stood already with a number."""
    seen: dict[str, int] = {}
    for part in parts:
        for name in re.findall(r"\{(\w+)\}", part):
            seen[name] = seen.get(name, 0) + 1
            part = part.replace(f"{{{name}}}", f"{{{name}_{seen[name]}}}") if seen[name] > 1 else part
        yield part


# Errors and tables of words


def in_errors() -> Iterator[Found]:
    """Every error that may be shown on a page, with its remedy."""
    kinds: list[type[ComityError]] = [kind for found in errors().values() for kind in found]
    for kind in sorted(kinds, key=lambda kind: (kind.__module__, kind.__qualname__)):
        if not kind.__module__.startswith(UNSEEN):
            where = f"{kind.__module__.removeprefix('comity.').replace('.', '/')}.py"
            yield from (Found(text, where) for text in (template_of(kind), kind.help))


def in_tables() -> Iterator[Found]:
    """Words and meanings that stand in tables; `context` tells apart what is one word in English."""
    packs = read_folder(default_folder())
    terms = packs.words.terms
    words: dict[tuple[str, str], Iterable[Any]] = {
        ("kernel/matter.py", ""): matter.KINDS.values(),
        ("kernel/matter.py", " "): ["no order has been made yet", "the stay ended by its own terms on {until}"],
        ("kernel/matter.py", "kind"): matter.KINDS,
        ("kernel/matter.py", "clock"): [*matter.SPANS, *_duties(packs)],
        ("kernel/clock.py", "counting"): COUNTING,
        ("kernel/demand.py", ""): sorted(CATEGORIES),
        ("kernel/demand.py", "of"): sorted(CATEGORIES),
        ("kernel/decision.py", "effect"): EFFECTS,
        ("kernel/decision.py", ""): ("verdict", "some power compels", "some bar stands"),
        ("letters/page.py", ""): [*CLASSES.values(), *JOINS.values(), *(w for said in SAID.values() for w in said)],
        ("letters/page.py", " "): [word for _, one, _, meaning in MEANINGS for word in (one, meaning)],
        ("letters/drawing.py", ""): (PLAIN.whole, PLAIN.stretch, PLAIN.day, PLAIN.both, "gate open", "gate shut"),
        ("letters/page.py", "lane"): dict.fromkeys(lane for lane, *_ in MEANINGS),
        ("kernel/gate.py", ""): ["open on {points}"],
        ("desk/roles.py", "role"): sorted(ROLES),
        ("desk/roles.py", ""): [*ROLES.values(), *(says for says, _ in ACTS.values())],
        ("desk/roles.py", " "): [ONLY_READS, *(f"may not {says}: that is for {{roles}}" for says, _ in ACTS.values())],
        ("web/letter.py", ""): [*LETTERS.values(), *FOR.values()],
        ("kernel/report.py", "outcome"): OUTCOMES,
        ("kernel/report.py", ""): OUTCOMES.values(),
        ("web/review.py", ""): [*MARKS.values(), *REVIEWER.values(), *COUNSEL.values()],
        ("web/authenticity.py", ""): ("supports", "speaks against", "says nothing"),
        ("web/app.py", ""): [TRIES.what],
        ("web/portal/app.py", ""): [*OUTSIDE.values(), *(pace.what for pace in PACES.values())],
        ("web/portal/mine.py", ""): STATES.values(),
        ("desk/preflight.py", ""): [*MEANS.values(), *TURNS.values()],
        ("web/rooms.py", ""): [name for _, name in (*ROOMS, *OF_A_MATTER)],
        ("desk/agencies.py", "contact"): CONTACTS,
        ("desk/agencies.py", ""): CONTACTS.values(),
        ("intake/keys.py", "channel"): CHANNELS,
        ("intake/faults.py", ""): NAMES.values(),
        ("intake/warrant.py", ""): GAPS.values(),
        ("registry/check.py", ""): REMEDIES.values(),
        ("terms.toml", "issuer"): terms["demand.issuer"].codes,
        ("law.py", "binds"): sorted({answer.binds for answer in packs.law.answers}),
        ("law.py", "happening"): sorted({line.what for answer in packs.law.answers for line in answer.history}),
        ("kernel/estate.py", "key holder"): ("provider", "customer"),
        ("kernel/estate.py", "cite"): ("estate",),
        ("letters/page.py", "value"): ("yes", "no", "unknown", "true", "false", "(any other)"),
    }
    for (where, context), found in words.items():
        yield from (Found(str(text), where, context=context.strip()) for text in dict.fromkeys(found) if text)


COUNTING: Final = ("calendar", "frcp-6", "frcrp-45", "eu-1182-71", "as ordered", "as the demand says")
"""How a clock may be counted."""


def _duties(packs: Any) -> list[str]:
    """The names of duties: these are the house's own, where the names of grounds and channels are the packs' words."""
    return sorted({rule.name for rule in packs.law.rules if rule.effect == "obliges" and rule.name})


def _short(path: Path) -> str:
    return path.relative_to(SOURCES).as_posix()
