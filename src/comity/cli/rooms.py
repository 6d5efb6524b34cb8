"""The verbs, room by room: importing a room is what puts its verbs on the command line."""

from __future__ import annotations

from importlib import import_module
from typing import Final

ROOMS: Final = {
    "office": ("init",),
    "estate": ("estate",),
    "law": ("law",),
    "law_show": ("law",),
    "law_alerts": ("law",),
    "law_fidelity": ("law",),
    "demand": ("receive",),
    "agency": ("agency",),
    "decision": ("decide",),
    "exposure": ("exposure",),
    "exposure_page": ("exposure",),
    "exposure_advise": ("exposure",),
    "exposure_tia": ("exposure",),
    "matter": ("deadlines", "event", "standing"),
    "court": ("docket",),
    "authenticity": ("authenticity",),
    "gate": ("approve", "gate", "withdraw"),
    "collection": ("collect", "review"),
    "production": ("produce", "verify"),
    "notice": ("notify",),
    "letter": ("letter",),
    "report": ("report",),
    "ledger": ("ledger",),
    "jobs": ("jobs", "work"),
    "serve": ("link", "passkeys", "serve"),
    "token": ("token",),
    "portal": ("filing", "portal", "registration"),
    "demo": ("demo",),
}
"""Each room's verbs, in the order in which `comity --help` lists the rooms."""


def load(verb: str = "") -> None:
    """Import the rooms that a verb comes from; all of them for an option or a word that is no verb."""
    for room in [room for room, verbs in ROOMS.items() if verb in verbs] or ROOMS:
        import_module(f"comity.cli.{room}")
