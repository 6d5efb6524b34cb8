"""The desk's pages of the portal: admitting, confirming, asking, calling back, handing over."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from tests.web.office import Browser, Clock, another, make
from tests.web.office import desk as web_of
from tests.web.portal import NUMBER, Officer, admitted, directory, serving

from comity.desk import collection, gate, porter, worker
from comity.desk import portal as rooms
from comity.desk.matter import enter, load
from comity.desk.office import Office
from comity.desk.reading import reads
from comity.kernel.matter import Event


@pytest.fixture
def desk(root: Path) -> Office:
    directory(root)
    return Office(root)


@pytest.fixture
def officer(desk: Office, clock: Clock) -> Officer:
    return Officer(serving(desk.root, clock))


def test_two_different_people_admit_on_the_page(officer: Officer, desk: Office, browser: Browser) -> None:
    officer.register(mail="anna@elsewhere.example")
    browser.sign_in("counsel")
    assert "1 registration waits" in browser.get("/").text
    page = browser.get("/registrations").text
    assert "Anna Agent" in page and "elsewhere.example</code> is no domain" in page and NUMBER in page
    act = f"/registrations/{officer.id}/approve"
    assert browser.send("/registrations", act).status_code == 303
    assert act not in browser.get("/registrations").text and officer.sign_in().status_code == 403
    assert another(browser, "clerk").send("/registrations", act).status_code == 303
    assert officer.sign_in().headers["location"] == "/demands"
    assert "admitted by counsel, clerk" in browser.get("/registrations").text


def test_a_person_who_changed_after_the_page_was_made_is_not_approved(
    officer: Officer, desk: Office, browser: Browser
) -> None:
    officer.register()
    browser.sign_in("counsel")
    act = f"/registrations/{officer.id}/approve"
    refused = browser.send("/registrations", act, shown="sha256:0")
    assert refused.status_code == 403 and "not what was shown" in refused.text
    assert rooms.portal(desk).people[officer.id].approved == ()


def test_what_was_filed_is_seen_asked_about_and_confirmed(
    officer: Officer, desk: Office, browser: Browser, clock: Clock
) -> None:
    admitted(officer, desk.root, clock)
    held = next(iter(desk.holdings.accounts))
    id = officer.filed(("order <1>.pdf", b"%PDF a paper"), accounts=held, narrative="It is about <fraud>.")
    browser.sign_in("clerk")
    assert f"/filings/{id}" in browser.get("/").text and id in browser.get("/filings").text
    page = browser.get(f"/filings/{id}").text
    assert held in page and "It is about &lt;fraud&gt;." in page and "order &lt;1&gt;.pdf" in page
    paper = browser.get(f"/filings/{id}/papers/1")
    assert paper.content == b"%PDF a paper" and paper.headers["content-type"] == "application/octet-stream"
    assert (
        paper.headers["content-disposition"].startswith("attachment")
        and browser.get(f"/filings/{id}/papers/2").status_code == 404
    )
    assert browser.send(f"/filings/{id}", f"/filings/{id}/ask", says="Which case?").status_code == 303
    assert "Which case?" in officer.get(f"/demands/{id}").text
    officer.send(f"/demands/{id}", f"/demands/{id}/answer", says="26 Mag. 1")
    assert "26 Mag. 1" in browser.get(f"/filings/{id}").text
    done = browser.send(f"/filings/{id}", f"/filings/{id}/take")
    matter = browser.get(done.headers["location"]).text
    assert f"/filings/{id}" in matter and "authenticity-unknown" in matter, "that it came by the portal proves nothing"


def test_what_is_returned_is_told_and_stays_returned(
    officer: Officer, desk: Office, browser: Browser, clock: Clock
) -> None:
    admitted(officer, desk.root, clock)
    id = officer.filed()
    browser.sign_in("clerk")
    refused = browser.send(f"/filings/{id}", f"/filings/{id}/take")
    assert refused.status_code == 422 and "is not an account at this provider" in refused.text
    assert browser.send(f"/filings/{id}", f"/filings/{id}/return", why="Look again.").status_code == 303
    assert "Look again." in officer.get(f"/demands/{id}").text
    assert f"/filings/{id}/take" not in browser.get(f"/filings/{id}").text


def test_an_emergency_opens_a_call_back_to_a_number_older_than_it(
    officer: Officer, desk: Office, browser: Browser, clock: Clock
) -> None:
    admitted(officer, desk.root, clock)
    held = next(iter(desk.holdings.accounts))
    id = officer.filed(accounts=held, instrument="us-emergency-request", emergency="yes", issuer="police")
    browser.sign_in("clerk")
    assert "call back" in browser.get("/").text
    page = browser.get(f"/filings/{id}").text
    assert NUMBER in page and "with us since" in page
    place = browser.send(f"/filings/{id}", f"/filings/{id}/take").headers["location"]
    assert "call back" in browser.get(place).text and "call back" in browser.get("/").text
    said = {"supports": "yes", "heard": "the duty officer made it"}
    forged = browser.send(f"/filings/{id}", f"/filings/{id}/called", called="+1 900 555 0199", **said)
    assert forged.status_code == 422 and "no contact of our directory" in forged.text
    assert browser.send(f"/filings/{id}", f"/filings/{id}/called", called=NUMBER, **said).status_code == 303
    assert "call back" not in browser.get(place).text and ">call back<" not in browser.get("/").text
    [finding] = load(desk, place.rpartition("/")[2]).of("finding")
    assert (finding.get("agency"), finding.get("called"), finding.get("contact")) == ("fbi-ny", NUMBER, "directory")


def test_an_alarm_says_who_tried(officer: Officer, desk: Office, browser: Browser, clock: Clock) -> None:
    admitted(officer, desk.root, clock)
    id = officer.filed()
    other = admitted(Officer(officer.portal, "Bob Other", "garda", "bob@garda.example"), desk.root, clock)
    assert other.get(f"/demands/{id}").status_code == 404
    browser.sign_in("auditor" if "auditor" in desk.settings.people else "counsel")
    assert "tried to see what another filed" in browser.get("/").text
    assert "Bob Other" in browser.get("/filings").text and "tried to see it" in browser.get(f"/filings/{id}").text


@pytest.fixture(scope="module")
def with_mail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office whose mail is still there to be collected."""
    return make(tmp_path_factory.mktemp("mail"))


