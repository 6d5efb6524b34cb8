"""A draft under people's hands: what each changed of what was made, and what has changed since it was made.

Nothing that was made is lost: an edit lies beside it. A legal sentence that was edited is no longer the packs', and
says whose it is; a citation that was taken out is listed with who took it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Final, Literal

from comity.errors import ComityError
from comity.letters.drafts.model import ABOUT, Cite, File, Letter, Paragraph

Change = tuple[Literal["same", "gone", "new"], str]
"""A stretch of text: as made, taken out, or put in."""
_WORDS: Final = re.compile(r"\S+\s*|\s+")
MOST: Final = 20_000
"""Characters that one paragraph may hold."""


class TooLong(ComityError):
    """a paragraph of {length} characters is too long"""

    help = "a paragraph may hold 20,000 characters; cut it, or put the rest into a paper of its own"
    exit_code = 4


class NotWords(ComityError):
    """`{text}` is a figure of what was produced, and is not edited"""

    help = "change the words around it; if it is wrong, what was produced is, and that is another production"
    exit_code = 5


@dataclass(frozen=True, slots=True)
class Edit:
    """One paragraph as somebody left it: its text (empty: struck out), and the citations taken out of it."""

    key: str
    text: str
    dropped: tuple[str, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stood:
    """What a draft stood on when it was made: the events that were known, and what was decided of each class."""

    events: tuple[tuple[str, str], ...]
    classes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as it was made, and what people made of it; `version` counts its savings."""

    id: str
    matter: str
    letter: Letter
    stood: Stood
    by: str
    at: datetime
    version: int = 1
    saved_by: str = ""
    saved_at: datetime | None = None
    edits: tuple[Edit, ...] = ()

    @property
    def edited(self) -> Mapping[str, Edit]:
        """The edits by their paragraph."""
        return {edit.key: edit for edit in self.edits}


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph as it stands now: its text, what it still stands on, and whose it is if not the packs' any more."""

    made: Paragraph
    text: str
    cites: tuple[Cite, ...]
    dropped: tuple[Cite, ...] = ()
    edited_by: str = ""

    @property
    def struck(self) -> bool:
        """Whether it was struck out."""
        return not self.text

    @property
    def unfilled(self) -> bool:
        """Whether it is a field that still waits for somebody."""
        return self.made.kind == "field" and not self.edited_by

    @property
    def how(self) -> str:
        """What somebody did to it, if anybody did: `struck out by counsel`."""
        did = "struck out" if self.struck else "filled in" if self.made.kind == "field" else "edited"
        return f"{did} by {self.edited_by}" if self.edited_by else ""

    @property
    def verified(self) -> bool:
        """Whether it is a sentence of the packs, untouched, whose every text somebody has read."""
        untouched = self.made.kind == "law" and not self.edited_by
        return untouched and not any(cite.unread for cite in self.cites)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What was changed against what was made, word by word; a field's hint is nobody's words."""
        before = "" if self.made.kind == "field" else self.made.text
        return changes(before, self.text) if self.edited_by else (("same", self.text),)


def id_of(cite: Cite) -> str:
    """A citation's name within its paragraph."""
    return f"{cite.kind}:{cite.id}"


def lines(draft: Draft) -> tuple[Line, ...]:
    """Every paragraph as it stands now."""
    return tuple(_line(one, draft.edited.get(one.key)) for one in draft.letter.paragraphs)


def _line(made: Paragraph, edit: Edit | None) -> Line:
    if edit is None:
        return Line(made, made.text, made.cites)
    kept = () if not edit.text else tuple(cite for cite in made.cites if id_of(cite) not in edit.dropped)
    gone = tuple(cite for cite in made.cites if cite not in kept)
    return Line(made, edit.text, kept, gone, edit.by)


def removed(draft: Draft) -> tuple[tuple[Line, Cite], ...]:
    """Every citation that was taken out, with the paragraph it was taken out of."""
    return tuple((line, cite) for line in lines(draft) for cite in line.dropped)


