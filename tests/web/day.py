"""A day at the office: desk and portal served by processes of their own, and its people at browsers of their own.

Everybody has a device that keeps passkeys (Chromium's own, as it offers them to tests), and nothing is approved without
one. Whoever is asked for twice is the same person at the same browser; `another` gives a further one.
"""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from mailbox import Maildir
from pathlib import Path
from typing import Any

from tests.notices import record
from tests.web.office import RULE, make
from tests.web.portal import NUMBER
from tests.web.test_browser import CHROMIUM, Served, serving

from comity.desk import collection, ledger
from comity.desk.agencies import Agency, Contact, add, add_contact
from comity.desk.matter import load
from comity.desk.office import Office
from comity.kernel.matter import Event
from comity.sim.demo import confirmed
from comity.sim.papers import warrant_2018

DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
          "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
DOCKET = "90233"
"""The number in the docket of the warrant that every office of these tests has."""
POLICE = "police.example"


@dataclass
class Day:
    """One office, served, and whoever is at it."""

    chromium: Any
    office: Path
    desk: Served
    portal: str
    pages: dict[str, Any] = field(default_factory=dict)

    def at(self, person: str) -> Any:
        """Somebody of the office, signed in by a link, with a passkey registered since."""
        if person not in self.pages:
            page = self.pages[person] = self.browser()
            page.goto(self.desk.link(person))
            page.click(f"text=Sign in as {person}")
            page.goto(f"{self.desk.address}/me")
            page.fill("#name", f"{person}'s telephone")
            page.click("text=Register a passkey")
            page.wait_for_selector("text=is registered")
        return self.pages[person]

    def telephone(self, person: str) -> Any:
        """The same person at a further browser, signed in with the passkey that they have; it goes with them."""
        page = self.browser()
        self.carry(self.at(person), page)
        page.goto(f"{self.desk.address}/sign-in")
        page.click("text=Sign in with a passkey")
        page.wait_for_url(f"{self.desk.address}/")
        return page

    @staticmethod
    def carry(one: Any, other: Any) -> None:
        """Take the passkeys at one browser to another: a key that counts is in one place at a time."""
        other.device("clearCredentials")
        for kept in one.device("getCredentials")["credentials"]:
            other.device("addCredential", credential=kept)

    def browser(self, **more: Any) -> Any:
        """A browser that nobody has been at; what it complains of is kept in `page.wrong`."""
        page = self.chromium.new_context(**more).new_page()
        page.set_default_timeout(20_000)
        page.wrong = []
        page.on("console", lambda said: page.wrong.append(said.text) if _a_defect(said) else None)
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        tell = page.context.new_cdp_session(page)
        tell.send("WebAuthn.enable")
        id = tell.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
        page.device = lambda what, **said: tell.send(f"WebAuthn.{what}", {"authenticatorId": id, **said})
        return page

    def go(self, page: Any, path: str) -> Any:
        """To a page of the desk."""
        return page.goto(self.desk.address + path)

    @contextmanager
    def open(self) -> Iterator[Office]:
        """The office's folder, as a command would open it beside the desk."""
        office = Office(self.office)
        yield office
        office.close()

    def events(self, matter: str, *kinds: str) -> list[Event]:
        """What happened to a matter."""
        with self.open() as office:
            return list(load(office, matter).of(*kinds))

    def sound(self) -> bool:
        """Whether every entry of the ledger is as it was written."""
        with self.open() as office:
            return ledger.verify(office)[1] == []

    def warrant(self, name: str, docket: str) -> str:
        """A further warrant for the same account, with all done but counsel's answer and the approvals."""
        with self.open() as office:
            at = now() - timedelta(hours=1)
            text = warrant_2018().replace(DOCKET, docket)
            confirmed(office, self.office.parent / "papers" / f"{name}.txt", name, text, at)
            collection.collect(office, name, "clerk", at)
            collection.review(office, name, "second.approver", at, RULE, state_unreadable=True)
        return f"/matters/{name}"

    def counsel_answers(self, path: str) -> None:
        """Counsel says in the browser that the point which is open is answered with yes."""
        page = self.at("counsel")
        self.go(page, path)
        page.click("text=Record your answer as counsel")
        page.click("text=yes: it is then compelled")
        page.fill("[name=says]", "Recital 115 leaves it open; our memo of today")
        page.fill("[name=source]", "memo 7, p. 2")
        page.click("text=Record this answer")
        page.wait_for_selector("text=Your answer is recorded")


