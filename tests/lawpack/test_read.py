"""Reading and checking packs: tiny ones, written here, each wrong in one way or in all."""

from datetime import date
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import VOCABULARY, conditions

from comity.errors import Unreadable
from comity.kernel.clock import Clock
from comity.kernel.law import Assumption
from comity.kernel.words import Both, Compare, Either, Not, Within, Word
from comity.lawpack import (
    NotAnAssumption,
    check,
    default_folder,
    read_assumption,
    read_folder,
    reading_for,
    try_all,
    try_example,
)
from comity.lawpack.conditions import DEEPEST, parse
from comity.lawpack.faults import NAMES, fault
from comity.lawpack.tables import MOST_BYTES, read_document

TERMS = """\
[[term]]
name = "record.category"
kind = "code"
codes = ["content", "traffic"]
meaning = "what is asked for"
unknown = "nobody said"

[[term]]
name = "record.store_place"
kind = "place"
meaning = "where it lies"
unknown = "nobody said"

[[term]]
name = "record.served_controls"
kind = "truth"
meaning = "whether the served entity controls it"
unknown = "nobody knows"
"""
PLACES = """\
[[group]]
id = "EEA"
meaning = "the European Economic Area"
cite = "OJ L 1, 3.1.1994"

[[member]]
group = "EEA"
places = ["IE", "DE"]
since = 1994-01-01
"""
COURTS = """\
[[court]]
id = "us-nysd"
name = "Southern District of New York"
place = "US"
above = "us-ca2"

[[court]]
id = "us-ca2"
name = "Second Circuit"
place = "US"
"""
HEAD = """\
[instrument]
id = "act"
title = "An Act"
cite = "1 Stat. 1"
place = "US"
source = [{url = "https://example.org/act"}]
reviewed = "read 2026-11-23 in full"
"""
RULE = """
[[rule]]
id = "power"
effect = "compels"
since = 1986-10-21
cite = "s. 1"
reads = "An order compels."
when = 'record.category == "content" and question.reach'
"""
QUESTION = """
[[question]]
id = "reach"
asks = "Does it reach abroad?"
why = "It does not say."
"""
ANSWER = """
[[answer]]
id = "ca2"
question = "reach"
answer = true
by = "us-ca2"
cite = "1 F.3d 1"
reads = "It does."
history = [
  {day = 2016-07-14, what = "decided", by = "us-ca2"},
]
"""
EXAMPLE = """
[[example]]
on = 2017-01-01
court = "us-nysd"
record = {category = "content"}
expect = "compelled"
cites = ["power", "question.reach"]
says = "It compels."
"""
PACK = HEAD + RULE + QUESTION + ANSWER + EXAMPLE


@pytest.fixture
def load(tmp_path):
    """Write a folder of packs and read it; what is not given is sound."""

    def written(pack=PACK, *, terms=TERMS, places=PLACES, courts=COURTS, **more):
        files = {"terms": terms, "places": places, "courts": courts, "us/act": pack, **more}
        for name, text in files.items():
            path = tmp_path / f"{name}.toml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
        return read_folder(tmp_path)

    return written


def faults(packs):
    """Name and place of every fault."""
    return [(wrong.name, wrong.where) for wrong in check(packs)]


def at(text, line, nth=1):
    """`us/act.toml:N` for the nth line of the text that begins with `line`."""
    numbers = [n for n, found in enumerate(text.split("\n"), 1) if found.startswith(line)]
    return f"us/act.toml:{numbers[nth - 1]}"


def test_a_sound_pack_is_read_whole(load):
    """Every table becomes what the kernel calls it, and what a row does not say it has from the instrument."""
    packs = load()
    assert faults(packs) == []
    (rule,), (question,), (answer,) = packs.law.rules, packs.law.questions, packs.law.answers
    assert rule.when == Both((Compare("record.category", "content"), Word("question.reach")))
    assert (rule.place, rule.instrument, rule.reviewed) == ("US", "act", "read 2026-11-23 in full")
    assert (question.place, question.term, answer.binds) == ("US", "question.reach", "below")
    assert answer.history[0].day == date(2016, 7, 14)
    assert packs.law.courts["us-nysd"].above == "us-ca2"
    assert {member.place for member in packs.law.members} == {"IE", "DE"}
    assert [outcome.held for outcome in try_all(packs)] == [True]


