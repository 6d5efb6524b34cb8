"""5,000 seeded cases over ten instruments, as facts in the packs' own words.

A demand says who asks, under which instrument and for which category; each other fact is unknown once in thirty.
Instruments come from the country that has them, except now and then, as in an office's post.
"""

from __future__ import annotations

import random

from comity.kernel.words import Value

MAKERS = {
    "us-sca-warrant": ("US", ("judge", "judge", "judge", "prosecutor")),
    "us-sca-d-order": ("US", ("judge", "judge", "prosecutor")),
    "us-subpoena": ("US", ("grand-jury", "prosecutor", "police")),
    "us-preservation": ("US", ("police", "prosecutor")),
    "us-emergency": ("US", ("police",)),
    "eu-epoc": ("DE FR IE NL DK", ("judge", "prosecutor")),
    "gb-copo": ("GB", ("judge",)),
    "au-ipo": ("AU", ("judge", "police")),
    "ca-production-order": ("CA", ("judge", "judge", "police")),
    "mla-request": ("BR IN US IE CH", ("judge", "prosecutor")),
}
PLACES = ("US", "US", "IE", "IE", "DE", "FR", "NL", "GB", "AU", "CA", "CH", "SG", "BR")
SHORT = {
    "demand.place": "place", "demand.instrument": "instrument", "demand.issuer": "issuer",
    "demand.emergency": "emergency", "served.place": "served_place", "served.present_in_forum": "present",
    "served.offers_in_forum": "offers", "served.public_provider": "public", "record.category": "category",
    "record.store_place": "store_place", "record.holder_place": "holder_place", "record.served_controls": "controls",
    "subject.place": "subject_place", "subject.us_person": "us_person", "subject.consents": "consents",
}  # fmt: skip
"""The same words as the Rego of bench/laws/ten.rego has them."""


def cases(count: int = 5_000, seed: int = 1986) -> list[dict[str, Value]]:
    """The same cases on every machine."""
    chance = random.Random(seed)
    return [_case(chance) for _ in range(count)]


def _case(chance: random.Random) -> dict[str, Value]:
    instrument = chance.choice(tuple(MAKERS))
    homes, issuers = MAKERS[instrument]
    place = chance.choice(homes.split() if chance.random() < 0.97 else PLACES)
    emergency = instrument == "us-emergency" or chance.random() < 0.06
    facts: dict[str, Value] = {
        "demand.place": place,
        "demand.instrument": instrument,
        "record.category": chance.choice(("content", "content", "traffic", "subscriber")),
    }
    rest: dict[str, Value] = {
        "demand.issuer": chance.choice(issuers),
        "demand.emergency": emergency,
        "served.place": chance.choice(("US", "US", "US", "IE", "GB")),
        "served.present_in_forum": chance.random() < 0.8,
        "served.offers_in_forum": chance.random() < 0.9,
        "served.public_provider": chance.random() < 0.95,
        "record.store_place": chance.choice(PLACES),
        "record.holder_place": chance.choice(PLACES),
        "record.served_controls": chance.random() < 0.85,
        "subject.place": chance.choice(PLACES),
        "subject.us_person": chance.random() < 0.3,
        "subject.consents": chance.random() < 0.05,
    }
    return facts | {term: None if chance.random() < 1 / 30 else value for term, value in rest.items()}


def as_input(facts: dict[str, Value]) -> dict[str, Value]:
    """A case as the policy engines are given it."""
    return {SHORT[term]: value for term, value in facts.items()}
