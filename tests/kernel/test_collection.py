"""The exact scope: what is tried, how it comes out, what is unknown, and that the counts add up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.collection import (
    Counts,
    ItemFacts,
    Piece,
    Place,
    Remark,
    Sorting,
    Span,
    Trial,
    balance,
    canonical_address,
    folded,
    screen,
    search,
    traffic,
    unread,
)
from comity.kernel.demand import Scope

PLACE = Place("dublin", "INBOX", "cur/1", 0, 120)
NOON = datetime(2013, 6, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
AT_NOON = Span(NOON, NOON)
CONTENT = frozenset({"content"})


def scope(**asked: object) -> Scope:
    return Scope(**({"accounts": ("ann@x.example",), "categories": CONTENT} | asked))  # type: ignore[arg-type]


def facts(**known: object) -> ItemFacts:
    return ItemFacts(**({"place": PLACE, "owner": "ann@x.example", "date": AT_NOON, "dated": "Date"} | known))  # type: ignore[arg-type]


def trial(sorting: Sorting, name: str) -> Trial:
    return next(tried for tried in sorting.because if tried.test == name)


def test_an_item_of_the_account_within_every_limit_is_in_and_says_why() -> None:
    """Each part of the scope that was asked has its outcome and what was found."""
    asked = scope(since=NOON - HOUR, until=NOON + HOUR, folders=("INBOX",), stores=("dublin",))
    sorting = screen(asked, facts())
    assert sorting.in_scope is True
    assert sorting.side == "in"
    assert [tried.test for tried in sorting.because] == ["store", "account", "folder", "date"]
    assert trial(sorting, "account").found == "in the mailbox of `ann@x.example`"
    assert trial(sorting, "date").found == "2013-06-04T12:00:00+00:00 (Date)"


@pytest.mark.parametrize(
    ("limit", "name", "found"),
    [
        ({"stores": ("ohio",)}, "store", "in store `dublin`"),
        ({"folders": ("Sent",)}, "folder", "in folder `INBOX`"),
        ({"since": NOON + HOUR}, "date", "2013-06-04T12:00:00+00:00 (Date) is before since 2013-06-04T13:00:00+00:00"),
        ({"until": NOON}, "date", "2013-06-04T12:00:00+00:00 (Date) is not before until 2013-06-04T12:00:00+00:00"),
    ],
)
def test_an_item_outside_one_limit_is_out_and_says_which(limit: dict[str, object], name: str, found: str) -> None:
    """One part that is not met puts the item out, with what was found there."""
    sorting = screen(scope(**limit), facts())
    assert sorting.in_scope is False
    assert sorting.side == "out"
    assert trial(sorting, name) == Trial(name, False, found)


def test_what_was_not_asked_is_not_tried() -> None:
    """A scope without limits of store, folder, date and terms asks for the account alone."""
    assert [tried.test for tried in screen(scope(), facts(date=None)).because] == ["account"]


def test_in_a_shared_archive_an_item_belongs_to_whoever_stands_in_a_field_that_counts() -> None:
    """The account's address in any case makes it the account's; other addresses make it another's."""
    mine = facts(owner=None, addresses=(("From", "joann@x.example"), ("Cc", "Ann@X.example")))
    assert screen(scope(), mine).because == (Trial("account", True, "`Ann@X.example` stands in Cc"),)
    others = screen(scope(), facts(owner=None, addresses=(("From", "joann@x.example"), ("To", "ann@x.example.uk"))))
    assert others.of_account is False
    assert others.side == "others"


def test_an_item_whose_header_cannot_be_read_is_nobodys_for_sure() -> None:
    """It is unreadable, neither in nor another's, unless its address was found all the same."""
    sorting = screen(scope(), facts(owner=None, trouble="no header"))
    assert sorting.because == (Trial("account", None, "no header"),)
    assert sorting.side == "unreadable"
    found = facts(owner=None, trouble="no header", addresses=(("To", "ann@x.example"),))
    assert screen(scope(), found).side == "in"


def test_another_accounts_mailbox_holds_other_accounts_items() -> None:
    """An item in the mailbox of an account that the scope does not name is counted with the others."""
    assert screen(scope(), facts(owner="bob@x.example")).side == "others"


