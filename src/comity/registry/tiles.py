"""The log as a folder of files that any tool for transparency logs can read (C2SP tlog-tiles).

`checkpoint` is the signed head, `tile/<level>/…` hold the hashes 256 to a file, `tile/entries/…` the leaves. The folder
holds no payload, no salt and no matter's name, but leaves tell kinds and moments of events: where a secrecy order
forbids even that, export without them. Files are only ever added, each whole; the checkpoint is replaced last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from comity.errors import ComityError, Unreadable
from comity.kernel import ledger
from comity.kernel.ledger import HASH_BYTES, Checkpoint, Frontier, leaf_hash
from comity.kernel.words import Fault
from comity.registry.files import write_whole
from comity.registry.port import Registry

WIDTH = 256
"""Hashes in a full tile, leaves in a full bundle."""

ENTRIES = "entries"
"""What stands for the level in the path of a bundle of leaves."""


class TilesFaulty(ComityError):
    """`{path}` is not a tile of this log: {why}"""

    help = "restore the folder from a copy, or export the log into a new one"
    exit_code = 7


class TilesForeign(ComityError):
    """the folder `{path}` holds another log, or another history of this one"""

    help = "keep that folder as evidence and export into a new one"
    exit_code = 7


class TilesNotWritten(ComityError):
    """cannot write tiles to `{path}`: {why}"""

    help = "mend the cause and run the command again; what is there already stays good"
    exit_code = 7


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Where a tile lies: `tile/<level>/x001/x234/067`, with `.p/<width>` behind it while it is partial."""
    digits = str(index)
    groups = re.findall("...", digits.zfill(-(-len(digits) // 3) * 3))
    whole = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{whole}" + ("" if width == WIDTH else f".p/{width}")


def tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """The tiles of a tree as (level, index, width), lowest level first; only the last of a level may be partial."""
    level = 0
    while size:
        yield from ((level, index, min(WIDTH, size - index * WIDTH)) for index in range(-(-size // WIDTH)))
        level, size = level + 1, size // WIDTH


def bundle(leaves: Iterable[bytes]) -> bytes:
    """Leaves one after another, each behind its length in two octets."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def unbundle(data: bytes) -> list[bytes] | None:
    """The leaves of a bundle; None for one cut short or of more than 256 leaves."""
    leaves, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        leaves.append(data[at + 2 : end])
        at = end
    return leaves if at == len(data) and len(leaves) <= WIDTH else None


def checkpoint(folder: Path) -> str:
    """The signed head of the log in a folder; raises Unreadable."""
    return _octets(folder / "checkpoint").decode(errors="replace")


class Tiles:
    """The tiles of a folder, read. Nothing in them is believed before `check_tiles` has found no fault."""

    def __init__(self, folder: Path, size: int) -> None:
        """`folder` holds `checkpoint` and `tile/`; `size` is how many entries its checkpoint counts."""
        self.folder, self.size = folder, size

    def hashes(self, level: int, index: int, width: int) -> list[bytes]:
        """The first `width` hashes of a tile; raises Unreadable or TilesFaulty."""
        data = self._widest(level, index, width)
        if len(data) < width * HASH_BYTES or len(data) % HASH_BYTES:
            raise TilesFaulty(path=self.folder / tile_path(level, index, width), why="it is cut short")
        return [data[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES)]

    def leaves(self, index: int, width: int) -> list[bytes]:
        """The first `width` leaves of a bundle; raises Unreadable or TilesFaulty."""
        found = unbundle(self._widest(ENTRIES, index, width))
        if found is None or len(found) < width:
            raise TilesFaulty(path=self.folder / tile_path(ENTRIES, index, width), why="it is cut short")
        return found[:width]

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """The proof that entry `index` is in the tree of `size` entries."""
        return ledger.hashes(ledger.inclusion_spans(index, size), self._node)

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """The proof that the tree of `size` entries is that of `old` with entries only added."""
        return ledger.hashes(ledger.consistency_spans(old, size), self._node)

    def root(self, size: int) -> bytes:
        """The root over the first `size` entries."""
        return ledger.fold([self._node(*place) for place in ledger.places(0, size)])

    def _node(self, level: int, index: int) -> bytes:
        # Tiles hold every eighth level; those between are hashed from them.
        tile, count = level // 8, 1 << level % 8
        start = index * count
        width = min(WIDTH, (self.size >> 8 * tile) - start // WIDTH * WIDTH)
        found = self.hashes(tile, start // WIDTH, width)
        return tree(found[start % WIDTH : start % WIDTH + count])

    def _widest(self, level: int | str, index: int, width: int) -> bytes:
        # A partial tile may have been dropped once the full one came.
        exact = self.folder / tile_path(level, index, width)
        return _octets(exact if exact.exists() else self.folder / tile_path(level, index))


def _octets(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(path=path, why=error.strerror) from error


def tree(hashes: Iterable[bytes]) -> bytes:
    """The root over some hashes taken as leaves."""
    frontier = Frontier()
    for found in hashes:
        frontier, _ = frontier.push(found)
    return frontier.root


def export(registry: Registry, folder: Path, leaves: bool = True) -> Checkpoint:
    """Write what the folder lacks of the log and put the registry's present head on it; gives that head.

    Raises TilesForeign if the folder's checkpoint is not an earlier head of this log, TilesNotWritten, TilesFaulty.
    """
    note = registry.checkpoint()
    head = _head(note, folder)
    if (folder / "checkpoint").exists():
        old = _head(checkpoint(folder), folder)
        if old.origin != head.origin or old.size > head.size or registry.root(old.size) != old.root:
            raise TilesForeign(path=folder)
    there = Tiles(folder, head.size)
    try:
        for level, index, width in tiles(head.size):
            if level == 0:
                _add_leaves(registry, there, (index, width), leaves)
            elif not (path := folder / tile_path(level, index, width)).exists():
                below = range(index * WIDTH, index * WIDTH + width)
                _put(path, b"".join(tree(there.hashes(level - 1, lower, WIDTH)) for lower in below))
        if there.root(head.size) != head.root:
            raise TilesFaulty(path=folder, why="its tiles do not make up the registry's head")
        _put(folder / "checkpoint", note.encode())
    except OSError as error:
        raise TilesNotWritten(path=folder, why=error.strerror) from error
    return head


def _head(note: str, folder: Path) -> Checkpoint:
    read = ledger.read_note(note)
    found = read if isinstance(read, Fault) else ledger.read_checkpoint(read.text)
    if isinstance(found, Fault):
        raise TilesFaulty(path=folder / "checkpoint", why=found.what)
    return found


def _add_leaves(registry: Registry, there: Tiles, tile: tuple[int, int], leaves: bool) -> None:
    index, width = tile
    level, entries = (there.folder / tile_path(name, index, width) for name in (0, ENTRIES))
    if level.exists() and (entries.exists() or not leaves):
        return
    found = [entry.leaf for entry in islice(registry.entries(start=index * WIDTH), width)]
    _put(level, b"".join(map(leaf_hash, found)))
    if leaves:
        _put(entries, bundle(found))


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path.parent, [data], lambda: path.name, mode=0o644)
