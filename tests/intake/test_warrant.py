"""What is read from a paper's text, feature by feature, on short papers written for the purpose."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.intake.known import Known
from comity.intake.passages import Proposal
from comity.intake.warrant import GAPS, MOST_CHARACTERS, propose
from comity.kernel.words import Vocabulary

OWEN = "owen.ardmore@meridian.example"
HEAD = """UNITED STATES DISTRICT COURT
for the
Southern District of New York

Case No. 13 Mag. 90714

SEARCH AND SEIZURE WARRANT

"""
A = f"\nATTACHMENT A\nProperty to Be Searched\nThe account {OWEN}.\n"
B = "\nATTACHMENT B\nParticular Things to Be Seized\n"


def read(known: Known, body: str = "", things: str = "", searched: str = A) -> Proposal:
    """A short warrant with some words in its body and in Attachment B."""
    return propose(HEAD + body + searched + B + things, known)


def said(proposal: Proposal, name: str) -> list[tuple[str, str]]:
    """The values proposed for a field, each with how sure it is."""
    return [(field.value, field.sure) for field in proposal.of(name)]


RANGES = [
    ("from May 1, 2012 through May 9, 2012 (UTC)", "2012-05-01T00", "2012-05-10T00", "certain", "certain"),
    ("from May 1, 2012 through May 9, 2012", "2012-05-01T00", "2012-05-10T00", "likely", "likely"),
    ("between May 1, 2012 and May 9, 2012 (UTC)", "2012-05-01T00", "2012-05-10T00", "certain", "doubtful"),
    ("between May 1, 2012 and May 9, 2012, inclusive (UTC)", "2012-05-01T00", "2012-05-10T00", "certain", "certain"),
    ("the period May 1, 2012 to May 9, 2012, exclusive (UTC)", "2012-05-01T00", "2012-05-09T00", "certain", "certain"),
    ("from May 1, 2012 up to and including May 9, 2012 (GMT)", "2012-05-01T00", "2012-05-10T00", "certain", "certain"),
    ("dates from 2012-06-01 until 2012-07-01 (UTC)", "2012-06-01T00", "2012-07-02T00", "certain", "doubtful"),
    ("from June 1, 2012 through July 1, 2012, Pacific Time", "2012-06-01T07", "2012-07-02T07", "certain", "certain"),
    (
        "from January 1, 2013 12:00 a.m. Eastern Time to July 1, 2013 11:59 p.m. Eastern Time",
        "2013-01-01T05", "2013-07-02T04", "certain", "certain",
    ),
    ("from June 1, 2012 9:00 UTC to July 1, 2012 9:00 UTC", "2012-06-01T09", "2012-07-01T09", "doubtful", "doubtful"),
    ("from March 9, 2013 through March 10, 2013, Eastern Time", "2013-03-09T05", "2013-03-11T04", *2 * ["certain"]),
    ("from 05/01/2012 through 05/09/2012 (UTC)", "2012-05-01T00", "2012-05-10T00", "likely", "likely"),
    ("from June 1, 2O12 through July 1, 2012 (UTC)", "2012-06-01T00", "2012-07-02T00", "doubtful", "certain"),
    ("from June 31, 2012 through July 32, 2012 (UTC)", "2012-06-31", "2012-07-32", "doubtful", "doubtful"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "since", "until", "first", "last"), RANGES)
def test_a_range_becomes_half_open_instants(
    words: str, since: str, until: str, first: str, last: str, known: Known
) -> None:
    """The day named last counts or not as the words say; where they or the zone leave it open, that is said."""
    proposal = read(known, things=f"All e-mails {words}.")
    start, end = proposal.of("since")[0], proposal.of("until")[0]
    assert (start.value[: len(since)], start.sure) == (since, first)
    assert (end.value[: len(until)], end.sure) == (until, last)


def test_a_range_up_to_the_warrant_ends_with_its_day_if_a_person_agrees(known: Known) -> None:
    """`the present` is the day of issue at most, and never taken over unseen."""
    proposal = read(known, "Date and time issued: 12/14/2013\n", "All e-mails from June 1, 2012 to the present (UTC).")
    assert said(proposal, "since") == [("2012-06-01T00:00:00Z", "certain")]
    assert said(proposal, "until") == [("2013-12-15T00:00:00Z", "doubtful")]


def test_a_range_up_to_a_day_that_is_not_known_has_no_end(known: Known) -> None:
    """Without a possible day of issue, `the present` says nothing."""
    proposal = read(known, "Dated: February 30, 2013\n", "All e-mails from June 1, 2012 to the present (UTC).")
    assert proposal.of("until") == ()
    assert "until" in {gap.name for gap in proposal.missing}


def test_two_ranges_make_each_other_doubtful(known: Known) -> None:
    """A person says which range belongs to which records."""
    both = "All e-mails from May 1, 2012 through May 9, 2012 (UTC); logs of use from May 1, 2013 through May 9, 2013."
    proposal = read(known, things=both)
    assert [field.sure for field in proposal.of("since")] == ["doubtful", "doubtful"]
    assert [field.sure for field in proposal.of("until")] == ["doubtful", "doubtful"]


def test_dates_of_a_treaty_are_no_range(known: Known) -> None:
    """Two dates in one sentence are a range only where the words make one of them."""
    proposal = read(
        known, things="All e-mails; under the Treaty of January 18, 2001, and the Instrument of July 14, 2005."
    )
    assert proposal.of("since") == ()
    assert "since" in {gap.name for gap in proposal.missing}


@pytest.mark.parametrize(
    ("words", "categories"),
    [
        ("the contents of all e-mails", {"content"}),
        ("E-mail content, without transactional records", {"content"}),
        ("transactional records, other than the contents of any messages", {"traffic"}),
        ("header information; the contents of communications are not asked for", {"traffic"}),
        ("basic subscriber information and means of payment", {"subscriber"}),
        ("source and destination addresses of each message", {"traffic"}),
        ("session logs and billing records", {"traffic", "subscriber"}),
        ("the contents of all messages and all other records", {"content", "subscriber", "traffic"}),
        ("whether or not deleted, the contents of all e-mails", {"content"}),
        ("a horse and cart", set()),
    ],
)
def test_words_ask_for_categories(words: str, categories: set[str], known: Known) -> None:
    """Words that exclude a category do not ask for it."""
    proposal = read(known, things=words)
    assert {field.value for field in proposal.of("categories")} == categories
    assert ("categories" in {gap.name for gap in proposal.missing}) is not bool(categories)


def test_a_subpoena_that_asks_for_content_is_doubted(known: Known) -> None:
    """Content by subpoena is so seldom lawful that a person must have seen it."""
    proposal = propose("GRAND JURY SUBPOENA\nthe contents of all e-mails of the account\n", known)
    assert said(proposal, "categories") == [("content", "doubtful")]


def test_words_read_through_misread_letters_are_not_certain(known: Known) -> None:
    """They are asked for all the same."""
    assert said(read(known, things="the c0ntents of all e-mails"), "categories") == [("content", "likely")]


def test_what_officers_look_for_is_not_what_is_handed_over(known: Known) -> None:
    """Section II limits the officers, not the provider; the categories come from Section I."""
    things = "I. Information to be disclosed by the Provider\nBasic subscriber information, as kept by the Provider.\n"
    things += "II. Information to be seized by the government\nThe contents of all e-mails that are evidence.\n"
    assert said(read(known, things=things), "categories") == [("subscriber", "certain")]


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        (
            'in which any of these words occurs: "cobalt", "lantern" or "Überweisung"',
            ["cobalt", "lantern", "Überweisung"],
        ),
        ("containing the words “cobalt,” and “lantern.”", ["cobalt", "lantern"]),
        ('search terms: "pay\n   day"; the "Account" is another matter', ["pay day"]),
        ("all e-mails", []),
    ],
)
def test_quoted_words_after_a_cue_are_terms(words: str, terms: list[str], known: Known) -> None:
    """The words themselves, as the paper spells them, without the marks that typesetters put inside the quotes."""
    assert [field.value for field in read(known, things=words).of("terms")] == terms


def test_terms_that_were_not_read_are_missing(known: Known) -> None:
    """A paper that speaks of search terms without quoting them must not be taken to have none."""
    assert "terms" in {gap.name for gap in read(known, things="e-mails with the search terms listed below").missing}
    assert "terms" not in {gap.name for gap in read(known, things="all e-mails").missing}


@pytest.mark.parametrize(
    ("searched", "found"),
    [
        (f"the account {OWEN}.", [(OWEN, "certain")]),
        ("the account Owen.Ardmore@MERIDIAN.example,", [(OWEN, "certain")]),
        ("the account owen.ardmore@\nmeridian.example", [(OWEN, "likely")]),
        ("the account owen.\nardmore@meridian.example", [(OWEN, "doubtful")]),
        ("the account owen.ardm0re@meridian.examp1e", [(OWEN, "doubtful")]),
        ("the account owen.ardrnore@meridian.example", [(OWEN, "doubtful")]),
        ("the account ray@harbor-dale.example", [("ray@harbor-dale.example", "doubtful")]),
        ("the account nobody.knows@meridian.example", [("nobody.knows@meridian.example", "likely")]),
        ("@ home, a@b, @@, x@y@z.example", []),
    ],
)
def test_accounts_are_read_as_far_as_they_are_known(searched: str, found: list[tuple[str, str]], known: Known) -> None:
    """Only an account that is here is certain; one that had to be mended, or is not here, is for a person."""
    page = f"\nATTACHMENT A\nProperty to Be Searched\nInformation on {searched}\n"
    assert said(read(known, searched=page), "accounts") == found


def test_a_writers_address_is_no_account_asked_for(known: Known) -> None:
    """Whom to answer is not whose records; were it an account here, a person would have to say so."""
    proposal = read(known, f"Send the records to agent@bureau.example or {OWEN}.\n", searched="\n")
    assert said(proposal, "accounts") == [(OWEN, "doubtful")]


@pytest.mark.parametrize(
    ("words", "value", "sure"),
    [
        (
            "The Provider shall not disclose the existence of this warrant under 18 U.S.C. § 2705(b).",
            "ordered",
            "certain",
        ),
        ("The Provider is prohibited from notifying any person of it.", "ordered", "likely"),
        ("Please do not notify the subscriber.", "requested", "doubtful"),
    ],
)
def test_silence_is_ordered_or_only_asked_for(words: str, value: str, sure: str, known: Known) -> None:
    """What no court orders is not an order."""
    assert said(read(known, words + "\n"), "secrecy") == [(value, sure)]


def test_the_forms_own_clause_on_delayed_notice_is_no_gag(known: Known) -> None:
    """The box on delayed notice concerns the officers' own notice to the person searched."""
    box = "Under 18 U.S.C. § 3103a(b), immediate notification may have an adverse result listed in 18 U.S.C. § 2705"
    proposal = read(known, box + "; the officer may delay notice for 30 days.\n")
    assert proposal.of("secrecy") == ()
    assert proposal.of("demand.gag") == ()


