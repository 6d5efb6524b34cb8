"""Which court of courts.toml a decided case means: by its name, or else by the state and its level."""

from __future__ import annotations

import re
from typing import Final

from comity.kernel.courts import Court
from comity.kernel.law import Law
from comity.lawpack import glossary as say
from comity.lawpack.cases import Case
from comity.lawpack.courtnames import CALLED
from comity.lawpack.translate import plain

_NAME: Final = (
    r"N\. Mar\. I|W\. Va|(?:New|North|South|West|Rhode|Puerto|Northern) [A-Z][a-z]+|[A-Z][a-z]*\.?\s?(?:[A-Z]\.?)?"
)
DISTRICT: Final = re.compile(rf"\b([NSEWMC]\.)?\s?D\.\s?((?:{_NAME}))")
INITIALS: Final = re.compile(r"\b([NSEWMC])D\s?([A-Z]{2,4}|[A-Z][a-z]+)\b|\bD([A-Z]{2})\b")
"""`SDNY`, `ND Cal`, `DDC`."""

CIRCUIT: Final = re.compile(
    r"\b(\d+)(?:st|nd|rd|th|d)\s+Cir(?:cuit)?\b|\b(D\.C\.|D\.?C|Fed\.?|Federal|District of Columbia)\s*Cir(?:cuit)?\b"
)
HIGHER: Final = re.compile(r"Court of Appeals?|Supreme (?:Judicial )?Court|Superior Court|(?<!District )\bCt\. ?App")
"""No federal district's court: one that stands above it, or a State's own."""
BENEATH: Final = frozenset({"magistrate", "trial", "tribunal"})
"""Levels of a court of first instance; the others stand above it."""

NEAR: Final = 0.51
WITHIN: Final = 0.4
"""How much of two courts' names must be the same words: over half, or less where one name is a part of the other."""

_FILLERS: Final = "a an the of for in de la du des van der and et und such as or until"
FILLERS: Final = frozenset(_FILLERS.split())


def tribunal(case: Case, law: Law) -> str:
    """The id of the court in which the law is read."""
    country = case.court.country if case.court.country in law.apexes else case.state
    courts = [c for c in law.courts.values() if c.place == country and not c.legislature]
    found = _federal(case, courts) if country == "US" else ""
    states = [court for court in courts if not court.name.startswith("U.S. ")]
    found = found or _named(case, states, law)
    own = HIGHER.search(case.court.name) and not re.search(r"U\. ?S\.|United States", case.court.name)
    if not found and not (country == "US" and own):
        found = _circuit(case.court.circuit, courts)
    return found or _of_level(case, courts, law) or _anywhere(case, law)


def _federal(case: Case, courts: list[Court]) -> str:
    """A district or a circuit, spelled out or as reporters abbreviate it; a State's court is found by its name."""
    name = re.sub(r"\([^()]*\)", " ", case.court.name)
    if re.search(r"U\.?S\.? Supreme Court|Supreme Court of the United States", name):
        return "us-scotus"
    higher = HIGHER.search(name) is not None
    spelled = [c for c in courts if c.name.startswith("U.S. ") and _tail(c) in name]
    spelled = [c for c in spelled if not (higher and c.name.startswith("U.S. District "))]
    if spelled:
        return max((len(c.name), c.id) for c in spelled)[1]
    circuit = _circuit(name, courts)
    return circuit if circuit or higher else _district(name, courts)


def _district(name: str, courts: list[Court]) -> str:
    """A district as reporters abbreviate it, or by its initials alone."""
    found = DISTRICT.search(name) or INITIALS.search(name)
    if found is None:
        return ""
    short = re.sub(r"[\s.]", "", next(part for part in found.groups()[1:] if part))
    known = say.US_STATES | {key.upper(): state for key, state in (say.US_STATES | say.US_POSTAL).items()}
    side, state = say.SIDES.get((found[1] or "")[:1], "the"), known.get(short, found[2] or "")
    full = re.compile(rf"{side} District of (?:the )?{re.escape(state.strip())}$")
    return next((c.id for c in courts if state and full.search(c.name)), "")


