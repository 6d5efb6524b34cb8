"""A production leaves whole or not at all, sealed to its recipient, and only through an open gate."""

import csv
import io
import os
import resource
import signal
import sys
import tarfile
import tracemalloc
import zipfile
from contextlib import closing, suppress
from dataclasses import dataclass, replace

import pyrage
import pytest
from tests.productions import (
    CONTENT,
    IDENTITY,
    ISSUED,
    MAILS,
    OTHER_SIGNER,
    OWEN,
    SIGNER,
    STRANGER,
    ask,
    collected,
    dispatched,
    items,
    ledger,
    mailbox,
    planned,
    released,
    traffic_table,
)

from comity.desk.parcel import FILES
from comity.desk.produce import (
    BadRecipient,
    Evidence,
    GateShut,
    NotReleased,
    NotWritten,
    RecordChanged,
    TargetTaken,
    evidence,
    produce,
)
from comity.desk.verify import verify
from comity.kernel.collection import Counts
from comity.kernel.demand import Scope
from comity.kernel.gate import Release
from comity.kernel.production import Collected
from comity.registry.port import NewEntry

RELEASE, MANIFEST = planned(collected())
TARGETS = pytest.mark.parametrize("name", ["production", "production.zip"])


@pytest.fixture(scope="module", name="dispatch")
def dispatch_(tmp_path_factory):
    """All that a production of three mails needs."""
    return dispatched(tmp_path_factory.mktemp("office") / "registry", RELEASE, MANIFEST, mailbox())


def sound(path):
    """Whether the recipient, who knows the provider's key, finds nothing wrong and nothing unchecked but the past."""
    checks = verify(path, str(IDENTITY), str(SIGNER.key)).checks
    return {check.name: check.ok for check in checks if check.name != "log"}


def opened(path):
    """What the recipient reads without any program of ours: age and tar."""
    place = zipfile.Path(path) if path.suffix == ".zip" else path
    sealed = (place / "sealed.age").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(sealed, [IDENTITY]))) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}


@TARGETS
def test_a_production_holds_the_octets_as_they_were_collected(tmp_path, dispatch, name):
    """Opened with age and tar alone, and found sound by whoever checks it; nothing else is left beside it."""
    path = produce(RELEASE, MANIFEST, dispatch, tmp_path / name)
    inside = opened(path)
    assert [inside[item.name] for item in MANIFEST.items] == list(MAILS)
    papers = ["manifest.json", "release.json", "certificate.pdf", "counts.json"]
    assert list(inside) == papers + [item.name for item in MANIFEST.items]
    assert inside["manifest.json"] == MANIFEST.octets and inside["certificate.pdf"] == dispatch.certificate
    assert set(sound(path).values()) == {True}
    assert os.listdir(tmp_path) == [name]


def test_folder_and_zip_hold_the_same_files_in_the_same_order(tmp_path, dispatch):
    """The zip is stored, without times; what is signed is the same kind of envelope."""
    folder = produce(RELEASE, MANIFEST, dispatch, tmp_path / "p")
    with zipfile.ZipFile(produce(RELEASE, MANIFEST, dispatch, tmp_path / "p.zip")) as zipped:
        members = zipped.infolist()
    assert [member.filename for member in members] == list(FILES)
    assert sorted(os.listdir(folder)) == sorted(FILES)
    assert {(member.compress_type, member.date_time) for member in members} == {(0, (1980, 1, 1, 0, 0, 0))}


def test_what_is_sealed_does_not_depend_on_when_or_where(tmp_path, dispatch):
    """The same release gives the same archive to the last octet; only the encryption differs."""
    first, second = (produce(RELEASE, MANIFEST, dispatch, tmp_path / name) for name in ("a", "b.zip"))
    assert opened(first) == opened(second)


def test_nothing_outside_the_seal_names_anybody(tmp_path, dispatch):
    """No address, no approver, no matter and no hash of a mail can be read by who carries the production."""
    path = produce(RELEASE, MANIFEST, dispatch, tmp_path / "p")
    seen = b"".join(file.read_bytes() for file in path.iterdir())
    for secret in (OWEN, "anna", "M-0001", "inbox", MANIFEST.digest[7:], MANIFEST.items[0].sha256, "Kinsella"):
        assert secret.encode() not in seen


