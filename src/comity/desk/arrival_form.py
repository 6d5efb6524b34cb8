"""The form of a demand that is being read: a row for each field, with what was read for it and what a person chose.

A field keeps what was surely read unless somebody changes it. A doubtful reading is offered beside it and never filled
in, and a limit that was not found stays open until somebody states it or says that there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from comity.desk.arrival import Arrival, Chosen
from comity.desk.demand import known, next_matter
from comity.desk.office import Office
from comity.intake.confirm import LIMITS, LISTS
from comity.intake.form import OWN_TERMS
from comity.intake.keys import DEMAND, SCOPE, Key
from comity.intake.passages import Field, Proposal
from comity.kernel.demand import CATEGORIES

LAID: Final = (
    "served", "channel", "served_entity", "id", "instrument", "issuer", "place", "court", "reference", "issued",
    "return_by", "emergency", "accounts", "categories", "since", "until", "terms", "folders", "stores",
)  # fmt: skip
"""The order of the fields: first what no paper says."""
TRUTHS: Final = (("true", "yes"), ("false", "no"))
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One field of the form."""

    name: str
    meaning: str
    needed: bool
    shape: str
    """text, list, or one, many: one or many of its options."""
    options: Options
    default: str
    value: str
    readings: tuple[Field, ...]
    gap: str = ""
    none: bool = False
    """Somebody said that there is no such limit."""
    stands: bool = False
    """Somebody said that the field is right as it stands, doubtful readings left out."""
    owed: bool = False
    """The paper had to say it, and does not."""

    @property
    def further(self) -> bool:
        """Whether it is a fact that most demands say nothing of, and nobody has stated here."""
        return "." in self.name and not self.value and not self.readings

    @property
    def limit(self) -> bool:
        """Whether leaving it out widens the demand, so that somebody must say so."""
        return self.name in LIMITS

    @property
    def doubtful(self) -> bool:
        """Whether something was read for it that nobody may take over unseen."""
        return any(reading.sure == "doubtful" for reading in self.readings)

    @property
    def waits(self) -> bool:
        """Whether a person has to look at it before the demand can be confirmed."""
        open_ = (self.needed and not self.value) or bool(self.gap and (self.limit or self.owed) and not self.value)
        return not (self.none or self.stands) and (open_ or (self.doubtful and self.value == self.default))


def form(office: Office, arrived: Arrival) -> list[Row]:
    """The rows of an arrival's form; what waits for a person comes first."""
    proposal = arrived.paper.proposal
    if proposal is None:
        return []
    keys = {key.name: key for key in (*DEMAND, *SCOPE)}
    given = {"id": next_matter(office)}
    if not proposal.of("served_entity") and not proposal.owes("served_entity"):
        given["served_entity"] = office.settings.served_entity
    options = _options(office)
    rows = [_row(keys[name], arrived, proposal, (options.get(name, ()), given.get(name, ""))) for name in LAID]
    for term in office.packs.words.terms.values():
        name = term.name
        told = proposal.of(name) or any(gap.name == name for gap in proposal.missing)
        if name in OWN_TERMS or not (name.startswith("demand.") or told):
            continue
        codes = TRUTHS if term.kind == "truth" else tuple((code, code) for code in term.codes)
        rows.append(_row(Key(name, str, term.meaning), arrived, proposal, (codes, "")))
    return sorted(rows, key=lambda row: not row.waits)


def _options(office: Office) -> dict[str, Options]:
    here, words = known(office), office.packs.words.terms
    return {
        "instrument": tuple((code, code) for code in sorted(here.instruments)),
        "issuer": tuple((code, code) for code in words["demand.issuer"].codes),
        "court": tuple(sorted(here.courts.items(), key=lambda row: row[1])),
        "served_entity": tuple(here.entities.items()),
        "channel": tuple((code, code) for key in DEMAND if key.name == "channel" for code in key.codes),
        "emergency": TRUTHS,
        "categories": tuple((one, one) for one in sorted(CATEGORIES)),
        "stores": tuple((one, one) for one in sorted(here.stores or ())),
    }


def _row(key: Key, arrived: Arrival, proposal: Proposal, more: tuple[Options, str]) -> Row:
    options, given = more
    readings = proposal.of(key.name)
    sure = [reading.value for reading in readings if reading.sure != "doubtful"]
    default = "\n".join(sure) or given
    chosen = arrived.choices.get(key.name, default)
    owed = proposal.owes(key.name)
    gap = owed.needs if owed else next((gap.needs for gap in proposal.missing if gap.name == key.name), "")
    many = key.name in LISTS
    shape = ("many" if many else "one") if options else "list" if many else "text"
    none, stands = (
        key.name in arrived.choices and chosen is None,
        key.name in arrived.choices and chosen == _as(key, default),
    )
    return Row(
        key.name, key.meaning, key.needed, shape, options, default, _shown(chosen), readings, gap, none, stands,
        bool(owed),
    )  # fmt: skip


def _as(key: Key, text: str) -> Chosen:
    return text.split("\n") if key.name in LISTS and text else [] if key.name in LISTS else text


def _shown(chosen: Chosen) -> str:
    return "" if chosen is None else "\n".join(chosen) if isinstance(chosen, list) else chosen


def choices(rows: list[Row], typed: Mapping[str, list[str]]) -> dict[str, Chosen]:
    """What a person chose, of what a form says: all that differs from what was read, and what they said stands."""
    return dict(_choices(rows, typed))


def _choices(rows: list[Row], typed: Mapping[str, list[str]]) -> Iterator[tuple[str, Chosen]]:
    for row in rows:
        lines = [line.strip() for text in typed.get(f"f.{row.name}", []) for line in text.splitlines() if line.strip()]
        value: Chosen = lines if row.name in LISTS else "\n".join(lines)
        if any(typed.get(f"none.{row.name}", ())):
            yield row.name, None
            continue
        read = row.default.split("\n") if row.default else []
        if any(typed.get(f"stands.{row.name}", ())) or sorted(lines) != sorted(read):
            yield row.name, value
