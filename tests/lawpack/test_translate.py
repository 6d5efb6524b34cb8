"""From a decided case's words to facts: each rule of translation, and that contentions are no facts. Cases invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from comity.kernel.words import Term, Vocabulary
from comity.lawpack import default_folder, read_folder
from comity.lawpack.cases import Bench, Case
from comity.lawpack.translate import admitted, affiliate, categories, facts, instruments
from comity.lawpack.tribunal import tribunal

NAMES = {"provider": "Invented Mail Inc.", "control": "Invented Mail Inc.", "entity_served": "Invented Mail Inc."}
CASE = Case(
    "x", "demand", "In re Invented", Bench("U.S. District Court, S.D.N.Y.", "US", "trial", "2d Cir."), date(2015, 5, 5),
    "US", "US", "sca-warrant", ("content",), ("IE",), NAMES, ("control",), "contested", "compelled", "", "", {}, "x:1",
)  # fmt: skip
CODES = (
    "us-sca-warrant", "us-grand-jury-subpoena", "us-pen-trap-order", "us-tax-summons", "us-civil-discovery",
    "private-litigant-subpoena", "mlat-request", "foreign-court-order", "be-subscriber-order", "be-search-warrant",
    "de-interception-order", "de-records-order", "br-production-order", "ca-tax-requirement", "ca-production-order",
    "gb-copo", "gb-s2-notice", "us-nsl", "ru-key-order", "eu-epoc", "au-records-order",
)  # fmt: skip


def case(state="US", home="US", **said):
    """An invented case with other words for some facts."""
    tests = said.pop("tests", CASE.tests)
    fields = {key: said.pop(key) for key in ("instrument", "categories", "locations") if key in said}
    return replace(CASE, state=state, home=home, tests=tests, facts=dict(CASE.facts) | said, **fields)


def fact(term, state="US", home="US", category="content", **said):
    return facts(case(state, home, **said), category, "foreign-court-order", frozenset({"DE", "IE", "FR"}))[term]


@pytest.mark.parametrize(
    ("words", "classes"),
    [
        (("content-of-post", "subscriber", "ip-address"), ["content", "subscriber"]),
        (("traffic-data", "encryption-keys"), ["keys", "traffic"]),
        (("live-content", "headers", "logs", "address-book"), ["live-content", "traffic"]),
        (("bank-records",), ["business"]),
        (("account-records", "sales-records"), ["business"]),
        (("content", "account-records"), ["content", "subscriber"]),
        (("account-records",), ["subscriber"]),
        (("source-code",), ["nonpersonal"]),
        (("smoke-signals",), []),
    ],
)
def test_the_words_for_data_name_classes_the_heaviest_first(words, classes):
    assert list(categories(case(categories=words))) == classes


def test_account_records_of_a_tax_demand_are_business():
    assert list(categories(case(categories=("account-records",), instrument="tax-summons"))) == ["business"]


@pytest.mark.parametrize(
    ("state", "word", "category", "codes"),
    [
        ("US", "sca-warrant", "content", ("us-sca-warrant",)),
        ("US", "pen-trap-order-and-sca-warrant", "traffic", ("us-pen-trap-order", "us-sca-warrant")),
        ("US", "grand-jury-subpoena", "business", ("us-grand-jury-subpoena",)),
        ("US", "tax-summons", "business", ("us-tax-summons",)),
        ("US", "civil-discovery", "business", ("us-civil-discovery",)),
        ("US", "s1782-civil-subpoena", "content", ("private-litigant-subpoena",)),
        ("US", "nsl", "subscriber", ("us-nsl",)),
        ("US", "heliograph-order", "content", (None,)),
        ("US", "non-disclosure-order", "content", (None,)),
        ("US", "Grand jury subpoena (duces tecum)", "business", ("us-grand-jury-subpoena",)),
        ("US", "subpoena", "business", (None,)),
        ("BE", "production-order-subscriber", "subscriber", ("be-subscriber-order",)),
        ("BE", "production-order", "content", ("be-search-warrant",)),
        ("DE", "interception-order", "live-content", ("de-interception-order",)),
        ("DE", "interception-order", "traffic", ("de-records-order",)),
        ("DE", "epoc", "content", ("eu-epoc",)),
        ("BR", "secrecy-lifting-order", "content", ("br-production-order",)),
        ("BR", "direct-request", "subscriber", ("br-production-order",)),
        ("CA", "tax-requirement", "business", ("ca-tax-requirement",)),
        ("GB", "copo", "content", ("gb-copo",)),
        ("GB", "section-2-notice", "business", ("gb-s2-notice",)),
        ("GB", "s26-information-notice (competition)", "business", ("foreign-court-order",)),
        ("GB", "s2-notice", "business", ("gb-s2-notice",)),
        ("AU", "retained-records-demand", "traffic", ("au-records-order",)),
        ("RU", "decryption-key-order", "keys", ("ru-key-order",)),
        ("ZA", "production-order", "content", ("foreign-court-order",)),
        ("ZA", "civil-subpoena", "content", ("foreign-court-order",)),
        ("IE", "mlat-request", "content", ("mlat-request",)),
    ],
)
def test_the_word_for_the_paper_becomes_the_states_own_code(state, word, category, codes):
    assert instruments(case(state, instrument=word), category, CODES) == codes


@pytest.mark.parametrize(
    ("control", "truth"),
    [
        ("Invented Mail Inc.", True),
        ("Invented can retrieve it from the US; the hall is run by an Irish subsidiary", True),
        ("only Invented's legal team can retrieve the data", True),
        ("own records", True),
        ("one legal person; branches", True),
        ("wholly owned Swiss subsidiary Other A.G.", True),
        ("the provider", True),
        ("", None),
        ("contested: Invented or its customer", None),
        ("Invented says only its parent can reach it", None),
        ("kept in China", None),
        ("may be ordered of Invented", None),
        ("Invented has no access", False),
        ("no control", False),
        ("keys held by a trusted third party", False),
    ],
)
def test_control_is_what_the_file_states_plainly(control, truth):
    assert fact("record.served_controls", control=control) is truth


def test_what_a_parent_controls_its_affiliate_is_not_known_to():
    served = {"entity_served": "Invented Brasil Ltda", "control": "only the parent"}
    assert affiliate(case("BR", **served))
    assert fact("record.served_controls", "BR", **served) is None
    assert fact("record.group_controls", "BR", **served) is True
    assert fact("record.served_controls", "BR", **served | {"entity_served": "Invented Mail Inc."}) is True


def test_who_says_that_only_it_can_reach_the_record_says_that_the_group_can():
    said = {"entity_served": "Invented Brasil Ltda", "control": "Invented Mail Inc. says only it can reach the mail"}
    assert fact("record.served_controls", "BR", **said) is None
    assert fact("record.group_controls", "BR", **said) is True
    assert fact("record.group_controls", "BR", **said | {"control": "disputed whether Invented can"}) is None


@pytest.mark.parametrize(
    ("state", "home", "served", "tests", "truth"),
    [
        ("US", "US", "", (), True),
        ("BE", "US", "Invented Inc. in the US, by e-mail; no Belgian branch", ("control",), False),
        ("CA", "US", "Invented Inc., San Francisco; no physical presence in Canada", ("control",), False),
        ("US", "CN", "New York branches", ("comity-balancing",), True),
        ("US", "KY", "a director, served at Miami airport", ("establishment",), True),
        ("US", "FR", "the French defendants", ("establishment",), True),
        ("FR", "US", "Invented Inc. (US) and Invented France", ("location",), True),
        ("RU", "GB", "Invented, London, by letter", ("control",), None),
        ("BE", "US", "Invented Inc.", ("service-offering",), None),
        ("BE", "US", "Invented Inc.", ("control",), True),
        ("BE", "US", "", ("control",), None),
    ],
)
def test_presence_is_home_a_branch_or_what_nobody_disputed(state, home, served, tests, truth):
    assert fact("served.present_in_forum", state, home, entity_served=served, tests=tests) is truth


def test_a_place_in_a_companys_name_is_not_where_it_was_served():
    bank = {"provider": "Bank of China Ltd", "entity_served": "Bank of China", "tests": ("comity-balancing",)}
    assert fact("served.present_in_forum", "US", "CN", **bank) is True
    assert fact("served.present_in_forum", "US", "CN", **bank | {"entity_served": "Bank of China, Beijing"}) is None


def test_who_is_asked_in_discovery_is_before_the_court():
    asked = {"entity_served": "Invented, Beijing", "tests": ("establishment",)}
    assert fact("served.present_in_forum", "US", "CN", **asked) is None
    assert fact("served.present_in_forum", "US", "CN", **asked, instrument="civil-discovery") is True


def test_a_bare_subpoena_is_told_by_who_asked_and_why():
    bare = {"instrument": "subpoena", "categories": ("bank-records",)}
    assert instruments(case(**bare, requesting_body="federal grand jury"), "business", CODES) == (
        "us-grand-jury-subpoena",
    )
    assert instruments(case(**bare, purpose="civil: fraud"), "business", CODES) == ("private-litigant-subpoena",)


def test_a_service_is_offered_where_the_ruling_or_the_customer_says_so():
    away = {"entity_served": "Invented, London", "tests": ("establishment",)}
    assert fact("served.offers_in_forum", "RU", "GB", **away) is None
    assert fact("served.offers_in_forum", "RU", "GB", **away, subject_residence="RU") is True
    assert fact("served.offers_in_forum", "RU", "GB", **away | {"tests": ("service-offering",)}) is True
    assert fact("served.offers_in_union", "IE", "US", tests=("service-offering",)) is True


def test_a_local_company_is_established_where_it_was_served_and_a_branch_is_not():
    assert fact("served.place", "CA", entity_served="Invented Canada Ltd") == "CA"
    assert fact("served.place", "US", "CA", entity_served="Miami agency") == "CA"
    assert fact("served.place", "CA", entity_served="Invented Canada Ltd and Invented Mail Inc.") == "US"


@pytest.mark.parametrize(
    ("locations", "place"),
    [(("IE",), "IE"), (("IE (Dublin)",), "IE"), (("IE", "US"), None), (("moving",), None), ((), None), (("EU",), None)],
)
def test_a_record_lies_in_one_place_or_nobody_knows_where(locations, place):
    assert fact("record.store_place", locations=locations) == place


@pytest.mark.parametrize(
    ("law", "truth"),
    [
        ("none", False),
        ("none identified; location not knowable", False),
        ("Ruritanian bank secrecy law (criminal)", True),
        ("Ruritanian secrecy law (raised later in the case)", False),
        ("Ruritanian law raised by amici", None),
        ("Invented said the law forbade it", None),
        ("", None),
    ],
)
def test_a_secrecy_law_abroad_is_known_only_if_it_is_stated(law, truth):
    assert fact("record.foreign_secrecy", category="business", blocking_law_abroad=law) is truth
    assert fact("record.foreign_secrecy", blocking_law_abroad=law) is None


def test_a_waiver_that_was_refused_is_no_approval():
    assert fact("record.host_approval", blocking_law_abroad="secrecy law; waiver asked and refused") is False
    assert fact("record.host_approval", blocking_law_abroad="secrecy law") is None


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("IE", "IE"),
        ("IE (self-declared at sign-up)", None),
        ("abroad (reported)", None),
        ("imprisoned", None),
        ("", None),
    ],
)
def test_where_somebody_lives_is_known_only_if_it_was_established(said, place):
    assert fact("subject.place", subject_residence=said) == place


def test_whose_the_company_is():
    assert fact("served.us_controlled") is True
    assert fact("served.us_controlled", home="DE", provider="Invented GmbH") is False
    assert fact("served.us_controlled", home="IE", provider="Invented Ltd", control="US parent Invented Corp.") is True
    assert fact("served.us_controlled", home="IE", provider="Invented Ltd / Invented Inc.") is None
    assert fact("served.us_controlled", home=None) is None


def test_who_holds_the_record():
    assert fact("record.holder_place") == "US"
    assert fact("record.holder_place", control="Invented; the hall is run by an Irish subsidiary") == "IE"
    assert fact("record.holder_place", control="wholly owned Swiss subsidiary Other A.G.") == "CH"
    assert fact("record.holder_place", control="a subsidiary of Invented") is None


def test_keys_are_held_by_whom_the_file_says():
    assert fact("record.readable_by_provider", category="keys") is True
    assert fact("record.readable_by_provider") is None
    assert fact("record.readable_by_provider", control="Invented holds the private keys") is True
    assert fact("record.readable_by_provider", control="end-to-end encrypted; Invented") is False


def test_what_an_order_carries_on_its_face_is_taken_as_given():
    assert fact("demand.offence_qualifies") is True and fact("demand.issuer") == "judge"
    assert fact("demand.issuer", instrument="production-order-subscriber", requesting_body="public prosecutor") == (
        "prosecutor"
    )
    assert fact("demand.issuer", instrument="civil-subpoena") == "private-party"
    assert fact("demand.emergency", urgency="none") is False and fact("demand.emergency") is None
    assert fact("demand.emergency", urgency="threat to life") is True


def test_a_state_left_unnamed_is_unknown():
    assert fact("demand.place", state="XX") is None


def test_only_words_that_the_packs_declare_are_stated():
    words = Vocabulary({"demand.place": Term("demand.place", "place", "", "")}, frozenset())
    assert admitted({"demand.place": "US", "record.category": "content"}, words) == {"demand.place": "US"}
    assert admitted({"demand.place": "usa"}, words) == {}


COURTS = [
    ("U.S. Supreme Court (per curiam)", "US", "supreme", "", "us-scotus"),
    ("U.S. Court of Appeals, 9th Cir. (en banc)", "US", "intermediate-appeal", "9th Cir.", "us-ca9"),
    ("U.S. Court of Appeals, D.C. Cir.", "US", "intermediate-appeal", "D.C. Cir.", "us-cadc"),
    ("U.S. District Court, D.D.C. (Chief Judge)", "US", "trial", "D.C. Cir.", "us-dcd"),
    ("U.S. District Court, S.D.N.Y.", "US", "magistrate", "2d Cir.", "us-nysd"),
    ("U.S. District Court, D.P.R.", "US", "trial", "1st Cir.", "us-prd"),
    ("U.S. District Court, S.D. W. Va.", "US", "trial", "4th Cir.", "us-wvsd"),
    ("U.S. District Court for the Southern District of New York", "US", "trial", "2d Cir.", "us-nysd"),
    ("U.S. District Court of which nothing is known", "US", "trial", "7th Cir.", "us-ca7"),
    ("U.S. Court of Appeals for the Fourth Circuit", "US", "intermediate-appeal", "", "us-ca4"),
    ("Supreme Court of Atlantis", "US", "supreme", "", "us-scotus"),
    ("California Court of Appeal, Fourth District", "US", "intermediate-appeal", "", "us-cal-ca"),
    ("Landgericht Koeln", "DE", "intermediate-appeal", "", "de-lg-koeln"),
    ("Landgericht Berlin", "DE", "trial", "", "de-lg"),
    ("Hof van Beroep Gent", "BE", "intermediate-appeal", "", "be-gent"),
    ("Hof van Beroep Bergen", "BE", "intermediate-appeal", "", "be-appeal"),
    ("Federal Court (Hughes, J.)", "CA", "trial", "", "ca-fc"),
    ("Federal Court of Appeal", "CA", "intermediate-appeal", "", "ca-fca"),
    ("Superior Tribunal de Justica, Corte Especial", "BR", "supreme", "", "br-stj"),
    ("Tribunal de grande instance de Paris (refere)", "FR", "trial", "", "fr-tj"),
    ("Conseil d'Etat, juge des referes", "FR", "supreme", "", "fr-ce"),
    ("A court nobody knows", "RU", "trial", "", "ru-trial"),
    ("Another that nobody knows", "DE", "constitutional", "", "de-bgh"),
    ("Supreme Court", "TR", "supreme", "", "tr-yargitay"),
    ("European Court of Human Rights", "COE", "supranational", "", "us-scotus"),
]


@pytest.mark.parametrize(("name", "country", "level", "circuit", "id"), COURTS, ids=[row[0] for row in COURTS])
def test_a_court_is_found_by_its_name_or_else_by_its_level(name, country, level, circuit, id):
    law = read_folder(default_folder()).law
    state = country if len(country) == 2 else "US"
    assert tribunal(replace(CASE, state=state, court=Bench(name, country, level, circuit)), law) == id


def test_where_the_packs_have_no_court_of_the_state_another_reads_its_law():
    law = read_folder(default_folder()).law
    far = replace(CASE, state="ZA", home="IE", court=Bench("High Court", "ZA", "trial", ""))
    assert law.courts[tribunal(far, law)].place == "IE"


def test_every_federal_district_is_found_by_its_abbreviation():
    """A twin: the names of courts.toml, abbreviated again."""
    from comity.lawpack.glossary import SIDES, US_STATES

    law, found = read_folder(default_folder()).law, 0
    short = {name: abbreviation for abbreviation, name in US_STATES.items()} | {"Columbia": "DC"}
    for court in law.courts.values():
        if not court.name.startswith("U.S. District Court for the "):
            continue
        side, _, state = court.name.removeprefix("U.S. District Court for the ").partition("District of ")
        letter = next((key for key, word in SIDES.items() if word == side.strip()), "")
        state = short[state.removeprefix("the ")]
        dotted = "N. Mar. I." if state == "NMarI" else "W. Va." if state == "WVa" else state
        dotted = ".".join(dotted) + "." if dotted.isupper() else dotted
        name = f"U.S. District Court, {f'{letter}.' if letter else ''}D. {dotted}"
        assert tribunal(replace(CASE, court=Bench(name, "US", "trial", "")), law) == court.id, name
        found += 1
    assert found == 94