def test_every_recipient_can_open_it_and_nobody_else(tmp_path, dispatch):
    """Two authorities may be sent the same production."""
    keys = tuple(str(one.to_public()) for one in (IDENTITY, STRANGER))
    path = produce(RELEASE, MANIFEST, replace(dispatch, recipients=keys), tmp_path / "p")
    assert verify(path, str(STRANGER)).manifest == verify(path, str(IDENTITY)).manifest == MANIFEST
    assert verify(path, str(pyrage.x25519.Identity.generate())).ok is False


def test_a_traffic_answer_leaves_as_a_table_and_nothing_else(tmp_path):
    """The table is in, no item is."""
    scope = Scope((OWEN,), frozenset({"traffic"}))
    made, octets = traffic_table(3)
    release, manifest = planned(Collected((), {"dublin-1": Counts(3, 4)}, (), (made,)), scope, 3)
    dispatch = dispatched(tmp_path / "registry", release, manifest, mailbox())
    dispatch = replace(dispatch, tables={"traffic.csv": octets}, again=lambda: ask(release.hits, scope))
    inside = opened(produce(release, manifest, dispatch, tmp_path / "p"))
    assert list(inside)[4:] == ["traffic.csv"]
    assert [row["from"] for row in csv.DictReader(io.StringIO(inside["traffic.csv"].decode()))] == ["a@x.example"] * 3
    assert set(sound(tmp_path / "p").values()) == {True}
    with pytest.raises(RecordChanged, match=r"traffic\.csv"):
        produce(release, manifest, replace(dispatch, tables={}), tmp_path / "q")


@dataclass(frozen=True)
class Lookalike:
    """Everything a release has, but not from the gate."""

    matter: str = RELEASE.matter
    at: object = RELEASE.at
    scope: str = RELEASE.scope
    hits: object = RELEASE.hits
    classes: tuple = RELEASE.classes
    approved_by: tuple = RELEASE.approved_by


def refuses(error, tmp_path, *arguments, match=None):
    """The production is refused with this error, and nothing of it is left."""
    with pytest.raises(error, match=match):
        produce(*arguments, tmp_path / "p")
    assert os.listdir(tmp_path) == []


def test_without_a_release_nothing_is_written(tmp_path, dispatch):
    """Something that looks like one is none; another release's manifest is another production."""
    refuses(NotReleased, tmp_path, Lookalike(), MANIFEST, dispatch)
    other = planned(collected(MAILS[:2]))[1]
    refuses(NotReleased, tmp_path, RELEASE, other, dispatch)
    refuses(NotReleased, tmp_path, RELEASE, replace(MANIFEST, matter="M-0002"), dispatch)


def test_a_production_stands_on_an_entry_of_the_ledger(tmp_path, dispatch, tmp_path_factory):
    """That says these hits were released, is in the tree, and whose head the same key signed."""
    ours = dispatch.evidence
    wrong = [
        replace(ours, index=0),
        replace(ours, salt=bytes(32)),
        replace(ours, leaf=b"{}"),
        replace(ours, checkpoint="nothing"),
    ]
    for bad in wrong:
        refuses(NotReleased, tmp_path, RELEASE, MANIFEST, replace(dispatch, evidence=bad))
    refuses(NotReleased, tmp_path, RELEASE, MANIFEST, replace(dispatch, signer=OTHER_SIGNER))
    folder = tmp_path_factory.mktemp("other")
    others = dispatched(folder / "registry", released(collected(MAILS[:2])), MANIFEST, mailbox())
    refuses(NotReleased, tmp_path, RELEASE, MANIFEST, replace(dispatch, evidence=others.evidence), match="these hits")
    with closing(ledger(folder / "approved", RELEASE)) as registry:
        entry = registry.append(NewEntry("M-0001", "approved", RELEASE.at, RELEASE.at, ours.payload))
        proof = registry.inclusion(entry.index)
        approved = Evidence(registry.checkpoint(), entry.index, entry.leaf, proof, entry.salt, entry.payload)
    refuses(NotReleased, tmp_path, RELEASE, MANIFEST, replace(dispatch, evidence=approved), match="these hits")


