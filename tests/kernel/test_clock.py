"""Time limits, counted as the rules say."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.clock import Clock, count

NEW_YORK, BRUSSELS = ZoneInfo("America/New_York"), ZoneInfo("Europe/Brussels")
HOLIDAYS = {
    date(2014, 1, 1), date(2014, 5, 26), date(2015, 7, 3), date(2016, 7, 4), date(2026, 4, 3), date(2026, 4, 6),
}  # fmt: skip


def ends(limit, counts, start, holidays=frozenset(HOLIDAYS)):
    """The moment it is over, by the wall clock in the zone of `start`."""
    end = count(Clock(limit, "served", counts), start.astimezone(UTC), start.tzinfo, holidays.__contains__)
    assert end.tzinfo is UTC
    return f"{end.astimezone(start.tzinfo):%Y-%m-%d %H:%M}"


def new_york(*when):
    return datetime(*when, tzinfo=NEW_YORK)


def brussels(*when):
    return datetime(*when, tzinfo=BRUSSELS)


@pytest.mark.parametrize("counts", ["frcp-6", "frcrp-45"])
def test_days_leave_out_the_first_and_end_at_midnight(counts):
    """FRCP 6(a)(1), FRCrP 45(a)(1): served on a Friday, fourteen days end with the Friday two weeks on."""
    assert ends("14 days", counts, new_york(2016, 7, 1, 9, 30)) == "2016-07-16 00:00"


@pytest.mark.parametrize("counts", ["frcp-6", "frcrp-45"])
def test_an_end_on_a_chain_of_days_off_moves_to_the_first_working_day(counts):
    """Fourteen days to 4 July 2015, a Saturday kept on the Friday before: they end with Monday."""
    assert ends("14 days", counts, new_york(2015, 6, 20, 12)) == "2015-07-07 00:00"
    assert ends("13 days", counts, new_york(2015, 6, 20, 12)) == "2015-07-07 00:00"


def test_days_run_over_the_end_of_the_year():
    """Fourteen days from 18 December 2013 end on New Year's Day, so with the day after."""
    assert ends("14 days", "frcp-6", new_york(2013, 12, 18, 12)) == "2014-01-03 00:00"


def test_days_end_at_the_forums_midnight_whatever_its_clocks_are_put_to():
    """Served in winter time, ended in summer time: midnight in New York is then four o'clock in UTC."""
    end = count(Clock("14 days", "served", "frcp-6"), new_york(2014, 2, 28, 15), NEW_YORK, HOLIDAYS.__contains__)
    assert end == datetime(2014, 3, 15, 4, tzinfo=UTC)


def test_the_first_day_is_the_forums_day_and_not_utcs():
    """Served at nine in the evening in New York, which is the next day in UTC."""
    assert ends("1 day", "frcp-6", new_york(2016, 7, 5, 21)) == "2016-07-07 00:00"


def test_hours_count_every_hour_from_the_event():
    """FRCP 6(a)(2): the committee note's own case, 72 hours over the end of summer time, an hour less by the clock."""
    assert ends("72 hours", "frcp-6", new_york(2007, 11, 2, 10)) == "2007-11-05 09:00"


def test_hours_that_end_on_a_day_off_run_to_the_same_time_on_the_next_working_day():
    """FRCP 6(a)(2)(C): a day from the Friday before a Monday holiday ends on Tuesday at the same time."""
    assert ends("24 hours", "frcp-6", new_york(2016, 7, 1, 10, 17)) == "2016-07-05 10:17"


def test_hours_rolled_over_the_change_of_the_clocks_keep_the_time_of_day():
    """The same time of day is meant, not the same number of hours."""
    assert ends("24 hours", "frcrp-45", new_york(2014, 3, 7, 10)) == "2014-03-10 10:00"


def test_hours_in_the_hour_that_comes_twice_are_not_confused():
    """Half past one comes twice in the night of 1 November 2015 (a Sunday): what is meant is told apart."""
    first = datetime(2015, 10, 30, 5, 30, tzinfo=UTC)
    for hours in (48, 49):
        end = count(Clock(f"{hours} hours", "served", "calendar"), first, NEW_YORK, HOLIDAYS.__contains__)
        assert end - first == timedelta(hours=hours)


def test_calendar_days_run_on_regardless():
    """Ninety days of preservation end on a Saturday if they do."""
    assert ends("90 days", "calendar", new_york(2016, 7, 4, 12)) == "2016-10-03 00:00"
    assert ends("1 day", "calendar", new_york(2016, 7, 1, 12)) == "2016-07-03 00:00"


