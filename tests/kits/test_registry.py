"""Every registry passes the kit; and what is SQLite's own: the file, its errors, what erasing leaves on disk."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kits.registry_kit import AT, SIGNER, RegistryKit, event, numbered

from comity.errors import ComityError
from comity.registry import sqlite_file
from comity.registry.check import check
from comity.registry.port import (
    AlreadyThere,
    Damaged,
    NewEntry,
    NoRegistry,
    NotWritten,
    Unavailable,
)
from comity.registry.sqlite import SqliteRegistry, create


class TestRegistry(RegistryKit):
    """The kit, on SQLite and on PostgreSQL."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry"


@pytest.fixture
def registry(path: Path) -> Iterator[SqliteRegistry]:
    made = create(path, SIGNER)
    yield made
    made.close()


def test_only_its_owner_may_read_the_file(registry: SqliteRegistry, path: Path) -> None:
    """The file and what SQLite keeps beside it."""
    registry.append(event())
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_file_that_is_there_is_never_made_a_registry(registry: SqliteRegistry, path: Path, tmp_path: Path) -> None:
    """Neither a registry nor anything else; both stay as they were."""
    numbered(registry, 3)
    with pytest.raises(AlreadyThere):
        create(path, SIGNER)
    assert registry.size() == 3
    letter = tmp_path / "letter"
    letter.write_text("Dear Sir, " * 500)
    with pytest.raises(AlreadyThere):
        create(letter, SIGNER)
    assert letter.read_text() == "Dear Sir, " * 500


def test_making_it_again_after_a_crash_midway_finishes_it(path: Path) -> None:
    """An empty file, as a crash may leave it, is taken for what it is."""
    path.touch()
    assert create(path, SIGNER).size() == 0


def test_no_registry_there(path: Path, tmp_path: Path) -> None:
    """No file, a folder, a letter, another program's database, an empty file: each is said, none is touched."""
    letter, other, empty = tmp_path / "letter", tmp_path / "other", tmp_path / "empty"
    letter.write_text("Dear Sir, " * 500)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    empty.touch()
    for file in (path, tmp_path, letter, other, empty):
        with pytest.raises(NoRegistry):
            SqliteRegistry(file)
    with pytest.raises(NotWritten):
        create(tmp_path / "no such folder" / "registry", SIGNER)


def test_a_full_database_writes_nothing(registry: SqliteRegistry) -> None:
    """When no page can be added: a clear error, the registry as before, and it goes on when there is room again."""
    numbered(registry, 5)
    before = (registry.size(), registry.root(), registry.checkpoint())
    pages = registry._connection.execute("PRAGMA page_count").fetchone()[0]
    registry._connection.execute(f"PRAGMA max_page_count = {pages}")
    for write in (
        lambda: registry.append(NewEntry("M-1", "filing", AT, AT, bytes(100_000))),
        lambda: registry.append_all(event(number) for number in range(500)),
    ):
        with pytest.raises(NotWritten) as told:
            write()
        assert "the disk is full" in told.value.message
        assert (registry.size(), registry.root(), registry.checkpoint()) == before
    assert check(registry, [SIGNER.key]) == []
    registry._connection.execute("PRAGMA max_page_count = 1000000")
    assert registry.append(event(5)).index == 5
    assert check(registry, [SIGNER.key]) == []


def test_a_disk_that_takes_no_more_writes_nothing(registry: SqliteRegistry, path: Path) -> None:
    """When the file may not grow at all, as on a full disk or under a quota: the same."""
    numbered(registry, 5)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = path.with_name("registry-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(NotWritten) as told:
            registry.append(NewEntry("M-1", "filing", AT, AT, os.urandom(1_000_000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert told.value.exit_code == 7
    assert registry.size() == 5
    assert registry.append(event(5)).index == 5
    assert check(SqliteRegistry(path), [SIGNER.key]) == []


def test_what_is_erased_is_no_longer_in_any_file(registry: SqliteRegistry, path: Path) -> None:
    """Neither in the database nor in its write-ahead log, for payloads small and large."""
    secrets = [b"Mr Murphy's telephone number", b"a long letter of Mr Murphy " * 2000]
    for secret in secrets:
        registry.append(NewEntry("M-1", "filing", AT, AT, secret))
    salts = [entry.salt for entry in registry.entries()]

    def on_disk(octets: bytes) -> bool:
        return any(octets in file.read_bytes() for file in path.parent.iterdir())

    assert on_disk(b"Murphy")
    for index in (0, 1):
        registry.erase(index, "the customer asked for it", AT)
    assert not on_disk(b"Murphy")
    assert not any(on_disk(salt) for salt in salts if salt)


def test_an_erasure_that_fails_erases_nothing(registry: SqliteRegistry) -> None:
    """If the event cannot be written, the payload stays."""
    registry.append(event())
    pages = registry._connection.execute("PRAGMA page_count").fetchone()[0]
    registry._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(NotWritten):
        registry.erase(0, "why " * 10_000, AT)
    assert (registry.size(), registry.payload(0)) == (1, b"event 0")


def test_a_file_with_broken_pages_is_damage(registry: SqliteRegistry, path: Path) -> None:
    """Said as such, by reading and by the check."""
    numbered(registry, 200)
    registry.close()
    octets = bytearray(path.read_bytes())
    octets[4096 * 3 : 4096 * 20] = bytes(4096 * 17)
    path.write_bytes(octets)
    opened = SqliteRegistry(path)
    with pytest.raises(Damaged):
        list(opened.entries())
    assert "file-damaged" in {fault.name for fault in check(opened, [SIGNER.key])}


def test_a_folder_that_vanished_is_unavailable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What SQLite cannot open is told with its reason."""
    create(path, SIGNER).close()

    def refuse(*_: object) -> None:
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise error

    monkeypatch.setattr(sqlite_file, "connect", refuse)
    with pytest.raises(Unavailable) as told:
        SqliteRegistry(path)
    assert "it cannot be opened" in told.value.message


def test_every_error_says_what_to_do() -> None:
    """A message in lower case, a sentence of help, an exit code."""
    found = [Damaged, NotWritten, Unavailable, NoRegistry]
    for kind in found:
        error: ComityError = kind(path="registry", why="because")
        assert error.message[0].islower()
        assert error.help
        assert error.exit_code == 7
