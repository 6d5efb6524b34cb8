"""Addresses in a paper, beside the ones that are demanded: one letter off, or letters of another alphabet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from comity.intake.authentic.evidence import Evidence

ADDRESS: Final = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
SCRIPTS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "HEBREW", "CHEROKEE")
ALIKE: Final = str.maketrans({
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "н": "h", "і": "i", "ї": "i", "ј": "j", "к": "k",
    "ӏ": "l", "м": "m", "о": "o", "р": "p", "ԛ": "q", "г": "r", "ѕ": "s", "т": "t", "у": "y", "х": "x", "ѵ": "v",
    "ԝ": "w", "α": "a", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u",
    "χ": "x", "օ": "o", "ո": "n", "ս": "u", "ı": "i", "ɡ": "g", "ɑ": "a", "ⅼ": "l", "0": "o", "1": "l", "5": "s",
    "|": "l", "i": "l",
})  # fmt: skip
"""Letters that look like another; figures too, and i like l."""


def named(text: str) -> tuple[str, ...]:
    """Every address that a text names, in lower case, each once; a full stop behind one is the sentence's."""
    plain = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Cf")
    return tuple(dict.fromkeys(found.rstrip(".").casefold() for found in ADDRESS.findall(plain)))


def shape(text: str) -> str:
    """What a hurried reader sees of a name: all that looks alike made alike."""
    parts = [_shown(label) for label in re.split(r"([.@])", unicodedata.normalize("NFKC", text).casefold())]
    plain = "".join(c for c in unicodedata.normalize("NFD", "".join(parts)) if not unicodedata.combining(c))
    return plain.translate(ALIKE).replace("rn", "m").replace("vv", "w").replace("cl", "d")


def _shown(label: str) -> str:
    """A label of a domain as a browser shows it."""
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except (UnicodeError, ValueError):
        return label


def scripts(text: str) -> frozenset[str]:
    """The alphabets that a name's letters come from."""
    shown = "".join(_shown(label) for label in re.split(r"([.@])", text))
    names = (unicodedata.name(c, "").split(" ")[0] for c in shown if c.isalpha())
    return frozenset(name if name in SCRIPTS else "OTHER" for name in names)


def mixed(text: str) -> bool:
    """Whether one label of a name holds letters of Latin and of an alphabet that looks like it."""
    labels = re.split(r"[.@]", text)
    return any(len(scripts(label) & frozenset(SCRIPTS)) > 1 for label in labels)


def near(one: str, other: str) -> bool:
    """Whether one edit (a letter more, less, other, or two swapped) is what parts two names."""
    short, long = sorted((one, other), key=len)
    if one == other or len(long) - len(short) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]
    return short[start + 1 :] == long[start + 1 :] or swapped


def alike(one: str, other: str) -> bool:
    """Whether two different names are easily taken for one another."""
    return one != other and (shape(one) == shape(other) or near(one, other))


def consistent(text: str, demanded: Iterable[str], channel: str, paper: str) -> Iterator[Evidence]:
    """Whether the accounts demanded are those that the papers name."""
    there = named(text)
    base = (("papers", paper), ("addresses named", ", ".join(there[:20]) or "none"))
    for account in demanded:
        close = tuple(other for other in there if alike(other, account))
        looked = (*base, ("demanded", account))
        if account in there and close:
            says = f"The papers name {account}, which is demanded, and also {', '.join(close)}: which is meant is open."
            yield Evidence("accounts", "near-miss", says, None, channel, looked)
        elif account in there:
            says = f"The papers name {account}, which is demanded; that proves nothing, but it fits."
            yield Evidence("accounts", "account", says, None, channel, looked)
        elif close:
            says = f"{account} is demanded, but the papers name {', '.join(close)}."
            yield Evidence("accounts", "near-miss", says, False, channel, looked)
        elif text.strip():
            yield Evidence(
                "accounts", "account", f"No paper names {account}, which is demanded.", None, channel, looked
            )
    for other in there:
        if mixed(other):
            letters = ", ".join(sorted(scripts(other) & frozenset(SCRIPTS))).lower()
            says = f"The papers name {other}, which mixes letters that look alike ({letters})."
            yield Evidence("accounts", "homoglyph", says, False, channel, (*base, ("address", ascii(other))))
