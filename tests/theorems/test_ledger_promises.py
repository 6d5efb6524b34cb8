"""Promises 11, whoever holds a checkpoint can tell if one entry was changed, and 12, erasing leaves proofs valid."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from comity.kernel import ledger
from comity.kernel.ledger import Checkpoint, Frontier
from comity.registry import keys
from comity.registry.check import check
from comity.registry.port import NewEntry
from comity.registry.sqlite import SqliteRegistry, create

ORIGIN = "ledger.example/office"
SIGNER = keys.signer(ORIGIN, b"an office's key, 32 octets long.")
AT = datetime(2014, 4, 25, tzinfo=UTC)

leaves = st.lists(st.binary(max_size=3), min_size=1, max_size=40)
logs = st.lists(st.tuples(st.sampled_from("ABC"), st.binary(max_size=40)), min_size=1, max_size=12)


class Log:
    """A log held by someone who may have written anything into it."""

    def __init__(self, data: list[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        frontier = Frontier()
        for index, entry in enumerate(data):
            frontier, made = frontier.push(ledger.leaf_hash(entry))
            self.nodes |= {(level, index >> level): node for level, node in enumerate(made)}
        self.head = Checkpoint(ORIGIN, frontier.size, frontier.root)

    def since(self, size: int) -> tuple[bytes, ...]:
        spans = ledger.consistency_spans(size, self.head.size)
        return ledger.hashes(spans, lambda level, index: self.nodes[level, index])


@contextmanager
def office(events: list[tuple[str, bytes]], alone: bool = True) -> Iterator[SqliteRegistry]:
    """A registry with these events, written one by one or all under one head."""
    with TemporaryDirectory() as folder, closing(create(Path(folder) / "registry", SIGNER)) as registry:
        new = [NewEntry(matter, "filing", AT, AT + timedelta(days=1), payload) for matter, payload in events]
        for batch in [[one] for one in new] if alone else [new]:
            registry.append_all(batch)
        yield registry


@given(leaves, leaves, st.data())
def test_a_held_checkpoint_admits_no_other_past(past: list[bytes], other: list[bytes], data: st.DataObject) -> None:
    """Promise 11. A log that only went on is shown to extend the checkpoint; one whose past differs never is.

    Neither by its own proof nor by the honest log's.
    """
    held, grown = Log(past).head, Log(past + other)
    assert grown.head.extends(held, grown.since(held.size))
    entries = data.draw(st.sampled_from(forgeries(past, other, data))) + other
    assume(len(entries) >= len(past) and entries[: len(past)] != past)
    forged = Log(entries)
    assert not forged.head.extends(held, forged.since(held.size))
    assert not forged.head.extends(held, grown.since(held.size))


def forgeries(past: list[bytes], other: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """The past with one entry changed, taken out, put in, doubled, or two swapped."""
    at, to = (data.draw(st.integers(0, len(past) - 1)) for _ in range(2))
    swapped = list(past)
    swapped[at], swapped[to] = swapped[to], swapped[at]
    return [
        [*past[:at], past[at] + b"!", *past[at + 1 :]],
        past[:at] + past[at + 1 :],
        [*past[:at], *other, *past[at:]],
        [*past[:at], past[at], *past[at:]],
        swapped,
    ]


COLUMNS = ("leaf", "payload", "salt", "nodes", "head", "matter", "nth")


@given(logs, st.booleans(), st.data())
@settings(max_examples=60, deadline=None)
def test_no_change_of_one_entry_goes_unseen(events: list[tuple[str, bytes]], alone: bool, data: st.DataObject) -> None:
    """Promise 11. Any one value of any one entry in the file, changed in any way, is found by the check.

    For that it is enough to know the log's public key.
    """
    with office(events, alone) as registry:
        place = data.draw(st.integers(0, len(events) - 1))
        column = data.draw(st.sampled_from(COLUMNS))
        [(before,)] = registry._connection.execute(f"SELECT {column} FROM entry WHERE place = ?", (place,))
        after = data.draw(changes(before))
        assume(after != before)
        registry._connection.execute(f"UPDATE OR IGNORE entry SET {column} = ? WHERE place = ?", (after, place))
        [(now,)] = registry._connection.execute(f"SELECT {column} FROM entry WHERE place = ?", (place,))
        found = {fault.name for fault in check(registry, [SIGNER.key])}
        # A head taken from an entry that others follow is no change of the entry, and no head is believed in its place.
        unneeded = column == "head" and after is None and place < len(events) - 1
        assert bool(found) == (now != before and not unneeded)


def changes(before: object) -> st.SearchStrategy[object]:
    """Another value of the same type; for octets also one bit turned, or a part cut off."""
    if isinstance(before, bytes):
        flip = st.integers(0, max(0, len(before) * 8 - 1)).map(
            lambda bit: (int.from_bytes(before, "big") ^ 1 << bit).to_bytes(len(before), "big") if before else b"!"
        )
        return st.one_of(flip, st.binary(max_size=64), st.integers(0, len(before)).map(lambda end: before[:end]))
    if isinstance(before, int):
        return st.integers(0, 100)
    return st.sampled_from("ABCD") if isinstance(before, str) else st.binary(min_size=68, max_size=68)


@given(logs, st.data())
@settings(max_examples=40, deadline=None)
def test_not_even_the_holder_of_the_key_can_change_the_past(
    events: list[tuple[str, bytes]], data: st.DataObject
) -> None:
    """Promise 11. The office writes a new log under the same key in which one entry differs: a held checkpoint tells.

    That is, each one that counts this entry; an older one still agrees.
    """
    place = data.draw(st.integers(0, len(events) - 1))
    forged = [*events[:place], (events[place][0], events[place][1] + b"!"), *events[place + 1 :]]
    with office([]) as honest, office([]) as rewritten:
        salts = [bytes([number]) * 32 for number in range(len(events))]
        held = [written(honest, one, salt) for one, salt in zip(events, salts, strict=True)]
        rewritten._salt = honest._salt
        for one, salt in zip(forged, salts, strict=True):
            written(rewritten, one, salt)
        assert check(rewritten, [SIGNER.key]) == []
        told = [bool(check(rewritten, [SIGNER.key], [note])) for note in held]
        assert told == [size > place for size in range(1, len(events) + 1)]


def written(registry: SqliteRegistry, event: tuple[str, bytes], salt: bytes) -> str:
    """Append with this salt; gives the checkpoint then signed."""
    registry._chance = lambda _: salt
    registry.append(NewEntry(event[0], "filing", AT, AT, event[1]))
    return registry.checkpoint()


@given(logs, st.booleans(), st.data())
@settings(max_examples=40, deadline=None)
def test_erasing_leaves_every_proof_valid(events: list[tuple[str, bytes]], alone: bool, data: st.DataObject) -> None:
    """Promise 12. Whatever is erased, in whatever order, each proof and checkpoint given out before holds unchanged.

    New proofs can be made for erased entries too, every head extends the one before, and the check finds nothing.
    """
    with office(events, alone) as registry:
        notes, roots = [registry.checkpoint()], [registry.root(size) for size in range(len(events) + 1)]
        kept = {entry.index: (entry.leaf, registry.inclusion(entry.index)) for entry in registry.entries()}
        erased = data.draw(st.lists(st.integers(0, len(events) - 1), unique=True))
        for index in erased:
            registry.erase(index, "the customer asked for it", AT)
            notes.append(registry.checkpoint())
        heads = [ledger.believed(note, [SIGNER.key], keys.verify) for note in notes]
        for old, new in pairwise(head for head in heads if isinstance(head, Checkpoint)):
            assert new.extends(old, registry.consistency(old.size, new.size))
        last, first = heads[-1], heads[0]
        assert isinstance(first, Checkpoint)
        assert isinstance(last, Checkpoint)
        for index, (leaf, proof) in kept.items():
            assert first.includes(ledger.leaf_hash(leaf), index, proof)
            assert last.includes(ledger.leaf_hash(leaf), index, registry.inclusion(index))
        assert [registry.root(size) for size in range(len(events) + 1)] == roots
        assert [registry.payload(index) is None for index in range(len(events))] == [
            index in erased for index in range(len(events))
        ]
        assert check(registry, [SIGNER.key], notes) == []
