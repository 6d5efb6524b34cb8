"""Is this demand what it says it is? What can be looked at is looked at, told in sentences, and recorded if asked.

Nothing here decides: the gate asks for a finding whose contact whoever wrote the demand did not choose, and what is
found here by itself never is one. What speaks against a demand shuts the gate once a person has recorded it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from comity.desk.agencies import agencies
from comity.desk.authentic import directory, law, reuse
from comity.desk.matter import demand_of, enter, load, load_seen, record
from comity.desk.office import Office
from comity.desk.papers import is_message
from comity.errors import ComityError
from comity.intake.apart import WALLS
from comity.intake.authentic import accounts, mail, signed
from comity.intake.authentic.answers import NONE, Answers, read_answers
from comity.intake.authentic.evidence import GROUPS, Evidence
from comity.intake.authentic.opened import Leaf, Opened, opened
from comity.kernel.demand import Demand
from comity.kernel.matter import Event, Matter
from comity.kernel.words import canonical
from comity.registry.blobs import BlobMissing, Blobs

MOST: Final = 10 << 20
"""What a message may have; a paper may have what `apart` opens."""
SUPPORTS: Final = {True: "yes", False: "no", None: "unclear"}


class NotAMessage(ComityError):
    """`{path}` is no message of e-mail"""

    help = "save the message whole, with all of its heads (EML), and give that"
    exit_code = 4


class TooLarge(ComityError):
    """`{path}` has more than {most} MiB"""

    help = "give only the message or paper that brought the demand"
    exit_code = 4


class NothingFound(ComityError):
    """nothing was found to record under {names}"""

    help = "`comity authenticity MATTER` shows each finding with its name"
    exit_code = 2


@dataclass(frozen=True)
class Message:
    """The message that brought a demand: its octets, their digest, and what the DNS said when it came."""

    name: str
    octets: bytes
    answers: Answers = NONE
    live: bool = False


@dataclass
class Examined:
    """All that was found, in groups, in the order in which it is told; `octets` is what to keep if it is recorded.

    `bare` says what this system could not wall the papers off from while they were opened; empty if everything.
    """

    matter: str
    at: datetime
    evidence: list[Evidence] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)
    octets: list[bytes] = field(default_factory=list)
    bare: str = ""

    def kept(self, octets: bytes) -> str:
        """The digest of something looked at, which is kept as soon as anything is recorded."""
        self.octets.append(octets)
        return digest_of(octets)

    @property
    def groups(self) -> list[tuple[str, list[Evidence]]]:
        """The findings by what was looked at."""
        found = [(title, [one for one in self.evidence if one.group == group]) for group, title in GROUPS.items()]
        return [(title, some) for title, some in found if some]

    def as_json(self) -> dict[str, object]:
        """As it is shown and kept."""
        return {
            "matter": self.matter, "at": self.at.isoformat(), "raw": self.raw,
            "findings": [one.as_json() for one in self.evidence],
        }  # fmt: skip


@dataclass(frozen=True)
class _Papers:
    """What there is to look at: the leaves of papers and message, each once, and every digest on the way."""

    leaves: tuple[Leaf, ...]
    digests: frozenset[str]
    troubles: tuple[Evidence, ...]
    bare: str

    @property
    def words(self) -> str:
        return "\f".join(leaf.words for leaf in self.leaves if leaf.words)


def keep(office: Office, octets: bytes) -> str:
    """Keep a message or a paper as it came; its digest."""
    return Blobs(office.root / "blobs").put([octets])


def digest_of(octets: bytes) -> str:
    """The digest under which something is kept."""
    return f"sha256:{sha256(octets).hexdigest()}"


def ready(name: str, octets: bytes, answers: Answers | bytes, at: datetime, live: bool = False) -> Message:
    """A message as it can be put in: it is one, and the DNS's answers lie beside it. No office is needed for it."""
    if len(octets) > MOST:
        raise TooLarge(path=name, most=MOST >> 20)
    if opened(octets, name).kind != "mail":
        raise NotAMessage(path=name)
    known = read_answers(answers, "the answers of the DNS") if isinstance(answers, bytes) else answers
    return Message(name, octets, mail.proven(octets, name, known, at, live).answers)


def bring(office: Office, name: str, message: Message, by: str, at: datetime) -> Event:
    """Keep the message that brought a demand, made `ready`, and record that it was put in."""
    office.may(by, "event")
    _, seen = load_seen(office, name)
    digest, dns = keep(office, message.octets), keep(office, message.answers.octets)
    says = f"the message that brought the demand was put in: {message.name}"
    event = Event("", "filing", at, at, says, digest, by, data=(("message", digest), ("dns", dns)))
    record(office, name, [event], seen)
    return event


