"""The portal: who is let in, what is told before filing, what is filed, and what nobody learns."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.web.office import Browser, Clock
from tests.web.office import desk as web_of
from tests.web.portal import ADDRESS, DEMAND, KEY, NUMBER, Officer, admitted, directory, serving

from comity.desk import filing, ledger, porter, reading, trays
from comity.desk import portal as rooms
from comity.desk.counter import PAPER_LIMIT, Counter
from comity.desk.matter import demand_of, load
from comity.desk.office import Office
from comity.desk.trays import inward, outward
from comity.errors import ComityError, Faulty
from comity.registry.blobs import Blobs
from comity.web.portal.app import COOKIE, PACES

HELD = "j.hale@meridianmail.example"


@pytest.fixture
def desk(root: Path) -> Office:
    directory(root)
    return Office(root)


@pytest.fixture
def officer(desk: Office, clock: Clock) -> Officer:
    return Officer(serving(desk.root, clock))


@pytest.fixture
def member(officer: Officer, desk: Office, clock: Clock) -> Officer:
    return admitted(officer, desk.root, clock)


def another(member: Officer, desk: Office, clock: Clock, name: str = "Bob Officer") -> Officer:
    return admitted(Officer(member.portal, name, "garda", "bob@garda.example"), desk.root, clock)


# Who is let in


def test_nobody_is_let_in_before_two_have_approved(officer: Officer, desk: Office, clock: Clock) -> None:
    assert "Two people of the office" in officer.register().text
    assert officer.sign_in().status_code == 403 and officer.cookie is None
    one = porter.emptied(desk, clock()).people[officer.id]
    assert (one.name, one.mail, one.agency, one.state) == ("Anna Agent", "anna@fbi-ny.example", "fbi-ny", "waiting")
    porter.approve(desk, officer.id, "counsel", clock(), one.shown)
    assert officer.sign_in().status_code == 403
    with pytest.raises(porter.NotTwice):
        porter.approve(desk, officer.id, "counsel", clock(), one.shown)
    with pytest.raises(porter.NotWhatWasShown):
        porter.approve(desk, officer.id, "clerk", clock(), "another")
    porter.approve(desk, officer.id, "clerk", clock(), one.shown)
    assert officer.sign_in().headers["location"] == "/demands"
    assert "You have filed nothing yet" in officer.get("/demands").text


def test_a_declined_registration_is_told_why_and_ends_a_session(member: Officer, desk: Office, clock: Clock) -> None:
    other = Officer(member.portal, mail="eve@elsewhere.example")
    other.register()
    one = porter.emptied(desk, clock()).people[other.id]
    assert "elsewhere.example" in porter.flagged(desk, one) and not porter.flagged(
        desk, rooms.portal(desk).people[member.id]
    )
    porter.decline(desk, other.id, "your agency does not know you", "clerk", clock())
    refused = other.sign_in()
    assert refused.status_code == 403 and "your agency does not know you" in refused.text
    outward(desk.root).lay("people", member.id, {"state": "declined", "why": "left"})
    assert member.get("/demands").status_code == 403 and member.get("/demands").headers["location"] == "/"


@pytest.mark.parametrize(
    "more",
    [{"name": ""}, {"agency": "nobody"}, {"mail": "anna"}, {"mail": "anna@"}, {"telephone": "call <me>"},
     {"mail": "a b@fbi-ny.example"}],
)  # fmt: skip
def test_what_is_no_application_is_refused_in_words(officer: Officer, more: dict[str, str]) -> None:
    refused = officer.register(**more)
    assert refused.status_code == 422 and refused.json()["says"].strip()
    assert inward(officer.portal.counter.root).names("people") == ()


def test_a_passkey_of_the_portal_is_for_its_own_browser(member: Officer, desk: Office) -> None:
    thief = Officer(member.portal)
    thief.get("/")
    asked = member.post("/sign-in/begin", {}, headers={"accept": "application/json"}).text
    stolen = thief.post("/sign-in", {"answer": member.device.sign(asked)})
    assert stolen.status_code == 403 and thief.cookie is None


def test_what_is_not_signed_in_is_led_to_the_door(officer: Officer) -> None:
    for path in ("/demands", "/demands/new", "/demands/f-0000000000000000"):
        assert officer.get(path).headers["location"] == "/"
    assert officer.post("/demands/check", DEMAND).status_code == 401
    assert officer.post("/demands/f-0/answer", {"says": "x"}).status_code == 401


def test_a_session_ends(member: Officer, clock: Clock) -> None:
    clock.on(minutes=31)
    assert member.get("/demands").headers["location"] == "/"


# What is told before filing


def test_preflight_tells_what_the_law_says_of_each_category(member: Officer) -> None:
    page = member.check().text
    assert "18 U.S.C. 2703(c)(1)(A)" in page and "compelled" in page
    assert "a point of law that counsel must answer" in page
    china = Officer(member.portal)
    assert "refuse all of it" not in page and china.get("/demands").status_code == 303


def test_preflight_tells_what_would_be_refused_and_the_lawful_way(member: Officer, desk: Office, clock: Clock) -> None:
    page = another(member, desk, clock).check(instrument="eu-epoc", court="ie-hc", categories=["content"]).text
    assert "As it stands we would refuse all of it" in page and "18 U.S.C. 2702(a)(1)-(2)" in page
    assert "The central authority of a Member State" in page


def test_preflight_gathers_every_fault_with_what_was_typed(member: Officer) -> None:
    page = member.check(accounts="", court="nowhere", since="2026-05-01", until="2026-04-01", reference="<b>7</b>")
    assert page.status_code == 422
    for said in ("no account is named", "is not known", "nothing lies between", "&lt;b&gt;7&lt;/b&gt;"):
        assert said in page.text, said


def test_nothing_tells_whether_an_account_is_here(member: Officer, desk: Office, clock: Clock) -> None:
    """The whole way of a demand is the same, octet for octet, whether we have the account or not."""
    held = next(iter(desk.holdings.accounts))
    pages = []
    for account in (held, "x" * len(held.partition("@")[0]) + "@" + held.partition("@")[2]):
        assert desk.holdings.holds(account) == (account == held)
        checked = member.check(accounts=account)
        id = member.filed(accounts=account)
        shown = member.get(f"/demands/{id}")
        for page in (checked, shown):
            plain = page.text.replace(account, "ACCOUNT").replace(id, "ID")
            pages.append((page.status_code, *(line for line in plain.splitlines() if 'name="form"' not in line)))
    assert {page[0] for page in pages} == {200} and pages[0] == pages[2]
    assert [line for line in pages[1][1:] if "told-once" not in str(line)] == [
        line for line in pages[3][1:] if "told-once" not in str(line)
    ]


def test_the_portal_needs_nothing_of_the_office_but_its_outline(root: Path, tmp_path: Path, clock: Clock) -> None:
    """On a folder without registry, key, accounts, records and papers it does all that it does."""
    directory(root)
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("office.toml", "estate.toml"):
        shutil.copy(root / name, bare)
    shutil.copytree(root / "portal", bare / "portal")
    officer = Officer(serving(bare, clock))
    officer.register()
    outward(bare).lay("people", officer.id, {"state": "approved", "why": ""})
    assert officer.sign_in().headers["location"] == "/demands"
    id = officer.filed(("warrant.pdf", b"%PDF-1.4 a warrant"))
    assert officer.get(f"/demands/{id}").status_code == 200
    assert officer.send(f"/demands/{id}", f"/demands/{id}/answer", says="hello").status_code == 303
    assert sorted(path.name for path in bare.iterdir()) == ["estate.toml", "office.toml", "portal"]


# What is filed


def test_a_demand_filed_is_unconfirmed_until_the_desk_confirms_it(member: Officer, desk: Office, clock: Clock) -> None:
    before = desk.matters()
    id = member.filed(("warrant.pdf", b"%PDF-1.4 a warrant"), accounts=next(iter(desk.holdings.accounts)))
    found = porter.emptied(desk, clock())
    assert [one.id for one in found.waiting] == [id] and desk.matters() == before
    name = filing.take(desk, id, "clerk", clock())
    demand = demand_of(load(desk, name))
    assert (demand.channel, demand.place, demand.instrument, demand.served) == (
        "portal",
        "US",
        "us-sca-warrant",
        clock(),
    )
    [(title, digest)] = demand.papers
    assert title == "warrant.pdf" and b"".join(Blobs(desk.root / "blobs").read(digest)) == b"%PDF-1.4 a warrant"
    assert "the office looks at it" in member.get(f"/demands/{id}").text, "that it is a matter tells of the account"
    with pytest.raises(filing.Decided):
        filing.take(desk, id, "clerk", clock())


def test_what_the_desk_knows_better_is_told_the_desk_alone(member: Officer, desk: Office, clock: Clock) -> None:
    id = member.filed(accounts="nobody@example.com")
    porter.emptied(desk, clock())
    with pytest.raises(Faulty) as refused:
        filing.take(desk, id, "clerk", clock())
    assert [fault.name for fault in refused.value.faults] == ["account-not-here"]
    assert rooms.portal(desk).filings[id].state == "filed" and "nobody" not in str(desk.matters())
    filing.give_back(desk, id, "look at the address again", "clerk", clock())
    assert "look at the address again" in member.get(f"/demands/{id}").text


def test_a_form_files_once(member: Officer, desk: Office, clock: Clock) -> None:
    form = member.form(member.check().text, "/demands/file")
    sent = [member.post("/demands/file", form, files=[("paper", ("", b""))]) for _ in range(2)]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert len(porter.emptied(desk, clock()).filings) == 1


def test_papers_that_are_too_many_or_too_large_are_refused(member: Officer) -> None:
    for papers in ([("a", b"x")] * 9, [("a", b"x" * (PAPER_LIMIT + 1))], [("a", b"")]):
        form = member.form(member.check().text, "/demands/file")
        refused = member.post("/demands/file", form, files=[("paper", (name, raw)) for name, raw in papers])
        assert refused.status_code in (413, 422), refused.status_code
    assert inward(member.portal.counter.root).names("filings") == ()


def test_a_papers_name_is_one_line_and_no_path(member: Officer, desk: Office, clock: Clock) -> None:
    id = member.filed(("../../keys/\x07ledger\n.key", b"x"))
    [paper] = porter.emptied(desk, clock()).filings[id].tables["paper"]
    assert "\n" not in paper["name"] and "\x07" not in paper["name"]
    assert "ledger" in member.get(f"/demands/{id}").text


def test_questions_and_answers_go_both_ways(member: Officer, desk: Office, clock: Clock) -> None:
    id = member.filed()
    porter.emptied(desk, clock())
    porter.ask(desk, id, "Which <account> do you mean?", "clerk", clock())
    page = member.get(f"/demands/{id}").text
    assert (
        "Which &lt;account&gt; do you mean?" in page and "the office asks you something" in member.get("/demands").text
    )
    assert member.send(f"/demands/{id}", f"/demands/{id}/answer", says="The one\nof Mr Hale.").status_code == 303
    words = porter.emptied(desk, clock()).filings[id].words
    assert [(word.says, word.by) for word in words] == [
        ("Which <account> do you mean?", "clerk"), ("The one\nof Mr Hale.", ""),
    ]  # fmt: skip
    assert member.send(f"/demands/{id}", f"/demands/{id}/answer", says=" ").status_code == 422


# What another filed


def test_anothers_demand_is_not_there_and_the_desk_is_told(member: Officer, desk: Office, clock: Clock) -> None:
    id, other = member.filed(), another(member, desk, clock)
    missing = f"f-{'0' * 16}"
    seen, nothing = other.get(f"/demands/{id}"), other.get(f"/demands/{missing}")
    assert (seen.status_code, nothing.status_code) == (404, 404)
    assert _plain(seen.text, id) == _plain(nothing.text, missing)
    for action in ("answer", "key", "collect/x-0000000000000000"):
        token = other.form(other.get("/demands").text, "/sign-out")
        assert other.post(f"/demands/{id}/{action}", {**token, "says": "x", "key": KEY}).status_code == 404
    found = porter.emptied(desk, clock())
    assert len(found.strangers) == 4 and {event.by for event in found.strangers} == {other.id}
    assert {event.get("filing") for event in found.strangers} == {id}
    assert found.filings[id].words == () and found.filings[id].key == ""


def _plain(page: str, id: str) -> list[str]:
    return [line for line in page.replace(id, "ID").splitlines() if 'name="form"' not in line]


def test_what_a_stranger_lays_in_the_tray_is_not_the_authoritys(member: Officer, desk: Office, clock: Clock) -> None:
    """Even a portal that was broken into speaks for nobody else's filing, and stops no desk."""
    id, tray = member.filed(), inward(desk.root)
    sheet = {"filing": id, "person": "p-eve", "at": clock().isoformat()}
    tray.lay("keys", f"{id}-n-1", {**sheet, "key": KEY})
    tray.lay("answers", f"{id}-n-2", {**sheet, "says": "all withdrawn", "what": "taken"})
    tray.lay("answers", f"{id}-n-3", {"at": "yesterday"})
    tray.lay("filings", "f-eve", {"at": clock().isoformat(), "person": "p-eve", "agency": "x", "tables": []})
    (tray.folder / "people" / "p-eve.json").write_text("{")
    found = porter.emptied(desk, clock())
    assert (found.filings[id].key, found.filings[id].words, list(found.filings)) == ("", (), [id])


