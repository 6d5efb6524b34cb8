"""Headers that nobody vouches for: addresses, encoded words, parameters and dates, each in the forms mail has them."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.collection import Span
from comity.sources.charsets import codec, decoded, readings
from comity.sources.headers import (
    addresses,
    base64,
    fields,
    ip_address,
    moment,
    parameters,
    parsed_addresses,
    split,
    unworded,
)
from comity.sources.prefilter import HEAD_LIMIT


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"ann@x.example", ["ann@x.example"]),
        (b"Ann <ann@x.example>, bob@y.example", ["ann@x.example", "bob@y.example"]),
        (b'"ann@x.example" <eve@z.example>', ["eve@z.example"]),
        (b"eve@z.example (ann@x.example)", ["eve@z.example"]),
        (b"=?utf-8?q?ann=40x=2Eexample?= <eve@z.example>", ["eve@z.example"]),
        (b"ann (at (her) \\) desk) @ x . example", ["ann@x.example"]),
        (b'"ann"@x.example', ["ann@x.example"]),
        (b'"a\\nn"@x.example', ["ann@x.example"]),
        (b'"ann lee"@x.example', ["ann lee@x.example"]),
        (b"<@relay.example,@other.example:ann@x.example>", ["ann@x.example"]),
        (b"friends: ann@x.example, bob@y.example; eve@z.example", ["ann@x.example", "bob@y.example", "eve@z.example"]),
        (b"mailto:ann@x.example", ["ann@x.example"]),
        (b"ann@[192.0.2.1]", ["ann@[192.0.2.1]"]),
        (b"ann@x.example.", ["ann@x.example"]),
        (b"ann..lee@x.example", ["ann..lee@x.example"]),
        ("ann@bücher.example".encode(), ["ann@bücher.example", "ann@xn--bcher-kva.example"]),
        (b"ann@" + b"\xc3\xa9" * 80 + b".example", ["ann@" + "é" * 80 + ".example"]),
        (b"undisclosed-recipients:;", []),
        (b"", []),
        (b"<>", []),
        (b"ann@x.example <>", ["ann@x.example"]),
    ],
)
def test_an_address_is_what_stands_as_one(value: bytes, found: list[str]) -> None:
    """Display names, comments and encoded words hold none; quotes, comments, folds and routes are seen through."""
    assert addresses(value) == found


@pytest.mark.parametrize(
    "value",
    [
        b'"Ann <ann@x.example>, bob@y.example',
        b'"Lee, Ann <ann@x.example>, "Bob" <bob@y.example>',
        b"(her <ann@x.example>, bob@y.example",
        b"<ann@x.example, bob@y.example",
    ],
)
def test_no_address_is_lost_where_quotes_and_brackets_do_not_pair_up(value: bytes) -> None:
    """Broken fields are read as if the stray marks were not there."""
    assert {"ann@x.example", "bob@y.example"} <= set(addresses(value))


MARKS = [b"@", b".", b'"', b"<", b">", b" ", b","]
pieces = st.sampled_from([*MARKS, b"ann", b"x.example", b"Ann ", b'"Ann" ', b"\xc3\xa9"])


@given(st.lists(pieces, max_size=12).map(b"".join))
def test_the_short_way_for_one_plain_address_reads_what_the_grammar_reads(value: bytes) -> None:
    """Most fields hold one address and take the short way; it may make no difference."""
    assert addresses(value) == parsed_addresses(value)


def test_headers_of_a_million_marks_are_read_in_time() -> None:
    """Neither quotes nor parentheses nor escapes that are never closed cost more than their number."""
    for scrap in (b'"\\', b"(", b"((", b'"', b"[", b"<a@b", b"=?a?q?", b"a;b=", b'";a=\\"'):
        value = scrap * (200_000 // len(scrap))
        assert isinstance(addresses(value), list)
        assert isinstance(unworded(value), str)
        assert isinstance(parameters(value), tuple)


def test_a_header_ends_at_the_first_blank_line() -> None:
    """With any line ends; lines that are no field are passed over; without a blank line all of it is header."""
    assert split(b"A: 1\nB: 2\n\nbody") == (b"A: 1\nB: 2\n", 11)
    assert split(b"A: 1\r\n\r\nbody") == (b"A: 1\r\n", 8)
    assert split(b"\nbody") == (b"", 1)
    assert split(b"\r\nbody") == (b"", 2)
    assert split(b"A: 1") == (b"A: 1", 4)
    assert len(split(b"A: " + b"x" * 2 * HEAD_LIMIT)[0]) == HEAD_LIMIT
    assert fields(b"A: 1\nnonsense\n>From there\nB : 2\n\t3\r\n") == [("a", b" 1"), ("b", b" 2\t3")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b" plain ", "plain"),
        (b"=?utf-8?q?caf=C3=A9_noir?=", "café noir"),
        (b"=?iso-8859-1?B?Y2Fm6Q==?= bar", "café bar"),
        (b"=?utf-8?q?caf=C3?=\t=?UTF-8?q?=A9?=", "café"),
        (b"=?utf-8?q?a?= =?iso-8859-1?q?=E9?=", "aé"),
        (b"=?utf-8*fr?q?caf=C3=A9?=", "café"),
        (b"=?utf-8?q?two words?=", "two words"),
        (b"=?x-none?q?caf=C3=A9?=", "café"),
        (b"=?utf-8?b?!!!?=", ""),
        (b"caf\xe9", "café"),
        (b"=?broken", "=?broken"),
    ],
)
def test_encoded_words_are_decoded(value: bytes, text: str) -> None:
    """Any declared character set, words that share a character, and words that break the rules."""
    assert unworded(value) == text


def test_parameters_are_put_together_again() -> None:
    """Quoted, encoded (RFC 2047, against the rules), and in numbered sections (RFC 2231)."""
    kind, found = parameters(
        b"Text/Plain; charset=\"utf-8\"; name*0*=UTF-8''caf%C3; name*1*=%A9; name*2=.txt; "
        b'filename="=?utf-8?q?x=C3=A9.pdf?="; title="a\\"b"; title2*=plain'
    )
    assert kind == "text/plain"
    assert found == {
        "charset": "utf-8",
        "name": "café.txt",
        "filename": "xé.pdf",
        "title": 'a"b',
        "title2": "plain",
    }
    assert parameters(b"") == ("", {})


def test_base64_is_decoded_whatever_stands_in_it() -> None:
    """Line ends, junk, missing padding, and padding in the middle."""
    assert base64(b"SGVs\r\nbG8") == b"Hello"
    assert base64(b"SGVsbG8=SGVsbG8=") == b"HelloHello"
    assert base64(b"S-G.Vs bG8=\x00") == b"Hello"
    assert base64(b"S") == b""


def test_machines_addresses_are_read_or_left_out() -> None:
    """In brackets or not; a name is none."""
    assert ip_address(b" [192.0.2.1]") == "192.0.2.1"
    assert ip_address(b"2001:DB8::1") == "2001:db8::1"
    assert ip_address(b"mail.example") is None


AT = datetime(2013, 6, 4, 10, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 4 Jun 2013 12:00:05 +0200",
        "Tue, 04 Jun 2013 12:00:05 +0200 (CEST)",
        "4 June 2013 12:00:05 +02:00",
        "4-Jun-13 05:00:05 EST",
        "Tue Jun  4 12:00:05 2013 +0200",
        "Tue Jun 04 12:00:05 +0200 2013",
        "2013-06-04T10:00:05Z",
        "2013-06-04 12:00:05.123 +0200",
        "Tue, 4 Jun 113 10.00.05 GMT",
        "Tue, 4 Jun 2013 10:00:05 -0000",
        "Mon, 3 Jun 2013 18:0:5 -1600",
    ],
)
def test_dates_are_read_in_the_forms_mail_has_them(text: str) -> None:
    """RFC 5322 and its obsolete forms, asctime, ISO 8601: all one moment of UTC."""
    assert moment(text) == Span(AT, AT)


@pytest.mark.parametrize("zone", ["", "CEST", "IST", "+-0100", "-0075"])
def test_a_date_without_a_sure_zone_spans_the_earth(zone: str) -> None:
    """From fourteen hours earlier to twelve hours later than its clock shows."""
    span = moment(f"Tue, 4 Jun 2013 12:00:00 {zone}")
    assert span == Span(datetime(2013, 6, 3, 22, tzinfo=UTC), datetime(2013, 6, 5, 0, tzinfo=UTC))


def test_a_date_without_a_zone_lies_in_the_zone_that_is_stated() -> None:
    """In the hour that a change of clocks repeats it is either of two moments."""
    dublin = ZoneInfo("Europe/Dublin")
    assert moment("Tue Jun  4 11:00:05 2013", dublin) == Span(AT, AT)
    twice = moment("Sun Oct 27 01:30:00 2013", dublin)
    assert twice == Span(datetime(2013, 10, 27, 0, 30, tzinfo=UTC), datetime(2013, 10, 27, 1, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "31 Feb 2013 12:00:00 +0000",
        "4 Foo 2013 12:00 +0000",
        "1 Jan 0001 00:00:00 +0100",
        "4 Jun 2013 25:00 +0000",
        "1 Jan 0001 00:00:00",
        "31 Dec 9999 23:59:60",
        "1 Jan 2013 10:00:99 +0000",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    """No default is put in its place."""
    assert moment(text) is None


@given(st.integers(0, 4_000_000_000))
def test_a_date_that_was_written_is_read_back(seconds: int) -> None:
    """As the standard library writes it."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert moment(email.utils.format_datetime(at)) == Span(at, at)


