"""A paper or a message taken to pieces, apart: its leaves with their digests, and what words could be read of each."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from comity.errors import ComityError
from comity.intake import apart
from comity.intake.pdf import read_pdf


@dataclass(frozen=True, slots=True)
class Leaf:
    """One paper at the end of whatever it was wrapped in; `unread` says why it has no words, if it has none."""

    path: str
    kind: str
    digest: str
    octets: bytes
    words: str
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What was in some octets: their kind, the heads of a message, and the leaves."""

    kind: str
    heads: tuple[tuple[str, str], ...]
    leaves: tuple[Leaf, ...]
    walls: frozenset[str] = frozenset()

    def head(self, name: str) -> str:
        """The first head of a name; empty if there is none."""
        return next((value for key, value in self.heads if key == name), "")

    @property
    def words(self) -> str:
        """All that could be read, paper by paper."""
        return "\f".join(leaf.words for leaf in self.leaves if leaf.words)


def opened(raw: bytes, name: str) -> Opened:
    """Take some octets to pieces; raises `Unopened` if they are a bomb or cannot be read at all."""
    said = apart.look("unpack", raw, name, name=name)
    leaves = tuple(_leaf(part, base64.b64decode(part["octets"])) for part in said["parts"])
    return Opened(said["kind"], tuple((key, value) for key, value in said["heads"]), leaves, frozenset(said["walls"]))


def _leaf(part: dict[str, str], octets: bytes) -> Leaf:
    words, unread = part["words"], ""
    try:
        if part["kind"] == "pdf":
            words = read_pdf(octets, part["path"])
        elif part["kind"] == "xml":
            words = apart.look("xmlproof", octets, part["path"])["words"]
        elif not words.strip():
            unread = f"it is no text ({part['kind']})"
    except ComityError as error:
        words, unread = "", error.message
    return Leaf(part["path"], part["kind"], part["digest"], octets, words, unread)
