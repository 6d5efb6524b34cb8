"""The project's own transcription of the docket, compared with the docket file where it is present."""

import re
from collections import Counter

import yaml
from tests.conftest import shared

from comity.kernel.demand import scope_faults
from comity.sim.dublin import HAPPENINGS, SCOPE


def test_the_transcription_agrees_with_the_docket() -> None:
    """Twenty-five happenings in the same order: day, court, kind, mark, decision and effect on the order agree."""
    docket = yaml.safe_load(shared("cases/docket-microsoft.yaml").read_text("utf-8"))
    theirs = [
        (event["date"], event["court"], event["kind"], event["mark"], event.get("order_in_force"), event.get("case"))
        for event in docket["events"]
    ]
    ours = [(h.date, h.court, h.kind, h.mark, h.order_in_force, h.case) for h in HAPPENINGS]
    assert ours == theirs


def test_every_happening_is_told_in_a_sentence_of_our_own() -> None:
    """One sentence each, none twice, none in the docket file's words."""
    docket = yaml.safe_load(shared("cases/docket-microsoft.yaml").read_text("utf-8"))
    for happening, event in zip(HAPPENINGS, docket["events"], strict=True):
        assert happening.says[0].isupper() and happening.says.endswith(".")
        assert event["event"].lower() not in happening.says.lower()
    assert max(Counter(happening.says for happening in HAPPENINGS).values()) == 1


def test_the_happenings_stand_in_order() -> None:
    """By day; the stay of 25 April 2014 comes after the ruling that it stays."""
    assert len(HAPPENINGS) == 25
    days = [happening.date for happening in HAPPENINGS]
    assert days == sorted(days)
    april = [happening.kind for happening in HAPPENINGS if happening.date.isoformat() == "2014-04-25"]
    assert april == ["ruling", "stay"]


def test_what_is_unverified_is_marked() -> None:
    """Five facts were known without their source being opened; the sentence about the new warrant says so itself."""
    unverified = [happening for happening in HAPPENINGS if not happening.verified]
    assert [happening.date.isoformat() for happening in unverified] == [
        "2014-08-11", "2014-12-08", "2016-10-13", "2017-06-23", "2018-03-30",
    ]  # fmt: skip
    assert "the day is not" in unverified[-1].says


def test_rulings_name_the_decided_case() -> None:
    """Every ruling, contempt finding and lifted stay has an id with its own date."""
    for happening in HAPPENINGS:
        if happening.kind in ("ruling", "contempt", "stay-lifted", "cert-granted"):
            assert happening.case is not None
        if happening.case:
            assert re.match(r"us-(\d{4}-\d\d-\d\d)-microsoft-", happening.case)
            assert happening.date.isoformat() in happening.case


def test_the_storys_scope_can_be_collected_by() -> None:
    """One account, one category, both ends of the range with a zone, in order."""
    assert scope_faults(SCOPE, "story") == []
