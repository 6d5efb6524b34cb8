"""Whoever receives a production finds out whatever is wrong with it, and no production can hurt them."""

import json
import os
import shutil
import struct
import tarfile
import zipfile
from contextlib import closing
from dataclasses import replace

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.productions import (
    IDENTITY,
    MAILS,
    OTHER_SIGNER,
    SIGNER,
    STRANGER,
    collected,
    dispatched,
    ledger,
    mailbox,
    planned,
)

from comity.desk import parcel
from comity.desk.codec import decode
from comity.desk.parcel import END, FILES, Envelope, Extended, Included, ReleaseNote, Stated, header, padding, to_base64
from comity.desk.produce import produce
from comity.desk.verify import CHECKS, BadIdentity, verify
from comity.errors import ComityError, Unreadable
from comity.kernel.ledger import Checkpoint, Leaf, Note, leaf_hash
from comity.kernel.matter import Event
from comity.registry.port import NewEntry
from comity.registry.sqlite import SqliteRegistry, create

RELEASE, MANIFEST = planned(collected())
KEY = str(SIGNER.key)


@pytest.fixture(scope="module", name="good")
def good_(tmp_path_factory):
    """A folder with two sound productions, and what they were made of."""
    folder = tmp_path_factory.mktemp("good")
    dispatch = dispatched(folder / "registry", RELEASE, MANIFEST, mailbox())
    produce(RELEASE, MANIFEST, dispatch, folder / "p")
    produce(RELEASE, MANIFEST, dispatch, folder / "p.zip")
    return folder, dispatch


@pytest.fixture(name="copy")
def copy_(good, tmp_path):
    """A sound production of one's own to spoil."""
    shutil.copytree(good[0] / "p", tmp_path / "p")
    return tmp_path / "p"


def wrong(path, identity=IDENTITY, key=KEY, earlier=None):
    """The checks that fail and the names of their faults; nothing that fails may pass as a whole."""
    report = verify(path, str(identity) if identity else None, key, earlier)
    failed = {check.name: {fault.name for fault in check.faults} for check in report.checks if check.ok is False}
    assert (report.ok is False) == bool(failed) and list(CHECKS) == [check.name for check in report.checks]
    assert all(check.says and (check.ok is not False) == (not check.faults) for check in report.checks)
    return failed


def unseen(path, **given_):
    """The checks that could not be made, and why."""
    return {check.name: check.says for check in verify(path, **given_).checks if check.ok is None}


def test_what_could_not_be_checked_says_why(good):
    """Without your age key nothing sealed is seen; without the provider's key nobody is known to have signed."""
    path = good[0] / "p"
    assert wrong(path) == {} and set(unseen(path, identity=str(IDENTITY), key=KEY)) == {"log"}
    bare = unseen(path)
    assert set(bare) == {"signer", "log", "sealed", "manifest", "items", "release", "certificate"}
    assert "not who signed" in bare["signer"] and "no age identity" in bare["items"]
    report = verify(path)
    assert report.ok is None and report.manifest is None and report.faults == ()
    assert verify(good[0] / "p.zip", str(IDENTITY), KEY).manifest == MANIFEST


def test_another_key_of_the_same_name_is_not_the_providers(good, copy):
    """Signed and consistent in itself, it is found out by whoever knows the provider's key, and by nobody else."""
    assert wrong(copy, key=str(OTHER_SIGNER.key)) == {"signer": {"signer-unknown"}}
    forge(copy, good[1], plain(good[1]), signer=OTHER_SIGNER)
    assert set(wrong(copy)) == {"signer", "checkpoint"}


@pytest.mark.parametrize("text", ["", "# only a comment", "AGE-SECRET-KEY-1NONSENSE", "age1publickey"])
def test_an_identity_that_is_none_is_said_to_be_none(good, text):
    """It is the user's own input, so it is an error and no fault of the production's."""
    with pytest.raises(BadIdentity):
        verify(good[0] / "p", text or "nothing")


