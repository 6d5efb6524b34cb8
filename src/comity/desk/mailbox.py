"""The desk's mailbox on a server, as office.toml names it: `[imap]`, the password from a file or the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from comity.errors import ComityError, Unreadable
from comity.intake.box import PORTS, Box
from comity.kernel.words import Fault
from comity.lawpack.tables import Document, Shape

TABLE: Final = "imap"
SHAPE: Final = Shape(
    {"host": "text", "user": "text"},
    {"folder": "text", "port": "any", "security": "text", "authority": "text", "password_file": "text", "every": "any"},
)
VARIABLE: Final = "COMITY_IMAP_PASSWORD"
EVERY: Final = 60
"""Seconds between two looks, if office.toml does not say."""


class NoPassword(ComityError):
    """nobody says the password of the mailbox `{user}` at `{host}`"""

    help = 'name a file with it in office.toml, under [imap]: password_file = "keys/imap"; or set COMITY_IMAP_PASSWORD'
    exit_code = 3


@dataclass(frozen=True)
class Mailbox:
    """The mailbox, how often it is looked at, and the file that holds its password."""

    box: Box
    every: timedelta = field(default=timedelta(seconds=EVERY))
    password_file: Path | None = None

    def password(self) -> str:
        """The password, asked for anew each time: it may have been changed."""
        if self.password_file is None:
            found = os.environ.get(VARIABLE, "")
        else:
            try:
                found = self.password_file.read_text("utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                why = getattr(error, "strerror", None) or "it is no text"
                raise Unreadable(path=str(self.password_file), why=why) from error
        if not found:
            raise NoPassword(user=self.box.user, host=self.box.host)
        return found


def mailbox_faults(document: Document) -> Iterator[Fault]:
    """Everything wrong with `[imap]`."""
    row = document.data.get(TABLE)
    if row is None:
        return
    if not isinstance(row, dict):
        yield Fault("wrong-type", document.at(TABLE), "[imap] must be one table", "write [imap]")
        return
    yield from SHAPE.faults(document, TABLE, 0, row)
    if "mailbox" in document.data.get("office", {}):
        what = "`mailbox` names one mailbox and [imap] another"
        yield Fault("two-mailboxes", document.at(TABLE), what, "keep the one to which the courts send")
    for key, least, most in (("port", 1, 65535), ("every", 5, 3600)):
        value = row.get(key, least)
        if type(value) is not int or not least <= value <= most:
            remedy = f"write a whole number from {least} to {most}, or leave it out"
            yield Fault("not-a-limit", document.at(TABLE, 0, key), f"`{key}` cannot be `{value}`", remedy)
    security = row.get("security", "tls")
    where = document.at(TABLE, 0, "security")
    if security not in PORTS:
        yield Fault(
            "unknown-security", where, f"`{security}` is no way to keep a line secret", "use tls, starttls or none"
        )
    elif security == "none" and not _here(row.get("host")):
        what = "the password and the courts' mail would go over the line in the clear"
        yield Fault("not-encrypted", where, what, "use tls or starttls; none is for a server on this machine")


def _here(host: object) -> bool:
    try:
        return host == "localhost" or ip_address(str(host)).is_loopback
    except ValueError:
        return False


def read_mailbox(document: Document) -> Mailbox | None:
    """The table, once it has no fault."""
    row = document.data.get(TABLE)
    if row is None:
        return None
    folder = document.path.parent
    authority, password = (folder / row[key] if key in row else None for key in ("authority", "password_file"))
    box = Box(
        row["host"], row["user"], row.get("folder", "INBOX"), row.get("port", 0), row.get("security", "tls"), authority
    )
    return Mailbox(box, timedelta(seconds=row.get("every", EVERY)), password)
