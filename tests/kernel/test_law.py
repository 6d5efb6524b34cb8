"""Rules in force, answers that live and die, and the law as one court must read it on one day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import COURTS, DAY, days, laws

from comity.kernel.courts import Court
from comity.kernel.law import Answer, Assumption, Happening, Law, Member, Question
from comity.kernel.rule import Rule
from comity.kernel.words import Both, Compare, Within, Word

BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
REACH = Question("reach", "does the Act reach abroad?", "it does not say", "US")
TRANSFER = Question("transfer", "does the Regulation allow it?", "it does not say", "EU")


def rule(**parts):
    """A rule of the United States, in force since 1986."""
    given = {"id": "power", "effect": "compels", "place": "US", "since": date(1986, 10, 21), "until": None}
    return Rule(**{**given, "cite": "cite", "reads": "it reads", "when": Word("question.reach"), **parts})


def answer(by, said=True, binds="below", question="reach", id="", history=((DAY, "decided"),)):
    """One body's answer."""
    lines = tuple(Happening(day, what, by) for day, what in history)
    return Answer(id or f"{by}-{said}", question, said, by, f"cite of {by}", "it says", lines, binds)


def read(court, *answers, day=DAY, questions=(REACH, TRANSFER), courts=COURTS, assume=()):
    """What a court must read of each question, in short."""
    reading = Law((), questions, answers, courts).on(day, court, assume)
    return {id: answered.truth for id, answered in reading.questions.items()}


def test_a_rule_governs_by_the_day_of_service_or_of_decision():
    """Transitional law is said by the rule itself."""
    law = Law((rule(id="old", until=DAY, governs="served"), rule(id="new", since=DAY)), (), (), COURTS)
    assert [r.id for r in law.on(DAY, "us-nysd", served=BEFORE).rules] == ["old", "new"]
    assert [r.id for r in law.on(DAY, "us-nysd").rules] == ["new"]


@pytest.mark.parametrize(
    ("history", "live"),
    [
        ([(DAY, "decided")], True),
        ([(AFTER, "decided")], False),
        ([(BEFORE, "decided"), (DAY, "stayed")], False),
        ([(BEFORE, "decided"), (AFTER, "reversed")], True),
        ([(BEFORE, "decided"), (DAY, "stayed"), (DAY, "stay lifted")], True),
        ([(BEFORE, "decided"), (DAY, "affirmed"), (DAY, "vacated")], False),
        ([], False),
    ],
)
def test_the_last_happening_up_to_the_day_decides(history, live):
    """Of two on one day the one written later; what nobody has given yet is not live."""
    assert answer("us-ca2", history=history).live(DAY) is live


def test_an_answer_binds_the_courts_below_and_no_others():
    """The Second Circuit binds New York; Pennsylvania hears it as persuasive."""
    said = answer("us-ca2", False)
    assert read("us-nysd", said)["reach"] is False
    assert read("us-ca2", said)["reach"] is False
    assert read("us-paed", said)["reach"] is None
    reading = Law((), (REACH,), (said,), COURTS).on(DAY, "us-paed")
    assert reading.questions["reach"].persuasive == (said,)


def test_an_answer_for_the_parties_binds_only_where_it_was_given():
    """A trial court's word is good in that court."""
    said = answer("us-nysd", binds="parties")
    assert read("us-nysd", said)["reach"] is True
    assert read("us-ca2", said)["reach"] is None
    above = answer("us-ca2", binds="parties")
    assert read("us-ca2", above)["reach"] is True
    assert read("us-nysd", above)["reach"] is None


def test_the_highest_who_answered_is_followed():
    """The circuit over the district, the Supreme Court over the circuit, Congress over them all."""
    given = (answer("us-nysd", binds="parties"), answer("us-ca2", False))
    assert read("us-nysd", *given)["reach"] is False
    assert read("us-nysd", *given, answer("us-scotus"))["reach"] is True
    assert read("us-paed", *given, answer("us-congress", False))["reach"] is False


def test_live_answers_that_clash_at_one_rank_leave_the_question_open():
    """Two panels of one court."""
    given = (answer("us-ca2", True), answer("us-ca2", False))
    assert read("us-nysd", *given)["reach"] is None
    assert read("us-nysd", *given, answer("us-congress"))["reach"] is True


def test_a_foreign_question_is_read_as_its_own_highest_court_answered_it():
    """New York reads the Regulation as Luxembourg does, Ireland's own answer notwithstanding."""
    given = (answer("eu-cjeu", False, question="transfer"), answer("ie-hc", True, question="transfer"))
    assert read("us-nysd", *given)["transfer"] is False
    assert read("us-nysd", given[1])["transfer"] is None


def test_a_foreign_courts_view_of_our_law_counts_for_nothing():
    """Nor does anybody's who is in no list of courts: neither binds nor persuades."""
    given = (answer("us-scotus", False, question="transfer"), answer("xx-court", question="transfer"))
    reading = Law((), (TRANSFER,), given, COURTS).on(DAY, "us-nysd")
    assert reading.questions["transfer"].binding == reading.questions["transfer"].persuasive == ()
    assert read("ie-hc", answer("ie-sc"))["reach"] is None


