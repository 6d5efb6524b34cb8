"""The words of a message, decoded, for terms to be searched in; nothing raises, nothing recurses, all limits are said.

Text is what a reader would see or could search: the subject, keywords and comments, text parts in their character set,
HTML both as it stands and without its tags, names of attachments, forwarded messages. Other attachments are searched by
name only, which is remarked. What could hide a term (sealed parts, parts nested too deep, too many parts, messages
beyond SIZE_LIMIT) is remarked as hiding, and its octets are searched as they stand.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from comity.kernel.collection import Piece, Remark
from comity.sources.charsets import Octets, characters, decoded, readings
from comity.sources.headers import NOT_BASE64, base64, fields, parameters, split, unworded

SIZE_LIMIT: Final = 96 << 20
DEPTH_LIMIT: Final = 100
PART_LIMIT: Final = 10_000
WINDOW: Final = 1 << 20
_NESTED_LIMIT: Final = 16 << 20
_WORK_LIMIT: Final = 1 << 30

_SPOKEN: Final = {"subject": "Subject", "keywords": "Keywords", "comments": "Comments"}
_BASE64_TEXT: Final = bytes(set(range(256)) - set(NOT_BASE64)) + b" \t\r\n"
_AFTER_BOUNDARY: Final = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_LF: Final = 10
_SEALED: Final = b"-----BEGIN PGP MESSAGE-----"


@dataclass(slots=True)
class _Part:
    """A part yet to be read: `octets[begin:end]`, its number, how deep it lies and what it is if it does not say."""

    octets: bytes
    begin: int
    end: int
    number: str = "1"
    depth: int = 0
    default: str = "text/plain"
    message: bool = True

    def child(self, begin: int, end: int, number: int, default: str) -> _Part:
        return _Part(self.octets, begin, end, f"{self.number}.{number}", self.depth + 1, default, False)


@dataclass(slots=True)
class _Kind:
    """What the header of a part says of it."""

    type: str
    parameters: dict[str, str]
    encoding: str
    names: tuple[str, ...]

    @classmethod
    def read(cls, head: list[tuple[str, bytes]], default: str) -> _Kind:
        found = dict(reversed(head))
        kind, about = parameters(found.get("content-type", b""))
        _, disposition = parameters(found.get("content-disposition", b""))
        encoding = decoded(found.get("content-transfer-encoding", b"")).partition(";")[0].strip().lower()
        named = (disposition.get("filename", ""), about.get("name", ""))
        names = tuple(dict.fromkeys(name for name in named if name))
        return cls(kind if kind.count("/") == 1 else default, about, encoding, names)


def texts(octets: bytes) -> Iterator[Piece | Remark]:
    """Every stretch of text in a message, and every remark on what was met, part by part."""
    waiting, parts, work = [_Part(octets, 0, len(octets))], 0, 0
    while waiting:
        part = waiting.pop()
        parts += 1
        work += part.end - part.begin
        why = _refused(part, parts, work)
        if why:
            yield Remark(f"part {part.number}", why, hides=True)
            yield from _text(f"part {part.number}, undecoded", _stretches(part.octets, part.begin, part.end))
            continue
        head, body = split(part.octets, part.begin, part.end)
        found = fields(head)
        kind = _Kind.read(found, part.default)
        yield from _headings(part, found, kind)
        children = list[_Part]()
        yield from _body(part, body, kind, children)
        waiting += reversed(children)


_QUOTING: Final = {
    "mboxo": re.compile(r"(^|\n)>(From )"),
    "mboxcl": re.compile(r"(^|\n)>(From )"),
    "mboxrd": re.compile(r"(^|\n)>(>*From )"),
}


def unquoted(found: Iterator[Piece | Remark], variant: str) -> Iterator[Piece | Remark]:
    """Text from an mbox with the `>` taken off again that its variant puts before lines that begin with "From "."""
    quoting = _QUOTING.get(variant)
    for text in found:
        if quoting and isinstance(text, Piece) and ">" in text.text:
            text = Piece(text.where, quoting.sub(r"\1\2", text.text), text.more)
        yield text


def _refused(part: _Part, parts: int, work: int) -> str:
    """Why a part is not taken apart: limits that no honest message meets."""
    if part.depth > DEPTH_LIMIT:
        return f"nested deeper than {DEPTH_LIMIT} parts"
    if parts > PART_LIMIT:
        return f"comes after {PART_LIMIT} other parts"
    return "is nested too often for its size" if work > _WORK_LIMIT else ""


def _headings(part: _Part, found: list[tuple[str, bytes]], kind: _Kind) -> Iterator[Piece]:
    """What a part's header has to say to a reader: subject, keywords, comments and attachment names."""
    for name, value in found if part.message else ():
        if name in _SPOKEN:
            where = _SPOKEN[name] if part.depth == 0 else f"{_SPOKEN[name]} in part {part.number}"
            yield Piece(where, unworded(value))
    for name in kind.names:
        yield Piece(f"name of part {part.number}", name)


