"""The served desk in a real browser: a story by keyboard alone, every page looked at by axe, nothing too wide.

Debian's chromium is driven; where there is none these tests are skipped, and say so.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.web.office import MATTER, make

from comity.desk.office import Office
from comity.web.serve import link_for, served_at

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parent / "axe" / "axe.min.js"
COMITY = (sys.executable, "-m", "comity")
PATH = f"/matters/{MATTER}"
PAGES = ("/", PATH, f"{PATH}?on=2020-01-01", f"{PATH}/event", f"{PATH}/event?kind=finding", "/law",
         "/law/show/eu-gdpr-49", "/estate", "/ledger", "/people", "/me", "/alarms", "/notices", "/intake",
         f"{PATH}/papers", f"{PATH}/authenticity", f"{PATH}/authenticity?look=1", "/nowhere")  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium`")


@dataclass
class Served:
    """A desk that runs in a process of its own."""

    process: subprocess.Popen[str]
    office: Path
    address: str

    def link(self, person: str) -> str:
        desk = Office(self.office)
        return link_for(desk, person, datetime.now(UTC), served_at(self.office))


def serving(office: Path, *more: str, verb: str = "serve") -> tuple[subprocess.Popen[str], str]:
    """The process, and what it said before it began to wait."""
    command = (*COMITY, verb, "--office", str(office), "--port", "0", *more)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1)
    assert process.stdout
    said = ""
    while "Ctrl-C ends it" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return process, said


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    office = make(tmp_path_factory.mktemp("served"), datetime.now(UTC).replace(microsecond=0) - timedelta(days=3))
    process, said = serving(office)
    yield Served(process, office, re.search(r"http://[\w.:]+", said)[0])  # type: ignore[index]
    process.send_signal(signal.SIGINT)
    process.wait(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def signed_in(chromium: Any, served: Served, person: str, **more: Any) -> Any:
    """A person's page, signed in by keyboard; whatever the browser complains of is kept in `page.wrong`."""
    page = chromium.new_context(**more).new_page()
    page.wrong = []
    page.on(
        "console",
        lambda said: page.wrong.append(said.text) if said.type == "error" and "404" not in said.text else None,
    )
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.goto(served.link(person))
    press(page, f"Sign in as {person}")
    assert page.url == f"{served.address}/"
    return page


