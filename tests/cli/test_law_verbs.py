"""`comity law show`, `compare` and `book` as typed: what they print at 80 columns and as JSON, and how they end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.laws.some import some_packs

from comity.lawpack import default_folder, read_folder
from comity.lawpack.book import book


def comity(*words: str, columns: int = 80) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "COLUMNS": str(columns), "TERM": "dumb", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "comity", *words], env=env, capture_output=True, text=True, check=False
    )


def printed(*words: str) -> str:
    done = comity(*words)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.split("\n"))) <= 80
    return done.stdout


def flat(text: str) -> str:
    """The text with folded lines joined."""
    return " ".join(text.split())


@pytest.fixture
def some(tmp_path: Path) -> Path:
    """A few packs: enough to compare."""
    return some_packs(tmp_path / "some")


@pytest.fixture
def affirmed(some: Path, tmp_path: Path) -> Path:
    """Those packs as they would be had the Second Circuit affirmed."""
    folder = shutil.copytree(some, tmp_path / "affirmed")
    file = folder / "us" / "microsoft-ireland.toml"
    text = file.read_text("utf-8")
    turned = text.replace('answer = false\nby = "us-ca2"', 'answer = true\nby = "us-ca2"')
    assert turned != text
    file.write_text(turned, "utf-8")
    return folder


def test_without_an_argument_the_packs_are_listed_one_line_each() -> None:
    lines = printed("law", "show").split("\n\n")[0].split("\n")
    packs = [pack for pack in read_folder(default_folder()).packs if pack.instrument]
    assert sorted(line.split()[0] for line in lines[1:]) == sorted(pack.instrument["id"] for pack in packs)
    assert sum("unverified" in line for line in lines) == sum(
        pack.instrument["reviewed"].startswith("unverified") for pack in packs
    )


def test_a_rule_stands_with_its_text_on_the_left_and_its_reading_on_the_right() -> None:
    screen = printed("law", "show", "us-2703-warrant-content@2", "--on", "2016-07-14", "--court", "us-nysd")
    (line,) = (line for line in screen.split("\n") if line.startswith("us-2703-warrant-content@2"))
    assert line.split() == ["us-2703-warrant-content@2", "compels"]
    assert '• record.store_place == "US"' in screen and "question.us_sca_reaches_abroad (no)" in screen
    assert "As of 2016-07-14, read in us-nysd" in screen


def test_a_question_shows_who_answered_it_and_how_the_court_reads_it() -> None:
    screen = flat(printed("law", "show", "us_sca_reaches_abroad", "--on", "2016-07-14", "--court", "us-vtd"))
    assert "read here: no (us-microsoft-2d-cir)" in screen
    assert "yes us-nysd, binds parties: dead" in screen and "no us-ca2, binds below: live" in screen
    assert "us-congress" not in screen


def test_a_pack_shows_its_blind_spots_sources_and_unverified_marks() -> None:
    screen = printed("law", "show", "us/sca-1986.toml")
    assert "unverified: first day" in screen and "\nLeft out\n" in screen and "\nSources\n" in screen
    assert "None of its rules is in force" in printed("law", "show", "us-sca-1986", "--on", "2020-01-01")


@pytest.mark.parametrize(("id", "shown"), [("us-ca2", "under Supreme Court"), ("GDPR", "2018-05-25 until 2021-01-01")])
def test_a_court_and_a_group_are_shown_too(id: str, shown: str) -> None:
    assert shown in flat(printed("law", "show", id))


def test_show_as_json_gives_the_same_rows() -> None:
    (sheet,) = json.loads(printed_json("law", "show", "us-2702-content@2", "--json"))
    assert sheet["file"] == "us/sca-2702.toml" and sheet["instrument"]["id"] == "us-sca-2702"
    assert [rule["id"] for rule in sheet["rules"]] == ["us-2702-content@2"]
    assert len(json.loads(printed_json("law", "show", "--json"))) > 10


def printed_json(*words: str) -> str:
    done = comity(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_nowhere_ends_with_2_and_names_what_is_near() -> None:
    done = comity("law", "show", "us-sca-2072")
    assert done.returncode == 2 and "us-sca-2702" in flat(done.stderr) and not done.stdout
    assert comity("law", "show", "us-sca-2702", "--on", "yesterday").returncode == 2


def test_compare_counts_the_flips_and_shows_up_to_a_dozen(some: Path, affirmed: Path) -> None:
    screen = printed("law", "compare", str(some), str(affirmed))
    assert "~ answer us-microsoft-2d-cir (answer)" in screen
    assert "barred → compelled" in screen and screen.count("proofs ") == 10
    told = json.loads(printed_json("law", "compare", str(some), str(affirmed), "--json"))
    assert sum(row["cases"] for row in told["counts"]) == told["flips"] == 10
    assert all(row["old_proof"].startswith("sha256:") for row in told["examples"])


def test_compare_in_brief_counts_the_rows(some: Path, affirmed: Path) -> None:
    screen = printed("law", "compare", "--brief", str(some), str(affirmed))
    assert screen.startswith("1 answers changed\n") and "~ answer" not in screen


def test_compare_of_the_same_packs_flips_nothing(some: Path) -> None:
    screen = printed("law", "compare", str(some), str(some))
    assert flat(screen).endswith("cases tried, 0 come out otherwise.")


def test_book_writes_its_pages_and_nothing_else(tmp_path: Path) -> None:
    other = tmp_path / "README.md"
    other.write_text("mine", "utf-8")
    assert comity("law", "book", str(tmp_path)).returncode == 0
    pages = book(read_folder(default_folder()))
    assert {page.name: page.read_text("utf-8") for page in tmp_path.iterdir()} == {**pages, "README.md": "mine"}


def test_a_book_that_cannot_be_written_ends_with_3(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert comity("law", "book", str(file)).returncode == 3
