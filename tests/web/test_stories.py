"""Five stories, each with several people at browsers of their own, at an office that is served as it is in earnest.

Nothing is pretended: the desk and the portal are processes, the browsers are Chromium, approvals take passkeys, the
messages are signed and the signatures looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from mailbox import Maildir
from pathlib import Path
from typing import Any

import dkim
import pyrage
import pytest
from tests.intake.mailer import IP, SELECTOR, dns, pem
from tests.notices import Mail
from tests.web.day import POLICE, Day, at_once, begun, now
from tests.web.office import MATTER
from tests.web.portal import NUMBER
from tests.web.test_browser import CHROMIUM
from tests.web.test_portal_browser import Both, in_by_passkey, registered
from tests.web.test_portal_browser import _released as released

from comity.desk import collection, filing, porter
from comity.sim.papers import papers

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium`")
PATH = f"/matters/{MATTER}"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with begun(tmp_path_factory.mktemp("day")) as made:
        yield made


def reasons(page: Any) -> list[str]:
    return [one.get_attribute("data-reason") for one in page.query_selector_all(".gate .reasons li")]


def owner_approves(page: Any) -> None:
    """Somebody approves what their page shows; their device answers."""
    page.click("text=Approve this release")
    page.wait_for_selector("[role=status]")


def gate(page: Any) -> str:
    return str(page.inner_text(".gate"))


# A forged emergency demand is caught


def forged(folder: Path) -> tuple[Path, Path]:
    """A message out of a police mailbox that was broken into, and what the DNS said when it came: all is genuine."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"Officer Ash <officer@{POLICE}>", "legal@meridian.example", "Urgent"
    made["Date"], made["Message-ID"] = format_datetime(now()), f"<1@{POLICE}>"
    made.set_content(papers()["letter-emergency"].text)
    raw = made.as_bytes().replace(b"\n", b"\r\n")
    heads = [b"from", b"to", b"subject", b"date", b"message-id"]
    signed = dkim.sign(raw, SELECTOR.encode(), POLICE.encode(), pem(), include_headers=heads) + raw
    message, answers = folder / "demand.eml", folder / "dns.json"
    message.write_bytes(signed)
    envelope = {"ip": IP, "helo": f"mx.{POLICE}", "from": f"officer@{POLICE}"}
    answers.write_text(json.dumps({"taken": now().isoformat(), "envelope": envelope, "answers": dns(POLICE)}))
    return message, answers


def test_a_forged_emergency_demand_is_caught(day: Day, tmp_path: Path) -> None:
    """Its mailbox is real, it is in a hurry, two people fall for it: the gate does not, and counsel refuses."""
    clerk, counsel = day.at("clerk"), day.at("counsel")
    message, answers = forged(tmp_path)
    path = taken_in(day, message)

    day.go(counsel, "/")
    assert "an emergency that nobody has confirmed through the directory" in counsel.inner_text("main")
    with day.open() as office:  # somebody in a hurry collects and reads at once, and two approve
        collection.collect(office, path.rpartition("/")[2], "second.clerk", now())
        collection.review(
            office, path.rpartition("/")[2], "second.approver", now(), "in a hurry", state_unreadable=True
        )
    for person in ("first.approver", "second.approver"):
        page = day.at(person)
        day.go(page, path)
        owner_approves(page)
        assert "The gate is shut" in page.inner_text("[role=status]")
    assert reasons(page)[0] == "authenticity-unknown" and "two-people" not in reasons(page)
    assert "no confirmation through a second channel" in gate(page) and "call back" in page.inner_text("main")

    clerk.click("text=To the call-back")
    clerk.set_input_files("#message-file", str(message))
    clerk.set_input_files("#dns-file", str(answers))
    clerk.click("text=Put the message in")
    clerk.wait_for_selector("text=Record these findings")
    found = clerk.inner_text(".finds")
    assert f"{POLICE} signed the message" in found, "the mailbox is a real one"
    assert f"The demand gives 202-555-0147; our directory has {NUMBER}" in found
    clerk.click("text=Record these findings")
    clerk.wait_for_selector("text=Each keeps what it stands on")
    assert "Not established" in gate(clerk), "what came through one channel never opens it"
    called(clerk, "202-555-0147", "They stand by the demand")
    told = clerk.inner_text("[role=alert]")
    assert "202-555-0147 is no contact of our directory" in told and "never one that the demand gives" in told
    called(clerk, NUMBER, "They know nothing of it")
    assert "Not genuine" in gate(clerk)

    page.reload()
    assert reasons(page)[0] == "not-genuine" and "Shut" in gate(page)
    refused(day, path)
    assert not day.events(path.rpartition("/")[2], "released", "produced") and day.sound()
    assert [one.wrong for one in (clerk, counsel, page)] == [[], [], []]