def test_evidence_is_that_of_the_last_release(tmp_path):
    """A matter that was never released, or whose release was erased, has none; the past may be asked for."""
    registry = ledger(tmp_path / "registry", RELEASE)
    found = evidence(registry, "M-0001", earlier=1)
    assert found.index == 1 and found.earlier == (1, registry.consistency(1, 3))
    with pytest.raises(NotReleased):
        evidence(registry, "M-0002")
    registry.erase(1, "the subject asked", RELEASE.at)
    with pytest.raises(NotReleased):
        evidence(registry, "M-0001")
    registry.close()


def test_a_stay_that_comes_while_it_is_written_keeps_it_in(tmp_path, dispatch):
    """The gate is asked again when all is ready; only then is it signed."""
    stay = replace(ISSUED, id="v-stay", kind="stayed", says="stayed on consent")
    stayed = replace(dispatch, again=lambda: ask(RELEASE.hits, CONTENT, stay))
    refuses(GateShut, tmp_path, RELEASE, MANIFEST, stayed, match="stayed on consent")
    fewer = replace(dispatch, again=lambda: released(collected(MAILS[:2])))
    refuses(GateShut, tmp_path, RELEASE, MANIFEST, fewer, match="something else")


@pytest.mark.parametrize("keys", [(), ("age1nonsense",), ("",), (str(IDENTITY),)])
def test_a_recipient_is_an_age_key(tmp_path, dispatch, keys):
    """None given, or one that is no public key: nothing is written, and no secret key is sealed to."""
    refuses(BadRecipient, tmp_path, RELEASE, MANIFEST, replace(dispatch, recipients=keys))


@pytest.mark.parametrize("change", [lambda mail: mail[:-1], lambda mail: mail + b"!", lambda mail: mail[:-1] + b"!"])
def test_a_record_that_changed_since_it_was_collected_stops_everything(tmp_path, dispatch, change):
    """Shorter, longer or other, the first one and no other: what leaves is what was approved, or nothing."""
    octets = dict(zip((item.place for item in items()), (change(MAILS[0]), *MAILS[1:]), strict=True))
    changed = replace(dispatch, octets=lambda item: [octets[item.place]])
    refuses(RecordChanged, tmp_path, RELEASE, MANIFEST, changed, match=r"items/000001\.eml")


def test_a_record_that_cannot_be_read_stops_everything(tmp_path, dispatch):
    """The store's own trouble is what is told."""

    def broken(item):
        yield b"From"
        raise OSError("input/output error")

    refuses(RecordChanged, tmp_path, RELEASE, MANIFEST, replace(dispatch, octets=broken), match="input/output error")


def test_an_interruption_leaves_nothing(tmp_path, dispatch):
    """Ctrl-C while a record is read is passed on as such."""

    def interrupted(item):
        raise KeyboardInterrupt
        yield b""

    refuses(KeyboardInterrupt, tmp_path, RELEASE, MANIFEST, replace(dispatch, octets=interrupted))


@TARGETS
def test_a_production_is_never_overwritten(tmp_path, dispatch, name):
    """What is there already stays as it is, whatever it is."""
    (tmp_path / name).mkdir()
    with pytest.raises(TargetTaken):
        produce(RELEASE, MANIFEST, dispatch, tmp_path / name)
    assert os.listdir(tmp_path) == [name] and os.listdir(tmp_path / name) == []


def test_two_writers_of_one_production_do_not_mix(tmp_path, dispatch):
    """The second is told so, and the first goes on undisturbed."""

    def octets(item):
        with pytest.raises(TargetTaken, match="another is being written"):
            produce(RELEASE, MANIFEST, dispatch, tmp_path / "p")
        return mailbox()(item)

    path = produce(RELEASE, MANIFEST, replace(dispatch, octets=octets), tmp_path / "p")
    assert set(sound(path).values()) == {True}


def test_a_place_that_cannot_be_written_is_named(tmp_path, dispatch):
    """No folder there, or something in the way."""
    with pytest.raises(NotWritten, match="No such file"):
        produce(RELEASE, MANIFEST, dispatch, tmp_path / "nowhere" / "p")
    (tmp_path / ".p.partial").write_text("a file where the partial folder would be")
    with pytest.raises(NotWritten):
        produce(RELEASE, MANIFEST, dispatch, tmp_path / "p")


