"""The columns that a table of accounts may have, and what one cell may say.

A column states one fact about an account, in the words of the law packs. An empty cell is unknown and stays so; a code
that is not one of those declared is refused, with how often it stands there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from comity.kernel.words import Kind, Value

YES: Final = frozenset({"true", "yes", "1", "t"})
NO: Final = frozenset({"false", "no", "0", "f"})
BESIDES_ISO: Final = frozenset({"XK"})
"""Codes that are in common use although ISO 3166 has not assigned them: Kosovo."""

WRONG: Final = "wrong"


@dataclass(frozen=True, slots=True)
class Column:
    """One column that an office may fill: what it is called, the fact that it states, and the codes it may hold.

    A column without a term states no fact of the law: whose account it is, or the service it belongs to.
    """

    name: str
    term: str = ""
    kind: Kind = "code"
    codes: tuple[str, ...] = ()

    def read(self, cell: str | None) -> Value | Literal["wrong"]:
        """What a cell says: a code, yes or no, None where it is empty, `WRONG` if it may not stand there."""
        text = (cell or "").strip()
        if not text:
            return None
        if self.kind == "truth":
            word = text.lower()
            return True if word in YES else False if word in NO else WRONG
        if self.kind == "place":
            return text if text in countries() else WRONG
        return text if not self.codes or text in self.codes else WRONG

    @property
    def remedy(self) -> str:
        """What may stand in a cell."""
        if self.kind == "place":
            return "write the country as ISO 3166 alpha-2 (`GB`, not `UK`), or leave the cell empty"
        if self.kind == "truth":
            return "write yes or no, true or false, or leave the cell empty"
        return f"use {', '.join(self.codes[:12])}{', …' if len(self.codes) > 12 else ''}"


@cache
def countries() -> frozenset[str]:
    """Every country's code, from the table that comes with the time zones."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    return BESIDES_ISO | {line[:2] for line in table.splitlines() if line and not line.startswith("#")}
