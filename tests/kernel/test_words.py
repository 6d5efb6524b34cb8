"""Truth, terms, conditions and proofs."""

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import GROUPS, VOCABULARY, conditions, facts, values

from comity.kernel.words import (
    Both,
    Compare,
    Either,
    Fault,
    Not,
    Proof,
    Term,
    Vocabulary,
    Within,
    Word,
    both,
    canonical,
    digest,
    either,
    leaf_truth,
    leaves_of,
    opposite,
    prove,
    settle,
    terms_of,
    unknowns,
    write,
)
from comity.lawpack.conditions import parse

A, B, C = Word("a"), Word("b"), Word("c")
EEA = {"EEA": frozenset({"IE", "DE"})}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), parts),
)


@pytest.mark.parametrize(("left", "right"), list(product([True, False, None], repeat=2)))
def test_and_or_not_are_kleenes(left, right):
    """No wins an "and", yes wins an "or"; otherwise what is unknown stays unknown."""
    assert both([left, right]) is (False if False in (left, right) else None if None in (left, right) else True)
    assert either([left, right]) is (True if True in (left, right) else None if None in (left, right) else False)
    assert opposite(left) is (None if left is None else not left)


def test_nothing_at_all_is_true_of_all_and_false_of_any():
    """An empty "and" is yes, an empty "or" no."""
    assert both([]) is True
    assert either([]) is False


def test_canonical_json_is_sorted_tight_and_utf8():
    """Names sorted, no blanks, no escapes that UTF-8 does not need."""
    assert canonical({"b": [1, None], "a": "Dublin é"}) == '{"a":"Dublin é","b":[1,null]}'.encode()
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    assert digest([]) == "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


@given(JSON)
def test_canonical_json_reads_back(value):
    """What is written is the value, and writing what was read changes nothing."""
    written = canonical(value)
    assert json.loads(written) == value
    assert canonical(json.loads(written)) == written


@pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, {1: "a"}, {"a": object()}, float("nan"), {None: 1}])
def test_what_has_no_canonical_form_is_refused(value):
    """A fraction has many spellings, and a number as a name would become a text: neither is ever hashed."""
    with pytest.raises(AssertionError, match="canonical"):
        canonical(value)


def test_a_fault_reads_as_one_sentence():
    """Where, what, its name and what to do."""
    fault = Fault("no-source", "event 7", "no paper is named", "name it")
    assert str(fault) == "event 7: no paper is named (no-source); name it"


def test_terms_admit_their_own_values_only():
    """A truth is a truth, a place two capital letters, a code one of its list; unknown always may be."""
    truth, place = Term("t", "truth", "", ""), Term("p", "place", "", "")
    code, free = Term("c", "code", "", "", ("content",)), Term("f", "court", "", "")
    assert truth.admits(True) and truth.admits(None) and not truth.admits("yes")
    assert place.admits("IE") and not place.admits("ie") and not place.admits("IRL") and not place.admits(True)
    assert code.admits("content") and not code.admits("traffic") and not code.admits(True)
    assert free.admits("us-nysd") and not free.admits(False)


@pytest.mark.parametrize("value", ["1A", "A1", "12", "ÄÖ", "I ", ""])
def test_a_place_is_two_letters_of_the_alphabet(value):
    """A digit or a letter with dots is in no country code."""
    assert not Term("p", "place", "", "").admits(value)


def test_facts_outside_the_vocabulary_are_named():
    """An undeclared term and a wrong value are faults of their own, with the values that would do."""
    words = Vocabulary({"c": Term("c", "code", "", "", ("x", "y")), "t": Term("t", "truth", "", "")}, frozenset())
    assert words.faults({"c": "x", "t": None}, "here") == []
    found = words.faults({"c": "z", "t": "yes", "u": True}, "here")
    assert [fault.name for fault in found] == ["unknown-code", "unknown-code", "unknown-word"]
    assert [fault.remedy for fault in found[:2]] == ["use one of x, y", "give a truth"]


@given(conditions(size=8))
def test_a_condition_is_written_as_it_is_read(condition):
    """Writing and reading again gives a condition that says the same."""
    again, faults = parse(write(condition), VOCABULARY, "here")
    assert faults == []
    assert again is not None and write(again) == write(condition)


def test_written_conditions_group_only_where_they_must():
    """Parentheses stand round a joined part and nowhere else."""
    condition = Both((Not(Either((A, B))), Either((A, Compare("c", "x", False))), Within("p", "EEA", False)))
    assert write(condition) == 'not (a or b) and (a or c != "x") and p not in EEA'
    assert write(Not(Not(A))) == "not not a"


def test_code_with_a_quotation_mark_is_not_two_conditions():
    """A code is quoted, so that no code can pass for another condition in a digest."""
    forged = Compare("c", 'x" or d == "y')
    assert write(forged) != write(Either((Compare("c", "x"), Compare("d", "y"))))
    assert write(forged) == 'c == "x\\" or d == \\"y"'


