"""Steps 1 and 2 in sentences: which transfers, and on which tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from comity.desk.tia.answers import TOOLS
from comity.desk.tia.assess import Assessed, Studied
from comity.desk.tia.cites import ACCOUNTS, ESTATE, FILE
from comity.desk.tia.transfers import Transfer
from comity.kernel.law import Answer
from comity.lawpack.show import said as yes_or_no
from comity.letters.tia import Block, Facts, Grid, Items, Said, Section

KINDS: Final = ("person", "business", "public-body", "privileged", "unknown")
EXPORTER: Final = "the exporter"
COUNSEL: Final = "counsel"
KEYS: Final = {"provider": "with the holder", "customer": "with the customer", None: "nobody knows with whom"}
NUMBER: Final = "{:,}".format
QUESTIONS: Final = (
    ("Purpose", "purpose", "Why the records go there, or can be reached from there."),
    ("Roles", "roles", "Who is controller and who processor."),
    ("Special categories", "special", "Data of Art. 9 or 10 among the records."),
    ("Processors", "processors", "Processors and sub-processors that get at the records."),
    ("Onward transfers", "onward", "Where the importer passes the records on to."),
    ("Pseudonymised", "pseudonymised", "Whether, how, and who has what is needed to undo it."),
)
"""What only people can say of a transfer: the line of the document, the key of the file, what is asked."""

Answered = Mapping[str, object]


class Steps:
    """What every step needs to put things into words, and the first two; a sentence cites, or says who fills it in."""

    def __init__(self, found: Assessed) -> None:
        self.found, self.library = found, found.library

    def name(self, one: Studied) -> str:
        """How a transfer is called in headings."""
        return f"{one.transfer.store.id} → {self.library.country(one.transfer.to)}"

    def company(self, id: str) -> str:
        """A company with its country."""
        entity = self.found.estate.entities[id]
        return f"{entity.name} ({self.library.country(entity.place)})"

    def field(self, said: Answered, key: str, asks: str, by: str = EXPORTER) -> Said:
        """An answer from the file, or an open field."""
        return Said(str(said[key]), (FILE,)) if key in said else Said(asks, (), by)

    def flag(self, said: Answered, key: str, asks: str) -> Said:
        """A yes or no from the file, or an open field."""
        return Said("yes" if said[key] else "no", (FILE,)) if key in said else Said(asks, (), EXPORTER)

    def first(self) -> Section:
        """Know your transfers."""
        many, day = len(self.found.eea), self.found.on
        inside = f"Third countries are those outside the {many} states where the Regulation is law on {day}."
        blocks: list[Block] = [*self.library.sentences("step-1"), Said(inside, (self.library.group(),))]
        if untouched := tuple(self._untouched()):
            blocks.append(Items(untouched))
        return Section(
            "step-1", "Step 1: know your transfers", tuple(blocks), tuple(map(self._one, self.found.studied))
        )

    def _untouched(self) -> Iterator[Said]:
        """The stores of which nothing comes under a third country, or under one that was asked about."""
        where = ", ".join(map(self.library.country, self.found.only))
        scope = f" in the countries asked about ({where})" if where else ""
        for store in sorted(set(self.found.estate.stores) - {one.transfer.store.id for one in self.found.studied}):
            says = (
                f"{store}: as far as the estate says, nothing of it comes under a third country{scope}, or no account "
                "in it is of a customer in the EEA or of unknown country."
            )
            yield Said(says, (ESTATE, ACCOUNTS))

    def _one(self, one: Studied) -> Section:
        rows = (*self._seen(one), *self._asked(self.found.answers.of(one.transfer), one))
        return Section(f"transfer-{one.transfer.id}", self.name(one), (Facts(rows), *self._customers(one.transfer)))

    def _seen(self, one: Studied) -> Iterator[tuple[str, Said]]:
        """What the estate and the accounts say."""
        transfer, store, numbers = one.transfer, one.transfer.store, one.transfer.numbers
        site, said = self.found.estate.sites[store.site], self.found.answers.of(transfer)
        where = f"{site.name}, {self.library.country(site.country)}"
        hands = f"held by {self.company(store.holder)}; run by {self.company(site.operator)}"
        yield "What it is", self._is(one)
        yield "Because", Said("; ".join(way.says for way in transfer.ways) + ".", (ESTATE,))
        yield "Store", Said(f"{store.id} at {where}; {hands}.", (ESTATE,))
        yield "Exporter", self._exporter(transfer, said)
        yield "Importer", self._importer(transfer, said)
        yield "Records", Said(", ".join(sorted(store.holds)), (ESTATE,))
        yield "Keys", Said(self._keys(store.key_holder), (ESTATE,))
        yield "Customers in the EEA", Said(NUMBER(numbers.accounts), (ACCOUNTS,))
        yield "of unknown country", Said(f"{NUMBER(numbers.unknown)}, counted apart", (ACCOUNTS,))
        yield "elsewhere", Said(f"{NUMBER(numbers.elsewhere)}, not part of this document", (ACCOUNTS,))

    def _is(self, one: Studied) -> Said:
        criteria, know, processor = map(self.library.source, ("criteria", "know", "processor"))
        if one.transfer.is_transfer:
            says = "A transfer: somebody other than the exporter has the records outside the EEA."
            return Said(says, (ESTATE, criteria))
        if one.known.is_transfer:
            return Said("A transfer: somebody outside the EEA has access.", (FILE, know))
        if any(way.kind == "site" for way in one.transfer.ways):
            says = (
                "Storage there by the holder itself: nobody else has the records, so no transfer by itself, but reach."
            )
            return Said(says, (ESTATE, criteria))
        says = "Reach, and no transfer by itself: the records can be commanded from there."
        return Said(says, (ESTATE, processor))

    def _keys(self, holder: str | None) -> str:
        return KEYS[holder] if holder in KEYS else f"with a trustee, {self.company(str(holder))}"

    def _exporter(self, transfer: Transfer, said: Answered) -> Said:
        if "exporter" in said:
            return Said(str(said["exporter"]), (FILE,))
        if transfer.store.holder in transfer.exporters:
            return Said(self.company(transfer.store.holder), (ESTATE,))
        there = ", ".join(map(self.company, transfer.exporters)) or "none"
        says = (
            f"The estate does not say who lets the records out. Companies of it in the EEA: {there}. Where customers "
            "give them straight to the holder, there may be no exporter."
        )
        return Said(says, (ESTATE,), EXPORTER)

    def _importer(self, transfer: Transfer, said: Answered) -> Said:
        if "importer" in said:
            return Said(str(said["importer"]), (FILE,))
        if transfer.importers:
            return Said(", ".join(map(self.company, transfer.importers)), (ESTATE,))
        hands = ", ".join(map(self.company, dict.fromkeys(way.entity for way in transfer.ways)))
        return Said(f"None in the estate. Who has a hand there: {hands}.", (ESTATE,))

    def _asked(self, said: Answered, one: Studied) -> Iterator[tuple[str, Said]]:
        """What only people can say, from the file or still open."""
        if "access" in said or not one.known.is_transfer:
            asks = "Whether anybody there can see the records, for support or otherwise."
            yield "Access from there", self.flag(said, "access", asks)
        for name, key, asks in QUESTIONS:
            yield name, self.field(said, key, asks)

    def _customers(self, transfer: Transfer) -> tuple[Grid, ...]:
        inside = transfer.numbers.inside
        kinds = [kind for kind in KINDS if any(kind == own for _, own in inside)]
        rows = []
        for place in sorted({place for place, _ in inside}, key=self.library.country):
            numbers = [inside.get((place, kind), 0) for kind in kinds]
            cells = (Said(NUMBER(number)) for number in (*numbers, sum(numbers)))
            rows.append((Said(self.library.country(place), (ACCOUNTS,)), *cells))
        heads = ("customers in", *kinds, "together")
        return (Grid(heads, tuple(rows), tuple(range(1, len(heads)))),) if rows else ()

    def second(self) -> Section:
        """Verify the tool relied on."""
        places = (
            Section(
                f"adequacy-{place.lower()}", f"Adequacy: {self.library.country(place)}", tuple(self._adequacy(place))
            )
            for place in self.found.places
        )
        tools = (
            Section(f"tool-{one.transfer.id}", f"Tool: {self.name(one)}", (Facts(tuple(self._tool(one))),))
            for one in self.found.studied
        )
        title = "Step 2: verify the transfer tool"
        return Section("step-2", title, self.library.sentences("step-2"), (*places, *tools))

    def _adequacy(self, place: str) -> Iterator[Block]:
        read = next(one.adequacy for one in self.found.studied if one.transfer.to == place).read
        library, name = self.library, self.library.country(place)
        if read is None:
            named, scope = library.adequate(place)
            whom = f"The Commission's page named {name}{f' ({scope})' if scope else ''}. " if named else ""
            says = f"{whom}The packs carry no decision for {name}: whether one stands on {self.found.on}, and for whom."
            yield Said(says, (library.source("adequate"),), COUNSEL)
            return
        question, says = library.question(read.question.term), f"On {self.found.on}: {yes_or_no(read.truth)}."
        yield Said(f"{read.question.asks} {says}", (question, *map(library.answer, read.binding)))
        rows = tuple(map(self._decision, library.decisions(read.question.id)))
        yield Grid(("who said what", "says", "its days", f"on {self.found.on}"), rows)
        yield Said(read.question.why, (question,))

    def _decision(self, answer: Answer) -> tuple[Said, ...]:
        """One decision or judgment on adequacy, with its days."""
        days = "; ".join(f"{line.day} {line.what}" for line in answer.history)
        on, begins = self.found.on, answer.history[0].day
        live = "live" if answer.live(on) else "not yet" if begins > on else "no longer"
        return (
            Said(answer.reads, (self.library.answer(answer),)),
            Said(yes_or_no(answer.answer)),
            Said(days),
            Said(live),
        )

    def _tool(self, one: Studied) -> Iterator[tuple[str, Said]]:
        said, library = self.found.answers.of(one.transfer), self.library
        if not one.known.is_transfer and said.get("access") is False:
            says = "None is needed as long as nothing is handed over there."
            yield "Tool", Said(says, (library.source("processor"),))
            return
        tool, signed = said.get("tool"), said.get("signed")
        asks = "Which decision, safeguard or derogation is relied on."
        yield "Tool", Said(TOOLS[str(tool)], (FILE,)) if tool else Said(asks, (library.source("tools"),), EXPORTER)
        if tool in (None, "adequacy"):
            yield "Covers the importer", self.flag(said, "covered", "Whether the decision covers this importer.")
        if tool != "adequacy":
            yield "In place", self.flag(said, "in_place", "Whether it is signed, or approved, and in force.")
        yield "Since", Said(str(signed), (FILE,)) if signed else Said("", (), EXPORTER)
        yield "Details", self.field(said, "details", "Which module, version and annexes.")
