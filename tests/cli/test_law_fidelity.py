"""`comity law fidelity` as typed: what it prints, as JSON and as a page, and how it ends. All cases are invented."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import yaml
from tests.lawpack.decided import row


def comity(*words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "comity", *words], env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture
def cases(tmp_path):
    """Write rows as a file of cases."""

    def written(*rows):
        path = tmp_path / "cases.yaml"
        path.write_text(yaml.safe_dump({"cases": list(rows)}, sort_keys=False), "utf-8")
        return str(path)

    return written


AGREES = row("agrees", facts={"data_location": ["US"]}, before="compelled")
WRONG = row("wrong", facts={"data_location": ["US"]}, before="compelled", after="barred")


def test_packs_that_agree_end_with_0(cases):
    done = comity("law", "fidelity", cases(AGREES))
    assert done.returncode == 0 and not done.stderr
    assert "1 case: 1 agree" in done.stdout and max(map(len, done.stdout.split("\n"))) <= 80


def test_packs_that_are_wrong_end_with_6_and_say_what_to_do(cases):
    done = comity("law", "fidelity", cases(AGREES, WRONG))
    assert done.returncode == 6
    assert "wrong wrong us-nysd" in done.stdout and "barred was expected" in done.stdout
    assert "Next: " in done.stderr and "[[answer]]" in done.stderr


def test_json_has_cases_totals_and_unverified_marks(cases):
    done = comity("law", "fidelity", cases(AGREES, WRONG | {"marks": {"facts": "K"}}), "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 6 and told["totals"] == {
        "agree": 1, "agree (assumed)": 0, "sharper": 0, "open where settled": 0, "wrong": 1,
    }  # fmt: skip
    assert [(case["id"], case["mark"]) for case in told["cases"]] == [("agrees", "agree"), ("wrong", "wrong")]
    assert told["unverified"] == {"wrong": {"facts": "K"}}


def test_the_page_is_written_where_it_was_asked_for(cases, tmp_path):
    page = tmp_path / "page.md"
    assert comity("law", "fidelity", cases(AGREES), "--out", str(page)).returncode == 0
    assert page.read_text("utf-8").startswith("# Fidelity: the packs beside decided cases\n")
    assert comity("law", "fidelity", cases(AGREES), "--out", str(tmp_path / "none" / "page.md")).returncode == 3


def test_faults_are_told_at_once_and_sound_cases_are_tried_all_the_same(cases):
    done = comity("law", "fidelity", cases(AGREES, row("bad", decided="never", facts={"instrument": None})))
    assert done.returncode == 4 and "agree" in done.stdout
    assert "(bad-date)" in done.stderr and "(missing-key)" in done.stderr


def test_a_file_that_is_no_yaml_or_not_there_is_refused(tmp_path):
    file = tmp_path / "cases.yaml"
    assert comity("law", "fidelity", str(file)).returncode == 3
    file.write_text("cases: [", "utf-8")
    done = comity("law", "fidelity", str(file))
    assert done.returncode == 4 and "(not-yaml)" in done.stderr and not done.stdout
