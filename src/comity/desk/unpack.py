"""Reading a production that may be hostile: the outer files, folder or zip, and the sealed archive as it is decrypted.

No name found in it becomes a path and nothing is written out. A zip is only read if it is laid out as `desk.produce`
lays it out: stored, in place, nothing between or after; the sealed archive only as plain tar of plain files. Whatever
else there is becomes a named fault.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Final

from comity.desk.parcel import (
    BLOCK,
    CERTIFICATE,
    FILES,
    MANIFEST_LIMIT,
    PARTIAL,
    RELEASE,
    SEALED,
    SMALL_LIMIT,
    Stated,
    header,
    read_manifest,
)
from comity.errors import Unreadable
from comity.kernel.production import MANIFEST, Manifest, printable
from comity.kernel.words import Fault

REMEDY: Final = "do not rely on this production; keep it, and ask for it again"
WHOLE: Final = "production"
_CHUNK: Final = 2**20
_EXTRAS: Final = 100
_NUMBERS: Final = 16
_DIRECTORY: Final = 4096
_LOCAL, _ZIP64 = 30, 20
_TROUBLE: Final = (OSError, EOFError, ValueError, RuntimeError, struct.error, zipfile.BadZipFile)


def fault(name: str, where: str, what: str) -> Fault:
    """One thing wrong with a production; what to do about it is always the same."""
    return Fault(name, printable(where), printable(what), REMEDY)


class Parcel:
    """The outer files of a production by name, and what is wrong with how they lie there."""

    def __init__(self, files: Mapping[str, Callable[[], IO[bytes]]], faults: list[Fault]) -> None:
        self.files, self.faults = files, faults
        told = {known.where for known in faults}
        for name in FILES:
            if name not in files and not told & {name, WHOLE}:
                self.faults.append(fault("file-missing", name, f"`{name}` is not there"))

    def pieces(self, name: str) -> Iterator[bytes]:
        """The octets of a file, piece by piece; trouble while reading is a fault and ends them."""
        if name not in self.files:
            return
        try:
            with self.files[name]() as file:
                while piece := file.read(_CHUNK):
                    yield piece
        except _TROUBLE as error:
            self.faults.append(fault("file-unreadable", name, f"`{name}` cannot be read: {error}"))

    def stated(self, name: str) -> Stated:
        """What the envelope would state of a file."""
        found, size = hashlib.sha256(), 0
        for piece in self.pieces(name):
            found.update(piece)
            size += len(piece)
        return Stated(found.hexdigest(), size)

    def whole(self, name: str) -> bytes:
        """All octets of a small file; none if it is larger than such a file can be."""
        octets = b""
        for piece in self.pieces(name):
            octets += piece
            if len(octets) > SMALL_LIMIT:
                self.faults.append(fault("file-too-large", name, f"`{name}` has more than {SMALL_LIMIT} octets"))
                return b""
        return octets


@contextmanager
def open_parcel(path: Path) -> Iterator[Parcel]:
    """The production at a path, folder or zip."""
    if path.resolve().name.endswith(PARTIAL):
        yield Parcel({}, [fault("unfinished", WHOLE, "this is the unfinished part of a production")])
    elif path.is_dir():
        yield Parcel(*_in_folder(path))
    else:
        try:
            file = open(path, "rb")  # noqa: SIM115 - closed below, whatever happens
        except OSError as error:
            raise Unreadable(path=str(path), why=error.strerror) from error
        with file:
            yield Parcel(*_in_zip(file))


Found = tuple[dict[str, Callable[[], IO[bytes]]], list[Fault]]


def _in_folder(path: Path) -> Found:
    files: dict[str, Callable[[], IO[bytes]]] = {}
    faults: list[Fault] = []
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.name not in FILES:
                faults.append(fault("file-extra", entry.name, f"`{entry.name}` does not belong to a production"))
            elif not entry.is_file(follow_symlinks=False):
                faults.append(fault("file-not-plain", entry.name, f"`{entry.name}` is not a plain file"))
            else:
                files[entry.name] = partial(_plain, entry.path)
            if len(faults) > _EXTRAS:
                break
    return files, sorted(faults, key=lambda found: found.where)


def _plain(path: str) -> IO[bytes]:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    file = open(handle, "rb")  # noqa: SIM115 - the caller closes it
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise OSError("it is not a plain file")
    return file


def _in_zip(file: IO[bytes]) -> Found:
    try:
        if not _small_directory(file):
            return {}, [fault("zip-odd", WHOLE, "it is no zip, or its directory is not that of a production")]
        archive = zipfile.ZipFile(file)
        members = sorted(archive.infolist(), key=lambda member: member.header_offset)
        faults = list(_odd(members, archive.start_dir))
    except _TROUBLE as error:
        return {}, [fault("zip-odd", WHOLE, f"it cannot be read as a zip: {error}")]
    stored = (member for member in members if member.filename in FILES and not member.compress_type)
    return {member.filename: partial(archive.open, member) for member in stored}, faults


def _small_directory(file: IO[bytes]) -> bool:
    """Whether the zip ends in a directory of a few entries: a hostile one could fill the memory before it is looked at.

    Both endings count, the classic and that of large archives, for a reader believes the second where there is one.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 98))
    tail = file.read()
    end, large = tail[-22:], tail[-98:-22]
    if not end.startswith(b"PK\x05\x06") or end[20:] != b"\0\0":
        return False
    sizes = [struct.unpack("<HI", end[10:16])]
    if large[56:60] == b"PK\x06\x07":
        if not large.startswith(b"PK\x06\x06"):
            return False
        sizes.append(struct.unpack("<QQ", large[32:48]))
    return all(number <= _NUMBERS and octets <= _DIRECTORY for number, octets in sizes)