def taken_in(day: Day, message: Path) -> str:
    """The clerk brings the message as it came, adds what no paper says, and confirms; gives the matter's address."""
    clerk = day.at("clerk")
    day.go(clerk, "/intake")
    clerk.set_input_files("#papers", str(message))
    clerk.click("text=Read it")
    clerk.wait_for_selector("text=It was read")
    assert "danger of death or serious physical injury" in clerk.inner_text("pre.paper")
    clerk.fill("#f-served", f"{now() - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}")
    clerk.select_option("#f-channel", "email")
    clerk.select_option("#f-court", "us-nysd")
    for limit in ("since", "until"):
        clerk.check(f"[name='none.{limit}']")
    clerk.click("text=Confirm: its matter begins")
    clerk.wait_for_selector("text=Confirmed: matter")
    return str(clerk.url.removeprefix(day.desk.address))


def called(clerk: Any, number: str, said: str) -> None:
    """The clerk says that they called, and what they were told."""
    clerk.fill("#number", number)
    clerk.fill("#reached", "the duty officer")
    clerk.click(f"text={said}")
    with clerk.expect_navigation():
        clerk.click("text=Record the call")


def refused(day: Day, path: str) -> None:
    """Counsel finds that nobody may believe in this emergency, and refuses with a letter that cites the law."""
    counsel = day.at("counsel")
    day.go(counsel, path)
    point = counsel.locator(".open-point", has_text="served.believes_emergency").first
    point.locator("summary").click()
    point.locator("text=no: it is then barred").click()
    point.locator("[name=says]").fill("the agency itself knows nothing of it, on the number that we had before")
    point.locator("[name=source]").fill("the call back of today")
    point.locator("text=Record this answer").click()
    counsel.wait_for_selector("text=Your answer is recorded")
    day.go(counsel, f"{path}/letters")
    counsel.check("[value=refusal]")
    counsel.click("text=Make the letter")
    counsel.click("text=Finish this letter")
    counsel.wait_for_selector("text=is finished")
    letter = counsel.inner_text("main")
    assert "18 U.S.C. 2702(a)(1)-(2)" in letter and "We do not hand these records over." in letter


# A stay lands between two approvals


def test_a_stay_lands_between_two_approvals(day: Day, tmp_path: Path) -> None:
    clerk, first, second = (day.at(person) for person in ("clerk", "first.approver", "second.approver"))
    day.counsel_answers(PATH)
    for page in (first, second):
        day.go(page, PATH)
    owner_approves(first)
    assert "1 of two people have approved exactly this" in gate(first)

    Maildir(day.office / "desk-mail").add(Mail(docket="1:18-mj-90233", sent=now()).signed())
    day.go(clerk, "/notices")
    clerk.click("text=Look into the desk's mailbox now")
    clerk.wait_for_selector("[role=status]")
    assert "before anyone had read it: the gate is shut" in clerk.inner_text("main")
    second.click("text=Approve this release")
    second.wait_for_selector("[role=alert]")
    told = second.inner_text("[role=alert]")
    assert "order is not what second.approver was shown; now it is suspended" in told and "nothing was recorded" in told
    assert "order-suspended" in reasons(second) and "Shut" in gate(second)
    assert [event.by for event in day.events(MATTER, "approved")] == ["first.approver"]

    brought(day, tmp_path, Mail("ORDER lifting stay", "1:18-mj-90233", sent=now() + timedelta(hours=1), number="9"))
    second.reload()
    assert "order-suspended" in reasons(second), "what would open is only proposed"
    clerk.click("text=Accept: record it in the matter")
    clerk.wait_for_selector("text=Recorded in warrant-1: stay-lifted")
    for page in (first, second):
        day.go(page, PATH)
    assert reasons(first) == ["two-people"] and "does not count for what lies there now" in gate(first)
    owner_approves(second)
    assert reasons(second) == ["two-people"], "what was approved before the stay is worth nothing"
    owner_approves(first)
    assert "Open:" in gate(first) and "first.approver and second.approver" in gate(first)
    assert day.sound() and [page.wrong for page in (clerk, first, second)] == [[], [], []]