def test_what_is_given_must_be_there_and_be_a_key(good, tmp_path):
    """A path without anything, a key that is none."""
    with pytest.raises(Unreadable):
        verify(tmp_path / "nowhere")
    with pytest.raises(ComityError):
        verify(good[0] / "p", key="nonsense")


def test_somebody_elses_key_opens_nothing(good):
    """The seal is not broken by that, it stays shut."""
    assert wrong(good[0] / "p", STRANGER) == {"sealed": {"seal-broken"}}


@settings(max_examples=60)
@given(st.data())
def test_one_changed_octet_anywhere_is_found(good, tmp_path_factory, data):
    """In a folder or a zip, without any key: at the least the hashes that were signed do not fit."""
    folder = tmp_path_factory.mktemp("changed")
    source = good[0] / data.draw(st.sampled_from(["p.zip", *(f"p/{name}" for name in FILES)]))
    octets = bytearray(source.read_bytes())
    at = data.draw(st.integers(0, len(octets) - 1))
    octets[at] ^= data.draw(st.integers(1, 255))
    if source.suffix == ".zip":
        (folder / "p.zip").write_bytes(octets)
        changed = folder / "p.zip"
    else:
        changed = shutil.copytree(good[0] / "p", folder / "p")
        (changed / source.name).write_bytes(octets)
    before = verify(good[0] / changed.name)
    after = verify(changed)
    assert after.ok is False or (changed.suffix == ".zip" and after == before)


@settings(max_examples=40)
@given(st.data())
def test_a_production_cut_short_is_found(good, tmp_path_factory, data):
    """Wherever it was cut."""
    octets = (good[0] / "p.zip").read_bytes()
    cut = tmp_path_factory.mktemp("cut") / "p.zip"
    cut.write_bytes(octets[: data.draw(st.integers(0, len(octets) - 1))])
    assert verify(cut, str(IDENTITY)).ok is False


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(copy, name):
    """Each of the five is needed."""
    (copy / name).unlink()
    [first] = [check for check in verify(copy, str(IDENTITY), KEY).checks if check.ok is False][:1]
    assert [(fault.name, fault.where) for fault in first.faults] == [("file-missing", name)]


def test_whatever_does_not_belong_to_a_production_is_named(copy):
    """Further files, and folders, links and pipes where a file should be; none of them is opened."""
    (copy / "notes.txt").write_text("hello")
    assert wrong(copy) == {"files": {"file-extra"}}
    (copy / "notes.txt").unlink()
    for name, make in (
        ("checkpoint", lambda path: path.symlink_to("/etc/passwd")),
        ("READ-ME.txt", lambda path: path.mkdir()),
        ("sealed.age", os.mkfifo),
        ("production.sig", os.mkfifo),
    ):
        (copy / name).unlink()
        make(copy / name)
        assert "file-not-plain" in wrong(copy)["files"]


def test_a_thousand_files_too_many_are_not_all_listed(copy):
    """The list of faults has an end."""
    for number in range(1000):
        (copy / f"{number}.txt").touch()
    assert len(verify(copy).faults) < 120


def test_an_unfinished_production_is_none(copy):
    """However whole it looks."""
    assert wrong(copy.rename(copy.with_name(".p.partial"))) == {"envelope": {"unfinished"}}


def test_an_envelope_has_one_spelling_and_a_limit(copy):
    """A space more, a key twice, a number of 500 digits, a thousand brackets, sixteen mebibytes."""
    envelope = (copy / "production.json").read_bytes()
    for octets in (
        envelope + b" ",
        b'{"key":"x",' + envelope[1:],
        b"[" * 100_000,
        b'{"files":' + b"9" * 500 + b"}",
        b"\xff",
    ):
        (copy / "production.json").write_bytes(octets)
        assert wrong(copy) == {"envelope": {"envelope-unreadable"}}
    with open(copy / "production.json", "r+b") as file:
        file.truncate(parcel.SMALL_LIMIT + 1)
    assert wrong(copy) == {"envelope": {"file-too-large"}}


