"""The printed form of a European order (EPOC, EPOC-PR), as PDF or text → what can be read of it without a tick.

A form prints every option, ticked or not, and its text does not say which box was ticked. So of the whole form only its
title, the addressee's name and the accounts named in the section that identifies the data are read. The rest is left to
a person, section by section; the wording of the sections was not read in the Official Journal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from comity.intake.known import Known
from comity.intake.passages import Field, Missing, Paper, Proposal, Said, Span, soft
from comity.intake.shape import Sheet
from comity.intake.warrant import GAPS
from comity.intake.what import accounts
from comity.intake.who import provider

TITLES: Final = {
    "eu-epoc": "european production order certificate", "eu-epoc-pr": "european preservation order certificate",
}  # fmt: skip
SECTIONS: Final = (
    ("place", "A", "A", "the issuing State"), ("court", "A", "A", "the issuing or validating authority"),
    ("reference", "A", "A", "the file number of the issuing authority"),
    ("served_entity", "B", "B", "the addressee"),
    ("served.eu_addressee", "B", "B", "whether the addressee is whom the provider designated"),
    ("emergency", "C", "", "8 hours in an emergency, else 10 days"),
    ("emergency", "", "B", "whether the case of emergency is ticked"),
    ("accounts", "E", "C", "the identifiers"), ("since", "E", "C", "the time range"),
    ("until", "E", "C", "the time range"),
    ("categories", "F", "D", "the ticks: (a) subscriber, (b) identification only, (c) traffic, (d) content"),
    ("demand.identification_only", "F (b)", "", "whether only data to identify the user are asked for"),
    ("demand.offence_qualifies", "G", "", "the threshold of the offence"),
    ("issuer", "I", "F", "the type of the issuing authority"), ("issued", "I", "F", "the day of the signature"),
    ("demand.validated_by", "J", "G", "who validated it, if anybody did"),
    ("demand.notified", "K", "", "whether an enforcing authority was notified"),
)  # fmt: skip
"""What is asked, in which section of an EPOC and of an EPOC-PR (none: it is not asked there), and what stands there."""
MUST: Final = ("reference", "served_entity", "emergency", "categories", "issuer", "issued")
"""What a person states before anything is confirmed: a clock or the order's worth hangs on it."""
_HEADING = re.compile(r"(?:^|[\n\f])[ \t]*SECTION[ \t]+([A-M])\b", re.IGNORECASE)
_REACH: Final = 1500


def is_printed(text: str) -> bool:
    """Whether a text begins as one of the two certificates, and has their sections."""
    top = " ".join(text[:_REACH].casefold().split())
    return (
        any(title in top for title in TITLES.values()) and len({found.upper() for found in _HEADING.findall(text)}) > 2
    )


def propose_printed(text: str, known: Known, title: str, digest: str) -> Proposal:
    """What a printed certificate orders, as far as that can be read without its ticks."""
    paper = Paper.of(text)
    first = {code: span for code, words in TITLES.items() for span in [*paper.spans(words)][:1]}
    code = min(first, key=lambda one: first[one])
    said: Said = ("certain", "the title of the certificate")
    if code not in known.instruments:
        said = "doubtful", f"no law pack declares the instrument `{code}`"
    fields = [paper.field("instrument", code, first[code], said)]
    parts = _sections(paper)
    fields += _of(paper, known, parts.get("B"), provider)
    asks = _asks(code)
    fields += _of(paper, known, parts.get(asks["accounts"][0]), accounts)
    found = {one.name for one in fields}
    gaps = {name: f"Section {section}: {what}" for name, (section, what) in asks.items()}
    gaps |= {name: GAPS[name] for name in ("id", "served", "channel")}
    missing = [
        Missing(name, needs, "certificate-unread" if name in MUST else "")
        for name, needs in gaps.items() if name not in found
    ]  # fmt: skip
    return Proposal(title, digest, tuple(fields), tuple(missing))


def _asks(code: str) -> dict[str, tuple[str, str]]:
    """What a certificate asks: in which section, and what stands there."""
    nth = [*TITLES].index(code)
    return {name: (letters[nth], what) for name, *letters, what in SECTIONS if letters[nth]}


def _sections(paper: Paper) -> dict[str, Span]:
    """Where each section stands, by its letter; of two headings with one letter, the first."""
    heads = [(match[1].upper(), match.start()) for match in _HEADING.finditer(paper.plain)]
    ends = [at for _, at in heads[1:]] + [len(paper.plain)]
    found: dict[str, Span] = {}
    for (letter, start), end in zip(heads, ends, strict=True):
        found.setdefault(letter, (start, end))
    return found


def _of(paper: Paper, known: Known, part: Span | None, read: Callable[[Sheet], list[Field]]) -> list[Field]:
    """What a reader finds within one section; nothing that stands elsewhere."""
    if part is None:
        return []
    sheet = Sheet(paper, soft(paper.plain), known, None, part, part, part)
    start, end = paper.at[part[0]], paper.at[part[1] - 1] + 1
    within = [one for one in read(sheet) if start <= one.start and one.end <= end]
    return [replace(one, sure="likely") if one.sure == "certain" else one for one in within]
