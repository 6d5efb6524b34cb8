"""A court's notice of electronic filing: what it says beside its tags, and its entries as juriscraper reads them.

Whether it is one at all is asked first, by the words that every notice has; only then is the library loaded.
"""

from __future__ import annotations

import email
import os
import re
from datetime import UTC, date, datetime
from email import policy
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape
from typing import Any, Final

HEAD: Final = re.compile(r"Notice of (?:Electronic (?:Claims )?Filing|Docket Activity)", re.IGNORECASE)
MOST_TEXT: Final = 200_000
MOST_KEYS: Final = 10
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*>|<[!?/][^<>]*>", re.IGNORECASE)
_BREAKS: Final = frozenset({"br", "p", "div", "tr", "table", "li", "h1", "h2", "h3", "h4"})
_UNSEEN: Final = frozenset({"script", "style", "head", "title"})


def look(raw: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """The notice's heads, body and entries, and the names of the keys that its signatures want; or that it is none."""
    message = email.message_from_bytes(raw)
    body = text_of(message)
    if not HEAD.search(" ".join(body.split())):
        return {"notice": False}
    address = sender(message)
    court = court_of(address.rpartition("@")[2], options["courts"])
    return {
        "notice": True, "sender": address, "court": court, "subject": subject(message), "sent": sent(message),
        "body": body, "keys": keys(message), "entries": entries(raw, court),
    }  # fmt: skip


def sender(message: Message) -> str:
    """The one address that a message is from, in lower case; empty if it names none or several."""
    found = [address for _, address in getaddresses([str(one) for one in message.get_all("From", [])])]
    whole = found[0].strip().lower() if len(found) == 1 else ""
    return whole if re.fullmatch(r"[^@\s]+@(?:[a-z0-9-]+\.)+[a-z0-9-]+", whole) else ""


def court_of(domain: str, courts: list[str]) -> str:
    """The court whose system sends from a domain: ca2.uscourts.gov and ecf.ca2.uscourts.gov are both ca2."""
    for above in courts:
        if domain.endswith(f".{above}"):
            return domain.removesuffix(f".{above}").split(".")[-1]
    return ""


def keys(message: Message) -> list[str]:
    """The names in the DNS under which the keys of its signatures are published."""
    found: dict[str, None] = {}
    for head in message.get_all("DKIM-Signature", [])[:MOST_KEYS]:
        tags = dict(re.findall(r"(?:^|;)\s*([a-z]+)\s*=\s*([^;]*)", str(head)))
        selector, domain = ("".join(tags.get(tag, "").split()).lower() for tag in ("s", "d"))
        name = f"{selector}._domainkey.{domain}"
        if selector and domain and re.fullmatch(r"[a-z0-9._-]{1,250}", name):
            found[name] = None
    return list(found)


def text_of(message: Message) -> str:
    """What the body says, without its tags: for people to read beside the fields."""
    parts = [part for part in message.walk() if part.get_content_type() in ("text/html", "text/plain")]
    best = next((part for part in parts if part.get_content_type() == "text/html"), parts[0] if parts else None)
    if best is None:
        return ""
    payload = best.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    try:
        text = octets.decode(str(best.get_content_charset("utf-8")))
    except (LookupError, UnicodeDecodeError):
        text = octets.decode("latin-1")
    return untagged(text) if best.get_content_type() == "text/html" else text[:MOST_TEXT]


def untagged(html: str) -> str:
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
    return "\n".join(kept).strip()[:MOST_TEXT]


def subject(message: Message) -> str:
    """Its subject as people read it."""
    try:
        plain = str(policy.default.header_factory("Subject", str(message.get("Subject", ""))))
    except Exception:  # the standard library gives up on some headers in many ways; the raw words will do
        plain = str(message.get("Subject", ""))
    return " ".join(plain.split())[:500]


def sent(message: Message) -> str:
    """When it says that it was sent, in UTC; empty if it does not."""
    try:
        at = parsedate_to_datetime(str(message.get("Date", "")))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, TypeError, OverflowError):
        return ""


def entries(raw: bytes, court: str) -> list[dict[str, str]]:
    """The entries as juriscraper reads them; none if it cannot."""
    # Its logger opens a file, cannot, and then wants to know who it is: within these walls nobody can tell.
    os.environ.update(JURISCRAPER_LOG=os.devnull, LOGNAME="nobody")
    from juriscraper.pacer.email import S3NotificationEmail

    report = S3NotificationEmail(court)
    try:
        report._parse_text(raw.decode("latin-1"))
        dockets = report.data.get("dockets", ())
    except Exception:  # juriscraper raises whatever lxml, its patterns or a list that is too short raise
        return []
    return [entry(docket, one) for docket in dockets for one in docket.get("docket_entries", ())]


def entry(docket: dict[str, Any], one: dict[str, Any]) -> dict[str, str]:
    """One entry as texts."""
    filed = one.get("date_filed")
    day = filed.date() if isinstance(filed, datetime) else filed
    return {
        "docket": str(docket.get("docket_number") or ""), "case": str(docket.get("case_name") or ""),
        "filed": day.isoformat() if isinstance(day, date) else "", "number": str(one.get("document_number") or ""),
        "text": str(one.get("description") or ""),
    }  # fmt: skip
