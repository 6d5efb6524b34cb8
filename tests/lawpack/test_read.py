"""Reading packs: every table becomes what the kernel calls it, and what cannot be read is named with its line."""

import os
from datetime import date

import pytest
from tests.lawpack.texts import ANSWER, COURTS, EXAMPLE, HEAD, PACK, PLACES, QUESTION, RULE, TERMS, at, faults

from comity.errors import Unreadable
from comity.kernel.clock import Clock
from comity.kernel.words import Both, Compare, Word
from comity.lawpack import check, default_folder, read_folder, try_all
from comity.lawpack.faults import NAMES, fault
from comity.lawpack.tables import MOST_BYTES, read_document


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
    rule = load(**{"us/more": HEAD + objects}).law.rules[1]
    assert rule.clock == Clock("14 days", "served", "frcp-6")
    assert (rule.enacted, rule.until, rule.quote) == (date(2018, 3, 23), date(2030, 1, 1), "may file a motion")
    assert (rule.name, rule.forum, rule.suspends, rule.governs) == ("comity", "us-nysd", True, "served")
    assert rule.reviewed == "unverified"


def test_the_shipped_packs_lie_where_they_are_looked_for():
    """Beside the package."""
    assert (default_folder() / "terms.toml").is_file()


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
    assert [rule.id for rule in packs.law.rules] == ["stray-power", "power"]


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
    low = '[[court]]\nid = "low"\nname = "L"\nplace = "US"\nabove = "us-nysd"\n\n'
    ring = COURTS.replace('"us-ca2"\n\n', f'"us-ca2"\n\n{low}')
    found = check(load(courts=ring + 'above = "us-nysd"\n'))
    assert [wrong.what for wrong in found if wrong.name == "court-cycle"] == [
        "us-nysd → us-ca2 → us-nysd", "us-ca2 → us-nysd → us-ca2",
    ]  # fmt: skip


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
        (b"x = 1\n\ny = '\xff'", "us/act.toml:3"),
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


def test_the_law_that_was_made_stands_while_no_octet_changes(load, tmp_path):
    """Another word of the same length, written at the same moment, is other law; and back again it is the first."""
    made = load()
    assert read_folder(tmp_path) is made
    path = tmp_path / "us/act.toml"
    before = path.stat()
    other = load(PACK.replace('"content"', '"traffic"', 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size and path.stat().st_mtime_ns == before.st_mtime_ns
    assert read_folder(tmp_path).law.rules[0].when != made.law.rules[0].when
    assert read_folder(tmp_path).digest == other.digest != made.digest
    (tmp_path / "us/more.toml").write_text(PACK)
    assert faults(read_folder(tmp_path)) != []
    (tmp_path / "us/more.toml").unlink()
    path.unlink()
    assert read_folder(tmp_path).law.rules == ()
    assert load() == made


def test_every_name_of_a_fault_has_its_remedy():
    """And there are no others."""
    for name, remedy in NAMES.items():
        assert fault(name, "here:1", "so").remedy == remedy != ""
    with pytest.raises(KeyError):
        fault("something-else", "here:1", "so")
