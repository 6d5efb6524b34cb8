"""What the pages show is what the desk says, escaped, in words; what they do is what the desk does, once."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.office import MATTER, NOW, POINT, SERVED, Browser, Clock, another, desk, events, reasons

from comity.desk.matter import demand_of, enter, load, record
from comity.kernel.matter import Event
from comity.web.acts import ENTERED
from comity.web.inbox import row, rows
from comity.web.pages import left, ticks

PATH = f"/matters/{MATTER}"
ROOMS = (
    "/", PATH, f"{PATH}?on=2026-11-18", f"{PATH}/event", "/law", "/law/show/eu-gdpr?court=us-nysd",
    "/law/show/us-scotus", "/law/show/GDPR", "/estate", "/ledger?verify=yes", f"/ledger?matter={MATTER}", "/people",
    "/notices", "/intake", f"{PATH}/papers",
)  # fmt: skip


class Tags(HTMLParser):
    """Checks that tags nest; keeps ids, headings, and whatever could run or load something."""

    VOID = frozenset({"meta", "link", "input", "br", "line", "rect", "circle", "path"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.refs: list[str] = []
        self.headings: list[int] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.ids += [value or ""] if name == "id" else []
            self.refs += (value or "").split() if name in ("for", "aria-labelledby", "aria-describedby", "list") else []
            if name.startswith("on") or name == "style" or (value or "").startswith("javascript:"):
                self.wrong.append(f"{tag} {name}")
        ours = tag == "script" and re.fullmatch(r"/static/[\w.-]+\.js", dict(attrs).get("src") or "")
        if tag in ("script", "style", "iframe", "object", "embed", "base") and not ours:
            self.wrong.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()


def text_of(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def shown(page: str) -> list[str]:
    """The gate's reasons as a page shows them."""
    return [" ".join(unescape(says).split()) for says in re.findall(r'<p class="reason">(.*?)</p>', page, re.DOTALL)]


@pytest.mark.parametrize("path", ROOMS)
def test_every_page_is_sound(reader: Browser, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    tags = Tags(answer.text)
    assert not tags.wrong and not tags.open
    assert len(tags.ids) == len(set(tags.ids)), "an id stands once"
    assert set(tags.refs) <= set(tags.ids)
    assert tags.headings[0] == 1 and tags.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(tags.headings, tags.headings[1:], strict=False))
    assert "None" not in text_of(answer.text)


