"""What the server tells of itself, and of nobody: a line for each request, counts and latencies by route.

No line and no figure holds an address, a name, a matter, a query or anything that was sent: a request is told by the
template of its route (`/matters/{name}`), a defect by the kind of its error and the places in our code it went through.
"""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import perf_counter
from traceback import extract_tb
from typing import Any, Final, TextIO

from litestar.types import ASGIApp, Message, Receive, Send
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from comity.errors import Unwritable
from comity.web.problem import for_programs

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
API: Final = {"desk": "api", "portal": "portal-api"}
"""What each face is called where programs ask it."""
NOWHERE: Final = "nowhere"
"""The route of a request that led to none."""


@dataclass
class Log:
    """Lines of JSON; `file` takes all of them, the standard error only what needs somebody's attention."""

    file: TextIO | None = None

    @classmethod
    def to(cls, name: str) -> Log:
        """A log at the end of a file that only its owner may read; `-` is all of it to the standard error."""
        if name in ("", "-"):
            return cls(sys.stderr if name else None)
        try:
            return cls(open(Path(name), "a", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)))
        except OSError as error:
            raise Unwritable(path=name, why=error.strerror or str(error)) from error

    @cached_property
    def lines(self) -> Any:
        """Where lines are written."""
        import structlog

        return structlog.wrap_logger(
            structlog.WriteLogger(self.file or sys.stderr),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        )

    def told(self, event: str, **what: str | int | float) -> None:
        """One line, if a file takes all of them; a full disk is no reason to fail."""
        if self.file is not None:
            with suppress(OSError):
                self.lines.info(event, **what)

    def failed(self, error: BaseException, **what: str | int | float) -> None:
        """A defect: its kind and where it came through, without its words, which may hold somebody's."""
        steps = [f"{Path(step.filename).name}:{step.lineno} {step.name}" for step in extract_tb(error.__traceback__)]
        with suppress(OSError):
            self.lines.error("defect", error=type(error).__name__, steps=steps[-12:], **what)


@dataclass
class Meter:
    """Counts and latencies of one server, since it began."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        kept, labels = self.registry, ("face", "method", "route", "status")
        self.requests = Counter("comity_requests", "Requests answered.", labels, registry=kept)
        says = "How long an answer took."
        self.seconds = Histogram("comity_request_seconds", says, labels[:3], buckets=BUCKETS, registry=kept)
        says = "Answers of the gate to acts and on pages."
        self.gate = Counter("comity_gate_answers", says, ("state",), registry=kept)
        self.defects = Counter("comity_defects", "Requests at which comity itself failed.", registry=kept)
        self.jobs = Gauge("comity_jobs", "Jobs by their state.", ("state",), registry=kept)

    def asked(self, opens: bool) -> None:
        """The gate gave an answer."""
        self.gate.labels("open" if opens else "shut").inc()

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)


class Counting:
    """An application whose requests are counted and written down."""

    def __init__(self, app: ASGIApp, log: Log, meter: Meter, face: str = "desk") -> None:
        self.app, self.log, self.meter, self.face = app, log, meter, face

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell what became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status = perf_counter(), 0
        scope["comity.id"] = secrets.token_hex(6)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            self._tell(scope, status, perf_counter() - begun)

    def _tell(self, scope: Any, status: int, seconds: float) -> None:
        face = API.get(self.face, self.face) if for_programs(scope["path"]) else self.face
        route, method = scope.get("path_template") or NOWHERE, scope["method"]
        method = method if method in ("GET", "HEAD", "POST") else "other"
        self.meter.requests.labels(face, method, route, str(status)).inc()
        self.meter.seconds.labels(face, method, route).observe(seconds)
        where = {"face": face, "method": method, "route": route, "status": status, "request": scope["comity.id"]}
        self.log.told("request", ms=round(seconds * 1000, 1), **where)
