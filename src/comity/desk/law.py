"""What another state of the law would change in the office's own matters: the open ones, and what has left already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from comity.desk.collection import scope_of
from comity.desk.decision import assess
from comity.desk.matter import demand_of, load
from comity.desk.office import Office
from comity.errors import ComityError
from comity.kernel.gate import Ruled
from comity.kernel.matter import Matter, standing
from comity.lawpack import Packs


@dataclass(frozen=True)
class Alert:
    """One class of records that the other law decides otherwise.

    `released` is the moment at which it left, None while the matter is open; `turns` are the rules and questions that
    stand in one of the two proofs alone.
    """

    matter: str
    name: str
    released: datetime | None
    old: str
    new: str
    turns: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The alert as `comity law alerts --json` prints it."""
        released = self.released.isoformat() if self.released else None
        return {
            "matter": self.matter, "class": self.name, "released": released, "old": self.old, "new": self.new,
            "turns_on": list(self.turns),
        }  # fmt: skip


def alerts(office: Office, packs: Packs, at: datetime) -> Iterator[Alert]:
    """Every open matter, and every release of the past, that those packs would decide otherwise than the office's own.

    An open matter is tried as of `at`, a release as of its own moment on what was known then.
    """
    other = office.under(packs)
    for name in office.matters():
        whole = load(office, name).as_known(at)
        if not whole.of("confirmed"):
            continue
        for released in whole.of("released"):
            then = whole.as_known(released.known)
            yield from _compared((office, other), then, released.happened, released.happened)
        if any(standing(whole, at, category).state != "dead" for category in demand_of(whole).scope.categories):
            yield from _compared((office, other), whole, at, None)


def _compared(sides: tuple[Office, Office], matter: Matter, at: datetime, released: datetime | None) -> Iterator[Alert]:
    old, new = (_ruled(side, matter, at, released is not None) for side in sides)
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        verdicts = [_verdict(one) for one in (before, after)]
        if verdicts[0] != verdicts[1]:
            cited = [one.decision.cited if isinstance(one, Ruled) else frozenset[str]() for one in (before, after)]
            yield Alert(
                matter.id, name, released, verdicts[0], verdicts[1], tuple(sorted((cited[0] ^ cited[1]) - {""}))
            )


def _ruled(office: Office, matter: Matter, at: datetime, left: bool) -> dict[str, Ruled | str]:
    """Each class by name as decided under one law; where that law cannot pose the demand, the reason why."""
    try:
        found = assess(office, matter, at, scope=scope_of(matter) if left else None)
    except ComityError as error:
        return {"the whole demand": f"cannot be decided: {error.message}"}
    return {ruled.name: ruled for ruled in found.ruled}


def _verdict(one: Ruled | str | None) -> str:
    if isinstance(one, Ruled):
        return (one.answered or one.decision).verdict
    return one or "not a class of its own"
