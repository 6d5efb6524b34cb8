"""The page of an exposure: which state could reach whose records, drawn, counted, dated and proved, in one HTML file.

It needs no network. One small script moves the slider and filters the list; without it the page still says all that it
holds, in tables. Whatever is drawn also stands there as words and numbers, and whatever comes from data is escaped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from comity.kernel.decision import Decision, Verdict
from comity.letters import atlas, flow
from comity.letters.flow import Flow
from comity.letters.page import MEANINGS, TEMPLATES, node, value
from comity.letters.svg import PATTERNS

VERDICTS: Final = ("compelled", "conflict", "open", "barred", "free")
"""What serves the demander best comes first."""

CATEGORIES: Final = {
    "content": "what stored messages say",
    "live-content": "what is still to be said, taken as it passes",
    "traffic": "who wrote to whom, and when",
    "subscriber": "who the customer is",
    "keys": "the means to read what is encrypted",
    "nonpersonal": "what relates to no person",
    "business": "the company's own books",
}
"""Classes of records in the order in which people ask for them, in a few words."""

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """One category of a place: accounts by verdict; and by customer, a list of lines for each thing told of them."""

    category: str
    counts: Counts
    by: tuple[tuple[str, tuple[tuple[str, Counts], ...]], ...] = ()

    @property
    def total(self) -> int:
        """All accounts that have such records."""
        return sum(self.counts.values())

    @property
    def kind(self) -> str:
        """The verdict that counts: the strongest that any account has."""
        return next(iter(self.shown), "none")

    @property
    def shown(self) -> tuple[str, ...]:
        """The verdicts that any account has."""
        return tuple(verdict for verdict in VERDICTS if self.counts.get(verdict))

    @property
    def exposed(self) -> int:
        """Accounts that are exposed: compelled, or in conflict with another state's law."""
        return self.counts.get("compelled", 0) + self.counts.get("conflict", 0)


@dataclass(frozen=True, slots=True)
class Place:
    """A state that could ask, with its categories; `alike` are others of which exactly the same is to be said."""

    code: str
    name: str
    cells: tuple[Cell, ...]
    alike: tuple[tuple[str, str], ...] = ()

    def cell(self, category: str) -> Cell | None:
        """What is said of one category, if it can be asked for."""
        return next((cell for cell in self.cells if cell.category == category), None)

    @property
    def named(self) -> str:
        """The place with those that are alike."""
        return f"{self.name} and {len(self.alike)} more" if self.alike else self.name


