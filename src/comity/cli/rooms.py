"""The verbs, room by room: importing them is what puts them on the command line."""

from __future__ import annotations

from importlib import import_module
from typing import Final

ROOMS: Final = (
    "office",
    "estate",
    "law",
    "law_show",
    "law_alerts",
    "law_fidelity",
    "demand",
    "agency",
    "decision",
    "exposure",
    "exposure_page",
    "exposure_advise",
    "exposure_tia",
    "matter",
    "court",
    "authenticity",
    "gate",
    "collection",
    "production",
    "notice",
    "letter",
    "report",
    "ledger",
    "jobs",
    "serve",
    "token",
    "portal",
    "demo",
)


def load() -> None:
    """Import every room's verbs, in the order in which `comity --help` lists them."""
    for room in ROOMS:
        import_module(f"comity.cli.{room}")
