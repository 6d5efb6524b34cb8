"""Posed cases: what the packs say of an example, beside what it expects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from comity.errors import ComityError
from comity.kernel.decision import Decision, Judge
from comity.kernel.law import Law, Reading
from comity.kernel.reason import Shelf
from comity.lawpack.assume import read_assumption
from comity.lawpack.read import Example


@dataclass(frozen=True)
class Outcome:
    """One example tried: the decision, or why it could not be read, and all that differs from what it expects."""

    example: Example
    decision: Decision | None
    wrong: tuple[str, ...]

    @property
    def held(self) -> bool:
        """Whether the packs say exactly what the example expects."""
        return not self.wrong

    def as_json(self) -> dict[str, object]:
        """Expected, got and the proof's id, as `comity law test --json` prints it."""
        return {
            "where": self.example.where,
            "says": self.example.says,
            "on": self.example.on.isoformat(),
            "court": self.example.court,
            "expected": self.example.expect,
            "got": self.decision.verdict if self.decision else None,
            "proof": self.decision.id if self.decision else None,
            "cited": sorted(self.decision.cited - {""}) if self.decision else [],
            "open": [point.term for point in self.decision.open_points] if self.decision else [],
            "held": self.held,
            "wrong": list(self.wrong),
        }


def reading_for(example: Example, law: Law, assume: Iterable[str] = (), part: Law | None = None) -> Reading:
    """The law (or the `part` of it that matters here) as the example's court must read it on its day."""
    assumed = tuple(read_assumption(text, law) for text in (*example.assume, *assume))
    return (part or law).on(example.on, example.court, assumed, example.served_on)


def try_example(
    example: Example, law: Law, assume: Iterable[str] = (), part: Law | None = None, shelf: Shelf | None = None
) -> Outcome:
    """Decide one example and say what differs; who tries many keeps the rules made ready on a `shelf`."""
    if example.court not in law.courts:
        return Outcome(example, None, (f"no court `{example.court}`",))
    try:
        decision = Judge(reading_for(example, law, assume, part), shelf).decide(example.facts)
    except ComityError as error:
        return Outcome(example, None, (error.message,))
    wrong = [] if decision.verdict == example.expect else [f"expected {example.expect}, got {decision.verdict}"]
    wrong += [f"the proof does not cite `{id}`" for id in example.cites if id not in decision.cited]
    return Outcome(example, decision, tuple(wrong))
