"""The transfer assessment as a page and as a PDF: one structure, and two ways to set it.

Nothing is said here. A document is built of sentences, each with what it stands on, or with the name of whoever has to
fill it in; both renderings walk the same sentences. All that comes from data is escaped, or handed over as data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from comity.errors import ComityError
from comity.letters.typeset import can, typeset

FOLDER: Final = Path(__file__).parent


class NoPdf(ComityError):
    """the PDF cannot be set: typst is not installed"""

    help = "install comity[pdf], or leave --pdf out: the page says the same"
    exit_code = 4


@dataclass(frozen=True, slots=True)
class Cite:
    """What a sentence stands on.

    `kind` says where `id` is to be looked up: in the packs (`rule`, `answer`, `question`, `group`, `template`,
    `unmodelled`), among the proofs of the cube (`proof`), in the estate, the file of answers, the cube, or the sources
    of this document. `unread`: nobody has read the text itself.
    """

    kind: str
    id: str
    text: str
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence: what it stands on, or by whom it is to be filled in; `word` is a verdict that stands before it."""

    text: str
    cites: tuple[Cite, ...] = ()
    by: str = ""
    word: str = ""
    kind: str = "said"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names, each with a sentence."""

    rows: tuple[tuple[str, Said], ...]
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the columns in `numbers` are set to the right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Said, ...], ...]
    numbers: tuple[int, ...] = ()
    kind: str = "grid"


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    parts: tuple[Said, ...]
    kind: str = "items"


Block = Said | Facts | Grid | Items


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what stands under it, and the smaller headings beneath."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    parts: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """All that both renderings show, in its order; `day` is the day of the law."""

    title: str
    subtitle: str
    day: date
    digest: str
    facts: Facts
    sections: tuple[Section, ...]
    footnotes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The document as JSON has it."""
        return {**asdict(self), "day": self.day.isoformat()}

    def walk(self) -> Iterator[Section]:
        """Every section, in reading order."""
        for section in self.sections:
            yield from _down(section)

    def sentences(self) -> Iterator[tuple[Said, ...]]:
        """Every sentence alone, and every line of a table as one."""
        for block in (self.facts, *(block for section in self.walk() for block in section.blocks)):
            yield from _sentences(block)


def _down(section: Section) -> Iterator[Section]:
    yield section
    for part in section.parts:
        yield from _down(part)


def _sentences(block: Block) -> Iterator[tuple[Said, ...]]:
    match block:
        case Said():
            yield (block,)
        case Facts(rows):
            yield from ((said,) for _, said in rows)
        case Grid():
            yield from block.rows
        case Items(parts):
            yield from ((part,) for part in parts)


def html(document: Document) -> str:
    """The document as one self-contained page: no script, no font, nothing from the network."""
    return _template().render(doc=document)


def ready() -> None:
    """Refuse before anything is computed if no PDF could be set."""
    if not can():
        raise NoPdf


def pdf(document: Document, images: bool = False) -> Any:
    """The document as a PDF, or as one PNG a page; the same document gives the same octets."""
    ready()
    day = document.day
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return typeset(FOLDER / "tia.typ", document.as_json(), at, images)


@cache
def _template() -> Template:
    loader = FileSystemLoader(FOLDER / "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.get_template("tia.html")
