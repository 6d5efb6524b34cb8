"""Letters at the desk: what can be made when, drafts under several hands, staleness, what is recorded at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from comity.desk import demand as intake
from comity.desk import drafts, letter
from comity.desk.drafts import DraftOvertaken, NoDraft
from comity.desk.letter import Finished, NotALetter, NothingToSay, Stale, Unfinished
from comity.desk.matter import NoMatter, NotByHand, deadlines, demand_of, enter, load, record
from comity.desk.office import NotThatPerson, Office, init
from comity.errors import ComityError
from comity.kernel.demand import Demand, Scope
from comity.kernel.matter import Event
from comity.letters.drafts.edit import Draft, lines, removed, unfilled
from comity.letters.drafts.model import KINDS
from comity.registry.blobs import Blobs

SERVED = datetime(2026, 9, 1, 10, tzinfo=UTC)
AT = SERVED + timedelta(days=1)
EPOC, WARRANT, POLICE = "epoc", "warrant", "police"
NORA = "nora@lough.example"
DEMANDS = (
    Demand(EPOC, "DE", "eu-epoc", "prosecutor", "de-ag", "ie", SERVED, Scope((NORA,), frozenset({"traffic"})),
           "registry", reference="Gs 1", facts=(("served.eu_addressee", True),)),
    Demand(WARRANT, "US", "us-sca-warrant", "judge", "us-nysd", "us", SERVED, Scope((NORA,), frozenset({"content"})),
           "portal", reference="26 MAG 1"),
    Demand(POLICE, "IN", "foreign-police-request", "police", "", "us", SERVED, Scope((NORA,), frozenset({"content"})),
           "email", reference="FIR 7"),
)  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office of the United States and Ireland with three demands for the content or traffic of one account."""
    made = init(tmp_path, "Lough", "ledger.lough.example/comity")
    row = "address,store,customer_place,nationality,kind,service\n{},dublin-mail,IE,,person,mail\n"
    (tmp_path / "accounts.csv").write_text(row.format(NORA), "utf-8")
    for demand in DEMANDS:
        intake.receive(made, demand, "clerk", SERVED)
    yield made
    made.close()


def kept(office: Office, name: str, kind: str, by: str = "clerk") -> Draft:
    return letter.begin(office, letter.make(office, name, kind, AT), by)


def filled(office: Office, draft: Draft) -> Draft:
    """Every field of a draft filled in by counsel."""
    given = {one.key: (f"Counsel says of {one.key}.", ()) for one in unfilled(draft)}
    return letter.save(office, draft, given, "counsel", AT)


def finished(office: Office, draft: Draft, by: str = "counsel") -> Event:
    return letter.finish(office, letter.look(office, draft.matter, draft.id, AT), by, AT)


def said(draft: Draft) -> str:
    return "\n".join(one.text for one in draft.letter.paragraphs)


def test_what_can_be_made_follows_from_the_verdict(office: Office) -> None:
    possible = {
        name: {kind for kind, why in letter.possible(office, name, AT).items() if not why}
        for name in office.registry.matters()
    }
    assert possible[WARRANT] == {"memo", "motion", "notice"}
    assert possible[EPOC] == {"memo", "objection", "motion", "clarification", "notice"}
    assert possible[POLICE] == {"memo", "refusal", "notice"}
    with pytest.raises(NothingToSay) as refused:
        letter.make(office, WARRANT, "refusal", AT)
    assert "barred or free" in refused.value.message
    with pytest.raises(NotALetter):
        letter.make(office, WARRANT, "love letter", AT)
    with pytest.raises(NoMatter):
        letter.make(office, "nothing", "memo", AT)


def test_the_authority_is_asked_what_the_certificate_leaves_open(office: Office) -> None:
    made = letter.make(office, EPOC, "clarification", AT)
    asked = {one.key.removeprefix("ask:") for one in made.letter.paragraphs if one.key.startswith("ask:")}
    open_ones = {
        p.term for one in letter.file_of(office, load(office, EPOC), AT).classes for p in one.decision.open_points
    }
    assert asked == {term for term in open_ones if term.startswith("demand.")} != set()
    outside = "\n".join(one.text for one in made.letter.paragraphs if not one.inside)
    assert "dublin-mail" not in outside and "object" not in outside and "does not say whether any account" in outside