def test_the_hour_of_the_event_does_not_count_under_the_regulation():
    """Regulation 1182/71 Art 3(1): received at twenty past ten, eight hours begin at eleven and end at seven."""
    assert ends("8 hours", "eu-1182-71", brussels(2026, 8, 18, 10, 20)) == "2026-08-18 19:00"
    assert ends("8 hours", "eu-1182-71", brussels(2026, 8, 18, 10)) == "2026-08-18 19:00"
    assert ends("1 hour", "eu-1182-71", brussels(2026, 8, 18, 23, 59)) == "2026-08-19 01:00"


def test_hours_under_the_regulation_are_not_moved():
    """Art 3(4) moves only what is expressed otherwise than in hours: eight hours end on Saturday night."""
    assert ends("8 hours", "eu-1182-71", brussels(2026, 8, 22, 12, 5)) == "2026-08-22 21:00"


def test_the_hour_that_comes_twice_counts_twice():
    """At half past two, before the clocks go back, the hour still has half an hour to run, and then comes again."""
    end = count(Clock("1 hour", "s", "eu-1182-71"), datetime(2026, 10, 25, 0, 30, tzinfo=UTC), BRUSSELS, bool)
    assert end == datetime(2026, 10, 25, 2, tzinfo=UTC)


def test_days_under_the_regulation_end_on_a_working_day():
    """Art 3(4): ten days to a Saturday end with Monday; to a Friday, with Friday."""
    assert ends("10 days", "eu-1182-71", brussels(2026, 8, 18, 10)) == "2026-08-29 00:00"
    assert ends("10 days", "eu-1182-71", brussels(2026, 8, 19, 10)) == "2026-09-01 00:00"


@pytest.mark.parametrize(
    ("limit", "start", "end"),
    [
        ("2 days", brussels(2026, 8, 21, 9), "2026-08-26 00:00"),
        ("3 days", brussels(2026, 8, 21, 9), "2026-08-26 00:00"),
        ("2 days", brussels(2026, 4, 2, 9), "2026-04-09 00:00"),
        ("5 days", brussels(2026, 4, 2, 9), "2026-04-09 00:00"),
        ("2 days", brussels(2026, 8, 18, 9), "2026-08-21 00:00"),
        ("1 day", brussels(2026, 8, 21, 9), "2026-08-25 00:00"),
    ],
)
def test_two_days_or_more_hold_two_working_days(limit, start, end):
    """Art 3(5): from a Friday, two or three days end with Tuesday; from Maundy Thursday, with the Wednesday after."""
    assert ends(limit, "eu-1182-71", start) == end


def test_a_unit_without_a_rule_is_not_counted_as_days():
    """Months were once read as days; they cannot be counted at all."""
    with pytest.raises(AssertionError, match="`3 months`"):
        count(Clock("3 months", "served", "calendar"), new_york(2016, 7, 1), NEW_YORK, HOLIDAYS.__contains__)


STARTS = st.integers(1_356_998_400, 1_798_761_600).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
RULES = st.sampled_from(["calendar", "frcp-6", "frcrp-45", "eu-1182-71"])


@given(STARTS, st.timedeltas(timedelta(0), timedelta(days=9)), st.integers(1, 30), RULES)
def test_a_later_start_never_ends_sooner(start, later, number, counts):
    """Nobody gains by being served earlier, in days.

    In hours somebody may, under the federal rules: an end at one on Saturday and at nought on Sunday both move to
    Monday, each to its own time.
    """
    for unit in ("days", "hours") if counts in ("calendar", "eu-1182-71") else ("days",):
        clock = Clock(f"{number} {unit}", "served", counts)
        early, late = (count(clock, at, NEW_YORK, HOLIDAYS.__contains__) for at in (start, start + later))
        assert start + timedelta(**{unit: number}) - timedelta(hours=1) <= early <= late


@given(STARTS, st.integers(1, 30), st.sampled_from(["frcp-6", "frcrp-45", "eu-1182-71"]))
def test_no_period_of_days_ends_on_a_day_off(start, number, counts):
    """And none is shorter than its days."""
    end = count(Clock(f"{number} days", "served", counts), start, BRUSSELS, HOLIDAYS.__contains__)
    last = (end - timedelta(seconds=1)).astimezone(BRUSSELS).date()
    assert last.weekday() < 5 and last not in HOLIDAYS
    assert last >= start.astimezone(BRUSSELS).date() + timedelta(days=number)
