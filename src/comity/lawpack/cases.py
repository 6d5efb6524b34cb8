"""Decided cases as people collect them: one YAML file, read into cases; every fault at once, each with its line.

A case says who demanded what of whom, which court decided it on which day, and what was to be expected on the day
before and on the day itself. The format: docs/formats/cases.md. A fault in one case keeps that case out, not the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from comity.kernel.words import Fault
from comity.lawpack.glossary import PLACES
from comity.lawpack.yamltext import Row, read_yaml

NAMES: Final[dict[str, str]] = {
    "too-large": "a file of cases may have 4 MiB and a text in it 20,000 characters; split or shorten it",
    "not-yaml": "mend the line named; the file is one YAML document in UTF-8",
    "not-a-list": "write `cases:` and below it a list, one case an item; see docs/formats/cases.md",
    "duplicate-key": "keep one of the two",
    "duplicate-id": "give each case an id of its own",
    "missing-key": "state it; see docs/formats/cases.md",
    "wrong-type": "write it as docs/formats/cases.md shows",
    "bad-date": "write a day of the calendar as 2016-07-14",
    "unknown-country": "write the two letters of ISO 3166, EU for the Union, XX for a state left unnamed",
    "unknown-code": "use one of the words that docs/formats/cases.md lists",
}

Expected = str
SETTLED: Final = {
    "compelled": "compelled", "contempt": "compelled", "fine": "compelled", "stay-lifted": "compelled",
    "conflict": "compelled", "barred": "barred", "quashed": "barred", "not-compelled": "barred", "free": "barred",
    "contested": "contested", "open": "contested", "remanded": "contested", "not-reached": "contested",
    "compelled-in-part": "compelled-in-part", "modified": "compelled-in-part",
    "order-suspended": "matter", "stayed": "matter", "no-live-order": "matter", "vacated-moot": "matter",
    "n/a": "matter",
}  # fmt: skip
"""What a word of `expect` or `outcome` says of the law: compelled, barred, in part, contested, or the matter's."""

MOST_TEXT: Final = 20_000

STATES: Final = frozenset({*PLACES, "EU", "XX"})
BENCHES: Final = STATES | {"COE"}
"""Whose court it can be: a state's, the Union's, the Council of Europe's."""

UNNAMED: Final = "XX"
UNSTATED: Final = ("unknown", "none", "n/a", "various", "multiple", "not stated", "unnamed")
"""In the place of a state: the file does not know it."""

SAID: Final = (
    "requesting_body", "purpose", "provider", "entity_served", "control", "subject_nationality", "subject_residence",
    "blocking_law_abroad", "urgency",
)  # fmt: skip
"""What of the facts is kept in the file's own words; further keys are passed over, whatever they hold."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The court that decided, as the file names it."""

    name: str
    country: str
    level: str
    circuit: str


@dataclass(frozen=True, slots=True)
class Case:
    """One decided case. `facts` are the file's own words; `before` and `after` what was to be expected of the law."""

    id: str
    kind: str
    name: str
    court: Bench
    decided: date
    state: str
    home: str | None
    instrument: str
    categories: tuple[str, ...]
    locations: tuple[str, ...]
    facts: Mapping[str, str]
    tests: tuple[str, ...]
    before: Expected
    after: Expected
    holding: str
    settled_why: str
    marks: Mapping[str, str]
    where: str

    def said(self, key: str) -> str:
        """What the file says of a fact; nothing where it is silent."""
        return self.facts.get(key, "")


@dataclass(frozen=True)
class Cases:
    """What a file held: the cases that can be tried, and every fault of those that cannot."""

    cases: tuple[Case, ...]
    faults: tuple[Fault, ...] = ()


def fault(name: str, where: str, what: str) -> Fault:
    """A named fault of a file of cases; the name must be in the list."""
    return Fault(name, where, what, NAMES[name])


def read_cases(path: Path) -> Cases:
    """Read a file of decided cases."""
    sheet, name = read_yaml(path), path.name
    found = [fault(wrong, f"{name}:{line}", what) for wrong, line, what in sheet.wrong]
    rows = sheet.data.get("cases") if isinstance(sheet.data, Row) else sheet.data
    if not isinstance(rows, list):
        return Cases((), tuple(found or [fault("not-a-list", f"{name}:1", "there is no list of cases")]))
    read, first = [], dict[str, int]()
    for number, row in enumerate(rows, 1):
        here = _Here(name, row if isinstance(row, Row) else Row(1))
        if not isinstance(row, Row):
            here.wrong("wrong-type", "", f"case {number} must be a mapping")
        case = _case(here) if isinstance(row, Row) else None
        if case and case.id in first:
            here.wrong("duplicate-id", "id", f"`{case.id}` also stands in line {first[case.id]}")
        found += here.found
        if case and not here.found:
            first[case.id] = here.row.at("id")
            read.append(case)
    return Cases(tuple(read), tuple(found))


