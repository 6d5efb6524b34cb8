"""The classes of a cube in sentences: how many accounts, whose, where, what could be done about them, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from comity.desk.exposure.about import templates_of
from comity.desk.exposure.proofs import Proofs
from comity.exposure.cube import Cube
from comity.exposure.judges import HOME, Found
from comity.exposure.sweep import RANK, Row, Ruling
from comity.kernel.decision import Decision
from comity.kernel.words import Value
from comity.letters.exposure_page import Held

LISTED: Final = 1000
PROVED: Final = 200
"""How many classes a page lists, and how many of them carry their proof."""

LABELS: Final = {HOME: "customer lives in", "subject.nationality": "nationality", "subject.kind": "kind of customer"}
FEW: Final = 3


@dataclass(frozen=True)
class Line:
    """Accounts of stores that the law cannot tell apart, in one class of a row: what counts for them, and how many."""

    row: Row
    key: int
    ruling: Ruling
    found: Found
    stores: tuple[str, ...]
    accounts: int

    @property
    def cell(self) -> tuple[str, str, str]:
        """Where a reader looks for it: place, category and verdict."""
        return self.row.place, self.row.category, self.found.verdict


def lines(cube: Cube, rows: Sequence[Row]) -> list[Line]:
    """Every class of the rows, the most numerous first."""
    made: dict[tuple[int, int, str], tuple[Row, Ruling, Found, dict[str, int]]] = {}
    for at, row in enumerate(rows):
        for store, key, number in row.cells():
            ruling, found = cube.sweep.best(row, store, key)
            made.setdefault((at, key, ruling.basis), (row, ruling, found, {}))[3][store] = number
    all_lines = [
        Line(row, key, ruling, found, tuple(stores), sum(stores.values()))
        for (_, key, _), (row, ruling, found, stores) in made.items()
    ]
    return sorted(
        all_lines, key=lambda line: (-line.accounts, RANK[line.found.verdict], line.cell, line.stores, line.key)
    )


def chosen(every: Sequence[Line], most: int) -> list[Line]:
    """So many lines: first the most numerous of each place, category and verdict, then the most numerous of all."""
    firsts: dict[tuple[str, str, str], Line] = {}
    for line in every:
        firsts.setdefault(line.cell, line)
    ranked = [*firsts.values(), *(line for line in every if firsts[line.cell] is not line)]
    return ranked[:most]


def held(
    proofs: Proofs, rows: Sequence[Row], names: Mapping[str, str], alike: Mapping[str, int]
) -> tuple[tuple[tuple[Line, Held], ...], str]:
    """The classes as the page lists them, the most numerous first, and a sentence on what is not there."""
    every = lines(proofs.cube, rows)
    ranked = chosen(every, LISTED)
    told = _Telling(proofs, names, alike)
    made = [
        (line, replace(told.held(line), decision=_decision(proofs, line) if at < PROVED else None))
        for at, line in enumerate(ranked)
    ]
    made.sort(key=lambda pair: (-pair[1].accounts, RANK[pair[1].verdict], pair[1].name, pair[1].category))
    says = f"{len(made):,} of {len(every):,} classes are listed" if len(made) < len(every) else "Every class is listed"
    with_proof = sum(one.decision is not None for _, one in made)
    if with_proof < len(every):
        says += (
            f"; {with_proof:,} carry their proof here, the most numerous of each place, category and verdict first. "
            "The cube and the table that `comity exposure run --classes` writes have all of them, and "
            "`comity exposure proof` prints any proof by its id"
        )
    return tuple(made), f"{says}."


def _decision(proofs: Proofs, line: Line) -> Decision:
    return proofs.decision(line.row, line.stores[0], line.key)


class _Telling:
    """Says a line in words."""

    def __init__(self, proofs: Proofs, names: Mapping[str, str], alike: Mapping[str, int]) -> None:
        self.cube, self.names, self.alike = proofs.cube, names, alike
        self.reads = {template.id: template.reads for template in templates_of(self.cube)}
        self.entities = {id: name for id, name, *_ in self.cube.about["estate"]["entities"]}
        self.asks = {term: ask for judge in proofs.bench.judges.values() for term, ask in judge.asks.items()}
        rules = {rule.id: rule for judge in proofs.bench.judges.values() for rule in judge.reading.rules}
        self.unread = {id for id, rule in rules.items() if rule.reviewed.startswith("unverified")}

    def held(self, line: Line) -> Held:
        """The line, without its proof."""
        place, more = line.row.place, self.alike.get(line.row.place, 0)
        return Held(
            place=place,
            name=self.names.get(place, place),
            category=line.row.category,
            verdict=line.found.verdict,
            accounts=line.accounts,
            whose="; ".join([f"in {line.stores[0]}{_rest(line.stores)}", *self.whom(line)]),
            why=self.why(line),
            also=f"the same before {more} more state{'s' if more > 1 else ''}" if more else "",
            proof=line.found.proof,
            unverified=any(reason.partition(" ")[2] in self.unread for reason in line.found.reasons),
        )

    def why(self, line: Line) -> str:
        """By which demand, served on whom; and what it turns on, if that is open."""
        reads = self.reads[line.ruling.template].rstrip(".")
        first, _, rest = reads.partition(" ")
        asked = f"{first.lower()} {rest}" if first in ("A", "An", "The") else reads
        served = f"{asked}, served on {self.entities.get(line.ruling.served, line.ruling.served)}"
        if line.found.verdict == "open" and line.found.open:
            points = "; ".join(self.asks.get(term) or term for term in line.found.open[:FEW])
            more = f"; and {len(line.found.open) - FEW} more points" if len(line.found.open) > FEW else ""
            return f"{served}. Open: {points}{more}"
        return served

    def whom(self, line: Line) -> Iterator[str]:
        """What the class says of the customer, wherever the row tells customers apart by it."""
        classes = self.cube.classes
        for at, bucket in enumerate(line.row.buckets):
            if any(bucket):
                own = line.row.keys[line.key][at]
                inside = [value for value, code in zip(classes.values[at], bucket, strict=True) if code == own]
                others = [value for value, code in zip(classes.values[at], bucket, strict=True) if code != own]
                column = classes.columns[at]
                label = LABELS.get(column.term, column.name.replace("_", " "))
                yield f"{label} {self._among(inside, others)}"

    def _among(self, inside: Sequence[Value], others: Sequence[Value]) -> str:
        known = [self._word(value) for value in inside if value is not None]
        perhaps = ["unknown"] if None in inside else []
        if len(known) <= FEW:
            return listed([*known, *perhaps], "or")
        apart = [self._word(value) for value in others if value is not None]
        if len(apart) <= FEW:
            return f"anywhere but {listed(apart, 'or')}" + (", or unknown" if perhaps else "")
        return f"one of {len(known)}, such as {known[0]}" + (", or unknown" if perhaps else "")

    def _word(self, value: Value) -> str:
        return {"True": "yes", "False": "no"}.get(str(value), self.names.get(str(value), str(value)))


def _rest(stores: Sequence[str]) -> str:
    more = stores[1:]
    return f" and {listed(more)}" if 0 < len(more) <= FEW else f" and {len(more)} more stores" if more else ""


def listed(words: Sequence[str], joined: str = "and") -> str:
    """`a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} {joined} {last}" if most else last
