"""mbox: many messages in one file, each after a From_ line.

A message begins at a line that looks like From_ (sender and date) at the start of the file or after a blank line, and
ends before the next, less the one blank line between them. Its octets are those, as they stand in the file: quoting of
"From " lines included, From_ line and blank line not. What stands before the first From_ line is an item too. So the
items and what separates them are the file, octet for octet.

Variants differ in how lines of a message that begin with "From " are kept apart from From_ lines: mboxo puts `>` before
them, mboxrd before those with any number of `>` too, mboxcl quotes and counts the octets in Content-Length, mboxcl2
counts alone. Where messages are counted, a count is believed only if it ends at a From_ line or the end of the file.
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
    looks,
    marks,
    needles,
)

_LENGTH: Final = re.compile(rb"^Content-Length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_ENDS: Final = re.compile(rb"(?:\r?\n){0,2}")
_QUOTED_TWICE: Final = re.compile(rb"^>>+From ", re.MULTILINE)
_QUOTED: Final = re.compile(rb"^>From ", re.MULTILINE)
_SAMPLE: Final = 4 << 20
_CHAIN: Final = 100


class Mbox:
    """An mbox file, or a tree of folders of them."""

    def __init__(self, path: str, layout: Layout, says: str = "an mbox, as declared") -> None:
        self.path, self.layout, self.says, self.gauge = os.path.realpath(path), layout, says, Gauge()

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
            self.gauge.total = os.path.getsize(self.path) if os.path.isfile(self.path) else 0
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
        self.single = single
        variant, why = _variant(descriptor, self.size) if store.layout.variant == "auto" else (store.layout.variant, "")
        self.quoting = variant
        if why and single:
            store.says = f"{store.says}; {variant}: {why}"

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
        counted = self.quoting in ("mboxcl", "mboxcl2")
        yield from self._counted(first, wanted) if counted else self._marked(wanted)
        self._check()

    def _marked(self, wanted: Needles) -> Iterator[Item | Passed]:
        """Messages between From_ lines."""
        done, start, look = self.gauge.done, -1, 0
        for reached, found in marks(self.descriptor, self.size, wanted):
            passed = 0
            for mark in found:
                if mark & DOUBT:
                    self._doubt(mark >> 2)
                    continue
                if look:
                    yield self._between(start, mark >> 2)
                elif start >= 0:
                    passed += 1
                start, look = mark >> 2, mark & LOOK
                self.gauge.items += 1
            self.gauge.done = done + reached
            yield Passed(passed)
        if start >= 0:
            yield self._between(start, self.size) if look else Passed(1)

    def _counted(self, at: int, wanted: Needles) -> Iterator[Item | Passed]:
        """Messages by their Content-Length; from a From_ line to the next where that is missing or false."""
        done = self.gauge.done
        while at < self.size:
            head, begin, fit = _counted(self.descriptor, at, self.size)
            if fit is None:
                what = (
                    "no Content-Length ends at a From_ line or the end; the message is read up to the next From_ line"
                )
                self.gauge.faults.add("length-does-not-fit", f"{self.name}@{at}", what, "look at the message")
                stop = following(self.descriptor, self.size, begin)
                end = self._trimmed(begin, stop)
            else:
                end, stop = fit
            self.gauge.items += 1
            self.gauge.done = done + stop
            look = looks(head, wanted) or not FIELD.match(head, begin - at)
            yield self._item(begin, end, head[: begin - at]) if look else Passed(1)
            at = stop

    def _doubt(self, at: int) -> None:
        what = "looks like a From_ line but follows no blank line, and is taken for part of the message before it"
        self.gauge.faults.add("doubtful-from-line", f"{self.name}@{at}", what, "look whether a message begins there")

    def _between(self, start: int, stop: int) -> Item:
        top = os.pread(self.descriptor, min(LINE_LIMIT, stop - start), start)
        line = FROM_LINE.match(top)
        begin = start + (line.end() if line else 0)
        return self._item(begin, self._trimmed(begin, stop), top[: begin - start])

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


def _counted(file: int, at: int, size: int) -> tuple[bytes, int, tuple[int, int] | None]:
    """The From_ line and header at `at`; where the message begins; where it and the blank lines after it end.

    The ends are None where no Content-Length leads to a From_ line or the end of the file.
    """
    head = os.pread(file, min(64 << 10, size - at), at)
    line = FROM_LINE.match(head)
    begin = line.end() if line else 0
    header, body = split(head, begin)
    if body == len(head) and at + len(head) < size:
        head = os.pread(file, HEAD_LIMIT, at)
        header, body = split(head, begin)
    count = _LENGTH.search(header)
    end = at + body + int(count[1]) if count else size + 1
    after = os.pread(file, LINE_LIMIT, end) if end <= size else b""
    blank = _ENDS.match(after)
    stop = end + (blank.end() if blank else 0)
    fits = stop == size or FROM_LINE.match(after, stop - end) is not None
    return head[:body], at + begin, (end, stop) if fits else None


def _variant(file: int, size: int) -> tuple[str, str]:
    """Which variant a file is, and why: counted if a count fits in each of its first messages, else by its quoting."""
    at, counted = following(file, size, 0), 0
    while at < size and counted < _CHAIN:
        _, _, fit = _counted(file, at, size)
        if fit is None:
            counted = 0
            break
        at, counted = fit[1], counted + 1
    sample = os.pread(file, min(size, _SAMPLE), 0)
    quoted = _QUOTED.search(sample)
    if counted:
        why = f"Content-Length fits in each of the first {counted} messages"
        return ("mboxcl", f"{why}, and `>From ` stands in them") if quoted else ("mboxcl2", why)
    if twice := _QUOTED_TWICE.search(sample):
        return "mboxrd", f"`>>From ` stands at octet {twice.start()}"
    return "mboxo", f"no `>>From ` stands in the first {len(sample)} octets"
