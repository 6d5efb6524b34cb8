"""Setting a paper as PDF: values go in as data, never as markup, and the same values give the same octets."""

from __future__ import annotations

import json
import re
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from comity.errors import ComityError
from comity.kernel.production import printable

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class NotSet(ComityError):
    """the PDF cannot be set: typst is not installed"""

    help = "install comity[pdf], or take the page as HTML: it says the same"
    exit_code = 4


def can() -> bool:
    """Whether a PDF could be set here."""
    return find_spec("typst") is not None


def typeset(template: Path, data: object, at: datetime, images: bool = False) -> Any:
    """A PDF, or one PNG a page, from a template and what it shows; what is no text is spelled out."""
    if not can():
        raise NotSet
    import typst

    said = json.dumps(data, ensure_ascii=False)
    text = _SURROGATE.sub(lambda found: json.dumps(printable(found[0]))[1:-1], said)
    made = typst.compile(
        template.read_bytes(),
        sys_inputs={"data": text},
        timestamp=int(at.timestamp()),
        ignore_system_fonts=True,
        format="png" if images else "pdf",
    )
    return [made] if images and isinstance(made, bytes) else made
