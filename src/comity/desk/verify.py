"""Checking a production as whoever received it: without a network, a registry, or trust in whoever made it.

A production may be hostile. It is read once, strictly and within stated limits; nothing in it is ever written out or
run, no name in it becomes a path, and whatever is wrong becomes a named fault. What could not be checked says why:
without the recipient's key nothing sealed is seen, and without a key of the provider got by another way it is only
proved that nothing was altered after somebody signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec
import pyrage

from comity.desk.codec import decode
from comity.desk.parcel import (
    CERTIFICATE,
    CHECKPOINT,
    ENVELOPE,
    RELEASE,
    SEALED,
    SIGNATURE,
    STATED,
    Envelope,
    Extended,
    Included,
    read_envelope,
    read_release,
    unbase64,
)
from comity.desk.unpack import Parcel, Unpacker, fault, open_parcel
from comity.errors import ComityError
from comity.kernel.ledger import Checkpoint, Key, Leaf, believed, leaf_hash, read_leaf, read_note
from comity.kernel.matter import Event
from comity.kernel.production import Manifest, check, faults
from comity.kernel.words import Fault, Truth, both
from comity.registry.keys import read_key
from comity.registry.keys import verify as ed25519

Name = Literal[
    "envelope", "files", "signature", "signer", "checkpoint", "entry", "log",
    "sealed", "manifest", "items", "release", "certificate",
]  # fmt: skip
CHECKS: Final[dict[Name, str]] = {
    "envelope": "production.json is one, and says nothing in a second way",
    "files": "the files are exactly those the envelope states, unaltered",
    "signature": "the envelope is signed by the key it names",
    "signer": "that key is the one you know the provider by",
    "checkpoint": "the ledger's head is signed by the same key",
    "entry": "the ledger holds the entry that says the gate opened",
    "log": "the ledger is the one you saw earlier, with entries only added",
    "sealed": "your key opens the sealed part, and it is a plain archive from end to end",
    "manifest": "the manifest holds together: hits, items, reasons, tables and counts",
    "items": "every item, table and count the manifest names is there, unaltered, and nothing more",
    "release": "what the ledger holds is the release of exactly these hits, approved by two people",
    "certificate": "the certificate names this manifest",
}
"""What each check means when it holds."""


class BadIdentity(ComityError):
    """there is no usable age identity in what you gave: {why}"""

    help = "give the file that `age-keygen` wrote, with its line AGE-SECRET-KEY-1…"
    exit_code = 2


@dataclass(frozen=True, slots=True)
class Check:
    """One thing checked: it holds, it does not (and the faults say how), or it could not be checked (None)."""

    name: Name
    ok: Truth
    says: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one production, in the order of `CHECKS`; the manifest, where it could be read."""

    checks: tuple[Check, ...]
    manifest: Manifest | None = None

    @property
    def ok(self) -> Truth:
        """Everything holds; or something does not; or, where nothing failed, not everything could be checked."""
        return both(check.ok for check in self.checks)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault of every check."""
        return tuple(fault for check in self.checks for fault in check.faults)


def verify(path: Path, identity: str | None = None, key: str | None = None, earlier: str | None = None) -> Report:
    """Check a production, folder or zip.

    `identity` is the text of the recipient's age identity file; `key` the provider's public key, `name+id+base64`, had
    by another way; `earlier` a signed checkpoint of the provider's ledger that you kept.
    """
    known, identities = read_key(key) if key else None, _identities(identity) if identity else []
    with open_parcel(path) as parcel:
        envelope = read_envelope(parcel.whole(ENVELOPE))
        if envelope is None:
            odd = fault("envelope-unreadable", ENVELOPE, "it is not what an envelope is written as")
            first = _judged("envelope", *(parcel.faults or [odd]))
            return Report((first, *_unseen("the envelope cannot be read", *list(CHECKS)[1:])))
        own = _own_key(envelope)
        leaf, ledger = _ledger(parcel, envelope, own, earlier)
        inner, manifest = _inner(parcel, leaf, identities)
        checks = [_judged("envelope"), *_signed(parcel, envelope, own, known), *ledger, *inner]
        # Last, for it is only now that everything has been read.
        checks.insert(1, _files(parcel, envelope))
    return Report(tuple(checks), manifest)


def _identities(text: str) -> list[pyrage.x25519.Identity]:
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("AGE-SECRET-KEY-")]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines]
    except pyrage.IdentityError as error:
        raise BadIdentity(why=str(error)) from error
    if not found:
        raise BadIdentity(why="no line begins with AGE-SECRET-KEY-")
    return found


def _unseen(why: str, *names: Name) -> list[Check]:
    return [Check(name, None, f"not checked: {why}") for name in names]


def _judged(name: Name, *wrong: Fault, says: str = "") -> Check:
    told = "; ".join(one.what for one in wrong[:3]) + (f"; and {len(wrong) - 3} more" if len(wrong) > 3 else "")
    return Check(name, not wrong, told or says or CHECKS[name], wrong)


def _files(parcel: Parcel, envelope: Envelope) -> Check:
    wrong = []
    for name, stated in envelope.files.items():
        found = parcel.stated(name) if name in parcel.files else stated
        if found != stated:
            what = f"`{name}` has {found.size} octets, SHA-256 {found.sha256}; stated: {stated.size}, {stated.sha256}"
            wrong.append(fault("file-altered", name, what))
    if set(envelope.files) != set(STATED):
        wrong.append(fault("envelope-incomplete", ENVELOPE, "it does not state exactly the files of a production"))
    return _judged("files", *parcel.faults, *wrong)


def _own_key(envelope: Envelope) -> Key | Fault:
    try:
        return read_key(envelope.key)
    except ComityError as error:
        return fault("key-unreadable", ENVELOPE, error.message)


def _signed(parcel: Parcel, envelope: Envelope, own: Key | Fault, known: Key | None) -> Iterator[Check]:
    if isinstance(own, Fault):
        yield _judged("signature", own)
        yield from _unseen("the key that the envelope names cannot be read", "signer")
        return
    note = read_note(_text(parcel, SIGNATURE))
    wrong = note if isinstance(note, Fault) else note.doubt([own], ed25519)
    if not isinstance(note, Fault) and note.text != envelope.note:
        wrong = fault("signature-elsewhere", SIGNATURE, "it is the signature of another envelope")
    signed = f"signed by `{own.name}`, key {own.id.hex()}"
    yield _judged("signature", wrong) if wrong else _judged("signature", says=signed)
    if known is None:
        why = "you gave no key of the provider; that nothing was altered since is proved, not who signed"
        yield from _unseen(why, "signer")
    elif known == own:
        yield _judged("signer", says=f"it is the key you gave, `{known.name}`")
    else:
        yield _judged("signer", fault("signer-unknown", ENVELOPE, f"{signed}, which is not the key you gave"))


def _text(parcel: Parcel, name: str) -> str:
    return parcel.whole(name).decode("utf-8", "replace")


def _ledger(
    parcel: Parcel, envelope: Envelope, own: Key | Fault, earlier: str | None
) -> tuple[Leaf | None, list[Check]]:
    head = own if isinstance(own, Fault) else believed(_text(parcel, CHECKPOINT), [own], ed25519)
    if isinstance(head, Fault):
        return None, [_judged("checkpoint", head), *_unseen("the ledger's head is not believed", "entry", "log")]
    leaf, entry = read_leaf(envelope.entry.leaf.encode()), envelope.entry
    if isinstance(leaf, Fault):
        found = _judged("entry", leaf)
    elif not head.includes(leaf_hash(entry.leaf.encode()), entry.index, _hashes(entry)):
        found = _judged("entry", fault("entry-absent", ENVELOPE, f"entry {entry.index} is not in the ledger"))
    elif leaf.kind != "released":
        found = _judged(
            "entry", fault("entry-other", ENVELOPE, f"entry {entry.index} is `{leaf.kind}`, not `released`")
        )
    else:
        found = _judged("entry", says=f"entry {entry.index} of {head.size}: released on {leaf.happened:%Y-%m-%d}")
    about = f"`{head.origin}` with {head.size} entries"
    checks = [_judged("checkpoint", says=about), found, _grown(head, envelope, own, earlier)]
    return (leaf if found.ok and isinstance(leaf, Leaf) else None), checks


def _hashes(proof: Included | Extended) -> tuple[bytes, ...]:
    return tuple(unbase64(text) for text in proof.proof)


def _grown(head: Checkpoint, envelope: Envelope, own: Key | Fault, earlier: str | None) -> Check:
    if earlier is None or isinstance(own, Fault):
        return _unseen("you gave no earlier checkpoint", "log")[0]
    old = believed(earlier, [own], ed25519)
    if isinstance(old, Fault):
        return _judged("log", old)
    proof = envelope.earlier
    if old.size == head.size or (proof and proof.size == old.size):
        if head.extends(old, _hashes(proof) if proof and old.size != head.size else ()):
            return _judged("log", says=f"{head.size - old.size} entries were added to the {old.size} you knew of")
        what = f"the ledger of {head.size} entries is not the one of {old.size} you saw, with entries added"
        return _judged("log", fault("ledger-forked", CHECKPOINT, what))
    why = f"the production has no proof from {old.size} to {head.size} entries; ask whoever keeps the ledger for it"
    return _unseen(why, "log")[0]


def _inner(
    parcel: Parcel, leaf: Leaf | None, identities: list[pyrage.x25519.Identity]
) -> tuple[list[Check], Manifest | None]:
    names: tuple[Name, ...] = ("sealed", "manifest", "items", "release", "certificate")
    if not identities:
        return _unseen("you gave no age identity, so nothing sealed was seen", *names), None
    if SEALED not in parcel.files:
        return _unseen("there is nothing sealed", *names), None
    unpacker = Unpacker()
    wrong = _unsealed(parcel, unpacker, identities)
    manifest = unpacker.manifest
    if manifest is None:
        return [_judged("sealed", *wrong), *_unseen("there is no manifest that can be read", *names[1:])], None
    size = f"{len(manifest.items)} items and {len(manifest.tables)} tables, {manifest.hits.unreadable} unreadable"
    return [
        _judged("sealed", *wrong),
        _judged("manifest", *faults(manifest)),
        _judged("items", *check(manifest, unpacker.answers), says=size),
        _released(manifest, unpacker, leaf),
        _certified(manifest, unpacker),
    ], manifest


def _unsealed(parcel: Parcel, unpacker: Unpacker, identities: list[pyrage.x25519.Identity]) -> list[Fault]:
    """Decrypt the sealed part into the unpacker; whatever the library says of a hostile file is a fault."""
    try:
        with parcel.files[SEALED]() as file:
            pyrage.decrypt_io(file, unpacker, identities)
        unpacker.close()
    except Exception as error:
        if unpacker.broken:
            return [*unpacker.faults, unpacker.broken.fault]
        what = f"it cannot be opened with your key, or it was altered: {error}"
        return [*unpacker.faults, fault("seal-broken", SEALED, what)]
    return unpacker.faults


def _released(manifest: Manifest, unpacker: Unpacker, leaf: Leaf | None) -> Check:
    if leaf is None:
        return _unseen("the ledger's entry is not believed", "release")[0]
    note = read_release(unpacker.papers.get(RELEASE, b""))
    if note is None or note.commitment != leaf.commitment:
        what = "what was sent of the ledger's entry is not what the ledger binds"
        return _judged("release", fault("release-other", RELEASE, what))
    try:
        hits = decode(note.payload, Event).get("hits")
    except msgspec.MsgspecError:
        hits = ""
    if hits != manifest.hits.digest:
        return _judged("release", fault("release-other", RELEASE, "the ledger's release is one of other hits"))
    people = " and ".join(manifest.approved_by)
    if len(set(manifest.approved_by)) < 2:
        return _judged("release", fault("approved-alone", RELEASE, f"approved by {people or 'nobody'} alone"))
    return _judged("release", says=f"these {manifest.hits.found} hits, approved by {people}")


def _certified(manifest: Manifest, unpacker: Unpacker) -> Check:
    paper = unpacker.papers.get(CERTIFICATE, b"")
    if not paper.startswith(b"%PDF-"):
        return _judged("certificate", fault("certificate-missing", CERTIFICATE, "there is no certificate as a PDF"))
    if manifest.digest.encode() not in paper:
        return _judged("certificate", fault("certificate-other", CERTIFICATE, "it is that of another manifest"))
    return _judged("certificate", says=f"it names {manifest.digest}")
