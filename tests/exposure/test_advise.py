"""The adviser: its search against going through everything, its counts against deciding every account on its own."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import chain, combinations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.exposure.world import COLUMNS, ON, TERMS, estates, packs, rows, swept, value, written

from comity.desk.decision import UNION, Words
from comity.desk.exposure.about import Posed
from comity.desk.exposure.advise import Advice, TooManyWays, advise
from comity.desk.exposure.aim import Aim, Edit, Named, Offer, added, edited, opened, sold, undirected
from comity.desk.exposure.aim_read import NAMES, read_aim
from comity.desk.exposure.run import asks, held, run, serving
from comity.errors import Faulty
from comity.exposure.accounts import engine
from comity.exposure.accounts import opened as opened_accounts
from comity.exposure.advise import Change, Groups, Ids, Search, Way, corners, fits, front, subsets, tied
from comity.exposure.judges import whose
from comity.exposure.solver import lightest
from comity.kernel.decision import Decision, Judge
from comity.kernel.estate import Entity, Estate, Service, Site, Store, faults, readable
from comity.kernel.words import both, either, opposite
from comity.lawpack import default_folder, read_folder


def every(ids: Sequence[str]) -> list[Ids]:
    return [frozenset(some) for some in chain.from_iterable(combinations(ids, n) for n in range(len(ids) + 1))]


# The search alone: a made-up count for each store and state.


class Made:
    """Some shared changes and some of single stores; what is left of each store under a set is chance, but the same."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.shared = [f"all{n}" for n in range(chance.randint(0, 3))]
        self.own = {f"{s}{n}": s for s in ("a", "b", "c")[: chance.randint(1, 3)] for n in range(chance.randint(0, 2))}
        ids = [*self.shared, *self.own]
        some = lambda id: frozenset(other for other in ids if other != id and chance.random() < 0.12)  # noqa: E731
        self.changes = {id: Change(id, chance.choice((0, 1, 2, 3, 5, 8)), some(id), some(id)) for id in ids}
        self.seed, self.stores = seed, ("a", "b", "c", "d")

    def left(self, shared: Ids, store: str, ids: Ids) -> int | None:
        """What is left of one store; None if it cannot be so."""
        chance = Random(f"{self.seed} {sorted(shared)} {store} {sorted(ids)}")
        return None if ids and chance.random() < 0.1 else chance.randint(0, 10)

    def count(self, ids: Ids) -> int | None:
        """Of any set of changes at all."""
        if not fits(ids, self.changes, frozenset(self.changes)) or self._odd(ids & {*self.shared}):
            return None
        left = [
            self.left(ids & {*self.shared}, s, frozenset(i for i in ids if self.own.get(i) == s)) for s in self.stores
        ]
        return None if None in left else sum(n for n in left if n is not None)

    def _odd(self, shared: Ids) -> bool:
        return bool(shared) and Random(f"{self.seed} {sorted(shared)}").random() < 0.1

    def decide(self, shared: Ids) -> Groups | None:
        if self._odd(shared):
            return None
        groups = [({self.own[id] for id in ids}, ids) for ids in tied(self.own, self.changes)]
        groups += [({store}, frozenset()) for store in self.stores if store not in self.own.values()]
        made = [list(self._ways(shared, stores, ids)) for stores, ids in groups]
        return made if all(made) else None

    def _ways(self, shared: Ids, stores: set[str], ids: Ids) -> Any:
        for some in every(sorted(ids)):
            left = [self.left(shared, s, frozenset(i for i in some if self.own[i] == s)) for s in stores]
            if None not in left and fits(some | shared, self.changes, ids | {*self.shared}):
                yield Way(some, sum(n for n in left if n is not None))

    def search(self, target: int, **limits: int) -> Search:
        return Search(self.changes, frozenset(self.shared), self.decide, target, **limits)


