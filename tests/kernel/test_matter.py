"""The life of one demand: what the order is worth at a moment, and which clocks run."""

from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import NOON, histories, moments

from comity.kernel.clock import Clock
from comity.kernel.demand import CATEGORIES
from comity.kernel.matter import (
    ENDING,
    KINDS,
    SHUTTING,
    Event,
    deadline,
    event_faults,
    fold,
    gag,
    in_contempt,
    own_deadlines,
    running,
    standing,
    standing_changed,
    window,
)

HOUR = timedelta(hours=1)
CONTENT, TRAFFIC = frozenset({"content"}), frozenset({"traffic"})


def event(kind, hour=0, id="", **more):
    """Something that happened some hours after noon, and was known at once."""
    at = NOON + hour * HOUR
    until = more.pop("until", None)
    end = None if until is None else NOON + until * HOUR
    of = (("of", more.pop("of")),) if "of" in more else more.pop("data", ())
    return Event(id or f"{kind}@{hour}", kind, at, at, f"{kind} at {hour}", "paper", until=end, data=of, **more)


ISSUED = event("issued", -24)


def matter(*events):
    """A matter whose order was issued the day before."""
    return fold("M-0001", (ISSUED, *events))


def state(of, hour=10, category=None):
    """What the order is worth, in a word."""
    return standing(of, NOON + hour * HOUR, category).state


def test_every_kind_is_explained_and_no_kind_is_of_two_minds():
    """What ends an order does not merely suspend it; both are declared kinds."""
    assert KINDS.keys() >= SHUTTING | ENDING
    assert not SHUTTING & ENDING


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_count(events, chance):
    """Any permutation, with any of them said twice, folds to the same matter."""
    again = chance.sample(events + events[:2], len(events + events[:2]))
    assert fold("M-0001", again) == fold("M-0001", events)


def test_two_events_under_one_id_are_both_kept():
    """Neither hides the other, whichever came first: one of them was once lost by order of arrival."""
    stay, lift = event("stayed", 1, "same"), event("motion", 1, "same")
    assert matter(stay, lift) == matter(lift, stay)
    assert set(matter(stay, lift).events) == {ISSUED, stay, lift}


def test_a_matter_is_known_as_far_as_the_office_knew():
    """What happened before but was learned after is not in it."""
    late = replace(event("stayed", 1), known=NOON + 5 * HOUR)
    assert matter(late).as_known(NOON + 4 * HOUR).events == (ISSUED,)
    assert late in matter(late).as_known(NOON + 5 * HOUR).events


def test_nothing_is_live_before_an_order_was_made():
    """Neither before its moment nor with nothing but a lifted stay to show for it."""
    assert standing(fold("m", ()), NOON).says == "dead: no order has been made yet"
    assert state(matter(), -25) == "dead"
    assert state(fold("m", [event("stay-lifted")])) == "dead"


def test_an_order_lives_from_its_moment():
    """The event that made it so is part of the answer."""
    found = standing(matter(), ISSUED.happened)
    assert (found.state, found.because, found.says) == ("live", ISSUED, "live: issued at -24")


@pytest.mark.parametrize("kind", sorted(ENDING))
def test_what_ends_the_order_ends_it_for_good(kind):
    """Nothing that follows brings it back."""
    over = matter(event(kind, 1), event("stay-lifted", 2), event("reinstated", 3), event("issued", 4))
    assert state(over, 0) == "live"
    assert standing(over, NOON + 10 * HOUR).because.kind == kind


@pytest.mark.parametrize("kind", ["stayed", "suspending-motion"])
def test_a_stay_suspends_from_its_moment_until_it_is_lifted(kind):
    """At the moment itself already."""
    stayed = matter(event(kind, 1), event("stay-lifted", 5))
    assert [state(stayed, hour) for hour in (0, 1, 4, 5)] == ["live", "suspended", "suspended", "live"]


def test_a_stay_ends_by_its_own_terms_at_its_end():
    """Half open: at its end it is over, and its end made the order live."""
    stayed = matter(event("stayed", 1, until=5))
    assert state(stayed, 5 - 1 / 3600) == "suspended"
    found = standing(stayed, NOON + 5 * HOUR)
    assert (found.state, found.says) == ("live", "live: the stay ended by its own terms on 2016-07-14")
    assert found.because.kind == "stayed"


def test_lifting_one_of_two_stays_leaves_the_other():
    """The circuit's stay runs on when the district court lifts its own: a lift once ended every stay there was."""
    district, circuit = event("stayed", 1, by="us-nysd"), event("stayed", 2, by="us-ca2")
    lifted = matter(district, circuit, event("stay-lifted", 3, by="us-nysd"))
    assert standing(lifted, NOON + 4 * HOUR).because == circuit
    assert state(matter(district, circuit, event("stay-lifted", 3, by="us-scotus"))) == "suspended"
    named = event("stay-lifted", 4, by="us-scotus", of="stayed@2")
    assert state(matter(district, circuit, event("stay-lifted", 3, by="us-nysd"), named)) == "live"