def in_child(act):
    """Run something in a process of its own and give its exit code, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = act() or 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@TARGETS
@pytest.mark.parametrize("part", [0.001, 0.4, 0.9, 0.98])
def test_a_full_disk_leaves_nothing(tmp_path, dispatch, name, part):
    """No file can grow beyond a part of the largest: room ends at the start, in the middle, near the end."""
    whole = produce(RELEASE, MANIFEST, dispatch, tmp_path / f"whole-{name}")
    room = int(part * max(file.stat().st_size for file in (whole, *tmp_path.glob("*/sealed.age"))))

    def act():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        with pytest.raises(NotWritten, match="File too large"):
            produce(RELEASE, MANIFEST, dispatch, tmp_path / name)

    assert in_child(act) == 0
    assert os.listdir(tmp_path) == [whole.name]


def stepping(act, after=None):
    """Do something, and be killed after so many steps (calls and returns); how many there were, if one lives."""
    steps = 0

    def step(frame, event, argument):
        nonlocal steps
        steps += 1
        if steps == after:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(step)
    try:
        act()
    finally:
        sys.setprofile(None)
    return steps


@pytest.fixture(scope="module", name="steps")
def steps_(dispatch, tmp_path_factory):
    """How many steps a production takes, as a folder and as a zip."""
    folder = tmp_path_factory.mktemp("steps")
    return {
        name: stepping(lambda name=name: produce(RELEASE, MANIFEST, dispatch, folder / name))
        for name in ("production", "production.zip")
    }


@TARGETS
@pytest.mark.parametrize("part", [*range(1, 960, 26), *range(960, 1001, 2)])
def test_kill_9_leaves_nothing_that_passes_for_a_production(tmp_path, dispatch, steps, name, part):
    """After any part (in 1/1000) of its steps: at its place there is nothing, or all of it.

    What lies beside it is taken for none; and producing again clears up and succeeds.
    """

    def act():
        stepping(lambda: produce(RELEASE, MANIFEST, dispatch, tmp_path / name), after=steps[name] * part // 1000)

    assert in_child(act) in (0, -signal.SIGKILL)
    for left in tmp_path.iterdir():
        assert (left.name == name) == (verify(left, str(IDENTITY)).ok is not False)
    with suppress(TargetTaken):
        produce(RELEASE, MANIFEST, dispatch, tmp_path / name)
    assert set(sound(tmp_path / name).values()) == {True}
    assert os.listdir(tmp_path) == [name]


def test_what_no_reader_would_accept_is_not_written(tmp_path, dispatch, monkeypatch):
    """A manifest or an item beyond the stated limits is refused before anything is written."""
    for limit in ("MANIFEST_LIMIT", "ITEM_LIMIT", "SMALL_LIMIT"):
        with monkeypatch.context() as patch:
            patch.setattr(f"comity.desk.produce.{limit}", 20)
            refuses(NotReleased, tmp_path, RELEASE, MANIFEST, dispatch, match="too large")


def test_a_large_record_is_never_held_whole(tmp_path):
    """Records are read, hashed and sealed piece by piece."""
    piece, number = bytes(2**20), 48
    whole = Collected(items([piece * number]), {"dublin-1": Counts(1)})
    release, manifest = planned(whole)
    dispatch = dispatched(tmp_path / "registry", release, manifest, lambda item: (piece for _ in range(number)))
    tracemalloc.start()
    produce(release, manifest, dispatch, tmp_path / "p.zip")
    _, peak = tracemalloc.get_traced_memory()
    assert verify(tmp_path / "p.zip", str(IDENTITY)).ok is None
    _, both = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert max(peak, both) < 12 * 2**20


def test_a_release_cannot_be_made_elsewhere():
    """Neither by hand nor from another one."""
    for make in (
        lambda: Release(*(getattr(RELEASE, name) for name in Lookalike.__dataclass_fields__), made_by=object()),
        lambda: replace(RELEASE, matter="M-0002"),
    ):
        with pytest.raises((TypeError, ValueError)):
            make()
