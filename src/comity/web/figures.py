"""Counts and latencies for whoever watches over the server: to this machine alone, or with a token."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get
from litestar.datastructures import State

from comity.errors import ComityError
from comity.web.api.app import bearer
from comity.web.app import web_of
from comity.web.serve import local
from comity.web.watch import TEXT


class NotForYou(ComityError):
    """figures are given to this machine alone, or with a token"""

    help = "ask from the machine that serves the desk, or send Authorization: Bearer and a token"
    exit_code = 5


@get("/metrics", opt={"public": True}, sync_to_thread=True)
def figures(request: Request[Any, Any, State]) -> Response[bytes]:
    """What was counted since the server began, as Prometheus reads it."""
    web, client = web_of(request), request.client
    here = client is not None and local(client.host) and not web.secure  # behind a proxy everybody comes from here
    if not here and bearer(web, request.headers.get("authorization", "")) is None:
        raise NotForYou
    return Response(web.meter.text(), media_type=TEXT)


HANDLERS: Final = (figures,)
