"""The ledger: why nobody, the office included, can change, move or take out what was once written down.

Each entry is a leaf of a Merkle tree (RFC 9162 §2.1, SHA-256); the tree's head is signed as a checkpoint (C2SP
tlog-checkpoint) and the tree lies in files as tiles (C2SP tlog-tiles), so that tools made by others can follow it.
A node is named by its place (level, index): the full subtree over the leaves [index << level, (index + 1) << level).
Reading is strict, with stated limits, and what cannot be read is a Fault. Signing and verifying are handed in.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from comity.kernel.words import Fault, canonical

Span = tuple[int, int]  # the leaves [start, end) under one node of a proof
Node = Callable[[int, int], bytes]  # gives the hash of the full subtree at (level, index)
Verify = Callable[[bytes, bytes, bytes], bool]  # whether, under a public key, a message has this signature

HASH_BYTES, SALT_BYTES, ID_BYTES = 32, 32, 4
EMPTY_ROOT = hashlib.sha256().digest()
ED25519, COSIGNATURE = 0x01, 0x04
LEAF_LIMIT, NOTE_LIMIT, SIGNATURE_LIMIT, SIZE_LIMIT = 65_535, 65_536, 64, 2**63 - 1

_TEXT = re.compile("[\n\\x20-\ud7ff\ue000-\U0010ffff]*")
_CHECKPOINT = re.compile("([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]+)\n((?:[^\n]+\n)*)")
_SIGNED = re.compile(r"— ([^\s+]+) (\S+)")


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry; its prefix byte keeps a leaf from passing for an inner node (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over full subtrees that stand side by side, largest first; of none, the empty tree's root."""
    root = peaks[-1] if peaks else EMPTY_ROOT
    for left in reversed(peaks[:-1]):
        root = node_hash(left, root)
    return root


def places(start: int, end: int) -> list[tuple[int, int]]:
    """The full subtrees that make up the node over [start, end), left to right."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


@dataclass(frozen=True, slots=True)
class Frontier:
    """A growing tree: its size and the roots of its largest full subtrees, all that the next root depends on."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def push(self, leaf: bytes) -> tuple[Frontier, tuple[bytes, ...]]:
        """The tree with one more leaf hash, and the hashes at levels 0, 1, … of the subtrees this leaf completes."""
        made, peaks, rest = [leaf], list(self.peaks), self.size
        while rest & 1:
            made.append(node_hash(peaks.pop(), made[-1]))
            rest >>= 1
        return Frontier(self.size + 1, (*peaks, made[-1])), tuple(made)

    @property
    def root(self) -> bytes:
        """The Merkle tree hash over every leaf so far."""
        return fold(self.peaks)


