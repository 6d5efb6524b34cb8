"""Letters for programs: made, read, saved, finished and taken away as on the pages, and refused as there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.web.office import MATTER, POINT, Browser, Clock, another, desk, events
from tests.web.programs import AT, Program

from comity.desk import letter as letters
from comity.letters.drafts.edit import lines

ALL = f"{AT}/letters"
MOTION = f"{ALL}/motion-1"


@pytest.fixture
def counsel(root: Path, clock: Clock) -> Program:
    """Counsel's program, with a motion made."""
    settings = root / "office.toml"
    settings.write_text(settings.read_text() + "\n[api]\ndecide = true\n")
    program = Program(desk(root, clock), "counsel")
    made = program.post(f"{ALL}/drafts", {"kind": "motion"}, idempotency_key="motion-key")
    assert made.status_code == 201 and made.headers["location"] == MOTION, made.text
    assert program.post(f"{ALL}/drafts", {"kind": "motion"}, idempotency_key="motion-key").json() == made.json()
    return program


def fill(program: Program) -> int:
    """Fill every field in; gives the version."""
    found = program.get(MOTION).json()
    left = [
        {"number": one["number"], "text": f"Filled {one['number']}."} for one in found["paragraphs"] if one["unfilled"]
    ]
    saved = program.post(f"{MOTION}/versions", {"version": found["letter"]["version"], "paragraphs": left})
    assert left and saved.status_code == 201, saved.text
    version: int = saved.json()["version"]
    return version


def test_what_is_listed_and_read_is_what_the_desk_keeps(counsel: Program) -> None:
    listed = counsel.get(ALL).json()
    assert [one["id"] for one in listed["letters"]] == ["motion-1"] and not listed["trouble"]
    assert listed["possible"]["motion"] == "" and "no class of records" in listed["possible"]["refusal"]
    assert listed["about"]["notice"] and listed["about"]["certificate"] == []
    with counsel.web.house.opened() as office:
        kept = lines(letters.read(office, MATTER, "motion-1"))
    shown = counsel.get(MOTION).json()["paragraphs"]
    assert [one["text"] for one in shown] == [line.text for line in kept]
    assert [[cite["text"] for cite in one["cites"]] for one in shown] == [[c.text for c in line.cites] for line in kept]


def test_what_is_saved_stands_on_the_page(counsel: Program) -> None:
    law = next(one for one in counsel.get(MOTION).json()["paragraphs"] if one["kind"] == "law" and one["cites"])
    cite = law["cites"][0]["id"]
    left = {"number": law["number"], "text": "Ours <b>alone</b>.", "dropped": [cite]}
    assert counsel.post(f"{MOTION}/versions", {"version": 1, "paragraphs": [left]}).json()["version"] == 2
    browser = Browser(counsel.web)
    page = another(browser, "counsel").get(f"/matters/{MATTER}/letters/motion-1").text
    assert "Ours &lt;b&gt;alone&lt;/b&gt;." in page and "Citations taken out" in page
    again = {"version": 2, "paragraphs": [{"number": law["number"], "text": "Ours."}]}
    assert counsel.post(f"{MOTION}/versions", again).status_code == 201
    shown = counsel.get(MOTION).json()["paragraphs"][law["number"] - 1]
    assert shown["cites"][0]["taken_out"] and shown["edited_by"] == "counsel", "a citation not named stays as it was"


def test_who_comes_second_is_refused_and_nothing_is_lost(counsel: Program) -> None:
    clerk = counsel.of("clerk")
    law = next(one["number"] for one in counsel.get(MOTION).json()["paragraphs"] if one["kind"] == "law")
    left = {"version": 1, "paragraphs": [{"number": law, "text": "One."}]}
    assert counsel.post(f"{MOTION}/versions", left).status_code == 201
    late = clerk.post(f"{MOTION}/versions", {"version": 1, "paragraphs": [{"number": law, "text": "Two."}]})
    assert late.status_code == 409 and late.json()["type"] == "urn:comity:draft-overtaken"
    assert counsel.get(MOTION).json()["paragraphs"][law - 1]["text"] == "One."


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("/drafts", {"kind": "ode"}, 400), ("/drafts", {"kind": "refusal"}, 409),
        ("/motion-1/versions", {"version": 1, "paragraphs": [{"number": 9999, "text": "x"}]}, 422),
        ("/motion-9/versions", {"version": 1, "paragraphs": [{"number": 1, "text": "x"}]}, 404),
        ("/motion-1/versions", {"version": 7, "paragraphs": [{"number": 1, "text": "x"}]}, 404),
        ("/motion-1/versions", {"version": 1, "paragraphs": []}, 400),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_a_problem(counsel: Program, what: str, body: dict[str, Any], status: int) -> None:
    answer = counsel.post(ALL + what, body)
    assert answer.status_code == status and answer.json()["remedy"]
    assert counsel.get(MOTION).json()["letter"]["version"] == 1


def test_a_letter_is_finished_once_and_lies_as_it_left(counsel: Program) -> None:
    early = counsel.act("letters/motion-1/finish", {"version": 1})
    assert early.status_code == 409 and early.json()["type"] == "urn:comity:unfinished"
    version = fill(counsel)
    done = counsel.act("letters/motion-1/finish", {"version": version})
    assert done.status_code == 201 and events(counsel.web, "letter") == 1, done.text
    paper = counsel.get(f"{MOTION}/pdf")
    assert paper.content.startswith(b"%PDF") and b"Filled" in counsel.get(f"{MOTION}/html").content
    answered = counsel.act("answers", {"term": POINT, "answer": "true", "says": "memo", "source": "memo 1"})
    assert answered.status_code == 201 and counsel.get(f"{MOTION}/pdf").content == paper.content
    assert counsel.get(MOTION).json()["letter"]["finished_by"] == "counsel"
    late = counsel.post(f"{MOTION}/versions", {"version": version, "paragraphs": [{"number": 1, "text": "x"}]})
    assert late.json()["type"] == "urn:comity:finished"


def test_a_stale_letter_is_finished_only_by_who_names_what_changed(counsel: Program) -> None:
    version = fill(counsel)
    counsel.act("answers", {"term": POINT, "answer": "true", "says": "our memo", "source": "memo 1"})
    stale = counsel.act("letters/motion-1/finish", {"version": version})
    assert stale.status_code == 409 and stale.json()["type"] == "urn:comity:stale"
    found = counsel.get(MOTION).json()
    assert any("our memo" in change for change in found["letter"]["changed"])
    done = counsel.act("letters/motion-1/finish", {"version": version, "told": found["told"]})
    assert done.status_code == 201 and events(counsel.web, "letter") == 1


@pytest.mark.parametrize("person", ["first.approver", "auditor"])
def test_who_writes_no_letters_reads_them(counsel: Program, person: str) -> None:
    other = counsel.of(person)
    assert other.get(MOTION).status_code == 200
    for what, body in (
        ("letters/drafts", {"kind": "memo"}),
        ("letters/motion-1/versions", {"version": 1, "paragraphs": [{"number": 1, "text": "x"}]}),
        ("letters/motion-1/finish", {"version": 1}),
    ):
        assert other.act(what, body).status_code == 403, what
    assert counsel.get(MOTION).json()["letter"]["version"] == 1


def test_only_counsel_finishes_what_counsel_asks_for(counsel: Program) -> None:
    version = fill(counsel)
    refused = counsel.of("clerk").act("letters/motion-1/finish", {"version": version})
    assert refused.status_code == 403 and events(counsel.web, "letter") == 0
