"""The directory of agencies: what goes in, who puts it in, how old it is, and what a call-back may rest on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.desk import office
from comity.desk.agencies import (
    REGISTER,
    Agency,
    AgencyThere,
    Contact,
    NoAgency,
    NotAContact,
    NotAnAgency,
    add,
    add_contact,
    agencies,
    agency,
    backing,
    strike,
)
from comity.desk.demand import next_matter
from comity.desk.matter import NoMatter, load
from comity.desk.office import NotThatPerson, Office
from comity.desk.report import report
from comity.kernel.matter import Event

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
POLICE = Agency("dublin-police", "Police of Dublin", "IE", "police")
NUMBER = "+353 1 555 0100"


@pytest.fixture
def desk(tmp_path: Path) -> Office:
    made = office.init(tmp_path / "office", "Example Mail", "ledger.example.com/comity")
    add(made, POLICE, "counsel", NOW - 9 * DAY)
    return made


def reached(desk: Office, at: datetime, value: str = NUMBER, kind: str = "telephone") -> Contact:
    return add_contact(desk, POLICE.id, Contact(kind, value, "their own site, looked at today", at, "counsel"))


def finding(**data: str) -> Event:
    said = {"supports": "yes", "channel": "phone", "contact": "directory"} | data
    return Event("", "finding", NOW, NOW, "they confirm it", "call of today", "clerk", data=tuple(said.items()))


def test_an_agency_and_its_contacts_are_kept_with_source_and_age(desk: Office) -> None:
    reached(desk, NOW - 8 * DAY)
    reached(desk, NOW - 7 * DAY, "@Police.IE", "mail")
    found = agency(desk, POLICE.id)
    assert (found.name, found.place, found.kind) == (POLICE.name, "IE", "police")
    assert [(c.kind, c.value, c.since, c.by) for c in found.contacts] == [
        ("telephone", NUMBER, NOW - 8 * DAY, "counsel"),
        ("mail", "police.ie", NOW - 7 * DAY, "counsel"),
    ]
    assert found.domains == {"police.ie"}
    desk.close()
    assert agencies(Office(desk.root)) == {POLICE.id: found}


def test_a_contact_counts_from_its_entry_until_it_is_struck(desk: Office) -> None:
    reached(desk, NOW)
    strike(desk, POLICE.id, NUMBER, ("counsel", NOW + 2 * DAY), "the number was given up")
    found = agency(desk, POLICE.id)
    counts = [bool(found.ways("telephone", NOW + days * DAY)) for days in (-1, 0, 1, 2, 3)]
    assert counts == [False, False, True, False, False]
    assert reached(desk, NOW + 3 * DAY).since == NOW + 3 * DAY, "it may come back, and is young again"


@given(st.lists(st.tuples(st.sampled_from(["in", "out"]), st.integers(1, 5)), max_size=8), st.integers(0, 50))
def test_a_contact_counts_exactly_between_entry_and_strike(acts: list[tuple[str, int]], asked: int) -> None:
    """Told by hand, day by day: in at some moment before the one asked about, and not out by then."""
    from comity.desk.agencies import _agencies

    told = [("agency", "", 0)]
    moment, there, expected = 0, False, False
    for act, days in acts:
        moment += days
        told.append(("contact" if act == "in" else "struck", NUMBER, moment))
        if act == "in" and not there and moment < asked:
            expected = True
        if act == "out" and moment <= asked:
            expected = False
        if act == "in" and there and moment < asked:
            expected = True
        there = act == "in"
    events = tuple(
        Event("", "agency", NOW + n * DAY, NOW + n * DAY, "s", "p", "counsel",
              data=(("what", what), ("agency", "a"), ("kind", "telephone"), ("value", value)))
        for what, value, n in told
    )  # fmt: skip
    assert bool(_agencies("", events)["a"].ways("telephone", NOW + asked * DAY)) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("telephone", "112"), ("telephone", "call us"), ("telephone", "+1 555 0100; wait"), ("mail", "x@police.ie"),
        ("mail", "police"), ("mail", "http://police.ie"), ("address", "X"), ("pigeon", "coo"), ("mail", "pol ice.ie"),
    ],
)  # fmt: skip
def test_what_is_no_contact_is_refused(desk: Office, kind: str, value: str) -> None:
    with pytest.raises(NotAContact):
        reached(desk, NOW, value, kind)
    with pytest.raises(NotAContact):
        add_contact(desk, POLICE.id, Contact("telephone", NUMBER, " ", NOW, "counsel"))
    assert agency(desk, POLICE.id).contacts == ()


def test_what_stands_there_is_not_entered_again_and_what_does_not_is_not_struck(desk: Office) -> None:
    reached(desk, NOW)
    with pytest.raises(NotAContact):
        reached(desk, NOW + DAY, f" {NUMBER} ")
    with pytest.raises(AgencyThere):
        add(desk, POLICE, "counsel", NOW)
    for id, refused in (("nobody", NoAgency), (POLICE.id, NotAContact)):
        with pytest.raises(refused):
            strike(desk, id, "+353 1 555 0199", ("counsel", NOW), "")
    with pytest.raises(NoAgency):
        agency(desk, "nobody")


@pytest.mark.parametrize(
    "new",
    [Agency("Police!", "P", "IE", "police"), Agency("p", " ", "IE", "police"), Agency("p", "P\n", "IE", "police"),
     Agency("p", "P", "XX", "police"), Agency("p", "P", "IE", "pirates")],
)  # fmt: skip
def test_what_is_no_agency_is_refused(desk: Office, new: Agency) -> None:
    with pytest.raises(NotAnAgency):
        add(desk, new, "counsel", NOW)


@pytest.mark.parametrize("person", ["clerk", "first.approver", "nobody"])
def test_only_counsel_and_administrators_keep_it(desk: Office, person: str) -> None:
    with pytest.raises(NotThatPerson):
        add(desk, Agency("other", "Other", "IE", "police"), person, NOW)
    with pytest.raises(NotThatPerson):
        add_contact(desk, POLICE.id, Contact("telephone", NUMBER, "s", NOW, person))
    with pytest.raises(NotThatPerson):
        strike(desk, POLICE.id, NUMBER, (person, NOW), "")
    assert list(agencies(desk)) == [POLICE.id]


def test_the_directory_is_no_matter(desk: Office) -> None:
    assert desk.matters() == {} and next_matter(desk) == "M-0001"
    assert [row.total for row in report(desk, NOW - 99 * DAY, NOW).rows] == [0]
    with pytest.raises(NoMatter):
        load(desk, REGISTER)


def test_a_finding_through_the_directory_names_a_contact_older_than_the_demand(desk: Office) -> None:
    reached(desk, NOW - DAY)
    said, faults = backing(desk, finding(called=f" {NUMBER} "), NOW)
    assert faults == [] and said.get("agency") == POLICE.id and said.get("since") == (NOW - DAY).isoformat()
    assert said.get("published") == "their own site, looked at today"
    for data, came, name in (
        ({"called": NUMBER}, NOW - DAY, "contact-too-young"),
        ({"called": "+353 1 555 0199"}, NOW, "not-in-directory"),
        ({"called": NUMBER, "channel": "email"}, NOW, "not-in-directory"),
        ({}, NOW, "not-in-directory"),
    ):
        assert [fault.name for fault in backing(desk, finding(**data), came)[1]] == [name]
