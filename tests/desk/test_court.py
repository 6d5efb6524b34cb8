"""A genuine stay shuts the gate before anyone reads it, whatever else is done; nothing else that comes in does."""

from __future__ import annotations

import json
import mailbox
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.apart import in_this_process
from tests.notices import Mail, dns, record, silent
from tests.web.office import MATTER, NOW, POINT, make
from typer.testing import CliRunner

from comity.cli import rooms
from comity.cli.common import app
from comity.desk import court, court_mail, gate, office, release
from comity.desk import demand as demand_desk
from comity.desk.court_acts import (
    Accepted,
    AlreadySettled,
    NoReason,
    NotFromTheCourt,
    NotOneLine,
    WouldOpen,
    accept,
    dismiss,
)
from comity.desk.matter import demand_of, enter, load
from comity.desk.office import Office
from comity.errors import ComityError, Faulty
from comity.kernel.gate import Refusal, Release
from comity.kernel.matter import Event, Matter, standing

DOCKET = "1:18-mj-90233"
"""The demand says 18 MAG 90233; so the district court writes it."""
STAY = Mail(docket=DOCKET, sent=NOW)
LIFT = Mail("ORDER lifting the stay of 20 November", DOCKET, sent=NOW + timedelta(hours=3), number="9")
MINUTE = timedelta(minutes=1)
RAW = STAY.signed()
RAW_ID = sha256(RAW).hexdigest()[:12]


@pytest.fixture(scope="module", autouse=True)
def papers_are_opened_in_this_process() -> Iterator[None]:
    with in_this_process():
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office with everything done: the gate is open."""
    root = make(tmp_path_factory.mktemp("court"))
    it = Office(root)
    enter(it, MATTER, event("counsel", NOW - MINUTE * 5, by="counsel", term=POINT, answer="true"))
    for person in ("first.approver", "second.approver"):
        gate.approve(it, MATTER, person, NOW - MINUTE)
    assert isinstance(gate.ask(it, MATTER, NOW), Release)
    it.close()
    return root


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Iterator[Office]:
    it = again(made, tmp_path / "office")
    yield it
    it.close()


def again(made: Path, root: Path) -> Office:
    """A copy of the office, without its mail."""
    return Office(Path(shutil.copytree(made, root, ignore=shutil.ignore_patterns("stores", "mail"))))


def event(kind: str, at: datetime, by: str = "clerk", **data: str) -> Event:
    return Event("", kind, at, at, f"{kind} happened", "a paper", by, data=tuple(data.items()))


def shut(it: Office, at: datetime) -> bool:
    """Whether the gate is shut, asked both ways."""
    asked, last = gate.ask(it, MATTER, at), gate.last_word(it, MATTER, at)
    return isinstance(asked, Refusal) and isinstance(last, Refusal)


def bring(it: Office, mail: Mail = STAY, at: datetime = NOW) -> court.Kept:
    return court.take(it, mail.signed(), "clerk", at, dns)


def test_a_genuine_stay_shuts_the_gate_before_anyone_reads_it(desk: Office) -> None:
    kept = bring(desk)
    assert shut(desk, NOW)
    state = standing(load(desk, MATTER), NOW, "content")
    assert state.state == "suspended" and state.because
    assert state.because.get("read") == "machine" and state.because.get("confirmed") == "no"
    assert "not yet confirmed" in state.says and kept.id in state.because.source and DOCKET in state.because.source
    ((line,),) = [one.lines for one in court.proposals(desk)]
    assert (line.matter, line.stay, line.settled) == (MATTER, state.because, None)


def test_the_same_notice_again_or_in_another_copy_is_the_same_stay(desk: Office) -> None:
    bring(desk)
    bring(desk, at=NOW + MINUTE)
    bring(desk, Mail(docket=DOCKET, sent=NOW, to="counsel@larch.example"), NOW + MINUTE)
    court.apply(desk, NOW + MINUTE)
    assert len(load(desk, MATTER).of("stayed")) == 1


@pytest.mark.parametrize(
    ("raw", "txt", "says"),
    [
        (STAY.raw, dns, "carries no signature"),
        (STAY.signed(by="thief"), dns, "not signed"),
        (Mail(docket=DOCKET, sender="ecf@nysd.uscourts.gov").signed("uscourts.gov.example"), dns, "is signed by"),
        (STAY.signed(), silent, "could not be looked up"),
    ],
    ids=["unsigned", "forged", "another's", "no DNS"],
)
def test_what_is_not_genuine_only_waits_with_a_warning(
    desk: Office, raw: bytes, txt: Callable[[str], bytes | None], says: str
) -> None:
    before = len(load(desk, MATTER).events)
    kept = court.take(desk, raw, "clerk", NOW, txt)
    assert says in kept.notice.signature.says
    assert len(load(desk, MATTER).events) == before and not shut(desk, NOW)
    assert [one.waits for one in court.proposals(desk)] == [True]
    with pytest.raises(NotFromTheCourt):
        accept(desk, kept.id, Accepted(), "clerk", NOW)
    accept(desk, kept.id, Accepted(why="seen on PACER, entry 7"), "clerk", NOW + MINUTE)
    assert shut(desk, NOW + MINUTE)


def test_a_signature_that_could_not_be_checked_is_checked_again(desk: Office) -> None:
    court.take(desk, RAW, "clerk", NOW, silent)
    assert not shut(desk, NOW)
    court.take(desk, RAW, "clerk", NOW + MINUTE, dns)
    assert shut(desk, NOW + MINUTE) and len(court.every(desk)) == 1 and court.every(desk)[0].genuine


@pytest.mark.parametrize(
    "text", ["ORDER lifting the stay", "MANDATE ISSUED", "OPINION affirming", "MOTION to Stay", "ORDER"]
)
def test_what_does_not_shut_is_only_proposed(desk: Office, text: str) -> None:
    before = len(load(desk, MATTER).events)
    bring(desk, Mail(text, DOCKET))
    assert len(load(desk, MATTER).events) == before and not shut(desk, NOW)


@pytest.mark.parametrize(
    "text", ["OPINION, reversing the order", "ORDER granting Motion to Quash", "ORDER vacating the warrant"]
)
def test_what_ends_the_order_holds_it_back_until_a_person_says_so(desk: Office, text: str) -> None:
    """A machine's misreading must not kill an order for good; a stay it can make."""
    kept = bring(desk, Mail(text, DOCKET))
    assert standing(load(desk, MATTER), NOW, "content").state == "suspended"
    done = accept(desk, kept.id, Accepted(), "counsel", NOW + MINUTE)
    state = standing(load(desk, MATTER), NOW + MINUTE, "content")
    assert state.state in ("dead", "suspended") and state.because and state.because.kind == done.kind
    assert not court.stays_running(load(desk, MATTER), NOW + MINUTE)


