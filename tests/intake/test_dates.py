"""Dates as they are written in papers."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.intake.dates import clocked, dates
from comity.intake.passages import Paper

DAYS = st.dates(date(1970, 1, 1), date(2099, 12, 31))
WAYS = (
    lambda day: f"{day:%B} {day.day}, {day.year}",
    lambda day: f"{day:%B}  {day.day} ,\n{day.year}",
    lambda day: f"{day.day} {day:%b} {day.year}",
    lambda day: f"{day:%b}. {day.day}, {day.year}",
    lambda day: f"{day.day}th day of {day:%B}, {day.year}",
    lambda day: f"{day:%B} {day.day}th, {day.year}".upper(),
    lambda day: day.isoformat(),
    lambda day: f"{day:%m/%d/%Y}",
)


@given(day=DAYS, way=st.sampled_from(WAYS), before=st.sampled_from(["", "on ", "(", "No. 7, ", "\n"]))
def test_every_way_to_write_a_day_is_read(day: date, way, before: str) -> None:
    """One date is found, it is the day that was meant, and its place is where it was written."""
    written = way(day)
    plain = Paper.of(f"{before}{written}.").plain
    (found,) = dates(plain)
    assert found.date == day
    assert plain[slice(*found.span)] == Paper.of(written).plain


@given(day=DAYS)
def test_figures_are_read_the_american_way_and_said_to_be(day: date) -> None:
    """03/04/2015 is the fourth of March to these courts, and a person is told that it was read so."""
    (found,) = dates(f"{day:%m/%d/%Y}")
    ambiguous = day.day <= 12 and day.day != day.month
    assert found.sure == ("likely" if ambiguous else "certain")


@pytest.mark.parametrize("written", ["May 23, 2O17", "May 23, 20l7", "Decernber 3, 2017", "l2/04/2013", "May Il, 2013"])
def test_misread_dates_are_read_but_doubted(written: str) -> None:
    """Letters for figures are put right, and never taken over without a person."""
    (found,) = dates(written)
    assert found.date is not None
    assert found.sure == "doubtful"


@pytest.mark.parametrize(("written", "iso"), [("February 30, 2016", "2016-02-30"), ("13/45/2016", "2016-13-45")])
def test_a_day_that_is_not_in_the_calendar_is_kept_as_written(written: str, iso: str) -> None:
    """It is not moved to the nearest day, nor lost."""
    (found,) = dates(written)
    assert (found.date, found.iso, found.sure) == (None, iso, "doubtful")


@pytest.mark.parametrize(
    "text",
    ["may 12 be", "18 U.S.C. 2703", "1:18-mj-2013", "marching 4, 2013", "Way 4, 2013", "1/2", "March 2013"],
)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    """Citations, dockets and months without a day are not days."""
    assert dates(text) == []


@pytest.mark.parametrize(
    ("text", "hour", "zone", "clear"),
    [
        ("May 4, 2015 4:40 p.m.", 16, None, True),
        ("May 4, 2015, at 12:40 AM", 0, None, True),
        ("12:40 p.m. Eastern Time on May 4, 2015", 12, "eastern", True),
        ("May 4, 2015 23:40 UTC", 23, "utc", True),
        ("9:40 on May 4, 2015", 9, None, False),
        ("May 4, 2015 12:40 a.rn. Eastern Time", 12, "eastern", False),
    ],
)
def test_a_time_beside_a_date(text: str, hour: int, zone: str | None, clear: bool) -> None:
    """The time after or before a date, the zone it names, and whether it tells morning from evening."""
    (found,) = dates(text)
    clock = clocked(text, found)
    assert clock is not None
    assert (clock.time, clock.zone, clock.clear) == (time(hour, 40), zone, clear)


@pytest.mark.parametrize("text", ["May 4, 2015", "May 4, 2015 25:10 p.m.", "May 4, 2015 10:75", "3:15 is May 4, 2015"])
def test_no_time_is_no_time(text: str) -> None:
    """Impossible times and times that belong elsewhere are not a date's time."""
    (found,) = dates(text)
    assert clocked(text, found) is None


@given(text=st.text(st.sampled_from(list("0123456789OlI/-:., \nMaychJuneDecb")), max_size=80))
def test_any_text_gives_dates_within_it(text: str) -> None:
    """Spans lie in the text, in order, and nothing raises."""
    found = dates(text)
    assert all(0 <= one.span[0] < one.span[1] <= len(text) for one in found)
    assert [one.span for one in found] == sorted(one.span for one in found)
    assert all(clocked(text, one) is None or one.iso for one in found)
