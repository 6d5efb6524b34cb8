"""Fidelity: each mark, what is supposed of a ruling, the totals and the page. Cases and packs are invented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lawpack.decided import ACT, FACTS, TERMS, row

from comity.lawpack import default_folder, read_folder
from comity.lawpack.cases import read_cases
from comity.lawpack.fidelity import AGREE, ASSUMED, MARKS, MATTER, OPEN, SHARPER, WRONG, try_cases
from comity.lawpack.fidelity_page import explain, page

PUBLIC = Path(__file__).parents[3] / "shared" / "cases" / "public.yaml"


@pytest.fixture
def tried(load, tmp_path):
    """Put rows to the invented act."""

    def put(*rows, act=ACT):
        path = tmp_path / "cases.yaml"
        path.write_text(yaml.safe_dump({"cases": list(rows)}, sort_keys=False), "utf-8")
        packs = load(act, terms=TERMS)
        assert not packs.faults
        return try_cases(read_cases(path), packs)

    return put


def one(report):
    (found,) = report.tried
    return found


def test_open_the_day_before_and_decided_on_the_day_agrees(tried):
    case = one(tried(row()))
    assert (case.before.verdict, case.after.verdict, case.mark) == ("open", "compelled", AGREE)
    assert explain(case) == "" and not case.fails


def test_a_conflict_agrees_with_a_court_that_compelled(tried):
    case = one(tried(row(facts={"data_location": ["DE"]})))
    assert (case.after.verdict, case.mark) == ("conflict", AGREE)


def test_where_only_the_bar_is_unknown_the_power_is_certain(tried):
    """Wherever it lies the court compels; whether another state forbids it nobody knows."""
    case = one(tried(row(facts={"data_location": ["moving"]})))
    assert (case.after.verdict, case.mark) == ("open (compelled or conflict)", AGREE)
    against = one(tried(row(facts={"data_location": ["moving"]}, after="barred")))
    assert against.mark == WRONG


def test_decided_where_it_was_contested_is_sharper(tried):
    case = one(tried(row(facts={"data_location": ["US"]})))
    assert (case.before.mark, case.after.mark, case.mark) == (SHARPER, AGREE, SHARPER)
    assert "it was contested; the packs say compelled: `warrant` compels" in explain(case) and not case.fails


def test_what_is_sharper_says_whose_answer_it_rests_on(tried):
    """A court's own earlier ruling stands the day before its next."""
    case = one(tried(row(decided="2016-05-05")))
    assert case.mark == SHARPER and "(`reach` was answered in 1 F. Supp. 1)" in explain(case)


def test_between_others_a_ruling_for_its_parties_alone_leaves_it_contested(tried):
    """The court's own earlier ruling, which binds nobody else, is no settled law that the next one goes against."""
    case = one(tried(row(decided="2016-05-05", after="barred")))
    assert (case.before.mark, case.before.verdict) == (AGREE, "open")
    assert [str(what_if) for what_if in case.before.assumed] == ["nysd superseded on 2016-05-04"]
    for_all = one(tried(row(decided="2016-05-05", after="barred"), act=ACT.replace('"parties"', '"below"')))
    assert for_all.before.mark == WRONG


def test_a_judge_serves_every_day_that_reads_alike_and_says_the_same(tried):
    """A twin: each case on its own, and all together."""
    rows = [row(f"c{day}", decided=f"2015-05-0{day}", facts={"data_location": [place]})
            for day, place in enumerate(("IE", "DE", "US", "IE", "DE"), 3)]  # fmt: skip
    together = {case.case.id: case.as_json() for case in tried(*rows).tried}
    alone = {each["id"]: one(tried(each)).as_json() for each in rows}
    assert {id: case | {"where": ""} for id, case in together.items()} == {
        id: case | {"where": ""} for id, case in alone.items()
    }


def test_decided_against_what_the_court_then_said_is_wrong(tried):
    case = one(tried(row(facts={"data_location": ["US"]}, after="barred")))
    assert (case.before.mark, case.after.mark) == (WRONG, WRONG) and case.fails
    assert "barred was expected, but the packs say compelled: `warrant` compels" in explain(case)


def test_no_power_where_a_court_compelled_is_wrong(tried):
    case = one(tried(row(facts={"control": "no control"})))
    assert case.mark == WRONG and "none of the powers carried compels" in explain(case)


