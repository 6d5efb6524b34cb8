"""A written demand is taken in exactly, or not at all and with everything that is wrong with it."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comity.errors import Unreadable
from comity.intake.document import MOST_BYTES
from comity.intake.faults import NAMES
from comity.intake.form import read_demand
from comity.intake.keys import CHANNELS, DEMAND, PAPER, SCOPE
from comity.intake.known import COUNTRIES, Known
from comity.intake.write import write_demand
from comity.kernel.demand import CATEGORIES, Demand, Scope

OWEN = "owen.ardmore@meridian.example"
TODAY = date(2026, 11, 23)
GOOD = f"""\
[demand]
id = "2013-sdny"
place = "US"
instrument = "us-sca-warrant"
issuer = "judge"
court = "us-nysd"
served_entity = "meridian-corp"
served = 2013-12-04T22:00:00Z
channel = "hand"
issued = 2013-12-04
return_by = 2013-12-18T23:59:59Z
reference = "13 Mag. 90714"

[scope]
accounts = ["{OWEN}"]
categories = ["content"]
since = 2012-06-01T00:00:00Z
until = 2013-12-01T00:00:00Z
terms = ["cobalt", "Überweisung"]

[facts]
"demand.gag" = true

[[paper]]
name = "warrant.pdf"
digest = "sha256:{"0" * 64}"
"""


def changed(old: str, new: str) -> bytes:
    """The good demand with one thing put differently."""
    assert old in GOOD
    return GOOD.replace(old, new).encode()


def as_json(toml: str = GOOD) -> dict[str, Any]:
    """The good demand as JSON has it."""
    return json.loads(json.dumps(tomllib.loads(toml), default=lambda value: value.isoformat()))


def names(source: bytes, known: Known, kind: str = "toml") -> list[str]:
    """The names of the faults of a demand that must have some."""
    demand, faults = read_demand(source, kind, known, TODAY)  # type: ignore[arg-type]
    assert demand is None
    assert faults
    return [fault.name for fault in faults]


def test_a_good_demand_is_taken_in(known: Known) -> None:
    """Each key lands in its place, and moments are instants in UTC."""
    demand, faults = read_demand(GOOD.encode(), "toml", known, TODAY)
    assert faults == []
    assert demand == Demand(
        "2013-sdny", "US", "us-sca-warrant", "judge", "us-nysd", "meridian-corp", datetime(2013, 12, 4, 22, tzinfo=UTC),
        Scope(
            (OWEN,), frozenset({"content"}), datetime(2012, 6, 1, tzinfo=UTC), datetime(2013, 12, 1, tzinfo=UTC),
            terms=("cobalt", "Überweisung"),
        ),
        "hand", date(2013, 12, 4), datetime(2013, 12, 18, 23, 59, 59, tzinfo=UTC), False, "13 Mag. 90714",
        (("demand.gag", True),), (("warrant.pdf", f"sha256:{'0' * 64}"),),
    )  # fmt: skip


def test_toml_and_json_say_the_same(known: Known) -> None:
    """The two ways to write a demand give one demand."""
    assert read_demand(json.dumps(as_json()).encode(), "json", known) == read_demand(GOOD.encode(), "toml", known)


def test_a_zone_is_turned_into_utc(known: Known) -> None:
    """Midnight in New York in January is five in the morning in UTC."""
    demand, _ = read_demand(changed("2012-06-01T00:00:00Z", "2012-01-01T00:00:00-05:00"), "toml", known)
    assert demand is not None
    assert demand.scope.since == datetime(2012, 1, 1, 5, tzinfo=UTC)


BAD: dict[str, tuple[str, str]] = {
    "unknown-key": ('reference = "13 Mag. 90714"', 'referense = "13 Mag. 90714"'),
    "missing-key": ('place = "US"\n', ""),
    "wrong-type": ('channel = "hand"', "channel = 3"),
    "not-plain-text": ('reference = "13 Mag. 90714"', 'reference = "13\\u001b[2J"'),
    "not-an-id": ('id = "2013-sdny"', 'id = "../2013"'),
    "not-a-digest": ("sha256:" + "0" * 64, "sha256:0"),
    "impossible-date": ("issued = 2013-12-04", 'issued = "2013-02-30"'),
    "moment-without-zone": ("since = 2012-06-01T00:00:00Z", "since = 2012-06-01"),
    "date-order": ("served = 2013-12-04", "served = 2013-12-01"),
    "unknown-place": ('place = "US"', 'place = "UK"'),
    "unknown-channel": ('channel = "hand"', 'channel = "e-mail"'),
    "unknown-instrument": ("us-sca-warrant", "us-sca-warant"),
    "unknown-court": ("us-nysd", "us-nysx"),
    "two-courts": ('court = "us-nysd"', 'court = ["us-nysd", "us-njd"]'),
    "unknown-entity": ("meridian-corp", "meridian-inc"),
    "unknown-store": ("[facts]", 'stores = ["dublin-9"]\n[facts]'),
    "no-account": (f'["{OWEN}"]', "[]"),
    "account-not-plain": (OWEN, "Owen.Ardmore@meridian.example"),
    "account-not-here": (OWEN, "owen@elsewhere.example"),
    "no-category": ('["content"]', "[]"),
    "unknown-category": ('["content"]', '["contents"]'),
    "empty-range": ("until = 2013-12-01", "until = 2012-06-01"),
    "unknown-word": ('"demand.gag"', '"demand.gagged"'),
    "unknown-code": ('issuer = "judge"', 'issuer = "jury"'),
    "stated-elsewhere": ('"demand.gag" = true', '"demand.place" = "IE"'),
    "not-toml": ("[scope]", "[scope"),
}


@pytest.mark.parametrize("name", BAD)
def test_each_fault_is_found_where_it_stands(name: str, known: Known) -> None:
    """One thing wrong gives one fault, with its name, its line in the file, and what to do about it."""
    old, new = BAD[name]
    raw = changed(old, new)
    demand, faults = read_demand(raw, "toml", known, TODAY)
    assert demand is None
    assert [fault.name for fault in faults] == [name]
    line = next((n for n, text in enumerate(raw.decode().split("\n"), 1) if new.split("\n")[0] in text), 1)
    if new:
        assert faults[0].where.startswith(f"demand:{line}")
    assert faults[0].remedy


def test_every_fault_of_a_written_demand_has_an_example_here() -> None:
    """A fault without an example would be a promise that nobody keeps."""
    elsewhere = {"too-large", "not-json", "duplicate-key", "unconfirmed", "unknown-field", "not-a-demand"}
    orders = {name for name in NAMES if name.startswith("certificate-")} | {"not-an-order"}  # tests/intake/test_epoc.py
    assert set(BAD) | elsewhere | orders == set(NAMES)


def test_all_faults_are_told_at_once_in_the_order_of_the_file(known: Known) -> None:
    """A demand with everything wrong is mended in one go, even where a day that TOML refuses stands in the way."""
    raw = GOOD
    for old, new in (BAD[name] for name in ("not-an-id", "unknown-place", "unknown-channel", "account-not-here")):
        raw = raw.replace(old, new)
    raw = raw.replace("issued = 2013-12-04", "issued = 2013-02-30  # a slip")
    demand, faults = read_demand(raw.encode(), "toml", known)
    assert demand is None
    assert [(fault.name, fault.where) for fault in faults] == [
        ("not-an-id", "demand:2 demand.id"),
        ("unknown-place", "demand:3 demand.place"),
        ("unknown-channel", "demand:9 demand.channel"),
        ("impossible-date", "demand:10 demand.issued"),
        ("account-not-here", "demand:15 scope.accounts"),
    ]


@pytest.mark.parametrize("written", ["2013-02-30", "2013-13-01", "2013-02-30T00:00:00Z", "2013-12-04T25:00:00Z"])
def test_a_bare_date_that_the_calendar_has_not_is_named(written: str, known: Known) -> None:
    """The TOML reader refuses such a date of its own; the fault still says which key it is and what is wrong."""
    raw = changed("served = 2013-12-04T22:00:00Z", f"served = {written}")
    demand, faults = read_demand(raw, "toml", known)
    assert demand is None
    assert [(fault.name, fault.where) for fault in faults] == [("impossible-date", "demand:8 demand.served")]


def test_a_pointer_leads_to_a_fault_of_json(known: Known) -> None:
    """JSON has no lines worth naming; its pointer is exact."""
    row = as_json()
    row["demand"]["court"] = "us-nysx"
    row["paper"][0]["digest"] = "none"
    row["facts"]["demand.a/b~c"] = True
    demand, faults = read_demand(json.dumps(row).encode(), "json", known)
    assert demand is None
    assert sorted((fault.name, fault.where) for fault in faults) == [
        ("not-a-digest", "demand#/paper/0/digest"),
        ("unknown-court", "demand#/demand/court"),
        ("unknown-word", "demand#/facts/demand.a~1b~0c"),
    ]


def test_json_that_says_a_key_twice_is_refused(known: Known) -> None:
    """Keeping the last of two courts in silence would choose between them."""
    raw = json.dumps(as_json()).replace('"court": "us-nysd"', '"court": "us-njd", "court": "us-nysd"')
    assert names(raw.encode(), known, "json") == ["duplicate-key"]
    both = json.dumps(as_json())[:-1] + ', "scope": {}}'
    assert "duplicate-key" in names(both.encode(), known, "json")
    paper = '{"paper": [{"name": "a", "name": "b", "digest": ""}]}'
    assert "duplicate-key" in names(paper.encode(), known, "json")


@pytest.mark.parametrize(
    ("raw", "kind", "name"),
    [
        (b"\xff\xfe", "toml", "not-toml"),
        (b"[demand]\nid = \xff", "json", "not-json"),
        (b"[]", "json", "not-json"),
        (b'{"demand": NaN}', "json", "not-json"),
        (b"[" * 100_000, "json", "not-json"),
        (b"a = " + b"[" * 100_000, "toml", "not-toml"),
        (b"a = " + b"1" * 5000, "toml", "not-toml"),
        (b" " * (MOST_BYTES + 1), "toml", "too-large"),
        (b"", "toml", "missing-key"),
        (b"{}", "json", "missing-key"),
        (b"demand = 3\nscope = 4\nfacts = 5\npaper = 6\nother = 7", "toml", "wrong-type"),
        (b"[demand]\n[scope]\n[facts]\nx = 3\n[[paper]]", "toml", "wrong-type"),
        (b'paper = ["a"]\n[demand]\n[scope]\n', "toml", "wrong-type"),
    ],
)
def test_what_is_no_demand_at_all_is_said_so(raw: bytes, kind: str, name: str, known: Known) -> None:
    """Broken, empty, hostile and huge files each have their fault and raise nothing."""
    assert name in names(raw, known, kind)


def test_an_unparsable_file_names_its_line(known: Known) -> None:
    """The line of the first thing that TOML or JSON does not understand."""
    _, faults = read_demand(changed("[scope]", "[scope"), "toml", known)
    assert [fault.where for fault in faults] == ["demand:14"]
    _, faults = read_demand(b'{"demand": {},\n "scope" {}}', "json", known)
    assert [fault.where for fault in faults] == ["demand:2"]
    _, faults = read_demand(b'[demand]\nid = "\xff"', "toml", known)
    assert [fault.where for fault in faults] == ["demand:2"]


def test_a_file_is_named_in_its_faults(tmp_path: Path, known: Known) -> None:
    """A fault says which of several files it is in; a file that cannot be opened is an error."""
    path = tmp_path / "first one.toml"
    path.write_bytes(changed("us-nysd", "us-nysx"))
    _, faults = read_demand(path, "toml", known)
    assert [fault.where for fault in faults] == ["first one.toml:6 demand.court"]
    with pytest.raises(Unreadable, match="missing"):
        read_demand(tmp_path / "missing.toml", "toml", known)


def test_service_in_the_future_is_refused(known: Known) -> None:
    """Nothing has been served that is still to come; today itself is well possible."""
    day = date(2013, 12, 3)
    assert [f.name for f in read_demand(GOOD.encode(), "toml", known, day)[1]] == ["impossible-date"]
    assert read_demand(GOOD.encode(), "toml", known, date(2013, 12, 4))[1] == []
    assert read_demand(GOOD.encode(), "toml", known)[1] == []


@pytest.mark.parametrize(("issued", "fine"), [("2013-12-05", True), ("2013-12-06", False), ("0001-01-01", True)])
def test_a_day_of_issue_is_a_local_day(issued: str, fine: bool, known: Known) -> None:
    """At 22:00 UTC on the 4th it is already the 5th where days begin first, but nowhere the 6th."""
    _, faults = read_demand(changed("issued = 2013-12-04", f"issued = {issued}"), "toml", known)
    assert (faults == []) is fine


def test_an_answer_cannot_be_due_before_the_demand_was_issued(known: Known) -> None:
    """One of the two dates is wrong, and a person must say which."""
    assert names(changed("return_by = 2013-12-18", "return_by = 2013-11-18"), known) == ["date-order"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_instant_outside_the_calendar_is_impossible(moment: str, known: Known) -> None:
    """In UTC it would lie before the first year or after the last."""
    assert "impossible-date" in names(changed("since = 2012-06-01T00:00:00Z", f'since = "{moment}"'), known)


def test_an_account_of_which_nobody_knows_is_let_through(known: Known) -> None:
    """Unknown is not no: the matter begins, and the search will show."""
    demand, faults = read_demand(changed(OWEN, "nobody.knows@meridian.example"), "toml", known)
    assert faults == []
    assert demand is not None


def test_facts_state_what_facts_may_state(known: Known) -> None:
    """A question of law is for courts, a list is no value, and null says that it is not known."""
    assert names(changed('"demand.gag"', '"question.us_sca_reaches_abroad"'), known) == ["stated-elsewhere"]
    assert names(changed('"demand.gag" = true', "demand.gag = true"), known) == ["wrong-type"]
    assert names(changed('"demand.gag" = true', '"subject.place" = "I\\u0000E"'), known) == ["not-plain-text"]
    row = as_json()
    row["facts"] = {"demand.gag": None, "subject.place": "IE"}
    demand, faults = read_demand(json.dumps(row).encode(), "json", known)
    assert faults == []
    assert demand is not None
    assert demand.facts == (("demand.gag", None), ("subject.place", "IE"))


def test_text_in_quotes_is_not_taken_for_keys(known: Known) -> None:
    """A text over several lines may hold what looks like keys and headings; lines are still counted rightly."""
    raw = changed('reference = "13 Mag. 90714"', 'reference = """\\\n[scope]\\\ncourt = 1"""\nchanel = 1')
    demand, faults = read_demand(raw, "toml", known)
    assert demand is None
    assert [(fault.name, fault.where) for fault in faults] == [("unknown-key", "demand:15 demand.chanel")]


def test_a_wrong_value_has_one_fault(known: Known) -> None:
    """What could not be read is not also reported as missing or empty."""
    assert names(changed(f'["{OWEN}"]', '"owen"'), known) == ["wrong-type"]
    assert names(changed('["content"]', '[""]'), known) == ["wrong-type"]
    assert names(changed("until = 2013-12-01T00:00:00Z", "until = 2013-12-01T00:00:00"), known) == [
        "moment-without-zone"
    ]


PLAIN = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=30)
MOMENTS = st.integers(0, 10**15).map(lambda n: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(microseconds=n))


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """Any scope that can be collected by."""
    since, until = draw(st.one_of(st.none(), MOMENTS)), draw(st.one_of(st.none(), MOMENTS))
    if since and until and since >= until:
        since, until = None, since
    words = st.lists(PLAIN.filter(bool), max_size=4).map(tuple)
    stores = st.lists(st.sampled_from(["dublin-1", "quincy-1"]), max_size=2).map(tuple)
    categories = st.sets(st.sampled_from(sorted(CATEGORIES)), min_size=1).map(frozenset)
    return Scope((OWEN,), draw(categories), since, until, draw(words), draw(words), draw(stores))


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    """Any demand that the office could have confirmed."""
    issued = draw(st.one_of(st.none(), st.dates(date(1980, 1, 1), date(2019, 1, 1))))
    later = MOMENTS.filter(lambda m: issued is None or m.date() > issued)
    return Demand(
        draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", fullmatch=True)),
        draw(st.sampled_from(sorted(COUNTRIES))),
        draw(st.sampled_from(["us-sca-warrant", "us-sca-d-order", "mlat-request"])),
        draw(st.sampled_from(["", "judge", "police"])),
        draw(st.sampled_from(["us-nysd", "us-dcd"])),
        draw(st.sampled_from(["meridian-corp", "meridian-ireland"])),
        draw(later),
        draw(scopes()),
        draw(st.sampled_from(CHANNELS)),
        issued,
        draw(st.one_of(st.none(), later)),
        draw(st.booleans()),
        draw(PLAIN),
        tuple(draw(st.dictionaries(st.sampled_from(["demand.gag", "demand.renewed"]), st.booleans())).items()),
        tuple(draw(st.lists(st.tuples(PLAIN, st.just(f"sha256:{'a' * 64}")), max_size=3))),
    )


@given(demand=demands())
def test_what_is_written_reads_back_the_same(demand: Demand, known: Known) -> None:
    """Writing a demand and reading it again loses and adds nothing, to the microsecond and the last odd letter."""
    assert read_demand(write_demand(demand).encode(), "toml", known) == (demand, [])


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just("2014-02-30")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = [key.name for key in (*DEMAND, *SCOPE, *PAPER)]
SHAPED = st.fixed_dictionaries(
    {},
    optional={
        "demand": st.dictionaries(st.sampled_from(KEYS), JSON),
        "scope": st.dictionaries(st.sampled_from(KEYS), JSON),
        "facts": st.dictionaries(st.sampled_from(["demand.gag", "demand.place", "x"]), JSON) | JSON,
        "paper": st.lists(st.dictionaries(st.sampled_from(KEYS), JSON), max_size=2) | JSON,
    },
)


@given(row=SHAPED)
@example(row={"demand": {"id": "\ud800"}, "scope": {}})
def test_any_json_gives_a_demand_or_faults(row: dict[str, Any], known: Known) -> None:
    """Whatever stands in the keys, each fault is one of the named ones and points at its place."""
    demand, faults = read_demand(json.dumps(row).encode(), "json", known, TODAY)
    assert (demand is None) == bool(faults)
    assert {fault.name for fault in faults} <= set(NAMES)
    assert all(fault.where and fault.what and fault.remedy for fault in faults)


@given(raw=st.binary(max_size=400), kind=st.sampled_from(["toml", "json"]))
def test_any_octets_give_faults(raw: bytes, kind: str, known: Known) -> None:
    """Noise is never a demand and never raises."""
    assert names(raw, known, kind)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """The good demand with pieces cut out, doubled or overwritten."""
    raw = bytearray(GOOD.encode())
    for _ in range(draw(st.integers(1, 4))):
        at, size = draw(st.integers(0, len(raw))), draw(st.integers(0, 12))
        raw[at : at + size] = draw(st.binary(max_size=6)) + raw[at : at + size] * draw(st.integers(0, 2))
    return bytes(raw)


@given(raw=damaged())
def test_a_damaged_demand_is_a_demand_or_has_faults(raw: bytes, known: Known) -> None:
    """Damage that leaves a readable demand leaves one that writes and reads back the same."""
    demand, faults = read_demand(raw, "toml", known, TODAY)
    if demand is None:
        assert faults
    else:
        assert read_demand(write_demand(demand).encode(), "toml", known, TODAY) == (demand, [])


def test_countries_are_those_of_iso_3166() -> None:
    """The list has the countries of the story and not what people write instead."""
    assert {"US", "IE", "GB", "DE", "NO"} <= set(COUNTRIES)
    assert not {"UK", "EU", "USA"} & set(COUNTRIES)


def test_demands_differ_in_their_scope(known: Known) -> None:
    """A change of one second in the range is another scope."""
    one = read_demand(GOOD.encode(), "toml", known)[0]
    two = read_demand(changed("2012-06-01T00:00:00Z", "2012-06-01T00:00:01Z"), "toml", known)[0]
    assert one is not None
    assert two is not None
    assert one.scope.digest != two.scope.digest