def brought(day: Day, folder: Path, mail: Mail) -> None:
    """The clerk brings the court's message as it came."""
    clerk, file = day.at("clerk"), folder / f"notice-{mail.number}.eml"
    file.write_bytes(mail.signed())
    day.go(clerk, "/notices")
    clerk.set_input_files("[name=messages]", str(file))
    clerk.click("form[action='/notices/bring'] button")
    clerk.wait_for_selector("text=The notices were read")


# Two clerks race


def test_two_race_and_one_wins_and_the_other_is_told(day: Day) -> None:
    name, path = "warrant-race", day.warrant("warrant-race", "90872")
    day.counsel_answers(path)
    clerk, other, first = day.at("clerk"), day.at("second.clerk"), day.at("first.approver")

    for page in (clerk, other):
        day.go(page, f"{path}/event?kind=filing")
        page.fill("#says", "the government answered our letter")
        page.fill("#source", "docket 12")
    said = at_once(
        [clerk, other],
        f"{day.desk.address}{path}/enter",
        lambda page, _: page.click("text=Record it", no_wait_after=True),
    )
    assert sorted(said) == [303, 409] and len(day.events(name, "filing")) == 1
    loser = other if said[0] == 303 else clerk
    told = loser.inner_text("[role=alert]")
    assert "recorded the same kind of event while this form lay open: the government answered our letter" in told
    assert "if it is that one, nothing is left to do" in told and loser.input_value("#says")

    day.go(loser, f"{path}/event?kind=filing")
    loser.fill("#says", "and we answered them")
    loser.fill("#source", "docket 13")
    loser.dblclick("text=Record it")
    loser.wait_for_selector("[role=status]")
    assert len(day.events(name, "filing")) == 2, "one form, sent twice"

    telephone = day.telephone("first.approver")
    for page in (first, telephone):
        day.go(page, path)

    def approve(page: Any, before: Any) -> None:
        if before:
            day.carry(before, page)
        page.click("text=Approve this release", no_wait_after=True)

    day.carry(telephone, first)
    said = at_once([first, telephone], f"{day.desk.address}{path}/approve", approve, in_turn=True)
    day.carry(telephone, first)
    assert said == [303, 403], said
    told = telephone.inner_text("[role=alert]")
    assert "first.approver has approved exactly this already" in told and "a second, different person must" in told
    assert [event.by for event in day.events(name, "approved")] == ["first.approver"]

    second = day.at("second.approver")
    day.go(second, path)
    owner_approves(second)
    for page in (clerk, other):
        day.go(page, f"{path}/production")
        page.fill("#recipient", str(pyrage.x25519.Identity.generate().to_public()))
    seal, address = "text=Seal it and let it go", f"{day.desk.address}{path}/production/make"
    said = at_once([clerk, other], address, lambda page, _: page.click(seal, no_wait_after=True))
    assert said == [303, 303], "each is asked for as work that a worker does, one after the other"
    for page in (clerk, other):
        page.wait_for_selector("#sealing:not([hx-trigger])", timeout=60_000)
    (left,) = day.events(name, "produced")
    told = other.inner_text("#sealing")
    assert f"let go by {left.by}" in told and "everything that was found has left already" in told
    assert not day.events(name, "refused"), "the gate was asked once"
    assert day.sound() and [page.wrong for page in (clerk, other, first, second)] == [[], [], [], []]


# An approver's session is stolen


