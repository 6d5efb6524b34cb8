"""Long passages that stand in another paper as well. Of each paper only prints are kept, from which no text can be had.

A print is the hash of eight words in a row, and of those every fourth. Whoever has a paper finds its passages in
another by the prints both have; whoever has only prints has numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

WORDS: Final = 8
EVERY: Final = 4
MOST_GAP: Final = 24
LONG: Final = 40
"""How many words in a row are a passage worth telling."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of one paper that stand in another, too."""

    words: int
    text: str


def _words(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"\w+", text))


def _prints(words: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    plain = [word.group().casefold() for word in words]
    for start in range(len(plain) - WORDS + 1):
        raw = "\0".join(plain[start : start + WORDS]).encode("utf-8", "replace")
        number = int.from_bytes(blake2b(raw, digest_size=8).digest(), "big")
        if number % EVERY == 0:
            yield start, number


def prints(text: str) -> frozenset[int]:
    """The prints of a text."""
    return frozenset(number for _, number in _prints(_words(text)))


def shared(text: str, other: frozenset[int]) -> tuple[Passage, ...]:
    """The long passages of a text whose prints another paper has, the longest first."""
    words, found = _words(text), []
    at = [start for start, number in _prints(words) if number in other]
    while at:
        first = last = at.pop(0)
        while at and at[0] - last <= MOST_GAP:
            last = at.pop(0)
        if last + WORDS - first >= LONG:
            piece = text[words[first].start() : words[last + WORDS - 1].end()]
            found.append(Passage(last + WORDS - first, " ".join(piece.split())))
    return tuple(sorted(found, key=lambda passage: -passage.words))
