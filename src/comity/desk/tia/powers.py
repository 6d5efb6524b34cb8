"""Which powers of a third country reach the records of a transfer, as a cube has them: the law's part of step 3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from comity.desk.exposure.about import from_json, posed_of, templates_of
from comity.desk.exposure.run import Given, prepared
from comity.desk.tia.transfers import lives_inside, status
from comity.exposure.classes import fold
from comity.exposure.cube import Cube
from comity.exposure.judges import Found, whose
from comity.exposure.sweep import STRENGTH, Case, Row, Ruling, common
from comity.kernel.decision import Decision
from comity.kernel.words import Truth, either
from comity.lawpack import Packs

PERSONAL: Final = ("content", "live-content", "traffic", "subscriber", "keys")
"""The classes of records that are about a person, or open what is; the rest is no transfer of personal data."""

COMPELS: Final = "compels "
HOW: Final = ("clear", "perhaps", "closed", "open", "shut", "none")


def reach(found: Found) -> Truth:
    """Whether a power reaches the records, whatever bars may stand in its way: that is what the exporter must know."""
    if any(reason.startswith(COMPELS) for reason in found.reasons):
        return True
    return None if any(reason.startswith("?" + COMPELS) for reason in found.reasons) else False


@dataclass(frozen=True)
class Power:
    """One demand that reaches, or may reach, records of a transfer: what came out, for how many, and why.

    `accounts` are those of customers in the EEA, `unknown` those of nobody knows where. `reaches` is unknown where it
    is open whether the power holds; `readable`, whether whoever is served can make the records readable. `proofs` are
    the cube's, the one that covers most accounts first; `decisions` are theirs, made again.
    """

    template: str
    category: str
    served: str
    court: str
    verdict: str
    reasons: tuple[str, ...]
    open: tuple[str, ...]
    accounts: int
    unknown: int
    reaches: Truth
    readable: Truth
    proofs: tuple[str, ...]
    decisions: tuple[Decision, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the powers and bars that it rests on."""
        return tuple(reason.split(" ", 1)[1] for reason in self.reasons)


@dataclass(frozen=True)
class Tally:
    """One category of records of a transfer: customers in the EEA by verdict, and by how far a power reaches them.

    `all` counts every account of the store, as the cube's own picture does. `clear`: a power reaches the records, and
    whoever is served can read them; `perhaps`: nobody knows whether they can; `closed`: they cannot; `open`: it is
    open whether any power reaches them; `shut`: likewise, but they would be unreadable; `none`: none does. `proof` is
    that of the strongest demand on most of them.
    """

    category: str
    verdicts: Mapping[str, int]
    all: Mapping[str, int]
    clear: int = 0
    perhaps: int = 0
    closed: int = 0
    open: int = 0
    shut: int = 0
    none: int = 0
    proof: str = ""
    strongest: str = ""


