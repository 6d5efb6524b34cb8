"""Pages: templates, the style sheet, and how moments, values and proofs are worded on them.

All that comes from data is escaped. The drawing and the proofs are those of the letters.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from comity.letters.page import TEMPLATES as LETTERS
from comity.letters.page import node, value
from comity.web.rooms import OF_A_MATTER, ROOMS

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
    """A page as HTML."""
    return _templates().get_template(template).render(**data)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"when": when, "day": day, "value": value, "node": node, "left": left, "many": many, "ticks": ticks}
    made.globals |= {"static": static, "rooms": ROOMS, "of_a_matter": OF_A_MATTER}
    return made


def when(moment: datetime) -> Markup:
    """A moment as a person and a program read it."""
    at = moment.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(f"{at:%Y-%m-%dT%H:%MZ}", f"{at:%Y-%m-%d %H:%M} UTC")


def day(moment: datetime | date) -> Markup:
    """A day."""
    return Markup('<time datetime="{0}">{0}</time>').format(f"{moment:%Y-%m-%d}")


def left(due: datetime, at: datetime) -> str:
    """How long it is until something is due, or since it was: hours while they count, then days."""
    span = abs(due - at)
    if span < timedelta(hours=48):
        minutes = int(span.total_seconds()) // 60
        said = f"{minutes // 60} h {minutes % 60:02} min"
    else:
        said = many(span.days, "day")
    return f"in {said}" if due > at else f"{said} ago"


def many(number: int, thing: str, more: str = "") -> str:
    """`1 item`, `2 items`, `3 entries`."""
    return f"{number:,} {thing if number == 1 else more or f'{thing}s'}"


def ticks(text: str) -> Markup:
    """A sentence in which what stands in backticks is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if number % 2 else part for number, part in enumerate(parts))
