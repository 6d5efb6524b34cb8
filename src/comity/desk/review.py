"""A person's eyes on what was found, hit by hit: read, cleared by a named rule, or for counsel to decide.

Marks are not final: they are kept, changed and kept again, and say nothing outside this room. What counts is the
event that sums them up, with the list of them. A hit that is privileged, or of a third party, goes to counsel, who lets
it go or withholds it; withheld, it leaves with nothing else, is counted, and is listed in the certificate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from comity.desk.collection import Listing, NotCollected, Sheet, listing_of, unproduced
from comity.desk.matter import load, load_seen, record
from comity.desk.office import Office
from comity.errors import ComityError
from comity.kernel.collection import Counts, Piece, Trial
from comity.kernel.matter import Event, Matter
from comity.kernel.production import TABLES
from comity.kernel.words import canonical
from comity.letters.certificate import Held
from comity.registry.blobs import Blobs
from comity.registry.jobport import Job, NewJob
from comity.sources.headers import fields, split, unworded
from comity.sources.text import texts

T = TypeVar("T")
REVIEW: Final = "review"
REVIEWER: Final[dict[str, str]] = {
    "read": "read; nothing stands against handing it over",
    "privileged": "privileged, perhaps: for counsel",
    "third-party": "of somebody else, perhaps: for counsel",
}
"""What a reviewer may say of a hit."""
COUNSEL: Final[dict[str, str]] = {
    "let-go": "may be handed over",
    "withheld": "is withheld",
}
"""What counsel may say of it; a reviewer does not take that back."""
WAITING: Final = frozenset({"privileged", "third-party"})
SHOWN: Final = 400_000
"""Characters of one message that a page shows."""
HEADERS: Final = ("from", "sender", "to", "cc", "bcc", "reply-to", "date", "subject", "message-id", "in-reply-to")


class NoHit(ComityError):
    """there is no hit {number} of {found}"""

    help = "give the number of one that was found"
    exit_code = 2


class NotAMark(ComityError):
    """`{says}` is not what somebody may say of a hit"""

    help = "read, privileged or third-party; counsel: let-go or withheld"
    exit_code = 2


class NoGround(ComityError):
    """no ground is given for withholding"""

    help = "say in a few words on what ground; the certificate prints it"
    exit_code = 4


class CounselDecided(ComityError):
    """counsel decided about hit {number}: {says}"""

    help = "only counsel changes that"
    exit_code = 5


class MovedOn(ComityError):
    """what was collected is no longer what you looked at"""

    help = "look at the hits again; nothing was marked"
    exit_code = 6


@dataclass(frozen=True)
class Mark:
    """What somebody said of a hit, when, and why."""

    says: str
    by: str
    at: datetime
    why: str = ""


@dataclass(frozen=True)
class Hit:
    """One hit: a message, or a row of a table; `number` counts from 1, in the order of collection."""

    number: int
    store: str
    where: str
    size: int = 0
    because: tuple[Trial, ...] = ()
    row: tuple[tuple[str, str], ...] = ()
    mark: Mark | None = None


@dataclass(frozen=True)
class Sitting:
    """A review as it stands: every hit with its mark, the rule that clears the rest, and what was summed up last."""

    listing: Listing
    kept: str
    hits: tuple[Hit, ...]
    rule: Mark | None

    @property
    def counts(self) -> dict[str, int]:
        """How many hits were read, cleared, are withheld, wait for counsel, or were not looked at."""
        said = Counter(hit.mark.says if hit.mark else "" for hit in self.hits)
        unseen = said[""]
        return {
            "read": said["read"] + said["let-go"], "cleared": unseen if self.rule else 0, "withheld": said["withheld"],
            "counsel": sum(said[one] for one in WAITING), "left": 0 if self.rule else unseen,
        }  # fmt: skip

    def next_of(self, number: int) -> int:
        """The next hit that nobody has marked; the following one if there is none."""
        order = [*self.hits[number:], *self.hits[:number]]
        return next((hit.number for hit in order if hit.mark is None), min(number + 1, len(self.hits)))


@dataclass(frozen=True)
class Message:
    """A message as it may be shown to a person: words alone. Nothing of it is loaded, run or followed."""

    headers: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    cut: bool


def sitting(office: Office, name: str) -> Sitting:
    """The review of what was last collected and has not been produced."""
    matter = load(office, name)
    kept = _kept(matter)
    marks = office.registry.steps(job.number) if (job := _job(office, name, kept)) else {}
    listing = listing_of(office, matter)
    said = {key: msgspec.json.decode(value, type=Mark) for key, value in marks.items()}
    found = tuple(replace(hit, mark=said.get(_key(hit.number))) for hit in hits(listing))
    return Sitting(listing, kept, found, said.get("rule"))


def _kept(matter: Matter) -> str:
    last = unproduced(matter)
    if last is None:
        raise NotCollected(matter=matter.id)
    return last.get("listing")


def _once(name: str, kept: str) -> str:
    return f"{REVIEW} {name} {kept}"


def _job(office: Office, name: str, kept: str) -> Job | None:
    return next((job for job in office.registry.jobs(REVIEW, name) if job.once == _once(name, kept)), None)


def _key(number: int) -> str:
    return f"{number:08}"


def hits(listing: Listing) -> Iterator[Hit]:
    """What a person has to look at: messages, or where none were asked for the rows of the table."""
    if "content" in listing.scope.categories:
        for number, (item, _) in enumerate(listing.items, 1):
            yield Hit(number, item.place.store, str(item.place), item.size, item.sorting.because)
        return
    name = TABLES["traffic" if "traffic" in listing.scope.categories else "subscriber"]
    stores = [store for store, counts in listing.counts.items() for _ in range(counts.inside)]
    rows = listing.sheets[name].rows if name in listing.sheets else []
    for number, row in enumerate(rows, 1):
        cells = tuple((column, _cell(value)) for column, value in row.items())
        yield Hit(number, stores[number - 1] if stores else "", f"{name}, row {number}", row=cells)


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def message(office: Office, listing: Listing, number: int) -> Message | None:
    """A hit's message, decoded to words; None where the hit is a row."""
    if "content" not in listing.scope.categories:
        return None
    item, start = listing.items[number - 1]
    octets = b"".join(Blobs(office.root / "blobs").part(listing.pack_of(item), start, item.size))
    head, _ = split(octets)
    headers = tuple((field.title(), unworded(value)) for field, value in fields(head) if field in HEADERS)
    parts: dict[str, str] = {}
    remarks, room = [], SHOWN
    for found in texts(octets):
        if not isinstance(found, Piece):
            remarks.append(f"{found.where}: {found.says}")
        elif room > 0:
            parts[found.where] = parts.get(found.where, "") + found.text[:room]
            room -= len(found.text)
    bare = {where.removesuffix(", without tags") for where in parts if where.endswith(", without tags")}
    shown = tuple((w, text) for w, text in parts.items() if text.strip() and w not in bare and w != "Subject")
    return Message(headers, shown, tuple(remarks), room <= 0)


