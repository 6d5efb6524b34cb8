"""The desk's languages: which one a page is in, that every string has its German, and that nothing English is left."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.office import MATTER, NOW, POINT, Browser, Clock, another, events, reasons
from tests.web.test_browser import AXE, CHROMIUM, SAID, TAGS, Served, press, serving
from tests.web.test_browser import PAGES as BROWSED
from tests.web.words import Words, bare
from tools import catalogue
from tools.strings import TEMPLATES, Found, every

from comity.errors import ComityError
from comity.kernel.matter import Event
from comity.web.pages import templates
from comity.web.rooms import OF_A_MATTER, ROOMS
from comity.web.sentences import FIELD
from comity.web.tongue import CATALOGUES, Said, current, languages, ours, preferred, reading, tongue

PATH = f"/matters/{MATTER}"
OWN = (
    f"{PATH}?on=2026-11-18", f"{PATH}/event?kind=declined", "/law/show/eu-gdpr?court=us-nysd", "/law/show/us-scotus",
    "/law/show/GDPR", "/law/show/eu-epoc-window", "/ledger?verify=yes", f"/ledger?matter={MATTER}", "/matters/none",
    f"{PATH}?on=yesterday", "/sign-in",
)  # fmt: skip
ROOMED = (*(path for path, _ in ROOMS), *(PATH + path for path, _ in OF_A_MATTER))
PAGES = tuple(dict.fromkeys((*ROOMED, *BROWSED, *OWN)))
"""Every room, every page of a matter, whatever else a browser is shown, and what only words can be wrong in."""
GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}
DE, EN = tongue("de"), tongue("en")
MOMENTS = st.datetimes(datetime(1986, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.fixture(scope="module")
def strings() -> list[Found]:
    return every()


@pytest.fixture(scope="module")
def germans() -> catalogue.Catalog:
    return catalogue.read(CATALOGUES / "de/comity.po", "de")


# Catalogues


def test_every_string_of_the_desk_is_in_every_catalogue(strings: list[Found]) -> None:
    """`python -m tools.catalogue` mends this: template and catalogues are as it would write them now."""
    wanted = catalogue.template(strings)
    assert len(strings) > 800
    assert (CATALOGUES / "comity.pot").read_text("utf-8") == catalogue.text(wanted)
    for path in CATALOGUES.glob("*/comity.po"):
        own = catalogue.read(path, path.parent.name)
        assert path.read_text("utf-8") == catalogue.text(catalogue.updated(wanted, own)), path.parent.name


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_every_string_is_translated_with_its_fields(code: str) -> None:
    assert list(catalogue.wrong(catalogue.read(CATALOGUES / code / "comity.po", code))) == []


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "a {name}"\nmsgstr "ein {nahme}"', "other fields: a {name}"),
        (
            'msgid "a %(n)s"\nmsgid_plural "%(n)s as"\nmsgstr[0] "ein %(n)s"\nmsgstr[1] "einige"',
            "other fields: a %(n)s",
        ),
        ('msgid "a"\nmsgstr ""', "not translated: a"),
        ('#, fuzzy\nmsgid "a"\nmsgstr "ein"', "fuzzy: a"),
        ('msgid "a {name}"\nmsgstr "ein {name}"', None),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_found(entry: str, fault: str | None, tmp_path: Path) -> None:
    head = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    (tmp_path / "comity.po").write_text(head + entry + "\n", "utf-8")
    found = list(catalogue.wrong(catalogue.read(tmp_path / "comity.po", "de")))
    assert found == ([fault] if fault else [])


def test_what_was_translated_is_kept_and_comes_back_with_its_sentence() -> None:
    one, other = Found("one", "a.py"), Found("another", "a.py")
    before = catalogue.updated(catalogue.template([one, other]), catalogue.Catalog("de"))
    before["one"].string = "eins"  # type: ignore[union-attr]
    gone = catalogue.updated(catalogue.template([other]), before)
    assert "one" not in gone and [kept.string for kept in gone.obsolete.values()] == ["eins"]
    assert catalogue.updated(catalogue.template([one, other]), gone)["one"].string == "eins"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "path",
    sorted(path for folder in TEMPLATES for path in folder.rglob("*.html")),
    ids=lambda path: f"{path.parts[-3]}-{path.name}",
)
def test_no_template_holds_text_that_is_not_looked_up(path: Path) -> None:
    assert list(bare(templates("en"), path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Not wrapped</p>", '<nav aria-label="Rooms"></nav>', '{{ "open" if name else "shut" }}',
        '{% set title = "What happened" %}', '{{ field("source", "The paper") }}', "<td>{{ name }} days</td>",
        '<td data-head="{{ "Kind" }}"></td>', '{{ name or "nobody" }}',
    ],
)  # fmt: skip
def test_bare_text_is_found(source: str) -> None:
    assert list(bare(templates("en"), source))


@pytest.mark.parametrize(
    "source",
    [
        '<p>{{ _("Wrapped") }} {{ name }}</p>', "<p>{% trans %}Wrapped {{ name }}{% endtrans %}</p>",
        '<p class="soft {{ "over" if name }}"></p>', "<code>comity gate</code>",
        '{{ number | many("entry", "entries") }}',
        '{% if name == "Open" %}{% endif %}',
    ],
)  # fmt: skip
def test_what_is_looked_up_is_not_bare(source: str) -> None:
    assert not list(bare(templates("en"), source))


# Sentences


def test_every_sentence_is_known_again_once_its_fields_are_filled(germans: catalogue.Catalog) -> None:
    """A sentence that the kernel has put together is found in the catalogue, whatever stands in its fields."""
    sentences = [one for one in germans if isinstance(one.id, str) and FIELD.search(one.id) and not one.context]
    assert len(sentences) > 150
    wrong = []
    for one in sentences:
        fields = {name: f"`x{n}`" for n, name in enumerate(dict.fromkeys(FIELD.findall(one.id)))}
        own = sum(letter.isalpha() for letter in FIELD.sub("", one.id))
        said = DE.spoken(one.id.format(**fields), "estate" if one.locations == [("kernel/estate.py", None)] else "")
        if own >= 3 and said != str(one.string).format(**fields):
            wrong.append((one.id, said))
    assert wrong == []


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("content: dead: no order has been made yet", "Inhaltsdaten: erloschen: es ist noch keine Anordnung ergangen"),
        ("mail/content: open on question.x, question.y", "mail/content: offen wegen question.x, question.y"),
        ("content: suspended: the judge says: wait", "Inhaltsdaten: ausgesetzt: the judge says: wait"),
        ("content: use your head", "Inhaltsdaten: use your head"),
        ("A law says that Meridian controls Ireland", None),
        ("wait until 2026-11-20 12:00:00+00:00, or record the authority's clearance",
         "warten Sie bis 20.11.2026, 12:00 UTC, oder halten Sie die Billigung der Behörde fest"),
    ],
)  # fmt: skip
def test_what_people_typed_stays_and_what_is_ours_does_not(english: str, german: str | None) -> None:
    assert DE.spoken(english) == (german or english)
    assert EN.spoken(english) == english


class Odd(ComityError):
    """`{path}` has {count} fault(s)"""

    help = "name at least one account"


def test_an_error_is_said_from_its_own_sentence() -> None:
    says, remedy = Said.of(Odd(path="a {b}", count=3))
    assert (says, remedy) == ("`a {b}` has 3 fault(s)", Odd.help)
    assert DE.spoken(says) == "`a {b}` hat 3 Mängel" and DE.spoken(remedy) == "nennen Sie mindestens ein Konto"


@given(st.text())
def test_no_text_breaks_the_search_for_its_sentence(text: str) -> None:
    assert isinstance(DE.spoken(text), str) and EN.spoken(text) == text


# Dates and numbers


@given(MOMENTS)
def test_a_moment_is_written_as_the_language_does_and_read_by_programs_as_ever(at: datetime) -> None:
    iso = re.compile(r'datetime="([^"]+)">([^<]+)<')
    english, german = (iso.search(str(own.when(at))) for own in (EN, DE))
    assert english and german and english[1] == german[1] == f"{at:%Y-%m-%dT%H:%MZ}"
    assert english[2] == f"{at:%Y-%m-%d %H:%M} UTC" and german[2] == f"{at:%d.%m.%Y}, {at:%H:%M} UTC"
    assert f">{at:%d.%m.%Y}<" in DE.day(at) and f">{at:%Y-%m-%d}<" in EN.day(at)


@given(st.integers(0, 10**12))
def test_thousands_are_set_apart(number: int) -> None:
    assert EN.number(number) == f"{number:,}" and DE.number(number) == f"{number:,}".replace(",", ".")


def test_counts_and_time_left_are_said_in_both() -> None:
    assert [EN.many(n, "entry", "entries") for n in (1, 2000)] == ["1 entry", "2,000 entries"]
    assert [DE.many(n, "entry", "entries") for n in (1, 2000)] == ["1 Eintrag", "2.000 Einträge"]
    spans = (timedelta(hours=7, minutes=5), timedelta(days=10), timedelta(days=-3))
    assert [DE.left(NOW + span, NOW) for span in spans] == ["in 7 Std. 05 Min.", "in 10 Tagen", "vor 3 Tagen"]
    assert [EN.left(NOW + span, NOW) for span in spans] == ["in 7 h 05 min", "in 10 days", "3 days ago"]
    assert DE.share(99.5) == "99,5 %" and EN.share(99.5) == "99.5 %"


# Which language


@pytest.mark.parametrize(
    ("cookie", "accepted", "code"),
    [
        ("", "", "en"), ("", "de", "de"), ("", "de-CH, fr;q=0.9", "de"), ("", "fr, it;q=0.5", "en"),
        ("", "en, de", "en"),
        ("", "en;q=0.3, de;q=0.8", "de"), ("", "de;q=0, en", "en"), ("", "fr, de;q=0.1", "de"), ("", "DE", "de"),
        ("comity-language=de", "en", "de"), ("a=b; comity-language=en; c=d", "de", "en"),
        ("comity-language=xx", "de", "de"), ("not-comity-language=de", "", "en"), ("", "de;q=much", "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_chosen_else_the_one_asked_for(cookie: str, accepted: str, code: str) -> None:
    assert preferred(cookie, accepted) == code


@given(st.text(), st.text())
def test_whatever_a_browser_sends_there_is_a_language(cookie: str, accepted: str) -> None:
    assert preferred(cookie, accepted) in languages()


def test_a_page_says_what_language_it_is_in(reader: Browser) -> None:
    for asked, code in ((GERMAN, "de"), ({"accept-language": "en"}, "en"), ({}, "en")):
        answer = reader.get("/law", **asked)
        assert answer.headers["content-language"] == code and f'<html lang="{code}">' in answer.text
        assert "cookie" in answer.headers["vary"]
    assert "content-language" not in reader.get(re.findall(r'href="(/static/[^"]+)"', answer.text)[0]).headers


def test_a_language_is_chosen_by_a_link_and_kept(browser: Browser) -> None:
    browser.sign_in("clerk")
    page = browser.get("/law?what=", **GERMAN).text
    link = next(one for one in re.findall(r'href="([^"]+)" lang="(\w+)"', page) if one[1] == "en")
    answer = browser.get(unescape(link[0]), **GERMAN)
    assert answer.status_code == 303 and answer.headers["location"] == "/law?what="
    assert '<html lang="en">' in browser.get("/", **GERMAN).text
    assert browser.get("/language/xx").status_code == 404


def test_an_answer_to_a_form_has_no_link_that_would_lose_what_was_typed(browser: Browser) -> None:
    browser.sign_in("counsel")
    refused = browser.answer("perhaps")
    assert refused.status_code == 422 and "our memo" in refused.text and "/language/" not in refused.text


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "", "/\r\nset-cookie: a=b", "/ä"]
)
def test_the_link_leads_nowhere_else(reader: Browser, back: str) -> None:
    assert not ours(back)
    answer = Browser(reader.web).client.get("/language/en", params={"back": back}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_one_answer_is_in_one_language_and_the_next_in_its_own() -> None:
    with reading("de"):
        assert current() is DE
        with reading("en"):
            assert current() is EN
        assert current() is DE
    assert current() is EN


# Pages in German


@pytest.mark.parametrize("path", PAGES)
def test_nothing_english_is_left_on_a_german_page(reader: Browser, path: str) -> None:
    """But the law's own text, what is typed at a terminal, and what the ledger holds: these are marked as such."""
    answer = reader.get(path, **GERMAN)
    shown = Words(answer.text, "de").found
    assert len(shown) > 8 or answer.status_code == 303, "a page that leads on says nothing"
    known = [text for text in shown if DE.spoken(text, "estate") != text and text not in ALIKE]
    assert known == [], "these have a German"
    assert [text for text in shown if ENGLISH.search(text)] == []


