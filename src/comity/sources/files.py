"""Stores that keep one message a file: what Maildir and folders of EML have in common."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from comity.kernel.collection import Place, Span
from comity.sources.port import READING, Faults, Gauge, Item, Layout, Passed, open_file, shown
from comity.sources.prefilter import BLANK, FIELD, FROM_LINE, HEAD_LIMIT, Needles, looks

_FIRST = 8 << 10
_TOGETHER = 256
NOT_READ = 1
"""The size given to an item that could not be opened: some octets, so that reading them says why it fails."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a store: where it is, its name below the store's root, and the folder it stands for."""

    path: str
    name: str
    folder: str


def tree(root: str, faults: Faults) -> Iterator[tuple[str, list[str]]]:
    """Every folder below `root`, itself first, with the names of its files, sorted.

    Links are not followed; they, what is neither file nor folder, and folders that may not be read are faults.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        files, folders = listed(root, folder, faults)
        yield folder, files
        waiting += (os.path.join(folder, name) for name in reversed(folders))


def listed(root: str, folder: str, faults: Faults) -> tuple[list[str], list[str]]:
    """The names of the files and of the folders in one folder, sorted."""
    files, folders = list[str](), list[str]()
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    files.append(entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                else:
                    where = shown(os.path.join(folder, entry.name))
                    kind = "a symbolic link" if entry.is_symlink() else "neither a file nor a folder"
                    faults.add("not-a-file", where, f"is {kind}, and is left out", "put the file itself there")
    except OSError as error:
        what = f"cannot be listed: {error.strerror}"
        faults.add("unreadable-folder", shown(folder) or ".", what, "give the right to read it, and collect again")
    return sorted(files), sorted(folders)


def sift(
    folder: str, names: Iterable[str], wanted: Needles, gauge: Gauge, read: Callable[[str], Item | Passed | None]
) -> Iterator[Item | Passed]:
    """The messages in the files of one folder: those that cannot be the account's passed over, the others `read`.

    `read` is given the file's name and may find it to be no message (None).
    """
    passed = 0
    before = folder + os.sep
    for name in names:
        if wanted is not None and passes(before + name, wanted):
            passed += 1
            if passed < _TOGETHER:
                continue
        if passed:
            yield _told(gauge, Passed(passed))
        if passed < _TOGETHER and (found := read(name)):
            yield _told(gauge, found)
        passed = 0
    if passed:
        yield _told(gauge, Passed(passed))


def _told(gauge: Gauge, found: Item | Passed) -> Item | Passed:
    number = found.number if isinstance(found, Passed) else 1
    gauge.items += number
    gauge.done += number
    return found


def passes(path: str, wanted: Needles) -> bool:
    """Whether a file's message is surely none of the account's, as far as a first look tells."""
    try:
        file = os.open(path, READING)
        try:
            head = os.read(file, _FIRST)
        finally:
            os.close(file)
    except OSError:
        return False
    if blank := BLANK.search(head):
        head = head[: blank.start()]
    elif len(head) == _FIRST:
        return False
    return FIELD.match(head) is not None and not looks(head, wanted)


def message(file: File, layout: Layout, wanted: Needles, delivered: Span | None = None) -> Item | None:
    """The message in a file, or None if it cannot be the account's.

    A file that is gone or cannot be read is a message all the same: whoever reads its octets learns why they are not
    to be had.
    """
    try:
        head, size = _head(file.path)
    except OSError:
        return Item(Place(layout.id, file.folder, shown(file.name), 0, NOT_READ), file.path)
    line = FROM_LINE.match(head)
    begin = line.end() if line else 0
    if FIELD.match(head, begin) and not looks(head, wanted):
        return None
    place = Place(layout.id, file.folder, shown(file.name), begin, size - begin)
    return Item(place, file.path, head[:begin], delivered)


def begins_like_a_message(path: str) -> bool:
    """Whether a file begins with a From_ line or a header field, or cannot be looked into."""
    try:
        head, _ = _head(path)
    except OSError:
        return True
    return bool(FROM_LINE.match(head) or FIELD.match(head))


def _head(path: str) -> tuple[bytes, int]:
    """The header of the message in a file (at least, as in `prefilter`), and the file's size."""
    file = open_file(path)
    try:
        head = os.read(file, _FIRST)
        size = len(head)
        if size == _FIRST or not size:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise OSError(0, "not a file")
            size = found.st_size
        blank = BLANK.search(head)
        if not blank and size > len(head):
            head = os.pread(file, HEAD_LIMIT, 0)
            blank = BLANK.search(head)
        return head[: blank.end()] if blank else head, size
    finally:
        os.close(file)