def test_a_signature_of_something_else_is_none(good, copy):
    """Of another envelope, of a checkpoint, or no signature at all."""
    (copy / "production.sig").write_text((copy / "checkpoint").read_text())
    assert wrong(copy) == {"signature": {"signature-elsewhere"}}
    (copy / "production.sig").write_text("nothing")
    assert wrong(copy) == {"signature": {"note-unreadable"}}
    envelope = replace(parcel.read_envelope((copy / "production.json").read_bytes()), key="nonsense")
    (copy / "production.json").write_bytes(envelope.octets)
    assert wrong(copy) == {"signature": {"key-unreadable"}, "checkpoint": {"key-unreadable"}}


# What lies in the ledger


def test_the_entry_must_be_in_the_ledger_and_be_a_release(good, copy):
    """Signed by the provider and still not so: not in the tree, no leaf, another kind of event."""
    ours = good[1].evidence
    archive = plain(good[1])
    forge(copy, good[1], archive, entry=Included(0, ours.leaf.decode(), tuple(map(to_base64, ours.proof))))
    assert wrong(copy) == {"entry": {"entry-absent"}}
    assert "not believed" in unseen(copy, identity=str(IDENTITY))["release"]
    forge(copy, good[1], archive, entry=Included(1, ours.leaf.decode(), ("not base64!",)))
    assert wrong(copy) == {"entry": {"entry-absent"}}
    forge(copy, good[1], archive, entry=Included(1, "{}", ()))
    assert wrong(copy) == {"entry": {"leaf-unreadable"}}
    filing = Leaf("filing", "sha256:m", RELEASE.at, RELEASE.at, "sha256:c")
    alone = Checkpoint(SIGNER.key.name, 1, leaf_hash(filing.data))
    note = Note(alone.text, (SIGNER.key.sign(alone.text, SIGNER.sign),))
    forge(copy, good[1], archive, entry=Included(0, filing.data.decode(), ()), checkpoint=str(note))
    assert wrong(copy) == {"entry": {"entry-other"}}


def test_a_checkpoint_kept_from_earlier_is_held_against_it(good, copy, tmp_path):
    """The same ledger, with entries only added, is known again; a forked one is found out."""
    with closing(SqliteRegistry(good[0] / "registry", SIGNER)) as registry:
        second = registry.consistency(2, 3)
    with closing(create(tmp_path / "short", SIGNER)) as other:
        for _ in range(3):
            other.append(NewEntry("M-0009", "filing", RELEASE.at, RELEASE.at, b"{}"))
        forked = other.checkpoint()
    same = good[1].evidence.checkpoint
    assert verify(copy, earlier=same).checks[6].ok is True
    assert wrong(copy, earlier=forked) == {"log": {"ledger-forked"}}
    assert wrong(copy, earlier="nonsense") == {"log": {"note-unreadable"}}
    old = Checkpoint(SIGNER.key.name, 2, two_entries(good[0] / "registry"))
    early = str(Note(old.text, (SIGNER.key.sign(old.text, SIGNER.sign),)))
    assert "no proof from 2 to 3" in unseen(copy, earlier=early)["log"]
    forge(copy, good[1], plain(good[1]), earlier=Extended(2, tuple(map(to_base64, second))))
    assert verify(copy, earlier=early).checks[6].ok is True
    forge(copy, good[1], plain(good[1]), earlier=Extended(2, ("AAAA",)))
    assert wrong(copy, earlier=early) == {"log": {"ledger-forked"}}


def two_entries(path):
    with closing(SqliteRegistry(path, SIGNER)) as registry:
        return registry.root(2)


# What lies in the zip


def zipped(path, members, **more):
    """A zip with these (name, octets) and nothing of our care."""
    with zipfile.ZipFile(path, "w", more.pop("method", zipfile.ZIP_STORED), allowZip64=True) as archive:
        for name, octets in members:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            info.compress_type = archive.compression
            with archive.open(info, "w", force_zip64=info.filename == "sealed.age") as member:
                member.write(octets)
        archive.comment = more.pop("comment", b"")
    return path


