"""One rule applied to the facts: its truth, its proof, its text and what it leaves unknown."""

from datetime import date

from hypothesis import given
from tests.strategies import conditions, facts

from comity.kernel.reason import Shelf, Unit, prover, reasons, shelved, stands, value_text, written
from comity.kernel.rule import Rule
from comity.kernel.words import Both, Compare, Not, Proof, Within, Word, canonical, prove

GROUPS = {"EEA": frozenset({"IE", "DE"}), "PARTNERS": frozenset({"US"})}
A, B = Word("a"), Word("b")


def unit(when, *lifts, effect="bars"):
    """A rule made ready."""

    def rule(id, effect, when):
        return Rule(id, effect, "US", date(1986, 10, 21), None, f"cite {id}", f"{id} reads", when, reviewed="read")

    return Unit(rule("r", effect, when), [rule(f"lift-{n}", "lifts", lift) for n, lift in enumerate(lifts)], GROUPS, {})


@given(conditions(size=8), facts())
def test_a_proof_and_its_text_are_one(condition, known):
    """Made piece by piece, each kept for the next case, and the same as the whole written at once."""
    prove_it = prover(condition, GROUPS, {"record.category": 'cite "quoted"'}, refute=False)
    for _ in range(2):
        proof, text = prove_it(known)
        assert proof == prove(condition, known, GROUPS, {"record.category": 'cite "quoted"'})
        assert text.encode() == canonical(proof.as_json())


def test_values_are_written_as_json():
    """Text, yes, no, unknown."""
    assert [value_text(value) for value in ('a"é', True, False, None)] == ['"a\\"é"', "true", "false", "null"]
    assert written(Proof("says", None, "any")) == '{"by":"any","says":"says","truth":null}'


def test_a_bar_stands_unless_it_is_lifted():
    """Unknown on either side matters only where the other leaves it to matter."""
    found = {(bar, lift): stands(bar, lift) for bar in (True, False, None) for lift in (True, False, None)}
    assert [pair for pair, truth in found.items() if truth] == [(True, False)]
    assert {pair for pair, truth in found.items() if truth is None} == {(True, None), (None, False), (None, None)}


def test_a_reason_names_what_is_unknown_in_it_once():
    """In reading order: the bar's own unknowns, then those of what may lift it."""
    (reason,) = reasons([unit(A, B, Both((A, B)), Not(B))], {"a": None, "b": None})
    assert (reason.truth, reason.unknown) == (None, ("a", "b"))


def test_reasons_are_kept_and_told_apart():
    """The same facts give the very same reason; others, after it, their own; and the first again."""
    bars = [unit(A, B)]
    known = [{"a": True, "b": b} for b in (True, False, None, True)]
    lifted, standing, unknown, again = (reasons(bars, case)[0] for case in known)
    assert (lifted.truth, standing.truth, unknown.truth) == (False, True, None)
    assert again is lifted
    assert [part.term for part in standing.proof.parts] == ["a", "lift-0"]


def test_lifts_that_fail_are_shown_only_where_none_may_hold():
    """Otherwise those that may hold carry the reason."""
    (reason,) = reasons([unit(A, B, Word("c"))], {"a": True, "b": True, "c": False})
    assert [part.term for part in reason.proof.parts] == ["a", "lift-0"]
    (reason,) = reasons([unit(A, B, Word("c"))], {"a": True, "b": False, "c": False})
    assert [part.term for part in reason.proof.parts] == ["a", "lift-0", "lift-1"]


def test_a_rule_that_is_not_addressed_has_nothing_to_say():
    """Nor has a duty that does not hold; a power that does not hold is shown to fail."""
    traffic = Both((Compare("record.category", "traffic"), A))
    known = {"record.category": "content", "a": False}
    assert reasons([unit(traffic, effect="compels"), unit(A, effect="obliges")], known) == []
    assert [reason.truth for reason in reasons([unit(A, effect="compels")], known)] == [False]


def test_rules_made_ready_are_shared_where_they_say_the_same():
    """By courts and days that cite the same answers and see the same members; never by others."""
    asked = Rule(
        "r", "bars", "US", date(1986, 10, 21), None, "cite", "It reads.",
        Both((Word("question.reach"), Within("record.store_place", "EEA"))),
    )  # fmt: skip
    shelf: Shelf = {}
    one = shelved(shelf, (asked, ()), GROUPS, {"question.reach": "1 F.3d 1"})
    assert shelved(shelf, (asked, ()), dict(GROUPS), {"question.reach": "1 F.3d 1", "question.other": "x"}) is one
    assert shelved(shelf, (asked, ()), GROUPS, {"question.reach": "2 F.3d 2"}) is not one
    assert shelved(shelf, (asked, ()), {"EEA": frozenset({"IE"})}, {"question.reach": "1 F.3d 1"}) is not one
    assert len(shelf) == 3
