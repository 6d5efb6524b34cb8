"""An office with a directory and a portal, and people of authorities with devices of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
from litestar.testing import TestClient
from tests.web.authenticator import Device
from tests.web.office import NOW, Clock

from comity.desk import porter
from comity.desk.agencies import Agency, Contact, add, add_contact
from comity.desk.office import Office
from comity.web.portal.app import COOKIE, Portal
from comity.web.portal.serve import made, portal
from comity.web.serve import Address

ADDRESS = Address("127.0.0.1", 8401)
ORIGIN = "http://localhost:8401"
NUMBER = "+1 212 555 0100"
DEMAND: dict[str, Any] = {
    "instrument": "us-sca-warrant", "court": "us-nysd", "issuer": "judge", "reference": "26 Mag. 1",
    "accounts": "nobody@example.com", "categories": ["content", "subscriber"], "since": "2026-01-01",
}  # fmt: skip
KEY = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


def directory(root: Path) -> None:
    """Two agencies, reached by what we have had for a month."""
    desk, old = Office(root), NOW - timedelta(days=30)
    for id, name, place in (("fbi-ny", "FBI New York", "US"), ("garda", "Garda Síochána", "IE")):
        add(desk, Agency(id, name, place, "police"), "counsel", old)
        add_contact(desk, id, Contact("mail", f"{id}.example", "their site", old, "counsel"))
    add_contact(desk, "fbi-ny", Contact("telephone", NUMBER, "their site, looked at then", old, "counsel"))
    porter.emptied(desk, NOW)
    desk.close()


def serving(root: Path, clock: Clock) -> Portal:
    made = portal(root, ADDRESS, clock)
    made.brake.clock = lambda: clock().timestamp()
    return made


@dataclass
class Officer:
    """Somebody of an authority at their own browser, with a device that keeps their passkey."""

    portal: Portal
    name: str = "Anna Agent"
    agency: str = "fbi-ny"
    mail: str = "anna@fbi-ny.example"
    id: str = ""
    device: Device = field(default_factory=lambda: Device(ORIGIN))
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = TestClient(made(self.portal, ADDRESS), base_url=ORIGIN)  # type: ignore[arg-type]

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, follow_redirects=False)

    def post(self, path: str, data: dict[str, Any], **more: Any) -> httpx.Response:
        return self.client.post(path, data=data, follow_redirects=False, **more)  # type: ignore[no-any-return]

    def register(self, **more: str) -> httpx.Response:
        """Register with a new passkey."""
        self.get("/register")
        said = {"name": self.name, "agency": self.agency, "mail": self.mail, **more}
        asked = self.post("/register/begin", said, headers={"accept": "application/json"})
        if asked.status_code != 200:
            return asked
        answer = self.post("/register/send", {"answer": self.device.make(asked.text)})
        self.id = re.search(r"<code>(p-[0-9a-f]+)</code>", answer.text)[1]  # type: ignore[index]
        return answer

    def sign_in(self) -> httpx.Response:
        self.get("/")
        asked = self.post("/sign-in/begin", {}, headers={"accept": "application/json"})
        return self.post("/sign-in", {"answer": self.device.sign(asked.text)})

    def form(self, page: str, action: str) -> dict[str, Any]:
        """The hidden fields of the form that leads to an action."""
        found = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
        assert found, f"no form for {action} in {page}"
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found[0])
        fields: dict[str, Any] = {}
        for name, value in hidden:
            fields.setdefault(name, []).append(unescape(value))
        return fields

    def check(self, **more: Any) -> httpx.Response:
        """See what would become of a demand."""
        typed = DEMAND | more
        page = self.get(f"/demands/new?instrument={typed['instrument']}").text
        return self.post("/demands/check", {**self.form(page, "/demands/check"), **typed})

    def file(self, *papers: tuple[str, bytes], **more: Any) -> httpx.Response:
        """File a demand, after a look at what would become of it."""
        checked = self.check(**more)
        assert checked.status_code == 200, checked.text
        form = self.form(checked.text, "/demands/file")
        files = [("paper", (name, raw, "application/pdf")) for name, raw in papers] or [("paper", ("", b""))]
        return self.post("/demands/file", form, files=files)

    def filed(self, *papers: tuple[str, bytes], **more: Any) -> str:
        """File a demand; gives its id."""
        answer = self.file(*papers, **more)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].removeprefix("/demands/")  # type: ignore[no-any-return]

    def send(self, path: str, action: str, **fields: Any) -> httpx.Response:
        return self.post(action, {**self.form(self.get(path).text, action), **fields})

    @property
    def cookie(self) -> str | None:
        return self.client.cookies.get(COOKIE)


def admitted(officer: Officer, root: Path, clock: Clock) -> Officer:
    """Registered, approved by two people of the office, and signed in."""
    officer.register()
    desk = Office(root)
    for person in ("counsel", "clerk"):
        one = porter.emptied(desk, clock()).people[officer.id]
        porter.approve(desk, officer.id, person, clock(), one.shown)
    desk.close()
    answer = officer.sign_in()
    assert answer.headers.get("location") == "/demands", answer.text
    return officer
