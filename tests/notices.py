"""Small notices of electronic filing in the shape that courts send, and a court's key to sign them with."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from html import escape

import dkim
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

HEADERS = [b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type",
           b"content-transfer-encoding"]  # fmt: skip
SENT = datetime(2026, 11, 20, 15, tzinfo=UTC)

DISTRICT = """<p align="center"><strong>U.S. District Court</strong></p>
<p align="center"><strong>Southern District of New York</strong></p><b>Notice of Electronic Filing</b>
<div><br>The following transaction was entered on {day} at 10:00 AM EST and filed on {day}<br>
<table><tbody><tr><td><strong>Case Name:</strong></td><td>{case}</td></tr>
<tr><td><strong>Case Number:</strong></td><td><a href="https://ecf.{court}.uscourts.gov/cgi-bin/DktRpt.pl?1">{docket}</a>
</td></tr><tr><td><strong>Document Number:</strong></td><td>
<a href="https://ecf.{court}.uscourts.gov/doc1/1">{number}</a></td></tr></tbody></table>
<p><strong>Docket Text:</strong><br><font size="3" face="arial,helvetica"><b>{text}</b></font></p>
<b>{docket} Notice has been electronically mailed to:</b><br>Larch Mail &nbsp;legal@larch.example<br></div>"""
APPEAL = """<p><strong>United States Court of Appeals</strong></p><strong>Notice of Docket Activity</strong>
<p>The following transaction was entered on {day} at 10:00:00 AM EST and filed on {day}</p>
<table><tr><td><strong>Case Name:</strong></td><td>{case}</td></tr>
<tr><td><strong>Case Number:</strong></td><td><a href="https://ecf.{court}.uscourts.gov/docs1/?caseId=1">{docket}</a>
</td></tr></table><p><strong>Docket Text:</strong><br>{text}</p>
<strong>Notice will be electronically mailed to:</strong><br>Larch Mail: legal@larch.example<br>"""


@cache
def key(name: str = "court") -> RSAPrivateKey:
    """A signing key; another for each name."""
    return generate_private_key(65537, 2048)


def record(name: str = "court") -> bytes:
    """What a court publishes in DNS for the key."""
    public = key(name).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + b64encode(public)


@dataclass(frozen=True)
class Mail:
    """What a notice says."""

    text: str = "ORDER granting [5] Motion to Stay. Signed by the court."
    docket: str = "1:18-mj-00123"
    court: str = "nysd"
    case: str = "In re Warrant"
    number: str = "7"
    sent: datetime = SENT
    sender: str = ""
    to: str = "legal@larch.example"
    body: str = ""

    @property
    def raw(self) -> bytes:
        """The message, not signed."""
        shape = APPEAL if self.court.startswith("ca") and len(self.court) < 5 else DISTRICT
        html = self.body or shape.format(
            day=f"{self.sent:%m/%d/%Y}", case=escape(self.case), docket=escape(self.docket), court=self.court,
            number=self.number, text=escape(self.text),
        )  # fmt: skip
        sender = self.sender or f"ecf@{self.court}.uscourts.gov"
        heads = (
            f"From: {sender}\r\nTo: {self.to}\r\nSubject: Activity in Case {self.docket} {self.case} Order\r\n"
            f"Date: {format_datetime(self.sent)}\r\nMessage-ID: <1@{self.court}.example>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        )
        return heads.encode() + html.replace("\n", "\r\n").encode() + b"\r\n"

    def signed(self, domain: str = "", by: str = "court", **more: object) -> bytes:
        """The message, signed for its court's domain or another."""
        pem = key(by).private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        domain = domain or f"{self.court}.uscourts.gov"
        options = {"include_headers": HEADERS, **more}
        return bytes(dkim.sign(self.raw, b"s1", domain.encode(), pem, **options)) + self.raw  # type: ignore[arg-type]


def dns(name: str) -> bytes | None:
    """The courts' DNS: every court has the one key under the selector s1."""
    return record() if name.startswith("s1._domainkey.") else None


def silent(name: str) -> bytes | None:
    """DNS that does not answer."""
    raise OSError("timed out")
