"""Reading files of decided cases: what they say, and every fault at once with its line. All cases are invented."""

from __future__ import annotations

from datetime import date

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lawpack.decided import row

from comity.errors import Unreadable
from comity.lawpack.cases import NAMES, read_cases


@pytest.fixture
def read(tmp_path):
    """Read a text, or rows that are written as YAML first."""

    def written(content):
        text = content if isinstance(content, str | bytes) else yaml.safe_dump({"cases": content}, sort_keys=False)
        path = tmp_path / "cases.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_cases(path)

    return written


def faults(read):
    return [(wrong.name, wrong.where) for wrong in read.faults]


def test_a_sound_case_is_read_as_it_stands(read):
    found = read([row()])
    (case,) = found.cases
    assert not found.faults
    assert (case.id, case.decided, case.state, case.home) == ("us-1", date(2015, 5, 5), "US", "US")
    assert (case.before, case.after) == ("contested", "compelled")
    assert case.categories == ("content",) and case.locations == ("IE",)
    assert case.said("control") == "Invented Mail Inc." and case.said("urgency") == ""


def test_a_list_without_a_head_is_read_too(read):
    assert len(read(yaml.safe_dump([row()])).cases) == 1


def test_norway_is_a_country_and_a_day_is_text(read):
    """YAML reads `NO` as false and a day as a date of its own."""
    text = yaml.safe_dump([row(facts={"compelling_state": "NORWAY", "provider_home": "NORWAY"})])
    (case,) = read(text.replace("NORWAY", "NO")).cases
    assert (case.state, case.home, case.decided.year) == ("NO", "NO", 2015)


def test_a_remark_behind_a_country_is_no_fault(read):
    (case,) = read([row(facts={"provider_home": "IE (since 2010)"})]).cases
    assert case.home == "IE"


@pytest.mark.parametrize(
    ("outcome", "settled", "before", "after"),
    [
        ("contempt", "yes", "compelled", "compelled"),
        ("fine", "no", "contested", "compelled"),
        ("quashed", "no", "contested", "barred"),
        ("remanded", "no", "contested", "contested"),
        ("stayed", "n/a", "contested", "matter"),
    ],
)
def test_what_expect_does_not_say_follows_from_the_outcome(read, outcome, settled, before, after):
    given = row(outcome=outcome, settled_then=settled)
    del given["expect"]
    (case,) = read([given]).cases
    assert (case.before, case.after) == (before, after)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"id": None}, "missing-key"),
        ({"kind": ""}, "missing-key"),
        ({"court": None}, "missing-key"),
        ({"court": "S.D.N.Y."}, "wrong-type"),
        ({"court": {"country": "US"}}, "missing-key"),
        ({"court": {"name": "A court", "country": "Atlantis"}}, "unknown-country"),
        ({"decided": "2015-02-30"}, "bad-date"),
        ({"decided": "May 2015"}, "bad-date"),
        ({"decided": "0001-01-01"}, "bad-date"),
        ({"decided": None}, "missing-key"),
        ({"facts": ["content"]}, "wrong-type"),
        ({"expect": {"as_of_day_after": "perhaps"}}, "unknown-code"),
        ({"expect": None}, "missing-key"),
        ({"test": {"control": "yes"}}, "wrong-type"),
        ({"holding": {"a": "b"}}, "wrong-type"),
    ],
)
def test_a_fault_of_a_case_is_named_and_placed(read, change, name):
    found = read([row() | change])
    assert name in {wrong.name for wrong in found.faults} and not found.cases
    assert all(wrong.where.startswith("cases.yaml:") and wrong.remedy == NAMES[wrong.name] for wrong in found.faults)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"compelling_state": "Atlantis"}, "unknown-country"),
        ({"provider_home": "UK"}, "unknown-country"),
        ({"instrument": None}, "missing-key"),
        ({"data_category": []}, "missing-key"),
        ({"data_category": [["content"]]}, "wrong-type"),
        ({"control": {"who": "us"}}, "wrong-type"),
    ],
)
def test_a_fault_of_the_facts_is_named(read, change, name):
    assert name in {wrong.name for wrong in read([row(facts=change)]).faults}


def test_every_fault_of_every_case_is_told_and_the_sound_ones_are_read(read):
    found = read([row("a", decided="never"), row("b"), row("b"), row("c", facts={"instrument": None}), "a text"])
    names = [name for name, _ in faults(found)]
    assert names == ["bad-date", "duplicate-id", "missing-key", "wrong-type"]
    assert [case.id for case in found.cases] == ["b"]


