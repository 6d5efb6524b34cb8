"""The papers: that what each is said to hold does stand in it, and that a PDF of it carries the same text."""

import io
import re
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfReader

from comity.sim.dublin import HAPPENINGS, SCOPE
from comity.sim.papers import Paper, as_pdf, papers, warrant_2013, warrant_2018
from comity.sim.people import accounts

EVERY = pytest.mark.parametrize("paper", papers().values(), ids=lambda paper: paper.name)
DISTRICTS = {
    "nysd": "Southern District of New York", "nyed": "Eastern District of New York", "dcd": "District of Columbia",
    "cand": "Northern District of California", "mad": "District of Massachusetts",
    "vaed": "Eastern District of Virginia", "paed": "Eastern District of Pennsylvania",
    "wawd": "Western District of Washington",
}  # fmt: skip


def squeezed(text: str) -> str:
    """Text as a person sees it through bad scanning: no case, single spaces, 1 for l and I, 0 for O."""
    text = re.sub(r"-\s+|(?<=@)\s+", "", text) if "D1STRICT" in text else text
    return re.sub(r"\s+", " ", text).lower().translate(str.maketrans("lio", "110"))


def written(day: date) -> set[str]:
    """The ways in which these papers write a day."""
    month = f"{day:%B}"
    suffix = {1: "st", 2: "nd", 3: "rd", 22: "nd"}.get(day.day, "th")
    return {
        f"{month} {day.day}, {day.year}", f"{day:%m/%d/%Y}", f"{day.day}{suffix} day of {month}, {day.year}",
        f"{day.day} {month[:3]} {day.year}",
    }  # fmt: skip


@EVERY
def test_what_is_expected_stands_in_the_paper(paper: Paper) -> None:
    """Reference, judge, provider, court, days, accounts and terms can each be pointed at."""
    text, expected = squeezed(paper.text), paper.expected
    for field in ("reference", "judge", "provider"):
        value = expected.get(field)
        assert value is None or squeezed(str(value)) in text, field
    court = expected.get("court")
    assert court is None or squeezed(DISTRICTS[str(court)]) in text
    for field in ("issued", "return_by"):
        day = expected.get(field)
        assert day is None or any(squeezed(way) in text for way in written(day)), field
    for word in (*(expected.get("accounts") or ()), *(expected.get("terms") or ())):
        assert squeezed(word) in text


@EVERY
def test_expected_values_have_one_shape(paper: Paper) -> None:
    """Days are days, moments are instants in UTC, ranges half open, lists tuples, what is unsure is expected."""
    expected = paper.expected
    assert expected["instrument"]
    for field in ("since", "until"):
        moment = expected.get(field)
        assert moment is None or (isinstance(moment, datetime) and moment.tzinfo == UTC), field
    if expected.get("since") and expected.get("until"):
        assert expected["since"] < expected["until"]
    for field in ("accounts", "categories", "terms"):
        assert isinstance(expected.get(field, ()), tuple | None), field
    assert paper.unsure <= expected.keys()
    assert set(expected.get("categories") or ()) <= {"content", "traffic", "subscriber"}


@EVERY
def test_a_pdf_carries_the_same_text(paper: Paper) -> None:
    """Every word of the paper can be had from the PDF's text layer, in order, and the PDF is the same each time."""
    made = as_pdf(paper.text)
    pages = PdfReader(io.BytesIO(made), strict=True).pages
    assert " ".join(page.extract_text() for page in pages).split() == paper.text.split()
    assert as_pdf(paper.text) == made


def test_the_storys_warrants_ask_for_the_storys_scope() -> None:
    """Both name the account, the range and the terms that the simulated mail's truth is told against."""
    for name, text in (("warrant-2013", warrant_2013()), ("warrant-2018", warrant_2018())):
        paper = papers()[name]
        assert paper.text == text
        assert paper.expected["accounts"] == SCOPE.accounts
        assert paper.expected["terms"] == SCOPE.terms
        assert (paper.expected["since"], paper.expected["until"]) == (SCOPE.since, SCOPE.until)
        assert SCOPE.categories <= set(paper.expected["categories"])
        assert not paper.faults and not paper.unsure


def test_the_storys_warrants_bear_the_dockets_days() -> None:
    """The first is issued on the day of the first happening, the second on the day of the new warrant."""
    orders = [happening.date for happening in HAPPENINGS if happening.kind == "order"]
    assert [papers()[name].expected["issued"] for name in ("warrant-2013", "warrant-2018")] == orders


def test_the_other_papers_try_an_intake() -> None:
    """Among them: scanning noise, no account, two courts, impossible days, an account that is not here."""
    faults = {name: paper.faults for name, paper in papers().items() if paper.faults}
    assert set().union(*faults.values()) == {
        "no-account", "two-courts", "impossible-date", "empty-range", "account-not-here",
    }  # fmt: skip
    assert papers()["warrant-no-account"].expected["accounts"] is None
    assert papers()["warrant-two-courts"].expected["court"] is None
    known = {account.address for account in accounts(2013)}
    stranger = set(papers()["warrant-all-content"].expected["accounts"]) - known
    assert stranger == {"ray@harbor-dale.example"}
    assert len({paper.expected["instrument"] for paper in papers().values()}) == 7
    assert len({paper.expected.get("court") for paper in papers().values()}) >= 8
