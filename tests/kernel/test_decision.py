"""Facts and a reading give a verdict, its reasons, and what turns on what is not known."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from tests.strategies import CASES, COURTS, DAY, TINY, days, facts, laws, one_of, readings, values

from comity.kernel.decision import OTHER, Judge, decide, stands_on, turns_on
from comity.kernel.law import Answer, Happening, Law, Member, Question
from comity.kernel.rule import Rule
from comity.kernel.words import Both, Compare, Either, Not, Within, Word

CONTROLS, READABLE = Word("record.served_controls"), Word("record.readable_by_provider")
CONTENT = Compare("record.category", "content")
REACH = Question("reach", "does it reach abroad?", "it does not say", "US")


def rule(id, effect, when, **more):
    """A rule in force for good."""
    since = date(1986, 10, 21)
    return Rule(id, effect, "US", since, None, f"cite {id}", f"{id} reads", when, reviewed="read 2026-11-23", **more)


def law(*rules, answers=(), members=()):
    """These rules as New York reads them."""
    return Law(rules, (REACH,), answers, COURTS, members).on(DAY, "us-nysd")


def said(by, answer, cite=""):
    """An answer to the one question."""
    return Answer(f"{by}-{answer}", "reach", answer, by, cite or by, "it says", (Happening(DAY, "decided", by),))


@pytest.mark.parametrize("verdict", sorted(CASES))
def test_the_five_verdicts(verdict):
    """What a power that compels and a bar that stands amount to."""
    assert decide(CASES[verdict], TINY).verdict == verdict


def test_a_lift_takes_its_bar_away_and_no_other():
    """A second bar stands on."""
    bars = (rule("one", "bars", CONTENT), rule("two", "bars", READABLE))
    lift = rule("lift", "lifts", CONTROLS, lifts="one")
    reading = law(rule("power", "compels", CONTROLS), *bars, lift)
    case = {"record.served_controls": True, "record.category": "content", "record.readable_by_provider": False}
    assert decide(case, reading).verdict == "compelled"
    assert decide({**case, "record.readable_by_provider": True}, reading).verdict == "conflict"


def test_an_unknown_bar_that_is_lifted_matters_no_more():
    """Lifted for certain, it does not stand whatever it turns out to be; lifted perhaps, it is open."""
    reading = law(
        rule("power", "compels", CONTENT), rule("bar", "bars", READABLE), rule("lift", "lifts", CONTROLS, lifts="bar")
    )
    case = {"record.category": "content"}
    assert decide({**case, "record.served_controls": True}, reading).verdict == "compelled"
    assert decide(case, reading).verdict == "open"
    assert [p.term for p in decide(case, reading).open_points] == [READABLE.name, CONTROLS.name]
    assert decide({**case, "record.served_controls": False}, reading).verdict == "open"


def test_a_lift_of_what_is_no_bar_lifts_nothing():
    """A power, a duty or a ground that carries a bar's name is not taken away with it."""
    lifted = rule("lift", "lifts", CONTENT, lifts="power")
    assert decide({"record.category": "content"}, law(rule("power", "compels", CONTENT), lifted)).verdict == "compelled"


def test_only_reasons_that_may_hold_are_given_besides():
    """Objections, duties and channels whose condition is false are left out; the unknown ones stay."""
    objects = [rule("comity", "objects", CONTENT), rule("control", "objects", CONTROLS)]
    routes = [rule("mlat", "routes", CONTENT), rule("letters", "routes", Not(CONTENT))]
    never = rule("never", "objects", Not(CONTENT))
    reading = law(*objects, never, rule("answer", "obliges", CONTENT), *routes)
    decision = decide({"record.category": "content"}, reading)
    assert [(r.rule.id, r.truth) for r in decision.objections] == [("comity", True), ("control", None)]
    assert [r.rule.id for r in decision.duties] == ["answer"]
    assert [r.rule.id for r in decision.channels] == ["mlat"]
    assert decision.cited >= {"comity", "control", "answer", "mlat"} and "never" not in decision.cited


