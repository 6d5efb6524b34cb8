"""The child process that takes the text out of a PDF: octets on its standard input, JSON on its standard output.

A PDF from a stranger is a program of sorts. It is taken apart here, under limits of memory and time that the operating
system keeps, so that the worst file costs one child process. It imports nothing of comity.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from contextlib import suppress
from typing import Any

from pypdf import PageObject, PdfReader


def bound(mebibytes: int, seconds: int) -> None:
    """Let the operating system end this process when it outgrows its limits; a system without limits sets none."""
    with suppress(ImportError, ValueError, OSError, OverflowError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def extracted(raw: bytes, most_pages: int, most_characters: int) -> dict[str, Any]:
    """The text of each page, or why there is none: `encrypted`, `pages`, `characters`, `scanned` or `broken`."""
    if b"%%EOF" not in raw[-1024:]:
        return {"why": "broken", "what": "its end is missing"}
    try:
        reader = PdfReader(io.BytesIO(raw), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"why": "encrypted"}
        if len(reader.pages) > most_pages:
            return {"why": "pages"}
        return _pages(reader, most_characters)
    except MemoryError:
        return {"why": "memory"}
    except RecursionError:
        return {"why": "broken", "what": "it is nested too deeply"}
    except Exception as error:  # a hostile file may raise anything at all, and its child says so
        return {"why": "broken", "what": str(error) or type(error).__name__}


def _pages(reader: PdfReader, most_characters: int) -> dict[str, Any]:
    texts: list[str] = []
    scanned: list[int] = []
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text().replace("\f", "\n")
        if sum(map(len, texts)) + len(text) > most_characters:
            return {"why": "characters"}
        if not text.strip() and _pictured(page):
            scanned.append(number)
        texts.append(text)
    if scanned or not any(text.strip() for text in texts):
        return {"why": "scanned", "pages": scanned or list(range(1, len(texts) + 1))}
    return {"pages": texts}


def _pictured(page: PageObject) -> bool:
    """Whether a page shows a picture, as a scanned page does."""
    resources = page.get("/Resources")
    objects: Any = resources and resources.get_object().get("/XObject")
    return bool(objects) and any(
        entry.get_object().get("/Subtype") == "/Image" for entry in objects.get_object().values()
    )


def main() -> None:
    """Answer for the octets given, within the limits given as arguments."""
    mebibytes, seconds, most_pages, most_characters = map(int, sys.argv[1:])
    bound(mebibytes, seconds)
    logging.disable()
    json.dump(extracted(sys.stdin.buffer.read(), most_pages, most_characters), sys.stdout)


if __name__ == "__main__":
    main()
