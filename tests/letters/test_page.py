"""The page of a matter: everything escaped, everything drawn also said and in its place, readable in both schemes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.collection import Counts
from comity.kernel.decision import decide
from comity.kernel.gate import Reason
from comity.kernel.words import Proof
from comity.lawpack import default_folder, read_folder
from comity.letters.drawing import Group, Lane, Mark, Panel, panels, segments
from comity.letters.page import TEMPLATES, Cell, Page, Row, Ruling, Section, marks, node, render, said, shares
from comity.letters.svg import DOT, LABEL, PATTERNS, TEXTURES, WIDTH, flags, laid, spaced, swarm, tall, wide

DAY = datetime(2014, 4, 25, tzinfo=UTC)
FACTS = {
    "demand.place": "US", "demand.instrument": "us-sca-warrant", "record.category": "content",
    "record.store_place": "IE", "record.holder_place": "IE", "record.served_controls": True, "served.place": "US",
    "served.present_in_forum": True, "served.public_provider": True, "served.us_controlled": True, "demand.gag": False,
}  # fmt: skip


class Tags(HTMLParser):
    """Checks that tags nest, and keeps headings, text and what would load something from elsewhere."""

    VOID = frozenset({"meta", "br", "line", "rect", "circle", "path"})

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
    assert all(after - before <= 1 for before, after in pairwise(tags.headings))


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


def a_panel(days: list[int], change: str = "gate shut") -> Panel:
    """Happenings on some days, each of which changed something, over five years."""
    lane = Lane("gate", segments([(DAY, "open", "gate-open")], DAY + timedelta(days=1800)))
    found = [Mark(DAY + timedelta(days=day), n, "2d Cir.", "It is stayed.", change) for n, day in enumerate(days, 1)]
    return Panel(DAY, DAY + timedelta(days=1800), (Group("content", (lane,)),), tuple(found))


def test_every_bar_says_its_word_and_its_days() -> None:
    """A bar too narrow for its word still says it to whoever points at it or has it read aloud; so on a telephone."""
    points = [(DAY, "open", "open"), (DAY + timedelta(hours=1), "shut", "gate-shut")]
    lane = Lane("gate", segments(points, DAY + timedelta(days=900)))
    (panel,) = panels([Group("content", (lane,))], [Mark(DAY, 3, "S.D.N.Y.", "It is stayed.", "gate shut")])
    for drawn in (wide(panel, "w"), *tall(panel, "t")):
        assert "gate: open, 2014-04-25 to 2014-04-25" in drawn
        assert drawn.count(">open<") == 0
        assert drawn.count(">shut<") == 1
        assert '<a href="#day-3"' in drawn
        assert "3. 2014-04-25 S.D.N.Y.: It is stayed." in drawn


def test_a_last_word_without_room_stands_beside_its_bar() -> None:
    """What holds at the end is always said."""
    points = [(DAY, "compelled", "compelled"), (DAY + timedelta(days=1790), "dead", "dead")]
    (panel,) = panels([Group("content", (Lane("law", segments(points, DAY + timedelta(days=1800))),))], [])
    assert 'class="beside">dead<' in wide(panel, "w")


def test_a_short_matter_has_a_scale_of_its_own() -> None:
    """Three months beside five years are drawn apart, in months; the happenings stay with the long ones."""
    long, short = (
        Group(name, (Lane("law", segments([(DAY, "open", "open")], DAY + timedelta(days=days))),))
        for name, days in (("old", 1800), ("new", 90))
    )
    shared, own = panels([long, short], [Mark(DAY, 1, "court", "said")])
    assert ([g.name for g in shared.groups], [g.name for g in own.groups]) == (["old"], ["new"])
    assert (len(shared.marks), len(own.marks)) == (1, 0)
    assert [label for _, label in shared.ticks()] == ["2015", "2016", "2017", "2018", "2019"]
    assert [label for _, label in own.ticks()] == ["May 2014", "Jun", "Jul"]
    assert panels([Group("empty", ())], []) == []


@given(st.lists(st.integers(0, 1800), min_size=1, max_size=25).map(sorted))
def test_no_pole_crosses_a_flag(days: list[int]) -> None:
    """However the happenings crowd, no flag lies on another, and a pole passes only below flags, never through one."""
    panel = a_panel(days)
    flown = list(flags(laid(panel)).values())
    assert len(flown) == len(days)
    for one in flown:
        assert 0 <= one.end <= WIDTH + 1
        for other in flown:
            apart = one.end <= other.begin or other.end <= one.begin
            if one is not other:
                assert apart or one.level != other.level
                assert not (one.begin + 1 < other.x < one.end - 1 and other.level > one.level)


@given(st.lists(st.floats(0, 1000), max_size=40).map(sorted))
def test_no_dot_touches_another(xs: list[float]) -> None:
    """Dots that would touch stand one above the other, as low as they can."""
    rows = swarm(xs)
    for number, (x, row) in enumerate(zip(xs, rows, strict=True)):
        assert all(abs(x - xs[n]) >= DOT for n in range(number) if rows[n] == row)
        below = {rows[n] for n in range(number) if abs(x - xs[n]) < DOT}
        assert set(range(row)) <= below


@given(st.lists(st.floats(50, 700), min_size=1, max_size=20).map(sorted))
def test_labels_of_the_standing_drawing_leave_each_other_room(wanted: list[float]) -> None:
    """In order, a label's height apart, and none below the end while there is room above."""
    places = spaced(wanted, 50, 700)
    assert all(after - before >= LABEL - 1e-6 for before, after in pairwise(places))
    assert places[-1] <= 700


