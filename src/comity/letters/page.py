"""The page of a matter: what happened, what it was worth, what the law said and why, on one self-contained HTML page.

It needs no network, no font and no script. Everything drawn also stands there as words, so that it can be read aloud,
printed, or looked at by someone who does not see colours. All that comes from data is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from comity.kernel.collection import Counts
from comity.kernel.decision import Decision
from comity.kernel.gate import Reason
from comity.kernel.words import Proof, Truth
from comity.letters.drawing import Group, Mark, panels
from comity.letters.svg import PATTERNS, tall, wide

TEMPLATES: Final = Path(__file__).parent / "templates"
SAID: Final = {
    "compels": ("compels", "does not compel", "may compel"),
    "bars": ("bars", "does not bar", "may bar"),
    "lifts": ("lifts the bar", "does not lift it", "may lift it"),
    "objects": ("may be objected", "no objection", "perhaps an objection"),
    "obliges": ("obliges", "does not oblige", "may oblige"),
    "routes": ("opens a channel", "no channel", "perhaps a channel"),
}
SIGNS: Final = {True: "✓", False: "✗", None: "?"}
CLASSES: Final = {True: "yes", False: "no", None: "unknown"}
JOINS: Final = {"all": "all of", "any": "any of", "not": "not"}
UNREAD: Final = " [unverified]"
MEANINGS: Final = (
    ("law", "compelled", "compelled", "a power reaches the records and no law forbids handing them over"),
    ("law", "conflict", "conflict", "one law demands what another forbids"),
    ("law", "barred", "barred", "no power reaches them and a law forbids it"),
    ("law", "free", "free", "no duty and no bar: the provider's own choice"),
    ("law", "open", "open", "the law, or what is known, leaves it open: the points that decide are named"),
    ("order", "live", "live", "the order may be executed"),
    ("order", "suspended", "suspended", "stayed, or reversed while that may still turn"),
    ("order", "dead", "dead", "quashed, moot, withdrawn or replaced"),
    ("gate", "open", "gate-open", "the records may leave, once the office has done its own work"),
    ("gate", "shut", "gate-shut", "nothing may leave, and the reasons are given"),
)
"""What the words of the three lanes mean."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One class of records on one day: verdict, what the order is worth, whether the gate would open, and why."""

    verdict: str
    standing: str
    gate: str
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """One happening and what followed from it for each class of records, in the order of the page's groups."""

    at: datetime
    court: str
    says: str
    verified: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision with its whole proof: when, of what, in a sentence why it stands here, and whether it is opened."""

    title: str
    says: str
    decision: Decision
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A list of facts under a heading, with a sentence before it and lines to type after it."""

    title: str
    says: str
    facts: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """All that a page shows, in its order."""

    title: str
    subtitle: str
    summary: tuple[str, ...]
    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    refused: tuple[Reason, ...]
    refused_says: str
    rulings: tuple[Ruling, ...]
    counts: Counts
    counts_says: str
    sections: tuple[Section, ...]
    footnotes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a proof as the page words it."""

    mark: str
    sign: str
    word: str
    name: str
    says: str
    found: str
    cite: str
    unread: bool
    parts: tuple[Node, ...]


def node(proof: Proof) -> Node:
    """A proof in words: every truth has its sign and its word, every leaf the value found and the text behind it."""
    truth: Truth = proof.truth
    word = CLASSES[truth]
    if proof.by in SAID:
        holds, fails, unsure = SAID[proof.by]
        word = {True: holds, False: fails, None: unsure}[truth]
    if proof.by == "verdict":
        word = "verdict"
    spelled = bool(proof.parts) and all(part.says in proof.says for part in proof.parts)
    says = JOINS.get(proof.by, proof.says) if spelled else proof.says
    leaf = proof.by == "fact"
    found = ("unknown" if proof.found is None else str(proof.found).lower()) if leaf and proof.term else ""
    if isinstance(proof.found, str) and leaf:
        found = proof.found
    name = proof.term if proof.by in SAID else ""
    cite, parts = proof.cite.removesuffix(UNREAD), tuple(node(part) for part in proof.parts)
    return Node(CLASSES[truth], SIGNS[truth], word, name, says, found, cite, cite != proof.cite, parts)


@dataclass(frozen=True, slots=True)
class Said:
    """A word of a table or a card: which lane it is of, the word, its class, and whether it is new on that day."""

    lane: str
    word: str
    kind: str
    new: bool


def said(cell: Cell, before: Cell | None) -> tuple[Said, ...]:
    """The three words of a cell, each new or as it was."""
    now = (
        ("law", cell.verdict, cell.verdict),
        ("order", cell.standing, cell.standing),
        ("gate", cell.gate, f"gate-{cell.gate}"),
    )
    past = (before.verdict, before.standing, before.gate) if before else (None, None, None)
    return tuple(Said(lane, word, kind, word != old) for (lane, word, kind), old in zip(now, past, strict=True))


def told(rows: Sequence[Row]) -> list[tuple[Row, list[tuple[Cell, tuple[Said, ...]]]]]:
    """Each row with its cells' words, compared with the day before."""
    before: list[Sequence[Cell]] = [(), *[row.cells for row in rows]]
    return [
        (row, [(cell, said(cell, past[n] if past else None)) for n, cell in enumerate(row.cells)])
        for row, past in zip(rows, before, strict=False)
    ]


def marks(page: Page) -> Iterator[Mark]:
    """The happenings as the drawing shows them, each with what it changed for the first class of records."""
    for number, (row, cells) in enumerate(told(page.rows), 1):
        new = [word for _, words in cells[:1] for word in words if word.new]
        change = ", ".join(f"gate {word.word}" if word.lane == "gate" else word.word for word in new)
        yield Mark(row.at, number, row.court.split(" (")[0], row.says, change)


def render(page: Page) -> str:
    """The page as one HTML document."""
    drawn = panels(page.groups, tuple(marks(page)))
    rows = told(page.rows)
    return _template().render(
        page=page,
        rows=rows,
        last=rows[-1] if rows else None,
        patterns=Markup(PATTERNS),
        wide=[Markup(wide(panel, f"wide-{n}")) for n, panel in enumerate(drawn)],
        tall=[Markup(one) for n, panel in enumerate(drawn) for one in tall(panel, f"tall-{n}")],
        trees=[(ruling, [node(part) for part in ruling.decision.proof.parts]) for ruling in page.rulings],
        shares=shares(page.counts),
        meanings=MEANINGS,
        values=value,
    )


def shares(counts: Counts) -> Sequence[tuple[str, str, int, float]]:
    """The sides of a count, class, words, number and per cent of the whole; other accounts' only if there are any."""
    words = {"in": "in the scope", "out": "out of it", "unreadable": "unreadable", "others": "other accounts'"}
    total = counts.total or 1
    sides = counts.as_json()
    return [
        (side, words[side], sides[side], 100 * sides[side] / total) for side in words if sides[side] or side != "others"
    ]


def value(found: object) -> str:
    """A fact's value as a person says it."""
    return {"True": "yes", "False": "no", "None": "unknown"}.get(str(found), str(found))


@cache
def _template() -> Template:
    loader = FileSystemLoader(TEMPLATES)
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.get_template("page.html")
