"""Counting for a transparency report: demands of one period by place, instrument and outcome, safe to publish.

A small number can point at a person, so a count below the threshold is withheld; and because a withheld count could be
had from a row and its total, further counts are withheld until it cannot (`withhold`). Instruments that the law lets a
provider report only in bands stand in a list of their own, outside every total.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from typing import Final, Literal

from comity.kernel.demand import Demand
from comity.kernel.matter import ENDING, Matter, in_contempt
from comity.kernel.words import Fault

Outcome = Literal["produced", "partly", "refused", "objected", "withdrawn", "pending"]
OUTCOMES: Final[dict[Outcome, str]] = {
    "produced": "everything the demand reaches for was produced",
    "partly": "some of it was produced",
    "refused": "the provider chose not to produce, or is in contempt for not producing",
    "withdrawn": "the demand ended unanswered: taken back, set aside, replaced, mooted or run out",
    "objected": "a court was asked about it and nothing has been produced",
    "pending": "none of these yet",
}
TOTAL: Final = "total"
Cell = tuple[str, str]
"""A cell's row and column; `TOTAL` is the margin."""

Node = tuple[int, str]
Step = tuple[Cell, int]
"""A cell, and whether its count is raised (1) or lowered (-1)."""

_ENOUGH: Final = 10**9


@dataclass(frozen=True, slots=True)
class Counted:
    """One demand as it is counted."""

    place: str
    instrument: str
    outcome: Outcome
    accounts: int


def outcome(demand: Demand, matter: Matter, at: datetime) -> Outcome:
    """What has become of a demand by a moment; of several things that hold, the first in `OUTCOMES`."""
    past = Matter(matter.id, tuple(event for event in matter.events if event.happened <= at))
    produced = past.of("produced")
    given = frozenset().union(*(event.touches or demand.scope.categories for event in produced))
    if produced:
        return "produced" if demand.scope.categories <= given else "partly"
    if in_contempt(past, at):
        return "refused"
    if past.of(*ENDING):
        return "withdrawn"
    return "objected" if past.of("motion", "suspending-motion") else "pending"


def counted(demand: Demand, matter: Matter, since: datetime, until: datetime) -> Counted | None:
    """The demand as counted for the period [since, until), by how it stood at its end; None if served outside of it."""
    if not since <= demand.served < until:
        return None
    return Counted(demand.place, demand.instrument, outcome(demand, matter, until), len(demand.scope.accounts))


@dataclass(frozen=True, slots=True)
class Rules:
    """How counts are kept from pointing at people.

    `threshold`: a count from 1 to one below it is withheld. `bands`: the width of the bands in which an instrument (by
    place and name) is reported, because the law allows no more; it is listed whether or not there was any.
    """

    threshold: int = 5
    bands: tuple[tuple[str, str, int], ...] = ()


def rule_faults(rules: Rules, where: str) -> list[Fault]:
    """Everything that makes rules for counting unfit: they would say what they are to withhold."""
    found = []
    if rules.threshold < 3:
        what = f"below {rules.threshold} there is at most the 1, and withholding it says so"
        found.append(Fault("threshold-too-low", where, what, "withhold counts below 3 or more"))
    for place, instrument, width in rules.bands:
        if width < 2:
            what = f"a band of {width} for `{instrument}` ({place}) is the number itself"
            found.append(Fault("band-too-narrow", where, what, "give the width that the law allows"))
    return found


