"""Who is who in the simulated world: the provider's accounts and the outsiders who write to them.

Every person is invented. Domains end in `.example` or are `example.com`, `.net`, `.org`: all reserved by RFC 2606.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from comity.sim.chance import Chance

DOMAIN = "meridian.example"

_UNFOLDED = str.maketrans({"ß": "ss", "ł": "l", "Ł": "L", "ö": "oe", "ü": "ue", "ä": "ae", "Ö": "Oe", "Ü": "Ue"})
_COUNTRIES = (
    ("IE", 34), ("GB", 10), ("DE", 11), ("FR", 8), ("US", 14), ("NL", 4),
    ("PL", 5), ("ES", 3), ("IT", 3), ("CA", 3), ("RU", 2), ("JP", 3),
)  # fmt: skip
_AMERICAN = frozenset({"US", "CA", "JP"})
_TRADES = ("interiors", "hardware", "ceramics", "lighting", "gardens", "builders", "framing")
_KINDS = (("person", 58), ("business", 32), ("public-body", 4), ("privileged", 6))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes mail: the name shown, the address, the language, the time zone, the mail program's number."""

    name: str
    given: str
    address: str
    tongue: str
    zone: str
    mailer: int = 0

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.partition("@")[2]


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account: whose it is, the store with its content, and what the provider knows of the customer.

    `customer_place` is the country given at sign-up; `nationality` is empty where nobody knows; `kind` is person,
    business, public-body or privileged (a profession under privilege); `weight` is its part of the world's mail.
    """

    person: Person
    store: str
    customer_place: str
    nationality: str
    kind: str
    service: str
    weight: int

    @property
    def address(self) -> str:
        """The account's address, lower case."""
        return self.person.address


CUSTODIAN = Account(
    person=Person("Owen Ardmore", "Owen", f"owen.ardmore@{DOMAIN}", "en", "Europe/Dublin", 1),
    store="dublin-1",
    customer_place="IE",
    nationality="",
    kind="person",
    service="mail",
    weight=0,
)
"""The account that the story's warrants are about. Where its user lives was never verified, as in the real case."""

DANA = Account(
    person=Person("Dana Whitlock", "Dana", f"dana.whitlock@{DOMAIN}", "en", "America/New_York", 2),
    store="quincy-1",
    customer_place="US",
    nationality="US",
    kind="person",
    service="mail",
    weight=30,
)
"""Somebody the custodian writes to, whose account lies in the United States."""


@cache
def table(name: str) -> dict[str, Any]:
    """One of the data files beside this package, by its name without the ending."""
    return tomllib.loads((files("comity.sim") / "data" / f"{name}.toml").read_text("utf-8"))


def latin(name: str) -> str:
    """A name as an address has it: `Ní Bhriain` gives `nibhriain`."""
    plain = unicodedata.normalize("NFD", name.translate(_UNFOLDED)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z-]", "", plain.lower())


def drawn(chance: Chance, country: str, domain: str) -> Person:
    """Somebody from `country` with an address at `domain`."""
    names = table("people")[country]
    given, _, given_latin = chance.of(names["given"]).partition("|")
    family, _, family_latin = chance.of(names["family"]).partition("|")
    local = f"{latin(given_latin or given)}.{latin(family_latin or family)}"
    name = f"{family} {given}" if country == "JP" else f"{given} {family}"
    called = family if country == "JP" else given
    tongue = chance.weighted([(code, weight) for code, weight in names["tongues"]])
    return Person(name, called, f"{local}@{domain}", tongue, names["zone"], chance.below(5))


def accounts(seed: int, count: int = 96) -> tuple[Account, ...]:
    """The provider's accounts: the two of the story, then `count - 2` drawn ones; weights fall off with the rank."""
    chance = Chance(seed * 2 + 1)
    known = [CUSTODIAN, DANA]
    taken = {account.address for account in known}
    while len(known) < count:
        account = _account(chance, weight=1000 // (len(known) + 4))
        if account.address not in taken:
            taken.add(account.address)
            known.append(account)
    return tuple(known)


def _account(chance: Chance, weight: int) -> Account:
    country, kind = chance.weighted(_COUNTRIES), chance.weighted(_KINDS)
    person = drawn(chance, country, DOMAIN)
    if kind != "person":
        ending = {"public-body": "council", "privileged": "law"}.get(kind) or chance.of(_TRADES)
        local, _, family = person.address.partition("@")[0].partition(".")
        address = f"{local}@{family}-{ending}.example"
        person = Person(person.name, person.given, address, person.tongue, person.zone, person.mailer)
    site = "quincy" if (country in _AMERICAN) is not chance.odds(6) else "dublin"
    nationality = chance.weighted(((country, 80), ("", 12), (chance.weighted(_COUNTRIES), 8)))
    service, store = ("mail", f"{site}-1") if kind == "person" else ("mail-business", f"{site}-2")
    return Account(person, store, country, nationality, kind, service, weight)


def outsiders(seed: int, count: int = 220) -> tuple[Person, ...]:
    """People with accounts elsewhere: at the invented firms, or with other invented providers."""
    chance = Chance(seed * 2 + 2)
    return tuple({person.address: person for person in _strangers(chance, count)}.values())


def _strangers(chance: Chance, count: int) -> Iterator[Person]:
    for _ in range(count):
        if chance.odds(60):
            firm = chance.of(table("firms")["firm"])
            yield drawn(chance, firm["country"], firm["domain"])
        else:
            yield drawn(chance, chance.weighted(_COUNTRIES), chance.of(table("firms")["post"]))
