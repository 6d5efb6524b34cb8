"""The paper's dates: when it was issued, when it must be answered, and the range of the records it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from comity.intake.dates import ZONE, ZONES, Clock, Written, clocked, dates, in_zone
from comity.intake.passages import Field, Span, Sure, soft, softly
from comity.intake.shape import LETTERS, SUBPOENA, Sheet
from comity.intake.who import named, only

_ISSUED = softly(
    r"(?:date and time issued|date issued|so ordered|dated(?=:)|(?:^|[\n\f\t.;])\s?dated)[^\w](?s:.{0,60})$"
)
_DATE = softly(r"(?:^|[\n\f\t])\s?date:.{0,20}$")
_ISSUED_IN_TEXT = softly(r"\b(?:issued\W(?:on|the|this|\s){0,4}|date:[\s\w,]{0,8})$")
_DUE = softly(
    r"(?:on or before|(?:comply|produced?|due|returned|answer) (?:by|on)|returnable on"
    r"|no later than|not later than)\W{0,80}$"
)
_HEARING = softly(r"date and time(?: of appearance)?\W{1,30}$")


def issued(sheet: Sheet) -> list[Field]:
    """The day of issue: behind a label of the form, in a sentence, or in a letter its first date, alone on a line."""
    strong, weak = [], []
    for number, (written, lead) in enumerate(_with_lead(sheet)):
        if _ISSUED.search(lead) or _DATE.search(lead):
            strong.append(_day(sheet, "issued", written, "behind a date label"))
        elif _ISSUED_IN_TEXT.search(lead) and not sheet.attached(written.span):
            weak.append(_day(sheet, "issued", written, "behind `issued` or `date`", "likely"))
        elif number == 0 and sheet.form in LETTERS and _alone(sheet.plain, written.span):
            weak.append(_day(sheet, "issued", written, "stands alone, as a letter's date does", "likely"))
    return only(strong or weak)


def _with_lead(sheet: Sheet) -> Iterator[tuple[Written, str]]:
    """Every date with the softened text before it, as far back as the date before."""
    end = 0
    for written in dates(sheet.plain):
        yield written, sheet.soft[max(end, written.span[0] - 90) : written.span[0]]
        end = written.span[1]


def _alone(plain: str, span: Span) -> bool:
    before, after = plain[: span[0]].rstrip(" \t")[-1:], plain[span[1] : span[1] + 1]
    return before in ("", "\n", "\f") and after in ("", "\n", "\f")


def _day(sheet: Sheet, name: str, written: Written, why: str, most: Sure = "certain") -> Field:
    sure, said = (most, why) if written.sure == "certain" else (written.sure, written.why)
    return sheet.paper.field(name, written.iso, written.span, (sure, said))


def return_by(sheet: Sheet, issue: list[Field]) -> list[Field]:
    """The day or instant by which the paper wants to be answered."""
    found = []
    for written, lead in _with_lead(sheet):
        hearing = sheet.form is SUBPOENA and _HEARING.search(lead)
        if hearing or (_DUE.search(lead) and not sheet.attached(written.span)):
            found.append(_due(sheet, written, issue))
    return only(found)


def _due(sheet: Sheet, written: Written, issue: list[Field]) -> Field:
    field = _day(sheet, "return_by", written, "behind the words that set the date")
    if issue and field.value < issue[0].value:
        return replace(field, sure="doubtful", why=f"lies before the day of issue, {issue[0].value}")
    clock = clocked(sheet.plain, written)
    if clock and written.date:
        sure, why = _surely(written, clock, clock.zone, "an instant")
        return replace(field, value=_zulu(in_zone(written.date, clock.time, clock.zone)), sure=sure, why=why)
    return field


@dataclass(frozen=True, slots=True)
class _Range:
    """A range of dates as the paper puts it: its two ends as written, and what stands around them."""

    first: Written
    last: Written | None
    span: Span
    joined: str
    tail: str


_OPENER = softly(r"\b(?:between|from|period|range|since|beginning|dates)\b")
_TO: Final = "(?:through|thru|up to and including|up to|until|till|to|and|-)"
_JOINER = softly(rf"^[\s,]*(?:[\s,\w:.]{{0,30}}?\b)?(?P<word>{_TO})(?!\w)[^;]{{0,60}}$")
_OPEN_END = softly(rf"^[\s,]*{_TO}\s(?:the )?(?:present|date of (?:this|the|issuance)|date this)(?:\s\w{{4,12}})?")
_EXCLUDED = softly("not includ(?:ed|ing)|exclusive|excluding|excluded")
_INCLUDED = softly("inclusive|including that day|both days included")
_THROUGH = softly("through|thru|up to and including")


def range_of_dates(sheet: Sheet, issue: list[Field]) -> list[Field]:
    """The range of the records asked for, as half-open instants; what the paper leaves open about its ends is said."""
    for part in sheet.asked():
        found = [*_closed(sheet, part), *_opened(sheet, part)]
        if found:
            zone = _zone(sheet.plain, part)
            fields = [field for given in found for field in _ends(sheet, given, issue, zone)]
            return [*only(named(fields, "since")), *only(named(fields, "until"))]
    return []


def _closed(sheet: Sheet, part: Span) -> Iterator[_Range]:
    found = dates(sheet.plain, part)
    for first, last in pairwise(found):
        between = sheet.soft[first.span[1] : last.span[0]] if last.span[0] - first.span[1] < 90 else ";"
        lead = sheet.soft[max(part[0], first.span[0] - 70) : first.span[0]]
        joiner = _JOINER.search(between)
        if joiner and _OPENER.search(lead):
            tail = sheet.soft[last.span[1] : min(part[1], last.span[1] + 80)]
            start = first.span[1]
            joined = sheet.plain[start + joiner.start("word") : start + joiner.end("word")]
            yield _Range(first, last, (first.span[0], last.span[1]), joined, tail)


def _opened(sheet: Sheet, part: Span) -> Iterator[_Range]:
    for first in dates(sheet.plain, part):
        rest = sheet.soft[first.span[1] : min(part[1], first.span[1] + 80)]
        lead = sheet.soft[max(part[0], first.span[0] - 70) : first.span[0]]
        end = _OPEN_END.search(rest)
        if end and _OPENER.search(lead):
            yield _Range(first, None, (first.span[0], first.span[1] + end.end()), "", rest)


def _zone(plain: str, part: Span) -> str | None:
    stated = ZONE.search(plain, *part)
    return " ".join(stated.group().casefold().split()) if stated else None


def _ends(sheet: Sheet, given: _Range, issue: list[Field], zone: str | None) -> Iterator[Field]:
    zone = _zone(sheet.plain, (max(0, given.span[0] - 60), given.span[1] + 90)) or zone
    yield _since(sheet, given, zone)
    if given.last is not None:
        yield _until(sheet, given, given.last, zone)
    elif issue and (day := _as_instant(issue[0].value)):
        why = f"taken as the end of the day of issue, {issue[0].value}; say otherwise if another day is meant"
        yield sheet.paper.field("until", _zulu(day + timedelta(days=1)), given.span, ("doubtful", why))


def _as_instant(iso: str) -> datetime | None:
    try:
        return datetime.fromisoformat(iso).replace(tzinfo=UTC)
    except ValueError:
        return None


def _since(sheet: Sheet, given: _Range, zone: str | None) -> Field:
    if given.first.date is None:
        return sheet.paper.field("since", given.first.iso, given.first.span, ("doubtful", given.first.why))
    clock = clocked(sheet.plain, given.first)
    zone = (clock and clock.zone) or zone
    sure, why = _surely(given.first, clock, zone, "the first instant of the day named")
    start = in_zone(given.first.date, clock.time if clock else time(), zone)
    return sheet.paper.field("since", _zulu(start), given.first.span, (sure, why))


def _until(sheet: Sheet, given: _Range, last: Written, zone: str | None) -> Field:
    if last.date is None:
        return sheet.paper.field("until", last.iso, last.span, ("doubtful", last.why))
    clock = clocked(sheet.plain, last)
    zone = (clock and clock.zone) or zone
    excluded, included = _EXCLUDED.search(given.tail), _INCLUDED.search(given.tail)
    whole = not clock and not excluded
    says = "the day named counts whole" if whole else "the instant named is the first that no longer counts"
    sure, why = _surely(last, clock, zone, says)
    # Midnight is looked up in the zone: where clocks change, the next day begins 23 or 25 hours later.
    end = in_zone(last.date + timedelta(days=whole), clock.time if clock else time(), zone)
    if clock and (clock.time.hour, clock.time.minute) == (23, 59):
        end += timedelta(minutes=1)
    elif whole and not included and not _THROUGH.fullmatch(soft(given.joined)):
        sure, why = "doubtful", f"`{given.joined}` leaves open whether the last day counts; read as counting"
    if given.first.date and last.date < given.first.date:
        sure, why = "doubtful", "the range ends before it begins"
    return sheet.paper.field("until", _zulu(end), last.span, (sure, why))


def _surely(written: Written, clock: Clock | None, zone: str | None, says: str) -> tuple[Sure, str]:
    if written.sure == "doubtful":
        return "doubtful", written.why
    if clock and not clock.clear:
        return "doubtful", "the time does not say whether morning or evening"
    reading = [says, written.why] if written.sure == "likely" else [says]
    reading.append(f"in {ZONES[zone]}" if zone else "no zone is named, read as UTC")
    return written.sure if zone else "likely", "; ".join(reading)


def _zulu(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
