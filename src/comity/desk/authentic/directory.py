"""The sender's domain and the numbers a demand gives, beside our own directory of agencies: since when we have them.

What we learned after the demand came proves nothing: whoever forged the demand may have told it to us.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from comity.desk.agencies import Agency, Contact
from comity.intake.authentic.accounts import alike
from comity.intake.authentic.evidence import Evidence
from comity.intake.authentic.mail import Proven
from comity.kernel.demand import Demand

NUMBER: Final = re.compile(
    r"(?:\b(?:tele?\w*|phone|mobile|cell|call(?:\s+back)?(?:\s+(?:at|on|us|me))*)[^\w+]{0,12})"
    r"(\+?[\d(][\d ()./-]{5,24}\d)"
    r"|(\+\d[\d ()./-]{5,24}\d)"
    r"|(?<![\w.+-])(\(?\d{3}\)?[ .-]\d{3}[.-]\d{4})(?![\w-])",  # as North America writes one, with no word before it
    re.IGNORECASE,
)


NATIONAL: Final = 9
"""Digits from which on a number is whole but for its country's code."""
Pairs = list[tuple[Agency, Contact]]


def told(listed: Iterable[Agency], demand: Demand, proof: Proven | None, text: str) -> Iterator[Evidence]:
    """A sentence on the sender's domain, and one on each number that the papers give."""
    ways = [(agency, way) for agency in listed for way in agency.contacts]
    theirs: list[Agency] = []
    if proof is not None and proof.domain:
        yield from _domain(ways, demand, proof, theirs)
    folded = " ".join(text.casefold().split())
    theirs += [agency for agency in dict.fromkeys(one for one, _ in ways) if agency.name.casefold() in folded]
    yield from _numbers(list(dict.fromkeys(theirs)), demand, text)


def _domain(
    ways: list[tuple[Agency, Contact]], demand: Demand, proof: Proven, theirs: list[Agency]
) -> Iterator[Evidence]:
    domain = proof.domain
    mail = [(agency, way) for agency, way in ways if way.kind == "mail"]
    own = [(a, w) for a, w in mail if domain == w.value or domain.endswith(f".{w.value}")]
    base = (("sender's domain", domain), ("domains in the directory", str(len(mail))))
    if own:
        agency, way = min(own, key=lambda pair: pair[1].since)
        theirs.append(agency)
        looked = (*base, ("published", way.source), ("in the directory since", way.since.isoformat()))
        days = (demand.served - way.since).days
        if not any(w.older_than(demand.served) for _, w in own):
            says = f"Our directory has {way.value} for {agency.name} only since {way.since:%Y-%m-%d}, or struck it."
            yield _finding("domain", says, None, looked)
        elif not proof.stands:
            says = f"The message names {domain}, which is {agency.name}'s, but nothing shows that it came from there."
            yield _finding("domain", says, None, looked)
        else:
            says = (
                f"Our directory has had {way.value} for {agency.name} since {way.since:%Y-%m-%d}, {days} days before."
            )
            yield _finding("domain", says, True, looked)
        return
    close = [(a, w) for a, w in mail if alike(domain, w.value) or alike(proof.organisation, w.value)]
    if close:
        agency, way = close[0]
        theirs.append(agency)
        says = f"{domain} is not {way.value}, which our directory has for {agency.name}, but looks like it."
        yield _finding("look-alike", says, False, (*base, ("spelled", ascii(domain)), ("published", way.source)))
        return
    yield _finding("domain", f"Our directory of agencies does not have {domain}.", None, base)


def _numbers(theirs: list[Agency], demand: Demand, text: str) -> Iterator[Evidence]:
    given = list(dict.fromkeys(" ".join("".join(found).split()) for found in NUMBER.findall(text)))[:10]
    for agency in theirs:
        known = [way for way in agency.contacts if way.kind == "telephone" and way.older_than(demand.served)]
        ours = ", ".join(way.value for way in known)
        for number in given if known else ():
            looked = (("number given", number), ("directory", ours), ("published", known[0].source))
            if any(_same(number, way.value) for way in known):
                says = f"The number that the demand gives, {number}, is the one our directory has for {agency.name}."
            else:
                says = f"The demand gives {number}; our directory has {ours} for {agency.name}: call that one."
            yield Evidence("directory", "number", says, None, demand.channel, looked)


def _same(one: str, other: str) -> bool:
    """Whether two spellings are one number: with the country's code before it, or as it is dialled at home."""
    short, long = sorted((re.sub(r"\D", "", number).lstrip("0") for number in (one, other)), key=len)
    return short == long or (len(short) >= NATIONAL and long.endswith(short))


def _finding(name: str, says: str, supports: bool | None, looked: tuple[tuple[str, str], ...]) -> Evidence:
    return Evidence("directory", name, says, supports, "email", looked)
