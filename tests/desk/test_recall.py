"""What is recalled of the log is what lies there, whoever writes, erases or asks at the same moment."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.desk.kept import Kept
from comity.desk.recall import Fold, Recall
from comity.kernel.matter import Event
from comity.registry import sqlite
from comity.registry.keys import signer
from comity.registry.port import ERASED, Entry, NewEntry, NothingToErase, Registry

SIGNER = signer("ledger.example/office", b"an office's key, 32 octets long.")
AT = datetime(2014, 4, 25, 9, 0, tzinfo=UTC)
Told = tuple[Event, ...]


def tells(entry: Entry) -> Event | None:
    if entry.kind == ERASED or entry.payload is None:
        return None
    return Event(str(entry.index), entry.kind, entry.happened, entry.known, entry.payload.decode(), "")


def listed(_: str, events: Told) -> Told:
    return events


GROWN: Fold[Told] = Fold(tuple, lambda before, new: (*before, *new))
"""The same, made by adding what came since to what was made before."""


def anew(registry: Registry, name: str) -> tuple[Told, int]:
    entries = list(registry.entries(name))
    return tuple(event for event in map(tells, entries) if event is not None), len(entries)


def written(registry: Registry, name: str, says: str) -> Entry:
    return registry.append(NewEntry(name, "filing", AT, AT + timedelta(minutes=1), says.encode()))


acts = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from("AB"), st.integers(1, 3)),
        st.tuples(st.just("erase"), st.just(""), st.integers(0, 12)),
        st.tuples(st.just("ask"), st.sampled_from("ABC"), st.just(0)),
    ),
    max_size=14,
)


@given(acts)
def test_what_is_recalled_is_what_a_reading_from_the_beginning_finds(acts: list[tuple[str, str, int]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "registry.sqlite"
        mine, others = sqlite.create(path, SIGNER), sqlite.SqliteRegistry(path, SIGNER)
        recall = Recall()
        for act, name, number in acts:
            if act == "write":
                for nth in range(number):
                    written(others if nth else mine, name, f"{name}{nth}")
            elif act == "erase" and number < mine.size():
                try:
                    others.erase(number, "a person asked", AT)
                except NothingToErase:
                    continue
            else:
                assert recall.made(mine, name, tells, listed) == anew(others, name)
                assert recall.made(mine, name, tells, GROWN) == anew(others, name)
        for make in (listed, GROWN):
            assert [recall.made(mine, name, tells, make) for name in "ABC"] == [anew(mine, name) for name in "ABC"]
        for name, count in product("ABC", range(4)):
            after = filter(None, map(tells, list(mine.entries(name))[count:]))
            assert recall.since(mine, name, tells, count) == tuple(after)
        mine.close()
        others.close()


def test_what_grows_is_given_only_what_came_since(tmp_path: Path) -> None:
    registry, given = sqlite.create(tmp_path / "registry.sqlite", SIGNER), list[int]()

    def add(before: int, new: Told) -> int:
        given.append(len(new))
        return before + len(new)

    recall, count = Recall(), Fold(int, add)
    for _ in range(3):
        written(registry, "A", "said")
    assert recall.made(registry, "A", tells, count) == (3, 3)
    written(registry, "A", "said")
    assert recall.made(registry, "A", tells, count) == (4, 4)
    assert given == [3, 1]
    registry.close()


def test_only_what_came_since_is_read(tmp_path: Path) -> None:
    registry, read = sqlite.create(tmp_path / "registry.sqlite", SIGNER), list[int]()

    def reads(entry: Entry) -> Event | None:
        read.append(entry.index)
        return tells(entry)

    recall = Recall()
    for number in range(3):
        written(registry, "A", f"{number}")
        assert recall.made(registry, "A", reads, listed)[1] == number + 1
    assert recall.made(registry, "A", reads, listed)[0] is recall.made(registry, "A", reads, listed)[0]
    assert read == [0, 1, 2]
    registry.erase(1, "a person asked", AT)
    assert [event.says for event in recall.made(registry, "A", reads, listed)[0]] == ["0", "2"]
    assert read == [0, 1, 2, 0, 1, 2, 3]
    registry.close()


@pytest.mark.parametrize("more", [1, 2])
def test_a_log_put_back_from_a_copy_is_seen_though_it_is_as_long_or_longer(tmp_path: Path, more: int) -> None:
    path, copy = tmp_path / "registry.sqlite", tmp_path / "copy.sqlite"
    sqlite.create(path, SIGNER).close()
    shutil.copy(path, copy)
    recall = Recall()
    for file, says in ((path, ["before"]), (copy, ["after"] * more)):
        registry = sqlite.SqliteRegistry(file, SIGNER)
        for one in says:
            written(registry, "A", one)
        assert [event.says for event in recall.made(registry, "A", tells, listed)[0]] == says
        registry.close()


def test_of_many_who_want_one_thing_one_works_it_out() -> None:
    kept, made, all_here = Kept(10), list[int](), Barrier(8)

    def make() -> str:
        made.append(1)
        return "worked out"

    def asks(_: int) -> str:
        all_here.wait()
        return kept.get("key", make)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(asks, range(8))) == {"worked out"}
    assert made == [1]


def test_what_fails_is_worked_out_again_and_what_is_old_makes_way() -> None:
    kept = Kept(2)

    def fails() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        kept.get("a", fails)
    assert kept.get("a", lambda: "one") == "one"
    assert kept.get("a", lambda: "two", lambda _: False) == "two"
    for key in "bc":
        kept.get(key, lambda: "more")
    assert kept.look("a") is None
    assert kept.look("b") == "more"
