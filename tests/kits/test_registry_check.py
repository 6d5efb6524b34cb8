"""`check` names every way in which a registry can have been tampered with, and where; and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.kits.registry_kit import AT, ORIGIN, SIGNER, event, numbered

from comity.kernel import ledger
from comity.kernel.ledger import Checkpoint, Frontier, Leaf
from comity.kernel.words import Fault
from comity.registry.check import REMEDIES, check
from comity.registry.keys import signer
from comity.registry.port import NewEntry
from comity.registry.sqlite import SqliteRegistry, create

KEYS = [SIGNER.key]


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[SqliteRegistry]:
    made = create(tmp_path / "registry", SIGNER)
    numbered(made, 11)
    yield made
    made.close()


def told(faults: list[Fault]) -> set[tuple[str, str]]:
    """The faults by name and place, each with a remedy."""
    assert all(fault.remedy == REMEDIES[fault.name] and fault.what for fault in faults)
    return {(fault.name, fault.where) for fault in faults}


def tamper(registry: SqliteRegistry, *statements: str) -> None:
    """Do to the file what someone with a database tool could do."""
    for statement in statements:
        registry._connection.execute(statement)


CHANGES = {
    "a payload": (
        ["UPDATE entry SET payload = CAST('x' || payload AS BLOB) WHERE place = 5"],
        {("payload-changed", "entry 5")},
    ),
    "a salt": (["UPDATE entry SET salt = zeroblob(32) WHERE place = 5"], {("payload-changed", "entry 5")}),
    "a salt cut short": (["UPDATE entry SET salt = x'00' WHERE place = 5"], {("payload-changed", "entry 5")}),
    "a salt taken out": (["UPDATE entry SET salt = NULL WHERE place = 5"], {("payload-changed", "entry 5")}),
    "a payload taken out": (
        ["UPDATE entry SET salt = NULL, payload = NULL WHERE place = 5"],
        {("payload-missing", "entry 5")},
    ),
    "a leaf": (
        ["UPDATE entry SET leaf = CAST(replace(leaf, 'filing', 'ruling') AS BLOB) WHERE place = 5"],
        {("leaf-changed", "entry 5")},
    ),
    "a leaf to nonsense": (
        ["UPDATE entry SET leaf = x'00' WHERE place = 5"],
        {("leaf-changed", "entry 5"), ("leaf-unreadable", "entry 5")},
    ),
    "the matter of an entry": (
        ["UPDATE entry SET matter = 'M-9', nth = 0 WHERE place = 5"],
        {("matter-changed", "entry 5"), ("matter-order", "entry 7")},
    ),
    "the order of a matter": (
        ["UPDATE entry SET nth = 77 WHERE place = 9"],
        {("matter-order", "entry 9")},
    ),
    "an inner node": (
        ["UPDATE entry SET nodes = CAST(substr(nodes, 1, 32) || zeroblob(32) AS BLOB) WHERE place = 5"],
        # The heads signed at 6 and 7 entries rest on that node too; the first is told.
        {("node-changed", "entry 5"), ("head-wrong", "entry 5"), ("node-changed", "entry 7")},
    ),
    "nodes cut short": (
        ["UPDATE entry SET nodes = CAST(substr(nodes, 1, 32) AS BLOB) WHERE place = 5"],
        {("node-changed", "entry 5")},
    ),
    "nodes too many": (
        ["UPDATE entry SET nodes = CAST(nodes || zeroblob(32) AS BLOB) WHERE place = 5"],
        {("node-changed", "entry 5")},
    ),
    "no nodes": (
        ["UPDATE entry SET nodes = x'' WHERE place = 4"],
        {("node-changed", "entry 4"), ("leaf-changed", "entry 4")},
    ),
    "a signature": (["UPDATE entry SET head = zeroblob(68) WHERE place = 5"], {("head-wrong", "entry 5")}),
    "another entry's signature": (
        ["UPDATE entry SET head = (SELECT head FROM entry WHERE place = 4) WHERE place = 5"],
        {("head-wrong", "entry 5")},
    ),
    "the last head": (["UPDATE entry SET head = NULL WHERE place = 10"], {("head-missing", "entry 10")}),
    "an entry taken out": (
        ["DELETE FROM entry WHERE place = 5"],
        {("entry-missing", "entry 6"), ("matter-order", "entry 7")},
    ),
    "two entries swapped": (
        [
            "UPDATE entry SET place = -1 WHERE place = 4",
            "UPDATE entry SET place = 4 WHERE place = 6",
            "UPDATE entry SET place = 6 WHERE place = -1",
        ],
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
def test_a_change_is_named_with_its_place(registry: SqliteRegistry, change: str) -> None:
    """Each way of changing the file gives its own faults, at the entry, and no others."""
    statements, expected = CHANGES[change]
    assert check(registry, KEYS) == []
    tamper(registry, *statements)
    assert told(check(registry, KEYS)) == expected


def test_an_index_that_hides_events_is_named(registry: SqliteRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries of a matter are found through an index; one that lists fewer than there are would hide some."""
    monkeypatch.setattr(registry, "matters", lambda: {"M-0": 6, "M-1": 4})
    assert told(check(registry, KEYS)) == {("file-damaged", "index of matters")}


