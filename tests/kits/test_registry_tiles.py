"""The log as a folder of tiles: laid out as C2SP says, provable by itself, never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kits.registry_kit import AT, ORIGIN, SIGNER, event, head_of
from tests.kits.stores import Store

from comity.errors import Unreadable
from comity.kernel.ledger import Checkpoint, Note
from comity.registry.check import check_tiles
from comity.registry.port import Registry
from comity.registry.tiles import (
    Tiles,
    TilesFaulty,
    TilesForeign,
    TilesNotWritten,
    bundle,
    checkpoint,
    export,
    tile_path,
    tiles,
    unbundle,
)

KEYS = [SIGNER.key]


@pytest.fixture
def registry(store: Store) -> Registry:
    return store.create()


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        ((0, 0, 256), "tile/0/000"),
        ((1, 999, 256), "tile/1/999"),
        ((2, 1000, 256), "tile/2/x001/000"),
        ((0, 1234067, 256), "tile/0/x001/x234/067"),
        ((0, 273, 112), "tile/0/273.p/112"),
        (("entries", 5, 1), "tile/entries/005.p/1"),
    ],
)
def test_tiles_lie_where_c2sp_puts_them(tile: tuple[int | str, int, int], path: str) -> None:
    """Groups of three digits, an x before all but the last, the width behind a partial one."""
    assert tile_path(*tile) == path


def test_a_tree_of_70_000_has_the_tiles_of_the_specification() -> None:
    """273 full and one of 112 at level 0, one full and one of 17 at level 1, one of 1 at level 2."""
    found = list(tiles(70_000))
    assert len(found) == 277
    assert found[272:] == [(0, 272, 256), (0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert list(tiles(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles(0)) == []


@given(st.lists(st.binary(max_size=600), max_size=256))
def test_a_bundle_is_read_back(leaves: list[bytes]) -> None:
    """And no part of it is taken for a whole."""
    data = bundle(leaves)
    assert unbundle(data) == leaves
    if leaves:
        assert unbundle(data[:-1]) is None or leaves[-1] == b""


def test_other_octets_are_no_bundle() -> None:
    """Half a length, less than the length says, more than 256 leaves."""
    assert unbundle(b"\0") is None
    assert unbundle(b"\0\2a") is None
    assert unbundle(bundle([b""] * 257)) is None


def test_an_exported_log_proves_the_same(registry: Registry, tmp_path: Path) -> None:
    """Root, inclusion and consistency from the tiles alone are the registry's, at several sizes; no fault is found."""
    written = registry.append_all(event(number) for number in range(600))
    head = export(registry, tmp_path / "log")
    there = Tiles(tmp_path / "log", 600)
    assert head == head_of(registry)
    assert checkpoint(tmp_path / "log") == registry.checkpoint()
    assert check_tiles(tmp_path / "log", KEYS) == []
    for size in (1, 255, 256, 257, 511, 600):
        assert there.root(size) == registry.root(size)
        for index in {0, size // 2, size - 1}:
            assert there.inclusion(index, size) == registry.inclusion(index, size)
        assert there.consistency(size, 600) == registry.consistency(size, 600)
    assert there.leaves(2, 88) == [entry.leaf for entry in written[512:]]


def test_tiles_hold_no_payload_and_no_name(registry: Registry, tmp_path: Path) -> None:
    """Of an event they tell kind and moments; without leaves not even those."""
    registry.append(event(1, "M-Murphy"))
    export(registry, tmp_path / "open")
    export(registry, tmp_path / "closed", leaves=False)
    told = b"".join(file.read_bytes() for file in (tmp_path / "open").rglob("*") if file.is_file())
    assert b"filing" in told
    assert b"Murphy" not in told
    assert b"event 1" not in told
    assert not (tmp_path / "closed" / "tile" / "entries").exists()
    assert check_tiles(tmp_path / "closed", KEYS) == []


def test_a_later_export_adds_and_changes_nothing_else(registry: Registry, tmp_path: Path) -> None:
    """Files written before stay as they were, also after an erasure; only the checkpoint is another."""
    folder = tmp_path / "log"

    def contents() -> dict[Path, bytes]:
        return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file() and file.name != "checkpoint"}

    sizes = []
    for count in (0, 100, 156, 300):
        registry.append_all(event(number) for number in range(count))
        before = contents()
        sizes.append(export(registry, folder).size)
        assert before.items() <= contents().items()
        assert check_tiles(folder, KEYS) == []
    registry.erase(7, "why", AT)
    before = contents()
    sizes.append(export(registry, folder).size)
    assert before.items() <= contents().items()
    assert sizes == [0, 100, 256, 556, 557]


