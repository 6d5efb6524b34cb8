"""Two who do the same: a happening told once, an approval given once, and for the order as it was shown."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pyrage
import pytest
from tests.web.office import MATTER, Browser, Clock, another, events

from comity.desk.release import LeftAlready, send

PATH = f"/matters/{MATTER}"
SAID = {"says": "the government answered", "source": "docket 12"}


def told(browser: Browser, kind: str = "filing", **more: str) -> dict[str, object]:
    """The form for an event, as somebody fills it in."""
    return {**browser.form(f"{PATH}/event?kind={kind}", f"{PATH}/enter"), **SAID, **more}


def test_a_happening_that_two_tell_at_once_is_told_once(browser: Browser) -> None:
    clerk, counsel = another(browser, "clerk"), another(browser, "counsel")
    forms = [told(one) for one in (clerk, counsel)]
    assert clerk.post(f"{PATH}/enter", forms[0]).status_code == 303
    refused = counsel.post(f"{PATH}/enter", forms[1])
    assert refused.status_code == 409 and events(browser.web, "filing") == 1
    assert "clerk recorded the same kind of event while this form lay open: the government answered" in refused.text
    assert "docket 12" in refused.text, "what was typed still stands there"
    again = {**forms[1], **{key: str(value) for key, value in again_in(refused.text).items()}}
    assert counsel.post(f"{PATH}/enter", again).status_code == 303, (
        "who has read that and has another one sends it again"
    )
    assert events(browser.web, "filing") == 2


def again_in(page: str) -> dict[str, str]:
    form = page[page.index(f'action="{PATH}/enter"') :]
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    }


def test_what_is_of_another_kind_waits_for_nobody(browser: Browser) -> None:
    """A stay is recorded whatever else was, and so is a form that says nothing of what its writer saw."""
    clerk = another(browser, "clerk")
    stay = told(clerk, "stayed")
    assert clerk.post(f"{PATH}/enter", told(clerk)).status_code == 303
    assert clerk.post(f"{PATH}/enter", stay).status_code == 303
    bare = told(clerk, says="another")
    for odd in ("", "x", "-1", "9" * 30):
        assert clerk.post(f"{PATH}/enter", {**told(clerk, says=f"filed {odd}"), "seen": odd}).status_code == 303
    assert clerk.post(f"{PATH}/enter", bare).status_code == 409
    assert events(browser.web, "stayed") == 1 and events(browser.web, "filing") == 5


def test_who_was_shown_a_live_order_does_not_approve_a_stayed_one(browser: Browser, clock: Clock) -> None:
    first, clerk = another(browser, "first.approver"), another(browser, "clerk")
    form = first.form(PATH, f"{PATH}/approve")
    clock.on(minutes=1)
    stay = told(clerk, "stayed", says="the Second Circuit stays the order")
    assert clerk.post(f"{PATH}/enter", stay).status_code == 303
    refused = first.post(f"{PATH}/approve", form)
    assert refused.status_code == 403 and events(browser.web, "approved") == 0
    assert "now it is suspended: the Second Circuit stays the order" in unescape(refused.text)
    clock.at += timedelta(minutes=1)
    lifted = told(clerk, "stay-lifted", says="the stay is lifted")
    shown = first.form(PATH, f"{PATH}/approve")
    assert clerk.post(f"{PATH}/enter", lifted).status_code == 303
    assert "now it is live" in first.post(f"{PATH}/approve", shown).text
    assert first.approve().status_code == 303 and events(browser.web, "approved") == 1


def test_who_lets_go_what_has_just_left_is_told_who_did(browser: Browser, clock: Clock, tmp_path: Path) -> None:
    """Of two collectors at the same open gate the second asks no gate, and leaves no refusal in the matter."""
    settings = browser.web.house.root / "office.toml"
    settings.write_text(settings.read_text() + '\n[[person]]\nname = "second.clerk"\nroles = ["collector"]\n')
    another(browser, "counsel").answer()
    clock.on(minutes=1)
    for person in ("first.approver", "second.approver"):
        another(browser, person).approve()
    with browser.web.house.opened() as office:
        key = (str(pyrage.x25519.Identity.generate().to_public()),)
        send(office, MATTER, "clerk", clock(), key, tmp_path / "first.zip")
        with pytest.raises(LeftAlready, match="let go by clerk"):
            send(office, MATTER, "second.clerk", clock(), key, tmp_path / "second.zip")
    late = another(browser, "second.clerk").get(f"{PATH}/production").text
    assert "first.zip" in late and not (tmp_path / "second.zip").exists()
    assert events(browser.web, "produced", "released") == 2 and events(browser.web, "refused") == 0
