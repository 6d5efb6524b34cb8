"""How far the desk's mailbox was read: kept after each message, so that a crash loses none and reads none in vain.

A message is taken in before its number is kept. Whoever dies between the two finds it again, and it is the same notice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec

from comity.desk.office import Office
from comity.errors import Unreadable, Unwritable
from comity.registry.files import write_whole

FILE: Final = "post.json"
TRIES: Final = 5
"""How often a message that could not be looked at is tried before a person is asked to."""


@dataclass
class Mark:
    """How far one mailbox was read: on a server the last number, in files the digests of what is no notice."""

    box: str = ""
    validity: int = 0
    uid: int = 0
    others: list[str] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    """What could not be looked at, by its number or digest, and how often."""

    def failed(self, key: str) -> bool:
        """It could not be looked at; whether it is not to be tried again."""
        self.tries[key] = self.tries.get(key, 0) + 1
        over = self.tries[key] >= TRIES
        if over:
            del self.tries[key]
        return over


def mark_of(office: Office, box: str, validity: int = 0) -> Mark:
    """How far a mailbox was read; another one, or one whose numbers count anew, was not read at all."""
    path = office.root / FILE
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Mark)
    except (FileNotFoundError, msgspec.MsgspecError):
        kept = Mark()  # what was read before is read again, and is known by its digest
    except OSError as error:
        raise Unreadable(path=str(path), why=error.strerror or str(error)) from error
    return kept if (kept.box, kept.validity) == (box, validity) else Mark(box, validity)


def keep_mark(office: Office, mark: Mark) -> None:
    """Keep how far it was read, whole."""
    try:
        write_whole(office.root, [msgspec.json.encode(mark)], lambda: FILE)
    except OSError as error:
        raise Unwritable(path=str(office.root / FILE), why=error.strerror or str(error)) from error
