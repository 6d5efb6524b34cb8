"""What the paper says of silence, of keeping records, and of time limits that run from another day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from comity.intake.dates import dates
from comity.intake.passages import Field, Span, Sure, soft, softly
from comity.intake.shape import D_ORDER, EMERGENCY, NONDISCLOSURE, PRESERVATION, WARRANT, Sheet

_SILENCE = softly(
    r"\b(?P<force>shall|must|may|is|are|be|please|do|hereby|commanded|ordered|directed)\b[^.;]{0,60}?"
    r"(?:\bnot (?:to )?(?:disclose|notify|reveal|inform|tell)|\bprohibited from (?:disclosing|notifying|revealing)"
    r"|\bnot\b[^.;]{0,60}\bmake the \w+ aware)\b"
)
_ASKING: Final = tuple(map(soft, ("please", "do")))
_PERIOD = re.compile(
    r"\b(?:for|within)\s(?:a\speriod\sof\s)?(?:up\sto\s)?(?P<words>(?:[a-z]+[\s-]){0,5}?)\(?(?P<count>[0-9]{1,4})?\)?[\s-]?"
    r"(?P<unit>business\sdays?|days?|months?|years?|hours?)\b",
    re.IGNORECASE,
)
_WORDS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60,
    "ninety": 90,
}  # fmt: skip
_REACH: Final = 320


def secrecy(sheet: Sheet, issue: list[Field]) -> Iterator[Field]:
    """Whether the paper forbids telling the user, or only asks that one should not, and for how long."""
    found = _SILENCE.search(sheet.soft)
    if found is None:
        return
    orders = sheet.form in (WARRANT, D_ORDER, NONDISCLOSURE) and found["force"] not in _ASKING
    cites = sheet.paper.has("2705(b)")
    sure: Sure = "doubtful" if not orders else "certain" if cites else "likely"
    why = "a court forbids it" if orders else "asked for, but no court orders it; the law may still oblige"
    value = "ordered" if orders else "requested"
    yield sheet.paper.field("secrecy", value, found.span(), (sure, why))
    if orders and cites and "demand.gag" in sheet.known.vocabulary.terms and sheet.form is not NONDISCLOSURE:
        yield sheet.paper.field("demand.gag", "true", found.span(), ("likely", "a secrecy order came with the demand"))
    stretch = found.end(), min(len(sheet.plain), found.end() + _REACH)
    if period := _period(sheet.plain, stretch):
        yield sheet.paper.field("secrecy_for", period[0], period[1], ("certain", "the period of the secrecy"))
        days = re.fullmatch(r"([0-9]+) days", period[0])
        first = dates(issue[0].value)[0].date if issue and dates(issue[0].value) else None
        if days and first and len(issue) == 1:
            value = (first + timedelta(days=int(days.group(1)))).isoformat()
            yield sheet.paper.field("secrecy_until", value, period[1], ("likely", "counted from the day of issue"))
    elif ends := re.compile(r"\buntil\s(further\sorder)", re.IGNORECASE).search(sheet.plain, *stretch):
        yield sheet.paper.field("secrecy_until", "further order", ends.span(), ("certain", "no period is set"))


def limits(sheet: Sheet) -> Iterator[Field]:
    """Time limits counted from service or another day, and how long records must be kept."""
    for found in re.finditer(r"\b(?:within|in)\s", sheet.plain):
        period = _period(sheet.plain, (found.start(), min(len(sheet.plain), found.start() + 90)), at_start=True)
        if period is None or period[1][0] != found.start():
            continue
        start = re.compile(r"\s(?:of|after|from)\s(?:the\s)?(?:date\sof\s)?(service|receipt|issuance)").match(
            sheet.plain, period[1][1]
        )
        if start:
            why = f"runs from {start.group(1)}; state the day as return_by once that is known"
            yield sheet.paper.field("return_within", period[0], (found.start(), start.end()), ("certain", why))
    if sheet.form is PRESERVATION and (kept := re.search(r"\bpreserve", sheet.plain, re.IGNORECASE)):
        period = _period(sheet.plain, (kept.start(), min(len(sheet.plain), kept.start() + 160)))
        if period:
            yield sheet.paper.field("preserve_for", period[0], period[1], ("certain", "how long records must be kept"))


def emergency(sheet: Sheet) -> Iterator[Field]:
    """Whether the paper claims an emergency; a claim, which other findings must bear out."""
    if sheet.form is EMERGENCY:
        for words in ("danger of death or serious physical injury", "emergency"):
            for span in sheet.paper.spans(words):
                yield sheet.paper.field("emergency", "true", span, ("certain", "the paper claims an emergency"))
                return


def _period(plain: str, within: Span, at_start: bool = False) -> tuple[str, Span] | None:
    """The first period of time in a stretch, as `180 days`, and where it stands."""
    found = _PERIOD.match(plain, *within) if at_start else _PERIOD.search(plain, *within)
    if found is None:
        return None
    words = re.split(r"[\s-]+", found["words"].strip().casefold())
    count = int(found["count"]) if found["count"] else _WORDS.get(words[-1], 0) if len(words) == 1 else 0
    unit = " ".join(found["unit"].casefold().split()).rstrip("s")
    return (f"{count} {unit}{'s' if count != 1 else ''}", found.span()) if count else None
