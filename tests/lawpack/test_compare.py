"""What a change of law flips, over the examples of both states and cases given besides."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from tests.lawpack.texts import ANSWER, COURTS, EXAMPLE, HEAD, PACK, QUESTION, RULE, TERMS

from comity.lawpack import default_folder, read_folder, try_example
from comity.lawpack.compare import DOZEN, UNPOSED, Case, compare
from comity.sim.cases import FIRST, cases, days, places_of

WITHOUT = RULE.replace(" and question.reach", "")
NO = PACK.replace("answer = true", "answer = false")


def a_case(**kept):
    known = {"facts": (("record.category", "content"), ("record.store_place", "IE")), "court": "us-nysd"}
    return Case(**(known | {"day": date(2017, 1, 1), "name": "posed"} | kept))


def test_the_same_law_flips_nothing_and_changes_nothing(load):
    same = compare(load(), load(), [a_case()])
    assert (same.cases, same.flips, same.examples, same.changes) == (2, (), (), ())


def test_an_answer_turned_round_flips_what_turned_on_it_from_its_day(load):
    old, new = load(), load(NO)
    before = a_case(day=date(2016, 7, 13))
    found = compare(old, new, [a_case(), before])
    assert found.cases == 3
    assert found.counts == {
        ("compelled → free", "IE", date(2017, 1, 1)): 1,
        ("compelled → free", "unknown", date(2017, 1, 1)): 1,
    }
    assert [(c.how, c.table, c.id, c.fields) for c in found.changes] == [("changed", "answer", "ca2", ("answer",))]


def test_both_proof_ids_are_those_of_the_two_decisions(load):
    old, new = load(), load(NO)
    (flip,) = compare(old, new).examples
    ids = [try_example(packs.packs[0].examples[0], packs.law).decision for packs in (old, new)]
    assert [decision.id for decision in ids if decision] == [flip.old_proof, flip.new_proof]
    assert flip.old_proof != flip.new_proof


@pytest.mark.parametrize(
    ("pack", "changed"),
    [
        (
            HEAD + WITHOUT,
            {("removed", "question", "reach"), ("removed", "answer", "ca2")},
        ),
        (PACK + RULE.replace('"power"', '"more"'), {("added", "rule", "more")}),
        (HEAD + RULE + QUESTION + EXAMPLE + ANSWER.replace("1 F.3d", "2 F.3d"), {("changed", "answer", "ca2")}),
    ],
)
def test_rows_added_removed_and_changed_are_named(load, pack, changed):
    found = {(change.how, change.table, change.id) for change in compare(load(), load(pack)).changes}
    assert changed <= found


def test_a_case_that_one_side_cannot_pose_is_told_so_without_a_proof(load):
    old, new = load(), load(courts=COURTS.replace("us-nysd", "us-njd"))
    (flip,) = compare(old, new, [a_case(assume=("nothing=true by us-ca2 on 2016-01-01",))]).flips
    assert (flip.old, flip.new) == ("compelled", UNPOSED)
    (shown,) = compare(old, new).examples
    assert shown.old_proof and not shown.new_proof


def test_a_fact_whose_word_one_side_lacks_is_unknown_there(load):
    without = PACK.replace('record.category == "content" and ', "")
    odd = a_case(facts=(("record.category", "fax"), ("record.weather", "rain")))
    assert compare(load(), load(without), [odd]).flips[0].turn == "open → compelled"


def test_a_kind_of_demand_that_one_side_does_not_know_is_unposed_there(load):
    """It is no flip from open: nobody could have asked."""
    instrument = (
        '[[term]]\nname = "demand.instrument"\nkind = "code"\ncodes = ["warrant"]\nmeaning = "which"\n'
        'unknown = "nobody"\n'
    )
    old, new = (
        load(terms=TERMS + instrument),
        load(terms=TERMS + instrument.replace('"warrant"', '"warrant", "letter"')),
    )
    facts = (("demand.instrument", "letter"), ("record.category", "content"), ("record.store_place", "IE"))
    assert compare(old, new, [a_case(facts=facts)]).flips[0].turn == f"{UNPOSED} → compelled"


@pytest.fixture(scope="module")
def shipped():
    return read_folder(default_folder())


@pytest.fixture(scope="module")
def posed(shipped):
    return list(cases(shipped))


@pytest.fixture(scope="module")
def reversed_circuit(shipped):
    """The law as it would be had the Second Circuit affirmed."""
    turned = tuple(replace(a, answer=True) if a.id == "us-microsoft-2d-cir" else a for a in shipped.law.answers)
    return replace(shipped, law=replace(shipped.law, answers=turned))


def test_the_fixed_cases_are_what_every_template_asks_of_a_fixed_estate(shipped, posed):
    """Each ordinary demand, for records at home and abroad, on every day on which what bears on it changes."""
    assert len(posed) > 30_000 and len(set(posed)) == len(posed)
    templates = [template for pack in shipped.packs for template in pack.templates]
    facts = [dict(case.facts) for case in posed]
    assert {f["demand.instrument"] for f in facts} == {t.facts["demand.instrument"] for t in templates}
    assert {f["record.category"] for f in facts} == {category for t in templates for category in t.categories}
    assert {"US", "IE", "CH", "CN"} < {f["record.store_place"] for f in facts}
    assert {f["demand.place"] for f in facts} == {place for t in templates for place in places_of(t, shipped.law)}
    assert {"us-nysd", "us-paed", "us-cand", "ie-sc"} <= {case.court for case in posed}
    assert {case.day for case in posed} <= {FIRST, *days(shipped.law)}
    assert {date(2016, 7, 14), date(2018, 3, 23), date(2026, 8, 18)} <= {case.day for case in posed}


@pytest.fixture(scope="module")
def warrants(posed):
    """The cases of one kind of demand: enough to see what a ruling on it flips."""
    return [case for case in posed if dict(case.facts)["demand.instrument"] == "us-sca-warrant"]


def test_had_the_second_circuit_affirmed_its_districts_flip_until_congress_spoke(shipped, reversed_circuit, warrants):
    found = compare(shipped, reversed_circuit, warrants)
    fixed = [flip for flip in found.flips if flip.case in set(warrants)]
    assert fixed and {flip.turn for flip in fixed} <= {"barred → compelled", "barred → conflict", "barred → open"}
    assert ("barred → compelled", "IE") in {(flip.turn, flip.case.place) for flip in fixed}
    assert min(f.case.day for f in fixed) == date(2016, 7, 14) and max(f.case.day for f in fixed) < date(2018, 3, 23)
    assert {flip.case.court for flip in fixed} == {"us-nysd"}
    assert len(found.examples) == DOZEN
    assert sum(found.counts.values()) == len(found.flips)


def test_the_order_of_the_cases_does_not_count(shipped, reversed_circuit, warrants):
    some = [case for case in warrants if date(2016, 7, 1) <= case.day <= date(2017, 3, 1)]
    mixed = random.Random(7).sample(some, len(some))
    assert some and compare(shipped, reversed_circuit, some).as_json() == (
        compare(shipped, reversed_circuit, mixed).as_json()
    )


def test_each_example_of_the_packs_is_compared_as_its_pack_poses_it(shipped):
    """A law with no bars leaves nothing barred: every example that was barred comes out otherwise."""
    bare = replace(shipped.law, rules=tuple(rule for rule in shipped.law.rules if rule.effect != "bars"))
    found = compare(shipped, replace(shipped, law=bare))
    barred = {
        (tuple(sorted(example.facts.items())), example.court, example.on)
        for pack in shipped.packs
        for example in pack.examples
        if example.expect == "barred"
    }
    assert {(f.case.facts, f.case.court, f.case.day) for f in found.flips if f.old == "barred"} == barred
    assert {"barred", UNPOSED}.isdisjoint(flip.new for flip in found.flips)
