"""A PDF with a text layer → its text, pages parted by form feeds; within limits, and never in this process."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from comity.errors import ComityError
from comity.intake import apart
from comity.intake.octets import octets

MOST_BYTES: Final = 32 << 20
MOST_PAGES: Final = 1000
MOST_CHARACTERS: Final = 1 << 20
"""What a PDF may take: its size, its pages, its text; `apart` says how much memory and time."""


class PdfTooLarge(ComityError):
    """`{path}` is a PDF over the limit of {limit}"""

    help = "take out the pages with the demand itself and give those, or give its text"
    exit_code = 3


class PdfEncrypted(ComityError):
    """`{path}` is an encrypted PDF"""

    help = "open it with its password, print it to a PDF without one, and give that"
    exit_code = 3


class PdfScanned(ComityError):
    """`{path}` has no text on page(s) {pages}: it was scanned"""

    help = "let OCR add a text layer, for example `ocrmypdf IN.pdf OUT.pdf`, read it against the paper, and give that"
    exit_code = 3


class PdfBroken(ComityError):
    """`{path}` cannot be read as a PDF: {why}"""

    help = "ask for the file again, or print it to a new PDF; if neither helps, give its text"
    exit_code = 3


class PdfUnread(ComityError):
    """`{path}` is a PDF, and nothing here can read one"""

    help = "install comity[pdf], or give the paper's text"
    exit_code = 3


def read_pdf(source: Path | bytes, path: str = "the paper") -> str:
    """The text of a PDF; `path` names mere octets in an error.

    Raises `PdfTooLarge`, `PdfEncrypted`, `PdfScanned`, `PdfBroken`, or `Unreadable` if the file cannot be opened.
    """
    path = str(source) if isinstance(source, Path) else path
    raw = octets(source, MOST_BYTES)
    if len(raw) > MOST_BYTES:
        raise PdfTooLarge(path=path, limit=f"{MOST_BYTES >> 20} MiB")
    if find_spec("pypdf") is None:
        raise PdfUnread(path=path)
    found = _extracted(raw, path)
    if "why" not in found:
        return "\f".join(found["pages"])
    raise _refusal(found, path)


def _extracted(raw: bytes, path: str) -> dict[str, Any]:
    try:
        return apart.look("pdftext", raw, path, pages=MOST_PAGES, characters=MOST_CHARACTERS)
    except apart.Unopened as error:
        why = {"paper-too-slow": "time", "paper-too-big": "memory"}.get(error.name, error.name)
        return {"why": why, "what": error.what}


def _refusal(found: dict[str, Any], path: str) -> ComityError:
    limits = {
        "pages": f"{MOST_PAGES} pages",
        "characters": f"{MOST_CHARACTERS} characters of text",
        "memory": f"{apart.MOST_MEBIBYTES} MiB of memory to read it",
        "time": f"{apart.MOST_SECONDS} seconds to read it",
    }
    if found["why"] in limits:
        return PdfTooLarge(path=path, limit=limits[found["why"]])
    if found["why"] == "encrypted":
        return PdfEncrypted(path=path)
    if found["why"] == "scanned":
        return PdfScanned(path=path, pages=", ".join(map(str, found["pages"])))
    return PdfBroken(path=path, why=found["what"])
