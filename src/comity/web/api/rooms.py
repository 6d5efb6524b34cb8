"""Every address of the API."""

from __future__ import annotations

from typing import Final

from litestar import Litestar

from comity.web.api import (
    acts,
    agencies,
    alarms,
    arrivals,
    authenticity,
    court,
    filings,
    jobs,
    letters,
    matters,
    office,
    registrations,
    review,
)
from comity.web.api.app import application
from comity.web.app import Web

ROOMS: Final = (
    matters,
    acts,
    office,
    letters,
    review,
    authenticity,
    court,
    arrivals,
    jobs,
    alarms,
    agencies,
    filings,
    registrations,
)


def programs(web: Web) -> Litestar:
    """The desk for programs."""
    handlers = tuple(handler for room in ROOMS for handler in room.HANDLERS)
    return application(handlers, web.house.settings().limits.form_kib)
