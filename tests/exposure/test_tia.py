"""The transfer assessment: what it counts, what it cites, what it concludes, and that two renderings say the same."""

from __future__ import annotations

import atexit
import json
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exposure.world import COLUMNS, ON, estates, laws, one_by_one, packs, rows, swept, written
from typer.testing import CliRunner

from comity.cli import rooms
from comity.cli.common import app
from comity.desk.exposure.about import Posed
from comity.desk.exposure.kept import OtherPacks
from comity.desk.tia.answers import read_answers
from comity.desk.tia.assess import Adequacy, NoLawOfTransfers, NotACountry, adequate, answered, assess, assessed
from comity.desk.tia.cites import GROUP, beside
from comity.desk.tia.powers import PERSONAL, Power, Seen
from comity.desk.tia.rule import MEASURES, PROCEED, REFUSE, SUSPEND, UNSETTLED, Known, bad, conclude
from comity.desk.tia.text import document
from comity.desk.tia.transfers import transfers
from comity.errors import Faulty
from comity.exposure.cube import save
from comity.kernel.estate import Entity, Estate, Service, Site, Store
from comity.letters.tia import Cite, html, pdf

BOTH = frozenset({"content", "traffic"})
PLAIN = dict.fromkeys(COLUMNS, "") | {"address": "a@larch.example"}
TO_US = """\
[[transfer]]
store = "quincy"
to = "US"
"""


def an_estate(**changes):
    """A head in the United States, a company in Ireland it owns, one in Germany that nobody does."""
    made = Estate(
        "Larch",
        {
            "us": Entity("us", "Larch Corp", "US"),
            "ie": Entity("ie", "Larch Ltd", "IE", "us", Fraction(1)),
            "de": Entity("de", "Erle GmbH", "DE"),
        },
        {
            "d": Site("d", "Dublin", "IE", "ie"),
            "q": Site("q", "Quincy", "US", "us"),
            "b": Site("b", "Bonn", "DE", "de"),
        },
        {"mail": Service("mail", "Mail", True, frozenset({"US", "IE", "DE"}))},
        {
            "dublin": Store("dublin", "d", "ie", "mail", "provider", BOTH),
            "quincy": Store("quincy", "q", "us", "mail", "provider", BOTH),
            "bonn": Store("bonn", "b", "de", "mail", "provider", BOTH),
        },
    )
    return replace(made, **changes)


def accounts(*several):
    """Rows of a store and a country, numbered."""
    return [
        {**PLAIN, "address": f"a{n}@larch.example", "store": store, "customer_place": place, "kind": kind}
        for n, (store, place, kind) in enumerate(several)
    ]


MANY = accounts(
    *(("quincy", "DE", "person"),) * 4, ("quincy", "IE", "business"), ("quincy", "", ""), ("quincy", "US", "person"),
    *(("dublin", "FR", ""),) * 3, *(("bonn", "DE", "person"),) * 2,
)  # fmt: skip


@cache
def usual():
    """The assessment of the accounts above without answers; its cube stays open as long as the tests run."""
    stack = ExitStack()
    atexit.register(stack.close)
    folder = Path(stack.enter_context(TemporaryDirectory()))
    cube = save(stack.enter_context(swept(an_estate(), [written(folder, MANY)])), folder / "cube")
    return assess(cube, packs())


def told(file):
    """The same with what people answered."""
    with TemporaryDirectory() as name:
        (Path(name) / "tia.toml").write_text(file, "utf-8")
        return answered(usual(), Path(name) / "tia.toml")


@contextmanager
def studied(estate, given=MANY, file="", to=()):
    """An assessment of another estate, with what people answered."""
    with TemporaryDirectory() as name, swept(estate, [written(Path(name), given)]) as cube:
        saved, answers = save(cube, Path(name) / "cube"), Path(name) / "tia.toml"
        answers.write_text(file, "utf-8")
        yield assess(saved, packs(), to, answers if file else None)


