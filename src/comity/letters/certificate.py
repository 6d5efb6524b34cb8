"""The custodian's certificate: what was produced, how it was copied, and the digest that ties it to the manifest.

For a United States demand it has the shape of Federal Rules of Evidence 902(11), (13) and (14); elsewhere it states the
same facts and cites nothing. It is a draft until the custodian has read, corrected and signed it: whether a record
kept abroad is a domestic one, or needs 902(12), is for counsel. The same manifest, demand and custodian give the same
octets.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from comity.errors import ComityError
from comity.kernel.collection import Counts
from comity.kernel.demand import Demand
from comity.kernel.production import Manifest
from comity.letters.typeset import can, typeset

HASHES: Final = date(2017, 12, 1)
"""Since this day Rule 902 has its paragraphs (13) and (14); a certificate of before does not cite them."""

TEMPLATE: Final = Path(__file__).with_name("certificate.typ")


class NoCertificate(ComityError):
    """the certificate cannot be set: typst is not installed"""

    help = "install comity[pdf]; without a certificate nothing leaves"
    exit_code = 4


@dataclass(frozen=True, slots=True)
class Custodian:
    """Who certifies: a person who keeps the records, or is otherwise qualified to speak of them."""

    name: str
    title: str
    entity: str


@dataclass(frozen=True, slots=True)
class Held:
    """A record within the scope that counsel withheld: its number among those found, store, octets, ground, by whom."""

    number: int
    store: str
    size: int
    ground: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Certified:
    """What a certificate is about: a manifest as it was produced, who certifies it, what counsel withheld."""

    manifest: Manifest
    custodian: Custodian
    withheld: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One thing the custodian says, and the text it is said under."""

    says: str
    cite: str = ""


def ready() -> None:
    """Refuse before anything is recorded if no certificate could be set."""
    if not can():
        raise NoCertificate


def certificate(
    manifest: Manifest, demand: Demand, custodian: Custodian, instrument: str = "", withheld: tuple[Held, ...] = ()
) -> bytes:
    """The certificate as a PDF; `instrument` is its full name. The keywords hold the manifest's digest.

    `comity verify` looks for that digest; dates and paper follow from the manifest and the demand.
    """
    at = manifest.released.astimezone(UTC)
    american = demand.place == "US"
    hashed = american and at.date() >= HASHES
    rules = ["902(11)", "902(13)", "902(14)"] if hashed else ["902(11)"]
    under = f"Federal Rules of Evidence, Rule {', '.join(rules)}" if american else ""
    data = {
        "title": "Certificate of a custodian of records",
        "under": under,
        "paper": "us-letter" if american else "a4",
        "digest": manifest.digest,
        "date": {"year": at.year, "month": at.month, "day": at.day},
        "custodian": asdict(custodian),
        "heading": _heading(manifest, demand, instrument),
        "paragraphs": [asdict(p) for p in (*_paragraphs(manifest, custodian, american, hashed), *_withheld(withheld))],
        "counts": _counts(manifest),
        "oath": asdict(_oath(american)),
    }
    made: bytes = typeset(TEMPLATE, data, at)
    return made


def _heading(manifest: Manifest, demand: Demand, instrument: str) -> list[tuple[str, str]]:
    lines = [
        ("Demand", " ".join(part for part in (instrument or demand.instrument, demand.reference) if part)),
        ("Issued by", ", ".join(part for part in (demand.issuer, demand.court, demand.place) if part)),
        ("Served", f"{demand.served:%Y-%m-%d} on {demand.served_entity}"),
        ("Matter", manifest.matter),
        ("Released", f"{manifest.released.astimezone(UTC):%Y-%m-%d %H:%M %Z}"),
        ("Manifest", manifest.digest),
    ]
    return [(name, value) for name, value in lines if value]


