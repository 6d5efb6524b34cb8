"""The words of a message: every encoding, character set and nesting, and what is said where a word may hide."""

from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.making import message, scope

from comity.kernel.collection import ItemFacts, Piece, Place, Remark, Truth, screen, search
from comity.sources import text
from comity.sources.text import texts, unquoted


def found(octets: bytes, term: str, variant: str = "") -> Truth:
    """Whether a term stands in a message."""
    asked = scope(terms=(term,))
    facts = ItemFacts(Place("s", "", "m", 0, len(octets)), owner="ann@x.example")
    return search(asked, screen(asked, facts), unquoted(texts(octets), variant)).in_scope


def remarks(octets: bytes) -> list[str]:
    return [str(said) for said in texts(octets) if isinstance(said, Remark)]


def part(kind: str, body: bytes, encoding: str = "", **fields: str) -> bytes:
    return message(body, Content_Type=kind, Content_Transfer_Encoding=encoding, **fields)


def mixed(*parts: bytes, boundary: str = "b", kind: str = "multipart/mixed") -> bytes:
    line = b"--" + boundary.encode()
    body = b"".join(line + b"\n" + each + b"\n" for each in parts) + line + b"--\n"
    return message(body, Content_Type=f'{kind}; boundary="{boundary}"')


SECRET = "Grünbaum-Vertrag über Öl"


@pytest.mark.parametrize(
    "octets",
    [
        part("text/plain; charset=utf-8", SECRET.encode(), "8bit"),
        part("text/plain; charset=utf-8", quopri.encodestring(SECRET.encode()), "quoted-printable"),
        part("text/plain; charset=utf-8", b"Gr=C3=BCnbaum-=\r\nVertrag =C3=BCber =C3=96l", "Quoted-Printable"),
        part("text/plain; charset=utf-8", base64.encodebytes(SECRET.encode()), "base64"),
        part("text/plain; charset=iso-8859-1", SECRET.encode("latin1"), "8bit"),
        part("text/plain; charset=utf-16", base64.encodebytes(SECRET.encode("utf-16")), "base64"),
        part("text/plain; charset=iso-8859-1", SECRET.encode(), "8bit"),
        part("text/plain; charset=utf-8", SECRET.encode("latin1"), "8bit"),
        part("text/plain; charset=us-ascii", SECRET.encode("cp1252"), "8bit"),
        part("text/plain; charset=x-none", SECRET.encode(), "8bit"),
        part("text/plain", SECRET.encode("latin1")),
        part("nonsense", SECRET.encode()),
        message(SECRET.encode()),
        message(SECRET.encode().upper().replace(b" ", b"\r\n  ")),
        message(Subject="=?iso-8859-1?q?Gr=FCnbaum-Vertrag_=FCber_=D6l?="),
        message(Subject="=?utf-8?b?R3LDvG5iYXVtLVY=?=\n =?utf-8?b?ZXJ0cmFnIMO8YmVyIMOWbA==?="),
        message(Keywords=SECRET),
        part("text/html; charset=utf-8", b"<p>Gr&uuml;nbaum-Ver<b>trag</b><br>&#252;ber&nbsp;&Ouml;l</p>"),
        part("text/html", b'<meta http-equiv=x content="text/html; charset=cp850"><p>' + SECRET.encode("cp850")),
        part("text/html; charset=utf-8", f'<a title="{SECRET}">x</a>'.encode()),
        part("text/plain; charset=utf-8", SECRET.encode(), "x-unheard-of"),
        part("text/plain; charset=utf-8", SECRET.encode() + b"!", "base64"),
        part("application/pdf", b"%PDF", Content_Disposition=f'attachment; filename="{SECRET}"'),
        part("application/pdf; name*=utf-8''Gr%C3%BCnbaum-Vertrag%20%C3%BCber%20%C3%96l", b"%PDF"),
        mixed(message(), part("text/plain; charset=utf-8", SECRET.encode())),
        mixed(part("message/rfc822", message(Subject=SECRET))),
        mixed(part("message/rfc822", base64.encodebytes(message(SECRET.encode())), "base64")),
        mixed(
            message(b"Subject: =?utf-8?q?Gr=C3=BCnbaum-Vertrag_=C3=BCber_=C3=96l?=\n\nx")[0:0], kind="multipart/digest"
        )
        + SECRET.encode(),
        mixed(mixed(message(), part("text/plain", SECRET.encode()), boundary="c")),
        mixed(message()).replace(b"\n\n--b", b"\n\n" + SECRET.encode() + b"\n--b", 1),
        mixed(message(SECRET.encode())).removesuffix(b"--b--\n"),
        message(SECRET.encode(), Content_Type="multipart/mixed"),
        message(SECRET.encode(), Content_Type="multipart/mixed; boundary=nowhere"),
        part("message/delivery-status", SECRET.encode()),
    ],
)
def test_a_term_is_found_wherever_and_however_it_is_written(octets: bytes) -> None:
    """In every encoding and character set, declared rightly, wrongly or not at all."""
    assert found(octets, "grünbaum-vertrag über öl") is True
    assert found(octets, "grünbaum-vertrag über gas") is False