def test_character_sets_are_those_of_text() -> None:
    """Names that Python knows for other things (compression, escapes) are unknown."""
    assert codec("UTF-8") == "utf-8"
    assert codec('"latin1"') == "iso8859-1"
    for name in ("zlib", "rot13", "unicode_escape", "idna", "punycode", "x-none", "a\0b", "undefined"):
        assert codec(name) is None
    assert decoded(b"caf\xe9", "zlib") == "café"
    assert decoded(b"\x81") == "\ufffd"


def test_a_text_is_read_in_every_character_set_it_may_be_in() -> None:
    """What is declared, what is sound UTF-8, and otherwise whatever it may be; the choice is said where it is one."""

    def chosen(octets: bytes, declared: str) -> tuple[tuple[str, ...], str]:
        return readings(lambda: iter([octets]), declared)

    assert chosen(b"plain", "") == (("ascii",), "")
    assert chosen(b"plain", "x-none") == (("ascii",), "declares `x-none`, read as ascii")
    assert chosen("é".encode(), "utf-8") == (("utf-8",), "")
    assert chosen("é".encode(), "iso-8859-1") == (("iso8859-1", "utf-8"), "")
    assert chosen(b"\xe9", "iso-8859-1") == (("iso8859-1",), "")
    assert chosen(b"+AOk-", "utf-7") == (("utf-7", "utf-8"), "")
    assert chosen("é".encode(), "")[0] == ("utf-8",)
    assert chosen(b"\xe9", "us-ascii") == (
        ("ascii", "utf-8", "cp1252"),
        "is not the `us-ascii` it declares, read as ascii and as utf-8 and as cp1252",
    )
    assert chosen(b"\xe9", "")[1].startswith("declares no character set")
