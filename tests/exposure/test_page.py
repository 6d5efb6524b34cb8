"""The page of an exposure says what its cube says, in numbers, words and proofs, and can be used by all."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exposure.world import COLUMNS, counts, laws, packs, plain_estate, swept, written
from tests.letters.test_page import contrast

from comity.desk.exposure.about import Posed
from comity.desk.exposure.classes import chosen, lines
from comity.desk.exposure.history import days, history, picture, ten_years_before
from comity.desk.exposure.kept import OtherPacks, kept
from comity.desk.exposure.page import Shown, Wish, written_page
from comity.desk.exposure.proofs import NoSuchProof, Proofs, proof_of
from comity.desk.exposure.then import links
from comity.exposure.accounts import engine, opened
from comity.exposure.cube import load
from comity.exposure.sweep import STRENGTH
from comity.letters import atlas, flow
from comity.letters.exposure_page import Picture, render, script, share
from comity.letters.flow import Link
from comity.letters.page import TEMPLATES

ON = date(2018, 6, 1)
SINCE = date(2018, 3, 1)
EVIL = '"><script>alert(1)</script>&amp;</style>'
VOID = frozenset({"meta", "br", "rect", "circle", "path", "use", "input"})


def accounts() -> list[dict[str, str]]:
    """Thirty accounts with holes, in three stores."""
    return [
        {
            "address": f"a{n}@larch.example", "store": ("dublin", "quincy", "zurich")[n % 3],
            "customer_place": ("IE", "US", "", "DE", "SG")[n % 5], "nationality": ("IE", "US", "")[n % 3],
            "kind": ("person", "business", "")[n % 4 % 3], "consents": ("", "yes", "no")[n % 7 % 3],
            "over_180_days": "",
        }
        for n in range(30)
    ]  # fmt: skip


@pytest.fixture(name="cube", scope="module")
def a_kept_cube(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An estate whose names are as hostile as a name can be, swept in the week of the CLOUD Act and a little later."""
    folder = tmp_path_factory.mktemp("page")
    plain = plain_estate()
    estate = replace(plain, name=EVIL, entities={i: replace(e, name=EVIL) for i, e in plain.entities.items()})
    table = written(folder, accounts())
    with swept(estate, [table], Posed(ON)) as cube, opened(cube.classes.con, [table]) as again:
        kept(cube, again, folder / "cube", folder / "classes", None)
    return folder / "cube"


@pytest.fixture(name="shown", scope="module")
def what_is_shown(cube: Path) -> Picture:
    with engine() as con:
        return Shown(load(con, cube), packs()).picture(Wish(since=SINCE))


@pytest.fixture(name="html", scope="module")
def the_page(shown: Picture) -> str:
    return render(shown)


