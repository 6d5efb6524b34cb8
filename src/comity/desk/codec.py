"""The office's values as JSON and back: what the registry keeps of an event is exactly its canonical JSON."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from comity.kernel.demand import Demand
from comity.kernel.matter import Event
from comity.kernel.words import canonical

T = TypeVar("T", Event, Demand)


def encode(value: Event | Demand) -> bytes:
    """Canonical JSON; sets are sorted, moments are ISO 8601 with their zone."""
    return canonical(msgspec.to_builtins(value, order="deterministic"))


def decode(raw: bytes | str, kind: type[T]) -> T:
    """The value that was encoded."""
    return msgspec.json.decode(raw, type=kind)
