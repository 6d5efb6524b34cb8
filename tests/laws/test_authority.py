"""Who answered, when, and for whom: the Dublin mailbox and the rulings around it, court by court and day by day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from comity.kernel.decision import Decision, Judge
from comity.kernel.law import Law
from comity.kernel.reason import Shelf
from comity.kernel.words import Value
from comity.lawpack import read_assumption

DUBLIN: dict[str, Value] = {
    "demand.place": "US", "demand.instrument": "us-sca-warrant", "demand.emergency": False, "served.place": "US",
    "served.present_in_forum": True, "served.offers_in_forum": True, "served.public_provider": True,
    "record.category": "content", "record.store_place": "IE", "record.holder_place": "IE",
    "record.served_controls": True,
}  # fmt: skip
SHELF: Shelf = {}
"""Rules made ready once for all these tests."""

REACH, GDPR49 = "us_sca_reaches_abroad", "question.eu_gdpr_49_carries_direct_order"
SECOND = {"us-nynd", "us-nysd", "us-nyed", "us-nywd", "us-ctd", "us-vtd"}
CODES = {
    "S.D.N.Y.": "us-nysd", "2d Cir.": "us-ca2", "E.D. Pa.": "us-paed", "E.D. Wis.": "us-wied", "M.D. Fla.": "us-flmd",
    "N.D. Cal.": "us-cand", "D.D.C.": "us-dcd", "D.N.J.": "us-njd",
}  # fmt: skip


def said(law: Law, day: str, court: str = "us-nysd", assume: str = "", **facts: Value) -> Decision:
    """What the packs say of the Dublin content, or of what `facts` change in it (`record__store_place="US"`)."""
    assumed = (read_assumption(assume, law),) if assume else ()
    changed = {term.replace("__", "."): value for term, value in facts.items()}
    shelf = None if assumed else SHELF
    return Judge(law.on(date.fromisoformat(day), court, assumed), shelf).decide({**DUBLIN, **changed})


def districts(law: Law) -> set[str]:
    """Every district court of the United States."""
    circuits = {court.id for court in law.courts.values() if court.above == "us-scotus"}
    return {court.id for court in law.courts.values() if court.above in circuits}


@pytest.mark.parametrize(
    ("first", "last", "verdict"),
    [
        ("1987-01-19", "2014-04-24", "open"),
        ("2014-04-25", "2016-07-13", "compelled"),
        ("2016-07-14", "2018-03-22", "barred"),
        ("2018-03-23", "2018-05-24", "compelled"),
        ("2018-05-25", "2026-11-23", "open"),
    ],
)
def test_the_dublin_mailbox_in_manhattan(law: Law, first: str, last: str, verdict: str) -> None:
    """The verdict on content in Dublin under a warrant of the Southern District of New York, span by span."""
    assert {said(law, day).verdict for day in (first, last)} == {verdict}


def test_records_in_the_united_states_were_compelled_all_along(law: Law) -> None:
    """Non-content kept in the United States was never in dispute."""
    for day in ("2013-12-04", "2014-04-25", "2016-07-14", "2018-03-23", "2018-05-25", "2026-11-23"):
        held = {"record__category": "subscriber", "record__store_place": "US", "record__holder_place": "US"}
        assert said(law, day, **held).verdict == "compelled"


def test_the_second_circuit_bound_its_six_districts_and_no_other(law: Law) -> None:
    """On the day of its ruling: barred in those six, open in the other eighty-eight."""
    verdicts = {court: said(law, "2016-07-14", court).verdict for court in districts(law)}
    assert {court for court, verdict in verdicts.items() if verdict == "barred"} == SECOND
    assert {verdict for court, verdict in verdicts.items() if court not in SECOND} == {"open"}


def test_district_rulings_of_2017_are_read_in_their_own_court_only(law: Law) -> None:
    """At the end of 2017: seven yes, six no, eighty-one open; no circuit but the Second is bound."""
    verdicts = {court: said(law, "2017-12-31", court).verdict for court in districts(law)}
    yes = {court for court, verdict in verdicts.items() if verdict == "compelled"}
    assert yes == {"us-paed", "us-wied", "us-flmd", "us-cand", "us-dcd", "us-njd", "us-cacd"}
    assert {court for court, verdict in verdicts.items() if verdict == "barred"} == SECOND
    shown = law.on(date(2017, 12, 31), "us-mad").questions[REACH]
    assert shown.truth is None and len(shown.persuasive) == 8


def test_congress_answers_for_every_court(law: Law) -> None:
    """From 2018-03-23 content abroad is compelled in all ninety-four districts, if it is controlled."""
    assert {said(law, "2018-03-23", court).verdict for court in districts(law)} == {"compelled"}
    assert said(law, "2018-03-23", record__served_controls=False).verdict == "barred"
    assert said(law, "2018-03-23", record__served_controls=None).verdict == "open"


def test_without_the_statute_the_second_circuit_would_still_have_stood(law: Law) -> None:
    """The what-if takes the statute's answer away and nothing else; after the vacatur nobody has answered."""
    unpassed = "us-cloud-act-content repealed on 2018-03-23"
    assert said(law, "2018-04-16", assume=unpassed).verdict == "barred"
    assert said(law, "2018-04-17", assume=unpassed).verdict == "open"
    assert said(law, "2018-04-16", "us-paed", assume=unpassed).verdict == "compelled"


