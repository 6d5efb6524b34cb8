"""Courts' notices are read as juriscraper's own examples expect, and count only if the court signed them."""

from __future__ import annotations

import json
import random
from base64 import encodebytes
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.apart import in_this_process
from tests.notices import SENT, Mail, dns, silent

from comity.intake import apart
from comity.intake.court import COURTS, MOST_BYTES, NotANotice, read_notice
from comity.intake.docket import read_docket, same_case
from comity.intake.entry import SHUTS, read_entry
from comity.intake.inside.notice import court_of
from comity.intake.signed import Signature, Txt, signature

LOOK = apart.answer

REAL = Path(__file__).parents[3] / "shared/data/court/juriscraper"
FILES = sorted([*REAL.glob("nda/*.txt"), *REAL.glob("nef/*.html")])


@pytest.fixture(autouse=True)
def here() -> Iterator[None]:
    with in_this_process():
        yield


def signature_of(raw: bytes, txt: Txt) -> Signature:
    """The signature, asked for the one key that all of these messages name."""
    by = raw.partition(b" d=")[2].partition(b";")[0].decode()
    return signature(raw, txt, COURTS, [f"s1._domainkey.{by}"] if by else [])


def octets(path: Path, court: str) -> bytes:
    """A real notice as a message; of the district courts' only the HTML is kept."""
    if path.suffix == ".txt":
        return path.read_bytes()
    heads = (
        f"From: ecf@{court}.uscourts.gov\r\nSubject: notice\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return heads.encode() + encodebytes(path.read_bytes())


@pytest.mark.skipif(not FILES, reason="the real notices are not here: shared/data/court/juriscraper")
@pytest.mark.parametrize("path", FILES or [Path("none")], ids=lambda path: path.stem)
def test_a_real_notice_is_read_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    notice = read_notice(octets(path, expected["court_id"]), dns)
    assert notice.court == expected["court_id"] and notice.signature.genuine is not True
    assert len(notice.entries) == len(expected["dockets"])
    for entry, docket in zip(notice.entries, expected["dockets"], strict=True):
        wanted = docket["docket_entries"][0]
        assert (entry.docket, entry.case) == (docket["docket_number"], docket["case_name"])
        assert entry.filed == date.fromisoformat(wanted["date_filed"])
        assert entry.text == " ".join(wanted["description"].split())
        assert entry.number == (wanted["document_number"] or "")
        assert entry.reading.kind not in SHUTS, "none of them stays anything"
        assert read_docket(entry.docket)
        assert "".join(entry.text.split()) in "".join(notice.body.replace("#", "").split()), (
            "what is shown beside it holds it"
        )


ENTRIES = [
    ("ORDER granting [5] Motion to Stay. Signed by Judge.", "stayed"),
    ("MOTION ORDER, granting motion for stay pending appeal [20] filed by Appellant, FILED.", "stayed"),
    ("STAY of the order entered pending further order of the Court.", "stayed"),
    ("ORDER staying execution of the warrant", "stayed"),
    ("ORDER granting in part and denying in part [5] Motion to Stay", "stayed"),
    ("LETTER MOTION to Stay. ENDORSEMENT: granted. SO ORDERED.", "stayed"),
    ("ORDER vacating judgment and granting stay", "stayed"),
    ("ORDER denying [9] Motion to Lift Stay", "stayed"),
    ("ORDER denying [5] Motion to Stay", "ruling"),
    ("ORDER granting [9] Motion to Lift Stay", "stay-lifted"),
    ("ORDER: the stay is hereby lifted", "stay-lifted"),
    ("ORDER dissolving the temporary stay", "stay-lifted"),
    ("Emergency MOTION to Stay re [4] Order by Larch Mail", "motion"),
    ("PROPOSED ORDER to stay", "filing"),
    ("NOTICE OF APPEAL as to [4] Order by Larch Mail", "appeal"),
    ("MANDATE of USCA (Certified Copy) as to [6] Notice of Appeal", "mandate"),
    ("JUDGMENT MANDATE, ISSUED.", "mandate"),
    ("OPINION, reversing the judgment of the district court, FILED.", "reversed"),
    ("OPINION: affirmed in part and reversed in part", "reversed"),
    ("SUMMARY ORDER AND JUDGMENT, affirming the judgment of the district court", "affirmed"),
    ("ORDER granting [3] Motion to Quash", "quashed"),
    ("ORDER denying [3] Motion to Quash", "ruling"),
    ("ORDER of civil contempt", "contempt"),
    ("PETITION FOR REHEARING/REHEARING EN BANC", "petition"),
    ("BRIEF in opposition by United States of America", "filing"),
]


@pytest.mark.parametrize(("text", "kind"), ENTRIES)
def test_an_entry_reports_a_kind_of_event(text: str, kind: str) -> None:
    found = read_entry(text)
    assert found.kind == kind
    start, end = found.span
    assert 0 <= start <= end <= len(text)


WORDS = ["the", "temporary", "administrative", "order", "is", "hereby", "pending", "appeal", "granted"]
COURTS_WORDS = st.lists(st.sampled_from(WORDS))


@given(st.sampled_from(["ORDER", "MOTION ORDER,", "OPINION and ORDER"]), COURTS_WORDS, COURTS_WORDS)
def test_what_a_court_says_of_a_stay_shuts_unless_it_denies_or_lifts_one(
    begins: str, before: list[str], after: list[str]
) -> None:
    assert read_entry(" ".join([begins, *before, "stay", *after])).kind == "stayed"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("13 Mag. 2814", "1:13-mj-02814-UA", True),
        ("13-MJ-2814", "13 Mag. 2814", True),
        ("1:13-mj-02814", "2:13-mj-02814", False),
        ("13 Mag. 2814", "13 Mag. 2815", False),
        ("13 Mag. 2814", "13-cr-2814", False),
        ("14-2985", "14-2985-cv", True),
        ("14-2985", "14-mj-2985", False),
        ("M 9-150", "M 9-150", True),
        ("", "", False),
    ],
)
def test_a_case_has_many_spellings(one: str, other: str, same: bool) -> None:
    assert same_case(one, other) is same_case(other, one) is same


