"""An act that is sent twice is done once: the answer to an Idempotency-Key is kept, and given again.

Before the act a note is written that it began; after it, what was answered. So a program that heard nothing may send it
again: it gets the same answer, or, where the server ended in between, is told to look. Never is it done a second time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import msgspec
from litestar.params import HeaderParameter

from comity.errors import ComityError, Unwritable

FOLDER: Final = "api"
DAY: Final = 86_400.0
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key", pattern="^[A-Za-z0-9._-]{8,200}$",
        description="sent again with the same key, an act is not done again; its answer is given again, for a day",
    ),
]  # fmt: skip


class KeyReused(ComityError):
    """this Idempotency-Key came before with another request; nothing was done"""

    help = "make a new key for each act, and send it again only with the same request"
    exit_code = 4


class Unfinished(ComityError):
    """an act with this Idempotency-Key began and nobody knows how it ended"""

    help = "if it is not still under way, look whether it was done; if it was not, send it with a new key"
    exit_code = 5


class Kept(msgspec.Struct, frozen=True):
    """What was asked under a key, and what was answered; no status while that is not known."""

    asked: str
    status: int = 0
    heads: dict[str, str] = {}
    body: bytes = b""


@dataclass
class Once:
    """One act under a key: `kept` is the answer it was given before, `done` keeps the one it is given now."""

    file: Path | None
    asked: str
    kept: Kept | None = None
    answered: Kept | None = field(default=None)

    def done(self, status: int, heads: dict[str, str], body: bytes) -> None:
        """Keep the answer."""
        self.answered = Kept(self.asked, status, heads, body)


@contextmanager
def once(root: Path, who: str, key: str, asked: bytes) -> Iterator[Once]:
    """While an act is done under a key of one person; an act that the desk refuses leaves the key as it was."""
    digest = sha256(asked).hexdigest()
    if not key:
        yield Once(None, digest)
        return
    folder = root / FOLDER
    file = folder / sha256(f"{who}\0{key}".encode()).hexdigest()
    kept = _begun(folder, file, digest)
    act = Once(file, digest, kept)
    if kept is not None:
        yield act
        return
    try:
        yield act
    except ComityError:
        file.unlink(missing_ok=True)
        raise
    if act.answered is not None:
        new = file.with_suffix(".new")
        _put(new, act.answered, os.O_TRUNC)
        new.replace(file)


def _begun(folder: Path, file: Path, digest: str) -> Kept | None:
    """Note that an act begins, or give what was answered to it before."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _sweep(folder)
        _put(file, Kept(digest), os.O_EXCL)
    except FileExistsError:
        with suppress(msgspec.DecodeError):
            kept = msgspec.json.decode(file.read_bytes(), type=Kept)
            if kept.asked != digest:
                raise KeyReused from None
            if kept.status:
                return kept
        raise Unfinished from None
    except OSError as error:
        raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error
    return None


def _put(file: Path, kept: Kept, flag: int) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | flag, 0o600), "wb") as made:
        made.write(msgspec.json.encode(kept))
        made.flush()
        os.fsync(made.fileno())


def _sweep(folder: Path) -> None:
    """Forget what was answered more than a day ago."""
    for file in folder.iterdir():
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > DAY:
                file.unlink()
