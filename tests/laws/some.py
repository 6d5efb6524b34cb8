"""A few of the packs that ship, sound without the others: for tests that hang on no particular place's law."""

from __future__ import annotations

import shutil
from pathlib import Path

from comity.lawpack import default_folder

FILES = (
    "terms", "places", "courts", "us/sca-1986", "us/sca-2702", "us/sca-2703-warrant", "us/sca-2703-d-order",
    "us/sca-2703-f", "us/sca-2713", "us/microsoft-ireland", "us/personal-jurisdiction", "eu/gdpr-48-49",
    "xx/foreign-orders",
)  # fmt: skip


def some_packs(folder: Path) -> Path:
    """The heads and those packs, copied to a new folder."""
    for name in FILES:
        path = folder / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(default_folder() / f"{name}.toml", path)
    return folder
