"""Letting a production go: the gate is asked, its answer recorded, and exactly what it let go is sealed and sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from comity.desk import gate
from comity.desk.collection import Listing, scope_of, unproduced
from comity.desk.instruments import titled
from comity.desk.matter import apart, demand_of, load, load_seen, named, record
from comity.desk.office import Office
from comity.desk.produce import Dispatch, evidence, produce, still_open
from comity.desk.register import entries
from comity.desk.review import leaving
from comity.errors import ComityError, Faulty
from comity.kernel.demand import Demand
from comity.kernel.gate import Refusal, Release
from comity.kernel.matter import Event, Matter
from comity.kernel.production import Item, Manifest, plan
from comity.letters.certificate import Custodian, certificate, ready
from comity.registry.blobs import Blobs
from comity.registry.jobport import End
from comity.registry.keys import load as load_key
from comity.registry.port import NewEntry, Overtaken, RegistryError

T = TypeVar("T")


class Refused(ComityError):
    """nothing left: {why}"""

    help = "see every reason and its remedy with `comity gate {matter}`"
    exit_code = 6


class LeftAlready(Refused):
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


@dataclass(frozen=True)
class Sending:
    """What somebody lets go: in whose name, to which keys, written where; `now` says when it is done."""

    by: str
    recipients: tuple[str, ...]
    target: Path
    now: Callable[[], datetime]


Beside = tuple[Sequence[NewEntry], Mapping[str, int]]
"""Entries of another register, and how many it had when that was read."""


@dataclass(frozen=True)
class Under:
    """The job under which a production is made: its name, how it is followed, what ends with the entry.

    `beside` gives what is entered elsewhere together with it, both or neither.
    """

    job: str
    progress: Callable[[int, int], None]
    ends: Callable[[str], End]
    beside: Callable[[Sent, datetime], Beside] = lambda sent, at: ((), {})


AGAIN: Final = 20
"""How often what a job comes to is tried to be recorded while others write to its matter."""


def send(office: Office, name: str, by: str, at: datetime, recipients: tuple[str, ...], target: Path) -> Sent:
    """Ask the gate, record its answer, and if it opens write the production to `target`, sealed to the recipients."""
    return carry_out(office, name, Sending(by, recipients, target, lambda: at))


def may_send(office: Office, matter: Matter, by: str) -> None:
    """Refuse who may not let a production leave or approved for this matter; and where no certificate can be set."""
    office.may(by, "produce")
    apart(matter, by, "produce")
    not_left(matter)
    ready()


def refused(name: str, answer: Refusal) -> Refused:
    """The gate's refusal, as an error."""
    return Refused(why="; ".join(reason.says for reason in answer.reasons), matter=name)


def carry_out(office: Office, name: str, sending: Sending, under: Under | None = None) -> Sent:
    """Let a production go. Under a job, its entry and the job's end are written together, while the gate opens.

    What was sealed under a job and could not be entered is taken away again.
    """
    may_send(office, load(office, name), sending.by)
    if under is None:
        release = gate.act(office, name, sending.now())
    else:
        release = _patiently(lambda: gate.act(office, name, sending.now(), under.job))
    if isinstance(release, Refusal):
        raise refused(name, release)
    manifest, dispatch = _prepared(office, name, release, sending, under)
    Blobs(office.root / "blobs").put([manifest.octets])  # under the digest that the entry names
    sent = Sent(produce(release, manifest, dispatch, sending.target), manifest)
    if under is None:
        record(office, name, [_left(office, name, sent, sending)])
        return sent
    try:
        _patiently(lambda: _enter(office, name, (release, sent), sending, under))
    except RegistryError:
        raise  # it may have been entered all the same; if not, it is cleared away
    except ComityError:
        sent.path.unlink(missing_ok=True)
        raise
    return sent


def _patiently(act: Callable[[], T]) -> T:
    """Do it again as long as somebody else writes to the matter first."""
    for _ in range(AGAIN - 1):
        with suppress(Overtaken):
            return act()
    return act()


def _prepared(
    office: Office, name: str, release: Release, sending: Sending, under: Under | None
) -> tuple[Manifest, Dispatch]:
    matter = load(office, name)
    demand, (listing, withheld) = demand_of(matter), leaving(office, matter)
    manifest = plan(release, demand.id, scope_of(matter), listing.collected)
    if not isinstance(manifest, Manifest):
        raise Faulty(manifest, path=f"production of {name}")
    paper = certificate(
        manifest, demand, custodian(office, demand, sending.by), titled(office, demand.instrument), withheld
    )
    return manifest, Dispatch(
        sending.recipients,
        load_key(office.root / "keys" / "ledger.key"),
        evidence(office.registry, name),
        paper,
        _followed(_Pack(office, listing), manifest, under),
        lambda: gate.last_word(office, name, sending.now()),
        {name: sheet.octets for name, sheet in listing.sheets.items()},
    )


def not_left(matter: Matter) -> None:
    """Refuse to let go what has left, and say who did: of two who press the button at once the second asks no gate."""
    left = matter.of("produced")
    if left and unproduced(matter) is None:
        raise LeftAlready(says=left[-1].says, by=left[-1].by)


def custodian(office: Office, demand: Demand, by: str) -> Custodian:
    """Who certifies a production: whoever let it go, for the entity that was served."""
    return Custodian(by, "custodian of records", office.holdings.estate.entities[demand.served_entity].name)


def _followed(pack: _Pack, manifest: Manifest, under: Under | None) -> Callable[[Item], Iterator[bytes]]:
    """The octets of each item; whoever follows the job is told how many have gone by."""
    if under is None:
        return pack.octets
    total, done, told = sum(item.size for item in manifest.items), 0, under.progress

    def octets(item: Item) -> Iterator[bytes]:
        nonlocal done
        for piece in pack.octets(item):
            done += len(piece)
            told(done, total)
            yield piece

    return octets


def _left(office: Office, name: str, sent: Sent, sending: Sending) -> Event:
    manifest, at = sent.manifest, sending.now()
    says = f"{len(manifest.items)} items and {len(manifest.tables)} tables left, sealed, as {sent.path.name}"
    data = (("manifest", manifest.digest), ("recipients", " ".join(sending.recipients)), ("file", sent.path.name))
    categories = scope_of(load(office, name)).categories
    return Event("", "produced", at, at, says, "production", sending.by, categories, data=data)


def _enter(office: Office, name: str, done: tuple[Release, Sent], sending: Sending, under: Under) -> None:
    """Enter what was sealed, if the gate opens for it at this very moment and nobody writes to the matter meanwhile."""
    release, sent = done
    whole, seen = load_seen(office, name)
    still_open(release, gate.look(office, whole, sending.now()).answer)
    event = _left(office, name, sent, sending)
    more, read = under.beside(sent, event.known)
    new = [*entries(name, [named(name, event)]), *more]
    office.registry.append_all(new, {name: seen, **read}, under.ends(event.says))


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