def test_every_part_of_a_rule_is_carried_over(load):
    """Days, quotation, clock, forum: nothing is dropped on the way."""
    text = PACK + ""
    objects = """
        [[rule]]
        id = "comity"
        effect = "objects"
        enacted = 2018-03-23
        since = 2018-03-23
        until = 2030-01-01
        cite = "s. 2"
        quote = "may file a motion"
        reads = "The provider may object."
        reviewed = "unverified"
        when = 'record.served_controls'
        name = "comity"
        forum = "us-nysd"
        clock = {limit = "14 days", starts = "served", counts = "frcp-6"}
        suspends = true
        governs = "served"
        """
    rule = load(text, **{"us/more": HEAD + dedent(objects)}).law.rules[1]
    assert rule.clock == Clock("14 days", "served", "frcp-6")
    assert (rule.enacted, rule.until, rule.quote) == (date(2018, 3, 23), date(2030, 1, 1), "may file a motion")
    assert (rule.name, rule.forum, rule.suspends, rule.governs) == ("comity", "us-nysd", True, "served")
    assert rule.reviewed == "unverified"


def test_the_shipped_packs_lie_where_they_are_looked_for():
    """Beside the package."""
    assert (default_folder() / "terms.toml").is_file()


def test_every_fault_is_found_at_once(load):
    """In the order of file and line; one hides no other."""
    bad = PACK.replace('effect = "compels"', 'effect = "orders"').replace("question.reach'", "question.rech'")
    bad = bad.replace('by = "us-ca2"\ncite', 'by = "us-ca9"\ncite').replace(
        'category = "content"}', 'category = "mail"}'
    )
    assert faults(load(bad, places=PLACES.replace("since = 1994-01-01", "since = 1994-01-01\nuntil = 1993-01-01"))) == [
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
        'clock = {limit = "9 days", starts = "served", counts = "frcp-6", x = 1}\nwhen = ',
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


def test_tables_stand_in_their_order(load):
    """The first that stands behind one it should stand before is named; so is a table of no pack."""
    late = HEAD + QUESTION + RULE + ANSWER + EXAMPLE
    assert ("table-order", at(late, "[[rule]]")) in faults(load(late))
    again = PACK + RULE.replace('"power"', '"power-2"')
    assert ("table-order", at(again, "[[rule]]", 2)) in faults(load(again))
    more = PACK + "\n[[ruling]]\nid = 1\n"
    assert faults(load(more)) == [("unknown-table", at(more, "[[ruling]]"))]


def test_a_table_written_with_one_bracket_is_not_lost(load):
    """`[rule]` instead of `[[rule]]` once made the rule vanish without a word."""
    bad = PACK.replace("[[rule]]", "[rule]")
    assert ("wrong-type", at(bad, "[rule]")) in faults(load(bad))
    assert ("wrong-type", "us/act.toml:1") in faults(load(f"rule = ['x']\n{HEAD}"))
    assert ("wrong-type", at(PACK, "[in")) in faults(load(PACK.replace("[instrument]", "[[instrument]]", 1)))
    assert ("wrong-type", "courts.toml:1") in faults(load(courts='court = "us-nysd"'))


def test_a_pack_without_an_instrument_is_not_read_in_silence(load):
    """A question without a place was once open for ever."""
    bare = QUESTION + ANSWER
    assert [name for name, _ in faults(load(bare))].count("missing-key") == 4
    assert faults(load(EXAMPLE, **{"us/other": HEAD + RULE + QUESTION + ANSWER})) == []
    assert "source-missing" in {name for name, _ in faults(load("[instrument]\n"))}


def test_a_source_has_an_address(load):
    """Something to open."""
    bad = PACK.replace('{url = "https://example.org/act"}', '{at = "s. 1"}')
    assert faults(load(bad)) == [("source-missing", at(bad, "source"))]


def test_a_pack_beside_the_heads_is_read_too(load):
    """A file in the folder itself was once passed over."""
    stray = HEAD.replace('"act"', '"stray"') + RULE.replace('"power"', '"stray-power"')
    packs = load(stray=stray)
    assert [pack.document.name for pack in packs.packs] == ["stray.toml", "us/act.toml"]
    assert faults(packs) == [("rule-without-example", "stray.toml:9")]


HEAD_FAULTS = [
    ({"terms": TERMS.replace('"truth"', '"boolean"')}, ("unknown-code", "terms.toml:16")),
    ({"terms": TERMS + TERMS.split("\n\n")[2]}, ("duplicate-id", "terms.toml:20")),
    ({"terms": TERMS.replace("[[term]]", "[[terms]]")}, ("unknown-table", "terms.toml:1")),
    ({"terms": TERMS.replace('"traffic"]', "1]")}, ("wrong-type", "terms.toml:4")),
    ({"places": PLACES.replace('group = "EEA"', 'group = "EFTA"')}, ("unknown-group", "places.toml:7")),
    ({"places": PLACES.replace('"IE"', '"IRL"')}, ("unknown-code", "places.toml:8")),
    ({"places": PLACES.replace('"IE"', "1")}, ("wrong-type", "places.toml:8")),
    ({"places": PLACES + PLACES.split("\n\n")[0]}, ("duplicate-id", "places.toml:11")),
    ({"courts": COURTS.replace('"us-ca2"\n\n', '"us-ca9"\n\n')}, ("unknown-court", "courts.toml:5")),
    ({"courts": COURTS + 'above = "us-nysd"\n'}, ("court-cycle", "courts.toml:1")),
    ({"courts": COURTS + COURTS.split("\n\n")[1]}, ("duplicate-id", "courts.toml:12")),
]


@pytest.mark.parametrize(("change", "expected"), HEAD_FAULTS)
def test_a_faulty_head_is_named_with_its_line(load, change, expected):
    """Terms, places and courts; a second row of one name once hid the first."""
    assert expected in faults(load(**change))


def test_a_ring_of_courts_names_all_of_it(load):
    """And a court that only leads into the ring is none of it."""
    ring = COURTS.replace(
        '"us-ca2"\n\n', '"us-ca2"\n\n[[court]]\nid = "low"\nname = "L"\nplace = "US"\nabove = "us-nysd"\n\n'
    )
    found = check(load(courts=ring + 'above = "us-nysd"\n'))
    assert [wrong.what for wrong in found if wrong.name == "court-cycle"] == [
        "us-nysd → us-ca2 → us-nysd", "us-ca2 → us-nysd → us-ca2",
    ]  # fmt: skip


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


def test_lines_are_right_behind_a_row_that_cannot_be_read(load):
    """A row left out once moved every later fault up by one."""
    broken = RULE.replace('cite = "s. 1"\n', "")
    lift = RULE.replace('"power"', '"lift"').replace('"compels"', '"lifts"\nlifts = "nothing"')
    bad = HEAD + broken + lift + QUESTION + ANSWER + EXAMPLE
    assert ("dangling-lift", at(bad, "lifts")) in faults(load(bad))


def test_lines_are_those_of_an_editor(load):
    """Not moved by texts over several lines, by brackets in them, or by what Unicode counts as an end of line."""
    text = '"""\n[[rule]]\nid = "no rule"\n\u2028\x85 a line of its own for some\n"""'
    bad = PACK.replace('"An order compels."', text).replace("question.reach'", "question.rech'")
    assert ("unknown-word", at(bad, "when")) in faults(load(bad))
    closed = PACK.replace('"An order compels."', "'''on one line'''").replace("question.reach'", "question.rech'")
    assert ("unknown-word", at(closed, "when")) in faults(load(closed))
    assert ("unknown-word", at(bad, "when")) in faults(load(bad.replace("\n", "\r\n")))


def test_a_key_of_an_unusual_shape_has_the_line_of_its_table(load):
    """Quoted or dotted: the scanner of lines decides nothing."""
    bad = PACK.replace("since = 1986-10-21", '"since" = "1986"')
    assert ("wrong-type", at(bad, "[[rule]]")) in faults(load(bad))


@pytest.mark.parametrize(
    ("octets", "where"),
    [
        (b"[[rule]]\nid = ", "us/act.toml:2"),
        (b"id = 1\nid = 2\n", "us/act.toml:2"),
        (b"x = '\xff'", "us/act.toml:1"),
        (b"\xef\xbb\xbf[instrument]", "us/act.toml:1"),
        (b"x = " + b"[" * 5000, "us/act.toml:1"),
        (b"x = 1\n" * (MOST_BYTES // 6 + 1), "us/act.toml:1"),
    ],
)
def test_what_is_not_toml_is_a_fault_with_its_line(load, octets, where):
    """Broken off, twice the same key, no UTF-8, a mark at the start, nested without end, larger than any law."""
    assert ("not-toml", where) in faults(load(octets))


def test_a_file_that_cannot_be_opened_is_an_error(tmp_path):
    """With its path and the system's own reason."""
    with pytest.raises(Unreadable) as raised:
        read_folder(tmp_path)
    assert raised.value.fields["why"] == "No such file or directory"
    with pytest.raises(Unreadable):
        read_document(tmp_path)


def test_a_folder_has_a_digest_of_its_own(load, tmp_path):
    """Any change of any file changes it; what was read is what is hashed."""
    one, two = load().digest, load(PACK + "\n").digest
    assert one != two != load(terms=TERMS + "\n").digest
    assert load().digest == one
    extra = tmp_path / "extra.txt"
    extra.write_text(EXAMPLE)
    packs = read_folder(tmp_path, (extra,))
    assert packs.digest != one and [len(pack.examples) for pack in packs.packs] == [1, 1]


def test_every_name_of_a_fault_has_its_remedy():
    """And there are no others."""
    for name, remedy in NAMES.items():
        assert fault(name, "here:1", "so").remedy == remedy != ""
    with pytest.raises(KeyError):
        fault("something-else", "here:1", "so")


# Conditions


@given(conditions(size=8), st.text(" \t", max_size=3))
def test_a_condition_is_what_it_says(condition, blanks):
    """Read with blanks around it, it means what Python's own grammar says it means."""
    from comity.kernel.words import write

    text = write(condition)
    read, wrong = parse(blanks + text + blanks, VOCABULARY, "here")
    assert wrong == [] and write(read) == text


def test_the_seven_shapes():
    """And how they bind: not, and, or."""
    controls, content = Word("record.served_controls"), Compare("record.category", "content")
    places = Within("record.store_place", "EEA")
    shapes = {
        "record.served_controls": controls,
        'record.category == "content"': content,
        'record.category != "content"': Compare("record.category", "content", False),
        "record.store_place in EEA": places,
        "record.store_place not in EEA": Within("record.store_place", "EEA", False),
        "not record.served_controls": Not(controls),
        'record.served_controls or record.category == "content" and record.store_place in EEA': Either(
            (controls, Both((content, places)))
        ),
        '(record.served_controls or record.category == "content") and record.store_place in EEA': Both(
            (Either((controls, content)), places)
        ),
    }
    for text, condition in shapes.items():
        assert parse(text, VOCABULARY, "here") == (condition, [])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("record.colour", "unknown-word"),
        ('record.colour == "red"', "unknown-word"),
        ('record.category == "mail"', "unknown-code"),
        ('record.store_place == "Ireland"', "unknown-code"),
        ('record.served_controls == "yes"', "unknown-code"),
        ("record.store_place in NATO", "unknown-group"),
        ("record.category in EEA", "not-a-condition"),
        ("record.served_controls in EEA", "not-a-condition"),
        ("record.category", "not-a-condition"),
        ("", "not-a-condition"),
        ("True", "not-a-condition"),
        ('"US" == demand.place', "not-a-condition"),
        ("demand.place == record.store_place", "not-a-condition"),
        ('demand.place == "US" == "US"', "not-a-condition"),
        ('demand.place < "US"', "not-a-condition"),
        ("demand.place == b'US'", "not-a-condition"),
        ("demand.place in (1, 2)", "not-a-condition"),
        ("record.served_controls if record.served_controls else demand.emergency", "not-a-condition"),
        ("-record.served_controls", "not-a-condition"),
        ("record.served_controls + 1", "not-a-condition"),
        ("exit()", "not-a-condition"),
        ("exit().x", "unknown-word"),
        ('exit() == "x"', "unknown-word"),
        ("(x := record.served_controls)", "not-a-condition"),
        ("record.served_controls; demand.emergency", "not-a-condition"),
        ("record.served_controls\x00", "not-a-condition"),
        ("record.served_controls and\ndemand.emergency", "not-a-condition"),
    ],
)
def test_anything_else_is_no_condition(text, name):
    """No arithmetic, no calls, no constants, nothing the other way round, and nothing is run."""
    condition, wrong = parse(text, VOCABULARY, "here")
    assert condition is None and {one.name for one in wrong} == {name}


def test_a_comment_does_not_shorten_a_condition():
    """What stood behind a `#` was once dropped in silence."""
    condition, wrong = parse("record.served_controls # and demand.emergency", VOCABULARY, "here")
    assert condition is None and [one.name for one in wrong] == ["not-a-condition"]


@pytest.mark.parametrize("deep", [DEEPEST, 500, 5000, 100_000])
@pytest.mark.parametrize(("before", "after"), [("not ", ""), ("(not ", ")"), ("record.", "")])
def test_a_condition_nested_without_end_is_refused(deep, before, after):
    """Before it is walked: one that is too deep to walk once stopped the reader."""
    text = before * deep + "record.served_controls" + after * deep
    condition, wrong = parse(text, VOCABULARY, "here")
    assert condition is None and [one.name for one in wrong] == ["not-a-condition"]


def test_a_long_condition_is_not_a_deep_one():
    """A thousand parts beside one another are read."""
    condition, wrong = parse(" or ".join(["record.served_controls"] * 1000), VOCABULARY, "here")
    assert wrong == [] and len(condition.parts) == 1000


def test_all_faults_of_a_condition_are_found():
    """In reading order."""
    _, wrong = parse('a.b or record.category == "x" and record.store_place in NOWHERE and 1', VOCABULARY, "here")
    assert [one.name for one in wrong] == ["unknown-word", "unknown-code", "unknown-group", "not-a-condition"]


# Assumptions


def test_assumptions_are_read_as_a_person_writes_them(load):
    """A ruling, a happening to an answer, the end of a rule, an instrument or a membership."""
    law = load().law
    day = date(2016, 7, 14)
    assert read_assumption("reach=false by us-ca2 on 2016-07-14", law) == Assumption(
        "reach", "decided", day, False, "us-ca2"
    )
    assert read_assumption(" question.reach = true by us-nysd on 2016-07-14\n", law).answer is True
    for text in ("ca2 reversed", "ca2 stay lifted", "power repealed", "act repealed", "EEA/IE left"):
        target, what = text.split(" ", 1)
        assert read_assumption(f"{text} on 2016-07-14", law) == Assumption(target, what, day)


def test_a_version_of_a_rule_can_be_assumed_away(load):
    """Its id has an `@`, which was once not read."""
    law = load(PACK.replace('"power"', '"power@1"')).law
    assert read_assumption("power@1 repealed on 2016-07-14", law).target == "power@1"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("reech=true by us-ca2 on 2016-07-14", "no question `reech`"),
        ("reach=true by us-ca9 on 2016-07-14", "no court `us-ca9`"),
        ("reach=true by us-ca2 on 2016-07-32", "`2016-07-32` is not a day"),
        ("reach=maybe by us-ca2 on 2016-07-14", "it has neither shape"),
        ("nothing repealed on 2016-07-14", "`nothing` cannot be `repealed`"),
        ("power left on 2016-07-14", "`power` cannot be `left`"),
        ("ca2 annulled on 2016-07-14", "`ca2` cannot be `annulled`"),
        ("EEA/US left on 2016-07-14", "`EEA/US` cannot be `left`"),
        ("", "it has neither shape"),
    ],
)
def test_what_is_no_assumption_says_why(load, text, why):
    """With the shapes that would do."""
    with pytest.raises(NotAnAssumption) as raised:
        read_assumption(text, load().law)
    assert raised.value.message == f"`{text}` is not an assumption: {why}"
    assert raised.value.exit_code == 2 and "repealed on" in raised.value.remedy