@pytest.fixture(name="found", scope="module")
def an_assessment():
    return usual()


@pytest.fixture(name="doc", scope="module")
def its_document(found):
    return document(found)


# What it counts


def inside(row):
    """Whether the customer of a row lives in the EEA; None where nobody knows."""
    return row["customer_place"] in packs().law.group(GROUP, ON) if row["customer_place"] else None


def together(decided, keep):
    """The verdicts of some rows, each decided by itself, by place and category."""
    found = {}
    for row, said in decided:
        for key, verdicts in said.items():
            found.setdefault(key, Counter()).update(verdicts if keep(row) else {})
    return found


@settings(max_examples=3)
@given(estate=estates(), given_rows=rows(5))
def test_numbers_are_those_of_the_accounts_and_of_the_cube(estate, given_rows):
    """Any estate: customers by country, and verdicts by category, are what deciding each account by itself gives."""
    decided = [(row, one_by_one(estate, [row])) for row in given_rows]
    eea = packs().law.group(GROUP, ON)
    with TemporaryDirectory() as name, swept(estate, [written(Path(name), given_rows)]) as cube:
        every = transfers(estate, cube.classes, eea)
        seen = Seen(save(cube, Path(name) / "cube"), packs(), eea, {one.to for one in every})
        for one in every:
            own = [(row, said) for row, said in decided if row["store"] == one.store.id]
            there = Counter((r["customer_place"], r["kind"] or "unknown") for r, _ in own if inside(r))
            assert dict(there) == dict(one.numbers.inside)
            assert one.numbers.unknown == sum(inside(r) is None for r, _ in own)
            assert one.numbers.elsewhere == sum(inside(r) is False for r, _ in own)
            whole, part = together(own, lambda row: True), together(own, inside)
            for tally in seen.tallies(one.to, one.store.id):
                assert {v: n for v, n in tally.all.items() if n} == whole[one.to, tally.category]
                assert {v: n for v, n in tally.verdicts.items() if n} == part[one.to, tally.category]
                far = (tally.clear, tally.perhaps, tally.closed, tally.open, tally.shut, tally.none)
                assert sum(far) == one.numbers.accounts


def test_all_verdicts_together_are_the_cube_s():
    """Where every store comes under a state, its tallies add up to the cube's row."""
    estate = an_estate(stores={id: s for id, s in an_estate().stores.items() if id != "bonn"})
    with studied(estate, [row for row in MANY if row["store"] != "bonn"]) as found:
        for row in (row for row in found.cube.sweep.rows if row.place == "US" and row.category in PERSONAL):
            own = (t for one in found.studied for t in one.tallies if t.category == row.category)
            assert sum((Counter(t.all) for t in own), Counter()) == Counter(found.cube.sweep.counts(row))


def test_each_power_has_its_proof_in_the_cube_and_its_decision_again(found):
    """The first proof's decision, made again, has the same verdict and open points."""
    kept = {outcome.proof: outcome for outcome in found.cube.sweep.outcomes}
    powers = [power for one in found.studied for power in one.powers]
    assert powers
    for power in powers:
        assert all(kept[proof].verdict == power.verdict for proof in power.proofs)
        for proof, decision in zip(power.proofs, power.decisions, strict=False):
            assert tuple(point.term for point in decision.open_points) == kept[proof].open
        assert any(decision.id in power.proofs for decision in power.decisions)


def test_which_records_come_under_what(found):
    """Quincy is a transfer, Dublin reach through the parent, Bonn neither."""
    assert [one.transfer.id for one in found.studied] == ["quincy-us", "dublin-us"]
    quincy, dublin = found.studied
    assert quincy.known.is_transfer and not dublin.known.is_transfer
    assert {way.kind for way in quincy.transfer.ways} == {"site", "holder", "operator"}
    assert [way.kind for way in dublin.transfer.ways] == ["control"]
    assert quincy.transfer.importers == ("us",) and dublin.transfer.exporters == ("ie",)
    assert (quincy.transfer.numbers.accounts, quincy.transfer.numbers.unknown) == (5, 1)


