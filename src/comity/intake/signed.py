"""Whether a message comes from whom it says: its DKIM signature, made by the very domain of its From.

DNS is asked through a function that is handed in, so that stored answers do as well as live ones. A signature counts
only if it covers all that decides what a reader sees: the whole body, From, Subject, Date and how the body is encoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from logging import CRITICAL, Logger
from typing import Any, Final

from comity.errors import ComityError

QUIET: Final = Logger("dkim", level=CRITICAL)
"""Of a signature comity says itself what is wrong with it."""
Txt = Callable[[str], bytes | None]
"""The TXT record of a name, without its closing dot; None where there is none. Raises OSError if nobody answers."""

ALGORITHMS: Final = frozenset({"rsa-sha256", "ed25519-sha256"})
BOUND: Final = ("from", "subject", "date", "mime-version", "content-type", "content-transfer-encoding")
"""Headers that a signature must cover where they stand, and that may stand once."""


class NoSignatureReader(ComityError):
    """nothing here can check the signature of a message"""

    help = "install comity[intake]"
    exit_code = 3


@dataclass(frozen=True, slots=True)
class Signature:
    """Whether a message is from its domain: yes, no, or unknown because DNS did not answer; and why, in a sentence."""

    genuine: bool | None
    domain: str
    says: str


def sender(message: Message) -> tuple[str, str]:
    """The one address that a message is from, and its domain; both empty if it names none or several."""
    found = [address for _, address in getaddresses([str(one) for one in message.get_all("From", [])])]
    whole = found[0].strip().lower() if len(found) == 1 else ""
    plain = re.fullmatch(r"[^@\s]+@((?:[a-z0-9-]+\.)+[a-z0-9-]+)", whole)
    return (whole, plain[1]) if plain else ("", "")


def signature(raw: bytes, txt: Txt, under: tuple[str, ...]) -> Signature:
    """Whether a message was signed by its From's own domain (or one that one lies in), and that one lies in `under`."""
    message = message_from_bytes(raw)
    domain = sender(message)[1]
    if not any(_within(domain, one) for one in under):
        return Signature(False, domain, f"it is from `{domain or 'nobody'}`, which is not of {' or '.join(under)}")
    twice = [name for name in BOUND if len(message.get_all(name, [])) > 1]
    if twice:
        return Signature(False, domain, f"the header {twice[0]} stands more than once")
    tried = list(_tried(raw, message, domain, txt, under))
    if not tried:
        return Signature(False, domain, "it carries no signature")
    return next((one for known in (True, None, False) for one in tried if one.genuine is known), tried[0])


def _within(domain: str, above: str) -> bool:
    return domain == above or domain.endswith(f".{above}")


def _tried(raw: bytes, message: Message, domain: str, txt: Txt, under: tuple[str, ...]) -> Iterator[Signature]:
    for index, header in enumerate(message.get_all("DKIM-Signature", [])[:5]):
        tags = dict(re.findall(r"(?:^|;)\s*([a-z]+)\s*=\s*([^;]*)", str(header)))
        said = {key: "".join(value.split()) for key, value in tags.items()}
        by = said.get("d", "").lower()
        wrong = _short(said, message)
        if not _within(domain, by) or not any(_within(by, one) for one in under):
            wrong = f"it is signed by `{by}`, not by `{domain}`"
        yield Signature(False, domain, wrong) if wrong else _verified(raw, index, by, txt)


def _short(said: dict[str, str], message: Message) -> str:
    """What a signature leaves out; empty if it covers all that it must."""
    covers = set(said.get("h", "").lower().split(":"))
    open_ = [name for name in BOUND if name in message and name not in covers]
    if open_:
        return f"its signature does not cover the header {open_[0]}"
    if "l" in said:
        return "its signature covers only the beginning of the message"
    algorithm = said.get("a", "").lower()
    return "" if algorithm in ALGORITHMS else f"its signature is of the kind `{algorithm}`, which proves nothing"


def _verified(raw: bytes, index: int, domain: str, txt: Txt) -> Signature:
    dkim = _dkim()
    silent: list[OSError] = []

    def answer(name: bytes, timeout: int = 5) -> bytes | None:
        try:
            return txt(name.decode("ascii", "replace").rstrip("."))
        except OSError as error:
            silent.append(error)
            return None

    try:
        good = bool(dkim.DKIM(raw, logger=QUIET, minkey=1024).verify(index, dnsfunc=answer))
        why = "the signature does not fit the message, or its key is not published"
    except Exception as error:  # whatever a stranger's message can break in the library is a signature that fails
        good, why = False, str(error).strip() or type(error).__name__
    if silent:
        return Signature(None, domain, f"the key of `{domain}` could not be looked up: {silent[0]}")
    return Signature(good, domain, f"signed by `{domain}`" if good else f"not signed by `{domain}`: {why}")


def _dkim() -> Any:
    try:
        import dkim
    except ImportError as error:
        raise NoSignatureReader from error
    return dkim


def live_txt(name: str) -> bytes | None:
    """A TXT record as DNS has it now."""
    try:
        from dns import exception, resolver
    except ImportError as error:
        raise NoSignatureReader from error
    try:
        found = resolver.resolve(name, "TXT", lifetime=5)
        return b"".join(next(iter(found)).strings)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return None
    except exception.DNSException as error:
        raise OSError(str(error) or type(error).__name__) from error
