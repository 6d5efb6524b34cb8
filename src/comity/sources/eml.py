"""Folders of message files (EML): a file is one message if it is called `.eml` or begins like one.

A From_ line on top, as archives of mbox files split apart have it, is the message's envelope and not its first octet.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from comity.sources.files import File, begins_like_a_message, message, tree
from comity.sources.port import Gauge, Item, Layout, Passed
from comity.sources.prefilter import needles


class Eml:
    """A file, or a tree of folders of files, each holding one message."""

    def __init__(self, path: str, layout: Layout, says: str = "a message a file, as declared") -> None:
        self.path, self.layout, self.says, self.gauge = os.path.realpath(path), layout, says, Gauge()

    def walk(self, accounts: Sequence[str] | None = None) -> Iterator[Item | Passed]:
        """Every file once, by the octets of its path."""
        self.gauge = Gauge()
        wanted = None if accounts is None else needles(accounts)
        for file in self._files():
            item = message(file, self.layout, wanted)
            if item and not file.name.endswith(".eml") and not begins_like_a_message(file.path):
                remedy = "rename it to end in .eml if it is a message, or take it out"
                self.gauge.faults.add("not-a-message", item.place.file, "does not begin like a message", remedy)
                continue
            self.gauge.items += 1
            self.gauge.done += 1
            yield item or Passed(1)

    def _files(self) -> Iterator[File]:
        name = os.path.basename(self.path)
        if not os.path.isdir(self.path):
            self.gauge.total = 1
            yield File(self.path, name, "")
            return
        for folder, names in tree(self.path, self.gauge.faults):
            self.gauge.total += len(names)
            for name in names:
                yield File(os.path.join(self.path, folder, name), os.path.join(folder, name), folder)
