"""One office, opened for many requests: estate and law are read once, and again as soon as one of their files changes.

One request at a time is at the desk. What it decides stands on files that lay there at that moment, as with the command
line, and a person who was struck from office.toml is a stranger from the next click on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from comity.desk.office import Office

Marks = tuple[tuple[Path, int, int], ...]


class House:
    """An office's folder, served."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = RLock()
        self._read: Office | None = None
        self._marks: Marks = ()

    @contextmanager
    def opened(self) -> Iterator[Office]:
        """The office, with a registry of its own that is closed again whatever happens."""
        with self._lock:
            office = self._current().again()
            try:
                yield office
            finally:
                office.close()

    @property
    def marks(self) -> Marks:
        """What would be otherwise if any file had changed from which estate and law were read when last opened."""
        return self._marks

    def _current(self) -> Office:
        if self._read is None or _marks(self._read.files()) != self._marks:
            read = Office(self.root)
            marks = _marks(read.files())
            assert read.packs and read.holdings and read.shelf is not None, "read now, for all who follow"
            self._read, self._marks = read, marks
        return self._read


def _marks(files: tuple[Path, ...]) -> Marks:
    found = []
    for path in files:
        try:
            stat = path.stat()
            found.append((path, stat.st_mtime_ns, stat.st_size))
        except OSError:
            found.append((path, -1, -1))
    return tuple(found)
