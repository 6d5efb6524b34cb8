"""The ledger at the desk: the log checked against its own key, and written out for those who check it themselves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from comity.desk.office import Office
from comity.kernel.ledger import Checkpoint
from comity.kernel.words import Fault
from comity.registry.check import check
from comity.registry.keys import load
from comity.registry.tiles import export


def verify(office: Office, held: Iterable[str] = ()) -> tuple[int, list[Fault]]:
    """How many entries the log has, and every fault found in reading all of it anew."""
    key = load(office.root / "keys" / "ledger.key").key
    return office.registry.size(), check(office.registry, [key], held)


def export_tiles(office: Office, folder: Path) -> Checkpoint:
    """Write the log as tiles into a folder; gives the head that stands on them."""
    return export(office.registry, folder)
