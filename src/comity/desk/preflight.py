"""Preflight: what would become of a demand if it were filed, before it is.

It is told from the law and from the outline of the estate alone. It never looks at an account, a matter or a ledger:
the portal's process has none of them, so what it says cannot tell whether somebody is a customer here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from comity.desk.decision import UNION, Words, stated
from comity.desk.estate import Holdings, read_estate
from comity.desk.instruments import titled
from comity.desk.matter import forum_zone
from comity.desk.office import ESTATE, SETTINGS, Settings, load_packs, read_settings
from comity.intake.form import OWN_TERMS, read_demand
from comity.intake.known import Known
from comity.kernel.decision import Decision, Judge
from comity.kernel.demand import CATEGORIES, Demand, Scope
from comity.kernel.reason import Reason, Shelf
from comity.kernel.words import Fault, Term, canonical
from comity.lawpack import Packs

MOST_CLASSES: Final = 60
"""Classes of records that one preflight looks at; an estate has fewer kinds of them than stores."""
MEANS: Final = {
    "compelled": "The law obliges us to hand these records over, if the demand is genuine and in force.",
    "conflict": "One law demands these records, another forbids us to hand them over. We would object.",
    "barred": "No power obliges us, and a law forbids us to hand these records over. We would refuse.",
    "free": "No law obliges us to hand these records over, and we do not do so of our own choice. We would refuse.",
    "open": "What the law says of these records turns on what is not settled yet.",
}
"""What each verdict means for whoever demands."""


TURNS: Final = {
    "demand": "what the demand does not say yet; it is asked below",
    "question": "a point of law that counsel must answer",
    "": "facts about the customer or about us, which we do not tell here",
}
"""What a verdict may turn on, in words that tell nothing of a customer, by the kind of the fact."""


@dataclass(frozen=True)
class Turn:
    """What a verdict turns on, and the point of law that it is, if it is one."""

    says: str
    asks: str = ""


@dataclass(frozen=True)
class Finding:
    """What would become of one category: a verdict, why, what it turns on, and the lawful way where there is none."""

    verdict: str
    why: tuple[tuple[str, str], ...]
    turns: tuple[Turn, ...]
    ways: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Preflight:
    """All that is told before filing: by category what would become of it; what is still asked of the authority."""

    found: dict[str, tuple[Finding, ...]]
    asks: tuple[Term, ...]

    @property
    def refused(self) -> bool:
        """Whether all of it would be refused as things stand."""
        return all(one.verdict in ("barred", "free") for many in self.found.values() for one in many)


@dataclass
class Outline:
    """What the portal knows of the office: its name, the law, and the estate without its accounts."""

    settings: Settings
    packs: Packs
    holdings: Holdings
    shelf: Shelf = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Outline:
        """Read from the office's folder: settings, estate and law, nothing else."""
        settings = read_settings(root / SETTINGS)
        return cls(settings, load_packs(settings.laws), read_estate(root / ESTATE, with_accounts=False))

    def instruments(self, place: str, at: datetime) -> tuple[str, ...]:
        """What an authority of a place may demand by: its own kinds, its Union's, and those of no one place."""
        codes = self.packs.words.terms["demand.instrument"].codes
        union = place in self.packs.law.group(UNION, at.date())
        own = {place.lower(), *(("eu",) if union else ())}
        return tuple(code for code in codes if len(head := code.split("-")[0]) != 2 or head in own)

    def titled(self, instrument: str) -> str:
        """A kind of demand in plain words with its code."""
        return titled(self, instrument)

    def courts(self, place: str) -> dict[str, str]:
        """The courts of a place, and those of the European Union."""
        return {c.id: c.name for c in self.packs.law.courts.values() if c.place == place and not c.legislature}

    def read(self, tables: Mapping[str, Any], place: str, at: datetime) -> tuple[Demand | None, list[Fault]]:
        """The demand that was typed, or every fault in it; whether an account is here is no fault, and is not told."""
        words, served = self.packs.words, self.settings.served_entity
        entity = {served: self.holdings.estate.entities[served].name}
        instruments = frozenset(self.instruments(place, at))
        known = Known(words, instruments, self.courts(place), entity, lambda _: None, frozenset(), frozenset({place}))
        return read_demand(canonical(tables), "json", known, at.date())

    def preflight(self, demand: Demand, at: datetime) -> Preflight:
        """What would become of it today."""
        law, on = self.packs.law, at.astimezone(forum_zone(demand.place)).date()
        judge = Judge(law.on(on, demand.court, (), on), self.shelf)
        words = Words(frozenset(self.packs.words.terms), law.group(UNION, on))
        found: dict[str, dict[Finding, None]] = {category: {} for category in sorted(demand.scope.categories)}
        asked: dict[str, None] = {}
        for store, category in list(self._classes(demand))[:MOST_CLASSES]:
            facts = stated(self.holdings.estate, store, (demand.served_entity, demand.place), words)[0]
            known = {**facts, **demand.as_facts(), "record.category": category}
            decision = judge.decide({term: value for term, value in known.items() if term in words.terms})
            found[category][_finding(decision)] = None
            asked |= dict.fromkeys(_asks(decision, demand))
        terms = self.packs.words.terms
        return Preflight({one: tuple(many) for one, many in found.items()}, tuple(terms[name] for name in asked))

    def questions(self, instrument: str, place: str, at: datetime) -> tuple[Term, ...]:
        """What an instrument wants to know of the demand beside what every demand says: what its rules turn on here."""
        court = next(iter(self.courts(place)), "")
        scope = Scope(("somebody@example.com",), frozenset(CATEGORIES))
        plain = Demand("asked", place, instrument, "", court, self.settings.served_entity, at, scope, "portal")
        return self.preflight(plain, at).asks if court else ()

    def _classes(self, demand: Demand) -> Iterator[tuple[str, str]]:
        for store in self.holdings.estate.stores.values():
            yield from ((store.id, category) for category in sorted(store.holds & demand.scope.categories))


def _asks(decision: Decision, demand: Demand) -> list[str]:
    """What the law would want to know of the demand itself, and what its authority therefore is asked."""
    points = [point.term for point in decision.open_points]
    return [term for term in points if (term.startswith("demand.") and term not in OWN_TERMS) or _unsaid(term, demand)]


def _unsaid(term: str, demand: Demand) -> bool:
    return term == "demand.issuer" and not demand.issuer


def _finding(decision: Decision) -> Finding:
    whys: dict[str, tuple[Reason, ...]] = {
        "compelled": decision.powers, "barred": decision.bars, "conflict": (*decision.powers, *decision.bars),
        "open": (), "free": (),
    }  # fmt: skip
    why = _said(reason for reason in whys[decision.verdict] if reason.truth is True)
    ways = () if decision.verdict == "compelled" else _said(one for one in decision.channels if one.truth is not False)
    return Finding(decision.verdict, why, tuple(dict.fromkeys(map(_turn, _terms(decision)))), ways)


def _terms(decision: Decision) -> Iterator[tuple[str, str]]:
    yield from ((point.term, point.asks) for point in decision.open_points)


def _said(reasons: Iterable[Reason]) -> tuple[tuple[str, str], ...]:
    return tuple((reason.rule.reads, reason.rule.cite) for reason in reasons)


def _turn(point: tuple[str, str]) -> Turn:
    term, asks = point
    kind = term.partition(".")[0]
    return Turn(TURNS.get(kind, TURNS[""]), asks if kind == "question" else "")
