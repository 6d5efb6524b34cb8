"""Demands that are being read: kept from the moment they come in until a person confirms one or sets it aside.

An arrival is no demand and no matter. It holds the papers, what was read from them, and what people have chosen so far;
it outlives the server, and stays in the inbox until it is settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from comity.desk import demand as desk
from comity.desk.decision import Assessment, assess
from comity.desk.matter import demand_of, load, named
from comity.desk.office import Office
from comity.desk.papers import Brought, read
from comity.errors import ComityError, Faulty, Unwritable
from comity.intake.confirm import Choice, Confirmed
from comity.intake.document import read_document
from comity.intake.form import read_demand
from comity.intake.octets import octets
from comity.intake.passages import Proposal
from comity.intake.pdf import MOST_BYTES
from comity.kernel.demand import Demand
from comity.kernel.matter import fold
from comity.kernel.words import Fault, digest
from comity.registry.blobs import Blobs
from comity.registry.files import write_whole

FOLDER: Final = "arrivals"
READERS: Final = frozenset({"intake", "counsel", "auditor"})
"""Who may look at an arrival; only who takes demands in may bring, mend, confirm or set aside."""
Chosen = str | list[str] | None


class NoArrival(ComityError):
    """there is no demand `{id}` that is being read"""

    help = "see the inbox for what is being read; it may have been confirmed or set aside"
    exit_code = 2


class ArrivalSettled(ComityError):
    """this demand was {act} by {by}"""

    help = "see its matter, or bring the paper again"
    exit_code = 5


class NoReasonGiven(ComityError):
    """nobody may set a demand aside without a reason"""

    help = "say why it is none, or whom it was sent to by mistake"
    exit_code = 2


class TooMuch(ComityError):
    """`{path}` has more than {most} MiB"""

    help = "take out the pages with the demand itself and give those, or give its text"
    exit_code = 3


class NothingBrought(ComityError):
    """no paper was brought, and nothing was pasted"""

    help = "choose a file, or paste a demand's text"
    exit_code = 2


class NotOnePaper(ComityError):
    """`{name}` is not the name of one of the papers: there are {there}"""

    help = "name one of them; of two with one name, bring the one that demands by itself"
    exit_code = 2


class NothingToRead(ComityError):
    """nothing was read in `{title}`: {why}"""

    help = "{remedy}"
    exit_code = 3


@dataclass(frozen=True, slots=True)
class Ended:
    """How an arrival ended: confirmed, as which matter, or set aside, and why."""

    act: str
    by: str
    at: datetime
    says: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A demand that is being read; `main` is the paper that demands, `choices` what people have chosen so far."""

    id: str
    received: datetime
    by: str
    papers: tuple[Brought, ...]
    main: int = 0
    choices: dict[str, Chosen] = field(default_factory=dict)
    text: str = ""
    ended: Ended | None = None

    @property
    def paper(self) -> Brought:
        """The paper that demands."""
        return self.papers[self.main]


@dataclass(frozen=True, slots=True)
class Preview:
    """What confirming an arrival would begin: the demand, the sources of its values, and what the law says of it."""

    demand: Demand
    read: Confirmed | None
    found: Assessment | None
    trouble: str = ""


def begin(office: Office, papers: list[Brought], by: str, at: datetime) -> Arrival:
    """Papers that came in together become an arrival; the same again is the arrival that there was."""
    office.may(by, "receive")
    if not papers:
        raise NothingBrought
    arrived = laid(papers, by, at)
    there = _find(office, arrived.id)
    return there if there is not None and there.ended is None else _keep(office, arrived)


def from_file(office: Office, path: Path, by: str, at: datetime, main: str = "") -> Arrival:
    """All that a file brings, read as an arrival; only its papers are kept."""
    raw = octets(path, MOST_BYTES)
    if len(raw) > MOST_BYTES:
        raise TooMuch(path=str(path), most=MOST_BYTES >> 20)
    return laid(read(office, desk.known(office), path.name, raw), by, at, main)


