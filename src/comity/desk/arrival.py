"""Demands that are being read: kept from the moment they come in until a person confirms one or sets it aside.

A draft is no demand and no matter. It holds the papers, what was read from them, and what people have chosen so far;
it outlives the server, and stays in the inbox until it is settled.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import msgspec

from comity.desk import demand as desk
from comity.desk.decision import Assessment, assess
from comity.desk.matter import demand_of, load, named
from comity.desk.office import Office
from comity.desk.papers import Brought
from comity.errors import ComityError, Faulty, Unwritable
from comity.intake.confirm import Choice, Confirmed
from comity.intake.form import read_demand
from comity.kernel.demand import Demand
from comity.kernel.matter import fold
from comity.kernel.words import Fault, digest
from comity.registry.blobs import Blobs
from comity.registry.files import write_whole

FOLDER: Final = "arrivals"
READERS: Final = frozenset({"intake", "counsel", "auditor"})
"""Who may look at a draft; only who takes demands in may bring, mend, confirm or set aside."""
Chosen = str | list[str] | None


class NoDraft(ComityError):
    """there is no demand `{id}` that is being read"""

    help = "see the inbox for what is being read; it may have been confirmed or set aside"
    exit_code = 2


class DraftSettled(ComityError):
    """this demand was {act} by {by}"""

    help = "see its matter, or bring the paper again"
    exit_code = 5


class NoReasonGiven(ComityError):
    """nobody may set a demand aside without a reason"""

    help = "say why it is none, or whom it was sent to by mistake"
    exit_code = 2


class NothingBrought(ComityError):
    """no paper was brought, and nothing was pasted"""

    help = "choose a file, or paste a demand's text"
    exit_code = 2


class NothingToRead(ComityError):
    """nothing was read in `{title}`: {why}"""

    help = "{remedy}"
    exit_code = 3


@dataclass(frozen=True, slots=True)
class Ended:
    """How a draft ended: confirmed, as which matter, or set aside, and why."""

    act: str
    by: str
    at: datetime
    says: str


@dataclass(frozen=True, slots=True)
class Draft:
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
    """What confirming a draft would begin: the demand, the sources of its values, and what the law says of it."""

    demand: Demand
    read: Confirmed | None
    found: Assessment | None
    trouble: str = ""


def begin(office: Office, papers: list[Brought], by: str, at: datetime) -> Draft:
    """Papers that came in together become a draft; the same again is the draft that there was."""
    office.may(by, "receive")
    if not papers:
        raise NothingBrought
    id = digest([paper.digest for paper in papers])[7:19]
    there = _find(office, id)
    if there is not None and there.ended is None:
        return there
    ranks = [(_rank(paper), n) for n, paper in enumerate(papers)]
    draft = Draft(id, at, by, tuple(papers), min(ranks)[1])
    return _keep(office, replace(draft, text=draft.paper.text if draft.paper.written else ""))


def _rank(paper: Brought) -> int:
    """What is more of a demand comes first: one written as such, then the paper in which most was read."""
    fields = paper.proposal.fields if paper.proposal else ()
    return -1000 if paper.written else -len(fields) if paper.kind != "message" else 0


def every(office: Office) -> list[Draft]:
    """Every draft that is not settled, the oldest first."""
    folder = office.root / FOLDER
    paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
    found = [msgspec.json.decode(path.read_bytes(), type=Draft) for path in paths]
    return sorted((draft for draft in found if draft.ended is None), key=lambda draft: draft.received)


def one(office: Office, id: str) -> Draft:
    """A draft by its id, settled or not."""
    draft = _find(office, id)
    if draft is None:
        raise NoDraft(id=id)
    return draft


def looks(office: Office, person: str) -> None:
    """Refuse whoever has no business with drafts: one names accounts, and says which of them are here."""
    if not office.person(person) & READERS:
        office.may(person, "receive")


def _find(office: Office, id: str) -> Draft | None:
    if not id.isalnum():
        return None
    try:
        return msgspec.json.decode((office.root / FOLDER / f"{id}.json").read_bytes(), type=Draft)
    except FileNotFoundError:
        return None


def _keep(office: Office, draft: Draft) -> Draft:
    folder = office.root / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(folder, [msgspec.json.encode(draft)], lambda: f"{draft.id}.json")
    except OSError as error:
        raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error
    return draft


def _open(office: Office, id: str) -> Draft:
    draft = one(office, id)
    if draft.ended:
        raise DraftSettled(act=draft.ended.act, by=draft.ended.by)
    return draft


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person chose: the paper that demands, its fields, or the text of a demand that is written."""

    main: int
    choices: dict[str, Chosen]
    text: str = ""


