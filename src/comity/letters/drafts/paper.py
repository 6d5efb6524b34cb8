"""A letter as a paper: one self-contained page, and the same as a PDF with numbered pages.

A draft shows what is for the office alone, what was changed and what has changed since. The finished paper holds what
leaves and nothing else; but a text that nobody has read, and a legal sentence that is somebody's own, say so there too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from comity.letters.drafts.edit import Draft, Line, lines, removed
from comity.letters.drafts.model import Cite
from comity.letters.typeset import typeset

if TYPE_CHECKING:
    from jinja2 import Template

FOLDER: Final = Path(__file__).parents[1]


def sheet(draft: Draft, final: bool, changed: Iterable[str] = ()) -> dict[str, Any]:
    """All that both renderings show, as plain values; `final` is what leaves."""
    letter = draft.letter
    shown = [line for line in lines(draft) if not (final and (line.made.inside or line.struck or line.unfilled))]
    cited: dict[tuple[str, str], Cite] = {(cite.kind, cite.id): cite for line in shown for cite in line.cites}
    numbers = {key: number for number, key in enumerate(cited, 1)}
    saved = (
        f"{draft.id}, version {draft.version}, saved by {draft.saved_by or draft.by}"
        if draft.by
        else "that is not kept"
    )
    state = "" if final else f"Draft {saved}. It has not been sent."
    return {
        "kind": letter.kind, "title": letter.title, "subtitle": letter.subtitle, "day": letter.day.isoformat(),
        "paper": letter.paper,
        "head": [list(line) for line in letter.head], "state": state, "changed": [] if final else list(changed),
        "blocks": [_block(line, numbers, final) for line in shown],
        "cited": [{**_cite(cite), "number": numbers[key]} for key, cite in cited.items()],
        "removed": [] if final else [_removed(line, cite) for line, cite in removed(draft)],
        "signed": letter.signed,
    }  # fmt: skip


def _block(line: Line, numbers: dict[tuple[str, str], int], final: bool) -> dict[str, Any]:
    made = line.made
    law = made.kind == "law"
    return {
        "key": made.key, "kind": made.kind, "level": made.level, "word": made.word, "inside": made.inside,
        "text": line.text.split("\n\n") if line.text else [], "by": made.by if line.unfilled else "",
        "struck": line.struck, "changes": [list(one) for one in line.changes] if line.edited_by and not final else [],
        "how": line.how if law or not final else "",
        "cites": [{**_cite(cite), "number": numbers[cite.kind, cite.id]} for cite in line.cites],
    }  # fmt: skip


def _cite(cite: Cite) -> dict[str, Any]:
    return {"kind": cite.kind, "id": cite.id, "text": cite.text, "quote": cite.quote, "unread": cite.unread}


def _removed(line: Line, cite: Cite) -> str:
    return f"{cite.text} ({cite.kind} {cite.id}), taken out by {line.edited_by}; it stood behind: {line.made.text}"


def html(draft: Draft, final: bool = False, changed: Iterable[str] = ()) -> str:
    """The letter as one self-contained page: no script, no font, nothing from the network."""
    return _template().render(doc=sheet(draft, final, changed))


def pdf(draft: Draft, final: bool = False, changed: Iterable[str] = (), images: bool = False) -> Any:
    """The letter as a PDF, or as one PNG a page; the same draft gives the same octets."""
    day = draft.letter.day
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return typeset(FOLDER / "letter.typ", sheet(draft, final, changed), at, images)


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # only what makes a page needs it

    loader = FileSystemLoader(FOLDER / "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.get_template("letter.html")
