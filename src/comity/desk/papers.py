"""Papers as they come in at the desk: a demand that somebody wrote, a paper, a message or an archive with papers.

Each is kept and read. Reading needs no registry and may take long (whatever holds others or is no plain text is taken
apart in a process of its own), so it is done before the desk is taken. What cannot be read is kept all the same, with
the reason: it may have to be shown to a court.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from comity.desk.office import Office
from comity.errors import ComityError
from comity.intake import apart
from comity.intake.detect import kind_of, read_paper
from comity.intake.known import Known
from comity.intake.passages import Proposal
from comity.intake.proposed import proposed, shape_of
from comity.intake.warrant import propose
from comity.registry.blobs import Blobs

MOST_PARTS: Final = 30
"""Papers that one message or archive may bring."""
_HEADER = re.compile(
    rb"(?:From [^\n]*\n)?"
    rb"(?:Return-Path|Received|Delivered-To|DKIM-Signature|From|Date|Subject|MIME-Version|X-[\w-]+):", re.I
)  # fmt: skip
_FROM = re.compile(rb"^From:", re.I | re.M)


class TooManyPapers(ComityError):
    """more than {most} papers in one message or archive"""

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
    """Everything that a file brings, its octets kept: the papers of a message or archive, then that itself."""
    if not holds_papers(raw):
        return [_paper(office, known, name, raw)]
    said = apart.look("unpack", raw, name, name="")
    leaves = [part for part in said["parts"] if part["octets"]]
    carried = [*_carried(leaves, said["kind"] == "mail")]
    if len(carried) > MOST_PARTS:
        raise TooManyPapers(most=MOST_PARTS)
    kept = Blobs(office.root / "blobs").put([raw])
    papers = [_paper(office, known, title, octets) for title, octets in carried]
    text = body(said) if said["kind"] == "mail" else ""
    kind = "message" if said["kind"] == "mail" else "archive"
    return [*papers, Brought(name, kept, kind, text, propose(text, known, name, kept) if text.strip() else None)]


def holds_papers(raw: bytes) -> bool:
    """Whether octets are a message with its headers, or an archive; an office document is none."""
    return is_message(raw) or (raw[:4] in (b"PK\x03\x04", b"PK\x05\x06") and b"[Content_Types].xml" not in raw[:4096])


def is_message(raw: bytes) -> bool:
    """Whether octets are an e-mail message with its headers."""
    head = raw[: 1 << 16].partition(b"\n\n")[0] if b"\r\n\r\n" not in raw[: 1 << 16] else raw.partition(b"\r\n\r\n")[0]
    return bool(_HEADER.match(raw)) and bool(_FROM.search(head))


def body(said: dict[str, Any]) -> str:
    """What a message itself says, part by part; the same words twice, as HTML and plain, are read once."""
    texts = [part["words"].strip() for part in said["parts"] if part["kind"] == "text" and not part["name"]]
    plain = {" ".join(text.split()): text for text in texts if text}
    return "\f".join(plain.values())


def _carried(leaves: list[dict[str, Any]], mail: bool) -> Iterator[tuple[str, bytes]]:
    """The papers that a message or archive carries; the texts of a message without a name are its own words."""
    for number, part in enumerate(leaves, 1):
        if part["name"] or part["kind"] != "text" or not mail:
            name = re.split(r"[/\\]", part["name"])[-1]
            yield name[:100] or f"part {number}", b64decode(part["octets"])


def _paper(office: Office, known: Known, name: str, raw: bytes) -> Brought:
    kept = Blobs(office.root / "blobs").put([raw])
    try:
        kind = kind_of(raw)
        if kind in ("toml", "json"):
            return Brought(name, kept, kind, raw.decode("utf-8-sig", "replace"))
        text = read_paper(raw)
        return Brought(name, kept, shape_of(text) or kind, text, proposed(text, known, name, kept))
    except ComityError as error:
        return Brought(name, kept, "unread", trouble=error.message, remedy=remedy_of(error))


def remedy_of(error: ComityError) -> str:
    """What to do about an error: what stands with its faults, or with itself."""
    return "; ".join(dict.fromkeys(fault.remedy for fault in getattr(error, "faults", ()))) or error.remedy


def octets_of(office: Office, digest: str) -> bytes:
    """A paper's octets, as they came."""
    return b"".join(Blobs(office.root / "blobs").read(digest))


def text_again(raw: bytes) -> str:
    """The text of a kept paper, read out of it anew; empty if it has none."""
    try:
        if is_message(raw):
            return body(apart.look("unpack", raw, "the message", name=""))
        if holds_papers(raw):
            return ""
        return raw.decode("utf-8-sig", "replace") if kind_of(raw) in ("toml", "json") else read_paper(raw)
    except ComityError:
        return ""


def received(at: datetime) -> str:
    """When something came, as names of files sort it."""
    return f"{at:%Y%m%dT%H%M%S}"
