"""Warrant messages of ETSI TS 103 120 are read into proposals; what could widen a demand is never taken over unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.apart import in_this_process
from tests.intake.conftest import DANA, OWEN

from comity.intake.confirm import confirm
from comity.intake.etsi import NotEtsi, is_etsi, propose_etsi
from comity.intake.known import Known
from comity.intake.passages import Proposal

REAL = Path(__file__).parents[3] / "shared/data/etsi/103120/xml"
FILES = sorted(REAL.glob("*.xml"))
AT = datetime(2026, 11, 20, tzinfo=UTC)
TASK = """<ActionRequest><CREATE><HI1Object xsi:type="task:LDTaskObject"><ObjectIdentifier>1</ObjectIdentifier>
<CountryCode>{place}</CountryCode><task:Reference>T-7</task:Reference><task:RequestDetails><task:Type>
<c:Value>{kind}</c:Value></task:Type><task:StartTime>2026-01-01T00:00:00Z</task:StartTime>
<task:EndTime>2026-02-01T00:00:00Z</task:EndTime><task:RequestValues><task:RequestValue><task:Value>{account}</task:Value>
</task:RequestValue></task:RequestValues></task:RequestDetails></HI1Object></CREATE></ActionRequest>"""
WHOLE = """<?xml version="1.0" encoding="UTF-8"?>
<HI1Message xmlns="http://uri.etsi.org/03120/common/2019/10/Core" xmlns:task="http://uri.etsi.org/03120/common/2020/09/Task"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:c="http://uri.etsi.org/03120/common/2016/02/Common"
 xmlns:auth="http://uri.etsi.org/03120/common/2020/09/Authorisation"><Payload><RequestPayload><ActionRequests>
<ActionRequest><CREATE><HI1Object xsi:type="auth:AuthorisationObject"><ObjectIdentifier>0</ObjectIdentifier>
<auth:AuthorisationReference>W &amp; 12</auth:AuthorisationReference></HI1Object></CREATE></ActionRequest>{tasks}
</ActionRequests></RequestPayload></Payload></HI1Message>"""


@pytest.fixture(autouse=True)
def here() -> Iterator[None]:
    with in_this_process():
        yield


def message(kind: str = "SubscriberData", account: str = OWEN, place: str = "DE", more: str = "") -> str:
    return WHOLE.format(tasks=TASK.format(kind=kind, account=account, place=place) + more)


def read(text: str, known: Known) -> Proposal:
    proposal = propose_etsi(text, known, "m.xml", "sha256:" + "0" * 64)
    assert all(text[one.start : one.end] == one.passage for one in proposal.fields), "a passage is a piece of the text"
    return proposal


@pytest.mark.skipif(not FILES, reason="the standard's samples are not here: shared/data/etsi/103120")
@pytest.mark.parametrize("path", FILES or [Path("none.xml")], ids=lambda path: path.stem)
def test_the_standards_own_samples_are_read(known: Known, path: Path) -> None:
    text = path.read_text("utf-8")
    proposal = read(text, known)
    found = {one.name: one.value for one in proposal.fields}
    expected = {
        "request1": {"reference": "W000001", "task": "interception in real time"},
        "request4": {
            "reference": "W000001", "task_reference": "XX-ACTOR01-1234", "place": "XX", "categories": "subscriber",
            "since": "2019-09-30T12:00:00Z", "until": "2019-12-30T12:00:00Z", "identifier": "442079460223",
        },
        "request8_LPTaskObject": {"task": "preservation"},
        "request9_contact_details": {"reference": "W000001"},
        "response4": {},
    }  # fmt: skip
    assert is_etsi(text) and found == expected[path.stem]
    assert not any(one.name == "accounts" for one in proposal.fields), "a telephone number is no account"


def test_a_request_becomes_a_demand_that_a_person_confirms(known: Known) -> None:
    proposal = read(message(), known)
    chosen = {
        "id": "e-1", "served": AT, "channel": "portal", "served_entity": "meridian-ireland", "court": "us-nysd",
        "instrument": "us-sca-warrant",
    }  # fmt: skip
    done, faults = confirm(proposal, chosen, known, "clerk", AT)
    assert done and not faults
    demand = done.demand
    assert (demand.place, demand.reference, demand.scope.accounts) == ("DE", "W & 12", (OWEN,))
    assert demand.scope.categories == {"subscriber"} and demand.scope.until == datetime(2026, 2, 1, tzinfo=UTC)
    assert {field.name for field in done.beside} == {"task_reference"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (message(kind="StoredContent"), "categories"),
        (message(account="stranger@elsewhere.example"), "accounts"),
        (message(account="nobody.knows@meridian.example"), "accounts"),
        (message(place="XX"), "place"),
        (message(more=TASK.format(kind="SubscriberData", account=DANA, place="DE")), "accounts"),
    ],
    ids=["another kind", "not here", "nobody knows", "no country", "two requests"],
)
def test_what_is_not_plain_is_doubtful(known: Known, text: str, name: str) -> None:
    proposal = read(text, known)
    assert proposal.of(name) and all(one.sure == "doubtful" for one in proposal.of(name))


def test_two_requests_are_not_mixed(known: Known) -> None:
    proposal = read(message(more=TASK.format(kind="TrafficData", account=DANA, place="DE")), known)
    assert [gap.needs for gap in proposal.missing if gap.name == "rest"] == [
        "the message holds 2 requests; make a demand of each"
    ]


BOMB = '<!DOCTYPE HI1Message [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "text",
    [
        message().replace("<HI1Message", f"{BOMB}<HI1Message", 1),
        message().replace("</HI1Message>", ""),
        message().replace("http://uri.etsi.org/03120/common/2019/10/Core", "http://evil.example/"),
        message().replace(OWEN, "&undefined;"),
        message() + " " * (1 << 20),
        "<HI1Message>" * 500,
    ],
    ids=["a bomb", "cut off", "another namespace", "an entity", "too long", "too deep"],
)
def test_what_is_broken_or_made_to_harm_is_refused(known: Known, text: str) -> None:
    with pytest.raises(NotEtsi):
        read(text, known)