def test_an_irish_court_has_no_say_in_what_the_act_reaches(law: Law) -> None:
    """A body outside the line of a question's place cannot answer it."""
    assumed = f"{REACH}=true by ie-sc on 2016-08-01"
    assert said(law, "2016-09-01", assume=assumed).verdict == "barred"


def test_from_the_regulations_first_day_one_point_is_open(law: Law) -> None:
    """Compelled if Art. 49 carries the transfer, a conflict if not; everything else is settled."""
    (point,) = said(law, "2018-05-25").open_points
    assert (point.term, point.outcomes) == (GDPR49, ((True, "compelled"), (False, "conflict")))
    for answer, verdict in (("true", "compelled"), ("false", "conflict")):
        assumed = f"eu_gdpr_49_carries_direct_order={answer} by eu-cjeu on 2019-01-01"
        assert said(law, "2019-01-01", assume=assumed).verdict == verdict


def test_the_foreign_question_is_not_the_american_courts_to_answer(law: Law) -> None:
    """What the Supreme Court of the United States says of the Regulation settles nothing."""
    assumed = "eu_gdpr_49_carries_direct_order=true by us-scotus on 2019-01-01"
    assert said(law, "2019-01-01", assume=assumed).verdict == "open"


@pytest.mark.parametrize(
    ("day", "place", "shown"),
    [
        ("2022-10-02", "GB", False),
        ("2022-10-03", "GB", True),
        ("2024-01-30", "AU", False),
        ("2024-01-31", "AU", True),
        ("2026-11-23", "IE", False),
        ("2026-11-23", "CA", False),
    ],
)
def test_the_fourteen_day_motion_is_for_partners_from_their_first_day(
    law: Law, day: str, place: str, shown: bool
) -> None:
    """Against the law of the United Kingdom and of Australia once their agreements are in force; of nobody else."""
    held: dict[str, Value] = {"record__store_place": place, "record__holder_place": place, "subject__place": place}
    objections = {r.rule.id: r.rule for r in said(law, day, subject__nationality=place, **held).objections}
    assert ("us-2703-h-comity" in objections) is shown
    assert "us-comity" in objections
    if shown:
        motion = objections["us-2703-h-comity"]
        assert motion.clock is not None and (motion.clock.limit, motion.clock.starts) == ("14 days", "served")
        assert motion.suspends


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("record__category", "traffic"),
        ("subject__nationality", "US"),
        ("subject__place", "US"),
        ("demand__place", "GB"),
    ],
)
def test_the_motion_is_for_content_of_people_without_ties_to_the_united_states(law: Law, term: str, value: str) -> None:
    """Not for other records, not for a United States person or resident, not against another state's process."""
    facts = {"record__store_place": "GB", "record__holder_place": "GB", "subject__nationality": "GB",
             "subject__place": "GB", term: value}  # fmt: skip
    assert "us-2703-h-comity" not in {r.rule.id for r in said(law, "2023-06-01", **facts).objections}


def test_secrecy_is_a_duty_exactly_when_a_court_has_ordered_it(law: Law) -> None:
    """With the order yes, without it no; and where nobody has asked it may be."""
    found = {}
    for gag in (True, False, None):
        duties = {r.rule.id: r.truth for r in said(law, "2014-04-25", demand__gag=gag).duties}
        found[gag] = duties.get("us-2705-b-secrecy", False)
    assert found == {True: True, False: False, None: None}


def test_an_american_bar_does_not_follow_a_provider_that_no_american_company_controls(law: Law) -> None:
    """A provider's own content is free of it; a subsidiary's is an open question; a US company's is barred."""
    asked = {"demand__place": "BR", "demand__instrument": "foreign-police-request", "record__store_place": "NZ"}
    served = {"served__present_in_forum": False, "record__holder_place": "NZ"}
    by_control = {
        (place, controlled): said(
            law, "2026-11-23", served__place=place, served__us_controlled=controlled, **asked, **served
        ).verdict
        for place, controlled in (("NZ", False), ("NZ", True), ("NZ", None), ("US", None))
    }
    assert by_control == {("NZ", False): "free", ("NZ", True): "open", ("NZ", None): "open", ("US", None): "barred"}


def test_the_decided_cases_on_warrants_come_out_as_decided(law: Law, shared: Callable[[str], Path]) -> None:
    """Each ruling on a warrant for content, read in its own court on its own day (where the collection is present).

    That a warrant was issued ex parte, as on 2013-12-04, answered nothing yet.
    """
    cases = yaml.safe_load(shared("cases/public.yaml").read_text("utf-8"))["cases"]
    rulings = [c for c in cases if c["kind"] == "demand" and c["facts"]["instrument"] == "sca-warrant"]
    rulings = [case for case in rulings if case["id"] != "us-2013-12-04-microsoft-warrant"]
    assert len(rulings) >= 12
    for case in rulings:
        court = next(code for name, code in CODES.items() if name in case["court"]["name"])
        store = "IE" if case["facts"]["data_location"] == ["IE"] else None
        facts: dict[str, Value] = {"record__store_place": store, "record__holder_place": case["facts"]["provider_home"]}
        decided = said(law, case["decided"].isoformat(), court, **facts).verdict
        assert decided == case["expect"]["as_of_day_after"], case["id"]
