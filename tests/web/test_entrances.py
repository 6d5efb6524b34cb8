"""A person's sessions and passkeys: what is written down of them, and how somebody puts a thief out."""

from __future__ import annotations

from html import unescape

import pytest
from tests.web.authenticator import Device
from tests.web.office import MATTER, Browser, Clock, another
from tests.web.test_stepup import approve, enrol, signed, strict

from comity.desk import entrances, ledger
from comity.web.app import COOKIE

PATH = f"/matters/{MATTER}"


@pytest.fixture(autouse=True)
def passkeys_are_asked_for(browser: Browser) -> None:
    strict(browser.web.house.root)


def told(browser: Browser, person: str) -> list[str]:
    with browser.web.house.opened() as office:
        return [event.says for event in entrances.told(office, person)]


def copied(browser: Browser, of: Browser) -> Browser:
    thief = Browser(browser.web)
    thief.client.cookies.set(COOKIE, of.cookie or "")
    return thief


def test_who_ends_their_sessions_is_out_everywhere_and_nobody_else_is(browser: Browser) -> None:
    own, device = signed(browser, "first.approver")
    at_home, thief, counsel = another(browser, "first.approver"), copied(browser, own), another(browser, "counsel")
    page = own.get("/me").text
    assert page.count(">by a link<") == 2 and page.count("this one") == 1
    form = own.form("/me", "/me/sessions/end")
    assert counsel.post("/me/sessions/end", form).status_code == 403, "another's form ends nothing"
    ended = own.post("/me/sessions/end", form)
    assert ended.headers["location"] == "/sign-in?ended=yes"
    assert "Every session of yours is ended" in own.get("/sign-in?ended=yes").text
    for one in (own, at_home, thief):
        assert one.get("/me").headers["location"] == "/sign-in"
        assert one.post(f"{PATH}/approve", {"form": str(form["form"])}).status_code == 401
    assert counsel.get("/me").status_code == 200
    assert told(browser, "first.approver")[0] == "first.approver ended every session of theirs: 2"
    visitor = Browser(browser.web)
    asked = visitor.post("/sign-in/passkey/begin", {"answer": ""})
    visitor.post("/sign-in/passkey", {"answer": device.sign(asked.text)})
    assert approve(visitor, device).status_code == 303


def test_what_no_passkey_answered_for_is_written_down_once_a_quarter_of_an_hour(browser: Browser, clock: Clock) -> None:
    own, _ = signed(browser, "first.approver")
    thief, other = copied(browser, own), Device("http://localhost:8400")
    before = len(told(browser, "first.approver"))
    for _ in range(3):
        assert thief.approve().status_code == 403
    assert enrol(thief, other).status_code == 403
    found = told(browser, "first.approver")
    assert len(found) == before + 2 and "/me/passkeys/begin was sent at a session of first.approver" in found[0]
    assert f"{PATH}/approve was sent at a session of first.approver, and no passkey of theirs answered" in found[1]
    counsel = another(browser, "counsel")
    page = unescape(counsel.get("/alarms").text)
    assert found[0] in page and found[1] in page and page.count("Settle it") == 2
    assert "/alarms/settle" not in own.get("/alarms").text, "an approver sees no alarms"
    clock.on(minutes=16)
    thief.approve()
    assert counsel.get("/alarms").text.count("Settle it") == 2, "one until it is settled"
    assert len(told(browser, "first.approver")) == before + 3
    assert found[1] in unescape(own.get("/me").text) and not told(browser, "counsel")
    with browser.web.house.opened() as office:
        assert ledger.verify(office)[1] == []


def test_whoever_watches_reads_it_in_the_ledger_and_nobody_else(browser: Browser) -> None:
    own, _ = signed(browser, "first.approver")
    copied(browser, own).approve()
    for person, reads in (("auditor", True), ("counsel", True), ("administrator", True), ("clerk", False)):
        page = another(browser, person).get("/ledger?matter=%23entrances").text
        assert ("no passkey of theirs answered" in page) == reads and "entrance" in page


def test_who_is_auditor_ends_their_own_sessions_too(browser: Browser) -> None:
    auditor = another(browser, "auditor")
    assert auditor.send("/me", "/me/sessions/end").status_code == 303
    assert auditor.get("/me").headers["location"] == "/sign-in"
