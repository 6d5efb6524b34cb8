"""The portal for an authority's own programs: what a token does, what it never does, and what its description says."""

from __future__ import annotations

import shutil
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from tests.kits.schema_kit import Face, complaints
from tests.web.office import Clock
from tests.web.portal import ADDRESS, KEY, ORIGIN, Officer, admitted, directory, serving

from comity.desk import filing, porter
from comity.desk import portal as rooms
from comity.desk.matter import demand_of, load
from comity.desk.office import Office
from comity.desk.trays import inward, outward
from comity.registry.blobs import Blobs
from comity.web.portal.app import PACES, application
from comity.web.portal.serve import made
from comity.web.portal.tokens import MOST

V1 = "/api/v1"
WARRANT: dict[str, Any] = {
    "demand": {"instrument": "us-sca-warrant", "court": "us-nysd", "issuer": "judge", "reference": "26 Mag. 1"},
    "scope": {"accounts": ["nobody@example.com"], "categories": ["content", "subscriber"]},
}
WIDE = "\n[limits]\nrequests = 1000000\naddress = 1000000\n"


@pytest.fixture
def desk(root: Path) -> Office:
    directory(root)
    return Office(root)


@pytest.fixture
def member(desk: Office, clock: Clock) -> Officer:
    return admitted(Officer(serving(desk.root, clock)), desk.root, clock)


@dataclass
class Program:
    """A program that holds an officer's token."""

    officer: Officer
    token: str
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = TestClient(made(self.officer.portal, ADDRESS), base_url=ORIGIN)  # type: ignore[arg-type]

    def get(self, path: str, **heads: str) -> httpx.Response:
        return self.client.get(f"{V1}/{path}", headers=self.heads(heads))

    def post(self, path: str, body: object, **heads: str) -> httpx.Response:
        return self.client.post(f"{V1}/{path}", json=body, headers=self.heads(heads))

    def heads(self, more: dict[str, str]) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} | {name.replace("_", "-"): v for name, v in more.items()}


def token(officer: Officer) -> str:
    """Make a token as a person does: signed in, with the passkey."""
    form = officer.form(officer.get("/programs").text, "/programs/make")
    asked = officer.post("/programs/begin", form, headers={"accept": "application/json"})
    page = officer.post("/programs/make", {**form, "answer": officer.device.sign(asked.text)})
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store", page.text
    return page.text.partition("comity_")[2].partition("<")[0]


def program(officer: Officer) -> Program:
    return Program(officer, "comity_" + token(officer))


def another(member: Officer, desk: Office, clock: Clock) -> Officer:
    return admitted(Officer(member.portal, "Bob Officer", "garda", "bob@garda.example"), desk.root, clock)


# What it does


def test_a_program_checks_files_follows_answers_and_collects(member: Officer, desk: Office, clock: Clock) -> None:
    held = next(iter(desk.holdings.accounts))
    own, asked = program(member), {**WARRANT, "scope": {**WARRANT["scope"], "accounts": [held]}}
    assert own.get("me").json()["agency"] == "FBI New York"
    codes = [one["code"] for one in own.get("instruments").json()]
    assert "us-sca-warrant" in codes and "eu-epoc" not in codes
    needs = own.get("instruments/us-sca-warrant").json()
    assert "us-nysd" in needs["courts"] and "judge" in needs["issuers"]
    told = own.post("preflights", asked).json()
    verdicts = {name: [one["verdict"] for one in many] for name, many in told["categories"].items()}
    assert verdicts["subscriber"] and any(one["why"] for one in told["categories"]["subscriber"])
    paper = {"name": "warrant.pdf", "octets": b64encode(b"%PDF-1.4 a warrant").decode()}
    filed = own.post("filings", {**asked, "narrative": "for the case", "papers": [paper]})
    assert filed.status_code == 201, filed.text
    id = filed.json()["id"]
    assert filed.headers["location"] == f"{V1}/demands/{id}"
    found = porter.emptied(desk, clock())
    porter.ask(desk, id, "Which case is it?", "clerk", clock())
    assert own.get("demands").json()["demands"][0]["asks"]
    answered = own.post(f"demands/{id}/words", {"says": "26 Mag. 1"}).json()
    assert [(word["by"], word["says"]) for word in answered["words"]] == [
        ("office", "Which case is it?"), ("authority", "26 Mag. 1"),
    ]  # fmt: skip
    found = porter.emptied(desk, clock())
    one = found.filings[id]
    assert one.program and one.words[-1].says == "26 Mag. 1", "the desk sees that a program filed it"
    name = filing.take(desk, id, "clerk", clock())
    demand = demand_of(load(desk, name))
    assert (demand.channel, demand.instrument, demand.scope.accounts) == ("portal", "us-sca-warrant", (held,))
    [(_, digest)] = demand.papers
    assert b"".join(Blobs(desk.root / "blobs").read(digest)) == b"%PDF-1.4 a warrant"
    assert own.get(f"demands/{id}").json()["state"] == "filed", "that it is a matter tells of the account"