def _tail(court: Court) -> str:
    """What tells a federal court from the others: `Southern District of New York`."""
    return court.name.rpartition(" for the ")[2]


def _circuit(text: str, courts: list[Court]) -> str:
    found = CIRCUIT.search(text)
    if not found:
        return ""
    if found[1]:
        number = int(found[1])
        name = say.CIRCUITS[number - 1] if 0 < number <= len(say.CIRCUITS) else ""
    else:
        name = "Federal" if found[2].startswith("Fed") else "District of Columbia"
    wanted = f"for the {name} Circuit"
    return next((c.id for c in courts if name and c.name.endswith(wanted)), "")


def _words(name: str) -> frozenset[str]:
    """The words that tell one court of a state from another."""
    return frozenset(re.findall(r"[a-z0-9]+", plain(name))) - FILLERS


def _named(case: Case, courts: list[Court], law: Law) -> str:
    """The court of that name; or the one that is called so besides; or the one with most words of it in common."""
    bare = re.sub(r"\([^()]*\)", " ", case.court.name).replace("High Court of Justice", "High Court")
    share, found = _nearest(case, bare, courts, law)
    if share == 1:
        return found
    return _called(bare, courts) or found or _called(case.court.name, courts)


def _called(name: str, courts: list[Court]) -> str:
    """The court that goes by such a name too: `Federal Court of Justice` is the Bundesgerichtshof."""
    known, places = {court.id for court in courts}, {court.place for court in courts}
    rows = (row for place in sorted(places) for row in CALLED.get(place, ()))
    return next((id for pattern, id in rows if id in known and re.search(pattern, plain(name))), "")


def _nearest(case: Case, given: str, courts: list[Court], law: Law) -> tuple[float, str]:
    """The court whose name has most words in common with the one given; of two, the one of its level."""
    above = {court.above for court in courts}
    scores = []
    for court in courts:
        parts = [plain(given), *plain(given).split(",")]
        score = max(_alike(part, court) for part in parts)
        level = (court.id not in above) == (case.court.level in BENEATH)
        scores.append((score, level, -len(law.line(court.id)), court.id))
    best = max(scores, default=(0.0, False, 0, ""))
    return (best[0], best[3]) if best[0] else (0.0, "")


def _alike(given: str, court: Court) -> float:
    """The share of common words, with what the court is called now, was called once, or with its example."""
    said, shares = _words(given), [0.0]
    country = frozenset(say.NAMES.get(court.place, "").split("|")[:2])
    for name in re.split(r"[(),]|\bsuch as\b|\bor\b|\buntil \d+\b|\bbefore [\d-]+\b", court.name):
        words = _words(name)
        words = words - country if said.isdisjoint(country) and words - country else words
        share = len(said & words) / len(said | words) if words else 0.0
        enough = WITHIN if said <= words or words <= said else NEAR
        shares.append(share if share >= enough else 0.0)
    return max(shares)


def _of_level(case: Case, courts: list[Court], law: Law) -> str:
    """A court of that level and no name in particular (`a court of appeal`), or the state's highest."""
    nameless = sorted(
        (c for c in courts if re.match(r"(?i)an? ", c.name)), key=lambda court: (len(law.line(court.id)), court.id)
    )
    place = courts[0].place if courts else ""
    level = case.court.level
    if not nameless or level in ("supreme", "constitutional", "supranational", ""):
        return law.apexes.get(place, "")
    return nameless[-1].id if level in BENEATH else nameless[0].id


def _anywhere(case: Case, law: Law) -> str:
    """The state has no court in the packs: a foreign court reads its law, the provider's own by preference."""
    near = (case.home, *case.locations, *sorted(law.apexes))
    return next(law.apexes[place] for place in near if place and place in law.apexes)
