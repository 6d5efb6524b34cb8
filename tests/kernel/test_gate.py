"""May this leave? Everything that shuts the gate, alone and together."""

import copy
import pickle
from dataclasses import FrozenInstanceError, replace
from datetime import timedelta

import pytest
from tests.strategies import (
    CASE,
    CASES,
    CONFIRMED,
    COURTS,
    DAY,
    HITS,
    ISSUED,
    NOON,
    POWER,
    RULED,
    SCOPE,
    TINY,
    approved,
    counsel,
    demands,
    ruled,
)

from comity.kernel.decision import decide
from comity.kernel.demand import Finding
from comity.kernel.gate import (
    WORK,
    Case,
    Hits,
    Refusal,
    Release,
    counting,
    open_gate,
)
from comity.kernel.law import Law
from comity.kernel.matter import Event, fold
from comity.kernel.rule import Rule
from comity.kernel.words import Word

HOUR = timedelta(hours=1)


def event(kind, hour=-2, **more):
    """Something that happened to the order before or after noon."""
    at = NOON + hour * HOUR
    return Event(f"{kind}@{hour}", kind, at, at, f"it was {kind}", "paper", **more)


def ask(case=CASE, events=(), approvals=None, scope=SCOPE, at=NOON):
    """What the gate says."""
    given = approved(case, scope) if approvals is None else approvals
    return open_gate(case, fold("M-0001", (ISSUED, *events)), given, scope, at)


def names(answer):
    """The names of the reasons of a refusal."""
    assert isinstance(answer, Refusal) and not answer
    return [reason.name for reason in answer.reasons]


def test_the_gate_opens_when_everything_is_in_order():
    """And the release says exactly what may leave, and who said so."""
    release = ask()
    assert isinstance(release, Release) and release
    assert (release.matter, release.at, release.scope, release.hits) == ("M-0001", NOON, SCOPE.digest, HITS)
    assert release.classes == tuple(c.id for c in RULED)
    assert release.approved_by == ("anna", "ben")


def test_a_refusal_lists_every_reason():
    """Not the first alone: one evening's work shows all that is missing."""
    hits = Hits("sha256:old", 10, 1, 1, 3, False, "sha256:items")
    classes = (ruled("content", "conflict"), ruled("content", "open"))
    worst = Case(replace(demands(), id="M-0002"), (), classes, hits)
    events = (event("stayed"), event("window", until=NOON + HOUR), event("declined"), event("motion", 5))
    wide = replace(SCOPE, accounts=("Dana@x",))
    assert names(ask(worst, events, (), wide)) == [
        "clock-behind", "authenticity-unknown", "order-suspended", "declined", "order-suspended", "declined",
        "window-shut", "other-matter", "scope-unfit", "beyond-demand", "class-undecided", "class-conflict",
        "class-open", "scope-changed", "unread-hits", "unreadable", "two-people",
    ]  # fmt: skip


def test_what_the_office_can_mend_is_told_apart_from_what_it_cannot():
    """A missing approval is work; a stay is not."""
    shut = ask(events=[event("stayed")], approvals=())
    assert names(shut) == ["order-suspended", "order-suspended", "two-people"]
    assert [reason.name for reason in shut.standing] == ["order-suspended", "order-suspended"]
    assert "two-people" in WORK


@pytest.mark.parametrize(("kind", "name"), [("stayed", "order-suspended"), ("quashed", "order-dead")])
def test_an_order_that_is_not_live_releases_nothing(kind, name):
    """Suspended or dead, for each category of the scope."""
    assert names(ask(events=[event(kind)])) == [name, name]


def test_a_stay_of_one_category_shuts_a_scope_that_holds_it():
    """And no other: the rest may be released under a scope of its own."""
    stay = [event("stayed", -2, touches=frozenset({"content"}))]
    assert names(ask(events=stay)) == ["order-suspended"]
    rest = replace(SCOPE, categories=frozenset({"traffic"}))
    case = Case(demands(), (CONFIRMED,), (ruled("traffic"),), replace(HITS, scope=rest.digest))
    assert isinstance(ask(case, stay, scope=rest), Release)


def test_a_stay_that_ends_at_the_moment_of_asking_is_over():
    """But whoever approved during it must approve again, after its end."""
    stay = [event("stayed", -3, until=NOON)]
    assert names(ask(events=stay, at=NOON - timedelta(seconds=1)))[0] == "order-suspended"
    assert names(ask(events=stay)) == ["two-people"]
    at = NOON + 2 * HOUR
    assert isinstance(ask(events=stay, approvals=approved(at=NOON + HOUR), at=at), Release)


