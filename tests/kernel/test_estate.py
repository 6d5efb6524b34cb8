"""Who owns and directs whom, where records lie, who can read them."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from tests.strategies import PLACES, estates

from comity.kernel.estate import (
    Entity,
    Estate,
    Service,
    Site,
    Store,
    controlled_from,
    controls,
    faults,
    group_controls,
    lives_in,
    offered,
    present,
    readable,
    record_facts,
)
from comity.kernel.words import unknowns

FULL, HALF = Fraction(1), Fraction(1, 2)


def estate(*entities, stores=(), sites=(), services=()):
    """An estate from its parts."""
    of = [{thing.id: thing for thing in things} for things in (entities, sites, services, stores)]
    return Estate("Meridian", *of)


CORP = Entity("corp", "Meridian Corp", "US")
IRELAND = Entity("ireland", "Meridian Ireland Ltd", "IE", "corp", FULL)
DUBLIN = Site("dub", "Dublin 1", "IE", "ireland")
MAIL = Service("mail", "Meridian Mail", True, frozenset({"US", "IE"}))
STORE = Store("dublin", "dub", "ireland", "mail", "provider")
MERIDIAN = estate(CORP, IRELAND, stores=[STORE], sites=[DUBLIN], services=[MAIL])


def test_a_company_controls_itself():
    """Nobody needs a share of oneself."""
    assert controls(MERIDIAN, "corp", "corp").truth is True


def test_a_parent_controls_what_it_holds_the_majority_of():
    """Down the chain, and not up."""
    assert controls(MERIDIAN, "corp", "ireland").truth is True
    assert controls(MERIDIAN, "ireland", "corp").truth is False


@pytest.mark.parametrize(
    ("share", "truth", "says"),
    [
        (FULL, True, "Meridian Corp holds 100 % of X"),
        (Fraction(501, 1000), True, "Meridian Corp holds 50.1 % of X"),
        (HALF, False, "Meridian Corp holds 50 % of X"),
        (Fraction(0), False, "Meridian Corp holds 0 % of X"),
        (None, None, "Meridian Corp holds an unknown share of X"),
    ],
)
def test_control_needs_more_than_half(share, truth, says):
    """Half is not the majority; what nobody knows leaves control unknown; a bare majority is not shown as half."""
    proof = controls(estate(CORP, Entity("x", "X", "IE", "corp", share)), "corp", "x")
    assert proof.truth is truth
    assert proof.parts[0].parts[0].says == says


def test_a_chain_is_as_strong_as_its_weakest_step():
    """A known minority settles it though another step is unknown; an unknown step leaves it open."""
    chain = [CORP, Entity("a", "A", "IE", "corp", None), Entity("b", "B", "DE", "a", HALF)]
    assert controls(estate(*chain), "corp", "b").truth is False
    assert controls(estate(*chain[:2], Entity("b", "B", "DE", "a", FULL)), "corp", "b").truth is None


def test_a_contract_to_direct_controls_as_a_majority_does():
    """A provider that directs its operator controls it without a share."""
    ours = estate(Entity("corp", "Corp", "US", directs=("op",)), Entity("op", "Operator", "JP"))
    proof = controls(ours, "corp", "op")
    assert proof.truth is True
    assert proof.parts[0].says == "Corp directs Operator; Corp is itself"
    assert proof.says == "Corp controls Operator"


def test_one_route_of_several_suffices():
    """A minority share and a contract: the contract controls."""
    ours = estate(Entity("corp", "Corp", "US", directs=("x",)), Entity("x", "X", "IE", "corp", HALF))
    assert controls(ours, "corp", "x").truth is True
    assert {part.truth for part in controls(ours, "corp", "x").parts} == {True, False}


def test_no_route_at_all_is_no_control():
    """Strangers do not control each other."""
    assert controls(estate(CORP, Entity("x", "X", "IE")), "corp", "x").says == "Meridian Corp does not control X"


@given(estates(cycles=True))
def test_control_ends_on_any_graph(ours):
    """Rings of owners and directors end, and everyone controls oneself."""
    for entity in ours.entities:
        assert controls(ours, entity, entity).truth is True
        for other in ours.entities:
            assert controls(ours, entity, other).truth in (True, False, None)


@given(estates())
def test_control_is_handed_down(ours):
    """Whoever controls a controller controls what it controls."""
    ids = list(ours.entities)
    yes = {(a, b) for a in ids for b in ids if controls(ours, a, b).truth}
    assert {(a, c) for a, b in yes for other, c in yes if b == other} == yes


@pytest.mark.parametrize(
    ("holder", "served", "truth"),
    [
        ("provider", "corp", True),
        ("provider", "ireland", True),
        ("customer", "corp", False),
        (None, "corp", None),
        ("corp", "corp", True),
        ("corp", "ireland", False),
    ],
)
def test_whoever_has_the_keys_can_read(holder, served, truth):
    """The holder's keys, the customer's, nobody knows whose, or a named trustee's."""
    store = Store("dublin", "dub", "ireland", "mail", holder)
    assert readable(MERIDIAN, store, served).truth is truth