class Read(HTMLParser):
    """A page as a browser takes it: tags that nest, ids, what labels what, what would be fetched from elsewhere."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.refers: set[str] = set()
        self.controls: list[tuple[str, dict[str, str | None]]] = []
        self.loads: list[str] = []
        self.labelled: set[str] = set()
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.ids += [said["id"] or ""] if "id" in said else []
        for name in ("aria-labelledby", "aria-describedby", "for", "list"):
            self.refers |= set((said.get(name) or "").split())
        self.refers |= {(said.get("href") or "")[1:]} if (said.get("href") or "").startswith("#") else set()
        self.loads += [v or "" for k, v in attrs if k in ("src", "href", "action") and not (v or "").startswith("#")]
        self.loads += [tag] if tag in ("img", "link", "iframe", "object", "embed", "base") else []
        self.labelled |= {said.get("for") or ""} if tag == "label" else set()
        if tag in ("input", "select", "button"):
            self.controls.append((tag, {**said, "in-label": "yes" if "label" in self.open else None}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_is_sound_and_whole(html: str) -> None:
    """Tags nest, ids are one each, what is referred to is there, each control has a name, nothing is fetched."""
    page = Read(html)
    assert len(page.ids) == len(set(page.ids)) > 20
    assert page.refers <= set(page.ids)
    assert page.loads == []
    assert "url(http" not in html and "@import" not in html
    assert {tag for tag, _ in page.controls} == {"input", "select", "button"}
    for tag, said in page.controls:
        assert tag == "button" or said["in-label"] or said.get("id") in page.labelled, said
    assert '<html lang="en">' in html and len(re.findall("<h1", html)) == 1


def test_nothing_that_comes_from_data_is_markup(html: str, shown: Picture) -> None:
    """A name that would end an attribute, a style or a script does neither, wherever it stands."""
    assert "alert(1)" in html and "<script>alert" not in html and "</style>&" not in html
    assert EVIL in "".join(Read(html).text)
    evil = render(replace(shown, places=tuple(replace(p, name=EVIL) for p in shown.places), what_if=(EVIL,)))
    assert "<script>alert" not in evil
    assert len(re.findall("<script", evil)) == 2
    assert script({"x": "</script><!--&"}) == r'{"x":"\u003c/script\u003e\u003c!--\u0026"}'


def test_the_matrix_has_the_counts_of_the_cube(html: str, shown: Picture, cube: Path) -> None:
    """Every state, alone or with those that are alike, every category, every verdict."""
    with engine() as con:
        wanted = {cell: own for cell, own in counts(load(con, cube)).items() if own}
    found = {
        (code, cell.category): dict(cell.counts)
        for place in shown.places
        for code in (place.code, *(code for code, _ in place.alike))
        for cell in place.cells
    }
    assert found == wanted
    for place in shown.places:
        for cell in place.cells:
            row = re.search(rf'<tr data-row="{place.code}/{cell.category}">(.*?)</tr>', html, re.S)
            assert row
            numbers = [0 if n == "·" else int(n.replace(",", "")) for n in re.findall("<td>(.*?)</td>", row[1])]
            assert numbers == [cell.counts.get(verdict, 0) for verdict in STRENGTH]
            for _, parts in cell.by:
                assert sum(sum(own.values()) for _, own in parts) == cell.total


def test_flows_are_what_is_exposed(shown: Picture) -> None:
    """What the bands to a state add up to is what the matrix says."""
    reach = {
        (code, cell.category): cell.exposed
        for place in shown.places
        for code in (place.code, *(code for code, _ in place.alike))
        for cell in place.cells
    }
    for one in shown.flows:
        for place, _ in one.places:
            assert sum(link.accounts for link in one.links if link.place == place) == reach[place, one.category]
        assert {link.place for _, link in one.table} == {p for p, c in reach if c == one.category and reach[p, c]}


def test_each_proof_on_the_page_is_the_one_that_the_cube_keeps(shown: Picture, cube: Path, html: str) -> None:
    """Decided again, and with the same id; the list of classes has it too."""
    import duckdb

    listed = {id for (id,) in duckdb.sql(f"SELECT proof FROM read_parquet('{cube.parent}/classes')").fetchall()}
    assert len(shown.held) > 10
    for one in shown.held:
        assert one.decision is not None
        assert (one.decision.id, one.decision.verdict) == (one.proof, one.verdict)
        assert one.proof in listed and one.proof in html


def test_every_line_of_a_cube_can_be_proved(cube: Path) -> None:
    """Also the demands that do not count: each proof of the cube is found by its id, and by how it begins."""
    with engine() as con:
        sweep = load(con, cube).sweep
    found = proof_of(cube, sweep.outcomes[0].proof[7:30], laws())
    assert found.decision.id == sweep.outcomes[0].proof
    assert found.as_json()["verdict"] == sweep.outcomes[0].verdict
    with pytest.raises(NoSuchProof, match="none"):
        proof_of(cube, "sha256:zz", laws())
    with engine() as con:
        loaded = load(con, cube)
        proofs = Proofs(loaded, packs())
        for row in sweep.rows:
            for store, key, _ in row.cells():
                for at in row.rulings[store]:
                    wanted = sweep.outcomes[sweep.rulings[at].outcomes[key]]
                    assert proofs.decision(row, store, key, loaded.sweep.rulings[at]).id == wanted.proof
        with pytest.raises(OtherPacks):
            Proofs(replace(loaded, about={**loaded.about, "packs": "other"}), packs())


def test_a_page_that_has_no_room_for_all_shows_one_of_each(cube: Path) -> None:
    """First the most numerous class of each place, category and verdict; then the most numerous of the rest."""
    with engine() as con:
        loaded = load(con, cube)
        every = lines(loaded, loaded.sweep.rows)
    cells = {line.cell for line in every}
    assert [line.accounts for line in every] == sorted((line.accounts for line in every), reverse=True)
    assert {line.cell for line in chosen(every, len(cells))} == cells
    assert sum(line.accounts for line in chosen(every, 10**6)) == sum(line.accounts for line in every)
    assert len(chosen(every, 3)) == 3


def test_the_past_is_what_a_run_on_each_day_would_have_said(cube: Path, tmp_path: Path) -> None:
    """Every day that is kept, and the day before it, swept anew; the last picture is that of the cube."""
    table = written(tmp_path, accounts())
    with engine() as con:
        loaded = load(con, cube)
        tried = days(packs().law, SINCE, ON)
        past = history(loaded, packs(), SINCE, iter)
        last = picture(loaded)
    assert date(2018, 3, 23) in tried and tried == sorted(set(tried)) and tried[0] > SINCE and tried[-1] <= ON
    assert past.tried == len(tried) > len(past.turns) > 0
    assert past.turns[-1].picture == last
    for before, turn in zip([past.first, *(turn.picture for turn in past.turns)], past.turns, strict=False):
        assert before != turn.picture
    with swept(plain_estate(), [table], Posed(date(2018, 3, 22))) as fresh:
        assert picture(fresh) == past.first
    (act,) = [turn for turn in past.turns if turn.on == date(2018, 3, 23)]
    with swept(plain_estate(), [table], Posed(act.on)) as fresh:
        assert picture(fresh) == act.picture
    assert ten_years_before(date(2024, 2, 29)) == date(2014, 2, 28)


def test_the_slider_has_the_numbers_of_every_day(html: str, shown: Picture) -> None:
    """Its data, added up day by day, end in the matrix; each day names the law that came and what moved."""
    data = json.loads(re.search(r'<script type="application/json" id="series">(.*?)</script>', html, re.S)[1])  # type: ignore[index]
    now: dict[str, list[int]] = {}
    for day in data["days"]:
        now |= day["numbers"]
    there = {f"{p.code}/{c.category}": [c.counts.get(v, 0) for v in STRENGTH] for p in shown.places for c in p.cells}
    assert {key: own for key, own in now.items() if any(own)} == there
    assert data["days"][0]["on"] == SINCE.isoformat()
    assert shown.past is not None
    (act,) = [change for change in shown.past.changes if change.on == date(2018, 3, 23)]
    assert any("115-141" in cite for sign, _, cite in act.says if sign == "+")
    assert any((one.places, one.new) == ("United States", "compelled") for one in act.moved)
    assert '<li id="change-2018-03-23">' in html


def added_up(days: list[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    """What the slider has on each day."""
    found: list[dict[str, Any]] = [{}]
    for day in days:
        told = {" ".join(link[:3]): link[3:] for link in day[what]} if what == "flows" else day[what]
        found.append(found[-1] | told)
    return found[1:]


def test_flow_and_classes_follow_the_slider(cube: Path, html: str, shown: Picture, tmp_path: Path) -> None:
    """On each day what leads to a state, and what the listed classes stand under, adds up to a sweep of that day."""
    data = json.loads(re.search(r'<script type="application/json" id="series">(.*?)</script>', html, re.S)[1])  # type: ignore[index]
    alone = {place.code for place in shown.places}
    table = written(tmp_path, accounts())
    flows, stands = added_up(data["days"], "flows"), added_up(data["days"], "stands")
    own = {str(n): [one.accounts * (v == one.verdict) for v in STRENGTH] for n, one in enumerate(shown.held)}
    assert any(stands) and all(own[n] == counts for n, counts in stands[-1].items())
    for at in range(len(flows)):
        with swept(plain_estate(), [table], Posed(date.fromisoformat(data["days"][at]["on"]))) as fresh:
            assert {tuple(name.split()): tuple(n) for name, n in flows[at].items() if any(n)} == links(fresh)
            there = picture(fresh)
        total: dict[tuple[str, str], list[int]] = {}
        for n, one in enumerate(shown.held):
            before = total.setdefault((one.place, one.category), [0] * len(STRENGTH))
            then = (own | stands[at])[str(n)]
            assert sum(then) <= one.accounts
            total[one.place, one.category] = [a + b for a, b in zip(before, then, strict=True)]
        listed = {cell: own for cell, own in there.items() if cell[0] in alone and cell in total}
        assert {cell: tuple(own) for cell, own in total.items() if any(own)} == listed


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 14), st.integers(1, 10**9))
def test_a_band_is_as_wide_as_its_accounts(stores: int, places: int, most: int) -> None:
    """Beyond the least that can be seen, and however many there are; none leaves its frame."""
    ends = [(f"s{n}", "Ireland", most) for n in range(stores)], [(f"P{n}", f"P{n}") for n in range(places)]
    flowing = [Link(s, p, 1 + most // (1 + n), most // 2) for n, (s, *_) in enumerate(ends[0]) for p, _ in ends[1]]
    drawn = flow.wide(flow.Flow("content", tuple(ends[0]), tuple(ends[1]), tuple(flowing)))
    high = int(re.search(r'viewBox="0 0 1040 (\d+)"', drawn)[1])  # type: ignore[index]
    wide = [float(b) - float(a) for a, b in re.findall(r" ([\d.]+)V([\d.]+)C", drawn)]
    numbers = [n for link in flowing for n in (link.compelled, link.conflict) if n]
    assert max(wide) > 2 * flow.LEAST or len(numbers) > 100
    by = sorted(zip(numbers, re.findall(r' ([\d.]+)V([\d.]+)C[^"]*" class="fill"', drawn), strict=True))
    sizes = [float(b) - float(a) for _, (a, b) in by]
    assert all(one <= other + 0.2 for one, other in pairwise(sizes))
    assert all(0 <= float(y) <= high for y in re.findall(r'<rect x="\d+" y="([\d.-]+)"', drawn))


def test_a_page_without_a_past_says_nothing_of_it(cube: Path, tmp_path: Path) -> None:
    """No slider, no list of days; and the file is there whole."""
    done = written_page(cube, laws(), Wish(past=False), tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text("utf-8")
    assert done["changes"] is None and done["octets"] == len(html.encode())
    assert 'id="day"' not in html and "When the picture changed" not in html
    Read(html)


def test_an_estate_without_accounts_still_has_a_page(tmp_path: Path) -> None:
    """Nothing to draw, and nothing that breaks."""
    with swept(plain_estate(), [written(tmp_path, [], COLUMNS)]) as cube:
        html = render(Shown(replace(cube, digest="-"), packs()).picture(Wish(past=False)))
    Read(html)
    assert "0 accounts" in html


def test_a_share_is_never_rounded_to_all_or_nothing() -> None:
    assert [share(*of) for of in ((0, 9), (9, 9), (1, 1000), (999, 1000), (1, 2), (0, 0))] == [
        "0 %", "100 %", "under 1 %", "over 99 %", "50 %", "0 %",
    ]  # fmt: skip


# Colours


def schemes() -> Iterator[dict[str, str]]:
    """The colours of the page, light and dark."""
    css = "".join((TEMPLATES / f"{name}.css").read_text("utf-8") for name in ("page", "exposure"))
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for block, found in re.findall(r"(@media \(prefers-color-scheme: dark\) \{\s*)?:root\s*\{([^}]*)\}", css):
        (dark if block else light).update(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", found))
    yield light
    yield {**light, **dark}


SIGHT = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
"""What eyes without one kind of cone make of linear red, green and blue (Machado, Oliveira and Fernandes 2009)."""


def seen(colour: str, sight: str) -> tuple[float, float, float]:
    """A colour in CIE Lab, as such eyes see it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in SIGHT[sight]
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize(("scheme", "sight"), list(product((0, 1), SIGHT)))
def test_no_two_verdicts_look_alike_to_anybody(scheme: int, sight: str) -> None:
    """Each has a texture of its own but one; and colours of the same texture are far apart to any eyes."""
    colours = list(schemes())[scheme]
    textures = {kind: atlas.TEXTURES.get(kind, "") for kind in (*STRENGTH, "land")}
    assert len({textures[kind] for kind in STRENGTH}) == len(STRENGTH)
    for one, other in combinations(textures, 2):
        apart = sum((a - b) ** 2 for a, b in zip(seen(colours[one], sight), seen(colours[other], sight), strict=True))
        assert apart**0.5 > (25 if textures[one] == textures[other] else 9), (one, other)
    css = (TEMPLATES / "exposure.css").read_text("utf-8")
    for kind, texture in atlas.TEXTURES.items():
        assert f".world .{kind} .texture {{ fill: url(#far-{texture})" in css
        assert f".europe .{kind} .texture {{ fill: url(#{texture})" in css
        assert re.search(rf"\.bar \.{kind} {{ background: (repeating-linear|radial)-gradient", css)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_what_is_written_can_be_read(scheme: int) -> None:
    """Text and the ground it stands on, in both schemes, those that the page of a matter has not."""
    colours = list(schemes())[scheme]
    for text, ground in (("ink", "paper"), ("ink", "panel"), ("soft", "paper"), ("soft", "panel"), ("on", "compelled"),
                         ("on", "conflict"), ("on", "barred"), ("on", "free"), ("on", "dead"), ("on-open", "open"),
                         ("link", "panel"), ("warn", "panel")):  # fmt: skip
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_every_state_that_could_ask_is_on_the_map(shown: Picture, html: str) -> None:
    """With its shape or, if it is small, as a dot; small states and members of the Union among them."""
    data = atlas.atlas()
    assert (Path(atlas.DATA)).stat().st_size < 100_000
    assert {"SG", "MT", "LU", "CY", "IE", "XK"} <= data["middles"].keys()
    for place in shown.places:
        for code in (place.code, *(code for code, _ in place.alike)):
            assert f'href="#place-{code}" class="state ' in html
            assert code in data["shapes"] or code in data["small"]
    assert "public domain" in data["source"]
    for path in data["shapes"].values():
        assert re.fullmatch(r"(M-?\d+ ?-?\d+l[-\d ]+z)+", path)