def test_a_stay_learned_of_late_voids_what_was_approved_meanwhile():
    """The lift too: approvals count from when the office knew where the order stood."""
    stay = replace(event("stayed", -10), known=NOON - HOUR / 2)
    lift = replace(event("stay-lifted", -9), known=NOON - HOUR / 2)
    assert names(ask(events=[stay, lift])) == ["two-people"]


def test_a_clock_behind_what_we_know_opens_nothing():
    """Events, findings and counsel's answers that lie in the future show that the clock is wrong."""
    assert names(ask(events=[event("motion", 1)])) == ["clock-behind"]
    later = replace(CONFIRMED, at=NOON + HOUR)
    assert names(ask(replace(CASE, findings=(CONFIRMED, later)))) == ["clock-behind"]
    late = ruled("content", "open", answered=RULED[0].decision, counsel=(counsel(TERM, at=NOON + HOUR),))
    assert "clock-behind" in names(ask(replace(CASE, classes=(late, RULED[1]))))


def test_a_demand_nobody_confirmed_is_not_answered():
    """Unknown is not enough; and a finding against settles it."""
    assert names(ask(replace(CASE, findings=()))) == ["authenticity-unknown"]
    forged = Finding("the court knows of no such order", "phone", "directory", False, NOON - HOUR)
    assert names(ask(replace(CASE, findings=(CONFIRMED, forged)))) == ["not-genuine"]


def test_a_confirmation_that_lies_ahead_confirms_nothing_yet():
    """It shows that the clock is wrong, and counts as little as none."""
    ahead = replace(CASE, findings=(replace(CONFIRMED, at=NOON + HOUR),))
    assert names(ask(ahead)) == ["clock-behind", "authenticity-unknown"]


def test_a_window_is_waited_for_or_cleared():
    """An EPOC that the enforcing authority must see first."""
    held = ask(events=[event("window", until=NOON + HOUR)])
    assert names(held) == ["window-shut"]
    assert held.reasons[0].remedy == f"wait until {NOON + HOUR}, or record the authority's clearance"
    endless = ask(events=[event("window")])
    assert endless.reasons[0].remedy == "record the authority's clearance"
    assert isinstance(ask(events=[event("window"), event("window-cleared", -1)]), Release)


def test_a_window_that_the_law_sets_shuts_the_gate_until_it_opens():
    """Whether or not anyone wrote an event down; one whose opening nobody can tell stays shut."""
    wait = Rule("wait", "obliges", "US", DAY, None, "an act, art. 8", "It waits.", Word("record.served_controls"))
    law = Law((POWER, replace(wait, name="window"), replace(wait, id="answer", name="answer")), (), (), COURTS)
    decision = decide(CASES["compelled"], law.on(DAY, "us-nysd"))
    classes = tuple(replace(one, decision=decision) for one in RULED)
    held = [replace(CASE, classes=classes), replace(CASE, classes=classes, opens=(("wait", NOON + HOUR),))]
    assert [names(ask(case)) for case in held] == [["window-shut"], ["window-shut"]]
    assert ask(held[0]).reasons[0].says == "It waits. (an act, art. 8)"
    assert ask(held[1]).reasons[0].remedy == f"wait until {NOON + HOUR}, or record the authority's clearance"
    assert isinstance(ask(replace(held[1], opens=(("wait", NOON),))), Release)
    assert isinstance(ask(held[0], [event("window-cleared", -1)]), Release)
    assert names(ask(held[0], [event("window-cleared", 1)])) == ["clock-behind", "window-shut"]


def test_a_choice_to_refuse_is_kept_with_its_price():
    """Until it is taken back."""
    choice = event("declined", -2, data=(("price", "10,000 USD a day"),))
    assert ask(events=[choice]).reasons[0].says == "content: it was declined (price: 10,000 USD a day)"
    assert ask(events=[event("contempt")]).reasons[0].says == "content: it was contempt"
    assert isinstance(ask(events=[choice, event("declined-withdrawn", -1)]), Release)


def test_a_release_is_for_the_demands_own_matter():
    """A stay of one order must not be asked for in another order's matter."""
    assert names(ask(replace(CASE, demand=replace(demands(), id="M-0002")))) == ["other-matter"]


