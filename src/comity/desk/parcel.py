"""The form of a production: which files it has, what the envelope says, how the sealed part is laid out.

Writer (`desk.produce`) and reader (`desk.verify`) share this and nothing else. Everything here has one spelling: what
was read is written again and must come out the same, so nothing can hide in another way of saying it.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import asdict, dataclass
from typing import Final, TypeVar

import msgspec

from comity.kernel.ledger import commitment
from comity.kernel.production import Manifest
from comity.kernel.words import canonical

T = TypeVar("T", "Envelope", "ReleaseNote", Manifest)

FORMAT: Final = "comity/production/v1"
ENVELOPE, SIGNATURE, CHECKPOINT, SEALED, READ_ME = (
    "production.json", "production.sig", "checkpoint", "sealed.age", "READ-ME.txt",
)  # fmt: skip
STATED: Final = (SEALED, CHECKPOINT, READ_ME)
"""The files whose hashes the envelope states; the signature is over the envelope."""

FILES: Final = (*STATED, ENVELOPE, SIGNATURE)
"""Every file of a production, in the order in which they are written."""

PARTIAL: Final = ".partial"
"""How the hidden folder of a production that is not finished ends; it is never taken for one."""

END: Final = bytes(1024)
"""Two empty blocks end the sealed archive."""

RELEASE, CERTIFICATE = "release.json", "certificate.pdf"
BLOCK: Final = 512
_HEADER: Final = struct.Struct("100s8s8s8s12s12s8s1s100s8s247x")
"""Name, mode, owner, group, size, time, checksum, kind, link, magic; the rest is empty."""

ITEM_LIMIT: Final = 8**11 - 1
"""Octets of one sealed file: what a plain tar header can state (8 GiB less one)."""

MANIFEST_LIMIT: Final = 256 * 2**20
"""Octets of manifest.json, about half a million items; more is split into several productions."""

SMALL_LIMIT: Final = 16 * 2**20
"""Octets of each other file that is read whole: envelope, counts, release, certificate."""

READ_ME_TEXT: Final = """\
This is a production: records handed over in answer to a legal demand.

sealed.age holds the records, encrypted to the recipient's age key (https://age-encryption.org, a common format).
Open it without any special program:
    age --decrypt --identity YOUR-KEY sealed.age | tar -x
and read manifest.json (every file, its SHA-256 and why it is in), counts.json, certificate.pdf and items/.

Check that it is whole and unaltered, without a network and without asking whoever made it:
    comity verify PRODUCTION --identity YOUR-KEY --key KEY-OF-THE-PROVIDER
The provider's key should reach you by another way than this production; without it, only this is proved: nothing was
altered after whoever holds the key named in production.json signed it.
"""


@dataclass(frozen=True, slots=True)
class Stated:
    """A file as the envelope states it: SHA-256 (hex) and octets."""

    sha256: str
    size: int

    @classmethod
    def of(cls, octets: bytes) -> Stated:
        """What there is to state of these octets."""
        return cls(hashlib.sha256(octets).hexdigest(), len(octets))


@dataclass(frozen=True, slots=True)
class Included:
    """The ledger's entry that says the gate opened: index, leaf, and the hashes (base64) that put it in the tree."""

    index: int
    leaf: str
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extended:
    """The proof (base64) that the ledger is one of `size` entries, handed out earlier, with entries only added."""

    size: int
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What anyone may see of a production: no name, no address, no hash that a guess could be checked against."""

    key: str
    files: dict[str, Stated]
    entry: Included
    earlier: Extended | None = None
    format: str = FORMAT

    @property
    def octets(self) -> bytes:
        """The one spelling of production.json."""
        return canonical(asdict(self))

    @property
    def note(self) -> str:
        """The text that the provider signs; being no checkpoint's, its signature can never pass for one."""
        return f"{FORMAT}\nsha256:{hashlib.sha256(self.octets).hexdigest()}\n"


@dataclass(frozen=True, slots=True)
class ReleaseNote:
    """What opens the ledger entry's commitment for the recipient: the salt (base64) and the event as it was written."""

    salt: str
    payload: str
    format: str = "comity/release/v1"

    @property
    def octets(self) -> bytes:
        """The one spelling of release.json."""
        return canonical(asdict(self))

    @property
    def commitment(self) -> str | None:
        """What the leaf must commit to; None if the salt is none."""
        salt = unbase64(self.salt)
        return commitment(salt, self.payload.encode()) if len(salt) == 32 else None


def read_envelope(octets: bytes) -> Envelope | None:
    """The envelope, if these octets are exactly what one is written as."""
    return _read(octets, Envelope)


def read_release(octets: bytes) -> ReleaseNote | None:
    """The release note, if these octets are exactly what one is written as."""
    return _read(octets, ReleaseNote)


def read_manifest(octets: bytes) -> Manifest | None:
    """The manifest, if these octets are exactly what one is written as."""
    return _read(octets, Manifest)


def _read(octets: bytes, kind: type[T]) -> T | None:
    try:
        found = msgspec.json.decode(octets, type=kind)
        return found if found.octets == octets else None
    except (ValueError, OverflowError, RecursionError):
        return None


def header(name: str, size: int) -> bytes:
    """The one header with which a file stands in the sealed archive: plain tar (ustar), nothing of owner or time."""
    called = name.encode("ascii")
    if len(called) > 100 or not 0 <= size <= ITEM_LIMIT:
        raise ValueError("a plain tar header states up to 100 letters and 8 GiB less one octet")
    nobody, never = b"0000000", b"%011o" % 0

    def block(checksum: bytes) -> bytes:
        fields = (called, b"0000644", nobody, nobody, b"%011o" % size, never, checksum, b"0", b"", b"ustar\x0000")
        return _HEADER.pack(*fields)

    return block(b"%06o\0 " % sum(block(b" " * 8)))


def padding(size: int) -> bytes:
    """What fills the last block of a file in the sealed archive."""
    return bytes(-size % BLOCK)


def to_base64(octets: bytes) -> str:
    """Octets as JSON carries them."""
    return base64.b64encode(octets).decode()


def unbase64(text: str) -> bytes:
    """The octets; none if the text is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