TRY = """
const found = {};
const one = (id) => document.getElementById(id);
found.wide = document.documentElement.scrollWidth <= innerWidth;
found.inner = innerWidth;
const seen = (category) => [...document.querySelectorAll(".map.world")].filter((map) => map.getClientRects().length)
  .map((map) => map.closest(".for").dataset.category);
found.first = seen();
const packed = (part) => part.innerHTML.replace(/\\s*\\n\\s*/g, "");
const parts = (within) => [...within.querySelectorAll("[data-flow]")].map(packed);
const flowed = () => parts(document);
const plain = new DOMParser().parseFromString(original, "text/html");
found.drawn = parts(plain);
found.redrawn = flowed();
document.querySelectorAll("[name=category]")[1].click();
found.second = seen();
const cell = () => document.querySelector('[data-row="US/content"]').textContent;
one("day").value = 0;
one("day").dispatchEvent(new Event("input"));
found.then = cell();
found.says = one("then").textContent;
found.note = [...document.querySelectorAll(".then-note")].every((note) => !note.hidden);
one("later").click();
found.later = cell();
found.stood = [...document.querySelectorAll(".held > li .then")].map((then) => then.textContent);
found.flowed = flowed();
one("filter-verdict").value = "compelled";
one("filter-verdict").dispatchEvent(new Event("change"));
const lines = [...document.querySelectorAll(".held > li")];
found.filtered = lines.filter((line) => !line.hidden).map((line) => line.dataset.verdict);
location.hash = "#place-US";
setTimeout(() => {
  found.opened = one("place-US").open;
  parent.postMessage(JSON.stringify(found), "*");
}, 50);
"""