def test_an_objection_carries_the_desks_own_deadline(office: Office) -> None:
    made = letter.make(office, EPOC, "objection", AT)
    file = letter.file_of(office, load(office, EPOC), AT)
    notes = {one.key: one.text for one in made.letter.paragraphs}
    dated = [clock for clock in file.clocks if f"ground:{clock.rule}:office" in notes]
    assert dated
    for clock in dated:
        assert f"Its time: by {clock.due:%Y-%m-%d %H:%M} UTC" in notes[f"ground:{clock.rule}:office"]


def test_the_memo_says_what_counsel_answered_and_what_the_verdict_was_without(office: Office) -> None:
    file = letter.file_of(office, load(office, WARRANT), AT)
    term = file.classes[0].decision.open_points[0].term
    answer = (("term", term), ("answer", "true"))
    enter(office, WARRANT, Event("", "counsel", AT, AT, "Our memo of May.", "memo 1", "counsel", data=answer))
    memo = said(letter.make(office, WARRANT, "memo", AT))
    assert (
        "counsel answered this open point" in memo
        and "Our memo of May. Without that answer the verdict is open." in memo
    )


def test_a_refusal_of_one_class_says_nothing_of_the_others(office: Office) -> None:
    made = letter.make(office, POLICE, "refusal", AT, "Superintendent, Cyber Cell")
    assert made.letter.head[0] == ("To", "Superintendent, Cyber Cell")
    outside = "\n".join(one.text for one in made.letter.paragraphs if not one.inside)
    assert "as far as any lies in Ireland" in outside and "dublin-mail" not in outside and "barred" not in outside


def test_who_asks_for_themselves_is_answered_and_named_and_not_a_court(office: Office) -> None:
    """A police request may state the court of its place; that court has asked for nothing."""
    request = replace(DEMANDS[2], id="asked", court="in-sc")
    intake.receive(office, request, "clerk", SERVED)
    made = letter.make(office, "asked", "refusal", AT).letter
    assert dict(made.head)["To"] == "police, India"
    assert dict(letter.make(office, WARRANT, "memo", AT).letter.head)["To"] == "the file"
    court = office.packs.law.courts["us-nysd"].name
    told = " ".join(one.text for one in letter.make(office, "asked", "notice", AT).letter.paragraphs)
    assert "Who asked: police, India" in told and "Under: Request of a foreign authority" in told
    warrant = " ".join(one.text for one in letter.make(office, WARRANT, "notice", AT).letter.paragraphs)
    assert f"Who asked: judge, {court}, United States" in warrant


def test_drafts_are_numbered_by_kind_and_listed_in_order(office: Office) -> None:
    assert [kept(office, WARRANT, kind).id for kind in ("memo", "motion", "memo")] == ["memo-1", "motion-1", "memo-2"]
    assert [one.draft.id for one in letter.listed(office, WARRANT, AT)] == ["memo-1", "memo-2", "motion-1"]
    assert letter.listed(office, EPOC, AT) == ()
    assert len(load(office, WARRANT).events) == 3, "a draft is no event"
    for name in ("stranger", "second.approver"):
        with pytest.raises(NotThatPerson):
            kept(office, WARRANT, "memo", name)


@pytest.mark.parametrize("id", ["memo-2", "../memo-1", "memo-1/..", "memo-0", "", "memo-1\n"])
def test_what_is_no_letter_is_not_found(office: Office, id: str) -> None:
    kept(office, WARRANT, "memo")
    with pytest.raises(NoDraft):
        letter.look(office, WARRANT, id, AT)


def test_a_draft_comes_back_as_it_was_saved(office: Office) -> None:
    made = kept(office, EPOC, "objection")
    assert drafts.newest(office, EPOC, made.id) == made
    done = filled(office, made)
    assert drafts.newest(office, EPOC, made.id) == done and drafts.newest(office, EPOC, made.id, 1) == made


