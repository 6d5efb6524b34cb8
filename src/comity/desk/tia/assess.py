"""The transfer assessment: the six steps of EDPB Recommendations 01/2020 from a cube, its estate and the packs.

Everything that is computed is computed here, into one `Assessed`; `text` puts it into sentences, each with
what it stands on, and `letters.tia` sets them as a page and as a PDF.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from comity.desk.exposure.about import Posed, as_json, from_json, posed_of
from comity.desk.exposure.kept import OtherPacks, again
from comity.desk.exposure.run import Given, supposed
from comity.desk.office import load_packs
from comity.desk.tia.answers import SAFEGUARDS, Answers, read_answers
from comity.desk.tia.cites import GROUP, Library
from comity.desk.tia.measures import Measure, measures
from comity.desk.tia.powers import PERSONAL, Power, Seen, Tally
from comity.desk.tia.rule import Conclusion, Known, conclude
from comity.desk.tia.transfers import Transfer, transfers
from comity.errors import ComityError
from comity.exposure.accounts import engine
from comity.exposure.columns import countries
from comity.exposure.cube import Cube, load
from comity.kernel.estate import Estate
from comity.kernel.law import Answered
from comity.kernel.words import Truth, both
from comity.lawpack import Packs

UNION: Final = "EU"


class NotACountry(ComityError):
    """`{code}` is not a country"""

    help = "write it as ISO 3166 alpha-2, in capitals: US, GB"
    exit_code = 2


class NoLawOfTransfers(ComityError):
    """on {on} the General Data Protection Regulation is law nowhere, as the packs have it"""

    help = "make a cube of a later day, or use packs with the group GDPR in places.toml"
    exit_code = 4


@dataclass(frozen=True)
class Adequacy:
    """What the packs say of a decision of the Commission for a state: the question as the Court of Justice reads it."""

    stands: Truth
    read: Answered | None


@dataclass(frozen=True)
class After:
    """What a measure leaves of one transfer: the powers that still reach it, and the numbers."""

    measure: Measure
    powers: tuple[Power, ...]
    tallies: tuple[Tally, ...]


@dataclass(frozen=True)
class Look:
    """One transfer with all that estate, cube and packs say of it."""

    transfer: Transfer
    powers: tuple[Power, ...]
    tallies: tuple[Tally, ...]
    adequacy: Adequacy
    after: tuple[After, ...]
    law_known: bool


@dataclass(frozen=True)
class Studied(Look):
    """The same with what people said of it, and what follows."""

    known: Known
    conclusion: Conclusion


@dataclass(frozen=True)
class Assessed:
    """Everything the document says: the cube it rests on, the packs, what people answered, and each transfer.

    `every` has the transfers of all countries, `only` the countries that were asked about.
    """

    cube: Cube
    estate: Estate
    library: Library
    on: date
    eea: frozenset[str]
    answers: Answers
    studied: tuple[Studied, ...]
    every: tuple[Transfer, ...]
    only: tuple[str, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """The third countries, in the order of the transfers."""
        return tuple(sorted({one.transfer.to for one in self.studied}))

    def as_json(self) -> dict[str, Any]:
        """What a program wants to know: each transfer, its numbers, its conclusion."""
        about = self.cube.about
        return {
            "provider": self.estate.name, "on": about["on"], "cube": self.cube.digest, "packs": about["packs"],
            "transfers": [_summed(one) for one in self.studied],
        }  # fmt: skip


def _summed(one: Studied) -> dict[str, Any]:
    transfer, conclusion = one.transfer, one.conclusion
    return {
        "store": transfer.store.id, "to": transfer.to, "transfer": one.known.is_transfer,
        "accounts": transfer.numbers.accounts, "unknown": transfer.numbers.unknown,
        "elsewhere": transfer.numbers.elsewhere, "conclusion": conclusion.word, "ways": list(conclusion.ways),
        "measures": list(conclusion.measures), "turns_on": list(conclusion.turns_on),
        "powers": [
            {"template": power.template, "category": power.category, "verdict": power.verdict,
             "accounts": power.accounts, "unknown": power.unknown, "proofs": list(power.proofs)}
            for power in one.powers
        ],
    }  # fmt: skip


@contextmanager
def assessed(path: Path, to: tuple[str, ...], file: Path | None, laws: Path | None) -> Iterator[Assessed]:
    """Assess every transfer of a cube, or those to some states; the file says what the estate cannot."""
    for code in to:
        if code not in countries():
            raise NotACountry(code=code)
    packs = load_packs(laws)
    with engine() as con:
        cube = load(con, path)
        if cube.about["packs"] != packs.digest:
            raise OtherPacks
        yield assess(cube, packs, to, file)


def assess(cube: Cube, packs: Packs, to: tuple[str, ...] = (), file: Path | None = None) -> Assessed:
    """Find the transfers, the powers that reach them, what measures would leave of these, and conclude."""
    on, estate = posed_of(cube).on, from_json(cube.about["estate"])
    eea = packs.law.group(GROUP, on)
    if not eea:
        raise NoLawOfTransfers(on=on)
    every = transfers(estate, cube.classes, eea)
    chosen = tuple(transfer for transfer in every if not to or transfer.to in to)
    looks, none = _looks(cube, packs, (estate, eea), chosen), Answers()
    studied = tuple(_concluded(look, none) for look in looks)
    found = Assessed(cube, estate, Library(packs, cube.digest), on, eea, none, studied, every, to)
    return answered(found, file) if file else found


def answered(found: Assessed, file: Path) -> Assessed:
    """The same with what people said, and what follows from it; nothing is decided again."""
    templates = frozenset(template["id"] for template in found.cube.about["templates"])
    answers = read_answers(file, found.every, templates)
    return replace(found, answers=answers, studied=tuple(_concluded(one, answers) for one in found.studied))


def _looks(
    cube: Cube, packs: Packs, where: tuple[Estate, frozenset[str]], chosen: tuple[Transfer, ...]
) -> Iterator[Look]:
    (estate, eea), places = where, {transfer.to for transfer in chosen}
    seen = Seen(cube, packs, eea, places)
    changed = [(m, Seen(_under(m, cube, packs, places), packs, eea, places)) for m in measures(estate, chosen, eea)]
    adequacy = {place: adequate(packs, place, posed_of(cube)) for place in places}
    for transfer in chosen:
        store, to = transfer.store.id, transfer.to
        after = tuple(
            After(measure, own.powers(to, store), own.tallies(to, store))
            for measure, own in changed
            if store in measure.stores
        )
        powers, tallies = seen.powers(to, store), seen.tallies(to, store)
        yield Look(transfer, powers, tallies, adequacy[to], after, seen.asked(to))


def _under(measure: Measure, cube: Cube, packs: Packs, places: Collection[str]) -> Cube:
    """The cube decided again with a measure's estate, for the demands of the third countries alone."""
    only = frozenset(
        (row.place, row.category) for row in cube.sweep.rows if row.place in places and row.category in PERSONAL
    )
    found = again((measure.estate, cube.classes), packs, cube, Given(only, cube.sweep))
    return replace(found, about={**found.about, "estate": as_json(measure.estate)})


