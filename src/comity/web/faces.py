"""What stands before every application that is served, in this order: counting, the guard, the brake, then its face."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Protocol

from litestar.types import ASGIApp, Receive, Send
from uvicorn import Config, Server

from comity.desk.limits import Limits
from comity.web.brake import Braked
from comity.web.guard import Guard
from comity.web.problem import for_programs
from comity.web.watch import Counting, Log, Meter


class Within:
    """An application within one office: each request says of which it is, so that the routes need not."""

    def __init__(self, app: ASGIApp, web: object) -> None:
        self.app, self.web = app, web

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass the request on with its office."""
        scope["comity.web"] = self.web
        await self.app(scope, receive, send)


class Faces:
    """Two applications at one address: pages for people, and `/api` for programs, made when the first of them comes."""

    def __init__(self, pages: ASGIApp, programs: Callable[[], ASGIApp]) -> None:
        self.pages, self.make = pages, programs

    @cached_property
    def programs(self) -> ASGIApp:
        """The API."""
        return self.make()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Lead a request to its face; that the server begins and ends, the pages hear."""
        programs = scope["type"] == "http" and for_programs(scope["path"])
        await (self.programs if programs else self.pages)(scope, receive, send)


def server(app: Counting) -> Server:
    """What serves an application on a socket that is open, until somebody ends it."""
    config = Config(
        app, log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    return Server(config)


class Shared(Protocol):
    """What every face shares with what stands before it: limits, whether TLS carries it, its log and its figures."""

    @property
    def limits(self) -> Limits:
        """What is taken at most."""

    secure: bool
    log: Log
    meter: Meter


def served(
    web: Shared,
    hosts: Iterable[str],
    pages: ASGIApp,
    programs: Callable[[], ASGIApp] | None = None,
    face: str = "desk",
) -> Counting:
    """An application, and the API beside it if it has one, with all that no request passes without."""
    inner = Faces(pages, programs) if programs else pages
    braked = Braked(inner, web.limits, behind=web.secure)
    return Counting(Guard(braked, hosts), web.log, web.meter, face)
