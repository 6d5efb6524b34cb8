"""Conditions as a lawyer writes them: Python's expression grammar cut to seven shapes.

A word, `word == "code"`, `!=`, `in GROUP`, `not in GROUP`, `not`, `and`/`or`. The text is parsed with `ast` and walked,
never run; there is no arithmetic and there are no calls. An undeclared word, code or group is a fault with its place.
"""

from __future__ import annotations

import ast
from typing import Final

from comity.kernel.words import Both, Compare, Condition, Either, Fault, Not, Term, Vocabulary, Within, Word

DEEPEST: Final = 40
"""How many levels of Python's grammar a condition may have; no sentence of law comes near it."""


def parse(text: str, words: Vocabulary, where: str) -> tuple[Condition | None, list[Fault]]:
    """Read a condition in Python's expression grammar cut to seven shapes; it is walked, never run."""
    faults: list[Fault] = []
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None, [_shape(text, where)]
    if "#" in text or _deep(tree):
        return None, [_shape(text, where)]
    condition = _walk(tree, words, where, faults)
    return (None if faults else condition), faults


def _deep(tree: ast.AST) -> bool:
    level, depth = [tree], 0
    while level and depth <= DEEPEST:
        level, depth = [child for node in level for child in ast.iter_child_nodes(node)], depth + 1
    return bool(level)


def _shape(text: str, where: str) -> Fault:
    remedy = 'use only: word, word == "code", !=, in GROUP, not in GROUP, not, and, or'
    return Fault("not-a-condition", where, f"`{text}` is not a condition", remedy)


def _walk(node: ast.expr, words: Vocabulary, where: str, faults: list[Fault]) -> Condition:
    match node:
        case ast.BoolOp(op, values):
            parts = tuple(_walk(value, words, where, faults) for value in values)
            return Both(parts) if isinstance(op, ast.And) else Either(parts)
        case ast.UnaryOp(ast.Not(), operand):
            return Not(_walk(operand, words, where, faults))
        case ast.Compare(left, [ast.Eq() | ast.NotEq() as op], [ast.Constant(str() as code)]):
            term = _term(left, words, where, faults)
            if term and (term.kind == "truth" or not term.admits(code)):
                known = f"use one of {', '.join(term.codes)}" if term.codes else f"`{term.name}` is a {term.kind}"
                faults.append(Fault("unknown-code", where, f"`{code}` is not a value of `{term.name}`", known))
            return Compare(_dotted(left), code, isinstance(op, ast.Eq))
        case ast.Compare(left, [ast.In() | ast.NotIn() as op], [ast.Name(group)]):
            term = _term(left, words, where, faults)
            if term and term.kind != "place":
                faults.append(_shape(ast.unparse(node), where))
            if group not in words.groups:
                faults.append(Fault("unknown-group", where, f"`{group}` is not a group", "declare it in places.toml"))
            return Within(_dotted(left), group, isinstance(op, ast.In))
        case ast.Name() | ast.Attribute():
            term = _term(node, words, where, faults)
            if term and term.kind != "truth":
                faults.append(_shape(f"{term.name} (a {term.kind}) alone", where))
            return Word(_dotted(node))
        case _:
            faults.append(_shape(ast.unparse(node), where))
            return Word("")


def _term(node: ast.expr, words: Vocabulary, where: str, faults: list[Fault]) -> Term | None:
    name = _dotted(node)
    if name not in words.terms:
        what = f"`{ast.unparse(node)}` is not a declared term"
        faults.append(Fault("unknown-word", where, what, "declare it in terms.toml, or mend the spelling"))
    return words.terms.get(name)


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(value, name):
            return f"{_dotted(value)}.{name}"
        case _:
            return ""