@pytest.mark.parametrize(
    ("words", "period", "until"),
    [
        ("for a period of one hundred and eighty (180) days", "180 days", "2014-06-02"),
        ("for ninety days", "90 days", "2014-03-04"),
        ("for a period of one year", "1 year", None),
        ("until further order of the Court", None, "further order"),
        ("for as long as it takes", None, None),
    ],
)
def test_how_long_to_be_silent(words: str, period: str | None, until: str | None, known: Known) -> None:
    """Days are counted from the day of issue; what is not counted in days is left as the paper says it."""
    body = f"Date and time issued: December 4, 2013\nUnder 2705(b) you shall not notify the user {words}.\n"
    proposal = read(known, body)
    assert said(proposal, "secrecy_for") == ([(period, "certain")] if period else [])
    assert [field.value for field in proposal.of("secrecy_until")] == ([until] if until else [])
    assert said(proposal, "demand.gag") == [("true", "likely")]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("YOU ARE COMMANDED to execute this warrant on or before May 4, 2015\n", [("2015-05-04", "certain")]),
        ("The Provider must comply by 05/04/2015.\n", [("2015-05-04", "likely")]),
        ("Produce no later than May 4, 2015, 5:00 p.m. Eastern Time\n", [("2015-05-04T21:00:00Z", "certain")]),
        ("Produce no later than May 4, 2015, 5:00 p.m.\n", [("2015-05-04T17:00:00Z", "likely")]),
        (
            "on or before May 4, 2015 and on or before May 9, 2015\n",
            [("2015-05-04", "doubtful"), ("2015-05-09", "doubtful")],
        ),
        ("on or before May 32, 2015\n", [("2015-05-32", "doubtful")]),
    ],
)
def test_when_to_answer(body: str, found: list[tuple[str, str]], known: Known) -> None:
    """The day, or the instant where a time is named; two deadlines are for a person."""
    assert said(read(known, body), "return_by") == found


