"""From what is known of a transfer to a conclusion: one rule, the same for every transfer, and what it turns on.

What is unknown is tried both ways. Where every way leads to the same conclusion, that is it; otherwise the transfer is
not settled, and the document says what it turns on and what follows either way. Nothing is assumed in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from comity.desk.tia.powers import Power
from comity.kernel.words import Truth, both, either

PROCEED: Final = "may proceed"
MEASURES: Final = "only with the measures named"
SUSPEND: Final = "suspend"
REFUSE: Final = "do not entrust"
"""In the place of `suspend`, where nothing was transferred yet: the holder gives no sufficient guarantees."""

UNSETTLED: Final = "not settled"
ORDER: Final = (PROCEED, MEASURES, SUSPEND, REFUSE)


@dataclass(frozen=True)
class Known:
    """What is known of one transfer.

    `adequate`: a decision covers it. `safeguard`: a tool is in place, or none is needed. `powers` reach it, or may;
    `after` has, for each measure, those that still do. `goes_beyond` is what a person said of a template.
    """

    adequate: Truth
    safeguard: Truth
    powers: tuple[Power, ...]
    after: Mapping[str, tuple[Power, ...]]
    goes_beyond: Mapping[str, bool]
    law_known: bool
    inside: bool = True
    is_transfer: bool = True


@dataclass(frozen=True)
class Conclusion:
    """What follows for a transfer, with which measures; every way it may go; and what it turns on, in plain words."""

    word: str
    ways: tuple[str, ...]
    measures: tuple[str, ...]
    turns_on: tuple[str, ...]


def conclude(known: Known) -> Conclusion:
    """Try every way in which the unknown may turn out, and say what is common to all of them.

    Of the powers only the two ends are tried, and each doubtful one alone: nothing between them leads elsewhere.
    """
    words, helps = set[str](), tuple[str, ...]()
    for adequate, safeguard, worst in product(_tried(known.adequate), _tried(known.safeguard), (False, True)):
        word, measures = _one(known, adequate, safeguard, worst)
        words.add(word)
        helps = measures if worst and measures else helps
        if safeguard and not adequate and any(_helped(known, power) for power in known.powers):
            words.add(MEASURES)
    ways = tuple(sorted(words, key=ORDER.index))
    if len(ways) == 1 and known.inside:
        return Conclusion(ways[0], ways, helps, ())
    return Conclusion(UNSETTLED, ways, helps, tuple(_turns(known)))


def _tried(truth: Truth) -> tuple[bool, ...]:
    return (False, True) if truth is None else (truth,)


def _one(known: Known, adequate: bool, safeguard: bool, worst: bool) -> tuple[str, tuple[str, ...]]:
    """The rule itself, once everything is known; `worst` turns every unknown about powers against the exporter."""
    if adequate:
        return PROCEED, ()
    stop = SUSPEND if known.is_transfer else REFUSE
    if not safeguard:
        return stop, ()
    if not _settled(impinged(known, known.powers), worst):
        return PROCEED, ()
    helps = tuple(name for name, left in known.after.items() if not _settled(impinged(known, left), worst))
    return (MEASURES, helps) if helps else (stop, ())


def _helped(known: Known, power: Power) -> bool:
    """Whether, if this doubtful power alone turned out against the exporter, some measure would do."""
    if not known.law_known or bad(known, power) is not None:
        return False
    return any(not any(_goes_with(known, power, one) for one in left) for left in known.after.values())


def _goes_with(known: Known, power: Power, left: Power) -> bool:
    """Whether what a measure leaves is bad as well, once the doubtful power is: by itself, or by the same unknown."""
    own = bad(known, left)
    if own is not None or left.template != power.template:
        return own is True
    pairs = ((left.reaches, power.reaches), (left.readable, power.readable))
    return all(truth or (left.category == power.category and truth is doubt) for truth, doubt in pairs)


def _settled(truth: Truth, worst: bool) -> bool:
    return worst if truth is None else truth


def impinged(known: Known, powers: tuple[Power, ...]) -> Truth:
    """Whether a power that goes beyond what is necessary reaches records in the clear."""
    if not known.law_known:
        return None
    return either(bad(known, power) for power in powers)


def bad(known: Known, power: Power) -> Truth:
    """Whether this power does: it reaches the records, they are readable, and a person says that it goes too far."""
    return both((power.reaches, power.readable, known.goes_beyond.get(power.template)))


def _turns(known: Known) -> Iterator[str]:
    """The unknowns that are left, in the order in which a person would settle them."""
    if not known.inside:
        yield "where the customers of unknown country live: none is known to live in the EEA"
    if known.adequate is None:
        yield "whether a decision of the Commission covers the importer"
    if known.safeguard is None:
        tool = "which tool of Art. 46 is in place"
        yield tool if known.is_transfer else f"whether anybody there has access to the records, and if so {tool}"
    if not known.law_known:
        yield "the law of that state, which is not in the packs"
    left = (power for powers in known.after.values() for power in powers)
    doubtful = [power for power in (*known.powers, *left) if bad(known, power) is None]
    if any(power.readable is None for power in doubtful):
        yield "who can make the records readable"
    if unsaid := sorted({p.template for p in doubtful if p.template not in known.goes_beyond}):
        yield f"whether these powers go beyond what is necessary and proportionate: {', '.join(unsaid)}"
    if unsure := sorted({p.template for p in doubtful if p.reaches is None and known.goes_beyond.get(p.template)}):
        yield f"the open points under step 3 of: {', '.join(unsure)}"