def test_leaves_stand_in_reading_order():
    """Leaves are given as they are read, terms each once."""
    condition = Both((Not(B), Either((A, B))))
    assert list(leaves_of(condition)) == [B, A, B]
    assert terms_of(condition) == {"a", "b"}


def test_a_leaf_says_nothing_of_an_unknown_value():
    """Unknown stays unknown under every shape, also under its opposite."""
    for leaf in (A, Compare("a", "x"), Compare("a", "x", False), Within("a", "EEA"), Within("a", "EEA", False)):
        assert leaf_truth(leaf, None, EEA) is None


def test_leaves_compare_and_look_up():
    """Each shape and its opposite."""
    assert leaf_truth(A, False, EEA) is False
    assert leaf_truth(Compare("c", "x"), "x", EEA) is True
    assert leaf_truth(Compare("c", "x", False), "x", EEA) is False
    assert leaf_truth(Within("p", "EEA"), "IE", EEA) is True
    assert leaf_truth(Within("p", "EEA", False), "US", EEA) is True


def test_a_group_nobody_belongs_to_on_that_day_has_no_members():
    """A group that does not exist yet holds no place."""
    assert leaf_truth(Within("p", "LATER"), "IE", {}) is False
    assert leaf_truth(Within("p", "LATER", False), "IE", {}) is True


def test_a_text_where_a_truth_is_due_says_nothing():
    """`"True"` is neither yes nor no: a bar that hangs on it must not fall."""
    assert leaf_truth(A, "True", EEA) is None
    assert unknowns(prove(Not(A), {"a": "no"}, EEA)) == ("a",)


def test_a_proof_mirrors_its_condition():
    """Every node shows what was asked, what came out, the value found and the text behind it."""
    condition = Both((A, Not(Either((B, Compare("c", "x"))))))
    proof = prove(condition, {"a": True, "b": False}, EEA, {"a": "18 U.S.C. 2713"})
    assert proof == Proof(
        'a and not (b or c == "x")', None, "all", parts=(
            Proof("a", True, "fact", True, "a", "18 U.S.C. 2713"),
            Proof('not (b or c == "x")', None, "not", parts=(
                Proof('b or c == "x"', None, "any", parts=(
                    Proof("b", False, "fact", False, "b"), Proof('c == "x"', None, "fact", None, "c"),
                )),
            )),
        ),
    )  # fmt: skip


def test_a_proof_as_json_leaves_out_what_is_empty():
    """A leaf has its term and value even where the value is unknown; a joint has neither."""
    proof = prove(Both((A, B)), {"a": True}, EEA, {"a": "cite"})
    assert proof.as_json() == {
        "says": "a and b", "truth": None, "by": "all", "parts": [
            {"says": "a", "truth": True, "by": "fact", "term": "a", "found": True, "cite": "cite"},
            {"says": "b", "truth": None, "by": "fact", "term": "b", "found": None},
        ],
    }  # fmt: skip


def test_open_points_are_the_unknowns_that_matter():
    """What a known part has settled asks nothing, and each term is asked once."""
    assert unknowns(prove(Either((A, B)), {"a": True}, EEA)) == ()
    assert unknowns(prove(Both((A, Either((B, C)), B)), {"a": True}, EEA)) == ("b", "c")
    assert unknowns(prove(Not(A), {}, EEA)) == ("a",)


@given(conditions(size=8), facts())
def test_open_points_settle_the_condition(condition, known):
    """Once every open point is known the condition is known, whatever else is not."""
    groups = {group: frozenset() for group in GROUPS}
    proof = prove(condition, known, groups)
    answers = {term: values(term)[0] for term in unknowns(proof)}
    assert (proof.truth is None) == bool(answers)
    assert prove(condition, {**known, **answers}, groups).truth is not None


@given(conditions(size=8), facts(), facts())
def test_partial_evaluation_loses_nothing(condition, first, then):
    """What is left after the first facts are put in says of the rest what the whole said of both."""
    groups = {"EEA": frozenset({"IE", "DE"}), "PARTNERS": frozenset({"US"})}
    later = {term: value for term, value in then.items() if first.get(term) is None}
    left = settle(condition, first, groups)
    whole = prove(condition, {**first, **later}, groups).truth
    assert (left if isinstance(left, bool) else prove(left, later, groups).truth) is whole


def test_partial_evaluation_leaves_free_terms_alone():
    """A term that is free stays in the condition though its value is known."""
    assert settle(Both((A, B)), {"a": True, "b": True}, EEA) is True
    assert settle(Both((A, B)), {"a": True, "b": True}, EEA, frozenset({"b"})) == B
    assert settle(Both((A, B, C)), {"a": True}, EEA) == Both((B, C))
    assert settle(Either((A, B)), {"a": False, "b": False}, EEA) is False
    assert settle(Either((A, B)), {"a": True}, EEA, frozenset({"b"})) is True
    assert settle(Not(A), {"a": True}, EEA) is False
    assert settle(Not(A), {}, EEA) == Not(A)