def test_nothing_leaves_that_was_not_asked_for():
    """A scope wider than the demand was once only a matter of approval; a narrower one is a part answer."""
    wide = replace(SCOPE, accounts=(*SCOPE.accounts, "dana@meridian.example"))
    case = replace(CASE, hits=replace(HITS, scope=wide.digest))
    assert names(ask(case, scope=wide)) == ["beyond-demand"]
    narrow = replace(SCOPE, terms=("lantern",))
    case = replace(CASE, hits=replace(HITS, scope=narrow.digest))
    assert isinstance(ask(case, scope=narrow), Release)


@pytest.mark.parametrize("classes", [(), (ruled("content"),), (*RULED, ruled("subscriber"))])
def test_every_category_of_the_scope_is_decided_and_no_other(classes):
    """Records that nobody decided do not leave."""
    assert names(ask(replace(CASE, classes=classes))) == ["class-undecided"]


@pytest.mark.parametrize("verdict", ["conflict", "barred", "free", "open"])
def test_only_what_is_compelled_leaves(verdict):
    """One class that is not shuts the whole."""
    shut = ask(replace(CASE, classes=(RULED[0], ruled("traffic", verdict))))
    assert names(shut) == [f"class-{verdict}"]
    asks = verdict == "open"
    assert shut.reasons[0].says == "dublin/traffic: " + verdict + (f" on {TERM}" if asks else "")
    assert shut.reasons[0].remedy.startswith("have counsel" if asks else "refuse")


TERM = "record.readable_by_provider"
COMPELLED, CONFLICT = (decide(CASES[verdict], TINY) for verdict in ("compelled", "conflict"))


def test_counsels_answer_to_an_open_point_may_make_it_compelled():
    """With who said so, when and why."""
    answered = ruled("traffic", "open", answered=COMPELLED, counsel=(counsel(TERM, "false"),))
    case = replace(CASE, classes=(RULED[0], answered))
    assert answered.compelled and answered.id == COMPELLED.basis
    assert isinstance(ask(case), Release)


OTHER_DAY = decide(CASES["compelled"], replace(TINY, day=DAY + timedelta(days=1)))


@pytest.mark.parametrize(
    "wrong",
    [
        ruled("traffic", "open", answered=COMPELLED),
        ruled("traffic", "open", counsel=(counsel(TERM),)),
        ruled("traffic", "open", answered=CONFLICT, counsel=(counsel(TERM),)),
        ruled("traffic", "open", answered=OTHER_DAY, counsel=(counsel(TERM),)),
        ruled("traffic", "open", answered=COMPELLED, counsel=(counsel("question.other"),)),
        ruled("traffic", "conflict", answered=COMPELLED, counsel=(counsel(TERM),)),
        ruled("traffic", "barred", answered=COMPELLED, counsel=(counsel(TERM),)),
    ],
)
def test_nobody_answers_what_is_not_open(wrong):
    """No answer, no decision on it, another verdict, another day's law, another point, or one the law has settled."""
    case = replace(CASE, classes=(RULED[0], wrong))
    assert names(ask(case))[0] == f"class-{wrong.decision.verdict}"


def test_approvals_are_given_after_counsel_answered():
    """Nobody approves an answer that has not been given yet."""
    answered = ruled("traffic", "open", answered=COMPELLED, counsel=(counsel(TERM, "false", NOON - HOUR / 2),))
    assert names(ask(replace(CASE, classes=(RULED[0], answered)))) == ["two-people"]


def test_nothing_leaves_that_was_not_collected():
    """Nor can anybody approve it."""
    assert names(ask(replace(CASE, hits=None))) == ["not-collected", "two-people"]


def test_hits_of_another_scope_are_not_released():
    """Collected before the scope was changed."""
    case = replace(CASE, hits=replace(HITS, scope="sha256:other"))
    assert names(ask(case)) == ["scope-changed"]


@pytest.mark.parametrize(("found", "read", "cleared"), [(10, 5, 4), (10, 10, 1), (10, 11, -1), (10, -1, 11)])
def test_every_hit_is_read_or_cleared(found, read, cleared):
    """Once: counts that only add up by a negative one do not."""
    case = replace(CASE, hits=replace(HITS, found=found, read=read, cleared=cleared))
    assert names(ask(case)) == ["unread-hits"]


def test_what_cannot_be_read_is_stated():
    """Silence about it shuts the gate, a statement does not."""
    assert names(ask(replace(CASE, hits=replace(HITS, unreadable=1)))) == ["unreadable"]
    assert isinstance(ask(replace(CASE, hits=replace(HITS, unreadable=1, unreadable_stated=True))), Release)


