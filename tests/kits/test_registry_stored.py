"""A registry of each format there ever was, as a comity of its time left it, is read and written by today's."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from tests.kits.registry_kit import AT, event
from tests.postgres import Server
from tools.registries import SIGNER, STORED, told

from comity.registry import place
from comity.registry.check import check
from comity.registry.postgres_server import REVISIONS
from comity.registry.postgres_tables import upgrade
from comity.registry.sqlite_file import FORMAT

NAMES = [f"sqlite-{number}" for number in range(1, FORMAT + 1)] + [f"postgresql-{step}" for step in REVISIONS]


def brought(name: str, server: Server, folder: Path) -> Path | str:
    """The stored registry put where it can be opened."""
    if name.startswith("sqlite"):
        return Path(shutil.copy(STORED / f"{name}.sqlite", folder / "registry"))
    url = server.database("stored")
    with server.admin("stored") as connection:
        connection.execute((STORED / f"{name}.sql").read_text("utf-8"))
    upgrade(url)
    return url


@pytest.mark.parametrize("name", NAMES)
def test_a_stored_registry_is_read_checked_and_written_on(name: str, server: Server, tmp_path: Path) -> None:
    """Every entry, proof and signature as it was; it goes on from there, and an erasure of then can still be made."""
    kept = (STORED / f"{name}.json").read_text("utf-8")
    where = brought(name, server, tmp_path)
    with closing(place.opened(where, SIGNER)) as registry:
        assert told(registry) == kept
        held = json.loads(kept)["checkpoint"]
        assert check(registry, [SIGNER.key], [held]) == []
        size = registry.size()
        assert size > 10
        assert registry.append(event(1, "M-2"), expected=registry.matters()["M-2"]).index == size
        registry.erase(4, "why", AT)
        assert check(registry, [SIGNER.key], [held]) == []
        assert registry.payload(4) is None


def test_nothing_else_is_stored() -> None:
    """Each stored registry has its format in the list, so that none is passed over."""
    assert {file.stem for file in STORED.iterdir()} == set(NAMES)
