"""Serving the portal: a socket, a process and a name of its own."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from comity.desk.counter import Counter
from comity.desk.trays import FOLDER
from comity.errors import Unwritable
from comity.web.guard import Guard
from comity.web.passkeys import FILE, FileKeyring, Party, Passkeys
from comity.web.portal import doors, filing, mine
from comity.web.portal.app import Portal, application

OWN: Final = "own"
"""The folder beside the trays in which the portal keeps the public halves of its passkeys."""


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
    return [handler for room in (doors, mine, filing) for handler in room.HANDLERS]


def portal(root: Path, at: Address, now: Callable[[], datetime] = the_present) -> Portal:
    """The portal of an office's folder, as reached under an address."""
    counter, own = Counter.at(root), root / FOLDER / OWN
    try:
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unwritable(path=str(own), why=error.strerror or str(error)) from error
    party = Party.at(at.url, counter.outline.settings.name)
    return Portal(counter, Passkeys(party, FileKeyring(own / FILE)), now, secure=bool(at.behind))


def made(it: Portal, at: Address) -> Guard:
    """The portal as an application."""
    return application(it, at.hosts, handlers())


def serve(it: Portal, listening: socket.socket, at: Address) -> None:
    """Serve until somebody ends it."""
    import uvicorn

    config = uvicorn.Config(
        made(it, at), log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])