def _walk(start: int, end: int, size: int) -> tuple[list[Span], int]:
    # Down from the root to the subtree of [start, end) at its end: the ones passed by, lowest first, and its start.
    assert 0 <= start < end <= size
    passed, low, high = [], 0, size
    while low < start or high > end:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        left = end <= middle
        passed.append((middle, high) if left else (low, middle))
        low, high = (low, middle) if left else (middle, high)
    return passed[::-1], low


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The nodes beside the way from leaf `index` up to the root of `size` leaves, lowest first (RFC 9162 §2.1.3.1)."""
    return _walk(index, index + 1, size)[0]


def consistency_spans(old: int, size: int) -> list[Span]:
    """The nodes that rebuild both the root of `old` leaves and that of `size`, lowest first (RFC 9162 §2.1.4.1)."""
    beside, start = _walk(0, old, size) if old else ([], 0)
    # An old tree that is itself a full subtree of the new one is known to whoever asks, and is left out.
    return [(start, old), *beside] if start else beside


def hashes(spans: Iterable[Span], node: Node) -> tuple[bytes, ...]:
    """The proof for `spans`: the hash of each, a ragged right edge folded from its full subtrees."""
    return tuple(fold([node(*place) for place in places(*span)]) for span in spans)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree's head at one size: whose log, how many entries, the root hash; `extensions` are lines we only carry."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note text to sign (C2SP tlog-checkpoint)."""
        return "\n".join((self.origin, str(self.size), _base64(self.root), *self.extensions, ""))

    def includes(self, leaf: bytes, index: int, proof: Sequence[bytes]) -> bool:
        """Whether `proof` shows that the leaf hash is entry `index` of this tree (RFC 9162 §2.1.3.2)."""
        spans = inclusion_spans(index, self.size) if 0 <= index < self.size else None
        if spans is None or [HASH_BYTES] * len(spans) != [len(part) for part in proof]:
            return False
        for (start, _), beside in zip(spans, proof, strict=True):
            leaf = node_hash(beside, leaf) if start <= index else node_hash(leaf, beside)
        return leaf == self.root

    def extends(self, old: Checkpoint, proof: Sequence[bytes]) -> bool:
        """Whether `proof` shows that this tree is `old` with entries only added (RFC 9162 §2.1.4.2)."""
        spans = consistency_spans(old.size, self.size) if old.size <= self.size else None
        if spans is None or [HASH_BYTES] * len(spans) != [len(part) for part in proof] or old.origin != self.origin:
            return False
        if old.size == 0:
            return old.root == EMPTY_ROOT
        seeded = bool(spans) and spans[0][1] == old.size
        before = after = proof[0] if seeded else old.root
        for (start, _), beside in list(zip(spans, proof, strict=True))[seeded:]:
            before = node_hash(beside, before) if start < old.size else before
            after = node_hash(beside, after) if start < old.size else node_hash(after, beside)
        return (before, after) == (old.root, self.root)


def read_checkpoint(text: str) -> Checkpoint | Fault:
    """The checkpoint in a note's text: origin, size without leading zeroes, root, any further lines."""
    found = _CHECKPOINT.fullmatch(text)
    root = _unbase64(found[3]) if found else b""
    if not found or len(root) != HASH_BYTES or int(found[2]) > SIZE_LIMIT:
        return _fault("checkpoint-unreadable", "a checkpoint is origin, size and root (base64), a line each")
    return Checkpoint(found[1], int(found[2]), root, tuple(found[4].split("\n")[:-1]))


def commitment(salt: bytes, payload: bytes) -> str:
    """Binds an entry to its payload without telling it: once the salt is erased, no guess can be checked against it."""
    assert len(salt) == SALT_BYTES
    return "sha256:" + hashlib.sha256(salt + payload).hexdigest()


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the tree binds of one event, telling as little as it can; moments are aware and written in UTC."""

    kind: str
    matter: str  # the commitment to its name, under a salt that only the registry knows
    happened: datetime  # when it came about
    known: datetime  # when the office knew
    commitment: str  # to its payload

    @property
    def data(self) -> bytes:
        """The leaf's octets: canonical JSON."""
        happened, known = (at.astimezone(UTC).isoformat().replace("+00:00", "Z") for at in (self.happened, self.known))
        fields = {"commitment": self.commitment, "happened": happened, "kind": self.kind, "known": known}
        return canonical({"format": "comity/leaf/v1", "matter": self.matter, **fields})


def read_leaf(data: bytes) -> Leaf | Fault:
    """The leaf these octets say; anything but exactly what `Leaf.data` writes, up to 65,535 octets, is a fault."""
    try:
        found = json.loads(data[:LEAF_LIMIT])
        happened, known = (datetime.fromisoformat(found[name]) for name in ("happened", "known"))
        leaf = Leaf(found["kind"], found["matter"], happened, known, found["commitment"])
        if leaf.data == data and all(isinstance(value, str) for value in found.values()):
            return leaf
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError):
        pass
    return _fault("leaf-unreadable", "these octets are not a leaf of this log")


