"""The desk's own mailbox, where courts send their notices: read, never changed. Where a signature's key is found.

It lies on a server (IMAP) or in files of this machine (Maildir, mbox). Somebody looks into it, or a job does, again and
again: then a genuine stay shuts the gate without anybody clicking.
"""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from traceback import print_exception
from typing import Final

from comity.desk.court import Kept, apply, every, take
from comity.desk.jobs import TASK, Hold
from comity.desk.mailbox import EVERY, Mailbox
from comity.desk.office import SETTINGS, Office
from comity.desk.post import Mark, keep_mark, mark_of
from comity.errors import ComityError, Faulty, Unreadable
from comity.intake.apart import Unopened
from comity.intake.court import MOST_BYTES, NotANotice, Notice, read_notice
from comity.intake.signed import Txt, live_txt
from comity.kernel.words import Fault
from comity.lawpack.tables import Document, read_document
from comity.registry.blobs import Blobs
from comity.registry.jobport import End, LeaseLost, NewJob
from comity.registry.port import RegistryError

MAIL: Final = "mailbox"
"""The job that looks into the mailbox, again and again."""
SILENT: Final = f"{MAIL} silent"
MAILDIR: Final = ("cur", "new", "tmp")
MOST: Final = 50
"""Messages that one look takes to pieces; the next goes on."""


class NoDeskMailbox(ComityError):
    """this office has no mailbox for courts' notices"""

    help = 'name one in office.toml: [imap], or a Maildir or mbox file under [office]: mailbox = "desk-mail"'
    exit_code = 2


class NotAMailbox(ComityError):
    """`{path}` is neither a Maildir nor an mbox file"""

    help = "mend `mailbox` in office.toml: a folder with cur, new and tmp in it, or a file"
    exit_code = 3


@dataclass
class Found:
    """What lay in the mailbox: how many messages, how many of them were no notices, and the notices that were new.

    `unread` names what could not be looked at, however often it was tried; `more` says that the next look goes on.
    """

    messages: int = 0
    others: int = 0
    new: list[Kept] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    more: bool = False


@dataclass
class _Look:
    """One look: where what is found goes."""

    office: Office
    at: datetime
    txt: Txt
    known: set[str]
    found: Found = field(default_factory=Found)

    def message(self, mark: Mark, key: str, raw: bytes) -> bool:
        """Take one message in; whether it is done with: a notice that is kept, or none."""
        if f"sha256:{sha256(raw).hexdigest()}" in self.known:
            return True
        try:
            kept = take(self.office, raw, "the desk's mailbox", self.at, self.txt)
            self.known.add(kept.digest)
            self.found.new.append(kept)
        except NotANotice:
            self.found.others += 1
        except Unopened:
            over = mark.failed(key)
            self.found.unread += [key] if over else []
            return over
        mark.tries.pop(key, None)
        return True


def look(office: Office, at: datetime, txt: Txt, most: int = MOST) -> Found:
    """Read the desk's mailbox: what is new and a court's notice is taken in; all the rest is left alone."""
    imap, path = office.settings.imap, office.settings.mailbox
    if imap is None and path is None:
        raise NoDeskMailbox
    kept = every(office)
    for one in kept:
        if one.notice.signature.genuine is None:  # nobody could look its key up: perhaps somebody can now
            take(office, b"".join(Blobs(office.root / "blobs").read(one.digest)), one.brought, at, txt)
    looking = _Look(office, at, txt, {one.digest for one in kept})
    if imap is not None:
        _on_server(looking, imap, most)
    elif path is not None:
        _in_files(looking, path, most)
    apply(office, at)
    return looking.found


def _on_server(looking: _Look, where: Mailbox, most: int) -> None:
    """What came to a folder on a server since its last number, and what could not be looked at before."""
    from comity.intake import imap

    office, found = looking.office, looking.found
    with imap.opened(where.box, where.password()) as folder:
        mark = mark_of(office, where.box.name, folder.validity)
        uids = sorted({*folder.uids(mark.uid), *map(int, mark.tries)})
        found.more = len(uids) > most
        for letter in folder.letters(uids[:most], MOST_BYTES):
            found.messages += 1
            if letter.octets is None:
                found.others += 1
                mark.tries.pop(str(letter.uid), None)
            else:
                looking.message(mark, str(letter.uid), letter.octets)
            mark.uid = max(mark.uid, letter.uid)
            keep_mark(office, mark)


def _in_files(looking: _Look, path: Path, most: int) -> None:
    """What lies in a Maildir or an mbox file; what is no notice is not taken to pieces again."""
    found, mark = looking.found, mark_of(looking.office, str(path))
    others, there = set(mark.others), list[str]()
    left = most
    for raw in messages(path):
        found.messages += 1
        digest = f"sha256:{sha256(raw).hexdigest()}"
        if digest in others:
            found.others += 1
            there.append(digest)
        elif digest not in looking.known and not left:
            found.more = True
        elif digest not in looking.known:
            left -= 1
            if looking.message(mark, digest, raw) and digest not in looking.known:
                there.append(digest)
    mark.others = there
    keep_mark(looking.office, mark)


def wind(office: Office, at: datetime) -> None:
    """See that somebody looks into the mailbox from now on, if there is one."""
    if office.settings.imap is not None or office.settings.mailbox is not None:
        office.registry.put_job(NewJob(MAIL, "", "", MAIL, at, MAIL))


def do(hold: Hold) -> None:
    """The job: look into the mailbox. What goes wrong becomes a task for a person, and is tried again all the same."""
    office = hold.office
    imap = office.settings.imap
    if imap is None and office.settings.mailbox is None:
        office.registry.end_job(End(hold.job, "the office has no mailbox any more", hold.now()))
        return
    later = imap.every if imap is not None else timedelta(seconds=EVERY)
    try:
        found = look(office, hold.now(), txt_of(office))
    except (LeaseLost, RegistryError):
        raise
    except Exception as error:
        if isinstance(error, ComityError):
            why = f"{error.message}; {error.remedy}"
        else:
            why = "comity itself failed at it"
            print_exception(error)
        _task(hold, SILENT, f"the desk's mailbox is not read, so no stay comes in by itself: {why}")
        office.registry.end_job(End(hold.job, why, hold.now(), again=hold.now() + later))
        return
    _told(hold, found)
    said = f"{found.messages} messages, {len(found.new)} new notices"
    office.registry.end_job(End(hold.job, said, hold.now(), again=hold.now() + later * (not found.more)))


def _told(hold: Hold, found: Found) -> None:
    """It is read again, and what of it could not be looked at is for a person."""
    registry = hold.office.registry
    for job in registry.jobs(TASK, open_only=True):
        if job.once == SILENT:
            registry.close_job(job.number, MAIL, hold.now(), again=True)
    for key in found.unread:
        _task(
            hold,
            f"{MAIL} unread {key}",
            f"a message of the desk's mailbox could not be looked at, read it there: {key}",
        )


def _task(hold: Hold, once: str, says: str) -> None:
    hold.office.registry.put_job(NewJob(TASK, "", says, MAIL, hold.now(), once))


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
