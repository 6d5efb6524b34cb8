"""What an item's header is taken to say: whose it is, which date counts, what a traffic answer may hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.sources.making import ARCHIVE, FROM, collected, mbox, message, scope, sorting_of, stored

from comity.kernel.collection import ItemFacts, Span, traffic
from comity.sources import OWNING, Collection, Layout, open_store

RECEIVED = "from a by b; Wed, 5 Jun 2013 08:00:00 +0000\nReceived: from c by a; Wed, 5 Jun 2013 07:00:00 +0000"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mbox"


def facts(path: Path, octets: bytes, layout: Layout = ARCHIVE) -> ItemFacts:
    [only] = Collection(stored(path, octets, layout), scope())
    return only.facts


@pytest.mark.parametrize("field", [name for name in OWNING if name != "From_"])
def test_every_field_that_counts_makes_an_item_the_accounts(path: Path, field: str) -> None:
    """In any case, folded, among others, with an encoded display name."""
    value = {field: "eve@z.example,\n =?utf-8?q?Ann_L=C3=A9e?=\n\t<ANN@X.example>"}
    octets = mbox(message(**({"From": "eve@z.example", "To": "bob@y.example"} | value)))
    sorting = sorting_of(stored(path, octets), scope())
    assert sorting.because[0].found == f"`ANN@X.example` stands in {field}"


def test_the_senders_envelope_counts_as_return_path_does(path: Path) -> None:
    """The From_ line names who sent the message to the mail system."""
    octets = mbox(message(From="eve@z.example")).replace(b"post@relay.example", b"ann@x.example")
    assert sorting_of(stored(path, octets), scope()).because[0].found == "`ann@x.example` stands in From_"


@pytest.mark.parametrize(
    "fields",
    [
        {"Reply_To": "ann@x.example"},
        {"X_Other": "ann@x.example"},
        {"Subject": "ann@x.example"},
        {"Cc": "joann@x.example, ann@x.example.uk, ann@x.example-y"},
        {"Cc": '"ann@x.example" <bob@y.example>'},
        {"Cc": "bob@y.example (ann@x.example)"},
        {"Cc": "ann+list@x.example"},
    ],
)
def test_what_only_looks_like_the_account_is_anothers(path: Path, fields: dict[str, str]) -> None:
    """Longer addresses, names, comments, fields that say nothing of who took part, bodies."""
    octets = mbox(message(b"ann@x.example\n", From="eve@z.example", **fields))
    assert collected(stored(path, octets), scope())[1].others == 1


def test_a_layout_may_name_other_fields(path: Path) -> None:
    """For archives whose own software writes them."""
    octets = mbox(message(From="eve@z.example", X_Journal="ann@x.example"))
    assert collected(stored(path, octets, replace(ARCHIVE, fields=("X-Journal",))), scope())[1].inside == 1


def test_the_date_that_counts_is_declared_and_named(path: Path) -> None:
    """The Date field, else the latest hop, else the From_ line; each can be left out, and files' times never count."""
    whole = mbox(message(Received=RECEIVED))
    undated = mbox(message(Received=RECEIVED, Date="soon"))
    bare = mbox(message(Date=""))
    eight = datetime(2013, 6, 5, 8, tzinfo=UTC)
    assert facts(path, whole).dated == "Date"
    assert facts(path, whole, replace(ARCHIVE, dates=("received",))).date == Span(eight, eight)
    assert facts(path, undated).date == Span(eight, eight)
    assert facts(path, undated).dated == "Received, as Date cannot be read"
    assert facts(path, bare).dated == "From_ line, as Date and Received cannot be read"
    assert facts(path, bare).date == Span(datetime(2013, 6, 3, 22, tzinfo=UTC), datetime(2013, 6, 5, tzinfo=UTC))
    assert facts(path, bare, replace(ARCHIVE, dates=("date",))).dated == "no date can be read from Date"
    eml = path.with_suffix(".eml")
    assert facts(eml, message(Date="")).date is None


def test_dates_without_a_zone_lie_in_the_layouts_zone(path: Path) -> None:
    """If the provider knows where its server stood."""
    dublin = replace(ARCHIVE, dates=("delivery",), zone="Europe/Dublin")
    eleven = datetime(2013, 6, 4, 11, tzinfo=UTC)
    assert facts(path, mbox(message()), dublin).date == Span(eleven, eleven)


def test_two_dates_span_what_they_name(path: Path) -> None:
    """Neither is preferred; the item is unknown only where they disagree about the range."""
    octets = mbox(message(Date="Tue, 4 Jun 2013 12:00:00 +0000\nDate: Thu, 6 Jun 2013 12:00:00 +0000"))
    between = datetime(2013, 6, 5, tzinfo=UTC)
    assert sorting_of(stored(path, octets), scope(since=between)).in_scope is None
    assert sorting_of(stored(path, octets), scope(since=between.replace(day=4))).in_scope is True


def test_a_maildirs_file_name_records_the_delivery(tmp_path: Path) -> None:
    """Seconds since 1970 at its beginning; a name that begins otherwise records none."""
    (tmp_path / "cur").mkdir()
    (tmp_path / "cur" / "1370347200.M1.x:2,S").write_bytes(message(Date=""))
    (tmp_path / "cur" / "x.1:2,S").write_bytes(message(Date=""))
    stamped, unstamped = Collection(open_store(tmp_path, ARCHIVE), scope())
    noon = datetime(2013, 6, 4, 12, tzinfo=UTC)
    assert stamped.facts.date == Span(noon, noon)
    assert stamped.facts.dated == "record of delivery, as Date and Received cannot be read"
    assert unstamped.facts.date is None


def test_traffic_answers_hold_hops_and_origin_where_a_header_has_them(path: Path) -> None:
    """And size, message id and addresses, but no subject."""
    octets = message(
        Received=RECEIVED,
        Subject="merger",
        Message_ID=" <1@x.example> ",
        X_Originating_IP="[192.0.2.9]",
        Bcc="b@y.example",
    )
    assert traffic(facts(path, mbox(octets))) == {
        "from": ["ann@x.example"],
        "to": ["bob@y.example"],
        "cc": [],
        "bcc": ["b@y.example"],
        "delivered-to": [],
        "date": "2013-06-04T12:00:00+00:00",
        "size": len(octets),
        "message-id": "<1@x.example>",
        "hops": ["2013-06-05T08:00:00+00:00", "2013-06-05T07:00:00+00:00"],
        "originating-ip": "192.0.2.9",
    }
    assert facts(path, mbox(message(X_Originating_IP="here"))).origin is None
    assert FROM