def test_a_production_is_collected_once_laid_out_and_no_longer_when_it_expired(with_mail: Path, clock: Clock) -> None:
    directory(with_mail)
    desk, browser = Office(with_mail), Browser(web_of(with_mail, clock))
    browser.sign_in("clerk")
    officer = admitted(Officer(serving(with_mail, clock)), with_mail, clock)
    other = admitted(Officer(officer.portal, "Bob Other", "garda", "bob@garda.example"), with_mail, clock)
    held = next(iter(desk.holdings.accounts))
    id = officer.filed(accounts=held, categories=["subscriber"], since="")
    matter = browser.send(f"/filings/{id}", f"/filings/{id}/take").headers["location"].rpartition("/")[2]
    identity = pyrage.x25519.Identity.generate()
    key = str(identity.to_public())
    assert officer.send(f"/demands/{id}", f"/demands/{id}/key", key="age1nothing").status_code == 422
    assert officer.send(f"/demands/{id}", f"/demands/{id}/key", key=key).status_code == 303
    shut = browser.send(f"/filings/{id}", f"/filings/{id}/hand", days="7")
    assert shut.status_code == 409 and "nothing left" in shut.text
    _released(desk, matter, clock)
    assert browser.send(f"/filings/{id}", f"/filings/{id}/hand", days="99").status_code == 422
    asked = browser.send(f"/filings/{id}", f"/filings/{id}/hand", days="7")
    assert asked.headers["location"] == f"/matters/{matter}/production"
    assert "/collect/x-" not in officer.get(f"/demands/{id}").text, "a worker seals it first"
    while worker.work(desk, clock):
        continue
    assert "left, sealed, as" in browser.get(f"/matters/{matter}/production").text
    page = officer.get(f"/demands/{id}").text
    action = re.search(rf'action="(/demands/{id}/collect/x-[0-9a-f]+)"', page)[1]  # type: ignore[index]
    clock.on(minutes=10)
    got = officer.post(action, officer.form(page, action))
    assert got.status_code == 200 and got.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        sealed = archive.read("sealed.age")
    assert b"manifest.json" in pyrage.decrypt(sealed, [identity])[:512]
    token = other.form(other.get("/demands").text, "/sign-out")
    assert other.post(action, token).status_code == 404
    [handed] = porter.emptied(desk, clock()).filings[id].handed
    assert handed.fetched == (clock(),) and handed.until == clock() - timedelta(minutes=10) + timedelta(days=7)
    assert "fetched" in browser.get(f"/filings/{id}").text

    clock.at = handed.until
    officer.sign_in()
    assert "expired" in officer.get(f"/demands/{id}").text
    late = officer.post(action, officer.form(officer.get("/demands").text, "/sign-out"))
    assert late.status_code == 404 and "it expired on" in late.text
    porter.emptied(desk, clock())
    assert not list((with_mail / "portal/out/productions").glob("*.zip"))


def _released(desk: Office, matter: str, clock: Clock) -> None:
    """All that the office does before the gate opens."""
    found = (("supports", "yes"), ("channel", "registry"), ("contact", "public"))
    enter(desk, matter, Event("", "finding", clock(), clock(), "the docket shows it", "docket", "clerk", data=found))
    collection.collect(desk, matter, "clerk", clock())
    collection.review(desk, matter, "second.approver", clock(), "", state_unreadable=True)
    for person in ("first.approver", "second.approver"):
        clock.on(minutes=1)
        gate.approve(desk, matter, person, clock())
    assert gate.ask(desk, matter, clock()), gate.ask(desk, matter, clock())


def test_a_look_at_what_was_filed_is_written_down(
    officer: Officer, desk: Office, browser: Browser, clock: Clock
) -> None:
    admitted(officer, desk.root, clock)
    id = officer.filed(("a.pdf", b"%PDF"))
    browser.sign_in("counsel")
    for path in (f"/filings/{id}", f"/filings/{id}", f"/filings/{id}/papers/1", "/filings/f-0"):
        browser.get(path)
    assert [(one.person, one.page) for one in reads(desk, id)] == [("counsel", "/filing"), ("counsel", "/papers/1")]


def test_admitting_and_handing_over_take_a_passkey_where_the_office_says_so(
    officer: Officer, desk: Office, browser: Browser
) -> None:
    officer.register()
    settings = desk.root / "office.toml"
    settings.write_text(settings.read_text().replace('approve_with = "session"\n', ""))
    browser.sign_in("counsel")
    refused = browser.send("/registrations", f"/registrations/{officer.id}/approve")
    assert refused.status_code == 403 and "takes a passkey" in refused.text
    assert porter.emptied(desk, browser.web.now()).people[officer.id].approved == ()
