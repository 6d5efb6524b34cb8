"""Bad luck at the desk: kill -9 between any two writes, two clerks at once, clocks that go backwards, a full disk."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from comity.desk import collection, gate, ledger, review
from comity.desk.matter import load, record
from comity.desk.office import NotThatPerson, Office, init
from comity.desk.release import Refused, send
from comity.desk.verify import verify
from comity.kernel.gate import Refusal, Release
from comity.kernel.matter import Event
from comity.registry.port import Overtaken
from comity.sim.demo import confirmed
from comity.sim.mail import write_mail
from comity.sim.papers import warrant_2018
from comity.sim.provider import STORES, write_provider

SERVED = datetime(2018, 3, 30, 19, tzinfo=UTC)
LATER = SERVED + timedelta(days=1)
RECIPIENT = str(pyrage.x25519.Identity.generate().to_public())
WORK = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.sim.test_office_bad_luck import LATER, RECIPIENT, Office, collection, gate, send, take
office = Office(Path(sys.argv[1]))
print("open", flush=True)
for round in range(50):
    name = f"m-{sys.argv[2]}-{round}"
    take(office, name)
    collection.collect(office, name, "clerk", LATER)
    collection.review(office, name, "second.approver", LATER, "", state_unreadable=True)
    for person in ("first.approver", "second.approver"):
        gate.approve(office, name, person, LATER)
    send(office, name, "clerk", LATER, (sys.argv[3],), Path(sys.argv[1]).parent / f"out-{name}")
    print(name, flush=True)
"""


def take(office: Office, name: str) -> None:
    confirmed(office, office.root / "papers" / f"{name}.txt", name, warrant_2018(), SERVED)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("office") / "office"
    write_provider(root, 7)
    write_mail(root / STORES, 7, 400)
    init(root, "Meridian Mail", "ledger.meridian.example/comity", "meridian-corp").close()
    return root


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Office:
    shutil.copytree(made, tmp_path / "office")
    return Office(tmp_path / "office")


def ready(office: Office, name: str = "m") -> None:
    take(office, name)
    collection.collect(office, name, "clerk", LATER)
    collection.review(office, name, "second.approver", LATER, "", state_unreadable=True)


def test_kill_minus_nine_between_any_two_writes(office: Office, tmp_path: Path) -> None:
    """Whenever the process dies: the ledger verifies, and outside lies a whole, released production or nothing."""
    chance, done = random.Random(20131204), 0
    office.close()
    for attempt in range(6):
        command = [sys.executable, "-c", WORK, str(office.root), str(attempt), RECIPIENT]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        if attempt == 0:
            assert child.stdout.readline().startswith("m-0")  # once, at least, a production has left before the end
        time.sleep(chance.uniform(0.05, 1.5))
        child.send_signal(signal.SIGKILL)
        said = child.stdout.read().split()
        child.wait()
        again = Office(office.root)
        size, faults = ledger.verify(again)
        assert faults == []
        assert size >= done
        for name in said:
            assert load(again, name).of("produced")
        for production in tmp_path.glob("out-*"):
            found = verify(production)
            assert found.ok is not False, found.faults
            assert load(again, production.name.removeprefix("out-")).of("released")
        done = size
        again.close()
    assert list(tmp_path.glob("out-*"))


def test_two_clerks_at_once(office: Office) -> None:
    """Two clerks read the matter; the second to write is told, and nothing of theirs is written."""
    ready(office)
    seen = len(load(office, "m").events)
    other = Office(office.root)
    gate.approve(office, "m", "first.approver", LATER)
    late = Event("", "approved", LATER, LATER, "me too", "office", "second.approver")
    with pytest.raises(Overtaken):
        record(other, "m", [late], seen=seen)
    assert len(load(other, "m").of("approved")) == 1


def test_one_person_cannot_approve_twice(office: Office) -> None:
    """The desk refuses the second; were it written all the same, two approvals by one person are one person's."""
    ready(office)
    gate.approve(office, "m", "first.approver", LATER)
    with pytest.raises(gate.ApprovedAlready):
        gate.approve(office, "m", "first.approver", LATER + timedelta(hours=1))
    (given,) = load(office, "m").of("approved")
    again = replace(given, id="", happened=LATER + timedelta(hours=1), known=LATER + timedelta(hours=1))
    record(office, "m", [again])
    assert len(load(office, "m").of("approved")) == 2
    answer = gate.ask(office, "m", LATER + timedelta(hours=2))
    assert isinstance(answer, Refusal)
    assert [reason.name for reason in answer.reasons] == ["two-people"]


