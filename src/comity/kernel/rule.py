"""One sentence of law: its effect, the days it governs, its text, and the condition under which it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal

from comity.kernel.clock import Clock
from comity.kernel.predicate import Test, predicate
from comity.kernel.words import Condition, Leaf, Value, Within, digest, leaves_of, write

Effect = Literal["compels", "bars", "lifts", "objects", "obliges", "routes"]

KIND: Final = ("demand.instrument", "record.category")
"""The terms that say what kind of demand it is, and for what class of records."""


@dataclass(frozen=True)
class Rule:
    """One sentence of law: its effect, the days it is in force (half open), its text and the condition it reads.

    `lifts` names the bar it takes away. `name`, `forum`, `clock` and `suspends` say which ground, duty or channel.
    `governs` is `decided` (the law of the day of decision) or `served` (the law of the day of service). `ended` is the
    day on which an end that works back was enacted; `precedents` are questions whose answers are shown beside the rule.
    """

    id: str
    effect: Effect
    place: str
    since: date
    until: date | None
    cite: str
    reads: str
    when: Condition
    enacted: date | None = None
    quote: str = ""
    reviewed: str = "unverified"
    instrument: str = ""
    lifts: str = ""
    name: str = ""
    forum: str = ""
    clock: Clock | None = None
    suspends: bool = False
    governs: Literal["served", "decided"] = "decided"
    ended: date | None = None
    precedents: tuple[str, ...] = ()

    def in_force(self, day: date, known: date | None = None) -> bool:
        """Whether the rule governs `day`, as the law stands on `known`; its last day is the one before `until`.

        What works back does so only for those who look back: a rule enacted later was no law before, and one whose end
        was enacted later (`ended`) was law until then.
        """
        asked = known or day
        begun = self.since <= day and (self.enacted is None or self.enacted <= asked)
        return begun and (self.until is None or day < self.until or (self.ended is not None and asked < self.ended))

    @cached_property
    def digest(self) -> str:
        """What enters the digest of a reading."""
        return digest(self.as_json())

    def addresses(self, instrument: Value, category: Value) -> bool:
        """Whether it may have anything to say of this kind of demand for this class of records."""
        key = (instrument, category)
        found = self._addressed.get(key)
        if found is None:
            kind = {"demand.instrument": instrument, "record.category": category}
            found = self._addressed[key] = self._asks_kind(kind) is not False
        return found

    @cached_property
    def _asks_kind(self) -> Test:
        return predicate(self.when, {}, frozenset(KIND))

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """What its condition asks, leaf by leaf."""
        return tuple(leaves_of(self.when))

    @cached_property
    def terms(self) -> frozenset[str]:
        """The facts and questions that its condition reads."""
        return frozenset(leaf.name for leaf in self.leaves)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups of states in its condition."""
        return tuple(sorted({leaf.group for leaf in self.leaves if isinstance(leaf, Within)}))

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """The terms in its condition that are questions of law."""
        return tuple(sorted({leaf.name for leaf in self.leaves if leaf.name.startswith("question.")}))

    @cached_property
    def _addressed(self) -> dict[tuple[Value, Value], bool]:
        return {}

    def as_json(self) -> dict[str, object]:
        """The rule with all that could decide or show anything."""
        days = [day and day.isoformat() for day in (self.since, self.until, self.enacted, self.ended)]
        clock = [self.clock.limit, self.clock.starts, self.clock.counts] if self.clock else None
        return {
            "id": self.id, "effect": self.effect, "place": self.place, "days": days, "cite": self.cite,
            "reads": self.reads, "when": write(self.when), "reviewed": self.reviewed, "lifts": self.lifts,
            "name": self.name, "forum": self.forum, "clock": clock, "suspends": self.suspends, "governs": self.governs,
            "precedents": list(self.precedents),
        }  # fmt: skip