def brought(office: Office, matter: Matter) -> Message | None:
    """The message that was last put in for a matter, with the answers kept beside it."""
    events = [event for event in matter.of("filing") if event.get("message")]
    if not events:
        return None
    blobs, last = Blobs(office.root / "blobs"), events[-1]
    octets, dns = (b"".join(blobs.read(last.get(key))) for key in ("message", "dns"))
    return Message(last.says.rpartition(": ")[2], octets, read_answers(dns, "the kept answers"))


def among(office: Office, demand: Demand) -> Message | None:
    """The message among a demand's papers, as it was taken in with them; of one inside another, the outer."""
    blobs, found = Blobs(office.root / "blobs"), dict[str, bytes]()
    for title, digest in demand.papers:
        with suppress(BlobMissing):
            raw = b"".join(blobs.read(digest))
            found |= {title: raw} if is_message(raw) else {}
    outer = max(found, key=lambda title: len(found[title]), default=None)
    return Message(outer, found[outer], NONE) if outer is not None else None


def _message(office: Office, matter: Matter, given: Message | None) -> tuple[Message | None, Opened | None]:
    """The message given, put in, or taken in with the papers, opened; of the last none if it cannot be opened."""
    message = given or brought(office, matter)
    if message is not None:
        said = opened(message.octets, message.name)
        if said.kind != "mail":
            raise NotAMessage(path=message.name)
        return message, said
    if there := among(office, demand_of(matter)):
        with suppress(ComityError):
            said = opened(there.octets, there.name)
            return (there, said) if said.kind == "mail" else (None, None)
    return None, None


def examine(
    office: Office, name: str, at: datetime, message: Message | None = None, more: Sequence[tuple[str, bytes]] = ()
) -> Examined:
    """Look at everything there is: the message given, put in or taken in, the demand's papers and those given."""
    matter = load(office, name).as_known(at)
    demand, found, proof = demand_of(matter), Examined(name, at), None
    message, said = _message(office, matter, message)
    if message is not None and said is not None:
        digest = found.kept(message.octets)
        proof = mail.proven(message.octets, message.name, message.answers, at, message.live)
        found.raw |= {"message": digest, "dns": found.kept(proof.answers.octets), "mail": proof.found}
        found.evidence += mail.told(proof, said, digest)
        found.evidence += _carried(demand, said, digest)
    papers = _papers(office, demand, said, [*more])
    found.octets += [octets for _, octets in more]
    found.bare = papers.bare
    found.raw["papers"] = sorted(papers.digests | {digest_of(octets) for octets in found.octets})
    found.evidence += _beside(office, demand, papers, proof, at)
    return found


def _beside(
    office: Office, demand: Demand, papers: _Papers, proof: mail.Proven | None, at: datetime
) -> Iterator[Evidence]:
    """Everything that is not the message itself."""
    anchors = signed.trusted(office.root / signed.FOLDER)
    yield from papers.troubles
    for leaf in papers.leaves:
        yield from signed.told(leaf, anchors, at, demand.channel)
    yield from directory.told(agencies(office).values(), demand, proof, papers.words)
    yield from law.told(office, demand, papers.words)
    yield from reuse.told(office, demand, papers.digests, papers.leaves)
    named = ", ".join(leaf.path for leaf in papers.leaves if leaf.words) or "none could be read"
    yield from accounts.consistent(papers.words, demand.scope.accounts, demand.channel, named)


def _carried(demand: Demand, message: Opened, itself: str) -> Iterator[Evidence]:
    """Whether the message is what brought the demand's papers: only then is anything it proves about them."""
    there = {leaf.digest for leaf in message.leaves}
    for title, digest in (paper for paper in demand.papers if paper[1] != itself):
        looked = (("paper", f"{title} {digest}"), ("in the message", ", ".join(leaf.path for leaf in message.leaves)))
        if digest in there:
            says = f"The paper {title} came with this message, octet for octet."
        else:
            says = f"The paper {title} is not in this message: what the message proves, it does not prove of the paper."
        yield Evidence("message", "carried", says, None, "email", looked)