@pytest.fixture(name="members")
def members_(good):
    """The files of a sound production, in their order."""
    return [(name, (good[0] / "p" / name).read_bytes()) for name in FILES]


def test_a_zip_made_as_ours_is_read(members, tmp_path):
    """The test's own way to make zips makes sound ones."""
    assert wrong(zipped(tmp_path / "p.zip", members)) == {}


@pytest.mark.parametrize(
    "name", ["../../.ssh/authorized_keys", "/etc/passwd", "items/../production.json", "a\\b", "\u202egpj"]
)
def test_a_name_in_a_zip_leads_nowhere(members, tmp_path, name):
    """It is named as a fault, and nothing is written anywhere."""
    path = zipped(tmp_path / "p.zip", [*members, (name, b"x")])
    assert "file-extra" in wrong(path)["files"]
    assert os.listdir(tmp_path) == ["p.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_file_twice_is_refused(members, tmp_path):
    """Two readers could take two different ones for it."""
    path = zipped(tmp_path / "p.zip", [*members, members[3]])
    assert wrong(path)["files"] == {"file-extra"}


def test_a_zip_that_is_compressed_is_never_unpacked(members, tmp_path):
    """Ten gibibytes of noughts would fit into ten mebibytes: a bomb is refused unread."""
    path = zipped(tmp_path / "p.zip", members, method=zipfile.ZIP_DEFLATED)
    assert wrong(path) == {"envelope": {"zip-odd"}}


def test_a_zip_hides_nothing(members, tmp_path, good):
    """Not before the first file, not between two, not after the last, not in a comment."""
    octets = (good[0] / "p.zip").read_bytes()
    start = octets.index(b"PK\x01\x02")
    second = octets.index(b"PK\x03\x04", 4)
    spoiled = {
        "before": b"#!/bin/sh\n" + octets,
        "comment": zipped(tmp_path / "c.zip", members, comment=b"hidden").read_bytes(),
        "after": octets + b"hidden",
    }
    for name, changed in spoiled.items():
        (tmp_path / f"{name}.zip").write_bytes(changed)
        assert verify(tmp_path / f"{name}.zip").ok is False
    central = bytearray(octets[start:])
    moved = patched(central, shift=6, beyond=second)
    (tmp_path / "between.zip").write_bytes(octets[:second] + b"hidden" + octets[second:start] + moved)
    assert wrong(tmp_path / "between.zip") == {"files": {"zip-odd"}}
    moved = patched(bytearray(octets[start:]), shift=6, beyond=start)
    (tmp_path / "last.zip").write_bytes(octets[:start] + b"hidden" + moved)
    assert wrong(tmp_path / "last.zip") == {"files": {"zip-odd"}}


def patched(central, shift, beyond):
    """A zip's directory whose entries at or beyond an offset, and itself, have moved."""
    at = 0
    while central[at : at + 4] == b"PK\x01\x02":
        names = struct.unpack("<HHH", central[at + 28 : at + 34])
        [offset] = struct.unpack("<I", central[at + 42 : at + 46])
        central[at + 42 : at + 46] = struct.pack("<I", offset + shift if offset >= beyond else offset)
        at += 46 + sum(names)
    [offset] = struct.unpack("<I", central[at + 16 : at + 20])
    central[at + 16 : at + 20] = struct.pack("<I", offset + shift)
    return bytes(central)


def test_a_zip_with_a_huge_directory_is_not_read(tmp_path, members):
    """Neither as many small entries nor as the second kind of ending claims."""
    many = zipped(tmp_path / "many.zip", [*members, *((f"{number}", b"") for number in range(2000))])
    assert wrong(many) == {"envelope": {"zip-odd"}}
    octets = zipped(tmp_path / "p.zip", members).read_bytes()
    end, place = octets[-22:], len(octets) - 22
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 2**40, 2**40, 2**50, 0)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, place, 1)
    for ending in (record + locator, bytes(56) + locator):
        (tmp_path / "large.zip").write_bytes(octets[:-22] + ending + end)
        assert wrong(tmp_path / "large.zip") == {"envelope": {"zip-odd"}}


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_file_is_judged_and_none_is_a_crash(tmp_path_factory, octets):
    """Whatever is called a production."""
    path = tmp_path_factory.mktemp("any") / "p"
    path.write_bytes(octets)
    assert verify(path, str(IDENTITY)).ok is False


