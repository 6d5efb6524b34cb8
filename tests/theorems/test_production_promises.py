"""Promises 1, nothing leaves without a Release; 10, a production is exactly the scope; 13, the user was told or a gag
was live.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import io
import os
import pickle
import tarfile
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import ROOT
from tests.productions import CONTENT, IDENTITY, MAILS, OWEN, ask, collected, dispatched, mailbox, planned, released
from tests.strategies import DAY, NOON, events, histories, moments

from comity.desk.produce import GateShut, NotReleased, produce
from comity.desk.verify import verify
from comity.kernel.collection import Counts, ItemFacts, Piece, Place, Span, screen, search
from comity.kernel.demand import Scope
from comity.kernel.gate import Release
from comity.kernel.matter import Event, fold, gag
from comity.kernel.notice import Duties, Policy, gaps, notice_due
from comity.kernel.production import Collected, Item, Manifest, Table, check, plan
from comity.kernel.reason import Reason
from comity.kernel.rule import Rule
from comity.kernel.words import Proof, Word

# Promise 1


RELEASE, MANIFEST = planned(collected())


@pytest.fixture(scope="module", name="dispatch")
def dispatch_(tmp_path_factory: pytest.TempPathFactory) -> object:
    """All that a production needs, besides the gate's word."""
    return dispatched(tmp_path_factory.mktemp("office") / "registry", RELEASE, MANIFEST, mailbox())


@settings(max_examples=100)
@given(histories(most=5), st.booleans())
def test_what_the_gate_says_last_decides(dispatch, life, zipped) -> None:  # type: ignore[no-untyped-def]
    """Promise 1. Whatever happened to the order: a production stands there if the gate still opens, else nothing."""
    known = [event for event in life if event.known <= NOON]
    late = replace(dispatch, again=lambda: ask(RELEASE.hits, CONTENT, *known))
    with TemporaryDirectory() as folder:
        target = Path(folder) / ("p.zip" if zipped else "p")
        if isinstance(late.again(), Release):
            assert verify(produce(RELEASE, MANIFEST, late, target)).ok is None
        else:
            with pytest.raises(GateShut):
                produce(RELEASE, MANIFEST, late, target)
            assert os.listdir(folder) == []


CHANGES = st.sampled_from([
    {"matter": "M-0002"}, {"released": NOON + timedelta(seconds=1)}, {"approved_by": ("anna", "carla")},
    {"decisions": ()}, {"hits": replace(RELEASE.hits, read=2, cleared=1)}, {"scope": replace(CONTENT, terms=("lamp",))},
])  # fmt: skip


@given(CHANGES)
def test_a_release_carries_out_no_other_manifest(dispatch, change) -> None:  # type: ignore[no-untyped-def]
    """Promise 1. Another matter, moment, approver, ground, hit or scope: it is not what was let go."""
    with TemporaryDirectory() as folder:
        with pytest.raises(NotReleased):
            produce(RELEASE, replace(MANIFEST, **change), dispatch, Path(folder) / "p")
        assert os.listdir(folder) == []


def test_a_release_comes_from_the_gate_alone() -> None:
    """Promise 1. It is not built, copied, changed, stored or inherited anywhere else."""
    for make in (
        lambda: Release("M-0001", NOON, CONTENT.digest, RELEASE.hits, (), ("anna", "ben"), made_by=object()),
        lambda: copy.copy(RELEASE),
        lambda: copy.deepcopy(RELEASE),
        lambda: pickle.dumps(RELEASE),
        lambda: replace(RELEASE, matter="M-0002"),
        lambda: type("Mine", (Release,), {}),
    ):
        with pytest.raises((TypeError, ValueError)):
            make()


