"""`check` names every way in which a registry can have been tampered with, and where; and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.kits.registry_kit import AT, ORIGIN, SIGNER, event, numbered
from tests.kits.stores import Store

from comity.kernel import ledger
from comity.kernel.ledger import Checkpoint, Frontier, Leaf
from comity.kernel.words import Fault
from comity.registry.check import REMEDIES, check
from comity.registry.keys import signer
from comity.registry.port import NewEntry, Registry
from comity.registry.sql import SqlRegistry

KEYS = [SIGNER.key]


@pytest.fixture
def registry(store: Store) -> SqlRegistry:
    made = store.create()
    numbered(made, 11)
    return made


@pytest.fixture
def fresh(store: Store) -> Iterator[SqlRegistry]:
    """A second registry, empty and of the same key."""
    second = store.second()
    yield second.create()
    second.close()


def told(faults: list[Fault]) -> set[tuple[str, str]]:
    """The faults by name and place, each with a remedy."""
    assert all(fault.remedy == REMEDIES[fault.name] and fault.what for fault in faults)
    return {(fault.name, fault.where) for fault in faults}


def swap(store: Store, one: int, two: int) -> None:
    """Each of two entries in the other's place."""
    for start, end in ((one, -1), (two, one), (-1, two)):
        store.run("UPDATE entry SET place = ? WHERE place = ?", end, start)


def put(column: str, made: Any, place: int = 5) -> Callable[[Store], None]:
    """A value of one entry changed: to another, or by a function of what was there."""
    return lambda store: store.change(place, column, made if callable(made) else lambda _: made)


def both(*changes: Callable[[Store], None]) -> Callable[[Store], None]:
    """One change after the other."""
    return lambda store: [change(store) for change in changes] and None


CHANGES: dict[str, tuple[Callable[[Store], None], set[tuple[str, str]]]] = {
    "a payload": (put("payload", lambda payload: b"x" + payload), {("payload-changed", "entry 5")}),
    "a salt": (put("salt", bytes(32)), {("payload-changed", "entry 5")}),
    "a salt cut short": (put("salt", b"\0"), {("payload-changed", "entry 5")}),
    "a salt taken out": (put("salt", None), {("payload-changed", "entry 5")}),
    "a payload taken out": (both(put("salt", None), put("payload", None)), {("payload-missing", "entry 5")}),
    "a leaf": (put("leaf", lambda leaf: leaf.replace(b"filing", b"ruling")), {("leaf-changed", "entry 5")}),
    "a leaf to nonsense": (put("leaf", b"\0"), {("leaf-changed", "entry 5"), ("leaf-unreadable", "entry 5")}),
    "the matter of an entry": (
        both(put("matter", "M-9"), put("nth", 0)),
        {("matter-changed", "entry 5"), ("matter-order", "entry 7")},
    ),
    "the order of a matter": (put("nth", 77, 9), {("matter-order", "entry 9")}),
    "an inner node": (
        put("nodes", lambda nodes: nodes[:32] + bytes(32)),
        # The heads signed at 6 and 7 entries rest on that node too; the first is told.
        {("node-changed", "entry 5"), ("head-wrong", "entry 5"), ("node-changed", "entry 7")},
    ),
    "nodes cut short": (put("nodes", lambda nodes: nodes[:32]), {("node-changed", "entry 5")}),
    "nodes too many": (put("nodes", lambda nodes: nodes + bytes(32)), {("node-changed", "entry 5")}),
    "no nodes": (put("nodes", b"", 4), {("node-changed", "entry 4"), ("leaf-changed", "entry 4")}),
    "a signature": (put("head", bytes(68)), {("head-wrong", "entry 5")}),
    "another entry's signature": (
        lambda store: store.run("UPDATE entry SET head = (SELECT head FROM entry WHERE place = 4) WHERE place = 5"),
        {("head-wrong", "entry 5")},
    ),
    "the last head": (put("head", None, 10), {("head-missing", "entry 10")}),
    "an entry taken out": (
        lambda store: store.run("DELETE FROM entry WHERE place = 5"),
        {("entry-missing", "entry 6"), ("matter-order", "entry 7")},
    ),
    "two entries swapped": (
        lambda store: swap(store, 4, 6),
        {
            ("matter-order", "entry 4"),
            ("matter-order", "entry 6"),
            ("matter-order", "entry 8"),
            ("head-wrong", "entry 4"),
            ("node-changed", "entry 5"),
            ("node-changed", "entry 7"),
        },
    ),
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.replace(" ", "-"))
def test_a_change_is_named_with_its_place(registry: Registry, store: Store, change: str) -> None:
    """Each way of changing the store gives its own faults, at the entry, and no others."""
    done, expected = CHANGES[change]
    assert check(registry, KEYS) == []
    done(store)
    assert told(check(registry, KEYS)) == expected


