"""A paper becomes a demand only through a person, and every value keeps where it came from."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.intake.confirm import Choice, Confirmed, confirm
from comity.intake.faults import NAMES
from comity.intake.known import Known
from comity.intake.passages import Proposal
from comity.intake.warrant import propose
from comity.sim.papers import papers

OWEN = "owen.ardmore@meridian.example"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SERVED = datetime(2013, 12, 4, 22, tzinfo=UTC)
ALWAYS: dict[str, Choice] = {"id": "m-1", "served": SERVED, "channel": "hand"}


def proposed(name: str, known: Known) -> Proposal:
    """One of the simulated papers, read."""
    return propose(papers()[name].text, known, f"{name}.txt")


def settle(proposal: Proposal, known: Known, **more: Choice) -> Confirmed:
    """A confirmation that must succeed."""
    done, faults = confirm(proposal, {**ALWAYS, **more}, known, "clerk", NOW)
    assert faults == []
    assert done is not None
    return done


def wrong(proposal: Proposal, known: Known, **choices: Choice) -> list[tuple[str, str]]:
    """The faults of a confirmation that must fail, each with its field."""
    done, faults = confirm(proposal, choices, known, "clerk", NOW)
    assert done is None
    return [(fault.name, fault.where.split()[-1].rpartition(".")[2]) for fault in faults]


def test_a_clean_paper_needs_only_what_no_paper_says(known: Known) -> None:
    """With its id, its service and its way here, the warrant of 2013 is a demand."""
    done = settle(proposed("warrant-2013", known), known)
    demand, scope = done.demand, done.demand.scope
    assert (demand.id, demand.court, demand.instrument) == ("m-1", "us-nysd", "us-sca-warrant")
    assert (demand.issued, demand.served, demand.reference) == (date(2013, 12, 4), SERVED, "13 Mag. 90714")
    assert demand.return_by == datetime(2013, 12, 18, 23, 59, 59, tzinfo=UTC)
    assert (scope.accounts, scope.categories) == ((OWEN,), frozenset({"content", "subscriber"}))
    assert (scope.since, scope.until) == (datetime(2012, 6, 1, tzinfo=UTC), datetime(2013, 12, 1, tzinfo=UTC))
    assert scope.terms == ("cobalt", "lantern", "Überweisung", "кобальт")
    assert demand.papers == (("warrant-2013.txt", proposed("warrant-2013", known).paper),)


def test_every_value_has_its_passage_or_its_person(known: Known) -> None:
    """What was read names its place in the paper, what was chosen names who chose it."""
    text = papers()["warrant-2013"].text
    done = settle(proposed("warrant-2013", known), known, terms=["cobalt", "tile"])
    for source in done.sources:
        assert text[source.start : source.end] == source.passage
        assert source.by == "clerk"
    alone = {source.name: source.value for source in done.sources if not source.passage}
    assert alone == {"id": "m-1", "served": "2013-12-04T22:00:00Z", "channel": "hand", "terms": "tile"}
    assert {source.value for source in done.sources if source.name == "terms"} == {"cobalt", "tile"}
    assert done.demand.scope.terms == ("cobalt", "tile")


def test_what_is_no_part_of_a_demand_is_kept_beside_it(known: Known) -> None:
    """The judge, the provider's name and the offence are not lost."""
    done = settle(proposed("warrant-2013", known), known)
    assert {field.name for field in done.beside} == {"judge", "provider", "offence"}
    kept = done.as_json()
    assert (kept["demand"], kept["by"], kept["at"]) == ("m-1", "clerk", NOW.isoformat())
    assert len(kept["sources"]) == len(done.sources)  # type: ignore[arg-type]
    assert len(kept["beside"]) == 3  # type: ignore[arg-type]


def test_doubtful_values_must_be_chosen(known: Known) -> None:
    """Of a badly scanned paper the misread dates stand open until a person has looked."""
    proposal = proposed("warrant-ocr", known)
    always = {**ALWAYS, "served": datetime(2017, 5, 10, tzinfo=UTC)}
    assert wrong(proposal, known, **always) == [
        ("unconfirmed", "return_by"), ("unconfirmed", "since"), ("unconfirmed", "until"),
    ]  # fmt: skip
    chosen = {field.name: field.value for field in proposal.fields if field.sure == "doubtful"}
    done = settle(proposal, known, **{**always, **chosen})
    assert done.demand.scope.until == datetime(2016, 3, 2, tzinfo=UTC)
    assert {source.passage for source in done.sources if source.name == "until"} == {"March 1, 2O16"}


def test_two_courts_are_a_fault_until_one_is_chosen(known: Known) -> None:
    """One demand comes from one court, and nobody guesses which."""
    proposal = proposed("warrant-two-courts", known)
    always = {**ALWAYS, "served": datetime(2015, 6, 16, tzinfo=UTC)}
    assert wrong(proposal, known, **always) == [("two-courts", "court")]
    assert wrong(proposal, known, **{**always, "court": ["us-nysd", "us-njd"]}) == [("two-courts", "court")]
    assert settle(proposal, known, **{**always, "court": "us-njd"}).demand.court == "us-njd"


def test_a_limit_that_was_not_found_does_not_become_no_limit(known: Known) -> None:
    """A range that could not be read would otherwise hand over everything; None says that there is none."""
    proposal = proposed("warrant-all-content", known)
    always = {**ALWAYS, "served": datetime(2017, 2, 4, tzinfo=UTC), "accounts": [OWEN]}
    assert wrong(proposal, known, **always) == [("unconfirmed", "since"), ("unconfirmed", "until")]
    done = settle(proposal, known, **{**always, "since": None, "until": None})
    assert (done.demand.scope.since, done.demand.scope.until) == (None, None)