def test_no_power_agrees_with_what_was_barred(tried):
    assert (
        one(tried(row(facts={"control": "no control", "data_location": ["DE"]}, before="barred", after="barred"))).mark
        == AGREE
    )


def test_a_power_that_no_pack_carries_is_said_to_be_none(tried):
    case = one(tried(row(facts={"data_category": ["headers"]})))
    assert case.after.verdict == "free (no power is carried)"
    assert "no pack carries a power for it on that day" in explain(case)


def test_a_ruling_that_no_pack_carries_is_supposed(tried):
    """The packs turn on a question; the court's answer, supposed, gives what it held."""
    case = one(tried(row(decided="2014-05-05")))
    assert (case.after.mark, case.mark, case.after.verdict) == (ASSUMED, ASSUMED, "compelled")
    assert [str(what_if) for what_if in case.after.assumed] == ["reach=true by us-nysd on 2014-05-05"]
    assert "the ruling answers `reach` with yes" in explain(case) and not case.fails
    barred = one(tried(row(decided="2014-05-05", after="barred")))
    assert barred.mark == ASSUMED and "`reach` with no" in explain(barred)


def test_two_questions_at_once_are_supposed_at_most(tried):
    more = ACT.replace("or question.reach)", "or (question.reach and question.other))").replace(
        "[[answer]]", '[[question]]\nid = "other"\nasks = "Another?"\nwhy = "None."\n\n[[answer]]'
    )
    case = one(tried(row(decided="2014-05-05"), act=more))
    assert case.mark == ASSUMED and len(case.after.assumed) == 2


def test_what_was_settled_before_is_never_supposed(tried):
    case = one(tried(row(decided="2014-05-05", before="compelled")))
    assert (case.before.mark, case.after.mark, case.mark) == (OPEN, ASSUMED, OPEN) and case.fails
    assert "no answer binds the court on `reach`" in explain(case)


def test_a_fact_that_the_file_does_not_give_is_named(tried):
    case = one(tried(row(facts={"control": "contested"})))
    assert case.mark == OPEN and case.after.missing == ("record.served_controls",)
    assert "the file does not give `record.served_controls`" in explain(case)


def test_a_paper_for_which_the_packs_have_no_word_leaves_it_open(tried):
    case = one(tried(row(facts={"instrument": "heliograph-order"})))
    assert case.mark == OPEN and "no word for this kind of demand" in explain(case)


def test_words_that_mean_no_class_of_records_leave_it_open(tried):
    case = one(tried(row(facts={"data_category": ["smoke-signals"]})))
    assert (case.mark, case.after.verdict) == (OPEN, "open") and "mean no class" in explain(case)


def test_the_heaviest_class_decides_and_the_lighter_are_shown(tried):
    case = one(tried(row(facts={"data_category": ["subscriber", "content"]})))
    assert case.mark == AGREE and case.after.said.category == "content"
    assert case.after.as_json()["lighter"] == {"subscriber": "free (no power is carried)"}


def test_compelled_in_part_asks_for_one_class_that_is_compelled(tried):
    part = {"after": "compelled-in-part"}
    assert one(tried(row(facts={"data_category": ["subscriber", "content"]}, **part))).mark == AGREE
    assert one(tried(row(facts={"control": "no control"}, **part))).mark == WRONG


@pytest.mark.parametrize("word", ["order-suspended", "no-live-order", "n/a"])
def test_what_became_of_an_order_is_the_matters(tried, word):
    report = tried(row(kind="procedure", before="n/a", after=word))
    assert one(report).mark == MATTER and report.matters and not report.counted
    half = one(tried(row(kind="procedure", before=word, after="compelled")))
    assert (half.before.mark, half.mark, half.counted) == (MATTER, AGREE, True)


def test_other_kinds_fit_only_loosely_and_do_not_count(tried):
    report = tried(row(kind="exposure", facts={"control": "no control"}))
    assert report.loosely and not report.counted and not any(case.fails for case in report.tried)


