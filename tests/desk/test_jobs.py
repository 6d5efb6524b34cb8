"""Work is killed at every step and taken up again: one event, the same content, nothing twice; clocks remind once."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import Server
from tests.web.office import MATTER, Silent

from comity.desk import clocks, jobs, worker
from comity.desk.collection import Order, collect, listing_of
from comity.desk.jobs import ask_collection, did, progress_of, tasks
from comity.desk.matter import enter, load, record
from comity.desk.office import NotThatPerson, Office, with_database
from comity.errors import ComityError
from comity.kernel.matter import Event
from comity.registry.blobs import Blobs
from comity.registry.check import check
from comity.registry.keys import load as load_key
from comity.registry.place import move
from comity.registry.sql import SqlRegistry
from comity.sim.demo import build, confirmed
from comity.sim.papers import warrant_2018

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONG = timedelta(hours=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with one demand, confirmed and found genuine; nothing has been collected. Estate and law are read."""
    folder = tmp_path_factory.mktemp("jobs")
    story = build(folder / "demo", Silent(), messages=400)
    confirmed(story.office, folder / "demo/papers/warrant.txt", MATTER, warrant_2018(), AT)
    story.office.close()
    office = Office(folder / "demo/office")
    assert office.packs and office.holdings
    return office


def copied(made: Office, folder: Path) -> Office:
    """A copy with a registry and blobs of its own; the stores are those of the first."""
    shutil.copytree(made.root, folder, ignore=shutil.ignore_patterns("stores", "mail"))
    office = made.again()
    office.root = folder
    return office


def later(hours: int) -> Callable[[], datetime]:
    return lambda: AT + timedelta(hours=hours)


def asked(office: Office) -> int:
    """A collection that waits for a worker."""
    return ask_collection(office, MATTER, Order("clerk", later(1))).number


def killed(office: Office, act: Callable[[Office], object], at: int) -> bool:
    """Whether an act, in a process of its own, was killed at a point of its life: a statement, commit, blob, file."""
    child = os.fork()
    if child == 0:
        try:
            own = office.again()
            _deadly(at)
            act(own)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _deadly(at: int) -> None:
    counter = itertools.count()

    def point() -> None:
        if next(counter) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(kind: type, name: str) -> None:
        plain = getattr(kind, name)

        def wrapped(*args: Any, **more: Any) -> Any:
            point()
            given = plain(*args, **more)
            point()
            return given

        setattr(kind, name, wrapped)

    for kind in _all(SqlRegistry):
        around(kind, "_change")
        around(kind, "_put")
        locked = kind._locked

        def deadly_lock(self: Any, locked: Any = locked) -> Any:
            @contextmanager
            def held() -> Iterator[None]:
                point()
                with locked(self):
                    yield
                    point()
                point()

            return held()

        kind._locked = deadly_lock  # type: ignore[method-assign]
    around(Blobs, "put")
    for name in ("rename", "fsync", "link", "unlink"):
        around(os, name)  # type: ignore[arg-type]


def _all(kind: type) -> list[Any]:
    return list(kind.__subclasses__())


def reference(made: Office, folder: Path) -> str:
    """What a collection typed at the command line keeps: the digest of its listing."""
    office = copied(made, folder)
    collect(office, MATTER, "clerk", AT + LONG)
    digest = load(office, MATTER).of("collected")[-1].get("listing")
    office.close()
    return digest


def sound(office: Office) -> str:
    """One event, its content whole, the job at its end, the ledger in order; gives the digest of what was found."""
    [event] = load(office, MATTER).of("collected")
    listing = listing_of(office, load(office, MATTER))
    blobs = Blobs(office.root / "blobs")
    for item, start in listing.items:
        octets = b"".join(blobs.part(listing.pack_of(item), start, item.size))
        assert sha256(octets).hexdigest() == item.sha256
    [job] = office.registry.jobs(jobs.COLLECT)
    assert (job.state, job.said) == ("done", event.says)
    assert check(office.registry, [load_key(office.root / "keys" / "ledger.key").key]) == []
    return event.get("listing")