@settings(max_examples=150)
@given(seed=st.integers(0, 10**6), target=st.integers(0, 30))
def test_no_set_of_changes_is_smaller_than_the_one_that_is_proposed(seed, target):
    """Against every subset there is: cheapest, fewest, the whole front; and nothing in a set is superfluous."""
    made = Made(seed)
    counts = {ids: left for ids in every(sorted(made.changes)) if (left := made.count(ids)) is not None}
    assume(counts)
    search = made.search(target)
    for weigh in (search.cheap, search.few):
        found, proven = search.smallest(weigh)
        good = [ids for ids, left in counts.items() if left <= target]
        assert proven
        assert (found is None) == (not good)
        if found:
            assert counts[found.changes] == found.left <= target
            assert found.order == min((weigh(ids), counts[ids]) for ids in good)
            assert weigh(found.changes) == found.weight
            assert not any(found.changes - {id} in good for id in found.changes)
    cheapest, _ = search.smallest(search.cheap)
    points, whole = search.trade(cheapest)
    assert whole
    most = cheapest.weight if cheapest else max(map(search.cheap, counts))
    best = {(search.cheap(ids), left) for ids, left in counts.items() if search.cheap(ids) <= most}
    assert {(p.weight, p.left) for p in points} == {
        one for one in best if not any(other != one and other[0] <= one[0] and other[1] <= one[1] for other in best)
    }
    assert {p.changes for p in corners(points)} <= {p.changes for p in points}
    assert {id: search.alone(id) for id in made.changes} == {id: counts.get(frozenset({id})) for id in made.changes}


@given(weights=st.lists(st.integers(0, 9), max_size=6))
def test_sets_come_lightest_first_and_each_once(weights):
    ids = {f"c{at}": weight for at, weight in enumerate(weights)}
    weigh = lambda some: sum(ids[id] for id in some)  # noqa: E731
    found = list(subsets(ids, weigh))
    assert sorted(map(sorted, found)) == sorted(map(sorted, every(sorted(ids))))
    assert [weigh(one) for one in found] == sorted(map(weigh, found))


def many(seed: int, stores: int) -> tuple[dict[str, Change], Groups]:
    """Stores with two changes each, at prices and counts that never tie."""
    chance = Random(seed)
    changes = {f"{s}{n}": Change(f"{s}{n}", chance.randint(1, 10**6)) for s in range(stores) for n in range(2)}
    groups = []
    for s in range(stores):
        all_of = chance.randint(10**3, 10**6)
        groups.append([Way(ids, chance.randint(0, all_of) if ids else all_of) for ids in every([f"{s}0", f"{s}1"])])
    return changes, groups


@pytest.mark.parametrize("seed", range(6))
def test_the_solver_and_the_sums_laid_together_choose_alike(seed):
    """Two ways to the same answer: where the sums are cut short the solver takes over, and proves it."""
    changes, groups = many(seed, 14)
    most, least = (sum(pick(way.left for way in ways) for ways in groups) for pick in (max, min))
    target = least + (most - least) // (seed + 2)
    whole, cut = (Search(changes, frozenset(), lambda _: groups, target, points=n) for n in (10**6, 5))
    assert whole.smallest(whole.cheap)[0] is not None
    assert whole.smallest(whole.cheap)[1] and cut.smallest(cut.cheap)[1]
    assert whole.smallest(whole.cheap)[0].weight == cut.smallest(cut.cheap)[0].weight
    assert not cut.trade(None)[1]


def test_what_is_cut_short_is_said(monkeypatch):
    """Without a solver, or with too few tries, a set is still proposed and still reaches the target, but not proven."""
    changes, groups = many(1, 14)
    target = sum(ways[0].left for ways in groups) // 2
    best = Search(changes, frozenset(), lambda _: groups, target).smallest
    monkeypatch.setitem(sys.modules, "highspy", None)
    assert lightest([[(1, 0)]], 0) is None
    search = Search(changes, frozenset(), lambda _: groups, target, points=5)
    found, proven = search.smallest(search.cheap)
    assert not proven and found is not None and found.left <= target
    assert found.weight >= best(search.cheap)[0].weight
    assert len(front(groups, found, search.cheap, 5)[0]) <= 5

    shared = {f"c{n}": Change(f"c{n}", n + 1) for n in range(6)}
    search = Search(shared, frozenset(shared), lambda ids: [[Way(frozenset(), 6 - len(ids))]], 1, tries=25)
    found, proven = search.smallest(search.cheap)
    assert (found.left, proven, len(search.decided) <= 25) == (1, False, True)
    search = Search(shared, frozenset(shared), lambda ids: [[Way(frozenset(), 6 - len(ids))]], 1)
    assert (search.smallest(search.cheap)[0].changes, search.smallest(search.cheap)[1]) == (
        frozenset(list(shared)[:5]),
        True,
    )


