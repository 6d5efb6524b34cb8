"""The leaves of a message or an archive, however nested: what each is, its digest, its octets, its words if it is text.

Nothing is written anywhere, and a name is only ever a name. What an archive says of itself is not believed: each member
is read up to what is left of the whole's limit, and no further.
"""

from __future__ import annotations

import base64
import email
import io
import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any, Final

MOST_PARTS: Final = 200
MOST_OCTETS: Final = 40 << 20
MOST_DEEP: Final = 8
MAGIC: Final = (
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\x89PNG", "picture"), (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"), (b"II*\0", "picture"), (b"MM\0*", "picture"), (b"RIFF", "picture"), (b"BM", "picture"),
)  # fmt: skip
_HEAD = re.compile(rb"(?:From [^\n]*\n)?[\x21-\x39\x3b-\x7e]+:[^\n]*\n")
_MAIL = re.compile(rb"^(?:from|date|received|message-id|return-path|mime-version|dkim-signature):", re.I | re.M)


class Refused(Exception):
    """Why it is not unpacked: a fault's name, and what is wrong."""


def kind_of(raw: bytes) -> str:
    """What some octets are, by what is in them."""
    if b"%PDF-" in raw[:1024]:
        return "pdf"
    found = next((kind for magic, kind in MAGIC if raw.startswith(magic)), "")
    if found:
        return "office" if found == "zip" and b"[Content_Types].xml" in raw[:4096] else found
    head = raw[:65536].removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(rb"<(?:\?xml|!DOCTYPE(?!\s+html)|[\w.-]+:?[\w.-]*(?:\s+[\w:.-]+=|>))", head) and b"<html" not in head:
        return "xml"
    heads = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0].replace(b"\r\n", b"\n") + b"\n"
    if _HEAD.match(heads) and len(_MAIL.findall(heads)) > 1:
        return "mail"
    return "text" if b"\0" not in raw else "other"


class Walk:
    """One walk through all that is nested: what was found so far, and what is left of the limits."""

    def __init__(self) -> None:
        self.parts: list[dict[str, Any]] = []
        self.left = MOST_OCTETS

    def leaf(self, path: str, name: str, raw: bytes, deep: int) -> None:
        """A file: taken apart further if it holds others, else kept as it is."""
        kind = kind_of(raw)
        if kind == "zip":
            self.archive(path, raw, deep + 1)
        elif kind == "mail":
            self.message(path, email.message_from_bytes(raw), deep + 1)
        else:
            self.keep(path, name, kind, raw)

    def keep(self, path: str, name: str, kind: str, raw: bytes, words: str | None = None) -> None:
        """A leaf as it is answered."""
        self.left -= len(raw)
        if self.left < 0:
            raise Refused("archive-bomb", f"it unpacks to more than {MOST_OCTETS >> 20} MiB")
        if len(self.parts) >= MOST_PARTS:
            raise Refused("too-many-parts", f"it holds more than {MOST_PARTS} papers")
        said = words if words is not None else decoded(raw) if kind in ("text", "xml") else ""
        self.parts.append({
            "path": path, "name": name, "kind": kind, "digest": f"sha256:{sha256(raw).hexdigest()}",
            "octets": base64.b64encode(raw).decode(), "words": said,
        })  # fmt: skip

    def message(self, path: str, message: Message, deep: int) -> None:
        """A message: its texts and attachments, and those of messages within."""
        if deep > MOST_DEEP:
            raise Refused("paper-too-deep", f"papers are wrapped in one another more than {MOST_DEEP} times")
        payload = message.get_payload()
        if isinstance(payload, list):
            inner = message.get_content_maintype() == "message"
            for number, part in enumerate(payload, 1):
                assert isinstance(part, Message)
                self.message(f"{path}/{number}" if len(payload) > 1 else path, part, deep + (1 if inner else 0) + 1)
            return
        raw = message.get_payload(decode=True)
        octets = raw if isinstance(raw, bytes) else str(payload or "").encode("utf-8", "surrogateescape")
        name = plain(str(message.get_filename() or ""))
        if message.get_content_maintype() == "text" and not name:
            words = decoded(octets, str(message.get_content_charset() or "utf-8"))
            html = message.get_content_subtype() == "html"
            self.keep(path, "", "text", octets, read_html(words) if html else words)
        elif octets:
            self.leaf(f"{path}/{name or 'part'}", name, octets, deep)

    def archive(self, path: str, raw: bytes, deep: int) -> None:
        """An archive: each of its files, once all of their names were found sound."""
        if deep > MOST_DEEP:
            raise Refused("paper-too-deep", f"papers are wrapped in one another more than {MOST_DEEP} times")
        with zipfile.ZipFile(io.BytesIO(raw)) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
            for wrong in sound(opened.infolist()):
                raise wrong
            if sum(member.file_size for member in members) > self.left:
                raise Refused("archive-bomb", f"it says that it unpacks to more than {MOST_OCTETS >> 20} MiB")
            for member in members:
                with opened.open(member) as file:
                    octets = file.read(self.left + 1)
                if len(octets) > self.left:
                    raise Refused("archive-bomb", f"it unpacks to more than {MOST_OCTETS >> 20} MiB")
                self.leaf(f"{path}/{plain(member.filename)}", plain(member.filename), octets, deep)


def sound(members: list[zipfile.ZipInfo]) -> Iterator[Refused]:
    """What is wrong with an archive's list of files, before any of them is read."""
    if len(members) > MOST_PARTS:
        yield Refused("too-many-parts", f"it holds {len(members)} files")
    seen: set[str] = set()
    for member in members:
        written = member.orig_filename.replace("\\", "/")
        shown = plain(written)
        steps = written.split("/")
        if written.startswith("/") or ":" in steps[0] or ".." in steps or "\0" in written:
            yield Refused("archive-path", f"one of its names leads elsewhere: {shown}")
        mode = member.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            yield Refused("archive-link", f"{shown} is no plain file")
        if member.flag_bits & 1:
            yield Refused("archive-locked", f"{shown} is encrypted")
        name = unicodedata.normalize("NFKC", written).casefold()
        if name in seen:
            yield Refused("archive-twice", f"two of its files are named {shown}")
        seen.add(name)


def plain(text: str) -> str:
    """A name or a line without what could forge a line of a log or a terminal."""
    try:
        text = str(make_header(decode_header(text)))
    except (ValueError, LookupError, UnicodeError):
        text = text.encode("utf-8", "replace").decode()
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Cf"))[:300]


def decoded(raw: bytes, charset: str = "utf-8") -> str:
    """The words of some octets, whatever they claim to be."""
    for name in (charset, "utf-8"):
        try:
            return raw.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return raw.decode("cp1252", "replace")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.silent += tag in ("script", "style")
        self.words.append("\n" if tag in ("p", "br", "div", "tr", "li") else "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style") and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def read_html(text: str) -> str:
    """The words that a page of HTML shows."""
    reader = _Words()
    reader.feed(text)
    return "".join(reader.words)


def look(raw: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """Every leaf with its path; for a message also its heads, as they stand."""
    walk, kind = Walk(), kind_of(raw)
    heads: list[list[str]] = []
    try:
        if kind == "mail":
            message = email.message_from_bytes(raw)
            heads = [[name.lower(), plain(str(value))] for name, value in message.items()][:500]
            walk.message(options["name"], message, 1)
        else:
            walk.leaf(options["name"], options["name"], raw, 0)
    except Refused as refused:
        return {"why": refused.args[0], "what": plain(refused.args[1])}
    return {"kind": kind, "heads": heads, "parts": walk.parts}
