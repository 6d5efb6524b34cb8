"""The simulated mail, read back with Python's own mail parser and compared with what the writer says it wrote."""

import email
import html
import io
import mailbox
import re
import zlib
from collections import Counter
from email.header import decode_header, make_header
from email.message import Message
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from comity.sim import octets
from comity.sim.chance import Chance
from comity.sim.dublin import SCOPE
from comity.sim.mail import Item, MailWorld, write_mail
from comity.sim.people import CUSTODIAN, DANA, Person
from comity.sim.provider import LAYOUTS

MESSAGES = 3000
RESERVED = re.compile(r"@(?:[a-z0-9-]+\.)*(?:example|example\.(?:com|net|org))$")
DOCUMENTATION = ("192.0.2.", "198.51.100.", "203.0.113.")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> MailWorld:
    return write_mail(tmp_path_factory.mktemp("world"), seed=2013, messages=MESSAGES)


@pytest.fixture(scope="module")
def parsed(world: MailWorld) -> list[tuple[Item, Message]]:
    return [(item, email.message_from_bytes(original(world, item))) for item in world.items]


def original(world: MailWorld, item: Item) -> bytes:
    """The octets before they were stored: mboxrd's extra `>` taken away again."""
    stored = world.octets(item)
    return re.sub(rb"(?m)^>(>*From )", rb"\1", stored) if item.place.file.endswith(".mbox") else stored


def text_of(message: Message) -> str:
    """Subject and text of a message and of those inside it, decoded the plain way."""
    found = [str(make_header(decode_header(str(message.get("Subject", "")))))]
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            found.append(str(make_header(decode_header(str(part.get_payload(0).get("Subject", ""))))))
        if part.get_content_maintype() == "text" and not part.get_filename():
            found.append(decoded(part))
    return "\n".join(found).casefold()


def decoded(part: Message) -> str:
    raw = part.get_payload(decode=True)
    try:
        text = raw.decode(part.get_content_charset() or "ascii")
    except (LookupError, UnicodeDecodeError):
        text = raw.decode("utf-8", "replace")
    if part.get_content_subtype() == "html":
        text = html.unescape(re.sub(r"(?s)<style.*?</style>|<[^>]+>", "", text))
    return text


def tree(folder: Path) -> str:
    """One digest over every path and octet below a folder."""
    sums = sha256()
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix().encode()):
        sums.update(path.relative_to(folder).as_posix().encode() + b"\0")
        sums.update(path.read_bytes() if path.is_file() else b"")
    return sums.hexdigest()


def test_the_same_seed_gives_the_same_octets_everywhere(tmp_path: Path) -> None:
    """The digest is written down, so another machine or Python must reach it; edited phrases need a new one."""
    write_mail(tmp_path / "one", seed=7, messages=600)
    assert tree(tmp_path / "one") == "e2cf91ab01837522dc506ad6fe6a5bb011c4fa2d2882f9fa87fcc308c0f8c747"


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    """Nothing but the seed decides, and it does decide."""
    worlds = [write_mail(tmp_path / name, seed, 400) for name, seed in (("one", 1), ("again", 1), ("two", 2))]
    one, again, two = (tree(world.folder) for world in worlds)
    assert one == again != two
    assert [world.items for world in worlds[:1]] == [worlds[1].items]


def test_a_world_too_small_for_the_story_is_refused(tmp_path: Path) -> None:
    """Asking for fewer messages than the story has is an error, and nothing is written."""
    with pytest.raises(ValueError, match="400 messages or more"):
        write_mail(tmp_path / "small", seed=1, messages=399)
    assert not (tmp_path / "small").exists()


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    """Whoever waits sees the number written rise to the number asked for."""
    told: list[tuple[int, int]] = []
    write_mail(tmp_path / "world", seed=3, messages=1000, progress=lambda done, whole: told.append((done, whole)))
    assert told == sorted(set(told))
    assert len(told) >= 4
    assert told[-1] == (1000, 1000)


def test_there_are_exactly_as_many_messages_as_asked_for(world: MailWorld) -> None:
    """Every account's folders, counted by Python's `mailbox`, hold what the writer says."""
    assert len(world.items) == MESSAGES
    told = Counter((item.account, item.place.folder) for item in world.items)
    assert +counted(world) == told


