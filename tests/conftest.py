"""What every test may use: the shared material where it lies beside the project, and Hypothesis' settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.kits.stores import Store
    from tests.postgres import Server

ROOT = Path(__file__).parent.parent

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True, print_blob=True)
settings.register_profile("long", parent=settings.get_profile("default"), max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))


def shared(path: str) -> Path:
    """A file or folder of the shared material (`COMITY_SHARED`, or `../shared`); without it the test is skipped."""
    found = Path(os.environ.get("COMITY_SHARED") or ROOT.parent / "shared") / path
    if not found.exists():
        pytest.skip(f"the shared material has no {path} here: set COMITY_SHARED to the folder that holds it")
    return found


@pytest.fixture(name="shared")
def shared_fixture() -> Callable[[str], Path]:
    """`shared(path)` for tests that take it as a fixture."""
    return shared


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real PostgreSQL, begun when the first test asks for it."""
    from tests.postgres import running

    with running() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each place in which a registry can lie, empty: nothing is made in it yet."""
    from tests.kits.stores import PostgresStore, SqliteStore

    if request.param == "sqlite":
        found: Store = SqliteStore(tmp_path / "registry")
    else:
        found = PostgresStore(request.getfixturevalue("server"))
    yield found
    found.close()