def laid(papers: list[Brought], by: str, at: datetime, main: str = "") -> Arrival:
    """Papers as an arrival of which nothing is kept yet; `main` names the one that demands, if that was said."""
    named = [n for n, paper in enumerate(papers) if paper.title == main]
    if main and len(named) != 1:
        raise NotOnePaper(name=main, there=", ".join(f"`{paper.title}`" for paper in papers))
    first = named[0] if named else min((_rank(paper), n) for n, paper in enumerate(papers))[1]
    arrived = Arrival(digest([paper.digest for paper in papers])[7:19], at, by, tuple(papers), first)
    return replace(arrived, text=arrived.paper.text if arrived.paper.written else "")


def _rank(paper: Brought) -> int:
    """What is more of a demand comes first: one written as such, then the paper in which most was read."""
    fields = paper.proposal.fields if paper.proposal else ()
    return -1000 if paper.written else -len(fields) if paper.kind not in ("message", "archive") else 0


def every(office: Office) -> list[Arrival]:
    """Every arrival that is not settled, the oldest first."""
    folder = office.root / FOLDER
    paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
    found = [msgspec.json.decode(path.read_bytes(), type=Arrival) for path in paths]
    return sorted((arrived for arrived in found if arrived.ended is None), key=lambda arrived: arrived.received)


def one(office: Office, id: str) -> Arrival:
    """An arrival by its id, settled or not."""
    arrived = _find(office, id)
    if arrived is None:
        raise NoArrival(id=id)
    return arrived


def looks(office: Office, person: str) -> None:
    """Refuse whoever has no business with arrivals: one names accounts, and says which of them are here."""
    if not office.person(person) & READERS:
        office.may(person, "receive")


def accounts_of(arrived: Arrival) -> tuple[str, ...]:
    """The accounts that an arrival names now: as somebody chose them, or as they were read or written."""
    paper = arrived.paper
    if paper.written:
        data = read_document(arrived.text.encode("utf-8", "replace"), "json" if paper.kind == "json" else "toml").data
        scope = data.get("scope") if isinstance(data, Mapping) else None
        given = scope.get("accounts") if isinstance(scope, Mapping) else None
    else:
        read_there = [one.value for one in paper.proposal.of("accounts")] if paper.proposal else []
        given = arrived.choices.get("accounts", read_there)
    every = given if isinstance(given, list) else [given]
    return tuple(sorted({one.strip().lower() for one in every if isinstance(one, str) and one.strip()}))


def look_of(arrived: Arrival) -> tuple[str, str]:
    """By what a look into an arrival is written down: a name that no matter has, and the digest of its accounts."""
    accounts = accounts_of(arrived)
    return f"intake/{arrived.id}", digest(list(accounts)) if accounts else ""


def _find(office: Office, id: str) -> Arrival | None:
    if not id.isalnum():
        return None
    try:
        return msgspec.json.decode((office.root / FOLDER / f"{id}.json").read_bytes(), type=Arrival)
    except FileNotFoundError:
        return None


def _keep(office: Office, arrived: Arrival) -> Arrival:
    folder = office.root / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(folder, [msgspec.json.encode(arrived)], lambda: f"{arrived.id}.json")
    except OSError as error:
        raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error
    return arrived