@dataclass
class _Here:
    """The mapping being read, and where its faults go."""

    name: str
    row: Row
    found: list[Fault] = field(default_factory=list)
    prefix: str = ""

    def wrong(self, name: str, key: str, what: str) -> None:
        self.found.append(fault(name, f"{self.name}:{self.row.at(key)}", what))

    def text(self, key: str, must: bool = False) -> str:
        """A text, on one line; nothing where it is absent or null."""
        value = self.row.get(key)
        if value is None or value == "":
            if must:
                self.wrong("missing-key", key, f"`{self.prefix}{key}` is missing")
            return ""
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            value = "; ".join(value)
        if not isinstance(value, str):
            self.wrong("wrong-type", key, f"`{self.prefix}{key}` must be text")
            return ""
        if len(value) > MOST_TEXT:
            self.wrong("too-large", key, f"`{self.prefix}{key}` has {len(value):,} characters")
            return ""
        return " ".join(value.split())

    def texts(self, key: str, must: bool = False) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one."""
        value = self.row.get(key)
        value = [value] if isinstance(value, str) and value else value
        if value is None or value == [] or value == "":
            if must:
                self.wrong("missing-key", key, f"`{self.prefix}{key}` is missing")
            return ()
        if not (isinstance(value, list) and all(isinstance(part, str) or part is None for part in value)):
            self.wrong("wrong-type", key, f"`{self.prefix}{key}` must be a list of texts")
            return ()
        return tuple(" ".join(part[:MOST_TEXT].split()) for part in value if part)

    def day(self, key: str) -> date:
        text = self.text(key, must=True)
        try:
            found = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
        except ValueError:
            found = None
        if text and (found is None or found == date.min):
            self.wrong("bad-date", key, f"`{text}` is not a day")
        return found or date.max

    def place(self, key: str, among: frozenset[str] = STATES) -> str:
        """The code of a state: the text, or its first word where something is remarked behind it."""
        text = self.text(key)
        if text.lower() in UNSTATED:
            return ""
        code = re.split(r"[\s,;(/]", text)[0] if text else ""
        if text and code not in among:
            self.wrong("unknown-country", key, f"`{text}` is not the code of a country")
            return ""
        return code

    def below(self, key: str, must: bool = False) -> _Here:
        """A mapping within this one; its faults go where these go."""
        value = self.row.get(key)
        if value is None and must:
            self.wrong("missing-key", key, f"`{key}` is missing")
        elif value is not None and not isinstance(value, Row):
            self.wrong("wrong-type", key, f"`{key}` must be a mapping")
        return _Here(self.name, value if isinstance(value, Row) else Row(self.row.at(key)), self.found, f"{key}.")


def _case(here: _Here) -> Case:
    court, facts = here.below("court", must=True), here.below("facts", must=True)
    bench = Bench(
        court.text("name", must=True), court.place("country", BENCHES), court.text("level"), court.text("circuit")
    )
    state = facts.place("compelling_state") or facts.place("requesting_state") or bench.country
    if not state:
        facts.wrong("missing-key", "compelling_state", "`facts.compelling_state` is missing")
    home = facts.place("provider_home")
    expected = _expected(here)
    return Case(
        here.text("id", must=True),
        here.text("kind", must=True),
        here.text("name"),
        bench,
        here.day("decided"),
        state,
        home if home not in ("", UNNAMED) else None,
        facts.text("instrument", must=True),
        facts.texts("data_category", must=True),
        facts.texts("data_location"),
        {key: facts.text(key) for key in SAID if key in facts.row},
        here.texts("test"),
        *expected,
        here.text("holding"),
        here.text("settled_why"),
        dict(_marks(here)),
        f"{here.name}:{here.row.line}",
    )


def _expected(here: _Here) -> tuple[Expected, Expected]:
    """The day before and the day itself; what `expect` leaves out follows from the outcome and `settled_then`."""
    expect, outcome = here.below("expect"), here.text("outcome")
    after = _word(expect, "as_of_day_after") if expect.row.get("as_of_day_after") else _word(here, "outcome")
    if not (expect.row.get("as_of_day_after") or outcome):
        here.wrong("missing-key", "expect", "neither `expect` nor `outcome` says what to expect")
    settled = here.text("settled_then").lower() in ("yes", "true")
    return _word(expect, "as_of_day_before") or (after if settled else "contested"), after


def _word(here: _Here, key: str) -> Expected:
    text = here.text(key).lower().replace(" ", "-")
    if text and text not in SETTLED:
        here.wrong("unknown-code", key, f"`{text}` is none of {', '.join(SETTLED)}")
        return ""
    return SETTLED.get(text, "")


def _marks(here: _Here) -> Iterator[tuple[str, str]]:
    """What the file itself has not verified: every mark that says more, or else, than V."""
    marks: Mapping[str, Any] = here.below("marks").row
    for key, value in marks.items():
        said = " ".join(str(value or "").split())
        if said not in ("", "V", "n/a"):
            yield key, said