def _papers(office: Office, demand: Demand, message: Opened | None, more: list[tuple[str, bytes]]) -> _Papers:
    blobs, troubles, digests = Blobs(office.root / "blobs"), list[Evidence](), set[str]()
    leaves = {leaf.digest: leaf for leaf in (message.leaves if message else ())}
    walls = [message.walls] if message else []

    def add(title: str, octets: bytes) -> None:
        digests.add(digest_of(octets))
        if digest_of(octets) not in leaves:
            said = opened(octets, title)
            walls.append(said.walls)
            leaves.update((leaf.digest, leaf) for leaf in said.leaves if leaf.digest not in leaves)

    for title, octets in more:
        try:
            add(title, octets)
        except ComityError as error:
            troubles.append(_trouble(title, error, demand))
    for title, digest in demand.papers:
        try:
            add(title, b"".join(blobs.read(digest)))
        except BlobMissing:
            looked = (("digest", digest),)
            says = f"The paper {title} is not kept here; only its digest is known."
            troubles.append(Evidence("papers", "not-here", says, None, demand.channel, looked))
        except ComityError as error:
            troubles.append(_trouble(title, error, demand))
    weighty = {leaf.digest for leaf in leaves.values() if reuse.weighty(leaf)}
    troubles += [
        Evidence("papers", "unread", f"No words could be read of {leaf.path}: {leaf.unread}.", None, demand.channel,
                 (("digest", leaf.digest),))
        for leaf in leaves.values() if leaf.unread
    ]  # fmt: skip
    return _Papers(tuple(leaves.values()), frozenset(digests | weighty), tuple(troubles), _bare(walls))


def _bare(walls: list[frozenset[str]]) -> str:
    """What a paper could have reached while it was opened, in words."""
    return ", ".join(what for wall, what in WALLS.items() if any(wall not in stand for stand in walls))


def _trouble(title: str, error: ComityError, demand: Demand) -> Evidence:
    faults = ", ".join(str(getattr(fault, "name", "")) for fault in getattr(error, "faults", ()))
    looked = (("paper", title), ("fault", faults or type(error).__name__), ("what to do", error.remedy))
    return Evidence("papers", "unopened", f"{error.message}.".replace("`", ""), None, demand.channel, looked)


def record_found(
    office: Office, name: str, found: Examined, by: str, only: Iterable[str] | None = None
) -> tuple[Event, ...]:
    """Record findings as events of the matter and keep their evidence; what was recorded before is left out.

    `only` are names of findings (`dkim`, `wording`) or their keys; None records all. What speaks against shuts the gate
    for good.
    """
    office.may(by, "event")
    matter, seen = load_seen(office, name)
    wanted = None if only is None else frozenset(only)
    chosen = [one for one in found.evidence if wanted is None or wanted & {one.name, one.key}]
    if not chosen:
        raise NothingFound(names=", ".join(sorted(wanted or ())) or "anything")
    for octets in found.octets:
        keep(office, octets)
    evidence = keep(office, canonical(found.as_json()))
    told = {event.says for event in matter.of("finding")}
    events = tuple(_event(one, evidence, by, found.at) for one in chosen if one.says not in told)
    if events:
        record(office, name, events, seen)
    return events


def _event(one: Evidence, evidence: str, by: str, at: datetime) -> Event:
    data = (
        ("supports", SUPPORTS[one.supports]), ("channel", one.channel), ("contact", "demand"),
        ("name", one.name), ("group", one.group), ("evidence", evidence),
    )  # fmt: skip
    return Event("", "finding", at, at, one.says, f"evidence {evidence}", by, data=data)


def looked_at(office: Office, event: Event) -> tuple[tuple[str, str], ...]:
    """What a recorded finding stands on, word by word, out of the evidence that was kept."""
    import msgspec

    try:
        raw = b"".join(Blobs(office.root / "blobs").read(event.get("evidence")))
        kept = msgspec.json.decode(raw, type=dict[str, Any])
    except (ComityError, msgspec.DecodeError):
        return ()
    found = (Evidence.of(one) for one in kept.get("findings", ()))
    return next((one.looked for one in found if one.says == event.says), ())


@dataclass(frozen=True)
class Call:
    """A call back to the authority: on which number, who was reached, whether they stand by the demand."""

    number: str
    reached: str
    stands: str
    channel: str = "phone"


def call_back(office: Office, name: str, call: Call, by: str, at: datetime) -> None:
    """Record what somebody at the authority said when called back on our directory's own number."""
    words = {"yes": "stands by the demand", "no": "knows nothing of the demand", "unclear": "could not say"}
    says = f"{call.reached}, called back on {call.number}, {words.get(call.stands, call.stands)}"
    data = (("supports", call.stands), ("channel", call.channel), ("contact", "directory"), ("called", call.number))
    enter(office, name, Event("", "finding", at, at, says, f"call of {at:%Y-%m-%d %H:%M} UTC by {by}", by, data=data))
