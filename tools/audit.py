"""`make audit`: known weaknesses of the packages that `uv.lock` names, asked of the advisories that PyPI keeps.

A weakness that is known fails. Advisories that cannot be reached are said to be so and fail nothing: whether a machine
has a network says nothing of the project.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
WAIT: Final = 300
"""Seconds that the advisories may take."""


def locked(folder: Path) -> Path:
    """Every package of uv.lock with its version, as pip writes them; without the project itself."""
    path = folder / "locked.txt"
    whole = ("--all-extras", "--all-groups", "--no-emit-project", "--no-hashes", "--frozen", "--quiet")
    command = [sys.executable, "-m", "uv", "export", *whole, "--directory", str(ROOT), "--output-file", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return path


def asked(listed: Path) -> subprocess.CompletedProcess[str]:
    """What pip-audit says of them; nothing is installed, and only what is listed is looked at."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(listed), "--format", "json"]
    command += ["--disable-pip", "--no-deps", "--progress-spinner", "off"]
    return subprocess.run(command, capture_output=True, text=True, timeout=WAIT, check=False)


def weak(said: str) -> list[str]:
    """Each weakness that is known, in a line; raises ValueError if this is no answer."""
    answer: Any = json.loads(said)
    return [
        f"{one['name']} {one['version']}: {found['id']} (mended in {', '.join(found['fix_versions']) or 'no version'})"
        for one in answer["dependencies"]
        for found in one.get("vulns", ())
    ]


def verdict(said: str, trouble: str) -> tuple[int, list[str]]:
    """How to end, and what to say, of what pip-audit printed and what it complained of."""
    try:
        found = weak(said)
    except (ValueError, KeyError, TypeError):
        why = (trouble.strip().splitlines() or ["no answer"])[-1]
        return 0, [f"audit: the advisories could not be asked, so nothing is known: {why[:200]}"]
    if found:
        return 1, ["audit: known weaknesses:", *(f"  {line}" for line in found)]
    return 0, ["audit: no weakness is known of any package in uv.lock"]


def main() -> int:
    """Ask, and say what was found."""
    with tempfile.TemporaryDirectory() as folder:
        listed = locked(Path(folder))
        try:
            done = asked(listed)
            code, lines = verdict(done.stdout, done.stderr)
        except subprocess.TimeoutExpired:
            code, lines = verdict("", f"no answer within {WAIT} seconds")
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
