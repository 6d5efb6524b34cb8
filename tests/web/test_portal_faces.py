"""The portal as a server: its languages, its log and figures, the office's limits, and the desk beside it."""

from __future__ import annotations

import json
import re
import signal
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import get
from litestar.testing import TestClient
from tests.web.office import Browser, Clock
from tests.web.office import desk as web_of
from tests.web.portal import ADDRESS, KEY, ORIGIN, Officer, admitted, directory, serving
from tests.web.test_browser import serving as served
from tests.web.test_limits import limited
from tests.web.test_portal_programs import Program, another, program
from tests.web.test_serve import run
from tests.web.test_tongue import ALIKE, DE, ENGLISH
from tests.web.words import Words

from comity.desk import porter
from comity.desk.office import Office
from comity.desk.trays import outward
from comity.web.portal.app import Portal, application
from comity.web.portal.serve import handlers
from comity.web.watch import Log

GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}
LAW = re.compile(r"^(us-|eu-)|\.S\.C\.")


@pytest.fixture
def desk(root: Path) -> Office:
    directory(root)
    return Office(root)


@pytest.fixture
def member(desk: Office, clock: Clock) -> Officer:
    return admitted(Officer(serving(desk.root, clock)), desk.root, clock)


# Languages


def english(page: str) -> list[str]:
    """What a German page says in English that is neither the law's nor somebody's own."""
    found = Words(page, "de").found
    assert '<html lang="de">' in page and len(found) > 8
    known = [text for text in found if DE.spoken(text) != text and text not in ALIKE]
    return [*known, *(text for text in found if ENGLISH.search(text))]


def test_nothing_english_is_left_on_a_german_page(member: Officer, desk: Office, clock: Clock) -> None:
    stranger = Officer(member.portal, "Karla Kommissarin")
    for one in (member, stranger):
        one.client.headers.update(GERMAN)
    id = member.filed(("warrant.pdf", b"%PDF"), emergency="yes", since="2026-01-01", reference="26 Mag. 1")
    porter.emptied(desk, clock())
    porter.ask(desk, id, "Welches Konto?", "clerk", clock())
    pages = {path: member.get(path) for path in ("/demands", f"/demands/{id}", "/demands/new", "/programs", "/nowhere")}
    pages |= {path: stranger.get(path) for path in ("/", "/register", "/api")}
    pages["form"] = member.get("/demands/new?instrument=us-sca-warrant")
    pages["check"] = member.check()
    pages["faults"] = member.check(accounts="", court="nowhere", since="2026-05-01", until="2026-04-01")
    pages["refused"] = member.send(f"/demands/{id}", f"/demands/{id}/key", key="age1x")
    pages["registered"] = stranger.register()
    pages["waits"] = stranger.sign_in()
    pages["not there"] = member.get("/demands/f-0000000000000000")
    found = {path: english(page.text) for path, page in pages.items()}
    assert not any(found.values()), {path: texts for path, texts in found.items() if texts}
    assert "20.11.2026, 12:00 UTC" in pages[f"/demands/{id}"].text, "moments as the reader's language writes them"
    assert "26 Mag. 1" in pages[f"/demands/{id}"].text


def test_a_language_is_chosen_and_kept_and_leads_nowhere_else(member: Officer) -> None:
    page = member.get("/demands").text
    link = next(one for one in re.findall(r'href="([^"]+)" lang="(\w+)"', page) if one[1] == "de")[0]
    assert member.get(link).headers["location"] == "/demands"
    assert "Ihre Ersuchen" in member.get("/demands").text
    assert member.get("/language/en?back=//evil.example").headers["location"] == "/"
    assert "/language/" not in member.check(accounts="").text, "a form that was refused has no link that would lose it"


def test_what_the_script_is_told_is_in_the_readers_language(member: Officer) -> None:
    other = Officer(member.portal)
    other.client.headers.update(GERMAN)
    refused = other.register(mail="no address")
    assert refused.status_code == 422 and "E-Mail" in refused.json()["says"]


# Log and figures


def story(portal: Portal, desk: Office, clock: Clock) -> tuple[list[Officer], Program]:
    """All that two people and a program of one of them do here."""
    member = admitted(Officer(portal), desk.root, clock)
    other, own = another(member, desk, clock), program(member)
    id = member.filed(("secret-warrant.pdf", b"%PDF"), accounts="nobody@example.com", narrative="the fishing case")
    member.send(f"/demands/{id}", f"/demands/{id}/answer", says="a privileged word")
    member.send(f"/demands/{id}", f"/demands/{id}/key", key=KEY)
    other.get(f"/demands/{id}")
    own.get(f"demands/{id}")
    own.post("preflights", {"demand": {}, "scope": {}})
    member.get("/anna@fbi-ny.example")
    member.get("/demands?who=anna")
    return [member, other], own