def test_a_lifting_is_one_click_and_names_what_it_ends(desk: Office) -> None:
    stay = bring(desk)
    accept(desk, stay.id, Accepted(until=None), "clerk", NOW + MINUTE)
    (running,) = court.stays_running(load(desk, MATTER), NOW + MINUTE)
    assert running.by == "clerk" and running.happened == NOW and shut(desk, NOW + MINUTE)
    lift = bring(desk, LIFT, NOW + timedelta(hours=4))
    assert shut(desk, NOW + timedelta(hours=4))
    accept(desk, lift.id, Accepted(), "counsel", NOW + timedelta(hours=5))
    assert standing(load(desk, MATTER), NOW + timedelta(hours=5), "content").state == "live"
    assert shut(desk, NOW + timedelta(hours=5)), "approvals from before the stay are void"
    with pytest.raises(AlreadySettled):
        accept(desk, lift.id, Accepted(), "clerk", NOW + timedelta(hours=6))


def test_to_accept_a_stay_never_opens(desk: Office) -> None:
    """Its dates say that it ended long ago: then a person enters what ended it."""
    enter(desk, MATTER, event("stay-lifted", NOW - MINUTE * 3))
    kept = bring(desk)
    for said in (Accepted(until=NOW - MINUTE, happened=NOW - MINUTE * 2), Accepted(happened=NOW - MINUTE * 9)):
        with pytest.raises(WouldOpen):
            accept(desk, kept.id, said, "clerk", NOW + MINUTE)
    with pytest.raises(Faulty):
        accept(desk, kept.id, Accepted(touches=frozenset({"nothing"})), "clerk", NOW + MINUTE)
    assert shut(desk, NOW + MINUTE) and court.proposals(desk)[0].waits


