"""The forms of a European order as far as they are known: sections by their elements, codes by the plain words in them.

Element names and name spaces are those that another program uses; the schemas were not found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from comity.intake.elements import Element

SPACE: Final = "http://data.europa.eu/edm/1/ns/"
FORM: Final = re.compile(r"<(?:[\w.-]+:)?(epocForm1|epocPrForm2|epocForm3|epocPrForm5|epocPrForm6)\b")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one form has what it says: its sections of evidence, of the issuing and of the validating authority."""

    code: str
    evidence: str
    issuing: str
    validating: str
    unread: tuple[str, ...]


FORMS: Final = {
    "epocForm1": Layout(
        "eu-epoc", "SectionEToF", "SectionI", "SectionJ",
        (
            "Section A, the issuing State: where it stands in the message is not known",
            "Section D, earlier requests for the same data: where it stands in the message is not known",
            "Section G, the offence, its threshold (demand.offence_qualifies) and whether the provider is addressed as"
            " controller or as processor: where they stand in the message is not known",
        ),
    ),
    "epocPrForm2": Layout(
        "eu-epoc-pr", "SectionC", "SectionF", "SectionG",
        (
            "Section A, the issuing State: where it stands in the message is not known",
            "Section E, the offence: where it stands in the message is not known",
        ),
    ),
}  # fmt: skip
OTHERS: Final = {
    "epocForm3": "form 3, an addressee's answer that it cannot execute an order",
    "epocPrForm5": "form 5, the confirmation that production was asked for: a fact, demand.production_follows",
    "epocPrForm6": "form 6, the extension of a preservation by 30 days: a fact, demand.renewed",
}
CATEGORIES: Final = {
    "Subscriber": "subscriber", "UserIdentification": "traffic", "Traffic": "traffic", "Content": "content",
}  # fmt: skip


def _plain(code: str) -> set[str]:
    """The words of a code such as `PUBLIC_PROSECUTOR`, in lower case."""
    return set(re.findall(r"[a-z]+|[0-9]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", code).casefold()))


def authority(code: str) -> str:
    """Who a type of authority is, by the plain words in its code; empty if they do not say, or say two things."""
    words = _plain(code)
    found = {
        kind
        for kind, hints in (("judge", {"judge", "court", "magistrate"}), ("prosecutor", {"prosecutor"}))
        if words & hints
    }
    return found.pop() if len(found) == 1 and not words & {"other", "not", "non"} else ""


def eight_hours(codes: list[str]) -> bool | None:
    """Whether a deadline is that of an emergency; unknown if the words of its codes do not say, or say both."""
    words = [_plain(code) for code in codes]
    short = any((some & {"8", "eight"} and some & {"hour", "hours", "h"}) or some & {"emergency"} for some in words)
    long = any(some & {"10", "ten"} for some in words)
    return short if short != long else None


@dataclass(frozen=True)
class Request:
    """One request of a certificate: an identifier, the kinds of data, the time range, and what is said in words."""

    values: list[Element]
    kinds: list[Element]
    start: Element | None
    end: Element | None
    words: list[Element]
    marks: list[Element]

    @property
    def range(self) -> tuple[str, ...]:
        """The ends of its time range, as they stand."""
        return tuple(one.text if one else "" for one in (self.start, self.end))

    @property
    def what(self) -> tuple[object, ...]:
        """What is asked for, without whose it is: equal for requests that are one but for the account."""
        options = sorted((kind.name, *sorted(one.text for one in kind.every())) for kind in self.kinds)
        return tuple(options), *self.range, *(one.text for one in self.words)


def request(one: Element) -> Request:
    """One element of evidence, taken apart."""
    kinds = [kind for held in one.all("DataCategories") for kind in held.parts if kind.name in CATEGORIES]
    words = [
        node
        for held in one.all("DataCategories")
        for name in ("OtherText", "Other", "OtherInformation")
        for node in held.said(f"/{name}")
    ]
    return Request(
        one.said("Identifier/Value"), kinds, one.one("Identifier/DateTimeRange/Start"),
        one.one("Identifier/DateTimeRange/End"), words, [*one.said("Identifier/Id"), *one.said("Identifier/Type")],
    )  # fmt: skip
