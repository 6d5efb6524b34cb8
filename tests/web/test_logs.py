"""What the server tells of itself: a line for each request, counts and latencies, and nothing of anybody."""

from __future__ import annotations

import csv
import json
import re
import signal
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import get
from litestar.testing import TestClient
from tests.web.office import HOST, MATTER, Browser, Clock, another
from tests.web.programs import AT, V1, Program
from tests.web.test_browser import serving

from comity.desk.matter import demand_of, load
from comity.errors import Unwritable
from comity.web.app import Web, application
from comity.web.house import House
from comity.web.serve import handlers
from comity.web.watch import Log

MEMO = "our memo of privileged advice"


@pytest.fixture
def told(root: Path, clock: Clock) -> tuple[Web, StringIO]:
    log = StringIO()
    return Web(House(root), clock, log=Log(log)), log


def lines(log: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def personal(web: Web, made: Path) -> Iterator[str]:
    """Every string of the office that is somebody's, or says what a matter is about."""
    with web.house.opened() as office:
        matter, settings = load(office, MATTER), office.settings
        demand = demand_of(matter)
        yield from (MATTER, settings.name, *settings.people, *demand.scope.accounts, *demand.scope.terms)
        yield from (demand.reference, demand.court, demand.instrument)
        for event in matter.events:
            yield from (event.says, event.source, event.id)
    for file in made.rglob("accounts.csv"):
        with file.open(encoding="utf-8") as table:
            yield from (row["address"] for row in csv.DictReader(table))


def test_a_whole_story_leaves_nothing_of_anybody_in_the_log(made: Path, told: tuple[Web, StringIO]) -> None:
    web, log = told
    clerk = Browser(web)
    link = clerk.link("clerk")
    clerk.use(link)
    counsel, first = another(clerk, "counsel"), another(clerk, "first.approver")
    for path in (
        "/",
        f"/matters/{MATTER}?on=2026-11-19",
        f"/ledger?matter={MATTER}",
        "/law?what=us",
        "/estate",
        "/people",
    ):
        assert clerk.get(path).status_code in (200, 303)
    assert counsel.send(f"/matters/{MATTER}", f"/matters/{MATTER}/counsel", answer="true", says=MEMO, source="memo 1")
    assert first.approve().status_code == 303
    clerk.get(f"/matters/{MATTER}-of-somebody@else.example")
    clerk.get("/owen.ardmore@meridian.example")
    clerk.get("/sign-in/guessed-secret", host="evil.example")
    program = Program(web, "clerk")
    program.act("events", {"kind": "filing", "says": MEMO, "source": "docket"}, idempotency_key="0123456789")
    program.get(f"{V1}/law/us-nysd?court=none")
    program.client.get(f"{AT}/history")
    text = log.getvalue()
    strings = {one for one in personal(web, made) if len(one) > 3} | {
        MEMO,
        "memo 1",
        "evil.example",
        "somebody",
        "ardmore",
    }
    secrets = {link, program.token, *(one.cookie or "" for one in (clerk, counsel, first))} - {""}
    assert len(strings) > 20 and len(secrets) == 5
    routes = {line["route"] for line in lines(log)}
    said = text
    for route in sorted(routes, key=len, reverse=True):
        said = said.replace(json.dumps(route), '""')  # templates of our own, whatever words are in them
    assert [one for one in strings | secrets if one in said] == []
    assert routes <= {"nowhere", *our_own(web)}
    assert "@" not in text and "?" not in text and "testclient" not in text


def our_own(web: Web) -> set[str]:
    """Every template of an address that is served."""
    app = application(web, [HOST], handlers())
    faces = app.app.app.app  # type: ignore[attr-defined]
    return {route.path_format for face in (faces.pages, faces.programs) for route in face.app.routes}


def test_a_line_says_what_was_asked_and_how_it_ended(told: tuple[Web, StringIO]) -> None:
    web, log = told
    browser = Browser(web)
    browser.sign_in("clerk")
    browser.get(f"/matters/{MATTER}")
    Program(web).get(f"{V1}/nowhere")
    *_, page, missing = lines(log)
    assert {key: page[key] for key in ("event", "face", "method", "route", "status", "level")} == {
        "event": "request", "face": "desk", "method": "GET", "route": "/matters/{name}", "status": 200, "level": "info",
    }  # fmt: skip
    assert (missing["face"], missing["route"], missing["status"]) == ("api", "nowhere", 404)
    assert page["ms"] > 0 and re.fullmatch(r"[0-9a-f]{12}", page["request"]) and page["time"].endswith("Z")


@get("/breaks", opt={"public": True}, sync_to_thread=False)
def breaks() -> None:
    raise ValueError("owen.ardmore@meridian.example is not a number")


@pytest.mark.parametrize("whole", [True, False])
def test_a_defect_is_told_by_its_kind_and_its_way(root: Path, whole: bool, capsys: pytest.CaptureFixture[str]) -> None:
    log = StringIO()
    web = Web(House(root), Clock(), log=Log(log if whole else None))
    client = TestClient(application(web, [HOST], [*handlers(), breaks]), base_url=f"http://{HOST}")  # type: ignore[arg-type]
    answer = client.get("/breaks")
    assert answer.status_code == 500 and "ardmore" not in answer.text and "test_logs" not in answer.text
    text = log.getvalue() or capsys.readouterr().err
    told = next(json.loads(line) for line in text.splitlines() if "defect" in line)
    assert told["error"] == "ValueError" and told["steps"][-1].startswith("test_logs.py:") and "ardmore" not in text
    assert told["request"] in answer.text, "who asked can say which it was"
    assert "comity_defects_total 1.0" in web.meter.text().decode()


def test_figures_count_by_route_and_by_nobody(told: tuple[Web, StringIO], made: Path) -> None:
    web, _ = told
    browser = Browser(web)
    browser.sign_in("first.approver")
    for _ in range(3):
        browser.get(f"/matters/{MATTER}")
    refused = browser.get("/metrics")
    assert refused.status_code == 403, "the test's client is no address of this machine"
    figures = Program(web).get("/metrics")
    assert figures.headers["content-type"].startswith("text/plain")
    route = 'face="desk",method="GET",route="/matters/{name}"'
    assert f'comity_requests_total{{{route},status="200"}} 3.0' in figures.text
    assert f"comity_request_seconds_count{{{route}}} 3.0" in figures.text
    assert 'comity_gate_answers_total{state="shut"} 3.0' in figures.text
    assert [one for one in personal(web, made) if len(one) > 3 and one in figures.text] == []


def test_figures_are_for_this_machine(root: Path) -> None:
    web = Web(House(root), Clock())
    app = application(web, [HOST], handlers())

    async def here(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "client": ("127.0.0.1", 4)}, receive, send)

    client = TestClient(here, base_url=f"http://{HOST}")  # type: ignore[arg-type]
    assert client.get("/metrics").status_code == 200
    web.secure = True
    assert client.get("/metrics").status_code == 403, "behind a proxy everybody comes from this machine"


def test_a_served_desk_writes_its_lines_where_it_is_told(root: Path, tmp_path: Path) -> None:
    log = tmp_path / "desk.log"
    process, said = serving(root, "--as", "clerk", "--log", str(log))
    address = re.search(r"http://[\w.:]+", said)[0]  # type: ignore[index]
    with httpx.Client(timeout=60) as client:
        assert (
            client.get(f"{address}/sign-in").status_code == 200 and client.get(f"{address}/metrics").status_code == 200
        )
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[0].strip() == "The desk is closed."
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events == ["served", "request", "request", "closed"] and stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_is_told_before_serving(tmp_path: Path) -> None:
    with pytest.raises(Unwritable):
        Log.to(str(tmp_path / "none" / "desk.log"))
