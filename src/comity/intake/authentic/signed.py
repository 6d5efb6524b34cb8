"""Signatures of the papers: whether each holds, covers the whole paper, by whom, and whether the office trusts that.

The office trusts a certificate that it put into its own folder `trust/` itself, or that one of those issued. Nothing is
trusted because a paper, a browser or the machine comes with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from comity.errors import ComityError, Unreadable
from comity.intake import apart
from comity.intake.authentic.evidence import Evidence
from comity.intake.authentic.opened import Leaf

FOLDER: Final = "trust"
TASKS: Final[dict[str, apart.Task]] = {"pdf": "pdfproof", "xml": "xmlproof"}


class NotACertificate(ComityError):
    """`{path}` is not a certificate in PEM"""

    help = "put only certificates (PEM) into the folder `trust` of the office, each checked by a person"
    exit_code = 4


def trusted(folder: Path) -> tuple[x509.Certificate, ...]:
    """The certificates that the office itself put into its folder."""
    found: list[x509.Certificate] = []
    for path in sorted(folder.glob("*.pem")) if folder.is_dir() else ():
        try:
            found += x509.load_pem_x509_certificates(path.read_bytes())
        except OSError as error:
            raise Unreadable(path=str(path), why=error.strerror or str(error)) from error
        except ValueError as error:
            raise NotACertificate(path=str(path)) from error
    return tuple(found)


def told(leaf: Leaf, anchors: tuple[x509.Certificate, ...], at: datetime, channel: str) -> Iterator[Evidence]:
    """A sentence for each signature of one paper; one that carries none says so."""
    task = TASKS.get(leaf.kind)
    if task is None:
        return
    name, base = f"{leaf.kind}-signature", (("paper", leaf.path), ("digest", leaf.digest))
    try:
        bare = leaf.kind == "pdf" and b"/ByteRange" not in leaf.octets
        made = [] if bare else apart.look(task, leaf.octets, leaf.path)["signatures"]
    except apart.Unopened as error:
        says = f"The signatures of {leaf.path} cannot be looked at: {error.what}."
        yield Evidence("papers", name, says, None, channel, (*base, ("result", error.what)))
        return
    if not made:
        yield Evidence("papers", name, f"{leaf.path} carries no signature of its own.", None, channel, base)
    for one in made:
        says, supports = _says(leaf, one, *_chain(one, anchors, at))
        looked = (
            *base,
            ("signed by", one["by"]),
            ("certificate", f"{one.get('from', '')} to {one.get('until', '')}"),
            ("result", one["what"]),
        )
        yield Evidence("papers", name, says, supports, channel, looked)


def _says(leaf: Leaf, one: dict[str, Any], known: bool, why: str) -> tuple[str, bool | None]:
    by = one["by"] or "nobody it names"
    if one["valid"] is False:
        return f"A signature in the name of {by} in {leaf.path} does not hold: {one['what']}.", False
    if one["valid"] is None:
        return f"A signature in {leaf.path} cannot be checked: {one['what']}.", None
    if not one["whole"]:
        return f"{by} signed a part of {leaf.path} only; what lies outside is anybody's.", None
    if not known:
        return f"{by} signed all of {leaf.path}, but {why}: anybody can make such a signature.", None
    return f"{by} signed all of {leaf.path}, and {why}.", True


def _chain(one: dict[str, Any], anchors: tuple[x509.Certificate, ...], at: datetime) -> tuple[bool, str]:
    """Whether the office trusts who signed, and why or why not."""
    if not one.get("certificate"):
        return False, "it carries no certificate"
    try:
        cert = x509.load_der_x509_certificate(bytes.fromhex(one["certificate"]))
        if not cert.not_valid_before_utc <= at <= cert.not_valid_after_utc:
            return False, "its certificate was not valid at the time"
        anchor = next((anchor for anchor in anchors if anchor == cert or _issued(cert, anchor)), None)
    except ValueError:
        return False, "its certificate cannot be read"
    if anchor is None:
        return False, "the office has put no certificate into its trust folder that stands for it"
    if not anchor.not_valid_before_utc <= at <= anchor.not_valid_after_utc:
        return False, "the office's own certificate for it has run out"
    return True, f"the office itself trusts {anchor.subject.rfc4514_string()}"


def _issued(cert: x509.Certificate, anchor: x509.Certificate) -> bool:
    try:
        basic = anchor.extensions.get_extension_for_class(x509.BasicConstraints).value
        cert.verify_directly_issued_by(anchor)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return basic.ca
