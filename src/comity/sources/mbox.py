"""mbox: many messages in one file, each after a From_ line.

A message begins at a line that looks like From_ (sender and date) at the start of the file or after a blank line, and
ends before the next, less the one blank line between them. Its octets are those, as they stand in the file: quoting of
"From " lines included, From_ line and blank line not. What stands before the first From_ line is an item too. So the
items and what separates them are the file, octet for octet.

Variants differ in how lines of a message that begin with "From " are kept apart from From_ lines: mboxo puts `>` before
them, mboxrd before those with any number of `>` too, mboxcl quotes and counts the octets in Content-Length, mboxcl2
counts alone. Where messages are counted, a count is believed only if it ends at a From_ line or the end of the file; if
it jumps over another From_ line, that is told, as a message may be hidden there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import Final

from comity.kernel.collection import Place
from comity.sources.files import NOT_READ, File, tree
from comity.sources.headers import split
from comity.sources.port import Gauge, Item, Layout, Passed, open_file, shown
from comity.sources.prefilter import (
    DOUBT,
    FIELD,
    FROM_LINE,
    HEAD_LIMIT,
    LINE_LIMIT,
    LOOK,
    Needles,
    following,
    marks,
    needles,
)

_LENGTH: Final = re.compile(rb"^Content-Length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_ENDS: Final = re.compile(rb"(?:\r?\n){0,2}")
_QUOTED_TWICE: Final = re.compile(rb"^>>+From ", re.MULTILINE)
_QUOTED: Final = re.compile(rb"^>From ", re.MULTILINE)
_SAMPLE: Final = 4 << 20
_CHAIN: Final = 100
_NEAR: Final = 16 << 10


class Mbox:
    """An mbox file, or a tree of folders of them."""

    def __init__(self, path: str, layout: Layout, says: str = "an mbox, as declared") -> None:
        self.path, self.layout, self.says, self.gauge = os.path.realpath(path), layout, says, Gauge()
        self.taken_for = says

    def walk(self, accounts: Sequence[str] | None = None) -> Iterator[Item | Passed]:
        """Every message once, file by file, in the order they stand there."""
        self.gauge = Gauge()
        wanted = None if accounts is None else needles(accounts)
        single = not os.path.isdir(self.path)
        for file in self._files(single):
            try:
                descriptor = open_file(file.path)
            except OSError:
                self.gauge.items += 1
                yield Item(Place(self.layout.id, file.folder, shown(file.name), 0, NOT_READ), file.path)
                continue
            try:
                yield from _Reading(self, file, descriptor, single).items(wanted)
            except OSError as error:
                what = f"could not be read to its end: {error.strerror}"
                self.gauge.faults.add("unreadable-file", shown(file.name), what, "mend the disk, and collect again")
            finally:
                os.close(descriptor)

    def _files(self, single: bool) -> Iterator[File]:
        if single:
            self.gauge.total = _size(self.path)
            name = os.path.basename(self.path)
            yield File(self.path, name, name.removesuffix(".mbox"))
            return
        for folder, names in tree(self.path, self.gauge.faults):
            paths = [os.path.join(folder, name) for name in names]
            self.gauge.total += sum(_size(os.path.join(self.path, path)) for path in paths)
            for path in paths:
                yield File(os.path.join(self.path, path), path, shown(path).removesuffix(".mbox"))


class _Reading:
    """One file of a store, read once."""

    def __init__(self, store: Mbox, file: File, descriptor: int, single: bool) -> None:
        self.file, self.descriptor, self.layout, self.gauge = file, descriptor, store.layout, store.gauge
        self.name = shown(file.name)
        self.before = os.fstat(descriptor)
        self.size = self.before.st_size
        self.single, self.reach = single, 0
        variant, why = _variant(descriptor, self.size) if store.layout.variant == "auto" else (store.layout.variant, "")
        self.quoting, self.counted = variant, variant in ("mboxcl", "mboxcl2")
        if why and single:
            store.says = f"{store.taken_for}; {variant}: {why}"

    def items(self, wanted: Needles) -> Iterator[Item | Passed]:
        """The messages of the file; what it was before the first and after the last one was read must be the same."""
        if not self.size:
            return
        first = following(self.descriptor, self.size, 0)
        if first == self.size and not self.single and not _begins_like_mail(self.descriptor):
            remedy = "take it out of the store if it is no mbox"
            self.gauge.faults.add("no-from-line", self.name, "holds no From_ line, and is left out", remedy)
            self.gauge.done += self.size
            return
        if os.pread(self.descriptor, min(first, HEAD_LIMIT), 0).strip() or first > HEAD_LIMIT:
            what = f"{first} octets stand before the first From_ line"
            self.gauge.faults.add("no-from-line", f"{self.name}@0", what, "look at them; they are listed as one item")
            self.gauge.items += 1
            yield self._item(0, first)
        yield from self._messages(wanted)
        self._check()

    def _messages(self, wanted: Needles) -> Iterator[Item | Passed]:
        """Messages between From_ lines; the last of each block is held until it is known where it ends."""
        done, held = self.gauge.done, list[int]()
        for reached, found in marks(self.descriptor, self.size, wanted):
            begun = self._begun(found)
            starts = held + begun
            self.gauge.items += len(begun)
            looked = [number for number, mark in enumerate(starts[:-1]) if mark & LOOK]
            for number in looked:
                yield self._between(starts[number] >> 2, starts[number + 1] >> 2)
            self.gauge.done = done + reached
            yield Passed(len(starts[:-1]) - len(looked))
            held = starts[-1:]
        for mark in held:
            yield self._between(mark >> 2, self.size) if mark & LOOK else Passed(1)

    def _begun(self, found: Sequence[int]) -> list[int]:
        """The marks of the messages that begin in a block: not of doubtful lines, nor of those in counted messages."""
        if not self.counted and not any(mark & DOUBT for mark in found):
            return list(found)
        begun = list[int]()
        for mark in found:
            at = mark >> 2
            if mark & DOUBT or at < self.reach:
                self._tell(at, inside=at < self.reach, doubt=mark & DOUBT)
            else:
                begun.append(mark)
                self.reach = self._reach(at) if self.counted else 0
        return begun

    def _reach(self, at: int) -> int:
        """How far the message goes whose From_ line is at `at`, by its count; 0 if that is not to be believed."""
        end = _counted_end(self.descriptor, at, self.size)
        if end is None:
            what = "no Content-Length ends at a From_ line or the end; it is read up to the next From_ line"
            self.gauge.faults.add("length-does-not-fit", f"{self.name}@{at}", what, "look at the message")
        return end or 0

    def _tell(self, at: int, inside: bool, doubt: int) -> None:
        if inside and not doubt:
            what = "a From_ line stands inside a message whose Content-Length goes on beyond it"
            remedy = 'look whether a message is hidden there, and if so read the store as variant = "mboxo"'
            self.gauge.faults.add("from-line-inside", f"{self.name}@{at}", what, remedy)
        elif not inside:
            what = "looks like a From_ line but follows no blank line, and is taken for part of the message before it"
            remedy = "look whether a message begins there"
            self.gauge.faults.add("doubtful-from-line", f"{self.name}@{at}", what, remedy)

    def _between(self, start: int, stop: int) -> Item:
        """The message whose From_ line is at `start`, with the next (or the end of the file) at `stop`."""
        top = os.pread(self.descriptor, min(LINE_LIMIT, stop - start), start)
        line = FROM_LINE.match(top)
        begin = start + (line.end() if line else 0)
        counted = _counted_end(self.descriptor, start, self.size) if self.counted else None
        return self._item(begin, self._trimmed(begin, stop) if counted is None else counted, top[: begin - start])

    def _trimmed(self, begin: int, stop: int) -> int:
        """Where a message ends without the blank line that parts it from the next."""
        tail = os.pread(self.descriptor, 3, max(0, stop - 3))
        for blank, length in ((b"\n\r\n", 2), (b"\n\n", 1)):
            if tail.endswith(blank) and stop - length >= begin:
                return stop - length
        return stop

    def _item(self, begin: int, end: int, envelope: bytes = b"") -> Item:
        place = Place(self.layout.id, self.file.folder, self.name, begin, end - begin)
        return Item(place, self.file.path, envelope, quoting=self.quoting)

    def _check(self) -> None:
        after = os.fstat(self.descriptor)
        if (after.st_size, after.st_mtime_ns) != (self.size, self.before.st_mtime_ns):
            what = f"had {self.size} octets when its reading began and {after.st_size} when it ended, or was written to"
            remedy = "let nothing write to the store, and collect again"
            self.gauge.faults.add("changed-while-read", self.name, what, remedy)
        elif self.size and os.pread(self.descriptor, 1, self.size - 1) != b"\n":
            what = "does not end with a line end, as if cut short"
            self.gauge.faults.add("cut-short", self.name, what, "look whether the store's last message is whole")


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _begins_like_mail(file: int) -> bool:
    head = os.pread(file, LINE_LIMIT, 0)
    return head.startswith(b"From ") or FIELD.match(head) is not None


def _counted_end(file: int, at: int, size: int) -> int | None:
    """Where the message whose From_ line is at `at` ends by its Content-Length.

    None if it has none, or none that leads, over at most two line ends, to a From_ line or the end of the file.
    """
    for limit in (_NEAR, HEAD_LIMIT):
        head = os.pread(file, min(limit, size - at), at)
        line = FROM_LINE.match(head)
        header, body = split(head, line.end() if line else 0)
        if body < len(head):
            break
    count = _LENGTH.search(header)
    end = at + body + int(count[1]) if count else size + 1
    after = os.pread(file, LINE_LIMIT, end) if end <= size else b""
    blank = _ENDS.match(after)
    skipped = blank.end() if blank else 0
    return end if end + skipped == size or FROM_LINE.match(after, skipped) else None


def _variant(file: int, size: int) -> tuple[str, str]:
    """Which variant a file is, and why: counted if a count fits in each of its first messages, else by its quoting."""
    at, counted = following(file, size, 0), 0
    while at < size and counted < _CHAIN:
        end = _counted_end(file, at, size)
        if end is None:
            counted = 0
            break
        at, counted = following(file, size, end), counted + 1
    sample = os.pread(file, min(size, _SAMPLE), 0)
    quoted = _QUOTED.search(sample)
    if counted:
        why = f"Content-Length fits in each of the first {counted} messages"
        return ("mboxcl", f"{why}, and `>From ` stands in them") if quoted else ("mboxcl2", why)
    if twice := _QUOTED_TWICE.search(sample):
        return "mboxrd", f"`>>From ` stands at octet {twice.start()}"
    return "mboxo", f"no `>>From ` stands in the first {len(sample)} octets"
