"""Papers and messages that programs send: their octets in base64 within JSON, each with its name."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Iterator
from typing import Annotated, Final

from msgspec import Meta

from comity.errors import ComityError
from comity.web.api.sent import Sent
from comity.web.uploads import MOST_BYTES

MOST: Final = MOST_BYTES * 4 // 3 + (64 << 10)
"""Octets of a body whose papers, in base64, are as many as a form of the pages may bring."""
Octets = Annotated[str, Meta(min_length=2, pattern="^[A-Za-z0-9+/]+={0,2}$")]


class NotBase64(ComityError):
    """`{name}`, paper {number}, is not in base64"""

    help = "send its octets in base64 with its padding (RFC 4648, section 4)"
    exit_code = 4


class Paper(Sent, frozen=True):
    """A paper or message: its name, and its octets in base64."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    octets: Octets


def decoded(papers: Iterable[Paper]) -> Iterator[tuple[str, bytes]]:
    """The name and octets of every paper."""
    for number, one in enumerate(papers, 1):
        yield one.name, plain(one.octets, NotBase64(name=one.name[:120], number=number))


def plain(text: str, wrong: ComityError) -> bytes:
    """What is said in base64, or the refusal given."""
    try:
        return b64decode(text, validate=True)
    except Error as error:
        raise wrong from error