@pytest.mark.parametrize(
    "path", ["/nowhere", "/matters/none", "/law/show/none", f"{PATH}?on=yesterday", "/static/none"]
)
def test_what_is_not_there_is_said_with_a_remedy(reader: Browser, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404 and "What to do:" in answer.text
    assert not Tags(answer.text).wrong


def test_the_inbox_shows_what_runs_out_first(browser: Browser) -> None:
    browser.sign_in("clerk")
    with browser.web.house.opened() as office:
        demand = demand_of(load(office, MATTER))
        for n, days in enumerate((30, 1)):
            end = NOW + timedelta(days=days)
            event = Event("", "gagged", SERVED, SERVED, "hush", "order", "S.D.N.Y.", until=end)
            again = load(office, MATTER).of("issued", "served", "confirmed")
            record(
                office,
                f"other-{n}",
                [*(Event("", e.kind, e.happened, e.known, e.says, e.source, e.by, data=e.data) for e in again), event],
            )
        order = [row.name for row in rows(browser.web, office, NOW)]
    assert order == ["other-1", "other-0", MATTER], f"{demand.id} has no clock that still runs"
    page = browser.get("/").text
    assert [page.index(f">{name}<") for name in order] == sorted(page.index(f">{name}<") for name in order)
    assert "24 h 00 min" in page and "in 30 days" in page


def test_what_the_inbox_keeps_is_what_it_would_work_out_anew(browser: Browser) -> None:
    """A stay that ends, an event that lies ahead, midnight in New York: the line turns at that very moment."""
    end, ahead = NOW + timedelta(hours=2), NOW + timedelta(hours=5)
    with browser.web.house.opened() as office:
        enter(office, MATTER, Event("", "stayed", NOW, NOW, "stayed", "order", "clerk", until=end))
        enter(office, MATTER, Event("", "quashed", ahead, ahead, "quashed", "order", "clerk"))
        turns = {end, ahead, datetime(2026, 11, 21, 5, tzinfo=UTC)}
        states = []
        for at in sorted({NOW + timedelta(minutes=20 * n) for n in range(60)} | turns):
            (kept,), fresh = rows(browser.web, office, at), row(office, MATTER, at)
            assert replace(kept, good=None) == replace(fresh, good=None), at
            states.append(kept.standing[0][1].state)
            assert kept.good and kept.good[0] == max([NOW, *(turn for turn in turns if turn <= at)])
    assert list(dict.fromkeys(states)) == ["suspended", "live", "dead"]


def test_a_matter_that_cannot_be_decided_is_shown_with_the_reason(browser: Browser) -> None:
    browser.sign_in("clerk")
    with browser.web.house.opened() as office:
        record(office, "bare", [Event("", "served", SERVED, SERVED, "a letter came", "letter")])
    assert "nothing tells what matter" in browser.get("/").text
    answer = browser.get("/matters/bare")
    assert answer.status_code == 200 and "It cannot be decided" in answer.text and "a letter came" in answer.text


def test_whatever_data_says_is_escaped(browser: Browser) -> None:
    evil = '<script>alert(1)</script>" onload="x'
    browser.sign_in("clerk")
    with browser.web.house.opened() as office:
        enter(office, MATTER, Event("", "filing", NOW, NOW, evil, evil, "clerk"))
        record(office, f"{evil}/../%2e", [Event("", "served", SERVED, SERVED, evil, evil, evil)])
    settings_file = browser.web.house.root / "office.toml"
    settings_file.write_text(
        settings_file.read_text() + "\n[[person]]\nname = '<script>custodian</script>'\nroles = ['intake']\n"
    )
    for path in (
        "/",
        PATH,
        "/ledger",
        "/people",
        f"/law/show/{evil}",
        f"/matters/{evil}",
        f"{PATH}?on={evil}",
        f"/ledger?matter={evil}",
    ):
        page = browser.get(path).text
        assert evil not in page and "<script>" not in page and not Tags(page).wrong, path
    assert "&lt;script&gt;" in browser.get(PATH).text


def test_the_gate_is_shown_reason_by_reason_until_it_opens(browser: Browser, clock: Clock) -> None:
    browser.sign_in("counsel")
    assert any(POINT in says for says in shown(browser.page()))
    assert browser.answer().status_code == 303
    page = browser.page()
    assert "our memo" in page and "word compelled" in page
    clock.on(minutes=1)
    first, second = another(browser, "first.approver"), another(browser, "second.approver")
    assert first.approve().status_code == 303
    assert shown(first.page()) == ["1 of two people have approved exactly this"]
    assert "You have approved exactly this" in first.page()
    clock.on(minutes=1)
    assert second.approve().status_code == 303
    assert shown(second.page()) == [] and "approved by first.approver and second.approver" in second.page()


def test_one_person_approving_twice_is_one_person(browser: Browser, clock: Clock) -> None:
    browser.sign_in("counsel")
    browser.answer()
    first = another(browser, "first.approver")
    forms = [first.form(PATH, f"{PATH}/approve") for _ in range(2)]
    clock.on(minutes=1)
    assert first.post(f"{PATH}/approve", forms[0]).status_code == 303
    again = first.post(f"{PATH}/approve", forms[1])
    assert again.status_code == 403 and "has approved exactly this already" in again.text
    assert events(browser.web, "approved") == 1
    assert shown(first.page()) == ["1 of two people have approved exactly this"]


def test_a_form_sent_twice_acts_once(browser: Browser) -> None:
    browser.sign_in("first.approver")
    form = browser.form(PATH, f"{PATH}/approve")
    first, again = (browser.post(f"{PATH}/approve", form) for _ in range(2))
    assert first.status_code == again.status_code == 303 and first.headers["location"] == again.headers["location"]
    assert events(browser.web, "approved") == 1


def test_what_is_approved_is_what_was_shown(browser: Browser) -> None:
    first = another(browser, "first.approver")
    form = first.form(PATH, f"{PATH}/approve")
    another(browser, "counsel").answer()
    refused = first.post(f"{PATH}/approve", form)
    assert refused.status_code == 403 and "is not what `first.approver` was shown" not in refused.text
    assert "is not what <code>first.approver</code> was shown" in refused.text and events(browser.web, "approved") == 0
    assert first.approve().status_code == 303


def test_a_stay_between_two_approvals_shuts_the_gate(browser: Browser, clock: Clock) -> None:
    counsel = another(browser, "counsel")
    counsel.answer()
    clock.on(minutes=1)
    first, second, clerk = (another(browser, name) for name in ("first.approver", "second.approver", "clerk"))
    first.approve()
    clock.on(minutes=1)
    fields = {"says": "the Second Circuit stays the order", "source": "order, p. 1"}
    assert clerk.send(f"{PATH}/event?kind=stayed", f"{PATH}/enter", **fields).status_code == 303
    clock.on(minutes=1)
    second.approve()
    page = second.page()
    assert any("stays the order" in says for says in shown(page)) and "The gate is shut" in page
    with browser.web.house.opened() as office:
        assert shown(page) == reasons(office, clock.at)


@pytest.mark.parametrize("person", ["clerk", "first.approver"])
def test_only_counsel_answers(browser: Browser, person: str) -> None:
    browser.sign_in(person)
    assert f"{PATH}/counsel" not in browser.page()
    form = {
        "form": browser.form(PATH, "/sign-out")["form"],
        "term": POINT,
        "value": "true",
        "says": "x",
        "source": "y",
    }
    refused = browser.post(f"{PATH}/counsel", form)
    assert (
        refused.status_code == 403
        and "may not answer an open point of law" in refused.text
        and events(browser.web, "counsel") == 0
    )


def test_a_refusal_keeps_what_was_typed_and_the_form_can_be_mended(browser: Browser) -> None:
    browser.sign_in("clerk")
    path, action = f"{PATH}/event?kind=stayed", f"{PATH}/enter"
    fields: dict[str, object] = {"says": 'a "stay" <of> sorts', "source": "order", "happened": "2026-11-19T10:00",
                                 "until": "2026-11-18T10:00", "touches": ["content", "traffic"]}  # fmt: skip
    refused = browser.send(path, action, **fields)
    assert refused.status_code == 422 and "What to do:" in refused.text and events(browser.web, "stayed") == 0
    assert "a &#34;stay&#34; &lt;of&gt; sorts" in refused.text and 'value="2026-11-18T10:00"' in refused.text
    assert refused.text.count(" checked") == 2
    token = re.search(rf'action="{action}".*?name="form" value="([^"]+)"', refused.text, re.DOTALL)
    assert token
    done = browser.post(action, {**fields, "form": token[1], "kind": "stayed", "until": "2026-12-18T10:00"})
    assert done.status_code == 303 and events(browser.web, "stayed") == 1


def test_counsels_words_are_kept_when_the_desk_refuses(browser: Browser) -> None:
    browser.sign_in("counsel")
    refused = browser.answer("perhaps")
    assert refused.status_code == 422 and "our memo" in refused.text and events(browser.web, "counsel") == 0


@pytest.mark.parametrize("kind", ["approved", "released", "produced", "confirmed", "no-such-kind", ""])
def test_nobody_writes_an_act_of_the_desk_by_hand(browser: Browser, kind: str) -> None:
    browser.sign_in("first.approver")
    form = browser.form(f"{PATH}/event?kind=filing", f"{PATH}/enter")
    refused = browser.post(f"{PATH}/enter", {**form, "kind": kind, "says": "x", "source": "y"})
    assert refused.status_code in (403, 422) and (not kind or events(browser.web, kind) == (kind == "confirmed"))


@pytest.mark.parametrize("kind", ENTERED)
def test_every_kind_of_event_has_its_form(reader: Browser, kind: str) -> None:
    page = reader.get(f"{PATH}/event?kind={kind}")
    assert page.status_code == 200 and not Tags(page.text).wrong and ENTERED[kind] in unescape(page.text)


def test_the_past_is_shown_as_it_was_known_and_nothing_is_done_there(browser: Browser) -> None:
    browser.sign_in("counsel")
    browser.answer()
    page = browser.get(f"{PATH}?on=2026-11-18").text
    assert "As it was known on" in page and "our memo" not in page
    assert f"{PATH}/approve" not in page and f"{PATH}/counsel" not in page
    assert "our memo" in browser.get(f"{PATH}?on=2030-01-01").text, "a day to come is asked as of now"


def test_the_ledger_tells_when_it_was_touched(browser: Browser) -> None:
    import sqlite3

    browser.sign_in("clerk")
    assert "is as it was written" in browser.get("/ledger?verify=yes").text
    with sqlite3.connect(browser.web.house.root / "registry.sqlite") as file:
        file.execute("UPDATE entry SET payload = CAST(payload || ' ' AS BLOB) WHERE place = 1")
    page = browser.get("/ledger?verify=yes")
    assert "is as it was written" not in page.text and Tags(page.text).wrong == []


def test_files_that_change_are_read_again(browser: Browser) -> None:
    browser.sign_in("clerk")
    estate = browser.web.house.root / "estate.toml"
    estate.write_text(estate.read_text().replace("Meridian Mail", "Meridian Post"))
    assert "Meridian Post" in browser.get("/estate").text
    estate.write_text(estate.read_text() + "\n[oops]\n")
    answer = browser.get("/estate")
    assert answer.status_code in (422, 503) and "is not a table of an estate" in answer.text


def test_time_left_is_said_in_hours_while_they_count() -> None:
    assert left(NOW + timedelta(hours=7, minutes=5), NOW) == "in 7 h 05 min"
    assert left(NOW + timedelta(days=10), NOW) == "in 10 days"
    assert left(NOW - timedelta(days=3), NOW) == "3 days ago"


@given(st.text(alphabet="ab`<&", max_size=12))
def test_backticks_become_code_and_nothing_else_does(text: str) -> None:
    made = str(ticks(text))
    assert unescape(re.sub("</?code>", "", made)) == (text.replace("`", "") if text.count("`") % 2 == 0 else text)


STEPS = st.lists(
    st.sampled_from(
        ["stay", "lift", "answer yes", "answer no", "approve 1", "approve 2", "approve 3", "contempt", "window"]
    ),
    max_size=7,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_a_page_gives_exactly_the_reasons_of_the_desk(
    made: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    """For whatever was done: the reasons, the gate's word, and who may still approve."""
    import shutil

    from comity.desk import gate

    hidden = shutil.ignore_patterns("stores", "mail")
    root = Path(shutil.copytree(made, tmp_path_factory.mktemp("gate") / "office", ignore=hidden))
    clock = Clock()
    web = desk(root, clock)
    people = {"1": "first.approver", "2": "second.approver", "3": "counsel"}
    kinds = {"stay": "stayed", "lift": "stay-lifted", "contempt": "contempt", "window": "window"}
    with web.house.opened() as office:
        for step in steps:
            clock.on(minutes=1)
            if step.startswith("approve"):
                with suppress(gate.ApprovedAlready):
                    gate.approve(office, MATTER, people[step[-1]], clock.at)
            elif step.startswith("answer"):
                data = (("term", POINT), ("answer", "true" if step.endswith("yes") else "false"))
                enter(office, MATTER, Event("", "counsel", clock.at, clock.at, "memo", "memo", "counsel", data=data))
            else:
                enter(office, MATTER, Event("", kinds[step], clock.at, clock.at, step, "paper", "clerk"))
        clock.on(minutes=1)
        wanted = reasons(office, clock.at)
    browser = Browser(web)
    browser.sign_in("first.approver")
    page = browser.page()
    assert shown(page) == [" ".join(says.split()) for says in wanted]
    assert ('class="gate opened"' in page) == (not wanted)
    (row,) = re.findall(r"<tr role=\"row\".*?</tr>", browser.get("/").text.split("<tbody")[1], re.DOTALL)
    assert ("gate-open" in row) == (not wanted)
