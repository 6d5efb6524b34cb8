"""Checking packs: every fault at once, each by its name and with its line; and the examples that fail."""

import pytest
from tests.lawpack.texts import ANSWER, EXAMPLE, HEAD, PACK, PLACES, QUESTION, RULE, at, faults

from comity.lawpack import reading_for, try_all, try_example


def test_every_fault_is_found_at_once(load):
    """In the order of file and line; one hides no other."""
    bad = PACK.replace('effect = "compels"', 'effect = "orders"').replace("question.reach'", "question.rech'")
    bad = bad.replace('by = "us-ca2"\ncite', 'by = "us-ca9"\ncite').replace('"content"}', '"mail"}')
    places = PLACES.replace("since = 1994-01-01", "since = 1994-01-01\nuntil = 1993-01-01")
    assert faults(load(bad, places=places)) == [
        ("dates-reversed", "places.toml:10"),
        ("unknown-effect", at(bad, "effect")),
        ("unknown-word", at(bad, "when")),
        ("question-without-rule", at(bad, "id", 3)),
        ("unknown-court", at(bad, "by")),
        ("unknown-code", at(bad, "[[example]]")),
    ]


RULE_FAULTS = [
    ('effect = "compels"', 'effect = "compel"', "unknown-effect", "effect"),
    ('effect = "compels"', 'effect = "compels"\nlifts = "bar"', "unknown-key", "lifts"),
    ('effect = "compels"', 'effect = "lifts"', "missing-key", "effect"),
    ('effect = "compels"', 'effect = "objects"\nname = "x"', "missing-key", "effect"),
    ('effect = "compels"', 'effect = "obliges"\nname = "duty"', "unknown-code", "name"),
    ('effect = "compels"', 'effect = "routes"', "missing-key", "effect"),
    ('effect = "compels"', 'effect = "compels"\ngoverns = "serving"', "unknown-code", "governs"),
    ("since = 1986-10-21", 'since = "1986-10-21"', "wrong-type", "since"),
    ("since = 1986-10-21", "since = 1986-10-21T00:00:00Z", "wrong-type", "since"),
    ("since = 1986-10-21", "since = 1986-10-21\nuntil = 1986-10-21", "dates-reversed", "until"),
    ("since = 1986-10-21", "sinse = 1986-10-21", "missing-key", "[[rule]]"),
    ('cite = "s. 1"', 'cite = ""', "citation-missing", "[[rule]]"),
    ("when = ", 'clock = "14 days"\nwhen = ', "wrong-type", "clock"),
    ("when = ", 'clock = {limit = "14 days", starts = "served"}\nwhen = ', "bad-clock", "clock"),
    ("when = ", 'clock = {limit = "2 weeks", starts = "served", counts = "frcp-6"}\nwhen = ', "bad-clock", "clock"),
    ("when = ", 'clock = {limit = "0 days", starts = "served", counts = "frcp-6"}\nwhen = ', "bad-clock", "clock"),
    ("when = ", 'clock = {limit = "9 days\\n", starts = "served", counts = "frcp-6"}\nwhen = ', "bad-clock", "clock"),
    ("when = ", 'clock = {limit = "9 days", starts = "service", counts = "frcp-6"}\nwhen = ', "bad-clock", "clock"),
    ("when = ", 'clock = {limit = "9 days", starts = "served", counts = "frcp"}\nwhen = ', "bad-clock", "clock"),
    (
        "when = ",
        'clock = {limit = "9 days", starts = "served", counts = "frcp-6", x=1}\nwhen = ',
        "bad-clock",
        "clock",
    ),
    ("question.reach'", "question.reach or'", "not-a-condition", "when"),
]


@pytest.mark.parametrize(("old", "new", "name", "line"), RULE_FAULTS)
def test_a_faulty_rule_is_named_with_its_line(load, old, new, name, line):
    """And with what it is called in `faults.py`."""
    bad = PACK.replace(old, new, 1)
    assert (name, at(bad, line)) in faults(load(bad))


ANSWER_FAULTS = [
    ('question = "reach"', 'question = "reech"', "answer-to-no-question", "question"),
    ("answer = true", 'answer = "yes"', "wrong-type", "answer"),
    ('by = "us-ca2"\ncite', 'by = "us-nysd"\ncite', "binds-nobody", "[[answer]]"),
    ('by = "us-ca2"\ncite', 'by = "us-ca2"\nbinds = "bellow"\ncite', "unknown-code", "binds"),
    ('what = "decided"', 'what = "said"', "unknown-happening", "history"),
    ('what = "decided"', 'what = ["decided"]', "unknown-happening", "history"),
    ("day = 2016-07-14", 'day = "2016-07-14"', "unknown-happening", "history"),
    ("day = 2016-07-14", "day = 2016-07-14T12:00:00Z", "unknown-happening", "history"),
    ("  {day = 2016-07-14", '  "2016",\n  {day = 2016-07-14', "unknown-happening", "history"),
    ("  {day", '  {day = 2017-01-01, what = "affirmed"},\n  {day', "history-unordered", "history"),
]


