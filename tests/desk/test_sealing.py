"""A production as a job: killed anywhere it leaves once or not at all, and no sealed file that no entry names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from tests.desk.test_jobs import copied, killed
from tests.web.office import MATTER, NOW, POINT, make

from comity.desk import gate, jobs, release, sealing, worker
from comity.desk.matter import enter, load, record
from comity.desk.office import NotThatPerson, Office
from comity.desk.produce import BadRecipient
from comity.desk.release import Refused, production, productions, send
from comity.desk.sealing import Asked, ask_production, clear
from comity.desk.verify import verify
from comity.kernel.matter import Event
from comity.registry.blobs import Blobs
from comity.registry.check import check
from comity.registry.keys import load as load_key

AT = NOW + timedelta(hours=1)
IDENTITY = pyrage.x25519.Identity.generate()
KEY = str(IDENTITY.to_public())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with a matter that two people have let go. Estate and law are read."""
    office = Office(make(tmp_path_factory.mktemp("sealing")))
    answer = (("term", POINT), ("answer", "true"))
    enter(office, MATTER, Event("", "counsel", NOW, NOW, "our memo", "memo 1", "counsel", data=answer))
    for person in ("first.approver", "second.approver"):
        gate.approve(office, MATTER, person, NOW + timedelta(minutes=1))
    office.close()
    office = Office(office.root)
    assert office.packs and office.holdings
    return office


@pytest.fixture
def office(made: Office, tmp_path: Path) -> Office:
    return copied(made, tmp_path / "office")


def later(hours: float) -> Callable[[], datetime]:
    return lambda: AT + timedelta(hours=hours)


def asked(office: Office, key: str = KEY) -> int:
    return ask_production(office, MATTER, Asked("clerk", AT, (key,))).number


def stay(office: Office, at: datetime = AT) -> None:
    record(office, MATTER, [Event("", "stayed", at, at, "stayed on consent", "order of the court", "clerk")])


def lying(office: Office) -> list[str]:
    """The files in the folder of productions, hidden ones too."""
    folder = office.root / release.PRODUCTIONS
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def left(office: Office) -> Event:
    """The one production of the matter: sealed, sound, named by the one entry, with the job at its end."""
    matter = load(office, MATTER)
    [event] = matter.of("produced")
    [(_, path)] = productions(office, MATTER)
    assert path and lying(office) == [path.name] == [event.get("file")]
    found = verify(path, str(IDENTITY))
    assert [one.name for one in found.checks if one.ok is False] == [] and found.manifest
    assert found.manifest.digest == event.get("manifest")
    assert b"".join(Blobs(office.root / "blobs").read(event.get("manifest"))) == found.manifest.octets
    assert Counter(e.get("hits") for e in matter.of("released")).most_common(1)[0][1] == 1, "recorded once"
    [job] = office.registry.jobs(jobs.PRODUCE)
    assert (job.state, job.said) == ("done", event.says)
    assert check(office.registry, [load_key(office.root / "keys" / "ledger.key").key]) == []
    return event


def nothing_left(office: Office, why: str) -> None:
    """The job failed in words, no entry says that anything left, and no file lies there."""
    job = office.registry.jobs(jobs.PRODUCE)[0]
    assert job.state == "failed" and "nothing left" in job.said and why in job.said
    assert not load(office, MATTER).of("produced") and lying(office) == []


def test_what_is_asked_for_is_sealed_by_a_worker_once(office: Office) -> None:
    """Whoever asks waits for nobody; asked twice it is one job; the second worker finds nothing to do."""
    number = asked(office)
    assert asked(office) == number and lying(office) == [] and not load(office, MATTER).of("released")
    worker.work(office, later(1))
    worker.work(office, later(1))
    event = left(office)
    assert event.by == "clerk" and production(office, MATTER, event.get("file")).is_file()
    assert event.known == later(1)(), "it left when it was sealed, not when it was asked for"


def strike(root: Path, folder: Path, key: str, points: list[int]) -> None:
    """Kill the worker at each of these points of a production, and let another take it up; tell what lay there between.

    It runs in a process of its own that sets no PDF itself: what sets them cannot be forked once it has begun.
    """
    whole = Office(root)
    assert whole.packs and whole.holdings
    for point in points:
        office = copied(whole, folder / str(point))
        asked(office, key)
        office.registry.close()
        office = office.again()
        seal = {jobs.PRODUCE: worker.RUNNERS[jobs.PRODUCE]}
        struck = killed(office, lambda own: jobs.turn(own, later(1), seal), point)  # noqa: B023
        named = [path.name for _, path in productions(office, MATTER) if path]
        lay = [file for file in lying(office) if not file.startswith(".")]
        stayed = bool(lay and not named and point % 2)
        if stayed:
            stay(office, later(2)())
        office.registry.close()
        killed(office.again(), lambda own: worker.work(own, later(9)), -1)
        print(json.dumps({"point": point, "struck": struck, "named": named, "lay": lay, "stayed": stayed}), flush=True)


def test_killed_at_every_point_it_leaves_once_or_not_at_all(made: Office, tmp_path: Path) -> None:
    """Wherever kill -9 strikes, the next worker clears up and goes on; until then nobody can fetch anything.

    If a stay landed meanwhile, what lay there sealed goes, and nothing leaves.
    """
    points = [0, 6, 13, 16, 18, 21, 24, 27, 29, 30, 60]
    said = f"strike(Path({str(made.root)!r}), Path({str(tmp_path)!r}), {KEY!r}, {points})"
    code = f"from tests.desk.test_sealing import *\n{said}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found[0]["struck"] and not found[-1]["struck"], "from the first point to the end"
    between = [one for one in found if set(one["lay"]) - set(one["named"])]
    assert {one["stayed"] for one in between} == {False, True}, "it was killed between the file and its entry, too"
    for one in found:
        office = made.again()
        office.root = tmp_path / str(one["point"])
        assert set(one["named"]) <= set(one["lay"])
        nothing_left(office, "stayed on consent") if one["stayed"] else left(office)
        office.close()


