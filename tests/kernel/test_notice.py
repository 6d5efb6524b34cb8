"""Who must be told, and when: due unless forbidden, withheld only as long as forbidden."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import DAY, NOON

from comity.kernel.clock import Clock
from comity.kernel.matter import Event, fold
from comity.kernel.notice import Duties, Policy, gaps, notice_due
from comity.kernel.reason import Reason
from comity.kernel.rule import Rule
from comity.kernel.words import Proof, Word

HOUR = timedelta(hours=1)


def at(hours):
    return NOON + hours * HOUR


def event(kind, hours, until=None, **data):
    """Something that happened so many hours after noon, for a time if `until` is given."""
    end = None if until is None else at(until)
    name = f"{kind}-{hours}"
    return Event(
        name,
        kind,
        at(hours),
        at(hours),
        f"{kind} {hours}",
        "order, p. 1",
        "nysd",
        frozenset(),
        end,
        tuple(data.items()),
    )


def matter(*events):
    return fold("M-0001", [event("served", 0), *events])


def duty(name, truth=True, clock=None):
    """A duty of the law as a decision carries it."""
    rule = Rule(name, "obliges", "US", DAY, None, f"cite of {name}", f"{name} reads", Word("x"), name=name, clock=clock)
    return Reason(rule, truth, Proof(name, truth, "obliges"), "{}")


TELLS = Duties(Policy(grace=2 * HOUR))
SILENT = Policy(tells=False)


def test_without_a_secrecy_order_notice_is_due_from_service():
    """At once, and late when the policy's own time is over."""
    notice = notice_due(matter(), TELLS, at(1))
    assert (notice.state, notice.since, notice.by) == ("due", at(0), at(2))
    assert not notice.late(at(2)) and notice.late(at(3))
    assert notice.says == "due since 2016-07-14"


def test_nobody_need_be_told_of_what_has_not_come():
    """Not before the event the policy starts from; and where neither law nor policy asks, never."""
    early = notice_due(matter(), TELLS, at(-1))
    assert early.state == "not-required" and "not before it is served" in early.says
    produced = Duties(Policy(starts="produced"))
    assert notice_due(matter(), produced, at(9)).state == "not-required"
    assert notice_due(matter(event("produced", 5)), produced, at(9)).since == at(5)
    never = notice_due(matter(), Duties(SILENT), at(9))
    assert never.state == "not-required" and never.says.endswith("neither law nor policy asks for it")
    assert not never.late(at(99))


def test_a_secrecy_order_withholds_for_its_time_and_no_longer():
    """Withheld by that order until it lapses; due at the instant it does."""
    gagged = matter(event("gagged", 0, 6))
    held = notice_due(gagged, TELLS, at(5))
    assert (held.state, held.until, held.gag.id) == ("withheld", at(6), "gagged-0")
    assert held.says == "withheld: gagged 0 (order, p. 1), until 2016-07-14"
    free = notice_due(gagged, TELLS, at(6))
    assert (free.state, free.since, free.by) == ("due", at(6), at(8))


def test_an_order_without_an_end_withholds_until_it_is_lifted():
    """And notice is due from the day it is lifted."""
    lifted = matter(event("gagged", 1), event("gag-lifted", 7))
    held = notice_due(lifted, TELLS, at(3))
    assert held.until is None and held.says.endswith("with no end named")
    assert notice_due(lifted, TELLS, at(8)).since == at(7)


def test_an_extended_order_withholds_until_the_new_end():
    """The gap before an extension that came late counts."""
    late = matter(event("gagged", 0, 4), event("gag-extended", 5, 9))
    assert notice_due(late, TELLS, at(4)).state == "due"
    assert notice_due(late, TELLS, at(5)).until == at(9)
    assert notice_due(late, TELLS, at(10)).since == at(9)
    assert gaps(late, TELLS, at(10)) == ((at(4), at(5)), (at(9), at(10)))


