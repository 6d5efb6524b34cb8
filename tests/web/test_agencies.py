"""The page of the directory, and a demand confirmed through it."""

from __future__ import annotations

from tests.web.office import MATTER, Browser, Clock, another

PATH = "/agencies"
ADD, CONTACT, STRIKE = (f"{PATH}/{act}" for act in ("add", "contact", "strike"))
NUMBER = "+1 212 555 0100"
AGENCY = {"name": "FBI New York", "id": "fbi-ny", "place": "us", "kind": "police"}
REACHED = {"agency": "fbi-ny", "contact": "telephone", "value": NUMBER, "source": "their site, today"}


def kept(browser: Browser) -> Browser:
    """A browser of counsel, with one agency and its number in the directory."""
    browser.sign_in("counsel")
    assert browser.send(PATH, ADD, **AGENCY).headers["location"] == "/agencies#at-fbi-ny"
    assert browser.send(PATH, CONTACT, **REACHED).status_code == 303
    return browser


def called(browser: Browser, **more: object) -> object:
    path, said = f"/matters/{MATTER}", {"supports": "yes", "channel": "phone", "contact": "directory", **more}
    fields = {"says": "the agent is known there and confirms it", "source": "call of today", **said}
    return browser.send(f"{path}/event?kind=finding", f"{path}/enter", **fields)


def test_counsel_keeps_the_directory(browser: Browser) -> None:
    page = kept(browser).get(PATH).text
    assert "FBI New York" in page and NUMBER in page and "their site, today" in page and "2026-11-20 12:00" in page
    assert browser.send(PATH, STRIKE).status_code == 303
    assert "struck" in browser.get(PATH).text and f'action="{STRIKE}"' not in browser.get(PATH).text


def test_what_is_refused_is_shown_with_what_was_typed(browser: Browser) -> None:
    page = kept(browser).send(PATH, CONTACT, **{**REACHED, "value": "call <b>me</b>"})
    assert page.status_code == 422 and "call &lt;b&gt;me&lt;/b&gt;" in page.text and "their site, today" in page.text


def test_others_read_it_and_change_nothing(browser: Browser) -> None:
    clerk = another(kept(browser), "clerk")
    page = clerk.get(PATH).text
    assert NUMBER in page and '<form method="post" class="act"' not in page
    token = clerk.form(PATH, "/sign-out")
    assert clerk.post(ADD, {**token, **AGENCY, "id": "other"}).status_code == 403
    assert "other" not in [one.strip("<>code/") for one in clerk.get(PATH).text.split()]


def test_a_call_back_goes_to_a_number_older_than_the_demand(browser: Browser, clock: Clock) -> None:
    clerk = another(kept(browser), "clerk")
    young = called(clerk, called=NUMBER)
    assert young.status_code == 422 and "only since 2026-11-20" in young.text  # type: ignore[attr-defined]
    unknown = called(clerk, called="+1 212 555 0199")
    assert unknown.status_code == 422 and "no contact of our directory" in unknown.text  # type: ignore[attr-defined]
    public = called(clerk, contact="public")
    assert public.status_code == 303, "a public record needs no directory"  # type: ignore[attr-defined]
