"""Stores cut short, written to, linked, misnamed or not mail at all: nothing raises, nothing is lost unsaid."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.making import (
    ARCHIVE,
    FROM,
    MAILBOX,
    collected,
    mbox,
    message,
    octets_of,
    plain_split,
    scope,
    scraps,
    sorting_of,
    stored,
    whole,
)

from comity.kernel.words import Fault
from comity.sources import Collection, Item, Layout, Store, items, open_store
from comity.sources.maildir import named
from comity.sources.port import Faults

DECLARED = Layout("archive", kind="mbox", variant="mboxo")


def faults(store: Store) -> list[tuple[str, str]]:
    """Names and places of a store's faults, after a walk that counts add up to."""
    collected(store, scope())
    return [(fault.name, fault.where) for fault in store.gauge.faults.all()]


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for box in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / box).mkdir(parents=True)
    return tmp_path / "Maildir"


@given(scraps, st.sampled_from(["auto", "mboxo", "mboxcl2"]))
def test_items_and_what_parts_them_are_the_file_octet_for_octet(octets: bytes, variant: str) -> None:
    """For any octets, read as any variant; and what is collected adds up."""
    with TemporaryDirectory() as folder:
        store = stored(Path(folder, "m"), octets, Layout("archive", kind="mbox", variant=variant))  # type: ignore[arg-type]
        assert whole(octets, items(store))
        collected(store, scope(terms=("ann",)))


@given(scraps)
def test_an_mbox_is_split_as_the_plain_reading_splits_it(octets: bytes) -> None:
    """From_ lines after a blank line part messages, and nothing else does; what stands before the first is an item."""
    with TemporaryDirectory() as folder:
        store = stored(Path(folder, "m"), octets, DECLARED)
        messages, doubts = plain_split(octets)
        first = messages[0][0] if messages else len(octets)
        before = [octets[:first]] if octets[:first].strip() else []
        assert octets_of(store) == before + [octets[begin:end] for _, begin, end in messages]
        told = [where for name, where in faults(store) if name == "doubtful-from-line"]
        assert told == [f"m@{at}" for at in doubts]


@given(st.binary(max_size=200))
def test_any_octets_are_an_mbox_a_maildir_message_and_an_eml_file(octets: bytes) -> None:
    """No reader raises, and no item is lost."""
    with TemporaryDirectory() as folder:
        for box in ("cur", "new"):
            Path(folder, "md", box).mkdir(parents=True)
        Path(folder, "md", "cur", "1").write_bytes(octets)
        Path(folder, "one.eml").write_bytes(octets)
        for path, kind in (("md", "maildir"), ("one.eml", "eml"), ("one.eml", "mbox")):
            store = open_store(Path(folder, path), Layout("archive", kind=kind))  # type: ignore[arg-type]
            found, counts = collected(store, scope(terms=("x",)))
            assert counts.total == (1 if kind != "mbox" or octets.strip() else 0)
            assert all(one.sha256 for one in found)


def test_a_from_line_in_a_body_parts_no_message_without_a_date_or_a_blank_line(tmp_path: Path) -> None:
    """A letter may say `From here on`; a From_ line right after text is told as doubtful."""
    body = b"Hello,\n\nFrom here on\n\nFrom bob\ntext\n" + FROM + b"more\n"
    store = stored(tmp_path / "mbox", mbox(message(body), message()))
    assert octets_of(store) == [message(body), message()]
    [(name, where)] = faults(store)
    assert name == "doubtful-from-line"
    assert store.gauge.items == 2
    assert (tmp_path / "mbox").read_bytes()[int(where.partition("@")[2]) :].startswith(FROM)


def test_an_mbox_cut_short_is_read_to_where_it_ends(tmp_path: Path) -> None:
    """What is there is an item; that its last line has no end is told."""
    octets = mbox(message(), message(b"x" * 100 + b"\n"))
    for cut in range(len(octets)):
        store = stored(tmp_path / "mbox", octets[:cut], DECLARED)
        assert whole(octets[:cut], items(store))
    store = stored(tmp_path / "mbox", octets[: len(octets) - 20])
    assert faults(store) == [("cut-short", "mbox")]
    assert len(octets_of(store)) == 2