def test_of_two_clerks_the_second_is_refused_with_what_the_first_wrote(office: Office) -> None:
    draft = kept(office, WARRANT, "memo")
    key = draft.letter.paragraphs[1].key
    letter.save(office, draft, {key: ("The first.", ())}, "clerk", AT)
    with pytest.raises(DraftOvertaken) as refused:
        letter.save(office, draft, {key: ("The second.", ())}, "counsel", AT)
    newer = refused.value.newer
    assert newer.edited[key].text == "The first." and "clerk saved version 2" in refused.value.message
    assert letter.save(office, newer, {key: ("Both.", ())}, "counsel", AT).version == 3


def test_of_two_who_save_at_one_moment_only_one_is_kept(office: Office) -> None:
    """Both had looked before either wrote: the file that lies there first decides."""
    draft = kept(office, WARRANT, "memo")
    first, second = (replace(draft, version=2, saved_by=name) for name in ("clerk", "counsel"))
    drafts.keep(office, first)
    with pytest.raises(DraftOvertaken):
        drafts.keep(office, second)
    assert drafts.newest(office, WARRANT, draft.id).saved_by == "clerk"
    folder = next((office.root / "drafts").rglob("memo-1"))
    assert sorted(path.name for path in folder.iterdir()) == ["000001.json", "000002.json"]
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}


def test_saving_nothing_makes_no_version(office: Office) -> None:
    draft = kept(office, WARRANT, "memo")
    given = {line.made.key: (line.text.replace("\n", "\r\n"), ()) for line in lines(draft)}
    assert letter.save(office, draft, given, "counsel", AT) is draft


def test_a_draft_that_was_spoilt_says_so(office: Office) -> None:
    draft = kept(office, WARRANT, "memo")
    next((office.root / "drafts").rglob("000001.json")).write_text(json.dumps({"id": draft.id}))
    with pytest.raises(ComityError, match="is no draft that comity wrote"):
        letter.look(office, WARRANT, draft.id, AT)


def changes(office: Office, draft: Draft, at: datetime = AT) -> tuple[str, ...]:
    return letter.look(office, draft.matter, draft.id, at).changed


def test_a_new_draft_is_not_stale_nor_does_the_offices_own_work_make_it_so(office: Office) -> None:
    every = [kept(office, name, kind) for name in (WARRANT, EPOC, POLICE)
             for kind, why in letter.possible(office, name, AT).items() if not why]  # fmt: skip
    assert {draft.letter.kind for draft in every} == set(KINDS) - {"certificate"}
    record(office, WARRANT, [Event("", "approved", AT, AT, "approved", "desk", "first.approver")])
    finished(office, next(draft for draft in every if draft.id == "memo-1" and draft.matter == WARRANT))
    assert [changes(office, draft) for draft in every] == [()] * len(every)


def test_an_event_makes_a_draft_stale_and_is_named(office: Office) -> None:
    draft = kept(office, WARRANT, "memo")
    enter(office, WARRANT, Event("", "stayed", AT, AT, "stayed pending appeal", "order 2", "clerk"))
    told = " ".join(changes(office, draft))
    assert "Recorded since: 2026-09-02, stayed: stayed pending appeal" in told
    assert "Made now it would say: The order, for content of messages, is suspended" in told


def test_a_fact_that_becomes_known_makes_it_stale_and_the_verdict_is_told(office: Office) -> None:
    draft = kept(office, EPOC, "clarification")
    term = next(one.key for one in draft.letter.paragraphs if one.key.startswith("ask:")).removeprefix("ask:")
    value = "judge" if term == "demand.validated_by" else "true"
    data = (("term", term), ("value", value))
    enter(office, EPOC, Event("", "fact", AT, AT, "they answered", "Annex III", "clerk", data=data))
    told = " ".join(changes(office, draft))
    assert "they answered" in told and "dublin-mail/traffic" in told and "would not say" in told


def test_another_state_of_the_law_makes_it_stale(office: Office) -> None:
    """A later day is another law: after the Act of 2018 the refusal of an order of before would be another."""
    early = datetime(2018, 1, 10, tzinfo=UTC)
    intake.receive(office, replace(DEMANDS[1], id="old", served=early), "clerk", early)
    draft = letter.begin(office, letter.make(office, "old", "memo", early), "clerk")
    assert changes(office, draft, early) == ()
    assert any("dublin-mail/content" in one for one in changes(office, draft, datetime(2018, 4, 1, tzinfo=UTC)))


