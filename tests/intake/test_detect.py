"""A file is what is in it, whatever it is called."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.test_form import demands

from comity.intake.detect import NotAPaper, decoded, kind_of, read_paper
from comity.intake.pdf import MOST_BYTES, PdfTooLarge
from comity.intake.write import write_demand
from comity.sim.papers import as_pdf, papers


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"[demand]\nid = 1", "toml"),
        (b"# a demand\n\n  [scope]  # and what it asks\n", "toml"),
        (b"\xef\xbb\xbf[demand]", "toml"),
        (b'"demand" = 1', "toml"),
        (b'\n{ "demand": {}}', "json"),
        (b"{}", "json"),
        (b"{ see the attachment }", "text"),
        (b"[ ] in the daytime", "text"),
        (b"[X] at any time", "text"),
        (b"", "text"),
        (b"\n\n%PDF-1.7", "pdf"),
        (b"caf\xe9", "text"),
        ("SEARCH WARRANT".encode("utf-16"), "text"),
    ],
)
def test_kinds(raw: bytes, kind: str) -> None:
    """By the first line that says anything."""
    assert kind_of(raw) == kind


def test_every_simulated_paper_is_told_apart() -> None:
    """As text they are text, as PDF they are PDF."""
    for paper in papers().values():
        assert kind_of(paper.text.encode()) == "text"
    assert kind_of(as_pdf("a letter")) == "pdf"


@given(demand=demands())
def test_a_written_demand_is_recognised(demand) -> None:
    """Whatever stands in it."""
    assert kind_of(write_demand(demand).encode()) == "toml"


@pytest.mark.parametrize("raw", [b"PK\x03\x04\x00\x00", b"\x00", b"\xff\xfe\x00\x00"])
def test_what_is_neither_text_nor_pdf_is_refused(raw: bytes) -> None:
    """An archive, a program, a picture."""
    with pytest.raises(NotAPaper):
        kind_of(raw)


def test_a_paper_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    """PDF by its mark, else text in the encoding it shows."""
    path = tmp_path / "scan.txt"
    path.write_bytes(as_pdf("a letter"))
    assert read_paper(path).strip() == "a letter"
    path.write_bytes("Überweisung".encode("cp1252"))
    assert read_paper(path) == "Überweisung"
    assert read_paper("Überweisung".encode("utf-16")) == decoded("Überweisung".encode()) == "Überweisung"
    with pytest.raises(PdfTooLarge):
        read_paper(bytes(MOST_BYTES + 1))


@given(text=st.text(max_size=60).filter(lambda text: "\0" not in text and not text.startswith("\ufeff")))
def test_any_text_is_read_as_it_is(text: str) -> None:
    """UTF-8 comes back letter for letter, and is some kind of file."""
    assert decoded(text.encode()) == text
    assert kind_of(text.encode()) in {"toml", "json", "pdf", "text"}


@given(raw=st.binary(max_size=200))
def test_any_octets_are_some_kind_or_refused(raw: bytes) -> None:
    """No octets raise anything but the one error, and only those that no text has."""
    with suppress(NotAPaper):
        assert kind_of(raw) in {"toml", "json", "pdf", "text"}
        return
    assert b"\0" in raw
