"""A page's words as a reader meets them, those apart that are nobody's to translate; and what of a template is bare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment, nodes

SHOWN = ("aria-label", "title", "placeholder", "alt", "data-head")
"""Attributes that a person reads or hears."""
OTHERS = frozenset({"code", "pre", "cite", "script", "style", "time"})
"""What stands in these is typed, cited or a date."""
VOID = frozenset({"meta", "link", "input", "br", "line", "rect", "circle", "path", "hr", "img"})
LETTERS = re.compile(r"[A-Za-z]{2}")
ATTRIBUTES = re.compile(r'[\w-]+="[^"]*"')
"""What a macro gives that is put into a tag."""
FREE = frozenset({"comity", "UTC", "office.toml"})
"""Names, the same in every language."""


class Words(HTMLParser):
    """The words of a page in its own language: not what is marked as another's, as code, or as nobody's."""

    def __init__(self, page: str, language: str) -> None:
        super().__init__(convert_charrefs=True)
        self.language, self.found = language, list[str]()
        self.open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        other = tag in OTHERS or own.get("translate") == "no" or own.get("lang", self.language) != self.language
        other = other or (tag == "a" and own.get("class") == "mark") or (bool(self.open) and self.open[-1][1])
        if tag not in VOID:
            self.open.append((tag, other))
        if not other:
            self.found += [value for name, value in attrs if value and (name in SHOWN or name.startswith("data-says"))]

    def handle_endtag(self, tag: str) -> None:
        """Close it, and what was left open within; a template may close in one branch what it opened in two."""
        places = [place for place, (name, _) in enumerate(self.open) if name == tag]
        if places:
            del self.open[places[-1] :]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not (self.open and self.open[-1][1]):
            self.found.append(text)


def bare(environment: Environment, source: str) -> Iterator[str]:
    """What a template shows in English whatever the page's language."""
    tree = environment.parse(source)
    plain = "".join(_parts(tree))
    for text in Words(f"<html>{plain}</html>", "en").found:
        left = ATTRIBUTES.sub("", text.replace("\0", ""))
        if LETTERS.search(left) and left.strip(" .:;,·()") not in FREE | {"comity ·"}:
            yield text.replace("\0", "…")
    yield from _constants(tree)


def _parts(tree: nodes.Node) -> Iterator[str]:
    """What a template puts out, in the order of its text: an expression as the texts it may come to, and a mark."""
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            yield part.data if isinstance(part, nodes.TemplateData) else " ".join([*_ends(part), "\0"])


def _constants(tree: nodes.Node) -> Iterator[str]:
    """Texts in expressions that read like a sentence, or are shown as they are, and that nothing looks up."""
    looked_up = {id(one) for call in tree.find_all(nodes.Call) if _wraps(call) for one in call.find_all(nodes.Const)}
    looked_up |= {id(arg) for used in tree.find_all(nodes.Filter) for arg in used.args}
    compared = {id(one) for test in tree.find_all((nodes.Compare, nodes.Getitem)) for one in test.find_all(nodes.Const)}
    compared |= {id(pair.key) for pair in tree.find_all(nodes.Pair)}
    for constant in tree.find_all(nodes.Const):
        text = constant.value
        if not isinstance(text, str) or not LETTERS.search(text) or id(constant) in looked_up | compared:
            continue
        sentence = re.match(r"[A-Z]?[a-z']+ [a-z]", text) or re.fullmatch("[A-Z][a-z]+", text)
        if sentence:
            yield text


def _wraps(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext", "pgettext", "static")


def _ends(expression: nodes.Node) -> Iterator[str]:
    """The texts that an expression may come to, choice by choice."""
    left = [expression]
    while left:
        one = left.pop()
        match one:
            case nodes.CondExpr():
                left += [part for part in (one.expr1, one.expr2) if part is not None]
            case nodes.Or():
                left += [one.left, one.right]
            case nodes.Const(value=str(text)):
                yield text
