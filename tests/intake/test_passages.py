"""A paper is read in two regular ways, and every character of both leads back to the paper."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.intake.passages import Paper, fold, soft, softly

ODD = st.text(st.sampled_from(list("abrnRNil01 \t\n\f-.@“”ﬁ½ß­\u200b\u00a0éİ№")), max_size=60)


@given(text=st.text(max_size=80) | ODD)
def test_every_character_of_a_reading_leads_back(text: str) -> None:
    """Offsets never go back, never leave the paper, and a passage is an exact piece of it."""
    paper = Paper.of(text)
    assert len(paper.plain) == len(paper.at)
    assert len(paper.folded) == len(paper.folds)
    assert list(paper.at) == sorted(paper.at)
    assert list(paper.folds) == sorted(paper.folds)
    for start in range(len(paper.plain)):
        field = paper.field("x", "", (start, len(paper.plain)), ("likely", ""))
        assert text[field.start : field.end] == field.passage != ""
        assert field.page == text.count("\f", 0, field.start) + 1


@given(text=st.text(max_size=60) | ODD)
def test_what_looks_alike_is_alike(text: str) -> None:
    """Folded text has no figure that looks like a letter; softened text keeps its length and so the paper's places."""
    assert not set(fold(text)) & set("i015 \n.@-")
    assert len(soft(text)) == len(text)
    assert soft(soft(text)) == soft(text)


@pytest.mark.parametrize(
    ("written", "phrase"),
    [
        ("S E A R C H  WARRANT", "search warrant"),
        ("UN1TED  STATES  D1STRICT\nC0URT", "United States District Court"),
        ("Southem District", "Southern District"),
        ("U.S. Magis-\n   trate Judge", "US Magistrate Judge"),
        ("ﬁled under seal", "filed under seal"),
    ],
)
def test_a_phrase_is_found_however_it_is_spaced_broken_or_scanned(written: str, phrase: str) -> None:
    """The span found is the whole of what was written."""
    paper = Paper.of(f"The {written}, it says.")
    (span,) = paper.spans(phrase)
    assert paper.field("x", "", span, ("likely", "")).passage == written


def test_letters_across_a_blank_are_not_run_together() -> None:
    """`for New` must not read as `fom ew`: only letters that touch are confused."""
    assert fold("for New") == "fornew"
    assert fold("modern") == fold("modem")


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("a  b", "a b"),
        ("a   b", "a\tb"),
        ("a \n\n b", "a\nb"),
        ("a \n\f b", "a\fb"),
        ("war-\n   rant", "warrant"),
        ("Non-\nDisclosure", "Non-\nDisclosure"),
        ("“x” – ‘y’", "\"x\" - 'y'"),
        ("so\u00adft\u200b", "soft"),
    ],
)
def test_the_regular_reading(raw: str, plain: str) -> None:
    """White space keeps what it parts; quotes, dashes, ligatures and words broken at a line's end become regular."""
    assert Paper.of(raw).plain == plain


def test_a_pattern_meets_what_looks_like_it() -> None:
    """Letters of a pattern match their look-alikes, a blank any white space; classes and counts stay what they were."""
    pattern = softly(r"\b(?P<what>date of issue|within [a-z]{1,5}) (?=x)")
    assert pattern.search(soft("DATE  OF\nlSSUE x"))
    assert re.search(pattern, soft("w1thin abc x"))
    assert not pattern.search(soft("date of tissue x"))