def counted(world: MailWorld) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for account in world.accounts:
        home = world.folder / account.store / account.address
        if LAYOUTS[account.store] == "mbox":
            found.update({(account.address, box.stem): len(mailbox.mbox(box)) for box in home.glob("*.mbox")})
        elif home.exists():
            inbox = mailbox.Maildir(home)
            found[account.address, "Inbox"] = len(inbox)
            for name in inbox.list_folders():
                shown = re.sub(r"&([^-]*)-", r"+\1-", name).encode().decode("utf-7")
                found[account.address, shown] = len(inbox.get_folder(name))
    return found


def test_one_account_stands_out_and_none_is_left_empty(world: MailWorld) -> None:
    """The custodian has the largest mailbox, one message in eight or so; the others share the rest unevenly."""
    sizes = Counter(item.account for item in world.items)
    assert sizes.keys() == {account.address for account in world.accounts}
    assert len(sizes) == 96
    (first, most), (_, second), *_ = sizes.most_common()
    assert first == CUSTODIAN.address
    assert MESSAGES // 10 < most < MESSAGES // 4
    assert second > 3 * min(sizes.values())


def test_every_item_lies_where_the_writer_says(world: MailWorld, parsed: list[tuple[Item, Message]]) -> None:
    """The octets at an item's place are that message and nothing else, whole to the last line."""
    for item, message in parsed:
        assert message["Message-ID"] == item.message_id
    mboxes = [item for item in world.items if item.place.file.endswith(".mbox")]
    for item in mboxes[::50]:
        whole = (world.folder / item.place.store / item.place.file).read_bytes()
        start, end = item.place.offset, item.place.offset + item.place.size
        assert re.fullmatch(rb"From \S+ \w{3} \w{3} [ \d]\d [\d:]{8} \d{4}", whole[:start].splitlines()[-1])
        assert whole[end : end + 6] in (b"\n", b"\nFrom ")


def test_the_truth_about_terms_holds_against_an_independent_reader(parsed: list[tuple[Item, Message]]) -> None:
    """For every item, decoding it with Python's parser finds exactly the terms that the writer says are in it."""
    for item, message in parsed:
        text = text_of(message)
        assert item.terms == tuple(term for term in SCOPE.terms if term.casefold() in text), item


def test_what_is_wanted_is_what_the_scope_asks_for(world: MailWorld) -> None:
    """Wanted: the custodian's, sent in the range, holding a term; out if any of these surely fails."""
    assert SCOPE.since and SCOPE.until
    for item in world.items:
        mine = item.account == CUSTODIAN.address
        if item.wanted:
            assert mine and item.terms and item.sent and SCOPE.since <= item.sent < SCOPE.until
        elif item.wanted is False and item.sent and mine:
            assert not item.terms or not SCOPE.since <= item.sent < SCOPE.until
        elif item.wanted is None:
            assert mine


def test_the_scope_divides_the_mailbox_in_a_telling_way(world: MailWorld) -> None:
    """Range and terms each leave out what the other would take in; some items no machine can decide."""
    mine = world.of(CUSTODIAN.address)
    assert {item.wanted for item in mine} == {True, False, None}
    wanted = [item for item in mine if item.wanted]
    assert 40 <= len(wanted) < len(mine) // 3
    assert {term for item in wanted for term in item.terms} == set(SCOPE.terms)
    assert SCOPE.since and SCOPE.until
    out = [item for item in mine if item.wanted is False and item.sent]
    assert any(item.terms for item in out if not SCOPE.since <= item.sent < SCOPE.until)
    assert any(not item.terms for item in out if SCOPE.since <= item.sent < SCOPE.until)


def test_terms_must_be_searched_in_decoded_text(world: MailWorld) -> None:
    """A search of the stored octets would miss wanted items."""
    spelt = [term.encode() for term in SCOPE.terms] + [term.capitalize().encode() for term in SCOPE.terms]
    wanted = [item for item in world.items if item.wanted]
    missed = [item for item in wanted if not any(term in world.octets(item) for term in spelt)]
    assert len(missed) > len(wanted) // 20


