"""Carrying a production out of the house: sealed to its recipient, signed, tied to the ledger, whole or not at all.

Nothing is written without a Release, and the gate is asked once more when everything is ready, so that a stay that
came in meanwhile still holds. Records are read, hashed, encrypted and written in one pass, never stored in the clear.
Until the last step there is only a hidden partial folder, in which the records are already sealed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pyrage

from comity.desk.codec import decode
from comity.desk.parcel import (
    CERTIFICATE,
    CHECKPOINT,
    END,
    ENVELOPE,
    ITEM_LIMIT,
    MANIFEST_LIMIT,
    PARTIAL,
    READ_ME,
    READ_ME_TEXT,
    RELEASE,
    SEALED,
    SIGNATURE,
    SMALL_LIMIT,
    Envelope,
    Extended,
    Included,
    ReleaseNote,
    Stated,
    header,
    padding,
    to_base64,
)
from comity.errors import ComityError
from comity.kernel.gate import Refusal, Release
from comity.kernel.ledger import Note, believed, leaf_hash, read_checkpoint, read_leaf, read_note
from comity.kernel.matter import Event
from comity.kernel.production import COUNTS, MANIFEST, Item, Manifest, Table
from comity.kernel.words import Fault
from comity.registry.keys import verify
from comity.registry.port import Registry, Signer


class NotReleased(ComityError):
    """nothing left: {why}"""

    help = "ask the gate, and plan the production from the release it gives"
    exit_code = 6


class GateShut(ComityError):
    """nothing left: the gate has shut meanwhile: {why}"""

    help = "see `comity gate`; when it opens again, produce again"
    exit_code = 6


class BadRecipient(ComityError):
    """`{recipient}` is not an age recipient: {why}"""

    help = "give the authority's public key, age1…; it makes one with `age-keygen`"
    exit_code = 2


class TargetTaken(ComityError):
    """cannot produce to `{path}`: {why}"""

    help = "choose another place, or wait; a production is never overwritten"
    exit_code = 3


class RecordChanged(ComityError):
    """nothing left: `{name}` ({where}) is not what was collected: {why}"""

    help = "something wrote to the store since; collect again and have the hits approved"
    exit_code = 6


class NotWritten(ComityError):
    """nothing left: cannot write `{path}`: {why}"""

    help = "mend the cause and produce again; what was begun has been removed"
    exit_code = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What ties a production to the ledger: the entry that says the gate opened, its proof, and the signed head.

    `earlier` is a size that was handed out before, with the proof that the log has only grown since.
    """

    checkpoint: str
    index: int
    leaf: bytes
    proof: tuple[bytes, ...]
    salt: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    earlier: tuple[int, tuple[bytes, ...]] | None = None


def evidence(registry: Registry, matter: str, earlier: int | None = None) -> Evidence:
    """The evidence for the matter's last release, under the ledger's present head."""
    released = [entry for entry in registry.entries(matter) if entry.kind == "released"]
    if not released or released[-1].salt is None or released[-1].payload is None:
        raise NotReleased(why=f"the ledger holds no release of `{matter}` that can be shown")
    last, note = released[-1], registry.checkpoint()
    signed = read_note(note)
    head = signed if isinstance(signed, Fault) else read_checkpoint(signed.text)
    assert not isinstance(head, Fault), "a registry signs its own head in the form it reads"
    grown = (earlier, registry.consistency(earlier, head.size)) if earlier is not None else None
    proof = registry.inclusion(last.index, head.size)
    return Evidence(note, last.index, last.leaf, proof, released[-1].salt, released[-1].payload, grown)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """All that a production needs besides what leaves: to whom it is sealed, who signs, the papers, and the octets.

    `octets` gives an item's octets piece by piece; `again` asks the gate anew.
    """

    recipients: tuple[str, ...]
    signer: Signer
    evidence: Evidence
    certificate: bytes
    octets: Callable[[Item], Iterable[bytes]]
    again: Callable[[], Release | Refusal]
    tables: Mapping[str, bytes] = field(default_factory=dict)


