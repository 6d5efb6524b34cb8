"""Step 3 in sentences: what the law of the third country can reach, and what is open, said by people or left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from comity.desk.tia.assess import Studied
from comity.desk.tia.cites import FILE, Library
from comity.desk.tia.powers import Power, Tally
from comity.desk.tia.proofs import Proofs
from comity.desk.tia.steps import COUNSEL, NUMBER, Steps
from comity.kernel.decision import Decision, OpenPoint
from comity.kernel.rule import Rule
from comity.kernel.words import Value
from comity.lawpack.show import said as yes_or_no
from comity.letters.tia import Block, Cite, Grid, Items, Said, Section

CATEGORIES: Final = {
    "content": "content of messages", "live-content": "content as it comes in", "traffic": "who wrote to whom, when",
    "subscriber": "who the customer is", "keys": "the means to read what is encrypted",
}  # fmt: skip
FAR: Final = (
    "in the clear", "perhaps in the clear", "unreadable to whoever is served", "may be reached",
    "may be reached, unreadable", "not reached",
)  # fmt: skip
"""How far powers reach, in the order of a tally's numbers."""

READABLE: Final = {True: "", None: "; nobody knows whether readable", False: "; unreadable to whoever is served"}


def far(tally: Tally) -> str:
    """How far powers reach customers in the EEA, the noughts left out."""
    numbers = (tally.clear, tally.perhaps, tally.closed, tally.open, tally.shut, tally.none)
    return _counted(zip(numbers, FAR, strict=True))


def _counted(pairs: Iterable[tuple[int, str]]) -> str:
    return "; ".join(f"{NUMBER(number)} {word}" for number, word in pairs if number) or "none"


def signed(row: Mapping[str, object]) -> str:
    """Who said something, and when."""
    return f"({row['by']}, {row['on']})" if "on" in row else f"({row['by']})"


