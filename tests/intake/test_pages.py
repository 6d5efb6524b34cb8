"""The published schema and the pages about demands say what the code does."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from comity.intake import apart, pdf
from comity.intake.document import MOST_BYTES
from comity.intake.form import read_demand
from comity.intake.keys import DEMAND, PAPER, SCOPE, schema_text
from comity.intake.known import Known
from comity.intake.warrant import MOST_CHARACTERS

DOCS = Path(__file__).parents[2] / "docs"
FORMAT = (DOCS / "formats" / "demand.md").read_text("utf-8")
SCHEMA = json.loads(schema_text())


def test_the_published_schema_is_the_one_of_the_code() -> None:
    """Whoever changes a key publishes the schema again: `schema_text()` is the file."""
    assert (files("comity.intake") / "demand.schema.json").read_text("utf-8") == schema_text()


def test_the_example_of_the_format_is_a_demand(known: Known) -> None:
    """What the page shows can be copied."""
    (example,) = re.findall(r"```toml\n(.*?)```", FORMAT, re.DOTALL)
    demand, faults = read_demand(example.encode(), "toml", known)
    assert faults == []
    assert demand is not None


@pytest.mark.parametrize(("table", "keys"), [("demand", DEMAND), ("scope", SCOPE), ("paper", PAPER)])
def test_every_key_is_on_the_page_and_in_the_schema(table: str, keys: tuple[Any, ...]) -> None:
    """Name, whether it must be there, and meaning, as the reader's own table has them."""
    shape = SCHEMA["properties"][table]
    shape = shape.get("items", shape)
    assert list(shape["properties"]) == [key.name for key in keys]
    assert shape["required"] == [key.name for key in keys if key.needed]
    for key in keys:
        assert f"| `{key.name}` | {'yes' if key.needed else ''} | {key.meaning}" in FORMAT
        assert all(code in FORMAT for code in key.codes)


def fits(value: object, shape: dict[str, Any]) -> bool:
    """Whether a value fits a schema, as far as this schema goes."""
    if "enum" in shape:
        return value in shape["enum"]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool}
    if "type" in shape and isinstance(shape["type"], str) and not isinstance(value, kinds[shape["type"]]):
        return False
    if isinstance(value, dict):
        known, extra = shape.get("properties", {}), shape.get("additionalProperties", True)
        inner = all(fits(part, known[key]) for key, part in value.items() if key in known)
        return (
            inner and set(shape.get("required", ())) <= set(value) and (extra is not False or set(value) <= set(known))
        )
    if isinstance(value, list):
        return all(fits(part, shape["items"]) for part in value)
    return bool(re.search(shape.get("pattern", ""), str(value)))


def test_the_schema_takes_the_example_and_refuses_what_the_reader_refuses(known: Known) -> None:
    """A missing key, an unknown one, a code that is none, a number: the schema says no, and so does the reader."""
    row = {
        "demand": {
            "id": "a", "place": "US", "instrument": "us-sca-warrant", "court": "us-nysd", "channel": "hand",
            "served_entity": "meridian-corp", "served": "2013-12-04T22:00:00Z",
        },
        "scope": {"accounts": ["owen.ardmore@meridian.example"], "categories": ["content"]},
    }  # fmt: skip
    assert fits(row, SCHEMA)
    assert read_demand(json.dumps(row).encode(), "json", known)[1] == []
    for table, key, value in (
        ("demand", "place", None), ("demand", "plaice", "US"), ("demand", "channel", "e-mail"),
        ("demand", "id", "../a"), ("demand", "emergency", "yes"), ("scope", "categories", ["contents"]),
        ("scope", "accounts", "owen"),
    ):  # fmt: skip
        bad = {**row, table: {**row[table], key: value}}
        if value is None:
            del bad[table][key]
        assert not fits(bad, SCHEMA), key
        assert read_demand(json.dumps(bad).encode(), "json", known)[0] is None


def test_the_limits_on_the_pages_are_those_of_the_code() -> None:
    """A limit is told where it can be looked up."""
    room = (DOCS / "rooms" / "intake.md").read_text("utf-8")
    assert f"at most {MOST_BYTES >> 20} MiB" in FORMAT
    told = f"{apart.MOST_BYTES >> 20} MiB, {pdf.MOST_PAGES:,} pages, {pdf.MOST_CHARACTERS >> 20} MiB of text"
    assert f"{told}, {apart.MOST_MEBIBYTES >> 10} GiB of memory, {apart.MOST_SECONDS} seconds" in room
    assert pdf.MOST_CHARACTERS == MOST_CHARACTERS
