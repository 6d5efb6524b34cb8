"""What a file is, by what is in it and not by its name: TOML, JSON, PDF or plain text; and a paper's text out of it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Final, Literal

from comity.errors import ComityError
from comity.intake.octets import octets
from comity.intake.pdf import MOST_BYTES, PdfTooLarge, read_pdf

Kind = Literal["toml", "json", "pdf", "text"]

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_JSON = re.compile(r'\s*\{\s*["}]')
_TOML = re.compile(r"""\[\[?[\w.'"-]+\]\]?\s*(?:#.*)?|[\w."'-]+\s*=.*""")


class NotAPaper(ComityError):
    """`{path}` is neither text nor PDF"""

    help = "give a demand as TOML or JSON, or a paper as PDF or plain text"
    exit_code = 3


def kind_of(raw: bytes) -> Kind:
    """The kind of a file's octets; raises `NotAPaper` if they are none that intake reads."""
    if b"%PDF-" in raw[:1024]:
        return "pdf"
    text = decoded(raw)
    if _JSON.match(text):
        return "json"
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return "toml" if _TOML.fullmatch(first) else "text"


def decoded(raw: bytes, path: str = "the paper") -> str:
    """The text of octets: UTF-8, UTF-16 with its mark, or else Windows-1252, in which every letter can be read."""
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    if "\0" in text:
        raise NotAPaper(path=path)
    return text


def read_paper(source: Path | bytes) -> str:
    """A paper's text, out of a PDF or plain text; pages are parted by form feeds."""
    path = str(source) if isinstance(source, Path) else "the paper"
    raw = octets(source, MOST_BYTES)
    if len(raw) > MOST_BYTES:
        raise PdfTooLarge(path=path, limit=f"{MOST_BYTES >> 20} MiB")
    return read_pdf(raw, path) if b"%PDF-" in raw[:1024] else decoded(raw, path)
