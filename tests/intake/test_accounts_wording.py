"""Addresses one letter off, letters of other alphabets, and passages that stand elsewhere as well."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.intake.authentic.accounts import alike, consistent, mixed, named, near, shape
from comity.intake.authentic.wording import LONG, prints, shared
from comity.sim.papers import papers

NAMES = st.text("abcdeм1l.", min_size=1, max_size=8)


def verdicts(text: str, *demanded: str) -> list[tuple[str, bool | None]]:
    return [(one.name, one.supports) for one in consistent(text, demanded, "email", "order.pdf")]


def test_the_account_that_the_paper_names() -> None:
    assert verdicts("Produce Owen@Larch.example.", "owen@larch.example") == [("account", None)]


@pytest.mark.parametrize(
    "typed", ["owan@larch.example", "owenn@larch.example", "owne@larch.example", "wen@larch.example"]
)
def test_one_letter_off_speaks_against(typed: str) -> None:
    (one,) = consistent("the mailbox owen@larch.example", [typed], "email", "order.pdf")
    assert one.supports is False and typed in one.says and "owen@larch.example" in one.says


def test_letters_of_another_alphabet_speak_against() -> None:
    """Cyrillic о and е in the paper: the eye sees the demanded account."""
    text = "the mailbox оwеn@larch.example"
    assert verdicts(text, "owen@larch.example") == [("near-miss", False), ("homoglyph", False)]


def test_two_accounts_one_letter_apart_are_told() -> None:
    assert verdicts("owen@larch.example and owan@larch.example", "owen@larch.example") == [("near-miss", None)]


def test_a_paper_that_does_not_name_the_account_says_nothing() -> None:
    assert verdicts("nothing", "owen@larch.example") == [("account", None)]
    assert verdicts("", "owen@larch.example") == []


def test_an_address_broken_by_what_cannot_be_seen_is_read() -> None:
    assert named("ow\u200ben@larch.example, O@X.example") == ("owen@larch.example", "o@x.example")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("police.example", "poIice.example"), ("police.example", "pоlice.example"), ("modern.example", "modem.example"),
        ("police.example", "xn--"+"pоlice".encode("punycode").decode()+".example"),
        ("police.example", "p0lice.example"), ("a.example", "á.example"),
    ],
)  # fmt: skip
def test_what_looks_alike_is_found(one: str, other: str) -> None:
    assert alike(one.casefold(), other.casefold()) and shape(one) == shape(other)


def test_a_name_of_one_alphabet_is_not_mixed() -> None:
    assert not mixed("полиция@пример.example") and not mixed("owen@larch.example")
    assert mixed("оwen@larch.example")


@given(NAMES, NAMES)
def test_near_is_one_edit_either_way_round(one: str, other: str) -> None:
    assert near(one, other) == near(other, one)
    assert near(one, other) == (edits(one, other) == 1)


def edits(one: str, other: str) -> int:
    """Optimal string alignment, the slow way."""
    rows = {(i, j): max(i, j) for i in range(len(one) + 1) for j in range(len(other) + 1) if not i or not j}
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            best = min(rows[i - 1, j] + 1, rows[i, j - 1] + 1, rows[i - 1, j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, rows[i - 2, j - 2] + 1)
            rows[i, j] = best
    return rows[len(one), len(other)]


WORDS = st.lists(st.sampled_from(["produce", "the", "mailbox", "at", "once", "for", "life"]), min_size=90, max_size=160)


@settings(max_examples=40, deadline=None)
@given(WORDS, st.integers(0, 9))
def test_a_long_passage_is_found_however_it_is_laid_out(words: list[str], salt: int) -> None:
    """Other line breaks, other capitals, other punctuation, other words around it."""
    passage = [f"{word}{n}" for n, word in enumerate(words)]
    theirs = "Before. " + ", ".join(passage).upper() + f" After {salt}."
    ours = f"Other words {salt}\n" + "\n".join(passage) + "\nand others still"
    (found,) = shared(ours, prints(theirs))
    assert len(passage) - 40 <= found.words <= len(passage) and found.text.split()[0] in ours


def test_short_and_other_words_are_no_passage() -> None:
    text = " ".join(f"word{n}" for n in range(LONG - 8))
    assert shared(text, prints(text)) == ()
    assert shared(" ".join(f"a{n}" for n in range(200)), prints(" ".join(f"b{n}" for n in range(200)))) == ()


def test_prints_hold_no_word() -> None:
    text = papers()["warrant-2013"].text
    assert all(isinstance(one, int) for one in prints(text)) and "WARRANT" not in json.dumps(sorted(prints(text)))


def test_forms_of_different_courts_share_no_long_passage() -> None:
    """The headings of the forms are short: only somebody's own words are long."""
    whole = {name: paper.text for name, paper in papers().items()}
    found = {(a, b) for a in whole for b in whole if a < b and shared(whole[a], prints(whole[b]))}
    assert found == set()
