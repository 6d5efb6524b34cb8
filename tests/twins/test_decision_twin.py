"""The decision twice: the kernel's, made for speed and proof, against one written for nothing but being obvious.

The twin here knows no addresses, keeps nothing, and has its own reading of a condition; for a few unknowns it tries
every way they can turn out. The two must agree on the verdict, on each rule, on the proof and on its JSON.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.strategies import ASKED, PLACES, facts, readings, values

from comity.kernel.decision import EFFECTS, Judge, decide
from comity.kernel.predicate import ADDRESS
from comity.kernel.words import (
    Both,
    Compare,
    Either,
    Not,
    Proof,
    Within,
    Word,
    canonical,
    digest,
    leaves_of,
    prove,
    settle,
)


def holds(condition, known, groups):
    """Yes, no or unknown, from the meaning of each shape."""
    match condition:
        case Word(name):
            return known.get(name)
        case Compare(name, code, same):
            return None if known.get(name) is None else (known[name] == code) == same
        case Within(name, group, inside):
            return None if known.get(name) is None else (known[name] in groups.get(group, ())) == inside
        case Not(part):
            inner = holds(part, known, groups)
            return None if inner is None else not inner
        case Both(parts):
            return every([holds(part, known, groups) for part in parts])
        case Either(parts):
            return some([holds(part, known, groups) for part in parts])


def some(truths):
    """Kleene's "or"."""
    return True if True in truths else None if None in truths else False


def every(truths):
    """Kleene's "and"."""
    return False if False in truths else None if None in truths else True


def stands(rule, reading, known):
    """Whether a rule stands: its own condition, and, for a bar, none that lifts it."""
    own = holds(rule.when, known, reading.groups)
    if rule.effect != "bars":
        return own
    lifts = [r for r in reading.rules if r.effect == "lifts" and r.lifts == rule.id]
    lifted = some([holds(lift.when, known, reading.groups) for lift in lifts])
    return every([own, None if lifted is None else not lifted])


def verdict(reading, case):
    """The verdict in a few lines: is anything commanded, is anything forbidden?"""
    known = {**case, **{term: truth for term, truth in reading.truths.items() if truth is not None}}
    compelled, barred = (
        some([stands(rule, reading, known) for rule in reading.rules if rule.effect == effect])
        for effect in ("compels", "bars")
    )
    if compelled is None or barred is None:
        return "open"
    return {(True, False): "compelled", (True, True): "conflict", (False, True): "barred"}.get(
        (compelled, barred), "free"
    )


def unknown_terms(reading, case):
    """Every term that a rule reads and nobody knows."""
    read = {leaf.name for rule in reading.rules for leaf in leaves_of(rule.when)}
    known = {**reading.truths, **{term: value for term, value in case.items() if term not in ASKED}}
    return sorted(term for term in read if known.get(term) is None)


def completions(reading, case):
    """The case with every unknown turned out in every way."""
    terms = unknown_terms(reading, case)
    for chosen in product(*(values(term) for term in terms)):
        yield {**case, **dict(zip(terms, chosen, strict=True))}


@st.composite
def posed(draw, size=5):
    """A reading, and a case of which at most three facts are unknown."""
    reading, case = draw(readings(size)), draw(facts(holes=False))
    for term in draw(st.lists(st.sampled_from(sorted(case)), max_size=3, unique=True)):
        del case[term]
    return reading, case


@given(readings(8), facts())
def test_the_twin_gives_the_same_verdict(reading, case):
    """Whatever the law, whatever is known."""
    assert decide(case, reading).verdict == verdict(reading, case)


@given(posed())
def test_a_verdict_holds_however_the_unknowns_turn_out(given):
    """Unless it is open, each of them gives the same."""
    reading, case = given
    decided = decide(case, reading).verdict
    if decided != "open":
        assert {verdict(reading, whole) for whole in completions(reading, case)} == {decided}


def once(reading, case):
    """Whether each unknown stands in one place only, where it can be yes and can be no."""
    known = {**case, **{term: truth for term, truth in reading.truths.items() if truth is not None}}
    left = []
    for rule in reading.rules:
        if rule.effect in ("compels", "bars", "lifts"):
            rest = settle(rule.when, known, reading.groups)
            left += [] if isinstance(rest, bool) else list(leaves_of(rest))
    both_ways = all(
        {holds(leaf, {leaf.name: value}, reading.groups) for value in values(leaf.name)} == {True, False}
        for leaf in left
    )
    return both_ways and len({leaf.name for leaf in left}) == len(left)


@given(posed(size=2))
def test_open_means_that_it_can_turn_out_in_more_ways_than_one(given):
    """Where no unknown is asked twice: what is known under every completion is decided."""
    reading, case = given
    assume(once(reading, case))
    outcomes = {verdict(reading, whole) for whole in completions(reading, case)}
    assert decide(case, reading).verdict == (outcomes.pop() if len(outcomes) == 1 else "open")


