"""Passkeys: what is accepted, what is refused, what is kept; and our script in a real browser."""

from __future__ import annotations

import json
import shutil
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar, Request, Response, get, post
from tests.web.authenticator import Device

from comity.errors import Unreadable
from comity.web.guard import HEADERS, Guard
from comity.web.passkeys import (
    FILE,
    LIVES,
    OPEN,
    CounterWentBack,
    FileKeyring,
    NoPasskeys,
    NotThisPasskey,
    Party,
    Passkeys,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORIGIN = "http://localhost:8400"


@pytest.fixture
def keys(tmp_path: Path) -> Passkeys:
    return Passkeys(Party.at("http://127.0.0.1:8400", "Example Mail"), FileKeyring(tmp_path / FILE))


@pytest.fixture
def device() -> Device:
    return Device(ORIGIN)


def registered(keys: Passkeys, device: Device, person: str = "counsel") -> None:
    keys.finish_registration("s", device.make(keys.begin_registration(person, "s", NOW)), NOW)


@pytest.mark.parametrize(
    ("url", "id", "origin"),
    [
        ("http://127.0.0.1:8400", "localhost", "http://localhost:8400"),
        ("http://[::1]:9", "localhost", "http://localhost:9"),
        ("http://localhost", "localhost", "http://localhost"),
        ("https://Desk.example.com", "desk.example.com", "https://desk.example.com"),
        ("https://desk.example.com:8443", "desk.example.com", "https://desk.example.com:8443"),
    ],
)
def test_a_site_is_named_as_browsers_name_it(url: str, id: str, origin: str) -> None:
    assert (Party.at(url, "t").id, Party.at(url, "t").origin) == (id, origin)


@pytest.mark.parametrize("url", ["http://desk.example.com", "https://192.0.2.7", "http://192.0.2.7:8400", ""])
def test_where_browsers_offer_none_it_is_said(url: str) -> None:
    with pytest.raises(NoPasskeys):
        Party.at(url, "t")


def test_registered_signed_in_proved_again(keys: Passkeys, device: Device) -> None:
    registered(keys, device)
    assert keys.finish_sign_in("s", device.sign(keys.begin_sign_in("s", NOW)), NOW).person == "counsel"
    again = device.sign(keys.begin_step_up("counsel", "s", "approve M-0001", NOW))
    assert keys.finish_step_up("s", "approve M-0001", again, NOW).counter == 2
    assert [one.counter for one in keys.keyring.of("counsel")] == [2]


def test_the_options_ask_for_a_verified_holder_and_name_nobody_at_sign_in(keys: Passkeys, device: Device) -> None:
    made = json.loads(keys.begin_registration("counsel", "s", NOW))
    assert made["authenticatorSelection"]["userVerification"] == "required" and made["rp"]["id"] == "localhost"
    registered(keys, device)
    asked = json.loads(keys.begin_sign_in("s", NOW))
    assert asked["userVerification"] == "required" and not asked.get("allowCredentials")
    assert len(json.loads(keys.begin_registration("counsel", "s", NOW))["excludeCredentials"]) == 1


def test_a_challenge_is_good_once(keys: Passkeys, device: Device) -> None:
    registered(keys, device)
    answer = device.sign(keys.begin_sign_in("s", NOW))
    keys.finish_sign_in("s", answer, NOW)
    with pytest.raises(NotThisPasskey, match="asked of late"):
        keys.finish_sign_in("s", answer, NOW)


def test_a_challenge_ends(keys: Passkeys, device: Device) -> None:
    registered(keys, device)
    for late, accepted in ((LIVES - timedelta(seconds=1), True), (LIVES, False)):
        answer = device.sign(keys.begin_sign_in("s", NOW))
        if accepted:
            keys.finish_sign_in("s", answer, NOW + late)
        else:
            with pytest.raises(NotThisPasskey, match="asked of late"):
                keys.finish_sign_in("s", answer, NOW + late)


def test_a_challenge_is_for_one_browser_and_one_purpose(keys: Passkeys, device: Device) -> None:
    registered(keys, device)
    with pytest.raises(NotThisPasskey, match="asked of late"):
        keys.finish_sign_in("another", device.sign(keys.begin_sign_in("s", NOW)), NOW)
    signed_in = device.sign(keys.begin_sign_in("s", NOW))
    keys.begin_step_up("counsel", "s", "approve M-0001", NOW)
    with pytest.raises(NotThisPasskey, match="could not be verified"):
        keys.finish_step_up("s", "approve M-0001", signed_in, NOW)
    for_one = device.sign(keys.begin_step_up("counsel", "s", "approve M-0001", NOW))
    with pytest.raises(NotThisPasskey, match="asked of late"):
        keys.finish_step_up("s", "approve M-0002", for_one, NOW)


def test_another_persons_passkey_proves_nothing(keys: Passkeys, device: Device) -> None:
    other = Device(ORIGIN)
    registered(keys, device)
    registered(keys, other, "clerk")
    asked = keys.begin_step_up("counsel", "s", "approve", NOW)
    with pytest.raises(NotThisPasskey, match="not registered here"):
        keys.finish_step_up("s", "approve", other.sign(asked), NOW)
    with pytest.raises(NotThisPasskey, match="has no passkey"):
        keys.begin_step_up("reviewer", "s", "approve", NOW)


def test_a_holder_who_was_not_verified_is_refused(keys: Passkeys, device: Device) -> None:
    registered(keys, device)
    device.verifies = False
    with pytest.raises(NotThisPasskey, match="could not be verified"):
        keys.finish_sign_in("s", device.sign(keys.begin_sign_in("s", NOW)), NOW)
    with pytest.raises(NotThisPasskey, match="could not be verified"):
        registered(keys, Device(ORIGIN, verifies=False), "clerk")


def test_another_sites_answer_is_refused(keys: Passkeys, device: Device) -> None:
    registered(keys, device)
    device.origin = "https://desk.example.org"
    with pytest.raises(NotThisPasskey, match="could not be verified"):
        keys.finish_sign_in("s", device.sign(keys.begin_sign_in("s", NOW)), NOW)


@pytest.mark.parametrize("counter", [0, 4, 5])
def test_a_counter_that_does_not_go_up_is_a_copy(keys: Passkeys, device: Device, counter: int) -> None:
    registered(keys, device)
    keys.finish_sign_in("s", device.sign(keys.begin_sign_in("s", NOW), counter=5), NOW)
    with pytest.raises(CounterWentBack):
        keys.finish_sign_in("s", device.sign(keys.begin_sign_in("s", NOW), counter=counter), NOW)
    assert keys.keyring.of("counsel")[0].counter == 5


def test_a_device_that_never_counts_is_taken(keys: Passkeys, device: Device) -> None:
    registered(keys, device)
    for _ in range(2):
        assert keys.finish_sign_in("s", device.sign(keys.begin_sign_in("s", NOW), counter=0), NOW).counter == 0


@pytest.mark.parametrize("answer", ["", "[]", "{}", "null", '{"id": 1}', "[" * 5000, '{"id": "nobody"}'])
def test_what_is_no_answer_is_refused(keys: Passkeys, device: Device, answer: str) -> None:
    registered(keys, device)
    keys.begin_sign_in("s", NOW)
    with pytest.raises(NotThisPasskey):
        keys.finish_sign_in("s", answer, NOW)
    keys.begin_registration("clerk", "s", NOW)
    with pytest.raises(NotThisPasskey):
        keys.finish_registration("s", answer, NOW)


def test_an_answer_with_one_octet_changed_is_refused(keys: Passkeys, device: Device) -> None:
    registered(keys, device)
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        answer = json.loads(device.sign(keys.begin_sign_in("s", NOW)))
        said = answer["response"][part]
        answer["response"][part] = said[:8] + ("A" if said[8] != "A" else "B") + said[9:]
        with pytest.raises(NotThisPasskey, match="could not be verified"):
            keys.finish_sign_in("s", json.dumps(answer), NOW)


def test_begun_ceremonies_do_not_fill_the_house(keys: Passkeys, device: Device) -> None:
    registered(keys, device)
    first = device.sign(keys.begin_sign_in("first", NOW))
    for n in range(OPEN):
        keys._begin("sign-in", f"flood {n}", "", NOW)
    with pytest.raises(NotThisPasskey, match="asked of late"):
        keys.finish_sign_in("first", first, NOW)
    assert len(keys._begun) == OPEN


def test_the_file_is_its_owners_and_outlives_the_server(keys: Passkeys, device: Device, tmp_path: Path) -> None:
    registered(keys, device)
    registered(keys, Device(ORIGIN), "clerk")
    file = tmp_path / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and list(tmp_path.iterdir()) == [file]
    again = Passkeys(keys.party, FileKeyring(file))
    assert again.finish_sign_in("s", device.sign(again.begin_sign_in("s", NOW)), NOW).person == "counsel"
    assert (again.keyring.strike("counsel"), again.keyring.strike("counsel")) == (1, 0)
    assert [len(again.keyring.of(person)) for person in ("counsel", "clerk")] == [0, 1]
    with pytest.raises(NotThisPasskey, match="not registered here"):
        again.finish_sign_in("s", device.sign(again.begin_sign_in("s", NOW)), NOW)


@pytest.mark.parametrize("text", ["", "{}x", "[1]", '[{"id": "x"}]'])
def test_a_file_that_is_no_keyring_is_never_taken_for_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(Unreadable):
        FileKeyring(tmp_path / FILE).of("counsel")


def test_one_passkey_is_registered_once(keys: Passkeys, device: Device) -> None:
    registered(keys, device)
    with pytest.raises(NotThisPasskey, match="registered already"):
        keys.keyring.add(keys.keyring.of("counsel")[0])


# In a real browser: a site of two forms, behind the desk's own guard, with our script.

PAGE = """<!doctype html><html lang="en"><title>t</title><script src="/passkey.js" defer></script>
<form id="make" method="post" action="/made" data-passkey="/make"><input name="person" value="counsel">
<input type="hidden" name="answer"><button>Make a passkey</button></form>
<form id="use" method="post" action="/used" data-passkey="/use" data-says-stopped="Abgebrochen.">
<input type="hidden" name="answer"><button>Sign in</button></form>"""


def site(keys: Passkeys, port: int) -> Any:
    """A site that only has passkeys."""
    script = Path(__file__).parents[2] / "src/comity/web/static/passkey.js"

    @get("/", sync_to_thread=False)
    def page() -> Response[str]:
        return Response(PAGE, media_type="text/html")

    @get("/passkey.js", sync_to_thread=False)
    def plain() -> Response[bytes]:
        return Response(script.read_bytes(), media_type="text/javascript")

    @post("/make")
    async def make(request: Request[Any, Any, Any]) -> Response[bytes]:
        person = str((await request.form())["person"])
        if not person:
            return Response(b'{"says": "Say who you are."}', status_code=422, media_type="application/json")
        return Response(keys.begin_registration(person, "b", NOW).encode(), media_type="application/json")

    @post("/use", sync_to_thread=False)
    def use() -> Response[bytes]:
        return Response(keys.begin_sign_in("b", NOW).encode(), media_type="application/json")

    @post("/made")
    async def made(request: Request[Any, Any, Any]) -> str:
        return f"made for {keys.finish_registration('b', str((await request.form())['answer']), NOW).person}"

    @post("/used")
    async def used(request: Request[Any, Any, Any]) -> str:
        return f"in as {keys.finish_sign_in('b', str((await request.form())['answer']), NOW).person}"

    return Guard(Litestar([page, plain, make, use, made, used], openapi_config=None), [f"localhost:{port}"])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    import socket

    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    keyring = FileKeyring(tmp_path_factory.mktemp("keys") / FILE)
    app = site(Passkeys(Party.at(f"http://localhost:{port}", "Example Mail"), keyring), port)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://localhost:{port}/"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(address: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_context().new_page()
        opened.set_default_timeout(8000)
        opened.goto(address)
        yield opened
        browser.close()


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium`")
def test_a_browser_makes_a_passkey_and_signs_in_with_it(page: Any, address: str) -> None:
    assert "script-src 'self'" in HEADERS["content-security-policy"]
    tell = page.context.new_cdp_session(page)
    tell.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    device = tell.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    page.fill("[name=person]", "")
    page.click("#make button")
    page.wait_for_selector("text=Say who you are.")
    page.fill("[name=person]", "counsel")
    with page.expect_navigation():
        page.click("#make button")
    assert page.inner_text("body") == "made for counsel"

    page.goto(address)
    page.click("#make button")
    page.wait_for_selector("text=has a passkey for you here already")
    page.focus("#use button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.inner_text("body") == "in as counsel"

    tell.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(address)
    page.click("#use button")
    page.wait_for_selector("text=Abgebrochen.")
    assert page.url == address


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium`")
def test_a_browser_without_passkeys_says_so_at_once(page: Any, address: str) -> None:
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(address)
    assert page.locator("text=This browser keeps no passkeys here").count() == 2
    page.click("#use button")
    assert page.url == address
