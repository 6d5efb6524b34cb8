"""Dates as courts and officers write them, found in a paper's regular reading: the day, and how sure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from comity.intake.passages import Span, Sure, fold

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH: Final = {fold(name[:size]): n for n, name in enumerate(_MONTHS, 1) for size in (3, 4, len(name))}
_DIGIT: Final = "[0-9OolIi|]"
_MENDED: Final = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "i": "1", "|": "1"})
_YEAR: Final = rf"(?P<year>[12l]{_DIGIT}{{3}})(?![0-9A-Za-z])"
_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{3,9}(?![A-Za-z0-9])")
_DAY_YEAR = re.compile(rf"\.?\s{{0,3}}(?P<day>{_DIGIT}{{1,2}})(?i:st|nd|rd|th)?\s?,?\s{{0,3}}{_YEAR}")
_DAY_BEFORE = re.compile(rf"(?<![A-Za-z0-9])(?P<day>{_DIGIT}{{1,2}})(?i:st|nd|rd|th)?\s{{1,3}}(?i:day\sof\s)?$")
_YEAR_AFTER = re.compile(rf"\.?,?\s{{0,3}}{_YEAR}")
_NUMERIC = re.compile(
    rf"(?<![A-Za-z0-9/])(?P<month>{_DIGIT}{{1,2}})/(?P<day>{_DIGIT}{{1,2}})/(?P<year>{_DIGIT}{{4}}|{_DIGIT}{{2}})(?![0-9/])"
)
_ISO = re.compile(
    rf"(?<![0-9A-Za-z-])(?P<year>[12]{_DIGIT}{{3}})-(?P<month>{_DIGIT}{{2}})-(?P<day>{_DIGIT}{{2}})(?![0-9-])"
)
_CLOCK = re.compile(
    rf"(?P<hour>{_DIGIT}{{1,2}}):(?P<minute>{_DIGIT}{{2}})(?::[0-9]{{2}})?(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?",
    re.IGNORECASE,
)
ZONES: Final = {
    "utc": "UTC",
    "gmt": "UTC",
    "coordinated universal time": "UTC",
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
}
ZONE: Final = re.compile(
    r"\b(UTC|GMT|Coordinated\sUniversal\sTime|(?:Eastern|Central|Mountain|Pacific)(?=\s(?:Standard\s|Daylight\s)?Time\b))",
    re.IGNORECASE,
)
"""A zone as a paper names it; its lower-case words are keys of `ZONES`."""


@dataclass(frozen=True, slots=True)
class Written:
    """A date as written: year, month and day (not always of the calendar), where it stands, how sure."""

    year: int
    month: int
    day: int
    span: Span
    sure: Sure
    why: str

    @property
    def iso(self) -> str:
        """As ISO 8601 would write it, even where there is no such day."""
        return f"{self.year:04}-{self.month:02}-{self.day:02}"

    @property
    def date(self) -> date | None:
        """The day, if the calendar has it."""
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


def dates(plain: str, within: Span | None = None) -> list[Written]:
    """Every date in a stretch of a regular reading, in order."""
    start, end = within or (0, len(plain))
    found = [*_in_words(plain, start, end), *_in_figures(plain, start, end)]
    return sorted((written for written in found if written.span[1] <= end), key=lambda written: written.span)


def _in_words(plain: str, start: int, end: int) -> Iterator[Written]:
    for word in _WORD.finditer(plain, start, end):
        month = _MONTH.get(fold(word.group()))
        if month is None:
            continue
        after = _DAY_YEAR.match(plain, word.end())
        if after:
            yield _written(after["year"], str(month), after["day"], (word.start(), after.end()), _spelt(word, month))
            continue
        low = max(start, word.start() - 14)
        before, year = _DAY_BEFORE.search(plain[low : word.start()]), _YEAR_AFTER.match(plain, word.end())
        if before and year:
            span = low + before.start(), year.end()
            yield _written(year["year"], str(month), before["day"], span, _spelt(word, month))


def _spelt(word: re.Match[str], month: int) -> bool:
    """Whether the month is spelt as it should be."""
    return _MONTHS[month - 1].casefold().startswith(word.group().casefold())


def _in_figures(plain: str, start: int, end: int) -> Iterator[Written]:
    for iso in _ISO.finditer(plain, start, end):
        yield _written(iso["year"], iso["month"], iso["day"], iso.span(), True)
    for numeric in _NUMERIC.finditer(plain, start, end):
        year = numeric["year"] if len(numeric["year"]) == 4 else "20" + numeric["year"]
        written = _written(year, numeric["month"], numeric["day"], numeric.span(), True)
        either_way = written.day <= 12 and written.day != written.month
        if written.sure == "certain" and (either_way or len(numeric["year"]) == 2):
            yield _with(written, "likely", "read as month, day, year, the American way")
        else:
            yield written


def _with(written: Written, sure: Sure, why: str) -> Written:
    return Written(written.year, written.month, written.day, written.span, sure, why)


def _written(year: str, month: str, day: str, span: Span, spelt: bool) -> Written:
    read = [int(part.translate(_MENDED)) for part in (year, month, day)]
    clean = spelt and all(part.isascii() and part.isdigit() for part in (year, month, day))
    written = Written(read[0], read[1], read[2], span, "certain", "a date written out")
    if written.date is None:
        return _with(written, "doubtful", "the calendar has no such day")
    return (
        written if clean else _with(written, "doubtful", "letters and figures were confused; read with the likeliest")
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day beside a date, the zone it names (a key of `ZONES`), and whether it tells morning from evening."""

    time: time
    zone: str | None
    clear: bool


_AFTER_DATE = re.compile(r"[\s,]{0,6}(?:at\s)?")
_BEFORE_DATE = re.compile(_CLOCK.pattern + r"(?P<between>[\s\w.,]{0,40}?)\son\s?$", re.IGNORECASE)


def clocked(plain: str, written: Written) -> Clock | None:
    """The time of day right after a date, or before it as in `9:00 a.m. Eastern Time on May 4, 2015`."""
    gap = _AFTER_DATE.match(plain, written.span[1])
    clock = gap and _CLOCK.match(plain, gap.end())
    near = plain[clock.end() : clock.end() + 30] if clock else ""
    if not clock:
        clock = _BEFORE_DATE.search(plain[max(0, written.span[0] - 60) : written.span[0]])
        near = clock["between"] if clock else ""
    if not clock:
        return None
    hour, minute = (int(clock[part].translate(_MENDED)) for part in ("hour", "minute"))
    clear = bool(clock["half"]) or not 1 <= hour <= 12 or clock["hour"].startswith("0")
    if clock["half"] and hour <= 12:
        hour = hour % 12 + (12 if clock["half"] in "pP" else 0)
    if hour > 23 or minute > 59:
        return None
    zone = ZONE.search(near)
    return Clock(time(hour, minute), " ".join(zone.group().casefold().split()) if zone else None, clear)


def in_zone(day: date, clock: time, zone: str | None) -> datetime:
    """A local instant in UTC; without a zone it is read as UTC."""
    local = datetime.combine(day, clock, ZoneInfo(ZONES[zone]) if zone else UTC)
    return local.astimezone(UTC)
