"""What an entry of a court's docket reports: the kind of event it would be in a matter, and the words it says so with.

The reading is coarse on purpose, and leans one way: where a court's own entry speaks of a stay and does not plainly
deny or lift one, it is read as a stay. A party's paper that asks for a stay is a motion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from comity.intake.passages import Span, Sure

SHUTS: Final = frozenset({"stayed", "reversed", "vacated", "quashed"})
"""Kinds that, in a genuine notice, keep the records in before anyone has read it."""

_I: Final = re.IGNORECASE
_STAY = re.compile(r"\bstay(?:s|ed|ing)?\b", _I)
_DENIES = re.compile(r"\b(?:deny|denie[sd]|denying|denial)\b", _I)
_GRANTS = re.compile(r"\b(?:grant(?:s|ed|ing)?|allow(?:ed|ing))\b", _I)
_BETWEEN: Final = r"(?:(?!\b(?:grant|enter|issu|impos|order|deny|deni|motion|and\b))[^.;]){0,60}?"
"""What may stand between a lifting and the stay it lifts: no other act of the court."""
_LIFTS = re.compile(
    rf"\b(?:lift|dissol|vacat|terminat|remov|discharg|set(?:ting)? aside\b|end(?:s|ed|ing)?\b)\w*\b{_BETWEEN}\bstay\b"
    rf"|\bstay\b{_BETWEEN}\b(?:lifted|dissolved|vacated|terminated|removed|discharged|expired|ended)\b",
    _I,
)
_ORDERED = re.compile(r"\bso[- ]ordered\b|\bendors\w+|\bit is (?:hereby )?ordered\b|\bmotion order\b", _I)
_BEGINNING: Final = 200
_PAPER = re.compile(
    r"(?:[^a-z]*(?:\[\w+\]|text only|text email|joint|unopposed|opposed|emergency|consent|first|second|corrected"
    r"|amended|renewed|proposed|sealed|ecf filer:|electronic)\W+)*"
    r"(?:letter|motion|brief|reply|response|opposition|memorandum (?:of law|in)|declaration|affidavit|affirmation"
    r"|notice|certificate|stipulation|petition|appendix|record excerpts|exhibit|document|supplement|proposed order"
    r"|text email motion|application|request)",
    _I,
)
_BENCH = re.compile(
    r"\b(?:order(?:s|ed)?|opinion|judgment|mandate|ruling|decision|endorsement|minute entry|per curiam)\b|clerk's", _I
)
_COURT: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("reinstated", re.compile(r"\breinstat\w+", _I)),
    ("reversed", re.compile(r"\brevers(?:e|es|ed|ing|al)\b", _I)),
    ("quashed", re.compile(r"\bquash(?:es|ed|ing)?\b", _I)),
    ("vacated", re.compile(r"\bvacat(?:e|es|ed|ing|ur)\b", _I)),
    ("mandate", re.compile(r"^\W*(?:\w+\W+){0,3}?mandate\b|\bmandate\s+(?:is\s+)?(?:hereby\s+)?issue[sd]?\b", _I)),
    ("contempt", re.compile(r"\b(?:in|of|civil) contempt\b", _I)),
    (
        "petition-granted",
        re.compile(r"\bcertiorari\b[^.;]{0,40}\bgranted\b|\bgrant\w*\b[^.;]{0,60}\b(?:certiorari|rehearing)", _I),
    ),
    ("affirmed", re.compile(r"\baffirm(?:s|ed|ing|ance)?\b", _I)),
    ("gagged", re.compile(r"\bnon-?disclosure\b|\b2705\s?\(b\)", _I)),
)  # fmt: skip
"""What a court's entry may say besides of a stay, what shuts first."""
_PARTY: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("appeal", re.compile(r"\bnotice of (?:\w+ ){0,3}appeal\b", _I)),
    ("petition", re.compile(r"\bpetition for\b|\bcertiorari\b", _I)),
    ("motion", re.compile(r"\b(?:letter )?motion\b|\bapplication\b", _I)),
)
_DENIABLE: Final = frozenset({"quashed", "vacated", "reversed", "petition-granted", "contempt", "reinstated"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What an entry reports, how surely, why, and the span of its words that say so."""

    kind: str
    sure: Sure
    why: str
    span: Span


def read_entry(text: str) -> Reading:
    """The kind of event that an entry's text reports."""
    ordered = _ORDERED.search(text)
    if not ordered and (paper := _PAPER.match(text[:_BEGINNING])):
        return _of_a_party(text, paper.span())
    bench = ordered or _BENCH.search(text)
    if _STAY.search(text):
        return _of_a_stay(text, bool(bench))
    denied = bool(_DENIES.search(text)) and not _GRANTS.search(text)
    for kind, words in _COURT:
        found = words.search(text)
        if found and not (denied and kind in _DENIABLE):
            return Reading(kind, "likely", "the court's entry says so", found.span())
    if bench:
        return Reading("ruling", "likely", "an entry of the court that says nothing of a stay", bench.span())
    return _of_a_party(text, (0, 0))


def _of_a_party(text: str, span: Span) -> Reading:
    for kind, words in _PARTY:
        if found := words.search(text):
            return Reading(kind, "likely", "a party's paper: it asks, the court has not answered", found.span())
    return Reading("filing", "likely", "a paper that was filed", span)


def _of_a_stay(text: str, bench: bool) -> Reading:
    stay = _STAY.search(text)
    assert stay
    lifts, denies, grants = _LIFTS.search(text), _DENIES.search(text), _GRANTS.search(text)
    if lifts and not denies:
        return Reading("stay-lifted", "likely", "the court's entry ends a stay", lifts.span())
    if denies and not grants and not lifts:
        return Reading("ruling", "likely", "the court denied what it was asked about a stay", denies.span())
    if bench and grants and not denies and not lifts:
        return Reading("stayed", "certain", "the court's entry grants a stay", stay.span())
    if bench and not denies and not lifts:
        return Reading("stayed", "likely", "the court's entry orders a stay", stay.span())
    return Reading("stayed", "doubtful", "it speaks of a stay and does not plainly deny or lift one", stay.span())
