"""The page on which a demand's authenticity is looked at: the message put in, findings recorded, the call back."""

from __future__ import annotations

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from html import unescape

import httpx
import pytest
from tests.intake.mailer import IP, dns, letter, signed
from tests.web.office import MATTER, NOW, Browser, another, events, reasons
from tests.web.test_pages import Tags, text_of

from comity.desk import authenticity as desk
from comity.desk.agencies import Agency, Contact, add, add_contact
from comity.desk.demand import receive
from comity.desk.matter import demand_of, load
from comity.intake import apart
from comity.intake.authentic.answers import Answers
from comity.intake.inside import walls
from comity.registry.blobs import Blobs

PATH = f"/matters/{MATTER}/authenticity"
NUMBER = "+1 212 555 0100"
TEXT = "Our warrant for owan.ardmore@meridian.example. <script>alert(1)</script>"
ANSWERS = Answers(dns("police.example"), {"ip": IP, "helo": "mx.police.example", "from": "o@police.example"}, NOW)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """To load the libraries once; the desk itself opens papers in processes of their own."""
    monkeypatch.setattr(apart, "answer", lambda *given: walls.answered(*given) | {"walls": list(apart.WALLS)})


@pytest.fixture
def clerk(browser: Browser) -> Browser:
    browser.sign_in("clerk")
    return browser


def message(text: str = TEXT) -> bytes:
    return signed(letter("Officer <officer@police.example>", text), "police.example")


def put_in(browser: Browser, raw: bytes, dns_file: bytes = b"", name: str = "demand.eml") -> httpx.Response:
    """Send the form with its files, as a browser does."""
    files = {"message": (name, raw, "message/rfc822")}
    if dns_file:
        files["dns"] = ("dns.json", dns_file, "application/json")
    hidden = {key: str(value) for key, value in browser.form(PATH, f"{PATH}/message").items()}
    return browser.client.post(f"{PATH}/message", data=hidden, files=files, follow_redirects=False)


def keys(page: str) -> dict[str, str]:
    """Each finding that can be recorded, by its key."""
    found = re.findall(r'name="only" value="(\w+)"[^>]*> (.*?)</label>', page, re.DOTALL)
    return {key: unescape(says) for key, says in found}


def test_nothing_is_looked_at_before_somebody_asks(clerk: Browser) -> None:
    page = clerk.get(PATH)
    assert page.status_code == 200 and "Look now" in page.text and not keys(page.text)
    assert "docket shows the warrant" in text_of(page.text), "what was found before"
    tags = Tags(page.text)
    assert not tags.wrong and not tags.open and set(tags.refs) <= set(tags.ids)


def test_a_message_is_put_in_looked_at_and_recorded(clerk: Browser) -> None:
    answer = put_in(clerk, message(), ANSWERS.octets)
    assert answer.status_code == 303 and answer.headers["location"] == f"{PATH}?look=1#found"
    page = clerk.get(f"{PATH}?look=1").text
    assert "demand.eml is kept as it came" in page and "<script>alert" not in page
    found = keys(page)
    (key,) = (key for key, says in found.items() if "police.example signed the message" in says)
    tags = Tags(page)
    assert not tags.wrong and not tags.open and len(tags.ids) == len(set(tags.ids))
    before = events(clerk.web, "finding")
    answer = clerk.send(f"{PATH}?look=1", f"{PATH}/record", only=[key])
    assert answer.headers["location"] == PATH and events(clerk.web, "finding") == before + 1
    page = clerk.get(PATH).text
    assert "police.example signed the message" in page and "k1._domainkey.police.example" in page
    assert "it holds" in page and key not in keys(clerk.get(f"{PATH}?look=1").text)


def test_the_gate_does_not_open_by_it(clerk: Browser) -> None:
    """And what speaks against the demand shuts it."""
    put_in(clerk, message(), ANSWERS.octets)
    page = clerk.get(f"{PATH}?look=1").text
    against = re.findall(r"speaks against</span>\s*<label[^>]*><input[^>]*value=\"(\w+)\" checked", page)
    assert len(against) == 0, "the paper names the account that is demanded"
    with clerk.web.house.opened() as office:
        assert not [says for says in reasons(office, NOW) if "not-genuine" in says]