def test_terms_that_were_not_read_must_be_given(known: Known) -> None:
    """A paper that speaks of words to look for is not confirmed without them."""
    text = papers()["warrant-2013"].text.replace('"', "'")
    proposal = propose(text, known)
    assert wrong(proposal, known, **ALWAYS) == [("unconfirmed", "terms")]
    assert settle(proposal, known, terms=["cobalt"]).demand.scope.terms == ("cobalt",)
    assert settle(proposal, known, terms=[]).demand.scope.terms == ()


def test_an_account_that_is_not_here_is_not_dropped_in_silence(known: Known) -> None:
    """It must be left out by a person; asking for it all the same is a fault of its own."""
    proposal = proposed("warrant-all-content", known)
    always = {**ALWAYS, "served": datetime(2017, 2, 4, tzinfo=UTC), "since": None, "until": None}
    assert wrong(proposal, known, **always) == [("unconfirmed", "accounts")]
    both = [OWEN, "ray@harbor-dale.example"]
    assert wrong(proposal, known, **{**always, "accounts": both}) == [("account-not-here", "accounts")]


def test_what_is_missing_is_asked_for_with_what_it_needs(known: Known) -> None:
    """An empty choice leaves out nothing that a demand must have."""
    proposal = proposed("warrant-no-account", known)
    assert wrong(proposal, known, since=None, until=None) == [
        ("missing-key", "id"), ("missing-key", "served"), ("missing-key", "channel"), ("no-account", "accounts"),
    ]  # fmt: skip
    assert ("missing-key", "court") in wrong(proposed("warrant-2013", known), known, **ALWAYS, court=None)


def test_a_secrecy_order_is_no_demand(known: Known) -> None:
    """It is an event of the matter it belongs to, whoever confirms it; a person may still say that it is a warrant."""
    proposal = proposed("order-2705b", known)
    assert wrong(proposal, known, **ALWAYS) == [("not-a-demand", "instrument")]
    assert wrong(proposal, known, **ALWAYS, instrument="nondisclosure-order") == [("not-a-demand", "instrument")]
    assert ("not-a-demand", "instrument") not in wrong(proposal, known, **ALWAYS, instrument="us-sca-warrant")


def test_choices_are_checked_like_anything_else(known: Known) -> None:
    """A person can mistype, too."""
    proposal = proposed("warrant-2013", known)
    assert wrong(proposal, known, **{**ALWAYS, "channel": "pigeon"}) == [("unknown-channel", "channel")]
    assert wrong(proposal, known, **{**ALWAYS, "served": "2013-12-04"}) == [("moment-without-zone", "served")]
    assert wrong(proposal, known, **{**ALWAYS, "served": "2027-01-01T00:00:00Z"}) == [("impossible-date", "served")]
    assert wrong(proposal, known, **ALWAYS, judges="X") == [("unknown-field", "judges")]
    assert wrong(proposal, known, **ALWAYS, issued="2013-02-30") == [("impossible-date", "issued")]


@pytest.mark.parametrize("due", ["2013-12-18", date(2013, 12, 18), "2013-12-18T23:59:59Z"])
def test_a_bare_day_to_answer_by_counts_to_its_end(due: Choice, known: Known) -> None:
    """The last second of the day in UTC, which is before the day's end in every court of the fifty states."""
    done = settle(proposed("warrant-2013", known), known, return_by=due)
    assert done.demand.return_by == datetime(2013, 12, 18, 23, 59, 59, tzinfo=UTC)


def test_facts_can_be_stated_and_taken_back(known: Known) -> None:
    """Declared terms are choices like the rest; a truth is a truth in words, too."""
    text = papers()["warrant-2013"].text + "\nThe Provider shall not disclose it. 18 U.S.C. § 2705(b)\n"
    proposal = propose(text, known)
    assert settle(proposal, known).demand.facts == (("demand.gag", True),)
    assert settle(proposal, known, **{"demand.gag": "false"}).demand.facts == (("demand.gag", False),)
    assert settle(proposal, known, **{"demand.gag": None}).demand.facts == ()
    assert settle(proposed("warrant-2013", known), known, emergency=True).demand.emergency is True


def test_an_emergency_is_claimed_by_the_paper(known: Known) -> None:
    """The letter's claim comes into the demand; whether it is genuine is for findings."""
    more: dict[str, Choice] = {
        **ALWAYS, "served": datetime(2019, 8, 18, 5, tzinfo=UTC), "channel": "email", "court": "us-nysd", "since": None,
        "until": None,
    }  # fmt: skip
    assert settle(proposed("letter-emergency", known), known, **more).demand.emergency is True


CHOICES = st.one_of(
    st.none(), st.booleans(), st.text(max_size=12), st.dates(), st.datetimes(timezones=st.just(UTC)),
    st.lists(st.text(max_size=6), max_size=3), st.sampled_from(["us-nysd", "2013-12-04", OWEN]),
)  # fmt: skip
NAMED = st.sampled_from(
    [*ALWAYS, "court", "accounts", "categories", "since", "terms", "issued", "emergency", "judge", "x"]
)


@given(name=st.sampled_from(sorted(papers())), choices=st.dictionaries(NAMED, CHOICES))
def test_any_choices_give_a_demand_or_named_faults(name: str, choices: dict[str, Choice], known: Known) -> None:
    """Whatever a person puts in, nothing raises and nothing doubtful slips through."""
    proposal = proposed(name, known)
    done, faults = confirm(proposal, choices, known, "clerk", NOW)
    assert (done is None) == bool(faults)
    assert {fault.name for fault in faults} <= set(NAMES)
    if done:
        kept = {field.name for field in done.beside}
        assert all(f.sure != "doubtful" or f.name in choices or f.name in kept for f in proposal.fields)
