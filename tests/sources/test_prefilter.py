"""The fast way through an mbox finds what the plain one finds, and passes over nothing that may be the account's."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.making import FROM, mbox, message, plain_split, scraps

from comity.kernel.collection import canonical_address
from comity.sources import prefilter
from comity.sources.headers import addresses, fields
from comity.sources.prefilter import BLANK, DOUBT, LOOK, block_marks, following, looks, marks, needles

ANN = ("ann.lee@x.example",)


def marked(octets: bytes, wanted: prefilter.Needles, **how: int) -> list[int]:
    """All marks of an mbox."""
    with TemporaryFile() as file:
        file.write(octets)
        file.flush()
        return [mark for _, found in marks(file.fileno(), len(octets), wanted, **how) for mark in found]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window so small that every text of some length is read in many."""
    monkeypatch.setattr(prefilter, "CHUNK", 3000)
    monkeypatch.setattr(prefilter, "LINE_LIMIT", 300)


@pytest.mark.usefixtures("small")
@given(scraps.map(lambda octets: octets * 9), st.integers(1, 5000))
def test_messages_begin_where_the_plain_reading_has_them_begin(octets: bytes, block: int) -> None:
    """Whatever the size of blocks and windows, and so wherever they cut a line or a header in two."""
    messages, doubts = plain_split(octets)
    found = marked(octets, (b"ann",), jobs=1, block=max(block, 1))
    assert [mark >> 2 for mark in found if not mark & DOUBT] == [start for start, _, _ in messages]
    assert [mark >> 2 for mark in found if mark & DOUBT] == doubts
    with TemporaryFile() as file:
        file.write(octets)
        file.flush()
        for begin in {0, len(octets) // 2, len(octets)}:
            after = [start for start, _, _ in messages if start >= begin]
            assert following(file.fileno(), len(octets), begin) == min(after, default=len(octets))


@pytest.mark.usefixtures("small")
@given(scraps.map(lambda octets: octets * 9))
def test_every_header_with_a_needle_is_looked_at(octets: bytes) -> None:
    """Whatever stands between the From_ line and the first blank line counts, however long it is."""
    found = {mark >> 2: mark & LOOK for mark in marked(octets, (b"ann",), jobs=1) if not mark & DOUBT}
    for start, begin, end in plain_split(octets)[0]:
        blank = BLANK.search(octets, begin - 1, end)
        assert found[start] or not looks(octets[start : blank.start() if blank else end], (b"ann",))


def test_helper_processes_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks shared out to processes come back in order; where a process cannot be had or dies, nothing is lost."""
    octets = mbox(
        *(message(b"x" * (97 * n % 5000) + b"\n", To=f"{'ann' if n % 7 else 'bob'}@y.example") for n in range(300))
    )
    alone = marked(octets, (b"ann",), jobs=1)
    assert len(alone) == 300
    assert marked(octets, (b"ann",), jobs=2, block=9000) == alone
    assert marked(octets, None, jobs=3, block=50_000) == [mark | LOOK for mark in alone]
    monkeypatch.setattr(prefilter, "__file__", os.devnull)
    assert marked(octets, (b"ann",), jobs=2, block=9000) == alone
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert marked(octets, (b"ann",), jobs=2, block=9000) == alone


def test_without_libc_the_same_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no `memmem`, Python searches."""
    octets = mbox(*(message(b"From here\n\nFrom there\n" * n) for n in range(30)))
    with_libc = marked(octets, None, jobs=1)

    def no_library(name: object) -> None:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "PyDLL", no_library)
    assert marked(octets, None, jobs=1) == with_libc
    assert len(with_libc) == 30


def test_a_file_that_became_shorter_ends_the_search(tmp_path: Path) -> None:
    """What was cut off is not waited for."""
    path = tmp_path / "mbox"
    path.write_bytes(mbox(message()))
    with path.open("rb") as file:
        assert len(block_marks(file.fileno(), 10_000_000, (0, 10_000_000), None)) == 1


