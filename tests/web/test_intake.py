"""A demand comes in at the desk: read beside its paper, mended, confirmed; whatever a hostile paper says is text."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from tests.intake.test_etsi import message as etsi
from tests.web.office import MATTER, NOW, Browser, another, desk
from tests.web.test_pages import Tags, text_of

from comity.desk import arrival
from comity.desk.matter import demand_of, load
from comity.intake.write import write_demand
from comity.sim.orders import Asked, Order
from comity.sim.papers import warrant_2018
from comity.web.papers import highlighted

EVIL = '<script>alert(1)</script>" onload="x\' {{ 7*7 }} <mark id=at-1>'
PAPER = warrant_2018()
REST = {"f.served": "2026-11-18T09:00:00Z", "f.channel": "post", "f.demand.gag": "false"}
"""What no paper says, and what this one does not."""


class Controls(HTMLParser):
    """What a browser would send of the form that leads to an action."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__(convert_charrefs=True)
        self.action, self.inside, self.select, self.area = action, False, "", ""
        self.found: dict[str, list[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = at.get("action") == self.action
        if not self.inside:
            return
        if tag == "input" and (at.get("type") not in ("checkbox", "radio") or "checked" in at):
            self.found.setdefault(at["name"], []).append(at.get("value", ""))
        elif tag == "select":
            self.select = at["name"]
        elif tag == "option" and "selected" in at:
            self.found.setdefault(self.select, []).append(at["value"])
        elif tag == "textarea":
            self.area = at["name"]
            self.found.setdefault(self.area, []).append("")

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""


@pytest.fixture
def clerk(browser: Browser) -> Browser:
    browser.sign_in("clerk")
    return browser


def bring(browser: Browser, *papers: tuple[str, bytes], pasted: str = "") -> httpx.Response:
    sent = [("papers", (name, raw, "application/octet-stream")) for name, raw in papers or (("", b""),)]
    form = {**browser.form("/intake", "/intake/bring"), "pasted": pasted}
    return browser.client.post("/intake/bring", data=form, files=sent, follow_redirects=False)  # type: ignore[arg-type]


def draft(browser: Browser, *papers: tuple[str, bytes], pasted: str = "") -> str:
    answer = bring(browser, *papers, pasted=pasted)
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"]


def fill(browser: Browser, at: str, to: str, **changed: object) -> httpx.Response:
    """Send a draft's form as its page shows it, with some fields changed."""
    form: dict[str, object] = dict(Controls(browser.get(at).text, f"{at}/check").found)
    return browser.post(f"{at}/{to}", {**form, **changed})


def faults(page: str) -> list[str]:
    return re.findall(r'data-fault="([a-z-]+)"', page)


def test_a_paper_becomes_a_matter_with_its_sources(clerk: Browser) -> None:
    at = draft(clerk, ("warrant.txt", PAPER.encode()))
    page = clerk.get(at).text
    assert "What stands in the way" in page and faults(page) == ["missing-key", "missing-key"]
    assert page.index("Missing or doubtful") < page.index('id="f-served"') < page.index("Read, or may stay empty")
    account = re.search(r'<a href="#(at-\d+)">“owen\.ardmore@meridian\.example”', page)
    assert account and re.search(rf'<mark id="{account[1]}">[^<]*owen\.ardmore', page), "the passage leads to its mark"
    assert fill(clerk, at, "check", **REST).status_code == 303
    page = clerk.get(at).text
    assert "What would begin" in page and "question.eu_gdpr_49" in page and not faults(page), "what is open is shown"
    assert list(clerk.web.house.root.glob("arrivals/*.json")), "it lies on disk"
    answer = fill(clerk, at, "confirm")
    assert answer.status_code == 303 and answer.headers["location"] == "/matters/M-0001"
    with clerk.web.house.opened() as office:
        made = load(office, "M-0001")
        demand = demand_of(made)
        assert demand.scope == demand_of(load(office, MATTER)).scope and demand.served.day == 18
        assert dict(made.of("confirmed")[0].data)["source.accounts"] == "owen.ardmore@meridian.example"
        assert dict(made.of("confirmed")[0].data)["source.served"] == "chosen by clerk"
    assert at not in clerk.get("/").text and "M-0001" in clerk.get("/").text
    assert "confirmed" in clerk.get(at).text and "/matters/M-0001" in clerk.get(at).text
    assert "was confirmed by clerk" in fill_ended(clerk, at).text


def fill_ended(browser: Browser, at: str) -> httpx.Response:
    form = browser.form("/intake", "/intake/bring")
    return browser.post(f"{at}/confirm", {**form, **REST})


def test_nothing_is_recorded_while_anything_stands_in_the_way(clerk: Browser) -> None:
    at = draft(clerk, ("warrant.txt", PAPER.encode()))
    answer = fill(clerk, at, "confirm", **{"f.served": "yesterday", "f.channel": "post"})
    assert answer.status_code == 422 and "must be an instant" in text_of(answer.text)
    with clerk.web.house.opened() as office:
        assert list(office.matters()) == [MATTER]


def test_a_limit_that_is_taken_out_must_be_denied(clerk: Browser) -> None:
    """A paper without a range: only a person may say that there is none."""
    paper = re.sub(r", for the period.*?\(UTC\), in which", " in which", PAPER, flags=re.DOTALL)
    assert paper != PAPER
    at = draft(clerk, ("paper.txt", paper.encode()))
    fill(clerk, at, "check", **REST)
    assert faults(clerk.get(at).text) == ["unconfirmed", "unconfirmed"]
    fill(clerk, at, "check", **{"none.since": "yes", "none.until": "yes"})
    page = clerk.get(at).text
    assert "What would begin" in page and "without an end" in page
    fill(clerk, at, "check", **{"none.since": "", "none.until": ""})
    assert faults(clerk.get(at).text) == ["unconfirmed", "unconfirmed"], "taken back, it is open again"


def test_a_draft_survives_a_restart_and_is_listed_until_it_is_settled(clerk: Browser, root: Path) -> None:
    at = draft(clerk, ("warrant.txt", PAPER.encode()))
    fill(clerk, at, "check", **{"f.channel": "fax"})
    later = Browser(desk(root))
    later.sign_in("counsel")
    assert at in later.get("/").text and at in later.get("/intake").text
    assert re.search(r'<option value="fax" selected>', later.get(at).text), "what was chosen is kept"
    assert later.send(at, f"{at}/aside", why="no").status_code == 403, "counsel looks, and takes nothing in"
    assert "without a reason" in clerk.send(at, f"{at}/aside", why=" ").text
    assert clerk.send(at, f"{at}/aside", why=f"a copy {EVIL}").status_code == 303
    assert at not in later.get("/").text and not Tags(later.get(at).text).wrong


def test_who_has_no_business_with_drafts_sees_none(clerk: Browser) -> None:
    """A draft says whose accounts are here: whoever could paste a paper could look anybody up."""
    at = draft(clerk, ("warrant.txt", PAPER.encode()))
    approver = another(clerk, "first.approver")
    for path in (at, f"{at}/paper/0"):
        answer = approver.get(path)
        assert answer.status_code == 403 and "owen.ardmore" not in answer.text
    assert bring(approver, ("warrant.txt", PAPER.encode())).status_code == 403


def test_two_clerks_confirm_once(clerk: Browser) -> None:
    at = draft(clerk, ("warrant.txt", PAPER.encode()))
    fill(clerk, at, "check", **REST)
    other = another(clerk, "clerk")
    forms = [dict(Controls(one.get(at).text, f"{at}/check").found) for one in (clerk, other)]
    answers = [one.post(f"{at}/confirm", dict(form)) for one, form in zip((clerk, other), forms, strict=True)]
    assert [answer.status_code for answer in answers] == [303, 403] and "was confirmed" in answers[1].text
    with clerk.web.house.opened() as office:
        assert list(office.matters()) == [MATTER, "M-0001"]


def test_what_a_crash_cut_off_is_confirmed_once(clerk: Browser) -> None:
    """The matter was recorded and the draft was not settled: whoever comes back finds that matter and no second."""
    at = draft(clerk, ("warrant.txt", PAPER.encode()))
    fill(clerk, at, "check", **REST)
    path = next(clerk.web.house.root.glob("arrivals/*.json"))
    with clerk.web.house.opened() as office:
        name = arrival.confirm(office, path.stem, "clerk", NOW)
        open_ = arrival.one(office, path.stem)
        arrival._keep(office, arrival.replace(open_, ended=None))
        assert arrival.confirm(office, path.stem, "clerk", NOW + timedelta(minutes=1)) == name
        assert list(office.matters()) == [MATTER, name]


def test_a_written_demand_is_mended_where_it_stands(clerk: Browser) -> None:
    with clerk.web.house.opened() as office:
        whole = write_demand(arrival.replace(demand_of(load(office, MATTER)), id="typed-1", papers=()))
    broken = whole.replace('place = "US"', 'place = "Utopia"').replace('channel = "post"', 'channel = "owl"')
    at = draft(clerk, pasted=broken)
    assert {"unknown-place", "unknown-channel"} <= set(faults(clerk.get(at).text))
    answer = fill(clerk, at, "confirm", text=whole)
    assert answer.headers.get("location") == "/matters/typed-1", text_of(answer.text)
    with clerk.web.house.opened() as office:
        assert [name for name, _ in demand_of(load(office, "typed-1")).papers] == ["pasted.txt"]
    taken = draft(clerk, pasted=whole + "\n# another\n")
    assert "name-taken" in faults(clerk.get(taken).text)


def message(*papers: tuple[str, bytes]) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "officer@police.example", "legal@larch.example", "A warrant"
    made.set_content("Please see the warrant attached.")
    for name, raw in papers:
        made.add_attachment(raw, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def test_a_message_brings_its_papers(clerk: Browser) -> None:
    raw = message(("../../etc/note.txt", b"a note"), ("warrant.txt", PAPER.encode()), ("scan.pdf", b"%PDF-1.4 broken"))
    at = draft(clerk, ("mail.eml", raw))
    page = clerk.get(at).text
    assert "<h1>warrant.txt</h1>" in page, "the paper in which most was read is the one that demands"
    assert "note.txt" in page and "mail.eml" in page and "etc" not in text_of(page)
    assert "scan.pdf" in page and "cannot be read" in text_of(page)
    fill(clerk, at, "confirm", **REST)
    with clerk.web.house.opened() as office:
        held = demand_of(load(office, "M-0001")).papers
    assert [name for name, _ in held] == ["warrant.txt", "note.txt", "scan.pdf", "mail.eml"]
    saved = clerk.get("/matters/M-0001/papers/3")
    assert saved.content == raw and saved.headers["content-disposition"].startswith("attachment")
    assert saved.headers["content-type"] == "application/octet-stream" and saved.headers["x-content-type-options"]
    assert clerk.get("/matters/M-0001/papers/4").status_code == 404


def test_a_warrant_message_in_xml_is_read_by_its_elements(clerk: Browser) -> None:
    at = draft(clerk, ("m.xml", etsi(account="owen.ardmore@meridian.example").encode()))
    page = clerk.get(at).text
    assert "etsi ·" in page and re.search(r'<mark id="at-\d+">owen\.ardmore', page) and "task_reference" in page
    more = {"f.instrument": "us-sca-warrant", "f.court": "us-nysd", "f.categories": ["subscriber"]}
    answer = fill(clerk, at, "confirm", **REST, **more)
    assert answer.status_code == 303, text_of(answer.text)
    with clerk.web.house.opened() as office:
        assert demand_of(load(office, "M-0001")).scope.categories == {"subscriber"}


EPOC = Order((Asked("owen.ardmore@meridian.example", ("Traffic",)),), "Meridian Ireland Operations Ltd")
TYPED = {
    "f.served": "2026-11-18T10:00:00Z", "f.channel": "registry", "f.place": "DE", "f.court": "de-ag",
    "f.served.eu_addressee": "true", "stands.served.eu_addressee": "yes",
}  # fmt: skip


def test_a_european_order_is_read_beside_its_message(clerk: Browser) -> None:
    """Each field is marked in the message, all that was not read is said, and its clock runs from receipt."""
    at = draft(clerk, ("order.xml", EPOC.xml.encode()))
    page = clerk.get(at).text
    tags = Tags(page)
    assert not tags.wrong and not tags.open and set(tags.refs) <= set(tags.ids)
    assert "epoc ·" in page and re.search(r'<mark id="at-\d+">Amtsgericht Linde</mark>', page)
    assert "schema itself was not found" in page and "Section A, the issuing State" in page
    answer = fill(clerk, at, "confirm", **TYPED)
    assert answer.status_code == 303, text_of(answer.text)
    with clerk.web.house.opened() as office:
        demand = demand_of(load(office, "M-0001"))
        assert (demand.instrument, demand.issuer, demand.emergency) == ("eu-epoc", "judge", False)
    assert re.search(r"2026-11-\d\d|28 November|Nov", text_of(clerk.get("/matters/M-0001").text))


def test_what_an_order_lacks_stands_in_the_way_until_somebody_states_it(clerk: Browser) -> None:
    at = draft(clerk, ("order.xml", replace(EPOC, reference="", deadline="").xml.encode()))
    fill(clerk, at, "check", **TYPED)
    page = clerk.get(at).text
    assert faults(page) == ["certificate-incomplete"] * 2 and "Annex III" in page
    assert page.index("Missing or doubtful") < page.index('id="f-reference"') < page.index("Read, or may stay empty")
    answer = fill(clerk, at, "confirm", **{"f.reference": "12 Gs 345/26", "f.emergency": "true"})
    assert answer.status_code == 303, text_of(answer.text)
    with clerk.web.house.opened() as office:
        assert demand_of(load(office, "M-0001")).emergency


def test_an_archive_brings_its_papers(clerk: Browser) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("letters/note.txt", "a note")
        made.writestr("warrant.txt", PAPER)
    page = clerk.get(draft(clerk, ("papers.zip", out.getvalue()))).text
    assert "<h1>warrant.txt</h1>" in page and "note.txt" in page and "papers.zip" in page
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("../x.txt", "a note")
    answer = bring(clerk, ("papers.zip", out.getvalue()))
    assert "leads elsewhere" in text_of(answer.text) and "one by one" in text_of(answer.text)


def test_another_paper_can_be_the_one_that_demands(clerk: Browser) -> None:
    at = draft(clerk, ("a.txt", b"Dear Sirs, please send everything."), ("b.txt", PAPER.encode()))
    assert "<h1>b.txt</h1>" in clerk.get(at).text
    fill(clerk, at, "check", main="0")
    assert "<h1>a.txt</h1>" in clerk.get(at).text


def test_a_matters_papers_stand_beside_its_fields(clerk: Browser) -> None:
    page = clerk.get(f"/matters/{MATTER}/papers").text
    tags = Tags(page)
    assert not tags.wrong and not tags.open and len(tags.ids) == len(set(tags.ids))
    assert re.search(r'<a href="#at-\d+">“owen\.ardmore@meridian\.example”', page) and "chosen by clerk" in page
    assert f'<a href="/matters/{MATTER}/papers" aria-current="page">' in page
    assert clerk.get(f"/matters/{MATTER}/papers/0").content == PAPER.encode()


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("evil.txt", f"{EVIL}\n{PAPER}\n{EVIL}".encode()),
        (f'{EVIL}.txt"\r\nX: y', PAPER.encode()),
        ("octets", bytes(range(256)) * 40),
        ("half.pdf", b"%PDF-1.7\n1 0 obj\n<<" + b"\xff" * 500),
        ("evil.html", b"<html><script src=//evil.example/x.js></script><img src=x onerror=alert(1)></html>"),
        ("evil.toml", f'[demand]\nid = "{EVIL[:9]}"\n'.encode()),
        ("evil.json", b'{"demand": {"id": "</textarea><script>"}}'),
        ("mail.eml", message((f"{EVIL}.txt", PAPER.encode()))),
        ("bomb.xml", b'<!DOCTYPE HI1Message [<!ENTITY a "aa">]><HI1Message>&a;</HI1Message>'),
        ("bidi.txt", ("\u202egnp.exe\u2066 \ud7ff" + PAPER).encode()),
    ],
    ids=lambda value: value[:9] if isinstance(value, str) else "",
)
def test_a_hostile_paper_breaks_no_page(clerk: Browser, name: str, raw: bytes) -> None:
    at = draft(clerk, (name, raw))
    for path in (at, "/", "/intake"):
        answer = clerk.get(path)
        tags = Tags(answer.text)
        assert answer.status_code == 200 and not tags.wrong and not tags.open, path
        assert len(tags.ids) == len(set(tags.ids)) and set(tags.refs) <= set(tags.ids)
        assert "7*7" in answer.text or "49" not in text_of(answer.text)
    saved = clerk.get(f"{at}/paper/0")
    assert saved.status_code == 200 and saved.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert saved.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "path", ["/intake/none", "/intake/..%2f..%2foffice", "/intake/x/paper/0", "/matters/none/papers"]
)
def test_what_is_not_there_is_said(clerk: Browser, path: str) -> None:
    answer = clerk.get(path)
    assert answer.status_code == 404 and "What to do:" in answer.text


def test_nothing_brought_and_too_much_brought_are_refused(clerk: Browser) -> None:
    assert "no paper was brought" in bring(clerk).text
    assert bring(clerk, ("big.txt", b"x" * (11 << 20))).status_code == 413
    many = message(*((f"{n}.txt", b"x") for n in range(31)))
    assert "more than 30 papers" in text_of(bring(clerk, ("mail.eml", many)).text)
    assert clerk.post("/intake/bring", {"form": "x"}).status_code in (400, 403)


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_marking_changes_no_letter(text: str, spans: list[tuple[int, int]]) -> None:
    """Whatever overlaps: the text stays the text, each id stands once, and each span leads to a mark."""
    inside = [(min(a, b, len(text)), min(max(a, b), len(text))) for a, b in spans]
    marked, ids = highlighted(text, [(str(n), span) for n, span in enumerate(inside)])
    plain = re.sub(r'<mark id="at-\d+">|</mark>', "", str(marked))
    assert plain == str(escape(text))
    assert set(ids) == {str(n) for n, (a, b) in enumerate(inside) if a < b}
    assert all(str(marked).count(f'id="{at}"') == 1 for at in ids.values())
