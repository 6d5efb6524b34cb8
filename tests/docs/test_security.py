"""SECURITY.md names tests that are there; the audit fails for what is known and says so where nothing is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tools.audit import verdict

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"`([\w/]+\.py)::(\w+)`")
THREATS = (
    "emergency", "portal", "insider", "Over-production", "typo", "clock", "gag", "session", "disk", "malicious",
    "ledger",
)  # fmt: skip


def rows() -> list[str]:
    table = (ROOT / "SECURITY.md").read_text("utf-8").split("## Threats")[1].split("\n## ")[0]
    return [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| who")]


def test_every_threat_has_a_row_and_every_row_a_test() -> None:
    heads = [row.split("|")[1] for row in rows()]
    assert [threat for threat in THREATS if not any(threat in head for head in heads)] == []
    assert [head for row, head in zip(rows(), heads, strict=True) if not ROW.search(row)] == []
    assert all(row.count("|") == 5 for row in rows())


@pytest.mark.parametrize(("file", "name"), sorted({found.groups() for row in rows() for found in ROW.finditer(row)}))
def test_every_test_that_is_named_is_there(file: str, name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", (ROOT / "tests" / file).read_text("utf-8"), re.MULTILINE)


def test_a_known_weakness_fails_and_silence_is_told() -> None:
    weak = {"name": "old", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
    sound = {"name": "new", "version": "2", "vulns": []}
    assert verdict(json.dumps({"dependencies": [sound]}), "")[0] == 0
    code, lines = verdict(json.dumps({"dependencies": [sound, weak]}), "")
    assert code == 1 and any("old 1: PYSEC-1 (mended in 2)" in line for line in lines)
    for said in ("", "<html>", "[]", "{}"):
        code, lines = verdict(said, "ConnectionError: no network")
        assert code == 0 and "could not be asked" in lines[0] and "no network" in lines[0]
