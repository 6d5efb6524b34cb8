"""What every registry must do, whatever database lies under it: the port's contract as tests.

The fixture `store` gives each place in which a registry can lie; a new adapter is one more of them.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from comity.errors import ComityError
from comity.kernel import ledger
from comity.kernel.ledger import Checkpoint, Leaf
from comity.registry import place
from comity.registry.check import check
from comity.registry.jobport import Jobs
from comity.registry.keys import signer, verify
from comity.registry.port import (
    AlreadyThere,
    Damaged,
    Entry,
    Mark,
    NewEntry,
    NewerRegistry,
    NothingToErase,
    NotWritten,
    Overtaken,
    Registry,
    Signer,
    WrongSigner,
)

if TYPE_CHECKING:
    from tests.kits.stores import Store

ORIGIN = "ledger.example/office"
SIGNER = signer(ORIGIN, b"an office's key, 32 octets long.")
AT = datetime(2013, 12, 4, 15, 30, tzinfo=UTC)


def event(number: int = 0, matter: str = "M-1", kind: str = "filing") -> NewEntry:
    """An event told by its number."""
    at = AT + timedelta(hours=number)
    return NewEntry(matter, kind, at, at + timedelta(minutes=5), f"event {number}".encode())


def head_of(registry: Registry) -> Checkpoint:
    """The registry's checkpoint, believed under the log's key."""
    head = ledger.believed(registry.checkpoint(), [SIGNER.key], verify)
    assert isinstance(head, Checkpoint)
    return head


class RegistryKit:
    """The kit, run on every store."""

    @pytest.fixture
    def home(self, store: Store) -> Store:
        """An empty registry made with `SIGNER`, to be opened."""
        store.create().close()
        return store

    @pytest.fixture
    def registry(self, home: Store) -> Registry:
        return home.open(SIGNER)

    def test_an_empty_registry_has_a_signed_head(self, registry: Registry) -> None:
        """No entries, the empty tree's root, and already a checkpoint that anybody can check."""
        assert (registry.size(), registry.root(), registry.matters()) == (0, ledger.EMPTY_ROOT, {})
        assert head_of(registry) == Checkpoint(ORIGIN, 0, ledger.EMPTY_ROOT)
        assert list(registry.entries()) == []
        assert check(registry, [SIGNER.key]) == []

    def test_an_event_comes_back_as_it_went_in(self, registry: Registry) -> None:
        """Octet for octet, with its place in the log and in its matter, also through another handle."""
        written = registry.append(event(7))
        assert (written.index, written.nth, written.matter, written.kind) == (0, 0, "M-1", "filing")
        assert (written.happened, written.known) == (event(7).happened, event(7).known)
        assert list(registry.entries()) == [written]
        assert registry.payload(0) == b"event 7"

    def test_what_was_written_is_there_after_reopening(self, home: Store) -> None:
        """The entries, the root and the checkpoint are the same for whoever opens the store next."""
        first = home.open(SIGNER)
        written = [first.append(event(number)) for number in range(5)]
        state = (first.size(), first.root(), first.checkpoint(), first.matters())
        first.close()
        again = home.open(None)
        assert list(again.entries()) == written
        assert (again.size(), again.root(), again.checkpoint(), again.matters()) == state

    def test_any_octets_are_a_payload(self, registry: Registry) -> None:
        """Empty, with zeroes, or a megabyte."""
        for payload in (b"", bytes(3), bytes(range(256)) * 4096):
            written = registry.append(NewEntry("M-1", "filing", AT, AT, payload))
            assert registry.payload(written.index) == payload
            assert list(registry.entries(start=written.index)) == [written]

    def test_a_moment_is_kept_in_utc(self, registry: Registry) -> None:
        """Told in another zone it is the same moment."""
        dublin = timezone(timedelta(hours=1))
        registry.append(NewEntry("M-1", "filing", AT.astimezone(dublin), AT.astimezone(dublin), b""))
        [kept] = registry.entries()
        assert (kept.happened, kept.happened.tzinfo) == (AT, UTC)

    def test_a_matter_has_its_own_count(self, registry: Registry) -> None:
        """Events of two matters lie mixed in the log; each matter's are given in order, from any index on."""
        written = [registry.append(event(number, f"M-{number % 2}")) for number in range(6)]
        assert [entry.nth for entry in written] == [0, 0, 1, 1, 2, 2]
        assert list(registry.entries("M-1")) == written[1::2]
        assert list(registry.entries("M-0", start=1)) == written[2::2]
        assert list(registry.entries(start=4)) == written[4:]
        assert list(registry.entries("M-9")) == []
        assert registry.matters() == {"M-0": 3, "M-1": 3}

    def test_a_matter_is_marked_by_how_far_it_has_come(self, registry: Registry) -> None:
        """By its last entry, whoever wrote it; an erasure moves the mark as any other entry does."""
        assert registry.mark("M-1") == Mark(0, b"")
        written = [registry.append(event(number, f"M-{number % 2}")) for number in range(4)]
        assert registry.mark("M-1") == Mark(2, written[3].leaf)
        erased = registry.erase(1, "a person asked", AT)
        assert registry.mark("M-1") == Mark(3, erased.leaf)
        assert registry.mark("M-0") == Mark(2, written[2].leaf)

    def test_the_latest_come_newest_first_without_one_matter(self, registry: Registry) -> None:
        """As many as are asked for, however many of the other lie between."""
        written = [registry.append(event(number, f"M-{number % 3 // 2}")) for number in range(9)]
        assert registry.latest(4) == written[:4:-1]
        assert registry.latest(2, but="M-0") == [written[8], written[5]]
        assert registry.latest(20, but="M-1") == [one for one in written[::-1] if one.matter == "M-0"]

    def test_matters_come_in_the_order_in_which_they_began(self, registry: Registry) -> None:
        """Not in the order of their names."""
        registry.append_all([event(0, "Z"), event(1, "A"), event(2, "Z")])
        assert list(registry.matters().items()) == [("Z", 2), ("A", 1)]

    def test_many_entries_are_read_page_by_page(self, registry: Registry) -> None:
        """More than any page holds, of one matter and of all; what is written meanwhile is read too."""
        written = registry.append_all(event(number, f"M-{number % 2}") for number in range(1100))
        assert list(registry.entries()) == written
        assert list(registry.entries("M-1", start=3)) == written[3::2]
        reader = registry.entries()
        assert next(reader) == written[0]
        last = registry.append(event(9999))
        assert list(reader)[-1] == last

    def test_a_batch_has_one_head(self, registry: Registry) -> None:
        """Written together, all entries stand under one signed checkpoint; an empty batch writes nothing."""
        registry.append_all(event(number) for number in range(300))
        assert head_of(registry).size == 300
        assert sum(row.head is not None for row in registry.rows()) == 1
        assert registry.append_all([]) == []
        assert registry.size() == 300

    def test_a_batch_is_written_whole_or_not_at_all(self, registry: Registry) -> None:
        """If making the last entry fails, the first is not there either, and the next append goes on as before."""
        registry.append(event())

        def broken() -> list[NewEntry]:
            return [event(1), NewEntry("M-1", "filing", AT, AT, "not octets")]  # type: ignore[arg-type]

        with pytest.raises(TypeError):
            registry.append_all(broken())
        assert registry.size() == 1
        assert registry.append(event(2)).index == 1
        assert check(registry, [SIGNER.key]) == []

    def test_the_head_is_signed_anew_with_every_append(self, registry: Registry) -> None:
        """Each checkpoint is the log's own, of the present size and root, and extends the one before."""
        heads = [head_of(registry)]
        for number in range(9):
            registry.append(event(number))
            heads.append(head_of(registry))
            assert (heads[-1].size, heads[-1].root) == (registry.size(), registry.root())
        for old in heads:
            assert heads[-1].extends(old, registry.consistency(old.size))
            assert registry.root(old.size) == old.root

    def test_every_entry_can_be_proved(self, registry: Registry) -> None:
        """At the present size and at every older one."""
        written = registry.append_all(event(number) for number in range(20))
        for size in range(1, 21):
            head = Checkpoint(ORIGIN, size, registry.root(size))
            for entry in written[:size]:
                proof = registry.inclusion(entry.index, size)
                assert head.includes(ledger.leaf_hash(entry.leaf), entry.index, proof)
        assert registry.inclusion(3) == registry.inclusion(3, 20)
        assert registry.consistency(4) == registry.consistency(4, 20)

    def test_what_is_not_there_is_a_lookup_error(self, registry: Registry) -> None:
        """Entries and trees the log has not reached."""
        registry.append(event())
        for asked in (
            lambda: registry.payload(1),
            lambda: registry.payload(-1),
            lambda: registry.root(2),
            lambda: registry.inclusion(1),
            lambda: registry.inclusion(0, 2),
            lambda: registry.consistency(2),
            lambda: registry.consistency(1, 0),
            lambda: registry.erase(1, "why", AT),
        ):
            with pytest.raises(LookupError):
                asked()

    def test_a_leaf_tells_neither_matter_nor_payload(self, registry: Registry) -> None:
        """Equal events in one matter make different leaves; the payload shows only to who has its salt."""
        first, second = registry.append(event()), registry.append(event())
        leaf = ledger.read_leaf(first.leaf)
        assert isinstance(leaf, Leaf)
        assert b"M-1" not in first.leaf
        assert b"event" not in first.leaf
        assert first.leaf != second.leaf
        assert first.salt is not None
        assert ledger.commitment(first.salt, b"event 0") == leaf.commitment

    # -- two clerks at once --------------------------------------------------------------------------------------------

    def test_the_second_of_two_clerks_is_told(self, home: Store) -> None:
        """Both saw one event and write the next: the later one is overtaken, and nothing of it is written."""
        one, two = home.open(SIGNER), home.open(SIGNER)
        one.append(event(0), expected=0)
        assert two.append(event(1), expected=1).nth == 1
        with pytest.raises(Overtaken) as told:
            one.append(event(2), expected=1)
        assert "`M-1` has 2 events where you saw 1" in told.value.message
        assert one.size() == 2
        assert one.append(event(3), expected=2).nth == 2
        with pytest.raises(Overtaken):
            two.append(event(4), expected=7)

    def test_an_event_in_another_matter_overtakes_nobody(self, home: Store) -> None:
        """The count is the matter's own."""
        one, two = home.open(SIGNER), home.open(SIGNER)
        one.append(event(0, "M-1"), expected=0)
        two.append(event(1, "M-2"), expected=0)
        assert one.append(event(2, "M-1"), expected=1).index == 2

    def test_a_batch_is_overtaken_as_a_whole(self, registry: Registry) -> None:
        """One matter with more events than were seen, and no event of the batch is written."""
        registry.append(event(0, "M-1"))
        with pytest.raises(Overtaken):
            registry.append_all([event(1, "M-2"), event(2, "M-1")], expected={"M-2": 0, "M-1": 0})
        assert registry.matters() == {"M-1": 1}
        written = registry.append_all([event(3, "M-2"), event(4, "M-1")], expected={"M-2": 0, "M-1": 1})
        assert [entry.nth for entry in written] == [0, 1]

    def test_handles_that_take_turns_make_one_log(self, home: Store) -> None:
        """Two handles append by turns: one tree, no gap, every head good."""
        handles = [home.open(SIGNER), home.open(SIGNER)]
        written = [handles[number % 3 % 2].append(event(number)) for number in range(12)]
        assert [entry.index for entry in written] == list(range(12))
        assert check(handles[0], [SIGNER.key]) == []

    def test_handles_that_write_at_once_lose_nothing(self, home: Store) -> None:
        """Four threads, each with its own handle, append as fast as they can: every event is there once."""

        def write(clerk: int) -> list[int]:
            own = place.opened(home.where, SIGNER)
            written = [own.append(event(number, f"M-{clerk}")).index for number in range(25)]
            own.close()
            return written

        with ThreadPoolExecutor(4) as threads:
            indexes = [index for found in threads.map(write, range(4)) for index in found]
        registry = home.open(SIGNER)
        assert sorted(indexes) == list(range(100))
        assert registry.matters() == dict.fromkeys(registry.matters(), 25)
        assert check(registry, [SIGNER.key]) == []

    # -- erasing -------------------------------------------------------------------------------------------------------

    def test_erasing_removes_payload_and_salt_and_says_so(self, registry: Registry) -> None:
        """The entry stays in its place without them; the next event of the matter says what was erased and why."""
        before = registry.append_all(event(number) for number in range(3))
        said = registry.erase(1, "Article 17 request of the customer", AT)
        assert (said.kind, said.matter, said.index, said.happened) == ("erased", "M-1", 3, AT)
        assert said.payload == b'{"index":1,"why":"Article 17 request of the customer"}'
        after = list(registry.entries())
        assert (after[1].payload, after[1].salt, registry.payload(1)) == (None, None, None)
        assert [entry.leaf for entry in after[:3]] == [entry.leaf for entry in before]
        assert [after[0], after[2], after[3]] == [before[0], before[2], said]
        assert check(registry, [SIGNER.key]) == []

    def test_erasing_changes_no_proof(self, registry: Registry) -> None:
        """Roots, proofs and checkpoints made before hold as they did."""
        registry.append_all(event(number) for number in range(10))
        head, proofs = head_of(registry), [registry.inclusion(index) for index in range(10)]
        registry.erase(4, "why", AT)
        assert registry.root(10) == head.root
        assert [registry.inclusion(index, 10) for index in range(10)] == proofs
        assert head_of(registry).extends(head, registry.consistency(10))

    def test_nothing_is_erased_twice(self, registry: Registry) -> None:
        """Neither a payload nor the event that says it was erased; the attempt leaves no trace."""
        registry.append(event())
        registry.erase(0, "why", AT)
        for index in (0, 1):
            with pytest.raises(NothingToErase):
                registry.erase(index, "again", AT)
        assert registry.size() == 2

    def test_only_erasing_writes_an_erasure(self, registry: Registry) -> None:
        """To append an event of that kind by hand is a mistake of the program."""
        for write in (registry.append, lambda new: registry.append_all([new])):
            with pytest.raises(AssertionError):
                write(event(kind="erased"))

    # -- keys ----------------------------------------------------------------------------------------------------------

    def test_without_a_key_it_can_be_read_only(self, home: Store) -> None:
        """Reading, proving and checking need no private key; writing does."""
        home.open(SIGNER).append(event())
        reader = home.open(None)
        assert [entry.payload for entry in reader.entries()] == [b"event 0"]
        assert check(reader, [SIGNER.key]) == []
        for write in (lambda: reader.append(event()), lambda: reader.erase(0, "why", AT)):
            with pytest.raises(WrongSigner):
                write()

    @pytest.mark.parametrize(
        "other", [signer(ORIGIN, bytes(32)), signer("other.example", b"an office's key, 32 octets long.")]
    )
    def test_another_key_does_not_open_it(self, home: Store, other: Signer) -> None:
        """Neither another key of the same name nor the same key under another name."""
        with pytest.raises(WrongSigner):
            home.open(other)

    def test_a_naive_moment_is_a_mistake_of_the_program(self) -> None:
        """So is an event of no matter, of no kind, or of a matter whose name not every database keeps."""
        with pytest.raises(AssertionError):
            NewEntry("M", "k", AT.replace(tzinfo=None), AT, b"")
        for matter, kind in (("", "k"), ("M\0", "k"), ("M", ""), ("M", "k" * 101)):
            with pytest.raises(AssertionError):
                NewEntry(matter, kind, AT, AT, b"")

    def test_a_second_signer_of_the_same_key_is_the_same(self, home: Store) -> None:
        """The key counts, not the object."""
        assert home.open(Signer(SIGNER.key, SIGNER.sign)).append(event()).index == 0

    # -- the store -----------------------------------------------------------------------------------------------------

    def test_it_satisfies_the_port(self, registry: Registry) -> None:
        """In the names of its methods."""
        asked = {name for port in (Registry, Jobs) for name in vars(port) if not name.startswith("_")}
        assert asked <= {*dir(registry)}

    def test_a_registry_that_is_there_is_never_made_anew(self, home: Store, registry: Registry) -> None:
        """It stays as it was."""
        numbered(registry, 3)
        with pytest.raises(AlreadyThere):
            home.create()
        assert registry.size() == 3

    def test_a_newer_format_is_refused(self, home: Store) -> None:
        """With both numbers, and before anything is read."""
        home.run(home.newest[0])
        with pytest.raises(NewerRegistry) as told:
            home.open(None)
        assert home.newest[1] in told.value.message

    def test_a_registry_that_another_holds_is_said_to_be_held(
        self, home: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing is written, reading goes on, and once the other lets go so does writing."""
        for module in ("sqlite_file", "postgres_server"):
            monkeypatch.setattr(f"comity.registry.{module}.PATIENCE", 0.05)
        mine = home.open(SIGNER)
        numbered(mine, 2)
        other = home.held()
        for write in (lambda: mine.append(event(2)), lambda: mine.append_all([event(2)])):
            with pytest.raises(NotWritten) as told:
                write()
            assert "another process holds it" in told.value.message
        assert mine.size() == 2
        other.close()
        assert mine.append(event(3)).index == 2
        assert check(mine, [SIGNER.key]) == []

    @pytest.mark.parametrize(
        ("column", "made"),
        [
            ("payload", lambda payload: b"x" + payload),
            ("salt", lambda _: bytes(32)),
            ("salt", lambda _: None),
            ("leaf", lambda leaf: leaf.replace(b"filing", b"ruling")),
            ("leaf", lambda _: b"{}"),
            ("matter", lambda _: "M-9"),
            ("nodes", lambda _: bytes(32)),
        ],
    )
    def test_a_changed_entry_is_never_handed_out(
        self, home: Store, registry: Registry, column: str, made: Callable[[Any], Any]
    ) -> None:
        """Reading checks what a few hashes can check; the entries round it are given."""
        written = numbered(registry, 4)
        home.change(2, column, made)
        with pytest.raises(Damaged):
            registry.payload(2)
        with pytest.raises(Damaged):
            list(registry.entries())
        assert registry.payload(1) == written[1].payload

    def test_a_tree_that_its_head_denies_is_not_signed(self, home: Store, registry: Registry) -> None:
        """Whoever opens a log whose tree was changed can read on but not write on."""
        numbered(registry, 4)
        home.change(3, "nodes", lambda _: bytes(96))
        opened = home.open(SIGNER)
        with pytest.raises(Damaged) as told:
            opened.append(event(4))
        assert "its signed head is not that of its entries" in told.value.message
        assert opened.size() == 4

    @pytest.mark.parametrize(("column", "value"), [("head", None), ("nodes", b"\0")])
    def test_a_head_or_node_that_is_gone_is_damage(
        self, home: Store, registry: Registry, column: str, value: bytes | None
    ) -> None:
        """Not an answer made up in its place."""
        numbered(registry, 4)
        for index in range(4):
            home.change(index, column, lambda _: value)
        with pytest.raises(Damaged):
            home.open(SIGNER).append(event(4))
        with pytest.raises(Damaged):
            home.open(None).checkpoint()

    def test_a_mistake_of_the_program_is_not_dressed_up(self, registry: Registry) -> None:
        """A closed registry is no trouble of the store's."""
        registry.close()
        for use in (registry.size, lambda: registry.append(event())):
            with pytest.raises(Exception) as told:
                use()
            assert not isinstance(told.value, ComityError)

    def test_the_root_is_there_at_once(self, home: Store, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two statements, whatever the size: how many entries, and one row for each bit of that number."""
        registry.append_all(event(number) for number in range(5000))
        opened, statements = home.open(None), []
        ask = opened._query
        monkeypatch.setattr(opened, "_query", lambda *said: (statements.append(said), ask(*said))[1])
        assert opened.root() == registry.root()
        assert len(statements) == 2
        assert head_of(opened).size == 5000

    def test_upper_nodes_held_in_memory_are_bounded(
        self, home: Store, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many proofs are asked for; and proofs stay right when the held ones are let go."""
        monkeypatch.setattr("comity.registry.sql.KEPT", 3)
        registry.append_all(event(number) for number in range(2000))
        fresh = home.open(None)
        for index in range(0, 2000, 97):
            assert registry.inclusion(index) == fresh.inclusion(index)
            assert len(fresh._upper) <= 3 + 11


def numbered(registry: Registry, count: int) -> list[Entry]:
    """Append so many events one by one, in two matters."""
    return [registry.append(event(number, f"M-{number % 2}")) for number in range(count)]
