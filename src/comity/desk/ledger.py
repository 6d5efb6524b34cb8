"""The ledger at the desk: the log checked against its own key, and written out for those who check it themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from comity.desk.office import Office
from comity.errors import ComityError
from comity.kernel.ledger import Checkpoint
from comity.kernel.words import Fault
from comity.registry.check import check
from comity.registry.keys import load, read_key
from comity.registry.port import Entry
from comity.registry.tiles import export


def verify(office: Office, held: Iterable[str] = ()) -> tuple[int, list[Fault]]:
    """How many entries the log has, and every fault found in reading all of it anew."""
    key = read_key(public_key(office))
    return office.registry.size(), check(office.registry, [key], held)


class NoEntry(ComityError):
    """the ledger has no entry {index}; it has {size}"""

    help = "`comity ledger show` lists them, counted from 0"
    exit_code = 2


def erase(office: Office, index: int, why: str, at: datetime) -> Entry:
    """Remove what an entry says for good; that it was there, and that it was erased, stays provable."""
    size = office.registry.size()
    if not 0 <= index < size:
        raise NoEntry(index=index, size=size)
    return office.registry.erase(index, why, at)


def public_key(office: Office) -> str:
    """The public half of the key that signs the ledger and every production."""
    return str(load(office.root / "keys" / "ledger.key").key)


def export_tiles(office: Office, folder: Path) -> Checkpoint:
    """Write the log as tiles into a folder; gives the head that stands on them."""
    return export(office.registry, folder)