def test_the_day_of_another_paper_is_not_the_day_of_issue(known: Known) -> None:
    """An affidavit dated earlier leaves the warrant's own date as it is."""
    body = "On the affidavit dated December 1, 2013, I find probable cause.\nDate and time issued: December 4, 2013\n"
    assert said(read(known, body), "issued") == [("2013-12-04", "certain")]


def test_a_limit_from_service_is_told_and_not_counted(known: Known) -> None:
    """The paper does not know when it is served."""
    proposal = read(known, "The Provider shall produce within fourteen (14) days of service of this warrant.\n")
    assert said(proposal, "return_within") == [("14 days", "certain")]
    assert proposal.of("return_by") == ()


@pytest.mark.parametrize(
    ("body", "offences"),
    [
        ("evidence of violations of 21 U.S.C. §§ 841, 846 and 963.", [("21 U.S.C. §§ 841, 846 and 963", "certain")]),
        ("see Title 18, United States Code, Section 1343", [("Title 18, United States Code, Section 1343", "likely")]),
        ("under 18 U.S.C. § 2703(b)(1)(A), 28 U.S.C. § 1782", []),
    ],
)
def test_offences_are_told_from_the_law_of_process(body: str, offences: list[tuple[str, str]], known: Known) -> None:
    """The statutes that a paper is issued under are not the ones that were broken."""
    assert said(read(known, things=body), "offence") == offences


