"""A registry in a file and one on PostgreSQL are told the same: they answer the same, to the octet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kits.registry_kit import SIGNER
from tests.kits.stores import PostgresStore
from tests.postgres import Server

from comity.errors import ComityError
from comity.registry import place
from comity.registry.check import check
from comity.registry.port import NewEntry, Registry

AT = datetime(2016, 7, 14, tzinfo=UTC)
NAMES = st.sampled_from(["A", "B", "Ä", "a", "Z-1"])
EVENTS = st.builds(
    lambda matter, hours, payload: NewEntry(matter, "filing", AT, AT + timedelta(hours=hours), payload),
    NAMES, st.integers(0, 9), st.binary(max_size=40),
)  # fmt: skip
ACTS = st.one_of(
    st.tuples(st.just("append"), EVENTS, st.none() | st.integers(0, 3)),
    st.tuples(
        st.just("append_all"), st.lists(EVENTS, max_size=4), st.dictionaries(NAMES, st.integers(0, 3), max_size=1)
    ),
    st.tuples(st.just("erase"), st.integers(0, 8), st.just("why")),
)


def seeded() -> Callable[[int], bytes]:
    numbers = count()
    return lambda size: hashlib.sha256(b"%d" % next(numbers)).digest()[:size]


def answer(registry: Registry, act: tuple) -> object:
    """What it gives back, or what trouble it tells of."""
    verb, what, more = act
    try:
        return getattr(registry, verb)(what, more, *([AT] if verb == "erase" else []))
    except (ComityError, LookupError) as error:
        return type(error), str(error)


@given(acts=st.lists(ACTS, max_size=12))
@settings(max_examples=40)
def test_both_answer_the_same(server: Server, acts: list[tuple]) -> None:
    """Every act, every conflict, every entry, root, proof and signed head; and both are sound afterwards."""
    store = PostgresStore(server, "twin")
    with TemporaryDirectory() as folder:
        places = (Path(folder) / "registry", store.where)
        one, two = (place.create(where, SIGNER, seeded()) for where in places)
        with closing(one), closing(two):
            for act in acts:
                assert answer(one, act) == answer(two, act)
            assert list(one.entries()) == list(two.entries())
            assert list(one.entries("A", 2)) == list(two.entries("A", 2))
            assert list(one.rows()) == list(two.rows())
            assert (one.checkpoint(), one.matters()) == (two.checkpoint(), two.matters())
            assert list(one.matters()) == list(two.matters())
            for size in range(one.size() + 1):
                assert one.root(size) == two.root(size)
                assert one.consistency(size) == two.consistency(size)
            assert check(two, [SIGNER.key]) == []