class Seen:
    """A cube, looked at for customers in the EEA alone."""

    def __init__(self, cube: Cube, packs: Packs, eea: frozenset[str], places: Iterable[str]) -> None:
        self.cube, self.eea, wanted = cube, eea, frozenset(places)
        chosen = [row for row in cube.sweep.rows if row.place in wanted and row.category in PERSONAL]
        self.rows = {(row.place, row.category): row for row in chosen}
        holdings = (from_json(cube.about["estate"]), cube.classes)
        given = Given(frozenset(self.rows), cube.sweep)
        plan, self.bench = prepared(holdings, packs, posed_of(cube), templates_of(cube), given)
        self.cases: dict[tuple[str, ...], Case] = {
            (case.ask.place, case.ask.category, case.ask.template, case.store, case.served): case
            for cases in plan.rows.values()
            for case in cases
        }
        told = [*(row.buckets for row in self.rows.values()), status(cube.classes, eea)]
        self.folded = fold(cube.classes, common(told, cube.classes))

    def asked(self, place: str) -> bool:
        """Whether the packs have a demand that this state could make."""
        return any(row.place == place for row in self.cube.sweep.rows)

    def counts(self, row: Row, store: str) -> dict[int, dict[Truth, int]]:
        """For each class of a row: how many customers live in the EEA, elsewhere, nobody knows where."""
        at = {key: number for number, key in enumerate(row.keys)}
        found: dict[int, dict[Truth, int]] = {}
        for one in self.folded:
            if one.store == store:
                key = at[tuple(bucket[code] for bucket, code in zip(row.buckets, one.codes, strict=True))]
                own = found.setdefault(key, {True: 0, False: 0, None: 0})
                own[lives_inside(self.cube.classes, one.codes, self.eea)] += one.accounts
        return found

    def powers(self, place: str, store: str) -> tuple[Power, ...]:
        """Every demand from a state that reaches, or may reach, records of a store."""
        found: dict[tuple[object, ...], Power] = {}
        for row in self._rows(place, store):
            counts = self.counts(row, store)
            for ruling in (self.cube.sweep.rulings[at] for at in row.rulings[store]):
                for power in self._reaching(row, store, ruling, counts):
                    key = (power.template, power.category, power.served, power.verdict, power.reasons)
                    found[key] = _joined(found[key], power) if key in found else power
        return tuple(sorted(found.values(), key=_order))

    def tallies(self, place: str, store: str) -> tuple[Tally, ...]:
        """The verdicts on each category of records, as the cube counts them."""
        return tuple(self._tally(row, store) for row in self._rows(place, store))

    def _rows(self, place: str, store: str) -> Iterator[Row]:
        for category in PERSONAL:
            row = self.rows.get((place, category))
            if row and store in row.rulings:
                yield row

    def _reaching(self, row: Row, store: str, ruling: Ruling, counts: dict[int, dict[Truth, int]]) -> Iterator[Power]:
        case = self._case(row, store, ruling)
        for key, own in counts.items():
            found = self.found(ruling, key)
            reaches = reach(found)
            if reaches is not False and (own[True] or own[None]):
                yield Power(
                    ruling.template, row.category, ruling.served, ruling.court, found.verdict, found.reasons,
                    found.open, own[True], own[None], reaches, _readable(case), (found.proof,),
                    (self._decided(case, row, key),),
                )  # fmt: skip

    def _case(self, row: Row, store: str, ruling: Ruling) -> Case:
        return self.cases[row.place, row.category, ruling.template, store, ruling.served]

    def found(self, ruling: Ruling, key: int) -> Found:
        """What came out of one demand for one class."""
        return self.cube.sweep.outcomes[ruling.outcomes[key]]

    def _decided(self, case: Case, row: Row, key: int) -> Decision:
        subject = self.cube.classes.facts(row.specimens[key])
        return self.bench.judge(case.ask.court).decide({**case.known, **whose(subject, case.ask.place)})

    def _tally(self, row: Row, store: str) -> Tally:
        inside: dict[str, int] = dict.fromkeys(STRENGTH, 0)
        every: dict[str, int] = dict.fromkeys(STRENGTH, 0)
        far: dict[str, int] = {}
        most: tuple[int, Ruling, Found] | None = None
        for key, own in sorted(self.counts(row, store).items()):
            ruling, best = self.cube.sweep.best(row, store, key)
            most = (own[True], ruling, best) if most is None or own[True] > most[0] else most
            inside[best.verdict] += own[True]
            every[best.verdict] += sum(own.values())
            how = self._how_far(row, store, key)
            far[how] = far.get(how, 0) + own[True]
        proof, strongest = (
            (most[2].proof, f"{most[1].template}, {row.category}: {most[2].verdict}") if most else ("", "")
        )
        clear, perhaps, closed, unsure, shut, none = (far.get(how, 0) for how in HOW)
        return Tally(row.category, inside, every, clear, perhaps, closed, unsure, shut, none, proof, strongest)

    def _how_far(self, row: Row, store: str, key: int) -> str:
        rulings = [self.cube.sweep.rulings[at] for at in row.rulings[store]]
        reached = [(reach(self.found(ruling, key)), _readable(self._case(row, store, ruling))) for ruling in rulings]
        sure = [readable for truth, readable in reached if truth]
        if sure:
            return {True: "clear", None: "perhaps", False: "closed"}[either(sure)]
        unsure = [readable for truth, readable in reached if truth is None]
        return "none" if not unsure else "shut" if either(unsure) is False else "open"


def _readable(case: Case) -> Truth:
    return _truth(case.known.get("record.readable_by_provider"))


def _truth(value: object) -> Truth:
    return value if isinstance(value, bool) else None


def _joined(one: Power, other: Power) -> Power:
    most, least = (one, other) if one.accounts >= other.accounts else (other, one)
    return replace(
        most,
        open=tuple(dict.fromkeys((*most.open, *least.open))),
        accounts=one.accounts + other.accounts,
        unknown=one.unknown + other.unknown,
        proofs=tuple(dict.fromkeys((*most.proofs, *least.proofs))),
        decisions=(*most.decisions, *least.decisions),
    )


def _order(power: Power) -> tuple[object, ...]:
    sure = 0 if power.reaches else 1
    return (PERSONAL.index(power.category), sure, -power.accounts, power.template, power.served, power.reasons)
