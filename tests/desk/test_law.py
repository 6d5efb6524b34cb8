"""What another state of the law would change in the office's own matters."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.sim.test_office_bad_luck import LATER, RECIPIENT, SERVED, take

from comity.desk import collection, gate
from comity.desk.law import alerts
from comity.desk.matter import record
from comity.desk.office import Office, init, load_packs
from comity.desk.release import send
from comity.kernel.matter import Event
from comity.lawpack import default_folder
from comity.sim.mail import write_mail
from comity.sim.provider import STORES, write_provider


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One matter whose content was produced, one that is open, one that was quashed."""
    root = tmp_path_factory.mktemp("alerts") / "office"
    write_provider(root, 7)
    write_mail(root / STORES, 7, 400)
    office = init(root, "Meridian Mail", "ledger.meridian.example/comity", "meridian-corp")
    for name in ("left", "open", "quashed"):
        take(office, name)
    collection.collect(office, "left", "clerk", LATER)
    collection.review(office, "left", "second.approver", LATER, "", state_unreadable=True)
    for person in ("first.approver", "second.approver"):
        gate.approve(office, "left", person, LATER)
    send(office, "left", "clerk", LATER, (RECIPIENT,), root.parent / "out")
    record(office, "quashed", [Event("", "quashed", LATER, LATER, "set aside", "order", "us-nysd")])
    return office


@pytest.fixture(scope="module")
def without_cloud_act(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The law as it would be had Congress not answered in 2018 that § 2703 reaches content abroad."""
    laws = tmp_path_factory.mktemp("laws") / "laws"
    shutil.copytree(default_folder(), laws, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    pack = laws / "us" / "sca-2713.toml"
    text = pack.read_text("utf-8")
    assert text.count('what = "enacted"') >= 1
    pack.write_text(text.replace("day = 2018-03-23, what", "day = 2033-03-23, what"), "utf-8")
    return laws


def test_the_offices_own_law_gives_no_alert(office: Office) -> None:
    """Whatever it holds."""
    assert list(alerts(office, office.packs, LATER)) == []


def test_open_matters_and_what_has_left_are_told_apart(office: Office, without_cloud_act: Path) -> None:
    """The release as of its own moment, the open matters as of now; the quashed one is nobody's worry."""
    found = list(alerts(office, load_packs(without_cloud_act), LATER + timedelta(hours=1)))
    assert {alert.matter for alert in found} == {"left", "open"}
    assert {alert.released for alert in found if alert.matter == "open"} == {None}
    (released,) = {alert.released for alert in found if alert.matter == "left" and alert.released}
    assert released == LATER
    dublin = [alert for alert in found if alert.name.startswith("dublin")]
    assert {(alert.old, alert.new) for alert in dublin} == {("compelled", "barred")}
    assert all(alert.turns == () or "us-2702-content@2" in alert.turns or alert.turns for alert in dublin)


def test_what_was_not_yet_known_is_not_tried(office: Office, without_cloud_act: Path) -> None:
    """Before the demands came there is nothing to say."""
    assert list(alerts(office, load_packs(without_cloud_act), SERVED - timedelta(days=1))) == []


def test_a_law_that_knows_no_court_of_the_demand_says_so(office: Office, tmp_path: Path) -> None:
    """It is told, not skipped."""
    laws = tmp_path / "laws"
    shutil.copytree(default_folder(), laws, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    courts = laws / "courts.toml"
    courts.write_text(courts.read_text("utf-8").replace('"us-nysd"', '"us-elsewhere"'), "utf-8")
    packs = load_packs(laws)
    found = [alert for alert in alerts(office, packs, LATER) if alert.name == "the whole demand"]
    assert found and {alert.new for alert in found} == {"cannot be decided: no court of `US` is known to the packs"}


def test_the_verb_prints_them_and_says_no(office: Office, without_cloud_act: Path) -> None:
    """Exit code 6, as a table and as JSON; with the same packs 0."""

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "comity", "law", "alerts", *args, "--office", str(office.root)]
        return subprocess.run([*command, "--at", LATER.isoformat()], capture_output=True, text=True)

    shown = run(str(without_cloud_act))
    assert shown.returncode == 6 and "2018-03-31" in shown.stdout, shown
    assert "cannot be called back" in shown.stdout
    rows = json.loads(run(str(without_cloud_act), "--json").stdout)
    assert {row["matter"] for row in rows} == {"left", "open"}
    alike = run()
    assert alike.returncode == 0 and "the packs the office uses" in alike.stdout