def unfilled(draft: Draft) -> tuple[Paragraph, ...]:
    """The fields that still wait for somebody."""
    return tuple(line.made for line in lines(draft) if line.unfilled)


def tidy(text: str) -> str:
    """A text as it is kept: no blanks at line ends, at most one empty line, whatever a browser ends a line with."""
    plain = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    kept = re.sub(r"\n{3,}", "\n\n", plain).strip()
    if len(kept) > MOST:
        raise TooLong(length=len(kept))
    return kept


def saved(draft: Draft, given: Mapping[str, tuple[str, tuple[str, ...]]], by: str, at: datetime) -> Draft:
    """The draft with texts and dropped citations as somebody left them; what is as it was stays nobody's edit.

    An edit is its author's until somebody changes it again. Back to what was made, it is no edit.
    """
    edits = dict(draft.edited)
    for one in draft.letter.paragraphs:
        if one.key not in given:
            continue
        text, dropped = tidy(given[one.key][0]), tuple(sorted(set(given[one.key][1]) & set(map(id_of, one.cites))))
        if one.fixed and text != tidy(one.text):
            raise NotWords(text=one.text)
        before = edits.get(one.key)
        as_made = not dropped and text == ("" if one.kind == "field" else tidy(one.text))
        if as_made:
            edits.pop(one.key, None)
        elif before is None or (before.text, before.dropped) != (text, dropped):
            edits[one.key] = Edit(one.key, text, dropped, by, at)
    kept = tuple(edits[one.key] for one in draft.letter.paragraphs if one.key in edits)
    return replace(draft, edits=kept, version=draft.version + 1, saved_by=by, saved_at=at)


def changes(before: str, after: str) -> tuple[Change, ...]:
    """Two texts compared word by word."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Change] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found.append(("same", "".join(old[a:b])))
            continue
        found += [("gone", "".join(old[a:b]))] if a < b else []
        found += [("new", "".join(new[c:d]))] if c < d else []
    return tuple(found)


def stood_on(file: File) -> Stood:
    """What a letter made now stands on."""
    classes = tuple((one.name, one.decision.basis, one.decision.verdict) for one in file.classes)
    return Stood(file.events, classes)


def changed(draft: Draft, file: File, anew: Letter | None) -> tuple[str, ...]:
    """What has changed since the draft was made, a sentence each; none if it still says what would be said now.

    `anew` is the same letter made now: None if there is nothing any more that it could say.
    """
    decided = () if draft.letter.kind in ABOUT else _decided(draft, file)
    return tuple(dict.fromkeys((*_happened(draft, file), *decided, *_said(draft, anew))))


def _happened(draft: Draft, file: File) -> Iterator[str]:
    known, now = dict(draft.stood.events), dict(file.events)
    yield from (f"Recorded since: {says}" for id, says in now.items() if id not in known)
    yield from (f"No longer told, it was erased: {says}" for id, says in known.items() if id not in now)


def _decided(draft: Draft, file: File) -> Iterator[str]:
    before = {name: (basis, verdict) for name, basis, verdict in draft.stood.classes}
    after = {one.name: (one.decision.basis, one.decision.verdict) for one in file.classes}
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            old, new = (side.get(name, ("", "not a class of its own"))[1] for side in (before, after))
            same = f"{name} is {new} as before, for other reasons."
            yield same if old == new else f"{name} was {old}, and is {new}."


def _said(draft: Draft, anew: Letter | None) -> Iterator[str]:
    if anew is None:
        yield "There is nothing any more that such a letter could say."
        return
    old = {one.key: one for one in draft.letter.paragraphs if ":turns" not in one.key}
    new = {one.key: one for one in anew.paragraphs if ":turns" not in one.key}
    for key, one in new.items():
        if key not in old:
            yield f"Made now it would also say: {one.text}"
        elif (old[key].text, old[key].cites) != (one.text, one.cites):
            yield f"Made now it would say: {one.text} It says: {old[key].text}"
    yield from (f"Made now it would not say: {one.text}" for key, one in old.items() if key not in new)
