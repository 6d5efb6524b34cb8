"""What is built while the collector rests is no leak."""

from __future__ import annotations

import gc
import weakref

from comity.memory import lasting, uncollected


class Node:
    """Holds itself."""

    def __init__(self) -> None:
        self.own = self


def test_a_cycle_made_meanwhile_is_collected_when_all_is_looked_through():
    """Not while it rests, nor at once, but then; and the collector is as it was before."""
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
        seen = weakref.ref(Node())
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert seen() is None


def test_what_somebody_froze_stays_frozen():
    """A server that forks freezes what all its processes share."""
    gc.freeze()
    try:
        count = gc.get_freeze_count()
        with uncollected():
            pass
        assert gc.get_freeze_count() == count > 0
    finally:
        gc.unfreeze()


def test_what_was_built_before_a_server_begins_is_not_looked_through_again():
    before = gc.get_threshold()
    try:
        lasting()
        assert gc.get_freeze_count() > 0 and gc.get_threshold() > before
        seen = weakref.ref(Node())
        gc.collect()
        assert seen() is None, "what is built from then on is collected as ever"
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