def test_records_are_sealed_in_one_place_only_and_it_asks_for_a_release() -> None:
    """Promise 1. Nobody else makes a Release or encrypts to a recipient: the code itself is searched."""
    made, sealed = [], []
    for path in sorted((ROOT / "src/comity").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            made += [path.name] if called in ("Release", "gate.Release") else []
            sealed += [path.name] if "encrypt" in called.rpartition(".")[2] else []
    assert made == ["gate.py"] and sealed == ["produce.py"]


# Promise 10


FOLDERS = ("INBOX", "Sent", "Archive")
WORDS = ("lamp", "pallet", "lantern")
Mail = tuple[ItemFacts, str]


@st.composite
def mailboxes(draw: st.DrawFn) -> list[Mail]:
    """The items of a store, in any order: facts, and the text that terms are searched in."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        store, folder = draw(st.sampled_from(["dublin-1", "dublin-2"])), draw(st.sampled_from(FOLDERS))
        place = Place(store, folder, f"{folder}.mbox", number * 100, 100)
        owner = draw(st.sampled_from([OWEN, OWEN, "dana@meridian.example"]))
        at = draw(st.none() | moments())
        text = " ".join(draw(st.lists(st.sampled_from([*WORDS, "Lamp", "rain"]), max_size=3)))
        found.append((ItemFacts(place, owner, date=Span(at, at) if at else None, dated="Date"), text))
    return found


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """A scope that asks for content, and perhaps narrows it in any way."""
    since, until = sorted(draw(st.lists(moments(), min_size=2, max_size=2, unique=True)))
    return Scope(
        (OWEN,), frozenset({"content"}), draw(st.sampled_from([None, since])), draw(st.sampled_from([None, until])),
        tuple(draw(st.lists(st.sampled_from(FOLDERS), max_size=2, unique=True))),
        tuple(draw(st.lists(st.sampled_from(WORDS), max_size=2, unique=True))),
        tuple(draw(st.lists(st.sampled_from(["dublin-1", "dublin-2"]), max_size=1))),
    )  # fmt: skip


def octets(mail: Mail) -> bytes:
    """A mail as it lies in its store: its place makes it like no other."""
    return f"X-Lies: {mail[0].place}\n\n{mail[1]}\n".encode()


def wanted(mail: Mail, scope: Scope) -> bool:
    """Whether an item is asked for, in the plainest words there are."""
    facts, text = mail
    return (
        facts.owner == OWEN
        and (not scope.stores or facts.place.store in scope.stores)
        and (not scope.folders or facts.place.folder in scope.folders)
        and (not (scope.since or scope.until) or facts.date is not None)
        and (scope.since is None or (facts.date is not None and scope.since <= facts.date.earliest))
        and (scope.until is None or (facts.date is not None and facts.date.latest < scope.until))
        and (not scope.terms or any(term in text.lower() for term in scope.terms))
    )


def sort(mails: list[Mail], scope: Scope) -> Collected:
    """What collection makes of the mails."""
    sorted_ = [(mail, search(scope, screen(scope, mail[0]), [Piece("body", mail[1])])) for mail in mails]
    tally = Counter((facts.place.store, sorting.side) for (facts, _), sorting in sorted_)
    sides = ("in", "out", "unreadable", "others")
    counts = {store: Counts(*(tally[store, side] for side in sides)) for store in {store for store, _ in tally}}
    items = tuple(
        Item(sorting, hashlib.sha256(octets(mail)).hexdigest(), len(octets(mail)))
        for mail, sorting in sorted_
        if sorting.side == "in"
    )
    return Collected(items, counts, tuple(sorting for _, sorting in sorted_ if sorting.side == "unreadable"))


@settings(max_examples=60)
@given(mailboxes(), scopes(), st.randoms(use_true_random=False))
def test_a_production_is_exactly_the_scope(mails: list[Mail], scope: Scope, chance) -> None:  # type: ignore[no-untyped-def]
    """Promise 10. Opened with age and tar, it holds the items that were asked for, octet for octet, and no other."""
    chance.shuffle(mails)
    of = sort(mails, scope)
    release, manifest = planned(of, scope)
    by_place = {mail[0].place: octets(mail) for mail in mails}
    with TemporaryDirectory() as folder:
        dispatch = dispatched(Path(folder) / "registry", release, manifest, lambda item: [by_place[item.place]])
        dispatch = replace(dispatch, again=lambda: ask(release.hits, scope))
        path = produce(release, manifest, dispatch, Path(folder) / "p")
        opened = pyrage.decrypt((path / "sealed.age").read_bytes(), [IDENTITY])
        assert verify(path, str(IDENTITY)).ok is None and not verify(path, str(IDENTITY)).faults
    with tarfile.open(fileobj=io.BytesIO(opened)) as archive:
        left = [archive.extractfile(one).read() for one in archive if one.name.startswith("items/")]  # type: ignore[union-attr]
    assert sorted(left) == sorted(octets(mail) for mail in mails if wanted(mail, scope))


@given(mailboxes(), scopes(), st.data())
def test_one_item_more_or_less_is_no_plan(mails: list[Mail], scope: Scope, data: st.DataObject) -> None:
    """Promise 10. The gate let these hits go; one left out, put in, moved or altered, and there is no manifest."""
    of = sort(mails, scope)
    release = released(of, scope)
    assert isinstance(plan(release, "M-0001", scope, of), Manifest)
    others = [replace(of, tables=(Table.of("traffic.csv", b"", 0),))]
    if of.items:
        index = data.draw(st.integers(0, len(of.items) - 1))
        item, rest = of.items[index], of.items[:index] + of.items[index + 1 :]
        moved = replace(item.sorting, place=replace(item.place, offset=item.place.offset + 1))
        changes = [(), (item, item), (replace(item, sha256="0" * 64),), (replace(item, sorting=moved),)]
        others += [replace(of, items=rest + change) for change in changes]
        fewer = of.counts[item.place.store]
        fewer = replace(fewer, inside=fewer.inside - 1, out=fewer.out + 1)
        others.append(replace(of, items=rest, counts={**of.counts, item.place.store: fewer}))
    assert all(isinstance(plan(release, "M-0001", scope, other), tuple) for other in others)


FILES = st.dictionaries(
    st.sampled_from(["counts.json", *(f"items/{n:06}.eml" for n in range(1, 6)), "traffic.csv", "../x"]),
    st.tuples(st.sampled_from(["0" * 64, *(hashlib.sha256(mail).hexdigest() for mail in MAILS)]), st.integers(0, 40)),
)


@given(FILES)
def test_whatever_is_missing_altered_or_too_many_is_named(files: dict[str, tuple[str, int]]) -> None:
    """Promise 10. The check passes for exactly the files of the manifest and for nothing else."""
    there = MANIFEST.files | files
    named = {fault.where for fault in check(MANIFEST, there)}
    assert named == {name for name in there if MANIFEST.files.get(name) != there[name]}
    assert {fault.where for fault in check(MANIFEST, files)} >= MANIFEST.files.keys() - files.keys()
    assert check(MANIFEST, MANIFEST.files) == []


# Promise 13


STEP = timedelta(hours=1)
SERVED = Event("served", "served", NOON - 13 * STEP, NOON - 13 * STEP, "served", "paper")
GAGS = ("gagged", "gagged", "gag-extended", "gag-lifted", "filing")


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """A demand's life with secrecy orders that begin, overlap, are extended, lifted, and lapse; most come with it."""
    first = draw(st.none() | st.integers(1, 20).map(lambda hours: SERVED.happened + hours * STEP))
    came = Event("v0", "gagged", SERVED.happened, SERVED.happened, "gagged", "order", "us-nysd", until=first)
    rest = [draw(events(f"v{n}", GAGS)) for n in range(1, draw(st.integers(1, 8)))]
    return [SERVED, *([came] if draw(st.integers(0, 4)) else []), *rest]


def diligent(life: list[Event], duties: Duties, every: timedelta, until: datetime) -> list[Event]:
    """An office that looks at the clock every so often and tells the user as soon as notice is due."""
    told, now = list(life), SERVED.happened
    while now < until:
        if notice_due(fold("M-0001", told), duties, now).state == "due":
            told.append(Event("told", "notified", now, now, "the user was told", "letter"))
        now += every
    return told


GRACES = st.tuples(st.integers(1, 5), st.integers(10, 60)).map(
    lambda pair: (pair[0] * STEP, pair[0] * pair[1] / 60 * STEP)
)
"""A grace, and how often an office looks that keeps it."""


@given(lives(), st.just((timedelta(0), STEP)) | GRACES)
def test_the_user_was_notified_or_a_gag_was_live(life: list[Event], care: tuple[timedelta, timedelta]) -> None:
    """Promise 13. At every instant, but for the grace that the policy states.

    An office that looks at least once in that time leaves no gap that is longer; one that looks whenever something
    happens needs no grace.
    """
    (grace, every), end = care, NOON + 30 * STEP
    duties = Duties(Policy(grace=grace))
    told = fold("M-0001", diligent(life, duties, every, end))
    left = gaps(told, duties, end)
    assert all(stop - start <= grace for start, stop in left)
    now = SERVED.happened
    while now < end:
        notified = any(event.happened <= now for event in told.of("notified"))
        forbidden = gag(told, now) is not None
        assert notified or forbidden or any(start <= now < stop for start, stop in left)
        now += STEP


@given(lives())
def test_nobody_is_told_while_a_gag_is_live(life: list[Event]) -> None:
    """Promise 13, the other way round: diligence is never a breach of secrecy."""
    told = fold("M-0001", diligent(life, Duties(Policy()), STEP, NOON + 30 * STEP))
    assert not any(gag(told, event.happened) for event in told.of("notified"))


@given(lives(), st.sampled_from([True, None]))
def test_a_law_that_forbids_telling_is_no_gap(life: list[Event], truth: bool | None) -> None:
    """Promise 13. Where the law itself keeps it secret, or may, nobody is told and there is no gap."""
    rule = Rule("secret", "obliges", "EU", DAY, None, "cite", "reads", Word("x"), name="secrecy")
    duties = Duties(Policy(), (Reason(rule, truth, Proof("", truth, "obliges"), "{}"),))
    end = NOON + 30 * STEP
    told = fold("M-0001", diligent(life, duties, STEP, end))
    assert told.of("notified") == () and gaps(told, duties, end) == ()
