"""Letters as octets: RFC 5322 headers, RFC 2047 words, MIME parts (RFC 2045, 2046), format=flowed (RFC 3676).

Written out by hand, as real mail programs do, and not with the standard library's `email`: readers are tested against
this mail, and a writer of the same make would share their blind spots.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from comity.sim.people import Person

LABELS = {"shift_jis": "Shift_JIS", "koi8-r": "KOI8-R", "utf-8": "UTF-8", "windows-1252": "Windows-1252"}
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = ["_" if octet == 32 else chr(octet) if octet in _PLAIN else f"={octet:02X}" for octet in range(256)]
_LATIN = ("iso-8859-1", "iso-8859-15", "windows-1252", "iso-8859-2", "windows-1250", "us-ascii")


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME part: its own header lines (without the line end) and its body, lines ending in LF."""

    headers: tuple[str, ...]
    body: bytes

    def whole(self) -> bytes:
        """The part as it stands inside a multipart."""
        return "\n".join(self.headers).encode() + b"\n\n" + self.body


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is put into octets: its charset, its transfer encoding and whether it is flowed."""

    charset: str
    encoding: str
    flowed: bool = False


def fitting(text: str, charset: str) -> str:
    """The charset, or UTF-8 where the text would not come back (Shift_JIS makes a backslash of a yen sign)."""
    try:
        return charset if text.encode(charset).decode(charset) == text else "utf-8"
    except UnicodeEncodeError:
        return "utf-8"


def coded(body: bytes, encoding: str) -> bytes:
    """The octets in a content transfer encoding."""
    if encoding == "base64":
        return b"".join(binascii.b2a_base64(body[at : at + 57]) for at in range(0, len(body), 57))
    return binascii.b2a_qp(body) if encoding == "quoted-printable" else body


def text_part(text: str, style: Style, subtype: str = "plain", more: str = "") -> Part:
    """A text part; `more` is added to its Content-Type."""
    body = text.encode(style.charset)
    label = LABELS.get(style.charset, style.charset)
    content = f"Content-Type: text/{subtype}; charset={label}{'; format=flowed' if style.flowed else ''}{more}"
    return Part((content, f"Content-Transfer-Encoding: {style.encoding}"), coded(body, style.encoding))


def flowed(text: str) -> str:
    """The text as format=flowed: a space at the end of every line that goes on, space-stuffing where it is needed."""
    paragraphs = [paragraph.split("\n") for paragraph in text.split("\n\n")]
    out = []
    for lines in paragraphs:
        soft = [_stuffed(line) + (" " if line[:1] not in (">", "") else "") for line in lines[:-1]]
        out.append("\n".join([*soft, _stuffed(lines[-1])]))
    return "\n\n".join(out)


def _stuffed(line: str) -> str:
    return f" {line}" if line.startswith((" ", "From ")) else line


def multipart(kind: str, parts: tuple[Part, ...], boundary: str, preamble: bytes = b"") -> Part:
    """Several parts in one, between boundaries; `kind` is the subtype with its own parameters, if any."""
    mark = f"--{boundary}".encode()
    body = b"".join(mark + b"\n" + part.whole() + b"\n" for part in parts)
    return Part((f'Content-Type: multipart/{kind};\n\tboundary="{boundary}"',), preamble + body + mark + b"--\n")


def attached(name: str, kind: str, content: bytes) -> Part:
    """A file sent along, in base64."""
    headers = (
        f'Content-Type: {kind}; name="{name}"',
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"',
    )
    return Part(headers, coded(content, "base64"))


def enclosed(message: bytes) -> Part:
    """A whole message sent along (message/rfc822), never encoded."""
    return Part(("Content-Type: message/rfc822", "Content-Disposition: inline"), message)


@lru_cache(maxsize=4096)
def words(text: str, charset: str) -> str:
    """A header text as RFC 2047 encoded words, folded one word a line; ASCII text is left as it is."""
    if text.isascii():
        return text
    charset = fitting(text, charset)
    spell = _q_word if charset in _LATIN or (charset == "utf-8" and max(text) < "\u0250") else _b_word
    return "\n ".join(_spelt(text, charset, spell))


def _spelt(text: str, charset: str, spell: Callable[[str, str], str]) -> Iterator[str]:
    at = 0
    while at < len(text):
        end = min(len(text), at + 40)
        while len(spell(text[at:end], charset)) > 75:
            end -= 1
        yield spell(text[at:end], charset)
        at = end


def _q_word(text: str, charset: str) -> str:
    return f"=?{charset}?Q?{''.join(_Q[octet] for octet in text.encode(charset))}?="


def _b_word(text: str, charset: str) -> str:
    return f"=?{charset}?B?{binascii.b2a_base64(text.encode(charset), newline=False).decode()}?="


@lru_cache(maxsize=4096)
def mailbox(person: Person, charset: str) -> str:
    """A person as address fields show them, display name first."""
    if person.name.isascii():
        bare = person.name.replace(" ", "").replace("-", "").isalnum()
        return f"{person.name} <{person.address}>" if bare else f'"{person.name}" <{person.address}>'
    return f"{words(person.name, charset)} <{person.address}>"


def mailboxes(people: tuple[Person, ...], charset: str) -> str:
    """An address list, one address a line."""
    return ",\n ".join(mailbox(person, charset) for person in people)


def headed(headers: list[str], part: Part) -> bytes:
    """A message: its header lines and those of its outermost part, an empty line, the body."""
    return "\n".join((*headers, *part.headers)).encode() + b"\n\n" + part.body