def test_a_partial_tile_may_be_dropped_for_the_full_one(registry: Registry, tmp_path: Path) -> None:
    """As the specification allows; what is read at the older size is the same."""
    registry.append_all(event(number) for number in range(300))
    export(registry, tmp_path)
    older = Tiles(tmp_path, 17)
    assert not (tmp_path / tile_path(0, 0, 17)).exists()
    assert older.root(17) == registry.root(17)
    assert older.inclusion(3, 17) == registry.inclusion(3, 17)
    assert older.leaves(0, 17) == [entry.leaf for entry in registry.entries()][:17]


def test_a_folder_of_another_log_is_left_alone(registry: Registry, tmp_path: Path) -> None:
    """A log of another name, another history under the same name, a longer one: none is written into."""
    registry.append_all(event(number) for number in range(5))
    notes = []
    for origin, size, root in (("other.example", 3, registry.root(3)), (ORIGIN, 3, bytes(32)), (ORIGIN, 6, bytes(32))):
        text = Checkpoint(origin, size, root).text
        notes.append(str(Note(text, (SIGNER.key.sign(text, SIGNER.sign),))))
    for note in notes:
        (tmp_path / "checkpoint").write_text(note)
        with pytest.raises(TilesForeign):
            export(registry, tmp_path)
        assert not (tmp_path / "tile").exists()
    (tmp_path / "checkpoint").write_text("hello")
    with pytest.raises(TilesFaulty):
        export(registry, tmp_path)


def test_changed_tiles_get_no_new_checkpoint(registry: Registry, tmp_path: Path) -> None:
    """What does not make up the registry's head is never given its signature."""
    registry.append_all(event(number) for number in range(256))
    export(registry, tmp_path / "log")
    old = (tmp_path / "log" / "checkpoint").read_text()
    (tmp_path / "log" / "tile" / "1" / "000.p" / "1").write_bytes(bytes(32))
    registry.append(event(256))
    with pytest.raises(TilesFaulty):
        export(registry, tmp_path / "log")
    assert (tmp_path / "log" / "checkpoint").read_text() == old


def test_a_folder_that_cannot_be_written_is_said(registry: Registry, tmp_path: Path) -> None:
    """For instance a file where the folder should be."""
    registry.append(event())
    (tmp_path / "log").write_text("a letter")
    with pytest.raises(TilesNotWritten):
        export(registry, tmp_path / "log")
    with pytest.raises(Unreadable):
        check_tiles(tmp_path / "log", KEYS)


@pytest.mark.parametrize(
    ("path", "octets", "expected"),
    [
        ("tile/0/000", bytes(8192), {("tile-changed", "tile/0/000"), ("tile-changed", "tile/1/000.p/1")}),
        ("tile/0/000", b"short", {("tile-changed", "tile/0/000"), ("tile-changed", "tile/1/000.p/1")}),
        ("tile/0/001.p/44", bytes(44 * 32), {("tile-changed", "tile/0/001.p/44"), ("tile-changed", "checkpoint")}),
        ("tile/1/000.p/1", bytes(32), {("tile-changed", "tile/1/000.p/1"), ("tile-changed", "checkpoint")}),
        ("tile/entries/001.p/44", b"\0\1x" * 44, {("tile-changed", "tile/0/001.p/44")}),
        ("tile/entries/001.p/44", b"\0\1", {("tile-changed", "tile/0/001.p/44")}),
        ("tile/entries/000", None, {("tile-missing", "tile/0/000")}),
        ("tile/1/000.p/1", None, {("tile-missing", "tile/1/000.p/1"), ("tile-missing", "checkpoint")}),
        ("checkpoint", b"hello", {("checkpoint-foreign", "checkpoint")}),
    ],
)
def test_a_changed_folder_is_named(
    registry: Registry, tmp_path: Path, path: str, octets: bytes | None, expected: set[tuple[str, str]]
) -> None:
    """Each changed or missing file gives its own faults."""
    registry.append_all(event(number) for number in range(300))
    export(registry, tmp_path / "log")
    assert check_tiles(tmp_path / "log", KEYS) == []
    file = tmp_path / "log" / path
    file.unlink()
    if octets is not None:
        file.write_bytes(octets)
    assert {(fault.name, fault.where) for fault in check_tiles(tmp_path / "log", KEYS)} == expected
