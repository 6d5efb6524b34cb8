"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path


def write_whole(folder: Path, chunks: Iterable[bytes], name: Callable[[], str], mode: int = 0o600) -> None:
    """Write the chunks beside their place, flush, rename; `name` is asked once they are through. Raises OSError."""
    descriptor, beside = tempfile.mkstemp(prefix="new-", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.writelines(chunks)
            file.flush()
            os.fsync(descriptor)
        os.replace(beside, folder / name())
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    flush_folder(folder)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
