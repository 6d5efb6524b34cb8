"""The portal and the desk as two served processes, and people of both sides at real browsers with real passkeys."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from tests.web.office import make
from tests.web.portal import NUMBER
from tests.web.test_browser import AXE, CHROMIUM, COMITY, TAGS, TOO_WIDE, Served, serving, signed_in

from comity.desk import collection, gate
from comity.desk.agencies import Agency, Contact, add, add_contact
from comity.desk.matter import enter
from comity.desk.office import Office
from comity.kernel.matter import Event

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium`")
DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
          "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip


@dataclass
class Both:
    """The desk and the portal of one office, each served by a process of its own."""

    desk: Served
    portal: str
    held: str


def portal(office: Path) -> tuple[subprocess.Popen[str], str]:
    command = (*COMITY, "portal", "--office", str(office), "--port", "0")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1)
    assert process.stdout
    said = ""
    while "Ctrl-C ends it" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return process, re.search(r"http://localhost:\d+", said)[0]  # type: ignore[index]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    now = datetime.now(UTC).replace(microsecond=0)
    root = make(tmp_path_factory.mktemp("both"), now - timedelta(days=3))
    office = Office(root)
    for id, name, place in (("fbi-ny", "FBI New York", "US"), ("garda", "Garda Síochána", "IE")):
        add(office, Agency(id, name, place, "police"), "counsel", now)
        add_contact(office, id, Contact("mail", f"{id}.example", "their site", now, "counsel"))
    add_contact(office, "fbi-ny", Contact("telephone", NUMBER, "their site", now, "counsel"))
    held = next(iter(office.holdings.accounts))
    office.close()
    desk, said = serving(root)
    other, address = portal(root)
    yield Both(Served(desk, root, re.search(r"http://[\w.]+:\d+", said)[0]), address, held)  # type: ignore[index]
    for process in (desk, other):
        process.send_signal(signal.SIGINT)
        process.wait(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def officer(chromium: Any, **more: Any) -> Any:
    """Somebody's browser, with a device that keeps passkeys."""
    page = chromium.new_context(**more).new_page()
    page.set_default_timeout(10_000)
    page.wrong = []
    page.on("console", lambda said: page.wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    tell = page.context.new_cdp_session(page)
    tell.send("WebAuthn.enable")
    tell.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return page


def registered(page: Any, both: Both, name: str, agency: str) -> str:
    """Register by keyboard alone; gives the registration's number."""
    page.goto(f"{both.portal}/register")
    page.focus("#name")
    page.keyboard.type(name)
    page.select_option("#agency", agency)
    page.fill("#mail", f"{name.split()[0].lower()}@{agency}.example")
    page.focus("text=Register with a passkey")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return str(page.inner_text("main code"))


def in_by_passkey(page: Any, both: Both) -> None:
    page.goto(f"{both.portal}/")
    with page.expect_navigation():
        page.click("text=Sign in with your passkey")


def looked_at(page: Any, where: str) -> list[str]:
    """What axe finds wrong with a page, and what is wider than a narrow telephone."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(AXE.read_text("utf-8"))
    wrong = page.evaluate("tags => axe.run({runOnly: tags}).then(found => found.violations)", TAGS)
    found = [f"{where} {one['id']}: {n['html'][:160]} {n['failureSummary']}" for one in wrong for n in one["nodes"]]
    before = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 640})
    found += [f"{where} is too wide: {one}" for one in page.evaluate(TOO_WIDE)]
    page.set_viewport_size(before)
    return found


def test_from_registration_to_collection(chromium: Any, both: Both, tmp_path: Path) -> None:
    anna, found = officer(chromium), []
    anna.goto(f"{both.portal}/")
    found += looked_at(anna, "door")
    anna.goto(f"{both.portal}/register")
    found += looked_at(anna, "register")
    registered(anna, both, "Anna Agent", "fbi-ny")
    found += looked_at(anna, "registered")
    in_by_passkey(anna, both)
    assert "was not approved yet" in anna.inner_text("main")

    counsel, clerk = (signed_in(chromium, both.desk, person) for person in ("counsel", "clerk"))
    for page in (counsel, clerk):
        page.goto(f"{both.desk.address}/registrations")
        found += looked_at(page, "/registrations")
        page.click("text=Approve Anna Agent")
    assert "admitted" in clerk.inner_text("[role=status]")

    in_by_passkey(anna, both)
    assert anna.url == f"{both.portal}/demands"
    found += looked_at(anna, "demands")
    anna.click("nav >> text=Programs")
    with anna.expect_navigation():
        anna.click("text=Make a token with your passkey")
    assert anna.inner_text("main pre").startswith("comity_")
    found += looked_at(anna, "programs")
    anna.goto(f"{both.portal}/api")
    found += looked_at(anna, "api")
    anna.goto(f"{both.portal}/demands")
    anna.click("nav >> text=File a demand")
    found += looked_at(anna, "instrument")
    anna.select_option("#instrument", "us-sca-warrant")
    anna.click("text=Go on")
    anna.select_option("#court", "us-nysd")
    anna.select_option("#issuer", "judge")
    anna.fill("#accounts", both.held)
    anna.check("#category-subscriber")
    found += looked_at(anna, "form")
    anna.click("text=See what would become of it")
    assert "18 U.S.C. 2703(c)(1)(A)" in anna.inner_text("main")
    found += looked_at(anna, "check")
    paper = tmp_path / "warrant.pdf"
    paper.write_bytes(b"%PDF-1.4 the warrant")
    anna.set_input_files("#paper", str(paper))
    anna.click("text=File this demand")
    assert "Your demand is filed" in anna.inner_text("[role=status]")
    id = anna.inner_text(".subtitle code")

    clerk.goto(f"{both.desk.address}/")
    assert id in clerk.inner_text("#portal-waits ~ ul")
    found += looked_at(clerk, "inbox")
    clerk.click(f"text={id}")
    found += looked_at(clerk, "/filings/ID")
    clerk.fill("#says", "Which case is it?")
    clerk.click("text=Send")
    anna.reload()
    assert "Which case is it?" in anna.inner_text("main")
    anna.fill("#says", "26 Mag. 1")
    anna.click("text=Send")
    identity = pyrage.x25519.Identity.generate()
    anna.fill("#key", str(identity.to_public()))
    anna.click("text=State this key")
    clerk.reload()
    assert "26 Mag. 1" in clerk.inner_text("main")
    clerk.click("text=Confirm it: its matter begins")
    name = clerk.url.rpartition("/")[2]
    _released(both.desk.office, name)
    clerk.goto(f"{both.desk.address}/filings/{id}")
    clerk.click("text=Ask the gate, and hand it over")
    found += looked_at(clerk, "/filings/ID, handed over")
    clerk.wait_for_selector("#sealing a", timeout=60_000)  # the job of the desk has sealed it
    anna.reload()
    with anna.expect_download() as download:
        anna.click("text=Collect production 1")
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    found += looked_at(anna, "demand")
    for path in ("/filings", "/agencies"):
        clerk.goto(both.desk.address + path)
        found += looked_at(clerk, path)
    clerk.goto(f"{both.desk.address}/filings/{id}")
    assert "fetched" in clerk.inner_text("#handed")
    assert not found, "\n".join(found)
    _stranger(chromium, both, id, clerk)
    assert [page.wrong for page in (counsel, clerk)] == [[], []]
    assert [said for said in anna.wrong if "403" not in said and "404" not in said] == []


def _released(root: Path, matter: str) -> None:
    """All that the office does before the gate opens."""
    office, now = Office(root), datetime.now(UTC)
    found = (("supports", "yes"), ("channel", "registry"), ("contact", "public"))
    enter(office, matter, Event("", "finding", now, now, "the docket shows it", "docket", "clerk", data=found))
    collection.collect(office, matter, "clerk", now)
    collection.review(office, matter, "second.approver", now, "", state_unreadable=True)
    for person in ("first.approver", "second.approver"):
        gate.approve(office, matter, person, datetime.now(UTC))
    office.close()


def _stranger(chromium: Any, both: Both, id: str, clerk: Any) -> None:
    """Somebody else who is admitted finds nothing there, and the desk is told at once."""
    bob = officer(chromium)
    registered(bob, both, "Bob Other", "garda")
    for person in ("counsel", "clerk"):
        page = signed_in(chromium, both.desk, person)
        page.goto(f"{both.desk.address}/registrations")
        page.click("text=Approve Bob Other")
    in_by_passkey(bob, both)
    answer = bob.goto(f"{both.portal}/demands/{id}")
    assert answer.status == 404 and both.held not in bob.content() and "Anna" not in bob.content()
    clerk.goto(f"{both.desk.address}/")
    assert "tried to see what another filed" in clerk.inner_text("main")
    clerk.goto(f"{both.desk.address}/filings")
    assert "Bob Other" in clerk.inner_text("section.trouble")
    counsel = signed_in(chromium, both.desk, "counsel")
    counsel.goto(f"{both.desk.address}/alarms")
    assert "Bob Other" in counsel.inner_text("main") and id in counsel.inner_text("main")
    assert looked_at(counsel, "/alarms") == []
