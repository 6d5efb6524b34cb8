"""What programs do besides: an approval taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.web.office import Clock, desk, events
from tests.web.programs import AT, Program


@pytest.fixture
def program(root: Path, clock: Clock) -> Program:
    settings = root / "office.toml"
    settings.write_text(settings.read_text() + "\n[api]\ndecide = true\n")
    return Program(desk(root, clock), "first.approver")


def test_an_approval_is_taken_back_as_on_the_page(program: Program, clock: Clock) -> None:
    nothing = program.post(f"{AT}/withdrawals", {})
    assert nothing.json()["type"] == "urn:comity:nothing-to-withdraw" and events(program.web, "approval-withdrawn") == 0
    assert program.act("approvals", {"shown": program.matter["gate"]["shown"]}).status_code == 201
    clock.on(minutes=1)
    done = program.post(f"{AT}/withdrawals", {"why": "the docket says more"}, idempotency_key="0123456789")
    assert done.status_code == 201 and "the docket says more" in done.json()["says"]
    again = program.post(f"{AT}/withdrawals", {"why": "the docket says more"}, idempotency_key="0123456789")
    assert again.json() == done.json() and events(program.web, "approval-withdrawn") == 1
    assert not any(given["counts"] for given in program.matter["gate"]["approvals"])


@pytest.mark.parametrize("person", ["clerk", "auditor"])
def test_who_approves_nothing_takes_nothing_back(program: Program, person: str) -> None:
    assert program.of(person).post(f"{AT}/withdrawals", {}).status_code == 403
    assert events(program.web, "approval-withdrawn") == 0


def test_who_says_what_they_saw_is_held_to_it(program: Program) -> None:
    assert program.act("approvals", {"shown": program.matter["gate"]["shown"]}).status_code == 201
    assert program.post(f"{AT}/withdrawals", {}, if_match='"1"').status_code == 412
