"""The signatures of a PDF: whether each holds, whether it covers the whole paper, and by whom it was made."""

from __future__ import annotations

import io
from typing import Any


def look(raw: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """Every signature, checked with the certificate it carries: that says who signed, not who that is.

    A signature leaves out its own octets, and so says where it lies in the open: without `/ByteRange` there is none.
    """
    if b"/ByteRange" not in raw:
        return {"signatures": []}
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(raw), strict=False)
    if reader.encrypted:
        return {"signatures": [], "what": "it is encrypted"}
    return {"signatures": [proof(signature, len(raw)) for signature in list(reader.embedded_signatures)[:10]]}


def proof(signature: Any, size: int) -> dict[str, Any]:
    """One signature; nothing is fetched, and no chain is trusted here."""
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    cert = signature.signer_cert
    found: dict[str, Any] = {
        "by": cert.subject.human_friendly, "certificate": cert.dump().hex(),
        "from": cert.not_valid_before.isoformat(), "until": cert.not_valid_after.isoformat(),
    }  # fmt: skip
    try:
        context = ValidationContext(trust_roots=[], allow_fetching=False)
        status = validate_pdf_signature(signature, signer_validation_context=context)
    except Exception as error:  # whatever the library finds wrong is why the signature does not hold
        return found | {"valid": False, "whole": None, "what": " ".join(str(error).split())[:300]}
    spans = [int(number) for number in signature.byte_range]
    whole = spans[0] == 0 and spans[2] + spans[3] == size
    said = status.signer_reported_dt
    found["at"] = said.isoformat() if said else ""
    return found | {
        "valid": bool(status.intact and status.valid),
        "whole": whole,
        "what": "it holds" if status.intact and status.valid else "what was signed is not what stands there now",
    }
