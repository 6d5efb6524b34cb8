"""Registrations for the portal by programs: two people admit what was shown, and a token only where it may decide."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.web.office import Clock, desk
from tests.web.portal import Officer, directory, serving
from tests.web.programs import V1, Program

from comity.desk.portal import portal

ALL = f"{V1}/registrations"


@pytest.fixture
def officer(root: Path, clock: Clock) -> Officer:
    directory(root)
    officer = Officer(serving(root, clock))
    officer.register()
    return officer


@pytest.fixture
def program(root: Path, clock: Clock, officer: Officer) -> Program:
    return Program(desk(root, clock))


def lets(root: Path) -> None:
    (root / "office.toml").write_text((root / "office.toml").read_text() + "\n[api]\ndecide = true\n")


def test_two_people_admit_what_was_shown(root: Path, program: Program, officer: Officer) -> None:
    (one,) = program.get(ALL).json()
    assert (one["id"], one["state"], one["agency"], one["stands_out"]) == (officer.id, "waiting", "fbi-ny", "")
    at, shown = f"{ALL}/{officer.id}/approve", {"shown": one["shown"]}
    refused = program.post(at, shown)
    assert refused.status_code == 403 and refused.json()["type"] == "urn:comity:not-by-token"
    lets(root)
    assert program.post(at, {"shown": "sha256:" + "0" * 64}).status_code == 409
    assert program.post(at, shown).json()["state"] == "waiting"
    assert program.post(at, shown).status_code == 409, "one person admits nobody twice"
    assert program.of("counsel").post(at, shown).json()["state"] == "approved"
    assert program.of("counsel").post(f"{ALL}/{officer.id}/decline", {"why": "moved on"}).json()["state"] == "declined"


@pytest.mark.parametrize("act", ["approve", "decline"])
def test_who_only_reads_is_refused_and_nothing_changes(
    root: Path, program: Program, officer: Officer, act: str
) -> None:
    lets(root)
    (one,) = program.get(ALL).json()
    body = {"shown": one["shown"]} if act == "approve" else {"why": "x"}
    assert program.of("auditor").post(f"{ALL}/{officer.id}/{act}", body).status_code == 403
    with program.web.house.opened() as office:
        assert portal(office).people[officer.id].state == "waiting"
