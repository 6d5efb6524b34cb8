"""The two trays between the desk and the portal: what authorities put in, and what the desk lays out for them.

The portal is a process of its own that opens no registry, no key and no account. All it can do to the office is lay a
sheet into the tray `in`; all it learns of the office is what the desk laid into the tray `out`. The desk empties the
one into its ledger and fills the other from it. A sheet is one file of JSON, whole or not there.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from comity.errors import ComityError, Unreadable, Unwritable
from comity.registry.blobs import Blobs
from comity.registry.files import write_whole

FOLDER: Final = "portal"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
MOST_SHEETS: Final = 100_000
"""Sheets of one kind that a tray takes; a flood ends there and not at the end of the disk."""


SETTLED: Final = 2_000_000_000
"""Nanoseconds after which a folder's time of change tells of everything that was laid there."""
_LISTED: Final[dict[Path, tuple[int, tuple[str, ...]]]] = {}
"""What lay in a folder, and when that had last changed."""


class TrayFull(ComityError):
    """the office takes nothing more at this moment"""

    help = "try again later, or reach the office by another way"
    exit_code = 3


@dataclass
class Done:
    """What was done already with an office's trays, so that it is not done again."""

    entered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What lay there of a kind when the register had all of it that can be read: nothing of it is read again."""
    laid: bool = False
    """Whether everything was laid out once."""


class Tray:
    """One tray: sheets by kind and name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lay(self, kind: str, name: str, sheet: dict[str, Any]) -> None:
        """Lay a sheet there, in place of one of the same name."""
        folder, raw = self.folder / _checked(kind), json.dumps(sheet, ensure_ascii=False, indent=1).encode()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if len(os.listdir(folder)) >= MOST_SHEETS:
                raise TrayFull
            write_whole(folder, [raw], lambda: f"{_checked(name)}.json")
        except OSError as error:
            raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error

    def sheet(self, kind: str, name: str) -> dict[str, Any] | None:
        """A sheet, or None; what is no name is no sheet's."""
        return _read(self.folder / kind / f"{name}.json") if _NAME.fullmatch(name) else None

    def take(self, kind: str, name: str) -> None:
        """Take a sheet away."""
        path = self.folder / _checked(kind) / f"{_checked(name)}.json"
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise Unwritable(path=str(path), why=error.strerror or str(error)) from error

    def names(self, kind: str) -> tuple[str, ...]:
        """Every sheet of a kind, in the order of their names: the same object while nothing was laid there."""
        folder = self.folder / kind
        try:
            changed = folder.stat().st_mtime_ns
        except FileNotFoundError:
            return ()
        before = _LISTED.get(folder)
        if before is not None and before[0] == changed:
            return before[1]
        listed = os.listdir(folder)
        names = tuple(sorted(n for one in listed if one.endswith(".json") and _NAME.fullmatch(n := one[:-5])))
        if changed < time.time_ns() - SETTLED:  # within one tick of a file system's clock more may be laid unseen
            _LISTED[folder] = changed, names
        return names

    def under(self, kind: str, name: str) -> tuple[str, ...]:
        """The sheets of a kind that are about one thing: whose names go on from its name."""
        names = self.names(kind)
        return names[bisect_left(names, f"{name}-") : bisect_left(names, f"{name}.")]

    def sheets(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every sheet of a kind."""
        for name in self.names(kind):
            found = self.sheet(kind, name)
            if found is not None:
                yield name, found

    @property
    def papers(self) -> Blobs:
        """Papers that came with a filing, by their digest; nobody here opens them."""
        return Blobs(self.folder / "papers")


def _checked(name: str) -> str:
    assert _NAME.fullmatch(name), "names of sheets are made by us"
    return name


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreadable(path=str(path), why=error.strerror or str(error)) from error
    except ValueError as error:
        raise Unreadable(path=str(path), why="it is not JSON") from error
    return found if isinstance(found, dict) else None


def inward(root: Path) -> Tray:
    """What authorities put in."""
    return Tray(root / FOLDER / "in")


def outward(root: Path) -> Tray:
    """What the desk lays out."""
    return Tray(root / FOLDER / "out")


def new_name(kind: str) -> str:
    """A name that nobody guesses, and that tells nothing of how many others there are."""
    return f"{kind}-{secrets.token_hex(8)}"
