"""A mailbox on a server (IMAP), read and never changed: what is new in one folder, in the order of its numbers.

The folder is opened for reading only, and messages are fetched without marking them as read (BODY.PEEK). A number
counts only under the folder's UIDVALIDITY: when the server changes that, everything is new.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from comity.errors import ComityError
from comity.intake.box import PORTS, Box

SECONDS: Final = 30
"""How long the server may take to answer one question."""
MOST_OCTETS: Final = 1 << 20
_SIZE: Final = re.compile(rb"UID (\d+).*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*?UID (\d+)", re.DOTALL)


class MailboxSilent(ComityError):
    """the mailbox `{user}` at `{host}` cannot be read: {why}"""

    help = "look at [imap] in office.toml, at the password, and whether the server can be reached from here"
    exit_code = 3


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: its number, its octets; None if it is larger than a message may be, or is gone."""

    uid: int
    octets: bytes | None


class Folder:
    """A folder that is open for reading."""

    def __init__(self, server: imaplib.IMAP4, validity: int) -> None:
        self._server = server
        self.validity = validity
        """Under which the numbers count."""

    def uids(self, after: int) -> list[int]:
        """The numbers of what came after one, in order."""
        # `*` is the last message whatever its number: a search for what comes after it finds it again.
        said = self._asked("SEARCH", f"UID {after + 1}:*")
        found = {int(number) for line in said if isinstance(line, bytes) for number in line.split()}
        return sorted(uid for uid in found if uid > after)

    def letters(self, uids: Iterable[int], most: int = MOST_OCTETS) -> Iterator[Letter]:
        """Messages by their numbers, one at a time; one that is too large is not fetched."""
        for uid in uids:
            size = next((self._size(line) for line in self._asked("FETCH", str(uid), "(UID RFC822.SIZE)") if line), 0)
            if not size or size > most:
                yield Letter(uid, None)
                continue
            said = self._asked("FETCH", str(uid), "(UID BODY.PEEK[])")
            yield Letter(uid, next((bytes(part[1]) for part in said if isinstance(part, tuple)), None))

    @staticmethod
    def _size(line: Any) -> int:
        found = _SIZE.search(line if isinstance(line, bytes) else line[0])
        return int(found[2] or found[3]) if found else 0

    def _asked(self, *question: str) -> list[Any]:
        state, said = self._server.uid(*question)
        if state != "OK":
            raise imaplib.IMAP4.error(_plain(said))
        return said


@contextmanager
def opened(box: Box, password: str) -> Iterator[Folder]:
    """The folder, open for reading; raises `MailboxSilent` for whatever the server or the line does."""
    server: imaplib.IMAP4 | None = None
    try:
        server = _connected(box)
        server.login(box.user, password)
        state, said = server.select(_quoted(box.folder), readonly=True)
        if state != "OK":
            raise imaplib.IMAP4.error(_plain(said))
        validity = server.response("UIDVALIDITY")[1]
        if not validity or validity[0] is None:
            raise imaplib.IMAP4.error("the server does not say under what its numbers count (UIDVALIDITY)")
        yield Folder(server, int(validity[0]))
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise MailboxSilent(user=box.user, host=box.host, why=_why(error)) from error
    finally:
        if server is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                server.logout()


def _connected(box: Box) -> imaplib.IMAP4:
    port = box.port or PORTS[box.security]
    if box.security == "none":
        return imaplib.IMAP4(box.host, port, SECONDS)
    secret = ssl.create_default_context(cafile=str(box.authority) if box.authority else None)
    if box.security == "tls":
        return imaplib.IMAP4_SSL(box.host, port, ssl_context=secret, timeout=SECONDS)
    server = imaplib.IMAP4(box.host, port, SECONDS)
    try:
        server.starttls(secret)
    except BaseException:
        server.shutdown()
        raise
    return server


def _quoted(name: str) -> str:
    """A folder's name as the line wants it."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(said: list[Any]) -> str:
    return " ".join(part.decode("utf-8", "replace") for part in said if isinstance(part, bytes)) or "it was refused"


def _why(error: Exception) -> str:
    """What went wrong, on one line; a server's own words are shortened."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {error.verify_message}"
    if isinstance(error, socket.timeout | TimeoutError):
        return f"it did not answer within {SECONDS} seconds"
    said = error.args[0] if error.args else ""
    text = (
        said.decode("utf-8", "replace") if isinstance(said, bytes) else getattr(error, "strerror", None) or str(error)
    )
    return "".join(c for c in " ".join(str(text).split()) if c.isprintable())[:200] or type(error).__name__