def test_one_lift_may_name_several_stays():
    """And a name that is no stay's ends nothing."""
    two = (event("stayed", 1, by="a"), event("stayed", 2, by="b"))
    assert state(matter(*two, event("stay-lifted", 3, of="stayed@1 stayed@2"))) == "live"
    assert state(matter(*two, event("stay-lifted", 3, by="a", of="stayed@9"))) == "suspended"


def test_a_courts_lift_ends_its_own_stays_whichever_judge_gave_them():
    """The magistrate judge's stay and the chief judge's are one court's."""
    two = (event("stayed", 1, by="S.D.N.Y."), event("stayed", 2, by="S.D.N.Y. (Preska, C.J.)"))
    assert state(matter(*two, event("stay-lifted", 3, by="S.D.N.Y. (Preska, C.J.)"))) == "live"


def test_a_lift_by_anybody_ends_the_only_stay_that_runs():
    """A stay that ended by itself is not counted; two that run are too many."""
    ran_out = event("stayed", 1, by="a", until=2)
    assert state(matter(ran_out, event("stayed", 3, by="b"), event("stay-lifted", 4))) == "live"
    assert state(matter(event("stayed", 1), event("stayed", 2), event("stay-lifted", 4))) == "suspended"


def test_of_events_at_one_instant_the_stay_counts_last():
    """Doubt shuts the gate, unless the lift names the very stay."""
    for one, two in (("a", "b"), ("b", "a")):
        assert state(matter(event("stayed", 1, one), event("stay-lifted", 1, two))) == "suspended"
        assert state(matter(event("quashed", 1, one), event("stayed", 1, two))) == "dead"
        assert gag(matter(event("gagged", 1, one), event("gag-lifted", 1, two)), NOON + 2 * HOUR).id == one
        assert window(matter(event("window", 1, one), event("window-cleared", 1, two)), NOON + 2 * HOUR).id == one
        refused = matter(event("declined", 1, one), event("declined-withdrawn", 1, two))
        assert in_contempt(refused, NOON + 2 * HOUR).id == one
    assert state(matter(event("stayed", 1), event("stay-lifted", 1, of="stayed@1"))) == "live"
    assert state(matter(event("reversed", 1), event("reinstated", 1))) == "suspended"
    assert state(fold("m", [replace(ISSUED, happened=NOON, known=NOON), event("stayed")])) == "suspended"


def test_a_stay_of_some_categories_leaves_the_rest_alive():
    """The whole is worth what its worst part is worth."""
    stayed = matter(event("stayed", 1, touches=CONTENT))
    assert [state(stayed, 2, one) for one in ("content", "traffic", None)] == ["suspended", "live", "suspended"]


def test_lifting_a_stay_in_part_leaves_the_rest_stayed():
    """A partial lift once showed the whole order as live."""
    stayed = matter(event("stayed", 1), event("stay-lifted", 2, touches=TRAFFIC))
    assert [state(stayed, 3, one) for one in ("traffic", "content", None)] == ["live", "suspended", "suspended"]


def test_a_stay_of_nobody_knows_what_touches_everything():
    """A misspelt category once made a stay touch nothing; a misspelt lift still lifts nothing."""
    typo = frozenset({"contents"})
    assert state(matter(event("stayed", 1, touches=typo)), 2, "traffic") == "suspended"
    assert state(matter(event("quashed", 1, touches=typo)), 2, "content") == "dead"
    assert state(matter(event("stayed", 1), event("stay-lifted", 2, touches=typo)), 3, "content") == "suspended"


def test_a_reversal_suspends_until_the_order_is_reinstated():
    """Lifting a stay does not undo it."""
    held = (event("stayed", 1), event("reversed", 2))
    lifted = matter(*held, event("stay-lifted", 3))
    assert standing(lifted, NOON + 4 * HOUR).because.kind == "reversed"
    assert state(matter(*held, event("stay-lifted", 3), event("reinstated", 4))) == "live"
    assert state(matter(*held, event("reinstated", 4))) == "suspended"


def test_the_mandate_makes_a_reversal_final():
    """And only a reversal: a mandate before it, or after an affirmance, ends nothing."""
    assert state(matter(event("reversed", 1), event("mandate", 2))) == "dead"
    assert state(matter(event("mandate", 1), event("reversed", 2))) == "suspended"
    assert state(matter(event("affirmed", 1), event("mandate", 2))) == "live"
    assert state(matter(event("reversed", 1), event("reinstated", 2), event("mandate", 3))) == "live"


