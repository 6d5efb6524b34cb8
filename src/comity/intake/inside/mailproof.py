"""What the DNS said of a message's sender: DKIM, SPF, DMARC and ARC, on answers that are handed in.

There is no network here. A name of which no answer was handed in is listed as wanted, and whatever turns on it stays
unknown; a name with an empty answer was asked, and nothing is there.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from email.utils import getaddresses
from types import SimpleNamespace
from typing import Any, Final

import dkim
import spf
from publicsuffix2 import get_sld

RELAXED: Final = "r"
MOST: Final = 10
_TAG: Final = re.compile(r"\s*([a-z]+)\s*=\s*([^;]*?)\s*(?:;|$)")


class Names:
    """The answers that were handed in, and the names that were wanted beside them."""

    def __init__(self, answers: dict[str, dict[str, Any]]) -> None:
        self.answers = {name.lower().rstrip("."): kinds for name, kinds in answers.items()}
        self.wanted: dict[tuple[str, str], None] = {}

    def get(self, name: str, kind: str) -> list[Any] | None:
        """The answers to one question; None if it was not handed in."""
        name = name.lower().rstrip(".")
        if not all(0 < len(label) < 64 for label in name.split(".")):
            return []
        kinds = self.answers.get(name)
        if kinds is None or (kinds and kind not in kinds):
            self.wanted[name, kind] = None
            return None
        return list(kinds.get(kind, []))

    def text(self, name: str) -> list[str] | None:
        """The texts of a name, each in one piece."""
        found = self.get(name, "TXT")
        return None if found is None else ["".join(one) if isinstance(one, list) else str(one) for one in found]

    def key(self, name: bytes, timeout: int = 5) -> bytes | None:
        """The text that dkimpy asks for."""
        found = self.text(name.decode("ascii", "replace"))
        return found[0].encode() if found else None

    def lookup(self, name: str, kind: str, *_: object, **__: object) -> list[tuple[tuple[str, str], Any]]:
        """What pyspf asks for."""
        other = self.answers.get(name.lower().rstrip("."), {}).get("CNAME", [])
        if other and kind != "CNAME":
            return [((name, "CNAME"), str(other[0]).rstrip("."))]
        found = self.get(name, kind)
        if found is None:
            raise spf.TempError(f"no answer was kept for {kind} of {name}")
        if kind in ("TXT", "SPF"):
            pieces = [one if isinstance(one, list) else [one] for one in found]
            return [((name, kind), tuple(piece.encode() for piece in one)) for one in pieces]
        return [((name, kind), tuple(one) if kind == "MX" else one) for one in found]


def tags(text: str) -> dict[str, str]:
    """The tags of a record or a signature."""
    return {key: re.sub(r"\s+", "", value) for key, value in _TAG.findall(text)}


def within(one: str, other: str, mode: str) -> bool:
    """Whether two domains are aligned: the same, or (relaxed) of one organisation."""
    one, other = one.lower().rstrip("."), other.lower().rstrip(".")
    return one == other or (mode == RELAXED and organisation(one) == organisation(other))


def organisation(domain: str) -> str:
    """The part of a domain that somebody registered; below an ending that the list does not know, its last two labels.

    Left to itself the library would give the bare ending there, and make one organisation of all who share it.
    """
    found = str(get_sld(domain.lower(), strict=False) or domain).lower()
    return found if "." in found else ".".join(domain.lower().split(".")[-2:])


class Said:
    """A logger that keeps the last thing it is told."""

    def __init__(self) -> None:
        self.last = ""

    def error(self, text: object, *_: object) -> None:
        """What went wrong."""
        self.last = str(text)

    debug = info = warning = lambda self, *_: None


def signatures(raw: bytes, names: Names, at: float | None) -> list[dict[str, Any]]:
    """Each DKIM signature, as it was at the moment of receipt; without one, as it is now."""
    heads = email.message_from_bytes(raw).get_all("dkim-signature", [])
    with clock_at(at) if at is not None else nullcontext():
        return [signature(raw, number, tags(str(head)), names) for number, head in enumerate(heads[:MOST])]


@contextmanager
def clock_at(at: float) -> Iterator[None]:
    """While this lasts, the library takes this moment for the present one."""
    own = dkim.time
    vars(dkim)["time"] = SimpleNamespace(time=lambda: at)
    try:
        yield
    finally:
        vars(dkim)["time"] = own


def signature(raw: bytes, number: int, own: dict[str, str], names: Names) -> dict[str, Any]:
    """One DKIM signature; unknown where no answer was kept for its key."""
    said, before = Said(), set(names.wanted)
    valid: bool | None
    try:
        valid = bool(dkim.DKIM(raw, logger=said, minkey=1024).verify(idx=number, dnsfunc=names.key))
    except Exception as error:  # a signature may be broken in any way at all
        valid, said.last = False, str(error)
    unknown = not valid and set(names.wanted) != before
    what = "no answer was kept for its key" if unknown else said.last if not valid else ""
    return {
        "domain": own.get("d", "").lower(), "selector": own.get("s", ""), "valid": None if unknown else valid,
        "what": what or ("it holds" if valid else "what was signed is not what came"), "partial": own.get("l", ""),
        "heads": own.get("h", "").lower(), "limited": "l" in own, "algorithm": own.get("a", "").lower(),
    }  # fmt: skip


def sender(envelope: dict[str, str], names: Names) -> dict[str, Any]:
    """SPF: whether the machine that handed the message over may send for the envelope's domain."""
    ip, helo, mail_from = (str(envelope.get(key, "")) for key in ("ip", "helo", "from"))
    if not ip:
        return {"result": "unknown", "domain": "", "what": "nobody kept which machine handed it over"}
    spf.DNSLookup, before = names.lookup, set(names.wanted)
    try:
        result, what = spf.check2(ip, mail_from or f"postmaster@{helo}", helo, querytime=0)
    except Exception as error:  # a record may be broken in any way at all
        result, what = "permerror", str(error)
    if set(names.wanted) != before:
        result, what = "unknown", "no answer was kept for a name it needs"
    domain = (mail_from.rpartition("@")[2] or helo).lower()
    return {"result": result, "domain": domain, "what": str(what), "ip": ip}


