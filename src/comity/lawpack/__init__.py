"""Law packs: read, check, render and compare them. TOML in, `comity.kernel.law` out."""

from comity.lawpack.assume import NotAnAssumption, read_assumption
from comity.lawpack.check import check, try_all
from comity.lawpack.examples import Outcome, reading_for, try_example
from comity.lawpack.read import Example, Pack, Packs, Template, default_folder, read_folder

__all__ = [
    "Example",
    "NotAnAssumption",
    "Outcome",
    "Pack",
    "Packs",
    "Template",
    "check",
    "default_folder",
    "read_assumption",
    "read_folder",
    "reading_for",
    "try_all",
    "try_example",
]
