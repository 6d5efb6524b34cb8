"""`comity agency`, `filing` and `registration` as typed, on an office with one registration and one filing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from comity.cli import rooms
from comity.cli.common import app
from comity.desk import office
from comity.desk.counter import Applicant, Counter
from comity.desk.trays import inward
from comity.errors import ComityError

NUMBER = "+353 1 555 0100"


@pytest.fixture
def typed(tmp_path: Path) -> Callable[..., str]:
    """Type a verb; gives what it printed, or raises what it refused with."""
    rooms.load()
    office.init(tmp_path / "office", "Example Mail", "ledger.example.com/comity", "ie").close()

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--office", str(tmp_path / "office")])
        if isinstance(done.exception, ComityError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    run.root = tmp_path / "office"  # type: ignore[attr-defined]
    run("agency", "add", "garda", "--name", "Garda", "--place", "IE", "--kind", "police", "--by", "counsel")
    run("agency", "contact", "garda", "telephone", NUMBER, "--source", "their site", "--by", "counsel")
    return run


def filed(root: Path) -> tuple[str, str]:
    """One registration, and one filing of theirs, laid in the tray as the portal does."""
    counter = Counter.at(root)
    at = datetime.now(UTC)
    counter.register("p-1", Applicant("Anna", "anna@garda.example", "garda"), at)
    tables = {"demand": {"place": "IE", "instrument": "ie-search-warrant", "court": "ie-dc", "issuer": "judge",
                         "served_entity": "ie", "served": at.isoformat(), "channel": "portal"},
              "scope": {"accounts": ["a@example.com"], "categories": ["subscriber"]}}  # fmt: skip
    sheet = {"at": at.isoformat(), "person": "p-1", "agency": "garda", "narrative": "", "emergency": True}
    inward(root).lay("filings", "f-1", {**sheet, "tables": tables})
    return "p-1", "f-1"


def test_the_directory_is_kept_and_listed(typed: Callable[..., str]) -> None:
    assert NUMBER in typed("agency", "list")
    [one] = json.loads(typed("agency", "list", "--json"))
    assert (one["id"], one["contacts"][0]["value"], one["contacts"][0]["until"]) == ("garda", NUMBER, None)
    typed("agency", "strike", "garda", NUMBER, "--by", "counsel")
    assert json.loads(typed("agency", "list", "--json"))[0]["contacts"][0]["until"]
    with pytest.raises(ComityError, match="may not keep the directory"):
        typed("agency", "strike", "garda", NUMBER, "--by", "clerk")


def test_two_people_admit(typed: Callable[..., str]) -> None:
    person, _ = filed(typed.root)  # type: ignore[attr-defined]
    assert "Anna" in typed("registration", "list") and "garda.example" in typed("registration", "list")
    assert "needs another's approval" in typed("registration", "approve", person, "--by", "clerk")
    with pytest.raises(ComityError, match="approved this registration already"):
        typed("registration", "approve", person, "--by", "clerk")
    assert "admitted" in typed("registration", "approve", person, "--by", "counsel")
    assert json.loads(typed("registration", "list", "--json"))[0]["approved"] == ["clerk", "counsel"]
    assert "is not admitted" in typed("registration", "decline", person, "--by", "counsel"), "who was let in is put out"
    with pytest.raises(ComityError, match="nobody waits"):
        typed("registration", "decline", person, "--by", "counsel")


def test_what_was_filed_is_taken_or_returned(typed: Callable[..., str]) -> None:
    root: Path = typed.root  # type: ignore[attr-defined]
    _, id = filed(root)
    assert "EMERGENCY" in typed("filing", "list")
    with pytest.raises(ComityError):
        typed("filing", "take", id, "--by", "clerk")
    (root / "accounts.csv").write_text(
        "address,store,customer_place,nationality,kind,service\na@example.com,dublin-mail,IE,IE,person,mail\n"
    )
    typed("filing", "ask", id, "Which case?", "--by", "clerk")
    with pytest.raises(ComityError, match="is no matter yet"):
        typed("filing", "hand", id, "--by", "clerk")
    assert json.loads(typed("filing", "take", id, "--by", "clerk", "--json"))["matter"] == "M-0001"
    assert json.loads(typed("filing", "list", "--json"))[0]["state"] == "taken"
    with pytest.raises(ComityError, match="taken in already"):
        typed("filing", "return", id, "no", "--by", "clerk")
    with pytest.raises(ComityError, match="has not stated"):
        typed("filing", "hand", id, "--by", "clerk")