def test_terms_are_searched_in_decoded_text_not_in_raw_octets() -> None:
    """The letters of an encoding are no words, nor are those of attachments and other fields."""
    assert found(part("text/plain", base64.encodebytes(b"Hello there, Bob"), "base64"), "SGVsbG8") is False
    assert found(part("text/plain", b"=48=65llo", "quoted-printable"), "=48") is False
    assert found(part("application/pdf", b"merger"), "merger") is False
    assert found(message(X_Mailer="merger"), "merger") is False
    assert found(message(), "ann@x.example") is False


def test_the_subject_of_a_part_is_none_and_that_of_a_forwarded_message_is_one() -> None:
    """Only messages have subjects."""
    assert found(mixed(message(Subject="merger")), "merger") is False
    assert found(mixed(part("message/rfc822", message(Subject="merger"))), "merger") is True
    digest = b"--b\n\nSubject: merger\n\nx\n--b--\n"
    assert found(message(digest, Content_Type="multipart/digest; boundary=b"), "merger") is True


def test_what_could_hide_a_term_is_said_and_its_octets_are_searched() -> None:
    """Sealed parts leave the answer unknown, unless the term shows."""
    for sealed in (
        mixed(part("application/pgp-encrypted", b"Version: 1"), kind="multipart/encrypted"),
        part("application/pkcs7-mime", base64.encodebytes(b"\x30\x80"), "base64"),
        part("text/plain", b"-----BEGIN PGP MESSAGE-----\n\nhQEM\n"),
    ):
        assert found(sealed, "merger") is None
        assert any("sealed" in said for said in remarks(sealed))
    assert found(part("application/pkcs7-mime", b"the merger"), "merger") is True


def test_attachments_are_searched_by_name_and_that_is_said() -> None:
    """So that nobody takes a `no` for more than it is."""
    octets = mixed(message(), part("application/pdf; name=a.pdf", b"%PDF"))
    assert remarks(octets) == ["part 1.2 (application/pdf): attachment `a.pdf` is searched by its name only"]
    assert remarks(mixed(part("image/png", b"x"))) == ["part 1.1 (image/png): attachment is searched by its name only"]
    assert remarks(mixed(b"Content-Type: image/png\n\n")[:-8] + b"--b--\n") == []


def test_oddities_are_remarked() -> None:
    """Character sets, encodings and boundaries that are not as declared."""
    assert remarks(part("text/plain; charset=x-none", b"\xe9"))[0].startswith(
        "part 1 (text/plain): is not the `x-none` it declares, read as"
    )
    assert "unknown encoding `x-uu`" in remarks(part("text/plain", b"x", "x-uu"))[0]
    assert "is not all base64" in remarks(part("text/plain", b"SGVs!", "base64"))[0]
    assert "has no boundary line" in remarks(message(Content_Type="multipart/mixed"))[0]
    assert "as if cut short" in remarks(mixed(message()).removesuffix(b"--b--\n"))[0]


def nested(depth: int, inner: bytes) -> bytes:
    """Forwarded messages in forwarded messages."""
    return b"".join(f"Content-Type: message/rfc822\nX-Depth: {n}\n\n".encode() for n in range(depth)) + inner