def policy(domain: str, names: Names) -> tuple[dict[str, str] | None, bool]:
    """The DMARC record that holds for a domain, and whether it is the organisation's; None if unknown, {} if none."""
    whole = organisation(domain)
    for name in dict.fromkeys((domain, whole)):
        texts = names.text(f"_dmarc.{name}")
        if texts is None:
            return None, False
        found = [text for text in texts if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)]
        if len(found) == 1:
            return tags(found[0]), name != domain
    return {}, False


def alignment(domains: list[str], made: list[dict[str, Any]], sent: dict[str, Any], names: Names) -> dict[str, Any]:
    """DMARC: whether the domain that a reader sees stands behind the message, by DKIM or by SPF."""
    if len(domains) != 1:
        return {"result": "none", "domain": "", "policy": "", "what": f"the message names {len(domains)} senders"}
    domain = domains[0]
    record, inherited = policy(domain, names)
    if record is None:
        return {"result": "unknown", "domain": domain, "policy": "", "what": "no answer was kept for its policy"}
    if not record:
        return {"result": "none", "domain": domain, "policy": "", "what": "the domain has published no policy"}
    rule = record.get("sp", record.get("p", "none")) if inherited else record.get("p", "none")
    by_key = any(
        one["valid"] and not one["partial"] and within(one["domain"], domain, record.get("adkim", RELAXED))
        for one in made
    )
    by_machine = sent["result"] == "pass" and within(sent["domain"], domain, record.get("aspf", RELAXED))
    unknown = any(one["valid"] is None for one in made) or sent["result"] == "unknown"
    result = "pass" if by_key or by_machine else "unknown" if unknown and not by_key else "fail"
    how = " and ".join(name for name, held in (("DKIM", by_key), ("SPF", by_machine)) if held)
    return {"result": result, "domain": domain, "policy": rule, "what": how or "neither DKIM nor SPF stands for it"}


def chain(raw: bytes, names: Names) -> dict[str, Any]:
    """ARC: what those who passed the message on say that they saw."""
    before = set(names.wanted)
    try:
        result, sets, what = dkim.arc_verify(raw, logger=Said(), dnsfunc=names.key, minkey=1024)
    except Exception as error:  # a chain may be broken in any way at all
        result, sets, what = b"fail", [], str(error)
    if set(names.wanted) != before:
        result, what = b"unknown", "no answer was kept for a key"
    by = [text_of(one.get("as-domain", b"")) for one in sets]
    return {"result": text_of(result).lower() if result else "none", "by": by, "what": str(what)}


def text_of(value: object) -> str:
    """A text, whether the library gave octets or words."""
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)


def look(raw: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """All four, the domains a reader sees as the sender's, and the names that were wanted; `only` DKIM if so asked."""
    names, message = Names(options["answers"]), email.message_from_bytes(raw)
    shown = getaddresses([str(head) for head in message.get_all("from", [])])
    whole = [address.strip().lower() for _, address in shown]
    addresses = [address for address in whole if "@" in address]
    if options.get("only") == "dkim":
        heads = [name.lower() for name in message]
        return {"addresses": whole, "heads": heads, "dkim": signatures(raw, names, options.get("at"))}
    domains = list(dict.fromkeys(address.rpartition("@")[2].rstrip(".") for address in addresses))
    if len(message.get_all("from", [])) > 1:
        domains = domains if len(domains) > 1 else domains * 2
    made, sent = signatures(raw, names, options["at"]), sender(options["envelope"], names)
    return {
        "addresses": addresses[:MOST], "dkim": made, "spf": sent, "arc": chain(raw, names),
        "dmarc": alignment(domains, made, sent, names), "organisations": [organisation(one) for one in domains[:MOST]],
        "wanted": [list(one) for one in names.wanted],
    }  # fmt: skip
