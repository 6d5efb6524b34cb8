"""A cluster that speaks Spark Connect: a real server in a process of its own, reached with nothing but its address."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from tests.exposure.test_unreached import ESTATE

COMITY = (sys.executable, "-m", "comity", "exposure")
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


@pytest.fixture
def cluster(tmp_path) -> Iterator[str]:
    """Its address."""
    pyspark = pytest.importorskip("pyspark")
    pytest.importorskip("grpc")
    if not shutil.which("java"):
        pytest.skip("there is no Java: install Debian's openjdk-17-jre-headless")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = Path(pyspark.__file__).parent
    settings = {"ui.enabled": "false", "connect.grpc.binding.address": "127.0.0.1", "connect.grpc.binding.port": port}
    said = [word for key, value in settings.items() for word in ("--conf", f"spark.{key}={value}")]
    command = [str(home / "bin/spark-submit"), "--master", "local[2]", "--class", SERVER, *said, "spark-internal"]
    with (tmp_path / "server.txt").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "SPARK_HOME": str(home)})
    try:
        assert _answers(port, running), (tmp_path / "server.txt").read_text()[-2000:]
        yield f"sc://127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait()


def _answers(port: int, running: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + 120
    while time.monotonic() < until and running.poll() is None:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.2)
    return False


def test_a_run_through_spark_connect_gives_the_same_cube_and_writes_verdicts_there(cluster, tmp_path):
    """`SPARK_REMOTE` alone says where; Java is not looked for."""
    (tmp_path / "estate.toml").write_text(ESTATE)
    cells = "i || '@larch.example' AS address, 'quincy' AS store, ['US', 'IE', NULL][1 + i % 3] AS nationality"
    duckdb.sql(f"COPY (SELECT {cells} FROM range(1000) t (i)) TO '{tmp_path}/a.parquet' (FORMAT parquet)")
    there = ("--engine", "spark", "--accounts", str(tmp_path / "a.parquet"))
    without_java = {key: value for key, value in os.environ.items() if key not in ("JAVA_HOME", "PATH")}
    told = {}
    for name, words in {
        "here": ("run", "--accounts", "a.parquet", "--out", "here.cube"),
        "there": ("run", *there, "--out", "there.cube"),
        "apply": ("apply", "there.cube", *there, "--place", "US", "--category", "content", "--out", "verdicts"),
    }.items():
        env = {**without_java, "SPARK_REMOTE": cluster, "HOME": str(tmp_path)}
        made = [str(tmp_path / word) if word == "verdicts" else word for word in words]
        told[name] = subprocess.run([*COMITY, *made], cwd=tmp_path, env=env, capture_output=True, text=True)
        assert told[name].returncode == 0, told[name].stderr
    assert (tmp_path / "here.cube").read_bytes() == (tmp_path / "there.cube").read_bytes()
    assert "1,000 accounts written" in told["apply"].stdout
    assert len(duckdb.sql(f"FROM read_parquet('{tmp_path}/verdicts/*.parquet')").fetchall()) == 1000
