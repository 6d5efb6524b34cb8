"""The signature of an XML paper, and its words. One with a document type is not read: it may declare entities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

DSIG: Final = "{http://www.w3.org/2000/09/xmldsig#}"
DEEP: Final = 200


def parsed(raw: bytes) -> etree._Element:
    """The paper's root, read without entities, network or document type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    return etree.fromstring(raw, parser)


def look(raw: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """Words and signatures: whether each holds, covers the whole paper, and by whom it was made."""
    if declares(raw):
        return {"why": "xml-entities", "what": "it has a document type of its own"}
    root = parsed(raw)
    if root.getroottree().docinfo.doctype:
        return {"why": "xml-entities", "what": "it has a document type of its own"}
    words = " ".join(" ".join(part.split()) for part in spoken(root) if part.strip())
    signatures = list(root.iter(f"{DSIG}Signature"))
    return {"words": words, "signatures": [proof(raw, n, len(signatures)) for n in range(min(len(signatures), 10))]}


def spoken(part: etree._Element) -> Iterator[str]:
    """What the paper says, its signatures left out."""
    if part.tag == f"{DSIG}Signature":
        return
    yield part.text or "" if isinstance(part.tag, str) else ""
    for inner in part:
        yield from spoken(inner)
        yield inner.tail or ""


def declares(raw: bytes) -> bool:
    """Whether a document type stands anywhere in it, in any of the encodings that begin like ASCII or UTF-16."""
    return any(mark in raw for mark in (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be")))


def proof(raw: bytes, number: int, count: int) -> dict[str, Any]:
    """One signature, checked with the certificate that it carries: that says who signed, not who that is."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    root = parsed(raw)
    signature = list(root.iter(f"{DSIG}Signature"))[number]
    held = signature.find(f".//{DSIG}X509Certificate")
    if held is None or not held.text:
        return {"valid": None, "what": "it carries no certificate", "whole": None, "by": "", "certificate": ""}
    body = re.sub(r"\s+", "", held.text)
    pem = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    cert = x509.load_pem_x509_certificate(pem.encode())
    found: dict[str, Any] = {
        "by": cert.subject.rfc4514_string(), "certificate": cert.public_bytes(Encoding.DER).hex(),
        "from": cert.not_valid_before_utc.isoformat(), "until": cert.not_valid_after_utc.isoformat(),
    }  # fmt: skip
    if count != 1:
        return found | {"valid": None, "whole": None, "what": f"the paper holds {count} signatures"}
    try:
        expect = SignatureConfiguration(require_x509=True, expect_references=True)
        signed = XMLVerifier().verify(etree.tostring(root), x509_cert=pem, expect_config=expect)
    except Exception as error:  # whatever the library finds wrong is why the signature does not hold
        return found | {"valid": False, "whole": None, "what": " ".join(str(error).split())[:300]}
    shown = signed if isinstance(signed, list) else [signed]
    rest = without(signature)
    whole = any(one.signed_xml is not None and canonical(one.signed_xml) == rest for one in shown)
    return found | {"valid": True, "whole": whole, "what": "it holds"}


def without(signature: etree._Element) -> bytes:
    """The whole paper but for its signature, in its canonical spelling."""
    root, above, before = signature.getroottree().getroot(), signature.getparent(), signature.getprevious()
    if above is None:
        return b""
    if signature.tail and before is not None:
        before.tail = (before.tail or "") + signature.tail
    elif signature.tail:
        above.text = (above.text or "") + signature.tail
    above.remove(signature)
    return canonical(root)


def canonical(part: etree._Element) -> bytes:
    """One spelling for what means the same."""
    return bytes(etree.tostring(part, method="c14n", exclusive=True))
