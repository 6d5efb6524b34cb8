"""An XML message as its reader sees it: elements in order, and the fields that are proposed from their texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from comity.intake import apart
from comity.intake.known import Known
from comity.intake.passages import Field, Said

MOST_CHARACTERS: Final = 1 << 20


@dataclass(slots=True)
class Element:
    """One element: its name and name space, its `xsi:type`, its own text and where that stands; what it holds."""

    space: str
    name: str
    kind: str
    text: str
    start: int
    end: int
    above: Element | None = None
    parts: list[Element] = field(default_factory=list)

    def every(self) -> Iterator[Element]:
        """This element and all below it, in the order of the message."""
        yield self
        for part in self.parts:
            yield from part.every()

    def all(self, path: str) -> list[Element]:
        """The elements at a path of names below this one: `A/B`; `A//B` lets others stand between."""
        found, deep = [self], False
        for step in path.split("/"):
            if not step:
                deep = True
                continue
            found = [one for here in found for one in (here.every() if deep else here.parts) if one.name == step]
            deep = False
        return found

    def one(self, path: str) -> Element | None:
        """The first of them, if there is one."""
        return next(iter(self.all(path)), None)

    def said(self, path: str) -> list[Element]:
        """Those of them that hold a text."""
        return [one for one in self.all(path) if one.text]


def elements(text: str, title: str) -> Element:
    """The root of a message, read in a process of its own; raises `Unopened` if it cannot be read."""
    rows = apart.look("xmltree", text.encode("utf-8", "replace"), title)["rows"]
    made: list[Element] = []
    for above, *row in rows:
        one = Element(*row)
        if above >= 0:
            one.above = made[above]
            made[above].parts.append(one)
        made.append(one)
    return made[0]


@dataclass
class Message:
    """A message's text with what it is read against, and the fields proposed so far, each with its passage."""

    text: str
    known: Known
    fields: list[Field] = field(default_factory=list)

    def say(self, name: str, value: str, one: Element, said: Said) -> None:
        """Propose a value, with the piece of the text that its element holds."""
        start, end = (one.start, one.end) if one.start >= 0 else (0, 0)
        self.fields.append(Field(name, value, self.text[start:end], start, end, 1, *said))

    def account(self, one: Element, said: Said) -> None:
        """Propose an account, if it is an address; whatever is not here, or is none, is for a person to look at."""
        sure, why = said
        address = one.text.lower()
        if "@" not in address:
            self.say("identifier", one.text, one, ("doubtful", "no address of an account: look up whose it is"))
            return
        here = self.known.account(address)
        told = {True: "an account here", False: "no account here", None: "nobody can tell whether it is here"}[here]
        self.say("accounts", address, one, (sure, f"{told}{why}") if here else ("doubtful", told))
