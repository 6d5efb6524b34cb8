"""Courts: who stands above whom, and whose word is law where.

A court is bound by those above it in its own line, nearest first. A legislature stands on top, because a statute ends
what the courts said before it; the Union's stands above those of its Members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Court:
    """A court, or a legislature at the top of its line: the place it speaks for and who stands above it.

    `apex` marks the court whose reading of a place's law foreign courts take, where that is not the one right under
    the legislature: a constitutional court stands above it.
    """

    id: str
    name: str
    place: str
    above: str | None
    legislature: bool = False
    apex: bool = False


Courts = Mapping[str, Court]
NO_STATE: Final = "XX"
"""Stands for the place of law that is no single state's: treaties, and what stands in for law that is not carried."""


def line(courts: Courts, court: str) -> tuple[str, ...]:
    """The court and those above it, nearest first."""
    found: list[str] = []
    at: str | None = court
    while at is not None and at not in found:
        found.append(at)
        at = courts[at].above
    return tuple(found)


def apexes(courts: Courts) -> Mapping[str, str]:
    """The highest court of each place: the one so marked, or right under a legislature, or the top of its line."""
    tops: dict[str, str] = {}
    for court in sorted(courts.values(), key=lambda c: (not c.apex, c.legislature, len(line(courts, c.id)), c.id)):
        tops.setdefault(court.place, court.id)
    return tops


def lawgivers(courts: Courts) -> Mapping[str, frozenset[str]]:
    """The places whose law is law at a place, by place: its own, and those whose courts or legislature stand above."""
    return {
        place: frozenset(courts[step].place for step in line(courts, apex)) for place, apex in apexes(courts).items()
    }