def _concluded(look: Look, answers: Answers) -> Studied:
    """What people said of a transfer, put beside what was found, and what follows."""
    said, transfer = answers.of(look.transfer), look.transfer
    handed = True if transfer.is_transfer else said.get("access")
    known = Known(
        False if handed is False else _covered(look.adequacy, said), _safeguard(said, handed), look.powers,
        {one.measure.id: one.powers for one in look.after}, answers.goes_beyond(), look.law_known,
        transfer.numbers.accounts > 0, handed is True,
    )  # fmt: skip
    own = (look.transfer, look.powers, look.tallies, look.adequacy, look.after, look.law_known)
    return Studied(*own, known, conclude(known))


def _covered(adequacy: Adequacy, said: Mapping[str, Any]) -> Truth:
    """Whether a decision covers the transfer: it stands, and somebody said that it covers this importer.

    Where the packs do not follow a state's decisions, that word alone counts; where another tool is relied on, none.
    """
    covered: Truth = said.get("covered")
    if covered is None and said.get("tool", "adequacy") != "adequacy":
        return False
    return covered if adequacy.read is None else both((adequacy.stands, covered))


def _safeguard(said: Mapping[str, Any], handed: Truth) -> Truth:
    """Whether a tool of Art. 46 is in place; where nothing is handed to anybody outside, none is needed."""
    if handed is False:
        return True
    tool = said.get("tool")
    own: Truth = None if tool in (None, "derogation") else False if tool not in SAFEGUARDS else said.get("in_place")
    return True if own is True else own if handed else None


def adequate(packs: Packs, place: str, posed: Posed) -> Adequacy:
    """The packs' question whether a decision stands for a state, as the Union's highest court reads it on the day."""
    id, court = f"eu_{place.lower()}_adequacy_stands", packs.law.apexes.get(UNION)
    if court is None or id not in {question.id for question in packs.law.questions}:
        return Adequacy(None, None)
    law, _ = supposed(packs, posed)
    read = law.on(posed.on, court).questions[id]
    return Adequacy(read.truth, read)