@dataclass(frozen=True, slots=True)
class Key:
    """A public key of a log or a witness: its name, its signature type (`ED25519`, `COSIGNATURE`), its 32 octets."""

    name: str
    kind: int
    public: bytes
    id: bytes = field(init=False)  # with the name it says in a note which key signed (C2SP signed-note)

    def __post_init__(self) -> None:
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        object.__setattr__(self, "id", hashlib.sha256(named).digest()[:ID_BYTES])

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    def message(self, text: str, time: int) -> bytes:
        """The octets this key signs: the text, or for a witness the text under its time (POSIX seconds)."""
        return (text if self.kind == ED25519 else f"cosignature/v1\ntime {time}\n{text}").encode()

    def signed(self, text: str, line: Signature, verify: Verify) -> bool:
        """Whether `line` is this key's signature under `text`."""
        split = 8 if self.kind == COSIGNATURE else 0
        time = int.from_bytes(line.octets[:split], "big")
        return time <= SIZE_LIMIT and verify(self.public, self.message(text, time), line.octets[split:])

    def sign(self, text: str, signer: Callable[[bytes], bytes], time: int = 0) -> Signature:
        """This key's signature line under `text`; `time` (POSIX seconds) counts for a witness only."""
        stamp = time.to_bytes(8, "big") if self.kind == COSIGNATURE else b""
        return Signature(self.name, self.id, stamp + signer(self.message(text, time)))


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note: who claims to have signed, and the octets; a witness's begin with its time."""

    name: str
    id: bytes
    octets: bytes

    def __str__(self) -> str:
        return f"— {self.name} {_base64(self.id + self.octets)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a newline, and the signatures under it (C2SP signed-note)."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def doubt(self, keys: Iterable[Key], verify: Verify) -> Fault | None:
        """Why not to believe it: no key given signed it, or one did wrongly. Lines of other keys are passed over."""
        known = {(key.name, key.id): key for key in keys}
        signed = [line for line in self.signatures if (line.name, line.id) in known]
        for line in signed:
            if not known[line.name, line.id].signed(self.text, line, verify):
                return _fault("signature-wrong", f"the signature of `{line.name}` does not fit the text")
        return None if signed else _fault("signature-unknown", "no key known here signed this note")


def read_note(text: str) -> Note | Fault:
    """A signed note: text, an empty line, 1 to 64 signature lines, nothing else; at most 65,536 characters."""
    body, _, tail = text.rpartition("\n\n")
    *lines, last = tail.split("\n")
    readable = len(text) <= NOTE_LIMIT and _TEXT.fullmatch(text)
    if not (readable and body) or last or not 1 <= len(lines) <= SIGNATURE_LIMIT:
        return _fault("note-unreadable", "a note is text, an empty line and 1 to 64 signature lines, 65,536 characters")
    signatures = []
    for line in lines:
        found = _SIGNED.fullmatch(line)
        octets = _unbase64(found[2]) if found else b""
        if not found or len(octets) <= ID_BYTES:
            return _fault("note-unreadable", f"`{line}` is not a signature line")
        signatures.append(Signature(found[1], octets[:ID_BYTES], octets[ID_BYTES:]))
    return Note(body + "\n", tuple(signatures))


def believed(text: str, keys: Iterable[Key], verify: Verify) -> Checkpoint | Fault:
    """The checkpoint in a signed note, if one of `keys` signed it."""
    note = read_note(text)
    return note if isinstance(note, Fault) else note.doubt(keys, verify) or read_checkpoint(note.text)


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _unbase64(text: str) -> bytes:
    # Nothing but the one standard spelling counts: a second spelling of the same octets would be a second note.
    try:
        octets = base64.b64decode(text, validate=True)
        return octets if _base64(octets) == text else b""
    except ValueError:
        return b""


def _fault(name: str, what: str) -> Fault:
    return Fault(name, "ledger", what, "get it again from where it came; if it stays so, keep it as evidence")