# What lies under the seal, when the provider itself is the forger


def plain(dispatch, manifest=MANIFEST, **changes):
    """The archive as (name, octets), with some papers changed or (None) left out."""
    ours = dispatch.evidence
    papers = {
        "manifest.json": manifest.octets,
        "release.json": ReleaseNote(to_base64(ours.salt), ours.payload.decode()).octets,
        "certificate.pdf": dispatch.certificate,
        "counts.json": manifest.counted,
        **{item.name: mail for item, mail in zip(MANIFEST.items, MAILS, strict=True)},
    }
    named = {name.replace("_", "."): octets for name, octets in changes.items()}
    return [(name, octets) for name, octets in (papers | named).items() if octets is not None]


def archived(files):
    """The archive's octets."""
    return b"".join(header(name, len(octets)) + octets + padding(len(octets)) for name, octets in files) + END


def forge(path, dispatch, archive, signer=SIGNER, checkpoint=None, **envelope):
    """A production with this archive, sealed and signed as if it were right."""
    octets = archive if isinstance(archive, bytes) else archived(archive)
    (path / "sealed.age").write_bytes(pyrage.encrypt(octets, [IDENTITY.to_public()]))
    (path / "checkpoint").write_text(checkpoint or dispatch.evidence.checkpoint)
    ours = dispatch.evidence
    entry = Included(ours.index, ours.leaf.decode(), tuple(map(to_base64, ours.proof)))
    files = {name: Stated.of((path / name).read_bytes()) for name in parcel.STATED}
    made = Envelope(**({"key": str(signer.key), "files": files, "entry": entry} | envelope))
    (path / "production.json").write_bytes(made.octets)
    (path / "production.sig").write_text(str(Note(made.note, (signer.key.sign(made.note, signer.sign),))))
    return path


def test_a_forgery_that_changes_nothing_is_sound(good, copy):
    """The test's own way to forge makes sound productions."""
    assert wrong(forge(copy, good[1], plain(good[1]))) == {}


def test_an_envelope_must_state_every_file(good, copy):
    """And no other."""
    stated = {name: Stated.of((copy / name).read_bytes()) for name in ("sealed.age", "checkpoint")}
    forge(copy, good[1], plain(good[1]))
    sealed = Stated.of((copy / "sealed.age").read_bytes())
    forge(copy, good[1], plain(good[1]), files=stated | {"sealed.age": sealed})
    assert "envelope-incomplete" in wrong(copy)["files"]


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        ({"items/000001_eml": None}, {"items": {"file-missing"}}),
        ({"items/000001_eml": b"another mail"}, {"items": {"file-altered"}}),
        ({"items/000004_eml": b"one more"}, {"items": {"file-extra"}}),
        ({"../../_profile": b"echo"}, {"items": {"file-extra"}}),
        ({"counts_json": b"{}"}, {"items": {"file-altered"}}),
        ({"release_json": None}, {"release": {"release-other"}}),
        ({"release_json": b"{}"}, {"release": {"release-other"}}),
        ({"certificate_pdf": None}, {"certificate": {"certificate-missing"}}),
        ({"certificate_pdf": b"%PDF-1.7 of another"}, {"certificate": {"certificate-other"}}),
        ({"certificate_pdf": b"<html>"}, {"certificate": {"certificate-missing"}}),
    ],
)
def test_what_the_provider_itself_changed_is_found(good, copy, change, failed):
    """Signed and sealed, but missing, altered or too much by the manifest it was sent with."""
    files = plain(
        good[1], **{name.replace("_", ".") if "/" in name else name: octets for name, octets in change.items()}
    )
    assert wrong(forge(copy, good[1], files)) == failed


