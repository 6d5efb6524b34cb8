"""How often one may ask: so many requests a minute of one session or token, and of one network address.

Who asks too often is told when to try again, before anything is read or looked up. A request that is refused for want
of a session or token costs its address ten, so that guessing ends soon.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from litestar.types import ASGIApp, Message, Receive, Send

from comity.desk.limits import Limits
from comity.web.pace import Brake, Pace
from comity.web.problem import Problem, answer
from comity.web.tongue import Said

COOKIES: Final = ("comity-session=", "comity-portal=")
TOO_OFTEN: Final = "too much was asked in too short a time; nothing was done"
FREE: Final = "/static/"
"""What a page looks like with: without it even the page that says when to try again could not be read."""
GUESS: Final = 10


class Braked:
    """An application that nobody may ask too often."""

    def __init__(self, app: ASGIApp, limits: Limits, behind: bool = False) -> None:
        """`behind` says that a proxy stands before it, whose last X-Forwarded-For is the address that counts."""
        self.app, self.behind, self.brake = app, behind, Brake()
        self.address, self.secret = Pace(limits.address), Pace(limits.requests)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Let it through, or say when to try again."""
        if scope["type"] != "http" or scope["path"].startswith(FREE):
            await self.app(scope, receive, send)
            return
        heads = dict(scope["headers"])
        address = f"address {address_of(scope, heads, self.behind)}"
        wait = self.brake.take(address, self.address)
        for secret in secrets_of(heads):
            wait = wait or self.brake.take(sha256(secret).hexdigest(), self.secret)
        if wait:
            says, remedy = Said(TOO_OFTEN), Said("try again in {seconds} seconds", seconds=wait)
            await answer(scope, send, Problem.about(429, says, remedy), {"retry-after": str(wait)})
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:
                self.brake.take(address, self.address, GUESS - 1)
            await send(message)

        await self.app(scope, receive, sending)


def secrets_of(heads: dict[bytes, bytes]) -> list[bytes]:
    """The session or token that a request carries, whether or not it is worth anything."""
    cookies = heads.get(b"cookie", b"").decode("latin-1").split(";")
    held = [one.strip().encode("latin-1") for one in cookies if one.strip().startswith(COOKIES)]
    token = heads.get(b"authorization", b"")
    return held[:1] + ([token] if token else [])


def address_of(scope: Any, heads: dict[bytes, bytes], behind: bool) -> str:
    """The network address that asks, as our own proxy saw it where there is one."""
    seen = heads.get(b"x-forwarded-for", b"").decode("latin-1").rpartition(",")[2].strip() if behind else ""
    return seen or (scope.get("client") or ("",))[0]
