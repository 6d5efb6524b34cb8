"""The work itself in a browser: collect, review, produce, notify, report, sweep; the acts of the command line."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pypdf
import pyrage
import pytest
from tests.web.office import MATTER, NOW, Browser, Clock, another, desk
from tests.web.test_pages import Tags, text_of

from comity.desk import collection, gate, worker
from comity.desk.collection import Listing, listing_of
from comity.desk.jobs import TASK
from comity.desk.matter import load, record
from comity.desk.reading import reads
from comity.desk.review import Mark, hits, sitting, withheld, without
from comity.desk.verify import verify
from comity.kernel.matter import Event
from comity.registry.blobs import Blobs
from comity.registry.jobport import NewJob

PATH = f"/matters/{MATTER}"
PAGES = (
    f"{PATH}/collect",
    f"{PATH}/review/1",
    f"{PATH}/production",
    f"{PATH}/notice",
    "/tasks",
    "/reports",
    "/exposure",
)


@pytest.fixture
def stored(root: Path, made: Path) -> Path:
    """The office with its mail, which lies where the first one's does."""
    (root / "stores").symlink_to(made / "stores")
    return root


def work(browser: Browser) -> None:
    """Let a worker do what waits."""
    with browser.web.house.opened() as office:
        while worker.work(office, browser.web.now):
            continue


def say(browser: Browser, number: int, says: str, why: str = "") -> str:
    """Mark one hit; gives the address that follows."""
    fields = {"says": says, "why": why}
    answer = browser.send(f"{PATH}/review/{number}", f"{PATH}/review/mark", **fields)
    return answer.headers.get("location", "") or text_of(answer.text)


def test_a_collection_is_asked_for_done_and_adds_up(stored: Path, clock: Clock) -> None:
    """Who asks waits for nobody: the page shows the job, then what was found, store by store."""
    browser = Browser(desk(stored, clock))
    browser.sign_in("clerk")
    assert "Nobody has asked for a collection" in browser.get(f"{PATH}/collect").text
    answer = browser.send(f"{PATH}/collect", f"{PATH}/collect/start")
    assert answer.headers["location"] == f"{PATH}/collect"
    waiting = browser.get(f"{PATH}/collect").text
    assert "waits for a worker" in waiting and 'hx-trigger="every 1s"' in waiting
    work(browser)
    state = browser.get(f"{PATH}/collect/state").text
    assert "hx-trigger" not in state and "<html" not in state, "once it is done nothing is asked again"
    with browser.web.house.opened() as office:
        matter = load(office, MATTER)
        listing: Listing = listing_of(office, matter)
        assert len(matter.of("collected")) == 2
        counts = sum(listing.counts.values(), start=type(next(iter(listing.counts.values())))())
    for number in (counts.inside, counts.out, counts.unreadable, counts.others, counts.total):
        assert f">{number:,}</td>" in state
    for sorting in listing.unreadable:
        assert str(sorting.place) in text_of(state)
    refused = browser.send(f"{PATH}/collect", f"{PATH}/collect/start", category="live-content")
    assert refused.status_code == 404 and "is not asked for" in text_of(refused.text)


def test_every_hit_is_seen_marked_and_summed_up(browser: Browser, clock: Clock) -> None:
    """One by one, the next unmarked one follows; what is recorded is what was marked, and the gate counts it."""
    browser.sign_in("second.approver")
    with browser.web.house.opened() as office:
        number = len(sitting(office, MATTER).hits)
    first = browser.get(f"{PATH}/review/1").text
    assert f"Hit 1 of {number}" in text_of(first) and 'data-key="r"' in first and "Subject" in text_of(first)
    assert say(browser, 1, "read") == f"{PATH}/review/2"
    assert say(browser, 2, "third-party", "a neighbour") == f"{PATH}/review/3"
    assert "a neighbour" in browser.get(f"{PATH}/review/2").text
    for one in range(3, number + 1):
        last = say(browser, one, "read")
    assert last.endswith(f"/{number}")
    answer = browser.send(f"{PATH}/review/1", f"{PATH}/review/record", stated="yes")
    assert answer.headers["location"] == f"{PATH}#gate"
    assert f"1 of {number} hits were neither read nor cleared" in text_of(browser.page())
    clock.on(minutes=1)
    say(browser, 2, "read")
    browser.send(f"{PATH}/review/1", f"{PATH}/review/record", stated="yes")
    with browser.web.house.opened() as office:
        counted = gate.hits_of(load(office, MATTER))
    assert counted and (counted.read, counted.cleared, counted.found) == (number, 0, number)
    assert "neither read nor cleared" not in browser.page()