def test_a_stolen_session_looks_and_does_nothing_until_its_owner_ends_it(day: Day) -> None:
    """The cookie is copied into another browser, which has a device of its own and keeps a page of before open."""
    name, path, elsewhere = (
        "warrant-stolen",
        day.warrant("warrant-stolen", "90873"),
        day.warrant("warrant-else", "90874"),
    )
    first, counsel, auditor = day.at("first.approver"), day.at("counsel"), day.at("auditor")
    thief = day.browser()
    thief.context.add_cookies(first.context.cookies())

    day.go(thief, path)
    assert thief.inner_text("h1") == name and thief.inner_text(".person") == "first.approver", "it may look"
    thief.click("text=Approve this release")
    thief.wait_for_selector("text=No passkey was used")
    thief.evaluate("document.querySelector('form[action$=approve]').submit()")
    thief.wait_for_selector("[role=alert]")
    assert "no passkey answered" in thief.inner_text("[role=alert]") and not day.events(name, "approved")
    day.go(thief, elsewhere)

    day.go(thief, "/me")
    thief.click("text=Register a further one")
    thief.wait_for_selector("text=No passkey was used")
    token = thief.input_value("form[action='/me/prove'] [name=form]")
    kept = thief.input_value("form[action='/me/passkeys/remove'] [name=id]")
    for address, more in (
        ("passkeys/begin", {}),
        ("passkeys/add", {"name": "mine"}),
        ("passkeys/remove", {"id": kept}),
    ):
        answer = thief.request.post(f"{day.desk.address}/me/{address}", form={"form": token, "answer": "{}", **more})
        assert answer.status == 403, address

    day.go(counsel, "/alarms")
    alarms = counsel.inner_text("main")
    assert "first.approver opened warrant-else, in which they have done nothing" in alarms
    assert f"{path}/approve was sent at a session of first.approver" in alarms
    day.go(first, "/me")
    assert first.locator("text=first.approver's telephone").count() >= 1 and first.locator("text=mine").count() == 0
    told = first.inner_text("section[aria-labelledby=entrances]")
    assert f"{path}/approve was sent at a session of first.approver, and no passkey of theirs answered" in told
    first.click("text=End all of them")
    first.wait_for_selector("text=Every session of yours is ended")

    answer = day.go(thief, path)
    assert thief.url == f"{day.desk.address}/sign-in" and name not in thief.content()
    gone = thief.request.post(f"{day.desk.address}{path}/withdraw", form={"form": token})
    assert gone.status == 401 and "nobody is signed in at this browser" in gone.text()

    first.click("text=Sign in with a passkey")
    first.wait_for_url(f"{day.desk.address}/")
    day.go(first, path)
    owner_approves(first)
    assert "1 of two people have approved exactly this" in gate(first)
    day.go(auditor, "/ledger?matter=%23entrances&verify=1")
    ledger = auditor.inner_text("main")
    assert "first.approver ended every session of theirs" in ledger and "no passkey of theirs answered" in ledger
    assert answer.status == 200 and [page.wrong for page in (first, counsel, auditor, thief)] == [[], [], [], []]


# The portal user tries another's demand


