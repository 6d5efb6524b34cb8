"""One office, made once; every test that changes it has a copy, and the law is read once for all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.web.office import Browser, Clock, desk, make

from comity.desk import office


@pytest.fixture(scope="session", autouse=True)
def law_is_read_once() -> Iterator[None]:
    plain = office.load_packs
    office.load_packs = cache(plain)
    yield
    office.load_packs = plain


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
def reader(made: Path) -> Browser:
    """Counsel, who looks and changes nothing."""
    signed = Browser(desk(made))
    signed.sign_in("counsel")
    return signed