def mark(office: Office, name: str, shown: str, number: int, said: Mark) -> Sitting:
    """Say of one hit of what was shown that it was read, or that counsel must look at it; or counsel's decision."""
    act = "withhold" if said.says in COUNSEL else "review"
    if said.says not in {**REVIEWER, **COUNSEL}:
        raise NotAMark(says=said.says)
    office.may(said.by, act)
    now = _same(office, name, shown)
    if not 1 <= number <= len(now.hits):
        raise NoHit(number=number, found=len(now.hits))
    before = now.hits[number - 1].mark
    if before and before.says in COUNSEL and act != "withhold":
        raise CounselDecided(number=number, says=COUNSEL[before.says])
    if said.says == "withheld" and not said.why.strip():
        raise NoGround
    _keep(office, name, now, _key(number), said)
    return sitting(office, name)


def clear(office: Office, name: str, shown: str, said: Mark) -> Sitting:
    """Clear by a named rule every hit that nobody marks; an empty rule takes that back."""
    office.may(said.by, "review")
    _keep(office, name, _same(office, name, shown), "rule", said)
    return sitting(office, name)


def _same(office: Office, name: str, shown: str) -> Sitting:
    now = sitting(office, name)
    if now.kept != shown:
        raise MovedOn
    return now


def _keep(office: Office, name: str, now: Sitting, key: str, said: Mark) -> None:
    once = _once(name, now.kept)
    job = office.registry.put_job(NewJob(REVIEW, name, now.kept, said.by, said.at, once))
    office.registry.mark_job(job.number, key, msgspec.json.encode(said).decode())


