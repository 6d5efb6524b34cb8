"""The story "Dublin 2013-2018": the docket replayed event by event through law, matter and gate.

After each of the 25 happenings: what the law says of content in Dublin and of subscriber records in the United States,
what the order is worth and which happening made it so, and whether the gate would open. None of it is told to the
office beforehand; the table here is what a lawyer says about each day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import shared

from comity.desk import collection, gate
from comity.desk.decision import assess
from comity.desk.matter import load, record
from comity.desk.office import Office, init
from comity.kernel.gate import Refusal, Release
from comity.kernel.matter import standing
from comity.sim.demo import FRESH, FRESH_DAY, NEW, OLD, confirmed
from comity.sim.dublin import HAPPENINGS
from comity.sim.mail import write_mail
from comity.sim.papers import warrant_2013, warrant_2018
from comity.sim.provider import STORES, write_provider
from comity.sim.replay import NEW_WARRANT, Row, events, moment, replay, row

REACH = "question.us_sca_reaches_abroad"

# happening → (verdict, standing, the happening that made it so, gate would open) for content in Dublin
CONTENT = {
    0: ("open", "live", 0, False),  # the text says nothing of data abroad
    1: ("open", "live", 0, False),  # a motion alone suspends nothing
    2: ("compelled", "live", 0, True),  # answered for the parties
    3: ("compelled", "suspended", 3, False),
    4: ("compelled", "suspended", 3, False),
    5: ("compelled", "suspended", 3, False),
    6: ("compelled", "suspended", 3, False),  # affirmed, and still stayed
    7: ("compelled", "suspended", 7, False),
    8: ("compelled", "suspended", 7, False),
    9: ("compelled", "suspended", 7, False),
    10: ("compelled", "live", 10, True),  # the stay is lifted
    11: ("compelled", "live", 10, False),  # the provider refuses, at a price
    12: ("compelled", "live", 10, False),
    13: ("compelled", "live", 10, False),
    14: ("compelled", "live", 10, False),
    15: ("compelled", "live", 10, False),
    16: ("barred", "suspended", 16, False),  # reversed: the warrant does not reach Dublin, and 2702 forbids
    17: ("barred", "suspended", 16, False),
    18: ("barred", "suspended", 16, False),
    19: ("barred", "suspended", 16, False),
    20: ("barred", "suspended", 16, False),
    21: ("barred", "suspended", 16, False),
    22: ("compelled", "suspended", 16, False),  # the CLOUD Act changes the law, not yet this order
    23: ("compelled", "suspended", 16, False),
    24: ("compelled", "dead", 24, False),  # mooted: vacating the reversal does not revive it
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    root = tmp_path_factory.mktemp("dublin") / "office"
    write_provider(root, 2013)
    write_mail(root / STORES, 2013, 400)
    return init(root, "Meridian Mail", "ledger.meridian.example/comity", "meridian-corp")


@pytest.fixture(scope="module")
def rows(office: Office) -> list[Row]:
    confirmed(office, office.root / "w.txt", OLD, warrant_2013(), moment(0))
    return [row(office, OLD, 0), *replay(office, OLD)]


@pytest.mark.parametrize("number", range(len(HAPPENINGS)))
def test_content_in_dublin(rows: list[Row], number: int) -> None:
    """Verdict, standing with the happening that made it so, and gate for content stored in Dublin."""
    verdict, state, because, opens = CONTENT[number]
    line = rows[number].content
    assert (line.verdict, line.standing.state, line.opens) == (verdict, state, opens)
    assert line.standing.because is not None
    expected = moment(0) if because == 0 else moment(because)
    assert line.standing.because.happened.date() == expected.date()
    assert because == 0 or HAPPENINGS[because].says in line.standing.because.says
    assert line.open_points == ((REACH,) if verdict == "open" else ())


@pytest.mark.parametrize("number", range(len(HAPPENINGS)))
def test_subscriber_records_in_the_united_states(rows: list[Row], number: int) -> None:
    """What lay in the United States was compelled all along, until the order died."""
    line = rows[number].other
    dead = number == len(HAPPENINGS) - 1
    assert (line.verdict, line.standing.state, line.opens) == ("compelled", "dead" if dead else "live", not dead)


def test_the_old_warrant_dies_on_2018_04_17(office: Office, rows: list[Row]) -> None:
    """Not when the CLOUD Act passes, nor when the new warrant comes: when the case is dismissed as moot."""
    matter = load(office, OLD)
    day = moment(len(HAPPENINGS) - 1)
    assert day.date() == date(2018, 4, 17)
    assert standing(matter, day - timedelta(minutes=1)).state != "dead"
    assert standing(matter, day).state == "dead"
    assert standing(matter, datetime(2026, 1, 1, tzinfo=UTC)).state == "dead"


def _release(office: Office, name: str, at: datetime) -> Release | Refusal:
    collection.collect(office, name, "clerk", at)
    collection.review(office, name, "second.approver", at, "", state_unreadable=True)
    for person in ("first.approver", "second.approver"):
        gate.approve(office, name, person, at)
    return gate.ask(office, name, at)


def test_the_new_warrant_opens_the_gate_after_two_approvals(office: Office) -> None:
    """The warrant of 2018 is compelled under 18 U.S.C. 2713, and real approvals open the real gate."""
    served = moment(NEW_WARRANT) + timedelta(hours=2)
    confirmed(office, office.root / "w18.txt", NEW, warrant_2018(), served)
    found = assess(office, load(office, NEW), served)
    assert [ruled.decision.verdict for ruled in found.ruled] == ["compelled"]
    assert "18 U.S.C. 2713" in found.ruled[0].decision.json.decode()
    assert isinstance(_release(office, NEW, served + timedelta(days=1)), Release)


def test_a_stay_shuts_the_gate_that_two_people_opened(office: Office) -> None:
    """Approved and open in the morning; stayed at noon: shut, and the approvals of the morning are spent."""
    served = datetime(2018, 4, 2, 12, tzinfo=UTC)
    confirmed(office, office.root / "w18b.txt", "stayed", warrant_2018().replace("90233", "90234"), served)
    morning = served + timedelta(days=1)
    assert isinstance(_release(office, "stayed", morning), Release)
    noon = morning + timedelta(hours=3)
    stay = next(events(7))
    record(office, "stayed", [type(stay)("", "stayed", noon, noon, "stayed", "order", touches=frozenset({"content"}))])
    answer = gate.ask(office, "stayed", noon)
    assert isinstance(answer, Refusal)
    assert {reason.name for reason in answer.reasons} >= {"order-suspended", "two-people"}
    lifted = noon + timedelta(hours=3)
    record(office, "stayed", [type(stay)("", "stay-lifted", lifted, lifted, "lifted", "order")])
    again = gate.ask(office, "stayed", lifted)
    assert isinstance(again, Refusal)
    assert {reason.name for reason in again.reasons} == {"two-people"}


def test_from_the_gdpr_on_a_fresh_warrant_is_open_on_one_point(office: Office) -> None:
    """Article 48 forbids, Article 49 may carry: the law leaves exactly this open, and comity shows both outcomes."""
    text = warrant_2018().replace("90233", "90871")
    confirmed(office, office.root / "wf.txt", FRESH, text, FRESH_DAY)
    matter = load(office, FRESH)
    (ruled,) = assess(office, matter, FRESH_DAY).ruled
    assert ruled.decision.verdict == "open"
    (point,) = ruled.decision.open_points
    assert point.term == "question.eu_gdpr_49_carries_direct_order"
    assert dict(point.outcomes) == {True: "compelled", False: "conflict"}
    (before,) = assess(office, matter, FRESH_DAY - timedelta(days=1)).ruled
    assert before.decision.verdict == "compelled"


def test_what_if_congress_had_not_acted(office: Office, rows: list[Row]) -> None:
    """Without the CLOUD Act the Second Circuit's answer stands, and the warrant of 2018 reaches nothing in Dublin."""
    at = datetime(2018, 4, 2, 12, tzinfo=UTC)
    found = assess(office, load(office, OLD), at, ["us-cloud-act-content repealed on 2018-03-23"])
    content = next(ruled for ruled in found.ruled if ruled.category == "content")
    assert content.decision.verdict == "barred"


def test_the_published_docket_agrees(rows: list[Row]) -> None:
    """Where the docket says whether the order was in force and the gate closed, so do we."""
    docket: dict[str, Any] = yaml.safe_load(Path(shared("cases/docket-microsoft.yaml")).read_text())
    told = sorted(docket["events"], key=lambda event: event["date"])
    assert len(told) == len(rows) == 25
    for ours, theirs in zip(rows, told, strict=True):
        assert ours.happening.date == theirs["date"]
        if theirs.get("order_in_force") is False:
            assert ours.content.standing.state != "live"
        if str(theirs.get("gate", "")).startswith("closed"):
            assert not ours.content.opens, theirs