@pytest.mark.parametrize(
    "wrong",
    [
        {"matter": "M-0002"},
        {"role": "intake"},
        {"at": NOON + HOUR},
        {"at": NOON - 24 * HOUR},
        {"at": NOON - 30 * HOUR},
        {"scope": "sha256:other"},
        {"decisions": ()},
        {"decisions": (*(c.id for c in RULED), "sha256:more")},
        {"hits": "sha256:other"},
    ],
)
def test_an_approval_counts_only_for_what_it_was_given_for(wrong):
    """Another matter, role, moment, scope, law or hit list; in the future, at the last change, or before it."""
    right, other = approved()
    answer = ask(approvals=(right, replace(other, **wrong)))
    assert names(answer) == ["two-people"]
    assert answer.reasons[0].says.startswith("1 of two people have approved exactly this; 1 approval(s)")


def test_a_change_of_law_voids_approvals():
    """They were given for reasons that no longer hold."""
    before = approved(replace(CASE, classes=(ruled("content", "free"), RULED[1])))
    assert names(ask(approvals=before)) == ["two-people"]


@pytest.mark.parametrize("twin", ["anna", "Anna", " anna ", "ANNA", "ａｎｎａ"])
def test_one_person_under_two_spellings_is_one_person(twin):
    """Case, blanks and full-width letters make no second approver."""
    answer = ask(approvals=approved(people=("anna", twin)))
    assert names(answer) == ["two-people"]
    assert answer.reasons[0].says == "1 of two people have approved exactly this"


@pytest.mark.parametrize("name", ["ben", " BEN "])
def test_nobody_both_collects_and_approves_for_one_matter(name):
    """The collector's approval does not count, and is named as long as two others are missing."""
    own = [event("collected", -3, by=name)]
    shut = ask(events=own)
    assert names(shut) == ["collector-approved", "two-people"] and "ben approved" in shut.reasons[0].says
    assert {"collector-approved", "two-people"} <= WORK
    assert ask(events=own, approvals=approved(people=("anna", "ben", "carla"))).approved_by == ("anna", "carla")
    assert isinstance(ask(events=[event("collected", -3, by="carla")]), Release)


@pytest.mark.parametrize("name", ["ben", "Ben"])
def test_an_approval_that_was_taken_back_does_not_count(name):
    """From that moment on; one given afterwards does, and another person's is left alone."""
    back = [event("approval-withdrawn", -1, by=name)]
    assert names(ask(events=back)) == ["two-people"]
    again = (*approved(people=("anna",)), *approved(people=("ben",), at=NOON - HOUR / 2))
    assert ask(events=back, approvals=again).approved_by == ("anna", "ben")
    assert isinstance(ask(events=[event("approval-withdrawn", -2, by="ben")]), Release)
    assert isinstance(ask(events=[event("approval-withdrawn", -1, by="carla")]), Release)


@pytest.mark.parametrize("nobody", ["", "  "])
def test_an_approval_by_nobody_does_not_count(nobody):
    """A blank is no person."""
    assert names(ask(approvals=approved(people=("anna", nobody)))) == ["two-people"]


def test_three_approvers_are_all_named_once():
    """In the same words, whatever order the approvals came in."""
    given = approved(people=("ben", "Anna", "anna", "carla"))
    assert ask(approvals=given).approved_by == ask(approvals=given[::-1]).approved_by == ("Anna", "ben", "carla")
    matter = fold("M-0001", [ISSUED])
    assert counting(CASE, matter, given, SCOPE, NOON) == given


def test_a_release_is_made_by_the_gate_alone():
    """It cannot be built, altered, inherited, copied or read back from what was stored."""
    release = ask()
    with pytest.raises(TypeError, match="open_gate alone"):
        Release("M-0001", NOON, SCOPE.digest, HITS, (), ("me",), object())
    with pytest.raises(TypeError, match="open_gate alone"):
        replace(release, scope="sha256:other", made_by=None)
    with pytest.raises((TypeError, ValueError), match="made_by"):
        replace(release, scope="sha256:other")
    with pytest.raises(FrozenInstanceError):
        release.scope = "sha256:other"
    with pytest.raises(TypeError, match="open_gate alone"):
        type("Forged", (Release,), {"__post_init__": lambda self, made_by: None})
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="open_gate alone"):
            attempt(release)


def test_every_part_of_the_hits_is_approved():
    """No count can be changed after the approval."""
    changes = {
        "scope": "x", "found": 1, "read": 1, "cleared": 1, "unreadable": 1, "unreadable_stated": True, "items": "x",
    }  # fmt: skip
    assert len({replace(HITS, **{key: value}).digest for key, value in changes.items()} | {HITS.digest}) == 8
