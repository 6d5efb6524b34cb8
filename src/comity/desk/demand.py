"""A demand comes in: read, confirmed by a person, and its matter begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path

from comity.desk.codec import encode
from comity.desk.court import held
from comity.desk.matter import load, record
from comity.desk.office import Office
from comity.errors import Faulty
from comity.intake.confirm import Choice, Confirmed, confirm
from comity.intake.detect import kind_of
from comity.intake.form import read_demand
from comity.intake.known import Known
from comity.intake.octets import octets
from comity.intake.passages import Proposal
from comity.intake.pdf import MOST_BYTES
from comity.kernel.demand import Demand, Finding
from comity.kernel.matter import Event, Matter


def known(office: Office) -> Known:
    """What intake checks a demand against: this office's words, courts, entities, stores and accounts."""
    words, law, held = office.packs.words, office.packs.law, office.holdings
    return Known(
        words,
        frozenset(words.terms["demand.instrument"].codes),
        {court.id: court.name for court in law.courts.values() if not court.legislature},
        {entity.id: entity.name for entity in held.estate.entities.values()},
        held.holds,
        frozenset(held.estate.stores),
    )


def next_matter(office: Office) -> str:
    """The next free name of a matter: M-0001, M-0002, …"""
    taken = office.matters()
    return next(name for n in range(1, len(taken) + 2) if (name := f"M-{n:04d}") not in taken)


def take_in(office: Office, path: Path, today: datetime) -> Demand:
    """A demand as somebody wrote it down in a file (TOML, JSON), or a refusal with every fault and its line."""
    kind = kind_of(octets(path, MOST_BYTES))
    demand, faults = read_demand(
        path, "json" if kind == "json" else "toml", known(office), today.astimezone(UTC).date()
    )
    if demand is None:
        raise Faulty(tuple(faults), path=str(path))
    return demand


def written(office: Office, raw: bytes, today: datetime) -> Demand:
    """A demand that was written down in JSON and sent, or a refusal with every fault."""
    demand, faults = read_demand(raw, "json", known(office), today.astimezone(UTC).date())
    if demand is None:
        raise Faulty(tuple(faults), path="the demand")
    return demand


def confirmed(office: Office, proposal: Proposal, choices: Mapping[str, Choice], by: str, at: datetime) -> Confirmed:
    """The demand that `by` confirms, with the source of each value; or every fault that still stands in the way."""
    given: dict[str, Choice] = {"id": next_matter(office)}
    if not proposal.of("served_entity") and not proposal.owes("served_entity"):
        given["served_entity"] = office.settings.served_entity
    given |= choices
    done, faults = confirm(proposal, given, known(office), by, at)
    if done is None:
        raise Faulty(tuple(faults), path=proposal.title)
    return done


def begun(demand: Demand, by: str, at: datetime, read: Confirmed | None = None) -> tuple[Event, ...]:
    """The events with which a demand's matter begins: it was issued, it was served, and `by` confirmed its fields."""
    paper = demand.papers[0][0] if demand.papers else demand.reference or f"demand {demand.id}"
    issued = datetime.combine(demand.issued, time(), UTC) if demand.issued else demand.served
    first, learned = min(issued, demand.served), max(at, demand.served)
    sources, beside = (read.sources, read.beside) if read else ((), ())
    said = [(f"source.{source.name}", source.passage or f"chosen by {source.by}") for source in sources]
    said += [(f"beside.{field.name}", field.value) for field in beside]
    kept = (("demand", encode(demand).decode()), *said)
    return (
        Event("", "issued", first, demand.served, f"{demand.instrument} issued", paper, demand.court),
        Event("", "served", demand.served, demand.served, f"served on {demand.served_entity}", paper, demand.channel),
        Event("", "confirmed", demand.served, learned, f"fields confirmed by {by}", paper, by, data=kept),
    )


def beginning(
    office: Office, demand: Demand, by: str, at: datetime, read: Confirmed | None = None
) -> tuple[Event, ...]:
    """All that a matter begins with: what genuine notices said of its docket before shuts it from its first moment."""
    return (*begun(demand, by, at, read), *held(office, demand, max(at, demand.served)))


def receive(office: Office, demand: Demand, by: str, at: datetime, read: Confirmed | None = None) -> Matter:
    """Begin the demand's matter: it was issued, it was served, and `by` confirmed its fields at `at`."""
    office.may(by, "receive")
    record(office, demand.id, beginning(office, demand, by, at, read), seen=0)
    return load(office, demand.id)


def findings(matter: Matter) -> tuple[Finding, ...]:
    """The findings on the demand's authenticity that were recorded."""
    truths = {"yes": True, "no": False}
    return tuple(
        Finding(e.says, e.get("channel"), e.get("contact"), truths.get(e.get("supports")), e.known, e.by)
        for e in matter.of("finding")
    )
