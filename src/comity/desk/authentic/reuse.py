"""The same paper, or long passages of it, in another matter of the office that names another account or authority."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from comity.desk.matter import demand_of, load
from comity.desk.office import Office
from comity.errors import ComityError
from comity.intake.authentic.evidence import Evidence
from comity.intake.authentic.opened import Leaf, opened
from comity.intake.authentic.wording import LONG, prints, shared
from comity.kernel.demand import Demand
from comity.kernel.matter import Matter
from comity.registry.blobs import BlobMissing, Blobs

FOLDER: Final = "prints"
"""Where the prints of papers are kept: they can be made again, and no word can be had from them."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another matter: its demand, and the digests of what it has on paper."""

    name: str
    demand: Demand
    papers: tuple[str, ...]


def papers_of(matter: Matter, demand: Demand) -> tuple[str, ...]:
    """The digests of a matter's papers, and of the messages that brought them."""
    brought = (event.get("message") for event in matter.of("filing"))
    return tuple(dict.fromkeys((*(digest for _, digest in demand.papers), *(one for one in brought if one))))


def weighty(leaf: Leaf) -> bool:
    """Whether finding the same octets elsewhere would mean anything: a line of text or a crest stands everywhere."""
    return leaf.kind in ("pdf", "xml", "office") or len(leaf.words.split()) >= LONG


def others(office: Office, name: str) -> Iterator[Other]:
    """Every other matter with a demand."""
    for other in office.matters():
        if other == name:
            continue
        try:
            matter = load(office, other)
            demand = demand_of(matter)
        except ComityError:
            continue
        yield Other(other, demand, papers_of(matter, demand))


def told(office: Office, demand: Demand, digests: frozenset[str], leaves: Iterable[Leaf]) -> Iterator[Evidence]:
    """A sentence for each other matter in which the same paper or a long passage stands."""
    words = "\n".join(leaf.words for leaf in leaves)
    for other in others(office, demand.id):
        stranger, another = _who(demand) != _who(other.demand), _accounts(demand, other.demand)
        looked = (
            ("matter", other.name),
            ("its authority", _who(other.demand)),
            ("its accounts", ", ".join(other.demand.scope.accounts)),
        )
        same = sorted(digests & _within(office, other.papers))
        if same:
            says = f"The same paper, octet for octet, stands in {other.name}, which names {_named(stranger, another)}."
            against = False if stranger or another else None
            yield Evidence("reuse", "paper", says, against, demand.channel, (*looked, ("digests", ", ".join(same))))
            continue
        passages = shared(words, _prints(office, other.papers))
        if passages:
            longest = passages[0]
            says = (
                f"{longest.words} words in a row also stand in {other.name}, which names {_named(stranger, another)}."
            )
            more = (("passages", str(len(passages))), ("the longest begins", longest.text[:300]))
            yield Evidence("reuse", "wording", says, False if stranger else None, demand.channel, (*looked, *more))


def _who(demand: Demand) -> str:
    return f"{demand.court or demand.issuer or 'unknown'}, {demand.place}"


def _accounts(one: Demand, other: Demand) -> bool:
    return not set(one.scope.accounts) & set(other.scope.accounts)


def _named(stranger: bool, another: bool) -> str:
    what = [word for word, there in (("another authority", stranger), ("another account", another)) if there]
    return " and ".join(what) or "the same authority and account"


def _within(office: Office, digests: tuple[str, ...]) -> frozenset[str]:
    """The digests of some papers, and of all that is in them."""
    return frozenset(digests).union(*(_kept(office, digest)[0] for digest in digests))


def _prints(office: Office, digests: tuple[str, ...]) -> frozenset[int]:
    return frozenset[int]().union(*(_kept(office, digest)[1] for digest in digests))


def _kept(office: Office, digest: str) -> tuple[frozenset[str], frozenset[int]]:
    """The leaves' digests and the prints of one paper, made once; one that is not here or cannot be read has none."""
    path = office.root / FOLDER / f"{digest.removeprefix('sha256:')}.json"
    try:
        kept = json.loads(path.read_bytes())
        return frozenset(kept["leaves"]), frozenset(kept["prints"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    try:
        leaves = opened(b"".join(Blobs(office.root / "blobs").read(digest)), digest).leaves
    except BlobMissing:
        return frozenset(), frozenset()
    except ComityError:
        leaves = ()
    found = frozenset(leaf.digest for leaf in leaves if weighty(leaf)), prints("\n".join(leaf.words for leaf in leaves))
    path.parent.mkdir(mode=0o700, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps({"leaves": sorted(found[0]), "prints": sorted(found[1])}), "utf-8")
    beside.replace(path)
    return found