def test_a_question_the_law_has_answered_is_not_counsels():
    """Counsel's answer counts only where the law leaves the question open."""
    power = rule("power", "compels", Word("question.reach"))
    assert decide({"question.reach": True}, law(power)).verdict == "compelled"
    assert decide({"question.reach": True}, law(power, answers=(said("us-ca2", False),))).verdict == "free"
    assert decide({}, law(power)).verdict == "open"


def test_an_answer_is_cited_at_its_leaf():
    """And every answer that binds, always in the same order."""
    power = rule("power", "compels", Word("question.reach"))
    two = (said("us-ca2", True, "829 F.3d 197"), replace(said("us-ca2", True, "855 F.3d 53"), id="again"))
    for answers in (two, two[::-1]):
        leaf = decide({}, law(power, answers=answers)).powers[0].proof.parts[0]
        assert leaf.cite == "855 F.3d 53; 829 F.3d 197"


def test_an_open_point_shows_the_verdict_either_way():
    """With what it asks, where the law asks it."""
    reading = law(rule("power", "compels", Word("question.reach")), rule("bar", "bars", CONTROLS))
    (point,) = decide({"record.served_controls": True}, reading).open_points
    assert (point.term, point.asks) == ("question.reach", "does it reach abroad?")
    assert point.outcomes == ((True, "conflict"), (False, "barred"))


def test_an_open_place_is_tried_once_for_each_way_to_be_told_apart():
    """A code that a rule names, a member of each kind of group, and any other place."""
    power = rule("power", "compels", Either((Within("p", "EEA"), Compare("p", "US"))))
    members = (Member("EEA", "DE", DAY, None), Member("EEA", "FR", DAY, None))
    (point,) = decide({}, law(power, members=members)).open_points
    assert point.outcomes == ((OTHER, "free"), ("DE", "compelled"), ("US", "compelled"))


def test_a_member_that_is_named_is_not_the_only_member():
    """In the group and not the one that is named: the other members were once forgotten where the first was named."""
    power = rule("power", "compels", Both((Within("p", "EEA"), Compare("p", "DE", False))))
    members = (Member("EEA", "DE", DAY, None), Member("EEA", "FR", DAY, None))
    (point,) = decide({}, law(power, members=members)).open_points
    assert dict(point.outcomes) == {OTHER: "free", "DE": "free", "FR": "compelled"}


def test_unknowns_that_hang_together_stay_open():
    """Whether the provider can read it or not, some power compels; but the rules do not say so together.

    Kleene's logic looks at each unknown by itself: it may say open where every outcome is the same, and no more than
    that.
    """
    reading = law(rule("one", "compels", READABLE), rule("two", "compels", Not(READABLE)))
    decision = decide({}, reading)
    assert decision.verdict == "open"
    assert [follows for _, follows in decision.open_points[0].outcomes] == ["compelled", "compelled"]


def test_what_nobody_has_read_is_told():
    """A power that holds, a bar that stands, and what lifts one; not a rule that plays no part."""
    unread = {"reviewed": "unverified: from memory"}
    bar = rule("bar", "bars", CONTENT)
    reading = law(
        replace(rule("power", "compels", CONTENT), **unread),
        bar,
        replace(rule("lift", "lifts", CONTROLS, lifts="bar"), **unread),
        replace(rule("idle", "bars", Not(CONTENT)), **unread),
    )
    case = {"record.category": "content", "record.served_controls": True}
    decision = decide(case, reading)
    assert decision.unverified == ("power", "lift")
    assert decision.powers[0].proof.cite == "cite power [unverified]"
    assert decide({**case, "record.served_controls": False}, reading).unverified == ("power",)


