"""The desk's own mailbox, where courts send their notices: read, never changed. Where a signature's key is found."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from comity.desk.court import Kept, apply, every, take
from comity.desk.office import SETTINGS, Office
from comity.errors import ComityError, Faulty, Unreadable
from comity.intake.court import MOST_BYTES, NotANotice, Notice, read_notice
from comity.intake.signed import Txt, live_txt
from comity.kernel.words import Fault
from comity.lawpack.tables import Document, read_document

MAILDIR: Final = ("cur", "new", "tmp")


class NoDeskMailbox(ComityError):
    """this office has no mailbox for courts' notices"""

    help = 'name a Maildir or an mbox file in office.toml, under [office]: mailbox = "desk-mail"'
    exit_code = 2


class NotAMailbox(ComityError):
    """`{path}` is neither a Maildir nor an mbox file"""

    help = "mend `mailbox` in office.toml: a folder with cur, new and tmp in it, or a file"
    exit_code = 3


@dataclass
class Found:
    """What lay in the mailbox: how many messages, how many of them were no notices, and the notices that were new."""

    messages: int = 0
    others: int = 0
    new: list[Kept] = field(default_factory=list)


def look(office: Office, at: datetime, txt: Txt) -> Found:
    """Read the desk's mailbox: what is new and a court's notice is taken in; all the rest is left alone."""
    path, found = office.settings.mailbox, Found()
    if path is None:
        raise NoDeskMailbox
    known = {kept.digest for kept in every(office) if kept.notice.signature.genuine is not None}
    for raw in messages(path):
        found.messages += 1
        if f"sha256:{sha256(raw).hexdigest()}" in known:
            continue
        try:
            found.new.append(take(office, raw, "the desk's mailbox", at, txt))
        except NotANotice:
            found.others += 1
    apply(office, at)
    return found


def messages(path: Path) -> Iterator[bytes]:
    """The octets of every message of a mailbox that a notice may be as large as."""
    try:
        if path.is_dir() and all((path / name).is_dir() for name in MAILDIR):
            box: mailbox.Mailbox[mailbox.Message] = mailbox.Maildir(path, create=False)
        elif path.is_file():
            box = mailbox.mbox(path, create=False)
        else:
            raise NotAMailbox(path=str(path))
        for key in box.iterkeys():
            raw = box.get_bytes(key)
            if len(raw) <= MOST_BYTES:
                yield raw
    except OSError as error:
        raise Unreadable(path=str(path), why=error.strerror or str(error)) from error


def read(txt: Txt, raw: bytes, name: str) -> Notice:
    """A message that was brought, read, its signature checked; nothing is kept yet."""
    return read_notice(raw, txt, name)


def txt_of(office: Office) -> Txt:
    """Where the office looks keys up: in DNS, or in the answers that it stored."""
    path = office.settings.dns
    return live_txt if path is None else stored(path)


def stored(path: Path) -> Txt:
    """Answers of DNS from a TOML file: a table [txt] of names and records; what is not in it is not there."""
    document = read_document(path)
    table = document.data.get("txt", {})
    found = [*document.faults, *_wrong(document, table)]
    if found:
        raise Faulty(tuple(found), path=f"{path.name} (named in {SETTINGS})")
    answers = {name.lower().rstrip("."): text.encode("ascii", "replace") for name, text in table.items()}
    return lambda name: answers.get(name.lower().rstrip("."))


def _wrong(document: Document, table: object) -> Iterator[Fault]:
    if not isinstance(table, dict) or not all(isinstance(text, str) for text in table.values()):
        remedy = 'write [txt] and below it a line each: "s1._domainkey.ca2.uscourts.gov" = "v=DKIM1; p=…"'
        yield Fault("not-dns-answers", document.at("txt"), "[txt] is not a table of texts", remedy)