@pytest.mark.parametrize("dns_file", [b"no", b"[]", b'{"answers": []}'])
def test_answers_that_are_none_are_refused_in_words(clerk: Browser, dns_file: bytes) -> None:
    answer = put_in(clerk, message(), dns_file)
    assert answer.status_code == 422 and "is no file of DNS answers" in answer.text
    assert events(clerk.web, "filing") == 0


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("x", bytes(50 << 20))
    return out.getvalue()


@pytest.mark.parametrize("raw", [b"", b"just words", bomb(), b"%PDF-1.7\n%%EOF"], ids=["none", "words", "bomb", "pdf"])
def test_what_is_no_message_is_refused_in_words(clerk: Browser, raw: bytes) -> None:
    answer = put_in(clerk, raw)
    assert answer.status_code == 422 and "What to do:" in answer.text and events(clerk.web, "filing") == 0


def test_a_bomb_in_a_message_is_a_fault_and_the_desk_goes_on(clerk: Browser) -> None:
    raw = letter("officer@police.example", "See the archive.", bomb(), "papers.zip").as_bytes()
    answer = put_in(clerk, raw)
    assert answer.status_code == 422 and "unpacks to more than" in answer.text and "one by one" in answer.text
    assert clerk.get(PATH).status_code == 200


def test_ten_mebibytes_are_the_limit_and_a_plain_form_has_less(clerk: Browser) -> None:
    assert put_in(clerk, message("x " * (5 << 20))).status_code == 422
    answer = put_in(clerk, message("x " * (6 << 20)))
    assert answer.status_code == 413 and "too long" in answer.text
    assert clerk.post(f"{PATH}/call", {"number": "1" * 70_000}).status_code == 413


