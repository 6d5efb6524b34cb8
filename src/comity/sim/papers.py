"""Papers as they come in: warrants, orders, a subpoena, letters, in the shape of the US courts' forms.

Written for this project: headings are those of the forms and the courts exist; judges, officers, dockets, accounts and
the text between the headings are invented. Each paper comes with what a careful reader finds in it, so that an intake
can be compared with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from comity.sim.people import table

Found = str | int | date | datetime | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: its text, and the truth about it.

    `expected` gives the value of each field, None for one that the paper should have but has not. Moments are UTC and
    ranges half open; addresses are lower case. `unsure` names fields that a person must look at again, `faults` why the
    paper cannot be used as it stands.
    """

    name: str
    text: str
    expected: Mapping[str, Found]
    unsure: frozenset[str]
    faults: frozenset[str]


@cache
def papers() -> Mapping[str, Paper]:
    """All papers by name."""
    return MappingProxyType({name: _paper(name, row) for name, row in table("papers").items()})


def _paper(name: str, row: Mapping[str, object]) -> Paper:
    text = (files("comity.sim") / "data" / "papers" / f"{name}.txt").read_text("utf-8")
    expected: dict[str, Found] = {}
    for key, value in row.items():
        if key not in ("lacks", "unsure", "faults"):
            assert isinstance(value, str | int | date | list), f"{name}: {key} is no text, number, day or list"
            expected[key] = tuple(value) if isinstance(value, list) else value
    expected |= dict.fromkeys(_names(row, "lacks"))
    return Paper(name, text, expected, _names(row, "unsure"), _names(row, "faults"))


def _names(row: Mapping[str, object], key: str) -> frozenset[str]:
    value = row.get(key, [])
    assert isinstance(value, list), f"{key} is a list of names"
    return frozenset(value)


def warrant_2013() -> str:
    """The story's first warrant: content, subscriber and traffic records of one account, before the CLOUD Act."""
    return papers()["warrant-2013"].text


def warrant_2018() -> str:
    """The story's second warrant: the same content, under the CLOUD Act."""
    return papers()["warrant-2018"].text


_PAGE = """
#set page(paper: "us-letter", margin: (x: 2cm, y: 2.2cm))
#set text(font: "DejaVu Sans Mono", size: 9.5pt, hyphenate: false)
#raw(sys.inputs.text, block: true)
"""


def as_pdf(text: str) -> bytes:
    """The text as a PDF with a text layer, line by line as it stands, in a typewriter face."""
    import typst

    made = typst.compile(_PAGE.encode(), format="pdf", sys_inputs={"text": text}, ignore_system_fonts=True, timestamp=0)
    assert isinstance(made, bytes), "one document in one file"
    return made