def test_an_item_without_a_date_is_unreadable_where_dates_are_asked() -> None:
    """Never silently in, never silently out."""
    sorting = screen(scope(since=NOON), facts(date=None, dated="no date can be read"))
    assert trial(sorting, "date") == Trial("date", None, "no date can be read")
    assert sorting.side == "unreadable"


def test_one_part_that_is_surely_not_met_settles_an_item_that_cannot_be_wholly_read() -> None:
    """An item without a date in a folder nobody asked for is out."""
    assert screen(scope(since=NOON, folders=("Sent",)), facts(date=None)).side == "out"


def test_a_date_without_a_zone_is_unknown_only_at_the_edges() -> None:
    """It is in or out wherever every zone agrees, and says `may be` where they do not."""
    vague = facts(date=Span(NOON - HOUR, NOON + HOUR))
    assert screen(scope(since=NOON - HOUR, until=NOON + 2 * HOUR), vague).in_scope is True
    assert screen(scope(since=NOON + 2 * HOUR), vague).in_scope is False
    late = screen(scope(since=NOON), vague)
    assert late.in_scope is None
    assert "may be before since" in trial(late, "date").found
    early = screen(scope(until=NOON + HOUR), vague)
    assert early.in_scope is None
    assert "may not be before until" in trial(early, "date").found
    assert "as no zone is stated" in trial(early, "date").found


@given(st.integers(-50, 50), st.integers(0, 30), st.integers(-50, 50), st.integers(1, 50))
def test_a_span_is_within_a_range_only_if_each_of_its_moments_is(begin: int, long: int, since: int, wide: int) -> None:
    """Yes if all moments are, no if none is, unknown otherwise; the range is half open."""

    def at(minute: int) -> datetime:
        return NOON + timedelta(minutes=minute)

    each = {since <= minute < since + wide for minute in range(begin, begin + long + 1)}
    expected = None if len(each) == 2 else each.pop()
    assert Span(at(begin), at(begin + long)).within(at(since), at(since + wide)) is expected


def test_terms_are_searched_without_regard_to_case_line_breaks_and_invisible_characters() -> None:
    """The first term found decides, with the place it stands in."""
    texts = [Piece("Subject", "Re: lunch"), Piece("part 1", "the GRÜN\u00adBAUM\n   merger")]
    sorting = search(scope(terms=("secret", "grünbaum merger")), screen(scope(), facts()), texts)
    assert sorting.in_scope is True
    assert trial(sorting, "terms") == Trial("terms", True, "`grünbaum merger` stands in part 1")


def test_a_term_that_is_nowhere_puts_the_item_out_with_what_was_remarked() -> None:
    """Remarks that could hide nothing are told, and do not make the answer unknown."""
    asked = scope(terms=("merger",))
    plain = search(asked, screen(asked, facts()), [Piece("part 1", "lunch")])
    assert trial(plain, "terms") == Trial("terms", False, "no term is found")
    remarked = search(asked, screen(asked, facts()), [Remark("part 2", "attachment is searched by its name only")])
    assert remarked.side == "out"
    assert trial(remarked, "terms").found == "no term is found (part 2: attachment is searched by its name only)"


def test_a_term_that_may_be_hidden_leaves_the_item_unreadable() -> None:
    """A sealed part makes it unknown, unless the term stands elsewhere; long lists of remarks are cut."""
    asked = scope(terms=("merger",))
    sealed = [Remark(f"part {number}", "is sealed", hides=True) for number in range(5)]
    sorting = search(asked, screen(asked, facts()), [Remark("part 9", "odd"), *sealed])
    assert sorting.side == "unreadable"
    assert trial(sorting, "terms").found.endswith("part 2: is sealed; and 2 more")
    assert "odd" not in trial(sorting, "terms").found
    assert search(asked, screen(asked, facts()), [*sealed, Piece("part 6", "Merger")]).side == "in"


@given(
    st.text("ab\n ß\u00ad", max_size=40),
    st.lists(st.integers(0, 40), max_size=4),
    st.lists(st.text("ab ß", min_size=1, max_size=6).filter(str.strip), min_size=1, max_size=3),
)
def test_cutting_a_text_into_pieces_changes_no_answer(text: str, cuts: list[int], terms: list[str]) -> None:
    """A term that straddles pieces of one text is found; one that straddles two texts is not."""
    asked = scope(terms=tuple(terms))
    at = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    pieces = [Piece("part 1", text[a:b], more=b < len(text)) for a, b in pairwise(at)]
    whole = search(asked, screen(asked, facts()), [Piece("part 1", text)])
    assert search(asked, screen(asked, facts()), pieces).in_scope is whole.in_scope
    assert whole.in_scope is any(folded(term).strip() in folded(text) for term in terms)
    apart = search(scope(terms=("ab",)), screen(scope(), facts()), [Piece("part 1", "a"), Piece("part 2", "b")])
    assert apart.in_scope is False


