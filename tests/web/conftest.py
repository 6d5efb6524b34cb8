"""One office, made once; every test that changes it has a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.web.office import Browser, Clock, desk, make


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("web"))


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A copy of the office without its mail, which has been collected already."""
    return Path(shutil.copytree(made, tmp_path / "office", ignore=shutil.ignore_patterns("stores", "mail")))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def browser(root: Path, clock: Clock) -> Browser:
    return Browser(desk(root, clock))


@pytest.fixture(scope="session")
def reader(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Counsel, who changes nothing; that they looked is written down, so they have an office of their own."""
    signed = Browser(desk(Path(shutil.copytree(made, tmp_path_factory.mktemp("reader") / "office"))))
    signed.sign_in("counsel")
    return signed