@given(readings(8), facts())
def test_every_open_point_shows_what_would_follow(reading, case):
    """With the point settled either way and the rest as unknown as before."""
    decision = decide(case, reading)
    assert bool(decision.open_points) == (decision.verdict == "open")
    for point in decision.open_points:
        assert case.get(point.term) is None and reading.truths.get(point.term) is None
        for value, follows in point.outcomes:
            assert verdict(reading, {**case, point.term: value}) == follows


@given(posed())
def test_the_outcomes_of_an_open_point_miss_no_value(given):
    """Every value the term can have gives one of the outcomes that are shown for it."""
    reading, case = given
    for point in decide(case, reading).open_points:
        shown = {follows for _, follows in point.outcomes}
        assert {verdict(reading, {**case, point.term: value}) for value in values(point.term)} <= shown


def shown(proof):
    """A false "all" shows its first false part, as far down as it goes."""
    while proof.by == "all" and proof.truth is False:
        proof = next(part for part in proof.parts if part.truth is False)
    return proof


def applied(rule, reading, known):
    """A rule's own proof, put together part by part."""
    cites = {a.question.term: "; ".join(said.cite for said in a.binding) for a in reading.questions.values()}
    inner = prove(rule.when, known, reading.groups, cites)
    cite = rule.cite + (" [unverified]" if rule.reviewed == "unverified" else "")
    return Proof(rule.reads, inner.truth, rule.effect, None, rule.id, cite, (shown(inner),))


def reason(rule, reading, known):
    """The proof of a rule with what lifts it; the lifts that may hold, or, if none may, all that fail."""
    proof = applied(rule, reading, known)
    lifts = [r for r in reading.rules if r.effect == "lifts" and r.lifts == rule.id and rule.effect == "bars"]
    if lifts and proof.truth is not False:
        tried = [applied(lift, reading, known) for lift in sorted(lifts, key=lambda lift: lift.id)]
        kept = [lift for lift in tried if lift.truth is not False] or tried
        proof = replace(proof, truth=stands(rule, reading, known), parts=(*proof.parts, *kept))
    return proof


def assembled(reading, case, points):
    """The decision as a plain structure, to be written canonically."""
    known = {**case, **{term: truth for term, truth in reading.truths.items() if truth is not None}}
    address = {term: known.get(term) for term in ADDRESS}
    proofs = {effect: [] for effect in EFFECTS}
    for rule in sorted(reading.rules, key=lambda rule: rule.id):
        if rule.effect != "lifts" and holds(rule.when, address, reading.groups) is not False:
            proof = reason(rule, reading, known)
            if rule.effect in ("compels", "bars") or proof.truth is not False:
                proofs[rule.effect].append(proof.as_json())
    return {
        "compels": proofs["compels"], "bars": proofs["bars"], "objections": proofs["objects"],
        "duties": proofs["obliges"], "channels": proofs["routes"], "reading": reading.digest,
        "verdict": verdict(reading, case),
        "open": [[point.term, point.asks, [list(outcome) for outcome in point.outcomes]] for point in points],
    }  # fmt: skip


@given(readings(8), facts())
def test_the_json_is_the_canonical_json_of_the_whole(reading, case):
    """Put together by hand, octet by octet the same; and written again from what was read, the same again."""
    decision = decide(case, reading)
    assert decision.json == canonical(assembled(reading, case, decision.open_points))
    assert canonical(json.loads(decision.json)) == decision.json
    without = {key: value for key, value in json.loads(decision.json).items() if key != "reading"}
    assert decision.basis != decision.id
    assert decision.basis == digest(without)


@given(readings(8), facts())
def test_every_reason_is_what_its_proof_says(reading, case):
    """The truth of a reason is that of its proof, and its text is the proof's."""
    decision = decide(case, reading)
    groups = (decision.powers, decision.bars, decision.objections, decision.duties, decision.channels)
    for one in [one for group in groups for one in group]:
        assert one.truth is one.proof.truth
        assert one.text.encode() == canonical(one.proof.as_json())
    assert decision.proof.parts[0].parts == tuple(one.proof for one in decision.powers)
    assert decision.proof.parts[1].parts == tuple(one.proof for one in decision.bars)


@given(readings(5), st.lists(facts(), min_size=1, max_size=6))
def test_what_was_decided_before_changes_nothing(reading, cases):
    """One judge for many cases says of each what a new one says."""
    judge = Judge(reading)
    for case in cases + cases[::-1]:
        assert judge.decide(case).json == decide(case, reading).json


@given(readings(5), facts(), st.randoms(use_true_random=False))
def test_the_order_of_the_rules_changes_nothing(reading, case, chance):
    """Two judges of the same rules in another order give the same ids."""
    other = replace(reading, rules=tuple(chance.sample(reading.rules, len(reading.rules))))
    one, two = decide(case, reading), decide(case, other)
    assert (one.id, one.basis) == (two.id, two.basis)


@given(readings(5), facts(), st.sampled_from(PLACES))
def test_a_fact_nobody_reads_changes_nothing(reading, case, place):
    """The decision rests on what the rules read."""
    read = {leaf.name for rule in reading.rules for leaf in leaves_of(rule.when)}
    assume("record.holder_place" not in read)
    assert decide(case, reading).id == decide({**case, "record.holder_place": place, "x": True}, reading).id
