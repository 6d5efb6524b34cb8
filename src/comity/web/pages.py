"""Pages: templates and the files that they load.

All that comes from data is escaped. The drawing and the proofs are those of the letters; words, moments and numbers are
those of the reader's language (`tongue`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
from comity.web.tongue import Tongue, current, others, tongue

HERE: Final = Path(__file__).parent
DESK: Final = HERE / "templates"
PORTAL: Final = HERE / "portal/templates"

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


SAYS: Final = re.compile(r'\{\{ _\("([^"\\]+)"\) \}\}')
"""A sentence of a template that holds nothing but words."""


class InLanguage(FileSystemLoader):
    """The templates as they read in one language: sentences without values are put in before they are compiled."""

    def __init__(self, own: Tongue, folder: Path) -> None:
        super().__init__(folder)
        self.own = own

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """A template's text."""
        text, path, fresh = super().get_source(environment, template)
        return SAYS.sub(self._says, text), path, fresh

    def _says(self, found: re.Match[str]) -> str:
        said = self.own.words.gettext(found[1])
        return found[0] if "{" in said else said % {}  # as jinja does: a percent sign is written twice


@cache
def templates(code: str, folder: Path = DESK) -> Environment:
    """A face's templates in one language: a filter's answer may be worked out when a template is compiled."""
    own = tongue(code)
    made = Environment(
        loader=InLanguage(own, folder),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
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