def test_a_judges_name_over_two_lines_is_put_together(known: Known) -> None:
    """An initial alone begins no name."""
    assert said(read(known, "Philippa\nJ. Marchetti\nUnited States Magistrate Judge\n"), "judge") == [
        ("Philippa J. Marchetti", "likely")
    ]
    assert said(read(known, "HON. JOHN B. O'HARA IV, U.S. DISTRICT JUDGE\n"), "judge") == [
        ("John B. O'hara IV", "certain")
    ]
    assert read(known, "return it to ________ (United States Magistrate Judge)\n").of("judge") == ()


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("Case No. 1:18-mj-03021-ABC", "1:18-mj-03021-ABC"),
        ("Our reference: 182-91004 (RDP)", "182-91004 (RDP)"),
        ("Docket No. TFPF-NY-13-90611", "TFPF-NY-13-90611"),
        ("No. 12/04/2013", None),
        ("call 202-555-0147", None),
    ],
)
def test_numbers_of_a_case(text: str, reference: str | None, known: Known) -> None:
    """Docket shapes, and whatever stands behind a label; dates and telephones are neither."""
    found = [field.value for field in propose(f"SEARCH WARRANT\n{text}\n", known).of("reference")]
    assert found == ([reference] if reference else [])


def test_a_place_where_something_lies_is_not_the_court(known: Known) -> None:
    """The form also names the district where the property is."""
    body = "The property is located in the Western District of Washington.\n"
    assert said(read(known, body), "court") == [("us-nysd", "certain")]


