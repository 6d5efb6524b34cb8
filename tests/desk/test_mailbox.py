"""The desk's mailbox on a real server: read once, changed never, lost never; a genuine stay shuts by itself."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.imap import PASSWORD, USER, Server, behind_tls, certificate, server
from tests.notices import Mail, dns, record, silent
from tests.web.office import MATTER, NOW, make

from comity.desk import court, court_mail, office, post, worker
from comity.desk.jobs import tasks
from comity.desk.mailbox import NoPassword
from comity.desk.matter import load
from comity.desk.office import Office
from comity.errors import ComityError, Faulty
from comity.intake import apart, imap
from comity.intake.box import Box
from comity.kernel.matter import standing

DOCKET = "1:18-mj-90233"
STAY = Mail(docket=DOCKET, sent=NOW)
RAW = STAY.signed()
OTHER = Mail("ORDER granting a motion", DOCKET, sent=NOW, number="8")
LUNCH = b"From: a@b.example\r\nSubject: lunch\r\n\r\nat noon?"
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def mail() -> Iterator[Server]:
    with server() as it:
        yield it


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make(tmp_path_factory.mktemp("mailbox"))
    name = "s1._domainkey.nysd.uscourts.gov"
    (root / "dns.toml").write_text(f'[txt]\n"{name}" = "{record().decode()}"\n', "utf-8")
    return root


@pytest.fixture
def folder(mail: Server, request: pytest.FixtureRequest) -> str:
    """A folder of the test's own."""
    name = f"notices-{abs(hash(request.node.nodeid))}"
    mail.remade(name)
    return name


