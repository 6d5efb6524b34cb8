"""A person confirms what a paper was read to demand; only then is it a demand.

Confirming takes over what was read surely. Every doubtful value, and every gap that a demand cannot have, needs the
person's own choice. What was taken from the paper keeps its passage as its source; what was chosen names the person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from comity.intake.document import Document
from comity.intake.faults import fault
from comity.intake.form import demand_from
from comity.intake.keys import DEMAND, SCOPE, texts
from comity.intake.known import Known
from comity.intake.passages import Field, Proposal
from comity.intake.shape import NONDISCLOSURE
from comity.intake.warrant import GAPS
from comity.kernel.demand import Demand
from comity.kernel.words import Fault

TABLES: Final = {**{key.name: "demand" for key in DEMAND}, **{key.name: "scope" for key in SCOPE}}
LISTS: Final = frozenset(key.name for key in SCOPE if key.reads is texts)
NEEDED: Final = tuple(key.name for key in DEMAND if key.needed)
LIMITS: Final = ("since", "until", "terms")
"""What narrows a demand; choosing None says that there is no such limit."""

Choice = str | bool | date | datetime | list[str] | tuple[str, ...] | None
"""What a person may choose for a field; None leaves an optional one out."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where one confirmed value came from: a passage of the paper, or (with an empty passage) the person alone."""

    name: str
    value: str
    by: str
    passage: str = ""
    page: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A demand with the sources of its values; `beside` is what the paper says that is no part of a demand."""

    demand: Demand
    by: str
    at: datetime
    sources: tuple[Source, ...]
    beside: tuple[Field, ...]

    def as_json(self) -> dict[str, object]:
        """The confirmation as the registry keeps it beside the demand."""
        return {
            "demand": self.demand.id,
            "by": self.by,
            "at": self.at.isoformat(),
            "sources": [{name: getattr(source, name) for name in source.__slots__} for source in self.sources],
            "beside": [field.as_json() for field in self.beside],
        }


def confirm(
    proposal: Proposal, choices: Mapping[str, Choice], known: Known, by: str, at: datetime
) -> tuple[Confirmed | None, list[Fault]]:
    """Make the demand that `by` confirmed at `at`, or say everything that still stands in the way.

    A choice replaces what was proposed for its field, a list as a whole. `id`, `served` and `channel` must always be
    chosen: no paper says them. So must a limit that the paper should have and was not found: None says there is none.
    A bare day for `return_by` counts to its end in UTC.
    """
    settled = _Settled(proposal, choices, known, by)
    kinds = [field.value for field in proposal.of("instrument")]
    if NONDISCLOSURE.code in kinds and choices.get("instrument", NONDISCLOSURE.code) == NONDISCLOSURE.code:
        return None, [fault("not-a-demand", settled.at("instrument"), "the paper asks for no records")]
    told = (*(field.name for field in proposal.fields), *(gap.name for gap in proposal.missing if gap.fault))
    names = tuple(dict.fromkeys((*TABLES, *told, *choices)))
    faults = [wrong for name in names for wrong in settled.wrong(name)]
    document, sources = settled.document(names)
    demand, more = demand_from(document, known, at.astimezone(UTC).date())
    said = {wrong.where for wrong in faults}
    faults += [wrong for wrong in more if wrong.where not in said]
    if demand is None or faults:
        return None, faults
    beside = tuple(field for field in proposal.fields if not settled.table(field.name))
    return Confirmed(demand, by, at, sources, beside), []


@dataclass(frozen=True, slots=True)
class _Settled:
    """A proposal with a person's choices: what each field comes to, and what still keeps it open."""

    proposal: Proposal
    choices: Mapping[str, Choice]
    known: Known
    by: str

    def table(self, name: str) -> str:
        """The table of a demand that a field belongs to; empty for what the paper says besides."""
        return TABLES.get(name) or ("facts" if name in self.known.vocabulary.terms else "")

    def at(self, name: str) -> str:
        """The place of a field: its page where it was read, or its name."""
        page = next((field.page for field in self.proposal.of(name)), None)
        dotted = f"{self.table(name)}.{name}".removeprefix(".")
        return f"{self.proposal.title} page {page} {dotted}" if page else f"{self.proposal.title} {dotted}"

    def document(self, names: tuple[str, ...]) -> tuple[Document, tuple[Source, ...]]:
        """The demand as tables for its reader, and where each value came from."""
        rows: dict[str, dict[str, Any]] = {"demand": {}, "scope": {"accounts": [], "categories": []}, "facts": {}}
        sources: list[Source] = []
        for name in names:
            table = self.table(name)
            if table and (given := list(self.given(name))):
                rows[table][name] = _value(name, [value for value, _ in given], self.known)
                sources += [source for _, source in given]
        pages = {(self.table(field.name), 0, field.name): field.page for field in self.proposal.fields}
        data = {**rows, "paper": [{"name": self.proposal.title, "digest": self.proposal.paper}]}
        return Document(self.proposal.title, "proposal", data, pages), tuple(sources)

    def wrong(self, name: str) -> Iterator[Fault]:
        """What keeps one field from being confirmed."""
        if name in self.choices:
            if not self.table(name):
                yield fault("unknown-field", self.at(name), f"`{name}` is no field of a demand")
            return
        if self.table(name) and (owed := self.proposal.owes(name)):
            yield fault(owed.fault, self.at(name), owed.needs)
            return
        fields = self.proposal.of(name) if self.table(name) else ()
        if name == "court" and len(fields) > 1:
            yield fault("two-courts", self.at(name), f"the paper names {' and '.join(field.value for field in fields)}")
            return
        if name in NEEDED and not fields:
            yield fault("missing-key", self.at(name), f"nothing says {GAPS[name]}")
        if name in LIMITS and (gap := next((gap for gap in self.proposal.missing if gap.name == name), None)):
            # A limit that was not read must not quietly become no limit.
            yield fault("unconfirmed", self.at(name), f"not found: {gap.needs}")
        for field in fields:
            if field.sure == "doubtful":
                yield fault(
                    "unconfirmed", self.at(name), f"`{field.value}` was read from `{field.passage}`: {field.why}"
                )

    def given(self, name: str) -> Iterator[tuple[Any, Source]]:
        """The values a field comes to, each with its source."""
        if name not in self.choices:
            for field in self.proposal.of(name):
                if field.sure != "doubtful":
                    yield field.value, self.source(name, field.value)
            return
        choice = self.choices[name]
        parts = choice if isinstance(choice, list | tuple) else [choice]
        if choice in ("", None):
            return
        for part in parts:
            written = part.isoformat().replace("+00:00", "Z") if isinstance(part, date) else str(part)
            yield part, self.source(name, written)

    def source(self, name: str, written: str) -> Source:
        """The passage that gave this value, or the person."""
        for field in self.proposal.of(name):
            if field.value.casefold() == written.casefold():
                return Source(name, field.value, self.by, field.passage, field.page, field.start, field.end)
        return Source(name, written, self.by)


def _value(name: str, given: list[Any], known: Known) -> Any:
    """What the demand's reader expects for a field."""
    if name in LISTS:
        return given
    value = given[0] if len(given) == 1 else given
    term = known.vocabulary.terms.get(name)
    if (name == "emergency" or (term and term.kind == "truth")) and isinstance(value, str):
        return {"true": True, "false": False}.get(value.casefold(), value)
    return _end_of_day(value) if name == "return_by" else value


def _end_of_day(value: object) -> object:
    """The last second of a bare day in UTC; anything else as it is."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(23, 59, 59), UTC)
    return f"{value}T23:59:59Z" if isinstance(value, str) and len(value) == 10 else value
