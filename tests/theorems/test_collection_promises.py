"""Promise 10, as far as collecting goes: exactly the scope, nothing missing, nothing more. And promise 5 for stores."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st
from tests.sources.making import mbox, message, scope, scraps, stored

from comity.kernel.collection import traffic
from comity.kernel.words import Truth, both
from comity.sources import Collection, Item, Layout, Passed, Store, open_store

PEOPLE = ("ann@x.example", "joann@x.example", "ann@x.example.uk", "bob@y.example", "ANN@X.Example")
START = datetime(2013, 1, 1, tzinfo=UTC)
TERM = "Grünbaum"


@dataclass(frozen=True)
class Planned:
    """A message as planned, before it is an octet: what the scope asks of it is known without reading it."""

    sender: str
    to: str
    day: int | None
    encoding: str
    holds: bool
    folder: str
    decoy: bool

    def octets(self, number: int) -> bytes:
        text = f"Sehr geehrte {TERM if self.holds else 'Frau'},\nHallo.\n".encode()
        encode = {"8bit": bytes, "base64": base64.encodebytes, "quoted-printable": quopri.encodestring}[self.encoding]
        name = '"ann@x.example"' if self.decoy else "Someone"
        return message(
            encode(text),
            From=f"{name} <{self.sender}>",
            To=f"{name}\n <{self.to}>",
            Date="" if self.day is None else format_datetime(START + timedelta(days=self.day)),
            Subject=f"ann@x.example {number}",
            Content_Type="text/plain; charset=utf-8",
            Content_Transfer_Encoding=self.encoding,
        )

    def answers(self, since: int, until: int, term: bool, folder: bool) -> Truth:
        """Whether the message is in the scope, by its plan; None if its date is missing and would decide."""
        mine = "ann@x.example" in (self.sender.lower(), self.to.lower())
        dated = None if self.day is None else since <= self.day < until
        return both((mine, dated, self.holds or not term, self.folder == "Sent" or not folder))


plans = st.lists(
    st.builds(
        Planned,
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.none() | st.integers(0, 30),
        st.sampled_from(["8bit", "base64", "quoted-printable"]),
        st.booleans(),
        st.sampled_from(["Sent", "Projects"]),
        st.booleans(),
    ),
    max_size=12,
)


def as_mboxes(root: Path, planned: Sequence[Planned]) -> Store:
    for folder in ("Sent", "Projects"):
        letters = [plan.octets(number) for number, plan in enumerate(planned) if plan.folder == folder]
        (root / f"{folder}.mbox").write_bytes(mbox(*letters))
    return open_store(root, Layout("archive", kind="mbox", dates=("date",)))


def as_maildir(root: Path, planned: Sequence[Planned]) -> Store:
    for folder in ("Sent", "Projects"):
        (root / f".{folder}" / "cur").mkdir(parents=True)
    for number, plan in enumerate(planned):
        (root / f".{plan.folder}" / "cur" / f"{number}:2,").write_bytes(plan.octets(number))
    return open_store(root, Layout("archive", kind="maildir", dates=("date",)))


def as_eml(root: Path, planned: Sequence[Planned]) -> Store:
    for number, plan in enumerate(planned):
        (root / plan.folder).mkdir(exist_ok=True)
        (root / plan.folder / f"{number}.eml").write_bytes(plan.octets(number))
    return open_store(root, Layout("archive", kind="eml", dates=("date",)))


@given(
    plans,
    st.sampled_from([as_mboxes, as_maildir, as_eml]),
    st.integers(0, 20),
    st.integers(1, 15),
    st.booleans(),
    st.booleans(),
)
def test_what_is_collected_is_exactly_the_scope(
    planned: list[Planned], make: object, since: int, days: int, term: bool, folder: bool
) -> None:
    """Every message the plan puts in is in, every one it puts out is out, and the rest is listed as unreadable."""
    asked = scope(
        since=START + timedelta(days=since),
        until=START + timedelta(days=since + days),
        terms=(TERM.upper(),) if term else (),
        folders=("Sent",) if folder else (),
    )
    expected: dict[Truth, list[bytes]] = {True: [], False: [], None: []}
    for number, plan in enumerate(planned):
        if "ann@x.example" in (plan.sender.lower(), plan.to.lower()):
            expected[plan.answers(since, since + days, term, folder)].append(plan.octets(number))
    with TemporaryDirectory() as root:
        walk = Collection(make(Path(root), planned), asked)  # type: ignore[operator]
        found: dict[Truth, list[bytes]] = {True: [], False: [], None: []}
        for one in walk:
            found[one.sorting.in_scope].append(one.item.octets())
    assert {side: sorted(octets) for side, octets in found.items()} == {
        side: sorted(octets) for side, octets in expected.items()
    }
    assert walk.counts.total == len(planned)
    assert not walk.faults


@given(plans, st.randoms(use_true_random=False))
def test_the_order_of_messages_and_the_kind_of_store_change_no_sorting(planned: list[Planned], chance: object) -> None:
    """The same messages, shuffled, in a Maildir or an mbox, come out on the same sides for the same reasons."""
    asked = scope(since=START + timedelta(days=9), terms=(TERM,))
    shuffled = list(planned)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    def told(make: object, plans: Sequence[Planned]) -> list[object]:
        with TemporaryDirectory() as root:
            walk = Collection(make(Path(root), plans), asked)  # type: ignore[operator]
            return sorted((one.facts.dated, *(trial.found for trial in one.sorting.because)) for one in walk)

    assert told(as_maildir, planned) == told(as_mboxes, shuffled) == told(as_eml, shuffled)


class Everything:
    """A store that passes over nothing, whatever it is asked to look for."""

    def __init__(self, store: Store) -> None:
        self.store, self.layout, self.says = store, store.layout, store.says

    @property
    def gauge(self) -> object:
        return self.store.gauge

    def walk(self, accounts: Sequence[str] | None = None) -> Iterator[Item | Passed]:
        return self.store.walk(None)


@given(scraps, st.sampled_from(["mbox", "eml"]), st.sampled_from(["ann@x.example", "nn@x.example", "bob@y.example"]))
def test_looking_for_an_account_finds_what_reading_every_message_finds(octets: bytes, kind: str, account: str) -> None:
    """Whatever a store holds, passing over messages unread loses none, changes no reason and no count."""
    layout = Layout("archive", kind=kind)  # type: ignore[arg-type]
    with TemporaryDirectory() as root:
        store = stored(Path(root, "mail.eml"), octets, layout)
        looked = Collection(store, scope(account, terms=("an",)))
        found = [(one.sorting, one.sha256) for one in looked]
        read = Collection(Everything(store), scope(account, terms=("an",)))  # type: ignore[arg-type]
        assert [(one.sorting, one.sha256) for one in read] == found
        assert read.counts == looked.counts


@given(plans)
def test_a_traffic_answer_holds_nothing_of_subject_body_or_names(planned: list[Planned]) -> None:
    """Made from facts that hold none of it: the subject, the text and the senders' names are nowhere in it."""
    with TemporaryDirectory() as root:
        rows = [traffic(one.facts) for one in Collection(as_mboxes(Path(root), planned), scope())]
    for row in rows:
        said = repr(row)
        assert "Someone" not in said
        assert "ann@x.example 0" not in said
        assert "geehrte" not in said
        assert not set(row) & {"subject", "body", "text", "names"}
    assert len(rows) == sum("ann@x.example" in (plan.sender.lower(), plan.to.lower()) for plan in planned)
