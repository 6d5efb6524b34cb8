"""The message that brought the demand: what DKIM, SPF, DMARC and ARC say of it, each in a sentence.

All of it says one thing at most: that the message left a mailbox of that domain. It never says who sat at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import getaddresses
from typing import Any, Final

from comity.intake import apart
from comity.intake.authentic.answers import Answers, asked
from comity.intake.authentic.evidence import Evidence
from comity.intake.authentic.opened import Opened

ROUNDS: Final = 12
"""How often the DNS is asked for what the last round wanted; SPF may lead from name to name ten times."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What a message's sender could prove: the raw results, and the answers of the DNS they stand on."""

    found: dict[str, Any]
    answers: Answers

    @property
    def domain(self) -> str:
        """The domain that a reader sees as the sender's; empty if there is not exactly one."""
        domains = {address.rpartition("@")[2] for address in self.found["addresses"]}
        return next(iter(domains)) if len(domains) == 1 and self.found["dmarc"]["domain"] else ""

    @property
    def organisation(self) -> str:
        """The part of that domain that somebody registered."""
        return str(self.found["organisations"][0]) if self.domain else ""

    @property
    def stands(self) -> bool:
        """Whether that domain stands behind the message: by its own policy, or by a signature of its own."""
        dmarc = self.found["dmarc"]
        own = any(one["valid"] and not one["partial"] and self.own(one["domain"]) for one in self.found["dkim"])
        return dmarc["result"] == "pass" or bool(self.domain and own)

    def own(self, domain: str) -> bool:
        """Whether a domain is of the organisation that a reader sees as the sender."""
        return bool(self.domain) and (domain == self.organisation or domain.endswith(f".{self.organisation}"))


def proven(raw: bytes, name: str, answers: Answers, at: datetime, live: bool = False) -> Proven:
    """Look at a message apart, on the answers that were kept; with `live` what they lack is asked of the DNS now."""
    for _ in range(ROUNDS):
        moment = (answers.taken or at).timestamp()
        found = apart.look("mailproof", raw, name, answers=answers.answers, envelope=answers.envelope, at=moment)
        if not live or not found["wanted"]:
            break
        before, answers = answers, asked(answers, found["wanted"], at)
        if answers.answers == before.answers:
            break
    return Proven(found, answers)


def told(proof: Proven, message: Opened, digest: str) -> Iterator[Evidence]:
    """Each mechanism's sentence, and what a reader would stumble over in the heads."""
    base = (("message", digest), ("DNS answers taken", str(proof.answers.taken or "none were kept")))
    yield from _dkim(proof, base)
    yield _spf(proof, base)
    yield _dmarc(proof, base)
    if proof.found["arc"]["result"] != "none":
        yield _arc(proof, base)
    yield from _heads(proof, message, base)


def _finding(name: str, says: str, supports: bool | None, looked: tuple[tuple[str, str], ...]) -> Evidence:
    return Evidence("message", name, says, supports, "email", looked)


def _dkim(proof: Proven, base: tuple[tuple[str, str], ...]) -> Iterator[Evidence]:
    made = proof.found["dkim"]
    if not made:
        yield _finding("dkim", "The message carries no DKIM signature.", None, base)
    for one in made:
        key = f"{one['selector']}._domainkey.{one['domain']}"
        looked = (*base, ("key", key), ("signed heads", one["heads"]), ("result", one["what"]))
        if one["valid"] and one["partial"]:
            says = f"{one['domain']} signed only the first {one['partial']} octets of the message; more may be added."
            yield _finding("dkim", says, None, looked)
        elif one["valid"]:
            says = f"{one['domain']} signed the message, and it is unchanged: it left a mailbox there, whoever used it."
            yield _finding("dkim", says, True if proof.own(one["domain"]) else None, looked)
        elif one["valid"] is None:
            says = f"Nobody kept the DNS's answer for the key of {one['domain']}: its signature cannot be checked."
            yield _finding("dkim", says, None, looked)
        else:
            says = (
                f"The signature in the name of {one['domain']} does not hold ({one['what']}); forwarding breaks it too."
            )
            yield _finding("dkim", says, None, looked)


SPF: Final = {
    "pass": "The machine {ip} may send for {domain}.",
    "fail": "The machine {ip} may not send for {domain}, says {domain} itself.",
    "softfail": "The machine {ip} probably may not send for {domain}, says {domain} itself.",
    "neutral": "{domain} does not say which machines may send for it.",
    "none": "{domain} does not say which machines may send for it.",
    "permerror": "What {domain} says about its machines cannot be read.",
}


def _spf(proof: Proven, base: tuple[tuple[str, str], ...]) -> Evidence:
    spf = proof.found["spf"]
    looked = (*base, ("machine", spf.get("ip", "")), ("result", f"{spf['result']}: {spf['what']}"))
    if spf["result"] not in SPF:
        return _finding("spf", f"SPF cannot be checked: {spf['what']}.", None, looked)
    says = SPF[spf["result"]].format(ip=spf["ip"], domain=spf["domain"])
    aligned = proof.found["dmarc"]["result"] == "pass"
    return _finding("spf", says, True if spf["result"] == "pass" and aligned else None, looked)


def _dmarc(proof: Proven, base: tuple[tuple[str, str], ...]) -> Evidence:
    dmarc = proof.found["dmarc"]
    domain, policy = dmarc["domain"], dmarc["policy"]
    looked = (*base, ("policy", f"_dmarc.{domain}: {policy or 'none'}"), ("result", dmarc["result"]))
    if dmarc["result"] == "pass":
        says = f"{domain}, which a reader sees as the sender, stands behind the message by {dmarc['what']}."
        return _finding("dmarc", says, True, looked)
    if dmarc["result"] == "fail" and policy in ("reject", "quarantine"):
        says = f"{domain} asks that messages like this be refused ({policy}): neither DKIM nor SPF stands for it."
        return _finding("dmarc", says, False, looked)
    if dmarc["result"] == "fail":
        says = f"Neither DKIM nor SPF stands for {domain}, which asks for nothing to be done about that."
        return _finding("dmarc", says, None, looked)
    return _finding("dmarc", f"DMARC cannot tell: {dmarc['what']}.", None, looked)


def _arc(proof: Proven, base: tuple[tuple[str, str], ...]) -> Evidence:
    arc = proof.found["arc"]
    looked = (*base, ("result", f"{arc['result']}: {arc['what']}"))
    if arc["result"] == "pass":
        says = (
            f"The message was passed on by {', '.join(arc['by'])}, who signed what they saw; we need not believe them."
        )
    else:
        says = f"The seals of those who passed the message on cannot be relied on ({arc['what']})."
    return _finding("arc", says, None, looked)


def _heads(proof: Proven, message: Opened, base: tuple[tuple[str, str], ...]) -> Iterator[Evidence]:
    senders = [value for key, value in message.heads if key == "from"]
    looked = (*base, ("from", " | ".join(senders)))
    if len(senders) != 1 or len(proof.found["addresses"]) != 1:
        says = f"The message names {len(proof.found['addresses'])} senders, so that readers may see different ones."
        yield _finding("sender", says, False, looked)
    reply = getaddresses([message.head("reply-to")])[0][1].lower() if message.head("reply-to") else ""
    other = reply.rpartition("@")[2]
    if other and proof.domain and not (other == proof.organisation or other.endswith(f".{proof.organisation}")):
        says = f"Answers would go to {reply}, not to {proof.domain}."
        yield _finding("reply-to", says, None, (*looked, ("reply-to", reply)))
