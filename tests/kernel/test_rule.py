"""One sentence of law: when it is in force, and what of it matters."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.strategies import DAY

from comity.kernel.clock import Clock
from comity.kernel.rule import Rule
from comity.kernel.words import Word

BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


def rule(**parts):
    """A rule of the United States, in force since 1986."""
    given = {"id": "power", "effect": "compels", "place": "US", "since": date(1986, 10, 21), "until": None}
    return Rule(**{**given, "cite": "cite", "reads": "it reads", "when": Word("question.reach"), **parts})


def test_a_rule_is_in_force_from_its_first_day_until_the_day_before_its_end():
    """Half open, like every range here."""
    dated = rule(since=DAY, until=AFTER)
    assert [dated.in_force(day) for day in (BEFORE, DAY, AFTER)] == [False, True, False]
    assert rule().in_force(date(2100, 1, 1))


def test_a_rule_that_works_back_was_no_law_before_it_was_enacted():
    """Who looks back from later finds it in force; who asked then did not."""
    late = rule(since=BEFORE, enacted=AFTER)
    assert [late.in_force(BEFORE), late.in_force(BEFORE, DAY), late.in_force(BEFORE, AFTER)] == [False, False, True]


def test_a_rule_whose_end_works_back_was_law_until_that_was_enacted():
    """The old text governs until the new one is made, and from then on not even the days before."""
    old = rule(until=BEFORE, ended=AFTER)
    assert [old.in_force(BEFORE), old.in_force(DAY), old.in_force(BEFORE, AFTER)] == [True, True, False]


@pytest.mark.parametrize(
    ("key", "value"),
    {
        "effect": "bars", "place": "EU", "since": DAY, "until": AFTER, "cite": "x", "reads": "x", "when": Word("y"),
        "reviewed": "read", "lifts": "x", "name": "x", "forum": "x", "clock": None, "suspends": True,
        "governs": "served", "enacted": DAY, "ended": DAY, "precedents": ("reach",),
    }.items(),
)  # fmt: skip
def test_every_part_of_a_rule_that_matters_is_in_its_digest(key, value):
    """Two readings that could decide or show anything differently have different digests."""
    base = rule(clock=Clock("14 days", "served", "frcp-6"))
    assert replace(base, **{key: value}).digest != base.digest
    assert replace(base).digest == base.digest