def test_a_misread_stay_is_lifted_only_by_its_own_event(desk: Office) -> None:
    kept = bring(desk)
    accept(desk, kept.id, Accepted(kind="ruling"), "clerk", NOW + MINUTE)
    assert shut(desk, NOW + MINUTE)
    (stay,) = court.stays_running(load(desk, MATTER), NOW + MINUTE)
    enter(desk, MATTER, event("stay-lifted", NOW + MINUTE * 2, of=stay.id))
    assert standing(load(desk, MATTER), NOW + MINUTE * 2, "content").state == "live"


def test_to_dismiss_needs_a_reason_and_lifts_nothing(desk: Office) -> None:
    kept = bring(desk)
    with pytest.raises(NoReason):
        dismiss(desk, kept.id, Accepted(matter=MATTER, why=" "), "clerk", NOW)
    dismiss(desk, kept.id, Accepted(matter=MATTER, why="another case of that number"), "clerk", NOW + MINUTE)
    assert shut(desk, NOW + MINUTE) and not court.proposals(desk)[0].waits
    assert "another case of that number" in load(desk, MATTER).of("filing")[-1].says
    court.apply(desk, NOW + MINUTE)
    assert len(load(desk, MATTER).of("stayed")) == 1


@pytest.mark.parametrize(
    "mail", [Mail(docket="1:18-mj-90234"), Mail(docket=DOCKET, court="nyed"), Mail(docket="18-90233", court="ca2")]
)
def test_another_case_matches_nothing_and_says_so(desk: Office, mail: Mail) -> None:
    kept = bring(desk, mail)
    ((line,),) = [one.lines for one in court.proposals(desk)]
    assert line.matter == "" and "no matter" in line.matched and not shut(desk, NOW)
    with pytest.raises(NotOneLine):
        accept(desk, kept.id, Accepted(), "clerk", NOW)


def test_an_appeal_joined_to_a_matter_brings_its_stays_with_it(desk: Office) -> None:
    """The court of appeals has a number of its own; once a person has said whose it is, the office knows it."""
    opened = bring(desk, Mail("NOTICE OF APPEAL docketed", "26-2985", "ca2"))
    stay = bring(desk, Mail("MOTION ORDER, granting motion for stay, FILED.", "26-2985", "ca2"))
    assert not shut(desk, NOW)
    accept(desk, opened.id, Accepted(matter=MATTER), "clerk", NOW + MINUTE)
    assert shut(desk, NOW + MINUTE)
    assert [line.matter for one in court.proposals(desk) if one.kept.id == stay.id for line in one.lines] == [MATTER]


def test_one_docket_of_two_matters_shuts_both_and_says_so(desk: Office) -> None:
    demand_desk.receive(desk, replace(demand_of(load(desk, MATTER)), id="another"), "clerk", NOW)
    kept = bring(desk, at=NOW + MINUTE)
    assert {line.matter for line in court.proposals(desk)[0].lines} == {MATTER, "another"}
    for name in (MATTER, "another"):
        assert standing(load(desk, name), NOW + MINUTE, "content").state == "suspended"
    with pytest.raises(NotOneLine):
        accept(desk, kept.id, Accepted(), "clerk", NOW + MINUTE)


def test_a_stay_that_came_before_the_demand_shuts_its_matter_from_the_first(desk: Office) -> None:
    demand = replace(demand_of(load(desk, MATTER)), id="late", reference="26 Mag. 77")
    bring(desk, Mail(docket="1:26-mj-00077"))
    demand_desk.receive(desk, demand, "clerk", NOW + MINUTE)
    assert standing(load(desk, "late"), NOW + MINUTE, "content").state == "suspended"