def test_a_union_body_may_answer_for_the_states_below_it():
    """A question of Irish law, answered from above the Irish courts."""
    asked = Question("irish", "?", "?", "IE")
    assert read("ie-hc", answer("eu-legislature", question="irish"), questions=(asked,))["irish"] is True


def test_a_national_court_on_union_law_binds_the_courts_below_it():
    """The Irish Supreme Court on the Regulation: the High Court must follow until Luxembourg speaks."""
    said = answer("ie-sc", question="transfer")
    assert read("ie-hc", said)["transfer"] is True
    assert read("ie-hc", said, answer("eu-cjeu", False, question="transfer"))["transfer"] is False
    reading = Law((), (TRANSFER,), (said,), COURTS).on(DAY, "us-nysd")
    assert (reading.questions["transfer"].truth, reading.questions["transfer"].persuasive) == (None, (said,))


def test_a_place_without_any_court_leaves_its_questions_open():
    """Nobody there can have answered."""
    asked = Question("swiss", "?", "?", "CH")
    assert read("us-nysd", answer("us-scotus", question="swiss"), questions=(asked,))["swiss"] is None


def test_courts_in_a_ring_still_end():
    """Each is above the other; the walk stops where it began (and the packs' check names the ring)."""
    ring = {"a": Court("a", "A", "US", "b"), "b": Court("b", "B", "US", "a")}
    law = Law((), (REACH,), (answer("b"),), ring)
    assert law.line("a") == ("a", "b")
    assert law.on(DAY, "a").questions["reach"].truth is True


def test_the_apex_of_a_place_is_right_under_its_legislature():
    """The top of its line where it has no legislature; the legislature where it has no court."""
    apexes = Law((), (), (), COURTS).apexes
    assert {place: apexes[place] for place in ("US", "IE", "EU")} == {"US": "us-scotus", "IE": "ie-sc", "EU": "eu-cjeu"}
    lone = {"l2": Court("l2", "L2", "XX", None, True), "l1": Court("l1", "L1", "XX", "l2", True)}
    assert Law((), (), (), lone).apexes == Law((), (), (), dict(reversed(lone.items()))).apexes == {"XX": "l2"}


def test_groups_have_the_members_of_the_day():
    """Half open, and empty before anybody joined."""
    law = Law((), (), (), COURTS, (Member("EEA", "IE", BEFORE, AFTER), Member("EEA", "DE", AFTER, None)))
    assert [law.on(day, "us-nysd").groups["EEA"] for day in (BEFORE - timedelta(days=1), DAY, AFTER)] == [
        frozenset(), {"IE"}, {"DE"},
    ]  # fmt: skip


def test_a_supposed_ruling_is_read_in_the_place_of_the_courts_own():
    """What if the Second Circuit had ruled the other way: its own answer gives way, as it does on any later day."""
    real = answer("us-ca2", False, history=[(DAY, "decided"), (AFTER, "affirmed")])
    what_if = (Assumption("reach", "decided", DAY, True, "us-ca2"),)
    assert read("us-nysd", real)["reach"] is False
    assert read("us-nysd", real, assume=what_if)["reach"] is True
    assert read("us-nysd", real, assume=what_if, day=AFTER)["reach"] is True
    assert read("us-nysd", answer("us-ca2", False, history=[(BEFORE, "decided")]), assume=what_if)["reach"] is True


def test_a_supposed_ruling_changes_nothing_before_its_day():
    """The court's own answer stands until then."""
    real = answer("us-ca2", False, history=[(BEFORE, "decided")])
    assert read("us-nysd", real, assume=(Assumption("reach", "decided", AFTER, True, "us-ca2"),))["reach"] is False


def test_a_higher_court_still_overrides_what_is_supposed_of_a_lower():
    """An assumption has the rank of the body it supposes to have spoken."""
    what_if = (Assumption("reach", "decided", DAY, True, "us-ca2"),)
    assert read("us-nysd", answer("us-congress", False), assume=what_if)["reach"] is False


def test_the_order_of_assumptions_does_not_count():
    """They hold by their days."""
    two = (Assumption("reach", "decided", DAY, True, "us-ca2"), Assumption("reach", "decided", AFTER, False, "us-ca2"))
    for assume in (two, two[::-1]):
        assert read("us-nysd", assume=assume)["reach"] is True
        assert read("us-nysd", assume=assume, day=AFTER)["reach"] is False