def test_a_clerk_cannot_approve(office: Office) -> None:
    """An approval by someone whose role does not allow it is refused and recorded for nobody."""
    ready(office)
    for person in ("clerk", "auditor", "administrator", "nobody"):
        with pytest.raises(NotThatPerson):
            gate.approve(office, "m", person, LATER)
    assert load(office, "m").of("approved") == ()


def test_collecting_again_spends_the_approvals(office: Office) -> None:
    """The scope or the hits change after two people approved: they must look again."""
    ready(office)
    for person in ("first.approver", "second.approver"):
        gate.approve(office, "m", person, LATER)
    assert isinstance(gate.ask(office, "m", LATER), Release)
    mail = next((office.root / STORES / "dublin-1" / "owen.ardmore@meridian.example").glob("*.mbox"))
    mail.write_bytes(mail.read_bytes() + mail.read_bytes()[:0])
    with mail.open("ab") as store:
        store.write(
            b"From x@y.example Mon Jul  1 10:00:00 2013\nFrom: x@y.example\nTo: owen.ardmore@meridian.example\n"
            b"Date: Mon, 1 Jul 2013 10:00:00 +0000\nSubject: late\n\ncobalt\n\n"
        )
    collection.collect(office, "m", "clerk", LATER + timedelta(hours=1))
    answer = gate.ask(office, "m", LATER + timedelta(hours=1))
    assert isinstance(answer, Refusal)
    assert {reason.name for reason in answer.reasons} == {"two-people", "unread-hits"}


def test_a_clock_that_goes_backwards_shuts_the_gate(office: Office) -> None:
    """What was known at four is not forgotten at three: the kernel refuses a clock behind the last event."""
    ready(office)
    for person in ("first.approver", "second.approver"):
        gate.approve(office, "m", person, LATER)
    whole = load(office, "m")
    from comity.desk.gate import approvals_of, case_of
    from comity.kernel.gate import open_gate

    case = case_of(office, whole, LATER)
    behind = open_gate(case, whole, approvals_of(whole), collection.scope_of(whole), LATER - timedelta(hours=1))
    assert isinstance(behind, Refusal)
    assert "clock-behind" in {reason.name for reason in behind.reasons}


def test_a_stay_that_arrives_while_a_production_is_written(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate is asked again at the very end; a stay recorded meanwhile leaves nothing behind."""
    ready(office)
    for person in ("first.approver", "second.approver"):
        gate.approve(office, "m", person, LATER)
    real, other = review.leaving, Office(office.root)

    def meanwhile(it: Office, matter: object) -> object:
        stay = Event("", "stayed", LATER, LATER, "stayed", "order of the court")
        record(other, "m", [stay])
        return real(it, matter)  # type: ignore[arg-type]

    monkeypatch.setattr("comity.desk.release.leaving", meanwhile)
    with pytest.raises(Exception, match="shut"):
        send(office, "m", "clerk", LATER, (RECIPIENT,), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not load(office, "m").of("produced")


def test_a_full_disk_leaves_nothing(office: Office, tmp_path: Path) -> None:
    """No room for the production: a clear error, nothing at the target, and the next try succeeds."""
    ready(office)
    for person in ("first.approver", "second.approver"):
        gate.approve(office, "m", person, LATER)
    office.close()
    script = (
        "import resource, sys\nfrom pathlib import Path\nfrom tests.sim.test_office_bad_luck import *\n"
        "office = Office(Path(sys.argv[1]))\noffice.registry\nresource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from comity.desk.produce import produce\n"
        "send(office, 'm', 'clerk', LATER, (sys.argv[2],), Path(sys.argv[3]))\n"
    )
    command = [sys.executable, "-c", script, str(office.root), RECIPIENT, str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert not (tmp_path / "out").exists()
    again = Office(office.root)
    assert ledger.verify(again)[1] == []
    assert not load(again, "m").of("produced")
    sent = send(again, "m", "clerk", LATER, (RECIPIENT,), tmp_path / "out")
    assert verify(sent.path).ok is not False


def test_a_refusal_is_recorded_with_its_reasons(office: Office, tmp_path: Path) -> None:
    """Asking to produce when the gate is shut leaves the refusal in the ledger and nothing outside."""
    ready(office)
    with pytest.raises(Refused, match="two people"):
        send(office, "m", "clerk", LATER, (RECIPIENT,), tmp_path / "out")
    assert load(office, "m").of("refused")[-1].get("reasons") == "two-people"
    assert not (tmp_path / "out").exists()