def test_two_changes_that_help_only_together_are_found_among_too_many():
    """Neither helps alone, and both are the dearest: going down from everything finds them, not proven smallest."""
    changes = {f"c{n:02}": Change(f"c{n:02}", n + 1) for n in range(12)}
    decide = lambda ids: [[Way(frozenset(), 0 if {"c10", "c11"} <= ids else 5)]]  # noqa: E731
    search = Search(changes, frozenset(changes), decide, 0, tries=40)
    found, proven = search.smallest(search.cheap)
    assert (found.changes, proven, len(search.decided) <= 40) == (frozenset({"c10", "c11"}), False, True)


# The whole: estates, law and accounts.


@cache
def judge(court: str) -> Judge:
    return Judge(packs().law.on(ON, court))


def meant(named: Named, home: Any, kind: Any, place: str) -> bool:
    lives = named.customers is None or home in named.customers
    return lives and (named.kinds is None or kind in named.kinds) and (not named.foreign or home not in (None, place))


def counts(decision: Decision, named: Named) -> bool:
    """Whether a decision counts: for certain, or (if what is open is to count) perhaps."""
    powers, bars = (either(r.truth for r in side) for side in (decision.powers, decision.bars))
    sure = powers if named.verdicts == {"compelled", "conflict"} else both((powers, opposite(bars)))
    return sure is True or (sure is None and named.open)


def reached(estate: Estate, accounts: Sequence[Mapping[str, str]], named: Named) -> int:
    """How many accounts are counted, each decided on its own by the kernel: no classes, no sweep, no masks."""
    law = packs().law
    words = Words(frozenset(packs().words.terms), law.group(UNION, ON))
    templates = [t for pack in packs().packs for t in pack.templates if t.id not in named.without]
    posed = [a for a in asks(templates, law, estate, (ON, words.terms)) if a.place in named.places]
    says, found = serving(estate, words), 0
    for account in accounts:
        own = {TERMS[name]: value(account[name]) for name in TERMS}
        home, kind, store = own["subject.place"], own["subject.kind"], estate.stores[account["store"]]
        found += any(
            meant(named, home, kind, ask.place) and counts(judge(ask.court).decide(known), named)
            for ask in posed if ask.category in named.categories & held(store.holds)
            for entity, facts in says(ask, store.id)
            for known in [{**ask.assumed, **facts, **ask.facts, **whose(own, ask.place)}]
            if not (named.readable and readable(estate, store, entity).truth is False)
        )  # fmt: skip
    return found


@st.composite
def aims(draw: st.DrawFn, estate: Estate) -> Aim:
    """A few changes to an estate, and an exposure to count."""
    entities, sites, stores = sorted(estate.entities), sorted(estate.sites), sorted(estate.stores)
    new = [
        added(Entity("new", "New", draw(st.sampled_from(["DE", "CH"])))),
        opened(Site("s9", "Site 9", "JP", entities[0])),
    ]
    store = st.builds(
        lambda id, field: [Edit("store", id, *field)],
        st.sampled_from(stores),
        st.sampled_from(
            [("site", id) for id in (*sites, "s9")]
            + [("holder", id) for id in entities]
            + [("key_holder", id) for id in (*entities, "new", "customer")]
        ),
    )
    shared = st.sampled_from([[new[0]], [new[1]], sold(entities[-1]), [undirected(entities[0])],
                              [Edit("entity", entities[-1], "share", Fraction(1, 4))]])  # fmt: skip
    offers = {}
    for at in range(draw(st.integers(1, 3))):
        edits = draw(store | store | shared)
        offers[f"c{at}"] = Offer(f"c{at}", "", Decimal(draw(st.integers(0, 9))), tuple(edits))
    flag, counted = st.booleans(), [frozenset({"compelled", "conflict"}), frozenset({"compelled"})]
    named = Named(
        "a test", draw(st.sampled_from(counted)),
        frozenset({"US", "DE", "JP", "GB"}), frozenset({"content", "subscriber"}), draw(flag),
        draw(st.none() | st.just(frozenset({"IE", "DE"}))), draw(st.none() | st.just(frozenset({"person"}))),
        open=draw(flag), readable=draw(flag),
        without=draw(st.sampled_from([frozenset[str](), frozenset({"us-warrant"})])),
    )  # fmt: skip
    return Aim(named, draw(st.integers(0, 3)), "EUR", offers)


