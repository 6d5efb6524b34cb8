"""Who gets in, and what no request gets past: links, sessions, hosts, origins, headers, sizes."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from tests.web.office import HOST, MATTER, Browser, Clock, another, events

from comity.desk.office import NotThatPerson
from comity.web.app import TRIES
from comity.web.doors import (
    IDLE,
    LINK_LIVES,
    LONGEST,
    BadLink,
    make_link,
    use_link,
)
from comity.web.pace import MOST_KNOWN, Brake, TooOften
from comity.web.serve import handlers

CLOSED = (
    "/",
    f"/matters/{MATTER}",
    f"/matters/{MATTER}/event",
    "/law",
    "/law/show/us",
    "/estate",
    "/ledger",
    "/people",
)


def test_a_link_lets_one_person_in_once(browser: Browser) -> None:
    secret = browser.link("first.approver")
    assert "first.approver" in browser.get(f"/sign-in/{secret}").text
    assert browser.get("/").status_code == 303, "looking at a link lets nobody in"
    done = browser.use(secret)
    assert done.status_code == 303 and done.headers["location"] == "/"
    assert browser.get("/").status_code == 200
    other = Browser(browser.web)
    assert other.use(secret).status_code == 403
    assert other.get(f"/sign-in/{secret}").status_code == 403
    assert other.cookie is None


def test_of_many_who_use_one_link_at_once_one_gets_in(browser: Browser, clock: Clock) -> None:
    secret, root = browser.link("clerk"), browser.web.house.root

    def use(_: int) -> str:
        try:
            return use_link(root, secret, clock.at)
        except BadLink:
            return ""

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(use, range(16)))[-2:] == ["", "clerk"]


def test_a_link_runs_out(browser: Browser, clock: Clock) -> None:
    secret = browser.link("clerk")
    clock.at += LINK_LIVES
    assert browser.use(secret).status_code == 403
    browser.link("clerk")
    assert len(list((browser.web.house.root / "sign-in").iterdir())) == 1, "the next link sweeps those that ran out"


def test_the_office_keeps_no_secret_of_a_link(browser: Browser) -> None:
    secret = browser.link("clerk")
    (file,) = (browser.web.house.root / "sign-in").iterdir()
    assert secret not in file.name and secret not in file.read_text()
    assert json.loads(file.read_text())["person"] == "clerk"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_stranger_gets_no_link(browser: Browser, clock: Clock) -> None:
    with browser.web.house.opened() as office, pytest.raises(NotThatPerson):
        make_link(office, "stranger", clock.at)


@pytest.mark.parametrize("secret", ["x", "..%2Foffice.toml", "%00", "a" * 5000])
def test_what_is_no_link_lets_nobody_in(browser: Browser, secret: str) -> None:
    assert browser.get(f"/sign-in/{secret}").status_code in (403, 404)
    assert browser.client.post(f"/sign-in/{secret}/use", follow_redirects=False).status_code in (403, 404)


def test_guessing_is_braked_and_ends(browser: Browser, clock: Clock) -> None:
    secret = browser.link("clerk")
    for n in range(TRIES.times):
        assert browser.use(f"guess-{n}").status_code == 403
    assert browser.use(secret).status_code == 429
    clock.on(minutes=1)
    assert browser.use(secret).status_code == 303


def test_whoever_guesses_keeps_nobody_else_waiting() -> None:
    brake = Brake(lambda: 0.0)
    for _ in range(TRIES.times):
        with suppress(BadLink), brake.trying("192.0.2.1", TRIES, BadLink):
            raise BadLink
    with pytest.raises(TooOften), brake.trying("192.0.2.1", TRIES, BadLink):
        raise AssertionError("nothing is tried any more")
    with brake.trying("192.0.2.2", TRIES, BadLink):
        pass
    for n in range(MOST_KNOWN):
        brake.take(f"2001:db8::{n:x}", TRIES)
    assert len(brake.left) == MOST_KNOWN and "192.0.2.1" not in brake.left, "who was quiet longest makes way"


def test_every_page_but_the_door_wants_a_session(browser: Browser) -> None:
    for path in CLOSED:
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
    public = [handler for handler in handlers() if handler.opt.get("public")]
    says = (
        "the door, a link looked at, a link used, a passkey asked for, a passkey used; the figures ask for themselves"
    )
    assert len(public) == 6, says


def test_an_act_without_a_session_is_refused_and_does_nothing(browser: Browser) -> None:
    before = events(browser.web, "approved", "filing", "counsel")
    for act in ("approve", "enter", "counsel"):
        assert browser.post(f"/matters/{MATTER}/{act}", {"kind": "filing"}).status_code == 401
    assert events(browser.web, "approved", "filing", "counsel") == before


def test_the_cookie_is_for_this_desk_alone(browser: Browser) -> None:
    kept = browser.sign_in("clerk").headers["set-cookie"].lower()
    assert "httponly" in kept and "samesite=strict" in kept and "path=/" in kept and "domain" not in kept
    assert "secure" not in kept
    browser.web.secure = True
    assert "secure" in browser.sign_in("clerk").headers["set-cookie"].lower()


def test_a_session_ends_when_idle_and_after_its_longest(browser: Browser, clock: Clock) -> None:
    browser.sign_in("clerk")
    clock.at += IDLE - timedelta(seconds=1)
    assert browser.get("/people").status_code == 200
    clock.at += IDLE
    assert browser.get("/people").status_code == 303
    browser.sign_in("clerk")
    begun = clock.at
    while clock.at + IDLE / 2 < begun + LONGEST:
        clock.at += IDLE / 2
        assert browser.get("/people").status_code == 200
    clock.at = begun + LONGEST
    assert browser.get("/people").status_code == 303


def test_signing_out_ends_this_session_alone(browser: Browser) -> None:
    browser.sign_in("clerk")
    other = another(browser, "clerk")
    cookie = browser.cookie
    assert browser.send("/people", "/sign-out").status_code == 303
    assert browser.get("/people").status_code == 303
    assert browser.get("/people", cookie=f"comity-session={cookie}").status_code == 303, "nor does the old cookie work"
    assert other.get("/people").status_code == 200


def test_signing_in_makes_a_new_secret(browser: Browser) -> None:
    browser.sign_in("clerk")
    first = browser.cookie
    browser.sign_in("clerk")
    assert browser.cookie != first and first


def test_who_is_struck_from_the_office_is_out_at_once(browser: Browser) -> None:
    browser.sign_in("clerk")
    settings = browser.web.house.root / "office.toml"
    settings.write_text(settings.read_text().replace('name = "clerk"', 'name = "clerk.two"'))
    assert browser.get("/people").status_code == 303


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:9", "127.0.0.1", "", f"{HOST}.evil.example"])
def test_another_name_for_this_machine_is_not_answered(browser: Browser, host: str) -> None:
    browser.sign_in("clerk")
    answer = browser.get("/", host=host)
    assert answer.status_code == 421 and "dublin" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_what_another_page_sends_does_nothing(browser: Browser, headers: dict[str, str]) -> None:
    browser.sign_in("first.approver")
    form = browser.form(f"/matters/{MATTER}", f"/matters/{MATTER}/approve")
    assert browser.post(f"/matters/{MATTER}/approve", form, **headers).status_code == 403
    assert events(browser.web, "approved") == 0
    assert browser.post(f"/matters/{MATTER}/approve", form, origin=f"http://{HOST}").status_code == 303


@pytest.mark.parametrize("form", ["", "made-up"])
def test_a_form_that_is_not_ours_does_nothing(browser: Browser, form: str) -> None:
    browser.sign_in("first.approver")
    kept = browser.form(f"/matters/{MATTER}", f"/matters/{MATTER}/approve")
    assert browser.post(f"/matters/{MATTER}/approve", {**kept, "form": form}).status_code == 403
    other = another(browser, "second.approver")
    assert other.post(f"/matters/{MATTER}/approve", kept).status_code == 403, "nor is another session's form"
    assert browser.post("/sign-out", {"form": form}).status_code == 403
    assert events(browser.web, "approved") == 0 and browser.get("/people").status_code == 200


def test_every_answer_has_its_headers(browser: Browser) -> None:
    browser.sign_in("clerk")
    style = browser.get("/people").text.split('rel="stylesheet" href="')[1].split('"')[0]
    paths = ("/", f"/matters/{MATTER}", "/sign-in", "/nowhere", "/matters/none", style, "/sign-in/none")
    answers = [*map(browser.get, paths), browser.get("/", host="evil.example"), browser.post("/people", {})]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert "script-src 'self';" in policy, "no script runs but our own files"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store" or answer.url.path == style


def test_nothing_too_long_is_read(browser: Browser) -> None:
    browser.sign_in("clerk")
    form = browser.form(f"/matters/{MATTER}/event?kind=filing", f"/matters/{MATTER}/enter")
    answer = browser.post(f"/matters/{MATTER}/enter", {**form, "says": "x" * 70_000, "source": "paper"})
    assert answer.status_code == 413
    assert events(browser.web, "filing") == 0


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_get_and_post_are_answered(browser: Browser, method: str) -> None:
    assert browser.client.request(method, "/").status_code == 405