@given(histories(), moments(), st.sampled_from(sorted(CATEGORIES)))
def test_the_whole_is_never_worth_more_than_a_part(events, at, category):
    """Whatever happened."""
    order = ["dead", "suspended", "live"]
    of = fold("m", events)
    assert order.index(standing(of, at).state) <= order.index(standing(of, at, category).state)


@given(histories(), moments(), moments())
def test_standing_changes_only_at_a_recorded_moment(events, one, two):
    """Between two moments with no change recorded between them, the order is worth the same."""
    of, (early, late) = fold("m", events), sorted((one, two))
    ends = {e.until for e in of.events if e.until} | {e.happened for e in of.events}
    if not any(early < moment <= late for moment in ends):
        assert standing(of, early).state == standing(of, late).state


@given(histories(), moments(), moments(), st.sampled_from(sorted(CATEGORIES)))
def test_no_change_of_standing_goes_unnoticed(events, one, two, category):
    """If the order is worth something else than before, for any category, the last change came after."""
    of, (early, late) = fold("m", events), sorted((one, two))
    if standing(of, early, category).state != standing(of, late, category).state:
        assert standing_changed(of, late) > early


def test_the_last_change_counts_from_when_the_office_learned_of_it():
    """A stay of noon, learned at five, a lift, or a stay's own end."""
    assert standing_changed(fold("m", ()), NOON) is None
    late = replace(event("stayed", 0), known=NOON + 5 * HOUR)
    assert standing_changed(matter(late), NOON + HOUR) == NOON + 5 * HOUR
    assert standing_changed(matter(event("stayed", 1, until=4)), NOON + 3 * HOUR) == NOON + HOUR
    assert standing_changed(matter(event("stayed", 1, until=4)), NOON + 4 * HOUR) == NOON + 4 * HOUR
    lifted = matter(event("stayed", 1, until=4), event("stay-lifted", 2))
    assert standing_changed(lifted, NOON + 9 * HOUR) == NOON + 2 * HOUR
    partly = matter(event("stayed", 1, until=4), event("stay-lifted", 2, touches=TRAFFIC))
    assert standing_changed(partly, NOON + 9 * HOUR) == NOON + 4 * HOUR


def test_a_stay_lifted_for_every_category_is_lifted():
    """Whether it says so or names them all; or all that the stay touched."""
    at = NOON + 9 * HOUR
    assert running(matter(event("stayed", 1), event("stay-lifted", 2, touches=CATEGORIES)), at, "stay ends") == []
    touched = matter(event("stayed", 1, touches=CONTENT), event("stay-lifted", 2, touches=CONTENT))
    assert running(touched, at, "stay ends") == []


def test_refusing_is_a_choice_that_stands_until_it_is_taken_back():
    """Contempt purged does not withdraw the provider's own choice; the choice withdrawn leaves nothing."""

    def stands(*events):
        found = in_contempt(matter(*events), NOON + 10 * HOUR)
        return found and found.kind

    declined, contempt = event("declined", 1), event("contempt", 2)
    assert stands() is None
    assert stands(declined) == "declined"
    assert stands(declined, contempt) == "contempt"
    assert stands(declined, contempt, event("contempt-vacated", 3)) == "declined"
    assert stands(contempt, event("contempt-vacated", 3)) is None
    assert stands(declined, contempt, event("declined-withdrawn", 3)) is None
    assert stands(event("declined", 11)) is None
    assert stands(declined, event("declined-withdrawn", 11)) == "declined"


def test_a_gag_forbids_until_its_end_or_until_it_is_lifted():
    """Half open, like a stay."""
    assert gag(matter(event("gagged", 1)), NOON) is None
    assert gag(matter(event("gagged", 1, until=3)), NOON + 2 * HOUR).kind == "gagged"
    assert gag(matter(event("gagged", 1, until=3)), NOON + 3 * HOUR) is None
    assert gag(matter(event("gagged", 1), event("gag-lifted", 2)), NOON + 2 * HOUR) is None


def test_a_shorter_second_gag_does_not_end_the_first():
    """The last gag once hid an earlier one that ran longer."""
    two = (event("gagged", 1, by="a", until=9), event("gagged", 2, by="b", until=3))
    assert gag(matter(*two), NOON + 5 * HOUR) == two[0]
    assert gag(matter(*two, event("gag-lifted", 4, by="b")), NOON + 5 * HOUR) == two[0]
    forever = event("gagged", 3, by="c")
    assert gag(matter(*two, forever), NOON + 5 * HOUR) == forever


def test_an_extension_takes_the_place_of_what_it_extends():
    """So that one lift ends both."""
    chain = (event("gagged", 1, until=3), event("gag-extended", 2, until=9))
    assert gag(matter(*chain), NOON + 5 * HOUR) == chain[1]
    assert gag(matter(*chain, event("gag-lifted", 4)), NOON + 5 * HOUR) is None


