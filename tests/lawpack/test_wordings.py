"""Decided cases in other words: courts, papers, records, places, who was served, who controls. All invented."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.lawpack.test_translate import CASE, case, fact

from comity.lawpack import default_folder, read_folder
from comity.lawpack.cases import Bench
from comity.lawpack.courtnames import CALLED
from comity.lawpack.translate import affiliate, categories, controls, instruments, present
from comity.lawpack.tribunal import tribunal

PACKS = read_folder(default_folder())
CODES = PACKS.words.terms["demand.instrument"].codes

COURTS = [
    ("Court of Appeal of Antwerp", "BE", "intermediate-appeal", "be-antwerpen"),
    ("Correctionele rechtbank Antwerpen, afdeling Mechelen", "BE", "trial", "be-mechelen"),
    ("Court of Cassation (Belgium)", "BE", "supreme", "be-cass"),
    ("Swiss Federal Administrative Court", "CH", "intermediate-appeal", "ch-bvger"),
    ("Federal Supreme Court of Switzerland (Tribunal federal)", "CH", "supreme", "ch-bger"),
    ("Federal Constitutional Court (Bundesverfassungsgericht)", "DE", "constitutional", "de-bverfg"),
    ("Federal Court of Justice", "DE", "supreme", "de-bgh"),
    ("OLG Koeln", "DE", "intermediate-appeal", "de-olg"),
    ("Regional Court of Cologne", "DE", "intermediate-appeal", "de-lg-koeln"),
    ("Cour superieure du Quebec", "CA", "trial", "ca-qcsc"),
    ("Court of Queen's Bench of Alberta", "CA", "trial", "ca-abkb"),
    ("B.C. Court of Appeal", "CA", "intermediate-appeal", "ca-bcca"),
    ("UK Supreme Court", "GB", "supreme", "gb-uksc"),
    ("House of Lords", "GB", "supreme", "gb-uksc"),
    ("High Court of Justice, Queen's Bench Division, Divisional Court", "GB", "trial", "gb-ewhc"),
    ("Court of Appeal, Civil Division", "GB", "intermediate-appeal", "gb-ewca"),
    ("Court of Cassation, Criminal Chamber", "FR", "supreme", "fr-cass"),
    ("TGI Paris, ordonnance de refere", "FR", "trial", "fr-tj"),
    ("Council of State", "FR", "supreme", "fr-ce"),
    ("Supreme Court of the Netherlands", "NL", "supreme", "nl-hr"),
    ("Rechtbank Den Haag", "NL", "trial", "nl-rb"),
    ("Moscow City Court", "RU", "intermediate-appeal", "ru-appeal"),
    ("Supreme Court of Russia", "RU", "supreme", "ru-vs"),
    ("Delhi High Court", "IN", "intermediate-appeal", "in-hc"),
    ("STJ, Quinta Turma", "BR", "supreme", "br-stj"),
    ("CJEU (Grand Chamber)", "EU", "supranational", "eu-cjeu"),
    ("Ninth Circuit Court of Appeals", "US", "intermediate-appeal", "us-ca9"),
    ("U.S. Court of Appeals for the 2nd Circuit", "US", "intermediate-appeal", "us-ca2"),
    ("U.S. Court of Appeals for the D.C. Circuit", "US", "intermediate-appeal", "us-cadc"),
    ("SDNY (Magistrate Judge)", "US", "magistrate", "us-nysd"),
    ("DDC", "US", "trial", "us-dcd"),
    ("N.D. California", "US", "trial", "us-cand"),
    ("S.D. New York", "US", "trial", "us-nysd"),
    ("E.D. Pennsylvania", "US", "trial", "us-paed"),
    ("Cal. Ct. App. (6th Dist.)", "US", "intermediate-appeal", "us-cal-ca"),
    ("District of Columbia Court of Appeals", "US", "intermediate-appeal", "us-scotus"),
    ("Supreme Judicial Court of Massachusetts", "US", "supreme", "us-scotus"),
]


@pytest.mark.parametrize(("name", "country", "level", "id"), COURTS, ids=[row[0] for row in COURTS])
def test_a_court_is_found_in_english_in_a_second_language_and_by_its_initials(name, country, level, id):
    assert tribunal(replace(CASE, state=country, court=Bench(name, country, level, "")), PACKS.law) == id


def test_a_state_courts_case_does_not_go_to_the_circuit_around_it():
    """What a file says of the circuit is said of a federal court."""
    court = Bench("Supreme Court of Texas", "US", "supreme", "5th Cir.")
    assert tribunal(replace(CASE, court=court), PACKS.law) == "us-scotus"
    federal = Bench("U.S. Court of Appeals", "US", "intermediate-appeal", "5th Cir.")
    assert tribunal(replace(CASE, court=federal), PACKS.law) == "us-ca5"


def test_other_names_are_of_courts_that_the_packs_declare():
    assert [id for rows in CALLED.values() for _, id in rows if id not in PACKS.law.courts] == []
    assert all(PACKS.law.courts[id].place == place for place, rows in CALLED.items() for _, id in rows)


PAPERS = [
    ("US", "2703d-order", "traffic", "us-sca-d-order"),
    ("US", "cloud-act-warrant", "content", "us-sca-warrant"),
    ("US", "Search warrant under 18 U.S.C. 2703", "content", "us-sca-warrant"),
    ("US", "mlat-subpoena", "business", "us-administrative-subpoena"),
    ("US", "search warrant under MLAT", "content", "us-sca-warrant"),
    ("US", "criminal-defense-subpoena", "content", "private-litigant-subpoena"),
    ("US", "1782-application", "content", "private-litigant-subpoena"),
    ("US", "request-for-production", "business", "us-civil-discovery"),
    ("IE", "mla-order", "content", "ie-s75-order"),
    ("CA", "mla-order", "content", "ca-mlacma-order"),
    ("IE", "mla-request", "content", "mlat-request"),
    ("CA", "production-order-content", "content", "ca-production-order"),
    ("CA", "production order (Criminal Code s. 487.014)", "content", "ca-production-order"),
    ("CA", "police-request", "subscriber", "foreign-police-request"),
    ("BE", "cooperation-order", "live-content", "be-interception-order"),
    ("BE", "cooperation-order", "traffic", "be-records-order"),
    ("BE", "art. 46bis requisition", "subscriber", "be-subscriber-order"),
    ("BE", "art. 88bis order", "traffic", "be-records-order"),
    ("DE", "Section 100a order", "live-content", "de-interception-order"),
    ("DE", "Beschlagnahme", "content", "de-search-warrant"),
    ("NL", "vordering ex art. 126ng Sv", "content", "nl-production-order"),
    ("FR", "requisition", "subscriber", "fr-subscriber-order"),
    ("BR", "judicial-order", "content", "br-production-order"),
    ("BR", "order lifting secrecy", "content", "br-production-order"),
    ("CH", "cooperation-order", "keys", "ch-interception-order"),
    ("CA", "court-order", "live-content", "ca-interception-order"),
    ("CA", "production-order", "live-content", "ca-production-order"),
    ("BR", "quebra de sigilo", "traffic", "br-production-order"),
    ("IN", "section-91-notice", "subscriber", "in-production-order"),
    ("SG", "section 20 order", "subscriber", "sg-production-order"),
    ("AU", "stored communications warrant", "content", "au-stored-warrant"),
    ("AU", "international production order", "content", "au-ipo"),
    ("GB", "overseas production order", "content", "gb-copo"),
    ("GB", "s. 2(3) notice", "business", "gb-s2-notice"),
    ("GB", "communications data notice", "traffic", "gb-records-order"),
    ("GB", "tax-information-notice", "business", "gb-tax-requirement"),
    ("KR", "search and seizure warrant", "content", "kr-search-warrant"),
    ("CH", "classification of the service", "live-content", "foreign-court-order"),
    ("FR", "European Production Order", "subscriber", "eu-epoc"),
]


@pytest.mark.parametrize(("state", "word", "category", "code"), PAPERS, ids=[f"{row[0]} {row[1]}" for row in PAPERS])
def test_a_paper_is_found_by_what_people_call_it_and_by_its_section(state, word, category, code):
    assert instruments(case(state, instrument=word), category, CODES) == (code,)


def test_a_civil_order_is_no_prosecutors_requisition():
    """A court that orders disclosure between private parties uses another law, which the packs may not carry."""
    civil = {"instrument": "disclosure-order", "requesting_body": "an association", "purpose": "civil"}
    assert instruments(case("FR", **civil), "subscriber", CODES) == ("foreign-court-order",)
    assert instruments(case("BR", **civil), "traffic", CODES) == ("br-records-order",)


def test_a_notice_is_told_by_who_gave_it():
    given = {"instrument": "notice", "categories": ("documents",)}
    assert instruments(case("GB", **given, requesting_body="Serious Fraud Office"), "business", CODES) == (
        "gb-s2-notice",
    )
    told = {"instrument": "information-notice", "requesting_body": "Competition Authority"}
    assert instruments(case("GB", **told), "business", CODES) == ("foreign-court-order",)


@pytest.mark.parametrize(
    ("words", "classes"),
    [
        (("non-content records",), ["traffic"]),
        (("communications data",), ["traffic"]),
        (("call-data",), ["traffic"]),
        (("connection records", "IP logs"), ["traffic"]),
        (("prospective location data",), ["traffic"]),
        (("communications in real time",), ["live-content"]),
        (("account-content", "subscriber-information"), ["content", "subscriber"]),
        (("donnees de connexion",), ["traffic"]),
        (("Bestandsdaten", "Inhalt des Postfachs"), ["content", "subscriber"]),
        (("employee e-mails",), ["business"]),
        (("interview recordings",), ["business"]),
        (("customer account files",), ["business"]),
        (("e-mails stored at provider",), ["content"]),
    ],
)
def test_records_in_other_words(words, classes):
    assert list(categories(case(categories=words))) == classes


def test_what_a_bank_or_a_party_holds_is_its_own_papers():
    bank = {"provider": "Banca Inventata", "entity_served": "Banca Inventata"}
    assert list(categories(case(categories=("identity of account holders", "e-mails"), **bank))) == ["business"]
    assert list(categories(case(categories=("e-mails",), instrument="civil-discovery"))) == ["business"]
    secret = {"provider": "UBX AG", "blocking_law_abroad": "Ruritanian banking secrecy"}
    assert list(categories(case(categories=("account holder names",), **secret))) == ["business"]
    assert list(categories(case(categories=("names of sellers",), instrument="tax-requirement"))) == ["business"]


def test_a_state_of_the_union_is_in_the_united_states():
    """New Mexico is not Mexico; British Columbia is not the District."""
    assert affiliate(case("US", "GB", entity_served="Invented Securities Inc. (New Jersey), a subsidiary"))
    assert affiliate(case("US", "GB", entity_served="Invented Ltd of New Mexico"))
    assert not affiliate(case("US", "GB", entity_served="Invented Ltd, British Columbia"))


@pytest.mark.parametrize(
    ("served", "truth"),
    [
        (
            "Invented Inc. (US parent), notice given at a meeting in London; no fixed place of business in the UK",
            False,
        ),
        ("Invented Inc., through an officer visiting London", None),
        ("Invented Inc., addressed by e-mail from Britain", None),
        ("Invented Inc., served by the British police", None),
        ("Invented Inc., whose users in Britain are many", None),
        ("Invented Inc. at its London office", True),
        ("Invented Inc., represented by its London office", True),
    ],
)
def test_who_passes_through_or_is_written_to_from_a_state_is_not_there_for_that(served, truth):
    assert present(case("GB", entity_served=served, tests=("establishment",))) is truth


def test_a_company_with_a_subsidiary_is_not_the_subsidiary():
    assert not affiliate(case("GB", entity_served="Invented Mail Inc., with a London subsidiary"))
    assert not affiliate(case("GB", entity_served="Invented Mail Inc., no UK presence; by an officer in London"))
    assert affiliate(case("US", "FR", entity_served="US affiliate of the company"))


def test_a_european_order_goes_to_a_provider_established_elsewhere():
    order = {"instrument": "epoc", "entity_served": "Invented Ireland Ltd, designated establishment in Dublin"}
    assert present(case("FR", "IE", **order)) is False
    assert present(case("FR", "IE", **order | {"entity_served": "Invented France SA"})) is True


@pytest.mark.parametrize(
    ("control", "truth"),
    [
        ("Invented Mail Inc.; the Swiss company has no access to the data", False),
        ("Invented Mail Inc.", None),
        ("Invented Switzerland is not the holder of the data; Invented Mail Inc. is", False),
        ("the Swiss subsidiary operates the servers", True),
    ],
)
def test_what_the_groups_foreign_company_has_the_local_one_is_not_known_to(control, truth):
    local = case("CH", "US", entity_served="Invented Switzerland Sarl", control=control)
    assert controls(local) is truth


@pytest.mark.parametrize(
    ("control", "tests", "truth"),
    [
        ("Invented says it is technically impossible", ("service-offering",), True),
        ("", ("service-offering",), True),
        ("contested", ("service-offering",), None),
        ("a trustee", ("service-offering",), None),
        ("Invented says it is technically impossible", ("control",), None),
        ("Invented Mail Inc.; its customer says it has no keys", ("control",), True),
        ("the corporation", ("control",), True),
    ],
)
def test_control_that_the_ruling_did_not_turn_on_is_taken_as_given(control, tests, truth):
    assert controls(case(control=control, tests=tests)) is truth


def test_a_company_named_after_a_town_is_itself():
    named = {"provider": "Beijing Invented Co.", "entity_served": "Beijing", "control": "Beijing"}
    assert controls(case("US", "CN", **named)) is True


@pytest.mark.parametrize(
    ("places", "place"),
    [
        (("IE, NL",), None),
        (("Dublin, Ireland",), "IE"),
        (("Singapore",), "SG"),
        (("outside the US",), None),
        (("US and IE",), None),
        (("servers of the company",), None),
    ],
)
def test_a_place_in_words(places, place):
    assert fact("record.store_place", locations=places) == place


@pytest.mark.parametrize(
    ("body", "issuer"),
    [
        ("officier van justitie", "prosecutor"),
        ("Ministere public central", "prosecutor"),
        ("Minister of National Revenue", "minister"),
        ("juge d'instruction", "judge"),
        ("Federal Security Service", "agency"),
    ],
)
def test_who_asked_in_other_languages(body, issuer):
    assert fact("demand.issuer", instrument="production-order", requesting_body=body) == issuer


def test_a_carrier_holds_what_a_carrier_holds():
    assert fact("record.held_by_carrier", provider="Invented Telecom") is True
    assert fact("record.held_by_carrier") is None
