"""The project's law packs, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.kernel.law import Law
from comity.lawpack import Packs, read_folder

LAWS = Path(__file__).parents[2] / "src" / "comity_laws"


@pytest.fixture(scope="session")
def packs() -> Packs:
    """Every pack, with its words and courts."""
    return read_folder(LAWS)


@pytest.fixture(scope="session")
def law(packs: Packs) -> Law:
    """The law in the packs."""
    return packs.law