@pytest.mark.parametrize(
    ("change", "kind", "is_transfer"),
    [
        ({"key_holder": "us"}, "keys", True),
        ({"site": "q"}, "site", True),
        ({"holder": "us"}, "holder", True),
    ],
)
def test_a_hand_outside_makes_a_transfer(change, kind, is_transfer):
    """A trustee of the keys, a site, a holder outside the EEA."""
    stores = {"bonn": replace(an_estate().stores["bonn"], **change)}
    with studied(an_estate(stores=stores), accounts(("bonn", "DE", ""))) as found:
        (one,) = [one for one in found.studied if one.transfer.to == "US"]
        assert kind in {way.kind for way in one.transfer.ways} and one.known.is_transfer is is_transfer


def test_storage_abroad_by_the_holder_itself_is_reach():
    """Nobody else has the records: on the Board's criteria no transfer; the document says which of the two it is."""
    sites = {**an_estate().sites, "z": Site("z", "Zurich", "CH", "de")}
    stores = {"bonn": replace(an_estate().stores["bonn"], site="z")}
    with studied(an_estate(sites=sites, stores=stores), accounts(("bonn", "DE", ""))) as found:
        (one,) = found.studied
        assert {way.kind for way in one.transfer.ways} == {"site", "present"} and not one.known.is_transfer
        assert "Storage there by the holder itself" in html(document(found))


def test_unknown_control_is_a_way_that_may_be_none():
    """A share that nobody knows: the way is there, and unknown."""
    entities = {**an_estate().entities, "ie": Entity("ie", "Larch Ltd", "IE", "us", None)}
    with studied(an_estate(entities=entities), accounts(("dublin", "IE", ""))) as found:
        (one,) = found.studied
        assert [(way.kind, way.truth) for way in one.transfer.ways] == [("control", None)]


def test_an_estate_in_the_eea_has_no_transfer_and_says_so():
    """Bonn alone, held by a company that nobody controls."""
    estate = an_estate()
    estate = replace(estate, entities={"de": estate.entities["de"]}, sites={"b": estate.sites["b"]})
    estate = replace(estate, stores={"bonn": estate.stores["bonn"]})
    with studied(estate, accounts(("bonn", "DE", ""), ("bonn", "", ""))) as found:
        doc = document(found)
        assert found.studied == ()
        assert [section.id for section in doc.sections] == ["summary", "step-1", "sources"]
        assert "No transfer" in doc.sections[0].blocks[0].text
        assert "No transfer" in html(doc)


def test_customers_of_unknown_country_are_counted_apart_and_settle_nothing():
    """Were they all that there are, it is not even known whether there is a transfer."""
    with studied(
        an_estate(), accounts(("quincy", "", "")), file=TO_US + 'tool = "adequacy"\ncovered = true\n'
    ) as found:
        (one,) = found.studied
        assert (one.transfer.numbers.accounts, one.transfer.numbers.unknown) == (0, 1)
        assert one.conclusion.word == UNSETTLED
        assert any("unknown country" in text for text in one.conclusion.turns_on)
        assert "1, counted apart" in html(document(found))


def test_only_some_countries():
    """What was not asked for is not there; what is no country is refused."""
    with studied(an_estate(), to=("CH",)) as found:
        assert found.studied == () and "Switzerland" in document(found).sections[0].blocks[0].text
    with pytest.raises(NotACountry), assessed(Path("nowhere"), ("UK",), None, laws()):
        pass


# What it cites


