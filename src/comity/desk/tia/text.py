"""The transfer assessment as a document: its head, steps 4 to 6, the conclusions and the lists at the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from comity.desk.tia.assess import After, Assessed, Studied
from comity.desk.tia.cites import ESTATE, FILE, GROUP, RULE, Library
from comity.desk.tia.law import CATEGORIES, Law, far, signed
from comity.desk.tia.powers import Tally
from comity.desk.tia.proofs import Proofs
from comity.desk.tia.rule import MEASURES
from comity.desk.tia.steps import NUMBER, Steps
from comity.kernel.law import Answer, Question
from comity.kernel.words import Truth
from comity.lawpack.show import said as yes_or_no
from comity.lawpack.show import unread
from comity.letters.tia import Block, Cite, Document, Facts, Grid, Items, Said, Section

OFFICER: Final = "the data protection officer"
UNION: Final = "EU"
FOOTNOTES: Final = (
    "This document is no legal advice. It says what the estate and the packs say, on the day named, and leaves to a "
    "person whatever they do not.",
    "In angle brackets stands what a sentence rests on; unverified is a text that nobody has read for the packs or for "
    "this document.",
)


def document(found: Assessed) -> Document:
    """The whole document, in its order."""
    return Text(found).document()


class Text:
    """What comes before, between and after the first three steps."""

    def __init__(self, found: Assessed) -> None:
        self.found, self.proofs = found, Proofs(found.library.cube)
        self.steps = Steps(found)
        self.law = Law(self.steps, self.proofs)

    @property
    def library(self) -> Library:
        """What may be cited."""
        return self.found.library

    def document(self) -> Document:
        """The sections; the proofs last, for only then every proof has its number."""
        found, sections = self.found, [self.steps.first()]
        if found.studied:
            sections += [self.steps.second(), self.law.third(), self._fourth(), self._fifth(), self._sixth()]
            sections += [self._conclusions(), self.proofs.section()]
        sections = [self._summary(tuple(sections)), *sections, self._sources()]
        subtitle = f"{found.estate.name}, law of {found.on}"
        title = "Transfer impact assessment"
        return Document(title, subtitle, found.on, found.cube.digest, self._head(), tuple(sections), FOOTNOTES)

    def _head(self) -> Facts:
        about, said, cube = self.found.cube.about, self.found.answers.document, self.library.cube
        what_if = [f", assuming {text}" for text in about["assume"]] + [f", without {id}" for id in about["without"]]
        rows = (
            ("Provider", Said(self.found.estate.name, (ESTATE,))),
            ("Follows", Said("The six steps of the Board's recommendations.", (self.library.source("steps"),))),
            ("Law of", Said(f"{self.found.on}{''.join(what_if)}", (cube,))),
            ("Cube", Said(self.found.cube.digest, (cube,))),
            ("Packs", Said(str(about["packs"]), (cube,))),
            ("Controller", self.steps.field(said, "controller", "For whom the records are kept.")),
            ("Prepared by", self.steps.field(said, "prepared_by", "")),
            ("Data protection officer", self.steps.field(said, "officer", "")),
            ("Supervisory authority", self.steps.field(said, "authority", "Which one is competent.")),
        )
        return Facts(rows)

    def _summary(self, rest: tuple[Section, ...]) -> Section:
        found = self.found
        if not found.studied:
            where = f" to {', '.join(map(self.library.country, found.only))}" if found.only else ""
            says = (
                f"No transfer{where}: as far as the estate says, no records of customers in the EEA, or of unknown "
                "country, lie, are held or can be commanded outside it."
            )
            return Section("summary", "Summary", (Said(says, (ESTATE, self.library.cube)),))
        heads = ("records", "what", "in the EEA", "unknown country", "conclusion")
        grid = Grid(heads, tuple(map(self._line, found.studied)), (2, 3))
        whole = Document("", "", found.on, "", self._head(), rest)
        fields = sum(said.by != "" for line in whole.sentences() for said in line)
        return Section("summary", "Summary", (grid, Said(f"Fields that are still open: {NUMBER(fields)}.", (RULE,))))

    def _line(self, one: Studied) -> tuple[Said, ...]:
        numbers = one.transfer.numbers
        return (
            Said(self.steps.name(one), (ESTATE,)),
            Said("transfer" if one.known.is_transfer else "reach"),
            Said(NUMBER(numbers.accounts)),
            Said(NUMBER(numbers.unknown)),
            Said("", (RULE,), "", one.conclusion.word),
        )

    # Step 4

    def _fourth(self) -> Section:
        blocks: tuple[Block, ...] = (*self.library.sentences("step-4"), Items(self.library.sentences("cases")))
        parts = (
            Section(f"measures-{one.transfer.id}", f"What would remain: {self.steps.name(one)}", tuple(self._left(one)))
            for one in self.found.studied
            if one.law_known
        )
        return Section("step-4", "Step 4: supplementary measures", blocks, (*parts, self._named()))

    def _left(self, one: Studied) -> Iterator[Block]:
        rows = [self._row("As it is", one.tallies, "")]
        rows += [self._row(after.measure.title, after.tallies, _lowered(after.measure.title)) for after in one.after]
        yield Grid(("estate", *(CATEGORIES[tally.category] for tally in one.tallies)), tuple(rows))
        if one.after:
            yield Items(tuple(map(self._measure, one.after)))

    def _row(self, name: str, tallies: tuple[Tally, ...], under: str) -> tuple[Said, ...]:
        cells = []
        for tally in tallies:
            says = f"{tally.strongest} ({under})" if under else tally.strongest
            cells.append(Said(far(tally), self.proofs.one(tally.proof, says)))
        return (Said(name, (self.library.cube,)), *cells)

    def _measure(self, after: After) -> Said:
        measure = after.measure
        stores, place = ", ".join(sorted(measure.stores)), self.library.country(measure.place)
        says = measure.says.format(stores=stores, place=place)
        return Said(f"{measure.title}: {says}", (self.library.source(measure.cites),))

    def _named(self) -> Section:
        own = self.found.answers.measures
        said = (Said(f"{row['kind'].capitalize()}: {row['says']} {signed(row)}", (FILE,)) for row in own)
        blocks: tuple[Block, ...] = (
            Items((*self.library.sentences("named"), *said)),
            *self.library.sentences("not-counted"),
        )
        return Section("measures-named", "Contractual and organisational measures", blocks)

    # Steps 5 and 6

    def _fifth(self) -> Section:
        asks = "Whether a tool has to be changed, the authority asked, or the persons concerned told."
        rows = (*self.library.sentences("step-5"), Said(asks, (), OFFICER))
        return Section("step-5", "Step 5: formal steps", (Items(rows),))

    def _sixth(self) -> Section:
        review = self.found.answers.document.get("review")
        asks = "When this is looked at again at the latest."
        when = Said(f"On {review} at the latest.", (FILE,)) if review else Said(asks, (), OFFICER)
        parts = (
            Section("dates", "Days on which the law known to the packs changes", tuple(self._dates())),
            Section("questions", "Questions that these verdicts leave open", tuple(self._questions())),
            Section("suspended", "Answers that are stayed", tuple(self._stayed())),
        )
        blocks = (*self.library.sentences("step-6"), when)
        return Section("step-6", "Step 6: look again", blocks, tuple(part for part in parts if part.blocks))

    def _dates(self) -> Iterator[Block]:
        rows = sorted(self._changes(), key=lambda row: (row[0], row[1].text))
        if rows:
            yield Grid(("day", "what changes"), tuple((Said(day.isoformat()), said) for day, said in rows))
        else:
            yield Said("The packs know of none to come.", (self.library.cube,))

    def _changes(self) -> Iterator[tuple[date, Said]]:
        on, places = self.found.on, {*self.found.places, UNION}
        for rule in self.library.packs.law.rules:
            if rule.place in places:
                if rule.until and rule.until > on:
                    yield rule.until, Said(f"ends: {rule.reads}", (self.library.rule(rule.id),))
                if rule.since > on:
                    yield rule.since, Said(f"begins: {rule.reads}", (self.library.rule(rule.id),))
        for member in self.library.packs.law.members:
            if member.group == GROUP and member.until and member.until > on:
                says = f"{self.library.country(member.place)} is no longer a state where the Regulation is law"
                yield member.until, Said(says, (self.library.group(),))

    def _questions(self) -> Iterator[Block]:
        if asked := self._asked():
            yield Items(tuple(Said(f"{q.asks} {q.why}", (self.library.question(q.term),)) for q in asked))

    def _asked(self) -> list[Question]:
        """The questions of law among the open points of these powers."""
        decisions = (decision for one in self.found.studied for power in one.powers for decision in power.decisions)
        terms = {point.term for decision in decisions for point in decision.open_points}
        return [self.library.questions[term] for term in sorted(terms) if term in self.library.questions]

    def _stayed(self) -> Iterator[Block]:
        places, law = {*self.found.places, UNION}, self.library.packs.law
        own = {question.id for question in law.questions if question.place in places}
        stayed = ((answer, _stayed_since(answer, self.found.on)) for answer in law.answers if answer.question in own)
        rows = tuple(
            Said(f"{answer.reads} Stayed since {since}.", (self.library.answer(answer),))
            for answer, since in stayed
            if since
        )
        if rows:
            yield Items(rows)

    # The end

    def _conclusions(self) -> Section:
        parts = (
            Section(f"conclusion-{one.transfer.id}", self.steps.name(one), tuple(self._conclusion(one)))
            for one in self.found.studied
        )
        return Section("conclusions", "Conclusions", self.library.sentences("rule"), tuple(parts))

    def _conclusion(self, one: Studied) -> Iterator[Block]:
        conclusion, unknown = one.conclusion, one.transfer.numbers.unknown
        titles = {after.measure.id: _lowered(after.measure.title) for after in one.after}
        yield Said(_because(one), (RULE,), "", conclusion.word)
        if len(conclusion.ways) > 1:
            yield Said(f"As the unknown turns out: {'; or '.join(conclusion.ways)}.", (RULE,))
        if conclusion.measures:
            begins = "The measures" if conclusion.word == MEASURES else "Measures that would do"
            names = ", or ".join(titles[id] for id in conclusion.measures)
            yield Said(f"{begins}: {names}.", (RULE, self.library.cube))
        if conclusion.turns_on:
            yield Items(tuple(Said(f"It turns on {text}.", (RULE,)) for text in conclusion.turns_on))
        if one.known.inside and unknown:
            yield Said(f"{NUMBER(unknown)} more customers, of unknown country, may be concerned.", (self.library.cube,))
        yield Said("Agreed, changed or refused, with the reason.", (), OFFICER)

    def _sources(self) -> Section:
        rows = []
        for id, row in self.library.sources.items():
            cite = self.library.source(id)
            own = Cite("source", id, id, unread(str(row["reviewed"])))
            rows.append((Said(cite.text, (own,)), Said(str(row["url"])), Said(str(row["reviewed"]))))
        blocks: tuple[Block, ...] = (*self.library.sentences("sources"), Grid(("source", "where", "read"), tuple(rows)))
        return Section("sources", "Sources beside the packs", blocks)


def _because(one: Studied) -> str:
    """The facts that the rule was applied to."""
    known, asked = one.known, {power.template for power in one.powers}
    sure = sum(power.reaches is True for power in one.powers)
    beyond = sum(known.goes_beyond.get(template) is True for template in asked)
    within = sum(known.goes_beyond.get(template) is False for template in asked)
    tool = yes(known.safeguard) if known.is_transfer else f"{yes(known.safeguard)} (needed only if somebody has access)"
    return (
        f"Covered by a decision: {yes(known.adequate)}. Safeguard in place: {tool}. Powers that reach records, counted "
        f"by demand and category: {sure}; that may: {len(one.powers) - sure}. Demands that a person holds to go beyond "
        f"what is necessary: {beyond}; not to: {within}; not said: {len(asked) - beyond - within}."
    )


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:]


def yes(truth: Truth) -> str:
    """Yes, no or unknown."""
    return "unknown" if truth is None else yes_or_no(truth)


def _stayed_since(answer: Answer, on: date) -> date | None:
    lines = [line for line in answer.history if line.day <= on]
    return lines[-1].day if lines and lines[-1].what == "stayed" else None
