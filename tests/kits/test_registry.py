"""The SQLite registry: it passes the kit, and what is its own: the file, its errors, what erasing leaves on disk."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kits.registry_kit import AT, SIGNER, Home, RegistryKit, event, head_of, numbered

from comity.errors import ComityError
from comity.registry import sqlite_file
from comity.registry.check import check
from comity.registry.port import (
    AlreadyThere,
    Damaged,
    NewEntry,
    NewerRegistry,
    NoRegistry,
    NotWritten,
    Registry,
    Signer,
    Unavailable,
)
from comity.registry.sqlite import SqliteRegistry, create


class TestSqlite(RegistryKit):
    """The kit on SQLite."""

    @pytest.fixture
    def home(self, tmp_path: Path) -> Iterator[Home]:
        create(tmp_path / "registry", SIGNER).close()
        home = Home(lambda signer: SqliteRegistry(tmp_path / "registry", signer))
        yield home
        home.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry"


@pytest.fixture
def registry(path: Path) -> Iterator[SqliteRegistry]:
    made = create(path, SIGNER)
    yield made
    made.close()


def test_it_satisfies_the_port(registry: SqliteRegistry) -> None:
    """To the type checker, and in the names of its methods."""
    port: Registry = registry
    methods = {name for name in vars(Registry) if not name.startswith("_")}
    assert methods <= {*dir(port)}


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


def test_a_newer_format_is_refused(registry: SqliteRegistry, path: Path) -> None:
    """With both numbers, and before anything is read."""
    registry.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(NewerRegistry) as told:
        SqliteRegistry(path)
    assert "has format 2; this comity reads up to 1" in told.value.message


def test_a_registry_that_another_holds_is_said_to_be_held(
    registry: SqliteRegistry, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written, reading goes on, and once the other lets go so does writing."""
    monkeypatch.setattr(sqlite_file, "PATIENCE", 0.05)
    mine = SqliteRegistry(path, SIGNER)
    numbered(mine, 2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotWritten) as told:
        mine.append(event(2))
    assert "another process holds it" in told.value.message
    assert mine.size() == 2
    other.execute("ROLLBACK")
    assert mine.append(event(3)).index == 2
    assert check(mine, [SIGNER.key]) == []


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


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET payload = CAST('x' || payload AS BLOB) WHERE place = 2",
        "UPDATE entry SET salt = zeroblob(32) WHERE place = 2",
        "UPDATE entry SET salt = NULL WHERE place = 2",
        "UPDATE entry SET leaf = CAST(replace(leaf, 'filing', 'ruling') AS BLOB) WHERE place = 2",
        "UPDATE entry SET leaf = x'7b7d' WHERE place = 2",
        "UPDATE entry SET matter = 'M-9' WHERE place = 2",
        "UPDATE entry SET nodes = zeroblob(32) WHERE place = 2",
    ],
)
def test_a_changed_entry_is_never_handed_out(registry: SqliteRegistry, path: Path, change: str) -> None:
    """Reading checks what a few hashes can check; the entries round it are given."""
    written = numbered(registry, 4)
    registry._connection.execute(change)
    with pytest.raises(Damaged):
        registry.payload(2)
    with pytest.raises(Damaged):
        list(registry.entries())
    assert registry.payload(1) == written[1].payload


def test_a_tree_that_its_head_denies_is_not_signed(registry: SqliteRegistry, path: Path) -> None:
    """Whoever opens a log whose tree was changed can read on but not write on."""
    numbered(registry, 4)
    registry._connection.execute("UPDATE entry SET nodes = zeroblob(96) WHERE place = 3")
    opened = SqliteRegistry(path, SIGNER)
    with pytest.raises(Damaged) as told:
        opened.append(event(4))
    assert "its signed head is not that of its entries" in told.value.message
    assert opened.size() == 4


@pytest.mark.parametrize("change", ["UPDATE entry SET head = NULL", "UPDATE entry SET nodes = x'00'"])
def test_a_head_or_node_that_is_gone_is_damage(registry: SqliteRegistry, path: Path, change: str) -> None:
    """Not an answer made up in its place."""
    numbered(registry, 4)
    registry._connection.execute(change)
    with pytest.raises(Damaged):
        SqliteRegistry(path, SIGNER).append(event(4))
    with pytest.raises(Damaged):
        SqliteRegistry(path).checkpoint()


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


def test_a_mistake_of_the_program_is_not_dressed_up(registry: SqliteRegistry) -> None:
    """A closed registry is no trouble of the disk's."""
    registry.close()
    with pytest.raises(sqlite3.ProgrammingError):
        registry.size()


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


def test_the_root_is_there_at_once(registry: SqliteRegistry, path: Path) -> None:
    """Two statements, whatever the size: how many entries, and one row for each bit of that number."""
    registry.append_all(event(number) for number in range(5000))
    statements: list[str] = []
    opened = SqliteRegistry(path)
    opened._connection.set_trace_callback(statements.append)
    assert opened.root() == registry.root()
    assert len(statements) == 2
    assert head_of(opened).size == 5000


def test_upper_nodes_held_in_memory_are_bounded(registry: SqliteRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many proofs are asked for; and proofs stay right when the held ones are let go."""
    monkeypatch.setattr("comity.registry.sqlite.KEPT", 3)
    registry.append_all(event(number) for number in range(2000))
    fresh = SqliteRegistry(registry._path)
    for index in range(0, 2000, 97):
        assert registry.inclusion(index) == fresh.inclusion(index)
        assert len(registry._upper) <= 3 + 11


def test_a_second_signer_of_the_same_key_is_the_same(registry: SqliteRegistry, path: Path) -> None:
    """The key counts, not the object."""
    assert SqliteRegistry(path, Signer(SIGNER.key, SIGNER.sign)).append(event()).index == 0
