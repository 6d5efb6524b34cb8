"""The kernel's own decision behind a line of a cube, made again: the cube keeps its id, a reader wants its reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from comity.desk.exposure.about import from_json, posed_of, templates_of
from comity.desk.exposure.kept import OtherPacks
from comity.desk.exposure.run import Given, prepared
from comity.desk.office import load_packs
from comity.errors import ComityError
from comity.exposure.accounts import engine
from comity.exposure.classes import Codes
from comity.exposure.cube import Cube, load
from comity.exposure.judges import whose
from comity.exposure.sweep import Case, Row, Ruling
from comity.kernel.decision import Decision
from comity.lawpack import Packs


class NoSuchProof(ComityError):
    """`{id}` is the beginning of {number} of the cube's proofs"""

    help = "give more of the id, as the page or the table of classes has it"
    exit_code = 2


@dataclass(frozen=True)
class Proved:
    """A decision of a cube, made again, and the accounts of one store that it was found for."""

    place: str
    category: str
    store: str
    accounts: int
    decision: Decision

    def as_json(self) -> dict[str, object]:
        """Where it was found, and the whole proof."""
        return {
            "place": self.place, "category": self.category, "store": self.store, "accounts": self.accounts,
            "verdict": self.decision.verdict, "proof_id": self.decision.id, "proof": self.decision.proof.as_json(),
        }  # fmt: skip


def proof_of(path: Path, id: str, laws: Path | None) -> Proved:
    """The decision with an id, or with the only id that begins so."""
    with engine() as con:
        cube, packs = load(con, path), load_packs(laws)
        full = {
            one.proof
            for one in cube.sweep.outcomes
            if one.proof.removeprefix("sha256:").startswith(id.removeprefix("sha256:"))
        }
        if len(full) != 1:
            raise NoSuchProof(id=id, number=len(full) or "none")
        row, store, key, ruling = next(_holding(cube, full.pop()))
        decision = Proofs(cube, packs).decision(row, store, key, ruling)
        return Proved(row.place, row.category, store, row.counts[store][key], decision)


def _holding(cube: Cube, proof: str) -> Iterator[tuple[Row, str, int, Ruling]]:
    """Where a proof was found: classes with accounts for which it counts, then any other."""
    sweep = cube.sweep
    for only_best in (True, False):
        for row in sweep.rows:
            for store, key, _ in row.cells():
                tried = (
                    [sweep.best(row, store, key)[0]] if only_best else [sweep.rulings[a] for a in row.rulings[store]]
                )
                found = (ruling for ruling in tried if sweep.outcomes[ruling.outcomes[key]].proof == proof)
                yield from ((row, store, key, ruling) for ruling in found)


class Proofs:
    """Decides again what a cube holds, with the packs that it was made with."""

    def __init__(self, cube: Cube, packs: Packs) -> None:
        """Other packs would give other proofs: they are refused."""
        if cube.about["packs"] != packs.digest:
            raise OtherPacks
        self.cube = cube
        self.places = {ruling.basis: at for at, ruling in enumerate(cube.sweep.rulings)}
        holdings = (from_json(cube.about["estate"]), cube.classes)
        self.plan, self.bench = prepared(holdings, packs, posed_of(cube), templates_of(cube), Given(before=cube.sweep))

    def decision(self, row: Row, store: str, key: int, ruling: Ruling | None = None) -> Decision:
        """The decision on one class of accounts, the one that counts or that of a ruling; its id is the cube's."""
        ruling = ruling or self.cube.sweep.best(row, store, key)[0]
        found = self.cube.sweep.outcomes[ruling.outcomes[key]]
        for case, codes in self._cases(row, ruling, (store, key)):
            facts = {**case.known, **whose(self.cube.classes.facts(codes), row.place)}
            decision = self.bench.judge(ruling.court).decide(facts)
            if decision.id == found.proof:
                return decision
        raise AssertionError(f"no class of {row.place} {row.category} has the proof {found.proof}")

    def _cases(self, row: Row, ruling: Ruling, own: tuple[str, int]) -> Iterator[tuple[Case, Codes]]:
        """What may have been decided: of stores and classes that a demand cannot tell apart, one stands for all."""
        store, key = own
        at = self.places[ruling.basis]
        stores = [store, *(other for other, rulings in row.rulings.items() if at in rulings and other != store)]
        outcome = ruling.outcomes[key]
        keys = [key, *(other for other, found in enumerate(ruling.outcomes) if found == outcome and other != key)]
        demand = (ruling.template, ruling.court, ruling.served)
        posed = [
            case
            for case in self.plan.rows[row.place, row.category]
            if (case.ask.template, case.ask.court, case.served) == demand
        ]
        for other in stores:
            for case in posed:
                if case.store == other:
                    yield from ((case, row.specimens[each]) for each in keys)
