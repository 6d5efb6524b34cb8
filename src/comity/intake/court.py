"""A notice of electronic filing of a United States court (CM/ECF), read: which case, which entry, what it reports.

The message is taken to pieces in a process of its own (`inside/notice.py`), where the library juriscraper knows the
shapes that courts give these notices. What it cannot read is read by the words that every notice has, or else is told
to be no notice. Whether the message is genuine is asked apart (`signed.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from comity.errors import ComityError
from comity.intake import apart
from comity.intake.entry import Reading, read_entry
from comity.intake.signed import Signature, Txt, signature

COURTS: Final = ("uscourts.gov", "fedcourts.us")
"""The domains from which the courts' systems send: CM/ECF from the first, its successor for appeals from the second."""
MOST_BYTES: Final = 1 << 20
"""A notice has some ten kilobytes, and several hundred addresses at most."""
_NUMBER: Final = re.compile(r"Case Number:\s*(\S+(?: \S+){0,3}?)\s{0,3}(?:\n|https?:|$)")
_TEXT: Final = re.compile(r"Docket Text:\s*(.*?)(?:Notice (?:has been|will be) electronically mailed|\Z)", re.DOTALL)
_NAME: Final = re.compile(r"Case Name:[ \t]*\n?[ \t]*([^\n]*)")
_FILED: Final = re.compile(r"filed\s+on\s+(\d{1,2})/(\d{1,2})/(\d{4})")
_ENOUGH: Final = 20_000
_SOME: Final = 2_000


class NotANotice(ComityError):
    """`{path}` is no court's notice of electronic filing"""

    help = "give the message as it came, with all its headers: a file that ends in .eml"
    exit_code = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of one docket: the case, when it was filed there, its text, and what that reports."""

    docket: str
    case: str
    filed: date | None
    number: str
    text: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that says to be a court's notice, as read; `court` is its short name there, such as ca2 or nysd."""

    court: str
    sender: str
    subject: str
    sent: datetime | None
    entries: tuple[Entry, ...]
    signature: Signature
    body: str


def read_notice(raw: bytes, txt: Txt, path: str = "the message") -> Notice:
    """A notice with its signature checked; raises `NotANotice`, or `Unopened` if it could not be looked at."""
    if len(raw) > MOST_BYTES:
        raise NotANotice(path=path)
    try:
        said = apart.look("notice", raw, path, courts=list(COURTS))
    except apart.Unopened as error:
        if error.name == "paper-too-deep":
            raise NotANotice(path=path) from error
        raise
    if not said["notice"]:
        raise NotANotice(path=path)
    entries = tuple([*_entries(said["entries"])] or _plainly(said["body"]))
    sent = datetime.fromisoformat(said["sent"]) if said["sent"] else None
    genuine = signature(raw, txt, COURTS, said["keys"], path)
    return Notice(said["court"], said["sender"], said["subject"], sent, entries, genuine, said["body"])


def _entries(rows: list[dict[str, Any]]) -> Iterator[Entry]:
    """The entries that were read; the court's words are believed no further than they go."""
    for row in rows:
        number, case, text = (" ".join(row[key].split()) for key in ("docket", "case", "text"))
        if number and text:
            text, day = text[:_ENOUGH], date.fromisoformat(row["filed"]) if row["filed"] else None
            yield Entry(number, case, day, row["number"], text, read_entry(text))


def _plainly(body: str) -> list[Entry]:
    """The entries by the words that every notice has, where its shape is not known; one for a person, if those lack."""
    said = _TEXT.search(body)
    text = " ".join((said[1] if said else "").split())[:_ENOUGH]
    filed, name = _FILED.search(body), _NAME.search(body)
    try:
        day = date(int(filed[3]), int(filed[1]), int(filed[2])) if filed else None
    except ValueError:
        day = None
    numbers = dict.fromkeys(found.strip() for found in _NUMBER.findall(body))
    case = name[1].strip() if name else ""
    if text and numbers:
        return [Entry(number, case, day, "", text, read_entry(text)) for number in numbers]
    unread = Reading("filing", "doubtful", "its entry could not be read: read the message", (0, 0))
    return [Entry("", case, day, "", " ".join(body.split())[:_SOME], unread)]