@pytest.mark.parametrize(("old", "new", "name", "line"), ANSWER_FAULTS)
def test_a_faulty_answer_is_named_with_its_line(load, old, new, name, line):
    """A misspelt `binds` was once read as `parties`, and a moment where a day is due stopped the reader."""
    bad = PACK.replace(old, new, 1)
    assert (name, at(bad, line)) in faults(load(bad))


EXAMPLE_FAULTS = [
    ("on = 2017-01-01", "on = 1900-01-01", "example-before-law"),
    ('expect = "compelled"', 'expect = "barred"', "example-fails"),
    ('expect = "compelled"', 'expect = "compeled"', "unknown-code"),
    ('court = "us-nysd"', 'court = "us-nyed"', "example-fails"),
    ('"question.reach"]', '"question.other"]', "example-fails"),
    ('says = "It', 'assume = ["nonsense"]\nsays = "It', "example-fails"),
    ('says = "It', 'assume = ["ca2 repealed on 2016-08-01"]\nsays = "It', "example-fails"),
    ('says = "It', 'assume = [1]\nsays = "It', "wrong-type"),
    ('{category = "content"}', '{category = "content", colour = "red"}', "unknown-word"),
    ('{category = "content"}', '{category = ["content"]}', "unknown-code"),
]


@pytest.mark.parametrize(("old", "new", "name"), EXAMPLE_FAULTS)
def test_a_faulty_example_is_named(load, old, new, name):
    """One that fails, stands before the law, or is no example at all."""
    assert name in {wrong for wrong, _ in faults(load(PACK.replace(old, new, 1)))}


def test_an_example_says_all_that_differs(load):
    """The verdict and each id that its proof lacks."""
    packs = load(PACK.replace('expect = "compelled"', 'expect = "free"').replace('["power"', '["powers"'))
    (outcome,) = try_all(packs)
    assert outcome.wrong == ("expected free, got compelled", "the proof does not cite `powers`")
    shown = outcome.as_json()
    assert (shown["expected"], shown["got"], shown["held"]) == ("free", "compelled", False)
    assert shown["proof"] == outcome.decision.id and shown["open"] == []
    assert shown["cited"] == ["power", "question.reach", "record.category"]


def test_an_example_that_cannot_be_read_says_why(load):
    """And has neither verdict nor proof."""
    (outcome,) = try_all(load(PACK.replace('court = "us-nysd"', 'court = "xx"')))
    assert outcome.wrong == ("no court `xx`",)
    assert (outcome.as_json()["got"], outcome.as_json()["proof"], outcome.as_json()["cited"]) == (None, None, [])


def test_an_example_may_be_tried_under_a_what_if(load):
    """The packs' own assumption or the asker's."""
    packs = load()
    example = packs.packs[0].examples[0]
    assert try_example(example, packs.law, ["reach=false by us-ca2 on 2016-07-14"]).wrong == (
        "expected compelled, got free",
    )
    assert reading_for(example, packs.law).assumed == ()


def test_versions_of_one_text_meet(load):
    """Neither a gap nor an overlap between `stem@1` and `stem@2`."""

    def version(n, since, until=""):
        text = RULE.replace('"power"', f'"power@{n}"').replace("since = 1986-10-21", f"since = {since}")
        return text.replace("cite =", f"until = {until}\ncite =") if until else text

    def pack(*versions):
        return HEAD + "".join(versions) + QUESTION + ANSWER + EXAMPLE.replace('"power"', '"power@1"')

    gap = pack(version(2, "2018-03-23"), version(1, "1986-10-21", "2018-03-22"))
    assert ("date-gap", at(gap, "since = 2018")) in faults(load(gap))
    overlap = pack(version(1, "1986-10-21", "2018-03-24"), version(2, "2018-03-23"))
    assert ("date-overlap", at(overlap, "since = 2018")) in faults(load(overlap))
    endless = pack(version(1, "1986-10-21"), version(2, "2018-03-23"))
    assert ("date-overlap", at(endless, "since = 2018")) in faults(load(endless))
    sound = pack(version(1, "1986-10-21", "2018-03-23"), version(2, "2018-03-23"))
    assert [name for name, _ in faults(load(sound))] == ["rule-without-example"]


def test_what_is_named_twice_or_nowhere(load):
    """Ids of rules, questions and answers are one list; a lift names a bar; a question is read by some rule."""
    twice = HEAD + RULE + QUESTION + ANSWER.replace('"ca2"', '"power"') + EXAMPLE
    assert faults(load(twice)) == [("duplicate-id", at(twice, 'id = "power"', 2))]
    lift = RULE.replace('"power"', '"lift"').replace('"compels"', '"lifts"\nlifts = "power"')
    bad = HEAD + RULE + lift + QUESTION + ANSWER + EXAMPLE
    assert faults(load(bad)) == [("dangling-lift", at(bad, "lifts"))]
    idle = HEAD + RULE + QUESTION + QUESTION.replace('"reach"', '"idle"') + ANSWER + EXAMPLE
    assert faults(load(idle)) == [("question-without-rule", at(idle, 'id = "idle"'))]
    alone = HEAD + RULE + QUESTION + ANSWER
    assert faults(load(alone)) == [("rule-without-example", at(alone, "[[rule]]"))]
