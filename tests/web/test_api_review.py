"""The review for programs: hits read, marked and summed up as on the page, by those who review alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.web.office import MATTER, Clock, desk, events
from tests.web.programs import AT, Program

from comity.desk import gate
from comity.desk.matter import load
from comity.desk.reading import reads
from comity.desk.review import message
from comity.desk.review import sitting as sat

REVIEW = f"{AT}/review"


@pytest.fixture
def program(root: Path, clock: Clock) -> Program:
    return Program(desk(root, clock), "second.approver")


def sitting(program: Program) -> dict[str, Any]:
    found: dict[str, Any] = program.get(f"{REVIEW}?limit=1000").json()
    return found


def say(program: Program, hit: int, says: str, why: str = "") -> Any:
    shown = sitting(program)["shown"]
    return program.post(f"{REVIEW}/marks", {"shown": shown, "hit": hit, "says": says, "why": why})


def test_hits_are_what_the_desk_found_and_each_look_is_written_down(program: Program) -> None:
    found = sitting(program)
    with program.web.house.opened() as office:
        now = sat(office, MATTER)
        words = message(office, now.listing, 1)
    assert words and (found["shown"], found["total"]) == (now.kept, len(now.hits))
    assert [(one["where"], one["size"]) for one in found["hits"]] == [(one.where, one.size) for one in now.hits]
    part = program.get(f"{REVIEW}?start=1&limit=2").json()["hits"]
    assert part == found["hits"][1:3]
    one = program.get(f"{REVIEW}/1").json()
    assert one["texts"] == [list(pair) for pair in words.texts] and ["Subject"] in [pair[:1] for pair in one["headers"]]
    assert program.get(f"{REVIEW}/99999").status_code == 404
    with program.web.house.opened() as office:
        assert "/api/v1/review/1" in {look.page for look in reads(office, MATTER)}


def test_marks_and_a_rule_are_summed_up_as_on_the_page(program: Program, clock: Clock) -> None:
    first = say(program, 1, "read")
    assert first.status_code == 201 and first.json()["next"] == 2, first.text
    assert say(program, 2, "privileged", "to her lawyer").json()["counts"]["counsel"] == 1
    shown = sitting(program)["shown"]
    cleared = program.post(f"{REVIEW}/rule", {"shown": shown, "rule": "each names a term"}).json()
    assert cleared["counts"]["left"] == 0 and cleared["counts"]["cleared"] == sitting(program)["total"] - 2
    counsel = program.of("counsel")
    assert say(counsel, 2, "withheld").json()["type"] == "urn:comity:no-ground"
    assert say(counsel, 2, "withheld", "attorney and client").status_code == 201
    assert say(program, 2, "read").json()["type"] == "urn:comity:counsel-decided"
    before = events(program.web, "reviewed")
    assert program.post(f"{REVIEW}/sum", {"shown": shown}).status_code == 428
    clock.on(minutes=1)
    done = program.act("review/sum", {"shown": shown, "state_unreadable": True}, idempotency_key="0123456789")
    assert done.status_code == 201 and "1 withheld by counsel" in done.json()["says"], done.text
    assert events(program.web, "reviewed") == before + 1
    with program.web.house.opened() as office:
        counted = gate.hits_of(load(office, MATTER))
    assert counted and (counted.read, counted.cleared) == (1, sitting(program)["total"] - 2)


def test_what_was_not_shown_is_not_marked(program: Program) -> None:
    other = {"shown": f"sha256:{'0' * 64}", "hit": 1, "says": "read"}
    answer = program.post(f"{REVIEW}/marks", other)
    assert answer.json()["type"] == "urn:comity:moved-on" and sitting(program)["hits"][0]["mark"] is None
    assert program.post(f"{REVIEW}/rule", {"shown": other["shown"], "rule": "x"}).status_code == 409
    assert say(program, 99_999, "read").status_code == 404 and say(program, 1, "burnt").status_code == 400


@pytest.mark.parametrize("person", ["clerk", "auditor", "first.approver"])
def test_who_does_not_review_sees_no_hit_and_says_nothing(program: Program, person: str) -> None:
    shown, other = sitting(program)["shown"], program.of(person)
    roles = program.web.people()[1][person]
    assert not roles & {"reviewer", "counsel"}, "else this proves nothing"
    assert other.get(REVIEW).status_code == 403 and other.get(f"{REVIEW}/1").status_code == 403
    for what, body in (("marks", {"hit": 1, "says": "read"}), ("rule", {"rule": "each"}), ("sum", {})):
        assert other.act(f"review/{what}", {"shown": shown, **body}).status_code == 403, what
    assert sitting(program)["counts"]["read"] == 0 and sitting(program)["rule"] is None


def test_a_reviewer_withholds_nothing(program: Program) -> None:
    assert say(program, 1, "withheld", "privilege").status_code == 403
    assert sitting(program)["hits"][0]["mark"] is None
