"""A registry in two tables of any SQL database; what differs between databases is asked of the class below.

One row is one entry and all that belongs to it: the payload and its salt, the leaf, the hashes of every subtree this
leaf completes, and the signature under the head of the tree that ends here. So to write an event is one insertion, and
the node at (level, index) is found in row `((index + 1) << level) - 1`. Of a head only the signature is kept: the rest
follows from the tree, and what is not written twice cannot disagree.
"""

from __future__ import annotations

import secrets
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from comity.kernel import ledger
from comity.kernel.ledger import HASH_BYTES, ID_BYTES, SALT_BYTES, Checkpoint, Frontier, Leaf, Note, Signature
from comity.kernel.words import canonical
from comity.registry.jobport import End
from comity.registry.keys import verify
from comity.registry.port import (
    ERASED,
    ConnectionLost,
    Damaged,
    Entry,
    Mark,
    NewEntry,
    NothingToErase,
    Overtaken,
    Row,
    Signer,
    WrongSigner,
)
from comity.registry.sql_jobs import SqlJobs

T = TypeVar("T")
Chance = Callable[[int], bytes]
"""Gives so many octets that nobody can guess."""

PAGE = 256  # entries read at once
KEPT = 1 << 16  # rows of upper nodes held in memory: some 30 MB, enough for 16 million entries
COLUMNS = "place, nodes, matter, nth, head, leaf, salt, payload"


def about_new(signer: Signer, chance: Chance = secrets.token_bytes) -> dict[str, Any]:
    """What a new registry says of itself; the signer's name becomes the log's origin for good."""
    head = _sign(Checkpoint(signer.key.name, 0, ledger.EMPTY_ROOT), signer)
    return {"origin": signer.key.name, "key": str(signer.key), "salt": chance(SALT_BYTES), "head": head}