def test_the_proof_leaves_out_rules_that_the_address_rules_out():
    """A rule for traffic says nothing of content; one that fails on another ground is shown to fail."""
    reading = law(rule("a", "compels", Compare("record.category", "traffic")), rule("b", "compels", CONTROLS))
    decision = decide({"record.category": "content", "record.served_controls": False}, reading)
    assert [r.rule.id for r in decision.powers] == ["b"]
    assert decision.proof.says == "free" and decision.proof.truth is True
    assert decide({"record.category": "content"}, reading).proof.truth is None


def test_a_false_condition_shows_one_part_that_fails():
    """Not the parts that hold."""
    reading = law(rule("power", "compels", Both((CONTROLS, Both((Not(CONTROLS), READABLE)), CONTENT))))
    decision = decide({"record.served_controls": True}, reading)
    (shown,) = decision.powers[0].proof.parts
    assert (shown.says, shown.truth) == ("not record.served_controls", False)


def test_the_verdict_stands_on_few_facts():
    """What plays no part is left out; an open verdict stands on nothing."""
    case = {**CASES["compelled"], "demand.emergency": True}
    assert stands_on(case, TINY) == ("record.readable_by_provider", "record.served_controls")
    assert stands_on(CASES["open"], TINY) == ()


def test_the_verdict_turns_on_single_facts_before_pairs():
    """A pair is named only where neither of the two would do alone."""
    found = dict(turns_on(CASES["compelled"], TINY))
    assert found == {((CONTROLS.name, False),): "free", ((READABLE.name, True),): "conflict"}
    both = law(rule("power", "compels", Both((CONTROLS, READABLE))))
    assert dict(turns_on(CASES["free"], both)) == {((READABLE.name, True), (CONTROLS.name, True)): "compelled"}
    assert turns_on(CASES["free"], both, most=1) == ()


def test_the_verdict_may_turn_on_what_is_asked_for():
    """A rule that the category rules out was once not tried with another category."""
    reading = law(rule("power", "compels", Both((Compare("record.category", "traffic"), CONTROLS))))
    case = {"record.category": "content", "record.served_controls": True}
    assert turns_on(case, reading) == (((("record.category", "traffic"),), "compelled"),)


@given(readings(3), facts())
def test_what_it_turns_on_does_turn_it(reading, case):
    """Every change that is named gives the verdict that is named, and no part of it would do."""
    judge = Judge(reading)
    known = {**case, **judge.settled}
    for change, flipped in turns_on(case, reading):
        assert judge.verdict({**known, **dict(change)}) == flipped != judge.verdict(known)
        for one in change:
            if len(change) > 1:
                assert judge.verdict({**known, **dict([one])}) in (judge.verdict(known), "open")


@given(readings(3), facts(holes=False))
def test_no_single_fact_that_turns_it_is_missed(reading, case):
    """Any value of any term that flips the verdict alone flips it to one that is named for that term."""
    judge = Judge(reading)
    known = {**case, **judge.settled}
    named = {(change[0][0], flipped) for change, flipped in turns_on(case, reading, most=1)}
    for term in case:
        for value in values(term):
            flipped = judge.verdict({**known, term: value})
            assert flipped in (judge.verdict(known), "open") or (term, flipped) in named


def test_an_unknown_rule_says_so_in_its_json():
    """Null, and never left out."""
    assert b'"truth":null' in decide(CASES["open"], TINY).json
    assert b'"open":[["record.readable_by_provider","",[[true,"conflict"],[false,"compelled"]]]]' in (
        decide(CASES["open"], TINY).json
    )


def test_the_same_reasons_have_the_same_basis_on_another_day():
    """The reading is another every day, and with it the id; what was approved is not."""
    later = replace(TINY, day=date(2020, 1, 1))
    one, two = decide(CASES["compelled"], TINY), decide(CASES["compelled"], later)
    assert one.id != two.id
    assert one.basis == two.basis != decide(CASES["conflict"], TINY).basis


def test_a_judge_does_not_work_twice():
    """The same reasons are the same decision, whatever else is known of the case."""
    judge = Judge(TINY)
    assert judge.decide(CASES["free"]) is judge.decide({**CASES["free"], "demand.emergency": True})
    assert judge.decide(CASES["open"]) == judge.decide(CASES["open"])