def test_a_manifest_of_other_hits_is_not_what_was_released(good, copy):
    """The ledger's entry was written when the gate opened, and it says for what."""
    fewer = planned(collected(MAILS[:2]))[1]
    found = wrong(forge(copy, good[1], plain(good[1], fewer)))
    assert found["release"] == {"release-other"} and found["items"] == {"file-extra"}


def test_a_manifest_must_hold_together(good, copy):
    """An item left out of it, or a count that does not add up, though its hash is signed."""
    short = replace(MANIFEST, items=MANIFEST.items[:2])
    assert wrong(forge(copy, good[1], plain(good[1], short)))["manifest"] == {"items-differ", "counts-do-not-add-up"}


def test_two_people_must_have_approved(good, copy):
    """It says so plainly where only one did, or one twice."""
    for people in (("anna",), ("anna", "anna"), ()):
        alone = replace(MANIFEST, approved_by=people)
        assert wrong(forge(copy, good[1], plain(good[1], alone)))["release"] == {"approved-alone"}


def test_a_release_that_is_no_event_is_none(copy, good, tmp_path):
    """The payload is what the ledger binds, and still says nothing."""
    with closing(ledger(tmp_path / "registry", RELEASE)) as registry:
        entry = registry.append(NewEntry("M-0001", "released", RELEASE.at, RELEASE.at, b"[]"))
        note = ReleaseNote(to_base64(entry.salt), "[]")
        proof = Included(entry.index, entry.leaf.decode(), tuple(map(to_base64, registry.inclusion(entry.index))))
        head = registry.checkpoint()
    forge(copy, good[1], plain(good[1], release_json=note.octets), entry=proof, checkpoint=head)
    assert wrong(copy) == {"release": {"release-other"}}
    short = replace(note, salt="AAAA")
    forge(copy, good[1], plain(good[1], release_json=short.octets), entry=proof, checkpoint=head)
    assert wrong(copy) == {"release": {"release-other"}}


def member(name, **fields):
    """The header of an archive's member that is not a plain file of ours."""
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(tarfile.GNU_FORMAT)


@given(st.text("abcdef/.0123456789", min_size=1, max_size=100), st.integers(0, parcel.ITEM_LIMIT))
def test_a_file_is_headed_as_other_programs_head_it(name, size):
    """The one header is that of the standard library's plain tar; what does not fit one is refused."""
    info = tarfile.TarInfo(name)
    info.size = size
    assert header(name, size) == info.tobuf(tarfile.USTAR_FORMAT)
    for long, large in ((name + "x" * 100, size), (name, parcel.ITEM_LIMIT + 1), (name, -1), ("é", 1)):
        with pytest.raises(ValueError):
            header(long, large)


