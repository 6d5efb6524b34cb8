"""Sealed productions and papers, each in a file named by the SHA-256 of what is in it.

A blob is there whole or not at all: it is written beside its place, flushed to the disk, then renamed. Reading checks
the hash before the last octets are handed over, so a changed blob is never taken for a whole one.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from comity.errors import ComityError, Unreadable
from comity.registry.files import flush_folder, write_whole

CHUNK = 1 << 20
_DIGEST = re.compile("sha256:[0-9a-f]{64}")


class BlobNotKept(ComityError):
    """cannot keep a blob in `{path}`: {why}"""

    help = "mend the cause and run the command again; nothing was kept"
    exit_code = 7


class BlobMissing(ComityError):
    """there is no blob `{digest}`"""

    help = "restore the registry's folder of blobs from a copy, or see whether the blob was erased"
    exit_code = 7


class BlobChanged(ComityError):
    """the blob `{digest}` is not what was kept"""

    help = "do not use it; restore it from a copy"
    exit_code = 7


class Blobs:
    """The blobs in one folder, which is made when first needed and is its owner's alone."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds blobs and nothing else."""
        self._folder = folder

    def put(self, chunks: Iterable[bytes]) -> str:
        """Keep what the chunks make up; gives its digest, `sha256:` and 64 hex digits. The same twice is kept once."""
        seen = hashlib.sha256()

        def hashed() -> Iterator[bytes]:
            for chunk in chunks:
                seen.update(chunk)
                yield chunk

        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._folder, hashed(), seen.hexdigest)
        except OSError as error:
            raise BlobNotKept(path=self._folder, why=error.strerror) from error
        return f"sha256:{seen.hexdigest()}"

    def read(self, digest: str) -> Iterator[bytes]:
        """The blob's octets; raises BlobMissing, or BlobChanged in place of the last chunk."""
        seen, held = hashlib.sha256(), b""
        try:
            for chunk in _chunks(self._path(digest)):
                seen.update(chunk)
                if held:
                    yield held
                held = chunk
        except FileNotFoundError as error:
            raise BlobMissing(digest=digest) from error
        except OSError as error:
            raise Unreadable(path=self._path(digest), why=error.strerror) from error
        if f"sha256:{seen.hexdigest()}" != digest:
            raise BlobChanged(digest=digest)
        if held:
            yield held

    def part(self, digest: str, start: int, size: int) -> Iterator[bytes]:
        """Some of the blob's octets, piece by piece; they are not checked: whoever asks must know their hash."""
        try:
            with self._path(digest).open("rb") as file:
                file.seek(start)
                while size > 0 and (chunk := file.read(min(CHUNK, size))):
                    size -= len(chunk)
                    yield chunk
        except FileNotFoundError as error:
            raise BlobMissing(digest=digest) from error
        except OSError as error:
            raise Unreadable(path=self._path(digest), why=error.strerror) from error

    def erase(self, digest: str) -> None:
        """Remove a blob; BlobMissing if there is none."""
        try:
            self._path(digest).unlink()
            flush_folder(self._folder)
        except FileNotFoundError as error:
            raise BlobMissing(digest=digest) from error

    def digests(self) -> list[str]:
        """Every blob kept, in order; what a crash left half written does not count."""
        names = os.listdir(self._folder) if self._folder.is_dir() else []
        return sorted(f"sha256:{name}" for name in names if _DIGEST.fullmatch(f"sha256:{name}"))

    def _path(self, digest: str) -> Path:
        # A digest is checked before it becomes part of a path.
        if not _DIGEST.fullmatch(digest):
            raise BlobMissing(digest=digest)
        return self._folder / digest.removeprefix("sha256:")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
