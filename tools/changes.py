"""`make changes`: every verdict that the packs flip against their last edition, as the history of this clone has it.

The last edition is the newest commit whose `comity_laws.VERSION` is another than today's. A clone without history has
none to compare with, and says so.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import comity_laws

ROOT: Final = Path(__file__).resolve().parent.parent
PACKS: Final = "src/comity_laws"
EDITION: Final = re.compile(r'^VERSION = "([^"]+)"', re.MULTILINE)


def git(*words: str) -> bytes:
    """What git answers; nothing where it cannot."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True).stdout


def last_edition() -> tuple[str, str] | None:
    """The commit that carried the last edition, and its number."""
    for commit in git("log", "--format=%H", "--", PACKS).decode().split():
        found = EDITION.search(git("show", f"{commit}:{PACKS}/__init__.py").decode())
        if found and found[1] != comity_laws.VERSION:
            return commit, found[1]
    return None


def main() -> int:
    """Unpack the last edition beside today's and compare them."""
    edition = last_edition()
    if edition is None:
        print(f"law changes: {comity_laws.VERSION} is the first edition that this clone knows of")
        return 0
    commit, version = edition
    print(f"law changes: from {version} to {comity_laws.VERSION}", flush=True)
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(git("archive", commit, PACKS))) as packed:
            packed.extractall(folder, filter="data")
        verb = [sys.executable, "-m", "comity", "law", "compare", f"{folder}/{PACKS}", str(ROOT / PACKS)]
        return subprocess.run([*verb, "--brief"]).returncode


if __name__ == "__main__":
    sys.exit(main())