def test_a_fault_stands_at_its_line(read):
    text = yaml.safe_dump({"cases": [row(), row("us-2", decided="never")]}, sort_keys=False)
    line = text.split("\n").index("  decided: never") + 1
    assert faults(read(text)) == [("bad-date", f"cases.yaml:{line}")]


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ("cases: [", "not-yaml", 1),
        ("cases:\n  - id: a\n  b", "not-yaml", 3),
        ("", "not-a-list", 1),
        ("cases: none", "not-a-list", 1),
        ("just a text", "not-a-list", 1),
        ("a: 1\na: 2\ncases: []", "duplicate-key", 2),
        ("[a]: 1\ncases: []", "wrong-type", 1),
        ("1: 1\n? !!null\n: 2\ncases: []", "wrong-type", 2),
        ("cases: !!python/object:os.system []", "not-yaml", 1),
        ("cases: !!timestamp 2015-99-99", "not-yaml", 1),
        ("a\n---\nb", "not-yaml", 2),
        (b"cases: \xff\xfe", "not-yaml", 1),
        ("[" * 5000, "not-yaml", 1),
    ],
)
def test_what_is_no_file_of_cases_is_a_fault_never_a_crash(read, tmp_path, text, name, line):
    path = tmp_path / "cases.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert (name, f"cases.yaml:{line}") in faults(read_cases(path))


def test_aliases_do_not_multiply_and_merge_keys_do_not_merge(read):
    """The billion laughs stay one; `<<` is a key like any other."""
    laughs = "a: &a [x, x]\n" + "".join(
        f"{n}: &{n} [*{m}, *{m}]\n" for m, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert faults(read(laughs + "cases: *i\n"))[0][0] == "wrong-type"
    merged = read("base: &b {id: x}\ncases:\n- <<: *b\n")
    assert ("missing-key", "cases.yaml:3") in faults(merged)


def test_a_case_that_holds_itself_is_a_fault(read):
    assert faults(read("cases: &c\n- *c\n"))[0][0] == "wrong-type"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(read):
    assert faults(read("# " + "x" * (4 << 20)))[0] == ("too-large", "cases.yaml:1")


def test_a_text_that_is_too_long_is_refused(read):
    assert faults(read([row(holding="x " * 10_001)]))[0][0] == "too-large"


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(Unreadable):
        read_cases(tmp_path / "none.yaml")


def test_marks_other_than_verified_are_kept(read):
    (case,) = read([row(marks={"date": "V", "later": "n/a", "facts": "K", "holding": "V (end); rest K"})]).cases
    assert case.marks == {"facts": "K", "holding": "V (end); rest K"}


@pytest.mark.parametrize("wrap", [lambda raw: b"\xef\xbb\xbf" + raw, lambda raw: raw.replace(b"\n", b"\r\n")])
def test_a_mark_of_the_order_of_bytes_and_other_ends_of_lines_change_nothing(read, wrap):
    raw = yaml.safe_dump({"cases": [row()]}, sort_keys=False).encode()
    assert read(wrap(raw)).cases == read(raw).cases and read(raw).cases


def test_half_a_character_is_a_fault_and_can_be_written_again(read):
    found = read(yaml.safe_dump([row(holding="HALF")]).replace("HALF", '"a \\ud800"'))
    assert faults(found)[0][0] == "not-yaml"
    assert all(case.holding.encode() == b"a \xef\xbf\xbd" for case in found.cases)


def test_a_further_key_of_the_facts_may_hold_anything(read):
    assert len(read([row(facts={"provider_note": {"a": ["b"]}, "purpose": "criminal"})]).cases) == 1


def test_a_home_that_nobody_knows_is_no_fault(read):
    (case,) = read([row(facts={"provider_home": "unknown"})]).cases
    assert case.home is None


def test_what_was_held_may_be_written_with_spaces(read):
    (case,) = read([row(before="Not compelled", after="compelled in part")]).cases
    assert (case.before, case.after) == ("barred", "compelled-in-part")


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=9)
    | st.sampled_from(["US", "9999-12-31", "((", "..", "-"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
def test_whatever_stands_in_the_place_of_a_value_the_faults_are_named(read, data):
    """Wrong types, missing keys, odd days: a case is read, or a fault of the list says why not."""
    whole = row()
    part = data.draw(st.sampled_from([whole, whole["court"], whole["facts"], whole["expect"]]))
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(JUNK)
    found = read(yaml.safe_dump({"cases": [whole]}, sort_keys=False))
    assert len(found.cases) == 1 or found.faults
    assert all(wrong.remedy == NAMES[wrong.name] and wrong.where.startswith("cases.yaml:") for wrong in found.faults)
