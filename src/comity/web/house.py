"""One office, opened for many requests: estate and law are read once, and again as soon as one of their files changes.

Requests go side by side: each has a registry of its own, and what it decides stands on files that lay there when it
came in. Acts go one after another, so that none is overtaken by another of the same server; one that another process
overtakes is refused. A person who was struck from office.toml is a stranger from the next click on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock, local

from comity.desk.office import SETTINGS, Office, Settings, read_settings

Marks = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Read:
    """An office as it was read, with the files it was read from and the folders in which others might appear."""

    office: Office
    paths: tuple[str, ...]
    marks: Marks
    time: int
    """How often it had been read before."""


class House:
    """An office's folder, served."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._reading, self._acts, self._mine = RLock(), RLock(), local()
        self._read: Read | None = None
        self._said: tuple[Marks, Settings] | None = None

    @contextmanager
    def opened(self) -> Iterator[Office]:
        """The office, with a registry of its own that is closed again whatever happens."""
        read, before = self._current(), self.time
        office = read.office.again()
        self._mine.time = read.time
        try:
            yield office
        finally:
            self._mine.time = before
            office.close()

    @contextmanager
    def acting(self) -> Iterator[Office]:
        """The office, for an act: one at a time."""
        with self._acts, self.opened() as office:
            yield office

    def settings(self) -> Settings:
        """What office.toml says now: all that is looked at is that file."""
        path = self.root / SETTINGS
        marks = _marks((str(path),))
        if self._said is None or self._said[0] != marks:
            self._said = (marks, read_settings(path))
        return self._said[1]

    @property
    def time(self) -> int:
        """What would be otherwise if any file had changed from which this request's estate and law were read."""
        time: int = getattr(self._mine, "time", -1)
        return time

    def _current(self) -> Read:
        read = self._read
        if read is not None and _marks(read.paths) == read.marks:
            return read
        with self._reading:  # whoever waited here finds it read
            if self._read is None or _marks(self._read.paths) != self._read.marks:
                self._read = self._anew()
            return self._read

    def _anew(self) -> Read:
        office = Office(self.root)
        paths = _paths(office.files(), self.root)
        marks = _marks(paths)  # before they are read: what changes meanwhile is seen at the next request
        law = (office.packs, office.holdings, office.shelf, office.decided)
        log = (office.tally, office.recall, office.trays)
        assert all(part is not None for part in (*law, *log)), "read now, for all who follow"
        return Read(office, paths, marks, self._read.time + 1 if self._read else 0)


def _paths(files: Iterable[Path], root: Path) -> tuple[str, ...]:
    """The files, and the folders of the law: a pack that comes or goes changes its folder."""
    files = tuple(files)
    return (*map(str, files), *sorted({str(path.parent) for path in files if path.parent != root}))


def _marks(paths: Iterable[str]) -> Marks:
    found = []
    for path in paths:
        try:
            stat = os.stat(path)
            found.append((path, stat.st_mtime_ns, stat.st_size))
        except OSError:
            found.append((path, -1, -1))
    return tuple(found)
