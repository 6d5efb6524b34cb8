"""The elements of an XML message, in order, each with its text and the place of that text, to the letter.

One with a document type is not read: it may declare entities. Nothing is fetched, nothing expanded, no file named.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Final
from xml.parsers import expat

DEEP: Final = 100
MOST: Final = 50_000
TYPE: Final = "http://www.w3.org/2001/XMLSchema-instance type"


class Refused(Exception):
    """Why it is not read: a fault's name, and what is wrong."""


class Walk:
    """The elements found so far. Each: its parent's number, name space, name, `xsi:type`, text, and where that is."""

    def __init__(self, raw: bytes) -> None:
        self.raw, self.rows, self.open = raw, list[list[Any]](), list[int]()
        self.said = False
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.words
        self.parser.StartDoctypeDeclHandler = self.declared
        self.parser.CommentHandler = lambda _: self.close()
        self.parser.ProcessingInstructionHandler = lambda *_: self.close()
        self.parser.EndCdataSectionHandler = self.close

    def begin(self, name: str, more: dict[str, str]) -> None:
        """An element begins."""
        self.close()
        if len(self.open) >= DEEP:
            raise Refused("paper-too-deep", f"elements are nested more than {DEEP} deep")
        if len(self.rows) >= MOST:
            raise Refused("paper-too-big", f"it has more than {MOST} elements")
        space, _, local = name.rpartition(" ")
        above = self.open[-1] if self.open else -1
        self.open.append(len(self.rows))
        self.rows.append([above, space, local, more.get(TYPE, "").rpartition(":")[2], "", -1, -1])

    def words(self, text: str) -> None:
        """Some of the text of the element that is open; a child's text is the child's."""
        row = self.rows[self.open[-1]]
        row[4] += text
        if text.strip():
            if row[5] < 0:
                row[5] = self.parser.CurrentByteIndex
            self.said = True
        else:
            self.close()

    def close(self) -> None:
        """A stretch of text that says something has ended here."""
        if self.said:
            self.rows[self.open[-1]][6] = self.parser.CurrentByteIndex
            self.said = False

    def end(self, _: str) -> None:
        """An element ends."""
        self.close()
        self.open.pop()

    def declared(self, *_: object) -> None:
        """A document type: reading ends."""
        raise Refused("xml-entities", "it has a document type of its own")

    def placed(self, text: str) -> list[list[Any]]:
        """The rows, with their places counted in characters, and without the space around a text."""
        starts = _starts(text)
        for row in self.rows:
            row[4] = row[4].strip()
            if row[5] >= 0:
                start, end = (bisect_right(starts, at) - 1 for at in row[5:])
                piece = text[start:end]
                start += len(piece) - len(piece.lstrip())
                row[5:] = start, start + len(piece.strip())
        return self.rows


def _starts(text: str) -> list[int]:
    """At which octet of UTF-8 each character begins."""
    found, at = [], 0
    for letter in text:
        found.append(at)
        at += 1 if letter < "\x80" else len(letter.encode())
    return [*found, at]


def look(raw: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """The elements of a message that is given as UTF-8, whatever it says of its encoding."""
    walk = Walk(raw)
    try:
        walk.parser.Parse(raw, True)
    except Refused as refused:
        return {"why": refused.args[0], "what": refused.args[1]}
    except expat.ExpatError as error:
        return {"why": "paper-broken", "what": str(error)}
    return {"rows": walk.placed(raw.decode())}
