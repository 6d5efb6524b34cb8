"""What `comity law show` and the law book are made of: everything is found by its name, on a day, in a court."""

from __future__ import annotations

from datetime import date

import pytest

from comity.kernel.words import Both, Compare, Either, Word, terms_of
from comity.lawpack import default_folder, read_folder
from comity.lawpack.show import Bench, Circle, NotInThePacks, Sheet, effect, find, particulars, sheets, spelled


@pytest.fixture(scope="module")
def packs():
    return read_folder(default_folder())


def the(packs, what, on=None, court=None) -> Sheet:
    """The one sheet that goes by a name."""
    (sheet,) = find(packs, what, on, court)
    assert isinstance(sheet, Sheet)
    return sheet


@pytest.mark.parametrize("name", ["us-sca-2702", "us/sca-2702.toml", "sca-2702.toml", "sca-2702", "US-SCA-2702"])
def test_a_pack_is_found_by_its_id_its_file_and_its_stem(packs, name):
    sheet = the(packs, name)
    assert sheet.pack.document.name == "us/sca-2702.toml"
    assert sheet.rules == sheet.pack.rules and sheet.unmodelled == sheet.pack.unmodelled


def test_a_place_gives_all_its_packs_in_the_order_of_their_files(packs):
    names = [sheet.pack.document.name for sheet in find(packs, "us")]
    assert names == sorted(names) and len(names) > 10 and all(name.startswith("us/") for name in names)


def test_a_rule_is_found_by_its_id_and_by_its_name_without_the_version(packs):
    assert [rule.id for rule in the(packs, "us-2702-content@2").rules] == ["us-2702-content@2"]
    versions = [rule.id for sheet in find(packs, "us-2702-content") for rule in sheet.rules]
    assert versions == ["us-2702-content@1", "us-2702-content@2"]


def test_a_rule_comes_with_the_examples_that_cite_it_and_a_bar_with_what_lifts_it(packs):
    sheet = the(packs, "us-2702-content@2")
    assert sheet.examples and all("us-2702-content@2" in example.cites for example in sheet.examples)
    assert "us-2702-b3-consent" in sheet.lifted_by(sheet.rules[0])
    assert sheet.unmodelled == ()


def test_on_a_day_only_the_version_in_force_is_shown(packs):
    (sheet,) = find(packs, "us-2702-content", date(2000, 1, 1))
    assert [rule.id for rule in sheet.rules] == ["us-2702-content@1"]
    assert the(packs, "us-sca-1986", date(2020, 1, 1)).asleep


@pytest.mark.parametrize("name", ["us_sca_reaches_abroad", "question.us_sca_reaches_abroad"])
def test_a_question_shows_who_had_answered_it_by_the_day_and_whether_the_answer_lived(packs, name):
    def states(day):
        (asked,) = the(packs, name, day).questions
        return {given.answer.id: given.state for given in asked.answers}

    assert states(date(2014, 4, 24)) == {}
    assert states(date(2014, 4, 25)) == {"us-microsoft-sdny": "live"}
    assert states(date(2016, 7, 14)) == {"us-microsoft-sdny": "dead", "us-microsoft-2d-cir": "live"}
    assert states(None)["us-microsoft-2d-cir"] == "dead" and states(None)["us-cloud-act-content"] == "live"


def test_a_history_ends_on_the_day_asked_about(packs):
    (given,) = the(packs, "us-microsoft-sdny", date(2014, 8, 1)).answers
    assert [line.what for line in given.answer.history] == ["decided", "affirmed"]


@pytest.mark.parametrize(
    ("court", "truth", "binding"), [("us-nysd", False, ["us-microsoft-2d-cir"]), ("us-cand", None, [])]
)
def test_in_a_court_a_question_is_read_as_that_court_must(packs, court, truth, binding):
    sheet = the(packs, "us_sca_reaches_abroad", date(2016, 7, 14), court)
    read = sheet.questions[0].read
    assert read is not None and read.truth is truth and [answer.id for answer in read.binding] == binding
    assert sheet.truths["question.us_sca_reaches_abroad"] is truth
    assert the(packs, "us_sca_reaches_abroad").questions[0].read is None


def test_a_court_is_shown_with_its_line_and_its_answers(packs):
    (bench,) = find(packs, "us-nysd")
    assert isinstance(bench, Bench)
    assert [court.id for court in bench.line] == ["us-ca2", "us-scotus", "us-congress"]
    assert "us-microsoft-sdny" in [given.answer.id for given in bench.answers]
    assert {given.answer.by for given in bench.answers} == {"us-nysd"}


def test_a_group_is_shown_with_its_members_of_a_day(packs):
    def members(day):
        (circle,) = find(packs, "GDPR", day)
        assert isinstance(circle, Circle)
        return {member.place for member in circle.members}

    assert members(date(2018, 5, 24)) == set()
    assert {"IE", "GB"} <= members(date(2020, 12, 31)) and "GB" not in members(date(2021, 1, 1))
    assert {"GB", "NO"} <= members(None)


def test_what_is_nowhere_is_refused_with_the_nearest_names(packs):
    with pytest.raises(NotInThePacks) as refused:
        find(packs, "us-sca-2072")
    assert "us-sca-2702" in refused.value.remedy
    with pytest.raises(NotInThePacks):
        find(packs, "us-sca-2702", None, "us-nowhere")


def test_every_pack_rule_question_answer_court_and_group_can_be_shown_as_json(packs):
    law = packs.law
    ids = {row.id for rows in (law.rules, law.questions, law.answers) for row in rows} | set(law.courts)
    ids |= {pack.instrument["id"] for pack in packs.packs} | {group["id"] for group in packs.groups}
    for id in sorted(ids):
        found = find(packs, id)
        assert found and id in str([view.as_json() for view in found])


def test_sheets_do_not_depend_on_the_order_in_which_packs_were_read(packs):
    from dataclasses import replace

    backwards = replace(packs, packs=tuple(reversed(packs.packs)))
    assert [s.pack.document.name for s in sheets(backwards)] == [s.pack.document.name for s in sheets(packs)]


def test_a_condition_is_spelled_as_a_list_whose_long_parts_are_broken_up():
    short = Either((Word("a"), Word("b")))
    long = Either((Compare("record.store_place", "US"), Word("question.does_it_reach_that_far")))
    condition = Both((Word("served.public_provider"), short, long))
    assert list(spelled(condition)) == [
        (0, "served.public_provider"),
        (0, "a or b"),
        (0, "any of"),
        (1, 'record.store_place == "US"'),
        (1, "question.does_it_reach_that_far"),
    ]
    assert next(iter(spelled(long))) == (0, "any of") and list(spelled(Word("a"))) == [(0, "a")]


def test_no_term_of_a_condition_is_lost_in_its_spelling(packs):
    for rule in packs.law.rules:
        text = " ".join(line for _, line in spelled(rule.when))
        assert all(term in text for term in terms_of(rule.when)), rule.id


def test_what_a_rule_does_is_told_in_words(packs):
    rules = {rule.id: rule for rule in packs.law.rules}
    assert effect(rules["us-2702-b3-consent"]) == "lifts us-2702-content@2"
    assert effect(rules["us-2703-warrant-answer"]) == "obliges: answer"
    told = particulars(rules["us-2703-h-comity"])
    assert "within 14 days of `served`" in told and told.endswith("suspends the duty")
    assert particulars(rules["us-2702-content@2"]) == ""