def test_a_whole_story_leaves_nothing_of_anybody_in_the_log(desk: Office, clock: Clock) -> None:
    log, portal = StringIO(), serving(desk.root, clock)
    portal.log = Log(log)
    people, own = story(portal, desk, clock)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    said = log.getvalue()
    for route in sorted({line["route"] for line in lines}, key=len, reverse=True):
        said = said.replace(json.dumps(route), '""')
    theirs = ["Anna", "Bob", "fbi", "garda", "nobody", "example", "warrant", "fishing", "privileged", KEY, own.token]
    assert [
        one for one in (*theirs, *(p.id for p in people), *(p.cookie or "x" * 99 for p in people)) if one in said
    ] == []
    assert {line["face"] for line in lines} == {"portal", "portal-api"} and "?" not in said and "@" not in said
    seen = {(line["method"], line["route"], line["status"]) for line in lines}
    assert {("GET", "/demands/{id}", 404), ("POST", "/demands/file", 303), ("GET", "nowhere", 404)} <= seen
    assert ("GET", "/api/v1/demands/{id}", 200) in seen


@get("/breaks", opt={"public": True}, sync_to_thread=False)
def breaks() -> None:
    raise ValueError("anna@fbi-ny.example is not a number")


def test_a_defect_is_told_by_its_kind_alone(desk: Office, clock: Clock) -> None:
    log, portal = StringIO(), serving(desk.root, clock)
    portal.log = Log(log)
    app: Any = application(portal, ADDRESS.hosts, [*handlers(), breaks])
    answer = TestClient(app, base_url=ORIGIN, raise_server_exceptions=False).get("/breaks")
    told = next(json.loads(line) for line in log.getvalue().splitlines() if "defect" in line)
    assert answer.status_code == 500 and told["request"] in answer.text and told["error"] == "ValueError"
    assert "anna" not in log.getvalue() and "anna" not in answer.text
    assert "comity_defects_total 1.0" in portal.meter.text().decode()


def test_figures_are_for_the_machine_that_serves_it_and_not_through_a_proxy(member: Officer) -> None:
    app: Any = application(member.portal, ADDRESS.hosts, handlers())

    async def here(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "client": ("127.0.0.1", 4)}, receive, send)

    assert member.get("/metrics").status_code == 403, "the test's client is no address of this machine"
    near = TestClient(here, base_url=ORIGIN)  # type: ignore[arg-type]
    assert 'face="portal"' in near.get("/metrics").text and "fbi" not in near.get("/metrics").text
    assert near.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"}).status_code == 403


# Limits


def test_the_offices_limits_hold_here_too(root: Path, clock: Clock) -> None:
    directory(root)
    limited(root, requests=6, form_kib=2, address=100)
    member = admitted(Officer(serving(root, clock)), root, clock)
    long = member.post("/demands/check", {"form": "x", "accounts": "a" * 3000})
    assert long.status_code == 413
    answers = [member.get("/demands").status_code for _ in range(7)]
    assert answers[0] == 200 and answers[-1] == 429
    page = member.get("/demands")
    assert int(page.headers["retry-after"]) > 0 and "htmx" not in page.text and "script-src" in str(page.headers)
    stranger = Program(member, "").client
    guesses = [stranger.get("/api/v1/me", headers={"authorization": f"Bearer comity_{n}"}) for n in range(12)]
    assert [guesses[0].status_code, guesses[-1].status_code] == [401, 429]
    assert guesses[-1].headers["content-type"] == "application/problem+json"


# Beside the desk


def test_one_command_serves_both_and_one_ctrl_c_ends_both(root: Path) -> None:
    directory(root)
    process, said = served(root, "--portal", "0", "--log", str(root / "both.log"))
    first, second = re.search(r"desk of .* is at (\S+)", said), re.search(r"portal of .* is at (\S+)", said)
    assert first and second and f"{second[1]}/register for FBI New York" in said and f"{first[1]}/registrations" in said
    with httpx.Client(timeout=60) as client:
        assert client.get(f"{first[1]}/sign-in").status_code == 200
        assert "Portal for authorities" in client.get(f"{second[1]}/").text, "the socket is open before it is served"
        assert (
            client.get(f"{second[1]}/matters").status_code == 303 or client.get(f"{second[1]}/law").status_code == 404
        )
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20)[0].strip() == "The desk is closed."
        for address in (first[1], second[1]):
            with pytest.raises(httpx.ConnectError):
                client.get(f"{address}/")
    faces = {json.loads(line).get("face") for line in (root / "both.log").read_text().splitlines()}
    assert {"desk", "portal"} <= faces


def test_beside_the_desk_it_is_for_this_machine_alone(root: Path) -> None:
    done = run("serve", "--office", root, "--portal", "0", "--behind", "https://desk.example.com")
    assert done.returncode == 2 and "comity portal --behind" in " ".join(done.stderr.split())


def test_the_desk_shows_in_german_what_a_stranger_tried(member: Officer, desk: Office, clock: Clock) -> None:
    id, other = member.filed(), another(member, desk, clock)
    other.get(f"/demands/{id}")
    porter.emptied(desk, clock())
    counsel = Browser(web_of(desk.root, clock))
    counsel.sign_in("counsel")
    for path in ("/alarms", "/registrations", "/filings"):
        page = Words(counsel.get(path, **GERMAN).text, "de").found
        left = [text for text in page if ENGLISH.search(text) and "tried in the portal" not in text]
        assert left == [], path
    assert outward(desk.root).sheet("people", other.id) == {"state": "approved", "why": ""}