def rewritten(registry: SqliteRegistry, place: int, sign: Callable[[Checkpoint], bytes]) -> None:
    """Change one payload and everything that follows from it: leaf, nodes, and each later head under `sign`."""
    frontier = Frontier()
    for entry in list(registry.entries()):
        leaf = entry.leaf
        if entry.index == place:
            read = ledger.read_leaf(leaf)
            assert isinstance(read, Leaf)
            assert entry.salt is not None
            leaf = replace(read, commitment=ledger.commitment(entry.salt, b"forged")).data
            tamper(registry, f"UPDATE entry SET payload = CAST('forged' AS BLOB) WHERE place = {place}")
        frontier, made = frontier.push(ledger.leaf_hash(leaf))
        values = (leaf, b"".join(made), entry.index)
        registry._connection.execute("UPDATE entry SET leaf = ?, nodes = ? WHERE place = ?", values)
        if entry.index >= place:
            head = sign(Checkpoint(ORIGIN, frontier.size, frontier.root))
            registry._connection.execute("UPDATE entry SET head = ? WHERE place = ?", (head, entry.index))


def test_a_rewriting_by_someone_without_the_key_shows(registry: SqliteRegistry) -> None:
    """However consistent the tree is made, its heads are not ours; the first one is told, as the place to look at."""
    other = signer(ORIGIN, bytes(32))

    def sign(head: Checkpoint) -> bytes:
        return SIGNER.key.id + other.sign(head.text.encode())

    rewritten(registry, 5, sign)
    assert told(check(registry, KEYS)) == {("head-wrong", "entry 5")}


def test_a_rewriting_by_someone_with_the_key_shows_to_whoever_kept_a_checkpoint(registry: SqliteRegistry) -> None:
    """By itself the registry looks sound; held against an earlier checkpoint it does not."""
    kept = registry.checkpoint()
    rewritten(registry, 5, lambda head: SIGNER.key.id + SIGNER.sign(head.text.encode()))
    with closing(SqliteRegistry(registry._path, SIGNER)) as later:
        later.append(event(11))
    assert check(registry, KEYS) == []
    assert told(check(registry, KEYS, [kept])) == {("history-rewritten", "held checkpoint 1")}


def test_an_older_state_put_back_shows_to_whoever_kept_a_checkpoint(registry: SqliteRegistry) -> None:
    """The last entries taken off leave a sound log; it is only shorter than it was."""
    kept = registry.checkpoint()
    tamper(registry, "DELETE FROM entry WHERE place >= 8")
    assert check(registry, KEYS) == []
    assert told(check(registry, KEYS, [kept])) == {("rolled-back", "held checkpoint 1")}


def test_checkpoints_of_the_past_agree_with_an_honest_log(registry: SqliteRegistry) -> None:
    """Every head since the empty log, also after an erasure and in any order."""
    with closing(create(registry._path.with_name("fresh"), SIGNER)) as fresh:
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
def test_a_checkpoint_that_is_none_of_this_log_is_named(registry: SqliteRegistry, note: str) -> None:
    """Text that is no note, a note no known key signed, a checkpoint of another log under the same key."""
    assert told(check(registry, KEYS, [note])) == {("checkpoint-foreign", "held checkpoint 1")}
    foreign = Checkpoint("other.example", 1, bytes(32)).text
    signed = str(ledger.Note(foreign, (SIGNER.key.sign(foreign, SIGNER.sign),)))
    assert told(check(registry, KEYS, [signed])) == {("checkpoint-foreign", "held checkpoint 1")}


def test_under_another_key_no_head_is_believed(registry: SqliteRegistry) -> None:
    """Neither of a log with entries nor of an empty one."""
    other = [signer(ORIGIN, bytes(32)).key]
    assert told(check(registry, other)) == {("head-wrong", "entry 0")}
    with closing(create(registry._path.with_name("fresh"), SIGNER)) as fresh:
        assert told(check(fresh, other)) == {("head-wrong", "empty log")}


def test_a_payload_put_back_after_its_erasure_is_named(registry: SqliteRegistry) -> None:
    """The event says it was erased, and there it is again."""
    [before] = [entry for entry in registry.entries() if entry.index == 5]
    registry.erase(5, "why", AT)
    values = (before.salt, before.payload)
    registry._connection.execute("UPDATE entry SET salt = ?, payload = ? WHERE place = 5", values)
    assert told(check(registry, KEYS)) == {("payload-returned", "entry 5")}


def test_an_erasure_that_says_nothing_erases_nothing(registry: SqliteRegistry) -> None:
    """Whoever holds the key may write any payload under that kind; the check does not stumble over it."""
    for payload in (b"", b"[]", b'{"index":"x"}', b"{}"):
        new = NewEntry("M-1", "erased", AT, AT, payload)
        registry._write(lambda key, new=new: registry._insert((new,), key))
    assert check(registry, KEYS) == []


def test_all_faults_are_told_at_once(registry: SqliteRegistry) -> None:
    """Not only the first."""
    tamper(
        registry,
        "UPDATE entry SET payload = x'00' WHERE place IN (1, 4)",
        "UPDATE entry SET leaf = x'00' WHERE place = 8",
    )
    assert told(check(registry, KEYS)) == {
        ("payload-changed", "entry 1"),
        ("payload-changed", "entry 4"),
        ("leaf-changed", "entry 8"),
        ("leaf-unreadable", "entry 8"),
    }


def test_a_check_reads_only(registry: SqliteRegistry) -> None:
    """Not an octet of the file changes."""
    registry._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = registry._path.read_bytes()
    assert check(registry, KEYS) == []
    assert registry._path.read_bytes() == before
