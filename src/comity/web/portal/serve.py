"""Serving the portal: a socket, a process and a name of its own."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from comity.desk.counter import Counter
from comity.desk.trays import FOLDER
from comity.errors import Unwritable
from comity.web.faces import server
from comity.web.passkeys import FILE, FileKeyring, Party, Passkeys
from comity.web.portal import doors, figures, filing, mine, tokens
from comity.web.portal.app import OWN, Portal, application
from comity.web.watch import Counting, Log


class Address(Protocol):
    """Where the portal is reached: by what address, under what names, and behind what proxy."""

    @property
    def url(self) -> str:
        """What a browser is given."""

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which it answers."""

    @property
    def behind(self) -> str:
        """The https address of the proxy before it, if there is one."""


def the_present() -> datetime:
    """The present moment: the one place where the portal reads the clock."""
    return datetime.now(UTC)


def handlers() -> Iterable[Any]:
    """Every page and act of the portal."""
    return [handler for room in (doors, mine, filing, tokens, figures) for handler in room.HANDLERS]


def portal(root: Path, at: Address, now: Callable[[], datetime] = the_present, log: str = "") -> Portal:
    """The portal of an office's folder, as reached under an address."""
    counter, own = Counter.at(root), root / FOLDER / OWN
    try:
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unwritable(path=str(own), why=error.strerror or str(error)) from error
    party = Party.at(at.url, counter.outline.settings.name)
    return Portal(counter, Passkeys(party, FileKeyring(own / FILE)), now, bool(at.behind), Log.to(log))


def made(it: Portal, at: Address) -> Counting:
    """The portal as an application."""
    return application(it, at.hosts, handlers())


def serve(it: Portal, listening: socket.socket, at: Address) -> None:
    """Serve until somebody ends it."""
    serves = server(made(it, at))
    it.log.told("served", behind=bool(at.behind))
    try:
        serves.run(sockets=[listening])
    finally:
        it.log.told("closed")
