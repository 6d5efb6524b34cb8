"""The API does what its description says, whatever it is sent: schemathesis with all its checks, on a live office."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.kits.schema_kit import Face, complaints
from tests.web.office import MATTER, Clock, desk

from comity.web.app import application
from comity.web.serve import handlers
from comity.web.tokens import make_token

WIDE = "\n[limits]\nrequests = 1000000\naddress = 1000000\n\n[api]\ndecide = true\n"


@pytest.fixture(scope="module")
def office(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the office with its mail, in which anything may be done and nobody is braked."""
    root = Path(shutil.copytree(made, tmp_path_factory.mktemp("schema") / "office"))
    settings = root / "office.toml"
    settings.write_text(settings.read_text() + WIDE)
    return root


def face(root: Path, person: str, **given: str) -> Face:
    web = desk(root, Clock())
    with web.house.opened() as office:
        token, _ = make_token(office, person, web.now())
    app = application(web, ["localhost", "testserver"], handlers())
    return Face(app, "/api/openapi.json", {"Authorization": f"Bearer {token}"}, given)


@pytest.mark.parametrize(
    ("person", "given"), [("counsel", {}), ("second.approver", {"name": MATTER})], ids=["any", "of a matter"]
)
def test_schemathesis_finds_nothing(office: Path, person: str, given: dict[str, str]) -> None:
    found = complaints(face(office, person, **given))
    assert not found, "\n".join(sorted(found))
