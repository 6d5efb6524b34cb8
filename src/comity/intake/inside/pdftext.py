"""The text of a PDF, page by page, or why there is none."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PageObject, PdfReader


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


def look(raw: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """The text of each page, within the limits given."""
    return extracted(raw, options["pages"], options["characters"])
