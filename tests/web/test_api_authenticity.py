"""Authenticity for programs: what is found, the message, findings recorded and the call, as on the page."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.intake.mailer import IP, dns, letter, signed
from tests.web.office import MATTER, NOW, Browser, Clock, another, desk, events
from tests.web.programs import AT, Program
from tests.web.test_pages import text_of

from comity.desk.agencies import Agency, Contact, add, add_contact
from comity.desk.authenticity import MOST
from comity.desk.matter import load
from comity.intake import apart
from comity.intake.authentic.answers import Answers
from comity.intake.inside import walls
from comity.registry.blobs import Blobs

PATH = f"{AT}/authenticity"
NUMBER = "+1 212 555 0100"
ANSWERS = Answers(dns("police.example"), {"ip": IP, "helo": "mx.police.example", "from": "o@police.example"}, NOW)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """To load the libraries once; the desk itself opens papers in processes of their own."""
    monkeypatch.setattr(apart, "answer", lambda *given: walls.answered(*given) | {"walls": list(apart.WALLS)})


@pytest.fixture
def clerk(root: Path, clock: Clock) -> Program:
    program = Program(desk(root, clock))
    with program.web.house.opened() as office:
        add(office, Agency("ny-police", "Police of Alder", "US", "police"), "counsel", NOW - timedelta(days=60))
        listed = Contact("telephone", NUMBER, "their site", NOW - timedelta(days=60), "counsel")
        add_contact(office, "ny-police", listed)
    return program


def message(text: str = "Our warrant for owan.ardmore@meridian.example.") -> bytes:
    return signed(letter("Officer <officer@police.example>", text), "police.example")


def put_in(program: Program, raw: bytes, answers: bytes = ANSWERS.octets, **heads: str) -> Any:
    body = {"name": "a/demand.eml", "octets": b64encode(raw).decode(), "dns": b64encode(answers).decode()}
    return program.post(f"{PATH}/messages", body, **heads)


def test_a_message_is_put_in_looked_at_and_recorded(clerk: Program) -> None:
    raw = message()
    done = put_in(clerk, raw, idempotency_key="0123456789")
    assert done.status_code == 201 and done.json()["says"].endswith(": demand.eml"), done.text
    assert put_in(clerk, raw, idempotency_key="0123456789").json() == done.json() and events(clerk.web, "filing") == 1
    (digest,) = clerk.get(PATH).json()["messages"]
    with clerk.web.house.opened() as office:
        assert b"".join(Blobs(office.root / "blobs").read(digest)) == raw
    found = clerk.get(f"{PATH}/found").json()["findings"]
    (one,) = (one for one in found if "police.example signed the message" in one["says"])
    assert not one["recorded"] and any("k1._domainkey.police.example" in word for row in one["looked"] for word in row)
    before = events(clerk.web, "finding")
    assert clerk.post(f"{PATH}/findings", {"only": [one["key"]]}).status_code == 428
    kept = clerk.act("authenticity/findings", {"only": [one["key"]]})
    assert kept.json()["recorded"] == [one["says"]] and events(clerk.web, "finding") == before + 1
    told = clerk.get(PATH).json()["findings"][-1]
    assert (told["says"], told["looked"], told["by"]) == (one["says"], one["looked"], "clerk")
    again = clerk.get(f"{PATH}/found").json()["findings"]
    assert [a["key"] for a in again if a["recorded"] and a["key"] == one["key"]] == [one["key"]]
    page = text_of(another(Browser(clerk.web), "clerk").get(f"/matters/{MATTER}/authenticity").text)
    assert one["says"] in page


@pytest.mark.parametrize(
    ("raw", "answers", "kind"),
    [
        (b"just words", ANSWERS.octets, "not-a-message"), (b"", ANSWERS.octets, "not-a-message"),
        (b"%PDF-1.7\n%%EOF", ANSWERS.octets, None), (message(), b"no", None),
        (message("x " * (5 << 20)), ANSWERS.octets, "too-large"),
    ],
    ids=["words", "none", "pdf", "answers", "size"],
)  # fmt: skip
def test_what_is_no_message_is_a_problem(clerk: Program, raw: bytes, answers: bytes, kind: str | None) -> None:
    refused = put_in(clerk, raw, answers)
    assert refused.status_code == 422 and refused.json()["remedy"], refused.text
    assert kind is None or refused.json()["type"] == f"urn:comity:{kind}"
    assert events(clerk.web, "filing") == 0


def test_what_is_not_in_base64_or_too_long_is_refused(clerk: Program) -> None:
    assert clerk.post(f"{PATH}/messages", {"octets": "abc"}).json()["type"] == "urn:comity:not-in-base64"
    assert clerk.post(f"{PATH}/messages", {"octets": "a b"}).status_code == 400
    assert clerk.post(f"{PATH}/messages", {"octets": "QUJD" * (MOST // 2)}).status_code == 413


def test_a_call_back_is_a_finding_on_our_own_number_alone(clerk: Program) -> None:
    assert clerk.get(PATH).json()["numbers"] == [{"number": NUMBER, "agency": "Police of Alder"}]
    other = clerk.post(f"{PATH}/calls", {"number": "+1 646 555 0199", "reached": "an officer", "stands": "yes"})
    before = events(clerk.web, "finding")
    assert other.status_code == 422 and other.json()["remedy"]
    done = clerk.post(f"{PATH}/calls", {"number": NUMBER, "reached": "the control room", "stands": "yes"})
    assert done.status_code == 201 and "stands by the demand" in done.json()["says"], done.text
    with clerk.web.house.opened() as office:
        said = load(office, MATTER).of("finding")
    assert len(said) == before + 1 and said[-1].get("contact") == "directory" and said[-1].get("agency") == "ny-police"


def test_what_was_not_found_is_not_recorded(clerk: Program) -> None:
    before = events(clerk.web, "finding")
    answer = clerk.act("authenticity/findings", {"only": ["none-such"]})
    assert answer.status_code == 422 and answer.json()["type"] == "urn:comity:nothing-found"
    assert events(clerk.web, "finding") == before


@pytest.mark.parametrize("person", ["first.approver", "auditor"])
def test_who_records_nothing_reads_it_all(clerk: Program, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = clerk.of(person)
    assert other.get(PATH).status_code == 200 and other.get(f"{PATH}/found").status_code == 200
    monkeypatch.setattr(apart, "answer", lambda *_: pytest.fail("a paper was opened for who may not record"))
    octets = b64encode(message()).decode()
    for what, body in (
        ("messages", {"octets": octets}), ("findings", {"only": ["dkim"]}),
        ("calls", {"number": NUMBER, "reached": "x", "stands": "yes"}),
    ):  # fmt: skip
        assert other.act(f"authenticity/{what}", body).status_code == 403, what
    assert events(clerk.web, "filing") == 0