@dataclass(frozen=True, slots=True)
class Band:
    """How many demands under one instrument: somewhere from `low` to `high`, both included."""

    place: str
    instrument: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: counts by outcome, their total, and accounts; None where the number is withheld."""

    place: str
    instrument: str
    counts: tuple[tuple[Outcome, int | None], ...]
    total: int | None
    accounts: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """What may be published of one period [since, until): rows by place and instrument, the last their total; bands."""

    since: datetime
    until: datetime
    threshold: int
    rows: tuple[Row, ...]
    bands: tuple[Band, ...]


def report(demands: Iterable[Counted], period: tuple[datetime, datetime], rules: Rules) -> Report:
    """The one table of a period. A second table over the same demands, cut another way, would undo what this withholds.

    Accounts are given only where the total of demands is: as each demand names one account or more, they then tell
    nothing of the counts that are withheld.
    """
    assert not rule_faults(rules, "rules"), "rules are checked where they are read"
    banded = {(place, instrument): width for place, instrument, width in rules.bands}
    demands = tuple(demands)
    open_ = [one for one in demands if (one.place, one.instrument) not in banded]
    lines = sorted({(one.place, one.instrument) for one in open_})
    names = {line: f"{index:06}" for index, line in enumerate(lines)}
    counts = Counter((names[one.place, one.instrument], one.outcome) for one in open_)
    accounts: Counter[str] = Counter()
    for one in open_:
        accounts[names[one.place, one.instrument]] += one.accounts
        accounts[TOTAL] += one.accounts
    table = with_totals({(name, column): counts[name, column] for name in names.values() for column in OUTCOMES})
    hidden = withhold(table, rules.threshold)
    rows = tuple(
        Row(
            *line,
            tuple((column, None if (name, column) in hidden else table[name, column]) for column in OUTCOMES),
            None if (name, TOTAL) in hidden else table[name, TOTAL],
            None if (name, TOTAL) in hidden else accounts[name],
        )
        for line, name in [*names.items(), (("", ""), TOTAL)]
    )
    numbers = Counter((one.place, one.instrument) for one in demands)
    bands = tuple(
        Band(*key, numbers[key] // width * width, numbers[key] // width * width + width - 1)
        for key, width in sorted(banded.items())
    )
    return Report(*period, rules.threshold, rows, bands)


def with_totals(cells: Mapping[Cell, int]) -> Counter[Cell]:
    """The cells of a two-way table and, beside them, the totals of its rows and columns and of all."""
    table: Counter[Cell] = Counter()
    for (row, column), count in cells.items():
        for cell in ((row, column), (row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            table[cell] += count
    return table


def withhold(table: Mapping[Cell, int], threshold: int) -> frozenset[Cell]:
    """The cells of a table with totals that must not be published, so that no small count can be had from the others.

    Whoever reads the rest knows that rows and columns add up and that a withheld count is at least 1 (a 0 is
    published). From that, every inner count below `threshold` may still be any number from 1 to `threshold - 1`, and no
    withheld count is certain. A count can change only together with others round a circle of rows and columns; circles
    are closed through the cells that cost least to lose.
    """
    hidden = {cell for cell, count in table.items() if 0 < count < threshold}
    # A small total is that of small counts and at least as high as each, so it is uncertain once they are.
    small = sorted((cell for cell in hidden if TOTAL not in cell), key=lambda cell: (-table[cell], cell))
    for cell in small:
        higher, lower = threshold - 1 - table[cell], table[cell] - 1
        hidden |= _freed(table, hidden, (cell, 1), higher) | _freed(table, hidden, (cell, -1), lower)
    return frozenset(hidden)


def _freed(table: Mapping[Cell, int], hidden: set[Cell], step: Step, need: int) -> set[Cell]:
    """The cells that must be withheld so that this one's count might be higher (or lower) by `need`."""
    counts = dict(table)
    while need:
        circle = _circle(counts, hidden, step)
        move = min([need, *(_room(counts, one) for one in circle)])
        for one, way in circle:
            counts[one] += way * move
        need -= move
    return {one for one, count in counts.items() if count != table[one]}


def _room(counts: Mapping[Cell, int], step: Step) -> int:
    """How far a withheld count can go that way: up without end, down to 1."""
    return _ENOUGH if step[1] > 0 else counts[step[0]] - 1


def _circle(counts: Mapping[Cell, int], hidden: set[Cell], first: Step) -> tuple[Step, ...]:
    """The cheapest way to make up for one step by steps of other cells, so that every row and column still adds up.

    There always is one: what is added to (or taken from) an inner cell, the three totals over it can take.
    """
    goal, start = _ends(first)
    leaving: dict[Node, list[tuple[Step, Node]]] = defaultdict(list)
    for cell in counts.keys() - {first[0]}:
        for step in ((cell, 1), (cell, -1)):
            tail, head = _ends(step)
            if counts[cell] and _room(counts, step):
                leaving[tail].append((step, head))
    heap: list[tuple[int, Node, tuple[Step, ...]]] = [(0, start, (first,))]
    while heap[0][1] != goal:
        cost, node, steps = heappop(heap)
        for step, head in leaving.pop(node, ()):
            price = 0 if step[0] in hidden else counts[step[0]]
            heappush(heap, (cost + price, head, (*steps, step)))
    return heap[0][2]


def _ends(step: Step) -> tuple[Node, Node]:
    """A step as an edge from a row to a column or back: a total goes down where its parts go up."""
    (row, column), way = step
    margin = (row == TOTAL) != (column == TOTAL)
    ends: tuple[Node, Node] = ((0, row), (1, column))
    return ends if (way > 0) != margin else ends[::-1]