def test_nobody_waits_while_papers_are_opened(clerk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A paper that takes its thirty seconds takes them from whoever sent it."""
    free: list[bool] = []

    def taken() -> bool:
        lock = clerk.web.house._acts
        got = lock.acquire(blocking=False)
        if got:
            lock.release()
        return got

    def looked(task: str, raw: bytes, options: dict) -> dict:
        with ThreadPoolExecutor(1) as other:
            free.append(other.submit(taken).result())
        return walls.answered(task, raw, options) | {"walls": []}

    monkeypatch.setattr(apart, "answer", looked)
    put_in(clerk, message(), ANSWERS.octets)
    clerk.get(f"{PATH}?look=1")
    assert len(free) > 4 and all(free)


def test_a_name_of_a_file_is_only_a_name(clerk: Browser) -> None:
    put_in(clerk, message(), name='../../keys/"<b>\x07.eml')
    page = clerk.get(PATH).text
    assert "<b>" not in page and "\x07" not in page and events(clerk.web, "filing") == 1


def test_a_form_without_its_secret_does_nothing(clerk: Browser) -> None:
    files = {"message": ("m.eml", message(), "message/rfc822")}
    answer = clerk.client.post(f"{PATH}/message", data={"form": "guessed"}, files=files, follow_redirects=False)
    assert answer.status_code == 403 and events(clerk.web, "filing") == 0
    stranger = Browser(clerk.web)
    assert stranger.client.post(f"{PATH}/message", files=files, follow_redirects=False).status_code in (401, 403)
    assert stranger.get(PATH).status_code == 303


def test_a_form_with_a_message_acts_once(clerk: Browser) -> None:
    hidden = {key: str(value) for key, value in clerk.form(PATH, f"{PATH}/message").items()}
    for _ in range(2):
        files = {"message": ("m.eml", message(), "message/rfc822")}
        answer = clerk.client.post(f"{PATH}/message", data=hidden, files=files, follow_redirects=False)
        assert answer.status_code == 303
    assert events(clerk.web, "filing") == 1


def test_who_may_not_record_is_shown_no_form(clerk: Browser) -> None:
    """The auditor reads it all, and changes nothing."""
    put_in(clerk, message(), ANSWERS.octets)
    auditor = another(clerk, "auditor")
    page = auditor.get(f"{PATH}?look=1").text
    assert "police.example signed the message" in page and f'action="{PATH}' not in page and not Tags(page).open
    files = {"message": ("m.eml", message(), "message/rfc822")}
    form = re.search(r'name="form" value="([^"]+)"', page)
    assert form
    answer = auditor.client.post(f"{PATH}/message", data={"form": form[1]}, files=files, follow_redirects=False)
    assert answer.status_code == 403 and events(clerk.web, "filing") == 1


def test_nothing_chosen_is_nothing_recorded(clerk: Browser) -> None:
    before = events(clerk.web, "finding")
    answer = clerk.send(f"{PATH}?look=1", f"{PATH}/record")
    assert answer.status_code == 404 and "nothing was found to record" in answer.text
    assert events(clerk.web, "finding") == before


def listed(browser: Browser, age: timedelta) -> None:
    with browser.web.house.opened() as office:
        add(office, Agency("ny-police", "Police of Alder", "US", "police"), "counsel", NOW - age)
        add_contact(office, "ny-police", Contact("telephone", NUMBER, "their site", NOW - age, "counsel"))


def test_a_call_back_on_the_directorys_number_is_a_finding(clerk: Browser) -> None:
    listed(clerk, timedelta(days=60))
    assert NUMBER in clerk.get(PATH).text
    answer = clerk.send(PATH, f"{PATH}/call", number=NUMBER, reached="the control room", stands="yes")
    assert answer.headers["location"] == PATH
    with clerk.web.house.opened() as office:
        said = load(office, MATTER).of("finding")[-1]
    assert (said.get("contact"), said.get("agency"), said.get("channel")) == ("directory", "ny-police", "phone")
    assert "our own directory" in text_of(clerk.get(PATH).text)


@pytest.mark.parametrize(("age", "number"), [(60, "+1 646 555 0199"), (0, NUMBER)])
def test_any_other_number_is_refused_with_what_was_typed(clerk: Browser, age: int, number: str) -> None:
    listed(clerk, timedelta(days=age))
    before = events(clerk.web, "finding")
    answer = clerk.send(PATH, f"{PATH}/call", number=number, reached="the duty officer", stands="yes")
    assert answer.status_code == 422 and f'value="{number}"' in answer.text and "the duty officer" in answer.text
    assert events(clerk.web, "finding") == before


def test_the_page_hangs_on_no_score() -> None:
    assert not hasattr(desk.Examined, "score")


def test_a_message_brought_at_intake_is_not_asked_for_again(clerk: Browser) -> None:
    """It lies among the papers; the form takes it from there, and keeps what the DNS said beside it."""
    raw = message()
    with clerk.web.house.opened() as office:
        demand = demand_of(load(office, MATTER))
        kept = ("mail.eml", Blobs(office.root / "blobs").put([raw]))
        receive(office, replace(demand, id="mailed", papers=(*demand.papers, kept)), "clerk", NOW)
    path = "/matters/mailed/authenticity"
    page = clerk.get(f"{path}?look=1").text
    assert "mail.eml was taken in with the papers" in text_of(page) and "k1._domainkey.police.example" in page
    assert 'name="message" required' not in page and 'name="message" required' in clerk.get(PATH).text
    hidden = {key: str(value) for key, value in clerk.form(path, f"{path}/message").items()}
    files = {"message": ("", b"", "application/octet-stream"), "dns": ("dns.json", ANSWERS.octets, "application/json")}
    answer = clerk.client.post(f"{path}/message", data=hidden, files=files, follow_redirects=False)
    assert answer.headers["location"] == f"{path}?look=1#found"
    page = clerk.get(f"{path}?look=1").text
    assert "police.example signed the message" in page and "was taken in with the papers" not in text_of(page)
