"""One way for each group, the lightest that leaves no more than a target: HiGHS chooses, whole numbers check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SETTINGS: Final = {"output_flag": False, "threads": 1, "random_seed": 0, "mip_rel_gap": 0.0, "mip_abs_gap": 0.0}
"""Silent, the same on every machine, and not content with nearly the best."""


@dataclass(frozen=True)
class Chosen:
    """The place of the way chosen in each group, and whether none is lighter."""

    ways: tuple[int, ...]
    proven: bool


def lightest(groups: Sequence[Sequence[tuple[int, int]]], target: int) -> Chosen | None:
    """Choose; each way is its weight and what it leaves. None: there is no solver, or it found nothing that holds.

    The solver reckons in floating point, so its choice is weighed again here, and its bound must leave no whole number
    below that weight: else the choice stands unproven.
    """
    try:
        import highspy
    except ImportError:
        return None
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in SETTINGS.items():
        model.setOptionValue(option, value)
    chosen = [[model.addBinary() for _ in ways] for ways in groups]
    for own in chosen:
        model.addConstr(sum(own) == 1)
    pairs = [(one, way) for own, ways in zip(chosen, groups, strict=True) for one, way in zip(own, ways, strict=True)]
    model.addConstr(sum(left * one for one, (_, left) in pairs) <= target)
    model.minimize(sum(weight * one for one, (weight, _) in pairs))
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    values = [[model.val(one) for one in own] for own in chosen]
    found = tuple(own.index(max(own)) for own in values)
    weight, left = (sum(ways[at][side] for ways, at in zip(groups, found, strict=True)) for side in (0, 1))
    if left > target:
        return None
    return Chosen(found, model.getInfo().mip_dual_bound > weight - 1 + 1e-6)
