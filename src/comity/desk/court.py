"""Courts' notices at the desk: kept as they came, matched to matters; a stay shuts the gate before anyone reads it.

What a genuine notice reports that shuts (a stay, a reversal, a quashing) is recorded at once as a stay, said to be read
by a machine and unconfirmed. Whatever would open waits for a person; so does all that is in a notice not shown to be
genuine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec

from comity.desk.matter import demand_of, load, load_seen, record
from comity.desk.office import Office
from comity.errors import ComityError, Unwritable
from comity.intake.court import Entry, Notice, read_notice
from comity.intake.docket import same_case
from comity.intake.entry import SHUTS
from comity.intake.signed import Txt
from comity.kernel.demand import Demand
from comity.kernel.matter import Event, Matter, running
from comity.kernel.words import digest
from comity.registry.blobs import Blobs
from comity.registry.files import write_whole
from comity.registry.port import Overtaken

FOLDER: Final = "notices"
TRIES: Final = 5


class NoNotice(ComityError):
    """there is no court notice `{id}`"""

    help = "`comity docket` lists them by their ids"
    exit_code = 2


@dataclass(frozen=True, slots=True)
class Settled:
    """What a person made of an entry for one matter."""

    entry: int
    matter: str
    act: str
    by: str
    at: datetime
    why: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice as the office keeps it: the digest of its octets, when it came, who brought it, and what was read."""

    digest: str
    received: datetime
    brought: str
    notice: Notice

    @property
    def id(self) -> str:
        """The short name of the notice."""
        return self.digest[7:19]

    @property
    def genuine(self) -> bool:
        """Whether its own court signed it."""
        return self.notice.signature.genuine is True

    @property
    def court(self) -> str:
        """The court by the id that the law packs give it."""
        return f"us-{self.notice.court}"

    def key(self, entry: Entry) -> str:
        """What makes an entry the same one, in whosever copy of the notice it stands."""
        return digest([self.court, entry.docket, str(entry.filed), entry.text])[7:]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry for one matter (empty: it belongs to none that is known), what was recorded, and what was settled."""

    number: int
    entry: Entry
    matter: str
    matched: str
    stay: Event | None = None
    settled: Settled | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A notice with its lines."""

    kept: Kept
    lines: tuple[Line, ...]

    @property
    def waits(self) -> bool:
        """Whether a person still has to look at it."""
        return any(line.settled is None for line in self.lines)


def take(office: Office, raw: bytes, brought: str, at: datetime, txt: Txt) -> Kept:
    """A notice comes in: it is read, its signature is checked, and it is kept."""
    return keep(office, raw, read_notice(raw, txt), brought, at)


def keep(office: Office, raw: bytes, read: Notice, brought: str, at: datetime) -> Kept:
    """Keep a notice that was read. If its court signed it, what shuts is recorded before anything else is done."""
    kept = Kept(Blobs(office.root / "blobs").put([raw]), at, brought, read)
    _shut(office, index(office), kept, at)
    before = _find(office, kept.digest)
    if before is None or not before.genuine:
        _write(office, kept.digest[7:], msgspec.json.encode(kept))
    return kept if before is None or not before.genuine else before


def apply(office: Office, at: datetime) -> None:
    """Look again at every genuine notice: a matter may have begun, or been joined to a docket, since it came."""
    matters = index(office)
    for kept in every(office):
        _shut(office, matters, kept, at)


def _shut(office: Office, matters: Index, kept: Kept, at: datetime) -> None:
    if not kept.genuine or not any(entry.reading.kind in SHUTS for entry in kept.notice.entries):
        return
    settled = {(one.entry, one.matter) for one in _settled(office, kept)}
    for number, entry in enumerate(kept.notice.entries):
        for matter in matched(matters, kept, entry) if entry.reading.kind in SHUTS else ():
            if (number, matter) not in settled:
                _stay(office, matter, kept, entry, at)


def _stay(office: Office, matter: str, kept: Kept, entry: Entry, at: datetime) -> None:
    """Record the stay unless it was recorded before; nobody who writes at the same moment can keep it out."""
    for attempt in range(TRIES + 1):
        whole, seen = load_seen(office, matter)
        if any(event.get("key") == kept.key(entry) for event in whole.events):
            return
        try:
            record(office, matter, [_provisional(kept, entry, at)], seen if attempt < TRIES else None)
            return
        except Overtaken:
            continue


def _provisional(kept: Kept, entry: Entry, at: datetime) -> Event:
    """The stay that a machine read. It counts from the moment it came: no event of an earlier day can have ended it."""
    says = f"{entry.reading.kind}, read by machine and not yet confirmed: {short(entry.text)}"
    data = (
        ("notice", kept.digest), ("key", kept.key(entry)), ("read", "machine"), ("confirmed", "no"),
        ("docket", f"{kept.court} {entry.docket}"), ("filed", str(entry.filed or "")),
    )  # fmt: skip
    return Event("", "stayed", at, at, says, source(kept, entry), kept.court, data=data)


def short(text: str) -> str:
    """The beginning of an entry, as an event says it."""
    return text if len(text) <= 300 else f"{text[:300]}…"


