"""Conditions: seven shapes of Python's grammar, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import VOCABULARY, conditions

from comity.kernel.words import Both, Compare, Either, Not, Within, Word, write
from comity.lawpack.conditions import DEEPEST, parse


@given(conditions(size=8), st.text(" \t", max_size=3))
def test_a_condition_is_what_it_says(condition, blanks):
    """Read with blanks around it, it means what Python's own grammar says it means."""
    text = write(condition)
    read, wrong = parse(blanks + text + blanks, VOCABULARY, "here")
    assert wrong == [] and write(read) == text


def test_the_seven_shapes():
    """And how they bind: not, and, or."""
    controls, content = Word("record.served_controls"), Compare("record.category", "content")
    places = Within("record.store_place", "EEA")
    shapes = {
        "record.served_controls": controls,
        'record.category == "content"': content,
        'record.category != "content"': Compare("record.category", "content", False),
        "record.store_place in EEA": places,
        "record.store_place not in EEA": Within("record.store_place", "EEA", False),
        "not record.served_controls": Not(controls),
        'record.served_controls or record.category == "content" and record.store_place in EEA': Either(
            (controls, Both((content, places)))
        ),
        '(record.served_controls or record.category == "content") and record.store_place in EEA': Both(
            (Either((controls, content)), places)
        ),
    }
    for text, condition in shapes.items():
        assert parse(text, VOCABULARY, "here") == (condition, [])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("record.colour", "unknown-word"),
        ('record.colour == "red"', "unknown-word"),
        ('record.category == "mail"', "unknown-code"),
        ('record.store_place == "Ireland"', "unknown-code"),
        ('record.served_controls == "yes"', "unknown-code"),
        ("record.store_place in NATO", "unknown-group"),
        ("record.category in EEA", "not-a-condition"),
        ("record.served_controls in EEA", "not-a-condition"),
        ("record.category", "not-a-condition"),
        ("", "not-a-condition"),
        ("True", "not-a-condition"),
        ('"US" == demand.place', "not-a-condition"),
        ("demand.place == record.store_place", "not-a-condition"),
        ('demand.place == "US" == "US"', "not-a-condition"),
        ('demand.place < "US"', "not-a-condition"),
        ("demand.place == b'US'", "not-a-condition"),
        ("demand.place in (1, 2)", "not-a-condition"),
        ("record.served_controls if record.served_controls else demand.emergency", "not-a-condition"),
        ("-record.served_controls", "not-a-condition"),
        ("record.served_controls + 1", "not-a-condition"),
        ("exit()", "not-a-condition"),
        ("exit().x", "unknown-word"),
        ('exit() == "x"', "unknown-word"),
        ("(x := record.served_controls)", "not-a-condition"),
        ("record.served_controls; demand.emergency", "not-a-condition"),
        ("record.served_controls\x00", "not-a-condition"),
        ("record.served_controls and\ndemand.emergency", "not-a-condition"),
    ],
)
def test_anything_else_is_no_condition(text, name):
    """No arithmetic, no calls, no constants, nothing the other way round, and nothing is run."""
    condition, wrong = parse(text, VOCABULARY, "here")
    assert condition is None and {one.name for one in wrong} == {name}


def test_a_comment_does_not_shorten_a_condition():
    """What stood behind a `#` was once dropped in silence."""
    condition, wrong = parse("record.served_controls # and demand.emergency", VOCABULARY, "here")
    assert condition is None and [one.name for one in wrong] == ["not-a-condition"]


@pytest.mark.parametrize("deep", [DEEPEST, 500, 5000, 100_000])
@pytest.mark.parametrize(("before", "after"), [("not ", ""), ("(not ", ")"), ("record.", "")])
def test_a_condition_nested_without_end_is_refused(deep, before, after):
    """Before it is walked: one that is too deep to walk once stopped the reader."""
    text = before * deep + "record.served_controls" + after * deep
    condition, wrong = parse(text, VOCABULARY, "here")
    assert condition is None and [one.name for one in wrong] == ["not-a-condition"]


def test_a_long_condition_is_not_a_deep_one():
    """A thousand parts beside one another are read."""
    condition, wrong = parse(" or ".join(["record.served_controls"] * 1000), VOCABULARY, "here")
    assert wrong == [] and len(condition.parts) == 1000


def test_all_faults_of_a_condition_are_found():
    """In reading order."""
    _, wrong = parse('a.b or record.category == "x" and record.store_place in NOWHERE and 1', VOCABULARY, "here")
    assert [one.name for one in wrong] == ["unknown-word", "unknown-code", "unknown-group", "not-a-condition"]
