"""The registry is killed between any two steps: what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime

from tests.kits.stores import Store

from comity.registry import keys, place
from comity.registry.check import check
from comity.registry.port import NewEntry, NoRegistry
from comity.registry.sql import SqlRegistry

ORIGIN = "ledger.example/office"
SEED = b"an office's key, 32 octets long."
SIGNER = keys.signer(ORIGIN, SEED)
AT = datetime(2016, 7, 14, tzinfo=UTC)
ROUNDS = {"SqliteStore": 25, "PostgresStore": 6}
LARGEST_ACT = 4  # events in the largest batch the clerk writes

CLERK = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from comity.registry import keys, place
from comity.registry.port import NewEntry

at = datetime(2016, 7, 14, tzinfo=UTC)
where = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
registry = place.opened(where, keys.signer(sys.argv[2], sys.argv[3].encode()))
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


def clerk(store: Store) -> subprocess.Popen[str]:
    """A process that writes and erases until it is killed, and says what was acknowledged."""
    command = [sys.executable, "-c", CLERK, str(store.where), ORIGIN, SEED.decode()]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def run_and_kill(store: Store, after: float) -> list[tuple[str, int]]:
    """Let a clerk write for a while, kill it without warning, and give what it had acknowledged."""
    with clerk(store) as writing:
        assert writing.stdout
        first = writing.stdout.readline()
        time.sleep(after)
        writing.send_signal(signal.SIGKILL)
        rest = writing.stdout.read()
    assert writing.returncode == -signal.SIGKILL
    # The last line may be cut off in the middle; then it was not said.
    lines = [line.split() for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
    return [(verb, int(index)) for verb, index in lines]


def test_a_killed_clerk_loses_nothing_it_acknowledged(store: Store) -> None:
    """Killed at random moments; each time the registry opens and the check finds nothing.

    Every event said to be written is there, every payload said to be erased is gone and no other is, and of what was
    not said at most the one act under way is there, whole.
    """
    chance = random.Random(20160714)
    store.create(SIGNER).close()
    held = []
    for _ in range(ROUNDS[type(store).__name__]):
        said = run_and_kill(store, chance.uniform(0, 0.06))
        store.settle()
        with closing(store.open(SIGNER)) as registry:
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


def test_two_processes_that_write_at_once_make_one_log(store: Store) -> None:
    """Until one of them is killed, and on: no entry is said to be written by both, and the check finds nothing."""
    store.create(SIGNER).close()
    with clerk(store) as one, clerk(store) as two:
        assert one.stdout
        assert two.stdout
        said = {name: [clerk.stdout.readline() for _ in range(20)] for name, clerk in (("one", one), ("two", two))}
        one.kill()
        said["one"] += one.stdout.readlines()
        said["two"] += [two.stdout.readline() for _ in range(20)]
        two.kill()
        said["two"] += two.stdout.readlines()
    store.settle()
    written = [
        {int(line.split()[1]) for line in lines if line.startswith("written") and line.endswith("\n")}
        for lines in said.values()
    ]
    with closing(store.open(SIGNER)) as registry:
        assert not written[0] & written[1]
        assert min(map(len, written)) > 10
        assert max(*written[0], *written[1]) < registry.size()
        assert check(registry, [SIGNER.key]) == []


def test_a_registry_killed_while_it_is_made_can_be_made(store: Store) -> None:
    """Whatever was left behind, making it again gives a sound and empty registry, or says that it is already there."""
    program = (
        "import sys; from pathlib import Path; from comity.registry import keys, place;"
        'where = place.tables() and sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1]);'
        "print('now', flush=True);"
        "place.create(where, keys.signer(sys.argv[2], sys.argv[3].encode()))"
    )
    chance, longest = random.Random(7), {"SqliteStore": 0.006, "PostgresStore": 0.15}[type(store).__name__]
    for _ in range(ROUNDS[type(store).__name__] // 2):
        store.wipe()
        with subprocess.Popen(
            [sys.executable, "-c", program, str(store.where), ORIGIN, SEED.decode()], stdout=subprocess.PIPE, text=True
        ) as maker:
            assert maker.stdout
            maker.stdout.readline()
            time.sleep(chance.uniform(0, longest))
            maker.kill()
        store.settle()
        with closing(opened_or_made(store)) as registry:
            assert registry.append(NewEntry("M-0", "filing", AT, AT, b"")).index == 0
            assert check(registry, [SIGNER.key]) == []


def opened_or_made(store: Store) -> SqlRegistry:
    try:
        return place.opened(store.where, SIGNER)
    except NoRegistry:
        return place.create(store.where, SIGNER)
