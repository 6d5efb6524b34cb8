"""Collections and sweeps as jobs for programs: asked for, looked at, done by a worker."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from tests.web.office import MATTER, NOW, Clock, desk
from tests.web.programs import AT, V1, Program

from comity.desk.jobs import turn
from comity.desk.reading import reads
from comity.desk.worker import RUNNERS

SWEEPS = f"{V1}/exposures"


@pytest.fixture
def program(root: Path, clock: Clock) -> Program:
    return Program(desk(root, clock))


def worked(program: Program) -> None:
    with program.web.house.opened() as office:
        assert turn(office, lambda: NOW + timedelta(minutes=5), RUNNERS)


def test_a_collection_is_asked_for_once_and_a_worker_does_it(made: Path, tmp_path: Path, clock: Clock) -> None:
    program = Program(desk(Path(shutil.copytree(made, tmp_path / "whole")), clock))
    seen = program.etag
    asked = program.act("collections/start", {"categories": ["content"]})
    assert asked.status_code == 201 and asked.headers["location"] == f"{AT}/collections/jobs"
    again = program.act("collections/start", {"categories": ["content"]})
    assert again.json()["job"] == asked.json()["job"], "before anything new happened it is one job"
    assert program.etag == seen, "nothing has happened in the matter yet"
    (job,) = program.get(asked.headers["location"]).json()
    assert (job["state"], job["by"], job["asks"]) == ("waiting", "clerk", {"categories": ["content"]})
    worked(program)
    (job,) = program.get(f"{AT}/collections/jobs").json()
    assert job["state"] == "done" and job["ended"] and program.etag != seen, job
    with program.web.house.opened() as office:
        pages = {one.page for one in reads(office, MATTER, "clerk")}
    assert {"/api/v1/collections/jobs", "/api/v1/collections/start"} <= pages


def test_what_was_not_seen_is_not_collected(program: Program) -> None:
    assert program.post(f"{AT}/collections/start", {}).status_code == 428
    assert program.act("collections/start", {}, if_match='"1"').status_code == 412
    assert program.get(f"{AT}/collections/jobs").json() == []
    assert program.get(f"{V1}/matters/none/collections/jobs").status_code == 404


def test_a_sweep_is_asked_for_and_its_files_are_had(program: Program) -> None:
    counsel = program.of("counsel")
    asked = counsel.post(f"{SWEEPS}/start", {"on": "2026-11-20"})
    assert asked.status_code == 201, asked.text
    at = asked.headers["location"]
    assert counsel.post(f"{SWEEPS}/start", {"on": "2026-11-20"}).headers["location"] == at
    waits = counsel.get(at).json()
    assert (waits["job"]["state"], waits["report"], waits["files"]) == ("waiting", None, [])
    worked(program)
    done = counsel.get(at).json()
    assert done["job"]["state"] == "done" and done["report"]["rows"] and len(done["files"]) == 2
    page = next(name for name in done["files"] if name.endswith(".html"))
    assert counsel.get(f"{at}/{page}").content.startswith(b"<!doctype html>")
    assert [one["number"] for one in counsel.get(SWEEPS).json()] == [done["job"]["number"]]


def test_what_was_not_swept_is_not_there(program: Program) -> None:
    counsel = program.of("counsel")
    assert counsel.get(f"{SWEEPS}/7").status_code == 404 and counsel.get(f"{SWEEPS}/7/7.cube").status_code == 404
    assert counsel.post(f"{SWEEPS}/start", {"on": "tomorrow"}).status_code == 400


@pytest.mark.parametrize(
    ("person", "path"),
    [("auditor", f"{AT}/collections/start"), ("first.approver", f"{AT}/collections/start"),
     ("auditor", f"{SWEEPS}/start")],
)  # fmt: skip
def test_who_may_not_asks_for_nothing(program: Program, person: str, path: str) -> None:
    other = program.of(person)
    assert other.post(path, {}, if_match=other.etag).status_code == 403
    assert other.get(f"{AT}/collections/jobs").json() == other.get(SWEEPS).json() == []
