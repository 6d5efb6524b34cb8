"""What is PostgreSQL's own: the server and who is let in, what each role may do, sessions that are lost midway."""

from __future__ import annotations

import re
import selectors
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.kits.registry_kit import AT, SIGNER, event, numbered
from tests.kits.stores import PostgresStore
from tests.postgres import Server

from comity.registry import place, postgres_server, postgres_tables
from comity.registry.check import check
from comity.registry.jobport import End, NewJob
from comity.registry.port import (
    AlreadyThere,
    ConnectionLost,
    Damaged,
    NewEntry,
    NoDriver,
    NoRegistry,
    NotAllowed,
    NotWritten,
    OlderRegistry,
    RegistryError,
    Unreachable,
    Unsafe,
    Unsure,
)
from comity.registry.postgres import PostgresRegistry

KEYS = [SIGNER.key]
PAGE = Path(__file__).parents[2] / "docs/howto/office-on-postgresql.md"


@pytest.fixture
def store(server: Server) -> Iterator[PostgresStore]:
    found = PostgresStore(server)
    found.create().close()
    yield found
    found.close()


@pytest.fixture
def registry(store: PostgresStore) -> PostgresRegistry:
    found = store.open(SIGNER)
    assert isinstance(found, PostgresRegistry)
    return found


# -- the server --------------------------------------------------------------------------------------------------------


def test_a_server_that_restarts_is_found_again(server: Server, registry: PostgresRegistry) -> None:
    """In order or after a crash: reading and writing go on in the same object, and nothing acknowledged is lost."""
    for how, write in (("fast", registry.append), ("immediate", lambda new: registry.append_all([new]))):
        numbered(registry, 3)
        held, size = registry.checkpoint(), registry.size()
        server.stop(how)
        server.start()
        assert registry.size() == size
        server.stop(how)
        server.start()
        write(event(7))
        assert registry.size() == size + 1
        assert check(registry, KEYS, [held]) == []