class SqlRegistry(SqlJobs):
    """The registry, whatever database holds its rows; its methods are the port's, and what they mean stands there."""

    def __init__(self, path: Path | str, about: Mapping[str, Any], signer: Signer | None, chance: Chance) -> None:
        """`path` names the store in messages, `about` is what it says of itself. Raises WrongSigner."""
        self._path, self._signer, self._chance = path, signer, chance
        self._frontier = Frontier()  # the tree as this object last saw it; another process may have gone on
        self._seen: dict[str, int] = {}  # events of the matters this object wrote to, at that size
        self._upper: dict[int, bytes] = {}  # nodes of rows that complete large subtrees; rows never change
        self._names: dict[str, str] = {}  # pseudonyms of matters
        self._longest = 0  # the largest size seen
        self.about = dict(about)
        self.origin: str = about["origin"]
        self._salt: bytes = about["salt"]
        self._empty: bytes = about["head"]
        if signer and str(signer.key) != about["key"]:
            self.close()
            raise WrongSigner(path=path, origin=self.origin, why=f"its key is `{about['key']}`, not `{signer.key}`")

    # -- what a database is asked for, beside what its jobs ask --------------------------------------------------------

    @abstractmethod
    def _put(self, rows: Sequence[Sequence[Any]]) -> None:
        """Insert entries, one alone also outside `_locked`; raises Damaged if a place is taken, or NotWritten."""

    @abstractmethod
    def _blank(self, index: int) -> None:
        """Take an entry's payload and salt out; raises NotWritten."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the store."""

    # -- the port ------------------------------------------------------------------------------------------------------

    def append(self, entry: NewEntry, expected: int | None = None) -> Entry:
        """Write one event and sign the new head."""
        assert entry.kind != ERASED, "an erasure is written by `erase` alone"
        if self._frontier.size and expected in (None, self._count(entry.matter)):
            # Mostly nobody else wrote meanwhile, and one insertion needs no transaction round it. If somebody did, the
            # next place is taken, nothing is written and we look again; so too if it was lost on its way.
            with suppress(Damaged, ConnectionLost):
                return self._write(lambda signer: self._insert((entry,), signer), locked=False)[0]
        return self.append_all((entry,), {} if expected is None else {entry.matter: expected})[0]

    def append_all(
        self, entries: Iterable[NewEntry], expected: Mapping[str, int] | None = None, ends: End | None = None
    ) -> list[Entry]:
        """Write events in their order under one signed head: all of them, or none."""

        new = tuple(entries)
        assert all(entry.kind != ERASED for entry in new), "an erasure is written by `erase` alone"

        def work(signer: Signer) -> list[Entry]:
            self._catch_up(signer)
            for matter, seen in (expected or {}).items():
                if (found := self._count(matter)) != seen:
                    raise Overtaken(matter=matter, found=found, seen=seen)
            if ends:
                self._end(ends)
            return self._insert(new, signer)

        return self._write(work)

    def erase(self, index: int, why: str, at: datetime) -> Entry:
        """Remove a payload and its salt for good, and write that this was done."""

        def work(signer: Signer) -> Entry:
            entry = self._entry(self._row(index))
            if entry.kind == ERASED:
                raise NothingToErase(index=index, why="it says itself what was erased")
            if entry.payload is None:
                raise NothingToErase(index=index, why="it was erased before")
            self._blank(index)
            event = NewEntry(entry.matter, ERASED, at, at, canonical({"index": index, "why": why}))
            self._catch_up(signer)
            return self._insert((event,), signer)[0]

        return self._write(work)

    def entries(self, matter: str | None = None, start: int = 0) -> Iterator[Entry]:
        """The entries from index `start`, of one matter or of all, in the order of writing."""
        return (self._entry(row) for row in self._pages(matter, start))

    def latest(self, most: int, but: str = "") -> list[Entry]:
        """The last entries, newest first; those of one matter are passed over."""
        sql = f"SELECT {COLUMNS} FROM entry WHERE matter <> ? ORDER BY place DESC LIMIT ?"
        return [self._entry(row) for row in self._query(sql, but, most)]

    def mark(self, matter: str) -> Mark:
        """How far a matter has come."""
        found = self._query("SELECT nth + 1, leaf FROM entry WHERE matter = ? ORDER BY nth DESC LIMIT 1", matter)
        return Mark(*found[0]) if found else Mark(0, b"")

    def payload(self, index: int) -> bytes | None:
        """The payload of one entry, None when erased."""
        return self._entry(self._row(index)).payload

    def size(self) -> int:
        """How many entries the log has."""
        return int(self._query("SELECT coalesce(max(place) + 1, 0) FROM entry")[0][0])

    def root(self, size: int | None = None) -> bytes:
        """The root of the tree over all entries, or over the first `size` of them."""
        return self._tree(self._within(size)).root

    def checkpoint(self) -> str:
        """The signed note over the present head."""
        size, signature = self._head()
        return str(self._note(self._tree(size), signature))

    def inclusion(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """The proof that entry `index` is in the tree of `size` entries."""
        size = self._within(size)
        if not 0 <= index < size:
            raise LookupError(f"no entry {index} among {size}")
        return self._proof(ledger.inclusion_spans(index, size))

    def consistency(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        """The proof that the tree of `new` entries is that of `old` with entries only added."""
        new = self._within(new)
        if not 0 <= old <= new:
            raise LookupError(f"no tree of {old} entries within {new}")
        return self._proof(ledger.consistency_spans(old, new))

    def matters(self) -> dict[str, int]:
        """How many events each matter has, in the order in which the matters began."""
        return dict(self._query("SELECT matter, count(*) FROM entry GROUP BY matter ORDER BY min(place)"))

    def rows(self) -> Iterator[Row]:
        """Everything as it lies in the store, unread and in order."""
        for place, nodes, matter, nth, head, leaf, salt, payload in self._pages(None, 0):
            parts = tuple(nodes[at : at + HASH_BYTES] for at in range(0, len(nodes), HASH_BYTES))
            yield Row(place, matter, nth, self._pseudonym(matter), parts, head, leaf, salt, payload)

    def restore(self, rows: Iterable[Row]) -> None:
        """Write the rows of another registry as they are, all or none, in the place of those that are here.

        This one must say the same of itself, and what it has must be the beginning of the other.
        """
        left = iter(rows)
        with self._locked():
            self._query("DELETE FROM entry")
            while page := list(islice(left, PAGE)):
                self._put([
                    (row.index, b"".join(row.nodes), row.matter, row.nth, row.head, row.leaf, row.salt, row.payload)
                    for row in page
                ])  # fmt: skip

    # -- writing -------------------------------------------------------------------------------------------------------

    def _write(self, work: Callable[[Signer], T], locked: bool = True) -> T:
        # All that `work` does is kept, or none of it; unless it is one statement it must be locked.
        if self._signer is None:
            raise WrongSigner(path=self._path, origin=self.origin, why="it was opened without a key")
        try:
            with self._locked() if locked else nullcontext():
                return work(self._signer)
        except BaseException:
            self._frontier, self._seen = Frontier(), {}
            raise

    def _insert(self, entries: Sequence[NewEntry], signer: Signer) -> list[Entry]:
        made, rows, frontier = [], [], self._frontier
        for new in entries:
            salt, nth = self._chance(SALT_BYTES), self._count(new.matter)
            bound = ledger.commitment(salt, new.payload)
            leaf = Leaf(new.kind, self._pseudonym(new.matter), new.happened, new.known, bound).data
            place, (frontier, nodes) = frontier.size, frontier.push(ledger.leaf_hash(leaf))
            made.append(Entry(place, new.matter, nth, new.kind, new.happened, new.known, leaf, salt, new.payload))
            rows.append([place, b"".join(nodes), new.matter, nth, None, leaf, salt, new.payload])
            self._seen[new.matter] = nth + 1
        if rows:
            rows[-1][4] = _sign(Checkpoint(self.origin, frontier.size, frontier.root), signer)
            self._put(rows)
        self._frontier = frontier
        return made

    def _catch_up(self, signer: Signer) -> None:
        # What others wrote since is read before anything is added to it; a tree that its own head denies is not signed.
        size, signature = self._head()
        if self._frontier.size == size > 0:
            return
        self._frontier, self._seen = self._tree(size), {}
        if fault := self._note(self._frontier, signature).doubt((signer.key,), verify):
            raise Damaged(path=self._path, why=f"its signed head is not that of its entries: {fault.what}")

    def _count(self, matter: str) -> int:
        if matter not in self._seen:
            found = self._query("SELECT coalesce(max(nth) + 1, 0) FROM entry WHERE matter = ?", matter)
            self._seen[matter] = int(found[0][0])
        return self._seen[matter]

    def _pseudonym(self, matter: str) -> str:
        if matter not in self._names:
            self._names[matter] = ledger.commitment(self._salt, matter.encode())
        return self._names[matter]

    # -- reading -------------------------------------------------------------------------------------------------------

    def _head(self) -> tuple[int, bytes]:
        found = self._query("SELECT place + 1, head FROM entry ORDER BY place DESC LIMIT 1")
        size, head = found[0] if found else (0, self._empty)
        if head is None:
            raise Damaged(path=self._path, why="its last entry has no signed head")
        return size, head

    def _note(self, tree: Frontier, signature: bytes) -> Note:
        text = Checkpoint(self.origin, tree.size, tree.root).text
        return Note(text, (Signature(self.origin, signature[:ID_BYTES], signature[ID_BYTES:]),))

    def _within(self, size: int | None) -> int:
        # A log never gets shorter, so a size once seen need not be asked for again.
        if size is None or size > self._longest:
            self._longest = self.size()
        if size is not None and not 0 <= size <= self._longest:
            raise LookupError(f"no tree of {size} entries in a log of {self._longest}")
        return self._longest if size is None else size

    def _pages(self, matter: str | None, start: int) -> Iterator[Any]:
        # Page by page, so that no reader stands open while others write.
        sql = f"SELECT {COLUMNS} FROM entry WHERE place >= ? ORDER BY place LIMIT {PAGE}"
        if matter is not None:
            sql = f"SELECT {COLUMNS} FROM entry WHERE place >= ? AND matter = ? AND nth >= ? ORDER BY nth LIMIT {PAGE}"
        nth = 0
        while page := self._query(sql, start, *(() if matter is None else (matter, nth))):
            yield from page
            start, nth = page[-1][0] + 1, page[-1][3] + 1

    def _row(self, index: int) -> Any:
        found = self._query(f"SELECT {COLUMNS} FROM entry WHERE place = ?", index)
        if not found:
            raise LookupError(f"no entry {index}")
        return found[0]

    def _entry(self, row: Any) -> Entry:
        # What a few hashes can find wrong is never handed out as an event.
        place, nodes, matter, nth, _, data, salt, payload = row
        leaf = ledger.read_leaf(data)
        bound = isinstance(leaf, Leaf) and ledger.leaf_hash(data) == nodes[:HASH_BYTES]
        if not isinstance(leaf, Leaf) or not bound or leaf.matter != self._pseudonym(matter):
            raise Damaged(path=self._path, why=f"entry {place} is not what was written")
        if payload is not None and (
            len(salt or b"") != SALT_BYTES or ledger.commitment(salt, payload) != leaf.commitment
        ):
            raise Damaged(path=self._path, why=f"the payload of entry {place} is not what was written")
        return Entry(place, matter, nth, leaf.kind, leaf.happened, leaf.known, data, salt, payload)

    def _tree(self, size: int) -> Frontier:
        wanted = ledger.places(0, size)
        nodes = self._nodes(wanted)
        return Frontier(size, tuple(nodes[place] for place in wanted))

    def _proof(self, spans: Sequence[ledger.Span]) -> tuple[bytes, ...]:
        parts = [ledger.places(*span) for span in spans]
        nodes = self._nodes([place for part in parts for place in part])
        return tuple(ledger.fold([nodes[place] for place in part]) for part in parts)

    def _nodes(self, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        # The subtree (level, index) ends with the row in which it was completed.
        if len(self._upper) >= KEPT:
            self._upper.clear()
        rows = {(level, index): ((index + 1) << level) - 1 for level, index in wanted}
        missing = [row for row in rows.values() if row not in self._upper]
        sql = f"SELECT place, nodes FROM entry WHERE place IN ({', '.join('?' * len(missing))})"
        found = dict(self._query(sql, *missing)) if missing else {}
        self._upper.update((row, nodes) for row, nodes in found.items() if row % PAGE == PAGE - 1)
        hashes = {}
        for place, row in rows.items():
            start = place[0] * HASH_BYTES
            hashes[place] = (found.get(row) or self._upper.get(row, b""))[start : start + HASH_BYTES]
            if len(hashes[place]) != HASH_BYTES:
                raise Damaged(path=self._path, why=f"entry {row} lacks its part of the tree")
        return hashes


def _sign(head: Checkpoint, signer: Signer) -> bytes:
    signature = signer.key.sign(head.text, signer.sign)
    return signature.id + signature.octets
