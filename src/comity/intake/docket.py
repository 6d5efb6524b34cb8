"""A case's number as courts and demands write it, and whether two of them are the same.

`13 Mag. 2814`, `13-mj-2814` and `1:13-mj-02814-UA` are one case of one court; so are `14-2985` and `14-2985-cv`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

KINDS: Final[dict[str, frozenset[str]]] = {
    "mag": frozenset({"mj"}), "mj": frozenset({"mj"}), "m": frozenset({"mj", "mc"}), "misc": frozenset({"mc"}),
    "mc": frozenset({"mc"}), "ms": frozenset({"mc"}), "sw": frozenset({"sw"}), "sc": frozenset({"sc"}),
    "gj": frozenset({"gj"}), "cr": frozenset({"cr"}), "crim": frozenset({"cr"}), "cv": frozenset({"cv"}),
    "civ": frozenset({"cv"}),
}  # fmt: skip
"""The kinds of case that an abbreviation may stand for."""
_DISTRICT: Final = re.compile(
    r"(?:(?P<office>\d{1,2}):)?(?P<year>\d{4}|\d{2})[-\s]*(?P<kind>[a-z]{1,4})\.?[-\s]*(?:no\.\s*)?(?P<number>\d{1,6})"
    r"(?:-[a-z0-9]{1,6})*(?:\s*\([a-z]{1,5}\))*"
)
_APPEAL: Final = re.compile(r"(?P<year>\d{4}|\d{2})-(?P<number>\d{1,6})(?:-[a-z]{2,4})?(?:\s*\([a-z]{1,4}\))?")


@dataclass(frozen=True, slots=True)
class Docket:
    """A case's number taken apart; `office` is the court's division, where it is written, `kinds` none on appeal."""

    year: int
    number: int
    kinds: frozenset[str] = frozenset()
    office: int | None = None


def read_docket(text: str) -> Docket | None:
    """A case's number; None if it is in no shape that courts of the United States use."""
    plain = " ".join(text.split()).casefold()
    if found := _DISTRICT.fullmatch(plain):
        kinds = KINDS.get(found["kind"])
        office = int(found["office"]) if found["office"] else None
        return Docket(_year(found["year"]), int(found["number"]), kinds, office) if kinds else None
    appeal = _APPEAL.fullmatch(plain)
    return Docket(_year(appeal["year"]), int(appeal["number"])) if appeal else None


def _year(written: str) -> int:
    return int(written) % 100


def same_case(one: str, other: str) -> bool:
    """Whether two numbers, as written, are one case's; what is in no known shape must be the same letter by letter."""
    first, second = read_docket(one), read_docket(other)
    if first is None or second is None:
        return bool(one.strip()) and one.split() == other.split()
    if (first.year, first.number) != (second.year, second.number):
        return False
    alike = bool(first.kinds & second.kinds) if first.kinds and second.kinds else first.kinds == second.kinds
    return alike and (first.office == second.office or None in (first.office, second.office))
