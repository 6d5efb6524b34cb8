"""Whether a message comes from whom it says: its DKIM signature, made by the very domain of its From.

Signatures are checked in a process of their own, by the one piece that checks those of demands too
(`inside/mailproof.py`). DNS is asked here, through a function that is handed in, so that stored answers do as well as
live ones. A signature counts only if it covers all that decides what a reader sees: the whole body, From, Subject, Date
and how the body is encoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from comity.intake import apart

Txt = Callable[[str], bytes | None]
"""The TXT record of a name, without its closing dot; None where there is none. Raises OSError if nobody answers."""

ALGORITHMS: Final = frozenset({"rsa-sha256", "ed25519-sha256"})
BOUND: Final = ("from", "subject", "date", "mime-version", "content-type", "content-transfer-encoding")
"""Headers that a signature must cover where they stand, and that may stand once."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Whether a message is from its domain: yes, no, or unknown because DNS did not answer; and why, in a sentence."""

    genuine: bool | None
    domain: str
    says: str


def signature(raw: bytes, txt: Txt, under: tuple[str, ...], keys: list[str], path: str = "the message") -> Signature:
    """Whether a message was signed by its From's own domain (or one that one lies in), and that one lies in `under`.

    `keys` are the names of the keys that its signatures want.
    """
    answers, silent = _asked(txt, keys)
    said = apart.look("mailproof", raw, path, answers=answers, only="dkim")
    address = said["addresses"][0] if len(said["addresses"]) == 1 else ""
    plain = re.fullmatch(r"[^@\s]+@((?:[a-z0-9-]+\.)+[a-z0-9-]+)", address)
    domain = plain[1] if plain else ""
    if not any(_within(domain, one) for one in under):
        return Signature(False, domain, f"it is from `{domain or 'nobody'}`, which is not of {' or '.join(under)}")
    twice = [name for name in BOUND if said["heads"].count(name) > 1]
    if twice:
        return Signature(False, domain, f"the header {twice[0]} stands more than once")
    tried = list(_tried(said, domain, under, silent))
    if not tried:
        return Signature(False, domain, "it carries no signature")
    return next((one for known in (True, None, False) for one in tried if one.genuine is known), tried[0])


def _asked(txt: Txt, keys: list[str]) -> tuple[dict[str, dict[str, list[str]]], str]:
    """What DNS says of the keys; where it does not answer, nothing, and why."""
    answers: dict[str, dict[str, list[str]]] = {}
    silent = ""
    for name in keys:
        try:
            found = txt(name)
        except OSError as error:
            silent = str(error)
            continue
        answers[name] = {} if found is None else {"TXT": [found.decode("ascii", "replace")]}
    return answers, silent


def _within(domain: str, above: str) -> bool:
    return domain == above or domain.endswith(f".{above}")


def _tried(said: dict[str, Any], domain: str, under: tuple[str, ...], silent: str) -> Iterator[Signature]:
    for one in said["dkim"]:
        by = one["domain"]
        wrong = _short(one, said["heads"])
        if not _within(domain, by) or not any(_within(by, above) for above in under):
            wrong = f"it is signed by `{by}`, not by `{domain}`"
        if wrong:
            yield Signature(False, domain, wrong)
        elif one["valid"] is None:
            yield Signature(None, by, f"the key of `{by}` could not be looked up: {silent or 'nobody was asked'}")
        else:
            why = f"signed by `{by}`" if one["valid"] else f"not signed by `{by}`: {one['what']}"
            yield Signature(one["valid"], by, why)


def _short(one: dict[str, Any], heads: list[str]) -> str:
    """What a signature leaves out; empty if it covers all that it must."""
    covers = set(one["heads"].split(":"))
    open_ = [name for name in BOUND if name in heads and name not in covers]
    if open_:
        return f"its signature does not cover the header {open_[0]}"
    if one["limited"]:
        return "its signature covers only the beginning of the message"
    algorithm = one["algorithm"]
    return "" if algorithm in ALGORITHMS else f"its signature is of the kind `{algorithm}`, which proves nothing"


def live_txt(name: str) -> bytes | None:
    """A TXT record as DNS has it now."""
    try:
        from dns import exception, resolver
    except ImportError as error:
        raise apart.NotInstalled(name="dnspython") from error
    try:
        found = resolver.resolve(name, "TXT", lifetime=5)
        return b"".join(next(iter(found)).strings)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return None
    except exception.DNSException as error:
        raise OSError(str(error) or type(error).__name__) from error
