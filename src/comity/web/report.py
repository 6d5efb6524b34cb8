"""Reports: what may be published of a period, counted from the matters themselves; small numbers stay withheld."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from comity.desk.office import Office
from comity.desk.report import report as counted
from comity.errors import ComityError
from comity.kernel.report import OUTCOMES, Report
from comity.letters import report as letters
from comity.web.app import Asking, Page, Trouble, web_of
from comity.web.matter import NotADay

LEAST: Final = 3
"""The lowest threshold: below it, withholding says what is withheld."""


class NotAPeriod(ComityError):
    """`{until}` is not a day after `{since}`"""

    help = "give the first day of the period, and the first day after it"
    exit_code = 2


class TooLow(ComityError):
    """`{text}` is no number from which on a count may be shown"""

    help = "give 3 or more: below it, withholding a count says what it is"
    exit_code = 2


def _asked(since: str, until: str, threshold: str) -> tuple[datetime, datetime, int]:
    begin, end = (_day(text) for text in (since, until))
    if end <= begin:
        raise NotAPeriod(since=since, until=until)
    if not threshold.isdecimal() or not int(threshold[:9]) >= LEAST:
        raise TooLow(text=threshold)
    return begin, end, int(threshold[:9])


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as error:
        raise NotADay(text=text) from error


def _half(at: datetime) -> tuple[str, str]:
    """The last half-year that is over."""
    year, begun = (at.year, 7) if at.month < 7 else (at.year, 1)
    return (f"{year - 1}-07-01", f"{year}-01-01") if begun == 7 else (f"{year}-01-01", f"{year}-07-01")


@get("/reports", sync_to_thread=True)
def report(
    request: Asking, since: FromQuery[str] = "", until: FromQuery[str] = "", threshold: FromQuery[str] = "5"
) -> Page:
    """The transparency report of a period: the last half-year, if none is asked for."""
    web = web_of(request)
    usual = _half(web.now())
    since, until = since or usual[0], until or usual[1]
    made, error = None, None
    with web.house.opened() as office:
        try:
            made = _made(office, since, until, threshold)
        except ComityError as wrong:
            error = Trouble.of(wrong)
    shown: dict[str, Any] = {
        "made": made, "since": since, "until": until, "threshold": threshold, "meaning": OUTCOMES,
        "columns": [name for name in OUTCOMES if made and any(dict(row.counts)[name] != 0 for row in made.rows)],
    }  # fmt: skip
    return web.page(request, "report.html", "/reports", error=error, **shown)


def _made(office: Office, since: str, until: str, threshold: str) -> Report:
    return counted(office, *_asked(since, until, threshold))


@get("/reports/file/{kind:str}", sync_to_thread=True)
def report_file(
    request: Asking, kind: FromPath[str], since: FromQuery[str], until: FromQuery[str], threshold: FromQuery[str] = "5"
) -> Response[bytes]:
    """The same as a page that stands by itself, or as a table for spreadsheets, to be saved."""
    with web_of(request).house.opened() as office:
        made, name = _made(office, since, until, threshold), office.holdings.estate.name
    raw = letters.csv(made) if kind == "csv" else letters.html(made, name).encode()
    media, ending = ("text/csv; charset=utf-8", "csv") if kind == "csv" else ("text/html; charset=utf-8", "html")
    heads = {"content-disposition": f'attachment; filename="report-{made.since:%Y-%m-%d}.{ending}"'}
    return Response(raw, media_type=media, headers=heads)


HANDLERS: Final = (report, report_file)