def test_a_server_that_is_away_is_said_to_be(
    server: Server, registry: PostgresRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written, and it goes on once the server is there."""
    monkeypatch.setattr(postgres_server, "PATIENCE", 0.1)
    numbered(registry, 3)
    server.stop()
    try:
        with pytest.raises(Unsure):
            registry.append(event())
        for use in (registry.size, lambda: registry.append_all([event()]), lambda: place.opened(str(registry._url))):
            with pytest.raises(Unreachable):
                use()
    finally:
        server.start()
    assert registry.size() == 3
    assert registry.append(event()).index == 3


@pytest.mark.parametrize(
    ("address", "kind", "why"),
    [
        ("{other}", NoRegistry, "no log was begun in this database"),
        ("{nosuch}", Unreachable, 'database "nosuch" does not exist'),
        ("{nobody}", Unreachable, 'role "nobody" does not exist'),
        ("postgresql://u:secret@127.0.0.1:1/x?connect_timeout=2", Unreachable, "Connection refused"),
        ("postgresql://u:sec@ret@nosuch.invalid/x", Unreachable, "nosuch.invalid"),
        ("postgresql://u:secret@[/x", NoRegistry, "not the address of a PostgreSQL database"),
        ("host=nosuch.invalid user=u password='sec ret'", Unreachable, "nosuch.invalid"),
        ("postgresql://u@nosuch.invalid/x?password=secret&foo=1", NoRegistry, "not the address"),
    ],
)
def test_no_registry_there(server: Server, address: str, kind: type[RegistryError], why: str) -> None:
    """Each trouble is told with its reason and without a password."""
    names = {name: server.url(name) for name in ("other", "nosuch")} | {"nobody": server.url("postgres", "nobody")}
    if "other" in address:
        server.database("other")
    with pytest.raises(kind) as told:
        place.opened(address.format_map(names))
    assert why in told.value.message
    assert told.value.remedy
    assert told.value.exit_code == 7
    assert "sec" not in told.value.message


def test_whoever_gives_a_wrong_password_is_not_let_in(
    server: Server, store: PostgresStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The right one is found in PGPASSWORD or in PGPASSFILE, and is shown nowhere."""
    rules = server.folder / "pg_hba.conf"
    before = rules.read_text()
    with server.admin() as connection:
        connection.execute("DROP ROLE IF EXISTS guarded")
        connection.execute("CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'opensesame'")
        try:
            rules.write_text(f"local all guarded scram-sha-256\n{before}")
            connection.execute("SELECT pg_reload_conf()")
            address = server.url(store.name, "guarded")
            for given in (None, "closesesame"):
                if given:
                    monkeypatch.setenv("PGPASSWORD", given)
                with pytest.raises(Unreachable) as told:
                    place.opened(address)
                assert "sesame" not in told.value.message + told.value.remedy
            monkeypatch.setenv("PGPASSWORD", "opensesame")
            place.opened(address).close()
            monkeypatch.delenv("PGPASSWORD")
            (tmp_path / "pass").write_text("*:*:*:guarded:opensesame\n")
            (tmp_path / "pass").chmod(0o600)
            monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pass"))
            place.opened(address).close()
        finally:
            rules.write_text(before)
            connection.execute("SELECT pg_reload_conf()")


def test_a_server_that_cannot_keep_a_promise_is_refused(
    server: Server, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that does not flush, one too old, a database that keeps no Unicode: each before anything is written."""
    latin = server.database("latin", "ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
    with pytest.raises(Unsafe, match="LATIN1"):
        place.create(latin, SIGNER)
    with monkeypatch.context() as older:
        older.setattr(postgres_server, "OLDEST", 99)
        with pytest.raises(Unsafe, match="99 or newer"):
            store.open(SIGNER)
    with server.admin() as connection:
        try:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf(), pg_sleep(0.2)")
            with pytest.raises(Unsafe, match="fsync"):
                store.open(SIGNER)
        finally:
            connection.execute("ALTER SYSTEM RESET fsync")
            connection.execute("SELECT pg_reload_conf(), pg_sleep(0.2)")
    store.open(SIGNER).append(event())


def test_a_commit_waits_for_the_disk_whatever_the_role_is_set_to(server: Server, store: PostgresStore) -> None:
    """A role whose commits are answered before they are flushed, and whose reads are repeatable, is put right."""
    with server.admin() as connection:
        connection.execute("DROP ROLE IF EXISTS hasty")
        connection.execute("CREATE ROLE hasty LOGIN SUPERUSER")
        connection.execute("ALTER ROLE hasty SET synchronous_commit = off")
        connection.execute("ALTER ROLE hasty SET default_transaction_isolation = 'serializable'")
    hasty = PostgresRegistry(server.url(store.name, "hasty"), SIGNER)
    assert hasty._query("SHOW synchronous_commit") == [("on",)]
    other = store.open(SIGNER)
    for number in range(6):
        (hasty, other)[number % 2].append(event(number))
    assert check(hasty, KEYS) == []
    hasty.close()


def test_without_the_driver_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever keeps the registry in a file needs neither driver nor Alembic."""
    import sys

    import comity.registry

    for module in ("postgres", "postgres_tables"):
        monkeypatch.delattr(comity.registry, module)
        monkeypatch.setitem(sys.modules, f"comity.registry.{module}", None)
    for use in (lambda: place.opened("postgresql:///x"), place.tables):
        with pytest.raises(NoDriver) as told:
            use()
        assert "comity[pg]" in told.value.remedy


# -- who may do what ---------------------------------------------------------------------------------------------------


def granted(server: Server, database: str) -> None:
    """The roles and rights as the page on PostgreSQL gives them."""
    [block] = re.findall(r"^psql .*<<'END'\n(.*?)^END$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    with server.admin(database) as connection:
        for role in ("comity_clerk", "comity_eraser"):
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                connection.execute(f"DROP OWNED BY {role}")
                connection.execute(f"DROP ROLE {role}")
        connection.execute(block)


def test_a_clerk_can_only_add(server: Server, store: PostgresStore) -> None:
    """With the rights on the page all daily work goes, and nothing that was written can be changed or taken out."""
    granted(server, store.name)
    clerk = PostgresRegistry(server.url(store.name, "comity_clerk"), SIGNER)
    numbered(clerk, 5)
    clerk.append_all(event(number) for number in range(20))
    assert clerk.append(event(3), expected=clerk.matters()["M-1"]).index == 25
    assert check(clerk, KEYS) == []
    clerk.put_job(NewJob("collect", "M-1", "", "clerk", AT))
    job = clerk.take_job(["collect"], AT, AT)
    assert job and clerk.step_job(job, "one", "x") == "x"
    clerk.end_job(End(job, "", AT, again=AT))
    assert clerk.steps(job.number) == {}
    size = clerk.size()
    with pytest.raises(NotAllowed) as told:
        clerk.erase(0, "why", AT)
    assert "permission denied" in told.value.message
    for sql in (
        "UPDATE entry SET payload = NULL",
        "DELETE FROM entry",
        "TRUNCATE entry",
        "DROP TABLE entry",
        "UPDATE about SET value = ''",
        "ALTER TABLE entry DISABLE TRIGGER ALL",
    ):
        with pytest.raises(NotAllowed):
            clerk._query(sql)
    assert (clerk.size(), clerk.payload(0)) == (size, b"event 0")
    assert clerk.append(event()).index == size
    clerk.close()


def test_whoever_erases_can_change_nothing_else(server: Server, store: PostgresStore) -> None:
    """The right to take payloads and salts out is a role of its own; its erasures leave a sound log."""
    granted(server, store.name)
    eraser = PostgresRegistry(server.url(store.name, "comity_eraser"), SIGNER)
    numbered(eraser, 3)
    eraser.erase(1, "why", AT)
    assert eraser.payload(1) is None
    assert check(eraser, KEYS) == []
    for column in ("leaf", "nodes", "head", "matter"):
        with pytest.raises(NotAllowed):
            eraser._query(f"UPDATE entry SET {column} = NULL")
    eraser.close()


def test_an_erasure_that_fails_erases_nothing(server: Server, store: PostgresStore) -> None:
    """If the event cannot be written, the payload stays."""
    granted(server, store.name)
    eraser = PostgresRegistry(server.url(store.name, "comity_eraser"), SIGNER)
    eraser.append(event())
    store.run("REVOKE INSERT ON entry FROM comity_clerk")
    with pytest.raises(NotAllowed):
        eraser.erase(0, "why", AT)
    assert (eraser.size(), eraser.payload(0)) == (1, b"event 0")
    eraser.close()


def test_who_may_not_even_read_is_told_so(server: Server, store: PostgresStore) -> None:
    """And who may not make tables makes none."""
    with server.admin() as connection:
        connection.execute("DROP ROLE IF EXISTS stranger")
        connection.execute("CREATE ROLE stranger LOGIN")
    with pytest.raises(NotAllowed, match="permission denied for schema comity"):
        place.opened(server.url(store.name, "stranger"))
    server.database("other")
    with pytest.raises(NotAllowed):
        place.create(server.url("other", "stranger"), SIGNER)
    with pytest.raises(NoRegistry):
        place.opened(server.url("other"))


def test_a_standby_can_be_read_and_not_written(server: Server, store: PostgresStore) -> None:
    """The reason is told."""
    numbered(store.open(SIGNER), 2)
    with server.admin() as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN SUPERUSER")
        connection.execute("ALTER ROLE reader SET default_transaction_read_only = on")
    reader = PostgresRegistry(server.url(store.name, "reader"), SIGNER)
    assert check(reader, KEYS) == []
    with pytest.raises(NotWritten, match="it may only be read"):
        reader.append(event())
    reader.close()


# -- the tables --------------------------------------------------------------------------------------------------------


def test_tables_that_an_owner_made_are_taken(server: Server) -> None:
    """The statements that are printed make what is made otherwise; a log is then begun in it, once."""
    url = server.database("other")
    with server.admin("other") as connection:
        connection.execute(postgres_tables.statements())
    with pytest.raises(NoRegistry, match="no log was begun"):
        place.opened(url)
    made = place.create(url, SIGNER)
    numbered(made, 3)
    assert check(made, KEYS) == []
    made.close()
    with pytest.raises(AlreadyThere):
        place.create(url, SIGNER)


def test_an_older_registry_is_brought_up_to_date(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later comity refuses the tables of an earlier one until its step was made; no entry, root or head changes."""
    url = server.database("other")
    before = place.create(url, SIGNER)
    numbered(before, 5)
    state = (list(before.entries()), before.root(), before.checkpoint())
    before.close()
    for file in postgres_tables.FOLDER.rglob("*.py"):
        target = tmp_path / file.relative_to(postgres_tables.FOLDER)
        target.parent.mkdir(exist_ok=True)
        target.write_text(file.read_text())
    (tmp_path / "versions/0003.py").write_text(
        "from alembic import op\nrevision = '0003'\ndown_revision = '0002'\n"
        "def upgrade() -> None:\n    op.execute('ALTER TABLE comity.entry ADD COLUMN noted text')\n"
    )
    monkeypatch.setattr(postgres_tables, "FOLDER", tmp_path)
    monkeypatch.setattr(postgres_server, "REVISIONS", ("0001", "0002", "0003"))
    with pytest.raises(OlderRegistry) as told:
        place.opened(url)
    assert "`comity ledger upgrade`" in told.value.remedy
    for _ in range(2):
        postgres_tables.upgrade(url)
        after = place.opened(url, SIGNER)
        assert (list(after.entries()), after.root(), after.checkpoint()) == state
        assert after._query("SELECT count(noted) FROM entry") == [(0,)]
        after.close()


def test_the_steps_that_are_known_are_those_that_are_there() -> None:
    """What an open registry compares with is what Alembic would make."""
    files = sorted(file.stem for file in (postgres_tables.FOLDER / "versions").glob("*.py"))
    assert tuple(files) == postgres_server.REVISIONS


def test_what_is_erased_leaves_the_tables_once_they_are_rewritten(server: Server, store: PostgresStore) -> None:
    """At once nobody can read it; after `VACUUM FULL` no file of the tables holds it. What the server's log keeps of
    it is the administrator's affair."""
    registry = store.open(SIGNER)
    secret = b"Mr Murphy's telephone number"
    written = registry.append(NewEntry("M-1", "filing", AT, AT, secret))

    def on_disk(octets: bytes) -> bool:
        store.run("CHECKPOINT")
        return any(octets in file.read_bytes() for file in (server.folder / "base").rglob("*") if file.is_file())

    assert written.salt is not None
    assert on_disk(secret) and on_disk(written.salt)
    registry.erase(0, "why", AT)
    store.run("VACUUM FULL entry")
    assert not on_disk(secret) and not on_disk(written.salt)


# -- sessions that are lost midway -------------------------------------------------------------------------------------


class Wire:
    """Stands between a registry and the server, and can be cut before or after the next statement is done."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.target, self.cut, self.refuse = f"{server.host}/.s.PGSQL.5432", "", False
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(folder / ".s.PGSQL.5432"))
        self.listening.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                if self.refuse:
                    near.close()
                    continue
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.target)
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with selectors.DefaultSelector() as both, near, far:
            both.register(near, selectors.EVENT_READ, far)
            both.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in both.select():
                    octets = key.fileobj.recv(1 << 16)
                    cut = self.cut if octets and key.fileobj is (near if self.cut.startswith("before") else far) else ""
                    wanted = b"COMMIT" if cut.endswith("commit") else b""
                    if not octets or (cut and wanted in octets):
                        self.cut = "" if cut else self.cut
                        return
                    key.data.sendall(octets)


@contextmanager
def wired(server: Server, store: PostgresStore) -> Iterator[tuple[Wire, PostgresRegistry]]:
    """A registry that speaks to the server over a wire."""
    with tempfile.TemporaryDirectory() as folder:
        wire = Wire(server, Path(folder))
        registry = PostgresRegistry(f"postgresql://postgres@/{store.name}?host={folder}", SIGNER)
        numbered(registry, 3)
        yield wire, registry
        registry.close()
        wire.listening.close()


@pytest.mark.parametrize("together", [1, 3], ids=["alone", "in a batch"])
def test_an_answer_that_is_lost_is_looked_up(server: Server, store: PostgresStore, together: int) -> None:
    """The server has committed and its answer never comes: the entry is found to be there, and is not written twice."""
    with wired(server, store) as (wire, registry):
        wire.cut = "after" if together == 1 else "after commit"
        if together == 1:
            assert registry.append(event(7)).index == 3
        else:
            assert [entry.index for entry in registry.append_all([event(7)] * together)] == [3, 4, 5]
        assert wire.cut == ""
        assert registry.size() == 3 + together
        assert registry.append(event(8)).index == 3 + together
        assert check(registry, KEYS) == []


def test_a_question_that_is_lost_changed_nothing(server: Server, store: PostgresStore) -> None:
    """The server never hears of the commit: the events are told not to be written, and they are not."""
    with wired(server, store) as (wire, registry):
        wire.cut = "before commit"
        with pytest.raises(ConnectionLost):
            registry.append_all([event(7)] * 3)
        assert wire.cut == ""
        assert registry.size() == 3
        assert registry.append(event(8)).index == 3
        assert check(registry, KEYS) == []


def test_an_event_that_was_lost_on_its_way_is_written_once(server: Server, store: PostgresStore) -> None:
    """The server never hears of it: it is seen not to be there, and sent again."""
    with wired(server, store) as (wire, registry):
        wire.cut = "before"
        assert registry.append(event(7)).index == 3
        assert wire.cut == ""
        assert registry.size() == 4
        assert check(registry, KEYS) == []


def test_nothing_is_built_on_an_older_state(server: Server, store: PostgresStore) -> None:
    """After the connection was lost another server answers, one that lacks the last entries, as a standby may."""
    registry = store.open(SIGNER)
    numbered(registry, 5)
    registry.append_all([event(5), event(6)])
    with server.admin() as connection:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid != pg_backend_pid()"
        connection.execute(ended, (store.name,))
    store.run("DELETE FROM entry WHERE place >= 5")
    for use in (lambda: registry.append(event(7)), registry.size, lambda: registry.append_all([event(7)])):
        with pytest.raises(Damaged, match="5 entries where 7 were seen"):
            use()
    assert store.run("SELECT count(*) FROM entry") == [(5,)]


def test_what_cannot_be_looked_up_is_said_to_be_unsure(
    server: Server, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has committed, its answer never comes, and it lets nobody in any more."""
    monkeypatch.setattr(postgres_server, "PATIENCE", 0.1)
    with wired(server, store) as (wire, registry):
        wire.cut, wire.refuse = "after", True
        with pytest.raises(Unsure) as told:
            registry.append(event(7))
        assert "comity ledger show" in told.value.remedy
        wire.refuse = False
        assert registry.size() == 4
        assert check(registry, KEYS) == []


def test_a_session_ended_while_it_waits_for_its_turn_writes_once(server: Server, store: PostgresStore) -> None:
    """The administrator ends the session of a clerk who waits; once the other is done the event is there, once."""
    registry, other = store.open(SIGNER), store.held()
    waiting = threading.Thread(target=lambda: registry.append_all([event(1)]))
    waiting.start()
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ? AND wait_event = 'advisory'"
    while not store.run(ended, store.name):
        pass
    other.close()
    waiting.join()
    assert registry.size() == 1
    assert check(registry, KEYS) == []
