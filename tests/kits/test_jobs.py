"""Jobs, on SQLite and on PostgreSQL: nobody has a job twice, nothing is kept twice, an end and its event are one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kits.registry_kit import AT, SIGNER, event
from tests.kits.stores import PostgresStore, SqliteStore, Store
from tests.postgres import Server

from comity.registry import place
from comity.registry.jobport import End, Job, LeaseLost, NewJob, NoJob, stamp, unstamp
from comity.registry.port import NotWritten, Overtaken, Registry
from comity.registry.sqlite import SqliteRegistry

MINUTE = timedelta(minutes=1)
KINDS = ("collect", "exposure")


def asked(once: str = "", kind: str = "collect") -> NewJob:
    """Some work."""
    return NewJob(kind, "M-1", '{"categories": ["content"]}', "clerk", AT, once)


def taken(registry: Registry, after: timedelta = timedelta(0)) -> Job:
    """The next job, taken."""
    job = registry.take_job(KINDS, AT + after, AT + after + MINUTE)
    assert job
    return job


@pytest.fixture
def registry(store: Store) -> Registry:
    store.create().close()
    return store.open(SIGNER)


def test_work_comes_back_as_it_was_asked_for(store: Store, registry: Registry) -> None:
    """Also through another handle; the newest first, by kind and by matter."""
    first = registry.put_job(asked())
    other = registry.put_job(NewJob("exposure", "", "{}", "Zoë Ã¶", AT, due=AT + MINUTE))
    assert (first.number, first.state, first.tries, first.due) == (1, "waiting", 0, AT)
    again = store.open(None)
    assert again.jobs() == [other, first] and again.job(2) == other
    assert again.jobs("collect") == again.jobs(matter="M-1") == again.jobs(open_only=True)[1:] == [first]
    with pytest.raises(NoJob):
        again.job(3)


def test_of_work_that_is_to_be_done_once_only_the_first_is_kept(registry: Registry) -> None:
    """Whoever asks second is given the first; what failed may be asked for anew."""
    first = registry.put_job(asked("M-1 seen 4"))
    assert registry.put_job(asked("M-1 seen 4")) == first
    registry.end_job(End(taken(registry), "no mailbox", AT, "failed"))
    second = registry.put_job(asked("M-1 seen 4"))
    assert second.number == 2 and registry.put_job(asked("M-1 seen 4")) == second
    registry.end_job(End(taken(registry), "done", AT))
    assert registry.put_job(asked("M-1 seen 4")).number == 2


def test_a_job_is_taken_by_one_and_taken_over_only_when_the_time_is_over(registry: Registry) -> None:
    """The oldest that is due first; who had it before can then neither keep a step nor end it."""
    registry.put_job(NewJob("collect", "M-2", "", "clerk", AT, due=AT + timedelta(hours=1)))
    registry.put_job(asked())
    mine = taken(registry)
    assert (mine.matter, mine.tries) == ("M-1", 1)
    assert registry.take_job(KINDS, AT, AT + MINUTE) is None
    assert registry.take_job(("other",), AT + timedelta(days=1), AT + timedelta(days=2)) is None
    registry.renew_job(mine, AT + 2 * MINUTE, "half")
    assert registry.take_job(KINDS, AT + MINUTE, AT + 9 * MINUTE) is None
    theirs = taken(registry, 2 * MINUTE)
    assert (theirs.number, theirs.tries, theirs.progress) == (mine.number, 2, "half")
    for late in (
        lambda: registry.step_job(mine, "one", "x"),
        lambda: registry.renew_job(mine, AT + 9 * MINUTE, ""),
        lambda: registry.end_job(End(mine, "done", AT)),
        lambda: registry.append_all([event()], {}, End(mine, "done", AT)),
    ):
        with pytest.raises(LeaseLost):
            late()
    assert registry.size() == 0 and registry.steps(mine.number) == {}
    assert registry.step_job(theirs, "one", "y") == "y"


def test_what_a_step_made_is_kept_once(store: Store, registry: Registry) -> None:
    """Done again after a crash it is what it was; what people mark is what they marked last."""
    registry.put_job(asked())
    job = taken(registry)
    assert registry.step_job(job, "store dublin", "sha256:1") == "sha256:1"
    assert registry.step_job(job, "store dublin", "sha256:2") == "sha256:1"
    registry.mark_job(job.number, "hit 7", "read")
    registry.mark_job(job.number, "hit 7", "privileged")
    assert store.open(None).steps(job.number) == {"hit 7": "privileged", "store dublin": "sha256:1"}


def test_an_end_and_its_event_are_written_together_or_not_at_all(store: Store, registry: Registry) -> None:
    """Whether another wrote to the matter first, or another has the job by now."""
    registry.append(event())
    registry.put_job(asked())
    job = taken(registry)
    with pytest.raises(Overtaken):
        registry.append_all([event(1)], {"M-1": 0}, End(job, "12 hits", AT))
    assert (registry.size(), registry.job(1).state) == (1, "running")
    registry.append_all([event(1)], {"M-1": 1}, End(job, "12 hits", AT))
    kept = store.open(None)
    assert (kept.size(), kept.job(1).state, kept.job(1).said) == (2, "done", "12 hits")
    with pytest.raises(LeaseLost):
        registry.append_all([event(2)], {}, End(job, "12 hits", AT))
    assert kept.size() == 2


def test_work_that_comes_back_is_due_again_with_nothing_done(registry: Registry) -> None:
    """Its tries are counted anew and its steps forgotten."""
    registry.put_job(asked("clocks", "exposure"))
    for turn in range(3):
        job = taken(registry, turn * MINUTE)
        assert (job.number, job.tries) == (1, 1) and registry.steps(1) == {}
        registry.step_job(job, "seen", str(turn))
        registry.end_job(End(job, f"turn {turn}", AT, again=AT + (turn + 1) * MINUTE))
        assert registry.take_job(KINDS, AT + turn * MINUTE, AT + 9 * MINUTE) is None
    assert registry.job(1).said == "turn 2"


def test_what_waits_for_a_person_is_closed_by_a_person(registry: Registry) -> None:
    """Once; what somebody is just doing is not."""
    registry.put_job(asked())
    registry.close_job(1, "clerk", AT)
    registry.close_job(1, "counsel", AT + MINUTE)
    assert (registry.job(1).state, registry.job(1).said, registry.job(1).ended) == ("done", "clerk", AT)
    registry.put_job(asked())
    taken(registry)
    registry.close_job(2, "clerk", AT)
    assert registry.job(2).state == "running"
    for again in (False, True):
        number = registry.put_job(asked(f"reminded {again}")).number
        registry.close_job(number, "clerk", AT, again)
        assert (registry.put_job(asked(f"reminded {again}")).number == number) is not again


def test_of_many_who_take_at_once_each_has_another_job(store: Store, registry: Registry) -> None:
    """Eight at a time, forty jobs: every job once, while events are written beside it."""
    for _ in range(40):
        registry.put_job(asked())

    def worker(_: int) -> list[int]:
        found = []
        with closing(place.opened(store.where, SIGNER)) as own:
            while job := own.take_job(KINDS, AT, AT + timedelta(days=1)):
                own.append_all([event(job.number, f"M-{job.number}")], {f"M-{job.number}": 0}, End(job, "", AT))
                found.append(job.number)
        return found

    with ThreadPoolExecutor(8) as pool:
        done = [number for numbers in pool.map(worker, range(8)) for number in numbers]
    assert sorted(done) == list(range(1, 41))
    assert registry.matters() == dict.fromkeys(registry.matters(), 1) and registry.size() == 40
    assert {job.state for job in registry.jobs()} == {"done"}


def test_a_file_that_was_moved_takes_no_more_work_and_the_database_has_it(server: Server, tmp_path: Path) -> None:
    """Marks and all; a worker that still has the file open is told where it went."""
    file, base = SqliteStore(tmp_path / "registry"), PostgresStore(server, "moved")
    file.create().close()
    old = file.open(SIGNER)
    assert isinstance(old, SqliteRegistry)
    old.put_job(asked("once"))
    old.mark_job(1, "hit 1", "read")
    base.wipe()
    with closing(place.move(old, str(base.where), SIGNER)) as new:
        assert (new.jobs(), new.steps(1)) == (old.jobs(), {"hit 1": "read"})
        assert new.put_job(asked("once")).number == 1
        with pytest.raises(NotWritten, match="it was moved to"):
            old.put_job(asked())
    file.close()
    base.close()


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2))
def test_moments_as_text_sort_as_moments_do(moments: list[datetime]) -> None:
    """And come back the same."""
    assert [unstamp(stamp(at)) for at in moments] == moments
    assert all((a < b) == (stamp(a) < stamp(b)) for a, b in pairwise(moments))
