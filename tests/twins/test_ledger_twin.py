"""The ledger against a naive twin: RFC 9162 §2.1 taken down word for word, recursive, with every leaf at hand."""

import hashlib
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.kernel import ledger
from comity.kernel.ledger import Checkpoint, Frontier


def split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    half = 1
    while half * 2 < count:
        half *= 2
    return half


def mth(entries: Sequence[bytes]) -> bytes:
    """§2.1.1, the Merkle tree hash."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    half = split(len(entries))
    return hashlib.sha256(b"\x01" + mth(entries[:half]) + mth(entries[half:])).digest()


def path(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """§2.1.3.1, the inclusion proof."""
    if len(entries) == 1:
        return []
    half = split(len(entries))
    if index < half:
        return [*path(index, entries[:half]), mth(entries[half:])]
    return [*path(index - half, entries[half:]), mth(entries[:half])]


def subproof(old: int, entries: Sequence[bytes], known: bool) -> list[bytes]:
    """§2.1.4.1, the consistency proof; `known` says that the asker has the root of the old tree."""
    if old == len(entries):
        return [] if known else [mth(entries)]
    half = split(len(entries))
    if old <= half:
        return [*subproof(old, entries[:half], known), mth(entries[half:])]
    return [*subproof(old - half, entries[half:], False), mth(entries[:half])]


def pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def verify_inclusion(leaf: bytes, index: int, head: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """§2.1.3.2, step by step."""
    size, root = head
    if index >= size:
        return False
    fn, sn, found = index, size - 1, leaf
    for part in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = pair(part, found)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = pair(found, part)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == root


def verify_consistency(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """§2.1.4.2, step by step, for an old tree that is neither empty nor the whole."""
    parts = list(proof)
    if not parts:
        return False
    if old[0] & (old[0] - 1) == 0:
        parts.insert(0, old[1])
    fn, sn = old[0] - 1, new[0] - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    before = after = parts[0]
    for part in parts[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            before, after = pair(part, before), pair(part, after)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            after = pair(after, part)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and before == old[1] and after == new[1]


entries = st.lists(st.binary(max_size=4), min_size=1, max_size=130)
octets = st.binary(min_size=32, max_size=32)


class Kept:
    """Our tree over some entries, with the full nodes that pushing made."""

    def __init__(self, data: Sequence[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        frontier = Frontier()
        for index, entry in enumerate(data):
            frontier, made = frontier.push(ledger.leaf_hash(entry))
            self.nodes |= {(level, index >> level): node for level, node in enumerate(made)}
        self.root = frontier.root

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]


@given(entries, st.data())
@settings(deadline=None)
def test_roots_and_proofs_are_the_twins(data: list[bytes], draw: st.DataObject) -> None:
    """The incremental root, both kinds of proof at any older size, and the nodes kept, are those of the definition."""
    ours = Kept(data)
    assert ours.root == mth(data)
    size = draw.draw(st.integers(1, len(data)))
    index, old = draw.draw(st.integers(0, size - 1)), draw.draw(st.integers(1, size))
    assert list(ledger.hashes(ledger.inclusion_spans(index, size), ours.node)) == path(index, data[:size])
    assert list(ledger.hashes(ledger.consistency_spans(old, size), ours.node)) == subproof(old, data[:size], True)
    for (level, index), found in ours.nodes.items():
        assert found == mth(data[index << level : (index + 1) << level])


@given(entries, st.data())
@settings(deadline=None)
def test_inclusion_is_judged_as_by_the_twin(data: list[bytes], draw: st.DataObject) -> None:
    """Right, wrong, too short, too long, at the wrong index or size: both say the same."""
    size = draw.draw(st.integers(1, len(data)))
    index, claimed = draw.draw(st.integers(0, size - 1)), draw.draw(st.integers(0, size + 2))
    proof = spoilt(path(index, data[:size]), draw)
    for at in {index, claimed}:
        for head in {(size, mth(data[:size])), (claimed, mth(data[:size]))}:
            ours = Checkpoint("log", *head).includes(ledger.leaf_hash(data[index]), at, proof)
            assert ours == verify_inclusion(ledger.leaf_hash(data[index]), at, head, proof)


@given(entries.filter(lambda found: len(found) > 1), st.data())
@settings(deadline=None)
def test_consistency_is_judged_as_by_the_twin(data: list[bytes], draw: st.DataObject) -> None:
    """The same for the question whether one tree extends another."""
    size = draw.draw(st.integers(2, len(data)))
    old, claimed = draw.draw(st.integers(1, size - 1)), draw.draw(st.integers(1, size - 1))
    proof = spoilt(subproof(old, data[:size], True), draw)
    new = (size, mth(data[:size]))
    for before in ((old, mth(data[:old])), (claimed, mth(data[:old]))):
        ours = Checkpoint("log", *new).extends(Checkpoint("log", *before), proof)
        assert ours == verify_consistency(before, new, proof)


def spoilt(proof: list[bytes], draw: st.DataObject) -> list[bytes]:
    """The proof as it is, or with a part changed, dropped or added."""
    at = draw.draw(st.integers(0, len(proof)))
    return draw.draw(
        st.sampled_from(
            [
                proof,
                proof,
                proof[:at] + proof[at + 1 :],
                [*proof[:at], draw.draw(octets), *proof[at:]],
                [*proof[:at], draw.draw(octets), *proof[at + 1 :]],
            ]
        )
    )
