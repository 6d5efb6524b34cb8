"""What kind of mail store a path is, by what lies there, with the reason; and opening one as its layout says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from comity.errors import ComityError, Unreadable
from comity.sources.eml import Eml
from comity.sources.files import tree
from comity.sources.maildir import Maildir
from comity.sources.mbox import Mbox
from comity.sources.port import Faults, Kind, Layout, Store, open_file
from comity.sources.prefilter import FIELD, FROM_LINE, LINE_LIMIT, following

_SAMPLE: Final = 25


class Unknown(ComityError):
    """`{path}` is no mail store that comity knows"""

    help = "say which kind it is (mbox, maildir or eml), or name the file or folder that holds the messages"
    exit_code = 3


class Guess(NamedTuple):
    """A kind of store, and why it was taken for that."""

    kind: Kind
    why: str


def open_store(path: str | os.PathLike[str], layout: Layout) -> Store:
    """The store at a path as its layout declares it, or as what it looks like; `Unreadable` if nothing is there."""
    path = os.fspath(path)
    if not os.path.exists(path):
        raise Unreadable(path=path, why="there is no such file or folder")
    kind, why = detect(path) if layout.kind == "auto" else (layout.kind, f"{layout.kind}, as declared")
    if kind == "maildir":
        return Maildir(path, layout, why)
    return Eml(path, layout, why) if kind == "eml" else Mbox(path, layout, why)


def detect(path: str) -> Guess:
    """What kind of store a path looks like; `Unknown` if none."""
    if os.path.isdir(path):
        return _folder(path)
    look = _look(path)
    if look is None:
        raise Unknown(path=path)
    if look.from_line:
        return Guess("mbox", "an mbox: it begins with a From_ line")
    return Guess("eml", "a message: it begins with a header field")


def _folder(path: str) -> Guess:
    inside = sorted(os.listdir(path))
    if any(os.path.isdir(os.path.join(path, name)) for name in ("cur", "new")):
        return Guess("maildir", "a Maildir: it has a folder `cur` or `new`")
    if any(os.path.isdir(os.path.join(path, name, "cur")) for name in inside):
        return Guess("maildir", "Maildir folders: a folder in it has a folder `cur`")
    looks = [look for look in map(_look, islice(_files(path), _SAMPLE)) if look]
    if any(look.many for look in looks):
        return Guess("mbox", "a folder of mbox files: one of them holds more than one message")
    if looks:
        return Guess("eml", f"a folder of messages: each of the first {len(looks)} holds one")
    raise Unknown(path=path)


class _Look(NamedTuple):
    """What a file looks like at its beginning: an mbox with a From_ line, and `many` messages, or a bare message."""

    from_line: bool
    many: bool


def _look(path: str) -> _Look | None:
    """A look at a file; None if it is no mail."""
    try:
        file = open_file(os.path.realpath(path))
    except OSError:
        return None
    try:
        head, size = os.pread(file, LINE_LIMIT, 0), os.fstat(file).st_size
        if line := FROM_LINE.match(head):
            return _Look(True, following(file, size, line.end()) < size)
        return _Look(False, False) if FIELD.match(head) else None
    except OSError:
        return None
    finally:
        os.close(file)


def _files(path: str) -> Iterator[str]:
    return (os.path.join(path, folder, name) for folder, names in tree(path, Faults()) for name in names)