def test_a_court_named_in_passing_is_doubtful(known: Known) -> None:
    """Without a caption there is only a guess, and it is called one; its country is the likelier."""
    proposal = propose("SEARCH WARRANT\nas found by the Southern District of New York\n", known)
    assert said(proposal, "court") == [("us-nysd", "doubtful")]
    assert said(proposal, "place") == [("US", "likely")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("REQUEST FOR ASSISTANCE\nThe Central Authority of Ireland requests it.", "IE"),
        ("REQUEST FOR ASSISTANCE\nThe Government of the United States hereby requests it.", "US"),
        ("REQUEST FOR ASSISTANCE\nThe Government of Ruritania requests it.", None),
        ("A letter under 18 U.S.C. § 2703(f)", "US"),
        ("A letter", None),
    ],
)
def test_the_country_that_asks(text: str, place: str | None, known: Known) -> None:
    """The requesting state by its name, or the state whose statutes are cited; otherwise it is missing."""
    assert [field.value for field in propose(text, known).of("place")] == ([place] if place else [])


def test_a_paper_with_the_marks_of_two_instruments(known: Known) -> None:
    """A warrant and a subpoena in one file: a person says which."""
    proposal = propose("SEARCH WARRANT\nthen\nGRAND JURY SUBPOENA\n", known)
    assert {field.value for field in proposal.of("instrument")} == {"us-sca-warrant", "us-grand-jury-subpoena"}
    assert {field.sure for field in proposal.of("instrument")} == {"doubtful"}


def test_a_secrecy_order_beside_a_warrant_belongs_to_it(known: Known) -> None:
    """The two come together; the warrant is the demand."""
    proposal = propose("SEARCH WARRANT\n\nNON-DISCLOSURE ORDER\nYou shall not notify anyone. 2705(b)\n", known)
    assert said(proposal, "instrument") == [("us-sca-warrant", "certain")]
    assert said(proposal, "secrecy") == [("ordered", "certain")]


def test_without_a_title_the_words_of_a_form_are_only_a_hint(known: Known) -> None:
    """A cover page lost in the fax leaves a doubtful instrument."""
    assert said(propose("the officer executing this warrant shall\n", known), "instrument") == [
        ("us-sca-warrant", "doubtful")
    ]


def test_an_instrument_that_no_law_pack_declares_is_doubtful(known: Known) -> None:
    """The form is known, its law is not."""
    proposal = propose(HEAD, replace(known, instruments=frozenset()))
    assert said(proposal, "instrument") == [("us-sca-warrant", "doubtful")]


def test_what_the_vocabulary_has_no_word_for_is_not_proposed(known: Known) -> None:
    """Issuer and gag are facts only where the terms are declared."""
    bare = replace(known, vocabulary=Vocabulary({}, frozenset()))
    text = HEAD + "Under 2705(b) you shall not notify the user.\n"
    assert propose(text, bare).of("issuer") == propose(text, bare).of("demand.gag") == ()
    assert said(propose(text, known), "issuer") == [("judge", "likely")]


def test_the_entity_that_holds_the_records_is_told_from_one_that_is_mentioned(known: Known) -> None:
    """Of two of our companies the one that the paper addresses is served; with none addressed a person says which."""
    held = "records held by Meridian Ireland Operations Ltd, a subsidiary named beside Meridian Corp.\n"
    assert said(read(known, held), "served_entity") == [("meridian-ireland", "certain")]
    both = "about Meridian Ireland Operations Ltd and about Meridian Corp. alike\n"
    assert [field.sure for field in read(known, both).of("served_entity")] == ["doubtful", "doubtful"]
    other = read(known, "records controlled by Harbor Dale Mail Inc., of Boston\n")
    assert said(other, "provider") == [("Harbor Dale Mail Inc.", "doubtful")]
    assert "served_entity" in {gap.name for gap in other.missing}


def test_headings_are_told_from_words_that_point_at_them(known: Known) -> None:
    """`described in Attachment B` in the body does not begin Attachment B, even alone on its line."""
    body = "The things to be seized are described in\nAttachment B\nand nothing else: the contents of all e-mails.\n"
    proposal = read(known, body, "basic subscriber information")
    assert said(proposal, "categories") == [("subscriber", "certain")]


