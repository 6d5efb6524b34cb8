"""The kernel's `Demand` → TOML that reads back as the same demand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime

from comity.intake.keys import DEMAND, SCOPE, Key
from comity.kernel.demand import Demand, Scope


def write_demand(demand: Demand) -> str:
    """The demand as TOML: keys in the table's order, what is empty or unknown left out."""
    lines = ["[demand]", *_rows(demand, DEMAND), "", "[scope]", *_rows(demand.scope, SCOPE)]
    known = [(term, value) for term, value in demand.facts if value is not None]
    if known:
        lines += ["", "[facts]", *(f"{_written(term)} = {_written(value)}" for term, value in known)]
    for name, digest in demand.papers:
        lines += ["", "[[paper]]", f"name = {_written(name)}", f"digest = {_written(digest)}"]
    return "\n".join(lines) + "\n"


def _rows(source: Demand | Scope, keys: tuple[Key, ...]) -> Iterator[str]:
    for key in keys:
        value = getattr(source, key.name)
        if key.needed or value not in (None, "", (), False):
            yield f"{key.name} = {_written(value)}"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | frozenset):
        parts = sorted(value) if isinstance(value, frozenset) else value
        return f"[{', '.join(map(_written, parts))}]"
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
