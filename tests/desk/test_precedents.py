"""What courts said before, shown beside a conflict."""

from __future__ import annotations

from datetime import date

import pytest

from comity.desk.decision import precedents
from comity.desk.office import load_packs
from comity.kernel.decision import decide
from comity.kernel.law import Law
from comity.kernel.words import Value

BOOKS: dict[str, Value] = {
    "demand.place": "US", "demand.instrument": "us-grand-jury-subpoena", "demand.emergency": False,
    "record.category": "business", "record.store_place": "KY", "record.holder_place": "KY",
    "record.served_controls": True, "record.foreign_secrecy": True, "served.place": "US",
    "served.present_in_forum": True, "served.offers_in_forum": True, "served.public_provider": False,
}  # fmt: skip
"""A bank's books in a branch abroad, which the law of the place keeps secret."""


@pytest.fixture(scope="module")
def law() -> Law:
    return load_packs().law


def shown(law: Law, court: str, **facts: Value) -> dict[str, bool]:
    """Who said something, and whether it binds that court, in 2020."""
    reading = law.on(date(2020, 1, 1), court)
    known = BOOKS | {term.replace("__", "."): value for term, value in facts.items()}
    return {said.by: binds for _, said, binds in precedents(decide(known, reading), reading)}


def test_beside_a_conflict_stand_the_rulings_that_weighed_one(law: Law) -> None:
    """In Miami its own circuit's bind; what Washington said persuades."""
    decision = decide(BOOKS, law.on(date(2020, 1, 1), "us-flsd"))
    assert decision.verdict == "conflict"
    found = shown(law, "us-flsd")
    assert found["us-ca11"] is True and found["us-cadc"] is False


def test_where_nothing_conflicts_none_are_shown(law: Law) -> None:
    """No foreign law forbids: there is nothing to weigh."""
    assert shown(law, "us-flsd", record__foreign_secrecy=False) == {}