def _body(part: _Part, body: int, kind: _Kind, children: list[_Part]) -> Iterator[Piece | Remark]:
    """The text of a part's body, or its `children` to be read in turn."""
    where = f"part {part.number} ({kind.type})"
    octets = partial(_transferred, part.octets, body, part.end, kind.encoding)
    if kind.type in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
        yield Remark(where, "is sealed, or signed as a whole", hides=True)
    if kind.type.startswith("multipart/"):
        yield from _multipart(part, body, kind, children)
    elif kind.type in ("message/rfc822", "message/global", "message/news"):
        yield from _nested(part, body, kind, children)
    elif kind.type.startswith(("text/", "message/")) or "pkcs7-mime" in kind.type:
        yield from _encoding(where, _stretches(part.octets, body, part.end), kind.encoding)
        if any(_SEALED in stretch for stretch in octets()):
            yield Remark(where, "holds a sealed text", hides=True)
        markup = kind.type == "text/html"
        declared = kind.parameters.get("charset") or (_declared_in(next(octets(), b"")) if markup else "")
        yield from _text(where, octets, declared, markup)
    elif body < part.end:
        name = f" `{kind.names[0]}`" if kind.names else ""
        yield Remark(where, f"attachment{name} is searched by its name only")


def _multipart(part: _Part, body: int, kind: _Kind, children: list[_Part]) -> Iterator[Piece | Remark]:
    """The children between a multipart's boundary lines; what stands before and after them is text too."""
    where = f"part {part.number} ({kind.type})"
    boundary = kind.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
    default = "message/rfc822" if kind.type == "multipart/digest" else "text/plain"
    begin, last = body, None
    for last in _boundaries(part.octets, body, part.end, boundary) if boundary else ():
        if begin == body and not children:
            yield from _text(f"{where}, before its parts", _stretches(part.octets, begin, last.start))
        else:
            children.append(part.child(begin, last.start, len(children) + 1, default))
        begin = last.stop
        if last.closes or len(children) > PART_LIMIT:
            break
    if last is None:
        yield Remark(where, "has no boundary line, and is read as text")
        yield from _text(where, _stretches(part.octets, body, part.end))
    elif last.closes:
        yield from _text(f"{where}, after its parts", _stretches(part.octets, begin, part.end))
    else:
        if len(children) <= PART_LIMIT:
            yield Remark(where, "lacks its closing boundary line, as if cut short")
        children.append(part.child(begin, part.end, len(children) + 1, default))


class _Boundary(NamedTuple):
    """A boundary line from `start` to `stop`; the last of its parts `closes`."""

    start: int
    stop: int
    closes: bool


def _boundaries(octets: bytes, begin: int, end: int, boundary: bytes) -> Iterator[_Boundary]:
    """The lines that are a boundary (RFC 2046, 5.1.1); a compiled pattern for each message would cost more."""
    mark = b"--" + boundary
    start = octets.find(mark, begin, end)
    while start >= 0:
        stop = start + len(mark)
        rest = _AFTER_BOUNDARY.match(octets, stop, end)
        if rest and (start == 0 or octets[start - 1] == _LF):
            stop = rest.end()
            yield _Boundary(start, stop, rest[1] is not None)
        start = octets.find(mark, stop, end)


def _nested(part: _Part, body: int, kind: _Kind, children: list[_Part]) -> Iterator[Piece | Remark]:
    """A forwarded message; encoded as a whole (which RFC 2046 forbids, and some do) it is decoded first."""
    number, depth = f"{part.number}.1", part.depth + 1
    if kind.encoding not in ("base64", "quoted-printable"):
        children.append(_Part(part.octets, body, part.end, number, depth))
    elif part.end - body <= _NESTED_LIMIT:
        octets = b"".join(_transferred(part.octets, body, part.end, kind.encoding))
        children.append(_Part(octets, 0, len(octets), number, depth))
    else:
        where = f"part {part.number} ({kind.type})"
        yield Remark(where, f"is encoded and larger than {_NESTED_LIMIT >> 20} MiB", hides=True)
        yield from _text(where, partial(_transferred, part.octets, body, part.end, kind.encoding))


