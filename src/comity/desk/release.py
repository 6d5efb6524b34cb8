"""Letting a production go: the gate is asked, its answer recorded, and exactly what it let go is sealed and sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import quote

from comity.desk import gate
from comity.desk.collection import Listing, scope_of, unproduced
from comity.desk.matter import apart, demand_of, load, record
from comity.desk.office import Office, titled
from comity.desk.produce import Dispatch, evidence, produce
from comity.desk.review import leaving
from comity.errors import ComityError, Faulty, Unwritable
from comity.kernel.gate import Refusal
from comity.kernel.matter import Event, Matter
from comity.kernel.production import Item, Manifest, plan
from comity.letters.certificate import Custodian, Held, certificate, ready
from comity.registry.blobs import Blobs
from comity.registry.keys import load as load_key


class Refused(ComityError):
    """nothing left: {why}"""

    help = "see every reason and its remedy with `comity gate {matter}`"
    exit_code = 6


class LeftAlready(ComityError):
    """everything that was found has left already: {says}, let go by {by}"""

    help = "nothing is left to do; if more is to leave, collect it, and have two people approve that"
    exit_code = 6


class NotHere(ComityError):
    """production `{file}` does not lie in the office's folder"""

    help = "it was written elsewhere, or moved; `comity ledger show` says when it left"
    exit_code = 2


PRODUCTIONS: Final = "productions"
"""The folder of the office in which productions made in a browser lie, sealed."""


@dataclass(frozen=True)
class Sent:
    """A production that left: where it was written, and exactly what is in it."""

    path: Path
    manifest: Manifest


def send(office: Office, name: str, by: str, at: datetime, recipients: tuple[str, ...], target: Path) -> Sent:
    """Ask the gate, record its answer, and if it opens write the production to `target`, sealed to the recipients."""
    office.may(by, "produce")
    apart(load(office, name), by, "produce")
    not_left(load(office, name))
    ready()
    release = gate.act(office, name, at)
    if isinstance(release, Refusal):
        raise Refused(why="; ".join(reason.says for reason in release.reasons), matter=name)
    matter = load(office, name)
    demand, (listing, withheld) = demand_of(matter), leaving(office, matter)
    manifest = plan(release, demand.id, scope_of(matter), listing.collected)
    if not isinstance(manifest, Manifest):
        raise Faulty(manifest, path=f"production of {name}")
    entity = office.holdings.estate.entities[demand.served_entity].name
    custodian = Custodian(by, "custodian of records", entity)
    lines = tuple(Held(w.number, w.store, w.size, w.ground, w.by, w.at) for w in withheld)
    paper = certificate(manifest, demand, custodian, titled(office, demand.instrument), lines)
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
    data = (("manifest", manifest.digest), ("recipients", " ".join(recipients)), ("file", path.name))
    event = Event("", "produced", at, at, says, "production", by, scope_of(matter).categories, data=data)
    record(office, name, [event])
    return Sent(path, manifest)


def not_left(matter: Matter) -> None:
    """Refuse to let go what has left, and say who did: of two who press the button at once the second asks no gate."""
    left = matter.of("produced")
    if left and unproduced(matter) is None:
        raise LeftAlready(says=left[-1].says, by=left[-1].by)


def offered(office: Office, name: str) -> Path:
    """Where the next production of a matter is written when nobody names a place: a zip in the office's folder."""
    folder = office.root / PRODUCTIONS
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error
    number = 1 + len(load(office, name).of("produced"))
    return next(path for n in count(number) if not (path := folder / f"{quote(name, safe='')}-{n}.zip").exists())


def productions(office: Office, name: str) -> list[tuple[Event, Path | None]]:
    """Every production of a matter, and its file where it still lies in the office's folder."""
    found = []
    for event in load(office, name).of("produced"):
        path = office.root / PRODUCTIONS / (Path(event.get("file")).name or "none")
        found.append((event, path if event.get("file") and path.is_file() else None))
    return found


def production(office: Office, name: str, file: str) -> Path:
    """The file of one production of a matter."""
    here = {path.name: path for _, path in productions(office, name) if path}
    if file not in here:
        raise NotHere(file=file)
    return here[file]


class _Pack:
    """The octets that were copied aside at collection, item by item; each pack is read once, in its order."""

    def __init__(self, office: Office, listing: Listing) -> None:
        self.blobs, self.listing = Blobs(office.root / "blobs"), listing
        self.starts = {item.place: start for item, start in listing.items}

    def octets(self, item: Item) -> Iterator[bytes]:
        """The octets of one item."""
        yield from self.blobs.part(self.listing.pack_of(item), self.starts[item.place], item.size)
