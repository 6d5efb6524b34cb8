"""The ledger at the desk: the log checked against its own key, and written out for those who check it themselves."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from comity.desk.office import FILE, SETTINGS, NoDatabase, Office, with_database
from comity.desk.register import told
from comity.desk.trays import inward
from comity.errors import ComityError, Faulty, Unwritable
from comity.kernel.ledger import Checkpoint
from comity.kernel.words import Fault
from comity.registry.check import check
from comity.registry.files import write_whole
from comity.registry.keys import load, read_key
from comity.registry.place import doubt, tables
from comity.registry.place import move as put_into
from comity.registry.port import Entry
from comity.registry.sqlite import SqliteRegistry
from comity.registry.tiles import export


def verify(office: Office, held: Iterable[str] = ()) -> tuple[int, list[Fault]]:
    """How many entries the log has, and every fault found in reading all of it anew."""
    key = read_key(public_key(office))
    return office.registry.size(), check(office.registry, [key], held)


class NotAFile(ComityError):
    """the registry of this office is in the database `{database}` already"""

    help = "only a file is moved; for a database use its own tools, see docs/howto/office-on-postgresql.md"
    exit_code = 2


def move(office: Office, database: str) -> int:
    """Put the office's registry into a database, under the same root and key; gives how many entries it has.

    The file stays, readable, and takes no more; from then on the office's settings name the database.
    """
    if office.settings.database:
        raise NotAFile(database=office.settings.database)
    if why := doubt(database):
        raise NoDatabase(why=why)
    settings = office.root / SETTINGS
    before = settings.read_text("utf-8")
    text = with_database(before, database)
    if text == before:
        raise Unwritable(path=str(settings), why="it has no line [office], below which the database would be named")
    signer, registry = load(office.root / "keys" / "ledger.key"), office.registry
    assert isinstance(registry, SqliteRegistry)
    if faults := check(registry, [signer.key]):
        raise Faulty(tuple(faults), path=str(office.root / FILE))
    with closing(put_into(registry, database, signer)) as target:
        if faults := check(target, [signer.key], [registry.checkpoint()]):
            raise Faulty(tuple(faults), path=database)
        size = target.size()
    write_whole(office.root, [text.encode()], lambda: SETTINGS, mode=stat.S_IMODE(settings.stat().st_mode))
    return size


def upgrade(office: Office) -> bool:
    """Bring a database's tables to what this comity reads; no entry is touched. Of a file nothing is to be done."""
    if office.settings.database:
        tables().upgrade(office.settings.database)
    return bool(office.settings.database)


def statements() -> str:
    """The statements that make a registry's tables on PostgreSQL, for whoever wants to read them first."""
    return str(tables().statements())


class NoEntry(ComityError):
    """the ledger has no entry {index}; it has {size}"""

    help = "`comity ledger show` lists them, counted from 0"
    exit_code = 2


def erase(office: Office, index: int, why: str, by: str, at: datetime) -> Entry:
    """Remove what an entry says for good; that it was there, and who erased it why, stays provable."""
    office.may(by, "erase")
    size = office.registry.size()
    if not 0 <= index < size:
        raise NoEntry(index=index, size=size)
    event = told(next(office.registry.entries(start=index)))
    if event is not None and event.kind == "portal" and (sheet := event.get("sheet")):
        inward(office.root).take(*sheet.split("/"))  # or it would be taken in again at the next look
    return office.registry.erase(index, f"{why} ({by})", at)


def public_key(office: Office) -> str:
    """The public half of the key that signs the ledger and every production."""
    return str(load(office.root / "keys" / "ledger.key").key)


def export_tiles(office: Office, folder: Path) -> Checkpoint:
    """Write the log as tiles into a folder; gives the head that stands on them."""
    return export(office.registry, folder)