def test_who_guesses_at_anothers_demand_learns_nothing_and_the_desk_is_told(day: Day, tmp_path: Path) -> None:
    clerk, counsel = day.at("clerk"), day.at("counsel")
    anna, bob = day.browser(), day.browser()
    for page, who, agency in ((anna, "Anna Agent", "ny-police"), (bob, "Bob Other", "garda")):
        registered(page, Both(day.desk, day.portal, ""), who, agency)
        for member in (counsel, clerk):
            day.go(member, "/registrations")
            member.click(f"text=Approve {who}")
            member.wait_for_selector("[role=status]")
        in_by_passkey(page, Both(day.desk, day.portal, ""))
    id = filed(day, anna, tmp_path)
    production = answered(day, id)
    anna.goto(f"{day.portal}/demands/{id}")
    assert "Which case is it?" in anna.inner_text("main") and anna.locator("text=Collect production 1").is_visible()

    nothing, heads = (
        f"f-{'0' * len(id.removeprefix('f-'))}",
        ("content-type", "cache-control", "set-cookie", "location"),
    )
    for method, place in tries(production):
        seen = [asked(bob, day.portal, method, place.format(id=one)) for one in (id, nothing)]
        assert seen[0].status == seen[1].status and seen[0].status in (401, 404, 405), place
        bodies = [plain(got.text(), one) for got, one in zip(seen, (id, nothing), strict=True)]
        assert bodies[0] == bodies[1] and "Anna" not in bodies[0], place
        assert len({tuple(got.headers.get(head) for head in heads) for got in seen}) == 1, place
    for place in (f"/api/v1/matters/{id}", f"/matters/{id}", f"/filings/{id}", f"/filings/{id}/papers/0"):
        answer = bob.request.get(day.desk.address + place, max_redirects=0)
        assert answer.status in (303, 401), "nothing of the portal opens anything at the desk"
    assert bob.goto(f"{day.portal}/demands").status == 200 and id not in bob.content()

    day.go(clerk, "/")
    assert "tried to see what another filed" in clerk.inner_text("main")
    day.go(counsel, "/filings")
    assert "Bob Other" in counsel.inner_text("section.trouble") and id in counsel.inner_text("section.trouble")
    day.go(counsel, "/alarms")
    assert f"Bob Other tried in the portal to see {id}, which another filed" in counsel.inner_text("main")
    anna.reload()
    assert "Bob" not in anna.inner_text("main") and day.sound()
    assert [page.wrong for page in (anna, bob, clerk, counsel)] == [[], [], [], []]


def filed(day: Day, anna: Any, folder: Path) -> str:
    """Anna files a demand with a paper; gives its number."""
    with day.open() as office:
        account = next(iter(office.holdings.accounts))
    paper = folder / "warrant.pdf"
    paper.write_bytes(b"%PDF-1.4 the warrant")
    anna.goto(f"{day.portal}/demands/new?instrument=us-sca-warrant")
    anna.select_option("#court", "us-nysd")
    anna.select_option("#issuer", "judge")
    anna.fill("#accounts", account)
    anna.check("#category-subscriber")
    anna.click("text=See what would become of it")
    anna.set_input_files("#paper", str(paper))
    anna.click("text=File this demand")
    anna.wait_for_selector("text=Your demand is filed")
    anna.fill("#key", str(pyrage.x25519.Identity.generate().to_public()))
    anna.click("text=State this key")
    anna.wait_for_selector("text=will be sealed to this key")
    return str(anna.inner_text(".subtitle code"))


def answered(day: Day, id: str) -> str:
    """The office confirms it, asks something, and hands a production over; gives the production's name."""
    with day.open() as office:
        porter.emptied(office, now())
        matter = filing.take(office, id, "clerk", now())
        porter.ask(office, id, "Which case is it?", "clerk", now())
    released(day.office, matter)
    with day.open() as office:
        filing.hand_over(office, id, 7, "clerk", now() + timedelta(seconds=2))
        return porter.emptied(office, now()).filings[id].handed[0].name


def tries(production: str) -> list[tuple[str, str]]:
    """Whatever one might guess of a demand: itself, its papers, questions and productions, and an API."""
    reads = ("", "/answer", "/key", "/paper/0", "/paper/warrant.pdf", f"/collect/{production}", "/collect/1", "/edit")
    found = [("GET", f"/demands/{{id}}{part}") for part in reads]
    found += [("POST", f"/demands/{{id}}{part}") for part in ("/answer", "/key", f"/collect/{production}", "/paper/0")]
    return found + [("GET", f"/api{part}/{{id}}") for part in ("", "/v1/demands", "/v1/filings", "/demands")]


def asked(bob: Any, portal: str, method: str, place: str) -> Any:
    """Bob's browser asks, with his session and, where something is sent, a secret of a form that is his own."""
    if method == "GET":
        return bob.request.get(portal + place, max_redirects=0)
    form = {"form": bob.input_value("form[action='/sign-out'] [name=form]"), "says": "withdrawn", "key": "age1x"}
    return bob.request.post(portal + place, form=form, max_redirects=0)


def plain(page: str, id: str) -> list[str]:
    """A page without what is its own by right: the number that was asked for, and the secrets of its forms."""
    return [line for line in page.replace(id, "ID").splitlines() if 'name="form"' not in line]
