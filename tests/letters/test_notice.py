"""What the user is told, and that nothing is written while telling is forbidden."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.productions import OWEN
from tests.strategies import NOON, demands

from comity.kernel.demand import Scope
from comity.kernel.matter import Event, fold
from comity.kernel.notice import Duties, Policy, notice_due
from comity.letters.notice import NoticeForbidden, Telling, text

SERVED = Event("v1", "served", NOON, NOON, "served", "paper")
GAGGED = Event("v2", "gagged", NOON, NOON, "the court forbade it", "order of 14 July", until=NOON + timedelta(days=90))
DEMAND = replace(
    demands(Scope((OWEN,), frozenset({"content", "traffic"}), NOON - timedelta(days=9))), reference="13 Mag. 1"
)
TELLING = Telling("Meridian", "privacy@meridian.example", OWEN, "Search warrant", "18 U.S.C. 2703(a)")
DUTIES = Duties(Policy())


def notice(at, *events, account=""):
    return notice_due(fold("M-0001", [SERVED, *events]), DUTIES, at, account)


def test_the_letter_says_who_asked_for_what_and_what_left():
    """Account, authority, text, reference, day, records, and whether anything was handed over."""
    letter = text(notice(NOON), DEMAND, TELLING)
    for part in ("Account:        owen@meridian.example", "judge, us-nysd, US", "Search warrant (18 U.S.C. 2703(a))",
                 "13 Mag. 1", "2016-06-14", "the content of messages; who wrote to whom", "from 2016-07-05 12:00 UTC",
                 "nothing so far", "privacy@meridian.example"):  # fmt: skip
        assert part in letter
    assert "not allowed" not in letter
    handed = replace(TELLING, produced=NOON + timedelta(days=3), cite="")
    open_ended = replace(DEMAND, scope=Scope((OWEN,), frozenset({"subscriber"}), until=NOON), reference="")
    letter = text(notice(NOON), open_ended, handed)
    assert "on 2016-07-17" in letter and "Search warrant\n" in letter and "before 2016-07-14" in letter
    assert "Reference" not in letter


def test_a_letter_that_comes_late_says_what_held_it_back():
    """The secrecy orders, from when to when, and their papers."""
    late = notice(NOON + timedelta(days=91), GAGGED)
    endless = replace(GAGGED, until=None, says="another court did too")
    letter = text(late, DEMAND, replace(TELLING, withheld_by=(GAGGED, endless)))
    assert max(len(line) for line in letter.rpartition("Handed over")[2].splitlines()) <= 80
    letter = " ".join(letter.split())
    assert "from 2016-07-14 until 2016-10-12, the court forbade it (order of 14 July)" in letter
    assert "from 2016-07-14, another court did too (order of 14 July)" in letter


def test_while_notice_is_withheld_there_is_no_letter():
    """Nor one to another user than the notice is about."""
    with pytest.raises(NoticeForbidden, match="withheld: the court forbade it"):
        text(notice(NOON, GAGGED), DEMAND, TELLING)
    with pytest.raises(NoticeForbidden, match="this notice is about"):
        text(notice(NOON, account="dana@meridian.example"), DEMAND, TELLING)
