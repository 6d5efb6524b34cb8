"""What the office already knows and intake checks against: handed in, so that intake needs no other adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from comity.kernel.words import Truth, Vocabulary


def _countries() -> Mapping[str, str]:
    # The time zone database carries the ISO 3166 list, so that comity need not keep a copy of its own up to date.
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[0]: row[1] for row in rows}


COUNTRIES: Final = _countries()
"""Countries' usual English names by their ISO 3166 alpha-2 codes."""


@dataclass(frozen=True, slots=True)
class Known:
    """The declared words, the instruments' codes, courts and entities (id → name), and which accounts are here.

    `account` answers for a lower-case address: here, not here, or unknown. `stores` None leaves stores unchecked.
    """

    vocabulary: Vocabulary
    instruments: frozenset[str]
    courts: Mapping[str, str]
    entities: Mapping[str, str]
    account: Callable[[str], Truth]
    stores: frozenset[str] | None = None
    places: frozenset[str] = frozenset(COUNTRIES)
