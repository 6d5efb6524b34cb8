"""Papers as they come in at the desk: a demand that somebody wrote, a paper, a message with papers; each kept and read.

Reading needs no registry and may take long (a PDF is taken apart in a process of its own), so it is done before the
desk is taken. What cannot be read is kept all the same, with the reason: it may have to be shown to a court.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from typing import Final

from comity.desk.demand import proposed
from comity.desk.office import Office
from comity.errors import ComityError
from comity.intake.court import text_of
from comity.intake.detect import kind_of, read_paper
from comity.intake.etsi import is_etsi
from comity.intake.known import Known
from comity.intake.passages import Proposal
from comity.intake.warrant import propose
from comity.registry.blobs import Blobs

MOST_PARTS: Final = 30
"""Papers that one message may bring."""
_HEADER = re.compile(
    rb"(?:Return-Path|Received|Delivered-To|DKIM-Signature|From|Date|Subject|MIME-Version|X-[\w-]+):", re.I
)
_FROM = re.compile(rb"^From:", re.I | re.M)


class TooManyPapers(ComityError):
    """more than {most} papers in one message"""

    help = "save the papers that matter out of it, and bring those"
    exit_code = 3


@dataclass(frozen=True, slots=True)
class Brought:
    """One paper: its title, its octets by their digest, what it is, its text, and what was read or why nothing was."""

    title: str
    digest: str
    kind: str
    text: str = ""
    proposal: Proposal | None = None
    trouble: str = ""
    remedy: str = ""

    @property
    def written(self) -> bool:
        """Whether it is a demand in the office's own format."""
        return self.kind in ("toml", "json")


def read(office: Office, known: Known, name: str, raw: bytes) -> list[Brought]:
    """Everything that a file brings, its octets kept: the file itself first, then what a message carries."""
    if not is_message(raw):
        return [_paper(office, known, name, raw)]
    message = message_from_bytes(raw)
    kept = Blobs(office.root / "blobs").put([raw])
    carried = list(_attached(message))
    if len(carried) > MOST_PARTS:
        raise TooManyPapers(most=MOST_PARTS)
    papers = [_paper(office, known, title, octets) for title, octets in carried]
    text = text_of(message)
    return [*papers, Brought(name, kept, "message", text, propose(text, known, name, kept) if text.strip() else None)]


def is_message(raw: bytes) -> bool:
    """Whether octets are an e-mail message with its headers."""
    head = raw[: 1 << 16].partition(b"\n\n")[0] if b"\r\n\r\n" not in raw[: 1 << 16] else raw.partition(b"\r\n\r\n")[0]
    return bool(_HEADER.match(raw)) and bool(_FROM.search(head))


def _attached(message: Message) -> Iterator[tuple[str, bytes]]:
    for number, part in enumerate(message.walk()):
        name = part.get_filename() or ""
        payload = None if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload and (name or part.get_content_type() == "application/pdf"):
            plain = "".join(letter for letter in re.split(r"[/\\]", name)[-1] if letter.isprintable())
            yield plain[:100] or f"part {number}", payload


def _paper(office: Office, known: Known, name: str, raw: bytes) -> Brought:
    kept = Blobs(office.root / "blobs").put([raw])
    try:
        kind = kind_of(raw)
        if kind in ("toml", "json"):
            return Brought(name, kept, kind, raw.decode("utf-8-sig", "replace"))
        text = read_paper(raw)
        return Brought(name, kept, "etsi" if is_etsi(text) else kind, text, proposed(text, known, name, kept))
    except ComityError as error:
        return Brought(name, kept, "unread", trouble=error.message, remedy=error.remedy)


def octets_of(office: Office, digest: str) -> bytes:
    """A paper's octets, as they came."""
    return b"".join(Blobs(office.root / "blobs").read(digest))


def text_again(raw: bytes) -> str:
    """The text of a kept paper, read out of it anew; empty if it has none."""
    try:
        if is_message(raw):
            return text_of(message_from_bytes(raw))
        return raw.decode("utf-8-sig", "replace") if kind_of(raw) in ("toml", "json") else read_paper(raw)
    except ComityError:
        return ""


def received(at: datetime) -> str:
    """When something came, as names of files sort it."""
    return f"{at:%Y%m%dT%H%M%S}"
