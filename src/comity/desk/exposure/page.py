"""What the page of an exposure says: a cube's counts, whom which state reaches, the classes, the past."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import comity_laws
from comity.desk.exposure.about import posed_of, templates_of
from comity.desk.exposure.classes import held, listed
from comity.desk.exposure.history import History, Track, history, ten_years_before
from comity.desk.exposure.past import Telling
from comity.desk.exposure.proofs import Proofs
from comity.desk.exposure.then import links
from comity.desk.office import load_packs
from comity.exposure.accounts import engine
from comity.exposure.breakdown import UNKNOWN, Breakdown, untold
from comity.exposure.cube import Cube, load, written
from comity.exposure.sweep import Row
from comity.intake.known import COUNTRIES
from comity.kernel.words import Value
from comity.lawpack import Packs
from comity.letters import exposure_page as page
from comity.letters.exposure_page import Cell, Exposed, Place, render
from comity.letters.flow import MOST_PLACES, Flow, Link

COLUMNS: Final = {"customer_place": "where the customer lives", "kind": "kind of customer"}
KINDS: Final = {"person": "persons", "business": "businesses", "public-body": "public bodies",
                "privileged": "under professional privilege"}  # fmt: skip
MOST_NAMED: Final = 3


@dataclass(frozen=True)
class Wish:
    """What a page shall show of the past: any of it, from when (None: ten years), how its making is followed."""

    past: bool = True
    since: date | None = None
    track: Track = iter


def written_page(cube: Path, laws: Path | None, wish: Wish, to: Path) -> dict[str, object]:
    """Write the page of a kept cube; says how large it became and how much it shows."""
    packs = load_packs(laws)
    with engine() as con:
        shown = Shown(load(con, cube), packs).picture(wish)
    with written(to) as beside:
        beside.write_text(render(shown), "utf-8")
    changes = len(shown.past.changes) if shown.past else None
    return {"page": str(to), "octets": to.stat().st_size, "classes": len(shown.held), "changes": changes}


def names(packs: Packs) -> Mapping[str, str]:
    """What people call a state, by its code: as the packs do, or as the table of countries does."""
    return {**COUNTRIES, **packs.places}


class Shown:
    """A cube as a page shows it."""

    def __init__(self, cube: Cube, packs: Packs) -> None:
        """The packs must be those of the cube: its proofs are made again."""
        self.cube, self.packs, self.proofs = cube, packs, Proofs(cube, packs)
        self.names, self.breakdown = names(packs), Breakdown(cube)
        self.rows = [row for row in cube.sweep.rows if any(cube.sweep.counts(row).values())]

    def picture(self, wish: Wish) -> page.Picture:
        """Everything, in the page's order."""
        asked = posed_of(self.cube)
        since = wish.since or ten_years_before(asked.on)
        past = history(self.cube, self.packs, since, wish.track) if wish.past else None
        places = self.places(past)
        chosen = [row for row in self.rows if row.place in {place.code for place in places}]
        shown, says = held(self.proofs, chosen, self.names, {p.code: len(p.alike) for p in places})
        telling = Telling(self.packs, self.names, places)
        exposed = tuple(self.exposed())
        return page.Picture(
            provider=self.cube.about["estate"]["name"],
            on=asked.on,
            what_if=(*(f"assuming {one}" for one in asked.assume), *(f"without {id}" for id in asked.without)),
            accounts=self.cube.classes.accounts,
            summary=tuple(self.summary(exposed)),
            exposed=exposed,
            places=places,
            flows=tuple(self.flows()),
            past=telling.past(past, self.cube, [line for line, _ in shown]) if past else None,
            held=tuple(one for _, one in shown),
            held_says=says,
            facts=tuple(self.facts()),
            unverified=tuple(self.unverified()),
            footnotes=("This is not legal advice.",),
        )

    def summary(self, exposed: Sequence[Exposed]) -> Iterator[str]:
        """What whoever has to answer for it wants to know first."""
        cube = self.cube
        states = _number(len({row.place for row in self.rows}), "state")
        demands = _number(len(templates_of(cube)), "ordinary demand")
        yield (
            f"{cube.classes.accounts:,} accounts in {_number(len(cube.classes.stores), 'store')}. Counted is what"
            f" the authorities of {states} could ask for with {demands} of"
            f" the law packs, each at its strongest, under the law of {_day(posed_of(cube).on)}."
        )
        for one in [one for one in exposed if one.category in ("content", "traffic")]:
            yield self._told(one)

    def _told(self, one: Exposed) -> str:
        part = page.share(one.some, one.whole)
        said = f"{one.category.capitalize()}: of {one.whole:,} accounts that have such records, {one.some:,} ({part})"
        said += " are exposed: some state's demand compels them, or conflicts with another law."
        said += self._most(one.category)
        if one.abroad is not None:
            said += f" {one.abroad:,} are exposed to a state in which the customer does not live"
            said += f"; of {one.unknown:,} nobody knows where the customer lives." if one.unknown else "."
        clash = one.some - one.plain
        if clash:
            said += f" For {clash:,} of them every demand that compels is forbidden by another state's law."
        return said

    def _most(self, category: str) -> str:
        """The states to which the most accounts are exposed."""
        counts = {row.place: self.cube.sweep.counts(row) for row in self.rows if row.category == category}
        within = {place: own["compelled"] + own["conflict"] for place, own in counts.items()}
        first = [place for place in sorted(within, key=lambda p: (-within[p], p)) if within[place]][:MOST_NAMED]
        named = [f"{self.names.get(place, place)} ({within[place]:,})" for place in first]
        return f" Most to: {listed(named)}." if named else ""

    def exposed(self) -> Iterator[Exposed]:
        """Each category: exposed to anybody, from abroad, and without another law in the way."""
        for category in sorted({row.category for row in self.rows}, key=_order):
            found = self.breakdown.exposed(category)
            plain = self.breakdown.exposed(category, ("compelled",))["some"]
            knows = "customer_place" in self.breakdown.columns
            abroad, unknown = (found["abroad"], found[UNKNOWN]) if knows else (None, None)
            whole = sum(self._sizes(category).values())
            yield Exposed(category, whole, found["some"], abroad, unknown, plain)

    def places(self, past: History | None) -> tuple[Place, ...]:
        """The states with their categories, those to which the most is exposed first; those that are alike as one."""
        by_place: dict[str, list[Row]] = {}
        for row in self.rows:
            by_place.setdefault(row.place, []).append(row)
        alike: dict[tuple[object, ...], list[str]] = {}
        cells = {place: tuple(map(self.cell, sorted(rows, key=_by_category))) for place, rows in by_place.items()}
        for place, own in cells.items():
            said = tuple((cell.category, tuple(cell.counts.items()), repr(cell.by)) for cell in own)
            alike.setdefault((said, _lately(past, place)), []).append(place)
        found = [
            Place(first, self.names.get(first, first), cells[first], tuple((p, self.names.get(p, p)) for p in others))
            for first, *others in alike.values()
        ]
        return tuple(sorted(found, key=lambda p: (*(-n for n in _exposed_to(p)), p.name)))

    def cell(self, row: Row) -> Cell:
        """One category of a place, with its breakdowns."""
        counts = {verdict: number for verdict, number in self.cube.sweep.counts(row).items() if number}
        along = self.breakdown.along
        by = tuple(
            (COLUMNS[column], tuple((self.whose(value), own) for value, own in along(row, column).items()))
            for column in self.breakdown.columns
        )
        return Cell(row.category, counts, by)

    def whose(self, value: Value) -> str:
        """A country or a kind of customer, as people call it."""
        return "unknown" if value is None else KINDS.get(str(value), self.names.get(str(value), str(value)))

    def flows(self) -> Iterator[Flow]:
        """From the stores to the states that they are exposed to, category by category."""
        estate = self.cube.about["estate"]
        sites = {id: country for id, _, country, _ in estate["sites"]}
        stands = {id: self.names.get(sites[site], sites[site]) for id, site, *_ in estate["stores"]}
        every = links(self.cube)
        for category in sorted({row.category for row in self.rows}, key=_order):
            own = [Link(store, place, *found) for (of, store, place), found in every.items() if of == category]
            total: dict[str, int] = {}
            for link in own:
                total[link.place] = total.get(link.place, 0) + link.accounts
            shown = sorted(total, key=lambda place: (-total[place], place))[:MOST_PLACES]
            drawn = tuple(link for link in own if link.place in shown)
            sizes = self._sizes(category)
            ends = tuple((store, stands[store], size) for store, size in sorted(sizes.items()))
            stores = tuple(end for end in ends if any(link.store == end[0] for link in drawn))
            named = tuple((place, self.names.get(place, place)) for place in shown)
            table = tuple((self.names.get(link.place, link.place), link) for link in own)
            yield Flow(category, stores, named, drawn, len(total) - len(shown), ends, table)

    def _sizes(self, category: str) -> dict[str, int]:
        rows = [row for row in self.rows if row.category == category]
        return {store: sum(numbers) for row in rows for store, numbers in row.counts.items() if any(numbers)}

    def facts(self) -> Iterator[tuple[str, str]]:
        """What it all rests on."""
        about = self.cube.about
        same = self.packs.digest == comity_laws.DIGEST
        yield "law packs", f"edition {comity_laws.VERSION}" if same else "not the edition that ships with comity"
        yield "digest of the packs", about["packs"]
        yield "estate", about["estate"]["name"]
        yield "cube", self.cube.digest
        yield "accounts", f"{self.cube.classes.accounts:,}, in {self.cube.classes.number:,} classes that differ in fact"
        for column, why in untold(self.cube).items():
            yield f"not told apart by {COLUMNS[column]}", why

    def unverified(self) -> Iterator[tuple[str, str]]:
        """The rules that some verdict rests on and that nobody has read in their source yet."""
        sweep = self.cube.sweep
        rests = {one for r in self.rows for s, k, _ in r.cells() for one in sweep.best(r, s, k)[1].reasons}
        ids = {one.partition(" ")[2] for one in rests}
        for rule in sorted(self.packs.law.rules, key=lambda rule: rule.id):
            if rule.id in ids and rule.reviewed.startswith("unverified"):
                yield rule.id, rule.cite


def _lately(past: History | None, place: str) -> object:
    """The numbers of a place through the past: who was once treated otherwise is not alike."""
    pictures = [past.first, *(turn.picture for turn in past.turns)] if past else []
    return repr([sorted((name[1], found) for name, found in each.items() if name[0] == place) for each in pictures])


def _order(category: str) -> tuple[int, str]:
    known = list(page.CATEGORIES)
    return known.index(category) if category in known else len(known), category


def _by_category(row: Row) -> tuple[int, str]:
    return _order(row.category)


def _exposed_to(place: Place) -> tuple[int, int, int]:
    """What is exposed to a place: content first, then anything, then what is open."""
    content = place.cell("content")
    return (
        content.exposed if content else 0,
        sum(cell.exposed for cell in place.cells),
        sum(cell.counts.get("open", 0) for cell in place.cells),
    )


def _number(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