def test_the_rest_may_be_cleared_by_a_named_rule(browser: Browser) -> None:
    """A mark goes before the rule; taken back, what nobody marked is to be looked at again."""
    browser.sign_in("second.approver")
    say(browser, 1, "read")
    browser.send(f"{PATH}/review/1", f"{PATH}/review/clear", rule="each names a term")
    with browser.web.house.opened() as office:
        now = sitting(office, MATTER)
        assert now.counts == {
            "read": 1, "cleared": len(now.hits) - 1, "withheld": 0, "counsel": 0, "left": 0,
        }  # fmt: skip
    browser.send(f"{PATH}/review/1", f"{PATH}/review/record", stated="yes")
    with browser.web.house.opened() as office:
        event = load(office, MATTER).of("reviewed")[-1]
    assert event.get("rule") == "each names a term" and "by the rule `each names a term`" in event.says


def test_only_who_may_says_what_may_leave(browser: Browser) -> None:
    """A clerk sees no message; a reviewer withholds nothing and takes back nothing that counsel decided."""
    reviewer, counsel = another(browser, "second.approver"), another(browser, "counsel")
    browser.sign_in("clerk")
    page = browser.get(f"{PATH}/review").text
    assert 'data-key="r"' not in page and 'class="message"' not in page and "/review/record" not in page
    form = reviewer.form(f"{PATH}/review/1", f"{PATH}/review/mark")
    wrong = browser.post(f"{PATH}/review/mark", {**form, "says": "read"})
    assert wrong.status_code == 403
    own = browser.form("/tasks", "/sign-out") | {"hit": "1", "shown": form["shown"], "says": "read"}
    assert "may not say that every hit was read" in text_of(browser.post(f"{PATH}/review/mark", own).text)
    assert "may not let go or withhold" in text_of(
        reviewer.post(f"{PATH}/review/mark", {**form, "says": "withheld"}).text
    )
    assert "no ground is given" in say(counsel, 1, "withheld")
    assert say(counsel, 1, "withheld", "attorney and client").endswith("/review/2")
    assert "counsel decided about hit 1" in say(reviewer, 1, "read")
    assert "not what somebody may say" in say(reviewer, 2, "burnt")
    stale = reviewer.form(f"{PATH}/review/2", f"{PATH}/review/mark") | {"shown": "sha256:" + "0" * 64}
    assert "no longer what you looked at" in text_of(
        reviewer.post(f"{PATH}/review/mark", {**stale, "says": "read"}).text
    )


def test_what_counsel_withholds_stays_and_is_listed(browser: Browser, clock: Clock, tmp_path: Path) -> None:
    """From the mark to the sealed zip: one hit less, still adding up, the ground in the certificate."""
    reviewer, counsel = another(browser, "second.approver"), another(browser, "counsel")
    browser.sign_in("first.approver")
    with browser.web.house.opened() as office:
        before = listing_of(office, load(office, MATTER))
    say(reviewer, 2, "privileged", "it is to her lawyer")
    reviewer.send(f"{PATH}/review/1", f"{PATH}/review/clear", rule="each names a term")
    assert "it is to her lawyer" in counsel.get(f"{PATH}/review/1").text
    say(counsel, 2, "withheld", "advice of counsel to the account's holder")
    counsel.answer()
    reviewer.send(f"{PATH}/review/1", f"{PATH}/review/record", stated="yes")
    clock.on(minutes=1)
    for one in (browser, reviewer):
        one.approve()
    page = text_of(browser.get(f"{PATH}/production").text)
    assert f"The gate is open for {len(before.items) - 1} hits" in page
    assert "Hit 2" in page and "advice of counsel to the account's holder" in page
    identity = pyrage.x25519.Identity.generate()
    refused = browser.send(f"{PATH}/production", f"{PATH}/production/make", recipient=str(identity.to_public()))
    assert "may not let a production leave" in text_of(refused.text)
    clerk = another(browser, "clerk")
    assert clerk.send(f"{PATH}/production", f"{PATH}/production/make", recipient="age1x").status_code == 404
    answer = clerk.send(f"{PATH}/production", f"{PATH}/production/make", recipient=str(identity.to_public()))
    assert answer.headers["location"] == f"{PATH}/production"
    waiting = clerk.get(f"{PATH}/production").text
    assert "waits for a worker" in waiting and 'hx-trigger="every 1s"' in waiting and "Nothing yet." in waiting
    work(clerk)
    state = clerk.get(f"{PATH}/production/state").text
    assert "hx-trigger" not in state and "<html" not in state and "left, sealed, as" in state
    link = re.search(r'href="(\?check=[^"#]+)#check"', state)
    assert link
    checked = clerk.get(f"{PATH}/production{link[1]}").text
    assert "the envelope is signed" in checked or "signed by" in text_of(checked)
    assert text_of(checked).count("✓") >= 5 and "✗" not in checked
    file = re.search(rf'href="({PATH}/production/[^"]+\.zip)"', checked)
    assert file
    sealed = browser.get(file[1])
    assert sealed.headers["content-disposition"].startswith("attachment")
    path = tmp_path / "sent.zip"
    path.write_bytes(sealed.content)
    report = verify(path, str(identity))
    assert [one.name for one in report.checks if one.ok is False] == [] and report.manifest
    gone = before.items[1][0].sha256
    assert gone not in {item.sha256 for item in report.manifest.items}
    assert {item.sha256 for item in report.manifest.items} | {gone} == {item.sha256 for item, _ in before.items}
    assert sum(one.total for one in report.manifest.counts.values()) == sum(one.total for one in before.counts.values())
    with zipfile.ZipFile(path) as archive:
        opened = pyrage.decrypt(archive.read("sealed.age"), [identity])
    paper = opened[opened.index(b"%PDF-") :]
    words = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper)).pages).split())
    assert "withheld by counsel" in words and "advice of counsel to the account’s holder" in words.replace("'", "’")


