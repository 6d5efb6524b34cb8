"""`python -m tools.registries`: keep a registry of the present formats in `tests/kits/stored`, for every later comity.

Run it before a release that brings a new format, and only then: what is stored is never made again.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from tests.postgres import Server, running

from comity.registry import keys, place
from comity.registry.port import NewEntry, Registry
from comity.registry.postgres_server import REVISIONS
from comity.registry.sqlite_file import FORMAT

STORED: Final = Path(__file__).resolve().parent.parent / "tests/kits/stored"
SIGNER: Final = keys.signer("ledger.example/stored", b"a stored office's key, 32 octets")
AT: Final = datetime(2013, 12, 4, 15, 30, tzinfo=UTC)


def fill(registry: Registry) -> None:
    """Some events of three matters, one by one and together, with an erasure among them."""
    events = [
        NewEntry(
            f"M-{number % 3}", "filing", AT + timedelta(days=number), AT + timedelta(days=number, hours=1), payload
        )
        for number, payload in enumerate((b"", b"event", bytes(range(256)), "Brief über Äpfel".encode(), b"x" * 5000))
    ]
    for event in events:
        registry.append(event)
    registry.append_all(events)
    registry.erase(1, "Article 17 request of the customer", AT + timedelta(days=30))


def told(registry: Registry) -> str:
    """What a registry says, for comparison: every entry, and the signed head."""
    entries = [
        {
            "matter": entry.matter,
            "kind": entry.kind,
            "happened": entry.happened.isoformat(),
            "known": entry.known.isoformat(),
            "leaf": entry.leaf.decode(),
            "payload": None if entry.payload is None else sha256(entry.payload).hexdigest(),
        }
        for entry in registry.entries()
    ]
    return json.dumps({"entries": entries, "checkpoint": registry.checkpoint()}, indent=1, ensure_ascii=False) + "\n"


def keep(name: str, where: Path | str) -> None:
    """Make and fill a registry, and keep what it says beside what will be stored of it."""
    with closing(place.create(where, SIGNER)) as registry:
        fill(registry)
        (STORED / f"{name}.json").write_text(told(registry), "utf-8")


def dumped(server: Server, name: str) -> None:
    """A database as SQL that any later server reads."""
    command = [str(server.bin / "pg_dump"), "--no-owner", "--inserts", server.url("stored")]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [line for line in text.splitlines() if not line.startswith(("\\", "--", "SET transaction_timeout"))]
    (STORED / f"{name}.sql").write_text("\n".join(line for line in lines if line) + "\n", "utf-8")


def main() -> None:
    """Store what is not stored yet."""
    STORED.mkdir(exist_ok=True)
    file, base = STORED / f"sqlite-{FORMAT}.sqlite", STORED / f"postgresql-{REVISIONS[-1]}.sql"
    with tempfile.TemporaryDirectory() as folder:
        if not file.exists():
            keep(file.stem, Path(folder) / "registry")
            with closing(sqlite3.connect(Path(folder) / "registry")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copy(Path(folder) / "registry", file)
    if not base.exists():
        with running() as server:
            keep(base.stem, server.database("stored"))
            dumped(server, base.stem)


if __name__ == "__main__":
    main()