def test_lines_may_end_with_carriage_returns(tmp_path: Path) -> None:
    """An mbox with CRLF, or with both kinds, is split alike."""
    octets = mbox(message(), message(), message())
    crlf = octets.replace(b"\n", b"\r\n")
    assert octets_of(stored(tmp_path / "mbox", crlf)) == [message().replace(b"\n", b"\r\n")] * 3
    assert len(octets_of(stored(tmp_path / "mbox", octets + crlf))) == 6
    assert collected(stored(tmp_path / "mbox", octets + crlf), scope())[1].inside == 6


def test_what_stands_before_the_first_from_line_is_an_item(tmp_path: Path) -> None:
    """A damaged first From_ line hides no message; blank lines alone are none."""
    store = stored(tmp_path / "mbox", b"From \n" + message() + b"\n" + mbox(message()), DECLARED)
    assert len(octets_of(store)) == 2
    assert faults(store) == [("no-from-line", "mbox@0")]
    assert collected(store, scope())[1].as_json() == {"in": 2, "out": 0, "unreadable": 0, "others": 0}
    assert octets_of(stored(tmp_path / "mbox", b"\n\n" + mbox(message()), DECLARED)) == [message()]


def test_an_item_without_a_header_is_unreadable_in_an_archive_and_its_owners_in_a_mailbox(tmp_path: Path) -> None:
    """It cannot be told whose it is, unless it lies in somebody's mailbox."""
    assert sorting_of(stored(tmp_path / "mbox", mbox(b"garbage\n")), scope()).side == "unreadable"
    assert sorting_of(stored(tmp_path / "mbox", mbox(b"")), scope()).because[0].found == "the item is empty"
    assert sorting_of(stored(tmp_path / "mbox", mbox(b"garbage\n"), MAILBOX), scope()).side == "in"
    found = sorting_of(stored(tmp_path / "mbox", mbox(b"garbage\nTo: ann@x.example\n")), scope())
    assert found.because[0].found == "`ann@x.example` stands in To"


def test_a_header_without_end_is_unreadable_unless_it_names_the_account(tmp_path: Path) -> None:
    """More than its first MiB is not read for addresses."""
    long = b"X: y\n" * 300_000
    assert sorting_of(stored(tmp_path / "mbox", mbox(long)), scope()).because[0].outcome is None
    assert sorting_of(stored(tmp_path / "mbox", mbox(b"To: ann@x.example\n" + long)), scope()).in_scope is True


def test_null_octets_are_octets(tmp_path: Path) -> None:
    """In headers and bodies."""
    octets = message(b"a\0b\0\0\n", X_Odd="\0\0", Subject="nu\0ll")
    store = stored(tmp_path / "mbox", mbox(octets))
    assert octets_of(store) == [octets]
    assert sorting_of(store, scope(terms=("nu\0ll",))).in_scope is True


def test_a_content_length_that_leads_nowhere_is_not_believed(tmp_path: Path) -> None:
    """Neither when the variant is guessed nor when it is declared, which is told."""
    octets = mbox(message(Content_Length="3"), message(Content_Length="999999"), message())
    assert len(octets_of(stored(tmp_path / "mbox", octets))) == 3
    store = stored(tmp_path / "mbox", octets, Layout("archive", variant="mboxcl2"))
    assert len(octets_of(store)) == 3
    assert [name for name, _ in faults(store)] == ["length-does-not-fit"] * 3


def test_one_message_that_counts_falsely_hides_no_other(tmp_path: Path) -> None:
    """A sender may not have the next message taken for part of the own one."""
    victim = message(b"the victim's\n")
    reach = len(FROM + victim + b"\n")
    attack = message(b"bait\n", From="eve@z.example", Content_Length=str(len(b"bait\n\n") + reach - 1))
    store = stored(tmp_path / "mbox", mbox(attack, victim, message()))
    assert octets_of(store) == [attack, victim, message()]


def test_a_from_line_inside_a_counted_message_is_told(tmp_path: Path) -> None:
    """Even where every count fits, so that nobody can hide a message in another unseen; other variants split there."""
    victim = message(b"the victim's\n")
    hidden = b"bait\n\n" + FROM + victim
    attack = message(hidden, From="eve@z.example", Content_Length=str(len(hidden)))
    octets = mbox(attack)
    store = stored(tmp_path / "mbox", octets)
    assert octets_of(store) == [attack]
    assert faults(store) == [("from-line-inside", f"mbox@{octets.rindex(FROM)}")]
    assert octets_of(stored(tmp_path / "mbox", octets, DECLARED)) == [attack[: attack.index(b"bait\n") + 5], victim]


