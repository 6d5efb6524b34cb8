"""The law packs hold: no fault, every example, every day covered, every word used, every quotation short."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

import comity_laws
from comity.kernel.decision import Judge
from comity.kernel.law import Law
from comity.kernel.reason import Shelf
from comity.kernel.rule import Rule
from comity.kernel.words import Value, terms_of
from comity.lawpack import (
    Example,
    Packs,
    Template,
    check,
    read_assumption,
    read_folder,
    reading_for,
    try_all,
    try_example,
)
from comity.sim.cases import places_of

ROOT = Path(__file__).parents[2]
LAWS = ROOT / "src" / "comity_laws"
VERDICTS = {"compelled", "conflict", "barred", "free", "open"}
EXAMPLES = tuple(example for pack in read_folder(LAWS).packs for example in pack.examples)
CONTROLLED = tuple(e for e in EXAMPLES if e.expect == "compelled" and "demand.binding_at_home" not in e.facts)
"""The compelled, but for orders whose force, control included, counsel in their own state has to answer for."""

PROVIDER: dict[str, Value] = {
    "served.place": "US", "served.present_in_forum": True, "served.established_in_forum": True,
    "served.offers_in_forum": True,
    "served.public_provider": True, "record.served_controls": True, "demand.emergency": False,
}  # fmt: skip
SHELF: Shelf = {}
"""Rules made ready once for all these tests."""

PARTS: dict[tuple[Value, Value], Law] = {}


def part(law: Law, example: Example) -> Law:
    """What of the law bears on an example."""
    key = (example.facts.get("demand.instrument"), example.facts.get("record.category"))
    if key not in PARTS:
        PARTS[key] = law.narrowed(*key)
    return PARTS[key]


STRONGEST: dict[str, Value] = {
    **PROVIDER, "served.us_controlled": False, "record.readable_by_provider": True, "demand.offence_qualifies": True,
    "demand.issuer": "judge", "subject.in_forum": True,
}  # fmt: skip
COMPULSORY = (
    "us-sca-warrant", "us-sca-d-order", "us-grand-jury-subpoena", "us-administrative-subpoena", "us-trial-subpoena",
    "private-litigant-subpoena", "us-civil-discovery", "us-tax-summons", "us-nsl", "us-ca-warrant", "us-fisa-order",
)  # fmt: skip


def test_the_packs_have_no_fault(packs: Packs) -> None:
    """`comity law check` passes."""
    assert check(packs) == ()


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.where for example in EXAMPLES])
def test_every_example_holds(example: Example, law: Law) -> None:
    """The packs say of it exactly what it expects, and the proof cites what it names."""
    assert try_example(example, law, part=part(law, example), shelf=SHELF).wrong == ()


def test_every_example_is_tried(packs: Packs) -> None:
    """None is lost between the files and the trial."""
    assert len(try_all(packs)) == len(EXAMPLES) > 90


def quarters() -> Iterator[date]:
    """The first day of each quarter since 1986."""
    yield from (date(year, month, 1) for year in range(1986, 2027) for month in (1, 4, 7, 10))


ASKED = tuple(
    pytest.param(template, category, id=f"{template.id}-{category}")
    for pack in read_folder(LAWS).packs
    for template in pack.templates
    for category in template.categories
)


@pytest.mark.parametrize(("template", "category"), ASKED)
def test_every_day_is_covered(packs: Packs, template: Template, category: str) -> None:
    """Every ordinary demand has exactly one verdict in every quarter since 1986, whoever makes it, wherever it lies."""
    law = packs.law.narrowed(template.facts["demand.instrument"], category)
    for place in places_of(template, packs.law):
        court = template.court or packs.law.apexes.get(place, "us-nysd")
        seen: set[object] = set()
        for day in quarters():
            reading = law.on(day, court)
            read = (
                tuple(rule.id for rule in reading.rules),
                *map(str, (reading.truths, sorted(reading.groups.items()))),
            )
            if read in seen:
                continue
            seen.add(read)
            judge = Judge(reading, SHELF)
            for store in ("US", "IE", "CN", None):
                record: dict[str, Value] = {"record.store_place": store, "record.holder_place": store}
                asked: dict[str, Value] = {"demand.place": place, "record.category": category}
                decision = judge.decide({**PROVIDER, **template.facts, **asked, **record})
                assert decision.verdict in VERDICTS
                assert (decision.verdict == "open") == bool(decision.open_points), (day, place, store)


def test_each_instrument_has_one_reading_from_its_first_day_to_its_last(packs: Packs) -> None:
    """In each quarter since 1986: not yet law, or law, or ended; never a hole between, never two versions of a text."""
    for pack in packs.packs:
        if not pack.rules:
            continue
        first = min(rule.since for rule in pack.rules)
        last = max(rule.until or date.max for rule in pack.rules)
        for day in quarters():
            live = [rule for rule in pack.rules if rule.in_force(day)]
            assert bool(live) == (first <= day < last), (pack.document.name, day)
            stems = [rule.id.split("@")[0] for rule in live]
            assert len(stems) == len(set(stems)), (pack.document.name, day)


def test_every_power_is_asked_for_by_a_template(packs: Packs) -> None:
    """So that "who could compel what" can be asked before anybody has demanded anything."""
    templates = [template for pack in packs.packs for template in pack.templates]
    for rule in packs.law.rules:
        if rule.effect == "compels" and rule.place != "XX":
            kinds = [(t.facts["demand.instrument"], category) for t in templates for category in t.categories]
            assert any(rule.addresses(*kind) for kind in kinds), rule.id


@pytest.mark.parametrize(("template", "category"), ASKED)
def test_every_template_asks_for_something_that_can_be_had(packs: Packs, template: Template, category: str) -> None:
    """At its strongest a demand of its kind compels, or might: for records at home or with a company it controls."""
    law, found = packs.law.narrowed(template.facts["demand.instrument"], category), set()
    for place in places_of(template, packs.law):
        judge = Judge(law.on(date(2026, 11, 23), template.court or packs.law.apexes.get(place, "us-nysd")), SHELF)
        for store, served in product((place, "US", "IE"), (place, "IE", "US")):
            facts: dict[str, Value] = {
                **STRONGEST, **template.facts, "demand.place": place, "record.category": category,
                "record.store_place": store, "record.holder_place": store, "served.place": served,
                "served.present_in_forum": served == place, "served.established_in_forum": served == place,
            }  # fmt: skip
            found.add(judge.decide(facts).verdict)
    assert found & {"compelled", "conflict", "open"}, found


@pytest.mark.parametrize("place", ["AE", "AU", "BR", "CA", "CN", "GB", "JP", "KR", "RU", "TR", "VN"])
def test_what_only_preserves_is_forbidden_by_none_of_these_laws(packs: Packs, place: str) -> None:
    """Nothing is handed over, whichever state asks for it: a bar on giving does not stand against it."""
    judge = Judge(packs.law.on(date(2026, 11, 23), packs.law.apexes[place]), SHELF)
    held: dict[str, Value] = {
        "served.place": place, "record.store_place": place, "record.holder_place": place,
        "record.held_by_carrier": True, "record.foreign_secrecy": False, "served.us_controlled": False,
        "served.present_in_forum": True,
    }  # fmt: skip
    codes = packs.words.terms["demand.instrument"].codes
    preserving = [code for code in codes if "-preservation-" in code or code in {"eu-epoc-pr", "ca-account-order"}]
    assert len(preserving) >= 10
    for instrument, category in product(preserving, ("content", "traffic", "subscriber", "live-content", "business")):
        home = {"eu": "FR"}.get(instrument[:2], instrument[:2].upper())
        asked: dict[str, Value] = {"demand.place": home, "demand.instrument": instrument, "record.category": category}
        assert judge.decide({**held, **asked}).verdict == "free", (instrument, category)


def test_every_pack_says_what_it_leaves_out(packs: Packs) -> None:
    """The blind spots are written where they are."""
    silent = {pack.document.name for pack in packs.packs if not pack.unmodelled}
    assert silent == set()


def test_since_1987_nothing_that_united_states_process_asks_for_is_free(law: Law) -> None:
    """Content and records at a public provider in the United States are compelled, barred or open; never no law."""
    for day in quarters():
        if day < date(1987, 1, 19):
            continue
        judge = Judge(law.on(day, "us-nysd"), SHELF)
        for instrument, category in product(COMPULSORY, ("content", "traffic", "subscriber")):
            facts = {**PROVIDER, "demand.place": "US", "demand.instrument": instrument, "record.category": category}
            verdict = judge.decide({**facts, "record.store_place": "US", "record.holder_place": "US"}).verdict
            assert verdict in {"compelled", "barred", "open"}, (day, instrument, category)


def test_of_the_versions_of_a_text_one_is_in_force_each_day(law: Law) -> None:
    """From the first day of the first version on, never none and never two."""
    versions: dict[str, list[Rule]] = {}
    for rule in law.rules:
        if "@" in rule.id:
            versions.setdefault(rule.id.split("@")[0], []).append(rule)
    assert len(versions) >= 8
    for stem, rules in versions.items():
        day = min(rule.since for rule in rules)
        while day < date(2027, 1, 1):
            assert sum(rule.in_force(day) for rule in rules) == 1, (stem, day)
            day += timedelta(days=13)


@pytest.mark.parametrize("example", CONTROLLED, ids=[example.where for example in CONTROLLED])
def test_unknown_control_leaves_a_compelled_example_open(example: Example, law: Law) -> None:
    """Nobody is compelled to hand over what it is not known to control."""
    facts = {term: value for term, value in example.facts.items() if term != "record.served_controls"}
    decision = Judge(reading_for(example, law, part=part(law, example)), SHELF).decide(facts)
    assert decision.verdict == "open"
    assert "record.served_controls" in {point.term for point in decision.open_points}


def test_every_instrument_has_an_example(packs: Packs) -> None:
    """Each kind of demand that the packs know is shown at least once."""
    shown = {example.facts.get("demand.instrument") for example in EXAMPLES}
    assert set(packs.words.terms["demand.instrument"].codes) <= shown


def test_every_place_in_a_file_name_is_the_packs_own(packs: Packs) -> None:
    """A pack lies in the folder of its place."""
    for pack in packs.packs:
        assert pack.document.name.split("/")[0] == pack.instrument["place"].lower()


def test_every_rule_and_answer_says_whether_its_text_was_read(law: Law) -> None:
    """`read`, with the day and the text, or `unverified`, with what was not."""
    for text in [*law.rules, *law.answers]:
        assert re.match(r"(read \d{4}-\d\d-\d\d|unverified): \S", text.reviewed), text.id


def test_what_is_read_aloud_is_one_plain_sentence(law: Law) -> None:
    """What proofs print begins with a capital, ends with a full stop and holds no line break."""
    for text in [*law.rules, *law.answers]:
        assert re.fullmatch(r"[A-Z][^\n]{10,240}\.", text.reads), text.id
    for question in law.questions:
        assert question.asks.endswith("?") and question.why.endswith("."), question.id


def test_quotations_are_short(law: Law) -> None:
    """A quotation is the decisive phrase, not the paragraph."""
    assert all(len(rule.quote.split()) <= 25 for rule in law.rules)
    assert sum(bool(rule.quote) for rule in law.rules) > 25


def test_every_declared_word_is_read_by_a_rule_or_given_by_the_house(packs: Packs) -> None:
    """No term stands idle, but for those that the kernel and the table of accounts always give."""
    given = set[str]()
    read = frozenset().union(*(terms_of(rule.when) for rule in packs.law.rules))
    assert set(packs.words.terms) - read == given


def test_every_question_says_what_it_would_take(law: Law) -> None:
    """A question that nobody with authority has answered reads as unknown, in every court."""
    answered = {answer.question for answer in law.answers}
    for question in law.questions:
        if question.id not in answered:
            for court in ("us-nysd", "ie-sc", "eu-cjeu"):
                assert law.on(date(2026, 11, 23), court).questions[question.id].truth is None


def test_the_edition_is_dated_and_in_the_changelog() -> None:
    """Year, month, number; and a line for it."""
    assert re.fullmatch(r"20\d\d\.(1[0-2]|[1-9])\.\d+", comity_laws.VERSION)
    assert f"## {comity_laws.VERSION}\n" in (LAWS / "CHANGELOG.md").read_text("utf-8")
    assert read_folder(LAWS).digest == comity_laws.DIGEST, "make docs writes it again"
    assert "CC0 1.0 Universal" in (LAWS / "LICENSE").read_text("utf-8")


def test_the_page_on_reading_a_pack_says_what_the_packs_say(law: Law) -> None:
    """Its snippet stands in the pack, and its what-ifs can be asked."""
    page = (ROOT / "docs" / "laws" / "README.md").read_text("utf-8")
    pack = (LAWS / "us" / "sca-2703-warrant.toml").read_text("utf-8").splitlines()
    (snippet,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert [line for line in snippet.splitlines() if line not in pack] == []
    asked = re.findall(r'--assume "([^"]+)"', page)
    assert len([read_assumption(text, law) for text in asked]) == 3


def test_ninety_four_districts_stand_under_their_circuits(law: Law) -> None:
    """As 28 U.S.C. 41 and 81-131 have it, with the territorial courts; and every line ends in Congress."""
    districts = [court for court in law.courts.values() if re.fullmatch(r"us-[a-z]{2,3}[nsewcm]?d", court.id)]
    circuits = Counter(court.above for court in districts)
    assert len(districts) == 94
    assert circuits == {
        "us-ca1": 5, "us-ca2": 6, "us-ca3": 6, "us-ca4": 9, "us-ca5": 9, "us-ca6": 9, "us-ca7": 7, "us-ca8": 10,
        "us-ca9": 15, "us-ca10": 8, "us-ca11": 9, "us-cadc": 1,
    }  # fmt: skip
    for court in districts:
        assert law.line(court.id)[2:] == ("us-scotus", "us-congress")
    assert law.line("us-nysd") == ("us-nysd", "us-ca2", "us-scotus", "us-congress")
    assert law.line("ie-hc")[-2:] == ("eu-cjeu", "eu-legislature")
    assert {place: law.apexes[place] for place in ("US", "EU", "IE")} == {
        "US": "us-scotus", "EU": "eu-cjeu", "IE": "ie-sc",
    }  # fmt: skip
