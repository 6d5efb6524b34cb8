"""A paper as it is read, and what is proposed from it: every value with the passage it came from.

A paper is read twice over. `plain` is its text with white space, quotes, dashes, ligatures and words broken at a line's
end made regular. `folded` keeps letters and digits only, and makes alike what scanners confuse (0 and o; 1, i and l;
rn and m): a court's name is found there however its letters were spaced or broken. Both keep where each character
stood, so that a passage is always an exact piece of the paper.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Sure = Literal["certain", "likely", "doubtful"]
Said = tuple[Sure, str]
"""How surely something was read, and why."""

Span = tuple[int, int]

_TOKEN = re.compile(r"(?<=[a-z])[-\u00ad\u2010][ \t]*\r?\n[ \t]*(?=[a-z])|\s+|.", re.DOTALL)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'"})
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "8": "b"})
_SOFT = {**{code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}, **_ALIKE, ord("I"): "l"}
MISREAD: Final = re.compile(r"[A-Za-z][015][a-z]|[a-z][015][A-Za-z]|[A-Z]{2}[015l][A-Z]|\b[015][a-z]{3}")
"""A figure where only a letter can be, as scanners leave it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One proposed value: the passage it was read from (an exact piece of the paper), how sure, and why.

    `start` and `end` are offsets into the paper's text, `page` counts from 1. A `doubtful` value is never taken over
    unless a person chooses it; `likely` rests on a reading that `why` explains.
    """

    name: str
    value: str
    passage: str
    start: int
    end: int
    page: int
    sure: Sure
    why: str

    def as_json(self) -> dict[str, object]:
        """The field as it is shown and kept."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a demand needs or may limit that was not found, and what it would take to fill it.

    `fault` names what is wrong with a paper that had to say it: then a person states it, whatever the field.
    """

    name: str
    needs: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a paper seems to demand, for a person to confirm; `paper` is the digest of its octets, `title` its name."""

    title: str
    paper: str
    fields: tuple[Field, ...]
    missing: tuple[Missing, ...]

    def of(self, name: str) -> tuple[Field, ...]:
        """The values proposed for one field, in the order of the paper; a list has one field for each of its parts."""
        return tuple(field for field in self.fields if field.name == name)

    def owes(self, name: str) -> Missing | None:
        """What the paper had to say of a field and does not, or not so that it can be taken over."""
        return next((gap for gap in self.missing if gap.name == name and gap.fault), None)

    def as_json(self) -> dict[str, object]:
        """The proposal as it is shown and kept."""
        return {
            "title": self.title,
            "paper": self.paper,
            "fields": [field.as_json() for field in self.fields],
            "missing": [{"name": gap.name, "needs": gap.needs, "fault": gap.fault} for gap in self.missing],
        }


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper's text and its two readings; `at` leads from a character of `plain` to the text, `folds` from `folded`
    to `plain`. Pages are parted by form feeds."""

    text: str
    plain: str
    at: array[int]
    folded: str
    folds: array[int]
    breaks: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Paper:
        """Read a text."""
        plain, at = _plain(text)
        folded, folds = _folded(plain)
        breaks = tuple(match.start() for match in re.finditer("\f", text))
        return cls(text, plain, at, folded, folds, breaks)

    def field(self, name: str, value: str, span: Span, said: Said) -> Field:
        """A value with its passage and how it was read; `span` counts in `plain`."""
        start, end = self.at[span[0]], self.at[span[1] - 1] + 1
        page = bisect_left(self.breaks, start) + 1
        return Field(name, value, self.text[start:end], start, end, page, *said)

    def exact(self, span: Span) -> str:
        """What the paper itself has at a span of `plain`, on one line."""
        return " ".join(self.text[self.at[span[0]] : self.at[span[1] - 1] + 1].split())

    def spans(self, phrase: str, within: Span | None = None) -> Iterator[Span]:
        """Where the phrase stands, however it is spaced, broken or scanned; spans count in `plain`."""
        wanted, at = fold(phrase), -1
        while wanted and (at := self.folded.find(wanted, at + 1)) >= 0:
            span = self.folds[at], self.folds[at + len(wanted) - 1] + 1
            if within is None or (within[0] <= span[0] and span[1] <= within[1]):
                yield span

    def has(self, *phrases: str) -> bool:
        """Whether any of the phrases stands anywhere."""
        return any(fold(phrase) in self.folded for phrase in phrases)

    def cleanly(self, phrase: str, span: Span) -> bool:
        """Whether the span has the phrase letter for letter, and did not need the folded reading."""
        return self.plain[span[0] : span[1]].casefold().split() == phrase.casefold().split()


def fold(text: str) -> str:
    """The letters and digits of a text, with what scanners confuse made alike."""
    return _folded(_plain(text)[0])[0]


def soft(text: str) -> str:
    """A text of the same length, in lower case and with what scanners confuse made alike."""
    return text.translate(_SOFT)


_LITERAL = re.compile(r"\\.|\{[^}]*\}|\(\?(?:P<\w+>|<?[=!]|:)|(?P<literal>.)", re.DOTALL)


def softly(pattern: str) -> re.Pattern[str]:
    """A pattern for softened text; a blank in it stands for any white space, its letters for what they look like."""

    def softened(part: re.Match[str]) -> str:
        literal = part["literal"]
        return part.group() if literal is None else r"\s+" if literal == " " else soft(literal)

    return re.compile(_LITERAL.sub(softened, pattern))


def _plain(text: str) -> tuple[str, array[int]]:
    read: list[str] = []
    at: array[int] = array("L")
    for token in _TOKEN.finditer(text):
        regular = _regular(token.group())
        read.append(regular)
        at.extend([token.start()] * len(regular))
    return "".join(read), at


_EDGES: Final = ("\f", "\n")


def _regular(token: str) -> str:
    """One token made regular: white space keeps only what it parts (pages, lines, columns, words)."""
    if token.isspace():
        edge = next((edge for edge in _EDGES if edge in token), "")
        return edge or ("\t" if "\t" in token or len(token) > 2 else " ")
    if len(token) > 1:
        return ""
    if token.isascii():
        return token
    kind = unicodedata.category(token)
    if kind in ("Cf", "Cs"):
        return ""
    return "-" if kind == "Pd" else unicodedata.normalize("NFKC", token.translate(_QUOTES))


def _folded(plain: str) -> tuple[str, array[int]]:
    read: list[str] = []
    folds: array[int] = array("L")
    for at, char in enumerate(plain):
        letters = char.lower().translate(_ALIKE)
        if not letters.isalnum():
            continue
        if letters == "n" and at and plain[at - 1] in "rR" and read and read[-1] == "r":
            read[-1] = "m"
            continue
        read.extend(letters)
        folds.extend([at] * len(letters))
    return "".join(read), folds