def test_what_it_files_is_what_the_page_files(member: Officer, desk: Office, clock: Clock) -> None:
    """The same demand typed and sent is the same in the tray, octet for octet, but for who sent it."""
    typed = member.filed(since="2026-01-01", terms="alpha\nbeta", return_by="2026-12-01T12:00")
    sent = program(member).post("filings", {
        "demand": {**WARRANT["demand"], "return_by": "2026-12-01T12:00:00Z"},
        "scope": {**WARRANT["scope"], "since": "2026-01-01T00:00:00Z", "terms": ["alpha", "beta"]},
    })  # fmt: skip
    tray = inward(desk.root)
    one, other = (tray.sheet("filings", id) or {} for id in (typed, sent.json()["id"]))
    assert {**other, "program": ""} == {**one, "program": ""} and other["program"] and "program" not in one


def test_a_filing_sent_twice_is_filed_once(member: Officer, desk: Office, clock: Clock) -> None:
    own = program(member)
    sent = [own.post("filings", WARRANT, idempotency_key="case-26-1") for _ in range(2)]
    assert sent[0].json() == sent[1].json() and sent[1].headers["idempotent-replayed"] == "true"
    assert len(porter.emptied(desk, clock()).filings) == 1
    other = own.post("filings", {**WARRANT, "narrative": "x"}, idempotency_key="case-26-1")
    assert other.status_code == 422 and other.json()["type"] == "urn:comity:key-reused"


def test_faults_are_told_as_problems_for_who_stands_outside(member: Officer) -> None:
    own = program(member)
    wrong = {**WARRANT, "demand": {**WARRANT["demand"], "court": "nowhere"}}
    told = own.post("preflights", wrong)
    assert told.status_code == 422 and told.headers["content-type"] == "application/problem+json"
    [fault] = told.json()["faults"]
    assert (fault["name"], fault["remedy"]) == ("unknown-court", "choose a court of the list")
    paper = {"name": "a", "octets": "QQ"}
    assert own.post("filings", {**WARRANT, "papers": [paper]}).json()["type"] == "urn:comity:not-base64"
    assert own.post("filings", {**WARRANT, "demand": {**WARRANT["demand"], "id": "x"}}).status_code == 400


# What it never does


def test_what_another_filed_is_not_there_and_the_desk_is_told(member: Officer, desk: Office, clock: Clock) -> None:
    id, thief = member.filed(), program(another(member, desk, clock))
    missing = "f-0000000000000000"
    asked = [
        (thief.get(f"demands/{one}"), thief.post(f"demands/{one}/words", {"says": "x"}),
         thief.get(f"demands/{one}/productions/x-0"))
        for one in (id, missing)
    ]  # fmt: skip
    for seen, nothing in zip(*asked, strict=True):
        assert (seen.status_code, nothing.status_code) == (404, 404)
        assert seen.text.replace(id, missing) == nothing.text
    assert thief.get("demands").json()["total"] == 0
    found = porter.emptied(desk, clock())
    assert len(found.strangers) == 3 and {event.get("filing") for event in found.strangers} == {id}


def test_a_token_states_no_key(member: Officer) -> None:
    """A thief of a token has nothing sealed to a key of their own."""
    own, id = program(member), member.filed()
    assert not any("key" in path for path in described(own)["paths"])
    assert own.post(f"demands/{id}/key", {"key": KEY}).status_code == 404
    assert own.client.post(f"/demands/{id}/key", data={"key": KEY}, headers=own.heads({})).status_code == 401