def test_an_index_that_hides_events_is_named(registry: SqlRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries of a matter are found through an index; one that lists fewer than there are would hide some."""
    monkeypatch.setattr(registry, "matters", lambda: {"M-0": 6, "M-1": 4})
    assert told(check(registry, KEYS)) == {("file-damaged", "index of matters")}


def rewritten(registry: Registry, store: Store, place: int, sign: Callable[[Checkpoint], bytes]) -> None:
    """Change one payload and everything that follows from it: leaf, nodes, and each later head under `sign`."""
    frontier = Frontier()
    for entry in list(registry.entries()):
        leaf = entry.leaf
        if entry.index == place:
            read = ledger.read_leaf(leaf)
            assert isinstance(read, Leaf)
            assert entry.salt is not None
            leaf = replace(read, commitment=ledger.commitment(entry.salt, b"forged")).data
            store.change(place, "payload", lambda _: b"forged")
        frontier, made = frontier.push(ledger.leaf_hash(leaf))
        values = (leaf, b"".join(made), entry.index)
        store.run("UPDATE entry SET leaf = ?, nodes = ? WHERE place = ?", *values)
        if entry.index >= place:
            head = sign(Checkpoint(ORIGIN, frontier.size, frontier.root))
            store.run("UPDATE entry SET head = ? WHERE place = ?", head, entry.index)


def test_a_rewriting_by_someone_without_the_key_shows(registry: SqlRegistry, store: Store) -> None:
    """However consistent the tree is made, its heads are not ours; the first one is told, as the place to look at."""
    other = signer(ORIGIN, bytes(32))

    def sign(head: Checkpoint) -> bytes:
        return SIGNER.key.id + other.sign(head.text.encode())

    rewritten(registry, store, 5, sign)
    assert told(check(registry, KEYS)) == {("head-wrong", "entry 5")}


def test_a_rewriting_by_someone_with_the_key_shows_to_whoever_kept_a_checkpoint(
    registry: SqlRegistry, store: Store
) -> None:
    """By itself the registry looks sound; held against an earlier checkpoint it does not."""
    kept = registry.checkpoint()
    rewritten(registry, store, 5, lambda head: SIGNER.key.id + SIGNER.sign(head.text.encode()))
    store.open(SIGNER).append(event(11))
    assert check(registry, KEYS) == []
    assert told(check(registry, KEYS, [kept])) == {("history-rewritten", "held checkpoint 1")}


def test_an_older_state_put_back_shows_to_whoever_kept_a_checkpoint(registry: SqlRegistry, store: Store) -> None:
    """The last entries taken off leave a sound log; it is only shorter than it was."""
    kept = registry.checkpoint()
    store.run("DELETE FROM entry WHERE place >= 8")
    assert check(registry, KEYS) == []
    assert told(check(registry, KEYS, [kept])) == {("rolled-back", "held checkpoint 1")}


def test_checkpoints_of_the_past_agree_with_an_honest_log(fresh: SqlRegistry) -> None:
    """Every head since the empty log, also after an erasure and in any order."""
    kept = [fresh.checkpoint()]
    for number in range(9):
        fresh.append(event(number))
        kept.append(fresh.checkpoint())
    fresh.erase(3, "why", AT)
    assert check(fresh, KEYS, reversed(kept)) == []


@pytest.mark.parametrize(
    "note",
    [
        "hello",
        f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— {ORIGIN} AAAAAAAA\n",
    ],
)
def test_a_checkpoint_that_is_none_of_this_log_is_named(registry: SqlRegistry, note: str) -> None:
    """Text that is no note, a note no known key signed, a checkpoint of another log under the same key."""
    assert told(check(registry, KEYS, [note])) == {("checkpoint-foreign", "held checkpoint 1")}
    foreign = Checkpoint("other.example", 1, bytes(32)).text
    signed = str(ledger.Note(foreign, (SIGNER.key.sign(foreign, SIGNER.sign),)))
    assert told(check(registry, KEYS, [signed])) == {("checkpoint-foreign", "held checkpoint 1")}


def test_under_another_key_no_head_is_believed(registry: SqlRegistry, fresh: SqlRegistry) -> None:
    """Neither of a log with entries nor of an empty one."""
    other = [signer(ORIGIN, bytes(32)).key]
    assert told(check(registry, other)) == {("head-wrong", "entry 0")}
    assert told(check(fresh, other)) == {("head-wrong", "empty log")}


def test_a_payload_put_back_after_its_erasure_is_named(registry: SqlRegistry, store: Store) -> None:
    """The event says it was erased, and there it is again."""
    [before] = [entry for entry in registry.entries() if entry.index == 5]
    registry.erase(5, "why", AT)
    store.run("UPDATE entry SET salt = ?, payload = ? WHERE place = 5", before.salt, before.payload)
    assert told(check(registry, KEYS)) == {("payload-returned", "entry 5")}


def test_an_erasure_that_says_nothing_erases_nothing(registry: SqlRegistry) -> None:
    """Whoever holds the key may write any payload under that kind; the check does not stumble over it."""
    for payload in (b"", b"[]", b'{"index":"x"}', b"{}"):
        new = NewEntry("M-1", "erased", AT, AT, payload)
        registry._write(lambda key, new=new: registry._insert((new,), key))
    assert check(registry, KEYS) == []


def test_all_faults_are_told_at_once(registry: SqlRegistry, store: Store) -> None:
    """Not only the first."""
    for place, column in ((1, "payload"), (4, "payload"), (8, "leaf")):
        store.change(place, column, lambda _: b"\0")
    assert told(check(registry, KEYS)) == {
        ("payload-changed", "entry 1"),
        ("payload-changed", "entry 4"),
        ("leaf-changed", "entry 8"),
        ("leaf-unreadable", "entry 8"),
    }


def test_a_check_reads_only(registry: SqlRegistry, store: Store) -> None:
    """Nothing in the store changes."""
    before = store.run("SELECT * FROM entry ORDER BY place"), store.run("SELECT * FROM about ORDER BY name")
    assert check(registry, KEYS) == []
    assert (store.run("SELECT * FROM entry ORDER BY place"), store.run("SELECT * FROM about ORDER BY name")) == before
