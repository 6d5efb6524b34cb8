"""Classes put together beforehand answer as all of them would, wherever they can; elsewhere all are read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exposure.test_changes import DAYS
from tests.exposure.world import estates, packs, rows, swept, written

from comity.desk.exposure.about import Posed
from comity.desk.exposure.kept import differ
from comity.exposure import classes as tables
from comity.exposure.classes import ALL, fold, put_together
from comity.exposure.cube import NotACube, load, save


@pytest.fixture(autouse=True)
def always_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few classes there are."""
    monkeypatch.setattr(tables, "FEWER", 0)


def cut(draw, values):
    """Buckets of a column's values, at random: each value's is the first that has its label."""
    first: dict[int, int] = {}
    labels = [draw(st.integers(0, 2)) for _ in values]
    return tuple(first.setdefault(label, at) for at, label in enumerate(labels))


@settings(max_examples=25, deadline=None)
@given(estate=estates(), accounts=rows(30), data=st.data())
def test_it_folds_as_all_classes_do(estate, accounts, data):
    """Any buckets, whether those beforehand follow them or not."""
    with TemporaryDirectory() as name, swept(estate, [written(Path(name), accounts)]) as cube:
        plain = replace(cube.classes, coarse=())
        wanted = [cut(data.draw, values) for values in plain.values]
        finer = [cut(data.draw, values) for values in plain.values]
        for beforehand in (finer, [_both(*pair) for pair in zip(wanted, finer, strict=True)]):
            assert fold(put_together(plain, tuple(beforehand)), wanted) == fold(plain, wanted)


def _both(one, other):
    first: dict[tuple[int, int], int] = {}
    return tuple(first.setdefault(pair, at) for at, pair in enumerate(zip(one, other, strict=True)))


@settings(max_examples=10, deadline=None)
@given(estate=estates(), other=estates(), accounts=rows(20), on=DAYS)
def test_a_what_if_from_the_coarse_ones_is_that_from_all(estate, other, accounts, on):
    """The same moves, with the same specimens; on the cube's own estate without reading all classes."""
    with TemporaryDirectory() as name:
        with swept(estate, [written(Path(name), accounts)]) as cube:
            save(cube, Path(name) / "cube")
        with Reading(Path(name) / "cube") as (old, read):
            for asked in (None, other):
                found = differ(old, packs(), Posed(on), asked)
                assert asked is not None or not read, "no law of the packs tells more apart"
                whole = replace(old, classes=replace(old.classes, coarse=()))
                assert differ(whole, packs(), Posed(on), asked).moves == found.moves
                read.clear()


class Reading:
    """A cube loaded from a file, and whether all its classes were read."""

    def __init__(self, path: Path) -> None:
        self.path, self.read = path, []

    def __enter__(self):
        from comity.exposure.accounts import engine

        self.engine = engine()
        cube = load(self.engine.__enter__(), self.path)
        tables = cube.classes.tables
        ready = tables.ready

        def told(table: str) -> None:
            if table == ALL:
                self.read.append(True)
            ready(table)

        tables.ready = told
        return cube, self.read

    def __exit__(self, *error) -> None:
        self.engine.__exit__(*error)


@settings(max_examples=3, deadline=None)
@given(estate=estates(), accounts=rows(8).filter(bool))
def test_an_altered_table_is_refused(estate, accounts):
    """Whichever of the two was altered."""
    import zipfile

    with TemporaryDirectory() as name:
        path, other = Path(name) / "cube", Path(name) / "other"
        with swept(estate, [written(Path(name), accounts)]) as cube:
            save(cube, path)
        with zipfile.ZipFile(path) as file:
            parts, said = {one: file.read(one) for one in file.namelist()}, file.comment
        for altered in set(parts) - {"cube.json"}:
            with zipfile.ZipFile(other, "w") as file:
                file.comment = said
                for one, octets in parts.items():
                    file.writestr(one, octets[:-1] + b"?" if one == altered else octets)
            with pytest.raises(NotACube, match="digest"), Reading(other):
                pass
