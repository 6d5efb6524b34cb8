"""Courts' notices for programs: what the pages do with them, by a token."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.apart import in_this_process
from tests.notices import Mail, record
from tests.web.office import MATTER, NOW, Clock, desk, events
from tests.web.programs import V1, Program

from comity.desk.matter import load
from comity.kernel.matter import standing

HERE = f"{V1}/notices"
STAY = Mail(docket="1:18-mj-90233", sent=NOW)
LIFT = Mail("ORDER lifting stay", "1:18-mj-90233", sent=NOW + timedelta(hours=1), number="9")
KEYED = {"idempotency_key": "0123456789abcdef"}


@pytest.fixture(scope="module", autouse=True)
def here() -> Iterator[None]:
    with in_this_process():
        yield


@pytest.fixture
def program(root: Path, clock: Clock) -> Program:
    """A clerk's program at a desk that has the courts' keys stored."""
    (root / "dns.toml").write_text(f'[txt]\n"s1._domainkey.nysd.uscourts.gov" = "{record().decode()}"\n', "utf-8")
    path = root / "office.toml"
    path.write_text(path.read_text("utf-8").replace("[office]\n", '[office]\ndns = "dns.toml"\n', 1), "utf-8")
    return Program(desk(root, clock))


def bring(program: Program, *raws: bytes, **heads: str) -> httpx.Response:
    sent = [{"name": f"{n}.eml", "octets": b64encode(raw).decode()} for n, raw in enumerate(raws)]
    return program.post(f"{HERE}/bring", {"messages": sent}, **heads)


def brought(program: Program, *raws: bytes) -> list[str]:
    ids: list[str] = bring(program, *raws).json()["notices"]
    return ids


def line(program: Program, id: str) -> dict[str, Any]:
    found: dict[str, Any] = program.get(f"{HERE}/{id}").json()["lines"][0]
    return found


def state(program: Program) -> str:
    with program.web.house.opened() as office:
        return str(standing(load(office, MATTER), NOW, "content").state)


def test_a_genuine_stay_shuts_the_gate_and_is_accepted(program: Program) -> None:
    raw = STAY.signed()
    answer = bring(program, raw, **KEYED)
    (id,) = answer.json()["notices"]
    assert answer.status_code == 201 and bring(program, raw, **KEYED).headers["idempotent-replayed"]
    listed = program.get(HERE).json()
    assert (listed["total"], [one["id"] for one in listed["notices"]]) == (1, [id])
    one = program.get(f"{HERE}/{id}").json()
    assert one["genuine"] and one["waits"] and one["lines"][0]["words"] == "Stay"
    assert line(program, id)["stay"] and state(program) == "suspended", "before anyone has read it"
    done = program.post(f"{HERE}/{id}/accept", {"matter": MATTER}, if_match=program.etag)
    assert done.status_code == 201 and (done.json()["kind"], done.json()["act"]) == ("stayed", "accepted")
    assert done.headers["etag"] == program.etag and done.headers["location"] == f"{HERE}/{id}"
    assert (line(program, id)["settled"], line(program, id)["settled_by"]) == ("accepted", "clerk")
    assert events(program.web, "stayed") == 2 and events(program.web, "stay-lifted") == 1
    assert program.post(f"{HERE}/{id}/accept", {"matter": MATTER}).status_code == 409


def test_a_lifting_names_the_stay_it_ends(program: Program) -> None:
    _, lift = brought(program, STAY.signed(), LIFT.signed())
    stale = program.etag
    (stay,) = line(program, lift)["stays"]
    program.act("events", {"kind": "filing", "says": "a brief", "source": "docket 12"})
    said = {"matter": MATTER, "of": stay["id"]}
    assert program.post(f"{HERE}/{lift}/accept", said, if_match=stale).status_code == 412
    assert state(program) == "suspended"
    assert program.post(f"{HERE}/{lift}/accept", said, if_match=program.etag).status_code == 201
    assert state(program) == "live"


def test_a_forged_lift_needs_a_reason_and_one_set_aside_too(program: Program) -> None:
    stay, forged = brought(program, STAY.signed(), LIFT.raw)
    refused = program.post(f"{HERE}/{forged}/accept", {"matter": MATTER})
    assert refused.status_code == 409 and refused.json()["type"] == "urn:comity:not-from-the-court"
    assert program.post(f"{HERE}/{stay}/dismiss", {"matter": MATTER, "why": " "}).status_code == 422
    assert program.post(f"{HERE}/{stay}/dismiss", {"matter": MATTER, "why": "another's"}).json()["act"] == "dismissed"
    assert state(program) == "suspended" and line(program, stay)["settled"] == "dismissed"


def test_the_mailbox_is_looked_into(program: Program, root: Path) -> None:
    assert program.post(f"{HERE}/look", {}).json()["type"] == "urn:comity:no-desk-mailbox"
    for folder in ("cur", "new", "tmp"):
        (root / "inbox" / folder).mkdir(parents=True)
    (root / "inbox" / "new" / "1").write_bytes(STAY.signed())
    path = root / "office.toml"
    path.write_text(path.read_text("utf-8").replace("[office]\n", '[office]\nmailbox = "inbox"\n', 1), "utf-8")
    found = program.post(f"{HERE}/look", {})
    assert found.status_code == 201 and (found.json()["messages"], len(found.json()["new"])) == (1, 1)
    assert state(program) == "suspended"


@pytest.mark.parametrize(
    ("octets", "says"), [("aGVsbG8=", "urn:comity:not-a-notice"), ("aGVsbG8", "urn:comity:not-base64")]
)
def test_what_is_no_notice_is_refused(program: Program, octets: str, says: str) -> None:
    answer = program.post(f"{HERE}/bring", {"messages": [{"name": "../x.eml", "octets": octets}]})
    assert answer.status_code in (422, 503) and answer.json()["type"] == says
    assert program.get(HERE).json()["total"] == 0 and program.get(f"{HERE}/nothing").status_code == 404


@pytest.mark.parametrize("act", ["accept", "dismiss"])
@pytest.mark.parametrize("person", ["auditor", "administrator"])
def test_who_may_not_settles_nothing(program: Program, act: str, person: str) -> None:
    (id,) = brought(program, STAY.signed())
    body = {"matter": MATTER, "why": "x"}
    assert program.of(person).post(f"{HERE}/{id}/{act}", body).status_code == 403
    assert line(program, id)["settled"] is None


@pytest.mark.parametrize(
    ("path", "body"), [("/bring", {"messages": [{"name": "x", "octets": "aGVsbG8="}]}), ("/look", {})]
)
def test_an_auditor_brings_nothing(program: Program, path: str, body: object) -> None:
    assert program.of("auditor").post(HERE + path, body).status_code == 403
