"""What was asked, and whether it is genuine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import NOON, demands

from comity.kernel.demand import CATEGORIES, Finding, Scope, authentic, scope_faults

WHOLE = Scope(("owen@meridian.example",), frozenset({"content", "traffic"}))


def found(channel="phone", contact="directory", supports=True, says="it is theirs"):
    """A finding."""
    return Finding(says, channel, contact, supports, NOON)


def test_the_order_of_a_list_is_no_part_of_the_scope():
    """Two people approve the same thing whichever way it was typed."""
    one = replace(WHOLE, accounts=("a@x", "b@x"), folders=("Sent", "Inbox"), terms=("x", "y"), stores=("b", "a"))
    two = replace(WHOLE, accounts=("b@x", "a@x"), folders=("Inbox", "Sent"), terms=("y", "x"), stores=("a", "b"))
    assert one.digest == two.digest != WHOLE.digest


@pytest.mark.parametrize(
    "change",
    [
        {"accounts": ("dana@meridian.example",)},
        {"categories": frozenset({"content"})},
        {"since": NOON},
        {"until": NOON},
        {"folders": ("Sent",)},
        {"terms": ("lantern",)},
        {"stores": ("dublin",)},
    ],
)
def test_any_other_scope_has_another_digest(change):
    """Each part of it counts."""
    assert replace(WHOLE, **change).digest != WHOLE.digest


def test_a_sound_scope_has_no_faults():
    """Open at both ends, or a range."""
    assert scope_faults(WHOLE, "scope") == []
    assert scope_faults(replace(WHOLE, since=NOON, until=NOON + timedelta(1)), "scope") == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"accounts": ()}, "no-account"),
        ({"accounts": ("Owen@meridian.example",)}, "account-not-plain"),
        ({"accounts": ("",)}, "account-not-plain"),
        ({"categories": frozenset()}, "no-category"),
        ({"categories": frozenset({"contents"})}, "unknown-category"),
        ({"since": NOON.replace(tzinfo=None)}, "moment-without-zone"),
        ({"since": NOON, "until": NOON}, "empty-range"),
    ],
)
def test_a_scope_that_cannot_be_collected_by_is_refused(change, name):
    """Each fault by its name."""
    assert [fault.name for fault in scope_faults(replace(WHOLE, **change), "scope")] == [name]


def test_all_faults_of_a_scope_are_found_at_once():
    """None hides another."""
    worst = Scope((), frozenset({"x", "y"}), until=NOON.replace(tzinfo=None))
    assert [fault.name for fault in scope_faults(worst, "here")] == [
        "no-account", "unknown-category", "unknown-category", "moment-without-zone",
    ]  # fmt: skip


SOME = st.lists(st.sampled_from("xyz"), max_size=3, unique=True).map(tuple)
BOUND = st.none() | st.integers(0, 3).map(lambda n: NOON + timedelta(days=n))
SCOPES = st.builds(Scope, SOME, st.frozensets(st.sampled_from(sorted(CATEGORIES))), BOUND, BOUND, SOME, SOME, SOME)


def admits(scope, account, category, day, folder, term, store):
    """Whether one record, with everything about it, lies in the scope."""
    moment = NOON + timedelta(days=day)
    return (
        account in scope.accounts
        and category in scope.categories
        and (scope.since is None or scope.since <= moment)
        and (scope.until is None or moment < scope.until)
        and all(not asked or one in asked for one, asked in ((folder, scope.folders), (term, scope.terms)))
        and (not scope.stores or store in scope.stores)
    )


@given(SCOPES, SCOPES, st.data())
def test_a_scope_within_another_holds_nothing_that_the_other_does_not(narrow, wide, data):
    """No record lies in the narrow one alone."""
    record = [data.draw(st.sampled_from("xyzw")), data.draw(st.sampled_from(sorted(CATEGORIES)))]
    record += [data.draw(st.integers(-1, 4)), *(data.draw(st.sampled_from("xyzw")) for _ in range(3))]
    if narrow.within(wide) and admits(narrow, *record):
        assert admits(wide, *record)


@pytest.mark.parametrize("part", ["folders", "terms", "stores"])
def test_no_limit_is_wider_than_any(part):
    """An empty list asks for everything, so it is within nothing but itself."""
    limited = replace(WHOLE, **{part: ("one", "two")})
    assert limited.within(WHOLE) and not WHOLE.within(limited)
    assert replace(WHOLE, **{part: ("one",)}).within(limited)
    assert not replace(WHOLE, **{part: ("three",)}).within(limited)


@pytest.mark.parametrize("contact", ["directory", "public"])
def test_one_contact_of_our_own_shows_a_demand_to_be_genuine(contact):
    """From our directory, or from the court's own docket."""
    assert authentic(demands(), (found(contact=contact),)) == (True, "it is theirs")


def test_a_contact_the_demand_gave_shows_nothing():
    """Whoever forged the paper answers the telephone."""
    assert authentic(demands(), (found(contact="demand"),))[0] is None
    assert authentic(demands(), ())[0] is None


@pytest.mark.parametrize("contact", ["", "Demand", "their letterhead"])
def test_a_contact_from_nobody_knows_where_shows_nothing(contact):
    """Only what is known to be independent counts; another word for "demand" does not."""
    assert authentic(demands(), (found(contact=contact),))[0] is None


def test_an_unclear_finding_shows_nothing():
    """Neither for nor against."""
    assert authentic(demands(), (found(supports=None),))[0] is None


def test_one_finding_against_settles_it():
    """Whatever else was found."""
    assert authentic(demands(), (found(), found(supports=False, says="never heard of it"))) == (
        False,
        "never heard of it",
    )


def test_an_emergency_needs_a_second_channel_and_our_own_directory():
    """Neither the same channel nor a public contact is enough."""
    hurried = demands(emergency=True)
    assert authentic(hurried, (found("post"), found("phone", "public")))[0] is None
    assert authentic(hurried, (found("phone"),))[0] is True


@pytest.mark.parametrize(("first", "second"), [("post", " Post "), ("", "phone"), ("post", "")])
def test_a_second_channel_is_known_to_be_another(first, second):
    """The same channel spelled otherwise is the same; where one of the two is not known, nobody can tell."""
    hurried = replace(demands(emergency=True), channel=first)
    assert authentic(hurried, (found(second),))[0] is None


def test_the_demands_own_facts_are_not_overruled():
    """A further fact makes no emergency of a demand that was confirmed as none, by the easier rules."""
    forged = replace(demands(), facts=(("demand.emergency", True), ("demand.place", "IE"), ("demand.showing", "none")))
    assert forged.as_facts() == {
        "demand.place": "US", "demand.instrument": "us-sca-warrant", "demand.issuer": "judge",
        "demand.emergency": False, "demand.showing": "none",
    }  # fmt: skip


def test_an_issuer_nobody_named_is_unknown_until_a_fact_says_so():
    """Unknown, and not the empty code."""
    unnamed = replace(demands(), issuer="")
    assert unnamed.as_facts()["demand.issuer"] is None
    assert replace(unnamed, facts=(("demand.issuer", "police"),)).as_facts()["demand.issuer"] == "police"


def test_moments_are_written_as_they_are():
    """The scope as it is shown and hashed."""
    scope = replace(WHOLE, since=datetime(2012, 1, 1, tzinfo=UTC), until=datetime(2013, 1, 1, tzinfo=UTC))
    shown = scope.as_json()
    assert (shown["since"], shown["until"]) == ("2012-01-01T00:00:00+00:00", "2013-01-01T00:00:00+00:00")
    assert shown["categories"] == ["content", "traffic"]
