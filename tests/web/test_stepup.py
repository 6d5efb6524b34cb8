"""Step-up: approving takes a passkey that answers for exactly that act; a copied session reads and approves nothing."""

from __future__ import annotations

import ast
import json
import re
import shutil
import signal
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web.authenticator import Device
from tests.web.office import MATTER, POINT, Browser, Clock, another, desk, events, make
from tests.web.test_browser import Served, press, serving, signed_in
from typer.testing import CliRunner

from comity.cli import rooms
from comity.cli.common import OnlyAtTheDesk, app
from comity.desk import gate, ledger
from comity.desk.entrances import PASSKEYS, REGISTER
from comity.desk.matter import load
from comity.desk.office import Office
from comity.desk.register import told
from comity.errors import ComityError, Faulty
from comity.kernel.matter import Event
from comity.web import stepup
from comity.web.app import COOKIE

rooms.load()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ORIGIN = "http://localhost:8400"
PATH = f"/matters/{MATTER}"


def strict(root: Path) -> Path:
    """The office as it is when office.toml says nothing of how to approve."""
    settings = root / "office.toml"
    settings.write_text(settings.read_text().replace('approve_with = "session"\n', ""))
    return root


@pytest.fixture
def browser(root: Path, clock: Clock) -> Browser:
    return Browser(desk(strict(root), clock))


@pytest.fixture
def device() -> Device:
    return Device(ORIGIN)


def enrol(browser: Browser, device: Device, name: str = "my telephone", leave: str = "") -> httpx.Response:
    """Register a passkey as the page's script does."""
    form: dict[str, object] = {"form": token(browser.get("/me").text), "leave": leave, "answer": "", "name": name}
    asked = browser.post("/me/passkeys/begin", form)
    if asked.status_code != 200 and asked.status_code != 201:
        return asked
    return browser.post("/me/passkeys/add", {**form, "answer": device.make(asked.text)})


