"""Certificates of the test's own, and papers signed with them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import cache

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from signxml import XMLSigner, methods

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
ORDER = b"<order><account>owen@larch.example</account><asks>content</asks></order>"


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def certificate(name: str, issuer: str = "") -> x509.Certificate:
    """A certificate for a name, of its own or of an issuer that may issue."""
    by = issuer or name
    subject, above = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, by))
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(above).public_key(key(name).public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(SINCE).not_valid_after(UNTIL)
    made = made.add_extension(x509.BasicConstraints(ca=not issuer, path_length=None), critical=True)
    usage = x509.KeyUsage(True, True, False, False, False, not issuer, False, False, False)
    return made.add_extension(usage, critical=True).sign(key(by), SHA256())


def pem(name: str, issuer: str = "") -> bytes:
    return certificate(name, issuer).public_bytes(Encoding.PEM)


def pdf(raw: bytes, name: str, issuer: str = "") -> bytes:
    """A PDF with a signature over all of it."""
    private = key(name).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    cert = asn1_x509.Certificate.load(certificate(name, issuer).public_bytes(Encoding.DER))
    signer = signers.SimpleSigner(
        signing_cert=cert, signing_key=asn1_keys.PrivateKeyInfo.load(private), cert_registry=SimpleCertificateStore()
    )
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(raw), strict=False)
    signers.sign_pdf(writer, signers.PdfSignatureMetadata(field_name="Signature1"), signer=signer, output=out)
    return out.getvalue()


def xml(raw: bytes, name: str, issuer: str = "", reference: str = "") -> bytes:
    """An XML paper with an enveloped signature over all of it, or over the part with an id."""
    private = key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signer = XMLSigner(method=methods.enveloped)
    uris = [f"#{reference}"] if reference else None
    made = signer.sign(etree.fromstring(raw), key=private, cert=pem(name, issuer).decode(), reference_uri=uris)
    return bytes(etree.tostring(made))