def test_the_range_is_cut_at_the_instant(world: MailWorld) -> None:
    """Minutes decide at both ends, whatever day the sender's own clock shows."""
    edges = {item.message_id.split(".")[1].split("@")[0]: item for item in world.items if ".edge-" in item.message_id}
    assert {name: item.wanted for name, item in edges.items()} == {
        "edge-1": False, "edge-2": True, "edge-3": True, "edge-4": False,
    }  # fmt: skip


def test_other_peoples_copies_are_not_the_custodians(world: MailWorld) -> None:
    """What the custodian wrote to an account in the United States lies there as that account's own item: out."""
    hers = [item for item in world.of(DANA.address) if item.terms]
    assert any(item.wanted for item in world.of(CUSTODIAN.address) if item.message_id == hers[0].message_id)
    assert {item.wanted for item in hers} == {False}
    assert {item.place.store for item in hers} == {"quincy-1"}


def test_the_odd_ones_are_there(world: MailWorld, parsed: list[tuple[Item, Message]]) -> None:
    """No date, a broken date, a wrong clock, two deliveries, a Message-ID used twice, damage."""
    odd = {
        item.message_id.split(".")[1].split("@")[0]: message
        for item, message in parsed
        if item.account == CUSTODIAN.address and re.match(r"<f42\w\w\.", item.message_id)
    }
    assert odd["no-date-1"]["Date"] is None
    assert odd["bad-date"]["Date"].startswith("Someday")
    assert odd["wrong-clock"]["Date"].endswith("1970 00:03:12 +0000")
    assert b"\0" in odd["nulls"].get_payload(decode=True)
    assert odd["unknown-charset"].get_content_charset() == "x-mizuno-internal"
    assert [type(defect).__name__ for defect in odd["no-end"].defects] == ["CloseBoundaryNotFoundDefect"]
    assert [type(defect).__name__ for defect in odd["no-gap"].defects] == ["MissingHeaderBodySeparatorDefect"]
    assert max(map(len, odd["long-line"].get_payload().splitlines())) > 50_000
    ids = Counter(item.message_id for item in world.of(CUSTODIAN.address))
    assert max(ids.values()) == 3
    assert {item.wanted for item in world.items if ".no-date-1@" in item.message_id or ".cut@" in item.message_id} == {
        None
    }


def test_a_from_line_in_a_body_never_splits_a_message(world: MailWorld, parsed: list[tuple[Item, Message]]) -> None:
    """Bodies do begin lines with `From `, one even like a separator; mboxrd quotes them all and loses nothing."""
    bodies = [message.get_payload(decode=True) or b"" for _, message in parsed if not message.is_multipart()]
    assert sum(re.search(rb"(?m)^From ", body) is not None for body in bodies) > 50
    separator_like = [body for body in bodies if re.search(rb"(?m)^From \S+ Tue Oct  9 20:31:00 2012$", body)]
    assert separator_like and b"\n>From now on" in separator_like[0]


def test_mail_comes_in_every_common_shape(parsed: list[tuple[Item, Message]]) -> None:
    """Charsets, transfer encodings and kinds of parts that real mailboxes have."""
    parts = [part for _, message in parsed for part in message.walk()]
    charsets = {part.get_content_charset() for part in parts}
    assert {
        "us-ascii",
        "utf-8",
        "iso-8859-1",
        "iso-8859-15",
        "windows-1252",
        "iso-8859-2",
        "koi8-r",
        "shift_jis",
    } <= charsets
    encodings = {str(part["Content-Transfer-Encoding"]) for part in parts}
    assert {"7bit", "8bit", "quoted-printable", "base64"} <= encodings
    kinds = {part.get_content_type() for part in parts}
    assert kinds >= {
        "text/plain", "text/html", "text/calendar", "text/csv", "application/pdf", "image/png", "message/rfc822",
        "multipart/alternative", "multipart/mixed", "multipart/report", "message/delivery-status",
        "text/rfc822-headers",
    }  # fmt: skip
    assert any(part.get_param("format") == "flowed" for part in parts)
    fields = {field for _, message in parsed for field in message}
    assert fields >= {
        "List-Id",
        "Auto-Submitted",
        "References",
        "In-Reply-To",
        "Received",
        "Return-Path",
        "Delivered-To",
    }


