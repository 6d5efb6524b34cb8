"""W1: an office at work: 200 people and 50 demands a minute at one desk, beside a bare page with one read.

A real server process (`comity serve`) on the demo's office with 300 matters, and a second one beside it: one Litestar
page that reads one row of SQLite. Every person has a session and a name of their own, thinks some seconds between two
clicks, and asks for the inbox, a matter, a form for an event, enters one, looks into ledger and people; every tenth
click goes to the bare page, so that both are measured under the same load. Programs send the demands to the API.
Requests begin on their time, whether or not the ones before have been answered. `COMITY_SECONDS` says for how long
(default: 300). What is measured begins once the law was read and every line of the inbox worked out.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from bench.common import WORK, Result

from comity.desk.demand import receive
from comity.desk.matter import demand_of, load
from comity.desk.office import Office
from comity.kernel.demand import Demand
from comity.sim.demo import build, confirmed
from comity.sim.papers import warrant_2018
from comity.web.doors import make_link
from comity.web.tokens import make_token

PEOPLE, MATTERS, A_MINUTE, THINKS = 200, 300, 50, 6.0
SECONDS = float(os.environ.get("COMITY_SECONDS", "300"))
LIMIT = 0.25
FIRST = "warrant-1"
HELD, READY = 260, "ready-2"
"""How many people's accounts the demands name, a few of them twice; the state of the office that is kept for runs."""
BARE = """
import sqlite3, sys
from litestar import Litestar, Response, get
from litestar.enums import MediaType
import uvicorn

@get("/page/{n:int}", sync_to_thread=True)
def page(n: int) -> Response[str]:
    with sqlite3.connect(sys.argv[1]) as base:
        (said,) = base.execute("SELECT said FROM line WHERE n = ?", (n,)).fetchone()
    return Response(f"<!doctype html><title>{n}</title><p>{said}</p>", media_type=MediaType.HTML)

app = Litestar([page], openapi_config=None)
config = uvicorn.Config(app, port=int(sys.argv[2]), log_level="warning", access_log=False)
uvicorn.Server(config).run()
"""


class Silent:
    """A teller who tells nobody."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


@dataclass
class Seen:
    """How long each kind of request took, and what was no answer."""

    took: dict[str, list[float]] = field(default_factory=dict)
    overtaken: int = 0
    """Events refused because a colleague had just written in the same matter: the form is shown and sent once more."""
    wrong: list[str] = field(default_factory=list)

    def part(self, kind: str, share: float) -> float:
        """The time within which this share of the requests of a kind was answered."""
        found = sorted(self.took.get(kind, [0.0]))
        return found[min(len(found) - 1, int(len(found) * share))]


def works(rounds: int) -> list[Result]:
    """One run, however many rounds are asked for."""
    root = office()
    with served(root) as desk, bare() as beside:
        seen = asyncio.run(day(root, desk, beside))
    pages = [one for kind, took in seen.took.items() if kind not in ("bare", "intake") for one in took]
    seen.took["pages"] = pages
    p99, demands = seen.part("pages", 0.99), len(seen.took.get("intake", []))
    said = ", ".join(f"{kind} {seen.part(kind, 0.5) * 1e3:.0f}/{seen.part(kind, 0.99) * 1e3:.0f}" for kind in seen.took)
    note = (
        f"{len(pages)} pages and {demands} demands in {SECONDS:.0f} s; events entered once more, as a colleague was "
        f"faster: {seen.overtaken}; median/p99 in ms: {said}"
    )
    work, limit = f"{PEOPLE} people, {A_MINUTE} demands a minute: p99 of pages", f"limit of {LIMIT} s"
    wrong = len(seen.wrong)
    return [
        Result("W1", work, p99, limit, LIMIT, LIMIT / p99, ">= 1", p99 <= LIMIT, note),
        Result("W1", "the same, median", seen.part("pages", 0.5), "bare page, median", seen.part("bare", 0.5),
               seen.part("bare", 0.5) / seen.part("pages", 0.5), "beside it", True),
        Result("W1", "the same, p99", p99, "bare page, p99", seen.part("bare", 0.99), seen.part("bare", 0.99) / p99,
               "beside it", True),
        Result("W1", "the same, requests that failed", wrong, "none", 0, float(wrong), "= 0", not wrong,
               "; ".join(sorted(set(seen.wrong))[:3])),
    ]  # fmt: skip


def office() -> Path:
    """The demo's office with its people and hundreds of matters, made once and copied for each run."""
    kept, root = WORK / "desk", WORK / "desk-run"
    if not (kept / READY).exists():
        shutil.rmtree(kept, ignore_errors=True)
        story = build(kept, Silent(), messages=400)  # type: ignore[arg-type]
        confirmed(
            story.office, kept / "papers/warrant.txt", FIRST, warrant_2018(), datetime.now(UTC) - timedelta(days=3)
        )
        first = demand_of(load(story.office, FIRST))
        with (kept / "office/accounts.csv").open("a") as file:
            file.writelines(f"{whose(n)},dublin-1,IE,,person,mail\n" for n in range(HELD))
        story.office.close()
        opened = Office(kept / "office")
        for number in range(MATTERS - 1):
            receive(opened, another(first, f"bench-{number}", number), "clerk", datetime.now(UTC))
        opened.close()
        people = "".join(f'\n[[person]]\nname = "person.{n}"\nroles = ["intake"]\n' for n in range(PEOPLE))
        settings = kept / "office/office.toml"
        settings.write_text(settings.read_text() + people)
        (kept / READY).touch()
    shutil.rmtree(root, ignore_errors=True)
    return Path(shutil.copytree(kept / "office", root / "office"))