def _open(office: Office, id: str) -> Arrival:
    arrived = one(office, id)
    if arrived.ended:
        raise ArrivalSettled(act=arrived.ended.act, by=arrived.ended.by)
    return arrived


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person chose: the paper that demands, its fields, or the text of a demand that is written."""

    main: int
    choices: dict[str, Chosen]
    text: str = ""


def choose(office: Office, id: str, typed: Typed, by: str) -> Arrival:
    """Keep what a person has chosen so far. Another paper taken as the one that demands begins the choices anew."""
    office.may(by, "receive")
    arrived = _open(office, id)
    if typed.main != arrived.main and 0 <= typed.main < len(arrived.papers):
        arrived = replace(arrived, main=typed.main, choices={}, text="")
        return _keep(office, replace(arrived, text=arrived.paper.text if arrived.paper.written else ""))
    return _keep(office, replace(arrived, choices=typed.choices, text=typed.text if arrived.paper.written else ""))


def preview(office: Office, arrived: Arrival, by: str, at: datetime) -> Preview:
    """What confirming would begin; raises Faulty with everything that stands in the way."""
    demand, done = demanded(office, arrived, by, at)
    matter = fold(demand.id, (named(demand.id, event) for event in desk.beginning(office, demand, by, at, done)))
    try:
        return Preview(demand, done, assess(office, matter, at))
    except ComityError as error:
        return Preview(demand, done, None, f"{error.message}; {error.remedy}")


def demanded(office: Office, arrived: Arrival, by: str, at: datetime) -> tuple[Demand, Confirmed | None]:
    """The demand as it would be confirmed, with all papers that came with it; or everything that stands in the way."""
    return _written(office, arrived, at) if arrived.paper.written else _proposed(office, arrived, by, at)


def _others(arrived: Arrival) -> tuple[tuple[str, str], ...]:
    return tuple((paper.title, paper.digest) for n, paper in enumerate(arrived.papers) if n != arrived.main)


def _written(office: Office, arrived: Arrival, at: datetime) -> tuple[Demand, None]:
    raw, kind = arrived.text.encode("utf-8", "replace"), arrived.paper.kind
    demand, faults = read_demand(
        raw, "json" if kind == "json" else "toml", desk.known(office), at.astimezone(UTC).date()
    )
    if demand is None:
        raise Faulty(tuple(faults), path=arrived.paper.title)
    kept = (arrived.paper.title, Blobs(office.root / "blobs").put([raw]))
    return _free(office, arrived, replace(demand, papers=(*demand.papers, kept, *_others(arrived)))), None


def proposal_of(arrived: Arrival) -> Proposal:
    """What was read in the paper that demands, or why nothing was."""
    paper = arrived.paper
    if paper.proposal is None:
        why, remedy = paper.trouble or "it has no words", paper.remedy or "give the paper that demands"
        raise NothingToRead(title=paper.title, why=why, remedy=remedy)
    return paper.proposal


def _proposed(office: Office, arrived: Arrival, by: str, at: datetime) -> tuple[Demand, Confirmed]:
    proposal = proposal_of(arrived)
    choices: dict[str, Choice] = dict(arrived.choices)
    done = desk.confirmed(office, proposal, choices, by, at)
    whole = _free(office, arrived, replace(done.demand, papers=(*done.demand.papers, *_others(arrived))))
    return whole, replace(done, demand=whole)


def _free(office: Office, arrived: Arrival, demand: Demand) -> Demand:
    """A matter's name is given once; what a crash cut off between recording and settling is this arrival's own."""
    if demand.id in office.matters() and not _ours(office, demand):
        what = f"there is a matter `{demand.id}` already"
        raise Faulty(
            (Fault("name-taken", f"{arrived.paper.title} demand.id", what, "give it another"),), path=demand.id
        )
    return demand


def _ours(office: Office, demand: Demand) -> bool:
    matter = load(office, demand.id)
    return bool(matter.of("confirmed")) and demand_of(matter).papers == demand.papers


def confirm(office: Office, id: str, by: str, at: datetime) -> str:
    """A person says that this is what the paper asks: its matter begins. Gives its name."""
    office.may(by, "receive")
    arrived = _open(office, id)
    whole = preview(office, arrived, by, at)
    name = whole.demand.id
    if not arrived.paper.written:
        # The name stands before the matter does: whoever comes after a crash finds the same one, and not a second.
        arrived = _keep(office, replace(arrived, choices={**arrived.choices, "id": name}))
    if name not in office.matters():
        desk.receive(office, whole.demand, by, at, whole.read)
    _keep(office, replace(arrived, ended=Ended("confirmed", by, at, demand_of(load(office, name)).id)))
    return name


def set_aside(office: Office, id: str, why: str, by: str, at: datetime) -> None:
    """It is no demand to be answered here: it leaves the inbox, and its papers stay."""
    office.may(by, "receive")
    arrived = _open(office, id)
    if not why.strip():
        raise NoReasonGiven
    _keep(office, replace(arrived, ended=Ended("set aside", by, at, why.strip())))