def test_a_strangers_try_is_an_alarm_at_the_desk(member: Officer, desk: Office, clock: Clock) -> None:
    """Once, however often they try, until somebody settles it; and their admission can be ended."""
    id, other = member.filed(), another(member, desk, clock)
    for _ in range(3):
        assert other.get(f"/demands/{id}").status_code == 404
    porter.emptied(desk, clock())
    other.get(f"/demands/{id}")
    porter.emptied(desk, clock())
    [alarm] = reading.alarms(desk)
    assert (alarm.person, alarm.matter, alarm.name) == (other.id, id, "Bob Officer")
    web = web_of(desk.root, clock)
    counsel = Browser(web)
    counsel.sign_in("counsel")
    page = counsel.get("/alarms").text
    assert "Bob Officer" in page and f'href="/filings/{id}"' in page and "Garda" not in page
    assert counsel.send("/alarms", "/alarms/settle", id=alarm.id, why="we telephoned").status_code == 303
    counsel.send("/registrations", f"/registrations/{other.id}/decline", why="your agency asks us to")
    assert other.get("/demands").status_code == 403 and other.sign_in().status_code == 403
    assert member.get("/demands").status_code == 200
    porter.emptied(desk, clock())
    assert [one.settled is None for one in reading.alarms(desk)] == [False]