@pytest.fixture
def desk(made: Path, tmp_path: Path, mail: Server, folder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The office, with the folder as its mailbox."""
    root = Path(shutil.copytree(made, tmp_path / "office", ignore=shutil.ignore_patterns("stores", "mail")))
    monkeypatch.setenv("COMITY_IMAP_PASSWORD", PASSWORD)
    it = named(root, f'host = "127.0.0.1"\nuser = "{USER}"\nfolder = "{folder}"\nport = {mail.port}\nsecurity = "none"')
    yield it
    it.close()


def named(root: Path, table: str) -> Office:
    """The office opened anew, with a mailbox in office.toml."""
    path = root / office.SETTINGS
    text = path.read_text("utf-8").partition("\n[imap]")[0]
    text = text if 'dns = "' in text else text.replace("[office]\n", '[office]\ndns = "dns.toml"\n', 1)
    path.write_text(f"{text}\n[imap]\n{table}\n", "utf-8")
    return Office(root)


def shut(it: Office) -> bool:
    return standing(load(it, MATTER), NOW + MINUTE * 9, "content").state == "suspended"


def test_a_genuine_stay_shuts_by_itself_within_the_interval(desk: Office, mail: Server, folder: str) -> None:
    """Nobody clicks: a worker does what is due, and looks again after the interval."""
    at = [NOW]

    def work() -> None:
        while worker.work(desk, lambda: at[0]):
            pass

    work()
    assert not shut(desk)
    mail.put(LUNCH, RAW, folder=folder)
    work()
    assert not shut(desk), "it is not asked all the time"
    at[0] += timedelta(seconds=61)
    work()
    assert shut(desk)
    (job,) = desk.registry.jobs(court_mail.MAIL)
    assert job.state == "waiting" and job.said == "2 messages, 1 new notices" and not tasks(desk)


def test_nothing_is_read_twice_or_changed(
    desk: Office, mail: Server, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.put(LUNCH, RAW, b"x" * (court_mail.MOST_BYTES + 1), folder=folder)
    found = court_mail.look(desk, NOW, dns)
    assert (found.messages, found.others, len(found.new)) == (3, 2, 1)
    fetched = list[int]()
    plain = imap.Folder.letters

    def counted(self: Any, uids: list[int], most: int) -> Any:
        fetched.extend(uids)
        return plain(self, uids, most)

    monkeypatch.setattr(imap.Folder, "letters", counted)
    assert court_mail.look(desk, NOW, dns).messages == 0 and not fetched
    mail.put(OTHER.signed(), folder=folder)
    assert [one.notice.entries[0].number for one in court_mail.look(desk, NOW, dns).new] == ["8"] and len(fetched) == 1
    assert all(b"Seen" not in flags for flags in mail.flags(folder)) and len(mail.flags(folder)) == 4


def test_numbers_that_begin_anew_are_read_anew(desk: Office, mail: Server, folder: str) -> None:
    mail.put(LUNCH, LUNCH, RAW, folder=folder)
    court_mail.look(desk, NOW, dns)
    mail.remade(folder)
    mail.put(OTHER.signed(), RAW, folder=folder)
    found = court_mail.look(desk, NOW + MINUTE, dns)
    assert (found.messages, len(found.new)) == (2, 1) and len(load(desk, MATTER).of("stayed")) == 1


def test_another_folder_is_another_mailbox(desk: Office, mail: Server, folder: str) -> None:
    mail.put(LUNCH, folder=folder)
    court_mail.look(desk, NOW, dns)
    imap_ = desk.settings.imap
    assert imap_
    mail.remade(f"{folder}-2")
    mail.put(RAW, folder=f"{folder}-2")
    desk.settings = replace(desk.settings, imap=replace(imap_, box=replace(imap_.box, folder=f"{folder}-2")))
    assert len(court_mail.look(desk, NOW, dns).new) == 1


def killed(it: Office, at: int) -> bool:
    """Whether a look, in a process of its own, was killed at one of the points of its life."""
    child = os.fork()
    if child == 0:
        try:
            own, points = it.again(), count()

            def around(plain: Callable[..., Any]) -> Callable[..., Any]:
                def wrapped(*args: Any, **more: Any) -> Any:
                    if next(points) == at:
                        os.kill(os.getpid(), signal.SIGKILL)
                    given = plain(*args, **more)
                    if next(points) == at:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return given

                return wrapped

            for name in ("take", "keep_mark"):
                setattr(court_mail, name, around(getattr(court_mail, name)))
            for name in ("record", "_write"):
                setattr(court, name, around(getattr(court, name)))
            court_mail.look(own, NOW, dns)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_killed_at_any_point_nothing_is_lost_and_nothing_is_twice(desk: Office, mail: Server, folder: str) -> None:
    mail.put(RAW, folder=folder)
    for at in count():
        it = Office(Path(shutil.copytree(desk.root, desk.root.with_name(f"killed-{at}"))))
        it.__dict__["packs"] = desk.packs
        over = not killed(it, at)
        court_mail.look(it, NOW, dns)
        assert len(court.every(it)) == 1 and len(load(it, MATTER).of("stayed")) == 1 and shut(it), at
        assert court_mail.look(it, NOW, dns).messages == 0
        it.close()
        if over:
            break
    assert at >= 8, "there were points to be killed at"


def test_a_key_that_could_not_be_looked_up_is_asked_for_again(desk: Office, mail: Server, folder: str) -> None:
    mail.put(RAW, folder=folder)
    court_mail.look(desk, NOW, silent)
    assert not shut(desk)
    assert court_mail.look(desk, NOW + MINUTE, dns).messages == 0 and shut(desk)


def test_what_cannot_be_looked_at_is_tried_again_and_then_told(
    desk: Office, mail: Server, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.put(RAW, LUNCH, folder=folder)
    plain = apart.answer
    monkeypatch.setattr(apart, "answer", lambda *_: {"why": "paper-crashed", "what": "it ended"})
    found = [court_mail.look(desk, NOW, dns) for _ in range(post.TRIES - 1)]
    assert not any(one.unread for one in found)
    monkeypatch.setattr(apart, "answer", plain)
    assert len(court_mail.look(desk, NOW, dns).new) == 1 and shut(desk), "the machine had been busy"
    mail.put(OTHER.signed(), folder=folder)
    monkeypatch.setattr(apart, "answer", lambda *_: {"why": "paper-crashed", "what": "it ended"})
    at = [NOW]
    for _ in range(post.TRIES):
        while worker.post(desk, lambda: at[0]):
            pass
        at[0] += timedelta(seconds=61)
    assert ["could not be looked at" in task.asks for task in tasks(desk)] == [True]


def test_a_silent_server_is_a_task_until_it_answers(desk: Office, mail: Server, folder: str) -> None:
    whole = desk.settings.imap
    assert whole
    at = [NOW]

    def work() -> None:
        while worker.post(desk, lambda: at[0]):
            pass

    desk.settings = replace(desk.settings, imap=replace(whole, box=replace(whole.box, port=1)))
    work()
    at[0] += timedelta(seconds=61)
    work()
    (task,) = tasks(desk)
    assert "no stay comes in by itself" in task.asks and PASSWORD not in task.asks
    desk.settings = replace(desk.settings, imap=whole)
    at[0] += timedelta(seconds=61)
    work()
    assert not tasks(desk)


def test_a_wrong_password_is_said_and_never_shown(desk: Office, mail: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMITY_IMAP_PASSWORD", "guess-me-not")
    with pytest.raises(imap.MailboxSilent) as told:
        court_mail.look(desk, NOW, dns)
    assert "guess-me-not" not in f"{told.value.message} {told.value.remedy} {told.value!r}"
    monkeypatch.delenv("COMITY_IMAP_PASSWORD")
    with pytest.raises(NoPassword):
        court_mail.look(desk, NOW, dns)


def test_a_password_lies_in_a_file(desk: Office, mail: Server, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COMITY_IMAP_PASSWORD")
    (desk.root / "keys" / "imap").write_text(f"{PASSWORD}\n", "utf-8")
    it = named(
        desk.root,
        f'host = "localhost"\nuser = "{USER}"\nfolder = "{folder}"\nport = {mail.port}\nsecurity = "none"\n'
        'password_file = "keys/imap"',
    )
    mail.put(RAW, folder=folder)
    assert len(court_mail.look(it, NOW, dns).new) == 1
    (desk.root / "keys" / "imap").unlink()
    with pytest.raises(ComityError, match="keys"):
        court_mail.look(it, NOW, dns)


def test_by_default_all_is_encrypted_and_the_server_must_show_who_it_is(mail: Server, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path / "tls")
    with behind_tls(mail, cert, key) as port:
        whole = Box("127.0.0.1", USER, port=port, authority=cert)
        with imap.opened(whole, PASSWORD) as it:
            assert it.validity
        with (
            pytest.raises(imap.MailboxSilent, match="certificate does not hold"),
            imap.opened(replace(whole, authority=None), PASSWORD),
        ):
            pass
    other, key = certificate(tmp_path / "other", "127.0.0.9")
    with behind_tls(mail, other, key) as port, pytest.raises(imap.MailboxSilent, match="certificate"):  # noqa: SIM117
        with imap.opened(Box("127.0.0.1", USER, port=port, authority=other), PASSWORD):
            pass
    with pytest.raises(imap.MailboxSilent), imap.opened(Box("127.0.0.1", USER, port=mail.port), PASSWORD):
        pass


def test_starttls_is_insisted_on(mail: Server, tmp_path: Path) -> None:
    """A server that offers no encryption is given no password."""
    cert, key = certificate(tmp_path / "tls")
    with server("--cert", str(cert), "--key", str(key)) as it:
        box = Box("127.0.0.1", USER, port=it.port, security="starttls", authority=cert)
        with imap.opened(box, PASSWORD) as folder:
            assert folder.uids(0) == []
    with pytest.raises(imap.MailboxSilent, match=r"(?i)tls"), imap.opened(replace(box, port=mail.port), PASSWORD):
        pass


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ('user = "x"', "missing-key"),
        ('host = "h"\nuser = "u"\npassword = "p"', "unknown-key"),
        ('host = "h"\nuser = "u"\nsecurity = "ssl"', "unknown-security"),
        ('host = "mail.example"\nuser = "u"\nsecurity = "none"', "not-encrypted"),
        ('host = "h"\nuser = "u"\nport = 0', "not-a-limit"),
        ('host = "h"\nuser = "u"\nport = "993"', "not-a-limit"),
        ('host = "h"\nuser = "u"\nevery = 1', "not-a-limit"),
        ('host = 3\nuser = "u"', "wrong-type"),
    ],
)
def test_a_table_that_cannot_be_meant_is_a_fault(desk: Office, table: str, name: str) -> None:
    with pytest.raises(Faulty) as told:
        named(desk.root, table)
    assert [fault.name for fault in told.value.faults] == [name]  # type: ignore[union-attr]


def test_two_mailboxes_are_a_fault(desk: Office) -> None:
    path = desk.root / office.SETTINGS
    path.write_text(path.read_text("utf-8").replace("[office]\n", '[office]\nmailbox = "box"\n', 1), "utf-8")
    with pytest.raises(Faulty) as told:
        Office(desk.root)
    assert [fault.name for fault in told.value.faults] == ["two-mailboxes"]  # type: ignore[union-attr]


def test_a_worker_that_is_busy_looks_into_the_mailbox_all_the_same(
    desk: Office, mail: Server, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collection of an hour holds no stay up: the command has a thread for the mailbox alone."""
    from comity.cli import jobs
    from comity.web.house import House

    monkeypatch.setattr(jobs, "PAUSE", 0.05)
    mail.put(RAW, folder=folder)
    with jobs._post(House(desk.root)):
        for _ in range(400):
            if load(desk, MATTER).of("stayed"):
                break
            time.sleep(0.05)
    assert load(desk, MATTER).of("stayed")
