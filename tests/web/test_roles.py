"""Who may do what: one table for pages, command line and desk; the auditor changes nothing, by any door."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from tests.web.office import MATTER, NOW, POINT, Browser, another, desk, events
from tools.docs import commands
from typer.testing import CliRunner

from comity.cli.common import app
from comity.desk import agencies, collection, gate, jobs, ledger, letter, notice, porter, review
from comity.desk.matter import NotBoth, approvers, enter, load, record
from comity.desk.office import Office, read_settings
from comity.desk.release import send
from comity.desk.roles import ACTS, AT_WORK, ROLES, act_of, clashes
from comity.errors import ComityError, Faulty
from comity.kernel.gate import APPROVERS, Refusal
from comity.kernel.matter import ENDING, KINDS, SHUTTING, Event
from comity.letters.drafts.model import KINDS as LETTERS
from comity.sim.demo import RULE
from comity.web.app import Web
from comity.web.serve import handlers

PATH = f"/matters/{MATTER}"
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def office(root: Path) -> Office:
    return Office(root)


def peopled(root: Path, *people: tuple[str, str]) -> Office:
    """The office with more people: name, and roles as they are written."""
    settings = root / "office.toml"
    more = (f'\n[[person]]\nname = "{name}"\nroles = [{roles}]\n' for name, roles in people)
    settings.write_text(settings.read_text() + "".join(more))
    return Office(root)


def told(kind: str, by: str) -> Event:
    data = {"counsel": (("term", POINT), ("answer", "true")),
            "finding": (("supports", "yes"), ("channel", "phone"), ("contact", "directory"))}  # fmt: skip
    return Event("", kind, LATER, LATER, "it happened", "paper", by, data=data.get(kind, ()))


DO: dict[str, Callable[[Office, str], object]] = {
    "event": lambda it, who: enter(it, MATTER, told("filing", who)),
    "shut": lambda it, who: enter(it, MATTER, told("stayed", who)),
    "decline": lambda it, who: enter(it, MATTER, told("declined", who)),
    "answer": lambda it, who: enter(it, MATTER, told("counsel", who)),
    "collect": lambda it, who: collection.collect(it, MATTER, who, LATER),
    "review": lambda it, who: collection.review(it, MATTER, who, LATER, RULE),
    "approve": lambda it, who: gate.approve(it, MATTER, who, LATER),
    "withdraw": lambda it, who: gate.withdraw(it, MATTER, who, LATER),
    "produce": lambda it, who: send(it, MATTER, who, LATER, ("age1",), it.root / "out"),
    "notify": lambda it, who: notice.tell(it, MATTER, "owen.ardmore@meridian.example", who, LATER),
    "letter": lambda it, who: letter.begin(it, letter.make(it, MATTER, "motion", LATER), who),
    "contest": lambda it, who: letter.finish(
        it, letter.Kept(letter.make(it, MATTER, "motion", LATER), None, ()), who, LATER
    ),
    "admit": lambda it, who: porter.decline(it, "r", "unknown", who, LATER),
    "sweep": lambda it, who: jobs.ask_exposure(it, who, LATER),
    "look": lambda it, who: jobs.did(it, 1, who, LATER),
    "withhold": lambda it, who: review.mark(it, MATTER, "", 1, review.Mark("withheld", who, LATER, "privilege")),
    "directory": lambda it, who: agencies.add(it, agencies.Agency("p", "Police", "IE", "police"), who, LATER),
    "erase": lambda it, who: ledger.erase(it, 0, "why", who, LATER),
}
"""How each act of the desk is done, but for three that the command line tries below."""


@pytest.mark.parametrize("act", DO)
def test_an_act_is_refused_to_every_role_that_has_it_not(act: str, root: Path) -> None:
    """And before anything else is looked at; whoever has the role gets further than that."""
    it = peopled(root, *((f"only.{role}", f'"{role}"') for role in ROLES))
    size = it.registry.size()
    for role in ROLES:
        try:
            DO[act](it, f"only.{role}")
            said = ""
        except ComityError as error:
            said = error.message
        right = role in ACTS[act][1]
        assert ("that is for" in said or "changes nothing" in said) == (not right), (role, said)
        assert right or it.registry.size() == size
        size = it.registry.size()


def test_the_table_has_every_act_and_knows_the_kernel() -> None:
    assert {*DO, "receive", "strike", "settle"} == set(ACTS) and all(
        set(roles) <= set(ROLES) and roles for _, roles in ACTS.values()
    )
    assert set(ACTS["approve"][1]) == APPROVERS == set(ACTS["withdraw"][1])
    taken = {role for _, roles in ACTS.values() for role in roles}
    assert {*ROLES} - taken == {"auditor"}, "who changes nothing"
    theirs = {act for act, (_, roles) in ACTS.items() if "administrator" in roles}
    assert theirs == {"admit", "directory", "settle", "strike", "sweep"}
    for kind in KINDS:
        assert act_of(kind) in ("event", "shut", "decline", "answer")
        assert (act_of(kind) == "shut") == (kind in (SHUTTING | ENDING) - {"declined"})
    assert set(AT_WORK) == {*ROLES} - {"auditor", "administrator"}


def posts(web: Web) -> list[tuple[str, bool]]:
    """Every address that takes a POST, and whether it concerns one's own session alone."""
    routes = [route for route in Litestar(list(handlers())).routes if isinstance(route, HTTPRoute)]
    found = [(route.path, handler.opt) for route in routes for handler in route.route_handlers
             if "POST" in handler.http_methods and not handler.opt.get("public")]  # fmt: skip
    return [(path, bool(opt.get("own"))) for path, opt in found]


