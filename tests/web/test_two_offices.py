"""Routes are worked out once in a process; each request is of one office, and shows nothing of another's."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.web.office import Browser, Clock, desk
from tests.web.programs import Program

NAMES = ("Meridian Mail", "Larch Mail")


@pytest.fixture
def offices(made: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two copies of the office; the second has another name."""
    one, two = (
        Path(shutil.copytree(made, tmp_path / name, ignore=shutil.ignore_patterns("stores", "mail")))
        for name in ("one", "two")
    )
    settings = (two / "office.toml").read_text("utf-8")
    (two / "office.toml").write_text(settings.replace(NAMES[0], NAMES[1]), "utf-8")
    return one, two


def test_each_office_answers_for_itself(offices: tuple[Path, Path]) -> None:
    """Whoever is asked in turn: the pages, who may come in, what a form did."""
    one, two = (Browser(desk(root, Clock())) for root in offices)
    assert one.sign_in("counsel").status_code == two.sign_in("counsel").status_code == 303
    for _ in range(2):
        for browser, own, other in ((one, *NAMES), (two, *reversed(NAMES))):
            page = browser.get("/").text
            assert own in page and other not in page
    assert one.answer().status_code == 303
    assert "our memo" in one.page() and "our memo" not in two.page()
    secret = one.cookie
    assert secret is not None
    two.client.cookies.clear()
    two.client.cookies.set("comity-session", secret)
    assert two.get("/").headers["location"] == "/sign-in", "a session of one office is none of another's"


def test_two_offices_are_asked_at_once(offices: tuple[Path, Path]) -> None:
    browsers = [Browser(desk(root, Clock())) for root in offices]
    for browser in browsers:
        browser.sign_in("counsel")
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda n: browsers[n % 2].get("/").text, range(24)))
    for number, page in enumerate(pages):
        assert NAMES[number % 2] in page and NAMES[1 - number % 2] not in page


def test_a_token_of_one_office_opens_no_other(offices: tuple[Path, Path]) -> None:
    one, two = (Program(desk(root, Clock())) for root in offices)
    assert one.get("/api/v1/matters").status_code == two.get("/api/v1/matters").status_code == 200
    two.token = one.token
    assert two.get("/api/v1/matters").status_code == 401
    for program, own, other in ((one, *NAMES), (two, *reversed(NAMES))):
        description = program.client.get("/api").text
        assert own in description and other not in description
