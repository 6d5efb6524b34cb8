"""Maildir: a folder a mailbox, a file a message, in `new` until it was seen and in `cur` from then on.

Subfolders are found as Maildir++ has them (`.Projects.2013` beside `cur`) and as plain nested folders. Half-delivered
messages in `tmp` are none yet. A mail program may rename a file (its flags) or move it from `new` to `cur` at any
moment: `new` is listed before `cur`, so that a message moved meanwhile is met at least once, and by the name up to its
flags, so that it is met once only.
"""

from __future__ import annotations

import binascii
import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from comity.kernel.collection import Span
from comity.sources.files import File, begins_like_a_message, listed, message, sift
from comity.sources.port import Faults, Gauge, Item, Layout, Passed, shown
from comity.sources.prefilter import Needles, needles

_BOXES: Final[tuple[str, ...]] = ("new", "cur")
_STAMP: Final = re.compile(r"(\d{9,11})\.")
_FLAGS: Final = re.compile(r"[:;!][12],[^:;!]*$")
_UTF7: Final = re.compile(r"&([A-Za-z0-9+,]*)-")


class Maildir:
    """A Maildir and the folders in it."""

    def __init__(self, path: str, layout: Layout, says: str = "a Maildir, as declared") -> None:
        self.path, self.layout, self.says, self.gauge = os.path.realpath(path), layout, says, Gauge()

    def walk(self, accounts: Sequence[str] | None = None) -> Iterator[Item | Passed]:
        """Every message once, folder by folder, by its name."""
        self.gauge = Gauge()
        wanted = None if accounts is None else needles(accounts)
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            files, folders = listed(self.path, folder, self.gauge.faults)
            boxes = [name for name in _BOXES if name in folders]
            yield from self._mailbox(folder, boxes, wanted)
            for name in files:
                self._stray(os.path.join(folder, name))
            inner = [name for name in folders if not (boxes and name in ("new", "cur", "tmp"))]
            waiting += (os.path.join(folder, name) for name in reversed(inner))

    def _stray(self, name: str) -> None:
        if begins_like_a_message(os.path.join(self.path, name)):
            what, remedy = "looks like a message, and lies in neither `new` nor `cur`", "move it there if it is one"
            self.gauge.faults.add("not-in-a-mailbox", shown(name), what, remedy)

    def _mailbox(self, folder: str, boxes: list[str], wanted: Needles) -> Iterator[Item | Passed]:
        """The messages of one mailbox."""
        names = {box: self._names(os.path.join(folder, box)) for box in boxes}
        if names.get("new"):
            names["new"] = self._unmoved(os.path.join(folder, "new"), names["new"], names.get("cur", []))
        self.gauge.total += sum(map(len, names.values()))
        for box in boxes:
            below = os.path.join(folder, box)
            read = partial(self._message, below, named(folder), wanted)
            yield from sift(os.path.join(self.path, below), names[box], wanted, self.gauge, read)

    def _unmoved(self, box: str, new: list[str], cur: list[str]) -> list[str]:
        """The messages in `new`, less those that were moved to `cur` between the listing of the two."""
        path, seen = os.path.join(self.path, box), set(map(_unique, cur))
        return [name for name in new if _unique(name) not in seen or os.path.lexists(os.path.join(path, name))]

    def _names(self, box: str) -> list[str]:
        files, folders = listed(self.path, box, self.gauge.faults)
        for name in folders:
            what, remedy = "is a folder where messages lie, and is left out", "look into it, and move it elsewhere"
            self.gauge.faults.add("not-a-file", shown(os.path.join(box, name)), what, remedy)
        return files

    def _message(self, below: str, folder: str, wanted: Needles, base: str) -> Item | Passed:
        name, delivered = os.path.join(below, base), _delivered(base)
        file = File(os.path.join(self.path, name), name, folder)
        item = message(file, self.layout, wanted, delivered)
        if item and not os.path.lexists(file.path) and (moved := self._moved(name)):
            item = message(File(os.path.join(self.path, moved), moved, folder), self.layout, wanted, delivered)
        return item or Passed(1)

    def _moved(self, name: str) -> str | None:
        """Where a message is now whose file was renamed since it was listed."""
        box, base = os.path.split(name)
        for place in _BOXES:
            folder = os.path.join(os.path.dirname(box), place)
            for other in listed(self.path, folder, Faults())[0]:
                if _unique(other) == _unique(base):
                    return os.path.join(folder, other)
        return None


def named(folder: str) -> str:
    """A folder's name as its user knows it: `INBOX`, `Projects/2013` for `.Projects.2013`, modified UTF-7 decoded."""
    if not folder:
        return "INBOX"
    steps = [step[1:].replace(".", "/") if step.startswith(".") else step for step in folder.split(os.sep)]
    return _UTF7.sub(_letters, "/".join(steps))


def _letters(match: re.Match[str]) -> str:
    """Modified base64 of UTF-16 (RFC 3501, 5.1.3); `&-` is an ampersand, and what is not of this form stays."""
    text = match[1].replace(",", "/")
    try:
        return binascii.a2b_base64(text + "=" * (-len(text) % 4)).decode("utf-16-be") if text else "&"
    except (binascii.Error, UnicodeError):
        return match[0]


def _unique(name: str) -> str:
    """A message's name without its flags."""
    return _FLAGS.sub("", name)


def _delivered(name: str) -> Span | None:
    """When a message was delivered, by the seconds since 1970 that its name begins with."""
    stamp = _STAMP.match(name)
    if not stamp:
        return None
    at = datetime.fromtimestamp(int(stamp[1]), UTC)
    return Span(at, at)