def test_killed_at_every_point_a_collection_is_recorded_once_and_whole(made: Office, tmp_path: Path) -> None:
    """On SQLite: wherever kill -9 strikes, the next worker goes on, and what is kept is what one undisturbed makes."""
    wanted, points = reference(made, tmp_path / "reference"), 0
    for points in itertools.count(0, 3):
        office = copied(made, tmp_path / str(points))
        asked(office)
        office.registry.close()
        office = office.again()
        struck = killed(office, lambda own: worker.work(own, later(2)), points)
        assert worker.work(office, later(9))  # the lease has run out: it is taken up again, or the clocks are looked at
        assert sound(office) == wanted
        office.close()
        shutil.rmtree(tmp_path / str(points))
        if not struck:
            break
    assert points > 20


def test_what_kills_whoever_does_it_is_left_alone_in_the_end(made: Office, tmp_path: Path) -> None:
    """After so many tries; it says so, and may be asked for again."""
    office = copied(made, tmp_path / "office")
    number = asked(office)
    for hour in range(2, 2 + 2 * jobs.TRIES, 2):
        assert killed(office, lambda own, at=hour: jobs.turn(own, later(at), worker.RUNNERS), 6)  # type: ignore[misc]
        assert office.registry.job(number).state == "running"
    jobs.turn(office, later(99), worker.RUNNERS)
    job = office.registry.job(number)
    assert job.state == "failed" and "never came to its end" in job.said
    assert not load(office, MATTER).of("collected")
    assert asked(office) != number


def test_killed_on_postgresql_too(made: Office, server: Server, tmp_path: Path) -> None:
    """Before anything is kept, between a step and its end, and in the middle of the last commit."""
    wanted = reference(made, tmp_path / "reference")
    whole = copied(made, tmp_path / "office")
    number, key = asked(whole), load_key(whole.root / "keys" / "ledger.key")
    url = server.database("jobs")
    move(whole.registry, url, key).close()  # type: ignore[arg-type]
    whole.close()
    settings = whole.root / "office.toml"
    settings.write_text(with_database(settings.read_text("utf-8"), url), "utf-8")
    office = Office(whole.root)
    office.__dict__["packs"], office.__dict__["holdings"] = made.packs, made.holdings
    struck = 0
    for hour, point in enumerate((3, 9, 12, 11, 10), 1):
        act = partial(jobs.turn, now=later(2 * hour), runners=worker.RUNNERS)
        struck += killed(office, act, point)
        assert len(load(office, MATTER).of("collected")) <= 1
    assert struck >= 4
    if office.registry.job(number).open:
        assert worker.work(office, later(20))
    assert office.registry.job(number).state == "done" and sound(office) == wanted
    office.close()


