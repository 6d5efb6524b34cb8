"""Letting a production go: the gate is asked, its answer recorded, and exactly what it let go is sealed and sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from comity.desk import gate
from comity.desk.collection import Listing, listing_of, scope_of
from comity.desk.matter import apart, demand_of, load, record
from comity.desk.office import Office, titled
from comity.desk.produce import Dispatch, evidence, produce
from comity.errors import ComityError, Faulty
from comity.kernel.gate import Refusal
from comity.kernel.matter import Event
from comity.kernel.production import Item, Manifest, plan
from comity.letters.certificate import Custodian, certificate, ready
from comity.registry.blobs import Blobs
from comity.registry.keys import load as load_key


class Refused(ComityError):
    """nothing left: {why}"""

    help = "see every reason and its remedy with `comity gate {matter}`"
    exit_code = 6


@dataclass(frozen=True)
class Sent:
    """A production that left: where it was written, and exactly what is in it."""

    path: Path
    manifest: Manifest


def send(office: Office, name: str, by: str, at: datetime, recipients: tuple[str, ...], target: Path) -> Sent:
    """Ask the gate, record its answer, and if it opens write the production to `target`, sealed to the recipients."""
    office.may(by, "produce")
    apart(load(office, name), by, "produce")
    ready()
    release = gate.act(office, name, at)
    if isinstance(release, Refusal):
        raise Refused(why="; ".join(reason.says for reason in release.reasons), matter=name)
    matter = load(office, name)
    demand, listing = demand_of(matter), listing_of(office, matter)
    manifest = plan(release, demand.id, scope_of(matter), listing.collected)
    if not isinstance(manifest, Manifest):
        raise Faulty(manifest, path=f"production of {name}")
    entity = office.holdings.estate.entities[demand.served_entity].name
    paper = certificate(
        manifest, demand, Custodian(by, "custodian of records", entity), titled(office, demand.instrument)
    )
    dispatch = Dispatch(
        recipients,
        load_key(office.root / "keys" / "ledger.key"),
        evidence(office.registry, name),
        paper,
        _Pack(office, listing).octets,
        lambda: gate.last_word(office, name, at),
        {name: sheet.octets for name, sheet in listing.sheets.items()},
    )
    path = produce(release, manifest, dispatch, target)
    says = f"{len(manifest.items)} items and {len(manifest.tables)} tables left, sealed, as {path.name}"
    data = (("manifest", manifest.digest), ("recipients", " ".join(recipients)))
    event = Event("", "produced", at, at, says, "production", by, scope_of(matter).categories, data=data)
    record(office, name, [event])
    return Sent(path, manifest)


class _Pack:
    """The octets that were copied aside at collection, item by item; the pack is read once, in its order."""

    def __init__(self, office: Office, listing: Listing) -> None:
        self.blobs, self.pack = Blobs(office.root / "blobs"), listing.pack
        self.starts = {item.place: start for item, start in listing.items}

    def octets(self, item: Item) -> Iterator[bytes]:
        """The octets of one item."""
        yield from self.blobs.part(self.pack, self.starts[item.place], item.size)