def test_a_message_is_shown_as_words_alone(browser: Browser) -> None:
    """Nothing in it is loaded, run or followed, whatever it holds; markup is shown without its tags."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "x@example.org", "<script>alert(1)</script>"
    mail.set_content("plain\n\x1b[31m<b>not bold</b>")
    mail.add_alternative(
        '<p onclick="x()">Hello <img src="https://tracker.example/a.png"><script>steal()</script>'
        '<form action="/sign-out"><button>x</button></form></p>', subtype="html",
    )  # fmt: skip
    mail.add_attachment(b"<html>", maintype="application", subtype="pdf", filename='"><svg onload=x>.pdf')
    with browser.web.house.opened() as office:
        matter = load(office, MATTER)
        listing = listing_of(office, matter)
        octets = bytes(mail)
        item, _ = listing.items[0]
        listing.items[0] = (type(item)(item.sorting, item.sha256, len(octets)), 0)
        listing.packs[item.place.store] = Blobs(office.root / "blobs").put([octets])
        kept = Blobs(office.root / "blobs").put([msgspec.json.encode(vars(listing))])
        data = {**dict(matter.of("collected")[-1].data), "listing": kept}
        record(office, MATTER, [
            Event("", "collected", NOW, NOW, "odd", "collection", "clerk", data=tuple(data.items()))
        ])  # fmt: skip
    browser.sign_in("second.approver")
    page = browser.get(f"{PATH}/review/1").text
    shown = page[page.index('class="message"') : page.index("</section>", page.index('class="message"'))]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown and "&lt;b&gt;not bold" in shown
    for tag in ("<script", "<img", "<form", "<svg", "<b>", "onclick=", "tracker.example"):
        assert tag not in shown
    assert "Hello" in shown and "is searched by its name only" in shown


def test_rows_are_reviewed_where_no_content_was_asked_for(stored: Path, clock: Clock) -> None:
    """A subscriber's record is a hit too; withheld, no row speaks of it."""
    browser = Browser(desk(stored, clock))
    with browser.web.house.opened() as office:
        collection.collect(office, MATTER, "clerk", NOW, ["content"])
        whole = listing_of(office, load(office, MATTER))
    rows = Listing(whole.scope.__class__(whole.scope.accounts, frozenset({"subscriber"})))
    rows.sheets["subscriber.csv"] = collection.Sheet(["address"], [{"address": "a@x"}, {"address": "b@x"}])
    found = list(hits(rows))
    assert [(hit.number, hit.row) for hit in found] == [(1, (("address", "a@x"),)), (2, (("address", "b@x"),))]
    gone = withheld([replace(found[0], mark=Mark("withheld", "counsel", NOW, "ground"))])
    left = without(rows, gone)
    assert left.sheets["subscriber.csv"].rows == [{"address": "b@x"}] and left.found == 1 and rows.found == 2


def test_notice_is_shown_with_its_clock_and_recorded_when_it_goes_out(browser: Browser, clock: Clock) -> None:
    """Forbidden until when; then the letter, and after it went out that it did."""
    end = NOW + timedelta(days=2)
    with browser.web.house.opened() as office:
        gag = Event("", "gagged", NOW, NOW, "the user must not be told", "order, p. 2", "court", until=end)
        record(office, MATTER, [gag])
    browser.sign_in("clerk")
    page = text_of(browser.get(f"{PATH}/notice").text)
    assert "must not be told" in page and f"{end:%Y-%m-%d}" in page and "gag ends" in page
    assert "/notice/sent" not in browser.get(f"{PATH}/notice").text
    clock.on(days=3)
    browser.sign_in("clerk")
    page = browser.get(f"{PATH}/notice").text
    assert "A demand for records of your account" in page
    browser.send(f"{PATH}/notice", f"{PATH}/notice/sent")
    assert "was told" in text_of(browser.get(f"{PATH}/notice").text)
    with browser.web.house.opened() as office:
        assert [event.by for event in load(office, MATTER).of("notified")] == ["clerk"]