def during(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have something happen once everything is sealed and signed, before it is entered."""
    plain = release.produce

    def then(*args: Any) -> Path:
        path = plain(*args)
        act()
        return path

    monkeypatch.setattr(release, "produce", then)


def test_a_stay_that_lands_while_it_is_written_keeps_it_in(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is signed: the gate is asked with all that is known by then, at that moment."""
    asked(office)
    other, plain = office.again(), release.leaving

    def meanwhile(*args: Any) -> Any:
        stay(other, later(1)())
        return plain(*args)

    monkeypatch.setattr(release, "leaving", meanwhile)
    worker.work(office, later(1))
    nothing_left(office, "stayed on consent")


def test_a_stay_that_lands_after_it_was_signed_keeps_it_in_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it is entered it has not left."""
    asked(office)
    other = office.again()
    during(monkeypatch, lambda: stay(other, later(1)()))
    worker.work(office, later(1))
    nothing_left(office, "stayed on consent")
    assert load(office, MATTER).of("released"), "that the gate had opened stays on record"


def test_whoever_writes_something_harmless_meanwhile_keeps_nothing_in(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate is asked again, opens, and it is entered."""
    asked(office)
    other, plain, told = office.again(), gate.look, []

    def meanwhile(*args: Any, **more: Any) -> Any:
        found = plain(*args, **more)
        if load(other, MATTER).of("released") and len(told) < 3:
            told.append(enter(other, MATTER, Event("", "filing", AT, AT, f"brief {len(told)}", "docket", "clerk")))
        return found

    monkeypatch.setattr(gate, "look", meanwhile)
    worker.work(office, later(1))
    left(office)
    assert len(told) == 3


def test_of_two_workers_only_one_lets_it_go(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first was slow and lost the job; the other does it whole; what the first sealed goes."""
    asked(office)
    other, second = office.again(), []

    def overtaken() -> None:
        if not second:
            second.append(1)
            worker.work(other, later(9))

    during(monkeypatch, overtaken)
    worker.work(office, later(1))
    event = left(office)
    assert event.get("file").endswith("+1.2.zip")


def test_an_approval_taken_back_while_it_waits_keeps_it_in(office: Office) -> None:
    """Nothing of what opened the gate when it was asked for need still be so."""
    asked(office)
    gate.withdraw(office, MATTER, "first.approver", later(1)())
    worker.work(office, later(2))
    nothing_left(office, "two people")
    assert load(office, MATTER).of("refused")


def test_what_fails_lets_nothing_leave(office: Office) -> None:
    """A record that changed since it was collected stops it; the job says so in words."""
    asked(office)
    digest = next(iter(release.leaving(office, load(office, MATTER))[0].packs.values()))
    blob = next(office.root.joinpath("blobs").rglob(f"*{digest.removeprefix('sha256:')}*"))
    blob.chmod(0o600)
    blob.write_bytes(blob.read_bytes().replace(b"a", b"b", 1))
    worker.work(office, later(1))
    job = office.registry.jobs(jobs.PRODUCE)[0]
    assert job.state == "failed" and "its octets are others now" in job.said
    assert not load(office, MATTER).of("produced") and lying(office) == []


def test_who_may_not_is_refused_when_asking_and_a_shut_gate_is_recorded(office: Office) -> None:
    """No job waits for what cannot be."""
    with pytest.raises(NotThatPerson):
        ask_production(office, MATTER, Asked("counsel", AT, (KEY,)))
    for keys in ((), ("age1nothing",)):
        with pytest.raises(BadRecipient):
            ask_production(office, MATTER, Asked("clerk", AT, keys))
    stay(office)
    with pytest.raises(Refused, match="stayed on consent"):
        ask_production(office, MATTER, Asked("clerk", AT, (KEY,)))
    assert [event.get("reasons") for event in load(office, MATTER).of("refused")] == ["order-suspended two-people"]
    assert office.registry.jobs(jobs.PRODUCE) == []


def test_clearing_takes_nothing_that_is_named_or_being_done(office: Office, tmp_path: Path) -> None:
    """Nor what nobody made here; what an attempt that is over left goes."""
    asked(office)
    worker.work(office, later(1))
    event = left(office)
    folder = office.root / release.PRODUCTIONS
    for name in ("warrant-1-1.zip", "notes.txt", "other+1.1.zip", "warrant-1+99.1.zip"):
        (folder / name).write_bytes(b"")
    stale = (folder / "warrant-1+1.9.zip", folder / ".warrant-1+1.1.zip.partial")
    stale[0].write_bytes(b"")
    stale[1].mkdir()
    clear(office)
    assert lying(office) == sorted(
        [event.get("file"), "warrant-1-1.zip", "notes.txt", "other+1.1.zip", "warrant-1+99.1.zip"]
    )


def test_the_command_line_seals_at_once(office: Office, tmp_path: Path) -> None:
    """Its own way: to a place of its own, without a job."""
    sent = send(office, MATTER, "clerk", AT, (KEY,), tmp_path / "out")
    assert verify(sent.path, str(IDENTITY)).manifest == sent.manifest and office.registry.jobs(jobs.PRODUCE) == []
    assert sealing.jobs_of(office, MATTER) == []
