"""What the registry keeps in files of its own: keys and blobs."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kits.registry_kit import ORIGIN

from comity.errors import Unreadable
from comity.kernel import ledger
from comity.kernel.ledger import COSIGNATURE, Checkpoint, Note
from comity.registry import files, keys
from comity.registry.blobs import CHUNK, BlobChanged, BlobMissing, BlobNotKept, Blobs

# -- keys --------------------------------------------------------------------------------------------------------------

AUTHORS = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
SIGNED = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_signature_of_the_formats_authors_holds(tmp_path: Path) -> None:
    """Their key file is read, their note is verified, and signing the same text gives the same line."""
    (tmp_path / "key").write_text(AUTHORS + "\n")
    (tmp_path / "key").chmod(0o600)
    theirs = keys.load(tmp_path / "key")
    note = ledger.read_note(SIGNED)
    assert isinstance(note, Note)
    assert note.doubt([theirs.key], keys.verify) is None
    assert theirs.key.sign(note.text, theirs.sign) == note.signatures[0]
    assert str(theirs.key) == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_a_key_is_made_kept_and_loaded(tmp_path: Path) -> None:
    """In a file of its owner's alone; the public line reads back to the same key; two keys differ."""
    made = keys.generate(tmp_path / "key", ORIGIN)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    loaded = keys.load(tmp_path / "key")
    assert loaded.key == made.key == keys.read_key(f" {made.key}\n")
    assert keys.verify(made.key.public, b"x", loaded.sign(b"x"))
    assert not keys.verify(made.key.public, b"y", loaded.sign(b"x"))
    assert not keys.verify(b"short", b"x", loaded.sign(b"x"))
    assert keys.generate(tmp_path / "other", ORIGIN).key != made.key
    assert keys.generate(tmp_path / "third", ORIGIN, bytes(32)).key == keys.signer(ORIGIN, bytes(32)).key


def test_a_witness_cosigns(tmp_path: Path) -> None:
    """The same octets as a witness's key are another key, and its line under a checkpoint holds."""
    witness = keys.signer("witness.example", bytes(32), COSIGNATURE)
    head = Checkpoint(ORIGIN, 0, ledger.EMPTY_ROOT)
    note = Note(head.text, (witness.key.sign(head.text, witness.sign, 1_700_000_000),))
    assert ledger.believed(str(note), [keys.read_key(str(witness.key))], keys.verify) == head


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    """What is at the path stays."""
    made = keys.generate(tmp_path / "key", ORIGIN)
    for path in (tmp_path / "key", tmp_path / "no such folder" / "key"):
        with pytest.raises(keys.KeyNotKept):
            keys.generate(path, ORIGIN)
    assert keys.load(tmp_path / "key").key == made.key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """With the command that mends it."""
    keys.generate(tmp_path / "key", ORIGIN)
    (tmp_path / "key").chmod(mode)
    with pytest.raises(keys.KeyExposed) as told:
        keys.load(tmp_path / "key")
    assert f"chmod 600 {tmp_path / 'key'}" in told.value.remedy


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        AUTHORS.replace("c74f20a3", "c74f20a4"),
        AUTHORS.replace("+AYEK", "+AoEK"),
        AUTHORS[:-4],
        "PRIVATE+KEY+PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "\udcff",
    ],
)
def test_other_lines_are_no_private_key(tmp_path: Path, line: str) -> None:
    """A public key, a wrong id, another type, a line cut short, no text: refused, and nothing of it repeated."""
    (tmp_path / "key").write_bytes(line.encode(errors="surrogateescape"))
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(keys.KeyFaulty) as told:
        keys.load(tmp_path / "key")
    assert str(tmp_path / "key") in told.value.message
    assert "AYEKFALV" not in told.value.message


def test_a_private_key_given_for_a_public_one_is_not_repeated() -> None:
    """Errors end up in logs."""
    for line in (AUTHORS, "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"):
        with pytest.raises(keys.KeyFaulty) as told:
            keys.read_key(line)
        assert line.rpartition("+")[2] not in told.value.message


def test_a_key_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    """As any file."""
    with pytest.raises(Unreadable):
        keys.load(tmp_path / "key")


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb"])
def test_a_name_that_no_note_could_bear_is_refused(name: str) -> None:
    """Spaces, plus signs, line ends, nothing."""
    with pytest.raises(keys.KeyFaulty):
        keys.signer(name, bytes(32))


# -- blobs -------------------------------------------------------------------------------------------------------------


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_a_blob_comes_back(tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes]) -> None:
    """Under the SHA-256 of its octets, however they came."""
    blobs = Blobs(tmp_path_factory.mktemp("blobs"))
    digest = blobs.put(chunks)
    assert b"".join(blobs.read(digest)) == b"".join(chunks)
    assert blobs.put([b"".join(chunks)]) == digest
    assert blobs.digests() == [digest]


def test_a_large_blob_is_read_in_pieces(tmp_path: Path) -> None:
    """No piece is larger than a chunk."""
    blobs = Blobs(tmp_path / "blobs")
    digest = blobs.put(bytes([number]) * CHUNK for number in range(3))
    assert [len(piece) for piece in blobs.read(digest)] == [CHUNK] * 3


def test_a_changed_blob_is_not_handed_over_whole(tmp_path: Path) -> None:
    """Its last piece never comes."""
    blobs = Blobs(tmp_path / "blobs")
    for size in (10, 2 * CHUNK + 5):
        digest = blobs.put([bytes(size)])
        file = tmp_path / "blobs" / digest.removeprefix("sha256:")
        file.write_bytes(bytes(size - 1) + b"\1")
        found = []
        with pytest.raises(BlobChanged):
            found.extend(blobs.read(digest))
        assert sum(map(len, found)) < size


def test_a_blob_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Never kept, erased, or no digest at all, such as a path that leads elsewhere."""
    blobs = Blobs(tmp_path / "blobs")
    assert blobs.digests() == []
    digest = blobs.put([b"x"])
    blobs.erase(digest)
    for asked in (digest, "sha256:" + "0" * 64, "sha256:../../etc/passwd", "hello"):
        with pytest.raises(BlobMissing):
            list(blobs.read(asked))
        with pytest.raises(BlobMissing):
            blobs.erase(asked)


def test_a_blob_cut_off_is_no_blob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails midway or the disk refuses, nothing is kept and nothing is left lying about."""
    blobs = Blobs(tmp_path / "blobs")

    def broken() -> Iterator[bytes]:
        yield b"first"
        raise RuntimeError("the source broke off")

    with pytest.raises(RuntimeError):
        blobs.put(broken())

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BlobNotKept) as told:
        blobs.put([b"x"])
    assert "No space left on device" in told.value.message
    assert list((tmp_path / "blobs").iterdir()) == []


def test_a_blob_is_its_owners_alone(tmp_path: Path) -> None:
    """Folder and file."""
    Blobs(tmp_path / "blobs").put([b"x"])
    [file] = (tmp_path / "blobs").iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file.parent, file)] == [0o700, 0o600]


def test_a_blob_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A folder in its place, for instance."""
    digest = "sha256:" + "0" * 64
    (tmp_path / ("0" * 64)).mkdir()
    with pytest.raises(Unreadable):
        list(Blobs(tmp_path).read(digest))


def test_a_file_is_whole_or_absent(tmp_path: Path) -> None:
    """What was there before stays until the new one is through."""
    files.write_whole(tmp_path, [b"old"], lambda: "name")
    with pytest.raises(TypeError):
        files.write_whole(tmp_path, [b"new", 7], lambda: "name")  # type: ignore[list-item]
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("name", b"old")]