def test_replies_belong_to_conversations(parsed: list[tuple[Item, Message]]) -> None:
    """An In-Reply-To names the last of the References, and almost always a message that is in this world."""
    known = {item.message_id for item, _ in parsed}
    replies = [message for _, message in parsed if message["In-Reply-To"] and message["References"]]
    assert len(replies) > MESSAGES // 4
    assert all(message["References"].split()[-1] == message["In-Reply-To"] for message in replies)
    assert sum(message["In-Reply-To"] in known for message in replies) > len(replies) * 9 // 10


def test_nobody_real_is_named(parsed: list[tuple[Item, Message]]) -> None:
    """Every address is under a reserved domain, every network address in a range set aside for documentation."""
    for _, message in parsed:
        trace = " ".join(str(value) for field in ("Received", "From", "To") for value in message.get_all(field, []))
        addresses = re.findall(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+", trace)
        assert addresses
        assert [address for address in addresses if not RESERVED.search(address)] == []
        hosts = re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", trace)
        assert [host for host in hosts if not host.startswith(DOCUMENTATION)] == []


def test_attachments_can_be_opened(parsed: list[tuple[Item, Message]]) -> None:
    """PDFs have a page with text, pictures decode to as many octets as their size says, tables have rows."""
    files = [
        part
        for item, message in parsed
        if "no-end" not in item.message_id
        for part in message.walk()
        if part.get_filename()
    ]
    by_kind = {
        kind: [part.get_payload(decode=True) for part in files if part.get_content_type() == kind]
        for kind in ("application/pdf", "image/png", "text/csv")
    }
    for content in by_kind["application/pdf"][:20]:
        assert "INVOICE" in PdfReader(io.BytesIO(content), strict=True).pages[0].extract_text()
    for content in by_kind["image/png"][:20]:
        start = content.index(b"IDAT") + 4
        assert len(zlib.decompress(content[start : content.index(b"IEND") - 8])) == 20 * (1 + 20 * 3)
    for content in by_kind["text/csv"][:20]:
        assert content.startswith(b"sku;qty;price\r\n") and content.count(b"\r\n") >= 7


def test_a_world_of_twenty_thousand_stays_small(world: MailWorld) -> None:
    """At this mean size 20,000 messages take under 120 MB on disk."""
    assert sum(item.place.size for item in world.items) / len(world.items) * 20_000 < 120e6


@given(
    st.text(min_size=1, max_size=80).filter(str.isprintable),
    st.sampled_from(["utf-8", "iso-8859-15", "koi8-r", "shift_jis"]),
)
def test_encoded_words_give_the_text_back(text: str, charset: str) -> None:
    """RFC 2047: no word is longer than 75 characters, and any reader gets the text back."""
    folded = octets.words(text, charset)
    if text.isascii():
        assert folded == text
    else:
        assert all(len(word) <= 75 for word in folded.split("\n "))
        assert str(make_header(decode_header(folded.replace("\n", "")))) == text


@given(st.text(max_size=400), st.sampled_from(["8bit", "quoted-printable", "base64"]))
def test_transfer_encodings_give_the_octets_back(text: str, encoding: str) -> None:
    """Whatever a text is coded with, Python's decoder returns the same octets."""
    raw = text.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\0", b"")
    part = octets.Part((f"Content-Transfer-Encoding: {encoding}",), octets.coded(raw, encoding))
    assert email.message_from_bytes(part.whole()).get_payload(decode=True) == raw


def test_people_whose_names_need_quotes_get_them() -> None:
    """A display name with specials is quoted (RFC 5322, 3.2.4)."""
    firm = Person("Nadmorze Sp. z o.o. News", "", "news@nadmorze.example", "pl", "Europe/Warsaw")
    assert octets.mailbox(firm, "utf-8") == '"Nadmorze Sp. z o.o. News" <news@nadmorze.example>'


@given(st.integers(0, 2**32))
def test_chance_stays_within_what_it_is_asked(seed: int) -> None:
    """Draws keep their bounds, never repeat a choice in `some`, and never fall on a weight of nothing."""
    chance = Chance(seed)
    assert 0 <= chance.below(3) < 3
    assert 5 <= chance.between(5, 7) <= 7
    assert sorted(chance.some("abc", 5)) == ["a", "b", "c"]
    assert chance.weighted((("never", 0), ("ever", 1), ("nor this", 0))) == "ever"
    assert re.fullmatch("[0-9a-f]{12}", chance.hex(12))
    assert not chance.odds(0) and chance.odds(100)
