"""Every named fault of a law pack has one small bad file, and that file yields exactly that fault, on its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.laws.some import some_packs

from comity.lawpack import check, read_folder
from comity.lawpack.faults import NAMES

BAD = Path(__file__).parent / "bad"
HEADS = {"court-cycle": "courts.toml"}
"""Faults that can only stand in a file of the heads, and which."""


def test_every_named_fault_has_a_bad_file() -> None:
    """The list of names and the folder of bad files are the same."""
    assert {path.stem for path in BAD.glob("*.toml")} == set(NAMES)


@pytest.fixture(scope="session")
def some(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The heads and a few real packs: what is wrong with one pack does not hang on how many others there are."""
    return some_packs(tmp_path_factory.mktemp("some") / "laws")


def test_some_of_the_real_packs_are_sound_alone(some: Path) -> None:
    """So that whatever is found beside them is the bad pack's."""
    assert check(read_folder(some)) == ()


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(HEADS)))
def test_a_bad_pack_beside_real_ones_yields_its_fault_and_no_other(name: str, some: Path) -> None:
    """The fault is named, stands on the line that is marked, and says what is wrong and how to mend it."""
    bad = BAD / f"{name}.toml"
    faults = check(read_folder(some, (bad,)))
    assert [(fault.name, fault.where) for fault in faults] == [(name, f"{name}.toml:{line}") for line in _marked(bad)]
    assert all(fault.what and fault.remedy for fault in faults)


@pytest.mark.parametrize("name", sorted(HEADS))
def test_a_bad_head_yields_its_fault_and_no_other(name: str, some: Path, tmp_path: Path) -> None:
    """A fault of terms, places or courts is found at its line of that file."""
    laws = shutil.copytree(some, tmp_path / "laws")
    head = laws / HEADS[name]
    above = head.read_text("utf-8")
    head.write_text(above + (BAD / f"{name}.toml").read_text("utf-8"), "utf-8")
    lines = [above.count("\n") + line for line in _marked(BAD / f"{name}.toml")]
    assert [(f.name, f.where) for f in check(read_folder(laws))] == [(name, f"{HEADS[name]}:{n}") for n in lines]


def _marked(path: Path) -> list[int]:
    """The lines marked `# fault`."""
    lines = path.read_text("utf-8").split("\n")
    return [number for number, line in enumerate(lines, 1) if line.endswith("# fault")]
