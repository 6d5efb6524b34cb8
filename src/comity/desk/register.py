"""The office's own registers: what it keeps in its ledger beside the matters, under names that no matter can have.

A register is a list of events like a matter's, bound in the same tree: nothing in it is ever changed, and when
something was entered is proved, not stated.
"""

from __future__ import annotations

from collections.abc import Iterable

from comity.desk.codec import decode, encode
from comity.desk.office import Office
from comity.kernel.matter import Event
from comity.registry.port import Entry, NewEntry


def entered(office: Office, register: str) -> tuple[Event, ...]:
    """Every event of a register in the order of entry; what was erased is left out."""
    return entered_seen(office, register)[0]


def entered_seen(office: Office, register: str) -> tuple[tuple[Event, ...], int]:
    """The register's events, and how many entries it had: what `enter` wants to know of a writer."""
    entries = list(office.registry.entries(register))
    events = (decode(entry.payload, Event) for entry in entries if entry.payload is not None and entry.kind != "erased")
    return tuple(events), len(entries)


def enter(office: Office, register: str, events: Iterable[Event], seen: int) -> list[Entry]:
    """Enter events, all or none; if another wrote since `seen` nothing is written (`Overtaken`)."""
    new = [NewEntry(register, event.kind, event.happened, event.known, encode(event)) for event in events]
    return office.registry.append_all(new, {register: seen})
