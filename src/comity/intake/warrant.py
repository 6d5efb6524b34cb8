"""A paper's text → what it seems to demand: every value with its passage, every gap with what would fill it.

Nothing here decides. Patterns read what courts' forms have in common; whatever they are not sure of, two readings of
one thing, an account that is not here, a day without a zone, is said with the value, and a person confirms.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Final

from comity.intake import secrecy, what, when, who
from comity.intake.known import Known
from comity.intake.passages import MISREAD, Field, Missing, Paper, Proposal
from comity.intake.shape import FROM_COURT, Sheet, lay_out

MOST_CHARACTERS: Final = 1 << 20
"""A paper may be this long; what follows is not read and is said to be missing."""

GAPS: Final[dict[str, str]] = {
    "instrument": "which kind of demand this is; no title or form was read",
    "place": "the country whose authority demands",
    "court": "which court issued it; no caption names a court that is known",
    "issuer": "what kind of authority issued it; left out, it is unknown",
    "judge": "the name of the judge who signed",
    "reference": "the authority's own number",
    "issued": "the day of issue",
    "return_by": "when it must be answered; leave it out if the paper sets no date",
    "served_entity": "which entity of the estate it is addressed to",
    "accounts": "the accounts asked for; the paper names no account that is here",
    "categories": "content, traffic or subscriber",
    "since": "the first instant asked for; without it there is no limit",
    "until": "the first instant no longer asked for; without it there is no limit",
    "terms": "the words to look for; the paper speaks of some, but none was read in quotes",
    "id": "the name the office gives the demand",
    "served": "when it was served, with its zone; a paper cannot say",
    "channel": "how it arrived; a paper cannot say",
}
"""What a demand needs or may limit, and what fills it."""

_ASKED: Final = ("return_by", "accounts", "categories", "since", "until")


def propose(text: str, known: Known, title: str = "paper", digest: str = "") -> Proposal:
    """Read a paper; pages are parted by form feeds. `digest` is that of the paper's octets, else of its text."""
    sheet, fields = lay_out(Paper.of(text[:MOST_CHARACTERS]), known)
    fields += _read(sheet, fields)
    if len(MISREAD.findall(sheet.plain)) > 1:
        fields = [_lowered(field) for field in fields]
    found = {field.name for field in fields}
    missing = [Missing(name, GAPS[name]) for name in GAPS if name not in found and _expected(name, sheet)]
    if len(text) > MOST_CHARACTERS:
        missing.append(Missing("rest", f"the paper goes on after {MOST_CHARACTERS} characters; read the rest yourself"))
    sha256 = digest or "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Proposal(title, sha256, tuple(fields), tuple(missing))


def _lowered(field: Field) -> Field:
    """In a paper with misread letters nothing is certain, not even what looks clean."""
    if field.sure != "certain":
        return field
    return replace(field, sure="likely", why=f"{field.why}; the paper has misread letters")


def _expected(name: str, sheet: Sheet) -> bool:
    """Whether the lack of a field is worth telling: a letter has no judge, a gag order asks for no records."""
    if name == "terms":
        return what.limited_by_words(sheet)
    if sheet.form is None:
        return True
    return sheet.form in FROM_COURT if name == "judge" else sheet.form.asks or name not in _ASKED


def _read(sheet: Sheet, instruments: list[Field]) -> list[Field]:
    courts, judges, issue = who.court(sheet), who.judge(sheet), when.issued(sheet)
    fields = [
        *who.place(sheet, courts),
        *courts,
        *who.issuer(sheet, judges, instruments),
        *judges,
        *who.reference(sheet),
        *issue,
        *when.return_by(sheet, issue),
        *who.provider(sheet),
        *what.accounts(sheet),
    ]
    if sheet.form is None or sheet.form.asks:
        fields += [*what.categories(sheet), *when.range_of_dates(sheet, issue), *what.terms(sheet)]
    return [
        *fields,
        *what.offences(sheet),
        *secrecy.secrecy(sheet, issue),
        *secrecy.limits(sheet),
        *secrecy.emergency(sheet),
    ]
