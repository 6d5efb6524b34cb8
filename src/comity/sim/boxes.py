"""Mailboxes on disk: one mbox file a folder (mboxrd), or a Maildir with Maildir++ folders."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from comity.kernel.collection import Place
from comity.sim.chance import Chance
from comity.sim.people import Account
from comity.sim.post import Message

_FROM = re.compile(rb"^(>*From )", re.MULTILINE)


class Boxes(Protocol):
    """The mailboxes of one store."""

    def put(self, message: Message, copy: tuple[Account, str, int], octets: bytes) -> Place:
        """Deliver into the mailbox of `copy` = (account, folder, moment of delivery); say where the octets now lie."""

    def close(self) -> None:
        """Write whatever is not on disk yet."""


class Mbox:
    """Mailboxes as mbox files, one a folder; lines that begin like a separator get one more `>` (mboxrd)."""

    def __init__(self, root: Path, store: str) -> None:
        self.root, self.store = root / store, store
        self.files: dict[str, bytearray] = {}

    def put(self, message: Message, copy: tuple[Account, str, int], octets: bytes) -> Place:
        """Append to the folder's file."""
        account, folder, delivered = copy
        path = f"{account.address}/{folder}.mbox"
        file = self.files.setdefault(path, bytearray())
        sender = "MAILER-DAEMON" if message.shape == "bounce" else message.sender.address
        file += f"From {sender} {datetime.fromtimestamp(delivered, UTC).ctime()}\n".encode()
        offset, stored = len(file), _FROM.sub(rb">\1", octets)
        file += stored if stored.endswith(b"\n") else stored + b"\n"
        place = Place(self.store, folder, path, offset, len(file) - offset)
        file += b"\n"
        return place

    def close(self) -> None:
        """Write the files."""
        for path, content in self.files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(content)


class Maildir:
    """Mailboxes as Maildirs: a file a message, folders beside the inbox as `.Name` (modified UTF-7)."""

    def __init__(self, root: Path, store: str) -> None:
        self.root, self.store = root / store, store
        self.count = 0
        self.made: set[str] = set()

    def put(self, message: Message, copy: tuple[Account, str, int], octets: bytes) -> Place:
        """Write the message's own file."""
        account, folder, delivered = copy
        self.count += 1
        chance = Chance(self.count)
        box = account.address + ("" if folder == "Inbox" else f"/.{utf7(folder)}")
        self._make(box)
        unread = folder == "Inbox" and chance.odds(4)
        flags = "" if unread else ":2," + chance.of(("S", "S", "S", "RS", "FS", "PS"))
        unique = f"M{chance.below(1_000_000)}P{chance.between(300, 32_000)}Q{self.count}"
        name = f"{delivered}.{unique}.{self.store},S={len(octets)}{flags}"
        path = f"{box}/{'new' if unread else 'cur'}/{name}"
        whole = os.path.join(self.root, path)
        with open(whole, "xb", buffering=0) as file:
            file.write(octets)
        os.utime(whole, (delivered, delivered))
        return Place(self.store, folder, path, 0, len(octets))

    def _make(self, box: str) -> None:
        if box not in self.made:
            self.made.add(box)
            for part in ("tmp", "new", "cur"):
                (self.root / box / part).mkdir(parents=True)

    def close(self) -> None:
        """Nothing is left to write."""


def utf7(folder: str) -> str:
    """A folder's name in IMAP's modified UTF-7, as Maildir++ stores it: `Vertr&AOQ-ge`."""
    return folder.encode("utf-7").decode("ascii").replace("+", "&").replace("/", ",")
