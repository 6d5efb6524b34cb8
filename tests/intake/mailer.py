"""Messages as an authority would send them: signed with a key of the test's own, and the DNS that goes with it."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from functools import cache

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from comity.intake.inside.mailproof import clock_at

SELECTOR = "k1"
IP = "192.0.2.7"


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem() -> bytes:
    return key().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def record() -> str:
    der = key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def dns(domain: str, policy: str = "v=DMARC1; p=reject") -> dict[str, dict[str, list]]:
    """What the DNS says of a domain: its key, its machines, its policy."""
    return {
        f"{SELECTOR}._domainkey.{domain}": {"TXT": [record()]},
        domain: {"TXT": [f"v=spf1 ip4:{IP} -all"]},
        f"_dmarc.{domain}": {"TXT": [policy]} if policy else {},
    }


def letter(sender: str, text: str, paper: bytes = b"", name: str = "order.pdf") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = sender, "legal@larch.example"
    made["Date"], made["Subject"] = "Mon, 02 Nov 2026 09:00:00 +0000", "Order"
    made["Message-ID"] = "<1@police.example>"
    made.set_content(text)
    if paper:
        made.add_attachment(paper, maintype="application", subtype="pdf", filename=name)
    return made


def signed(message: EmailMessage, domain: str, **more: object) -> bytes:
    """The message with a DKIM signature of the domain, made on 2 November 2026."""
    raw = message.as_bytes().replace(b"\n", b"\r\n")
    heads = [b"from", b"to", b"subject", b"date", b"message-id"]
    with clock_at(1793610000):
        return dkim.sign(raw, SELECTOR.encode(), domain.encode(), pem(), include_headers=heads, **more) + raw