def source(kept: Kept, entry: Entry) -> str:
    """The paper that an event of a notice stands on."""
    where = f", entry {entry.number}" if entry.number else ""
    return f"court notice {kept.id}: {kept.court} {entry.docket}{where}, filed {entry.filed or 'on an unread day'}"


def held(office: Office, demand: Demand, at: datetime) -> list[Event]:
    """The stays that genuine notices reported before the demand's matter began."""
    found = {}
    for kept in every(office):
        for entry in kept.notice.entries if kept.genuine else ():
            if entry.reading.kind in SHUTS and _same(kept, entry, demand.court, demand.reference):
                found[kept.key(entry)] = _provisional(kept, entry, at)
    return list(found.values())


Index = list[tuple[str, tuple[tuple[str, str, str], ...]]]


def index(office: Office) -> Index:
    """The dockets that each matter is on."""
    return [(name, tuple(_dockets(load(office, name)))) for name in office.matters()]


def matched(matters: Index, kept: Kept, entry: Entry) -> dict[str, str]:
    """The matters that an entry belongs to by court and docket number, each with the reason; several may share it."""
    found = {}
    for name, dockets in matters:
        why = next((why for court, number, why in dockets if _same(kept, entry, court, number)), "")
        if why:
            found[name] = why
    return found


def _dockets(matter: Matter) -> Iterator[tuple[str, str, str]]:
    """The court and number of every docket that a matter is on, and where that is said."""
    if matter.of("confirmed"):
        demand = demand_of(matter)
        yield demand.court, demand.reference, "the demand's court and number"
    for event in matter.events:
        court, _, number = event.get("docket").partition(" ")
        if number:
            yield court, number, f"the docket of the event `{event.kind}`"


def _same(kept: Kept, entry: Entry, court: str, number: str) -> bool:
    return court in ("", kept.court) and bool(number) and same_case(entry.docket, number)


def every(office: Office) -> list[Kept]:
    """Every notice that was kept, the newest first."""
    folder = office.root / FOLDER
    names = sorted(path.name for path in folder.glob("*.json") if path.name.count(".") == 1) if folder.is_dir() else []
    found = [msgspec.json.decode((folder / name).read_bytes(), type=Kept) for name in names]
    return sorted(found, key=lambda kept: (kept.received, kept.digest), reverse=True)


def _find(office: Office, whole: str) -> Kept | None:
    try:
        return msgspec.json.decode((office.root / FOLDER / f"{whole[7:]}.json").read_bytes(), type=Kept)
    except FileNotFoundError:
        return None


def one(office: Office, id: str) -> Kept:
    """One notice by its id."""
    found = [kept for kept in every(office) if id and kept.digest.removeprefix("sha256:").startswith(id)]
    if len(found) != 1:
        raise NoNotice(id=id)
    return found[0]


def proposals(office: Office) -> list[Proposal]:
    """Every notice with its lines; what waits comes first."""
    matters = index(office)
    made = [proposal(office, kept, matters) for kept in every(office)]
    return sorted(made, key=lambda one: not one.waits)


def waiting(office: Office) -> int:
    """How many notices nobody has looked at yet."""
    folder = office.root / FOLDER
    return sum(one.waits for one in proposals(office)) if folder.is_dir() else 0


def proposal(office: Office, kept: Kept, matters: Index | None = None) -> Proposal:
    """A notice with a line for each of its entries and each matter that this belongs to."""
    matters = index(office) if matters is None else matters
    settled = {(one.entry, one.matter): one for one in _settled(office, kept)}
    lines = []
    for number, entry in enumerate(kept.notice.entries):
        found = matched(matters, kept, entry)
        elsewhere = {matter: "a person said so" for entry_, matter in settled if entry_ == number and matter}
        for matter, why in (elsewhere | found or {"": "no matter is on this docket"}).items():
            stay = recorded(load(office, matter), kept, entry) if matter else None
            lines.append(Line(number, entry, matter, why, stay, settled.get((number, matter))))
    return Proposal(kept, tuple(lines))


def recorded(matter: Matter, kept: Kept, entry: Entry) -> Event | None:
    """The stay that was recorded for an entry before anyone read it."""
    return next((event for event in matter.of("stayed") if event.get("key") == kept.key(entry)), None)


def _settled(office: Office, kept: Kept) -> list[Settled]:
    found = sorted((office.root / FOLDER).glob(f"{kept.digest[7:]}.*.json"))
    return [msgspec.json.decode(path.read_bytes(), type=Settled) for path in found]


def settle(office: Office, kept: Kept, settled: Settled) -> None:
    """Keep what a person made of an entry for one matter."""
    name = f"{kept.digest[7:]}.{settled.entry}-{sha256(settled.matter.encode()).hexdigest()[:16]}"
    _write(office, name, msgspec.json.encode(settled))


def _write(office: Office, name: str, raw: bytes) -> None:
    folder = office.root / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(folder, [raw], lambda: f"{name}.json")
    except OSError as error:
        raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error


def stays_running(matter: Matter, at: datetime) -> list[Event]:
    """The stays that run, for whoever says which one a lifting ends."""
    return [stay for stay in running(matter, at, "stay ends") if stay.runs(at)]