def test_the_auditor_sends_nothing_that_the_pages_take(browser: Browser) -> None:
    """Every address that takes a form, with fields that would do for somebody else."""
    browser.sign_in("auditor")
    found = re.search(r'name="form" value="([^"]+)"', browser.page())
    assert found
    fields = {"form": found[1], "kind": "stayed", "says": "x", "source": "y", "term": POINT, "answer": "true"}
    with browser.web.house.opened() as it:
        size = it.registry.size()
    tried = [path for path, own in posts(browser.web) if not own]
    assert {f"/matters/{{name:str}}/{act}" for act in ("enter", "counsel", "approve", "withdraw")} <= set(tried)
    for path in tried:
        answer = browser.post(re.sub(r"\{\w+:\w+\}", MATTER, re.sub(r"\{\w+:int\}", "1", path)), fields)
        assert answer.status_code == 403 and "reads everything and changes nothing" in unescape(answer.text), path
    with browser.web.house.opened() as it:
        assert it.registry.size() == size
    assert {path for path, own in posts(browser.web) if own} >= {"/sign-out"}
    assert browser.send("/", "/sign-out").status_code == 303


def test_the_auditor_reads_every_page_and_is_shown_no_form(browser: Browser) -> None:
    browser.sign_in("auditor")
    for path in ("/", PATH, "/law", "/estate", "/ledger", "/people"):
        page = browser.get(path)
        assert page.status_code == 200, path
        sent = set(re.findall(r'<form method="post" action="([^"]+)"', page.text))
        assert sent <= {"/sign-out"}, (path, sent)