def brute(estate: Estate, aim: Aim, accounts: Sequence[Mapping[str, str]]) -> dict[Ids, int]:
    """The count under every set of changes that there can be."""
    found = {}
    for ids in every(sorted(aim.offers)):
        own = [aim.offers[id] for id in sorted(ids)]
        after = edited(estate, [edit for one in own for edit in one.edits])
        if not any(a.meets(b) for a, b in combinations(own, 2)) and not faults(after):
            found[ids] = reached(after, accounts, aim.named)
    return found


@settings(max_examples=8, deadline=None)
@given(data=st.data(), estate=estates(), accounts=rows(5))
def test_advice_is_what_deciding_every_account_under_every_set_would_give(data, estate, accounts):
    """The count today, the cheapest set and the fewest changes: by the kernel, account by account."""
    assume(not faults(estate))
    aim = data.draw(aims(estate))
    counts = brute(estate, aim, accounts)
    with TemporaryDirectory() as name, swept(estate, [written(Path(name), accounts)]) as cube:
        advice = advise(cube, packs(), aim)
    assert advice.before.counted == counts[frozenset()]
    good = [ids for ids, left in counts.items() if left <= advice.target]
    assert advice.proven and advice.reached == bool(good)
    cost = {ids: sum(aim.offers[id].cost for id in ids) for ids in counts}
    for proposal in advice.proposals:
        ids = frozenset(proposal.changes)
        assert proposal.effect.tally.counted == counts[ids]
        assert proposal.cost == cost[ids]
        if "cheapest" in proposal.why:
            assert (cost[ids], len(ids)) == min((cost[one], len(one)) for one in good)
        if "fewest" in proposal.why:
            assert (len(ids), cost[ids]) == min((len(one), cost[one]) for one in good)
        if "nearest" in proposal.why:
            assert counts[ids] == min(counts.values())
        assert not any(ids - {id} in good for id in ids) or not good
    assert advice.alone == {id: counts.get(frozenset({id})) for id in aim.offers}


PLAIN = dict.fromkeys(COLUMNS, "") | {"kind": "person", "customer_place": "IE"}
LARCH = Estate(
    "Larch",
    {"us": Entity("us", "Larch Corp", "US"), "ie": Entity("ie", "Larch Ltd", "IE", "us", Fraction(1)),
     "de": Entity("de", "Larch GmbH", "DE", "ie", Fraction(1), ("trust",)), "trust": Entity("trust", "Treuhand", "CH")},
    {"d": Site("d", "Dublin", "IE", "ie"), "q": Site("q", "Quincy", "US", "us")},
    {"mail": Service("mail", "Mail", True, frozenset({"IE", "US"}))},
    {"dublin": Store("dublin", "d", "ie", "mail", "provider"),
     "quincy": Store("quincy", "q", "us", "mail", "provider")},
)  # fmt: skip
ACCOUNTS = [PLAIN | {"address": f"a{n}", "store": ("dublin", "dublin", "quincy")[n % 3]} for n in range(9)]


def asked(folder: Path, text: str) -> tuple[Any, Path]:
    path = folder / "advice.toml"
    path.write_text(text, "utf-8")
    return swept(LARCH, [written(folder, ACCOUNTS)]), path


def advice_on(folder: Path, text: str) -> Advice:
    world, path = asked(folder, text)
    with world as cube:
        return advise(cube, packs(), read_aim(path, cube, packs()))


HEAD = """\
[exposure]
says = "a test"
categories = ["content"]
open = true
places = ["US"]
foreign = true
except_instruments = ["consent-request"]
target = {target}
"""