def test_an_accounts_needle_is_the_longest_plain_run_of_its_local_part() -> None:
    """Accounts without one have every header looked at."""
    assert needles(["ann.lee-marlow@x.example", "bob@y.example"]) == (b"bob", b"marlow")
    assert needles(["ännchen@x.example"]) is None
    assert needles(["!#$@x.example"]) is None
    assert needles([]) == ()
    assert looks(b"To: b\\ob@y.example", (b"bob",))
    assert looks(b"x" * prefilter.HEAD_LIMIT, (b"bob",))


spaces = st.sampled_from(["", "", "", " ", "\n ", "(c)", " (c (d) \\) ) ", "\r\n\t"])


@st.composite
def written(draw: st.DrawFn) -> str:
    """An account's address as RFC 5322 lets it be written, obsolete forms included."""
    words = []
    for word in ("ann", "lee"):
        form = draw(st.sampled_from(["{}", "{}", '"{}"', '"\\{}"']))
        cased = draw(st.sampled_from([word, word.upper(), word.title()]))
        words.append(draw(spaces) + form.format(cased) + draw(spaces))
    local = draw(st.sampled_from([".".join(words), '"ann.lee"', '"ann\\.lee"']))
    domain = ".".join(draw(spaces) + label + draw(spaces) for label in ("X", "example"))
    name = draw(st.sampled_from(["{}", "Ann <{}>", '"Lee, Ann" <{}>', "bob@y.example, <@a,@b:{}>", "all: {}, b@c.d;"]))
    return name.format(f"{local}@{domain}")


@given(written())
def test_an_address_is_read_however_it_is_written_and_its_header_is_looked_at(value: str) -> None:
    """Case, quotes, quoted pairs, comments, folds and routes change neither."""
    head = b"To: " + value.encode() + b"\n"
    [(_, unfolded)] = fields(head)
    assert ANN[0] in map(canonical_address, addresses(unfolded))
    assert looks(head, needles(ANN))


atoms = st.sampled_from(
    [
        b"ann",
        b"lee",
        b"ANN.",
        b".",
        b"@",
        b"x",
        b".example",
        b'"',
        b"\\",
        b"(",
        b")",
        b"<",
        b">",
        b",",
        b":",
        b" ",
        b"\n ",
    ]
)


@given(st.lists(atoms | st.binary(max_size=2), max_size=25).map(b"".join))
def test_no_header_that_names_the_account_is_passed_over(value: bytes) -> None:
    """Whatever octets a field holds: if its parse gives the address, the quick look does not dismiss it."""
    head = b"To: " + value + b"\n"
    for account in (*ANN, "lee@x", "ann@example"):
        found = {canonical_address(address) for _, text in fields(head) for address in addresses(text)}
        assert account not in found or looks(head, needles([account]))


def test_from_lines_have_a_sender_and_a_date() -> None:
    """What mail software writes is one; what a person writes in a letter is not."""
    for line in (
        b"From ann@x.example Tue Jun  4 12:00:00 2013\n",
        b"From ann@x.example  Tue Jun 04 12:00:00 2013\r\n",
        b"From - Tue Jun  4 12:00 2013\n",
        b"From MAILER-DAEMON Tue Jun  4 12:00:00 UTC 2013\n",
        b"From 1500@xxx Tue Jun 04 12:00:00 +0000 2013\n",
        b"From ann@x Tue Jun  4 12:00:00 2013 +0200\n",
        b"From zvf@[1086] [ufa]  Sun Aug  5 09:51:15 2001",
        b"From a!b!ann Tue Jun  4 12:00:00 2013 remote from b\n",
    ):
        assert prefilter.FROM_LINE.fullmatch(line), line
    for line in (
        b"From here on it is simple.\n",
        b"From what I saw on Tue Jun 4 12:00:00 2013\n",
        b"From: ann@x.example\n",
        b">From ann@x.example Tue Jun  4 12:00:00 2013\n",
        b"From ann@x.example Tue Jun  4\n",
        b"From \n",
        b"From " + b"a" * 5000 + b" Tue Jun  4 12:00:00 2013\n",
    ):
        assert not prefilter.FROM_LINE.match(line), line
    assert FROM
