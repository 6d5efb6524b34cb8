"""A notice of electronic filing of a United States court (CM/ECF), read: which case, which entry, what it reports.

The library juriscraper knows the shapes that courts give these notices. What it cannot read is read by the words that
every notice has, or else is told to be no notice. Whether the message is genuine is asked apart (`signed.py`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any, Final

from comity.errors import ComityError
from comity.intake.entry import Reading, read_entry
from comity.intake.signed import Signature, Txt, sender, signature

COURTS: Final = ("uscourts.gov", "fedcourts.us")
"""The domains from which the courts' systems send: CM/ECF from the first, its successor for appeals from the second."""
MOST_BYTES: Final = 1 << 20
"""A notice has some ten kilobytes, and several hundred addresses at most."""
_HEAD: Final = re.compile(r"Notice of (?:Electronic (?:Claims )?Filing|Docket Activity)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"Case Number:\s*(\S+(?: \S+){0,3}?)\s{0,3}(?:\n|https?:|$)")
_TEXT: Final = re.compile(r"Docket Text:\s*(.*?)(?:Notice (?:has been|will be) electronically mailed|\Z)", re.DOTALL)
_NAME: Final = re.compile(r"Case Name:[ \t]*\n?[ \t]*([^\n]*)")
_FILED: Final = re.compile(r"filed\s+on\s+(\d{1,2})/(\d{1,2})/(\d{4})")
_ENOUGH: Final = 20_000
_SOME: Final = 2_000
_MOST_TEXT: Final = 200_000


class NotANotice(ComityError):
    """`{path}` is no court's notice of electronic filing"""

    help = "give the message as it came, with all its headers: a file that ends in .eml"
    exit_code = 3


class NoNoticeReader(ComityError):
    """nothing here can read a court's notice"""

    help = "install comity[intake]"
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
    """A notice with its signature checked; raises `NotANotice`."""
    message = message_from_bytes(raw[:MOST_BYTES])
    try:
        body = text_of(message)
    except RecursionError as error:
        raise NotANotice(path=path) from error
    if len(raw) > MOST_BYTES or not _HEAD.search(" ".join(body.split())):
        raise NotANotice(path=path)
    address, domain = sender(message)
    court = court_of(domain)
    entries = tuple(_entries(raw, court) or _plainly(body))
    return Notice(court, address, _subject(message), _sent(message), entries, signature(raw, txt, COURTS), body)


def court_of(domain: str) -> str:
    """The court whose system sends from a domain: ca2.uscourts.gov and ecf.ca2.uscourts.gov are both ca2."""
    for above in COURTS:
        if domain.endswith(f".{above}"):
            return domain.removesuffix(f".{above}").split(".")[-1]
    return ""


def text_of(message: Message) -> str:
    """What the body says, without its tags: for people to read beside the fields."""
    parts = [part for part in message.walk() if part.get_content_type() in ("text/html", "text/plain")]
    best = next((part for part in parts if part.get_content_type() == "text/html"), parts[0] if parts else None)
    if best is None:
        return ""
    payload = best.get_payload(decode=True)
    charset = best.get_content_charset("utf-8")
    octets = payload if isinstance(payload, bytes) else b""
    try:
        text = octets.decode(charset)
    except (LookupError, UnicodeDecodeError):
        text = octets.decode("latin-1")
    return _untagged(text) if best.get_content_type() == "text/html" else text[:_MOST_TEXT]


_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*>|<[!?/][^<>]*>", re.IGNORECASE)
_BREAKS: Final = frozenset({"br", "p", "div", "tr", "table", "li", "h1", "h2", "h3", "h4"})
_UNSEEN: Final = frozenset({"script", "style", "head", "title"})


def _untagged(html: str) -> str:
    """The words of an HTML text: its tags are cut out of it, and nothing of it is ever run or loaded."""
    pieces, at, unseen = [], 0, ""
    for tag in _TAG.finditer(html):
        pieces += [] if unseen else [html[at : tag.start()]]
        at, name = tag.end(), (tag[2] or "").lower()
        if not unseen and name in _UNSEEN and not tag[1]:
            unseen = name
        elif unseen == name and tag[1]:
            unseen = ""
        pieces.append("\n" if name in _BREAKS else " ")
    pieces += [] if unseen else [html[at:]]
    plain = unescape("".join(pieces)).replace("\xa0", " ")
    lines = [" ".join(line.split()) for line in plain.split("\n")]
    kept = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
    return "\n".join(kept).strip()[:_MOST_TEXT]


def _subject(message: Message) -> str:
    try:
        plain = str(policy.default.header_factory("Subject", str(message.get("Subject", ""))))
    except Exception:  # the standard library gives up on some headers in many ways; the raw words will do
        plain = str(message.get("Subject", ""))
    return " ".join(plain.split())[:500]


def _sent(message: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(message.get("Date", "")))
    except (ValueError, TypeError, OverflowError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _entries(raw: bytes, court: str) -> list[Entry]:
    """The entries as juriscraper reads them; none if it cannot."""
    report = _reader(court)
    try:
        report._parse_text(raw.decode("latin-1"))
        data = report.data
    except Exception:  # juriscraper raises whatever lxml, its patterns or a list that is too short raise
        return []
    return [entry for docket in data.get("dockets", ()) for entry in _of_docket(docket)]


def _of_docket(docket: Mapping[str, Any]) -> Iterator[Entry]:
    number = " ".join(str(docket.get("docket_number") or "").split())
    for entry in docket.get("docket_entries", ()):
        text = " ".join(str(entry.get("description") or "").split())[:_ENOUGH]
        filed = entry.get("date_filed")
        day = filed if isinstance(filed, date) else None
        if number and text:
            case = " ".join(str(docket.get("case_name") or "").split())
            yield Entry(number, case, day, str(entry.get("document_number") or ""), text, read_entry(text))


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


def _reader(court: str) -> Any:
    # Its logger opens a file of the system, and says on the screen that it could not, unless told of another.
    os.environ.setdefault("JURISCRAPER_LOG", os.devnull)
    try:
        from juriscraper.pacer.email import S3NotificationEmail
    except ImportError as error:
        raise NoNoticeReader from error
    return S3NotificationEmail(court)
