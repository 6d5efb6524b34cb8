"""European orders are read by the elements that are known; what is missing is a fault, what is unknown is shown."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.apart import in_this_process
from tests.intake.conftest import DANA, OWEN

from comity.errors import ComityError
from comity.intake import apart
from comity.intake.confirm import Confirmed, confirm
from comity.intake.epoc import NotAnOrder, is_epoc, propose_epoc
from comity.intake.epoc_form import authority, eight_hours
from comity.intake.known import Known
from comity.intake.passages import Field, Proposal
from comity.intake.printed import is_printed
from comity.intake.proposed import proposed, shape_of
from comity.kernel.words import Fault
from comity.sim.orders import Asked, Order

AT = datetime(2026, 9, 2, tzinfo=UTC)
US = "Meridian Ireland Operations Ltd"
EPOC = Order((Asked(OWEN),), US)
PRESERVE = Order((Asked(OWEN, ("Traffic",)),), US, preserves=True)
CHOSEN = {
    "id": "e-1", "served": AT, "channel": "registry", "place": "DE", "court": "de-ag", "served.eu_addressee": True,
}  # fmt: skip
LOOK = apart.answer


@pytest.fixture(autouse=True)
def here() -> Iterator[None]:
    with in_this_process():
        yield


def read(order: Order | str, known: Known) -> Proposal:
    text = order if isinstance(order, str) else order.xml
    made = proposed(text, known, "m.xml", "sha256:" + "0" * 64)
    assert all(text[one.start : one.end] == one.passage for one in made.fields), "a passage is a piece of the message"
    return made


def of(made: Proposal, name: str) -> Field:
    (one,) = made.of(name)
    return one


def settle(made: Proposal, known: Known, **more: object) -> tuple[Confirmed | None, list[Fault]]:
    return confirm(made, {**CHOSEN, **more}, known, "clerk", AT)  # type: ignore[arg-type]


def test_a_production_order_is_read_into_a_demand(known: Known) -> None:
    made = read(EPOC, known)
    assert shape_of(EPOC.xml) == "epoc" and of(made, "instrument").value == "eu-epoc"
    done, faults = settle(made, known)
    assert done and not faults
    demand = done.demand
    assert (demand.instrument, demand.issuer, demand.reference) == ("eu-epoc", "judge", "12 Gs 345/26")
    assert (demand.served_entity, demand.issued, demand.emergency) == ("meridian-ireland", date(2026, 9, 1), False)
    assert demand.scope.accounts == (OWEN,) and demand.scope.categories == {"content"}
    assert demand.scope.since == datetime(2026, 1, 1, tzinfo=UTC) and demand.scope.until == datetime(
        2026, 2, 1, tzinfo=UTC
    )
    assert dict(demand.facts)["demand.notified"] is True
    assert {source.name: source.passage for source in done.sources}["reference"] == "12 Gs 345/26"


def test_a_preservation_order_is_one(known: Known) -> None:
    made = read(PRESERVE, known)
    done, faults = settle(made, known)
    assert done and not faults
    assert done.demand.instrument == "eu-epoc-pr" and done.demand.scope.categories == {"traffic"}
    assert not made.of("demand.notified"), "nobody is notified of a preservation"


def test_nothing_but_the_form_is_certain_and_all_says_why(known: Known) -> None:
    made = read(replace(EPOC, validator="PUBLIC_PROSECUTOR", delays=True), known)
    assert {one.name for one in made.fields if one.sure == "certain"} == {"instrument"}
    assert all("schema itself was not found" in one.why for one in made.fields if one.sure == "likely")
    rest = " ".join(gap.needs for gap in made.missing if gap.name == "rest")
    assert "Section A" in rest and "Section D" in rest and "Section G" in rest and "not known" in rest


def test_eight_hours_ten_days_and_what_nobody_knows(known: Known) -> None:
    assert of(read(replace(EPOC, deadline="WITHIN_8_HOURS"), known), "emergency").value == "true"
    assert of(read(EPOC, known), "emergency").value == "false"
    unknown = of(read(replace(EPOC, deadline="OPTION_2"), known), "emergency")
    assert (unknown.value, unknown.sure) == ("true", "doubtful") and "8 hours or 10 days" in unknown.why
    other = read(replace(EPOC, other_addressee=True, deadline="WITHIN_8_HOURS"), known)
    assert of(other, "emergency").sure == "likely"
    assert of(read(replace(EPOC, other_addressee=True), known), "emergency").sure == "doubtful", "its two places differ"


@pytest.mark.parametrize(
    ("codes", "short"),
    [(["EIGHT_HOURS"], True), (["EMERGENCY"], True), (["TEN_DAYS"], False), (["WithinTenDays true"], False),
     (["WITHIN_10_DAYS", "WITHIN_8_HOURS"], None), (["A"], None), (["18_DAYS"], None)],
)  # fmt: skip
def test_a_deadline_is_read_by_plain_words(codes: list[str], short: bool | None) -> None:
    assert eight_hours(codes) is short


@pytest.mark.parametrize(
    ("code", "who"),
    [("JUDGE", "judge"), ("CourtOrInvestigatingJudge", "judge"), ("PUBLIC_PROSECUTOR", "prosecutor"),
     ("OTHER_COMPETENT_AUTHORITY", ""), ("OTHER_THAN_JUDGE", ""), ("JUDGE_OR_PROSECUTOR", ""), ("1", "")],
)  # fmt: skip
def test_an_authority_is_read_by_plain_words(code: str, who: str) -> None:
    assert authority(code) == who


def test_who_validated_it_or_that_nobody_did(known: Known) -> None:
    made = read(replace(EPOC, issuer="OTHER_COMPETENT_AUTHORITY", validator="PUBLIC_PROSECUTOR"), known)
    assert of(made, "demand.validated_by").value == "prosecutor"
    assert [wrong.name for wrong in settle(made, known)[1]] == ["certificate-unclear"], "who issued it is not told"
    alone = read(replace(EPOC, unvalidated=True), known)
    assert of(alone, "demand.validated_by").value == "nobody"


def test_data_to_identify_a_user_only(known: Known) -> None:
    only = read(replace(EPOC, asked=(Asked(OWEN, ("UserIdentification",)),)), known)
    assert of(only, "categories").value == "traffic"
    assert (of(only, "demand.identification_only").value, of(only, "demand.identification_only").sure) == (
        "true",
        "likely",
    )
    both = read(replace(EPOC, asked=(Asked(OWEN, ("UserIdentification", "Traffic")),)), known)
    assert of(both, "categories").value == "traffic" and of(both, "demand.identification_only").sure == "doubtful"


def test_a_delay_of_informing_the_user_is_told(known: Known) -> None:
    made = read(replace(EPOC, delays=True), known)
    assert of(made, "demand.gag").sure == "doubtful" and of(made, "secrecy").value == "ordered"
    assert not read(EPOC, known).of("demand.gag")


LACKS = {
    "addressee": (replace(EPOC, addressee=""), "certificate-incomplete"),
    "an addressee of others": (replace(EPOC, addressee="Somebody Else SA"), "certificate-unclear"),
    "file number": (replace(EPOC, reference=""), "certificate-incomplete"),
    "deadline": (replace(EPOC, deadline=""), "certificate-incomplete"),
    "type of authority": (replace(EPOC, issuer=""), "certificate-incomplete"),
    "signature": (replace(EPOC, signed=""), "certificate-incomplete"),
    "a day that is none": (replace(EPOC, signed="2026-13-45"), "certificate-unclear"),
    "identifier": (replace(EPOC, asked=(Asked(""),)), "certificate-incomplete"),
    "no request at all": (replace(EPOC, asked=()), "certificate-incomplete"),
    "kind of data": (replace(EPOC, asked=(Asked(OWEN, ()),)), "certificate-incomplete"),
    "a range that is none": (replace(EPOC, asked=(Asked(OWEN, since="yesterday"),)), "certificate-unclear"),
    "a range without a zone": (replace(EPOC, asked=(Asked(OWEN, since="2026-01-01T00:00:00"),)), "certificate-unclear"),
    "a range backwards": (replace(EPOC, asked=(Asked(OWEN, since="2026-03-01T00:00:00Z"),)), "certificate-unclear"),
    "requests that differ": (
        replace(EPOC, asked=(Asked(OWEN), Asked(DANA, ("Traffic",)))), "certificate-mixed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", LACKS)
def test_what_a_certificate_lacks_is_a_named_fault(known: Known, what: str) -> None:
    order, name = LACKS[what]
    done, faults = settle(read(order, known), known)
    assert done is None and name in {wrong.name for wrong in faults}
    assert all(wrong.remedy for wrong in faults)


def test_what_the_authority_answered_is_stated_by_a_person(known: Known) -> None:
    order = replace(EPOC, reference="", signed="", deadline="")
    done, faults = settle(read(order, known), known, reference="12 Gs 345/26", issued=date(2026, 9, 1), emergency=True)
    assert done and not faults and done.demand.emergency


def test_requests_that_differ_are_never_mixed(known: Known) -> None:
    made = read(replace(EPOC, asked=(Asked(OWEN), Asked(DANA, ("Traffic",)))), known)
    assert {one.sure for name in ("accounts", "categories") for one in made.of(name)} == {"doubtful"}
    done, _ = settle(made, known, accounts=[DANA], categories=["traffic"])
    assert done and done.demand.scope.accounts == (DANA,)
    alike = read(replace(EPOC, asked=(Asked(OWEN), Asked(DANA))), known)
    done, faults = settle(alike, known)
    assert done and not faults and done.demand.scope.accounts == (OWEN, DANA)


def test_what_no_rule_knows_is_shown_with_its_element(known: Known) -> None:
    more = "<f1:SectionG><f1:NatureOfCase>fraud &amp; theft</f1:NatureOfCase></f1:SectionG>"
    one = of(read(replace(EPOC, more=more), known), "unread SectionG/NatureOfCase")
    assert (one.value, one.passage, one.sure) == ("fraud & theft", "fraud &amp; theft", "doubtful")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (EPOC.xml.replace("epocForm1", "epocForm3"), "form 3"),
        (EPOC.xml.replace("epocForm1", "epocPrForm5"), "demand.production_follows"),
        (EPOC.xml.replace("epocForm1", "epocPrForm6"), "demand.renewed"),
        (EPOC.xml.replace("<form>", "<shape>").replace("</form>", "</shape>"), "one form that is known"),
        (EPOC.xml.replace("edm/1/ns/", "edm/9/ns/") + "<!-- http://data.europa.eu/edm/1/ns/ -->", "another name space"),
    ],
    ids=["form 3", "form 5", "form 6", "no form", "another name space"],
)
def test_what_is_no_order_is_refused(known: Known, text: str, says: str) -> None:
    with pytest.raises(NotAnOrder) as told:
        read(text, known)
    assert says in told.value.message and [wrong.name for wrong in told.value.faults] == ["not-an-order"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (EPOC.xml.replace("<message>", '<!DOCTYPE m [<!ENTITY a "b">]><message>'), "xml-entities"),
        (EPOC.xml.replace("</message>", ""), "paper-broken"),
        (EPOC.xml.replace("<form>", "<a>" * 200 + "<form>"), "paper-too-deep"),
        (EPOC.xml.replace("</message>", "<a/>" * 60_000 + "</message>"), "paper-too-big"),
        (EPOC.xml + " " * (1 << 20), "too-large"),
    ],
    ids=["entities", "cut off", "deep", "many", "long"],
)
def test_what_is_broken_or_made_to_harm_is_refused(known: Known, text: str, name: str) -> None:
    with pytest.raises(ComityError) as told:
        propose_epoc(text, known, "m.xml", "sha256:0")
    assert [wrong.name for wrong in told.value.faults] == [name]  # type: ignore[attr-defined]


def test_it_is_read_in_a_process_of_its_own(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "answer", LOOK)
    assert of(read(replace(EPOC, authority="Gericht Łódź 😀"), known), "issuing_authority").passage == "Gericht Łódź 😀"


def test_any_octets_changed_are_read_or_refused_by_name(known: Known) -> None:
    chance, whole = random.Random(5), EPOC.xml
    for _ in range(300):
        text = list(whole)
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(text))
            text[at : at + chance.randrange(4)] = chance.choice(["<", ">", "&", "", "é", "\x00", '"', "</form>", "0"])
        with suppress(ComityError):
            read("".join(text), known)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_words_stay_where_they_stand(known: Known, name: str, file: str) -> None:
    plain = ("".join(c for c in one if c.isprintable()).strip() for one in (name, file))
    authority_, number = plain
    with in_this_process():
        made = read(replace(EPOC, authority=authority_, reference=number), known)
    assert [one.value for one in made.of("issuing_authority")] == ([authority_] if authority_ else [])


@pytest.mark.parametrize("order", [EPOC, PRESERVE], ids=["EPOC", "EPOC-PR"])
def test_a_printed_form_gives_what_needs_no_tick(known: Known, order: Order) -> None:
    made = read(order.printed, known)
    assert is_printed(order.printed) and shape_of(order.printed) == "certificate" and not is_epoc(order.printed)
    assert of(made, "accounts").value == OWEN, "an address for answers is no account"
    assert of(made, "served_entity").value == "meridian-ireland" and of(made, "instrument").value[:7] == "eu-epoc"
    assert not made.of("categories") and not made.of("emergency"), "nobody sees which box was ticked"
    names = {wrong.name for wrong in settle(made, known)[1]}
    assert "certificate-unread" in names
    chosen = {
        "reference": "12 Gs 345/26", "emergency": False, "categories": ["traffic"], "issuer": "judge",
        "issued": date(2026, 9, 1), "since": None, "until": None,
    }  # fmt: skip
    done, faults = settle(made, known, **chosen)
    assert done and not faults and done.demand.scope.accounts == (OWEN,)


def test_a_letter_that_speaks_of_an_order_is_none() -> None:
    assert not is_printed("We have received your European Production Order Certificate. See Section A.")
    assert not is_epoc(f"see {EPOC.xml}")