def test_what_ran_out_stands_in_the_inbox_until_somebody_looked(browser: Browser) -> None:
    """With the matter it is of; once looked at it is gone."""
    with browser.web.house.opened() as office:
        task = office.registry.put_job(NewJob(TASK, MATTER, "the release window opened", "clocks", NOW, "one"))
    browser.sign_in("clerk")
    assert "the release window opened" in browser.get("/").text
    browser.send("/tasks", f"/tasks/{task.number}/done")
    assert "the release window opened" not in browser.get("/").text
    assert "Nothing waits for anybody" in browser.get("/tasks").text


def test_a_report_withholds_what_is_small_and_can_be_saved(reader: Browser) -> None:
    """The last half-year by itself, another when asked; the file says what the page does."""
    page = reader.get("/reports?since=2026-07-01&until=2027-01-01&threshold=3").text
    assert "withheld" in page and "Save it as CSV" in page
    csv = reader.get("/reports/file/csv?since=2026-07-01&until=2027-01-01&threshold=3")
    assert "attachment" in csv.headers["content-disposition"] and "withheld" in csv.text
    saved = reader.get("/reports/file/html?since=2026-07-01&until=2027-01-01").text
    assert saved.startswith("<!doctype html>")
    assert "2026-01-01" in reader.get("/reports").text
    for wrong in ("since=2026-07-01&until=2026-07-01", "threshold=2", "since=x", "threshold=many"):
        assert reader.get(f"/reports?{wrong}").status_code in (400, 404, 422)


def test_a_sweep_is_a_job_and_its_picture_a_table(browser: Browser) -> None:
    """The page that stands by itself is for saving; the table is the cube's own counts."""
    browser.sign_in("counsel")
    assert "Nobody has asked for a sweep" in browser.get("/exposure").text
    browser.send("/exposure", "/exposure/start", on="2026-11-20")
    browser.send("/exposure", "/exposure/start", on="2026-11-20")
    assert "waits for a worker" in browser.get("/exposure/state").text
    assert browser.send("/exposure", "/exposure/start", on="soon").status_code == 404
    work(browser)
    page = browser.get("/exposure").text
    assert page.count("<strong>Job") == 1 and "compelled" in page and "hx-trigger" not in page
    files = re.findall(r'href="(/exposure/\d+/[^"]+)"', page)
    assert len(files) == 2
    for file, start in zip(files, (b"<!doctype", b"PK"), strict=True):
        saved = browser.get(file)
        assert saved.content.lower().startswith(start.lower()) and "attachment" in saved.headers["content-disposition"]
    assert browser.get("/exposure/1/../../office.toml").status_code == 404
    assert browser.get("/exposure/1/office.toml").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_the_work_is_sound(reader: Browser, path: str) -> None:
    """Tags nest, ids are one of a kind and lead somewhere, nothing runs or loads that is not ours."""
    answer = reader.get(path)
    tags = Tags(answer.text)
    assert answer.status_code == 200 and tags.open == [] and tags.wrong == []
    assert len(tags.ids) == len(set(tags.ids)) and set(tags.refs) <= set(tags.ids)
    assert tags.headings[0] == 1 and tags.headings.count(1) == 1


def test_an_auditor_sees_how_far_it_is_and_changes_nothing(browser: Browser) -> None:
    """Every page but the hits; each look is written down; what is sent is refused."""
    browser.sign_in("auditor")
    assert browser.get(f"{PATH}/review").status_code == 200
    assert 'class="message"' not in browser.get(f"{PATH}/review/1").text
    form = browser.form("/tasks", "/sign-out")
    for act in ("collect/start", "review/mark", "review/clear", "review/record", "production/make", "notice/sent"):
        refused = browser.post(f"{PATH}/{act}", {**form, "hit": "1", "says": "read"})
        assert refused.status_code == 403 and "changes nothing" in text_of(refused.text), act
    reviewer = another(browser, "second.approver")
    reviewer.get(f"{PATH}/review/3")
    with browser.web.house.opened() as office:
        looks = {(one.person, one.page) for one in reads(office, MATTER)}
    assert {("auditor", "/review"), ("auditor", "/review/1"), ("second.approver", "/review/3")} <= looks
