"""Each reader of mail stores passes the kit: mbox in its variants, folders of mbox, Maildir, folders of EML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from tests.kits.source_kit import LETTERS, Made, SourceKit
from tests.sources.making import FROM, collected, mbox, octets_of, scope

from comity.errors import Unreadable
from comity.sources import Layout, Unknown, detect, items, open_store

ONE_FILE = {
    "test_folders_have_the_names_their_user_gave_them": "never: one file is one folder",
    "test_two_walks_give_the_same_in_the_same_order": "never: one file is one folder; folders of mbox files do",
}


class TestMbox(SourceKit):
    """One mbox file."""

    kind = "mbox"
    GAPS: ClassVar[Mapping[str, str]] = ONE_FILE

    @pytest.fixture
    def made(self, tmp_path: Path) -> Made:
        def make(folders: Mapping[str, list[bytes]]) -> Path:
            path = tmp_path / "archive.mbox"
            path.write_bytes(mbox(*folders[""]))
            return path

        return make


class TestCountedMbox(TestMbox):
    """One mbox file of messages with Content-Length, where lines that begin with "From " need no quoting."""

    GAPS: ClassVar[Mapping[str, str]] = ONE_FILE | dict.fromkeys(
        (
            "test_every_message_is_an_item_with_its_octets_as_they_were_stored",
            "test_what_is_passed_over_is_counted_and_never_the_accounts",
            "test_every_item_of_the_account_is_sorted_with_its_hash",
            "test_identical_messages_are_kept_apart",
        ),
        "never: messages are stored with a Content-Length of their own; see test_counted_messages_may_hold_from_lines",
    )

    @pytest.fixture
    def made(self, tmp_path: Path) -> Made:
        def make(folders: Mapping[str, list[bytes]]) -> Path:
            path = tmp_path / "archive.mbox"
            path.write_bytes(mbox(*map(counted, folders[""])))
            return path

        return make


class TestMboxes(SourceKit):
    """A folder of mbox files."""

    kind = "mbox"

    @pytest.fixture
    def made(self, tmp_path: Path) -> Made:
        def make(folders: Mapping[str, list[bytes]]) -> Path:
            root = tmp_path / "mail"
            root.mkdir()
            for folder, messages in folders.items():
                (root / f"{folder or 'Inbox'}.mbox").write_bytes(mbox(*messages))
            return root

        return make

    def test_a_store_is_known_by_what_it_looks_like(self, made: Made) -> None:
        """A folder of files of many messages is one of mboxes; of files of one message each, of messages."""
        assert detect(str(made({"": LETTERS}))).kind == "mbox"


class TestMaildir(SourceKit):
    """A Maildir with Maildir++ folders."""

    kind = "maildir"

    @pytest.fixture
    def made(self, tmp_path: Path) -> Made:
        def make(folders: Mapping[str, list[bytes]]) -> Path:
            for folder, messages in folders.items():
                box = tmp_path / "Maildir" / (f".{folder}" if folder else "")
                for name in ("cur", "new", "tmp"):
                    (box / name).mkdir(parents=True)
                for number, octets in enumerate(messages):
                    name = f"new/{number}.x" if number % 2 else f"cur/{number}.x:2,S"
                    (box / name).write_bytes(octets)
            return tmp_path / "Maildir"

        return make


class TestEml(SourceKit):
    """A folder of message files, with and without a From_ line on top, and without any one way to be called."""

    kind = "eml"

    @pytest.fixture
    def made(self, tmp_path: Path) -> Made:
        def make(folders: Mapping[str, list[bytes]]) -> Path:
            for folder, messages in folders.items():
                (tmp_path / "mail" / folder).mkdir(parents=True)
                for number, octets in enumerate(messages):
                    name = f"{number}.eml" if number % 2 else f"{number:05}.7c53336b"
                    (tmp_path / "mail" / folder / name).write_bytes((FROM if number % 3 else b"") + octets)
            return tmp_path / "mail"

        return make


NOT_YET = {
    "imap": "notyet: comes with the reader that speaks to a server",
    "pst": "notyet: comes with the reader of Outlook's files",
}


@pytest.mark.parametrize("kind", NOT_YET)
def test_readers_that_are_not_built_are_named(kind: str, tmp_path: Path) -> None:
    """A layout of such a kind is not taken for another."""
    path = tmp_path / "mail.pst"
    path.write_bytes(b"!BDN")
    with pytest.raises(Unknown):
        open_store(path, Layout("archive"))
    assert NOT_YET[kind].startswith("notyet")


def counted(octets: bytes) -> bytes:
    """The message with the Content-Length of its body."""
    head, _, body = octets.partition(b"\n\n")
    return head + b"\nContent-Length: " + str(len(body)).encode() + b"\n\n" + body


def test_counted_messages_may_hold_from_lines(tmp_path: Path) -> None:
    """Where each message's Content-Length leads to the next, it is believed, and From_ lines inside are text."""
    letters = [counted(octets + b"\n\n" + FROM + b"To: ann@x.example\n\nhidden\n") for octets in LETTERS]
    path = tmp_path / "counted"
    path.write_bytes(mbox(*letters))
    store = open_store(path, Layout("archive"))
    assert octets_of(store) == letters
    assert "mboxcl2: Content-Length fits in each of the first 6 messages" in store.says
    assert collected(store, scope())[1].inside == 4
    path.write_bytes(mbox(*letters[:2], LETTERS[0], counted(b"A: >\n\n>From here\n")))
    assert len(octets_of(open_store(path, Layout("archive", variant="mboxcl")))) == 4


def test_each_variant_is_told_by_its_marks_and_says_so(tmp_path: Path) -> None:
    """Or is what the layout declares."""
    for octets, variant in (
        (mbox(*LETTERS), "mboxo: no `>>From ` stands in the first"),
        (mbox(LETTERS[0] + b">>From here\n", LETTERS[0]), "mboxrd: `>>From ` stands at octet"),
        (mbox(counted(LETTERS[0] + b">From here\n")), "mboxcl: Content-Length fits in each of the first 1 messages"),
    ):
        path = tmp_path / "mbox"
        path.write_bytes(octets)
        store = open_store(path, Layout("archive"))
        list(items(store))
        assert variant in store.says
        declared = open_store(path, Layout("archive", kind="mbox", variant="mboxrd"))
        assert {item.quoting for item in items(declared)} == {"mboxrd"}


def test_a_folder_of_maildirs_is_one_store(tmp_path: Path) -> None:
    """Each of them a folder of it."""
    for name in ("ann@x.example", "bob@y.example"):
        (tmp_path / name / "cur").mkdir(parents=True)
        (tmp_path / name / "cur" / "1").write_bytes(LETTERS[0])
    assert detect(str(tmp_path)).kind == "maildir"
    store = open_store(tmp_path, Layout("archive"))
    assert [item.place.folder for item in items(store)] == ["ann@x.example", "bob@y.example"]


def test_what_is_no_store_is_refused_with_a_remedy(tmp_path: Path) -> None:
    """Nothing there, an empty folder, a file of something else."""
    with pytest.raises(Unreadable, match="there is no such file"):
        open_store(tmp_path / "nowhere", Layout("archive"))
    with pytest.raises(Unknown, match="no mail store") as refused:
        detect(str(tmp_path))
    assert "mbox, maildir or eml" in refused.value.remedy
    (tmp_path / "letter").write_bytes(b"Dear Ann,\n")
    for path in (tmp_path, tmp_path / "letter"):
        with pytest.raises(Unknown):
            detect(str(path))