def _a_defect(said: Any) -> bool:
    """What the browser says of an answer that refuses is no defect."""
    return said.type == "error" and "the server responded with a status of 4" not in said.text


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def at_once(pages: list[Any], address: str, press: Callable[[Any, Any], None], in_turn: bool = False) -> list[int]:
    """Let several browsers send the same thing in the same moment: each request waits until all are there.

    `press` has a browser send it, and is told the browser before. Gives the status each was answered with. `in_turn`
    lets one through only when the one before was answered, so that it is known who comes first.
    """
    held: list[Any] = []
    said: dict[Any, int] = {}
    for before, page in zip([None, *pages], pages, strict=False):
        page.route(address, lambda route: held.append(route) if route.request.method == "POST" else route.fallback())
        page.on("response", lambda got: said.setdefault(got.frame.page, got.status) if got.url == address else None)
        press(page, before)
        _until(page, held, pages.index(page) + 1)
    for place, route in enumerate(held, 1):
        route.continue_()
        if in_turn:
            _until(pages[0], said, place)
    _until(pages[0], said, len(pages))
    for page in pages:
        page.wait_for_load_state()
        page.unroute(address)
    return [said[page] for page in pages]


def _until(page: Any, found: Sized, many: int) -> None:
    """Let the browsers go on until there are so many; half a minute is too long."""
    end = time.monotonic() + 30
    while len(found) < many:
        assert time.monotonic() < end, "it did not happen"
        page.wait_for_timeout(10)


def _portal(office: Path) -> tuple[subprocess.Popen[str], str]:
    process, said = serving(office, verb="portal")
    return process, re.search(r"http://localhost:\d+", said)[0]  # type: ignore[index]


def _settled(root: Path) -> Path:
    """The office as these stories need it: strict, with a second clerk, a directory, and the court's key stored."""
    path, long_ago = root / "office.toml", now() - timedelta(days=60)
    text = path.read_text().replace('approve_with = "session"\n', 'dns = "dns.toml"\n')
    text = text.replace("[office]\n", '[office]\nmailbox = "desk-mail"\n', 1)
    Maildir(root / "desk-mail")
    path.write_text(text + '\n[[person]]\nname = "second.clerk"\nroles = ["intake", "collector"]\n')
    (root / "dns.toml").write_text(f'[txt]\n"s1._domainkey.nysd.uscourts.gov" = "{record().decode()}"\n')
    office = Office(root)
    for id, name, place in (("ny-police", "Police of Alder", "US"), ("garda", "Garda Síochána", "IE")):
        add(office, Agency(id, name, place, "police"), "counsel", long_ago)
    for kind, value in (("mail", POLICE), ("telephone", NUMBER)):
        add_contact(office, "ny-police", Contact(kind, value, "their site, looked at then", long_ago, "counsel"))
    add_contact(office, "garda", Contact("mail", "garda.example", "their site", long_ago, "counsel"))
    office.close()
    return root


@contextmanager
def begun(folder: Path) -> Iterator[Day]:
    """The office, its two servers and a browser, until the day is over."""
    from playwright.sync_api import sync_playwright

    root = _settled(make(folder, now() - timedelta(days=3)))
    desk, said = serving(root)
    other, portal = _portal(root)
    address = re.search(r"http://[\w.]+:\d+", said)[0]  # type: ignore[index]
    try:
        with sync_playwright() as play:
            chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield Day(chromium, root, Served(desk, root, address), portal)
            chromium.close()
    finally:
        for process in (desk, other):
            process.send_signal(signal.SIGINT)
            process.wait(10)
