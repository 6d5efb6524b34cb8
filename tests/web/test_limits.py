"""How often and how much: who asks too often is told when to try again; what the office sets is what holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient
from tests.web.office import HOST, Browser, Clock, another, desk
from tests.web.programs import AT, V1, Program

from comity.desk.limits import Api, Limits
from comity.desk.office import read_settings
from comity.errors import Faulty
from comity.web.app import application
from comity.web.brake import GUESS, address_of, secrets_of
from comity.web.pace import Brake, Pace
from comity.web.serve import handlers


class Ticks:
    """A clock in seconds that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def limited(root: Path, **limits: int) -> None:
    rows = "".join(f"{key} = {value}\n" for key, value in limits.items())
    (root / "office.toml").write_text((root / "office.toml").read_text() + f"\n[limits]\n{rows}")


@given(st.integers(1, 50), st.lists(st.tuples(st.floats(0, 30), st.integers(1, 3)), max_size=60))
def test_nobody_gets_more_than_their_share_and_waiting_helps(most: int, asks: list[tuple[float, int]]) -> None:
    ticks = Ticks()
    brake, pace, passed = Brake(ticks), Pace(most), 0
    for span, times in asks:
        ticks.at += span
        for _ in range(times):
            wait = brake.take("one", pace)
            passed += wait == 0
            if wait:
                assert wait <= 60 / most + 1 and brake.take("other", pace) >= 0
                ticks.at += wait
                assert brake.take("one", pace) == 0, "who waits as long as they were told is let through"
                passed += 1
    assert passed <= most + ticks.at * most / 60 + 1


def test_a_session_that_asks_too_often_is_told_when_to_try_again(root: Path) -> None:
    limited(root, requests=5)
    browser = Browser(desk(root))
    browser.sign_in("clerk")
    answers = [browser.get("/people") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 13
    page = answers[-1].text
    assert answers[-1].headers["content-type"].startswith("text/html") and "try again in" in page and "<h1" in page
    assert "frame-ancestors" in answers[-1].headers["content-security-policy"]
    assert another(browser, "counsel").get("/people").status_code == 200, "another session has its own share"


def test_a_token_that_asks_too_often_is_told_so_as_a_problem(root: Path) -> None:
    limited(root, requests=3)
    program = Program(desk(root))
    answers = [program.get(f"{V1}/me") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429]
    problem = answers[-1].json()
    assert problem["status"] == 429 and answers[-1].headers["retry-after"] in problem["remedy"]


def test_an_address_has_its_share_whatever_it_shows(root: Path) -> None:
    limited(root, address=8)
    browser = Browser(desk(root))
    answers = [browser.get("/sign-in", cookie=f"comity-session=made-up-{n}").status_code for n in range(9)]
    assert answers == [200] * 8 + [429]


def test_who_guesses_tokens_is_slowed_tenfold(root: Path) -> None:
    limited(root, address=5 * GUESS)
    client = TestClient(application(desk(root), [HOST], handlers()), base_url=f"http://{HOST}")  # type: ignore[arg-type]
    answers = [client.get(f"{V1}/me", headers={"authorization": f"Bearer comity_{n}"}).status_code for n in range(6)]
    assert answers == [401] * 5 + [429]


def test_behind_a_proxy_the_address_that_it_saw_counts() -> None:
    scope = {"client": ("127.0.0.1", 9)}
    forged = {b"x-forwarded-for": b"6.6.6.6, 10.0.0.7"}
    assert address_of(scope, forged, behind=True) == "10.0.0.7", "what a client wrote before it does not"
    assert address_of(scope, forged, behind=False) == "127.0.0.1" == address_of(scope, {}, behind=True)


def test_a_share_is_of_a_secret_not_of_the_cookies_beside_it() -> None:
    one = secrets_of({b"cookie": b"comity-session=a; theme=dark"})
    assert one == secrets_of({b"cookie": b"theme=light; comity-session=a"}) == [b"comity-session=a"]
    assert secrets_of({b"authorization": b"Bearer t"}) == [b"Bearer t"] and secrets_of({}) == []


def test_what_may_be_sent_is_what_the_office_sets(root: Path) -> None:
    limited(root, form_kib=2)
    program = Program(desk(root))
    filed = {"kind": "filing", "says": "x" * 1000, "source": "paper"}
    assert program.post(f"{AT}/events", filed).status_code == 201
    long = program.post(f"{AT}/events", {**filed, "says": "x" * 3000})
    assert long.status_code == 413 and "office.toml" in long.json()["remedy"]
    assert program.post(f"{V1}/demands", {"x": "y" * 3000}).status_code == 400, (
        "a written demand has a limit of its own"
    )
    assert program.post(f"{V1}/demands", {"x": "y" * (1 << 20)}).status_code == 413


def test_without_the_tables_the_right_limits_hold(root: Path) -> None:
    settings = read_settings(root / "office.toml")
    assert settings.limits == Limits() and settings.api == Api(decide=False)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[limits]\nrequests = 0", "not-a-limit"), ("[limits]\naddress = true", "not-a-limit"),
        ('[limits]\nform_kib = "9"', "not-a-limit"), ("[api]\ndecide = 1", "not-a-limit"),
        ("[limits]\nreqests = 9", "unknown-key"), ("[[limits]]\nrequests = 9", "wrong-type"),
    ],
)  # fmt: skip
def test_what_is_no_limit_is_a_fault(root: Path, text: str, name: str) -> None:
    path = root / "office.toml"
    path.write_text(f"{path.read_text()}\n{text}\n")
    with pytest.raises(Faulty) as told:
        read_settings(path)
    assert [fault.name for fault in told.value.faults] == [name]  # type: ignore[attr-defined]


def test_the_clock_of_the_office_does_not_lift_the_brake(root: Path) -> None:
    limited(root, requests=2)
    clock = Clock()
    browser = Browser(desk(root, clock))
    browser.sign_in("clerk")
    for _ in range(2):
        assert browser.get("/people").status_code == 200
    clock.on(minutes=5)
    assert browser.get("/people").status_code == 429


def test_a_page_that_says_to_wait_has_its_style(root: Path) -> None:
    """What it looks like with is never braked, or nobody could read it."""
    limited(root, requests=1, address=1)
    browser = Browser(desk(root))
    browser.get("/sign-in")
    told = browser.get("/sign-in")
    style = re.search(r'href="(/static/[^"]+)"', told.text)
    assert told.status_code == 429 and style and "try again in" in told.text
    assert browser.get(style[1]).status_code == 200 and browser.get("/sign-in").status_code == 429
