"""What `comity ledger verify` does: read everything anew and name whatever is not as it was written.

Leaves are hashed from their octets, nodes from their children, heads from the nodes, and every signature is verified,
so faults stay where they are and do not spread. What only an outsider can know, that the whole log was rolled back or
rewritten under the right key, shows against a checkpoint somebody kept.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

from comity.errors import Unreadable
from comity.kernel import ledger
from comity.kernel.ledger import ID_BYTES, SALT_BYTES, Checkpoint, Key, Leaf, Note, Signature
from comity.kernel.words import Fault
from comity.registry.keys import verify
from comity.registry.port import ERASED, Damaged, Registry, Row
from comity.registry.tiles import ENTRIES, WIDTH, Tiles, TilesFaulty, checkpoint, tile_path, tiles, tree

_RESTORE = "keep this file as evidence and restore the registry from a copy that verifies"
REMEDIES: Final = {
    "file-damaged": _RESTORE,
    "entry-missing": _RESTORE,
    "leaf-unreadable": _RESTORE,
    "leaf-changed": _RESTORE,
    "matter-changed": _RESTORE,
    "matter-order": _RESTORE,
    "payload-changed": "take the payload from a copy; the leaf says which one is right",
    "payload-missing": "take payload and salt from a copy; an erasure would have left an `erased` event",
    "payload-returned": "find out who put it back; erase it again in a restored copy",
    "node-changed": _RESTORE,
    "head-missing": _RESTORE,
    "head-wrong": "compare with a copy: the entries up to here, or the signature, are not those of that day",
    "rolled-back": "somebody put back an older state: look for the newer one before writing anything",
    "history-rewritten": "both logs bear the same key: keep both as evidence and tell who relies on the log",
    "checkpoint-foreign": "give a checkpoint of this log, or the key it was signed with",
    "tile-missing": "export the log again into a new folder",
    "tile-changed": "export the log again into a new folder and keep this one as evidence",
}
"""Every fault a check can name, and what to do about it."""


def check(registry: Registry, keys: Iterable[Key], held: Iterable[str] = ()) -> list[Fault]:
    """Every fault in the registry; none means it is as it was written.

    `keys` are the log's public keys, from outside the registry; `held` are checkpoints kept elsewhere.
    """
    known = tuple(keys)
    heads = [ledger.believed(text, known, verify) for text in held]
    walk = _Walk(registry.origin, known, {head.size for head in heads if isinstance(head, Checkpoint)})
    try:
        for row in registry.rows():
            walk.read(row)
        walk.end(registry.matters())
        if not registry.size() and isinstance(doubt := ledger.believed(registry.checkpoint(), known, verify), Fault):
            walk.found("head-wrong", "empty log", doubt.what)
    except Damaged as error:
        walk.found("file-damaged", "file", error.message)
    for number, head in enumerate(heads, 1):
        walk.compare(f"held checkpoint {number}", head)
    return walk.faults


class _Walk:
    """The log read once from its first entry, with what was found wrong so far."""

    def __init__(self, origin: str, keys: tuple[Key, ...], sizes: set[int]) -> None:
        self.faults: list[Fault] = []
        self._origin, self._keys, self._sizes = origin, keys, sizes
        self._size = 0
        self._peaks: list[bytes] = []
        self._whole = True  # until an entry is missing; then the tree is lost
        self._denied = False  # once a head is wrong all later ones are, and are not told again
        self._headed = True
        self._roots = {0: ledger.EMPTY_ROOT}  # at the sizes asked for
        self._next: dict[str, int] = {}  # the number the next event of a matter should have
        self._matters: Counter[str] = Counter()
        self._empty: set[int] = set()
        self._announced: dict[int, int] = {}

    def found(self, name: str, where: str, what: str) -> None:
        self.faults.append(Fault(name, where, what, REMEDIES[name]))

    def read(self, row: Row) -> None:
        """Judge the next entry."""
        where = f"entry {row.index}"
        if row.index != self._size:
            self.found("entry-missing", where, f"entries {self._size} to {row.index - 1} are not there")
            self._whole = False
        self._matter(row, where)
        leaf = self._leaf(row, where)
        if leaf:
            self._payload(row, leaf, where)
        self._size = row.index + 1
        if self._whole:
            self._nodes(row, where)
            self._head(row, where)

    def _matter(self, row: Row, where: str) -> None:
        due = self._next.get(row.matter, 0)
        if row.nth != due:
            self.found("matter-order", where, f"it is event {row.nth} of `{row.matter}` where event {due} is due")
        self._next[row.matter] = row.nth + 1
        self._matters[row.matter] += 1

    def _leaf(self, row: Row, where: str) -> Leaf | None:
        leaf = ledger.read_leaf(row.leaf)
        if row.nodes[:1] != (ledger.leaf_hash(row.leaf),):
            self.found("leaf-changed", where, "its leaf is not the one in the tree")
        if isinstance(leaf, Fault):
            self.found("leaf-unreadable", where, leaf.what)
            return None
        if leaf.matter != row.pseudonym:
            self.found("matter-changed", where, f"its leaf does not name the matter `{row.matter}`")
        return leaf

    def _payload(self, row: Row, leaf: Leaf, where: str) -> None:
        if row.payload is None and row.salt is None:
            self._empty.add(row.index)
        elif row.payload is None or row.salt is None or len(row.salt) != SALT_BYTES:
            self.found("payload-changed", where, "of payload and salt only one is there")
        elif ledger.commitment(row.salt, row.payload) != leaf.commitment:
            self.found("payload-changed", where, "its payload is not the one its leaf commits to")
        elif leaf.kind == ERASED:
            self._announced |= dict.fromkeys(_erased(row.payload), row.index)

    def _nodes(self, row: Row, where: str) -> None:
        top, level, rest = (row.nodes or (ledger.leaf_hash(row.leaf),))[0], 0, row.index
        sound = bool(row.nodes)
        while rest & 1:
            level, rest = level + 1, rest >> 1
            top = ledger.node_hash(self._peaks.pop(), top)
            sound = sound and row.nodes[level : level + 1] == (top,)
            # Go on from what is stored, so that one changed node is one fault.
            top = row.nodes[level] if level < len(row.nodes) else top
        if not sound or len(row.nodes) != level + 1:
            self.found("node-changed", where, "the nodes of the tree here do not follow from those below them")
        self._peaks.append(top)

    def _head(self, row: Row, where: str) -> None:
        self._headed = row.head is not None
        judged = self._headed and not self._denied
        if not judged and self._size not in self._sizes:
            return
        root = ledger.fold(self._peaks)
        if self._size in self._sizes:
            self._roots[self._size] = root
        if row.head is None or not judged:
            return
        signature = Signature(self._origin, row.head[:ID_BYTES], row.head[ID_BYTES:])
        note = Note(Checkpoint(self._origin, self._size, root).text, (signature,))
        if doubt := note.doubt(self._keys, verify):
            self.found("head-wrong", where, f"the head signed here is not that of the entries up to here: {doubt.what}")
            self._denied = True

    def end(self, matters: dict[str, int]) -> None:
        """Judge what only the whole log shows; `matters` is what the registry says of itself."""
        if not self._headed:
            self.found("head-missing", f"entry {self._size - 1}", "the log ends here without a signed head")
        for index in sorted(self._empty - self._announced.keys()):
            self.found("payload-missing", f"entry {index}", "its payload is gone and no event says that it was erased")
        for index in sorted(self._announced.keys() - self._empty):
            where = f"entry {index}"
            self.found("payload-returned", where, f"entry {self._announced[index]} erased its payload, yet it is there")
        if matters != self._matters:
            self.found("file-damaged", "index of matters", "it does not list the events that are there")

    def compare(self, where: str, held: Checkpoint | Fault) -> None:
        """Judge the log against a checkpoint that somebody kept."""
        if isinstance(held, Fault) or held.origin != self._origin:
            what = held.what if isinstance(held, Fault) else f"it is one of the log `{held.origin}`"
            self.found("checkpoint-foreign", where, what)
        elif held.size > self._size:
            self.found("rolled-back", where, f"it counts {held.size} entries, the registry only {self._size}")
        elif self._roots.get(held.size, held.root) != held.root:
            self.found("history-rewritten", where, f"the first {held.size} entries are not those it was signed over")


def _erased(payload: bytes) -> tuple[int, ...]:
    # Whoever holds the key may have written anything here; it then announces nothing.
    try:
        return (int(json.loads(payload)["index"]),)
    except (ValueError, LookupError, TypeError):
        return ()


def check_tiles(folder: Path, keys: Iterable[Key]) -> list[Fault]:
    """Every fault in a folder of tiles, under the head its checkpoint gives; leaves may be absent altogether."""
    head = ledger.believed(checkpoint(folder), keys, verify)
    if isinstance(head, Fault):
        return [Fault("checkpoint-foreign", "checkpoint", head.what, REMEDIES["checkpoint-foreign"])]
    there, leaves = Tiles(folder, head.size), (folder / "tile" / ENTRIES).is_dir()
    checks = [(tile_path(*tile), partial(_tile_holds, there, tile, leaves)) for tile in tiles(head.size)]
    checks.append(("checkpoint", partial(_root_holds, there, head)))
    faults = []
    for where, holds in checks:
        name, what = "tile-changed", "its hashes do not follow from what lies below them"
        try:
            if holds():
                continue
        except (Unreadable, TilesFaulty) as error:
            name, what = "tile-missing" if isinstance(error, Unreadable) else name, error.message
        faults.append(Fault(name, where, what, REMEDIES[name]))
    return faults


def _tile_holds(there: Tiles, tile: tuple[int, int, int], leaves: bool) -> bool:
    level, index, width = tile
    hashes = there.hashes(*tile)
    if level:
        below = range(index * WIDTH, index * WIDTH + width)
        return hashes == [tree(there.hashes(level - 1, lower, WIDTH)) for lower in below]
    return not leaves or hashes == [ledger.leaf_hash(leaf) for leaf in there.leaves(index, width)]


def _root_holds(there: Tiles, head: Checkpoint) -> bool:
    return there.root(head.size) == head.root
