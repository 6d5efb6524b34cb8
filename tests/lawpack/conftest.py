"""`load`: write a folder of packs and read it."""

import pytest
from tests.lawpack.texts import COURTS, PACK, PLACES, TERMS

from comity.lawpack import read_folder


@pytest.fixture
def load(tmp_path):
    """Write a folder of packs and read it; what is not given is sound."""

    def written(pack=PACK, *, terms=TERMS, places=PLACES, courts=COURTS, **more):
        files = {"terms": terms, "places": places, "courts": courts, "us/act": pack, **more}
        for name, text in files.items():
            path = tmp_path / f"{name}.toml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_folder(tmp_path)

    return written
