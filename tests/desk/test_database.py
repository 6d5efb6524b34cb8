"""An office names its database: settings without a password, an office begun there, a file's log moved there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.postgres import Server

from comity.cli import main
from comity.desk import ledger
from comity.desk.ledger import NotAFile, move
from comity.desk.office import NoDatabase, Office, init, read_settings
from comity.errors import Faulty, Unwritable
from comity.registry.keys import load
from comity.registry.port import AlreadyThere, NewEntry, NotWritten, Unreachable, WrongSigner
from comity.registry.sqlite import SqliteRegistry

AT = datetime(2016, 7, 14, tzinfo=UTC)


def event(number: int) -> NewEntry:
    return NewEntry(f"M-{number % 2}", "filing", AT, AT, b"event %d" % number)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(init(tmp_path / "office", "Larch", "ledger.example/larch")) as made:
        made.registry.append_all([event(number) for number in range(300)])
        made.registry.erase(7, "why", AT)
        made.registry.append(event(1))
        yield made


@pytest.fixture
def address(server: Server) -> str:
    return server.database("larch")


# -- settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("mysql://host/x", "postgresql://"),
        ("larch.sqlite", "postgresql://"),
        ("postgresql://clerk:secret@host/x", "holds a password"),
        ("postgresql://host/x?user=a&password=secret", "holds a password"),
        ('postgresql://host/x"y', "postgresql://"),
        ("postgresql://[host/x", "postgresql://"),
        ("postgresql://host/a b", "postgresql://"),
    ],
)
def test_an_address_that_settings_may_not_hold_is_refused(tmp_path: Path, address: str, why: str) -> None:
    """By `init` before anything is made, and by whoever reads the settings, with the line; no password is repeated."""
    with pytest.raises(NoDatabase) as told:
        init(tmp_path / "new", "Larch", "ledger.example/larch", database=address)
    assert why in told.value.message
    assert "secret" not in told.value.message
    assert not (tmp_path / "new").exists()
    settings = tmp_path / "office.toml"
    settings.write_text(f"[office]\nname = 'L'\nserved_entity = 'us'\ndatabase = '{address}'\n")
    with pytest.raises(Faulty) as faulty:
        read_settings(settings)
    [fault] = faulty.value.faults
    assert (fault.name, fault.where) == ("not-a-database", "office.toml:4")
    assert "secret" not in str(fault)


def test_an_office_is_begun_in_a_database(tmp_path: Path, address: str) -> None:
    """Its log lies there and nowhere else; the settings say so. A second office of the same database is refused."""
    with closing(init(tmp_path / "one", "Larch", "ledger.example/larch", database=address)) as made:
        made.registry.append(event(0))
        assert made.settings.database == address
    assert not (tmp_path / "one" / "registry.sqlite").exists()
    with closing(Office(tmp_path / "one")) as again:
        assert ledger.verify(again) == (1, [])
    with pytest.raises(AlreadyThere):
        init(tmp_path / "two", "Larch", "ledger.example/larch", database=address)


def test_an_office_whose_database_is_away_is_made_by_the_next_attempt(
    tmp_path: Path, server: Server, address: str
) -> None:
    """Nothing is left that would stand in its way."""
    with pytest.raises(Unreachable):
        init(tmp_path / "office", "Larch", "ledger.example/larch", database=server.url("nosuch"))
    init(tmp_path / "office", "Larch", "ledger.example/larch", database=address).close()


def test_what_the_command_line_says_shows_no_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither as text nor as JSON."""
    for more in ((), ("--json",)):
        command = ["comity", "init", str(tmp_path / "o"), "--database", "postgresql://u:secret@h/x", *more]
        monkeypatch.setattr("sys.argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        said = capsys.readouterr()
        assert "PGPASSFILE" in said.err
        assert "secret" not in said.out + said.err


# -- moving ------------------------------------------------------------------------------------------------------------


def test_a_moved_log_is_the_same_log(office: Office, address: str) -> None:
    """Entries, erasures, proofs, root and signed head; it goes on in the database."""
    before = list(office.registry.entries()), office.registry.checkpoint(), office.registry.inclusion(12)
    assert move(office, address) == 302
    with closing(Office(office.root)) as moved:
        assert moved.settings.database == address
        assert moved.settings.people == office.settings.people
        now = moved.registry
        assert (list(now.entries()), now.checkpoint(), now.inclusion(12)) == before
        assert now.append(event(3), expected=now.matters()["M-1"]).index == 302
        assert ledger.verify(moved, [before[1]]) == (303, [])
        with pytest.raises(NotAFile):
            move(moved, address)


def test_the_file_that_was_moved_takes_no_more(office: Office, address: str) -> None:
    """Whoever still has it open, or opens it again, is told where the log went; it can be read as it was."""
    path = office.root / "registry.sqlite"
    signer = load(office.root / "keys" / "ledger.key")
    with closing(SqliteRegistry(path, signer)) as open_before:
        open_before.append(event(5))
        held = office.registry.checkpoint()
        move(office, address)
        with closing(SqliteRegistry(path, signer)) as open_after:
            for registry in (open_before, open_after, office.registry):
                for write in (
                    lambda to=registry: to.append(event(6)),
                    lambda to=registry: to.append_all([event(6)]),
                    lambda to=registry: to.erase(3, "why", AT),
                ):
                    with pytest.raises(NotWritten) as told:
                        write()
                    assert f"it was moved to {address}" in told.value.message
                assert registry.checkpoint() == held
                assert registry.payload(3) == b"event 3"


def test_a_move_that_broke_off_is_begun_again(office: Office, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the entries, after them, or before the settings: the same command finishes it."""

    def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for target in (
        "comity.registry.sql.SqlRegistry.restore",
        "comity.registry.sqlite.SqliteRegistry.checkpoint",
        "comity.desk.ledger.write_whole",
    ):
        with monkeypatch.context() as breaking:
            breaking.setattr(target, broken)
            with pytest.raises(KeyboardInterrupt):
                move(office, address)
        assert not read_settings(office.root / "office.toml").database
        if not target.endswith("write_whole"):  # the file is still the office's; it goes on, and erases what was copied
            office.registry.append(event(8))
            office.registry.erase(office.registry.size() - 290, "why", AT)
    move(office, address)
    with closing(Office(office.root)) as moved:
        assert list(moved.registry.entries()) == list(office.registry.entries())
        assert ledger.verify(moved, [office.registry.checkpoint()]) == (306, [])


def test_a_database_with_another_log_is_left_alone(office: Office, address: str, tmp_path: Path) -> None:
    """The office stays where it is, and goes on."""
    with closing(init(tmp_path / "other", "Other", "ledger.example/other", database=address)) as other:
        other.registry.append(event(0))
        with pytest.raises((AlreadyThere, WrongSigner)):
            move(office, address)
        assert other.registry.size() == 1
    assert office.registry.append(event(9)).index == 302
    assert not read_settings(office.root / "office.toml").database


def test_settings_that_cannot_name_it_stop_the_move_before_it_begins(office: Office, address: str) -> None:
    """An inline table has no line below which the address could stand."""
    settings = office.root / "office.toml"
    settings.write_text('office = {name = "Larch", served_entity = "us"}\n')
    with pytest.raises(Unwritable):
        move(office, address)
    with pytest.raises(NoDatabase):
        move(office, "larch.sqlite")
    assert office.registry.append(event(9)).index == 302


def test_damage_is_not_moved_silently(office: Office, address: str) -> None:
    """A log that does not verify is refused with its faults, and the office stays with its file."""
    with closing(sqlite3.connect(office.root / "registry.sqlite")) as connection, connection:
        connection.execute("UPDATE entry SET payload = x'00' WHERE place = 5")
    with pytest.raises(Faulty) as told:
        move(office, address)
    assert {(fault.name, fault.where) for fault in told.value.faults} == {("payload-changed", "entry 5")}
    assert not read_settings(office.root / "office.toml").database
    assert office.registry.append(event(9)).index == 302
