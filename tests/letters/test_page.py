"""The page of a matter: everything escaped, everything drawn also said, readable in both colour schemes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.collection import Counts
from comity.kernel.decision import decide
from comity.kernel.gate import Reason
from comity.kernel.words import Proof
from comity.lawpack import default_folder, read_folder
from comity.letters.drawing import Group, Lane, Mark, draw, segments
from comity.letters.page import TEMPLATES, Cell, Page, Row, Ruling, Section, node, render, shares

DAY = datetime(2014, 4, 25, tzinfo=UTC)
FACTS = {
    "demand.place": "US", "demand.instrument": "us-sca-warrant", "record.category": "content", "record.store_place": "IE",
    "record.holder_place": "IE", "record.served_controls": True, "served.place": "US", "served.present_in_forum": True,
    "served.public_provider": True, "served.us_controlled": True, "demand.gag": False,
}  # fmt: skip


class Tags(HTMLParser):
    """Checks that tags nest, and keeps headings, text and what would load something from elsewhere."""

    VOID = frozenset({"meta", "br", "line", "rect", "circle"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.headings: list[int] = []
        self.text: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.loads += [v or "" for k, v in attrs if k in ("src", "href") and not (v or "").startswith("#")]
        if tag in ("script", "iframe", "img", "link", "object"):
            self.loads.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [v or "" for k, v in attrs if k in ("src", "href") and not (v or "").startswith("#")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    return tags


@pytest.fixture(scope="module")
def ruling() -> Ruling:
    law = read_folder(default_folder()).law
    return Ruling("a day", "why it is shown", decide(FACTS, law.on(date(2013, 12, 4), "us-nysd")), True)


def a_page(ruling: Ruling, text: str = "said") -> Page:
    lane = Lane(
        "law", segments([(DAY, "open", "open"), (DAY + timedelta(days=90), text, "barred")], DAY + timedelta(days=200))
    )
    cell = Cell("open", "live", "shut", text)
    row = Row(DAY, text, text, False, (cell,))
    return Page(
        text, text, (text,), (Group(text, (lane,)),), (row,), (Reason(text, text, text),), text, (ruling,),
        Counts(3, 5, 1, 2), text, (Section(text, text, ((text, text),), (text,)),), (text,),
    )  # fmt: skip


def test_it_is_one_file_that_loads_nothing(ruling: Ruling) -> None:
    """No script, no font, no picture from elsewhere; headings descend one at a time."""
    tags = read(render(a_page(ruling)))
    assert tags.loads == []
    assert tags.headings[0] == 1
    assert all(after - before <= 1 for before, after in zip(tags.headings, tags.headings[1:], strict=False))


@given(st.text(min_size=1).filter(str.strip))
def test_whatever_the_data_say_nothing_becomes_markup(text: str) -> None:
    """A court, a subject line or a reason full of angle brackets is shown, not run."""
    hostile = f'"><script>alert(1)</script>{text}'
    law = read_folder_once()
    page = a_page(Ruling(hostile, hostile, law), hostile)
    html = render(page)
    assert "<script" not in html
    assert "alert(1)" in "".join(read(html).text)


_READ: dict[str, object] = {}


def read_folder_once():  # type: ignore[no-untyped-def]
    """The decision the property test shows; read once."""
    if "law" not in _READ:
        _READ["law"] = decide(FACTS, read_folder(default_folder()).law.on(date(2013, 12, 4), "us-nysd"))
    return _READ["law"]


def test_every_bar_says_its_word_and_its_days() -> None:
    """A bar too narrow for its word still says it to whoever points at it or has it read aloud."""
    points = [(DAY, "open", "open"), (DAY + timedelta(hours=1), "shut", "gate-shut")]
    drawn = draw(
        [Group("content", (Lane("gate", segments(points, DAY + timedelta(days=900))),))], [Mark(DAY, "stayed", 3)]
    )
    assert "gate: open, 2014-04-25 to 2014-04-25" in drawn
    assert drawn.count(">open<") == 0
    assert drawn.count(">shut<") == 1
    assert 'href="#day-3"' in drawn


def test_stretches_that_say_the_same_are_one() -> None:
    """Ten filings while the order is stayed are one bar."""
    points = [(DAY + timedelta(days=n), "suspended", "suspended") for n in range(10)]
    (only,) = segments(points, DAY + timedelta(days=20))
    assert (only.begin, only.end) == (DAY, DAY + timedelta(days=20))


def test_the_shares_add_up() -> None:
    """The bar of counts is the whole store, and empty sides are left out."""
    found = shares(Counts(3, 5, 0, 2))
    assert [side for side, *_ in found] == ["in", "out", "others"]
    assert sum(number for _, _, number, _ in found) == 10
    assert round(sum(share for *_, share in found)) == 100
    assert list(shares(Counts())) == []


def test_a_proof_is_said_in_words() -> None:
    """Each truth has a sign and a word; a rule says what it does; a leaf says what was found."""
    leaf = Proof('record.store_place == "US"', False, "fact", "IE", "record.store_place")
    rule = Proof("A law forbids it.", None, "bars", None, "x-bar", "§ 1", (leaf,))
    shown = node(rule)
    assert (shown.sign, shown.word, shown.name, shown.cite) == ("?", "may bar", "x-bar", "§ 1")
    assert (shown.parts[0].word, shown.parts[0].found) == ("no", "IE")
    assert node(Proof("x", True, "fact", True, "x")).found == "true"
    assert node(Proof("x", None, "fact", None, "x")).found == "unknown"


def test_the_unverified_is_marked(ruling: Ruling) -> None:
    """A day that no source was opened for says so in the table."""
    assert "day unverified" in render(a_page(ruling))


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two colours, `#rrggbb`."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_read(scheme: int) -> None:
    """Text on every ground it stands on has a contrast of at least 4.5 to 1, in both colour schemes."""
    css = (TEMPLATES / "page.css").read_text()
    blocks = re.findall(r":root\s*\{([^}]*)\}", css)
    colours = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", blocks[scheme]))
    for ground in ("compelled", "barred", "conflict", "free", "live", "dead", "shut"):
        assert contrast("#ffffff", colours[ground]) >= 4.5, ground
    assert contrast("#2b2300", colours["open"]) >= 4.5
    for ground in ("paper", "panel", "suspended"):
        assert contrast(colours["ink"], colours[ground]) >= 4.5, ground
    for text in ("soft", "link"):
        assert contrast(colours[text], colours["paper"]) >= 4.5, text
