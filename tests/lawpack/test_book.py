"""The law book: the packs as Markdown, the same every time, with nothing left out."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from comity.lawpack import default_folder, read_folder
from comity.lawpack.book import UNVERIFIED, book
from comity.lawpack.show import unread

ROOT = Path(__file__).parents[2]
LAWS = ROOT / "docs" / "laws"


@pytest.fixture(scope="module")
def packs():
    return read_folder(default_folder())


@pytest.fixture(scope="module")
def pages(packs):
    return book(packs)


def test_the_committed_book_is_what_the_packs_say(pages):
    """After a change of law `make laws` writes it again."""
    assert {name: (LAWS / name).read_text("utf-8") for name in pages} == pages
    assert {page.name for page in LAWS.glob("*.md")} - {"fidelity.md"} == {*pages, "README.md"}


def test_the_same_packs_give_the_same_octets_wherever_they_lie(packs, pages, tmp_path):
    shutil.copytree(default_folder(), tmp_path / "laws", ignore=shutil.ignore_patterns("__pycache__"))
    moved = read_folder(tmp_path / "laws")
    assert book(replace(moved, packs=tuple(reversed(moved.packs)))) == pages
    assert not any(str(folder) in text for text in pages.values() for folder in (ROOT, tmp_path, Path.home()))


def test_nothing_of_a_pack_is_left_out(packs, pages):
    for pack in packs.packs:
        page = pages[f"{pack.instrument['place'].lower()}.md"]
        told = [pack.instrument["title"], pack.instrument["cite"]]
        told += [part for rule in pack.rules for part in (rule.id, rule.cite, rule.quote, rule.reads)]
        told += [part for asked in pack.questions for part in (asked.id, asked.asks, asked.why)]
        told += [part for said in pack.answers for part in (said.id, said.cite, said.reads)]
        told += [line.cite for said in pack.answers for line in said.history]
        told += [part for row in pack.unmodelled for part in (row["what"], row["why"])]
        told += [part for row in pack.instrument["source"] for part in (row["url"], str(row["retrieved"]))]
        assert [text for text in told if text not in page] == [], pack.document.name


def test_what_nobody_has_read_is_marked(packs, pages):
    for pack in packs.packs:
        page = pages[f"{pack.instrument['place'].lower()}.md"]
        for rule in pack.rules:
            (row,) = (line for line in page.split("\n") if line.startswith(f"| `{rule.id}`<br>"))
            assert (UNVERIFIED in row) is unread(rule.reviewed), rule.id


def test_every_row_of_a_table_has_two_or_more_cells_as_its_head(pages):
    for name, text in pages.items():
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            widths = {len(re.findall(r"(?<!\\)\|", row)) for row in table.strip().split("\n")}
            assert len(widths) == 1, f"{name}: {table[:80]}"


def test_the_index_leads_to_every_page_and_names_what_is_open(pages):
    index = pages["index.md"]
    assert all(f"]({name})" in index for name in pages if name != "index.md")
    assert "`eu_gdpr_49_carries_direct_order`" in index and "`us_sca_reaches_abroad`" not in index


def test_on_a_day_the_book_holds_what_was_in_force_and_known(packs):
    pages = book(packs, date(2016, 7, 14))
    assert "`us-2702-content@2`" in pages["us.md"] and "us-2702-content@1`<br>" not in pages["us.md"]
    assert "us-cloud-act-content" not in pages["us.md"] and "`us_sca_reaches_abroad`" in pages["index.md"]
    assert "What is in force on 2016-07-14" in pages["eu.md"] and "None of its rules is in force" in pages["us.md"]
