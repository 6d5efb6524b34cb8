"""The office's own registers: what it keeps in its ledger beside the matters, under names that no matter can have.

A register is a list of events like a matter's, bound in the same tree: nothing in it is ever changed, and when
something was entered is proved, not stated.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from comity.desk.codec import decode, encode
from comity.desk.office import Office
from comity.desk.recall import Made
from comity.kernel.matter import Event
from comity.registry.port import ERASED, Entry, NewEntry

T = TypeVar("T")


def folded(office: Office, register: str, made: Made[T]) -> tuple[T, int]:
    """What is made of the register's events, and how many entries it had: what `enter` wants to know of a writer.

    It may be the same object as the last time: nobody changes it.
    """
    return office.recall.made(office.registry, register, told, made)


def told(entry: Entry) -> Event | None:
    """What an entry of a register still tells."""
    return None if entry.payload is None or entry.kind == ERASED else decode(entry.payload, Event)


def enter(office: Office, register: str, events: Iterable[Event], seen: int) -> list[Entry]:
    """Enter events, all or none; if another wrote since `seen` nothing is written (`Overtaken`)."""
    return office.registry.append_all(entries(register, events), {register: seen})


def entries(name: str, events: Iterable[Event]) -> list[NewEntry]:
    """Events as they are entered under a register's name, or a matter's."""
    return [NewEntry(name, event.kind, event.happened, event.known, encode(event)) for event in events]
