"""A matter's drawn life says at each moment what `decide`, `standing` and the gate say when asked about that moment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.web.office import MATTER, NOW, POINT, SERVED

from comity.desk.decision import assess
from comity.desk.gate import would_open
from comity.desk.life import WEEKS, life
from comity.desk.matter import enter, load, record
from comity.desk.office import Office, load_packs
from comity.kernel.matter import Event, standing


def test_each_moment_is_what_the_desk_says_of_it(root: Path) -> None:
    office = Office(root)
    answer = (("term", POINT), ("answer", "true"))
    happened = [("stayed", ()), ("stay-lifted", ()), ("counsel", answer), ("contempt", ()), ("filing", ())]
    for hours, (kind, data) in enumerate(happened, 5):
        at = SERVED + timedelta(hours=hours)
        enter(office, MATTER, Event("", kind, at, at, kind, "paper", "counsel", data=data))
    matter = load(office, MATTER)
    moments = list(life(office, matter, NOW))
    assert [moment.at for moment in moments] == sorted({event.known for event in matter.events} | {NOW})
    assert [event for moment in moments for event in moment.events] == sorted(matter.events, key=lambda e: e.known)
    verdicts = set()
    for moment in moments:
        then = matter.as_known(moment.at)
        (ruled,), (line,) = assess(office, then, moment.at).ruled, moment.lines
        assert line.name == ruled.name and line.verdict == (ruled.answered or ruled.decision).verdict
        assert line.standing == standing(then, moment.at, ruled.category)
        assert line.shut == would_open(office, then, moment.at, frozenset({ruled.category}))
        verdicts.add((line.verdict, line.standing.state, not line.shut))
    assert {("open", "suspended", False), ("compelled", "live", True), ("compelled", "live", False)} <= verdicts


def test_a_decision_that_is_kept_is_the_one_that_would_be_made(root: Path) -> None:
    """Whatever was asked before: other days, other facts, counsel's answers, a gag that ran out, other packs."""
    office = Office(root)
    answer, gagged = (("term", POINT), ("answer", "true")), NOW + timedelta(days=3)
    happened = [("counsel", answer, None), ("gagged", (), gagged), ("filing", (), None)]
    for hours, (kind, data, until) in enumerate(happened, 5):
        at = SERVED + timedelta(hours=hours)
        record(office, MATTER, [Event("", kind, at, at, kind, "paper", "counsel", until=until, data=data)])
    matter = load(office, MATTER)
    moments = [event.known for event in matter.events] + [NOW, NOW.replace(year=2027), gagged + timedelta(days=1)]
    moments = [at for at in moments if matter.as_known(at).of("confirmed")]
    for asked in (moments, moments[::-1]):
        for at in asked:
            kept, made = (assess(one, matter.as_known(at), at) for one in (office, Office(root)))
            assert kept == made
    assert assess(office, matter, NOW) is assess(office, matter, NOW)
    assert assess(office.under(load_packs()), matter, NOW) is not assess(office, matter, NOW)


def test_a_day_on_which_the_law_changed_is_a_moment_of_its_own(root: Path) -> None:
    office = Office(root)
    later = NOW.replace(year=2020)
    begun = later - timedelta(days=400)
    first = load(office, MATTER).of("issued", "served", "confirmed")
    old = [Event("", e.kind, begun, begun, e.says, e.source, e.by, data=e.data) for e in first]
    record(office, "old", old)
    days = [moment for moment in life(office, load(office, "old"), later) if not moment.events]
    assert [f"{moment.at:%Y-%m-%d}" for moment in days[:-1]].count("2020-07-16") == 1, "Schrems II"
    assert days[-1].at == later


def test_a_dead_order_is_not_drawn_for_ever(root: Path) -> None:
    office = Office(root)
    at = SERVED + timedelta(hours=6)
    enter(office, MATTER, Event("", "quashed", at, at, "quashed", "order", "clerk"))
    moments = list(life(office, load(office, MATTER), NOW + timedelta(days=900)))
    assert moments[-1].at == at + WEEKS and moments[-1].lines[0].standing.state == "dead"


def test_an_office_opened_again_shares_what_was_read_and_no_registry(root: Path) -> None:
    office = Office(root)
    assert office.registry and office.packs and office.shelf is not None
    again = office.again()
    assert again.packs is office.packs and again.shelf is office.shelf and again.registry is not office.registry
    assert office.under(office.packs).shelf is not office.shelf
    names = {path.name for path in office.files()}
    assert {"office.toml", "estate.toml", "accounts.csv", "terms.toml"} <= names and all(
        p.exists() for p in office.files()
    )
