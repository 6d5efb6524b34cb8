"""Entrances: which passkeys the office's people have had, as its ledger tells: registered, removed, struck, by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from comity.desk.codec import encode
from comity.desk.office import Office
from comity.kernel.matter import Event
from comity.registry.port import NewEntry

REGISTER: Final = "#entrances"
PASSKEYS: Final = "passkeys-desk.json"
"""The file of the office's folder that keeps the public halves of its people's passkeys."""


def note(office: Office, by: str, at: datetime, says: str) -> None:
    """Write down that a way in was made or closed. It waits for nobody."""
    event = Event("", "entrance", at, at, says, "the office", by)
    office.registry.append_all([NewEntry(REGISTER, event.kind, at, at, encode(event))])