def resolves(cite: Cite, found) -> bool:
    """Whether what is cited is there."""
    library, law = found.library, found.library.packs.law
    templates = {template["id"] for template in found.cube.about["templates"]}
    there = {
        "rule": set(library.rules), "answer": set(library.answers), "question": {q.id for q in law.questions},
        "term": set(library.packs.words.terms), "group": set(library.groups), "template": templates,
        "unmodelled": {pack.instrument.get("id") for pack in library.packs.packs}, "source": set(library.sources),
        "cube": {found.cube.digest, "classes"}, "estate": {"estate"}, "file": {"file"}, "document": {"rule"},
    }  # fmt: skip
    if cite.kind == "proof":
        return cite.id.startswith("sha256:") and len(cite.id) == 71
    return cite.id in there[cite.kind]


def test_every_sentence_stands_on_something_or_is_open(found, doc):
    """Each line of text, of facts, of a table; and whatever is cited is there."""
    lines = list(doc.sentences())
    assert len(lines) > 100
    assert [line for line in lines if not any(said.cites or said.by for said in line)] == []
    cites = [cite for line in lines for said in line for cite in said.cites]
    assert [cite for cite in cites if not resolves(cite, found)] == []


def test_what_nobody_read_says_so(found, doc):
    """A citation is unverified exactly where the pack, or the list of sources, says it is."""
    cites = {(cite.kind, cite.id): cite for line in doc.sentences() for said in line for cite in said.cites}
    library, number = found.library, 0
    for (kind, id), cite in cites.items():
        own = {"rule": library.rules, "answer": library.answers}.get(kind, {}).get(id)
        reviewed = own.reviewed if own else str(library.sources[id]["reviewed"]) if kind == "source" else None
        if reviewed is not None:
            number += 1
            assert cite.unread is reviewed.startswith("unverified"), cite
    assert number > 10


def test_the_sources_are_whole():
    """Each with its address and what was read of it; each sentence and list of states names one that is there."""
    ids = {row["id"] for row in beside()["source"]}
    assert len(ids) == len(beside()["source"])
    assert all({"cite", "url", "retrieved", "reviewed"} <= set(row) for row in beside()["source"])
    named = {id for row in beside()["sentence"] for id in row["cites"]} - {"cube", "rule"}
    assert named | {row["source"] for row in beside()["adequate"]} <= ids
    assert all(row["reviewed"].startswith(("read ", "unverified")) for row in beside()["source"])


def test_adequacy_follows_the_day_and_what_is_assumed():
    """The packs know the decisions for the United States by day: between two of them none stands, nor if one falls."""
    for day, stands in ((ON, True), (ON.replace(year=2021), False), (ON.replace(year=2019), True)):
        assert adequate(packs(), "US", Posed(day)).stands is stands
    falls = ("eu-us-data-privacy-framework vacated on 2026-08-31",)
    assert adequate(packs(), "US", Posed(ON, falls)).stands is False
    assert adequate(packs(), "CH", Posed(ON)) == Adequacy(None, None)


# What it concludes


@pytest.mark.parametrize(
    ("file", "word"),
    [
        ("", UNSETTLED),
        (TO_US + 'tool = "adequacy"\ncovered = true\n', PROCEED),
        (TO_US + 'tool = "adequacy"\ncovered = false\n', SUSPEND),
        (TO_US + 'tool = "none"\n', SUSPEND),
        (TO_US + 'tool = "scc"\n', UNSETTLED),
        (TO_US + 'tool = "scc"\nin_place = true\n', UNSETTLED),
        (TO_US + 'tool = "derogation"\n', UNSETTLED),
    ],
)
def test_the_tool_decides_where_it_can(file, word):
    """A decision that covers, none at all, clauses that still have to be weighed against the law there."""
    found = told(file) if file else usual()
    assert found.studied[0].transfer.id == "quincy-us"
    assert found.studied[0].conclusion.word == word


def said_of(powers, beyond):
    """What counsel says of every power of an assessment."""
    lines = sorted({power.template for power in powers})
    text = str(beyond).lower()
    return "".join(f'[[power]]\ntemplate = "{t}"\ngoes_beyond = {text}\nwhy = "w"\nby = "c"\n' for t in lines)


