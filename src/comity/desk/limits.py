"""What the office lets its pages and its API take at most, and what a token may do: `[limits]` and `[api]`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

from comity.kernel.words import Fault
from comity.lawpack.tables import Document, Row


@dataclass(frozen=True)
class Limits:
    """How often the served office may be asked in a minute, and how much may be sent at once."""

    requests: int = 600
    """Requests of one session or token in a minute."""
    address: int = 6000
    """Requests of one network address in a minute; all people behind one proxy may share one."""
    form_kib: int = 64
    """A form, or the body of a request to the API."""


@dataclass(frozen=True)
class Api:
    """What may be done with a token."""

    decide: bool = False
    """Whether a token may do what in a browser takes a passkey: approve, answer as counsel, let a production go."""


TABLES: Final[dict[str, type]] = {"limits": Limits, "api": Api}


def limits_faults(document: Document) -> Iterator[Fault]:
    """Everything wrong with the two tables of office.toml."""
    for table, kind in TABLES.items():
        row = document.data.get(table, {})
        if not isinstance(row, dict):
            yield Fault("wrong-type", document.at(table), f"[{table}] must be one table", f"write [{table}]")
            continue
        known: dict[str, Any] = {one.name: one.default for one in fields(kind)}
        for key, value in row.items():
            where = document.at(table, 0, key)
            if key not in known:
                yield Fault("unknown-key", where, f"[{table}] has no key `{key}`", f"use {', '.join(known)}")
            elif type(value) is not type(known[key]) or (not isinstance(value, bool) and value < 1):
                remedy = "write true or false" if isinstance(known[key], bool) else "write a whole number of at least 1"
                yield Fault("not-a-limit", where, f"`{key}` cannot be `{value}`", f"{remedy}, or leave it out")


def read_limits(data: Row) -> tuple[Limits, Api]:
    """The two tables, once they have no fault."""
    return Limits(**_plain(data, "limits")), Api(**_plain(data, "api"))


def _plain(data: Row, table: str) -> dict[str, Any]:
    return dict(data.get(table, {}))