def _text(where: str, octets: Octets, declared: str = "", tagged: bool = False) -> Iterator[Piece | Remark]:
    """A text in each character set it may be in; `tagged` text (HTML) also without its tags."""
    charsets, said = readings(octets, declared)
    if said:
        yield Remark(where, said)
    for charset in charsets:
        label = where if charset == "ascii" else f"{where}, {charset}"
        yield from _pieces(label, characters(octets, charset))
        if tagged:
            yield from _pieces(f"{label}, without tags", _untagged(characters(octets, charset)))


def _declared_in(markup: bytes) -> str:
    """The character set that HTML itself declares."""
    found = _META.search(markup, 0, 4096)
    return found[1].decode() if found else ""


def _pieces(where: str, stretches: Iterator[str]) -> Iterator[Piece]:
    """One text as pieces, of which an empty one is the last."""
    for stretch in stretches:
        if stretch:
            yield Piece(where, stretch, more=True)
    yield Piece(where, "")


_META: Final = re.compile(rb"<meta\b[^<>]*?charset=[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_UNSEEN_TAG: Final = re.compile(
    r"</?(?:a|abbr|b|big|code|del|em|font|i|ins|mark|o:p|s|small|span|strike|strong|sub|sup|tt|u|wbr)(?:[\s/][^<>]*)?>|<![^<>]*>",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"</?[A-Za-z?][^<>]*>")
_TAIL: Final = re.compile(r"<[^<>]{0,65536}\Z|&[#\w]{0,32}\Z")


def _untagged(stretches: Iterator[str]) -> Iterator[str]:
    """HTML as it reads: tags inside a line vanish, others part words, entities are characters.

    A tag or entity cut in two by the end of a stretch is held back for the next.
    """
    held = ""
    for stretch in stretches:
        whole = held + stretch
        cut = _TAIL.search(whole, max(0, len(whole) - 65_537))
        end = cut.start() if cut else len(whole)
        held = whole[end:]
        yield _bare(whole[:end])
    yield _bare(held)


def _bare(markup: str) -> str:
    return html.unescape(_TAG.sub(" ", _UNSEEN_TAG.sub("", markup)))


def _stretches(octets: bytes, begin: int, end: int) -> Octets:
    """Octets as they stand, a window at a time."""
    return lambda: (octets[at : min(at + WINDOW, end)] for at in range(begin, end, WINDOW))


def _transferred(octets: bytes, begin: int, end: int, encoding: str) -> Iterator[bytes]:
    """A body without its transfer encoding; what is not of that encoding is passed through or over, as readers do."""
    if encoding == "base64":
        held = b""
        for window in _stretches(octets, begin, end)():
            run = held + window.translate(None, NOT_BASE64)
            whole = len(run) - (len(run) - run.rfind(b"=") - 1) % 4
            held = run[whole:]
            yield base64(run[:whole])
        yield base64(held)
    elif encoding == "quoted-printable":
        held = b""
        for window in _stretches(octets, begin, end)():
            run = held + window
            cut = run.rfind(b"=", len(run) - 2)
            held = run[cut:] if cut >= 0 else b""
            yield _unquoted(run[:cut] if cut >= 0 else run)
        yield _unquoted(held)
    else:
        yield from _stretches(octets, begin, end)()


def _unquoted(octets: bytes) -> bytes:
    return binascii.a2b_qp(octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def _encoding(where: str, octets: Octets, encoding: str) -> Iterator[Piece | Remark]:
    """Say so where a body is not in the encoding it names, and search what claims to be base64 as it stands too."""
    if encoding == "base64" and any(window.translate(None, _BASE64_TEXT) for window in octets()):
        yield Remark(where, "is not all base64, and is searched as it stands too")
        yield from _text(f"{where}, undecoded", octets)
    elif encoding not in ("", "7bit", "8bit", "binary", "quoted-printable", "base64"):
        yield Remark(where, f"names an unknown encoding `{encoding}`, and is searched as it stands")