def produce(release: Release, manifest: Manifest, dispatch: Dispatch, target: Path) -> Path:
    """Write the production to `target`, a zip if it ends in .zip, else a folder; on any error nothing is left there."""
    _permitted(release, manifest, dispatch)
    recipients = recipients_of(dispatch.recipients)
    try:
        with _partial(target) as place:
            made = place / "production.zip" if target.suffix == ".zip" else place
            with _folder(place) if made == place else _zip(made) as put:
                envelope = _fill(put, manifest, dispatch, recipients)
                # Unsigned it is no production: the gate is asked again before there is one.
                still_open(release, dispatch.again())
                signature = dispatch.signer.key.sign(envelope.note, dispatch.signer.sign)
                put(SIGNATURE, _octets(str(Note(envelope.note, (signature,))).encode()))
            _flush(place)
            os.rename(made, target)
            with suppress(OSError):  # it stands there; not every file system can make a folder durable
                _flush(target.parent)
    except OSError as error:
        raise NotWritten(path=str(target), why=error.strerror or str(error)) from error
    return target


def _permitted(release: Release, manifest: Manifest, dispatch: Dispatch) -> None:
    if not isinstance(release, Release) or not manifest.fits(release):
        raise NotReleased(why="the manifest is not that of what the gate let go")
    ours = dispatch.evidence
    signed = believed(ours.checkpoint, [dispatch.signer.key], verify)
    leaf = read_leaf(ours.leaf)
    if isinstance(signed, Fault) or isinstance(leaf, Fault):
        raise NotReleased(why="the ledger's head is not signed by this key, or its entry cannot be read")
    note = ReleaseNote(to_base64(ours.salt), ours.payload.decode())
    event = decode(ours.payload, Event)
    if not signed.includes(leaf_hash(ours.leaf), ours.index, ours.proof) or note.commitment != leaf.commitment:
        raise NotReleased(why="the ledger does not hold the release it is said to hold")
    if leaf.kind != "released" or event.get("hits") != release.hits.digest:
        raise NotReleased(why="the ledger's entry is not the release of these hits")
    papers = max(len(manifest.counted), len(dispatch.certificate), len(note.octets))
    large = len(manifest.octets) > MANIFEST_LIMIT or any(part.size > ITEM_LIMIT for part in manifest.parts)
    if large or papers > SMALL_LIMIT:
        raise NotReleased(why="it is too large for one production; narrow the scope and produce in parts")


def recipients_of(keys: Iterable[str]) -> list[pyrage.x25519.Recipient]:
    """The public keys that a production is sealed to; refused if there is none, or one that is none."""
    found = []
    for key in tuple(keys) or ("",):
        try:
            found.append(pyrage.x25519.Recipient.from_str(key.strip()))
        except pyrage.RecipientError as error:
            raise BadRecipient(recipient=key, why=str(error) if key else "none is given") from error
    return found


def still_open(release: Release, answer: Release | Refusal) -> None:
    """Refuse what the gate would not let go any more, or not as it did."""
    if isinstance(answer, Refusal):
        raise GateShut(why="; ".join(reason.says for reason in answer.reasons))
    if (answer.scope, answer.hits, answer.classes) != (release.scope, release.hits, release.classes):
        raise GateShut(why="it now opens for something else")


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """A hidden folder beside the target that one writer at a time works in; what another left half done is removed."""
    place = target.parent / f".{target.name}{PARTIAL}"
    place.mkdir(exist_ok=True)
    lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _hold(lock, target)
        with _cleared(lock, place):
            if os.path.lexists(target):
                raise TargetTaken(path=str(target), why="something is there already")
            for left in place.iterdir():
                left.unlink()
            yield place
    finally:
        os.close(lock)