def typed(name: str, root: Path, who: str) -> list[str]:
    """What is typed for a verb that says who does it, with everything else in order."""
    demand = root / "demand.toml"
    demand.write_text(DEMAND)
    more = {
        "receive": [str(demand)],
        "event": [MATTER, "filing", "it was filed", "--source", "paper"],
        "collect": [MATTER], "review": [MATTER, "--rule", RULE], "approve": [MATTER], "withdraw": [MATTER],
        "produce": [MATTER, str(root / "out"), "--recipient", "age1"],
        "notify": [MATTER, "--account", "owen.ardmore@meridian.example"],
        "ledger erase": ["0", "--why", "why"],
        "agency add": ["p", "--name", "Police", "--place", "IE", "--kind", "police"],
        "agency contact": ["p", "telephone", "+353 1 555 0100", "--source", "their site"],
        "agency strike": ["p", "+353 1 555 0100"], "passkeys": ["counsel", "--strike"],
        "filing ask": ["f", "Which account?"], "filing hand": ["f"], "filing return": ["f", "not ours"],
        "filing take": ["f"], "registration approve": ["r"], "registration decline": ["r", "--why", "unknown"],
        "ledger alarms": ["--settle", "x", "--why", "y"], "authenticity": [MATTER, "--record"],
        **{f"letter {kind}": [MATTER] for kind in LETTERS},
        "docket": ["--accept", "0123456789ab"],
        "letter edit": [MATTER, "memo-1", "1"], "letter finish": [MATTER, "memo-1"],
    }  # fmt: skip
    return [*name.split(), *more[name], "--by", who, "--office", str(root)]


DEMAND = """[demand]
id = "M-1"
place = "US"
instrument = "us-sca-warrant"
issuer = "judge"
court = "us-nysd"
served_entity = "meridian-corp"
served = 2026-11-17T15:00:00Z
channel = "portal"
[scope]
accounts = ["owen.ardmore@meridian.example"]
categories = ["content"]
"""
SIGNED = sorted(
    name for name, verb in commands().items() if any(p.name == "by" and p.help.startswith("who") for p in verb.params)
)
"""Every verb that asks who does it."""


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("who", ["auditor", "administrator"])
def test_neither_auditor_nor_administrator_does_an_act_at_the_command_line(name: str, who: str, root: Path) -> None:
    """Every verb that says who does it; the ledger is as long afterwards as before."""
    size = Office(root).registry.size()
    done = CliRunner().invoke(app, typed(name, root, who), catch_exceptions=True)
    theirs = ("agency", "filing ask", "passkeys", "ledger alarms", "registration")
    if who == "administrator" and name.startswith(theirs):
        assert "`administrator` " not in str(done.exception), "that is theirs"
        return
    assert isinstance(done.exception, ComityError), done.output
    assert done.exception.exit_code == 5 and f"`{who}` " in done.exception.message
    assert ("changes nothing" if who == "auditor" else "that is for") in done.exception.message
    assert Office(root).registry.size() == size and not (root / "out").exists()


def test_nobody_both_collects_and_approves_for_one_matter(root: Path) -> None:
    """Refused as soon as it is tried, in either order; one person may be both in two matters."""
    it = peopled(root, ("both", '"collector", "approver"'))
    gate.approve(it, MATTER, "both", NOW)
    for act in (collection.collect, lambda *said: send(*said, ("age1",), root / "out")):
        with pytest.raises(NotBoth, match="`both` approved"):
            act(it, MATTER, "both", LATER)
    gate.withdraw(it, MATTER, "both", LATER, "I shall collect")
    event = replace_by(load(it, MATTER).of("collected")[0], "both")
    record(it, MATTER, [event])
    with pytest.raises(NotBoth, match="`both` collected"):
        gate.approve(it, MATTER, "both", LATER + timedelta(minutes=1))


def replace_by(event: Event, who: str) -> Event:
    return Event("", event.kind, LATER, LATER, event.says, event.source, who, event.touches, data=event.data)


