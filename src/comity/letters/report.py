"""The transparency report of one period as a page and as a table for spreadsheets.

Both print what `kernel.report` lets be published and nothing else; they are given no other number.
"""

from __future__ import annotations

from html import escape

from comity.kernel.production import table
from comity.kernel.report import OUTCOMES, Report, Row

WITHHELD = "withheld"
COLUMNS = ("place", "instrument", *OUTCOMES, "total", "accounts")


def csv(report: Report) -> bytes:
    """One row for each place and instrument, then those reported in bands, then the total; RFC 4180, UTF-8."""
    rows = [_cells(row) for row in report.rows]
    empty = dict.fromkeys(COLUMNS, "")
    bands = [
        empty | {"place": band.place, "instrument": band.instrument, "total": f"{band.low}-{band.high}"}
        for band in report.bands
    ]
    return table(COLUMNS, [*rows[:-1], *bands, rows[-1] | {"place": "total"}])


def html(report: Report, provider: str) -> str:
    """One self-contained page."""
    title = f"{provider}: demands received from {report.since:%Y-%m-%d} to before {report.until:%Y-%m-%d}"
    *lines, total = (_cells(row) for row in report.rows)
    body = "".join(_line(line) for line in lines)
    foot = _line(total | {"place": "total"})
    heads = "".join(f'<th scope="col">{escape(column)}</th>' for column in COLUMNS)
    meanings = "".join(f"<dt>{escape(name)}</dt><dd>{escape(says)}</dd>\n" for name, says in OUTCOMES.items())
    bands = "".join(
        f"<li>{escape(band.place)}, {escape(band.instrument)}: {band.low} to {band.high}</li>\n"
        for band in report.bands
    )
    banded = f"<h2>Reported in bands, in no total above</h2>\n<ul>\n{bands}</ul>\n" if bands else ""
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        "<style>body{font:1rem/1.5 sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse}th,td{border:1px solid #999;padding:.2rem .6rem;text-align:right}"
        "th[scope=row]{text-align:left}tfoot{font-weight:bold}.withheld{color:#555;font-style:italic}</style></head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n"
        f"<tfoot>{foot}</tfoot>\n</table>\n"
        f"<p>Counts from 1 to {report.threshold - 1} are withheld, and as many others as it takes that they cannot be "
        f"computed from the rest. Accounts are those named in the demands.</p>\n<dl>\n{meanings}</dl>\n{banded}"
        "</body>\n</html>\n"
    )


def _cells(row: Row) -> dict[str, str]:
    numbers: dict[str, int | None] = {**dict(row.counts), "total": row.total, "accounts": row.accounts}
    shown = {name: WITHHELD if number is None else str(number) for name, number in numbers.items()}
    return {"place": row.place, "instrument": row.instrument} | shown


def _line(cells: dict[str, str]) -> str:
    heads = "".join(f'<th scope="row">{escape(cells[name])}</th>' for name in COLUMNS[:2])
    numbers = "".join(
        f'<td class="{WITHHELD}">{WITHHELD}</td>' if cells[name] == WITHHELD else f"<td>{escape(cells[name])}</td>"
        for name in COLUMNS[2:]
    )
    return f"<tr>{heads}{numbers}</tr>\n"