def _paragraphs(manifest: Manifest, custodian: Custodian, american: bool, hashed: bool) -> list[Paragraph]:
    def cite(text: str, given: bool = american) -> str:
        return f"Fed. R. Evid. {text}" if given else ""

    hits = manifest.hits
    paragraphs = [
        Paragraph(position(custodian), cite("902(11)")),
        Paragraph(f"With this certificate I hand over {what(manifest)}."),
        Paragraph(kept(custodian), cite("803(6)(A)-(C), 902(11)")),
        Paragraph(COPIED, cite("902(13)", hashed)),
        Paragraph(f"{NAMED} The manifest's own is {manifest.digest}. {SAME}", cite("902(14)", hashed)),
    ]
    return paragraphs + ([Paragraph(unread(manifest))] if hits.unreadable else [])


COPIED: Final = (
    "The store was read by a program that tries every item against each part of the demand's scope and writes down"
    " why it is in or out. Of each item in the scope the octets were copied as stored, without what a mailbox file"
    " puts between messages; their SHA-256 was computed when they were collected and again when they were sealed,"
    " and the two are the same."
)
NAMED: Final = "The manifest names every file of this production with its size and SHA-256."
SAME: Final = "A file whose SHA-256 is the one stated is the one that was produced."


def position(custodian: Custodian) -> str:
    """Who certifies, in their own words."""
    return (
        f"My position at {custodian.entity} is {custodian.title}. I am a custodian of the records named below, or"
        " otherwise qualified to certify them."
    )


def kept(custodian: Custodian) -> str:
    """How the records came to be kept."""
    return (
        f"Each record is a copy of what the systems of {custodian.entity} hold. The systems made it at or near the time"
        " of the event it records, from information transmitted by the persons or systems concerned; it was kept in the"
        f" course of a regularly conducted activity of {custodian.entity}, and making it was a regular practice of that"
        " activity. I do not say that what a message tells is true."
    )


def unread(manifest: Manifest) -> str:
    """How many items nobody could read."""
    listed = "the manifest lists them" if manifest.unreadable else "they are counted only"
    return f"Items that could not be read and are not produced: {manifest.hits.unreadable}; {listed}."


def _withheld(held: tuple[Held, ...]) -> list[Paragraph]:
    """What is within the scope and is not handed over, each with the ground; nothing of what it says."""
    if not held:
        return []
    lines = "; ".join(map(line_of, held))
    number = f"{len(held)} record{' is' if len(held) == 1 else 's are'}"
    return [
        Paragraph(f"{number} within the scope and withheld by counsel; below, out of the scope, counts them: {lines}.")
    ]


def line_of(one: Held) -> str:
    """One record that counsel withheld, in a line."""
    where = (f" in {one.store}" if one.store else "") + (f", {one.size:,} octets" if one.size else "")
    return f"no. {one.number}{where}: {one.ground} (counsel {one.by}, {one.at.astimezone(UTC):%Y-%m-%d})"


def what(manifest: Manifest) -> str:
    """What was produced, counted."""
    items, octets = len(manifest.items), sum(item.size for item in manifest.items)
    messages = f"{items:,} message{'' if items == 1 else 's'} ({octets:,} octets)"
    parts = [messages] if "content" in manifest.scope.categories else []
    parts += [f"the table {table.name} with {table.rows:,} rows" for table in manifest.tables]
    return " and ".join(parts)


def _counts(manifest: Manifest) -> list[list[str]]:
    def row(name: str, counts: Counts) -> list[str]:
        numbers = (counts.inside, counts.out, counts.unreadable, counts.others, counts.total)
        return [name, *(f"{number:,}" for number in numbers)]

    together = sum(manifest.counts.values(), Counts())
    rows = [row(store, counts) for store, counts in sorted(manifest.counts.items())]
    return [*rows, row("together", together)] if rows else []


def _oath(american: bool) -> Paragraph:
    if american:
        says = "I declare under penalty of perjury under the laws of the United States of America that the foregoing"
        return Paragraph(f"{says} is true and correct.", "28 U.S.C. 1746")
    return Paragraph("I declare that the foregoing is true and correct.")