ACTS: dict[str, Callable[[Office, datetime], object]] = {
    "first approves": lambda it, at: gate.approve(it, MATTER, "first.approver", at),
    "second approves": lambda it, at: gate.approve(it, MATTER, "second.approver", at),
    "counsel approves": lambda it, at: gate.approve(it, MATTER, "counsel", at),
    "an appeal": lambda it, at: enter(it, MATTER, event("appeal", at)),
    "affirmed": lambda it, at: enter(it, MATTER, event("affirmed", at)),
    "reinstated": lambda it, at: enter(it, MATTER, event("reinstated", at)),
    "issued anew": lambda it, at: enter(it, MATTER, event("issued", at)),
    "a finding": lambda it, at: enter(
        it, MATTER, event("finding", at, supports="yes", channel="registry", contact="public")
    ),
    "a stay of old is lifted": lambda it, at: enter(it, MATTER, event("stay-lifted", NOW - MINUTE * 2)),
    "some other stay is lifted": lambda it, at: enter(it, MATTER, event("stay-lifted", at, of="another")),
    "the court lifts": lambda it, at: bring(it, LIFT, at),
    "an unsigned lift": lambda it, at: court.take(it, LIFT.raw, "clerk", at, dns),
    "the stay again": lambda it, at: bring(it, at=at),
    "counsel answers": lambda it, at: enter(it, MATTER, event("counsel", at, by="counsel", term=POINT, answer="true")),
    "the stay is accepted": lambda it, at: accept(it, court.one(it, RAW_ID).id, Accepted(matter=MATTER), "clerk", at),
    "the stay is dismissed": lambda it, at: dismiss(
        it, court.one(it, RAW_ID).id, Accepted(matter=MATTER, why="no"), "clerk", at
    ),
}
ORDER = st.lists(st.sampled_from(sorted(ACTS)), max_size=4)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=ORDER, after=ORDER)
def test_from_the_moment_a_genuine_stay_is_received_the_gate_is_shut(
    made: Path, tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str]
) -> None:
    """Whatever was done before, and whatever is done after, until a person enters the event that lifts it."""
    it = again(made, tmp_path_factory.mktemp("theorem") / "office")
    at = NOW
    for act in [*before, "", *after]:
        at += MINUTE
        try:
            ACTS[act](it, at) if act else court.take(it, RAW, "clerk", at, dns)
        except (court.NoNotice, NotOneLine, AlreadySettled, gate.ApprovedAlready):
            continue
        came = bool(load(it, MATTER).of("stayed"))
        assert not came or shut(it, at), act
        for later in (MINUTE, timedelta(days=400)) if came else ():
            assert isinstance(gate.ask(it, MATTER, at + later), Refusal)
    assert load(it, MATTER).of("stayed") and shut(it, at)
    for n, stay in enumerate(court.stays_running(load(it, MATTER), at)):
        enter(it, MATTER, event("stay-lifted", at + MINUTE + n * timedelta(seconds=1), of=stay.id))
    assert standing(load(it, MATTER), at + MINUTE * 2, "content").state == "live"
    it.close()


def test_a_stay_between_two_approvals_leaves_one_that_counts(made: Path, desk: Office) -> None:
    """Who approved before the stay looks again; so does who approved while it stood."""
    bring(desk)
    gate.approve(desk, MATTER, "second.approver", NOW + MINUTE)
    (stay,) = court.stays_running(load(desk, MATTER), NOW + MINUTE)
    enter(desk, MATTER, event("stay-lifted", NOW + MINUTE * 2, of=stay.id))
    answer = gate.ask(desk, MATTER, NOW + MINUTE * 3)
    assert isinstance(answer, Refusal) and [reason.name for reason in answer.reasons] == ["two-people"]


def test_a_stay_that_lands_while_a_production_is_written_keeps_it_in(desk: Office, tmp_path: Path) -> None:
    """The gate opened, and is asked once more before anything is let go: then on what came in meanwhile."""
    plain, recipient = release.leaving, str(pyrage.x25519.Identity.generate().to_public())

    def landing(it: Office, matter: Matter) -> object:
        bring(it, at=NOW + MINUTE)
        return plain(it, matter)

    release.leaving = landing
    try:
        with pytest.raises(ComityError) as told:
            release.send(desk, MATTER, "clerk", NOW, (recipient,), tmp_path / "out")
    finally:
        release.leaving = plain
    assert "already knew something" in told.value.message
    kinds = [event.kind for event in load(desk, MATTER).events]
    assert "released" in kinds and "stayed" in kinds and "produced" not in kinds and not (tmp_path / "out").exists()