def test_what_was_recorded_all_the_same_does_not_count(root: Path) -> None:
    """An approval written past the desk by whoever collected: the gate names it."""
    it = peopled(root)
    enter(it, MATTER, told("counsel", "counsel"))
    given = gate.approve(it, MATTER, "first.approver", LATER + timedelta(minutes=1))
    at = LATER + timedelta(minutes=2)
    kept = (("role", "approver"), ("scope", given.scope), ("decisions", " ".join(given.decisions)),
            ("hits", given.hits))  # fmt: skip
    record(it, MATTER, [Event("", "approved", at, at, "too", "office", "clerk", data=kept)])
    answer = gate.ask(it, MATTER, at)
    assert isinstance(answer, Refusal)
    assert [reason.name for reason in answer.reasons] == ["collector-approved", "two-people"]
    gate.approve(it, MATTER, "second.approver", at)
    assert gate.ask(it, MATTER, at), "two others have approved"


def test_an_approval_is_taken_back_at_the_desk(browser: Browser) -> None:
    first, second = another(browser, "first.approver"), another(browser, "second.approver")
    another(browser, "counsel").answer()
    browser.web.now.on(minutes=1)  # type: ignore[attr-defined]
    first.approve()
    second.approve()
    assert "The gate is open" in second.page() or "may leave, approved by" in second.page()
    assert f"{PATH}/withdraw" not in another(browser, "clerk").page()
    done = second.send(PATH, f"{PATH}/withdraw", why="I had not read the memo")
    assert done.status_code == 303 and events(browser.web, "approval-withdrawn") == 1
    page = second.page()
    assert "taken back" in page and "I had not read the memo" in page and f"{PATH}/withdraw" not in page
    with browser.web.house.opened() as it:
        assert approvers(load(it, MATTER)) == {"first.approver"}
        assert not gate.ask(it, MATTER, browser.web.now())
    again = another(browser, "second.approver")
    refused = again.post(f"{PATH}/withdraw", {"form": again.form(PATH, "/sign-out")["form"]})
    assert refused.status_code == 403 and "approved nothing" in refused.text
    browser.web.now.on(minutes=1)  # type: ignore[attr-defined]
    assert second.approve().status_code == 303
    assert "may leave, approved by first.approver and second.approver" in second.page()


@pytest.mark.parametrize(
    ("roles", "name", "says"),
    [
        ('"clerk"', "unknown-role", "this role is `intake` now"),
        ('"judge"', "unknown-role", "use intake, reviewer"),
        ('"auditor", "approver"', "roles-clash", "another person"),
        ('"administrator", "counsel"', "roles-clash", "another person"),
    ],
)
def test_an_office_with_unfit_roles_is_refused_with_the_remedy(roles: str, name: str, says: str, root: Path) -> None:
    with pytest.raises(Faulty) as refused:
        peopled(root, ("somebody", roles))
    assert [(fault.name, says in fault.remedy) for fault in refused.value.faults] == [(name, True)]


def test_roles_that_go_together() -> None:
    assert not list(clashes(frozenset({"intake", "collector", "approver"})))
    assert not list(clashes(frozenset({"administrator", "intake"}))) and not list(clashes(frozenset({"auditor"})))


def test_the_people_page_prints_the_table(reader: Browser) -> None:
    page = unescape(reader.get("/people").text)
    assert all(says in page and ", ".join(roles) in page for says, roles in ACTS.values())
    assert all(f"<dt>{role}</dt>" in page for role in ROLES)


def test_a_new_office_has_every_role(root: Path) -> None:
    held = read_settings(root / "office.toml").people
    assert frozenset().union(*held.values()) == set(ROLES)


def test_a_role_that_changes_in_the_file_holds_from_the_next_click_on(root: Path) -> None:
    browser = Browser(desk(root))
    browser.sign_in("first.approver")
    settings = root / "office.toml"
    before = 'name = "first.approver"\nroles = ["approver"]'
    assert before in settings.read_text()
    form = browser.form(PATH, f"{PATH}/approve")
    settings.write_text(settings.read_text().replace(before, 'name = "first.approver"\nroles = ["auditor"]'))
    refused = browser.post(f"{PATH}/approve", form)
    assert refused.status_code == 403 and "changes nothing" in refused.text and events(browser.web, "approved") == 0