def test_a_session_alone_makes_no_token(member: Officer, desk: Office, clock: Clock) -> None:
    form = member.form(member.get("/programs").text, "/programs/make")
    assert member.post("/programs/make", {**form, "answer": "{}"}).status_code == 403
    other = another(member, desk, clock)
    asked = member.post("/programs/begin", form, headers={"accept": "application/json"})
    assert member.post("/programs/make", {**form, "answer": other.device.sign(asked.text)}).status_code == 403
    assert not list((desk.root / "portal/own").glob("tokens/*"))


def test_no_cookie_counts_at_the_api_and_no_token_at_the_pages(member: Officer) -> None:
    own = program(member)
    assert member.client.get(f"{V1}/me").status_code == 401
    assert own.client.get("/demands", headers=own.heads({}), follow_redirects=False).headers["location"] == "/"
    assert own.client.get(f"{V1}/me", headers={"authorization": "Bearer comity_guessed"}).status_code == 401


def test_a_token_is_kept_as_its_hash_and_ends(member: Officer, desk: Office, clock: Clock) -> None:
    own = program(member)
    [kept] = (desk.root / "portal/own/tokens").iterdir()
    assert own.token not in kept.read_text() and kept.stat().st_mode & 0o777 == 0o600
    outward(desk.root).lay("people", member.id, {"state": "declined", "why": "left"})
    assert own.get("me").status_code == 403
    outward(desk.root).lay("people", member.id, {"state": "approved", "why": ""})
    assert own.get("me").status_code == 200
    clock.on(days=30)
    assert own.get("me").status_code == 401


def test_a_token_is_ended_by_its_person_and_nobody_else(member: Officer, desk: Office, clock: Clock) -> None:
    own, other = program(member), another(member, desk, clock)
    name = own.get("me").json()["token"]
    form = other.form(other.get("/programs").text, "/programs/make")
    assert other.post("/programs/end", {**form, "name": name}).status_code == 404
    assert own.get("me").status_code == 200
    assert member.send("/programs", "/programs/end", name=name).status_code == 303
    assert own.get("me").status_code == 401
    for _ in range(MOST):
        token(member)
    with pytest.raises(AssertionError, match="10 tokens that live"):
        token(member)


def test_too_often_is_told_with_how_long_to_wait(member: Officer) -> None:
    own = program(member)
    for _ in range(PACES["check"].times):
        member.portal.take("check", member.id)
    told = own.post("preflights", WARRANT)
    assert told.status_code == 429 and int(told.headers["retry-after"]) > 0
    assert "30 checks a minute" in told.json()["detail"]


# Its description


def described(own: Program) -> dict[str, Any]:
    return own.client.get("/api/openapi.json").json()  # type: ignore[no-any-return]


def test_the_description_needs_no_token_and_is_a_page_too(member: Officer) -> None:
    own = Program(member, "")
    assert described(own)["openapi"].startswith("3.1")
    page = own.client.get("/api", headers={"accept-language": "de"}).text
    assert "Das Portal für Programme" in page and "/api/v1/filings" in page


@pytest.fixture(scope="module")
def wide(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Officer:
    """An officer at a portal that brakes nobody."""
    root = Path(shutil.copytree(made, tmp_path_factory.mktemp("schema") / "office"))
    settings = root / "office.toml"
    settings.write_text(settings.read_text() + WIDE)
    directory(root)
    portal = serving(root, Clock())
    portal.brake.check = lambda *_: None  # type: ignore[method-assign]
    return admitted(Officer(portal), root, Clock())


@pytest.mark.parametrize("own", [False, True], ids=["any", "of a demand"])
def test_schemathesis_finds_nothing(wide: Officer, own: bool) -> None:
    heads = {"Authorization": f"Bearer comity_{token(wide)}"}
    given = {"id": wide.filed(), "code": "us-sca-warrant"} if own else {}
    found = complaints(
        Face(application(wide.portal, ["localhost", "testserver"], ()), "/api/openapi.json", heads, given)
    )
    assert not found, "\n".join(sorted(found))
    assert rooms.portal(Office(wide.portal.counter.root)).strangers == []