def test_a_stale_letter_is_finished_only_by_who_read_what_changed(office: Office) -> None:
    draft = kept(office, WARRANT, "memo")
    enter(office, WARRANT, Event("", "stayed", AT, AT, "stayed pending appeal", "order 2", "clerk"))
    before = letter.look(office, WARRANT, draft.id, AT)
    with pytest.raises(Stale) as refused:
        letter.finish(office, before, "clerk", AT)
    assert "stayed pending appeal" in refused.value.message
    enter(office, WARRANT, Event("", "stay-lifted", AT, AT, "the stay ended", "order 3", "clerk"))
    with pytest.raises(Stale):
        letter.finish(office, before, "clerk", AT, before.told)
    now = letter.look(office, WARRANT, draft.id, AT)
    assert letter.finish(office, now, "clerk", AT, now.told).kind == "letter"


def test_what_was_finished_is_kept_as_it_left_and_its_digest_recorded(office: Office) -> None:
    draft = filled(office, kept(office, WARRANT, "motion"))
    ground = next(line for line in lines(draft) if line.made.key.startswith("ground:") and not line.made.inside)
    cite = ground.made.cites[0]
    draft = letter.save(office, draft, {ground.made.key: (ground.text, (f"rule:{cite.id}",))}, "counsel", AT)
    assert [cite.id for _, cite in removed(draft)] == [cite.id]
    event = finished(office, draft)
    assert event.kind == "letter" and event.get("letter") == draft.id and event.get("version") == "3"
    assert "1 citation of what was made taken out" in event.says
    sent = letter.look(office, WARRANT, draft.id, AT)
    for form in ("html", "pdf"):
        raw = letter.paper(office, sent, form)
        assert f"sha256:{sha256(raw).hexdigest()}" == event.get(form)
        assert raw == b"".join(Blobs(office.root / "blobs").read(event.get(form)))
    assert b"Counsel says of prayed." in letter.paper(office, sent, "html")
    assert load(office, WARRANT).of("letter")[0].get("html") == event.get("html")


def test_nothing_is_changed_after_it_was_finished(office: Office) -> None:
    draft = kept(office, WARRANT, "memo")
    finished(office, draft, "clerk")
    with pytest.raises(Finished):
        letter.save(office, draft, {draft.letter.paragraphs[1].key: ("Late.", ())}, "clerk", AT)
    with pytest.raises(Finished):
        finished(office, draft, "clerk")


def test_a_letter_with_empty_fields_is_not_finished_and_a_motion_by_counsel_alone(office: Office) -> None:
    draft = kept(office, WARRANT, "motion")
    with pytest.raises(Unfinished, match="the prayer for relief"):
        finished(office, draft)
    draft = filled(office, draft)
    with pytest.raises(NotThatPerson):
        finished(office, draft, "clerk")
    assert finished(office, draft).by == "counsel"


def test_a_version_that_was_not_read_is_not_finished(office: Office) -> None:
    draft = kept(office, WARRANT, "memo")
    read = letter.look(office, WARRANT, draft.id, AT)
    letter.save(office, draft, {draft.letter.paragraphs[1].key: ("Another's.", ())}, "counsel", AT)
    with pytest.raises(DraftOvertaken):
        letter.finish(office, read, "clerk", AT)


def test_asking_the_authority_starts_its_time(office: Office) -> None:
    """Five days from the request, by Regulation (EU) 2023/1543, Art. 10(6)."""
    file = letter.file_of(office, load(office, EPOC), AT)
    duties = [reason for one in file.classes for reason in one.decision.duties]
    assert "eu-epoc-clarify" not in {clock.rule for clock in file.clocks}
    finished(office, filled(office, kept(office, EPOC, "clarification")), "clerk")
    clocks = {clock.rule: clock for clock in deadlines(load(office, EPOC), duties, "DE", AT)}
    assert clocks["eu-epoc-clarify"].started == AT
    assert demand_of(load(office, EPOC)).scope == DEMANDS[0].scope


def test_nobody_writes_by_hand_that_a_letter_was_finished(office: Office) -> None:
    with pytest.raises(NotByHand):
        enter(office, WARRANT, Event("", "letter", AT, AT, "a letter", "desk", "clerk"))