def test_a_file_of_something_else_in_a_folder_of_mboxes_is_left_out_and_named(tmp_path: Path) -> None:
    """An index is no mail; a message without its From_ line is."""
    (tmp_path / "a.mbox").write_bytes(mbox(message(), message()))
    (tmp_path / "a.msf").write_bytes(b"// <!-- index -->\n")
    (tmp_path / "b").write_bytes(message())
    (tmp_path / "empty").write_bytes(b"")
    store = open_store(tmp_path, ARCHIVE)
    assert len(octets_of(store)) == 3
    assert faults(store) == [("no-from-line", "a.msf"), ("no-from-line", "b@0")]


def test_links_and_pipes_are_left_out_and_named(maildir: Path, tmp_path: Path) -> None:
    """No link is followed, out of the store or within it; no pipe is waited for."""
    outside = tmp_path / "secret"
    outside.write_bytes(message())
    (maildir / "cur" / "1").symlink_to(outside)
    (maildir / "cur" / "2").write_bytes(message())
    (maildir / "cur" / "loop").symlink_to(maildir)
    (maildir / ".Loop").symlink_to(maildir)
    os.mkfifo(maildir / "new" / "3")
    store = open_store(maildir, ARCHIVE)
    assert octets_of(store) == [message()]
    assert {(name, where) for name, where in faults(store)} == {
        ("not-a-file", "cur/1"),
        ("not-a-file", "cur/loop"),
        ("not-a-file", ".Loop"),
        ("not-a-file", "new/3"),
    }


def test_folders_called_like_messages_are_left_out_and_named(maildir: Path) -> None:
    """In `cur` only files are messages; a message beside `cur` is named too."""
    (maildir / "cur" / "1370347200.M1.x:2,S").mkdir()
    (maildir / "stray").write_bytes(message())
    (maildir / "subscriptions").write_bytes(b"V\t2\n\n")
    assert faults(open_store(maildir, ARCHIVE)) == [
        ("not-a-file", "cur/1370347200.M1.x:2,S"),
        ("not-in-a-mailbox", "stray"),
    ]


def test_half_delivered_messages_are_none(maildir: Path) -> None:
    """What lies in `tmp` is not delivered yet."""
    (maildir / "tmp" / "1").write_bytes(message())
    store = open_store(maildir, ARCHIVE)
    assert octets_of(store) == []
    assert faults(store) == []


def test_names_that_are_no_text_are_shown_and_read(maildir: Path) -> None:
    """Octets that are no UTF-8 are shown as such, and no two names show alike."""
    for name in (b"a\xff", b"a\\xff", "ä".encode()):
        Path(os.fsdecode(os.path.join(os.fsencode(maildir / "cur"), name))).write_bytes(message())
    store = open_store(maildir, ARCHIVE)
    assert sorted(item.place.file for item in items(store)) == ["cur/a\\\\xff", "cur/a\\xff", "cur/ä"]
    assert octets_of(store) == [message()] * 3


def test_a_folder_name_is_what_its_user_calls_it() -> None:
    """Maildir++ dots are steps, modified UTF-7 is decoded, nested folders are paths."""
    assert named("") == "INBOX"
    assert named(".Projects.2013") == "Projects/2013"
    assert named("Projects/2013") == "Projects/2013"
    assert named(".Gel&APY-scht") == "Gelöscht"
    assert named(".R&-D") == "R&D"
    assert named(".&AA-") == "&AA-"


def test_a_message_that_is_gone_is_unreadable_with_its_place_and_reason(maildir: Path) -> None:
    """It was listed, so it is counted."""
    for number in range(3):
        (maildir / "cur" / f"{number}").write_bytes(message())
    walk = iter(Collection(store := open_store(maildir, ARCHIVE), scope()))
    next(walk)
    (maildir / "cur" / "1").unlink()
    [gone, last] = walk
    assert gone.sorting.side == "unreadable"
    assert gone.sha256 is None
    assert str(gone.sorting.place).startswith("archive:cur/1@")
    assert gone.sorting.because[-1].found.endswith("No such file or directory")
    assert last.sorting.side == "in"
    assert store.gauge.items == 3