def test_presence_is_an_establishment_or_a_site():
    """A company with no site abroad is present at home only; offering a service is not presence."""
    ours = estate(CORP, IRELAND, sites=[DUBLIN, Site("fra", "Frankfurt", "DE", "corp")])
    assert present(ours, "corp", "US").truth is True
    assert present(ours, "corp", "DE").truth is True
    assert present(ours, "corp", "IE").truth is False
    assert [part.says for part in present(ours, "corp", "IE").parts] == [
        "Meridian Corp is established in US",
        "Meridian Corp runs Frankfurt in DE",
    ]


def test_a_company_is_controlled_from_where_it_or_its_owners_are():
    """The Irish company from the United States and from Ireland; its parent from the United States alone."""
    found = {
        (id, place): controlled_from(MERIDIAN, id, place).truth for id in ("corp", "ireland") for place in ("US", "IE")
    }
    assert found == {("corp", "US"): True, ("corp", "IE"): False, ("ireland", "US"): True, ("ireland", "IE"): True}
    unknown = estate(CORP, Entity("x", "X", "IE", "corp", None))
    assert controlled_from(unknown, "x", "US").truth is None


def test_a_service_is_offered_where_it_says_so():
    """Nobody's word leaves it unknown."""
    assert offered(MERIDIAN, MAIL, "IE").truth is True
    assert offered(MERIDIAN, MAIL, "JP").truth is False
    assert offered(MERIDIAN, Service("mail", "Mail", True), "JP").truth is None


def test_the_facts_of_the_dublin_mailbox():
    """A New York warrant on the parent, for a store in Dublin that its Irish company holds."""
    facts, proofs = record_facts(MERIDIAN, "dublin", "corp", "US")
    assert facts == {
        "record.served_controls": True, "record.readable_by_provider": True, "record.store_place": "IE",
        "record.holder_place": "IE", "served.place": "US", "served.present_in_forum": True,
        "served.established_in_forum": True, "served.offers_in_forum": True, "served.public_provider": True,
        "record.group_controls": True,
    }  # fmt: skip
    assert {proof.term: proof.truth for proof in proofs} == {
        "record.served_controls": True, "record.readable_by_provider": True,
        "served.present_in_forum": True, "served.established_in_forum": True, "served.offers_in_forum": True,
        "record.group_controls": True,
    }  # fmt: skip


