"""The transparency report on paper: the numbers that may be published, and no other."""

import csv
import io
from datetime import timedelta
from html.parser import HTMLParser

from tests.strategies import NOON

from comity.kernel.report import OUTCOMES, Counted, Rules, report
from comity.letters import report as letter

PERIOD = (NOON - timedelta(days=181), NOON)
DEMANDS = [
    *[Counted("US", "us-sca-warrant", "produced", 1)] * 20,
    *[Counted("US", "us-sca-warrant", "refused", 3)] * 2,
    *[Counted("IE", "<order> & more", "produced", 1)] * 9,
    *[Counted("US", "us-nsl", "produced", 1)] * 7,
]
REPORT = report(DEMANDS, PERIOD, Rules(5, (("US", "us-nsl", 500),)))


class Table(HTMLParser):
    """The cells of the page's table, line by line, and its other tags."""

    def __init__(self, page):
        super().__init__()
        self.lines, self.tags, self.text, self.open = [], [], "", False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *dict(attrs).items()))
        if tag == "tr":
            self.lines.append([])
        if tag in ("th", "td"):
            self.lines[-1].append("")
            self.open = True

    def handle_data(self, data):
        self.text += data
        if self.open and data.strip():
            self.lines[-1][-1] += data.strip()

    def handle_endtag(self, tag):
        self.open &= tag not in ("th", "td")


def test_the_table_for_spreadsheets_has_a_row_for_each_line():
    """Withheld numbers say so, bands stand where a total would, the total comes last."""
    rows = list(csv.DictReader(io.StringIO(letter.csv(REPORT).decode(), newline="")))
    assert list(rows[0]) == ["place", "instrument", *OUTCOMES, "total", "accounts"]
    assert [(row["place"], row["instrument"]) for row in rows] == [
        ("IE", "<order> & more"),
        ("US", "us-sca-warrant"),
        ("US", "us-nsl"),
        ("total", ""),
    ]
    assert rows[1]["refused"] == rows[3]["refused"] == "withheld" and rows[1]["pending"] == "0"
    assert rows[2]["total"] == "0-499" and rows[2]["produced"] == rows[2]["accounts"] == ""
    assert not any(value == "2" for row in rows for value in row.values())


def test_the_page_shows_what_the_table_says():
    """Cell for cell; heads are heads, and the outcomes are explained."""
    page = letter.html(REPORT, "Meridian & Sons")
    table = Table(page)
    rows = [list(row.values()) for row in csv.DictReader(io.StringIO(letter.csv(REPORT).decode(), newline=""))]
    assert table.lines == [["place", "instrument", *OUTCOMES, "total", "accounts"], rows[0], rows[1], rows[3]]
    assert "<order>" not in page and "Meridian &amp; Sons" in page and "US, us-nsl: 0 to 499" in table.text
    assert ("th", ("scope", "col")) in table.tags and ("th", ("scope", "row")) in table.tags
    assert all(says in table.text for says in OUTCOMES.values())
    assert "Counts from 1 to 4 are withheld" in table.text


def test_without_banded_instruments_there_is_no_list_of_them():
    """And an empty period is a page like any other."""
    page = letter.html(report([], PERIOD, Rules()), "Meridian")
    assert "bands" not in page and "2016-01-15" in page
