"""Files that a form brings: what was chosen, read whole up to a limit."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any, Final

from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

MOST_BYTES: Final = 10 << 20
"""What one form with files may hold."""
Brought = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


def files(data: dict[str, Any], field: str) -> list[tuple[str, bytes]]:
    """The name and octets of every file of a field; the name is a mere label, with no folder in it."""
    found = data.get(field, [])
    chosen = found if isinstance(found, list) else [found]
    read = [(one.filename, one.file.read()) for one in chosen if isinstance(one, UploadFile)]
    return [(label(name), raw) for name, raw in read if name or raw]


def label(name: str | None) -> str:
    """What a file is called, in one line that can be shown."""
    last = PurePath((name or "").replace("\\", "/")).name
    plain = "".join(letter for letter in last if letter.isprintable())
    return plain[:100] or "paper"