def test_the_totals_count_each_case_once_a_table(tried):
    report = tried(
        row("a"), row("b", facts={"control": "no control"}, test=["control", "location"]), row("c", kind="gag")
    )
    told = report.as_json()
    assert told["totals"] == {AGREE: 1, ASSUMED: 0, SHARPER: 0, OPEN: 0, WRONG: 1}
    assert told["by_country"] == {"US": {AGREE: 1, WRONG: 1}}
    assert told["by_test"] == {"control": {AGREE: 1, WRONG: 1}, "location": {WRONG: 1}}
    assert told["by_kind"] == {"demand": {AGREE: 1, WRONG: 1}}
    assert [case["id"] for case in told["cases"]] == ["a", "b", "c"]


def test_the_page_explains_every_disagreement_and_everything_sharper(tried):
    rows = [
        row("right"),
        row("wrong", facts={"control": "no control"}),
        row("sharp", facts={"data_location": ["US"]}),
        row("lag", facts={"control": "contested"}),
        row("new", decided="2014-05-05"),
        row("loose", kind="gag", holding="Pipes | and <b>lines</b>."),
        row("stay", kind="procedure", before="n/a", after="order-suspended"),
        row("marked", marks={"facts": "K"}),
    ]
    report = tried(*rows)
    text = page(report)
    for case in report.counted:
        assert (explain(case) in text) and (bool(explain(case)) is (case.mark != AGREE))
    assert all(f"`{name}`" in text for name in ("right", "wrong", "sharp", "lag", "new", "loose", "stay", "marked"))
    assert "Pipes \\| and &lt;b>lines&lt;/b>." in text and "facts: K" in text


def test_the_order_of_the_file_changes_nothing(tried):
    rows = [row("a"), row("b", decided="2014-05-05"), row("c", facts={"data_location": ["US"]})]
    assert page(tried(*rows)) == page(tried(*reversed(rows)))


def test_the_page_names_no_file_and_no_clock(tried, tmp_path):
    report = tried(row())
    text = page(replace(report, digest="other"))
    assert text == page(report) and str(tmp_path) not in text and "cases.yaml" not in text


SAID = """
no control presence branch US Miami London subsidiary own parent says key IE ; , ( ) | none secrecy raised - 9 ü
"""
WORDS = st.lists(st.sampled_from(SAID.split()), max_size=9).map(" ".join)
SILENT = ("compelling_state", "provider_home")


@given(st.fixed_dictionaries({}, optional={key: WORDS for key in FACTS if key not in SILENT}))
@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
def test_whatever_the_file_says_there_is_an_answer_or_a_fault(tried, facts):
    """No words crash it, and what it says it can explain."""
    report = tried(row(facts=facts))
    assert len(report.tried) + len(report.faults) >= 1
    assert all(bool(explain(case)) is (case.mark != AGREE) for case in report.tried) and page(report)


@pytest.mark.skipif(not PUBLIC.exists(), reason="the public cases lie beside the project, not in it")
def test_the_public_cases_are_all_read_and_all_listed():
    read = read_cases(PUBLIC)
    report = try_cases(read, read_folder(default_folder()))
    assert not read.faults and len(report.tried) == 67
    assert len(report.counted) + len(report.matters) + len(report.loosely) == 67
    text = page(report)
    assert [case.case.id for case in report.tried if f"`{case.case.id}`" not in text] == []
    assert {case.mark for case in report.tried} <= {*MARKS, MATTER}


@pytest.mark.skipif(not PUBLIC.exists(), reason="the public cases lie beside the project, not in it")
def test_of_warrants_for_stored_content_the_packs_say_nothing_wrong():
    """The law that the first packs carry: what the courts said of § 2703 before the CLOUD Act and after."""
    report = try_cases(read_cases(PUBLIC), read_folder(default_folder()))
    found = [case for case in report.counted if case.case.instrument == "sca-warrant"]
    assert len(found) > 15 and [case.case.id for case in found if case.fails] == []


COMMITTED = Path(__file__).parents[2] / "docs" / "laws" / "fidelity.md"


@pytest.mark.skipif(
    not (PUBLIC.exists() and COMMITTED.exists()), reason="the cases, or the page made of them, are absent"
)
def test_the_committed_page_is_what_the_packs_say():
    """After a change of law `comity law fidelity CASES --out docs/laws/fidelity.md` writes it again."""
    report = try_cases(read_cases(PUBLIC), read_folder(default_folder()))
    assert COMMITTED.read_text("utf-8") == page(report)
