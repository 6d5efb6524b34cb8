"""A European Production Order that the enforcing authority must see: the gate waits by itself, at the desk too."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from comity.desk import demand as intake
from comity.desk import gate
from comity.desk.decision import assess
from comity.desk.matter import deadlines, load, record
from comity.desk.office import Office, init
from comity.kernel.demand import Demand
from comity.kernel.gate import Refusal
from comity.kernel.matter import Event

STORY = Path(__file__).parents[1] / "stories" / "epoc.txt"
SERVED = datetime(2026, 9, 1, 10, tzinfo=UTC)
OPENS = datetime(2026, 9, 11, 22, tzinfo=UTC)
"""The end of the tenth day after receipt in Berlin, whose clock the issuing authority's days end by."""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """The office of the story, with its order received."""
    root = tmp_path / "office"
    init(root, "Lough", "ledger.lough.example/comity", "ie").close()
    for name, text in re.findall(r"^=== (\S+)\n(.*?)^===$", STORY.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text, "utf-8")
    office = Office(root)
    demand = intake.take_in(office, tmp_path / "epoc.toml", SERVED)
    assert isinstance(demand, Demand)
    intake.receive(office, demand, "clerk", SERVED)
    return office


def shut(office: Office, at: datetime) -> list[str]:
    """What the gate says of the window at a moment."""
    answer = gate.ask(office, "E-1", at)
    assert isinstance(answer, Refusal)
    return [reason.remedy for reason in answer.reasons if reason.name == "window-shut"]


def test_the_gate_waits_for_the_end_of_the_tenth_day(office: Office) -> None:
    """Nobody has to write an event down for it; a moment before it is shut, then it is not."""
    assert shut(office, SERVED + timedelta(days=1)) == [f"wait until {OPENS}, or record the authority's clearance"]
    assert shut(office, OPENS - timedelta(seconds=1)) != []
    assert shut(office, OPENS) == []


def test_clearance_opens_it_from_its_own_moment(office: Office) -> None:
    """The Irish authority writes that it raises no ground."""
    cleared = SERVED + timedelta(days=3)
    record(office, "E-1", [Event("", "window-cleared", cleared, cleared, "no ground for refusal", "letter", "clerk")])
    assert shut(office, cleared - timedelta(seconds=1)) != []
    assert shut(office, cleared) == []


def test_answer_and_window_are_separate_clocks(office: Office) -> None:
    """Both end with the tenth day; each shows its rule."""
    matter = load(office, "E-1")
    found = assess(office, matter, SERVED)
    duties = [duty for ruled in found.ruled for duty in ruled.decision.duties]
    clocks = {clock.name: clock for clock in deadlines(matter, duties, "DE", SERVED)}
    assert (clocks["window"].due, clocks["answer"].due) == (OPENS, OPENS)
    assert clocks["window"].cite != clocks["answer"].cite
