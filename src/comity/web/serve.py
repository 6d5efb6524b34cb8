"""Serving: one socket at one address, a link for each person who was asked for, and a clean end."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from threading import Event
from typing import Any, Final
from urllib.parse import urlsplit

from comity.desk.meanwhile import meanwhile
from comity.desk.office import Office
from comity.errors import ComityError, Unreadable, Unwritable

ADDRESS: Final = "desk.url"
"""Where the server says under what address it can be reached, for whoever makes the next link."""


class NoServer(ComityError):
    """nothing here can serve pages"""

    help = "install comity[web]"
    exit_code = 3


class PortTaken(ComityError):
    """cannot listen on {host}, port {port}: {why}"""

    help = "end what listens there, or choose another with --port"
    exit_code = 3


class NoName(ComityError):
    """`{host}` is every address of this machine, and a desk must know its own name"""

    help = "give one address of this machine as --host"
    exit_code = 2


class NotAnAddress(ComityError):
    """`{text}` is not the address of a proxy"""

    help = "write it as https://desk.example.com, without anything after it"
    exit_code = 2


class NotBeside(ComityError):
    """the portal beside the desk is for this machine alone"""

    help = "run `comity portal --behind` in a process of its own, with a name of its own, and leave --portal out"
    exit_code = 2


class NotServed(ComityError):
    """the desk of this office is not being served"""

    help = "run `comity serve` first, in another terminal; a link leads to it"
    exit_code = 5


def listen(host: str, port: int) -> socket.socket:
    """The socket on which the desk is served; the port is ours from here on."""
    ready()
    if _everywhere(host):
        raise NoName(host=host)
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = "something else listens there" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
        raise PortTaken(host=host, port=port, why=why) from error


def ready() -> None:
    """Refuse where the extra is not installed."""
    if not all(find_spec(name) for name in ("litestar", "uvicorn", "structlog", "prometheus_client")):
        raise NoServer


def _everywhere(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return not host


def local(host: str) -> bool:
    """Whether only this machine can reach it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class Address:
    """Where the desk is reached: what it listens on, and the https address of the proxy before it, if there is one."""

    host: str
    port: int
    behind: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.behind)
        if self.behind and (parts.scheme != "https" or not parts.netloc or parts.path.strip("/") or parts.query):
            raise NotAnAddress(text=self.behind)

    @property
    def url(self) -> str:
        """What a browser is given; this machine is called by its name, for no passkey can be bound to a number."""
        host = "localhost" if self.host == "127.0.0.1" else f"[{self.host}]" if ":" in self.host else self.host
        return self.behind.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which the desk answers."""
        if self.behind:
            return frozenset({urlsplit(self.behind).netloc.lower()})
        names = {self.host, "localhost", "127.0.0.1", "::1"} if local(self.host) else {self.host}
        plain = {f"[{name}]" if ":" in name else name.lower() for name in names}
        return frozenset(f"{name}:{self.port}" for name in plain) | (plain if self.port == 80 else frozenset())


def link_for(office: Office, person: str, at: datetime, where: str) -> str:
    """A link that lets this person in once, within ten minutes."""
    from comity.web.doors import make_link

    return f"{where}/sign-in/{make_link(office, person, at)}"


def served_at(root: Path) -> str:
    """Where this office's desk is served now."""
    try:
        where = (root / ADDRESS).read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise NotServed from error
    except OSError as error:
        raise Unreadable(path=str(root / ADDRESS), why=error.strerror or str(error)) from error
    return where


def handlers() -> Iterable[Any]:
    """Every page and act."""
    from comity.web import (
        acts,
        agencies,
        alarms,
        authenticity,
        collect,
        exposure,
        figures,
        filings,
        inbox,
        intake,
        law,
        letter,
        matter,
        me,
        notice,
        notices,
        office,
        papers,
        production,
        report,
        review,
        stepup,
    )

    coming = (inbox, intake, notices, filings, matter, acts, papers, authenticity)
    work = (letter, collect, review, production, notice, exposure, report)
    own = (agencies, alarms, law, office, me, stepup, figures)
    return [handler for room in (*coming, *work, *own) for handler in room.HANDLERS]


@contextmanager
def noted(root: Path, where: str) -> Iterator[None]:
    """While this lasts, whoever makes a link finds where the desk is served."""
    note = root / ADDRESS
    try:
        note.write_text(f"{where}\n", encoding="utf-8")
    except OSError as error:
        raise Unwritable(path=str(note), why=error.strerror or str(error)) from error
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def working(root: Path) -> AbstractContextManager[None]:
    """While this lasts a process of its own does what takes long."""
    return _beside(("work", "--office", str(root)))


def open_to_authorities(root: Path, listening: socket.socket, host: str, log: str) -> AbstractContextManager[None]:
    """While this lasts a process of its own serves the portal on a socket that is open already."""
    words = ("portal", "--office", str(root), "--host", host, "--log", log, "--socket", str(listening.fileno()))
    return _beside(words, (listening.fileno(),))


def _beside(words: tuple[str, ...], handed: tuple[int, ...] = ()) -> AbstractContextManager[None]:
    """While this lasts a process of its own runs beside this one, and is begun again should it end."""
    command = [sys.executable, "-m", "comity", *words, "--beside", str(os.getpid())]

    def keep(over: Event) -> None:
        while not over.is_set():
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=handed)
            while child.poll() is None and not over.wait(0.5):
                continue
            if child.poll() is None:
                child.terminate()
            child.wait()
            over.wait(5)

    return meanwhile(keep)


def serve(root: Path, listening: socket.socket, at: Address, log: str = "") -> None:
    """Serve until somebody ends it."""
    from comity.memory import lasting
    from comity.web.app import Web, application
    from comity.web.faces import server
    from comity.web.house import House
    from comity.web.watch import Log

    web = Web(House(root), secure=bool(at.behind), log=Log.to(log), url=at.url)
    serves = server(application(web, at.hosts, handlers()))
    # One connection stays open: whoever closes the last one has SQLite write its log of changes into the file.
    with web.house.opened() as office:
        size = office.registry.size()
        lasting()
        web.log.told("served", behind=bool(at.behind), entries=size)
        try:
            serves.run(sockets=[listening])
        finally:
            web.log.told("closed")