@dataclass(frozen=True, slots=True)
class Exposed:
    """How many accounts have such records, how many are exposed to some state; `plain` with no other law in the way.

    `abroad` are exposed to a state that is not the customer's; of `unknown` nobody knows where the customer lives.
    """

    category: str
    whole: int
    some: int
    abroad: int | None
    unknown: int | None
    plain: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Accounts whose verdict became another on a day, before the authorities of some places."""

    places: str
    category: str
    accounts: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which the picture changed: the law that came (`+`) and went (`−`), what moved, and the new numbers.

    Of flows (category, store, state; compelled, in conflict) and listed classes (by their place in the list, accounts
    by verdict) there are those that are not what they were the day before.
    """

    on: date
    says: tuple[tuple[str, str, str], ...]
    moved: tuple[Moved, ...]
    more: int
    numbers: Mapping[str, Sequence[int]]
    flows: tuple[tuple[str, str, str, int, int], ...] = ()
    stands: Mapping[int, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """The days that were looked at: the first, its numbers by `US/content`, and each on which one changed.

    `flows` are those of the first day; `stands` has the listed classes that stood under other verdicts on it.
    """

    since: date
    first: Mapping[str, Sequence[int]]
    changes: tuple[Change, ...]
    tried: int
    flows: tuple[tuple[str, str, str, int, int], ...] = ()
    stands: Mapping[int, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """One class of accounts, what can be done about it, and why: with its proof if the page has room for it."""

    place: str
    name: str
    category: str
    verdict: Verdict
    accounts: int
    whose: str
    why: str
    also: str
    proof: str
    unverified: bool
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the page shows, in its order."""

    provider: str
    on: date
    what_if: tuple[str, ...]
    accounts: int
    summary: tuple[str, ...]
    exposed: tuple[Exposed, ...]
    places: tuple[Place, ...]
    flows: tuple[Flow, ...]
    past: Past | None
    held: tuple[Held, ...]
    held_says: str
    facts: tuple[tuple[str, str], ...]
    unverified: tuple[tuple[str, str], ...]
    footnotes: tuple[str, ...] = field(default=())

    @property
    def categories(self) -> tuple[str, ...]:
        """Those of which anything is said, in order."""
        there = {cell.category for place in self.places for cell in place.cells}
        return tuple(sorted(there, key=lambda one: (list(CATEGORIES).index(one) if one in CATEGORIES else 99, one)))


def render(picture: Picture) -> str:
    """The page as one HTML document."""
    return _template().render(
        picture=picture,
        categories=picture.categories,
        meaning=CATEGORIES,
        verdicts=VERDICTS,
        words=[(word, meaning) for lane, word, _, meaning in MEANINGS if lane == "law"],
        patterns=Markup(PATTERNS),
        shapes=Markup(atlas.shapes([code for code, _ in _all(picture)])),
        maps=[(category, *map(Markup, maps(picture, category))) for category in picture.categories],
        flows=[(one, *(Markup(drawn) for drawn in (flow.wide(one), flow.narrow(one)))) for one in picture.flows],
        trees={one.proof: [node(part) for part in one.decision.proof.parts]
               for one in picture.held if one.decision},
        series=Markup(script(series(picture))),
        values=value,
        share=share,
    )  # fmt: skip


def _all(picture: Picture) -> Iterator[tuple[str, str]]:
    for place in picture.places:
        yield place.code, place.name
        yield from place.alike


def maps(picture: Picture, category: str) -> Iterator[str]:
    """The world, and Europe near by, for one category."""
    marks = [
        atlas.Mark(code, name, f"{cell.kind} {depth(cell)}", told(name, cell), exposed(cell), place.code)
        for place in picture.places
        if (cell := place.cell(category))
        for code, name in ((place.code, place.name), *place.alike)
    ]
    yield atlas.world(marks, category)
    yield atlas.europe(marks, category)


def depth(cell: Cell) -> str:
    """How deep a state's colour is: by the share of accounts under the verdict that counts, or exposed."""
    part = cell.exposed or cell.counts.get("open", 0)
    return "" if not part or 2 * part >= cell.total else "some" if 10 * part >= cell.total else "few"


def exposed(cell: Cell) -> str:
    """The share of accounts that are exposed, if there are any."""
    return share(cell.exposed, cell.total) if cell.exposed else ""


def told(name: str, cell: Cell) -> str:
    """A place's numbers in a sentence."""
    parts = [f"{cell.counts[verdict]:,} {verdict}" for verdict in VERDICTS if cell.counts.get(verdict)]
    return f"{name}, {cell.category}: of {cell.total:,} accounts {', '.join(parts)}"


def share(part: int, whole: int) -> str:
    """A share as people say it: nothing is rounded to all or to nothing."""
    if not part or not whole:
        return "0 %"
    if part == whole:
        return "100 %"
    per_cent = 100 * part / whole
    return "under 1 %" if per_cent < 1 else "over 99 %" if per_cent > 99 else f"{per_cent:.0f} %"


def series(picture: Picture) -> dict[str, object]:
    """What the slider needs: each day with the numbers, flows and classes that changed on it, and every name."""
    past = picture.past
    if past is None:
        return {}
    days: list[dict[str, object]] = [
        {"on": past.since.isoformat(), "numbers": past.first, "flows": past.flows, "stands": past.stands}
    ]
    days += [
        {"on": day.on.isoformat(), "numbers": day.numbers, "flows": day.flows, "stands": day.stands}
        for day in past.changes
    ]
    ends = {one.category: {"stores": one.every, "most": flow.MOST_PLACES} for one in picture.flows}
    return {
        "on": picture.on.isoformat(),
        "days": days,
        "verdicts": VERDICTS,
        "names": dict(_all(picture)),
        "ends": ends,
    }


def script(data: object) -> str:
    """JSON that may stand within a script element, whatever it says."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _template() -> Template:
    loader = FileSystemLoader(TEMPLATES)
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.get_template("exposure.html")
