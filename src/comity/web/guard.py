"""What no request passes without, whatever it asks for: our own host, our own origin, and the headers of every answer.

A page of another site could make a browser send us something (so the origin is looked at), could have its own name
point at this machine (so the host is), could frame us or slip a script into what we show (so the headers forbid it:
nothing is loaded but our own files, and no script runs but theirs).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from litestar.types import ASGIApp, Message, Receive, Send

from comity.web.problem import Problem, answer, for_programs
from comity.web.tongue import preferred, reading

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
SAFE: Final = frozenset({"GET", "HEAD"})
KNOWN: Final = SAFE | {"POST"}


class Guard:
    """The application behind its guard."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app, self.hosts = app, frozenset(hosts)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Refuse what is not for us; put the headers on whatever is answered."""
        if scope["type"] == "websocket":
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        heads = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method = "POST" if for_programs(scope["path"]) and scope["method"] not in SAFE else scope["method"]
        refused = self.refusal(method, heads)  # which methods it has, the API says of each of its addresses
        if refused:
            status, says, remedy = refused
            more = {"allow": "GET, POST"} if status == 405 else {}
            await answer(scope, send, Problem.about(status, says, remedy), HEADERS | more)
            return

        code = preferred(heads.get("cookie", ""), heads.get("accept-language", ""))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower(): value for name, value in message["headers"]}
                page = own.get(b"content-type", b"").startswith(b"text/html")
                every = {**HEADERS, "content-language": code, "vary": "accept-language, cookie"} if page else HEADERS
                more = [(n.encode(), v.encode()) for n, v in every.items() if n.encode() not in own]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        with reading(code, _again(scope)):
            await self.app(scope, receive, sending)

    def refusal(self, method: str, heads: dict[str, str]) -> tuple[int, str, str] | None:
        """Why a request is not for us, and what to do, if it is not."""
        host = heads.get("host", "").lower()
        if host not in self.hosts:
            return 421, "nothing here answers to that name", "use the address that was printed when it was served"
        if method not in KNOWN:
            return 405, "only GET and POST are answered here", "see the pages, or /api/openapi.json"
        foreign = heads.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
        origin = heads.get("origin", f"http://{host}").lower()
        if method not in SAFE and (foreign or origin not in {f"http://{host}", f"https://{host}"}):
            return 403, "this was sent by a page that is not of this desk; nothing was done", "send it from the desk"
        return None


def _again(scope: Any) -> str:
    """Where the same page can be asked for once more: nowhere, if it answered a form."""
    query = scope["query_string"].decode("latin-1")
    return quote(scope["path"]) + (f"?{query}" if query else "") if scope["method"] == "GET" else ""
