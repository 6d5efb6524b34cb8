"""The proofs that a transfer assessment refers to, numbered in the order in which it does."""

from __future__ import annotations

from comity.desk.tia.powers import Power
from comity.letters.tia import Cite, Grid, Said, Section


class Proofs:
    """Each proof has a short number in the text, and stands with its whole id at the end."""

    def __init__(self, cube: Cite) -> None:
        self.cube = cube
        self.numbers: dict[str, int] = {}
        self.says: dict[str, str] = {}

    def of(self, power: Power) -> tuple[Cite, ...]:
        """The proofs of one power, cited by their numbers."""
        says = f"{power.template}, {power.category}: {power.verdict}"
        return tuple(cite for proof in power.proofs for cite in self.one(proof, says))

    def one(self, proof: str, says: str) -> tuple[Cite, ...]:
        """One proof, cited by its number; none where nothing was decided."""
        if not proof:
            return ()
        self.numbers.setdefault(proof, len(self.numbers) + 1)
        self.says.setdefault(proof, says)
        return (Cite("proof", proof, f"P{self.numbers[proof]}"),)

    def section(self) -> Section:
        """The list at the end: what stands behind each number in the cube."""
        rows = tuple(
            (Said(f"P{number}"), Said(self.says[proof], (self.cube,)), Said(proof))
            for proof, number in self.numbers.items()
        )
        grid = (Grid(("proof", "of", "id"), rows),) if rows else ()
        says = Said("Those of an estate as it is stand in the cube; the others were decided from it.", (self.cube,))
        return Section("proofs", "Proofs", (says, *grid))
