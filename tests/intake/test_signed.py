"""Signatures of PDF and XML papers: whether they hold, cover the whole, and are trusted by the office itself."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from tests.intake import signer

from comity.intake.authentic import signed
from comity.intake.authentic.evidence import Evidence
from comity.intake.authentic.opened import Leaf
from comity.intake.authentic.signed import NotACertificate, told, trusted
from comity.intake.inside import pdfproof, xmlproof
from comity.sim.papers import as_pdf

AT = datetime(2026, 11, 2, tzinfo=UTC)
LOOK = signed.apart.look
COURT = "District Court of Larch"


@pytest.fixture(scope="module")
def order() -> bytes:
    return signer.pdf(as_pdf("We order you to produce."), COURT)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """To load the libraries once and not for each paper; what the walls are worth is tried elsewhere."""
    tasks = {"pdfproof": pdfproof, "xmlproof": xmlproof}
    monkeypatch.setattr(signed.apart, "look", lambda task, raw, path: tasks[task].look(raw, {}))


def found(raw: bytes, kind: str, *anchors: bytes, folder: Path | None = None, at: datetime = AT) -> list[Evidence]:
    leaf = Leaf(f"order.{kind}", kind, f"sha256:{sha256(raw).hexdigest()}", raw, "")
    if folder is not None:
        folder.mkdir(exist_ok=True)
        for number, anchor in enumerate(anchors):
            (folder / f"{number}.pem").write_bytes(anchor)
    return list(told(leaf, trusted(folder) if folder else (), at, "email"))


def test_a_signature_that_anybody_could_make_says_nothing(order: bytes) -> None:
    (one,) = found(order, "pdf")
    assert one.supports is None and "signed all of" in one.says and "anybody can make" in one.says
    assert COURT in one.says and ("result", "it holds") in one.looked


def test_a_signer_whom_the_office_trusts_supports(order: bytes, tmp_path: Path) -> None:
    (one,) = found(order, "pdf", signer.pem(COURT), folder=tmp_path / "trust")
    assert one.supports is True and "the office itself trusts" in one.says


def test_an_issuer_whom_the_office_trusts_supports(tmp_path: Path) -> None:
    raw = signer.pdf(as_pdf("We order you."), "Judge Alder", COURT)
    assert found(raw, "pdf", signer.pem(COURT), folder=tmp_path / "trust")[0].supports is True
    assert found(raw, "pdf", signer.pem("Another court"), folder=tmp_path / "other")[0].supports is None


def test_who_may_not_issue_vouches_for_nobody(tmp_path: Path) -> None:
    """A certificate of a person in the trust folder stands for that person, and for none that they sign for."""
    raw = signer.pdf(as_pdf("We order you."), "Impostor", "Judge Alder")
    assert found(raw, "pdf", signer.pem("Judge Alder", COURT), folder=tmp_path / "trust")[0].supports is None


def test_a_certificate_that_was_not_valid_then_is_not_trusted(order: bytes, tmp_path: Path) -> None:
    late = datetime(2027, 6, 1, tzinfo=UTC)
    (one,) = found(order, "pdf", signer.pem(COURT), folder=tmp_path / "trust", at=late)
    assert one.supports is None and "not valid at the time" in one.says


def test_a_changed_paper_speaks_against(order: bytes) -> None:
    at = order.index(b"/Contents <") - 400
    raw = order[:at] + bytes([order[at] ^ 1]) + order[at + 1 :]
    (one,) = found(raw, "pdf")
    assert one.supports is False and "does not hold" in one.says


def test_what_was_added_after_the_signature_is_not_signed(order: bytes, tmp_path: Path) -> None:
    (one,) = found(order + b"\n% more\n", "pdf", signer.pem(COURT), folder=tmp_path / "trust")
    assert one.supports is None and "a part of" in one.says


def test_a_paper_without_a_signature_says_so() -> None:
    (one,) = found(as_pdf("We order you."), "pdf")
    assert one.supports is None and "carries no signature" in one.says
    (one,) = found(signer.ORDER, "xml")
    assert "carries no signature" in one.says


def test_a_signed_paper_of_xml(tmp_path: Path) -> None:
    raw = signer.xml(signer.ORDER, COURT)
    assert found(raw, "xml")[0].supports is None
    (one,) = found(raw, "xml", signer.pem(COURT), folder=tmp_path / "trust")
    assert one.supports is True and "signed all of" in one.says


def test_a_changed_account_in_a_signed_paper_speaks_against() -> None:
    raw = signer.xml(signer.ORDER, COURT).replace(b"owen@", b"owan@")
    assert found(raw, "xml")[0].supports is False


def test_a_signed_part_within_a_forged_whole_is_told(tmp_path: Path) -> None:
    """Signature wrapping: what was signed is carried along, and another order stands around it."""
    signed = signer.xml(b'<order Id="o"><account>a@larch.example</account></order>', COURT, reference="o")
    raw = b"<order><account>owen@larch.example</account>" + signed + b"</order>"
    (one,) = found(raw, "xml", signer.pem(COURT), folder=tmp_path / "trust")
    assert one.supports is None and "a part of" in one.says


def test_a_signature_without_a_certificate_is_nobodys() -> None:
    raw = signer.xml(signer.ORDER, COURT)
    at, end = raw.index(b"<ds:KeyInfo>"), raw.index(b"</ds:KeyInfo>") + len(b"</ds:KeyInfo>")
    (one,) = found(raw[:at] + raw[end:], "xml")
    assert one.supports is None and "no certificate" in one.says


def test_only_certificates_are_trusted(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("not one")
    with pytest.raises(NotACertificate, match=r"x\.pem"):
        trusted(tmp_path)
    assert trusted(tmp_path / "none") == ()


def test_both_are_looked_at_in_a_process_of_their_own(order: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed.apart, "look", LOOK)
    for raw, kind in ((order, "pdf"), (signer.xml(signer.ORDER, COURT), "xml")):
        (one,) = found(raw, kind)
        assert "signed all of" in one.says
    assert LOOK("xmlproof", signer.xml(signer.ORDER, COURT), "o.xml")["words"] == "owen@larch.example content"


def test_a_broken_paper_is_told_and_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed.apart, "look", LOOK)
    (one,) = found(b"%PDF-1.7 /ByteRange nothing", "pdf")
    assert one.supports is None and "cannot be looked at" in one.says