ALIKE = frozenset({"counsel", "Register", "clerk", "content", "post", "served", "issued"})
"""Names of people, accounts' places and codes that are words of the catalogue too."""
ENGLISH = re.compile(r"\b(the|of|is|what|who|which|nothing|with|from|has|have|been|not|and|or|by|this|that|your)\b")


def test_the_gate_gives_its_reasons_in_german(browser: Browser, clock: Clock) -> None:
    """As many as the desk gives, none of them English, whatever shut it."""
    from comity.desk.matter import enter

    browser.sign_in("first.approver")
    for kind in ("stayed", "declined", "window", "gagged"):
        clock.on(minutes=1)
        with browser.web.house.opened() as office:
            enter(office, MATTER, Event("", kind, clock.at, clock.at, f"Beleg {kind}", "Blatt 1", "counsel"))
    with browser.web.house.opened() as office:
        wanted = reasons(office, clock.at)
    page = browser.get(PATH, **GERMAN).text
    shown = [unescape(one) for one in re.findall(r'<p class="reason">(.*?)</p>', page)]
    assert shown == [DE.spoken(one) for one in wanted] and len(shown) >= 4
    own = [one for one in shown if not one.startswith("Beleg")]
    assert not any(english in own for english in wanted)
    assert "Inhaltsdaten: ausgesetzt: Beleg stayed" in shown


