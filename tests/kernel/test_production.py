"""The manifest: exactly what the gate let go, checked when it is made and when it is received."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.productions import CONTENT, MAILS, OWEN, collected, items, planned, released, sorted_in, traffic_table
from tests.strategies import NOON

from comity.kernel.collection import Counts, ItemFacts, Place, Sorting, Trial, traffic
from comity.kernel.demand import Scope
from comity.kernel.production import (
    TRAFFIC,
    Collected,
    Item,
    Manifest,
    Table,
    check,
    faults,
    inventory,
    plan,
    printable,
    table,
)

TRAFFIC_ONLY = Scope((OWEN,), frozenset({"traffic"}))
SUBSCRIBER = Scope((OWEN,), frozenset({"subscriber"}))
SUBSCRIBER_TABLE = Table.of("subscriber.csv", b'"address"\r\n"owen"\r\n', 1)
NARROW = Scope((OWEN,), frozenset({"content"}), NOON - timedelta(days=9), None, ("INBOX",), ("lamp",), ("dublin-1",))


def names(found):
    return sorted({fault.name for fault in found})


def refused(of, scope=CONTENT, found=None):
    """The names of the faults with which a plan is refused that the gate itself would have let through."""
    answer = plan(released(of, scope, found), "M-0001", scope, of)
    assert isinstance(answer, tuple)
    return names(answer)


def test_items_are_named_in_the_order_of_where_they_lay():
    """However collection came upon them, store, folder, file and offset decide."""
    found = collected()
    _, manifest = planned(replace(found, items=found.items[::-1]))
    assert [(item.name, item.place.offset) for item in manifest.items] == [
        ("items/000001.eml", 0),
        ("items/000002.eml", len(MAILS[0]) + 40),
        ("items/000003.eml", len(MAILS[0]) + len(MAILS[1]) + 80),
    ]
    assert manifest == planned(found)[1]


def test_a_manifest_says_who_let_go_what_on_which_grounds():
    """Matter, demand, scope, moment, approvers, proof ids and hits are those of the release."""
    release, manifest = planned(collected())
    said = json.loads(manifest.octets)
    assert said["matter"] == said["demand"] == "M-0001"
    assert said["scope"] == CONTENT.as_json()
    assert said["released"] == "2016-07-14T12:00:00+00:00"
    assert said["approved_by"] == ["anna", "ben"] and said["decisions"] == list(release.classes)
    assert said["hits"]["items"] == release.hits.items == inventory(items())
    assert said["items"][0]["sorting"]["because"][0]["outcome"] is True
    assert manifest.digest == "sha256:" + hashlib.sha256(manifest.octets).hexdigest()
    assert manifest.fits(release) and not replace(manifest, matter="M-0002").fits(release)


def test_the_counts_file_adds_up():
    """counts.json tells for each store, and together, how many items fell on each side."""
    found = items()
    counts = {"dublin-1": Counts(3, 4, 1, 2), "quincy-1": Counts(0, 5)}
    unreadable = (Sorting(Place("dublin-1", "INBOX", "inbox.mbox", 900, 5), (Trial("account", None, "torn"),)),)
    _, manifest = planned(Collected(found, counts, unreadable))
    said = json.loads(manifest.counted)
    assert said["stores"]["dublin-1"] == {"in": 3, "out": 4, "unreadable": 1, "others": 2, "total": 10}
    assert said["together"] == {"in": 3, "out": 9, "unreadable": 1, "others": 2, "total": 15}
    assert list(manifest.files) == ["counts.json", *(item.name for item in manifest.items)]


def test_every_part_of_the_scope_must_have_let_an_item_in():
    """An item whose reasons leave out a part of the scope, or whose outcome is not yes, is no item of it."""
    assert isinstance(planned(collected(scope=NARROW), NARROW)[1], Manifest)
    [first, *rest] = items(scope=NARROW)
    for because in (
        first.sorting.because[:-1],
        (*first.sorting.because[:-1], Trial("terms", None, "sealed")),
        (*first.sorting.because, first.sorting.because[0]),
        (),
    ):
        odd = replace(first, sorting=Sorting(first.place, because))
        assert refused(Collected((odd, *rest), {"dublin-1": Counts(3, 4)}), NARROW) == ["not-in-scope"]


def test_what_was_not_approved_does_not_leave():
    """One item more, one less, another hash or another place: the release was for something else."""
    release = released(collected())
    more = items((*MAILS, b"one more"))
    for others in (more, items(MAILS[:2]), items((b"other", *MAILS[1:])), items(MAILS[1:])):
        answer = plan(release, "M-0001", CONTENT, Collected(others, {"dublin-1": Counts(len(others), 4)}))
        assert "items-differ" in names(answer)
    answer = plan(release, "M-0001", NARROW, collected())
    assert names(answer) == ["not-in-scope", "scope-differs"]


@pytest.mark.parametrize(
    ("counts", "unreadable"),
    [
        ({"dublin-1": Counts(2, 5)}, ()),
        ({"dublin-1": Counts(2, 5), "quincy-1": Counts(1)}, ()),
        ({}, ()),
        ({"dublin-1": Counts(3, 4, 1)}, ()),
    ],
)
def test_counts_must_add_up_to_the_items(counts, unreadable):
    """In each store and together: so many in, so many unreadable, as there are items and as were approved."""
    assert refused(Collected(items(), counts, unreadable)) == ["counts-do-not-add-up"]


def test_unreadable_items_are_listed_where_content_is_asked_for():
    """With their reasons; one that was in, out or already there is no unreadable item."""
    place = Place("dublin-1", "INBOX", "inbox.mbox", 900, 5)
    good = Sorting(place, (Trial("account", True, "his"), Trial("readable", None, "it breaks off")))
    counts = {"dublin-1": Counts(3, 4, 1)}
    _, manifest = planned(Collected(items(), counts, (good,)))
    assert json.loads(manifest.octets)["unreadable"][0]["because"][1]["found"] == "it breaks off"
    for bad in (sorted_in(place), Sorting(place, (Trial("readable", None, "torn"),))):
        assert refused(Collected(items(), counts, (bad,))) == ["not-unreadable"]
    twice = replace(good, place=items()[0].place)
    assert refused(Collected(items(), counts, (twice,))) == ["place-twice"]


def test_a_traffic_answer_is_a_table_and_nothing_of_the_messages():
    """No item, no hash of one, no name of a file that could not be read: the hash of a message betrays its content."""
    made, _ = traffic_table(3)
    torn = Sorting(Place("dublin-1", "INBOX", "Re: the lamps.eml", 0, 5), (Trial("account", None, "torn"),))
    counts = {"dublin-1": Counts(3, 4, 1)}
    _, manifest = planned(Collected((), counts, (torn,), (made,)), TRAFFIC_ONLY, 3)
    assert manifest.items == () and manifest.unreadable == () and manifest.hits.unreadable == 1
    assert b"lamps" not in manifest.octets
    assert list(manifest.files) == ["counts.json", "traffic.csv"]
    assert "counts-do-not-add-up" in refused(Collected(items(), counts, (), (made,)), TRAFFIC_ONLY)


def test_the_tables_are_those_the_scope_asks_for():
    """One is missing, one was not asked for, one is there twice, one has other rows than there are hits."""
    made, _ = traffic_table(3)
    counts = {"dublin-1": Counts(3, 4)}
    assert refused(Collected((), counts), TRAFFIC_ONLY, 3) == ["table-missing"]
    assert refused(Collected(items(), counts, (), (made,))) == ["table-not-asked"]
    assert refused(Collected((), counts, (), (made, made)), TRAFFIC_ONLY, 3) == ["table-not-asked"]
    short, _ = traffic_table(2)
    assert refused(Collected((), counts, (), (short,)), TRAFFIC_ONLY, 3) == ["counts-do-not-add-up"]


def test_a_subscriber_answer_stands_alone_or_beside_others():
    """Alone, its rows are the hits; beside content, the hits are the messages."""
    _, alone = planned(Collected((), {}, (), (SUBSCRIBER_TABLE,)), SUBSCRIBER, 1)
    assert list(alone.files) == ["counts.json", "subscriber.csv"]
    assert "counts-do-not-add-up" in refused(Collected((), {}, (), (SUBSCRIBER_TABLE,)), SUBSCRIBER, 2)
    both = Scope((OWEN,), frozenset({"content", "subscriber"}))
    _, beside = planned(Collected(items(scope=both), {"dublin-1": Counts(3)}, (), (SUBSCRIBER_TABLE,)), both)
    assert [part.name for part in beside.parts][:2] == ["subscriber.csv", "items/000001.eml"]


def test_a_received_manifest_must_have_the_form_of_a_planned_one():
    """Another format, a hash that is none, a size below nothing, an item under another's name."""
    _, manifest = planned(collected())
    first = manifest.items[0]
    assert faults(manifest) == ()
    assert names(faults(replace(manifest, format="comity/manifest/v9"))) == ["format-unknown"]
    assert "hash-malformed" in names(
        faults(replace(manifest, items=(replace(first, sha256="00"), *manifest.items[1:])))
    )
    below = replace(manifest, items=(replace(first, size=-1), *manifest.items[1:]))
    assert names(faults(below)) == ["hash-malformed"]
    named = replace(manifest, items=(replace(first, name="../../.profile"), *manifest.items[1:]))
    assert names(faults(named)) == ["name-malformed"]