def _odd(members: list[zipfile.ZipInfo], directory: int) -> Iterator[Fault]:
    """Whatever is not laid out as a production's zip is: unknown, twice, compressed, sealed, or with gaps around it."""
    place, seen = 0, set[str]()
    for member in members:
        name = member.filename
        if name not in FILES or name in seen:
            yield fault("file-extra", name, f"`{name}` does not belong to a production, or stands in it twice")
        seen.add(name)
        if member.compress_type or member.flag_bits or member.file_size != member.compress_size or member.comment:
            yield fault("zip-odd", name, f"`{name}` is compressed, encrypted or described in two ways")
        if member.header_offset != place:
            yield fault("zip-odd", name, f"there is something hidden, or something missing, before `{name}`")
        place = member.header_offset + _LOCAL + len(name) + member.file_size + (_ZIP64 if name == SEALED else 0)
    if place != directory:
        yield fault("zip-odd", "zip", "there is something hidden, or something missing, after the last file")


class Broken(Exception):
    """The sealed archive cannot be read on; it carries the fault."""

    def __init__(self, found: Fault) -> None:
        super().__init__(found.what)
        self.fault = found


class Unpacker:
    """Takes the sealed archive as it is decrypted: keeps the papers, hashes the answers, believes nothing.

    The manifest comes first; after so many files more than it names, or so many faults, reading ends.
    """

    PAPERS: Final = (MANIFEST, RELEASE, CERTIFICATE)

    def __init__(self) -> None:
        self.papers: dict[str, bytes] = {}
        self.answers: dict[str, tuple[str, int]] = {}
        self.faults: list[Fault] = []
        self.manifest: Manifest | None = None
        self.broken: Broken | None = None
        self._head, self._name, self._left, self._pad, self._ends = bytearray(), "", 0, 0, 0
        self._hash, self._size, self._kept = hashlib.sha256(), 0, bytearray()
        self._expected = 0

    def write(self, octets: bytes) -> int:
        """The next octets of the archive."""
        if self.broken:  # the library may try once more with what it still holds
            raise self.broken
        view = memoryview(octets)
        try:
            while view:
                step = self._body if self._left else self._fill if self._pad else self._header
                view = view[step(view) :]
        except Broken as error:
            self.broken = error
            raise
        return len(octets)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """The archive has ended, or should have."""
        if self._ends != 2 or self._head:
            self.faults.append(fault("archive-cut", SEALED, "the sealed archive breaks off"))
        elif self.manifest is None:
            self.faults.append(fault("manifest-missing", MANIFEST, "the sealed archive is empty"))

    def _header(self, view: memoryview) -> int:
        taken = min(BLOCK - len(self._head), len(view))
        self._head += view[:taken]
        if len(self._head) == BLOCK:
            block, self._head = bytes(self._head), bytearray()
            if not any(block):
                self._ends += 1
            elif self._ends:
                raise Broken(fault("archive-odd", SEALED, "something follows the end of the sealed archive"))
            else:
                self._begin(block)
        if self._ends > 2:
            raise Broken(fault("archive-odd", SEALED, "something follows the end of the sealed archive"))
        return taken

    def _begin(self, block: bytes) -> None:
        try:
            name = block[:100].rstrip(b"\0").decode("ascii")
            size = int(block[124:135].decode("ascii"), 8)
            plain = header(name, size) == block
        except ValueError:
            plain = False
        if not plain:
            raise Broken(fault("archive-odd", SEALED, "the sealed archive holds something that is no plain file"))
        if not self.manifest and name != MANIFEST:
            raise Broken(fault("manifest-missing", MANIFEST, "the sealed archive does not begin with the manifest"))
        if name in self.PAPERS and size > (MANIFEST_LIMIT if name == MANIFEST else SMALL_LIMIT):
            raise Broken(fault("file-too-large", name, f"`{name}` has {size} octets"))
        if name in self.papers or name in self.answers:
            self._doubt(fault("file-twice", name, f"`{name}` stands in the sealed archive twice"))
        self._name, self._left, self._pad, self._size = name, size, -size % BLOCK, size
        self._hash, self._kept = hashlib.sha256(), bytearray()
        if not size:
            self._end()

    def _doubt(self, found: Fault) -> None:
        self.faults.append(found)
        if len(self.faults) > _EXTRAS:
            raise Broken(fault("too-many-faults", SEALED, f"reading ended after {_EXTRAS} faults"))

    def _body(self, view: memoryview) -> int:
        taken = min(self._left, len(view))
        if self._name in self.PAPERS:
            self._kept += view[:taken]
        else:
            self._hash.update(view[:taken])
        self._left -= taken
        if not self._left:
            self._end()
        return taken

    def _fill(self, view: memoryview) -> int:
        taken = min(self._pad, len(view))
        if any(view[:taken]):
            raise Broken(fault("archive-odd", SEALED, f"something is hidden behind `{self._name}`"))
        self._pad -= taken
        return taken

    def _end(self) -> None:
        name = self._name
        if name not in self.PAPERS:
            self.answers.setdefault(name, (self._hash.hexdigest(), self._size))
            if len(self.answers) > self._expected + _EXTRAS:
                raise Broken(fault("too-many-files", SEALED, f"reading ended after {_EXTRAS} files too many"))
            return
        self.papers.setdefault(name, bytes(self._kept))
        if name == MANIFEST and not self.manifest:
            self.manifest = read_manifest(self.papers[MANIFEST])
            if not self.manifest:
                raise Broken(fault("manifest-unreadable", MANIFEST, "it is not what a manifest is written as"))
            self._expected = len(self.manifest.files)