def test_supposed_happenings_end_answers_rules_instruments_and_memberships():
    """A statute not passed is repealed on the day it was enacted; the earlier of two ends counts."""
    law = Law(
        (rule(id="a", instrument="act"), rule(id="b", instrument="act", until=AFTER), rule(id="c")),
        (REACH,), (answer("us-congress", id="cloud"),), COURTS, (Member("EEA", "IE", BEFORE, None),),
    )  # fmt: skip

    def shown(*supposed):
        reading = law.on(DAY, "us-nysd", tuple(Assumption(target, what, DAY) for target, what in supposed))
        return [r.id for r in reading.rules], reading.questions["reach"].truth, reading.groups["EEA"]

    assert shown() == (["a", "b", "c"], True, {"IE"})
    assert shown(("cloud", "repealed")) == (["a", "b", "c"], None, {"IE"})
    assert shown(("act", "repealed")) == (["c"], True, {"IE"})
    assert shown(("c", "repealed")) == (["a", "b"], True, {"IE"})
    assert shown(("EEA/IE", "left")) == (["a", "b", "c"], True, frozenset())
    late = law.on(AFTER, "us-nysd", (Assumption("b", "repealed", date(2100, 1, 1)),))
    assert [r.id for r in late.rules] == ["a", "c"]


def test_assumptions_read_as_they_are_written():
    """On the command line and in a reading's digest."""
    assert str(Assumption("reach", "decided", DAY, False, "us-ca2")) == "reach=false by us-ca2 on 2016-07-14"
    assert str(Assumption("cloud", "repealed", DAY)) == "cloud repealed on 2016-07-14"


@given(laws(), days(), st.sampled_from(sorted(COURTS)), st.randoms(use_true_random=False))
def test_the_order_of_loading_does_not_count(law, day, court, chance):
    """Shuffled files give the same reading, down to the order in which answers are cited."""

    def shuffled(things):
        return tuple(chance.sample(things, len(things)))

    courts = dict(shuffled(tuple(law.courts.items())))
    other = Law(*map(shuffled, (law.rules, law.questions, law.answers)), courts, shuffled(law.members))
    one, two = law.on(day, court), other.on(day, court)
    assert one.digest == two.digest
    assert one.truths == two.truths
    for id, answered in one.questions.items():
        assert (answered.binding, answered.persuasive) == (two.questions[id].binding, two.questions[id].persuasive)


@given(laws(), days(), st.sampled_from(sorted(COURTS)))
def test_a_question_is_known_only_by_binding_answers_that_agree(law, day, court):
    """Whatever the court hears, it follows live answers of one mind, or none."""
    for answered in law.on(day, court).questions.values():
        said = {given.answer for given in answered.binding}
        assert answered.truth is (said.pop() if len(said) == 1 else None)
        assert all(given.live(day) for given in answered.binding + answered.persuasive)
        assert not set(answered.binding) & set(answered.persuasive)


def test_another_day_or_court_or_assumption_is_another_reading():
    """The digest says what was read, where and when, and under what."""
    law = Law((rule(),), (REACH,), (), COURTS)
    digests = {
        law.on(DAY, "us-nysd").digest,
        law.on(AFTER, "us-nysd").digest,
        law.on(DAY, "us-ca2").digest,
        law.on(DAY, "us-nysd", served=BEFORE).digest,
        law.on(DAY, "us-nysd", (Assumption("nothing", "repealed", DAY),)).digest,
        law.on(DAY, "us-nysd", (Assumption("reach", "decided", DAY, True, "us-ca2"),)).digest,
    }
    assert len(digests) == 6


GERMAN = {"de-bgh": Court("de-bgh", "Federal Court of Justice", "DE", "eu-cjeu")}
HOME, ABROAD = Compare("demand.place", "US"), Compare("demand.place", "DE")


def in_force(*rules, members=()):
    """Which of some rules are read."""
    law = Law(rules, (), (), {**COURTS, **GERMAN}, members)
    return [r.id for r in law.on(DAY, "us-nysd").rules]


def test_a_power_belongs_to_the_state_whose_law_it_is():
    """A United States statute arms no German authority, whatever it says; the Union's may arm a Member's."""
    home, abroad = rule(id="home", when=HOME), rule(id="abroad", when=Both((ABROAD, Word("x"))))
    union = rule(id="union", place="EU", when=ABROAD)
    assert in_force(home, abroad, union) == ["home", "union"]
    assert in_force(rule(id="any", place="XX", when=ABROAD)) == ["any"]
    assert in_force(rule(id="negative", when=Compare("demand.place", "DE", False))) == ["negative"]


def test_a_power_over_a_group_needs_authority_over_every_member():
    """A German statute cannot arm the whole Union."""
    members = (Member("EU", "DE", DAY, None), Member("EU", "IE", DAY, None), Member("NATO", "US", DAY, None))
    group = Within("demand.place", "EU")
    assert in_force(rule(id="union", place="EU", when=group), members=members) == ["union"]
    assert in_force(rule(id="german", place="DE", when=group), members=members) == []


def test_a_lift_takes_away_only_its_own_places_bar():
    """Irish law cannot allow what United States law forbids; the Union's can lift a Member's bar."""
    bar, irish = rule(id="bar", effect="bars"), rule(id="irish", effect="bars", place="IE")
    lifts = [rule(id=f"{place}-{of}", effect="lifts", lifts=of, place=place) for place in ("US", "IE", "EU")
             for of in ("bar", "irish")]  # fmt: skip
    assert in_force(bar, irish, *lifts) == ["bar", "irish", "US-bar", "IE-irish", "EU-irish"]
    assert in_force(rule(id="loose", effect="lifts", lifts="nothing")) == ["loose"]
