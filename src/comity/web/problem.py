"""What is said where no page and no act was reached: a page for a browser, a problem (RFC 9457) for a program."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar.types import Send

from comity.kernel.words import Fault
from comity.web.pages import render

API: Final = "/api"
JSON: Final = "application/problem+json"


class Wrong(msgspec.Struct, frozen=True):
    """One fault of what was sent: its name, where it stands, what is wrong and how to mend it."""

    name: str
    where: str
    what: str
    remedy: str

    @classmethod
    def of(cls, fault: Any) -> Wrong:
        """A fault of the house; whatever else was gathered is told as it words itself."""
        if isinstance(fault, Fault):
            return cls(fault.name, fault.where, fault.what, fault.remedy)
        return cls("", "", str(fault), "")


class Problem(msgspec.Struct, frozen=True):
    """Why something was not done (RFC 9457), with what to do and every fault."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    faults: list[Wrong]

    @classmethod
    def about(cls, status: int, detail: str, remedy: str, faults: tuple[Any, ...] = (), type: str = "") -> Problem:
        """A problem of this status; `type` is a name that programs compare."""
        title = HTTPStatus(status).phrase
        name = type or title.lower().replace(" ", "-")
        return cls(f"urn:comity:{name}", title, status, detail, remedy, [Wrong.of(fault) for fault in faults])


def for_programs(path: str) -> bool:
    """Whether an address belongs to the API."""
    return path == API or path.startswith(f"{API}/")


async def answer(scope: Any, send: Send, problem: Problem, heads: Mapping[str, str]) -> None:
    """Answer a request that goes no further: a program in JSON, a browser with a page."""
    if for_programs(scope["path"]):
        kind, body = JSON, msgspec.json.encode(problem, enc_hook=str)
    else:
        kind, body = "text/html; charset=utf-8", page(problem).encode()
    told = {"content-type": kind, "content-length": str(len(body)), **heads}
    start: Any = {
        "type": "http.response.start",
        "status": problem.status,
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
    }
    await send(start)
    end: Any = {"type": "http.response.body", "body": body, "more_body": False}
    await send(end)


def page(problem: Problem) -> str:
    """The problem as a page for whoever may not be signed in."""
    said = {"message": problem.detail, "remedy": problem.remedy, "faults": problem.faults}
    return render("trouble.html", error=said, person=None, office="comity", told=(), here="")