def test_a_genuine_notice_is_signed_by_its_own_court() -> None:
    notice = read_notice(Mail().signed(), dns)
    assert notice.signature.genuine is True and notice.signature.domain == "nysd.uscourts.gov"
    (entry,) = notice.entries
    assert (notice.court, entry.docket, entry.number, entry.filed) == ("nysd", "1:18-mj-00123", "7", SENT.date())
    assert entry.reading.kind == "stayed" and notice.sent == SENT and "Motion to Stay" in notice.body


FORGED = {
    "no signature": Mail().raw,
    "another's domain": Mail(sender="ecf@nysd.uscourts.gov").signed("uscourts.gov.example"),
    "not of a court": Mail(sender="ecf@nysd-uscourts.gov").signed("nysd-uscourts.gov"),
    "another court's signature": Mail(sender="ecf@nysd.uscourts.gov").signed("ca2.uscourts.gov"),
    "another key": Mail().signed(by="thief"),
    "text changed": Mail().signed().replace(b"Motion to Stay", b"Motion to Lift Stay"),
    "a second From": b"From: ecf@nysd.uscourts.gov\r\n" + Mail().signed(),
    "two people in From": Mail(sender="a@evil.example, ecf@nysd.uscourts.gov").signed(),
    "only the beginning is signed": Mail().signed(length=True) + b"<p>more</p>",
    "the type of the body is not signed": Mail().signed(include_headers=[b"from", b"subject", b"date"]),
    "another type of body before it": b"Content-Type: text/plain\r\n" + Mail().signed(),
}


@pytest.mark.parametrize("how", FORGED)
def test_what_is_not_the_courts_is_not_genuine(how: str) -> None:
    found = signature_of(FORGED[how], dns)
    assert found.genuine is False and found.says


def test_where_dns_does_not_answer_nobody_knows() -> None:
    found = read_notice(Mail().signed(), silent).signature
    assert found.genuine is None and "timed out" in found.says


def test_a_signature_above_the_sender_counts() -> None:
    """A message from a host of the court's, signed for the court as a whole."""
    assert signature_of(Mail(sender="x@ecf.nysd.uscourts.gov").signed(), dns).genuine is True
    names = [court_of(name, list(COURTS)) for name in ("ecf.nysd.uscourts.gov", "nysd.uscourts.gov", "gov")]
    assert names == ["nysd", "nysd", ""]


def test_a_notice_is_read_and_its_signature_checked_in_processes_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the walls: no file, no network, nobody's name."""
    monkeypatch.setattr(apart, "answer", LOOK)
    notice = read_notice(Mail().signed(), dns)
    assert notice.signature.genuine is True and [entry.reading.kind for entry in notice.entries] == ["stayed"]
    with pytest.raises(NotANotice):
        read_notice(b"From: a@b.example\nTo: c@d.example\n\nlunch?", dns)


def test_what_juriscraper_cannot_read_is_read_by_its_words() -> None:
    body = (
        "<h1>Notice of Electronic Filing</h1><p>was entered and filed on 11/20/2026</p><p>Case Name: In re Warrant</p>"
        "<p>Case Number: 1:18-mj-00123</p><p>Docket Text:</p><p>ORDER staying the warrant</p>"
    )
    (entry,) = read_notice(Mail(body=body).signed(), dns).entries
    assert (entry.docket, entry.text, entry.reading.kind) == ("1:18-mj-00123", "ORDER staying the warrant", "stayed")
    assert entry.filed == SENT.date() and entry.case == "In re Warrant"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"From: a@nysd.uscourts.gov\r\n\r\nHello",
        bytes(range(256)) * 9,
        Mail().raw + b" " * MOST_BYTES,
        b"\xff" * 99,
    ],
    ids=["nothing", "a letter", "octets", "too long", "more octets"],
)
def test_what_is_no_notice_is_refused(raw: bytes) -> None:
    with pytest.raises(NotANotice):
        read_notice(raw, dns)


def test_a_broken_notice_is_refused_or_read_and_never_fails() -> None:
    chance, whole = random.Random(7), Mail().signed()
    for _ in range(150):
        raw = bytearray(whole)
        for _ in range(chance.randrange(1, 40)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(3)] = bytes([chance.randrange(256)])
        try:
            notice = read_notice(bytes(raw), dns)
        except NotANotice:
            continue
        assert notice.signature.genuine is not None


@pytest.mark.parametrize(
    "body",
    ["<script" * 100_000, "<" * 400_000, "<p>" * 60_000, "<!--" * 100_000, "." * 700_000, "stay lifted, " * 50_000],
    ids=["scripts", "brackets", "paragraphs", "comments", "dots", "words"],
)
def test_a_body_made_to_be_slow_is_read_in_time(body: str) -> None:
    whole = f"<p>Notice of Electronic Filing</p><p>Case Number: 1:18-mj-1</p><p>Docket Text:</p><p>{body}</p>"
    notice = read_notice(Mail(body=whole).raw, dns)
    assert len(notice.body) <= 200_000