def test_a_message_that_moves_or_is_renamed_while_read_is_read_once(maildir: Path) -> None:
    """Mail programs move messages from `new` to `cur` and change their flags at any moment."""
    for number in range(3):
        (maildir / "new" / f"{number}.x").write_bytes(message(Subject=f"{number}"))
    (maildir / "cur" / "9.x:2,").write_bytes(message(Subject="9"))
    walk = items(open_store(maildir, ARCHIVE))
    found = [next(walk).octets()]
    (maildir / "new" / "1.x").rename(maildir / "cur" / "1.x:2,S")
    (maildir / "cur" / "9.x:2,").rename(maildir / "cur" / "9.x:2,FS")
    found += [item.octets() for item in walk]
    assert sorted(found) == sorted(message(Subject=subject) for subject in "0129")


def test_a_message_met_in_new_and_in_cur_is_one_unless_it_lies_in_both(
    maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A move between the listing of the two shows it twice; two files of one name are two."""
    (maildir / "new" / "1.x").write_bytes(message())
    (maildir / "cur" / "1.x:2,S").write_bytes(message())
    store = open_store(maildir, ARCHIVE)
    assert len(octets_of(store)) == 2
    (maildir / "new" / "1.x").unlink()
    monkeypatch.setattr(store, "_names", lambda box: ["1.x"] if box == "new" else ["1.x:2,S"])
    assert octets_of(store) == [message()]


def test_an_mbox_written_to_while_read_is_told_and_what_was_added_is_not_read(tmp_path: Path) -> None:
    """The items are those of the moment the reading began."""
    path = tmp_path / "mbox"
    store = stored(path, mbox(message(), message()))

    def grown() -> Iterator[Item]:
        for number, item in enumerate(items(store)):
            if number == 0:
                with path.open("ab") as more:
                    more.write(mbox(message()))
            yield item

    assert len(list(grown())) == 2
    assert [fault.name for fault in store.gauge.faults.all()] == ["changed-while-read"]


def test_an_mbox_that_becomes_shorter_while_read_leaves_unreadable_items(tmp_path: Path) -> None:
    """A mapped file would have killed the process; here what is gone is listed."""
    path = tmp_path / "mbox"
    store = stored(path, mbox(message(), message(b"x" * 5000 + b"\n")))
    walk = Collection(store, scope())
    sides = []
    for one in walk:
        sides.append(one.sorting.side)
        os.truncate(path, 400)
    assert sides == ["in", "unreadable"]
    assert "changed-while-read" in [fault.name for fault in walk.faults]


def test_a_store_that_cannot_be_opened_is_an_unreadable_item(tmp_path: Path) -> None:
    """A link put in the place of a file after it was listed is not followed."""
    (tmp_path / "real").write_bytes(mbox(message()))
    (tmp_path / "a.eml").write_bytes(message())
    store = open_store(tmp_path / "a.eml", ARCHIVE)
    (tmp_path / "a.eml").unlink()
    (tmp_path / "a.eml").symlink_to(tmp_path / "real")
    [one], counts = collected(store, scope())
    assert counts.unreadable == 1
    assert one.sha256 is None
    box = open_store(tmp_path / "real", ARCHIVE)
    (tmp_path / "real").unlink()
    assert collected(box, scope())[1].unreadable == 1


def test_a_folder_that_may_not_be_listed_is_named(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in it cannot be counted, so it must be told."""
    (maildir / ".Private" / "cur").mkdir(parents=True)
    listing = os.scandir

    def refused(path: str) -> object:
        if path.endswith(".Private/cur"):
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(os, "scandir", refused)
    assert faults(open_store(maildir, ARCHIVE)) == [("unreadable-folder", ".Private/cur")]


def test_a_disk_that_fails_ends_the_file_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No reader raises for what a disk does."""
    store = stored(tmp_path / "mbox", mbox(message()))

    def broken(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "preadv", broken)
    assert octets_of(store) == []
    assert faults(store) == [("unreadable-file", "mbox")]


def test_many_faults_of_one_name_are_counted() -> None:
    """A store of a million links does not fill the memory with them."""
    many = Faults()
    for number in range(Faults.EACH + 7):
        many.add("not-a-file", f"{number}", "is a symbolic link", "put the file there")
    assert len(many.all()) == Faults.EACH + 1
    assert many.all()[-1] == Fault("not-a-file", "0", "and 7 more like these", "put the file there")


def test_duplicates_are_kept_apart(tmp_path: Path) -> None:
    """Two messages with one Message-ID, and the same message twice, are as many items."""
    first, second = message(b"a\n", Message_ID="<1@x>"), message(b"b\n", Message_ID="<1@x>")
    assert octets_of(stored(tmp_path / "mbox", mbox(first, second, first))) == [first, second, first]