def test_the_group_is_split_and_what_that_costs_elsewhere_is_told(tmp_path):
    """Ireland sold: an American order no longer reaches Dublin; the proof says why, and who is reached by others."""
    text = HEAD.format(target=3) + (
        '[[change]]\nid = "sell"\nentity = "ie"\nsold = true\ncost = "10.50 EUR"\n'
        '[[change]]\nid = "keys"\nstore = "quincy"\nkey_holder = "customer"\ncost = "1 EUR"\n'
    )
    advice = advice_on(tmp_path, text)
    (proposal,) = advice.proposals
    assert (advice.before.counted, advice.meant, proposal.changes) == (9, 9, ("sell",))
    assert (proposal.effect.tally.counted, str(proposal.cost)) == (3, "10.50")
    (move,) = [move for move in proposal.effect.moves if move.store == "dublin"]
    assert move.accounts == 6 and move.turn[0] == "open" and move.turn[1] in ("barred", "free")
    assert move.old[1].proof != move.new[1].proof and any("us-2703" in reason for reason in move.gone)
    (left,) = proposal.effect.stands
    assert (left.store, left.accounts, left.ruling.served) == ("quincy", 3, "us")
    assert advice.unused == ["keys"]


def test_keys_count_where_only_what_can_be_read_is_counted(tmp_path):
    """Keys with the customer: the order compels as before, but nobody who is served can read what it reaches."""
    change = '[[change]]\nid = "keys"\nstores = ["quincy", "dublin"]\nkey_holder = "customer"\ncost = "1 EUR"\n'
    for readable_only in (False, True):
        text = HEAD.format(target='"0 %"') + ("readable = true\n" if readable_only else "") + change
        advice = advice_on(tmp_path, text)
        assert advice.reached is readable_only
        if readable_only:
            assert advice.proposals[0].effect.sealed["quincy"] == "the keys of quincy are with the customer"


def test_a_move_to_another_country_brings_its_own_courts(tmp_path):
    """Quincy's mail to a new site in Germany: counted out of one exposure, and newly within reach of German courts.

    By the packs' own demands: a German search reaches what lies in Germany.
    """
    (tmp_path / "advice.toml").write_text(
        HEAD.format(target=6).replace('except_instruments = ["consent-request"]\n', "")
        + '[[change]]\nid = "sell"\nentity = "de"\nsold = true\ncost = "5 EUR"\n'
        + '[[change]]\nid = "open"\nopens = "f"\nname = "Frankfurt"\ncountry = "DE"\noperator = "de"\ncost = "2 EUR"\n'
        + '[[change]]\nid = "move"\nstore = "quincy"\nsite = "f"\nholder = "de"\ncost = "1 EUR"\nneeds = ["open"]\n'
        + '[[change]]\nid = "close"\ncloses = "q"\ncost = "1 EUR"\n'
    )
    read, table = read_folder(default_folder()), written(tmp_path, ACCOUNTS)
    some = lambda pack: tuple(t for t in pack.templates if t.places[0] in ("US", "DE"))  # noqa: E731
    own = replace(read, packs=tuple(replace(pack, templates=some(pack)) for pack in read.packs))
    with engine() as con, opened_accounts(con, [table]) as accounts:
        cube = run(con, LARCH, own, accounts, Posed(ON))
        advice = advise(cube, own, read_aim(tmp_path / "advice.toml", cube, own))
    cheapest = advice.proposals[0]
    assert cheapest.changes == ("sell", "open", "move")
    assert advice.alone == {"sell": 9, "open": 9, "move": None, "close": None}
    assert cheapest.effect.worse["DE", "content"] == 3 <= cheapest.effect.newly
    unread = {rule.id for rule in own.law.rules if rule.reviewed.startswith("unverified")}
    assert set(advice.unverified) == unread & frozenset().union(*(one.effect.rests_on for one in advice.proposals))


def test_a_target_out_of_reach_names_what_stands_in_the_way(tmp_path):
    """The nearest set, and the demands that still reach somebody."""
    advice = advice_on(
        tmp_path, HEAD.format(target=0) + '[[change]]\nid = "s"\nentity = "ie"\nsold = true\ncost = "1 EUR"\n'
    )
    assert not advice.reached and advice.proven
    (nearest,) = advice.proposals
    assert (nearest.why, nearest.changes, nearest.effect.tally.counted) == (("nearest",), ("s",), 3)
    assert [(one.place, one.store, one.found.verdict) for one in nearest.effect.stands] == [
        ("US", "quincy", "compelled")
    ]
    assert advice.as_json()["proposals"][0]["stands"][0]["proof"].startswith("sha256:")


