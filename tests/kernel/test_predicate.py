"""Conditions and rules as functions: they say what the condition says."""

from __future__ import annotations

from hypothesis import given
from tests.strategies import conditions, facts, rules

from comity.kernel.predicate import ADDRESS, addressed, predicate
from comity.kernel.words import prove

GROUPS = {"EEA": frozenset({"IE", "DE"}), "PARTNERS": frozenset({"US"})}


@given(conditions(size=8), facts())
def test_the_quick_truth_is_the_proofs(condition, known):
    """A condition made into a function finds what its proof finds."""
    assert predicate(condition, GROUPS)(known) is prove(condition, known, GROUPS).truth


@given(conditions(size=8), facts())
def test_what_may_not_be_read_is_unknown(condition, known):
    """With only some terms to be read, the rest is as if nobody knew it."""
    some = frozenset(sorted(known)[::2])
    left = {term: value for term, value in known.items() if term in some}
    assert predicate(condition, GROUPS, some)(known) is prove(condition, left, GROUPS).truth


@given(rules("r", "compels"), facts(), facts())
def test_a_rule_ruled_out_by_the_address_is_false_whatever_else_is_known(rule, known, other):
    """It is found by the address alone."""
    may = addressed(rule, GROUPS)
    elsewhere = {**other, **{term: known.get(term) for term in ADDRESS}}
    assert may(known) is may(elsewhere)
    if may(known) is False:
        assert predicate(rule.when, GROUPS)(elsewhere) is False
