"""The registry is killed between any two steps: what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from comity.registry import keys
from comity.registry.check import check
from comity.registry.port import NewEntry, NoRegistry
from comity.registry.sqlite import SqliteRegistry, create

ORIGIN = "ledger.example/office"
SEED = b"an office's key, 32 octets long."
SIGNER = keys.signer(ORIGIN, SEED)
AT = datetime(2016, 7, 14, tzinfo=UTC)
ROUNDS = 25
LARGEST_ACT = 4  # events in the largest batch the clerk writes

CLERK = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from comity.registry import keys
from comity.registry.port import NewEntry
from comity.registry.sqlite import SqliteRegistry

at = datetime(2016, 7, 14, tzinfo=UTC)
registry = SqliteRegistry(Path(sys.argv[1]), keys.signer(sys.argv[2], sys.argv[3].encode()))
number = registry.size()
while True:
    new = [NewEntry(f"M-{number % 7}", "filing", at, at, b"x" * (number * 997 % 9000)) for _ in range(number % 4 + 1)]
    for entry in registry.append_all(new):
        print("written", entry.index, flush=True)
    if number % 5 == 0:
        print("erasing", entry.index, flush=True)
        said = registry.erase(entry.index, "why", at)
        print("erased", entry.index, flush=True)
        print("written", said.index, flush=True)
    number += 1
"""


def run_and_kill(path: Path, after: float) -> list[tuple[str, int]]:
    """Let a clerk write for a while, kill it without warning, and give what it had acknowledged."""
    command = [sys.executable, "-c", CLERK, str(path), ORIGIN, SEED.decode()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as clerk:
        assert clerk.stdout
        first = clerk.stdout.readline()
        time.sleep(after)
        clerk.send_signal(signal.SIGKILL)
        rest = clerk.stdout.read()
    assert clerk.returncode == -signal.SIGKILL
    # The last line may be cut off in the middle; then it was not said.
    lines = [line.split() for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
    return [(verb, int(index)) for verb, index in lines]


def test_a_killed_clerk_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    """Killed at 25 random moments; each time the registry opens and the check finds nothing.

    Every event said to be written is there, every payload said to be erased is gone and no other is, and of what was
    not said at most the one act under way is there, whole.
    """
    path, chance = tmp_path / "registry", random.Random(20160714)
    create(path, SIGNER).close()
    held = []
    for _ in range(ROUNDS):
        said = run_and_kill(path, chance.uniform(0, 0.06))
        with closing(SqliteRegistry(path, SIGNER)) as registry:
            size = registry.size()
            assert check(registry, [SIGNER.key], held) == []
            held.append(registry.checkpoint())
            written, erasing, erased = (
                {index for verb, index in said if verb == wanted} for wanted in ("written", "erasing", "erased")
            )
            last = max(written)
            assert last < size <= last + 1 + LARGEST_ACT
            gone = {entry.index for entry in registry.entries(start=min(written)) if entry.payload is None}
            assert erased <= gone <= erasing
            registry.append(NewEntry("M-0", "filing", AT, AT, b"after the crash"))


def test_a_registry_killed_while_it_is_made_can_be_made(tmp_path: Path) -> None:
    """Whatever was left behind, making it again gives a sound and empty registry, or says that it is already there."""
    program = (
        "import sys; from pathlib import Path; from comity.registry import keys, sqlite;"
        "print('now', flush=True);"
        "sqlite.create(Path(sys.argv[1]), keys.signer(sys.argv[2], sys.argv[3].encode()))"
    )
    chance = random.Random(7)
    for number in range(12):
        path = tmp_path / f"registry-{number}"
        with subprocess.Popen(
            [sys.executable, "-c", program, str(path), ORIGIN, SEED.decode()], stdout=subprocess.PIPE, text=True
        ) as maker:
            assert maker.stdout
            maker.stdout.readline()
            time.sleep(chance.uniform(0, 0.006))
            maker.kill()
        with closing(opened_or_made(path)) as registry:
            assert registry.append(NewEntry("M-0", "filing", AT, AT, b"")).index == 0
            assert check(registry, [SIGNER.key]) == []


def opened_or_made(path: Path) -> SqliteRegistry:
    try:
        return SqliteRegistry(path, SIGNER)
    except NoRegistry:
        return create(path, SIGNER)