def test_a_flag_says_what_a_happening_changed(ruling: Ruling) -> None:
    """For the first class of records, in the table's own words; what stayed as it was stands back."""
    page = a_page(ruling)
    stayed = Row(DAY, "S.D.N.Y. (Francis, M.J.)", "stayed", True, (Cell("open", "suspended", "shut", ""),))
    page = replace(page, rows=(*page.rows, stayed, stayed))
    assert [(m.name, m.change) for m in marks(page)] == [
        ("said", "open, live, gate shut"), ("S.D.N.Y.", "suspended"), ("S.D.N.Y.", ""),
    ]  # fmt: skip
    assert [word.new for word in said(stayed.cells[0], page.rows[0].cells[0])] == [False, True, False]
    assert render(page).count("suspended same") == 1


def test_stretches_that_say_the_same_are_one() -> None:
    """Ten filings while the order is stayed are one bar."""
    points = [(DAY + timedelta(days=n), "suspended", "suspended") for n in range(10)]
    (only,) = segments(points, DAY + timedelta(days=20))
    assert (only.begin, only.end) == (DAY, DAY + timedelta(days=20))


def test_the_shares_add_up() -> None:
    """The counts are the whole store; other accounts' stand there only if there are any."""
    found = shares(Counts(3, 5, 0, 2))
    assert [side for side, *_ in found] == ["in", "out", "unreadable", "others"]
    assert sum(number for _, _, number, _ in found) == 10
    assert round(sum(share for *_, share in found)) == 100
    assert [(side, number, share) for side, _, number, share in shares(Counts())] == [
        ("in", 0, 0), ("out", 0, 0), ("unreadable", 0, 0),
    ]  # fmt: skip


def test_the_table_says_what_the_drawing_shows(ruling: Ruling) -> None:
    """Each row has its day, event, verdict, standing, gate and why; headers are headers, also for a screen reader."""
    html = render(a_page(ruling, "because"))
    row = html[html.index('<tr role="row" id="day-1"') : html.index("</tbody>")]
    assert re.search(r'<th role="rowheader" scope="row">.*2014-04-25', row, re.S)
    assert [word in row for word in (">open<", ">live<", ">shut<", "why the gate is shut", "because")] == [True] * 5
    assert html.count('scope="colgroup"') == 1
    assert set(re.findall(r'aria-labelledby="([\w-]+)"', html)) <= set(re.findall(r' id="([\w-]+)"', html))
    assert len(re.findall(r' id="([\w-]+)"', html)) == len(set(re.findall(r' id="([\w-]+)"', html)))
    assert '<html lang="en">' in html


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
    """A day that no source was opened for says so in the table; a rule nobody read says so in the proof."""
    assert "day unverified" in render(a_page(ruling))
    unread = node(Proof("A law forbids it.", True, "bars", None, "x-bar", "§ 1 [unverified]"))
    assert (unread.cite, unread.unread) == ("§ 1", True)
    assert not node(Proof("A law forbids it.", True, "bars", None, "x-bar", "§ 1")).unread


def test_an_open_point_is_shown_with_the_verdict_either_way(ruling: Ruling) -> None:
    """Before any court had spoken it was open: if yes, compelled; if no, barred."""
    text = " ".join("".join(read(render(a_page(ruling))).text).split())
    for point in ruling.decision.open_points:
        assert point.asks in text
    assert "if yes → compelled" in text
    assert "if no → barred" in text


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
    colours = {**dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", blocks[0])), **colours}
    pairs = [("on", ground) for ground in ("compelled", "barred", "conflict", "free", "live", "dead", "shut")]
    pairs += [("on-open", "open"), ("ink", "suspended"), ("paper", "ink")]
    words = ("ink", "soft", "link", "opens", "warn", "doubt")
    pairs += [(word, ground) for word in words for ground in ("paper", "panel")]
    for text, ground in pairs:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_each_kind_of_bar_looks_unlike_the_others() -> None:
    """Besides its word, each verdict has a colour of its own, and those near in lightness differ in texture."""
    css = (TEMPLATES / "page.css").read_text()
    for kind in (
        "compelled",
        "barred",
        "conflict",
        "free",
        "open",
        "live",
        "suspended",
        "dead",
        "gate-open",
        "gate-shut",
    ):
        assert f".timeline rect.{kind} " in css, kind
        assert f".word.{kind} " in css, kind
    assert {"open", "conflict", "barred"} == set(TEXTURES)
    assert all(f'id="{texture}"' in PATTERNS for texture in [*TEXTURES.values(), "hatch"])