def test_a_window_holds_back_until_it_opens_or_is_cleared():
    """Of several, each for itself."""
    shut = event("window", 1, by="de-authority", until=9)
    assert window(matter(shut), NOON) is None
    assert window(matter(shut), NOON + 8 * HOUR) == shut
    assert window(matter(shut), NOON + 9 * HOUR) is None
    assert window(matter(shut, event("window-cleared", 2)), NOON + 3 * HOUR) is None
    other = event("window", 2, by="fr-authority")
    assert window(matter(shut, other, event("window-cleared", 3, by="de-authority")), NOON + 4 * HOUR) == other


def test_clocks_that_the_events_set():
    """The end of a stay, a gag, a window, a preservation; what was ended before its time sets none."""
    of = matter(
        event("stayed", 1, until=3), event("gagged", 1, until=8), event("window", 1, until=9), event("stayed", 5),
        event("preserved", 1, until=90), event("window-cleared", 2),
    )  # fmt: skip
    found = [(clock.name, clock.due, clock.state, clock.cite) for clock in own_deadlines(of, NOON + 5 * HOUR)]
    assert found == [
        ("stay ends", NOON + 3 * HOUR, "passed", "paper"),
        ("gag ends", NOON + 8 * HOUR, "running", "paper"),
        ("preservation ends", NOON + 90 * HOUR, "running", "paper"),
    ]


ANSWER = Clock("2 days", "served", "calendar")


def clock_of(of, hour, name="answer"):
    """One clock of the law at some hour."""
    return deadline(name, ("rule", "cite"), ANSWER, of, (NOON + hour * HOUR, UTC, lambda day: day == date(2016, 7, 14)))


def test_a_clock_does_not_run_before_what_starts_it():
    """Nor is it there at all; the first event of the kind starts it."""
    assert clock_of(matter(), 1) is None
    assert clock_of(matter(event("served", 2)), 1) is None
    found = clock_of(matter(event("served", 30), event("served", 2)), 40)
    assert (found.started, found.due.isoformat()) == (NOON + 2 * HOUR, "2016-07-17T00:00:00+00:00")
    assert (found.rule, found.cite, found.counts) == ("rule", "cite", "calendar")


def test_an_answer_is_not_due_while_the_order_is_suspended():
    """It is suspended, also past its day; once the order lives again it is due, or was."""
    of = matter(event("served", 0), event("stayed", 5), event("stay-lifted", 90))
    assert [clock_of(of, hour).state for hour in (1, 6, 80, 91)] == ["running", "suspended", "suspended", "passed"]


def test_a_stay_after_the_day_does_not_undo_that_it_passed():
    """What was due while the order lived was due."""
    of = matter(event("served", 0), event("stayed", 70))
    assert clock_of(of, 80).state == "passed"


def test_a_stay_of_content_leaves_the_rest_due():
    """The clock for what was not stayed once showed as suspended."""
    of = matter(event("served", 0), event("stayed", 5, touches=CONTENT))
    assert clock_of(of, 6).state == "running"


def test_only_the_answer_waits_for_the_courts():
    """A stay of the order gives no more time to object or to appeal, and a gag none to answer."""
    of = matter(event("served", 0), event("stayed", 5), event("gagged", 5))
    assert clock_of(of, 6, "comity").state == "running"
    assert clock_of(of, 80, "comity").state == "passed"
    assert clock_of(matter(event("served", 0), event("gagged", 5)), 6).state == "running"


def test_a_sound_event_has_no_faults():
    """Of any kind."""
    for kind in KINDS:
        assert event_faults(event(kind, 1, until=2, touches=CONTENT)) == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"kind": "stay"}, "unknown-event"),
        ({"known": NOON - HOUR}, "known-before-it-happened"),
        ({"until": NOON + HOUR}, "ends-before-it-begins"),
        ({"until": NOON}, "ends-before-it-begins"),
        ({"touches": frozenset({"contents"})}, "unknown-category"),
        ({"source": ""}, "no-source"),
        ({"until": NOON.replace(tzinfo=None)}, "moment-without-zone"),
        ({"happened": NOON.replace(tzinfo=None)}, "moment-without-zone"),
    ],
)
def test_an_event_unfit_to_record_is_refused(change, name):
    """Each fault by its name."""
    assert [fault.name for fault in event_faults(replace(event("stayed", 1), **change))] == [name]


def test_all_faults_of_an_event_are_found_at_once():
    """None hides another."""
    worst = replace(event("stay", 1), source="", known=NOON - HOUR, touches=frozenset({"x", "y"}))
    assert [fault.name for fault in event_faults(worst)] == [
        "unknown-event", "known-before-it-happened", "unknown-category", "unknown-category", "no-source",
    ]  # fmt: skip
    assert event_faults(worst)[0].where == "event stay@1"