def token(page: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found
    return found[1]


def prove(browser: Browser, device: Device, path: str, form: dict[str, object]) -> dict[str, object]:
    """The form with the answer of a passkey, as the page's script puts it in."""
    asked = browser.post(f"/prove?act={path}", {**form, "answer": ""})
    assert asked.status_code == 201, asked.text
    return {**form, "answer": device.sign(asked.text)}


def signed(browser: Browser, person: str) -> tuple[Browser, Device]:
    """A person who signed in by a link and registered a passkey."""
    own, device = another(browser, person), Device(ORIGIN)
    assert enrol(own, device).status_code == 303
    return own, device


def approve(own: Browser, device: Device) -> httpx.Response:
    path = f"{PATH}/approve"
    return own.post(path, prove(own, device, path, own.form(PATH, path)))


def counsel_answers(browser: Browser) -> None:
    own, device = signed(browser, "counsel")
    path = f"{PATH}/counsel"
    form = {**own.form(PATH, path), "value": "true", "says": "our memo", "source": "memo 1"}
    assert own.post(path, prove(own, device, path, form)).status_code == 303
    browser.web.now.on(minutes=1)  # type: ignore[attr-defined]


def entries(office: Office) -> list[Event]:
    return [event for entry in office.registry.entries(REGISTER) if (event := told(entry))]


def test_two_people_approve_with_their_passkeys_and_the_gate_opens(browser: Browser) -> None:
    counsel_answers(browser)
    for person in ("first.approver", "second.approver"):
        own, device = signed(browser, person)
        assert approve(own, device).status_code == 303
    with browser.web.house.opened() as office:
        assert gate.ask(office, MATTER, browser.web.now())
        proofs = [event.get("proof").split()[0] for event in load(office, MATTER).of("approved")]
        assert proofs == ["passkey", "passkey"]
        assert [e.by for e in entries(office)] == ["counsel", "first.approver", "second.approver"]
        assert ledger.verify(office)[1] == []


def test_without_a_passkey_nothing_is_approved_or_answered(browser: Browser) -> None:
    first = another(browser, "first.approver")
    page = first.page()
    assert "and you have none here yet" in page and "data-passkey" not in page
    refused = first.approve()
    assert refused.status_code == 403 and "this takes a passkey" in refused.text
    counsel = another(browser, "counsel")
    refused = counsel.answer()
    assert refused.status_code == 403 and "this takes a passkey" in refused.text and "our memo" in refused.text
    assert events(browser.web, "approved", "counsel") == 0


def test_a_copied_session_reads_and_approves_nothing(browser: Browser) -> None:
    """Whoever has the cookie alone, with a passkey of their own at another desk, and with the victim's forms."""
    own, device = signed(browser, "first.approver")
    thief, other = Browser(browser.web), Device(ORIGIN)
    thief.client.cookies.set(COOKIE, own.cookie or "")
    form = thief.form(PATH, f"{PATH}/approve")
    assert f'data-passkey="/prove?act={PATH}/approve"' in thief.page()
    other.make(browser.web.passkeys.begin_registration("first.approver", "elsewhere", browser.web.now()))
    asked = thief.post(f"/prove?act={PATH}/approve", {**form, "answer": ""}).text
    for answer in ("", "{}", other.sign(asked)):
        refused = thief.post(f"{PATH}/approve", {**form, "answer": answer})
        assert refused.status_code == 403 and "nothing was done" in unescape(refused.text)
    assert "A further passkey is registered by who has just proved" in enrol(thief, other).text
    removed = thief.post("/me/passkeys/remove", {"form": form["form"], "id": next(iter(device.keys)), "answer": "{}"})
    assert removed.status_code == 403
    assert events(browser.web, "approved") == 0 and len(browser.web.keyring.of("first.approver")) == 1
    assert approve(own, device).status_code == 303, "the person themself still can"


def test_a_proof_is_for_exactly_one_act(browser: Browser) -> None:
    """Another address, other words in the form, used again, too late: refused each time."""
    own, device = signed(browser, "counsel")
    path = f"{PATH}/counsel"
    form = {**own.form(PATH, path), "value": "true", "says": "our memo", "source": "memo 1"}
    for change in ({"value": "false"}, {"says": "another"}, {"more": "x"}):
        assert own.post(path, {**prove(own, device, path, form), **change}).status_code == 403, change
    assert own.post(path, prove(own, device, f"{PATH}/approve", form)).status_code == 403
    late = prove(own, device, path, form)
    browser.web.now.on(minutes=5)  # type: ignore[attr-defined]
    assert own.post(path, late).status_code == 403
    once = prove(own, device, path, form)
    assert events(browser.web, "counsel") == 0
    assert own.post(path, once).status_code == 303
    again = {**form, "form": token(own.page())}
    assert own.post(path, {**again, "answer": once["answer"]}).status_code == 403
    assert events(browser.web, "counsel") == 1


def test_what_changed_since_it_was_shown_is_not_approved(browser: Browser) -> None:
    own, device = signed(browser, "first.approver")
    path = f"{PATH}/approve"
    form = prove(own, device, path, own.form(PATH, path))
    counsel_answers(browser)
    refused = own.post(path, form)
    assert refused.status_code == 403 and "is not what" in refused.text and events(browser.web, "approved") == 0


def test_a_passkey_lets_in_without_a_link(browser: Browser) -> None:
    own, device = signed(browser, "first.approver")
    visitor = Browser(browser.web)
    assert 'action="/sign-in/passkey"' in visitor.get("/sign-in").text
    asked = visitor.post("/sign-in/passkey/begin", {"answer": ""})
    assert asked.status_code == 201 and not json.loads(asked.text).get("allowCredentials")
    done = visitor.post("/sign-in/passkey", {"answer": device.sign(asked.text)})
    assert done.status_code == 303 and "first.approver" in visitor.get("/me").text
    assert "Signed in with a passkey" in visitor.get("/me").text
    assert approve(visitor, device).status_code == 303
    stranger = Browser(browser.web)
    stranger.post("/sign-in/passkey/begin", {})
    for answer in ("", "{}", device.sign(asked.text)):
        refused = stranger.post("/sign-in/passkey", {"answer": answer})
        assert refused.status_code == 403 and stranger.cookie is None
    assert own.get("/me").status_code == 200


def test_who_was_struck_from_the_office_is_let_in_by_no_passkey(browser: Browser) -> None:
    _, device = signed(browser, "first.approver")
    settings = browser.web.house.root / "office.toml"
    settings.write_text(settings.read_text().replace('name = "first.approver"', 'name = "someone.else"'))
    visitor = Browser(browser.web)
    asked = visitor.post("/sign-in/passkey/begin", {"answer": ""})
    refused = visitor.post("/sign-in/passkey", {"answer": device.sign(asked.text)})
    assert refused.status_code == 403 and visitor.cookie is None


def test_tries_with_passkeys_are_braked_as_links_are(browser: Browser) -> None:
    for _ in range(20):
        browser.post("/sign-in/passkey", {"answer": "{}"})
    assert browser.post("/sign-in/passkey", {"answer": "{}"}).status_code == 429
    assert browser.post("/sign-in/passkey/begin", {}).status_code == 429


def test_a_first_passkey_takes_a_link_of_just_now(browser: Browser, device: Device) -> None:
    first = another(browser, "first.approver")
    browser.web.now.on(minutes=10)  # type: ignore[attr-defined]
    assert "within ten minutes of signing in by a link" in first.get("/me").text
    refused = enrol(first, device)
    assert refused.status_code == 403 and "within ten minutes" in json.loads(refused.text)["says"]
    assert enrol(another(browser, "first.approver"), device).status_code == 303


def test_a_further_passkey_is_registered_from_the_page_that_followed_the_proof_alone(browser: Browser) -> None:
    own, device = signed(browser, "first.approver")
    second = Device(ORIGIN)
    assert enrol(own, second).status_code == 403
    page = own.get("/me").text
    shown = own.post("/me/prove", prove(own, device, "/me/prove", {"form": token(page)})).text
    leave = re.search(r'name="leave" value="([^"]+)"', shown)
    assert leave
    assert enrol(own, second, "security key", leave[1]).status_code == 303
    assert enrol(own, Device(ORIGIN), "a third", leave[1]).status_code == 403
    names = [one.name for one in browser.web.keyring.of("first.approver")]
    assert names == ["my telephone", "security key"] and "security key" in own.get("/me").text


def test_a_passkey_is_removed_with_a_proof(browser: Browser) -> None:
    own, device = signed(browser, "first.approver")
    kept = browser.web.keyring.of("first.approver")[0]
    path = "/me/passkeys/remove"
    form: dict[str, object] = {"form": token(own.get("/me").text), "id": kept.id}
    assert own.post(path, form).status_code == 403 and browser.web.keyring.find(kept.id)
    assert own.post(path, prove(own, device, path, form)).status_code == 303
    assert not browser.web.keyring.of("first.approver") and "You have none here yet" in own.get("/me").text
    with browser.web.house.opened() as office:
        assert [e.says.split()[1] for e in entries(office)] == ["registered", "was", "removed"]


def test_nobody_removes_anothers_passkey(browser: Browser) -> None:
    own, device = signed(browser, "first.approver")
    _, _ = signed(browser, "counsel")
    theirs = browser.web.keyring.of("counsel")[0]
    path = "/me/passkeys/remove"
    form: dict[str, object] = {"form": token(own.get("/me").text), "id": theirs.id}
    assert own.post(path, prove(own, device, path, form)).status_code == 403
    assert browser.web.keyring.of("counsel") == (theirs,)


def test_where_a_session_is_enough_it_is_not_for_who_has_a_passkey(root: Path, clock: Clock) -> None:
    """The office of these tests says so; the link alone lets approve no more, once a person has a passkey."""
    browser = Browser(desk(root, clock))
    first = another(browser, "first.approver")
    assert first.approve().status_code == 303
    with browser.web.house.opened() as office:
        assert load(office, MATTER).of("approved")[0].get("proof") == "session by link"
    second, device = signed(browser, "second.approver")
    by_link = another(browser, "second.approver")
    refused = by_link.approve()
    assert refused.status_code == 403 and "no passkey answered" in refused.text
    assert approve(second, device).status_code == 303


def test_the_command_line_approves_nothing_where_the_office_says_passkey(root: Path) -> None:
    settings = root / "office.toml"
    settings.write_text(settings.read_text().replace('approve_with = "session"', 'approve_with = "passkey"'))
    of, size = ["--office", str(root)], Office(root).registry.size()
    answer = [MATTER, "counsel", "memo", "--source", "m", "--data", f"term={POINT}", "--data", "answer=true"]
    for typed in (
        ["approve", MATTER, "--by", "first.approver"],
        ["event", *answer, "--by", "counsel"],
        ["produce", MATTER, str(root / "out"), "--recipient", "age1", "--by", "clerk"],
    ):
        assert isinstance(CliRunner().invoke(app, [*typed, *of]).exception, OnlyAtTheDesk), typed
    assert Office(root).registry.size() == size
    settings.write_text(settings.read_text().replace('approve_with = "passkey"', 'approve_with = "a wink"'))
    with pytest.raises(Faulty) as told:
        Office(root)
    assert [fault.name for fault in told.value.faults] == ["unknown-way"]


def test_an_administrator_strikes_lost_passkeys(browser: Browser) -> None:
    signed(browser, "first.approver")
    root = browser.web.house.root
    assert stat.S_IMODE((root / PASSKEYS).stat().st_mode) == 0o600
    typed = ["passkeys", "first.approver", "--office", str(root)]
    assert "my telephone" in CliRunner().invoke(app, typed).output
    for who in ("clerk", "auditor", ""):
        done = CliRunner().invoke(app, [*typed, "--strike", "--by", who])
        assert isinstance(done.exception, ComityError) and browser.web.keyring.of("first.approver")
    assert CliRunner().invoke(app, [*typed, "--strike", "--by", "administrator"]).exit_code == 0
    assert not browser.web.keyring.of("first.approver")
    assert "has none" in CliRunner().invoke(app, typed).output
    with browser.web.house.opened() as office:
        assert entries(office)[-1].says == "administrator struck 1 of first.approver's passkeys"


def test_where_browsers_offer_no_passkeys_it_is_said(root: Path) -> None:
    browser = Browser(desk(strict(root)))
    browser.web.url = "http://192.0.2.7:8400"
    browser.sign_in("first.approver")
    assert "browsers offer them only over https" in browser.get("/me").text
    assert json.loads(enrol(browser, Device(ORIGIN)).text)["says"].startswith("Passkeys cannot be used")


def test_counsels_answer_has_one_way_in(browser: Browser) -> None:
    """The form for events does not take it, and what is sent there all the same needs the proof too."""
    browser.sign_in("counsel")
    assert "counsel answered" not in browser.get(f"{PATH}/event").text
    form = {
        "form": token(browser.page()),
        "kind": "counsel",
        "says": "x",
        "source": "y",
        "term": POINT,
        "answer": "true",
    }
    refused = browser.post(f"{PATH}/enter", form)
    assert refused.status_code == 403 and "this takes a passkey" in refused.text and events(browser.web, "counsel") == 0


def called(node: ast.AST) -> set[str]:
    calls = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
    return {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in calls}


def test_every_page_that_approves_or_releases_asks_for_the_proof() -> None:
    """Whichever room it stands in; a form that forgot to would be found here."""
    folder, found = Path(stepup.__file__).parent, {}
    for path in folder.glob("*.py"):
        for one in ast.parse(path.read_text()).body:
            if isinstance(one, ast.FunctionDef) and called(one) & {"approve", "send"}:
                found[f"{path.name}:{one.name}"] = "proof" in called(one)
    assert "acts.py:send_approval" in found and all(found.values()), found


DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
          "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip


def given_a_device(page: Any) -> None:
    tell = page.context.new_cdp_session(page)
    tell.send("WebAuthn.enable")
    tell.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    office = make(tmp_path_factory.mktemp("served"), datetime.now(UTC).replace(microsecond=0) - timedelta(days=3))
    process, said = serving(strict(office))
    found = re.search(r"http://[\w.:]+", said)
    assert found
    yield Served(process, office, found[0])
    process.send_signal(signal.SIGINT)
    process.wait(10)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium`")
def test_a_stolen_approvers_session_reads_and_approves_nothing(served: Served) -> None:
    """Two browsers: the approver's own with a device, and another with a copy of the cookie and a device of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        own = signed_in(browser, served, "first.approver")
        own.goto(f"{served.address}{PATH}")
        assert own.is_disabled("text=Approve this release")
        given_a_device(own)
        own.goto(f"{served.address}/me")
        own.fill("#name", "my telephone")
        press(own, "Register a passkey")
        assert "my telephone" in own.inner_text("main")

        stolen = browser.new_context()
        stolen.add_cookies(own.context.cookies())
        thief = stolen.new_page()
        given_a_device(thief)
        thief.goto(f"{served.address}{PATH}")
        assert thief.inner_text("h1") == MATTER, "it reads"
        thief.click("text=Approve this release")
        thief.wait_for_selector("text=No passkey was used")
        thief.evaluate("document.querySelector('form[action$=approve]').submit()")
        thief.wait_for_selector("text=This was not done")
        assert "no passkey answered" in thief.inner_text("[role=alert]")
        thief.goto(f"{served.address}/me")
        thief.click("text=Register a further one")
        thief.wait_for_selector("text=No passkey was used")

        own.goto(f"{served.address}{PATH}")
        assert "Nobody has approved anything" in own.inner_text(".gate")
        press(own, "Approve this release")
        assert "1 of two people have approved exactly this" in own.inner_text(".gate")
        assert own.wrong == []

        press(own, "Sign out")
        press(own, "Sign in with a passkey")
        assert own.url == f"{served.address}/" and own.inner_text(".person") == "first.approver"
        browser.close()
