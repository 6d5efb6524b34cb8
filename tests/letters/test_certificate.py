"""The custodian's certificate: what it says, under which text, and that no name in it can make it say more."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pypdf
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.productions import CUSTODIAN, OWEN, collected, items, planned, traffic_table
from tests.strategies import demands

from comity.kernel.collection import Counts, Place, Sorting, Trial
from comity.kernel.demand import Scope
from comity.kernel.production import Collected
from comity.letters.certificate import Custodian, certificate

DEMAND = demands()
MANIFEST = planned(collected())[1]
LATER = replace(MANIFEST, released=datetime(2018, 6, 1, 9, tzinfo=UTC))


def said(octets):
    """The certificate's text, its lines joined."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(octets)).pages).split())


def test_a_certificate_says_who_what_how_and_of_which_manifest():
    """And the digest stands in its keywords, where `comity verify` finds it."""
    octets = certificate(MANIFEST, DEMAND, CUSTODIAN, "Warrant under 18 U.S.C. 2703")
    text = said(octets)
    who = ("I, Maeve Kinsella, say", "position at Meridian Ireland Ltd is records custodian")
    demand = ("Warrant under 18 U.S.C. 2703", "judge, us-nysd, US", "2016-06-14 on meridian", "M-0001")
    what = ("3 messages (59 octets)", "2016-07-14 12:00 UTC", "dublin-1 3 4 0 0 7")
    for part in (*who, *demand, *what):
        assert part in text
    assert MANIFEST.digest in text and MANIFEST.digest.encode() in octets


def test_every_legal_sentence_cites_and_none_cites_what_was_not_yet_law():
    """Rule 902 has its paragraphs (13) and (14) since 2017-12-01; before, the certificate stands on (11) alone."""
    before, after = (said(certificate(manifest, DEMAND, CUSTODIAN)) for manifest in (MANIFEST, LATER))
    for text in (before, after):
        assert "[Fed. R. Evid. 902(11)]" in text and "902(11)]" in text.partition("regular practice")[2]
        assert (
            "penalty of perjury under the laws of the United States of America" in text and "[28 U.S.C. 1746]" in text
        )
    assert "902(13)" not in before and "902(14)" not in before
    assert "[Fed. R. Evid. 902(13)]" in after and "[Fed. R. Evid. 902(14)]" in after


def test_elsewhere_it_states_the_facts_and_cites_nothing():
    """No rule of American evidence is put before a court that has none."""
    octets = certificate(LATER, replace(DEMAND, place="IE", court=""), CUSTODIAN)
    text = said(octets)
    assert "I declare that the foregoing is true and correct" in text and MANIFEST.items[0].place.store in text
    assert not any(word in text for word in ("Fed. R.", "U.S.C.", "902", "perjury"))
    assert pypdf.PdfReader(io.BytesIO(octets)).pages[0].mediabox.width < 600


def test_what_could_not_be_read_is_said():
    """Listed where content was asked for, counted where it was not."""
    torn = Sorting(Place("dublin-1", "INBOX", "inbox.mbox", 900, 5), (Trial("account", None, "torn"),))
    _, listed = planned(Collected(items(), {"dublin-1": Counts(3, 0, 1)}, (torn,)))
    assert "Items that could not be read and are not produced: 1; the manifest lists them" in said(
        certificate(listed, DEMAND, CUSTODIAN)
    )
    scope = Scope((OWEN,), frozenset({"traffic"}))
    _, table = planned(Collected((), {"dublin-1": Counts(2, 0, 1)}, (torn,), (traffic_table(2)[0],)), scope, 2)
    text = said(certificate(table, DEMAND, CUSTODIAN))
    assert "they are counted only" in text and "the table traffic.csv with 2 rows" in text


def test_the_same_facts_give_the_same_octets():
    """Neither the clock nor the machine's fonts have a say."""
    first, second = (certificate(MANIFEST, DEMAND, CUSTODIAN) for _ in range(2))
    assert first == second
    assert pypdf.PdfReader(io.BytesIO(first)).metadata.creation_date == datetime(2016, 7, 14, tzinfo=UTC)


MARKUP = r"""#panic() #read("/etc/passwd") $x^2$ *bold* _it_ `raw` @ref <label> \ // = - + / [x] {y} ~ --- 'a' \u{41}"""


def test_a_name_is_shown_and_never_read_as_markup():
    """Every sign that typst gives a meaning stands in the certificate as itself."""
    text = said(certificate(MANIFEST, replace(DEMAND, reference=MARKUP), Custodian(MARKUP, "custodian", "Meridian")))
    for part in ('#read("/etc/passwd")', "$x^2$", "*bold*", "`raw`", "<label>", "[x]", "{y}", "---", "\\u{41}"):
        assert text.count(part) >= 3, part


@settings(max_examples=40)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_can_be_a_name(name, reference):
    """Whatever characters, the certificate is set and names its manifest."""
    octets = certificate(MANIFEST, replace(DEMAND, reference=reference), Custodian(name, "custodian", "Meridian"))
    assert MANIFEST.digest.encode() in octets


def test_what_is_no_character_is_written_as_its_escape():
    """A name that is not text does not stop a certificate."""
    assert "caf\\udce9" in said(certificate(MANIFEST, DEMAND, Custodian("caf\udce9", "custodian", "Meridian")))