@pytest.mark.parametrize(
    "odd",
    [
        member("items/000001.eml", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("items/000001.eml", type=tarfile.LNKTYPE, linkname="manifest.json"),
        member("items", type=tarfile.DIRTYPE),
        member("items/pipe", type=tarfile.FIFOTYPE),
        member("items/000001.eml", mode=0o4755),
        member("items/000001.eml", uname="root"),
        member("items/000001.eml", mtime=1),
        member("x" * 200),
        member("items/000001.eml", size=2**40),
        b"\xff" * 512,
        b"items/000001.eml".ljust(512, b"\0"),
    ],
)
def test_the_sealed_archive_holds_plain_files_only(good, copy, odd):
    """A link, a folder, a pipe, an owner, a time, a long name, a size beyond the limit, or no header at all."""
    archive = archived(plain(good[1])[:4])[: -len(END)] + odd + END
    assert wrong(forge(copy, good[1], archive))["sealed"] == {"archive-odd"}


def test_the_sealed_archive_has_one_layout(good, copy):
    """It begins with the manifest, ends once, hides nothing in between, and is whole."""
    files = plain(good[1])
    whole = archived(files)
    first = header("manifest.json", len(files[0][1])) + files[0][1]
    gap = len(padding(len(files[0][1])))
    assert gap, "this test needs a manifest that does not fill its last block"
    hidden = first + b"h".ljust(gap, b"\0") + whole[len(first) + gap :]
    for archive, fault in (
        (archived(files[1:]), "manifest-missing"),
        (archived([("manifest.json", b"{}")]), "manifest-unreadable"),
        (archived([("manifest.json", b"")]), "manifest-unreadable"),
        (archived([*files, files[1]]), "file-twice"),
        (archived([*files, files[-1]]), "file-twice"),
        (archived([*files, files[0]]), "file-twice"),
        (whole + END, "archive-odd"),
        (whole + b"x" * 512, "archive-odd"),
        (whole[:-512] + header("x", 0), "archive-odd"),
        (hidden, "archive-odd"),
        (whole[:-1024], "archive-cut"),
        (whole[:-512], "archive-cut"),
        (whole[:-1], "archive-cut"),
        (whole[:3000], "archive-cut"),
        (b"", "archive-cut"),
        (header("manifest.json", 2**30), "file-too-large"),
        (archived(files[:1])[:-1024] + header("certificate.pdf", 2**30), "file-too-large"),
    ):
        assert fault in wrong(forge(copy, good[1], archive))["sealed"]


def test_reading_ends_after_too_much_that_is_wrong(good, copy):
    """A hundred files too many, or a hundred that stand in it twice."""
    extra = [(f"x{number}", b"") for number in range(5000)]
    assert wrong(forge(copy, good[1], [*plain(good[1]), *extra]))["sealed"] == {"too-many-files"}
    twice = plain(good[1])[-1:] * 5000
    report = verify(forge(copy, good[1], [*plain(good[1]), *twice]), str(IDENTITY))
    assert {fault.name for fault in report.faults} == {"file-twice", "too-many-faults"} and len(report.faults) < 120


PIECES = st.binary(max_size=600) | st.sampled_from([END, MANIFEST.octets, header("manifest.json", 9)])


@settings(max_examples=60)
@given(st.lists(PIECES, max_size=6))
def test_any_archive_is_judged_and_none_is_a_crash(good, tmp_path_factory, pieces):
    """Whatever was sealed and signed."""
    path = shutil.copytree(good[0] / "p", tmp_path_factory.mktemp("any") / "p")
    assert "sealed" in wrong(forge(path, good[1], b"".join(pieces)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=5),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100)
@given(st.data(), JSON)
def test_any_value_in_a_manifest_is_judged_and_none_is_a_crash(good, tmp_path_factory, data, value):
    """One value anywhere in it put in another's place, sealed and signed."""
    whole = json.loads(MANIFEST.octets)
    spot, key = whole, data.draw(st.sampled_from(sorted(whole)))
    while isinstance(spot[key], dict | list) and spot[key] and data.draw(st.booleans()):
        spot = spot[key]
        key = data.draw(st.sampled_from(sorted(spot) if isinstance(spot, dict) else range(len(spot))))
    spot[key] = value
    octets = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
    path = shutil.copytree(good[0] / "p", tmp_path_factory.mktemp("any") / "p")
    report = verify(forge(path, good[1], plain(good[1], manifest_json=octets)), str(IDENTITY), KEY)
    assert report.ok is False or octets == MANIFEST.octets


def test_the_recipient_is_shown_the_event_as_it_was_written(good):
    """What opens the ledger's commitment is the office's own event, octet for octet."""
    note = json.loads(dict(plain(good[1]))["release.json"])
    assert note["payload"].encode() == good[1].evidence.payload
    assert decode(note["payload"], Event).get("hits") == RELEASE.hits.digest
