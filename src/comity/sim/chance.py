"""Chance that falls the same way on every machine.

Everything simulated is drawn from here. Only `random.Random(int)` and its `random()` are used: the two things Python
promises to keep as they are between versions.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A seeded source of choices."""

    def __init__(self, seed: int) -> None:
        self._next = random.Random(seed).random

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, `limit`."""
        return int(self._next() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._next() * (high - low + 1))

    def odds(self, percent: int) -> bool:
        """True in `percent` of a hundred draws."""
        return self._next() * 100 < percent

    def of(self, choices: Sequence[T]) -> T:
        """One of the choices, each as likely as the others."""
        return choices[int(self._next() * len(choices))]

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """`count` different choices (or all, where there are fewer), in the order drawn."""
        left = list(choices)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of the choices, as likely as its whole-number weight says."""
        at = self.below(sum(weight for _, weight in choices))
        for choice, weight in choices:
            at -= weight
            if at < 0:
                return choice
        raise AssertionError("weights add up to more than their sum")

    def hex(self, digits: int) -> str:
        """A run of hexadecimal digits, as identifiers have them."""
        return f"{self.below(16**digits):0{digits}x}"
