"""Entrances: the ways in that the office's people have had, as its ledger tells.

A passkey registered, removed or struck; every session of somebody ended by them; an act that was sent at somebody's
session while no passkey of theirs answered for it, as whoever has copied the session would send one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from comity.desk.matter import named
from comity.desk.office import Office
from comity.desk.reading import ALARMS, alarms
from comity.desk.register import entries, folded
from comity.kernel.matter import Event

REGISTER: Final = "#entrances"
PASSKEYS: Final = "passkeys-desk.json"
"""The file of the office's folder that keeps the public halves of its people's passkeys."""
AGAIN: Final = timedelta(minutes=15)
"""The same is not written down twice within this."""


def note(office: Office, by: str, at: datetime, says: str) -> None:
    """Write down that a way in was made or closed. It waits for nobody."""
    event = Event("", "entrance", at, at, says, "the office", by)
    office.registry.append_all(entries(REGISTER, [event]))


def unproved(office: Office, person: str, at: datetime, path: str) -> None:
    """Write down that an act was sent at a person's session for which a passkey must answer, and none of theirs did.

    Whoever watches has an alarm of it, one for a person and an address until it is settled.
    """
    says = f"{path} was sent at a session of {person}, and no passkey of theirs answered for it; nothing was done"
    if any(event.says == says and event.known <= at < event.known + AGAIN for event in told(office, person)):
        return
    note(office, person, at, says)
    if not any(one.settled is None and one.says == says for one in alarms(office)):
        matter = path.removeprefix("/matters/").partition("/")[0] if path.startswith("/matters/") else ""
        data = (("matter", matter),) if matter else ()
        event = named(ALARMS, Event("", "alarm", at, at, says, "the desk", person, data=data))
        office.registry.append_all(entries(ALARMS, [event]))


def told(office: Office, person: str) -> tuple[Event, ...]:
    """What was written down of a person's ways in, the last first."""
    return folded(office, REGISTER, _by_person)[0].get(person, ())


def _by_person(_: str, events: tuple[Event, ...]) -> dict[str, tuple[Event, ...]]:
    found: dict[str, tuple[Event, ...]] = {}
    for event in events:
        found[event.by] = (event, *found.get(event.by, ()))
    return found
