"""Insiders: every look into a matter is written down, accounts are named inside matters alone, alarms are told."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from tests.web.office import MATTER, NOW, SERVED, Browser, Clock, another, desk, events
from tests.web.test_intake import draft, fill
from typer.testing import CliRunner

from comity.cli import rooms
from comity.cli.common import app
from comity.desk import ledger, reading
from comity.desk.matter import enter, load, load_seen
from comity.desk.office import Office
from comity.desk.reading import ALARMS, READS, SPAN, Read, Watch, unanswered
from comity.errors import ComityError
from comity.kernel.matter import Event, fold
from comity.kernel.words import digest
from comity.registry.port import NotWritten
from comity.sim.demo import confirmed
from comity.sim.papers import warrant_2018
from comity.web.serve import handlers

rooms.load()
PATH = f"/matters/{MATTER}"
OTHER = "warrant-2"
THEO = digest(["theo.lund@meridian.example"])


def looks(browser: Browser, **which: str) -> list[tuple[str, str, str]]:
    with browser.web.house.opened() as office:
        return [(one.person, one.matter, one.page) for one in reading.reads(office, **which)]


def two(root: Path) -> Path:
    """A second demand for the same account, taken in by the clerk."""
    office = Office(root)
    confirmed(office, root / "papers" / "other.txt", OTHER, warrant_2018().replace("90233", "90871"), SERVED)
    office.close()
    return root


def raised(browser: Browser) -> list[tuple[str, str, tuple[str, ...], bool]]:
    with browser.web.house.opened() as office:
        return [(one.person, one.matter, one.elsewhere, bool(one.settled)) for one in reading.alarms(office)]


def test_a_look_is_one_entry_of_a_person_a_page_and_a_quarter_of_an_hour(browser: Browser, clock: Clock) -> None:
    first, second = another(browser, "first.approver"), another(browser, "second.approver")
    for _ in range(3):
        first.get(PATH)
        clock.on(minutes=4)
    first.get(f"{PATH}?on=2026-11-18")
    first.get(f"{PATH}/event")
    second.get(PATH)
    assert looks(browser) == [("first.approver", MATTER, ""), ("first.approver", MATTER, "/event"),
                              ("second.approver", MATTER, "")]  # fmt: skip
    clock.on(minutes=3)
    first.get(PATH)
    assert [page for _, _, page in looks(browser, person="first.approver")] == ["", "/event", ""]
    assert timedelta(minutes=15) == SPAN


def test_the_ledger_binds_looks_and_the_matter_knows_nothing_of_them(browser: Browser) -> None:
    """Standing, approvals and what a writer has seen of a matter are as before; and an altered look is found."""
    with browser.web.house.opened() as office:
        before = load_seen(office, MATTER)
    first = another(browser, "first.approver")
    form = first.form(PATH, f"{PATH}/approve")
    another(browser, "clerk").get(PATH)
    assert first.post(f"{PATH}/approve", form).status_code == 303, "nobody was overtaken by a look"
    with browser.web.house.opened() as office:
        whole, seen = load_seen(office, MATTER)
        assert seen == before[1] + 1 and len(whole.events) == len(before[0].events) + 1
        assert set(office.matters()) == {MATTER} and READS in office.registry.matters()
        assert ledger.verify(office)[1] == []
    import sqlite3

    with sqlite3.connect(browser.web.house.root / "registry.sqlite") as file:
        done = file.execute("UPDATE entry SET payload = "
                            "CAST(replace(CAST(payload AS TEXT), 'first.approver', 'clerk.approver') AS BLOB) "
                            "WHERE CAST(payload AS TEXT) LIKE '%\"kind\":\"read\"%first.approver%'")  # fmt: skip
        assert done.rowcount == 2, "the page, and the form that was sent"
    with browser.web.house.opened() as office:
        assert ledger.verify(office)[1] != []


def test_a_look_into_an_arrival_is_an_entry_with_the_accounts_it_named(browser: Browser) -> None:
    """Whoever pastes a text, learns of an account and sets it aside leaves what they asked for; each account anew."""
    clerk = another(browser, "clerk")
    at = draft(clerk, pasted=warrant_2018())
    name = at.removeprefix("/")
    clerk.get(at)
    clerk.get(at)
    fill(clerk, at, "check", **{"f.accounts": "theo.lund@meridian.example"})
    clerk.get(at)
    refused = fill(clerk, at, "confirm", **{"f.accounts": "nobody@meridian.example"})
    assert refused.status_code == 422, "its faults say whether the account is here"
    clerk.get(f"{at}/paper/0")
    assert clerk.send(at, f"{at}/aside", why="pasted by mistake").status_code == 303
    another(browser, "counsel").get(at)
    owen, theo, nobody = (digest([f"{one}@meridian.example"]) for one in ("owen.ardmore", "theo.lund", "nobody"))
    with browser.web.house.opened() as office:
        found = [(one.person, one.page, one.accounts) for one in reading.reads(office, matter=name)]
        assert ledger.verify(office)[1] == []
    assert found == [("clerk", "/bring", owen), ("clerk", "", owen), ("clerk", "", theo), ("clerk", "", nobody),
                     ("clerk", "/paper/0", nobody), ("counsel", "", nobody)]  # fmt: skip
    run = CliRunner().invoke(app, ["ledger", "reads", "--matter", name, "--office", str(browser.web.house.root)])
    assert name in run.output and "/paper/0" in run.output and "owen" not in run.output


def test_an_arrival_that_cannot_be_written_down_is_not_shown(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = another(browser, "clerk")
    at = draft(clerk, pasted=warrant_2018())

    def full(*_: Any) -> None:
        raise NotWritten(path="registry.sqlite", why="the disk is full")

    monkeypatch.setattr(Watch, "came", full)
    for path in (at, f"{at}/paper/0"):
        page = clerk.get(path)
        assert page.status_code == 503 and "owen.ardmore" not in page.text


def test_a_written_demand_names_the_accounts_that_stand_in_it(browser: Browser) -> None:
    """Also while it is faulty; and a text that is no demand at all names none."""
    clerk = another(browser, "clerk")
    for text, named in (('[demand]\n[scope]\naccounts = [" Theo.Lund@meridian.example", 7]\n', THEO),
                        ("[demand]\n[scope]\naccounts = 7\n", ""), ("[demand]\n[scope\n", "")):  # fmt: skip
        name = draft(clerk, ("demand.toml", text.encode())).removeprefix("/")
        with browser.web.house.opened() as office:
            assert [one.accounts for one in reading.reads(office, matter=name)] == [named], text


def matter_pages() -> list[str]:
    """Every address under a matter that is asked with GET."""
    routes = [route for route in Litestar(list(handlers())).routes if isinstance(route, HTTPRoute)]
    return [route.path for route in routes if "/matters/{name:str}" in route.path
            and any("GET" in handler.http_methods for handler in route.route_handlers)]  # fmt: skip


def filled(path: str) -> str:
    """An address with something in each place that wants it."""
    return re.sub(r"\{\w+:(\w+)\}", lambda wants: "1" if wants[1] == "int" else "x", path)


def test_no_page_of_a_matter_exists_that_is_not_written_down(browser: Browser) -> None:
    """Whatever a room adds under a matter's address; and a form that is refused shows its page, so it counts too."""
    browser.sign_in("counsel")
    found = matter_pages()
    assert {PATH, f"{PATH}/event"} <= {path.replace("{name:str}", MATTER) for path in found}
    for path in found:
        browser.get(filled(path.replace("{name:str}", MATTER)))
    browser.post(f"{PATH}/approve", {})
    pages = {page for _, _, page in looks(browser)}
    shown = {filled(path.replace("/matters/{name:str}", "")) for path in found}
    assert shown | {"/approve"} <= pages


