"""TOML or JSON octets → tables, with the place of every key: line in TOML, pointer in JSON."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from comity.intake.faults import fault
from comity.intake.keys import Unfit, day, moment
from comity.intake.octets import octets
from comity.kernel.words import Fault

MOST_BYTES: Final = 1 << 20
"""A demand's file may be this large; the largest real ones name a few hundred accounts."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"""\s*(?:"([^"\\]+)"|'([^']+)'|([\w-]+))\s*=""")
_BARE_DATE = re.compile(r"\s*[\w-]+\s*=\s*([0-9-]{10}(?:[Tt ][0-9:.]+(?:[Zz]|[+-][0-9:]+)?)?)\s*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class Document:
    """What was read: its tables (None if it could not be parsed), where each key stands, and the faults so far.

    A `proposal` is what a person confirmed of a paper; its keys stand on pages.
    """

    name: str
    kind: Literal["toml", "json", "proposal"]
    data: Mapping[str, Any] | None
    lines: Mapping[tuple[str, int, str], int]
    faults: tuple[Fault, ...] = ()

    def at(self, table: str, key: str = "", index: int = 0) -> str:
        """The place of a key, or of its table where the key is absent."""
        steps = [table, *([str(index)] if table == "paper" and self.kind == "json" else []), key]
        if self.kind == "json":
            return f"{self.name}#/" + "/".join(_escaped(step) for step in steps if step)
        line = self.lines.get((table, index, key)) or self.lines.get((table, index, ""))
        dotted = ".".join(step for step in steps if step)
        before = " page " if self.kind == "proposal" else ":"
        return f"{self.name}{before}{line} {dotted}" if line else f"{self.name} {dotted}"


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def read_document(source: Path | bytes, kind: Literal["toml", "json"]) -> Document:
    """Parse a file or its octets; what cannot be parsed is a fault with its line, what cannot be read an error."""
    name = source.name if isinstance(source, Path) else "demand"
    raw = octets(source, MOST_BYTES)
    if len(raw) > MOST_BYTES:
        return Document(name, kind, None, {}, (fault("too-large", name, f"larger than {MOST_BYTES >> 20} MiB"),))
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Document(name, kind, None, {}, (fault(f"not-{kind}", f"{name}:{line}", "is not UTF-8 text"),))
    return _toml(name, content) if kind == "toml" else _json(name, content)


def _toml(name: str, content: str) -> Document:
    lines = dict(_lines(content))
    try:
        return Document(name, "toml", tomllib.loads(content), lines)
    except (ValueError, RecursionError) as error:
        first = error
    # A day that is not in the calendar stops TOML itself: set it aside, so that every other fault is still found.
    mended, impossible = _without_impossible_dates(Document(name, "toml", None, lines), content)
    try:
        return Document(name, "toml", tomllib.loads(mended), lines, impossible)
    except (ValueError, RecursionError):
        at = re.search(r"line ([0-9]+)", str(first))
        what = str(first).split(" (at")[0].lower()
        where = f"{name}:{at.group(1) if at else 1}"
        return Document(name, "toml", None, {}, (*impossible, fault("not-toml", where, what)))


def _without_impossible_dates(document: Document, content: str) -> tuple[str, tuple[Fault, ...]]:
    lines, found = content.split("\n"), []
    for (table, index, key), number in document.lines.items():
        written = _BARE_DATE.fullmatch(lines[number - 1])
        if written and (what := _impossible(written.group(1))):
            found.append(fault("impossible-date", document.at(table, key, index), f"`{key}` {what}"))
            lines[number - 1] = "#"
    return "\n".join(lines), tuple(found)


def _impossible(written: str) -> str:
    """What is wrong with a bare date of TOML; empty if nothing is, or if it is not a date at all."""
    try:
        (day if len(written) == 10 else moment)(written)
    except Unfit as wrong:
        name, what = wrong.args
        return str(what) if name == "impossible-date" else ""
    return ""


def _lines(content: str) -> Iterator[tuple[tuple[str, int, str], int]]:
    table, index, counts, fence = "", 0, dict[str, int](), ""
    for number, line in enumerate(content.split("\n"), 1):
        if fence:
            fence = "" if fence in line else fence
        elif header := _HEADER.match(line):
            table = header.group(2)
            index = counts[table] = counts.get(table, -1) + 1
            yield (table, index, ""), number
        elif key := _KEY.match(line):
            yield (table, index, next(filter(None, key.groups()))), number
            fence = next((quote for quote in ('"""', "'''") if line.count(quote) % 2), "")


class _Pairs(dict[str, Any]):
    """A JSON object that remembers which of its keys were written twice."""

    twice: tuple[str, ...] = ()


def _pairs(pairs: list[tuple[str, Any]]) -> _Pairs:
    found = _Pairs(pairs)
    found.twice = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return found


def _no_number(written: str) -> None:
    raise ValueError(f"`{written}` is not a JSON number")


def _json(name: str, content: str) -> Document:
    try:
        data = json.loads(content, object_pairs_hook=_pairs, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        return Document(name, "json", None, {}, (fault("not-json", f"{name}:{error.lineno}", error.msg.lower()),))
    except (ValueError, RecursionError) as error:
        return Document(name, "json", None, {}, (fault("not-json", f"{name}:1", str(error)),))
    if not isinstance(data, _Pairs):
        return Document(name, "json", None, {}, (fault("not-json", f"{name}:1", "is not one JSON object"),))
    empty = Document(name, "json", data, {})
    inner = [(table, row) for table, row in data.items() if isinstance(row, _Pairs)]
    inner += [("paper", row) for row in _listed(data.get("paper")) if isinstance(row, _Pairs)]
    found = [fault("duplicate-key", empty.at(key), "stands twice") for key in data.twice]
    found += [fault("duplicate-key", empty.at(table, key), "stands twice") for table, row in inner for key in row.twice]
    return Document(name, "json", data, {}, tuple(found))


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