def _hold(lock: int, target: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise TargetTaken(path=str(target), why="another is being written there") from error


@contextmanager
def _cleared(lock: int, place: Path) -> Iterator[None]:
    """Whatever happens, the partial folder is gone afterwards."""
    try:
        yield
    finally:
        # Once moved to its target it is no longer here; whatever is here now may be another writer's.
        with suppress(OSError):
            if os.path.samestat(os.fstat(lock), os.stat(place)):
                shutil.rmtree(place)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Sink:
    """A file that is hashed and counted while it is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash, self.size = file, hashlib.sha256(), 0
        self.error: BaseException | None = None

    def write(self, octets: bytes) -> int:
        """Write all of it."""
        try:
            self.file.write(octets)
        except BaseException as error:
            self.error = error
            raise
        self.hash.update(octets)
        self.size += len(octets)
        return len(octets)

    def flush(self) -> None:
        """Nothing is held back here; making it durable is for whoever opened the file."""

    @property
    def stated(self) -> Stated:
        """What has been written so far."""
        return Stated(self.hash.hexdigest(), self.size)


Fill = Callable[[Sink], None]
"""Writes one file."""

Put = Callable[[str, Fill], Stated]
"""Lets one file of the production be written, makes it durable (a zip: when it is closed), says what it was."""


@contextmanager
def _folder(place: Path) -> Iterator[Put]:
    def put(name: str, fill: Fill) -> Stated:
        with open(place / name, "xb") as file:
            sink = Sink(file)
            fill(sink)
            file.flush()
            os.fsync(file.fileno())
        return sink.stated

    yield put


@contextmanager
def _zip(path: Path) -> Iterator[Put]:
    """Stored, never compressed (the sealed part cannot be), without times: what is in it decides every octet."""
    with open(path, "xb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:

            def put(name: str, fill: Fill) -> Stated:
                with archive.open(zipfile.ZipInfo(name), "w", force_zip64=name == SEALED) as member:
                    sink = Sink(member)
                    fill(sink)
                return sink.stated

            yield put
        file.flush()
        os.fsync(file.fileno())


def _octets(octets: bytes) -> Fill:
    def fill(sink: Sink) -> None:
        sink.write(octets)

    return fill


def _fill(put: Put, manifest: Manifest, dispatch: Dispatch, recipients: list[pyrage.x25519.Recipient]) -> Envelope:
    """Write everything but the signature, and give what is to be signed."""
    ours = dispatch.evidence
    stated = {
        SEALED: put(SEALED, lambda sink: _seal(sink, _archive(manifest, dispatch), recipients)),
        CHECKPOINT: put(CHECKPOINT, _octets(ours.checkpoint.encode())),
        READ_ME: put(READ_ME, _octets(READ_ME_TEXT.encode())),
    }
    grown = Extended(ours.earlier[0], tuple(map(to_base64, ours.earlier[1]))) if ours.earlier else None
    entry = Included(ours.index, ours.leaf.decode(), tuple(map(to_base64, ours.proof)))
    envelope = Envelope(str(dispatch.signer.key), stated, entry, grown)
    put(ENVELOPE, _octets(envelope.octets))
    return envelope


def _seal(sink: Sink, pieces: Iterator[bytes], recipients: list[pyrage.x25519.Recipient]) -> None:
    feed = _Feed(pieces)
    try:
        pyrage.encrypt_io(feed, sink, recipients)
    except Exception as error:
        # The library keeps only the text of what went wrong on either side; the error itself says more.
        raise feed.error or sink.error or error from None


class _Feed:
    """Pieces of octets as a file to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.left = pieces, memoryview(b"")
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        """Up to `size` octets; none at the end."""
        try:
            while not self.left:
                self.left = memoryview(next(self.pieces))
        except StopIteration:
            return b""
        except BaseException as error:
            self.error = error
            raise
        taken, self.left = self.left[:size], self.left[size:]
        return bytes(taken)


def _archive(manifest: Manifest, dispatch: Dispatch) -> Iterator[bytes]:
    """The sealed archive, piece by piece; every answer is hashed on its way and must be what the manifest states."""
    ours = dispatch.evidence
    papers = {
        MANIFEST: manifest.octets,
        RELEASE: ReleaseNote(to_base64(ours.salt), ours.payload.decode()).octets,
        CERTIFICATE: dispatch.certificate,
        COUNTS: manifest.counted,
    }
    for name, octets in papers.items():
        yield header(name, len(octets)) + octets + padding(len(octets))
    for part in manifest.parts:
        yield header(part.name, part.size)
        given = dispatch.octets(part) if isinstance(part, Item) else [dispatch.tables.get(part.name, b"")]
        yield from _exactly(part, given)
        yield padding(part.size)
    yield END


def _exactly(part: Item | Table, pieces: Iterable[bytes]) -> Iterator[bytes]:
    found, size = hashlib.sha256(), 0
    where = str(part.place) if isinstance(part, Item) else "a table"
    try:
        for piece in pieces:
            size += len(piece)
            if size > part.size:
                break
            found.update(piece)
            yield piece
    except (OSError, ComityError) as error:
        raise RecordChanged(name=part.name, where=where, why=str(error)) from error
    if size != part.size or found.hexdigest() != part.sha256:
        raise RecordChanged(name=part.name, where=where, why="its octets are others now")
