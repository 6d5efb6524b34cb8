"""Which demands a change of one rule concerns."""

from __future__ import annotations

from datetime import date

import pytest

from comity.exposure.judges import Ask
from comity.exposure.touched import DatedLaw, concerned
from comity.kernel.law import Law
from comity.kernel.rule import Rule
from comity.kernel.words import Both, Compare

OLD, NEW = date(2020, 1, 1), date(2021, 1, 1)
ASK = Ask("t", "US", "content", "us", {"demand.place": "US", "record.category": "content"})
SHANGHAI, DUBLIN = ({**ASK.facts, "record.store_place": place} for place in ("CN", "IE"))
HERE = Compare("record.store_place", "CN")


def rule(id, effect, when=HERE, since=date(2000, 1, 1), lifts=""):
    return Rule(id, effect, "CN", since, None, "cite", "reads", when, lifts=lifts)


FIRST = rule("a", "bars", Compare("demand.place", "FR"))
BAR, LIFT = rule("bar", "bars"), rule("lift", "lifts", Compare("record.category", "content"), lifts="bar")


def touched(before, after, known):
    old, new = (DatedLaw(Law((FIRST, *rules), (), (), {}), day) for rules, day in ((before, OLD), (after, NEW)))
    return list(concerned(old, new, [ASK], lambda ask: [known])) == [ASK]


@pytest.mark.parametrize("known", [SHANGHAI, DUBLIN])
def test_a_rule_that_comes_or_goes_concerns_whom_it_addresses(known):
    assert touched([], [BAR], known) == touched([BAR], [], known) == (known is SHANGHAI)


@pytest.mark.parametrize("known", [SHANGHAI, DUBLIN])
def test_what_lifts_a_bar_concerns_whom_the_bar_addresses(known):
    """The lift itself says nothing of where the records are: it is heard where the bar is."""
    assert touched([BAR], [BAR, LIFT], known) == (known is SHANGHAI)
    other = rule("bar", "bars", Both((HERE, Compare("demand.place", "GB"))))
    assert not touched([other], [other, LIFT], known)


def test_nothing_is_concerned_where_nothing_changes():
    assert not touched([BAR, LIFT], [BAR, LIFT], SHANGHAI)


def test_a_store_that_nobody_knows_the_place_of_is_concerned():
    assert touched([], [BAR], ASK.facts)