AROUND = """
<iframe src="page.html" width="360" height="700" style="border:0"></iframe><pre id="found"></pre>
<script>onmessage = (event) => { document.getElementById("found").textContent = event.data; };</script>
"""


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_a_browser_does_what_the_page_promises(html: str, shown: Picture, tmp_path: Path) -> None:
    """On a telephone: nothing runs over the edge; the choice of records, the slider and the filter do their work."""
    # within another page, for a browser's own window is never as narrow as a telephone
    page, around = tmp_path / "page.html", tmp_path / "around.html"
    tried = f"const original = {script(html)};{TRY}"
    page.write_text(html.replace("</body>", f"<script>{tried}</script></body>"), "utf-8")
    around.write_text(AROUND, "utf-8")
    shell = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'own'}"]
    more = ["--virtual-time-budget=4000", "--dump-dom", f"file://{around}"]
    done = subprocess.run([*shell, *more], capture_output=True, text=True, timeout=60, check=True)
    found = json.loads(re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.S)[1].replace("&amp;", "&"))  # type: ignore[index]
    categories = shown.categories
    assert found["wide"] and found["inner"] == 360
    assert (found["first"], found["second"]) == ([categories[0]], [categories[1]])
    assert found["says"].startswith("from 2018-03-01, until ") and found["note"]
    assert found["then"] != found["later"]
    assert found["redrawn"] == found["drawn"] != found["flowed"]
    assert all(one.startswith("on 2018-03-2") for one in found["stood"])
    assert any(" compelled; on " in one for one in found["stood"]) and any(" as on " in one for one in found["stood"])
    assert set(found["filtered"]) == {"compelled"}
    assert found["opened"]
