"""The readers beside Python's `mailbox`: where both know what a message is, they give the same octets."""

from __future__ import annotations

import email
import email.utils
import mailbox
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.making import FROM, mbox, message, octets_of

from comity.kernel.collection import canonical_address
from comity.sources import Layout, items, open_store
from comity.sources.headers import addresses, moment
from comity.sources.prefilter import FROM_LINE

MBOX = Layout("archive", kind="mbox", variant="mboxo")
bodies = st.lists(st.sampled_from(["Hello.", "", "From here on", ">From here", "caf\u00e9", "x" * 80]), max_size=6)


def by_mailbox(path: Path) -> list[bytes]:
    """Every message of an mbox as the standard library has it."""
    box = mailbox.mbox(str(path), create=False)
    try:
        return [box.get_bytes(key) for key in box.iterkeys()]
    finally:
        box.close()


@given(st.lists(bodies, max_size=6))
def test_an_mbox_that_python_wrote_is_read_as_python_reads_it(texts: list[list[str]]) -> None:
    """Message for message, octet for octet, quoting of "From " lines as it stands."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "mbox")
        box = mailbox.mbox(str(path))
        for lines in texts:
            kept = mailbox.mboxMessage(message("\n".join([*lines, ""]).encode()))
            kept.set_from("ann@x.example", True)
            box.add(kept)
        box.close()
        assert octets_of(open_store(path, MBOX)) == by_mailbox(path)


def test_python_takes_any_line_that_begins_with_from_for_a_new_message(tmp_path: Path) -> None:
    """The one difference: a letter that says `From here on` is one message here and two there."""
    path = tmp_path / "mbox"
    path.write_bytes(mbox(message(b"Hello.\n\nFrom here on.\n")))
    assert len(octets_of(open_store(path, MBOX))) == 1
    assert len(by_mailbox(path)) == 2


@given(st.lists(bodies, max_size=6))
def test_a_maildir_that_python_wrote_is_read_as_python_reads_it(texts: list[list[str]]) -> None:
    """In `new` and in `cur`, in folders too, whatever the flags."""
    with TemporaryDirectory() as folder:
        box = mailbox.Maildir(str(Path(folder, "md")))
        for number, lines in enumerate(texts):
            kept = mailbox.MaildirMessage(message("\n".join([*lines, ""]).encode()))
            kept.set_subdir("cur" if number % 2 else "new")
            kept.set_flags("FS" if number % 2 else "")
            (box.add_folder("Projects") if number % 3 == 0 else box).add(kept)
        boxes = [box, *(box.get_folder(name) for name in box.list_folders())]
        there = sorted(each.get_bytes(key) for each in boxes for key in each.iterkeys())
        assert sorted(octets_of(open_store(Path(folder, "md"), Layout("archive")))) == there


def test_real_archives_are_split_as_python_splits_them(shared: Callable[[str], Path]) -> None:
    """Except where only one of the two takes a line for a From_ line; then the octets are the same taken together."""
    files = sorted(shared("data/apache-mbox/corpus").glob("*.mbox"))
    assert len(files) == 31
    same = 0
    for path in files:
        octets = path.read_bytes()
        ours = octets_of(open_store(path, Layout("archive", kind="mbox")))
        lines = [line for line in octets.splitlines(keepends=True) if line.startswith(b"From ")]
        if all(FROM_LINE.match(line) for line in lines):
            assert ours == by_mailbox(path), path
            same += 1
        else:
            assert len(ours) < len(by_mailbox(path)) or len(lines) == 1
        assert sum(map(octets.count, set(ours))) >= len(set(ours))
    assert same >= 25


def test_dates_and_addresses_of_real_mail_are_read_as_python_reads_them(shared: Callable[[str], Path]) -> None:
    """Where Python reads a date we read the same moment; every address it finds in plain fields we find."""
    store = open_store(shared("data/spamassassin"), Layout("archive"))
    read = dated = found = 0
    for item in items(store):
        parsed = email.message_from_bytes(item.octets())
        read += 1
        dated += _same_date(str(parsed["Date"]))
        for field in ("From", "To"):
            for value in map(str, parsed.get_all(field, [])):
                found += _same_addresses(value)
    assert read == 6046
    assert dated > 5200
    assert found > 10_000


def _same_date(text: str) -> bool:
    try:
        theirs = email.utils.parsedate_to_datetime(text)
    except (ValueError, IndexError):
        return False
    ours = moment(text)
    if ours is None or theirs.tzinfo is None or ours.earliest != ours.latest:
        return False
    assert ours.earliest == theirs, text
    return True


def _same_addresses(value: str) -> int:
    theirs = {address.lower() for _, address in email.utils.getaddresses([value]) if address.strip(".").find("@") > 0}
    ours = {canonical_address(address) for address in addresses(value.encode("utf-8", "surrogateescape"))}
    plain = {address for address in theirs if not set(address) & set(' "()<>[]\\:;,\n')} - {""}
    assert {address.strip(".") for address in plain} <= {address.strip(".") for address in ours}, value
    return len(plain)


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_the_last_message_ends_where_python_ends_it(tmp_path: Path, end: bytes) -> None:
    """With and without the blank line after it."""
    path = tmp_path / "mbox"
    path.write_bytes(FROM + message() + end)
    assert octets_of(open_store(path, MBOX)) == by_mailbox(path) == [message()]
