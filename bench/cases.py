"""5,000 seeded cases over ten instruments, as facts in the packs' own words.

Each is a demand, as its makers make them, for records in one of twelve stores of an estate, served on one of its three
companies, about a person anywhere. Now and then an instrument comes from a country that does not have it, as in an
office's post; who asks, how and for what is always known, each other fact is unknown once in thirty.
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
STORES = (
    ("US", "US"), ("US", "US"), ("CA", "US"), ("BR", "US"), ("SG", "US"), ("AU", "US"),
    ("IE", "IE"), ("NL", "IE"), ("FR", "IE"), ("DE", "DE"), ("GB", "GB"), ("CH", "IE"),
)  # fmt: skip
"""Where the records lie, and where the company that holds them is established."""

CONTROLLED = {"US": ("US", "IE", "GB"), "IE": ("IE",), "GB": ("GB",)}
"""By the place of the served company, the holders it controls; the German holder is a trustee nobody controls."""

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
    served = chance.choice(("US", "US", "US", "IE", "GB"))
    store, holder = chance.choice(STORES)
    demand: dict[str, Value] = {
        "demand.place": place,
        "demand.instrument": instrument,
        "record.category": chance.choice(("content", "content", "traffic", "subscriber")),
    }
    rest: dict[str, Value] = {
        "demand.issuer": chance.choice(issuers),
        "demand.emergency": instrument == "us-emergency" or chance.random() < 0.06,
        "served.place": served,
        "served.present_in_forum": place == served or (served == "US" and place in ("CA", "AU", "SG", "BR")),
        "served.offers_in_forum": place not in ("CH", "IN") or chance.random() < 0.5,
        "served.public_provider": chance.random() < 0.95,
        "record.store_place": store,
        "record.holder_place": holder,
        "record.served_controls": holder in CONTROLLED[served],
        "subject.place": chance.choice(PLACES),
        "subject.us_person": chance.random() < 0.3,
        "subject.consents": chance.random() < 0.05,
    }
    return demand | {term: None if chance.random() < 1 / 30 else value for term, value in rest.items()}


def as_input(facts: dict[str, Value]) -> dict[str, Value]:
    """A case as the policy engines are given it."""
    return {SHORT[term]: value for term, value in facts.items()}
