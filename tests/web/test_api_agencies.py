"""Alarms, tasks and the directory for programs: what the pages do, to whom the pages would let do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.web.office import MATTER, NOW, SERVED, Clock, desk
from tests.web.programs import V1, Program

from comity.desk import reading
from comity.desk.agencies import agencies
from comity.desk.jobs import TASK, tasks
from comity.registry.jobport import NewJob
from comity.sim.demo import confirmed
from comity.sim.papers import warrant_2018

KEY = "0123456789abcdef"
AGENCY = {"id": "fbi-ny", "name": "FBI New York", "place": "US", "kind": "police"}
REACHED = {"kind": "telephone", "value": "+1 212 555 0100", "source": "their site, today"}
CONTACTS = f"{V1}/agencies/fbi-ny/contacts"


@pytest.fixture
def program(root: Path, clock: Clock) -> Program:
    return Program(desk(root, clock), "counsel")


def test_an_alarm_is_read_by_who_watches_and_settled_once(program: Program) -> None:
    with program.web.house.opened() as office:
        confirmed(
            office, office.root / "papers/other.txt", "warrant-2", warrant_2018().replace("90233", "90871"), SERVED
        )
    assert program.of("first.approver").get(f"{V1}/matters/warrant-2").status_code == 200
    (alarm,) = program.get(f"{V1}/alarms").json()
    assert (alarm["person"], alarm["matter"], alarm["elsewhere"]) == ("first.approver", "warrant-2", [MATTER])
    assert alarm["settled_by"] is None and program.of("clerk").get(f"{V1}/alarms").status_code == 403
    body = {"alarm": alarm["id"], "why": "asked to look by the board"}
    assert program.post(f"{V1}/alarms/settle", {**body, "why": "  "}).status_code == 422
    first, again = (program.post(f"{V1}/alarms/settle", body, idempotency_key=KEY) for _ in range(2))
    assert first.status_code == 201 and first.text == again.text and again.headers["idempotent-replayed"] == "true"
    assert program.post(f"{V1}/alarms/settle", body).status_code == 404
    with program.web.house.opened() as office:
        (kept,) = reading.alarms(office)
        assert kept.settled and (kept.settled.by, kept.settled.says) == ("counsel", body["why"])
    (told,) = program.of("auditor").get(f"{V1}/alarms").json()
    assert (told["settled_by"], told["settled_why"]) == ("counsel", body["why"])


def test_a_task_is_listed_until_somebody_looked(program: Program) -> None:
    with program.web.house.opened() as office:
        task = office.registry.put_job(NewJob(TASK, MATTER, "the release window opened", "clocks", NOW, "one"))
        other = office.registry.put_job(NewJob("collect", MATTER, "{}", "clerk", NOW, "two"))
    (listed,) = program.get(f"{V1}/tasks").json()
    assert (listed["number"], listed["matter"], listed["says"]) == (task.number, MATTER, "the release window opened")
    assert program.post(f"{V1}/tasks/{other.number}/done", None).status_code == 422, "that is a machine's"
    done = program.post(f"{V1}/tasks/{task.number}/done", None)
    assert done.status_code == 201 and done.json() == {"number": task.number, "matter": MATTER}
    with program.web.house.opened() as office:
        assert tasks(office) == [] and program.get(f"{V1}/tasks").json() == []


def test_counsel_keeps_the_directory(program: Program) -> None:
    assert program.post(f"{V1}/agencies/add", AGENCY).status_code == 201
    assert program.post(f"{V1}/agencies/add", AGENCY).status_code == 422, "it is there already"
    made = program.post(CONTACTS, REACHED)
    assert made.status_code == 201 and made.json()["contacts"][0]["value"] == REACHED["value"]
    assert program.post(CONTACTS, {**REACHED, "value": "call me"}).status_code == 422
    assert program.post(f"{V1}/agencies/none/contacts", REACHED).status_code == 404
    struck = program.post(f"{V1}/agencies/fbi-ny/strike", {"value": REACHED["value"], "why": "it moved"})
    assert struck.status_code == 201 and struck.json()["contacts"][0]["until"] == "2026-11-20T12:00:00Z"
    assert program.of("clerk").get(f"{V1}/agencies").json() == [struck.json()]
    with program.web.house.opened() as office:
        (contact,) = agencies(office)["fbi-ny"].contacts
        assert (contact.by, contact.until) == ("counsel", NOW)


@pytest.mark.parametrize(
    ("path", "body", "person"),
    [
        ("/alarms/settle", {"alarm": "a", "why": "known"}, "clerk"), ("/tasks/1/done", None, "auditor"),
        ("/tasks/1/done", None, "administrator"), ("/agencies/add", AGENCY, "clerk"),
        ("/agencies/fbi-ny/contacts", REACHED, "clerk"), ("/agencies/fbi-ny/strike", {"value": "x"}, "clerk"),
        ("/agencies/add", AGENCY, "auditor"),
    ],
)  # fmt: skip
def test_who_may_not_is_refused_and_nothing_is_written(program: Program, path: str, body: Any, person: str) -> None:
    other = program.of(person)
    with program.web.house.opened() as office:
        size = office.registry.size()
    refused = other.post(V1 + path, body)
    assert refused.status_code == 403 and refused.json()["remedy"], refused.text
    with program.web.house.opened() as office:
        assert office.registry.size() == size