def maildir(folder: Path, *messages: bytes) -> Path:
    box = mailbox.Maildir(folder, create=True)
    for raw in messages:
        box.add(raw)
    return folder


def mbox(path: Path, *messages: bytes) -> Path:
    box = mailbox.mbox(path, create=True)
    for raw in messages:
        box.add(raw)
    box.close()
    return path


def settle(desk: Office, **more: str) -> Office:
    """The office opened again with more lines in office.toml."""
    path = desk.root / office.SETTINGS
    lines = "".join(f'{key} = "{value}"\n' for key, value in more.items())
    path.write_text(path.read_text("utf-8").replace("[office]\n", f"[office]\n{lines}", 1), encoding="utf-8")
    return Office(desk.root)


@pytest.mark.parametrize("kind", [maildir, mbox])
def test_the_desks_mailbox_is_read_and_never_changed(desk: Office, kind: Callable[..., Path]) -> None:
    path = kind(desk.root / "box", b"Subject: lunch\r\n\r\nat noon?", STAY.signed(), b"", LIFT.signed())
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} or {path: path.read_bytes()}
    it = settle(desk, mailbox="box")
    found = court_mail.look(it, NOW, dns)
    assert (found.messages, found.others, len(found.new)) == (4, 2, 2) and shut(it, NOW)
    again_ = court_mail.look(it, NOW + MINUTE, dns)
    assert (again_.messages, len(again_.new)) == (4, 0)
    after = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} or {path: path.read_bytes()}
    assert before == after


def test_a_mailbox_that_is_none_is_refused(desk: Office) -> None:
    with pytest.raises(court_mail.NoDeskMailbox):
        court_mail.look(desk, NOW, dns)
    with pytest.raises(court_mail.NotAMailbox):
        court_mail.look(settle(desk, mailbox="nowhere"), NOW, dns)


def test_stored_answers_of_dns_serve_as_dns(desk: Office) -> None:
    name = "s1._domainkey.nysd.uscourts.gov"
    (desk.root / "dns.toml").write_text(f'[txt]\n"{name}" = "{record().decode()}"\n', "utf-8")
    txt = court_mail.txt_of(settle(desk, dns="dns.toml"))
    assert txt(name) == record() and txt("elsewhere") is None
    assert court.take(desk, STAY.signed(), "clerk", NOW, txt).genuine


@pytest.mark.parametrize("text", ["[txt]\na = 1\n", "txt = 3\n", "not toml"])
def test_bad_answers_are_faults(desk: Office, text: str) -> None:
    (desk.root / "dns.toml").write_text(text, "utf-8")
    with pytest.raises(Faulty):
        court_mail.stored(desk.root / "dns.toml")


def test_the_verb_takes_lists_accepts_and_dismisses(desk: Office) -> None:
    name = "s1._domainkey.nysd.uscourts.gov"
    (desk.root / "dns.toml").write_text(f'[txt]\n"{name}" = "{record().decode()}"\n', "utf-8")
    settle(desk, dns="dns.toml").close()
    (desk.root / "stay.eml").write_bytes(STAY.signed())

    rooms.load()

    def run(*more: str) -> str:
        done = CliRunner().invoke(app, ["docket", "--office", str(desk.root), *more])
        assert "--json" in more or all(len(line) <= 80 for line in done.stdout.splitlines())
        return done.stdout + (done.exception.message if isinstance(done.exception, ComityError) else "")

    said = run(str(desk.root / "stay.eml"))
    assert "signed by `nysd.uscourts.gov`" in said and "the gate is shut" in said
    (told,) = json.loads(run("--json"))
    assert (
        told["genuine"] is True and told["waits"] and told["lines"][0]["stay"] and told["lines"][0]["reads"] == "stayed"
    )
    assert "is somebody's act" in run("--accept", told["id"])
    assert f"Recorded in {MATTER}: stayed" in run("--accept", told["id"], "--by", "clerk")
    assert "was accepted by clerk" in run("--dismiss", told["id"], "--matter", MATTER, "--why", "no", "--by", "clerk")
    assert "is no court's notice" in run(str(desk.root / "dns.toml"))