def test_people_say_which_powers_go_too_far_and_the_measures_follow(found):
    """None does: may proceed. All do: with keys elsewhere, or apart from the group, but not by moving alone."""
    powers = [power for one in found.studied for power in one.powers]
    clauses = TO_US + 'tool = "scc"\nin_place = true\n'
    none, every = told(clauses + said_of(powers, False)).studied[0], told(clauses + said_of(powers, True)).studied[0]
    assert none.conclusion.word == PROCEED
    assert every.conclusion.word == MEASURES
    assert every.conclusion.measures == ("keys-customer", "keys-trustee", "apart")
    after = {one.measure.id: one for one in every.after}
    assert after["keys-customer"].tallies[0].closed == 5 and after["keys-customer"].tallies[0].clear == 0
    assert after["moved"].tallies[0].clear == 5 and after["apart"].tallies[0].none == 5


def test_reach_without_access_needs_no_tool(found):
    """Dublin: nobody outside sees the records; whether to entrust them turns on the powers alone."""
    powers = [power for one in found.studied for power in one.powers]
    file = '[[transfer]]\nstore = "dublin"\nto = "US"\naccess = {}\n'
    assert told(file.format("false") + said_of(powers, False)).studied[1].conclusion.word == PROCEED
    assert told(file.format("false")).studied[1].conclusion.ways == (PROCEED, MEASURES)
    seen = told(file.format("true") + said_of(powers, False)).studied[1]
    assert seen.known.is_transfer and seen.conclusion.word == UNSETTLED


def test_a_state_without_a_pack_is_not_settled():
    """Nothing is known of its law; the document says so."""
    sites = {**an_estate().sites, "q": Site("q", "Santiago", "CL", "us")}
    file = '[[transfer]]\nstore = "quincy"\nto = "CL"\ntool = "scc"\nin_place = true\n'
    with studied(an_estate(sites=sites), file=file) as found:
        (one,) = [one for one in found.studied if one.transfer.id == "quincy-cl"]
        assert not one.law_known and one.conclusion.word == UNSETTLED
        assert any("not in the packs" in text for text in one.conclusion.turns_on)
        assert "nothing is known here of its law" in html(document(found))


TRUTHS = st.sampled_from([True, False, None])


def a_power(template, category, reaches, readable):
    return Power(template, category, "", "", "open", (), (), 1, 0, reaches, readable, (), ())


@st.composite
def knowns(draw):
    """A few powers over two categories, two measures that leave some of them, anything unknown."""
    keys = [(template, category) for template in "ab" for category in ("content", "traffic")]

    def some():
        return tuple(a_power(*key, draw(TRUTHS), draw(TRUTHS)) for key in keys if draw(st.booleans()))

    said = {template: draw(st.booleans()) for template in "ab" if draw(st.booleans())}
    return Known(
        draw(TRUTHS), draw(TRUTHS), some(), {"one": some(), "two": some()}, said, True, True, draw(st.booleans())
    )


@settings(max_examples=60)
@given(known=knowns())
def test_the_ways_are_those_of_trying_everything(known):
    """Every unknown one by one: the same set of outcomes as the rule's two ends and each doubtful power alone."""
    keys = sorted({(p.template, p.category) for of in (known.powers, *known.after.values()) for p in of})
    free = [("goes", t) for t in "ab" if t not in known.goes_beyond] + [(w, k) for k in keys for w in ("reach", "read")]
    found = set()
    for covered, safeguard in product(tried(known.adequate), tried(known.safeguard)):
        for values in product((True, False), repeat=len(free)):
            found.add(outcome(known, covered, safeguard, dict(zip(free, values, strict=True))))
    assert set(conclude(known).ways) == found


def tried(truth):
    return (True, False) if truth is None else (truth,)