def test_what_cannot_be_written_down_is_not_shown(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.sign_in("counsel")

    def full(*_: Any) -> None:
        raise NotWritten(path="registry.sqlite", why="the disk is full")

    monkeypatch.setattr(Watch, "opened", full)
    page = browser.get(PATH)
    assert page.status_code == 503 and "owen.ardmore" not in page.text


def test_no_names_but_matters_are_written_down(browser: Browser) -> None:
    browser.sign_in("counsel")
    for name in ("no-such-matter", "%23reads", "%23alarms"):
        assert browser.get(f"/matters/{name}").status_code == 404
    assert looks(browser) == []


OUTSIDE = ("account", "accounts", "address", "q", "search", "user", "email")


def pages_outside(web: Any) -> list[str]:
    """Every address asked with GET that is not under a matter and has nothing to fill in."""
    routes = [route for route in Litestar(list(handlers())).routes if isinstance(route, HTTPRoute)]
    return [route.path for route in routes if "{" not in route.path
            and any("GET" in handler.http_methods for handler in route.route_handlers)]  # fmt: skip


@pytest.mark.parametrize("person", ["clerk", "auditor", "administrator"])
def test_no_page_outside_a_matter_names_or_finds_an_account(root: Path, person: str) -> None:
    """Not one of accounts.csv, whatever is put into the address."""
    browser = Browser(desk(two(root)))
    another(browser, "first.approver").get(f"/matters/{OTHER}")
    with browser.web.house.opened() as office:
        accounts = list(office.holdings.accounts)
    assert "owen.ardmore@meridian.example" in accounts and raised(browser)
    browser.sign_in(person)
    for path in pages_outside(browser.web):
        asked = "&".join(f"{key}=owen.ardmore@meridian.example" for key in OUTSIDE)
        for address in (path, f"{path}?{asked}"):
            page = unescape(browser.get(address).text)
            assert not [one for one in accounts if one in page], address


def test_no_handler_takes_an_account_outside_a_matter() -> None:
    """By its address: neither in the path nor as a question."""
    for handler in handlers():
        names = set(handler.fn.__annotations__)
        outside = not any("/matters/{name:str}" in path for path in handler.paths)
        assert not (outside and names & set(OUTSIDE)), handler.paths


def test_an_alarm_when_somebody_opens_what_is_not_their_work(root: Path, clock: Clock) -> None:
    """Whoever did something in the matter may open it, and so may the auditor; nobody else without being asked why."""
    browser = Browser(desk(two(root), clock))
    for person in ("clerk", "auditor"):
        another(browser, person).get(f"/matters/{OTHER}")
    assert raised(browser) == []
    first = another(browser, "first.approver")
    first.get(f"/matters/{OTHER}")
    clock.on(minutes=20)
    first.get(f"/matters/{OTHER}")
    first.get(f"/matters/{OTHER}/event")
    assert raised(browser) == [("first.approver", OTHER, (MATTER,), False)]
    another(browser, "second.approver").get(PATH)
    assert len(raised(browser)) == 1, "second.approver reviewed there"


def test_no_alarm_where_the_account_is_named_nowhere_else(browser: Browser) -> None:
    another(browser, "first.approver").get(PATH)
    assert looks(browser) and raised(browser) == []


@pytest.mark.parametrize(
    ("kinds", "says"),
    [((), "pending"), (("declined",), "refused"), (("refused",), "refused"), (("quashed",), "refused"),
     (("stayed",), "pending"), (("refused", "produced"), ""), (("produced",), "")],
)  # fmt: skip
def test_which_demands_are_unanswered(root: Path, kinds: tuple[str, ...], says: str) -> None:
    whole = load(Office(root), MATTER)
    more = [Event(kind, kind, NOW, NOW, kind, "paper") for kind in kinds]
    assert unanswered(fold(MATTER, [*whole.events, *more]), NOW + timedelta(hours=1)) == says


def test_an_alarm_is_settled_with_a_reason_by_somebody_else(root: Path) -> None:
    settings = root / "office.toml"
    settings.write_text(settings.read_text() + '\n[[person]]\nname = "second.admin"\nroles = ["administrator"]\n')
    browser = Browser(desk(two(root)))
    admin, counsel = another(browser, "administrator"), another(browser, "counsel")
    admin.get(f"/matters/{OTHER}")
    assert raised(browser) == [("administrator", OTHER, (MATTER,), False)]
    page = admin.get("/alarms").text
    assert "It is about you" in page and "/alarms/settle" not in page
    form = counsel.form("/alarms", "/alarms/settle")
    own = {**form, "form": admin.form("/people", "/sign-out")["form"], "why": "I was curious"}
    assert admin.post("/alarms/settle", own).status_code == 403
    assert counsel.post("/alarms/settle", {**form, "why": "  "}).status_code == 422
    assert raised(browser)[0][3] is False
    assert counsel.post("/alarms/settle", {**form, "why": "asked to look by the board"}).status_code == 303
    auditor = another(browser, "auditor").get("/alarms").text
    assert "asked to look by the board" in auditor and "<strong>counsel</strong>" in auditor
    again = {**form, "form": counsel.form("/people", "/sign-out")["form"], "why": "once more"}
    assert counsel.post("/alarms/settle", again).status_code == 404
    with browser.web.house.opened() as office:
        assert {entry.kind for entry in office.registry.entries(ALARMS)} == {"alarm", "settled"}
        assert ledger.verify(office)[1] == [] and events(browser.web, "alarm", "settled") == 0


def test_alarms_are_shown_to_who_watches_alone(browser: Browser) -> None:
    for person, sees in (("clerk", False), ("first.approver", False), ("auditor", True), ("administrator", True),
                         ("counsel", True)):  # fmt: skip
        own = another(browser, person)
        assert own.get("/alarms").status_code == (200 if sees else 403)
        assert ('href="/alarms"' in own.get("/people").text) == sees


def test_another_demand_for_the_account_raises_a_settled_alarm_anew(root: Path, clock: Clock) -> None:
    browser = Browser(desk(two(root), clock))
    another(browser, "first.approver").get(f"/matters/{OTHER}")
    with browser.web.house.opened() as office:
        reading.settle(office, reading.alarms(office)[0].id, "counsel", clock.at, "known")
    clock.on(minutes=20)
    another(browser, "first.approver").get(f"/matters/{OTHER}")
    assert len(raised(browser)) == 1
    office = Office(root)
    confirmed(office, root / "papers" / "third.txt", "warrant-3", warrant_2018().replace("90233", "90872"), SERVED)
    clock.on(minutes=20)
    another(browser, "first.approver").get(f"/matters/{OTHER}")
    assert [names for _, _, names, settled in raised(browser) if not settled] == [(MATTER, "warrant-3")]


def test_whoever_has_done_something_in_a_matter_works_on_it(root: Path, clock: Clock) -> None:
    browser = Browser(desk(two(root), clock))
    with browser.web.house.opened() as office:
        enter(office, OTHER, Event("", "stayed", NOW, NOW, "stayed", "order", "first.approver"))
    another(browser, "first.approver").get(f"/matters/{OTHER}")
    assert raised(browser) == []


def test_the_command_line_lists_looks_and_settles_alarms(root: Path) -> None:
    browser, of = Browser(desk(two(root))), ["--office", str(root)]
    run = CliRunner()
    assert "Nobody has looked" in run.invoke(app, ["ledger", "reads", *of]).output
    assert "There is no alarm" in run.invoke(app, ["ledger", "alarms", *of]).output
    another(browser, "first.approver").get(f"/matters/{OTHER}/event")
    another(browser, "counsel").get(PATH)
    shown = run.invoke(app, ["ledger", "reads", "--person", "first.approver", *of]).output
    assert "/event" in shown and "counsel" not in shown
    with browser.web.house.opened() as office:
        assert list(reading.reads(office, matter=OTHER)) == [Read("first.approver", OTHER, "/event", NOW)]
        id = next(one.id for one in reading.alarms(office) if one.person == "first.approver")
    typed = ["ledger", "alarms", "--settle", id, *of]
    for by, why in (("auditor", "x"), ("clerk", "x"), ("", "x"), ("administrator", "")):
        assert isinstance(run.invoke(app, [*typed, "--by", by, "--why", why]).exception, ComityError), by
    done = run.invoke(app, [*typed, "--by", "administrator", "--why", "they stand in for the clerk"])
    assert done.exit_code == 0 and "they stand in for the clerk" in done.output
    assert '"settled_by": "administrator"' in run.invoke(app, ["ledger", "alarms", "--json", *of]).output
