"""A real disk that is full, a real process that is stopped, a real table with too many classes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from bench.accounts import estate as larch
from tests.exposure.test_unreached import ESTATE
from tests.exposure.world import COLUMNS, ON, packs

from comity.desk.exposure.about import Posed
from comity.desk.exposure.kept import report
from comity.desk.exposure.run import run
from comity.exposure.accounts import engine, opened
from comity.exposure.classes import MANY
from comity.exposure.columns import countries

COMITY = (sys.executable, "-m", "comity", "exposure", "run", "--accounts", "a.parquet", "--out", "cube")


@pytest.fixture
def folder(tmp_path) -> Path:
    """An estate and nearly four million accounts: keeping them takes long enough to be interrupted."""
    (tmp_path / "estate.toml").write_text(ESTATE)
    cells = "md5(i::VARCHAR) || '@larch.example' AS address, 'quincy' AS store, ['US', 'IE'][1 + i % 2] AS nationality"
    duckdb.sql(f"COPY (SELECT {cells} FROM range(3900000) t (i)) TO '{tmp_path}/a.parquet' (FORMAT parquet)")
    return tmp_path


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_process_that_is_stopped_while_it_writes_leaves_what_was_there(folder, stop):
    """By hand, by the system, or killed: the old file stays; only a kill leaves what was begun, under another name."""
    (folder / "kept").write_text("what was there before")
    running = subprocess.Popen([*COMITY, "--keep", "kept"], cwd=folder, stderr=subprocess.PIPE, text=True)
    while running.poll() is None and not any(path.stat().st_size for path in folder.glob(".kept-*")):
        time.sleep(0.001)
    running.send_signal(stop)
    _, told = running.communicate(timeout=60)
    assert (folder / "kept").read_text() == "what was there before"
    left = [path.name for path in folder.iterdir() if path.name.startswith(".")]
    if stop == signal.SIGKILL:
        assert running.returncode == -signal.SIGKILL
        assert [name[:6] for name in left] == [".kept-"]
    else:
        assert (running.returncode, left) == (130, []), told
        assert told.startswith("error: interrupted: each file is there whole, or as it was before")


@pytest.fixture
def small(tmp_path) -> Iterator[Path]:
    """A file system of half a megabyte."""
    there = tmp_path / "small"
    there.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(there)]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a small file system")
    yield there
    subprocess.run(["umount", str(there)], check=True)


def test_a_disk_that_is_really_full_is_said_plainly(folder, small):
    """The cube may fit and the kept accounts not: then the cube is there, and of them nothing but what was before."""
    (small / "kept").write_text("what was there before")
    done = subprocess.run([*COMITY[:-1], small / "cube", "--keep", small / "kept"], cwd=folder, capture_output=True)
    told = " ".join(done.stderr.decode().split())
    assert done.returncode == 3
    assert "the disk is full; what stood there before is untouched" in told
    assert (small / "kept").read_text() == "what was there before"
    assert sorted(path.name for path in small.iterdir()) == ["cube", "kept"]


def test_a_disk_without_room_for_the_cube_keeps_the_old_one(folder, small):
    """Not even that fits."""
    old = b"0" * 500_000
    (small / "cube").write_bytes(old)
    done = subprocess.run([*COMITY[:-1], small / "cube"], cwd=folder, capture_output=True)
    assert (done.returncode, b"the disk is full" in b" ".join(done.stderr.split())) == (3, True)
    assert (small / "cube").read_bytes() == old


def test_more_than_a_million_classes_are_decided_and_the_column_that_makes_them_is_named(tmp_path):
    """Countries by countries by kinds and truths: the warning names one of the two columns of countries."""
    names = ", ".join(f"'{code}'" for code in sorted(countries()))
    size, number = len(countries()), MANY + 200_000
    sql = (
        f"SELECT i AS address, ['dublin-1', 'us-east', 'tokyo'][1 + i % 3] AS store, [{names}][1 + i // 3 % {size}] AS "
        f"customer_place, [{names}][1 + i // {3 * size} % {size}] AS nationality, ['person', 'business', "
        f"'public-body', 'privileged'][1 + i // {3 * size * size} % 4] AS kind, i // {12 * size * size} % 2 = 0 "
        f"AS consents, i // {24 * size * size} % 2 AS over_180_days FROM range({number}) t (i)"
    )
    duckdb.sql(f"COPY ({sql}) TO '{tmp_path}/a.parquet' (FORMAT parquet)")
    with engine() as con, opened(con, [tmp_path / "a.parquet"]) as accounts:
        assert tuple(accounts.columns) == COLUMNS
        found = run(con, larch(), packs(), accounts, Posed(ON))
        told = report(found)
    assert (told["classes"], told["accounts"]) == (number, number)
    assert told["warning"].startswith(f"{number:,} classes of accounts: the column `")
    assert told["warning"].split("`")[1] in ("customer_place", "nationality")
