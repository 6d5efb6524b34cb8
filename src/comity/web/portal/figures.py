"""Counts and latencies of the portal for whoever runs it: to this machine alone, and never through a proxy."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from litestar import Response, get

from comity.errors import ComityError
from comity.web.portal.app import Anybody, portal_of
from comity.web.watch import TEXT


class NotForYou(ComityError):
    """figures are given to the machine that serves the portal"""

    help = "ask from that machine, not through a proxy"
    exit_code = 5


@get("/metrics", opt={"public": True}, sync_to_thread=False)
def figures(request: Anybody) -> Response[bytes]:
    """What was counted since the portal began, as Prometheus reads it."""
    client, through = request.client, {"x-forwarded-for", "forwarded", "via"} & set(request.headers.keys())
    if client is None or through or not _here(client.host):
        raise NotForYou
    return Response(portal_of(request).meter.text(), media_type=TEXT)


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


HANDLERS: Final = (figures,)