@pytest.mark.parametrize(("union", "truth"), [({"IE", "DE"}, True), ({"FR"}, False)])
def test_a_service_is_offered_in_the_union_if_in_one_of_its_states(union, truth):
    """Which states those are that day comes in as an argument."""
    facts, proofs = record_facts(MERIDIAN, "dublin", "corp", "US", frozenset(union))
    assert facts["served.offers_in_union"] is truth
    assert [proof.says for proof in proofs if proof.term == "served.offers_in_union"] == [
        f"{MAIL.name} is offered in the Union"
    ]
    silent = replace(MERIDIAN, services={"mail": Service("mail", "Mail", True)})
    assert record_facts(silent, "dublin", "corp", "US", frozenset(union))[0]["served.offers_in_union"] is None


def test_a_sister_company_is_in_the_group_and_a_stranger_is_not():
    """A subsidiary does not control its parent's or its sister's store; their common head does."""
    ours = estate(CORP, IRELAND, Entity("sister", "Sister", "BR", "corp", FULL), Entity("other", "Other", "BR"))
    assert controls(ours, "sister", "ireland").truth is False
    assert group_controls(ours, "sister", "ireland").truth is True
    assert group_controls(ours, "sister", "corp").truth is True
    assert group_controls(ours, "other", "ireland").truth is False
    half = estate(CORP, IRELAND, Entity("sister", "Sister", "BR", "corp", None))
    assert group_controls(half, "sister", "ireland").truth is None
    assert group_controls(half, "sister", "sister").truth is True


@given(estates())
def test_every_derived_fact_has_a_proof_that_says_the_same(ours):
    """And an unknown fact names what nobody knows."""
    for store in ours.stores:
        for served in ours.entities:
            facts, proofs = record_facts(ours, store, served, PLACES[0])
            for proof in proofs:
                assert facts[proof.term] is proof.truth is proof.found
                assert bool(unknowns(proof)) == (proof.truth is None and proof.parts != ())


def test_a_sound_estate_has_no_faults():
    """The one of the story."""
    assert faults(MERIDIAN) == []


@given(estates(cycles=True))
def test_a_ring_of_owners_is_always_a_fault(ours):
    """An entity that comes back to itself by way of its parents is named."""
    ring = set()
    for entity in ours.entities.values():
        at, seen = entity.parent, set()
        while at is not None and at not in seen:
            seen.add(at)
            at = ours.entities[at].parent
        ring |= {entity.id} if at is not None else set()
    found = {fault.where for fault in faults(ours) if fault.name == "ownership-cycle"}
    assert found == {f"entity {id}" for id in ring}


def test_an_owner_of_oneself_is_a_ring():
    """The shortest ring of all."""
    (fault,) = faults(estate(Entity("x", "X", "IE", "x", FULL)))
    assert (fault.name, fault.what) == ("ownership-cycle", "x → x")


def test_every_fault_of_an_estate_is_found_at_once():
    """Shares over all, names that lead nowhere, stores without site or holder."""
    ours = estate(
        Entity("a", "A", "IE", "nobody", Fraction(3, 2), directs=("ghost",)),
        Entity("b", "B", "IE", "a", Fraction(-1, 10)),
        sites=[Site("s", "S", "IE", "nobody")],
        stores=[Store("one", "nowhere", "nobody", "nothing", "ghost"), Store("two", "s", "a", "mail", "a")],
        services=[MAIL],
    )
    found = [(fault.name, fault.where) for fault in faults(ours)]
    assert found == [
        ("share-out-of-range", "entity a"),
        ("dangling-reference", "entity a"),
        ("dangling-reference", "entity a"),
        ("share-out-of-range", "entity b"),
        ("dangling-reference", "site s"),
        ("store-without-site", "store one"),
        ("store-nobody-holds", "store one"),
        ("dangling-reference", "store one"),
        ("dangling-reference", "store one"),
    ]
    assert faults(ours)[0].what == "a share of 150 %"


@pytest.mark.parametrize(("home", "truth"), [("DE", True), ("IE", False), (None, None)])
def test_where_a_customer_lives_is_known_or_it_is_not(home, truth):
    """Nobody is taken to live anywhere by default."""
    assert lives_in(home, "DE") is truth
