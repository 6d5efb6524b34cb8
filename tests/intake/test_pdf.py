"""PDFs with text are read; all others are refused with what to do about it."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from comity.errors import ComityError, Unreadable
from comity.intake import apart, pdf
from comity.intake.inside.pdftext import extracted
from comity.intake.pdf import PdfBroken, PdfEncrypted, PdfScanned, PdfTooLarge, PdfUnread, read_pdf
from comity.sim.papers import as_pdf, warrant_2013

TEXT = "UNITED STATES DISTRICT COURT\nThe contents of all e-mails.\n"
LIMITS = (pdf.MOST_PAGES, pdf.MOST_CHARACTERS)


def written(writer: PdfWriter) -> bytes:
    """The octets of a PDF."""
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def blank(pages: int) -> PdfWriter:
    """A PDF of empty pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    return writer


def test_pages_are_parted_by_form_feeds() -> None:
    """The text of a PDF is its pages' text, in order."""
    text = read_pdf(as_pdf(warrant_2013()))
    assert text.count("\f") == 1
    assert "SEARCH AND SEIZURE WARRANT" in text.split("\f")[0]
    assert "кобальт" in text.split("\f")[1]


def test_a_file_is_read_like_its_octets(tmp_path: Path) -> None:
    """A path gives the same text; a path that is not there is unreadable, and errors name the path."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(as_pdf(TEXT))
    assert read_pdf(path) == read_pdf(as_pdf(TEXT))
    with pytest.raises(Unreadable, match=r"missing\.pdf"):
        read_pdf(tmp_path / "missing.pdf")
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(PdfBroken, match=r"paper\.pdf"):
        read_pdf(path)


def test_a_scan_is_sent_to_ocr() -> None:
    """A page without text that shows a picture was scanned, even among pages with text; the error says which."""
    writer = PdfWriter(clone_from=io.BytesIO(as_pdf(TEXT)))
    page = writer.add_blank_page(200, 200)
    image = DecodedStreamObject()
    image[NameObject("/Subtype")] = NameObject("/Image")
    objects = DictionaryObject({NameObject("/Im0"): writer._add_object(image)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): objects})
    with pytest.raises(PdfScanned, match=r"page\(s\) 2") as caught:
        read_pdf(written(writer))
    assert "OCR" in caught.value.remedy
    with pytest.raises(PdfScanned, match=r"page\(s\) 1, 2"):
        read_pdf(written(blank(2)))


def test_a_blank_page_among_others_is_blank() -> None:
    """The back of a sheet is no scan."""
    writer = PdfWriter(clone_from=io.BytesIO(as_pdf(TEXT)))
    writer.add_blank_page(200, 200)
    assert read_pdf(written(writer)).endswith("\f")


def test_an_encrypted_pdf_is_said_to_be() -> None:
    """With a password it cannot be read; locked only against printing, it can."""
    for password, readable in (("secret", False), ("", True)):
        writer = PdfWriter(clone_from=io.BytesIO(as_pdf(TEXT)))
        writer.encrypt(password, "owner", algorithm="AES-256")
        if readable:
            assert "DISTRICT COURT" in read_pdf(written(writer))
        else:
            with pytest.raises(PdfEncrypted):
                read_pdf(written(writer))


def test_ten_thousand_pages_are_too_many() -> None:
    """The limit is told, not reached by patience."""
    with pytest.raises(PdfTooLarge, match="1000 pages"):
        read_pdf(written(blank(10_000)))


def test_a_file_over_the_limit_is_not_opened() -> None:
    """Thirty-two MiB are more than any paper needs."""
    with pytest.raises(PdfTooLarge, match="32 MiB"):
        read_pdf(b"%PDF-1.7" + bytes(pdf.MOST_BYTES))


def bomb(mebibytes: int) -> bytes:
    """A PDF whose one page unpacks to many times its size."""
    writer = PdfWriter(clone_from=io.BytesIO(as_pdf(TEXT)))
    stream = zlib.compress(b" " * (mebibytes << 20), 9)
    content = DecodedStreamObject()
    content.set_data(stream)
    content[NameObject("/Filter")] = NameObject("/FlateDecode")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(content)
    return written(writer)


def test_a_bomb_goes_off_elsewhere() -> None:
    """A stream that unpacks to hundreds of MiB is refused, whichever limit it meets first."""
    with pytest.raises(ComityError) as caught:
        read_pdf(bomb(400))
    assert isinstance(caught.value, PdfTooLarge | PdfBroken | PdfScanned)


def test_a_paper_with_too_much_text_is_refused() -> None:
    """The text of a PDF has a limit, too."""
    assert extracted(as_pdf(TEXT * 10), 10, 100) == {"why": "characters"}


def test_a_child_that_outlives_its_time_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is a limit like the others, and so is a child that the system ended without a word."""
    monkeypatch.setattr(apart, "MOST_SECONDS", -5)
    with pytest.raises(PdfTooLarge, match="seconds"):
        read_pdf(as_pdf(TEXT))


def test_without_a_pdf_reader_a_pdf_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader is an extra; where it is not installed, the error says how to get it."""
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    with pytest.raises(PdfUnread) as caught:
        read_pdf(as_pdf(TEXT))
    assert "comity[pdf]" in caught.value.remedy


@pytest.mark.parametrize("size", [0, 8, 500, 2000, -10])
def test_a_truncated_pdf_is_refused(size: int) -> None:
    """Without its end a PDF may have lost pages, and nothing shows which."""
    with pytest.raises(PdfBroken) as caught:
        read_pdf(as_pdf(TEXT)[:size])
    assert caught.value.exit_code == 3


@settings(max_examples=60)
@given(cut=st.integers(0, 3000), junk=st.binary(max_size=30), data=st.data())
def test_a_damaged_pdf_gives_pages_or_a_reason(cut: int, junk: bytes, data: st.DataObject) -> None:
    """The child has an answer to whatever it is given."""
    raw = as_pdf(TEXT)
    at = min(cut, len(raw) - 200)
    found = extracted(raw[:at] + junk + raw[at + data.draw(st.integers(0, 40)) :], *LIMITS)
    assert ("pages" in found) or found["why"] in {"broken", "scanned", "encrypted", "pages", "memory", "characters"}


def test_the_tests_bomb_is_one() -> None:
    """The file is small and unpacks to what it says."""
    raw = bomb(8)
    assert len(raw) < 200_000
    assert len(PdfReader(io.BytesIO(raw)).pages) == 1