def test_each_file_that_is_missing_altered_or_too_many_is_named():
    """By the file's name, and all of them at once."""
    _, manifest = planned(collected())
    assert check(manifest, manifest.files) == []
    files = dict(manifest.files)
    del files["items/000001.eml"]
    files |= {"items/000002.eml": ("0" * 64, 34), "items/000009.eml": ("0" * 64, 1), "manifest.json": ("0" * 64, 9)}
    found = check(manifest, files)
    assert [(fault.name, fault.where) for fault in found] == [
        ("file-missing", "items/000001.eml"),
        ("file-altered", "items/000002.eml"),
        ("file-extra", "items/000009.eml"),
    ]


def test_what_is_no_character_is_written_as_its_escape():
    """A file name or a header that is not text cannot stop a production, nor hide in it."""
    assert printable("caf\udce9") == "caf\\udce9" and printable("café") == "café"
    place = Place("dublin-1", "caf\udce9", "1.eml", 0, 1)
    odd = Item(Sorting(place, (Trial("account", True, "\ud800 stands in To"),)), "0" * 64, 1)
    _, manifest = planned(Collected((odd,), {"dublin-1": Counts(1)}))
    assert b"caf\\\\udce9" in manifest.octets


def test_a_traffic_row_becomes_a_line_and_a_subject_finds_no_column():
    """Every cell is quoted; several values stand on several lines; what is unknown is empty."""
    facts = ItemFacts(
        Place("dublin-1", "INBOX", "m", 0, 25), OWEN, (("From", 'a"b@x.example'), ("To", OWEN), ("To", "c@x.example"))
    )
    octets = table(TRAFFIC, [traffic(facts)])
    [line] = csv.DictReader(io.StringIO(octets.decode(), newline=""))
    assert line["from"] == 'a"b@x.example' and line["to"] == f"{OWEN}\nc@x.example" and line["size"] == "25"
    assert line["date"] == line["hops"] == ""
    with pytest.raises(AssertionError):
        table(TRAFFIC, [traffic(facts) | {"subject": "lamps"}])


CELLS = (
    st.none()
    | st.text(max_size=5)
    | st.integers()
    | st.lists(st.text(st.characters(exclude_characters="\r\n"), min_size=1), max_size=3)
)


@given(st.lists(st.fixed_dictionaries({"a": CELLS, "b": CELLS}), max_size=4))
def test_a_table_is_read_back_as_it_was(rows):
    """Whatever stands in the cells: commas, quotes, line ends, octets that are no characters."""
    read = list(csv.reader(io.StringIO(table(("a", "b"), rows).decode(), newline="")))

    def shown(cell):
        text = "\n".join(cell) if isinstance(cell, list) else "" if cell is None else str(cell)
        return printable(text)

    assert read == [["a", "b"], *([shown(row["a"]), shown(row["b"])] for row in rows)]
