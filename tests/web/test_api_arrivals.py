"""Intake for programs: what the pages do with a demand that is being read, and each look at it is written down."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from tests.web.office import MATTER, Clock, desk
from tests.web.programs import V1, Program

from comity.desk.matter import demand_of, load
from comity.desk.reading import reads
from comity.intake.write import write_demand
from comity.kernel.words import digest
from comity.sim.papers import warrant_2018

HERE = f"{V1}/arrivals"
PAPER = warrant_2018()
REST = {"served": ["2026-11-18T09:00:00Z"], "channel": ["post"], "demand.gag": ["false"]}
"""What no paper says, and what this one does not."""


@pytest.fixture
def program(root: Path, clock: Clock) -> Program:
    return Program(desk(root, clock))


def sent(*papers: tuple[str, str]) -> dict[str, Any]:
    return {"papers": [{"name": name, "octets": b64encode(text.encode()).decode()} for name, text in papers]}


def brought(program: Program, *papers: tuple[str, str]) -> str:
    answer = program.post(f"{HERE}/bring", sent(*papers or (("warrant.txt", PAPER),)))
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{HERE}/{answer.json()['arrival']}"
    return str(answer.headers["location"])


def values(arrived: dict[str, Any]) -> dict[str, list[str]]:
    return {one["name"]: one["value"] for one in arrived["fields"]}


def test_a_paper_becomes_a_matter_as_it_does_on_the_pages(program: Program) -> None:
    at = brought(program)
    assert [f"{HERE}/{one['id']}" for one in program.get(HERE).json()] == [at]
    read = program.get(at).json()
    assert [fault["name"] for fault in read["stands"]["faults"]] == ["missing-key", "missing-key"]
    assert values(read)["accounts"] == ["owen.ardmore@meridian.example"] and read["begins"] is None
    assert program.get(f"{at}/papers/0").content == PAPER.encode()
    early = program.post(f"{at}/confirm", {})
    assert early.status_code == 422 and early.json()["faults"]
    checked = program.post(f"{at}/check", {"fields": REST})
    assert checked.status_code == 201 and checked.json()["stands"] is None
    assert checked.json()["begins"]["demand"]["id"] == "M-0001" and checked.json()["begins"]["verdicts"][0]["open"]
    done = program.post(f"{at}/confirm", {}, idempotency_key="0123456789abcdef")
    assert done.status_code == 201 and done.json()["matter"] == "M-0001"
    assert program.get(done.headers["location"]).headers["etag"] == done.headers["etag"]
    with program.web.house.opened() as office:
        demand, sources = demand_of(load(office, "M-0001")), dict(load(office, "M-0001").of("confirmed")[0].data)
        assert demand.scope == demand_of(load(office, MATTER)).scope and demand.served.day == 18
    assert sources["source.accounts"] == "owen.ardmore@meridian.example"
    assert sources["source.served"] == "chosen by clerk"
    assert program.get(HERE).json() == [] and program.get(at).json()["ended"] == "confirmed"
    assert program.post(f"{at}/check", {}).status_code == 409


def test_a_choice_that_is_left_out_stays(program: Program) -> None:
    at = brought(program)
    program.post(f"{at}/check", {"fields": {"channel": ["fax"], "since": None}})
    kept = program.post(f"{at}/check", {"fields": {"served": ["2026-11-18T09:00:00Z"]}}).json()
    rows = {one["name"]: one for one in kept["fields"]}
    assert (rows["channel"]["value"], rows["since"]["none"]) == (["fax"], True)
    again = program.post(f"{at}/check", {"fields": {"since": ["2018-01-01"]}}).json()
    assert values(again)["since"] == ["2018-01-01"] and values(again)["channel"] == ["fax"]


@pytest.mark.parametrize(
    "said", [{"fields": {"colour": ["red"]}}, {"main": 1}, {"fields": {"served": ["yesterday"], "channel": ["post"]}},
             {"fields": {"accounts": None, "channel": None, "place": None, "id": None, "categories": None}}]
)  # fmt: skip
def test_what_cannot_be_confirmed_begins_nothing(program: Program, said: dict[str, Any]) -> None:
    at = brought(program)
    answer = program.post(f"{at}/confirm", said)
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json", answer.text
    with program.web.house.opened() as office:
        assert list(office.matters()) == [MATTER]


def test_another_paper_and_a_written_text_can_be_taken(program: Program) -> None:
    with program.web.house.opened() as office:
        whole = write_demand(demand_of(load(office, MATTER))).replace(f'"{MATTER}"', '"typed-1"', 1)
    at = brought(program, ("a.toml", whole), ("b.txt", PAPER))
    assert program.get(at).json()["main"] == 0 and program.get(at).json()["text"] == whole
    assert values(program.post(f"{at}/check", {"main": 1}).json())["accounts"]
    broken = program.post(f"{at}/check", {"main": 0, "text": whole.replace("us-nysd", "owl")}).json()
    assert "unknown-court" in [fault["name"] for fault in broken["stands"]["faults"]]
    assert program.post(f"{at}/confirm", {"text": whole}).json()["matter"] == "typed-1"


def test_it_is_set_aside_with_a_reason(program: Program) -> None:
    at = brought(program)
    assert program.post(f"{at}/aside", {"why": " "}).status_code == 422
    assert program.post(f"{at}/aside", {"why": "not ours"}).status_code == 201
    assert (program.get(at).json()["says"], program.get(at).json()["ended_by"]) == ("not ours", "clerk")


def test_each_look_is_written_down_before_it_is_told(program: Program) -> None:
    at = brought(program)
    program.get(at)
    assert program.post(f"{at}/confirm", {"fields": {"accounts": ["nobody@meridian.example"]}}).status_code == 422
    program.get(f"{at}/papers/0")
    owen, nobody = (digest([f"{one}@meridian.example"]) for one in ("owen.ardmore", "nobody"))
    with program.web.house.opened() as office:
        found = [(one.page, one.accounts) for one in reads(office, matter=f"intake/{at.rpartition('/')[2]}")]
    assert found == [("/bring", owen), ("", owen), ("", nobody), ("/paper/0", nobody)]


@pytest.mark.parametrize("person", ["first.approver", "administrator", "auditor", "counsel"])
def test_who_takes_no_demands_in_does_nothing(program: Program, person: str) -> None:
    at, other = brought(program), program.of(person)
    looks = person in ("auditor", "counsel")
    for path in (at, f"{at}/papers/0"):
        assert other.get(path).status_code == (200 if looks else 403)
    for act, body in (("check", {}), ("confirm", {"main": 7}), ("aside", {"why": "x"})):
        answer = other.post(f"{at}/{act}", body)
        assert answer.status_code == 403 and "owen" not in answer.text, act
    assert other.post(f"{HERE}/bring", sent(("x.txt", PAPER))).status_code == 403
    assert program.get(at).json()["ended"] is None


def test_what_is_not_there_is_said(program: Program) -> None:
    at = brought(program)
    assert program.get(f"{HERE}/none").status_code == 404 and program.get(f"{at}/papers/9").status_code == 422
    assert program.post(f"{HERE}/none/check", {}).status_code == 404