def test_a_target_that_is_met_needs_nothing(tmp_path):
    advice = advice_on(
        tmp_path, HEAD.format(target=9) + '[[change]]\nid = "s"\nentity = "ie"\nsold = true\ncost = "1 EUR"\n'
    )
    assert advice.proposals[0].changes == () and advice.proposals[0].effect.moves == ()


def test_stores_tied_together_in_too_many_ways_are_refused(tmp_path):
    parts = [
        f'[[change]]\nid = "c{n}"\nstore = "dublin"\nkey_holder = "customer"\ncost = "{n} EUR"\n' for n in range(13)
    ]
    with pytest.raises(TooManyWays, match="dublin"):
        advice_on(tmp_path, HEAD.format(target=0) + "".join(parts))


GOOD = HEAD.format(target=1) + '[[change]]\nid = "c"\nstore = "quincy"\nsite = "d"\ncost = "1 EUR"\n'
WRONG = {
    "not-toml": GOOD + "= 1",
    "unknown-table": GOOD + "[moon]\nx = 1",
    "missing-key": GOOD.replace("target = 1\n", ""),
    "unknown-key": GOOD.replace("site =", "sold = true\nsite ="),
    "wrong-type": GOOD.replace('["US"]', '"US"'),
    "nothing-to-change": HEAD.format(target=1),
    "duplicate-id": GOOD + '[[change]]\nid = "c"\nstore = "quincy"\nholder = "ie"\ncost = "1 EUR"\n',
    "which-thing": GOOD + '[[change]]\nid = "d"\ncost = "1 EUR"\n',
    "changes-nothing": GOOD.replace('site = "d"', 'site = "q"'),
    "excludes-what-it-needs": GOOD
    + '[[change]]\nid = "d"\nentity = "ie"\nsold = true\ncost = "1 EUR"\nneeds = ["c"]\nexcludes = ["c"]\n',
    "bad-cost": GOOD.replace("1 EUR", "much"),
    "two-currencies": GOOD + '[[change]]\nid = "d"\nentity = "ie"\nsold = true\ncost = "1 USD"\n',
    "bad-target": GOOD.replace("target = 1", 'target = "all"'),
    "share-out-of-range": GOOD + '[[change]]\nid = "d"\nentity = "ie"\nshare = 400\ncost = "1 EUR"\n',
    "dangling-reference": GOOD.replace('site = "d"', 'site = "moon"'),
    "unknown-place": GOOD.replace('["US"]', '["UK"]'),
    "unknown-category": GOOD.replace('["content"]', '["letters"]'),
    "unknown-code": GOOD.replace("foreign", 'kinds = ["human"]\nforeign'),
    "unknown-template": GOOD.replace("foreign", 'except_templates = ["nothing"]\nforeign'),
    "missing-column": GOOD.replace("foreign", 'kinds = ["person"]\nforeign'),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_faulty_file_is_refused_by_name_and_line(name, tmp_path):
    """Every named fault can happen, and is told with its line and remedy."""
    (tmp_path / "advice.toml").write_text(WRONG[name], "utf-8")
    columns = [c for c in COLUMNS if name != "missing-column" or c != "kind"]
    with swept(LARCH, [written(tmp_path, ACCOUNTS, columns)]) as cube, pytest.raises(Faulty) as caught:
        read_aim(tmp_path / "advice.toml", cube, packs())
    told = {fault.name: fault for fault in caught.value.faults}
    assert name in told
    assert told[name].where.startswith("advice.toml:") and told[name].remedy == NAMES[name]


def test_all_faults_are_told_at_once(tmp_path):
    text = GOOD.replace("1 EUR", "much").replace('["US"]', '["UK"]').replace('site = "d"', 'site = "moon"')
    world, path = asked(tmp_path, text)
    with world as cube, pytest.raises(Faulty) as caught:
        read_aim(path, cube, packs())
    assert [fault.name for fault in caught.value.faults] == ["unknown-place", "dangling-reference", "bad-cost"]
