"""One office for all tests of intake: the declared words and the courts of the law packs, an invented provider."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from comity.intake.known import Known
from comity.kernel.words import Term, Vocabulary

OWEN = "owen.ardmore@meridian.example"
DANA = "dana.whitlock@meridian.example"


def office() -> Known:
    """What the office knows: two accounts that are here, one of which nobody can tell, all others not here."""
    laws = {
        name: tomllib.loads((files("comity_laws") / f"{name}.toml").read_text("utf-8")) for name in ("terms", "courts")
    }
    terms = {
        row["name"]: Term(row["name"], row["kind"], row["meaning"], row["unknown"], tuple(row.get("codes", ())))
        for row in laws["terms"]["term"]
    }
    here = {OWEN: True, DANA: True, "nobody.knows@meridian.example": None}
    return Known(
        Vocabulary(terms, frozenset()),
        frozenset(terms["demand.instrument"].codes),
        {row["id"]: row["name"] for row in laws["courts"]["court"] if not row.get("legislature")},
        {"meridian-corp": "Meridian Corp.", "meridian-ireland": "Meridian Ireland Operations Ltd"},
        lambda address: here.get(address, False),
        frozenset({"dublin-1", "quincy-1"}),
    )


@pytest.fixture(scope="session")
def known() -> Known:
    """The office."""
    return office()