def press(page: Any, name: str) -> None:
    """Tab to what is called so and press Enter, as somebody without a mouse does."""
    reach(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def reach(page: Any, name: str) -> None:
    """Tab until what has the focus is called so."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(CALLED) == name:
            return
    raise AssertionError(f"the keyboard does not reach {name}")


CALLED = """() => { const e = document.activeElement; if (!e) return '';
  const label = e.labels && e.labels[0] ? e.labels[0] : e;
  return (label.innerText || label.textContent).split('\\n')[0].trim(); }"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= 320 ? [] : [...document.querySelectorAll('*')]
  .filter(e => e.getBoundingClientRect().right > 320 || e.scrollWidth > Math.max(1, e.clientWidth))
  .map(e => e.outerHTML.slice(0, 120))"""


def test_one_matter_from_shut_to_open_and_shut_again_by_keyboard(chromium: Any, served: Served) -> None:
    counsel = signed_in(chromium, served, "counsel")
    press(counsel, MATTER)
    assert "class-open" in [one.get_attribute("data-reason") for one in counsel.query_selector_all(".reasons li")]
    reach(counsel, "Record your answer as counsel")
    counsel.keyboard.press("Enter")
    reach(counsel, "yes: it is then compelled")
    counsel.keyboard.press("Space")
    counsel.keyboard.press("Tab")
    counsel.keyboard.type("Recital 115 leaves it open; our memo of today")
    counsel.keyboard.press("Tab")
    counsel.keyboard.type("memo 7, p. 2")
    press(counsel, "Record this answer")
    assert "Your answer is recorded" in counsel.inner_text("[role=status]")

    first, second = (signed_in(chromium, served, name) for name in ("first.approver", "second.approver"))
    press(first, MATTER)
    press(second, MATTER)
    press(first, "Approve this release")
    assert "1 of two people have approved exactly this" in first.inner_text(".gate")
    clerk = signed_in(chromium, served, "clerk")
    clerk.goto(f"{served.address}{PATH}/event?kind=stayed")
    reach(clerk, "What happened, in a sentence")
    clerk.keyboard.type("the court of appeals stays the order")
    clerk.keyboard.press("Tab")
    clerk.keyboard.type("order, p. 1")
    press(clerk, "Record it")
    assert "suspended" in clerk.inner_text("[role=status]")

    press(second, "Approve this release")
    assert "order is not what" in second.inner_text("[role=alert]")
    gate = second.inner_text(".gate")
    assert "Shut" in gate and "the court of appeals stays the order" in gate

    clerk.goto(f"{served.address}{PATH}/event?kind=stay-lifted")
    reach(clerk, "What happened, in a sentence")
    clerk.keyboard.type("the stay is lifted")
    clerk.keyboard.press("Tab")
    clerk.keyboard.type("order, p. 1")
    press(clerk, "Record it")
    for page in (first, second):
        page.goto(f"{served.address}{PATH}")
        assert "does not count for what lies there now" in page.inner_text(".gate"), (
            "approved before the stay was lifted"
        )
        press(page, "Approve this release")
    assert "Open:" in second.inner_text(".gate") and "first.approver and second.approver" in second.inner_text(".gate")
    refused = "Failed to load resource: the server responded with a status of 403 (Forbidden)"
    assert [page.wrong for page in (counsel, first, second, clerk)] == [[], [], [refused], []]


def test_going_back_and_sending_again_acts_once(chromium: Any, served: Served) -> None:
    page = signed_in(chromium, served, "clerk")
    page.goto(f"{served.address}{PATH}/event?kind=filing")
    for _ in range(2):
        page.fill("#says", "a brief was filed")
        page.fill("#source", "docket 12")
        page.click("text=Record it")
        assert page.url.startswith(f"{served.address}{PATH}")
        page.wait_for_load_state()  # a page that is still being put in the place of another cannot be left again
        page.go_back()
    page.goto(f"{served.address}{PATH}")
    assert page.inner_text(".events").count("a brief was filed") == 2, (
        "no-store: going back is a new form, and two acts"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(chromium: Any, served: Served, scheme: str) -> None:
    """WCAG 2.2 A and AA as far as axe can tell, with every fold opened; in the dark only colours differ."""
    page = signed_in(chromium, served, "counsel", color_scheme=scheme)
    source, found = AXE.read_text("utf-8"), []
    rules = (
        {"runOnly": TAGS, **SAID} if scheme == "light" else {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    )
    for path in (*PAGES, "/sign-in") if scheme == "light" else PAGES[:5]:
        page.goto(served.address + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate(source)
        wrong = page.evaluate("options => axe.run(options).then(found => found.violations)", rules)
        found += [f"{path} {one['id']}: {n['html'][:160]} {n['failureSummary']}" for one in wrong for n in one["nodes"]]
    assert not found, "\n".join(found)
    assert page.wrong == []


def test_nothing_is_wider_than_a_telephone_or_loads_from_elsewhere(chromium: Any, served: Served) -> None:
    page = signed_in(chromium, served, "counsel", viewport={"width": 320, "height": 640})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        page.goto(served.address + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        wide = page.evaluate(TOO_WIDE)
        assert not wide, "\n".join([path, *wide])
    assert asked and all(url.startswith(f"{served.address}/") for url in asked)


TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SAID = {"rules": {"label-content-name-mismatch": {"enabled": False}}}
"""A dot of the drawing shows its number, and its flag, and is named by its number, day, court and sentence."""


def test_it_works_without_script(chromium: Any, served: Served) -> None:
    page = signed_in(chromium, served, "first.approver", java_script_enabled=False)
    page.click(f"text={MATTER}")
    assert page.locator("#gate").is_visible() and page.locator(".timeline").first.is_visible()
