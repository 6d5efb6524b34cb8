"""An office with one demand, taken in from a paper, collected and reviewed; and a browser to try its pages with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx
from litestar.testing import TestClient

from comity.desk import collection
from comity.desk.matter import load
from comity.desk.office import Office
from comity.kernel.gate import Refusal
from comity.sim.demo import RULE, build, confirmed
from comity.sim.papers import warrant_2018
from comity.web.app import COOKIE, Web, application
from comity.web.doors import make_link
from comity.web.house import House
from comity.web.pace import Brake
from comity.web.serve import handlers

MATTER = "warrant-1"
POINT = "question.eu_gdpr_49_carries_direct_order"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SERVED = NOW - timedelta(days=3)
HOST = "127.0.0.1:8400"
"""The demand is of 2018 and says so; it is served here on a day of the clock below."""


class Silent:
    """A teller who tells nobody."""

    def __getattr__(self, name: str) -> object:
        return lambda *_: None


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def on(self, **span: float) -> None:
        self.at += timedelta(**span)


def make(folder: Path, served: datetime = SERVED) -> Path:
    """The demo's provider with little mail, and one warrant: read, confirmed, found genuine, collected, reviewed."""
    story = build(folder / "demo", Silent(), messages=400)
    settings = story.office.root / "office.toml"
    settings.write_text(settings.read_text().replace("[office]\n", '[office]\napprove_with = "session"\n', 1))
    confirmed(story.office, folder / "demo/papers/warrant.txt", MATTER, warrant_2018(), served)
    at = served + timedelta(hours=1)
    collection.collect(story.office, MATTER, "clerk", at)
    collection.review(story.office, MATTER, "second.approver", at, RULE, state_unreadable=True)
    story.office.close()
    return folder / "demo/office"


@dataclass
class Browser:
    """One person's browser, as far as headers, cookies and forms go."""

    web: Web
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        app = application(self.web, [HOST], handlers())
        self.client = TestClient(app, base_url=f"http://{HOST}")  # type: ignore[arg-type]

    def sign_in(self, person: str) -> httpx.Response:
        return self.use(self.link(person))

    def link(self, person: str) -> str:
        with self.web.house.opened() as office:
            return make_link(office, person, self.web.now())

    def use(self, secret: str) -> httpx.Response:
        return self.client.post(f"/sign-in/{secret}/use", follow_redirects=False)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers, follow_redirects=False)

    def post(self, path: str, data: dict[str, object], **headers: str) -> httpx.Response:
        return self.client.post(path, data=data, headers=headers, follow_redirects=False)  # type: ignore[arg-type]

    def form(self, path: str, action: str) -> dict[str, object]:
        """The hidden fields of the form that leads to an action, as a page shows them now."""
        page = self.get(path).text
        found = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
        assert found, f"{path} has no form for {action}"
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found[0])
        return {name: unescape(value) for name, value in hidden}

    def send(self, path: str, action: str, **fields: object) -> httpx.Response:
        return self.post(action, {**self.form(path, action), **fields})

    @property
    def cookie(self) -> str | None:
        return self.client.cookies.get(COOKIE)

    def page(self) -> str:
        return self.get(f"/matters/{MATTER}").text

    def approve(self) -> httpx.Response:
        return self.send(f"/matters/{MATTER}", f"/matters/{MATTER}/approve")

    def answer(self, answer: str = "true") -> httpx.Response:
        fields = {"value": answer, "says": "our memo", "source": "memo 1"}
        return self.send(f"/matters/{MATTER}", f"/matters/{MATTER}/counsel", **fields)


def another(browser: Browser, person: str) -> Browser:
    """Another person's browser at the same desk."""
    made = Browser(browser.web)
    made.sign_in(person)
    return made


def desk(root: Path, clock: Clock | None = None) -> Web:
    now = clock or Clock()
    return Web(House(root), now, tries=Brake(lambda: now().timestamp()))


def events(web: Web, *kinds: str) -> int:
    """How many events of some kinds the matter has."""
    with web.house.opened() as office:
        return len(load(office, MATTER).of(*kinds))


def reasons(office: Office, at: datetime) -> list[str]:
    """What the gate says, in the words a page must show."""
    from comity.desk import gate

    answer = gate.ask(office, MATTER, at)
    return [reason.says for reason in answer.reasons] if isinstance(answer, Refusal) else []