def test_what_is_told_once_and_what_is_refused_is_german(browser: Browser, clock: Clock) -> None:
    browser.sign_in("counsel")
    browser.client.headers.update(GERMAN)
    assert browser.answer().status_code == 303
    assert f"Ihre Antwort ist festgehalten: {POINT} ist ja." in browser.page()
    clock.on(minutes=1)
    first = another(browser, "first.approver")
    first.client.headers.update(GERMAN)
    form = first.form(PATH, f"{PATH}/approve")
    clock.on(minutes=1)
    browser.answer("false")
    refused = first.post(f"{PATH}/approve", form)
    assert refused.status_code == 403 and events(browser.web, "approved") == 0
    assert "was jetzt vorliegt, ist nicht, was <code>first.approver</code> gezeigt wurde" in refused.text
    assert "Dies wurde nicht ausgeführt" in refused.text and '<html lang="de">' in refused.text


def test_what_is_kept_for_one_reader_is_said_to_another_in_their_own(reader: Browser) -> None:
    """The inbox keeps what it worked out, and no words with it."""
    assert "2 reasons" in reader.get("/").text
    assert "2 Gründe" in reader.get("/", **GERMAN).text and "Eingang" in reader.get("/", **GERMAN).text
    assert "2 reasons" in reader.get("/").text