def test_while_others_write_to_the_matter_a_collection_is_still_recorded(
    made: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found is kept meanwhile, and the stores are walked once."""
    office, other = copied(made, tmp_path / "office"), copied(made, tmp_path / "else")
    other.root = office.root
    asked(office)
    walks, plain = [], worker.carry_out

    def meanwhile(*args: Any) -> Any:
        walks.append(len(list(office.registry.steps(1))))
        if len(walks) < 3:
            doing = args[3]
            ends = doing.ends

            def writing(said: str) -> Any:
                event = Event("", "filing", AT, AT, f"brief {len(walks)}", "docket", "clerk")
                enter(other, MATTER, event)
                return ends(said)

            args = (*args[:3], type(doing)(doing.progress, doing.keep, writing))
        return plain(*args)

    monkeypatch.setattr(worker, "carry_out", meanwhile)
    worker.work(office, later(2))
    assert walks[0] == 0 and walks[1] == walks[2] > 0
    assert len(load(office, MATTER).of("collected")) == 1 and len(load(office, MATTER).of("filing")) == 2


def test_what_cannot_be_collected_fails_in_words(made: Office, tmp_path: Path) -> None:
    """With the remedy; nothing is recorded, and who may not ask is refused at once."""
    office = copied(made, tmp_path / "office")
    for wrong in (Order("nobody", later(1)), Order("clerk", later(1), ("live-content",))):
        with pytest.raises(ComityError):
            ask_collection(office, MATTER, wrong)
    with pytest.raises(NotThatPerson):
        ask_collection(office, MATTER, Order("nobody", later(1)))
    number = asked(office)
    assert asked(office) == number, "asked twice it is one job"
    office.__dict__["holdings"] = made.again().holdings
    places = dict(made.holdings.places)
    made.holdings.places.clear()
    try:
        worker.work(office, later(2))
    finally:
        made.holdings.places.update(places)
    job = office.registry.job(number)
    assert job.state == "failed" and "do not lie where comity can read them" in job.said and "add path" in job.said
    assert not load(office, MATTER).of("collected")


def test_who_is_slow_says_so_and_who_lost_the_job_stops(made: Office, tmp_path: Path) -> None:
    """The lease is renewed while the work goes on, with how far it is; once another has it, the first does no more."""
    office = copied(made, tmp_path / "office")
    number, short = asked(office), timedelta(seconds=0.2)

    def slow(hold: jobs.Hold) -> None:
        hold.told("dublin", 7, 9)
        deadline = datetime.now(UTC) + timedelta(seconds=5)
        while not office.again().registry.job(number).progress and datetime.now(UTC) < deadline:
            pass
        assert progress_of(office.registry.job(number)) == {"dublin": (7, 9)}
        theirs = office.again().registry
        assert theirs.take_job([jobs.COLLECT], AT + timedelta(days=9), AT + timedelta(days=10))
        while not hold.lost and datetime.now(UTC) < deadline:
            pass
        hold.told("dublin", 8, 9)
        raise AssertionError("it was not stopped")

    jobs.turn(office, later(2), {jobs.COLLECT: slow}, short)
    job = office.registry.job(number)
    assert (job.state, job.tries) == ("running", 2), "the other still has it"


def test_what_runs_out_becomes_a_task_once_and_goes_when_it_is_done(made: Office, tmp_path: Path) -> None:
    """A secrecy order ends, a window opens, a day draws near: each is said once, however often anybody looks."""
    office = copied(made, tmp_path / "office")
    gag = Event("", "gagged", AT, AT, "the user must not be told", "order", "court", until=AT + timedelta(days=30))
    window = Event("", "window", AT, AT, "not before the ninth day", "notice", "court", until=AT + timedelta(days=9))
    record(office, MATTER, [gag, window])

    def said(days: float) -> list[str]:
        assert worker.work(office, lambda: AT + timedelta(days=days))
        return sorted(job.asks.split(" at ")[0].split(";")[0] for job in tasks(office) if "answer" not in job.asks)

    assert said(0) == []
    assert said(9.1) == ["the release window opened"]
    assert said(9.2) == ["the release window opened"]
    assert said(29) == ["gag ends", "the release window opened"]
    assert "the secrecy order ended" in said(30.1) and "gag ends" not in said(30.15)
    for task in tasks(office):
        if task.asks.startswith("the release window"):
            did(office, task.number, "clerk", AT)
    assert "the release window opened" not in said(30.2), "what a person looked at does not come back"
    told = Event("", "notified", AT + timedelta(days=30), AT + timedelta(days=30), "told", "letter", "clerk")
    record(office, MATTER, [told])
    assert said(40) == [], "nothing is left to do"
    with pytest.raises(jobs.NotATask):
        did(office, asked(office), "clerk", AT)


def test_two_workers_look_at_the_clocks_in_turn(made: Office, tmp_path: Path) -> None:
    """One job for all of them, due again after a while."""
    office = copied(made, tmp_path / "office")
    assert [bool(worker.work(office, later(2))) for _ in range(3)] == [True, False, False]
    assert [job.kind for job in office.registry.jobs()] == [clocks.CLOCKS]
    assert worker.work(office, lambda: later(2)() + clocks.EVERY)


def test_a_listing_of_before_is_read_as_it_was_kept(made: Office, tmp_path: Path) -> None:
    """One pack and one list of reasons for all stores: what an earlier comity collected is produced by this one."""
    office = copied(made, tmp_path / "office")
    now = collect(office, MATTER, "clerk", AT + LONG)
    blobs, told = Blobs(office.root / "blobs"), list(now.told(office))
    kept = json.loads(b"".join(blobs.read(load(office, MATTER).of("collected")[-1].get("listing"))))
    [(store, pack)] = kept.pop("packs").items()
    kept |= {"pack": pack, "sortings": kept.pop("reasons")[store]}
    digest = blobs.put([json.dumps(kept).encode()])
    data = {**dict(load(office, MATTER).of("collected")[-1].data), "listing": digest}
    event = Event("", "collected", AT + 2 * LONG, AT + 2 * LONG, "as before", "collection", "clerk",
                  data=tuple(data.items()))  # fmt: skip
    record(office, MATTER, [event])
    then = listing_of(office, load(office, MATTER))
    assert then.inventory == now.inventory and list(then.told(office)) == told
    assert {then.pack_of(item) for item, _ in then.items} == {pack}
