"""Filings of the portal for programs: what the pages do with them, to whom the pages would let do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.web.office import Clock, desk
from tests.web.portal import KEY, NUMBER, Officer, admitted, directory, serving
from tests.web.programs import V1, Program

from comity.desk.matter import load
from comity.desk.portal import portal
from comity.desk.reading import reads


@pytest.fixture
def officer(root: Path, clock: Clock) -> Officer:
    directory(root)
    return admitted(Officer(serving(root, clock)), root, clock)


@pytest.fixture
def program(root: Path, clock: Clock, officer: Officer) -> Program:
    return Program(desk(root, clock))


def come(program: Program, id: str) -> str:
    """A filing, once somebody looked what came."""
    assert id in program.get(f"{V1}/filings").text
    return id


def held(program: Program) -> str:
    with program.web.house.opened() as office:
        return next(iter(office.holdings.accounts))


def test_what_was_filed_is_read_asked_about_and_taken(program: Program, officer: Officer) -> None:
    id = officer.filed(accounts=held(program), narrative="It is about fraud.")
    (line,) = program.get(f"{V1}/filings").json()
    assert (line["id"], line["state"], line["agency"]) == (id, "filed", "fbi-ny")
    at = f"{V1}/filings/{id}"
    one = program.get(at).json()
    assert one["narrative"] == "It is about fraud." and one["call_back"][0]["value"] == NUMBER
    with program.web.house.opened() as office:
        assert [(look.person, look.page) for look in reads(office, id)] == [("clerk", "/api/v1/filing")]
    assert program.post(f"{at}/ask", {"says": "Which case?"}).json()["words"][0]["by"] == "clerk"
    assert "Which case?" in officer.get(f"/demands/{id}").text
    first, again = (program.post(f"{at}/take", None, idempotency_key="0123456789") for _ in range(2))
    assert first.status_code == 201 and first.text == again.text
    matter = first.json()["matter"]
    assert program.get(f"{V1}/matters/{matter}").status_code == 200 and first.headers["location"] == at
    assert program.post(f"{at}/take", None).status_code == 409 and program.get(f"{V1}/filings/f-0").status_code == 404


def test_a_paper_comes_as_it_was_filed_and_the_look_is_written_down(program: Program, officer: Officer) -> None:
    id = come(program, officer.filed(("warrant.pdf", b"%PDF-1.4 the warrant")))
    at = f"{V1}/filings/{id}/papers"
    assert program.get(f"{at}/1").content == b"%PDF-1.4 the warrant"
    assert program.get(f"{at}/2").status_code == 404 and program.get(f"{at}/0").status_code == 400
    with program.web.house.opened() as office:
        assert [look.page for look in reads(office, id)] == ["/api/v1/filing/papers/1"]


def test_what_is_returned_is_told_why(program: Program, officer: Officer) -> None:
    id = come(program, officer.filed())
    at = f"{V1}/filings/{id}"
    assert program.post(f"{at}/take", None).status_code == 422, "no such account"
    assert program.post(f"{at}/return", {"why": " "}).status_code == 422
    assert program.post(f"{at}/return", {"why": "Look again."}).json()["state"] == "returned"
    assert "Look again." in officer.get(f"/demands/{id}").text


def test_a_call_back_to_the_directory_is_a_finding(program: Program, officer: Officer) -> None:
    id = come(
        program,
        officer.filed(accounts=held(program), instrument="us-emergency-request", emergency="yes", issuer="police"),
    )
    at, said = f"{V1}/filings/{id}", {"supports": "yes", "heard": "the duty officer made it"}
    assert program.post(f"{at}/called", {**said, "called": NUMBER}).status_code == 409, "it is no matter yet"
    matter = program.post(f"{at}/take", None).json()["matter"]
    assert program.post(f"{at}/called", {**said, "called": "+1 900 555 0199"}).status_code == 422
    assert program.post(f"{at}/called", {**said, "called": NUMBER}).status_code == 201
    with program.web.house.opened() as office:
        (finding,) = load(office, matter).of("finding")
        assert (finding.get("agency"), finding.get("called"), finding.by) == ("fbi-ny", NUMBER, "clerk")


def test_a_token_hands_over_only_where_it_may_decide_and_the_gate_opens(
    root: Path, program: Program, officer: Officer
) -> None:
    id = come(program, officer.filed(accounts=held(program)))
    at = f"{V1}/filings/{id}"
    program.post(f"{at}/take", None)
    assert officer.send(f"/demands/{id}", f"/demands/{id}/key", key=KEY).status_code == 303
    program.get(f"{V1}/filings")
    refused = program.post(f"{at}/hand", {"days": 7})
    assert refused.status_code == 403 and refused.json()["type"] == "urn:comity:not-by-token"
    (root / "office.toml").write_text((root / "office.toml").read_text() + "\n[api]\ndecide = true\n")
    shut = program.post(f"{at}/hand", {"days": 7})
    assert shut.status_code == 409 and shut.json()["type"] == "urn:comity:refused"
    assert program.post(f"{at}/hand", {"days": 99}).status_code == 400


BODIES: dict[str, Any] = {
    "take": None, "return": {"why": "x"}, "ask": {"says": "x"}, "hand": {"days": 7},
    "called": {"called": NUMBER, "supports": "yes", "heard": "x"},
}  # fmt: skip


def test_who_may_not_is_refused_and_nothing_changes(root: Path, program: Program, officer: Officer) -> None:
    (root / "office.toml").write_text((root / "office.toml").read_text() + "\n[api]\ndecide = true\n")
    id = come(program, officer.filed(accounts=held(program)))
    program.get(f"{V1}/filings")
    for act in ("take", "return", "ask", "called", "hand"):
        refused = program.of("auditor").post(f"{V1}/filings/{id}/{act}", BODIES[act])
        assert refused.status_code == 403, act
    for act in ("take", "return", "hand"):
        refused = program.of("administrator").post(f"{V1}/filings/{id}/{act}", BODIES[act])
        assert refused.status_code == 403, act
    with program.web.house.opened() as office:
        assert portal(office).filings[id].state == "filed" and portal(office).filings[id].words == ()