def choose(office: Office, id: str, typed: Typed, by: str) -> Draft:
    """Keep what a person has chosen so far. Another paper taken as the one that demands begins the choices anew."""
    office.may(by, "receive")
    draft = _open(office, id)
    if typed.main != draft.main and 0 <= typed.main < len(draft.papers):
        draft = replace(draft, main=typed.main, choices={}, text="")
        return _keep(office, replace(draft, text=draft.paper.text if draft.paper.written else ""))
    return _keep(office, replace(draft, choices=typed.choices, text=typed.text if draft.paper.written else ""))


def preview(office: Office, draft: Draft, by: str, at: datetime) -> Preview:
    """What confirming would begin; raises Faulty with everything that stands in the way."""
    demand, read = _written(office, draft, at) if draft.paper.written else _proposed(office, draft, by, at)
    matter = fold(demand.id, (named(demand.id, event) for event in desk.beginning(office, demand, by, at, read)))
    try:
        return Preview(demand, read, assess(office, matter, at))
    except ComityError as error:
        return Preview(demand, read, None, f"{error.message}; {error.remedy}")


def _others(draft: Draft) -> tuple[tuple[str, str], ...]:
    return tuple((paper.title, paper.digest) for n, paper in enumerate(draft.papers) if n != draft.main)


def _written(office: Office, draft: Draft, at: datetime) -> tuple[Demand, None]:
    raw, kind = draft.text.encode("utf-8", "replace"), draft.paper.kind
    demand, faults = read_demand(
        raw, "json" if kind == "json" else "toml", desk.known(office), at.astimezone(UTC).date()
    )
    if demand is None:
        raise Faulty(tuple(faults), path=draft.paper.title)
    kept = (draft.paper.title, Blobs(office.root / "blobs").put([raw]))
    return _free(office, draft, replace(demand, papers=(*demand.papers, kept, *_others(draft)))), None


def _proposed(office: Office, draft: Draft, by: str, at: datetime) -> tuple[Demand, Confirmed]:
    proposal = draft.paper.proposal
    if proposal is None:
        raise NothingToRead(title=draft.paper.title, why=draft.paper.trouble, remedy=draft.paper.remedy)
    choices: dict[str, Choice] = dict(draft.choices)
    done = desk.confirmed(office, proposal, choices, by, at)
    whole = _free(office, draft, replace(done.demand, papers=(*done.demand.papers, *_others(draft))))
    return whole, replace(done, demand=whole)


def _free(office: Office, draft: Draft, demand: Demand) -> Demand:
    """A matter's name is given once; what a crash cut off between recording and settling is this draft's own."""
    if demand.id in office.matters() and not _ours(office, demand):
        what = f"there is a matter `{demand.id}` already"
        raise Faulty((Fault("name-taken", f"{draft.paper.title} demand.id", what, "give it another"),), path=demand.id)
    return demand


def _ours(office: Office, demand: Demand) -> bool:
    matter = load(office, demand.id)
    return bool(matter.of("confirmed")) and demand_of(matter).papers == demand.papers


def confirm(office: Office, id: str, by: str, at: datetime) -> str:
    """A person says that this is what the paper asks: its matter begins. Gives its name."""
    office.may(by, "receive")
    draft = _open(office, id)
    whole = preview(office, draft, by, at)
    name = whole.demand.id
    if not draft.paper.written:
        # The name stands before the matter does: whoever comes after a crash finds the same one, and not a second.
        draft = _keep(office, replace(draft, choices={**draft.choices, "id": name}))
    if name not in office.matters():
        desk.receive(office, whole.demand, by, at, whole.read)
    _keep(office, replace(draft, ended=Ended("confirmed", by, at, demand_of(load(office, name)).id)))
    return name


def set_aside(office: Office, id: str, why: str, by: str, at: datetime) -> None:
    """It is no demand to be answered here: it leaves the inbox, and its papers stay."""
    office.may(by, "receive")
    draft = _open(office, id)
    if not why.strip():
        raise NoReasonGiven
    _keep(office, replace(draft, ended=Ended("set aside", by, at, why.strip())))
