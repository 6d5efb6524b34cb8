"""What a kind of demand is called in plain words, beside the code by which the law packs know it."""

from __future__ import annotations

from typing import Protocol

from comity.lawpack import Packs
from comity.lawpack.kindnames import KINDS, NAMES


class HasPacks(Protocol):
    """Whoever holds the law: an office, or what the portal knows of one."""

    @property
    def packs(self) -> Packs: ...


def name_of(holder: HasPacks, instrument: str) -> str:
    """What a kind of demand is called; empty for a code that says nothing."""
    if named := NAMES.get(instrument):
        return named
    place, _, kind = instrument.partition("-")
    country = holder.packs.places.get(place.upper(), "")
    if kind in KINDS and country:
        return f"{KINDS[kind]}, {country}"
    heads = (pack.instrument for pack in holder.packs.packs)
    return next((str(head["title"]) for head in heads if head.get("id") == instrument), "")


def titled(holder: HasPacks, instrument: str) -> str:
    """A kind of demand in plain words with its code, for people to read."""
    name = name_of(holder, instrument)
    return f"{name[:1].upper()}{name[1:]} ({instrument})" if name else instrument