def test_the_text_of_an_item_that_the_order_does_not_reach_is_not_read() -> None:
    """Out by its date, another account's, of unknown account, or without terms asked: the text is left alone."""

    def forbidden() -> Iterator[Piece]:
        raise AssertionError("the text was read")
        yield

    asked = scope(since=NOON + HOUR, terms=("merger",))
    for item in (facts(), facts(owner="bob@x.example"), facts(owner=None, trouble="no header")):
        sorting = screen(asked, item)
        assert search(asked, sorting, forbidden()) is sorting
    assert search(scope(), screen(scope(), facts()), forbidden()).in_scope is True


def test_an_item_whose_octets_are_gone_is_unreadable_unless_something_rules_it_out() -> None:
    """It is listed with the reason; an item in a folder nobody asked for stays out."""
    assert unread(screen(scope(), facts()), "gone").because[-1] == Trial("readable", None, "gone")
    assert unread(screen(scope(), facts()), "gone").side == "unreadable"
    assert unread(screen(scope(folders=("Sent",)), facts()), "gone").side == "out"


def test_the_counts_must_add_up_to_the_store() -> None:
    """A store with one item more than was sorted is a fault that names both numbers."""
    counts = Counts(inside=2, out=1) + Counts(unreadable=1, others=6)
    assert counts == Counts(2, 1, 1, 6)
    assert counts.as_json() == {"in": 2, "out": 1, "unreadable": 1, "others": 6}
    assert balance(counts, 10) is None
    fault = balance(counts, 11, "dublin")
    assert fault is not None
    assert (fault.name, fault.where) == ("counts-do-not-add-up", "dublin")
    assert "10 items were sorted, the store holds 11" in str(fault)


def test_a_traffic_row_says_who_wrote_to_whom_and_when_and_holds_no_content() -> None:
    """Addresses by role, size, message id, hops and origin; there is no field for a subject to stand in."""
    people = (
        ("From_", "ann@x.example"),
        ("From", "ann@x.example"),
        ("To", "bob@y.example"),
        ("Cc", "eve@z.example"),
        ("Delivered-To", "bob@y.example"),
    )
    row = traffic(facts(addresses=people, message_id="<1@x>", hops=(AT_NOON,), origin="192.0.2.1"))
    assert row == {
        "date": "2013-06-04T12:00:00+00:00",
        "from": ["ann@x.example"],
        "to": ["bob@y.example"],
        "cc": ["eve@z.example"],
        "bcc": [],
        "delivered-to": ["bob@y.example"],
        "size": 120,
        "message-id": "<1@x>",
        "hops": ["2013-06-04T12:00:00+00:00"],
        "originating-ip": "192.0.2.1",
    }
    assert traffic(facts(date=None))["date"] is None


def test_addresses_are_compared_without_case_and_across_no_scripts() -> None:
    """The Kelvin sign has `k` for its lower case, and is not one."""
    assert canonical_address("Ann@X.Example") == "ann@x.example"
    assert canonical_address("mi\u212ae@x.example") != "mike@x.example"
    assert canonical_address("ÄNNE@x.example") == "änne@x.example"


def test_places_and_sortings_are_stated_as_json() -> None:
    """A manifest repeats the place and every trial with its outcome."""
    assert str(PLACE) == "dublin:cur/1@0+120"
    assert Sorting(PLACE, (Trial("account", None, "no header"),)).as_json() == {
        "place": {"store": "dublin", "folder": "INBOX", "file": "cur/1", "offset": 0, "size": 120},
        "in_scope": None,
        "because": [["account", None, "no header"]],
    }
    assert str(Span(NOON, NOON + HOUR)).startswith("between 2013-06-04T12:00:00+00:00 and ")


def test_white_space_at_the_ends_of_a_text_is_kept_as_one_space() -> None:
    """So that pieces put together again read as the text did."""
    assert folded("\n A  b\t") == " a b "
    assert folded(" \n ") == " "
    assert folded("") == ""