class Law:
    """The third step, country by country."""

    def __init__(self, steps: Steps, proofs: Proofs) -> None:
        self.steps, self.found, self.proofs = steps, steps.found, proofs

    @property
    def library(self) -> Library:
        """What may be cited."""
        return self.steps.library

    def third(self) -> Section:
        """Assess the law and practice of the third country."""
        countries = tuple(map(self._country, self.found.places))
        return Section(
            "step-3", "Step 3: assess the law and practice there", self.library.sentences("step-3"), countries
        )

    def _country(self, place: str) -> Section:
        own = [one for one in self.found.studied if one.transfer.to == place]
        name, lower = self.library.country(place), place.lower()
        if not own[0].law_known:
            says = f"The packs carry no demand that {name} could make: nothing is known here of its law."
            return Section(f"law-{lower}", name, (Said(says, (self.library.cube,), COUNSEL),))
        parts = (
            *map(self._over, own), self._bars(own, f"bars-{lower}"), self._points(own, f"points-{lower}"),
            self._beyond(own, f"beyond-{lower}"), self._routes(own, f"routes-{lower}"),
            self._redress(own, f"redress-{lower}"), self._practice(own, f"practice-{lower}"),
            self._blind(place, f"blind-{lower}"),
        )  # fmt: skip
        return Section(f"law-{lower}", name, (), tuple(part for part in parts if part.blocks))

    def _over(self, one: Studied) -> Section:
        title = f"Powers over {one.transfer.store.id}"
        rows = tuple(self._numbers(tally) for tally in one.tallies)
        grid = Grid(("records", "verdicts", "how far a power reaches"), rows)
        blocks: tuple[Block, ...] = (*self.library.sentences("numbers"), grid)
        if one.powers:
            heads = ("demand", "records", "verdict", "in the EEA", "unknown", "rests on", "proof")
            blocks = (*blocks, Grid(heads, tuple(map(self._power, one.powers)), (3, 4)))
        else:
            blocks = (*blocks, Said("No power of the packs reaches these records, or may.", (self.library.cube,)))
        return Section(f"powers-{one.transfer.id}", title, blocks)

    def _numbers(self, tally: Tally) -> tuple[Said, ...]:
        verdicts = _counted((number, verdict) for verdict, number in tally.verdicts.items())
        proof = self.proofs.one(tally.proof, tally.strongest)
        return Said(CATEGORIES[tally.category], (self.library.cube,)), Said(verdicts), Said(far(tally), proof)

    def _power(self, power: Power) -> tuple[Said, ...]:
        named = f"{self.template(power.template)} ({power.template})"
        return (
            Said(named, (Cite("template", power.template, "the packs"),)),
            Said(f"{power.category}{READABLE[power.readable]}"),
            Said("", (), "", power.verdict),
            Said(NUMBER(power.accounts)),
            Said(NUMBER(power.unknown)),
            self._rests(power),
            Said("", self.proofs.of(power)),
        )

    def _rests(self, power: Power) -> Said:
        """The powers in words; bars by their citations, for they stand below once for all."""
        pairs = [(reason, self.library.rules[id]) for reason, id in zip(power.reasons, power.rules, strict=True)]
        says = [
            f"Perhaps: {rule.reads}" if reason.startswith("?") else rule.reads
            for reason, rule in pairs
            if rule.effect == "compels"
        ]
        bars = [reason for reason, rule in pairs if rule.effect == "bars"]
        if bars:
            says.append("Perhaps barred." if all(bar.startswith("?") for bar in bars) else "Barred.")
        return Said(" ".join(says), tuple(self.library.rule(rule.id) for _, rule in pairs))

    def _bars(self, own: Sequence[Studied], id: str) -> Section:
        ids = {rule for one in own for power in one.powers for rule in power.rules}
        bars = [rule for rule in (self.library.rules[id] for id in sorted(ids)) if rule.effect == "bars"]
        items = tuple(Said(rule.reads, (self.library.rule(rule.id),)) for rule in bars)
        return Section(id, "What bars the answer, or may", (Items(items),) if items else ())

    def template(self, id: str) -> str:
        """What a template reads."""
        return next(str(t["reads"]) for t in self.found.cube.about["templates"] if t["id"] == id)

    def _points(self, own: Sequence[Studied], id: str) -> Section:
        outcomes: dict[str, dict[str, dict[str, None]]] = {}
        for point in (point for decision in _decisions(own) for point in decision.open_points):
            _collect(outcomes.setdefault(point.term, {}), point)
        rows = []
        for term, ways in sorted(outcomes.items()):
            turns = "; ".join(f"if {value}: {' or '.join(verdicts)}" for value, verdicts in ways.items())
            rows.append((Said(self.library.asks(term), (self.library.term(term),)), Said(turns)))
        return Section(
            id, "Open points, and what turns on them", (Grid(("open", "then"), tuple(rows)),) if rows else ()
        )

    def _beyond(self, own: Sequence[Studied], id: str) -> Section:
        rows, answers = [], self.found.answers.powers
        for template in sorted({power.template for one in own for power in one.powers}):
            row, answer = answers.get(template), Said("", (), COUNSEL)
            if row:
                answer = Said(f"{'yes' if row['goes_beyond'] else 'no'}: {row['why']} {signed(row)}", (FILE,))
            rows.append((Said(f"{self.template(template)} ({template})"), answer))
        grid = (Grid(("demand", "goes beyond"), tuple(rows)),) if rows else ()
        return Section(id, "Beyond what is necessary and proportionate?", grid)

    def _routes(self, own: Sequence[Studied], id: str) -> Section:
        rules = _rules(own, "channels")
        items = tuple(Said(rule.reads, (self.library.rule(rule.id),)) for rule in rules)
        return Section(id, "Lawful channels", (Items(items),) if items else ())

    def _redress(self, own: Sequence[Studied], id: str) -> Section:
        rules = _rules(own, "objections")
        grounds = tuple(Said(f"{r.name}, before {r.forum}: {r.reads}", (self.library.rule(r.id),)) for r in rules)
        asks = (
            "Which enforceable rights and remedies the persons concerned have there. The packs say what whoever is "
            "served may object, not what they may."
        )
        open_field = Said(asks, (self.library.source("gdpr-46"),), COUNSEL)
        given = self._answers(own, "remedies") or (open_field,)
        return Section(id, "Objections and remedies", (*((Items(grounds),) if grounds else ()), *given))

    def _practice(self, own: Sequence[Studied], id: str) -> Section:
        asks = "Practice of the authorities, and which demands the importer has had: the packs say nothing of practice."
        open_field = Said(asks, (self.library.source("assess"),), "the importer")
        return Section(id, "Practice", self._answers(own, "practice") or (open_field,))

    def _answers(self, own: Sequence[Studied], key: str) -> tuple[Said, ...]:
        texts = (self.found.answers.of(one.transfer).get(key) for one in own)
        return tuple(Said(str(text), (FILE,)) for text in dict.fromkeys(texts) if text)

    def _blind(self, place: str, id: str) -> Section:
        rows = []
        for pack in self.library.packs.packs:
            if pack.instrument.get("place") == place:
                cite = Cite("unmodelled", str(pack.instrument["id"]), str(pack.instrument["cite"]))
                rows += [Said(f"{row['what']}. {row['why']}", (cite,)) for row in pack.unmodelled]
        return Section(id, "What the packs leave out", (Items(tuple(rows)),) if rows else ())


def _decisions(own: Sequence[Studied]) -> Iterator[Decision]:
    return (decision for one in own for power in one.powers for decision in power.decisions)


def _rules(own: Sequence[Studied], side: str) -> list[Rule]:
    found = {reason.rule.id: reason.rule for decision in _decisions(own) for reason in getattr(decision, side)}
    return [found[id] for id in sorted(found)]


def _collect(ways: dict[str, dict[str, None]], point: OpenPoint) -> None:
    for value, verdict in point.outcomes:
        ways.setdefault(_value(value), {})["still open" if verdict == "open" else verdict] = None


def _value(value: Value) -> str:
    return yes_or_no(value) if isinstance(value, bool) else str(value)
