"""The octets of a file or of what was handed over, up to a limit."""

from __future__ import annotations

from pathlib import Path

from comity.errors import Unreadable


def octets(source: Path | bytes, most: int) -> bytes:
    """At most `most` octets, and one more if there are more; raises `Unreadable`."""
    if isinstance(source, bytes):
        return source
    try:
        with source.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise Unreadable(path=str(source), why=error.strerror or str(error)) from error
