"""One sentence on whether a demand is genuine, with the evidence it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from comity.kernel.words import Truth, digest

GROUPS: Final[dict[str, str]] = {
    "message": "The message that brought it",
    "papers": "The papers",
    "directory": "Our directory of agencies",
    "law": "The power it names",
    "reuse": "Other matters of the office",
    "accounts": "The accounts",
}
"""What is looked at, in the order in which it is told."""
WORDS: Final[dict[Truth, str]] = {True: "supports", False: "speaks against", None: "says nothing"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding before anybody recorded it: `looked` is what was looked at and what was found there, word by word.

    `channel` is the channel that it came through. Its contact is always the demand itself: whoever wrote the demand
    chose what could be looked at, and so nothing found here opens the gate.
    """

    group: str
    name: str
    says: str
    supports: Truth
    channel: str
    looked: tuple[tuple[str, str], ...] = ()

    @property
    def weighs(self) -> str:
        """What it does, in words."""
        return WORDS[self.supports]

    @property
    def key(self) -> str:
        """What tells it from all others that were found with it."""
        return digest([self.name, self.says])[7:23]

    def as_json(self) -> dict[str, object]:
        """The finding as it is shown and kept."""
        looked = [{"what": what, "found": found} for what, found in self.looked]
        return {
            "group": self.group, "name": self.name, "says": self.says, "weighs": self.weighs,
            "supports": self.supports, "channel": self.channel, "looked": looked,
        }  # fmt: skip

    @classmethod
    def of(cls, kept: dict[str, object]) -> Evidence:
        """The finding as it was kept."""
        rows, truth = kept.get("looked"), kept.get("supports")
        looked = tuple((str(row["what"]), str(row["found"])) for row in rows) if isinstance(rows, list) else ()
        group, name, says, channel = (str(kept.get(key, "")) for key in ("group", "name", "says", "channel"))
        return cls(group, name, says, truth if isinstance(truth, bool) else None, channel, looked)
