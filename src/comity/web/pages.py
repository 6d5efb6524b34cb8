"""Pages: templates and the files that they load.

All that comes from data is escaped. The drawing and the proofs are those of the letters; words, moments and numbers are
those of the reader's language (`tongue`).
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from comity.letters.page import TEMPLATES as LETTERS
from comity.letters.page import node
from comity.web.rooms import OF_A_MATTER, ROOMS, WATCHED
from comity.web.tongue import current, others, tongue

HERE: Final = Path(__file__).parent


TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@cache
def statics() -> dict[str, tuple[bytes, str]]:
    """Every file that a page may load, by its name (another for every state of it, so that a browser may keep it)."""
    found = {}
    for path in sorted((HERE / "static").iterdir()):
        raw = path.read_bytes()
        if path.name == "desk.css":
            raw = (LETTERS / "page.css").read_bytes() + b"\n" + raw
        found[f"{path.stem}-{sha256(raw).hexdigest()[:16]}{path.suffix}"] = (raw, TYPES[path.suffix])
    return found


@cache
def static(name: str) -> str:
    """The address of a file of the folder `static`."""
    stem, _, suffix = name.rpartition(".")
    return "/static/" + next(one for one in statics() if re.fullmatch(rf"{re.escape(stem)}-[0-9a-f]+\.{suffix}", one))


def render(template: str, /, **data: object) -> str:
    """A page as HTML, in the language of whoever is being answered."""
    return templates(current().code).get_template(template).render(**data)


@cache
def templates(code: str) -> Environment:
    """The templates in one language: a filter's answer may be worked out when a template is compiled."""
    made, own = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    ), tongue(code)  # fmt: skip
    made.install_gettext_translations(own.words, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "when": own.when, "day": own.day, "value": own.value, "node": node, "left": own.left, "many": own.many,
        "ticks": ticks, "spoken": own.spoken, "number": own.number, "share": own.share, "limit": own.limit,
        "both": own.both, "named": named, "english": english, "clock": own.clock, "fact": own.fact,
    }  # fmt: skip
    made.globals |= {
        "static": static,
        "rooms": ROOMS,
        "of_a_matter": OF_A_MATTER,
        "tongue": own,
        "tongues": others,
        "watched": WATCHED,
    }
    return made


def left(due: datetime, at: datetime) -> str:
    """How long it is until something is due, or since it was, in the reader's language."""
    return current().left(due, at)


def named(name: object) -> Markup:
    """A name, which is the same in every language."""
    return Markup('<span translate="no">{}</span>').format(name)


def english(text: object) -> Markup:
    """What a law pack says, which is in English whatever the page is in."""
    return Markup('<span lang="en">{}</span>').format(text)


def ticks(text: str) -> Markup:
    """A sentence in which what stands in backticks is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if number % 2 else part for number, part in enumerate(parts))