def sum_up(office: Office, name: str, shown: str, said: Mark, state_unreadable: bool) -> Event:
    """Record what the marks amount to: so many read, cleared, withheld; what waits for counsel keeps the gate shut."""
    office.may(said.by, "withhold" if "counsel" in office.person(said.by) else "review")
    _, seen = load_seen(office, name)
    now = _same(office, name, shown)
    counts, left = now.counts, without(now.listing, withheld(now.hits))
    log = Blobs(office.root / "blobs").put([_log(now)])
    rule = now.rule.why if now.rule else ""
    data = {
        "items": now.listing.inventory, "listing": now.kept, "rule": rule, "read": str(counts["read"]),
        "cleared": str(counts["cleared"]), "withheld": str(counts["withheld"]), "remaining": left.inventory,
        "marks": log, "unreadable": "stated" if state_unreadable else "",
    }  # fmt: skip
    says = f"{len(now.hits)} hits: {counts['read']} read, {counts['cleared']} cleared"
    says += f" by the rule `{rule}`" if counts["cleared"] else ""
    says += f", {counts['withheld']} withheld by counsel" if counts["withheld"] else ""
    open_ones = counts["counsel"] + counts["left"]
    says += f", {open_ones} neither" if open_ones else ""
    event = Event("", "reviewed", said.at, said.at, says, "review", said.by, data=tuple(data.items()))
    record(office, name, [event], seen)
    return event


def _log(now: Sitting) -> bytes:
    rows = [
        [hit.number, hit.store, hit.where, hit.size, *msgspec.to_builtins(hit.mark).values()]
        for hit in now.hits
        if hit.mark
    ]
    return canonical({"format": "comity/review/v1", "listing": now.kept, "marks": rows})


def withheld(found: Sequence[Hit]) -> tuple[Held, ...]:
    """The hits that counsel withheld."""
    return tuple(
        Held(hit.number, hit.store, hit.size, hit.mark.why, hit.mark.by, hit.mark.at)
        for hit in found
        if hit.mark and hit.mark.says == "withheld"
    )


def leaving(office: Office, matter: Matter) -> tuple[Listing, tuple[Held, ...]]:
    """What was collected without what counsel withheld when the review was last summed up, and what that was."""
    listing = listing_of(office, matter)
    last = summed_up(matter)
    if last is None or last.get("withheld") == "0":
        return listing, ()
    raw = msgspec.json.decode(b"".join(Blobs(office.root / "blobs").read(last.get("marks"))))
    rows = [
        Held(number, store, size, why, by, datetime.fromisoformat(at))
        for number, store, _, size, says, by, at, why in raw["marks"]
        if says == "withheld"
    ]
    return without(listing, rows), tuple(rows)


def summed_up(matter: Matter) -> Event | None:
    """The last review of what was last collected in which each hit has its mark."""
    last = unproduced(matter) or next(iter(matter.of("collected")[-1:]), None)
    own = [e for e in matter.of("reviewed") if last and e.get("listing") == last.get("listing") and e.get("marks")]
    return own[-1] if own else None


def without(listing: Listing, gone: Sequence[Held]) -> Listing:
    """What is left of a collection: what is withheld counts as out, and no row speaks of it."""
    if not gone:
        return listing
    out = {one.number for one in gone}
    left = replace(listing, counts=dict(listing.counts), sheets=dict(listing.sheets))
    mail = listing.scope.categories & {"content", "traffic"}
    left.items = _left(listing.items, out)
    name = TABLES["traffic" if mail else "subscriber"]
    if name in left.sheets:
        left.sheets[name] = Sheet(left.sheets[name].columns, _left(left.sheets[name].rows, out))
    for one in gone if mail else ():
        counts = left.counts[one.store]
        left.counts[one.store] = counts + Counts(-1, 1)
    return left


def _left(all_: list[T], out: set[int]) -> list[T]:
    return [one for number, one in enumerate(all_, 1) if number not in out]