def test_once_told_is_told():
    """Given, from the first time; and if it was forbidden then, it says so."""
    told = notice_due(matter(event("notified", 3), event("notified", 4)), TELLS, at(5))
    assert (told.state, told.since, told.says) == ("given", at(3), "told on 2016-07-14")
    broken = notice_due(matter(event("gagged", 1, 9), event("notified", 3)), TELLS, at(5))
    assert broken.state == "given" and broken.gag.id == "gagged-1"
    assert broken.says == "told on 2016-07-14, while forbidden by: gagged 1"


def test_telling_one_user_tells_no_other():
    """An event that names an account counts for that account; one that names none counts for all."""
    one = matter(event("notified", 1, account="owen@meridian.example"))
    assert notice_due(one, TELLS, at(2), "owen@meridian.example").state == "given"
    assert notice_due(one, TELLS, at(2), "dana@meridian.example").state == "due"
    assert notice_due(one, TELLS, at(2)).state == "due"
    assert notice_due(matter(event("notified", 1)), TELLS, at(2), "dana@meridian.example").state == "given"


@pytest.mark.parametrize("truth", [True, None])
def test_a_law_of_secrecy_withholds_even_if_it_cannot_be_evaluated(truth):
    """What may forbid telling forbids it; and what withholds is named with its text."""
    duties = Duties(Policy(), (duty("answer"), duty("secrecy", truth)))
    held = notice_due(matter(), duties, at(1))
    assert (held.state, held.secrecy.id, held.until) == ("withheld", "secrecy", None)
    assert held.says == "withheld by law: secrecy reads (cite of secrecy)"
    assert gaps(matter(), duties, at(9)) == ()


def test_a_law_of_secrecy_that_does_not_apply_withholds_nothing():
    """Its condition is known not to hold."""
    assert notice_due(matter(), Duties(Policy(), (duty("secrecy", False),)), at(1)).state == "due"


@pytest.mark.parametrize("truth", [True, None])
def test_a_law_may_ask_for_notice_where_the_policy_does_not(truth):
    """From what its clock starts with, or else from what the policy would start with."""
    assert notice_due(matter(), Duties(SILENT, (duty("notice", truth),)), at(1)).since == at(0)
    clocked = Duties(SILENT, (duty("notice", truth, Clock("3 days", "produced", "calendar")),))
    assert notice_due(matter(event("produced", 4)), clocked, at(5)).since == at(4)
    assert notice_due(matter(), clocked, at(5)).state == "not-required"
    assert notice_due(matter(), Duties(SILENT, (duty("notice", False),)), at(1)).state == "not-required"


def test_gaps_are_where_the_user_should_have_known_and_nothing_forbade_it():
    """From service to the order, between orders, and from the last one to notice; pieces that touch are one."""
    whole = matter(event("gagged", 2, 4), event("gag-lifted", 3), event("gagged", 8, 9), event("notified", 12))
    assert gaps(whole, TELLS, at(20)) == ((at(0), at(2)), (at(3), at(8)), (at(9), at(12)))
    assert gaps(whole, TELLS, at(10)) == ((at(0), at(2)), (at(3), at(8)), (at(9), at(10)))
    assert gaps(whole, TELLS, at(-1)) == gaps(whole, TELLS, at(0)) == ()
    assert gaps(matter(event("notified", -3)), TELLS, at(9)) == ()
    assert gaps(whole, Duties(SILENT), at(20)) == ()


KINDS = st.sampled_from(["gagged", "gag-extended", "gag-lifted", "notified", "produced"])
LIVES = st.lists(st.tuples(KINDS, st.integers(-3, 12), st.none() | st.integers(1, 6)), max_size=7)


@given(LIVES, st.integers(0, 15))
def test_gaps_say_the_same_as_asking_at_every_moment(life, end):
    """In a gap notice is due; outside of all of them it is given or withheld."""
    whole = matter(*(event(kind, start, start + length if length else None) for kind, start, length in life))
    found = gaps(whole, TELLS, at(end))
    for half in range(2 * end):
        moment = at(half / 2)
        due = notice_due(whole, TELLS, moment).state == "due"
        assert due == any(start <= moment < stop for start, stop in found)
