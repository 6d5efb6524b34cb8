"""Every address of the API."""

from __future__ import annotations

from litestar import Litestar

from comity.web.api import acts, matters, office
from comity.web.api.app import application
from comity.web.app import Web


def programs(web: Web) -> Litestar:
    """The desk for programs."""
    handlers = (*matters.HANDLERS, *acts.HANDLERS, *office.HANDLERS)
    return application(handlers, web.house.settings().limits.form_kib)