def test_in_a_badly_scanned_paper_nothing_is_certain(known: Known) -> None:
    """Two misread words are enough to doubt those that look clean."""
    clean, bad = read(known, things="the contents of all e-mails"), read(known, "this w1ll be sea1ed\n", "the contents")
    assert "certain" in {field.sure for field in clean.fields}
    assert "certain" not in {field.sure for field in bad.fields}


def test_a_paper_that_goes_on_too_long_says_so(known: Known) -> None:
    """What lies behind the limit is not read, and that is not hidden."""
    proposal = propose(HEAD + " " * MOST_CHARACTERS, known)
    assert "rest" in {gap.name for gap in proposal.missing}


def test_an_empty_paper_lacks_everything(known: Known) -> None:
    """Every gap of a demand is listed with what would fill it."""
    proposal = propose("", known)
    assert proposal.fields == ()
    assert {gap.name for gap in proposal.missing} == set(GAPS) - {"terms"}


def test_a_proposal_as_json_has_everything(known: Known) -> None:
    """What a person is shown can be kept and shown again."""
    proposal = propose(HEAD + A, known, "warrant.txt", "sha256:" + "1" * 64)
    shown = proposal.as_json()
    assert (shown["title"], shown["paper"]) == ("warrant.txt", "sha256:" + "1" * 64)
    first = proposal.fields[0]
    assert shown["fields"][0] == {  # type: ignore[index]
        "name": "instrument", "value": "us-sca-warrant", "passage": first.passage, "start": first.start,
        "end": first.end, "page": 1, "sure": "certain", "why": first.why,
    }  # fmt: skip
    assert {"name": "served", "needs": GAPS["served"], "fault": ""} in shown["missing"]  # type: ignore[operator]


PIECES = st.sampled_from(
    [
        "UNITED STATES DISTRICT COURT for the ", "Southern District of New York", "District of Columbia",
        "SEARCH WARRANT",
        "ATTACHMENT A\n", "ATTACHMENT B\n", "Property to be searched", "the account ", OWEN, "@", "x@y.example ",
        "from ", "May 4, 2015", "02/30/2015", " through ", " to the present", " (UTC)", "12:00 a.m. Eastern Time on ",
        "inclusive", "contents of all e-mails", "these words: ", '"cobalt", ', "not ", "shall not notify ", "2705(b)",
        "for 90 days", "21 U.S.C. 841", "Case No. ", "13 Mag. 90714", "Hon. A. B. Cee, United States Magistrate Judge",
        "on or before ", "Date and time issued: ", "Meridian Corp.", "GRAND JURY SUBPOENA", "Date and Time: ", "-\n",
        "within ten days of service", "REQUEST FOR PRESERVATION", "preserve ", "EMERGENCY REQUEST", "ﬁ", "   ", "\n",
        "Central Authority of ", "\f",
    ]
)  # fmt: skip


@given(parts=st.lists(PIECES | st.text(max_size=6), max_size=30))
def test_any_text_gives_a_proposal_with_exact_passages(parts: list[str], known: Known) -> None:
    """Pieces of papers in any order, and noise between them: nothing raises, every passage is where it says it is."""
    text = "".join(parts)
    proposal = propose(text, known)
    for field in proposal.fields:
        assert text[field.start : field.end] == field.passage != ""
        assert field.page == text.count("\f", 0, field.start) + 1
        assert field.value
        assert field.why
    assert {gap.name for gap in proposal.missing}.isdisjoint(field.name for field in proposal.fields)


@pytest.mark.parametrize("piece", ["from May 1, 2012 through May 2, 2012 ", "Attachment A\n", "x@", "shall not "])
def test_a_hostile_paper_costs_no_more_than_its_length(piece: str, known: Known) -> None:
    """A quarter of a million characters of one piece take seconds; were the time to grow as the square, minutes."""
    began = process_time()
    propose((piece * (1 << 18))[: 1 << 18], known)
    assert process_time() - began < 20
