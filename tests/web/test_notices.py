"""Courts' notices in a browser: brought, shown beside what was read, accepted with a click; hostile ones are text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from tests.apart import in_this_process
from tests.notices import Mail, record
from tests.web.office import MATTER, NOW, Browser, events
from tests.web.test_pages import Tags, text_of

from comity.desk.matter import load
from comity.kernel.matter import standing

STAY = Mail(docket="1:18-mj-90233", sent=NOW)
LIFT = Mail("ORDER lifting stay", "1:18-mj-90233", sent=NOW + timedelta(hours=1), number="9")
EVIL = '<script>alert(1)</script>" onload="x\' {{ 7*7 }}'


@pytest.fixture(scope="module", autouse=True)
def here() -> Iterator[None]:
    with in_this_process():
        yield


@pytest.fixture
def clerk(browser: Browser, root: Path) -> Browser:
    """A clerk at a desk that has the courts' keys stored."""
    answers = f'[txt]\n"s1._domainkey.nysd.uscourts.gov" = "{record().decode()}"\n'
    (root / "dns.toml").write_text(answers, "utf-8")
    path = root / "office.toml"
    path.write_text(path.read_text("utf-8").replace("[office]\n", '[office]\ndns = "dns.toml"\n', 1), "utf-8")
    browser.sign_in("clerk")
    return browser


def bring(browser: Browser, *raws: bytes, token: dict[str, object] | None = None) -> httpx.Response:
    sent = [("messages", (f"{n}.eml", raw, "message/rfc822")) for n, raw in enumerate(raws)]
    sent += [] if raws else [("messages", ("", b"", "application/octet-stream"))]
    form = token or browser.form("/notices", "/notices/bring")
    return browser.client.post("/notices/bring", data=form, files=sent, follow_redirects=False)  # type: ignore[arg-type]


def ids(browser: Browser) -> list[str]:
    return list(dict.fromkeys(re.findall(r'action="/notices/([0-9a-f]+)/accept"', browser.get("/notices").text)))


def test_a_genuine_stay_shuts_the_gate_and_is_accepted_with_a_click(clerk: Browser) -> None:
    assert bring(clerk, STAY.signed()).status_code == 303
    page = clerk.get("/notices").text
    assert "before anyone had read it: the gate is shut" in page and "<mark>Stay</mark>" in page and "genuine" in page
    assert '<a href="/notices">1 court notice waits</a>' in clerk.get("/").text
    assert "read by machine and not yet confirmed" in clerk.page()
    (id,) = ids(clerk)
    told = clerk.send("/notices", f"/notices/{id}/accept")
    assert told.status_code == 303 and "Recorded in warrant-1: stayed" in clerk.get("/notices").text
    assert "court notice waits" not in clerk.get("/").text
    assert events(clerk.web, "stayed") == 2 and events(clerk.web, "stay-lifted") == 1
    with clerk.web.house.opened() as office:
        state = standing(load(office, MATTER), NOW, "content")
    assert state.state == "suspended" and state.because and state.because.by == "clerk"


def test_a_forged_lift_is_only_a_proposal_with_a_warning(clerk: Browser) -> None:
    bring(clerk, STAY.signed(), LIFT.raw)
    page = text_of(clerk.get("/notices").text)
    assert "not shown to be genuine" in page and "Nothing was recorded from this message" in page
    assert events(clerk.web, "stay-lifted") == 0
    lift = next(id for id in ids(clerk) if "seen-" + id in clerk.get("/notices").text)
    refused = clerk.send("/notices", f"/notices/{lift}/accept", why=" ")
    assert refused.status_code == 403 and "not shown to be the court" in text_of(refused.text)
    assert events(clerk.web, "stay-lifted") == 0


def test_a_lifting_is_offered_with_the_stay_it_ends(clerk: Browser) -> None:
    bring(clerk, STAY.signed(), LIFT.signed())
    page = clerk.get("/notices").text
    stay = re.search(r'<select id="of-[^"]*" name="of"><option value="([^"]+)"', page)
    assert stay
    lift = next(id for id in ids(clerk) if f"of-{id}" in page)
    assert clerk.send("/notices", f"/notices/{lift}/accept", of=stay[1]).status_code == 303
    with clerk.web.house.opened() as office:
        assert standing(load(office, MATTER), NOW, "content").state == "live"


def test_to_set_aside_needs_a_reason_and_leaves_the_stay(clerk: Browser) -> None:
    bring(clerk, STAY.signed())
    (id,) = ids(clerk)
    assert "without a reason" in clerk.send("/notices", f"/notices/{id}/dismiss", why="").text
    clerk.send("/notices", f"/notices/{id}/dismiss", why="another's case")
    page = clerk.get("/notices").text
    assert "another&#39;s case" in page and "event?kind=stay-lifted" in page
    with clerk.web.house.opened() as office:
        assert standing(load(office, MATTER), NOW, "content").state == "suspended"


def test_a_form_is_sent_once_and_only_by_its_session(clerk: Browser) -> None:
    token = clerk.form("/notices", "/notices/bring")
    for _ in range(2):
        assert bring(clerk, STAY.signed(), token=token).status_code == 303
    assert bring(clerk, STAY.signed(), token={"form": "stolen"}).status_code == 403
    assert events(clerk.web, "stayed") == 1


@pytest.mark.parametrize(
    ("raws", "says"), [((), "no file was chosen"), ((b"hello",), "no court"), ((b"\0" * 99,), "no court")]
)
def test_what_cannot_be_read_is_said(clerk: Browser, raws: tuple[bytes, ...], says: str) -> None:
    answer = bring(clerk, *raws)
    assert says in text_of(answer.text) and "This was not done" in answer.text and not Tags(answer.text).wrong


def test_what_is_too_large_is_refused(clerk: Browser) -> None:
    assert bring(clerk, b"x" * (11 << 20)).status_code == 413


def test_whatever_a_message_says_is_text(clerk: Browser) -> None:
    mail = Mail(f"ORDER to stay {EVIL}", "1:18-mj-90233", case=EVIL, body="")
    odd = Mail(body=f"<p>Notice of Electronic Filing</p><b>{EVIL}</b><p>Docket Text: stay &lt;b&gt;{EVIL}</p>")
    bring(clerk, mail.signed(), odd.signed())
    answer = clerk.get("/notices")
    tags = Tags(answer.text)
    assert not tags.wrong and not tags.open and len(tags.ids) == len(set(tags.ids)) and set(tags.refs) <= set(tags.ids)
    assert all(after <= before + 1 for before, after in zip(tags.headings, tags.headings[1:], strict=False))
    assert "could not be read: read the message" in answer.text and "49" not in text_of(answer.text)


def test_the_page_is_sound_when_empty(clerk: Browser) -> None:
    answer = clerk.get("/notices")
    assert answer.status_code == 200 and not Tags(answer.text).wrong and "No notice waits" in answer.text
    assert clerk.send("/", "/sign-out").status_code == 303 and clerk.get("/notices").status_code == 303
