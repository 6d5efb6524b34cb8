"""What every reader of mail stores must do, whatever lies on the disk: the port's contract as tests.

An adapter's test class inherits `SourceKit`, gives the fixture `made` (a function that makes a store of messages by
folder), and names in `GAPS` what it cannot do: `never`, or `notyet`, with the reason.
"""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest
from tests.sources.making import ARCHIVE, MAILBOX, collected, message, octets_of, scope

from comity.errors import Unreadable
from comity.sources import Changed, Collection, Item, Layout, Passed, Store, items, open_store
from comity.sources.port import Kind

Made = Callable[[Mapping[str, list[bytes]]], Path]
"""Makes a store of messages by folder, and gives its path."""

LETTERS = [
    message(Subject="one"),
    message(b"From here on\n\nFrom there\n", From="eve@z.example", To="ann@x.example"),
    message(b"\xff\x00\xfe\n", From="joann@x.example"),
    message(b"short\n", From="eve@z.example", Cc="Lee <ANN@x.example>"),
    message(b"", To="ann@x.example.org", From="eve@z.example"),
    message(From="eve@z.example", Delivered_To="ann@x.example", Date="Wed, 5 Jun 2013 00:00:00 +0200"),
]
TWICE = message(b"the same\n", Message_ID="<same@x.example>")


class SourceKit:
    """The kit; `kind` is what the adapter's stores must be detected as."""

    kind: ClassVar[Kind]
    GAPS: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture(autouse=True)
    def _gaps(self, request: pytest.FixtureRequest) -> None:
        if why := self.GAPS.get(request.function.__name__):
            pytest.skip(why)

    def store(self, path: Path, layout: Layout = ARCHIVE) -> Store:
        return open_store(path, replace(layout, kind=self.kind))

    def test_every_message_is_an_item_with_its_octets_as_they_were_stored(self, made: Made) -> None:
        """Nothing is missing, nothing added, no octet changed."""
        store = self.store(made({"": LETTERS}))
        assert sorted(octets_of(store)) == sorted(LETTERS)
        assert store.gauge.items == len(LETTERS)
        assert store.gauge.done == store.gauge.total

    def test_a_store_is_known_by_what_it_looks_like(self, made: Made) -> None:
        """And says what it was taken for, and why."""
        store = open_store(made({"": LETTERS}), ARCHIVE)
        assert type(store).__name__.lower() == self.kind
        assert store.says

    def test_a_place_leads_back_to_the_octets(self, made: Made) -> None:
        """A place names file, first octet and number of octets, no two items one."""
        path = made({"": LETTERS})
        found = list(items(self.store(path)))
        assert len({item.place for item in found}) == len(LETTERS)
        for item in found:
            file = path / item.place.file if path.is_dir() else path
            begin, end = item.place.offset, item.place.offset + item.place.size
            assert file.read_bytes()[begin:end] == item.octets()
            assert item.place.store == "archive"

    def test_two_walks_give_the_same_in_the_same_order(self, made: Made, tmp_path: Path) -> None:
        """The order comes from names and octets, not from the disk: a copy of the store reads alike."""
        path = made({"": LETTERS, "Projects": [TWICE]})
        copy = tmp_path / "copy" / path.name
        if path.is_dir():
            shutil.copytree(path, copy)
        else:
            copy.parent.mkdir()
            shutil.copy(path, copy)
        store = self.store(path)
        first = [(item.place, item.octets()) for item in items(store)]
        assert [(item.place, item.octets()) for item in items(store)] == first
        assert [(item.place, item.octets()) for item in items(self.store(copy))] == first

    def test_identical_messages_are_kept_apart(self, made: Made) -> None:
        """One message stored twice is two items."""
        found = list(items(self.store(made({"": [TWICE, TWICE]}))))
        assert [item.octets() for item in found] == [TWICE, TWICE]
        assert found[0].place != found[1].place

    def test_folders_have_the_names_their_user_gave_them(self, made: Made) -> None:
        """A scope can name them."""
        store = self.store(made({"": [LETTERS[0]], "Projects": [TWICE]}))
        asked = scope(folders=("Projects",))
        found, counts = collected(store, asked)
        assert [one.item.octets() for one in found if one.sorting.in_scope] == [TWICE]
        assert (counts.inside, counts.out) == (1, 1)

    def test_what_is_passed_over_is_counted_and_never_the_accounts(self, made: Made) -> None:
        """With accounts to look for, items and those passed over are the store."""
        store = self.store(made({"": LETTERS}))
        steps = list(store.walk(("ann@x.example",)))
        given = [step.octets() for step in steps if isinstance(step, Item)]
        assert len(given) + sum(step.number for step in steps if isinstance(step, Passed)) == len(LETTERS)
        assert {LETTERS[0], LETTERS[1], LETTERS[3], LETTERS[5]} <= set(given)

    def test_every_item_of_the_account_is_sorted_with_its_hash(self, made: Made) -> None:
        """In and out with reasons; the others are counted, and it all adds up."""
        store = self.store(made({"": LETTERS}))
        walk = Collection(store, scope(until=datetime(2013, 6, 4, 22, tzinfo=UTC)))
        found = {one.item.octets(): one for one in walk}
        assert {octets: one.sorting.in_scope for octets, one in found.items()} == {
            LETTERS[0]: True,
            LETTERS[1]: True,
            LETTERS[3]: True,
            LETTERS[5]: False,
        }
        assert walk.counts.as_json() == {"in": 3, "out": 1, "unreadable": 0, "others": 2}
        assert not walk.faults
        for octets, one in found.items():
            assert one.sha256 == hashlib.sha256(octets).hexdigest()
            out = io.BytesIO()
            one.copy(out)
            assert out.getvalue() == octets

    def test_in_a_mailbox_every_item_is_its_owners(self, made: Made) -> None:
        """Whoever stands in its fields; in another's mailbox nothing is the account's."""
        path = made({"": LETTERS})
        assert collected(self.store(path, MAILBOX), scope())[1].inside == len(LETTERS)
        assert collected(self.store(path, MAILBOX), scope("bob@y.example"))[1].others == len(LETTERS)

    def test_progress_goes_up_to_the_end(self, made: Made) -> None:
        """It never goes back, and ends where it said it would."""
        told: list[tuple[int, int]] = []
        list(Collection(self.store(made({"": LETTERS})), scope(), lambda done, total: told.append((done, total))))
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert told[-1][0] == told[-1][1] > 0

    def test_an_item_that_changed_since_it_was_sorted_is_not_copied_in_silence(self, made: Made) -> None:
        """Other octets, or fewer, are refused; so is a file that is gone."""
        path = made({"": [TWICE]})
        [one] = Collection(self.store(path), scope())
        file = path / one.item.place.file if path.is_dir() else path
        octets = file.read_bytes()
        file.write_bytes(octets.replace(b"same", b"SAME"))
        with pytest.raises(Changed):
            one.copy(io.BytesIO())
        file.write_bytes(octets[: len(octets) // 2])
        with pytest.raises(Changed, match=r"shorter|another size"):
            one.copy(io.BytesIO())
        file.unlink()
        with pytest.raises(Unreadable, match="No such file"):
            one.copy(io.BytesIO())

    def test_an_empty_store_has_no_items(self, made: Made) -> None:
        """And is no fault."""
        store = self.store(made({"": []}))
        assert octets_of(store) == []
        assert store.gauge.faults.all() == ()
