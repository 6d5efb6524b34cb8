"""The whole demo on SQLite and on PostgreSQL: the same acts make the same log, octet for octet.

Chance is fixed in both, so that leaves can be the same: the key, the salts, the authority's key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from tests.postgres import Server

from comity.desk import ledger, office
from comity.registry import keys, place
from comity.sim import demo


class Nobody:
    """Looks on and is told everything."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


def seeded() -> Callable[[int], bytes]:
    numbers = count()
    return lambda size: hashlib.sha256(b"%d" % next(numbers)).digest()[:size]


def told(out: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> demo.Story:
    chance = seeded()
    monkeypatch.setattr(office, "create", lambda where, signer: place.create(where, signer, chance))
    monkeypatch.setattr(office, "generate", lambda path, name: keys.generate(path, name, bytes(32)))
    story = demo.build(out, Nobody(), messages=400, database=database)
    monkeypatch.setattr(story.office.registry, "_chance", chance)
    (out / "authority.key").write_text("AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33\n")
    return demo.run(story)


def test_the_demo_makes_the_same_log_on_both(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every entry, the root and the signed head are equal, both logs are sound, and both productions verify."""
    file = told(tmp_path / "file", "", monkeypatch)
    base = told(tmp_path / "base", server.database("demo"), monkeypatch)
    with closing(file.office), closing(base.office):
        assert list(file.office.registry.entries()) == list(base.office.registry.entries())
        assert file.office.registry.checkpoint() == base.office.registry.checkpoint()
        assert file.rows == base.rows
        assert (file.verified, base.verified) == (True, True)
        size, faults = ledger.verify(base.office, [file.office.registry.checkpoint()])
        assert (size > 40, faults) == (True, [])
        assert not (base.office.root / office.FILE).exists()
