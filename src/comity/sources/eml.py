"""Folders of message files (EML): a file is one message if it is called `.eml` or begins like one.

A From_ line on top, as archives of mbox files split apart have it, is the message's envelope and not its first octet.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import partial

from comity.sources.files import File, begins_like_a_message, message, sift, tree
from comity.sources.port import Gauge, Item, Layout, Passed
from comity.sources.prefilter import Needles, needles


class Eml:
    """A file, or a tree of folders of files, each holding one message."""

    def __init__(self, path: str, layout: Layout, says: str = "a message a file, as declared") -> None:
        self.path, self.layout, self.says, self.gauge = os.path.realpath(path), layout, says, Gauge()

    def walk(self, accounts: Sequence[str] | None = None) -> Iterator[Item | Passed]:
        """Every file once, by its path."""
        self.gauge = Gauge()
        wanted = None if accounts is None else needles(accounts)
        if not os.path.isdir(self.path):
            self.gauge.total = 1
            folder, name = os.path.split(self.path)
            yield from sift(folder, [name], wanted, self.gauge, lambda name: self._read(self.path, name, "", wanted))
            return
        for folder, names in tree(self.path, self.gauge.faults):
            self.gauge.total += len(names)
            path = os.path.join(self.path, folder) if folder else self.path
            read = partial(self._read_in, folder, wanted)
            yield from sift(path, names, wanted, self.gauge, read)

    def _read_in(self, folder: str, wanted: Needles, name: str) -> Item | Passed | None:
        return self._read(os.path.join(self.path, folder, name), os.path.join(folder, name), folder, wanted)

    def _read(self, path: str, name: str, folder: str, wanted: Needles) -> Item | Passed | None:
        """The message in a file; None if it is none."""
        item = message(File(path, name, folder), self.layout, wanted)
        if item and not name.endswith(".eml") and not begins_like_a_message(path):
            remedy = "rename it to end in .eml if it is a message, or take it out"
            self.gauge.faults.add("not-a-message", item.place.file, "does not begin like a message", remedy)
            return None
        return item or Passed(1)