def outcome(known, covered, safeguard, values):
    """The rule in plain words, all being known."""

    def goes(powers):
        return any(
            (values["reach", (p.template, p.category)] if p.reaches is None else p.reaches)
            and (values["read", (p.template, p.category)] if p.readable is None else p.readable)
            and known.goes_beyond.get(p.template, values.get(("goes", p.template)))
            for p in powers
        )

    if covered:
        return PROCEED
    if safeguard and not goes(known.powers):
        return PROCEED
    if safeguard and not all(goes(left) for left in known.after.values()):
        return MEASURES
    return SUSPEND if known.is_transfer else REFUSE


@given(known=knowns())
def test_what_is_settled_turns_on_nothing(known):
    """And what is not settled names what it turns on."""
    conclusion = conclude(known)
    assert (conclusion.word == UNSETTLED) is (len(conclusion.ways) > 1)
    assert bool(conclusion.turns_on) is (conclusion.word == UNSETTLED)
    assert all(bad(known, power) is not True for name in conclusion.measures for power in known.after[name])


def test_a_power_that_only_a_measure_would_bring_is_named():
    """A store moved comes under another state's power, of which nobody had said anything; that once went unnamed."""
    own, brought = (a_power(template, "traffic", True, True) for template in "ab")
    known = Known(False, True, (own,), {"moved": (brought,)}, {"a": True}, True, True, False)
    assert conclude(known).turns_on == ("whether these powers go beyond what is necessary and proportionate: b",)


# What it looks like

MARKUP = '<script>alert(1)</script> & "x" #panic() $x^2$ *b* _i_ `r` <label> \\ [y] {stores} {0}'


class Heads(HTMLParser):
    """The headings and whatever must not be there."""

    def __init__(self):
        super().__init__()
        self.heads, self.inside, self.tags, self.ids, self.links = [], False, set(), [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.inside = tag in ("h2", "h3", "h4")
        self.ids += [value for name, value in attrs if name == "id"]
        self.links |= {value for name, value in attrs if name in ("href", "src")}
        if self.inside:
            self.heads.append("")

    def handle_data(self, data):
        if self.inside:
            self.heads[-1] += data

    def handle_endtag(self, tag):
        self.inside = False


def read(page):
    parser = Heads()
    parser.feed(page)
    return parser


def test_the_page_is_self_contained_and_its_links_lead_somewhere(doc):
    """No script, nothing fetched; each heading once, each link to a place on the page."""
    page = read(html(doc))
    assert not page.tags & {"script", "link", "img", "iframe", "object"}
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert page.heads == ["Contents", *(section.title for section in doc.walk())]


def test_names_are_shown_and_never_read_as_markup():
    """In the estate, in the file of answers: on the page and in the PDF."""
    entities = {**an_estate().entities, "us": Entity("us", MARKUP, "US")}
    file = TO_US + f"purpose = '''{MARKUP}'''\n"
    with studied(an_estate(name=MARKUP, entities=entities), file=file) as found:
        doc = document(found)
        page = html(doc)
        assert "<script" not in page and page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4
        pypdf = pytest.importorskip("pypdf", reason="reading the PDF needs comity[pdf]")
        pytest.importorskip("typst", reason="setting the PDF needs comity[pdf]")
        text = " ".join(pypdf.PdfReader(BytesIO(pdf(doc))).pages[0].extract_text().split())
        assert "#panic()" in text and "$x^2$" in text and "{stores}" in text


def test_the_pdf_has_the_same_headings_and_the_same_octets_twice(doc):
    """One structure, two renderings."""
    pytest.importorskip("typst", reason="setting the PDF needs comity[pdf]")
    pypdf = pytest.importorskip("pypdf", reason="reading the PDF needs comity[pdf]")
    first = pdf(doc)
    assert first == pdf(doc)
    text = "".join("".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(first)).pages).split())
    for section in doc.walk():
        assert "".join(section.title.split()) in text, section.title
    assert doc.digest in pypdf.PdfReader(BytesIO(first)).metadata["/Keywords"]