# In Chromium


@pytest.fixture(scope="module")
def served(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    import signal

    office = Path(shutil.copytree(made, tmp_path_factory.mktemp("tongue") / "office"))
    process, said = serving(office)
    yield Served(process, office, re.search(r"http://[\w.:]+", said)[0])  # type: ignore[index]
    process.send_signal(signal.SIGINT)
    process.wait(10)


@pytest.fixture(scope="module")
def page(served: Served) -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no chromium here: `apt-get install chromium`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = chromium.new_context(locale="de-DE").new_page()
        opened.goto(served.link("counsel"))
        press(opened, "Als counsel anmelden")
        yield opened
        chromium.close()


WIDER = """() => [...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  if (!box.width || e.closest('svg, .hidden, .skip')) return false;
  return box.right > innerWidth + 1 || (e.scrollWidth > e.clientWidth + 1 && style.display !== 'inline'
    && style.overflowX === 'visible');
}).map(e => e.outerHTML.slice(0, 140))"""


@pytest.mark.parametrize("width", [360, 1400])
def test_german_words_fit_and_shut_nobody_out(page: Any, served: Served, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    source, found = AXE.read_text("utf-8"), []
    for path in PAGES:
        page.goto(served.address + path)
        assert page.evaluate("document.documentElement.lang") == "de"
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found += [f"{path} wide: {one}" for one in page.evaluate(WIDER)]
        page.evaluate(source)
        wrong = page.evaluate("options => axe.run(options).then(found => found.violations)", {"runOnly": TAGS, **SAID})
        found += [f"{path} {one['id']}: {n['html'][:160]} {n['failureSummary']}" for one in wrong for n in one["nodes"]]
    assert not found, "\n".join(found)


def test_the_tool_names_what_is_no_language(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.catalogue", "zz-top", "--to", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 2 and "`zz-top` is no language" in done.stderr and not list(tmp_path.iterdir())
