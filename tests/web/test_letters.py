"""The letters of a matter in a browser: what is shown, edited, refused with both texts, finished and taken away."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import httpx
import pyrage
import pytest
from tests.web.office import MATTER, NOW, Browser, Clock, another, events
from tests.web.test_browser import (  # noqa: F401
    AXE,
    CHROMIUM,
    SAID,
    TAGS,
    TOO_WIDE,
    Served,
    chromium,
    served,
    signed_in,
)
from tests.web.test_pages import Tags, text_of

from comity.desk import gate
from comity.desk import letter as desk
from comity.desk.matter import load, record
from comity.desk.release import send
from comity.kernel.matter import Event
from comity.letters.drafts.edit import Draft, Line, lines

LETTERS = f"/matters/{MATTER}/letters"
MOTION, MEMO, NOTICE = f"{LETTERS}/motion-1", f"{LETTERS}/memo-1", f"{LETTERS}/notice-1"


def make(browser: Browser, kind: str, **more: str) -> httpx.Response:
    return browser.send(LETTERS, f"{LETTERS}/make", kind=kind, **more)


def form_of(browser: Browser, path: str) -> dict[str, Any]:
    """The letter's form as a browser would send it back untouched."""
    page = browser.get(path).text
    data: dict[str, Any] = dict(browser.form(path, f"{path}/save"))
    for name, held in re.findall(r'<textarea [^>]*name="(p\d+)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        data[name] = unescape(held).replace("\n", "\r\n")
    for name, cite in re.findall(r'name="(drop\d+)" value="([^"]+)" checked', page):
        data.setdefault(name, []).append(unescape(cite))
    return data


def save(browser: Browser, path: str, **changed: object) -> httpx.Response:
    return browser.post(f"{path}/save", {**form_of(browser, path), **changed})


def draft_of(browser: Browser, id: str) -> Draft:
    with browser.web.house.opened() as office:
        return desk.read(office, MATTER, id)


def numbered(draft: Draft, kind: str) -> list[tuple[int, Line]]:
    return [(n, line) for n, line in enumerate(lines(draft), 1) if line.made.kind == kind and not line.made.inside]


@pytest.fixture
def counsel(browser: Browser) -> Browser:
    """Counsel, with a motion made."""
    browser.sign_in("counsel")
    assert make(browser, "motion").headers["location"] == MOTION
    return browser


def test_the_pages_are_sound_and_show_every_sentence_with_its_citation(counsel: Browser) -> None:
    make(counsel, "memo")
    for path, id in ((LETTERS, ""), (MOTION, "motion-1"), (MEMO, "memo-1")):
        page = counsel.get(path).text
        tags = Tags(page)
        assert not tags.wrong and not tags.open and len(tags.ids) == len(set(tags.ids))
        assert set(tags.refs) <= set(tags.ids) and tags.headings.count(1) == 1
        assert all(after <= before + 1 for before, after in zip(tags.headings, tags.headings[1:], strict=False))
        shown = text_of(page)
        for line in lines(draft_of(counsel, id)) if id else ():
            assert " ".join(line.text.split()) in shown
            assert all(" ".join(cite.text.split()) in shown for cite in line.cites)


def test_a_citation_leads_into_the_law_book(counsel: Browser) -> None:
    """One of each kind; that every id is in the packs: tests/letters/test_drafts.py."""
    cites = {cite.kind: cite.id for line in lines(draft_of(counsel, "motion-1")) for cite in line.cites}
    page = counsel.get(MOTION).text
    assert set(cites) == {"rule", "question", "answer"}
    for id in cites.values():
        path = f"/law/show/{quote(id)}"
        assert f'href="{path}"' in page and counsel.get(path).status_code == 200


def test_what_cannot_be_made_says_why_and_is_refused(counsel: Browser) -> None:
    assert "no class of records is barred or free" in text_of(counsel.get(LETTERS).text)
    refused = make(counsel, "refusal", to="The police")
    assert refused.status_code == 403 and "no refusal can be made" in refused.text and "The police" in refused.text
    assert make(counsel, "ode").status_code == 404


def test_sent_back_untouched_a_letter_is_not_changed(counsel: Browser) -> None:
    before = draft_of(counsel, "motion-1")
    assert save(counsel, MOTION).headers["location"] == MOTION
    assert "Nothing was changed." in counsel.get(MOTION).text and draft_of(counsel, "motion-1") == before
    number, _ = numbered(before, "law")[0]
    save(counsel, MOTION, **{f"p{number}": "Ours."})
    once = draft_of(counsel, "motion-1")
    save(counsel, MOTION)
    assert draft_of(counsel, "motion-1") == once and once.version == 2


def test_an_edit_is_shown_against_what_was_made_and_loses_the_packs_mark(counsel: Browser) -> None:
    number, line = next(one for one in numbered(draft_of(counsel, "motion-1"), "law") if one[1].verified)
    plain = counsel.get(MOTION).text.count("✓ from the packs, and read")
    first = line.text.split()[0]
    save(counsel, MOTION, **{f"p{number}": line.text.replace(first, "<b>Never</b>", 1)})
    page = counsel.get(MOTION).text
    assert f"<del>{first} </del><ins>&lt;b&gt;Never&lt;/b&gt; </ins>" in page and "edited by counsel" in page
    assert page.count("✓ from the packs, and read") == plain - 1


def test_a_citation_taken_out_is_listed(counsel: Browser) -> None:
    number, line = numbered(draft_of(counsel, "motion-1"), "law")[0]
    cite = line.cites[0]
    save(counsel, MOTION, **{f"drop{number}": f"{cite.kind}:{cite.id}"})
    shown = text_of(counsel.get(MOTION).text)
    assert "Citations taken out" in shown and f"by counsel; it stood behind: {line.text}" in shown
    assert "taken out by counsel" in text_of(counsel.get(f"{MOTION}/html").text)
    save(counsel, MOTION, **{f"drop{number}": []})
    assert "Citations taken out" not in counsel.get(MOTION).text


def test_the_second_clerk_sees_both_texts_and_loses_neither(counsel: Browser) -> None:
    clerk = another(counsel, "clerk")
    number, _ = numbered(draft_of(counsel, "motion-1"), "law")[0]
    lying = form_of(clerk, MOTION)
    save(counsel, MOTION, **{f"p{number}": "Counsel's words."})
    refused = clerk.post(f"{MOTION}/save", {**lying, f"p{number}": "The clerk's words."})
    assert refused.status_code == 409 and "counsel saved version 2" in refused.text
    shown = text_of(refused.text)
    assert "Counsel's words." in shown and "The clerk's words." in shown and "What you wrote, not saved" in shown
    assert draft_of(counsel, "motion-1").version == 2
    again = dict(
        re.findall(r'<input type="hidden" name="(form|version)" value="([^"]*)">', refused.text.split("/save")[1])
    )
    assert clerk.post(f"{MOTION}/save", {**again, f"p{number}": "Both words."}).status_code == 303
    assert draft_of(counsel, "motion-1").version == 3 and "Both words." in clerk.get(MOTION).text


def test_a_draft_that_is_stale_says_so_and_what_changed(counsel: Browser) -> None:
    assert "It is stale" not in counsel.get(MOTION).text
    counsel.answer()
    page = text_of(counsel.get(MOTION).text)
    assert "It is stale: since it was made, this has changed" in page and "counsel: our memo" in page
    assert "dublin-1/content was open, and is compelled." in page
    assert "stale" in text_of(counsel.get(LETTERS).text)


def fill(browser: Browser) -> None:
    fields = {f"p{n}": f"Filled in: {line.made.key}." for n, line in numbered(draft_of(browser, "motion-1"), "field")}
    save(browser, MOTION, **fields)


def test_a_letter_is_finished_once_its_fields_are_filled_in_and_then_lies_as_it_left(counsel: Browser) -> None:
    assert f'action="{MOTION}/finish"' not in counsel.get(MOTION).text
    fill(counsel)
    assert "Counsel finishes this letter." in another(counsel, "clerk").get(MOTION).text
    assert counsel.send(MOTION, f"{MOTION}/finish").headers["location"] == MOTION
    page = counsel.get(MOTION).text
    assert "Finished by counsel" in page and "<textarea" not in page and "Filled in: prayed." in page
    assert "For the office" not in page and events(counsel.web, "letter") == 1
    first = counsel.get(f"{MOTION}/pdf")
    assert first.content.startswith(b"%PDF") and first.headers["content-type"] == "application/pdf"
    assert (
        first.headers["content-disposition"].startswith("attachment")
        and "motion-1.pdf" in first.headers["content-disposition"]
    )
    counsel.answer()
    assert counsel.get(f"{MOTION}/pdf").content == first.content
    assert "For the office" not in counsel.get(f"{MOTION}/html").text
    late = counsel.post(
        f"{MOTION}/save", {"form": counsel.form(LETTERS, f"{LETTERS}/make")["form"], "version": "2", "p1": "Late."}
    )
    assert late.status_code == 403 and "is finished, and is not changed any more" in late.text


def test_a_stale_letter_is_finished_only_by_who_says_so(counsel: Browser) -> None:
    fill(counsel)
    fresh = counsel.form(MOTION, f"{MOTION}/finish")
    counsel.answer()
    refused = counsel.post(f"{MOTION}/finish", fresh)
    assert refused.status_code == 403 and "was made before something changed" in refused.text
    told = re.search(r'name="told" value="([^"]+)" required', counsel.get(MOTION).text)
    assert told and counsel.send(MOTION, f"{MOTION}/finish", told=told[1]).status_code == 303
    assert events(counsel.web, "letter") == 1


def test_what_was_shown_is_what_is_finished(counsel: Browser) -> None:
    fill(counsel)
    lying = counsel.form(MOTION, f"{MOTION}/finish")
    number, _ = numbered(draft_of(counsel, "motion-1"), "law")[0]
    save(another(counsel, "clerk"), MOTION, **{f"p{number}": "Slipped in."})
    refused = counsel.post(f"{MOTION}/finish", lying)
    assert refused.status_code == 403 and "clerk saved version 3" in refused.text and events(counsel.web, "letter") == 0


@pytest.mark.parametrize("path", ["memo-9", "..%2Fmemo-1", "motion-1/exe", "motion-1/html/x"])
def test_what_is_not_there_is_said(counsel: Browser, path: str) -> None:
    answer = counsel.get(f"{LETTERS}/{path}")
    assert answer.status_code == 404 and "What to do:" in answer.text


def test_a_whole_memo_fits_into_its_form_and_too_much_is_refused(counsel: Browser) -> None:
    make(counsel, "memo")
    number, line = numbered(draft_of(counsel, "memo-1"), "law")[0]
    assert save(counsel, MEMO, **{f"p{number}": f"{line.text} {'word ' * 3900}"}).status_code == 303
    assert save(counsel, MEMO, **{f"p{number}": "x" * 20_001}).status_code == 422
    assert save(counsel, MEMO, **{f"p{number}": "x" * 1_100_000}).status_code == 413
    assert draft_of(counsel, "memo-1").version == 2


def test_a_notice_waits_on_its_page_until_nothing_forbids_it(browser: Browser, clock: Clock) -> None:
    """Read and changed meanwhile; no paper and no button to finish it; then it is finished, and the user was told."""
    browser.sign_in("clerk")
    with browser.web.house.opened() as it:
        end = NOW + timedelta(days=2)
        record(it, MATTER, [Event("", "gagged", NOW, NOW, "the user must not be told", "order 2", "court", until=end)])
    assert make(browser, "notice").headers["location"] == NOTICE
    page = browser.get(NOTICE).text
    tags = Tags(page)
    assert not tags.wrong and not tags.open and tags.headings.count(1) == 1
    assert "It may not be given now" in page and f"{NOTICE}/finish" not in page and f"{NOTICE}/pdf" not in page
    assert "may not be given now" in browser.get(LETTERS).text
    refused = browser.get(f"{NOTICE}/pdf")
    assert refused.status_code == 409 and "must not be told" in text_of(refused.text)
    forged = {"form": browser.form(LETTERS, f"{LETTERS}/make")["form"], "version": "1", "told": ""}
    assert browser.post(f"{NOTICE}/finish", forged).status_code == 409 and events(browser.web, "notified") == 0
    number, _ = numbered(draft_of(browser, "notice-1"), "fact")[0]
    assert save(browser, NOTICE, **{f"p{number}": "We write about a demand."}).status_code == 303
    clock.on(days=3)
    browser.sign_in("clerk")
    assert browser.send(NOTICE, f"{NOTICE}/finish").status_code == 303
    assert browser.get(f"{NOTICE}/pdf").content.startswith(b"%PDF")
    assert "We write about a demand." in browser.get(f"{NOTICE}/html").text
    assert events(browser.web, "notified") == events(browser.web, "letter") == 1
    assert "was told" in text_of(browser.get(f"/matters/{MATTER}/notice").text)


def test_a_certificate_is_made_of_what_left_and_its_figures_have_no_field(counsel: Browser, clock: Clock) -> None:
    """There is none before anything left; a form that changes a figure all the same is refused."""
    assert "not now:" in counsel.get(LETTERS).text and make(counsel, "certificate").status_code == 403
    counsel.answer()
    clock.on(minutes=1)
    with counsel.web.house.opened() as it:
        for person in ("first.approver", "second.approver"):
            gate.approve(it, MATTER, person, clock())
        key = str(pyrage.x25519.Identity.generate().to_public())
        send(it, MATTER, "clerk", clock(), (key,), it.root.parent / "left.zip")
        digest = load(it, MATTER).of("produced")[0].get("manifest")
    made = f"{LETTERS}/certificate-1"
    assert make(counsel, "certificate").headers["location"] == made
    page = counsel.get(made).text
    draft = draft_of(counsel, "certificate-1")
    assert digest in page and "nobody edits it" in page and not Tags(page).wrong
    fixed = [n for n, line in enumerate(lines(draft), 1) if line.made.fixed]
    assert fixed and not any(f'name="p{n}"' in page for n in fixed)
    refused = save(counsel, made, **{f"p{fixed[0]}": "Everything."})
    assert refused.status_code == 403 and "is a figure of what was produced" in text_of(refused.text)
    [(number, _)] = numbered(draft, "field")
    assert save(counsel, made, **{f"p{number}": "Under our rule."}).status_code == 303
    assert counsel.send(made, f"{made}/finish").status_code == 303
    assert digest in counsel.get(f"{made}/html").text and counsel.get(f"{made}/pdf").content.startswith(b"%PDF")


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium`")
def test_a_letter_is_edited_by_keyboard_and_shuts_nobody_out(chromium: Any, served: Served) -> None:  # noqa: F811
    """Made, changed and read without a mouse; axe finds nothing, in light and dark; nothing is too wide."""
    page = signed_in(chromium, served, "counsel")
    page.goto(f"{served.address}{LETTERS}")
    page.get_by_role("radio", name="Motion to a court").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Make the letter").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    fold = page.locator("summary", has_text="Change it").nth(4)
    fold.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("By keyboard: ")
    with page.expect_navigation():
        page.get_by_role("button", name="Save what you changed").press("Enter")
    assert "By keyboard:" in page.locator("ins").first.inner_text() and page.wrong == []
    for scheme, width in (("light", 1400), ("dark", 900), ("light", 320)):
        other = signed_in(chromium, served, "counsel", color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in (LETTERS, MOTION):
            other.goto(served.address + path)
            other.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            if width == 320:
                assert other.evaluate(TOO_WIDE) == []
                continue
            other.evaluate(AXE.read_text("utf-8"))
            found = other.evaluate("o => axe.run(o).then(found => found.violations)", {"runOnly": TAGS, **SAID})
            assert [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]] == []
        assert other.wrong == []


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium`")
def test_a_draft_is_printed_with_its_text(chromium: Any, served: Served) -> None:  # noqa: F811
    """What is done on a page is not printed; a draft's paragraphs stand in a form, and are."""
    page = signed_in(chromium, served, "counsel")
    page.goto(f"{served.address}{LETTERS}")
    page.locator("input[name=kind][value=memo]").check()
    page.get_by_role("button", name="Make the letter").click()
    page.emulate_media(media="print")
    shown = page.locator(".paragraph .said")
    assert shown.count() > 5 and all(one.is_visible() for one in shown.all())
    assert not any(one.is_visible() for one in page.locator("textarea, button, details, .choice").all())
    page.context.close()