def another(first: Demand, name: str, number: int) -> Demand:
    """A demand like the first, of its own name, served some hours ago, with a day by which it must be answered."""
    served = datetime.now(UTC) - timedelta(hours=1 + number % 200)
    scope = replace(first.scope, accounts=(whose(number),))
    until = served + timedelta(days=10 + number % 60)
    return replace(first, id=name, served=served, return_by=until, scope=scope)


def whose(number: int) -> str:
    """The account of one of the office's customers."""
    return f"customer.{number % HELD}@meridian.example"


@contextmanager
def served(root: Path) -> Iterator[str]:
    """A desk that is served; its address."""
    command = [sys.executable, "-m", "comity", "serve", "--office", str(root), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    said = process.stdout.readline()
    address = re.search(r"http://[\w.:]+", said)
    assert address, said
    try:
        yield address[0]
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def bare() -> Iterator[str]:
    """One Litestar page with one SQLite read, served beside."""
    folder, port = WORK / "desk-run", free()
    with sqlite3.connect(folder / "bare.sqlite") as base:
        base.execute("CREATE TABLE line (n INTEGER PRIMARY KEY, said TEXT)")
        base.executemany("INSERT INTO line VALUES (?, ?)", [(n, f"line {n}") for n in range(1000)])
    (folder / "bare.py").write_text(BARE)
    command = [sys.executable, str(folder / "bare.py"), str(folder / "bare.sqlite"), str(port)]
    process = subprocess.Popen(command)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def free() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


async def day(root: Path, desk: str, beside: str) -> Seen:
    """Everybody at work for as long as is asked for."""
    seen, limits = Seen(), httpx.Limits(max_connections=400)
    opened = Office(root)
    links = [make_link(opened, f"person.{n}", datetime.now(UTC)) for n in range(PEOPLE)]
    token, _ = make_token(opened, "clerk", datetime.now(UTC))
    first = demand_of(load(opened, FIRST))
    opened.close()
    async with httpx.AsyncClient(limits=limits, timeout=60, follow_redirects=False) as client:
        cookies = []
        for link in links:
            answer = await client.post(f"{desk}/sign-in/{link}/use")
            cookies.append(answer.headers["set-cookie"].split(";")[0])
        client.cookies.clear()
        people = [Person(client, seen, desk, beside, cookie) for cookie in cookies]
        await people[0].asks("warm", "/")
        for _ in range(30):
            await people[1].asks("warm", f"/matters/bench-{random.randrange(MATTERS - 1)}")
        seen.took.clear()
        ends = time.monotonic() + SECONDS
        works = [one.works(random.Random(n), ends) for n, one in enumerate(people)]
        await asyncio.gather(*works, programs(people[0], token, first, ends))
    return seen


async def programs(one: Person, token: str, first: Demand, ends: float) -> None:
    """Demands as they come in, one after another at an even pace."""
    sent = []
    for number in count():
        if time.monotonic() >= ends:
            break
        sent.append(asyncio.create_task(one.files(token, another(first, f"sent-{number}", number))))
        await asyncio.sleep(60 / A_MINUTE)
    await asyncio.gather(*sent)


@dataclass
class Person:
    """Somebody at the desk."""

    client: httpx.AsyncClient
    seen: Seen
    desk: str
    beside: str
    cookie: str

    async def works(self, chance: random.Random, ends: float) -> None:
        """Click, think, click."""
        await asyncio.sleep(chance.uniform(0, THINKS))
        while time.monotonic() < ends:
            await self.clicks(chance)
            await asyncio.sleep(chance.uniform(0.5, 1.5) * THINKS)

    async def clicks(self, chance: random.Random) -> None:
        """One thing that people do, as often as they do it."""
        matter = f"/matters/bench-{chance.randrange(MATTERS - 1)}"
        what = chance.random()
        if what < 0.1:
            await self.asks("bare", f"/page/{chance.randrange(1000)}", self.beside)
        elif what < 0.45:
            await self.asks("inbox", "/")
        elif what < 0.85:
            await self.asks("matter", matter)
        elif what < 0.93:
            form = await self.asks("form", f"{matter}/event?kind=filing")
            await self.enters(matter, form)
        else:
            await self.asks("house", chance.choice(("/people", "/ledger", "/estate")))

    async def enters(self, matter: str, form: str) -> None:
        """Send the form that was shown, filled in; whoever was overtaken looks again, as a person does."""
        if await self.sends(matter, form, {303, 409}) == 409:
            self.seen.overtaken += 1
            await self.sends(matter, await self.asks("form", f"{matter}/event?kind=filing"), {303})

    async def sends(self, matter: str, form: str, good: set[int]) -> int:
        """Send a form once."""
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form.partition("/enter")[2])
        typed = {"kind": "filing", "says": "a brief was filed", "source": "docket"}
        data = {name: unescape(value) for name, value in hidden} | typed
        asked = self.client.post(f"{self.desk}{matter}/enter", data=data, headers=self.heads)
        return (await self.timed("event", asked, good))[0]

    async def files(self, token: str, demand: Demand) -> None:
        """Send a demand as a program does."""
        own = {
            "id": demand.id, "place": demand.place, "instrument": demand.instrument, "court": demand.court,
            "served_entity": demand.served_entity, "served": demand.served.isoformat(), "channel": "post",
        }  # fmt: skip
        scope = {key: value for key, value in demand.scope.as_json().items() if value}
        heads = {"authorization": f"Bearer {token}", "idempotency-key": f"bench-{demand.id}"}
        asked = self.client.post(f"{self.desk}/api/v1/demands", json={"demand": own, "scope": scope}, headers=heads)
        await self.timed("intake", asked, {201})

    @property
    def heads(self) -> dict[str, str]:
        """What says who it is."""
        return {"cookie": self.cookie}

    async def asks(self, kind: str, path: str, where: str = "") -> str:
        """Ask for a page."""
        heads = {} if where else self.heads
        return (await self.timed(kind, self.client.get(f"{where or self.desk}{path}", headers=heads), {200}))[1]

    async def timed(self, kind: str, asked: Any, good: set[int]) -> tuple[int, str]:
        """Wait for an answer, and keep how long it took."""
        begun = time.perf_counter()
        try:
            answer = await asked
        except httpx.HTTPError as error:
            self.seen.wrong.append(f"{kind}: {type(error).__name__}")
            return 0, ""
        self.seen.took.setdefault(kind, []).append(time.perf_counter() - begun)
        if answer.status_code not in good:
            self.seen.wrong.append(f"{kind}: {answer.status_code}")
        return answer.status_code, str(answer.text)