def test_the_same_cube_gives_the_same_document(found, doc):
    """Neither the clock nor the order of anything has a say."""
    assert document(found) == doc and html(document(found)) == html(doc)


# The file and the command

WRONG = """\
[document]
prepared = "me"

[[transfer]]
store = "quincy"
to = "US"
signed = "yesterday"

[[power]]
template = "us-warrant"

[other]
"""
WRONG_WORDS = """\
[[transfer]]
store = "quincy"
to = "JP"

[[transfer]]
store = "quincy"
to = "US"
tool = "handshake"

[[transfer]]
store = "quincy"
to = "US"

[[power]]
template = "us-warrant"
goes_beyond = true
why = "w"
by = "c"

[[power]]
template = "us-warrant"
goes_beyond = false
why = "w"
by = "c"

[[power]]
template = "us-thing"
goes_beyond = false
why = "w"
by = "c"
"""


def test_the_example_of_the_page_is_read(found):
    """As docs/formats/tia.md has it."""
    text = (Path(__file__).parents[2] / "docs/formats/tia.md").read_text("utf-8")
    store = replace(found.studied[0].transfer.store, id="quincy-mail")
    with TemporaryDirectory() as name:
        path = Path(name) / "tia.toml"
        path.write_text(text.split("```toml\n")[1].split("```")[0], "utf-8")
        said = read_answers(path, (replace(found.studied[0].transfer, store=store),), frozenset({"us-sca-warrant"}))
    assert said.transfers["quincy-mail-us"]["tool"] == "scc" and said.goes_beyond() == {"us-sca-warrant": False}
    assert len(said.measures) == 1 and said.document["officer"] == "Ines Roth"


def test_before_the_regulation_there_is_nothing_to_assess():
    """On a day on which it is law nowhere."""
    cube = usual().cube
    with pytest.raises(NoLawOfTransfers, match="2018-05-24"):
        assess(replace(cube, about={**cube.about, "on": "2018-05-24"}), packs())


def test_every_fault_of_the_file_is_told_at_once():
    """Each with its line: shapes first, then what the words mean."""
    for text, names in (
        (WRONG, ["unknown-table", "unknown-key", "wrong-type", "missing-key", "missing-key", "missing-key"]),
        (WRONG_WORDS, ["no-such-transfer", "duplicate-id", "said-twice", "unknown-template", "unknown-code"]),
    ):
        with pytest.raises(Faulty) as wrong:
            told(text)
        assert [fault.name for fault in wrong.value.faults] == names
        assert all(fault.where.startswith("tia.toml:") and fault.remedy for fault in wrong.value.faults)


def test_the_command_writes_the_page_and_says_what_it_found(tmp_path):
    """HTML, PDF and JSON from one cube; other packs and no target are refused."""
    rooms.load()
    save(usual().cube, tmp_path / "cube")
    page, run = tmp_path / "tia.html", CliRunner()
    common = ["exposure", "tia", str(tmp_path / "cube"), "--laws", str(laws())]
    done = run.invoke(app, [*common, "--out", str(page), "--to", "US", "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert [one["accounts"] for one in report["transfers"]] == [5, 3]
    assert report["document"]["title"] == "Transfer impact assessment" and page.read_text().startswith(
        "<!doctype html>"
    )
    assert run.invoke(app, common).exception.exit_code == 2
    with pytest.raises(OtherPacks), assessed(tmp_path / "cube", (), None, None):
        pass


def test_a_table_that_names_no_country_makes_every_customer_unknown(tmp_path):
    """Nor a kind: all are counted, none is placed."""
    table = written(tmp_path, MANY, ("address", "store", "nationality"))
    with swept(an_estate(), [table]) as cube:
        found = assess(save(cube, tmp_path / "cube"), packs())
    assert [(one.transfer.numbers.accounts, one.transfer.numbers.unknown) for one in found.studied] == [(0, 7), (0, 3)]
    assert all(power.accounts == 0 for one in found.studied for power in one.powers)