def test_a_look_costs_the_same_however_much_lies_there(
    member: Officer, desk: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing was laid there, no folder is listed and no sheet of another's is read."""
    monkeypatch.setattr(trays, "SETTLED", 0)
    mine = member.filed()
    tray = inward(desk.root)
    for n in range(50):
        sheet = tray.sheet("filings", mine) or {}
        tray.lay("filings", f"f-other{n}", {**sheet, "person": f"p-{n}"})
        tray.lay("answers", f"f-other{n}-n-1", {"filing": f"f-other{n}", "person": f"p-{n}", "at": clock().isoformat()})
    for _ in range(2):
        porter.emptied(desk, clock())
        member.get("/demands")
    read: list[Path] = []
    whole, listing = trays._read, trays.os.listdir
    monkeypatch.setattr(trays, "_read", lambda path: (read.append(path), whole(path))[1])
    monkeypatch.setattr(trays.os, "listdir", lambda path: (read.append(Path(path)), listing(path))[1])
    assert mine in member.get("/demands").text or member.get(f"/demands/{mine}").status_code == 200
    found = porter.emptied(desk, clock())
    assert len(found.filings) == 51 and not [path for path in read if "other" in path.name or path.is_dir()]


def test_what_was_erased_is_not_taken_in_again(member: Officer, desk: Office, clock: Clock) -> None:
    id = member.filed(narrative="a name that must go")
    porter.emptied(desk, clock())
    [entry] = [e for e in desk.registry.entries(rooms.REGISTER) if b"a name that must go" in (e.payload or b"")]
    ledger.erase(desk, entry.index, "asked for", "counsel", clock())
    assert id not in porter.emptied(desk, clock()).filings and member.get(f"/demands/{id}").status_code == 404
    assert "must go" not in str(list(desk.registry.entries())) and member.get("/demands").status_code == 200
    porter.emptied(desk, clock())


# How often, and what of others


def test_too_often_is_told_with_how_long_to_wait(member: Officer, clock: Clock) -> None:
    for _ in range(PACES["check"].times):
        member.check()
    refused = member.check()
    assert refused.status_code == 429 and "30 checks a minute" in refused.text
    assert 0 < int(refused.headers["retry-after"]) <= 60
    clock.on(seconds=61)
    assert member.check().status_code == 200


def test_registrations_from_one_address_are_few(officer: Officer) -> None:
    for n in range(PACES["register"].times):
        officer.register(mail=f"a{n}@fbi-ny.example")
    refused = officer.register()
    assert refused.status_code == 429 and "5 registrations an hour" in refused.json()["says"]


def test_every_answer_has_the_desks_guard(member: Officer) -> None:
    for path in ("/", "/register", "/demands", "/demands/new", "/nowhere"):
        heads = member.get(path).headers
        assert "script-src 'self'" in heads["content-security-policy"] and heads["cache-control"] == "no-store"
    foreign = member.client.post("/sign-out", headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert member.client.get("/", headers={"host": "evil.example"}).status_code == 421
    assert member.post("/demands/check", DEMAND).status_code == 403, "a form without its secret"


def test_a_cookie_of_the_desk_is_nothing_here(member: Officer) -> None:
    assert COOKIE != "comity-session"
    stranger = Officer(member.portal)
    stranger.client.cookies.set("comity-session", member.cookie or "")
    assert stranger.get("/demands").headers["location"] == "/"


def test_scripts_and_styles_are_only_what_the_portal_uses(member: Officer) -> None:
    from comity.web.pages import static

    assert member.get(static("passkey.js")).status_code == 200
    assert member.get(static("htmx.min.js")).status_code == 404
    assert "<script>" not in member.get("/register").text and "style=" not in member.check().text


def test_the_portal_reaches_no_act_of_the_desk() -> None:
    """In a process of its own, with the whole portal loaded, none of these is there to be called."""
    import subprocess
    import sys

    code = "import comity.web.portal.serve, sys, json; print(json.dumps([m for m in sys.modules if 'comity' in m]))"
    loaded = set(json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout))
    acts = ("gate", "collection", "release", "produce", "ledger", "porter", "portal", "filing", "demand", "notice")
    assert not loaded & {f"comity.desk.{act}" for act in acts}
    assert not loaded & {
        f"comity.web.{page}" for page in ("acts", "matter", "inbox", "office", "house", "app", "serve.handlers")
    }


def test_an_emergency_names_whom_to_call_back(member: Officer, desk: Office, clock: Clock) -> None:
    id = member.filed(emergency="yes", instrument="us-emergency-request")
    one = porter.emptied(desk, clock()).filings[id]
    agency, ways = filing.callback(desk, one)
    assert one.emergency and agency and [way.value for way in ways] == [NUMBER]


def test_the_counter_is_one_persons(member: Officer, desk: Office, clock: Clock) -> None:
    counter = Counter.at(desk.root)
    id, other = member.filed(), another(member, desk, clock)
    who = counter.admitted(other.id)
    assert counter.mine(who, clock()) == [] and len(counter.mine(counter.admitted(member.id), clock())) == 1
    with pytest.raises(ComityError):
        counter.filed(who, id, clock())
    assert ADDRESS.port == 8401
