"""Whatever comes in, broken or made to harm: it is read, or kept with the reason, and nothing else ever happens."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.apart import in_this_process
from tests.notices import Mail, dns

from comity.desk import arrival
from comity.desk.demand import known
from comity.desk.office import Office, init
from comity.desk.papers import Brought, read, text_again
from comity.errors import ComityError
from comity.intake.court import NotANotice, read_notice
from comity.intake.inside import xmltree
from comity.sim.orders import Asked, Order

AT = datetime(2026, 11, 20, tzinfo=UTC)
EPOC = Order((Asked("nora@lough.example", ("Traffic",)),)).xml


@pytest.fixture(scope="module", autouse=True)
def here() -> Iterator[None]:
    with in_this_process():
        yield


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    root = tmp_path_factory.mktemp("malformed") / "office"
    init(root, "Lough", "ledger.lough.example/comity", "ie").close()
    it = Office(root)
    yield it
    it.close()


def brought(desk: Office, name: str, raw: bytes) -> list[Brought]:
    """What comes of it: papers, each with passages that are pieces of its text, or with a reason; or a refusal."""
    papers: list[Brought] = []
    with suppress(ComityError):
        papers = read(desk, known(desk), name, raw)
    for paper in papers:
        assert not paper.trouble or paper.remedy
        for one in paper.proposal.fields if paper.proposal else ():
            assert paper.text[one.start : one.end] == one.passage
    text_again(raw)
    return papers


def test_malformed_messages_are_read_or_kept_with_a_reason(desk: Office, shared: Callable[[str], Path]) -> None:
    """Those on which other readers of mail broke, from shared/data/malformed; none is a court's notice."""
    every = sorted(path for path in shared("data/malformed").rglob("*") if path.is_file())
    files = [path for path in every if path.stat().st_size < 1 << 18]
    several = 0
    for path in files:
        raw = path.read_bytes()
        papers = brought(desk, path.name, raw)
        several += len(papers) > 1
        if papers:
            assert arrival.laid(papers, "clerk", AT).paper in papers
        with pytest.raises(NotANotice):
            read_notice(raw, dns)
    assert several > 5, "some of them carry papers"


SEEDS = [
    Mail().signed(),
    EPOC.encode(),
    b"PK\x03\x04" + bytes(60),
    b"%PDF-1.4\n%%EOF",
    Mail().raw.replace(b"html", b"plain"),
]


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), st.integers(0, 2**32), st.binary(max_size=30))
def test_any_octets_changed_anywhere(desk: Office, seed: bytes, where: int, put: bytes) -> None:
    chance, raw = random.Random(where), bytearray(seed)
    for _ in range(chance.randrange(1, 9)):
        at = chance.randrange(len(raw) + 1)
        raw[at : at + chance.randrange(40)] = put if chance.random() < 0.5 else bytes(chance.randrange(6))
    brought(desk, "came.bin", bytes(raw))
    with suppress(ComityError):
        read_notice(bytes(raw), dns)


@given(st.text(max_size=200))
def test_any_text_within_elements_keeps_its_place(text: str) -> None:
    plain = "".join(c for c in text if c.isprintable())
    whole = f"<a> x<b>{escape(plain)}</b><!-- c --><c><![CDATA[{plain.replace(']]>', '')}]]></c></a>"
    said = xmltree.look(whole.encode(), {})
    for _, _, _, _, words, start, end in said.get("rows", ()):
        piece = whole[start:end] if start >= 0 else ""
        assert bool(words) == bool(piece.strip()), (words, piece)
