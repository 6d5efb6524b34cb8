"""The work in a real browser: every hit reviewed by keyboard alone, a collection followed while a worker does it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.web.office import MATTER
from tests.web.test_browser import (
    AXE,
    CHROMIUM,
    SAID,
    TAGS,
    TOO_WIDE,
    Served,
    chromium,
    press,
    served,
    signed_in,
)

from comity.desk.matter import load
from comity.desk.office import Office
from comity.desk.review import Mark, mark, sitting

__all__ = ("chromium", "served")
PATH = f"/matters/{MATTER}"
PAGES = (f"{PATH}/collect", f"{PATH}/review", f"{PATH}/review/2", f"{PATH}/production", f"{PATH}/notice",
         "/tasks", "/reports", "/exposure")  # fmt: skip
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium`")


def test_every_hit_is_reviewed_by_keyboard_alone(chromium: Any, served: Served) -> None:
    """r for each but one, which goes to counsel; a letter that is typed into a field is only a letter."""
    page = signed_in(chromium, served, "second.approver")
    office = Office(served.office)
    number = len(sitting(office, MATTER).hits)
    page.goto(f"{served.address}{PATH}/review/1")
    for key, lands in (("j", 2), ("j", 3), ("k", 2), ("k", 1)):
        with page.expect_navigation():
            page.keyboard.press(key)
        assert page.url.endswith(f"/review/{lands}")
    page.focus("#why")
    page.keyboard.type("privileged, rather")
    assert page.input_value("#why") == "privileged, rather" and page.url.endswith("/review/1")
    page.keyboard.press("Shift+Tab")
    with page.expect_navigation():
        page.keyboard.press("p")
    for one in range(8, number + 1):  # others were read in an earlier sitting
        mark(office, MATTER, sitting(office, MATTER).kept, one, Mark("read", "second.approver", datetime.now(UTC)))
    for _ in range(6):
        with page.expect_navigation():
            page.keyboard.press("r")
    found = sitting(office, MATTER)
    assert found.counts == {"read": number - 1, "cleared": 0, "withheld": 0, "counsel": 1, "left": 0}
    assert found.hits[0].mark and found.hits[0].mark.why == "privileged, rather"
    page.click("#keys-off")
    page.keyboard.press("j")
    assert page.get_attribute("#keys-off", "aria-pressed") == "true" and "Review" in page.title()
    press(page, "Record it")
    assert f"{number - 1} read" in page.inner_text("[role=status]")
    assert page.wrong == []


def test_a_collection_is_followed_while_a_worker_does_it(chromium: Any, served: Served) -> None:
    """The page fills by itself, without script on the next load; the worker stands beside the desk."""
    page = signed_in(chromium, served, "clerk")
    page.goto(f"{served.address}{PATH}/collect")
    before = len(load(Office(served.office), MATTER).of("collected"))
    press(page, "Begin the collection")
    page.wait_for_selector("#collecting:not([hx-trigger])", timeout=20_000)
    assert "What was found" in page.inner_text("#collecting") and "done" in page.inner_text("#collecting")
    assert len(load(Office(served.office), MATTER).of("collected")) == before + 1
    plain = signed_in(chromium, served, "clerk", java_script_enabled=False)
    plain.goto(f"{served.address}{PATH}/collect")
    assert "What was found" in plain.inner_text("#collecting")
    assert page.wrong == []


def test_nobody_is_shut_out_of_the_work(chromium: Any, served: Served) -> None:
    """Each page by axe in the light, its contrast in the dark, and nothing wider than a telephone."""
    source, found = AXE.read_text("utf-8"), []
    contrast = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    for scheme, rules in (("light", {"runOnly": TAGS, **SAID}), ("dark", contrast)):
        page = signed_in(chromium, served, "second.approver", color_scheme=scheme)
        for path in PAGES:
            page.goto(served.address + path)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            page.evaluate(source)
            wrong = page.evaluate("options => axe.run(options).then(found => found.violations)", rules)
            found += [f"{path} {one['id']}: {n['html'][:160]}" for one in wrong for n in one["nodes"]]
    narrow = signed_in(chromium, served, "second.approver", viewport={"width": 320, "height": 640})
    for path in PAGES:
        narrow.goto(served.address + path)
        narrow.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found += [f"{path} {one}" for one in narrow.evaluate(TOO_WIDE)]
    assert not found, "\n".join(found)
