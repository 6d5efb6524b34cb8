"""What kinds of demand are called: every code of the packs has words, and no word stands for no code."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from comity.desk.instruments import KINDS, NAMES, name_of, titled
from comity.desk.office import load_packs

LAW = SimpleNamespace(packs=load_packs())
CODES = LAW.packs.words.terms["demand.instrument"].codes


@pytest.mark.parametrize("code", CODES)
def test_every_kind_of_demand_has_a_name_in_words(code: str) -> None:
    name = name_of(LAW, code)
    assert name and code not in name and titled(LAW, code).endswith(f" ({code})")


def test_no_two_are_called_the_same() -> None:
    assert len({name_of(LAW, code) for code in CODES}) == len(CODES)


def test_no_name_is_left_of_a_code_that_is_gone() -> None:
    ends = {code.partition("-")[2] for code in CODES}
    assert set(NAMES) <= set(CODES) and set(KINDS) <= ends


@pytest.mark.parametrize("code", ["", "zz-search-warrant", "order-of-the-moon"])
def test_a_code_that_says_nothing_stands_as_it_is(code: str) -> None:
    assert titled(LAW, code) == code