def test_a_judge_that_stood_ready_says_the_same():
    """Rules are made ready when first asked, or all at once."""
    ready = Judge(TINY).ready()
    assert ready.units.keys() == {"power", "bar"} and not Judge(TINY).units
    assert [ready.decide(case).id for case in CASES.values()] == [decide(case, TINY).id for case in CASES.values()]


@pytest.mark.parametrize("answer", ["True", "yes", ""])
def test_an_answer_of_the_wrong_kind_lifts_no_bar(answer):
    """Counsel's "True" was once read as no, and a bar that hung on it fell."""
    reading = law(rule("power", "compels", CONTENT), rule("bar", "bars", Word("question.reach")))
    assert decide({"record.category": "content", "question.reach": answer}, reading).verdict == "open"


@given(laws(), facts(), days(1), one_of(*sorted(COURTS)))
def test_the_part_of_the_law_that_bears_on_a_demand_says_what_the_whole_says(law, case, day, court):
    """Reading less is quicker and nothing else: the same verdict, for the same reasons, with the same points open."""
    part = law.narrowed(case.get("demand.instrument"), case.get("record.category"))
    whole, less = decide(case, law.on(day, court)), decide(case, part.on(day, court))
    assert (whole.verdict, whole.basis, whole.open_points) == (less.verdict, less.basis, less.open_points)


@given(laws(), facts(), days(1), one_of(*sorted(COURTS)))
def test_a_rule_that_a_decision_shows_may_concern_the_demand(law, case, day, court):
    """Whoever asks which rules may concern a kind of demand misses none."""
    judge = Judge(law.on(day, court))
    shown = {
        reason.rule.id for effect in ("powers", "bars", "duties") for reason in getattr(judge.decide(case), effect)
    }
    assert shown <= {unit.rule.id for unit in judge.concerned(case).units}


def test_a_rule_of_another_place_does_not_concern_a_demand():
    """Its records and its holder may be anywhere."""
    own, other = (Compare("demand.place", place) for place in ("US", "IE"))
    holder = Compare("record.holder_place", "US")
    judge = Judge(law(rule("own", "compels", Both((own, holder))), rule("other", "compels", Both((other, holder)))))
    assert [unit.rule.id for unit in judge.concerned({"demand.place": "US"}).units] == ["own"]


def test_an_open_point_names_only_values_that_matter_under_this_demand():
    """A place that only another kind of demand asks about was once listed beside those that decide."""
    warrant, letter = Compare("demand.instrument", "warrant"), Compare("demand.instrument", "letter")
    here, there = Compare("record.holder_place", "US"), Compare("record.holder_place", "IE")
    reading = law(rule("power", "compels", Both((warrant, here))), rule("other", "compels", Both((letter, there))))
    (point,) = decide({"demand.instrument": "warrant"}, reading).open_points
    assert point.outcomes == (("(any other)", "free"), ("US", "compelled"))


def test_the_part_of_a_law_leaves_out_what_bears_on_other_demands():
    """Rules of other kinds of demand, lifts of bars that are gone, questions and groups that nothing left reads."""
    warrant, letter = Compare("demand.instrument", "warrant"), Compare("demand.instrument", "letter")
    rules = (
        rule("power", "compels", warrant), rule("other", "compels", Both((letter, Word("question.reach")))),
        rule("bar", "bars", letter), rule("lift", "lifts", Word("question.reach"), lifts="bar"),
        rule("duty", "obliges", Within("record.store_place", "EEA")),
    )  # fmt: skip
    asked = Question("reach", "does it reach?", "nobody said", "US")
    members = (Member("EEA", "IE", DAY, None), Member("OTHER", "IE", DAY, None))
    part = Law(rules, (asked,), (), COURTS, members).narrowed("warrant", "content")
    assert [r.id for r in part.rules] == ["power", "duty"]
    assert (part.questions, [m.group for m in part.members]) == ((), ["EEA"])
