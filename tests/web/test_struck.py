"""Who was struck from office.toml, or lost the role, opens nothing with what they approved before."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from tests.web.office import MATTER, NOW, POINT, Browser, another, desk
from tests.web.test_pages import text_of

from comity.desk import gate
from comity.desk.matter import enter, load
from comity.desk.office import Office
from comity.desk.produce import GateShut
from comity.desk.release import Refused, send
from comity.kernel.gate import Refusal, Release
from comity.kernel.matter import Event

LATER = NOW + timedelta(minutes=5)
KEY = str(pyrage.x25519.Identity.generate().to_public())
PEOPLE = {
    "gone": ('[[person]]\nname = "first.approver"\nroles = ["approver"]\n', "", "does not work here now"),
    "auditor now": (
        '"first.approver"\nroles = ["approver"]',
        '"first.approver"\nroles = ["auditor"]',
        "may not approve",
    ),
}


def approved(root: Path) -> Office:
    """The office with a matter that two approvers have let go."""
    it = Office(root)
    answer = (("term", POINT), ("answer", "true"))
    enter(it, MATTER, Event("", "counsel", NOW, NOW, "our memo", "memo 1", "counsel", data=answer))
    for person in ("first.approver", "second.approver"):
        gate.approve(it, MATTER, person, NOW + timedelta(minutes=1))
    assert isinstance(gate.ask(it, MATTER, LATER), Release)
    return it


def changed(root: Path, before: str, after: str) -> None:
    settings = root / "office.toml"
    assert before in settings.read_text()
    settings.write_text(settings.read_text().replace(before, after))


@pytest.mark.parametrize("what", PEOPLE)
def test_an_approval_opens_nothing_once_its_giver_may_not_approve(what: str, root: Path) -> None:
    """The gate says whose it was, and asks for another; given by another, it opens; put back, it counts again."""
    before, after, why = PEOPLE[what]
    approved(root).close()
    changed(root, before, after)
    it = Office(root)
    answer = gate.ask(it, MATTER, LATER)
    assert isinstance(answer, Refusal) and answer.standing == ()
    assert [reason.name for reason in answer.reasons] == ["approver-struck", "two-people"]
    assert f"first.approver approved exactly this, but {why}" in answer.reasons[0].says
    assert "1 of two people" in answer.reasons[1].says
    with pytest.raises(Refused, match=r"first\.approver approved"):
        send(it, MATTER, "clerk", LATER, (KEY,), root.parent / "out")
    assert not (root.parent / "out").exists() and not load(it, MATTER).of("produced")
    gate.approve(it, MATTER, "counsel", LATER)
    opened = gate.ask(it, MATTER, LATER + timedelta(minutes=1))
    assert isinstance(opened, Release) and opened.approved_by == ("counsel", "second.approver")
    it.close()
    if after:
        changed(root, after, before)
        assert isinstance(gate.ask(Office(root), MATTER, LATER + timedelta(minutes=1)), Release)


def test_another_role_that_approves_is_enough(root: Path) -> None:
    """Whoever approved as approver and is counsel now may still approve."""
    approved(root).close()
    changed(root, '"first.approver"\nroles = ["approver"]', '"first.approver"\nroles = ["counsel"]')
    assert isinstance(gate.ask(Office(root), MATTER, LATER), Release)


def test_what_would_not_count_anyway_is_not_blamed_on_who_gave_it(root: Path) -> None:
    """Taken back before its giver left: the gate says only that approvals are missing."""
    it = approved(root)
    gate.withdraw(it, MATTER, "first.approver", LATER)
    it.close()
    changed(root, *PEOPLE["gone"][:2])
    answer = gate.ask(Office(root), MATTER, LATER + timedelta(minutes=1))
    assert isinstance(answer, Refusal) and [reason.name for reason in answer.reasons] == ["two-people"]


def test_struck_while_a_production_is_sealed_keeps_it_in(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate is asked with whoever works here at the very end."""
    it = approved(root)
    real = gate.last_word

    def meanwhile(office: Office, name: str, at: object) -> object:
        people = office.settings.people
        people.pop("first.approver", None) if load(office, name).of("released") else None
        return real(office, name, at)  # type: ignore[arg-type]

    monkeypatch.setattr(gate, "last_word", meanwhile)
    with pytest.raises(GateShut, match=r"first\.approver approved exactly this"):
        send(it, MATTER, "clerk", LATER, (KEY,), root.parent / "out")
    assert not (root.parent / "out").exists() and not load(it, MATTER).of("produced")


def test_the_pages_say_whose_approval_counts_no_more_and_ask_again(root: Path) -> None:
    """On the matter's page and in the inbox, from the next click on."""
    approved(root).close()
    browser = Browser(desk(root))
    browser.sign_in("counsel")
    browser.web.now.on(minutes=6)  # type: ignore[attr-defined]
    assert re.search(r"may leave, approved by first\.approver and second\.approver", text_of(browser.page()))
    changed(root, *PEOPLE["gone"][:2])
    page = text_of(browser.page())
    assert "first.approver approved exactly this, but does not work here now" in page
    assert "counts no more: who gave it may not approve now" in page and "You approve exactly this" in page
    assert "shut 2 reasons" in text_of(browser.get("/").text)
    browser.approve()
    assert "may leave, approved by counsel and second.approver" in text_of(another(browser, "clerk").page())
