"""Which characters some octets are, when what they declare may be wrong, missing or hostile."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

_TEXT: Final = re.compile(
    r"ascii|utf[-_](?:7|8|16|32)(?:[-_].*)?|iso8859.*|iso2022.*|cp\d+|koi8.*|mac[-_].*|big5.*|gb.*|hz|euc.*|shift.*|johab|"
    r"tis[-_]620|ptcp154|kz1048"
)
_ASCII: Final = bytes(range(128))
Octets = Callable[[], Iterator[bytes]]
"""Some text's octets in stretches; asked for once a reading."""


@lru_cache(maxsize=512)
def codec(name: str) -> str | None:
    """Python's name of a declared character set; None if it has none, or a codec of that name is no character set."""
    try:
        found = codecs.lookup(name.strip().strip("'\"")).name
    except (LookupError, ValueError):
        return None
    return found if _TEXT.fullmatch(found) else None


@lru_cache(maxsize=512)
def _extends_ascii(name: str) -> bool:
    try:
        return _ASCII.decode(name) == _ASCII.decode("ascii")
    except UnicodeError:
        return False


def decoded(octets: bytes, declared: str = "") -> str:
    """A short text: as declared, else UTF-8, else Windows-1252 with what it lacks replaced."""
    name = codec(declared) if declared else None
    for charset in (name, "utf-8"):
        if charset:
            try:
                return octets.decode(charset)
            except UnicodeError:
                pass
    return octets.decode("cp1252", "replace")


def readings(octets: Octets, declared: str) -> tuple[tuple[str, ...], str]:
    """The character sets to read a text in, so that no word in it is missed, and what is to be said of the choice.

    What is declared comes first. Text that is also sound UTF-8 is read as that too; text that is not what it declares,
    or declares nothing, is read as whatever it may be.
    """
    name = codec(declared) if declared else None
    if all(stretch.isascii() for stretch in octets()) and (name is None or _extends_ascii(name)):
        return ("ascii",), "" if name or not declared else f"declares `{declared}`, read as ascii"
    if name and _sound(octets, name):
        return ((name,) if name == "utf-8" or not _sound(octets, "utf-8") else (name, "utf-8")), ""
    said = f"is not the `{declared}` it declares" if declared else "declares no character set"
    if _sound(octets, "utf-8"):
        return ("utf-8",), f"{said}, read as utf-8"
    chosen = tuple(dict.fromkeys(charset for charset in (name, "utf-8", "cp1252") if charset))
    return chosen, f"{said}, read as {' and as '.join(chosen)}"


def characters(octets: Octets, charset: str) -> Iterator[str]:
    """The text in one character set, what does not fit replaced."""
    decoder = codecs.getincrementaldecoder(charset)("replace")
    for stretch in octets():
        yield decoder.decode(stretch)
    yield decoder.decode(b"", True)


def _sound(octets: Octets, charset: str) -> bool:
    decoder = codecs.getincrementaldecoder(charset)("strict")
    try:
        for stretch in octets():
            decoder.decode(stretch)
        decoder.decode(b"", True)
    except UnicodeError:
        return False
    return True