def test_messages_nested_a_thousand_deep_are_searched_as_they_stand_below_the_limit() -> None:
    """A term there is found if it shows; if not, the answer is unknown, as it may be encoded."""
    plain = nested(1000, message(b"the merger\n"))
    assert found(plain, "merger") is True
    encoded = nested(1000, part("text/plain", base64.encodebytes(b"the merger"), "base64"))
    assert found(encoded, "merger") is None
    assert remarks(encoded) == ["part " + ".".join(["1"] * 102) + ": nested deeper than 100 parts"]
    assert found(nested(100, part("text/plain", base64.encodebytes(b"the merger"), "base64")), "merger") is True


def test_multiparts_nested_a_thousand_deep_are_read_without_recursion() -> None:
    """The same for multiparts, each with its own boundary."""
    octets = message(b"the merger\n")
    for depth in range(1000):
        octets = mixed(octets, boundary=f"b{depth}")
    assert found(octets, "merger") is True


def test_a_message_of_countless_parts_is_searched_as_it_stands_beyond_a_limit() -> None:
    """Parts beyond the limit are not taken apart, which is said, and nothing is skipped."""
    octets = message(b"--b\n\nx\n" * 30_000 + b"--b\n\nthe merger\n", Content_Type="multipart/mixed; boundary=b")
    assert found(octets, "merger") is True
    assert found(octets, "lunch") is None
    assert len(remarks(octets)) < 5


def test_bombs_cost_no_more_than_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Base64 in base64 shrinks at each step; a large forwarded message that is encoded is searched, not taken apart."""
    octets = message(b"the merger\n")
    for _ in range(6):
        octets = part("message/rfc822", base64.encodebytes(octets), "base64")
    assert found(octets, "merger") is True
    monkeypatch.setattr(text, "_NESTED_LIMIT", 100)
    assert found(octets, "merger") is None
    monkeypatch.setattr(text, "_WORK_LIMIT", 100)
    assert "nested too often" in remarks(octets)[0]


@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_windows_cut_no_word(monkeypatch: pytest.MonkeyPatch, encoding: str, kind: str) -> None:
    """A text read in windows of any size reads as it does in one, character sets and tags included."""
    body = ("Grün=baum &amp; <b>Söhne</b> =3D <br> αβγ " * 9).encode()
    encode = {"8bit": bytes, "base64": base64.encodebytes, "quoted-printable": quopri.encodestring}[encoding]
    octets = part(f"{kind}; charset=utf-8", encode(body), encoding)

    def read() -> dict[str, str]:
        out: dict[str, str] = {}
        for piece in texts(octets):
            assert isinstance(piece, Piece)
            out[piece.where] = out.get(piece.where, "") + piece.text
        return out

    whole = read()
    assert any("Grün=baum" in stretch for stretch in whole.values())
    for size in range(1, 24):
        monkeypatch.setattr(text, "WINDOW", size)
        assert read() == whole


def test_quoting_of_from_lines_is_taken_off_as_its_variant_puts_it_on() -> None:
    """So that a term across the line is found; where nothing is quoted, `>` is text."""
    octets = message(b"now.\n>From here on\n>>From there\n")
    assert found(octets, "now. from here", "mboxo") is True
    assert found(octets, "on >from there", "mboxrd") is True
    assert found(octets, "on >>from there", "mboxo") is True
    assert found(octets, "now. >from here", "mboxcl2") is True
    assert found(octets, "now. >from here", "") is True


@given(
    st.binary(max_size=300),
    st.sampled_from(["text/html", "multipart/mixed; boundary=b", "message/rfc822", "text/plain"]),
)
def test_no_octets_are_too_odd_to_read(body: bytes, kind: str) -> None:
    """Any body of any kind gives texts and remarks."""
    for encoding in ("", "base64", "quoted-printable"):
        octets = part(kind, body, encoding)
        assert all(isinstance(said, Piece | Remark) for said in texts(octets))


@given(st.binary(max_size=400))
def test_no_message_is_too_odd_to_read(octets: bytes) -> None:
    """Any octets at all."""
    assert all(isinstance(said, Piece | Remark) for said in texts(octets))
